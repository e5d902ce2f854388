/** Segment loads, descriptor tables, and what LAR to VERW tell: against a CPU at hand where CPL 3 suffices, else the manual. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type Cpu,
  CR4,
  checkpoint,
  getFlags,
  getReg,
  getRip,
  getSegment,
  getSegmentBase,
  getTable,
  LDTR,
  restore,
  run,
  setCpl,
  setFlags,
  setReg,
  setSegmentBase,
  stateBytes,
  TR,
} from '../../src/cpu/cpu.ts';
import { ATTRIBUTE, SYSTEM_TYPE } from '../../src/cpu/descriptors.ts';
import { withFeatures } from '../../src/isa/cpu-model.ts';
import { MAX, ZEN4 } from '../../src/isa/cpu-models.ts';
import { GPR, RFLAGS, SEGMENT } from '../../src/isa/insn.ts';
import { enterUser, installGdt, KERNEL_PAGE, map, PTE, USER_PAGE } from './bench-machine.ts';
import { AT, CODE, DATA, enable, load, STACK, snippet } from './snippet.ts';
import {
  ACCESSED,
  CONFORMING,
  DATA_SEGMENT,
  dpl,
  type Entry,
  get64,
  LONG_CODE,
  outcome,
  P,
  PLACE,
  put64,
  READABLE,
  segment,
  system,
  type TableOptions,
  WRITABLE,
  withTables,
} from './tables.ts';

const test = suite('segments');

/** Loads of AX. */
const TO = { es: '8ec0', ss: '8ed0', ds: '8ed8', fs: '8ee0', gs: '8ee8', ldtr: '0f00d0', tr: '0f00d8' } as const;

/** A Linux process whose one page of code is at hand. */
function linuxProcess(code: string): Cpu {
  const machine = snippet(code, { model: ZEN4 });
  map(machine, CODE, AT.code, USER_PAGE);
  map(machine, STACK - 0x1000n, AT.stack, USER_PAGE);
  map(machine, DATA, AT.data, USER_PAGE);
  installGdt(machine, 1);
  enterUser(machine.cpu);
  return machine.cpu;
}

const again = (cpu: Cpu, code: string): string => {
  load(cpu, code);
  return outcome(run(cpu, 1));
};

function loadAx(cpu: Cpu, code: string, selector: number): string {
  setReg(cpu, GPR.RAX, BigInt(selector));
  return again(cpu, code);
}

test('a new CPU has a flat kernel’s segments, and setCpl those of Linux', () => {
  const { cpu } = snippet('90');
  assert.equal(getSegment(cpu, SEGMENT.CS), { selector: 0x10, base: 0n, limit: 0xffffffff, attributes: 0xa09b });
  assert.equal(getSegment(cpu, SEGMENT.SS), { selector: 0x18, base: 0n, limit: 0xffffffff, attributes: 0xc093 });
  assert.equal(getSegment(cpu, SEGMENT.DS), { selector: 0, base: 0n, limit: 0, attributes: 0x100 });
  setCpl(cpu, 3);
  assert.equal(getSegment(cpu, SEGMENT.CS), { selector: 0x33, base: 0n, limit: 0xffffffff, attributes: 0xa0fb });
  assert.equal(getSegment(cpu, SEGMENT.SS), { selector: 0x2b, base: 0n, limit: 0xffffffff, attributes: 0xc0f3 });
});

test('DS and SS of a Linux process take what they take on a Zen 4', () => {
  const cpu = linuxProcess(TO.ds);
  const readable = [0x00, 0x20, 0x28, 0x30, 0x78];
  for (let selector = 0; selector < 0x90; selector++) {
    const index = selector & ~3;
    const refused = `#GP(${index.toString(16)})`;
    assert.is(loadAx(cpu, TO.ds, selector), readable.includes(index) ? 'ok' : refused, `DS ${selector.toString(16)}`);
    assert.is(loadAx(cpu, TO.ss, selector), selector === 0x2b ? 'ok' : refused, `SS ${selector.toString(16)}`);
  }
});

/** Selector; LAR, LSL (undefined: ZF = 0); VERR, VERW. Of a process on CPU 1 of a Zen 4. */
const INSPECTED: readonly (readonly [number, number | undefined, number | undefined, boolean, boolean])[] = [
  [0x00, undefined, undefined, false, false],
  [0x10, undefined, undefined, false, false],
  [0x23, 0xcffb00, 0xffffffff, true, false],
  [0x28, 0xcff300, 0xffffffff, true, true],
  [0x2b, 0xcff300, 0xffffffff, true, true],
  [0x30, 0xaffb00, 0xffffffff, true, false],
  [0x33, 0xaffb00, 0xffffffff, true, false],
  [0x40, undefined, undefined, false, false],
  [0x78, 0x40f500, 1, true, false],
  [0x7b, 0x40f500, 1, true, false],
  [0x83, undefined, undefined, false, false],
];

test('LAR, LSL, VERR and VERW tell a Linux process what they tell it on a Zen 4', () => {
  const cpu = linuxProcess('90');
  const OLD = 0xaaaa_aaaa_aaaa_aaaan;
  /** ZF, and RBX, which was OLD. */
  const ask = (code: string, selector: number): [zero: boolean, rbx: bigint] => {
    setReg(cpu, GPR.RBX, OLD);
    assert.is(loadAx(cpu, code, selector), 'ok');
    return [(getFlags(cpu) & BigInt(RFLAGS.ZF)) !== 0n, getReg(cpu, GPR.RBX)];
  };
  for (const [selector, rights, limit, readable, writable] of INSPECTED) {
    for (const [opcode, value] of [
      ['02', rights],
      ['03', limit],
    ] as const) {
      const expected = (width: number): [boolean, bigint] => {
        if (value === undefined) return [false, OLD];
        return [true, width === 2 ? (OLD & ~0xffffn) | BigInt(value & 0xffff) : BigInt(value)];
      };
      assert.equal(ask(`0f${opcode}d8`, selector), expected(4), `${opcode} ${selector.toString(16)}`);
      assert.equal(ask(`480f${opcode}d8`, selector), expected(8), `${opcode} ${selector.toString(16)}`);
      assert.equal(ask(`660f${opcode}d8`, selector), expected(2), `${opcode} ${selector.toString(16)}`);
    }
    assert.equal(ask('0f00e0', selector), [readable, OLD], `VERR ${selector.toString(16)}`);
    assert.equal(ask('0f00e8', selector), [writable, OLD], `VERW ${selector.toString(16)}`);
  }
});

test('moves and pushes of a selector have the width of their operand, in memory 16 bits', () => {
  const cpu = linuxProcess('90');
  const into = (code: string): bigint => {
    setReg(cpu, GPR.RAX, ~0n);
    assert.is(again(cpu, code), 'ok');
    return getReg(cpu, GPR.RAX);
  };
  assert.is(into('668cc8'), 0xffff_ffff_ffff_0033n);
  assert.is(into('8cc8'), 0x33n);
  assert.is(into('488cc8'), 0x33n);
  put64(cpu, AT.data, ~0n);
  into('488c0f'); // rex.W mov %cs, (%rdi)
  assert.is(get64(cpu, AT.data), 0xffff_ffff_ffff_0033n);
  loadAx(cpu, TO.gs, 0x2b);
  put64(cpu, AT.stack + 0xff8, ~0n);
  assert.is(again(cpu, '0fa8'), 'ok');
  assert.is(get64(cpu, AT.stack + 0xff8), 0x2bn);
  setReg(cpu, GPR.RSP, STACK);
  put64(cpu, AT.stack + 0xff8, ~0n);
  assert.is(again(cpu, '660fa8'), 'ok');
  assert.is(get64(cpu, AT.stack + 0xff8), 0x002b_ffff_ffff_ffffn);
});

test('POP %gs takes 16 bits of eight bytes, and moves RSP only if the selector loads', () => {
  const cpu = linuxProcess('90');
  const pop = (slot: bigint): [string, bigint] => {
    setReg(cpu, GPR.RSP, STACK - 8n);
    put64(cpu, AT.stack + 0xff8, slot);
    return [again(cpu, '0fa9'), getReg(cpu, GPR.RSP)];
  };
  assert.equal(pop(0xffff_ffff_ffff_002bn), ['ok', STACK]);
  assert.is(getSegment(cpu, SEGMENT.GS).selector, 0x2b);
  assert.equal(pop(0x10n), ['#GP(10)', STACK - 8n]);
  assert.is(getSegment(cpu, SEGMENT.GS).selector, 0x2b);
  setReg(cpu, GPR.RSP, STACK - 2n);
  assert.is(again(cpu, '0fa9'), '#PF(4) at 21000');
});

test('LGS reads the offset and then the selector; AMD has no 64-bit offsets', () => {
  const lgs = (model: typeof MAX): Cpu => {
    const { cpu } = withTables('480fb507', { model, gdt: { 5: segment(DATA_SEGMENT) } });
    put64(cpu, AT.data, 0x1111_0028_5566_7788n);
    put64(cpu, AT.data + 8, 0x28n);
    assert.is(outcome(run(cpu, 1)), 'ok');
    assert.is(getSegment(cpu, SEGMENT.GS).selector, 0x28);
    return cpu;
  };
  assert.is(getReg(lgs(MAX), GPR.RAX), 0x1111_0028_5566_7788n);
  assert.is(getReg(lgs(ZEN4), GPR.RAX), 0x5566_7788n);
  const cpu = linuxProcess('90');
  setReg(cpu, GPR.RDI, DATA + 0xffcn);
  assert.is(again(cpu, '0fb507'), '#PF(4) at 31000');
  setReg(cpu, GPR.RDI, DATA - 4n);
  assert.is(again(cpu, '0fb507'), '#PF(4) at 2fffc');
});

/** What becomes of a load with this descriptor at index 1 and this selector. */
function loading(register: keyof typeof TO, entry: Entry, selector: number, options: TableOptions = {}): string {
  const { cpu } = withTables(TO[register], { ...options, gdt: { 1: entry } });
  return loadAx(cpu, TO[register], selector);
}

const { S } = ATTRIBUTE;
const EXECUTE_ONLY = LONG_CODE & ~READABLE;
const READ_ONLY = DATA_SEGMENT & ~WRITABLE;
const absent = (attributes: number): number => attributes & ~P;

test('ES, DS, FS and GS take data and readable code of no more privilege than RPL and CPL (SDM vol. 2, MOV)', () => {
  for (const register of ['es', 'ds', 'fs', 'gs'] as const) {
    assert.is(loading(register, segment(DATA_SEGMENT), 8), 'ok');
    assert.is(loading(register, segment(READ_ONLY), 8), 'ok');
    assert.is(loading(register, segment(LONG_CODE), 8), 'ok');
    assert.is(loading(register, segment(EXECUTE_ONLY), 8), '#GP(8)');
    assert.is(loading(register, system(SYSTEM_TYPE.LDT, 0n), 8), '#GP(8)');
    assert.is(loading(register, segment(DATA_SEGMENT), 9), '#GP(8)');
    assert.is(loading(register, segment(DATA_SEGMENT | dpl(1)), 9), 'ok');
    assert.is(loading(register, segment(DATA_SEGMENT), 8, { cpl: 3 }), '#GP(8)');
    assert.is(loading(register, segment(DATA_SEGMENT | dpl(3)), 8, { cpl: 3 }), 'ok');
    assert.is(loading(register, segment(LONG_CODE | CONFORMING), 11, { cpl: 3 }), 'ok');
    assert.is(loading(register, segment(absent(DATA_SEGMENT)), 8), '#NP(8)');
    assert.is(loading(register, segment(absent(DATA_SEGMENT)), 11), '#GP(8)');
    assert.is(loading(register, segment(DATA_SEGMENT), 0x2000), '#GP(2000)');
    assert.is(loading(register, segment(DATA_SEGMENT), 0xc), '#GP(c)');
    assert.is(loading(register, 0n, 0xf, { ldt: { 1: segment(DATA_SEGMENT | dpl(3)) } }), 'ok');
    assert.is(loading(register, 0n, 0x1004, { ldt: {} }), '#GP(1004)');
    assert.is(loading(register, 0n, 3), 'ok');
  }
});

test('SS takes writable data of just the CPL, or below CPL 3 a null selector (SDM vol. 2, MOV)', () => {
  for (const cpl of [0, 1, 2, 3]) {
    const fitting = segment(DATA_SEGMENT | dpl(cpl));
    assert.is(loading('ss', fitting, 8 | cpl, { cpl }), 'ok');
    assert.is(loading('ss', fitting, 8 | (cpl ^ 1), { cpl }), '#GP(8)');
    assert.is(loading('ss', segment(DATA_SEGMENT | dpl(cpl ^ 1)), 8 | cpl, { cpl }), '#GP(8)');
    assert.is(loading('ss', segment(READ_ONLY | dpl(cpl)), 8 | cpl, { cpl }), '#GP(8)');
    assert.is(loading('ss', segment(LONG_CODE | dpl(cpl)), 8 | cpl, { cpl }), '#GP(8)');
    assert.is(loading('ss', segment(absent(DATA_SEGMENT) | dpl(cpl)), 8 | cpl, { cpl }), '#SS(8)');
    assert.is(loading('ss', 0n, cpl, { cpl }), cpl === 3 ? '#GP(0)' : 'ok');
    assert.is(loading('ss', 0n, cpl ^ 1, { cpl }), '#GP(0)');
  }
});

test('a load fills the cache, and FS and GS get the base', () => {
  const { cpu } = withTables(TO.gs, { gdt: { 1: segment(DATA_SEGMENT & ~ATTRIBUTE.G, 0x8765_4321n) } });
  setSegmentBase(cpu, SEGMENT.GS, 0xffff_8000_0000_0000n);
  assert.is(loadAx(cpu, TO.gs, 8), 'ok');
  assert.is(getSegmentBase(cpu, SEGMENT.GS), 0x8765_4321n);
  const attributes = DATA_SEGMENT | ATTRIBUTE.G;
  assert.equal(getSegment(cpu, SEGMENT.GS), { selector: 8, base: 0x8765_4321n, limit: 0xffffffff, attributes });
});

test('a null selector clears the base, except on old CPUs of AMD', () => {
  for (const [features, base] of [
    [{}, 0n],
    [{ nullBase: false }, 0x1234n],
  ] as const) {
    const { cpu } = withTables(TO.fs, { model: withFeatures(ZEN4, features) });
    setSegmentBase(cpu, SEGMENT.FS, 0x1234n);
    assert.is(loadAx(cpu, TO.fs, 3), 'ok');
    assert.is(getSegmentBase(cpu, SEGMENT.FS), base);
    assert.is(getSegment(cpu, SEGMENT.FS).selector, 3);
  }
});

const GDT_PAGE = BigInt(PLACE.gdt);
/** Outcome, and the byte with the type at index 1. */
function marking(attributes: number, rights: bigint, cpl: number, cr4 = 0, flags = 0): [string, number] {
  const machine = withTables(TO.ds, { cpl, gdt: { 1: segment(attributes | dpl(3)) } });
  map(machine, GDT_PAGE, PLACE.gdt, rights);
  enable(machine.cpu, 4, cr4);
  setFlags(machine.cpu, BigInt(flags));
  return [loadAx(machine.cpu, TO.ds, 8), machine.cpu.ram[PLACE.gdt + 8 + 5]!];
}

test('the accessed bit is set by the first load only, as a write of the supervisor’s', () => {
  const fresh = DATA_SEGMENT & ~ACCESSED;
  assert.equal(marking(fresh, KERNEL_PAGE, 3), ['ok', 0xf3]);
  assert.equal(marking(fresh, PTE.P, 3), ['#PF(3) at 4000d', 0xf2]);
  assert.equal(marking(DATA_SEGMENT, PTE.P, 3), ['ok', 0xf3]);
  assert.equal(marking(absent(fresh), PTE.P, 3), ['#NP(8)', 0x72]);
});

test('descriptors are read as a supervisor, and under SMAP whatever EFLAGS.AC says (SDM vol. 3, 4.6.1)', () => {
  assert.is(marking(DATA_SEGMENT, 0n, 3)[0], '#PF(0) at 40008');
  assert.is(marking(DATA_SEGMENT, USER_PAGE, 0, CR4.SMAP, RFLAGS.AC)[0], '#PF(1) at 40008');
  assert.is(marking(DATA_SEGMENT, USER_PAGE, 3, CR4.SMAP, RFLAGS.AC)[0], '#PF(1) at 40008');
  assert.is(marking(DATA_SEGMENT, USER_PAGE, 3)[0], 'ok');
});

test('LLDT takes a present LDT of the GDT, or none at all', () => {
  const ldt = system(SYSTEM_TYPE.LDT, 0xffff_8000_1234_5000n, 0xfff) as readonly [bigint, bigint];
  const { cpu } = withTables(TO.ldtr, { gdt: { 1: ldt } });
  assert.is(loadAx(cpu, TO.ldtr, 0xb), 'ok');
  const loaded = { selector: 0xb, base: 0xffff_8000_1234_5000n, limit: 0xfff, attributes: 0x82 };
  assert.equal(getSegment(cpu, LDTR), loaded);
  assert.is(loadAx(cpu, TO.ldtr, 3), 'ok');
  assert.equal(getSegment(cpu, LDTR), { selector: 3, base: 0n, limit: 0, attributes: 0x100 });
  assert.is(loading('ldtr', ldt, 0xc, { ldt: {} }), '#GP(c)');
  assert.is(loading('ldtr', ldt, 0x2000), '#GP(2000)');
  assert.is(loading('ldtr', system(SYSTEM_TYPE.TSS, 0n), 8), '#GP(8)');
  assert.is(loading('ldtr', segment(P | S | 2), 8), '#GP(8)');
  assert.is(loading('ldtr', system(SYSTEM_TYPE.LDT, 0n, 0xfff, 0), 8), '#NP(8)');
  assert.is(loading('ldtr', [ldt[0], ldt[1] | (2n << 40n)], 8), '#GP(8)');
  assert.is(loading('ldtr', system(SYSTEM_TYPE.LDT, 1n << 56n), 8), '#GP(8)');
  assert.is(loading('ldtr', ldt, 8, { cpl: 3 }), '#GP(0)');
});

test('LTR takes an available TSS, and marks it busy in the table and in TR', () => {
  const tss = system(SYSTEM_TYPE.TSS, 0xffff_8000_1234_5000n) as readonly [bigint, bigint];
  const { cpu } = withTables(TO.tr, { gdt: { 1: tss } });
  assert.is(loadAx(cpu, TO.tr, 8), 'ok');
  assert.equal(getSegment(cpu, TR), { selector: 8, base: 0xffff_8000_1234_5000n, limit: 0x67, attributes: 0x8b });
  assert.is(cpu.ram[PLACE.gdt + 8 + 5], 0x8b);
  assert.is(loadAx(cpu, TO.tr, 8), '#GP(8)');
  assert.is(loading('tr', tss, 0), '#GP(0)');
  assert.is(loading('tr', tss, 0xc, { ldt: {} }), '#GP(c)');
  assert.is(loading('tr', tss, 0x1ff8), '#GP(1ff8)');
  assert.is(loading('tr', system(SYSTEM_TYPE.LDT, 0n), 8), '#GP(8)');
  assert.is(loading('tr', system(SYSTEM_TYPE.TSS, 0n, 0x67, 0), 8), '#NP(8)');
  assert.is(loading('tr', tss, 8, { cpl: 3 }), '#GP(0)');
  const readOnly = withTables(TO.tr, { gdt: { 1: tss } });
  map(readOnly, GDT_PAGE, PLACE.gdt, PTE.P);
  assert.is(loadAx(readOnly.cpu, TO.tr, 8), '#PF(3) at 4000d');
  assert.is(getSegment(readOnly.cpu, TR).selector, 0x40);
});

test('LGDT, LIDT, SGDT and SIDT move ten bytes', () => {
  const { cpu } = snippet('90');
  put64(cpu, AT.data, 0x8000_0000_1000_0127n);
  put64(cpu, AT.data + 8, 0xffffn);
  for (const [loads, stores, table] of [
    ['0f0117', '0f01462000', 'gdt'],
    ['0f011f', '0f014e2000', 'idt'],
  ] as const) {
    assert.is(again(cpu, loads), 'ok');
    assert.equal(getTable(cpu, table), { base: 0xffff_8000_0000_1000n, limit: 0x0127 });
    setReg(cpu, GPR.RSI, DATA);
    put64(cpu, AT.data + 0x20, 0n);
    assert.is(again(cpu, stores), 'ok');
    assert.is(get64(cpu, AT.data + 0x20), 0x8000_0000_1000_0127n);
    assert.is(get64(cpu, AT.data + 0x28), 0xffffn);
  }
  put64(cpu, AT.data + 8, 0x7fffn);
  assert.is(again(cpu, '0f0117'), '#GP(0)');
  assert.is(getTable(cpu, 'gdt').base, 0xffff_8000_0000_1000n);
  setReg(cpu, GPR.RDI, DATA + 0xffcn);
  assert.is(again(cpu, '0f0107'), '#PF(2) at 31000');
  assert.is(get64(cpu, AT.data + 0xff8), 0n);
});

test('with a 32-bit address only the first byte of a pseudo-descriptor is below 4 GiB', () => {
  const machine = snippet('90');
  const { cpu } = machine;
  map(machine, 0xffff_f000n, 0x50000, KERNEL_PAGE);
  map(machine, 0x1_0000_0000n, 0x51000, KERNEL_PAGE);
  put64(cpu, 0x50ff8, 0x0127_0000_0000_0000n);
  put64(cpu, 0x51000, 0x5000n);
  setReg(cpu, GPR.RDI, 0xffff_fffen);
  assert.is(again(cpu, '670f0117'), 'ok');
  assert.equal(getTable(cpu, 'gdt'), { base: 0x5000n, limit: 0x127 });
});

test('SLDT, STR and the table stores are #GP(0) for users under UMIP; the loads always', () => {
  const cpu = linuxProcess('90');
  const codes = ['0f0107', '0f010f', '0f00c0', '0f00c8'];
  for (const code of codes) assert.is(again(cpu, code), 'ok', code);
  assert.is(getReg(cpu, GPR.RAX), 0x40n);
  enable(cpu, 4, CR4.UMIP);
  for (const code of codes) assert.is(again(cpu, code), '#GP(0)', code);
  for (const code of ['0f0117', '0f011f', TO.ldtr, TO.tr]) assert.is(again(cpu, code), '#GP(0)', code);
});

test('LAR and LSL know the system descriptors of IA-32e mode, and privilege (SDM vol. 2)', () => {
  const known = (opcode: string, level: number, selector: number): number[] =>
    Array.from({ length: 16 }, (_, type) => type).filter((type) => {
      const entry = system(type, 0n, 0x67, P | dpl(2));
      const { cpu } = withTables(`0f${opcode}d8`, { cpl: level, gdt: { 1: entry } });
      assert.is(loadAx(cpu, `0f${opcode}d8`, selector), 'ok');
      return getFlags(cpu) & BigInt(RFLAGS.ZF);
    });
  assert.equal(known('02', 0, 8), [2, 9, 11, 12]);
  assert.equal(known('03', 0, 8), [2, 9, 11]);
  assert.equal(known('02', 2, 10), [2, 9, 11, 12]);
  assert.equal(known('02', 2, 11), []);
  assert.equal(known('02', 3, 8), []);
});

test('looking at a descriptor may fault as reading it does, and changes nothing then', () => {
  const machine = withTables('0f02d8', { cpl: 3, gdt: {} });
  const { cpu } = machine;
  map(machine, GDT_PAGE, PLACE.gdt, 0n);
  setFlags(cpu, BigInt(RFLAGS.ZF));
  setReg(cpu, GPR.RBX, 5n);
  assert.is(loadAx(cpu, '0f02d8', 8), '#PF(0) at 40008');
  assert.equal([getReg(cpu, GPR.RBX), getRip(cpu)], [5n, CODE]);
  assert.ok(getFlags(cpu) & BigInt(RFLAGS.ZF));
});

test('a checkpoint covers segments and tables', () => {
  const { cpu } = withTables(TO.fs, { gdt: { 1: segment(DATA_SEGMENT & ~ACCESSED, 0x1000n) } });
  const before = stateBytes(cpu);
  const point = checkpoint(cpu);
  assert.is(loadAx(cpu, TO.fs, 8), 'ok');
  put64(cpu, AT.data, 0x127n);
  assert.is(again(cpu, '0f0117'), 'ok');
  restore(cpu, point);
  assert.equal(stateBytes(cpu), before);
  assert.is(cpu.ram[PLACE.gdt + 8 + 5], 0x92);
});

test.run();
