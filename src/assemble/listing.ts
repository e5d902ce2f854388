/**
 * What a listing is made of: every line that the assembler reads, in the order of reading, with the bytes that it left. In go lines as
 * they are begun, out come after layout the same lines with bytes and addresses.
 *
 * The subtle invariant: a line ends where the next one begins, in the section and the part of it where it began; what it leaves elsewhere,
 * between a `.pushsection` and its `.popsection`, is no one's.
 */
import type { Span } from '../base/diagnostics.ts';
import type { ObjectFile } from '../object/object-file.ts';
import type { Assembly, Here } from './assembly.ts';
import { addressOf, type Location, openBytes } from './section.ts';

/** A line as the assembler begins it. */
export interface ReadLine {
  /** Its own place; of an expansion that of the file's line that it comes from. */
  readonly span: Span;
  /** How many macros and repetitions deep: 0 for the lines of files. */
  readonly depth: number;
  /** What an expansion came to. A file's lines are in the file. */
  readonly text?: string;
}

export interface ListedLine extends ReadLine {
  /** Of the bytes, in the section; undefined when there are none. */
  readonly offset: number | undefined;
  readonly bytes: Uint8Array;
}

/** Lines with where they begin and end. */
export type Recording = { readonly line: ReadLine; readonly here: Here; readonly start: Location; end: Location }[];

export function beginLine(asm: Assembly, recording: Recording, line: ReadLine): void {
  endLine(asm, recording);
  const start = endOf(asm, asm.here);
  recording.push({ line, here: asm.here, start, end: start });
}

function endLine(asm: Assembly, recording: Recording): void {
  const last = recording.at(-1);
  if (last) last.end = endOf(asm, last.here);
}

function endOf(asm: Assembly, { section, subsection }: Here): Location {
  const fragment = openBytes(section, subsection, asm.place);
  return { section, fragment, offset: fragment.size };
}

/** After layout. */
export function listedLines(asm: Assembly, recording: Recording, { sections }: ObjectFile): ListedLine[] {
  endLine(asm, recording);
  // Those of groups come first, and nothing is written to them.
  const groups = sections.length - asm.sections.length;
  return recording.map(({ line, here: { section }, start, end }) => {
    const [from, to] = [addressOf(start), addressOf(end)];
    if (to <= from) return { ...line, offset: undefined, bytes: new Uint8Array(0) };
    const { data } = sections[section.index + groups] ?? { data: new Uint8Array(0) };
    const bytes = data.length > 0 ? data.subarray(from, to) : new Uint8Array(to - from);
    return { ...line, offset: from, bytes };
  });
}
