/**
 * Runs vector files (the format stands in tests/vectors.ts) through the engine and prints what differs from the CPU that made them.
 *
 *   npx tsx tools/vectors.ts FILE…
 *
 * The first mismatches are told in full; a form that isn't modelled is one. Ends with `N passed, M failed`, which count a vector
 * once for each way of running it. Exit status: 0 all passed, 1 some failed, 2 a file or the command line was wrong.
 */
import { existsSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { hexBytes } from '../src/base/hex.ts';
import type { CpuModel } from '../src/isa/cpu-model.ts';
import { CPU_MODELS, cpuModelNamed } from '../src/isa/cpu-models.ts';
import { checkVector, readVectors, type Vector } from '../tests/vectors.ts';
import { buildEngine } from './build-engine.ts';

const EXIT = { passed: 0, failed: 1, badInput: 2 } as const;

interface Options {
  readonly cpu?: CpuModel;
  readonly fused?: boolean;
  readonly unfused?: boolean;
  readonly tlb: 'keep' | 'none';
  readonly first: number;
  readonly json?: boolean;
}

interface Mismatch {
  readonly file: string;
  readonly n: number;
  readonly asm: string;
  readonly bytes: string;
  readonly fused: boolean;
  /** `what: silicon …, ours …` */
  readonly differences: readonly string[];
}

interface Summary {
  passed: number;
  failed: number;
  /** As many as are to be told. */
  readonly mismatches: Mismatch[];
}

/** A mistake in a file or an option, told in one line. */
class InputError extends Error {}

/** Where output goes. */
export interface Streams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** The whole tool: arguments as after the command's name, exit status out. */
export async function vectors(args: readonly string[], { out, err }: Streams): Promise<number> {
  const command = commandLine().configureOutput({ writeOut: out, writeErr: err });
  try {
    command.parse(args, { from: 'user' });
    const options = command.opts<Options>();
    const files = command.args.map((path) => ({ path, vectors: load(path) }));
    const summary = await runAll(files, options);
    out(options.json ? `${JSON.stringify(summary, null, 2)}\n` : summaryText(summary));
    return summary.failed === 0 ? EXIT.passed : EXIT.failed;
  } catch (problem) {
    if (problem instanceof CommanderError) return problem.exitCode === 0 ? EXIT.passed : EXIT.badInput;
    if (!(problem instanceof InputError)) throw problem;
    err(`vectors: ${problem.message}\n`);
    return EXIT.badInput;
  }
}

const commandLine = (): Command =>
  new Command('vectors')
    .description('run vectors of a real CPU through the engine, with and without fused micro-ops')
    .argument('<file...>', '.jsonl or .jsonl.gz')
    .addOption(
      new Option('--cpu <model>', `the CPU to model (default: the one that the line names, else zen4)`).argParser(
        model,
      ),
    )
    .addOption(new Option('--fused', 'only with fused micro-ops').conflicts('unfused'))
    .option('--unfused', 'only without')
    .addOption(
      new Option('--tlb <policy>', 'how long the TLB keeps translations').choices(['keep', 'none']).default('keep'),
    )
    .addOption(new Option('--first <n>', 'tell so many mismatches').argParser(countOf).default(20))
    .option('--json', 'print one JSON document')
    .exitOverride();

function model(name: string): CpuModel {
  const found = cpuModelNamed(name);
  if (!found) throw new InvalidArgumentError(`There are ${CPU_MODELS.map((m) => m.name).join(', ')}.`);
  return found;
}

function countOf(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It takes a number.');
  return Number(text);
}

/** All vectors of a file; every line has to be one. */
function load(path: string): Vector[] {
  if (!existsSync(path)) throw new InputError(`${path}: no such file`);
  const vectors: Vector[] = [];
  contents(path)
    .split('\n')
    .forEach((line, i) => {
      try {
        vectors.push(...readVectors(line));
      } catch (problem) {
        throw new InputError(`${path}:${i + 1}: not a vector: ${problem instanceof Error ? problem.message : problem}`);
      }
    });
  const strange = vectors.find(({ cpu }) => cpu !== undefined && !cpuModelNamed(cpu));
  if (strange) throw new InputError(`${path}: vector ${strange.n}: no model of CPU is named ${strange.cpu}`);
  if (vectors.length === 0) throw new InputError(`${path}: no vectors`);
  return vectors;
}

function contents(path: string): string {
  try {
    const bytes = readFileSync(path);
    return (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString();
  } catch (problem) {
    throw new InputError(`${path}: ${problem instanceof Error ? problem.message : problem}`);
  }
}

interface File {
  readonly path: string;
  readonly vectors: readonly Vector[];
}

async function runAll(files: readonly File[], options: Options): Promise<Summary> {
  const { cpu, tlb, first } = options;
  if (!existsSync(new URL('../src/engine/module.ts', import.meta.url))) await buildEngine();
  // Only now: the engine's module is generated.
  const { executor } = await import('../tests/engine/execute-vector.ts');
  const summary: Summary = { passed: 0, failed: 0, mismatches: [] };
  const ways = options.fused ? [true] : options.unfused ? [false] : [true, false];
  for (const fuse of ways) {
    const execute = executor({ fuse, tlb, ...(cpu && { model: cpu }) });
    for (const { path, vectors } of files) {
      for (const vector of vectors) {
        const verdict = checkVector(vector, execute);
        if (verdict.kind === 'passed') summary.passed++;
        else {
          summary.failed++;
          const differences = verdict.kind === 'failed' ? verdict.differences : [`not modelled: ${verdict.form}`];
          if (summary.mismatches.length < first) summary.mismatches.push(mismatch(path, vector, fuse, differences));
        }
      }
    }
  }
  return summary;
}

const mismatch = (file: string, vector: Vector, fused: boolean, differences: readonly string[]): Mismatch => ({
  ...{ file, n: vector.n, asm: vector.asm, bytes: hexBytes(vector.bytes) },
  ...{ fused, differences },
});

function summaryText({ passed, failed, mismatches }: Summary): string {
  const blocks = mismatches.map(({ file, n, asm, bytes, fused, differences }) =>
    [`${file} ${n}: ${asm.trim()}  (${bytes})${fused ? '' : ', unfused'}`, ...differences.map((d) => `    ${d}`)].join(
      '\n',
    ),
  );
  if (failed > mismatches.length) blocks.push(`… and ${failed - mismatches.length} more`);
  return [...blocks, `${passed} passed, ${failed} failed\n`].join('\n');
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = await vectors(process.argv.slice(2), {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
  });
}
