/**
 * MOV to the control registers and EFER: the checks (SDM vol. 2, MOV—Move to/from Control Registers; vol. 3, 2.5) and
 * what each write flushes (vol. 3, 4.10.4.1). A write either does all of it or faults with nothing changed.
 */

import { hex } from '../base/hex.ts';
import * as L from '../engine/layout.ts';
import type { CpuFeatures } from '../isa/cpu-model.ts';
import { refreshKey } from './fast-tlb.ts';
import { isObserved, note } from './monitor.ts';
import { type Cpu, CR0, CR4, count, cr, currentPcid, EFER, join, low, physicalHigh, read64, write64 } from './state.ts';
import { type Fault, gp, ud } from './stop.ts';
import { flushAll, flushPcid } from './tlb.ts';

const NO_FLUSH_HIGH = 0x80000000 | 0;

/** The fault of the write, or undefined when it is done. Halves as int32. */
export function writeControl(cpu: Cpu, n: number, valueLow: number, valueHigh: number): Fault | undefined {
  switch (n) {
    case 0:
      return writeCr0(cpu, valueLow, valueHigh);
    case 2:
      return commit(cpu, 2, valueLow, valueHigh, false);
    case 3:
      return writeCr3(cpu, valueLow, valueHigh);
    case 4:
      return writeCr4(cpu, valueLow, valueHigh);
    case 8:
      if (valueHigh !== 0 || valueLow & ~0xf) return gp('CR8 bits 63:4 are reserved (SDM vol. 3, 2.5)');
      return commit(cpu, 8, valueLow, valueHigh, false);
    default:
      return ud(`there is no CR${n}`);
  }
}

function commit(cpu: Cpu, n: number, valueLow: number, valueHigh: number, noFlush: boolean): undefined {
  const { i32 } = cpu.engine;
  const at = (L.STATE + cr(n)) >> 2;
  if (isObserved(cpu)) {
    const value = join(valueLow, valueHigh);
    note(cpu, { kind: 'cr', index: n, value, old: read64(cpu, cr(n)), noFlush });
  }
  i32[at] = valueLow;
  i32[at + 1] = valueHigh;
  return undefined;
}

const CR0_KNOWN = Object.values(CR0).reduce((bits, bit) => bits | bit, 0);

function writeCr0(cpu: Cpu, value: number, valueHigh: number): Fault | undefined {
  if (valueHigh !== 0) return gp('CR0 bits 63:32 are reserved');
  if (value & CR0.NW && !(value & CR0.CD)) return gp('CR0.NW = 1 with CR0.CD = 0');
  if (!(value & CR0.PG)) return gp('CR0.PG cannot be cleared in 64-bit mode');
  if (!(value & CR0.PE)) return gp('CR0.PG = 1 with CR0.PE = 0');
  // The other bits of the low half are reserved too, and writes to them are lost.
  commit(cpu, 0, (value & CR0_KNOWN) | CR0.ET, 0, false);
  refreshKey(cpu);
  return undefined;
}

function writeCr3(cpu: Cpu, valueLow: number, valueHigh: number): Fault | undefined {
  const pcide = (low(cpu, cr(4)) & CR4.PCIDE) !== 0;
  const noFlush = (valueHigh & NO_FLUSH_HIGH) !== 0;
  if (noFlush && !pcide) return gp('CR3 bit 63 set while CR4.PCIDE = 0 (SDM vol. 3, 4.10.4.1)');
  if (valueHigh & 0x7fffffff & ~physicalHigh(cpu))
    return gp(`CR3 bits 62:${cpu.model.physicalBits} are reserved (SDM vol. 3, 4.5)`);
  commit(cpu, 3, valueLow, valueHigh & ~NO_FLUSH_HIGH, noFlush);
  count(cpu, L.S_CR3_WRITES);
  if (noFlush) {
    refreshKey(cpu);
    return undefined;
  }
  count(cpu, L.S_CR3_FLUSHING);
  count(cpu, L.S_CYCLES, cpu.cost?.cr3Flush ?? 0);
  flushPcid(cpu, currentPcid(cpu), 'MOV to CR3');
  return undefined;
}

/** CR4 bits that need a feature of the CPU. */
const CR4_FEATURES: readonly (readonly [number, keyof CpuFeatures, string])[] = [
  [CR4.UMIP, 'umip', 'UMIP'],
  [CR4.FSGSBASE, 'fsgsbase', 'FSGSBASE'],
  [CR4.PCIDE, 'pcid', 'PCIDE'],
  [CR4.OSXSAVE, 'xsave', 'OSXSAVE'],
  [CR4.SMEP, 'smep', 'SMEP'],
  [CR4.SMAP, 'smap', 'SMAP'],
  [CR4.LA57, 'la57', 'LA57'],
  [CR4.PKE, 'pku', 'PKE'],
];
const CR4_KNOWN = Object.values(CR4).reduce((bits, bit) => bits | bit, 0);

function writeCr4(cpu: Cpu, value: number, valueHigh: number): Fault | undefined {
  const old = low(cpu, cr(4));
  if (valueHigh !== 0 || value & ~CR4_KNOWN)
    return gp(`reserved bits of CR4 set in ${hex(join(value, valueHigh))} (SDM vol. 3, 2.5)`);
  for (const [bit, feature, name] of CR4_FEATURES)
    if (value & bit && !cpu.model.features[feature])
      return gp(`CR4.${name} set, but the CPU has no ${feature.toUpperCase()}`);
  if (!(value & CR4.PAE)) return gp('CR4.PAE cannot be cleared in IA-32e mode (SDM vol. 3, 4.1.1)');
  if ((value ^ old) & CR4.LA57) return gp('CR4.LA57 cannot change in IA-32e mode (SDM vol. 3, 4.1.1)');
  if (value & ~old & CR4.PCIDE && low(cpu, cr(3)) & 0xfff)
    return gp('CR4.PCIDE set while CR3[11:0] is not 0 (SDM vol. 3, 4.10.1)');
  commit(cpu, 4, value, 0, false);
  flushForCr4(cpu, old, value);
  return undefined;
}

/** What a change of CR4 drops (SDM vol. 3, 4.10.4.1); PAE and LA57 don't change here. AMD flushes for PSE too (APM vol. 2, 5.5). */
function flushForCr4(cpu: Cpu, old: number, value: number): void {
  const changed = old ^ value;
  if (changed & CR4.PGE) flushAll(cpu, 'CR4.PGE changed');
  else if (changed & old & CR4.PCIDE) flushAll(cpu, 'CR4.PCIDE cleared');
  else if (changed & CR4.PSE && cpu.model.vendor === 'amd') flushAll(cpu, 'CR4.PSE changed');
  else if (changed & value & CR4.SMEP) flushPcid(cpu, currentPcid(cpu), 'CR4.SMEP set');
  else refreshKey(cpu);
}

/** WRMSR to IA32_EFER, SDM vol. 3, 2.2.1. LMA is the CPU's own. */
export function writeEfer(cpu: Cpu, value: bigint): Fault | undefined {
  const old = read64(cpu, L.S_EFER);
  const known = BigInt(EFER.SCE | EFER.LME | EFER.LMA | (cpu.model.features.nx ? EFER.NXE : 0));
  if (value & ~known) return gp('reserved bits of IA32_EFER set');
  if ((value ^ old) & BigInt(EFER.LME)) return gp('IA32_EFER.LME changed while CR0.PG = 1 (SDM vol. 3, 4.1.2)');
  const lma = BigInt(EFER.LMA);
  write64(cpu, L.S_EFER, (value & ~lma) | (old & lma));
  refreshKey(cpu);
  return undefined;
}
