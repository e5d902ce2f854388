/** Data movement: MOV and its extensions, LEA, XCHG, CMOVcc, SETcc, BSWAP, XLAT, MOVBE (SDM vol. 1, 7.3.1). */
import { GPR } from '../../isa/insn.ts';
import type { Address } from '../uop.ts';
import {
  address,
  close,
  current,
  emit,
  imm,
  type Lowering,
  open,
  operandOf,
  read,
  refuse,
  reg,
  register,
  resultFor,
  settle,
  temporary,
  widthOf,
} from './draft.ts';
import { moveSegment } from './segment.ts';
import { moveControl, moveDebug } from './system.ts';

/** MOV between general registers, memory and immediates, and to and from control and debug registers. */
export const mov: Lowering = (insn, draft) => {
  const [to, from] = [operandOf(insn, 0), operandOf(insn, 1)];
  if (to.kind === 'cr' || from.kind === 'cr') return moveControl(insn, draft);
  if (to.kind === 'dr' || from.kind === 'dr') return moveDebug(insn, draft);
  if (to.kind === 'segment' || from.kind === 'segment') return moveSegment(insn, draft);
  if (to.kind === 'gpr' && from.kind === 'mem') {
    emit(draft, { op: 'load', width: to.width, dst: register(to), address: address(insn, from) });
    return;
  }
  const place = open(insn, draft, to);
  close(draft, place, read(insn, draft, from));
};

/** MOVZX. */
export const movzx: Lowering = (insn, draft) => extend('zext', insn, draft);
/** MOVSX, MOVSXD. */
export const movsx: Lowering = (insn, draft) => extend('sext', insn, draft);

function extend(op: 'zext' | 'sext', ...[insn, draft]: Parameters<Lowering>): void {
  const [to, from] = [operandOf(insn, 0), operandOf(insn, 1)];
  const src = read(insn, draft, from);
  if (to.kind !== 'gpr') return refuse(draft);
  const narrow = Math.min(widthOf(from), to.width) as typeof to.width;
  emit(draft, { op, width: to.width, from: narrow, dst: register(to), src });
}

export const lea: Lowering = (insn, draft) => {
  const [to, from] = [operandOf(insn, 0), operandOf(insn, 1)];
  if (to.kind !== 'gpr' || from.kind !== 'mem') return refuse(draft);
  const at: Address = { ...address(insn, from), segment: 'none' };
  if (at.addressWidth !== 2) return emit(draft, { op: 'lea', width: to.width, dst: register(to), address: at });
  const offset = temporary(draft);
  emit(draft, { op: 'lea', width: 4, dst: offset, address: { ...at, addressWidth: 4 } });
  emit(draft, { op: 'zext', width: to.width, from: 2, dst: register(to), src: offset });
};

/** XCHG: with memory it is locked, and writes always. */
export const xchg: Lowering = (insn, draft) => {
  const [first, second] = [operandOf(insn, 0), operandOf(insn, 1)];
  // iced lists a memory operand on either side, by the form.
  const [to, from] = second.kind === 'mem' ? [second, first] : [first, second];
  if (from.kind !== 'gpr') return refuse(draft);
  const place = open(insn, draft, to);
  let old = current(draft, place);
  if (place.kind === 'register') {
    const saved = temporary(draft);
    emit(draft, { op: 'mov', width: place.width, dst: saved, src: old });
    old = saved;
  }
  close(draft, place, register(from));
  emit(draft, { op: 'mov', width: from.width, dst: register(from), src: old });
};

/** CMOVcc reads its source, and faults on it, whatever the condition says. */
export const cmov: Lowering = (insn, draft) => {
  const to = operandOf(insn, 0);
  if (to.kind !== 'gpr' || insn.condition === undefined) return refuse(draft);
  const a = read(insn, draft, operandOf(insn, 1));
  const dst = register(to);
  emit(draft, { op: 'select', width: to.width, condition: insn.condition, dst, a, b: dst });
};

export const setcc: Lowering = (insn, draft) => {
  if (insn.condition === undefined) return refuse(draft);
  const place = open(insn, draft, operandOf(insn, 0));
  const dst = resultFor(draft, place);
  emit(draft, { op: 'setcc', condition: insn.condition, dst });
  settle(draft, place, dst);
};

/** BSWAP; of a 16-bit register the result is undefined: zero on silicon. */
export const bswap: Lowering = (insn, draft) => {
  const to = operandOf(insn, 0);
  if (to.kind !== 'gpr') return refuse(draft);
  const dst = register(to);
  if (to.width === 2) return emit(draft, { op: 'mov', width: 2, dst, src: imm(0) });
  emit(draft, { op: 'bswap', width: to.width, dst, a: dst, flags: 0 });
};

/** MOVBE: a load or a store with the bytes swapped. */
export const movbe: Lowering = (insn, draft) => {
  const [to, from] = [operandOf(insn, 0), operandOf(insn, 1)];
  const width = widthOf(to);
  const place = open(insn, draft, to);
  const src = read(insn, draft, from);
  const swapped = temporary(draft);
  if (width === 2) emit(draft, { op: 'rol', width, dst: swapped, a: src, b: { space: 'imm', value: 8n }, flags: 0 });
  else emit(draft, { op: 'bswap', width, dst: swapped, a: src, flags: 0 });
  close(draft, place, swapped);
};

/** XLAT: AL = [RBX + zero-extended AL]. */
export const xlat: Lowering = (insn, draft) => {
  const table = operandOf(insn, 0);
  if (table.kind !== 'mem') return refuse(draft);
  const index = temporary(draft);
  emit(draft, { op: 'zext', width: 8, from: 1, dst: index, src: reg(GPR.RAX) });
  emit(draft, { op: 'load', width: 1, dst: reg(GPR.RAX), address: { ...address(insn, table), index } });
};

/** CBW, CWDE, CDQE: RAX's low half sign-extended to `width`. */
export const widenAccumulator =
  (width: 2 | 4 | 8): Lowering =>
  (_insn, draft) => {
    const from = (width / 2) as 1 | 2 | 4;
    emit(draft, { op: 'sext', width, from, dst: reg(GPR.RAX), src: reg(GPR.RAX) });
  };

/** CWD, CDQ, CQO: RDX = the sign of RAX. */
export const signIntoRdx =
  (width: 2 | 4 | 8): Lowering =>
  (_insn, draft) => {
    const b = { space: 'imm', value: BigInt(width * 8 - 1) } as const;
    emit(draft, { op: 'sar', width, dst: reg(GPR.RDX), a: reg(GPR.RAX), b, flags: 0 });
  };

/** NOP and the hints (PREFETCHh, PAUSE, ENDBR64, CLDEMOTE …): nothing at all, not even a fault. */
export const nothing: Lowering = () => {};
