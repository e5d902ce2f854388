/**
 * gcc's options on our command line: in go the words as gcc takes them, out come words that commander reads, whose options
 * with one dash have one letter.
 */
import { Option } from 'commander';
import type { MacroOption } from '../assemble/cpp.ts';
import { isMachineOption } from '../assemble/cpp-predefined.ts';
import { collect } from './context.ts';

const LONG = new Set(['-include', '-isystem', '-iquote', '-nostdinc', '-ex', '-batch', '-nx', '-quiet']);

/** `-include` (and gdb's `-ex`) becomes `--include`; `-m32`, `-O2` and their likes become `--machine=-m32`. */
export const spellForCommander = (words: readonly string[]): string[] =>
  words.map((word) => (LONG.has(word) ? `-${word}` : isMachineOption(word) ? `--machine=${word}` : word));

export interface CppFlags {
  readonly isystem: readonly string[];
  readonly iquote: readonly string[];
  readonly machine: readonly string[];
}

const repeatable = (flags: string, description: string): Option =>
  new Option(flags, description).argParser(collect).default([] as string[], 'none');

/** The options of the preprocessor that `as` takes beside those of every command; `macros` fills with -D and -U in order. */
export function cppOptions(macros: MacroOption[]): Option[] {
  const inOrder = (option: Option, made: (text: string) => MacroOption): Option =>
    option
      .argParser((text: string, before: readonly string[]) => {
        macros.push(made(text));
        return collect(text, before);
      })
      .default([] as string[], 'none');
  return [
    inOrder(new Option('-D <name[=value]>', 'define a preprocessor macro (repeatable)'), (text) => ({
      kind: 'define',
      text,
    })),
    inOrder(new Option('-U <name>', 'undefine a preprocessor macro (repeatable)'), (name) => ({
      kind: 'undefine',
      name,
    })),
    repeatable('--isystem <dir>', 'search this directory after those of -I, as gcc -isystem does (repeatable)'),
    repeatable('--iquote <dir>', 'search this directory for #include "…" only (repeatable)'),
    repeatable('--machine <option>', "gcc's -m32, -mcmodel=kernel, -O2 …: what macros they define (repeatable)"),
    new Option('--nostdinc', 'accepted: there are no other directories than those given').hideHelp(),
  ];
}
