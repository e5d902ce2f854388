/**
 * The state of the preprocessor: the stack of files being read, the stack of token lists being rescanned, the names, and
 * what is being done (a directive, the arguments of a call, a skipped group). Everything in cpp-*.ts takes it first.
 *
 * The subtle invariant: tokens come from the file only while no token list is left (`context` is undefined), and a
 * directive is seen only there.
 */
import { type Diagnostic, error, type Invocation, type Place, warning } from '../base/diagnostics.ts';
import type { CppName, CppToken } from './cpp-tokens.ts';
import type { FilePort } from './logical-line.ts';

/** An `#if` and its likes that are open in a file. */
export interface Conditional {
  readonly line: number;
  /** It stands in a group that is skipped. */
  readonly wasSkipping: boolean;
  /** A group has been taken, so that no other will. */
  taken: boolean;
  /** Its latest directive: `ifdef`, `elif`, `else`. */
  last: string;
  /** The name of `#ifndef NAME` when it is the first thing in its file. */
  readonly guard: CppName | undefined;
}

/** A file as it was read, once for each path. */
export interface CppFile {
  readonly path: string;
  readonly text: string;
  /** The name of the macro that its whole contents depend on not being defined. */
  guard: CppName | undefined;
  /** `#pragma once` or `#import`. */
  once: boolean;
  /** How often it has been read. */
  reads: number;
}

/** A file being read. `cur` to `end` of `line` is what is left of the line, continuations joined. */
export interface CppBuffer {
  readonly file: CppFile;
  readonly text: string;
  /** Index in the search path behind which `#include_next` goes on; -1: beside the including file. */
  readonly searched: number;
  /** From a system directory. */
  system: boolean;
  readonly conditionals: Conditional[];
  /** The including file's place, for diagnostics. */
  readonly chain: readonly Invocation[];
  line: string;
  cur: number;
  end: number;
  /** Where columns count from. */
  lineStart: number;
  /** Offset of the next line in `text`. */
  next: number;
  /** Number of the current line, and of the one behind it; `#line` shifts both. */
  lineNumber: number;
  nextLineNumber: number;
  /** The name that `#line` gave. */
  fileName: string;
  needLine: boolean;
  /** Offsets in `line` where continued lines were joined. */
  joins: readonly number[];
  /** How many of them lie before `cur`. */
  passed: number;
  /** Cached offset of the first comment's start at or behind `next`. */
  comment: number;
  /** Include guard detection: nothing seen yet; nothing behind the guarded group; no guard. */
  guardState: 'fresh' | 'inside' | 'closed' | 'none';
  guard: CppName | undefined;
}

/** A token list being rescanned: a macro's expansion, an argument, or tokens that were put back. */
export interface Context {
  readonly prev: Context | undefined;
  readonly macro: CppName | undefined;
  readonly tokens: readonly CppToken[];
  /** The line of the outermost call, for tokens that are a macro's own (their line is 0). */
  readonly line: number;
  at: number;
}

export interface CppReader {
  readonly files: FilePort;
  readonly baseFile: string;
  /** How many of `includeDirs` are for `"…"` only. */
  readonly quoteDirs: number;
  readonly includeDirs: readonly SearchDir[];
  readonly names: Map<string, CppName>;
  readonly known: Map<string, CppFile | undefined>;
  readonly diagnostics: Diagnostic[];
  readonly buffers: CppBuffer[];
  readonly pushed: Map<string, CppName['macro'][]>;
  /** `#assert NAME(ANSWER)`: the answers by name. */
  readonly assertions: Map<string, Set<string>>;
  buffer: CppBuffer | undefined;
  context: Context | undefined;
  /** Tokens of the file that were put back. */
  readonly ahead: CppToken[];
  skipping: boolean;
  inDirective: boolean;
  /** 0: no; 1: looking for the parenthesis of a call; 2: reading its arguments. */
  parsingArgs: 0 | 1 | 2;
  preventExpansion: number;
  /** `<` begins a header's name. */
  angledHeaders: boolean;
  /** Whether `#if` is in a part of its expression that has no effect. */
  skipEvaluation: boolean;
  /** `__VA_ARGS__` and `__VA_OPT__` are expected here. */
  variadicAllowed: boolean;
  counter: number;
  includes: number;
  /** Nested expansions of arguments. */
  depth: number;
  /** What expansions may still produce, and the present one. */
  budget: number;
  callBudget: number;
  stopped: boolean;
  /** A directive may stand where `#` begins a line; false: it is none, and the line is text. */
  readonly directive: (reader: CppReader, hash: CppToken) => boolean;
  /** A line begins in the output with this token. */
  readonly lineChange: (reader: CppReader, first: CppToken) => void;
  readonly fileChange: (reader: CppReader, why: 'enter' | 'leave' | 'rename', line: number) => void;
}

export interface SearchDir {
  readonly path: string;
  readonly system: boolean;
}

/**
 * Tokens that one call may produce, and all together, more for each character that is read: a few definitions can ask for
 * 2^60. Small integers throughout: a fraction would give the reader another shape and its readers' code away.
 */
export const TOKENS_OF_A_CALL = 1 << 20;
export const TOKEN_BUDGET = 1 << 21;
const TOKENS_PER_CHARACTER = 64;
const MAX_BUDGET = 2 ** 30 - 1;

export function allowMore(reader: CppReader, characters: number): void {
  reader.budget = Math.min(reader.budget + characters * TOKENS_PER_CHARACTER, MAX_BUDGET);
}

export const nameOf = (reader: CppReader, text: string): CppName => {
  const known = reader.names.get(text);
  if (known) return known;
  const made: CppName = { text, macro: undefined, disabled: false, poisoned: false };
  reader.names.set(text, made);
  return made;
};

/** The place of a line in the file that is being read. */
export const placeAt = ({ buffer }: CppReader, line?: number): Place => ({
  span: buffer ? { file: buffer.fileName, line: line ?? buffer.lineNumber } : { file: '<command-line>', line: 0 },
  chain: buffer?.chain ?? [],
});

export function complain(reader: CppReader, message: string, line?: number): void {
  reader.diagnostics.push(error(message, placeAt(reader, line)));
}

export function warn(reader: CppReader, message: string, line?: number): void {
  reader.diagnostics.push(warning(message, placeAt(reader, line)));
}

/** Charges an expansion; false when it has used up what there is: then nothing more is read. */
export function charge(reader: CppReader, cost: number): boolean {
  reader.budget -= cost;
  reader.callBudget -= cost;
  if (reader.budget >= 0 && reader.callBudget >= 0) return !reader.stopped;
  stop(reader, 'macros expand to too much text');
  return false;
}

/** The line that `__LINE__` stands for, and that complaints about an expansion name. */
export const originLine = ({ context, buffer }: CppReader, line: number): number =>
  line || (context?.line ?? buffer?.lineNumber ?? 0);

/** An error after which nothing sensible follows. */
export function stop(reader: CppReader, message: string): void {
  if (reader.stopped) return;
  complain(reader, message);
  reader.stopped = true;
}
