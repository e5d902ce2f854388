/** Whatever registers, tables and memory hold, every view answers with lines, within its width and within bounded time. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { toBytes } from '../../../src/base/u64.ts';
import * as cpuModel from '../../../src/cpu/cpu.ts';
import { CR4, MSR } from '../../../src/cpu/cpu.ts';
import { type Style, visible } from '../../../src/debug/style.ts';
import { infoAlternatives, infoFeatures } from '../../../src/debug/views/alternatives.ts';
import { backtrace } from '../../../src/debug/views/backtrace.ts';
import { branchNote } from '../../../src/debug/views/branch.ts';
import { contextLines } from '../../../src/debug/views/context.ts';
import { infoCr, infoDr } from '../../../src/debug/views/control.ts';
import { infoCost } from '../../../src/debug/views/cost.ts';
import { disassemble } from '../../../src/debug/views/disassemble.ts';
import { infoGdt, infoLdt } from '../../../src/debug/views/gdt.ts';
import { infoIdt } from '../../../src/debug/views/idt.ts';
import { page } from '../../../src/debug/views/page.ts';
import {
  infoAllRegisters,
  infoFlags,
  infoMsr,
  infoRegisters,
  infoSegments,
} from '../../../src/debug/views/registers.ts';
import { infoLine, infoMacro, infoSource } from '../../../src/debug/views/source.ts';
import { infoStack } from '../../../src/debug/views/stack.ts';
import { infoFunctions, infoSymbols, infoVariables } from '../../../src/debug/views/symbols.ts';
import { infoTab } from '../../../src/debug/views/tab.ts';
import { infoTlb } from '../../../src/debug/views/tlb.ts';
import { infoTss } from '../../../src/debug/views/tss.ts';
import type { PatchRecord } from '../../../src/image/alternatives.ts';
import type { Machine } from '../../../src/machine/machine.ts';
import { snapshot } from '../../../src/trace/snapshot.ts';
import { RESTORE_SOURCES, restoreCr3, styleOf } from './machines.ts';

const test = suite('hostile states');

type View = (machine: Machine, style: Style, address: bigint, log: readonly PatchRecord[]) => readonly string[];

const VIEWS: Readonly<Record<string, View>> = {
  registers: (m, s) => infoRegisters(m, s),
  'all-registers': infoAllRegisters,
  flags: infoFlags,
  segments: infoSegments,
  cr: infoCr,
  dr: infoDr,
  msr: infoMsr,
  idt: (m, s) => infoIdt(m, s),
  gdt: (m, s) => infoGdt(m, s),
  ldt: (m, s) => infoLdt(m, s),
  tss: infoTss,
  tab: (m, s) => infoTab(m, s),
  'tab user': (m, s) => infoTab(m, s, 'user'),
  'tab cr3': (m, s, a) => infoTab(m, s, a),
  tlb: infoTlb,
  page: (m, s, a) => page(m, s, a),
  'page cr3': (m, s, a) => page(m, s, a, a),
  stack: (m, s) => infoStack(m, s, 64),
  symbols: (m, s) => infoSymbols(m, s, '(['),
  functions: (m, s) => infoFunctions(m, s),
  variables: (m, s) => infoVariables(m, s),
  line: (m, s, a) => infoLine(m, s, a),
  source: infoSource,
  macro: (m, s) => infoMacro(m, s, 'RESTORE_CR3'),
  alternatives: (m, s, _, log) => infoAlternatives(m, s, log),
  features: (m, s, _, log) => infoFeatures(m, s, log),
  cost: infoCost,
  backtrace: (m, s) => backtrace(m, s),
  disassemble: (m, s) => disassemble(m, s, { raw: true, source: 's', sources: RESTORE_SOURCES }),
  'disassemble range': (m, s, a) => disassemble(m, s, { from: a, to: a + 200n }),
  branch: (m) => [branchNote(m)?.text ?? ''].map((text) => text.slice(0, 20)),
  context: (m, s) => contextLines(m, s, { sources: RESTORE_SOURCES, before: new Map() }),
};

/** What a view may take. Typical is a millisecond; the machine may be busy. */
const MILLISECONDS = 2000;

// States

const anyAddress = fc.oneof(
  fc.constantFrom(
    0n,
    1n,
    0xffff_ffff_ffff_ffffn,
    0xffff_ffff_ffff_fff9n,
    0x7fff_ffff_ffffn,
    0x8000_0000_0000n,
    0xffff_ffff_8100_0000n,
    0xffff_ffff_81ff_f000n,
    0xffff_fe00_0000_dff8n,
    0xffff_fe00_0000_dfa0n,
    0xffff_8880_0000_e000n,
  ),
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
  fc.bigInt({ min: 0n, max: 0x200n }).map((n) => 0xffff_ffff_8100_0000n + n),
  fc.bigInt({ min: 0n, max: 0x2000n }).map((n) => 0xffff_fe00_0000_c000n + n),
);

/** Physical memory up to there holds the tables and what they map. */
const USED_PAGES = 0x48;

const anySegment = fc.record({
  selector: fc.nat(0xffff),
  base: fc.oneof(fc.constant(0n), anyAddress),
  limit: fc.oneof(fc.constant(0xffffffff), fc.nat(0xffff)),
  attributes: fc.oneof(fc.constantFrom(0xa09b, 0xc09b, 0x009b, 0xc093, 0x8b, 0x100), fc.nat(0xffff)),
});
const anyTable = fc.record({ base: anyAddress, limit: fc.oneof(fc.constant(0xffff), fc.nat(0xffff)) });
const anyBit = (bit: number) => fc.boolean().map((set) => (set ? BigInt(bit >>> 0) : 0n));

const anyState = fc.record({
  registers: fc.array(anyAddress, { minLength: 16, maxLength: 16 }),
  rip: anyAddress,
  flags: fc.bigInt({ min: 0n, max: 0x3f_ffffn }),
  cpl: fc.constantFrom(0, 3),
  cs: fc.option(anySegment, { nil: undefined }),
  ss: fc.option(anySegment, { nil: undefined }),
  tr: fc.option(anySegment, { nil: undefined }),
  ldtr: fc.option(anySegment, { nil: undefined }),
  gdt: fc.option(anyTable, { nil: undefined }),
  idt: anyTable,
  cr3: fc.option(
    fc.oneof(
      fc.nat(USED_PAGES).map((n) => BigInt(n * 4096)),
      anyAddress,
    ),
    { nil: undefined },
  ),
  cr4: fc.tuple(...[CR4.PCIDE, CR4.LA57, CR4.SMAP, CR4.SMEP, CR4.PKE, CR4.PGE].map(anyBit)),
  efer: fc.constantFrom(0xd01n, 0x501n, 0n),
  debug: fc.array(anyAddress, { minLength: 6, maxLength: 6 }),
  gs: anyAddress,
  pkru: fc.nat(0xffff),
  memory: fc.array(fc.tuple(fc.nat(USED_PAGES), fc.nat(511), fc.oneof(anyAddress, entryOf())), { maxLength: 20 }),
  /** A page filled with one value: entries that all refer to the same table, or a stack of the same word. */
  filled: fc.option(fc.tuple(fc.nat(USED_PAGES), fc.oneof(anyAddress, entryOf())), { nil: undefined }),
  address: anyAddress,
});

/** A page-table entry that refers to a page in use, among them the tables themselves. */
function entryOf(): fc.Arbitrary<bigint> {
  return fc.tuple(fc.nat(USED_PAGES), fc.nat(0x1ff)).map(([page, bits]) => (BigInt(page) << 12n) | BigInt(bits) | 1n);
}

type State = typeof anyState extends fc.Arbitrary<infer T> ? T : never;

function bring({ cpu }: Machine, state: State): void {
  cpuModel.setCpl(cpu, state.cpl);
  state.registers.forEach((value, n) => {
    cpuModel.setReg(cpu, n, value);
  });
  cpuModel.setRip(cpu, state.rip);
  cpuModel.setFlags(cpu, state.flags);
  const segments = [
    [SEGMENTS.cs, state.cs],
    [SEGMENTS.ss, state.ss],
    [cpuModel.TR, state.tr],
    [cpuModel.LDTR, state.ldtr],
  ] as const;
  for (const [n, value] of segments) if (value) cpuModel.setSegment(cpu, n, value);
  if (state.gdt) cpuModel.setTable(cpu, 'gdt', state.gdt);
  cpuModel.setTable(cpu, 'idt', state.idt);
  if (state.filled) {
    const [at, value] = state.filled;
    for (let i = 0; i < 512; i++) cpuModel.writePhysical(cpu, at * 4096 + 8 * i, toBytes(value, 8));
  }
  for (const [at, index, value] of state.memory) cpuModel.writePhysical(cpu, at * 4096 + 8 * index, toBytes(value, 8));
  state.debug.forEach((value, i) => {
    cpuModel.setDr(cpu, i < 4 ? i : i + 2, value);
  });
  cpuModel.setMsr(cpu, MSR.EFER, state.efer);
  cpuModel.setMsr(cpu, MSR.GS_BASE, state.gs);
  cpuModel.setPkru(cpu, state.pkru);
  if (state.cr3 === undefined) return;
  cpuModel.setCr(
    cpu,
    4,
    state.cr4.reduce((bits, bit) => bits | bit, BigInt(CR4.PAE)),
  );
  cpuModel.setCr(cpu, 3, state.cr3);
}

const SEGMENTS = { cs: 1, ss: 2 } as const;

const { bench } = restoreCr3({ saved: 'user' });

for (const tlb of ['warm', 'empty'] as const) {
  test(`any state, TLB ${tlb}`, () => {
    const machine = bench.machine;
    const result = fc.check(
      fc.property(anyState, fc.constantFrom(60, 80, 132), (state, width) => {
        cpuModel.restore(machine.cpu, bench.start);
        if (tlb === 'warm') cpuModel.prefill(machine.cpu, cpuModel.getCr(machine.cpu, 3), [0xffffffff81000000n]);
        bring(machine, state);
        const before = snapshot(machine.cpu);
        for (const [name, view] of Object.entries(VIEWS)) {
          const start = performance.now();
          const lines = view(machine, styleOf(width), state.address, bench.log);
          const took = performance.now() - start;
          assert.ok(took < MILLISECONDS, `${name} took ${took} ms`);
          const wide = lines.filter((line) => visible(line) > width || line.includes('\n'));
          assert.equal(wide, [], `${name} at ${width} columns`);
        }
        assert.equal(snapshot(machine.cpu), before, 'a view changed the state');
      }),
      { numRuns: 100 },
    );
    // The report says which state it was, the error what was wrong.
    assert.not(result.failed, `${String(result.errorInstance)}\n${fc.defaultReportMessage(result)}`);
  });
}

test.run();
