/**
 * What a directive of the text stage is, and what all of them use: reports, strings, absolute values.
 */
import { error, type Place, warning } from '../base/diagnostics.ts';
import type { Expander } from './expander.ts';
import type { Segment } from './frames.ts';
import { parseString } from './literals.ts';
import { parseExpression } from './parse.ts';

export interface TextDirective {
  /** Conditionals are read inside skipped text too. */
  readonly evenWhenSkipping?: true;
  readonly perform: (expander: Expander, rest: string, segment: Segment, name: string) => void;
}

export type Perform = TextDirective['perform'];

export const report = (expander: Expander, message: string, at: Place): void => {
  expander.diagnostics.push(error(message, at));
};
export const warn = (expander: Expander, message: string, at: Place): void => {
  expander.diagnostics.push(warning(message, at));
};
export const junk = (text: string): string => `junk at end of line, first unrecognized character is \`${text[0]}'`;

/** Of strings that are read as C's. */
export const NO_ZERO = "this string may not contain '\\0'";

/** Leading strings of a text and what is left behind them. */
export function readStrings(text: string): { strings: string[]; rest: string } {
  const strings: string[] = [];
  let rest = text;
  for (;;) {
    const quoted = /^\s*"(?:[^"\\]|\\.)*"\s*/s.exec(rest)?.[0];
    if (quoted === undefined) return { strings, rest };
    strings.push(parseString(quoted.trim()).text);
    rest = rest.slice(quoted.length);
    if (!rest.startsWith(',')) return { strings, rest };
    rest = rest.slice(1);
  }
}

/** The value of an absolute expression; `message` is reported where it has none. */
export function evaluate(expander: Expander, text: string, at: Place, message: string): bigint | undefined {
  if (text !== '') {
    const { value, diagnostics } = parseExpression(text, at);
    expander.diagnostics.push(...diagnostics);
    if (!value) return undefined;
    const result = expander.host.evaluate(value, at);
    if (result !== undefined) return result;
  }
  report(expander, message, at);
  return undefined;
}

/** What GNU as goes by where an expression is refused for a number: what is added to its symbol. */
export function numberWithin(expander: Expander, text: string, at: Place): bigint {
  const expr = text === '' ? undefined : parseExpression(text, at).value;
  return (expr && expander.host.addend?.(expr, at)) ?? 0n;
}
