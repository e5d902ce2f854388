/** Jumps, gaps and label differences settle as in GNU as 2.40; where it is installed, on generated programs too. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { nops } from '../../src/assemble/nops.ts';
import { diffFile } from '../../tools/gasdiff.ts';
import { hexOf, relocationsOf, sectionOf, snippet } from './snippet.ts';

const test = suite('assemble/layout');

const bytes = (text: string): string => hexOf(snippet(text).object);

test('a jump is short as long as it reaches', () => {
  assert.is(bytes('jmp 1f\n.fill 127,1,0x90\n1:').slice(0, 4), 'eb7f');
  assert.is(bytes('jmp 1f\n.fill 128,1,0x90\n1:').slice(0, 10), 'e980000000');
  assert.is(bytes('1: .fill 126,1,0x90\njc 1b').slice(-4), '7280');
  assert.is(bytes('1: .fill 127,1,0x90\njc 1b').slice(-12), '0f827bffffff');
});

test('a jump that grows pushes another out of reach', () => {
  const text = 'jmp 1f\njmp 2f\n.fill 124,1,0x90\n1: .fill 100,1,0x90\n2:';
  assert.is(bytes(text).slice(0, 20), 'e981000000e9e0000000');
});

test('jumps to globals relax, calls and jumps to weak or undefined symbols wait for the linker', () => {
  const { object } = snippet('.globl g\n.weak w\ng: jmp g\ncall g\nw: jmp w\njmp u\nje u+4');
  assert.is(hexOf(object), 'ebfee800000000e900000000e9000000000f8400000000');
  assert.equal(relocationsOf(object), ['3 4 g+-4', '8 4 w+-4', '13 4 u+-4', '19 2 u+0']);
});

test('a difference known at once is an imm8, a forward one an imm32 for good', () => {
  assert.is(bytes('a: nop\nb: add $b-a, %eax'), '9083c001');
  assert.is(bytes('add $b-a, %eax\na: nop\nb:'), '050100000090');
  // A jump in between could grow, so the difference is not known yet.
  assert.is(bytes('a: jmp a\nb: add $b-a, %eax'), 'ebfe0502000000');
});

test('.skip of a label difference settles together with jumps, across sections', () => {
  const text = `
old: jmp far
oldend: .skip -(((newend-new)-(oldend-old)) > 0) * ((newend-new)-(oldend-old)), 0x90
.pushsection .repl,"ax"
new: .fill 9,1,0xcc
newend:
.popsection
.fill 200,1,0
far:`;
  assert.is(bytes(text).slice(0, 20), 'e9cc000000909090' + '9000');
});

test('gaps in code take multi-byte NOPs, other gaps zeros or the fill', () => {
  assert.is(Buffer.from(nops(15)).toString('hex'), '66662e0f1f84000000000' + '00f1f4000');
  assert.is(nops(77)[0], 0x66);
  assert.equal(nops(100).slice(0, 2), [0xeb, 98]);
  assert.equal(nops(200).slice(0, 5), [0xe9, 195, 0, 0, 0]);
  for (let size = 0; size <= 300; size++) assert.is(nops(size).length, size);
  assert.is(bytes('ret\n.balign 8'), 'c30f1f8000000000');
  assert.is(bytes('ret\n.balign 4,0xcc'), 'c3cccccc');
  assert.is(hexOf(snippet('.data\n.byte 1\n.p2align 2').object, '.data'), '01000000');
  assert.is(bytes('ret\n.p2align 4,,3\nnop'), 'c390');
});

test('sections take the largest alignment asked for', () => {
  assert.is(sectionOf(snippet('.p2align 6\n.balign 4\nnop').object).align, 64);
});

test('subsections follow each other by number', () => {
  assert.is(bytes('.byte 1\n.subsection 2\n.byte 3\n.subsection 1\n.byte 2\n.text\n.byte 4'), '01040203');
});

test('LEB128 of a difference that layout decides', () => {
  const { object } = snippet('a: jmp b\n.skip 200\nb:\n.data\n.uleb128 b-a\n.sleb128 a-b');
  assert.is(hexOf(object, '.data'), 'cd01b37e');
});

/** A program of jumps, gaps and differences between random labels. */
function program(seed: number): string {
  let state = seed;
  const next = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const count = 12 + next(40);
  const label = (): string => `l${next(count)}`;
  const kinds: readonly (() => string)[] = [
    () => `jmp ${label()}`,
    () => `je ${label()}`,
    () => `jnc ${label()}`,
    () => `call ${label()}`,
    () => `.balign ${1 << (1 + next(6))}`,
    () => `.p2align ${next(5)},,${next(20)}`,
    () => `.skip ${next(60)}`,
    () => `.fill ${next(80)},1,0x90`,
    () => {
      const [a, b] = [next(count), next(count)];
      return `.skip -(((l${Math.max(a, b)}-l${Math.min(a, b)}) > ${next(60)}) * ${next(40)}), 0x90`;
    },
    () => `add $${label()}-${label()}, %eax`,
    () => `.long ${label()}-., ${label()}`,
  ];
  const lines = Array.from({ length: count }, (_, n) => `l${n}: ${kinds[next(kinds.length)]!()}`);
  return `${lines.join('\n')}\n`;
}

if (spawnSync('as', ['--version']).stdout?.toString().includes('2.40')) {
  test('generated programs come out as from GNU as', () => {
    const dir = mkdtempSync(join(tmpdir(), 'layout-'));
    try {
      for (let seed = 1; seed <= 60; seed++) {
        const path = join(dir, `p${seed}.s`);
        writeFileSync(path, program(seed));
        assert.equal(
          diffFile(path, { includeDirs: [], defines: [], includes: [] }),
          [],
          `seed ${seed}\n${program(seed)}`,
        );
      }
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
} else console.log('# SKIP generated programs: GNU as 2.40 is not installed');

test.run();
