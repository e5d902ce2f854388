/**
 * 64-bit arithmetic on bigint, wrapped by name at the boundary.
 *
 * In: bigints of any sign. Out: canonical values, either unsigned (0 … 2⁶⁴-1) or signed as the name says.
 * Nothing else in the project masks with `0xffff…n` by hand.
 */

/** Widths of integer operands, in bytes. */
export type Width = 1 | 2 | 4 | 8;

/** The value modulo 2⁶⁴, 0 … 2⁶⁴-1. */
export const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);

/** The value as a signed 64-bit integer. */
export const s64 = (value: bigint): bigint => BigInt.asIntN(64, value);

/** The value modulo 2^(8·width). */
export const truncate = (value: bigint, width: Width): bigint => BigInt.asUintN(width * 8, value);

/** The low 8·width bits read as a signed integer (negative bigints possible). */
export const signed = (value: bigint, width: Width): bigint => BigInt.asIntN(width * 8, value);

/** The low 8·width bits sign-extended to an unsigned 64-bit value. */
export const signExtend = (value: bigint, width: Width): bigint => u64(signed(value, width));

/** Whether a linear address of `bits` bits (48, or 57 with 5-level paging) is canonical, SDM vol. 1, 3.3.7.1. */
export const isCanonical = (address: bigint, bits = 48): boolean =>
  BigInt.asUintN(64, BigInt.asIntN(bits, address)) === u64(address);

/** Whether a signed value fits in `bits` bits, two's complement. */
export const fitsSigned = (value: bigint, bits: number): boolean => BigInt.asIntN(bits, value) === value;

/** Whether a non-negative value fits in `bits` bits. */
export const fitsUnsigned = (value: bigint, bits: number): boolean => BigInt.asUintN(bits, value) === value;

/** Little-endian bytes of `value`, modulo 2^(8·length). */
export function toBytes(value: bigint, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  if (length <= 4) {
    let low = Number(BigInt.asUintN(32, value));
    for (let i = 0; i < length; i++) {
      bytes[i] = low;
      low >>>= 8;
    }
    return bytes;
  }
  let rest = BigInt.asUintN(8 * length, value);
  for (let i = 0; i < length; i++) {
    bytes[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return bytes;
}

/** The unsigned little-endian integer in `bytes[offset … offset+length)`. */
export function fromBytes(bytes: Uint8Array, offset = 0, length = bytes.length - offset): bigint {
  let value = 0n;
  for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[offset + i]!);
  return value;
}
