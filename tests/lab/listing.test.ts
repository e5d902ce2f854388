/** Listings: objects as `as -al` prints them, patched images as objdump does. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hexBytes } from '../../src/base/hex.ts';
import { disassemble, listObject } from '../../src/lab/listing.ts';
import { benchOf, files, programOf } from './laboratory.ts';

const test = suite('listing');

const MACRO = `.macro TWICE what
	\\what
	\\what
.endm
	.text
	.globl f
f:	TWICE cld
	movabs $0x1122334455667788, %rax
	.data
	.quad 1
	.bss
	.skip 4
	.section .note,""
	.byte 1`;

test('an object: offset, bytes, where from, the line; macro depth by >, long lines broken', () => {
  const { object } = programOf(MACRO);
  const text = listObject(object, files({ 't.S': new TextEncoder().encode(MACRO) }));
  assert.equal(
    text.split('\n').map((l) => l.trimEnd()),
    [
      '.text:',
      `000000  fc                       t.S:2                        > \\what`,
      `000001  fc                       t.S:3                        > \\what`,
      `000002  48 b8 88 77 66 55 44 33  t.S:8                         movabs $0x1122334455667788, %rax`,
      '00000a  22 11',
      '.data:',
      `000000  01 00 00 00 00 00 00 00  t.S:10                        .quad 1`,
      '.bss:',
    ],
  );
});

test('an object without its source lists bytes and places', () => {
  const { object } = programOf(MACRO);
  assert.match(listObject(object, files({})), /^000000 {2}fc +t\.S:2 +>\s*$/m);
});

test('code: labels, instructions, source and what the patcher put there', () => {
  const text = `#include "alternative.inc"
	.section .entry.text, "ax"
	.globl f
f:	ALTERNATIVE "nop", "mov %cr3, %rax", X86_FEATURE_PTI
g:	jmp f
	.byte 0x06`;
  const { image } = benchOf(programOf(text), { features: ['PTI'] });
  const segment = image.segments.find((s) => s.name === '.entry.text')!;
  const lines = disassemble(image, segment);
  assert.equal(
    lines.map((l) => [l.label, hexBytes(l.bytes), l.text.replace(/\s+/g, ' '), l.patched !== undefined]),
    [
      ['f', '0f 20 d8', 'mov %cr3,%rax', true],
      ['g', 'eb fb', 'jmp ffffffff81000000 <f>', false],
      [undefined, '06', '(bad)', false],
    ],
  );
  assert.equal(
    lines.map((l) => l.place?.chain.at(-1)?.at.line ?? l.place?.span.line),
    [4, 5, 6],
  );
  const [first] = disassemble(image, segment, segment.address + 3n, segment.address + 5n);
  assert.is(first!.label, 'g');
});

test.run();
