/**
 * `npm run build`: the engine's WebAssembly, the bundles, and the type declarations, into dist/. With --if-stale, as the
 * `prepare` script has it, only when a source is newer than what is there: npm runs `prepare` again for `npx entrylab`.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

/** Runs through every stage: what they compile goes into the code cache. */
const WARM_UPS = {
  entrylab: [
    ['matrix', 'asm/cr3/restore_cr3.S', '--listing'],
    [
      'debug',
      'asm/cr3/restore_cr3.S',
      '--features',
      'PTI,PCID',
      '--ex',
      'break 87',
      '--ex',
      'run',
      '--ex',
      'stepi',
      '--ex',
      'print $cr3',
    ],
  ],
  as: [['as', 'tools/warm-up.S', '-o', '/dev/null']],
};

if (process.argv.includes('--if-stale') && isFresh()) process.exit();

// Imported only now, since the compilers take seconds to load.
const { buildEngine } = await import('./build-engine.ts');
const { bundleCommandLine, bundleLibrary } = await import('./bundle.ts');

rmSync('dist', { recursive: true, force: true });
mkdirSync('dist');
await buildEngine();
await Promise.all([bundleCommandLine('dist', version, WARM_UPS), bundleLibrary('src/index.ts', 'dist/index.js')]);
execFileSync(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', 'tools/tsconfig.types.json'], {
  stdio: 'inherit',
});

/** Whether the last outputs of a build are younger than every source. */
function isFresh(): boolean {
  const outputs = ['dist/entrylab.cache', 'dist/as.cache', 'dist/index.js', 'dist/types/index.d.ts'];
  if (!outputs.every(existsSync)) return false;
  const sources = ['src', 'tools'].flatMap((dir) =>
    readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  const newest = Math.max(...[...sources, 'package-lock.json', 'tsconfig.json'].map((file) => statSync(file).mtimeMs));
  return outputs.every((file) => statSync(file).mtimeMs > newest);
}
