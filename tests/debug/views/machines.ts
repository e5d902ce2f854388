/** Machines for views: RESTORE_CR3 as the laboratory sets it up, and a program of our own with an IDT, handlers and a TSS. */
import { readFileSync } from 'node:fs';
import { run } from '../../../src/cpu/cpu.ts';
import { PLAIN, type Style } from '../../../src/debug/style.ts';
import type { Sources } from '../../../src/debug/views/disassemble.ts';
import { type Bench, entriesOf, selectionOf, setUp } from '../../../src/lab/execute.ts';
import type { Machine } from '../../../src/machine/machine.ts';
import { benchOf, type Options, programOf } from '../../lab/laboratory.ts';

const INCLUDE = new URL('../../../asm/include/', import.meta.url);
const read = (url: URL): string => readFileSync(url, 'utf8');

const RESTORE = read(new URL('../../../asm/cr3/restore_cr3.S', import.meta.url)).replace('../include/', 'inc/');
const EVENTS = read(new URL('./events.S', import.meta.url));

export const sourcesOf =
  (text: string): Sources =>
  (path) => {
    if (path === 't.S') return text.split('\n');
    return path.startsWith('inc/') ? read(new URL(path.slice(4), INCLUDE)).split('\n') : undefined;
  };
export const RESTORE_SOURCES = sourcesOf(RESTORE);
export const EVENTS_SOURCES = sourcesOf(EVENTS);

/** At the entry of the program's first function, in the first states but for those named. */
export function benchAt(
  text: string,
  states: Readonly<Record<string, string>>,
  options: Options,
): { readonly bench: Bench; readonly machine: Machine } {
  const program = programOf(text);
  const bench = benchOf(program, options);
  const entry = entriesOf(program, bench.image)[0]!;
  setUp(bench, entry, selectionOf(program.scenario, entry.name, new Map(Object.entries(states))));
  return { bench, machine: bench.machine };
}

export const restoreCr3 = (states: Readonly<Record<string, string>> = {}, features = ['PTI', 'PCID']) =>
  benchAt(RESTORE, states, { features });

/** RESTORE_CR3 after so many instructions. */
export function restoreAfter(instructions: number, states: Readonly<Record<string, string>> = {}): Machine {
  const { machine } = restoreCr3(states);
  run(machine.cpu, instructions);
  return machine;
}

/** events.S, which sets its IDT up by itself, after so many instructions. */
export function eventsAfter(instructions: number): Machine {
  const { machine } = benchAt(EVENTS, {}, { events: 'deliver' });
  run(machine.cpu, instructions);
  return machine;
}

export const styleOf = (width: number): Style => ({ ...PLAIN, width });

/** Marks as letters, to see which parts a view marks. */
export const LETTERS: Style = {
  width: 200,
  dim: (text) => text,
  bold: (text) => text,
  address: (text) => text,
  changed: (text) => `[${text}]`,
  keyword: (text) => text,
  alternative: (text) => text,
  taken: (text) => `(${text})`,
};

/** The lines of a block of text, its common indentation taken away. */
export function block(text: string): string[] {
  const lines = text
    .replace(/^\n/, '')
    .replace(/\n\s*$/, '')
    .split('\n');
  const indent = Math.min(...lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/)));
  return lines.map((line) => line.slice(indent));
}
