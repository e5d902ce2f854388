/** XGETBV and XSETBV: who may, what is legal, and that CR4.OSXSAVE needs a CPU with XSAVE. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CR4, getReg, run, setReg } from '../../src/cpu/cpu.ts';
import { withFeatures } from '../../src/isa/cpu-model.ts';
import { MAX } from '../../src/isa/cpu-models.ts';
import { GPR } from '../../src/isa/insn.ts';
import { enable, I, snippet } from './snippet.ts';

const test = suite('XCR0');
const XGETBV = '0f01d0';
const XSETBV = '0f01d1';

/** XSETBV of EDX:EAX into XCR[ECX], then XGETBV and HLT; the vector, or what was read. */
function write(value: bigint, { index = 0n, osxsave = true } = {}): number | bigint {
  const { cpu } = snippet(`${XSETBV}${XGETBV}${I.hlt}`);
  if (osxsave) enable(cpu, 4, CR4.OSXSAVE);
  setReg(cpu, GPR.RAX, (value & 0xffffffffn) | (0xdeadn << 32n));
  setReg(cpu, GPR.RDX, value >> 32n);
  setReg(cpu, GPR.RCX, index);
  const stop = run(cpu, 10);
  if (stop.kind === 'fault') return stop.vector;
  assert.is(stop.kind, 'halt');
  return (getReg(cpu, GPR.RDX) << 32n) | getReg(cpu, GPR.RAX);
}

test('x87 cannot be left out, SSE can, and there is nothing else', () => {
  assert.is(write(1n), 1n);
  assert.is(write(3n), 3n);
  for (const value of [0n, 2n, 4n, 7n, 1n | (1n << 63n)]) assert.is(write(value), 13, value.toString(16));
  assert.is(write(1n, { index: 1n }), 13);
});

test('without CR4.OSXSAVE both are #UD, and without XSAVE CR4.OSXSAVE is reserved', () => {
  assert.is(write(1n, { osxsave: false }), 6);
  const write4 = (xsave: boolean): string | number => {
    const { cpu } = snippet(`${I.movCr4Rax}${I.hlt}`, { model: withFeatures(MAX, { xsave }) });
    setReg(cpu, GPR.RAX, BigInt(CR4.PAE | CR4.OSXSAVE));
    const stop = run(cpu, 10);
    return stop.kind === 'fault' ? stop.vector : stop.kind;
  };
  assert.is(write4(true), 'halt');
  assert.is(write4(false), 13);
});

test.run();
