/** The matrix: which sets of features a kernel can boot with, how many rows there are, and that it is deterministic. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Features, featureNames, featureNumber } from '../../src/isa/features.ts';
import { featureSets, type Matrix } from '../../src/lab/matrix.ts';
import { matrixOf } from './laboratory.ts';

const test = suite('matrix');

const numbers = (text: string): number[] =>
  text
    .split(' ')
    .filter(Boolean)
    .map((name) => featureNumber(name)!);
const names = (sets: readonly Features[]): string[] => sets.map((set) => featureNames(set).sort().join('+') || 'none');

test('sets of features: the first varies slowest, those that no kernel boots with are left out', () => {
  const cases: readonly (readonly [varied: string, fixed: string, sets: readonly string[]])[] = [
    ['', '', ['none']],
    ['PTI PCID', '', ['none', 'PCID', 'PTI', 'PCID+PTI']],
    ['PTI XENPV', '', ['none', 'XENPV', 'PTI']],
    ['PTI', 'XENPV', ['XENPV']],
    ['PTI PTI', '', ['none', 'PTI']],
    ['PTI', 'PTI', ['PTI']],
    ['RETHUNK UNRET', '', ['none', 'RETHUNK', 'RETHUNK+UNRET']],
    // What the program does not test cannot rule a set out.
    ['UNRET', '', ['none', 'UNRET']],
    ['SRSO SRSO_ALIAS', '', ['none', 'SRSO_ALIAS', 'SRSO']],
  ];
  for (const [varied, fixed, sets] of cases)
    assert.equal(names(featureSets(numbers(varied), numbers(fixed))), sets, `${varied} / ${fixed}`);
});

const TEXT = `
//@ entry one = f
//@ entry two = g
//@ state a=x: rax = 1
//@ state a=y: rax = 2
//@ state a=z: rax = 3
//@ state pending: rbx = 1
#include "alternative.inc"
	.section .entry.text,"ax"
f:	ALTERNATIVE "ret", "nop", X86_FEATURE_PTI
g:	ALTERNATIVE "", "mov %cr3, %rcx", X86_FEATURE_XENPV
	ALTERNATIVE "nop", "cld", X86_FEATURE_ALWAYS
	ret`;

const rowOf = (m: Matrix): string[] =>
  m.runs.map((r) => [r.selection.entry, featureNames(r.features).join('+'), ...r.selection.states.values()].join(' '));

test('rows: every entry in every state under every set, entry by entry', () => {
  const matrix = matrixOf(TEXT);
  if (Array.isArray(matrix)) throw new Error(matrix.join('\n'));
  assert.equal(matrix.varied, numbers('PTI XENPV'), 'ALWAYS is no choice');
  assert.equal(matrix.groups, ['a', 'pending']);
  const rows = rowOf(matrix);
  // Two entries, three sets (PTI and XENPV exclude each other), three states, off and on.
  assert.is(rows.length, 2 * 3 * 3 * 2);
  assert.is(new Set(rows).size, rows.length);
  assert.equal(rows.slice(0, 3), ['one  x off', 'one  x on', 'one  y off']);
  assert.ok(rows.slice(0, 18).every((r) => r.startsWith('one ')));
  assert.ok(matrix.runs.every((r) => r.verdict === 'ok'));
  assert.is(matrix.runs[0]!.figures.instructions, 1);
});

test('two matrices of one program are equal', () => {
  assert.equal(matrixOf(TEXT), matrixOf(TEXT));
});

test('the header’s vary and features choose the sets', () => {
  const sets = (header: string): string[] => {
    const matrix = matrixOf(`${header}\n${TEXT}`);
    if (Array.isArray(matrix)) throw new Error(matrix.join('\n'));
    return [...new Set(matrix.runs.map((r) => featureNames(r.features).sort().join('+')))];
  };
  assert.equal(sets('//@ vary PCID'), ['', 'PCID']);
  assert.equal(sets('//@ features SMAP'), ['SMAP', 'SMAP+XENPV', 'PTI+SMAP']);
  assert.equal(sets('//@ vary'), ['']);
});

test('too many features to vary, a bad table and unknown names are told', () => {
  const many = Array.from({ length: 13 }, (_, i) => `ALTERNATIVE "nop", "cld", ${i + 1}`).join('\n');
  assert.match(
    (matrixOf(`#include "alternative.inc"\nf: ${many}\nret`) as string[])[0]!,
    /^t\.S:1: Error: 13 features are too many to vary; choose with `\/\/@ vary'/,
  );
  assert.match(
    (matrixOf('f: ret\n.section .altinstructions,"a"\n.byte 1') as string[])[0]!,
    /1 bytes are no whole number of 12-byte entries/,
  );
  assert.equal(matrixOf('//@ expect nobody\nf: ret'), ["t.S:1: Error: unknown name `nobody'"]);
});

test.run();
