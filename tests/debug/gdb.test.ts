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

const FLAGS =
  'gdb can neither write registers of flags from numbers of another size nor show their fields; both are wanted here';

/** What differs by intention, and why. */
const INTENDED: Readonly<Record<string, string>> = {
  'p *(int*)&ar@3 + *(int*)&ar@3': ARRAYS,
  'p *(int*)&ar@3 - *(int*)&ar@3': ARRAYS,
  'p *(int*)&ar@3 * *(int*)&ar@3': ARRAYS,
  'p *(int*)&ar@3 / *(int*)&ar@3': ARRAYS,
  'p sizeof (int*)&q': SYMBOLS,
  'x/3x5 &q': SYMBOLS,
  'p &q': SYMBOLS,
  'p/s &q': SYMBOLS,
  'output &q': SYMBOLS,
  'whatis &q': SYMBOLS,
  'p/a $gs_base': 'the per-CPU area has names',
  'p *(long*)0xffffffff82000ffc': 'the first byte that is missing is named, as gdb does without a stub in between',
  'x/2xg 0xffffffff82000ffc': 'the same',
  'p $cr3.PCID': FLAGS,
  'p $cr0 = 5': FLAGS,
  'p $cr3 = 0x1000': FLAGS,
  'p nosuch': 'gdb has no symbol table of a program without debug information, and says so; with one it has our words',
  'p 0 && nosuch': 'the same: no symbol table',
  'x/w &neg': 'no strings of wide characters: behind `x/s` a size other than b is not heeded',
  'x "abc"': 'gdb would put the string into the program',
};

/** Flags meet a number of another width: gdb can't convert them. */
const isRefusedCast = ({ name }: Session, answer: string): boolean =>
  name === 'kernel flags' && answer === 'Invalid cast.';

/** What is intended to differ. */
const reasonOf = (session: Session, command: string, answer: string): string | undefined =>
  INTENDED[command] ?? (isRefusedCast(session, answer) ? FLAGS : undefined);

/** The I/O privilege level is shown where it isn't 0, as the laboratory's other commands have it. */
const withoutIopl = (text: string): string => text.replaceAll('IOPL=0 ', '');

/** History numbers where it is about them; elsewhere they move by each intended difference. */
const comparable = ({ name }: Session, text: string): string =>
  name === 'history' ? text : withoutIopl(text).replace(/^\$\d+ = /m, '$N = ');

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
      session.name,
      exchanges.map(({ command }) => command),
    );
    const wrong = exchanges.flatMap(({ command, answer }, i) => {
      const same = comparable(session, ours[i]!) === comparable(session, answer);
      if (same === (reasonOf(session, command, answer) === undefined)) return [];
      return [`${command}\n  gdb:  ${answer}\n  ours: ${ours[i]}`];
    });
    assert.equal(wrong, []);
  });
}

test.run();
