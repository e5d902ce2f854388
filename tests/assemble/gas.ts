/** GNU as as the judge: assembles a text in a temporary folder; reports its messages and what objdump sees of the object. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface GasResult {
  /** Lines of stderr but the heading, with the file called `m.s`. */
  readonly messages: readonly string[];
  /** Sections with contents, relocations, symbols; undefined when it made no object. */
  readonly dump: string | undefined;
  /** The bytes of .text. */
  readonly text: Uint8Array | undefined;
}

export function gas(source: string): GasResult {
  const folder = mkdtempSync(join(tmpdir(), 'entrylab-gas-'));
  try {
    const path = join(folder, 'm.s');
    const object = join(folder, 'm.o');
    writeFileSync(path, source);
    const { stderr } = spawnSync('as', ['--64', '-o', 'm.o', 'm.s'], { cwd: folder, encoding: 'utf8' });
    const messages = stderr.split('\n').filter((line) => line !== '' && !line.includes('Assembler messages'));
    if (!existsSync(object)) return { messages, dump: undefined, text: undefined };
    const dump = execFileSync('objdump', ['-srht', object], { encoding: 'utf8', maxBuffer: 1 << 28 });
    execFileSync('objcopy', ['-O', 'binary', '-j', '.text', object, join(folder, 'm.bin')]);
    const text = execFileSync('cat', [join(folder, 'm.bin')]);
    return { messages, dump: dump.split('\n').slice(2).join('\n'), text };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
