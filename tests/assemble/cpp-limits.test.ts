/** The preprocessor on input that asks for more than there is: an error with a place, soon, and never a crash. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { preprocess } from '../../src/assemble/cpp.ts';
import { cppCases } from '../../tools/cpp-cases.ts';

const test = suite('cpp limits');

/** Generous: the machine may be busy with other tests. */
const MAX_MS = 10_000;

type Files = Readonly<Record<string, string>>;

function messages(files: Files): string[] {
  const encoder = new TextEncoder();
  const read = (path: string) => (files[path] === undefined ? undefined : encoder.encode(files[path]));
  const started = performance.now();
  const { diagnostics } = preprocess('m.S', { files: { read } });
  const took = performance.now() - started;
  assert.ok(took < MAX_MS, `${took} ms`);
  for (const { place } of diagnostics) assert.ok(place.span.file !== '', 'every message has a place');
  return diagnostics.map(({ message }) => message);
}

const chain = (count: number, line: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => `${line(n)}\n`).join('');

const TOO_MUCH = ['macros expand to too much text'];

test('macros that ask for 2^60 tokens', () => {
  assert.equal(messages({ 'm.S': `${chain(60, (n) => `#define A${n} A${n + 1} A${n + 1}`)}A0\n` }), TOO_MUCH);
  assert.equal(
    messages({ 'm.S': `${chain(60, (n) => `#define A${n}(x) A${n + 1}(x) A${n + 1}(x)`)}A0(1)\n` }),
    TOO_MUCH,
  );
  assert.equal(messages({ 'm.S': `#define D(x) x x\n${'D('.repeat(40)}1${')'.repeat(40)}\n` }), TOO_MUCH);
  assert.equal(
    messages({ 'm.S': `${chain(60, (n) => `#define A${n} A${n + 1} + A${n + 1}`)}#if A0\n#endif\n` }),
    TOO_MUCH,
  );
});

test('tokens and strings that double', () => {
  const nested = (name: string, inner: string): string => `${`${name}(`.repeat(60)}${inner}${')'.repeat(60)}\n`;
  assert.equal(messages({ 'm.S': `#define C(x) D(x,x)\n#define D(a,b) a##b\n${nested('C', 'x')}` }), TOO_MUCH);
  assert.equal(messages({ 'm.S': `#define S(x) T(x)\n#define T(x) #x\n${nested('S', '"\\""')}` }), TOO_MUCH);
});

test('depths', () => {
  const calls = (depth: number): string => `#define F(x) x\n${'F('.repeat(depth)}1${')'.repeat(depth)}\n`;
  assert.equal(messages({ 'm.S': calls(300) }), []);
  assert.is(messages({ 'm.S': calls(100_000) }).length, 1);
  assert.equal(messages({ 'm.S': `${chain(50_000, (n) => `#define A${n} A${n + 1}`)}A0\n` }), []);
  assert.equal(messages({ 'm.S': `#if ${'('.repeat(50_000)}1${')'.repeat(50_000)}\n#endif\n` }), []);
  assert.equal(messages({ 'm.S': `#if ${'!'.repeat(50_000)}1\n#endif\n` }), []);
});

test('files that include themselves', () => {
  const found = messages({ 'm.S': '#include "a.h"\n', 'a.h': '#include "a.h"\n#include "a.h"\n' });
  assert.is(found.length, 1);
  assert.match(found[0]!, /^#include nested depth 200 exceeds maximum of 200/);
  assert.equal(messages({ 'm.S': '#include "a.h"\n'.repeat(3000), 'a.h': 'x\n'.repeat(10_000) }), ['too much text']);
});

test('long lines, long comments, many continuations', () => {
  assert.equal(messages({ 'm.S': `.ascii "${'a'.repeat(1e7)}"\n` }), []);
  assert.equal(messages({ 'm.S': `/*${'a\n'.repeat(1e6)}*/ nop\n` }), []);
  assert.equal(messages({ 'm.S': `${'a \\\n'.repeat(1e5)}\n` }), []);
  assert.equal(messages({ 'm.S': `#define A 1\n${'#pragma push_macro("A")\n'.repeat(1e4)}` }), []);
});

test('random bytes and sources cut in two', () => {
  const bytes = fc.uint8Array({ maxLength: 300 });
  for (const source of fc.sample(bytes, { numRuns: 500, seed: 3 })) {
    preprocess('m.S', { files: { read: () => source } });
  }
  const pieces = '#define F(x) #x x ## x\n#if F(1)\n/* "\' */ __VA_OPT__ \\\n(, )#include <\n#else # ... L"'.split(' ');
  const soup = fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((words) => words.join(' '));
  for (const source of fc.sample(soup, { numRuns: 500, seed: 4 })) messages({ 'm.S': source });
  for (const source of cppCases(200, 9)) messages({ 'm.S': source.slice(0, Math.floor(source.length / 2)) });
});

test.run();
