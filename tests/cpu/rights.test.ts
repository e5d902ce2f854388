/**
 * A right that changes is honoured by the very next access, however often the access has been made before: the fast TLB
 * grants by key, and everything that a check reads is part of it.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type Cpu,
  CR0,
  CR4,
  getCr,
  getReg,
  run,
  type Stop,
  setCpl,
  setReg,
  setRip,
  writePhysical,
} from '../../src/cpu/cpu.ts';
import * as L from '../../src/engine/layout.ts';
import { GPR, RFLAGS } from '../../src/isa/insn.ts';
import { KERNEL_PAGE, map, PTE, type TestMachine, USER_PAGE } from './bench-machine.ts';
import { AT, CODE, DATA, enable, I, STACK, snippet } from './snippet.ts';

const test = suite('rights');

/** What the low 11 bits of a tag can tell apart. */
const KEYS = L.TAG_CODE - 1;

const brief = (stop: Stop): string => (stop.kind === 'fault' ? `${stop.vector}(${stop.error})` : stop.kind);

interface Case {
  readonly name: string;
  readonly code: string;
  readonly setup: (machine: TestMachine) => void;
  /** Before each of three rounds. */
  readonly before?: (cpu: Cpu) => void;
  readonly fault: string;
  /** Offset of the access that faults. */
  readonly at: bigint;
}

/** Three rounds, so that the last ones find everything granted that ever will be. */
function check({ name, code, setup, before, fault, at }: Case): void {
  for (const tlb of ['keep', 'none'] as const) {
    test(`${name}, under ${tlb}`, () => {
      const machine = snippet(code, { tlb });
      const { cpu } = machine;
      setup(machine);
      for (let round = 0; round < 3; round++) {
        before?.(cpu);
        setRip(cpu, CODE);
        const stop = run(cpu, 10);
        assert.is(brief(stop), fault, `round ${round}`);
        assert.is(stop.kind === 'fault' && stop.rip, CODE + at);
      }
    });
  }
}

const userData = (machine: TestMachine): void => map(machine, DATA, AT.data, USER_PAGE);

check({
  name: 'CLAC under SMAP',
  code: `0f01cb ${I.loadRbx} 0f01ca ${I.loadRbx}`,
  setup: (machine) => {
    userData(machine);
    enable(machine.cpu, 4, CR4.SMAP);
  },
  fault: '14(1)',
  at: 9n,
});

check({
  name: 'CLAC under SMAP, for a store',
  code: `0f01cb ${I.storeRbx} 0f01ca ${I.storeRbx}`,
  setup: (machine) => {
    userData(machine);
    enable(machine.cpu, 4, CR4.SMAP);
  },
  fault: '14(3)',
  at: 9n,
});

check({
  name: 'CR4.SMAP set',
  code: `0f22e1 ${I.loadRbx} ${I.movCr4Rax} ${I.loadRbx}`,
  setup: (machine) => {
    userData(machine);
    setReg(machine.cpu, GPR.RCX, getCr(machine.cpu, 4));
    setReg(machine.cpu, GPR.RAX, getCr(machine.cpu, 4) | BigInt(CR4.SMAP));
  },
  fault: '14(1)',
  at: 9n,
});

check({
  name: 'CR0.WP set',
  code: `0f22c1 ${I.storeRbx} ${I.movCr0Rax} ${I.storeRbx}`,
  setup: (machine) => {
    map(machine, DATA, AT.data, PTE.P);
    setReg(machine.cpu, GPR.RCX, getCr(machine.cpu, 0) & ~BigInt(CR0.WP));
    setReg(machine.cpu, GPR.RAX, getCr(machine.cpu, 0));
  },
  fault: '14(3)',
  at: 9n,
});

check({
  name: 'EFLAGS.AC set by POPF at CPL 3',
  code: `${I.loadRbx} 9d ${I.loadRbx}`,
  setup: (machine) => {
    userData(machine);
    map(machine, CODE, AT.code, USER_PAGE);
    map(machine, STACK - 0x1000n, AT.stack, USER_PAGE);
    writePhysical(machine.cpu, AT.stack, Uint8Array.of(2, 0, RFLAGS.AC >> 16));
    setCpl(machine.cpu, 3);
    setReg(machine.cpu, GPR.RDI, DATA + 1n);
  },
  before: (cpu) => {
    cpu.engine.u32[(L.STATE + L.S_RFLAGS) >> 2] = RFLAGS.FIXED;
    setReg(cpu, GPR.RSP, STACK - 0x1000n);
  },
  fault: '17(0)',
  at: 4n,
});

for (const tlb of ['keep', 'none'] as const) {
  test(`a change of CPL, under ${tlb}`, () => {
    const machine = snippet(`${I.loadRbx} ${I.storeRbx} ebf8`, { tlb });
    const { cpu } = machine;
    map(machine, CODE, AT.code, USER_PAGE);
    for (let round = 0; round < 3; round++) {
      setCpl(cpu, 0);
      setRip(cpu, CODE);
      assert.is(brief(run(cpu, 30)), 'budget');
      setCpl(cpu, 3);
      assert.is(brief(run(cpu, 1)), '14(5)');
      setCpl(cpu, 0);
      run(cpu, 1);
      setCpl(cpu, 3);
      assert.is(brief(run(cpu, 1)), '14(7)');
    }
  });

  test(`more flushes than there are keys, under ${tlb}: no translation comes back`, () => {
    const machine = snippet(`${I.loadRbx} ${I.movRaxCr3} ${I.movCr3Rax} ebf8`, { tlb });
    const { cpu } = machine;
    for (const [i, physical] of [0x60000, 0x61000].entries()) writePhysical(cpu, physical, Uint8Array.of(i + 1));
    const pages = Array.from({ length: 64 }, (_, i) => 0x40000n + BigInt(i) * 0x1000n);
    const mapAll = (physical: number): void => {
      for (const page of pages) map(machine, page, physical, KERNEL_PAGE);
    };
    const flush = (times: number): void => {
      setRip(cpu, CODE + 3n);
      run(cpu, 3 * times);
    };
    const load = (page: bigint): bigint => {
      setReg(cpu, GPR.RDI, page);
      setRip(cpu, CODE);
      run(cpu, 1);
      return getReg(cpu, GPR.RBX);
    };
    mapAll(0x60000);
    // Each page is granted under a key of its own; then the keys go once round, to the middle of these 64.
    for (const page of pages) {
      assert.is(load(page), 1n);
      flush(1);
    }
    mapAll(0x61000);
    flush(KEYS - pages.length / 2);
    for (const page of pages) assert.is(load(page), 2n);
  });
}

test.run();
