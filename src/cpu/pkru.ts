/**
 * PKRU, the rights that user pages have by their protection key (SDM vol. 3, 4.6.2): RDPKRU, WRPKRU and the check. Two bits for each of
 * the sixteen keys: the lower one forbids data accesses, the upper one writes. Fetches don't look at it.
 */
import * as L from '../engine/layout.ts';
import { refreshKey } from './fast-tlb.ts';
import { type Cpu, CR4, cr, low, word } from './state.ts';
import { type Fault, gp, ud } from './stop.ts';

const ACCESS_DISABLE = 1;
const WRITE_DISABLE = 2;

export const getPkru = (cpu: Cpu): number => cpu.engine.u32[word(L.S_PKRU)]!;

/** Raw: no checks. */
export function setPkru(cpu: Cpu, value: number): void {
  cpu.engine.u32[word(L.S_PKRU)] = value;
  refreshKey(cpu);
}

/** Whether the key forbids a data access to a user page; `writes`: one that has to obey R/W. */
export function keyForbids(cpu: Cpu, key: number, writes: boolean): boolean {
  if (!(low(cpu, cr(4)) & CR4.PKE)) return false;
  const rights = getPkru(cpu) >>> (2 * key);
  return (rights & (writes ? ACCESS_DISABLE | WRITE_DISABLE : ACCESS_DISABLE)) !== 0;
}

/** RDPKRU: index in ECX. */
export const readPkru = (cpu: Cpu, index: number): bigint | Fault =>
  refuse(cpu, 'RDPKRU', index, 0n) ?? BigInt(getPkru(cpu));

/** WRPKRU: index in ECX, value in EDX:EAX. */
export function writePkru(cpu: Cpu, index: number, value: bigint): Fault | undefined {
  const fault = refuse(cpu, 'WRPKRU', index, value);
  if (!fault) setPkru(cpu, Number(value));
  return fault;
}

function refuse(cpu: Cpu, instruction: string, index: number, value: bigint): Fault | undefined {
  if (!(low(cpu, cr(4)) & CR4.PKE)) return ud(`${instruction} with CR4.PKE = 0 (SDM vol. 2)`);
  if (index !== 0) return gp(`${instruction} with ECX other than 0 (SDM vol. 2)`);
  return value >> 32n ? gp(`${instruction} with EDX other than 0 (SDM vol. 2)`) : undefined;
}
