/**
 * PUSH, POP, PUSHA, POPA, PUSHF, POPF, ENTER, LEAVE (SDM vol. 1, 6.2). A push stores below RSP before RSP moves; a pop moves RSP and
 * then writes its destination, so POP %rsp ends with the value popped and POP to memory addresses with the new RSP.
 */
import { GPR, type Insn, RFLAGS } from '../../isa/insn.ts';
import type { Address, Src } from '../uop.ts';
import {
  address,
  close,
  compute,
  type Draft,
  emit,
  imm,
  type Lowering,
  load,
  operandOf,
  probe,
  read,
  refuse,
  reg,
  register,
  stackAddress,
  temporary,
} from './draft.ts';
import { selectorOf } from './segment.ts';

const RSP = reg(GPR.RSP);
const RBP = reg(GPR.RBP);

/** Stack width: the operand size, which is 2 or 8 in 64-bit mode. */
const slot = ({ mode, operandSize }: Insn): 2 | 4 | 8 => (mode === 64 && operandSize !== 2 ? 8 : operandSize);

/** Stores one slot and moves RSP; the value is read before RSP changes. */
export function pushValue(draft: Draft, width: 2 | 4 | 8, src: Src): void {
  const handle = probe(draft, width, stackAddress(draft, RSP, BigInt(-width)));
  emit(draft, { op: 'store', width, handle, src });
  emit(draft, { op: 'sub', width: draft.stackSize, dst: RSP, a: RSP, b: imm(width), flags: 0 });
}

export const push: Lowering = (insn, draft) => {
  const operand = operandOf(insn, 0);
  if (operand.kind === 'segment') return pushValue(draft, slot(insn), selectorOf(draft, operand.index));
  pushValue(draft, slot(insn), read(insn, draft, operand));
};

export const pop: Lowering = (insn, draft) => {
  const operand = operandOf(insn, 0);
  const width = slot(insn);
  const value = load(draft, width, stackAddress(draft, RSP));
  if (operand.kind === 'segment') {
    emit(draft, { op: 'wrseg', segment: operand.index, src: value, holds: false });
    emit(draft, { op: 'add', width: draft.stackSize, dst: RSP, a: RSP, b: imm(width), flags: 0 });
    return;
  }
  if (operand.kind === 'gpr') {
    emit(draft, { op: 'add', width: draft.stackSize, dst: RSP, a: RSP, b: imm(width), flags: 0 });
    close(draft, { kind: 'register', width, reg: register(operand) }, value);
    return;
  }
  if (operand.kind !== 'mem') return refuse(draft);
  const raised = compute(draft, 'add', draft.stackSize, RSP, imm(width));
  const handle = probe(draft, width, withRsp(address(insn, operand), raised));
  emit(draft, { op: 'store', width, handle, src: value });
  emit(draft, { op: 'mov', width: draft.stackSize, dst: RSP, src: raised });
};

/** RSP can only be the base; as an index its number means none. */
const withRsp = (at: Address, rsp: Src): Address =>
  at.base?.space === 'reg' && at.base.n === GPR.RSP ? { ...at, base: rsp } : at;

/** In the order of PUSHA: the encoding's. */
const ALL = [0, 1, 2, 3, 4, 5, 6, 7] as const;

/** PUSHA: all eight, of the stack pointer the value before. They go one by one, as ENTER's do. */
export const pusha: Lowering = (insn, draft) => {
  const width = slot(insn);
  for (const n of ALL) {
    const address = stackAddress(draft, RSP, BigInt(-(n + 1) * width));
    emit(draft, { op: 'early', width, address, src: reg(n) });
  }
  emit(draft, { op: 'sub', width: draft.stackSize, dst: RSP, a: RSP, b: imm(8 * width), flags: 0 });
};

/**
 * POPA, from the lowest address up; the stack pointer's own value is passed over. When one cannot be read, none has been written
 * (a Zen 4 keeps those before it, which no program can rely on).
 */
export const popa: Lowering = (insn, draft) => {
  const width = slot(insn);
  const numbers = ALL.filter((n) => n !== GPR.RSP).reverse();
  const popped = numbers.map((n) => ({
    n,
    src: load(draft, width, stackAddress(draft, RSP, BigInt((7 - n) * width))),
  }));
  for (const { n, src } of popped) emit(draft, { op: 'mov', width, dst: reg(n), src });
  emit(draft, { op: 'add', width: draft.stackSize, dst: RSP, a: RSP, b: imm(8 * width), flags: 0 });
};

/** PUSHF: VM and RF are pushed as zero. */
export const pushf: Lowering = (insn, draft) => {
  const flags = temporary(draft);
  emit(draft, { op: 'getflags', dst: flags });
  pushValue(draft, slot(insn), compute(draft, 'and', 8, flags, imm(~(RFLAGS.VM | RFLAGS.RF))));
};

export const popf: Lowering = (insn, draft) => {
  const width = slot(insn);
  const src = load(draft, width, stackAddress(draft, RSP));
  emit(draft, { op: 'popf', width, src });
  emit(draft, { op: 'add', width: draft.stackSize, dst: RSP, a: RSP, b: imm(width), flags: 0 });
};

export const leave: Lowering = (insn, draft) => {
  const width = slot(insn);
  const value = load(draft, width, stackAddress(draft, RBP));
  emit(draft, { op: 'add', width: draft.stackSize, dst: RSP, a: RBP, b: imm(width), flags: 0 });
  emit(draft, { op: 'mov', width, dst: RBP, src: value });
};

/**
 * ENTER size, level: pushes RBP, copies the level - 1 frame pointers below the old frame's, pushes the new one's own address, and makes
 * room, of which a write at the final RSP must be possible (SDM vol. 2). The pushes happen one by one: a copy reads what one before it
 * wrote where the two frames overlap, and when a later step faults they have been made, below an RSP that stays.
 */
export const enter: Lowering = (insn, draft) => {
  const [size, nesting] = [operandOf(insn, 0), operandOf(insn, 1)];
  if (size.kind !== 'imm' || nesting.kind !== 'imm') return refuse(draft);
  const width = slot(insn);
  const level = Number(nesting.value & 31n);
  const frame = compute(draft, 'sub', draft.stackSize, RSP, imm(width));
  const slotBelow = (base: Src, n: number): Address => stackAddress(draft, base, BigInt(-n * width));
  const push = (n: number, src: Src): void => emit(draft, { op: 'early', width, address: slotBelow(frame, n), src });
  push(0, RBP);
  for (let n = 1; n < level; n++) push(n, load(draft, width, slotBelow(RBP, n)));
  if (level > 0) push(level, frame);
  const depth = size.value + BigInt(level * width);
  probe(draft, width, stackAddress(draft, frame, -depth));
  emit(draft, { op: 'mov', width, dst: RBP, src: frame });
  emit(draft, { op: 'sub', width: draft.stackSize, dst: RSP, a: frame, b: imm(depth), flags: 0 });
};
