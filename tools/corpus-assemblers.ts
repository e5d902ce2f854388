/**
 * Many instruction lines through GNU as and through entrylab: for each its bytes with relocations, and what was said of it.
 *
 * Both get one source with a label before each line, and then again without the lines that they refused.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assemble } from '../src/assemble/assemble.ts';
import type { Bits } from '../src/isa/forms.ts';
import { readElf } from '../src/object/elf-read.ts';
import type { ObjectFile } from '../src/object/object-file.ts';

export interface Outcome {
  /** Hex, and relocations as `type@offset+addend`; undefined: refused. */
  readonly bytes: string | undefined;
  /** `Error: …`, `Warning: …` */
  readonly messages: readonly string[];
}

interface Run {
  readonly object: ObjectFile | undefined;
  /** By line of the source, from 1. */
  readonly messages: ReadonlyMap<number, readonly string[]>;
}

function outcomes(lines: readonly string[], bits: Bits, run: (source: string) => Run): Outcome[] {
  // The directive stands on the first line, so that line n of the corpus is line n + 2 of the source.
  const source = (bad: ReadonlySet<number>): string =>
    [`.code${bits}`, ...lines.map((line, n) => (bad.has(n) ? '' : `i${n}: ${line}`)), 'end:', '.code64', ''].join('\n');
  const bad = new Set<number>();
  const said = new Map<number, readonly string[]>();
  // A line that is fatal hides those behind it, so it may take some rounds until only good lines are left.
  for (;;) {
    const { object, messages } = run(source(bad));
    for (const [line, list] of messages) if (!bad.has(line - 2)) said.set(line - 2, list);
    const worse = [...messages].filter(([, list]) => list.some((message) => !message.startsWith('Warning')));
    if (worse.length === 0 && object !== undefined) {
      const bytes = bytesByLine(object, lines.length);
      return lines.map((_, n) => ({ bytes: bad.has(n) ? undefined : bytes[n], messages: said.get(n) ?? [] }));
    }
    const before = bad.size;
    for (const [line] of worse) bad.add(line - 2);
    if (bad.size === before) throw new Error('refused, and no line is to blame');
  }
}

function bytesByLine({ sections, symbols }: ObjectFile, count: number): (string | undefined)[] {
  const text = sections[0]!;
  const at = new Map(symbols.map((s) => [s.name, Number(s.value)]));
  const starts = Array.from({ length: count }, (_, n) => at.get(`i${n}`));
  let end = text.size;
  // Those of jumps stand behind all others in the file.
  const placed = [...text.relocations].sort((a, b) => a.offset - b.offset);
  let next = placed.length - 1;
  const found: (string | undefined)[] = [];
  for (let n = count - 1; n >= 0; n--) {
    const start = starts[n];
    if (start === undefined) continue;
    const relocations: string[] = [];
    for (; next >= 0 && placed[next]!.offset >= start; next--) {
      const { type, offset, symbol, addend } = placed[next]!;
      relocations.unshift(`${type}@${offset - start}${symbols[symbol]?.type === 'section' ? '' : `+${addend}`}`);
    }
    found[n] = [Buffer.from(text.data.subarray(start, end)).toString('hex'), ...relocations].join(' ');
    end = start;
  }
  return found;
}

function collect(pairs: Iterable<readonly [number, string]>): Map<number, string[]> {
  const messages = new Map<number, string[]>();
  for (const [line, message] of pairs) {
    const list = messages.get(line);
    if (list === undefined) messages.set(line, [message]);
    else list.push(message);
  }
  return messages;
}

export function byGas(lines: readonly string[], bits: Bits): Outcome[] {
  const dir = mkdtempSync(join(tmpdir(), 'corpus-'));
  try {
    return outcomes(lines, bits, (source) => {
      const path = join(dir, 'corpus.s');
      const out = join(dir, 'corpus.o');
      writeFileSync(path, source);
      const { status, stderr } = spawnSync('as', ['--64', '-o', out, path], { maxBuffer: 1 << 28 });
      const all = stderr
        .toString()
        .matchAll(/^.*corpus\.s:(\d+): ((?:Error|Warning|Internal error|Fatal error)[:,! ].*)$/gm);
      const messages = collect([...all].map(([, line, message]) => [Number(line), message!] as const));
      return { object: status === 0 ? readElf(readFileSync(out)).value : undefined, messages };
    });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

export function byUs(lines: readonly string[], bits: Bits): Outcome[] {
  return outcomes(lines, bits, (source) => {
    const bytes = new TextEncoder().encode(source);
    const { value, diagnostics } = assemble('corpus.s', { files: { read: () => bytes } });
    const messages = collect(
      diagnostics.map((d) => [d.place.span.line, `${d.severity === 'error' ? 'Error' : 'Warning'}: ${d.message}`]),
    );
    return { object: value.sections.length > 0 ? value : undefined, messages };
  });
}
