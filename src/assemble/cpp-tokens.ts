/**
 * Preprocessing tokens (C11 6.4) as GCC's cpplib has them for assembler (lang CLK_ASM): plain data, made by cpp-lex.ts
 * and never written to once others may hold them. Padding stands between tokens where an expansion began or ended: it
 * has no spelling, and tells the printer whose white space counts.
 *
 * The subtle invariant: two tokens that come out side by side without having stood so in the source are kept apart by
 * a blank where they would read as one (`avoidsPaste`).
 */
import type { CppMacro } from './cpp-macro.ts';

export const KIND = {
  name: 0,
  number: 1,
  string: 2,
  char: 3,
  /** An operator or punctuator. */
  operator: 4,
  /** `<file>` behind `#include`. */
  header: 5,
  /** What is no token of C: `$`, `@`, a backslash, a quote that nothing closes with the rest of its line. */
  other: 6,
  padding: 7,
  /** In a macro's body: a parameter. */
  parameter: 8,
  eof: 9,
  /** A `_Pragma` that has been carried out: the text goes on in a new line. */
  pragma: 10,
} as const;

export type Kind = (typeof KIND)[keyof typeof KIND];

export const FLAG = {
  /** White space stands before it. */
  white: 1,
  /** First of its line. */
  lineStart: 2,
  /** In a body: `##` follows. */
  pasteLeft: 4,
  /** In a body: a parameter behind `#`. */
  stringify: 8,
  /** It has met its own expansion and is never expanded again (C11 6.10.3.4). */
  noExpand: 16,
  /** White space stood before the `##` behind it, or between `#` and it; redefinitions are compared by it. */
  innerWhite: 32,
} as const;

/** An identifier and what it means now: one object for each spelling. */
export interface CppName {
  readonly text: string;
  macro: CppMacro | undefined;
  /** Its expansion is being read. */
  disabled: boolean;
  poisoned: boolean;
}

export interface CppToken {
  readonly kind: Kind;
  readonly flags: number;
  readonly text: string;
  /** Where it stands, `#line` obeyed; columns count from 1. */
  readonly line: number;
  readonly column: number;
  readonly name: CppName | undefined;
  /** Of a parameter: its index. */
  readonly parameter: number;
  /** Of padding: the token whose white space counts. */
  readonly source: CppToken | undefined;
}

export const token = (
  kind: Kind,
  flags: number,
  text: string,
  line: number,
  column: number,
  name: CppName | undefined,
): CppToken => ({ kind, flags, text, line, column, name, parameter: 0, source: undefined });

export const withFlags = (of: CppToken, flags: number): CppToken => ({
  kind: of.kind,
  flags,
  text: of.text,
  line: of.line,
  column: of.column,
  name: of.name,
  parameter: of.parameter,
  source: of.source,
});

export const padding = (source: CppToken | undefined): CppToken => ({
  kind: KIND.padding,
  flags: 0,
  text: '',
  line: 0,
  column: 0,
  name: undefined,
  parameter: 0,
  source,
});

/** Padding behind an expansion or argument. */
export const APART: CppToken = padding(undefined);

/** The end of an argument that is being expanded. */
export const ARGUMENT_END: CppToken = token(KIND.eof, 0, '', 0, 0, undefined);

/** Operators that `=` would make another one of. */
const BEFORE_EQUALS = new Set(['=', '!', '>', '<', '+', '-', '*', '/', '%', '&', '|', '^', '>>', '<<']);

/** Other characters that an operator would read as one with. */
const BEFORE: ReadonlyMap<string, string> = new Map([
  ['>', '>'],
  ['<', '<%:'],
  ['+', '+'],
  ['-', '->'],
  ['/', '/*'],
  ['%', ':%'],
  ['&', '&'],
  ['|', '|'],
  [':', ':>'],
  ['->', '*'],
  ['.', '.%'],
  ['#', '#%'],
]);

/** Whether a blank has to keep two tokens apart, as cpplib's cpp_avoid_paste decides. */
export function avoidsPaste(left: CppToken, right: CppToken): boolean {
  const first = right.kind === KIND.operator ? right.text.charAt(0) : '';
  switch (left.kind) {
    case KIND.name:
      if (right.kind === KIND.number) return /^\w+$/.test(right.text);
      return right.kind === KIND.name || isNarrow(right, KIND.char) || isNarrow(right, KIND.string);
    case KIND.number:
      return (
        right.kind === KIND.number ||
        right.kind === KIND.name ||
        isNarrow(right, KIND.char) ||
        first === '.' ||
        first === '+' ||
        first === '-'
      );
    case KIND.other:
      return left.text === '\\' && right.kind === KIND.name;
    case KIND.operator:
      if (first === '=' && BEFORE_EQUALS.has(left.text)) return true;
      if (left.text === '.' && right.kind === KIND.number) return true;
      return first !== '' && (BEFORE.get(left.text)?.includes(first) ?? false);
    default:
      return false;
  }
}

/** A literal without the `L` that nothing can be put before. */
const isNarrow = ({ kind, text }: CppToken, wanted: Kind): boolean => kind === wanted && !text.startsWith('L');
