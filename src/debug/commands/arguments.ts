/** Arguments of commands: counts, addresses, ranges of numbers, in gdb's manner. */
import type { Interpreter } from '../interpreter.ts';
import { demand, Mistake } from '../mistake.ts';
import { addressOf, evaluateText } from '../session.ts';
import { numberOf } from '../values.ts';

/** `stepi`, `stepi 3`, `stepi $rcx`: 1 where nothing is said. */
export function countOf({ session }: Interpreter, text: string, otherwise = 1): number {
  if (text === '') return otherwise;
  const count = Number(numberOf(demand(evaluateText(session, text))));
  if (!Number.isSafeInteger(count) || count < 0) throw new Mistake(`Bad count: ${text}.`);
  return count;
}

export const addressArgument = ({ session }: Interpreter, text: string): bigint => demand(addressOf(session, text));

/** `1 3-5 $bpnum`: the numbers; a bad one is refused. */
export function numbersOf(it: Interpreter, text: string): number[] {
  return words(text).flatMap((word) => {
    const [, from, to] = /^(\d+)-(\d+)$/.exec(word) ?? [];
    if (from === undefined) {
      if (/^\d/.test(word) && !/^\d+$/.test(word)) throw new Mistake(`Bad breakpoint number '${word}'`);
      return [countOf(it, word)];
    }
    if (Number(to) < Number(from)) throw new Mistake('inverted range');
    if (Number(to) - Number(from) > 10_000) throw new Mistake('Range too large.');
    return Array.from({ length: Number(to) - Number(from) + 1 }, (_, i) => Number(from) + i);
  });
}

export const words = (text: string): string[] => text.split(/\s+/).filter(Boolean);

/** The word of a fixed choice that a beginning stands for. */
export function choose<T extends string>(what: string, word: string, choices: readonly T[]): T {
  const exact = choices.find((choice) => choice === word.toLowerCase());
  const candidates = choices.filter((choice) => choice.startsWith(word.toLowerCase()));
  if (exact ?? (candidates.length === 1 && candidates[0])) return exact ?? candidates[0]!;
  throw new Mistake(`${what} takes one of: ${choices.join(', ')}.`);
}
