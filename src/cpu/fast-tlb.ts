/**
 * The engine's fast TLB seen from here: keys and revocation. It holds only what the modelled TLB holds and the present
 * rights allow. A key stands for a PCID and a set of rights; flushing a PCID forgets its keys, and tags that bear them
 * match nothing again until a table is cleared, when its 11 bits of keys run out. Writes have keys of their own, so
 * that they alone can be revoked.
 */
import * as L from '../engine/layout.ts';
import { RFLAGS } from '../isa/insn.ts';
import {
  type Cpu,
  CR0,
  CR4,
  codeMode,
  cpl,
  cr,
  currentPcid,
  EFER,
  type FastKeys,
  type KeySpace,
  low,
  word,
} from './state.ts';

const MODE_BITS = 10;
/** Keys are 1 … 0x7ff. */
const KEY_LIMIT = L.TAG_CODE;
const NO_CONTEXT = -1;

export const emptyKeys = (): FastKeys => ({
  reads: emptySpace(),
  writes: emptySpace(),
  context: NO_CONTEXT,
  pkru: 0,
  writesGranted: false,
});

const emptySpace = (): KeySpace => ({
  contexts: new Int32Array(KEY_LIMIT),
  keys: new Uint16Array(KEY_LIMIT),
  live: 0,
  next: 1,
});

/** Everything that a permission check reads, apart from the entry, one bit each; and how code is read. */
function mode(cpu: Cpu): number {
  const cr0 = low(cpu, cr(0));
  const cr4 = low(cpu, cr(4));
  const user = cpl(cpu) === 3;
  const ac = (low(cpu, L.S_RFLAGS) & RFLAGS.AC) !== 0;
  return (
    (user ? 1 : 0) |
    (cr0 & CR0.WP ? 2 : 0) |
    (cr4 & CR4.SMAP && !ac ? 4 : 0) |
    (cr4 & CR4.SMEP ? 8 : 0) |
    (low(cpu, L.S_EFER) & EFER.NXE ? 16 : 0) |
    (checksAlignment(cpu) ? 32 : 0) |
    (codeMode(cpu) << 6)
  );
}

/** Misaligned data accesses raise #AC: CR0.AM, EFLAGS.AC and CPL 3, SDM vol. 3, 6.15. */
export const checksAlignment = (cpu: Cpu): boolean =>
  cpl(cpu) === 3 && (low(cpu, cr(0)) & CR0.AM) !== 0 && (low(cpu, L.S_RFLAGS) & RFLAGS.AC) !== 0;

/** Sets the keys to those of the present PCID and rights. After every change of either, and before a run. */
export function refreshKey(cpu: Cpu): void {
  const { keys, engine } = cpu;
  forgetOtherRights(cpu);
  const context = (currentPcid(cpu) << MODE_BITS) | mode(cpu);
  if (context === keys.context) return;
  keys.context = context;
  engine.u32[L.KEY >> 2] = keyOf(keys.reads, context) || dealReadKey(cpu, context);
  engine.u32[L.WRITE_KEY >> 2] = keyOf(keys.writes, context) || dealWriteKey(cpu, context);
}

/** PKRU has no room in a context, and seldom changes: what was granted under another one is forgotten. */
function forgetOtherRights({ keys, engine }: Cpu): void {
  const pkru = engine.u32[word(cr(4))]! & CR4.PKE ? engine.u32[word(L.S_PKRU)]! : 0;
  if (pkru === keys.pkru) return;
  keys.pkru = pkru;
  keys.reads.live = 0;
  keys.writes.live = 0;
  keys.context = NO_CONTEXT;
}

/** The key of the context, or 0. There are few live ones: address spaces in use times rights in use. */
function keyOf({ contexts, keys, live }: KeySpace, context: number): number {
  for (let i = live - 1; i >= 0; i--) if (contexts[i] === context) return keys[i]!;
  return 0;
}

function dealReadKey(cpu: Cpu, context: number): number {
  if (cpu.keys.reads.next === KEY_LIMIT) clearReads(cpu);
  return deal(cpu.keys.reads, context);
}

function dealWriteKey(cpu: Cpu, context: number): number {
  if (cpu.keys.writes.next === KEY_LIMIT) clearWrites(cpu);
  return deal(cpu.keys.writes, context);
}

function deal(space: KeySpace, context: number): number {
  space.contexts[space.live] = context;
  space.keys[space.live++] = space.next;
  return space.next++;
}

function clearReads({ engine, keys: { reads } }: Cpu): void {
  engine.bytes.fill(0, L.READ_TLB, L.READ_TLB + 16 * L.FAST_ENTRIES);
  engine.bytes.fill(0, L.FETCH_TLB, L.FETCH_TLB + 16 * L.FETCH_ENTRIES);
  reads.live = 0;
  reads.next = 1;
}

function clearWrites({ engine, keys: { writes } }: Cpu): void {
  engine.bytes.fill(0, L.WRITE_TLB, L.WRITE_TLB + 16 * L.FAST_ENTRIES);
  writes.live = 0;
  writes.next = 1;
}

/** No tag of the PCID is valid any more. */
export function forgetPcid(cpu: Cpu, pcid: number): void {
  const { keys } = cpu;
  drop(keys.reads, pcid);
  drop(keys.writes, pcid);
  keys.context = NO_CONTEXT;
  refreshKey(cpu);
}

function drop(space: KeySpace, pcid: number): void {
  const { contexts, keys } = space;
  for (let i = space.live - 1; i >= 0; i--) {
    if (contexts[i]! >> MODE_BITS !== pcid) continue;
    space.live--;
    contexts[i] = contexts[space.live]!;
    keys[i] = keys[space.live]!;
  }
}

export function forgetAll(cpu: Cpu): void {
  const { keys } = cpu;
  keys.reads.live = 0;
  keys.writes.live = 0;
  keys.context = NO_CONTEXT;
  refreshKey(cpu);
}

/** The tags of one page, under every key. */
export function forgetPage(cpu: Cpu, linearLow: number): void {
  const { u32 } = cpu.engine;
  const page = linearLow >>> 12;
  u32[(L.READ_TLB >> 2) + (page & (L.FAST_ENTRIES - 1)) * 4] = 0;
  u32[(L.WRITE_TLB >> 2) + (page & (L.FAST_ENTRIES - 1)) * 4] = 0;
  u32[(L.FETCH_TLB >> 2) + (page & (L.FETCH_ENTRIES - 1)) * 4] = 0;
}

/** Every write has to come by `translate` again: a page became code, a checkpoint was taken, logging began. */
export function revokeWrites(cpu: Cpu): void {
  const { keys } = cpu;
  if (!keys.writesGranted) return;
  keys.writesGranted = false;
  keys.writes.live = 0;
  keys.context = NO_CONTEXT;
  refreshKey(cpu);
}

/** Grants one page for reading; `frame` is its physical address. */
export function grantRead(cpu: Cpu, linearLow: number, linearHigh: number, frame: number): void {
  grant(cpu, L.READ_TLB, linearLow, linearHigh, frame, cpu.engine.u32[L.KEY >> 2]!);
}

/** Grants one page for writing; stores to one that holds code have to look at the line. */
export function grantWrite(cpu: Cpu, linearLow: number, linearHigh: number, frame: number, holdsCode: boolean): void {
  cpu.keys.writesGranted = true;
  const key = cpu.engine.u32[L.WRITE_KEY >> 2]! | (holdsCode ? L.TAG_CODE : 0);
  grant(cpu, L.WRITE_TLB, linearLow, linearHigh, frame, key);
}

function grant(cpu: Cpu, table: number, linearLow: number, linearHigh: number, frame: number, key: number): void {
  const { u32 } = cpu.engine;
  const at = (table + ((linearLow >>> 12) & (L.FAST_ENTRIES - 1)) * 16) >> 2;
  const page = (linearLow & ~0xfff) >>> 0;
  u32[at] = page | key;
  u32[at + 1] = linearHigh;
  u32[at + 2] = L.RAM + frame - page;
}

/** Lets the loop find the table of a code page by itself. */
export function grantFetch(cpu: Cpu, linearLow: number, linearHigh: number, table: number): void {
  const { u32 } = cpu.engine;
  const at = (L.FETCH_TLB + ((linearLow >>> 12) & (L.FETCH_ENTRIES - 1)) * 16) >> 2;
  u32[at] = (linearLow & ~0xfff) | u32[L.KEY >> 2]!;
  u32[at + 1] = linearHigh;
  u32[at + 2] = table;
}
