/**
 * Who may use a port: CPL up to IOPL, else whom the bitmap in the TSS lets (SDM vol. 1, 18.5). A set bit forbids its port, and so does
 * the end of the segment.
 */
import * as L from '../engine/layout.ts';
import { RFLAGS } from '../isa/insn.ts';
import { IMPLICIT } from './paging.ts';
import { baseHighIn, baseLowIn, limitIn, TR } from './segments.ts';
import { type Cpu, carried, cpl, low } from './state.ts';
import { type Fault, gp, VECTOR } from './stop.ts';
import { type Refusal, readMemory } from './system-access.ts';

/** Where a TSS has the offset of its bitmap (SDM vol. 3, figure 8-11). */
const IO_MAP_BASE = 0x66;
const SHORTEST_TSS = 0x67;
const REFUSAL: Refusal = { vector: VECTOR.GP, error: 0 };

export const iopl = (cpu: Cpu): number => (low(cpu, L.S_RFLAGS) & RFLAGS.IOPL) >> 12;

/** The fault of an access to `width` ports from `port` on, if it isn't allowed. */
export function denyPort(cpu: Cpu, port: number, width: number): Fault | undefined {
  if (cpl(cpu) <= iopl(cpu)) return undefined;
  const limit = limitIn(cpu, TR);
  const refused = gp(
    `port 0x${port.toString(16)}: CPL ${cpl(cpu)} exceeds IOPL ${iopl(cpu)}, nor does the TSS allow it (SDM vol. 1, 18.5)`,
  );
  if (limit < SHORTEST_TSS) return refused;
  const noMap = readTask(cpu, IO_MAP_BASE);
  if (noMap) return noMap;
  // Two bytes are read whatever the width (18.5.2), so the second has to be there.
  const at = cpu.system.loaded.low + (port >> 3);
  if (at + 1 > limit) return refused;
  const noBits = readTask(cpu, at);
  if (noBits) return noBits;
  return (cpu.system.loaded.low >> (port & 7)) & ((1 << width) - 1) ? refused : undefined;
}

/** Two bytes of the TSS, into `cpu.system.loaded`. */
function readTask(cpu: Cpu, offset: number): Fault | undefined {
  const [low, high] = [baseLowIn(cpu, TR), baseHighIn(cpu, TR)];
  return readMemory(cpu, (low + offset) | 0, carried(low, high, offset), 2, IMPLICIT, REFUSAL);
}
