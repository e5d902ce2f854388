/**
 * The three-operand integer instructions of BMI1 and BMI2, AMD's TBM (APM vol. 3), and ADX's two carry chains (SDM vol. 1,
 * 5.1.16 and 5.1.17). AF and PF, undefined after most of them, are the model's.
 */

import type { Width } from '../../base/u64.ts';
import { GPR, type Insn, RFLAGS } from '../../isa/insn.ts';
import type { BinaryKind, FlagsCommitted, Reg, Src, Tmp } from '../uop.ts';
import {
  compute,
  type Draft,
  emit,
  imm,
  type Lowering,
  operandOf,
  read,
  refuse,
  reg,
  register,
  temporary,
  widthOf,
} from './draft.ts';
import { extractFlags, logicFlags } from './residue.ts';

const { CF, ZF, SF, OF } = RFLAGS;

/** A destination that can only be a general register. */
function destination(insn: Insn, draft: Draft): Reg | undefined {
  const to = operandOf(insn, 0);
  if (to.kind === 'gpr') return register(to);
  refuse(draft);
  return undefined;
}

/** ANDN: ~first & second. */
export const andn: Lowering = (insn, draft) => {
  const dst = destination(insn, draft);
  if (dst === undefined) return;
  const width = widthOf(operandOf(insn, 0));
  const b = read(insn, draft, operandOf(insn, 2));
  const a = temporary(draft);
  emit(draft, { op: 'not', width, dst: a, a: read(insn, draft, operandOf(insn, 1)), flags: 0 });
  emit(draft, { op: 'and', width, dst, a, b, ...logicFlags(CF | ZF | SF | OF, draft.model.residue.andn) });
};

/** BLSR, BLSMSK: the source with its predecessor; CF says that the source was zero, as the subtraction's borrow does. */
export const withPredecessor =
  (op: 'and' | 'xor'): Lowering =>
  (insn, draft) => {
    const dst = destination(insn, draft);
    if (dst === undefined) return;
    const width = widthOf(operandOf(insn, 0));
    const a = read(insn, draft, operandOf(insn, 1));
    const predecessor = temporary(draft);
    emit(draft, { op: 'sub', width, dst: predecessor, a, b: imm(1), flags: CF });
    emit(draft, { op, width, dst, a, b: predecessor, ...lowestBitFlags(draft) });
  };

/** BLSI: the lowest set bit; CF says that there is one, as that of NEG does. */
export const blsi: Lowering = (insn, draft) => {
  const dst = destination(insn, draft);
  if (dst === undefined) return;
  const width = widthOf(operandOf(insn, 0));
  const a = read(insn, draft, operandOf(insn, 1));
  const negated = temporary(draft);
  emit(draft, { op: 'neg', width, dst: negated, a, flags: CF });
  emit(draft, { op: 'and', width, dst, a, b: negated, ...lowestBitFlags(draft) });
};

const RESULT = ZF | SF | OF;
const lowestBitFlags = ({ model }: Draft): FlagsCommitted => logicFlags(RESULT, model.residue.lowestBit);

/** BZHI: the bits from the index up cleared; CF says that the index was too large to clear any. */
export const bzhi: Lowering = (insn, draft) => {
  const dst = destination(insn, draft);
  if (dst === undefined) return;
  const width = widthOf(operandOf(insn, 0));
  const a = read(insn, draft, operandOf(insn, 1));
  const index = temporary(draft);
  emit(draft, { op: 'zext', width: 8, from: 1, dst: index, src: read(insn, draft, operandOf(insn, 2)) });
  const mask = compute(draft, 'sub', width, compute(draft, 'shl', width, imm(1), index), imm(1));
  const low = compute(draft, 'and', width, a, mask);
  emit(draft, { op: 'sub', width: 8, a: index, b: imm(8 * width), flags: CF });
  const result = temporary(draft);
  emit(draft, { op: 'select', width, condition: BELOW, dst: result, a: low, b: a });
  const large = temporary(draft);
  emit(draft, { op: 'setcc', condition: NOT_BELOW, dst: large });
  emit(draft, { op: 'and', width, dst, a: result, b: result, ...logicFlags(RESULT, draft.model.residue.bzhi) });
  emit(draft, { op: 'setflags', src: large, mask: CF });
};

const BELOW = 2;
const NOT_BELOW = 3;

/**
 * TBM's nine: the source, or its complement, with its successor or predecessor. CF is the carry or borrow of the step, which
 * says that the source was all ones, or zero.
 */
export const trailing =
  (op: 'and' | 'or' | 'xor', step: 'add' | 'sub', complement: 'source' | 'stepped' | 'none'): Lowering =>
  (insn, draft) => {
    const dst = destination(insn, draft);
    if (dst === undefined) return;
    const width = widthOf(operandOf(insn, 0));
    const a = read(insn, draft, operandOf(insn, 1));
    const stepped = temporary(draft);
    emit(draft, { op: step, width, dst: stepped, a, b: imm(1), flags: CF });
    const first = complement === 'source' ? inverted(draft, width, a) : a;
    const second = complement === 'stepped' ? inverted(draft, width, stepped) : stepped;
    emit(draft, { op, width, dst, a: first, b: second, ...lowestBitFlags(draft) });
  };

function inverted(draft: Draft, width: Width, a: Src): Tmp {
  const dst = temporary(draft);
  emit(draft, { op: 'not', width, dst, a, flags: 0 });
  return dst;
}

/** BEXTR, by a register or TBM's immediate; PDEP and PEXT, which have no flags. */
export const extract =
  (op: 'bextr' | 'pdep' | 'pext'): Lowering =>
  (insn, draft) => {
    const dst = destination(insn, draft);
    if (dst === undefined) return;
    const a = read(insn, draft, operandOf(insn, 1));
    const b = read(insn, draft, operandOf(insn, 2));
    const flags = op === 'bextr' ? extractFlags(draft) : { flags: 0 };
    emit(draft, { op, width: widthOf(operandOf(insn, 0)), dst, a, b, ...flags });
  };

/** RORX, SARX, SHLX, SHRX: no flags. */
export const shiftWithoutFlags =
  (op: Extract<BinaryKind, 'ror' | 'sar' | 'shl' | 'shr'>): Lowering =>
  (insn, draft) => {
    const dst = destination(insn, draft);
    if (dst === undefined) return;
    const a = read(insn, draft, operandOf(insn, 1));
    const b = read(insn, draft, operandOf(insn, 2));
    emit(draft, { op, width: widthOf(operandOf(insn, 0)), dst, a, b, flags: 0 });
  };

/** MULX: RDX times the source; with one register for both halves the high one stays. */
export const mulx: Lowering = (insn, draft) => {
  const hi = destination(insn, draft);
  const low = operandOf(insn, 1);
  if (hi === undefined || low.kind !== 'gpr') return refuse(draft);
  const b = read(insn, draft, operandOf(insn, 2));
  emit(draft, { op: 'mulu', width: low.width, lo: register(low), hi, a: reg(GPR.RDX), b, flags: 0 });
};

/** ADCX: an addition that carries through CF and touches no other flag. */
export const adcx: Lowering = (insn, draft) => {
  const dst = destination(insn, draft);
  if (dst === undefined) return;
  const b = read(insn, draft, operandOf(insn, 1));
  emit(draft, { op: 'adc', width: widthOf(operandOf(insn, 0)), dst, a: dst, b, flags: CF });
};

/** The distance from CF to OF. */
const OF_BIT = imm(11);

/** ADOX: the same through OF, which takes CF's place for the addition. */
export const adox: Lowering = (insn, draft) => {
  const dst = destination(insn, draft);
  if (dst === undefined) return;
  const b = read(insn, draft, operandOf(insn, 1));
  const [before, after] = [temporary(draft), temporary(draft)];
  emit(draft, { op: 'getflags', dst: before });
  emit(draft, { op: 'setflags', src: compute(draft, 'shr', 8, before, OF_BIT), mask: CF });
  emit(draft, { op: 'adc', width: widthOf(operandOf(insn, 0)), dst, a: dst, b, flags: CF });
  emit(draft, { op: 'getflags', dst: after });
  emit(draft, { op: 'setflags', src: compute(draft, 'shl', 8, after, OF_BIT), mask: OF });
  emit(draft, { op: 'setflags', src: before, mask: CF });
};
