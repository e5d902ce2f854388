/**
 * The modelled TLB: entries tagged with the PCID, in the state block, and the operations that invalidate them, as
 * SDM vol. 3, 4.10.4.1 lists them. Policy `keep` retains all that the manual lets a CPU retain; `none` never fills.
 *
 * An entry is three words: linear page | PCID, high half of the linear address, frame | flags. The invariant: the fast
 * TLB holds nothing that is not here, so whoever removes an entry revokes its tags.
 */
import * as L from '../engine/layout.ts';
import { forgetAll, forgetPage, forgetPcid } from './fast-tlb.ts';
import { isObserved, note } from './monitor.ts';
import type { TlbEntry } from './observe.ts';
import { type Cpu, count, currentPcid, join, type TlbIndex, type TlbSnapshot, type WalkResult, word } from './state.ts';

/** Flags of an entry, in the low bits of its third word. */
export const TLB = {
  /** 0: 4 KiB, 1: 2 MiB, 2: 1 GiB. */
  SIZE: 3,
  GLOBAL: 4,
  USER: 8,
  WRITABLE: 16,
  NO_EXECUTE: 32,
  DIRTY: 64,
  /** From here on the four bits of the protection key. */
  KEY: 128,
} as const;

export const keyOf = (flags: number): number => (flags >> 7) & 15;

/** Bytes of a page by its size code. */
export const PAGE_BYTES = [0x1000, 0x200000, 0x40000000] as const;
const FIRST = word(L.S_TLB);
const WORDS = L.TLB_ENTRY_BYTES / 4;
const BUCKETS = 128;

export const emptyIndex = (): TlbIndex => ({
  heads: new Int32Array(BUCKETS).fill(-1),
  next: new Int32Array(L.TLB_CAPACITY),
  sizes: [0, 0, 0],
  snapshot: undefined,
});

export const tlbCount = (cpu: Cpu): number => cpu.engine.u32[word(L.S_TLB_COUNT)]!;

const bucketOf = (linearLow: number, linearHigh: number, size: number): number =>
  ((linearLow >>> (12 + 9 * size)) ^ linearHigh ^ (size << 8)) & (BUCKETS - 1);

/** The entry that translates the address for `pcid`, or -1. */
export function lookup(cpu: Cpu, linearLow: number, linearHigh: number, pcid: number): number {
  const { heads, next, sizes } = cpu.tlbIndex;
  const { i32 } = cpu.engine;
  for (let size = 0; size < 3; size++) {
    if (sizes[size] === 0) continue;
    const page = linearLow & -PAGE_BYTES[size]!;
    for (let i = heads[bucketOf(linearLow, linearHigh, size)]!; i >= 0; i = next[i]!) {
      const at = FIRST + i * WORDS;
      const tag = i32[at]!;
      const flags = i32[at + 2]!;
      if ((tag & ~0xfff) !== page || i32[at + 1] !== linearHigh || (flags & TLB.SIZE) !== size) continue;
      if ((tag & 0xfff) === pcid || flags & TLB.GLOBAL) return i;
    }
  }
  return -1;
}

/** The 4 KiB frame and the flags that entry `i` gives for the address. */
export function readEntry(cpu: Cpu, i: number, linearLow: number, result: WalkResult): void {
  const data = cpu.engine.i32[FIRST + i * WORDS + 2]!;
  const inside = (PAGE_BYTES[data & TLB.SIZE]! - 1) & ~0xfff;
  result.flags = data & 0xfff;
  result.frame = ((data & ~0xfff) | (linearLow & inside)) >>> 0;
}

/** Adds the translation of a walk; the caller has looked that there is none. */
export function insert(cpu: Cpu, linearLow: number, linearHigh: number, pcid: number, walk: WalkResult): void {
  if (tlbCount(cpu) === L.TLB_CAPACITY) evictOldest(cpu);
  const i = tlbCount(cpu);
  const { i32, u32 } = cpu.engine;
  const pageMask = -PAGE_BYTES[walk.flags & TLB.SIZE]!;
  const at = FIRST + i * WORDS;
  i32[at] = (linearLow & pageMask) | pcid;
  i32[at + 1] = linearHigh;
  i32[at + 2] = (walk.frame & pageMask) | walk.flags;
  u32[word(L.S_TLB_COUNT)] = i + 1;
  link(cpu, i);
  count(cpu, L.S_TLB_FILLED);
  if (isObserved(cpu)) note(cpu, { kind: 'tlb-fill', entry: entryAt(cpu, i) });
}

function link(cpu: Cpu, i: number): void {
  const { heads, next, sizes } = cpu.tlbIndex;
  const { i32 } = cpu.engine;
  const at = FIRST + i * WORDS;
  const size = i32[at + 2]! & TLB.SIZE;
  const bucket = bucketOf(i32[at]!, i32[at + 1]!, size);
  next[i] = heads[bucket]!;
  heads[bucket] = i;
  sizes[size as 0 | 1 | 2]++;
}

/** Empties the index by way of the entries in it, which are few as a rule: a flush is frequent, and the buckets are many. */
function unlinkAll(cpu: Cpu, total: number): void {
  const { heads, sizes } = cpu.tlbIndex;
  const { i32 } = cpu.engine;
  for (let i = 0; i < total; i++) {
    const at = FIRST + i * WORDS;
    heads[bucketOf(i32[at]!, i32[at + 1]!, i32[at + 2]! & TLB.SIZE)] = -1;
  }
  sizes.fill(0);
}

function linkAll(cpu: Cpu, total: number): void {
  cpu.engine.u32[word(L.S_TLB_COUNT)] = total;
  for (let i = 0; i < total; i++) link(cpu, i);
}

/** The entries as they are, for `restoreTlb`: the last one again while none has come or gone. */
export function snapshotTlb(cpu: Cpu): TlbSnapshot {
  const { tlbIndex, engine } = cpu;
  const total = tlbCount(cpu);
  if (tlbIndex.snapshot?.count === total) return tlbIndex.snapshot;
  tlbIndex.snapshot = { count: total, words: engine.i32.slice(FIRST, FIRST + total * WORDS) };
  return tlbIndex.snapshot;
}

export const NO_ENTRIES: TlbSnapshot = { count: 0, words: new Int32Array(0) };

/** Puts the entries back; tags of the fast TLB stay where their entries do. */
export function restoreTlb(cpu: Cpu, snapshot: TlbSnapshot): void {
  const { tlbIndex, engine } = cpu;
  if (tlbIndex.snapshot === snapshot) {
    while (tlbCount(cpu) > snapshot.count) removeLast(cpu);
    return;
  }
  unlinkAll(cpu, tlbCount(cpu));
  engine.i32.set(snapshot.words, FIRST);
  linkAll(cpu, snapshot.count);
  tlbIndex.snapshot = snapshot;
  forgetAll(cpu);
}

function removeLast(cpu: Cpu): void {
  const { heads, next, sizes } = cpu.tlbIndex;
  const { i32, u32 } = cpu.engine;
  const i = tlbCount(cpu) - 1;
  const at = FIRST + i * WORDS;
  const size = i32[at + 2]! & TLB.SIZE;
  // What came last stands first in its chain.
  heads[bucketOf(i32[at]!, i32[at + 1]!, size)] = next[i]!;
  sizes[size as 0 | 1 | 2]--;
  u32[word(L.S_TLB_COUNT)] = i;
  if (size === 0) forgetPage(cpu, i32[at]!);
  else forgetAll(cpu);
}

/** A real TLB has an end too; a quarter goes at once, the oldest first. Not counted as dropped by a flush. */
function evictOldest(cpu: Cpu): void {
  const evicted = L.TLB_CAPACITY / 4;
  unlinkAll(cpu, L.TLB_CAPACITY);
  cpu.engine.i32.copyWithin(FIRST, FIRST + evicted * WORDS, FIRST + L.TLB_CAPACITY * WORDS);
  linkAll(cpu, L.TLB_CAPACITY - evicted);
  cpu.tlbIndex.snapshot = undefined;
  forgetAll(cpu);
}

/** Removes the entries that `drops` names (tag word, high half, data word); how many. */
function remove(cpu: Cpu, drops: (tag: number, linearHigh: number, data: number) => boolean): number {
  const { i32 } = cpu.engine;
  const total = tlbCount(cpu);
  let kept = 0;
  unlinkAll(cpu, total);
  for (let i = 0; i < total; i++) {
    const from = FIRST + i * WORDS;
    if (drops(i32[from]!, i32[from + 1]!, i32[from + 2]!)) continue;
    if (kept !== i) i32.copyWithin(FIRST + kept * WORDS, from, from + WORDS);
    kept++;
  }
  linkAll(cpu, kept);
  if (kept !== total) cpu.tlbIndex.snapshot = undefined;
  return total - kept;
}

function flushed(cpu: Cpu, reason: string, dropped: number): void {
  count(cpu, L.S_TLB_DROPPED, dropped);
  if (isObserved(cpu)) note(cpu, { kind: 'tlb-flush', reason, dropped });
}

/** One PCID; global entries stay: MOV to CR3, INVPCID type 1. */
export function flushPcid(cpu: Cpu, pcid: number, reason: string): void {
  const dropped = remove(cpu, (tag, _, data) => (tag & 0xfff) === pcid && !(data & TLB.GLOBAL));
  forgetPcid(cpu, pcid);
  flushed(cpu, reason, dropped);
}

/** Every PCID, global entries too: CR4.PGE, CR4.PCIDE 1→0, INVPCID type 2. */
export function flushAll(cpu: Cpu, reason: string): void {
  const dropped = remove(cpu, () => true);
  forgetAll(cpu);
  flushed(cpu, reason, dropped);
}

/** Every PCID but no global entry: INVPCID type 3. */
export function flushNonGlobal(cpu: Cpu, reason: string): void {
  const dropped = remove(cpu, (_tag, _high, data) => !(data & TLB.GLOBAL));
  forgetAll(cpu);
  flushed(cpu, reason, dropped);
}

/** The translations of one address for a PCID, of any page size; with `globals` also global ones: INVLPG. */
export function flushAddress(
  cpu: Cpu,
  linearLow: number,
  linearHigh: number,
  pcid: number,
  globals: boolean,
  reason: string,
): void {
  flushed(cpu, reason, removeAddress(cpu, linearLow, linearHigh, pcid, globals));
}

/** The same without counting it as a flush: what a page fault does by itself. */
export function removeAddress(cpu: Cpu, linearLow: number, linearHigh: number, pcid: number, globals: boolean): number {
  let large = false;
  const dropped = remove(cpu, (tag, entryHigh, data) => {
    const size = data & TLB.SIZE;
    if (entryHigh !== linearHigh || (tag & ~0xfff) !== (linearLow & -PAGE_BYTES[size]!)) return false;
    const isGlobal = (data & TLB.GLOBAL) !== 0;
    const hit = isGlobal ? globals : (tag & 0xfff) === pcid;
    large ||= hit && size !== 0;
    return hit;
  });
  if (large) forgetAll(cpu);
  else forgetPage(cpu, linearLow);
  return dropped;
}

/** Entry `i` as plain data. */
export function entryAt(cpu: Cpu, i: number): TlbEntry {
  const { i32 } = cpu.engine;
  const at = FIRST + i * WORDS;
  const [tag, data] = [i32[at]!, i32[at + 2]!];
  return {
    linear: join(tag & ~0xfff, i32[at + 1]!),
    physical: BigInt((data & ~0xfff) >>> 0),
    size: PAGE_BYTES[data & TLB.SIZE]!,
    pcid: tag & 0xfff,
    global: (data & TLB.GLOBAL) !== 0,
    user: (data & TLB.USER) !== 0,
    writable: (data & TLB.WRITABLE) !== 0,
    noExecute: (data & TLB.NO_EXECUTE) !== 0,
    dirty: (data & TLB.DIRTY) !== 0,
    key: keyOf(data),
  };
}

/** The contents, oldest first. */
export const tlbEntries = (cpu: Cpu): TlbEntry[] => Array.from({ length: tlbCount(cpu) }, (_, i) => entryAt(cpu, i));

/** Marks the address's entry dirty: the walk that set D in memory has just been made. */
export function replaceEntry(cpu: Cpu, i: number, linearLow: number, linearHigh: number, walk: WalkResult): void {
  removeAt(cpu, i);
  forgetPage(cpu, linearLow);
  insert(cpu, linearLow, linearHigh, currentPcid(cpu), walk);
}

function removeAt(cpu: Cpu, i: number): void {
  const total = tlbCount(cpu);
  unlinkAll(cpu, total);
  cpu.engine.i32.copyWithin(FIRST + i * WORDS, FIRST + (i + 1) * WORDS, FIRST + total * WORDS);
  linkAll(cpu, total - 1);
  cpu.tlbIndex.snapshot = undefined;
}
