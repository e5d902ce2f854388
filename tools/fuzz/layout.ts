/**
 * The address space of the random programs. The two pages of code can be written, and one is mapped a second time; beside pages that
 * can be read and written there are one that can't be written, one of the supervisor, a hole, and a stack that ends where
 * addresses stop being canonical.
 */
import { type Cpu, type CpuOptions, CR4, setCr, willWritePhysical, writePhysical } from '../../src/cpu/cpu.ts';
import { KERNEL_PAGE, map, PTE, type TestMachine, testMachine, USER_PAGE } from '../../tests/cpu/bench-machine.ts';

export const CODE = 0x400000n;
export const CODE_BYTES = 0x2000;
/** The code at CPL 0, where SMEP allows it. */
export const KERNEL_CODE = 0xffffffff81000000n;
const ALIAS = 0x500000n;
const DATA = 0x600000n;
const READ_ONLY = 0x604000n;
const SUPERVISOR = 0x605000n;
const HOLE = 0x606000n;
const STACK = 0x7fffffffc000n;
export const STACK_TOP = 0x7fffffffffc0n;
/** All of memory, as the kernel has it: page tables too. */
export const DIRECT = 0xffff888000000000n;

/** Where registers point to. */
export const ADDRESSES: readonly bigint[] = [
  CODE,
  CODE + 0x1000n,
  ALIAS,
  DATA,
  DATA + 0x1000n,
  DATA + 0x2000n,
  DATA + 0x3000n,
  READ_ONLY,
  SUPERVISOR,
  HOLE,
  STACK,
  STACK + 0x3000n,
];
export const CPL0_ADDRESSES: readonly bigint[] = [
  KERNEL_CODE,
  DIRECT + 0x100000n,
  DIRECT + 0x101000n,
  DIRECT + 0x104000n,
];

/** Physical address of the first page table, the top-level one. */
export const TABLES = 0x100000;

/** Not next to each other, so that what crosses pages shows. */
export const CODE_FRAMES = [0x8000, 0x5000] as const;
const FIRST_FRAME = 0x10000;
const STACK_FRAMES = [0x1c000, 0x1d000, 0x1e000, 0x1f000] as const;
/** Physical memory that a program can reach: frames of pages, then page tables. */
export const USED: readonly (readonly [from: number, to: number])[] = [
  [0x4000, 0x20000],
  [0x100000, 0x118000],
];

export function fuzzMachine(options: Partial<CpuOptions>): TestMachine {
  const machine = testMachine({ ramBytes: 0x120000, ...options });
  const next = frames();
  const both = (linear: bigint, flags: bigint): void => {
    for (const [i, frame] of CODE_FRAMES.entries()) map(machine, linear + 0x1000n * BigInt(i), frame, flags);
  };
  both(CODE, USER_PAGE);
  both(KERNEL_CODE, KERNEL_PAGE | PTE.G);
  map(machine, ALIAS, CODE_FRAMES[0], USER_PAGE | PTE.NX);
  for (let i = 0n; i < 4n; i++) map(machine, DATA + 0x1000n * i, next(), USER_PAGE | PTE.NX);
  map(machine, READ_ONLY, next(), PTE.P | PTE.US);
  map(machine, SUPERVISOR, next(), KERNEL_PAGE);
  for (const [i, frame] of STACK_FRAMES.entries()) map(machine, STACK + 0x1000n * BigInt(i), frame, USER_PAGE);
  for (let frame = 0; frame < 0x120000; frame += 0x1000)
    map(machine, DIRECT + BigInt(frame), frame, KERNEL_PAGE | PTE.NX);
  setCr(machine.cpu, 4, BigInt(CR4.PAE | CR4.PGE | CR4.DE | CR4.FSGSBASE));
  return machine;
}

function frames(): () => number {
  let frame = FIRST_FRAME;
  return () => {
    frame += 0x1000;
    return frame - 0x1000;
  };
}

export function loadCode(cpu: Cpu, code: Uint8Array): void {
  for (const [i, frame] of CODE_FRAMES.entries())
    writePhysical(cpu, frame, code.subarray(0x1000 * i, 0x1000 * (i + 1)));
}

/** Forgets what has been decoded: every page that can be executed counts as written. */
export function forgetCode(cpu: Cpu): void {
  for (const frame of [...CODE_FRAMES, ...STACK_FRAMES]) willWritePhysical(cpu, frame, 0x1000);
}
