/** `entrylab matrix`: every allowed set of features, every entry, every state, in one table. */
import { Command } from 'commander';
import { place } from '../base/diagnostics.ts';
import { hex } from '../base/hex.ts';
import { cpuText } from '../isa/cpu-choice.ts';
import type { CpuModel } from '../isa/cpu-model.ts';
import { featureName, featureSet } from '../isa/features.ts';
import { createBench, entriesOf, type RunResult } from '../lab/execute.ts';
import { type Matrix, runMatrix } from '../lab/matrix.ts';
import { loadProgram, type Program } from '../lab/program.ts';
import type { Scenario } from '../lab/scenario.ts';
import { colors } from './colors.ts';
import { accept, collect, EXIT, print, printJson, programOptions, SOURCE_OPTIONS, writeError } from './context.ts';
import { disasmText, patchLogText } from './disasm.ts';
import {
  assignments,
  featureList,
  instructionBudget,
  MACHINE_OPTIONS,
  type MachineFlags,
  machineOptions,
} from './machine-options.ts';
import { matrixTable, runText, showLines, verdictText } from './matrix-table.ts';

interface MatrixFlags extends MachineFlags {
  readonly json?: boolean;
  readonly all?: boolean;
  readonly listing?: boolean;
  readonly set: readonly string[];
  readonly vary?: readonly string[];
  readonly entry?: readonly string[];
}

export function matrixCommand(): Command {
  const command = new Command('matrix')
    .description('run every combination of the features and states that matter')
    .argument('<file>');
  for (const option of [...SOURCE_OPTIONS, ...MACHINE_OPTIONS]) command.addOption(option);
  return command
    .option(
      '--set <reg=value>',
      'set a register or per-CPU variable before each run (repeatable)',
      collect,
      [] as string[],
    )
    .option('--vary <list>', "the features to vary, instead of the header's (repeatable)", collect)
    .option('--entry <symbol>', "a function to run, instead of the header's entries (repeatable)", collect)
    .option('--all', 'a row for every run, instead of drawing equal rows together')
    .option('--listing', 'also print the first entry as patched for all the features varied')
    .option('--json', 'print one JSON document')
    .action((path: string, flags: MatrixFlags) => {
      const loaded = accept(loadProgram(path, programOptions(flags)));
      if (!loaded) return;
      const program: Program = { ...loaded, scenario: overridden(loaded.scenario, flags) };
      const options = machineOptions(flags);
      const progress = process.stderr.isTTY
        ? (done: number, total: number): void => writeError(`\r${done + 1}/${total} sets of features\x1b[K`)
        : undefined;
      const matrix = accept(
        runMatrix(program, {
          ...options,
          maxInsns: instructionBudget(flags.maxInsns),
          sets: assignments(flags.set),
          ...(progress && { onProgress: progress }),
        }),
      );
      if (progress) writeError('\r\x1b[K');
      if (!matrix) return;
      if (flags.json) printJson(matrixJson(program, matrix));
      else {
        print(matrixText(program, matrix, flags.all === true));
        if (flags.listing) print(`\n${listing(program, matrix, options)}`);
      }
      if (matrix.runs.some((run) => run.verdict === 'failed')) process.exitCode = EXIT.fellShort;
    });
}

/** The header with what the command line says instead. */
function overridden(scenario: Scenario, { vary, entry }: MatrixFlags): Scenario {
  const none = place('--entry', 0);
  return {
    ...scenario,
    ...(vary && { vary: featureList(vary) }),
    ...(entry && {
      entries: entry.map(
        (name) => scenario.entries.find((e) => e.name === name) ?? { name, symbol: name, place: none },
      ),
    }),
  };
}

function matrixText(program: Program, matrix: Matrix, all: boolean): string {
  const { scenario } = program;
  const { runs } = matrix;
  const cpu = cpuText(matrix.cpu);
  const lines = [...(scenario.title ? [colors.bold(scenario.title), ''] : []), matrixTable(matrix, !all)];
  const known = runs.flatMap((run) => run.verdicts.filter((v) => v.known !== undefined));
  if (known.length > 0) lines.push('', ...new Set(known.map((v) => `xfail  ${v.name}: ${v.known}`)));
  for (const run of runs.filter((r) => r.shows.length > 0)) {
    // Of one run it is plain whose figures they are.
    lines.push('', ...(runs.length > 1 ? [`${runText(run)}:`] : []), ...showLines(run));
  }
  const count = (verdict: RunResult['verdict']): number => runs.filter((r) => r.verdict === verdict).length;
  lines.push(
    '',
    `${runs.length} ${runs.length === 1 ? 'run' : 'runs'}${cpu === undefined ? '' : ` on ${cpu}`}: ${count('ok')} as expected, ${count('known')} short of it as announced (xfail), ${count('failed')} FAIL`,
  );
  return lines.join('\n');
}

/** The first entry, with every varied feature on. */
function listing(
  program: Program,
  matrix: Matrix,
  options: Omit<Parameters<typeof createBench>[1], 'features'>,
): string {
  const features = featureSet([...program.scenario.features, ...matrix.varied]);
  const bench = accept(createBench(program, { ...options, features }));
  const entry = bench && entriesOf(program, bench.image)[0];
  if (!bench || !entry) return '';
  const title = `${entry.symbol}, patched for ${matrix.varied.map(featureName).join(', ') || 'no feature'}:`;
  return [title, disasmText(bench.image, entry.symbol), '', ...patchLogText(bench.log, bench.image, entry.symbol)].join(
    '\n',
  );
}

const matrixJson = ({ path, scenario }: Program, { varied, cpu, groups, runs }: Matrix): Record<string, unknown> => ({
  file: path,
  title: scenario.title ?? null,
  varied: varied.map(featureName),
  cpu: cpuJson(cpu),
  groups,
  runs: runs.map((run) => ({ features: varied.filter((f) => run.features.has(f)).map(featureName), ...runJson(run) })),
});

/** As `--cpu` takes it, the default one too. */
export const cpuJson = (model: CpuModel): string => cpuText(model) ?? model.name;

/** One run as JSON; addresses and masks are hexadecimal strings. */
export const runJson = (run: RunResult): Record<string, unknown> => ({
  entry: run.selection.entry,
  states: Object.fromEntries(run.selection.states),
  outcome: run.outcome.kind === 'returned' ? 'returned' : (run.fault ?? run.outcome.stop.kind),
  cr3: hex(run.figures.cr3),
  cr3Name: run.cr3Name,
  cr3AtEntry: hex(run.figures.cr3AtEntry),
  flushMask: hex(run.figures.flushMask),
  flushMaskAtEntry: hex(run.figures.flushMaskAtEntry),
  instructions: run.figures.instructions,
  cr3Writes: run.figures.cr3Writes,
  cr3Flushes: run.figures.cr3Flushes,
  tlbLost: run.figures.tlbLost,
  cycles: run.figures.cycles,
  verdict: run.verdict,
  expected: verdictText(run),
  expectations: run.verdicts,
  ...(run.shows.length > 0 && { shows: run.shows.map((s) => ({ ...s, value: Number(s.value) })) }),
});
