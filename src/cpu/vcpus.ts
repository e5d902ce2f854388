/**
 * Several vCPUs over one memory: the state block holds the selected one, the others are parked as copies with their TLBs. The caller
 * interleaves them, by selecting one and running it for a while; nobody runs by itself. What the engine derives from the state follows the
 * selection, and code that one of them overwrites is decoded anew for all.
 */
import * as L from '../engine/layout.ts';
import { refreshBreakpoints } from './breakpoints.ts';
import { forgetAll } from './fast-tlb.ts';
import { markColdPages } from './memory.ts';
import { type Cpu, type TlbSnapshot, word } from './state.ts';
import { NO_ENTRIES, restoreTlb, snapshotTlb } from './tlb.ts';

/** A vCPU that is not selected; immutable. */
export interface Parked {
  /** Up to the entries of the TLB. */
  readonly state: Uint8Array;
  readonly tlb: TlbSnapshot;
}

export interface Vcpus {
  /** The number of the one in the state block; the first is 0. */
  readonly selected: number;
  /** By number; the selected one's is out of date. */
  readonly parked: readonly (Parked | undefined)[];
}

export const ONE_VCPU: Vcpus = { selected: 0, parked: [undefined] };

export const vcpuCount = ({ vcpus }: Cpu): number => vcpus.parked.length;
export const selectedVcpu = ({ vcpus }: Cpu): number => vcpus.selected;

/** One more vCPU; its number. It is like the selected one in all but its TLB, which is empty. */
export function addVcpu(cpu: Cpu): number {
  const { parked } = cpu.vcpus;
  cpu.vcpus = { ...cpu.vcpus, parked: [...parked, { ...park(cpu), tlb: NO_ENTRIES }] };
  return parked.length;
}

/** Puts the vCPU's state in the place of the selected one's, which is kept. Not while the CPU runs. */
export function selectVcpu(cpu: Cpu, number: number): void {
  const { selected, parked } = cpu.vcpus;
  const next = parked[number];
  if (number === selected) return;
  if (!next) throw new RangeError(`there is no vCPU ${number}: they are 0 to ${parked.length - 1}`);
  const others = parked.slice();
  others[selected] = park(cpu);
  cpu.vcpus = { selected: number, parked: others };
  markColdPages(cpu, false);
  restoreTlb(cpu, next.tlb);
  cpu.engine.state.set(next.state);
  cpu.engine.u32[word(L.S_TLB_COUNT)] = next.tlb.count;
  markColdPages(cpu, true);
  refreshBreakpoints(cpu);
  forgetAll(cpu);
}

const park = (cpu: Cpu): Parked => ({ state: cpu.engine.state.slice(), tlb: snapshotTlb(cpu) });
