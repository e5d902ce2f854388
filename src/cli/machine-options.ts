/** The options of the commands that run or patch something: the modelled CPU, the kernel's version, features, bounds. */
import { Option } from 'commander';
import { place } from '../base/diagnostics.ts';
import { SKYLAKE } from '../cost/skylake.ts';
import { type KernelVersion, parseKernelVersion } from '../image/alt-entries.ts';
import { parseCpuChoice } from '../isa/cpu-choice.ts';
import { type Features, featureNumber, featureSet } from '../isa/features.ts';
import type { BenchOptions } from '../lab/execute.ts';
import { parseExpression } from '../lab/expression.ts';
import type { Assignment, Scenario } from '../lab/scenario.ts';
import { DEFAULT_MAX_INSNS } from '../machine/machine.ts';
import { collect, Instead, type SourceFlags, UsageError } from './context.ts';
import { cpuHelp } from './cpu-help.ts';

export const FEATURES_OPTION = new Option(
  '--features <list>',
  'the CPU features the kernel sees, e.g. PTI,PCID (repeatable)',
).argParser(collect);

export const CPU_OPTION = new Option(
  '--cpu <model>',
  "the modelled CPU, e.g. skylake,-pcid or -pcid,+smap; `help' lists them",
)
  .argParser((value, before: readonly string[]) => {
    if (value === 'help') throw new Instead(cpuHelp());
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

/** What of the program is run, and from which state. */
export const ENTRY_OPTIONS = [
  new Option('--entry <symbol>', 'the function to run: an entry of the header or any symbol'),
  new Option('--state <group=state>', 'a state of the header (repeatable)')
    .argParser(collect)
    .default([] as string[], 'the first of each group'),
  new Option('--set <reg=value>', 'set a register or per-CPU variable (repeatable)')
    .argParser(collect)
    .default([] as string[], 'none'),
];

export interface EntryFlags {
  readonly features?: readonly string[];
  readonly entry?: string;
  readonly state: readonly string[];
  readonly set: readonly string[];
}

export interface MachineFlags extends SourceFlags {
  readonly kernel?: string;
  readonly cpu: readonly string[];
  readonly tlb: 'keep' | 'none';
  readonly maxInsns: string;
  readonly mem: string;
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

/** Those of the command line, else the header's. */
export const chosenFeatures = (scenario: Scenario, { features }: EntryFlags): Features =>
  featureSet(features ? featureList(features) : scenario.features);

/** `saved=user,flush=pending`: a state for each group that is named. */
export function chosenStates(scenario: Scenario, texts: readonly string[]): Map<string, string> {
  const chosen = new Map<string, string>();
  for (const text of texts.flatMap((t) => t.split(','))) {
    const [group, state] = text.split('=', 2);
    const known = scenario.groups.find((g) => g.name === group);
    if (!known?.states.some((s) => s.name === state)) {
      const all = scenario.groups.flatMap((g) => g.states.map((s) => `${g.name}=${s.name}`));
      throw new UsageError(`--state ${text}: the header has ${all.join(', ') || 'no states'}`);
    }
    chosen.set(group!, state!);
  }
  return chosen;
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
