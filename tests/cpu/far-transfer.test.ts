/** Far JMP, CALL and RET: every check of SDM vol. 2 with its error code, call gates, and each access made to fault in turn. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { toBytes } from '../../src/base/u64.ts';
import {
  type Cpu,
  CR4,
  getCpl,
  getReg,
  getRip,
  getSegment,
  getSegmentBase,
  run,
  setFlags,
  setReg,
  setRip,
  setSegment,
} from '../../src/cpu/cpu.ts';
import { SYSTEM_TYPE } from '../../src/cpu/descriptors.ts';
import { MAX, ZEN4 } from '../../src/isa/cpu-models.ts';
import { GPR, RFLAGS, SEGMENT } from '../../src/isa/insn.ts';
import { enterUser, installGdt, map, PTE, type TestMachine, USER_PAGE } from './bench-machine.ts';
import { random } from './random.ts';
import { AT, CODE, DATA, enable, STACK } from './snippet.ts';
import {
  ACCESSED,
  CONFORMING,
  callGate,
  DATA_SEGMENT,
  DB,
  dpl,
  type Entry,
  get64,
  INNER,
  L,
  LONG_CODE,
  outcome,
  P,
  PLACE,
  put64,
  putEntries,
  segment,
  setTask,
  snapshot,
  system,
  type TableOptions,
  withTables,
} from './tables.ts';

const test = suite('far transfers');

/** Through the pointer at (%rdi), with 64-bit offsets on Intel. */
const JMP = '48ff2f';
const CALL = '48ff1f';
const RET = '48cb';
const TARGET = CODE + 0x800n;
/** The segment that the tests enter is at index 1, the gates' code segment at index 2, the gate at index 4. */
const CS = 8;
const BEHIND = 0x10;
const GATE = 0x20;

/** A far pointer of 64 bits at DATA, and the same as the stack's top. */
function point(cpu: Cpu, selector: number, offset = TARGET): void {
  put64(cpu, AT.data, offset);
  put64(cpu, AT.data + 8, BigInt(selector));
}

function through(code: string, selector: number, options: TableOptions, offset = TARGET): TestMachine {
  const machine = withTables(code, options);
  point(machine.cpu, selector, offset);
  return machine;
}

/** The outcome of one instruction; where it is no success, nothing may have changed. */
function attempt({ cpu }: TestMachine): string {
  const before = snapshot(cpu);
  const result = outcome(run(cpu, 1));
  if (result !== 'ok') assert.equal(snapshot(cpu), before, result);
  return result;
}

const enter = (code: string, entry: Entry, selector: number, options: TableOptions = {}, offset = TARGET): string =>
  attempt(through(code, selector, { ...options, gdt: { 1: entry, ...options.gdt } }, offset));

const SYSTEM = P | SYSTEM_TYPE.INTERRUPT_GATE;
const NON_CANONICAL = 1n << 47n;
/** 32-bit code, of compatibility mode. */
const CODE_32 = (LONG_CODE & ~L) | DB;

for (const [name, code] of [
  ['JMP', JMP],
  ['CALL', CALL],
] as const) {
  test(`far ${name} to a code segment: checks in order`, () => {
    assert.is(enter(code, segment(LONG_CODE), CS), 'ok');
    assert.is(enter(code, 0n, 3), '#GP(0)');
    assert.is(enter(code, segment(LONG_CODE), 0x2000), '#GP(2000)');
    assert.is(enter(code, segment(LONG_CODE), CS | 4), '#GP(c)');
    assert.is(enter(code, 0n, 0xc, { ldt: { 1: segment(LONG_CODE) } }), 'ok');
    assert.is(enter(code, segment(DATA_SEGMENT), CS), '#GP(8)');
    assert.is(enter(code, system(SYSTEM, 0n), CS), '#GP(8)');
    assert.is(enter(code, system(SYSTEM_TYPE.TSS, 0n), CS), '#GP(8)');
    assert.is(enter(code, segment(LONG_CODE | DB), CS), '#GP(8)');
    // Non-conforming: RPL at most CPL, DPL just the CPL.
    assert.is(enter(code, segment(LONG_CODE), CS | 1), '#GP(8)');
    assert.is(enter(code, segment(LONG_CODE | dpl(1)), CS), '#GP(8)');
    assert.is(enter(code, segment(LONG_CODE), CS, { cpl: 1 }), '#GP(8)');
    assert.is(enter(code, segment(LONG_CODE | dpl(3)), CS, { cpl: 3 }), 'ok');
    // Conforming: DPL at most the CPL, whatever the RPL.
    assert.is(enter(code, segment(LONG_CODE | CONFORMING), CS | 3, { cpl: 1 }), 'ok');
    assert.is(enter(code, segment(LONG_CODE | CONFORMING | dpl(2)), CS, { cpl: 1 }), '#GP(8)');
    assert.is(enter(code, segment(LONG_CODE & ~P), CS), '#NP(8)');
    assert.is(enter(code, segment(LONG_CODE & ~P), CS | 1), '#GP(8)');
    assert.is(enter(code, segment(CODE_32), CS), 'ok');
    assert.is(enter(code, segment(CODE_32), CS, {}, 1n << 32n), '#GP(0)');
    assert.is(enter(code, segment(CODE_32 & ~P), CS), '#NP(8)');
    assert.is(enter(code, segment(LONG_CODE), CS, {}, NON_CANONICAL), '#GP(0)');
  });
}

test('JMP loads CS with the CPL as its RPL, and a wider offset only with REX.W on Intel', () => {
  const jump = (code: string, model = MAX): bigint => {
    const { cpu } = withTables(code, { model, gdt: { 1: segment(LONG_CODE & ~ACCESSED) } });
    put64(cpu, AT.data, 0x8_0008_0900n);
    put64(cpu, AT.data + 8, BigInt(CS));
    assert.is(outcome(run(cpu, 1)), 'ok');
    assert.equal(getSegment(cpu, SEGMENT.CS), { selector: CS, base: 0n, limit: 0xffffffff, attributes: LONG_CODE });
    assert.is(cpu.ram[PLACE.gdt + 8 + 5], 0x9b);
    assert.is(getReg(cpu, GPR.RSP), STACK);
    return getRip(cpu);
  };
  assert.is(jump('66ff2f'), 0x0900n);
  assert.is(jump('48ff2f', ZEN4), 0x0008_0900n);
  assert.is(jump('48ff2f'), 0x8_0008_0900n);
  const { cpu } = through(JMP, CS, { gdt: { 1: segment(LONG_CODE | dpl(3)) }, cpl: 3 });
  assert.is(outcome(run(cpu, 1)), 'ok');
  assert.equal([getSegment(cpu, SEGMENT.CS).selector, getRip(cpu)], [CS | 3, TARGET]);
});

test('CALL pushes CS and the next address in the operand’s width, RET takes them back', () => {
  for (const [call, ret, width] of [
    ['48ff1f', '48cb', 8],
    ['ff1f', 'cb', 4],
    ['66ff1f', '66cb', 2],
  ] as const) {
    const { cpu } = withTables(call, { gdt: { 1: segment(LONG_CODE), 2: segment(LONG_CODE) } });
    const length = call.length / 2;
    // In page 0, so that an offset of 16 bits reaches it.
    const at = width === 2 ? 0x900n : TARGET;
    put64(cpu, AT.data, at | (BigInt(CS) << BigInt(8 * width)));
    if (width === 8) put64(cpu, AT.data + 8, BigInt(CS));
    put64(cpu, AT.stack + 0xff0, ~0n);
    put64(cpu, AT.stack + 0xff8, ~0n);
    assert.is(outcome(run(cpu, 1)), 'ok');
    assert.equal([getRip(cpu), getReg(cpu, GPR.RSP)], [at, STACK - BigInt(2 * width)]);
    const pushed = get64(cpu, AT.stack + 0x1000 - 2 * width);
    const next = BigInt.asUintN(8 * width, CODE + BigInt(length));
    assert.is(BigInt.asUintN(8 * width, pushed), next);
    const selector = get64(cpu, AT.stack + 0xff8) >> BigInt(64 - 8 * width);
    assert.is(selector, 0x10n);
    assert.is(attemptReturn(cpu, ret), width === 2 ? next : CODE + BigInt(length));
    assert.is(getReg(cpu, GPR.RSP), STACK);
    assert.is(getSegment(cpu, SEGMENT.CS).selector, 0x10);
  }
});

/** Runs a RET that stands at CODE + 0x100: the new RIP. */
function attemptReturn(cpu: Cpu, ret: string): bigint {
  const bytes = Buffer.from(ret, 'hex');
  put64(
    cpu,
    AT.code + 0x100,
    bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n),
  );
  setRip(cpu, CODE + 0x100n);
  assert.is(outcome(run(cpu, 1)), 'ok');
  return getRip(cpu);
}

test('CALL faults on its stack: #SS(0) before the target, #PF and #AC after the segment', () => {
  const call = (rsp: bigint, entry = segment(LONG_CODE), offset = TARGET): string => {
    const machine = through(CALL, CS, { gdt: { 1: entry } }, offset);
    setReg(machine.cpu, GPR.RSP, rsp);
    return attempt(machine);
  };
  assert.is(call(NON_CANONICAL + 16n), '#SS(0)');
  assert.is(call(NON_CANONICAL + 16n, segment(LONG_CODE), NON_CANONICAL), '#SS(0)');
  assert.is(call(NON_CANONICAL + 16n, segment(DATA_SEGMENT)), '#GP(8)');
  assert.is(call(0x60000n), '#PF(2) at 5fff8');
  assert.is(call(0x60000n, segment(LONG_CODE), NON_CANONICAL), '#GP(0)');
  assert.is(call(STACK - 0x1000n + 8n), '#PF(2) at 1fff8');
  const user = through(CALL, CS, { gdt: { 1: segment(LONG_CODE | dpl(3)) }, cpl: 3 });
  setReg(user.cpu, GPR.RSP, STACK - 4n);
  setFlags(user.cpu, BigInt(RFLAGS.AC));
  assert.is(attempt(user), '#AC(0)');
});

// Gates

const INNER_CODE = segment(LONG_CODE);

interface GateOptions extends TableOptions {
  readonly gate?: Entry;
  readonly behind?: Entry;
}

const gated = (
  code: string,
  { gate = callGate(BEHIND, TARGET, P | dpl(3)), behind = INNER_CODE, ...options }: GateOptions,
) => through(code, GATE | 3, { cpl: 3, ...options, gdt: { 2: behind, 4: gate, ...options.gdt } });

test('a call gate leads to an inner level: stack of the TSS, null SS, four slots', () => {
  for (const level of [0, 1, 2]) {
    const { cpu } = gated('ff1f', { behind: segment(LONG_CODE | dpl(level)) });
    put64(cpu, AT.data, 0xdead_beefn | (BigInt(GATE | 3) << 32n));
    assert.is(outcome(run(cpu, 1)), 'ok');
    assert.is(getCpl(cpu), level);
    assert.is(getRip(cpu), TARGET);
    assert.is(getSegment(cpu, SEGMENT.CS).selector, BEHIND | level);
    assert.equal(getSegment(cpu, SEGMENT.SS), { selector: level, base: 0n, limit: 0, attributes: 0x100 | dpl(level) });
    assert.is(getReg(cpu, GPR.RSP), INNER - 32n);
    const slots = [0, 1, 2, 3].map((i) => get64(cpu, PLACE.inner + 0xfe0 + 8 * i));
    assert.equal(slots, [CODE + 2n, 0x33n, STACK, 0x2bn]);
  }
});

test('a call gate to the same level, or to conforming code, keeps the stack and pushes two slots', () => {
  for (const behind of [segment(LONG_CODE | dpl(3)), segment(LONG_CODE | CONFORMING)]) {
    const { cpu } = gated('48ff1f', { behind });
    assert.is(outcome(run(cpu, 1)), 'ok');
    assert.equal([getCpl(cpu), getRip(cpu), getReg(cpu, GPR.RSP)], [3, TARGET, STACK - 16n]);
    assert.equal([get64(cpu, AT.stack + 0xff0), get64(cpu, AT.stack + 0xff8)], [CODE + 3n, 0x33n]);
    assert.is(getSegment(cpu, SEGMENT.CS).selector, BEHIND | 3);
  }
  assert.is(attempt(gated(JMP, { behind: segment(LONG_CODE | dpl(3)) })), 'ok');
  assert.is(attempt(gated(JMP, { behind: segment(LONG_CODE | CONFORMING) })), 'ok');
  assert.is(attempt(gated(JMP, {})), '#GP(10)');
});

test('the checks of a call gate, each with its selector (SDM vol. 2, CALL)', () => {
  const gate = (options: GateOptions): string => attempt(gated(CALL, options));
  const [low, high] = callGate(BEHIND, TARGET, P | dpl(3)) as readonly [bigint, bigint];
  const to = (selector: number, offset = TARGET): Entry => callGate(selector, offset, P | dpl(3));
  assert.is(gate({ gate: callGate(BEHIND, TARGET, P | dpl(2)) }), '#GP(20)');
  assert.is(gate({ gate: [low, high | (1n << 40n)] }), '#GP(20)');
  assert.is(gate({ gate: callGate(BEHIND, TARGET, dpl(3)) }), '#NP(20)');
  assert.is(gate({ gate: [low & ~(1n << 47n), high | (1n << 40n)] }), '#NP(20)');
  assert.is(gate({ gate: to(3) }), '#GP(0)');
  assert.is(gate({ gate: to(0x2008) }), '#GP(2008)');
  assert.is(gate({ behind: segment(DATA_SEGMENT) }), '#GP(10)');
  assert.is(gate({ behind: segment((LONG_CODE & ~L) | DB) }), '#GP(10)');
  assert.is(gate({ behind: segment(LONG_CODE | DB) }), '#GP(10)');
  assert.is(gate({ behind: segment(LONG_CODE & ~P) }), '#NP(10)');
  assert.is(gate({ behind: segment(LONG_CODE | dpl(3)), cpl: 2 }), '#GP(10)');
  assert.is(gate({ gate: to(BEHIND, NON_CANONICAL) }), '#GP(0)');
  const last = withTables(CALL, { cpl: 3 });
  putEntries(last.cpu, PLACE.gdt, { 1023: low });
  point(last.cpu, 0x1ffb);
  assert.is(attempt(last), '#GP(1ff8)');
});

test('a gate leads inwards only', () => {
  const outward = gated(CALL, { cpl: 0, behind: segment(LONG_CODE | dpl(3)) });
  point(outward.cpu, GATE);
  assert.is(attempt(outward), '#GP(10)');
});

test('the inner stack: #TS beyond the TSS, #SS(0) where it isn’t canonical', () => {
  const stack = (change: (cpu: Cpu) => void): string => {
    const machine = gated(CALL, { behind: segment(LONG_CODE | dpl(1)) });
    change(machine.cpu);
    return attempt(machine);
  };
  assert.is(
    stack((cpu) => setTask(cpu, 4 + 8 + 7)),
    'ok',
  );
  assert.is(
    stack((cpu) => setTask(cpu, 4 + 8 + 6)),
    '#TS(40)',
  );
  assert.is(
    stack((cpu) => put64(cpu, PLACE.tss + 12, NON_CANONICAL + 8n)),
    '#SS(0)',
  );
  assert.is(
    stack((cpu) => put64(cpu, PLACE.tss + 12, 0x70000n)),
    '#PF(2) at 6fff8',
  );
});

// RET

/** RET with these slots on the stack. */
function returning(code: string, slots: readonly bigint[], options: TableOptions): TestMachine {
  const machine = withTables(code, options);
  const rsp = STACK - BigInt(8 * slots.length);
  slots.forEach((slot, i) => {
    put64(machine.cpu, AT.stack + 0x1000 - 8 * (slots.length - i), slot);
  });
  setReg(machine.cpu, GPR.RSP, rsp);
  return machine;
}

const back = (entry: Entry, selector: number, options: TableOptions = {}, offset = TARGET): string =>
  attempt(returning(RET, [offset, BigInt(selector), STACK, 0n], { ...options, gdt: { 1: entry, ...options.gdt } }));

test('RET to the same level: checks in order', () => {
  assert.is(back(segment(LONG_CODE), CS), 'ok');
  assert.is(back(0n, 0), '#GP(0)');
  assert.is(back(segment(LONG_CODE), 0x2000), '#GP(2000)');
  assert.is(back(segment(DATA_SEGMENT), CS), '#GP(8)');
  assert.is(back(callGate(BEHIND, TARGET), CS), '#GP(8)');
  assert.is(back(segment(LONG_CODE | DB), CS), '#GP(8)');
  assert.is(back(segment(LONG_CODE), CS, { cpl: 1 }), '#GP(8)');
  assert.is(back(segment(LONG_CODE | dpl(1)), CS), '#GP(8)');
  assert.is(back(segment(LONG_CODE | CONFORMING), CS | 1, { cpl: 1 }), 'ok');
  assert.is(back(segment(LONG_CODE | CONFORMING | dpl(2)), CS | 1, { cpl: 1 }), '#GP(8)');
  assert.is(back(segment(LONG_CODE & ~P), CS), '#NP(8)');
  assert.is(back(segment(CODE_32), CS), 'ok');
  assert.is(back(segment(CODE_32), CS, {}, 1n << 32n), '#GP(0)');
  assert.is(back(segment(LONG_CODE), CS, {}, NON_CANONICAL), '#GP(0)');
});

const USER_CODE = segment(LONG_CODE | dpl(3));
const USER_STACK = segment(DATA_SEGMENT | dpl(3));
const SS = 0x18;
/** From CPL 0 to CPL 3, unless the slots say otherwise. */
const outwards = (slots: readonly bigint[], options: TableOptions = {}, code = RET): TestMachine =>
  returning(code, slots, { ...options, gdt: { 1: USER_CODE, 3: USER_STACK, ...options.gdt } });
const USER_SLOTS: readonly [bigint, bigint, bigint, bigint] = [TARGET, BigInt(CS | 3), DATA + 0x800n, BigInt(SS | 3)];

test('RET to an outer level takes SS and RSP, and data segments that it may not keep', () => {
  const machine = outwards(USER_SLOTS);
  const { cpu } = machine;
  const kernelData = { selector: 0x28, base: 0x1000n, limit: 0xfff, attributes: DATA_SEGMENT };
  const userData = { ...kernelData, attributes: DATA_SEGMENT | dpl(3) };
  const conforming = { ...kernelData, attributes: LONG_CODE | CONFORMING };
  setSegment(cpu, SEGMENT.DS, kernelData);
  setSegment(cpu, SEGMENT.ES, userData);
  setSegment(cpu, SEGMENT.FS, kernelData);
  setSegment(cpu, SEGMENT.GS, conforming);
  assert.is(outcome(run(cpu, 1)), 'ok');
  assert.equal([getCpl(cpu), getRip(cpu), getReg(cpu, GPR.RSP)], [3, TARGET, DATA + 0x800n]);
  assert.equal([getSegment(cpu, SEGMENT.CS).selector, getSegment(cpu, SEGMENT.SS).selector], [CS | 3, SS | 3]);
  assert.is(getSegment(cpu, SEGMENT.SS).attributes, DATA_SEGMENT | dpl(3));
  assert.is(getSegment(cpu, SEGMENT.DS).selector, 0);
  assert.equal(getSegment(cpu, SEGMENT.ES), userData);
  assert.equal([getSegment(cpu, SEGMENT.FS).selector, getSegmentBase(cpu, SEGMENT.FS)], [0, 0n]);
  assert.equal(getSegment(cpu, SEGMENT.GS), conforming);
  // The page of the code is the kernel's, so CPL 3 doesn't get further.
  assert.is(outcome(run(cpu, 1)), '#PF(15) at 10800');
});

test('RET n releases on both stacks', () => {
  const [rip, cs, rsp, ss] = USER_SLOTS;
  const { cpu } = outwards([rip, cs, 1n, 2n, rsp, ss], {}, '48ca1000');
  assert.is(outcome(run(cpu, 1)), 'ok');
  assert.is(getReg(cpu, GPR.RSP), DATA + 0x810n);
  const same = returning('48ca1000', [TARGET, BigInt(CS), 1n, 2n], { gdt: { 1: segment(LONG_CODE) } });
  assert.is(outcome(run(same.cpu, 1)), 'ok');
  assert.is(getReg(same.cpu, GPR.RSP), STACK);
});

test('RET to an outer level: the checks of SS', () => {
  const [rip, cs, rsp] = USER_SLOTS;
  const out = (ss: number, entry: Entry = USER_STACK, offset = rip): string =>
    attempt(outwards([offset, cs, rsp, BigInt(ss)], { gdt: { 3: entry } }));
  assert.is(out(SS | 3), 'ok');
  assert.is(out(0), '#GP(0)');
  assert.is(out(3), '#GP(0)');
  assert.is(out(0x2003), '#GP(2000)');
  assert.is(out(SS | 2), '#GP(18)');
  assert.is(out(SS | 3, segment(DATA_SEGMENT | dpl(2))), '#GP(18)');
  assert.is(out(SS | 3, segment(LONG_CODE | dpl(3))), '#GP(18)');
  assert.is(out(SS | 3, segment((DATA_SEGMENT & ~P) | dpl(3))), '#SS(18)');
  assert.is(out(SS | 3, USER_STACK, NON_CANONICAL), '#GP(0)');
  // Null is enough for 64-bit code at CPL 1 and 2.
  const one = outwards([rip, BigInt(CS | 1), rsp, 1n], { gdt: { 1: segment(LONG_CODE | dpl(1)) } });
  assert.is(attempt(one), 'ok');
  assert.equal([getCpl(one.cpu), getSegment(one.cpu, SEGMENT.SS).attributes], [1, 0x100 | dpl(1)]);
  assert.is(attempt(outwards(USER_SLOTS, { gdt: { 1: segment(CODE_32 | dpl(3)) } })), 'ok');
});

test('AMD pops the outer stack before it looks at CS, Intel after (APM vol. 3, RET far)', () => {
  const ret = (model: typeof MAX): string => {
    const machine = withTables(RET, { model, gdt: { 1: segment(DATA_SEGMENT) } });
    put64(machine.cpu, AT.stack + 0xff0, TARGET);
    put64(machine.cpu, AT.stack + 0xff8, BigInt(CS | 3));
    setReg(machine.cpu, GPR.RSP, STACK - 16n);
    return attempt(machine);
  };
  assert.is(ret(MAX), '#GP(8)');
  assert.is(ret(ZEN4), '#PF(0) at 21008');
});

// On silicon

/** A Linux process on a Zen 4, with nothing mapped behind its stack. */
function linuxProcess(code: string): TestMachine {
  const machine = withTables(code, { cpl: 3, model: ZEN4 });
  installGdt(machine);
  enterUser(machine.cpu);
  return machine;
}

test('JMP through the selectors of Linux’s GDT, as on a Zen 4', () => {
  for (let index = 0; index < 0x90; index += 8) {
    const machine = linuxProcess('ff2f');
    put64(machine.cpu, AT.data, TARGET | (BigInt(index | 3) << 32n));
    assert.is(
      attempt(machine),
      index === 0x20 || index === 0x30 ? 'ok' : `#GP(${index.toString(16)})`,
      index.toString(16),
    );
  }
});

/** RET, the bytes that are left of the stack's page, the selector; what a Zen 4 did. */
const RETURNS: readonly (readonly [code: string, left: number, selector: number, outcome: string])[] = [
  ['48cb', 0x100, 0x33, 'ok'],
  ['48cb', 0x100, 0, '#GP(0)'],
  ['48cb', 0x100, 3, '#GP(0)'],
  ['48cb', 0x100, 0x10, '#GP(10)'],
  ['48cb', 0x100, 0x30, '#GP(30)'],
  ['48cb', 0x100, 0x2b, '#GP(28)'],
  ['48cb', 0x100, 0x43, '#GP(40)'],
  ['48cb', 0x100, 0x83, '#GP(80)'],
  // The selector is popped first; with another RPL than the CPL, the outer SS and RSP next.
  ['48cb', 12, 0x33, '#PF(4) at 21000'],
  ['48cb', 7, 0x33, '#PF(4) at 21001'],
  ['48cb', 16, 0x2b, '#GP(28)'],
  ['48cb', 16, 0x28, '#PF(4) at 21008'],
  ['48cb', 16, 0x8001, '#PF(4) at 21008'],
  ['cb', 12, 0, '#PF(4) at 21000'],
  ['66cb', 4, 0, '#PF(4) at 21002'],
  ['66cb', 6, 0, '#PF(4) at 21000'],
  ['48ca1000', 0x30, 0, '#GP(0)'],
  ['48ca2000', 0x30, 0, '#PF(4) at 21008'],
];

test('RET faults in the order that it does on a Zen 4', () => {
  for (const [code, left, selector, expected] of RETURNS) {
    const machine = linuxProcess(code);
    const width = code.startsWith('66') ? 2 : code.startsWith('48') ? 8 : 4;
    const at = AT.stack + 0x1000 - left;
    if (left >= width) machine.cpu.ram.set(toBytes(TARGET, width), at);
    if (left >= 2 * width) machine.cpu.ram.set(toBytes(BigInt(selector), width), at + width);
    setReg(machine.cpu, GPR.RSP, STACK - BigInt(left));
    assert.is(attempt(machine), expected, `${code} with ${left} bytes, ${selector.toString(16)}`);
  }
});

// Each access in turn

const FAR = 0x1000 / 8;
const PAGE_OF = {
  gdt: BigInt(PLACE.gdt),
  next: BigInt(PLACE.gdt) + 0x1000n,
  tss: BigInt(PLACE.tss),
  inner: INNER - 0x1000n,
};

/** With the page at `linear` mapped by `flags`, the run faults so, and changes nothing. */
function withPage(build: () => TestMachine, linear: bigint, flags: bigint): string {
  const machine = build();
  map(machine, linear, Number(linear), flags);
  return attempt(machine);
}

test('CALL through a gate to an inner level: each access faults in turn', () => {
  // The gate in the GDT's first page, the code segment in the second.
  const build = (): TestMachine =>
    gated(CALL, {
      gate: callGate(8 * FAR, TARGET, P | dpl(3)),
      gdt: { [FAR]: segment(LONG_CODE & ~ACCESSED) },
    });
  assert.is(attempt(build()), 'ok');
  assert.is(withPage(build, DATA, 0n), '#PF(4) at 30000');
  assert.is(withPage(build, PAGE_OF.gdt, 0n), '#PF(0) at 40020');
  assert.is(withPage(build, PAGE_OF.next, 0n), '#PF(0) at 41000');
  assert.is(withPage(build, PAGE_OF.tss, 0n), '#PF(0) at 43004');
  assert.is(withPage(build, PAGE_OF.inner, 0n), '#PF(2) at 44ff8');
  assert.is(withPage(build, PAGE_OF.inner, PTE.P), '#PF(3) at 44ff8');
  assert.is(withPage(build, PAGE_OF.next, PTE.P), '#PF(3) at 41005');
  const halves = (): TestMachine => {
    const machine = gated(CALL, {});
    putEntries(machine.cpu, PLACE.gdt, { [FAR - 1]: callGate(BEHIND, TARGET, P | dpl(3)) });
    point(machine.cpu, 8 * (FAR - 1) + 3);
    return machine;
  };
  assert.is(attempt(halves()), 'ok');
  assert.is(withPage(halves, PAGE_OF.next, 0n), '#PF(0) at 41000');
});

test('RET to an outer level: each access faults in turn', () => {
  const build = (): TestMachine =>
    returning(RET, [TARGET, BigInt(CS | 3), DATA, BigInt(8 * FAR + 3)], {
      gdt: { 1: segment((LONG_CODE & ~ACCESSED) | dpl(3)), [FAR]: segment((DATA_SEGMENT & ~ACCESSED) | dpl(3)) },
    });
  assert.is(attempt(build()), 'ok');
  assert.is(withPage(build, STACK - 0x1000n, 0n), '#PF(0) at 20fe8');
  assert.is(withPage(build, PAGE_OF.gdt, 0n), '#PF(0) at 40008');
  assert.is(withPage(build, PAGE_OF.next, 0n), '#PF(0) at 41000');
  assert.is(withPage(build, PAGE_OF.gdt, PTE.P), '#PF(3) at 4000d');
  assert.is(withPage(build, PAGE_OF.next, PTE.P), '#PF(3) at 41005');
  const short = (): TestMachine => {
    const machine = build();
    put64(machine.cpu, AT.stack + 0xff0, TARGET);
    put64(machine.cpu, AT.stack + 0xff8, BigInt(CS | 3));
    setReg(machine.cpu, GPR.RSP, STACK - 16n);
    return machine;
  };
  assert.is(attempt(short()), '#PF(0) at 21008');
});

test('pushes of a gate obey SMAP with the new level’s rights, and EFLAGS.AC counts', () => {
  const build = (flags: number): TestMachine => {
    const machine = gated(CALL, {});
    map(machine, INNER - 0x1000n, PLACE.inner, USER_PAGE);
    enable(machine.cpu, 4, CR4.SMAP);
    setFlags(machine.cpu, BigInt(flags));
    return machine;
  };
  assert.is(attempt(build(0)), '#PF(3) at 44ff8');
  assert.is(attempt(build(RFLAGS.AC)), 'ok');
});

test('whatever the tables hold, an instruction succeeds, or faults and changes nothing', () => {
  const { below, u64 } = random(7);
  const pick = <T>(items: readonly T[]): T => items[below(items.length)]!;
  const level = (): number => below(4);
  const types = [
    LONG_CODE,
    LONG_CODE | CONFORMING,
    LONG_CODE & ~P,
    LONG_CODE | DB,
    DATA_SEGMENT,
    DATA_SEGMENT & ~ACCESSED,
    (LONG_CODE & ~L) | DB,
  ];
  const entry = (): Entry =>
    pick<() => Entry>([
      () => segment(pick(types) | dpl(level())),
      () => callGate(8 * below(8) + level(), pick([TARGET, NON_CANONICAL]), P | dpl(level())),
      () => system(below(16), pick([0n, BigInt(PLACE.tss), NON_CANONICAL]), 0x67, P | dpl(level())),
      u64,
    ])();
  const codes = [
    JMP,
    CALL,
    RET,
    'ff2f',
    'ff1f',
    'cb',
    '8ed8',
    '8ed0',
    '8ee8',
    '0f00d0',
    '0f00d8',
    '0f02d8',
    '0fa1',
    '0fb207',
  ];
  const seen = new Set<string>();
  for (let i = 0; i < 400; i++) {
    const gdt = Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((index) => [index, entry()]));
    const selector = 8 * below(9) + level();
    const slots = [TARGET, BigInt(selector), pick([DATA, NON_CANONICAL]), BigInt(8 * below(9) + level())];
    const machine = returning(pick(codes), slots, { gdt, cpl: level(), model: pick([MAX, ZEN4]) });
    point(machine.cpu, selector);
    setReg(machine.cpu, GPR.RAX, BigInt(selector));
    if (below(5) === 0) map(machine, PAGE_OF.gdt, PLACE.gdt, PTE.P);
    seen.add(attempt(machine).replace(/\(.*/, ''));
  }
  for (const expected of ['ok', '#GP', '#NP', '#PF']) assert.ok(seen.has(expected), expected);
});

test.run();
