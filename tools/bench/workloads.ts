/**
 * The three loops that the engine and Unicorn both run, as bytes, and the machine they run on: the first 2 MiB mapped one
 * to one by 4 KiB pages, tables at 0x2000 … 0x4000 and 0x8000, code at 0x10000, stack at 0x80000, data at 0x90000.
 * Each loop counts RBP down; HLT ends it.
 */
import { parseHexBytes } from '../../src/base/hex.ts';
import { type Cpu, CR4, createCpu, getCr, setCr, setReg, setRip, writePhysical } from '../../src/cpu/cpu.ts';
import { GPR } from '../../src/isa/insn.ts';

export interface Program {
  readonly name: string;
  readonly hex: string;
  /** Instructions of one iteration. */
  readonly insns: number;
  /** What R13 holds: the bits that entry-like code sets in CR3 (Unicorn has no PCID, so there it is 0). */
  readonly r13: bigint;
}

export interface Workload extends Program {
  /** How much of Unicorn's speed is asked for. */
  readonly target: number;
  /** Iterations for Unicorn, about a third of a second. */
  readonly unicornIterations: number;
}

/** add, xor, lea, and, sub, or, cmp, inc, dec, jnz on registers. */
const ALU = '4801d8 4831c1 488d544a08 81e3ffffff7f 4929d0 4d09c1 4d39ca 49ffc3 48ffcd 75de f4';
/** Loads, a store, add to and from memory, movzbl, cmp with memory; two pages. */
const MEMORY = '488b06 48034608 48894610 48014618 8b8e00100000 898e08100000 0fb65603 48837e2005 48ffcd 75d7 f4';
/** Fifteen pushes; CR3 read, bt, bts, btr of its PTI bit, or with R13, CR3 written; fifteen pops. */
const ENTRY =
  '57 56 52 51 50 4150 4151 4152 4153 53 55 4154 4155 4156 4157 0f20d8 480fbae00c 480fbae80c 480fbaf00c 4c09e8 0f22d8' +
  '415f 415e 415d 415c 5d 5b 415b 415a 4159 4158 58 59 5a 5e 5f 48ffcd 75b5 f4';

/** Stores to four pages, inc, dec, jnz. */
const STORES = '488906 48898600100000 48898600200000 48898600300000 48ffc0 48ffcd 75e0 f4';
/** A store to the page of the code, away from its lines; inc, dec, jnz. */
const BESIDE_CODE = '4889042500080100 48ffc0 48ffcd 75f0 f4';

const NO_FLUSH = 1n << 63n;

export const WORKLOADS: readonly Workload[] = [
  { name: 'ALU loop', hex: ALU, insns: 10, r13: 0n, target: 0.05, unicornIterations: 6e7 },
  { name: 'memory loop through paging', hex: MEMORY, insns: 10, r13: 0n, target: 3, unicornIterations: 6e5 },
  { name: 'entry-like, no-flush CR3 write', hex: ENTRY, insns: 38, r13: NO_FLUSH, target: 3, unicornIterations: 1e5 },
  { name: 'entry-like, flushing CR3 write', hex: ENTRY, insns: 38, r13: 0n, target: 0, unicornIterations: 1e5 },
];

/** Ours alone. */
export const STORE_LOOP: Program = { name: 'stores to four pages', hex: STORES, insns: 7, r13: 0n };
export const BESIDE_CODE_LOOP: Program = { name: 'stores beside the code', hex: BESIDE_CODE, insns: 4, r13: 0n };

export const CODE = 0x10000;
const ROOT = 0x8000;
const PRESENT_WRITABLE = 3n;

export function workloadCpu({ hex, r13 }: Program): Cpu {
  const cpu = createCpu({ ramBytes: 0x1000000 });
  const view = new DataView(cpu.ram.buffer, cpu.ram.byteOffset, cpu.ram.length);
  const entry = (at: number, physical: number) => view.setBigUint64(at, BigInt(physical) | PRESENT_WRITABLE, true);
  entry(ROOT, 0x2000);
  entry(0x2000, 0x3000);
  entry(0x3000, 0x4000);
  for (let i = 0; i < 512; i++) entry(0x4000 + 8 * i, i << 12);
  writePhysical(cpu, CODE, parseHexBytes(hex)!);
  setCr(cpu, 4, getCr(cpu, 4) | BigInt(CR4.PCIDE));
  setCr(cpu, 3, BigInt(ROOT));
  setReg(cpu, GPR.RSP, 0x80000n);
  setReg(cpu, GPR.RSI, 0x90000n);
  setReg(cpu, GPR.R13, r13);
  setReg(cpu, GPR.RBP, 1n << 60n);
  setRip(cpu, BigInt(CODE));
  return cpu;
}
