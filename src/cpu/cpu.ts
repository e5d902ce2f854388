/**
 * The modelled CPU: the public face of this directory. Plain data and functions on it.
 *
 * Everything architectural lies in one state block of the engine's memory (`engine/layout.ts`), so the CPU can be
 * copied, hashed and restored by copying bytes; the files here are views of that block, one per concern, and the
 * cold behaviour that the engine calls back for. The subtle invariant: while the engine runs, only its imports
 * touch the state, and they never run the engine again.
 *
 * 64-bit values are bigint here, unsigned. Addresses are linear unless the name says physical.
 */
import type { CostTable } from '../cost/cost.ts';
import type { Insn } from '../isa/insn.ts';
import type { Uop } from '../uop/uop.ts';
import type { CpuFeatures } from './features.ts';
import type { Counters, EventRecord, StoreRecord, TlbEntry } from './observe.ts';
import type { Stop } from './stop.ts';

export interface CpuOptions {
  /** Physical memory, a multiple of 4096. */
  readonly ramBytes: number;
  /** How long translations live: `keep` everything the manual permits (default), or `none` at all. */
  readonly tlb?: 'keep' | 'none';
  readonly features?: Partial<CpuFeatures>;
  readonly cost?: CostTable;
  /** Off: the engine runs the plain micro-ops, for comparison. */
  readonly fuse?: boolean;
}

/** What would run at an address. */
export type UopsAt =
  | { readonly kind: 'uops'; readonly insn: Insn; readonly uops: readonly Uop[] }
  | { readonly kind: 'not-modelled'; readonly insn: Insn }
  | { readonly kind: 'invalid'; readonly why: string };

export type AccessKind = 'read' | 'write' | 'execute';

/** One vCPU with its memory. Opaque: use the functions. */
export interface Cpu {
  /** Physical memory; writing here by hand needs `wrotePhysical` when the CPU has run already. */
  readonly ram: Uint8Array;
  /** Opt-in logs: assign an array to record, `undefined` to stop. */
  storeLog: StoreRecord[] | undefined;
  eventLog: EventRecord[] | undefined;
}

/** The state block and the pages written up to here; immutable, restorable in any order. */
export interface Checkpoint {
  readonly state: Uint8Array;
  readonly pages: ReadonlyMap<number, Uint8Array>;
}

/** The functions this module exports, by signature. */
export interface CpuModule {
  createCpu(options: CpuOptions): Cpu;
  run(cpu: Cpu, maxInsns: number): Stop;
  getReg(cpu: Cpu, n: number): bigint;
  setReg(cpu: Cpu, n: number, value: bigint): void;
  getRip(cpu: Cpu): bigint;
  setRip(cpu: Cpu, value: bigint): void;
  getFlags(cpu: Cpu): bigint;
  setFlags(cpu: Cpu, value: bigint): void;
  /** CR0, 2, 3, 4, 8 raw: no checks; changes of paging drop every translation. */
  getCr(cpu: Cpu, n: number): bigint;
  setCr(cpu: Cpu, n: number, value: bigint): void;
  getDr(cpu: Cpu, n: number): bigint;
  setDr(cpu: Cpu, n: number, value: bigint): void;
  /** undefined: the CPU has no such MSR. */
  getMsr(cpu: Cpu, index: number): bigint | undefined;
  setMsr(cpu: Cpu, index: number, value: bigint): void;
  /** Segment bases, 4 FS and 5 GS (also IA32_KERNEL_GS_BASE, by MSR). */
  getSegmentBase(cpu: Cpu, segment: number): bigint;
  setSegmentBase(cpu: Cpu, segment: number, value: bigint): void;
  getCpl(cpu: Cpu): number;
  setCpl(cpu: Cpu, cpl: number): void;
  counters(cpu: Cpu): Counters;
  tlbEntries(cpu: Cpu): TlbEntry[];
  /** By the TLB and the page tables, without filling or marking anything; undefined where it would fault. */
  translate(cpu: Cpu, linear: bigint, access: AccessKind): number | undefined;
  /** Debugger's accesses: supervisor rights, no side effects but the bytes; undefined (false) where unmapped. */
  readLinear(cpu: Cpu, linear: bigint, length: number): Uint8Array | undefined;
  writeLinear(cpu: Cpu, linear: bigint, bytes: Uint8Array): boolean;
  /** Tells the CPU that `ram` changed by hand: cached code there is dropped, the page is journaled. */
  wrotePhysical(cpu: Cpu, physical: number, length: number): void;
  checkpoint(cpu: Cpu): Checkpoint;
  restore(cpu: Cpu, checkpoint: Checkpoint): void;
  uopsAt(cpu: Cpu, rip: bigint): UopsAt;
}
