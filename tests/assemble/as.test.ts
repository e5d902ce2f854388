/**
 * Directives and macros held to GNU as: each case of tests/assemble/as/*.s makes the object and the messages that the
 * fixture beside it says, which `tools/asdiff.ts --write` has from GNU as 2.40.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CASES, casesOf, ours, outcomeText } from '../../tools/asdiff.ts';

const test = suite('directives and macros against GNU as');

for (const file of readdirSync(CASES).filter((name) => name.endsWith('.s'))) {
  const cases = casesOf(readFileSync(`${CASES}${file}`, 'utf8'));
  const expected = new Map(
    casesOf(readFileSync(`${CASES}${file.replace(/s$/, 'expected')}`, 'utf8')).map(({ name, text }) => [name, text]),
  );
  for (const { name, text } of cases) {
    test(`${file}: ${name}`, () => {
      assert.is(`${outcomeText(ours(text)).join('\n')}\n`, expected.get(name));
    });
  }
}

test.run();
