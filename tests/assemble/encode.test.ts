/**
 * Every form in the table against GNU as 2.40: the bytes of forms-*.txt were made by it (tools/fixtures.ts), and where it is
 * installed a fresh corpus is compared too.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { allForms, type Bits, MODE } from '../../src/isa/forms.ts';
import { corpus, differences, shown } from '../../tools/corpus.ts';
import { isAllowed } from '../../tools/corpus-allowed.ts';
import { byUs } from '../../tools/corpus-assemblers.ts';
import { decodesAs } from '../../tools/corpus-decode.ts';
import { generate, render } from '../../tools/forms.ts';
import { generateVector, renderVector } from '../../tools/forms-vector.ts';

const test = suite('assemble/encode');

const SIZES = [64, 32, 16] as const;

const rowsOf = (bits: Bits, name = 'forms'): { readonly line: string; readonly gas: string }[] =>
  readFileSync(new URL(`./${name}-${bits}.txt`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
    .map((row) => {
      const [bytes = '', line = '', ...messages] = row.split('\t');
      return { line, gas: [bytes, ...messages].join(' | ') };
    });

for (const bits of SIZES) {
  test(`encodes the fixture for ${bits}-bit code as GNU as did, and refuses in its words`, () => {
    const rows = ['forms', 'spellings', 'decorations'].flatMap((name) => rowsOf(bits, name));
    const outcomes = byUs(
      rows.map(({ line }) => line),
      bits,
    );
    const wrong = rows
      .map((row, n) => ({ ...row, ours: shown(outcomes[n]!) }))
      .filter((row) => row.gas !== row.ours && !isAllowed(row));
    assert.equal(wrong.slice(0, 10), []);
  });

  test(`the fixture for ${bits}-bit code has every mnemonic of the table`, () => {
    const words = new Set(rowsOf(bits).flatMap(({ line }) => line.split(' ').slice(0, 2)));
    const missing = allForms()
      .filter(({ name, modes }) => !/^Bnd/.test(name) && (modes & MODE[bits]) !== 0)
      .flatMap(({ mnemonics, suffix }) => mnemonics.map((m) => ({ m, suffix })))
      .filter(({ m, suffix }) => m !== '' && !words.has(m) && !words.has(m + suffix));
    assert.equal(missing, []);
  });
}

test('forms-vector.json is what tools/forms-vector.ts generates', () => {
  const file = new URL('../../src/isa/forms-vector.json', import.meta.url);
  assert.is(readFileSync(file, 'utf8'), renderVector(generateVector()));
});

test('forms.json is what tools/forms.ts generates', () => {
  assert.is(readFileSync(new URL('../../src/isa/forms.json', import.meta.url), 'utf8'), render(generate()));
});

if (spawnSync('as', ['--version']).stdout?.toString().includes('2.40')) {
  for (const bits of SIZES) {
    test(`a fresh corpus of ${bits}-bit code agrees with the GNU as at hand`, () => {
      const lines = corpus({ count: 1, seed: 77, bits });
      assert.equal(differences(lines, bits).slice(0, 10), []);
    });

    test(`of spoilt ${bits}-bit instructions GNU as refuses the same ones, in the same words but for one in a hundred`, () => {
      const lines = corpus({ count: 1, seed: 78, bits, mutate: true });
      const found = differences(lines, bits);
      assert.ok(found.length * 100 < lines.length, JSON.stringify(found, null, 1));
      assert.equal(found.filter(({ ours, gas }) => ours.startsWith('-') !== gas.startsWith('-')).slice(10), []);
    });

    test(`iced-x86 reads our ${bits}-bit code as the instructions that were written`, () => {
      const lines = corpus({ count: 1, seed: 79, bits });
      const misread = byUs(lines, bits).flatMap(({ bytes }, n) =>
        bytes === undefined || decodesAs(lines[n]!, bytes, bits) ? [] : [lines[n]!],
      );
      assert.equal(misread, []);
    });
  }
} else console.log('# SKIP fresh corpus: GNU as 2.40 is not installed');

test.run();
