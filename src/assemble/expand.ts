/**
 * Macro expansion from text to text, as GNU as 2.40 does it (read.c, macro.c, cond.c): in go the lines of a file, out
 * come logical lines, one statement with its labels each, without macros, conditionals, repetitions and includes.
 *
 * The subtle invariant: the lines come lazily. Before asking for the next one, the caller has carried out the one
 * before, so that `.if` and `.rept` see each symbol as it stands at their line. `diagnostics` fills as lines are read.
 *
 * gas manual: 7.4x (.if), .macro, .rept, .irp, .irpc, .altmacro.
 */
import { type Diagnostic, error, type Place, warning } from '../base/diagnostics.ts';
import { isSkipping } from './conditional.ts';
import { DIRECTIVES } from './expand-directives.ts';
import { bodyOf, type Expander, type Macro, pushExpansion, pushFile, read } from './expander.ts';
import type { Segment, StatementParts, StatementText } from './frames.ts';
import type { ExpandHost, FilePort, LogicalLine } from './logical-line.ts';
import { readCall } from './macro-arguments.ts';
import type { SourceLine } from './source.ts';

export interface ExpandOptions {
  /** For `.include`; without it there are no files. */
  readonly files?: FilePort;
  readonly includeDirs?: readonly string[];
  /** Where diagnostics go, so that they stand between the caller's in the order of reading. */
  readonly diagnostics?: Diagnostic[];
}

export interface Expansion {
  readonly lines: Iterable<LogicalLine>;
  readonly diagnostics: readonly Diagnostic[];
}

export function expand(lines: readonly SourceLine[], host: ExpandHost, options: ExpandOptions = {}): Expansion {
  const expander: Expander = {
    host,
    files: options.files,
    includeDirs: options.includeDirs ?? [],
    diagnostics: options.diagnostics ?? [],
    frames: [],
    conditionals: [],
    macros: new Map(),
    alternate: undefined,
    locals: 0,
    end: { span: { file: '', line: 0 }, chain: [] },
    calls: 0,
    expandedLines: 0,
    expandedText: 0,
    waiting: undefined,
    ended: false,
  };
  return { lines: { [Symbol.iterator]: () => linesOf(expander, lines) }, diagnostics: expander.diagnostics };
}

/** By hand: generators within generators would cost a third of the expansion. */
function linesOf(expander: Expander, lines: readonly SourceLine[]): Iterator<LogicalLine> {
  pushFile(expander, lines);
  return {
    next: () => {
      const value = nextLine(expander);
      return value === undefined ? { done: true, value } : { done: false, value };
    },
  };
}

function nextLine(expander: Expander): LogicalLine | undefined {
  for (;;) {
    const { waiting } = expander;
    const segment = waiting ?? read(expander);
    expander.waiting = undefined;
    if (segment === undefined) return undefined;
    const line = perform(expander, segment, waiting !== undefined);
    if (line !== undefined) return line;
  }
}

/** Labels, and the word behind them: `foo: 1: .if x` → `foo: 1: `, `.if`, ` x`. */
const STATEMENT =
  /^((?:(?:[\w.$\u0080-\uffff]+|"(?:[^"\\]|\\.)*"):\s*)*)([A-Za-z_.$\u0080-\uffff][\w.$\u0080-\uffff]*)?(.*)$/s;

function partsOf(statement: StatementText): StatementParts {
  if (statement.parts !== undefined) return statement.parts;
  const [, labels = '', word = '', rest = ''] = STATEMENT.exec(statement.text) ?? [];
  const name = word.toLowerCase();
  const isAssignment = /^\s*=/.test(rest);
  const directive = isAssignment || !name.startsWith('.') ? undefined : DIRECTIVES.get(name);
  statement.parts = { labels, name, rest, isAssignment, directive };
  return statement.parts;
}

/** Carries out what is the text's own affair; the line for the caller, if it has to do with any: perhaps labels, and the rest waits. */
function perform(expander: Expander, segment: Segment, isLabelled: boolean): LogicalLine | undefined {
  const { statement, text, place } = segment;
  const { labels, name, rest, isAssignment, directive } = partsOf(statement);
  const skips = isSkipping(expander.conditionals);
  if (skips && !directive?.evenWhenSkipping) return undefined;
  const macro = isAssignment || directive ? undefined : expander.macros.get(name);
  if (!directive && !macro) return segment;
  if (labels !== '' && !skips && !isLabelled) {
    expander.waiting = segment;
    return { text: labels.trim(), place };
  }
  if (directive) {
    const behind = labels === '' ? segment : { ...segment, text: text.slice(labels.length) };
    directive.perform(expander, rest.trim(), behind, name);
  } else if (macro) callMacro(expander, macro, rest, place);
  return undefined;
}

function callMacro(expander: Expander, macro: Macro, text: string, at: Place): void {
  const { alternate } = expander;
  const call = readCall(macro.name, macro.formals, text, alternate);
  for (const message of call.errors) expander.diagnostics.push(error(message, at));
  for (const message of call.warnings) expander.diagnostics.push(warning(message, at));
  const number = expander.calls++;
  if (call.failed) return;
  const chain = [{ macro: macro.name, at: at.span }, ...at.chain];
  const names = alternate && {
    fresh: () => `.LL${(++expander.locals).toString(16).padStart(4, '0')}`,
    taken: (name: string) =>
      void expander.diagnostics.push(
        error(`\`${name}' was already used as parameter (or another local) name`, { span: macro.span, chain: [] }),
      ),
  };
  const substitution = { actuals: call.actuals, number, alternate: names };
  const linesOf = () => bodyOf(macro, substitution);
  pushExpansion(expander, 'macro', 1, linesOf, chain, at);
}
