/**
 * Makes vectors on the CPU at hand: random state and code from templates, assembled by GNU as, run natively.
 *
 *   npx tsx tools/make-vectors.ts --seed N --count N [--model NAME] [--mode 32] OUT.jsonl.gz
 */
import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { Command } from 'commander';
import { makeVectors } from './vectors/make.ts';

const program = new Command('make-vectors')
  .description('make vectors on the CPU at hand, in the format of tests/vectors.ts')
  .requiredOption('--seed <n>', 'the same seed makes the same vectors', Number)
  .requiredOption('--count <n>', 'how many', Number)
  .option('--model <name>', 'what the lines call this CPU', 'zen4')
  .option('--only <text>', 'only templates whose name contains this')
  .option('--mode <bits>', '32 for code of compatibility mode', '64')
  .argument('<out>', 'the file to write, .jsonl.gz')
  .parse();

const { seed, count, model, only, mode } = program.opts<{
  seed: number;
  count: number;
  model: string;
  only?: string;
  mode: string;
}>();
const { lines, notes } = makeVectors({ seed, count, model, only, mode: mode === '32' ? 32 : 64 });
writeFileSync(program.args[0]!, gzipSync(lines.map((line) => `${line}\n`).join(''), { level: 9 }));
console.log([`${lines.length} vectors`, ...notes].join('\n'));
