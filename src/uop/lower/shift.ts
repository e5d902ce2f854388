/** Shifts and rotates (SDM vol. 1, 7.3.6). The count is masked, and a count of zero keeps the flags, in the micro-op. */
import type { BinaryKind } from '../uop.ts';
import { binary } from './arithmetic.ts';
import { current, emit, type Lowering, open, operandOf, read, refuse, resultFor, settle } from './draft.ts';
import { rotateFlags, shiftFlags } from './residue.ts';

export const shift = (op: Extract<BinaryKind, 'shl' | 'shr' | 'sar'>): Lowering => binary(op, shiftFlags);

export const rotate = (op: Extract<BinaryKind, 'rol' | 'ror' | 'rcl' | 'rcr'>): Lowering => binary(op, rotateFlags);

/** SHLD, SHRD. With a 16-bit operand and a count above 16 the result is undefined, and the model's. */
export const doubleShift =
  (op: 'shld' | 'shrd'): Lowering =>
  (insn, draft) => {
    const source = operandOf(insn, 1);
    if (source.kind !== 'gpr') return refuse(draft);
    const place = open(insn, draft, operandOf(insn, 0));
    const b = read(insn, draft, source);
    const count = read(insn, draft, operandOf(insn, 2));
    const a = current(draft, place);
    const dst = resultFor(draft, place);
    const wrap = place.width === 2 && draft.model.residue.doubleShiftFill === 'destination';
    emit(draft, { op, width: place.width, dst, a, b, count, ...(wrap && { wrap }), ...shiftFlags(draft) });
    settle(draft, place, dst);
  };
