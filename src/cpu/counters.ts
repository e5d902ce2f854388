/**
 * RDPMC (SDM vol. 2): of performance counters there are the fixed ones of instructions and of cycles, which Intel has as numbers 0 and 1
 * with bit 30 set, and which are always on here.
 */
import * as L from '../engine/layout.ts';
import { type Cpu, CR4, cpl, cr, low, read64 } from './state.ts';
import { type Fault, gp } from './stop.ts';

const FIXED = 0x40000000;
const WIDTH = (1n << 48n) - 1n;

/** The counter whose number is in ECX. */
export function readCounter(cpu: Cpu, index: number): bigint | Fault {
  if (cpl(cpu) !== 0 && !(low(cpu, cr(4)) & CR4.PCE)) return gp('RDPMC with CR4.PCE = 0 and CPL > 0 (SDM vol. 2)');
  if (cpu.model.vendor === 'intel' && index === FIXED) return retired(cpu) & WIDTH;
  if (cpu.model.vendor === 'intel' && index === FIXED + 1) return read64(cpu, L.S_CYCLES) & WIDTH;
  return gp(`the CPU has no performance counter ${index}`);
}

/** Instructions before this one; the engine knows how far its slice is. */
const retired = (cpu: Cpu): bigint =>
  read64(cpu, L.S_INSTRUCTIONS) + BigInt(cpu.slice - cpu.engine.u32[L.UNUSED >> 2]! - cpu.engine.u32[L.EVENTS >> 2]!);
