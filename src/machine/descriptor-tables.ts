/**
 * The GDT and the TSS of one of Linux's CPUs, as bytes (arch/x86/include/asm/segment.h; SDM vol. 3, figure 8-11).
 *
 *   1 kernel code, 32 bits   4 user code, 32 bits    8, 9  TSS          15 the CPU's number, as the limit of a segment
 *   2 kernel code            5 user data           10, 11  LDT (none)       that getcpu reads with LSL
 *   3 kernel data            6 user code           12 … 14 TLS (none)
 *
 * The table is mapped read-only, so its descriptors are marked accessed, and the TSS busy, from the start.
 */
import {
  ATTRIBUTE,
  type Descriptor,
  formatDescriptor,
  formatSystemDescriptor,
  SEGMENT_TYPE,
  SYSTEM_TYPE,
} from '../cpu/descriptors.ts';

const { P, S, L, DB, G } = ATTRIBUTE;
const { ACCESSED, WRITABLE, READABLE, CODE } = SEGMENT_TYPE;

const ENTRIES = 16;
/** The last byte's offset. */
export const GDT_LIMIT = 8 * ENTRIES - 1;
export const TSS_SELECTOR = 0x40;
/** The last byte of a TSS without an I/O bitmap. */
export const TSS_LIMIT = 0x67;

const USER = 3 << 5;
const FLAT_CODE = P | S | G | CODE | READABLE | ACCESSED;
const FLAT_DATA = P | S | G | DB | WRITABLE | ACCESSED;

const flat = (attributes: number): Descriptor => ({ base: 0n, limit: 0xffffffff, attributes });

/** The busy TSS that TR holds. */
export const taskDescriptor = (base: bigint): Descriptor => ({
  base,
  limit: TSS_LIMIT,
  attributes: P | SYSTEM_TYPE.BUSY_TSS,
});

export interface GdtOptions {
  /** Linear address of the TSS. */
  readonly tss: bigint;
  /** Number of the CPU, below 4096; its node is 0. */
  readonly cpu: number;
}

export function linuxGdt({ tss, cpu }: GdtOptions): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(8 * ENTRIES));
  const put = (index: number, descriptor: bigint): void => view.setBigUint64(8 * index, descriptor, true);
  put(1, formatDescriptor(flat(FLAT_CODE | DB)));
  put(2, formatDescriptor(flat(FLAT_CODE | L)));
  put(3, formatDescriptor(flat(FLAT_DATA)));
  put(4, formatDescriptor(flat(FLAT_CODE | DB | USER)));
  put(5, formatDescriptor(flat(FLAT_DATA | USER)));
  put(6, formatDescriptor(flat(FLAT_CODE | L | USER)));
  formatSystemDescriptor(taskDescriptor(tss)).forEach((half, i) => {
    put(8 + i, half);
  });
  // Read-only data that expands down, so that nobody takes it for an ordinary segment.
  const numbering = P | S | DB | USER | SEGMENT_TYPE.CONFORMING | ACCESSED;
  put(15, formatDescriptor({ base: 0n, limit: cpu, attributes: numbering }));
  return new Uint8Array(view.buffer);
}

export interface TaskStateOptions {
  /** The stack of CPL 0. */
  readonly rsp0: bigint;
  /** IST1 and on, at most seven. */
  readonly ist: readonly bigint[];
}

/** Offsets in a 64-bit TSS. */
const TSS = { RSP0: 4, IST1: 36, IO_BITMAP: 102 } as const;

export function taskState({ rsp0, ist }: TaskStateOptions): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(TSS_LIMIT + 1));
  view.setBigUint64(TSS.RSP0, rsp0, true);
  ist.forEach((top, i) => {
    view.setBigUint64(TSS.IST1 + 8 * i, top, true);
  });
  // Beyond the limit: there is none.
  view.setUint16(TSS.IO_BITMAP, TSS_LIMIT + 1, true);
  return new Uint8Array(view.buffer);
}
