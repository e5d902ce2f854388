/**
 * `entrylab debug`: a debugger's command line over one program. Commands come from -x and -ex in the order they are given, then from the
 * terminal (debug-terminal.ts) or, where that is no terminal, from standard input.
 *
 * Commands run in slices with a turn of the event loop in between, so that Ctrl-C and a reader that has gone are noticed while one runs.
 */
import { Command, Option } from 'commander';
import { COMMANDS } from '../debug/commands/all.ts';
import { createInterpreter, feed, type Interpreter, promptOf, say, showContext } from '../debug/interpreter.ts';
import { createSession, machineOf, type Session } from '../debug/session.ts';
import { fit } from '../debug/style.ts';
import { cpuText } from '../isa/cpu-choice.ts';
import { featureNames } from '../isa/features.ts';
import { loadProgram } from '../lab/program.ts';
import { accept, EXIT, programOptions, SOURCE_OPTIONS, write } from './context.ts';
import { terminalHost } from './debug-host.ts';
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

interface DebugFlags extends MachineFlags, EntryFlags {
  readonly batch?: boolean;
  readonly quiet?: boolean;
  /** Commander's name for --no-history. */
  readonly history: boolean;
}

const HELP = `
Commands are gdb's where gdb has them; \`help' lists them. Where standard input is no terminal, each line of it is a
command: prompts are printed as gdb prints them, the commands themselves are not (unless after \`set trace-commands on').
Exit status: that of \`quit N'; else 2 if a command failed that was not typed at a terminal; else 0.
The terminal's history is kept in $ENTRYLAB_HISTORY, or entrylab/history under $XDG_STATE_HOME or ~/.local/state.`;

export function debugCommand(): Command {
  const command = new Command('debug')
    .description('run a program under a debugger: step, break, watch, look, also backwards and by micro-ops')
    .argument('<file>');
  const first: string[] = [];
  for (const option of [...SOURCE_OPTIONS, ...MACHINE_OPTIONS, FEATURES_OPTION, ...ENTRY_OPTIONS])
    if (option.long !== '--max-insns') command.addOption(option);
  const inOrder = (option: Option, made: (text: string) => string): Option =>
    option.argParser((text: string) => void first.push(made(text)));
  return command
    .addOption(inOrder(new Option('-x <script>', 'do the commands of a file first'), (path) => `source ${path}`))
    .addOption(inOrder(new Option('--ex <command>', 'do a command first; also -ex, as gdb has it'), (text) => text))
    .option('--batch', 'leave after -x and -ex, and show nothing but what they print')
    .option('-q, --quiet', 'no line about the program at the start')
    .addOption(new Option('--max-insns <n>', 'instructions that one command runs at most').default('100_000_000'))
    .option('--no-history', "don't keep what is typed for the next session")
    .addOption(new Option('--nx', 'accepted: there are no initialisation files').hideHelp())
    .addHelpText('after', HELP)
    .action((path: string, flags: DebugFlags) => {
      const session = openSession(path, flags);
      if (session) void debug(session, flags, first);
    });
}

function openSession(path: string, flags: DebugFlags): Session | undefined {
  const limit = instructionBudget(flags.maxInsns);
  const program = accept(loadProgram(path, programOptions(flags)));
  if (!program) return undefined;
  const { scenario } = program;
  const setup = {
    ...machineOptions(flags),
    features: chosenFeatures(scenario, flags),
    entry: flags.entry,
    states: chosenStates(scenario, flags.state),
    sets: assignments(flags.set),
  };
  return accept(createSession(program, setup, limit));
}

async function debug(session: Session, flags: DebugFlags, first: readonly string[]): Promise<void> {
  const interactive = !flags.batch && Boolean(process.stdin.isTTY && process.stdout.isTTY);
  const host = terminalHost(interactive);
  // Also where a reader that has gone ends the session.
  process.on('exit', host.flush);
  const it = createInterpreter(session, host, COMMANDS);
  if (!flags.batch && !flags.quiet) say(it, greeting(it));
  if (!flags.batch) showContext(it);
  const queue = createQueue(it, host.flush);
  if (interactive) {
    // Only a terminal needs readline, which takes its time to load.
    const { talk } = await import('./debug-terminal.ts');
    await talk(it, queue, first, flags.history);
  } else {
    await queue.feed(first);
    if (!flags.batch) await readPipe(it, queue);
  }
  host.flush();
  process.exitCode = it.quit ?? (interactive || it.failures === 0 ? EXIT.ok : EXIT.badInput);
}

/** What is debugged, in one line. */
function greeting({ session, host }: Interpreter): string {
  const machine = machineOf(session);
  const { program, setup } = session;
  const cpu = cpuText(machine.cpu.model);
  const entry = setup.entry ?? program.scenario.entries[0]?.name;
  const parts = [
    ...(entry === undefined ? [] : [`entry ${entry}`]),
    `features ${featureNames(machine.features).join(',') || 'none'}`,
    ...(cpu === undefined ? [] : [`cpu ${cpu}`]),
  ];
  return fit(`${program.path}: ${parts.join(', ')}. Try \`help'.`, host.style().width);
}

/** Milliseconds that commands run for before the event loop has a turn. */
const SLICE = 20;

const turn = (): Promise<void> => new Promise((done) => setImmediate(done));

export interface Queue {
  /** Runs lines in turn, up to the first that quits; short ones at once, without a turn of the event loop. */
  feed(lines: readonly string[]): Promise<void>;
}

function createQueue(it: Interpreter, flush: () => void): Queue {
  let pause = performance.now() + SLICE;
  /** Whether a generator has ended, or time is up. */
  const runSlice = (work: Generator<void, void>): boolean => {
    while (performance.now() < pause) if (work.next().done) return true;
    return false;
  };
  const rest = async (): Promise<void> => {
    await turn();
    pause = performance.now() + SLICE;
  };
  return {
    async feed(lines) {
      pause = performance.now() + SLICE;
      for (const line of lines) {
        if (it.quit !== undefined) return;
        const work = feed(it, line);
        while (!runSlice(work)) await rest();
        flush();
      }
    },
  };
}

/** Standard input, each line a command; what it ends with needs no newline. */
async function readPipe(it: Interpreter, queue: Queue): Promise<void> {
  if (it.quit !== undefined) return;
  write(promptOf(it));
  let rest = '';
  process.stdin.setEncoding('utf8');
  for await (const chunk of process.stdin as AsyncIterable<string>) {
    const lines = (rest + chunk).split(/\r?\n/);
    rest = lines.pop()!;
    for (const line of lines) {
      await queue.feed([line]);
      if (it.quit !== undefined) return;
      write(promptOf(it));
    }
  }
  if (rest !== '') {
    await queue.feed([rest]);
    if (it.quit !== undefined) return;
    write(promptOf(it));
  }
  // As gdb says it where its input ends.
  write('quit\n');
}
