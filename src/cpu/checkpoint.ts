/**
 * Checkpoints: the state block as far as it is used, and the pages written since the first one, kept outside of the
 * engine's memory. Any checkpoint can be restored at any time, in any order, as often as one likes.
 *
 * Pages are shared between checkpoints: a page not written in between is the same array. The subtle invariant: memory
 * equals the pages of `journal.current` (or `base`, where it has none), except for the pages in `journal.dirty`.
 */
import * as L from '../engine/layout.ts';
import { clearFast, refreshKey, revokeWrites } from './fast-tlb.ts';
import { dropCode, markColdPages } from './memory.ts';
import type { Cpu } from './state.ts';
import { rebuildTlbIndex, tlbCount } from './tlb.ts';

/** The state block and the pages written up to here; immutable. */
export interface Checkpoint {
  readonly state: Uint8Array;
  readonly pages: ReadonlyMap<number, Uint8Array>;
}

export function checkpoint(cpu: Cpu): Checkpoint {
  const { journal, ram } = cpu;
  if (journal.dirty.size > 0) {
    const pages = new Map(journal.current);
    for (const page of journal.dirty) pages.set(page, ram.slice(page << 12, (page + 1) << 12));
    journal.current = pages;
    journal.dirty.clear();
  }
  journal.active = true;
  // The next write to every page has to be noticed.
  revokeWrites(cpu);
  return { state: stateBytes(cpu), pages: journal.current };
}

export function restore(cpu: Cpu, { state, pages }: Checkpoint): void {
  const { journal, engine } = cpu;
  const changed = new Set(journal.dirty);
  if (pages !== journal.current) {
    for (const [page, contents] of journal.current) if (pages.get(page) !== contents) changed.add(page);
    for (const [page, contents] of pages) if (journal.current.get(page) !== contents) changed.add(page);
  }
  for (const page of changed) putPage(cpu, page, (pages.get(page) ?? journal.base.get(page))!);
  journal.dirty.clear();
  journal.current = pages;
  markColdPages(cpu, false);
  engine.bytes.set(state, L.STATE);
  markColdPages(cpu, true);
  rebuildTlbIndex(cpu);
  clearFast(cpu);
  refreshKey(cpu);
}

function putPage(cpu: Cpu, page: number, contents: Uint8Array): void {
  if (cpu.engine.bytes[L.PAGE_FLAGS + page]! & L.PAGE_CODE) dropCode(cpu, page << 12);
  cpu.ram.set(contents, page << 12);
}

/** The used part of the state block. */
export const stateBytes = (cpu: Cpu): Uint8Array =>
  cpu.engine.bytes.slice(L.STATE, L.STATE + L.S_TLB + tlbCount(cpu) * L.TLB_ENTRY_BYTES);
