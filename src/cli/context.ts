/**
 * What every command shares: the terminal, the file system as a port, the options that several commands take, and how
 * problems are reported. Exit status: 0 fine, 1 the program under test fell short, 2 the input or the command line was
 * wrong.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { Option } from 'commander';
import pc from 'picocolors';
import type { FilePort } from '../assemble/logical-line.ts';
import { type Diagnostic, formatDiagnostic, inSourceOrder, type Parsed, place } from '../base/diagnostics.ts';
import { SKYLAKE } from '../cost/skylake.ts';
import { type KernelVersion, parseKernelVersion } from '../image/alt-entries.ts';
import { parseCpuChoice } from '../isa/cpu-choice.ts';
import { featureNumber } from '../isa/features.ts';
import type { BenchOptions } from '../lab/execute.ts';
import { parseExpression } from '../lab/expression.ts';
import type { ProgramOptions } from '../lab/program.ts';
import type { Assignment } from '../lab/scenario.ts';
import { DEFAULT_MAX_INSNS } from '../machine/machine.ts';

export const EXIT = { ok: 0, fellShort: 1, badInput: 2 } as const;

/** Colours for a terminal; none when piped or with NO_COLOR. */
export const colors = pc.createColors(Boolean(process.stdout.isTTY) && !process.env.NO_COLOR);

/** Standard input can be read once; who asks again gets the same. */
let standardInput: Uint8Array | undefined;

export const files: FilePort = {
  read(path) {
    try {
      if (path !== '-') return new Uint8Array(readFileSync(path));
      standardInput ??= new Uint8Array(readFileSync(0));
      return standardInput;
    } catch (problem) {
      if (problem instanceof Error && 'code' in problem) return undefined;
      throw problem;
    }
  },
};

/** Writes a file whole or not at all; what went wrong, if anything did. */
export function writeWhole(path: string, data: Uint8Array | string): string | undefined {
  const draft = `${path}.${process.pid}.part`;
  try {
    writeFileSync(draft, data);
    renameSync(draft, path);
    return undefined;
  } catch (problem) {
    rmSync(draft, { force: true });
    // Node words it `ENOENT: no such file or directory, open …`; the path that counts is the one asked for.
    const reason = problem instanceof Error ? problem.message.replace(/^[A-Z]+: |, \w+ '.*$/g, '') : String(problem);
    return `can't create ${path}: ${reason}`;
  }
}

/** Standard output. A reader that has gone away (`| head`) ends the program: nobody wants the rest. */
export function write(text: string): void {
  if (!process.stdout.writable) process.exit();
  process.stdout.write(text);
}

export const print = (text: string): void => write(text.endsWith('\n') ? text : `${text}\n`);

export const printJson = (value: unknown): void => print(JSON.stringify(value, null, 2));

/** Prints diagnostics as GNU as does, on standard error, in the order of the lines or as they were found. */
export function report(diagnostics: readonly Diagnostic[], order: 'lines' | 'found' = 'lines'): void {
  const sorted = order === 'lines' ? inSourceOrder(diagnostics) : diagnostics;
  for (const diagnostic of sorted) process.stderr.write(`${formatDiagnostic(diagnostic)}\n`);
}

/** The value, or undefined with exit status 2 set when there were errors; either way they are printed. */
export function accept<T>(
  { value, diagnostics }: Parsed<T | undefined>,
  order: 'lines' | 'found' = 'lines',
): T | undefined {
  report(diagnostics, order);
  if (!diagnostics.some((d) => d.severity === 'error') && value !== undefined) return value;
  process.exitCode = EXIT.badInput;
  return undefined;
}

/** A mistake in an option's value; reported in one line, exit status 2. */
export class UsageError extends Error {}

/** `--cpu help`: the list of models instead of whatever the command does. */
export class CpuHelp extends Error {}

/** For options that may be given more than once. */
export const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

export const FEATURES_OPTION = new Option(
  '--features <list>',
  'the CPU features the kernel sees, e.g. PTI,PCID (repeatable)',
).argParser(collect);

export const SOURCE_OPTIONS = [
  new Option('-I <dir>', 'search this directory for #include (repeatable)')
    .argParser(collect)
    .default([] as string[], 'none'),
  new Option('-D <name[=value]>', 'define a preprocessor macro (repeatable)')
    .argParser(collect)
    .default([] as string[], 'none'),
  new Option('--include <file>', 'include this file first, as gcc -include does (repeatable)')
    .argParser(collect)
    .default([] as string[], 'none'),
];

export const CPU_OPTION = new Option(
  '--cpu <model>',
  "the modelled CPU, e.g. skylake,-pcid or -pcid,+smap; `help' lists them",
)
  .argParser((value, before: readonly string[]) => {
    if (value === 'help') throw new CpuHelp();
    return collect(value, before);
  })
  .default([] as string[], 'max');

export const MACHINE_OPTIONS = [
  new Option('--scenario <file>', 'take the //@ header from this file (objects have none of their own)'),
  new Option('--kernel <version>', 'patch alternatives as this kernel does (default: 6.1)'),
  CPU_OPTION,
  new Option('--tlb <policy>', 'how long the TLB keeps translations').choices(['keep', 'none']).default('keep'),
  new Option('--max-insns <n>', 'stop after this many instructions').default(String(DEFAULT_MAX_INSNS)),
  new Option('--mem <size>', 'physical memory, e.g. 8M').default('8M'),
];

export interface SourceFlags {
  readonly I: readonly string[];
  readonly D: readonly string[];
  readonly include: readonly string[];
  readonly scenario?: string;
}

export interface MachineFlags extends SourceFlags {
  readonly kernel?: string;
  readonly cpu: readonly string[];
  readonly tlb: 'keep' | 'none';
  readonly maxInsns: string;
  readonly mem: string;
}

export function programOptions(flags: SourceFlags): ProgramOptions {
  const defines = flags.D.map((text) => {
    const [, name, value] = /^([A-Za-z_]\w*)(?:=(.*))?$/s.exec(text) ?? [];
    if (name === undefined) throw new UsageError(`-D ${text}: not NAME or NAME=VALUE`);
    return { name, value: value ?? '1' };
  });
  return {
    files,
    includeDirs: flags.I,
    includes: flags.include,
    defines,
    ...(flags.scenario !== undefined && { scenarioPath: flags.scenario }),
  };
}

export function machineOptions(flags: MachineFlags): Omit<BenchOptions, 'features'> {
  return {
    ...cpuOptions(flags.cpu),
    tlb: flags.tlb,
    cost: SKYLAKE,
    memory: memorySize(flags.mem),
    ...kernelOption(flags.kernel),
  };
}

export function kernelOption(text: string | undefined): { kernel?: KernelVersion } {
  if (text === undefined) return {};
  const kernel = parseKernelVersion(text);
  if (!kernel) throw new UsageError(`--kernel ${text}: no kernel version`);
  return { kernel };
}

/** `skylake,-pcid`: a model instead of the header's, changes on top. */
export function cpuOptions(texts: readonly string[]): Pick<BenchOptions, 'model' | 'cpu'> {
  const { choice, problems } = parseCpuChoice(texts.join(','));
  if (problems.length > 0)
    throw new UsageError(problems.map((problem) => `--cpu: ${problem}`).join('\n') + SEE_CPU_HELP);
  return { ...(choice.model && { model: choice.model }), cpu: choice.changes };
}

const SEE_CPU_HELP = "\n(`--cpu help' lists the models and features)";

const MEGABYTE = 1 << 20;
const MAX_MEMORY = 1024 * MEGABYTE;

function memorySize(text: string): number {
  const [, digits, unit] = /^(\d+)([KMG]?)i?B?$/i.exec(text) ?? [];
  const bytes = Number(digits) * ({ K: 1 << 10, M: MEGABYTE, G: 1 << 30 }[unit?.toUpperCase() ?? ''] ?? 1);
  if (!Number.isSafeInteger(bytes) || bytes < 65536 || bytes > MAX_MEMORY) {
    throw new UsageError(`--mem ${text}: takes a size from 64K to 1G`);
  }
  return Math.ceil(bytes / 4096) * 4096;
}

const MAX_BUDGET = 2 ** 40;

export function instructionBudget(text: string): number {
  const budget = Number(text.replaceAll('_', ''));
  if (!Number.isInteger(budget) || budget < 1 || budget > MAX_BUDGET)
    throw new UsageError(`--max-insns ${text}: takes a number from 1 to 2^40`);
  return budget;
}

/** `PTI,PCID` or `7*32+11`; every undefined name is named. */
export function featureList(texts: readonly string[]): number[] {
  const names = texts.flatMap((t) => t.split(/[\s,]+/)).filter(Boolean);
  const unknown = names.filter((name) => featureNumber(name) === undefined);
  if (unknown.length > 0) throw new UsageError(unknown.map((name) => `undefined feature \`${name}'`).join('\n'));
  return names.map((name) => featureNumber(name)!);
}

/** `REG=VALUE` with the expressions of scenario headers. */
export function assignments(texts: readonly string[]): Assignment[] {
  return texts.map((text) => {
    const [, target, right] = /^\s*%?([A-Za-z_]\w*)\s*=\s*(.+)$/.exec(text) ?? [];
    const value = parseExpression(right ?? '');
    if (target === undefined || !value.ok)
      throw new UsageError(`--set ${text}: takes REG=VALUE${value.ok ? '' : ` (${value.message})`}`);
    return { target, value: value.value, place: place('--set', 0) };
  });
}
