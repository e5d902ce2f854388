/** `entrylab as`: source in, ELF64 object out; with --listing the bytes beside their source. */
import { Command } from 'commander';
import { assemble, assembleWithListing } from '../assemble/assemble.ts';
import { hasErrors } from '../base/diagnostics.ts';
import { listLines } from '../lab/listing.ts';
import { writeElf } from '../object/elf-write.ts';
import {
  accept,
  EXIT,
  files,
  print,
  programOptions,
  report,
  SOURCE_OPTIONS,
  type SourceFlags,
  writeWhole,
} from './context.ts';

interface AsFlags extends SourceFlags {
  readonly o?: string;
  readonly listing?: boolean;
}

export function asCommand(): Command {
  const command = new Command('as').description('assemble a .s or .S file into an ELF64 object').argument('<file>');
  for (const option of SOURCE_OPTIONS) command.addOption(option);
  return command
    .option('-o <file>', 'the object to write (default: the source with .o)')
    .option('--listing', 'print number, address, bytes and source of every line, as `as -alm` does; writes an object only with -o')
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
      const options = programOptions(flags);
      const listed = flags.listing ? assembleWithListing(path, options) : undefined;
      const { value, diagnostics } = listed
        ? { value: listed.value.object, diagnostics: listed.diagnostics }
        : assemble(path, options);
      const object = accept({ value: hasErrors(diagnostics) ? undefined : value, diagnostics });
      if (!object) return;
      if (listed) print(listLines(listed.value.lines, files));
      if (flags.listing && flags.o === undefined) return;
      const problem = writeWhole(flags.o ?? path.replace(/(\.[sS])?$/, '.o'), writeElf(object));
      if (problem === undefined) return;
      process.stderr.write(`entrylab: ${problem}\n`);
      process.exitCode = EXIT.badInput;
    });
}
