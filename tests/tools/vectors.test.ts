/** tools/vectors.ts: what it prints, and its exit status. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { vectors } from '../../tools/vectors.ts';
import { OWN_VECTOR_SAMPLE } from '../vectors.ts';

const test = suite('tools/vectors');
const dir = mkdtempSync(join(tmpdir(), 'entrylab-vectors-'));
test.after(() => rmSync(dir, { recursive: true, force: true }));

/** In this process, but for one test: starting tsx costs more than running the vectors. */
async function run(...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const status = await vectors(args, { out: (text) => out.push(text), err: (text) => err.push(text) });
  return { status, stdout: out.join(''), stderr: err.join('') };
}

const write = (name: string, content: string | Uint8Array): string => {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
};

/** Two lines of the sample, the second of which claims another RAX, another flag and another byte of memory. */
const [good, base] = gunzipSync(readFileSync(OWN_VECTOR_SAMPLE))
  .toString()
  .split('\n')
  .filter((line) => /"asm":"add[bwlq] [^"]*,[^"]*\(/.test(line) && line.includes('"fault"') === false) as [
  string,
  string,
];

function claimed(line: string): string {
  const vector = JSON.parse(line);
  vector.out.r.rax = 'abcdef';
  vector.out.f = (Number.parseInt(vector.out.f, 16) ^ 0x40).toString(16);
  vector.out.mem = [['0x20010100', 'aa55']];
  return JSON.stringify(vector);
}

test('what agrees passes, with and without fused micro-ops', async () => {
  const file = write('good.jsonl.gz', gzipSync(`${good}\n`));
  assert.is((await run(file)).stdout, '2 passed, 0 failed\n');
  assert.is((await run(file, '--unfused', '--tlb', 'none')).stdout, '1 passed, 0 failed\n');
  assert.is((await run(file)).status, 0);
});

test('it is a command', () => {
  const { status, stdout } = spawnSync(
    process.execPath,
    ['--import', 'tsx', 'tools/vectors.ts', write('one.jsonl', good)],
    {
      encoding: 'utf8',
    },
  );
  assert.equal([status, stdout], [0, '2 passed, 0 failed\n']);
});

test('what differs is told, silicon first, and makes the status 1', async () => {
  const { status, stdout } = await run(write('bad.jsonl', `${good}\n${claimed(base)}\n`), '--fused');
  assert.is(status, 1);
  const { n, asm } = JSON.parse(base);
  assert.ok(stdout.includes(`bad.jsonl ${n}: ${asm}`), stdout);
  assert.match(stdout, /^ {4}rax: silicon 0xabcdef, ours 0x[0-9a-f]+$/m);
  assert.match(stdout, /^ {4}flags ZF: silicon 0x[0-9a-f]+, ours 0x[0-9a-f]+$/m);
  assert.match(stdout, /^ {4}\[0x20010100\]: silicon aa55, ours 0000$/m);
  assert.match(stdout, /\n1 passed, 1 failed\n$/);
});

test('--first limits what is told, not what is counted; --json is one document', async () => {
  const file = write('three.jsonl', `${claimed(base)}\n`.repeat(3));
  assert.match((await run(file, '--fused', '--first', '1')).stdout, /… and 2 more\n0 passed, 3 failed\n$/);
  const { passed, failed, mismatches } = JSON.parse((await run(file, '--json', '--first', '2')).stdout);
  assert.equal([passed, failed, mismatches.length], [0, 6, 2]);
  assert.ok(mismatches[0].differences.some((d: string) => d.startsWith('rax: ')));
});

test('the model of CPU comes from the line, or from --cpu', async () => {
  const line = JSON.parse(good);
  assert.is((await run(write('cpu.jsonl', JSON.stringify({ ...line, cpu: 'haswell' })))).status, 0);
  assert.is((await run(write('plain.jsonl', JSON.stringify(line)), '--cpu', 'max')).status, 0);
});

for (const [what, args, message] of [
  ['no file', [], /missing required argument 'file'/],
  ['a file that is not there', ['no-such.jsonl'], /^vectors: no-such\.jsonl: no such file\n$/],
  ['a line that is no JSON', [write('text.jsonl', `${good}\nhello\n`)], /^vectors: .*text\.jsonl:2: not a vector: /],
  ['a line that is no vector', [write('other.jsonl', '{"n":1}\n')], /^vectors: .*other\.jsonl:1: not a vector: /],
  ['no vectors', [write('empty.jsonl', '\n')], /^vectors: .*empty\.jsonl: no vectors\n$/],
  ['damaged gzip', [write('cut.jsonl.gz', gzipSync(good).subarray(0, 60))], /^vectors: .*cut\.jsonl\.gz: /],
  ['a model that is none', [write('z80.jsonl', JSON.stringify({ ...JSON.parse(good), cpu: 'z80' }))], /named z80\n$/],
  ['a model that is none, by option', ['--cpu', 'z80', 'x'], /argument 'z80' is invalid. There are max, /],
  ['an option that is none', ['--fusde', 'x'], /unknown option '--fusde'/],
  ['a number that is none', ['--first', 'many', 'x'], /argument 'many' is invalid/],
] as const) {
  test(`${what}: one line, status 2`, async () => {
    const { status, stdout, stderr } = await run(...args);
    assert.is(status, 2, stderr);
    assert.is(stdout, '');
    assert.match(stderr, message);
    assert.not.match(stderr, /\n\s+at .*:\d+/, 'no stack trace');
  });
}

test.run();
