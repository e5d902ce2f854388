/** Instructions on RFLAGS alone (SDM vol. 1, 7.3.13). PUSHF and POPF are with the stack. */
import { GPR, RFLAGS } from '../../isa/insn.ts';
import { compute, emit, highReg, imm, type Lowering, temporary } from './draft.ts';

const { CF, PF, AF, ZF, SF } = RFLAGS;

/** CLC, STC, CLD, STD. */
export const assign =
  (flag: number, value: 0 | 1): Lowering =>
  (_insn, draft) =>
    emit(draft, { op: 'setflags', src: imm(value === 1 ? flag : 0), mask: flag });

export const cmc: Lowering = (_insn, draft) => {
  const flags = temporary(draft);
  emit(draft, { op: 'getflags', dst: flags });
  emit(draft, { op: 'setflags', src: compute(draft, 'xor', 8, flags, imm(CF)), mask: CF });
};

export const lahf: Lowering = (_insn, draft) => {
  const flags = temporary(draft);
  emit(draft, { op: 'getflags', dst: flags }, { op: 'mov', width: 1, dst: highReg(GPR.RAX), src: flags });
};

export const sahf: Lowering = (_insn, draft) =>
  emit(draft, { op: 'setflags', src: highReg(GPR.RAX), mask: SF | ZF | AF | PF | CF });
