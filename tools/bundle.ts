/**
 * How the project is bundled: the one place that knows about iced-x86's way of loading its WebAssembly, which is to
 * call `require('fs')`, `require('path')` and `require('util')` at run time. The plugin below gives it the bytes: from a
 * file beside the bundle under Node (fast to start), embedded where there is no file system.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';

const WASM_MODULE = 'entrylab:iced-wasm';

/** What stands for iced_x86_bg.wasm's bytes: a module whose default export they are. */
const WASM_SOURCE = {
  file: "import { readFileSync } from 'node:fs';\nexport default readFileSync(__dirname + '/iced_x86_bg.wasm');",
  embedded: "import bytes from 'iced-x86/iced_x86_bg.wasm';\nexport default bytes;",
} as const;

const icedPlugin = (wasm: keyof typeof WASM_SOURCE): Plugin => ({
  name: 'iced-x86',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^entrylab:iced-wasm$/ }, ({ path }) => ({ path, namespace: 'entrylab' }));
    onLoad({ filter: /.*/, namespace: 'entrylab' }, () => ({
      contents: WASM_SOURCE[wasm],
      loader: 'js',
      resolveDir: process.cwd(),
    }));
    onLoad({ filter: /iced_x86\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const contents = source
        .replace('require(`util`)', 'globalThis')
        .replace(/const path = require\('path'\).*;\n/, '')
        .replace("require('fs').readFileSync(path)", `require('${WASM_MODULE}').default`);
      if (contents.includes("require('path')") || !contents.includes(WASM_MODULE)) {
        throw new Error('iced-x86 loads its WebAssembly in a new way; see tools/bundle.ts');
      }
      return { contents, loader: 'js' };
    });
  },
});

/** Commander starts other programs for commands that are files of their own, which none of ours is: Node need not load what that takes. */
const commanderPlugin: Plugin = {
  name: 'commander',
  setup({ onLoad }) {
    onLoad({ filter: /commander\/lib\/command\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const contents = source.replace("require('node:child_process')", '{}');
      if (contents === source) throw new Error('commander starts programs in a new way; see tools/bundle.ts');
      return { contents, loader: 'js' };
    });
  },
};

const COMMON: BuildOptions = {
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minifyWhitespace: true,
  minifySyntax: true,
  logLevel: 'warning',
};

/** `as` alone starts in half the time. */
const BUNDLES = { entrylab: 'src/cli/main.ts', as: 'src/cli/main-as.ts' } as const;

export type WarmUps = Partial<Readonly<Record<keyof typeof BUNDLES, readonly (readonly string[])[]>>>;

/**
 * The command line for Node, into a folder: main.cjs, which is what runs, the two bundles, the WebAssembly beside them, and the code
 * caches that runs of `warmUps`, command lines of each, leave.
 */
export async function bundleCommandLine(dir: string, version: string, warmUps: WarmUps): Promise<void> {
  const node: BuildOptions = { ...COMMON, format: 'cjs', platform: 'node' };
  const define = { ENTRYLAB_VERSION: JSON.stringify(version) };
  await Promise.all([
    ...Object.entries(BUNDLES).map(([name, entry]) =>
      build({
        ...node,
        entryPoints: [entry],
        outfile: join(dir, `${name}.cjs`),
        plugins: [icedPlugin('file'), commanderPlugin],
        define,
      }),
    ),
    build({
      ...node,
      entryPoints: ['src/cli/launcher.ts'],
      outfile: join(dir, 'main.cjs'),
      banner: { js: '#!/usr/bin/env node' },
    }),
  ]);
  chmodSync(join(dir, 'main.cjs'), 0o755);
  copyFileSync(createRequire(import.meta.url).resolve('iced-x86/iced_x86_bg.wasm'), join(dir, 'iced_x86_bg.wasm'));
  for (const commands of Object.values(warmUps)) {
    const env = { ...process.env, ENTRYLAB_MAKE_CODE_CACHE: JSON.stringify(commands) };
    const words = [join(dir, 'main.cjs'), ...(commands[0] ?? [])];
    execFileSync(process.execPath, words, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  }
}

/** The library, for Node and the browser alike: no import of any Node module, WebAssembly embedded. */
export const bundleLibrary = (entry: string, outfile: string, options: BuildOptions = {}): Promise<unknown> =>
  build({
    ...COMMON,
    entryPoints: [entry],
    outfile,
    platform: 'browser',
    plugins: [icedPlugin('embedded')],
    loader: { '.wasm': 'binary' },
    ...options,
  });
