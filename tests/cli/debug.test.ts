/** `entrylab debug` as its users start it: scripts, pipes, exit statuses, bad options, and a pseudo-terminal. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { commandLine } from '../command-line.ts';

const test = suite('debug');
const { path: main } = await commandLine();
const RESTORE = [
  'asm/cr3/restore_cr3.S',
  '--features',
  'PTI,PCID',
  '--state',
  'saved=user',
  '--state',
  'flush=pending',
];

const dir = mkdtempSync(join(tmpdir(), 'entrylab-debug-test-'));
test.after(() => rmSync(dir, { recursive: true, force: true }));

const write = (name: string, text: string): string => {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
};

const LOOP = write('loop.S', '\t.globl loop\nloop:\tinc %rax\n\tjmp loop\n');

const debug = (args: readonly string[], input = '', env: Readonly<Record<string, string>> = {}) =>
  spawnSync(process.execPath, [main, 'debug', ...args], { input, encoding: 'utf8', env: { ...process.env, ...env } });

/** Runs with --batch and these commands. */
const batch = (...commands: readonly string[]) =>
  debug([...RESTORE, '--batch', ...commands.flatMap((command) => ['-ex', command])]);

test('with --batch nothing is shown but what commands print', () => {
  const { stdout, stderr, status } = batch('p $cr3.pcid', 'p 1+1');
  assert.equal([stdout, stderr, status], ['$1 = 2\n$2 = 2\n', '', 0]);
});

test('a session begins with a line about the program and with where it stands', () => {
  const { stdout, status } = debug(RESTORE);
  assert.is(stdout.split('\n')[0], "asm/cr3/restore_cr3.S: entry before, features PTI,PCID. Try `help'.");
  assert.match(stdout, /^=> 0xffffffff81000000 <restore_before>/m);
  assert.match(stdout, /\n\(entrylab\) quit\n$/);
  assert.is(status, 0);
  assert.match(debug([...RESTORE, '-q']).stdout, /^── source/);
});

test('a pipe is answered as gdb does, without the commands, which set trace-commands shows', () => {
  const { stdout } = debug([...RESTORE, '-q'], 'p 1\n\n# nothing\np 2');
  assert.match(stdout, /\n\(entrylab\) \$1 = 1\n\(entrylab\) \(entrylab\) \(entrylab\) \$2 = 2\n\(entrylab\) quit\n$/);
  const traced = debug([...RESTORE, '-q'], 'set trace-commands on\np 1\n').stdout;
  assert.match(traced, /\n\(entrylab\) \(entrylab\) \+p 1\n\$1 = 1\n/);
});

test('an empty line in a pipe repeats nothing', () => {
  const { stdout } = debug([...RESTORE, '--batch', '-ex', 'set context off', '-ex', 'stepi', '-ex', '']);
  assert.is(stdout.match(/^#0 /gm)?.length, 1);
});

test('-x and -ex are done in the order they are given, then the pipe', () => {
  const script = write('two.gdb', 'p 2\n');
  const { stdout } = debug([...RESTORE, '-q', '-ex', 'p 1', '-x', script, '-ex', 'p 3'], 'p 4\n');
  assert.match(stdout, /\n\$1 = 1\n\$2 = 2\n\$3 = 3\n\(entrylab\) \$4 = 4\n/);
});

test('a script that fails stops there and says where; what comes behind it is done', () => {
  const inner = write('inner.gdb', 'p 1\n\nnosuch\np 2\n');
  const outer = write('outer.gdb', `# first\nsource ${inner}\np 3\n`);
  const { stdout, status } = debug([...RESTORE, '--batch', '-x', outer, '-ex', 'p 4']);
  assert.is(
    stdout,
    `$1 = 1\n${outer}:2: Error in sourced command file:\n${inner}:3: Error in sourced command file:\n` +
      'Undefined command: "nosuch".  Try "help".\n$2 = 4\n',
  );
  assert.is(status, 2);
  const missing = debug([...RESTORE, '--batch', '-x', '/nonexistent']);
  assert.equal([missing.stdout, missing.status], ['/nonexistent: No such file or directory.\n', 2]);
});

test('exit statuses', () => {
  assert.is(batch('quit').status, 0);
  assert.is(batch('quit 7', 'p 1').status, 7);
  assert.is(batch('quit 7', 'p 1').stdout, '');
  assert.is(batch('nosuch').status, 2);
  assert.is(batch('nosuch', 'quit').status, 2);
  assert.is(debug(RESTORE, 'nosuch\n').status, 2);
  assert.is(debug(RESTORE, 'quit 3\nnosuch\n').status, 3);
});

test('what cannot be loaded is told as by run', () => {
  const bad = write('bad.S', '\tno_such_instruction\n');
  for (const args of [[bad], ['/nonexistent.S'], ['asm/cr3/restore_cr3.S', '--entry', 'nowhere']]) {
    const told = debug(args);
    const run = spawnSync(process.execPath, [main, 'run', ...args], { encoding: 'utf8' });
    assert.equal([told.status, told.stdout, told.stderr], [2, '', run.stderr]);
  }
});

test('bad options', () => {
  for (const [option, message] of [
    [['--state', 'saved=nobody'], /--state saved=nobody: the header has saved=kernel/],
    [['--features', 'NOSUCH'], /undefined feature `NOSUCH'/],
    [['--max-insns', '0'], /--max-insns 0: takes a number/],
    [['--set', 'rax'], /--set rax: takes REG=VALUE/],
    [['--nosuch'], /unknown option '--nosuch'/],
    [['-ex'], /argument missing/],
  ] as const) {
    const { status, stdout, stderr } = debug(['asm/cr3/restore_cr3.S', ...option]);
    assert.match(stderr, message);
    assert.equal([status, stdout], [2, '']);
  }
});

test('a reader that goes away ends the session, also in the midst of a command', () => {
  const endless = `-ex 'set context off' -ex 'while 1' -ex 'p 1' -ex end`;
  const command = `${process.execPath} ${main} debug ${LOOP} --batch ${endless} | head -1`;
  assert.is(execFileSync('sh', ['-c', command], { timeout: 60_000, encoding: 'utf8' }), '$1 = 1\n');
});

test('no colours when piped, and 80 columns', () => {
  const { stdout } = debug(RESTORE, 'info registers\n', { COLUMNS: '200' });
  assert.not.ok(stdout.includes('\u001b'));
  assert.ok(stdout.split('\n').every((line) => line.length <= 80));
});

test('a trace is whole when the session is over', () => {
  const file = join(dir, 'trace.txt');
  assert.is(debug([LOOP, '--batch', '-ex', `trace on ${file}`, '-ex', 'stepi 4']).status, 0);
  assert.is(readFileSync(file, 'utf8').trim().split('\n').length, 4);
});

// A terminal

const hasScript = spawnSync('script', ['--version']).status === 0;

/** In a pseudo-terminal: each text is sent when the one before it has been seen. */
function converse(
  args: readonly string[],
  steps: readonly (readonly [awaited: RegExp, sent: string])[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly text: string; readonly status: number | null }> {
  return new Promise((done) => {
    const command = `stty cols 100 rows 40; exec ${[process.execPath, main, 'debug', ...args].join(' ')}`;
    const child = spawn('script', ['-qec', command, '/dev/null'], { env: { ...process.env, TERM: 'xterm', ...env } });
    const left = [...steps];
    let text = '';
    let seen = 0;
    const limit = setTimeout(() => child.kill(), 30_000);
    child.stdout.on('data', (chunk) => {
      text += chunk;
      const found = left[0]?.[0].exec(text.slice(seen));
      if (!found) return;
      seen = text.length;
      child.stdin.write(left.shift()![1]);
    });
    child.on('close', (status) => {
      clearTimeout(limit);
      done({ text, status });
    });
  });
}

if (hasScript) {
  test('a terminal: completion, an empty line, Ctrl-C, history', async () => {
    const history = join(dir, 'state', 'history');
    const env = { ENTRYLAB_HISTORY: history };
    const args = [LOOP, '--max-insns', '1000000000000'];
    const { text, status } = await converse(
      args,
      [
        // readline completes nothing in what comes at once.
        [/\(entrylab\) /, 'p $cr3.pc'],
        [/pc$/, '\t'],
        [/pcid $|id $/, '\r'],
        [/\$1 = /, 'set context off\rsi\r'],
        [/#0 .*\s/, '\r'],
        [/#0 .*\s/, 'continue\r'],
        [/Continuing/, '\x03'],
        [/SIGINT[\s\S]*\(entrylab\)/, 'never mind\x03'],
        [/\^C[\s\S]*\(entrylab\)/, 'quit 5\r'],
      ],
      env,
    );
    assert.match(text, /p \$cr3\.pcid/);
    assert.match(text, /Program received signal SIGINT, Interrupt\./);
    assert.ok(text.includes('\u001b['));
    assert.is(status, 5);
    assert.is(readFileSync(history, 'utf8'), 'p $cr3.pcid\nset context off\nsi\ncontinue\nquit 5\n');
    const again = await converse(
      args,
      [
        [/\(entrylab\)/, '\x1b[A\x1b[A\x1b[A\r'],
        [/#0 |si/, '\x04'],
      ],
      env,
    );
    assert.is(again.status, 0);
    assert.match(readFileSync(history, 'utf8'), /\nquit 5\nsi\n$/);
  });

  test('a terminal: no colours with NO_COLOR, no file with --no-history; Ctrl-D leaves, as does an error typed before', async () => {
    const history = join(dir, 'none');
    const { text, status } = await converse(
      [LOOP, '--no-history'],
      [
        [/\(entrylab\)/, 'nosuch\r'],
        [/Undefined command/, '\x04'],
      ],
      { NO_COLOR: '1', ENTRYLAB_HISTORY: history },
    );
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for.
    assert.not.match(text, /\x1b\[[0-9;]*m/);
    assert.match(text, /quit\s*$/);
    assert.is(status, 0);
    assert.not.ok(existsSync(history));
  });
} else console.log('# SKIP the terminal: script (util-linux) is not installed');

test.run();
