/**
 * Golden transcripts: scripts of commands beside what the debugger answers to each. `UPDATE=1` writes them anew, which is refused in CI; one that
 * differs is shown from the first command on that answers otherwise.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { commandLine } from '../command-line.ts';
import { debugProgram, transcript } from './transcript.ts';

const test = suite('transcripts');
const DIRECTORY = 'tests/debug/transcripts';
const PROMPT = /^(?=\(entrylab\) )/m;

/** `# FILE --features A,B --state GROUP=STATE,…` */
const headOf = (script: string): { readonly path: string; readonly options: string } => {
  const [, path = '', options = ''] = /^# (\S+)(.*)/.exec(script) ?? [];
  return { path, options };
};

function begin(script: string) {
  const { path, options } = headOf(script);
  const option = (name: string): string[] => new RegExp(`--${name} (\\S+)`).exec(options)?.[1]?.split(',') ?? [];
  const states = Object.fromEntries(option('state').map((text) => text.split('=') as [string, string]));
  return debugProgram(path, { features: option('features'), states });
}

function compare(name: string, expected: string, actual: string): void {
  const wanted = expected.split(PROMPT);
  const given = actual.split(PROMPT);
  const first = given.findIndex((step, i) => step !== wanted[i]);
  if (first < 0 && wanted.length === given.length) return;
  const at = first < 0 ? given.length : first;
  const before = given.slice(Math.max(0, at - 1), at).join('');
  assert.is(
    `${before}${given[at] ?? ''}`,
    `${before}${wanted[at] ?? ''}`,
    `${name}, command ${at}: UPDATE=1 accepts it`,
  );
}

for (const file of readdirSync(DIRECTORY).filter((name) => name.endsWith('.gdb'))) {
  test(file, () => {
    const script = readFileSync(`${DIRECTORY}/${file}`, 'utf8');
    const golden = `${DIRECTORY}/${file.replace(/\.gdb$/, '.txt')}`;
    const actual = transcript(begin(script), script);
    if (process.env.UPDATE === '1') {
      assert.not.ok(process.env.CI, 'golden files are not rewritten in CI');
      writeFileSync(golden, actual);
      return;
    }
    assert.ok(existsSync(golden), `${golden} is missing: UPDATE=1 writes it`);
    compare(file, readFileSync(golden, 'utf8'), actual);
  });
}

/** What a pipe is answered: a prompt for each command that is read, and not the command. */
function asPiped(golden: string, script: string): string {
  let rest = golden;
  let piped = '';
  for (const line of script
    .trim()
    .split('\n')
    .map((text) => text.trim())) {
    const places = ['(entrylab) ', '>'].map((prompt) => ({ prompt, at: `\n${rest}`.indexOf(`\n${prompt}${line}\n`) }));
    const unfinished = { prompt: '(entrylab) ', at: rest.indexOf(`(entrylab) ${line}\n`) };
    const found = [...places, unfinished].filter(({ at }) => at >= 0).sort((a, b) => a.at - b.at)[0];
    assert.ok(found, `the golden file has ${line}`);
    piped += rest.slice(0, found!.at) + found!.prompt;
    rest = rest.slice(found!.at + found!.prompt.length + line.length + 1);
  }
  return piped + rest;
}

test('over a pipe, the built command answers the same', async () => {
  const { path: built } = await commandLine();
  for (const file of readdirSync(DIRECTORY).filter((name) => name.endsWith('.gdb'))) {
    const script = readFileSync(`${DIRECTORY}/${file}`, 'utf8');
    const { path, options } = headOf(script);
    const args = [built, 'debug', path, ...options.split(' ').filter(Boolean), '--max-insns', '1000000'];
    const { stdout, stderr, status } = spawnSync(process.execPath, args, { input: script, encoding: 'utf8' });
    assert.is(stderr, '', file);
    const debugged = begin(script);
    transcript(debugged, script);
    assert.is(status, debugged.it.quit, file);
    const golden = readFileSync(`${DIRECTORY}/${file.replace(/\.gdb$/, '.txt')}`, 'utf8');
    compare(file, asPiped(golden, script), stdout.slice(stdout.indexOf('(entrylab) ')));
  }
});

test.run();
