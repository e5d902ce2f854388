/**
 * Moving backwards: the stretches of history before now are run again from their checkpoints, the latest first, until one has a hit; the last
 * one in it is where the way back ends. A watchpoint is hit on the boundary before the instruction that changed the value, as that is
 * what the way back meets first.
 */
import * as cpuModel from '../cpu/cpu.ts';
import type { Insn } from '../isa/insn.ts';
import {
  DONE,
  insnAt,
  isCall,
  isRepeated,
  isReturn,
  lineKey,
  type Motion,
  type Report,
  rspOf,
  times,
} from './motion.ts';
import { machineOf, type Session, toBoundary } from './session.ts';
import { seek, stretchesBefore } from './timeline.ts';
import { frames } from './views/backtrace.ts';
import { advance, breakHits, type Goal, type Hit, makePlan, type Plan, valuesOf } from './watch.ts';

/** `reverse-stepi N`: less, if something is hit on the way. */
export function* backInstructions(session: Session, count: number): Motion {
  const { timeline, points } = session;
  // From the midst of an instruction its start is one step back.
  const target = timeline.tick - Math.max(0, session.uop > 0 ? count - 1 : count);
  leave(session);
  if (points.length > 0) {
    const report = yield* backward(session, undefined, Math.max(0, target));
    return report.reason.kind === 'start-of-history' && target >= 0 ? DONE : report;
  }
  yield;
  seek(timeline, Math.max(0, target));
  return target < 0 ? START : DONE;
}

const START: Report = { reason: { kind: 'start-of-history' }, hits: [] };

/** What held where the session stood holds no longer. */
function leave(session: Session): void {
  toBoundary(session);
  session.ended = undefined;
  session.reported = undefined;
}

/** Where the way back may end. */
interface Found {
  readonly tick: number;
  readonly hits: readonly Hit[];
}

/** `reverse-continue` */
export const goBack = (session: Session): Motion => backward(session, undefined);

/** To the last hit before now and not before the tick `floor`; `start-of-history` at that tick: there is none. */
function* backward(session: Session, goal: Goal | undefined, floor = 0): Motion {
  leave(session);
  const { timeline } = session;
  const origin = timeline.tick;
  const plan = makePlan(session, goal, false);
  for (const { from, to } of stretchesBefore(timeline)) {
    if (to <= floor) break;
    seek(timeline, Math.max(from, floor));
    const found = yield* lastIn(session, plan, Math.min(to, origin));
    if (session.interrupted) {
      seek(timeline, origin);
      return { reason: { kind: 'interrupted' }, hits: [] };
    }
    if (!found) continue;
    seek(timeline, found.tick);
    for (const { point } of found.hits) point.hits++;
    return { reason: { kind: found.hits.length > 0 ? 'hit' : 'done' }, hits: found.hits.map(turned) };
  }
  seek(timeline, floor);
  return START;
}

/** The value changes from the later to the earlier one. */
const turned = (hit: Hit): Hit => (hit.kind === 'watchpoint' ? { ...hit, old: hit.now, now: hit.old } : hit);

/** The last hit from here on, before the tick `to`. */
function* lastIn(session: Session, plan: Plan, to: number): Generator<void, Found | undefined> {
  const { timeline } = session;
  for (const [point, value] of valuesOf(session, plan.watched)) plan.values.set(point, value);
  let found = foundHere(session, plan);
  while (timeline.tick < to) {
    const from = timeline.tick;
    const { hits, atGoal, used } = advance(session, plan, to - from, false);
    // By way of one tick, since what is watched stops right behind it.
    const crossed = hits.filter(({ kind, point }) => kind === 'watchpoint' || !isAtAddress(point));
    if (crossed.length > 0) found = joined(found, { tick: timeline.tick - 1, hits: crossed });
    const here = hits.filter((hit) => !crossed.includes(hit));
    if (timeline.tick < to && (here.length > 0 || atGoal)) found = { tick: timeline.tick, hits: here };
    if (used === 0) break;
    yield;
    if (session.interrupted) return undefined;
  }
  return found;
}

/** Both, if they are on one boundary. */
const joined = (before: Found | undefined, found: Found): Found =>
  before?.tick === found.tick ? { ...found, hits: [...before.hits, ...found.hits] } : found;

const isAtAddress = (point: Hit['point']): boolean =>
  point.kind === 'breakpoint' || (point.kind === 'catchpoint' && point.caught.kind === 'alternative');

/** On the first boundary of a stretch, which no run of it comes to. */
function foundHere(session: Session, { goal }: Plan): Found | undefined {
  const hits = breakHits(session);
  const { tick } = session.timeline;
  if (hits.length > 0) return { tick, hits };
  const rip = cpuModel.getRip(machineOf(session).cpu);
  const insn = insnAt(session);
  const isThere = goal?.addresses?.includes(rip) || (insn && goal?.before?.(insn));
  return isThere && (goal?.accepts?.() ?? true) ? { tick, hits: [] } : undefined;
}

/** `reverse-nexti N`: over a call that ended right before. */
export function* backOver(session: Session, count: number): Motion {
  return yield* times(count, () => backOverOne(session));
}

function* backOverOne(session: Session): Motion {
  const { cpu } = machineOf(session);
  const rip = cpuModel.getRip(cpu);
  const rsp = rspOf(session);
  const origin = session.timeline.tick;
  const one = yield* backInstructions(session, 1);
  const insn = insnAt(session);
  if (one.reason.kind !== 'done' || !insn || !(isReturn(insn) || (isRepeated(insn) && insn.ip !== rip))) return one;
  const landed = session.timeline.tick;
  seek(session.timeline, origin);
  const begins = (candidate: Insn): boolean =>
    (isCall(candidate) || isRepeated(candidate)) && BigInt.asUintN(64, candidate.ip + BigInt(candidate.length)) === rip;
  // An interrupted instruction is where its handler returns to.
  const addresses = /^(iret|sysret|sysexit)/.test(insn.mnemonic) ? [rip] : [];
  const report = yield* backward(session, { addresses, before: begins, accepts: () => rspOf(session) === rsp });
  if (report.reason.kind !== 'start-of-history') return report;
  seek(session.timeline, landed);
  return one;
}

/** `reverse-step N`: to the start of the line before. */
export function* backLines(session: Session, count: number): Motion {
  return yield* times(count, () => backLine(session, () => backInstructions(session, 1)));
}

/** `reverse-next N` */
export function* backNextLines(session: Session, count: number): Motion {
  return yield* times(count, () => backLine(session, () => backOverOne(session)));
}

/** As far back as the line goes that the first step back comes into. */
function* backLine(session: Session, once: () => Motion): Motion {
  const first = yield* once();
  const line = lineKey(session);
  if (first.reason.kind !== 'done' || line === undefined) return first;
  for (;;) {
    const { tick } = session.timeline;
    const report = yield* once();
    if (report.reason.kind === 'interrupted' || report.reason.kind === 'hit') return report;
    if (report.reason.kind === 'done' && lineKey(session) === line) continue;
    if (lineKey(session) !== line) seek(session.timeline, tick);
    return DONE;
  }
}

/** `reverse-finish`: to the call, or the event, that this frame came of. undefined: no caller is known. */
export function backOutOfFrame(session: Session): Motion | undefined {
  const machine = machineOf(session);
  const caller = frames(machine)[1];
  if (!caller || caller.kind === 'exit') return undefined;
  const { address, sp } = caller;
  if (caller.kind === 'exception') {
    const interrupted = frames(machine)[2];
    const accepts = (): boolean => interrupted === undefined || rspOf(session) === interrupted.sp;
    return backward(session, { addresses: [address], accepts });
  }
  const calls = (insn: Insn): boolean => isCall(insn) && BigInt.asUintN(64, insn.ip + BigInt(insn.length)) === address;
  return backward(session, { before: calls, accepts: () => rspOf(session) === sp });
}
