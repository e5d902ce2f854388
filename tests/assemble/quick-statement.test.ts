/** What is read without the grammar is what the grammar makes of it, on the whole corpus and on spoilt lines. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { statementParser } from '../../src/assemble/grammar.ts';
import { quickStatements } from '../../src/assemble/quick-statement.ts';
import { tokenize } from '../../src/assemble/tokens.ts';
import { corpus } from '../../tools/corpus.ts';

const test = suite('assemble/quick-statement');

function byGrammar(text: string): unknown {
  const { tokens, errors } = tokenize(text);
  const parser = statementParser();
  parser.input = tokens;
  const value = parser.line();
  return errors.length === 0 && parser.errors.length === 0 ? value : undefined;
}

const lines = [64, 32, 16].flatMap((bits) =>
  corpus({ count: 1, seed: bits, bits: bits as 64 | 32 | 16, mutate: true }).map((line) => line.trim()),
);
const more = `nop; label:mov $foo-8,%rax; .L1: call foo; jmp *%rax; jmp *foo(,%rax,8); mov %gs:0x10,%rax; mov -8(%rbp),%eax; lea .+4,%rax
  push $-1; mov foo+4(%rip),%db7; mov (),%eax; mov ,%eax; mov %eax,; foo =3; foo: ; .byte 1; lock incl x; mov $010,%eax; jmp 1f; call foo@PLT;
  mov $%eax,%eax; mov *$1,%eax; mov (%rax,,4),%ebx; mov (,4),%ebx; mov 4(%rax,4),%ebx; mov %st(1),%st; mov %ax:foo,%ebx; .:mov %eax,%ebx; f: g: nop;
  vaddps %zmm1,%zmm2,%zmm3{%k1}{z}; vaddps (%rax){1to16},%zmm2,%zmm3; vaddps {rn-sae},%zmm1,%zmm2,%zmm3; x: {evex} {disp32} vaddps 8(%rax){z,%xmm1,%xmm2;
  mov $1{%k1},%eax; vaddps %zmm1{%k1} {z},%zmm2,%zmm3; vaddps {sae}{z},foo{1to4},*%zmm3{}; {EVEX} vcmpeq_uqps %zmm1,%zmm2,%k1; nop {sae}; {vex}nop;
  f:g:; 772:999:; f: 1: .L2: ; f:1f:; "f":g:; .:f:; .code64; .CODE32; .Att_syntax; .x.y; .1; .set; .intel_syntax; f: .code64`;

/** Operands of all shapes, good and bad. */
const values = [
  '',
  '0',
  '12',
  '-8',
  '0x7f',
  '-0xff',
  'foo',
  '.Lx',
  'a.b$c',
  '.',
  'foo+4',
  'foo-0x10',
  '1f',
  '22b-4',
  '08',
  '1x',
  '00',
];
const groups = [
  '',
  '(%rax)',
  '(%rip)',
  '(,%rcx,8)',
  '(%rax,%rbx)',
  '(%rax,%rbx,4)',
  '(%rax,,4)',
  '(,%rbx)',
  '(%rax,%rbx,3)',
  '(,)',
  '()',
  '(%st)',
];
const shapes = values.flatMap((value) =>
  groups.flatMap((group) => [
    `mov ${value}${group},%eax`,
    `jmp ${value}${group}`,
    `mov $${value},%rax`,
    `inc %${value}`,
  ]),
);
const sums = [
  '(foo)',
  '8(foo)',
  '(foo+8)',
  '(6*8)',
  '2*(foo)',
  '15*8',
  '1+(2',
  '8 -8',
  'a-(b*2)',
  '~(1<<3)',
  '%rax',
  '(',
  '(%rax)',
];
const general = sums.flatMap((sum) =>
  ['', '(%rsp)', '(,%rax,4)', '(%rax,%rbx)', '(%rsp', ' (%rax)', '(%st)'].flatMap((group) => [
    `mov ${sum}${group},%eax`,
    `mov $${sum}${group},%eax`,
    `2: push ${sum}${group}`,
    `mov %gs:${sum}${group},%eax`,
    `mov %eax,${sum}${group}`,
    `jmp *${sum}${group}`,
  ]),
);
const odd = ['1:', '22:', 'foo:', '.:', '08:', 'ret', 'lock', 'rep movsb', 'mov', 'mov %eax,', 'nop '];

test('agrees with the grammar on every statement that it takes', () => {
  const all = [...lines, ...more.split(/;\s*/), ...shapes, ...general, ...odd];
  const taken = all.flatMap((text) => {
    const quick = quickStatements(text);
    return quick === undefined ? [] : [{ text, quick }];
  });
  for (const { text, quick } of taken) assert.equal(quick, byGrammar(text), text);
  assert.ok(taken.length > lines.length * 0.75, `${taken.length} of ${all.length}`);
});

test.run();
