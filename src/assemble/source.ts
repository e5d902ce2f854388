/**
 * Source text as lines that know where they stand: what the preprocessor yields and macro expansion reads. In go the
 * bytes of a file, out come its lines, one for each line of the file, comments and all.
 */
import type { Span } from '../base/diagnostics.ts';
import type { StatementText } from './frames.ts';

export interface SourceLine {
  readonly text: string;
  readonly span: Span;
  /** Its statements, once somebody has cut it: lines of macros are read many times. */
  statements?: readonly StatementText[] | undefined;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: false });

export const decode = (bytes: Uint8Array): string => decoder.decode(bytes);

/** The lines of a text; the end of the last one may be missing. */
export function splitLines(text: string, file: string): SourceLine[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line, i) => ({ text: line, span: { file, line: i + 1 } }));
}

/**
 * A line marker (`# 12 "file" flags`, as `gcc -E` writes; `#line 12 "file"` in C): where the next line stands.
 * Undefined when the text is none. A marker without a name keeps the file.
 */
export function parseLineMarker(text: string, file: string): Span | undefined {
  const marker = /^#(?:[ \t]*line)?[ \t]*(\d+)(?:[ \t]+"((?:[^"\\]|\\.)*)")?[ \t\d]*$/.exec(text);
  if (!marker) return undefined;
  return { file: marker[2]?.replace(/\\(.)/g, '$1') ?? file, line: Number(marker[1]) };
}
