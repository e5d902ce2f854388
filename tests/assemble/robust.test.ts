/** Bad sources end soon and with messages: a sample of what tools/fuzz-as.ts throws, and the bombs by name. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { defaultSources, fuzzCase, mutate, randomFrom } from '../../tools/fuzz-as.ts';
import { snippet } from './snippet.ts';

const test = suite('robustness');

test('mutated sources and random bytes', () => {
  const sources = defaultSources();
  for (let n = 0; n < 400; n++) {
    const random = randomFrom(90_000 + n);
    const text = mutate(sources, random);
    assert.is(fuzzCase(text, random(4) === 0 ? 't.S' : 't.s'), undefined, text);
  }
});

const BOMBS: readonly string[] = [
  '.rept 1000000000\nnop\n.endr',
  '.rept 100000\n.rept 100000\nnop\n.endr\n.endr',
  '.skip 1<<40',
  '.skip 1<<40, 300',
  '.fill 1<<40, 8, 1',
  '.org 1<<40',
  '.balign 1<<30',
  '.p2align 63',
  '.dcb.b 1<<40, 1',
  '.nops 1<<40',
  '.macro m\nm\nm\n.endm\nm',
  '.macro m x\nm \\x\\x\n.endm\nm aaaa',
  '.irpc x, ab\n.rept 1<<30\n.byte \\x\n.endr\n.endr',
  '.include "t.s"',
  `.quad ${'('.repeat(100_000)}1${')'.repeat(100_000)}`,
  `.quad ${'-'.repeat(100_000)}1`,
  `.quad 1${'+1'.repeat(100_000)}`,
  'a = b\nb = a\n.quad a',
  '.quad ((-',
  '.quad (5-',
  '.skip a-b\na: .skip b-a+1\nb:',
];

for (const bomb of BOMBS) {
  test(bomb.slice(0, 60), () => {
    const started = performance.now();
    const { messages } = snippet(bomb);
    assert.ok(
      messages.some((message) => /rror: /.test(message)),
      messages.join('\n'),
    );
    assert.ok(performance.now() - started < 3000, `took ${performance.now() - started} ms`);
  });
}

test.run();
