/** Micro-ops that the engine hands to the CPU model: one record with a SYS_* number, operands and a parameter. */
import * as L from '../engine/layout.ts';
import { append, appendMemory, type Packing, setDestination, sourceSlot } from './pack-parts.ts';
import { emptyRecord } from './record.ts';
import { slotOf, temporarySlot } from './slots.ts';
import type { Address, Dst, Src } from './uop.ts';

/** Number of the system operation and its parameters. */
interface SystemOp {
  readonly code: number;
  /** Register number, mask, vector …, in the displacement field. */
  readonly parameter?: number;
  readonly a?: Src;
  readonly b?: Src;
  /** Where there is no address: in the base's field. */
  readonly third?: Src;
  readonly dst?: Dst;
  readonly width?: number;
  readonly address?: Address;
}

export function packSystem(
  packing: Packing,
  { code, parameter, a, b, third, dst, width = 8, address }: SystemOp,
): void {
  const record = address ? appendMemory(packing, L.OP_SYSTEM_AT, width, address) : append(packing, L.OP_SYSTEM, width);
  record.aux |= code;
  setDestination(record, dst);
  if (a) record.a = sourceSlot(record, a);
  if (b) record.b = a?.space === 'imm' ? heldSlot(packing, b) : sourceSlot(record, b);
  if (third) record.base = heldSlot(packing, third);
  if (parameter !== undefined) record.disp = BigInt(parameter);
}

/** A slot for a constant that no field of the record has room for. */
function heldSlot(packing: Packing, src: Src): number {
  if (src.space !== 'imm') return slotOf(src);
  const mov = emptyRecord(L.OP_MOV + 3);
  mov.a = sourceSlot(mov, src);
  mov.dst = temporarySlot(packing.nextTemporary++);
  packing.records.splice(packing.records.length - 1, 0, mov);
  return mov.dst;
}
