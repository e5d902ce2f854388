/**
 * What every command shares: the terminal, the file system as a port, the options for sources, and how problems are
 * reported. What the commands with a machine share is in machine-options.ts. Exit status: 0 fine, 1 the program under test fell short, 2 the input or the command line was
 * wrong.
 */
import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { Option } from 'commander';
import type { FilePort } from '../assemble/logical-line.ts';
import { type Diagnostic, formatDiagnostic, inSourceOrder, type Parsed } from '../base/diagnostics.ts';
import type { ProgramOptions } from '../lab/program.ts';

export const EXIT = { ok: 0, fellShort: 1, badInput: 2 } as const;

/** Standard input can be read once; who asks again gets the same. */
let standardInput: Uint8Array | undefined;

export const files: FilePort = {
  read(path) {
    try {
      // Headers are looked for in many folders; an exception for each that lacks them would take its time.
      if (path !== '-') return existsSync(path) ? new Uint8Array(readFileSync(path)) : undefined;
      standardInput ??= new Uint8Array(readFileSync(0));
      return standardInput;
    } catch (problem) {
      if (problem instanceof Error && 'code' in problem) return undefined;
      throw problem;
    }
  },
};

/** Writes a file whole or not at all; what went wrong, if anything did. What is there and no file (/dev/null, a pipe) is written to as it is. */
export function writeWhole(path: string, data: Uint8Array | string): string | undefined {
  const draft = `${path}.${process.pid}.part`;
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isFile() === false) {
      writeFileSync(path, data);
      return undefined;
    }
    writeFileSync(draft, data);
    renameSync(draft, path);
    return undefined;
  } catch (problem) {
    rmSync(draft, { force: true });
    // Node words it `ENOENT: no such file or directory, open …`; the path that counts is the one asked for.
    const reason = problem instanceof Error ? problem.message.replace(/^[A-Z]+: |, \w+ '.*$/g, '') : String(problem);
    return `can't create ${path}: ${reason}`;
  }
}

const opened = new Set<NodeJS.WriteStream>();

/** Opened when something is to be written, which most commands that succeed never do: it takes milliseconds. */
function outputStream(name: 'stdout' | 'stderr'): NodeJS.WriteStream {
  const stream = process[name];
  // Without a listener Node would throw where nobody reads any more.
  if (!opened.has(stream)) stream.on('error', () => {});
  opened.add(stream);
  return stream;
}

/** Standard output. A reader that has gone away (`| head`) ends the program: nobody wants the rest. */
export function write(text: string): void {
  const stream = outputStream('stdout');
  if (!stream.writable) process.exit();
  stream.write(text);
}

/** Standard error. */
export const writeError = (text: string): void => void outputStream('stderr').write(text);

/** Whether all that was written has been taken. */
export const isFlushed = (): boolean => [...opened].every(({ writableLength }) => writableLength === 0);

export const print = (text: string): void => write(text.endsWith('\n') ? text : `${text}\n`);

export const printJson = (value: unknown): void => print(JSON.stringify(value, null, 2));

/** Prints diagnostics as GNU as does, on standard error, in the order of the lines or as they were found. */
export function report(diagnostics: readonly Diagnostic[], order: 'lines' | 'found' = 'lines'): void {
  const sorted = order === 'lines' ? inSourceOrder(diagnostics) : diagnostics;
  for (const diagnostic of sorted) writeError(`${formatDiagnostic(diagnostic)}\n`);
}

/** The value, or undefined with exit status 2 set when there were errors; either way they are printed. */
export function accept<T>(
  { value, diagnostics }: Parsed<T | undefined>,
  order: 'lines' | 'found' = 'lines',
): T | undefined {
  report(diagnostics, order);
  if (!diagnostics.some((d) => d.severity === 'error') && value !== undefined) return value;
  process.exitCode = EXIT.badInput;
  return undefined;
}

/** A mistake in an option's value; reported in one line, exit status 2. */
export class UsageError extends Error {}

/** What was asked for instead of the command's work (`--cpu help`): it is printed, exit status 0. */
export class Instead extends Error {}

/** For options that may be given more than once. */
export const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

export const SOURCE_OPTIONS = [
  new Option('-I <dir>', 'search this directory for #include (repeatable)')
    .argParser(collect)
    .default([] as string[], 'none'),
  new Option('-D <name[=value]>', 'define a preprocessor macro (repeatable)')
    .argParser(collect)
    .default([] as string[], 'none'),
  new Option('--include <file>', 'include this file first, as gcc -include does (repeatable)')
    .argParser(collect)
    .default([] as string[], 'none'),
];

export interface SourceFlags {
  readonly I: readonly string[];
  readonly D: readonly string[];
  readonly include: readonly string[];
  readonly scenario?: string;
}

export function programOptions(flags: SourceFlags): ProgramOptions {
  const defines = flags.D.map((text) => {
    const [, name, value] = /^([A-Za-z_]\w*)(?:=(.*))?$/s.exec(text) ?? [];
    if (name === undefined) throw new UsageError(`-D ${text}: not NAME or NAME=VALUE`);
    return { name, value: value ?? '1' };
  });
  return {
    files,
    includeDirs: flags.I,
    includes: flags.include,
    defines,
    ...(flags.scenario !== undefined && { scenarioPath: flags.scenario }),
  };
}
