/** Random sources with gcc's text and messages for them, made by tools/cpp-fixtures.ts: ours are the same. */
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { byUs } from '../../tools/cppfuzz.ts';

const test = suite('cpp cases');

const parts = readFileSync(new URL('cpp-cases.txt', import.meta.url), 'utf8')
  .split(/^==== (?:source|text|messages)\n/m)
  .slice(1)
  .map((part) => part.replace(/\n$/, ''));
const cases = parts.flatMap((source, i) =>
  i % 3 === 0 ? [{ source: `${source}\n`, text: parts[i + 1]!, messages: parts[i + 2]! }] : [],
);

test('the file holds hundreds of cases', () => {
  assert.ok(cases.length >= 400);
  assert.ok(cases.filter(({ text }) => text !== '').length > 200);
});

test('the text and the messages of gcc', () => {
  for (const { source, text, messages } of cases) {
    const [ours] = byUs([source]);
    assert.is(ours!.text, text, source);
    assert.is(ours!.messages.join('\n'), messages, source);
  }
});

test.run();
