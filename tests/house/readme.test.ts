/** The README shows what the tool prints: every `$ npx entrylab …` in it is run and compared, `…` standing for any lines. */
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { commandLine } from '../command-line.ts';

const test = suite('README');
const entrylab = await commandLine();
const readme = readFileSync('README.md', 'utf8');
const blocks = [...readme.matchAll(/```console\n\$ npx entrylab (.*)\n([\s\S]*?)```/g)].map(([, args, output]) => ({
  args: args!,
  output: output!,
}));

/** As a shell takes them apart. */
const words = (args: string): string[] =>
  [...args.matchAll(/'([^']*)'|\S+/g)].map(([word, quoted]) => quoted ?? word.replaceAll('\\', ''));

/** The output in pieces between the `…` lines; each has to follow the one before. */
const pieces = (output: string): string[] => output.split(/^…\n/m).filter((piece) => piece !== '');

test('has commands with their output', () => {
  assert.ok(blocks.length >= 6, `${blocks.length} blocks`);
});

for (const { args, output } of blocks) {
  test(args, () => {
    const { stdout, stderr } = entrylab(words(args));
    const printed = stdout + stderr;
    if (!output.includes('…\n')) return assert.fixture(printed.trimEnd(), output.trimEnd());
    let at = 0;
    for (const piece of pieces(output)) {
      const found = printed.indexOf(piece, at);
      assert.ok(found >= 0, `not printed:\n${piece}\nbut:\n${printed.slice(at)}`);
      at = found + piece.length;
    }
  });
}

test('names every command and every header key', () => {
  const { stdout } = entrylab(['--help']);
  for (const [, command] of stdout.matchAll(/^ {2}(\w+) \[options\]/gm))
    assert.ok(readme.includes(`\n### ${command}\n`), `no section for ${command}`);
  const keys = /the keys are: (.*)$/m.exec(entrylab(['run', 'tests/errors/header.S']).stderr)?.[1]?.split(', ') ?? [];
  assert.ok(keys.length >= 14);
  for (const key of keys) assert.ok(readme.includes(`| \`${key}\` |`), `no row for ${key}`);
});

test.run();
