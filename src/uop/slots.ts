/**
 * Where micro-op operands live in the engine's memory. Every operand is the address of an 8-byte slot; immediates lie
 * in their own record, at an address known only when it is written, so they are named by the marks below.
 */
import * as L from '../engine/layout.ts';
import type { BaseSegment, Dst, Src } from './uop.ts';

/** The record's own immediate field; its displacement field, where no address needs it. */
export const OWN_IMM = -1;
export const OWN_DISP = -2;

export const registerSlot = (n: number, high = false): number => L.STATE + L.S_GPR + 8 * n + (high ? 1 : 0);

export function temporarySlot(n: number): number {
  if (n >= L.TEMP_COUNT) throw new Error(`more than ${L.TEMP_COUNT} temporaries in one instruction`);
  return L.TEMPS + 8 * n;
}

export const slotOf = (operand: Dst | Exclude<Src, { space: 'imm' }>): number =>
  operand.space === 'reg' ? registerSlot(operand.n, operand.high) : temporarySlot(operand.n);

const SEGMENTS = ['es', 'cs', 'ss', 'ds', 'fs', 'gs'] as const;

/** 0 ES … 5 GS. */
export function segmentNumber(segment: BaseSegment): number {
  if (segment === 'none') throw new Error('an address of compatibility mode has a segment');
  return SEGMENTS.indexOf(segment);
}

/** The base of FS or GS, or zero. */
export function segmentSlot(segment: BaseSegment): number {
  if (segment === 'none') return L.ZERO;
  if (segment !== 'fs' && segment !== 'gs') throw new Error(`${segment} has no base in 64-bit mode`);
  return L.STATE + L.S_SEGMENTS + L.SEGMENT_BYTES * segmentNumber(segment);
}

export const controlRegisterSlot = (n: number): number => L.STATE + L.S_CR + 8 * n;
