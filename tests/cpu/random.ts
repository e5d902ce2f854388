/** A small deterministic generator (mulberry32), so that a failing seed can be run again. */
export interface Random {
  /** 0 … n-1 */
  below(n: number): number;
  u64(): bigint;
  bytes(length: number): Uint8Array;
}

export function random(seed: number): Random {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
  return {
    below: (n) => next() % n,
    u64: () => (BigInt(next()) << 32n) | BigInt(next()),
    bytes: (length) => Uint8Array.from({ length }, () => next() & 0xff),
  };
}
