/**
 * Who may use a port: CPL up to IOPL, else whom the bitmap in the TSS lets (SDM vol. 1, 18.5). A set bit forbids its port, and so does
 * the end of the segment.
 */
import * as L from '../engine/layout.ts';
import { RFLAGS } from '../isa/insn.ts';
import { IMPLICIT } from './paging.ts';
import { readSegment, TR } from './segments.ts';
import { type Cpu, cpl, low } from './state.ts';
import { type Fault, gp, VECTOR } from './stop.ts';
import { isFault, type Refusal, readMemory } from './system-access.ts';

/** Where a TSS has the offset of its bitmap (SDM vol. 3, figure 8-11). */
const IO_MAP_BASE = 0x66n;
const SHORTEST_TSS = 0x67;
const REFUSAL: Refusal = { vector: VECTOR.GP, error: 0 };

export const iopl = (cpu: Cpu): number => (low(cpu, L.S_RFLAGS) & RFLAGS.IOPL) >> 12;

/** The fault of an access to `width` ports from `port` on, if it isn't allowed. */
export function denyPort(cpu: Cpu, port: number, width: number): Fault | undefined {
  if (cpl(cpu) <= iopl(cpu)) return undefined;
  const { base, limit } = readSegment(cpu, TR);
  const refused = gp(
    `port 0x${port.toString(16)}: CPL ${cpl(cpu)} exceeds IOPL ${iopl(cpu)}, nor does the TSS allow it (SDM vol. 1, 18.5)`,
  );
  if (limit < SHORTEST_TSS) return refused;
  const map = readMemory(cpu, base + IO_MAP_BASE, 2, IMPLICIT, REFUSAL);
  if (isFault(map)) return map;
  // Two bytes are read whatever the width (18.5.2), so the second has to be there.
  const at = Number(map) + (port >> 3);
  if (at + 1 > limit) return refused;
  const bits = readMemory(cpu, base + BigInt(at), 2, IMPLICIT, REFUSAL);
  if (isFault(bits)) return bits;
  return (Number(bits) >> (port & 7)) & ((1 << width) - 1) ? refused : undefined;
}
