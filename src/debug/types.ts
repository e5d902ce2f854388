/**
 * The types of a debugger's values, and how C and gdb spell them. Nothing here knows structs: what has no type of its own in a program
 * without debug information is an integer of 1, 2, 4 or 8 bytes, a pointer, or a symbol that stands for its address.
 */
import type { Width } from '../base/u64.ts';
import type { Field } from './register-fields.ts';

/**
 *   int       integers that print as numbers, gdb's `int8_t` and our `u8` among them
 *   char      bytes that print as `97 'a'`, and whose pointers and arrays print as strings
 *   pointer   `int *`
 *   code      `void (*)()`, what RIP holds; `function` is what it points to
 *   flags     registers with named bits, `[ ZF PF ]`; as numbers they are unsigned
 *   text      a code symbol, whose bits are its address; `data`: one for data whose size is none of an integer's
 *   void      no value
 */
export type TypeKind = 'int' | 'char' | 'pointer' | 'code' | 'function' | 'flags' | 'text' | 'data' | 'void';

export interface Type {
  /** As gdb's `whatis` has it. */
  readonly name: string;
  /** Bytes; 1 for `void` and functions, as in gdb's arithmetic on their pointers. */
  readonly size: Width;
  readonly signed: boolean;
  readonly kind: TypeKind;
  /** What a `pointer` points to. */
  readonly pointee?: Type;
  /** The named bits of `flags`. */
  readonly fields?: readonly Field[];
}

const type = (name: string, size: Width, signed: boolean, kind: TypeKind = 'int'): Type => ({
  name,
  size,
  signed,
  kind,
});

export const CHAR = type('char', 1, true, 'char');
export const INT = type('int', 4, true);
export const UINT = type('unsigned int', 4, false);
export const LONG = type('long', 8, true);
export const ULONG = type('unsigned long', 8, false);
export const VOID = type('void', 1, false, 'void');
export const FUNCTION = type('void ()', 1, false, 'function');
export const CODE = type('void (*)()', 8, false, 'code');
export const TEXT_SYMBOL = type('<text variable, no debug info>', 8, false, 'text');
export const DATA_SYMBOL = type('<data variable, no debug info>', 8, false, 'data');

/** Unsigned integers by size, by the kernel's names. */
export const UNSIGNED: Readonly<Record<Width, Type>> = {
  1: type('u8', 1, false),
  2: type('u16', 2, false),
  4: type('u32', 4, false),
  8: type('u64', 8, false),
};

/** What registers of a size are in gdb's description of the machine, and the elements that `x` shows. */
export const REGISTER_INT: Readonly<Record<Width, Type>> = {
  1: type('int8_t', 1, true),
  2: type('int16_t', 2, true),
  4: type('int32_t', 4, true),
  8: type('int64_t', 8, true),
};

export const flagsType = (name: string, size: Width, fields: readonly Field[]): Type => ({
  ...type(name, size, false, 'flags'),
  fields,
});

export function pointerTo(pointee: Type): Type {
  if (pointee.kind === 'function') return CODE;
  const { name } = pointee;
  return { name: `${name}${name.endsWith('*') ? '*' : ' *'}`, size: 8, signed: false, kind: 'pointer', pointee };
}

export const VOID_POINTER = pointerTo(VOID);

/** Numbers, for arithmetic: integers, characters and flags. */
export const isIntegral = ({ kind }: Type): boolean => kind === 'int' || kind === 'char' || kind === 'flags';

/** Whether a value is an address: pointers, and symbols that stand for theirs. */
export const isAddress = ({ kind }: Type): boolean => !['int', 'char', 'flags', 'void'].includes(kind);

/** What a pointer, a code address or a symbol points to; undefined for anything else. */
export function pointeeOf(of: Type): Type | undefined {
  if (of.kind === 'pointer') return of.pointee;
  if (of.kind === 'code') return FUNCTION;
  return of.kind === 'text' || of.kind === 'data' ? of : undefined;
}

/** Distance of neighbours in an array; what is only an address counts in bytes. */
export const strideOf = ({ kind, size }: Type): bigint =>
  BigInt(kind === 'function' || kind === 'text' || kind === 'data' ? 1 : size);

// Names

const TYPEDEFS: ReadonlyMap<string, Type> = new Map(
  [
    ...Object.values(UNSIGNED),
    ...Object.values(REGISTER_INT),
    ...([1, 2, 4, 8] as const).map((size) => type(`s${8 * size}`, size, true)),
    ...([1, 2, 4, 8] as const).map((size) => type(`uint${8 * size}_t`, size, false)),
    type('size_t', 8, false),
    type('ssize_t', 8, true),
    type('uintptr_t', 8, false),
    type('intptr_t', 8, true),
  ].map((t) => [t.name, t]),
);

/** Without effect here, and not part of the name. */
const QUALIFIERS: ReadonlySet<string> = new Set(['const', 'volatile']);

/** `const`, `volatile`, which may also stand behind a star. */
export const isQualifier = (word: string): boolean => QUALIFIERS.has(word);

const WORDS: ReadonlySet<string> = new Set(['char', 'short', 'int', 'long', 'signed', 'unsigned', 'void']);

/** Whether a word can begin the name of a type. */
export const isTypeWord = (word: string): boolean => WORDS.has(word) || TYPEDEFS.has(word) || isQualifier(word);

/** Whether the word is a type by itself, as `u64` and `void` are. */
export const isTypedef = (word: string): boolean => TYPEDEFS.has(word);

/** The type that words without stars name (`long`, `unsigned`, `int`), in any order that C permits; undefined: none. */
export function typeOfWords(all: readonly string[]): Type | undefined {
  const words = all.filter((word) => !isQualifier(word));
  const [first] = words;
  if (first === undefined) return undefined;
  if (words.length === 1) {
    const whole = first === 'void' ? VOID : TYPEDEFS.get(first);
    if (whole) return whole;
  }
  const count = (word: string): number => words.filter((w) => w === word).length;
  const [char, short, int, long] = [count('char'), count('short'), count('int'), count('long')];
  const [signs, unsigned] = [count('signed') + count('unsigned'), count('unsigned') > 0];
  if (words.some((w) => !WORDS.has(w) || w === 'void') || signs > 1 || int > 1 || short > 1 || long > 2 || char > 1)
    return undefined;
  if ((char && (short || int || long)) || (short && long)) return undefined;
  const prefix = unsigned ? 'unsigned ' : '';
  if (char) return signs ? type(`${prefix || 'signed '}char`, 1, !unsigned, 'char') : CHAR;
  if (short) return type(`${prefix}short`, 2, !unsigned);
  if (long) return type(`${prefix}${long === 2 ? 'long long' : 'long'}`, 8, !unsigned);
  return unsigned ? UINT : INT;
}
