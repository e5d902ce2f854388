/**
 * Which points a run has to stop for, and which of them a stop has hit. A plan is made before each run; `advance` takes the run one piece
 * further and says what was hit there.
 *
 * A write watchpoint is hit when its value has changed, as in gdb, however often it was written; what can't be read keeps its last value.
 */
import type { Monitor, MonitorStop, WatchedRange } from '../cpu/cpu.ts';
import * as cpuModel from '../cpu/cpu.ts';
import type { Event } from '../cpu/delivery.ts';
import type { EventRecord } from '../cpu/observe.ts';
import type { Stop } from '../cpu/stop.ts';
import type { Insn } from '../isa/insn.ts';
import { snapshot } from '../trace/snapshot.ts';
import { step } from '../trace/step.ts';
import { stepText } from '../trace/text.ts';
import { evaluate } from './evaluate.ts';
import { isTrue } from './operators.ts';
import {
  type Breakpoint,
  type Catchpoint,
  catches,
  catchesException,
  isException,
  type Point,
  type Watchpoint,
} from './points.ts';
import { machineOf, type Session, scopeOf } from './session.ts';
import { runTicks } from './timeline.ts';
import type { Value } from './values.ts';

export type Hit =
  | { readonly kind: 'breakpoint'; readonly point: Breakpoint }
  | {
      readonly kind: 'watchpoint';
      readonly point: Watchpoint;
      readonly old: Value | undefined;
      readonly now: Value | undefined;
    }
  | { readonly kind: 'catchpoint'; readonly point: Catchpoint; readonly record: EventRecord | Event | undefined };

/** What a command wants to stop at besides the points. */
export interface Goal {
  readonly addresses?: readonly bigint[];
  readonly before?: (insn: Insn) => boolean;
  /** On a boundary at one of these: whether it is the one that is meant. */
  readonly accepts?: () => boolean;
}

export interface Plan {
  readonly monitor: Monitor;
  /** After every instruction there is something to look at. */
  readonly stepwise: boolean;
  /** What is executed goes to the tracer, if there is one. */
  readonly traces: boolean;
  readonly goal: Goal | undefined;
  readonly watched: readonly Watchpoint[];
  /** By watchpoint: what it was at the last look. */
  readonly values: Map<Watchpoint, Value | undefined>;
}

const isOn = ({ enabled }: Point): boolean => enabled;

const catchpointsOf = ({ points }: Session): Catchpoint[] =>
  points.filter((point): point is Catchpoint => point.kind === 'catchpoint' && isOn(point));

/** Arms the CPU. On the way forwards exceptions stop, and what is executed is traced; on the way back both have been. */
export function makePlan(session: Session, goal: Goal | undefined, forwards: boolean): Plan {
  const watched = session.points.filter((point): point is Watchpoint => point.kind === 'watchpoint' && isOn(point));
  const catchpoints = catchpointsOf(session).map(({ caught }) => caught);
  const registers = watched.some(({ how }) => how.kind === 'registers');
  const wantsEvents = registers || catchpoints.some(({ kind }) => kind !== 'exception' && kind !== 'alternative');
  const data = watched.flatMap(rangeOf);
  armStops(session, goal);
  return {
    monitor: {
      data,
      ...(wantsEvents && {
        event: (record: EventRecord) =>
          (registers && (record.kind === 'cr' || record.kind === 'dr')) ||
          catchpoints.some((caught) => catches(caught, record)),
      }),
      ...(forwards && {
        exception: (event: Event) =>
          (isException(event) && !session.quiet.has(event.vector)) ||
          catchpoints.some((caught) => catchesException(caught, event)),
      }),
    },
    stepwise: watched.some(({ how }) => how.kind === 'step'),
    traces: forwards,
    goal,
    watched,
    values: valuesOf(session, watched),
  };
}

const rangeOf = ({ how, access }: Watchpoint): WatchedRange[] =>
  how.kind === 'data'
    ? [{ first: how.first, last: how.last, reads: access !== 'write', writes: access !== 'read' }]
    : [];

/** Of the watched ranges the n-th is that of the n-th such watchpoint. */
const dataWatchpoints = (watched: readonly Watchpoint[]): Watchpoint[] =>
  watched.filter(({ how }) => how.kind === 'data');

export const valuesOf = (session: Session, watched: readonly Watchpoint[]): Map<Watchpoint, Value | undefined> =>
  new Map(watched.map((point) => [point, currentValue(session, point)]));

function currentValue(session: Session, { node }: Watchpoint): Value | undefined {
  const value = evaluate(node, scopeOf(session));
  return value.ok ? value.value : undefined;
}

function sameValue(a: Value, b: Value): boolean {
  if (a.elements?.length !== b.elements?.length) return false;
  return a.elements ? a.elements.every((element, i) => sameValue(element, b.elements![i]!)) : a.bits === b.bits;
}

/** Where breakpoints and alternatives that are caught lie. */
function stopAddresses(session: Session): bigint[] {
  return session.points.filter(isOn).flatMap((point) => {
    if (point.kind === 'breakpoint') return point.locations.map(({ address }) => address);
    if (point.kind !== 'catchpoint' || point.caught.kind !== 'alternative') return [];
    const { feature } = point.caught;
    const { patches } = machineOf(session).image;
    return patches.filter((patch) => (feature ?? patch.feature) === patch.feature).map(({ address }) => address);
  });
}

/** What is armed already is not armed again: that would decode all code anew. */
function armStops(session: Session, goal: Goal | undefined): void {
  const { cpu } = machineOf(session);
  const addresses = new Set([...stopAddresses(session), ...(goal?.addresses ?? [])]);
  const { stops } = cpu;
  const isSame =
    stops !== undefined &&
    stops.before === goal?.before &&
    stops.addresses.size === addresses.size &&
    [...addresses].every((address) => stops.addresses.has(address));
  if (isSame || (!stops && addresses.size === 0 && !goal?.before)) return;
  const isNone = addresses.size === 0 && !goal?.before;
  cpuModel.setStops(cpu, isNone ? undefined : { addresses, ...(goal?.before && { before: goal.before }) });
}

export interface Advance {
  /** Ticks that went by. */
  readonly used: number;
  readonly stop: Stop | MonitorStop;
  /** On the boundary that was reached. */
  readonly hits: readonly Hit[];
  /** The goal is reached. */
  readonly atGoal: boolean;
}

/** Runs up to `ticks` ahead, or to the first stop that may be a hit. */
export function advance(session: Session, plan: Plan, ticks: number, passes: boolean): Advance {
  const { timeline } = session;
  const before = timeline.tick;
  // The exception that was reported is delivered now, and others of the same run are not passed with it.
  const { exception, ...others } = plan.monitor;
  const monitor = passes ? others : plan.monitor;
  const stop =
    plan.traces && session.tracer
      ? tracedTick(session, session.tracer, monitor)
      : runTicks(timeline, plan.stepwise || passes ? 1 : ticks, monitor);
  const used = timeline.tick - before;
  if (used === 0) return { used, stop, hits: exceptionHits(session, stop), atGoal: false };
  const hits = [...watchHits(session, plan, stop), ...caughtHits(session, stop), ...breakHits(session)];
  return { used, stop, hits: hits.filter((hit) => holds(session, hit)), atGoal: isGoal(session, plan.goal) };
}

function tracedTick(session: Session, tracer: (line: string) => void, monitor: Monitor): Stop | MonitorStop {
  const machine = machineOf(session);
  const { timeline } = session;
  const index = timeline.tick;
  const options = { index, before: snapshot(machine.cpu), delivered: 0, uops: false };
  const { record, stop } = step(machine, options, () => runTicks(timeline, 1, monitor));
  if (timeline.tick > index) tracer(stepText(record));
  return stop;
}

/** An exception comes before a tick, or after some: then it is found again when the run goes on. */
export function exceptionHits(session: Session, stop: Stop | MonitorStop): Hit[] {
  if (stop.kind !== 'exception') return [];
  return catchpointsOf(session)
    .filter(({ caught }) => catchesException(caught, stop.event))
    .map((point) => ({ kind: 'catchpoint', point, record: stop.event }));
}

function watchHits(session: Session, { watched, values, stepwise }: Plan, stop: Stop | MonitorStop): Hit[] {
  const touched = touchedBy(watched, stop);
  // Without a look after every instruction only what stopped can have changed something that is watched.
  if (!stepwise && touched.size === 0 && stop.kind !== 'caught') return [];
  return watched.flatMap((point): Hit[] => {
    const old = values.get(point);
    const now = currentValue(session, point);
    const changed = now !== undefined && (old === undefined || !sameValue(old, now));
    if (changed) values.set(point, now);
    if (point.access === 'write' ? !changed : !touched.has(point)) return [];
    return [{ kind: 'watchpoint', point, old, now }];
  });
}

function touchedBy(watched: readonly Watchpoint[], stop: Stop | MonitorStop): ReadonlySet<Watchpoint> {
  if (stop.kind !== 'watched' && stop.kind !== 'caught') return new Set();
  const data = dataWatchpoints(watched);
  return new Set(stop.which.map((index) => data[index]!));
}

function caughtHits(session: Session, stop: Stop | MonitorStop): Hit[] {
  if (stop.kind !== 'caught') return [];
  return catchpointsOf(session).flatMap((point): Hit[] => {
    const record = stop.records.find((one) => catches(point.caught, one));
    return record ? [{ kind: 'catchpoint', point, record }] : [];
  });
}

/** Points at RIP; of a repeated string instruction the first iteration alone counts. */
export function breakHits(session: Session): Hit[] {
  const machine = machineOf(session);
  if (cpuModel.isRepeating(machine.cpu)) return [];
  const rip = cpuModel.getRip(machine.cpu);
  return session.points.filter(isOn).flatMap((point): Hit[] => {
    if (point.kind === 'breakpoint' && point.locations.some(({ address }) => address === rip))
      return [{ kind: 'breakpoint', point }];
    if (point.kind !== 'catchpoint' || point.caught.kind !== 'alternative') return [];
    const { feature } = point.caught;
    const entered = machine.image.patches.some((p) => p.address === rip && (feature ?? p.feature) === p.feature);
    return entered ? [{ kind: 'catchpoint', point, record: undefined }] : [];
  });
}

/** The condition, where there is one; one that can't be evaluated stops, as in gdb. */
export function holds(session: Session, { point }: Hit): boolean {
  if (!point.condition) return true;
  const value = evaluate(point.condition.node, scopeOf(session));
  return !value.ok || isTrue(value.value);
}

function isGoal(session: Session, goal: Goal | undefined): boolean {
  if (!goal) return false;
  const { cpu } = machineOf(session);
  const rip = cpuModel.getRip(cpu);
  const there = goal.addresses?.includes(rip) || (goal.before && isBefore(cpu, rip, goal.before));
  return there === true && (goal.accepts?.() ?? true);
}

function isBefore(cpu: cpuModel.Cpu, rip: bigint, before: (insn: Insn) => boolean): boolean {
  const found = cpuModel.uopsAt(cpu, rip);
  return found.kind !== 'invalid' && before(found.insn);
}
