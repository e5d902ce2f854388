/** Verdicts: what is met, what is known not to be, and what makes a run fall short. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { stateBytes } from '../../src/cpu/cpu.ts';
import { HASWELL } from '../../src/isa/cpu-models.ts';
import { entriesOf, patchesOnPath, type RunResult } from '../../src/lab/execute.ts';
import { benchOf, type Options, programOf, runIn, runText } from './laboratory.ts';

const test = suite('runs and verdicts');

const run = (text: string, options?: Options): RunResult => {
  const result = runText(text, options);
  if (Array.isArray(result)) throw new Error(result.join('\n'));
  return result;
};

const RETURNS = '.section .entry.text,"ax"\n.globl f\nf: mov $5, %eax\nret';
const FAULTS = '.section .entry.text,"ax"\n.globl f\nf: ud2';

/** Header lines and program, then the run's verdict and those of its expectations: + met, - not, ~ known not to be. */
const VERDICTS: readonly (readonly [header: string, program: string, verdict: string, each: string])[] = [
  ['', RETURNS, 'ok', ''],
  ['//@ expect five: rax == 5', RETURNS, 'ok', '+five'],
  ['//@ expect five: rax == 6\n//@ expect also: 1', RETURNS, 'failed', '-five +also'],
  ['//@ expect five: rax == 6\n//@ xfail five: 1 -- because', RETURNS, 'known', '~five'],
  ['//@ expect five: rax == 6\n//@ xfail five: 0 -- elsewhere', RETURNS, 'failed', '-five'],
  ['//@ expect five: rax == 5\n//@ xfail five: 1 -- but it holds', RETURNS, 'failed', '-five'],
  ['//@ expect five: rax == 5\n//@ xfail five: 0 -- elsewhere', RETURNS, 'ok', '+five'],
  ['', FAULTS, 'failed', '-returns (#UD)'],
  ['//@ expect five: rax == 5', FAULTS, 'failed', '-returns (#UD)'],
  ['//@ fault 1: #UD -- known', FAULTS, 'known', '~fault #UD'],
  ['//@ fault 1: #PF -- another', FAULTS, 'failed', '-fault #PF'],
  ['//@ fault 0: #UD -- elsewhere', FAULTS, 'failed', '-returns (#UD)'],
  ['//@ fault 1: #UD -- does not come\n//@ expect five: rax == 5', RETURNS, 'failed', '-fault #UD'],
  ['//@ expect far: rax / 0', RETURNS, 'failed', '-far: division by zero'],
];

test('verdicts', () => {
  for (const [header, program, verdict, each] of VERDICTS) {
    const result = run(`${header}\n${program}`);
    const marks = result.verdicts.map(
      (v) => `${v.met && v.known === undefined ? '+' : v.known !== undefined ? '~' : '-'}${v.name}`,
    );
    assert.equal([result.verdict, marks.join(' ')], [verdict, each], header);
  }
});

test('an endless loop and a HLT of the program’s own do not return', () => {
  for (const [body, why] of [
    ['f: jmp f', 'budget used up'],
    ['f: hlt', 'halted'],
    ['f: movaps %xmm0, %xmm1', 'not modelled: Movaps_xmm_xmmm128'],
  ]) {
    const result = run(`.section .entry.text,"ax"\n.globl f\n${body}`);
    assert.is(result.verdict, 'failed');
    assert.equal(result.verdicts, [{ name: `returns (${why})`, met: false }]);
  }
});

test('figures count the program, not the exit page', () => {
  const result = run(
    '//@ expect instructions == 4\n//@ expect cr3_writes == 1\n//@ expect cycles > 0\n.section .entry.text,"ax"\n.globl f\nf: nop\nmov %cr3, %rax\nmov %rax, %cr3\nret',
  );
  assert.is(result.verdict, 'ok');
  assert.is(result.figures.instructions, 4);
  assert.equal([result.figures.cr3Writes, result.figures.cr3Flushes], [1, 1]);
  assert.is(result.cr3Name, 'kernel(1)');
});

test('states set registers, per-CPU variables and the stack; expressions see them at entry and after', () => {
  const text = `
//@ percpu mine 8
//@ state one=a: rax = 7; mine = rax + 1; rsp = rsp - 0x40
//@ state two=x: rbx = 1
//@ state two=y: rbx = 2
//@ expect rax_at_entry == 7 && rax == 8
//@ expect mine_at_entry == 8 && mine == 9
//@ expect rsp == rsp_at_entry + 8
//@ expect two.x == (rbx == 1)
//@ expect one.a
	.section .entry.text,"ax"
	.globl f
f:	mov %gs:mine, %rax
	incq %gs:mine
	ret`;
  // The return address lies where the stack of the entry begins: 0x40 below there is none.
  const away = run(text);
  assert.equal(away.verdicts, [{ name: 'returns (#PF)', met: false }]);
  const bench = benchOf(programOf(text.replace('; rsp = rsp - 0x40', '')));
  for (const two of ['x', 'y']) {
    const result = runIn(bench, { two });
    assert.ok(
      !Array.isArray(result) && result.verdict === 'ok',
      JSON.stringify(result, (_, v) => (typeof v === 'bigint' ? `${v}` : v)),
    );
  }
});

test('every name that means nothing is told, whether or not a run would come to it', () => {
  const messages = runText(
    '//@ expect 0 && nobody\n' +
      '//@ state s=x: nothere = 1\n//@ fault 0 && alien: #PF\n//@ expect kernel_cr3(1, 2) == 0\n//@ entry gone\n' +
      RETURNS,
  );
  assert.equal(messages, [
    "t.S:5: Error: no symbol `gone' to enter",
    "t.S:2: Error: `nothere' is no register or per-CPU variable",
    "t.S:1: Error: unknown name `nobody'",
    "t.S:4: Error: unknown function `kernel_cr3' of 2 argument(s)",
    "t.S:3: Error: unknown name `alien'",
  ]);
});

test('a header’s cpu line holds for every run, and options come on top', () => {
  const text = `//@ cpu -pcid\n//@ expect !cpu.pcid && cpu.smap\n${RETURNS}`;
  assert.is(run(text).verdict, 'ok');
  assert.is(run(text, { cpu: { pcid: true } }).verdict, 'failed');
  assert.is(run(text, { model: HASWELL }).verdict, 'failed', 'a model instead of the header’s forgets its changes');
  const modelled = `//@ cpu skylake,-pcid\n//@ expect !cpu.pcid && !cpu.umip && cpu.smap\n${RETURNS}`;
  assert.is(run(modelled).verdict, 'ok');
  assert.throws(
    () => programOf(`//@ cpu pcid, -nosuch\n${RETURNS}`),
    /t\.S:1: Error: `pcid' is a CPU feature: take it with -pcid .*\nt\.S:1: Error: `-nosuch' is no CPU feature$/,
  );
});

const COUNTER = `
//@ percpu mine 8
//@ state start=a: mine = 1
//@ state start=b: mine = 2
	.section .entry.text,"ax"
	.globl f
f:	incq %gs:mine
	mov %cr3, %rax
	mov %rax, %cr3
	mov %gs:mine, %rbx
	lock; incq total(%rip)
	ret
	.data
total:	.quad 0`;

test('runs do not see each other: order and repetition change nothing', () => {
  const bench = benchOf(programOf(`//@ show total: u64(total)\n${COUNTER}`));
  const observe = (start: string): unknown => {
    const result = runIn(bench, { start });
    assert.not(Array.isArray(result));
    const { figures, shows, verdict } = result as RunResult;
    return [figures, shows.map((s) => s.value), verdict, Buffer.from(stateBytes(bench.machine.cpu)).toString('hex')];
  };
  const [a, b] = [observe('a'), observe('b')];
  assert.equal((a as unknown[])[1], [1n], 'memory is as it was before each run');
  assert.equal([observe('b'), observe('b'), observe('a')], [b, b, a]);
});

test('the way to a stop tells which replacements it went through, and leaves the machine alone', () => {
  const bench = benchOf(
    programOf(`#include "alternative.inc"
	.section .entry.text,"ax"
	.globl f
f:	ALTERNATIVE "", "jmp 1f", X86_FEATURE_PTI
	ALTERNATIVE "", "cld", X86_FEATURE_PCID
1:	ALTERNATIVE "", "std", X86_FEATURE_PCID
	ud2`),
    { features: ['PTI', 'PCID'] },
  );
  const result = runIn(bench) as RunResult;
  assert.is(result.fault, '#UD');
  const before = Buffer.from(stateBytes(bench.machine.cpu)).toString('hex');
  const run = { entry: entriesOf(bench.program, bench.image)[0]!, selection: result.selection, sets: [] };
  const lines = patchesOnPath(bench, run, result.figures.instructions + 1).map(
    (p) => p.sitePlace!.chain.at(-1)!.at.line,
  );
  assert.equal(lines, [4, 6], 'not the one that was jumped over');
  assert.is(Buffer.from(stateBytes(bench.machine.cpu)).toString('hex'), before);
});

test('raw bytes run from `start’', () => {
  // mov $5, %al; ret
  const result = runIn(benchOf(programOf(Uint8Array.of(0xb0, 5, 0xc3), 'raw.bin'))) as RunResult;
  assert.equal([result.selection.entry, result.verdict, result.figures.instructions], ['start', 'ok', 2]);
});

test.run();
