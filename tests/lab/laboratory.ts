/** A program from a text with a header, without files; asm/include is at hand. */
import { readFileSync } from 'node:fs';
import { formatDiagnostic } from '../../src/base/diagnostics.ts';
import { SKYLAKE } from '../../src/cost/skylake.ts';
import { featureNumber, featureSet } from '../../src/isa/features.ts';
import {
  type Bench,
  type BenchOptions,
  createBench,
  entriesOf,
  type RunResult,
  runOnce,
  selectionOf,
} from '../../src/lab/execute.ts';
import { type Matrix, runMatrix } from '../../src/lab/matrix.ts';
import { loadProgram, type Program } from '../../src/lab/program.ts';

const INCLUDE = new URL('../../asm/include/', import.meta.url);

export const files = (contents: Readonly<Record<string, Uint8Array>>) => ({
  read: (path: string): Uint8Array | undefined =>
    contents[path] ?? (path.startsWith('inc/') ? readFileSync(new URL(path.slice(4), INCLUDE)) : undefined),
});

export function programOf(text: string | Uint8Array, path = 't.S'): Program {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(`${text}\n`) : text;
  const { value, diagnostics } = loadProgram(path, {
    files: files({ [path]: bytes }),
    includeDirs: ['inc'],
  });
  if (!value) throw new Error(diagnostics.map(formatDiagnostic).join('\n'));
  return value;
}

const featuresOf = (names: readonly string[]) => featureSet(names.map((name) => featureNumber(name)!));

export type Options = Omit<Partial<BenchOptions>, 'features'> & { readonly features?: readonly string[] };

export function benchOf(program: Program, { features = [], ...options }: Options = {}): Bench {
  const { value, diagnostics } = createBench(program, { cost: SKYLAKE, ...options, features: featuresOf(features) });
  if (!value) throw new Error(diagnostics.map(formatDiagnostic).join('\n'));
  return value;
}

/** The first entry in the first states; what is wrong with the header instead. */
export function runIn(
  bench: Bench,
  states: Readonly<Record<string, string>> = {},
  maxInsns = 1000,
): RunResult | string[] {
  const entry = entriesOf(bench.program, bench.image)[0]!;
  const selection = selectionOf(bench.program.scenario, entry.name, new Map(Object.entries(states)));
  const { value, diagnostics } = runOnce(bench, entry, selection, { maxInsns });
  return value ?? diagnostics.map(formatDiagnostic);
}

export const runText = (text: string, options?: Options): RunResult | string[] =>
  runIn(benchOf(programOf(text), options));

export function matrixOf(text: string): Matrix | string[] {
  const { value, diagnostics } = runMatrix(programOf(text), { maxInsns: 1000, cost: SKYLAKE });
  return value ?? diagnostics.map(formatDiagnostic);
}
