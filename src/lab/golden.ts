/** Golden traces: the trace of one run as text, and the first place where two traces part, with its context. */
import { error, hasErrors, type Parsed } from '../base/diagnostics.ts';
import { SKYLAKE } from '../cost/skylake.ts';
import { cpuText } from '../isa/cpu-choice.ts';
import { featureNames, featureSet } from '../isa/features.ts';
import { outcomeOf } from '../machine/machine.ts';
import { stopText } from '../trace/report.ts';
import { traceRun } from '../trace/step.ts';
import { stepText } from '../trace/text.ts';
import { type CpuOptions, createBench, entriesOf, selectionOf, setUp } from './execute.ts';
import type { Program } from './program.ts';
import type { Golden } from './scenario.ts';

/** The whole trace: a head that says which run it is, a line a step, and how it ended. */
export function goldenTrace(
  program: Program,
  golden: Golden,
  maxInsns: number,
  cpu: CpuOptions = {},
): Parsed<string | undefined> {
  const features = featureSet(golden.features ?? program.scenario.features);
  const bench = createBench(program, { ...cpu, features, cost: SKYLAKE });
  if (!bench.value) return { value: undefined, diagnostics: bench.diagnostics };
  const { machine, image } = bench.value;
  const entries = entriesOf(program, image);
  const entry = entries.find((e) => e.name === golden.entry) ?? entries[0];
  if (!entry) return { value: undefined, diagnostics: [error('the program has no code to enter', golden.place)] };
  const selection = selectionOf(program.scenario, entry.name, golden.states);
  const set = setUp(bench.value, entry, selection);
  if (hasErrors(set.diagnostics)) return { value: undefined, diagnostics: set.diagnostics };
  const states = [...selection.states].map(([group, state]) => ` ${group}=${state}`).join('');
  const cpuName = cpuText(machine.cpu.model);
  const chosen = `features=${featureNames(features).join(',') || 'none'}${cpuName ? ` cpu=${cpuName}` : ''}`;
  const lines = [`# ${entry.symbol} ${chosen}${states}`];
  const trace = traceRun(machine, { maxInsns });
  let next = trace.next();
  for (; !next.done; next = trace.next()) lines.push(stepText(next.value));
  const outcome = outcomeOf(machine, next.value);
  lines.push(outcome.kind === 'returned' ? '# returned' : `# ${stopText(machine, outcome.stop)}`, '');
  return { value: lines.join('\n'), diagnostics: [] };
}

const CONTEXT = 3;

/** Undefined when equal; else the lines around the first difference, `-` kept and `+` new. */
export function firstDifference(kept: string, now: string): string[] | undefined {
  if (kept === now) return undefined;
  const before = kept.split('\n');
  const after = now.split('\n');
  const at = before.findIndex((line, i) => line !== after[i]);
  const first = at < 0 ? before.length : at;
  const context = before.slice(Math.max(0, first - CONTEXT), first).map((line) => `  ${line}`);
  const show = (mark: string, lines: readonly string[]): string[] =>
    first < lines.length ? [`${mark} ${lines[first]}`] : [`${mark} (the trace ends here)`];
  return [`first difference in line ${first + 1}:`, ...context, ...show('-', before), ...show('+', after)];
}
