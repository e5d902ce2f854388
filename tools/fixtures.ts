/**
 * Regenerates tests/assemble/forms-{64,32,16}.txt: instructions over the whole table of forms with the bytes that GNU as gives them, so
 * that the test holds on machines without it.
 *
 *   npx tsx tools/fixtures.ts
 *
 * A line: bytes, relocations (`type@offset+addend`), the instruction, its messages, with tabs between; `-` for one that GNU as rejects. The same for
 * spellings.s and decorations.s. And tests/assemble/modes.txt: what it
 * makes of modes.s.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Bits } from '../src/isa/forms.ts';
import { corpus } from './corpus.ts';
import { byGas } from './corpus-assemblers.ts';
import { assembleWithGas, NO_OPTIONS, renderText } from './gasdiff.ts';

/** Lines for each form and name. */
const ROUNDS = { 64: 2, 32: 1, 16: 1 } as const;
const SEED = 20231;

const at = (name: string): URL => new URL(`../tests/assemble/${name}`, import.meta.url);

function write(name: string, lines: readonly string[], bits: Bits): void {
  const rows = byGas(lines, bits).map(({ bytes, messages }, n) => [bytes ?? '-', lines[n], ...messages].join('\t'));
  writeFileSync(at(`${name}-${bits}.txt`), `${rows.join('\n')}\n`);
}

const linesOf = (name: string): string[] =>
  readFileSync(at(name), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));

const spellings = linesOf('spellings.s');
const decorations = linesOf('decorations.s');
for (const bits of [64, 32, 16] as const) {
  const lines = corpus({ count: ROUNDS[bits], seed: SEED, bits });
  write(
    'forms',
    lines.filter((line) => !/\bbnd/.test(line)),
    bits,
  );
  write('spellings', spellings, bits);
  write('decorations', decorations, bits);
}
const modes = assembleWithGas(fileURLToPath(new URL('../tests/assemble/modes.s', import.meta.url)), NO_OPTIONS);
if (typeof modes === 'string') throw new Error(modes);
writeFileSync(new URL('../tests/assemble/modes.txt', import.meta.url), renderText(modes));
