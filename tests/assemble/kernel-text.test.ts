/** The kernel's own entry code through the text stages: preprocessed as gcc does it, expanded as `as` does it. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { preprocess } from '../../src/assemble/cpp.ts';
import { kernelTree } from '../kernel.ts';
import { expandText } from './expansion.ts';
import { gas } from './gas.ts';
import { preprocessByGcc, tidy } from './gcc.ts';

const test = suite('kernel text');

const SOURCES = ['arch/x86/entry/entry_64.S', 'arch/x86/lib/retpoline.S', 'arch/x86/lib/copy_user_64.S'];
const ROOT = 'linux-source-6.1';

const read = (path: string): Uint8Array | undefined => {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
};

const tree = kernelTree();
if (typeof tree === 'string') {
  test('the kernel is not here', () => console.log(`# SKIP ${tree}`));
} else {
  const root = join(tree.entryDir, '../../../..');
  const wanted = SOURCES.map((path) => `${ROOT}/${path}`);
  execFileSync('tar', ['--occurrence=1', '-C', root, '-xJf', `/usr/src/${ROOT}.tar.xz`, ...wanted]);
  const after = (flag: string) => tree.flags.flatMap((word, i) => (tree.flags[i - 1] === flag ? [word] : []));
  const glued = (flag: string) => tree.flags.filter((word) => word.startsWith(flag)).map((word) => word.slice(2));

  for (const path of wanted) {
    const source = join(root, path);
    const { output, lines } = preprocessByGcc(source, tree.flags, root);

    test(`${path}: the lines and places of gcc -E`, () => {
      const options = { files: { read }, includeDirs: glued('-I'), defines: glued('-D'), includes: after('-include') };
      const { value, diagnostics } = preprocess(source, options);
      assert.equal(diagnostics, []);
      assert.fixture(tidy(value).join('\n'), tidy(lines).join('\n'));
    });

    test(`${path}: expanded by us it makes the object it makes by itself`, () => {
      const { text, messages } = expandText(output);
      assert.equal(messages, []);
      const original = gas(output);
      assert.ok(original.dump, original.messages.join('\n'));
      assert.ok(gas(text).dump === original.dump, 'the objects differ');
    });
  }
}

test.run();
