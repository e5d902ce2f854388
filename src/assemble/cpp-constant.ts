/**
 * The constants of an `#if` (C11 6.4.4, 6.10.1p4): in goes a number or a character constant, out comes its value, with
 * what GCC says of it. Characters are signed, `L'x'` is a code point; several characters in one constant are put together
 * as bytes of an int.
 */
import { s64, u64 } from '../base/u64.ts';
import type { CppNumber } from './cpp-condition.ts';
import { type CppToken, KIND } from './cpp-tokens.ts';

export interface Constant {
  readonly value: CppNumber;
  /** What makes it none. */
  readonly problem: string | undefined;
  readonly warnings: readonly string[];
}

const NONE: CppNumber = { value: 0n, unsigned: false };
const bad = (problem: string): Constant => ({ value: NONE, problem, warnings: [] });
const good = (value: bigint, unsigned = false, warnings: readonly string[] = []): Constant => ({
  value: { value, unsigned },
  problem: undefined,
  warnings,
});

const MAX_SIGNED = (1n << 63n) - 1n;

export const readConstant = (of: CppToken): Constant => (of.kind === KIND.char ? character(of.text) : integer(of.text));

function integer(text: string): Constant {
  if (/^\d$/.test(text)) return good(BigInt(text));
  const [, prefix = '', digits = '', suffix = ''] =
    /^(0[xX](?=[\da-fA-F])|0[bB](?=[01])|0(?=\d))?([\da-fA-F]*)(.*)$/s.exec(splitDecimal(text)) ?? [];
  const radix = /^0[xX]/.test(prefix) ? 16 : /^0[bB]/.test(prefix) ? 2 : prefix === '0' ? 8 : 10;
  if (isFloating(text, radix)) return bad(floatingProblem(text, radix));
  return withRadix(text, radix, prefix, digits, suffix);
}

/** Beyond hexadecimal, the first letter begins the suffix: a blank is put before it. */
function splitDecimal(text: string): string {
  if (/^0[xX][\da-fA-F]/.test(text)) return text;
  const digits = /^(?:0[bB]\d+|\d+)/.exec(text)?.[0].length ?? 0;
  return `${text.slice(0, digits)} ${text.slice(digits)}`;
}

const isFloating = (text: string, radix: number): boolean =>
  text.includes('.') || (radix === 16 ? /p/i.test(text) : radix !== 2 && /^\d+e/i.test(text));

/** GCC reads a floating constant before it says that it has no place here. */
function floatingProblem(text: string, radix: number): string {
  if ((text.match(/\./g)?.length ?? 0) > 1) return 'too many decimal points in number';
  if ((radix === 16 ? /p[+-]?(?!\d)/i : /e[+-]?(?!\d)/i).test(text)) return 'exponent has no digits';
  const suffix = /^(?:0[xX][\da-fA-F.]*(?:[pP][+-]?\d+)?|[\d.]*(?:[eE][+-]?\d+)?)(.*)$/s.exec(text)?.[1] ?? '';
  if (!/^(?:[fFlLwWqQ]|[dD][fFdDlL]?|[fF]\d+x?|)$/.test(suffix))
    return `invalid suffix "${suffix}" on floating constant`;
  return 'floating constant in preprocessor expression';
}

function withRadix(text: string, radix: number, prefix: string, digits: string, rest: string): Constant {
  const suffix = rest.trim();
  const wrong = radix === 8 ? /[89]/.exec(digits) : radix === 2 ? /[2-9]/.exec(digits) : null;
  if (wrong) return bad(`invalid digit "${wrong[0]}" in ${radix === 8 ? 'octal' : 'binary'} constant`);
  const kind = /^(?:([uU])?(?:l|L|ll|LL)?|(?:l|L|ll|LL)([uU]))$/.exec(suffix);
  if (!kind) {
    const isImaginary = /^(?:[uU]?(?:l|L|ll|LL)?[ijIJ]|[ijIJ][uU]?(?:l|L|ll|LL)?)$/.test(suffix);
    if (isImaginary) return bad('imaginary number in preprocessor expression');
    return bad(`invalid suffix "${suffix}" on integer constant`);
  }
  const exact = BigInt(radix === 8 ? `0o${digits || '0'}` : radix === 10 ? digits : prefix + digits);
  const isUnsigned = (kind[1] ?? kind[2]) !== undefined;
  const value = u64(exact);
  if (value !== exact) return good(value, true, ['integer constant is too large for its type']);
  if (value <= MAX_SIGNED || isUnsigned) return good(value, isUnsigned);
  const warnings = radix === 10 ? ['integer constant is so large that it is unsigned'] : [];
  return good(value, true, text === '' ? [] : warnings);
}

const ESCAPES: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  e: 27,
  E: 27,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  '\\': 92,
  "'": 39,
  '"': 34,
  '?': 63,
};

const BYTE = 0xff;
/** Bytes that an int takes. */
const INT_BYTES = 4;

function character(text: string): Constant {
  const isWide = text.startsWith('L');
  const inside = text.slice(isWide ? 2 : 1, -1);
  const codes: number[] = [];
  const warnings: string[] = [];
  const encoder = new TextEncoder();
  for (const [whole, hex, octal, escaped] of inside.matchAll(/\\x([\da-fA-F]*)|\\([0-7]{1,3})|\\(.)|./gsu)) {
    if (hex === '') return bad('\\x used with no following hex digits');
    if (hex !== undefined) codes.push(Number.parseInt(hex.slice(-8), 16));
    else if (octal !== undefined) codes.push(Number.parseInt(octal, 8));
    else if (escaped !== undefined) {
      if (ESCAPES[escaped] === undefined) warnings.push(`unknown escape sequence: '\\${escaped}'`);
      codes.push(ESCAPES[escaped] ?? escaped.codePointAt(0)!);
    } else if (isWide) codes.push(whole.codePointAt(0)!);
    else codes.push(...encoder.encode(whole));
  }
  if (codes.length === 0) return bad('empty character constant');
  if (isWide && codes.length > 1) warnings.push('character constant too long for its type');
  if (isWide) return good(BigInt.asIntN(32, BigInt(codes.at(-1)!)), false, warnings);
  if (codes.length > INT_BYTES) warnings.push('character constant too long for its type');
  else if (codes.length > 1) warnings.push('multi-character character constant');
  let value = 0;
  for (const code of codes) value = (value << 8) | (code & BYTE);
  const width = codes.length === 1 ? 8 : 32;
  return good(s64(BigInt.asIntN(width, BigInt(value))), false, warnings);
}
