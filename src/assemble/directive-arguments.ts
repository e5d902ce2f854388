/** Reading the arguments of a directive: names, numbers, strings, each with gas's complaint when it is missing. */
import type { Place } from '../base/diagnostics.ts';
import { type Assembly, bound, fail, numberNow } from './assembly.ts';
import type { DirectiveArg } from './statement.ts';
import { type AsmSymbol, type Bound, symbolNamed } from './symbols.ts';

export type Args = readonly DirectiveArg[];

/** What carries out one directive; `name` is the directive's, with its dot. */
export type Directive = (asm: Assembly, args: Args, name: string) => void;

/** A name, however it was written. */
export function nameOf(arg: DirectiveArg | undefined): string | undefined {
  switch (arg?.kind) {
    case 'word':
    case 'string':
      return arg.text;
    case 'expr':
      return arg.value.kind === 'symbol' ? arg.value.name : undefined;
    default:
      return undefined;
  }
}

export function symbolArg(
  asm: Assembly,
  arg: DirectiveArg | undefined,
  place: Place = asm.place,
): AsmSymbol | undefined {
  const name = nameOf(arg);
  if (name === undefined || name === '') {
    fail(asm, 'expected symbol name');
    return undefined;
  }
  return symbolNamed(asm.symbols, name, place);
}

export const isMissing = (arg: DirectiveArg | undefined): boolean => arg === undefined || arg.kind === 'empty';

/** A number known here and now; `absent` when the argument is left out; undefined (reported) when it is no number. */
export function numberArg(asm: Assembly, arg: DirectiveArg | undefined, absent: bigint): bigint | undefined {
  if (arg === undefined || arg.kind === 'empty') return absent;
  const value = arg.kind === 'expr' ? numberNow(asm, arg.value) : undefined;
  if (value === undefined) fail(asm, 'expected absolute expression');
  return value;
}

/** An expression, or undefined (reported). A bare word is the symbol of that name. */
export function exprArg(asm: Assembly, arg: DirectiveArg | undefined): Bound | undefined {
  if (arg?.kind === 'expr') return bound(asm, arg.value);
  const name = nameOf(arg);
  if (name !== undefined) return bound(asm, { kind: 'symbol', name });
  fail(asm, 'missing expression');
  return undefined;
}
