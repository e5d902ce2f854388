/**
 * The patcher against what each kernel's arch/x86/kernel/alternative.c does. Expected bytes are worked out by hand: .text
 * is linked at ffffffff81000000, .altinstr_replacement one page above.
 */
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formatDiagnostic } from '../../src/base/diagnostics.ts';
import { applyAlternatives } from '../../src/image/alternatives.ts';
import { lineAt, patchAt, symbolNamed } from '../../src/image/image.ts';
import { FEATURE_NUMBERS, featureNumber, featureSet } from '../../src/isa/features.ts';
import { imageOf, patched, textOf } from './patched.ts';

const test = suite('alternatives');

const PTI = 'X86_FEATURE_PTI';
const PCID = 'X86_FEATURE_PCID';
const alternative = (old: string, replacement: string): string => `ALTERNATIVE "${old}", "${replacement}", ${PTI}`;

/** Text, and for each kernel the bytes of .text with PTI set. */
const PATCHED: Readonly<Record<string, readonly [text: string, byKernel: Readonly<Record<string, string>>]>> = {
  'a call of five bytes is moved by every kernel': [
    `${alternative('', 'call 1f')}\n1: ret`,
    { '4.0': 'e800000000c3', 4.4: 'e800000000c3', '6.1': 'e800000000c3', 6.5: 'e800000000c3', 6.12: 'e800000000c3' },
  ],
  'a forward jump shrinks; up to 4.0 it is not even moved': [
    `${alternative('', 'jmp 1f')}\n1: ret`,
    {
      '4.0': 'e900f0ffffc3',
      4.1: 'eb030f1f00c3',
      6.1: 'eb030f1f00c3',
      6.4: 'eb030f1f00c3',
      6.5: 'eb03ccccccc3',
      '6.10': 'eb03ccccccc3',
    },
  ],
  'a jump over 127 bytes is short': [
    `${alternative('', 'jmp 1f')}\n.skip 124, 0xcc\n1:`,
    { 6.1: `eb7f0f1f00${'cc'.repeat(124)}`, 6.6: `eb7fcccccc${'cc'.repeat(124)}` },
  ],
  'a jump over 128 bytes is near': [
    `${alternative('', 'jmp 1f')}\n.skip 125, 0xcc\n1:`,
    { 6.1: `e97d000000${'cc'.repeat(125)}`, 6.6: `e97d000000${'cc'.repeat(125)}` },
  ],
  'a backward jump shrinks from 6.5 only': [
    `1: ret\n${alternative('', 'jmp 1b')}`,
    { 4.4: 'c3e9faffffff', 6.1: 'c3e9faffffff', 6.5: 'c3ebfdcccccc', 6.11: 'c3ebfdcccccc' },
  ],
  'a conditional jump is moved from 6.5 only': [
    `${alternative('', 'jne 1f')}\n1: ret`,
    { 6.1: '0f8500f0ffffc3', 6.3: '0f8500f0ffffc3', 6.5: '0f8500000000c3', '6.10': '0f8500000000c3' },
  ],
  'a call with something before it is moved from 6.5 only': [
    `${alternative('', 'cld; call 1f')}\n1: ret`,
    { 6.1: 'fce800f0ffffc3', 6.4: 'fce800f0ffffc3', 6.5: 'fce800000000c3', '6.10': 'fce800000000c3' },
  ],
  'a call with a segment prefix is moved from 6.5 only': [
    `${alternative('', '.byte 0x2e; call 1f')}\n1: ret`,
    { 6.1: '2ee800f0ffffc3', 6.5: '2ee800000000c3' },
  ],
  'branches within the replacement, to its end too, stay': [
    alternative('', 'jne 771f; cld; jmp 771f; 771:'),
    { 6.1: '7503fceb00', 6.5: '7503fceb00', 6.12: '7503fceb00' },
  ],
  'a short jump that makes five bytes is taken for a near one up to 6.4': [
    alternative('', 'jmp 771f; .byte 0x0f, 0x1f, 0; 771:'),
    // Displacement 001f0f03, moved by a page.
    { '4.0': 'eb030f1f00', 4.4: 'e9031f1f00', 6.1: 'e9031f1f00', '6.10': 'eb030f1f00' },
  ],
  'LOOP and JRCXZ are moved by no kernel': [
    `${alternative('', '.byte 0xe3, 0x10')}`,
    { 6.1: 'e310', 6.5: 'e310', '6.10': 'e310' },
  ],
  'what a replacement leaves over is filled with long NOPs': [
    alternative('.skip 10, 0xfc', 'cld'),
    {
      '4.0': 'fc0f1f84000000000090',
      4.4: 'fc0f1f84000000000090',
      6.1: 'fc0f1f84000000000090',
      6.5: 'fc660f1f840000000000',
      '6.10': 'fc660f1f840000000000',
    },
  ],
  'NOPs in the replacement count as well from 5.13, long ones from 6.5': [
    alternative('.skip 7, 0xfc', 'cld; nop; xchg %ax, %ax; cld'),
    { '5.10': 'fc906690fc6690', 6.1: 'fc906690fc6690', 6.5: 'fc0f1f00fc6690', '6.10': 'fc0f1f00fc6690' },
  ],
  'more than eleven bytes of NOPs are jumped over from 6.5': [
    alternative('.skip 13, 0xfc', 'cld'),
    { 6.1: 'fc0f1f8400000000000f1f4000', 6.5: `fceb0a${'cc'.repeat(10)}`, '6.10': `fceb0a${'cc'.repeat(10)}` },
  ],
  'more than 127 bytes by a near jump': [
    alternative('.skip 130, 0xfc', ''),
    { 6.6: `e97d000000${'cc'.repeat(125)}`, 6.11: `e97d000000${'cc'.repeat(125)}` },
  ],
};

for (const [name, [text, byKernel]] of Object.entries(PATCHED)) {
  test(name, () => {
    for (const [kernel, bytes] of Object.entries(byKernel)) {
      const result = patched(text, kernel, ['PTI']);
      assert.equal(result.messages, [], kernel);
      assert.is(result.text, bytes, `Linux ${kernel}`);
    }
  });
}

/** Text, and for each kernel the bytes of .text with no feature set. */
const KEPT: Readonly<Record<string, readonly [text: string, byKernel: Readonly<Record<string, string>>]>> = {
  'padding behind an instruction is optimised from 5.13 on': [
    alternative('cld', '.skip 4, 0xfd'),
    { '4.0': 'fc909090', 4.4: 'fc909090', '5.10': 'fc909090', 5.13: 'fc0f1f00', 6.1: 'fc0f1f00', 6.5: 'fc0f1f00' },
  ],
  'padding alone is from 4.1 on': [
    alternative('', '.skip 3, 0xfd'),
    { '4.0': '909090', 4.1: '0f1f00', 5.12: '0f1f00', 6.1: '0f1f00', '6.10': '0f1f00' },
  ],
  'before 4.15 one NOP at the start stands for all': [
    alternative('nop; cld', '.skip 4, 0xfd'),
    { 4.14: '90fc6690', 4.15: '90fc9090', 5.12: '90fc9090', 6.1: '90fc6690' },
  ],
  'bytes of an instruction are no NOPs': [
    alternative('mov $0x90909090, %eax', 'cld'),
    { 4.4: 'b890909090', 6.1: 'b890909090', 6.5: 'b890909090', '6.10': 'b890909090' },
  ],
  'PAUSE is no NOP': [alternative('.byte 0xf3, 0x90, 0x90', ''), { 6.1: 'f39090', 6.5: 'f39090', '6.10': 'f39090' }],
  'a jump to the end of its NOPs goes with them from 6.5 to 6.9': [
    alternative('jmp 771f; nop; nop; nop; 771:', 'cld'),
    { 6.1: 'eb030f1f00', 6.4: 'eb030f1f00', 6.5: '0f1f440000', 6.9: '0f1f440000', '6.10': 'eb030f1f00' },
  ],
  'a single NOP at the end is rewritten from 6.5 to 6.9': [
    alternative('cld; .byte 0x66, 0x66, 0x90', 'cld'),
    { 6.4: 'fc666690', 6.5: 'fc0f1f00', 6.9: 'fc0f1f00', '6.10': 'fc666690' },
  ],
};

for (const [name, [text, byKernel]] of Object.entries(KEPT)) {
  test(`kept: ${name}`, () => {
    for (const [kernel, bytes] of Object.entries(byKernel))
      assert.is(patched(text, kernel, []).text, bytes, `Linux ${kernel}`);
  });
}

test('a RIP-relative operand is moved from 6.5, whatever immediate follows it', () => {
  const direct = `ALTERNATIVE "", "movb $0x12, counter(%rip)", ${PTI}\n.data\ncounter: .byte 0`;
  for (const kernel of ['6.5', '6.10']) {
    const { image, text: bytes } = patched(direct, kernel, ['PTI']);
    const displacement = Buffer.alloc(4);
    displacement.writeInt32LE(Number(symbolNamed(image, 'counter')!.address - 0xffffffff81000007n));
    assert.is(bytes, `c605${displacement.toString('hex')}12`, kernel);
  }
  const kept = patched(direct, '6.1', ['PTI']);
  const wrong = Number(symbolNamed(kept.image, 'counter')!.address - 0xffffffff81001007n);
  assert.is(Buffer.from(kept.text, 'hex').readInt32LE(2), wrong, 'Linux 6.1 leaves the operand as it is');
});

test('entries apply in table order, each over the one before', () => {
  const text = `ALTERNATIVE_2 "nop", "cld", ${PTI}, "std; cld", ${PCID}`;
  const cases: readonly (readonly [readonly string[], string])[] = [
    [[], '6690'],
    [['PTI'], 'fc90'],
    [['PCID'], 'fdfc'],
    [['PTI', 'PCID'], 'fdfc'],
  ];
  for (const [features, bytes] of cases) assert.is(patched(text, '6.1', features).text, bytes, features.join());
  const both = patched(text, '6.1', ['PTI', 'PCID']);
  assert.equal(
    both.log.map((r) => r.outcome),
    ['patched', 'patched'],
  );
  assert.equal(
    both.image.patches.map((p) => p.feature),
    [featureNumber('PCID')],
    'the last one is told',
  );
});

test('ALT_NOT patches where the feature is absent, from 5.13 on', () => {
  const text = `ALTERNATIVE "", "cld", ALT_NOT(${PTI})`;
  for (const kernel of ['5.13', '6.1', '6.3', '6.12']) {
    assert.is(patched(text, kernel, []).text, 'fc', kernel);
    assert.is(patched(text, kernel, ['PTI']).text, '90', kernel);
  }
  assert.match(patched(text, '5.10', []).messages[0]!, /entry 0: 33003 is no feature number/);
});

test('from 6.11 nested rows have the longest length', () => {
  const row = (length: number, feature: string): string =>
    `.pushsection .altinstructions,"a"\n.long site - ., new - .\n.long ${feature}\n.byte ${length}, 1\n.popsection`;
  const text = `site: .skip 4, 0x90\n${row(2, PTI)}\n${row(4, PCID)}\n.pushsection .altinstr_replacement,"ax"\nnew: cld\n.popsection`;
  assert.is(patched(text, '6.10', ['PTI']).text, 'fc0f1f00', 'the second row tidies what the first left');
  assert.equal(
    patched(text, '6.10', ['PTI']).log.map((r) => r.entry.siteLength),
    [2, 4],
  );
  assert.equal(
    patched(text, '6.11', ['PTI']).log.map((r) => r.entry.siteLength),
    [4, 4],
  );
  assert.is(patched(text, '6.11', ['PTI']).text, 'fc0f1f00');
});

test('from 6.8 a flagged call is made direct', () => {
  const text = (pointer: string): string => `
	.globl fn, nop_func, BUG_func
site:	call *pointer(%rip)
end:
fn:	ret
nop_func: ret
BUG_func: ud2
	ALT_ENTRY site, end, new, new_end, ((1 << 17) | X86_FEATURE_ALWAYS), end
	.pushsection .altinstr_replacement,"ax"
new:	call BUG_func
new_end: .popsection
	.data
pointer: .quad ${pointer}`;
  const rest = 'c3c30f0b';
  assert.is(patched(text('fn'), '6.8', []).text, `e80100000090${rest}`);
  assert.is(patched(text('nop_func'), '6.12', []).text, `660f1f440000${rest}`);
  assert.is(patched(text('0'), '6.12', []).text, `e80300000090${rest}`, 'BUG_func, moved');
  assert.is(patched(text('fn'), '6.7', []).text, `e80300000090${rest}`, '6.7 does not know the flag');
  const jump = text('fn').replace('call BUG_func', 'jmp BUG_func');
  assert.match(patched(jump, '6.8', []).messages[0]!, /direct-call flag is set for a replacement that is no call/);
});

test('empty sites and replacements, at the end of a section too, are fine', () => {
  for (const kernel of ['4.0', '5.10', '6.1', '6.12']) {
    const nothing = patched(`ret\n${alternative('', '')}`, kernel, ['PTI']);
    assert.equal([nothing.messages, nothing.text, nothing.image.patches.length], [[], 'c3', 0], kernel);
    const removed = patched(`${alternative('cld; cld', '')}`, kernel, ['PTI']);
    assert.equal([removed.messages, removed.text], [[], '6690'], kernel);
  }
});

const raw = (site: number, rest: string): string =>
  `f: .skip ${site}, 0x90\n.section .altinstr_replacement,"ax"\nnew: .skip 8, 0xfc\n.section .altinstructions,"a"\n${rest}`;
const ROW = '.long f - ., new - .\n.word';

const MALFORMED: readonly (readonly [text: string, kernel: string, message: RegExp])[] = [
  [raw(8, `${ROW} 1\n.byte 8, 8, 0`), '6.1', /13 bytes are no whole number of 12-byte entries of Linux 6\.1/],
  [raw(8, `${ROW} 1\n.byte 8, 8`), '5.10', /12 bytes are no whole number of 13-byte entries/],
  [raw(8, `${ROW} 1\n.byte 8, 8`), '6.3', /12 bytes are no whole number of 14-byte entries/],
  [raw(8, `${ROW} 1\n.byte 9, 8`), '6.1', /entry 0: its site lies outside the image/],
  [raw(8, '.long 0x70000000, new - .\n.word 1\n.byte 8, 8'), '6.1', /entry 0: its site lies outside the image/],
  [raw(9, `${ROW} 1\n.byte 9, 9`), '6.1', /entry 0: its replacement lies outside the image/],
  [raw(8, `${ROW} 1\n.byte 4, 8`), '6.1', /entry 0: a replacement of 8 bytes for a site of 4/],
  [raw(255, `${ROW} 1\n.byte 255, 8`), '6.1', /entry 0: a site of 255 bytes, where the kernel takes 254/],
  [raw(8, `${ROW} 0x7fff\n.byte 8, 8`), '6.1', /entry 0: 32767 is no feature number/],
];

test('a malformed table is told, every entry of it', () => {
  for (const [text, kernel, message] of MALFORMED) assert.match(patched(text, kernel, []).messages[0] ?? '', message);
  const two = patched(raw(8, `${ROW} 1\n.byte 9, 8\n${ROW} 1\n.byte 4, 8\n`), '6.1', []);
  assert.is(two.messages.length, 2);
});

test('a short jump that cannot reach from the site is an error from 6.5, at the line of the site', () => {
  const text = alternative('', '.byte 0x75, 0x10');
  assert.is(patched(text, '6.1', ['PTI']).text, '7510');
  for (const kernel of ['6.5', '6.10']) {
    const { messages } = patched(text, kernel, ['PTI']);
    assert.match(messages[0]!, /Error: entry 0: jne with a displacement of 1 byte\(s\) does not reach its target/);
    assert.match(messages[0]!, /t\.S:2:.*ALTERNATIVE/);
  }
});

test('lines follow the replacement, and the padding keeps the site’s', () => {
  const { image } = patched(`ret\nALTERNATIVE_2 "", "cld; std", ${PTI}, "cld", ${PCID}\nret`, '6.1', ['PTI', 'PCID']);
  const chain = (address: bigint): string =>
    lineAt(image, address)!
      .place.chain.map((c) => c.macro)
      .join('<');
  assert.is(lineAt(image, 0xffffffff81000000n)!.place.span.line, 2);
  assert.is(chain(0xffffffff81000001n), 'ALTERNATIVE_2');
  assert.is(chain(0xffffffff81000002n), 'ALT_PAD<ALTERNATIVE_2', 'not the first replacement’s');
  assert.is(lineAt(image, 0xffffffff81000003n)!.place.span.line, 4);
  const patch = patchAt(image, 0xffffffff81000002n)!;
  assert.is(patch.sitePlace!.chain.at(-1)!.at.line, 3);
  assert.is(patchAt(image, 0xffffffff81000003n), undefined);
});

test('asm/include numbers the features as isa/features.ts does', () => {
  const text = readFileSync(new URL('../../asm/include/features.inc', import.meta.url), 'utf8');
  const defined = [...text.matchAll(/#define\s+X86_FEATURE_(\w+)\s+\((\d+)\*32 \+ (\d+)\)/g)];
  assert.is(defined.length, text.match(/#define X86_/g)!.length);
  for (const [, name, word, bit] of defined) assert.is(FEATURE_NUMBERS[name!], Number(word) * 32 + Number(bit), name);
});

test('the image given stays as it was', () => {
  const image = imageOf(alternative('', 'cld'));
  const before = textOf(image);
  const { value, diagnostics } = applyAlternatives(image, featureSet([featureNumber('PTI')!]));
  assert.equal(diagnostics.map(formatDiagnostic), []);
  assert.is(textOf(image), before);
  assert.is.not(textOf(value.image), before);
  assert.equal(image.patches, []);
});

test.run();
