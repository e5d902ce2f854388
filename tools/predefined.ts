/**
 * Writes src/assemble/predefined.json: the macros that gcc has defined before it reads an assembler file, and what options
 * change in them.
 *
 *   npx tsx tools/predefined.ts [--check]
 *
 * With --check it compares, and says where gcc has other ones.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const FILE = new URL('../src/assemble/predefined.json', import.meta.url);

/** Options of gcc that matter to assembler files, each with those it needs beside it. */
const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  '-m32': [],
  '-m16': [],
  '-mcmodel=kernel': ['-fno-pie'],
  '-mcmodel=large': [],
  '-mno-sse': [],
  '-mno-sse2': [],
  '-mno-mmx': [],
  '-msoft-float': [],
  '-O1': [],
  '-O2': [],
  '-O3': [],
  '-Os': [],
  '-fno-pie': [],
  '-fno-pic': [],
  '-fPIC': [],
  '-fpic': [],
  '-fcf-protection=branch': [],
  '-fcf-protection=return': [],
  '-fcf-protection=full': [],
  '-ffreestanding': [],
  '-fno-asynchronous-unwind-tables': [],
};

/** Name (with parameters) and value. */
type Macros = Map<string, string>;

function defined(options: readonly string[]): Macros {
  const args = ['-E', '-dM', '-nostdinc', '-x', 'assembler-with-cpp', ...options, '/dev/null'];
  const lines = execFileSync('gcc', args, { encoding: 'utf8' }).split('\n');
  return new Map(
    lines
      .map((line) => /^#define (\w+(?:\([^)]*\))?) ?(.*)$/.exec(line))
      .filter((match) => match !== null)
      .map((match) => [match[1]!, match[2]!] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function change(option: string, beside: readonly string[]): { remove: string[]; add: Record<string, string> } {
  const before = defined(beside);
  const after = defined([...beside, option]);
  return {
    remove: [...before.keys()].filter((name) => !after.has(name)),
    add: Object.fromEntries([...after].filter(([name, value]) => before.get(name) !== value)),
  };
}

const table = {
  base: Object.fromEntries(defined([])),
  options: Object.fromEntries(Object.entries(OPTIONS).map(([option, beside]) => [option, change(option, beside)])),
};

if (process.argv.includes('--check')) {
  const same = JSON.stringify(JSON.parse(readFileSync(FILE, 'utf8'))) === JSON.stringify(table);
  console.log(same ? 'predefined.json is as gcc has it' : 'predefined.json differs from gcc');
  if (!same) process.exitCode = 1;
} else {
  writeFileSync(FILE, `${JSON.stringify(table, null, 2)}\n`);
  execFileSync('npx', ['biome', 'format', '--write', FILE.pathname]);
}
