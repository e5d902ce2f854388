/**
 * The registers that a debugger names: their types as QEMU describes them to gdb, how to read and to write them.
 *
 * A write by hand is checked as the instruction would be that writes the register, since the model relies on it, and counts as none:
 * CR3's low bits keep no translation alive, a selector brings along what its descriptor table has for it, without faults or rights.
 * Where the CPU has no such register, it reads as undefined, and `$name` is void.
 */
import { fromBytes, truncate, type Width } from '../base/u64.ts';
import { writeControl } from '../cpu/control.ts';
import * as cpuModel from '../cpu/cpu.ts';
import { MSR } from '../cpu/cpu.ts';
import { ATTRIBUTE, attributesOf, baseOf, limitOf } from '../cpu/descriptors.ts';
import { readMsr, writeMsr } from '../cpu/msr.ts';
import { isCanonicalAddress } from '../cpu/state.ts';
import type { Fault } from '../cpu/stop.ts';
import { readXcr, writeXcr } from '../cpu/xcr0.ts';
import { GPR64_NAMES, SEGMENT_NAMES } from '../isa/insn.ts';
import type { Machine } from '../machine/machine.ts';
import { FIELDS, type Field, fieldValue, textOfFields, withField } from './register-fields.ts';
import { CODE, flagsType, REGISTER_INT, type Type, ULONG, UNSIGNED, VOID_POINTER } from './types.ts';

export interface RegisterRow {
  readonly name: string;
  readonly type: Type;
  readonly fields?: readonly Field[];
  /** The bits, unsigned; undefined: this CPU has no such register. */
  read(machine: Machine): bigint | undefined;
  /** undefined: done, else why not. The value has the type's size. */
  write(machine: Machine, value: bigint): string | undefined;
}

type Access = Pick<RegisterRow, 'read' | 'write'>;

const reasonOf = (fault: Fault | undefined): string | undefined => fault?.detail;

/** A write through the CPU's own checks, of which the run's log and figures don't hear. */
function unlogged({ cpu }: Machine, write: () => Fault | undefined): string | undefined {
  const { eventLog } = cpu;
  cpu.eventLog = undefined;
  const fault = write();
  cpu.eventLog = eventLog;
  return reasonOf(fault);
}

// General registers

/** `size` bytes of register `n` from bit `shift` on; a write to 32 bits leaves the others, as gdb does. */
const general = (n: number, size: Width, shift = 0n): Access => ({
  read: ({ cpu }) => truncate(cpuModel.getReg(cpu, n) >> shift, size),
  write: ({ cpu }, value) => {
    const mask = truncate(-1n, size) << shift;
    cpuModel.setReg(cpu, n, (cpuModel.getReg(cpu, n) & ~mask) | (truncate(value, size) << shift));
    return undefined;
  },
});

const LEGACY = ['ax', 'cx', 'dx', 'bx', 'sp', 'bp', 'si', 'di'] as const;
const LOW_BYTES = ['al', 'cl', 'dl', 'bl', 'spl', 'bpl', 'sil', 'dil'] as const;
const HIGH_BYTES = ['ah', 'ch', 'dh', 'bh'] as const;

const row = (name: string, type: Type, access: Access): RegisterRow => {
  const fields = FIELDS[name];
  return { name, type, ...access, ...(fields && { fields }) };
};

const flags = (name: string, size: Width = 8): Type => flagsType(`x64_${name}`, size, FIELDS[name] ?? []);

const isStack = (name: string): boolean => name === 'rsp' || name === 'rbp';

const generalRows = (): RegisterRow[] =>
  GPR64_NAMES.flatMap((name, n) => {
    const narrow = (text: string, size: Width, shift = 0n): RegisterRow =>
      row(text, REGISTER_INT[size], general(n, size, shift));
    const legacy = LEGACY[n];
    return [
      row(name, isStack(name) ? VOID_POINTER : REGISTER_INT[8], general(n, 8)),
      narrow(legacy ? `e${legacy}` : `${name}d`, 4),
      // `$sp` is the stack pointer, whatever its width.
      ...(legacy === 'sp' ? [] : [narrow(legacy ?? `${name}w`, 2)]),
      narrow(LOW_BYTES[n] ?? `${name}l`, 1),
      ...(legacy ? [] : [narrow(`${name}b`, 1)]),
      ...(HIGH_BYTES[n] === undefined ? [] : [narrow(HIGH_BYTES[n], 1, 8n)]),
    ];
  });

const rip: Access = {
  read: ({ cpu }) => cpuModel.getRip(cpu),
  write: ({ cpu }, value) => {
    if (!isCanonicalAddress(cpu, value)) return `0x${value.toString(16)} is not a canonical address`;
    cpuModel.setRip(cpu, value);
    return undefined;
  },
};

const rflags: Access = {
  read: ({ cpu }) => cpuModel.getFlags(cpu),
  write: ({ cpu }, value) => {
    const known = (FIELDS.rflags ?? []).reduce(
      (bits, field) => withField(field, bits, (1n << BigInt(field.width)) - 1n)!,
      2n,
    );
    cpuModel.setFlags(cpu, value & known);
    return undefined;
  },
};

const aliasesOf = (rows: ReadonlyMap<string, RegisterRow>): RegisterRow[] =>
  [
    ['pc', 'rip'],
    ['sp', 'rsp'],
    ['fp', 'rbp'],
  ].map(([name, of]) => ({ ...rows.get(of!)!, name: name! }));

// System registers

const control = (n: number): Access => ({
  read: ({ cpu }) => cpuModel.getCr(cpu, n),
  write: (machine, value) => {
    const [low, high] = [Number(value & 0xffffffffn) | 0, Number(value >> 32n) | 0];
    return unlogged(machine, () => writeControl(machine.cpu, n, low, high));
  },
});

const NO_FLUSH = 1n << 63n;

/** Bit 63 is an order to MOV and never in the register; every translation goes. */
const cr3: Access = {
  read: ({ cpu }) => cpuModel.getCr(cpu, 3),
  write: ({ cpu }, value) => {
    const loaded = value & ~NO_FLUSH;
    if (loaded >> BigInt(cpu.model.physicalBits))
      return `CR3 bits 62:${cpu.model.physicalBits} are reserved (SDM vol. 3, 4.5)`;
    cpuModel.setCr(cpu, 3, loaded);
    return undefined;
  },
};

const debugRegister = (n: number): Access => ({
  read: ({ cpu }) => cpuModel.getDr(cpu, n),
  write: ({ cpu }, value) => {
    if (n >= 6 && value >> 32n) return `DR${n} bits 63:32 are reserved (SDM vol. 3, 17.2.6)`;
    cpuModel.setDr(cpu, n, value);
    return undefined;
  },
});

const msr = (index: number): Access => ({
  read: ({ cpu }) => readMsr(cpu, index),
  write: (machine, value) => unlogged(machine, () => writeMsr(machine.cpu, index, value)),
});

const table = (name: cpuModel.TableName, part: keyof cpuModel.Table): Access => ({
  read: ({ cpu }) => BigInt(cpuModel.getTable(cpu, name)[part]),
  write: ({ cpu }, value) => {
    const old = cpuModel.getTable(cpu, name);
    cpuModel.setTable(cpu, name, part === 'base' ? { ...old, base: value } : { ...old, limit: Number(value) });
    return undefined;
  },
});

const segment = (n: number): Access => ({
  read: ({ cpu }) => BigInt(cpuModel.getSegment(cpu, n).selector),
  write: ({ cpu }, value) => {
    const selector = Number(value & 0xffffn);
    if (value >> 16n) return 'A selector has 16 bits';
    const loaded = selectorContents(cpu, selector);
    if (loaded === undefined) return `No descriptor 0x${selector.toString(16)} in the descriptor table`;
    cpuModel.setSegment(cpu, n, loaded);
    return undefined;
  },
});

/** What a load of the selector would find; undefined beyond the table, or where that isn't mapped. */
function selectorContents(cpu: cpuModel.Cpu, selector: number): cpuModel.Segment | undefined {
  if (selector >> 2 === 0) return { selector, base: 0n, limit: 0, attributes: ATTRIBUTE.UNUSABLE };
  const { base, limit } = selector & 4 ? cpuModel.getSegment(cpu, cpuModel.LDTR) : cpuModel.getTable(cpu, 'gdt');
  const offset = selector & ~7;
  if (offset + 7 > limit) return undefined;
  const bytes = cpuModel.readLinear(cpu, base + BigInt(offset), 8);
  if (!bytes) return undefined;
  const half = (at: number): number => Number(fromBytes(bytes, at, 4)) | 0;
  const [low, high] = [half(0), half(4)];
  const attributes = attributesOf(high);
  const upper = attributes & ATTRIBUTE.S ? undefined : cpuModel.readLinear(cpu, base + BigInt(offset + 8), 4);
  const lowBase = BigInt(baseOf(low, high) >>> 0);
  return { selector, base: (upper ? fromBytes(upper) << 32n : 0n) | lowBase, limit: limitOf(low, high), attributes };
}

const cpl: Access = {
  read: ({ cpu }) => BigInt(cpuModel.getCpl(cpu)),
  write: ({ cpu }, value) => {
    if (value !== 0n && value !== 3n) return 'CPL can be set to 0 and 3, as Linux has them';
    cpuModel.setCpl(cpu, Number(value));
    return undefined;
  },
};

const pkru: Access = {
  read: ({ cpu }) => (cpu.model.features.pku ? BigInt(cpuModel.getPkru(cpu)) : undefined),
  write: ({ cpu }, value) => {
    cpuModel.setPkru(cpu, Number(value));
    return undefined;
  },
};

const xcr0: Access = {
  read: ({ cpu }) => {
    const value = readXcr(cpu, 0);
    return typeof value === 'bigint' ? value : undefined;
  },
  write: ({ cpu }, value) => reasonOf(writeXcr(cpu, 0, value)),
};

/** The kernel's names (arch/x86/include/asm/msr-index.h) in lower case, and gdb's where it has others. */
const MSR_NAMES: readonly (readonly [name: string, index: number, type?: Type])[] = [
  ['fs_base', MSR.FS_BASE, REGISTER_INT[8]],
  ['gs_base', MSR.GS_BASE, REGISTER_INT[8]],
  ['k_gs_base', MSR.KERNEL_GS_BASE, REGISTER_INT[8]],
  ['kernel_gs_base', MSR.KERNEL_GS_BASE, REGISTER_INT[8]],
  ['efer', MSR.EFER, flags('efer')],
  ['star', MSR.STAR],
  ['lstar', MSR.LSTAR, CODE],
  ['cstar', MSR.CSTAR, CODE],
  ['fmask', MSR.SFMASK],
  ['sfmask', MSR.SFMASK],
  ['sysenter_cs', MSR.SYSENTER_CS],
  ['sysenter_esp', MSR.SYSENTER_ESP, VOID_POINTER],
  ['sysenter_eip', MSR.SYSENTER_EIP, CODE],
  ['tsc', MSR.TSC],
  ['tsc_aux', MSR.TSC_AUX],
  ['spec_ctrl', MSR.SPEC_CTRL, flags('spec_ctrl')],
  ['debugctl', MSR.DEBUGCTL, flags('debugctl')],
  ['apic_base', MSR.APIC_BASE],
  ['misc_enable', MSR.MISC_ENABLE],
  ['mcg_status', MSR.MCG_STATUS],
  ['pat', MSR.PAT],
];

const systemRows = (): RegisterRow[] => [
  row('rip', CODE, rip),
  row('eflags', flags('eflags', 4), rflags),
  row('rflags', flags('rflags'), rflags),
  ...['cs', 'ss', 'ds', 'es', 'fs', 'gs'].map((name) =>
    row(name, REGISTER_INT[4], segment(SEGMENT_NAMES.indexOf(name as (typeof SEGMENT_NAMES)[number]))),
  ),
  row('ldtr', REGISTER_INT[4], segment(cpuModel.LDTR)),
  row('tr', REGISTER_INT[4], segment(cpuModel.TR)),
  row('cr0', flags('cr0'), control(0)),
  row('cr2', REGISTER_INT[8], control(2)),
  row('cr3', flags('cr3'), cr3),
  row('cr4', flags('cr4'), control(4)),
  row('cr8', REGISTER_INT[8], control(8)),
  ...[0, 1, 2, 3].map((n) => row(`dr${n}`, VOID_POINTER, debugRegister(n))),
  ...[6, 7].map((n) => row(`dr${n}`, flags(`dr${n}`), debugRegister(n))),
  ...(['gdt', 'idt'] as const).flatMap((name) => [
    row(`${name}r`, VOID_POINTER, table(name, 'base')),
    row(`${name}r.base`, VOID_POINTER, table(name, 'base')),
    row(`${name}r.limit`, UNSIGNED[2], table(name, 'limit')),
  ]),
  row('cpl', REGISTER_INT[4], cpl),
  row('pkru', UNSIGNED[4], pkru),
  row('xcr0', ULONG, xcr0),
  ...MSR_NAMES.map(([name, index, type = ULONG]) => row(name, type, msr(index))),
];

function buildTable(): Map<string, RegisterRow> {
  const rows = new Map([...generalRows(), ...systemRows()].map((r) => [r.name, r]));
  for (const alias of aliasesOf(rows)) rows.set(alias.name, alias);
  return rows;
}

/** By name, without the `$`; `gdtr.base` and the like are registers of their own here. */
export const REGISTER_TABLE: ReadonlyMap<string, RegisterRow> = buildTable();

/** Every name that `readRegister` knows but for the fields, in the order of the table. */
export const registerNames = (): readonly string[] => [...REGISTER_TABLE.keys()];

/** The named bits of a register, highest first; none: it has none. */
export const fieldsOf = (name: string): readonly Field[] => REGISTER_TABLE.get(name)?.fields ?? [];

/** Splits `cr3.pcid`; undefined when the register has no such field. Fields may be in either case. */
export function findField(register: string, field: string): Field | undefined {
  return fieldsOf(register).find(({ name }) => name === field.toUpperCase());
}

/** The bits, unsigned, of a register or a field (`cr3.pcid`); undefined: there is none of the name on this CPU. */
export function readRegister(machine: Machine, name: string): bigint | undefined {
  const found = REGISTER_TABLE.get(name);
  if (found) {
    const bits = found.read(machine);
    return bits === undefined ? undefined : truncate(bits, found.type.size);
  }
  const [register = '', field = ''] = name.split('.');
  const bits = REGISTER_TABLE.get(register)?.read(machine);
  const named = findField(register, field);
  return bits === undefined || !named ? undefined : fieldValue(named, bits);
}

/** Writes a register or a field: undefined when done, else why not. */
export function writeRegister(machine: Machine, name: string, value: bigint): string | undefined {
  const found = REGISTER_TABLE.get(name);
  if (found) {
    if (found.read(machine) === undefined) return `The CPU has no register $${name}.`;
    return found.write(machine, truncate(value, found.type.size));
  }
  const [register = '', field = ''] = name.split('.');
  const named = findField(register, field);
  const bits = REGISTER_TABLE.get(register)?.read(machine);
  if (!named || bits === undefined) return `There is no register $${name}.`;
  const changed = withField(named, bits, value);
  if (changed === undefined) return `$${name} has only ${named.width} bit${named.width === 1 ? '' : 's'}.`;
  return writeRegister(machine, register, changed);
}

/** `[ ZF PF ]`, `[ PDBR=3 PCID=2050 ]`; an empty list for a register without named bits. */
export const flagText = (name: string, value: bigint): string => textOfFields(fieldsOf(name), value);
