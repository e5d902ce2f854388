/** `help`, `source`, `define`, `quit`, and answers for gdb's commands that have no place here. */
import { type Category, type Command, findCommand } from '../command.ts';
import { type Interpreter, runLines, say, showContext } from '../interpreter.ts';
import { demand, Mistake } from '../mistake.ts';
import type { Motion } from '../motion.ts';
import { paragraph, table } from '../style.ts';
import { SECTIONS, type Section } from '../views/context.ts';
import { choose, countOf, words } from './arguments.ts';
import { topicLines } from './info.ts';

const CATEGORIES: Readonly<Record<Category, string>> = {
  running: 'Moving the program forwards',
  backwards: 'Moving it backwards',
  stopping: 'Where to stop',
  data: 'Values and memory',
  machine: 'The machine',
  status: 'What there is',
  support: 'Everything else',
};

const GDB_CLASSES: Readonly<Record<string, Category>> = { breakpoints: 'stopping', stack: 'status', files: 'status' };

function help(it: Interpreter, argument: string): undefined {
  const style = it.host.style();
  const visible = it.commands.filter((command) => !INSTEAD.includes(command));
  const categories = Object.keys(CATEGORIES).filter((name) => name === (GDB_CLASSES[argument] ?? argument));
  if (argument === '' || argument === 'all' || categories.length > 0) {
    for (const category of categories.length > 0 ? categories : Object.keys(CATEGORIES)) {
      const title = CATEGORIES[category as Category];
      const rows = visible
        .filter((command) => command.category === category)
        .map(({ name, aliases = [], help }) => [`  ${[name, ...aliases].join(', ')}`, help.split('\n')[0]!]);
      say(it, style.bold(title), ...table(rows, style));
    }
    say(it, "`help COMMAND' says more. Beginnings of names do where they are clear; an empty line repeats a step.");
    return;
  }
  const [word = '', ...rest] = words(argument);
  if (it.defined.has(word))
    return say(
      it,
      `${word}: a command of your own`,
      ...(it.documented.get(word) ?? []),
      ...it.defined.get(word)!.map((line) => `  ${line}`),
    );
  const command = demand(findCommand(it.commands, word));
  if (command.name === 'info' && rest.length === 0) return say(it, ...topicLines(style));
  say(
    it,
    style.bold([command.name, ...(command.aliases ?? [])].join(', ')),
    `Usage: ${command.name} ${command.usage ?? ''}`.trimEnd(),
    ...sentences(command.help).flatMap((line) => paragraph(line, style, 2)),
  );
}

/** Lines that end within a sentence go on in the next. */
const sentences = (text: string): string[] => text.replace(/([^.:])\n/g, '$1 ').split('\n');

/** The script's commands, which stop at the first that fails. */
function source(it: Interpreter, argument: string): Motion | undefined {
  if (argument === '') throw new Mistake('source command requires file name of file to source.');
  const text = it.host.read(argument);
  if (text === undefined) throw new Mistake(`${argument}: No such file or directory.`);
  it.script = runLines(it, text.split('\n'), argument);
  return undefined;
}

function define(it: Interpreter, argument: string, body: readonly string[]): undefined {
  if (!/^[A-Za-z_][\w-]*$/.test(argument)) throw new Mistake('Argument required (name of command to define).');
  if (it.commands.some(({ name }) => name === argument)) throw new Mistake(`${argument} is a command of the debugger.`);
  it.defined.set(argument, body);
}

function apropos(it: Interpreter, argument: string): undefined {
  if (argument === '') throw new Mistake('Argument required (a word).');
  const word = argument.toLowerCase();
  const found = it.commands.filter(
    (command) => !isElsewhere(command) && `${command.name} ${command.help}`.toLowerCase().includes(word),
  );
  for (const { name, help } of found) say(it, `${name} -- ${help.split('\n')[0]}`);
}

function show(it: Interpreter, sections: readonly Section[]): undefined {
  it.settings.sections = sections;
  showContext(it);
}

const LAYOUTS: Readonly<Record<string, readonly Section[]>> = {
  asm: ['code'],
  src: ['source'],
  split: ['source', 'code'],
  regs: ['registers', 'code'],
  next: SECTIONS,
  prev: SECTIONS,
};

const layout = (it: Interpreter, argument: string): undefined =>
  show(it, LAYOUTS[choose('layout', argument, Object.keys(LAYOUTS))]!);

const QUIT: Command = {
  name: 'quit',
  aliases: ['q', 'exit'],
  category: 'support',
  usage: '[STATUS]',
  help: 'Leave.',
  run: (it, argument) => {
    it.quit = countOf(it, argument, it.host.interactive || it.failures === 0 ? 0 : 2) & 0xff;
    return undefined;
  },
};

/** What those who know gdb may type, and what to type here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  focus: "Nothing has windows here: `context' shows source, code, registers and stack again.",
  winheight: "Nothing has windows here: `set context' chooses what is shown at each stop.",
  return: "`finish' runs to the end of this frame, `jump' goes on elsewhere.",
  find: "There is no search through memory: `x' shows it, `watch' stops when it changes.",
  dump: "`x/64xb ADDRESS' and the like show memory; nothing writes it to a file.",
  save: "Nothing saves breakpoints: put commands into a file, and `source' it or start with -x FILE.",
  load: 'The program is loaded from the start.',
  'add-symbol-file': 'Symbols come with the program.',
  'generate-core-file': "There are no core files: `checkpoint' keeps a state.",
  alias: "There are no aliases: `define NAME' makes a command of your own.",
  macro: "Macros are expanded when the program is assembled: `info macro NAME', `info line', `list NAME'.",
  maintenance: 'There is nothing to maintain here.',
  compile: 'There is no compiler here.',
  cd: 'Files are named from the directory that entrylab was started in.',
  pwd: 'Files are named from the directory that entrylab was started in.',
  tty: 'The program has no terminal of its own.',
  '!': 'Commands of the shell are for the shell.',
  make: 'Commands of the shell are for the shell.',
  record: 'History is always recorded: reverse-stepi, reverse-continue … work from the start.',
  target: "The program runs on entrylab's own machine; there is no other target.",
  attach: "The program runs on entrylab's own machine; there is nothing to attach to.",
  detach: "There is nothing to detach from; `quit' leaves.",
  file: "The program is chosen on the command line; `set features', `set entry' and `set state' begin it anew.",
  'symbol-file': 'Symbols come with the program.',
  thread: 'There is one CPU and no threads.',
  up: "Registers of outer frames are not known, so there is nothing to select: `backtrace', `frame N'.",
  down: "Registers of outer frames are not known, so there is nothing to select: `backtrace', `frame N'.",
  shell: 'Commands of the shell are for the shell.',
  monitor: "There is no monitor behind this: `info idt', `page ADDR', `inject' and the like are commands here.",
  signal: "There are no signals: `inject' puts events in.",
  python: "There is no Python here: `define', `if' and `while' are.",
};

const INSTEAD: readonly Command[] = Object.entries(ELSEWHERE).map(([name, text]) => ({
  name,
  category: 'support',
  help: text,
  run: () => {
    throw new Mistake(text);
  },
}));

/** It only says what to type instead. */
export const isElsewhere = (command: Command): boolean => INSTEAD.includes(command);

export const SUPPORT: readonly Command[] = [
  {
    name: 'help',
    aliases: ['h'],
    category: 'support',
    usage: '[COMMAND]',
    help: 'List the commands, or say more of one.',
    completes: 'command',
    run: help,
  },
  {
    name: 'context',
    aliases: ['ctx', 'refresh'],
    category: 'status',
    help: "Show again what is shown at each stop; `set context' chooses what.",
    run: (it) => showContext(it),
  },
  {
    name: 'source',
    category: 'support',
    usage: 'FILE',
    help: 'Do the commands of a file; the first that fails ends it.',
    completes: 'file',
    run: source,
  },
  {
    name: 'define',
    category: 'support',
    usage: 'NAME',
    help: "A command of your own, up to `end'; $arg0, $arg1 … are what is typed behind its name.",
    hasBody: true,
    run: define,
  },
  {
    name: 'document',
    category: 'support',
    usage: 'NAME',
    help: "A text for a command of your own, up to `end'.",
    hasBody: true,
    run: (it, argument, body) => {
      if (!it.defined.has(argument)) throw new Mistake(`Undefined command: "${argument}".  Try "help".`);
      it.documented.set(argument, body);
      return undefined;
    },
  },
  {
    name: 'apropos',
    category: 'support',
    usage: 'WORD',
    help: 'Commands that have something to do with a word.',
    run: apropos,
  },
  {
    name: 'layout',
    category: 'status',
    usage: Object.keys(LAYOUTS).join(' | '),
    help: "What is shown at each stop, by gdb's names; `set context' chooses more finely.",
    completes: Object.keys(LAYOUTS),
    run: layout,
  },
  {
    name: 'tui',
    category: 'status',
    usage: 'enable | disable',
    help: 'Whether source, code, registers and stack are shown at each stop.',
    completes: ['enable', 'disable'],
    run: (it, argument) =>
      show(it, choose('tui', argument || 'enable', ['enable', 'disable']) === 'enable' ? SECTIONS : []),
  },
  QUIT,
  ...INSTEAD,
];
