/**
 * ModRM, SIB and displacement of a memory operand (SDM vol. 2, 2.1.5, tables 2-1 to 2-3).
 *
 * In: the operand and the code's size. Out: bits of ModRM and REX and the bytes behind ModRM, in `Fields`. The subtle rule is
 * GNU as's: a displacement that is no number yet takes the full size, one that is 0 is left out unless BP is the base.
 */
import { fitsSigned, s64 } from '../base/u64.ts';
import type { Bits } from '../isa/forms.ts';
import type { Register } from '../isa/registers.ts';
import { type Fields, pushNumber, ZERO } from './encode.ts';
import { UPPER } from './encode-evex.ts';
import { TLSCALL } from './modifiers.ts';
import { type ActualMemory, isBare, type Value } from './operands.ts';
import { REX, type Wishes } from './prefixes.ts';
import type { Fixup } from './section.ts';
import { modifierOf } from './symbols.ts';

export interface MemoryContext {
  readonly wishes: Wishes;
  readonly bits: Bits;
  /** Nothing depends on how the displacement is extended. */
  readonly isNarrow: boolean;
  readonly needsSib: boolean;
  /** An 8-bit displacement counts units of two to that power (SDM vol. 2, 2.7.5). */
  readonly shift: number;
}

export function placeMemory(fields: Fields, memory: ActualMemory, context: MemoryContext): string | undefined {
  fields.modrm &= 0x3f;
  const { addressSize } = memory;
  const { wishes, bits, isNarrow } = context;
  if (wishes.disp !== undefined && wishes.disp !== 8 && (wishes.disp === 16) !== (addressSize === 16)) {
    return `invalid \`{disp${wishes.disp}}' prefix`;
  }
  if (addressSize === 16) return placeAddress16(fields, memory, context);
  const disp = memory.disp ?? ZERO;
  if (memory.base?.class === 'ip') {
    fields.modrm |= 5;
    return placeDisplacement(fields, disp, 4, 'relative');
  }
  const kind = isNarrow || addressSize !== 64 ? 'absolute' : 'signed';
  if (!isBare(memory)) return placeBaseIndex(fields, memory, context, kind);
  if (bits === 64) {
    // SIB with neither base nor index, since the short encoding means RIP-relative.
    fields.modrm |= NUMBER_SP;
    fields.address.push(0x25);
  } else fields.modrm |= NUMBER_BP;
  return placeDisplacement(fields, disp, 4, kind);
}

const NUMBER_SP = 4;
const NUMBER_BP = 5;

const SCALE_BITS = { 1: 0, 2: 1, 4: 2, 8: 3 } as const;

function placeBaseIndex(
  fields: Fields,
  memory: ActualMemory,
  { wishes, needsSib, shift }: MemoryContext,
  kind: Fixup['kind'],
): string | undefined {
  const { base, index, scale } = memory;
  const bound = memory.disp?.bound;
  if (bound !== undefined && modifierOf(bound) === TLSCALL) fields.mark = bound;
  const size = fields.mark === undefined ? displacementSize(memory, wishes, shift) : 0;
  if (base !== undefined) fields.modrm |= size === 0 ? 0 : size === 1 ? 0x40 : 0x80;
  if (base !== undefined && base.number >= 8) fields.rex |= REX.PRESENT | REX.B;
  if (index !== undefined && (index.number & 8) !== 0) fields.rex |= REX.PRESENT | REX.X;
  if (index !== undefined && index.number >= 16) fields.upper |= UPPER.VVVV;
  if (index === undefined && base !== undefined && (base.number & 7) !== NUMBER_SP && !needsSib) {
    fields.modrm |= base.number & 7;
  } else {
    fields.modrm |= NUMBER_SP;
    const indexBits = index === undefined ? NUMBER_SP : index.number & 7;
    const baseBits = base === undefined ? NUMBER_BP : base.number & 7;
    fields.address.push((SCALE_BITS[scale] << 6) | (indexBits << 3) | baseBits);
  }
  return placeDisplacement(fields, memory.disp ?? ZERO, size, kind, shift);
}

/** Whether a displacement of 8 bits says it. */
const isShort = (value: bigint, shift: number): boolean =>
  fitsSigned(value >> BigInt(shift), 8) && (shift === 0 || BigInt.asUintN(shift, value) === 0n);

function displacementSize(memory: ActualMemory, wishes: Wishes, shift: number): 0 | 1 | 4 {
  const { base, disp } = memory;
  if (base === undefined || wishes.disp === 32) return 4;
  if (disp !== undefined && disp.known === undefined) return 4;
  const value = disp?.known ?? 0n;
  if (value === 0n && (base.number & 7) !== NUMBER_BP && wishes.disp !== 8) return 0;
  const wrapped = memory.addressSize === 32 ? BigInt.asIntN(32, value) : s64(value);
  return isShort(wrapped, shift) ? 1 : 4;
}

/** ModRM.rm of the 16-bit addresses, by their registers. */
const RM16: Readonly<Record<string, number>> = {
  'bx,si': 0,
  'bx,di': 1,
  'bp,si': 2,
  'bp,di': 3,
  si: 4,
  di: 5,
  bp: 6,
  bx: 7,
};
const RM16_BP = 6;

function placeAddress16(fields: Fields, memory: ActualMemory, { wishes, shift }: MemoryContext): string | undefined {
  const disp = memory.disp ?? ZERO;
  if (isBare(memory)) {
    fields.modrm |= RM16_BP;
    return placeDisplacement(fields, disp, 2, 'absolute');
  }
  const name = (register: Register | undefined): string => register?.name ?? '';
  const key = memory.index === undefined ? name(memory.base) : `${name(memory.base)},${name(memory.index)}`;
  const rm = RM16[key] ?? 0;
  const size = displacementSize16(disp, rm, wishes, shift);
  fields.modrm |= rm | (size === 0 ? 0 : size === 1 ? 0x40 : 0x80);
  return placeDisplacement(fields, disp, size, 'absolute', shift);
}

function displacementSize16({ known }: Value, rm: number, wishes: Wishes, shift: number): 0 | 1 | 2 {
  if (wishes.disp === 16 || known === undefined) return 2;
  if (known === 0n && rm !== RM16_BP && wishes.disp !== 8) return 0;
  return isShort(BigInt.asIntN(16, known), shift) ? 1 : 2;
}

function placeDisplacement(
  fields: Fields,
  disp: Value,
  size: 0 | 1 | 2 | 4,
  kind: Fixup['kind'],
  shift = 0,
): string | undefined {
  if (size === 0) return undefined;
  const { known } = disp;
  if (known === undefined) fields.disp = { at: fields.address.length, value: disp, kind };
  else if (size === 4 && kind !== 'absolute' && !fitsSigned(s64(known), 32)) {
    return `0x${BigInt.asUintN(64, known).toString(16)} out of range of signed 32bit displacement`;
  }
  pushNumber(fields.address, size === 1 ? (known ?? 0n) >> BigInt(shift) : (known ?? 0n), size);
  return undefined;
}
