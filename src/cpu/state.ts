/**
 * The CPU as data: the engine with its memory, the choices made at creation, and what is derived from the state block
 * for speed (TLB index, code cache, fast keys). Everything architectural is in the state block; a checkpoint copies
 * that and nothing else, so whatever is derived must be rebuilt or still be true after a restore.
 */
import { isCanonical } from '../base/u64.ts';
import type { CostTable } from '../cost/cost.ts';
import type { Engine } from '../engine/instantiate.ts';
import * as L from '../engine/layout.ts';
import type { CpuModel } from '../isa/cpu-model.ts';
import type { Breakpoints } from './breakpoints.ts';
import type { Monitor, Stops } from './monitor.ts';
import type { EventRecord, StoreRecord } from './observe.ts';
import type { Fault } from './stop.ts';
import type { SystemScratch } from './system-access.ts';
import type { Vcpus } from './vcpus.ts';

/** A CPU with its memory, of which other vCPUs may have a share. Outside of this directory: opaque but for `ram` and the logs. */
export interface Cpu {
  /** Physical memory; written by hand through `writePhysical`, or after `willWritePhysical`. */
  readonly ram: Uint8Array;
  /** Opt-in logs: assign an array to record, `undefined` to stop. */
  storeLog: StoreRecord[] | undefined;
  eventLog: EventRecord[] | undefined;
  /** Port I/O at CPL 0; without it IN reads ones and OUT is dropped. */
  ports: Ports | undefined;
  readonly engine: Engine;
  readonly model: CpuModel;
  readonly cost: CostTable | undefined;
  readonly fuse: boolean;
  /** Events go through the IDT; otherwise each ends the run. */
  readonly delivers: boolean;
  readonly keepsTlb: boolean;
  /** Instructions that the engine was sent to run, those of a call that has returned being counted in the state block. */
  slice: number;
  /** What follows from the debug registers. */
  breakpoints: Breakpoints;
  /** The next instruction ignores instruction breakpoints: RF was set, or SS was loaded. */
  resuming: boolean;
  /** One instruction runs by itself, or none does: data breakpoints that are met are noted. */
  alone: boolean;
  /** What a debugger stops at, in monitored runs. */
  stops: Stops | undefined;
  /** During a monitored run: what it stops for. */
  monitor: Monitor | undefined;
  /** What the monitored run has to stop for on the next boundary. */
  caught: EventRecord[];
  metWatched: number;
  /** The CPL that observers know of. */
  level: number;
  /** Micro-ops of the next instruction to run, and no more; undefined: all. */
  uopLimit: number | undefined;
  /** What the last run left of its budget. */
  left: number;
  /** Bits for DR6 (and MET_WATCHED) of what the instruction, or the delivery, has met so far. */
  met: number;
  /** An instruction met a breakpoint among others, and runs next by itself. */
  beginsAgain: boolean;
  /** The fault on its way to the report, from the import that found it. */
  fault: Fault | undefined;
  /** A device ended the run: what the program wrote to its exit port. */
  exitCode: number | undefined;
  /** What the model lacks, from the import that came across it. */
  unmodelled: string | undefined;
  readonly tlbIndex: TlbIndex;
  readonly keys: FastKeys;
  readonly code: CodeCache;
  readonly journal: Journal;
  readonly walk: WalkResult;
  /** What the CPU's own accesses to memory have found and planned. */
  readonly system: SystemScratch;
  /** Which vCPU this is, and the others. */
  vcpus: Vcpus;
  /** Where a transfer of control leads. */
  readonly target: Quad;
}

/**
 * A 64-bit value as its signed halves. Deliveries, returns and transfers carry values so, since to make a bigint of each costs
 * more than the access that it comes from.
 */
export interface Quad {
  low: number;
  high: number;
}

/** The high half of a quad with a distance (of less than 2^31) added; the low one is `(low + distance) | 0`. */
export function carried(lowHalf: number, highHalf: number, distance: number): number {
  const sum = (lowHalf >>> 0) + distance;
  if (sum > 0xffffffff) return (highHalf + 1) | 0;
  return sum < 0 ? (highHalf - 1) | 0 : highHalf;
}

export interface Ports {
  in(port: number, width: number): number;
  out(port: number, width: number, value: number): void;
}

/** Chains of TLB entries by hash of their page number, rebuilt whenever entries move. */
export interface TlbIndex {
  readonly heads: Int32Array;
  readonly next: Int32Array;
  /** How many entries there are of each page size: 4 KiB, 2 MiB, 1 GiB. */
  readonly sizes: [number, number, number];
  /** What the first entries equal, unless one of them has gone since. */
  snapshot: TlbSnapshot | undefined;
}

/** The entries at a checkpoint, as they lie in the state block. */
export interface TlbSnapshot {
  readonly count: number;
  readonly words: Int32Array;
}

/** Keys of the fast TLB, for tags that allow reading or fetching, and for those that allow writing. */
export interface FastKeys {
  readonly reads: KeySpace;
  readonly writes: KeySpace;
  /** PKRU, or 0 without CR4.PKE, for which the live keys were dealt. */
  pkru: number;
  /** Since the writes were last revoked. */
  writesGranted: boolean;
}

/** One key for each PCID and set of rights in use since the last flush that concerned it: views of the engine's memory. */
export interface KeySpace {
  /** How many there are. */
  readonly count: Uint32Array;
  /** PCID and rights of the live keys, in no order. */
  readonly contexts: Uint32Array;
  readonly keys: Uint16Array;
  /** The lowest that no tag bears. */
  next: number;
}

export interface CodePage {
  /** Of the code segment, as `codeMode` tells. */
  readonly mode: number;
  readonly linearLow: number;
  readonly linearHigh: number;
  /** Engine address of its table. */
  readonly table: number;
}

export interface CodeCache {
  /** The linear pages under which each physical page (by number) has been decoded. */
  readonly pages: Map<number, CodePage[]>;
  tables: number;
  /** Where the next record goes. */
  next: number;
}

export interface Journal {
  /** Off until the first checkpoint. */
  active: boolean;
  /** Numbers of the pages written since the first checkpoint, by slot; and their slots. */
  readonly pages: number[];
  readonly slots: Map<number, number>;
  /** Contents at the first checkpoint, by slot. */
  readonly base: Uint8Array[];
  /** Something ran or was written since the last checkpoint or restore; if not, memory equals `current`, `dirty` too. */
  touched: boolean;
  /** Slots of the pages that may have been written since `current`; their PAGE_DIRTY is set. */
  readonly dirty: number[];
  /** By slot, the pages as of the checkpoint that memory equals, apart perhaps from `dirty`; beyond its end as in `base`. */
  current: readonly Uint8Array[];
  /** Where the next copy goes. */
  block: ArrayBuffer;
  used: number;
}

/** Filled by a walk, or read from an entry: the 4 KiB frame of the address, and TLB flags. */
export interface WalkResult {
  frame: number;
  flags: number;
}

/** Bits of CR0, SDM vol. 3, 2.5. */
export const CR0 = {
  PE: 1,
  MP: 1 << 1,
  EM: 1 << 2,
  TS: 1 << 3,
  ET: 1 << 4,
  NE: 1 << 5,
  /** Supervisor writes obey R/W. */
  WP: 1 << 16,
  /** Alignment checks, with EFLAGS.AC at CPL 3. */
  AM: 1 << 18,
  NW: 1 << 29,
  CD: 1 << 30,
  PG: 1 << 31,
} as const;

/** Bits of CR4, SDM vol. 3, 2.5. */
export const CR4 = {
  VME: 1,
  PVI: 1 << 1,
  /** RDTSC only at CPL 0. */
  TSD: 1 << 2,
  /** DR4 and DR5 are #UD instead of names for DR6 and DR7. */
  DE: 1 << 3,
  PSE: 1 << 4,
  PAE: 1 << 5,
  MCE: 1 << 6,
  /** Global pages outlive MOV to CR3. */
  PGE: 1 << 7,
  PCE: 1 << 8,
  OSFXSR: 1 << 9,
  OSXMMEXCPT: 1 << 10,
  UMIP: 1 << 11,
  /** 5-level paging. */
  LA57: 1 << 12,
  FSGSBASE: 1 << 16,
  /** TLB entries carry CR3[11:0]; bit 63 of a value moved to CR3 keeps them. */
  PCIDE: 1 << 17,
  OSXSAVE: 1 << 18,
  /** No supervisor fetches from user pages. */
  SMEP: 1 << 20,
  /** No supervisor data accesses to user pages while EFLAGS.AC is 0. */
  SMAP: 1 << 21,
  /** Protection keys for user pages, whose rights PKRU has. */
  PKE: 1 << 22,
} as const;

/** Bits of IA32_EFER, SDM vol. 3, 2.2.1. */
export const EFER = { SCE: 1, LME: 1 << 8, LMA: 1 << 10, NXE: 1 << 11 } as const;

/** Word index of an offset in the state block. */
export const word = (offset: number): number => (L.STATE + offset) >> 2;

/** Low half of a 64-bit field. */
export const low = (cpu: Cpu, offset: number): number => cpu.engine.i32[(L.STATE + offset) >> 2]!;

export const high = (cpu: Cpu, offset: number): number => cpu.engine.i32[((L.STATE + offset) >> 2) + 1]!;

export const read64 = (cpu: Cpu, offset: number): bigint => cpu.engine.u64[(L.STATE + offset) >> 3]!;

export const readQuad = (cpu: Cpu, offset: number): Quad => ({ low: low(cpu, offset), high: high(cpu, offset) });

export function writeHalves({ engine: { i32 } }: Cpu, offset: number, lowHalf: number, highHalf: number): void {
  const at = (L.STATE + offset) >> 2;
  i32[at] = lowHalf;
  i32[at + 1] = highHalf;
}

export function write64(cpu: Cpu, offset: number, value: bigint): void {
  cpu.engine.u64[(L.STATE + offset) >> 3] = value;
}

export const cr = (n: number): number => L.S_CR + 8 * n;

export const cpl = (cpu: Cpu): number => cpu.engine.u32[word(L.S_CPL)]!;

/** The bits of a physical address that lie in its high half; those above are reserved (SDM vol. 3, 4.1.4). */
export const physicalHigh = (cpu: Cpu): number => (1 << (cpu.model.physicalBits - 32)) - 1;

/** How far to shift the signed high half of an address that the paging mode takes, for nothing but copies of the sign to be left. */
const canonicalShift = (cpu: Cpu): number => (low(cpu, cr(4)) & CR4.LA57 ? 24 : 15);

/** Of the signed high half of an address: bits 63:47 agree, or 63:56 with 5-level paging (SDM vol. 1, 3.3.7.1). */
export const isCanonicalHigh = (cpu: Cpu, linearHigh: number): boolean =>
  linearHigh >> canonicalShift(cpu) === linearHigh >> 31;

/** Whether memory can be accessed at an address, and RIP be there: as the paging mode has it. */
export const isCanonicalAddress = (cpu: Cpu, linear: bigint): boolean => isCanonicalHigh(cpu, highHalf(linear));

/** Whether a base, an MSR or INVPCID takes an address: as the CPU has it, whatever the paging mode is (SDM vol. 3, 4.5). */
export const isCanonicalBase = (cpu: Cpu, linear: bigint): boolean =>
  isCanonical(linear, cpu.model.features.la57 ? 57 : 48);

/** The PCID in use: CR3[11:0] with CR4.PCIDE, else 0. */
export const currentPcid = (cpu: Cpu): number => (low(cpu, cr(4)) & CR4.PCIDE ? low(cpu, cr(3)) & 0xfff : 0);

const CS_SELECTOR = word(L.S_SEGMENTS + L.SEGMENT_BYTES + L.SEG_SELECTOR);
const CS_BASE = word(L.S_SEGMENTS + L.SEGMENT_BYTES);
const CS_LIMIT = word(L.S_SEGMENTS + L.SEGMENT_BYTES + L.SEG_LIMIT);
const SS_SELECTOR = word(L.S_SEGMENTS + 2 * L.SEGMENT_BYTES + L.SEG_SELECTOR);
const B_OF_SELECTOR = 1 << 30;

/** Bits of `codeMode`. Without LONG it is compatibility mode. */
export const CODE_MODE = { LONG: 1, WIDE: 2, BOUNDED: 4, NARROW_STACK: 8 } as const;

/**
 * How the bytes of code are read: L (bit 0) and D/B (bit 1) of CS (SDM vol. 3, 3.4.5). In compatibility mode also whether CS has a
 * base or a limit (bit 2), and whether the stack pointer is SP, for want of SS.B (bit 3).
 */
export function codeMode({ engine: { u32 } }: Cpu): number {
  const mode = (u32[CS_SELECTOR]! >>> 29) & 3;
  if (mode & CODE_MODE.LONG) return mode;
  const flat = u32[CS_BASE] === 0 && u32[CS_BASE + 1] === 0 && u32[CS_LIMIT] === 0xffffffff;
  return mode | (flat ? 0 : CODE_MODE.BOUNDED) | (u32[SS_SELECTOR]! & B_OF_SELECTOR ? 0 : CODE_MODE.NARROW_STACK);
}

/** Code is of 64 bits; otherwise it runs in compatibility mode. */
export const isLongMode = ({ engine: { u32 } }: Cpu): boolean => ((u32[CS_SELECTOR]! >>> 29) & CODE_MODE.LONG) !== 0;

/** Adds to a 64-bit counter without making a bigint. */
export function count(cpu: Cpu, offset: number, amount = 1): void {
  const { u32 } = cpu.engine;
  const at = word(offset);
  const sum = u32[at]! + amount;
  u32[at] = sum;
  if (sum > 0xffffffff) u32[at + 1] = u32[at + 1]! + Math.floor(sum / 0x100000000);
}

/** The unsigned 64-bit number of two int32 halves. */
export const join = (lowHalf: number, highHalf: number): bigint =>
  (BigInt(highHalf >>> 0) << 32n) | BigInt(lowHalf >>> 0);

export const lowHalf = (value: bigint): number => Number(BigInt.asIntN(32, value));
export const highHalf = (value: bigint): number => Number(BigInt.asIntN(32, value >> 32n));
