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
import type { Segment } from './frames.ts';
import type { ExpandHost, FilePort, LogicalLine } from './logical-line.ts';
import { readCall } from './macro-arguments.ts';
import type { SourceLine } from './source.ts';
import type { TextDirective } from './text-directive.ts';

export interface ExpandOptions {
  /** For `.include`; without it there are no files. */
  readonly files?: FilePort;
  readonly includeDirs?: readonly string[];
  /** Where diagnostics go, so that they stand between the caller's in the order of reading. */
  readonly diagnostics?: Diagnostic[];
}

export interface Expansion {
  readonly lines: Generator<LogicalLine, void, undefined>;
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
    ended: false,
  };
  return { lines: run(expander, lines), diagnostics: expander.diagnostics };
}

function* run(expander: Expander, lines: readonly SourceLine[]): Generator<LogicalLine, void, undefined> {
  pushFile(expander, lines);
  for (let segment = read(expander); segment; segment = read(expander)) yield* perform(expander, segment);
}

/** Labels, and the word behind them: `foo: 1: .if x` → `foo: 1: `, `.if`, ` x`. */
const STATEMENT =
  /^((?:(?:[\w.$\u0080-\uffff]+|"(?:[^"\\]|\\.)*"):\s*)*)([A-Za-z_.$\u0080-\uffff][\w.$\u0080-\uffff]*)?(.*)$/s;

/** A statement cut into its parts; what it is by itself, before macros. */
interface Parts {
  readonly labels: string;
  /** In lower case. */
  readonly name: string;
  readonly rest: string;
  readonly isAssignment: boolean;
  readonly directive: TextDirective | undefined;
}

const CACHE_LIMIT = 8192;
const parts = new Map<string, Parts>();

function partsOf(text: string): Parts {
  let known = parts.get(text);
  if (known === undefined) {
    const [, labels = '', word = '', rest = ''] = STATEMENT.exec(text) ?? [];
    const name = word.toLowerCase();
    const isAssignment = /^\s*=/.test(rest);
    const directive = isAssignment || !name.startsWith('.') ? undefined : DIRECTIVES.get(name);
    known = { labels, name, rest, isAssignment, directive };
    if (parts.size >= CACHE_LIMIT) parts.clear();
    parts.set(text, known);
  }
  return known;
}

function* perform(expander: Expander, segment: Segment): Generator<LogicalLine, void, undefined> {
  const { text, place } = segment;
  const { labels, name, rest, isAssignment, directive } = partsOf(text);
  if (isSkipping(expander.conditionals) && !directive?.evenWhenSkipping) return;
  const macro = isAssignment || directive ? undefined : expander.macros.get(name);
  if (!directive && !macro) {
    yield { text, place };
    return;
  }
  if (labels !== '' && !isSkipping(expander.conditionals)) yield { text: labels.trim(), place };
  if (directive)
    directive.perform(
      expander,
      rest.trim(),
      labels === '' ? segment : { ...segment, text: text.slice(labels.length) },
      name,
    );
  else if (macro) callMacro(expander, macro, rest, place);
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
