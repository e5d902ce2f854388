/**
 * Golden transcripts: scripts of commands beside what the debugger answers to each. `UPDATE=1` writes them anew, which is refused in CI; one that
 * differs is shown from the first command on that answers otherwise.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { debugProgram, transcript } from './transcript.ts';

const test = suite('transcripts');
const DIRECTORY = 'tests/debug/transcripts';
const PROMPT = /^(?=\(entrylab\) )/m;

/** `# FILE --features A,B --state GROUP=STATE,…` */
function begin(script: string) {
  const [, path = '', options = ''] = /^# (\S+)(.*)/.exec(script) ?? [];
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

test.run();
