/** Faults are precise: vector, error code, CR2 and nothing else changed (SDM vol. 3, 4.7 and chapter 6). */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  CR0,
  CR4,
  getCr,
  getReg,
  getRip,
  run,
  type Stop,
  setCpl,
  setReg,
  stateBytes,
  willWritePhysical,
} from '../../src/cpu/cpu.ts';
import { withFeatures } from '../../src/isa/cpu-model.ts';
import { MAX } from '../../src/isa/cpu-models.ts';
import { GPR } from '../../src/isa/insn.ts';
import { KERNEL_PAGE, map, PTE, USER_PAGE } from './bench-machine.ts';
import { AT, CODE, DATA, enable, I, snippet } from './snippet.ts';

const test = suite('faults');

const brief = (stop: Stop): string =>
  stop.kind === 'fault'
    ? `${stop.vector}(${stop.error ?? ''})${stop.cr2 === undefined ? '' : ` at ${stop.cr2.toString(16)}`}`
    : stop.kind;

test('a push to an unmapped page changes no register', () => {
  const { cpu } = snippet(I.pushRax);
  setReg(cpu, GPR.RSP, 0x50000n);
  const before = Array.from({ length: 16 }, (_, n) => getReg(cpu, n));
  const stop = run(cpu, 1);
  assert.is(brief(stop), '14(2) at 4fff8');
  assert.equal(
    Array.from({ length: 16 }, (_, n) => getReg(cpu, n)),
    before,
  );
  assert.is(getRip(cpu), CODE);
  assert.is(getCr(cpu, 2), 0x4fff8n);
});

test('a store that crosses into an unmapped page writes nothing and names the second page', () => {
  const { cpu } = snippet(I.storeRbx);
  setReg(cpu, GPR.RDI, DATA + 0xffcn);
  setReg(cpu, GPR.RBX, ~0n);
  assert.is(brief(run(cpu, 1)), '14(2) at 31000');
  assert.equal([...cpu.ram.subarray(AT.data + 0xff8, AT.data + 0x1000)], [0, 0, 0, 0, 0, 0, 0, 0]);
});

test('accesses that cross pages read and write both', () => {
  const machine = snippet(I.storeRbx + I.loadRbx);
  map(machine, DATA + 0x1000n, 0x50000, KERNEL_PAGE);
  setReg(machine.cpu, GPR.RDI, DATA + 0xffdn);
  setReg(machine.cpu, GPR.RBX, 0x1122334455667788n);
  run(machine.cpu, 1);
  setReg(machine.cpu, GPR.RBX, 0n);
  run(machine.cpu, 1);
  assert.is(getReg(machine.cpu, GPR.RBX), 0x1122334455667788n);
  assert.is(machine.cpu.ram[0x50000], 0x55);
});

test('a non-canonical address is #GP(0), on the stack #SS(0)', () => {
  const { cpu } = snippet(I.loadRbx);
  setReg(cpu, GPR.RDI, 0x8000_0000_0000n);
  assert.is(brief(run(cpu, 1)), '13(0)');
  const stack = snippet(I.pushRax);
  setReg(stack.cpu, GPR.RSP, 0x8000_0000_0008n);
  assert.is(brief(run(stack.cpu, 1)), '12(0)');
});

/** Supervisor or user access to a page with these flags: the outcome. */
function access(code: string, cpl: number, flags: bigint, cr0: number, cr4: number, features = {}): string {
  const machine = snippet(code, { model: withFeatures(MAX, features) });
  const { cpu } = machine;
  map(machine, CODE, AT.code, cpl === 3 ? USER_PAGE : KERNEL_PAGE);
  map(machine, DATA, AT.data, flags);
  enable(cpu, 0, cr0);
  enable(cpu, 4, cr4);
  setCpl(cpu, cpl);
  return brief(run(cpu, 1));
}

test('rights of pages', () => {
  const readOnlyUser = PTE.P | PTE.US;
  assert.is(access(I.loadRbx, 3, KERNEL_PAGE, 0, 0), '14(5) at 30000');
  assert.is(access(I.storeRbx, 3, readOnlyUser, 0, 0), '14(7) at 30000');
  assert.is(access(I.loadRbx, 3, readOnlyUser, 0, 0), 'budget');
  assert.is(access(I.storeRbx, 0, PTE.P, CR0.WP, 0), '14(3) at 30000');
  assert.is(access(I.loadRbx, 0, USER_PAGE, 0, CR4.SMAP), '14(1) at 30000');
  assert.is(access(I.storeRbx, 0, USER_PAGE, 0, 0), 'budget');
  assert.is(access(I.loadRbx, 0, 0n, 0, 0), '14(0) at 30000');
  assert.is(access(I.loadRbx, 0, KERNEL_PAGE | (1n << 50n), 0, 0), '14(9) at 30000');
  assert.is(access(I.loadRbx, 0, KERNEL_PAGE | PTE.NX, 0, 0), 'budget');
  // Without the feature NX is a reserved bit.
  assert.is(access(I.loadRbx, 0, KERNEL_PAGE | PTE.NX, 0, 0, { nx: false }), '14(9) at 30000');
});

test('fetches: NX, SMEP, and the page of the running code unmapped by a CR3 switch', () => {
  const fetch = (flags: bigint, cr4: number): string => {
    const machine = snippet(I.nop);
    map(machine, CODE, AT.code, flags);
    enable(machine.cpu, 4, cr4);
    return brief(run(machine.cpu, 1));
  };
  assert.is(fetch(KERNEL_PAGE | PTE.NX, 0), '14(17) at 10000');
  assert.is(fetch(USER_PAGE, CR4.SMEP), '14(17) at 10000');
  assert.is(fetch(USER_PAGE, 0), 'budget');

  const machine = snippet(I.movCr3Rax + I.nop);
  setReg(machine.cpu, GPR.RAX, 0x3f0000n); // an empty table
  const stop = run(machine.cpu, 10);
  assert.is(brief(stop), '14(16) at 10003');
  assert.is(getRip(machine.cpu), CODE + 3n);
  assert.is(getCr(machine.cpu, 3), 0x3f0000n);
});

test('an instruction across a page whose second half is unmapped faults with CR2 there and RIP at its start', () => {
  const machine = snippet(I.nop);
  const { cpu } = machine;
  cpu.ram.set([0x48, 0x89], AT.code + 0xffe);
  setReg(cpu, GPR.RAX, CODE + 0xffen);
  cpu.ram.set([0xff, 0xe0], AT.code); // jmp *%rax
  const stop = run(cpu, 2);
  assert.is(brief(stop), '14(16) at 11000');
  assert.is(stop.kind === 'fault' && stop.rip, CODE + 0xffen);
  map(machine, CODE + 0x1000n, 0x60000, KERNEL_PAGE);
  cpu.ram.set([0xc3], 0x60000); // mov %rax, %rbx
  assert.is(brief(run(cpu, 1)), 'budget');
  assert.is(getReg(cpu, GPR.RBX), CODE + 0xffen);
});

test('a faulting instruction leaves the whole state block alone, but for CR2 and the counters', () => {
  const { cpu } = snippet(I.wrmsr);
  setReg(cpu, GPR.RCX, 0x12345n);
  run(cpu, 1);
  const before = stateBytes(cpu);
  assert.is(brief(run(cpu, 1)), '13(0)');
  assert.equal(stateBytes(cpu), before);
});

test('privileged instructions at CPL 3 are #GP(0)', () => {
  for (const code of [I.movCr3Rax, I.movRaxCr3, I.hlt, I.wrmsr, I.rdmsr, I.swapgs, I.invlpgRdi, I.movRaxDr6]) {
    const machine = snippet(code);
    map(machine, CODE, AT.code, USER_PAGE);
    setCpl(machine.cpu, 3);
    assert.is(brief(run(machine.cpu, 1)), '13(0)', code);
  }
});

test('a write beyond RAM by the CPU itself is noted at once', () => {
  const { cpu } = snippet(I.nop);
  const began = performance.now();
  for (let i = 0; i < 100; i++) willWritePhysical(cpu, 0xfffff000, 8);
  assert.ok(performance.now() - began < 1000);
});

test.run();
