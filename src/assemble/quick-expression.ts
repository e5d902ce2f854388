/**
 * Expressions read without the grammar: numbers, names, local labels, registers and `.`, with operators and parentheses. In goes a text, out comes
 * what grammar.ts makes of it, or undefined for everything else (`@PLT`, octal numbers, what is wrong): then the grammar
 * decides. A test compares the two.
 */
import type { BinaryOp, Expr, UnaryOp } from './statement.ts';
import { RANK } from './vocabulary.ts';

/** A name, a hexadecimal number, a local label's number and direction, a decimal number, an operator or parenthesis, a register. */
const TOKEN =
  /[ \t]*(?:([A-Za-z_.][\w.$]*(?![\w.$\u0080-\uffff@"]))|(0[xX][0-9a-fA-F]+)(?![\w.$])|(\d+)([fb])(?![\w.$])|(0|[1-9]\d*)(?![\w.$])|(==|<<|>>|&&|\|\||!=|<>|<=|>=|[-+*/|&^!~()<>])|%([a-z][a-z0-9]*)(?![\w.$\u0080-\uffff(]))/y;
const BLANKS = /[ \t]*$/y;
/** Longer texts are the grammar's, which counts their tokens. */
const MAX_LENGTH = 400;
/** Levels of parentheses and signs; what goes deeper is the grammar's affair. */
const MAX_DEPTH = 40;

interface Reader {
  readonly text: string;
  at: number;
  /** The operator or parenthesis that is next; undefined at the end. */
  next: string | undefined;
  depth: number;
}

export function quickExpression(text: string): Expr | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const reader: Reader = { text, at: 0, next: undefined, depth: 0 };
  const value = binary(reader, 0);
  return value !== undefined && reader.next === undefined && isAtEnd(reader) ? value : undefined;
}

function isAtEnd({ text, at }: Reader): boolean {
  BLANKS.lastIndex = at;
  return BLANKS.test(text);
}

/** Climbs by rank, as the grammar does. */
function binary(reader: Reader, rank: number): Expr | undefined {
  let left = term(reader);
  while (left !== undefined) {
    const op = peek(reader) as BinaryOp | undefined;
    const bound = op === undefined ? 0 : (RANK[op] ?? 0);
    if (bound <= rank) return left;
    reader.next = undefined;
    const right = binary(reader, bound);
    left = right && { kind: 'binary', op: op!, left, right };
  }
  return undefined;
}

/** The operator behind an operand, which stays. */
function peek(reader: Reader): string | undefined {
  if (reader.next !== undefined) return reader.next;
  TOKEN.lastIndex = reader.at;
  const operator = TOKEN.exec(reader.text)?.[6];
  if (operator === undefined) return undefined;
  reader.at = TOKEN.lastIndex;
  reader.next = operator;
  return operator;
}

function term(reader: Reader): Expr | undefined {
  TOKEN.lastIndex = reader.at;
  const match = TOKEN.exec(reader.text);
  if (match === null) return undefined;
  reader.at = TOKEN.lastIndex;
  const [, name, hex, local, direction, decimal, operator, register] = match;
  if (name !== undefined) return name === '.' ? { kind: 'here' } : { kind: 'symbol', name };
  if (local !== undefined) return { kind: 'local', number: Number(local), direction: direction as 'f' | 'b' };
  if (register !== undefined) return isOdd(register) ? undefined : { kind: 'register', name: register };
  const digits = hex ?? decimal;
  if (digits !== undefined) return { kind: 'int', value: BigInt(digits) };
  return operator === undefined ? undefined : prefixed(reader, operator);
}

/** Registers with other names, or with parentheses behind. */
const isOdd = (register: string): boolean => register === 'st' || register.startsWith('db');

function prefixed(reader: Reader, operator: string): Expr | undefined {
  if (++reader.depth > MAX_DEPTH) return undefined;
  if (operator === '(') {
    const inner = binary(reader, 0);
    if (inner === undefined || peek(reader) !== ')') return undefined;
    reader.next = undefined;
    reader.depth--;
    return inner;
  }
  if (operator !== '-' && operator !== '+' && operator !== '~' && operator !== '!') return undefined;
  const arg = term(reader);
  reader.depth--;
  return arg && { kind: 'unary', op: operator as UnaryOp, arg };
}
