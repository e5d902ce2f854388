/**
 * Every form in the table against GNU as 2.40: the bytes of forms.txt were made by it (tools/fixtures.ts), and where it is
 * installed a fresh corpus is compared too.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { allForms } from '../../src/isa/forms.ts';
import { byGas, byUs, corpus } from '../../tools/corpus.ts';
import { generate, render } from '../../tools/forms.ts';

const test = suite('assemble/encode');

const fixture = readFileSync(new URL('./forms.txt', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n');

/** The lines whose bytes are not the expected ones, first few. */
function differences(lines: readonly string[], expected: (n: number) => string): string[] {
  return lines
    .map((line, n) => ({ line, ours: byUs(line) ?? '-', theirs: expected(n) }))
    .filter(({ ours, theirs }) => ours !== theirs)
    .map(({ line, ours, theirs }) => `${line}: ours ${ours}, gas ${theirs}`)
    .slice(0, 10);
}

test('encodes the fixture as GNU as did, and rejects what it rejected', () => {
  const rows = fixture.map((row) => row.split('\t'));
  const wrong = differences(
    rows.map(([, line]) => line!),
    (n) => rows[n]![0]!,
  );
  assert.equal(wrong, []);
});

test('the fixture has every mnemonic of the table', () => {
  const words = new Set(fixture.flatMap((row) => row.split('\t')[1]!.split(' ').slice(0, 2)));
  const missing = allForms()
    .filter(({ name }) => !/^Bnd/.test(name))
    .flatMap(({ mnemonics, suffix }) => mnemonics.map((m) => ({ m, suffix })))
    .filter(({ m, suffix }) => m !== '' && !words.has(m) && !words.has(m + suffix));
  assert.equal(missing, []);
});

test('forms.json is what tools/forms.ts generates', () => {
  assert.is(readFileSync(new URL('../../src/isa/forms.json', import.meta.url), 'utf8'), render(generate()));
});

if (spawnSync('as', ['--version']).stdout?.toString().includes('2.40')) {
  test('a fresh corpus agrees with the GNU as at hand', () => {
    const lines = corpus(1, 77, []).filter((line) => !/\bbnd/.test(line));
    const theirs = byGas(lines);
    assert.equal(
      differences(lines, (n) => theirs[n] ?? '-'),
      [],
    );
  });
} else console.log('# SKIP fresh corpus: GNU as 2.40 is not installed');

test.run();
