/**
 * One run: a program, an entry, a set of features and a choice of states in; what came of it and whether the
 * scenario's expectations were met out.
 *
 * A bench holds one machine per set of features and starts every run from the same checkpoint, so runs don't see
 * each other. A run is judged as follows: a fault that the header announces is known; an expectation that fails is
 * known if an `xfail` covers it; anything else that fails makes the run fall short, and so does an announced failure
 * that does not happen.
 */
import { type Diagnostic, error, hasErrors, type Parsed } from '../base/diagnostics.ts';
import { hex } from '../base/hex.ts';
import type { CostTable } from '../cost/cost.ts';
import * as cpuModel from '../cpu/cpu.ts';
import { faultName, type Stop } from '../cpu/stop.ts';
import type { KernelVersion } from '../image/alt-entries.ts';
import type { PatchRecord } from '../image/alternatives.ts';
import type { Image } from '../image/image.ts';
import { type PatchedRange, patchAt, symbolNamed } from '../image/image.ts';
import { chosenCpu, chosenOver } from '../isa/cpu-choice.ts';
import type { CpuFeatures, CpuModel } from '../isa/cpu-model.ts';
import type { Features } from '../isa/features.ts';
import { nameCr3 } from '../machine/linux.ts';
import { createMachine, enter, type Machine, type Outcome, outcomeOf, warmTlb } from '../machine/machine.ts';
import { assign, type Entered, enteredState, environment, type Selection } from './environment.ts';
import { type Environment, type Expression, evaluate, leaves } from './expression.ts';
import { buildImage, type Program } from './program.ts';
import type { Assignment, Entry, Scenario } from './scenario.ts';

export interface CpuOptions {
  /** Instead of the header's `cpu` lines. */
  readonly model?: CpuModel | undefined;
  /** On top of the header's `cpu` lines, or of `model`. */
  readonly cpu?: Partial<CpuFeatures> | undefined;
}

export interface BenchOptions extends CpuOptions {
  readonly features: Features;
  readonly tlb?: 'keep' | 'none';
  readonly cost?: CostTable;
  readonly memory?: number;
  readonly kernel?: KernelVersion;
  readonly events?: 'deliver' | 'stop';
}

/** A machine with the program patched and loaded, and the point every run starts from. */
export interface Bench {
  readonly program: Program;
  readonly machine: Machine;
  readonly image: Image;
  readonly log: readonly PatchRecord[];
  readonly start: cpuModel.Checkpoint;
}

export function createBench(program: Program, options: BenchOptions): Parsed<Bench | undefined> {
  const { features, kernel, model, cpu, ...rest } = options;
  const built = buildImage(program, features, kernel);
  const { image, log } = built.value;
  if (hasErrors(built.diagnostics)) return { value: undefined, diagnostics: built.diagnostics };
  const made = createMachine({
    ...rest,
    model: modelledCpu(program, { model, cpu }),
    image,
    features,
    percpu: program.percpu,
  });
  const diagnostics = [...built.diagnostics, ...made.diagnostics];
  const machine = made.value;
  return { value: machine && { program, machine, image, log, start: cpuModel.checkpoint(machine.cpu) }, diagnostics };
}

/** The CPU that the header and the options choose. */
export const modelledCpu = (program: Program, { model, cpu = {} }: CpuOptions): CpuModel =>
  chosenCpu(chosenOver(program.scenario.cpu, { model, changes: cpu }));

/** `--set REG=VALUE`: assignments after those of the states. */
export interface RunOptions {
  readonly maxInsns: number;
  readonly sets?: readonly Assignment[];
}

/** What a run was started with. */
export interface Started {
  readonly entry: Entry;
  readonly selection: Selection;
  readonly sets: readonly Assignment[];
}

export interface Verdict {
  readonly name: string;
  readonly met: boolean;
  /** Why it was known not to hold. */
  readonly known?: string;
}

export interface RunResult {
  readonly selection: Selection;
  readonly features: Features;
  readonly outcome: Outcome;
  /** `#PF` when a fault stopped the run. */
  readonly fault: string | undefined;
  /** The final CR3 as a person would call it: `user(1)`, or its value. */
  readonly cr3Name: string;
  readonly figures: Figures;
  readonly verdicts: readonly Verdict[];
  readonly shows: readonly { readonly name: string; readonly value: bigint; readonly note: string }[];
  /** ok: all met. known: falls short where the header says so. failed: anything else. */
  readonly verdict: 'ok' | 'known' | 'failed';
}

export interface Figures {
  readonly cr3: bigint;
  readonly cr3AtEntry: bigint;
  readonly flushMask: bigint;
  readonly flushMaskAtEntry: bigint;
  readonly instructions: number;
  readonly cr3Writes: number;
  readonly cr3Flushes: number;
  readonly tlbLost: number;
  readonly cycles: number;
}

/** Puts the machine into the selected state, RIP at the entry; the name errors of the header come back all together. */
export function setUp(
  bench: Bench,
  entry: Entry,
  selection: Selection,
  sets: readonly Assignment[] = [],
): Parsed<Entered> {
  const { machine, program } = bench;
  cpuModel.restore(machine.cpu, bench.start);
  const diagnostics: Diagnostic[] = [];
  // Before the assignments, so that a state may choose another stack.
  if (!enter(machine, entry.symbol)) diagnostics.push(error(`no symbol \`${entry.symbol}' to enter`, entry.place));
  const env = environment(machine, selection);
  const chosen = program.scenario.groups.flatMap(
    (group) => group.states.find((s) => s.name === selection.states.get(group.name))?.assignments ?? [],
  );
  for (const { target, value, place } of [...chosen, ...sets]) {
    const result = evaluate(value, env);
    if (!result.ok) diagnostics.push(error(result.message, place));
    else if (!assign(machine, target, result.value))
      diagnostics.push(error(`\`${target}' is no register or per-CPU variable`, place));
  }
  warmTlb(machine);
  const entered = enteredState(machine);
  diagnostics.push(...unknownNames(program.scenario, environment(machine, selection, entered)));
  return { value: entered, diagnostics };
}

/** Names and functions of the header that mean nothing, whether or not a run would come to evaluate them. */
function unknownNames(scenario: Scenario, env: Environment): Diagnostic[] {
  const uses = [
    ...scenario.expects.map((e) => ({ expression: e.test, place: e.place })),
    ...scenario.xfails.map((e) => ({ expression: e.when, place: e.place })),
    ...scenario.faults.map((e) => ({ expression: e.when, place: e.place })),
    ...scenario.shows.map((e) => ({ expression: e.value, place: e.place })),
  ];
  return uses.flatMap(({ expression, place }) =>
    [...leaves(expression)].flatMap((leaf) => {
      const known =
        leaf.kind === 'name'
          ? env.name(leaf.name)
          : env.call(
              leaf.name,
              leaf.args.map(() => 0n),
            );
      if (known !== undefined) return [];
      const what =
        leaf.kind === 'name' ? `name \`${leaf.name}'` : `function \`${leaf.name}' of ${leaf.args.length} argument(s)`;
      return [error(`unknown ${what}`, place)];
    }),
  );
}

/** Runs the entry in the selected state and judges it. */
export function runOnce(
  bench: Bench,
  entry: Entry,
  selection: Selection,
  options: RunOptions,
): Parsed<RunResult | undefined> {
  const { machine } = bench;
  const set = setUp(bench, entry, selection, options.sets);
  if (hasErrors(set.diagnostics)) return { value: undefined, diagnostics: set.diagnostics };
  const stop = cpuModel.run(machine.cpu, options.maxInsns);
  return { value: judge(bench, selection, set.value, outcomeOf(machine, stop)), diagnostics: set.diagnostics };
}

/** Steps of a run that `patchesOnPath` looks back on, at the most. */
const PATH_LIMIT = 100_000;

/**
 * The patched ranges that a run of `steps` instructions went through, in the order of their last visit: what the patcher
 * did on the way to where it stopped. Found by running again from the start, which the machine's determinism allows;
 * the machine is left as it was.
 */
export function patchesOnPath(bench: Bench, run: Started, steps: number): PatchedRange[] {
  const { cpu } = bench.machine;
  const end = cpuModel.checkpoint(cpu);
  setUp(bench, run.entry, run.selection, run.sets);
  const visited = new Set<PatchedRange>();
  for (let i = 0; i < Math.min(steps, PATH_LIMIT); i++) {
    const patch = patchAt(bench.image, cpuModel.getRip(cpu));
    if (patch) {
      visited.delete(patch);
      visited.add(patch);
    }
    if (cpuModel.run(cpu, 1).kind !== 'budget') break;
  }
  cpuModel.restore(cpu, end);
  return [...visited];
}

/** Why a run did not return, in a table's cell. */
function stopWord(stop: Stop): string {
  switch (stop.kind) {
    case 'fault':
      return faultName(stop.vector);
    case 'not-modelled':
      return `not modelled: ${stop.form}`;
    case 'budget':
      return 'budget used up';
    case 'halt':
      return 'halted';
    case 'exit':
      return 'exit';
    case 'shutdown':
      return 'triple fault';
    default:
      return stop satisfies never;
  }
}

/** The verdict over a machine whose run has ended. */
export function judge(bench: Bench, selection: Selection, entered: Entered, outcome: Outcome): RunResult {
  const {
    machine,
    program: { scenario },
  } = bench;
  const env = environment(machine, selection, entered);
  // Names were checked before the run; what can still go wrong is arithmetic, and it makes the run fall short.
  const mistakes: Verdict[] = [];
  const computed = (name: string, expression: Expression): bigint => {
    const result = evaluate(expression, env);
    if (!result.ok) mistakes.push({ name: `${name}: ${result.message}`, met: false });
    return result.ok ? result.value : 0n;
  };
  const holds = (name: string, expression: Expression): boolean => computed(name, expression) !== 0n;
  const fault =
    outcome.kind === 'stopped' && outcome.stop.kind === 'fault' ? faultName(outcome.stop.vector) : undefined;
  const announced = scenario.faults.find((f) => holds('fault', f.when));
  const verdicts: Verdict[] = [];
  if (announced) {
    const met = fault === announced.fault;
    verdicts.push({ name: `fault ${announced.fault}`, met, ...(met && { known: announced.reason }) });
  } else if (outcome.kind === 'stopped') verdicts.push({ name: `returns (${stopWord(outcome.stop)})`, met: false });
  else {
    for (const { name, test } of scenario.expects) {
      const known = scenario.xfails.find((x) => x.expectation === name && holds('xfail', x.when));
      const before = mistakes.length;
      const met = holds(name, test);
      if (mistakes.length > before) continue;
      // An announced failure that does not happen is as much of a surprise as the other way round.
      verdicts.push({ name, met: known ? false : met, ...(known && !met && { known: known.reason || 'announced' }) });
    }
  }
  const shows = scenario.shows.map(({ name, value, note }) => ({ name, value: computed(name, value), note }));
  verdicts.push(...mistakes);
  const failed = verdicts.some((v) => !v.met && v.known === undefined);
  const known = verdicts.some((v) => v.known !== undefined);
  const cr3 = env.name('cr3')!;
  return {
    selection,
    features: machine.features,
    cr3Name: nameCr3(machine.space, cr3) ?? hex(cr3),
    outcome,
    fault,
    verdicts,
    shows,
    figures: figuresOf(env, entered),
    verdict: failed ? 'failed' : known ? 'known' : 'ok',
  };
}

function figuresOf(env: Environment, entered: Entered): Figures {
  const count = (name: string): number => Number(env.name(name) ?? 0n);
  return {
    cr3: env.name('cr3')!,
    cr3AtEntry: entered.values.get('cr3')!,
    flushMask: env.name('user_pcid_flush_mask')!,
    flushMaskAtEntry: entered.values.get('user_pcid_flush_mask')!,
    instructions: count('instructions'),
    cr3Writes: count('cr3_writes'),
    cr3Flushes: count('cr3_flushes'),
    tlbLost: count('tlb_lost'),
    cycles: count('cycles'),
  };
}

/** Every combination of one state of each group, the last group varying fastest. */
export function allSelections(scenario: Scenario, entry: string): Selection[] {
  let maps: ReadonlyMap<string, string>[] = [new Map()];
  for (const { name, states } of scenario.groups) {
    maps = maps.flatMap((map) => states.map((state) => new Map([...map, [name, state.name]])));
  }
  return maps.map((states) => ({ entry, states }));
}

/** The first state of each group, with `chosen` in place of those it names. */
export function selectionOf(
  scenario: Scenario,
  entry: string,
  chosen: ReadonlyMap<string, string> = new Map(),
): Selection {
  const states = new Map(scenario.groups.map((g) => [g.name, chosen.get(g.name) ?? g.states[0]!.name]));
  return { entry, states };
}

/** The scenario's entries; without any, the image's first global function, or its first code symbol. */
export function entriesOf({ scenario, path, object }: Program, image: Image): Entry[] {
  if (scenario.entries.length > 0) return [...scenario.entries];
  const code = image.symbols.filter((s) => s.kind === 'code');
  const isFunction = (name: string): boolean => object.symbols.some((s) => s.name === name && s.binding === 'global');
  const symbol = symbolNamed(image, '_start') ?? code.find((s) => isFunction(s.name)) ?? code[0];
  return symbol
    ? [{ name: symbol.name, symbol: symbol.name, place: { span: { file: path, line: 1 }, chain: [] } }]
    : [];
}
