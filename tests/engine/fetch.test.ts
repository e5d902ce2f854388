/**
 * The code that the page tables no longer map is never run: fetch is translated anew after each write of CR3 or CR4, each
 * INVLPG, each change of CPL and at each page crossing, also where blocks are cached and branches know their targets.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseHexBytes } from '../../src/base/hex.ts';
import {
  type Cpu,
  CR4,
  getCr,
  getReg,
  getRip,
  run,
  type Stop,
  setCpl,
  setReg,
  setRip,
  writePhysical,
} from '../../src/cpu/cpu.ts';
import { SKYLAKE_SERVER, ZEN4 } from '../../src/isa/cpu-models.ts';
import { GPR } from '../../src/isa/insn.ts';
import { entryAddress, KERNEL_PAGE, map, newRoot, type TestMachine, USER_PAGE } from '../cpu/bench-machine.ts';
import { AT, CODE, enable, I, snippet } from '../cpu/snippet.ts';

const test = suite('fetch');

const WAYS = [
  { fuse: true, tlb: 'keep' },
  { fuse: false, tlb: 'keep' },
  { fuse: true, tlb: 'none' },
] as const;

const INC_RAX = '48ffc0';
const DEC_RAX = '48ffc8';
const OTHER = 0x60000;

const brief = (stop: Stop): string =>
  stop.kind === 'fault'
    ? `${stop.vector}(${stop.error}) at ${stop.cr2?.toString(16)}, rip ${stop.rip.toString(16)}`
    : stop.kind;

const put = (cpu: Cpu, physical: number, code: string): void => writePhysical(cpu, physical, parseHexBytes(code)!);

test('a switch of CR3 in the middle of a block goes on in the other address space, each time', () => {
  for (const way of WAYS) {
    for (const pcid of [false, true]) {
      const machine = snippet(`${INC_RAX} 0f22db ${I.ud2}90 48ffcd 75f2 ${I.hlt}`, way); // mov %rbx, %cr3; ud2; dec %rbp; jnz
      const { cpu } = machine;
      const root = newRoot(machine);
      map(machine, CODE, OTHER, KERNEL_PAGE, root);
      put(cpu, OTHER, `${I.ud2}${I.ud2}${I.ud2} 0f22da ${I.ud2}`); // mov %rdx, %cr3
      if (pcid) enable(cpu, 4, CR4.PCIDE);
      setReg(cpu, GPR.RBX, BigInt(root) | (pcid ? (1n << 63n) | 1n : 0n));
      setReg(cpu, GPR.RDX, getCr(cpu, 3) | (pcid ? 1n << 63n : 0n));
      setReg(cpu, GPR.RBP, 50n);
      assert.is(brief(run(cpu, 1000)), 'halt', JSON.stringify({ ...way, pcid }));
      assert.is(getReg(cpu, GPR.RAX), 50n);
    }
  }
});

test('one to an address space without the code faults at the next fetch, after any number of rounds', () => {
  for (const way of WAYS) {
    const machine = snippet(`0f22db ${INC_RAX} ebf8`, way); // mov %rbx, %cr3; inc; jmp to the start
    const { cpu } = machine;
    setReg(cpu, GPR.RBX, getCr(cpu, 3));
    assert.is(brief(run(cpu, 300)), 'budget');
    setReg(cpu, GPR.RBX, BigInt(newRoot(machine)));
    assert.is(brief(run(cpu, 300)), '14(16) at 10003, rip 10003');
    assert.is(getReg(cpu, GPR.RAX), 100n);
  }
});

/** The page table that maps the code, at this address too. */
const TABLE = 0x73000n;

/** Code that rewrites its own mapping to a page where INC is DEC: what RAX becomes from 10. */
function remapped(between: string, way: (typeof WAYS)[number]): bigint {
  const machine = snippet(`48890f ${between} ${INC_RAX} ${I.hlt}`, way); // mov %rcx, (%rdi)
  const { cpu } = machine;
  put(cpu, OTHER, `48890f ${between} ${DEC_RAX} ${I.hlt}`);
  const entry = entryAddress(machine, CODE);
  map(machine, TABLE, entry - (entry & 0xfff), KERNEL_PAGE);
  setReg(cpu, GPR.RAX, 10n);
  setReg(cpu, GPR.RCX, BigInt(OTHER) | KERNEL_PAGE);
  setReg(cpu, GPR.RDI, TABLE + BigInt(entry & 0xfff));
  setReg(cpu, GPR.RSI, CODE);
  assert.is(brief(run(cpu, 10)), 'halt');
  return getReg(cpu, GPR.RAX);
}

test('INVLPG of the running code is heard by the next fetch; without it, only where no translation is kept', () => {
  for (const way of WAYS) {
    assert.is(remapped('0f013e', way), 9n, JSON.stringify(way)); // invlpg (%rsi)
    assert.is(remapped('909090', way), way.tlb === 'keep' ? 11n : 9n, JSON.stringify(way));
  }
});

test('straight code looks the next page up anew', () => {
  for (const way of WAYS) {
    const machine = snippet(I.nop, way);
    const { cpu } = machine;
    const second = (physical: number): void => map(machine, CODE + 0x1000n, physical, KERNEL_PAGE);
    second(OTHER);
    put(cpu, AT.code + 0xffc, '0f013e 90'); // invlpg (%rsi)
    put(cpu, OTHER, `${INC_RAX} e9f4ffffff`); // jmp to the INVLPG
    put(cpu, OTHER + 0x1000, `${DEC_RAX} e9f4ffffff`);
    setReg(cpu, GPR.RSI, CODE + 0x1000n);
    setRip(cpu, CODE + 0xffcn);
    run(cpu, 4 * 50);
    assert.is(getReg(cpu, GPR.RAX), 50n);
    second(OTHER + 0x1000);
    run(cpu, 4 * 20);
    assert.is(getReg(cpu, GPR.RAX), 30n, JSON.stringify(way));
  }
});

test('CR4.SMEP set on a user page, CPL raised on a supervisor page: the next fetch faults', () => {
  for (const way of WAYS) {
    const user = snippet(`${INC_RAX} 0f22e3 ebf8`, way); // mov %rbx, %cr4; jmp to the start
    map(user, CODE, AT.code, USER_PAGE);
    setReg(user.cpu, GPR.RBX, getCr(user.cpu, 4));
    assert.is(brief(run(user.cpu, 300)), 'budget');
    setReg(user.cpu, GPR.RBX, getCr(user.cpu, 4) | BigInt(CR4.SMEP));
    assert.is(brief(run(user.cpu, 300)), '14(17) at 10006, rip 10006', JSON.stringify(way));

    const kernel = snippet(`${INC_RAX} ebfb`, way);
    run(kernel.cpu, 101);
    setCpl(kernel.cpu, 3);
    assert.is(brief(run(kernel.cpu, 1)), '14(21) at 10003, rip 10003');
  }
});

/** Prefixes enough for 15 bytes are an instruction yet, one more is not. */
const LONGEST = `${'66'.repeat(14)}90`;

test('more than 15 bytes are #GP, within a page, across two, and where a page ends', () => {
  for (const way of WAYS) {
    const at = (offset: number, code: string, next = true): string => {
      const machine: TestMachine = snippet(I.nop, way);
      const { cpu } = machine;
      if (next) map(machine, CODE + 0x1000n, AT.code + 0x1000, KERNEL_PAGE);
      put(cpu, AT.code + offset, code);
      setRip(cpu, CODE + BigInt(offset));
      const stop = run(cpu, 1);
      assert.is(getRip(cpu), CODE + BigInt(offset) + (stop.kind === 'budget' ? BigInt(code.length / 2) : 0n));
      return stop.kind === 'fault' ? `${stop.vector}(${stop.error})` : stop.kind;
    };
    for (const offset of [0x100, 0xffa]) {
      assert.is(at(offset, LONGEST), 'budget');
      assert.is(at(offset, `66${LONGEST}`), '13(0)', `at ${offset.toString(16)}, ${JSON.stringify(way)}`);
    }
    assert.is(at(0xff1, LONGEST, false), 'budget');
    assert.is(at(0xff1, `66${LONGEST}`, true), '13(0)');
  }
});

test('CPUs of different vendors read the same bytes each in its own way', () => {
  // data16 call: its displacement and its target have 16 bits on AMD's, 32 and 64 on Intel's (APM vol. 3, CALL).
  const code = parseHexBytes('66e8000000009090f4')!;
  const after = [SKYLAKE_SERVER, ZEN4].map((model) => {
    const { cpu } = snippet(I.nop, { model });
    writePhysical(cpu, AT.code, code);
    run(cpu, 1);
    return getRip(cpu);
  });
  assert.equal(after, [CODE + 6n, (CODE + 4n) & 0xffffn]);
});

test.run();
