/** Instructions that the CPU at hand lacks, by the manuals' words, and what it does where frames of ENTER overlap. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseHexBytes } from '../../src/base/hex.ts';
import { MAX } from '../../src/isa/cpu-models.ts';
import { decode } from '../../src/isa/decode.ts';
import { GPR, RFLAGS } from '../../src/isa/insn.ts';
import { lower } from '../../src/uop/lower/lower.ts';
import { execute, type Fault, type Machine, newMachine, readByte } from './interpreter.ts';

const test = suite('instructions');

const IP = 0x1000n;
const DATA = 0x20000n;

function run(hex: string, prepare: (machine: Machine) => void): { machine: Machine; fault: Fault | undefined } {
  const machine = newMachine();
  machine.rip = IP;
  machine.pages.set(DATA / 4096n, 0);
  prepare(machine);
  const decoded = decode(parseHexBytes(hex)!, IP, MAX);
  const lowered = decoded.kind === 'insn' ? lower(decoded.insn, MAX) : undefined;
  if (decoded.kind !== 'insn' || lowered?.kind !== 'uops') throw new Error(hex);
  return { machine, fault: execute(machine, decoded.insn, lowered.uops) };
}

const write = (machine: Machine, at: bigint, value: bigint): void => {
  for (let i = 0n; i < 8n; i++) machine.memory.set(at + i, Number((value >> (8n * i)) & 0xffn));
};

const read = (machine: Machine, at: bigint): bigint =>
  [7n, 6n, 5n, 4n, 3n, 2n, 1n, 0n].reduce((sum, i) => (sum << 8n) | BigInt(readByte(machine, at + i)), 0n);

const has = (machine: Machine, flag: number): boolean => (machine.flags & BigInt(flag)) !== 0n;

test('TBM: the nine, on 0b1011000111 and at the ends (APM vol. 3)', () => {
  const SOURCE = 0b10_1100_0111n;
  for (const [hex, result, ones, zero] of [
    ['8fe97801cb', 0b10_1100_0000n, 0n, 0n], // blcfill
    ['8fe97802f3', ~(1n << 3n), -1n, -2n], // blci
    ['8fe97801eb', 1n << 3n, 0n, 1n], // blcic
    ['8fe97802cb', 0b1111n, -1n, 1n], // blcmsk
    ['8fe97801db', 0b10_1100_1111n, -1n, 1n], // blcs
    ['8fe97801d3', SOURCE, -1n, -1n], // blsfill
    ['8fe97801f3', ~1n, -2n, -1n], // blsic
    ['8fe97801fb', ~0b111n, 0n, -1n], // t1mskc
    ['8fe97801e3', 0n, 0n, -1n], // tzmsk
  ] as const) {
    const of = (source: bigint): Machine =>
      run(hex.replace('78', 'f8'), (m) => {
        m.regs[GPR.RBX] = BigInt.asUintN(64, source);
      }).machine;
    assert.is(of(SOURCE).regs[GPR.RAX], BigInt.asUintN(64, result), hex);
    assert.is(of(-1n).regs[GPR.RAX], BigInt.asUintN(64, ones), hex);
    assert.is(of(0n).regs[GPR.RAX], BigInt.asUintN(64, zero), hex);
    const subtracts = /01(d3|f3|e3)$/.test(hex);
    assert.equal(
      [has(of(-1n), RFLAGS.CF), has(of(0n), RFLAGS.CF), has(of(5n), RFLAGS.CF)],
      [!subtracts, subtracts, false],
    );
    assert.is(has(of(0n), RFLAGS.ZF), zero === 0n);
  }
});

test('CMPBXADD adds if memory is below, gives the old value and the flags of the comparison; memory is aligned', () => {
  const compared = (memory: bigint, at = DATA) =>
    run('c4e2e9e218', (m) => {
      m.regs[GPR.RAX] = at;
      m.regs[GPR.RBX] = 10n;
      m.regs[GPR.RDX] = 100n;
      write(m, DATA, memory);
    });
  const below = compared(7n).machine;
  assert.equal([read(below, DATA), below.regs[GPR.RBX], has(below, RFLAGS.CF)], [107n, 7n, true]);
  const equal = compared(10n).machine;
  assert.equal([read(equal, DATA), equal.regs[GPR.RBX], has(equal, RFLAGS.ZF)], [10n, 10n, true]);
  assert.equal(compared(7n, DATA + 4n).fault, { vector: 13, error: 0 });
});

test('AADD, AAND, AOR, AXOR leave the flags', () => {
  for (const [prefix, result] of [
    ['', 0x1fen],
    ['66', 0xf0n],
    ['f2', 0x1fen],
    ['f3', 0x10en],
  ] as const) {
    const { machine } = run(`${prefix}480f38fc18`, (m) => {
      m.regs[GPR.RAX] = DATA;
      m.regs[GPR.RBX] = 0x1f0n;
      m.flags |= BigInt(RFLAGS.CF | RFLAGS.ZF);
      write(m, DATA, prefix === '' ? 0xen : 0xfen);
    });
    assert.is(read(machine, DATA), result, prefix);
    assert.ok(has(machine, RFLAGS.CF) && has(machine, RFLAGS.ZF));
  }
});

test('MOVDIR64B moves 64 bytes to an aligned line', () => {
  const moved = (to: bigint) =>
    run('660f38f803', (m) => {
      m.regs[GPR.RAX] = to;
      m.regs[GPR.RBX] = DATA + 3n;
      for (let i = 0n; i < 8n; i++) write(m, DATA + 3n + 8n * i, 0x0101010101010101n * (i + 1n));
    });
  const { machine } = moved(DATA + 0x100n);
  for (let i = 0n; i < 8n; i++) assert.is(read(machine, DATA + 0x100n + 8n * i), 0x0101010101010101n * (i + 1n));
  assert.is(read(machine, DATA + 0x140n), 0n);
  assert.equal(moved(DATA + 0x108n).fault, { vector: 13, error: 0 });
});

test('ENTER that faults at its last step leaves its pushes below RSP, and no more', () => {
  const { machine, fault } = run('c8000101', (m) => {
    m.regs[GPR.RSP] = DATA + 0x20n;
    m.regs[GPR.RBP] = 5n;
  });
  assert.is(fault?.vector, 14);
  assert.equal([read(machine, DATA + 0x18n), read(machine, DATA + 0x10n)], [5n, DATA + 0x18n]);
  assert.equal([machine.regs[GPR.RSP], machine.regs[GPR.RBP]], [DATA + 0x20n, 5n]);
});

test('ENTER reads the old frame behind its own pushes, as a Zen 4 does', () => {
  const { machine } = run('c8000003', (m) => {
    m.regs[GPR.RSP] = DATA + 0x820n;
    m.regs[GPR.RBP] = DATA + 0x820n;
    write(m, DATA + 0x810n, 5n);
  });
  assert.equal(
    [0x818n, 0x810n, 0x808n, 0x800n].map((at) => read(machine, DATA + at)),
    [DATA + 0x820n, DATA + 0x820n, DATA + 0x820n, DATA + 0x818n],
  );
  assert.equal([machine.regs[GPR.RSP], machine.regs[GPR.RBP]], [DATA + 0x800n, DATA + 0x818n]);
});

test('LMSW sets PE but cannot clear it', () => {
  const loaded = (word: bigint, cr0: bigint): bigint | undefined =>
    run('0f01f3', (m) => {
      m.cpl = 0;
      m.cr.set(0, cr0);
      m.regs[GPR.RBX] = word;
    }).machine.cr.get(0);
  assert.is(loaded(0xfff0n, 0x8005003bn), 0x80050031n);
  assert.is(loaded(0xfffn, 0x80050031n), 0x8005003fn);
});

test.run();
