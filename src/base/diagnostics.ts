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

/** One step of text expansion: the macro (or `.rept`, `.irp`, `.include`) and the line that invoked it. */
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
export function formatDiagnostic({ severity, message, place: { span, chain } }: Diagnostic): string {
  const label = severity === 'error' ? 'Error' : 'Warning';
  const where = span.line > 0 ? `${span.file}:${span.line}` : span.file;
  return [`${where}: ${label}: ${message}`, ...formatChain(chain)].join('\n');
}

/** `calling.h:12:  Info: macro invoked from here: ALTERNATIVE`, one a level; gas indents by one more blank at each. */
export const formatChain = (chain: readonly Invocation[]): string[] =>
  chain.map(({ macro, at }, depth) => {
    const what = macro.startsWith('.') ? `${macro} block begins here` : `macro invoked from here: ${macro}`;
    return `${at.file}:${at.line}: ${' '.repeat(depth + 1)}Info: ${what}`;
  });
