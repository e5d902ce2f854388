/** The debugger's host under Node: standard output, colours, the width of the terminal as it is at the moment, files. */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { homedir } from 'node:os';
import type { Host } from '../debug/host.ts';
import type { Style } from '../debug/style.ts';
import { colors } from './colors.ts';
import { write } from './context.ts';

declare const ENTRYLAB_VERSION: string;

export interface TerminalHost extends Host {
  /** Writes what files have not got yet. */
  flush(): void;
}

const WIDTH_OF_A_PIPE = 80;
const NARROWEST = 20;

const MARKS: Omit<Style, 'width'> = {
  dim: colors.dim,
  bold: colors.bold,
  address: colors.blue,
  changed: colors.red,
  keyword: colors.cyan,
  alternative: colors.magenta,
  taken: colors.green,
};

const columns = (): number => Math.max(NARROWEST, process.stdout.columns || WIDTH_OF_A_PIPE);

export function terminalHost(interactive: boolean): TerminalHost {
  const sources = new Map<string, readonly string[] | undefined>();
  const outputs = createOutputs();
  return {
    print: write,
    style: () => ({ ...MARKS, width: columns() }),
    sources(path) {
      if (!sources.has(path)) sources.set(path, readText(path)?.split('\n'));
      return sources.get(path);
    },
    read: (path) => readText(inHome(path)),
    write: (path, text, append) => outputs.write(inHome(path), text, append),
    interactive,
    ...(typeof ENTRYLAB_VERSION === 'string' && { version: ENTRYLAB_VERSION }),
    flush: outputs.flush,
  };
}

/** `~/x` as the shell has it. */
export const inHome = (path: string): string => path.replace(/^~(?=\/|$)/, homedir());

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (problem) {
    if (problem instanceof Error && 'code' in problem) return undefined;
    throw problem;
  }
}

interface Outputs {
  write(path: string, text: string, append: boolean): string | undefined;
  flush(): void;
}

const MOST_HELD = 1 << 16;

/** Files that grow by lines, of which a trace has millions: they stay open, and are written to in large pieces. */
function createOutputs(): Outputs {
  const open = new Map<string, { readonly fd: number; held: string }>();
  const flushOne = (path: string): string | undefined => {
    const file = open.get(path);
    if (!file || file.held === '') return undefined;
    try {
      writeSync(file.fd, file.held);
      file.held = '';
      return undefined;
    } catch (problem) {
      open.delete(path);
      return reasonOf(path, problem);
    }
  };
  return {
    write(path, text, append) {
      try {
        const known = open.get(path);
        if (known && !append) closeSync(known.fd);
        if (!known || !append) open.set(path, { fd: openSync(path, append ? 'a' : 'w'), held: '' });
        const file = open.get(path)!;
        file.held += text;
        return file.held.length > MOST_HELD ? flushOne(path) : undefined;
      } catch (problem) {
        open.delete(path);
        return reasonOf(path, problem);
      }
    },
    flush() {
      for (const path of open.keys()) flushOne(path);
    },
  };
}

const reasonOf = (path: string, problem: unknown): string => {
  if (!(problem instanceof Error && 'code' in problem)) throw problem;
  return `${path}: ${problem.message.replace(/^[A-Z]+: |, \w+( '.*)?$/g, '')}.`;
};
