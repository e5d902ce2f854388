/**
 * The lines of a file being read (C11 5.1.1.2, phases 2 and 3): in goes a buffer, out comes its next logical line with
 * continuations joined, ready to be scanned; comments are passed over across lines, and groups that `#if` skips are
 * left behind a line at a time without looking into them.
 *
 * The subtle invariant: a line that holds `/*` is never left unread, since in skipped text too a comment may go on, and
 * whether it does depends on the quotes before it.
 */
import { type CppBuffer, type CppFile, type CppReader, complain, warn } from './cpp-reader.ts';

const TAB = 9;
const NEWLINE = 10;
const RETURN = 13;
const SPACE = 32;
const HASH = 35;
const BACKSLASH = 92;
const NO_JOINS: readonly number[] = [];

export const isBlank = (code: number): boolean => code === SPACE || (code >= TAB && code <= 12 && code !== NEWLINE);

const CLASS = { other: 0, name: 1, digit: 2 } as const;

const CLASSES = Uint8Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code);
  return /[A-Za-z_]/.test(char) ? CLASS.name : /\d/.test(char) ? CLASS.digit : CLASS.other;
});

/** Whether a character may stand in a name; digits may too, but begin none. Nothing beyond ASCII does in assembler. */
export const isNameCode = (code: number): boolean => code < 128 && CLASSES[code] !== CLASS.other;

export const isDigitCode = (code: number): boolean => code < 128 && CLASSES[code] === CLASS.digit;

export const bufferOf = (file: CppFile, searched: number, system: boolean, chain: CppBuffer['chain']): CppBuffer => ({
  file,
  text: file.text,
  searched,
  system,
  conditionals: [],
  chain,
  line: '',
  cur: 0,
  end: 0,
  lineStart: 0,
  next: 0,
  lineNumber: 1,
  nextLineNumber: 1,
  fileName: file.path,
  needLine: true,
  joins: NO_JOINS,
  passed: 0,
  comment: -1,
  guardState: 'fresh',
  guard: undefined,
});

/** A text of one line that is no file: an option's value, two tokens pasted. */
export function bufferOfText(text: string, line: number, fileName: string): CppBuffer {
  const buffer = bufferOf({ path: fileName, text: '', guard: undefined, once: false, reads: 0 }, -1, false, []);
  buffer.line = `${text}\n`;
  buffer.end = text.length;
  buffer.lineNumber = line;
  buffer.needLine = false;
  return buffer;
}

/** Makes the next line current. There has to be one. */
export function advance(reader: CppReader, buffer: CppBuffer): void {
  const { text, next } = buffer;
  const end = endOfLine(text, next);
  buffer.lineNumber = buffer.nextLineNumber++;
  buffer.next = end + 1;
  buffer.joins = NO_JOINS;
  const last = end > next ? text.charCodeAt(end - 1) : 0;
  if (end > next && (last === BACKSLASH || last === RETURN || isBlank(last))) {
    const stop = last === RETURN ? end - 1 : end;
    if (backslashAt(text, next, stop) >= 0) return join(reader, buffer, next, stop);
    setLine(buffer, text, next, stop);
  } else setLine(buffer, text, next, end);
}

function setLine(buffer: CppBuffer, line: string, start: number, end: number): void {
  buffer.line = line;
  buffer.cur = start;
  buffer.lineStart = start;
  buffer.end = end;
}

const endOfLine = (text: string, from: number): number => {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
};

/** The backslash that ends a line but for blanks; -1: none. */
function backslashAt(text: string, start: number, end: number): number {
  let i = end - 1;
  while (i >= start && (isBlank(text.charCodeAt(i)) || text.charCodeAt(i) === RETURN)) i--;
  return i >= start && text.charCodeAt(i) === BACKSLASH ? i : -1;
}

function join(reader: CppReader, buffer: CppBuffer, from: number, to: number): void {
  const { text } = buffer;
  const pieces: string[] = [];
  const joins: number[] = [];
  let length = 0;
  let start = from;
  let end = to;
  for (;;) {
    const backslash = backslashAt(text, start, end);
    const stop = backslash < 0 ? end : backslash;
    pieces.push(text.slice(start, stop));
    length += stop - start;
    if (backslash < 0) break;
    if (backslash + 1 < end) warn(reader, 'backslash and newline separated by space', buffer.nextLineNumber - 1);
    if (buffer.next >= text.length) {
      warn(reader, 'backslash-newline at end of file', buffer.nextLineNumber - 1);
      break;
    }
    joins.push(length);
    start = buffer.next;
    end = endOfLine(text, start);
    buffer.next = end + 1;
    buffer.nextLineNumber++;
    if (end > start && text.charCodeAt(end - 1) === RETURN) end--;
  }
  // As in a file, a newline stands behind the line: what looks one character ahead stays inside.
  pieces.push('\n');
  setLine(buffer, pieces.join(''), 0, length);
  buffer.joins = joins;
  buffer.passed = 0;
}

/** Counts the lines that `cur` has passed in a joined line. */
export function passJoins(buffer: CppBuffer): void {
  const { joins, cur } = buffer;
  while (buffer.passed < joins.length && joins[buffer.passed]! <= cur) {
    buffer.lineNumber++;
    buffer.lineStart = joins[buffer.passed++]!;
  }
}

/** A directive that neither ends a skipped group nor opens one in it, by its first letter: none of if, elif, else, endif. */
const OTHER = /#[a-df-hj-z]/y;

/** In a skipped group: leaves lines behind up to one that may be a conditional or open a comment. */
export function skipLines(buffer: CppBuffer): void {
  const { text } = buffer;
  const { length } = text;
  while (buffer.next < length) {
    let i = buffer.next;
    while (isBlank(text.charCodeAt(i))) i++;
    if (text.charCodeAt(i) === HASH) {
      OTHER.lastIndex = i;
      if (!OTHER.test(text)) return;
    }
    const end = endOfLine(text, i);
    if (buffer.comment < buffer.next) {
      const comment = text.indexOf('/*', buffer.next);
      buffer.comment = comment < 0 ? length : comment;
    }
    if (buffer.comment < end || backslashAt(text, buffer.next, end) >= 0) return;
    buffer.next = end + 1;
    buffer.nextLineNumber++;
  }
}

/** `cur` stands behind a comment's opening; moves it behind its end, over lines if need be. */
export function skipComment(reader: CppReader, buffer: CppBuffer): void {
  const opened = buffer.lineNumber;
  const { text } = buffer;
  // Looked for once, not from every line on; a joined line is a text of its own.
  let inText = -1;
  for (;;) {
    if (buffer.line === text && inText < buffer.cur) inText = endOfComment(text, buffer.cur);
    const close = buffer.line === text ? inText : endOfComment(buffer.line, buffer.cur);
    if (close + 2 <= buffer.end) {
      buffer.cur = close + 2;
      return;
    }
    if (buffer.next >= text.length) {
      buffer.cur = buffer.end;
      return complain(reader, 'unterminated comment', opened);
    }
    advance(reader, buffer);
  }
}

const endOfComment = (text: string, from: number): number => {
  const at = text.indexOf('*/', from);
  return at < 0 ? text.length : at;
};
