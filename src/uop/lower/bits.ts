/** Bit tests and bit scans (SDM vol. 1, 7.3.7). */
import type { Insn, InsnOperand, MemOperand } from '../../isa/insn.ts';
import { type Address, FLAGS, type FlagsCommitted, type Src, type UnaryKind } from '../uop.ts';
import {
  address,
  compute,
  current,
  type Draft,
  emit,
  imm,
  type Lowering,
  load,
  operandOf,
  type Place,
  probe,
  read,
  refuse,
  reg,
  register,
  resultFor,
  settle,
  temporary,
  widthOf,
} from './draft.ts';

/** BT, BTS, BTR, BTC: CF is the bit; all but BT write the operand back. */
export const bitTest =
  (op: 'bt' | 'bts' | 'btr' | 'btc'): Lowering =>
  (insn, draft) => {
    const [to, bit] = [operandOf(insn, 0), operandOf(insn, 1)];
    const width = widthOf(to);
    const at = to.kind === 'mem' ? bitStringAddress(insn, draft, to, bit) : undefined;
    const b = read(insn, draft, bit);
    if (op === 'bt') {
      const a = at === undefined ? read(insn, draft, to) : load(draft, width, at);
      emit(draft, { op, width, a, b, flags: FLAGS.bit });
      return;
    }
    const place = placeOf(draft, to, at);
    const a = current(draft, place);
    const dst = resultFor(draft, place);
    emit(draft, { op, width, dst, a, b, flags: FLAGS.bit });
    settle(draft, place, dst);
  };

function placeOf(draft: Draft, to: InsnOperand, at: Address | undefined): Place {
  const width = widthOf(to);
  if (at !== undefined) return { kind: 'memory', width, handle: probe(draft, width, at) };
  if (to.kind !== 'gpr') throw new Error(`bit test of ${to.kind}`);
  return { kind: 'register', width, reg: register(to) };
}

/**
 * With the bit number in a register, memory is a string of bits: the number is signed and reaches ±2^63 bits around the
 * operand, accessed in units of its width (SDM vol. 2, BT; vol. 1, 4.4.5). An immediate stays within the operand.
 */
function bitStringAddress(insn: Insn, draft: Draft, to: MemOperand, bit: InsnOperand): Address {
  const at = address(insn, to);
  if (bit.kind !== 'gpr') return at;
  const width = widthOf(to);
  let number: Src = reg(bit.index);
  if (width < 8) {
    const extended = temporary(draft);
    emit(draft, { op: 'sext', width: 8, from: width, dst: extended, src: number });
    number = extended;
  }
  const unit = compute(draft, 'sar', 8, number, imm(Math.log2(width * 8)));
  if (at.index === undefined) return { ...at, index: unit, scale: width };
  const start = temporary(draft);
  const { index, base, ...rest } = at;
  emit(draft, { op: 'lea', width: 8, dst: start, address: { ...at, segment: 'none' } });
  return { ...rest, base: start, index: unit, scale: width, disp: 0n };
}

/** CRC32: into a 32-bit register, or a 64-bit one whose upper half it clears. */
export const crc32: Lowering = (insn, draft) => {
  const to = operandOf(insn, 0);
  if (to.kind !== 'gpr') return refuse(draft);
  const b = read(insn, draft, operandOf(insn, 1));
  const dst = register(to);
  emit(draft, { op: 'crc32', width: widthOf(operandOf(insn, 1)), dst, a: dst, b });
};

/** BSF, BSR, which leave the destination alone, all 64 bits of it, when the source is zero; POPCNT, TZCNT, LZCNT. */
export const scan =
  (
    op: Extract<UnaryKind, 'bsf' | 'bsr' | 'popcnt' | 'tzcnt' | 'lzcnt'>,
    flags: (draft: Draft) => FlagsCommitted,
  ): Lowering =>
  (insn, draft) => {
    const to = operandOf(insn, 0);
    if (to.kind !== 'gpr') return refuse(draft);
    const a = read(insn, draft, operandOf(insn, 1));
    emit(draft, { op, width: to.width, dst: register(to), a, ...flags(draft) });
  };
