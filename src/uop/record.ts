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

/** The engine's memory, in the two units that records are written in. */
export interface RecordMemory {
  readonly u32: Uint32Array;
  readonly u64: BigUint64Array;
}

/** Writes the record at `at`, for the instruction at linear address `ip`. */
export function writeRecord({ u32, u64 }: RecordMemory, at: number, record: EngineRecord, ip: bigint): void {
  const word = at >> 2;
  u32[word] = record.op | (record.width << (8 * L.R_WIDTH)) | (record.end << (8 * L.R_END));
  u32[word + 1] = record.extend | (record.scale << 8) | (record.cost << 16);
  u32[word + L.R_DST / 4] = slotAt(record.dst, at);
  u32[word + L.R_A / 4] = slotAt(record.a, at);
  u32[word + L.R_B / 4] = slotAt(record.b, at);
  u32[word + L.R_NEXT / 4] = 0;
  u64[(at + L.R_IMM) >> 3] = record.imm;
  u64[(at + L.R_DISP) >> 3] = record.disp;
  u32[word + L.R_BASE / 4] = slotAt(record.base, at);
  u32[word + L.R_INDEX / 4] = slotAt(record.index, at);
  u32[word + L.R_SEGMENT / 4] = record.segment;
  u32[word + L.R_AUX / 4] = record.aux;
  u64[(at + L.R_IP) >> 3] = ip;
}

function slotAt(slot: number, at: number): number {
  if (slot === OWN_IMM) return at + L.R_IMM;
  return slot === OWN_DISP ? at + L.R_DISP : slot;
}
