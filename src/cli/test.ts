/**
 * `entrylab test`: every program with a scenario header below a directory is run through its matrix, and its golden
 * traces are compared; TAP on standard output. `--update` (or UPDATE=1) rewrites the goldens; in CI that is refused.
 */
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import { Command } from 'commander';
import { type Diagnostic, formatDiagnostic, hasErrors } from '../base/diagnostics.ts';
import { SKYLAKE } from '../cost/skylake.ts';
import type { CpuOptions } from '../lab/execute.ts';
import { firstDifference, goldenTrace } from '../lab/golden.ts';
import { runMatrix } from '../lab/matrix.ts';
import { isSource, loadProgram, type Program } from '../lab/program.ts';
import { DEFAULT_MAX_INSNS } from '../machine/machine.ts';
import {
  EXIT,
  files,
  print,
  programOptions,
  SOURCE_OPTIONS,
  type SourceFlags,
  UsageError,
  writeWhole,
} from './context.ts';
import { CPU_OPTION, cpuOptions } from './machine-options.ts';
import { runText, verdictText } from './matrix-table.ts';

interface TestFlags extends SourceFlags {
  readonly cpu: readonly string[];
  readonly update?: boolean;
  readonly golden: string;
}

interface TestResult {
  readonly name: string;
  readonly problems: readonly string[];
  readonly badInput?: boolean;
}

export function testCommand(): Command {
  const command = new Command('test')
    .description('check the expectations and golden traces of programs')
    .argument('<path...>');
  for (const option of [...SOURCE_OPTIONS, CPU_OPTION]) command.addOption(option);
  return command
    .option('--golden <dir>', 'where the golden traces are', 'tests/golden')
    .option('--update', 'rewrite the golden traces (also UPDATE=1); not in CI')
    .action((paths: string[], flags: TestFlags) => {
      const update = flags.update === true || process.env.UPDATE === '1';
      if (update && process.env.CI) throw new UsageError('golden traces are not rewritten in CI');
      if (update && flags.cpu.length > 0)
        throw new UsageError("golden traces are those of the header's CPU: --update takes no --cpu");
      const programs = paths.flatMap(findPrograms);
      if (programs.length === 0) throw new UsageError(`no program with a //@ header below ${paths.join(', ')}`);
      const results = programs.flatMap((file) => testProgram(file, flags, update));
      reportTap(results);
    });
}

function findPrograms(path: string): string[] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new UsageError(`cannot open ${path}: no such file or directory`);
  if (found.isFile()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && isSource(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => /^\s*(\/\/|#)@/m.test(new TextDecoder().decode(files.read(file))))
    .sort();
}

function testProgram(file: string, flags: TestFlags, update: boolean): TestResult[] {
  const broken = (name: string, diagnostics: readonly Diagnostic[]): TestResult => ({
    name,
    problems: diagnostics.map(formatDiagnostic),
    badInput: true,
  });
  const loaded = loadProgram(file, programOptions(flags));
  const program = loaded.value;
  if (!program || hasErrors(loaded.diagnostics)) return [broken(file, loaded.diagnostics)];
  const cpu = cpuOptions(flags.cpu);
  const matrix = runMatrix(program, { ...cpu, maxInsns: DEFAULT_MAX_INSNS, cost: SKYLAKE });
  if (!matrix.value) return [broken(`${file} matrix`, matrix.diagnostics)];
  const failed = matrix.value.runs.filter((run) => run.verdict === 'failed');
  const describe = (run: (typeof failed)[number]): string => `${runText(run)}: ${verdictText(run)}`;
  const results: TestResult[] = [
    {
      name: `${file} matrix of ${matrix.value.runs.length} ${matrix.value.runs.length === 1 ? 'run' : 'runs'}`,
      problems: failed.map(describe),
    },
  ];
  const stem = goldenFolder(flags.golden, file);
  for (const golden of program.scenario.goldens) {
    results.push(
      testGolden(program, golden, cpu, join(stem, `${golden.name}.trace`), `${file} trace ${golden.name}`, update),
    );
  }
  return results;
}

/** `tests/golden/asm/cr3/restore_cr3`: the program's path from here, however it was named; outside of here its name alone. */
function goldenFolder(golden: string, file: string): string {
  const path = relative('.', file).replace(/\.[sS]$/, '');
  return join(golden, path.startsWith('..') || isAbsolute(path) ? basename(path) : path);
}

function testGolden(
  program: Program,
  golden: Program['scenario']['goldens'][number],
  cpu: CpuOptions,
  path: string,
  name: string,
  update: boolean,
): TestResult {
  const trace = goldenTrace(program, golden, DEFAULT_MAX_INSNS, cpu);
  if (trace.value === undefined) return { name, problems: trace.diagnostics.map(formatDiagnostic), badInput: true };
  if (update) {
    mkdirSync(dirname(path), { recursive: true });
    const problem = writeWhole(path, trace.value);
    return { name, problems: problem === undefined ? [] : [problem] };
  }
  const kept = files.read(path);
  if (!kept) return { name, problems: [`no golden trace ${path}; make it with --update and read it`] };
  const difference = firstDifference(new TextDecoder().decode(kept), trace.value);
  return {
    name,
    problems:
      difference === undefined
        ? []
        : [`differs from ${path}; if that is right, --update and read the change`, ...difference],
  };
}

function reportTap(results: readonly TestResult[]): void {
  print(`TAP version 13\n1..${results.length}`);
  for (const [i, { name, problems }] of results.entries()) {
    print(`${problems.length > 0 ? 'not ok' : 'ok'} ${i + 1} - ${name}`);
    for (const problem of problems)
      print(
        problem
          .split('\n')
          .map((line) => `# ${line}`)
          .join('\n'),
      );
  }
  const failed = results.filter((r) => r.problems.length > 0);
  print(`# ${results.length - failed.length} passed, ${failed.length} failed`);
  if (failed.length > 0) process.exitCode = failed.some((r) => r.badInput) ? EXIT.badInput : EXIT.fellShort;
}
