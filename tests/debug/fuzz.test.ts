/** Whatever is typed, the debugger answers: no line throws, none hangs, and a command that fails says so. */
import { readdirSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { COMMANDS } from '../../src/debug/commands/all.ts';
import { INFO_TOPICS } from '../../src/debug/commands/info.ts';
import { SETTING_NAMES } from '../../src/debug/commands/settings.ts';
import { feed } from '../../src/debug/interpreter.ts';
import { type Random, random } from '../cpu/random.ts';
import { debugProgram } from './transcript.ts';

const test = suite('fuzz');

/** 20,000 and more: by hand. */
const LINES = Number(process.env.ENTRYLAB_FUZZ_LINES ?? 3000);
const SEED = Number(process.env.ENTRYLAB_FUZZ_SEED ?? 1);
/** Pieces of work that a line may take: more is a hang. */
const MOST_PIECES = 200_000;

const DIRECTORY = 'tests/debug/transcripts';
const SCRIPT_LINES = readdirSync(DIRECTORY)
  .filter((name) => name.endsWith('.gdb'))
  .flatMap((name) => readFileSync(`${DIRECTORY}/${name}`, 'utf8').split('\n'))
  .filter((line) => line !== '' && !/^quit/.test(line));

const FRAGMENTS = [
  '1',
  '0',
  '-1',
  '3',
  '99999999999999999999',
  '0x10',
  '$rax',
  '$rip',
  '$pc',
  '$sp',
  '$cr3',
  '$cr3.pcid',
  '$rflags.zf',
  '$1',
  '$$',
  '$',
  '$nosuch',
  '$_',
  'exit',
  'start',
  'nmis',
  'idt',
  'user_pcid_flush_mask',
  'RESTORE_CR3',
  'calling.inc:106',
  'nmi.S:44',
  ':',
  ',',
  '*',
  '&',
  '(',
  ')',
  '+',
  '-',
  '==',
  '=',
  '<<',
  '%',
  '/',
  '/x',
  '/8gx',
  '/3i',
  '/s',
  '/r',
  '/-4xg',
  '@4',
  '"',
  "'",
  '\\',
  '{u64}',
  '(u8 *)',
  '(char)',
  'if',
  'on',
  'off',
  'PTI',
  '+PCID',
  '-PTI',
  'none',
  'pf',
  'nmi',
  'cr3',
  'user',
  'kernel',
  'saved=user',
  '#',
  'end',
  'else',
  '$arg0',
  '0xffffffffffffffff',
  '0x8000000000000000',
  'é',
  '\u0000',
  '!',
  ';',
  '1-3',
  '3-1',
];

const WORDS = COMMANDS.flatMap(({ name, aliases = [] }) => [name, ...aliases]).filter(
  (name) => !/^(q|quit|exit|source)$/.test(name),
);

const pick = <T>(draw: Random, from: readonly T[]): T => from[draw.below(from.length)]!;

function argument(draw: Random): string {
  const parts = Array.from({ length: draw.below(5) }, () => pick(draw, FRAGMENTS));
  return parts.join(draw.below(3) === 0 ? '' : ' ');
}

function mutated(draw: Random): string {
  const line = pick(draw, SCRIPT_LINES);
  const at = draw.below(line.length + 1);
  switch (draw.below(4)) {
    case 0:
      return line;
    case 1:
      return line.slice(0, at);
    case 2:
      return line.slice(0, at) + pick(draw, FRAGMENTS) + line.slice(at);
    default:
      return line.slice(0, at) + line.slice(at + 1 + draw.below(3));
  }
}

function makeLine(draw: Random): string {
  switch (draw.below(8)) {
    case 0:
      return mutated(draw);
    case 1:
      return `info ${pick(draw, INFO_TOPICS)} ${argument(draw)}`;
    case 2:
      return `set ${pick(draw, SETTING_NAMES)} ${argument(draw)}`;
    case 3:
      return `p ${argument(draw)}`;
    case 4:
      return String.fromCharCode(...Array.from({ length: draw.below(20) }, () => 32 + draw.below(95)));
    default:
      return `${pick(draw, WORDS)} ${argument(draw)}`;
  }
}

test(`${LINES} lines`, () => {
  const draw = random(SEED);
  let failed = 0;
  for (let done = 0; done < LINES; ) {
    const { it, output } = debugProgram('tests/debug/transcripts/nmi.S', { features: ['PTI', 'PCID'], limit: 500 });
    const fed: string[] = [];
    for (let i = 0; i < 150 && it.quit === undefined && done < LINES; i++, done++) {
      const line = makeLine(draw);
      fed.push(line);
      const failures = it.failures;
      try {
        let pieces = 0;
        for (const work = feed(it, line); !work.next().done; )
          if (++pieces > MOST_PIECES) it.session.interrupted = true;
      } catch (problem) {
        const stack = problem instanceof Error ? problem.stack : String(problem);
        assert.unreachable(`seed ${SEED}: ${JSON.stringify(fed.slice(-12))}\n${stack}`);
      }
      const said = output();
      if (it.failures === failures) continue;
      failed++;
      assert.ok(said.trim() !== '', `a failure without a word: ${JSON.stringify(line)}`);
      assert.not.match(said, /\b(undefined is|TypeError|\[object|NaN)\b/, `${JSON.stringify(line)} -> ${said}`);
    }
  }
  assert.ok(failed > LINES / 10);
});

test.run();
