/**
 * `npm test`: every test file below tests/ (or those whose path contains an argument), through uvu, each file in a
 * process of its own, two at a time. Ends with a line `N passed, N failed`.
 *
 * uvu passes silently over a file that never calls `.run()`, and says nothing of one that exits early; both count as
 * failures here.
 */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

interface FileResult {
  readonly file: string;
  readonly passed: number;
  readonly failed: number;
  readonly output: string;
}

const PATTERN = /\.test\.ts$/;

const wanted = process.argv.slice(2);
const files = readdirSync('tests', { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && PATTERN.test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .sort();

const queue = [...files];
const results: FileResult[] = [];
await Promise.all(Array.from({ length: Math.max(1, availableParallelism()) }, work));
const passed = results.reduce((sum, r) => sum + r.passed, 0);
const failed = results.reduce((sum, r) => sum + r.failed, 0) + (files.length === 0 ? 1 : 0);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

async function work(): Promise<void> {
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    const started = performance.now();
    const result = await runFile(file);
    results.push(result);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(
      `${result.failed > 0 ? 'not ok' : 'ok'} ${file} (${result.passed} passed, ${result.failed} failed, ${seconds} s)`,
    );
    const skips = result.output.split('\n').filter((line) => line.includes('# SKIP'));
    if (result.failed > 0) console.log(result.output);
    else for (const line of skips) console.log(line.trim());
  }
}

function runFile(file: string): Promise<FileResult> {
  if (!/\.run\(\)/.test(readFileSync(file, 'utf8'))) {
    return Promise.resolve({
      file,
      passed: 0,
      failed: 1,
      output: `${file} never calls .run(), so uvu would run nothing of it`,
    });
  }
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import', 'tsx', file], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('close', (status) => {
      const total = Number(/Total:\s+(\d+)/.exec(output)?.[1] ?? 0);
      const good = Number(/Passed:\s+(\d+)/.exec(output)?.[1] ?? 0);
      const bad = total - good;
      // A crash, or no test at all, is a failure that uvu did not count.
      const silent = (status !== 0 && bad === 0) || total === 0 ? 1 : 0;
      resolve({ file, passed: good, failed: bad + silent, output });
    });
  });
}
