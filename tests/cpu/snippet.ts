/** Small programs as bytes, on the test machine at CPL 0: code at CODE, stack below STACK, data at DATA. */
import { parseHexBytes } from '../../src/base/hex.ts';
import { type Cpu, type CpuOptions, getCr, setCr, setReg, setRip, writePhysical } from '../../src/cpu/cpu.ts';
import { GPR } from '../../src/isa/insn.ts';
import { KERNEL_PAGE, map, type TestMachine, testMachine } from './bench-machine.ts';

export const CODE = 0x10000n;
export const STACK = 0x21000n;
export const DATA = 0x30000n;
/** Physical addresses of the three pages. */
export const AT = { code: 0x10000, stack: 0x20000, data: 0x30000 } as const;

/** Instructions by name, so that tests read as programs; bytes as GNU as makes them. */
export const I = {
  nop: '90',
  hlt: 'f4',
  pushRax: '50',
  popRax: '58',
  movCr3Rax: '0f22d8',
  movRaxCr3: '0f20d8',
  movCr4Rax: '0f22e0',
  movCr0Rax: '0f22c0',
  /** mov (%rdi), %rbx */
  loadRbx: '488b1f',
  /** mov %rbx, (%rdi) */
  storeRbx: '48891f',
  invlpgRdi: '0f013f',
  /** invpcid (%rsi), %rcx */
  invpcid: '660f38820e',
  rdtsc: '0f31',
  clflushRdi: '0fae3f',
  rdmsr: '0f32',
  wrmsr: '0f30',
  swapgs: '0f01f8',
  movRaxDr6: '0f21f0',
  movRaxDr4: '0f21e0',
  movDr7Rax: '0f23f8',
  rdgsbaseRax: 'f3480faec8',
  ud2: '0f0b',
} as const;

export function snippet(code: string, options: Partial<CpuOptions> = {}): TestMachine {
  const machine = testMachine(options);
  const { cpu } = machine;
  map(machine, CODE, AT.code, KERNEL_PAGE);
  map(machine, STACK - 0x1000n, AT.stack, KERNEL_PAGE);
  map(machine, DATA, AT.data, KERNEL_PAGE);
  load(cpu, code);
  setReg(cpu, GPR.RSP, STACK);
  setReg(cpu, GPR.RDI, DATA);
  return machine;
}

/** Puts the program at CODE and RIP before it. */
export function load(cpu: Cpu, code: string, physical: number = AT.code): void {
  writePhysical(cpu, physical, parseHexBytes(code)!);
  setRip(cpu, CODE);
}

export const enable = (cpu: Cpu, cr: number, bits: number): void => setCr(cpu, cr, getCr(cpu, cr) | BigInt(bits >>> 0));
