/**
 * Random pages on CPUs that deliver events, with a random system around them: IDT, GDT, TSS, MSRs, debug registers and page tables, made
 * in order and then worn; handlers anywhere in the random code; interrupts and NMIs between slices of the run. Whatever comes of it, each
 * run ends in its budget, in a shutdown or in a report, and fused and unfused agree.
 */
import * as cpuModel from '../../src/cpu/cpu.ts';
import type { Stop } from '../../src/cpu/stop.ts';
import type { CpuModel } from '../../src/isa/cpu-model.ts';
import { SEGMENT } from '../../src/isa/insn.ts';
import { GDT_LIMIT, linuxGdt, TSS_SELECTOR, taskDescriptor, taskState } from '../../src/machine/descriptor-tables.ts';
import { type Random, random } from '../../tests/cpu/random.ts';
import {
  ADDRESSES,
  CODE_BYTES,
  CPL0_ADDRESSES,
  DIRECT,
  fuzzMachine,
  KERNEL_CODE,
  STACK_TOP,
  TABLES,
} from './layout.ts';
import type { Page } from './pages.ts';
import { difference, endOf, enter, memoryDifference, type Outcome, type Variant } from './run.ts';

/** Slices of a run, and instructions in each. */
const SLICES = 8;
const SLICE_BUDGET = 100;

const GDT_FRAME = 0x6000;
const TSS_AT = 0x6800;
const IDT_FRAME = 0x7000;
const linear = (physical: number): bigint => DIRECT + BigInt(physical);

export type EventRig = readonly [Variant, Variant, Variant];

export function createEventRig(model: CpuModel): EventRig {
  const variant = (name: string, options: Partial<cpuModel.CpuOptions>): Variant => {
    const { cpu } = fuzzMachine({ model, events: 'deliver', ...options });
    return { name, cpu, start: cpuModel.checkpoint(cpu), run: (c) => cpuModel.run(c, SLICE_BUDGET) };
  };
  return [variant('fused', {}), variant('unfused', { fuse: false }), variant('--tlb none', { tlb: 'none' })];
}

/** `clock` in milliseconds. */
export function runEvents(rig: EventRig, page: Page, clock: () => number): Outcome {
  const compared: readonly [Variant, Variant] = [rig[0], rig[1]];
  // Without a TLB all is slow, and other page tables may hold: for crashes alone, now and then.
  const all: readonly Variant[] = page.seed % 8 === 0 ? rig : compared;
  for (const variant of all) enterSystem(variant, page);
  const draw = random(Math.imul(page.seed + 3, 0xc2b2ae35));
  const ends: string[] = [];
  let slowest = 0;
  for (let slice = 0; slice < SLICES; slice++) {
    const stops: Stop[] = [];
    for (const { name, cpu, run } of all) {
      try {
        const began = clock();
        stops.push(run(cpu));
        slowest = Math.max(slowest, clock() - began);
      } catch (problem) {
        const text = problem instanceof Error ? problem.stack?.split('\n').slice(0, 5).join('\n') : String(problem);
        return { ends, failure: `${name} threw in slice ${slice}: ${text}`, slowest };
      }
    }
    const [stop] = stops as [Stop];
    ends.push(endOf(stop));
    const failure = difference(compared, stops);
    if (failure !== undefined) return { ends, failure: `slice ${slice}: ${failure}`, slowest };
    if (stop.kind === 'shutdown') break;
    disturb(all, draw);
  }
  return { ends, failure: memoryDifference(compared), slowest };
}

/** Puts the page into the CPU, with its random system around it. */
export function enterSystem(variant: Variant, page: Page): void {
  enter(variant, page);
  install(variant.cpu, page, random(Math.imul(page.seed + 7, 0x85ebca6b)));
}

/** The same happens to all of them. What is not modelled is skipped, a byte at least. */
function disturb(rig: readonly Variant[], draw: Random): void {
  const [nmi, interrupt, vector, on] = [draw.below(3) === 0, draw.below(3) === 0, draw.below(256), 1 + draw.below(3)];
  for (const { cpu } of rig) {
    if (nmi) cpuModel.raiseNmi(cpu);
    if (interrupt) cpuModel.raiseInterrupt(cpu, vector);
    cpuModel.setRip(cpu, cpuModel.getRip(cpu) + BigInt(on));
  }
}

const pick = <T>(draw: Random, from: readonly T[]): T => from[draw.below(from.length)]!;
const seldom = (draw: Random): boolean => draw.below(12) === 0;

function install(cpu: cpuModel.Cpu, page: Page, draw: Random): void {
  cpuModel.writePhysical(cpu, GDT_FRAME, gdt(draw));
  cpuModel.writePhysical(cpu, TSS_AT, tss(draw));
  cpuModel.writePhysical(cpu, IDT_FRAME, idt(draw));
  cpuModel.setTable(cpu, 'gdt', { base: linear(GDT_FRAME), limit: seldom(draw) ? draw.below(0x100) : 0x1ff });
  cpuModel.setTable(cpu, 'idt', { base: linear(IDT_FRAME), limit: seldom(draw) ? draw.below(0x1000) : 0xfff });
  cpuModel.setSegment(cpu, cpuModel.TR, { ...taskDescriptor(linear(TSS_AT)), limit: 0x2ff, selector: TSS_SELECTOR });
  setRegisters(cpu, page, draw);
  for (let i = draw.below(6); i > 0; i--) cpuModel.writePhysical(cpu, ...pageTableEntry(draw));
}

const quad = (value: bigint): Uint8Array => {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, value), true);
  return bytes;
};

/** Linux's, then random descriptors, some of them gates into the code. */
function gdt(draw: Random): Uint8Array {
  const bytes = draw.bytes(0x200);
  bytes.set(linuxGdt({ tss: linear(TSS_AT), cpu: 0 }));
  for (let at = GDT_LIMIT + 1; at + 16 <= bytes.length; at += 16) {
    if (draw.below(2) === 0) bytes.set(gate(draw, 0xc), at);
    // Present, and not a system descriptor.
    else bytes[at + 5] = bytes[at + 5]! | 0x90;
  }
  for (let i = draw.below(3); i > 0; i--) bytes[draw.below(GDT_LIMIT)] = draw.below(256);
  return bytes;
}

/** Stacks that work, mostly; and an I/O bitmap of whatever follows. */
function tss(draw: Random): Uint8Array {
  const bytes = draw.bytes(0x300);
  const stack = (): bigint => (seldom(draw) ? draw.u64() : pick(draw, STACKS) - BigInt(draw.below(64)));
  bytes.set(taskState({ rsp0: stack(), ist: Array.from({ length: 7 }, stack) }));
  bytes[0x66] = draw.below(256);
  bytes[0x67] = draw.below(3);
  return bytes;
}

const STACKS = [STACK_TOP, linear(0x13000), linear(0x14800), linear(0x6700), 0x601000n] as const;

function idt(draw: Random): Uint8Array {
  const bytes = new Uint8Array(0x1000);
  for (let at = 0; at < bytes.length; at += 16) bytes.set(gate(draw, 0xe + draw.below(2)), at);
  // A double fault mostly finds a stack.
  bytes[0x84] = seldom(draw) ? 0 : 1;
  for (let i = draw.below(8); i > 0; i--) bytes[draw.below(0x400)] = draw.below(256);
  return bytes;
}

/** A gate into the code of CPL 0, mostly. */
function gate(draw: Random, type: number): Uint8Array {
  const target = seldom(draw) ? draw.u64() : KERNEL_CODE + BigInt(draw.below(CODE_BYTES));
  const selector = seldom(draw) ? draw.below(0x200) : 0x10;
  const access = (seldom(draw) ? 0 : 0x80) | (draw.below(2) * 0x60) | (seldom(draw) ? draw.below(32) : type);
  const ist = draw.below(2) === 0 ? draw.below(8) : 0;
  const low = (target & 0xffffn) | (BigInt(selector) << 16n) | (BigInt(ist) << 32n) | (BigInt(access) << 40n);
  const bytes = new Uint8Array(16);
  bytes.set(quad(low | (((target >> 16n) & 0xffffn) << 48n)));
  bytes.set(quad(target >> 32n), 8);
  return bytes;
}

/** An entry of the page tables: one that leads to a table again, perhaps its own, or random bits. */
function pageTableEntry(draw: Random): [at: number, bytes: Uint8Array] {
  const table = TABLES + 0x1000 * draw.below(0x18);
  // Often an entry that is in use.
  const index = pick(draw, [0, 0, 2, 3, 4, 0x100, 0x110, 0x111, 0x1fc, 0x1fe, 0x1ff, draw.below(512)]);
  const target = pick(draw, [table, table, TABLES, TABLES + 0x1000 * draw.below(0x18), 0x1000 * draw.below(0x120)]);
  const flags = pick(draw, [7n, 7n, 7n, 0x83n, 0x187n, 5n, 3n, 1n, 7n | (1n << 63n), BigInt(draw.below(0x200))]);
  return [table + 8 * index, quad(seldom(draw) ? draw.u64() : BigInt(target) | flags)];
}

function setRegisters(cpu: cpuModel.Cpu, { cpl }: Page, draw: Random): void {
  const { MSR } = cpuModel;
  const address = (): bigint =>
    pick(draw, [...ADDRESSES, ...CPL0_ADDRESSES]) + BigInt(draw.below(2) === 0 ? draw.below(64) : 0);
  const code = (): bigint => KERNEL_CODE + BigInt(draw.below(CODE_BYTES));
  for (const msr of [MSR.LSTAR, MSR.CSTAR, MSR.SYSENTER_EIP]) cpuModel.setMsr(cpu, msr, code());
  for (const msr of [MSR.SYSENTER_ESP, MSR.KERNEL_GS_BASE]) cpuModel.setMsr(cpu, msr, address());
  cpuModel.setMsr(cpu, MSR.SYSENTER_CS, seldom(draw) ? BigInt(draw.below(0x100)) : 0x10n);
  cpuModel.setMsr(cpu, MSR.STAR, seldom(draw) ? draw.u64() : 0x0023001000000000n);
  cpuModel.setMsr(cpu, MSR.SFMASK, BigInt(draw.below(0x80000)));
  cpuModel.setMsr(cpu, MSR.DEBUGCTL, BigInt(draw.below(4)));
  if (draw.below(4) === 0)
    for (const n of [0, 1, 2, 3]) cpuModel.setDr(cpu, n, draw.below(2) === 0 ? code() : address());
  if (draw.below(4) === 0) cpuModel.setDr(cpu, 7, draw.u64() & 0xffffffffn);
  const { model } = cpu;
  const has = (feature: keyof typeof model.features, bit: number): number =>
    model.features[feature] && draw.below(3) === 0 ? bit : 0;
  const { CR4 } = cpuModel;
  const cr4 =
    has('smap', CR4.SMAP) | has('pcid', CR4.PCIDE) | has('pku', CR4.PKE) | (cpl === 0 ? 0 : has('smep', CR4.SMEP));
  cpuModel.setCr(cpu, 4, cpuModel.getCr(cpu, 4) | BigInt(cr4));
  if (draw.below(4) === 0) cpuModel.setPkru(cpu, Number(draw.u64() & 0xffffffffn));
  for (const n of [SEGMENT.DS, SEGMENT.ES])
    if (draw.below(4) === 0)
      cpuModel.setSegment(cpu, n, { selector: 0x2b, base: 0n, limit: 0xffffffff, attributes: 0xc0f3 });
}
