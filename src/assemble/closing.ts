/**
 * What the end of the source adds to the sections: padding behind pieces that a linker merges, and the line table that
 * goes with debugging information. In goes the assembly as read; its sections grow. gas's write.c (subsegs_finish) and
 * dwarf2dbg.c (dwarf2_finish).
 */
import { hasErrors } from '../base/diagnostics.ts';
import { SHF } from '../object/object-file.ts';
import { type Assembly, abort, fail } from './assembly.ts';
import { writeLineTable } from './line-program.ts';
import { type AsmSection, pushFragment } from './section.ts';

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

/** Whether something in it has a size that was known at once. */
const hasBytes = ({ subsections }: AsmSection): boolean =>
  [...subsections.values()].some((list) => list.some(({ kind, size }) => kind === 'bytes' && size > 0));

/** A source that brings its own .debug_info gets a table of lines, though it be empty. */
export function addLineTable(asm: Assembly): void {
  const named = (wanted: string): AsmSection | undefined => asm.sections.find(({ name }) => name === wanted);
  const [info, lines] = [named('.debug_info'), named('.debug_line')];
  const hasRows = asm.lines.rows.size > 0;
  const hasInfo = info !== undefined && hasBytes(info);
  if (lines !== undefined && hasBytes(lines)) {
    if (hasRows) abort(asm, 'duplicate .debug_line sections');
    return;
  }
  // GNU as would describe the source itself, down to the directory that it runs in.
  if (hasRows && !hasInfo) return fail(asm, "`.loc' without .debug_info is not supported");
  if (hasInfo) writeLineTable(asm);
}
