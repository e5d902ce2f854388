/** Completion: what may stand at the end of a line, by the command that it belongs to. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { complete } from '../../src/debug/complete.ts';
import { feedWhole } from '../../src/debug/interpreter.ts';
import { debugProgram } from './transcript.ts';

const test = suite('complete');
const { it } = debugProgram('asm/cr3/restore_cr3.S', { features: ['PTI', 'PCID'] });
feedWhole(it, 'set $mine = 5');
for (const line of ['define walk', 'stepi', 'end']) feedWhole(it, line);

const FILES: Readonly<Record<string, readonly string[]>> = {
  '': ['asm/', 'script.gdb', '.hidden'],
  'asm/': ['cr3/', 'include/'],
};

const at = (line: string) => complete(it, line, (directory) => FILES[directory] ?? []);

/** Lines that the completions make of a line. */
const made = (line: string): string[] => {
  const { matches, from } = at(line);
  return matches.map((text) => line.slice(0, from) + text);
};

/** Expects these lines, no more. */
const check = (line: string, ...expected: readonly string[]): void => assert.equal(made(line), expected, line);

/** Expects these among others, and that all begin as the line does. */
function checkSome(line: string, ...expected: readonly string[]): void {
  const all = made(line);
  for (const one of expected) assert.ok(all.includes(one), `${one} is not among ${all.join(', ')}`);
  assert.ok(
    all.every((one) => one.startsWith(line)),
    line,
  );
}

test('names of commands, their aliases, and those of the own', () => {
  check('disp', 'display');
  check('  wat', '  watch');
  check('hb', 'hb', 'hbreak');
  check('wal', 'walk');
  checkSome('', 'break', 'stepi', 'walk', 'while');
  check('nosuch');
});

test('what gdb has and the debugger has not is not offered', () => {
  assert.not.ok(made('').includes('python'));
  check('attac');
});

test('nothing stands behind a command that takes nothing, or is none', () => {
  check('creg ');
  check('nosuch a');
  check('walk a');
});

test('locations: symbols, macros, files and their lines, expressions', () => {
  check('b restore_b', 'b restore_before', 'b restore_btr');
  check('break RESTORE_CR3_P', 'break RESTORE_CR3_PATCH');
  check('tb restore_cr3.', 'tb restore_cr3.S:');
  check('b asm/cr3/restore', 'b asm/cr3/restore_cr3.S:');
  check('b restore_cr3.S:10', 'b restore_cr3.S:101', 'b restore_cr3.S:102');
  check('b *restore_p', 'b *restore_patch');
  check('until restore_patch i', 'until restore_patch if');
  check('b restore_patch if $cr3.pc', 'b restore_patch if $cr3.pcid');
});

test('lines of a file are in their order', () => {
  const numbers = at('list restore_cr3.S:').matches.map(Number);
  assert.ok(numbers.length > 5);
  assert.equal(
    numbers,
    [...numbers].sort((a, b) => a - b),
  );
});

test('expressions: registers, their fields, convenience variables, symbols, functions', () => {
  check('p $cr', 'p $cr0', 'p $cr2', 'p $cr3', 'p $cr4', 'p $cr8');
  check('p/x $cr3.pc', 'p/x $cr3.pcid');
  check('p/x $cr3.PC', 'p/x $cr3.PCID');
  check('p $cr3.', 'p $cr3.pcid', 'p $cr3.pdbr');
  check('p $gdtr.', 'p $gdtr.base', 'p $gdtr.limit');
  check('p $mi', 'p $mine', 'p $misc_enable');
  check('x/4i restore_p', 'x/4i restore_patch');
  check('p 1+user_c', 'p 1+user_cr3');
  check('watch *(int*)$rs', 'watch *(int*)$rsi', 'watch *(int*)$rsp');
  check('while $mi', 'while $mine', 'while $misc_enable');
});

test('a number is no name', () => {
  check('p 0xf');
  check('p 1');
});

test('topics of info, and what they are about', () => {
  check('info fl', 'info flags');
  check('i alt', 'i alternatives');
  check('info alternatives PC', 'info alternatives PCID');
  check('info registers r14', ...['', 'b', 'd', 'l', 'w'].map((width) => `info registers r14${width}`));
  check('info registers cr3.p', 'info registers cr3.pcid', 'info registers cr3.pdbr');
  check('info line restore_bt', 'info line restore_btr');
  check('info symbol $pc', 'info symbol $pc');
  check('info macro RESTORE_CR3_', 'info macro RESTORE_CR3_PATCH');
  check('info tab u', 'info tab user');
});

test('help', () => {
  check('help rwa', 'help rwatch');
  check('help info fl', 'help info flags');
});

test('settings and their values', () => {
  check('set list', 'set listsize');
  check('show max', 'show max-insns');
  check('set features PT', 'set features PTI');
  check('set features +PCID,-PT', 'set features +PCID,-PTI');
  check('set features pti pc', 'set features pti pcid');
  check('set state saved=', 'set state saved=kernel', 'set state saved=user');
  check('set state saved=user,fl', 'set state saved=user,flush=none', 'set state saved=user,flush=pending');
  check('set entry pa', 'set entry patch');
  check('set context st', 'set context stack');
  check('set trace-commands o', 'set trace-commands off', 'set trace-commands on');
  check('set $cr3.pd', 'set $cr3.pdbr');
  check('set var $rs', 'set var $rsi', 'set var $rsp');
});

test('events', () => {
  check('catch ex', 'catch exception');
  check('catch exception p', 'catch exception pf');
  check('catch alternative pc', 'catch alternative pcid');
  check('tcatch msr lst', 'tcatch msr lstar');
  check('catch cr3 ', 'catch cr3 if');
  check('catch cr3 if $cr3.pd', 'catch cr3 if $cr3.pdbr');
  check('handle pf nos', 'handle pf nostop');
  checkSome('inject n', 'inject nmi', 'inject nm', 'inject np');
  check('inject pf $rs', 'inject pf $rsi', 'inject pf $rsp');
});

test('files', () => {
  check('source s', 'source script.gdb');
  check('source ', 'source asm/', 'source script.gdb');
  check('source .', 'source .hidden');
  check('source asm/c', 'source asm/cr3/');
  check('trace o', 'trace off', 'trace on');
  check('trace on asm/i', 'trace on asm/include/');
});

test('completing changes nothing', () => {
  const before = JSON.stringify([[...it.session.convenience.keys()], it.session.history.length, it.failures]);
  for (const line of ['p $new = 5', 'set $rax = ', 'b *$x = ', 'info symbol $y = ']) at(line);
  assert.is(JSON.stringify([[...it.session.convenience.keys()], it.session.history.length, it.failures]), before);
});

test.run();
