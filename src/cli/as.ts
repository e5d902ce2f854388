/** `entrylab as`: source in, ELF64 object out; with --listing the bytes beside their source, with -E the preprocessed text. */
import { Command, Option } from 'commander';
import { type AssembleOptions, assemble, assembleWithListing } from '../assemble/assemble.ts';
import { type MacroOption, preprocessToText } from '../assemble/cpp.ts';
import { hasErrors, type Parsed } from '../base/diagnostics.ts';
import { listLines } from '../lab/assembly-listing.ts';
import { writeElf } from '../object/elf-write.ts';
import {
  accept,
  collect,
  EXIT,
  files,
  print,
  programOptions,
  report,
  SOURCE_OPTIONS,
  type SourceFlags,
  UsageError,
  write,
  writeError,
  writeWhole,
} from './context.ts';
import { type CppFlags, cppOptions } from './gcc-options.ts';

interface AsFlags extends SourceFlags, CppFlags {
  readonly o?: string;
  readonly listing?: boolean;
  readonly defsym: readonly string[];
  readonly E?: boolean;
  /** Commander's name for -P being absent is undefined. */
  readonly P?: boolean;
}

export function asCommand(): Command {
  const command = new Command('as')
    .description('assemble a .s or .S file into an ELF64 object')
    .argument('<file>', 'the source; `-` is standard input');
  const macros: MacroOption[] = [];
  const own = cppOptions(macros);
  const shared = SOURCE_OPTIONS.filter(({ short }) => !own.some((option) => option.short === short && short));
  for (const option of [...shared, ...own]) command.addOption(option);
  return command
    .option('-o <file>', 'the object to write (default: the source with .o)')
    .option(
      '--listing',
      'print number, address, bytes and source of every line, as `as -alm` does; writes an object only with -o',
    )
    .addOption(
      new Option('--defsym <name=value>', 'define a symbol before the first line (repeatable)')
        .argParser(collect)
        .default([] as string[], 'none'),
    )
    .option('-E', 'print the preprocessed text instead, as gcc -E does')
    .option('-P', 'with -E: no line markers')
    .action((path: string, flags: AsFlags) => {
      if (!files.read(path)) {
        report([
          {
            severity: 'error',
            message: `cannot open ${path}: no such file`,
            place: { span: { file: path, line: 0 }, chain: [] },
          },
        ]);
        process.exitCode = EXIT.badInput;
        return;
      }
      const options: AssembleOptions = {
        ...programOptions({ ...flags, D: [] }),
        macros,
        systemDirs: flags.isystem,
        quoteDirs: flags.iquote,
        machine: flags.machine,
        symbols: flags.defsym.map(definition),
        print,
      };
      if (flags.E) preprocessOnly(preprocessToText(path, { ...options, defines: [] }, !flags.P), flags.o);
      else assembleFile(path, options, flags);
    });
}

/** `name=value`, the value a number as in a source. */
function definition(text: string): { readonly name: string; readonly value: bigint } {
  const [, name, sign, digits = ''] =
    /^([A-Za-z_.][\w.$]*)=([-+]?)(0[xX][\da-fA-F]+|0[0-7]*|[1-9]\d*)$/.exec(text) ?? [];
  if (name === undefined) throw new UsageError(`bad defsym ${text}; format is --defsym name=value`);
  const value = BigInt(/^0\d/.test(digits) ? `0o${digits}` : digits);
  return { name, value: sign === '-' ? -value : value };
}

function preprocessOnly(text: Parsed<string>, output: string | undefined): void {
  const value = accept(text);
  if (value === undefined) return;
  if (output === undefined) write(value);
  else finish(writeWhole(output, value));
}

function assembleFile(path: string, options: AssembleOptions, flags: AsFlags): void {
  const listed = flags.listing ? assembleWithListing(path, options) : undefined;
  const { value, diagnostics } = listed
    ? { value: listed.value.object, diagnostics: listed.diagnostics }
    : assemble(path, options);
  const object = accept({ value: hasErrors(diagnostics) ? undefined : value, diagnostics }, 'found');
  if (!object) return;
  if (listed) print(listLines(listed.value.lines, files));
  if (flags.listing && flags.o === undefined) return;
  const output = flags.o ?? (path === '-' ? 'a.out' : path.replace(/(\.[sS])?$/, '.o'));
  finish(writeWhole(output, writeElf(object)));
}

/** Says what kept a file from being written. */
function finish(problem: string | undefined): void {
  if (problem === undefined) return;
  writeError(`entrylab: ${problem}\n`);
  process.exitCode = EXIT.badInput;
}
