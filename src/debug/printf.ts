/** `printf "…", a, b`: C's conversions for integers, characters, pointers and strings in memory. */
import * as cpuModel from '../cpu/cpu.ts';
import type { Result } from '../lab/expression.ts';
import { unescaped } from './commands/data.ts';
import { attempt, demand, Mistake } from './mistake.ts';
import { evaluateText, machineOf, type Session } from './session.ts';
import { cannotAccess, numberOf, type Value } from './values.ts';

const DIRECTIVE = /%([-+ #0]*)(\d+)?(?:\.(\d+))?(hh|h|ll|l|z|j|t)?([diuxXocsp%])/g;

export function formatText(argument: string, session: Session): Result<string> {
  return attempt(() => {
    const [, quoted, rest = ''] = /^\s*"((?:[^"\\]|\\.)*)"\s*(.*)$/s.exec(argument) ?? [];
    if (quoted === undefined) throw new Mistake('Bad format string');
    const values = splitArguments(rest).map((text) => demand(evaluateText(session, text)));
    let next = 0;
    const text = unescaped(quoted.replaceAll('\\%', '%')).replace(
      DIRECTIVE,
      (_, flags, width, precision, length, letter: string) => {
        if (letter === '%') return '%';
        const value = values[next++];
        if (!value) throw new Mistake('Wrong number of arguments for specified format-string');
        return pad(convert(session, value, { flags, precision, length, letter }), flags, width);
      },
    );
    if (next !== values.length) throw new Mistake('Wrong number of arguments for specified format-string');
    return text;
  });
}

interface Conversion {
  readonly flags: string;
  readonly precision: string | undefined;
  readonly length: string | undefined;
  readonly letter: string;
}

function convert(session: Session, value: Value, { flags, precision, length, letter }: Conversion): string {
  const bits = length === undefined ? 32 : length === 'h' ? 16 : length === 'hh' ? 8 : 64;
  const unsigned = BigInt.asUintN(bits, numberOf(value));
  const digits = (text: string): string => text.padStart(Number(precision ?? 1), '0');
  switch (letter) {
    case 'd':
    case 'i': {
      const number = BigInt.asIntN(bits, unsigned);
      const sign = number < 0n ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
      return sign + digits((number < 0n ? -number : number).toString());
    }
    case 'u':
      return digits(unsigned.toString());
    case 'x':
    case 'X': {
      const text = (flags.includes('#') && unsigned !== 0n ? '0x' : '') + digits(unsigned.toString(16));
      return letter === 'X' ? text.toUpperCase() : text;
    }
    case 'o':
      return (flags.includes('#') ? '0' : '') + digits(unsigned.toString(8));
    case 'c':
      return String.fromCharCode(Number(unsigned & 0xffn));
    case 'p':
      return value.bits === 0n ? '(nil)' : `0x${value.bits.toString(16)}`;
    default: {
      const text = value.elements ? constantText(value.elements) : stringOf(session, value.bits);
      return precision === undefined ? text : text.slice(0, Number(precision));
    }
  }
}

/** Of a string in quotes, up to its null. */
const constantText = (elements: readonly Value[]): string =>
  String.fromCharCode(...elements.map(({ bits }) => Number(bits & 0xffn))).replace(/\0.*$/s, '');

const MOST_CHARACTERS = 4096;

function stringOf(session: Session, address: bigint): string {
  const { cpu } = machineOf(session);
  let text = '';
  while (text.length < MOST_CHARACTERS) {
    const at = BigInt.asUintN(64, address + BigInt(text.length));
    const byte = cpuModel.readLinear(cpu, at, 1)?.[0];
    if (byte === undefined) throw new Mistake(cannotAccess(at));
    if (byte === 0) break;
    text += String.fromCharCode(byte);
  }
  return text;
}

function pad(text: string, flags: string, width: string | undefined): string {
  const columns = Math.min(Number(width ?? 0), 1000);
  if (flags.includes('-')) return text.padEnd(columns);
  if (!flags.includes('0')) return text.padStart(columns);
  const [, sign = '', digits = ''] = /^([-+ ]?(?:0x)?)(.*)$/s.exec(text) ?? [];
  return sign + digits.padStart(columns - sign.length, '0');
}

/** At commas outside of parentheses and quotes. */
function splitArguments(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = '';
  for (const character of text) {
    if (quote !== '') quote = character === quote ? '' : quote;
    else if (character === '"' || character === "'") quote = character;
    else if ('([{'.includes(character)) depth++;
    else if (')]}'.includes(character)) depth--;
    if (character === ',' && depth === 0 && quote === '') parts.push('');
    else if (parts.length > 0) parts[parts.length - 1] += character;
  }
  return parts.map((part) => part.trim());
}
