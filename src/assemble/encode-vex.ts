/**
 * The VEX prefix (SDM vol. 2, 2.3.5): two bytes where the opcode map is 0F and neither W, X nor B is wanted, else three.
 *
 * In: the opcode's share of the fields and the operands' one. Out: the prefix appended to the bytes.
 */
import type { Vex } from '../isa/forms.ts';
import type { Fields } from './encode.ts';
import { REX, type Wishes } from './prefixes.ts';

const MAP_0F = 1;

/** Whether the two-byte prefix can say it. */
export const isShortVex = ({ map, w }: Vex, rex: number): boolean =>
  map === MAP_0F && w !== 1 && (rex & (REX.X | REX.B)) === 0;

export function vexBytes(bytes: number[], vex: Vex, fields: Fields, wishes: Wishes): void {
  const { map, w, prefix } = vex;
  const length = vex.length === 'any' ? 0 : vex.length;
  const { rex, vvvv } = fields;
  const last = ((~vvvv & 15) << 3) | (length << 2) | prefix;
  // R, X, B and vvvv are stored inverted.
  const inverted = ~rex;
  const r = (inverted & REX.R) !== 0 ? 0x80 : 0;
  if (isShortVex(vex, rex) && wishes.encoding !== 'vex3') {
    bytes.push(0xc5, r | last);
    return;
  }
  const x = (inverted & REX.X) !== 0 ? 0x40 : 0;
  const b = (inverted & REX.B) !== 0 ? 0x20 : 0;
  bytes.push(0xc4, r | x | b | map, (w === 1 ? 0x80 : 0) | last);
}
