/**
 * Compares entrylab's preprocessor with gcc's.
 *
 *   npx tsx tools/cppdiff.ts [gcc options] FILE…
 *   npx tsx tools/cppdiff.ts --kernel [DIR]
 *
 * Each file is preprocessed by `gcc -E` and by us, with the same options (-nostdinc always); every token has to be the same
 * and to come from the same file and line by the line markers. Prints the first difference of each file, then `N/N
 * identical`; exit status 1 on a difference. With --kernel the files are all of arch/x86's .S in Debian's linux-source-6.1
 * that gcc preprocesses with Debian's generated headers, taken from DIR if it holds the unpacked source already.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CppOptions, preprocessToText } from '../src/assemble/cpp.ts';
import { parseLineMarker } from '../src/assemble/source.ts';
import { formatDiagnostic, hasErrors } from '../src/base/diagnostics.ts';
import { kernelTree } from '../tests/kernel.ts';
import { diskFiles } from './gasdiff.ts';

export type PlacedToken = readonly [place: string, token: string];

/** A token, as far as a comparison needs one: what stands between blanks, quotes and words apart. */
const TOKEN = /"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|\.?\d(?:[eEpP][+-]|[\w.])*|\w+|[^\s\w"']/g;

/** The tokens of a preprocessed text with where the line markers say they come from. */
export function placedTokens(text: string): PlacedToken[] {
  const tokens: PlacedToken[] = [];
  let file = '';
  let line = 1;
  for (const content of text.split('\n')) {
    const marker = content.startsWith('#') ? parseLineMarker(content, file) : undefined;
    if (marker) ({ file, line } = marker);
    else {
      for (const [token] of content.matchAll(TOKEN)) tokens.push([`${file}:${line}`, token]);
      line++;
    }
  }
  return tokens;
}

/** The options of gcc that we know too; others say something of the machine. */
export function cppOptions(words: readonly string[]): CppOptions {
  const collected: Record<'-I' | '-isystem' | '-iquote' | '-include' | '-D', string[]> = {
    '-I': [],
    '-isystem': [],
    '-iquote': [],
    '-include': [],
    '-D': [],
  };
  const machine: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const key = (['-isystem', '-iquote', '-include', '-I', '-D'] as const).find((option) => word.startsWith(option));
    if (!key) machine.push(word);
    else if (word === key) collected[key].push(words[++i] ?? '');
    else collected[key].push(word.slice(key.length));
  }
  return {
    files: diskFiles,
    includeDirs: collected['-I'],
    systemDirs: collected['-isystem'],
    quoteDirs: collected['-iquote'],
    includes: collected['-include'],
    defines: collected['-D'],
    machine,
  };
}

/** The first differences between two texts, as lines; none when all tokens are the same. */
export function compareTexts(ours: string, theirs: string): string[] {
  const left = placedTokens(ours);
  const right = placedTokens(theirs);
  const length = Math.max(left.length, right.length);
  for (let i = 0; i < length; i++) {
    if (left[i]?.[0] === right[i]?.[0] && left[i]?.[1] === right[i]?.[1]) continue;
    const around = (tokens: readonly PlacedToken[]): string =>
      `${tokens[i]?.[0] ?? 'end'}: ${tokens
        .slice(Math.max(0, i - 3), i + 5)
        .map(([, token]) => token)
        .join(' ')}`;
    return [`token ${i} of ${right.length}:`, `  ours ${around(left)}`, `  gcc  ${around(right)}`];
  }
  return [];
}

/** Both preprocessors on one file; undefined where gcc rejects it. */
export function diffFile(path: string, words: readonly string[]): string[] | undefined {
  const gcc = spawnSync('gcc', ['-E', '-nostdinc', ...words, '-x', 'assembler-with-cpp', path], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (gcc.status !== 0) return undefined;
  const { value, diagnostics } = preprocessToText(path, cppOptions(words), true);
  if (hasErrors(diagnostics)) return diagnostics.slice(0, 5).map(formatDiagnostic);
  return compareTexts(value, gcc.stdout);
}

const ROOT = 'linux-source-6.1';

/** The .S files of arch/x86, in an unpacked source. */
function kernelFiles(unpacked: string): string[] {
  const x86 = join(unpacked, 'arch/x86');
  return readdirSync(x86, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.S'))
    .sort()
    .map((name) => join(x86, name));
}

function compareKernel(given: string | undefined): boolean {
  const tree = kernelTree();
  if (typeof tree === 'string') {
    console.log(`# SKIP ${tree}`);
    return true;
  }
  const temporary = mkdtempSync(join(tmpdir(), 'entrylab-cppdiff-'));
  try {
    if (given === undefined) {
      const archive = ['-xJf', `/usr/src/${ROOT}.tar.xz`, `${ROOT}/arch/x86`, `${ROOT}/include`, `${ROOT}/lib`];
      execFileSync('tar', ['-C', temporary, ...archive]);
    }
    const unpacked = given ?? join(temporary, ROOT);
    const words = [...tree.flags, '-DCC_USING_FENTRY', `-I${unpacked}`, `-I${join(unpacked, 'arch/x86/boot')}`];
    return compareAll(kernelFiles(unpacked), words, true);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
    rmSync(join(tree.entryDir, '../../../..'), { recursive: true, force: true });
  }
}

function compareAll(paths: readonly string[], words: readonly string[], passOver: boolean): boolean {
  let identical = 0;
  let rejected = 0;
  for (const path of paths) {
    const differences = diffFile(path, words);
    if (differences === undefined) rejected++;
    else if (differences.length === 0) identical++;
    else console.log(`${path}:\n${differences.map((line) => `  ${line}`).join('\n')}`);
  }
  const compared = paths.length - (passOver ? rejected : 0);
  if (rejected > 0) console.log(`gcc rejects ${rejected} of ${paths.length}`);
  console.log(`${identical}/${compared} identical`);
  return identical === compared;
}

function main(): void {
  const args = process.argv.slice(2);
  const files = args.filter(
    (arg, i) => !arg.startsWith('-') && !/^-(?:I|D|include|isystem|iquote)$/.test(args[i - 1] ?? ''),
  );
  const good =
    args[0] === '--kernel'
      ? compareKernel(args[1])
      : compareAll(
          files,
          args.filter((arg) => !files.includes(arg)),
          false,
        );
  if (!good) process.exitCode = 1;
}

if (process.argv[1]?.endsWith('cppdiff.ts')) main();
