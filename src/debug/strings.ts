/**
 * Characters and strings as gdb 13 prints them (gdb/valprint.c, generic_printstr and val_print_string): `97 'a'`,
 * `"ab", 'x' <repeats 20 times>...`.
 */

import { truncate } from '../base/u64.ts';
import * as cpuModel from '../cpu/cpu.ts';
import type { Machine } from '../machine/machine.ts';
import { cannotAccess } from './values.ts';

/** gdb's `print elements` and `print repeats`. */
export const MOST_ELEMENTS = 200;
export const MOST_REPEATS = 10;

const ESCAPES: Readonly<Record<number, string>> = {
  7: '\\a',
  8: '\\b',
  9: '\\t',
  10: '\\n',
  11: '\\v',
  12: '\\f',
  13: '\\r',
  92: '\\\\',
};

function escaped(byte: number, quote: string): string {
  const known = ESCAPES[byte];
  if (known !== undefined) return known;
  if (byte < 0x20 || byte > 0x7e) return `\\${byte.toString(8).padStart(3, '0')}`;
  const character = String.fromCharCode(byte);
  return character === quote ? `\\${quote}` : character;
}

/** `'a'`, `'\n'`, `'\000'`. */
export const characterText = (byte: number): string => `'${escaped(byte, "'")}'`;

/** Bytes in quotes, runs of more than ten apart from the rest. `goesOn`: there would be more of them. */
export function quotedText(bytes: Uint8Array, goesOn: boolean): string {
  const parts: string[] = [];
  let open = '';
  let i = 0;
  while (i < bytes.length && i < MOST_ELEMENTS) {
    let end = i + 1;
    while (end < bytes.length && bytes[end] === bytes[i]) end++;
    const repeats = end - i;
    if (repeats > MOST_REPEATS) {
      if (open !== '') parts.push(`"${open}"`);
      open = '';
      parts.push(`${characterText(bytes[i]!)} <repeats ${repeats} times>`);
    } else open += escaped(bytes[i]!, '"').repeat(repeats);
    i = end;
  }
  if (open !== '' || parts.length === 0) parts.push(`"${open}"`);
  return parts.join(', ') + (goesOn || i < bytes.length ? '...' : '');
}

/** An array of char: a null at its very end is not shown. */
export const arrayText = (bytes: Uint8Array): string =>
  quotedText(bytes.at(-1) === 0 ? bytes.subarray(0, -1) : bytes, false);

export interface StringInMemory {
  readonly text: string;
  /** Bytes that it takes, the null included if it came. */
  readonly length: number;
}

/** The string at an address, to its null or as many characters as are shown; what can't be read ends it with an error. */
export function stringAt({ cpu }: Machine, address: bigint): StringInMemory {
  const bytes: number[] = [];
  const byteAt = (i: number): number | undefined => cpuModel.readLinear(cpu, truncate(address + BigInt(i), 8), 1)?.[0];
  while (bytes.length < MOST_ELEMENTS) {
    const byte = byteAt(bytes.length);
    if (byte === undefined) {
      const error = `<error: ${cannotAccess(address + BigInt(bytes.length))}>`;
      const shown = bytes.length > 0 ? quotedText(Uint8Array.from(bytes), false) : '';
      return { text: shown + error, length: bytes.length };
    }
    if (byte === 0) return { text: quotedText(Uint8Array.from(bytes), false), length: bytes.length + 1 };
    bytes.push(byte);
  }
  const next = byteAt(bytes.length);
  return { text: quotedText(Uint8Array.from(bytes), next !== undefined && next !== 0), length: bytes.length };
}
