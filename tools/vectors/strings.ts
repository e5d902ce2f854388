/**
 * String instructions. With REP the pointers often begin a few elements before (or, backwards, behind) a page where the access
 * faults, so that the registers show how far it came.
 */
import { DF, type Draft, put, putWord, set, use, value } from './draft.ts';
import { DATA, DATA_NEXT, PAGE, READ_ONLY, STACK } from './layout.ts';
import { BYTES, RAX, RCX, RDI, RSI, type Size } from './operands.ts';
import { type Template, template } from './template.ts';

/** Elements at most before the repetition ends by itself or by a fault. */
const REACH = 12;

/** Where a pointer begins when it moves by `stride`, and after how many elements it has to fault at the latest, if ever. */
interface Start {
  readonly address: bigint;
  readonly faultsWithin: boolean;
}

function start({ random }: Draft, stride: number, writes: boolean): Start {
  const steps = random.below(REACH);
  const skew = random.chance(0.5) ? 0 : random.below(8);
  const before = (boundary: number, faultsWithin: boolean): Start => ({
    address: BigInt(stride > 0 ? boundary - steps * stride - skew : boundary - (steps + 1) * stride + skew),
    faultsWithin,
  });
  const kind = random.below(10);
  if (kind < 3) return { address: BigInt(DATA + 0x800 + random.below(64)), faultsWithin: false };
  if (kind < 5) return before(DATA_NEXT, false);
  if (kind < 6) return before(stride > 0 ? STACK + PAGE : STACK, true);
  if (kind < 8) return stride > 0 ? before(READ_ONLY, writes) : before(DATA, true);
  if (kind < 9) return stride > 0 ? before(READ_ONLY + PAGE, true) : before(STACK, true);
  return {
    address: random.pick([0x7fff_ffff_fff8n, 0x8000_0000_0000n, 0xffff_7fff_ffff_fff9n, 0x2002_0000n]),
    faultsWithin: true,
  };
}

/** Contents all along the way: noise, one element over and over, or that with a flaw. */
function fillPath(draft: Draft, { address }: Start, stride: number, element: bigint): void {
  const { random } = draft;
  const width = Math.abs(stride);
  const kind = random.below(4);
  for (let i = -1; i <= REACH; i++) {
    const at = address + BigInt(i * stride);
    if (kind < 2) put(draft, at, random.bytes(width));
    else putWord(draft, at, width, element);
  }
  if (kind === 3) put(draft, address + BigInt(random.below(REACH) * stride), random.bytes(1));
}

const PREFIXES: Readonly<Record<string, readonly string[]>> = {
  movs: ['', 'rep ', 'rep ', 'rep ', '.byte 0xf2; ', '.byte 0x67; rep ', '.byte 0x65; rep ', '.byte 0x64; '],
  stos: ['', 'rep ', 'rep ', 'rep ', '.byte 0xf2; ', '.byte 0x67; rep ', '.byte 0x64; '],
  lods: ['', 'rep ', 'rep ', '.byte 0xf2; ', '.byte 0x67; ', '.byte 0x65; rep '],
  cmps: ['', 'repe ', 'repe ', 'repne ', 'repne ', '.byte 0x67; repe ', '.byte 0x65; repe '],
  scas: ['', 'repe ', 'repe ', 'repne ', 'repne ', '.byte 0x67; repne ', '.byte 0x64; repe '],
};

const USES_RSI = ['movs', 'lods', 'cmps'];
const USES_RDI = ['movs', 'stos', 'cmps', 'scas'];

const string = (mnemonic: string, prefix: string, size: Size): Template =>
  template(`${prefix}${mnemonic}${size}`, (draft) => {
    const { random } = draft;
    draft.flags = random.chance(0.4) ? draft.flags | DF : draft.flags & ~DF;
    const stride = (draft.flags & DF) === 0n ? BYTES[size] : -BYTES[size];
    use(draft, RAX);
    const element = draft.regs[RAX]!;
    const narrow = prefix.includes('67');
    const segment = prefix.includes('64') ? 'fs' : prefix.includes('65') ? 'gs' : undefined;
    if (segment) draft[segment] = BigInt(random.below(0x1000_0000));
    let ends = false;
    const point = (register: number, writes: boolean, base: bigint): void => {
      const from = start(draft, stride, writes);
      fillPath(draft, from, stride, element);
      ends ||= from.faultsWithin && !narrow;
      set(draft, register, BigInt.asUintN(64, from.address - base) | (narrow ? value(random) << 32n : 0n));
    };
    if (USES_RSI.includes(mnemonic)) point(RSI, false, segment ? draft[segment] : 0n);
    if (USES_RDI.includes(mnemonic)) point(RDI, mnemonic === 'movs' || mnemonic === 'stos', 0n);
    overlap(draft, mnemonic, stride);
    const count = random.pick([0n, 1n, BigInt(random.below(REACH)), BigInt(random.below(REACH))]);
    set(draft, RCX, ends && random.chance(0.5) ? value(random) | 0x100n : count | (narrow ? value(random) << 32n : 0n));
    return `${prefix}${mnemonic}${size}`;
  });

/** MOVS onto itself, a few bytes on: each element is read after the one before is written. */
function overlap(draft: Draft, mnemonic: string, stride: number): void {
  const { random } = draft;
  if (mnemonic !== 'movs' || draft.fs !== 0n || draft.gs !== 0n || random.chance(0.8)) return;
  set(draft, RDI, draft.regs[RSI]! + BigInt(random.between(1, 2 * Math.abs(stride)) * Math.sign(stride)));
}

export const STRINGS: readonly Template[] = Object.entries(PREFIXES).flatMap(([mnemonic, prefixes]) =>
  prefixes.flatMap((prefix) => (['b', 'w', 'l', 'q'] as const).map((size) => string(mnemonic, prefix, size))),
);
