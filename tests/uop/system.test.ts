/** What the system instructions do at CPL 0, which no vector from a user-mode oracle can show. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseHexBytes } from '../../src/base/hex.ts';
import { MAX } from '../../src/isa/cpu-models.ts';
import { decode } from '../../src/isa/decode.ts';
import { GPR, RFLAGS } from '../../src/isa/insn.ts';
import { lower } from '../../src/uop/lower/lower.ts';
import { execute, type Machine, newMachine } from './interpreter.ts';

const test = suite('system');
const IP = 0xffff_ffff_8100_0000n;

/** Runs one instruction at CPL 0 and returns the machine. */
function run(hex: string, prepare: (machine: Machine) => void = () => {}): Machine {
  const machine = newMachine();
  machine.cpl = 0;
  machine.rip = IP;
  machine.pages.set(1n, 0);
  prepare(machine);
  const decoded = decode(parseHexBytes(hex)!, IP);
  const lowered = decoded.kind === 'insn' ? lower(decoded.insn, MAX) : undefined;
  if (decoded.kind !== 'insn' || lowered?.kind !== 'uops') throw new Error(hex);
  assert.is(execute(machine, decoded.insn, lowered.uops), undefined);
  return machine;
}

test('control and debug registers move whole', () => {
  const value = 0x8000_0000_1234_5801n;
  const written = run('410f22de', (m) => {
    m.regs[GPR.R14] = value;
  });
  assert.is(written.cr.get(3), value);
  assert.is(written.rip, IP + 4n);
  assert.is(run('0f20d9', (m) => m.cr.set(3, value)).regs[GPR.RCX], value);
  assert.is(run('0f21f8', (m) => m.dr.set(7, 0x400n)).regs[GPR.RAX], 0x400n);
  const armed = run('0f23f8', (m) => {
    m.regs[GPR.RAX] = 0x401n;
  });
  assert.is(armed.dr.get(7), 0x401n);
});

test('RDMSR, RDTSC and RDTSCP zero the upper halves; WRMSR joins the lower', () => {
  const ones = (m: Machine): void => {
    m.regs.fill(0xffff_ffff_ffff_ffffn);
  };
  const read = run('0f32', (m) => {
    ones(m);
    m.regs[GPR.RCX] = 0xdead_beef_0000_0048n;
    m.msr.set(0x48n, 0x1111_2222_3333_4444n);
  });
  assert.is(read.regs[GPR.RAX], 0x3333_4444n);
  assert.is(read.regs[GPR.RDX], 0x1111_2222n);
  const written = run('0f30', (m) => {
    ones(m);
    m.regs[GPR.RCX] = 0x48n;
    m.regs[GPR.RAX] = 0xaaaa_aaaa_3333_4444n;
    m.regs[GPR.RDX] = 0xbbbb_bbbb_1111_2222n;
  });
  assert.is(written.msr.get(0x48n), 0x1111_2222_3333_4444n);
  const counted = run('0f01f9', (m) => {
    ones(m);
    m.tsc = 0x5_0000_0007n;
    m.msr.set(0xc000_0103n, 3n);
  });
  assert.equal([counted.regs[GPR.RAX], counted.regs[GPR.RDX], counted.regs[GPR.RCX]], [7n, 5n, 3n]);
});

test('SWAPGS exchanges the bases', () => {
  const machine = run('0f01f8', (m) => {
    m.base.gs = 1n;
    m.msr.set(0xc000_0102n, 0xffff_8880_0000_0000n);
  });
  assert.is(machine.base.gs, 0xffff_8880_0000_0000n);
  assert.is(machine.msr.get(0xc000_0102n), 1n);
});

test('CLTS clears TS alone; CLI and STI set IF', () => {
  assert.is(run('0f06', (m) => m.cr.set(0, 0x8005_003bn)).cr.get(0), 0x8005_0033n);
  assert.is(run('fb').flags & BigInt(RFLAGS.IF), BigInt(RFLAGS.IF));
  assert.is(
    run('fa', (m) => {
      m.flags |= BigInt(RFLAGS.IF);
    }).flags & BigInt(RFLAGS.IF),
    0n,
  );
});

test('a bit string reaches beyond its operand, in both directions', () => {
  // bts %rcx,%gs:0x1000: bit 70 is bit 6 of the next quadword, bit -1 the top of the one before.
  const set = (bit: bigint) =>
    run('65480fab0c2500100000', (m) => {
      m.regs[GPR.RCX] = BigInt.asUintN(64, bit);
      m.base.gs = 0x100n;
    });
  assert.equal(
    [...set(70n).memory].filter(([, byte]) => byte !== 0),
    [[0x1108n, 0x40]],
  );
  assert.equal(
    [...set(-1n).memory].filter(([, byte]) => byte !== 0),
    [[0x10ffn, 0x80]],
  );
});

test('INVLPG and INVPCID name the linear address', () => {
  assert.equal(
    run('0f0138', (m) => {
      m.regs[GPR.RAX] = 0x5000n;
    }).log,
    [`invlpg ${0x5000}`],
  );
  assert.equal(
    run('660f388210', (m) => {
      m.regs[GPR.RAX] = 0x1000n;
      m.regs[GPR.RDX] = 2n;
    }).log,
    [`invpcid 2 ${0x1000}`],
  );
});

test.run();
