/**
 * Control and debug registers decoded, as Bochs' `creg` and `dreg` show them: every bit by name, in capitals where it is set.
 */
import { hex } from '../../base/hex.ts';
import * as cpuModel from '../../cpu/cpu.ts';
import { CR4, MSR } from '../../cpu/cpu.ts';
import { DR6 } from '../../cpu/debug-registers.ts';
import { nameCr3 } from '../../machine/linux.ts';
import type { Machine } from '../../machine/machine.ts';
import { fieldValue } from '../register-fields.ts';
import { fieldsOf } from '../registers.ts';
import { type Style, wrap } from '../style.ts';
import { hex64, nameSuffix } from './guest.ts';

/** Bits of DR6 that are 0 for what they are named after, and always 1 here. */
const ACTIVE_LOW: ReadonlySet<string> = new Set(['RTM', 'BLD']);

/** `PG cd nw WP …`: all bits with a name, those that are clear in small letters. */
const allBits = (register: string, value: bigint): string[] =>
  fieldsOf(register)
    .filter(({ name, width }) => width === 1 && !ACTIVE_LOW.has(name))
    .map((field) => (fieldValue(field, value) ? field.name : field.name.toLowerCase()));

const ADDRESS = 0x000f_ffff_ffff_f000n;

/** CR0, 2, 3, 4, 8 and EFER, every bit by name. */
export function infoCr(machine: Machine, style: Style): string[] {
  const { cpu } = machine;
  const named = (title: string, register: string, value: bigint): string[] =>
    wrap([`${title}=${hex(value)}:`, ...allBits(register, value)], style);
  const [cr0, cr2, cr3, cr4, cr8] = [0, 2, 3, 4, 8].map((n) => cpuModel.getCr(cpu, n)) as [
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  const pcide = (cr4 & BigInt(CR4.PCIDE)) !== 0n;
  const low = pcide ? [`PCID=${hex(cr3 & 0xfffn)}`] : [`PCD=${(cr3 >> 4n) & 1n}`, `PWT=${(cr3 >> 3n) & 1n}`];
  const name = nameCr3(machine.space, cr3);
  return [
    ...named('CR0', 'cr0', cr0),
    ...wrap([`CR2=page fault laddr=${hex64(cr2)}${nameSuffix(machine, cr2)}`], style),
    ...wrap([`CR3=${hex(cr3)}:`, `tables at ${hex(cr3 & ADDRESS)}`, ...low, ...(name ? [`is ${name}`] : [])], style),
    ...named('CR4', 'cr4', cr4),
    ...wrap([`CR8: ${hex(cr8)}`], style),
    ...named('EFER', 'efer', cpuModel.getMsr(cpu, MSR.EFER) ?? 0n),
  ];
}

/** R/W and LEN of DR7, SDM vol. 3, 17.2.4. */
const KINDS = ['execute', 'write', 'io', 'access'] as const;
const LENGTHS = [1, 2, 8, 4] as const;

/** DR0 … DR3 with what DR7 says of each, then DR6's causes and DR7's other bits. */
export function infoDr(machine: Machine, style: Style): string[] {
  const { cpu } = machine;
  const dr6 = cpuModel.getDr(cpu, 6);
  const dr7 = cpuModel.getDr(cpu, 7);
  const hit = allBits('dr6', dr6);
  return [
    ...[0, 1, 2, 3].flatMap((n) => breakpointLines(machine, style, n, Number(dr7))),
    ...wrap([`DR6=${hex(dr6)}:`, ...hit, causes(dr6)], style),
    ...wrap([`DR7=${hex(dr7)}:`, ...allBits('dr7', dr7)], style),
  ];
}

function breakpointLines(machine: Machine, style: Style, n: number, control: number): string[] {
  const at = cpuModel.getDr(machine.cpu, n);
  const enabled = [control & (1 << (2 * n)) ? 'local' : '', control & (2 << (2 * n)) ? 'global' : ''].filter(Boolean);
  const field = (control >>> (16 + 4 * n)) & 15;
  const kind = KINDS[field & 3]!;
  const length = LENGTHS[field >> 2]!;
  const wrong = kind === 'execute' && length !== 1 ? [`(LEN has to be 1 byte to execute)`] : [];
  const ports = kind === 'io' && !(cpuModel.getCr(machine.cpu, 4) & BigInt(CR4.DE)) ? ['(io needs CR4.DE)'] : [];
  const state = enabled.length > 0 ? style.bold(`enabled ${enabled.join(', ')}`) : style.dim('disabled');
  const size = `${length} byte${length === 1 ? '' : 's'}`;
  return wrap([`DR${n}=${hex64(at)}${nameSuffix(machine, at)}:`, state, kind, size, ...wrong, ...ports], style);
}

/** What the last debug exceptions were for, in words. */
function causes(dr6: bigint): string {
  const met = [0, 1, 2, 3].filter((n) => dr6 & (1n << BigInt(n))).map((n) => `breakpoint ${n}`);
  const others = [
    dr6 & DR6.BD ? 'access to a debug register' : '',
    dr6 & DR6.BS ? 'single step' : '',
    dr6 & DR6.BT ? 'task switch' : '',
  ].filter(Boolean);
  const all = [...met, ...others];
  return all.length > 0 ? `(${all.join(', ')})` : '';
}
