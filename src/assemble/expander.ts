/**
 * The state of macro expansion and what every directive does with it: read the next statement, push a text to be read
 * before the rest, give up. expand.ts drives it; expand-directives.ts are the directives.
 *
 * The subtle invariant: a text that ends closes the conditionals that were opened in it.
 */
import { type Diagnostic, error, type Place } from '../base/diagnostics.ts';
import { type Conditional, unwind } from './conditional.ts';
import {
  type Frame,
  frame,
  MAX_EXPANDED_LINES,
  MAX_EXPANDED_TEXT,
  MAX_NESTING,
  nextSegment,
  type Segment,
  type StatementText,
  statementsOf,
} from './frames.ts';
import type { ExpandHost, FilePort } from './logical-line.ts';
import type { Alternate, Formal } from './macro-arguments.ts';
import { scrub, scrubText } from './scrub.ts';
import type { SourceLine } from './source.ts';
import { type Cut, cut, join, type Substitution, substitute } from './substitute.ts';

export interface Macro {
  readonly name: string;
  readonly formals: readonly Formal[];
  readonly body: readonly SourceLine[];
  /** Where it is defined. */
  readonly span: SourceLine['span'];
  /** The lines of the body, cut for their parameters when they are first needed. */
  cuts?: readonly (Cut | 'anew')[];
}

/** Everything expansion remembers between two lines. */
export interface Expander {
  readonly host: ExpandHost;
  readonly files: FilePort | undefined;
  readonly includeDirs: readonly string[];
  readonly diagnostics: Diagnostic[];
  readonly frames: Frame[];
  readonly conditionals: Conditional[];
  /** By lower-case name. */
  readonly macros: Map<string, Macro>;
  /** After `.altmacro`. */
  alternate: Alternate | undefined;
  /** How many names `LOCAL` has made. */
  locals: number;
  /** Behind the last line of the file. */
  end: Place;
  /** `\@`: how many macro calls there have been. */
  calls: number;
  expandedLines: number;
  expandedText: number;
  /** A directive or call whose labels are carried out first. */
  waiting: Segment | undefined;
  /** `.end`, or an error after which nothing sensible follows. */
  ended: boolean;
}

/** The next statement, from whichever text is being read; undefined at the end of everything. */
export function read(expander: Expander): Segment | undefined {
  const { frames, conditionals, diagnostics } = expander;
  let last: Place | undefined;
  while (!expander.ended) {
    const top = frames[frames.length - 1];
    if (!top) return undefined;
    const segment = nextSegment(top);
    if (segment) {
      if (top.kind !== 'file' || frames.length > 1) countExpansion(expander, segment);
      if (expander.host.beginLine && top.kind !== 'file') listExpansion(expander, segment);
      return segment;
    }
    frames.pop();
    last = { span: top.lines.at(-1)?.span ?? { file: '', line: 0 }, chain: top.chain };
    const outermost = frames.length === 0;
    if (top.kind !== 'file' || outermost) {
      diagnostics.push(...unwind(conditionals, top.conditionals, outermost ? 'file' : 'macro', last));
    }
  }
  return undefined;
}

/** With the number of the file's line that it comes from, as GNU as lists it. */
function listExpansion({ host, frames }: Expander, { text }: Segment): void {
  const file = frames.findLast(({ kind }) => kind === 'file')!;
  const depth = frames.length - frames.indexOf(file) - 1;
  host.beginLine?.({ span: file.lines[Math.max(0, file.line - 1)]!.span, depth, text });
}

function countExpansion(expander: Expander, { text, place }: Segment): void {
  expander.expandedLines++;
  expander.expandedText += text.length;
  if (expander.expandedLines > MAX_EXPANDED_LINES) {
    fatal(expander, `more than ${MAX_EXPANDED_LINES} lines of expansion`, place);
  } else if (expander.expandedText > MAX_EXPANDED_TEXT) {
    fatal(expander, `more than ${MAX_EXPANDED_TEXT} characters of expansion`, place);
  }
}

export function fatal(expander: Expander, message: string, at: Place): void {
  expander.diagnostics.push({ ...error(message, at), fatal: true });
  expander.ended = true;
}

/** A line that a substitution changed is scrubbed again, as gas scrubs every expansion. */
export function substituteLine(line: SourceLine, substitution: Substitution): SourceLine {
  const text = substitute(line.text, substitution);
  return text === line.text ? line : scrubbed(text, line.span);
}

/** The lines of a call. */
export function bodyOf(macro: Macro, substitution: Substitution): readonly SourceLine[] {
  const { body } = macro;
  if (substitution.alternate !== undefined) return body.map((line) => substituteLine(line, substitution));
  macro.cuts ??= body.map(({ text }) => cut(text));
  const { cuts } = macro;
  return body.map((line, n) => {
    const pieces = cuts[n];
    if (pieces === undefined) return line;
    return pieces === 'anew' ? substituteLine(line, substitution) : scrubbed(join(pieces, substitution), line.span);
  });
}

const CACHE_LIMIT = 8192;

interface Scrubbed {
  readonly text: string;
  readonly statements: readonly StatementText[];
}

const scrubs = new Map<string, Scrubbed>();

/** Calls repeat what they put in. */
function scrubbed(substituted: string, span: SourceLine['span']): SourceLine {
  let known = scrubs.get(substituted);
  if (known === undefined) {
    const text = scrubText(substituted);
    known = { text, statements: statementsOf(text) };
    if (scrubs.size >= CACHE_LIMIT) scrubs.clear();
    scrubs.set(substituted, known);
  }
  return { text: known.text, span, statements: known.statements };
}

export function pushExpansion(
  expander: Expander,
  kind: 'macro' | 'repeat',
  rounds: number,
  linesOf: Frame['linesOf'],
  chain: Place['chain'],
  at: Place,
): void {
  let depth = 0;
  for (const open of expander.frames) if (open.kind !== 'file') depth++;
  if (depth >= MAX_NESTING) return fatal(expander, 'macros nested too deeply', at);
  expander.frames.push(frame(kind, rounds, linesOf, chain, expander.conditionals.length));
}

export function pushFile(expander: Expander, lines: readonly SourceLine[], chain: Place['chain'] = []): void {
  const last = lines.at(-1)?.span;
  if (expander.frames.length === 0 && last) expander.end = { span: { ...last, line: last.line + 1 }, chain: [] };
  const { value, diagnostics } = scrub(lines);
  expander.diagnostics.push(...diagnostics);
  const top = frame('file', 1, () => value, chain, expander.conditionals.length);
  const { host } = expander;
  if (host.beginLine) top.onLine = (span) => host.beginLine?.({ span, depth: 0 });
  expander.frames.push(top);
}
