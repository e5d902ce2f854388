/**
 * The cost model's contract: how many cycles an instruction takes, and what misses and flushes add. The time-stamp
 * counter of the modelled CPU is the running sum, so every figure here shows in RDTSC.
 */
import type { Insn } from '../isa/insn.ts';

/** Cycles, non-negative integers. */
export interface CostTable {
  readonly name: string;
  /** The instruction's own cost when everything hits (TLB and L1). */
  cycles(insn: Insn): number;
  /** Where the figure of `cycles` comes from. */
  source?(insn: Insn): string;
  /** Added for each translation that walks the page tables. */
  readonly tlbMiss: number;
  /** Added for the first access to a line that CLFLUSH evicted. */
  readonly cacheMiss: number;
  /** Added to MOV to CR3 when it flushes (no-flush bit clear or CR4.PCIDE clear). */
  readonly cr3Flush: number;
}
