/**
 * The statements that make up most of a source, read without the grammar: an instruction in lower case, perhaps behind a
 * label and pseudo prefixes, whose operands are registers, numbers, names and addresses of these; labels by themselves; an assignment; and
 * a directive without arguments.
 *
 * In: the text of a statement after scrubbing. Out: exactly what the grammar makes of it, or undefined for everything that is
 * not that simple, which the grammar then reads (and finds fault with). A test compares the two.
 */
import { quickExpression } from './quick-expression.ts';
import type { Expr, MemoryOperand, Operand, RegisterOperand, Statement } from './statement.ts';
import { isPrefix, SET_ONCE } from './vocabulary.ts';

const START = /(?:(?:([A-Za-z_.][\w.$]*)|(\d{1,9})):[ \t]*)?((?:\{\w+\}[ \t]+)*)([a-z][a-z0-9_]*)(?:[ \t]+|$)/y;

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

const LABEL = /[ \t]*(?:([A-Za-z_.\u0080-\uffff][\w.$\u0080-\uffff]*)|(\d{1,9})):[ \t]*/y;

/** Labels and nothing else: `772:999:`. */
export function quickLabels(text: string): Statement[] | undefined {
  const labels: Statement[] = [];
  for (LABEL.lastIndex = 0; LABEL.lastIndex < text.length; ) {
    const [, name, number] = LABEL.exec(text) ?? [];
    if (number !== undefined) labels.push({ kind: 'localLabel', number: Number(number) });
    else if (name === undefined || name === '.') return undefined;
    else labels.push({ kind: 'label', name });
  }
  return labels;
}

/** The name of a directive that is all there is; not of one that defines a symbol or that parse.ts refuses. */
const BARE_DIRECTIVE = /^\.[A-Za-z_]\w*$/;

function bareDirective(text: string): Statement[] | undefined {
  const name = text.toLowerCase();
  if (SET_ONCE.has(name) || name.startsWith('.intel_')) return undefined;
  return [{ kind: 'directive', name, args: [] }];
}

export function quickStatements(text: string): Statement[] | undefined {
  if (text.endsWith(':')) return quickLabels(text);
  if (BARE_DIRECTIVE.test(text)) return bareDirective(text);
  if (text.includes('=') || text.startsWith('.set')) return assignment(text);
  START.lastIndex = 0;
  const start = START.exec(text);
  if (start === null) return undefined;
  const [, label, number, pseudo = '', mnemonic = ''] = start;
  if (label === '.' || isPrefix(mnemonic)) return undefined;
  const operands = quickOperands(text, START.lastIndex);
  if (operands === undefined) return undefined;
  const prefixes = pseudo === '' ? [] : pseudo.toLowerCase().trim().split(/\s+/);
  const instruction: Statement = { kind: 'instruction', prefixes, mnemonic, operands };
  if (label !== undefined) return [{ kind: 'label', name: label }, instruction];
  return number === undefined ? [instruction] : [{ kind: 'localLabel', number: Number(number) }, instruction];
}

/** `name = expression`, `.set name, expression`; `.` is no name. */
const ASSIGNMENT = /^(?:([A-Za-z_.][\w.$]*)[ \t]*=(?!=)|\.set[ \t]+([A-Za-z_.][\w.$]*)[ \t]*,)(.*)$/s;

function assignment(text: string): Statement[] | undefined {
  const [, plain, set, expression = ''] = ASSIGNMENT.exec(text) ?? [];
  const name = plain ?? set;
  if (name === undefined || name === '.') return undefined;
  const value = quickExpression(expression);
  return value && [{ kind: 'assign', name, value, once: false }];
}

function quickOperands(text: string, start: number): Operand[] | undefined {
  const operands: Operand[] = [];
  for (let at = start; at < text.length; ) {
    OPERAND.lastIndex = at;
    const match = OPERAND.exec(text);
    const end = match === null ? operandEnd(text, at) : OPERAND.lastIndex;
    const operand = match === null ? withExpression(text.slice(at, end)) : quickOperand(match);
    if (operand === undefined) return undefined;
    operands.push(operand);
    at = end;
    if (at === text.length) return operands;
    // A comma, and something behind it.
    at++;
    if (at === text.length) return undefined;
  }
  return operands;
}

/** The comma behind an operand, or the end. */
function operandEnd(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const char = text[at];
    if (char === '(') depth++;
    else if (char === ')') depth--;
    else if (char === ',' && depth === 0) return at;
  }
  return text.length;
}

/** segment, displacement, base, index, scale: with a register, which tells the parentheses from those of an expression. */
const ADDRESS = new RegExp(
  `^(?:%([c-gs]s):)?([^%]*?)(?:\\((?=[,%])(?:${REGISTER})?(?:,${REGISTER}(?:,([1248]))?)?\\))?$`,
);

/** A name in parentheses at the end may stand for a register. */
const NAMED_GROUP = /\([ \t]*[A-Za-z_.][\w.$]*[ \t]*\)$/;

/** An immediate or an address with an expression in it. */
function withExpression(text: string): Operand | undefined {
  if (text.startsWith('$')) {
    const value = quickExpression(text.slice(1));
    return value && { kind: 'immediate', value };
  }
  const match = ADDRESS.exec(text);
  if (match === null) return undefined;
  const [, segment, expression = '', base, index, scale] = match;
  if (NAMED_GROUP.test(expression)) return undefined;
  const disp = quickExpression(expression);
  if (disp === undefined || expression.trim() !== expression) return undefined;
  return memory({ segment, disp, base, index, scale, indirect: false });
}

interface AddressParts {
  readonly segment: string | undefined;
  readonly disp: Expr | undefined;
  readonly base: string | undefined;
  readonly index: string | undefined;
  readonly scale: string | undefined;
  readonly indirect: boolean;
}

function memory({ segment, disp, base, index, scale, indirect }: AddressParts): MemoryOperand {
  const operand: Mutable<MemoryOperand> = {
    kind: 'memory',
    scale: scale === undefined ? 1 : (Number(scale) as 1 | 2 | 4 | 8),
    indirect,
  };
  if (segment !== undefined) operand.segment = segment;
  if (disp !== undefined) operand.disp = disp;
  if (base !== undefined) operand.base = named(base);
  if (index !== undefined) operand.index = named(index);
  return operand;
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
  return withBraces(memory({ segment, disp, base, index, scale, indirect }), braces!);
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
