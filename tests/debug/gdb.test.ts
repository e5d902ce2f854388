/** The debugger's values against gdb's own answers (gdb/answers.txt, by tools/gdbdiff.ts), command by command. */
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { answers } from './gdb/answer.ts';
import { SESSIONS } from './gdb/commands.ts';
import { parseAnswers, type Session } from './gdb/fixture.ts';

const test = suite('debug: gdb');

const file = (name: string): string => readFileSync(new URL(`./gdb/${name}`, import.meta.url), 'utf8');

const ARRAYS = 'there are no arrays of arrays: an array of one dimension is all that memory without types needs';
const SYMBOLS = 'a data symbol of 1, 2, 4 or 8 bytes has a type here, so that its name alone shows what is in it';

/** What differs by intention, and why. */
const INTENDED: Readonly<Record<string, string>> = {
  'p *(int*)&ar@3 + *(int*)&ar@3': ARRAYS,
  'p *(int*)&ar@3 - *(int*)&ar@3': ARRAYS,
  'p *(int*)&ar@3 * *(int*)&ar@3': ARRAYS,
  'p *(int*)&ar@3 / *(int*)&ar@3': ARRAYS,
  'p sizeof (int*)&q': SYMBOLS,
  'x/3x5 &q': SYMBOLS,
  'p nosuch': 'gdb has no symbol table of a program without debug information, and says so; with one it has our words',
  'p 0 && nosuch': 'the same',
  'x/w &neg': 'no strings of wide characters: behind `x/s` a size other than b is not heeded',
  'x "abc"': 'gdb would put the string into the program',
};

/** History numbers where it is about them; elsewhere they move by each intended difference. */
const comparable = ({ name }: Session, text: string): string =>
  name === 'history' ? text : text.replace(/^\$\d+ = /m, '$N = ');

const source = file('program.s');
const sessions = parseAnswers(file('answers.txt'));

test('the answers are those to the commands', () => {
  const kept = Object.fromEntries(sessions.map(({ name, exchanges }) => [name, exchanges.map((e) => e.command)]));
  assert.equal(kept, SESSIONS);
});

for (const session of sessions) {
  test(`${session.name}: ${session.exchanges.length} commands`, () => {
    const { exchanges } = session;
    const ours = answers(
      source,
      exchanges.map(({ command }) => command),
    );
    const wrong = exchanges.flatMap(({ command, answer }, i) => {
      const same = comparable(session, ours[i]!) === comparable(session, answer);
      if (same === (INTENDED[command] === undefined)) return [];
      return [`${command}\n  gdb:  ${answer}\n  ours: ${ours[i]}`];
    });
    assert.equal(wrong, []);
  });
}

test.run();
