/**
 * Memory as the CPU itself accesses it while it loads segments, transfers control or delivers an event: descriptors, the TSS,
 * frames on a stack. Reads happen at once. Writes are planned first, which translates and checks them, and done when
 * nothing can fault any more: whoever plans in the order of the manual's steps and then commits has faulted as the CPU does, with
 * nothing written but accessed and dirty bits of page tables.
 *
 * Values and addresses are signed halves (`Quad`), and everything lies in a scratch of the CPU's: an event makes no garbage here. The
 * subtle invariant: only one plan is being made at a time, and its maker begins with `newPlan`.
 */
import * as L from '../engine/layout.ts';
import { BEGINS_AGAIN, passData } from './breakpoints.ts';
import { checksAlignment, grantOwn } from './fast-tlb.ts';
import { noteDirty } from './journal.ts';
import { grantAccess, noteWrite, touchLines } from './memory.ts';
import { type Access, KIND, READ, SUPERVISOR, translatePage, WRITE } from './paging.ts';
import { type Cpu, carried, isCanonicalHigh, join, type Quad, word } from './state.ts';
import { type Fault, faultName, VECTOR } from './stop.ts';
import { TLB } from './tlb.ts';

/** The fault of an access whose address isn't canonical. */
export interface Refusal {
  readonly vector: number;
  readonly error: number;
}

export const STACK_REFUSAL: Refusal = { vector: VECTOR.SS, error: 0 };

export const isFault = (result: object | number | bigint | undefined): result is Fault =>
  typeof result === 'object' && 'vector' in result;

export interface SystemScratch {
  /** What the last read gave, extended with zeros. */
  readonly loaded: Quad;
  /** Where the last access lies: its first byte, how many bytes are in the first page, and the first byte of the second one. */
  readonly place: { first: number; inFirst: number; second: number };
  readonly plan: Plan;
  /** Quads on their way to the stack or from it, each in two halves. */
  readonly row: Int32Array;
}

/** Stores that have been translated and checked, in their order. */
export interface Plan {
  count: number;
  /** `PLAN_WORDS` for each. */
  readonly words: Int32Array;
}

/** A frame with an error code is six stores, and two descriptors may have to be marked. */
const PLAN_LIMIT = 16;
const PLAN_WORDS = 8;
/** Quads that a frame has at most. */
const ROW_LIMIT = 6;

export const emptyScratch = (): SystemScratch => ({
  loaded: { low: 0, high: 0 },
  place: { first: 0, inFirst: 0, second: 0 },
  plan: { count: 0, words: new Int32Array(PLAN_LIMIT * PLAN_WORDS) },
  row: new Int32Array(2 * ROW_LIMIT),
});

export function newPlan({ system: { plan } }: Cpu): Plan {
  plan.count = 0;
  return plan;
}

/**
 * The little-endian value of `width` bytes, into `cpu.system.loaded`. `rights`: 0 for those of the CPL, or SUPERVISOR, or IMPLICIT.
 * Outside of RAM reads give ones.
 */
export function readMemory(
  cpu: Cpu,
  linearLow: number,
  linearHigh: number,
  width: number,
  rights: Access,
  refusal: Refusal,
): Fault | undefined {
  const fault = locate(cpu, linearLow, linearHigh, width, READ | rights, refusal);
  if (fault) return fault;
  const { place, loaded } = cpu.system;
  const { first } = place;
  if (width === 8 && place.inFirst === 8 && (first & 3) === 0 && first + 8 <= cpu.ram.length) {
    const { i32 } = cpu.engine;
    loaded.low = i32[(L.RAM + first) >> 2]!;
    loaded.high = i32[(L.RAM + first + 4) >> 2]!;
  } else gather(cpu, width);
  return undefined;
}

/** Byte by byte, from two pages perhaps. */
function gather(cpu: Cpu, width: number): void {
  const { place, loaded } = cpu.system;
  loaded.low = 0;
  loaded.high = 0;
  for (let i = 0; i < width; i++) {
    const byte = cpu.ram[i < place.inFirst ? place.first + i : place.second + i - place.inFirst] ?? 0xff;
    if (i < 4) loaded.low |= byte << (8 * i);
    else loaded.high |= byte << (8 * (i - 4));
  }
}

/** `count` quads from an address upwards, into `cpu.system.row`, each a read of its own as far as faults can tell. */
export function readRow(
  cpu: Cpu,
  linearLow: number,
  linearHigh: number,
  count: number,
  rights: Access,
  refusal: Refusal,
): Fault | undefined {
  const { row, place, loaded } = cpu.system;
  if (isPlainRow(cpu, linearLow, count)) {
    const fault = locate(cpu, linearLow, linearHigh, 8, READ | rights, refusal);
    if (fault) return fault;
    const at = (L.RAM + place.first) >> 2;
    if (place.first + 8 * count <= cpu.ram.length) {
      for (let i = 0; i < 2 * count; i++) row[i] = cpu.engine.i32[at + i]!;
      return undefined;
    }
  }
  for (let i = 0; i < count; i++) {
    const high = carried(linearLow, linearHigh, 8 * i);
    const fault = readMemory(cpu, (linearLow + 8 * i) | 0, high, 8, rights, refusal);
    if (fault) return fault;
    row[2 * i] = loaded.low;
    row[2 * i + 1] = loaded.high;
  }
  return undefined;
}

/** Whether quads from this address upwards lie in one page, so that one of them faults where the first does, with nothing to note of any. */
const isPlainRow = (cpu: Cpu, linearLow: number, count: number): boolean =>
  (linearLow & 7) === 0 &&
  (linearLow & 0xfff) + 8 * count <= 0x1000 &&
  cpu.breakpoints.data.length === 0 &&
  cpu.engine.u32[word(L.S_COLD_COUNT)] === 0;

/**
 * Plans to push the first `count` quads of `cpu.system.row` below `top`, the first one highest; each is a store of its own as far as faults
 * can tell. `top` moves down.
 */
export function planRow(cpu: Cpu, plan: Plan, top: Quad, count: number, rights: Access): Fault | undefined {
  const { row, place } = cpu.system;
  const bottom = (top.low - 8 * count) | 0;
  if (isPlainRow(cpu, bottom, count)) {
    const high = carried(top.low, top.high, -8);
    const fault = locate(cpu, (top.low - 8) | 0, high, 8, WRITE | rights, STACK_REFUSAL);
    if (fault) return fault;
    for (let i = 0; i < count; i++)
      planStore(plan, (top.low - 8 * (i + 1)) | 0, high, 8, row[2 * i]!, row[2 * i + 1]!, place.first - 8 * i, 8, 0);
    top.high = high;
    top.low = bottom;
    return undefined;
  }
  for (let i = 0; i < count; i++) {
    top.high = carried(top.low, top.high, -8);
    top.low = (top.low - 8) | 0;
    const fault = planWrite(cpu, plan, top.low, top.high, 8, row[2 * i]!, row[2 * i + 1]!, rights, STACK_REFUSAL);
    if (fault) return fault;
  }
  return undefined;
}

/** Translates and checks a store of the low `width` bytes of a value, to be done by `commitWrites`. */
export function planWrite(
  cpu: Cpu,
  plan: Plan,
  linearLow: number,
  linearHigh: number,
  width: number,
  low: number,
  high: number,
  rights: Access,
  refusal: Refusal,
): Fault | undefined {
  const fault = locate(cpu, linearLow, linearHigh, width, WRITE | rights, refusal);
  if (fault) return fault;
  const { first, inFirst, second } = cpu.system.place;
  planStore(plan, linearLow, linearHigh, width, low, high, first, inFirst, second);
  return undefined;
}

function planStore(
  plan: Plan,
  linearLow: number,
  linearHigh: number,
  width: number,
  low: number,
  high: number,
  first: number,
  inFirst: number,
  second: number,
): void {
  const { words } = plan;
  const at = plan.count++ * PLAN_WORDS;
  if (at === words.length) throw new Error('a plan with too many stores');
  words[at] = linearLow;
  words[at + 1] = linearHigh;
  words[at + 2] = width;
  words[at + 3] = low;
  words[at + 4] = high;
  words[at + 5] = first;
  words[at + 6] = inFirst;
  words[at + 7] = second;
}

export function commitWrites(cpu: Cpu, plan: Plan): void {
  for (let i = 0; i < plan.count; i++) commitWrite(cpu, plan.words, i * PLAN_WORDS);
  plan.count = 0;
}

function commitWrite(cpu: Cpu, words: Int32Array, at: number): void {
  const width = words[at + 2]!;
  const [low, high] = [words[at + 3]!, words[at + 4]!];
  const first = words[at + 5]! >>> 0;
  const inFirst = words[at + 6]!;
  if (cpu.storeLog) logWrite(cpu, words, at);
  noteWrite(cpu, first, inFirst);
  if (width === 8 && inFirst === 8 && (first & 3) === 0 && first + 8 <= cpu.ram.length) {
    const { i32 } = cpu.engine;
    i32[(L.RAM + first) >> 2] = low;
    i32[(L.RAM + first + 4) >> 2] = high;
    return;
  }
  const second = words[at + 7]! >>> 0;
  if (inFirst < width) noteWrite(cpu, second, width - inFirst);
  for (let i = 0; i < width; i++) {
    const physical = i < inFirst ? first + i : second + i - inFirst;
    if (physical < cpu.ram.length) cpu.ram[physical] = (i < 4 ? low >>> (8 * i) : high >>> (8 * (i - 4))) & 0xff;
  }
}

function logWrite(cpu: Cpu, words: Int32Array, at: number): void {
  const width = words[at + 2]!;
  const { place, loaded } = cpu.system;
  place.first = words[at + 5]! >>> 0;
  place.inFirst = words[at + 6]!;
  place.second = words[at + 7]! >>> 0;
  gather(cpu, width);
  cpu.storeLog?.push({
    linear: join(words[at]!, words[at + 1]!),
    physical: place.first,
    width,
    value: BigInt.asUintN(8 * width, join(words[at + 3]!, words[at + 4]!)),
    old: join(loaded.low, loaded.high),
  });
}

/** Where an access lies, into `cpu.system.place`. */
function locate(
  cpu: Cpu,
  linearLow: number,
  linearHigh: number,
  width: number,
  access: Access,
  refusal: Refusal,
): Fault | undefined {
  const { place } = cpu.system;
  const inFirst = Math.min(width, 0x1000 - (linearLow & 0xfff));
  if (!isCanonicalHigh(cpu, linearHigh) || !isCanonicalHigh(cpu, carried(linearLow, linearHigh, width - 1)))
    return refused(join(linearLow, linearHigh), refusal);
  if (linearLow & (width - 1) && !(access & SUPERVISOR) && checksAlignment(cpu))
    return { vector: VECTOR.AC, error: 0, detail: 'misaligned access with CR0.AM and EFLAGS.AC (SDM vol. 3, 6.15)' };
  const first = translateOwn(cpu, linearLow, linearHigh, access);
  if (first < 0) return cpu.fault;
  place.first = first;
  place.inFirst = inFirst;
  touchLines(cpu, first, inFirst);
  if (inFirst < width) {
    const second = translateOwn(cpu, (linearLow + inFirst) | 0, carried(linearLow, linearHigh, inFirst), access);
    if (second < 0) return cpu.fault;
    place.second = second;
    touchLines(cpu, second, width - inFirst);
  }
  if (cpu.breakpoints.data.length === 0) return undefined;
  return passData(cpu, join(linearLow, linearHigh), width, (access & KIND) === WRITE) ? undefined : BEGINS_AGAIN;
}

/** As `translatePage`; what the engine may do by itself from now on is granted. */
function translateOwn(cpu: Cpu, linearLow: number, linearHigh: number, access: Access): number {
  const physical = translatePage(cpu, linearLow, linearHigh, access);
  if (physical < 0 || physical >= cpu.ram.length || !cpu.keepsTlb) return physical;
  if (!(access & SUPERVISOR)) {
    if (access === READ) grantAccess(cpu, linearLow, linearHigh, physical, READ);
    return physical;
  }
  const writes = (access & KIND) === WRITE;
  const marks = cpu.engine.bytes[L.PAGE_FLAGS + (physical >>> 12)]!;
  if (cpu.walk.flags & TLB.USER || (writes && (marks & L.PAGE_CODE || cpu.storeLog))) return physical;
  if (writes) noteDirty(cpu, physical);
  grantOwn(cpu, linearLow, linearHigh, physical - (linearLow & 0xfff), writes);
  return physical;
}

const refused = (linear: bigint, { vector, error }: Refusal): Fault => ({
  vector,
  error,
  detail: `${faultName(vector)}: 0x${linear.toString(16)} is not canonical (SDM vol. 1, 3.3.7.1)`,
});
