/**
 * How the project is bundled: the one place that knows about iced-x86's way of loading its WebAssembly, which is to
 * call `require('fs')`, `require('path')` and `require('util')` at run time. The plugin below gives it the bytes: from a
 * file beside the bundle under Node (fast to start), embedded where there is no file system.
 */
import { readFile } from 'node:fs/promises';
import { type BuildOptions, build, type Plugin } from 'esbuild';

const WASM_MODULE = 'entrylab:iced-wasm';

/** What stands for iced_x86_bg.wasm's bytes: a module whose default export they are. */
const WASM_SOURCE = {
  file: "import { readFileSync } from 'node:fs';\nexport default readFileSync(new URL('./iced_x86_bg.wasm', import.meta.url));",
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

const COMMON: BuildOptions = { bundle: true, format: 'esm', target: 'es2022', minify: true, logLevel: 'warning' };

/** The command line for Node; iced_x86_bg.wasm has to stand beside it. */
export const bundleCommandLine = (entry: string, outfile: string, version: string): Promise<unknown> =>
  build({
    ...COMMON,
    entryPoints: [entry],
    outfile,
    platform: 'node',
    plugins: [icedPlugin('file')],
    define: { ENTRYLAB_VERSION: JSON.stringify(version) },
    // Bundled CommonJS still asks for Node's own modules by `require`.
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  });

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
