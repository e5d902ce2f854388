/**
 * From what a model of CPU leaves where the manual leaves a flag undefined (isa/undefined.ts) to what a micro-op says: the
 * flags it commits, and those of them that are 1 or 0 whatever it computes.
 */
import { RFLAGS } from '../../isa/insn.ts';
import type { ArithmeticFlag, FlagsLeft, Left } from '../../isa/undefined.ts';
import { FLAGS, type FlagsCommitted, type ShiftRules } from '../uop.ts';
import type { Draft } from './draft.ts';

const { CF, AF, SF, OF } = RFLAGS;

/** The flags that are left so. */
function flagsLeft(left: Partial<FlagsLeft>, how: Left): number {
  let mask = 0;
  for (const flag in left) if (left[flag as ArithmeticFlag] === how) mask |= RFLAGS[flag as ArithmeticFlag];
  return mask;
}

/** `defined` and what is left in the others; those in `zero` are 0 by the operation itself, and need not be cleared. */
export function committed(defined: number, left: Partial<FlagsLeft>, zero = 0): FlagsCommitted {
  const [set, cleared] = [flagsLeft(left, 'set'), flagsLeft(left, 'clear')];
  const clear = cleared & ~zero;
  return {
    flags: defined | set | cleared | flagsLeft(left, 'result'),
    ...(set !== 0 && { set }),
    ...(clear !== 0 && { clear }),
  };
}

const overflow = ({ model }: Draft): { readonly overflow?: 'first' } =>
  model.residue.shiftOverflow === 'first' ? { overflow: 'first' } : {};

/** SHL, SHR, SAR, SHLD, SHRD. */
export const shiftFlags = (draft: Draft): ShiftRules => ({
  ...committed(FLAGS.shift, draft.model.residue.shift, AF),
  ...overflow(draft),
});

/** ROL, ROR, RCL, RCR. */
export const rotateFlags = (draft: Draft): ShiftRules => ({ flags: FLAGS.rotate, ...overflow(draft) });

/** MUL, IMUL. */
export const multiplyFlags = ({ model }: Draft): FlagsCommitted =>
  committed(FLAGS.multiply, model.residue.multiply, AF);

/** BSF, BSR. */
export const scanFlags = ({ model }: Draft): FlagsCommitted =>
  committed(FLAGS.scan, model.residue.bitScan, CF | AF | SF | OF);

/** TZCNT, LZCNT. */
export const countFlags = ({ model }: Draft): FlagsCommitted =>
  committed(FLAGS.count, model.residue.bitCount, AF | SF | OF);

/** AND, OR, XOR in the place of an instruction of BMI or TBM. */
export const logicFlags = (defined: number, left: FlagsLeft<'AF' | 'PF'>): FlagsCommitted =>
  committed(defined, left, AF);

/** BEXTR. */
export const extractFlags = ({ model }: Draft): FlagsCommitted =>
  committed(FLAGS.extract, model.residue.bextr, SF | AF);

/** What DIV and IDIV leave, to be written by itself: they compute no flags. */
export function divisionFlags({ model }: Draft): { readonly mask: number; readonly value: number } {
  const value = flagsLeft(model.residue.divide, 'set');
  return { mask: value | flagsLeft(model.residue.divide, 'clear'), value };
}
