/**
 * The macros that gcc 12 has defined for x86-64 before it reads an assembler file, with its options' changes. The table is
 * data that tools/predefined.ts measures; it leaves out what stdc-predef.h defines, as -nostdinc does.
 */
import table from './predefined.json' with { type: 'json' };

interface Change {
  readonly remove: readonly string[];
  readonly add: Readonly<Record<string, string>>;
}

const CHANGES: Readonly<Record<string, Change>> = table.options;

/** Options of gcc that change macros, in order: `-m32`, `-m16`, `-mcmodel=kernel`, `-mno-sse`, `-O2`, `-fno-pie` … */
export type CppMachine = readonly string[];

/** Whether an option is one that changes macros, or `-m64`, which is what there is anyway. */
export const isMachineOption = (option: string): boolean => option === '-m64' || CHANGES[option] !== undefined;

/** Names, with their parameters if they have any, and what they stand for. Options that change nothing are passed over. */
export function predefinedMacros(options: CppMachine): Iterable<readonly [string, string]> {
  const changes = options.map((option) => CHANGES[option]).filter((change) => change !== undefined);
  if (changes.length === 0) return Object.entries(table.base);
  const macros = new Map<string, string>(Object.entries(table.base));
  for (const { remove, add } of changes) {
    for (const name of remove) macros.delete(name);
    for (const [name, value] of Object.entries(add)) macros.set(name, value);
  }
  return macros;
}
