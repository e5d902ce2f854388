/**
 * Reading the operands of directives that follow no common grammar (`.section`, `.cfi_*`, `.reloc` …), piece by piece as
 * gas's own readers do. In goes a cursor into the text behind the directive's name; each `take` moves it on.
 *
 * The subtle invariant: a reader that fails has reported why, and whoever gets its `undefined` says no more.
 */
import { type Assembly, fail, numberNow, warn } from './assembly.ts';
import { parseString } from './literals.ts';
import { atEnd, type Cursor, readName, skipBlanks } from './macro-arguments.ts';
import { parseExpressionAt } from './parse.ts';
import type { Expr } from './statement.ts';

/** What carries out a directive that reads its own text. */
export type TextReader = (asm: Assembly, c: Cursor, name: string) => void;

export const peek = (c: Cursor): string => c.text[c.at] ?? '';

/** Moves over `char`, with the blanks around it, when it is next. */
export function takeChar(c: Cursor, char: string): boolean {
  skipBlanks(c);
  if (peek(c) !== char) return false;
  c.at++;
  skipBlanks(c);
  return true;
}

const STRING = /"(?:[^"\\]|\\[\s\S])*"/y;

/** A quoted string that begins here; undefined when there is none. */
export function takeString(c: Cursor): { readonly bytes: Uint8Array; readonly text: string } | undefined {
  STRING.lastIndex = c.at;
  const image = STRING.exec(c.text)?.[0];
  if (image === undefined) return undefined;
  c.at += image.length;
  return parseString(image);
}

/** A symbol's name, quoted or not; '' when there is none. */
export function takeName(c: Cursor): string {
  skipBlanks(c);
  return peek(c) === '"' ? (takeString(c)?.text ?? '') : readName(c);
}

/** An expression; undefined when there is none or when it does not parse (which is reported). */
export function takeExpression(asm: Assembly, c: Cursor): Expr | undefined {
  skipBlanks(c);
  if (atEnd(c) || peek(c) === ',') return undefined;
  const { value, end, message, warnings = [], goesOn } = parseExpressionAt(c.text, c.at);
  for (const warning of warnings) warn(asm, warning);
  if (value === undefined) {
    if (message === undefined) {
      c.at = end;
      return undefined;
    }
    fail(asm, message ?? 'missing expression');
    c.at = goesOn ? end : c.text.length;
    return undefined;
  }
  c.at = end;
  skipBlanks(c);
  return value;
}

/** A number known here and now, 0 where it is left out; undefined (reported) for what is none. */
export function takeNumber(asm: Assembly, c: Cursor): bigint | undefined {
  const before = asm.diagnostics.length;
  const expr = takeExpression(asm, c);
  if (expr === undefined) return asm.diagnostics.length > before ? undefined : 0n;
  const value = numberNow(asm, expr);
  if (value === undefined) fail(asm, 'bad or irreducible absolute expression');
  return value;
}

/** Whether nothing is left; what is left is reported. */
export function demandEnd(asm: Assembly, c: Cursor): boolean {
  skipBlanks(c);
  if (atEnd(c)) return true;
  fail(asm, `junk at end of line, first unrecognized character is \`${peek(c)}'`);
  return false;
}
