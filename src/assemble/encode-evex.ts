/**
 * The EVEX prefix (SDM vol. 2, 2.7.1): four bytes with 32 registers, a mask, a broadcast or a rounding mode.
 *
 * In: the opcode's share of the fields, the operands' one, and the decorations. Out: the prefix appended to the bytes. R, X, B,
 * R', vvvv and V' are stored inverted; the length gives way to a rounding mode.
 */
import type { Vex } from '../isa/forms.ts';
import type { Decorations } from './decorations.ts';
import type { Fields } from './encode.ts';
import { REX } from './prefixes.ts';

/** Bit 4 of register numbers: of the one in ModRM.reg (R'), of the one in vvvv or the vector index (V'). */
export const UPPER = { REG: 1, VVVV: 2 } as const;

export function evexBytes(bytes: number[], vex: Vex, fields: Fields, { mask, broadcast, rounding }: Decorations): void {
  const { rex, upper, vvvv } = fields;
  const clear = (bits: number, bit: number, value: number): number => ((bits & bit) === 0 ? value : 0);
  const extensions =
    clear(rex, REX.R, 0x80) | clear(rex, REX.X, 0x40) | clear(rex, REX.B, 0x20) | clear(upper, UPPER.REG, 0x10);
  const length = vex.length === 'any' ? 0 : vex.length;
  const mode = rounding === undefined ? length : rounding.mode === 'sae' ? 0 : rounding.mode;
  bytes.push(
    0x62,
    extensions | vex.map,
    (vex.w === 1 ? 0x80 : 0) | ((~vvvv & 15) << 3) | 4 | vex.prefix,
    (mask?.zeroing === true ? 0x80 : 0) |
      (mode << 5) |
      (broadcast !== undefined || rounding !== undefined ? 0x10 : 0) |
      clear(upper, UPPER.VVVV, 8) |
      (mask?.register?.number ?? 0),
  );
}
