/**
 * XCR0, which says what XSAVE manages (SDM vol. 1, 13.3): XGETBV, XSETBV and their faults. Neither x87 nor SSE state is
 * modelled; the register is, since a kernel writes it when it starts.
 */
import { hex } from '../base/hex.ts';
import * as L from '../engine/layout.ts';
import { type Cpu, CR4, cr, low, read64, write64 } from './state.ts';
import { type Fault, gp, ud } from './stop.ts';

/** x87, which cannot be left out, and SSE. */
const X87 = 1n;
export const XCR0_LEGAL = 0b11;
export const XCR0_RESET = X87;
/** The legacy region and the header of an XSAVE area (SDM vol. 1, 13.4). */
export const XSAVE_BYTES = 512 + 64;

const withoutOsxsave = (cpu: Cpu, instruction: string): Fault | undefined =>
  low(cpu, cr(4)) & CR4.OSXSAVE ? undefined : ud(`${instruction} with CR4.OSXSAVE = 0 (SDM vol. 2)`);

/** XGETBV: index in ECX. */
export function readXcr(cpu: Cpu, index: number): bigint | Fault {
  const missing = withoutOsxsave(cpu, 'XGETBV');
  if (missing) return missing;
  return index === 0 ? read64(cpu, L.S_XCR0) : gp(`there is no XCR${index}`);
}

/** XSETBV, at CPL 0. */
export function writeXcr(cpu: Cpu, index: number, value: bigint): Fault | undefined {
  const missing = withoutOsxsave(cpu, 'XSETBV');
  if (missing) return missing;
  if (index !== 0) return gp(`there is no XCR${index}`);
  if (!(value & X87)) return gp('XCR0 bit 0 (x87) cannot be cleared (SDM vol. 1, 13.3)');
  if (value & ~BigInt(XCR0_LEGAL)) return gp(`${hex(value)} sets bits of XCR0 that the CPU does not have`);
  write64(cpu, L.S_XCR0, value);
  return undefined;
}
