/** Who may import whom: the order of directories that DESIGN and ARCHITECTURE state, as a table. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('imports');

/** Each directory of src/ and the directories that it may import from, besides itself. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  base: [],
  isa: ['base'],
  object: ['base'],
  assemble: ['base', 'isa', 'object'],
  image: ['base', 'isa', 'object'],
  cost: ['isa'],
  engine: [],
  uop: ['base', 'isa', 'engine'],
  cpu: ['base', 'isa', 'cost', 'uop', 'engine'],
  machine: ['base', 'isa', 'image', 'cost', 'cpu'],
  trace: ['base', 'isa', 'image', 'uop', 'cpu', 'machine'],
  lab: ['base', 'isa', 'object', 'assemble', 'image', 'cost', 'cpu', 'machine', 'trace'],
  debug: ['base', 'isa', 'object', 'assemble', 'image', 'cost', 'uop', 'cpu', 'machine', 'trace', 'lab'],
  cli: ['base', 'isa', 'object', 'assemble', 'image', 'cost', 'cpu', 'machine', 'trace', 'lab', 'debug'],
};

/** Directories that also run in a browser: everything but the command line. */
const NODE_ALLOWED = new Set(['cli']);

const sources = readdirSync('src', { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => join(entry.parentPath, entry.name));

const importsOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/^\s*(?:import|export)\b[^'"]*?from\s+'([^']+)'|^import\s+'([^']+)'/gms)].map(
    (m) => m[1] ?? m[2]!,
  );

test('every directory is in the table', () => {
  const directories = new Set(sources.map((file) => relative('src', dirname(file)).split('/')[0]!).filter(Boolean));
  assert.equal([...directories].sort(), Object.keys(ALLOWED).sort());
});

test('no file imports from a directory below its own', () => {
  const wrong: string[] = [];
  for (const file of sources) {
    const from = relative('src', file).split('/')[0]!;
    if (!file.slice(4).includes('/')) continue;
    for (const specifier of importsOf(file)) {
      if (!specifier.startsWith('.')) continue;
      const to = relative(resolve('src'), resolve(dirname(file), specifier)).split('/')[0]!;
      if (to !== from && !ALLOWED[from]!.includes(to)) wrong.push(`${file} imports ${specifier}`);
    }
  }
  assert.equal(wrong, []);
});

test('only the command line imports from node', () => {
  const wrong = sources.filter(
    (file) =>
      !NODE_ALLOWED.has(relative('src', file).split('/')[0]!) && importsOf(file).some((s) => s.startsWith('node:')),
  );
  assert.equal(wrong, []);
});

test('only the command line reads the clock, the environment or chance', () => {
  const wrong = sources.filter(
    (file) =>
      !NODE_ALLOWED.has(relative('src', file).split('/')[0]!) &&
      /\b(Date\.|new Date|Math\.random|performance\.|process\.|crypto\.)/.test(readFileSync(file, 'utf8')),
  );
  assert.equal(wrong, []);
});

test('the check sees imports', () => {
  assert.ok(importsOf('src/lab/execute.ts').length > 5);
});

test.run();
