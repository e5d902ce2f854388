/** Golden traces: the text of a run, its head and its end, and the first difference between two. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { firstDifference, goldenTrace } from '../../src/lab/golden.ts';
import { programOf } from './laboratory.ts';

const test = suite('golden');

const TEXT = `
//@ cpu     -pcid
//@ state   s=a: rax = 1
//@ state   s=b: rax = 2
//@ golden  first: features=PTI,PCID
//@ golden  second: entry=g s=b
//@ entry   f
//@ entry   g
	.section .entry.text, "ax"
f:	mov %rax, %rbx
	ret
g:	ud2`;

const traceOf = (index: number, maxInsns = 100): string[] => {
  const program = programOf(TEXT);
  const { value, diagnostics } = goldenTrace(program, program.scenario.goldens[index]!, maxInsns);
  assert.equal(diagnostics, []);
  return value!.split('\n').map((line) => line.replace(/ +/g, ' '));
};

test('the head names the run, the last line how it ended', () => {
  assert.equal(traceOf(0), [
    '# f features=PTI,PCID cpu=max,-pcid s=a',
    'ffffffff81000000 f mov %rax,%rbx rbx=0x1',
    'ffffffff81000003 f+0x3 ret rsp=0xfffffe000000e000',
    '# returned',
    '',
  ]);
  const [head, step, end] = traceOf(1);
  assert.is(head, '# g features=none cpu=max,-pcid s=b');
  assert.match(step!, /^ffffffff81000004 g ud2/);
  assert.match(end!, /^# #UD at g: /);
  assert.match(traceOf(0, 1).at(-2)!, /^# stopped at f\+0x3: the instruction budget is used up/);
});

test('the first difference, with three lines before it', () => {
  const lines = ['a', 'b', 'c', 'd', 'e'];
  const kept = lines.join('\n');
  assert.is(firstDifference(kept, kept), undefined);
  assert.equal(firstDifference(kept, ['a', 'b', 'c', 'd', 'x'].join('\n')), [
    'first difference in line 5:',
    '  b',
    '  c',
    '  d',
    '- e',
    '+ x',
  ]);
  assert.equal(firstDifference(kept, 'a'), ['first difference in line 2:', '  a', '- b', '+ (the trace ends here)']);
  assert.equal(firstDifference('a', kept), ['first difference in line 2:', '  a', '- (the trace ends here)', '+ b']);
});

test.run();
