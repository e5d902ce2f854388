/**
 * The linker: what it computes for each relocation type, against GNU ld where there is one; where it puts things; and
 * that it refuses with a reason what it cannot do.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formatDiagnostic } from '../../src/base/diagnostics.ts';
import { fromBytes } from '../../src/base/u64.ts';
import { bytesAt, type Image, symbolize, symbolNamed } from '../../src/image/image.ts';
import { LAYOUT, type LinkOptions, link } from '../../src/image/link.ts';
import { readElf } from '../../src/object/elf-read.ts';
import { writeElf } from '../../src/object/elf-write.ts';
import { type ObjectFile, R_X86_64, type Section, SHF, SHT } from '../../src/object/object-file.ts';
import { objectOf } from './patched.ts';

const test = suite('link');

const linked = (object: ObjectFile, options?: LinkOptions): { image: Image; messages: string[] } => {
  const { value, diagnostics } = link(object, 't.o', options);
  return { image: value, messages: diagnostics.map(formatDiagnostic) };
};

const segment = (image: Image, name: string) => image.segments.find((s) => s.name === name)!;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Why there is no GNU toolchain to compare with; undefined when there is one. */
const missing = ['ld', 'objcopy', 'gcc'].find((tool) => spawnSync(tool, ['--version']).error);
const withGnu = (name: string, run: (folder: string) => void): void =>
  test(name, () => {
    if (missing) return console.log(`# SKIP ${name}: ${missing} is not installed`);
    const folder = mkdtempSync(join(tmpdir(), 'entrylab-ld-'));
    try {
      run(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

/** One section of zeroes with one relocation against the undefined symbol `ext`. */
function oneField(type: number, offset: number, addend: bigint): ObjectFile {
  const text: Section = {
    name: '.text',
    type: SHT.PROGBITS,
    flags: SHF.ALLOC | SHF.EXECINSTR,
    align: 16,
    entsize: 0,
    data: new Uint8Array(16),
    size: 16,
    relocations: [{ offset, type, symbol: 0, addend }],
  };
  return {
    sections: [text],
    symbols: [
      {
        name: 'ext',
        home: { kind: 'undefined' },
        value: 0n,
        size: 0n,
        binding: 'global',
        type: 'notype',
        visibility: 'default',
      },
    ],
    lines: [],
  };
}

/** .text as GNU ld makes it, or `overflow`. */
function byLd(folder: string, object: ObjectFile, ext: bigint): string {
  writeFileSync(join(folder, 't.o'), writeElf(object));
  const value = `0x${BigInt.asUintN(64, ext).toString(16)}`;
  const text = `0x${LAYOUT.text.toString(16)}`;
  const args = [
    `-Ttext=${text}`,
    '--defsym',
    `ext=${value}`,
    '-e0',
    '--no-relax',
    '-z',
    'noseparate-code',
    '-o',
    't',
    't.o',
  ];
  const { status, stderr } = spawnSync('ld', args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) return stderr.includes('truncated to fit') ? 'overflow' : stderr;
  execFileSync('objcopy', ['-O', 'binary', '-j', '.text', 't', 't.bin'], { cwd: folder });
  return hex(readFileSync(join(folder, 't.bin')));
}

const P = LAYOUT.text + 4n;
const around = (limit: bigint): bigint[] => [limit - 1n, limit];

/** Each type with values of S + A (or S + A - P) about the ends of what its field holds. */
const TYPES: readonly (readonly [name: keyof typeof R_X86_64, relative: boolean, values: readonly bigint[]])[] = [
  [64, false, [0n, -1n, 1n << 63n, 0x0123456789abcdefn]],
  ['PC64', true, [0n, -1n, 0x0123456789abcdefn]],
  [32, false, [0n, 0x12345678n, ...around(1n << 32n), -1n, -(1n << 31n)]],
  ['32S', false, [0n, ...around(1n << 31n), ...around(-(1n << 31n)), LAYOUT.text]],
  ['PC32', true, [0n, -4n, ...around(1n << 31n), ...around(-(1n << 31n))]],
  ['PLT32', true, [0n, -4n, ...around(1n << 31n), ...around(-(1n << 31n))]],
  [16, false, [0n, ...around(1n << 15n), ...around(1n << 16n), ...around(-(1n << 16n))]],
  ['PC16', true, [0n, ...around(1n << 15n), ...around(1n << 16n), ...around(-(1n << 16n))]],
  [8, false, [0n, ...around(1n << 7n), ...around(1n << 8n), ...around(-(1n << 8n))]],
  ['PC8', true, [0n, ...around(1n << 7n), ...around(1n << 8n), ...around(-(1n << 7n))]],
];

withGnu('every relocation type gives the field of GNU ld, and overflows where it does', (folder) => {
  for (const [name, relative, values] of TYPES) {
    for (const value of values) {
      const ext = value - 3n + (relative ? P : 0n);
      const object = oneField(R_X86_64[name], 4, 3n);
      const { image, messages } = linked(object, { bind: () => ext });
      const ours = messages.length === 0 ? hex(segment(image, '.text').bytes) : 'overflow';
      assert.is(ours, byLd(folder, object, ext), `R_X86_64_${name} of ${value}`);
      if (ours === 'overflow')
        assert.match(messages[0]!, /^t\.o: Error: \.text\+0x4: relocation truncated to fit: .*`ext'$/);
    }
  }
});

withGnu('an object of gcc links to the bytes of GNU ld', (folder) => {
  const source = `
    extern int helper(int);
    static int counter = 7;
    int table[3] = { 1, 2, 3 };
    int *pointer = &table[1];
    const char text[] = "entry";
    __attribute__((nocommon)) int zeroes[100];
    int common;
    int f(int x) { counter += x; common = zeroes[x]; return helper(counter) + table[x] + text[x]; }`;
  writeFileSync(join(folder, 'c.c'), source);
  const flags = [
    '-c',
    '-O1',
    '-mcmodel=kernel',
    '-fno-pic',
    '-fcommon',
    '-fcf-protection=none',
    '-fno-asynchronous-unwind-tables',
  ];
  execFileSync('gcc', [...flags, '-o', 'c.o', 'c.c'], { cwd: folder });
  const { value: object, diagnostics } = readElf(readFileSync(join(folder, 'c.o')), 'c.o');
  assert.equal(diagnostics, []);
  const { image, messages } = linked(object!);
  assert.equal(messages, []);
  // ld is told where each section and external symbol went.
  const at = (name: string): string => `0x${symbolNamed(image, name)!.address.toString(16)}`;
  const sections = image.segments.filter((s) => object!.sections.some((o) => o.name === s.name) && s.bytes.length > 0);
  const script = sections.map((s) => `${s.name} 0x${s.address.toString(16)} : { *(${s.name}) }`).join('\n');
  writeFileSync(join(folder, 'l.ld'), `SECTIONS {\n${script}\n.cm ${at('common')} : { *(COMMON) } }`);
  execFileSync('ld', ['-T', 'l.ld', '--defsym', `helper=${at('helper')}`, '-e0', '-o', 'c', 'c.o'], { cwd: folder });
  for (const { name, bytes } of sections.filter((s) => s.name !== '.bss')) {
    execFileSync('objcopy', ['-O', 'binary', '-j', name, 'c', 'c.bin'], { cwd: folder });
    assert.is(hex(bytes), hex(readFileSync(join(folder, 'c.bin'))), name);
  }
  assert.is(symbolNamed(image, 'common')!.kind, 'data');
  assert.is(symbolNamed(image, 'helper')!.kind, 'stub');
  assert.is(segment(image, '.bss').bytes.length, 400);
});

test('sections stand on pages of their own: code, what is read, what is written', () => {
  const { image, messages } = linked(
    objectOf(
      '.data\n.byte 1\n.text\nret\n.section .entry.text,"ax"\nret\n.section .rodata,"a"\n.byte 2\n.bss\n.skip 8\n.section .note,""\n.byte 3',
    ),
  );
  assert.equal(messages, []);
  const places = image.segments
    .filter((s) => s.bytes.length > 0)
    .map((s) => `${s.name} ${s.address.toString(16)} ${s.write ? 'w' : '-'}${s.execute ? 'x' : '-'}`);
  assert.equal(places, [
    '.text ffffffff81000000 -x',
    '.entry.text ffffffff81001000 -x',
    '.rodata ffffffff82000000 --',
    '.data ffffffff82001000 w-',
    '.bss ffffffff82002000 w-',
  ]);
});

test('externals: what is bound, stubs, commons and GOT slots', () => {
  const object = objectOf(`
	.quad first
	call one
	call two
	mov variable@GOTPCREL(%rip), %rax
	mov one@GOTPCREL(%rip), %rcx
	mov variable@GOTPCREL(%rip), %rdx
	mov %gs:percpu, %rbx
	.comm first, 3, 1
	.comm variable, 8, 64`);
  const { image, messages } = linked(object, {
    bind: (name) => (name === 'percpu' ? 0x140n : undefined),
    stub: (name) => (name === 'two' ? Uint8Array.of(0x31, 0xc0, 0xc3) : undefined),
  });
  assert.equal(messages, []);
  assert.equal(
    ['one', 'two', 'first', 'variable'].map((n) => symbolNamed(image, n)!.address),
    [LAYOUT.stubs, LAYOUT.stubs + 16n, LAYOUT.common, LAYOUT.common + 64n],
  );
  assert.is(hex(segment(image, '.stubs').bytes), `c3${'cc'.repeat(15)}31c0c3${'cc'.repeat(13)}`);
  // A slot for each symbol, however often it is asked for; its displacement counts from behind the field.
  const slots = segment(image, '.got').bytes;
  assert.equal([fromBytes(slots, 0, 8), fromBytes(slots, 8, 8)], [LAYOUT.common + 64n, LAYOUT.stubs]);
  const slotOf = (field: bigint): bigint => field + 4n + BigInt.asIntN(32, fromBytes(bytesAt(image, field, 4)!));
  const text = segment(image, '.text').address;
  assert.equal(
    [21n, 28n, 35n].map((at) => slotOf(text + at) - LAYOUT.got),
    [0n, 8n, 0n],
  );
  assert.is(fromBytes(bytesAt(image, text + 44n, 4)!), 0x140n);
  assert.is(symbolize(image, LAYOUT.stubs + 17n), 'two+0x1');
});

test('what cannot be linked is told, all of it', () => {
  const text = (lines: string): string[] => linked(objectOf(lines)).messages;
  assert.match(
    text('.quad note\n.section .note,""\nnote: .byte 0')[0]!,
    /against `\.note', which lies in a section that is not allocated/,
  );
  assert.is(text('.byte one\n.short two').length, 2);
  const unknown = linked(oneField(99, 4, 0n)).messages;
  assert.equal(unknown, ["t.o: Error: .text+0x4: relocation type 99 against `ext' is not supported"]);
  assert.match(linked(oneField(R_X86_64[64], 12, 0n)).messages[0]!, /\.text\+0xc: relocation lies outside its section/);
  assert.match(text('ret\n.bss\n.skip 0x20000000')[0]!, /sections of 536870913 bytes are more than an image may have/);
  assert.match(text('call stub\n.skip 0xe00000, 0x90')[0]!, /\.text is so large that it runs into \.stubs/);
  assert.match(text('.comm large, 0x80000')[0]!, /\.common is so large that it runs into the machine's exit page/);
});

test('a relocation without a symbol is absolute', () => {
  const object = oneField(R_X86_64['32S'], 4, 0x1234n);
  object.sections[0]!.relocations[0] = { ...object.sections[0]!.relocations[0]!, symbol: -1 };
  const { image, messages } = linked(object);
  assert.equal(messages, []);
  assert.is(hex(segment(image, '.text').bytes.subarray(4, 8)), '34120000');
});

test('a symbol names the bytes of its own segment only', () => {
  const { image } = linked(objectOf('f: ret\nret\n.data\nd: .byte 0\nconstant = 0x10'));
  const text = segment(image, '.text').address;
  assert.equal(
    [symbolize(image, text), symbolize(image, text + 1n), symbolize(image, text + 2n), symbolize(image, text - 1n)],
    ['f', 'f+0x1', undefined, undefined],
  );
  assert.is(symbolNamed(image, 'constant')!.kind, 'absolute');
  assert.is(symbolize(image, 0x11n), undefined);
});

test.run();
