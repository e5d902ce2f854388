/** The ELF writer against the reader and readelf; the reader against files that are not what they should be. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readElf } from '../../src/object/elf-read.ts';
import { writeElf } from '../../src/object/elf-write.ts';
import { type ObjectFile, R_X86_64, SHF, SHT } from '../../src/object/object-file.ts';

const test = suite('object/elf');

const base = { entsize: 0, relocations: [] };

const SAMPLE: ObjectFile = {
  sections: [
    {
      ...base,
      name: '.text',
      type: SHT.PROGBITS,
      flags: SHF.ALLOC | SHF.EXECINSTR,
      align: 16,
      data: Uint8Array.of(0xe8, 0, 0, 0, 0, 0xc3),
      size: 6,
      relocations: [
        { offset: 1, type: R_X86_64.PLT32, symbol: 2, addend: -4n },
        { offset: 2, type: R_X86_64.PC32, symbol: -1, addend: 0x1234n },
      ],
    },
    {
      ...base,
      name: '.bss',
      type: SHT.NOBITS,
      flags: SHF.ALLOC | SHF.WRITE,
      align: 32,
      data: new Uint8Array(0),
      size: 4096,
    },
    {
      ...base,
      name: '.rodata.str',
      type: SHT.PROGBITS,
      flags: SHF.ALLOC | SHF.MERGE | SHF.STRINGS,
      align: 1,
      entsize: 1,
      data: Uint8Array.of(104, 105, 0),
      size: 3,
    },
  ],
  symbols: [
    {
      name: '.text',
      home: { kind: 'section', index: 0 },
      value: 0n,
      size: 0n,
      binding: 'local',
      type: 'section',
      visibility: 'default',
    },
    {
      name: 'here',
      home: { kind: 'section', index: 0 },
      value: 5n,
      size: 1n,
      binding: 'local',
      type: 'func',
      visibility: 'default',
    },
    {
      name: 'there',
      home: { kind: 'undefined' },
      value: 0n,
      size: 0n,
      binding: 'global',
      type: 'notype',
      visibility: 'default',
    },
    {
      name: 'limit',
      home: { kind: 'absolute' },
      value: 0xffffffff80000000n,
      size: 0n,
      binding: 'global',
      type: 'notype',
      visibility: 'hidden',
    },
    {
      name: 'pool',
      home: { kind: 'common', align: 8 },
      value: 0n,
      size: 64n,
      binding: 'global',
      type: 'object',
      visibility: 'default',
    },
    {
      name: 'maybe',
      home: { kind: 'section', index: 1 },
      value: 8n,
      size: 8n,
      binding: 'weak',
      type: 'object',
      visibility: 'protected',
    },
  ],
  lines: [],
};

test('what is written is read back', () => {
  const { value, diagnostics } = readElf(writeElf(SAMPLE));
  assert.equal(diagnostics, []);
  assert.equal(value, SAMPLE);
});

test('locals are put before globals and relocations follow them', () => {
  const [text, local, there, ...rest] = SAMPLE.symbols;
  const shuffled = { ...SAMPLE, symbols: [there!, text!, local!, ...rest] };
  const moved = {
    ...shuffled,
    sections: SAMPLE.sections.map((s) => ({
      ...s,
      relocations: s.relocations.map((r) => (r.symbol === 2 ? { ...r, symbol: 0 } : r)),
    })),
  };
  assert.equal(readElf(writeElf(moved)).value, SAMPLE);
});

test('an empty object is an object', () => {
  const empty = { sections: [], symbols: [], lines: [] };
  assert.equal(readElf(writeElf(empty)), { value: empty, diagnostics: [] });
});

test('every truncation is an error with a message', () => {
  const bytes = writeElf(SAMPLE);
  for (let length = 0; length < bytes.length; length++) {
    const { value, diagnostics } = readElf(bytes.subarray(0, length), 'cut.o');
    assert.is(diagnostics.length, 1, `${length} bytes`);
    assert.match(diagnostics[0]!.message, /not a usable ELF object: /);
    assert.equal(value.sections, []);
  }
});

test('corrupt bytes neither throw nor hang', () => {
  const bytes = writeElf(SAMPLE);
  let errors = 0;
  for (let at = 0; at < bytes.length; at++) {
    for (const byte of [0x00, 0x7f, 0x80, 0xff]) {
      const copy = bytes.slice();
      copy[at] = byte;
      errors += readElf(copy).diagnostics.length;
    }
  }
  assert.ok(errors > 200, `${errors} errors`);
});

test('says what kind of file it got', () => {
  const message = (bytes: Uint8Array): string => readElf(bytes, 'x').diagnostics[0]!.message;
  assert.match(
    message(new TextEncoder().encode('#include <asm/ptrace.h>\n'.repeat(10))),
    /no ELF64 little-endian header/,
  );
  const executable = writeElf(SAMPLE);
  executable[16] = 2;
  assert.match(message(executable), /not relocatable/);
  const arm = writeElf(SAMPLE);
  arm[18] = 183;
  assert.match(message(arm), /not for x86-64/);
});

if (spawnSync('readelf', ['--version']).status === 0) {
  test('readelf and ld -r accept what is written', () => {
    const dir = mkdtempSync(join(tmpdir(), 'elf-'));
    try {
      const path = join(dir, 'sample.o');
      writeFileSync(path, writeElf(SAMPLE));
      const read = spawnSync('readelf', ['-aW', path], { encoding: 'utf8' });
      assert.is(read.stderr, '');
      assert.match(read.stdout, /R_X86_64_PLT32 +0+ there - 4/);
      const linked = spawnSync('ld', ['-r', '-o', join(dir, 'out.o'), path], { encoding: 'utf8' });
      assert.is(linked.stderr, '');
      assert.is(linked.status, 0);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
} else console.log('# SKIP readelf: binutils are not installed');

test.run();
