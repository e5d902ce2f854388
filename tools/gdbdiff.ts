/**
 * Holds the debugger's values to gdb: the commands of tests/debug/gdb/commands.ts, answered by gdb for a static program and by entrylab.
 *
 *   npx tsx tools/gdbdiff.ts            differences from the answers that are kept, intended ones too
 *   npx tsx tools/gdbdiff.ts --fuzz N   N random commands, answered by the gdb at hand
 *   npx tsx tools/gdbdiff.ts --write    regenerates tests/debug/gdb/answers.txt with the gdb at hand (needs as, ld and gdb)
 */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ADDRESSES, answers, type Home, homeOf, machineOf } from '../tests/debug/gdb/answer.ts';
import { REGISTERS, SESSIONS } from '../tests/debug/gdb/commands.ts';
import { parseAnswers, renderAnswers, type Session } from '../tests/debug/gdb/fixture.ts';
import { serve } from './gdb-stub.ts';

const FOLDER = new URL('../tests/debug/gdb/', import.meta.url).pathname;
/** Nothing that gdb prints holds it. */
const MARK = '\u0001';

/** Runs gdb's commands one by one, errors as text. */
const DRIVER = `
import gdb
gdb.execute('set pagination off')
gdb.execute('set confirm off')
gdb.execute('set print sevenbit-strings off')
for line in open('commands'):
  line = line.rstrip('\\n')
  gdb.write(chr(1) + line + '\\n')
  try:
    gdb.execute(line)
  except gdb.error as e:
    gdb.write(str(e) + '\\n')
`;

const source = readFileSync(`${FOLDER}program.s`, 'utf8');

function build(folder: string): void {
  const run = (command: string, ...args: string[]): void => void execFileSync(command, args, { cwd: folder });
  const place = (home: Home, section: string): string => `0x${ADDRESSES[home][section]!.toString(16)}`;
  run('as', '-o', 't.o', `${FOLDER}program.s`);
  for (const home of ['user', 'kernel'] as const)
    run('ld', `-Ttext=${place(home, '.text')}`, `-Tdata=${place(home, '.data')}`, '-o', home, 't.o');
  writeFileSync(join(folder, 'driver.py'), DRIVER);
}

/** gdb's answers to a session: of the program itself, or of our machine with the program in its kernel half. */
async function byGdb(folder: string, name: string, commands: readonly string[]): Promise<string[]> {
  const home = homeOf(name);
  const registers = Object.entries(REGISTERS).map(([register, value]) => `set var $${register} = ${value}`);
  const setUp = home === 'user' ? ['starti', ...registers] : ['target remote socket'];
  writeFileSync(
    join(folder, 'commands'),
    [...setUp, ...commands, ...(home === 'kernel' ? ['disconnect'] : []), ''].join('\n'),
  );
  const server = home === 'kernel' ? await serve(machineOf(source, home), join(folder, 'socket')) : undefined;
  const { stdout } = await promisify(execFile)('sh', ['-c', `gdb -batch -nx -ex 'source driver.py' ./${home} 2>&1`], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
    maxBuffer: 1 << 26,
  });
  server?.close();
  // `output` doesn't end its line, so the mark may stand behind its text.
  const parts = stdout.split(MARK).slice(1 + setUp.length, 1 + setUp.length + commands.length);
  return parts.map((part) => part.slice(part.indexOf('\n') + 1).replace(/\n$/, ''));
}

/** gdb's answers to whole sessions. */
async function answered(sessions: Readonly<Record<string, readonly string[]>>): Promise<Session[]> {
  const folder = mkdtempSync(join(tmpdir(), 'entrylab-gdb-'));
  try {
    build(folder);
    const all: Session[] = [];
    for (const [name, commands] of Object.entries(sessions)) {
      const replies = await byGdb(folder, name, commands);
      all.push({ name, exchanges: replies.map((answer, i) => ({ command: commands[i]!, answer })) });
    }
    return all;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Nothing that changes: one difference would lead to others. */
const LEAVES = [
  ...[
    '0',
    '1',
    '2',
    '-1',
    '7u',
    '3l',
    '0xffffffff',
    "'a'",
    '(char)200',
    '(short)-5',
    '$rax',
    '$eax',
    '$al',
    '$sp',
    '$rip',
  ],
  ...['(int*)&ar', '(char*)&msg', '*(int*)&ar', '*(char*)&msg', '_start', 'func', '$nosuch', '(long*)&neg', '{int}&ar'],
  ...['*(long*)&q', '(char**)&ptrs', '*(char**)&ptrs', '(void*)0', '{char[4]}&msg', '$r15'],
];
const BINARY = ['+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>', '==', '<', '>=', '&&', '||', '@'];
const PREFIXES = ['-', '~', '!', '*', '&', '(int)', '(char)', '(long*)', '(unsigned)', '(char*)', 'sizeof ', '{short}'];

const pick = <T>(from: readonly T[]): T => from[Math.floor(Math.random() * from.length)]!;

/** A random expression, mostly of sense. */
function expression(depth: number): string {
  const kind = depth <= 0 ? 0 : Math.random();
  const inner = (): string => expression(depth - 1);
  if (kind < 0.2) return pick(LEAVES);
  if (kind < 0.6) return `${inner()} ${pick(BINARY)} ${inner()}`;
  if (kind < 0.75) return `${pick(PREFIXES)}${inner()}`;
  if (kind < 0.85) return `(${inner()})`;
  if (kind < 0.9) return `(${inner()})[${inner()}]`;
  return `${inner()} ? ${inner()} : ${inner()}`;
}

const COMMANDS = [
  'p',
  'p',
  'p',
  'p/x',
  'p/d',
  'p/c',
  'p/a',
  'p/z',
  'p/s',
  'p/u',
  'whatis',
  'output',
  'x/2xw',
  'x/3c',
  'x/s',
  'x/i',
];

const fuzzed = (count: number): string[] =>
  Array.from({ length: count }, () => `${pick(COMMANDS)} ${expression(Math.floor(Math.random() * 4))}`);

function compare(sessions: readonly Session[]): void {
  let [total, different] = [0, 0];
  for (const { name, exchanges } of sessions) {
    const ours = answers(
      source,
      name,
      exchanges.map(({ command }) => command),
    );
    const plain = (text: string): string => (name === 'history' ? text : text.replace(/^\$\d+ = /m, '$N = '));
    for (const [i, { command, answer }] of exchanges.entries()) {
      total++;
      if (plain(answer) === plain(ours[i]!)) continue;
      different++;
      console.log(`[${name}] ${command}\n  gdb:  ${answer}\n  ours: ${ours[i]}`);
    }
  }
  console.log(`${total} commands, ${different} differences`);
}

const [, , option, argument] = process.argv;
if (option === '--write') writeFileSync(`${FOLDER}answers.txt`, renderAnswers(await answered(SESSIONS)));
compare(
  option === '--fuzz'
    ? await answered({ random: fuzzed(Number(argument ?? 1000)) })
    : parseAnswers(readFileSync(`${FOLDER}answers.txt`, 'utf8')),
);
