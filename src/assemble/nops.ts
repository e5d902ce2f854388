/**
 * What fills an alignment gap in code: GNU as's choice without -mtune (Intel's recommended multi-byte NOPs up to nine
 * bytes, SDM vol. 2, NOP, and longer ones with more prefixes). As observed of GNU as 2.40.
 *
 * In: a gap in bytes, and whether the source ends in 16-bit code, which is what GNU as goes by when it fills the gaps: LEAs
 * then, since the 8086 has no long NOP. Out: pieces as long as possible, then one for the rest; a gap of many pieces
 * begins with a jump over it.
 */
import { RECOMMENDED_NOPS } from '../isa/nops.ts';

interface Fill {
  /** The NOP of each length. */
  readonly pieces: readonly (readonly number[])[];
  readonly most: number;
}

const WIDE: Fill = {
  pieces: [
    [],
    ...RECOMMENDED_NOPS,
    [0x66, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0],
    [0x66, 0x2e, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0],
    [0x66, 0x66, 0x2e, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0],
  ],
  most: 7,
};

const NARROW: Fill = {
  pieces: [[], [0x90], [0x66, 0x90], [0x8d, 0x74, 0x00], [0x8d, 0xb4, 0x00, 0x00]],
  most: 2,
};

export function nops(size: number, endsIn16 = false): number[] {
  const { pieces, most } = endsIn16 ? NARROW : WIDE;
  const longest = pieces.length - 1;
  const bytes = Math.floor(size / longest) > most ? jumpOver(size, endsIn16 ? [0x66] : []) : [];
  let rest = size - bytes.length;
  while (rest > 0) {
    const piece = Math.min(rest, longest);
    bytes.push(...pieces[piece]!);
    rest -= piece;
  }
  return bytes;
}

/** Of those in pieces. */
export const LONGEST = WIDE.pieces.length - 1;

/** NOPs one after the other, the longest first. */
export function nopsUpTo(size: number, longest: number): number[] {
  const bytes: number[] = Math.floor(size / LONGEST) > WIDE.most ? jumpOver(size, []) : [];
  for (let rest = size - bytes.length; rest > 0; ) {
    const piece = WIDE.pieces[Math.min(rest, longest)]!;
    bytes.push(...piece);
    rest -= piece.length;
  }
  return bytes;
}

/** The far one has a displacement of 32 bits, which takes a prefix in 16-bit code. */
function jumpOver(size: number, prefix: readonly number[]): number[] {
  const short = size - 2;
  if (short <= 127) return [0xeb, short];
  const near = size - 5 - prefix.length;
  return [...prefix, 0xe9, near & 0xff, (near >> 8) & 0xff, (near >> 16) & 0xff, (near >> 24) & 0xff];
}
