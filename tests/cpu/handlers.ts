/**
 * A machine that delivers: tables.ts's, with an IDT, Linux's flat segments, and stacks for events. What a delivery reads lies in pages of
 * its own, so that each access can be made to fault alone: the gates of vectors from 0x40 on, the descriptors from FAR on, RSP0, the ISTs.
 */
import {
  type Cpu,
  type Delivery,
  faultName,
  getReg,
  setSegment,
  setTable,
  TR,
  writePhysical,
} from '../../src/cpu/cpu.ts';
import { ATTRIBUTE, formatGate, SYSTEM_TYPE } from '../../src/cpu/descriptors.ts';
import { GPR } from '../../src/isa/insn.ts';
import { KERNEL_PAGE, map, type TestMachine } from './bench-machine.ts';
import {
  DATA_SEGMENT,
  dpl,
  get64,
  INNER,
  LONG_CODE,
  P,
  put64,
  segment,
  type TableOptions,
  withTables,
} from './tables.ts';

/** As Linux numbers them. */
export const KERNEL_CODE = 0x10;
export const KERNEL_DATA = 0x18;
export const USER_DATA = 0x2b;
export const USER_CODE = 0x33;
/** The first selector of the GDT's second page. */
export const FAR = 0x1000;

const IDT = 0x46c00;
const TASK = 0x48fec;
const STACKS = 0x4a000;
const HANDLERS = 0x50000;
/** Pages, by what a delivery reads there first. */
export const PAGE = {
  gates: 0x46000n,
  laterGates: 0x47000n,
  descriptors: 0x40000n,
  farDescriptors: 0x41000n,
  rsp0: 0x48000n,
  ists: 0x49000n,
  inner: INNER - 0x1000n,
} as const;

/** Where IST n ends: 1 is the page faults', 2 the double faults', 3 that of vectors from 0x40 on where a test says so. */
export const istTop = (n: number): bigint => BigInt(STACKS) + 0x1000n * BigInt(n);
export const handlerOf = (vector: number): bigint => BigInt(HANDLERS) + 16n * BigInt(vector);

export interface Gate {
  readonly selector?: number;
  readonly offset?: bigint;
  readonly type?: number;
  readonly dpl?: number;
  readonly present?: boolean;
  readonly ist?: number;
}

/** Interrupt gates of DPL 0 to the kernel's code, unless it says otherwise. */
export function setGate(cpu: Cpu, vector: number, gate: Gate = {}): void {
  const { selector = KERNEL_CODE, type = SYSTEM_TYPE.INTERRUPT_GATE, present = true, ist = 0 } = gate;
  const attributes = type | dpl(gate.dpl ?? 0) | (present ? P : 0);
  const [low, high] = formatGate({ selector, offset: gate.offset ?? handlerOf(vector), attributes });
  put64(cpu, IDT + 16 * vector, low | (BigInt(ist) << 32n));
  put64(cpu, IDT + 16 * vector + 8, high);
}

/** The program at `cpl`, with every gate set and HLT as each handler. */
export function withHandlers(code: string, { gdt = {}, ...options }: TableOptions = {}): TestMachine {
  const machine = withTables(code, {
    events: 'deliver',
    gdt: {
      [KERNEL_CODE / 8]: segment(LONG_CODE),
      [KERNEL_DATA / 8]: segment(DATA_SEGMENT),
      5: segment(DATA_SEGMENT | dpl(3)),
      6: segment(LONG_CODE | dpl(3)),
      ...gdt,
    },
    ...options,
  });
  const { cpu } = machine;
  for (const at of [PAGE.gates, PAGE.laterGates, PAGE.rsp0, PAGE.ists, BigInt(HANDLERS)])
    map(machine, at, Number(at), KERNEL_PAGE);
  for (let n = 0; n < 8; n++) map(machine, istTop(n), Number(istTop(n)), KERNEL_PAGE);
  setTable(cpu, 'idt', { base: BigInt(IDT), limit: 0xfff });
  for (let vector = 0; vector < 256; vector++) setGate(cpu, vector);
  setGate(cpu, 8, { ist: 2 });
  setGate(cpu, 14, { ist: 1 });
  writePhysical(cpu, HANDLERS, new Uint8Array(0x1000).fill(0xf4));
  setTaskLimit(cpu, 0x67);
  put64(cpu, TASK + 4, INNER);
  for (let n = 1; n < 8; n++) setIst(cpu, n, istTop(n));
  return machine;
}

export const setTaskLimit = (cpu: Cpu, limit: number): void =>
  setSegment(cpu, TR, { selector: 0x40, base: BigInt(TASK), limit, attributes: ATTRIBUTE.P | SYSTEM_TYPE.BUSY_TSS });
export const setRsp0 = (cpu: Cpu, top: bigint): void => put64(cpu, TASK + 4, top);
export const setIst = (cpu: Cpu, n: number, top: bigint): void => put64(cpu, TASK + 28 + 8 * n, top);

/** The values on the stack from RSP upwards, which lies where its address says. */
export const stacked = (cpu: Cpu, count: number): readonly bigint[] =>
  Array.from({ length: count }, (_, i) => get64(cpu, Number(getReg(cpu, GPR.RSP)) + 8 * i));

/** `#GP(1) > #DF(0)`: what was tried in turn; the last one was delivered, or `!` what it ran into. */
export function chain(log: readonly unknown[]): string {
  const deliveries = log.filter((record): record is Delivery => (record as Delivery).kind === 'event');
  const name = ({ vector, error }: { readonly vector: number; readonly error?: number }): string =>
    faultName(vector) + (error === undefined ? '' : `(${error.toString(16)})`);
  const last = deliveries.at(-1)?.failure;
  return deliveries.map(({ event }) => name(event)).join(' > ') + (last ? ` ! ${name(last)}` : '');
}
