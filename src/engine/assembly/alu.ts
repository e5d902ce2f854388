/**
 * Arithmetic: values in, value out, flags left in flags.ts. The short ones are inlined into the loop for each width;
 * the rare ones take the width as a number. SDM vol. 2; what becomes of undefined flags stands in uop/uop.ts.
 */
import { AUX_FIRST_STEP, AUX_WRAP } from "../layout";
import * as flags from "./flags";

@inline
export function add<T>(a: T, b: T): T {
  const r = <T>(a + b);
  flags.setArithmetic<T>(r, <T>((a & b) | ((a | b) & ~r)));
  return r;
}

@inline
export function sub<T>(a: T, b: T): T {
  const r = <T>(a - b);
  flags.setArithmetic<T>(r, <T>((~a & b) | ((~a | b) & r)));
  return r;
}

@inline
export function adc<T>(a: T, b: T): T {
  const r = <T>(a + b + <T>flags.carry());
  flags.setArithmetic<T>(r, <T>((a & b) | ((a | b) & ~r)));
  return r;
}

@inline
export function sbb<T>(a: T, b: T): T {
  const r = <T>(a - b - <T>flags.carry());
  flags.setArithmetic<T>(r, <T>((~a & b) | ((~a | b) & r)));
  return r;
}

@inline
export function and<T>(a: T, b: T): T {
  const r = <T>(a & b);
  flags.setLogical<T>(r);
  return r;
}

@inline
export function or<T>(a: T, b: T): T {
  const r = <T>(a | b);
  flags.setLogical<T>(r);
  return r;
}

@inline
export function xor<T>(a: T, b: T): T {
  const r = <T>(a ^ b);
  flags.setLogical<T>(r);
  return r;
}

@inline
export function inc<T>(a: T): T {
  const cf = flags.carry();
  const r = add<T>(a, 1);
  flags.setCarry(cf);
  return r;
}

@inline
export function dec<T>(a: T): T {
  const cf = flags.carry();
  const r = sub<T>(a, 1);
  flags.setCarry(cf);
  return r;
}

export function truncate(value: u64, width: u32): u64 {
  return width == 8 ? value : value & ((<u64>1 << (8 * width)) - 1);
}

export function signExtend(value: u64, width: u32): i64 {
  const unused = 64 - 8 * width;
  return (<i64>(value << unused)) >> unused;
}

@inline
function top(value: u64, width: u32): bool {
  return <bool>((value >> (8 * width - 1)) & 1);
}

function countOf(b: u64, width: u32): u32 {
  return <u32>b & (width == 8 ? 63 : 31);
}

// Shifts and rotates. Results may have more bits than the width: who stores them cuts them. Flags go by a vector with CF in
// bit 63 and CF xor OF in bit 62; AUX_FIRST_STEP takes OF from the first step of one bit.

const SECOND: u64 = 1 << 62;

/** The value with its top bit as bit 63. */
@inline
function aligned(value: u64, width: u32): u64 {
  return value << (64 - 8 * width);
}

@inline
function vectorOf(cf: bool, ovf: bool): u64 {
  return ((<u64>cf) << 63) | ((<u64>(cf != ovf)) << 62);
}

/** Whether one step to the left would change the sign, bit 63. */
@inline
function changesLeft(value: u64): bool {
  return <i64>(value ^ (value << 1)) < 0;
}

export function shl(a: u64, b: u64, width: u32, rules: u32): u64 {
  const count = countOf(b, width);
  if (!count) return a;
  const first = aligned(a, width);
  // One step before the end: bit 63 goes out next, and bit 62 becomes the sign.
  const last = first << (count - 1);
  const result = <i64>(last << 1) >> (64 - 8 * width);
  let vector = last;
  if (rules & AUX_FIRST_STEP) vector = (last & ~SECOND) | (((last ^ first ^ (first << 1)) >> 1) & SECOND);
  flags.setShifted(result, vector, rules);
  return result;
}

export function shr(a: u64, b: u64, width: u32, rules: u32): u64 {
  const count = countOf(b, width);
  if (!count) return a;
  const ovf = <bool>((rules & AUX_FIRST_STEP) | <u32>(count == 1)) && top(a, width);
  flags.setShifted(a >> count, vectorOf(<bool>((a >> (count - 1)) & 1), ovf), rules);
  return a >> count;
}

export function sar(a: u64, b: u64, width: u32, rules: u32): u64 {
  const count = countOf(b, width);
  if (!count) return a;
  const last = signExtend(a, width) >> (count - 1);
  // OF is 0, so both bits are CF.
  flags.setShifted(last >> 1, 0 - (<u64>last & 1), rules);
  return last >> 1;
}

export function rol(a: u64, b: u64, width: u32, rules: u32): u64 {
  const masked = countOf(b, width);
  if (!masked) return a;
  const bits: u32 = 8 * width;
  const count = masked & (bits - 1);
  const r = count ? truncate((a << count) | (a >> (bits - count)), width) : a;
  const cf = <bool>(r & 1);
  const ovf = rules & AUX_FIRST_STEP ? changesLeft(aligned(a, width)) : top(r, width) != cf;
  flags.setRotated(signExtend(r, width), vectorOf(cf, ovf), rules);
  return r;
}

export function ror(a: u64, b: u64, width: u32, rules: u32): u64 {
  const masked = countOf(b, width);
  if (!masked) return a;
  const bits: u32 = 8 * width;
  const count = masked & (bits - 1);
  const r = count ? truncate((a >> count) | (a << (bits - count)), width) : a;
  // The last step's carry is the sign now, and what was the sign is the bit below it.
  let vector = aligned(r, width);
  if (rules & AUX_FIRST_STEP) vector = vectorOf(top(r, width), top(a, width) != <bool>(a & 1));
  flags.setRotated(signExtend(r, width), vector, rules);
  return r;
}

/** Through CF, one bit at a time: at most 63 steps, and rare. */
export function rcl(a: u64, b: u64, width: u32, rules: u32): u64 {
  const masked = countOf(b, width);
  const count = masked % (8 * width + 1);
  if (!masked || (!count && rules & AUX_FIRST_STEP)) return a;
  let cf = flags.carry();
  let r = a;
  for (let i = count; i > 0; i--) {
    const out = top(r, width);
    r = truncate((r << 1) | <u64>cf, width);
    cf = out;
  }
  const ovf = rules & AUX_FIRST_STEP ? changesLeft(aligned(a, width)) : top(r, width) != cf;
  flags.setRotated(signExtend(r, width), vectorOf(cf, ovf), rules);
  return r;
}

export function rcr(a: u64, b: u64, width: u32, rules: u32): u64 {
  const masked = countOf(b, width);
  const count = masked % (8 * width + 1);
  if (!masked || (!count && rules & AUX_FIRST_STEP)) return a;
  const first = flags.carry() != top(a, width);
  let cf = flags.carry();
  let r = a;
  for (let i = count; i > 0; i--) {
    const out = <bool>(r & 1);
    r = (r >> 1) | ((<u64>cf) << (8 * width - 1));
    cf = out;
  }
  const ovf = rules & AUX_FIRST_STEP ? first : changesLeft(aligned(r, width));
  flags.setRotated(signExtend(r, width), vectorOf(cf, ovf), rules);
  return r;
}

/** The bits to the left of `a` when it is continued by `b`, and behind that (16-bit counts beyond 16) by `b` or `a` again. */
export function shld(a: u64, b: u64, countSource: u64, width: u32, rules: u32): u64 {
  const count = countOf(countSource, width);
  if (!count) return a;
  const bits: u32 = 8 * width;
  const first = aligned(a, width);
  // As shl's: CF and OF are those of `a` alone.
  const last = first << (count - 1);
  let r: u64;
  let cf = <i64>last < 0;
  if (count <= bits) r = (a << count) | (b >> (bits - count));
  else {
    const rest = count - bits;
    const wraps = <bool>(rules & AUX_WRAP);
    r = (b << rest) | ((wraps ? a : b) >> (bits - rest));
    cf = wraps && <bool>((b >> (bits - rest)) & 1);
  }
  const ovf = changesLeft(rules & AUX_FIRST_STEP ? first : last);
  flags.setShifted(signExtend(r, width), vectorOf(cf, ovf), rules);
  return r;
}

export function shrd(a: u64, b: u64, countSource: u64, width: u32, rules: u32): u64 {
  const count = countOf(countSource, width);
  if (!count) return a;
  const bits: u32 = 8 * width;
  let r: u64;
  let cf: bool;
  if (count <= bits) {
    r = (a >> count) | (b << (bits - count));
    cf = <bool>((a >> (count - 1)) & 1);
  } else {
    const rest = count - bits;
    const wraps = <bool>(rules & AUX_WRAP);
    r = (b >> rest) | ((wraps ? a : b) << (bits - rest));
    cf = wraps && <bool>((b >> (rest - 1)) & 1);
  }
  const ovf = rules & AUX_FIRST_STEP ? top(a, width) != <bool>(b & 1) : changesLeft(aligned(r, width));
  flags.setShifted(signExtend(r, width), vectorOf(cf, ovf), rules);
  return r;
}

/** High half of the unsigned 128-bit product, from four 32-bit products. */
export function highProduct(a: u64, b: u64): u64 {
  const al = a & 0xffffffff;
  const ah = a >> 32;
  const bl = b & 0xffffffff;
  const bh = b >> 32;
  const middle = ah * bl + ((al * bl) >> 32);
  const other = al * bh + (middle & 0xffffffff);
  return ah * bh + (middle >> 32) + (other >> 32);
}

export function highProductSigned(a: u64, b: u64): u64 {
  return highProduct(a, b) - (<i64>a < 0 ? b : 0) - (<i64>b < 0 ? a : 0);
}

export function imul(a: u64, b: u64, width: u32, rules: u32): u64 {
  const x = signExtend(a, width);
  const y = signExtend(b, width);
  const product = x * y;
  const r = truncate(<u64>product, width);
  const lost =
    width == 8 ? highProductSigned(<u64>x, <u64>y) != <u64>(product >> 63) : product != signExtend(r, width);
  flags.setProduct(signExtend(r, width), lost, rules);
  return r;
}

export let quotient: u64 = 0;
export let remainder: u64 = 0;

/** (hi:lo) / divisor, unsigned, into `quotient` and `remainder`; false for #DE. */
export function divide(hi: u64, lo: u64, divisor: u64, width: u32): bool {
  if (hi >= divisor) return false;
  if (width == 8 && hi) {
    longDivide(hi, lo, divisor);
    return true;
  }
  const dividend = width == 8 ? lo : (hi << (8 * width)) | lo;
  quotient = dividend / divisor;
  remainder = dividend % divisor;
  return true;
}

/** Restoring division, a bit at a time; hi < divisor, so the quotient has 64 bits. */
function longDivide(hi: u64, lo: u64, divisor: u64): void {
  let rest = hi;
  let q: u64 = 0;
  for (let i = 63; i >= 0; i--) {
    const carriedOut = <i64>rest < 0;
    rest = (rest << 1) | ((lo >> i) & 1);
    q <<= 1;
    if (carriedOut || rest >= divisor) {
      rest -= divisor;
      q |= 1;
    }
  }
  quotient = q;
  remainder = rest;
}

export function divideSigned(hi: u64, lo: u64, divisor: u64, width: u32): bool {
  const negativeDividend = top(hi, width);
  const negativeDivisor = top(divisor, width);
  let h = hi;
  let l = lo;
  if (negativeDividend) {
    l = truncate(0 - lo, width);
    h = truncate(~hi + (l == 0 ? 1 : 0), width);
  }
  if (!divide(h, l, negativeDivisor ? truncate(0 - divisor, width) : divisor, width)) return false;
  const limit = (<u64>1) << (8 * width - 1);
  const negative = negativeDividend != negativeDivisor;
  if (negative ? quotient > limit : quotient >= limit) return false;
  if (negative) quotient = truncate(0 - quotient, width);
  if (negativeDividend) remainder = truncate(0 - remainder, width);
  return true;
}

export function swapBytes(value: u64, width: u32): u64 {
  return bswap<u64>(value) >> (64 - 8 * width);
}

/** The bits of `a` from `control`'s byte 0 on, as many as byte 1 says. */
export function bextr(a: u64, control: u64, width: u32, rules: u32): u64 {
  const start = <u32>control & 0xff;
  const length = (<u32>control >> 8) & 0xff;
  const shifted = start < 8 * width ? a >> start : 0;
  const r = length < 64 ? shifted & ((<u64>1 << length) - 1) : shifted;
  flags.commit(flags.ofResult(r) & ~flags.SF, rules);
  return r;
}

/** The low bits of `a`, one into each place where `mask` has a one. */
export function pdep(a: u64, mask: u64): u64 {
  let r: u64 = 0;
  let from: u64 = a;
  for (let rest = mask; rest; rest &= rest - 1) {
    if (from & 1) r |= rest & (0 - rest);
    from >>= 1;
  }
  return r;
}

/** The bits of `a` where `mask` has ones, side by side. */
export function pext(a: u64, mask: u64): u64 {
  let r: u64 = 0;
  let to: u64 = 1;
  for (let rest = mask; rest; rest &= rest - 1) {
    if (a & rest & (0 - rest)) r |= to;
    to <<= 1;
  }
  return r;
}

/** CRC-32C's polynomial, 0x11EDC6F41, with the lowest power in the top bit. */
const CRC32C: u32 = 0x82f63b78;

export function crc32(start: u32, data: u64, width: u32): u64 {
  let crc = start;
  for (let i: u32 = 0; i < width; i++) {
    crc ^= <u32>(data >> (8 * i)) & 0xff;
    for (let bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (crc & 1 ? CRC32C : 0);
  }
  return <u64>crc;
}
