/**
 * Checkpoints: the state block as far as it is used, and the pages written since the first one, kept outside of the
 * engine's memory. Any checkpoint can be restored at any time, in any order, as often as one likes.
 *
 * What did not change in between is shared: a page not written is the same array, a TLB that nothing entered or left is
 * the same snapshot, and going back to it takes no copying. The subtle invariant: memory equals the pages of
 * `journal.current` (or `base`, where it has none), except perhaps for those in `journal.dirty`, and no others may be
 * written without notice.
 */
import * as L from '../engine/layout.ts';
import { forgetAll, refreshKey, revokeWrites } from './fast-tlb.ts';
import { clearDirty, copyOf, copyPage } from './journal.ts';
import { dropCode, markColdPages } from './memory.ts';
import { type Cpu, type TlbSnapshot, word } from './state.ts';
import { restoreTlb, snapshotTlb, tlbCount } from './tlb.ts';
import type { Vcpus } from './vcpus.ts';

/** The state block and the pages written up to here; immutable. */
export interface Checkpoint {
  /** Up to the entries of the TLB. */
  readonly state: Uint8Array;
  readonly tlb: TlbSnapshot;
  /** By slot; pages that got theirs later are as in `journal.base`. */
  readonly pages: readonly Uint8Array[];
  /** Which one `state` is of, and the others. */
  readonly vcpus: Vcpus;
}

export function checkpoint(cpu: Cpu): Checkpoint {
  const { journal } = cpu;
  if (!journal.active) revokeWrites(cpu);
  journal.active = true;
  if (journal.touched && journal.dirty.length > 0) {
    const pages = journal.current.slice();
    for (let slot = pages.length; slot < journal.pages.length; slot++) pages.push(journal.base[slot]!);
    for (const slot of journal.dirty) pages[slot] = copyPage(cpu, journal.pages[slot]!);
    journal.current = pages;
    noticeWrites(cpu);
  }
  journal.touched = false;
  return { state: copyOf(journal, cpu.engine.state), tlb: snapshotTlb(cpu), pages: journal.current, vcpus: cpu.vcpus };
}

/** The next write to every page has to be noticed. */
function noticeWrites(cpu: Cpu): void {
  clearDirty(cpu);
  revokeWrites(cpu);
}

export function restore(cpu: Cpu, { state, tlb, pages, vcpus }: Checkpoint): void {
  restorePages(cpu, pages);
  markColdPages(cpu, false);
  restoreTlb(cpu, tlb);
  cpu.engine.state.set(state);
  cpu.exitCode = undefined;
  cpu.vcpus = vcpus;
  markColdPages(cpu, true);
  if (cpu.engine.u32[word(L.S_COLD_COUNT)] !== 0) forgetAll(cpu);
  refreshKey(cpu);
}

/** So many pages are put back with every restore, written or not, rather than noticing their next write. */
const KEPT_DIRTY = 8;

function restorePages(cpu: Cpu, pages: readonly Uint8Array[]): void {
  const { journal } = cpu;
  for (const slot of journal.dirty) putPage(cpu, slot, pages);
  if (journal.dirty.length > KEPT_DIRTY) noticeWrites(cpu);
  journal.touched = false;
  if (pages === journal.current) return;
  for (let slot = Math.max(pages.length, journal.current.length) - 1; slot >= 0; slot--)
    if ((pages[slot] ?? journal.base[slot]) !== (journal.current[slot] ?? journal.base[slot]))
      putPage(cpu, slot, pages);
  journal.current = pages;
}

function putPage(cpu: Cpu, slot: number, pages: readonly Uint8Array[]): void {
  const { journal } = cpu;
  const contents = (pages[slot] ?? journal.base[slot])!;
  const physical = journal.pages[slot]! * 0x1000;
  if (codeDiffers(cpu, physical, contents)) dropCode(cpu, physical);
  cpu.ram.set(contents, physical);
}

/** Whether a line of the page that holds cached code has to change: data beside it may, and the code stays. */
function codeDiffers({ engine, ram }: Cpu, physical: number, contents: Uint8Array): boolean {
  const page = physical >>> 12;
  if (!(engine.bytes[L.PAGE_FLAGS + page]! & L.PAGE_CODE)) return false;
  for (let line = 0; line < 64; line++) {
    if (!((engine.u32[(L.CODE_LINES >> 2) + 2 * page + (line >> 5)]! >>> (line & 31)) & 1)) continue;
    for (let at = line * 64; at < (line + 1) * 64; at++) if (ram[physical + at] !== contents[at]) return true;
  }
  return false;
}

/** The used part of the state block. */
export const stateBytes = (cpu: Cpu): Uint8Array =>
  cpu.engine.bytes.slice(L.STATE, L.STATE + L.S_TLB + tlbCount(cpu) * L.TLB_ENTRY_BYTES);
