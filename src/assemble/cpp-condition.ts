/**
 * The expression of an `#if` (C11 6.10.1): in go the tokens that are left of the directive, out comes whether it holds.
 * Names that are no macros are 0; arithmetic is that of intmax_t and uintmax_t, 64 bits, wrapping. Operators wait on a
 * stack by precedence, as in cpplib's expr.c, so that no depth of parentheses uses up ours.
 *
 * The subtle invariant: what has no effect (`0 && …`, the other side of `?:`) is read all the same, but neither divides
 * by zero, nor overflows, nor looks for a header.
 */
import { s64, u64 } from '../base/u64.ts';
import { testAssertion } from './cpp-assertions.ts';
import { readConstant } from './cpp-constant.ts';
import { getVisible, putBack } from './cpp-expand.ts';
import { type CppReader, complain, warn } from './cpp-reader.ts';
import { type CppToken, KIND } from './cpp-tokens.ts';

/** A signed value, or an unsigned one as its 64 bits. */
export interface CppNumber {
  readonly value: bigint;
  readonly unsigned: boolean;
}

/** Precedence of the operators between two operands, C11 6.5.5 to 6.5.17. */
const BINARY: ReadonlyMap<string, number> = new Map([
  ['*', 15],
  ['/', 15],
  ['%', 15],
  ['+', 14],
  ['-', 14],
  ['<<', 13],
  ['>>', 13],
  ['<', 12],
  ['>', 12],
  ['<=', 12],
  ['>=', 12],
  ['==', 11],
  ['!=', 11],
  ['&', 10],
  ['^', 9],
  ['|', 8],
  ['&&', 7],
  ['||', 6],
  // In `a ? b : c ? d : e` what waits behind the first `:` goes on waiting.
  ['?', 5],
  [':', 4],
  [',', 4],
]);

const UNARY = new Set(['+', '-', '!', '~']);
const UNARY_PRECEDENCE = 16;

interface Pending {
  /** The operator as spelled; empty for the bottom of the stack. */
  readonly text: string;
  readonly precedence: number;
  /** The operand to its left, of a binary one. */
  readonly left: CppNumber;
}

/** What leaves no expression to go on with; thrown and caught in this file. */
class ConditionError extends Error {}

interface Evaluation {
  readonly reader: CppReader;
  readonly stack: Pending[];
  /** How many operators make what follows have no effect. */
  skips: number;
}

const ZERO: CppNumber = { value: 0n, unsigned: false };
const truth = (holds: boolean): CppNumber => ({ value: holds ? 1n : 0n, unsigned: false });

/** Whether the expression holds; one that is wrong does not, with a complaint. */
export function evaluateCondition(reader: CppReader, directive: string): boolean {
  const evaluation: Evaluation = { reader, stack: [{ text: '', precedence: 0, left: ZERO }], skips: 0 };
  try {
    return evaluate(evaluation, directive).value !== 0n;
  } catch (problem) {
    if (!(problem instanceof ConditionError)) throw problem;
    if (!reader.stopped) complain(reader, problem.message);
    return false;
  } finally {
    reader.skipEvaluation = false;
  }
}

function evaluate(evaluation: Evaluation, directive: string): CppNumber {
  const { reader, stack } = evaluation;
  let operand: CppNumber | undefined;
  for (;;) {
    reader.skipEvaluation = evaluation.skips > 0;
    const found = getVisible(reader);
    const ended = found.kind === KIND.eof;
    if (!ended && (isOperand(found) || found.text === '(' || (!operand && UNARY.has(found.text)))) {
      if (operand) throw new ConditionError(`missing binary operator before token "${found.text}"`);
      if (isOperand(found)) operand = operandOf(reader, found);
      else if (found.text === '(') stack.push({ text: '(', precedence: 1, left: ZERO });
      else stack.push({ text: found.text, precedence: UNARY_PRECEDENCE, left: ZERO });
      continue;
    }
    checkOperator(found, ended, operand);
    if (!operand) operand = missing(stack.at(-1)!.text, found, ended, directive);
    const left = reduce(evaluation, ended || found.text === ')' ? 0 : BINARY.get(found.text)!, found, operand);
    if (ended) return left;
    operand = found.text === ')' ? left : undefined;
    if (!operand) pushBinary(evaluation, found.text, left);
  }
}

function checkOperator(found: CppToken, ended: boolean, operand: CppNumber | undefined): void {
  if (ended || (found.kind === KIND.operator && (found.text === ')' || BINARY.has(found.text)))) return;
  if (operand && (UNARY.has(found.text) || found.kind === KIND.number)) {
    throw new ConditionError(`missing binary operator before token "${found.text}"`);
  }
  throw new ConditionError(`token "${found.text}" is not valid in preprocessor expressions`);
}

/** An operator where an operand should be. */
function missing(before: string, found: CppToken, ended: boolean, directive: string): CppNumber {
  if (found.text === ')' && before === '(') throw new ConditionError("missing expression between '(' and ')'");
  if (ended && before === '') throw new ConditionError(`${directive} with no expression`);
  if (before !== '' && before !== '(') throw new ConditionError(`operator '${before}' has no right operand`);
  if (!ended && found.text !== ')') throw new ConditionError(`operator '${found.text}' has no left operand`);
  return ZERO;
}

function pushBinary(evaluation: Evaluation, text: string, left: CppNumber): void {
  const { stack } = evaluation;
  const isTrue = left.value !== 0n;
  if (text === '||' && isTrue) evaluation.skips++;
  if ((text === '&&' || text === '?') && !isTrue) evaluation.skips++;
  if (text === ':') {
    const question = stack.at(-1)!;
    if (question.text !== '?') throw new ConditionError(" ':' without preceding '?'");
    evaluation.skips += question.left.value !== 0n ? 1 : -1;
  }
  stack.push({ text, precedence: BINARY.get(text)!, left });
}

/** Carries out what waits and binds at least as tightly as what comes; the operand that comes out. */
function reduce(evaluation: Evaluation, precedence: number, next: CppToken, operand: CppNumber): CppNumber {
  const { stack } = evaluation;
  const isClosing = precedence === 0 && next.text === ')';
  let value = operand;
  for (;;) {
    const top = stack.at(-1)!;
    if (top.text === '') {
      if (isClosing) throw new ConditionError("missing '(' in expression");
      return value;
    }
    if (top.text === '(') {
      if (isClosing) {
        stack.pop();
        return value;
      }
      if (precedence === 0) throw new ConditionError("missing ')' in expression");
      return value;
    }
    if (top.text === '?') {
      if (precedence === 0) throw new ConditionError("'?' without following ':'");
      return value;
    }
    if (top.precedence < precedence) return value;
    stack.pop();
    value = apply(evaluation, top, value);
  }
}

function apply(evaluation: Evaluation, { text, precedence, left }: Pending, right: CppNumber): CppNumber {
  if (precedence === UNARY_PRECEDENCE) return unary(evaluation, text, right);
  switch (text) {
    case '&&':
      if (left.value === 0n) evaluation.skips--;
      return truth(left.value !== 0n && right.value !== 0n);
    case '||':
      if (left.value !== 0n) evaluation.skips--;
      return truth(left.value !== 0n || right.value !== 0n);
    case ':': {
      const question = evaluation.stack.pop()!;
      const isTrue = question.left.value !== 0n;
      if (isTrue) evaluation.skips--;
      return convert(isTrue ? left : right, left.unsigned || right.unsigned);
    }
    case ',':
      return right;
    case '<<':
    case '>>':
      return shift(evaluation, left, text === '<<' ? right : negate(right));
    default:
      return arithmetic(evaluation, text, left, right);
  }
}

const convert = ({ value }: CppNumber, unsigned: boolean): CppNumber => ({
  value: unsigned ? u64(value) : s64(value),
  unsigned,
});

const negate = (of: CppNumber): CppNumber => ({ value: -of.value, unsigned: false });

/** A result, told where it does not fit. */
function result(evaluation: Evaluation, exact: bigint, unsigned: boolean): CppNumber {
  const value = convert({ value: exact, unsigned }, unsigned);
  if (!unsigned && value.value !== exact && evaluation.skips === 0) {
    warn(evaluation.reader, 'integer overflow in preprocessor expression');
  }
  return value;
}

function unary(evaluation: Evaluation, text: string, of: CppNumber): CppNumber {
  switch (text) {
    case '-':
      return result(evaluation, -of.value, of.unsigned);
    case '~':
      return convert({ value: ~of.value, unsigned: of.unsigned }, of.unsigned);
    case '!':
      return truth(of.value === 0n);
    default:
      return of;
  }
}

/** To the left by a positive count, to the right by a negative one. */
function shift(evaluation: Evaluation, { value, unsigned }: CppNumber, by: CppNumber): CppNumber {
  const count = by.value;
  if (count < 0n) return { value: value >> (count < -64n ? 64n : -count), unsigned };
  return result(evaluation, count >= 64n ? (value === 0n ? 0n : value << 64n) : value << count, unsigned);
}

function arithmetic(evaluation: Evaluation, text: string, first: CppNumber, second: CppNumber): CppNumber {
  const unsigned = first.unsigned || second.unsigned;
  const a = convert(first, unsigned).value;
  const b = convert(second, unsigned).value;
  switch (text) {
    case '*':
      return result(evaluation, a * b, unsigned);
    case '+':
      return result(evaluation, a + b, unsigned);
    case '-':
      return result(evaluation, a - b, unsigned);
    case '/':
    case '%':
      if (b !== 0n) return result(evaluation, text === '/' ? a / b : a % b, unsigned);
      // GCC goes on with the left operand, whose sign it has taken away by then.
      if (evaluation.skips === 0) complain(evaluation.reader, 'division by zero in #if');
      return result(evaluation, !unsigned && a < 0n ? -a : a, unsigned);
    case '<':
      return truth(a < b);
    case '>':
      return truth(a > b);
    case '<=':
      return truth(a <= b);
    case '>=':
      return truth(a >= b);
    case '==':
      return truth(a === b);
    case '!=':
      return truth(a !== b);
    case '&':
      return { value: a & b, unsigned };
    case '^':
      return { value: a ^ b, unsigned };
    default:
      return { value: a | b, unsigned };
  }
}

const isOperand = ({ kind, text }: CppToken): boolean =>
  kind === KIND.name || kind === KIND.number || kind === KIND.char || (kind === KIND.operator && text === '#');

function operandOf(reader: CppReader, found: CppToken): CppNumber {
  if (found.kind === KIND.name) return found.text === 'defined' ? readDefined(reader) : ZERO;
  if (found.kind === KIND.operator) return truth(testAssertion(reader));
  const { value, problem, warnings } = readConstant(found);
  for (const message of warnings) warn(reader, message);
  if (problem !== undefined) complain(reader, problem);
  return value;
}

/** `defined NAME` or `defined ( NAME )`, its operand not expanded. */
function readDefined(reader: CppReader): CppNumber {
  reader.preventExpansion++;
  let found = getVisible(reader);
  const opened = found.text === '(' && found.kind === KIND.operator;
  if (opened) found = getVisible(reader);
  const { name } = found;
  let closed = true;
  if (name && opened) {
    const closing = getVisible(reader);
    closed = closing.text === ')' && closing.kind === KIND.operator;
  }
  if (!name && found.kind === KIND.eof) putBack(reader, found);
  reader.preventExpansion--;
  if (!name) complain(reader, 'operator "defined" requires an identifier');
  else if (!closed) complain(reader, 'missing \')\' after "defined"');
  return truth(closed && name?.macro !== undefined);
}
