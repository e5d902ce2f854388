/**
 * What is left where the manual leaves a result undefined. Zen 4: tests/vectors/undefined-zen4.jsonl.gz, 1,835 instructions as an EPYC of
 * the 9004 series ran them (by the runner of the shared oracle), with all six flags and every register compared. Intel: cases
 * by hand, for the facts of INTEL_RESIDUE with their sources. Each through the naive interpreter and the engine, fused and unfused.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseHexBytes } from '../../src/base/hex.ts';
import { getFlags, getReg, run, setCpl, setFlags, setReg, setRip, writePhysical } from '../../src/cpu/cpu.ts';
import type { CpuModel } from '../../src/isa/cpu-model.ts';
import { SKYLAKE_SERVER, ZEN4 } from '../../src/isa/cpu-models.ts';
import { decode } from '../../src/isa/decode.ts';
import { GPR, RFLAGS } from '../../src/isa/insn.ts';
import { lower } from '../../src/uop/lower/lower.ts';
import { map, testMachine, USER_PAGE } from '../cpu/bench-machine.ts';
import { execute, newMachine, readByte } from '../uop/interpreter.ts';
import { loadVectors, type Vector } from '../vectors.ts';

const test = suite('undefined results');

interface State {
  /** By encoding. */
  readonly regs: readonly bigint[];
  readonly flags: bigint;
  /** What is at WINDOW. */
  readonly memory: Uint8Array;
}

/** The state after one instruction, or the vector of its fault. */
type Executor = (model: CpuModel, bytes: Uint8Array, before: State) => State | number;

const CODE = 0x1000_0800n;
const WINDOW = 0x2000_0800n;
const WINDOW_BYTES = 64;

const naive: Executor = (model, bytes, { regs, flags, memory }) => {
  const decoded = decode(bytes, CODE, model);
  const lowered = decoded.kind === 'insn' ? lower(decoded.insn, model) : undefined;
  if (decoded.kind !== 'insn' || lowered?.kind !== 'uops') throw new Error('not modelled');
  const machine = newMachine();
  machine.regs.splice(0, 16, ...regs);
  machine.flags = flags;
  machine.pages.set(WINDOW >> 12n, 0);
  memory.forEach((byte, i) => {
    machine.memory.set(WINDOW + BigInt(i), byte);
  });
  const fault = execute(machine, decoded.insn, lowered.uops);
  if (fault !== undefined) return fault.vector;
  const after = memory.map((_, i) => readByte(machine, WINDOW + BigInt(i)));
  return { regs: machine.regs, flags: machine.flags, memory: after };
};

const AT = { code: 0x1800, window: 0x2800 } as const;

function engine(fuse: boolean): Executor {
  const machines = new Map<CpuModel, ReturnType<typeof testMachine>>();
  return (model, bytes, { regs, flags, memory }) => {
    const machine = machines.get(model) ?? testMachine({ fuse, model });
    const { cpu } = machine;
    if (!machines.has(model)) {
      map(machine, CODE & ~0xfffn, 0x1000, USER_PAGE);
      map(machine, WINDOW & ~0xfffn, 0x2000, USER_PAGE);
      setCpl(cpu, 3);
      machines.set(model, machine);
    }
    writePhysical(cpu, AT.code, bytes);
    writePhysical(cpu, AT.window, memory);
    regs.forEach((value, n) => {
      setReg(cpu, n, value);
    });
    setFlags(cpu, flags);
    setRip(cpu, CODE);
    const stop = run(cpu, 1);
    if (stop.kind === 'fault') return stop.vector;
    if (stop.kind !== 'budget') throw new Error(stop.kind);
    return {
      regs: regs.map((_, n) => getReg(cpu, n)),
      flags: getFlags(cpu),
      memory: Uint8Array.from(cpu.ram.subarray(AT.window, AT.window + WINDOW_BYTES)),
    };
  };
}

const EXECUTORS: Readonly<Record<string, Executor>> = { naive, fused: engine(true), unfused: engine(false) };

// Zen 4

const SAMPLE = new URL('../vectors/undefined-zen4.jsonl.gz', import.meta.url);

const stateOf = ({ regs, flags, memory }: Vector['before']): State => ({
  regs,
  flags,
  memory: memory.find(({ address }) => address === WINDOW)!.bytes,
});

const vectors = loadVectors(SAMPLE);

test('the sample has every group', () => {
  assert.is(vectors.length, 1835);
  const mnemonics = new Set(vectors.map(({ asm }) => asm.replace('lock ', '').replace(/ .*/, '')));
  assert.is(mnemonics.size, 130);
  for (const vector of vectors) assert.is(vector.flagMask & FLAGS, FLAGS, vector.asm);
});

for (const [name, executor] of Object.entries(EXECUTORS)) {
  test(`Zen 4, ${name}`, () => {
    for (const { asm, n, bytes, before, after } of vectors) {
      const found = executor(ZEN4, bytes, stateOf(before));
      assert.equal(found, after.fault === undefined ? stateOf(after) : after.fault.vector, `${n} ${asm}`);
    }
  });
}

// Intel

const { CF, PF, AF, ZF, SF, OF } = RFLAGS;
const FLAGS = BigInt(CF | PF | AF | ZF | SF | OF);
const FIXED = BigInt(RFLAGS.FIXED | RFLAGS.IF);

/** RAX, RCX and RBX before, and the flags after, with `flags` set before; what RAX becomes, where that is undefined too. */
interface Case {
  readonly asm: string;
  readonly hex: string;
  readonly rax: bigint;
  readonly rcx?: bigint;
  readonly rbx?: bigint;
  readonly before?: number;
  readonly after: number;
  readonly result?: bigint;
}

function check({ asm, hex, rax, rcx = 0n, rbx = 0n, before = 0, after, result }: Case): void {
  const regs = Array.from({ length: 16 }, () => 0n);
  regs.splice(0, 4, rax, rcx, 0n, rbx);
  const state: State = { regs, flags: FIXED | BigInt(before), memory: new Uint8Array(WINDOW_BYTES) };
  for (const [name, executor] of Object.entries(EXECUTORS)) {
    const found = executor(SKYLAKE_SERVER, parseHexBytes(hex)!, state);
    if (typeof found === 'number') throw new Error(`${asm}: fault ${found}`);
    assert.is(found.flags & FLAGS, BigInt(after), `${asm}, ${name}: flags`);
    if (result !== undefined) assert.is(found.regs[GPR.RAX], result, `${asm}, ${name}: rax`);
  }
}

const ALL = Number(FLAGS);

test('the engine and the naive interpreter agree on Intel, too', () => {
  for (const { asm, n, bytes, before } of vectors) {
    const expected = EXECUTORS.naive!(SKYLAKE_SERVER, bytes, stateOf(before));
    for (const name of ['fused', 'unfused'])
      assert.equal(EXECUTORS[name]!(SKYLAKE_SERVER, bytes, stateOf(before)), expected, `${n} ${asm}, ${name}`);
  }
});

// VirtualBox, VMM/VMMAll/IEMAllAImplC.cpp, at SHL … RCR, SHLD and SHRD: "Intel 10980XE" and "6700K".
test('Intel clears AF after shifts, and OF is that of the first step', () => {
  check({ asm: 'shl $3,%al', hex: 'c0e003', rax: 0x40n, before: AF, after: ZF | PF | OF });
  check({ asm: 'shl $3,%al', hex: 'c0e003', rax: 0x11n, before: AF | OF, after: SF | PF });
  check({ asm: 'shr $4,%eax', hex: 'c1e804', rax: 0x8000_0000n, before: AF, after: OF | PF });
  check({ asm: 'sar $4,%eax', hex: 'c1f804', rax: 0x8000_0000n, before: AF | OF, after: SF | PF });
  check({ asm: 'rol $4,%eax', hex: 'c1c004', rax: 0x4000_0000n, before: ZF | AF, after: ZF | AF | OF });
  check({ asm: 'ror $4,%eax', hex: 'c1c804', rax: 1n, after: OF });
  check({ asm: 'rcr $2,%eax', hex: 'c1d802', rax: 0x8000_0000n, after: OF });
});

test('Intel takes the count of RCL and RCR modulo the width plus 1 first: none of it leaves the flags alone', () => {
  for (const flags of [0, ALL]) check({ asm: 'rcl $9,%al', hex: 'c0d009', rax: 0x80n, before: flags, after: flags });
});

// The same file; QEMU, target/i386/tcg, gen_shiftd_rm_T1; Valgrind's bug 492961.
test('Intel shifts the destination in behind the source of a 16-bit double shift', () => {
  const operands = { rax: 0x1234n, rbx: 0x5678n, before: AF };
  check({ asm: 'shld $20,%bx,%ax', hex: '660fa4d814', ...operands, result: 0x6781n, after: CF | PF });
  check({ asm: 'shrd $20,%bx,%ax', hex: '660facd814', ...operands, result: 0x4567n, after: CF });
});

// The same file, at MUL, IMUL, DIV and IDIV.
test('Intel clears ZF and AF after multiplications, SF and PF are those of the low half', () => {
  check({ asm: 'mul %ebx', hex: 'f7e3', rax: 0x10000n, rbx: 0x10000n, before: ALL, after: CF | OF | PF });
  check({ asm: 'imul %ebx,%eax', hex: '0fafc3', rax: 0xffff_ffffn, rbx: 1n, before: ALL, after: SF | PF });
  check({ asm: 'imul %ebx,%eax', hex: '0fafc3', rax: 0n, after: PF });
});

test('Intel leaves all flags alone in divisions', () => {
  for (const flags of [0, ALL]) {
    check({ asm: 'div %ebx', hex: 'f7f3', rax: 10n, rbx: 3n, before: flags, after: flags });
    check({ asm: 'idiv %ebx', hex: 'f7fb', rax: 10n, rbx: 3n, before: flags, after: flags });
  }
});

// The same file, at its helpers for BSR, BSF, LZCNT and TZCNT; for the destination SDM vol. 2, BSF.
test('Intel computes PF of what scans and counts find, and clears the rest', () => {
  const whole = 0xdead_beef_1234_5678n;
  check({ asm: 'bsf %ebx,%eax', hex: '0fbcc3', rax: 0n, rbx: 8n, before: ALL, after: PF, result: 3n });
  check({ asm: 'bsf %ebx,%eax', hex: '0fbcc3', rax: whole, before: ALL, after: ZF | PF, result: whole });
  check({ asm: 'tzcnt %ebx,%eax', hex: 'f30fbcc3', rax: 0n, rbx: 8n, before: ALL, after: PF });
  check({ asm: 'tzcnt %ebx,%eax', hex: 'f30fbcc3', rax: 0n, rbx: 1n, before: ALL, after: ZF | PF });
  check({ asm: 'tzcnt %ebx,%eax', hex: 'f30fbcc3', rax: 0n, before: ALL, after: CF });
  check({ asm: 'lzcnt %ebx,%eax', hex: 'f30fbdc3', rax: 0n, rbx: 1n, before: ALL, after: 0 });
});

// The same file, at BLSR and BZHI, where PF and AF are cleared; Bochs, issue 796, for SF after BEXTR.
test('Intel clears PF after BLSR, BZHI and BEXTR, and SF after the last', () => {
  check({ asm: 'blsr %ebx,%eax', hex: 'c4e278f3cb', rax: 0n, rbx: 0x18n, before: ALL, after: 0 });
  check({ asm: 'blsr %ebx,%eax', hex: 'c4e278f3cb', rax: 0n, rbx: 0x1cn, before: ALL, after: 0 });
  check({ asm: 'bzhi %ecx,%ebx,%eax', hex: 'c4e270f5c3', rax: 0n, rbx: 0xffn, rcx: 2n, before: ALL, after: 0 });
  const top = { rax: 0n, rbx: 0x8000_0003n, rcx: 0x2000n, before: ALL };
  check({ asm: 'bextr %ecx,%ebx,%eax', hex: 'c4e270f7c3', ...top, after: 0 });
  check({ asm: 'andn %ebx,%ecx,%eax', hex: 'c4e270f2c3', ...top, rcx: 0n, after: SF | PF });
});

test.run();
