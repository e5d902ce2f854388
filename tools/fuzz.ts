/**
 * No guest program may crash or hang the host: random pages of code, run under a budget, fused and not, with and without a TLB.
 *
 *     npx tsx tools/fuzz.ts [--pages N] [--seed N] [--cpl 0|3] [--events] [--text FILE] [--cpu MODEL] [--failures N]
 *
 * With --events they are delivered, and a random system is around each page: descriptor tables, page tables, MSRs, interrupts.
 * Prints how the pages ended; a failure prints the options that repeat it, with `--pages 1`.
 */
import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { parseHexBytes } from '../src/base/hex.ts';
import type { CpuModel } from '../src/isa/cpu-model.ts';
import { CPU_MODELS, cpuModelNamed } from '../src/isa/cpu-models.ts';
import { createEventRig, runEvents } from './fuzz/events.ts';
import { type Material, makePage, type Page } from './fuzz/pages.ts';
import { BUDGET, createRig, type Outcome, runPage } from './fuzz/run.ts';
import { createLaboratory, runTraced } from './fuzz/traced.ts';

const SAMPLES_FILE = 'tests/uop/samples/forms.txt';
/** Of the forms that are not modelled. */
const MOST = 20;
const SLOW_MS = 1000;
const GROWTH_BYTES = 400 << 20;

/** The samples of the lowering, and the text of a program if there is one. */
export function material(textFile?: string): Material {
  const samples = readFileSync(SAMPLES_FILE, 'utf8')
    .split('\n')
    .filter((line) => /^[0-9a-f]{2}[ \t]/.test(line))
    .flatMap((line) => parseHexBytes(line.split('\t')[0]!) ?? []);
  const text = textFile === undefined ? undefined : readFileSync(textFile);
  return { samples, text: text ?? Uint8Array.from(samples.flatMap((bytes) => [...bytes])) };
}

export interface FuzzReport {
  readonly pages: number;
  /** Runs by how they ended; pages by how their first run did. */
  readonly runs: ReadonlyMap<string, number>;
  readonly firstEnds: ReadonlyMap<string, number>;
  readonly failures: readonly string[];
  readonly slowestMs: number;
}

export interface FuzzOptions {
  readonly seed: number;
  readonly pages: number;
  readonly cpl: 0 | 3;
  /** Events are delivered, in a random system. */
  readonly events?: boolean;
  readonly material: Material;
  readonly models?: typeof CPU_MODELS;
  /** How many failures are enough to look at (10). */
  readonly limit?: number;
  /** Milliseconds; without it nothing is timed. */
  readonly clock?: () => number;
  readonly onProgress?: (done: number, report: FuzzReport) => void;
}

export function fuzz(options: FuzzOptions): FuzzReport {
  const { seed, pages, cpl, events = false, models = CPU_MODELS, limit = 10, clock = () => 0 } = options;
  const runners = new Map<number, Runner>();
  // The laboratory's programs are the kernel's.
  const laboratory = cpl === 0 && !events ? createLaboratory() : undefined;
  const runs = new Map<string, number>();
  const firstEnds = new Map<string, number>();
  const failures: string[] = [];
  let slowestMs = 0;
  let done = 0;
  const report = (): FuzzReport => ({ pages: done, runs, firstEnds, failures, slowestMs });
  for (; done < pages && failures.length < limit; done++) {
    const page = makePage(seed + done, options.material, cpl);
    const which = page.seed % models.length;
    const runner = runners.get(which) ?? createRunner(models[which]!, events);
    runners.set(which, runner);
    const { ends, failure, slowest } = runner(page, clock);
    const tracedFailure = laboratory && runTraced(laboratory, page);
    slowestMs = Math.max(slowestMs, slowest);
    const complain = (what: string): void =>
      void failures.push(
        `--seed ${page.seed} --cpl ${cpl}${events ? ' --events' : ''} --cpu ${models[which]!.name} (${page.maker}): ${what}`,
      );
    if (failure !== undefined) complain(failure);
    if (tracedFailure !== undefined) complain(tracedFailure);
    if (slowest > SLOW_MS) complain(`a run of ${BUDGET} instructions took ${slowest.toFixed(0)} ms`);
    for (const end of ends) add(runs, end);
    add(firstEnds, ends[0] ?? 'thrown');
    options.onProgress?.(done, report());
  }
  return report();
}

type Runner = (page: Page, clock: () => number) => Outcome;

function createRunner(model: CpuModel, events: boolean): Runner {
  if (events) {
    const rig = createEventRig(model);
    return (page, clock) => runEvents(rig, page, clock);
  }
  const rig = createRig(model);
  return (page, clock) => runPage(rig, page, clock);
}

const add = (counts: Map<string, number>, key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);

/** Most frequent first; the forms that are not modelled as one, and so the vectors of INT n that are no exception's. */
function countsText(counts: ReadonlyMap<string, number>): string {
  const merged = new Map<string, number>();
  for (const [end, n] of counts) {
    const key = /^(not modelled|vector)/.exec(end)?.[0] ?? end;
    merged.set(key, (merged.get(key) ?? 0) + n);
  }
  return [...merged]
    .sort((a, b) => b[1] - a[1])
    .map(([end, n]) => `${end} ${n}`)
    .join(', ');
}

interface Options {
  readonly pages: number;
  readonly seed: number;
  readonly cpl: '0' | '3';
  readonly events: boolean;
  readonly text?: string;
  readonly cpu?: CpuModel;
  readonly failures: number;
}

function count(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('not a number.');
  return Number(text);
}

function modelNamed(name: string): CpuModel {
  const model = cpuModelNamed(name);
  if (!model) throw new InvalidArgumentError(`the models are ${CPU_MODELS.map((known) => known.name).join(', ')}.`);
  return model;
}

function main(): void {
  const values = new Command('fuzz')
    .description(
      'run random pages of code: each has to end in a report or in the budget, the same in every way of running it',
    )
    .option('--pages <n>', 'how many', count, 10_000)
    .option('--seed <n>', 'of the first page; the next has the next one', count, 1)
    .addOption(new Option('--cpl <level>', 'privilege').choices(['0', '3']).default('3'))
    .option('--events', 'deliver them, with a random system around each page', false)
    .option('--text <file>', 'a program whose bytes are mutated, besides the samples')
    .option('--cpu <model>', 'one model of CPU (default: all of them)', modelNamed)
    .option('--failures <n>', 'stop after so many', count, 10)
    .parse()
    .opts<Options>();
  const model = values.cpu;
  const began = performance.now();
  let told = 0;
  let atStart = 0;
  const report = fuzz({
    seed: values.seed,
    pages: values.pages,
    cpl: values.cpl === '0' ? 0 : 3,
    events: values.events,
    limit: values.failures,
    material: material(values.text),
    ...(model && { models: [model] }),
    // Of this process, so that others' load does not count.
    clock: () => process.cpuUsage().user / 1000,
    onProgress: (done, { failures }) => {
      for (; told < failures.length; told++) console.log(`FAIL ${failures[told]}`);
      if (done % 1000 !== 999) return;
      const { rss } = process.memoryUsage();
      atStart ||= rss;
      if (rss - atStart > GROWTH_BYTES) throw new Error(`memory grew by ${(rss - atStart) >> 20} MB`);
      const seconds = ((performance.now() - began) / 1000).toFixed(0);
      process.stderr.write(`${done + 1} pages, ${failures.length} failures, ${seconds} s, ${rss >> 20} MB\n`);
    },
  });
  console.log(`pages: ${report.pages}; by their first run: ${countsText(report.firstEnds)}`);
  console.log(`runs: ${countsText(report.runs)}`);
  const unmodelled = [...report.runs].filter(([end]) => end.startsWith('not modelled')).sort((a, b) => b[1] - a[1]);
  for (const [end, n] of unmodelled.slice(0, MOST)) console.log(`  ${end} ${n}`);
  if (unmodelled.length > MOST) console.log(`  and ${unmodelled.length - MOST} other forms`);
  console.log(`slowest run ${report.slowestMs.toFixed(0)} ms; ${report.failures.length} failures`);
  if (report.failures.length > 0) process.exitCode = 1;
}

if (process.argv[1]?.endsWith('fuzz.ts')) main();
