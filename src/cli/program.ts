/** Parses the command line, dispatches to a command, and turns mistakes into exit statuses. */
import { Command, CommanderError } from 'commander';
import { EXIT, Instead, print, UsageError } from './context.ts';
import { spellForCommander } from './gcc-options.ts';

declare const ENTRYLAB_VERSION: string;

export function runProgram(commands: readonly Command[]): void {
  // Without a listener Node would throw where nobody reads any more; `write` in context.ts looks whether anybody does.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const program = new Command('entrylab')
    .description('a laboratory for x86-64 kernel entry code')
    .version(typeof ENTRYLAB_VERSION === 'string' ? ENTRYLAB_VERSION : 'development')
    .showHelpAfterError('(see entrylab --help)');
  for (const command of commands) program.addCommand(command.exitOverride());
  program.exitOverride();
  try {
    program.parse(spellForCommander(process.argv));
  } catch (problem) {
    if (problem instanceof UsageError) {
      const lines = problem.message.split('\n').map((line) => `entrylab: ${line}\n`);
      process.stderr.write(lines.join(''));
      process.exitCode = EXIT.badInput;
    } else if (problem instanceof Instead) print(problem.message);
    else if (problem instanceof CommanderError) process.exitCode = problem.exitCode === 0 ? EXIT.ok : EXIT.badInput;
    else throw problem;
  }
}
