/**
 * Which breakpoints are armed, and which of them an access meets (SDM vol. 3, 17.2.4 and 17.2.5): DR0 … DR3 and DR7 in, bits of DR6 out.
 *
 * Neither the fast TLB nor chained records know of breakpoints. So a page with an armed data breakpoint gets no tag, one with an armed
 * instruction breakpoint is fetched instruction by instruction, and arming forgets what had been granted. An instruction that
 * meets a data or I/O breakpoint among others begins again by itself, before anything of it is done: the trap that follows then knows
 * which instruction it was.
 *
 * The subtle invariant: the lists follow from the registers, whoever wrote those (`refreshBreakpoints`), and are empty where events
 * stop the run.
 */
import * as L from '../engine/layout.ts';
import { drOffset } from './debug-registers.ts';
import { forgetAll } from './fast-tlb.ts';
import { MET_WATCHED, type WatchedRange, watchedBit } from './monitor.ts';
import { type Cpu, CR4, cr, join, low, read64, word } from './state.ts';
import { type Fault, VECTOR } from './stop.ts';

/** One of DR0 … DR3, or what a debugger watches. */
interface Breakpoint {
  /** In DR6; MET_WATCHED. */
  readonly bit: number;
  /** R/W of DR7, or TYPE.READ. */
  readonly type: number;
  /** By L or G; without it, it can only be reported along with one that is. */
  readonly enabled: boolean;
  /** The bytes, or ports, that it covers. */
  readonly first: bigint;
  readonly last: bigint;
}

/** A list is empty unless one of its breakpoints is enabled. */
export interface Breakpoints {
  /** What the lists follow from: DR0 … DR3 and DR7, and what is watched. */
  readonly registers: readonly bigint[];
  readonly watched: readonly WatchedRange[];
  readonly code: readonly Breakpoint[];
  readonly data: readonly Breakpoint[];
  readonly ports: readonly Breakpoint[];
}

export const NO_BREAKPOINTS: Breakpoints = { registers: [], watched: [], code: [], data: [], ports: [] };

/** R/W of DR7, SDM vol. 3, 17.2.4; the last one is a debugger's alone. */
const TYPE = { EXECUTE: 0, WRITE: 1, PORT: 2, ACCESS: 3, READ: 4 } as const;
/** Bytes, by LEN of DR7. */
const LENGTHS = [1, 2, 8, 4] as const;
/** L0, G0 … L3, G3. */
const ENABLED = 0xff;

/** After the debug registers may have changed. Records of pages that are watched now may still run to the next fetch. */
export function refreshBreakpoints(cpu: Cpu): void {
  if (!cpu.delivers) return;
  const watched = cpu.monitor?.data ?? NO_BREAKPOINTS.watched;
  const none = !(low(cpu, drOffset(7)) & ENABLED) && watched.length === 0;
  if (none && cpu.breakpoints === NO_BREAKPOINTS) return;
  const registers = [0, 1, 2, 3, 7].map((n) => read64(cpu, drOffset(n)));
  const { breakpoints } = cpu;
  if (watched === breakpoints.watched && registers.every((value, i) => value === breakpoints.registers[i])) return;
  cpu.breakpoints = none ? NO_BREAKPOINTS : arm(cpu, registers, watched);
  forgetAll(cpu);
  allowFastEvents(cpu);
}

/** Lets the engine deliver events and return from them by itself while a run goes on, if there is nothing to see of it. */
export function allowFastEvents(cpu: Cpu): void {
  const watched = cpu.storeLog || cpu.eventLog || cpu.monitor || cpu.breakpoints !== NO_BREAKPOINTS;
  cpu.engine.u32[L.FAST_EVENTS >> 2] = cpu.delivers && cpu.keepsTlb && cpu.fuse && !watched ? 1 : 0;
}

function arm(cpu: Cpu, registers: readonly bigint[], watched: readonly WatchedRange[]): Breakpoints {
  const control = Number(registers[4]);
  const all = [0, 1, 2, 3].map((n) => breakpoint(n, registers[n]!, control));
  // AMD's report the enabled ones alone (APM vol. 2, 13.1.1.3).
  const reported = all.filter(({ enabled }) => enabled || cpu.model.vendor !== 'amd');
  const ofTypes = (...types: number[]): readonly Breakpoint[] => {
    const list = reported.filter(({ type }) => types.includes(type));
    return list.some(({ enabled }) => enabled) ? list : [];
  };
  return {
    registers,
    watched,
    code: ofTypes(TYPE.EXECUTE),
    data: [...ofTypes(TYPE.WRITE, TYPE.ACCESS), ...watched.map(watchpoint)],
    ports: ofTypes(TYPE.PORT),
  };
}

const watchpoint = ({ first, last, reads, writes }: WatchedRange, index: number): Breakpoint => ({
  bit: watchedBit(index),
  type: !writes ? TYPE.READ : reads ? TYPE.ACCESS : TYPE.WRITE,
  enabled: true,
  first,
  last,
});

function breakpoint(n: number, address: bigint, control: number): Breakpoint {
  const field = (control >>> (16 + 4 * n)) & 15;
  const length = BigInt(LENGTHS[field >> 2]!);
  const first = address & ~(length - 1n);
  return {
    bit: 1 << n,
    type: field & 3,
    enabled: ((control >>> (2 * n)) & 3) !== 0,
    first,
    last: first + length - 1n,
  };
}

/** The bits of those that cover some of `width` bytes, if an enabled one does. */
function meet(list: readonly Breakpoint[], first: bigint, width: number): number {
  const last = first + BigInt(width - 1);
  const met = list.filter((b) => b.first <= last && first <= b.last);
  return met.some(({ enabled }) => enabled) ? met.reduce((bits, { bit }) => bits | bit, 0) : 0;
}

/** Whether the page of an address has to do without a tag. */
export function isWatched(list: readonly Breakpoint[], linearLow: number, linearHigh: number): boolean {
  if (list.length === 0) return false;
  const page = join(linearLow, linearHigh) >> 12n;
  return list.some(({ first, last }) => first >> 12n <= page && page <= last >> 12n);
}

/** The bits of DR6 for an instruction breakpoint at RIP; 0: none, or it is to be passed. */
export const meetCode = (cpu: Cpu, linear: bigint): number =>
  cpu.resuming ? 0 : meet(cpu.breakpoints.code, linear, 1);

/** Of an access that doesn't fault: notes the breakpoints it meets. False: the instruction has to begin again by itself. */
export function passData(cpu: Cpu, linear: bigint, width: number, writes: boolean): boolean {
  const { data } = cpu.breakpoints;
  return noteMet(cpu, meet(writes ? data.filter(isWritten) : data.filter(isRead), linear, width));
}

const isRead = ({ type }: Breakpoint): boolean => type === TYPE.ACCESS || type === TYPE.READ;
const isWritten = ({ type }: Breakpoint): boolean => type !== TYPE.READ;

/** The same of a port, which CR4.DE is needed for. */
export function passPort(cpu: Cpu, port: number, width: number): boolean {
  const { ports } = cpu.breakpoints;
  if (ports.length === 0 || !(low(cpu, cr(4)) & CR4.DE)) return true;
  return noteMet(cpu, meet(ports, BigInt(port), width));
}

/** What is returned as a fault to give the instruction up. */
export const BEGINS_AGAIN: Fault = { vector: VECTOR.DB, detail: 'met a breakpoint, begins again by itself' };

function noteMet(cpu: Cpu, met: number): boolean {
  if (met === 0) return true;
  if (cpu.alone) {
    cpu.met |= met;
    return true;
  }
  cpu.beginsAgain = true;
  cpu.fault = BEGINS_AGAIN;
  return false;
}

/** What has been met is a trap to take on the next boundary, with `bits` more. */
export function pendMet(cpu: Cpu, bits = 0): void {
  const at = word(L.S_PENDING_DEBUG);
  cpu.engine.u32[at] = cpu.engine.u32[at]! | (cpu.met & ~MET_WATCHED) | bits;
  cpu.metWatched |= cpu.met & MET_WATCHED;
  cpu.met = 0;
}
