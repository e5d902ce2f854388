/**
 * Random operands as text, with the state that makes them mean something: a memory operand comes with registers (or segment
 * base) whose sum is a chosen address.
 */
import { type Draft, fillAround, RIP_PLACEHOLDER, set, use } from './draft.ts';
import { DATA, DATA_NEXT, PAGE, READ_ONLY, STACK } from './layout.ts';

export type Size = 'b' | 'w' | 'l' | 'q';
export const BYTES = { b: 1, w: 2, l: 4, q: 8 } as const;

const LEGACY = ['ax', 'cx', 'dx', 'bx', 'sp', 'bp', 'si', 'di'] as const;
const EXTENDED = ['r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15'] as const;
const HIGH_BYTES = ['ah', 'ch', 'dh', 'bh'] as const;

export const RAX = 0;
export const RCX = 1;
export const RDX = 2;
export const RBX = 3;
export const RSP = 4;
export const RBP = 5;
export const RSI = 6;
export const RDI = 7;

/** `%r10d` of 10 and l. */
export function registerName(n: number, size: Size): string {
  const legacy = LEGACY[n];
  if (legacy === undefined) return `%${EXTENDED[n - 8]}${size === 'q' ? '' : size === 'l' ? 'd' : size}`;
  if (size === 'b') return `%${n < 4 ? `${legacy[0]}l` : `${legacy}l`}`;
  return `%${size === 'w' ? '' : size === 'l' ? 'e' : 'r'}${legacy}`;
}

/** A general register of this size with a value that counts; byte registers may be %ah … %bh. */
export function register(draft: Draft, size: Size, avoid: readonly number[] = []): string {
  const n = registerNumber(draft, size, avoid);
  use(draft, n & 15);
  return n >= 16 ? `%${HIGH_BYTES[n - 16]}` : registerName(n, size);
}

/** The same as a number; 16 … 19 are the high bytes of 0 … 3. */
export function registerNumber({ random, plain, mode }: Draft, size: Size, avoid: readonly number[] = []): number {
  for (;;) {
    const n = size === 'b' && plain ? random.pick(PLAIN_BYTES) : random.below(plain || mode === 32 ? 8 : 16);
    if (!avoid.includes(n & 15)) return n;
  }
}

/** The byte registers that need no REX prefix. */
const PLAIN_BYTES = [0, 1, 2, 3, 16, 17, 18, 19] as const;

export function immediate(draft: Draft, size: Size): string {
  const { random } = draft;
  const bits = Math.min(8 * BYTES[size], 32);
  const limit = 2 ** (bits - 1);
  const choice = random.pick([
    0,
    1,
    -1,
    127,
    -128,
    random.between(-128, 127),
    Number(random.u64() % BigInt(limit)),
    -limit,
  ]);
  return `$${Math.max(-limit, Math.min(limit - 1, choice))}`;
}

/** Where an access of this width might go, by what its neighbourhood is. */
export function place(draft: Draft, width: number): bigint {
  const { random } = draft;
  const kind = random.below(100);
  /** The access begins before the boundary and ends behind it (or just at it). */
  const across = (boundary: number): bigint =>
    BigInt(boundary - random.between(width > 1 ? 1 : 0, Math.max(width - 1, 0)));
  if (kind < 50) return BigInt(DATA + 0x800 + random.below(48));
  if (kind < 58) return BigInt(DATA_NEXT - width - random.below(8));
  if (kind < 78) return across(DATA_NEXT);
  if (kind < 84) return across(READ_ONLY);
  if (kind < 87) return BigInt(READ_ONLY + 0x100 + random.below(32));
  if (kind < 89) return across(READ_ONLY + PAGE);
  if (kind < 92) return across(STACK + PAGE);
  if (kind < 94) return across(STACK);
  if (kind < 95) return across(DATA);
  if (kind < 96) return BigInt(0x2002_0000 + random.below(PAGE));
  return awkward(draft, width);
}

const LOWER_END = 0x8000_0000_0000n;
const UPPER_START = 0xffff_8000_0000_0000n;

/** Not canonical, half canonical, wrapping, the kernel's. */
function awkward({ random }: Draft, width: number): bigint {
  const back = BigInt(random.between(0, width));
  return BigInt.asUintN(
    64,
    random.pick([
      LOWER_END - back,
      LOWER_END,
      UPPER_START - back,
      -back,
      0x8000_0000_0000_0000n,
      0x0001_0000_0000_0000n + (random.u64() % 0x1000n),
      0xffff_8800_0000_0000n,
      0n,
    ]),
  );
}

export interface MemoryChoice {
  /** Bytes of the access. */
  readonly width: number;
  /** Registers that the instruction uses otherwise. */
  readonly avoid?: readonly number[];
  /** Where it should lie; else anywhere (`place`). */
  readonly address?: bigint;
  /** No address that needs the length of the instruction. */
  readonly noRip?: boolean;
}

/** A memory operand at a place, and contents there. */
export function memory(
  draft: Draft,
  { width, avoid = [], address = place(draft, width), noRip = false }: MemoryChoice,
): string {
  fillAround(draft, address, width);
  draft.target = { address, width };
  const { random } = draft;
  const low = address < 0x7000_0000n;
  const forms = low ? [...ANYWHERE, ...BELOW_2G, ...(noRip ? [] : [ripRelative])] : ANYWHERE;
  return random.pick(forms)(draft, address, avoid);
}

type MemoryForm = (draft: Draft, address: bigint, avoid: readonly number[]) => string;

const pointer = (draft: Draft, avoid: readonly number[], alsoNot = -1): number => {
  for (;;) {
    const n = draft.random.below(draft.plain || draft.mode === 32 ? 8 : 16);
    if (!avoid.includes(n) && n !== alsoNot && !draft.fixed.has(n)) return n;
  }
};

/** RSP cannot be an index. */
const index = (draft: Draft, avoid: readonly number[], base = -1): number => pointer(draft, [...avoid, RSP], base);

function displacement({ random }: Draft): bigint {
  const limit = random.pick([0, 0x80, 0x80, 0x7fff_0000]);
  return limit === 0 ? 0n : BigInt(random.between(-limit, limit - 1));
}

const scale = ({ random }: Draft): bigint => random.pick([1n, 2n, 4n, 8n]);
const shown = (disp: bigint): string => (disp === 0n ? '' : String(disp));

function based(draft: Draft, address: bigint, avoid: readonly number[]): string {
  const base = pointer(draft, avoid);
  const disp = displacement(draft);
  set(draft, base, address - disp);
  return `${shown(disp)}(${registerName(base, 'q')})`;
}

function indexed(draft: Draft, address: bigint, avoid: readonly number[]): string {
  const base = pointer(draft, avoid);
  const by = index(draft, avoid, base);
  const [disp, factor] = [displacement(draft), scale(draft)];
  use(draft, by);
  set(draft, base, address - disp - draft.regs[by]! * factor);
  return `${shown(disp)}(${registerName(base, 'q')},${registerName(by, 'q')},${factor})`;
}

/** A base that also is the index. */
function doubled(draft: Draft, address: bigint, avoid: readonly number[]): string {
  const n = index(draft, avoid);
  const odd = address & 1n;
  set(draft, n, (address - odd) / 2n);
  return `${shown(odd)}(${registerName(n, 'q')},${registerName(n, 'q')},1)`;
}

const stackBased: MemoryForm = (draft, address, avoid) => {
  const base = [RSP, RBP].find((n) => !avoid.includes(n) && !draft.fixed.has(n) && draft.random.chance(0.6));
  if (base === undefined) return based(draft, address, avoid);
  const disp = displacement(draft);
  set(draft, base, address - disp);
  return `${shown(disp)}(${registerName(base, 'q')})`;
};

/** FS or GS added to what the registers give. */
const segmented: MemoryForm = (draft, address, avoid) => {
  const distance = BigInt(draft.random.pick([0, 8, 0x10_0000, draft.random.below(0x2000_0000)]));
  const name = draft.random.pick(['fs', 'gs'] as const);
  draft[name] =
    BigInt.asIntN(48, address - distance) === BigInt.asIntN(64, address - distance)
      ? BigInt.asUintN(64, address - distance)
      : 0n;
  const rest = address - draft[name];
  return `%${name}:${draft.random.chance(0.5) ? based(draft, rest, avoid) : indexed(draft, rest, avoid)}`;
};

/** Overrides that 64-bit mode ignores. */
const overridden: MemoryForm = (draft, address, avoid) =>
  `%${draft.random.pick(['ds', 'es', 'ss', 'cs'])}:${based(draft, address, avoid)}`;

const ANYWHERE: readonly MemoryForm[] = [
  based,
  based,
  indexed,
  indexed,
  indexed,
  doubled,
  stackBased,
  segmented,
  overridden,
];

const absolute: MemoryForm = (_, address) => String(address);

const scaled: MemoryForm = (draft, address, avoid) => {
  const n = index(draft, avoid);
  const factor = scale(draft);
  const steps = BigInt(draft.random.between(-1000, 1000));
  set(draft, n, steps);
  return `${address - steps * factor}(,${registerName(n, 'q')},${factor})`;
};

/** 32-bit addresses: the upper halves of the registers are noise. */
const narrow: MemoryForm = (draft, address, avoid) => {
  const base = pointer(draft, avoid);
  const disp = draft.random.pick([
    0n,
    BigInt(draft.random.between(-128, 127)),
    BigInt(draft.random.between(-0x7000_0000, 0x7000_0000)),
  ]);
  const noise = draft.random.u64() & 0xffff_ffff_0000_0000n;
  if (draft.random.chance(0.3)) {
    set(draft, base, noise | BigInt.asUintN(32, address - disp));
    return `${shown(disp)}(${registerName(base, 'l')})`;
  }
  const by = index(draft, avoid, base);
  const factor = scale(draft);
  use(draft, by);
  set(draft, base, noise | BigInt.asUintN(32, address - disp - draft.regs[by]! * factor));
  return `${shown(disp)}(${registerName(base, 'l')},${registerName(by, 'l')},${factor})`;
};

/** A 32-bit offset, to which the whole segment base is added. */
const narrowSegmented: MemoryForm = (draft, address, avoid) => {
  const name = draft.random.pick(['fs', 'gs'] as const);
  const base = pointer(draft, avoid);
  const offset = BigInt(draft.random.below(0x1000_0000));
  draft[name] = BigInt.asUintN(64, address - offset);
  set(draft, base, (draft.random.u64() & 0xffff_ffff_0000_0000n) | offset);
  return `%${name}:(${registerName(base, 'l')})`;
};

const ripRelative: MemoryForm = (draft, address) => {
  draft.ripTarget = address;
  return `${RIP_PLACEHOLDER}(%rip)`;
};

const BELOW_2G: readonly MemoryForm[] = [absolute, scaled, narrow, narrow, narrowSegmented];
