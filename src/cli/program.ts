/** Parses the command line, dispatches to a command, and turns mistakes into exit statuses. */
import { Command, CommanderError } from 'commander';
import { EXIT, Instead, print, UsageError, write, writeError } from './context.ts';
import { spellForCommander } from './gcc-options.ts';

declare const ENTRYLAB_VERSION: string;

export function runProgram(commands: readonly Command[]): void {
  const output = { writeOut: write, writeErr: writeError };
  const program = new Command('entrylab')
    .description('a laboratory for x86-64 kernel entry code')
    .version(typeof ENTRYLAB_VERSION === 'string' ? ENTRYLAB_VERSION : 'development')
    .showHelpAfterError('(see entrylab --help)')
    .configureOutput(output);
  for (const command of commands) program.addCommand(command.exitOverride().configureOutput(output));
  program.exitOverride();
  try {
    program.parse(spellForCommander(process.argv));
  } catch (problem) {
    if (problem instanceof UsageError) {
      const lines = problem.message.split('\n').map((line) => `entrylab: ${line}\n`);
      writeError(lines.join(''));
      process.exitCode = EXIT.badInput;
    } else if (problem instanceof Instead) print(problem.message);
    else if (problem instanceof CommanderError) process.exitCode = problem.exitCode === 0 ? EXIT.ok : EXIT.badInput;
    else throw problem;
  }
}
