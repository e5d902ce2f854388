/** Hexadecimal text, as gdb and objdump print it: lower case, `0x` where a reader could take it for decimal. */

/** `0x1f`; of a negative value `-0x1f`. */
export const hex = (value: bigint | number): string =>
  value < 0 ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;

/** Sixteen digits without a prefix, as objdump and /proc/kallsyms print addresses. */
export const address = (value: bigint): string => BigInt.asUintN(64, value).toString(16).padStart(16, '0');

/** `0f 22 df` */
export const hexBytes = (bytes: Uint8Array): string =>
  Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join(' ');

/** Parses `0f22df` or `0f 22 df`; undefined when it is not whole bytes of hex digits. */
export function parseHexBytes(text: string): Uint8Array | undefined {
  const digits = text.replace(/\s+/g, '');
  if (digits.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(digits)) return undefined;
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}
