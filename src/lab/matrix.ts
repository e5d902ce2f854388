/**
 * The matrix: every entry, in every state, under every set of features that a kernel can boot with, of those that the
 * image's alternatives test (or that the header says to vary).
 */
import { type Diagnostic, hasErrors, type Parsed } from '../base/diagnostics.ts';
import { featuresTested } from '../image/alternatives.ts';
import type { CpuModel } from '../isa/cpu-model.ts';
import { brokenConstraint, FEATURE_NUMBERS, type Features, featureName, featureSet } from '../isa/features.ts';
import {
  allSelections,
  type BenchOptions,
  createBench,
  entriesOf,
  modelledCpu,
  type RunOptions,
  type RunResult,
  runOnce,
} from './execute.ts';
import { linkProgram, type Program } from './program.ts';

/** More features than this give too many sets to run; the header's `vary` chooses. */
const MAX_VARIED = 12;

export interface Matrix {
  /** The features varied, as the table's columns name them. */
  readonly varied: readonly number[];
  /** State groups, the table's next columns. */
  readonly groups: readonly string[];
  readonly runs: readonly RunResult[];
  readonly cpu: CpuModel;
}

export interface MatrixOptions extends Omit<BenchOptions, 'features'>, RunOptions {
  /** Called before each set of features, for progress. */
  readonly onProgress?: (done: number, total: number) => void;
}

export function runMatrix(program: Program, options: MatrixOptions): Parsed<Matrix | undefined> {
  const linked = linkProgram(program);
  if (hasErrors(linked.diagnostics)) return { value: undefined, diagnostics: linked.diagnostics };
  const { scenario, path } = program;
  const tested = scenario.vary ?? featuresTested(linked.value, options.kernel ?? scenario.kernel);
  // What is always set is no choice.
  const varied = tested.filter((feature) => feature !== FEATURE_NUMBERS.ALWAYS);
  if (varied.length > MAX_VARIED) {
    const message = `${varied.length} features are too many to vary; choose with \`//@ vary' (${varied.map(featureName).join(' ')})`;
    return {
      value: undefined,
      diagnostics: [{ severity: 'error', message, place: { span: { file: path, line: 1 }, chain: [] } }],
    };
  }
  const entries = entriesOf(program, linked.value);
  const sets = featureSets(varied, scenario.features);
  const runs: RunResult[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const [done, features] of sets.entries()) {
    options.onProgress?.(done, sets.length);
    const bench = createBench(program, { ...options, features });
    if (!bench.value) return { value: undefined, diagnostics: bench.diagnostics };
    for (const entry of entries) {
      for (const selection of allSelections(scenario, entry.name)) {
        const run = runOnce(bench.value, entry, selection, options);
        if (!run.value) return { value: undefined, diagnostics: run.diagnostics };
        runs.push(run.value);
      }
    }
  }
  return {
    value: {
      varied,
      cpu: modelledCpu(program, options),
      groups: scenario.groups.map((g) => g.name),
      runs: byEntry(
        runs,
        entries.map((e) => e.name),
      ),
    },
    diagnostics,
  };
}

/** Runs of one entry together, in the header's order. */
const byEntry = (runs: readonly RunResult[], names: readonly string[]): RunResult[] =>
  names.flatMap((name) => runs.filter((run) => run.selection.entry === name));

/** Every allowed subset of `varied` joined to the fixed features, the empty one first. */
export function featureSets(varied: readonly number[], fixed: readonly number[] = []): Features[] {
  const sets: Features[] = [];
  // What the program does not test cannot break a rule: UNRET needs RETHUNK, but code that asks for UNRET alone runs.
  const mentioned = featureSet([...fixed, ...varied]);
  for (let mask = 0; mask < 1 << varied.length; mask++) {
    // The first feature is the slowest to change, as a table reads.
    const chosen = varied.filter((_, i) => mask & (1 << (varied.length - 1 - i)));
    const features = featureSet([...fixed, ...chosen]);
    const duplicate = sets.some((s) => s.size === features.size && [...features].every((f) => s.has(f)));
    if (!duplicate && !brokenConstraint(features, mentioned)) sets.push(features);
  }
  return sets;
}
