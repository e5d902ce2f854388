/**
 * The preprocessor against gcc over random sources (tools/cpp-cases.ts).
 *
 *   npx tsx tools/cppfuzz.ts [CASES [SEED]]
 *
 * Each source is a file of its own, a few dozen of them included by one that gcc and we read; the texts that come out are
 * compared blank by blank, and so are the messages with their lines. Prints the sources that differ; exit status 1 then.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { preprocessToText } from '../src/assemble/cpp.ts';
import { cppCases } from './cpp-cases.ts';

const BATCH = 40;
const NAMES = ['A', 'B', 'C', 'F', 'G', 'H', 'V'];
const UNDEFINE = NAMES.map((name) => `#undef ${name}\n`).join('');

/** What one source gave: its text, and `line: message` in order. */
export interface CaseResult {
  readonly text: string;
  readonly messages: readonly string[];
}

const nameOf = (n: number): string => `case${n}.h`;

/** The file that includes the sources, each from a clean slate; `@n` ends the text of each. */
const mainOf = (count: number): string =>
  Array.from({ length: count }, (_, n) => `${UNDEFINE}#include "${nameOf(n)}"\n@end ${n}\n`).join('');

/** Messages that gcc places in the macro that an expression's token came from, or a line too early; we at the directive. */
const OF_EXPRESSIONS =
  /at either end|assertion|predicate|':'|expression|operand|operator|constant|number|#if|#elif|digits|valid in/;

/** gcc places some of these in another file or line, and leaves the last out now and then. */
const PLACED_ELSEWHERE = /^(?:unterminated argument list|backslash-newline at end|assertions are)/;

function split(text: string, messages: readonly { file: string; message: string }[], count: number): CaseResult[] {
  const texts = text.replace(/^# \d+ ".*\n/gm, '').split(/^@end \d+\n/m);
  return Array.from({ length: count }, (_, n) => ({
    text: (texts[n] ?? '')
      .split('\n')
      .filter((line) => line.trim() !== '')
      .join('\n'),
    messages: messages
      .filter(({ file }) => file === nameOf(n))
      .map(({ message }) => (OF_EXPRESSIONS.test(message) ? message.replace(/^\d+: /, '') : message))
      .sort(),
  }));
}

/** gcc's results for some sources. */
export function byGcc(sources: readonly string[]): CaseResult[] {
  const folder = mkdtempSync(join(tmpdir(), 'entrylab-cppfuzz-'));
  try {
    for (const [n, source] of sources.entries()) writeFileSync(join(folder, nameOf(n)), source);
    writeFileSync(join(folder, 'main.S'), mainOf(sources.length));
    const flags = ['-E', '-nostdinc', '-fno-diagnostics-show-caret', 'main.S'];
    const ran = spawnSync('gcc', flags, { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28 });
    const messages = ran.stderr.split('\n').flatMap((line) => {
      const [, file = '', number, message] =
        /^(case\d+\.h):(\d+)(?::\d+)?: (?:error|warning): (.*?)(?: \[-W.*\])?$/.exec(line) ?? [];
      return message === undefined || PLACED_ELSEWHERE.test(message)
        ? []
        : [{ file, message: `${number}: ${message}` }];
    });
    return split(ran.stdout, messages, sources.length);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Ours. */
export function byUs(sources: readonly string[]): CaseResult[] {
  const encoder = new TextEncoder();
  const texts = new Map([
    ['main.S', mainOf(sources.length)],
    ...sources.map((source, n) => [nameOf(n), source] as const),
  ]);
  const files = {
    read: (path: string) => {
      const text = texts.get(path);
      return text === undefined ? undefined : encoder.encode(text);
    },
  };
  const { value, diagnostics } = preprocessToText('main.S', { files }, true);
  const messages = diagnostics
    .filter(({ message }) => !/^this is the location/.test(message) && !PLACED_ELSEWHERE.test(message))
    .map(({ message, place }) => ({ file: place.span.file, message: `${place.span.line}: ${message}` }));
  return split(value, messages, sources.length);
}

function report(source: string, ours: CaseResult, theirs: CaseResult): void {
  console.log(`---- source\n${source}---- ours\n${ours.text}\n${ours.messages.join('\n')}`);
  console.log(`---- gcc\n${theirs.text}\n${theirs.messages.join('\n')}\n`);
}

function main(): void {
  const count = Number(process.argv[2] ?? 2000);
  const seed = Number(process.argv[3] ?? 1);
  const sources = cppCases(count, seed);
  let differ = 0;
  for (let from = 0; from < count; from += BATCH) {
    const batch = sources.slice(from, from + BATCH);
    const ours = byUs(batch);
    const theirs = byGcc(batch);
    batch.forEach((source, n) => {
      const same = ours[n]!.text === theirs[n]!.text && ours[n]!.messages.join('\n') === theirs[n]!.messages.join('\n');
      if (!same && differ++ < 10) report(source, ours[n]!, theirs[n]!);
    });
  }
  console.log(`${count - differ}/${count} identical`);
  if (differ > 0) process.exitCode = 1;
}

if (process.argv[1]?.endsWith('cppfuzz.ts')) main();
