/**
 * The engine's record: 64 bytes, one cache line, laid out in engine/layout.ts. Here it is plain data, made by pack.ts;
 * `writeRecord` puts it into memory and resolves the marks for its own immediates to addresses.
 */
import * as L from '../engine/layout.ts';
import { OWN_DISP, OWN_IMM } from './slots.ts';

export interface EngineRecord {
  op: number;
  width: number;
  /** 1 in the last record of an instruction. */
  end: number;
  /** Narrow results zero-extend (1) or merge (0); of jumps: the target's record may be remembered. */
  extend: number;
  scale: number;
  cost: number;
  /** Slots: addresses, or OWN_IMM, OWN_DISP. */
  dst: number;
  a: number;
  b: number;
  base: number;
  index: number;
  segment: number;
  aux: number;
  imm: bigint;
  disp: bigint;
}

export const emptyRecord = (op: number): EngineRecord => ({
  op,
  width: 8,
  end: 0,
  extend: 0,
  scale: 0,
  cost: 0,
  dst: L.SINK,
  a: L.ZERO,
  b: L.ZERO,
  base: L.ZERO,
  index: L.ZERO,
  segment: L.ZERO,
  aux: 0,
  imm: 0n,
  disp: 0n,
});

/** Writes the record at `at`, for the instruction at linear address `ip`. */
export function writeRecord(memory: DataView, at: number, record: EngineRecord, ip: bigint): void {
  const slot = (value: number): number =>
    value === OWN_IMM ? at + L.R_IMM : value === OWN_DISP ? at + L.R_DISP : value;
  memory.setUint16(at + L.R_OP, record.op, true);
  memory.setUint8(at + L.R_WIDTH, record.width);
  memory.setUint8(at + L.R_END, record.end);
  memory.setUint8(at + L.R_EXTEND, record.extend);
  memory.setUint8(at + L.R_SCALE, record.scale);
  memory.setUint16(at + L.R_COST, record.cost, true);
  memory.setUint32(at + L.R_DST, slot(record.dst), true);
  memory.setUint32(at + L.R_A, slot(record.a), true);
  memory.setUint32(at + L.R_B, slot(record.b), true);
  memory.setUint32(at + L.R_NEXT, 0, true);
  memory.setBigUint64(at + L.R_IMM, record.imm, true);
  memory.setBigUint64(at + L.R_DISP, record.disp, true);
  memory.setUint32(at + L.R_BASE, slot(record.base), true);
  memory.setUint32(at + L.R_INDEX, slot(record.index), true);
  memory.setUint32(at + L.R_SEGMENT, record.segment, true);
  memory.setUint32(at + L.R_AUX, record.aux, true);
  memory.setBigUint64(at + L.R_IP, ip, true);
}
