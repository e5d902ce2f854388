/**
 * Regenerates tests/assemble/forms.txt: instructions over the whole table of forms with the bytes that GNU as gives them, so
 * that the test holds on machines without it.
 *
 *   npx tsx tools/fixtures.ts
 *
 * A line: bytes, relocations (`type@offset+addend`), a tab, the instruction; `-` for one that GNU as rejects.
 */
import { writeFileSync } from 'node:fs';
import { byGas, corpus } from './corpus.ts';

const FILE = new URL('../tests/assemble/forms.txt', import.meta.url);
/** Lines for each form and name. */
const ROUNDS = 2;
const SEED = 20231;

const lines = corpus(ROUNDS, SEED, []).filter((line) => !/\bbnd/.test(line));
const bytes = byGas(lines);
writeFileSync(FILE, `${lines.map((line, n) => `${bytes[n] ?? '-'}\t${line}`).join('\n')}\n`);
