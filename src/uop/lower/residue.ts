/**
 * From what a model of CPU leaves where the manual leaves a flag undefined (isa/undefined.ts) to what a micro-op says: the
 * flags it commits, and those of them that are 1 or 0 whatever it computes.
 */
import { RFLAGS } from '../../isa/insn.ts';
import type { ArithmeticFlag, FlagsLeft, Left, Residue } from '../../isa/undefined.ts';
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

/** AND, OR, XOR in the place of an instruction of BMI or TBM. */
export const logicFlags = (defined: number, left: FlagsLeft<'AF' | 'PF'>): FlagsCommitted =>
  committed(defined, left, AF);

/** Of one model, made once: cold code is lowered all the time. */
interface Rules {
  readonly shift: ShiftRules;
  readonly rotate: ShiftRules;
  readonly multiply: FlagsCommitted;
  readonly scan: FlagsCommitted;
  readonly count: FlagsCommitted;
  readonly extract: FlagsCommitted;
}

function rulesFrom(residue: Residue): Rules {
  const overflow = residue.shiftOverflow === 'first' ? ({ overflow: 'first' } as const) : {};
  return {
    shift: { ...committed(FLAGS.shift, residue.shift, AF), ...overflow },
    rotate: { flags: FLAGS.rotate, ...overflow },
    multiply: committed(FLAGS.multiply, residue.multiply, AF),
    scan: committed(FLAGS.scan, residue.bitScan, CF | AF | SF | OF),
    count: committed(FLAGS.count, residue.bitCount, AF | SF | OF),
    extract: committed(FLAGS.extract, residue.bextr, SF | AF),
  };
}

const KNOWN = new WeakMap<Residue, Rules>();

function rules({ model: { residue } }: Draft): Rules {
  const known = KNOWN.get(residue);
  if (known !== undefined) return known;
  const made = rulesFrom(residue);
  KNOWN.set(residue, made);
  return made;
}

/** SHL, SHR, SAR, SHLD, SHRD. */
export const shiftFlags = (draft: Draft): ShiftRules => rules(draft).shift;
/** ROL, ROR, RCL, RCR. */
export const rotateFlags = (draft: Draft): ShiftRules => rules(draft).rotate;
/** MUL, IMUL. */
export const multiplyFlags = (draft: Draft): FlagsCommitted => rules(draft).multiply;
/** BSF, BSR. */
export const scanFlags = (draft: Draft): FlagsCommitted => rules(draft).scan;
/** TZCNT, LZCNT. */
export const countFlags = (draft: Draft): FlagsCommitted => rules(draft).count;
/** BEXTR. */
export const extractFlags = (draft: Draft): FlagsCommitted => rules(draft).extract;

/** What DIV and IDIV leave, to be written by itself: they compute no flags. */
export function divisionFlags({ model }: Draft): { readonly mask: number; readonly value: number } {
  const value = flagsLeft(model.residue.divide, 'set');
  return { mask: value | flagsLeft(model.residue.divide, 'clear'), value };
}
