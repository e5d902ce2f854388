/**
 * The statements that make up most of a source, read without the grammar: an instruction in lower case, perhaps behind a
 * label and pseudo prefixes, whose operands are registers, numbers, names and addresses of these; and a label by itself.
 *
 * In: the text of a statement after scrubbing. Out: exactly what the grammar makes of it, or undefined for everything that is
 * not that simple, which the grammar then reads (and finds fault with). A test compares the two.
 */
import type { Expr, MemoryOperand, Operand, RegisterOperand, Statement } from './statement.ts';
import { isPrefix } from './vocabulary.ts';

const START = /(?:([A-Za-z_.][\w.$]*):[ \t]*)?((?:\{\w+\}[ \t]+)*)([a-z][a-z0-9_]*)(?:[ \t]+|$)/y;

const NUMBER = '0x[0-9a-fA-F]+|[1-9]\\d*|0';
const REGISTER = '%([a-z]+[0-9]*[a-z]?)';

/**
 * star, register | dollar, segment, number's sign and digits | name | local label and direction; addend's sign and digits, base,
 * index, scale; what stands in braces.
 */
const OPERAND = new RegExp(
  `(\\*?)(?:${REGISTER}|(\\$?)(?:%([c-gs]s):)?(?:(-?)(${NUMBER})|(?:([A-Za-z_.][\\w.$]*)|(\\d{1,3})([fb]))(?:([+-])(${NUMBER}))?)?` +
    `(\\((?:${REGISTER})?(?:,${REGISTER}(?:,([1248]))?)?\\))?)((?:\\{[^,{}]*\\})*)(?=,|$)`,
  'y',
);

/** A label by itself. */
const LABEL = /^(?:([A-Za-z_.\u0080-\uffff][\w.$\u0080-\uffff]*)|(\d{1,9})):$/;

function loneLabel(text: string): Statement[] | undefined {
  const [, name, number] = LABEL.exec(text) ?? [];
  if (name !== undefined && name !== '.') return [{ kind: 'label', name }];
  return number === undefined ? undefined : [{ kind: 'localLabel', number: Number(number) }];
}

export function quickStatements(text: string): Statement[] | undefined {
  if (text.endsWith(':')) return loneLabel(text);
  START.lastIndex = 0;
  const start = START.exec(text);
  if (start === null) return undefined;
  const [, label, pseudo = '', mnemonic = ''] = start;
  if (label === '.' || isPrefix(mnemonic)) return undefined;
  const operands = quickOperands(text, START.lastIndex);
  if (operands === undefined) return undefined;
  const prefixes = pseudo === '' ? [] : pseudo.toLowerCase().trim().split(/\s+/);
  const instruction: Statement = { kind: 'instruction', prefixes, mnemonic, operands };
  return label === undefined ? [instruction] : [{ kind: 'label', name: label }, instruction];
}

function quickOperands(text: string, start: number): Operand[] | undefined {
  const operands: Operand[] = [];
  for (let at = start; at < text.length; ) {
    OPERAND.lastIndex = at;
    const match = OPERAND.exec(text);
    const operand = match === null ? undefined : quickOperand(match);
    if (operand === undefined) return undefined;
    operands.push(operand);
    at = OPERAND.lastIndex;
    if (at === text.length) return operands;
    // A comma, and something behind it.
    at++;
    if (at === text.length) return undefined;
  }
  return operands;
}

function quickOperand(match: RegExpExecArray): Operand | undefined {
  const [, star, register, dollar, segment, sign, digits, name, local, , , , group, base, index, scale, braces] = match;
  const indirect = star === '*';
  if (register !== undefined) {
    if (register === 'st') return undefined;
    return withBraces({ kind: 'register', name: named(register), indirect }, braces!);
  }
  const disp =
    digits !== undefined ? number(sign!, digits) : name === undefined && local === undefined ? undefined : sum(match);
  if (dollar === '$') {
    const isPlain = disp !== undefined && segment === undefined && group === undefined && !indirect && braces === '';
    return isPlain ? { kind: 'immediate', value: disp } : undefined;
  }
  if (isRounding(match)) return { kind: 'rounding', text: braces! };
  if (group === undefined ? disp === undefined : base === undefined && index === undefined) return undefined;
  const memory: Mutable<MemoryOperand> = {
    kind: 'memory',
    scale: scale === undefined ? 1 : (Number(scale) as 1 | 2 | 4 | 8),
    indirect,
  };
  if (segment !== undefined) memory.segment = segment;
  if (disp !== undefined) memory.disp = disp;
  if (base !== undefined) memory.base = named(base);
  if (index !== undefined) memory.index = named(index);
  return withBraces(memory, braces!);
}

/** Braces alone. */
const isRounding = (match: RegExpExecArray): boolean => match[0] !== '' && match[0] === match.at(-1);

const withBraces = (operand: RegisterOperand | MemoryOperand, braces: string): Operand =>
  braces === '' ? operand : { ...operand, decorations: braces.match(/\{[^}]*\}/g)! };

/** `%db7` is an old name of `%dr7`. */
const named = (register: string): string =>
  register.startsWith('db') ? register.replace(/^db(\d+)$/, 'dr$1') : register;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function number(sign: string, digits: string): Expr {
  const value: Expr = { kind: 'int', value: BigInt(digits) };
  return sign === '-' ? { kind: 'unary', op: '-', arg: value } : value;
}

/** `name`, `name+8`, `1f`; a lone dot is the location counter. */
function sum(match: RegExpExecArray): Expr {
  const [, , , , , , , name, local, direction, sign, digits] = match;
  const left: Expr =
    name === undefined
      ? { kind: 'local', number: Number(local), direction: direction as 'f' | 'b' }
      : name === '.'
        ? { kind: 'here' }
        : { kind: 'symbol', name };
  if (sign === undefined) return left;
  return { kind: 'binary', op: sign as '+' | '-', left, right: { kind: 'int', value: BigInt(digits!) } };
}
