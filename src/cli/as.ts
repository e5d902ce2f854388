/** `entrylab as`: source in, ELF64 object out; with --listing the bytes beside their source. */
import { Command } from 'commander';
import { assemble } from '../assemble/assemble.ts';
import { hasErrors } from '../base/diagnostics.ts';
import { listObject } from '../lab/listing.ts';
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
    .option('--listing', 'print address, bytes and source of every line; writes an object only with -o')
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
      const assembled = assemble(path, programOptions(flags));
      const object = accept(hasErrors(assembled.diagnostics) ? { ...assembled, value: undefined } : assembled);
      if (!object) return;
      if (flags.listing) print(listObject(object, files));
      if (flags.listing && flags.o === undefined) return;
      const problem = writeWhole(flags.o ?? path.replace(/(\.[sS])?$/, '.o'), writeElf(object));
      if (problem === undefined) return;
      process.stderr.write(`entrylab: ${problem}\n`);
      process.exitCode = EXIT.badInput;
    });
}
