/**
 * The architectural state a person looks at, as plain values: what traces compare step by step, what dumps print, and
 * what scenario expressions read. Every value is an unsigned 64-bit integer.
 */

import type { Cpu } from '../cpu/cpu.ts';
import * as cpuModel from '../cpu/cpu.ts';
import { GPR64_NAMES, RFLAGS } from '../isa/insn.ts';

/** Name to value, in the order that dumps print. */
export type Snapshot = ReadonlyMap<string, bigint>;

interface Place {
  read(cpu: Cpu): bigint;
  write(cpu: Cpu, value: bigint): void;
}

const control = (n: number): Place => ({
  read: (cpu) => cpuModel.getCr(cpu, n),
  write: (cpu, v) => cpuModel.setCr(cpu, n, v),
});
const debug = (n: number): Place => ({
  read: (cpu) => cpuModel.getDr(cpu, n),
  write: (cpu, v) => cpuModel.setDr(cpu, n, v),
});
const msr = (n: number): Place => ({
  read: (cpu) => cpuModel.getMsr(cpu, n) ?? 0n,
  write: (cpu, v) => cpuModel.setMsr(cpu, n, v),
});

/** Everything that has a name and can be set. */
const PLACES: ReadonlyMap<string, Place> = new Map<string, Place>([
  ...GPR64_NAMES.map((name, n): [string, Place] => [
    name,
    { read: (cpu) => cpuModel.getReg(cpu, n), write: (cpu, v) => cpuModel.setReg(cpu, n, v) },
  ]),
  ['rip', { read: cpuModel.getRip, write: cpuModel.setRip }],
  ['rflags', { read: cpuModel.getFlags, write: cpuModel.setFlags }],
  ...[0, 2, 3, 4].map((n): [string, Place] => [`cr${n}`, control(n)]),
  ...[0, 1, 2, 3, 6, 7].map((n): [string, Place] => [`dr${n}`, debug(n)]),
  ['fs_base', msr(cpuModel.MSR.FS_BASE)],
  ['gs_base', msr(cpuModel.MSR.GS_BASE)],
  ['kernel_gs_base', msr(cpuModel.MSR.KERNEL_GS_BASE)],
]);

export const REGISTER_NAMES: readonly string[] = [...PLACES.keys()];

export const isRegister = (name: string): boolean => PLACES.has(name);

export const snapshot = (cpu: Cpu): Snapshot => new Map([...PLACES].map(([name, place]) => [name, place.read(cpu)]));

/** The value of a register by name; undefined when there is none. */
export const readRegister = (cpu: Cpu, name: string): bigint | undefined => PLACES.get(name)?.read(cpu);

/** Sets a register by name; false when there is none. */
export function writeRegister(cpu: Cpu, name: string, value: bigint): boolean {
  PLACES.get(name)?.write(cpu, value);
  return PLACES.has(name);
}

const FLAG_LETTERS: readonly (readonly [string, number])[] = [
  ['ID', RFLAGS.ID],
  ['AC', RFLAGS.AC],
  ['RF', RFLAGS.RF],
  ['NT', RFLAGS.NT],
  ['OF', RFLAGS.OF],
  ['DF', RFLAGS.DF],
  ['IF', RFLAGS.IF],
  ['TF', RFLAGS.TF],
  ['SF', RFLAGS.SF],
  ['ZF', RFLAGS.ZF],
  ['AF', RFLAGS.AF],
  ['PF', RFLAGS.PF],
  ['CF', RFLAGS.CF],
];

/** `[ ZF PF ]`, as gdb prints eflags. */
export function flagNames(rflags: bigint): string {
  const set = FLAG_LETTERS.filter(([, bit]) => (rflags & BigInt(bit)) !== 0n).map(([name]) => name);
  return `[ ${set.join(' ')}${set.length > 0 ? ' ' : ''}]`;
}
