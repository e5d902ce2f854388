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
import { u64 } from '../base/u64.ts';
import type { CostTable } from '../cost/cost.ts';
import { instantiateEngine } from '../engine/instantiate.ts';
import * as L from '../engine/layout.ts';
import type { CpuModel } from '../isa/cpu-model.ts';
import { MAX } from '../isa/cpu-models.ts';
import { RFLAGS, SEGMENT } from '../isa/insn.ts';
import { NO_BREAKPOINTS } from './breakpoints.ts';
import { emptyCode, fetchRecord } from './code-cache.ts';
import { drOffset, effective } from './debug-registers.ts';
import { dealKeys, newKeys } from './fast-tlb.ts';
import { emptyJournal } from './journal.ts';
import { dropCode, logStore, noteFault, noteWrite, translateAccess } from './memory.ts';
import { readMsr, resetMsrs, setMsrRaw } from './msr.ts';
import type { Counters } from './observe.ts';
import { FETCH, peek, prefetch, READ, WRITE } from './paging.ts';
import { DEFAULT_SEED } from './random.ts';
import {
  enterLevel,
  readSegment,
  readTable,
  resetSegments,
  type Segment,
  type Table,
  type TableName,
  writeSegment,
  writeTable,
} from './segments.ts';
import { type Cpu, CR0, CR4, cpl, cr, EFER, physicalHigh, read64, word, write64 } from './state.ts';
import { systemOp } from './system.ts';
import { emptyScratch } from './system-access.ts';
import { emptyIndex, flushAll } from './tlb.ts';
import { ONE_VCPU } from './vcpus.ts';
import { XCR0_RESET } from './xcr0.ts';

export { raiseInterrupt, raiseMachineCheck, raiseNmi } from './boundary.ts';
export { type Checkpoint, checkpoint, restore, stateBytes } from './checkpoint.ts';
export { type UopsAt, uopsAt } from './code-cache.ts';
export {
  type Activity,
  activity,
  areNmisBlocked,
  eventShadows,
  type Injection,
  injectEvent,
  isRepeating,
  pendingInterrupt,
} from './injection.ts';
export { isStop, type Monitor, type MonitorStop, type Stops, setStops, type WatchedRange } from './monitor.ts';
export { MSR } from './msr.ts';
export type { Counters, Delivery, EventRecord, StoreRecord, TlbEntry } from './observe.ts';
export { getPkru, setPkru } from './pkru.ts';
export { run, runMonitored, runUops, temporary } from './run.ts';
export { LDTR, type Segment, type Table, type TableName, TR } from './segments.ts';
export { type Cpu, CR0, CR4, EFER, type Ports } from './state.ts';
export { EXCEPTIONS, type FaultStop, faultName, type Stop, VECTOR } from './stop.ts';
export { tlbEntries } from './tlb.ts';
export { addVcpu, selectedVcpu, selectVcpu, vcpuCount } from './vcpus.ts';
export {
  type MappedPage,
  mappings,
  type PageRights,
  rightsFault,
  tlbEntryFor,
  type Walk,
  type WalkStep,
  walkTables,
} from './walk.ts';

export interface CpuOptions {
  /** Physical memory, a multiple of 4096. */
  readonly ramBytes: number;
  /** How long translations live: `keep` everything the manual permits (default), or `none` at all. */
  readonly tlb?: 'keep' | 'none';
  /** 5: CR4.LA57 is set, which can't change in 64-bit mode (default: 4). */
  readonly pagingLevels?: 4 | 5;
  /** What it has and how it differs from others (default: `max`). */
  readonly model?: CpuModel;
  /** What RDRAND and RDSEED begin with: the same seed gives the same numbers (default: a fixed one). */
  readonly seed?: bigint;
  /** Without one, an instruction costs a cycle and nothing else costs anything. */
  readonly cost?: CostTable;
  /** `deliver`: events go through the IDT. `stop` (default): each of them ends the run with a report. */
  readonly events?: 'deliver' | 'stop';
  /** Off: the engine runs the plain micro-ops, for comparison. */
  readonly fuse?: boolean;
}

/** A CPU in 64-bit mode at CPL 0 with paging on, CR3 = 0, everything else as after a reset. */
export function createCpu(options: CpuOptions): Cpu {
  const {
    ramBytes,
    tlb = 'keep',
    model = MAX,
    seed = DEFAULT_SEED,
    cost,
    events,
    fuse = true,
    pagingLevels = 4,
  } = options;
  const engine = instantiateEngine(ramBytes, {
    system: (record) => systemOp(cpu, record),
    translate: (access, width, handle) => translateAccess(cpu, access, width, handle) || noteFault(cpu),
    fetch: () => fetchRecord(cpu),
    stored: (handle, width) => logStore(cpu, handle, width),
    codeWritten: (physical) => dropCode(cpu, physical),
    rekey: () => dealKeys(cpu),
  });
  const cpu: Cpu = {
    ram: engine.ram,
    storeLog: undefined,
    eventLog: undefined,
    ports: undefined,
    engine,
    model,
    cost,
    fuse,
    delivers: events === 'deliver',
    breakpoints: NO_BREAKPOINTS,
    resuming: false,
    alone: true,
    stops: undefined,
    monitor: undefined,
    caught: [],
    metWatched: 0,
    level: 0,
    uopLimit: undefined,
    left: 0,
    met: 0,
    beginsAgain: false,
    keepsTlb: tlb === 'keep',
    slice: 0,
    fault: undefined,
    unmodelled: undefined,
    exitCode: undefined,
    tlbIndex: emptyIndex(),
    keys: newKeys(engine.bytes),
    code: emptyCode(),
    journal: emptyJournal(),
    walk: { frame: 0, flags: 0 },
    system: emptyScratch(),
    vcpus: ONE_VCPU,
    target: { low: 0, high: 0 },
  };
  engine.u32[L.PASSING >> 2] = 1;
  describeModel(cpu);
  reset(cpu, pagingLevels);
  write64(cpu, L.S_RANDOM, u64(seed));
  return cpu;
}

/** Bits 51:32 of a paging-structure entry, in its high half. */
const ADDRESS_HIGH = 0x000fffff;

/** What the engine's walks have to know. */
function describeModel(cpu: Cpu): void {
  const { engine, model, ram } = cpu;
  engine.u32[L.RESERVED_HIGH >> 2] = ADDRESS_HIGH & ~physicalHigh(cpu);
  engine.u32[L.GIGABYTE_PAGES >> 2] = model.features.gbpages ? 1 : 0;
  engine.u32[L.RAM_BYTES >> 2] = ram.length;
}

function reset(cpu: Cpu, pagingLevels: 4 | 5): void {
  const { features } = cpu.model;
  write64(cpu, L.S_RFLAGS, BigInt(RFLAGS.FIXED));
  write64(cpu, cr(0), BigInt((CR0.PE | CR0.MP | CR0.ET | CR0.NE | CR0.WP | CR0.AM | CR0.PG) >>> 0));
  write64(cpu, cr(4), BigInt(CR4.PAE | (pagingLevels === 5 ? CR4.LA57 : 0)));
  write64(cpu, L.S_XCR0, XCR0_RESET);
  write64(cpu, L.S_EFER, BigInt(EFER.SCE | EFER.LME | EFER.LMA | (features.nx ? EFER.NXE : 0)));
  for (const n of [6, 7]) write64(cpu, drOffset(n), effective(n, 0n));
  resetSegments(cpu);
  resetMsrs(cpu);
}

// Registers: 0 … 15 by their encoding.
export const getReg = (cpu: Cpu, n: number): bigint => read64(cpu, L.S_GPR + 8 * n);
export const setReg = (cpu: Cpu, n: number, value: bigint): void => write64(cpu, L.S_GPR + 8 * n, u64(value));
export const getRip = (cpu: Cpu): bigint => read64(cpu, L.S_RIP);
export function setRip(cpu: Cpu, value: bigint): void {
  write64(cpu, L.S_RIP, u64(value));
  cpu.engine.u32[word(L.S_REPEATING)] = 0;
}
export const getFlags = (cpu: Cpu): bigint => read64(cpu, L.S_RFLAGS);
export const setFlags = (cpu: Cpu, value: bigint): void => write64(cpu, L.S_RFLAGS, u64(value) | BigInt(RFLAGS.FIXED));

/** CR0, 2, 3, 4, 8. */
export const getCr = (cpu: Cpu, n: number): bigint => read64(cpu, cr(n));

/** Raw: no checks, no counting; every translation is dropped. */
export function setCr(cpu: Cpu, n: number, value: bigint): void {
  write64(cpu, cr(n), u64(value));
  if (n === 2 || n === 8) return;
  const { eventLog } = cpu;
  cpu.eventLog = undefined;
  const dropped = read64(cpu, L.S_TLB_DROPPED);
  flushAll(cpu, 'set by hand');
  write64(cpu, L.S_TLB_DROPPED, dropped);
  cpu.eventLog = eventLog;
}

/** DR0 … 3, 6, 7; raw but for the fixed bits. */
export const getDr = (cpu: Cpu, n: number): bigint => read64(cpu, drOffset(n));
export const setDr = (cpu: Cpu, n: number, value: bigint): void => write64(cpu, drOffset(n), effective(n, u64(value)));

/** undefined: the CPU has no such MSR. */
export const getMsr = (cpu: Cpu, index: number): bigint | undefined => readMsr(cpu, index);
export const setMsr = (cpu: Cpu, index: number, value: bigint): void => setMsrRaw(cpu, index, value);

const baseOffset = (segment: number): number | undefined =>
  segment === SEGMENT.FS ? L.S_FS_BASE : segment === SEGMENT.GS ? L.S_GS_BASE : undefined;

/** Base of a segment by number; only FS (4) and GS (5) have one in 64-bit mode. */
export function getSegmentBase(cpu: Cpu, segment: number): bigint {
  const offset = baseOffset(segment);
  return offset === undefined ? 0n : read64(cpu, offset);
}

export function setSegmentBase(cpu: Cpu, segment: number, value: bigint): void {
  const offset = baseOffset(segment);
  if (offset !== undefined) write64(cpu, offset, u64(value));
}

export const getCpl = (cpu: Cpu): number => cpl(cpu);

/** With CS and SS as Linux has them there: flat, 0x10 and 0x18 for the kernel, 0x33 and 0x2b for the user. */
export const setCpl = (cpu: Cpu, level: number): void => enterLevel(cpu, level);

/** A segment register by number: `SEGMENT`, `LDTR`, `TR`. */
export const getSegment = (cpu: Cpu, n: number): Segment => readSegment(cpu, n);
/** Raw: no checks, and the CPL stays. */
export const setSegment = (cpu: Cpu, n: number, segment: Segment): void => writeSegment(cpu, n, segment);

/** GDTR, IDTR; raw. */
export const getTable = (cpu: Cpu, table: TableName): Table => readTable(cpu, table);
export const setTable = (cpu: Cpu, table: TableName, value: Table): void => writeTable(cpu, table, value);

export function counters(cpu: Cpu): Counters {
  const number = (offset: number): number => Number(read64(cpu, offset));
  return {
    instructions: number(L.S_INSTRUCTIONS),
    cycles: read64(cpu, L.S_CYCLES),
    cr3Writes: number(L.S_CR3_WRITES),
    cr3Flushing: number(L.S_CR3_FLUSHING),
    tlbFilled: number(L.S_TLB_FILLED),
    tlbDropped: number(L.S_TLB_DROPPED),
  };
}

const ACCESS = { read: READ, write: WRITE, execute: FETCH } as const;
export type AccessKind = keyof typeof ACCESS;

/** The physical address, by the TLB and the page tables, filling and marking nothing; undefined where it would fault. */
export function translate(cpu: Cpu, linear: bigint, access: AccessKind): number | undefined {
  const physical = peekAt(cpu, linear, access);
  return physical < 0 ? undefined : physical;
}

const peekAt = (cpu: Cpu, linear: bigint, access?: AccessKind): number =>
  peek(cpu, ...halves(linear), access === undefined ? undefined : ACCESS[access]);

const halves = (linear: bigint): [low: number, high: number] => [
  Number(u64(linear) & 0xffffffffn) | 0,
  Number(u64(linear) >> 32n) | 0,
];

/** Fills the TLB with translations under another CR3 (bit 63 clear), without loading it. */
export function prefill(cpu: Cpu, cr3: bigint, addresses: readonly bigint[]): void {
  for (const linear of addresses) prefetch(cpu, ...halves(linear), cr3);
}

/** Debugger's read: whatever is mapped, rights ignored; undefined where something is unmapped. */
export function readLinear(cpu: Cpu, linear: bigint, length: number): Uint8Array | undefined {
  const bytes = new Uint8Array(length);
  const complete = eachPiece(cpu, linear, length, (physical, from, size) =>
    bytes.set(cpu.ram.subarray(physical, physical + size), from),
  );
  return complete ? bytes : undefined;
}

/** Debugger's write, read-only pages included; false (and nothing written) where something is unmapped. */
export function writeLinear(cpu: Cpu, linear: bigint, bytes: Uint8Array): boolean {
  if (!eachPiece(cpu, linear, bytes.length, () => {})) return false;
  return eachPiece(cpu, linear, bytes.length, (physical, from, size) => {
    noteWrite(cpu, physical, size);
    cpu.ram.set(bytes.subarray(from, from + size), physical);
  });
}

/** Page by page; false at the first that is unmapped. */
function eachPiece(
  cpu: Cpu,
  linear: bigint,
  length: number,
  visit: (physical: number, from: number, size: number) => void,
): boolean {
  for (let from = 0; from < length; ) {
    const physical = peekAt(cpu, linear + BigInt(from));
    if (physical < 0 || physical >= cpu.ram.length) return false;
    const size = Math.min(length - from, 0x1000 - (physical & 0xfff));
    visit(physical, from, size);
    from += size;
  }
  return true;
}

/** Changes physical memory by hand: cached code there goes, checkpoints know of it. */
export function writePhysical(cpu: Cpu, physical: number, bytes: Uint8Array): void {
  willWritePhysical(cpu, physical, bytes.length);
  cpu.ram.set(bytes, physical);
}

/** To be called *before* `ram` is changed directly on a CPU that has run or has checkpoints. */
export function willWritePhysical(cpu: Cpu, physical: number, length: number): void {
  noteWrite(cpu, physical, length);
}
