/** Drives the debugger with lines of commands, as a pipe does: what it prints, each command in front of its output. */
import { readFileSync } from 'node:fs';
import { SKYLAKE } from '../../src/cost/skylake.ts';
import { COMMANDS } from '../../src/debug/commands/all.ts';
import type { Host } from '../../src/debug/host.ts';
import { createInterpreter, feedWhole, type Interpreter, promptOf } from '../../src/debug/interpreter.ts';
import { createSession, type Setup } from '../../src/debug/session.ts';
import { PLAIN, type Style } from '../../src/debug/style.ts';
import { featureNumber, featureSet } from '../../src/isa/features.ts';
import { loadProgram } from '../../src/lab/program.ts';

const read = (path: string): Uint8Array | undefined => {
  try {
    return new Uint8Array(readFileSync(path));
  } catch {
    return undefined;
  }
};

const text = (path: string): string | undefined => {
  const bytes = read(path);
  return bytes && new TextDecoder().decode(bytes);
};

export interface Debugged {
  readonly it: Interpreter;
  /** What has been printed since the last call. */
  readonly output: () => string;
  readonly files: Map<string, string>;
}

export interface DebugOptions {
  readonly features?: readonly string[];
  readonly entry?: string;
  readonly states?: Readonly<Record<string, string>>;
  readonly style?: Style;
  readonly setup?: Partial<Setup>;
  readonly limit?: number;
}

/** A session on a program, at its entry. */
export function debugProgram(path: string, options: DebugOptions = {}): Debugged {
  const program = loadProgram(path, { files: { read } });
  if (!program.value) throw new Error(program.diagnostics.map(({ message }) => message).join('\n'));
  const { features = [], entry, states = {}, style = PLAIN, setup = {}, limit = 1_000_000 } = options;
  const made = createSession(
    program.value,
    {
      features: featureSet(features.map((name) => featureNumber(name)!)),
      entry,
      states: new Map(Object.entries(states)),
      sets: [],
      cost: SKYLAKE,
      ...setup,
    },
    limit,
  );
  if (!made.value) throw new Error(made.diagnostics.map(({ message }) => message).join('\n'));
  let printed = '';
  const files = new Map<string, string>();
  const host: Host = {
    print: (more) => {
      printed += more;
    },
    style: () => style,
    sources: (file) => text(file)?.split('\n'),
    read: (file) => files.get(file) ?? text(file),
    write: (file, more, append) => {
      files.set(file, append ? (files.get(file) ?? '') + more : more);
      return undefined;
    },
    interactive: false,
  };
  const it = createInterpreter(made.value, host, COMMANDS);
  const output = (): string => {
    const all = printed;
    printed = '';
    return all;
  };
  return { it, output, files };
}

/** Every line behind its prompt, then what it printed. */
export function transcript({ it, output }: Debugged, script: string): string {
  let all = output();
  for (const line of script.trim().split('\n')) {
    all += `${promptOf(it)}${line.trim()}\n`;
    feedWhole(it, line);
    all += output();
    if (it.quit !== undefined) break;
  }
  return all;
}
