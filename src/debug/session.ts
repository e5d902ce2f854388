/**
 * A debugging session: one program on one machine, with its history and what it stops for. The REPL, tests and, later, gdb's remote protocol
 * drive the same object. Moving about is in `motion.ts` and `backwards.ts`; here it begins, is changed by hand, and begins anew.
 *
 * The subtle invariant: whoever changes the machine by hand does so between `beforeChange` and `afterChange`, so that history knows of it.
 */
import { type Diagnostic, error, hasErrors, type Parsed, place } from '../base/diagnostics.ts';
import * as cpuModel from '../cpu/cpu.ts';
import type { Stop } from '../cpu/stop.ts';
import { type Bench, type BenchOptions, createBench, entriesOf, selectionOf, setUp } from '../lab/execute.ts';
import type { Result } from '../lab/expression.ts';
import type { Program } from '../lab/program.ts';
import type { Assignment, Entry } from '../lab/scenario.ts';
import { LINUX } from '../machine/linux.ts';
import type { Machine } from '../machine/machine.ts';
import { evaluate, type Scope } from './evaluate.ts';
import { parseDebugExpression } from './expression.ts';
import { type Formats, newFormats } from './formats.ts';
import { armRegister } from './hardware.ts';
import { locate } from './locations.ts';
import type { Breakpoint, Point } from './points.ts';
import { beginTimeline, pinChange, type Timeline, undo } from './timeline.ts';
import { success, type Value } from './values.ts';

/** What a session begins with, and again after `restart`. */
export interface Setup extends Omit<BenchOptions, 'events'> {
  /** By name or symbol; undefined: the program's first. */
  readonly entry: string | undefined;
  /** State groups of the header and the states chosen; the others take their first. */
  readonly states: ReadonlyMap<string, string>;
  readonly sets: readonly Assignment[];
}

export interface Session {
  readonly program: Program;
  setup: Setup;
  bench: Bench;
  timeline: Timeline;
  /** Micro-ops of the instruction at RIP that have been executed; 0: the machine is on a boundary. */
  uop: number;
  /** Why the run can't go on from here; undefined: it can. */
  ended: Stop | undefined;
  /** The tick at which an exception has been reported that is delivered when the run goes on. */
  reported: number | undefined;
  points: Point[];
  /** Of the next point. */
  nextNumber: number;
  /** Exceptions that don't stop the run, by vector. */
  readonly quiet: Set<number>;
  readonly convenience: Map<string, Value>;
  readonly history: Value[];
  readonly formats: Formats;
  /** Ticks that one command runs at most. */
  limit: number;
  /** Is told of each instruction that is executed forwards, as a line of a trace. */
  tracer: ((line: string) => void) | undefined;
  /** Set from outside to stop what runs. */
  interrupted: boolean;
}

export const machineOf = ({ bench }: Session): Machine => bench.machine;

/** The machine stands before the entry's first instruction. */
export function createSession(program: Program, setup: Setup, limit: number): Parsed<Session | undefined> {
  const begun = begin(program, setup);
  if (!begun.value) return { value: undefined, diagnostics: begun.diagnostics };
  const session: Session = {
    program,
    setup,
    ...begun.value,
    uop: 0,
    ended: undefined,
    reported: undefined,
    points: [],
    nextNumber: 1,
    quiet: new Set(),
    convenience: new Map(),
    history: [],
    formats: newFormats(),
    limit,
    tracer: undefined,
    interrupted: false,
  };
  return { value: session, diagnostics: begun.diagnostics };
}

interface Begun {
  readonly bench: Bench;
  readonly timeline: Timeline;
}

/** Events are delivered, since that is what is looked at here; those that nobody handles stop the run before (motion.ts). */
function begin(
  program: Program,
  { entry: wanted, states, sets, ...options }: Setup,
  old?: Bench,
): Parsed<Begun | undefined> {
  const bench = old ? { value: old, diagnostics: [] } : createBench(program, { ...options, events: 'deliver' });
  if (!bench.value) return { value: undefined, diagnostics: bench.diagnostics };
  const entry = chooseEntry(bench.value, wanted);
  if (!entry) {
    const none = error('the program has no code to enter', place(program.path, 0));
    return { value: undefined, diagnostics: [...bench.diagnostics, none] };
  }
  const entered = setUp(bench.value, entry, selectionOf(program.scenario, entry.name, states), sets);
  const diagnostics: Diagnostic[] = [...bench.diagnostics, ...entered.diagnostics];
  if (hasErrors(diagnostics)) return { value: undefined, diagnostics };
  return { value: { bench: bench.value, timeline: beginTimeline(bench.value.machine.cpu) }, diagnostics };
}

function chooseEntry({ program, image }: Bench, wanted: string | undefined): Entry | undefined {
  const entries = entriesOf(program, image);
  if (wanted === undefined) return entries[0];
  const named = entries.find((entry) => entry.name === wanted || entry.symbol === wanted);
  return named ?? { name: wanted, symbol: wanted, place: place('--entry', 0) };
}

/** From the entry again, perhaps patched for other features or entered otherwise. With errors everything stays as it is. */
export function restart(session: Session, changes: Partial<Setup> = {}): readonly Diagnostic[] {
  const setup = { ...session.setup, ...changes };
  // The same machine does, if it is only entered otherwise.
  const isPatchedAnew = Object.keys(changes).some((key) => !['entry', 'states', 'sets'].includes(key));
  const begun = begin(session.program, setup, isPatchedAnew ? undefined : session.bench);
  if (!begun.value) {
    // What was tried has changed the machine.
    toBoundary(session);
    undo(session.timeline);
    return begun.diagnostics;
  }
  Object.assign(session, { setup, ...begun.value, uop: 0, ended: undefined, reported: undefined });
  for (const point of session.points) if (point.kind === 'breakpoint') findAgain(session, point);
  return begun.diagnostics;
}

/** Other alternatives may have put its code elsewhere; where there is none now it stays with no location. */
function findAgain(session: Session, point: Breakpoint): void {
  const found = locate(point.spec, machineOf(session), (text) => addressOf(session, text), point.file);
  point.locations = found.ok ? found.value : [];
  const [first] = point.locations;
  if (point.register !== undefined && point.enabled && first) armRegister(session, point.register, first.address);
}

/** What expressions of this session mean. Changing the machine by them is up to `evaluateText`. */
export const scopeOf = (session: Session, extras: Pick<Scope, 'onWrite' | 'warn'> = {}): Scope => ({
  machine: machineOf(session),
  convenience: session.convenience,
  history: session.history,
  formats: session.formats,
  ...extras,
});

/** Does what may change the machine by an expression, and tells history if it did. */
export function changing<T>(session: Session, work: (scope: Scope) => T, warn?: (text: string) => void): T {
  let wrote = false;
  const onWrite = (): void => {
    wrote = true;
    beforeChange(session);
  };
  const outcome = work(scopeOf(session, { onWrite, ...(warn && { warn }) }));
  if (wrote) afterChange(session);
  return outcome;
}

export function evaluateText(session: Session, text: string): Result<Value> {
  const node = parseDebugExpression(text);
  return node.ok ? changing(session, (scope) => evaluate(node.value, scope)) : node;
}

/** The bits of a value that has to be an address or a number. */
export function addressOf(session: Session, text: string): Result<bigint> {
  const value = evaluateText(session, text);
  return value.ok ? success(BigInt.asUintN(64, value.value.bits)) : value;
}

/** Leaves the midst of an instruction. */
export function beforeChange(session: Session): void {
  toBoundary(session);
}

export function afterChange(session: Session): void {
  pinChange(session.timeline);
  session.ended = undefined;
  session.reported = undefined;
}

/** Back to the boundary before the instruction whose micro-ops are being executed, if any are. */
export function toBoundary(session: Session): void {
  if (session.uop === 0) return;
  session.uop = 0;
  undo(session.timeline);
}

/** The run is over because the entry came to its exit page. */
export const hasReturned = (session: Session, stop: Stop | undefined = session.ended): boolean =>
  stop?.kind === 'halt' && cpuModel.getRip(machineOf(session).cpu) === LINUX.exit + 1n;
