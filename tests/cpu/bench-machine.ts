/** A CPU with a few mapped pages, for tests and benchmarks: linear addresses are mapped one page at a time. */
import {
  type Cpu,
  type CpuOptions,
  createCpu,
  setCpl,
  setCr,
  setSegment,
  setTable,
  TR,
  willWritePhysical,
  writePhysical,
} from '../../src/cpu/cpu.ts';
import { ATTRIBUTE } from '../../src/cpu/descriptors.ts';
import { SEGMENT } from '../../src/isa/insn.ts';
import { GDT_LIMIT, linuxGdt, TSS_SELECTOR, taskDescriptor, taskState } from '../../src/machine/descriptor-tables.ts';

/** Rights of a mapping: bits of a page-table entry. */
export const PTE = { P: 1n, RW: 2n, US: 4n, G: 1n << 8n, NX: 1n << 63n } as const;
export const USER_PAGE = PTE.P | PTE.RW | PTE.US;
export const KERNEL_PAGE = PTE.P | PTE.RW;

/** Page tables are taken from here upwards; CR3 points to the first. */
const TABLES = 0x100000;
const TABLE_FLAGS = PTE.P | PTE.RW | PTE.US;

export interface TestMachine {
  readonly cpu: Cpu;
  /** Next free page for a table. */
  tables: number;
  readonly root: number;
}

export function testMachine(options: Partial<CpuOptions> = {}): TestMachine {
  const cpu = createCpu({ ramBytes: 0x400000, ...options });
  const machine = { cpu, tables: TABLES + 0x1000, root: TABLES };
  setCr(cpu, 3, BigInt(TABLES));
  return machine;
}

const view = ({ ram }: Cpu): DataView => new DataView(ram.buffer, ram.byteOffset, ram.length);

/** Physical address of the page-table entry for `linear` under `root`, tables made as needed. */
export function entryAddress(machine: TestMachine, linear: bigint, root = machine.root): number {
  let table = root;
  for (const shift of [39n, 30n, 21n]) {
    const at = table + 8 * Number((linear >> shift) & 0x1ffn);
    const entry = view(machine.cpu).getBigUint64(at, true);
    if (entry === 0n) {
      view(machine.cpu).setBigUint64(at, BigInt(machine.tables) | TABLE_FLAGS, true);
      table = machine.tables;
      machine.tables += 0x1000;
    } else table = Number(entry & 0xffff_f000n);
  }
  return table + 8 * Number((linear >> 12n) & 0x1ffn);
}

/** Maps one 4 KiB page. */
export function map(machine: TestMachine, linear: bigint, physical: number, flags: bigint, root = machine.root): void {
  const at = entryAddress(machine, linear, root);
  willWritePhysical(machine.cpu, at, 8);
  view(machine.cpu).setBigUint64(at, BigInt(physical) | flags, true);
}

/** Linux's GDT and a TSS without stacks or I/O bitmap behind it, in a page of the supervisor's. */
export function installGdt(machine: TestMachine, cpuNumber = 0): void {
  const { cpu } = machine;
  map(machine, GDT.linear, GDT.physical, PTE.P);
  writePhysical(cpu, GDT.physical, linuxGdt({ tss: GDT.tss, cpu: cpuNumber }));
  writePhysical(cpu, GDT.physical + Number(GDT.tss - GDT.linear), taskState({ rsp0: 0n, ist: [] }));
  setTable(cpu, 'gdt', { base: GDT.linear, limit: GDT_LIMIT });
  // Without an I/O bitmap: its offset lies beyond the TSS.
  writePhysical(cpu, GDT.physical + Number(GDT.tss & 0xfffn) + IO_MAP_BASE, Uint8Array.of(0xff, 0xff));
  setSegment(cpu, TR, { ...taskDescriptor(GDT.tss), selector: TSS_SELECTOR });
}

/** In a 64-bit TSS, SDM vol. 3, figure 8-11. */
const IO_MAP_BASE = 0x66;
const GDT = { linear: 0xffff_fe00_0000_1000n, physical: 0xff000, tss: 0xffff_fe00_0000_1800n } as const;

/** The segment registers of a Linux process, FS and GS with a base of 0. */
export function enterUser(cpu: Cpu): void {
  setCpl(cpu, 3);
  for (const n of [SEGMENT.ES, SEGMENT.DS, SEGMENT.FS, SEGMENT.GS]) {
    setSegment(cpu, n, { selector: 0, base: 0n, limit: 0, attributes: ATTRIBUTE.UNUSABLE });
  }
}

/** A new, empty top-level table. */
export function newRoot(machine: TestMachine): number {
  const root = machine.tables;
  machine.tables += 0x1000;
  return root;
}
