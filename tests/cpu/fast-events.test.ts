/**
 * Deliveries and returns that the engine makes by itself (engine/assembly/events.ts) against those that cpu/delivery.ts and cpu/iret.ts make:
 * the same programs on two CPUs, one of which knows no fast ones (`fuse: false`), in systems with one thing or two out of the ordinary. What
 * is compared after each slice is the whole state block and every page that anything may write.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseHexBytes } from '../../src/base/hex.ts';
import {
  type Cpu,
  CR0,
  CR4,
  checkpoint,
  getReg,
  raiseInterrupt,
  raiseNmi,
  restore,
  run,
  selectVcpu,
  setCr,
  setFlags,
  setReg,
  setSegment,
  setTable,
  writePhysical,
} from '../../src/cpu/cpu.ts';
import { SYSTEM_TYPE } from '../../src/cpu/descriptors.ts';
import * as L from '../../src/engine/layout.ts';
import { GPR, RFLAGS, SEGMENT } from '../../src/isa/insn.ts';
import { map, PTE, type TestMachine, USER_PAGE } from './bench-machine.ts';
import {
  FAR,
  handlerOf,
  istTop,
  KERNEL_CODE,
  PAGE,
  setGate,
  setIst,
  setRsp0,
  setTaskLimit,
  withHandlers,
} from './handlers.ts';
import { type Random, random } from './random.ts';
import { AT, DATA, enable, STACK } from './snippet.ts';
import { dpl, INNER, LONG_CODE, PLACE, putEntries, segment } from './tables.ts';

const test = suite('events in the engine');

/** mov 0x60000, %eax, which faults; inc %rbx; mov 0x44ff8, %eax, which the user may not; mov 0x2a(%rdi), %rcx; pushfq; pop %rdx; jmp to the start. */
const PROGRAM = '8b042500000600 48ffc3 8b0425f84f0400 488b4f2a 9c 5a ebe7';
const FAULTING_BYTES = 7;
/** add $8, %rsp; addq $7, (%rsp); iretq: past the error code and the instruction. */
const SKIPPING = `4883c408 4883042407 48cf`;
/** inc %r8; iretq */
const COUNTING = '49ffc0 48cf';
const TIMER = 0x40;

function system(cpl: number, fuse: boolean, program = PROGRAM): TestMachine {
  const machine = withHandlers(program, { cpl, fuse });
  const { cpu } = machine;
  setGate(cpu, 14);
  writePhysical(cpu, Number(handlerOf(14)), parseHexBytes(SKIPPING)!);
  setGate(cpu, TIMER, { dpl: 3 });
  for (const vector of [2, TIMER]) writePhysical(cpu, Number(handlerOf(vector)), parseHexBytes(COUNTING)!);
  setFlags(cpu, BigInt(RFLAGS.IF));
  return machine;
}

/** By name, what is out of the ordinary; each of them alone and every two of them are tried. */
const ODDITIES: Readonly<Record<string, (machine: TestMachine, cpl: number) => void>> = {
  'a trap gate': ({ cpu }) => setGate(cpu, 14, { type: SYSTEM_TYPE.TRAP_GATE }),
  'an IST': ({ cpu }) => setGate(cpu, 14, { ist: 1 }),
  'an IST for the timer': ({ cpu }) => setGate(cpu, TIMER, { ist: 3 }),
  'an IST that is misaligned': ({ cpu }) => {
    setGate(cpu, 14, { ist: 4 });
    setIst(cpu, 4, istTop(4) - 5n);
  },
  'a frame across two pages': ({ cpu }) => {
    setGate(cpu, 14, { ist: 4 });
    setIst(cpu, 4, istTop(4) - 0xfe0n);
  },
  'an IST that is not mapped': ({ cpu }) => {
    setGate(cpu, 14, { ist: 5 });
    setIst(cpu, 5, 0x900000n);
  },
  'an IST that is not canonical': ({ cpu }) => {
    setGate(cpu, 14, { ist: 5 });
    setIst(cpu, 5, 1n << 60n);
  },
  'an RSP0 of 0': ({ cpu }) => setRsp0(cpu, 0n),
  'an RSP0 at the end of a page': ({ cpu }) => setRsp0(cpu, INNER - 0xfe8n),
  'a short TSS': ({ cpu }) => setTaskLimit(cpu, 10),
  'a short IDT': ({ cpu }) => setTable(cpu, 'idt', { base: 0x46c00n, limit: 14 * 16 + 7 }),
  'a short GDT': ({ cpu }) => setTable(cpu, 'gdt', { base: BigInt(PLACE.gdt), limit: 0x12 }),
  'a gate that is absent': ({ cpu }) => setGate(cpu, TIMER, { present: false }),
  'a gate of another type': ({ cpu }) => setGate(cpu, 14, { type: SYSTEM_TYPE.CALL_GATE }),
  'a gate to nowhere': ({ cpu }) => setGate(cpu, TIMER, { offset: 1n << 55n }),
  'a gate to conforming code': ({ cpu }) => {
    putEntries(cpu, PLACE.gdt, { 9: segment(LONG_CODE | 4) });
    setGate(cpu, 14, { selector: 0x48 });
  },
  'a gate to code not yet accessed': ({ cpu }) => {
    putEntries(cpu, PLACE.gdt, { 9: segment(LONG_CODE & ~1) });
    setGate(cpu, 14, { selector: 0x48 });
  },
  'a gate to code of CPL 1': ({ cpu }) => {
    putEntries(cpu, PLACE.gdt, { 9: segment(LONG_CODE | dpl(1)), 10: segment(LONG_CODE | dpl(1)) });
    setGate(cpu, TIMER, { selector: 0x49 });
  },
  'a gate to code in the second page': ({ cpu }) => {
    putEntries(cpu, PLACE.gdt, { [FAR / 8]: segment(LONG_CODE) });
    setGate(cpu, 14, { selector: FAR });
  },
  'a gate to data': ({ cpu }) => setGate(cpu, 14, { selector: 0x18 }),
  'a gate to the LDT': ({ cpu }) => setGate(cpu, 14, { selector: KERNEL_CODE | 4 }),
  'a null gate': ({ cpu }) => setGate(cpu, 14, { selector: 3 }),
  'user pages for the stacks': (machine) => map(machine, PAGE.inner, Number(PAGE.inner), USER_PAGE),
  'user pages for the GDT, with SMAP': (machine) => {
    map(machine, PAGE.descriptors, Number(PAGE.descriptors), USER_PAGE);
    enable(machine.cpu, 4, CR4.SMAP);
  },
  'a read-only stack': (machine) => map(machine, PAGE.inner, Number(PAGE.inner), PTE.P),
  'alignment checks': ({ cpu }) => {
    enable(cpu, 0, CR0.AM);
    setFlags(cpu, BigInt(RFLAGS.IF | RFLAGS.AC));
  },
  NT: ({ cpu }) => setFlags(cpu, BigInt(RFLAGS.IF | RFLAGS.NT)),
  'an IOPL of 3': ({ cpu }) => setFlags(cpu, BigInt(RFLAGS.IF | RFLAGS.IOPL)),
  'single steps': ({ cpu }) => setFlags(cpu, BigInt(RFLAGS.IF | RFLAGS.TF)),
  'a data segment of the kernel’s': ({ cpu }) =>
    setSegment(cpu, SEGMENT.ES, { selector: 0x18, base: 0n, limit: 0xffffffff, attributes: 0xc093 }),
  'a handler that leaves such a segment': ({ cpu }) =>
    // mov $0x18, %eax; mov %eax, %es; iretq
    writePhysical(cpu, Number(handlerOf(TIMER)), parseHexBytes('b818000000 8ec0 48cf')!),
  'a handler that returns to a bad RIP': ({ cpu }) =>
    // movabs $1<<60, %rax; mov %rax, (%rsp); iretq
    writePhysical(cpu, Number(handlerOf(TIMER)), parseHexBytes('48b8000000000000001048890424 48cf')!),
  'a handler that returns with a bad SS': ({ cpu }) =>
    // movq $0x10, 32(%rsp); iretq
    writePhysical(cpu, Number(handlerOf(TIMER)), parseHexBytes('48c744242010000000 48cf')!),
  'a handler that returns with a null SS': ({ cpu }) =>
    writePhysical(cpu, Number(handlerOf(TIMER)), parseHexBytes('48c744242000000000 48cf')!),
  'a handler that returns to CPL 3 and steps': ({ cpu }) =>
    // orq $0x100, 16(%rsp); iretq
    writePhysical(cpu, Number(handlerOf(TIMER)), parseHexBytes('48814c241000010000 48cf')!),
  'a handler that counts in memory': ({ cpu }) =>
    // lock incq 0x30000; iretq
    writePhysical(cpu, Number(handlerOf(TIMER)), parseHexBytes('f048ff042500000300 48cf')!),
  'a handler that forgets the stack’s page': ({ cpu }) =>
    // invlpg (%rsp); iretq
    writePhysical(cpu, Number(handlerOf(TIMER)), parseHexBytes('0f013c24 48cf')!),
  'a handler that flushes': ({ cpu }) =>
    // mov %cr3, %rax; mov %rax, %cr3; iretq
    writePhysical(cpu, Number(handlerOf(TIMER)), parseHexBytes('0f20d8 0f22d8 48cf')!),
  'a handler in the stack’s page': ({ cpu }) => {
    writePhysical(cpu, PLACE.inner, parseHexBytes(COUNTING)!);
    setGate(cpu, TIMER, { offset: BigInt(PLACE.inner) });
  },
  'data that lies across two pages': ({ cpu }) => setReg(cpu, GPR.RDI, DATA + 0x1000n - 0x2an - 3n),
  'an SS of another segment': ({ cpu }, cpl) =>
    setSegment(cpu, SEGMENT.SS, {
      selector: cpl === 3 ? 0x2b : 0,
      base: 0n,
      limit: 0xffffffff,
      attributes: 0xc093 | dpl(cpl),
    }),
  PCIDs: ({ cpu }) => {
    enable(cpu, 4, CR4.PCIDE);
    setCr(cpu, 3, 0x100005n);
  },
  'lines that CLFLUSH evicted': ({ cpu }) => {
    // clflush (%rdi); iretq
    writePhysical(cpu, Number(handlerOf(TIMER)), parseHexBytes('0fae3f 48cf')!);
  },
};

const PAGES: readonly number[] = [
  AT.code,
  AT.stack,
  AT.data,
  PLACE.gdt,
  PLACE.gdt + 0x1000,
  PLACE.tss,
  PLACE.inner,
  ...[1, 2, 3, 4, 5, 6, 7].map((n) => Number(istTop(n)) - 0x1000),
  Number(istTop(7)),
];

const bytes = (cpu: Cpu, from: number, to: number): Buffer => Buffer.from(cpu.engine.bytes.buffer, from, to - from);

/** Without the counters of the TLB: what the one finds in its memory the other looks up. */
function assertSame(fast: Cpu, slow: Cpu, what: string): void {
  for (const [from, to] of [
    [0, L.S_TLB_FILLED],
    [L.S_COLD_COUNT, L.S_TLB_COUNT],
  ] as const) {
    const [a, b] = [fast, slow].map((cpu) => bytes(cpu, L.STATE + from, L.STATE + to));
    const at = a!.findIndex((byte, i) => byte !== b![i]);
    assert.is(at, -1, `${what}: state block + 0x${(from + at).toString(16)}`);
  }
  for (const page of PAGES) {
    const [a, b] = [fast, slow].map((cpu) => bytes(cpu, L.RAM + page, L.RAM + page + 0x1000));
    assert.ok(a!.equals(b!), `${what}: page 0x${page.toString(16)}`);
  }
}

/** How many events the engine delivered by itself. */
function compare(names: readonly string[], cpl: number, draw: Random): number {
  const what = `CPL ${cpl}, ${names.join(' and ')}`;
  const machines = [true, false].map((fuse) => {
    const machine = system(cpl, fuse);
    for (const name of names) ODDITIES[name]!(machine, cpl);
    return machine.cpu;
  });
  const [fast, slow] = machines as [Cpu, Cpu];
  let delivered = 0;
  for (let slice = 0; slice < 12; slice++) {
    const [nmi, timer, budget] = [draw.below(4) === 0, draw.below(2) === 0, 1 + draw.below(30)];
    const stops = machines.map((cpu) => {
      if (nmi) raiseNmi(cpu);
      if (timer) raiseInterrupt(cpu, TIMER);
      return run(cpu, budget);
    });
    assert.equal(stops[0], stops[1], what);
    assertSame(fast, slow, `${what}, slice ${slice}`);
    delivered += fast.engine.u32[L.EVENTS >> 2]!;
    if (stops[0]!.kind !== 'budget') break;
  }
  return delivered;
}

const LEVELS = [0, 3] as const;

test('an ordinary page fault never leaves the engine once its pages are known', () => {
  for (const cpl of LEVELS) {
    // mov 0x60000, %eax; inc %rbx; jmp to the start
    const { cpu } = system(cpl, true, '8b042500000600 48ffc3 ebf4');
    run(cpu, 200);
    run(cpu, 6000);
    // A round is the event, three instructions of the handler and two of the program.
    assert.is(cpu.engine.u32[L.EVENTS >> 2], 1000, `CPL ${cpl}`);
  }
});

test('each oddity alone', () => {
  for (const cpl of LEVELS) for (const name of Object.keys(ODDITIES)) compare([name], cpl, random(name.length + cpl));
});

test('each pair of them', () => {
  const names = Object.keys(ODDITIES);
  let delivered = 0;
  for (const [i, one] of names.entries())
    for (const other of names.slice(i + 1))
      delivered += compare([one, other], LEVELS[(i + other.length) % 2]!, random(i));
  assert.ok(delivered > 1000, `${delivered} in the engine`);
});

test('a checkpoint, a vCPU or a log in between changes nothing', () => {
  const [fast, slow] = [true, false].map((fuse) => system(3, fuse).cpu) as [Cpu, Cpu];
  for (const cpu of [fast, slow]) {
    const start = checkpoint(cpu);
    run(cpu, 500);
    restore(cpu, start);
    selectVcpu(cpu, 0);
    run(cpu, 100);
    cpu.eventLog = [];
    run(cpu, 100);
    cpu.eventLog = undefined;
    cpu.storeLog = [];
    run(cpu, 100);
    cpu.storeLog = undefined;
    run(cpu, 100);
    checkpoint(cpu);
    run(cpu, 100);
  }
  assertSame(fast, slow, 'in the end');
});

test('in one go and one by one', () => {
  for (const cpl of LEVELS) {
    const [whole, stepped] = [true, true].map((fuse) => system(cpl, fuse).cpu) as [Cpu, Cpu];
    run(whole, 300);
    for (let i = 0; i < 300; i++) run(stepped, 1);
    assertSame(whole, stepped, `CPL ${cpl}`);
  }
});

test('the frame is where RSP0 says, and nowhere else', () => {
  const { cpu } = system(3, true, '8b042500000600 48ffc3 ebf4');
  run(cpu, 600);
  assert.is(getReg(cpu, GPR.RBX), 100n);
  assert.is(getReg(cpu, GPR.RSP), STACK);
  const page = bytes(cpu, L.RAM + PLACE.inner, L.RAM + PLACE.inner + 0x1000);
  assert.ok(page.subarray(0, 0x1000 - 48).every((byte) => byte === 0));
  assert.is(page.readBigUInt64LE(0x1000 - 40), BigInt(AT.code + FAULTING_BYTES), 'RIP, past the instruction');
});

test.run();
