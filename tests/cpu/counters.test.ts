/** RDPMC: the two fixed counters, and who may read them. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CR4, getReg, run, setCpl, setReg } from '../../src/cpu/cpu.ts';
import type { CpuModel } from '../../src/isa/cpu-model.ts';
import { MAX, ZEN4 } from '../../src/isa/cpu-models.ts';
import { GPR } from '../../src/isa/insn.ts';
import { map, USER_PAGE } from './bench-machine.ts';
import { AT, CODE, enable, I, snippet } from './snippet.ts';

const test = suite('RDPMC');
const RDPMC = '0f33';
const INSTRUCTIONS = 0x40000000n;
const CYCLES = 0x40000001n;

/** Three NOPs, then RDPMC: the counter, or the vector of the fault. */
function read(index: bigint, { model = MAX as CpuModel, cpl = 0, pce = false } = {}): bigint | string {
  const machine = snippet(`${I.nop.repeat(3)}${RDPMC}`, { model });
  const { cpu } = machine;
  if (cpl === 3) map(machine, CODE, AT.code, USER_PAGE);
  if (pce) enable(cpu, 4, CR4.PCE);
  setCpl(cpu, cpl);
  setReg(cpu, GPR.RCX, index);
  const stop = run(cpu, 4);
  return stop.kind === 'fault' ? `#${stop.vector}` : (getReg(cpu, GPR.RDX) << 32n) | getReg(cpu, GPR.RAX);
}

test('counts the instructions before it, and their cycles', () => {
  assert.is(read(INSTRUCTIONS), 3n);
  // Without a cost table an instruction is a cycle; RDPMC's own comes after.
  assert.is(read(CYCLES), 3n);
});

test('a slice that is not the first counts on', () => {
  const { cpu } = snippet(`${RDPMC}${I.nop}${RDPMC}`);
  setReg(cpu, GPR.RCX, INSTRUCTIONS);
  assert.is(run(cpu, 1).kind, 'budget');
  assert.is(getReg(cpu, GPR.RAX), 0n);
  assert.is(run(cpu, 2).kind, 'budget');
  assert.is(getReg(cpu, GPR.RAX), 2n);
});

test('CPL 3 needs CR4.PCE; other counters are #GP, and so is every one of AMD', () => {
  assert.is(read(INSTRUCTIONS, { cpl: 3 }), '#13');
  assert.is(read(INSTRUCTIONS, { cpl: 3, pce: true }), 3n);
  for (const index of [0n, 1n, 0x40000002n, 0xffffffffn]) assert.is(read(index), '#13', index.toString(16));
  assert.is(read(INSTRUCTIONS, { model: ZEN4 }), '#13');
});

test.run();
