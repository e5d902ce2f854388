/** entrylab's answers to the commands of commands.ts, over program.s at gdb's addresses. */
import { assemble } from '../../../src/assemble/assemble.ts';
import { formatDiagnostic } from '../../../src/base/diagnostics.ts';
import * as cpuModel from '../../../src/cpu/cpu.ts';
import { type Scope, typeOfExpression } from '../../../src/debug/evaluate.ts';
import { examineCommand } from '../../../src/debug/examine.ts';
import { parseDebugExpression } from '../../../src/debug/expression.ts';
import { newFormats } from '../../../src/debug/formats.ts';
import { outputCommand, printCommand } from '../../../src/debug/print.ts';
import { writeRegister } from '../../../src/debug/registers.ts';
import type { Image, ImageSymbol, Segment } from '../../../src/image/image.ts';
import { featureNumber, featureSet } from '../../../src/isa/features.ts';
import type { Result } from '../../../src/lab/expression.ts';
import { createMachine, type Machine } from '../../../src/machine/machine.ts';
import { percpuLayout } from '../../../src/machine/percpu.ts';
import { KERNEL_REGISTERS, REGISTERS } from './commands.ts';

export type Home = 'user' | 'kernel';

/** Where the sections lie; in `kernel` gdb sees our machine through a stub (tools/gdb-stub.ts). */
export const ADDRESSES: Readonly<Record<Home, Readonly<Record<string, bigint>>>> = {
  user: { '.text': 0x401000n, '.data': 0x402000n },
  kernel: { '.text': 0xffffffff81000000n, '.data': 0xffffffff82000000n },
};

export const homeOf = (session: string): Home => (session.startsWith('kernel') ? 'kernel' : 'user');

/** The object without relocations, its sections where the linker puts them for gdb. */
function imageOf(source: string, home: Home): Image {
  const read = (path: string): Uint8Array | undefined =>
    path === 't.s' ? new TextEncoder().encode(source) : undefined;
  const { value, diagnostics } = assemble('t.s', { files: { read } });
  if (diagnostics.length > 0) throw new Error(diagnostics.map(formatDiagnostic).join('\n'));
  const segments: Segment[] = [];
  for (const { name, data, relocations } of value.sections) {
    const address = ADDRESSES[home][name];
    if (address === undefined || data.length === 0) continue;
    if (relocations.length > 0) throw new Error(`program.s has relocations in ${name}`);
    segments.push({ name, address, bytes: data, write: name === '.data', execute: name === '.text' });
  }
  const symbols = value.symbols.flatMap(({ name, value: offset, size, home: within }): ImageSymbol[] => {
    const section = within.kind === 'section' ? value.sections[within.index]!.name : '';
    const base = ADDRESSES[home][section];
    if (name === '' || base === undefined) return [];
    return [{ name, address: base + offset, size, kind: section === '.text' ? 'code' : 'data' }];
  });
  const ascending = symbols.sort((a, b) => (a.address < b.address ? -1 : 1));
  return { segments, symbols: ascending, lines: [], patches: [] };
}

export function machineOf(source: string, home: Home): Machine {
  const features = featureSet([featureNumber('PCID')!]);
  const { value, diagnostics } = createMachine({
    image: imageOf(source, home),
    features,
    percpu: percpuLayout()!,
  });
  if (!value) throw new Error(diagnostics.map(formatDiagnostic).join('\n'));
  cpuModel.setRip(value.cpu, ADDRESSES[home]['.text']!);
  if (home === 'user') cpuModel.setCpl(value.cpu, 3);
  for (const [name, bits] of Object.entries(home === 'user' ? REGISTERS : KERNEL_REGISTERS)) {
    const problem = writeRegister(value, name, bits);
    if (problem !== undefined) throw new Error(problem);
  }
  return value;
}

const textOf = (result: Result<string>): string => (result.ok ? result.value : result.message);

/** What a session prints for each of its commands. */
export function answers(source: string, session: string, commands: readonly string[]): string[] {
  const warnings: string[] = [];
  const scope: Scope = {
    machine: machineOf(source, homeOf(session)),
    convenience: new Map(),
    history: [],
    formats: newFormats(),
    warn: (text) => void warnings.push(text),
  };
  return commands.map((command) => {
    warnings.length = 0;
    const answer = answerOf(command, scope);
    return [...warnings, answer].join('\n');
  });
}

function answerOf(command: string, scope: Scope): string {
  const [, name, rest] = /^(\w+)(.*)$/.exec(command) as unknown as [string, string, string];
  if (name === 'p') return textOf(printCommand(rest, scope));
  if (name === 'output') return textOf(outputCommand(rest, scope));
  if (name === 'x') {
    const { lines, error } = examineCommand(rest, scope);
    return lines.length === 0 ? (error ?? '') : lines.join('\n');
  }
  const node = parseDebugExpression(rest);
  const type = node.ok ? typeOfExpression(node.value, scope) : node;
  return type.ok ? `type = ${type.value}` : type.message;
}
