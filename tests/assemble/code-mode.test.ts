/** 16- and 32-bit code: modes.s as GNU as assembled it (tools/fixtures.ts), and what such code refuses. */
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { renderText } from '../../tools/gasdiff.ts';
import { hexOf, snippet } from './snippet.ts';

const test = suite('assemble/code-mode');

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

test('assembles code of three sizes as GNU as did', () => {
  assert.is(renderText(snippet(read('./modes.s')).object), read('./modes.txt'));
});

test('.code16gcc says where it is unlike .code16', () => {
  const { messages } = snippet('.code16gcc\npush %ds\npop %es\niret\npush %ax');
  assert.equal(messages, [
    "t.s:2: Warning: generating 32-bit `push', unlike earlier gas versions",
    "t.s:3: Warning: generating 32-bit `pop', unlike earlier gas versions",
    "t.s:4: Warning: generating 16-bit `iret' for .code16gcc directive",
  ]);
});

test('refuses what the code cannot hold', () => {
  const { messages } = snippet('pusha\n.code32\nswapgs\nmov %rax, %rbx\nmov (%r8d), %eax\n.code16\nmov (%cx), %ax');
  assert.equal(messages, [
    "t.s:1: Error: `pusha' is not supported in 64-bit mode",
    "t.s:3: Error: `swapgs' is only supported in 64-bit mode",
    "t.s:4: Error: bad register name `%rax'",
    "t.s:5: Error: bad register name `%r8d)'",
    "t.s:7: Error: `(%cx)' is not a valid base/index expression",
  ]);
});

test('the last mode of the source decides about the gaps of all of it', () => {
  assert.is(hexOf(snippet('.byte 1\n.balign 4\n.code16').object), '018d7400');
  assert.is(hexOf(snippet('.code16\n.byte 1\n.balign 4\n.code32').object), '010f1f00');
});

test.run();
