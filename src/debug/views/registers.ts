/**
 * `info registers` as gdb prints them with QEMU behind it: name, value in hexadecimal, and the value as what it is: a number, an address
 * with its symbol, flags by name. Which registers there are and what their bits are called is the expressions' table.
 */
import { hex } from '../../base/hex.ts';
import { signed } from '../../base/u64.ts';
import * as cpuModel from '../../cpu/cpu.ts';
import { CR4 } from '../../cpu/cpu.ts';
import { readableMsrs } from '../../cpu/msr.ts';
import { RFLAGS, SEGMENT, SEGMENT_NAMES } from '../../isa/insn.ts';
import { nameCr3 } from '../../machine/linux.ts';
import type { Machine } from '../../machine/machine.ts';
import { flagNames } from '../../trace/snapshot.ts';
import { fieldsOf, flagText, REGISTER_TABLE, readRegister } from '../registers.ts';
import { fit, paragraph, type Style, table, wrap } from '../style.ts';
import { nameSuffix } from './guest.ts';

/** In gdb's order. */
const GENERAL: readonly string[] = (
  'rax rbx rcx rdx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15 rip eflags cs ss ds es fs gs fs_base gs_base k_gs_base ' +
  'cr0 cr2 cr3 cr4 cr8 efer'
).split(' ');
const SYSTEM: readonly string[] = 'ldtr tr gdtr idtr dr0 dr1 dr2 dr3 dr6 dr7 pkru xcr0'.split(' ');

/** Always shown as addresses; others where they are that of a symbol. */
const POINTERS: ReadonlySet<string> = new Set(['rsp', 'rbp', 'rip', 'dr0', 'dr1', 'dr2', 'dr3']);
const MAY_POINT: ReadonlySet<string> = new Set(['cr2', 'gdtr', 'idtr']);

/** gdb's names for what it calls by others itself. */
const ALIASES: Readonly<Record<string, string>> = { pc: 'rip', sp: 'rsp', fp: 'rbp' };

const NAME_COLUMN = 15;
const VALUE_COLUMN = 19;

/** undefined: the CPU has no such register. */
function line(machine: Machine, style: Style, name: string): string | undefined {
  const value = readRegister(machine, name);
  if (value === undefined) return undefined;
  const text = naturalText(machine, name, value);
  return fit(
    `${style.bold(name.padEnd(NAME_COLUMN))}${hex(value).padEnd(VALUE_COLUMN)} ${text}`.trimEnd(),
    style.width,
  );
}

/** The third column. */
function naturalText(machine: Machine, name: string, value: bigint): string {
  const known = name === 'cr3' ? nameCr3(machine.space, value) : undefined;
  // A selector is a number to gdb.
  const isSelector = [...SEGMENT_NAMES, 'ldtr', 'tr'].some((segment) => segment === name);
  if (fieldsOf(name).length > 0 && !isSelector) return `${flagText(name, value)}${known ? ` ${known}` : ''}`;
  const symbol = nameSuffix(machine, value);
  if (POINTERS.has(name) || (symbol !== '' && (MAY_POINT.has(name) || name.endsWith('_base'))))
    return hex(value) + symbol;
  const size = REGISTER_TABLE.get(name)?.type.size ?? 8;
  return signed(value, size === 1 || size === 2 || size === 4 ? size : 8).toString();
}

/** Without names: the general ones, flags, segments and control registers. `$` before a name is ignored; fields are `cr3.pcid`. */
export function infoRegisters(machine: Machine, style: Style, names: readonly string[] = []): string[] {
  if (names.length === 0) return linesOf(machine, style, GENERAL);
  return names.flatMap((name) => {
    const plain = name.replace(/^\$/, '').toLowerCase();
    const shown = line(machine, style, ALIASES[plain] ?? plain);
    return shown ?? paragraph(`Invalid register \`${plain}'`, style);
  });
}

const linesOf = (machine: Machine, style: Style, names: readonly string[]): string[] =>
  names.flatMap((name) => line(machine, style, name) ?? []);

/** Those and the descriptor tables', debug and model-specific registers. */
export const infoAllRegisters = (machine: Machine, style: Style): string[] => [
  ...linesOf(machine, style, [...GENERAL, ...SYSTEM]),
  ...infoMsr(machine, style),
];

/** All MSRs that can be read: number, the manual's name, value, and the symbol that it is the address of. */
export function infoMsr(machine: Machine, style: Style): string[] {
  const { cpu } = machine;
  const rows = readableMsrs(cpu).map(({ index, name }) => {
    const value = cpuModel.getMsr(cpu, index) ?? 0n;
    const short = name.replace(/^IA32_/, '');
    const hasBits = fieldsOf(short.toLowerCase()).length > 0;
    const known = hasBits ? ` ${flagText(short.toLowerCase(), value)}` : nameSuffix(machine, value);
    return [hex(index), short, hex(value) + known];
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
