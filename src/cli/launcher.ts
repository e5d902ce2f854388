/**
 * dist/main.cjs: starts the command line through V8's code cache. Compiling the bundle's megabyte of JavaScript costs
 * half of the start; the build runs the commands that people wait for and keeps what V8 compiled (`createCachedData`) beside it. V8
 * itself refuses a cache of another version or source, and then compiles as ever.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

/** `as` has a bundle of its own, which starts sooner. */
const NAME = process.argv[2] === 'as' ? 'as' : 'entrylab';
const BUNDLE = join(__dirname, `${NAME}.cjs`);
const CACHE = join(__dirname, `${NAME}.cache`);

/** Set by the build alone: command lines, as JSON, to be run one after the other before the cache is written. */
const MAKE_CACHE = 'ENTRYLAB_MAKE_CODE_CACHE';
const warmUps = process.env[MAKE_CACHE];

/**
 * An assembly is over, as a rule, before optimised code pays for being made: V8 is told to wait for twelve times as much work as it would. It saves a third of
 * the processor's time on the kernel's entry_64.S, and costs 3 % on 200,000 lines.
 */
if (NAME === 'as') setFlagsFromString('--interrupt-budget=1600000');

function cachedCode(): Buffer | undefined {
  try {
    return readFileSync(CACHE);
  } catch {
    return undefined;
  }
}

const cachedData = warmUps === undefined ? cachedCode() : undefined;
const script = new Script(
  `(function (exports, require, module, __filename, __dirname) {${readFileSync(BUNDLE, 'utf8')}\n})`,
  {
    filename: BUNDLE,
    ...(cachedData && { cachedData }),
  },
);

interface Bundle {
  /** Whether nothing is left to be done; a bundle without it ends by itself. */
  readonly isDone?: () => boolean;
}

type Main = (exports: Bundle, require: NodeJS.Require, module: { exports: Bundle }, file: string, dir: string) => void;
const main = script.runInThisContext() as Main;

function run(): Bundle {
  const module = { exports: {} };
  main(module.exports, createRequire(BUNDLE), module, BUNDLE, __dirname);
  return module.exports;
}

if (warmUps === undefined) {
  // What V8 still compiles in the background is not worth waiting for.
  if (run().isDone?.() === true) process.exit();
} else {
  for (const args of JSON.parse(warmUps) as string[][]) {
    process.argv.splice(2, Number.POSITIVE_INFINITY, ...args);
    run();
  }
  // At the end, since the debugger goes on when its first turn is over.
  process.on('exit', () => writeFileSync(CACHE, script.createCachedData()));
}
