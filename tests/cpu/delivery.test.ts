/** Delivery through the IDT: each check and its error code, each memory access made to fault in turn, and what a failure becomes. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type Cpu,
  CR4,
  type EventRecord,
  getCpl,
  getCr,
  getFlags,
  getReg,
  getRip,
  getSegment,
  getTable,
  injectEvent,
  run,
  setFlags,
  setReg,
  setTable,
} from '../../src/cpu/cpu.ts';
import { SYSTEM_TYPE } from '../../src/cpu/descriptors.ts';
import { GPR, RFLAGS, SEGMENT } from '../../src/isa/insn.ts';
import { map, PTE, type TestMachine, USER_PAGE } from './bench-machine.ts';
import {
  chain,
  FAR,
  type Gate,
  handlerOf,
  istTop,
  KERNEL_CODE,
  PAGE,
  setGate,
  setIst,
  setRsp0,
  setTaskLimit,
  stacked,
  USER_CODE,
  USER_DATA,
  withHandlers,
} from './handlers.ts';
import { CODE, enable, STACK } from './snippet.ts';
import {
  ACCESSED,
  DATA_SEGMENT,
  DB,
  dpl,
  INNER,
  LONG_CODE,
  P,
  segment,
  snapshot,
  type TableOptions,
} from './tables.ts';

const test = suite('delivery');

const INT_50 = 'cd50';
const UD2 = '0f0b';
/** divl %ecx, with ECX = 0. */
const DIVIDE = 'f7f1';
/** mov 0x60000, %eax, which nothing maps. */
const UNMAPPED = '8b042500000600';
const BAD = 1n << 63n;

/** What one instruction, or the event put in before it, leads to. */
function attempt({ cpu }: TestMachine, act: (cpu: Cpu) => void = (c) => void run(c, 1)): string {
  const log: EventRecord[] = [];
  cpu.eventLog = log;
  act(cpu);
  cpu.eventLog = undefined;
  return chain(log);
}

/** INT 0x50 at CPL 3 through such a gate. */
function throughGate(gate: Gate, options: TableOptions = {}): string {
  const machine = withHandlers(INT_50, { cpl: 3, ...options });
  setGate(machine.cpu, 0x50, { dpl: 3, ...gate });
  return attempt(machine);
}

test('the frame of each kind', () => {
  const fault = withHandlers(UD2, { cpl: 3 });
  assert.is(attempt(fault), '#UD');
  assert.equal(stacked(fault.cpu, 5), [CODE, BigInt(USER_CODE), 0x10002n, STACK, BigInt(USER_DATA)]);
  assert.is(getReg(fault.cpu, GPR.RSP), INNER - 40n);
  assert.is(getCpl(fault.cpu), 0);
  assert.is(getSegment(fault.cpu, SEGMENT.SS).selector, 0);
  assert.is(getSegment(fault.cpu, SEGMENT.CS).selector, KERNEL_CODE);
  assert.is(getRip(fault.cpu), handlerOf(6));

  const software = withHandlers(INT_50, { cpl: 3 });
  setGate(software.cpu, 0x50, { dpl: 3 });
  assert.is(attempt(software), 'vector 80');
  assert.equal(stacked(software.cpu, 5), [CODE + 2n, BigInt(USER_CODE), 2n, STACK, BigInt(USER_DATA)]);

  const withError = withHandlers(UNMAPPED, { cpl: 3 });
  assert.is(attempt(withError), '#PF(4)');
  assert.is(stacked(withError.cpu, 1)[0], 4n);
  assert.is(getReg(withError.cpu, GPR.RSP), istTop(1) - 48n);
  assert.is(getCr(withError.cpu, 2), 0x60000n);
});

test('at the same privilege the stack stays, aligned; SS keeps its selector', () => {
  const machine = withHandlers(UD2);
  setReg(machine.cpu, GPR.RSP, STACK - 3n);
  attempt(machine);
  assert.is(getReg(machine.cpu, GPR.RSP), STACK - 16n - 40n);
  assert.equal(stacked(machine.cpu, 5), [CODE, 0x10n, 0x10002n, STACK - 3n, 0x18n]);
  assert.is(getSegment(machine.cpu, SEGMENT.SS).selector, 0x18);
});

test('interrupt gates clear IF, both clear TF, NT and RF; AC and DF stay', () => {
  const { IF, NT, RF, AC, DF, FIXED } = RFLAGS;
  for (const [type, left] of [
    [SYSTEM_TYPE.INTERRUPT_GATE, FIXED | AC | DF],
    [SYSTEM_TYPE.TRAP_GATE, FIXED | AC | DF | IF],
  ] as const) {
    const { cpu } = withHandlers('90', {});
    setGate(cpu, 0x50, { type });
    setFlags(cpu, BigInt(IF | NT | RF | AC | DF));
    injectEvent(cpu, { vector: 0x50, kind: 'interrupt' });
    assert.is(getFlags(cpu), BigInt(left));
    assert.is(stacked(cpu, 3)[2], BigInt(FIXED | IF | NT | RF | AC | DF));
  }
});

test('gates: each check, with its error code', () => {
  assert.is(throughGate({}), 'vector 80');
  for (const type of [1, 5, 6, 7, 9, 12]) assert.is(throughGate({ type }), 'vector 80 > #GP(282)', `type ${type}`);
  assert.is(throughGate({ dpl: 2 }), 'vector 80 > #GP(282)');
  assert.is(throughGate({ present: false }), 'vector 80 > #NP(282)');
  assert.is(throughGate({ selector: 0 }), 'vector 80 > #GP(0)');
  assert.is(throughGate({ selector: 0x2000 }), 'vector 80 > #GP(2000)');
  assert.is(throughGate({ selector: 0x18 }), 'vector 80 > #GP(18)');
  assert.is(throughGate({ selector: FAR }, { gdt: { [FAR / 8]: segment(LONG_CODE & ~P) } }), 'vector 80 > #NP(1000)');
  const compatible = segment((LONG_CODE & ~0x2000) | DB);
  assert.is(throughGate({ selector: FAR }, { gdt: { [FAR / 8]: compatible } }), 'vector 80 > #GP(1000)');
  assert.is(throughGate({ offset: BAD }), 'vector 80 > #GP(0)');
  const kernel = withHandlers(INT_50);
  setGate(kernel.cpu, 0x50, { selector: USER_CODE });
  assert.is(attempt(kernel), 'vector 80 > #GP(30)');
});

test('the DPL of the gate counts for INT n and INT3, and not for INT1, exceptions and interrupts', () => {
  assert.is(attempt(withHandlers(INT_50, { cpl: 3 })), 'vector 80 > #GP(282)');
  assert.is(attempt(withHandlers('cc', { cpl: 3 })), '#BP > #GP(1a)');
  assert.is(attempt(withHandlers('f1', { cpl: 3 })), '#DB');
  assert.is(attempt(withHandlers(UD2, { cpl: 3 })), '#UD');
  assert.is(
    attempt(withHandlers('90', { cpl: 3 }), (cpu) => void injectEvent(cpu, { vector: 0x50, kind: 'interrupt' })),
    'vector 80',
  );
});

test('EXT is set in the error code, unless the program asked for the event', () => {
  for (const [kind, error] of [
    ['software', '282'],
    ['interrupt', '283'],
    ['trap', '283'],
  ] as const) {
    const machine = withHandlers('90');
    setGate(machine.cpu, 0x50, { present: false });
    assert.is(
      attempt(machine, (cpu) => void injectEvent(cpu, { vector: 0x50, kind })),
      `vector 80 > #NP(${error})`,
    );
  }
  const short = withHandlers(UD2, { cpl: 3 });
  setTaskLimit(short.cpu, 10);
  setGate(short.cpu, 10, { ist: 0 });
  assert.is(attempt(short), '#UD > #TS(41) > #DF(0) ! #TS(41)');
});

test('the TSS has to reach as far as the stack pointer that is used', () => {
  const build = (limit: number, ist: number): TestMachine => {
    const machine = withHandlers(INT_50, { cpl: 3 });
    setGate(machine.cpu, 0x50, { dpl: 3, ist });
    setTaskLimit(machine.cpu, limit);
    return machine;
  };
  for (const ist of [1, 2, 3, 4, 5, 6, 7]) {
    const end = 28 + 8 * ist + 7;
    assert.is(attempt(build(end, ist)), 'vector 80', `IST${ist}`);
    assert.match(attempt(build(end - 1, ist)), /^vector 80 > #TS\(40\)/, `IST${ist}`);
    const machine = build(0x67, ist);
    attempt(machine);
    assert.is(getReg(machine.cpu, GPR.RSP), istTop(ist) - 40n, `IST${ist}`);
  }
});

test('an IST serves the same privilege too', () => {
  const machine = withHandlers(INT_50);
  setGate(machine.cpu, 0x50, { ist: 3 });
  attempt(machine);
  assert.is(getReg(machine.cpu, GPR.RSP), istTop(3) - 40n);
  assert.is(getSegment(machine.cpu, SEGMENT.SS).selector, 0x18);
});

test('a stack that is not canonical is #SS', () => {
  const outer = withHandlers(INT_50, { cpl: 3 });
  setGate(outer.cpu, 0x50, { dpl: 3 });
  setRsp0(outer.cpu, BAD);
  setGate(outer.cpu, 12, { ist: 4 });
  assert.is(attempt(outer), 'vector 80 > #SS(0)');
  const same = withHandlers(UD2);
  setReg(same.cpu, GPR.RSP, BAD);
  setGate(same.cpu, 12, { ist: 4 });
  assert.is(attempt(same), '#UD > #SS(1)');
});

// Each access in turn

/** INT 0x50 at CPL 3, its gate, descriptor and stack pointer in pages of their own. */
function separated(): TestMachine {
  const machine = withHandlers(INT_50, { cpl: 3, gdt: { [FAR / 8]: segment(LONG_CODE & ~ACCESSED) } });
  setGate(machine.cpu, 0x50, { dpl: 3, selector: FAR });
  return machine;
}

const ACCESSES: readonly (readonly [page: bigint, flags: bigint, error: bigint, cr2: bigint])[] = [
  [PAGE.laterGates, 0n, 0n, 0x47100n],
  [PAGE.farDescriptors, 0n, 0n, 0x41000n],
  [PAGE.rsp0, 0n, 0n, 0x48ff0n],
  [PAGE.inner, 0n, 2n, INNER - 8n],
  [PAGE.inner, PTE.P, 3n, INNER - 8n],
  [PAGE.farDescriptors, PTE.P, 3n, 0x41005n],
];

test('each access faults in turn: a page fault at the INT, and nothing else has happened', () => {
  assert.is(attempt(separated()), 'vector 80');
  for (const [page, flags, error, cr2] of ACCESSES) {
    const machine = separated();
    const { cpu } = machine;
    map(machine, page, Number(page), flags);
    const name = `${page.toString(16)} ${flags}`;
    assert.is(attempt(machine), `vector 80 > #PF(${error.toString(16)})`, name);
    assert.equal(stacked(cpu, 6), [error, CODE, BigInt(USER_CODE), 0x10002n, STACK, BigInt(USER_DATA)], name);
    assert.is(getReg(cpu, GPR.RSP), istTop(1) - 48n, name);
    assert.is(getRip(cpu), handlerOf(14), name);
    assert.is(getCr(cpu, 2), cr2, name);
    assert.ok(
      cpu.ram.subarray(Number(PAGE.inner), Number(INNER)).every((byte) => byte === 0),
      name,
    );
    assert.is(cpu.ram[Number(PAGE.farDescriptors) + 5]! & ACCESSED, 0, name);
  }
});

test('a frame across pages is written whole or not at all', () => {
  const machine = separated();
  setRsp0(machine.cpu, INNER - 0x1000n + 16n);
  map(machine, INNER - 0x2000n, Number(INNER) - 0x2000, 0n);
  assert.is(attempt(machine), 'vector 80 > #PF(2)');
  assert.is(getCr(machine.cpu, 2), INNER - 0x1008n);
  assert.ok(machine.cpu.ram.subarray(Number(PAGE.inner), Number(INNER)).every((byte) => byte === 0));
});

test('an IST that can’t be read', () => {
  const machine = separated();
  setGate(machine.cpu, 0x50, { dpl: 3, ist: 3 });
  setGate(machine.cpu, 14, { ist: 0 });
  map(machine, PAGE.ists, Number(PAGE.ists), 0n);
  assert.is(attempt(machine), 'vector 80 > #PF(0)');
  assert.is(getCr(machine.cpu, 2), 0x49020n);
});

test('the frame is the supervisor’s, under SMAP too; table reads don’t care for AC', () => {
  const build = (flags: number): TestMachine => {
    const machine = separated();
    enable(machine.cpu, 4, CR4.SMAP);
    map(machine, PAGE.inner, Number(PAGE.inner), USER_PAGE);
    setFlags(machine.cpu, BigInt(flags));
    return machine;
  };
  assert.is(attempt(build(0)), 'vector 80 > #PF(3)');
  assert.is(attempt(build(RFLAGS.AC)), 'vector 80');
  const table = build(RFLAGS.AC);
  map(table, PAGE.rsp0, Number(PAGE.rsp0), USER_PAGE);
  assert.is(attempt(table), 'vector 80 > #PF(1)');
});

// What a failure becomes

test('table 6-5: which pairs are a double fault', () => {
  const NOT_PRESENT: Gate = { present: false };
  const broken = (code: string, vectors: readonly number[]): string => {
    const machine = withHandlers(code);
    for (const vector of vectors) setGate(machine.cpu, vector, { ...NOT_PRESENT });
    return attempt(machine);
  };
  const unmappedStack = (code: string, vector: number): string => {
    const machine = withHandlers(code);
    setGate(machine.cpu, vector, { ist: 3 });
    setIst(machine.cpu, 3, 0x60000n);
    return attempt(machine);
  };
  // Benign first: handled in turn. Contributory upon contributory, and anything but benign upon a page fault: #DF.
  assert.is(broken(UD2, [6]), '#UD > #NP(33)');
  assert.is(broken(DIVIDE, [0]), '#DE > #DF(0)');
  assert.is(broken(UNMAPPED, [14]), '#PF(0) > #DF(0)');
  assert.is(unmappedStack(UD2, 6), '#UD > #PF(2)');
  assert.is(unmappedStack(DIVIDE, 0), '#DE > #PF(2)');
  assert.is(unmappedStack(UNMAPPED, 14), '#PF(0) > #DF(0)');
  assert.is(broken(INT_50, [0x50]), 'vector 80 > #NP(282)');
  // In a row: #UD, which becomes #NP, which becomes #DF.
  assert.is(broken(UD2, [6, 11]), '#UD > #NP(33) > #DF(0)');
});

test('an interrupt is benign whatever its vector', () => {
  const machine = withHandlers('90');
  setGate(machine.cpu, 14, { present: false });
  assert.is(
    attempt(machine, (cpu) => void injectEvent(cpu, { vector: 14, kind: 'interrupt' })),
    '#PF > #NP(73)',
  );
});

test('what fails while #DF is delivered is a shutdown, and the state is that at the instruction', () => {
  const machine = withHandlers(DIVIDE);
  const { cpu } = machine;
  for (const vector of [0, 8]) setGate(cpu, vector, { present: false });
  const before = snapshot(cpu);
  const stop = run(cpu, 10);
  assert.is(stop.kind, 'shutdown');
  assert.equal(snapshot(cpu), before);
  assert.is(run(cpu, 10).kind, 'shutdown');
});

test('#DF has an error code of 0 and the address of the instruction', () => {
  const machine = withHandlers(DIVIDE);
  setGate(machine.cpu, 0, { present: false });
  attempt(machine);
  assert.equal(stacked(machine.cpu, 3), [0n, CODE, 0x10n]);
  assert.is(getReg(machine.cpu, GPR.RSP), istTop(2) - 48n);
});

test('a descriptor of DPL 3 is conforming to nobody, a conforming one keeps the CPL', () => {
  const build = (attributes: number): TestMachine => {
    const machine = withHandlers(INT_50, { cpl: 3, gdt: { [FAR / 8]: segment(attributes) } });
    setGate(machine.cpu, 0x50, { dpl: 3, selector: FAR });
    return machine;
  };
  const conforming = build(LONG_CODE | 4);
  assert.is(attempt(conforming), 'vector 80');
  assert.is(getCpl(conforming.cpu), 3);
  assert.is(getSegment(conforming.cpu, SEGMENT.CS).selector, FAR | 3);
  const user = build(LONG_CODE | dpl(3));
  assert.is(attempt(user), 'vector 80');
  assert.is(getCpl(user.cpu), 3);
  assert.is(attempt(build(DATA_SEGMENT)), 'vector 80 > #GP(1000)');
});

test('the IDT has to reach as far as the last byte of the gate', () => {
  const build = (limit: number): TestMachine => {
    const machine = withHandlers(INT_50);
    const { base } = getTable(machine.cpu, 'idt');
    setTable(machine.cpu, 'idt', { base, limit });
    return machine;
  };
  assert.is(attempt(build(0x50f)), 'vector 80');
  assert.is(attempt(build(0x50e)), 'vector 80 > #GP(282)');
});

test.run();
