/**
 * The C preprocessor for `.S` files: in go a path and where to look for headers, out come the lines that are left, each
 * with the file and line it came from, and what was wrong. C11 6.10, as `gcc -E -x assembler-with-cpp` (GCC 12) does it.
 *
 * cpp-lines and cpp-lex make tokens of characters, cpp-directives carries out the lines that begin with `#`, cpp-expand
 * expands macros, and cpp-print makes lines of what comes out of that. One token at a time is asked for from the end, so
 * that the arguments of a call may go over lines, with directives among them.
 */
import { type Diagnostic, error, type Parsed, place } from '../base/diagnostics.ts';
import { predefinedAssertions } from './cpp-assertions.ts';
import { define, predefine, undefine } from './cpp-define.ts';
import { performDirective } from './cpp-directives.ts';
import { openFile, openIncluded, shownPath } from './cpp-include.ts';
import { bufferOf, bufferOfText } from './cpp-lines.ts';
import { BUILTINS } from './cpp-macro.ts';
import { type CppMachine, predefinedMacros } from './cpp-predefined.ts';
import {
  COMMAND_LINE,
  changeFile,
  changeLine,
  type LineMarker,
  newPrinter,
  placedLines,
  preprocessedText,
  printTokens,
} from './cpp-print.ts';
import { type CppReader, nameOf, type SearchDir, TOKEN_BUDGET, TOKENS_OF_A_CALL } from './cpp-reader.ts';
import type { FilePort } from './logical-line.ts';
import type { SourceLine } from './source.ts';

export { MAX_INCLUDE_DEPTH } from './cpp-include.ts';

/** `-D` and `-U`, in the order of the command line. */
export type MacroOption =
  | { readonly kind: 'define'; readonly text: string }
  | { readonly kind: 'undefine'; readonly name: string };

export interface CppOptions {
  readonly files: FilePort;
  /** As after -I, -iquote and -isystem. There are no others: what gcc does with -nostdinc. */
  readonly includeDirs?: readonly string[];
  readonly quoteDirs?: readonly string[];
  readonly systemDirs?: readonly string[];
  /** `NAME` or `NAME=VALUE`, as after `-D`. */
  readonly defines?: readonly string[];
  /** -D and -U mixed; after `defines`. */
  readonly macros?: readonly MacroOption[];
  /** Files read before the main one, as after `-include`. */
  readonly includes?: readonly string[];
  /** What the compiler's options say of the machine. */
  readonly machine?: CppMachine;
}

export interface Preprocessed {
  readonly lines: SourceLine[];
  readonly markers: readonly LineMarker[];
}

/** The lines that are left of a file. */
export function preprocess(path: string, options: CppOptions): Parsed<SourceLine[]> {
  const { value, diagnostics } = preprocessWithMarkers(path, options);
  return { value: placedLines(value.lines, value.markers), diagnostics };
}

/** The text that `gcc -E` prints, or `gcc -E -P`. */
export function preprocessToText(path: string, options: CppOptions, withMarkers: boolean): Parsed<string> {
  const { value, diagnostics } = preprocessWithMarkers(path, options);
  return { value: preprocessedText(value.lines, value.markers, withMarkers), diagnostics };
}

function preprocessWithMarkers(path: string, options: CppOptions): Parsed<Preprocessed> {
  const printer = newPrinter();
  const reader = newReader(path, options, {
    directive: performDirective,
    lineChange: (of, first) => changeLine(of, printer, first),
    fileChange: (of, why, line) => changeFile(of, printer, why, line),
  });
  for (const file of [shownPath(path), '<built-in>', COMMAND_LINE]) {
    printer.markers.push({ before: 0, at: { file, line: 0 }, flags: [] });
  }
  predefineAll(reader, options);
  for (const name of options.includes ?? []) {
    enterCommandLine(reader);
    if (openIncluded(reader, name)) printTokens(reader, printer);
    else reader.diagnostics.push(notFound(name));
    leaveAll(reader);
  }
  if (openFile(reader, path)) printTokens(reader, printer);
  else reader.diagnostics.push(notFound(path));
  return { value: { lines: printer.lines, markers: printer.markers }, diagnostics: reader.diagnostics };
}

const notFound = (path: string): Diagnostic =>
  error(`can't open ${path} for reading: No such file or directory`, place(path, 1));

/** Each directory once, at its first place, but as a system directory where it is one; without a slash at its end. */
function searchPath({ quoteDirs = [], includeDirs = [], systemDirs = [] }: CppOptions): {
  dirs: SearchDir[];
  quoteDirs: number;
} {
  const clean = (dirs: readonly string[]): string[] => [...new Set(dirs.map((dir) => dir.replace(/(?<=.)\/+$/, '')))];
  const system = clean(systemDirs);
  const own = (dirs: readonly string[]): SearchDir[] =>
    clean(dirs)
      .filter((dir) => !system.includes(dir))
      .map((path) => ({ path, system: false }));
  const quoted = own(quoteDirs);
  return {
    dirs: [...quoted, ...own(includeDirs), ...system.map((path) => ({ path, system: true }))],
    quoteDirs: quoted.length,
  };
}

type Hooks = Pick<CppReader, 'directive' | 'lineChange' | 'fileChange'>;

function newReader(path: string, options: CppOptions, hooks: Hooks): CppReader {
  const { dirs, quoteDirs } = searchPath(options);
  return {
    files: options.files,
    baseFile: shownPath(path),
    quoteDirs,
    includeDirs: dirs,
    names: new Map(),
    known: new Map(),
    diagnostics: [],
    buffers: [],
    pushed: new Map(),
    assertions: predefinedAssertions(),
    buffer: undefined,
    context: undefined,
    ahead: [],
    skipping: false,
    inDirective: false,
    parsingArgs: 0,
    preventExpansion: 0,
    angledHeaders: false,
    skipEvaluation: false,
    variadicAllowed: false,
    counter: 0,
    includes: 0,
    depth: 0,
    budget: TOKEN_BUDGET,
    callBudget: TOKENS_OF_A_CALL,
    stopped: false,
    ...hooks,
  };
}

function predefineAll(reader: CppReader, { defines = [], macros = [], machine = [] }: CppOptions): void {
  for (const name of BUILTINS) nameOf(reader, name).macro = { kind: 'builtin', name };
  for (const [name, value] of predefinedMacros(machine)) predefine(reader, name, value);
  const given: readonly MacroOption[] = [...defines.map((text) => ({ kind: 'define', text }) as const), ...macros];
  for (const option of given) {
    if (option.kind === 'undefine') undefine(reader, nameOf(reader, option.name));
    else defineOption(reader, option.text);
  }
}

/** `-D NAME[=VALUE]`; a macro with parameters is `NAME(A)=VALUE`. */
function defineOption(reader: CppReader, option: string): void {
  const [first = ''] = option.split('\n');
  const text = first.includes('=') ? first.replace('=', ' ') : `${first} 1`;
  reader.buffer = bufferOfText(text, 0, COMMAND_LINE);
  reader.inDirective = true;
  define(reader);
  reader.inDirective = false;
  reader.buffer = undefined;
}

/** The place where -include files are included: a file without text. */
function enterCommandLine(reader: CppReader): void {
  const file = { path: COMMAND_LINE, text: '', guard: undefined, once: false, reads: 1 };
  const buffer = bufferOf(file, -1, false, []);
  buffer.lineNumber = 0;
  buffer.nextLineNumber = 0;
  reader.buffers.push(buffer);
  reader.buffer = buffer;
}

function leaveAll(reader: CppReader): void {
  reader.buffers.length = 0;
  reader.buffer = undefined;
}
