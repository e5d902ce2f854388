/**
 * What a word on a stack is: an address right behind a call, the exit page, or the bottom of a frame that the CPU pushed for an
 * event. Entry code keeps no frame information, so everything here is a judgement by plausibility; nothing is certain but RIP.
 */
import { u64 } from '../../base/u64.ts';
import * as cpuModel from '../../cpu/cpu.ts';
import { attributesOf, isCode, isNull, isWritable, rplOf } from '../../cpu/descriptors.ts';
import { isCanonicalAddress } from '../../cpu/state.ts';
import { segmentAt } from '../../image/image.ts';
import { decodeRun } from '../../isa/decode.ts';
import { RFLAGS } from '../../isa/insn.ts';
import { LINUX } from '../../machine/linux.ts';
import type { Machine } from '../../machine/machine.ts';
import { functionAt, readBytes, readValue } from './guest.ts';

/** The five words of a 64-bit interrupt frame (SDM vol. 3, 6.14.2). */
export interface ExceptionFrame {
  /** Where its RIP lies. */
  readonly at: bigint;
  readonly rip: bigint;
  readonly cs: number;
  readonly rflags: bigint;
  readonly rsp: bigint;
  readonly ss: number;
}

export const FRAME_BYTES = 40n;

export const isExit = (address: bigint): boolean => address === LINUX.exit;

/** Whether an address of the image lies right behind a call. */
export type BehindCall = (address: bigint) => boolean;

/** Bytes of a function that are decoded at most. */
const DECODED_BYTES = 0x10000;

/** Decides by decoding functions from their start, as they lie in memory now, each once: for one view, not to be kept. */
export function callFinder(machine: Machine): BehindCall {
  const known = new Map<bigint, ReadonlySet<bigint>>();
  return (address) => {
    const segment = segmentAt(machine.image, address - 1n);
    if (!segment?.execute) return false;
    const end = segment.address + BigInt(segment.bytes.length);
    const { from, to } = functionAt(machine, address - 1n) ?? { from: segment.address, to: end };
    let ends = known.get(from);
    if (!ends) {
      ends = callEnds(machine, from, to < end ? to : end);
      known.set(from, ends);
    }
    return ends.has(address);
  };
}

/** The addresses behind the calls of a function; those before the first byte that is not mapped. */
function callEnds(machine: Machine, from: bigint, to: bigint): Set<bigint> {
  const ends = new Set<bigint>();
  const bytes = mappedBytes(machine, from, Math.min(Number(to - from), DECODED_BYTES));
  const { vendor } = machine.cpu.model;
  for (let at = 0; at < bytes.length; ) {
    decodeRun(bytes.subarray(at), from + BigInt(at), { vendor }, (decoded) => {
      if (decoded.kind !== 'insn') return false;
      at += decoded.insn.length;
      if (decoded.insn.mnemonic === 'call') ends.add(from + BigInt(at));
      return at < bytes.length;
    });
    at++;
  }
  return ends;
}

function mappedBytes(machine: Machine, from: bigint, length: number): Uint8Array {
  const whole = readBytes(machine, from, length);
  if (whole) return whole;
  const bytes: number[] = [];
  for (let i = 0; i < length; i++) {
    const [byte] = readBytes(machine, from + BigInt(i), 1) ?? [];
    if (byte === undefined) break;
    bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}

/** Bits of RFLAGS that are always 0 (SDM vol. 1, figure 3-8). */
const RESERVED_FLAGS = ~0x3f_7fd7n;

/** The frame whose RIP lies at `at`, if five plausible words lie there. */
export function exceptionFrameAt(machine: Machine, at: bigint): ExceptionFrame | undefined {
  const word = (n: number): bigint | undefined => readValue(machine, u64(at + BigInt(8 * n)));
  // The cheapest test first: most words are no selectors.
  const cs = word(1);
  if (cs === undefined || cs > 0xffffn || isNull(Number(cs))) return undefined;
  const [rip, rflags, rsp, ss] = [word(0), word(2), word(3), word(4)];
  if (rip === undefined || rflags === undefined || rsp === undefined || ss === undefined) return undefined;
  const { cpu } = machine;
  if (!(rflags & BigInt(RFLAGS.FIXED)) || u64(rflags & RESERVED_FLAGS) !== 0n) return undefined;
  if (ss > 0xffffn || !isCanonicalAddress(cpu, rip) || !isCanonicalAddress(cpu, rsp)) return undefined;
  if (!isCodeSelector(machine, Number(cs)) || !isStackSelector(machine, Number(ss), rplOf(Number(cs))))
    return undefined;
  return { at, rip, cs: Number(cs), rflags, rsp, ss: Number(ss) };
}

/** Attributes of a descriptor in the GDT; undefined where it can't be read. */
function attributesAt(machine: Machine, selector: number): number | undefined {
  const { base, limit } = cpuModel.getTable(machine.cpu, 'gdt');
  if (selector & 4 || (selector & ~7) + 7 > limit) return undefined;
  const high = readValue(machine, u64(base + BigInt((selector & ~7) + 4)), 4);
  return high === undefined ? undefined : attributesOf(Number(high) | 0);
}

/** Linux's, for where the GDT is out of sight. */
const LINUX_CODE = [0x08, 0x10, 0x23, 0x33];
const LINUX_DATA = [0x18, 0x2b];

function isCodeSelector(machine: Machine, selector: number): boolean {
  const attributes = attributesAt(machine, selector);
  return attributes === undefined ? LINUX_CODE.includes(selector) : isCode(attributes);
}

/** A null SS is what an event that changes the CPL leaves inside. */
function isStackSelector(machine: Machine, selector: number, level: number): boolean {
  if (rplOf(selector) !== level) return false;
  if (isNull(selector)) return level < 3;
  const attributes = attributesAt(machine, selector);
  return attributes === undefined ? LINUX_DATA.includes(selector) : isWritable(attributes);
}

/** An error code in the word below a frame: selector errors and those of page faults have 16 bits at most. */
export function errorCodeBelow(machine: Machine, { at }: ExceptionFrame): bigint | undefined {
  const value = readValue(machine, u64(at - 8n));
  return value !== undefined && value <= 0xffffn ? value : undefined;
}
