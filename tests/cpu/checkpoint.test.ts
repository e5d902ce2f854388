/** Checkpoints: state and memory come back whole, in any order, and running on from one repeats what was. */
import { createHash } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type Checkpoint,
  type Cpu,
  checkpoint,
  getReg,
  restore,
  run,
  setCpl,
  setFlags,
  setReg,
  setRip,
  stateBytes,
  writePhysical,
} from '../../src/cpu/cpu.ts';
import { GPR } from '../../src/isa/insn.ts';
import { KERNEL_PAGE, map, testMachine } from './bench-machine.ts';
import { random } from './random.ts';
import { AT, CODE, I, snippet } from './snippet.ts';

const test = suite('checkpoints');

const hash = (cpu: Cpu): string => createHash('sha1').update(stateBytes(cpu)).update(cpu.ram).digest('hex');

/** A loop that pushes, writes to memory here and there, flushes lines and the TLB. */
const PROGRAM = `488b174803034889044f${I.clflushRdi}48ffc1${I.pushRax}${I.popRax}${I.invlpgRdi}4881e1ff0f0000ebe2`;

function program(): Cpu {
  const machine = snippet(PROGRAM);
  for (let i = 1n; i < 4n; i++) map(machine, 0x30000n + i * 0x1000n, AT.data + Number(i) * 0x1000, KERNEL_PAGE);
  setReg(machine.cpu, 3, 0x30000n);
  return machine.cpu;
}

test('random positions: restoring gives back the hash, and running on gives the same future', () => {
  const cpu = program();
  const r = random(1);
  const taken: { at: Checkpoint; hash: string; budget: number; future: string }[] = [];
  for (let i = 0; i < 12; i++) {
    run(cpu, r.below(300));
    const at = checkpoint(cpu);
    const before = hash(cpu);
    const budget = 1 + r.below(200);
    run(cpu, budget);
    taken.push({ at, hash: before, budget, future: hash(cpu) });
  }
  assert.ok(new Set(taken.map((t) => t.hash)).size > 6);
  for (let i = 0; i < 60; i++) {
    const chosen = taken[r.below(taken.length)]!;
    restore(cpu, chosen.at);
    assert.is(hash(cpu), chosen.hash);
    run(cpu, chosen.budget);
    assert.is(hash(cpu), chosen.future);
  }
});

test('a checkpoint before code is modified brings the old code back', () => {
  // movb %cl, (%rdi) hits the ModRM of inc %rax behind it.
  const { cpu } = snippet('48ffc0880febf9');
  setReg(cpu, 1, 0xc8n);
  setReg(cpu, 7, CODE + 2n);
  run(cpu, 1);
  const at = checkpoint(cpu);
  run(cpu, 3);
  assert.is(cpu.ram[AT.code + 2], 0xc8);
  restore(cpu, at);
  assert.is(cpu.ram[AT.code + 2], 0xc0);
  setRip(cpu, CODE);
  const before = getReg(cpu, GPR.RAX);
  run(cpu, 1);
  assert.is(getReg(cpu, GPR.RAX), before + 1n);
});

test('1000 pages of random bytes stop within their budget, at CPL 0 and 3, and restore', () => {
  const r = random(2026);
  for (const cpl of [0, 3]) {
    const machine = testMachine();
    const { cpu } = machine;
    for (let page = 0; page < 16; page++) {
      map(machine, BigInt(page * 0x1000), page * 0x1000, KERNEL_PAGE | 4n);
    }
    setCpl(cpu, cpl);
    const start = checkpoint(cpu);
    const kinds = new Set<string>();
    for (let i = 0; i < 500; i++) {
      restore(cpu, start);
      for (let n = 0; n < 16; n++) setReg(cpu, n, BigInt(r.below(0x10000)));
      setFlags(cpu, BigInt(r.below(0x1000)));
      const page = i & 15;
      writePhysical(cpu, page * 0x1000, r.bytes(0x1000));
      setRip(cpu, BigInt(page * 0x1000 + r.below(0x800)));
      kinds.add(run(cpu, 2000).kind);
    }
    assert.ok(kinds.has('fault'));
    assert.ok([...kinds].every((kind) => ['budget', 'halt', 'fault', 'not-modelled'].includes(kind)));
  }
});

test.run();
