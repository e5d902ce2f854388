/** Symbols, source lines, macros, alternatives, features and cost. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { PLAIN } from '../../../src/debug/style.ts';
import { infoAlternatives, infoFeatures } from '../../../src/debug/views/alternatives.ts';
import { infoCost } from '../../../src/debug/views/cost.ts';
import { infoLine, infoMacro, infoSource } from '../../../src/debug/views/source.ts';
import { infoFunctions, infoSymbols, infoVariables } from '../../../src/debug/views/symbols.ts';
import { block, eventsAfter, restoreAfter, restoreCr3, styleOf } from './machines.ts';

const test = suite('views of the program');

const WIDE = styleOf(120);

test('symbols by pattern', () => {
  const { machine } = restoreCr3();
  assert.equal(infoFunctions(machine, PLAIN, 'patch|btr'), [
    'All functions matching regular expression "patch|btr":',
    '0xffffffff81000037  restore_patch  code  0x37 bytes',
    '0xffffffff8100006e  restore_btr    code  0x2b bytes',
  ]);
  assert.equal(infoVariables(machine, PLAIN, '^cpu_dr7$').slice(1), ['0xffff88800000f340  cpu_dr7  percpu  0x8 bytes']);
  assert.equal(infoSymbols(machine, PLAIN, '([').slice(1), ['(none)']);
  assert.ok(infoSymbols(machine, PLAIN).length > 10);
});

test('the line of an address, with its macros', () => {
  const { machine } = restoreCr3();
  assert.equal(infoLine(machine, WIDE, 0xffffffff81000000n), [
    'Line 46 of "inc/alternative.inc" starts at address 0xffffffff81000000 <restore_before> and ends at 0xffffffff81000002',
    '    <restore_before+2>.',
    '  in ALTERNATIVE, invoked at inc/calling.inc:94',
    '  in RESTORE_CR3, invoked at t.S:87',
  ]);
  assert.equal(infoLine(machine, WIDE, 0x10n), ['No line number information available for address 0x10']);
  assert.is(infoSource(machine, PLAIN)[0], 'Current source file is inc/alternative.inc, line 46.');
});

test('where a macro was expanded', () => {
  const { machine } = restoreCr3();
  assert.equal(infoMacro(machine, WIDE, 'SET_NOFLUSH_BIT').slice(1), [
    'inc/calling.inc:110  0xffffffff8100002d-0xffffffff81000031 <restore_before+45>',
    '  in RESTORE_CR3, invoked at t.S:87',
    't.S:60  0xffffffff81000064-0xffffffff81000068 <restore_patch+45>',
    '  in RESTORE_CR3_PATCH, invoked at t.S:94',
    't.S:75  0xffffffff8100008f-0xffffffff81000093 <restore_btr+33>',
    '  in PARANOID_RESTORE_USER_CR3, invoked at t.S:101',
  ]);
  assert.match(infoMacro(machine, WIDE, 'X')[0]!, /^No code comes from a macro `X'\. Code comes from ALTERNATIVE,/);
});

test('alternatives: applied and not', () => {
  const { machine, bench } = restoreCr3({}, ['PTI']);
  const lines = infoAlternatives(machine, WIDE, bench.log);
  assert.equal(
    lines.slice(0, 4),
    block(`
      6 alternatives, 3 applied:
        0  0xffffffff81000000 <restore_before> {PTI} applied (feature set): site 2, replacement 0 bytes from t.S:87
             eb 34 -> 66 90 (2 nops merged)
        1  0xffffffff81000002 <restore_before+2> {PCID} not applied (feature not set): site 2, replacement 0 bytes from t.S:87
    `),
  );
  assert.is(infoAlternatives(machine, WIDE, bench.log, 'restore_btr').length, 4);
  assert.is(infoAlternatives(machine, WIDE, bench.log, 'X86_FEATURE_PTI').filter((l) => l.includes('{PTI}')).length, 3);
  assert.equal(infoAlternatives(machine, WIDE, []), ['The program has no alternatives.']);
});

test("features: the kernel's, and the CPU's", () => {
  const { machine, bench } = restoreCr3({}, ['PTI']);
  const lines = infoFeatures(machine, PLAIN, bench.log);
  assert.is(lines[1], '  set        PTI');
  assert.is(lines[2], '  tested     PCID=0 PTI=1');
  assert.match(lines[3]!, /^CPU \(max: /);
});

test('cost: counters, and the next instruction with its source', () => {
  const lines = infoCost(restoreAfter(10, { saved: 'user', flush: 'pending' }), WIDE);
  assert.equal(lines.slice(-3), [
    'next, by table skylake: mov %r14,%cr3',
    '  100 cycles (Linux, Documentation/x86/pti.rst: "on the order of a hundred cycles" for CR3)',
    '  + 100 for the flush unless bit 63 is set',
  ]);
  assert.is(infoCost(eventsAfter(5), PLAIN)[0], 'instructions         5');
});

test.run();
