/**
 * Where things stand in the source, and what is wrong there.
 *
 * A place is a line plus the macro calls that led to it, innermost first: the line is the one in the macro's
 * *definition* (as GNU as has reported it since 2.35), each invocation names the line that called. Errors of the
 * source are values, collected and reported all together; an exception means a bug of ours.
 */

/** A line of a file; `line` counts from 1. */
export interface Span {
  readonly file: string;
  readonly line: number;
}

/** One step of text expansion: the macro (or `.rept`, `.irp`, `.include`, `#include`) and the line that invoked it. */
export interface Invocation {
  readonly macro: string;
  readonly at: Span;
}

/** A source line with the macro calls above it, innermost first. */
export interface Place {
  readonly span: Span;
  readonly chain: readonly Invocation[];
}

export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly place: Place;
  /** The last one: nothing behind its place has been read. */
  readonly fatal?: true;
}

/** A value together with everything that was wrong on the way to it. */
export interface Parsed<T> {
  readonly value: T;
  readonly diagnostics: readonly Diagnostic[];
}

export const place = (file: string, line: number, chain: readonly Invocation[] = []): Place => ({
  span: { file, line },
  chain,
});

export const error = (message: string, at: Place): Diagnostic => ({ severity: 'error', message, place: at });

export const warning = (message: string, at: Place): Diagnostic => ({ severity: 'warning', message, place: at });

export const hasErrors = (diagnostics: readonly Diagnostic[]): boolean =>
  diagnostics.some((d) => d.severity === 'error');

/** The lines GNU as prints for one diagnostic: the message, then `Info: macro invoked from here` outwards. */
export function formatDiagnostic({ severity, message, place: { span, chain }, fatal }: Diagnostic): string {
  const label = fatal ? 'Fatal error' : severity === 'error' ? 'Error' : 'Warning';
  const where = span.line > 0 ? `${span.file}:${span.line}` : span.file;
  return [`${where}: ${label}: ${message}`, ...formatChain(chain)].join('\n');
}

/** Frames of a runaway recursion shown at either end of it. */
const SHOWN_REPEATS = 2;

/** `calling.h:12:  Info: macro invoked from here: ALTERNATIVE`, one a level; gas indents by one more blank at each. */
export function formatChain(chain: readonly Invocation[]): string[] {
  const same = (a: Invocation, b: Invocation | undefined): boolean =>
    a.macro === b?.macro && a.at.file === b.at.file && a.at.line === b.at.line;
  const lines: string[] = [];
  for (let depth = 0; depth < chain.length; ) {
    const frame = chain[depth]!;
    let end = depth + 1;
    while (end < chain.length && same(frame, chain[end])) end++;
    const what =
      frame.macro === '#include'
        ? 'included from here'
        : frame.macro.startsWith('.')
          ? `${frame.macro} block begins here`
          : `macro invoked from here: ${frame.macro}`;
    const shown = Math.min(end - depth, SHOWN_REPEATS);
    for (let i = 0; i < shown; i++)
      lines.push(`${frame.at.file}:${frame.at.line}: ${' '.repeat(lines.length + 1)}Info: ${what}`);
    if (end - depth > shown)
      lines.push(
        `${frame.at.file}:${frame.at.line}: ${' '.repeat(lines.length + 1)}Info: … and ${end - depth - shown} times more`,
      );
    depth = end;
  }
  return lines;
}

/** The line of the file itself that a place stands under: the outermost invocation. */
const outermost = ({ span, chain }: Place): Span => chain.at(-1)?.at ?? span;

/** Diagnostics of several stages in the order of the source's lines; those of other files stay where they are. */
export function inSourceOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const file = diagnostics[0] && outermost(diagnostics[0].place).file;
  if (diagnostics.some((d) => outermost(d.place).file !== file)) return [...diagnostics];
  // What concerns the file as a whole has no line, and comes last.
  const lineOf = ({ place: at }: Diagnostic): number => outermost(at).line || Number.POSITIVE_INFINITY;
  return [...diagnostics].sort((a, b) => (lineOf(a) < lineOf(b) ? -1 : lineOf(a) > lineOf(b) ? 1 : 0));
}
