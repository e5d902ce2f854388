/** The kernel's own files through our preprocessor and gcc's: the same tokens, each from the same file and line. */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compareTexts, diffFile, placedTokens } from '../../tools/cppdiff.ts';
import { kernelTree } from '../kernel.ts';

const test = suite('cpp of Linux 6.1');
const tree = kernelTree();

const SOURCES = [
  'entry/entry_64.S',
  'entry/entry_64_compat.S',
  'entry/thunk_64.S',
  'lib/memcpy_64.S',
  'lib/retpoline.S',
  'lib/copy_user_64.S',
  'kernel/ftrace_64.S',
  'kernel/head_64.S',
  'kernel/relocate_kernel_64.S',
  'crypto/aes_ctrby8_avx-x86_64.S',
];

/** What those include beside their headers. */
const INCLUDED = ['kernel/verify_cpu.S', 'kernel/sev_verify_cbit.S', 'xen/xen-head.S'];

test('a comparison finds another token, another line and another file', () => {
  const text = '# 1 "a.S"\nnop\n# 7 "b.h"\nret "a b" 1f\n';
  assert.equal(placedTokens(text), [
    ['a.S:1', 'nop'],
    ['b.h:7', 'ret'],
    ['b.h:7', '"a b"'],
    ['b.h:7', '1f'],
  ]);
  assert.equal(compareTexts(text, text), []);
  for (const other of [text.replace('1f', '1b'), text.replace('# 7', '# 8'), text.replace('b.h', 'c.h')]) {
    assert.is(compareTexts(text, other).length, 3);
  }
});

if (typeof tree === 'string') {
  test(`# SKIP ${tree}`, () => {
    console.log(`# SKIP tests/real/cpp.test.ts: ${tree}`);
    assert.type(tree, 'string');
  });
} else {
  const unpacked = join(tree.entryDir, '../../../..');
  process.on('exit', () => rmSync(unpacked, { recursive: true, force: true }));
  const root = 'linux-source-6.1';
  const inArchive = (path: string): string => `${root}/arch/x86/${path}`;
  const wanted = SOURCES.map(inArchive);
  execFileSync('tar', [
    '--occurrence=1',
    '-C',
    unpacked,
    '-xJf',
    `/usr/src/${root}.tar.xz`,
    ...wanted,
    ...INCLUDED.map(inArchive),
  ]);
  for (const path of wanted) {
    test(path, () => assert.equal(diffFile(join(unpacked, path), [...tree.flags, '-DCC_USING_FENTRY']), []));
  }
}

test.run();
