/** Every program under asm/ also assembles with gcc -c, to the same sections, relocations and symbols. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { diffFile } from '../../tools/gasdiff.ts';

const test = suite('programs');

const programs = readdirSync('asm', { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.[sS]$/.test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name));

/** The layouts of .altinstructions that alternative.inc makes. */
const LAYOUTS = [[], ['ALT_ENTRY_PADLEN'], ['ALT_ENTRY_FLAGS']];

test('there are programs', () => assert.ok(programs.length >= 2));

for (const program of programs) {
  for (const defines of LAYOUTS) {
    test(`${program} ${defines.join(' ')}`, () => {
      assert.equal(diffFile(program, { includeDirs: [], includes: [], defines }), []);
    });
  }
}

test.run();
