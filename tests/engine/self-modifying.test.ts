/**
 * Stores into code take effect with the next instruction (SDM vol. 3, 11.6), whatever makes the store and wherever the
 * code lies: fused and unfused, with and without a TLB, with the code decoded before and not.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseHexBytes } from '../../src/base/hex.ts';
import { type Cpu, getReg, run, setReg, setRip, writePhysical } from '../../src/cpu/cpu.ts';
import { GPR } from '../../src/isa/insn.ts';
import { entryAddress, KERNEL_PAGE, map, type TestMachine } from '../cpu/bench-machine.ts';
import { AT, CODE, DATA, I, snippet } from '../cpu/snippet.ts';

const test = suite('self-modifying code');

const INC_RAX = '48ffc0';
/** Its ModRM byte makes DEC of INC. */
const DEC = 0xc8;
const DEC_RAX = '48ffc8';
/** Another mapping of the code's page, behind one of ordinary memory. */
const ALIAS = 0x70000n;
const BELOW_ALIAS = 0x60000;

const WAYS = [
  { fuse: true, tlb: 'keep' },
  { fuse: false, tlb: 'keep' },
  { fuse: true, tlb: 'none' },
] as const;

interface Case {
  readonly name: string;
  /** Ends in HLT. */
  readonly code: string;
  readonly setup: (cpu: Cpu, machine: TestMachine) => void;
  /** RAX at the end, from 10. */
  readonly rax: bigint;
}

/** Runs the program with its stores going elsewhere first, so that its code is cached, and then in earnest. */
function check({ name, code, setup, rax }: Case): void {
  test(name, () => {
    for (const way of WAYS) {
      for (const warm of [false, true]) {
        const machine = snippet(code, way);
        const { cpu } = machine;
        map(machine, ALIAS - 0x1000n, BELOW_ALIAS, KERNEL_PAGE);
        map(machine, ALIAS, AT.code, KERNEL_PAGE);
        if (warm) {
          setReg(cpu, GPR.RDI, DATA + 0x100n);
          setReg(cpu, GPR.RSI, DATA + 0x200n);
          setReg(cpu, GPR.RCX, 2n);
          setReg(cpu, GPR.RBP, 3n);
          assert.equal(run(cpu, 100), { kind: 'halt' });
        }
        setReg(cpu, GPR.RAX, 10n);
        setup(cpu, machine);
        setRip(cpu, CODE);
        assert.equal(run(cpu, 100), { kind: 'halt' });
        assert.is(getReg(cpu, GPR.RAX), rax, `${JSON.stringify(way)}, ${warm ? 'warm' : 'cold'}`);
      }
    }
  });
}

const storeTo = (address: bigint, value: bigint) => (cpu: Cpu) => {
  setReg(cpu, GPR.RDI, address);
  setReg(cpu, GPR.RCX, value);
};

check({
  name: 'the next instruction',
  code: `880f ${INC_RAX} ${I.hlt}`, // movb %cl, (%rdi)
  setup: storeTo(CODE + 4n, BigInt(DEC)),
  rax: 9n,
});

check({
  name: 'further ahead in the block',
  code: `880f ${INC_RAX} 90 90 ${INC_RAX} ${I.hlt}`,
  setup: storeTo(CODE + 9n, BigInt(DEC)),
  rax: 10n,
});

check({
  name: 'behind, reached again by a branch that knows the record',
  code: `${INC_RAX} 880f 48ffcd 75f6 ${I.hlt}`, // dec %rbp; jnz to the start
  setup: (cpu) => {
    storeTo(CODE + 2n, BigInt(DEC))(cpu);
    setReg(cpu, GPR.RBP, 5n);
  },
  rax: 10n + 1n - 4n,
});

check({
  name: 'by another mapping of the page',
  code: `880f ${INC_RAX} ${I.hlt}`,
  setup: storeTo(ALIAS + 4n, BigInt(DEC)),
  rax: 9n,
});

check({
  name: 'by a store that crosses into the page',
  code: `${INC_RAX} 48890f 48ffcd 75f5 ${I.hlt}`, // mov %rcx, (%rdi); dec %rbp; jnz to the start
  setup: (cpu) => {
    storeTo(ALIAS - 4n, 0x48c8ff48n << 32n)(cpu);
    setReg(cpu, GPR.RBP, 3n);
  },
  rax: 10n + 1n - 2n,
});

check({
  name: 'by REP MOVSB',
  code: `f3a4 90 ${INC_RAX} ${I.hlt}`,
  setup: (cpu) => {
    writePhysical(cpu, AT.data, parseHexBytes(DEC_RAX)!);
    setReg(cpu, GPR.RSI, DATA);
    storeTo(CODE + 3n, 3n)(cpu);
  },
  rax: 9n,
});

check({
  name: 'by a push',
  code: `51 ${INC_RAX} ${I.hlt} 90909090`,
  setup: (cpu) => {
    setReg(cpu, GPR.RSP, CODE + 9n);
    setReg(cpu, GPR.RCX, 0x90909090f4c8ff48n);
  },
  rax: 9n,
});

check({
  name: 'by a read-modify-write',
  code: `830708 ${INC_RAX} ${I.hlt}`, // addl $8, (%rdi)
  setup: storeTo(CODE + 5n, 0n),
  rax: 9n,
});

/** Bytes 0x10 … 0x1f: inc %rax, hlt, padding; as the little-endian halves that CMPXCHG16B compares. */
const OLD_HALF = 0x90909090f4c0ff48n;
const PADDING = 0x9090909090909090n;
check({
  name: 'by CMPXCHG16B',
  code: `480fc70f eb0a 90909090909090909090 ${INC_RAX} ${I.hlt} 90909090 9090909090909090`,
  setup: (cpu) => {
    setReg(cpu, GPR.RDI, CODE + 0x10n);
    setReg(cpu, GPR.RAX, OLD_HALF);
    setReg(cpu, GPR.RDX, PADDING);
    setReg(cpu, GPR.RBX, 0x90909090f4c8ff48n);
    setReg(cpu, GPR.RCX, PADDING);
  },
  rax: OLD_HALF - 1n,
});

test('REP STOSB over itself: the iteration that hits it is its last', () => {
  for (const way of WAYS) {
    const { cpu } = snippet(`f3aa 90 ${I.hlt}`, way);
    setReg(cpu, GPR.RDI, CODE);
    setReg(cpu, GPR.RCX, 3n);
    setReg(cpu, GPR.RAX, 0x90n);
    // 90 aa: NOP, then STOSB, which turns itself into NOP behind its own back.
    assert.equal(run(cpu, 100), { kind: 'halt' });
    assert.is(getReg(cpu, GPR.RDI), CODE + 2n);
    assert.is(getReg(cpu, GPR.RCX), 2n);
  }
});

test("the CPU's own accessed and dirty bits in a page table that is code", () => {
  for (const way of WAYS) {
    for (const [access, immediate] of [
      ['488b1e', 0x23n], // mov (%rsi), %rbx: accessed
      ['48891e', 0x63n], // mov %rbx, (%rsi): dirty too
    ] as const) {
      const machine = snippet(I.nop, way);
      const { cpu } = machine;
      const page = 0x208000n;
      const entry = entryAddress(machine, page);
      // Its low byte is the immediate of add $imm8, %rbx; bits 15:8 are HLT: frame 0x1f000, one bit that is ignored.
      map(machine, page, 0x1f000, KERNEL_PAGE | 0x400n);
      const code = 0x72000n + BigInt(entry & 0xfff);
      map(machine, 0x72000n, entry - (entry & 0xfff), KERNEL_PAGE);
      writePhysical(cpu, entry - 8, parseHexBytes(`${access} 31db 4883c3`)!); // xor %ebx, %ebx; add …
      setReg(cpu, GPR.RSI, page);
      setRip(cpu, code - 8n);
      assert.equal(run(cpu, 10), { kind: 'halt' });
      assert.is(getReg(cpu, GPR.RBX), immediate, JSON.stringify(way));
    }
  }
});

test('an instruction that crosses a page: either part changed, either page remapped', () => {
  for (const way of WAYS) {
    const machine = snippet(`ffe6 ${I.hlt}`, way); // jmp *%rsi
    const { cpu } = machine;
    const second = (physical: number): void => map(machine, CODE + 0x1000n, physical, KERNEL_PAGE);
    // addl $imm32, %eax … hlt: opcode and two bytes of the immediate before the boundary
    writePhysical(cpu, AT.code + 0xffd, parseHexBytes('050100')!);
    writePhysical(cpu, 0x60000, parseHexBytes('0100 f4')!);
    writePhysical(cpu, 0x61000, parseHexBytes('0200 f4')!);
    second(0x60000);
    setReg(cpu, GPR.RSI, CODE + 0xffdn);
    const sum = (): bigint => {
      setReg(cpu, GPR.RAX, 0n);
      setRip(cpu, CODE);
      assert.equal(run(cpu, 10), { kind: 'halt' });
      return getReg(cpu, GPR.RAX);
    };
    assert.is(sum(), 0x10001n);
    writePhysical(cpu, AT.code + 0xffe, parseHexBytes('05')!);
    assert.is(sum(), 0x10005n);
    writePhysical(cpu, 0x60000, parseHexBytes('07')!);
    assert.is(sum(), 0x70005n);
    second(0x61000);
    // invlpg (%rdi)
    writePhysical(cpu, AT.code, parseHexBytes(`${I.invlpgRdi} ffe6`)!);
    setReg(cpu, GPR.RDI, CODE + 0x1000n);
    assert.is(sum(), 0x20005n);
  }
});

test('one that crosses a page and rewrites its second part runs as it was, then as it is', () => {
  for (const way of WAYS) {
    const machine = snippet(`ffe6 ${I.hlt}`, way);
    const { cpu } = machine;
    map(machine, CODE + 0x1000n, 0x60000, KERNEL_PAGE);
    // movl $imm32, (%rdi), onto its own immediate, whose bytes lie behind the boundary; jmp to it
    writePhysical(cpu, AT.code + 0xffe, parseHexBytes('c707')!);
    writePhysical(cpu, 0x60000, parseHexBytes('11223344 f4')!);
    setReg(cpu, GPR.RSI, CODE + 0xffen);
    setReg(cpu, GPR.RDI, CODE + 0x1003n);
    assert.is(run(cpu, 2).kind, 'budget');
    assert.equal([...cpu.ram.subarray(0x60000, 0x60007)], [0x11, 0x22, 0x33, 0x11, 0x22, 0x33, 0x44]);
    setRip(cpu, CODE);
    assert.is(run(cpu, 2).kind, 'budget');
    assert.equal([...cpu.ram.subarray(0x60000, 0x60007)], [0x11, 0x22, 0x33, 0x11, 0x22, 0x33, 0x11]);
  }
});

test('ENTER whose pushes hit its own line, and whose last step faults, faults once', () => {
  for (const way of WAYS) {
    // enter $0x3000, $1
    const { cpu } = snippet(`c8003001 ${I.hlt}`, way);
    setReg(cpu, GPR.RSP, CODE + 0x30n);
    const stop = run(cpu, 100);
    assert.is(stop.kind === 'fault' && stop.vector, 14);
    assert.is(getReg(cpu, GPR.RSP), CODE + 0x30n);
  }
});

test.run();
