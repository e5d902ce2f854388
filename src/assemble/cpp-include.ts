/**
 * `#include` and its relatives (C11 6.10.2): where a header is looked for, and the stack of files being read. `"…"` is
 * looked for beside the including file, then in the directories of -iquote, -I and -isystem in that order; `<…>` in those
 * of -I and -isystem; `#include_next` goes on behind the directory in which the including file was found. There are no
 * directories but those given.
 *
 * The subtle invariant: a file whose whole contents stand in `#ifndef NAME` is not read again while NAME is defined, so
 * that the two hundred headers of a kernel's file are each read once.
 */
import { getVisible } from './cpp-expand.ts';
import { bufferOf } from './cpp-lines.ts';
import {
  allowMore,
  type CppBuffer,
  type CppFile,
  type CppReader,
  complain,
  type SearchDir,
  stop,
  warn,
} from './cpp-reader.ts';
import { type CppToken, FLAG, KIND } from './cpp-tokens.ts';
import { decode } from './source.ts';

/** GCC's limit too: its default of -fmax-include-depth. */
export const MAX_INCLUDE_DEPTH = 200;
/** Files read in all; entry_64.S reads some two hundred. */
export const MAX_INCLUDES = 10_000;
/** Bytes of one file. */
const MAX_FILE = 1 << 28;

export type IncludeKind = 'include' | 'include_next' | 'import';

interface Header {
  readonly name: string;
  readonly angled: boolean;
}

/** The header that the rest of a directive names; undefined, with a complaint, for none. */
export function readHeader(reader: CppReader, directive: string): Header | undefined {
  reader.angledHeaders = true;
  const found = getVisible(reader);
  const header = headerOf(reader, found);
  reader.angledHeaders = false;
  if (!header) complain(reader, `#${directive} expects "FILENAME" or <FILENAME>`);
  else if (header.name === '') complain(reader, `empty filename in #${directive}`);
  else return header;
  return undefined;
}

function headerOf(reader: CppReader, found: CppToken): Header | undefined {
  if (found.kind === KIND.string && found.text.startsWith('"')) return { name: found.text.slice(1, -1), angled: false };
  if (found.kind === KIND.header) return { name: found.text.slice(1, -1), angled: true };
  if (found.text === '<' && found.kind === KIND.operator) return { name: glueHeader(reader), angled: true };
  return undefined;
}

/** `<` out of a macro: the spellings up to `>`. */
function glueHeader(reader: CppReader): string {
  reader.angledHeaders = false;
  let text = '';
  for (;;) {
    const found = getVisible(reader);
    if (found.kind === KIND.operator && found.text === '>') return text;
    if (found.kind === KIND.eof) {
      complain(reader, 'missing terminating > character');
      return text;
    }
    text += (found.flags & FLAG.white ? ' ' : '') + found.text;
  }
}

interface Found {
  readonly file: CppFile;
  readonly searched: number;
  readonly system: boolean;
}

/** Where `#include` would find a file; `nowhere`: there is no directory to look in. */
function find(reader: CppReader, { name, angled }: Header, kind: IncludeKind): Found | 'nowhere' | undefined {
  const { buffer, buffers } = reader;
  const at = (path: string, searched: number, system: boolean): Found | undefined => {
    const file = load(reader, path);
    return file && { file, searched, system };
  };
  if (name.startsWith('/')) return at(name, -1, false);
  const isNext = kind === 'include_next' && buffers.length > 1;
  if (!isNext && !angled) {
    const folder = (buffer?.file.path ?? '').replace(/[^/]*$/, '');
    const beside = at(folder + name, -1, buffer?.system ?? false);
    if (beside) return beside;
  }
  const dirs: readonly SearchDir[] = reader.includeDirs;
  const first = isNext ? (buffer?.searched ?? -1) + 1 : angled ? reader.quoteDirs : 0;
  if (first >= dirs.length && (isNext || angled)) return 'nowhere';
  for (let i = first; i < dirs.length; i++) {
    const dir = dirs[i]!;
    const found = at(`${dir.path}/${name}`, i, dir.system);
    if (found) return found;
  }
  return undefined;
}

function load(reader: CppReader, path: string): CppFile | undefined {
  const { known, files } = reader;
  const before = known.get(path);
  if (before !== undefined || known.has(path)) return before;
  const bytes = files.read(path);
  let file: CppFile | undefined;
  if (bytes && bytes.length > MAX_FILE) stop(reader, `${path}: more than ${MAX_FILE} bytes`);
  else if (bytes) file = { path, text: ended(decode(bytes)), guard: undefined, once: false, reads: 0 };
  known.set(path, file);
  return file;
}

/** The last line ends too. */
const ended = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`);

export function include(reader: CppReader, header: Header, kind: IncludeKind, line: number): CppBuffer | undefined {
  if (reader.buffers.length >= MAX_INCLUDE_DEPTH) {
    // GCC goes on; a file that includes itself twice would keep it busy for 2^200 files.
    stop(
      reader,
      `#include nested depth ${reader.buffers.length} exceeds maximum of ${MAX_INCLUDE_DEPTH} (use -fmax-include-depth=DEPTH to increase the maximum)`,
    );
    return undefined;
  }
  if (kind === 'include_next' && reader.buffers.length === 1) {
    warn(reader, '#include_next in primary source file', line);
  }
  const found = find(reader, header, kind);
  if (found === 'nowhere') complain(reader, `no include path in which to search for ${header.name}`, line);
  else if (!found) complain(reader, `${header.name}: No such file or directory`, line);
  else if (isWanted(reader, found.file, kind)) return enterFile(reader, found, line);
  return undefined;
}

function isWanted(reader: CppReader, file: CppFile, kind: IncludeKind): boolean {
  if (file.guard?.macro) return false;
  if (kind === 'import') file.once = true;
  if (file.once && file.reads > 0) return false;
  // The same contents by another path are the same file.
  for (const other of reader.known.values()) {
    if (other?.once && other !== file && other.reads > 0 && other.text === file.text) return false;
  }
  return true;
}

export function enterFile(reader: CppReader, { file, searched, system }: Found, line: number): CppBuffer | undefined {
  if (++reader.includes > MAX_INCLUDES) {
    stop(reader, `more than ${MAX_INCLUDES} files included`);
    return undefined;
  }
  const { buffer } = reader;
  const chain = buffer ? [{ macro: '#include', at: { file: buffer.fileName, line } }, ...buffer.chain] : [];
  if (file.reads++ === 0) allowMore(reader, file.text.length);
  const entered = bufferOf(file, searched, system, chain);
  reader.buffers.push(entered);
  reader.buffer = entered;
  reader.fileChange(reader, 'enter', 1);
  return entered;
}

/** Opens a file that the command line names; undefined: there is none. */
export function openFile(reader: CppReader, path: string): CppBuffer | undefined {
  const file = load(reader, path);
  return file && enterFile(reader, { file: { ...file, path: shownPath(path) }, searched: -1, system: false }, 0);
}

/** Standard input's name in markers and messages, as gcc has it. */
export const shownPath = (path: string): string => (path === '-' ? '<stdin>' : path);

/** An -include: looked for in the working directory, then where `"…"` is. */
export function openIncluded(reader: CppReader, name: string): CppBuffer | undefined {
  const paths = name.startsWith('/')
    ? [name]
    : [`./${name}`, ...reader.includeDirs.map(({ path }) => `${path}/${name}`)];
  for (const path of paths) {
    const file = load(reader, path);
    if (file) return enterFile(reader, { file, searched: paths.indexOf(path) - 1, system: false }, 0);
  }
  return undefined;
}

/** `__has_include ( header )`. */
export function hasInclude(reader: CppReader, name: '__has_include' | '__has_include_next'): boolean {
  if (!reader.inDirective) complain(reader, `"${name}" used outside of preprocessing directive`);
  reader.angledHeaders = true;
  let found = getVisible(reader);
  const opened = found.text === '(' && found.kind === KIND.operator;
  if (opened) found = getVisible(reader);
  else complain(reader, `missing '(' before "${name}" operand`);
  reader.angledHeaders = false;
  const header = headerOf(reader, found);
  if (!header) complain(reader, `operator "${name}" requires a header-name`);
  const ended = found.kind === KIND.eof;
  if (opened && (ended || getVisible(reader).text !== ')')) complain(reader, `missing ')' after "${name}" operand`);
  if (!header || reader.skipEvaluation) return false;
  const where = find(reader, header, name === '__has_include' ? 'include' : 'include_next');
  return where !== undefined && where !== 'nowhere';
}
