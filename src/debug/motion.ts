/**
 * Moving forwards in a program; the way back is in `backwards.ts`, micro-ops in `uop-steps.ts`. Each way of moving is a generator that does
 * a piece of the work between two yields, so that whoever drives it can let a person interrupt; what it returns says why the program
 * stands where it stands.
 */
import * as cpuModel from '../cpu/cpu.ts';
import type { Event } from '../cpu/delivery.ts';
import type { Stop } from '../cpu/stop.ts';
import { lineAt } from '../image/image.ts';
import { GPR, type Insn, RFLAGS } from '../isa/insn.ts';
import { afterChange, beforeChange, machineOf, type Session, toBoundary } from './session.ts';
import { stackAt } from './views/guest.ts';
import { type Advance, advance, breakHits, exceptionHits, type Goal, type Hit, holds, makePlan } from './watch.ts';

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

export const DONE: Report = { reason: { kind: 'done' }, hits: [] };

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

export function* forward(session: Session, { ticks = Number.POSITIVE_INFINITY, goal, until }: Way): Motion {
  toBoundary(session);
  if (session.ended) return { reason: { kind: 'ended', stop: session.ended }, hits: [] };
  const plan = makePlan(session, goal, true);
  let left = Math.min(ticks, session.limit);
  let resumed = 0;
  for (let budget = left; budget > 0; budget = left) {
    if (resumeOverHardware(session) && ++resumed > MOST_RESUMED)
      return { reason: { kind: 'budget', ticks: Math.min(ticks, session.limit) - left }, hits: [] };
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

/** Hardware breakpoints that one command passes: each becomes a part of history. */
const MOST_RESUMED = 10_000;

/** An instruction breakpoint in a debug register is passed with RF, as a debugger of the machine itself would do it (SDM vol. 3, 17.3.1.1). */
function resumeOverHardware(session: Session): boolean {
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
  if (!armed || flags & BigInt(RFLAGS.RF)) return false;
  beforeChange(session);
  cpuModel.setFlags(cpu, flags | BigInt(RFLAGS.RF));
  afterChange(session);
  return true;
}

// By instructions, calls and lines

export const insnAt = (session: Session): Insn | undefined => {
  const { cpu } = machineOf(session);
  const found = cpuModel.uopsAt(cpu, cpuModel.getRip(cpu));
  return found.kind === 'invalid' ? undefined : found.insn;
};

export const isCall = ({ mnemonic }: Insn): boolean => mnemonic === 'call' || mnemonic === 'callf';
export const isReturn = ({ mnemonic }: Insn): boolean => /^(ret|retf|iret[dq]?|sysretq?|sysexitq?)$/.test(mnemonic);
export const isRepeated = ({ rep, mnemonic }: Insn): boolean =>
  rep !== 'none' && /^(movs|stos|lods|cmps|scas|ins|outs)[bwdq]$/.test(mnemonic);

export const rspOf = (session: Session): bigint => cpuModel.getReg(machineOf(session).cpu, GPR.RSP);

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

export function* times(count: number, once: () => Motion): Motion {
  for (let i = 0; i < count; i++) {
    const report = yield* once();
    if (report.reason.kind !== 'done') return report;
  }
  return DONE;
}

/** What `step` leaves: the line of the source with all macros around it; undefined: there is none. */
export function lineKey(session: Session): string | undefined {
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
