/**
 * What a command is, and how names and abbreviations lead to one: exact names and fixed abbreviations first, then any beginning that only
 * one command has, as in gdb.
 */
import type { Result } from '../lab/expression.ts';
import type { Interpreter } from './interpreter.ts';
import type { Motion } from './motion.ts';
import { failure, success } from './values.ts';

export type Category = 'running' | 'backwards' | 'stopping' | 'data' | 'machine' | 'status' | 'support';

export interface Command {
  readonly name: string;
  /** Other names, the fixed abbreviations among them. */
  readonly aliases?: readonly string[];
  readonly category: Category;
  /** What comes behind the name. */
  readonly usage?: string;
  /** The first line is the summary. */
  readonly help: string;
  /** What its argument is, for completion. */
  readonly completes?:
    | 'location'
    | 'expression'
    | 'command'
    | 'info'
    | 'file'
    | 'setting'
    | 'feature'
    | 'exception'
    | readonly string[];
  /** An empty line repeats it, with these arguments instead. */
  readonly repeats?: 'same' | 'bare';
  /** The lines up to `end` belong to it. */
  readonly hasBody?: boolean;
  /** A motion, if the program is to move: the caller runs it and reports. Throws `Mistake`. */
  run(interpreter: Interpreter, argument: string, body: readonly string[]): Motion | undefined;
}

/** `b`: the command; else gdb's words. */
export function findCommand(commands: readonly Command[], word: string, parent = ''): Result<Command> {
  const exact = commands.find(({ name, aliases = [] }) => name === word || aliases.includes(word));
  if (exact) return success(exact);
  const candidates = commands.filter(({ name, aliases = [] }) => [name, ...aliases].some((n) => n.startsWith(word)));
  if (candidates.length === 1) return success(candidates[0]!);
  const full = parent === '' ? word : `${parent} ${word}`;
  if (candidates.length > 1) {
    const names = candidates.flatMap(({ name, aliases = [] }) => [name, ...aliases].filter((n) => n.startsWith(word)));
    return failure(`Ambiguous ${parent === '' ? '' : `${parent} `}command "${full}": ${names.sort().join(', ')}.`);
  }
  return failure(
    `Undefined ${parent === '' ? '' : `${parent} `}command: "${word}".  Try "help${parent === '' ? '' : ` ${parent}`}".`,
  );
}

/** `stepi 3` → the word and the rest; `x/4i $pc` and `p/x 1` need no blank. */
export function splitCommand(line: string): { readonly word: string; readonly argument: string } {
  const [, word = '', argument = ''] = /^\s*([A-Za-z_][\w-]*|!|\S+?(?=\s|$))\s*(.*?)\s*$/s.exec(line) ?? [];
  return { word, argument };
}
