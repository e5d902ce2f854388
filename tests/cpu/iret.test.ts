/** IRET in 64-bit mode, and the fast system calls: what they restore, what they check, each memory access made to fault in turn. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { toBytes } from '../../src/base/u64.ts';
import {
  type Cpu,
  CR0,
  CR4,
  type EventRecord,
  getCpl,
  getFlags,
  getReg,
  getRip,
  getSegment,
  MSR,
  run,
  setFlags,
  setMsr,
  setReg,
  setRip,
} from '../../src/cpu/cpu.ts';
import { MAX, ZEN4 } from '../../src/isa/cpu-models.ts';
import { GPR, RFLAGS, SEGMENT } from '../../src/isa/insn.ts';
import { map, PTE, type TestMachine, USER_PAGE } from './bench-machine.ts';
import {
  chain,
  FAR,
  handlerOf,
  istTop,
  KERNEL_CODE,
  KERNEL_DATA,
  PAGE,
  setGate,
  stacked,
  USER_CODE,
  USER_DATA,
  withHandlers,
} from './handlers.ts';
import { AT, CODE, DATA, enable, STACK } from './snippet.ts';
import {
  ACCESSED,
  DATA_SEGMENT,
  dpl,
  LONG_CODE,
  outcome,
  P,
  segment,
  snapshot,
  type TableOptions,
  withTables,
} from './tables.ts';

const test = suite('IRET and system calls');

const IRETQ = '48cf';
const TARGET = CODE + 0x800n;
const BAD = 1n << 63n;

interface Frame {
  readonly rip?: bigint;
  readonly cs?: number;
  readonly flags?: number;
  readonly rsp?: bigint;
  readonly ss?: number;
}

/** Where the frames of these tests begin, so that their end is the page's. */
const FRAME = STACK - 40n;

/** The frame on the stack, of fields of `width`; it returns to CPL 3 unless it says otherwise. */
function pushFrame(cpu: Cpu, frame: Frame = {}, width: 2 | 4 | 8 = 8): void {
  const { rip = TARGET, cs = USER_CODE, flags = RFLAGS.FIXED, rsp = STACK - 0x100n, ss = USER_DATA } = frame;
  const at = AT.stack + 0x1000 - 5 * width;
  [rip, BigInt(cs), BigInt(flags), rsp, BigInt(ss)].forEach((value, i) => {
    cpu.ram.set(toBytes(BigInt.asUintN(8 * width, value), width), at + width * i);
  });
  setReg(cpu, GPR.RSP, STACK - BigInt(5 * width));
}

const GDT = {
  2: segment(LONG_CODE),
  3: segment(DATA_SEGMENT),
  5: segment(DATA_SEGMENT | dpl(3)),
  6: segment(LONG_CODE | dpl(3)),
};

/** IRETQ at `cpl` where a fault ends the run. */
function returning(frame: Frame = {}, { gdt = {}, ...options }: TableOptions = {}): TestMachine {
  const machine = withTables(IRETQ, { gdt: { ...GDT, ...gdt }, ...options });
  pushFrame(machine.cpu, frame);
  return machine;
}

/** The outcome of one instruction; where it is no success, nothing may have changed. */
function attempt({ cpu }: TestMachine): string {
  const before = snapshot(cpu);
  const result = outcome(run(cpu, 1));
  if (result !== 'ok') assert.equal(snapshot(cpu), before, result);
  return result;
}

test('to the user: RIP, CS, RFLAGS, RSP and SS are the frame’s', () => {
  const machine = returning({ flags: 0x246 });
  const { cpu } = machine;
  assert.is(attempt(machine), 'ok');
  assert.is(getRip(cpu), TARGET);
  assert.is(getCpl(cpu), 3);
  assert.is(getSegment(cpu, SEGMENT.CS).selector, USER_CODE);
  assert.is(getSegment(cpu, SEGMENT.SS).selector, USER_DATA);
  assert.is(getReg(cpu, GPR.RSP), STACK - 0x100n);
  assert.is(getFlags(cpu), 0x246n);
});

test('at the same privilege SS:RSP are popped as well, with each operand size', () => {
  for (const [code, width] of [
    ['48cf', 8],
    ['cf', 4],
    ['66cf', 2],
  ] as const) {
    const machine = withTables(code, { gdt: GDT });
    const { cpu } = machine;
    pushFrame(cpu, { rip: 0x1234n, cs: KERNEL_CODE, rsp: 0x5678n, ss: KERNEL_DATA }, width);
    assert.is(attempt(machine), 'ok', code);
    assert.is(getRip(cpu), 0x1234n, code);
    assert.is(getReg(cpu, GPR.RSP), 0x5678n, code);
    assert.is(getCpl(cpu), 0, code);
  }
});

test('each check of the frame, with its error code', () => {
  const cases: readonly (readonly [Frame, string, TableOptions?])[] = [
    [{ cs: 0 }, '#GP(0)'],
    [{ cs: 3 }, '#GP(0)'],
    [{ cs: 0x2003 }, '#GP(2000)'],
    [{ cs: KERNEL_DATA }, '#GP(18)'],
    [{ cs: KERNEL_CODE | 3 }, '#GP(10)'],
    [{ cs: USER_CODE & ~3 }, '#GP(30)'],
    [{ cs: FAR | 3 }, '#NP(1000)', { gdt: { [FAR / 8]: segment((LONG_CODE | dpl(3)) & ~P) } }],
    [{ ss: 0 }, '#GP(0)'],
    [{ ss: 3 }, '#GP(0)'],
    [{ ss: KERNEL_DATA | 3 }, '#GP(18)'],
    [{ ss: USER_DATA & ~3 }, '#GP(28)'],
    [{ ss: USER_CODE }, '#GP(30)'],
    [{ ss: FAR | 3 }, '#NP(1000)', { gdt: { [FAR / 8]: segment((DATA_SEGMENT | dpl(3)) & ~P) } }],
    [{ rip: BAD }, '#GP(0)'],
    [{ rip: BAD, cs: KERNEL_CODE, ss: KERNEL_DATA }, '#GP(0)'],
    [{ rsp: BAD }, 'ok'],
    [{ cs: KERNEL_CODE, ss: 0 }, 'ok'],
    [{ cs: KERNEL_CODE, ss: KERNEL_DATA }, '#GP(10)', { cpl: 3 }],
  ];
  for (const [frame, expected, options] of cases)
    assert.is(
      attempt(returning(frame, options)),
      expected,
      JSON.stringify(frame, (_, v) => String(v)),
    );
});

test('NT is #GP(0), before the frame is looked at', () => {
  const machine = returning();
  setFlags(machine.cpu, BigInt(RFLAGS.NT));
  setReg(machine.cpu, GPR.RSP, BAD);
  assert.is(attempt(machine), '#GP(0)');
});

test('flags by privilege: IOPL at CPL 0 only, IF up to IOPL', () => {
  const { IF, IOPL, FIXED } = RFLAGS;
  const user = (before: number, popped: number): bigint => {
    const machine = returning({ flags: popped }, { cpl: 3 });
    setFlags(machine.cpu, BigInt(before));
    assert.is(attempt(machine), 'ok');
    return getFlags(machine.cpu);
  };
  assert.is(user(0, IF | IOPL), BigInt(FIXED));
  assert.is(user(IF, 0), BigInt(IF | FIXED));
  assert.is(user(IOPL, IF), BigInt(IF | IOPL | FIXED));
  const kernel = returning({ flags: IF | IOPL });
  attempt(kernel);
  assert.is(getFlags(kernel.cpu), BigInt(IF | IOPL | FIXED));
});

test('RF comes back, VM and reserved bits don’t', () => {
  const machine = returning({ flags: RFLAGS.RF | RFLAGS.VM | 0x8028 });
  attempt(machine);
  assert.is(getFlags(machine.cpu), BigInt(RFLAGS.RF | RFLAGS.FIXED));
});

test('AC from the frame counts at once, for SMAP and for alignment', () => {
  const load = '488b1f';
  const smap = (flags: number): string => {
    const machine = withTables(`488b1f${IRETQ}`, { gdt: GDT });
    const { cpu } = machine;
    cpu.ram.set(Buffer.from(load, 'hex'), AT.code + 0x800);
    map(machine, DATA, AT.data, USER_PAGE);
    enable(cpu, 4, CR4.SMAP);
    setFlags(cpu, BigInt(RFLAGS.AC));
    pushFrame(cpu, { cs: KERNEL_CODE, ss: KERNEL_DATA, flags });
    return outcome(run(cpu, 3));
  };
  assert.is(smap(RFLAGS.AC), 'ok');
  assert.is(smap(0), '#PF(1) at 30000');
  const aligned = (flags: number): string => {
    const machine = withTables(`488b1f${IRETQ}`, { gdt: GDT, cpl: 3 });
    const { cpu } = machine;
    cpu.ram.set(Buffer.from(load, 'hex'), AT.code + 0x800);
    enable(cpu, 0, CR0.AM);
    setReg(cpu, GPR.RDI, DATA + 1n);
    pushFrame(cpu, { flags });
    return outcome(run(cpu, 3));
  };
  assert.is(aligned(0), 'ok');
  assert.is(aligned(RFLAGS.AC), '#AC(0)');
});

test('data segments that the outer level may not use become null', () => {
  const machine = returning();
  const { cpu } = machine;
  setRip(cpu, CODE);
  cpu.ram.set(Buffer.from(`b8180000008ed8b82b0000008ec0${IRETQ}`, 'hex'), AT.code);
  assert.is(run(cpu, 5).kind, 'budget');
  assert.is(getSegment(cpu, SEGMENT.DS).selector, 0);
  assert.is(getSegment(cpu, SEGMENT.ES).selector, USER_DATA);
});

test('each access faults in turn, and changes nothing', () => {
  const build = (): TestMachine =>
    returning(
      { ss: FAR | 3 },
      {
        gdt: { 6: segment((LONG_CODE & ~ACCESSED) | dpl(3)), [FAR / 8]: segment((DATA_SEGMENT & ~ACCESSED) | dpl(3)) },
      },
    );
  assert.is(attempt(build()), 'ok');
  const withPage = (linear: bigint, flags: bigint): string => {
    const machine = build();
    map(machine, linear, Number(linear), flags);
    return attempt(machine);
  };
  assert.is(withPage(STACK - 0x1000n, 0n), `#PF(0) at ${FRAME.toString(16)}`);
  assert.is(withPage(PAGE.descriptors, 0n), '#PF(0) at 40030');
  assert.is(withPage(PAGE.farDescriptors, 0n), '#PF(0) at 41000');
  assert.is(withPage(PAGE.descriptors, PTE.P), '#PF(3) at 40035');
  assert.is(withPage(PAGE.farDescriptors, PTE.P), '#PF(3) at 41005');
  for (let fields = 1; fields < 5; fields++) {
    const machine = build();
    const { cpu } = machine;
    const moved = cpu.ram.slice(AT.stack + 0x1000 - 40, AT.stack + 0x1000 - 40 + 8 * fields);
    cpu.ram.set(moved, AT.stack + 0x1000 - 8 * fields);
    setReg(cpu, GPR.RSP, STACK - BigInt(8 * fields));
    assert.is(attempt(machine), '#PF(0) at 21000', `${fields} fields mapped`);
  }
});

test('a fault of IRET is delivered at the IRET, on the stack that it has', () => {
  const machine = withHandlers(IRETQ, { gdt: { [FAR / 8]: segment((LONG_CODE | dpl(3)) & ~P) } });
  const { cpu } = machine;
  pushFrame(cpu, { cs: FAR | 3 });
  setGate(cpu, 11, { ist: 3 });
  run(cpu, 1);
  assert.is(getRip(cpu), handlerOf(11));
  assert.equal(stacked(cpu, 6), [BigInt(FAR), CODE, BigInt(KERNEL_CODE), 0x10002n, FRAME, BigInt(KERNEL_DATA)]);
  assert.is(getReg(cpu, GPR.RSP), istTop(3) - 48n);
});

// System calls

const STAR = (0x23n << 48n) | (BigInt(KERNEL_CODE) << 32n);

function calling(code: string, options: TableOptions): TestMachine {
  const machine = withHandlers(code, { ...options });
  setMsr(machine.cpu, MSR.STAR, STAR);
  setMsr(machine.cpu, MSR.LSTAR, TARGET);
  setMsr(machine.cpu, MSR.SFMASK, BigInt(RFLAGS.IF | RFLAGS.DF));
  return machine;
}

test('SYSCALL: RCX, R11, flags by the mask, flat segments; the stack is the user’s still', () => {
  const { cpu } = calling('0f05', { cpl: 3 });
  setFlags(cpu, BigInt(RFLAGS.IF | RFLAGS.DF | RFLAGS.CF));
  run(cpu, 1);
  assert.is(getRip(cpu), TARGET);
  assert.is(getCpl(cpu), 0);
  assert.is(getReg(cpu, GPR.RCX), CODE + 2n);
  assert.is(getReg(cpu, GPR.R11), BigInt(RFLAGS.IF | RFLAGS.DF | RFLAGS.CF | RFLAGS.FIXED));
  assert.is(getFlags(cpu), BigInt(RFLAGS.CF | RFLAGS.FIXED));
  assert.is(getReg(cpu, GPR.RSP), STACK);
  assert.is(getSegment(cpu, SEGMENT.CS).selector, KERNEL_CODE);
  assert.is(getSegment(cpu, SEGMENT.SS).selector, KERNEL_DATA);
});

test('SYSRET to a non-canonical RCX: Intel faults at CPL 0 on the user’s stack, AMD at the fetch at CPL 3', () => {
  const sysret = (options: TableOptions): string => {
    const { cpu } = calling('480f07', options);
    setReg(cpu, GPR.RCX, 1n << 47n);
    setReg(cpu, GPR.R11, 0x202n);
    setReg(cpu, GPR.RSP, STACK);
    const log: EventRecord[] = [];
    cpu.eventLog = log;
    run(cpu, 2);
    const [, rip, cs] = stacked(cpu, 6);
    const { cpl } = log.find((e) => e.kind === 'event')!;
    return `${chain(log)} cpl=${cpl} ${rip!.toString(16)} ${cs}`;
  };
  assert.is(sysret({ model: MAX }), `#GP(0) cpl=0 ${CODE.toString(16)} ${KERNEL_CODE}`);
  assert.is(sysret({ model: ZEN4 }), `#GP(0) cpl=3 800000000000 ${USER_CODE}`);
});

test('SYSRET: Intel loads SS flat, AMD changes its selector alone', () => {
  for (const [model, unusable] of [
    [MAX, false],
    [ZEN4, true],
  ] as const) {
    const { cpu } = calling('480f07', { model });
    // As an event from CPL 3 leaves it.
    cpu.ram.set(Buffer.from('31c08ed0480f07', 'hex'), AT.code);
    setReg(cpu, GPR.RCX, TARGET);
    run(cpu, 3);
    assert.is(getCpl(cpu), 3);
    const { selector, attributes } = getSegment(cpu, SEGMENT.SS);
    assert.is(selector, USER_DATA);
    assert.is((attributes & 0x100) !== 0, unusable);
  }
});

test('SYSENTER and SYSEXIT: #UD on AMD in long mode, by three MSRs on Intel', () => {
  const enter = (options: TableOptions): Cpu => {
    const { cpu } = calling('0f34', { cpl: 3, ...options });
    setMsr(cpu, MSR.SYSENTER_CS, BigInt(KERNEL_CODE));
    setMsr(cpu, MSR.SYSENTER_ESP, DATA);
    setMsr(cpu, MSR.SYSENTER_EIP, TARGET);
    run(cpu, 1);
    return cpu;
  };
  const intel = enter({});
  assert.is(getRip(intel), TARGET);
  assert.is(getReg(intel, GPR.RSP), DATA);
  assert.is(getCpl(intel), 0);
  assert.is(getRip(enter({ model: ZEN4 })), handlerOf(6));
});

test.run();
