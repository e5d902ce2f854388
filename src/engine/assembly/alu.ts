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

/** Whether one step to the left would change the sign. */
@inline
function changesLeft(a: u64, width: u32): bool {
  return top(a, width) != top(a << 1, width);
}

/** Whether the step to the right that ended here changed the sign: a rotate's too. */
@inline
function changedRight(r: u64, width: u32): bool {
  return top(r, width) != top(r << 1, width);
}

function setShifted(r: u64, width: u32, cf: bool, ovf: bool, rules: u32): void {
  flags.setShifted(signExtend(r, width), cf, ovf, rules);
}

export function shl(a: u64, b: u64, width: u32, rules: u32): u64 {
  const count = countOf(b, width);
  if (!count) return a;
  const bits: u32 = 8 * width;
  const r = truncate(a << count, width);
  const cf = count <= bits && <bool>((a >> (bits - count)) & 1);
  setShifted(r, width, cf, rules & AUX_FIRST_STEP ? changesLeft(a, width) : top(r, width) != cf, rules);
  return r;
}

export function shr(a: u64, b: u64, width: u32, rules: u32): u64 {
  const count = countOf(b, width);
  if (!count) return a;
  const r = a >> count;
  const cf = <bool>((a >> (count - 1)) & 1);
  setShifted(r, width, cf, rules & AUX_FIRST_STEP ? top(a, width) : changedRight(r, width), rules);
  return r;
}

export function sar(a: u64, b: u64, width: u32, rules: u32): u64 {
  const count = countOf(b, width);
  if (!count) return a;
  const wide = signExtend(a, width);
  const r = truncate(<u64>(wide >> count), width);
  setShifted(r, width, <bool>((wide >> (count - 1)) & 1), false, rules);
  return r;
}

export function rol(a: u64, b: u64, width: u32, rules: u32): u64 {
  const masked = countOf(b, width);
  if (!masked) return a;
  const bits: u32 = 8 * width;
  const count = masked & (bits - 1);
  const r = count ? truncate((a << count) | (a >> (bits - count)), width) : a;
  const cf = <bool>(r & 1);
  const ovf = rules & AUX_FIRST_STEP ? changesLeft(a, width) : top(r, width) != cf;
  flags.setCarryOverflowOf(signExtend(r, width), cf, ovf, rules);
  return r;
}

export function ror(a: u64, b: u64, width: u32, rules: u32): u64 {
  const masked = countOf(b, width);
  if (!masked) return a;
  const bits: u32 = 8 * width;
  const count = masked & (bits - 1);
  const r = count ? truncate((a >> count) | (a << (bits - count)), width) : a;
  const ovf = rules & AUX_FIRST_STEP ? top(a, width) != <bool>(a & 1) : changedRight(r, width);
  flags.setCarryOverflowOf(signExtend(r, width), top(r, width), ovf, rules);
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
  const ovf = rules & AUX_FIRST_STEP ? changesLeft(a, width) : top(r, width) != cf;
  flags.setCarryOverflowOf(signExtend(r, width), cf, ovf, rules);
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
  flags.setCarryOverflowOf(signExtend(r, width), cf, rules & AUX_FIRST_STEP ? first : changedRight(r, width), rules);
  return r;
}

/** The bits to the left of `a` when it is continued by `b`, and behind that (16-bit counts beyond 16) by `b` or `a` again. */
export function shld(a: u64, b: u64, countSource: u64, width: u32, rules: u32): u64 {
  const count = countOf(countSource, width);
  if (!count) return a;
  const bits: u32 = 8 * width;
  const cfOfA = count <= bits && <bool>((a >> (bits - count)) & 1);
  let r: u64;
  let cf = cfOfA;
  if (count <= bits) r = truncate((a << count) | (b >> (bits - count)), width);
  else {
    const rest = count - bits;
    const wraps = <bool>(rules & AUX_WRAP);
    r = truncate((b << rest) | ((wraps ? a : b) >> (bits - rest)), width);
    cf = wraps && <bool>((b >> (bits - rest)) & 1);
  }
  const ovf = rules & AUX_FIRST_STEP ? changesLeft(a, width) : top(a << count, width) != cfOfA;
  setShifted(r, width, cf, ovf, rules);
  return r;
}

export function shrd(a: u64, b: u64, countSource: u64, width: u32, rules: u32): u64 {
  const count = countOf(countSource, width);
  if (!count) return a;
  const bits: u32 = 8 * width;
  let r: u64;
  let cf: bool;
  if (count <= bits) {
    r = truncate((a >> count) | (b << (bits - count)), width);
    cf = <bool>((a >> (count - 1)) & 1);
  } else {
    const rest = count - bits;
    const wraps = <bool>(rules & AUX_WRAP);
    r = truncate((b >> rest) | ((wraps ? a : b) << (bits - rest)), width);
    cf = wraps && <bool>((b >> (rest - 1)) & 1);
  }
  const ovf = rules & AUX_FIRST_STEP ? top(a, width) != <bool>(b & 1) : changedRight(r, width);
  setShifted(r, width, cf, ovf, rules);
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
  flags.setCarryOverflowOf(signExtend(r, width), lost, lost, rules);
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
