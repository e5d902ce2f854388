/** What a debugger's user has and the debugger itself has not: a place to print to, files, a width. The command line and tests each bring their own. */
import type { Style } from './style.ts';
import type { Sources } from './views/disassemble.ts';

export interface Host {
  /** Whole lines, with their ends. */
  print(text: string): void;
  style(): Style;
  readonly sources: Sources;
  /** undefined: there is no such file. */
  read(path: string): string | undefined;
  /** Adds to the end of a file, or begins it anew; why not, if it can't. */
  write(path: string, text: string, append: boolean): string | undefined;
  /** Of entrylab. */
  readonly version?: string;
  /** Commands come from a person at a terminal: an empty line repeats the last one. */
  readonly interactive: boolean;
}
