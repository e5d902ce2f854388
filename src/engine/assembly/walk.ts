/**
 * The walk through the page tables, from CR3 down to a page (SDM vol. 3, 4.5): a linear address in, and in WALK_* what the entries say of
 * it. Nothing is checked but what makes an entry unfit, and nothing is marked: cpu/paging.ts does both.
 */
import {
  GIGABYTE_PAGES,
  RAM,
  RAM_BYTES,
  RESERVED_HIGH,
  S_CR,
  S_EFER,
  STATE,
  WALK_DEPTH,
  WALK_FLAGS,
  WALK_FRAME,
  WALK_MARKED,
  WALK_OK,
  WALK_PATH,
  WALK_RESERVED,
} from "../layout";

const PRESENT: u32 = 1;
const WRITABLE: u32 = 2;
const USER: u32 = 4;
const ACCESSED: u32 = 1 << 5;
const DIRTY: u32 = 1 << 6;
const LARGE: u32 = 1 << 7;
const GLOBAL: u32 = 1 << 8;
const NX_HIGH: u32 = 0x80000000;
const ADDRESS_HIGH: u32 = 0x000fffff;
/** Frames without memory behind them all look like this one, beyond any RAM. */
const NOWHERE: u32 = 0xfffff000;
/** Reserved address bits of large pages: 20:13 and 29:13. */
const LARGE_RESERVED_2M: u32 = 0x001fe000;
const LARGE_RESERVED_1G: u32 = 0x3fffe000;
const CR4_PGE: u32 = 1 << 7;
const CR4_LA57: u32 = 1 << 12;
const EFER_NXE: u32 = 1 << 11;

// Flags, as TLB entries have them.
const TLB_GLOBAL: u32 = 4;
const TLB_USER: u32 = 8;
const TLB_WRITABLE: u32 = 16;
const TLB_NO_EXECUTE: u32 = 32;
const TLB_DIRTY: u32 = 64;
const TLB_KEY: u32 = 7;

/** WALK_OK; or the size of the entry (0: of the page table, 1: of the page directory …) that is not present, or WALK_RESERVED above it. */
export function walk(linearLow: u32, linearHigh: u32): i32 {
  const address = (<u64>linearHigh << 32) | linearLow;
  const cr3 = load<u64>(STATE + S_CR + 24);
  const nxe = (load<u32>(STATE + S_EFER) & EFER_NXE) != 0;
  const reservedHigh = load<u32>(RESERVED_HIGH) | (nxe ? 0 : NX_HIGH);
  const ram = load<u32>(RAM_BYTES);
  let table: u32 = <u32>(cr3 >> 32) & 0x7fffffff ? NOWHERE : <u32>cr3 & ~0xfff;
  let rights: u32 = WRITABLE | USER | ACCESSED;
  let noExecute: u32 = 0;
  let size: i32 = load<u32>(STATE + S_CR + 32) & CR4_LA57 ? 4 : 3;
  let depth: u32 = 0;
  while (true) {
    const at = table + ((<u32>(address >> (12 + 9 * size)) & 0x1ff) << 3);
    let entry: u32 = 0xffffffff;
    let entryHigh: u32 = 0xffffffff;
    if (at < ram) {
      entry = load<u32>(<usize>RAM + at);
      entryHigh = load<u32>(<usize>RAM + at + 4);
    }
    if (!(entry & PRESENT)) return size;
    const leaf = size == 0 || (entry & LARGE) != 0;
    if (entryHigh & reservedHigh || (leaf && !isAllowed(size, entry))) return size | WALK_RESERVED;
    store<u32>(<usize>WALK_PATH + (depth << 2), at);
    depth++;
    rights &= entry;
    noExecute |= entryHigh & NX_HIGH;
    if (leaf) {
      store<u32>(WALK_DEPTH, depth);
      store<u32>(WALK_MARKED, rights & ACCESSED);
      keep(entry, entryHigh, linearLow, size, rights, noExecute != 0);
      return WALK_OK;
    }
    table = entryHigh & ADDRESS_HIGH ? NOWHERE : entry & ~0xfff;
    size--;
  }
}

function isAllowed(size: i32, entry: u32): bool {
  if (size == 0) return true;
  if (size == 1) return !(entry & LARGE_RESERVED_2M);
  return size == 2 && load<u32>(GIGABYTE_PAGES) != 0 && !(entry & LARGE_RESERVED_1G);
}

function keep(entry: u32, entryHigh: u32, linearLow: u32, size: i32, rights: u32, noExecute: bool): void {
  const inside: u32 = ((<u32>1 << (12 + 9 * size)) - 1) & ~0xfff;
  const isGlobal = entry & GLOBAL && load<u32>(STATE + S_CR + 32) & CR4_PGE;
  store<u32>(WALK_FRAME, entryHigh & ADDRESS_HIGH ? NOWHERE : (entry & ~0xfff & ~inside) | (linearLow & inside));
  store<u32>(
    WALK_FLAGS,
    size |
      (isGlobal ? TLB_GLOBAL : 0) |
      (rights & USER ? TLB_USER : 0) |
      (rights & WRITABLE ? TLB_WRITABLE : 0) |
      (noExecute ? TLB_NO_EXECUTE : 0) |
      (entry & DIRTY ? TLB_DIRTY : 0) |
      (((entryHigh >> 27) & 15) << TLB_KEY),
  );
}
