/**
 * Completion: a line up to the cursor in; out, what may stand in place of its end. A command says by `completes` what its argument is;
 * the pieces of an argument that are already there are only looked at as far as it takes to know what comes next.
 *
 * Nothing is evaluated or changed. Files are named by a port, since the debugger itself knows of no file system.
 */
import { MSR } from '../cpu/cpu.ts';
import { EXCEPTIONS } from '../cpu/stop.ts';
import { FEATURE_NUMBERS } from '../isa/features.ts';
import { type Command, findCommand } from './command.ts';
import { INFO_TOPICS } from './commands/info.ts';
import { SETTING_NAMES } from './commands/settings.ts';
import { isElsewhere } from './commands/support.ts';
import type { Interpreter } from './interpreter.ts';
import { macroNames } from './locations.ts';
import { symbolNames } from './names.ts';
import { fieldsOf, registerNames } from './registers.ts';
import { machineOf } from './session.ts';
import { SECTIONS } from './views/context.ts';
import { codeLinesOf } from './views/source.ts';

export interface Completion {
  /** In order, each once; each takes the place of the line from `from` on. */
  readonly matches: string[];
  readonly from: number;
}

/** Names in a directory (as it is written; empty: here), directories with a slash at the end. */
export type NamesIn = (directory: string) => readonly string[];

export function complete(it: Interpreter, line: string, namesIn: NamesIn = () => []): Completion {
  const [, before = '', word = '', blank = '', argument = ''] = /^(\s*)(\S*?)(\s+|(?=\/)|$)(.*)$/s.exec(line) ?? [];
  if (blank === '' && !argument.startsWith('/')) return among(commandNames(it, word), word, before.length);
  return completeArgument(it, word, argument, line, namesIn);
}

/** Those that begin with the fragment which the line has from `from` on. */
function among(candidates: Iterable<string>, fragment: string, from: number): Completion {
  return { matches: [...new Set(candidates)].filter((text) => text.startsWith(fragment)).sort(), from };
}

/** A fragment at the end of a line. */
const atEnd = (candidates: Iterable<string>, fragment: string, line: string): Completion =>
  among(candidates, fragment, line.length - fragment.length);

const NOTHING: Completion = { matches: [], from: 0 };

/** Names only, unless the fragment leads to an abbreviation. */
function commandNames({ commands, defined }: Interpreter, fragment: string): string[] {
  const own = commands.filter((command) => !isElsewhere(command));
  const names = [...own.map(({ name }) => name), ...defined.keys(), 'if', 'while'];
  return fragment === '' ? names : [...names, ...own.flatMap(({ aliases = [] }) => aliases)];
}

function completeArgument(it: Interpreter, word: string, argument: string, line: string, namesIn: NamesIn): Completion {
  if (word === 'if' || word === 'while') return expression(it, line);
  const found = findCommand(it.commands, word);
  if (!found.ok || it.defined.has(word)) return NOTHING;
  const command = found.value;
  const words = argument.split(/\s+/);
  const fragment = words.at(-1)!;
  const first = words.length === 1;
  switch (command.name) {
    case 'define':
    case 'document':
      return atEnd(it.defined.keys(), fragment, line);
    case 'trace':
      return first ? atEnd(['on', 'off'], fragment, line) : files(fragment, line, namesIn);
    case 'catch':
    case 'tcatch':
      return first ? listed(command, fragment, line) : caught(it, words, line);
    case 'inject':
      return first ? listed(command, fragment, line) : expression(it, line);
    case 'show':
      return first ? atEnd([...SETTING_NAMES, 'convenience', 'version'], fragment, line) : NOTHING;
    default:
      return byKind(it, command, words, line, namesIn);
  }
}

function listed({ completes }: Command, fragment: string, line: string): Completion {
  return typeof completes === 'object' ? atEnd(completes, fragment, line) : NOTHING;
}

function byKind(
  it: Interpreter,
  command: Command,
  words: readonly string[],
  line: string,
  namesIn: NamesIn,
): Completion {
  const fragment = words.at(-1)!;
  const { completes } = command;
  switch (completes) {
    case undefined:
      return NOTHING;
    case 'location':
      return location(it, words, line);
    case 'expression':
      return expression(it, line);
    case 'command':
      return help(it, words, line);
    case 'info':
      return info(it, words, line);
    case 'file':
      return files(fragment, line, namesIn);
    case 'setting':
      return setting(it, words, line);
    case 'feature':
      return features(line);
    case 'exception':
      return atEnd([...EXCEPTION_NAMES, 'all', ...(words.length > 1 ? ['stop', 'nostop'] : [])], fragment, line);
    default:
      return words.length === 1 ? atEnd(completes, fragment, line) : NOTHING;
  }
}

const EXCEPTION_NAMES = EXCEPTIONS.map(({ name }) => name.replace('#', '').toLowerCase());

function caught(it: Interpreter, words: readonly string[], line: string): Completion {
  if (words.includes('if')) return expression(it, line);
  const fragment = words.at(-1)!;
  const [event] = words;
  if (words.length > 2) return atEnd(['if'], fragment, line);
  switch (event) {
    case 'exception':
    case 'interrupt':
      return atEnd([...EXCEPTION_NAMES, 'if'], fragment, line);
    case 'msr':
      return atEnd([...Object.keys(MSR).map((name) => name.toLowerCase()), 'if'], fragment, line);
    case 'alternative':
      return features(line);
    default:
      return atEnd(['if'], fragment, line);
  }
}

/** `help info r`, `help b` */
function help(it: Interpreter, words: readonly string[], line: string): Completion {
  if (words.length === 1) return atEnd(commandNames(it, words[0]!), words[0]!, line);
  return words.length === 2 && words[0] === 'info' ? atEnd(INFO_TOPICS, words[1]!, line) : NOTHING;
}

function info(it: Interpreter, words: readonly string[], line: string): Completion {
  const fragment = words.at(-1)!;
  if (words.length === 1) return atEnd(INFO_TOPICS, fragment, line);
  const machine = machineOf(it.session);
  const topic = INFO_TOPICS.find((name) => name === words[0]) ?? INFO_TOPICS.find((name) => name.startsWith(words[0]!));
  switch (topic) {
    case 'registers':
      return fragment.startsWith('$') ? register(it, fragment, line) : registerField(fragment, line);
    case 'line':
      return location(it, words.slice(1), line);
    case 'symbol':
      return expression(it, line);
    case 'symbols':
    case 'functions':
    case 'variables':
      return atEnd(symbolNames(machine), fragment, line);
    case 'macro':
      return atEnd(macroNames(machine), fragment, line);
    case 'alternatives':
      return atEnd([...patched(it), ...symbolNames(machine)], fragment, line);
    case 'tab':
      return atEnd(['user', 'kernel'], fragment, line);
    default:
      return NOTHING;
  }
}

function setting(it: Interpreter, words: readonly string[], line: string): Completion {
  const fragment = words.at(-1)!;
  const { groups, entries } = it.session.program.scenario;
  const [name] = words;
  if (words.length === 1) return fragment.startsWith('$') ? expression(it, line) : atEnd(SETTING_NAMES, fragment, line);
  switch (name) {
    case 'features':
      return features(line);
    case 'entry':
      return atEnd([...entries.map((entry) => entry.name), ...symbolNames(machineOf(it.session))], fragment, line);
    case 'state':
      return atEnd(
        groups.flatMap((group) => group.states.map((state) => `${group.name}=${state.name}`)),
        fragment.split(',').at(-1)!,
        line,
      );
    case 'context':
      return atEnd(['on', 'off', ...SECTIONS], fragment, line);
    case 'trace-commands':
      return atEnd(['on', 'off'], fragment, line);
    default:
      return expression(it, line);
  }
}

/** Behind a comma, a plus or a minus too. */
function features(line: string): Completion {
  const fragment = /[A-Za-z_0-9]*$/.exec(line)![0];
  const names = Object.keys(FEATURE_NUMBERS);
  const isLower = /^[a-z]/.test(fragment);
  return atEnd(isLower ? names.map((name) => name.toLowerCase()) : names, fragment, line);
}

/** Features that alternatives of this program ask for. */
const patched = ({ session }: Interpreter): string[] =>
  Object.entries(FEATURE_NUMBERS).flatMap(([name, number]) =>
    session.bench.log.some(({ entry }) => entry.feature === number) ? [name] : [],
  );

// Locations

/** Symbols, macros, files and their lines; behind `*`, or `if`, an expression. */
function location(it: Interpreter, words: readonly string[], line: string): Completion {
  const fragment = words.at(-1)!;
  if (fragment.startsWith('*') || words.some((word) => word === 'if' || word.startsWith('*')))
    return expression(it, line);
  const machine = machineOf(it.session);
  const lines = linesByFile(it);
  const [, file, digits] = /^(.*):(\d*)$/.exec(fragment) ?? [];
  if (file !== undefined) {
    const numbers = [...lines].flatMap(([path, all]) => (path === file || path.endsWith(`/${file}`) ? [...all] : []));
    const { matches, from } = atEnd(numbers.map(String), digits!, line);
    return { matches: matches.sort((a, b) => Number(a) - Number(b)), from };
  }
  if (words.length > 1) return atEnd(['if'], fragment, line);
  const names = [...lines.keys()].flatMap((path) => [`${path}:`, `${path.replace(/^.*\//, '')}:`]);
  const wanted = fragment === '' ? names.filter((name) => !name.includes('/')) : names;
  return atEnd([...symbolNames(machine), ...macroNames(machine), ...wanted], fragment, line);
}

/** Lines that left code. */
function linesByFile({ session }: Interpreter): Map<string, Set<number>> {
  const found = new Map<string, Set<number>>();
  for (const { place } of codeLinesOf(machineOf(session).image))
    for (const { file, line } of [place.span, ...place.chain.map(({ at }) => at)]) {
      const lines = found.get(file) ?? new Set();
      found.set(file, lines.add(line));
    }
  return found;
}

// Expressions

const FUNCTIONS = ['kernel_cr3', 'user_cr3', 'flush_bit', 'u64'];

/** The name that the line ends in. */
function expression(it: Interpreter, line: string): Completion {
  const [, fragment] = /(?:^|[^\w$.])((?:\$[\w.]*|[A-Za-z_.][\w.]*)?)$/.exec(line) ?? [];
  if (fragment === undefined) return NOTHING;
  if (fragment.startsWith('$')) return register(it, fragment, line);
  return atEnd([...symbolNames(machineOf(it.session)), ...FUNCTIONS], fragment, line);
}

/** `$cr3.pc`, `$r`, `$mine` */
function register({ session }: Interpreter, fragment: string, line: string): Completion {
  if (!fragment.includes('.'))
    return atEnd(
      [...plainRegisters(), ...session.convenience.keys()].map((name) => `$${name}`),
      fragment,
      line,
    );
  return registerField(fragment.slice(1), line);
}

const plainRegisters = (): string[] => registerNames().filter((name) => !name.includes('.'));

function registerField(fragment: string, line: string): Completion {
  const dot = fragment.indexOf('.');
  if (dot < 0) return atEnd(plainRegisters(), fragment, line);
  const field = fragment.slice(dot + 1);
  const isUpper = /^[A-Z]/.test(field);
  const name = fragment.slice(0, dot);
  const fields = fieldsOf(name).map((f) => (isUpper ? f.name : f.name.toLowerCase()));
  // `gdtr.base` is a register of its own.
  const parts = registerNames().flatMap((r) => (r.startsWith(`${name}.`) ? [r.slice(name.length + 1)] : []));
  return atEnd([...fields, ...parts], field, line);
}

// Files

function files(fragment: string, line: string, namesIn: NamesIn): Completion {
  const slash = fragment.lastIndexOf('/') + 1;
  const name = fragment.slice(slash);
  const names = namesIn(fragment.slice(0, slash)).filter((entry) => name.startsWith('.') || !entry.startsWith('.'));
  return atEnd(names, name, line);
}
