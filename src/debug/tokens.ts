/** The words of a debugger's expression, read one at a time so that of two mistakes the first is named, as gdb does. */
import { characterValue, parseNumber, readQuoted, stringValue } from './literals.ts';
import { Mistake } from './mistake.ts';
import type { Value } from './values.ts';

export type Token =
  | { readonly kind: 'constant'; readonly value: Value; readonly at: number; readonly end: number }
  /** `foo`, `foo.bar$1`, `.Lhere`; a `.field` behind something is one too. `$…` includes its dollar. */
  | { readonly kind: 'name' | 'dollar' | 'operator'; readonly text: string; readonly at: number; readonly end: number }
  | { readonly kind: 'end'; readonly at: number; readonly end: number };

const SPACE = /\s*/y;
const NUMBER = /\d[0-9a-zA-Z.]*/y;
const DOLLAR = /\$[\w$]*/y;
const NAME = /\.?[A-Za-z_][\w$]*(?:\.[A-Za-z_$][\w$]*|\.\d+)*/y;
const OPERATOR = /<<=|>>=|<<|>>|<=|>=|==|!=|&&|\|\||\+\+|--|[-+*/%&|^]=|[-+*/%&|^~!<>=()[\]{}?:,.@]/y;

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** The word at `from` or behind the spaces there; a mistake where there is none. */
export function tokenAt(text: string, from: number): Token {
  const at = from + match(SPACE, text, from)!.length;
  if (at >= text.length) return { kind: 'end', at, end: at };
  const digits = match(NUMBER, text, at);
  if (digits !== undefined) return { kind: 'constant', value: parseNumber(digits), at, end: at + digits.length };
  for (const [kind, pattern] of [
    ['dollar', DOLLAR],
    ['name', NAME],
    ['operator', OPERATOR],
  ] as const) {
    const word = match(pattern, text, at);
    if (word !== undefined) return { kind, text: word, at, end: at + word.length };
  }
  return quotedAt(text, at);
}

function quotedAt(text: string, at: number): Token {
  const quote = text[at];
  if (quote !== "'" && quote !== '"')
    throw new Mistake(`Invalid character '${String.fromCodePoint(text.codePointAt(at)!)}' in expression.`);
  const quoted = readQuoted(text, at);
  if (!quoted) throw new Mistake(quote === "'" ? 'Unmatched single quote.' : 'Unterminated string in expression.');
  const { bytes, end } = quoted;
  if (quote === '"') return { kind: 'constant', value: stringValue(bytes), at, end };
  const [byte] = bytes;
  if (byte === undefined) throw new Mistake('A character constant must contain at least one character.');
  // A longer one quotes a symbol.
  if (bytes.length > 2) return { kind: 'name', text: text.slice(at + 1, end - 1), at, end };
  if (bytes.length > 1) throw new Mistake('Invalid character constant.');
  return { kind: 'constant', value: characterValue(byte), at, end };
}
