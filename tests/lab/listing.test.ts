/** Listings: objects as `as -al` prints them, patched images as objdump does. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assembleWithListing } from '../../src/assemble/assemble.ts';
import type { FilePort } from '../../src/assemble/logical-line.ts';
import { hexBytes } from '../../src/base/hex.ts';
import { listLines } from '../../src/lab/assembly-listing.ts';
import { disassemble } from '../../src/lab/listing.ts';
import { benchOf, files, programOf } from './laboratory.ts';

const test = suite('listing');

const SOURCE = `.macro twice what
	\\what
	\\what; nop
.endm
# a comment

	.text
f:	twice cld
	movabs $0x1122334455667788, %rax
	jmp	g
	.if 0
	nop
	.endif
	.irp n,1,2
	.byte	\\n
	.endr
	.ascii "more than twenty bytes of text"
	.pushsection .data
	.quad f
	.popsection
	.skip 200
g:	ret
	.bss
	.skip 4
`;

/** What `as -almn` prints of it, but that it lists the first byte of a repetition beside its .endr too. */
const EXPECTED = `   1              	.macro twice what
   2              		\\what
   3              		\\what; nop
   4              	.endm
   5              	# a comment
   6              	
   7              		.text
   8              	f:	twice cld
   8 0000 FC       	>  cld
   8 0001 FC       	>  cld
   8 0002 90       	>  nop
   9 0003 48B88877 		movabs $0x1122334455667788, %rax
   9      66554433 
   9      2211
  10 000d E9E80000 		jmp	g
  10      00
  11              		.if 0
  12              		nop
  13              		.endif
  14              		.irp n,1,2
  15              		.byte	\\n
  16              		.endr
  16 0012 01       	>  .byte 1
  16 0013 02       	>  .byte 2
  17 0014 6D6F7265 		.ascii "more than twenty bytes of text"
  17      20746861 
  17      6E207477 
  17      656E7479 
  17      20627974 
  18              		.pushsection .data
  19 0000 00000000 		.quad f
  19      00000000 
  20              		.popsection
  21 0032 00000000 		.skip 200
  21      00000000 
  21      00000000 
  21      00000000 
  21      00000000 
  22 00fa C3       	g:	ret
  23              		.bss
  24 0000 00000000 		.skip 4`;

const listed = (files: FilePort): string => {
  const { value, diagnostics } = assembleWithListing('t.s', { files });
  assert.equal(diagnostics, []);
  return listLines(value.lines, files);
};

test('an assembly, as GNU as lists it', () => {
  const port = files({ 't.s': new TextEncoder().encode(SOURCE) });
  assert.is(listed(port), EXPECTED);
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
