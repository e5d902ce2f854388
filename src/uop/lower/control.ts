/** Near branches, calls and returns, loops, traps (SDM vol. 1, 7.3.8). Far transfers live in the CPU model. */
import { GPR, type Insn } from '../../isa/insn.ts';
import type { Src } from '../uop.ts';
import {
  type Draft,
  emit,
  imm,
  type Lowering,
  load,
  nextIp,
  operandOf,
  probe,
  read,
  refuse,
  reg,
  stackAddress,
  temporary,
} from './draft.ts';

const RSP = reg(GPR.RSP);
const RCX = reg(GPR.RCX);
/** Conditions by their number. */
export const EQUAL = 4;
export const NOT_EQUAL = 5;

/** Operand size of a branch: 8, or 2 with a 66 prefix on AMD, whose branches truncate RIP then (APM vol. 3, JMP near). */
const branchSize = (insn: Insn): 2 | 8 => (insn.operandSize === 2 ? 2 : 8);

/** Where a near jump or call goes; an indirect target is read. Undefined for far pointers. */
function branchTarget(insn: Insn, draft: Draft): Src | undefined {
  const to = operandOf(insn, 0);
  const size = branchSize(insn);
  if (to.kind === 'target') return imm(to.address);
  if ((to.kind !== 'gpr' && to.kind !== 'mem') || to.width !== size) return undefined;
  const target = read(insn, draft, to);
  return size === 2 && to.kind === 'gpr' ? truncated(draft, target) : target;
}

/** A target of 64 bits that was not known beforehand has to be canonical. */
function checkTarget(insn: Insn, draft: Draft, target: Src): void {
  if (branchSize(insn) === 8 && target.space !== 'imm') emit(draft, { op: 'canonical', src: target });
}

function truncated(draft: Draft, src: Src): Src {
  const dst = temporary(draft);
  emit(draft, { op: 'zext', width: 8, from: 2, dst, src });
  return dst;
}

export const jmp: Lowering = (insn, draft) => {
  const target = branchTarget(insn, draft);
  if (target === undefined) return refuse(draft);
  checkTarget(insn, draft, target);
  emit(draft, { op: 'jump', target });
};

export const jcc: Lowering = (insn, draft) => {
  const to = operandOf(insn, 0);
  if (to.kind !== 'target' || insn.condition === undefined) return refuse(draft);
  emit(draft, { op: 'branch', condition: insn.condition, target: to.address });
};

/** CALL: the target is read, the stack probed, and only then the target checked; nothing has moved by then. */
export const call: Lowering = (insn, draft) => {
  let target = branchTarget(insn, draft);
  if (target === undefined) return refuse(draft);
  if (target === RSP) {
    const before = temporary(draft);
    emit(draft, { op: 'mov', width: 8, dst: before, src: RSP });
    target = before;
  }
  const width = branchSize(insn);
  const handle = probe(draft, width, stackAddress(RSP, BigInt(-width)));
  checkTarget(insn, draft, target);
  emit(draft, { op: 'store', width, handle, src: imm(nextIp(insn)) });
  emit(draft, { op: 'sub', width: 8, dst: RSP, a: RSP, b: imm(width), flags: 0 });
  emit(draft, { op: 'jump', target });
};

/** RET: the address is loaded and checked before RSP moves (past the immediate's bytes, too). */
export const ret: Lowering = (insn, draft) => {
  const size = branchSize(insn);
  const released = insn.operands[0];
  const target = load(draft, size, stackAddress(RSP));
  if (size === 8) emit(draft, { op: 'canonical', src: target });
  const bytes = BigInt(size) + (released?.kind === 'imm' ? released.value : 0n);
  emit(draft, { op: 'add', width: 8, dst: RSP, a: RSP, b: imm(bytes), flags: 0 });
  emit(draft, { op: 'jump', target });
};

/** JRCXZ, JECXZ. */
export const jumpIfZero: Lowering = (insn, draft) => {
  const to = operandOf(insn, 0);
  if (to.kind !== 'target') return refuse(draft);
  const width = insn.addressSize === 4 ? 4 : 8;
  emit(draft, { op: 'branchz', width, src: RCX, nonzero: false, target: to.address });
};

/**
 * LOOP, LOOPE, LOOPNE: count down RCX (ECX with a 67 prefix), go while it isn't zero and the condition holds. On AMD's a REP prefix
 * overrules the opcode's condition, as it would a string instruction's: F3 LOOPNE is LOOPE, F2 LOOPE is LOOPNE (seen on a Zen 4).
 */
export const loop =
  (condition?: number): Lowering =>
  (insn, draft) => {
    const to = operandOf(insn, 0);
    if (to.kind !== 'target') return refuse(draft);
    const width = insn.addressSize === 4 ? 4 : 8;
    emit(draft, { op: 'sub', width, dst: RCX, a: RCX, b: imm(1), flags: 0 });
    const prefixed = draft.model.vendor === 'amd' && insn.rep !== 'none';
    const holds = prefixed ? (insn.rep === 'rep' ? EQUAL : NOT_EQUAL) : condition;
    const src = condition === undefined || holds === undefined ? RCX : whileCondition(draft, holds);
    emit(draft, { op: 'branchz', width, src, nonzero: true, target: to.address });
  };

/** RCX while the condition holds, else 0: what LOOPcc and REPcc go on. */
export function whileCondition(draft: Draft, condition: number): Src {
  const dst = temporary(draft);
  emit(draft, { op: 'select', width: 8, condition, dst, a: RCX, b: imm(0) });
  return dst;
}

/** UD0, UD1, UD2, and forms that are #UD in 64-bit mode. */
export const undefinedOpcode: Lowering = (_insn, draft) => emit(draft, { op: 'fault', vector: 6 });

export const int3: Lowering = (insn, draft) =>
  emit(draft, { op: 'interrupt', vector: 3, via: 'int3', next: imm(nextIp(insn)) });
export const int1: Lowering = (insn, draft) =>
  emit(draft, { op: 'interrupt', vector: 1, via: 'int1', next: imm(nextIp(insn)) });
export const int: Lowering = (insn, draft) => {
  const vector = operandOf(insn, 0);
  if (vector.kind !== 'imm') return refuse(draft);
  emit(draft, { op: 'interrupt', vector: Number(vector.value), via: 'int', next: imm(nextIp(insn)) });
};
