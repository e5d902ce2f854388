/**
 * The segment registers with their hidden parts, GDTR and IDTR: views of the state block, and loads from the descriptor tables with
 * every check of SDM vol. 2 (MOV, POP, LDS/LES/LFS/LGS/LSS, LLDT, LTR). A load has changed nothing when it faults.
 *
 * In 64-bit mode the caches of ES, CS, SS and DS matter for privilege and type only: their bases and limits are kept, and not used.
 * The subtle invariant: CPL is the DPL in the cache of SS and the RPL in CS, and S_CPL repeats it for the engine.
 *
 * A load of SS would also hold off events for one instruction (SDM vol. 3, 6.8.3); with events that begins at the end of `loadSegment`.
 */
import { u64 } from '../base/u64.ts';
import * as L from '../engine/layout.ts';
import type { CpuModel } from '../isa/cpu-model.ts';
import { SEGMENT, SEGMENT_NAMES } from '../isa/insn.ts';
import {
  ATTRIBUTE,
  attributesOf,
  baseOf,
  type Descriptor,
  dplOf,
  isNull,
  isPresent,
  isPrivate,
  isReadable,
  isSystem,
  isWritable,
  limitOf,
  rplOf,
  SEGMENT_TYPE,
  SYSTEM_TYPE,
  selectorError,
  typeOf,
  upperTypeIsZero,
} from './descriptors.ts';
import { refreshKey } from './fast-tlb.ts';
import { IMPLICIT } from './paging.ts';
import {
  type Cpu,
  carried,
  cpl,
  high,
  highHalf,
  isCanonicalBase,
  join,
  low,
  lowHalf,
  read64,
  word,
  write64,
  writeHalves,
} from './state.ts';
import { type Fault, gp, VECTOR } from './stop.ts';
import { commitWrites, isFault, newPlan, type Plan, planWrite, readMemory } from './system-access.ts';

/** A segment register: what the program sees, and the descriptor as it was loaded. */
export interface Segment extends Descriptor {
  readonly selector: number;
}

/** Numbers of segment registers go on from `SEGMENT`. */
export const LDTR = 6;
export const TR = 7;

export interface Table {
  readonly base: bigint;
  /** The last byte's offset. */
  readonly limit: number;
}

export type TableName = 'gdt' | 'idt';

// The state block

const at = (n: number): number => L.S_SEGMENTS + n * L.SEGMENT_BYTES;
const SELECTOR_OF_LAST_WORD = (L.SEG_SELECTOR - L.SEG_LIMIT) / 4;

/** Selector in the low half, attributes in the high one. */
const selectorWord = (cpu: Cpu, n: number): number =>
  cpu.engine.u32[word(at(n) + L.SEG_LIMIT) + SELECTOR_OF_LAST_WORD]!;
export const selectorIn = (cpu: Cpu, n: number): number => selectorWord(cpu, n) & 0xffff;
export const attributesIn = (cpu: Cpu, n: number): number => selectorWord(cpu, n) >>> 16;

export const readSegment = (cpu: Cpu, n: number): Segment => ({
  selector: selectorIn(cpu, n),
  base: read64(cpu, at(n)),
  limit: cpu.engine.u32[word(at(n) + L.SEG_LIMIT)]!,
  attributes: attributesIn(cpu, n),
});

export const limitIn = (cpu: Cpu, n: number): number => cpu.engine.u32[word(at(n) + L.SEG_LIMIT)]!;
/** The halves of a base. */
export const baseLowIn = (cpu: Cpu, n: number): number => low(cpu, at(n));
export const baseHighIn = (cpu: Cpu, n: number): number => high(cpu, at(n));

export function writeSegment(cpu: Cpu, n: number, { selector, base, limit, attributes }: Segment): void {
  writeFields(cpu, n, selector, lowHalf(base), highHalf(base), limit, attributes);
  noteSegment(cpu, n);
}

/** Without `noteSegment`, which whoever writes more than one has to call in the end. */
function writeFields(
  cpu: Cpu,
  n: number,
  selector: number,
  baseLow: number,
  baseHigh: number,
  limit: number,
  attributes: number,
): void {
  const { i32 } = cpu.engine;
  writeHalves(cpu, at(n), baseLow, baseHigh);
  i32[word(at(n) + L.SEG_LIMIT)] = limit;
  i32[word(at(n) + L.SEG_SELECTOR)] = (selector & 0xffff) | (attributes << 16);
}

/** How code is read follows from CS, in compatibility mode from SS too. */
function noteSegment(cpu: Cpu, n: number): void {
  if (n === SEGMENT.CS || n === SEGMENT.SS) refreshKey(cpu);
}

const tableAt = (table: TableName): number => (table === 'gdt' ? L.S_GDTR : L.S_IDTR);

export const readTable = (cpu: Cpu, table: TableName): Table => ({
  base: read64(cpu, tableAt(table)),
  limit: cpu.engine.u32[word(tableAt(table) + 8)]!,
});

export function writeTable(cpu: Cpu, table: TableName, { base, limit }: Table): void {
  write64(cpu, tableAt(table), u64(base));
  cpu.engine.u32[word(tableAt(table) + 8)] = limit;
}

// Use

export interface LogicalAccess {
  /** As numbered in `SEGMENT`. */
  readonly segment: number;
  readonly offset: number;
  /** Bytes. */
  readonly width: number;
  readonly access: 'none' | 'read' | 'write';
}

/**
 * Compatibility mode: the linear address of a logical one, unsigned 32 bits, or #GP(0), #SS(0) for the stack segment, by usability,
 * type and limit (SDM vol. 3, 5.3 to 5.5). No access wraps around 4 GiB.
 */
export function logicalAddress(cpu: Cpu, { segment, offset, width, access }: LogicalAccess): number | Fault {
  const { base, limit, attributes } = readSegment(cpu, segment);
  const linear = (Number(base & 0xffffffffn) + offset) >>> 0;
  if (access === 'none') return linear;
  const refusal = (why: string): Fault => ({
    vector: segment === SEGMENT.SS ? VECTOR.SS : VECTOR.GP,
    error: 0,
    detail: `0x${offset.toString(16)} in ${SEGMENT_NAMES[segment]}: ${why} (SDM vol. 3, 5.3)`,
  });
  if (attributes & UNUSABLE) return refusal('the segment is null');
  // The type is always #GP, and was checked of SS when it was loaded.
  if (access === 'write' ? !isWritable(attributes) : !isReadable(attributes))
    return gp('the segment may not be used so');
  if (!withinLimit(offset, width, limit, attributes)) return refusal('beyond the limit');
  return linear;
}

/** Expand-down segments begin above their limit, and end at 64 KiB or 4 GiB by B. */
function withinLimit(offset: number, width: number, limit: number, attributes: number): boolean {
  const last = offset + width - 1;
  if (!isExpandDown(attributes)) return last <= limit;
  return offset > limit && last <= (attributes & DB ? FLAT : 0xffff);
}

const isExpandDown = (attributes: number): boolean => (attributes & (S | CODE | EXPAND_DOWN)) === (S | EXPAND_DOWN);

// By hand

const { P, S, DPL, L: LONG, DB, G, UNUSABLE } = ATTRIBUTE;
const { ACCESSED, WRITABLE, READABLE, EXPAND_DOWN, CODE } = SEGMENT_TYPE;
const FLAT = 0xffffffff;
/** A 64-bit code segment and a data segment of all memory, without their DPL. */
export const FLAT_CODE = P | S | G | LONG | CODE | READABLE | ACCESSED;
export const FLAT_DATA = P | S | G | DB | WRITABLE | ACCESSED;

/** Selectors of Linux's flat segments, by CPL. */
const KERNEL = { cs: 0x10, ss: 0x18 } as const;
const USER = { cs: 0x33, ss: 0x2b } as const;

const withDpl = (attributes: number, level: number): number => (attributes & ~DPL) | (level << 5);

/** CS and SS as Linux has them at this CPL, and the CPL. */
export function enterLevel(cpu: Cpu, level: number): void {
  const { cs, ss } = level === 3 ? USER : { cs: KERNEL.cs | level, ss: KERNEL.ss | level };
  writeSegment(cpu, SEGMENT.CS, { selector: cs, base: 0n, limit: FLAT, attributes: withDpl(FLAT_CODE, level) });
  writeSegment(cpu, SEGMENT.SS, { selector: ss, base: 0n, limit: FLAT, attributes: withDpl(FLAT_DATA, level) });
  writeCpl(cpu, level);
}

export function writeCpl(cpu: Cpu, level: number): void {
  cpu.engine.u32[word(L.S_CPL)] = level;
  refreshKey(cpu);
}

const NULL_SEGMENT: Segment = { selector: 0, base: 0n, limit: 0, attributes: UNUSABLE };

/** A flat kernel without descriptor tables: the tables' registers and TR as after a reset (SDM vol. 3, table 10-1). */
export function resetSegments(cpu: Cpu): void {
  for (const n of [SEGMENT.ES, SEGMENT.DS, SEGMENT.FS, SEGMENT.GS, LDTR]) writeSegment(cpu, n, NULL_SEGMENT);
  writeSegment(cpu, TR, { selector: 0, base: 0n, limit: 0xffff, attributes: P | SYSTEM_TYPE.BUSY_TSS });
  for (const table of ['gdt', 'idt'] as const) writeTable(cpu, table, { base: 0n, limit: 0xffff });
  enterLevel(cpu, 0);
}

// Descriptors in memory

/** A descriptor's first eight bytes, and the address that they were read from. */
export interface Found {
  readonly selector: number;
  readonly linearLow: number;
  readonly linearHigh: number;
  readonly low: number;
  readonly high: number;
  readonly attributes: number;
}

const BYTE_OF_TYPE = 5;
const BEYOND = 'the selector is beyond its descriptor table';

/** The descriptor that a selector names; undefined beyond its table. Faults are those of the access. */
export function lookUp(cpu: Cpu, selector: number): Found | Fault | undefined {
  if (!isWithin(cpu, selector, 8)) return undefined;
  const base = tableOf(selector);
  const distance = selector & ~7;
  const linearLow = (low(cpu, base) + distance) | 0;
  const linearHigh = carried(low(cpu, base), high(cpu, base), distance);
  const fault = readMemory(cpu, linearLow, linearHigh, 8, IMPLICIT, gpOf(selector));
  if (fault) return fault;
  const { loaded } = cpu.system;
  return { selector, linearLow, linearHigh, low: loaded.low, high: loaded.high, attributes: attributesOf(loaded.high) };
}

/** Where the state block has the base of a selector's table. */
const tableOf = (selector: number): number => (selector & 4 ? at(LDTR) : L.S_GDTR);

/** Whether the table reaches as far as the end of the descriptor. */
function isWithin(cpu: Cpu, selector: number, size: 8 | 16): boolean {
  const inLdt = (selector & 4) !== 0;
  if (inLdt && attributesIn(cpu, LDTR) & UNUSABLE) return false;
  const limit = inLdt ? limitIn(cpu, LDTR) : cpu.engine.u32[word(tableAt('gdt') + 8)]!;
  return (selector & ~7) + size - 1 <= limit;
}

const gpOf = (selector: number) => ({ vector: VECTOR.GP, error: selectorError(selector) });

/** The same, and #GP(selector) beyond the table. */
export const find = (cpu: Cpu, selector: number): Found | Fault => lookUp(cpu, selector) ?? refuse(selector, BEYOND);

/** The second half of a system descriptor, into `cpu.system.loaded`; its type field has to be zero. */
export function findUpper(cpu: Cpu, { selector, linearLow, linearHigh }: Found): Fault | undefined {
  if (!isWithin(cpu, selector, 16)) return refuse(selector, BEYOND);
  const fault = readMemory(cpu, (linearLow + 8) | 0, carried(linearLow, linearHigh, 8), 8, IMPLICIT, gpOf(selector));
  if (fault || upperTypeIsZero(cpu.system.loaded.high)) return fault;
  return refuse(selector, 'the upper half of the system descriptor has a type');
}

const name = (selector: number): string => `selector 0x${selector.toString(16)}`;

/** #GP(selector). */
export const refuse = (selector: number, why: string): Fault =>
  gp(`${name(selector)}: ${why}`, selectorError(selector));

/** #NP(selector), or #SS(selector) for stacks. */
export const absent = (selector: number, vector: number = VECTOR.NP): Fault => ({
  vector,
  error: selectorError(selector),
  detail: `${name(selector)}: the segment is not present`,
});

/** Plans to mark the descriptor, where the bits aren't set yet. */
export function planMark(cpu: Cpu, plan: Plan, found: Found, bits: number): Fault | undefined {
  if ((found.attributes & bits) === bits) return undefined;
  const { linearLow, linearHigh, selector } = found;
  const value = ((found.high >>> 8) & 0xff) | bits;
  const to = carried(linearLow, linearHigh, BYTE_OF_TYPE);
  return planWrite(cpu, plan, (linearLow + BYTE_OF_TYPE) | 0, to, 1, value, 0, IMPLICIT, gpOf(selector));
}

/** A code or data segment into its register, without telling the fast TLB's key: `writeCpl` or `refreshKey` follows. */
export function writeFound(cpu: Cpu, n: number, found: Found, selector: number): void {
  const { low, high, attributes } = found;
  writeFields(cpu, n, selector, baseOf(low, high), 0, limitOf(low, high), attributes | ACCESSED);
}

// Loads

/** MOV, POP and the far-pointer loads to ES, SS, DS, FS, GS. */
export function loadSegment(cpu: Cpu, n: number, selector: number): Fault | undefined {
  if (isNull(selector)) return loadNull(cpu, n, selector);
  const found = find(cpu, selector);
  if (isFault(found)) return found;
  const denied = n === SEGMENT.SS ? deniedAsStack(found, cpl(cpu)) : deniedAsData(found, cpl(cpu));
  if (denied) return denied;
  const plan = newPlan(cpu);
  const fault = planMark(cpu, plan, found, ACCESSED);
  if (fault) return fault;
  commitWrites(cpu, plan);
  writeFound(cpu, n, found, selector);
  noteSegment(cpu, n);
  return undefined;
}

/** SS takes a null selector at CPL 0, 1 and 2, with the CPL as its RPL: what an event that changes the CPL leaves in it. */
function loadNull(cpu: Cpu, n: number, selector: number): Fault | undefined {
  if (n === SEGMENT.SS) {
    if (cpl(cpu) === 3 || rplOf(selector) !== cpl(cpu))
      return gp(`SS loaded with ${name(selector)} at CPL ${cpl(cpu)}`);
    writeNullStack(cpu, selector, cpl(cpu));
    noteSegment(cpu, n);
  } else setNull(cpu, n, selector);
  return undefined;
}

/** A null SS; the CPL stands in it all the same. As `writeFound` leaves the key. */
export const writeNullStack = (cpu: Cpu, selector: number, level: number): void =>
  writeFields(cpu, SEGMENT.SS, selector, 0, 0, 0, withDpl(UNUSABLE, level));

/** Base and limit go too, but for AMD's CPUs without NullSelectorClearsBase (APM vol. 2, 4.5.3). */
export function setNull(cpu: Cpu, n: number, selector: number): void {
  const kept = clearsBase(cpu.model) ? NULL_SEGMENT : readSegment(cpu, n);
  writeSegment(cpu, n, { ...kept, selector, attributes: UNUSABLE });
}

const clearsBase = ({ features }: CpuModel): boolean => features.nullBase;

function deniedAsData({ selector, attributes }: Found, level: number): Fault | undefined {
  if (!isReadable(attributes)) return refuse(selector, 'neither data nor readable code');
  if (isPrivate(attributes, level, rplOf(selector))) return refuse(selector, 'the DPL is below the CPL or the RPL');
  return isPresent(attributes) ? undefined : absent(selector);
}

/** RPL and DPL of a stack have to be the CPL's `level`. */
export function deniedAsStack({ selector, attributes }: Found, level: number): Fault | undefined {
  if (rplOf(selector) !== level) return refuse(selector, `the RPL of a stack segment is not ${level}`);
  if (!isWritable(attributes)) return refuse(selector, 'a stack segment has to be writable data');
  if (dplOf(attributes) !== level) return refuse(selector, `the DPL of a stack segment is not ${level}`);
  return isPresent(attributes) ? undefined : absent(selector, VECTOR.SS);
}

/** LLDT; a null selector leaves the CPU without an LDT. */
export function loadLdt(cpu: Cpu, selector: number): Fault | undefined {
  if (isNull(selector)) {
    writeSegment(cpu, LDTR, { ...NULL_SEGMENT, selector });
    return undefined;
  }
  const loaded = loadSystem(cpu, selector, SYSTEM_TYPE.LDT, 0);
  if (isFault(loaded)) return loaded;
  writeSegment(cpu, LDTR, loaded);
  return undefined;
}

/** What tells a busy TSS from an available one. */
const BUSY = SYSTEM_TYPE.BUSY_TSS & ~SYSTEM_TYPE.TSS;

/** LTR: the TSS has to be available, and is busy then. */
export function loadTask(cpu: Cpu, selector: number): Fault | undefined {
  if (isNull(selector)) return gp('LTR with a null selector (SDM vol. 2, LTR)');
  const loaded = loadSystem(cpu, selector, SYSTEM_TYPE.TSS, BUSY);
  if (isFault(loaded)) return loaded;
  writeSegment(cpu, TR, loaded);
  return undefined;
}

/** A descriptor of this type in the GDT, with `mark` set in memory and in the result. */
function loadSystem(cpu: Cpu, selector: number, type: number, mark: number): Segment | Fault {
  if (selector & 4) return refuse(selector, 'LDTs and TSSs stand in the GDT');
  const found = find(cpu, selector);
  if (isFault(found)) return found;
  if (!isSystem(found.attributes) || typeOf(found.attributes) !== type)
    return refuse(selector, type === SYSTEM_TYPE.LDT ? 'not an LDT' : 'not an available 64-bit TSS');
  const upper = findUpper(cpu, found);
  if (upper) return upper;
  if (!isPresent(found.attributes)) return absent(selector);
  const base = join(baseOf(found.low, found.high), cpu.system.loaded.low);
  if (!isCanonicalBase(cpu, base)) return refuse(selector, 'the base is not canonical');
  const plan = newPlan(cpu);
  const fault = mark === 0 ? undefined : planMark(cpu, plan, found, mark);
  if (fault) return fault;
  commitWrites(cpu, plan);
  return { base, limit: limitOf(found.low, found.high), selector, attributes: found.attributes | mark };
}
