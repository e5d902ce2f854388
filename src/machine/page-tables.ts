/**
 * Builds 4-level page tables in physical memory (SDM vol. 3, 4.5), frame by frame.
 *
 * `Frames` hands out zeroed 4 KiB frames from the bottom of RAM and says undefined when there are none left; `mapPage`
 * writes the entries on the way to one 4 KiB page. Upper levels are permissive (present, writable, user), so the last
 * level alone decides, and they can be shared between top-level tables.
 */

export const PAGE_SIZE = 4096;

/** Bits of a page-table entry, SDM vol. 3, table 4-20. */
export const PTE = {
  P: 1n << 0n,
  RW: 1n << 1n,
  US: 1n << 2n,
  A: 1n << 5n,
  D: 1n << 6n,
  G: 1n << 8n,
  NX: 1n << 63n,
} as const;

const ADDRESS_MASK = 0x000f_ffff_ffff_f000n;

export interface Frames {
  readonly ram: Uint8Array;
  /** Physical address of the next free frame. */
  next: number;
}

/** Thrown when the guest's memory is too small for what is to be loaded; `machine.ts` makes a report of it. */
export class OutOfMemory extends Error {}

/** `count` zeroed frames in a row, the first on a multiple of `align`. Returns the physical address. */
export function allocate(frames: Frames, count = 1, align = PAGE_SIZE): number {
  const at = Math.ceil(frames.next / align) * align;
  const end = at + count * PAGE_SIZE;
  if (end > frames.ram.length) throw new OutOfMemory(`${frames.ram.length >> 10} KiB of memory are too few`);
  frames.next = end;
  return at;
}

/** Physical address of the last-level entry for `linear`, with the tables above it made as needed. */
function lastLevelEntry(frames: Frames, root: number, linear: bigint): number {
  const view = new DataView(frames.ram.buffer, frames.ram.byteOffset, frames.ram.byteLength);
  let table = root;
  for (let level = 3; level > 0; level--) {
    const slot = table + 8 * Number((linear >> BigInt(12 + 9 * level)) & 0x1ffn);
    let entry = view.getBigUint64(slot, true);
    if ((entry & PTE.P) === 0n) {
      entry = BigInt(allocate(frames)) | PTE.P | PTE.RW | PTE.US | PTE.A;
      view.setBigUint64(slot, entry, true);
    }
    table = Number(entry & ADDRESS_MASK);
  }
  return table + 8 * Number((linear >> 12n) & 0x1ffn);
}

/** Maps one 4 KiB page; `flags` are PTE bits. Accessed and dirty are set beforehand, as the kernel does for its own. */
export function mapPage(frames: Frames, root: number, linear: bigint, physical: number, flags: bigint): void {
  const view = new DataView(frames.ram.buffer, frames.ram.byteOffset, frames.ram.byteLength);
  view.setBigUint64(lastLevelEntry(frames, root, linear), BigInt(physical) | flags | PTE.P | PTE.A | PTE.D, true);
}

/** Lets `root` see everything that `other` maps in the 512 GiB around `linear`, by sharing the table below. */
export function shareTopLevel(frames: Frames, root: number, other: number, linear: bigint): void {
  const slot = 8 * Number((linear >> 39n) & 0x1ffn);
  frames.ram.copyWithin(root + slot, other + slot, other + slot + 8);
}
