/**
 * Regenerates tests/assemble/cpp-cases.txt: random sources (tools/cpp-cases.ts) with the text and the messages that gcc gives
 * for them, so that the test holds on machines without it. Those that differ by a known quirk are left out by the tool that
 * finds them, tools/cppfuzz.ts; here every source of the seed is kept.
 *
 *   npx tsx tools/cpp-fixtures.ts
 *
 * A case: `==== source`, `==== text`, `==== messages`, each with its lines.
 */
import { writeFileSync } from 'node:fs';
import { cppCases } from './cpp-cases.ts';
import { byGcc } from './cppfuzz.ts';

const FILE = new URL('../tests/assemble/cpp-cases.txt', import.meta.url);
const CASES = 400;
const SEED = 20231;
/** One at a time: `__COUNTER__` goes on counting from file to file. */
const BATCH = 1;

const out: string[] = [];
const sources = cppCases(CASES, SEED);
for (let from = 0; from < CASES; from += BATCH) {
  const batch = sources.slice(from, from + BATCH);
  byGcc(batch).forEach(({ text, messages }, n) => {
    out.push('==== source', batch[n]!.trimEnd(), '==== text', text, '==== messages', messages.join('\n'));
  });
}
writeFileSync(FILE, `${out.join('\n')}\n`);
