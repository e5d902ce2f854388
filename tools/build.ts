/** `npm run build`: the engine's WebAssembly, the bundles, and the type declarations, into dist/. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { buildEngine } from './build-engine.ts';
import { bundleCommandLine, bundleLibrary } from './bundle.ts';

const require = createRequire(import.meta.url);
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

/** A run through every stage: what it compiles goes into the code cache. */
const WARM_UP = ['matrix', 'asm/cr3/restore_cr3.S', '--listing'];

rmSync('dist', { recursive: true, force: true });
mkdirSync('dist');
await buildEngine();
await Promise.all([bundleCommandLine('dist', version, WARM_UP), bundleLibrary('src/index.ts', 'dist/index.js')]);
execFileSync(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', 'tools/tsconfig.types.json'], {
  stdio: 'inherit',
});
