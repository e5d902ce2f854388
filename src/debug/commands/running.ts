/** Commands that move the program forwards, and those that begin anew. */
import type { Diagnostic } from '../../base/diagnostics.ts';
import { formatDiagnostic, hasErrors } from '../../base/diagnostics.ts';
import type { Command } from '../command.ts';
import { type Interpreter, say, showStop } from '../interpreter.ts';
import { locate } from '../locations.ts';
import { demand, Mistake } from '../mistake.ts';
import {
  finishFrame,
  goOn,
  type Motion,
  nextLines,
  runFromEntry,
  runTo,
  stepInstructions,
  stepLines,
  stepOver,
  untilBehind,
} from '../motion.ts';
import { addressOf, machineOf, restart, type Session, type Setup } from '../session.ts';
import { stepUops } from '../uop-steps.ts';
import { frameLines, frames } from '../views/backtrace.ts';
import { countOf } from './arguments.ts';
import { fileHere } from './list.ts';

/** Begins anew; the diagnostics of what can't be are one mistake. */
export function beginAnew(it: Interpreter, changes: Partial<Setup> = {}): void {
  const diagnostics: readonly Diagnostic[] = restart(it.session, changes);
  if (hasErrors(diagnostics)) throw new Mistake(diagnostics.map(formatDiagnostic).join('\n'));
  it.before = undefined;
}

/** A motion for each count. */
const counted =
  (move: (session: Session, count: number) => Motion) =>
  (it: Interpreter, argument: string): Motion =>
    move(it.session, countOf(it, argument));

function startAtEntry(it: Interpreter): undefined {
  beginAnew(it);
  showStop(it, { reason: { kind: 'done' }, hits: [] }, undefined);
}

function continueIgnoring(it: Interpreter, argument: string): Motion {
  if (argument !== '') {
    const count = countOf(it, argument);
    const here = it.session.points.find((point) => point.kind === 'breakpoint' && point.hits > 0);
    if (here && count > 1) {
      here.ignore = count - 1;
      say(it, `Will ignore next ${count - 1} crossings of breakpoint ${here.number}.  Continuing.`);
      return goOn(it.session);
    }
  }
  say(it, 'Continuing.');
  return goOn(it.session);
}

function locationsOf(it: Interpreter, text: string): readonly bigint[] {
  const { session } = it;
  const found = locate(text, machineOf(session), (expression) => addressOf(session, expression), fileHere(it));
  return demand(found).map(({ address }) => address);
}

export const RUNNING: readonly Command[] = [
  {
    name: 'run',
    aliases: ['r'],
    category: 'running',
    help: 'Start the entry again and run.\nThe machine is as new: memory, registers, TLB. Breakpoints stay.',
    run: (it) => {
      if (it.session.timeline.tick > 0 || it.session.ended) beginAnew(it);
      say(it, `Starting program: ${it.session.program.path}`);
      return runFromEntry(it.session);
    },
  },
  {
    name: 'start',
    aliases: ['starti'],
    category: 'running',
    help: "Start the entry again and stop before its first instruction.\nA session begins there too: there is no need to say `start'.",
    run: startAtEntry,
  },
  {
    name: 'continue',
    aliases: ['c', 'fg'],
    category: 'running',
    usage: '[N]',
    help: 'Run on to the next stop.\nN: pass so many stops at the breakpoint that was hit, less one.',
    repeats: 'bare',
    run: continueIgnoring,
  },
  {
    name: 'stepi',
    aliases: ['si'],
    category: 'running',
    usage: '[N]',
    help: 'Step one instruction, or N.\nThe delivery of an event and each iteration of REP count as one.',
    repeats: 'same',
    run: counted(stepInstructions),
  },
  {
    name: 'nexti',
    aliases: ['ni'],
    category: 'running',
    usage: '[N]',
    help: 'Step one instruction, or N; calls and repeated string instructions count as one.',
    repeats: 'same',
    run: counted(stepOver),
  },
  {
    name: 'step',
    aliases: ['s'],
    category: 'running',
    usage: '[N]',
    help: 'Step to another line of the source, into calls.\nLines of a macro count as lines; code without lines is stepped by instructions.',
    repeats: 'same',
    run: counted(stepLines),
  },
  {
    name: 'next',
    aliases: ['n'],
    category: 'running',
    usage: '[N]',
    help: 'Step to another line of the source, over calls.',
    repeats: 'same',
    run: counted(nextLines),
  },
  {
    name: 'stepu',
    aliases: ['su', 'stepuop'],
    category: 'running',
    usage: '[N]',
    help: "Step one micro-op, or N, within the instruction.\n`info uops' shows them and what they have left in temporaries. All other commands leave the instruction as if it had not begun.",
    repeats: 'same',
    run: counted(stepUops),
  },
  {
    name: 'finish',
    aliases: ['fin'],
    category: 'running',
    help: 'Run until this frame returns: a ret or iret with the stack no lower than now.',
    repeats: 'same',
    run: (it) => {
      const machine = machineOf(it.session);
      say(
        it,
        ...frameLines(machine, it.host.style(), frames(machine, { limit: 1 })[0]!, 0).map(
          (line) => `Run till exit from ${line}`,
        ),
      );
      return finishFrame(it.session);
    },
  },
  {
    name: 'until',
    aliases: ['u'],
    category: 'running',
    usage: '[LOCATION]',
    help: 'Like nexti, but not back to the start of a loop.\nWith a location: run until it is reached, or this frame returns.',
    completes: 'location',
    repeats: 'same',
    run: (it, argument) => (argument === '' ? untilBehind(it.session) : runTo(it.session, locationsOf(it, argument))),
  },
  {
    name: 'advance',
    category: 'running',
    usage: 'LOCATION',
    help: 'Run until the location is reached, or this frame returns.',
    completes: 'location',
    run: (it, argument) => {
      if (argument === '') throw new Mistake('Argument required (a location).');
      return runTo(it.session, locationsOf(it, argument));
    },
  },
  {
    name: 'jump',
    aliases: ['j'],
    category: 'running',
    usage: 'LOCATION',
    help: 'Continue at a location.',
    completes: 'location',
    run: (it, argument) => {
      if (argument === '') throw new Mistake('Argument required (starting address).');
      const [address] = locationsOf(it, argument);
      demand(addressOf(it.session, `$rip = ${address}`));
      say(it, `Continuing at 0x${address!.toString(16)}.`);
      return goOn(it.session);
    },
  },
  {
    name: 'kill',
    aliases: ['k'],
    category: 'running',
    help: "Back to the entry, as `start'.",
    run: startAtEntry,
  },
];
