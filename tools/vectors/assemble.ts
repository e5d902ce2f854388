/**
 * Assembles the texts of all vectors in one go with GNU as. A text is one line, statements separated by `;`, and
 * `0:` stands before it. What as rejects (a byte register that no REX prefix goes with, say) comes back as undefined.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The bytes of each text. */
export function assembleAll(texts: readonly string[]): (Uint8Array | undefined)[] {
  const dir = mkdtempSync(join(tmpdir(), 'vectors-'));
  try {
    const rejected = rejectedBy(dir, texts);
    const kept = texts.map((text, i) => (rejected.has(i) ? '' : text));
    if (rejected.size > 0) {
      const still = [...rejectedBy(dir, kept)].map((i) => texts[i]);
      if (still.length > 0) throw new Error(`as rejects ${still.slice(0, 5).join(' | ')}`);
    }
    return readBytes(dir, texts.length).map((bytes, i) => (rejected.has(i) ? undefined : bytes));
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** The numbers of the texts with an error; without any, `t.o` is there. */
function rejectedBy(dir: string, texts: readonly string[]): Set<number> {
  const source = [...texts.map((text) => `0: ${text}; 9: .pushsection .rodata; .long 9b-0b; .popsection`), ''];
  writeFileSync(join(dir, 't.s'), source.join('\n'));
  const { status, stderr } = spawnSync('as', ['--64', '-o', join(dir, 't.o'), join(dir, 't.s')], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status === 0) return new Set();
  const lines = [...stderr.matchAll(/t\.s:(\d+): Error/g)].map((match) => Number(match[1]) - 1);
  if (lines.length === 0) throw new Error(`as: ${stderr.slice(0, 500)}`);
  return new Set(lines);
}

/** .rodata holds the length of each; they stand in .text one behind the other. */
function readBytes(dir: string, count: number): Uint8Array[] {
  const section = (name: string): Buffer => {
    execFileSync('objcopy', ['-O', 'binary', '-j', name, join(dir, 't.o'), join(dir, 't.bin')]);
    return readFileSync(join(dir, 't.bin'));
  };
  const [text, table] = [section('.text'), section('.rodata')];
  let at = 0;
  return Array.from({ length: count }, (_, i) => {
    const length = table.readUInt32LE(4 * i);
    at += length;
    return Uint8Array.from(text.subarray(at - length, at));
  });
}
