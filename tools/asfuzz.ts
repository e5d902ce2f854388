/**
 * Holds entrylab's assembler to GNU as on random small programs: the object byte for byte, or the same messages.
 *
 *   npx tsx tools/asfuzz.ts [COUNT] [SEED] [--only KIND] [--keep DIR]
 *   npx tsx tools/asfuzz.ts --write          makes tests/assemble/as/random.s anew; then run tools/asdiff.ts --write
 *
 * Prints each difference with the program cut down to what still shows it; exit status 1. Differences that are allowed
 * are predicates with a reason, in asfuzz-allowed.ts.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { random } from '../tests/cpu/random.ts';
import { byGas, CASES, differences, distinctMessages, type Outcome, ours, outcomeText } from './asdiff.ts';
import { isAllowed } from './asfuzz-allowed.ts';
import { type Program, program } from './asfuzz-programs.ts';

const textOf = (chunks: Program): string => `${chunks.join('\n')}\n`;

/** In which respect two outcomes differ; undefined for not at all. */
export function verdict(us: Outcome, gas: Outcome, text: string): string | undefined {
  if (isAllowed(text, gas, (us.object === undefined) === (gas.object === undefined))) return undefined;
  if ((us.object === undefined) !== (gas.object === undefined)) return 'one has no object';
  const [mine, theirs] = [distinctMessages(us), distinctMessages(gas)];
  if (mine.join('\n') !== theirs.join('\n')) {
    return mine.sort().join('\n') === theirs.sort().join('\n') ? 'order of messages' : 'messages';
  }
  if (us.object && gas.object && Buffer.compare(us.object, gas.object) !== 0) return 'bytes';
  return undefined;
}

function judge(text: string): { readonly what: string | undefined; readonly us: Outcome; readonly gas: Outcome } {
  const us = ours(text);
  const gas = byGas(text);
  return { what: verdict(us, gas, text), us, gas };
}

/** The smallest program found by leaving out chunks, then lines, that still differs in the same respect. */
function shrink(chunks: Program, what: string): Program {
  let now = chunks.flatMap((chunk) => [chunk]);
  for (const pieces of [now, undefined]) {
    if (pieces === undefined) now = now.flatMap((chunk) => chunk.split('\n'));
    for (let size = Math.max(1, now.length >> 1); size >= 1; size = size >> 1) {
      for (let at = 0; at < now.length; ) {
        const less = [...now.slice(0, at), ...now.slice(at + size)];
        if (less.length > 0 && judge(textOf(less)).what === what) now = less;
        else at += size;
      }
    }
  }
  return now;
}

function reported(text: string): string {
  const { us, gas } = judge(text);
  const lines = differences(outcomeText(us), outcomeText(gas));
  const messages = (o: Outcome): string =>
    distinctMessages(o)
      .map((m) => `    ${m}`)
      .join('\n');
  if (messages(us) === messages(gas)) return lines.slice(0, 12).join('\n');
  return `  gas:\n${messages(gas)}\n  ours:\n${messages(us)}`;
}

const SAMPLE = { size: 250, seed: 2024 };

/** Programs for the tests: those on which GNU as and we agree to the byte and the word. */
function writeSample(): void {
  const cases: string[] = [];
  for (let n = 0; cases.length < SAMPLE.size; n++) {
    const text = textOf(program(random(SAMPLE.seed * 1_000_003 + n)));
    const [us, gas] = [outcomeText(ours(text)).join('\n'), outcomeText(byGas(text)).join('\n')];
    if (us === gas) cases.push(`#= random ${n}\n${text}`);
  }
  writeFileSync(join(CASES, 'random.s'), cases.join(''));
}

function main(args: readonly string[]): void {
  if (args[0] === '--write') return writeSample();
  const keep = args.includes('--keep') ? args[args.indexOf('--keep') + 1] : undefined;
  const only = args.includes('--only') ? args[args.indexOf('--only') + 1] : undefined;
  const [count = '1000', seed = '1'] = args.filter((a, n) => !a.startsWith('--') && !args[n - 1]?.startsWith('--'));
  const kinds = new Map<string, number>();
  if (keep !== undefined) mkdirSync(keep, { recursive: true });
  for (let n = 0; n < Number(count); n++) {
    const chunks = program(random(Number(seed) * 1_000_003 + n));
    const { what } = judge(textOf(chunks));
    if (what === undefined) continue;
    if (only !== undefined && !what.startsWith(only)) continue;
    kinds.set(what, (kinds.get(what) ?? 0) + 1);
    const small = textOf(shrink(chunks, what));
    if (keep !== undefined) writeFileSync(join(keep, `${n}.s`), `#= ${n}\n${small}`);
    console.log(`case ${n}: ${what}\n${small}${reported(small)}\n`);
  }
  const wrong = [...kinds.values()].reduce((sum, many) => sum + many, 0);
  console.log(`${count} programs, ${wrong} differ ${JSON.stringify(Object.fromEntries(kinds))}`);
  if (wrong > 0) process.exitCode = 1;
}

if (process.argv[1]?.endsWith('asfuzz.ts')) main(process.argv.slice(2));
