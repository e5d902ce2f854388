/**
 * A first cost table: an Intel client core of the Skylake generation, the machines that seed thread 000 was argued
 * about. One figure an instruction, added up: nothing overlaps, as between two LFENCEs, which is what the
 * micro-benchmarks of entry code measure. For straight-line code it is an upper bound.
 *
 * Each row names its source. `thread 000` are figures derived from the numbers posted there (100 rounds each, less the
 * empty round): they are the only published ones for MOV DR that its author found.
 */
import type { Insn } from '../isa/insn.ts';
import type { CostTable } from './cost.ts';

interface Row {
  readonly cycles: number;
  readonly source: string;
}

const FOG = 'A. Fog, Instruction tables, Skylake';
const THREAD = 'thread 000, 2020-05-25: ';

/** What one instruction costs without its memory operand; the key is a mnemonic, or mnemonic and the kind of register. */
const ROWS: Readonly<Record<string, Row>> = {
  rdtsc: { cycles: 25, source: `${FOG}: reciprocal throughput 25` },
  rdtscp: { cycles: 32, source: `${FOG}: reciprocal throughput 32` },
  lfence: { cycles: 4, source: `${FOG}: reciprocal throughput 4` },
  mfence: { cycles: 33, source: `${FOG}: reciprocal throughput 33` },
  sfence: { cycles: 6, source: `${FOG}: reciprocal throughput 6` },
  cpuid: { cycles: 100, source: `${FOG}: 100 to 250` },
  pause: { cycles: 140, source: `${FOG}: reciprocal throughput 141` },
  mul: { cycles: 3, source: `${FOG}: latency 3` },
  imul: { cycles: 3, source: `${FOG}: latency 3` },
  div: { cycles: 42, source: `${FOG}: 64-bit latency 35 to 88, 42 where the high half is zero` },
  idiv: { cycles: 42, source: `${FOG}: 64-bit latency 42 to 95` },
  xchg: { cycles: 2, source: `${FOG}: latency 2, between registers` },
  bsf: { cycles: 3, source: `${FOG}: latency 3` },
  bsr: { cycles: 3, source: `${FOG}: latency 3` },
  popcnt: { cycles: 3, source: `${FOG}: latency 3` },
  'mov rdr': { cycles: 44, source: `${THREAD}(8224 - 3820) / 100` },
  'mov wdr': { cycles: 189, source: `${THREAD}(45516 - 2 * 3820) / 200` },
  'mov rcr': { cycles: 12, source: 'assumption: a serialised register read, between RDTSC and LFENCE' },
  'mov wcr': { cycles: 100, source: 'Linux, Documentation/x86/pti.rst: "on the order of a hundred cycles" for CR3' },
  rdmsr: { cycles: 50, source: 'assumption: like a MOV DR read' },
  wrmsr: { cycles: 100, source: 'assumption: serialising, like MOV CR3' },
  swapgs: {
    cycles: 20,
    source: 'assumption: two base registers exchanged, as two RDTSC-sized microcode flows less their fences',
  },
  rdgsbase: { cycles: 8, source: 'assumption: a short microcode flow' },
  rdfsbase: { cycles: 8, source: 'assumption: a short microcode flow' },
  wrgsbase: { cycles: 20, source: 'assumption: half of what WRMSR needs, and not serialising' },
  wrfsbase: { cycles: 20, source: 'assumption: half of what WRMSR needs, and not serialising' },
  invlpg: { cycles: 120, source: 'assumption: serialising, somewhat above MOV CR3' },
  invpcid: { cycles: 120, source: 'assumption: as INVLPG' },
  clflush: { cycles: 5, source: `${FOG}: reciprocal throughput 5 for lines that are not modified` },
  clflushopt: { cycles: 5, source: 'assumption: as CLFLUSH' },
  hlt: { cycles: 0, source: 'by definition: the run ends here' },
  nop: { cycles: 0, source: 'assumption: four are retired a cycle' },
};

const PLAIN: Row = { cycles: 1, source: `${FOG}: latency 1 of register arithmetic` };
const LOAD: Row = { cycles: 5, source: 'Intel Optimization Manual, Skylake: L1 load-to-use 4 to 5 cycles' };
const STORE: Row = { cycles: 1, source: `${FOG}: one store a cycle; the store buffer hides the rest` };

/** Stores only, without reading their memory operand first. */
const STORES = new Set(['mov', 'push', 'call', 'movnti', 'stosb', 'stosw', 'stosd', 'stosq']);

function rowOf(insn: Insn): Row {
  const [first, second] = insn.operands;
  if (insn.mnemonic === 'mov') {
    if (first?.kind === 'cr') return ROWS['mov wcr']!;
    if (second?.kind === 'cr') return ROWS['mov rcr']!;
    if (first?.kind === 'dr') return ROWS['mov wdr']!;
    if (second?.kind === 'dr') return ROWS['mov rdr']!;
  }
  return Object.hasOwn(ROWS, insn.mnemonic) ? ROWS[insn.mnemonic]! : PLAIN;
}

/** Operands that read or write memory; PUSH, POP, CALL and RET have the stack besides. */
function memoryCycles(insn: Insn): number {
  const [first] = insn.operands;
  const stackLoad = insn.mnemonic === 'pop' || insn.mnemonic === 'ret' ? LOAD.cycles : 0;
  const index = insn.operands.findIndex((o) => o.kind === 'mem' && o.width > 0);
  if (index < 0) return stackLoad;
  return (
    stackLoad +
    (first?.kind === 'mem' && STORES.has(insn.mnemonic) && insn.mnemonic !== 'push' ? STORE.cycles - 1 : LOAD.cycles)
  );
}

export const SKYLAKE: CostTable = {
  name: 'skylake',
  cycles: (insn) => rowOf(insn).cycles + memoryCycles(insn),
  source: (insn) => rowOf(insn).source + (memoryCycles(insn) > 0 ? `; memory: ${LOAD.source}` : ''),
  // Assumption: a walk is four dependent loads that hit L1, upper levels being cached: SDM vol. 3, 4.10.3.
  tlbMiss: 4 * LOAD.cycles,
  // 7-cpu.com, Skylake (i7-6700): memory latency 42 cycles + 51 ns, at 4 GHz.
  cacheMiss: 246,
  // Assumption: the write waits for the drop, about as long as the write takes itself; the misses that follow are counted
  // as they come.
  cr3Flush: 100,
};
