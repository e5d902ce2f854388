/**
 * What the arithmetic micro-ops compute, written as the manual words it, on bigints and slow. It is the second opinion against
 * which the engine is held, so nothing here is shared with it, nor clever.
 *
 * In: sources already cut to the width. Out: the result and all six arithmetic flags; `flags: undefined` says that the
 * operation leaves the flags alone (a shift by a masked count of zero).
 */
import { signed, truncate, type Width } from '../../src/base/u64.ts';
import { RFLAGS } from '../../src/isa/insn.ts';
import type { BinaryKind, UnaryKind } from '../../src/uop/uop.ts';

export interface AluResult {
  readonly value: bigint;
  readonly flags: number | undefined;
}

const { CF, PF, AF, ZF, SF, OF } = RFLAGS;

const bits = (width: Width): bigint => BigInt(8 * width);
const bit = (value: bigint, n: bigint): boolean => ((value >> n) & 1n) === 1n;
const top = (value: bigint, width: Width): boolean => bit(value, bits(width) - 1n);

/** PF, ZF and SF of a result, with the others given. */
function flagsOf(value: bigint, width: Width, carry: boolean, overflow: boolean, adjust = false): number {
  let ones = 0;
  for (let n = 0n; n < 8n; n++) if (bit(value, n)) ones++;
  return (
    (carry ? CF : 0) |
    (ones % 2 === 0 ? PF : 0) |
    (adjust ? AF : 0) |
    (value === 0n ? ZF : 0) |
    (top(value, width) ? SF : 0) |
    (overflow ? OF : 0)
  );
}

function add(width: Width, a: bigint, b: bigint, carry: bigint): AluResult {
  const value = truncate(a + b + carry, width);
  const exact = signed(a, width) + signed(b, width) + carry;
  return {
    value,
    flags: flagsOf(
      value,
      width,
      a + b + carry >= 1n << bits(width),
      exact !== signed(value, width),
      (a & 15n) + (b & 15n) + carry > 15n,
    ),
  };
}

function subtract(width: Width, a: bigint, b: bigint, borrow: bigint): AluResult {
  const value = truncate(a - b - borrow, width);
  const exact = signed(a, width) - signed(b, width) - borrow;
  return {
    value,
    flags: flagsOf(value, width, a < b + borrow, exact !== signed(value, width), (a & 15n) < (b & 15n) + borrow),
  };
}

const logic = (width: Width, value: bigint): AluResult => ({ value, flags: flagsOf(value, width, false, false) });

/** The count of a shift or rotate as the CPU masks it. */
export const maskedCount = (width: Width, count: bigint): bigint => count & (width === 8 ? 63n : 31n);

/** Of the steps of one bit that a shift or rotate is made of, the one whose change of sign is OF. */
export type Step = 'first' | 'last';

/** Shifts by one bit at a time. */
function shift(op: 'shl' | 'shr' | 'sar', width: Width, a: bigint, count: bigint, step: Step): AluResult {
  let value = a;
  let carry = false;
  let overflow = false;
  for (let i = 0n; i < count; i++) {
    const before = value;
    carry = op === 'shl' ? top(value, width) : bit(value, 0n);
    if (op === 'shl') value = truncate(value << 1n, width);
    else value = op === 'shr' ? value >> 1n : truncate(signed(value, width) >> 1n, width);
    if (i === 0n || step === 'last') overflow = top(value, width) !== top(before, width);
  }
  return { value, flags: count === 0n ? undefined : flagsOf(value, width, carry, overflow) };
}

function rotate(
  op: 'rol' | 'ror' | 'rcl' | 'rcr',
  width: Width,
  a: bigint,
  count: bigint,
  cf: boolean,
  step: Step,
): AluResult {
  const high = bits(width) - 1n;
  const through = op === 'rcl' || op === 'rcr';
  let value = a;
  let carry = cf;
  let overflow = false;
  for (let i = 0n; i < count; i++) {
    const before = value;
    const left = op === 'rol' || op === 'rcl';
    const out = left ? top(value, width) : bit(value, 0n);
    const into = through ? carry : out;
    if (left) value = truncate((value << 1n) | (into ? 1n : 0n), width);
    else value = (value >> 1n) | (into ? 1n << high : 0n);
    carry = out;
    if (i === 0n || step === 'last') overflow = top(value, width) !== top(before, width);
  }
  const none = count === 0n || (through && step === 'first' && count % (bits(width) + 1n) === 0n);
  return { value, flags: none ? undefined : flagsOf(value, width, carry, overflow) };
}

/** What is shifted in is b, then b or (`wrap`) a again. */
export function doubleShift(
  op: 'shld' | 'shrd',
  width: Width,
  [a, b, count]: readonly [bigint, bigint, bigint],
  rules: { readonly overflow?: Step; readonly wrap?: boolean },
): AluResult {
  const n = maskedCount(width, count);
  const w = bits(width);
  const { overflow: step = 'last', wrap = false } = rules;
  const behind = wrap ? a : b;
  // Three operands in a row, in the direction of the shift, and where the first one is then.
  const row = op === 'shld' ? (a << (2n * w)) | (b << w) | behind : (behind << (2n * w)) | (b << w) | a;
  const after = (steps: bigint): bigint => truncate(op === 'shld' ? (row << steps) >> (2n * w) : row >> steps, width);
  const value = after(n);
  if (n === 0n) return { value, flags: undefined };
  const lastOfRow = op === 'shld' ? bit(row, 3n * w - n) : bit(row, n - 1n);
  const lastOfA = n <= w && lastOfRow;
  const seen = step === 'first' ? 1n : n;
  const overflow =
    op === 'shld'
      ? bit(a << (seen - 1n), w - 1n) !== bit(a << seen, w - 1n)
      : top(after(seen), width) !== top(after(seen - 1n), width);
  return { value, flags: flagsOf(value, width, wrap ? lastOfRow : lastOfA, overflow) };
}

export function binary(
  op: BinaryKind,
  width: Width,
  a: bigint,
  b: bigint,
  cf: boolean,
  step: Step = 'last',
): AluResult {
  switch (op) {
    case 'add':
      return add(width, a, b, 0n);
    case 'adc':
      return add(width, a, b, cf ? 1n : 0n);
    case 'sub':
      return subtract(width, a, b, 0n);
    case 'sbb':
      return subtract(width, a, b, cf ? 1n : 0n);
    case 'and':
      return logic(width, a & b);
    case 'or':
      return logic(width, a | b);
    case 'xor':
      return logic(width, a ^ b);
    case 'shl':
    case 'shr':
    case 'sar':
      return shift(op, width, a, maskedCount(width, b), step);
    case 'rol':
    case 'ror':
    case 'rcl':
    case 'rcr':
      return rotate(op, width, a, maskedCount(width, b), cf, step);
    case 'imul': {
      const exact = signed(a, width) * signed(b, width);
      const value = truncate(exact, width);
      const lost = exact !== signed(value, width);
      return { value, flags: flagsOf(value, width, lost, lost) };
    }
    case 'bt':
    case 'bts':
    case 'btr':
    case 'btc': {
      const n = b % bits(width);
      const mask = 1n << n;
      const value = op === 'bt' ? a : op === 'bts' ? a | mask : op === 'btr' ? a & ~mask : a ^ mask;
      return { value, flags: flagsOf(value, width, bit(a, n), false) };
    }
    case 'bextr': {
      const [start, length] = [b & 0xffn, (b >> 8n) & 0xffn];
      const taken = [...digits(a)].filter(([n]) => n >= start && n < start + length);
      const value = taken.reduce((sum, [n, digit]) => sum + (digit << (n - start)), 0n);
      return { value, flags: flagsOf(value, width, false, false) & ~SF };
    }
    case 'pdep':
    case 'pext': {
      const places = [...digits(b)].filter(([, digit]) => digit === 1n).map(([n]) => n);
      const value = places.reduce((sum, place, n) => {
        const [from, to] = op === 'pdep' ? [BigInt(n), place] : [place, BigInt(n)];
        return bit(a, from) ? sum + (1n << to) : sum;
      }, 0n);
      return { value, flags: undefined };
    }
    default:
      return op satisfies never;
  }
}

/** The 64 bits of a value with their numbers. */
const digits = (value: bigint): [bigint, bigint][] =>
  Array.from({ length: 64 }, (_, n) => [BigInt(n), (value >> BigInt(n)) & 1n]);

/** The reflected bits of a value. */
const reflect = (value: bigint, count: number): bigint =>
  digits(value)
    .slice(0, count)
    .reduce((sum, [n, digit]) => sum | (digit << (BigInt(count - 1) - n)), 0n);

/** SDM vol. 2, CRC32, as its operation reads: polynomial division of the reflected operands, modulo 2. */
export function crc32(width: Width, accumulator: bigint, data: bigint): bigint {
  const count = 8 * width;
  const first = reflect(data, count) << 32n;
  const second = reflect(accumulator, 32) << BigInt(count);
  let rest = first ^ second;
  for (let n = BigInt(count) + 31n; n >= 32n; n--) if (bit(rest, n)) rest ^= 0x11edc6f41n << (n - 32n);
  return reflect(rest, 32);
}

/** The positions of the lowest and highest set bit; undefined when there is none. */
function ends(width: Width, a: bigint): { lowest: bigint; highest: bigint } | undefined {
  const set = Array.from({ length: 8 * width }, (_, n) => BigInt(n)).filter((n) => bit(a, n));
  return set.length === 0 ? undefined : { lowest: set[0]!, highest: set[set.length - 1]! };
}

/** `value: undefined`: the destination stays as it is. */
export function unary(
  op: UnaryKind,
  width: Width,
  a: bigint,
): { value: bigint | undefined; flags: number | undefined } {
  switch (op) {
    case 'not':
      return { value: truncate(~a, width), flags: undefined };
    case 'neg':
      return subtract(width, 0n, a, 0n);
    case 'inc':
      return add(width, a, 1n, 0n);
    case 'dec':
      return subtract(width, a, 1n, 0n);
    case 'bswap': {
      const swapped = Array.from(
        { length: width },
        (_, i) => ((a >> BigInt(8 * i)) & 0xffn) << BigInt(8 * (width - 1 - i)),
      );
      const whole = swapped.reduce((sum, byte) => sum | byte, 0n);
      return { value: whole, flags: undefined };
    }
    case 'bsf':
    case 'bsr': {
      const found = ends(width, a);
      const value = op === 'bsf' ? found?.lowest : found?.highest;
      return { value, flags: (found === undefined ? ZF : 0) | (flagsOf(value ?? 0n, width, false, false) & PF) };
    }
    case 'tzcnt':
    case 'lzcnt': {
      const found = ends(width, a);
      const none = bits(width);
      const value = found === undefined ? none : op === 'tzcnt' ? found.lowest : none - 1n - found.highest;
      return { value, flags: flagsOf(value, width, found === undefined, false) };
    }
    case 'popcnt': {
      const value = BigInt([...a.toString(2)].filter((digit) => digit === '1').length);
      return { value, flags: a === 0n ? ZF : 0 };
    }
    default:
      return op satisfies never;
  }
}

export function multiply(
  op: 'mulu' | 'muls',
  width: Width,
  a: bigint,
  b: bigint,
): { lo: bigint; hi: bigint; flags: number } {
  const exact = op === 'mulu' ? a * b : signed(a, width) * signed(b, width);
  const lo = truncate(exact, width);
  const hi = truncate(exact >> bits(width), width);
  const lost = op === 'mulu' ? hi !== 0n : exact !== signed(lo, width);
  return { lo, hi, flags: flagsOf(lo, width, lost, lost) };
}

/** Undefined: #DE. */
export function divide(
  op: 'divu' | 'divs',
  width: Width,
  hi: bigint,
  lo: bigint,
  divisor: bigint,
): { quotient: bigint; remainder: bigint } | undefined {
  if (divisor === 0n) return undefined;
  const unsignedDividend = (hi << bits(width)) | lo;
  const dividend = op === 'divu' ? unsignedDividend : BigInt.asIntN(16 * width, unsignedDividend);
  const by = op === 'divu' ? divisor : signed(divisor, width);
  const quotient = dividend / by;
  const fits = op === 'divu' ? truncate(quotient, width) === quotient : signed(quotient, width) === quotient;
  return fits ? { quotient: truncate(quotient, width), remainder: truncate(dividend % by, width) } : undefined;
}

/** Conditions by the low four bits of the opcode (SDM vol. 2, appendix B, table B-10). */
export function holds(condition: number, flags: bigint): boolean {
  const is = (flag: number): boolean => (flags & BigInt(flag)) !== 0n;
  const positive = [
    is(OF),
    is(CF),
    is(ZF),
    is(CF) || is(ZF),
    is(SF),
    is(PF),
    is(SF) !== is(OF),
    is(ZF) || is(SF) !== is(OF),
  ][condition >> 1]!;
  return condition % 2 === 0 ? positive : !positive;
}
