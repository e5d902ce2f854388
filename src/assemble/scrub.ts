/**
 * What gas's input scrubber does before anything reads a line (app.c): in go the lines of a file, out come lines
 * without comments, with character constants as numbers and with white space reduced to what separates words. Line
 * markers (`# 12 "file"`) are obeyed and dropped.
 *
 * The subtle invariant is which blanks survive, since they separate macro arguments: one behind the mnemonic, and
 * among the operands one where an operand character or string is followed, after blanks, by another (`a b`, `a -b`,
 * `"a" %b`); none at all elsewhere (`a + b` is `a+b`, `(a) b` is `(a)b`). Strings are copied as they are.
 */
import { type Diagnostic, type Parsed, type Span, warning } from '../base/diagnostics.ts';
import { escapeCode } from './literals.ts';
import { parseLineMarker, type SourceLine } from './source.ts';

/** Where in a statement the scrubber stands; `word` and `other` tell what the last character among the operands was. */
type Position = 'start' | 'mnemonic' | 'word' | 'other';

interface Scrubber {
  out: string;
  position: Position;
  blank: boolean;
  inComment: boolean;
}

const fresh = (): Scrubber => ({ out: '', position: 'start', blank: false, inComment: false });

/** Characters that begin or continue an operand: those of names, and tc-i386.c's `extra_symbol_chars`. */
const OPERAND_CHARACTERS = /[\w.$*%\-([{}\u0080-\uffff]+/y;

export function scrub(lines: readonly SourceLine[]): Parsed<SourceLine[]> {
  const value: SourceLine[] = [];
  const diagnostics: Diagnostic[] = [];
  let shift: { from: number; to: Span } | undefined;
  let opened: Span | undefined;
  for (const { text, span: physical } of lines) {
    const span = shift ? { file: shift.to.file, line: shift.to.line + physical.line - shift.from } : physical;
    // A number without a file's name makes a comment.
    const marker =
      opened || !text.startsWith('#') || !text.includes('"') ? undefined : parseLineMarker(text, span.file);
    if (marker) {
      shift = { from: physical.line + 1, to: marker };
      continue;
    }
    // A line's end ends its statement, even inside a comment that goes on.
    const state: Scrubber = { out: '', position: 'start', blank: false, inComment: opened !== undefined };
    scrubLine(text, state);
    opened = state.inComment ? (opened ?? span) : undefined;
    if (state.out !== '') value.push({ text: state.out, span, statements: undefined });
  }
  if (opened) diagnostics.push(warning('end of file in comment', { span: opened, chain: [] }));
  return { value, diagnostics };
}

/** One line of a macro's expansion: the text has changed, and blanks and comments are judged anew. */
export function scrubText(text: string): string {
  const state = fresh();
  scrubLine(text, state);
  return state.out;
}

function scrubLine(text: string, state: Scrubber): void {
  for (let i = 0; i < text.length; ) {
    if (state.inComment) {
      const end = text.indexOf('*/', i);
      if (end < 0) return;
      state.inComment = false;
      i = end + 2;
      continue;
    }
    const char = text[i]!;
    if (char === ' ' || char === '\t' || char === '\f' || char === '\r') {
      state.blank = true;
      i++;
    } else if (char === '#' || (char === '/' && state.position === 'start' && text[i + 1] !== '*')) {
      return;
    } else if (char === '/' && text[i + 1] === '*') {
      // No operand continues behind a comment: `a /* c */ b` is `ab`.
      if (state.position === 'word') state.position = 'other';
      state.blank = true;
      state.inComment = true;
      i += 2;
    } else i = scrubCharacter(text, i, state);
  }
  if (state.blank && state.position === 'mnemonic') state.out += ' ';
}

/** Copies what stands at `i`, deciding about the blanks before it; returns where to go on. */
function scrubCharacter(text: string, i: number, state: Scrubber): number {
  const char = text[i]!;
  switch (char) {
    case ';':
      return put(state, ';', 'start', false, i + 1);
    case ':': {
      const amongOperands = state.position === 'word' || state.position === 'other';
      return put(state, ':', amongOperands ? 'other' : 'start', false, i + 1);
    }
    case '"': {
      const end = stringEnd(text, i);
      return put(state, text.slice(i, end), 'word', true, end);
    }
    case "'": {
      const { code, end } = characterConstant(text, i);
      return put(state, code, 'other', true, end);
    }
    default: {
      OPERAND_CHARACTERS.lastIndex = i;
      const run = OPERAND_CHARACTERS.exec(text)?.[0];
      if (run !== undefined) return put(state, run, 'word', true, i + run.length);
      // A backslash may turn into an operand when a parameter is put in.
      return put(state, char, 'other', char === '\\', i + 1);
    }
  }
}

function put(state: Scrubber, text: string, next: Position, keepsBlank: boolean, end: number): number {
  const { position, blank } = state;
  const separator = next === 'start' || text === ':';
  if (blank && !separator && (position === 'mnemonic' || (position === 'word' && keepsBlank))) state.out += ' ';
  state.out += text;
  state.blank = false;
  const beginsStatement = position === 'start' || (position === 'mnemonic' && !blank);
  state.position = separator || !beginsStatement ? next : 'mnemonic';
  return end;
}

/** The index behind the closing quote, or the end of the text. */
function stringEnd(text: string, start: number): number {
  let i = start + 1;
  while (i < text.length && text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
  return Math.min(i + 1, text.length);
}

/** `'a`, `'a'`, `'\n'`: gas turns them into decimal numbers before it reads anything else. */
function characterConstant(text: string, start: number): { code: string; end: number } {
  const escaped = text[start + 1] === '\\';
  const at = start + (escaped ? 2 : 1);
  const char = text[at];
  if (char === undefined) return { code: "'", end: text.length };
  const code = escaped ? escapeCode(char) : char.charCodeAt(0);
  return { code: String(code & 0xff), end: text[at + 1] === "'" ? at + 2 : at + 1 };
}

/** The statements of a line: cut at `;` outside strings. */
export function splitSegments(text: string): string[] {
  if (!text.includes(';')) return [text];
  const segments: string[] = [];
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '"') i = stringEnd(text, i) - 1;
    else if (text[i] === ';') {
      segments.push(text.slice(from, i));
      from = i + 1;
    }
  }
  segments.push(text.slice(from));
  return segments;
}
