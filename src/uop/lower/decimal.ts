/** Decimal adjustments and SALC, which 64-bit mode doesn't have (SDM vol. 1, 7.3.3; APM vol. 3, SALC). */
import { GPR, type Insn } from '../../isa/insn.ts';
import { FLAGS, type Tmp } from '../uop.ts';
import { compute, type Draft, emit, highReg, imm, type Lowering, operandOf, reg, temporary } from './draft.ts';

const AL = reg(GPR.RAX);
const AH = highReg(GPR.RAX);
const BELOW = 2;

export const adjust =
  (kind: 'aaa' | 'aas' | 'daa' | 'das'): Lowering =>
  (_insn, draft) =>
    emit(draft, { op: 'bcd', kind });

/** The base of AAM and AAD, 10 or an immediate. */
function baseOf(insn: Insn, draft: Draft): Tmp {
  const operand = operandOf(insn, 0);
  const dst = temporary(draft);
  emit(draft, { op: 'mov', width: 1, dst, src: imm(operand.kind === 'imm' ? operand.value : 10n) });
  return dst;
}

/** AAM: AH and AL are quotient and remainder of AL; #DE for a base of 0. */
export const aam: Lowering = (insn, draft) => {
  const divisor = baseOf(insn, draft);
  const [quotient, remainder] = [temporary(draft), temporary(draft)];
  emit(draft, { op: 'divu', width: 1, hi: imm(0), lo: AL, divisor, quotient, remainder });
  emit(draft, { op: 'mov', width: 1, dst: AH, src: quotient });
  emit(draft, { op: 'or', width: 1, dst: AL, a: remainder, b: remainder, flags: FLAGS.all });
};

/** AAD: AL = AL + AH · base, AH = 0. */
export const aad: Lowering = (insn, draft) => {
  const base = baseOf(insn, draft);
  const high = temporary(draft);
  emit(draft, { op: 'mov', width: 1, dst: high, src: AH });
  const product = compute(draft, 'imul', 8, high, base);
  emit(draft, { op: 'add', width: 1, dst: AL, a: AL, b: product, flags: FLAGS.all });
  emit(draft, { op: 'mov', width: 1, dst: AH, src: imm(0) });
};

/** SALC: AL = CF ? 0xff : 0. */
export const salc: Lowering = (_insn, draft) =>
  emit(draft, { op: 'select', width: 1, condition: BELOW, dst: AL, a: imm(0xff), b: imm(0) });
