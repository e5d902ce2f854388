/** `entrylab run`: one entry, one set of features, one state; with --trace a line an instruction. */
import { Command, Option } from 'commander';
import type { Diagnostic } from '../base/diagnostics.ts';
import * as cpuModel from '../cpu/cpu.ts';
import type { Stop } from '../cpu/stop.ts';
import { cpuText } from '../isa/cpu-choice.ts';
import { featureNames } from '../isa/features.ts';
import {
  type Bench,
  createBench,
  entriesOf,
  judge,
  patchesOnPath,
  type RunResult,
  selectionOf,
  setUp,
} from '../lab/execute.ts';
import { loadProgram } from '../lab/program.ts';
import type { Entry } from '../lab/scenario.ts';
import { outcomeOf } from '../machine/machine.ts';
import { interruptText } from '../trace/interrupts.ts';
import { stopReport } from '../trace/report.ts';
import { traceRun } from '../trace/step.ts';
import { stepJson, stepText } from '../trace/text.ts';
import {
  accept,
  EXIT,
  print,
  printJson,
  programOptions,
  SOURCE_OPTIONS,
  UsageError,
  write,
  writeError,
} from './context.ts';
import {
  assignments,
  chosenFeatures,
  chosenStates,
  ENTRY_OPTIONS,
  type EntryFlags,
  FEATURES_OPTION,
  instructionBudget,
  MACHINE_OPTIONS,
  type MachineFlags,
  machineOptions,
} from './machine-options.ts';
import { cpuJson, runJson } from './matrix.ts';
import { maskText, showLines, verdictText, writesText } from './matrix-table.ts';

interface RunFlags extends MachineFlags, EntryFlags {
  readonly trace?: boolean;
  readonly uops?: boolean;
  readonly json?: boolean;
  readonly d?: 'int';
  readonly events: 'deliver' | 'stop';
}

export function runCommand(): Command {
  const command = new Command('run').description('assemble or load a program, patch it, and run it').argument('<file>');
  for (const option of [...SOURCE_OPTIONS, ...MACHINE_OPTIONS, FEATURES_OPTION, ...ENTRY_OPTIONS])
    command.addOption(option);
  return command
    .option('--trace', 'print a line for each instruction, with what it changed')
    .option('--uops', 'with --trace, the micro-ops below each instruction')
    .addOption(
      new Option('--events <how>', 'faults and interrupts end the run, or go through the IDT that the program loads')
        .choices(['stop', 'deliver'])
        .default('stop'),
    )
    .addOption(new Option('-d <what>', 'log each event, a line as QEMU has it').choices(['int']))
    .option('--json', 'print one JSON document')
    .action((path: string, flags: RunFlags) => {
      const program = accept(loadProgram(path, programOptions(flags)));
      if (!program) return;
      const features = chosenFeatures(program.scenario, flags);
      const bench = accept(createBench(program, { ...machineOptions(flags), features, events: flags.events }));
      if (bench) runBench(bench, flags);
    });
}

function runBench(bench: Bench, flags: RunFlags): void {
  const { machine, program, image } = bench;
  const entry = chooseEntry(entriesOf(program, image), flags.entry);
  if (!entry) throw new UsageError('the program has no code to enter');
  const selection = selectionOf(program.scenario, entry.name, chosenStates(program.scenario, flags.state));
  const sets = assignments(flags.set);
  const entered = setUp(bench, entry, selection, sets);
  if (!accept<unknown>(entered)) return;
  const stop = execute(bench, flags);
  const result = judge(bench, selection, entered.value, outcomeOf(machine, stop));
  const report = (): string =>
    stopReport(machine, stop, patchesOnPath(bench, { entry, selection, sets }, result.figures.instructions));
  if (flags.json) {
    const stopped = result.outcome.kind === 'stopped' ? { report: report() } : {};
    const cpu = cpuJson(machine.cpu.model);
    const features = featureNames(machine.features);
    const fields = { file: program.path, features, cpu, ...runJson(result), ...stopped };
    // Of one document with the trace, which is printed as it goes, so that a long one does not pile up.
    if (traces(flags)) print(`\n], ${JSON.stringify(fields, null, 2).slice(1)}`);
    else printJson(fields);
  } else print(`${traces(flags) ? '\n' : ''}${summary(bench, entry, result, report)}`);
  if (result.verdict === 'failed') process.exitCode = EXIT.fellShort;
}

const traces = (flags: RunFlags): boolean => flags.trace === true || flags.uops === true;

/** Runs to the end, printing the trace on the way if one is asked for. */
function execute({ machine }: Bench, flags: RunFlags): Stop {
  const maxInsns = instructionBudget(flags.maxInsns);
  if (!traces(flags)) return flags.d ? runLogged(machine.cpu, maxInsns) : cpuModel.run(machine.cpu, maxInsns);
  const trace = traceRun(machine, { maxInsns, uops: flags.uops === true });
  if (flags.json) print('{ "trace": [');
  for (let first = true; ; first = false) {
    const next = trace.next();
    if (next.done) return next.value;
    if (flags.json) write(`${first ? '' : ',\n'}${JSON.stringify(stepJson(next.value))}`);
    else print(stepText(next.value));
  }
}

/** Instructions between two looks at the log, which holds more than events. */
const LOGGED = 4096;

/** Runs to the end with a line for each event on standard error, as QEMU logs them. */
function runLogged(cpu: cpuModel.Cpu, maxInsns: number): Stop {
  let lines = 0;
  for (let left = maxInsns; left > 0; left -= LOGGED) {
    const log: cpuModel.EventRecord[] = [];
    cpu.eventLog = log;
    const stop = cpuModel.run(cpu, Math.min(left, LOGGED));
    cpu.eventLog = undefined;
    for (const record of log) if (record.kind === 'event') writeError(`${interruptText(record, lines++)}\n`);
    if (stop.kind !== 'budget') return stop;
  }
  return { kind: 'budget' };
}

function chooseEntry(entries: readonly Entry[], name: string | undefined): Entry | undefined {
  if (name === undefined) return entries[0];
  const none: Diagnostic['place'] = { span: { file: '--entry', line: 0 }, chain: [] };
  return entries.find((e) => e.name === name || e.symbol === name) ?? { name, symbol: name, place: none };
}

function summary(bench: Bench, entry: Entry, result: RunResult, report: () => string): string {
  const { machine } = bench;
  const { figures, outcome, selection } = result;
  const states = [...selection.states].map(([group, state]) => `${group}=${state}`);
  const cpu = cpuText(machine.cpu.model);
  const head = [
    entry.symbol,
    `features ${featureNames(machine.features).join(',') || 'none'}`,
    ...(cpu === undefined ? [] : [`cpu ${cpu}`]),
    ...(states.length > 0 ? [states.join(' ')] : []),
  ];
  const lines = [head.join('  ')];
  if (outcome.kind === 'stopped') lines.push(report(), '');
  lines.push(
    `${outcome.kind === 'returned' ? 'returned' : 'stopped'} after ${figures.instructions} instructions, ${figures.cycles} cycles`,
    `CR3 ${result.cr3Name}; CR3 writes ${writesText(result)}; TLB entries lost ${figures.tlbLost}; flush mask ${maskText(result)}`,
  );
  lines.push(...showLines(result));
  if (result.verdicts.length > 0) lines.push(`expected: ${verdictText(result)}`);
  return lines.join('\n');
}
