/**
 * The parts that packing puts records together from: appending one, its operands, its address. A record takes one
 * constant in its immediate field and a second in its displacement field; a third goes through a temporary.
 */
import * as L from '../engine/layout.ts';
import { type EngineRecord, emptyRecord } from './record.ts';
import { OWN_DISP, OWN_IMM, segmentNumber, segmentSlot, slotOf, temporarySlot } from './slots.ts';
import type { Address, Dst, Src, Uop } from './uop.ts';

/** What packing one instruction needs to know as it goes. */
export interface Packing {
  readonly records: EngineRecord[];
  readonly ip: bigint;
  /** First temporary that the instruction itself doesn't use. */
  nextTemporary: number;
}

/** Appends a record and returns it for its fields to be filled. */
export function append(packing: Packing, op: number, width = 8): EngineRecord {
  const record = emptyRecord(op);
  record.width = width;
  packing.records.push(record);
  return record;
}

/** 0 … 3 for widths 1, 2, 4, 8: the position in an opcode family. */
export const widthIndex = (width: number): number => 31 - Math.clz32(width);

export function setDestination(record: EngineRecord, dst: Dst | undefined): void {
  record.dst = dst === undefined ? L.SINK : slotOf(dst);
  record.extend = dst === undefined || dst.space === 'tmp' ? 1 : 0;
}

/** The slot for a source; a constant goes into the record's immediate field. */
export function sourceSlot(record: EngineRecord, src: Src): number {
  if (src.space !== 'imm') return slotOf(src);
  record.imm = src.value;
  return OWN_IMM;
}

/** A second source, whose constant may use the displacement field when there is no address. */
export function secondSlot(record: EngineRecord, src: Src): number {
  if (src.space !== 'imm') return slotOf(src);
  record.disp = src.value;
  return OWN_DISP;
}

/**
 * Puts the address into `record`. A 32-bit address is computed into a temporary by a record before it, so call this
 * before appending `record`'s other needs; returns the record, appended.
 */
export function appendMemory(packing: Packing, op: number, width: number, address: Address): EngineRecord {
  if (address.addressWidth === 4) {
    const wide = packing.nextTemporary++;
    const lea = append(packing, L.OP_LEA32);
    setAddress(packing, lea, { ...address, segment: 'none' });
    lea.dst = temporarySlot(wide);
    lea.extend = 1;
    const { segment, stack } = address;
    const base: Src = { space: 'tmp', n: wide };
    return appendMemory(packing, op, width, { segment, base, scale: 1, disp: 0n, addressWidth: 8, stack });
  }
  const record = emptyRecord(op);
  record.width = width;
  setAddress(packing, record, address);
  packing.records.push(record);
  return record;
}

const ACCESS = { read: L.LOGICAL_READ, write: L.LOGICAL_WRITE, none: 0 } as const;

/** The engine truncates the offset, so the address takes no record before. */
export function appendLogical(
  packing: Packing,
  { access, width, address }: Extract<Uop, { op: 'logical' }>,
): EngineRecord {
  const record = emptyRecord(L.OP_LOGICAL);
  setAddress(packing, record, { ...address, segment: 'none' });
  packing.records.push(record);
  record.segment = segmentNumber(address.segment);
  record.aux =
    L.SYS_LOGICAL | ACCESS[access] | (width << L.LOGICAL_WIDTH) | (address.addressWidth === 2 ? L.LOGICAL_NARROW : 0);
  return record;
}

function setAddress(packing: Packing, record: EngineRecord, address: Address): void {
  record.base = partSlot(packing, address.base);
  record.index = partSlot(packing, address.index);
  record.scale = 31 - Math.clz32(address.scale);
  record.disp = address.disp;
  record.segment = segmentSlot(address.segment);
  record.aux = address.stack ? L.AUX_STACK : 0;
}

/** A constant in place of a register is put into a temporary by a record before. */
function partSlot(packing: Packing, src: Src | undefined): number {
  if (src === undefined) return L.ZERO;
  if (src.space !== 'imm') return slotOf(src);
  const mov = append(packing, L.OP_MOV + 3);
  mov.a = sourceSlot(mov, src);
  mov.dst = temporarySlot(packing.nextTemporary++);
  return mov.dst;
}
