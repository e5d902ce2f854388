/** Choices from a seed: the same seed makes the same vectors. */
import { random as generator } from '../../tests/cpu/random.ts';

export interface Random {
  /** 0 … n-1 */
  below(n: number): number;
  /** Both ends included. */
  between(low: number, high: number): number;
  u64(): bigint;
  bytes(length: number): Uint8Array;
  pick<T>(choices: readonly T[]): T;
  chance(probability: number): boolean;
}

export function newRandom(seed: number): Random {
  const source = generator(seed);
  return {
    ...source,
    between: (low, high) => low + source.below(high - low + 1),
    pick: (choices) => choices[source.below(choices.length)]!,
    chance: (probability) => source.below(1 << 20) < probability * (1 << 20),
  };
}
