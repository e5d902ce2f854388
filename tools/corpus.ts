/**
 * Compares entrylab with GNU as instruction by instruction, on text generated from the table of forms.
 *
 *   npx tsx tools/corpus.ts [count] [seed] [mnemonic…]
 *
 * Every form is written with each of its names, with and without suffix, over a spread of operands (registers that need
 * REX or a SIB byte, every addressing mode, immediates at the edges of their ranges). Prints the lines whose bytes
 * differ, then those that one assembler accepts and the other rejects, and the counts.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assemble } from '../src/assemble/assemble.ts';
import { hasErrors } from '../src/base/diagnostics.ts';
import { allForms, type Form, type OperandSpec } from '../src/isa/forms.ts';
import { readElf } from '../src/object/elf-read.ts';

const REGISTERS: Readonly<Record<string, readonly string[]>> = {
  gpr8: ['%al', '%cl', '%bl', '%ah', '%dh', '%spl', '%dil', '%r8b', '%r15b'],
  gpr16: ['%ax', '%cx', '%sp', '%bp', '%di', '%r8w', '%r13w'],
  gpr32: ['%eax', '%ecx', '%esp', '%ebp', '%esi', '%r9d', '%r12d'],
  gpr64: ['%rax', '%rdx', '%rsp', '%rbp', '%rdi', '%r8', '%r13', '%r15'],
  segment: ['%es', '%ss', '%ds', '%fs', '%gs'],
  cr: ['%cr0', '%cr2', '%cr3', '%cr4', '%cr8'],
  dr: ['%db0', '%dr6', '%db7'],
  st: ['%st', '%st(1)', '%st(7)'],
  mm: ['%mm0', '%mm7'],
  xmm: ['%xmm0', '%xmm5', '%xmm8', '%xmm15'],
  bnd: ['%bnd0', '%bnd3'],
};

const MEMORY = [
  '(%rax)',
  '(%rsp)',
  '(%rbp)',
  '(%r12)',
  '(%r13)',
  '8(%rbx)',
  '-128(%rdi)',
  '128(%rsi)',
  '0x12345678(%r9)',
  '(%rax,%rbx)',
  '(%rsp,%r15,8)',
  '16(%r13,%rbp,4)',
  '(,%rax,8)',
  '0x1000(,%r12,2)',
  '0x1000',
  '-1',
  'foo',
  'foo(%rip)',
  'foo+4(%rax)',
  '8(%rip)',
  '(%eax)',
  '4(%r8d,%ecx,2)',
  '%gs:0x10',
  '%fs:(%rbx)',
  '%ss:(%rax)',
  '%ds:(%rbp)',
  '%gs:foo(%rip)',
];

const IMMEDIATE = [
  '0',
  '1',
  '-1',
  '5',
  '127',
  '128',
  '-128',
  '-129',
  '255',
  '256',
  '0x7fff',
  '0xffff',
  '0x7fffffff',
  '0x80000000',
  '0xffffffff',
  '-0x80000000',
  '0x123456789a',
  'foo',
  'foo+8',
];

/** A small generator of the multiply-with-carry kind; the corpus is the same for a seed. */
function random(seed: number): (below: number) => number {
  let state = seed >>> 0 || 1;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

type Pick = <T>(list: readonly T[]) => T;

function operandText(spec: OperandSpec, form: Form, pick: Pick): string {
  const star = form.branch ? '*' : '';
  switch (spec.kind) {
    case 'register':
      if (spec.orMemory && pick([0, 1, 1]) === 1) return star + pick(MEMORY);
      return star + pick(REGISTERS[spec.class] ?? [`%${spec.class}0`]);
    case 'memory':
      return star + pick(MEMORY);
    case 'fixed':
      return `%${spec.register}`;
    case 'literal':
      return `$${spec.value}`;
    case 'immediate':
      return `$${pick(IMMEDIATE)}`;
    case 'target':
      return pick(['foo', 'foo+3', '.', '.+100']);
    case 'offset':
      return pick(['foo', '0x123456789abcdef', '0x1000', '%fs:0x123456789a']);
    case 'implied':
      return pick({ si: ['(%rsi)', '(%esi)', '%fs:(%rsi)'], di: ['(%rdi)', '%es:(%rdi)'], bx: ['(%rbx)'] }[spec.base]);
    default:
      return spec satisfies never;
  }
}

function lineOf(form: Form, name: string, pick: Pick): string {
  const omit = pick([true, false]);
  const written = form.operands.filter((s) => !(omit && ((s.kind === 'fixed' && s.optional) || s.kind === 'literal')));
  const operands = written.map((spec) => operandText(spec, form, pick));
  if (!written.every((s) => s.kind === 'immediate')) operands.reverse();
  const suffix = form.suffix === '' ? '' : pick([form.suffix, form.suffix, '']);
  const prefix = form.lockable ? pick(['', '', '', 'lock ']) : form.rep ? pick(['', 'rep ']) : '';
  return `${prefix}${name}${suffix} ${operands.join(',')}`.trim();
}

/** Instruction lines, the same for a seed; `only` these mnemonics when there are any. */
export function corpus(count: number, seed: number, only: readonly string[]): string[] {
  const next = random(seed);
  const pick: Pick = (list) => list[next(list.length)]!;
  const lines = new Set<string>();
  for (const form of allForms()) {
    for (const name of form.mnemonics) {
      if (name === '' || (only.length > 0 && !only.includes(name))) continue;
      const rounds = form.operands.length === 0 ? 2 : count;
      for (let n = 0; n < rounds; n++) lines.add(lineOf(form, name, pick));
    }
  }
  return [...lines];
}

/** Bytes of each line by GNU as; undefined where it reports an error. */
export function byGas(lines: readonly string[]): (string | undefined)[] {
  const dir = mkdtempSync(join(tmpdir(), 'corpus-'));
  const source = join(dir, 'corpus.s');
  const object = join(dir, 'corpus.o');
  const write = (skip: ReadonlySet<number>): void =>
    writeFileSync(source, `${lines.map((line, n) => (skip.has(n) ? '' : `i${n}: ${line}`)).join('\n')}\nend:\n`);
  try {
    write(new Set());
    const first = spawnSync('as', ['-o', object, source], { maxBuffer: 1 << 28 });
    const bad = new Set([...first.stderr.toString().matchAll(/:(\d+): Error:/g)].map((match) => Number(match[1]) - 1));
    write(bad);
    const second = spawnSync('as', ['-o', object, source], { maxBuffer: 1 << 28 });
    if (second.status !== 0) throw new Error(second.stderr.toString());
    const { value } = readElf(readFileSync(object));
    const text = value.sections[0]!;
    const at = new Map(value.symbols.map((s) => [s.name, Number(s.value)]));
    const ends = [...at.values()].sort((a, b) => a - b);
    return lines.map((_, n) => {
      const start = at.get(`i${n}`);
      if (bad.has(n) || start === undefined) return undefined;
      const end = ends.find((e) => e > start) ?? text.size;
      return render(
        text.data.subarray(start, end),
        text.relocations
          .filter((r) => r.offset >= start && r.offset < end)
          .map(
            (r) => `${r.type}@${r.offset - start}${value.symbols[r.symbol]?.type === 'section' ? '' : `+${r.addend}`}`,
          ),
      );
    });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const render = (bytes: Uint8Array, relocations: readonly string[]): string =>
  [Buffer.from(bytes).toString('hex'), ...relocations].join(' ');

/** The same by us. */
export function byUs(line: string): string | undefined {
  const bytes = new TextEncoder().encode(`${line}\n`);
  const { value, diagnostics } = assemble('line.s', { files: { read: () => bytes } });
  if (hasErrors(diagnostics)) return undefined;
  const text = value.sections[0]!;
  return render(
    text.data,
    text.relocations.map(
      (r) => `${r.type}@${r.offset}${value.symbols[r.symbol]?.type === 'section' ? '' : `+${r.addend}`}`,
    ),
  );
}

function main(): void {
  const [count = '4', seed = '1', ...only] = process.argv.slice(2);
  const lines = corpus(Number(count), Number(seed), only);
  const theirs = byGas(lines);
  const ours = lines.map(byUs);
  const tally = { same: 0, bothReject: 0, differ: 0, onlyGas: 0, onlyOurs: 0 };
  for (const [n, line] of lines.entries()) {
    const a = ours[n];
    const b = theirs[n];
    const kind =
      a === undefined
        ? b === undefined
          ? 'bothReject'
          : 'onlyGas'
        : b === undefined
          ? 'onlyOurs'
          : a === b
            ? 'same'
            : 'differ';
    tally[kind]++;
    if (kind !== 'same' && kind !== 'bothReject')
      console.log(`${kind}: ${line}\n    ours ${a ?? '-'}\n    gas  ${b ?? '-'}`);
  }
  console.log(JSON.stringify(tally));
  if (tally.differ + tally.onlyGas + tally.onlyOurs > 0) process.exitCode = 1;
}

if (process.argv[1]?.endsWith('corpus.ts')) main();
