/**
 * The six arithmetic flags, kept as the last result and its carries (SDM vol. 1, 3.4.3.1).
 *
 * `zero` is 0 when ZF is set. `sign` holds SF in bit 63 and, in its low byte, what PF is the parity of: both are
 * normally the result sign-extended. `carries` holds CF in bit 63, CF xor OF in bit 62 (the carry into the top bit),
 * and AF in bit 3 (the carry out of the low nibble): the carry vector of an addition, shifted to the top.
 */
import { AUX_FORCED, S_RFLAGS, STATE } from "../layout";

export let zero: i64 = 1;
export let sign: i64 = 0;
export let carries: u64 = 0;

let savedZero: i64 = 0;
let savedSign: i64 = 0;
let savedCarries: u64 = 0;

export const CF: u64 = 1;
export const PF: u64 = 4;
export const AF: u64 = 16;
export const ZF: u64 = 64;
export const SF: u64 = 128;
export const OF: u64 = 2048;
export const ARITHMETIC: u64 = 0x8d5;
const CARRY_AND_OVERFLOW: u64 = 0xc000_0000_0000_0000;
const AUXILIARY: u64 = 8;
/** The two fields of R_AUX, and one of them. */
const RULES: u32 = 0xffffff;
const FIELD: u32 = 0xfff;
/** What CPUs do after shifts: all six flags computed, but for AF maybe, which is set. */
const SHIFTED: u32 = <u32>ARITHMETIC;
const AF_FORCED: u32 = <u32>AF << AUX_FORCED;
/** From there to AUXILIARY. */
const TO_AUXILIARY: u32 = 13;
/** After rotates, and after multiplications on AMD. */
const ROTATED: u32 = <u32>(CF | OF);
/** After multiplications on Intel: ZF is cleared. */
const MULTIPLIED: u32 = <u32>(ARITHMETIC & ~ZF) | (<u32>ZF << AUX_FORCED);

@inline
export function carry(): bool {
  return <i64>carries < 0;
}

@inline
export function overflow(): bool {
  return <i64>(carries ^ (carries << 1)) < 0;
}

@inline
export function parity(): bool {
  return (popcnt<i32>(<i32>sign & 0xff) & 1) == 0;
}

/** A value of T with its top bit as bit 63 and everything below sign-extended. */
@inline
export function widen<T>(value: T): i64 {
  if (sizeof<T>() == 8) return <i64>value;
  if (sizeof<T>() == 4) return <i64>(<i32>value);
  if (sizeof<T>() == 2) return <i64>(<i16>value);
  return <i64>(<i8>value);
}

@inline
export function setResult<T>(result: T): void {
  const wide = widen<T>(result);
  zero = wide;
  sign = wide;
}

/** Flags of an addition or subtraction from its vector of carries (borrows). */
@inline
export function setArithmetic<T>(result: T, carryVector: T): void {
  setResult<T>(result);
  if (sizeof<T>() == 8) carries = <u64>carryVector;
  else carries = ((<u64>carryVector) << (64 - 8 * sizeof<T>())) | (<u64>carryVector & AUXILIARY);
}

/** CF, OF and AF cleared, the rest from the result. */
@inline
export function setLogical<T>(result: T): void {
  setResult<T>(result);
  carries = 0;
}

/**
 * The flags of a shift, as R_AUX tells, from the sign-extended result and a vector with CF in bit 63 and CF xor OF in bit 62.
 * No flags at all: it is part of a larger sum, or SHLX.
 */
@inline
export function setShifted(result: i64, vector: u64, rules: u32): void {
  if ((rules & RULES & ~AF_FORCED) == SHIFTED) {
    zero = result;
    sign = result;
    carries = (vector & CARRY_AND_OVERFLOW) | (<u64>(rules >> TO_AUXILIARY) & AUXILIARY);
  } else if (rules & RULES) commitVector(result, vector, rules);
}

/** The same of a rotate. */
@inline
export function setRotated(result: i64, vector: u64, rules: u32): void {
  if ((rules & RULES) == ROTATED) carries = (vector & CARRY_AND_OVERFLOW) | (carries & AUXILIARY);
  else if (rules & RULES) commitVector(result, vector, rules);
}

/** The same of a multiplication; `lost` is CF and OF. */
export function setProduct(low: i64, lost: bool, rules: u32): void {
  const vector = (<u64>lost) << 63;
  if ((rules & RULES) == MULTIPLIED) {
    zero = 1;
    sign = low;
    carries = vector;
  } else setRotated(low, vector, rules);
}

/** The same of a bit scan: ZF by itself, PF of what it found. */
export function setScanned(found: u64, none: bool, rules: u32): void {
  if ((rules & RULES) == <u32>ARITHMETIC) {
    zero = none ? 0 : 1;
    sign = found;
    carries = 0;
  } else commit((ofResult(found) & PF) | (none ? ZF : 0), rules);
}

/** The same of a bit count: CF says that there was nothing to find. */
@inline
export function setCounted(result: u64, none: bool, rules: u32): void {
  setShifted(result, none ? CARRY_AND_OVERFLOW : 0, rules);
}

function commitVector(result: i64, vector: u64, rules: u32): void {
  const cf = vector >> 63;
  commit(ofResult(result) | (cf ? CF : 0) | (cf != ((vector >> 62) & 1) ? OF : 0), rules);
}

/** PF, ZF and SF. */
export function ofResult(result: i64): u64 {
  return (popcnt<i32>(<i32>result & 0xff) & 1 ? 0 : PF) | (result == 0 ? ZF : 0) | (result < 0 ? SF : 0);
}

/** Commits what R_AUX tells of the six in `fresh`. */
export function commit(fresh: u64, rules: u32): void {
  const taken = <u64>(rules & FIELD);
  const forced = <u64>((rules >> AUX_FORCED) & FIELD);
  const value = (fresh | forced) & taken;
  const committed = taken | forced;
  write(committed == ARITHMETIC ? value : (read() & ~committed) | value);
}

/** CF alone: turning both top bits over leaves OF as it is. */
@inline
export function setCarry(cf: bool): void {
  if (carry() != cf) carries ^= CARRY_AND_OVERFLOW;
}

/** The sixteen conditions of Jcc, SDM vol. 2, table B-10. */
export function condition(code: u32): bool {
  let holds: bool;
  switch (code >> 1) {
    case 0: holds = overflow(); break;
    case 1: holds = carry(); break;
    case 2: holds = zero == 0; break;
    case 3: holds = carry() || zero == 0; break;
    case 4: holds = sign < 0; break;
    case 5: holds = parity(); break;
    case 6: holds = (sign < 0) != overflow(); break;
    default: holds = zero == 0 || (sign < 0) != overflow(); break;
  }
  return holds != <bool>(code & 1);
}

/** RFLAGS with the arithmetic flags as they are now. */
export function read(): u64 {
  return (
    (load<u64>(STATE + S_RFLAGS) & ~ARITHMETIC) |
    (carry() ? CF : 0) |
    (parity() ? PF : 0) |
    ((carries & AUXILIARY) << 1) |
    (zero == 0 ? ZF : 0) |
    (sign < 0 ? SF : 0) |
    (overflow() ? OF : 0)
  );
}

/** Takes the six from `flags`; an odd low byte of `sign` stands for PF = 0. */
export function write(flags: u64): void {
  zero = flags & ZF ? 0 : 1;
  sign = (flags & SF ? i64.MIN_VALUE : 0) | (flags & PF ? 0 : 1);
  const cf = flags & CF;
  const ovf = (flags & OF) >> 11;
  carries = (cf << 63) | ((cf ^ ovf) << 62) | ((flags & AF) >> 1);
}

/** Into the state block, where TypeScript reads them. */
export function spill(): void {
  store<u64>(STATE + S_RFLAGS, read());
}

export function reload(): void {
  write(load<u64>(STATE + S_RFLAGS));
}

export function save(): void {
  savedZero = zero;
  savedSign = sign;
  savedCarries = carries;
}

/** Of the flags computed since `save`, commits what R_AUX tells; the others return to what they were. */
export function merge(rules: u32): void {
  const fresh = read();
  zero = savedZero;
  sign = savedSign;
  carries = savedCarries;
  commit(fresh, rules);
}
