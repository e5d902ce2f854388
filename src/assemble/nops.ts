/**
 * What fills an alignment gap in code: GNU as's choice for 64-bit mode without -mtune (Intel's recommended multi-byte
 * NOPs up to nine bytes, SDM vol. 2, NOP, and longer ones with more prefixes). As observed of GNU as 2.40.
 *
 * In: a gap in bytes. Out: pieces of eleven bytes, then one for the rest; a gap of more than seven such pieces begins
 * with a jump over it.
 */
export const LONGEST = 11;
const MAX_PIECES = 7;

/** The NOP of each length, 0 … 11. */
const NOPS: readonly (readonly number[])[] = [
  [],
  [0x90],
  [0x66, 0x90],
  [0x0f, 0x1f, 0x00],
  [0x0f, 0x1f, 0x40, 0],
  [0x0f, 0x1f, 0x44, 0, 0],
  [0x66, 0x0f, 0x1f, 0x44, 0, 0],
  [0x0f, 0x1f, 0x80, 0, 0, 0, 0],
  [0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0],
  [0x66, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0],
  [0x66, 0x2e, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0],
  [0x66, 0x66, 0x2e, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0],
];

export function nops(size: number): number[] {
  const bytes = size > MAX_PIECES * LONGEST ? jumpOver(size) : [];
  let rest = size - bytes.length;
  while (rest > 0) {
    const piece = Math.min(rest, LONGEST);
    bytes.push(...NOPS[piece]!);
    rest -= piece;
  }
  return bytes;
}

/** NOPs one after the other, the longest first. */
export function nopsUpTo(size: number, longest: number): number[] {
  const bytes: number[] = [];
  for (let rest = size; rest > 0; ) {
    const piece = NOPS[Math.min(rest, longest)]!;
    bytes.push(...piece);
    rest -= piece.length;
  }
  return bytes;
}

function jumpOver(size: number): number[] {
  const short = size - 2;
  if (short <= 127) return [0xeb, short];
  const near = size - 5;
  return [0xe9, near & 0xff, (near >> 8) & 0xff, (near >> 16) & 0xff, (near >> 24) & 0xff];
}
