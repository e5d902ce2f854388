/**
 * What C's operators make of values, as gdb 13 has it (gdb/valarith.c, value_binop and binop_promote): integers are promoted to int,
 * long or their unsigned kin; pointers go by the size of what they point to. Mistakes are thrown in gdb's words.
 */
import { truncate } from '../base/u64.ts';
import { Mistake } from './mistake.ts';
import {
  CODE,
  INT,
  isAddress,
  isIntegral,
  LONG,
  pointeeOf,
  pointerTo,
  strideOf,
  type Type,
  UINT,
  ULONG,
} from './types.ts';
import { isVoid, makeValue, numberOf, type Value } from './values.ts';

const NOT_A_NUMBER = 'Argument to arithmetic operation not a number or boolean.';

/** Arrays and symbols become pointers, as they do in C wherever they are operands. */
export function decay(value: Value): Value {
  const { type, bits, elements } = value;
  if (elements !== undefined) return makeValue(pointerTo(type), bits);
  if (type.kind === 'function') return makeValue(CODE, bits);
  return type.kind === 'text' || type.kind === 'data' ? makeValue(pointerTo(type), bits) : value;
}

/** C's truth: no value is false. */
export const isTrue = (value: Value): boolean => !isVoid(value) && (value.elements !== undefined || value.bits !== 0n);

export const truth = (is: boolean): Value => makeValue(INT, is ? 1n : 0n);

/** What an operand is promoted to by itself. */
const promoted = (type: Type): Type =>
  type.size < 4 ? INT : type.kind === 'flags' ? (type.size === 4 ? UINT : ULONG) : type;

/** The type that both operands are converted to. */
function commonType(a: Type, b: Type): Type {
  const [left, right] = [promoted(a), promoted(b)];
  const size = Math.max(left.size, right.size);
  const isSigned =
    left.size === right.size ? left.signed && right.signed : (left.size > right.size ? left : right).signed;
  return size === 4 ? (isSigned ? INT : UINT) : isSigned ? LONG : ULONG;
}

/** `(type) value`. */
export function cast(type: Type, value: Value): Value {
  if (type.kind === 'void') return { bits: 0n, type };
  const operand = decay(value);
  if (isVoid(operand) || type.kind === 'text' || type.kind === 'data' || type.kind === 'function')
    throw new Mistake('Invalid cast.');
  return makeValue(type, numberOf(operand));
}

export function unaryValue(op: '+' | '-' | '!' | '~', value: Value): Value {
  if (op === '!') return truth(!isTrue(value));
  const { type, elements } = value;
  if (!isIntegral(type) || elements !== undefined) {
    if (op === '~') throw new Mistake('Argument to complement operation not an integer, boolean.');
    throw new Mistake(`Argument to ${op === '-' ? 'negate' : 'positive'} operation not a number.`);
  }
  const result = type.kind === 'flags' ? type : promoted(type);
  const number = numberOf(value);
  return makeValue(result, op === '+' ? number : op === '-' ? -number : ~number);
}

/** Every operator of two operands but `&&`, `||` and `@`. `warn` hears of shifts that are too far. */
export function binaryValue(op: string, a: Value, b: Value, warn: (text: string) => void = () => {}): Value {
  const [left, right] = [decay(a), decay(b)];
  if (/^([<>]=?|[=!]=)$/.test(op)) return truth(compares(op, left, right));
  if (op === '+' || op === '-') {
    const result = pointerArithmetic(op, left, right);
    if (result) return result;
  }
  if (!isIntegral(left.type) || !isIntegral(right.type)) throw new Mistake(NOT_A_NUMBER);
  if (op === '<<' || op === '>>') return shifted(op, left, right, warn);
  const type = commonType(left.type, right.type);
  return makeValue(
    type,
    arithmetic(op, numberOf(makeValue(type, numberOf(left))), numberOf(makeValue(type, numberOf(right)))),
  );
}

function arithmetic(op: string, a: bigint, b: bigint): bigint {
  switch (op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '&':
      return a & b;
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    default:
      if (b === 0n) throw new Mistake('Division by zero');
      return op === '/' ? a / b : a % b;
  }
}

/** The left operand alone tells the type; flags stay flags, as in gdb. */
function shifted(op: '<<' | '>>', left: Value, right: Value, warn: (text: string) => void): Value {
  const type = left.type.kind === 'flags' ? left.type : promoted(left.type);
  const [value, distance] = [numberOf(makeValue(type, numberOf(left))), numberOf(right)];
  const way = op === '<<' ? 'left' : 'right';
  if (distance < 0n) {
    warn(`warning: ${way} shift count is negative`);
    return makeValue(type, op === '>>' && value < 0n ? -1n : 0n);
  }
  if (distance >= BigInt(8 * type.size)) {
    warn(`warning: ${way} shift count >= width of type`);
    return makeValue(type, op === '>>' && value < 0n ? -1n : 0n);
  }
  return makeValue(type, op === '<<' ? value << distance : value >> distance);
}

/** undefined: no pointer is involved. */
function pointerArithmetic(op: '+' | '-', left: Value, right: Value): Value | undefined {
  const [a, b] = [isAddress(left.type), isAddress(right.type)];
  if (a && b && op === '-') return difference(left, right);
  if (a && isIntegral(right.type)) return moved(left, op === '+' ? numberOf(right) : -numberOf(right));
  return b && op === '+' && isIntegral(left.type) ? moved(right, numberOf(left)) : undefined;
}

/** A pointer `count` elements on. */
export const moved = ({ bits, type }: Value, count: bigint): Value =>
  makeValue(type, bits + count * strideOf(pointeeOf(type)!));

function difference(left: Value, right: Value): Value {
  const [a, b] = [strideOf(pointeeOf(left.type)!), strideOf(pointeeOf(right.type)!)];
  if (a !== b)
    throw new Mistake(
      "First argument of `-' is a pointer and second argument is neither\nan integer nor a pointer of the same type.",
    );
  return makeValue(LONG, BigInt.asIntN(64, left.bits - right.bits) / a);
}

function compares(op: string, left: Value, right: Value): boolean {
  const equality = op === '==' || op === '!=';
  if (equality && isVoid(left) && isVoid(right)) return op === '==';
  if (isVoid(left) || isVoid(right))
    throw new Mistake(`Invalid type combination in ${equality ? 'equality test' : 'ordering comparison'}.`);
  const type = isAddress(left.type) || isAddress(right.type) ? ULONG : commonType(left.type, right.type);
  const number = (value: Value): bigint => numberOf(makeValue(type, numberOf(value)));
  const [a, b] = [number(left), number(right)];
  switch (op) {
    case '==':
      return a === b;
    case '!=':
      return a !== b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    default:
      return a >= b;
  }
}

/** An address out of a value, as `x` and `{type}` take it: signed integers are extended. */
export function addressOf(value: Value): bigint {
  const operand = decay(value);
  if (isVoid(operand)) throw new Mistake("Value can't be converted to integer.");
  if (value.elements !== undefined && !value.place)
    throw new Mistake('Attempt to take address of value not located in memory.');
  return truncate(numberOf(operand), 8);
}
