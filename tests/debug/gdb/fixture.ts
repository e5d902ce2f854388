/** The file of gdb's answers: sessions begin with `#= name`, commands with `(gdb) `. */

export interface Session {
  readonly name: string;
  readonly exchanges: readonly { readonly command: string; readonly answer: string }[];
}

const HEADER = '# By tools/gdbdiff.ts --write; not to be changed by hand.\n';

export const renderAnswers = (sessions: readonly Session[]): string =>
  HEADER +
  sessions
    .map(({ name, exchanges }) => {
      const lines = exchanges.map(({ command, answer }) => `(gdb) ${command}\n${answer}\n`);
      return `#= ${name}\n${lines.join('')}`;
    })
    .join('');

export function parseAnswers(text: string): Session[] {
  return text
    .split(/^#= /m)
    .slice(1)
    .map((part) => {
      const [name, ...blocks] = part.split(/^\(gdb\) /m) as [string, ...string[]];
      const exchanges = blocks.map((block) => {
        const end = block.indexOf('\n');
        return { command: block.slice(0, end), answer: block.slice(end + 1, -1) };
      });
      return { name: name.trim(), exchanges };
    });
}
