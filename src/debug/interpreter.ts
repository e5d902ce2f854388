/**
 * Lines of commands in, text out: what a person types, a script, or a pipe brings. Commands that move the program are run piece by piece, so
 * that `feed` can be interrupted between two pieces (`session.interrupted`). A command that fails says why and changes nothing.
 */

import { type Snapshot, snapshot } from '../trace/snapshot.ts';
import { type Command, findCommand, splitCommand } from './command.ts';
import type { Saved } from './commands/checkpoints.ts';
import type { Display } from './commands/display.ts';
import { showDisplays } from './commands/display.ts';
import { uops } from './commands/info.ts';
import type { Host } from './host.ts';
import { Mistake } from './mistake.ts';
import type { Motion, Report } from './motion.ts';
import { isTrue } from './operators.ts';
import { evaluateText, machineOf, type Session } from './session.ts';
import { reportLines } from './stop-text.ts';
import { frameLines, frames } from './views/backtrace.ts';
import { contextLines, SECTIONS, type Section } from './views/context.ts';

export interface Settings {
  /** What is shown at each stop. */
  sections: readonly Section[];
  /** Lines of `list`. */
  listsize: number;
  /** Commands are shown before they are done, as many `+` in front as they are deep. */
  traceCommands: boolean;
  /** gdb's settings that mean nothing here are remembered, to be shown. */
  readonly others: Map<string, string>;
}

export interface Interpreter {
  /** All that there are. */
  readonly commands: readonly Command[];
  readonly session: Session;
  readonly host: Host;
  readonly settings: Settings;
  displays: Display[];
  nextDisplay: number;
  saved: Saved[];
  nextSaved: number;
  /** What `list` shows next. */
  listed: { readonly file: string; readonly line: number } | undefined;
  /** The state at the last stop. */
  before: Snapshot | undefined;
  /** Commands of the user's own, and what `help` says of them. */
  readonly defined: Map<string, readonly string[]>;
  readonly documented: Map<string, readonly string[]>;
  /** What an empty line does. */
  again: string;
  /** The status to end with; undefined: go on. */
  quit: number | undefined;
  /** Commands that failed. */
  failures: number;
  /** A command whose lines are being read. */
  open: Block[];
  /** What `source` has left to do. */
  script: Generator<void, void> | undefined;
  /** How deep scripts and commands of the user's own call each other. */
  depth: number;
  /** Scripts that are being read, the outermost first, each with the line it has come to. */
  scripts: { readonly path: string; line: number }[];
}

interface Block {
  readonly line: string;
  readonly body: string[];
  nested: number;
}

export const createInterpreter = (session: Session, host: Host, commands: readonly Command[]): Interpreter => ({
  commands,
  session,
  host,
  settings: { sections: SECTIONS, listsize: 10, traceCommands: false, others: new Map() },
  displays: [],
  nextDisplay: 1,
  saved: [],
  nextSaved: 1,
  listed: undefined,
  before: undefined,
  defined: new Map(),
  documented: new Map(),
  again: '',
  quit: undefined,
  failures: 0,
  open: [],
  script: undefined,
  depth: 0,
  scripts: [],
});

export const promptOf = ({ open }: Interpreter): string => (open.length > 0 ? '>' : '(entrylab) ');

export function say({ host }: Interpreter, ...lines: readonly string[]): undefined {
  for (const line of lines) host.print(`${line}\n`);
}

const DEEPEST = 100;

/** One line; between two yields it may be interrupted. */
export function* feed(it: Interpreter, line: string): Generator<void, void> {
  const block = it.open[0];
  if (block) {
    yield* feedBlock(it, block, line);
    return;
  }
  const text = line.trim();
  if (text.startsWith('#')) return;
  if (text === '') {
    if (it.host.interactive && it.again !== '') yield* execute(it, it.again, []);
    return;
  }
  if (it.settings.traceCommands) say(it, `${'+'.repeat(it.depth + 1)}${text}`);
  if (opensBlock(it, text)) it.open = [{ line: text, body: [], nested: 0 }];
  else yield* execute(it, text, []);
}

function* feedBlock(it: Interpreter, block: Block, line: string): Generator<void, void> {
  const text = line.trim();
  if (text === 'end' && block.nested === 0) {
    it.open = [];
    yield* execute(it, block.line, block.body);
    return;
  }
  if (text === 'end') block.nested--;
  else if (!isText(it, block) && opensBlock(it, text)) block.nested++;
  block.body.push(text);
}

/** The lines of a script (a file's, if it has a path), a definition or a breakpoint, in turn; the rest is left out where one fails. */
export function* runLines(it: Interpreter, lines: readonly string[], path?: string): Generator<void, void> {
  if (it.depth >= DEEPEST) throw new Mistake('Commands call each other too deeply.');
  it.depth++;
  const failures = it.failures;
  const outer = it.open;
  it.open = [];
  const outerScripts = it.scripts;
  const script = path === undefined ? undefined : { path, line: 0 };
  if (script) it.scripts = [...outerScripts, script];
  for (const line of lines) {
    if (script) script.line++;
    yield* feed(it, line);
    if (it.failures > failures || it.quit !== undefined || it.session.interrupted) break;
  }
  const [unfinished] = it.open;
  it.open = outer;
  it.scripts = outerScripts;
  it.depth--;
  if (unfinished) throw new Mistake(`\`${unfinished.line}' has no \`end'.`);
}

/** Of `document` the lines are no commands. */
const isText = (it: Interpreter, { line }: Block): boolean => {
  const found = findCommand(it.commands, splitCommand(line).word);
  return found.ok && found.value.name === 'document';
};

function opensBlock(it: Interpreter, text: string): boolean {
  const { word } = splitCommand(text);
  if (word === 'if' || word === 'while') return true;
  const found = findCommand(it.commands, word);
  return found.ok && found.value.hasBody === true && !it.defined.has(word);
}

function* execute(it: Interpreter, line: string, body: readonly string[]): Generator<void, void> {
  // Who interrupts a script means all of it.
  if (it.depth === 0) it.session.interrupted = false;
  const { word, argument } = splitCommand(line);
  const typed = it.depth === 0;
  if (typed) it.again = it.defined.has(word) ? line : '';
  try {
    if (word === 'if' || word === 'while') yield* control(it, word, argument, body);
    else if (it.defined.has(word)) yield* runLines(it, withArguments(it.defined.get(word)!, argument));
    else {
      const found = findCommand(it.commands, word);
      if (!found.ok) throw new Mistake(found.message);
      if (typed) it.again = repeated(found.value, line);
      const motion = found.value.run(it, argument, body);
      if (motion) yield* move(it, motion);
      const { script } = it;
      it.script = undefined;
      if (script) yield* script;
    }
  } catch (problem) {
    if (!(problem instanceof Mistake)) throw problem;
    it.failures++;
    const within = it.scripts.map(({ path, line }) => `${path}:${line}: Error in sourced command file:`);
    say(it, ...within, problem.message);
  }
}

/** `$arg0`, `$argc` */
function withArguments(lines: readonly string[], argument: string): string[] {
  const words = argument === '' ? [] : argument.split(/\s+/);
  return lines.map((line) =>
    line.replace(/\$arg(c|\d+)/g, (all, which: string) =>
      which === 'c' ? String(words.length) : (words[Number(which)] ?? all),
    ),
  );
}

/** What an empty line does behind it; lines of scripts and breakpoints change nothing of that. */
const repeated = ({ repeats, name }: Command, line: string): string =>
  repeats === 'same' ? line : repeats === 'bare' ? name : '';

function* control(
  it: Interpreter,
  word: 'if' | 'while',
  condition: string,
  body: readonly string[],
): Generator<void, void> {
  if (condition === '') throw new Mistake('if/while commands require arguments.');
  const holds = (): boolean => {
    const value = evaluateText(it.session, condition);
    if (!value.ok) throw new Mistake(value.message);
    return isTrue(value.value);
  };
  const { before, behind } = splitElse(body);
  if (word === 'if') {
    yield* runLines(it, holds() ? before : behind);
    return;
  }
  const failures = it.failures;
  while (holds() && it.failures === failures && it.quit === undefined && !it.session.interrupted) {
    yield* runLines(it, body);
    yield;
  }
  if (it.session.interrupted) throw new Mistake('Quit');
}

function splitElse(body: readonly string[]): {
  readonly before: readonly string[];
  readonly behind: readonly string[];
} {
  let nested = 0;
  for (const [i, line] of body.entries()) {
    if (line === 'end') nested--;
    else if (/^(if|while|define|commands|document)\b/.test(line)) nested++;
    else if (line === 'else' && nested === 0) return { before: body.slice(0, i), behind: body.slice(i + 1) };
  }
  return { before: body, behind: [] };
}

/** Moves the program and shows where it is then. */
function* move(it: Interpreter, motion: Motion): Generator<void, void> {
  const { session } = it;
  const before = snapshot(machineOf(session).cpu);
  const report = yield* motion;
  showStop(it, report, before);
  yield* runCommands(it, report);
}

export function showStop(it: Interpreter, report: Report, before: Snapshot | undefined): void {
  const { session } = it;
  const silent = report.hits.some(({ point }) => point.commands[0] === 'silent');
  if (!silent) say(it, ...reportLines(session, report));
  for (const { point } of report.hits)
    if (point.temporary) session.points = session.points.filter((other) => other !== point);
  if (silent) return;
  if (session.uop > 0) say(it, ...uops(it));
  it.before = before;
  it.listed = undefined;
  showContext(it);
  showDisplays(it);
}

export function showContext(it: Interpreter): undefined {
  const { host, settings, before } = it;
  const { sources } = host;
  const machine = machineOf(it.session);
  // Where it stands is always shown.
  if (!settings.sections.includes('code'))
    say(it, ...frameLines(machine, host.style(), frames(machine, { limit: 1 })[0]!, 0));
  say(it, ...contextLines(machine, host.style(), { sources, before, sections: settings.sections }));
}

function* runCommands(it: Interpreter, { hits }: Report): Generator<void, void> {
  for (const { point } of hits) {
    const lines = point.commands[0] === 'silent' ? point.commands.slice(1) : point.commands;
    if (lines.length > 0) yield* runLines(it, lines);
  }
}

/** Runs a line to its end at once: for tests and scripts that nobody interrupts. */
export function feedWhole(it: Interpreter, line: string): void {
  const work = feed(it, line);
  while (!work.next().done);
}
