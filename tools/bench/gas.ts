/**
 * The assembler beside GNU's, whole processes on the same input in the same run: the kernel's entry_64.S against `gcc -c` (both less
 * `node -e 0`, which no compiler pays), a large source without repeating lines against `as`; and the stages of it in lines a second.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import b from 'benny';
import { assemble } from '../../src/assemble/assemble.ts';
import { preprocess } from '../../src/assemble/cpp.ts';
import { parseStatements } from '../../src/assemble/parse.ts';
import { scrub } from '../../src/assemble/scrub.ts';
import { decode, splitLines } from '../../src/assemble/source.ts';
import { place } from '../../src/base/diagnostics.ts';
import { writeElf } from '../../src/object/elf-write.ts';
import { random } from '../../tests/cpu/random.ts';
import { kernelSources } from '../../tests/kernel.ts';
import { cppOptions } from '../cppdiff.ts';
import { diskFiles } from '../gasdiff.ts';

const COMMAND = 'dist/main.cjs';
const ENTRY_TARGET = 6;
const LARGE_TARGET = 20;
const LARGE_LINES = 200_000;

const runner = (command: string, args: readonly string[]) => (): void => {
  const { status, stderr } = spawnSync(command, args);
  if (status !== 0) throw new Error(`${command}: exit status ${status}: ${stderr}`);
};

/** Prints a line for each comparison; without the built command, the kernel's sources or GNU as says what is missing. */
export async function gasSuite(): Promise<void> {
  if (!existsSync(COMMAND)) return console.log('beside GNU as: nothing is built');
  const dir = mkdtempSync(join(tmpdir(), 'entrylab-bench-'));
  try {
    await besideGcc(dir);
    await besideAs(dir);
    await stages(dir);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** The least seconds of each: what else the machine does only adds to them. */
async function fastest(title: string, runs: Readonly<Record<string, () => void>>): Promise<number[]> {
  const cases = Object.entries(runs).map(([name, run]) => b.add(name, run));
  const { results } = await b.suite(title, ...cases, b.cycle());
  return results.map(({ details }) => details.min);
}

async function besideGcc(dir: string): Promise<void> {
  const sources = kernelSources();
  if (typeof sources === 'string') return console.log(`beside gcc: ${sources}`);
  const path = sources.files.find((file) => file.endsWith('/entry/entry_64.S'))!;
  const [empty, gcc, ours] = await fastest('entry_64.S', {
    'node -e 0': runner(process.execPath, ['-e', '0']),
    'gcc -c': runner('gcc', ['-c', ...sources.flags, path, '-o', join(dir, 'gcc.o')]),
    'entrylab as': runner(process.execPath, [COMMAND, 'as', ...sources.flags, path, '-o', join(dir, 'ours.o')]),
  });
  sources.dispose();
  const ratio = (ours! - empty!) / gcc!;
  console.log(`entry_64.S, beside gcc -c: ${ratio.toFixed(1)} x (wanted: at most ${ENTRY_TARGET})`);
}

async function besideAs(dir: string): Promise<void> {
  const path = join(dir, 'large.s');
  writeFileSync(path, largeSource());
  const [gas, ours] = await fastest('large source', {
    as: runner('as', [path, '-o', join(dir, 'gas.o')]),
    'entrylab as': runner(process.execPath, [COMMAND, 'as', path, '-o', join(dir, 'ours.o')]),
  });
  const ratio = (ours! / gas!).toFixed(1);
  console.log(`${LARGE_LINES} different lines, beside as: ${ratio} x (wanted: at most ${LARGE_TARGET})`);
}

/** No line twice: instructions, labels, jumps, data. */
function largeSource(): string {
  const draw = random(5);
  const register = (): string => `%r${8 + draw.below(8)}`;
  const lines = Array.from({ length: LARGE_LINES }, (_, i) => {
    const n = draw.below(1 << 30);
    const kinds = [
      `L${i}:\tmovq $0x${n.toString(16)}, ${register()}`,
      `\tmovl ${n % 99999}(${register()},${register()},4), %eax # ${i}`,
      `\taddq ${register()}, v${i}(%rip)`,
      `.Lx${i}:\tjne .Lx${i}`,
      `\tleaq ${i}(${register()}), ${register()}`,
      `\t.long ${n}, ${i}, .Lend - .`,
      `\tcall f${i}`,
      `\tcmpq $${n % 128}, %gs:${i}`,
      `\t.byte ${n & 0xff}, ${i & 0xff} # ${i}`,
      `\timulq $${i}, ${register()}, ${register()}`,
    ];
    return kinds[draw.below(kinds.length)]!;
  });
  return `${lines.join('\n')}\n.Lend:\n`;
}

/** In this process, warm: how many lines a second each stage does. */
async function stages(dir: string): Promise<void> {
  const path = join(dir, 'large.s');
  const text = decode(diskFiles.read(path)!);
  const lines = splitLines(text, path);
  const scrubbed = scrub(lines).value;
  const options = { files: diskFiles };
  const object = assemble(path, options).value;
  const sources = kernelSources();
  const entry = typeof sources === 'string' ? undefined : sources.files.find((f) => f.endsWith('/entry/entry_64.S'));
  const cpp = typeof sources === 'string' ? undefined : cppOptions(sources.flags);
  const at = place(path, 1);
  const runs = {
    scrub: () => void scrub(lines),
    parse: () => {
      for (const line of scrubbed) parseStatements(line.text, at);
    },
    'all to an object': () => void assemble(path, options),
    'write ELF': () => void writeElf(object),
    ...(entry && cpp && { 'preprocess entry_64.S': () => void preprocess(entry, cpp) }),
  };
  const seconds = await fastest('stages', runs);
  const kept = entry && cpp ? preprocess(entry, cpp).value.length : 0;
  for (const [i, name] of Object.keys(runs).entries()) {
    const count = name.startsWith('preprocess') ? kept : LARGE_LINES;
    const rate = Math.round(count / seconds[i]!).toLocaleString('en');
    console.log(`${`stage: ${name}`.padEnd(40)} ${rate.padStart(14)} lines/s`);
  }
  if (typeof sources !== 'string') sources.dispose();
}
