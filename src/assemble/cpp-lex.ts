/**
 * Characters to preprocessing tokens (C11 6.4), as cpplib's _cpp_lex_direct does for assembler: in goes the reader, out
 * comes the next token of the file. Names hold no `$` and nothing beyond ASCII, there are no digraphs, and a quote that
 * nothing closes takes in the rest of its line.
 *
 * The subtle invariant: a directive ends with its line. While one is read, the end of the line is the end of all
 * tokens; it is left for the next line only when the directive is done.
 */

import { defineAtOnce } from './cpp-define.ts';
import {
  advance,
  bufferOfText,
  isBlank,
  isDigitCode,
  isNameCode,
  passJoins,
  skipComment,
  skipLines,
} from './cpp-lines.ts';
import { type CppBuffer, type CppReader, complain, nameOf, warn } from './cpp-reader.ts';
import { type CppToken, FLAG, KIND, token } from './cpp-tokens.ts';

const code = (char: string): number => char.charCodeAt(0);
const SPACE = code(' ');
const QUOTE = code('"');
const APOSTROPHE = code("'");
const BACKSLASH = code('\\');
const SLASH = code('/');
const STAR = code('*');
const DOT = code('.');
const LESS = code('<');
const GREATER = code('>');
const CAPITAL_L = code('L');
const PLUS = code('+');
const MINUS = code('-');

/** The operators by their first character, longest first. */
const OPERATORS: readonly (readonly string[] | undefined)[] = (() => {
  const table: string[][] = [];
  const all =
    '... <<= >>= ## ++ -- -> << >> <= >= == != && || *= /= %= += -= &= ^= |= # + - * / % & | ^ ! = < > ~ , ( ) [ ] { } ; : ? .';
  for (const text of all.split(' ')) {
    const first = code(text);
    table[first] ??= [];
    table[first].push(text);
  }
  return Array.from({ length: 128 }, (_, i) => table[i]);
})();

/** The next token of the files, without looking whether it begins a directive. */
export function lexDirect(reader: CppReader): CppToken {
  let flags = 0;
  for (;;) {
    const { buffer } = reader;
    if (buffer === undefined || reader.stopped) return endToken(reader);
    if (buffer.needLine) {
      if (!freshLine(reader)) return endToken(reader);
      flags = reader.parsingArgs === 2 ? FLAG.lineStart | FLAG.white : FLAG.lineStart;
      continue;
    }
    const found = scan(reader, buffer, flags);
    if (found) return found;
    buffer.needLine = true;
  }
}

const endToken = ({ buffer, inDirective }: CppReader): CppToken =>
  token(KIND.eof, inDirective ? 0 : FLAG.lineStart, '', buffer?.lineNumber ?? 0, 1, undefined);

/** Goes on to the next line, out of included files where they end; false: there is none, or not for now. */
function freshLine(reader: CppReader): boolean {
  if (reader.inDirective) return false;
  for (;;) {
    const { buffer } = reader;
    if (buffer === undefined) return false;
    if (!buffer.needLine) return true;
    if (reader.skipping) skipLines(buffer);
    else if (reader.parsingArgs === 0) while (defineAtOnce(reader, buffer));
    if (buffer.next < buffer.text.length) {
      advance(reader, buffer);
      buffer.needLine = false;
      return true;
    }
    // The arguments of a call end with their file.
    if (reader.parsingArgs !== 0) return false;
    leaveFile(reader, buffer);
  }
}

function leaveFile(reader: CppReader, buffer: CppBuffer): void {
  for (const { last, line } of [...buffer.conditionals].reverse()) complain(reader, `unterminated #${last}`, line);
  reader.skipping = false;
  if (buffer.guardState === 'closed') buffer.file.guard = buffer.guard;
  reader.buffers.pop();
  reader.buffer = reader.buffers.at(-1);
  reader.fileChange(reader, 'leave', 0);
}

/** The next token of the current line; undefined at its end. */
export function scan(reader: CppReader, buffer: CppBuffer, lineFlags: number): CppToken | undefined {
  let flags = lineFlags;
  for (;;) {
    const { line, end } = buffer;
    let i = buffer.cur;
    let c = line.charCodeAt(i);
    while (c <= SPACE && i < end && (c === SPACE || isBlank(c) || c === 0)) {
      flags |= FLAG.white;
      if (c === 0 && !reader.skipping) warn(reader, 'null character(s) ignored');
      c = line.charCodeAt(++i);
    }
    buffer.cur = i;
    if (buffer.joins.length > 0) passJoins(buffer);
    if (i >= end) return undefined;
    if (c === SLASH && i + 1 < end) {
      const after = line.charCodeAt(i + 1);
      if (after === STAR) {
        buffer.cur = i + 2;
        skipComment(reader, buffer);
        flags |= FLAG.white;
        continue;
      }
      if (after === SLASH) {
        buffer.cur = end;
        return undefined;
      }
    }
    return scanToken(reader, buffer, flags, i, c);
  }
}

function scanToken(reader: CppReader, buffer: CppBuffer, flags: number, start: number, c: number): CppToken {
  const { line, end } = buffer;
  if (isNameCode(c) && !isDigitCode(c) && c !== CAPITAL_L) return scanName(reader, buffer, flags, start);
  const next = start + 1 < end ? line.charCodeAt(start + 1) : 0;
  if (isDigitCode(c) || (c === DOT && isDigitCode(next))) return scanNumber(buffer, flags, start);
  if (c === CAPITAL_L) {
    const isWide = next === QUOTE || next === APOSTROPHE;
    return isWide ? scanString(reader, buffer, flags, start, start + 1) : scanName(reader, buffer, flags, start);
  }
  if (c === QUOTE || c === APOSTROPHE || (c === LESS && reader.angledHeaders)) {
    const found = scanString(reader, buffer, flags, start, start);
    if (found.kind !== KIND.other || c !== LESS) return found;
  }
  const operators = c < 128 ? OPERATORS[c] : undefined;
  if (operators) {
    for (const text of operators) {
      if (text.length === 1 || (start + text.length <= end && line.startsWith(text, start))) {
        return cut(buffer, KIND.operator, flags, start, start + text.length, text);
      }
    }
  }
  const length = c >= 0xd800 && c < 0xdc00 && start + 1 < end ? 2 : 1;
  return cut(buffer, KIND.other, flags, start, start + length, line.slice(start, start + length));
}

function cut(
  buffer: CppBuffer,
  kind: CppToken['kind'],
  flags: number,
  start: number,
  stop: number,
  text: string,
): CppToken {
  buffer.cur = stop;
  return token(kind, flags, text, buffer.lineNumber, start - buffer.lineStart + 1, undefined);
}

/** No name goes beyond its line, which a newline ends. */
const NAME = /\w+/y;

function scanName(reader: CppReader, buffer: CppBuffer, flags: number, start: number): CppToken {
  const { line } = buffer;
  NAME.lastIndex = start;
  NAME.test(line);
  const i = NAME.lastIndex;
  buffer.cur = i;
  const name = nameOf(reader, line.slice(start, i));
  if (i - start > 9 && !reader.skipping) checkVariadic(reader, name.text, buffer.lineNumber);
  if (name.poisoned && !reader.skipping) {
    complain(reader, `attempt to use poisoned "${name.text}"`, buffer.lineNumber);
  }
  return token(KIND.name, flags, name.text, buffer.lineNumber, start - buffer.lineStart + 1, name);
}

function checkVariadic(reader: CppReader, text: string, line: number): void {
  if (reader.variadicAllowed) return;
  const standard = text === '__VA_ARGS__' ? 'C99' : text === '__VA_OPT__' ? 'C++20' : undefined;
  if (standard) warn(reader, `${text} can only appear in the expansion of a ${standard} variadic macro`, line);
}

/** A pp-number: digits, letters, dots, and a sign behind an exponent's letter. */
function scanNumber(buffer: CppBuffer, flags: number, start: number): CppToken {
  const { line, end } = buffer;
  let i = start + 1;
  for (; i < end; i++) {
    const c = line.charCodeAt(i);
    if (isNameCode(c) || c === DOT) continue;
    if ((c !== PLUS && c !== MINUS) || !/[eEpP]/.test(line.charAt(i - 1))) break;
  }
  return cut(buffer, KIND.number, flags, start, i, line.slice(start, i));
}

function scanString(reader: CppReader, buffer: CppBuffer, flags: number, start: number, quote: number): CppToken {
  const { line, end } = buffer;
  const opening = line.charCodeAt(quote);
  const closing = opening === LESS ? GREATER : opening;
  let i = quote + 1;
  for (; i < end; i++) {
    const c = line.charCodeAt(i);
    if (c === closing) break;
    if (c === BACKSLASH && !reader.angledHeaders && i + 1 < end) i++;
  }
  const kind = i >= end ? KIND.other : opening === LESS ? KIND.header : opening === QUOTE ? KIND.string : KIND.char;
  const stop = Math.min(i + 1, end);
  return cut(buffer, kind, flags, start, stop, line.slice(start, stop));
}

/** All tokens of a text that is one line. */
export function lexText(reader: CppReader, text: string, line: number): CppToken[] {
  const buffer = bufferOfText(text, line, '');
  const tokens: CppToken[] = [];
  for (let found = scan(reader, buffer, 0); found; found = scan(reader, buffer, 0)) tokens.push(found);
  return tokens;
}

/** The one token that a text is; undefined when it is none or several. */
export function lexOne(reader: CppReader, text: string, line: number): CppToken | undefined {
  const buffer = bufferOfText(text, line, '');
  const found = scan(reader, buffer, 0);
  return buffer.cur === text.length ? found : undefined;
}

/** The next token of the files outside contexts: directives are carried out on the way, skipped groups passed over. */
export function lexToken(reader: CppReader): CppToken {
  for (;;) {
    const found = reader.ahead.pop() ?? lexDirect(reader);
    if (found.flags & FLAG.lineStart) {
      if (
        found.kind === KIND.operator &&
        found.text === '#' &&
        reader.parsingArgs !== 1 &&
        !reader.inDirective &&
        reader.directive(reader, found)
      ) {
        continue;
      }
      if (!reader.skipping && reader.parsingArgs === 0 && found.kind !== KIND.eof) reader.lineChange(reader, found);
    }
    if (reader.inDirective) return found;
    if (reader.buffer && found.kind !== KIND.eof) leaveGuard(reader.buffer);
    if (!reader.skipping || found.kind === KIND.eof) return found;
  }
}

/** Text outside the group of an include guard: there is none. */
function leaveGuard(buffer: CppBuffer): void {
  if (buffer.guardState !== 'inside') buffer.guardState = 'none';
}
