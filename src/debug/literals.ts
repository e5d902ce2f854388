/**
 * Numbers, characters and strings of expressions, as gdb 13 reads them (gdb/c-exp.y, parse_number and parse_string_or_char).
 */
import { Mistake } from './mistake.ts';
import { CHAR, INT, LONG, type Type, UINT, ULONG } from './types.ts';
import { makeValue, type Value } from './values.ts';

const NUMBER = /^(?:0[xX]([0-9a-fA-F]+)|0[bBtT]([01]+)|0[dD](\d+)|(0[0-7]*)|([1-9]\d*))([uUlL]{0,3})$/;

/** The value of `12`, `0x1f`, `017`, `0b101`, `5ul`; what is no integer is a mistake in gdb's words. */
export function parseNumber(text: string): Value {
  const match = NUMBER.exec(text);
  if (!match) throw new Mistake(`Invalid number "${text}".`);
  const [, hexadecimal, binary, prefixed, octal, decimal, suffix = ''] = match;
  const value = BigInt(
    hexadecimal !== undefined
      ? `0x${hexadecimal}`
      : binary !== undefined
        ? `0b${binary}`
        : octal !== undefined
          ? `0o${octal}`
          : (prefixed ?? decimal ?? '0'),
  );
  if (value >> 64n) throw new Mistake('Numeric constant too large.');
  const isDecimal = prefixed !== undefined || decimal !== undefined;
  return makeValue(typeOfNumber(value, suffix.toLowerCase(), isDecimal), value);
}

/** The first of C's types that holds the number; decimal ones become unsigned only where nothing else does. */
function typeOfNumber(value: bigint, suffix: string, isDecimal: boolean): Type {
  const [unsigned, long] = [suffix.includes('u'), suffix.includes('l')];
  const candidates = [
    ...(long ? [] : unsigned ? [UINT] : isDecimal ? [INT] : [INT, UINT]),
    ...(unsigned ? [] : [LONG]),
  ];
  return candidates.find(({ size, signed }) => value >> BigInt(8 * size - (signed ? 1 : 0)) === 0n) ?? ULONG;
}

const ESCAPES: Readonly<Record<string, number>> = { n: 10, t: 9, a: 7, b: 8, f: 12, v: 11, r: 13, e: 27 };

const ESCAPE = /\\(?:([0-7]{1,3})|x([0-9a-fA-F]+)|([\s\S]))/y;

/** Quoted text that begins at `at`: its bytes and where it ends; undefined when the quote isn't closed. */
export function readQuoted(
  text: string,
  at: number,
): { readonly bytes: readonly number[]; readonly end: number } | undefined {
  const quote = text[at];
  const bytes: number[] = [];
  for (let i = at + 1; i < text.length; ) {
    if (text[i] === quote) return { bytes, end: i + 1 };
    if (text[i] !== '\\') {
      const character = String.fromCodePoint(text.codePointAt(i)!);
      bytes.push(...new TextEncoder().encode(character));
      i += character.length;
      continue;
    }
    ESCAPE.lastIndex = i;
    const match = ESCAPE.exec(text);
    if (!match) return undefined;
    bytes.push(escapedByte(match));
    i = ESCAPE.lastIndex;
  }
  return undefined;
}

function escapedByte([, octal, hexadecimal, other = '']: RegExpExecArray): number {
  if (octal !== undefined) return Number.parseInt(octal, 8) & 0xff;
  if (hexadecimal !== undefined) return Number.parseInt(hexadecimal.slice(-2), 16);
  return ESCAPES[other] ?? other.charCodeAt(0) & 0xff;
}

export const characterValue = (byte: number): Value => makeValue(CHAR, BigInt(byte));

/** An array of char with a null at its end. */
export const stringValue = (bytes: readonly number[]): Value => ({
  bits: 0n,
  type: CHAR,
  elements: [...bytes, 0].map(characterValue),
});
