/** `set`, `show`, `handle`: registers and memory, what the kernel was patched for, how things are shown. */
import { faultName } from '../../cpu/stop.ts';
import { featureNames, featureNumber, featureSet } from '../../isa/features.ts';
import type { Command } from '../command.ts';
import { type Interpreter, say, showStop } from '../interpreter.ts';
import { demand, Mistake } from '../mistake.ts';
import { evaluateText, machineOf } from '../session.ts';
import { SECTIONS, type Section } from '../views/context.ts';
import { choose, countOf, words } from './arguments.ts';
import { vectorNamed } from './points.ts';
import { beginAnew } from './running.ts';

interface Setting {
  readonly help: string;
  set(it: Interpreter, value: string): void;
  show(it: Interpreter): string;
}

const SETTINGS: Readonly<Record<string, Setting>> = {
  features: {
    help: "the kernel's feature flags: patches anew and begins at the entry again",
    set: setFeatures,
    show: (it) => `The kernel's features are ${featureNames(machineOf(it.session).features).join(',') || 'none'}.`,
  },
  entry: {
    help: 'where the program begins: begins there again',
    set: (it, value) => {
      beginAnew(it, { entry: value });
      showStop(it, { reason: { kind: 'done' }, hits: [] }, undefined);
    },
    show: (it) => `The entry is ${it.session.setup.entry ?? 'the first one'}.`,
  },
  state: {
    help: 'GROUP=STATE, states of the header: begins at the entry again',
    set: setState,
    show: ({ session }) => {
      const groups = session.program.scenario.groups.map(({ name, states }) => {
        const chosen = session.setup.states.get(name) ?? states[0]!.name;
        return `${name}=${chosen} (of ${states.map((state) => state.name).join(', ')})`;
      });
      return groups.length === 0 ? 'The header has no states.' : groups.join('\n');
    },
  },
  'max-insns': {
    help: 'instructions that one command runs at most',
    set: (it, value) => {
      const limit = countOf(it, value.replaceAll('_', ''));
      if (limit === 0) throw new Mistake('max-insns is at least 1.');
      it.session.limit = limit;
    },
    show: (it) => `One command runs at most ${it.session.limit.toLocaleString('en')} instructions.`,
  },
  context: {
    help: `what is shown at each stop: on, off, or some of ${SECTIONS.join(' ')}`,
    set: (it, value) => {
      if (value === 'on') it.settings.sections = SECTIONS;
      else if (value === 'off') it.settings.sections = [];
      else
        it.settings.sections = words(value.replaceAll(',', ' ')).map(
          (word): Section => choose('set context', word, SECTIONS),
        );
    },
    show: (it) => `At each stop is shown: ${it.settings.sections.join(' ') || 'nothing'}.`,
  },
  listsize: {
    help: "lines that `list' shows",
    set: (it, value) => {
      const size = countOf(it, value);
      if (size < 1 || size > 10_000) throw new Mistake('listsize is 1 to 10000.');
      it.settings.listsize = size;
    },
    show: (it) => `Number of source lines that are listed by default is ${it.settings.listsize}.`,
  },
  'trace-commands': {
    help: 'on or off: whether commands are shown before they are done (of a pipe or a script nothing is seen else)',
    set: (it, value) => {
      it.settings.traceCommands = choose('set trace-commands', value || 'on', ['on', 'off'] as const) === 'on';
    },
    show: (it) =>
      `State of GDB cli command tracing is ${it.settings.traceCommands ? 'on' : 'off'}.`.replace('GDB ', ''),
  },
};

/** gdb's, without a meaning here: kept so that scripts with them run. */
const IGNORED = [
  'annotate',
  'auto-load',
  'auto-solib-add',
  'backtrace',
  'breakpoint',
  'charset',
  'complaints',
  'cwd',
  'debuginfod',
  'detach-on-fork',
  'directories',
  'disable-randomization',
  'editing',
  'environment',
  'follow-fork-mode',
  'language',
  'max-value-size',
  'max-completions',
  'multiple-symbols',
  'non-stop',
  'python',
  'scheduler-locking',
  'solib-search-path',
  'startup-with-shell',
  'substitute-path',
  'sysroot',
  'tui',
  'unwindonsignal',
  'confirm',
  'pagination',
  'height',
  'width',
  'print',
  'style',
  'history',
  'disassembly-flavor',
  'disassemble-next-line',
  'logging',
  'verbose',
  'prompt',
  'args',
  'architecture',
  'arch',
  'startup-quietly',
  'step-mode',
  'exec-direction',
  'can-use-hw-watchpoints',
  'osabi',
];

export const SETTING_NAMES: readonly string[] = [...Object.keys(SETTINGS), 'var'];

function setFeatures(it: Interpreter, value: string): void {
  const names = words(value.replaceAll(',', ' '));
  const relative = names.length > 0 && names.every((name) => /^[+-]/.test(name));
  const current = new Set(it.session.setup.features);
  if (names.length === 1 && names[0] === 'none') return patchFor(it, featureSet([]));
  const unknown = names.filter((name) => numberOf(name) === undefined);
  if (names.length === 0) throw new Mistake("Argument required: PTI,PCID, or +PTI -PCID, or `none'.");
  if (unknown.length > 0) throw new Mistake(unknown.map((name) => `undefined feature \`${name}'`).join('\n'));
  if (!relative) return patchFor(it, featureSet(names.map((name) => numberOf(name)!)));
  for (const name of names) {
    if (name.startsWith('+')) current.add(numberOf(name)!);
    else current.delete(numberOf(name)!);
  }
  patchFor(it, featureSet([...current]));
}

const numberOf = (name: string): number | undefined =>
  featureNumber(
    name
      .replace(/^[+-]/, '')
      .toUpperCase()
      .replace(/^X86_FEATURE_/, ''),
  );

function patchFor(it: Interpreter, features: ReturnType<typeof featureSet>): void {
  beginAnew(it, { features });
  say(it, `Patched for ${featureNames(features).join(',') || 'no features'}; at the entry again.`);
  showStop(it, { reason: { kind: 'done' }, hits: [] }, undefined);
}

function setState(it: Interpreter, value: string): void {
  const { session } = it;
  const states = new Map(session.setup.states);
  for (const text of words(value.replaceAll(',', ' '))) {
    const [group = '', state = ''] = text.split('=');
    const known = session.program.scenario.groups.find(({ name }) => name === group);
    if (!known?.states.some(({ name }) => name === state)) throw new Mistake(`${text}: ${SETTINGS.state!.show(it)}`);
    states.set(group, state);
  }
  beginAnew(it, { states });
  showStop(it, { reason: { kind: 'done' }, hits: [] }, undefined);
}

function set(it: Interpreter, argument: string): undefined {
  if (argument === '') throw new Mistake(`set takes an assignment, or: ${Object.keys(SETTINGS).join(', ')}.`);
  const [, word = '', rest = ''] = /^([\w-]+)\s*(.*)$/s.exec(argument) ?? [];
  if (/^var(iable)?$/.test(word) && rest !== '') return assign(it, rest);
  const isAssignment = /^(\+|-|\*|\/|%|&|\||\^|<<|>>)?=(?!=)/.test(rest) || /^[.[@]/.test(rest);
  const setting = SETTINGS[word];
  if (isAssignment) return assign(it, argument);
  if (IGNORED.includes(word)) return ignoreSetting(it, word, rest);
  if (!setting) return assign(it, argument);
  setting.set(it, rest.trim());
}

/** What those who set it would miss is said; scripts go on all the same. */
function ignoreSetting(it: Interpreter, word: string, value: string): undefined {
  it.settings.others.set(word, value);
  if (word === 'disassembly-flavor' && value.startsWith('i')) say(it, 'Instructions are shown in AT&T syntax only.');
  if (word === 'logging' && /^(on|enabled on)$/.test(value))
    say(it, "There is no log of the session: `trace on FILE' logs what is executed.");
  if (word === 'exec-direction' && value.startsWith('r'))
    throw new Mistake("Going backwards has commands of its own: `reverse-stepi', `reverse-continue' ….");
}

function assign(it: Interpreter, text: string): undefined {
  demand(evaluateText(it.session, text));
}

function show(it: Interpreter, argument: string): undefined {
  const word = words(argument)[0];
  if (word === undefined) {
    for (const setting of Object.values(SETTINGS)) say(it, setting.show(it));
    return;
  }
  if (word === 'convenience' || word === 'conv') {
    for (const [name] of it.session.convenience) say(it, `$${name}`);
    return;
  }
  if (word === 'version') return say(it, `entrylab ${it.host.version ?? ''}`.trimEnd());
  const setting = SETTINGS[word];
  if (setting) say(it, setting.show(it));
  else if (IGNORED.includes(word))
    say(
      it,
      it.settings.others.has(word)
        ? `${word} is "${it.settings.others.get(word)}"; it means nothing here.`
        : `${word} means nothing here.`,
    );
  else throw new Mistake(`Undefined show command: "${argument}".  Try "help show".`);
}

/** `handle pf nostop` */
function handle(it: Interpreter, argument: string): undefined {
  const all = words(argument);
  if (all.length === 0) throw new Mistake('Argument required (exception to handle).');
  const actions = all.filter((word) => /^(no)?(stop|print|pass|ignore)$/.test(word));
  const names = all.filter((word) => !actions.includes(word));
  if (names.some((name) => /^SIG/i.test(name)))
    throw new Mistake("There are no signals here, but exceptions: `handle pf nostop'.");
  const vectors = names.includes('all') ? Array.from({ length: 256 }, (_, i) => i) : names.map(vectorNamed);
  if (actions.some((action) => action === 'nopass' || action === 'ignore'))
    throw new Mistake('Exceptions are always delivered: the CPU has no way to drop one.');
  for (const vector of vectors) {
    if (actions.includes('nostop')) it.session.quiet.add(vector);
    if (actions.includes('stop')) it.session.quiet.delete(vector);
  }
  if (!names.includes('all'))
    for (const vector of vectors) say(it, `${faultName(vector)}\t${it.session.quiet.has(vector) ? 'nostop' : 'stop'}`);
}

export const SETTING_COMMANDS: readonly Command[] = [
  {
    name: 'set',
    category: 'support',
    usage: 'EXPRESSION = VALUE | SETTING VALUE',
    help: `Set a register, memory, a convenience variable, or a setting.\n${Object.entries(SETTINGS)
      .map(([name, { help }]) => `${name}: ${help}`)
      .join('\n')}`,
    completes: 'setting',
    run: set,
  },
  {
    name: 'show',
    category: 'support',
    usage: '[SETTING]',
    help: 'Show settings.',
    completes: 'setting',
    run: show,
  },
  {
    name: 'handle',
    category: 'stopping',
    usage: 'EXCEPTION… stop|nostop',
    help: 'Whether an exception stops the program before it is delivered; all do at first.',
    completes: 'exception',
    run: handle,
  },
];
