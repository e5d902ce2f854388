/**
 * Holds the debugger's values to gdb: the commands of tests/debug/gdb/commands.ts, answered by gdb for a static program and by entrylab.
 *
 *   npx tsx tools/gdbdiff.ts            differences from the answers that are kept, intended ones too
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

async function write(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'entrylab-gdb-'));
  try {
    build(folder);
    const all: Session[] = [];
    for (const [name, commands] of Object.entries(SESSIONS)) {
      const replies = await byGdb(folder, name, commands);
      all.push({ name, exchanges: replies.map((answer, i) => ({ command: commands[i]!, answer })) });
    }
    writeFileSync(`${FOLDER}answers.txt`, renderAnswers(all));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function compare(): void {
  let [total, different] = [0, 0];
  for (const { name, exchanges } of parseAnswers(readFileSync(`${FOLDER}answers.txt`, 'utf8'))) {
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

if (process.argv.includes('--write')) await write();
compare();
