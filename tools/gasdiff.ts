/**
 * Compares entrylab's assembler with GNU as.
 *
 *   npx tsx tools/gasdiff.ts [-I dir]… [-D name[=value]]… [-include file]… FILE…
 *   npx tsx tools/gasdiff.ts --kernel [DIR]
 *
 * Each file is assembled by `gcc -c` (`.S`) or `as` (`.s`) and by us; section contents, types, flags, alignment, relocations
 * and symbols have to be equal. Prints the first differences of each file with objdump's view of the place, then
 * `N/N identical`; exit status 1 on a difference. With --kernel the files are all of arch/x86's .S in Debian's linux-source-6.1 that gcc
 * assembles with Debian's generated headers, taken from DIR if it holds the unpacked source already. `compareObjects` is what the tests use.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { assemble } from '../src/assemble/assemble.ts';
import type { FilePort } from '../src/assemble/logical-line.ts';
import { formatDiagnostic, hasErrors } from '../src/base/diagnostics.ts';
import { readElf } from '../src/object/elf-read.ts';
import type { ObjectFile, Symbol as ObjectSymbol, Section } from '../src/object/object-file.ts';
import { kernelSources } from '../tests/kernel.ts';

export interface GasOptions {
  readonly includeDirs: readonly string[];
  readonly defines: readonly string[];
  readonly includes: readonly string[];
}

export const diskFiles: FilePort = {
  read(path) {
    try {
      return readFileSync(path);
    } catch {
      return undefined;
    }
  },
};

/** What GNU as makes of a file; a string is its complaint. */
export function assembleWithGas(path: string, options: GasOptions): ObjectFile | string {
  const dir = mkdtempSync(join(tmpdir(), 'gasdiff-'));
  const out = join(dir, 'gas.o');
  try {
    const flags = [...options.includeDirs.flatMap((d) => ['-I', d]), ...options.defines.map((d) => `-D${d}`)];
    const run = path.endsWith('.S')
      ? spawnSync('gcc', [
          '-c',
          '-nostdinc',
          '-o',
          out,
          ...flags,
          ...options.includes.flatMap((f) => ['-include', f]),
          path,
        ])
      : spawnSync('as', ['-o', out, ...options.includeDirs.flatMap((d) => ['-I', d]), path]);
    if (run.status !== 0) return run.stderr.toString();
    const { value, diagnostics } = readElf(readFileSync(out), out);
    return diagnostics.length > 0 ? diagnostics.map(formatDiagnostic).join('\n') : value;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

export const NO_OPTIONS: GasOptions = { includeDirs: [], defines: [], includes: [] };

/** .text as lines of hex, then its relocations. */
export function renderText(object: ObjectFile): string {
  const text = object.sections.find(({ name }) => name === '.text')!;
  const hex = Buffer.from(text.data).toString('hex').replace(/.{64}/g, '$&\n');
  return `${[hex, ...relocationLines(text, object)].join('\n')}\n`;
}

/** The differences, as lines; none when the objects are the same to a linker. */
export function compareObjects(ours: ObjectFile, theirs: ObjectFile): string[] {
  const names = new Set([...theirs.sections, ...ours.sections].map((s) => s.name));
  const sections = [...names].flatMap((name) => {
    const a = ours.sections.find((s) => s.name === name);
    const b = theirs.sections.find((s) => s.name === name);
    if (a === undefined || b === undefined) return [`section ${name}: only in ${a === undefined ? 'gas' : 'ours'}`];
    return compareSections(a, ours, b, theirs);
  });
  return [...sections, ...compareSymbols(ours, theirs)];
}

function compareSections(a: Section, ours: ObjectFile, b: Section, theirs: ObjectFile): string[] {
  const found: string[] = [];
  for (const key of ['type', 'flags', 'align', 'entsize', 'size'] as const) {
    if (a[key] !== b[key]) found.push(`section ${a.name}: ${key} ${a[key]}, gas ${b[key]}`);
  }
  const length = Math.max(a.data.length, b.data.length);
  for (let at = 0; at < length; at++) {
    if (a.data[at] === b.data[at]) continue;
    const shown = (data: Uint8Array): string =>
      Buffer.from(data.subarray(Math.max(0, at - 4), at + 12)).toString('hex');
    found.push(`section ${a.name}+0x${at.toString(16)}: ours …${shown(a.data)}, gas …${shown(b.data)}`);
    break;
  }
  const left = relocationLines(a, ours);
  const right = relocationLines(b, theirs);
  const n = left.findIndex((line, i) => line !== right[i]);
  if (n >= 0 || left.length !== right.length) {
    const i = n >= 0 ? n : left.length;
    found.push(`section ${a.name}: relocation ${i}: ours ${left[i] ?? 'none'}, gas ${right[i] ?? 'none'}`);
  }
  return found;
}

function relocationLines(section: Section, { symbols }: ObjectFile): string[] {
  return section.relocations.map(({ offset, type, symbol, addend }) => {
    const target = symbols[symbol];
    return `0x${offset.toString(16)} type ${type} ${target?.name ?? '*ABS*'} + ${addend}`;
  });
}

function compareSymbols(ours: ObjectFile, theirs: ObjectFile): string[] {
  const left = new Set(ours.symbols.filter(isNamed).map((s) => symbolLine(s, ours)));
  const right = new Set(theirs.symbols.filter(isNamed).map((s) => symbolLine(s, theirs)));
  return [
    ...[...left].filter((line) => !right.has(line)).map((line) => `symbol only in ours: ${line}`),
    ...[...right].filter((line) => !left.has(line)).map((line) => `symbol only in gas: ${line}`),
  ];
}

// gcc names its temporary file in a FILE symbol of its own.
const isNamed = ({ type }: ObjectSymbol): boolean => type !== 'section' && type !== 'file';

function symbolLine({ name, home, value, size, binding, type, visibility }: ObjectSymbol, object: ObjectFile): string {
  const where = home.kind === 'section' ? object.sections[home.index]?.name : home.kind;
  return `${name} ${where}+0x${value.toString(16)} size ${size} ${binding} ${type} ${visibility}`;
}

export const REJECTED = 'gas rejects it';

/** Both assemblers on one file; the differences. */
export function diffFile(path: string, options: GasOptions): string[] {
  const theirs = assembleWithGas(path, options);
  const defines = options.defines.map((text) => {
    const [name = '', ...value] = text.split('=');
    return { name, value: value.length > 0 ? value.join('=') : '1' };
  });
  const { includeDirs, includes } = options;
  const ours = assemble(path, { files: diskFiles, includeDirs, includes, defines });
  const failed = hasErrors(ours.diagnostics);
  if (typeof theirs === 'string') return [`${REJECTED}${failed ? ' as we do' : ', we do not'}: ${theirs}`];
  if (failed) return ['we reject what gas accepts:', ...ours.diagnostics.slice(0, 20).map(formatDiagnostic)];
  return compareObjects(ours.value, theirs);
}

function context(path: string, options: GasOptions, line: string): string {
  const at = /^section (\S+)\+0x([0-9a-f]+)/.exec(line);
  if (at === null) return '';
  const dir = mkdtempSync(join(tmpdir(), 'gasdiff-'));
  try {
    const out = join(dir, 'gas.o');
    const offset = Number.parseInt(at[2]!, 16);
    const flags = [...options.includeDirs.flatMap((d) => ['-I', d]), ...options.defines.map((d) => `-D${d}`)];
    execFileSync('gcc', ['-c', '-o', out, ...flags, ...options.includes.flatMap((f) => ['-include', f]), path]);
    const range = [`--start-address=${Math.max(0, offset - 16)}`, `--stop-address=${offset + 24}`];
    const text = execFileSync('objdump', ['-dr', '-j', at[1]!, ...range, out]).toString();
    return text.split('\n').slice(6).join('\n');
  } catch {
    return '';
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Compares each file; what gcc rejects counts as a difference, or is passed over. */
function diffAll(paths: readonly string[], options: GasOptions, passOver: boolean): boolean {
  let identical = 0;
  let rejected = 0;
  for (const path of paths) {
    const differences = diffFile(path, options);
    if (differences.length === 0) identical++;
    else if (passOver && differences[0]!.startsWith(REJECTED)) rejected++;
    else {
      console.log(`${path}: ${differences.length} difference${differences.length === 1 ? '' : 's'}`);
      for (const line of differences.slice(0, 12)) console.log(`  ${line}`);
      const code = differences.find((line) => /^section \S+\+0x/.test(line));
      if (code !== undefined) console.log(context(path, options, code));
    }
  }
  if (rejected > 0) console.log(`gcc rejects ${rejected} of ${paths.length}`);
  console.log(`${identical}/${paths.length - rejected} identical`);
  return identical === paths.length - rejected;
}

function diffKernel(unpacked: string | undefined): boolean {
  const sources = kernelSources(unpacked);
  if (typeof sources === 'string') {
    console.log(`# SKIP ${sources}`);
    return true;
  }
  try {
    return diffAll(sources.files, gasOptions(sources.flags).options, true);
  } finally {
    sources.dispose();
  }
}

export function gasOptions(args: readonly string[]): { options: GasOptions; paths: readonly string[] } {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      I: { type: 'string', short: 'I', multiple: true, default: [] },
      D: { type: 'string', short: 'D', multiple: true, default: [] },
      include: { type: 'string', multiple: true, default: [] },
    },
    // Ours looks in no directories but these anyway, and for no other machine.
    args: args
      .filter((arg) => arg !== '-nostdinc' && arg !== '-m64')
      .map((arg) => (arg === '-include' ? '--include' : arg)),
  });
  return { options: { includeDirs: values.I, defines: values.D, includes: values.include }, paths: positionals };
}

function main(): void {
  const args = process.argv.slice(2);
  const { options, paths } = args[0] === '--kernel' ? { options: NO_OPTIONS, paths: [] } : gasOptions(args);
  const good = args[0] === '--kernel' ? diffKernel(args[1]) : diffAll(paths, options, false);
  if (!good) process.exitCode = 1;
}

if (process.argv[1]?.endsWith('gasdiff.ts')) main();
