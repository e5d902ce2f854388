/**
 * Where the next statement comes from: a stack of texts being read (the file, included files, macro expansions and
 * repetitions), as gas's input_scrub_include_sb keeps. In go lines, out come single statements with their places.
 *
 * The subtle invariant: everything is read lazily, a statement at a time and a repetition at a time, since what has
 * been read may define what comes next; and everything expanded is counted, so no input runs forever.
 */
import type { Invocation, Place, Span } from '../base/diagnostics.ts';
import { splitSegments } from './scrub.ts';
import type { SourceLine } from './source.ts';
import type { TextDirective } from './text-directive.ts';

/** A statement cut into its parts; what it is by itself, before macros. */
export interface StatementParts {
  readonly labels: string;
  /** In lower case. */
  readonly name: string;
  readonly rest: string;
  readonly isAssignment: boolean;
  readonly directive: TextDirective | undefined;
}

/** A statement as its line has it; expand.ts leaves the parts here for the next time that the line is read. */
export interface StatementText {
  readonly text: string;
  parts: StatementParts | undefined;
}

/** One statement with its labels. */
export interface Segment {
  readonly statement: StatementText;
  readonly text: string;
  readonly place: Place;
  /** A `;` follows it, and the rest of its line. */
  readonly joined: boolean;
}

export interface Frame {
  readonly kind: 'file' | 'macro' | 'repeat';
  readonly chain: readonly Invocation[];
  readonly rounds: number;
  /** The scrubbed lines of one round. */
  readonly linesOf: (round: number) => readonly SourceLine[];
  /** How many conditionals were open when this text was begun. */
  readonly conditionals: number;
  round: number;
  lines: readonly SourceLine[];
  line: number;
  segments: readonly StatementText[];
  segment: number;
  /** Told of each line as it is begun. */
  onLine?: (span: Span) => void;
}

/** gas's max_macro_nest: the hundredth nested expansion is the last. */
export const MAX_NESTING = 100;
/** `.include` within `.include`. */
export const MAX_INCLUDES = 200;
/** Lines that macros, repetitions and includes may produce in one assembly. */
export const MAX_EXPANDED_LINES = 1 << 20;
/** Characters that they may produce. */
export const MAX_EXPANDED_TEXT = 1 << 23;

export const frame = (
  kind: Frame['kind'],
  rounds: number,
  linesOf: Frame['linesOf'],
  chain: readonly Invocation[],
  conditionals: number,
): Frame => ({
  kind,
  chain,
  rounds,
  linesOf,
  conditionals,
  round: 0,
  lines: [],
  line: 0,
  segments: [],
  segment: 0,
});

const NONE: readonly StatementText[] = [];

/** The statements of a scrubbed line. A blank behind a lone mnemonic stays: GNU as quotes it. */
export function statementsOf(line: string): readonly StatementText[] {
  const texts = line.includes(';') ? splitSegments(line) : [line];
  const statements: StatementText[] = [];
  for (const part of texts) {
    const text = part.trimStart();
    if (text !== '') statements.push({ text, parts: undefined });
  }
  return statements.length === 0 ? NONE : statements;
}

/** The next statement of a frame, blank ones left out; undefined at its end. */
export function nextSegment(top: Frame): Segment | undefined {
  for (;;) {
    if (top.segment < top.segments.length) {
      const statement = top.segments[top.segment++]!;
      const { span } = top.lines[top.line - 1]!;
      const place = { span, chain: top.chain };
      return { statement, text: statement.text, place, joined: top.segment < top.segments.length };
    }
    if (top.line < top.lines.length) {
      const line = top.lines[top.line++]!;
      top.onLine?.(line.span);
      line.statements ??= statementsOf(line.text);
      top.segments = line.statements;
      top.segment = 0;
    } else if (top.round < top.rounds) {
      top.lines = top.linesOf(top.round++);
      top.line = 0;
    } else return undefined;
  }
}
