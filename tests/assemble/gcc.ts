/** `gcc -E` as the judge of the preprocessor: its output, and its line markers resolved to places. */
import { spawnSync } from 'node:child_process';
import { parseLineMarker, type SourceLine, splitLines } from '../../src/assemble/source.ts';
import type { Span } from '../../src/base/diagnostics.ts';

export function preprocessByGcc(
  path: string,
  flags: readonly string[],
  cwd: string,
): { output: string; lines: SourceLine[] } {
  const run = spawnSync('gcc', ['-E', ...flags, path], { cwd, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (run.status !== 0) throw new Error(`gcc -E ${path}: ${run.stderr}`);
  const lines: SourceLine[] = [];
  let at: Span = { file: path, line: 1 };
  for (const { text } of splitLines(run.stdout, path)) {
    const marker = parseLineMarker(text, at.file);
    if (!marker) lines.push({ text, span: at });
    at = marker ?? { file: at.file, line: at.line + 1 };
  }
  return { output: run.stdout, lines };
}

/** `file:line: text` with blanks squeezed; blank lines and the assembler's comments left out. */
export const tidy = (lines: readonly SourceLine[]): string[] =>
  lines
    .map(({ text, span }) => ({ text: text.trim().replace(/\s+/g, ' '), span }))
    .filter(({ text }) => text !== '' && !text.startsWith('#'))
    .map(({ text, span }) => `${span.file}:${span.line}: ${text}`);
