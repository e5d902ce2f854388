/** Several vCPUs over one memory: registers and TLBs of their own, RAM and code in common, all of them in a checkpoint. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseHexBytes } from '../../src/base/hex.ts';
import {
  addVcpu,
  type Cpu,
  checkpoint,
  getReg,
  getRip,
  raiseNmi,
  restore,
  run,
  selectedVcpu,
  selectVcpu,
  setReg,
  setRip,
  tlbEntries,
  vcpuCount,
  writePhysical,
} from '../../src/cpu/cpu.ts';
import { GPR } from '../../src/isa/insn.ts';
import { KERNEL_PAGE, map } from './bench-machine.ts';
import { handlerOf, setGate, withHandlers } from './handlers.ts';
import { random } from './random.ts';
import { AT, CODE, DATA, snippet } from './snippet.ts';
import { get64 } from './tables.ts';

const test = suite('vCPUs');

/** mov $1,%eax; xchg %eax,(%rdi); test %eax,%eax; jnz to the start; mov 8(%rdi),%rcx; inc %rcx; mov %rcx,8(%rdi); movl $0,(%rdi); dec %rsi; jnz; hlt */
const SPINLOCK = 'b801000000 8707 85c0 75f5 488b4f08 48ffc1 48894f08 c70700000000 48ffce 75df f4';

const ROUNDS = 200n;
/** A page of RAM that nothing uses. */
const SPARE = 0x31000;

function counting(vcpus: number): Cpu {
  const { cpu } = snippet(SPINLOCK);
  setReg(cpu, GPR.RSI, ROUNDS);
  while (vcpuCount(cpu) < vcpus) addVcpu(cpu);
  return cpu;
}

/** Random turns, until all have halted. */
function interleave(cpu: Cpu, seed: number): void {
  const draw = random(seed);
  const halted = new Set<number>();
  for (let turn = 0; halted.size < vcpuCount(cpu); turn++) {
    assert.ok(turn < 100_000, 'they come to an end');
    selectVcpu(cpu, draw.below(vcpuCount(cpu)));
    if (!halted.has(selectedVcpu(cpu)) && run(cpu, 1 + draw.below(12)).kind === 'halt') halted.add(selectedVcpu(cpu));
  }
}

test('a spinlock keeps a counter right, however the turns fall', () => {
  for (const seed of [1, 2, 3]) {
    const cpu = counting(3);
    interleave(cpu, seed);
    assert.is(get64(cpu, AT.data + 8), 3n * ROUNDS);
  }
});

test('without the lock increments get lost: the turns do interleave', () => {
  const cpu = counting(3);
  // XCHG becomes MOV from memory, which finds the lock free or waits for it and never takes it.
  writePhysical(cpu, AT.code + 5, parseHexBytes('8b07')!);
  writePhysical(cpu, AT.code + 22, parseHexBytes('909090909090')!);
  interleave(cpu, 1);
  const counted = get64(cpu, AT.data + 8);
  assert.ok(counted < 3n * ROUNDS && counted >= ROUNDS, `${counted}`);
});

test('registers are each one’s own, and so are counters', () => {
  const { cpu } = snippet('48ffc0 ebfb');
  const other = addVcpu(cpu);
  assert.is(other, 1);
  run(cpu, 10);
  const rax = getReg(cpu, GPR.RAX);
  selectVcpu(cpu, other);
  assert.is(getRip(cpu), CODE);
  run(cpu, 20);
  assert.is(getReg(cpu, GPR.RAX), rax + 5n);
  selectVcpu(cpu, 0);
  assert.is(getReg(cpu, GPR.RAX), rax);
  assert.throws(() => selectVcpu(cpu, 2), /no vCPU 2/);
});

test('a translation that one has dropped another still uses, until it drops it too', () => {
  // mov (%rdi), %rax; invlpg (%rdi); mov (%rdi), %rbx; hlt
  const machine = snippet('488b07 0f013f 488b1f f4');
  const { cpu } = machine;
  const before = get64(cpu, AT.data);
  const other = addVcpu(cpu);
  run(cpu, 1);
  selectVcpu(cpu, other);
  assert.is(tlbEntries(cpu).length, 0);
  run(cpu, 1);
  map(machine, DATA, SPARE, KERNEL_PAGE);
  writePhysical(cpu, SPARE, parseHexBytes('2a00000000000000')!);
  run(cpu, 2);
  assert.is(getReg(cpu, GPR.RBX), 0x2an, 'INVLPG has been executed here');
  selectVcpu(cpu, 0);
  // From before the INVLPG to behind it.
  setRip(cpu, CODE + 6n);
  run(cpu, 1);
  assert.is(getReg(cpu, GPR.RBX), before, 'nobody has told this one');
  setRip(cpu, CODE + 3n);
  run(cpu, 2);
  assert.is(getReg(cpu, GPR.RBX), 0x2an);
});

test('code that one overwrites runs anew on the other', () => {
  const { cpu } = snippet('48ffc0 ebfb');
  const other = addVcpu(cpu);
  run(cpu, 10);
  selectVcpu(cpu, other);
  run(cpu, 10);
  writePhysical(cpu, AT.code, parseHexBytes('48ffc8')!);
  const after = getReg(cpu, GPR.RAX);
  run(cpu, 2);
  assert.is(getReg(cpu, GPR.RAX), after - 1n);
  selectVcpu(cpu, 0);
  const mine = getReg(cpu, GPR.RAX);
  run(cpu, 2);
  assert.is(getReg(cpu, GPR.RAX), mine - 1n);
});

test('an NMI goes to the one that was selected when it was raised', () => {
  const { cpu } = withHandlers('ebfe');
  setGate(cpu, 2);
  const other = addVcpu(cpu);
  raiseNmi(cpu);
  selectVcpu(cpu, other);
  assert.is(run(cpu, 5).kind, 'budget');
  selectVcpu(cpu, 0);
  assert.is(run(cpu, 5).kind, 'halt');
  assert.is(getRip(cpu), handlerOf(2) + 1n);
});

function counted(cpu: Cpu, number: number): bigint {
  selectVcpu(cpu, number);
  return getReg(cpu, GPR.RCX);
}

test('a checkpoint has all of them', () => {
  const cpu = counting(3);
  selectVcpu(cpu, 1);
  run(cpu, 50);
  const start = checkpoint(cpu);
  interleave(cpu, 7);
  const end = [0, 1, 2].map((n) => counted(cpu, n));
  restore(cpu, start);
  assert.is(selectedVcpu(cpu), 1);
  interleave(cpu, 7);
  assert.equal(
    [0, 1, 2].map((n) => counted(cpu, n)),
    end,
  );
});

test.run();
