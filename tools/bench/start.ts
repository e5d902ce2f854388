/** Start-up: the built command as a whole process, on the sample, against `node -e 0`. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import b from 'benny';

const COMMAND = ['dist/main.cjs', 'run', 'asm/cr3/restore_cr3.S'];

/** How many times as long as `node -e 0` the command takes; undefined when nothing is built. */
export async function startSuite(): Promise<number | undefined> {
  if (!existsSync(COMMAND[0]!)) return undefined;
  const run = (args: readonly string[]) => () => {
    const { status } = spawnSync(process.execPath, args);
    if (status !== 0) throw new Error(`${args.join(' ')}: exit status ${status}`);
  };
  const summary = await b.suite(
    'start',
    b.add('node -e 0', run(['-e', '0'])),
    b.add('entrylab run', run(COMMAND)),
    b.cycle(),
  );
  const [empty, command] = summary.results.map((r) => r.details.mean);
  return command! / empty!;
}
