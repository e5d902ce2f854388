/**
 * The expression of an `#if` (C11 6.10.1): in goes its text, out comes its value. Names that are no macros are 0;
 * arithmetic is that of intmax_t, 64 bits, wrapping; a suffix `U` is read and not followed.
 */
import { s64, u64 } from '../base/u64.ts';
import { type CppMacros, ExpansionTooLong, expandTokens } from './cpp-macros.ts';
import { type CppToken, cppTokens } from './cpp-tokens.ts';

const truth = (holds: boolean): bigint => (holds ? 1n : 0n);

/** Precedence and meaning of the binary operators, C11 6.5.5 to 6.5.14; null: division by zero. */
const BINARY: Readonly<Record<string, readonly [number, (a: bigint, b: bigint) => bigint | null]>> = {
  '*': [10, (a, b) => s64(a * b)],
  '/': [10, (a, b) => (b === 0n ? null : s64(a / b))],
  '%': [10, (a, b) => (b === 0n ? null : s64(a % b))],
  '+': [9, (a, b) => s64(a + b)],
  '-': [9, (a, b) => s64(a - b)],
  '<<': [8, (a, b) => (u64(b) > 63n ? 0n : s64(a << b))],
  '>>': [8, (a, b) => a >> (u64(b) > 63n ? 63n : b)],
  '<': [7, (a, b) => truth(a < b)],
  '<=': [7, (a, b) => truth(a <= b)],
  '>': [7, (a, b) => truth(a > b)],
  '>=': [7, (a, b) => truth(a >= b)],
  '==': [6, (a, b) => truth(a === b)],
  '!=': [6, (a, b) => truth(a !== b)],
  '&': [5, (a, b) => a & b],
  '^': [4, (a, b) => a ^ b],
  '|': [3, (a, b) => a | b],
  '&&': [2, (a, b) => truth(a !== 0n && b !== 0n)],
  '||': [1, (a, b) => truth(a !== 0n || b !== 0n)],
};

/** What is wrong with the expression; caught below, never seen outside. */
class ConditionError extends Error {}

export type Condition =
  | { readonly kind: 'value'; readonly value: bigint }
  | { readonly kind: 'bad'; readonly message: string };

export function evaluateCondition(text: string, macros: CppMacros): Condition {
  try {
    const tokens = expandTokens(resolveDefined(cppTokens(text), macros), macros);
    if (!tokens || tokens.length === 0) return { kind: 'bad', message: '#if with no expression' };
    const reader = { tokens, at: 0 };
    const value = ternary(reader);
    const stray = tokens[reader.at];
    if (stray) throw new ConditionError(`missing binary operator before token "${stray.text}"`);
    return { kind: 'value', value };
  } catch (problem) {
    if (problem instanceof ConditionError) return { kind: 'bad', message: `${problem.message} in #if` };
    if (problem instanceof ExpansionTooLong || problem instanceof RangeError) {
      return { kind: 'bad', message: 'expression too complex in #if' };
    }
    throw problem;
  }
}

/** `defined X` and `defined(X)` are decided before macros are expanded. */
function resolveDefined(tokens: readonly CppToken[], macros: CppMacros): CppToken[] {
  const out: CppToken[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    const parenthesised = tokens[i + 1]?.text === '(' && tokens[i + 3]?.text === ')';
    const name = tokens[i + (parenthesised ? 2 : 1)];
    if (token.text !== 'defined' || name?.kind !== 'name') out.push(token);
    else {
      out.push({ kind: 'number', text: macros.has(name.text) ? '1' : '0', spaced: token.spaced });
      i += parenthesised ? 3 : 1;
    }
  }
  return out;
}

interface Reader {
  readonly tokens: readonly CppToken[];
  at: number;
}

const peek = ({ tokens, at }: Reader): string | undefined => tokens[at]?.text;

function expectText(reader: Reader, text: string): void {
  if (peek(reader) !== text) throw new ConditionError(`missing '${text}'`);
  reader.at++;
}

function ternary(reader: Reader): bigint {
  const condition = binary(reader, 0);
  if (peek(reader) !== '?') return condition;
  reader.at++;
  const yes = ternary(reader);
  expectText(reader, ':');
  const no = ternary(reader);
  return condition !== 0n ? yes : no;
}

function binary(reader: Reader, above: number): bigint {
  let left = unary(reader);
  for (;;) {
    const operator = BINARY[peek(reader) ?? ''];
    if (!operator || operator[0] <= above) return left;
    const shortcut = (peek(reader) === '&&' && left === 0n) || (peek(reader) === '||' && left !== 0n);
    reader.at++;
    const right = binary(reader, operator[0]);
    const value = operator[1](left, right);
    if (value === null && !shortcut) throw new ConditionError('division by zero');
    left = value ?? 0n;
  }
}

function unary(reader: Reader): bigint {
  const token = reader.tokens[reader.at++];
  if (!token) throw new ConditionError('missing expression');
  switch (token.text) {
    case '!':
      return truth(unary(reader) === 0n);
    case '~':
      return ~unary(reader);
    case '-':
      return s64(-unary(reader));
    case '+':
      return unary(reader);
    case '(': {
      const value = ternary(reader);
      expectText(reader, ')');
      return value;
    }
  }
  if (token.kind === 'name') return 0n;
  if (token.kind === 'string' && token.text.startsWith("'")) return BigInt(token.text.charCodeAt(1));
  return integer(token.text);
}

function integer(text: string): bigint {
  const digits = /^(0[xX][0-9a-fA-F]+|0[bB][01]+|0[0-7]*|[1-9]\d*)[uU]?[lL]{0,2}[uU]?$/.exec(text)?.[1];
  if (digits === undefined) throw new ConditionError(`"${text}" is not a valid integer`);
  return s64(BigInt(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits));
}
