/**
 * Holds entrylab's assembler to GNU as, over small sources: the whole object as text and all messages.
 *
 *   npx tsx tools/asdiff.ts FILE…            differences, case by case
 *   npx tsx tools/asdiff.ts --write          regenerates tests/assemble/as/*.expected with GNU as
 *
 * A file holds any number of cases; each begins with a line `#= name`. `bytesByGas` and `ours` are what the fuzzers use.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assemble } from '../src/assemble/assemble.ts';
import { formatDiagnostic, hasErrors } from '../src/base/diagnostics.ts';
import { writeElf } from '../src/object/elf-write.ts';
import { describe } from '../tests/assemble/describe.ts';

export interface Case {
  readonly name: string;
  readonly text: string;
}

/** What came of a source: messages, and the object where there was one. */
export interface Outcome {
  readonly messages: readonly string[];
  readonly object: Uint8Array | undefined;
}

export const CASES = new URL('../tests/assemble/as/', import.meta.url).pathname;

export function casesOf(text: string): Case[] {
  return text
    .split(/^#= /m)
    .slice(1)
    .map((part) => {
      const end = part.indexOf('\n');
      return { name: part.slice(0, end).trim(), text: part.slice(end + 1) };
    });
}

/** Files that a case may include. */
const FILES: Readonly<Record<string, string>> = { 'data.bin': '0123456789abcdef', 'part.inc': '.byte 0x77\n' };

export function byGas(text: string): Outcome {
  const folder = mkdtempSync(join(tmpdir(), 'entrylab-as-'));
  try {
    writeFileSync(join(folder, 't.s'), text);
    for (const [name, content] of Object.entries(FILES)) writeFileSync(join(folder, name), content);
    const run = spawnSync('as', ['--64', '-o', 't.o', 't.s'], { cwd: folder, encoding: 'utf8', timeout: 20_000 });
    const messages = run.stderr.split('\n').filter((line) => line !== '' && !line.endsWith('Assembler messages:'));
    const object = join(folder, 't.o');
    return { messages, object: run.status === 0 && existsSync(object) ? readFileSync(object) : undefined };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const encoder = new TextEncoder();

export function ours(text: string): Outcome {
  const all: Readonly<Record<string, string>> = { ...FILES, 't.s': text };
  const read = (path: string): Uint8Array | undefined =>
    Object.hasOwn(all, path) ? encoder.encode(all[path]) : undefined;
  const { value, diagnostics } = assemble('t.s', { files: { read } });
  // gas does not name the macro in the chain, nor the parameter that is none.
  const messages = diagnostics
    .map((d) =>
      formatDiagnostic(d)
        .replace(/(invoked from here): .*/g, '$1')
        .replace(/ \(no macro .*\)$/, ''),
    )
    .flatMap((lines) => lines.split('\n'));
  return { messages, object: hasErrors(diagnostics) ? undefined : writeElf(value) };
}

/** Messages in their order, each once: GNU as reports some of them for each pass of layout. */
export function distinctMessages({ messages }: Outcome): string[] {
  const blocks: string[][] = [];
  for (const message of messages) {
    if (/: +Info: /.test(message)) blocks.at(-1)?.push(message);
    else blocks.push([message]);
  }
  return [...new Set(blocks.map((block) => block.join('\n')))].flatMap((block) => block.split('\n'));
}

export const outcomeText = (outcome: Outcome): string[] => [
  ...distinctMessages(outcome),
  ...(outcome.object === undefined ? ['no object'] : describe(outcome.object)),
];

function expectedOf(cases: readonly Case[]): string {
  return cases.map(({ name, text }) => `#= ${name}\n${outcomeText(byGas(text)).join('\n')}\n`).join('');
}

/** The lines that only one of two lists has, in order, cheaply: the common beginning and end are cut off. */
export function differences(mine: readonly string[], theirs: readonly string[]): string[] {
  const left = new Set(mine);
  const right = new Set(theirs);
  const only = [
    ...theirs.filter((line) => !left.has(line)).map((line) => `  gas  ${line}`),
    ...mine.filter((line) => !right.has(line)).map((line) => `  ours ${line}`),
  ];
  return only.length > 0 ? only : mine.join('\n') === theirs.join('\n') ? [] : ['  the same lines in another order'];
}

function main(args: readonly string[]): void {
  const files = readdirSync(CASES).filter((name) => name.endsWith('.s'));
  if (args[0] === '--write') {
    for (const name of files) {
      const cases = casesOf(readFileSync(join(CASES, name), 'utf8'));
      writeFileSync(join(CASES, name.replace(/\.s$/, '.expected')), expectedOf(cases));
    }
    return;
  }
  let same = 0;
  let all = 0;
  for (const file of args.length > 0 ? args : files.map((name) => join(CASES, name))) {
    for (const { name, text } of casesOf(readFileSync(file, 'utf8'))) {
      all++;
      const [gas, us] = [byGas(text), ours(text)];
      const found = differences(outcomeText(us), outcomeText(gas));
      if (found.length === 0 && gas.object && us.object && Buffer.compare(gas.object, us.object) !== 0) {
        found.push('  the files differ beyond what is described');
      }
      if (found.length === 0) same++;
      else console.log(`${file}: ${name}\n${found.slice(0, 30).join('\n')}`);
    }
  }
  console.log(`${same}/${all} the same`);
  if (same !== all) process.exitCode = 1;
}

if (process.argv[1]?.endsWith('asdiff.ts')) main(process.argv.slice(2));
