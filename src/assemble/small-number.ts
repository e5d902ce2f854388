/**
 * Expressions that come to a small number, without the arithmetic of 64 bits: most counts, conditions and fields of a
 * source are that simple. In goes a bound expression and what distances are known, out comes the number, or undefined
 * for everything else, which `reduce` in symbols.ts then decides.
 *
 * The subtle invariant: where a number comes out, `reduce` comes to the same one.
 */
import type { Location } from './section.ts';
import type { BinaryOp, UnaryOp } from './statement.ts';
import type { AsmSymbol, Bound } from './symbols.ts';

/** The distance `a - b` of two places, as far as the caller knows it. */
export type Distance = (a: Location, b: Location) => number | undefined;

/** Sums, products and bits of such numbers are exact in JavaScript's. */
const LIMIT = 2 ** 31 - 1;
/** What is nested deeper is not worth the second look. */
const MAX_DEPTH = 50;

const small = (value: number): number | undefined => (value >= -LIMIT && value <= LIMIT ? value : undefined);

export function smallNumber(expr: Bound, distance: Distance, depth = 0): number | undefined {
  if (depth > MAX_DEPTH) return undefined;
  switch (expr.kind) {
    case 'int':
      return small(Number(expr.value));
    case 'symbol': {
      const { home } = expr.symbol;
      return home.kind === 'value' ? smallNumber(home.value, distance, depth + 1) : undefined;
    }
    case 'register':
      return undefined;
    case 'unary': {
      const arg = smallNumber(expr.arg, distance, depth + 1);
      return arg === undefined ? undefined : unary(expr.op, arg);
    }
    case 'binary': {
      const { op, left, right } = expr;
      if (op === '-') {
        const apart = difference(left, right, distance, depth);
        if (apart !== undefined) return small(apart);
      }
      const a = smallNumber(left, distance, depth + 1);
      if (a === undefined) return undefined;
      const b = smallNumber(right, distance, depth + 1);
      return b === undefined ? undefined : binary(op, a, b);
    }
    default:
      return expr satisfies never;
  }
}

/** How far `a`, or `a + 8`, lies behind `b`. */
function difference(left: Bound, right: Bound, distance: Distance, depth: number): number | undefined {
  const b = plainSymbol(right);
  if (b === undefined) return undefined;
  const isSum = left.kind === 'binary' && left.op === '+';
  const a = plainSymbol(isSum ? left.left : left);
  if (a === undefined) return undefined;
  const apart = a === b ? 0 : between(a, b, distance);
  if (apart === undefined || !isSum) return apart;
  const more = smallNumber(left.right, distance, depth + 1);
  return more === undefined ? undefined : apart + more;
}

function between(a: AsmSymbol, b: AsmSymbol, distance: Distance): number | undefined {
  if (a.home.kind !== 'label' || b.home.kind !== 'label') return undefined;
  return distance(a.home.at, b.home.at);
}

/** A symbol that stands for itself. */
function plainSymbol(expr: Bound): AsmSymbol | undefined {
  if (expr.kind !== 'symbol' || expr.modifier !== undefined) return undefined;
  return expr.symbol.home.kind === 'value' ? undefined : expr.symbol;
}

function unary(op: UnaryOp, arg: number): number {
  switch (op) {
    case '-':
      return 0 - arg;
    case '+':
      return arg;
    case '~':
      return ~arg;
    case '!':
      return arg === 0 ? 1 : 0;
    default:
      return op satisfies never;
  }
}

const truth = (holds: boolean): number => (holds ? -1 : 0);

/** What applyBinary in expression.ts comes to; undefined for what is left to it. */
function binary(op: BinaryOp, a: number, b: number): number | undefined {
  switch (op) {
    case '+':
      return small(a + b);
    case '-':
      return small(a - b);
    case '*':
      // Without a sign where it is 0.
      return small(a * b + 0);
    case '|':
      return a | b;
    case '&':
      return a & b;
    case '^':
      return a ^ b;
    case '==':
      return truth(a === b);
    case '!=':
    case '<>':
      return truth(a !== b);
    case '<':
      return truth(a < b);
    case '<=':
      return truth(a <= b);
    case '>':
      return truth(a > b);
    case '>=':
      return truth(a >= b);
    default:
      return undefined;
  }
}
