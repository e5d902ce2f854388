/**
 * What a debugger wants to be stopped for. Nothing of it is architectural: a monitored run does what a plain one does and ends sooner,
 * always on a boundary between two instructions.
 *
 * Stops before an instruction are part of its cached code (a record that plain runs pass over) and looked up before its fetch is
 * translated, so that a stop leaves no trace in the TLB. Watched data is armed as DR0 … DR3's breakpoints are (breakpoints.ts): the page goes
 * without a fast tag. Events stop behind the instruction that made them.
 */
import * as L from '../engine/layout.ts';
import type { Insn } from '../isa/insn.ts';
import { resetCode, uopsAt } from './code-cache.ts';
import type { Event } from './delivery.ts';
import { forgetAll } from './fast-tlb.ts';
import type { EventRecord } from './observe.ts';
import { type Cpu, cpl } from './state.ts';
import type { Stop } from './stop.ts';

/** Where to stop: before the instruction, which has not begun. */
export interface Stops {
  /** Linear addresses. */
  readonly addresses: ReadonlySet<bigint>;
  /** Instructions of a kind, wherever they are; asked once for each that is decoded. */
  readonly before?: (insn: Insn) => boolean;
}

/** Bytes to watch; a stop comes behind the instruction (or the delivery of an event) that accessed some of them. */
export interface WatchedRange {
  readonly first: bigint;
  readonly last: bigint;
  readonly reads: boolean;
  readonly writes: boolean;
}

export interface Monitor {
  readonly data: readonly WatchedRange[];
  /** Whether to stop behind what made the event. Without it the CPU makes no records. */
  readonly event?: (record: EventRecord) => boolean;
  /** Whether to stop before an exception is delivered: its instruction has not been executed then, but may have left traces in CR2 and the TLB. */
  readonly exception?: (event: Event) => boolean;
}

export type MonitorStop =
  /** Before an instruction that stands among the `Stops`. */
  | { readonly kind: 'breakpoint' }
  /** `which`: indices into `data`. */
  | { readonly kind: 'watched'; readonly which: readonly number[] }
  /** Watched ranges may have been accessed as well. */
  | { readonly kind: 'caught'; readonly records: readonly EventRecord[]; readonly which: readonly number[] }
  /** `cr2` as a page fault has left it. */
  | { readonly kind: 'exception'; readonly event: Event; readonly cr2: bigint };

/** In `Cpu.met`, above the bits of DR6: which of the watched ranges; the last bit stands for all from there on. */
export const MET_WATCHED = 0x7fff_0000;
const FIRST_WATCHED = 16;
const MOST_WATCHED = 15;

export const watchedBit = (index: number): number => 1 << (FIRST_WATCHED + Math.min(index, MOST_WATCHED - 1));

/** The indices of ranges that the bits stand for. */
const watchedIn = (bits: number, data: readonly WatchedRange[]): number[] =>
  [...data.keys()].filter((i) => (bits & watchedBit(i)) !== 0);

/** For all monitored runs from now on; undefined: no stops. */
export function setStops(cpu: Cpu, stops: Stops | undefined): void {
  cpu.stops = stops;
  resetCode(cpu);
  forgetAll(cpu);
}

/** Whether a monitored run stops at RIP. Translates nothing. */
export const isStop = (cpu: Cpu, rip: bigint): boolean => {
  const { stops } = cpu;
  if (!stops) return false;
  if (stops.addresses.has(rip)) return true;
  if (!stops.before) return false;
  const found = uopsAt(cpu, rip);
  return found.kind !== 'invalid' && stops.before(found.insn);
};

export const isObserved = (cpu: Cpu): boolean => cpu.eventLog !== undefined || cpu.monitor?.event !== undefined;

/** Something that observers want to know of has happened. */
export function note(cpu: Cpu, record: EventRecord): void {
  cpu.eventLog?.push(record);
  if (!cpu.monitor?.event?.(record)) return;
  cpu.caught.push(record);
  cpu.engine.u32[L.ATTENTION >> 2] = cpu.engine.u32[L.ATTENTION >> 2]! | L.ATTEND_EVENT;
}

/** After whatever may have changed it. */
export function noteLevel(cpu: Cpu): void {
  const level = cpl(cpu);
  if (level === cpu.level) return;
  const from = cpu.level;
  cpu.level = level;
  if (isObserved(cpu)) note(cpu, { kind: 'cpl', from, to: level });
}

/** What has stopped the run on this boundary; it counts once. */
export function takeCaught(cpu: Cpu): MonitorStop | undefined {
  if (cpu.caught.length > 0) {
    const records = cpu.caught;
    const which = watchedIn(cpu.metWatched, cpu.monitor?.data ?? []);
    cpu.caught = [];
    cpu.metWatched = 0;
    return { kind: 'caught', records, which };
  }
  if (cpu.metWatched === 0) return undefined;
  const which = watchedIn(cpu.metWatched, cpu.monitor?.data ?? []);
  cpu.metWatched = 0;
  return { kind: 'watched', which };
}

export const isMonitorStop = (stop: Stop | MonitorStop): stop is MonitorStop =>
  stop.kind === 'breakpoint' || stop.kind === 'watched' || stop.kind === 'caught' || stop.kind === 'exception';
