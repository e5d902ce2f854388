/**
 * Puts actual texts into one line of a macro's body, as gas's macro_expand_body does: in go the line and the texts by
 * name, out comes the line to be read.
 *
 * `\\name` and `&name` are parameters (the latter with its `&` when it is none), `\\@` is the number of the call, `\\()`
 * nothing, to end a name, and `\\(text)` the text as it is. After `.altmacro` a bare name is a parameter as well, inside
 * strings, too, an `&` behind a name ends it, and `LOCAL a, b` makes names that no other call has.
 */
import { atEnd, type Cursor, cursor, readName, skipBlanks, skipComma } from './macro-arguments.ts';

export interface Substitution {
  /** By name; `LOCAL` adds to it, so it belongs to one call. */
  readonly actuals: Map<string, string>;
  /** For `\\@`. */
  readonly number: number;
  /** Set after `.altmacro`. */
  readonly alternate?: LocalNames | 'names only' | undefined;
}

/** What `LOCAL` asks for; `.irp` has none. */
export interface LocalNames {
  fresh(): string;
  taken(name: string): void;
}

const NAME_START = /[A-Za-z_.$\u0080-\uffff]/;

export function substitute(line: string, substitution: Substitution): string {
  const { alternate } = substitution;
  if (alternate === undefined && !line.includes('\\') && !line.includes('&')) return line;
  const c = cursor(line);
  let out = '';
  let quoted = false;
  while (!atEnd(c)) {
    const char = line[c.at]!;
    if (char === '\\') out += backslash(c, substitution);
    else if (char === '&') out += ampersand(c, substitution);
    else if (alternate !== undefined && NAME_START.test(char)) {
      if (!quoted && alternate !== 'names only' && /^local[ \t]/i.test(line.slice(c.at, c.at + 6))) {
        declareLocals(c, substitution.actuals, alternate);
      } else {
        const name = token(c, true);
        out += substitution.actuals.get(name) ?? name;
      }
    } else {
      if (char === '"') quoted = !quoted;
      out += char;
      c.at++;
    }
  }
  return out;
}

const NUMBER = Symbol('number');
type Piece = string | { readonly parameter: string } | typeof NUMBER;

/** A line of a body cut where something is put in, for calls without `.altmacro`; undefined: nothing is. */
export type Cut = readonly Piece[] | undefined;

/** `\\name`, `\\@`, `\\(text)`, a lone backslash. */
const PLACE = /\\(?:\(([^)]*)\)?|(@)|([A-Za-z_.$\u0080-\uffff][\w.$\u0080-\uffff]*)?)/g;

/** Undefined for a line with an `&`, which `substitute` has to look at. */
export function cut(line: string): Cut | 'anew' {
  if (line.includes('&')) return 'anew';
  if (!line.includes('\\')) return undefined;
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of line.matchAll(PLACE)) {
    const [whole, inner, at, name] = match;
    if (match.index > from) pieces.push(line.slice(from, match.index));
    from = match.index + whole.length;
    if (at !== undefined) pieces.push(NUMBER);
    else if (name !== undefined) pieces.push({ parameter: name });
    else pieces.push(inner ?? whole);
  }
  if (from < line.length) pieces.push(line.slice(from));
  return pieces;
}

/** The line that a cut one becomes in a call. */
export function join(pieces: readonly Piece[], { actuals, number }: Substitution): string {
  let out = '';
  for (let n = 0; n < pieces.length; n++) {
    const piece = pieces[n]!;
    if (typeof piece === 'string') out += piece;
    else if (piece === NUMBER) out += number;
    else out += actuals.get(piece.parameter) ?? `\\${piece.parameter}`;
  }
  return out;
}

/** A name; an `&` behind it belongs to it after `.altmacro`. */
function token(c: Cursor, isAlternate: boolean): string {
  const name = readName(c);
  if (isAlternate && c.text[c.at] === '&') c.at++;
  return name;
}

function backslash(c: Cursor, { actuals, number, alternate }: Substitution): string {
  const { text } = c;
  c.at++;
  switch (text[c.at]) {
    case '(': {
      const close = text.indexOf(')', c.at);
      const end = close < 0 ? text.length : close;
      const inner = text.slice(c.at + 1, end);
      c.at = end + 1;
      return inner;
    }
    case '@':
      c.at++;
      return `${number}`;
    case '&':
      c.at++;
      return '\\&';
    default: {
      const name = token(c, alternate !== undefined);
      return actuals.get(name) ?? `\\${name}`;
    }
  }
}

function ampersand(c: Cursor, { actuals, alternate }: Substitution): string {
  const start = ++c.at;
  const name = token(c, alternate !== undefined);
  const ends = c.at > start && c.text[c.at - 1] === '&' ? '&' : '';
  return actuals.get(name) ?? `&${name}${ends}`;
}

function declareLocals(c: Cursor, actuals: Map<string, string>, names: LocalNames): void {
  c.at += 5;
  skipBlanks(c);
  while (!atEnd(c)) {
    const name = readName(c);
    // What is no name is skipped, a character at a time.
    if (name === '') c.at++;
    else if (actuals.has(name)) names.taken(name);
    else actuals.set(name, names.fresh());
    skipComma(c);
  }
}
