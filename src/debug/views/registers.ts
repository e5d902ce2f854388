/**
 * `info registers` as gdb prints them with QEMU behind it: name, value in hexadecimal, and the value as what it is: a number, an address
 * with its symbol, flags by name.
 */
import { hex } from '../../base/hex.ts';
import { s64 } from '../../base/u64.ts';
import * as cpuModel from '../../cpu/cpu.ts';
import { CR4, LDTR, TR } from '../../cpu/cpu.ts';
import { readableMsrs } from '../../cpu/msr.ts';
import { GPR, GPR64_NAMES, RFLAGS, SEGMENT, SEGMENT_NAMES } from '../../isa/insn.ts';
import type { Machine } from '../../machine/machine.ts';
import { flagNames } from '../../trace/snapshot.ts';
import { fit, paragraph, type Style, table, wrap } from '../style.ts';
import { controlText, flagText } from './control.ts';
import { nameSuffix } from './guest.ts';

interface Row {
  readonly name: string;
  readonly group: 'general' | 'system' | 'msr';
  value(machine: Machine): bigint;
  /** The third column. */
  text(machine: Machine, value: bigint): string;
}

const decimal = (_: Machine, value: bigint): string => s64(value).toString();
const pointer = (machine: Machine, value: bigint): string => `${hex(value)}${nameSuffix(machine, value)}`;

/** gdb's order, with 64-bit names. */
const GENERAL = ['rax', 'rbx', 'rcx', 'rdx', 'rsi', 'rdi', 'rbp', 'rsp'] as const;
const SEGMENTS = ['cs', 'ss', 'ds', 'es', 'fs', 'gs'] as const;
const numberOf = (name: (typeof GPR64_NAMES)[number]): number => GPR64_NAMES.indexOf(name);

const general = (name: (typeof GPR64_NAMES)[number]): Row => ({
  name,
  group: 'general',
  value: ({ cpu }) => cpuModel.getReg(cpu, numberOf(name)),
  text: name === 'rsp' || name === 'rbp' ? pointer : decimal,
});

const segment = (name: string, number: number): Row => ({
  name,
  group: 'general',
  value: ({ cpu }) => BigInt(cpuModel.getSegment(cpu, number).selector),
  text: decimal,
});

const base = (name: string, number: number, group: Row['group'] = 'general'): Row => ({
  name,
  group,
  value: ({ cpu }) => cpuModel.getMsr(cpu, number) ?? 0n,
  text: pointer,
});

const control = (n: number): Row => ({
  name: `cr${n}`,
  group: 'general',
  value: ({ cpu }) => cpuModel.getCr(cpu, n),
  text: (machine, value) => controlText(machine, n, value),
});

const ROWS: readonly Row[] = [
  ...[...GENERAL, ...GPR64_NAMES.slice(GPR.R8)].map(general),
  { name: 'rip', group: 'general', value: ({ cpu }) => cpuModel.getRip(cpu), text: pointer },
  {
    name: 'eflags',
    group: 'general',
    value: ({ cpu }) => cpuModel.getFlags(cpu),
    text: (_, value) => flagNames(value),
  },
  ...SEGMENTS.map((name) => segment(name, SEGMENT_NAMES.indexOf(name))),
  base('fs_base', cpuModel.MSR.FS_BASE),
  base('gs_base', cpuModel.MSR.GS_BASE),
  base('k_gs_base', cpuModel.MSR.KERNEL_GS_BASE),
  ...[0, 2, 3, 4, 8].map(control),
  { ...base('efer', cpuModel.MSR.EFER), text: (_, value) => flagText('efer', value) },
  { ...segment('ldtr', LDTR), group: 'system' },
  { ...segment('tr', TR), group: 'system' },
  ...(['gdt', 'idt'] as const).map(
    (name): Row => ({
      name: `${name}r`,
      group: 'system',
      value: ({ cpu }) => cpuModel.getTable(cpu, name).base,
      text: ({ cpu }) => `limit ${hex(cpuModel.getTable(cpu, name).limit)}`,
    }),
  ),
  ...[0, 1, 2, 3, 6, 7].map(
    (n): Row => ({
      name: `dr${n}`,
      group: 'system',
      value: ({ cpu }) => cpuModel.getDr(cpu, n),
      text: n < 4 ? pointer : (_, value) => flagText(`dr${n}`, value),
    }),
  ),
];

/** Other names for the same. */
const ALIASES: Readonly<Record<string, string>> = {
  pc: 'rip',
  sp: 'rsp',
  fp: 'rbp',
  rflags: 'eflags',
  kernel_gs_base: 'k_gs_base',
};

const NAME_COLUMN = 15;
const VALUE_COLUMN = 19;

function line(machine: Machine, style: Style, row: Row): string {
  const value = row.value(machine);
  const name = row.name.padEnd(NAME_COLUMN);
  return fit(
    `${style.bold(name)}${hex(value).padEnd(VALUE_COLUMN)} ${row.text(machine, value)}`.trimEnd(),
    style.width,
  );
}

/** Without names: the general ones, flags, segments and control registers. `$` before a name is ignored. */
export function infoRegisters(machine: Machine, style: Style, names: readonly string[] = []): string[] {
  if (names.length === 0) return ROWS.filter((r) => r.group === 'general').map((row) => line(machine, style, row));
  return names.flatMap((name) => {
    const plain = name.replace(/^\$/, '').toLowerCase();
    const row = ROWS.find((r) => r.name === (ALIASES[plain] ?? plain));
    return row ? line(machine, style, row) : paragraph(`Invalid register \`${plain}'`, style);
  });
}

/** Those and the descriptor tables', debug and model-specific registers. */
export const infoAllRegisters = (machine: Machine, style: Style): string[] => [
  ...ROWS.map((row) => line(machine, style, row)),
  ...infoMsr(machine, style),
];

/** All MSRs that can be read: number, the manual's name, value, and the symbol that it is the address of. */
export function infoMsr(machine: Machine, style: Style): string[] {
  const { cpu } = machine;
  const rows = readableMsrs(cpu).map(({ index, name }) => {
    const value = cpuModel.getMsr(cpu, index) ?? 0n;
    const known = index === cpuModel.MSR.EFER ? ` ${flagText('efer', value)}` : nameSuffix(machine, value);
    return [hex(index), name.replace(/^IA32_/, ''), hex(value) + known];
  });
  return table(rows, style, { head: ['number', 'IA32_…', 'value'] });
}

/** In the order of the bits, from the highest. */
const FLAGS: readonly (readonly [name: string, title: string])[] = [
  ['ID', 'CPUID may be used'],
  ['VIP', 'virtual interrupt pending'],
  ['VIF', 'virtual interrupt flag'],
  ['AC', 'alignment check; lifts SMAP'],
  ['VM', 'virtual-8086 mode'],
  ['RF', 'resume'],
  ['NT', 'nested task'],
  ['OF', 'overflow'],
  ['DF', 'direction'],
  ['IF', 'interrupts enabled'],
  ['TF', 'trap'],
  ['SF', 'sign'],
  ['ZF', 'zero'],
  ['AF', 'auxiliary carry'],
  ['PF', 'parity'],
  ['CF', 'carry'],
];

/** Each flag with its value, then IOPL and CPL. */
export function infoFlags({ cpu }: Machine, style: Style): string[] {
  const flags = cpuModel.getFlags(cpu);
  const rows = FLAGS.map(([name, title]) => {
    const set = (flags & BigInt(RFLAGS[name as keyof typeof RFLAGS])) !== 0n;
    return [set ? style.bold(name) : name.toLowerCase(), set ? '1' : '0', title];
  });
  const iopl = Number((flags & BigInt(RFLAGS.IOPL)) >> 12n);
  return [
    fit(`rflags ${hex(flags)} ${flagNames(flags)}`, style.width),
    ...table(
      [
        ...rows,
        ['IOPL', String(iopl), 'I/O privilege level'],
        ['CPL', String(cpuModel.getCpl(cpu)), 'current privilege level'],
      ],
      style,
    ),
  ];
}

/** `creg`'s companion: each segment register as it was loaded. */
export function infoSegments({ cpu }: Machine, style: Style): string[] {
  const names = [...SEGMENT_NAMES, 'ldtr', 'tr'];
  return names.flatMap((name, n) => {
    const { selector, base: start, limit, attributes } = cpuModel.getSegment(cpu, n);
    const usable = attributes & UNUSABLE ? ['unusable'] : [];
    const level = n === SEGMENT.CS ? [`CPL=${cpuModel.getCpl(cpu)}`] : [];
    const bits = [`base=${hex(start)}`, `limit=${hex(limit)}`, `attributes=${hex(attributes & ~UNUSABLE)}`];
    return wrap(
      [`${name}:`.padEnd(5), `0x${selector.toString(16).padStart(4, '0')}`, ...usable, ...bits, ...level],
      style,
      6,
    );
  });
}

const UNUSABLE = 1 << 8;

/** CR3[11:0] is a PCID. */
export const usesPcid = ({ cpu }: Machine): boolean => (cpuModel.getCr(cpu, 4) & BigInt(CR4.PCIDE)) !== 0n;
