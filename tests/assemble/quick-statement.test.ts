/** The way past the grammar gives what the grammar gives, over the instructions of the fixture and odd ones besides. */
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseByGrammar } from '../../src/assemble/parse.ts';
import { quickStatement } from '../../src/assemble/quick-statement.ts';
import { scrubText } from '../../src/assemble/scrub.ts';

const test = suite('quick statements');

const sorted = (value: unknown): string =>
  JSON.stringify(value, (_, part) => {
    if (typeof part === 'bigint') return `${part}n`;
    if (part === null || typeof part !== 'object' || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });

function same(text: string): boolean {
  const quick = quickStatement(text);
  if (quick === undefined) return false;
  const { value, message } = parseByGrammar(text);
  assert.is(message, undefined, text);
  assert.is(sorted([quick]), sorted(value), text);
  return true;
}

test('every instruction of the fixture', () => {
  const lines = readFileSync(new URL('forms.txt', import.meta.url), 'utf8')
    .trimEnd()
    .split('\n');
  const taken = lines.filter((line) => same(scrubText(line.slice(line.indexOf('\t') + 1))));
  assert.ok(taken.length > lines.length / 2, `only ${taken.length} of ${lines.length} were plain`);
});

test('operands of all shapes', () => {
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
  for (const value of values) {
    for (const group of groups) {
      for (const text of [`mov ${value}${group},%eax`, `jmp ${value}${group}`, `mov $${value},%rax`, `inc %${value}`])
        same(text);
    }
  }
  for (const text of [
    'ret',
    'lock',
    'rep movsb',
    'mov',
    'mov %eax,',
    'mov ,%eax',
    'jmp *%rax',
    'mov %db7,%rax',
    'nop ',
  ])
    same(text);
});

test.run();
