/** The command line: one file a command; this one parses, dispatches, and turns mistakes into exit statuses. */
import { Command, CommanderError } from 'commander';
import { asCommand } from './as.ts';
import { CpuHelp, EXIT, print, UsageError } from './context.ts';
import { cpuHelp } from './cpu-help.ts';
import { disasmCommand } from './disasm.ts';
import { spellForCommander } from './gcc-options.ts';
import { matrixCommand } from './matrix.ts';
import { runCommand } from './run.ts';
import { testCommand } from './test.ts';

declare const ENTRYLAB_VERSION: string;

function main(): void {
  // Without a listener Node would throw; `write` in context.ts looks whether anybody still reads.
  process.stdout.on('error', () => {});
  const program = new Command('entrylab')
    .description('a laboratory for x86-64 kernel entry code')
    .version(typeof ENTRYLAB_VERSION === 'string' ? ENTRYLAB_VERSION : 'development')
    .showHelpAfterError('(see entrylab --help)');
  for (const command of [asCommand(), runCommand(), matrixCommand(), disasmCommand(), testCommand()]) {
    program.addCommand(command.exitOverride());
  }
  program.exitOverride();
  try {
    program.parse(spellForCommander(process.argv));
  } catch (problem) {
    if (problem instanceof UsageError) {
      process.stderr.write(
        `${problem.message
          .split('\n')
          .map((line) => `entrylab: ${line}`)
          .join('\n')}\n`,
      );
      process.exitCode = EXIT.badInput;
    } else if (problem instanceof CpuHelp) print(cpuHelp());
    else if (problem instanceof CommanderError) process.exitCode = problem.exitCode === 0 ? EXIT.ok : EXIT.badInput;
    else throw problem;
  }
}

main();
