/**
 * The model-specific registers that entry code touches, as a table: number, name, where it lives, what may be written.
 * Any other number is #GP(0), as RDMSR and WRMSR have it (SDM vol. 4 for the registers).
 */

import { hex } from '../base/hex.ts';
import { u64 } from '../base/u64.ts';
import * as L from '../engine/layout.ts';
import type { CpuFeatures, CpuModel } from '../isa/cpu-model.ts';
import { writeEfer } from './control.ts';
import { isObserved, note } from './monitor.ts';
import { type Cpu, isCanonicalBase, read64, write64 } from './state.ts';
import { type Fault, gp } from './stop.ts';

export const MSR = {
  TSC: 0x10,
  APIC_BASE: 0x1b,
  SPEC_CTRL: 0x48,
  PRED_CMD: 0x49,
  SYSENTER_CS: 0x174,
  SYSENTER_ESP: 0x175,
  SYSENTER_EIP: 0x176,
  MCG_STATUS: 0x17a,
  MISC_ENABLE: 0x1a0,
  DEBUGCTL: 0x1d9,
  PAT: 0x277,
  EFER: 0xc0000080,
  STAR: 0xc0000081,
  LSTAR: 0xc0000082,
  CSTAR: 0xc0000083,
  SFMASK: 0xc0000084,
  FS_BASE: 0xc0000100,
  GS_BASE: 0xc0000101,
  KERNEL_GS_BASE: 0xc0000102,
  TSC_AUX: 0xc0000103,
} as const;

interface MsrRow {
  readonly name: string;
  /** Offset in the state block. */
  readonly offset: number;
  /** Bits that may be set, or `canonical`; `physical` is a page's address with bits of its own below. */
  readonly allows: bigint | 'canonical' | 'physical' | 'memory types';
  readonly feature?: keyof CpuFeatures;
  /** Others have no such register. */
  readonly vendor?: CpuModel['vendor'];
}

const ANY = (1n << 64n) - 1n;
/** Fast strings, thermal control, performance monitoring, BTS and PEBS unavailable, SpeedStep, MONITOR, CPUID's limit, xTPR (SDM vol. 4, 2.1). */
const MISC_ENABLE_BITS = [0, 3, 7, 11, 12, 16, 18, 22, 23].reduce((bits, n) => bits | (1n << BigInt(n)), 0n);
const slot = (n: number): number => L.S_MSR + 8 * n;
const row = (name: string, offset: number, allows: MsrRow['allows'], feature?: keyof CpuFeatures): MsrRow =>
  feature === undefined ? { name, offset, allows } : { name, offset, allows, feature };

/** EFER checks for itself; TSC holds the offset from the cost counter; PRED_CMD is a command, not a register. */
const TABLE: ReadonlyMap<number, MsrRow> = new Map([
  [MSR.TSC, row('IA32_TIME_STAMP_COUNTER', slot(0), ANY)],
  [MSR.APIC_BASE, row('IA32_APIC_BASE', slot(1), 'physical')],
  [MSR.SPEC_CTRL, row('IA32_SPEC_CTRL', slot(2), 0b111n, 'specCtrl')],
  [MSR.PRED_CMD, row('IA32_PRED_CMD', slot(3), 1n, 'specCtrl')],
  [MSR.SYSENTER_CS, row('IA32_SYSENTER_CS', slot(4), 0xffffffffn)],
  [MSR.SYSENTER_ESP, row('IA32_SYSENTER_ESP', slot(5), 'canonical')],
  [MSR.SYSENTER_EIP, row('IA32_SYSENTER_EIP', slot(6), 'canonical')],
  // RIPV, EIPV, MCIP; there is no local machine check, so LMCE_S is reserved (SDM vol. 3, 15.3.1.2).
  [MSR.MCG_STATUS, row('IA32_MCG_STATUS', slot(20), 0b111n)],
  [MSR.MISC_ENABLE, { ...row('IA32_MISC_ENABLE', slot(7), MISC_ENABLE_BITS), vendor: 'intel' }],
  [MSR.DEBUGCTL, row('IA32_DEBUGCTL', slot(8), 0b11n)],
  [MSR.PAT, row('IA32_PAT', slot(9), 'memory types')],
  [MSR.EFER, row('IA32_EFER', L.S_EFER, ANY)],
  [MSR.STAR, row('IA32_STAR', slot(10), ANY)],
  [MSR.LSTAR, row('IA32_LSTAR', slot(11), 'canonical')],
  [MSR.CSTAR, row('IA32_CSTAR', slot(12), 'canonical')],
  [MSR.SFMASK, row('IA32_FMASK', slot(13), 0xffffffffn)],
  [MSR.FS_BASE, row('IA32_FS_BASE', L.S_FS_BASE, 'canonical')],
  [MSR.GS_BASE, row('IA32_GS_BASE', L.S_GS_BASE, 'canonical')],
  [MSR.KERNEL_GS_BASE, row('IA32_KERNEL_GS_BASE', L.S_KERNEL_GS_BASE, 'canonical')],
  [MSR.TSC_AUX, row('IA32_TSC_AUX', slot(14), 0xffffffffn, 'rdtscp')],
]);

const find = (cpu: Cpu, index: number): MsrRow | undefined => {
  const found = TABLE.get(index);
  if (found?.feature !== undefined && !cpu.model.features[found.feature]) return undefined;
  return found?.vendor !== undefined && found.vendor !== cpu.model.vendor ? undefined : found;
};

/** The time-stamp counter: the cost counter plus what was written to the MSR. */
export const timeStamp = (cpu: Cpu): bigint => u64(read64(cpu, L.S_CYCLES) + read64(cpu, slot(0)));

/** undefined: the CPU has no such MSR (or it cannot be read). */
export function readMsr(cpu: Cpu, index: number): bigint | undefined {
  const found = find(cpu, index);
  if (!found || index === MSR.PRED_CMD) return undefined;
  return index === MSR.TSC ? timeStamp(cpu) : read64(cpu, found.offset);
}

/** Number and name of each MSR that can be read, in the order of their numbers. */
export const readableMsrs = (cpu: Cpu): { readonly index: number; readonly name: string }[] =>
  [...TABLE]
    .filter(([index]) => readMsr(cpu, index) !== undefined)
    .map(([index, { name }]) => ({ index, name }))
    .sort((a, b) => a.index - b.index);

export function writeMsr(cpu: Cpu, index: number, value: bigint): Fault | undefined {
  const found = find(cpu, index);
  if (!found) return unknownMsr(index);
  if (!isAllowed(cpu, found, value)) return gp(`${hex(value)} is no value for ${found.name} (SDM vol. 4)`);
  const old = readMsr(cpu, index) ?? 0n;
  if (index === MSR.EFER) {
    const fault = writeEfer(cpu, value);
    if (fault) return fault;
  } else setMsrRaw(cpu, index, value);
  if (isObserved(cpu)) note(cpu, { kind: 'msr', index, value, old });
  return undefined;
}

/** IA32_APIC_BASE: BSP and EN; EXTD is reserved, as there is no x2APIC (SDM vol. 3, 10.12.1). */
const APIC_BITS = 0x900n;

/** UC, WC, WT, WP, WB, UC-: the encodings of the PAT's eight entries (SDM vol. 3, 11.12.2). */
const MEMORY_TYPES: readonly bigint[] = [0n, 1n, 4n, 5n, 6n, 7n];
const areMemoryTypes = (value: bigint): boolean =>
  [0n, 8n, 16n, 24n, 32n, 40n, 48n, 56n].every((shift) => MEMORY_TYPES.includes((value >> shift) & 0xffn));

function isAllowed(cpu: Cpu, { allows }: MsrRow, value: bigint): boolean {
  if (allows === 'canonical') return isCanonicalBase(cpu, value);
  if (allows === 'memory types') return areMemoryTypes(value);
  const bits = allows === 'physical' ? ((1n << BigInt(cpu.model.physicalBits)) - 0x1000n) | APIC_BITS : allows;
  return (value & ~bits) === 0n;
}

/** As a reset leaves them (SDM vol. 3, table 9-1 and 11.12.4): the APIC of the first CPU, write-back and so on. */
export function resetMsrs(cpu: Cpu): void {
  setMsrRaw(cpu, MSR.APIC_BASE, 0xfee00900n);
  setMsrRaw(cpu, MSR.PAT, 0x0007040600070406n);
  setMsrRaw(cpu, MSR.MISC_ENABLE, 1n);
}

/** Without checks; unknown numbers are ignored. */
export function setMsrRaw(cpu: Cpu, index: number, value: bigint): void {
  const found = find(cpu, index);
  if (!found || index === MSR.PRED_CMD) return;
  write64(cpu, found.offset, index === MSR.TSC ? u64(value - read64(cpu, L.S_CYCLES)) : u64(value));
}

export const unknownMsr = (index: number): Fault =>
  gp(`the CPU has no MSR ${hex(index)} (or it cannot be accessed so)`);
