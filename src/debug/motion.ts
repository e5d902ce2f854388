/**
 * Moving about in a program, forwards and backwards. Each way of moving is a generator that does a piece of the work between two yields, so
 * that whoever drives it can let a person interrupt; what it returns says why the program stands where it stands.
 *
 * Backwards, the stretches of history before now are run again from their checkpoints, the latest first, until one has a hit: the last one
 * in it is where the way back ends. A watchpoint is hit on the boundary before the instruction that changed the value, as that is what the way
 * back meets first.
 */
import * as cpuModel from '../cpu/cpu.ts';
import type { Event } from '../cpu/delivery.ts';
import type { Stop } from '../cpu/stop.ts';
import { lineAt } from '../image/image.ts';
import { GPR, type Insn, RFLAGS } from '../isa/insn.ts';
import { afterChange, beforeChange, machineOf, type Session, toBoundary } from './session.ts';
import { seek, stretchesBefore } from './timeline.ts';
import { frames } from './views/backtrace.ts';
import { stackAt } from './views/guest.ts';
import {
  type Advance,
  advance,
  breakHits,
  exceptionHits,
  type Goal,
  type Hit,
  holds,
  makePlan,
  type Plan,
  valuesOf,
} from './watch.ts';

export type Reason =
  /** What was asked for is done. */
  | { readonly kind: 'done' }
  /** A point was hit. */
  | { readonly kind: 'hit' }
  /** Not delivered yet; `cr2` is a page fault's. */
  | { readonly kind: 'exception'; readonly event: Event; readonly cr2: bigint }
  /** The run is over: returned, halted, shut down, at something that is not modelled. */
  | { readonly kind: 'ended'; readonly stop: Stop }
  | { readonly kind: 'budget'; readonly ticks: number }
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'start-of-history' };

export interface Report {
  readonly reason: Reason;
  readonly hits: readonly Hit[];
}

export type Motion = Generator<void, Report>;

const DONE: Report = { reason: { kind: 'done' }, hits: [] };

/** Runs a motion to its end at once. */
export function finishMotion(motion: Motion): Report {
  for (;;) {
    const next = motion.next();
    if (next.done) return next.value;
  }
}

// Forwards

interface Way {
  /** So many ticks and no more. */
  readonly ticks?: number;
  readonly goal?: Goal;
  /** Looked at after every tick. */
  readonly until?: () => boolean;
}

/** `continue` */
export const goOn = (session: Session): Motion => forward(session, {});

/** `run`: as `continue`, but a breakpoint at the entry stops it. */
export function* runFromEntry(session: Session): Motion {
  const hits = breakHits(session).filter((hit) => holds(session, hit) && counts(hit));
  return hits.length > 0 ? { reason: { kind: 'hit' }, hits } : yield* goOn(session);
}

/** `stepi N` */
export const stepInstructions = (session: Session, count: number): Motion => forward(session, { ticks: count });

function* forward(session: Session, { ticks = Number.POSITIVE_INFINITY, goal, until }: Way): Motion {
  toBoundary(session);
  if (session.ended) return { reason: { kind: 'ended', stop: session.ended }, hits: [] };
  const plan = makePlan(session, goal, true);
  let left = Math.min(ticks, session.limit);
  for (let budget = left; budget > 0; budget = left) {
    resumeOverHardware(session);
    const passes = session.reported === session.timeline.tick;
    const step = advance(session, plan, until ? 1 : left, passes);
    left -= step.used;
    const report = reportOf(session, step);
    if (report) return report;
    if (step.atGoal || (step.used > 0 && until?.())) return DONE;
    yield;
    if (session.interrupted) return { reason: { kind: 'interrupted' }, hits: [] };
  }
  return ticks <= session.limit ? DONE : { reason: { kind: 'budget', ticks: session.limit }, hits: [] };
}

/** Why to stop here, if there is a reason besides the goal of the command. */
function reportOf(session: Session, { stop, hits, used }: Advance): Report | undefined {
  const counted = hits.filter(counts);
  if (stop.kind === 'exception') {
    session.reported = session.timeline.tick;
    const caught = used > 0 ? exceptionHits(session, stop) : hits;
    caught.filter(counts);
    return {
      reason: { kind: 'exception', event: stop.event, cr2: stop.cr2 },
      hits: [...counted.filter((hit) => !caught.includes(hit)), ...caught],
    };
  }
  if (isEnd(stop)) {
    session.ended = stop;
    return { reason: { kind: 'ended', stop }, hits: counted };
  }
  return counted.length > 0 ? { reason: { kind: 'hit' }, hits: counted } : undefined;
}

const isEnd = (stop: Advance['stop']): stop is Stop =>
  stop.kind === 'halt' ||
  stop.kind === 'exit' ||
  stop.kind === 'shutdown' ||
  stop.kind === 'not-modelled' ||
  stop.kind === 'fault';

/** Counts a hit; false: it is one of those to be ignored. */
function counts({ point }: Hit): boolean {
  point.hits++;
  if (point.ignore === 0) return true;
  point.ignore--;
  return false;
}

/** An instruction breakpoint in a debug register is passed with RF, as a debugger of the machine itself would do it (SDM vol. 3, 17.3.1.1). */
function resumeOverHardware(session: Session): void {
  const { cpu } = machineOf(session);
  const rip = cpuModel.getRip(cpu);
  const armed = session.points.some(
    (point) =>
      point.kind === 'breakpoint' &&
      point.register !== undefined &&
      point.enabled &&
      point.locations.some(({ address }) => address === rip),
  );
  const flags = cpuModel.getFlags(cpu);
  if (!armed || flags & BigInt(RFLAGS.RF)) return;
  beforeChange(session);
  cpuModel.setFlags(cpu, flags | BigInt(RFLAGS.RF));
  afterChange(session);
}

// By instructions, calls and lines

const insnAt = (session: Session): Insn | undefined => {
  const { cpu } = machineOf(session);
  const found = cpuModel.uopsAt(cpu, cpuModel.getRip(cpu));
  return found.kind === 'invalid' ? undefined : found.insn;
};

const isCall = ({ mnemonic }: Insn): boolean => mnemonic === 'call' || mnemonic === 'callf';
const isReturn = ({ mnemonic }: Insn): boolean => /^(ret|retf|iret[dq]?|sysretq?|sysexitq?)$/.test(mnemonic);
const isRepeated = ({ rep, mnemonic }: Insn): boolean =>
  rep !== 'none' && /^(movs|stos|lods|cmps|scas|ins|outs)[bwdq]$/.test(mnemonic);

const rspOf = (session: Session): bigint => cpuModel.getReg(machineOf(session).cpu, GPR.RSP);

/** Back here from a call, or done with all iterations: RIP behind the instruction, and the stack no lower than now. */
function behind(session: Session, insn: Insn): Goal {
  const rsp = rspOf(session);
  return { addresses: [BigInt.asUintN(64, insn.ip + BigInt(insn.length))], accepts: () => rspOf(session) >= rsp };
}

function* overOne(session: Session): Motion {
  const insn = insnAt(session);
  if (insn && (isCall(insn) || isRepeated(insn))) return yield* forward(session, { goal: behind(session, insn) });
  return yield* forward(session, { ticks: 1 });
}

/** `nexti N`: calls and repeated string instructions count as one. */
export function* stepOver(session: Session, count: number): Motion {
  return yield* times(count, () => overOne(session));
}

function* times(count: number, once: () => Motion): Motion {
  for (let i = 0; i < count; i++) {
    const report = yield* once();
    if (report.reason.kind !== 'done') return report;
  }
  return DONE;
}

/** What `step` leaves: the line of the source with all macros around it; undefined: there is none. */
function lineKey(session: Session): string | undefined {
  const { cpu, image } = machineOf(session);
  const place = lineAt(image, cpuModel.getRip(cpu))?.place;
  return place && [place.span, ...place.chain.map(({ at }) => at)].map(({ file, line }) => `${file}:${line}`).join('<');
}

/** `step N`: to another line, into calls. Code without lines is left alone: by instructions there. */
export function* stepLines(session: Session, count: number): Motion {
  return yield* times(count, () => {
    const from = lineKey(session);
    return from === undefined
      ? forward(session, { ticks: 1 })
      : forward(session, { until: () => lineKey(session) !== from });
  });
}

/** `next N` */
export function* nextLines(session: Session, count: number): Motion {
  return yield* times(count, function* (): Motion {
    const from = lineKey(session);
    for (;;) {
      const report = yield* overOne(session);
      if (report.reason.kind !== 'done' || from === undefined || lineKey(session) !== from) return report;
    }
  });
}

/** `finish`: to behind the return of this frame, on the stack that it is on. */
export function* finishFrame(session: Session): Motion {
  const report = yield* forward(session, { goal: returning(session) });
  return report.reason.kind === 'done' ? yield* forward(session, { ticks: 1 }) : report;
}

function returning(session: Session): Goal {
  const machine = machineOf(session);
  const rsp = rspOf(session);
  const stack = stackAt(machine, rsp);
  const accepts = (): boolean => rspOf(session) >= rsp && stackAt(machine, rspOf(session))?.bottom === stack?.bottom;
  return { before: isReturn, accepts };
}

/** `advance` and `until LOCATION`: there, or out of this frame. */
export function* runTo(session: Session, addresses: readonly bigint[]): Motion {
  const { accepts = () => true } = returning(session);
  const isThere = (): boolean => addresses.includes(cpuModel.getRip(machineOf(session).cpu));
  const report = yield* forward(session, {
    goal: { addresses, before: isReturn, accepts: () => isThere() || accepts() },
  });
  return report.reason.kind === 'done' && !isThere() ? yield* forward(session, { ticks: 1 }) : report;
}

/** `until`: like `nexti`, but not back to the start of a loop. */
export function* untilBehind(session: Session): Motion {
  const insn = insnAt(session);
  const report = yield* overOne(session);
  const rip = cpuModel.getRip(machineOf(session).cpu);
  if (report.reason.kind !== 'done' || !insn || rip > insn.ip || isReturn(insn)) return report;
  return yield* forward(session, { goal: behind(session, insn) });
}

// Backwards

/** `reverse-stepi N` */
export function* backInstructions(session: Session, count: number): Motion {
  const { timeline } = session;
  const target = session.uop > 0 ? timeline.tick - count + 1 : timeline.tick - count;
  leave(session);
  yield;
  seek(timeline, Math.max(0, target));
  return target < 0 ? { reason: { kind: 'start-of-history' }, hits: [] } : DONE;
}

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

function* backward(session: Session, goal: Goal | undefined): Motion {
  leave(session);
  const { timeline } = session;
  const origin = timeline.tick;
  const plan = makePlan(session, goal, false);
  for (const { from, to } of stretchesBefore(timeline)) {
    seek(timeline, from);
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
  seek(timeline, 0);
  return { reason: { kind: 'start-of-history' }, hits: [] };
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
    if (crossed.length > 0) found = { tick: timeline.tick - 1, hits: crossed };
    const here = hits.filter((hit) => !crossed.includes(hit));
    if (timeline.tick < to && (here.length > 0 || atGoal)) found = { tick: timeline.tick, hits: here };
    if (used === 0) break;
    yield;
    if (session.interrupted) return undefined;
  }
  return found;
}

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

// By micro-ops

/** `stepu N`: within the instruction at RIP, then on to the next one. */
export function* stepUops(session: Session, count: number): Motion {
  return yield* times(count, function* (): Motion {
    const length = uopCount(session);
    if (session.uop + 1 >= length) return yield* forward(session, { ticks: 1 });
    return showUop(session, session.uop + 1) ? DONE : yield* forward(session, { ticks: 1 });
  });
}

/** `reverse-stepu N` */
export function* backUops(session: Session, count: number): Motion {
  return yield* times(count, function* (): Motion {
    if (session.uop > 0) {
      showUop(session, session.uop - 1);
      return DONE;
    }
    const report = yield* backInstructions(session, 1);
    if (report.reason.kind !== 'done') return report;
    for (let uop = uopCount(session) - 1; uop > 0; uop--) if (showUop(session, uop)) break;
    return DONE;
  });
}

function uopCount(session: Session): number {
  const { cpu } = machineOf(session);
  const found = cpuModel.uopsAt(cpu, cpuModel.getRip(cpu));
  return found.kind === 'uops' ? found.uops.length : 1;
}

/** The machine after so many micro-ops of the instruction; false: it doesn't get that far, and stands before it. */
function showUop(session: Session, uop: number): boolean {
  toBoundary(session);
  if (uop === 0) return true;
  session.uop = uop;
  if (cpuModel.runUops(machineOf(session).cpu, uop)) return true;
  toBoundary(session);
  return false;
}
