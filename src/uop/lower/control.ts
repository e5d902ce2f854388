/** Near branches, calls and returns, loops, traps (SDM vol. 1, 7.3.8). Far transfers live in the CPU model. */
import { GPR, type Insn } from '../../isa/insn.ts';
import type { Src } from '../uop.ts';
import {
  address,
  compute,
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
  register,
  stackAddress,
  temporary,
} from './draft.ts';

const RSP = reg(GPR.RSP);
const RCX = reg(GPR.RCX);
/** Conditions by their number. */
export const EQUAL = 4;
export const NOT_EQUAL = 5;

/**
 * Operand size of a branch: in 64-bit mode 8, or 2 with a 66 prefix on AMD, whose branches truncate RIP then (APM vol. 3, JMP near).
 */
const branchSize = ({ mode, operandSize }: Insn): 2 | 4 | 8 => (mode === 64 && operandSize !== 2 ? 8 : operandSize);

/** Where a near jump or call goes; an indirect target is read. Undefined for far pointers. */
function branchTarget(insn: Insn, draft: Draft): Src | undefined {
  const to = operandOf(insn, 0);
  const size = branchSize(insn);
  if (to.kind === 'target') return imm(to.address);
  if ((to.kind !== 'gpr' && to.kind !== 'mem') || to.width !== size) return undefined;
  const target = read(insn, draft, to);
  return size !== 8 && to.kind === 'gpr' ? truncated(draft, target, size) : target;
}

/** A target of 64 bits that was not known beforehand has to be canonical; in compatibility mode CS has a limit. */
function checkTarget(insn: Insn, draft: Draft, target: Src): void {
  if (insn.mode !== 64) emit(draft, { op: 'codelimit', src: target });
  else if (branchSize(insn) === 8 && target.space !== 'imm') emit(draft, { op: 'canonical', src: target });
}

function truncated(draft: Draft, src: Src, from: 2 | 4): Src {
  const dst = temporary(draft);
  emit(draft, { op: 'zext', width: 8, from, dst, src });
  return dst;
}

/** The limit of CS matters to a branch that is taken: while the condition holds. */
function checkBranch({ mode }: Insn, draft: Draft, condition: number, target: bigint): void {
  if (mode === 64) return;
  const dst = temporary(draft);
  emit(draft, { op: 'select', width: 8, condition, dst, a: imm(target), b: imm(0) }, { op: 'codelimit', src: dst });
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
  checkBranch(insn, draft, insn.condition, to.address);
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
  const handle = probe(draft, width, stackAddress(draft, RSP, BigInt(-width)));
  checkTarget(insn, draft, target);
  emit(draft, { op: 'store', width, handle, src: imm(nextIp(insn)) });
  emit(draft, { op: 'sub', width: draft.stackSize, dst: RSP, a: RSP, b: imm(width), flags: 0 });
  emit(draft, { op: 'jump', target });
};

/** RET: the address is loaded and checked before RSP moves (past the immediate's bytes, too). */
export const ret: Lowering = (insn, draft) => {
  const size = branchSize(insn);
  const released = insn.operands[0];
  const target = load(draft, size, stackAddress(draft, RSP));
  checkTarget(insn, draft, target);
  const bytes = BigInt(size) + (released?.kind === 'imm' ? released.value : 0n);
  emit(draft, { op: 'add', width: draft.stackSize, dst: RSP, a: RSP, b: imm(bytes), flags: 0 });
  emit(draft, { op: 'jump', target });
};

interface CountBranch {
  readonly nonzero: boolean;
  readonly target: bigint;
  readonly condition?: number | undefined;
}

/** The same while the count is zero, or isn't, and the condition holds. */
function checkCountBranch(insn: Insn, draft: Draft, count: Src, { nonzero, target, condition }: CountBranch): void {
  if (insn.mode === 64) return;
  const wide = truncated(draft, count, insn.addressSize === 2 ? 2 : 4);
  const sign = compute(draft, 'sub', 8, imm(0), wide);
  const counts = compute(draft, 'shr', 8, sign, imm(63));
  const taken = nonzero ? counts : compute(draft, 'xor', 8, counts, imm(1));
  let src = compute(draft, 'imul', 8, taken, imm(target));
  if (condition !== undefined) {
    const dst = temporary(draft);
    emit(draft, { op: 'select', width: 8, condition, dst, a: src, b: imm(0) });
    src = dst;
  }
  emit(draft, { op: 'codelimit', src });
}

/** JRCXZ, JECXZ, JCXZ. */
export const jumpIfZero: Lowering = (insn, draft) => {
  const to = operandOf(insn, 0);
  if (to.kind !== 'target') return refuse(draft);
  const width = insn.addressSize;
  checkCountBranch(insn, draft, RCX, { nonzero: false, target: to.address });
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
    const width = insn.addressSize;
    const prefixed = draft.model.vendor === 'amd' && insn.rep !== 'none';
    const holds = prefixed ? (insn.rep === 'rep' ? EQUAL : NOT_EQUAL) : condition;
    if (insn.mode !== 64) {
      const left = compute(draft, 'sub', width, RCX, imm(1));
      checkCountBranch(insn, draft, left, {
        nonzero: true,
        target: to.address,
        condition: condition === undefined ? condition : holds,
      });
    }
    emit(draft, { op: 'sub', width, dst: RCX, a: RCX, b: imm(1), flags: 0 });
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
/** INTO: only with OF = 1. */
export const into: Lowering = (insn, draft) =>
  emit(draft, { op: 'interrupt', vector: 4, via: 'into', next: imm(nextIp(insn)) });

/** BOUND: the index against two signed numbers in memory; #BR. */
export const bound: Lowering = (insn, draft) => {
  const [index, bounds] = [operandOf(insn, 0), operandOf(insn, 1)];
  if (index.kind !== 'gpr' || bounds.kind !== 'mem') return refuse(draft);
  const width = index.width === 2 ? 2 : 4;
  const at = address(insn, bounds);
  const lower = load(draft, width, at);
  const upper = load(draft, width, { ...at, disp: BigInt.asUintN(64, at.disp + BigInt(width)) });
  emit(draft, { op: 'bound', width, index: register(index), lower, upper });
};

export const int: Lowering = (insn, draft) => {
  const vector = operandOf(insn, 0);
  if (vector.kind !== 'imm') return refuse(draft);
  emit(draft, { op: 'interrupt', vector: Number(vector.value), via: 'int', next: imm(nextIp(insn)) });
};
