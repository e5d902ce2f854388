import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formatDiagnostic } from '../../src/base/diagnostics.ts';
import { ZEN4 } from '../../src/isa/cpu-models.ts';
import { parseScenario } from '../../src/lab/scenario.ts';

const test = suite('scenario');

const errorsOf = (text: string): string[] => parseScenario('t.S', text).diagnostics.map(formatDiagnostic);

test('a header is read, the rest of the file is not', () => {
  const { value, diagnostics } = parseScenario(
    't.S',
    [
      '//@ title   The title',
      '/* //@ nothing */',
      '//@ entry   old = restore_old',
      '#@ entry   restore_new',
      '//@ vary    PTI X86_FEATURE_PCID',
      '//@ cpu     zen4, -pcid, +smap',
      '//@ kernel  6.3',
      '//@ state   saved=user: r14 = user_cr3(1); r15 = 0',
      '//@ state   pending: user_pcid_flush_mask = 1 << 2',
      '//@ stub    exc_nmi: returns',
      '//@ percpu  my_counter 8',
      '//@ expect  restored: cr3 == r14_at_entry',
      '//@ expect  cr3_writes <= 1',
      '//@ xfail   restored: pti -- a reason',
      '//@ fault   pcid: #PF -- another',
      '//@ show    total: rax -- thread: 1',
      '//@ golden  one: entry=old features=PTI,PCID saved=user',
      'restore_old: ret',
    ].join('\n'),
  );
  assert.equal(diagnostics, []);
  assert.is(value.title, 'The title');
  assert.equal(
    value.entries.map(({ name, symbol }) => [name, symbol]),
    [
      ['old', 'restore_old'],
      ['restore_new', 'restore_new'],
    ],
  );
  assert.equal(value.vary, [7 * 32 + 11, 4 * 32 + 17]);
  assert.equal(value.cpu, { model: ZEN4, changes: { pcid: false, smap: true } });
  assert.equal(value.kernel, [6, 3]);
  assert.equal(
    value.groups.map((g) => [g.name, g.states.map((s) => s.name)]),
    [
      ['saved', ['user']],
      ['pending', ['off', 'on']],
    ],
  );
  assert.equal(
    value.groups[0]!.states[0]!.assignments.map((a) => a.target),
    ['r14', 'r15'],
  );
  assert.equal([...value.stubs.get('exc_nmi')!], [0xc3]);
  assert.equal(value.percpu, [{ name: 'my_counter', size: 8 }]);
  assert.equal(
    value.expects.map((e) => e.name),
    ['restored', 'cr3_writes <= 1'],
  );
  assert.is(value.xfails[0]!.reason, 'a reason');
  assert.is(value.faults[0]!.fault, '#PF');
  assert.is(value.shows[0]!.note, 'thread: 1');
  assert.equal(value.goldens[0]!.states, new Map([['saved', 'user']]));
});

test('every bad line is reported, with its number', () => {
  const errors = errorsOf(
    '//@ entyr x\n//@ vary PTI NOSUCH ALSO_NOT\n\n//@ expect 1 +\n//@ state x y\n//@ kernel six\n//@ xfail nobody: 1\n',
  );
  assert.match(errors[0]!, /^t\.S:1: Error: unknown key `entyr' in the scenario header; the keys are: title, entry/);
  assert.equal(errors.slice(1), [
    "t.S:2: Error: undefined feature `NOSUCH'",
    "t.S:2: Error: undefined feature `ALSO_NOT'",
    "t.S:4: Error: `1 +' ends too early",
    "t.S:5: Error: state takes `GROUP=NAME: REGISTER = VALUE; …'",
    "t.S:6: Error: `six' is no kernel version",
    "t.S:7: Error: xfail of `nobody', which nothing expects",
  ]);
});

test('names of object properties are no keys', () => {
  assert.match(errorsOf('//@ constructor x')[0]!, /unknown key `constructor'/);
  assert.match(errorsOf('//@ __proto__ x')[0]!, /unknown key `__proto__'/);
});

test.run();
