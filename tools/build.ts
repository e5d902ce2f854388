/** `npm run build`: the engine's WebAssembly, the bundles, and the type declarations, into dist/. */
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { buildEngine } from './build-engine.ts';
import { bundleCommandLine, bundleLibrary } from './bundle.ts';

const require = createRequire(import.meta.url);
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

rmSync('dist', { recursive: true, force: true });
mkdirSync('dist');
await buildEngine();
await Promise.all([
  bundleCommandLine('src/cli/main.ts', 'dist/main.js', version),
  bundleLibrary('src/index.ts', 'dist/index.js'),
]);
chmodSync('dist/main.js', 0o755);
copyFileSync(require.resolve('iced-x86/iced_x86_bg.wasm'), 'dist/iced_x86_bg.wasm');
execFileSync(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', 'tools/tsconfig.types.json'], {
  stdio: 'inherit',
});
