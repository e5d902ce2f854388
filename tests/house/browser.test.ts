/** The core runs where there is no Node: bundled for a browser, RESTORE_CR3 in a bare context. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bundleLibrary } from '../../tools/bundle.ts';

const test = suite('browser');

/** What runs inside: it sees the library and a table of files, nothing else. */
const PROGRAM = `
  const files = { read: (path) => FILES[path] === undefined ? undefined : new TextEncoder().encode(FILES[path]) };
  const loaded = lab.loadProgram('asm/cr3/restore_cr3.S', { files });
  const matrix = lab.runMatrix(loaded.value, { maxInsns: 1000, cost: lab.SKYLAKE });
  JSON.stringify({
    diagnostics: [...loaded.diagnostics, ...matrix.diagnostics].map(lab.formatDiagnostic),
    runs: matrix.value.runs.length,
    failed: matrix.value.runs.filter((run) => run.verdict === 'failed').length,
    flushed: matrix.value.runs.filter((run) => run.figures.cr3Flushes === 1).length,
  })
`;

test('the library bundles without Node modules and runs the matrix', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'entrylab-browser-'));
  try {
    const outfile = join(dir, 'lab.js');
    await bundleLibrary('src/index.ts', outfile, { format: 'iife', globalName: 'lab', minify: false });
    const code = readFileSync(outfile, 'utf8');
    const names = [
      'asm/cr3/restore_cr3.S',
      ...['calling', 'alternative', 'features'].map((name) => `asm/include/${name}.inc`),
    ];
    const contents = Object.fromEntries(names.map((name) => [name, readFileSync(name, 'utf8')]));
    // The program includes "../include/calling.inc"; a browser's port resolves names as it likes.
    for (const name of names.slice(1)) {
      contents[`asm/cr3/../include/${name.split('/').at(-1)}`] = contents[name]!;
    }
    const context = createContext({ FILES: contents, TextEncoder, TextDecoder, atob });
    runInContext(code, context);
    const result = JSON.parse(runInContext(PROGRAM, context) as string) as Record<string, unknown>;
    assert.equal(result, { diagnostics: [], runs: 144, failed: 0, flushed: 30 });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

test.run();
