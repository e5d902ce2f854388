/**
 * The expressions of scenario headers (`//@ expect cr3 == (pti ? r14_at_entry : cr3_at_entry)`): C's operators and
 * precedences over unsigned 64-bit integers, where a true comparison is 1. Names and functions mean what the caller's
 * environment says; an unknown one is an error of the header, found before anything runs.
 */
import { u64 } from '../base/u64.ts';

export type Expression =
  | { readonly kind: 'number'; readonly value: bigint }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: 'unary'; readonly op: string; readonly arg: Expression }
  | { readonly kind: 'binary'; readonly op: string; readonly left: Expression; readonly right: Expression }
  | {
      readonly kind: 'conditional';
      readonly test: Expression;
      readonly then: Expression;
      readonly otherwise: Expression;
    };

/** What names and functions stand for; undefined: there is no such name. */
export interface Environment {
  name(name: string): bigint | undefined;
  call(name: string, args: readonly bigint[]): bigint | undefined;
}

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

const ok = <T>(value: T): Result<T> => ({ ok: true, value });

/** A mistake in the text: thrown inside this file only, returned as a value from it. */
class Mistake extends Error {}

const TOKEN = /\s*(0[xX][0-9a-fA-F]+|\d+|[A-Za-z_][\w.]*|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^~!<>()?:,])/y;

/** Binary operators by how tightly they bind, loosest first, as in C. */
const LEVELS: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '<=', '>', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];

const MAX_DEPTH = 100;

export function parseExpression(text: string): Result<Expression> {
  return attempt(() => {
    const tokens = tokenize(text);
    let at = 0;
    const take = (token: string): boolean => tokens[at] === token && ++at > 0;
    const expect = (token: string): void => {
      if (!take(token))
        throw new Mistake(
          `\`${token}' expected ${tokens[at] ? `before \`${tokens[at]}'` : 'at the end'} of \`${text.trim()}'`,
        );
    };
    const conditional = (depth: number): Expression => {
      if (depth > MAX_DEPTH) throw new Mistake('expression is nested too deeply');
      const test = binary(0, depth);
      if (!take('?')) return test;
      const then = conditional(depth + 1);
      expect(':');
      return { kind: 'conditional', test, then, otherwise: conditional(depth + 1) };
    };
    const binary = (level: number, depth: number): Expression => {
      const ops = LEVELS[level];
      if (!ops) return unary(depth);
      let left = binary(level + 1, depth);
      for (;;) {
        const op = ops.find(take);
        if (!op) return left;
        left = { kind: 'binary', op, left, right: binary(level + 1, depth) };
      }
    };
    const unary = (depth: number): Expression => {
      if (depth > MAX_DEPTH) throw new Mistake('expression is nested too deeply');
      const op = ['!', '~', '-'].find(take);
      return op ? { kind: 'unary', op, arg: unary(depth + 1) } : primary(depth);
    };
    const primary = (depth: number): Expression => {
      const token = tokens[at++];
      if (token === undefined) throw new Mistake(`\`${text.trim()}' ends too early`);
      if (/^\d/.test(token)) return { kind: 'number', value: u64(BigInt(token)) };
      if (token === '(') {
        const inner = conditional(depth + 1);
        expect(')');
        return inner;
      }
      if (!/^[A-Za-z_]/.test(token)) throw new Mistake(`unexpected \`${token}' in \`${text.trim()}'`);
      if (!take('(')) return { kind: 'name', name: token };
      const args: Expression[] = [];
      if (!take(')')) {
        do args.push(conditional(depth + 1));
        while (take(','));
        expect(')');
      }
      return { kind: 'call', name: token, args };
    };
    const value = conditional(0);
    if (at < tokens.length) throw new Mistake(`unexpected \`${tokens[at]}' in \`${text.trim()}'`);
    return value;
  });
}

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) throw new Mistake(`unexpected \`${text.slice(from).trim()[0]}' in \`${text.trim()}'`);
    tokens.push(match[1]!);
  }
  return tokens;
}

/** Every name and function call in an expression, evaluated or not, for checking them beforehand. */
export function* leaves(e: Expression): Generator<Extract<Expression, { kind: 'name' | 'call' }>> {
  switch (e.kind) {
    case 'number':
      return;
    case 'name':
      yield e;
      return;
    case 'call':
      yield e;
      for (const arg of e.args) yield* leaves(arg);
      return;
    case 'unary':
      return yield* leaves(e.arg);
    case 'binary':
      yield* leaves(e.left);
      return yield* leaves(e.right);
    case 'conditional':
      yield* leaves(e.test);
      yield* leaves(e.then);
      return yield* leaves(e.otherwise);
    default:
      e satisfies never;
  }
}

export function evaluate(expression: Expression, env: Environment): Result<bigint> {
  return attempt(() => compute(expression, env));
}

function compute(e: Expression, env: Environment): bigint {
  switch (e.kind) {
    case 'number':
      return e.value;
    case 'name': {
      const value = env.name(e.name);
      if (value === undefined) throw new Mistake(`unknown name \`${e.name}'`);
      return u64(value);
    }
    case 'call': {
      const value = env.call(
        e.name,
        e.args.map((arg) => compute(arg, env)),
      );
      if (value === undefined) throw new Mistake(`unknown function \`${e.name}' of ${e.args.length} argument(s)`);
      return u64(value);
    }
    case 'unary': {
      const value = compute(e.arg, env);
      return e.op === '!' ? truth(value === 0n) : u64(e.op === '~' ? ~value : -value);
    }
    case 'binary':
      return binaryValue(e.op, compute(e.left, env), () => compute(e.right, env));
    case 'conditional':
      return compute(e.test, env) !== 0n ? compute(e.then, env) : compute(e.otherwise, env);
    default:
      return e satisfies never;
  }
}

const truth = (value: boolean): bigint => (value ? 1n : 0n);

function binaryValue(op: string, a: bigint, right: () => bigint): bigint {
  if (op === '&&') return truth(a !== 0n && right() !== 0n);
  if (op === '||') return truth(a !== 0n || right() !== 0n);
  const b = right();
  switch (op) {
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    case '&':
      return a & b;
    case '==':
      return truth(a === b);
    case '!=':
      return truth(a !== b);
    case '<':
      return truth(a < b);
    case '<=':
      return truth(a <= b);
    case '>':
      return truth(a > b);
    case '>=':
      return truth(a >= b);
    case '<<':
      return b < 64n ? u64(a << b) : 0n;
    case '>>':
      return b < 64n ? a >> b : 0n;
    case '+':
      return u64(a + b);
    case '-':
      return u64(a - b);
    case '*':
      return u64(a * b);
    default:
      if (b === 0n) throw new Mistake('division by zero');
      return op === '/' ? a / b : a % b;
  }
}

function attempt<T>(work: () => T): Result<T> {
  try {
    return ok(work());
  } catch (mistake) {
    if (mistake instanceof Mistake) return { ok: false, message: mistake.message };
    throw mistake;
  }
}
