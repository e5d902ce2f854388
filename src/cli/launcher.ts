/**
 * dist/main.cjs: starts the command line through V8's code cache. Compiling the bundle's megabyte of JavaScript costs
 * half of the start; the build runs it once and keeps what V8 compiled (`createCachedData`) beside it. V8 itself refuses
 * a cache of another version or source, and then compiles as ever.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';

const BUNDLE = join(__dirname, 'entrylab.cjs');
const CACHE = join(__dirname, 'entrylab.cache');

/** Set by the build alone: write the cache when this run has ended. */
const MAKE_CACHE = 'ENTRYLAB_MAKE_CODE_CACHE';

function cachedCode(): Buffer | undefined {
  try {
    return readFileSync(CACHE);
  } catch {
    return undefined;
  }
}

const cachedData = process.env[MAKE_CACHE] ? undefined : cachedCode();
const script = new Script(`(function (exports, require, __filename, __dirname) {${readFileSync(BUNDLE, 'utf8')}\n})`, {
  filename: BUNDLE,
  ...(cachedData && { cachedData }),
});
const main = script.runInThisContext() as (exports: object, require: NodeJS.Require, file: string, dir: string) => void;
main({}, createRequire(BUNDLE), BUNDLE, __dirname);
if (process.env[MAKE_CACHE]) writeFileSync(CACHE, script.createCachedData());
