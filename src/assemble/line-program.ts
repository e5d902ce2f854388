/**
 * The rows of line-table.ts into .debug_line and .debug_line_str: in goes the state at the end of the source, out come
 * bytes, fixups and fragments at the ends of those sections, before layout. DWARF 5, 6.2.4 and 6.2.5; DWARF 3, 6.2.4.
 *
 * The subtle invariant: each section is a sequence, in the order of their first rows, and within it the rows of lower
 * subsections come first. Only the first row of a sequence, and one whose view is forced to zero, names its address; all
 * others are steps (line-advance.ts), of a size that layout finds out where the distance is not known yet.
 */
import { SHF, SHT } from '../object/object-file.ts';
import { type Assembly, dot, emit, emitFragment, fail } from './assembly.ts';
import { lebBytes } from './leb128.ts';
import { DW_LNE, DW_LNS, LINE_BASE, LINE_RANGE, OPCODE_BASE, stepBytes } from './line-advance.ts';
import type { LineFile, LineRegisters, LineRow, LineState } from './line-table.ts';
import { type AsmSection, knownDistance, type Location, openBytes } from './section.ts';
import { makeSection } from './section-table.ts';
import { type AsmSymbol, type Bound, EXPRESSION_SYMBOL, newSymbol } from './symbols.ts';

export function writeLineTable(asm: Assembly): void {
  const { here, previous, lines } = asm;
  const unassigned = missingFiles(lines);
  for (const number of unassigned) fail(asm, `unassigned file number ${number}`);
  if (lines.version === 5 && lines.directories[0] === '') {
    fail(asm, "`.file 0' without a directory is not supported");
  }
  asm.here = { section: sectionNamed(asm, '.debug_line', 0, 0), subsection: 0 };
  const end = newSymbol('.', asm.place, true);
  const start = newSymbol('.', asm.place, true);
  field(asm, 4, { kind: 'binary', op: '-', left: of(end), right: of(start) });
  start.home = { kind: 'label', at: dot(asm) };
  if (lines.version === 5) writeHeader5(asm);
  else emit(asm, header3(lines));
  for (const [section, rows] of lines.rows) writeSequence(asm, section, rows);
  end.home = { kind: 'label', at: dot(asm) };
  Object.assign(asm, { here, previous });
}

function missingFiles({ version, files }: LineState): number[] {
  const numbers = Array.from(files, (file, number) => (file === undefined ? number : -1));
  return numbers.filter((number) => number > 0 || (number === 0 && version === 5));
}

function sectionNamed(asm: Assembly, name: string, flags: number, entsize: number): AsmSection {
  return asm.sectionsByKey.get(name) ?? makeSection(asm, { name, type: SHT.PROGBITS, flags, entsize });
}

const of = (symbol: AsmSymbol): Bound => ({ kind: 'symbol', symbol });

const placeOf = (asm: Assembly, at: Location): Bound =>
  of(newSymbol(EXPRESSION_SYMBOL, asm.place, true, { kind: 'label', at }));

function field(asm: Assembly, size: 4 | 8, value: Bound): void {
  emit(asm, new Uint8Array(size), [{ offset: 0, size, value, kind: 'absolute', toEnd: 0, got: 'plain' }]);
}

const uleb = (value: number): number[] => lebBytes(BigInt(value), false);

// ---- The header ---------------------------------------------------------------------------------------------------

/** is_stmt, line base, line range, opcode base, and how many operands each standard opcode has. */
const MACHINE = [1, LINE_BASE & 0xff, LINE_RANGE, OPCODE_BASE, 0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1];

const word = (value: number): number[] => [0, 8, 16, 24].map((shift) => (value >> shift) & 0xff);

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** From the version on: directories and files by name, each list with a zero behind it. */
function header3({ directories, files }: LineState): number[] {
  const names = directories.slice(1).flatMap((directory) => [...utf8(directory), 0]);
  const entries = files
    .slice(1)
    .flatMap((file) => (file ? [...utf8(file.name), 0, ...uleb(file.directory), 0, 0] : []));
  const rest = [1, ...MACHINE, ...names, 0, ...entries, 0];
  return [3, 0, ...word(rest.length), ...rest];
}

/** DW_LNCT_* with DW_FORM_* that an entry consists of, DWARF 5, 7.22 and 7.5.6. */
const PATH = [0x01, 0x1f];
const DIRECTORY_INDEX = [0x02, 0x0f];
const MD5 = [0x05, 0x1e];
const OFFSET_SIZE = 4;

/** The same for version 5: names are offsets into .debug_line_str. */
function writeHeader5(asm: Assembly): void {
  const { directories, files } = asm.lines;
  const entries = files.filter((file): file is LineFile => file !== undefined);
  const hasSums = entries.some(({ md5 }) => md5 !== undefined);
  const formats = [hasSums ? 3 : 2, ...PATH, ...DIRECTORY_INDEX, ...(hasSums ? MD5 : [])];
  const before = [1, 1, ...MACHINE, 1, ...PATH, ...uleb(directories.length)];
  const between = [...formats, ...uleb(entries.length)];
  const tails = entries.map(({ directory, md5 }) => [
    ...uleb(directory),
    ...(hasSums ? (md5 ?? new Uint8Array(16)) : []),
  ]);
  const names = OFFSET_SIZE * (directories.length + entries.length);
  const length = before.length + between.length + names + tails.reduce((sum, tail) => sum + tail.length, 0);
  // Version, sizes of an address and of a segment selector, length of what follows.
  emit(asm, [5, 0, 8, 0, ...word(length), ...before]);
  for (const directory of directories) field(asm, OFFSET_SIZE, stringPlace(asm, directory));
  emit(asm, between);
  for (const [n, { name }] of entries.entries()) {
    field(asm, OFFSET_SIZE, stringPlace(asm, name));
    emit(asm, tails[n]!);
  }
}

/** Appends to .debug_line_str, where the linker looks for strings that are equal. */
function stringPlace(asm: Assembly, text: string): Bound {
  const { here } = asm;
  const section = sectionNamed(asm, '.debug_line_str', SHF.MERGE | SHF.STRINGS, 1);
  asm.here = { section, subsection: 0 };
  const place = placeOf(asm, dot(asm));
  emit(asm, [...utf8(text), 0]);
  asm.here = here;
  return place;
}

// ---- The program --------------------------------------------------------------------------------------------------

const INITIAL = { file: 1, line: 1, column: 0, isStmt: true, isa: 0 } as const;

function writeSequence(asm: Assembly, section: AsmSection, rows: readonly LineRow[]): void {
  const ordered = rows.toSorted((a, b) => a.subsection - b.subsection);
  let before: Pick<LineRegisters, keyof typeof INITIAL> = INITIAL;
  let from: Location | undefined;
  for (const row of ordered) {
    emit(asm, changes(before, row));
    // Modulo 2³², as GNU as counts.
    const lines = (row.line - before.line) | 0;
    if (from === undefined || row.startsAnew) {
      emit(asm, [0, ...uleb(1 + 8), DW_LNE.setAddress]);
      field(asm, 8, placeOf(asm, row.at));
      emit(asm, stepBytes(0, lines));
    } else writeStep(asm, from, row.at, lines);
    [before, from] = [row, row.at];
  }
  if (from !== undefined) writeStep(asm, from, endOf(asm, section), undefined);
}

function writeStep(asm: Assembly, from: Location, to: Location, lines: number | undefined): void {
  const distance = knownDistance(to, from);
  if (distance !== undefined) emit(asm, stepBytes(distance, lines));
  else emitFragment(asm, { kind: 'line', from, to, lines, place: asm.place });
}

/** Behind the last subsection. */
function endOf(asm: Assembly, section: AsmSection): Location {
  const fragment = openBytes(section, Math.max(...section.subsections.keys()), asm.place);
  return { section, fragment, offset: fragment.size };
}

/** The opcodes that bring all registers but address and line to what the row says. */
function changes(before: Pick<LineRegisters, keyof typeof INITIAL>, row: LineRow): number[] {
  const bytes: number[] = [];
  if (row.file !== before.file) bytes.push(DW_LNS.setFile, ...uleb(row.file));
  if (row.column !== before.column) bytes.push(DW_LNS.setColumn, ...uleb(row.column));
  if (row.discriminator !== 0) {
    const number = uleb(row.discriminator);
    bytes.push(0, ...uleb(1 + number.length), DW_LNE.setDiscriminator, ...number);
  }
  if (row.isa !== before.isa) bytes.push(DW_LNS.setIsa, ...uleb(row.isa));
  if (row.isStmt !== before.isStmt) bytes.push(DW_LNS.negateStmt);
  if (row.isBlock) bytes.push(DW_LNS.setBasicBlock);
  if (row.isPrologueEnd) bytes.push(DW_LNS.setPrologueEnd);
  if (row.isEpilogueBegin) bytes.push(DW_LNS.setEpilogueBegin);
  return bytes;
}
