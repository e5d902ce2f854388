/**
 * What a CPU leaves where the manual leaves a result undefined, as data: one row a result, one constant a family of CPUs. The lowering
 * reads it and writes the rule into the micro-ops.
 *
 * Here stands only what CPUs do differently. Where all that were looked at agree, the rule is the micro-op's own (uop/uop.ts):
 * AF = 0 after AND, OR, XOR, TEST; CF of SHL and SHR of 8 and 16 bits once the count exceeds the width; all flags but CF after
 * BT and its kin; BSWAP of 16 bits; the destination of BSF and BSR when the source is zero; both registers' upper halves after
 * a 32-bit CMPXCHG.
 */

/** The flag keeps its value, is 0, is 1, or follows the result: PF, ZF and SF as after any operation with that result. */
export type Left = 'kept' | 'clear' | 'set' | 'result';

export type ArithmeticFlag = 'OF' | 'SF' | 'ZF' | 'AF' | 'PF' | 'CF';

/** What is left in each undefined flag of a group of instructions. */
export type FlagsLeft<Flag extends ArithmeticFlag = ArithmeticFlag> = Readonly<Record<Flag, Left>>;

export interface Residue {
  /** SHL, SHR, SAR, SHLD, SHRD by a masked count other than 0. */
  readonly shift: FlagsLeft<'AF'>;
  /** OF of all shifts and rotates by more than one bit: as after the first step of one bit, or as after the last. */
  readonly shiftOverflow: 'first' | 'last';
  /**
   * What SHLD and SHRD of 16 bits shift in when the count exceeds 16: the source again (CF is 0 then), or the destination (CF is
   * the last bit out of it all).
   */
  readonly doubleShiftFill: 'source' | 'destination';
  /** MUL, and IMUL of every form; `result` is the low half. */
  readonly multiply: FlagsLeft<'SF' | 'ZF' | 'AF' | 'PF'>;
  /** DIV and IDIV; they have no result to follow. */
  readonly divide: Readonly<Record<ArithmeticFlag, Exclude<Left, 'result'>>>;
  /** BSF, BSR; PF follows the position, or 0 for a source of zero. */
  readonly bitScan: FlagsLeft<'OF' | 'SF' | 'AF' | 'PF' | 'CF'>;
  /** TZCNT, LZCNT. */
  readonly bitCount: FlagsLeft<'OF' | 'SF' | 'AF' | 'PF'>;
  readonly andn: FlagsLeft<'AF' | 'PF'>;
  /** BLSI, BLSMSK, BLSR, and their kin in TBM. */
  readonly lowestBit: FlagsLeft<'AF' | 'PF'>;
  readonly bzhi: FlagsLeft<'AF' | 'PF'>;
  readonly bextr: FlagsLeft<'SF' | 'AF' | 'PF'>;
}

/** Measured on an EPYC of the 9004 series, in user mode, over thousands of random operands for each form and width. */
export const ZEN4_RESIDUE: Residue = {
  shift: { AF: 'set' },
  shiftOverflow: 'last',
  doubleShiftFill: 'source',
  multiply: { SF: 'kept', ZF: 'kept', AF: 'kept', PF: 'kept' },
  divide: { OF: 'kept', SF: 'clear', ZF: 'clear', AF: 'set', PF: 'clear', CF: 'kept' },
  bitScan: { OF: 'clear', SF: 'clear', AF: 'clear', PF: 'result', CF: 'clear' },
  bitCount: { OF: 'kept', SF: 'clear', AF: 'clear', PF: 'clear' },
  andn: { AF: 'clear', PF: 'result' },
  lowestBit: { AF: 'clear', PF: 'result' },
  bzhi: { AF: 'clear', PF: 'result' },
  bextr: { SF: 'clear', AF: 'set', PF: 'result' },
};

/**
 * Intel's Skylake and Cascade Lake, which stand for Intel here. Not measured by us: the facts are those that VirtualBox's
 * interpreter notes as seen on a 6700K and a 10980XE (VMM/VMMAll/IEMAllAImplC.cpp), except where a line says otherwise.
 */
export const INTEL_RESIDUE: Residue = {
  shift: { AF: 'clear' },
  shiftOverflow: 'first',
  // QEMU's gen_shiftd_rm_T1 and Valgrind's bug 492961 say the same of Intel.
  doubleShiftFill: 'destination',
  multiply: { SF: 'result', ZF: 'clear', AF: 'clear', PF: 'result' },
  divide: { OF: 'kept', SF: 'kept', ZF: 'kept', AF: 'kept', PF: 'kept', CF: 'kept' },
  bitScan: { OF: 'clear', SF: 'clear', AF: 'clear', PF: 'result', CF: 'clear' },
  bitCount: { OF: 'clear', SF: 'clear', AF: 'clear', PF: 'result' },
  // Presumed, as after AND; VirtualBox computes so, without saying that it was seen.
  andn: { AF: 'clear', PF: 'result' },
  // PF is marked there as a guess from what was seen.
  lowestBit: { AF: 'clear', PF: 'clear' },
  // Presumed, from the same file's code.
  bzhi: { AF: 'clear', PF: 'clear' },
  // SF: seen on two Intel machines (Bochs issue 796). AF and PF presumed.
  bextr: { SF: 'clear', AF: 'clear', PF: 'clear' },
};
