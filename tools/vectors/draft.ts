/**
 * A vector in the making: a template puts registers, flags and memory into it, operand by operand, and returns the text of the
 * code. What no operand needs keeps a plain value, so that a file of vectors compresses well.
 */
import { ENTRY, PAGE, physicalPage } from './layout.ts';
import type { Random } from './random.ts';

export interface Draft {
  readonly random: Random;
  /** By encoding; those in `fixed` have a value that matters (an address, a count). */
  readonly regs: bigint[];
  readonly fixed: Set<number>;
  flags: bigint;
  fs: bigint;
  gs: bigint;
  /** 32: compatibility mode. */
  mode: 64 | 32;
  /** Where the code begins. */
  ip: number;
  /** To the int3 behind the code, not just one instruction. */
  sequence: boolean;
  /** Bytes of memory that are not as the page was filled. */
  readonly memory: Map<number, number>;
  /** No register or address may need a REX prefix (another operand is %ah … %bh). */
  plain: boolean;
  /** What a RIP-relative operand means; its displacement is filled in when the length is known. */
  ripTarget: bigint | undefined;
  /** Where the instruction's memory operand lies, and how wide it is. */
  target: { readonly address: bigint; readonly width: number } | undefined;
}

/** CF PF AF ZF SF OF */
export const STATUS_FLAGS = 0x8d5n;
const RESERVED_AND_IF = 0x202n;
export const DF = 0x400n;
export const AC = 0x40000n;

/** The stand-in for a RIP-relative displacement. */
export const RIP_PLACEHOLDER = 0x5a17c3e9;

export function newDraft(random: Random): Draft {
  return {
    random,
    regs: Array.from({ length: 16 }, (_, n) => BigInt(n) * 0x1111_1111_1111_1111n),
    fixed: new Set(),
    flags:
      RESERVED_AND_IF |
      (random.u64() & STATUS_FLAGS) |
      (random.chance(0.05) ? DF : 0n) |
      (random.chance(0.03) ? AC : 0n),
    fs: 0n,
    gs: 0n,
    mode: 64,
    ip: ENTRY,
    sequence: false,
    memory: new Map(),
    plain: false,
    ripTarget: undefined,
    target: undefined,
  };
}

const EDGES = [
  ...[0x0n, 0x1n, 0x2n, 0x7fn, 0x80n, 0xffn, 0x7fffn, 0x8000n, 0xffffn, 0x7fff_ffffn, 0x8000_0000n, 0xffff_ffffn],
  ...[0x1_0000_0000n, 0x7fff_ffff_ffff_ffffn, 0x8000_0000_0000_0000n, 0xffff_ffff_ffff_ffffn, 0xffff_ffff_ffff_fffen],
  0x5555_5555_5555_5555n,
];

/** An edge, a number of any length, its negation, or noise. */
export function value(random: Random): bigint {
  const kind = random.below(20);
  if (kind < 6) return random.pick(EDGES);
  if (kind < 9) return BigInt.asUintN(1 + random.below(64), random.u64());
  if (kind < 11) return BigInt.asUintN(64, -BigInt.asUintN(1 + random.below(63), random.u64()));
  return random.u64();
}

/** Gives a register a value that counts, unless it has one already. */
export function use(draft: Draft, n: number): void {
  if (!draft.fixed.has(n)) set(draft, n, value(draft.random));
}

export function set(draft: Draft, n: number, to: bigint): void {
  draft.regs[n] = BigInt.asUintN(64, to);
  draft.fixed.add(n);
}

/** Writes bytes into mapped memory; those that lie elsewhere are left out. */
export function put(draft: Draft, address: bigint | number, bytes: Iterable<number>): void {
  let at = Number(address);
  for (const byte of bytes) {
    if (physicalPage(at) !== undefined) draft.memory.set(at, byte);
    at++;
  }
}

export const putWord = (draft: Draft, address: bigint | number, width: number, word: bigint): void =>
  put(draft, address, littleEndian(word, width));

export const littleEndian = (word: bigint, width: number): number[] =>
  Array.from({ length: width }, (_, i) => Number((word >> BigInt(8 * i)) & 0xffn));

/** Contents for an operand and a little beside it: noise, or an edge. */
export function fillAround(draft: Draft, address: bigint | number, width: number): void {
  const { random } = draft;
  put(draft, BigInt(address) - 4n, random.bytes(width + 8));
  if (random.chance(0.3)) putWord(draft, address, Math.min(width, 8), value(random));
}

/** The windows of memory: runs of bytes that lie side by side in one page. */
export function windowsOf({ memory }: Draft): { address: number; bytes: Uint8Array }[] {
  const windows: { address: number; bytes: number[] }[] = [];
  for (const [address, byte] of [...memory].sort(([a], [b]) => a - b)) {
    const last = windows.at(-1);
    if (last && last.address + last.bytes.length === address && address % PAGE !== 0) last.bytes.push(byte);
    else windows.push({ address, bytes: [byte] });
  }
  return windows.map(({ address, bytes }) => ({ address, bytes: Uint8Array.from(bytes) }));
}
