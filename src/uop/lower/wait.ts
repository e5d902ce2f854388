/**
 * Waiting for a write to memory: MONITOR and MWAIT, AMD's user versions with X, and Intel's with U. The manuals let every wait end
 * at once, for whatever reason; here they do, so that what is left of them is their checks (SDM vol. 2, MWAIT; APM vol. 3, MWAITX).
 */
import { GPR, type Insn } from '../../isa/insn.ts';
import { FLAGS, type Src } from '../uop.ts';
import {
  compute,
  type Draft,
  emit,
  imm,
  impliedSegment,
  type Lowering,
  load,
  operandOf,
  refuse,
  reg,
  register,
  registerAddress,
  temporary,
} from './draft.ts';

const RCX = reg(GPR.RCX);

/** The line is watched by its address, which is checked as that of a byte read. */
function watch(insn: Insn, draft: Draft, base: Src): void {
  load(draft, 1, registerAddress(insn, base, impliedSegment(insn)));
}

/** #GP(0) if one of the hints above the lowest `bits` is set. Intel looks at all of RCX in 64-bit mode, AMD at ECX. */
function checkHints(draft: Draft, width: 4 | 8, src: Src, bits: number): void {
  const reserved = bits === 0 ? src : compute(draft, 'shr', width, src, imm(bits));
  emit(draft, { op: 'zero', width, src: reserved });
}

const hintsWidth = (draft: Draft): 4 | 8 => (draft.model.vendor === 'intel' ? 8 : 4);

/** MONITOR: #UD outside CPL 0. */
export const monitor: Lowering = (insn, draft) => {
  emit(draft, { op: 'supervisor' });
  checkHints(draft, hintsWidth(draft), RCX, 0);
  watch(insn, draft, reg(GPR.RAX));
};

/** MWAIT: bit 0 of the hints lets a masked interrupt end the wait. */
export const mwait: Lowering = (_insn, draft) => {
  emit(draft, { op: 'supervisor' });
  checkHints(draft, hintsWidth(draft), RCX, 1);
};

/** MONITORX, at every CPL. */
export const monitorx: Lowering = (insn, draft) => {
  checkHints(draft, 4, RCX, 0);
  watch(insn, draft, reg(GPR.RAX));
};

/** MWAITX: bit 1 of the hints sets a timer, too. */
export const mwaitx: Lowering = (_insn, draft) => checkHints(draft, 4, RCX, 2);

export const umonitor: Lowering = (insn, draft) => {
  const at = operandOf(insn, 0);
  if (at.kind !== 'gpr') return refuse(draft);
  watch(insn, draft, register(at));
};

/** UMWAIT, TPAUSE: read the counter, so CR4.TSD forbids them at CPL 3; CF says that the system's own limit ended the wait. */
export const userWait: Lowering = (insn, draft) => {
  const hints = operandOf(insn, 0);
  if (hints.kind !== 'gpr') return refuse(draft);
  checkHints(draft, 4, register(hints), 1);
  emit(draft, { op: 'rdtsc', dst: temporary(draft) });
  emit(draft, { op: 'setflags', src: imm(0), mask: FLAGS.all });
};
