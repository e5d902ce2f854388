/**
 * A way past the grammar for what most lines are: a mnemonic with plain operands (`mov 8(%rsp), %rax`, `jne 1f`,
 * `lea foo+8(%rip), %rdi`). In goes the text of a statement, out comes what grammar.ts would make of it, or undefined for
 * anything that is not quite plain: then the grammar decides, and says what is wrong.
 *
 * The subtle invariant: whatever is taken here equals what the grammar gives (tests/assemble/quick-statement.test.ts).
 */
import type { Expr, MemoryOperand, Operand, Statement } from './statement.ts';
import { isPrefix } from './vocabulary.ts';

const NUMBER = String.raw`(?:0[xX][0-9a-fA-F]{1,16}|0|[1-9][0-9]{0,17})(?![\w.$])`;
const NAME = String.raw`[A-Za-z_.][\w.$]*`;
const REGISTER = `%([a-z][a-z0-9]*)`;
/** A number with a sign or without; a name or local label, with a number added or without. */
const VALUE = String.raw`(?:(-?)(${NUMBER})|(?:(${NAME})|(\d{1,3})([fb])(?![\w.$]))(?:([-+])(${NUMBER}))?)`;

const MNEMONIC = /([a-z][a-z0-9]*)(?: |$)/y;
const PLAIN_REGISTER = new RegExp(`${REGISTER}(?=,|$)`, 'y');
const IMMEDIATE = new RegExp(String.raw`\$${VALUE}(?=,|$)`, 'y');
const MEMORY = new RegExp(String.raw`${VALUE}?(\((?:${REGISTER})?(?:,(?:${REGISTER})?(?:,([1248]))?)?\))?(?=,|$)`, 'y');

/** Names of registers that the grammar reads in its own way. */
const isOdd = (register: string | undefined): boolean =>
  register !== undefined && (register === 'st' || register.startsWith('db'));

const int = (digits: string): Expr => ({ kind: 'int', value: BigInt(digits) });

function readValue(match: RegExpExecArray): Expr | undefined {
  const [, sign, number, name, label, direction, op, added] = match;
  if (number !== undefined) return sign === '-' ? { kind: 'unary', op: '-', arg: int(number) } : int(number);
  let left: Expr;
  if (name !== undefined) left = name === '.' ? { kind: 'here' } : { kind: 'symbol', name };
  else if (label !== undefined) left = { kind: 'local', number: Number(label), direction: direction as 'f' | 'b' };
  else return undefined;
  return added === undefined ? left : { kind: 'binary', op: op as '+' | '-', left, right: int(added) };
}

function memoryOf(match: RegExpExecArray): MemoryOperand | undefined {
  const [, , , , , , , , group, base, index, scale] = match;
  const disp = readValue(match);
  if ((disp === undefined && group === undefined) || group === '()' || isOdd(base) || isOdd(index)) return undefined;
  return {
    kind: 'memory',
    scale: scale === undefined ? 1 : (Number(scale) as 1 | 2 | 4 | 8),
    ...(base !== undefined && { base }),
    ...(index !== undefined && { index }),
    ...(disp !== undefined && { disp }),
    indirect: false,
  };
}

function operandAt(text: string, at: number): { readonly operand: Operand; readonly end: number } | undefined {
  const first = text[at];
  const pattern = first === '%' ? PLAIN_REGISTER : first === '$' ? IMMEDIATE : MEMORY;
  pattern.lastIndex = at;
  const match = pattern.exec(text);
  if (match === null || match[0] === '') return undefined;
  const end = at + match[0].length;
  if (pattern === PLAIN_REGISTER) {
    const name = match[1]!;
    return isOdd(name) ? undefined : { operand: { kind: 'register', name, indirect: false }, end };
  }
  if (pattern === IMMEDIATE) {
    const value = readValue(match);
    return value && { operand: { kind: 'immediate', value }, end };
  }
  const operand = memoryOf(match);
  return operand && { operand, end };
}

const LABEL = /^(?:([A-Za-z_.\u0080-\uffff][\w.$\u0080-\uffff]*)|(\d{1,9})):$/;

export function quickStatement(text: string): Statement | undefined {
  if (text.endsWith(':')) {
    const [, name, number] = LABEL.exec(text) ?? [];
    if (name !== undefined) return { kind: 'label', name };
    return number === undefined ? undefined : { kind: 'localLabel', number: Number(number) };
  }
  MNEMONIC.lastIndex = 0;
  const mnemonic = MNEMONIC.exec(text)?.[1];
  if (mnemonic === undefined || isPrefix(mnemonic)) return undefined;
  const operands: Operand[] = [];
  for (let at = mnemonic.length + 1; at <= text.length; at++) {
    const read = operandAt(text, at);
    if (read === undefined) return undefined;
    operands.push(read.operand);
    at = read.end;
  }
  return { kind: 'instruction', prefixes: [], mnemonic, operands };
}
