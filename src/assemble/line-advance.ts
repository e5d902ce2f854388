/**
 * One step of a line-number program: in go two places and the lines between them, out come the bytes that move a
 * debugger from the one to the other, the shortest that there are. DWARF 5, 6.2.5.
 */
import { lebBytes } from './leb128.ts';
import { finalDistance, type LineFragment } from './section.ts';

/** The header says these of the special opcodes, DWARF 5, 6.2.4. */
export const LINE_BASE = -5;
export const LINE_RANGE = 14;
export const OPCODE_BASE = 13;
const LAST_OPCODE = 255;

/** Standard opcodes, DWARF 5, 6.2.5.2. */
export const DW_LNS = {
  copy: 1,
  advancePc: 2,
  advanceLine: 3,
  setFile: 4,
  setColumn: 5,
  negateStmt: 6,
  setBasicBlock: 7,
  constAddPc: 8,
  setPrologueEnd: 10,
  setEpilogueBegin: 11,
  setIsa: 12,
} as const;

/** Extended opcodes, 6.2.5.3. */
export const DW_LNE = { endSequence: 1, setAddress: 2, setDiscriminator: 4 } as const;

/** What DW_LNS_const_add_pc adds: as much as the last special opcode. */
const CONST_ADD_PC = Math.floor((LAST_OPCODE - OPCODE_BASE) / LINE_RANGE);

const advancePc = (distance: number): number[] => [DW_LNS.advancePc, ...lebBytes(BigInt(distance), false)];

export const END_SEQUENCE: readonly number[] = [0, 1, DW_LNE.endSequence];

export const lineBytes = ({ from, to, lines }: LineFragment): number[] =>
  stepBytes(finalDistance(to, from) ?? 0, lines);

/** `distance` in bytes; `lines` undefined at the end of a sequence. */
export function stepBytes(distance: number, lines: number | undefined): number[] {
  if (lines === undefined) {
    if (distance === 0) return [...END_SEQUENCE];
    const step = distance === CONST_ADD_PC ? [DW_LNS.constAddPc] : advancePc(distance);
    return [...step, ...END_SEQUENCE];
  }
  const isFar = lines < LINE_BASE || lines >= LINE_BASE + LINE_RANGE;
  const before = isFar ? [DW_LNS.advanceLine, ...lebBytes(BigInt(lines), true)] : [];
  const rest = isFar ? 0 : lines;
  if (rest === 0 && distance === 0) return [...before, DW_LNS.copy];
  const base = rest - LINE_BASE + OPCODE_BASE;
  const near = base + distance * LINE_RANGE;
  if (near <= LAST_OPCODE) return [...before, near];
  const behind = near - CONST_ADD_PC * LINE_RANGE;
  if (behind <= LAST_OPCODE) return [...before, DW_LNS.constAddPc, behind];
  return [...before, ...advancePc(distance), isFar ? DW_LNS.copy : base];
}
