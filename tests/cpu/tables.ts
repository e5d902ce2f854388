/** Descriptor tables for tests: the snippet's pages, and a GDT, an LDT, a TSS and an inner stack in pages of their own. */
import {
  type Cpu,
  type CpuOptions,
  faultName,
  getCpl,
  getFlags,
  getReg,
  getRip,
  getSegment,
  LDTR,
  type Stop,
  setCpl,
  setSegment,
  setTable,
  TR,
  writePhysical,
} from '../../src/cpu/cpu.ts';
import {
  ATTRIBUTE,
  formatDescriptor,
  formatGate,
  formatSystemDescriptor,
  SEGMENT_TYPE,
  SYSTEM_TYPE,
} from '../../src/cpu/descriptors.ts';
import { FLAT_CODE, FLAT_DATA } from '../../src/cpu/segments.ts';
import { KERNEL_PAGE, map, type TestMachine, USER_PAGE } from './bench-machine.ts';
import { AT, CODE, DATA, STACK, snippet } from './snippet.ts';

/** Each at the physical address of the same number. The GDT has two pages. */
export const PLACE = { gdt: 0x40000, ldt: 0x42000, tss: 0x43000, inner: 0x44000 } as const;
/** The top of the inner stacks. */
export const INNER = BigInt(PLACE.inner) + 0x1000n;

export const LONG_CODE = FLAT_CODE;
export const DATA_SEGMENT = FLAT_DATA;
export const { CONFORMING, ACCESSED, READABLE, WRITABLE } = SEGMENT_TYPE;
export const { P, L, DB } = ATTRIBUTE;
export const dpl = (level: number): number => level << 5;

/** One descriptor, or the halves of a system descriptor. */
export type Entry = bigint | readonly [low: bigint, high: bigint];

export const segment = (attributes: number, base = 0n): Entry =>
  formatDescriptor({ base, limit: 0xffffffff, attributes: attributes | ATTRIBUTE.G });
export const system = (type: number, base: bigint, limit = 0x67, attributes: number = P): Entry =>
  formatSystemDescriptor({ base, limit, attributes: attributes | type });
export const callGate = (selector: number, offset: bigint, attributes: number = P): Entry =>
  formatGate({ selector, offset, attributes: attributes | SYSTEM_TYPE.CALL_GATE });

export interface TableOptions extends Partial<CpuOptions> {
  /** By index. */
  readonly gdt?: Readonly<Record<number, Entry>>;
  readonly ldt?: Readonly<Record<number, Entry>>;
  readonly cpl?: number;
}

/** The program at this CPL, with all of the snippet's pages the user's if that is 3; a TSS whose RSP0 … RSP2 are INNER. */
export function withTables(code: string, { gdt = {}, ldt, cpl = 0, ...options }: TableOptions): TestMachine {
  const machine = snippet(code, options);
  const { cpu } = machine;
  const rights = cpl === 3 ? USER_PAGE : KERNEL_PAGE;
  map(machine, CODE, AT.code, rights);
  map(machine, STACK - 0x1000n, AT.stack, rights);
  map(machine, DATA, AT.data, rights);
  for (const page of [PLACE.gdt, PLACE.gdt + 0x1000, PLACE.ldt, PLACE.tss, PLACE.inner])
    map(machine, BigInt(page), page, KERNEL_PAGE);
  putEntries(cpu, PLACE.gdt, gdt);
  setTable(cpu, 'gdt', { base: BigInt(PLACE.gdt), limit: 0x1fff });
  if (ldt) {
    putEntries(cpu, PLACE.ldt, ldt);
    const attributes = P | SYSTEM_TYPE.LDT;
    setSegment(cpu, LDTR, { selector: 0x1ff8, base: BigInt(PLACE.ldt), limit: 0xfff, attributes });
  }
  setTask(cpu, 0x67);
  for (const level of [0, 1, 2]) put64(cpu, PLACE.tss + 4 + 8 * level, INNER);
  setCpl(cpu, cpl);
  return machine;
}

/** TR with this limit. */
export function setTask(cpu: Cpu, limit: number): void {
  const attributes = P | SYSTEM_TYPE.BUSY_TSS;
  setSegment(cpu, TR, { selector: 0x40, base: BigInt(PLACE.tss), limit, attributes });
}

export function putEntries(cpu: Cpu, table: number, entries: Readonly<Record<number, Entry>>): void {
  for (const [index, entry] of Object.entries(entries)) {
    const halves = typeof entry === 'bigint' ? [entry] : entry;
    halves.forEach((half, i) => {
      put64(cpu, table + 8 * (Number(index) + i), half);
    });
  }
}

export function put64(cpu: Cpu, physical: number, value: bigint): void {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  writePhysical(cpu, physical, bytes);
}

export const get64 = (cpu: Cpu, physical: number): bigint =>
  new DataView(cpu.ram.buffer, cpu.ram.byteOffset).getBigUint64(physical, true);

/** `ok`, `#GP(18)`, `#PF(2) at 44ff8`, or what isn't modelled. */
export function outcome(stop: Stop): string {
  if (stop.kind === 'not-modelled') return stop.form;
  if (stop.kind !== 'fault') return 'ok';
  const at = stop.cr2 === undefined ? '' : ` at ${stop.cr2.toString(16)}`;
  return `${faultName(stop.vector)}(${(stop.error ?? 0).toString(16)})${at}`;
}

/** Everything that a far transfer or a segment load may change, and the pages it may write. */
export const snapshot = (cpu: Cpu): unknown => ({
  regs: Array.from({ length: 16 }, (_, n) => getReg(cpu, n)),
  rip: getRip(cpu),
  flags: getFlags(cpu),
  cpl: getCpl(cpu),
  segments: Array.from({ length: 8 }, (_, n) => getSegment(cpu, n)),
  memory: [AT.stack, AT.data, PLACE.gdt, PLACE.gdt + 0x1000, PLACE.ldt, PLACE.tss, PLACE.inner].map((page) =>
    Buffer.from(cpu.ram.subarray(page, page + 0x1000)).toString('latin1'),
  ),
});
