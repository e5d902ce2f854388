/**
 * The expressions of the debugger's commands: C's, with gdb's `a@n`, `{type} address`, `$register` and `$n`.
 *
 * Text in, tree out; what names mean is found out by `evaluate.ts`. Precedences are those of gdb/c-exp.y: `@` binds more tightly than
 * the shifts and less than `+`. Messages are gdb's. Nesting and length are bounded, so that trees can be walked recursively.
 */
import type { Result } from '../lab/expression.ts';
import { attempt, Mistake } from './mistake.ts';
import { type Token, tokenAt } from './tokens.ts';
import { CODE, isQualifier, isTypedef, isTypeWord, pointerTo, type Type, typeOfWords } from './types.ts';
import type { Value } from './values.ts';

export type Node =
  | { readonly kind: 'constant'; readonly value: Value }
  /** `$name`: a register, or else a convenience variable. */
  | { readonly kind: 'dollar'; readonly name: string }
  /** `$5`; relative: `$$5`, and `$` is `$$0`. */
  | { readonly kind: 'history'; readonly index: number; readonly relative: boolean }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Node[] }
  | { readonly kind: 'unary'; readonly op: UnaryOperator; readonly arg: Node }
  /** `&&`, `||` and `@` included. */
  | { readonly kind: 'binary'; readonly op: string; readonly left: Node; readonly right: Node }
  | { readonly kind: 'conditional'; readonly test: Node; readonly then: Node; readonly otherwise: Node }
  /** `op`: the binary operator of `+=` and the like. */
  | { readonly kind: 'assign'; readonly op?: string; readonly left: Node; readonly right: Node }
  /** `x++`, `x--`: the value before. */
  | { readonly kind: 'step'; readonly op: '+' | '-'; readonly arg: Node }
  | { readonly kind: 'cast'; readonly type: Type; readonly arg: Node }
  /** `{type} address`; `{type[n]} address` is `{type} address @ n`. */
  | { readonly kind: 'typed'; readonly type: Type; readonly arg: Node }
  | { readonly kind: 'sizeof'; readonly of: Type | Node }
  | { readonly kind: 'field'; readonly arg: Node; readonly field: string }
  | { readonly kind: 'index'; readonly arg: Node; readonly index: Node };

export type UnaryOperator = '+' | '-' | '!' | '~' | '*' | '&';

/** The children of a node, in the order of the text. */
export function childrenOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'constant':
    case 'dollar':
    case 'history':
    case 'name':
      return [];
    case 'call':
      return node.args;
    case 'binary':
    case 'assign':
      return [node.left, node.right];
    case 'conditional':
      return [node.test, node.then, node.otherwise];
    case 'sizeof':
      return 'size' in node.of ? [] : [node.of];
    case 'index':
      return [node.arg, node.index];
    default:
      return [node.arg];
  }
}

/** Binary operators by how tightly they bind, loosest first. */
const LEVELS: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '>', '<=', '>='],
  ['<<', '>>'],
  ['@'],
  ['+', '-'],
  ['*', '/', '%'],
];

const UNARY: readonly string[] = ['+', '-', '!', '~', '*', '&'];
const ASSIGNMENTS: readonly string[] = ['=', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=', '<<=', '>>='];

const MAX_DEPTH = 100;
const MAX_TOKENS = 2000;

/** A place in a text: the next word, and how many have been read. */
interface Cursor {
  readonly text: string;
  token: Token;
  count: number;
}

export function parseDebugExpression(text: string): Result<Node> {
  return attempt(() => {
    const cursor: Cursor = { text, token: tokenAt(text, 0), count: 1 };
    const node = assignment(cursor, 0);
    if (cursor.token.kind !== 'end') throw unexpected(cursor);
    return node;
  });
}

// Words

function advance(cursor: Cursor): void {
  if (++cursor.count > MAX_TOKENS) throw new Mistake('Expression is too long.');
  cursor.token = tokenAt(cursor.text, cursor.token.end);
}

const isOperator = ({ token }: Cursor, text: string): boolean => token.kind === 'operator' && token.text === text;

function take(cursor: Cursor, text: string): boolean {
  if (!isOperator(cursor, text)) return false;
  advance(cursor);
  return true;
}

/** The operator among `some` that comes next, if one does. */
function takeOneOf(cursor: Cursor, some: readonly string[]): string | undefined {
  const { token } = cursor;
  if (token.kind !== 'operator' || !some.includes(token.text)) return undefined;
  advance(cursor);
  return token.text;
}

function expect(cursor: Cursor, text: string): void {
  if (!take(cursor, text)) throw unexpected(cursor);
}

/** gdb has read on behind an `@` when it finds it misplaced. */
function unexpected({ text, token }: Cursor): Mistake {
  const from = token.kind === 'operator' && token.text === '@' ? tokenAt(text, token.end).at : token.at;
  return new Mistake(`A syntax error in expression, near \`${text.slice(from)}'.`);
}

function deeper(depth: number): number {
  if (depth >= MAX_DEPTH) throw new Mistake('Expression is nested too deeply.');
  return depth + 1;
}

// Operators

function assignment(cursor: Cursor, depth: number): Node {
  const left = conditional(cursor, depth);
  const op = takeOneOf(cursor, ASSIGNMENTS);
  if (op === undefined) return left;
  const right = assignment(cursor, deeper(depth));
  return { kind: 'assign', left, right, ...(op !== '=' && { op: op.slice(0, -1) }) };
}

function conditional(cursor: Cursor, depth: number): Node {
  const test = binary(cursor, 0, depth);
  if (!take(cursor, '?')) return test;
  const then = assignment(cursor, deeper(depth));
  expect(cursor, ':');
  return { kind: 'conditional', test, then, otherwise: conditional(cursor, deeper(depth)) };
}

function binary(cursor: Cursor, level: number, depth: number): Node {
  const ops = LEVELS[level];
  if (!ops) return unary(cursor, depth);
  let left = binary(cursor, level + 1, depth);
  for (;;) {
    const op = takeOneOf(cursor, ops);
    if (op === undefined) return left;
    left = { kind: 'binary', op, left, right: binary(cursor, level + 1, depth) };
  }
}

const ONE = tokenAt('1', 0);

function unary(cursor: Cursor, depth: number): Node {
  const op = takeOneOf(cursor, UNARY);
  if (op !== undefined) return { kind: 'unary', op: op as UnaryOperator, arg: unary(cursor, deeper(depth)) };
  const step = takeOneOf(cursor, ['++', '--']);
  if (step !== undefined && ONE.kind === 'constant') {
    const left = unary(cursor, deeper(depth));
    return { kind: 'assign', op: step.slice(1), left, right: { kind: 'constant', value: ONE.value } };
  }
  if (cursor.token.kind === 'name' && cursor.token.text === 'sizeof') return sizeOf(cursor, depth);
  if (take(cursor, '{')) {
    const type = typeName(cursor);
    const length = take(cursor, '[') ? assignment(cursor, deeper(depth)) : undefined;
    if (length) expect(cursor, ']');
    expect(cursor, '}');
    const left: Node = { kind: 'typed', type, arg: unary(cursor, deeper(depth)) };
    return length ? { kind: 'binary', op: '@', left, right: length } : left;
  }
  if (!isOperator(cursor, '(')) return postfix(cursor, primary(cursor, depth), depth);
  return parenthesized(cursor, depth);
}

/** A cast, or an expression in parentheses. */
function parenthesized(cursor: Cursor, depth: number): Node {
  expect(cursor, '(');
  if (beginsType(cursor)) {
    const type = typeName(cursor);
    expect(cursor, ')');
    return { kind: 'cast', type, arg: unary(cursor, deeper(depth)) };
  }
  const inner = assignment(cursor, deeper(depth));
  expect(cursor, ')');
  return postfix(cursor, inner, depth);
}

function sizeOf(cursor: Cursor, depth: number): Node {
  advance(cursor);
  if (!isOperator(cursor, '(')) return { kind: 'sizeof', of: unary(cursor, deeper(depth)) };
  const { token, count } = cursor;
  advance(cursor);
  if (beginsType(cursor)) {
    const of = typeName(cursor);
    expect(cursor, ')');
    return { kind: 'sizeof', of };
  }
  Object.assign(cursor, { token, count });
  return { kind: 'sizeof', of: unary(cursor, deeper(depth)) };
}

function postfix(cursor: Cursor, inner: Node, depth: number): Node {
  let node = inner;
  for (;;) {
    const { token } = cursor;
    if (token.kind === 'name' && token.text.startsWith('.')) {
      node = { kind: 'field', arg: node, field: token.text.slice(1) };
      advance(cursor);
    } else if (take(cursor, '[')) {
      node = { kind: 'index', arg: node, index: assignment(cursor, deeper(depth)) };
      expect(cursor, ']');
    } else {
      const step = takeOneOf(cursor, ['++', '--']);
      if (step === undefined) return node;
      node = { kind: 'step', op: step === '++' ? '+' : '-', arg: node };
    }
  }
}

// Leaves

function primary(cursor: Cursor, depth: number): Node {
  const { token } = cursor;
  if (token.kind === 'end' || token.kind === 'operator') throw unexpected(cursor);
  if (token.kind === 'name' && isTypeWord(token.text) && !beginsCall(cursor)) throw unexpected(cursor);
  advance(cursor);
  if (token.kind === 'constant') return constant(cursor, token.value);
  if (token.kind === 'dollar') return dollar(token.text);
  if (!take(cursor, '(')) return { kind: 'name', name: token.text };
  const args: Node[] = [];
  if (!take(cursor, ')')) {
    do args.push(assignment(cursor, deeper(depth)));
    while (take(cursor, ','));
    expect(cursor, ')');
  }
  return { kind: 'call', name: token.text, args };
}

/** Strings that follow each other are one. */
function constant(cursor: Cursor, first: Value): Node {
  let value = first;
  while (value.elements !== undefined && cursor.token.kind === 'constant' && cursor.token.value.elements) {
    value = { ...value, elements: [...value.elements.slice(0, -1), ...cursor.token.value.elements] };
    advance(cursor);
  }
  return { kind: 'constant', value };
}

function dollar(text: string): Node {
  const match = /^(\$\$?)(\d*)$/.exec(text);
  if (!match) return { kind: 'dollar', name: text.slice(1) };
  const [, dollars, digits] = match;
  if (dollars === '$') return { kind: 'history', index: Number(digits), relative: digits === '' };
  return { kind: 'history', index: digits === '' ? 1 : Number(digits), relative: true };
}

// Types

/** `u64(` calls the function, any other word of a type names one. */
const beginsCall = ({ text, token }: Cursor): boolean =>
  token.kind === 'name' && isTypedef(token.text) && /^\s*\(\s*(?!\*)/.test(text.slice(token.end));

const beginsType = (cursor: Cursor): boolean =>
  cursor.token.kind === 'name' && isTypeWord(cursor.token.text) && !beginsCall(cursor);

/** `unsigned long *`, `void (*)()`. */
function typeName(cursor: Cursor): Type {
  const words: string[] = [];
  while (cursor.token.kind === 'name' && isTypeWord(cursor.token.text)) {
    words.push(cursor.token.text);
    advance(cursor);
  }
  const base = typeOfWords(words);
  if (!base) throw unexpected(cursor);
  if (base.kind === 'void' && take(cursor, '(')) {
    for (const text of ['*', ')', '(', ')']) expect(cursor, text);
    return CODE;
  }
  let type = base;
  while (take(cursor, '*')) {
    type = pointerTo(type);
    while (cursor.token.kind === 'name' && isQualifier(cursor.token.text)) advance(cursor);
  }
  return type;
}
