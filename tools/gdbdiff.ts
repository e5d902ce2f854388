/**
 * Holds the debugger's values to gdb: the commands of tests/debug/gdb/commands.ts, answered by gdb for a static program and by entrylab.
 *
 *   npx tsx tools/gdbdiff.ts            differences from the answers that are kept, intended ones too
 *   npx tsx tools/gdbdiff.ts --write    regenerates tests/debug/gdb/answers.txt with the gdb at hand (needs as, ld and gdb)
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ADDRESSES, answers } from '../tests/debug/gdb/answer.ts';
import { REGISTERS, SESSIONS } from '../tests/debug/gdb/commands.ts';
import { parseAnswers, renderAnswers } from '../tests/debug/gdb/fixture.ts';

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

function build(folder: string): void {
  const run = (command: string, ...args: string[]): void => void execFileSync(command, args, { cwd: folder });
  const place = (section: string): string => `0x${ADDRESSES[section]!.toString(16)}`;
  run('as', '-o', 't.o', `${FOLDER}program.s`);
  run('ld', `-Ttext=${place('.text')}`, `-Tdata=${place('.data')}`, '-o', 't', 't.o');
  writeFileSync(join(folder, 'driver.py'), DRIVER);
}

/** gdb's answers to a session. */
function byGdb(folder: string, commands: readonly string[]): string[] {
  const setUp = ['starti', ...Object.entries(REGISTERS).map(([name, value]) => `set var $${name} = ${value}`)];
  writeFileSync(join(folder, 'commands'), [...setUp, ...commands, ''].join('\n'));
  const output = execFileSync('sh', ['-c', "gdb -batch -nx -ex 'source driver.py' ./t 2>&1"], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  // `output` doesn't end its line, so the mark may stand behind its text.
  const parts = output.split(MARK).slice(1 + setUp.length);
  return parts.map((part) => part.slice(part.indexOf('\n') + 1).replace(/\n$/, ''));
}

function write(): void {
  const folder = mkdtempSync(join(tmpdir(), 'entrylab-gdb-'));
  try {
    build(folder);
    const all = Object.entries(SESSIONS).map(([name, commands]) => ({
      name,
      exchanges: byGdb(folder, commands).map((answer, i) => ({ command: commands[i]!, answer })),
    }));
    writeFileSync(`${FOLDER}answers.txt`, renderAnswers(all));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function compare(): void {
  const source = readFileSync(`${FOLDER}program.s`, 'utf8');
  let [total, different] = [0, 0];
  for (const { name, exchanges } of parseAnswers(readFileSync(`${FOLDER}answers.txt`, 'utf8'))) {
    const ours = answers(
      source,
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

if (process.argv.includes('--write')) write();
compare();
