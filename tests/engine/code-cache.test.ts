/** Cached code: self-modifying, through another mapping, in the middle of a block; bounds; code beside data. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseHexBytes } from '../../src/base/hex.ts';
import {
  checkpoint,
  counters,
  getReg,
  getRip,
  run,
  setReg,
  setRip,
  uopsAt,
  writeLinear,
  writePhysical,
} from '../../src/cpu/cpu.ts';
import * as L from '../../src/engine/layout.ts';
import { GPR } from '../../src/isa/insn.ts';
import { KERNEL_PAGE, map } from '../cpu/bench-machine.ts';
import { AT, CODE, DATA, I, load, snippet } from '../cpu/snippet.ts';

const test = suite('code cache');

/** movb %cl, (%rdi) */
const STORE_CL = '880f';
const INC_RAX = '48ffc0';
const DEC_RAX_TAIL = 0xc8;

test('a store into the next instruction takes effect at once', () => {
  // The ModRM byte of inc %rax becomes the one of dec %rax.
  const { cpu } = snippet(STORE_CL + INC_RAX + I.hlt);
  setReg(cpu, GPR.RDI, CODE + 4n);
  setReg(cpu, GPR.RCX, BigInt(DEC_RAX_TAIL));
  setReg(cpu, GPR.RAX, 10n);
  assert.equal(run(cpu, 10), { kind: 'halt' });
  assert.is(getReg(cpu, GPR.RAX), 9n);
});

test('so does one through another mapping of the page, after the code has run', () => {
  const machine = snippet(`${INC_RAX}${STORE_CL}ebf9`); // jmp to the start
  const { cpu } = machine;
  map(machine, 0x70000n, AT.code, KERNEL_PAGE);
  setReg(cpu, GPR.RDI, 0x70002n);
  setReg(cpu, GPR.RCX, 0xc0n);
  run(cpu, 3 * 100);
  assert.is(getReg(cpu, GPR.RAX), 100n);
  setReg(cpu, GPR.RCX, BigInt(DEC_RAX_TAIL));
  run(cpu, 3); // inc, store, jump
  run(cpu, 3 * 50);
  assert.is(getReg(cpu, GPR.RAX), 51n);
});

test('data on the page of the code is written without dropping the code', () => {
  const { cpu } = snippet(`${I.storeRbx}48ffc875f8${I.hlt}`); // dec %rax; jnz
  setReg(cpu, GPR.RDI, CODE + 0x800n);
  setReg(cpu, GPR.RAX, 1000n);
  setReg(cpu, GPR.RBX, 7n);
  run(cpu, 10);
  const before = cpu.code.next;
  assert.equal(run(cpu, 10000), { kind: 'halt' });
  assert.is(cpu.code.next - before <= 2 * L.RECORD_BYTES, true);
  assert.is(cpu.ram[AT.code + 0x800], 7);
});

test('a debugger or a loader that writes code is heard too', () => {
  const { cpu } = snippet(INC_RAX + I.hlt);
  run(cpu, 2);
  writeLinear(cpu, CODE, parseHexBytes('48ffc8')!);
  setRip(cpu, CODE);
  run(cpu, 2);
  assert.is(getReg(cpu, GPR.RAX), 0n);
  writePhysical(cpu, AT.code, parseHexBytes(INC_RAX)!);
  setRip(cpu, CODE);
  run(cpu, 2);
  assert.is(getReg(cpu, GPR.RAX), 1n);
});

test('more code than the cache holds', () => {
  const machine = snippet(I.nop);
  const { cpu } = machine;
  const pages = L.CODE_TABLE_COUNT + 20;
  const first = 0x200000;
  // Each page: inc %rax; jmp to the next page.
  for (let i = 0; i < pages; i++) {
    map(machine, BigInt(first + i * 0x1000), first + i * 0x1000, KERNEL_PAGE);
    cpu.ram.set(parseHexBytes(`${INC_RAX}e9f80f0000`)!, first + i * 0x1000);
  }
  cpu.ram.set(parseHexBytes(I.hlt)!, first + (pages - 1) * 0x1000);
  for (let round = 1; round <= 2; round++) {
    setRip(cpu, BigInt(first));
    assert.equal(run(cpu, 10 * pages), { kind: 'halt' });
    assert.is(getReg(cpu, GPR.RAX), BigInt(round * (pages - 1)));
  }
});

test('code rewritten again and again stays bounded', () => {
  const { cpu } = snippet(I.nop);
  for (let i = 0; i < 20000; i++) {
    load(cpu, i & 1 ? INC_RAX + I.hlt : I.nop + I.hlt);
    run(cpu, 2);
  }
  assert.is(getReg(cpu, GPR.RAX), 10000n);
  assert.ok(cpu.code.next <= L.RECORDS_END);
});

test('more instructions than there is room for records, in one run', () => {
  const machine = snippet(I.nop);
  const { cpu } = machine;
  const pages = 12;
  const first = 0x200000;
  for (let i = 0; i < pages; i++) map(machine, BigInt(first + i * 0x1000), first + i * 0x1000, KERNEL_PAGE);
  const length = pages * 0x1000;
  assert.ok(length * L.RECORD_BYTES > L.RECORDS_END - L.RECORDS);
  cpu.ram.fill(0x90, first, first + length);
  // Every 64 bytes: inc %rax. At the end: a jump to the start.
  for (let at = first; at < first + length; at += 64) cpu.ram.set(parseHexBytes(INC_RAX)!, at);
  const back = Buffer.alloc(4);
  back.writeInt32LE(-length);
  cpu.ram.set([0xe9, ...back], first + length - 5);
  setRip(cpu, BigInt(first));
  const insns = length - (length / 64) * 2 - 4;
  assert.equal(run(cpu, 3 * insns), { kind: 'budget' });
  assert.is(getReg(cpu, GPR.RAX), BigInt((3 * length) / 64));
  assert.is(getRip(cpu), BigInt(first));
});

test('code and data in neighbouring lines: nothing is decoded twice', () => {
  for (const fuse of [true, false]) {
    const { cpu } = snippet(`${I.storeRbx}48ffc875f8${I.hlt}`, { fuse });
    for (const at of [0x40n, 0xff8n, 0x7cn]) {
      setRip(cpu, CODE);
      setReg(cpu, GPR.RDI, CODE + at);
      setReg(cpu, GPR.RAX, 1000n);
      assert.equal(run(cpu, 10000), { kind: 'halt' });
    }
    const records = cpu.code.next;
    setRip(cpu, CODE);
    setReg(cpu, GPR.RAX, 1000n);
    run(cpu, 10000);
    assert.is(cpu.code.next, records);
    // One in the code's own line drops it each time.
    setReg(cpu, GPR.RDI, CODE + 0x38n);
    setRip(cpu, CODE);
    setReg(cpu, GPR.RAX, 10n);
    assert.equal(run(cpu, 10000), { kind: 'halt' });
    assert.ok(cpu.code.next >= records + 10 * 2 * L.RECORD_BYTES);
  }
});

test('pages of code and pages that a checkpoint needs have no fast write tag', () => {
  const { cpu } = snippet(`${I.storeRbx}ebfb`);
  const granted = (linear: bigint): boolean => {
    const entry = L.WRITE_TLB + 16 * Number((linear >> 12n) & BigInt(L.FAST_ENTRIES - 1));
    return cpu.engine.u64[entry >> 3] === (linear | cpu.engine.u64[L.WRITE_KEY >> 3]!);
  };
  run(cpu, 10);
  assert.is(granted(DATA), true);
  checkpoint(cpu);
  assert.is(granted(DATA), false);
  run(cpu, 10);
  assert.is(granted(DATA), true);
  setReg(cpu, GPR.RDI, CODE + 0x800n);
  run(cpu, 10);
  assert.is(granted(CODE), false);
  // What was data becomes code.
  writePhysical(cpu, AT.data + 0x100, parseHexBytes(`${I.nop}${I.hlt}`)!);
  setRip(cpu, DATA + 0x100n);
  assert.equal(run(cpu, 10), { kind: 'halt' });
  assert.is(granted(DATA), false);
});

test('the same page in another mode of code is decoded anew', () => {
  const { cpu } = snippet(`${INC_RAX}${I.hlt}`);
  const modes = () => (cpu.code.pages.get(AT.code >> 12) ?? []).map((page) => page.mode);
  run(cpu, 2);
  setRip(cpu, CODE);
  run(cpu, 2);
  assert.equal(modes(), [1]);
  // D/B with L: reserved, and no transfer leads there; as code of 16 or 32 bits would have it.
  const attributes = L.STATE + L.S_SEGMENTS + L.SEGMENT_BYTES + L.SEG_ATTRIBUTES;
  cpu.engine.bytes[attributes + 1] = cpu.engine.bytes[attributes + 1]! | 0x40;
  setRip(cpu, CODE);
  run(cpu, 2);
  assert.equal(modes(), [1, 3]);
});

test('budgets: the same number of steps, one at a time or at once', () => {
  const program = `${INC_RAX}${I.pushRax}${I.popRax}ebf9`;
  const steps = snippet(program).cpu;
  const whole = snippet(program).cpu;
  for (let i = 0; i < 101; i++) run(steps, 1);
  run(whole, 101);
  assert.is(getReg(steps, GPR.RAX), getReg(whole, GPR.RAX));
  assert.is(getRip(steps), getRip(whole));
  assert.equal(counters(steps), counters(whole));
});

test('uopsAt shows what would run, and changes nothing', () => {
  const { cpu } = snippet(I.pushRax);
  const at = uopsAt(cpu, CODE);
  assert.is(at.kind, 'uops');
  assert.equal(at.kind === 'uops' && at.uops.map((uop) => uop.op), ['probe', 'store', 'sub']);
  assert.is(uopsAt(cpu, 0x7777_0000n).kind, 'invalid');
  assert.is(counters(cpu).tlbFilled, 0);
});

test.run();
