/**
 * Arithmetic of gas's expressions: 64-bit, wrapping, signed as gas 2.40 computes them (expr.c): `/` and `%` truncate
 * towards zero, `>>` shifts in zeros, comparisons are signed and yield -1, `&&`, `||` and `!` yield 1.
 *
 * Values are bigints in the signed 64-bit range. What symbols are worth is the caller's affair.
 */
import { s64, u64 } from '../base/u64.ts';
import type { BinaryOp, Expr, UnaryOp } from './statement.ts';

const truth = (holds: boolean): bigint => (holds ? -1n : 0n);
const one = (holds: boolean): bigint => (holds ? 1n : 0n);

export function applyUnary(op: UnaryOp, arg: bigint): bigint {
  switch (op) {
    case '-':
      return s64(-arg);
    case '+':
      return arg;
    case '~':
      return s64(~arg);
    case '!':
      return one(arg === 0n);
    default:
      return op satisfies never;
  }
}

/** `undefined`: division by zero. */
export function applyBinary(op: BinaryOp, left: bigint, right: bigint): bigint | undefined {
  const a = s64(left);
  const b = s64(right);
  switch (op) {
    case '*':
      return s64(a * b);
    case '/':
      return b === 0n ? undefined : s64(a / b);
    case '%':
      return b === 0n ? undefined : s64(a % b);
    case '<<':
      return u64(b) > 63n ? 0n : s64(a << b);
    case '>>':
      return u64(b) > 63n ? 0n : s64(u64(a) >> b);
    case '|':
      return a | b;
    case '&':
      return a & b;
    case '^':
      return a ^ b;
    case '!':
      return a | ~b;
    case '+':
      return s64(a + b);
    case '-':
      return s64(a - b);
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
    case '&&':
      return one(a !== 0n && b !== 0n);
    case '||':
      return one(a !== 0n || b !== 0n);
    default:
      return op satisfies never;
  }
}

/** A symbol, a local label or `.`: what `evaluateAbsolute` asks its caller about. */
export type Leaf = Extract<Expr, { kind: 'symbol' | 'local' | 'here' }>;

/**
 * The value of an expression whose leaves are all numbers; undefined when a leaf has none (`lookup` says undefined),
 * when it divides by zero, or when a register takes part in arithmetic.
 */
export function evaluateAbsolute(expr: Expr, lookup: (leaf: Leaf) => bigint | undefined): bigint | undefined {
  switch (expr.kind) {
    case 'int':
      return s64(expr.value);
    case 'symbol':
    case 'local':
    case 'here':
      return lookup(expr);
    case 'register':
      return undefined;
    case 'unary': {
      const arg = evaluateAbsolute(expr.arg, lookup);
      return arg === undefined ? undefined : applyUnary(expr.op, arg);
    }
    case 'binary': {
      const registers = compareRegisters(expr.op, expr.left, expr.right);
      if (registers !== undefined) return registers;
      const left = evaluateAbsolute(expr.left, lookup);
      const right = evaluateAbsolute(expr.right, lookup);
      return left === undefined || right === undefined ? undefined : applyBinary(expr.op, left, right);
    }
    default:
      return expr satisfies never;
  }
}

/**
 * `.if %rsp == %rbp`: gas compares registers by name, and a register is equal to no number. Undefined when no register
 * stands directly on either side.
 */
export function compareRegisters(op: BinaryOp, left: Expr, right: Expr): bigint | undefined {
  const isRegister = left.kind === 'register';
  const same = isRegister && right.kind === 'register' && left.name === right.name;
  if (!isRegister && right.kind !== 'register') return undefined;
  if (!(isRegister || left.kind === 'int') || !(right.kind === 'register' || right.kind === 'int')) return undefined;
  if (op === '==') return truth(same);
  if (op === '!=' || op === '<>') return truth(!same);
  return undefined;
}

/**
 * gas keeps with each number whether it counts as unsigned (`X_unsigned`), which decides what stands above its 64 bits in
 * 128: a minus sign in front of the leftmost operand makes it signed, whatever follows.
 */
export function isUnsigned(expr: Expr): boolean {
  switch (expr.kind) {
    case 'unary':
      return expr.op === '!' || (expr.op !== '-' && isUnsigned(expr.arg));
    case 'binary':
      return isUnsigned(expr.left);
    default:
      return true;
  }
}

/**
 * The number with its sign beyond 64 bits (`X_extrabit`): sums carry it, a minus sign and a tilde turn it, all other
 * operators leave the left operand's. `value` says what a part is worth in 64 bits.
 */
export function extended(expr: Expr, value: (part: Expr) => bigint): bigint {
  const isNegative = (part: Expr): boolean => extended(part, value) < 0n;
  const low = u64(value(expr));
  const high = (negative: boolean): bigint => (negative ? low - (1n << 64n) : low);
  switch (expr.kind) {
    case 'unary':
      if (expr.op === '+') return extended(expr.arg, value);
      if (expr.op === '!') return low;
      return high(isNegative(expr.arg) === (expr.op === '-' && low === 0n));
    case 'binary':
      if (expr.op === '+') return BigInt.asIntN(65, extended(expr.left, value) + extended(expr.right, value));
      if (expr.op === '-') return BigInt.asIntN(65, extended(expr.left, value) - extended(expr.right, value));
      return high(isNegative(expr.left));
    default:
      return low;
  }
}

/** The expression with a relocation operator at its first place; undefined where there is none, or where it has one already. */
export function withModifier(expr: Expr, modifier: string): Expr | undefined {
  switch (expr.kind) {
    case 'symbol':
    case 'local':
    case 'here':
      return expr.modifier === undefined ? { ...expr, modifier } : undefined;
    case 'unary': {
      const arg = withModifier(expr.arg, modifier);
      return arg && { ...expr, arg };
    }
    case 'binary': {
      const left = withModifier(expr.left, modifier);
      if (left !== undefined) return { ...expr, left };
      const right = withModifier(expr.right, modifier);
      return right && { ...expr, right };
    }
    default:
      return undefined;
  }
}
