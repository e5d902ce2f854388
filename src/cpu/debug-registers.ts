/**
 * DR0 … DR7, SDM vol. 3, 17.2: reads, writes, reserved bits, the old names DR4 and DR5, and the general detect bit. What breakpoints
 * are armed by them is in breakpoints.ts.
 */
import * as L from '../engine/layout.ts';
import { refreshBreakpoints } from './breakpoints.ts';
import { isObserved, note } from './monitor.ts';
import { type Cpu, CR4, cr, low, read64, write64 } from './state.ts';
import { type Fault, gp, ud, VECTOR } from './stop.ts';

/** Bits of DR6, SDM vol. 3, 17.2.3. */
export const DR6 = {
  B: 15n,
  BD: 1n << 13n,
  BS: 1n << 14n,
  BT: 1n << 15n,
  FIXED: 0xffff0ff0n,
  WRITABLE: 0xe00fn,
} as const;
/** Bits of DR7, SDM vol. 3, 17.2.4. */
export const DR7 = { GD: 1n << 13n, FIXED: 0x400n, WRITABLE: 0xffff23ffn } as const;

export const drOffset = (n: number): number => L.S_DR + 8 * n;

/** The register that the number means now, or the fault of touching it. */
function resolve(cpu: Cpu, n: number): number | Fault {
  if ((n === 4 || n === 5) && low(cpu, cr(4)) & CR4.DE) return ud(`DR${n} with CR4.DE = 1 (SDM vol. 3, 17.2.2)`);
  if (read64(cpu, drOffset(7)) & DR7.GD) {
    noteDebug(cpu, DR6.BD);
    return {
      vector: VECTOR.DB,
      detail: 'access to a debug register with DR7.GD = 1 (SDM vol. 3, 17.2.4)',
    };
  }
  return n === 4 || n === 5 ? n + 2 : n;
}

export function readDebug(cpu: Cpu, n: number): bigint | Fault {
  const actual = resolve(cpu, n);
  return typeof actual === 'number' ? read64(cpu, drOffset(actual)) : actual;
}

export function writeDebug(cpu: Cpu, n: number, value: bigint): Fault | undefined {
  const actual = resolve(cpu, n);
  if (typeof actual !== 'number') return actual;
  if (actual >= 6 && value >> 32n) return gp(`DR${actual} bits 63:32 are reserved (SDM vol. 3, 17.2.6)`);
  const old = read64(cpu, drOffset(actual));
  const stored = effective(actual, value);
  write64(cpu, drOffset(actual), stored);
  refreshBreakpoints(cpu);
  if (isObserved(cpu)) note(cpu, { kind: 'dr', index: actual, value: stored, old });
  return undefined;
}

/**
 * The causes of a #DB. B0 … B3 are those of this one alone; BD and BS gather until the program clears them (SDM vol. 3, 17.2.3; APM vol. 2,
 * 13.1.1.3).
 */
export function noteDebug(cpu: Cpu, bits: bigint): void {
  write64(cpu, drOffset(6), (read64(cpu, drOffset(6)) & ~DR6.B) | (bits & DR6.WRITABLE));
}

/** With the fixed bits of DR6 and DR7 in place. */
export function effective(n: number, value: bigint): bigint {
  if (n === 6) return (value & DR6.WRITABLE) | DR6.FIXED;
  if (n === 7) return (value & DR7.WRITABLE) | DR7.FIXED;
  return value;
}
