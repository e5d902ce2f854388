/** Bad input: every mistake is named with its line and macro chain, all in one go; exit status 2, no stack trace. */
import { readdirSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { commandLine, matchesGolden } from '../command-line.ts';

const test = suite('errors');
const entrylab = await commandLine();
const DIR = 'tests/errors';

/** Cases that are no source file of their own. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  'no-such-file': ['run', 'no-such-file.S'],
  'no-such-object': ['as', 'no-such-file.S'],
  'no-such-scenario': ['run', 'fine.S', '--scenario', 'no-such-file.S'],
  'undefined-feature': ['run', 'fine.S', '--features', 'PTI,NO_SUCH,PCDI'],
  'undefined-entry': ['run', 'fine.S', '--entry', 'nowhere'],
  'undefined-register': ['run', 'fine.S', '--set', 'r99=1', '--set', 'rax=nothing'],
  'bad-set': ['run', 'fine.S', '--set', 'rax'],
  'bad-state': ['run', 'fine.S', '--state', 'saved=user'],
  'bad-cpu': ['run', 'fine.S', '--cpu', 'skylark,-pcd,+warp,umip'],
  'bad-cpu-model': ['run', 'fine.S', '--cpu', 'pentium'],
  'bad-memory': ['run', 'fine.S', '--mem', 'lots'],
  'too-little-memory': ['run', 'fine.S', '--mem', '64K'],
  'bad-budget': ['run', 'fine.S', '--max-insns', '0'],
  'unknown-option': ['run', 'fine.S', '--trase'],
  'unknown-command': ['rnu', 'fine.S'],
  'no-programs': ['test', 'no-such-directory'],
  'not-elf': ['run', 'truncated.o'],
};

const sources = readdirSync(DIR).filter((name) => name.endsWith('.S') && name !== 'fine.S');

for (const name of sources) check(name.replace(/\.S$/, ''), ['run', name]);
for (const [name, args] of Object.entries(COMMANDS)) check(name, args);

function check(name: string, args: readonly string[]): void {
  test(name, () => {
    const { status, stdout, stderr } = entrylab(args, DIR);
    assert.is(status, 2, stderr);
    assert.is(stdout, '');
    assert.not.match(stderr, /\n\s+at .*:\d+/, 'no stack trace');
    matchesGolden(`${DIR}/${name}.err`, stderr);
  });
}

test('every kept file belongs to a case', () => {
  const names = new Set([...sources.map((s) => s.replace(/\.S$/, '')), ...Object.keys(COMMANDS)]);
  const strays = readdirSync(DIR).filter((file) => file.endsWith('.err') && !names.has(file.replace(/\.err$/, '')));
  assert.equal(strays, []);
});

test('nothing is written when there are errors', () => {
  const { status } = entrylab(['as', 'mnemonic.S', '-o', 'mnemonic.o'], DIR);
  assert.is(status, 2);
  assert.equal(
    readdirSync(DIR).filter((file) => file.endsWith('mnemonic.o') || file.endsWith('.part')),
    [],
  );
});

test.run();
