/**
 * Random programs: 256 bytes to two pages of code, made in one of several ways, and the state they start in. Everything follows
 * from the seed and the bytes to draw from, so a page that failed can be made again.
 */
import { RFLAGS, SEGMENT } from '../../src/isa/insn.ts';
import { type Random, random } from '../../tests/cpu/random.ts';
import { ADDRESSES, CODE_BYTES, CPL0_ADDRESSES, STACK_TOP } from './layout.ts';

/** What pages are made from. */
export interface Material {
  /** Encodings of single instructions that lower. */
  readonly samples: readonly Uint8Array[];
  /** Code of a real program. */
  readonly text: Uint8Array;
}

export interface Page {
  readonly seed: number;
  readonly maker: string;
  readonly code: Uint8Array;
  readonly cpl: 0 | 3;
  /** Offset in the code where the run begins. */
  readonly start: number;
  readonly registers: readonly bigint[];
  readonly flags: bigint;
  readonly fsBase: bigint;
  readonly gsBase: bigint;
  /** Bits to set in CR4 besides those that stand. */
  readonly cr4: bigint;
}

type Maker = (draw: Random, material: Material) => Uint8Array;

const MAKERS: Readonly<Record<string, Maker>> = {
  bytes: (draw) => draw.bytes(CODE_BYTES),
  samples: (draw, { samples }) => fill(draw, () => varied(draw, pick(draw, samples))),
  text: (draw, { text }) => {
    const at = draw.below(Math.max(1, text.length - CODE_BYTES));
    return worn(draw, text.slice(at, at + CODE_BYTES), draw.below(64));
  },
  loop,
  rewriting,
};

export const MAKER_NAMES = Object.keys(MAKERS);

export function makePage(seed: number, material: Material, cpl: 0 | 3): Page {
  // Neighbouring seeds must not give neighbouring numbers.
  const draw = random(Math.imul(seed + 1, 0x9e3779b1));
  for (let i = 0; i < 4; i++) draw.below(2);
  const maker = pick(draw, MAKER_NAMES);
  const code = new Uint8Array(CODE_BYTES);
  code.set(MAKERS[maker]!(draw, material).subarray(0, CODE_BYTES));
  const addresses = cpl === 0 ? [...ADDRESSES, ...CPL0_ADDRESSES] : ADDRESSES;
  const registers = Array.from({ length: 16 }, () => registerValue(draw, addresses));
  // Mostly a stack that works.
  if (draw.below(8) > 0) registers[4] = STACK_TOP - BigInt(draw.below(0x1800)) * (draw.below(8) > 0 ? 8n : 1n);
  return {
    seed,
    maker,
    code,
    cpl,
    start: maker === 'text' || maker === 'bytes' ? draw.below(CODE_BYTES - 64) : 0,
    registers,
    flags: flagsValue(draw),
    fsBase: registerValue(draw, addresses, true),
    gsBase: registerValue(draw, addresses, true),
    cr4: BigInt(draw.below(2) * CR4_PCE + draw.below(2) * CR4_TSD + draw.below(2) * CR4_UMIP),
  };
}

const CR4_TSD = 1 << 2;
const CR4_PCE = 1 << 8;
const CR4_UMIP = 1 << 11;

const pick = <T>(draw: Random, from: readonly T[]): T => from[draw.below(from.length)]!;

function fill(draw: Random, next: () => Uint8Array): Uint8Array {
  const code = new Uint8Array(CODE_BYTES + 16);
  for (let at = 0; at < CODE_BYTES; ) {
    const bytes = next();
    code.set(bytes.subarray(0, code.length - at), at);
    at += bytes.length;
  }
  return worn(draw, code, 0);
}

const PREFIXES = [0x66, 0x67, 0xf2, 0xf3, 0xf0, 0x2e, 0x36, 0x3e, 0x26, 0x64, 0x65];

/** An encoding with another prefix, other operands, or as it is. */
function varied(draw: Random, sample: Uint8Array): Uint8Array {
  const how = draw.below(8);
  if (how === 0) return Uint8Array.of(pick(draw, PREFIXES), ...sample);
  if (how === 1) return Uint8Array.of(0x40 + draw.below(16), ...sample);
  if (how < 5) {
    const bytes = sample.slice();
    bytes[bytes.length - 1 - draw.below(Math.min(4, bytes.length))] = draw.below(256);
    return bytes;
  }
  return sample;
}

/** With some bytes changed. */
function worn(draw: Random, code: Uint8Array, changes: number): Uint8Array {
  for (let i = 0; i < changes; i++) code[draw.below(code.length)] = draw.below(256);
  return code;
}

const join = (parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

/** A few instructions and a jump back over them: what chaining, fusing and the budget are for. */
function loop(draw: Random, { samples }: Material): Uint8Array {
  const body = join(Array.from({ length: 1 + draw.below(8) }, () => varied(draw, pick(draw, samples))));
  const back = -(body.length + 2);
  // JMP, LOOP, JRCXZ and the short conditions.
  const jump = draw.below(2) ? 0xeb : pick(draw, [0xe0, 0xe1, 0xe2, 0xe3, 0x70 + draw.below(16)]);
  if (back < -128) return Uint8Array.of(...body, 0xe9, ...i32(-(body.length + 5)));
  return Uint8Array.of(...body, jump, back & 0xff, 0xeb, (back - 2) & 0xff);
}

const i32 = (value: number): number[] => [0, 8, 16, 24].map((shift) => (value >> shift) & 0xff);

/** A loop that stores into its own bytes, by RDI and by RIP. */
function rewriting(draw: Random, { samples }: Material): Uint8Array {
  const target = draw.below(96) - 48;
  const stores = [
    () => Uint8Array.of(0xc6, 0x05, ...i32(target), draw.below(256)),
    () => Uint8Array.of(0x80, 0x05 + 8 * draw.below(8), ...i32(target), draw.below(256)),
    () => Uint8Array.of(0x48, 0x8d, 0x3d, ...i32(target), 0xaa),
    () => Uint8Array.of(0x48, 0x8d, 0x3d, ...i32(target), 0xb9, 1 + draw.below(20), 0, 0, 0, 0xf3, 0xaa),
    () => Uint8Array.of(0x48, 0x89, 0x05, ...i32(target)),
  ];
  const body = join(
    Array.from({ length: 2 + draw.below(6) }, () =>
      draw.below(3) === 0 ? pick(draw, stores)() : varied(draw, pick(draw, samples)),
    ),
  );
  return Uint8Array.of(...body, 0xe9, ...i32(-(body.length + 5)));
}

const BOUNDARIES = [
  0n,
  1n,
  0x7fffffffffffn,
  0x800000000000n,
  0xffff800000000000n,
  0xffff7fffffffffffn,
  (1n << 64n) - 1n,
];

/** Often an address that is mapped, or next to one; else anything, or a small number. */
function registerValue(draw: Random, addresses: readonly bigint[], canonical = false): bigint {
  const address = (): bigint => pick(draw, addresses) + BigInt(draw.below(0x1010)) - 8n;
  switch (draw.below(canonical ? 4 : 8)) {
    case 0:
    case 1:
    case 2:
      return BigInt.asUintN(64, address());
    case 3:
      return BigInt(draw.below(256));
    case 4:
      return BigInt.asUintN(64, pick(draw, BOUNDARIES) + BigInt(draw.below(16)) - 8n);
    case 5:
      return BigInt(draw.below(0x10000)) << BigInt(draw.below(49));
    default:
      return draw.u64();
  }
}

/** Any flags but VM; TF seldom, since it ends most runs at the first instruction. */
function flagsValue(draw: Random): bigint {
  const { CF, PF, AF, ZF, SF, OF, DF, IF, NT, AC, ID, IOPL, TF, RF } = RFLAGS;
  let flags = 0;
  for (const flag of [CF, PF, AF, ZF, SF, OF, IF, ID]) if (draw.below(2)) flags |= flag;
  for (const flag of [DF, NT, AC, IOPL]) if (draw.below(4) === 0) flags |= flag;
  for (const flag of [TF, RF]) if (draw.below(16) === 0) flags |= flag;
  return BigInt(flags);
}

export const SEGMENTS_WITH_BASE = { fs: SEGMENT.FS, gs: SEGMENT.GS } as const;
