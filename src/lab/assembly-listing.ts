/** A source's lines beside the bytes that they left, as `as -alm` lists them. In go the lines that the assembler read, out comes the text. */
import type { ListedLine } from '../assemble/listing.ts';
import type { FilePort } from '../assemble/logical-line.ts';

/** Bytes in a line of a listing, and how many lines are added for the rest: gas's LISTING_WORD_SIZE and listing_lhs_cont_lines. */
const WORD = 4;
const MORE_LINES = 4;

/**
 * As `as -almn` prints it: number, address, bytes and the line; `>` for each level of expansion. No more than 20 bytes a line are shown. Of
 * the file that the last line is from every line is there, be it blank; of others those that say something.
 */
export function listLines(lines: readonly ListedLine[], files: FilePort): string {
  const sources = new Map<string, readonly string[]>();
  const sourceOf = (file: string): readonly string[] => {
    const known = sources.get(file) ?? new TextDecoder().decode(files.read(file) ?? new Uint8Array(0)).split('\n');
    sources.set(file, known);
    return known;
  };
  const main = lines.at(-1)?.span.file ?? '';
  const out: string[] = [];
  let last = 0;
  const skipTo = (line: number): void => {
    while (last < line) out.push(withoutBytes(++last, sourceOf(main)[last - 1] ?? ''));
  };
  for (const { span, depth, text, offset, bytes } of lines) {
    if (text === undefined && span.file === main) {
      skipTo(span.line - 1);
      last = Math.max(last, span.line);
    }
    const shown = text === undefined ? (sourceOf(span.file)[span.line - 1] ?? '') : `${'>'.repeat(depth)}  ${text}`;
    if (offset === undefined) out.push(withoutBytes(span.line, shown));
    else out.push(...withBytes(span.line, offset, bytes, shown));
  }
  skipTo(sourceOf(main).length - 1);
  return out.join('\n');
}

const withoutBytes = (line: number, text: string): string => `${String(line).padStart(4)}              \t${text}`;

function withBytes(line: number, offset: number, bytes: Uint8Array, text: string): string[] {
  const number = String(line).padStart(4);
  const address = offset.toString(16).padStart(4, '0');
  const more = Math.min(MORE_LINES, Math.ceil(bytes.length / WORD) - 1);
  return [
    `${number} ${address} ${hexWord(bytes, 0).padEnd(2 * WORD + 1)}\t${text}`,
    ...Array.from({ length: more }, (_, i) => `${number}      ${hexWord(bytes, (i + 1) * WORD)}`),
  ];
}

/** A blank follows a whole word. */
function hexWord(bytes: Uint8Array, from: number): string {
  const word = bytes.subarray(from, from + WORD);
  const digits = Array.from(word, (byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join('');
  return word.length === WORD ? `${digits} ` : digits;
}
