/**
 * Which pages of RAM were written since the checkpoint that memory equals otherwise, and what they held before: the
 * part of checkpoints that has to keep up while the CPU runs. Every write comes by `noteDirty` first, the engine's own
 * stores when they are granted; a checkpoint revokes the grants, so the next write to each page is noticed again.
 *
 * A page gets a slot (a small number) with its first write, so that checkpoints are short arrays.
 */
import * as L from '../engine/layout.ts';
import type { Cpu, Journal } from './state.ts';

const PAGE_BYTES = 0x1000;
/** Copies are cut from blocks of this size, since allocating each by itself would take longer than copying. */
const BLOCK_BYTES = 0x10000;

export const emptyJournal = (): Journal => ({
  active: false,
  touched: false,
  pages: [],
  slots: new Map(),
  base: [],
  dirty: [],
  current: [],
  block: new ArrayBuffer(0),
  used: 0,
});

/** The page differs from the checkpoint's from now on. Before the write, so that what it held can be kept. */
export function noteDirty(cpu: Cpu, physical: number): void {
  const { journal } = cpu;
  if (!journal.active || physical >= cpu.ram.length) return;
  const { bytes } = cpu.engine;
  const page = physical >>> 12;
  const marks = bytes[L.PAGE_FLAGS + page]!;
  if (marks & L.PAGE_DIRTY) return;
  bytes[L.PAGE_FLAGS + page] = marks | L.PAGE_DIRTY;
  journal.dirty.push(slotOf(cpu, page));
}

function slotOf(cpu: Cpu, page: number): number {
  const { journal } = cpu;
  const known = journal.slots.get(page);
  if (known !== undefined) return known;
  const slot = journal.pages.length;
  journal.slots.set(page, slot);
  journal.pages.push(page);
  journal.base.push(copyPage(cpu, page));
  return slot;
}

export function copyPage(cpu: Cpu, page: number): Uint8Array {
  return copyOf(cpu.journal, cpu.ram.subarray(page * PAGE_BYTES, (page + 1) * PAGE_BYTES));
}

/** A copy that nobody changes. */
export function copyOf(journal: Journal, source: Uint8Array): Uint8Array {
  const length = (source.length + 7) & ~7;
  if (journal.used + length > journal.block.byteLength) {
    journal.block = new ArrayBuffer(Math.max(BLOCK_BYTES, length));
    journal.used = 0;
  }
  const copy = new Uint8Array(journal.block, journal.used, source.length);
  copy.set(source);
  journal.used += length;
  return copy;
}

/** Memory equals `current`; the caller revokes what writes are granted. */
export function clearDirty(cpu: Cpu): void {
  const { journal, engine } = cpu;
  for (const slot of journal.dirty) {
    const at = L.PAGE_FLAGS + journal.pages[slot]!;
    engine.bytes[at] = engine.bytes[at]! & ~L.PAGE_DIRTY;
  }
  journal.dirty.length = 0;
}
