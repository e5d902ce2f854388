/**
 * Values as gdb 13 prints them, and the commands `print` and `output` (gdb/printcmd.c, print_scalar_formatted; gdb/c-valprint.c).
 *
 * In: a value, or the text behind the command. Out: gdb's line. A format letter makes a number of anything; without one the type decides.
 */
import { truncate, type Width } from '../base/u64.ts';
import type { Result } from '../lab/expression.ts';
import { evaluate, type Scope } from './evaluate.ts';
import { parseDebugExpression } from './expression.ts';
import { floatText } from './floats.ts';
import { type Format, parseFormat, SIZES, singleFormatProblem } from './formats.ts';
import { attempt, demand, Mistake } from './mistake.ts';
import { addressText } from './names.ts';
import { textOfFields } from './register-fields.ts';
import { arrayText, characterText, MOST_ELEMENTS, MOST_REPEATS, stringAt } from './strings.ts';
import { isVoid, numberOf, type Value } from './values.ts';

export { parseFormat } from './formats.ts';

/** What is needed of a scope to print: addresses have names, pointers to char strings. */
export type PrintScope = Pick<Scope, 'machine'>;

/**
 * A value as text. `letter` is one of x d u o t z c a f s, and for any other gdb's message comes instead; a `size` pads numbers in x
 * and t to it, as the command `x` does.
 */
export function formatValue(value: Value, format: Partial<Format>, scope: PrintScope): string {
  const text = attempt(() => render(value, format, scope));
  return text.ok ? text.value : text.message;
}

/** The same, with letters that mean nothing as a Mistake. */
export function render(value: Value, { letter, size }: Partial<Format>, scope: PrintScope): string {
  return prefixOf(value, letter) + bodyText(value, { ...(letter && { letter }), ...(size && { size }) }, scope);
}

/** `(int *) ` before pointers, but for those to char, and only where the value isn't printed by a letter. */
function prefixOf({ type, elements }: Value, letter: string | undefined): string {
  if (elements !== undefined || (letter !== undefined && letter !== 's')) return '';
  if (type.kind === 'pointer') return type.pointee?.name === 'char' ? '' : `(${type.name}) `;
  return type.kind === 'code' ? `(${type.name}) ` : '';
}

type Shape = Pick<Format, 'letter' | 'size'>;

function bodyText(value: Value, shape: Shape, scope: PrintScope): string {
  const { elements, type } = value;
  if (elements !== undefined) return elementsText(value, elements, shape, scope);
  if (isVoid(value)) return 'void';
  if (shape.letter === undefined || shape.letter === 's') return naturalText(value, scope);
  return scalarText(truncate(value.bits, type.size), value, shape, scope);
}

// By type

function naturalText(value: Value, { machine }: PrintScope): string {
  const { type, bits } = value;
  switch (type.kind) {
    case 'int':
      return String(numberOf(value));
    case 'char':
      return charText(value);
    case 'flags':
      return textOfFields(type.fields ?? [], bits);
    case 'function':
    case 'text':
    case 'data':
      return `{${type.name}} ${addressText(machine, bits)}`;
    case 'code':
      return addressText(machine, bits);
    case 'pointer': {
      const address = addressText(machine, bits);
      return type.pointee?.kind === 'char' && bits !== 0n ? `${address} ${stringAt(machine, bits).text}` : address;
    }
    default:
      return 'void';
  }
}

const charText = (value: Value): string => `${numberOf(value)} ${characterText(Number(value.bits & 0xffn))}`;

// By letter

function scalarText(bits: bigint, value: Value, { letter, size }: Shape, { machine }: PrintScope): string {
  const { type } = value;
  const width: Width = size === undefined ? type.size : SIZES[size];
  const signed = BigInt.asIntN(8 * type.size, bits);
  switch (letter) {
    case 'x':
      return `0x${bits.toString(16).padStart(size === undefined ? 1 : 2 * width, '0')}`;
    case 'z':
      return `0x${bits.toString(16).padStart(2 * width, '0')}`;
    case 'd':
      return String(signed);
    case 'u':
      return String(bits);
    case 'o':
      return bits === 0n ? '0' : `0${bits.toString(8)}`;
    case 't':
      return bits.toString(2).padStart(size === undefined ? 1 : 8 * width, '0');
    case 'c':
      return charText({ type: { name: 'char', kind: 'char', size: 1, signed: type.signed }, bits: bits & 0xffn });
    case 'a':
      return addressText(machine, truncate(numberOf(value), 8));
    case 'f':
      return type.size === 4 || type.size === 8 ? floatText(bits, type.size) : String(numberOf(value));
    default:
      throw new Mistake(`Undefined output format "${letter}".`);
  }
}

// Arrays

function elementsText(value: Value, elements: readonly Value[], shape: Shape, scope: PrintScope): string {
  const { type } = value;
  const natural = shape.letter === undefined || shape.letter === 's';
  if (natural && (type.kind === 'char' || (shape.letter === 's' && type.kind === 'int' && type.size === 1)))
    return arrayText(Uint8Array.from(elements, ({ bits }) => Number(bits)));
  const texts: string[] = [];
  let shown = 0;
  let i = 0;
  while (i < elements.length && shown < MOST_ELEMENTS) {
    let end = i + 1;
    while (end < elements.length && elements[end]!.bits === elements[i]!.bits) end++;
    const text = bodyText(elements[i]!, shape, scope);
    if (end - i > MOST_REPEATS) {
      texts.push(`${text} <repeats ${end - i} times>`);
      shown += MOST_REPEATS;
      i = end;
    } else {
      texts.push(text);
      shown++;
      i++;
    }
  }
  return `{${texts.join(', ')}${i < elements.length ? '...' : ''}}`;
}

// Commands

/** The value and format that `[/FMT] EXPR` asks for; without an expression the last value of the history. */
function asked(text: string, command: string, scope: Scope): { readonly value: Value; readonly shape: Shape } {
  const trimmed = text.trim();
  let shape: Shape = {};
  let expression = trimmed;
  if (trimmed.startsWith('/')) {
    const { format, rest } = parseFormat(trimmed.slice(1));
    const problem = singleFormatProblem(format, command);
    if (problem !== undefined) throw new Mistake(problem);
    const letter = format.letter ?? scope.formats?.letter;
    if (scope.formats) scope.formats.letter = letter;
    shape = letter === undefined ? {} : { letter };
    expression = rest;
  }
  if (expression === '' && command === 'output') throw new Mistake('Argument required (expression to compute).');
  const node = demand(parseDebugExpression(expression === '' ? '$' : expression));
  return { value: demand(evaluate(node, scope)), shape };
}

/** Of where a value came from the history keeps memory only. */
export function recordValue(value: Value, { history }: Scope): number {
  const { place, ...rest } = value;
  return history.push(place?.kind === 'memory' ? value : rest);
}

/** `print`, what follows it in: `$1 = 5` out, and into the history. An unknown letter is found out with the number given away, as in gdb. */
export function printCommand(text: string, scope: Scope): Result<string> {
  return attempt(() => {
    const { value, shape } = asked(text, 'print', scope);
    const number = recordValue(value, scope);
    const shown = attempt(() => render(value, shape, scope));
    if (!shown.ok) throw new Mistake(`$${number} = ${shown.message}`);
    return `$${number} = ${shown.value}`;
  });
}

/** `output`: the value alone, nothing remembered, no end of line. */
export function outputCommand(text: string, scope: Scope): Result<string> {
  return attempt(() => {
    const { value, shape } = asked(text, 'output', scope);
    return render(value, shape, scope);
  });
}

/** `formatValue`, with a letter that means nothing as a mistake. */
export const printText = (value: Value, format: Partial<Format>, scope: PrintScope): Result<string> =>
  attempt(() => render(value, format, scope));
