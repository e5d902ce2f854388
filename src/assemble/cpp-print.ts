/**
 * Tokens back to text, as GCC's c-ppoutput.cc prints them: in goes the reader, out come the lines that are left with their
 * places, and the line markers that `gcc -E` would put between them.
 *
 * The subtle invariant: a blank stands between two tokens where one stood in the source, or where an expansion began or
 * ended and they would read as one.
 */
import type { Span } from '../base/diagnostics.ts';
import { getToken } from './cpp-expand.ts';
import { type CppReader, originLine, stop } from './cpp-reader.ts';
import { avoidsPaste, type CppToken, FLAG, KIND } from './cpp-tokens.ts';
import { parseLineMarker, type SourceLine } from './source.ts';

/** `# 12 "file" 1`: where in the output it stands, and what it says. */
export interface LineMarker {
  /** The line of the output that it stands before. */
  readonly before: number;
  readonly at: Span;
  /** 1: a file begins; 2: back in this file; 3 and 4: a system header. */
  readonly flags: readonly number[];
}

export interface Printer {
  readonly lines: SourceLine[];
  readonly markers: LineMarker[];
  text: string;
  span: Span;
  prev: CppToken | undefined;
  /** Padding has been seen, and the token whose white space counts. */
  apart: boolean;
  source: CppToken | undefined;
  characters: number;
}

export const newPrinter = (): Printer => ({
  lines: [],
  markers: [],
  text: '',
  span: { file: '', line: 0 },
  prev: undefined,
  apart: false,
  source: undefined,
  characters: 0,
});

/** Characters that the output may have, a line counting for some more: no honest source comes near. */
const MAX_OUTPUT = 1 << 28;
const LINE_COST = 128;

/** Prints all tokens of the files that are open. */
export function printTokens(reader: CppReader, printer: Printer): void {
  for (;;) {
    const found = getToken(reader);
    if (found.kind === KIND.padding) {
      printer.apart = true;
      const { source } = printer;
      if (source === undefined || (!(source.flags & FLAG.white) && found.source === undefined)) {
        printer.source = found.source;
      }
    } else if (found.kind === KIND.eof) {
      break;
    } else if (found.kind === KIND.pragma) {
      beginLine(printer, { file: printer.span.file, line: originLine(reader, found.line) });
    } else printToken(printer, found);
    if (printer.text.length > MAX_OUTPUT - printer.characters) stop(reader, 'too much text');
  }
  endLine(printer);
}

function printToken(printer: Printer, found: CppToken): void {
  const { prev } = printer;
  let blank = (found.flags & FLAG.white) !== 0;
  if (printer.apart) {
    const source = printer.source ?? found;
    blank =
      (source.flags & FLAG.white) !== 0 ||
      (prev !== undefined && avoidsPaste(prev, found)) ||
      (prev === undefined && found.text === '#' && found.kind === KIND.operator);
  }
  printer.text += blank ? ` ${found.text}` : found.text;
  printer.apart = false;
  printer.source = undefined;
  printer.prev = found;
}

export function endLine(printer: Printer): void {
  const { text, span } = printer;
  if (text !== '') {
    if (!/^ *$/.test(text)) printer.lines.push({ text, span });
    printer.characters += text.length + LINE_COST;
  }
  printer.text = '';
  printer.prev = undefined;
  printer.source = undefined;
}

function beginLine(printer: Printer, span: Span): void {
  endLine(printer);
  printer.span = span;
}

/** A line begins with this token: the one before is done. Its column is kept. */
export function changeLine(reader: CppReader, printer: Printer, first: CppToken): void {
  beginLine(printer, { file: reader.buffer?.fileName ?? '', line: first.line });
  if (first.column > 2) printer.text = ' '.repeat(first.column - 2);
}

export function changeFile(reader: CppReader, printer: Printer, why: 'enter' | 'leave' | 'rename', line: number): void {
  endLine(printer);
  const { buffer, buffers } = reader;
  if (!buffer || (why === 'enter' && buffer.fileName === COMMAND_LINE)) return;
  const flags = [
    ...(why === 'leave' ? [2] : why === 'enter' && buffers.length > 1 ? [1] : []),
    ...(buffer.system ? [3, 4] : []),
  ];
  const at = { file: buffer.fileName, line: why === 'leave' ? buffer.nextLineNumber : line };
  printer.markers.push({ before: printer.lines.length, at, flags });
}

/** Where the files of -include are included. */
export const COMMAND_LINE = '<command-line>';

/** Blank lines that `gcc -E` prints rather than a marker. */
const MAX_BLANK_LINES = 8;

/**
 * The lines as the assembler places them, which obeys not only the preprocessor's markers but also those that the source
 * had as comments (`# 12 "file"`); these are left out.
 */
export function placedLines(lines: SourceLine[], markers: readonly LineMarker[]): SourceLine[] {
  if (!lines.some(({ text }) => text.startsWith('#'))) return lines;
  const placed: SourceLine[] = [];
  let shift: { from: number; to: Span } | undefined;
  let next = 0;
  let line = 0;
  lines.forEach(({ text, span }, index) => {
    for (; (markers[next]?.before ?? Number.POSITIVE_INFINITY) <= index; next++) {
      shift = undefined;
      line = markers[next]!.at.line;
    }
    if (!isNear(span.line, line)) shift = undefined;
    line = span.line + 1;
    const at = shift ? { file: shift.to.file, line: shift.to.line + span.line - shift.from } : span;
    const marker = text.startsWith('#') ? parseLineMarker(text, at.file) : undefined;
    if (marker) shift = { from: span.line + 1, to: marker };
    else placed.push(shift ? { text, span: at } : { text, span });
  });
  return placed;
}

/** Reached by blank lines from where the output stands, without a marker. */
const isNear = (wanted: number, line: number): boolean => wanted >= line && wanted < line + MAX_BLANK_LINES;

/** The text that `gcc -E` prints; without markers what `gcc -E -P` prints. */
export function preprocessedText(
  lines: readonly SourceLine[],
  markers: readonly LineMarker[],
  withMarkers: boolean,
): string {
  if (!withMarkers) return lines.map(({ text }) => `${text}\n`).join('');
  const out: string[] = [];
  let line = 0;
  let next = 0;
  const mark = ({ file, line: number }: Span, flags: readonly number[]): void => {
    out.push(`# ${number} "${file.replace(/["\\]/g, '\\$&')}"${flags.map((flag) => ` ${flag}`).join('')}`);
    line = number;
  };
  const markBefore = (index: number): void => {
    for (let marker = markers[next]; marker && marker.before <= index; marker = markers[++next]) {
      mark(marker.at, marker.flags);
    }
  };
  lines.forEach(({ text, span }, index) => {
    markBefore(index);
    if (isNear(span.line, line)) for (; line < span.line; line++) out.push('');
    else mark(span, []);
    out.push(text);
    line++;
  });
  markBefore(lines.length);
  return `${out.join('\n')}\n`;
}
