/**
 * What RDRAND and RDSEED give: numbers that look random and follow from the state block, so that a run restored from a checkpoint
 * draws the same again. The generator is SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
 * 2014): a Weyl sequence, its terms mixed.
 */
import { u64 } from '../base/u64.ts';
import * as L from '../engine/layout.ts';
import { type Cpu, read64, write64 } from './state.ts';

export const DEFAULT_SEED = 0x656e7472796c6162n;

const STEP = 0x9e3779b97f4a7c15n;

/** The next 64 bits. */
export function nextRandom(cpu: Cpu): bigint {
  const state = u64(read64(cpu, L.S_RANDOM) + STEP);
  write64(cpu, L.S_RANDOM, state);
  const mixed = u64((state ^ (state >> 30n)) * 0xbf58476d1ce4e5b9n);
  const again = u64((mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn);
  return again ^ (again >> 31n);
}
