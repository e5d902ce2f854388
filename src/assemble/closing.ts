/**
 * What the end of the source adds to the sections: padding behind pieces that a linker merges, and the line table that
 * goes with debugging information. In goes the assembly as read; its sections grow. gas's write.c (subsegs_finish) and
 * dwarf2dbg.c (dwarf2_finish).
 */
import { hasErrors } from '../base/diagnostics.ts';
import { SHF, SHT } from '../object/object-file.ts';
import { type Assembly, emit } from './assembly.ts';
import { type AsmSection, pushFragment } from './section.ts';
import { makeSection } from './section-table.ts';

/** Each part of a section of entries ends on a whole one, as far as that is a matter of powers of two. */
export function padEntries(asm: Assembly): void {
  if (hasErrors(asm.diagnostics)) return;
  for (const section of asm.sections) {
    const { flags, entsize, subsections } = section;
    const alignment = entsize & -entsize;
    if ((flags & SHF.MERGE) === 0 || alignment < 2) continue;
    const pattern = (flags & SHF.EXECINSTR) === 0 ? new Uint8Array(1) : undefined;
    for (const number of subsections.keys()) {
      pushFragment(section, number, { kind: 'align', alignment, pattern, place: asm.place });
    }
  }
}

/**
 * The header of a line-number program without files and lines (DWARF 3, 6.2.4): lengths of the rest and of the header,
 * version, then the smallest instruction, is_stmt, line base -5, line range 14, opcode base 13, the operands of each
 * standard opcode, and two empty lists.
 */
const EMPTY_LINE_TABLE = [
  ...[25, 0, 0, 0, 3, 0, 19, 0, 0, 0],
  ...[1, 1, 0xfb, 14, 13],
  ...[0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1],
  ...[0, 0],
];

/** Whether something in it has a size that was known at once. */
const hasBytes = ({ subsections }: AsmSection): boolean =>
  [...subsections.values()].some((list) => list.some(({ kind, size }) => kind === 'bytes' && size > 0));

/** A source that brings its own .debug_info gets a table of lines, though it be empty. */
export function addLineTable(asm: Assembly): void {
  const named = (wanted: string): AsmSection | undefined => asm.sections.find(({ name }) => name === wanted);
  const [info, lines] = [named('.debug_info'), named('.debug_line')];
  if (info === undefined || !hasBytes(info) || (lines !== undefined && hasBytes(lines))) return;
  const { here, previous } = asm;
  const section = lines ?? makeSection(asm, { name: '.debug_line', type: SHT.PROGBITS, flags: 0, entsize: 0 });
  asm.here = { section, subsection: 0 };
  emit(asm, EMPTY_LINE_TABLE);
  Object.assign(asm, { here, previous });
}
