/**
 * Compares entrylab with GNU as instruction by instruction, on text generated from the table of forms.
 *
 *   npx tsx tools/corpus.ts [--bits 16|32|64] [--mutate] [count] [seed] [mnemonic…]
 *
 * Every form that code of that size has is written with each of its names, with and without suffix, over a spread of
 * operands (corpus-operands.ts). With --mutate about half of the lines are then spoilt (an operand, a register's size, a
 * suffix, a prefix changed), to compare what is refused, and how. Prints the lines whose bytes or messages differ, then
 * the counts. What iced-x86 decodes from our bytes has to be the instruction that was written.
 */
import { parseArgs } from 'node:util';
import { allForms, type Bits, type Form, MODE } from '../src/isa/forms.ts';
import { type Difference, isAllowed } from './corpus-allowed.ts';
import { byGas, byUs, type Outcome } from './corpus-assemblers.ts';
import { decodesAs } from './corpus-decode.ts';
import { mutate } from './corpus-mutate.ts';
import { decorated, operandText, type Pick } from './corpus-operands.ts';

/** A small generator of the linear congruential kind; the corpus is the same for a seed. */
export function random(seed: number): (below: number) => number {
  let state = seed >>> 0 || 1;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function lineOf(form: Form, name: string, pick: Pick, bits: Bits): string {
  const omit = pick([true, false]);
  const written = form.operands.filter((s) => !(omit && ((s.kind === 'fixed' && s.optional) || s.kind === 'literal')));
  const operands = written.map((spec) => operandText(spec, form, pick, bits));
  if (!written.every((s) => s.kind === 'immediate')) operands.reverse();
  const suffix = form.suffix === '' ? '' : pick([form.suffix, form.suffix, '']);
  return `${prefixOf(form, pick)}${name}${suffix} ${decorated(operands, form, pick).join(',')}`.trim();
}

function prefixOf(form: Form, pick: Pick): string {
  if (form.encoding.evex !== undefined) return pick(['', '', '{evex} ']);
  if (form.onRequest) return pick(['', '{vex} ']);
  return form.lockable ? pick(['', '', '', 'lock ']) : form.rep ? pick(['', 'rep ']) : '';
}

export interface Wanted {
  readonly count: number;
  readonly seed: number;
  readonly bits?: Bits;
  /** These mnemonics only, when there are any. */
  readonly only?: readonly string[];
  readonly mutate?: boolean;
}

/** Instruction lines, the same for a seed. */
export function corpus({ count, seed, bits = 64, only = [], mutate: spoil = false }: Wanted): string[] {
  const next = random(seed);
  const pick: Pick = (list) => list[next(list.length)]!;
  const lines = new Set<string>();
  for (const form of allForms()) {
    if ((form.modes & MODE[bits]) === 0) continue;
    for (const name of form.mnemonics) {
      if (name === '' || (only.length > 0 && !only.includes(name))) continue;
      const rounds = form.operands.length === 0 ? 2 : count;
      for (let n = 0; n < rounds; n++) {
        const line = lineOf(form, name, pick, bits);
        lines.add(spoil && pick([true, false]) ? mutate(line, pick, bits) : line);
      }
    }
  }
  return [...lines];
}

export const shown = ({ bytes, messages }: Outcome): string => [bytes ?? '-', ...messages].join(' | ');

/** The lines on which the two differ. */
export function differences(lines: readonly string[], bits: Bits): Difference[] {
  const theirs = byGas(lines, bits);
  const ours = byUs(lines, bits);
  const found = lines.map((line, n) => ({ line, ours: shown(ours[n]!), gas: shown(theirs[n]!) }));
  // What GNU as itself fails on proves nothing.
  const sane = found.filter(({ gas }) => !/Internal error|Fatal error/.test(gas));
  return sane.filter((difference) => difference.ours !== difference.gas && !isAllowed(difference));
}

function main(): void {
  const { values, positionals } = parseArgs({
    options: { bits: { type: 'string', default: '64' }, mutate: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const [count = '4', seed = '1', ...only] = positionals;
  const bits = Number(values.bits) as Bits;
  const lines = corpus({ count: Number(count), seed: Number(seed), bits, only, mutate: values.mutate });
  const found = differences(lines, bits);
  for (const { line, ours, gas } of found) console.log(`${line}\n    ours ${ours}\n    gas  ${gas}`);
  const ours = byUs(lines, bits);
  const misread = lines.filter((line, n) => ours[n]!.bytes !== undefined && !decodesAs(line, ours[n]!.bytes!, bits));
  for (const line of misread) console.log(`iced reads otherwise: ${line}`);
  const accepted = ours.filter(({ bytes }) => bytes !== undefined).length;
  const counts = { lines: lines.length, accepted, differ: found.length, misread: misread.length };
  console.log(JSON.stringify(counts));
  if (found.length + misread.length > 0) process.exitCode = 1;
}

if (process.argv[1]?.endsWith('corpus.ts')) main();
