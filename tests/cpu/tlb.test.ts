/** The TLB: what MOV to CR3, INVLPG, INVPCID and CR4 changes drop and keep (SDM vol. 3, 4.10.4.1). */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type Cpu,
  CR4,
  counters,
  getReg,
  prefill,
  run,
  setCr,
  setReg,
  tlbEntries,
  writePhysical,
} from '../../src/cpu/cpu.ts';
import { withFeatures } from '../../src/isa/cpu-model.ts';
import { MAX } from '../../src/isa/cpu-models.ts';
import { GPR } from '../../src/isa/insn.ts';
import { KERNEL_PAGE, map, newRoot, PTE, type TestMachine } from './bench-machine.ts';
import { AT, CODE, DATA, enable, I, load, STACK, snippet } from './snippet.ts';

const test = suite('tlb');
const NO_FLUSH = 1n << 63n;
const OTHER = 0x40000;

const quad = (value: bigint): Uint8Array => {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return bytes;
};

/** A second address space whose DATA page holds 2 where the first one's holds 1; PCIDs on. */
function twoSpaces(code: string): { machine: TestMachine; first: bigint; second: bigint } {
  const machine = snippet(code);
  const { cpu } = machine;
  const root = newRoot(machine);
  map(machine, CODE, AT.code, KERNEL_PAGE, root);
  map(machine, STACK - 0x1000n, AT.stack, KERNEL_PAGE, root);
  map(machine, DATA, OTHER, KERNEL_PAGE, root);
  writePhysical(cpu, AT.data, quad(1n));
  writePhysical(cpu, OTHER, quad(2n));
  enable(cpu, 4, CR4.PCIDE);
  const first = BigInt(machine.root) | 1n;
  setCr(cpu, 3, first);
  return { machine, first, second: BigInt(root) | 2n };
}

const entriesFor = (cpu: Cpu, linear: bigint): number[] =>
  tlbEntries(cpu)
    .filter((entry) => entry.linear === linear)
    .map((entry) => entry.pcid);

test('a switch of CR3 with bit 63 keeps the entries of both PCIDs', () => {
  const { machine, first, second } = twoSpaces(I.loadRbx + I.movCr3Rax + I.loadRbx + I.hlt);
  const { cpu } = machine;
  setReg(cpu, GPR.RAX, second | NO_FLUSH);
  assert.equal(run(cpu, 10), { kind: 'halt' });
  assert.is(getReg(cpu, GPR.RBX), 2n);
  assert.equal(entriesFor(cpu, DATA), [1, 2]);
  load(cpu, I.movCr3Rax + I.loadRbx + I.hlt);
  setReg(cpu, GPR.RAX, first | NO_FLUSH);
  const before = counters(cpu).tlbFilled;
  run(cpu, 10);
  assert.is(getReg(cpu, GPR.RBX), 1n);
  assert.is(counters(cpu).tlbFilled, before);
  const { cr3Writes, cr3Flushing, tlbDropped } = counters(cpu);
  assert.equal({ cr3Writes, cr3Flushing, tlbDropped }, { cr3Writes: 2, cr3Flushing: 0, tlbDropped: 0 });
});

test('without bit 63 the entries of the new PCID go, those of the old one stay', () => {
  const { machine, first, second } = twoSpaces(I.movCr3Rax + I.hlt);
  const { cpu } = machine;
  prefill(cpu, first, [DATA, CODE]);
  prefill(cpu, second, [DATA, CODE, STACK - 8n]);
  setReg(cpu, GPR.RAX, second);
  run(cpu, 10);
  assert.equal(entriesFor(cpu, DATA), [1]);
  assert.equal(entriesFor(cpu, CODE), [1, 2]); // the fetch after the switch has filled it again
  assert.is(counters(cpu).tlbDropped, 3);
  assert.is(counters(cpu).cr3Flushing, 1);
});

test('bit 63 without CR4.PCIDE is #GP(0) with nothing changed', () => {
  const { cpu } = snippet(I.movCr3Rax);
  setReg(cpu, GPR.RAX, 0x100000n | NO_FLUSH);
  assert.equal(run(cpu, 1), {
    kind: 'fault',
    vector: 13,
    error: 0,
    detail: 'CR3 bit 63 set while CR4.PCIDE = 0 (SDM vol. 3, 4.10.4.1)',
    rip: CODE,
  });
  assert.is(counters(cpu).cr3Writes, 0);
});

test('a missing flush shows as a stale translation under keep, and not under none', () => {
  for (const [tlb, want] of [
    ['keep', 1n],
    ['none', 2n],
  ] as const) {
    const machine = snippet(I.loadRbx + I.loadRbx + I.hlt, { tlb });
    const { cpu } = machine;
    writePhysical(cpu, AT.data, quad(1n));
    writePhysical(cpu, OTHER, quad(2n));
    run(cpu, 1);
    map(machine, DATA, OTHER, KERNEL_PAGE);
    run(cpu, 1);
    assert.is(getReg(cpu, GPR.RBX), want, tlb);
  }
});

test('INVLPG drops the page, global or not, and nothing else', () => {
  const machine = snippet(I.loadRbx + I.invlpgRdi + I.loadRbx + I.hlt);
  const { cpu } = machine;
  enable(cpu, 4, CR4.PGE);
  map(machine, DATA, AT.data, KERNEL_PAGE | PTE.G);
  writePhysical(cpu, OTHER, quad(2n));
  run(cpu, 1);
  map(machine, DATA, OTHER, KERNEL_PAGE);
  run(cpu, 10);
  assert.is(getReg(cpu, GPR.RBX), 2n);
  assert.is(counters(cpu).tlbDropped, 1);
});

test('global entries outlive MOV to CR3, and fall to a change of CR4.PGE', () => {
  const machine = snippet(I.loadRbx + I.movCr3Rax + I.hlt);
  const { cpu } = machine;
  enable(cpu, 4, CR4.PGE);
  map(machine, DATA, AT.data, KERNEL_PAGE | PTE.G);
  setReg(cpu, GPR.RAX, BigInt(machine.root));
  run(cpu, 10);
  assert.equal(entriesFor(cpu, DATA), [0]);
  load(cpu, I.movCr4Rax + I.hlt);
  setReg(cpu, GPR.RAX, BigInt(CR4.PAE));
  run(cpu, 10);
  assert.equal(entriesFor(cpu, DATA), []);
});

test('INVPCID: an address, a context, everything, everything but global pages', () => {
  const outcome = (type: bigint, pcid: bigint): string => {
    const { machine, first, second } = twoSpaces(I.invpcid + I.hlt);
    const { cpu } = machine;
    prefill(cpu, first, [DATA, STACK - 8n]);
    prefill(cpu, second, [DATA, STACK - 8n]);
    writePhysical(cpu, AT.data + 0x100, quad(pcid));
    writePhysical(cpu, AT.data + 0x108, quad(DATA));
    setReg(cpu, GPR.RSI, DATA + 0x100n);
    setReg(cpu, GPR.RCX, type);
    assert.equal(run(cpu, 1), { kind: 'budget' });
    return `data ${entriesFor(cpu, DATA)} stack ${entriesFor(cpu, STACK - 0x1000n)}`;
  };
  assert.is(outcome(0n, 2n), 'data 1 stack 1,2');
  assert.is(outcome(1n, 2n), 'data 1 stack 1');
  assert.is(outcome(2n, 0n), 'data  stack ');
  assert.is(outcome(3n, 0n), 'data  stack ');
});

test('INVPCID with a bad type or descriptor is #GP(0), and #UD on a CPU without', () => {
  const fault = (type: bigint, descriptor: bigint, invpcid = true): number | string => {
    const { cpu } = snippet(I.invpcid, { model: withFeatures(MAX, { invpcid }) });
    writePhysical(cpu, AT.data, quad(descriptor));
    setReg(cpu, GPR.RSI, DATA);
    setReg(cpu, GPR.RCX, type);
    const stop = run(cpu, 1);
    return stop.kind === 'fault' ? stop.vector : stop.kind;
  };
  assert.is(fault(4n, 0n), 13);
  assert.is(fault(0n, 1n << 12n), 13);
  assert.is(fault(1n, 5n), 13); // another PCID than 0 without CR4.PCIDE
  assert.is(fault(1n, 0n), 'budget');
  assert.is(fault(1n, 0n, false), 6);
});

test('SMEP 0→1 drops the current PCID; setting PCIDE with CR3[11:0] nonzero is #GP(0)', () => {
  const { machine, first, second } = twoSpaces(I.movCr4Rax + I.hlt);
  const { cpu } = machine;
  prefill(cpu, first, [DATA]);
  prefill(cpu, second, [DATA]);
  setReg(cpu, GPR.RAX, BigInt(CR4.PAE | CR4.PCIDE | CR4.SMEP));
  run(cpu, 10);
  assert.equal(entriesFor(cpu, DATA), [2]);

  const other = snippet(I.movCr4Rax);
  setCr(other.cpu, 3, BigInt(other.root) | 8n);
  setReg(other.cpu, GPR.RAX, BigInt(CR4.PAE | CR4.PCIDE));
  const stop = run(other.cpu, 1);
  assert.is(stop.kind === 'fault' && stop.vector, 13);
});

test('a walk and a flush cost what the table says, exactly at RDTSC', () => {
  const cost = { name: 'test', cycles: () => 3, tlbMiss: 100, cacheMiss: 1000, cr3Flush: 7 };
  const machine = snippet(I.loadRbx + I.loadRbx + I.rdtsc + I.hlt, { cost });
  run(machine.cpu, 10);
  // The fetch and the first load walk.
  assert.is(getReg(machine.cpu, GPR.RAX), 206n);
  load(machine.cpu, I.clflushRdi + I.loadRbx + I.loadRbx + I.rdtsc + I.hlt);
  const before = counters(machine.cpu).cycles;
  run(machine.cpu, 10);
  assert.is(getReg(machine.cpu, GPR.RAX) - before, 1009n);
  load(machine.cpu, I.movCr3Rax + I.rdtsc + I.hlt);
  setReg(machine.cpu, GPR.RAX, BigInt(machine.root));
  const later = counters(machine.cpu).cycles;
  run(machine.cpu, 10);
  assert.is(getReg(machine.cpu, GPR.RAX) - later, 3n + 7n + 100n);
});

test('none walks always', () => {
  const { cpu } = snippet(I.loadRbx + I.loadRbx + I.hlt, { tlb: 'none' });
  run(cpu, 10);
  assert.equal(tlbEntries(cpu), []);
  assert.is(counters(cpu).tlbFilled, 0);
});

test.run();
