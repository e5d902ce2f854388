/** 5-level paging: SDM vol. 3, 4.5, and what is canonical then (vol. 1, 3.3.7.1). */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseHexBytes } from '../../src/base/hex.ts';
import {
  type Cpu,
  CR4,
  createCpu,
  getCr,
  getReg,
  MSR,
  run,
  type Stop,
  setCr,
  setReg,
  setRip,
  translate,
  writePhysical,
} from '../../src/cpu/cpu.ts';
import { withFeatures } from '../../src/isa/cpu-model.ts';
import { MAX } from '../../src/isa/cpu-models.ts';
import { GPR } from '../../src/isa/insn.ts';
import { I, snippet } from './snippet.ts';

const test = suite('five levels');

const CODE = 0x1000n;
/** In the half of the addresses that four levels don't have. */
const FAR = 0x00ab_cdef_0123_4000n;
const FRAME = 0x9000n;
const TABLES = 0x10000n;
const FLAGS = 7n;

const quad = (value: bigint): Uint8Array => {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return bytes;
};

/** Code of CPL 0 at CODE, FAR at FRAME; tables one by one from TABLES on, the top-level one of 512 entries shared. */
function machine(code: string): Cpu {
  const cpu = createCpu({ ramBytes: 0x20000, pagingLevels: 5 });
  let next = TABLES + 0x1000n;
  const map = (linear: bigint, physical: bigint): void => {
    let table = TABLES;
    for (const shift of [48n, 39n, 30n, 21n]) {
      const at = table + 8n * ((linear >> shift) & 0x1ffn);
      writePhysical(cpu, Number(at), quad(next | FLAGS));
      table = next;
      next += 0x1000n;
    }
    writePhysical(cpu, Number(table + 8n * ((linear >> 12n) & 0x1ffn)), quad(physical | FLAGS));
  };
  map(CODE, CODE);
  map(FAR, FRAME);
  setCr(cpu, 3, TABLES);
  writePhysical(cpu, Number(CODE), parseHexBytes(code)!);
  writePhysical(cpu, Number(FRAME), quad(0x1234n));
  setRip(cpu, CODE);
  return cpu;
}

const vector = (stop: Stop): number | string => (stop.kind === 'fault' ? stop.vector : stop.kind);

test('an address of 57 bits is read through five tables, and marked in each', () => {
  const cpu = machine(I.loadRbx + I.hlt);
  setReg(cpu, GPR.RDI, FAR);
  assert.is(run(cpu, 2).kind, 'halt');
  assert.is(getReg(cpu, GPR.RBX), 0x1234n);
  const top = new DataView(cpu.ram.buffer, cpu.ram.byteOffset, cpu.ram.length);
  const ACCESSED = 0x20n;
  assert.is(top.getBigUint64(Number(TABLES + 8n * (FAR >> 48n)), true) & ACCESSED, ACCESSED);
  assert.is(translate(cpu, FAR, 'read'), Number(FRAME));
});

test('what is not present, reserved or not canonical is said of the fifth level too', () => {
  const reading = (linear: bigint, entry?: bigint): Stop => {
    const cpu = machine(I.loadRbx);
    if (entry !== undefined) writePhysical(cpu, Number(TABLES + 8n * (FAR >> 48n)), quad(entry));
    setReg(cpu, GPR.RDI, linear);
    return run(cpu, 1);
  };
  const fault = (stop: Stop): unknown => (stop.kind === 'fault' ? [stop.vector, stop.error, stop.cr2] : stop.kind);
  assert.equal(fault(reading(0x00ff_0000_0000_0000n)), [14, 0, 0x00ff_0000_0000_0000n]);
  // PS in a PML5E.
  assert.equal(fault(reading(FAR, TABLES | FLAGS | 0x80n)), [14, 9, FAR]);
  assert.equal(fault(reading(0xff00_0000_0000_0000n)), [14, 0, 0xff00_0000_0000_0000n]);
  for (const linear of [0x0100_0000_0000_0000n, 0xfeff_ffff_ffff_ffffn])
    assert.equal(fault(reading(linear)), [13, 0, undefined]);
});

test('a jump goes where the paging mode has addresses', () => {
  const jump = 'ffe0'; // jmp *%rax
  const to = (cpu: Cpu, target: bigint): number | string => {
    setReg(cpu, GPR.RAX, target);
    return vector(run(cpu, 1));
  };
  assert.is(to(machine(jump), FAR), 'budget');
  assert.is(to(machine(jump), 0x0100_0000_0000_0000n), 13);
  assert.is(to(snippet(jump).cpu, FAR), 13);
});

test('bases and MSRs take what the CPU has, whatever the paging mode is', () => {
  const write = (features: { readonly la57: boolean }): number | string => {
    const { cpu } = snippet(I.wrmsr, { model: withFeatures(MAX, features) });
    setReg(cpu, GPR.RCX, BigInt(MSR.KERNEL_GS_BASE));
    setReg(cpu, GPR.RAX, FAR & 0xffffffffn);
    setReg(cpu, GPR.RDX, FAR >> 32n);
    return vector(run(cpu, 1));
  };
  assert.is(write({ la57: true }), 'budget');
  assert.is(write({ la57: false }), 13);
});

test('CR4.LA57 cannot change in 64-bit mode', () => {
  const toggle = (cpu: Cpu): number | string => {
    setReg(cpu, GPR.RAX, getCr(cpu, 4) ^ BigInt(CR4.LA57));
    return vector(run(cpu, 1));
  };
  assert.is(toggle(machine(I.movCr4Rax)), 13);
  assert.is(toggle(snippet(I.movCr4Rax).cpu), 13);
});

test.run();
