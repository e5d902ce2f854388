/**
 * The boundary between text and statements: what macro expansion yields, and what it asks of the assembler while it
 * does. Expansion is lazy, one logical line at a time, because `.if` and `.rept` see every symbol defined above them.
 */
import type { Place } from '../base/diagnostics.ts';
import type { ReadLine } from './listing.ts';
import type { Expr } from './statement.ts';

/** One line after comments, conditionals and macros are gone: labels and statements separated by `;`. Never blank. */
export interface LogicalLine {
  readonly text: string;
  readonly place: Place;
}

/** What conditionals and repetitions need to know of the symbols defined so far. */
export interface ExpandHost {
  /** The value of an absolute expression; undefined when it is not absolute here and now. */
  evaluate(expr: Expr, at?: Place): bigint | undefined;
  /** What an expression adds to a symbol. */
  addend?(expr: Expr, at?: Place): bigint | undefined;
  /** Whether `.ifdef name` holds. */
  isDefined(name: string): boolean;
  /** Whether the assembler has a directive of that name, which no macro may take. */
  isDirective?(name: string): boolean;
  /** Takes what `.print` says. */
  print?(text: string): void;
  /** Told of each line before anything of it is carried out, for listings. */
  beginLine?(line: ReadLine): void;
}

/** File access is a port, so that the assembler runs in a browser too. */
export interface FilePort {
  /** The bytes of a file; undefined when there is no such file. */
  read(path: string): Uint8Array | undefined;
}
