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
import { checksAlignment } from './fast-tlb.ts';
import { noteWrite, touchLines } from './memory.ts';
import { type Access, KIND, READ, SUPERVISOR, translatePage, WRITE } from './paging.ts';
import { type Cpu, carried, isCanonicalHigh, join, type Quad } from './state.ts';
import { type Fault, faultName, VECTOR } from './stop.ts';

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
  /** The five values that an IRET pops, each in two halves. */
  readonly frame: Int32Array;
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

export const emptyScratch = (): SystemScratch => ({
  loaded: { low: 0, high: 0 },
  place: { first: 0, inFirst: 0, second: 0 },
  plan: { count: 0, words: new Int32Array(PLAN_LIMIT * PLAN_WORDS) },
  frame: new Int32Array(10),
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
  const { first, inFirst } = place;
  if (width === 8 && inFirst === 8 && first + 8 <= cpu.ram.length) {
    const { engine } = cpu;
    if ((first & 3) === 0) {
      loaded.low = engine.i32[(L.RAM + first) >> 2]!;
      loaded.high = engine.i32[(L.RAM + first + 4) >> 2]!;
    } else {
      loaded.low = engine.view.getInt32(L.RAM + first, true);
      loaded.high = engine.view.getInt32(L.RAM + first + 4, true);
    }
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
  const { place } = cpu.system;
  const { words } = plan;
  const at = plan.count++ * PLAN_WORDS;
  if (at === words.length) throw new Error('a plan with too many stores');
  words[at] = linearLow;
  words[at + 1] = linearHigh;
  words[at + 2] = width;
  words[at + 3] = low;
  words[at + 4] = high;
  words[at + 5] = place.first;
  words[at + 6] = place.inFirst;
  words[at + 7] = place.second;
  return undefined;
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
  if (width === 8 && inFirst === 8 && first + 8 <= cpu.ram.length) {
    const { engine } = cpu;
    if ((first & 3) === 0) {
      engine.i32[(L.RAM + first) >> 2] = low;
      engine.i32[(L.RAM + first + 4) >> 2] = high;
    } else {
      engine.view.setInt32(L.RAM + first, low, true);
      engine.view.setInt32(L.RAM + first + 4, high, true);
    }
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
  if (!isCanonicalHigh(cpu, linearHigh) || !isCanonicalHigh(cpu, carried(linearLow, linearHigh, width - 1)))
    return refused(join(linearLow, linearHigh), refusal);
  if (linearLow & (width - 1) && !(access & SUPERVISOR) && checksAlignment(cpu))
    return { vector: VECTOR.AC, error: 0, detail: 'misaligned access with CR0.AM and EFLAGS.AC (SDM vol. 3, 6.15)' };
  const first = translatePage(cpu, linearLow, linearHigh, access);
  if (first < 0) return cpu.fault;
  const inFirst = Math.min(width, 0x1000 - (linearLow & 0xfff));
  place.first = first;
  place.inFirst = inFirst;
  touchLines(cpu, first, inFirst);
  if (inFirst < width) {
    const second = translatePage(cpu, (linearLow + inFirst) | 0, carried(linearLow, linearHigh, inFirst), access);
    if (second < 0) return cpu.fault;
    place.second = second;
    touchLines(cpu, second, width - inFirst);
  }
  if (cpu.breakpoints.data.length === 0) return undefined;
  return passData(cpu, join(linearLow, linearHigh), width, (access & KIND) === WRITE) ? undefined : BEGINS_AGAIN;
}

const refused = (linear: bigint, { vector, error }: Refusal): Fault => ({
  vector,
  error,
  detail: `${faultName(vector)}: 0x${linear.toString(16)} is not canonical (SDM vol. 1, 3.3.7.1)`,
});
