/**
 * What code is assembled for: `.code16`, `.code32`, `.code64`, and `.code16gcc`, which is 16-bit code whose stack
 * instructions work on 32 bits unless told otherwise (gas manual, 9.16.12).
 */
import type { Bits } from '../isa/forms.ts';

export interface CodeMode {
  readonly bits: Bits;
  readonly gcc: boolean;
}

export const CODE_MODES: Readonly<Record<string, CodeMode>> = {
  '.code16': { bits: 16, gcc: false },
  '.code16gcc': { bits: 16, gcc: true },
  '.code32': { bits: 32, gcc: false },
  '.code64': { bits: 64, gcc: false },
};

/** Addresses that 67 stands for: the other size of 16 and 32, and 32 bits in 64-bit code. */
export const otherAddressSize = (bits: Bits): 16 | 32 => (bits === 32 ? 16 : 32);
