/** AVX-512 code as gcc writes it, for CPUs with more and less of it: the same object as GNU as makes. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { diffFile } from '../../tools/gasdiff.ts';

const test = suite('assemble/avx512');

const SOURCE = fileURLToPath(new URL('./avx512.c', import.meta.url));
const CPUS = ['knl', 'skylake-avx512', 'icelake-server', 'sapphirerapids'];
const LEVELS = ['-O2', '-O3 -mprefer-vector-width=512', '-O3 -ffast-math -mprefer-vector-width=256'];

const hasGcc = spawnSync('gcc', ['--version']).status === 0 && spawnSync('as', ['--version']).status === 0;
if (!hasGcc) console.log('# SKIP AVX-512 as gcc writes it: gcc or as is not installed');
const cases = hasGcc ? CPUS.flatMap((cpu) => LEVELS.map((level) => ({ cpu, level }))) : [];

const dir = mkdtempSync(join(tmpdir(), 'avx512-'));
test.after(() => rmSync(dir, { recursive: true, force: true }));

for (const { cpu, level } of cases) {
  test(`${cpu} ${level}`, () => {
    const path = join(dir, 'avx512.s');
    const flags = ['-S', `-march=${cpu}`, '-fno-math-errno', '-fno-asynchronous-unwind-tables', ...level.split(' ')];
    const run = spawnSync('gcc', [...flags, '-o', path, SOURCE], { encoding: 'utf8' });
    assert.is(run.status, 0, run.stderr);
    assert.equal(diffFile(path, { includeDirs: [], includes: [], defines: [] }), []);
  });
}

test.run();
