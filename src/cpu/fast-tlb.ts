/**
 * The engine's fast TLB seen from here: keys and revocation. It holds only what the modelled TLB holds and the present
 * rights allow. A key stands for a PCID and a set of rights; flushing a PCID forgets its keys, and tags that bear them
 * match nothing again until a table is cleared, when its 11 bits of keys run out. Writes have keys of their own, so
 * that they alone can be revoked.
 */
import * as L from '../engine/layout.ts';
import { RFLAGS } from '../isa/insn.ts';
import { type Cpu, CR0, CR4, cpl, cr, type FastKeys, type KeySpace, low, word } from './state.ts';

/** Keys are 1 … 0x7ff. */
const KEY_LIMIT = L.TAG_CODE;
const CONTEXT = L.CONTEXT >> 2;

export function newKeys(memory: Uint8Array): FastKeys {
  const space = (at: number): KeySpace => ({
    count: new Uint32Array(memory.buffer, at, 1),
    contexts: new Uint32Array(memory.buffer, at + L.KEYS_CONTEXTS, KEY_LIMIT),
    keys: new Uint16Array(memory.buffer, at + L.KEYS_NUMBERS, KEY_LIMIT),
    next: 1,
  });
  return { reads: space(L.READ_KEYS), writes: space(L.WRITE_KEYS), pkru: 0, writesGranted: false };
}

/** Misaligned data accesses raise #AC: CR0.AM, EFLAGS.AC and CPL 3, SDM vol. 3, 6.15. */
export const checksAlignment = (cpu: Cpu): boolean =>
  cpl(cpu) === 3 && (low(cpu, cr(0)) & CR0.AM) !== 0 && (low(cpu, L.S_RFLAGS) & RFLAGS.AC) !== 0;

/** Sets the keys to those of the present PCID and rights. After every change of either, and before a run. */
export function refreshKey(cpu: Cpu): void {
  forgetOtherRights(cpu);
  if (!cpu.engine.rekey()) dealKeys(cpu);
}

/** The engine has looked for the keys of the present context, and left 0 for what there is none of. */
export function dealKeys(cpu: Cpu): void {
  const { engine, keys } = cpu;
  const context = engine.u32[CONTEXT]!;
  if (engine.u32[L.KEY >> 2] === 0) {
    if (keys.reads.next === KEY_LIMIT) clearReads(cpu);
    engine.u32[L.KEY >> 2] = deal(keys.reads, context);
  }
  if (engine.u32[L.WRITE_KEY >> 2] === 0) {
    if (keys.writes.next === KEY_LIMIT) clearWrites(cpu);
    engine.u32[L.WRITE_KEY >> 2] = deal(keys.writes, context);
  }
}

/** PKRU has no room in a context, and seldom changes: what was granted under another one is forgotten. */
function forgetOtherRights(cpu: Cpu): void {
  const { keys, engine } = cpu;
  const pkru = engine.u32[word(cr(4))]! & CR4.PKE ? engine.u32[word(L.S_PKRU)]! : 0;
  if (pkru === keys.pkru) return;
  keys.pkru = pkru;
  dropAll(cpu);
}

function dropAll({ keys, engine }: Cpu): void {
  keys.reads.count[0] = 0;
  keys.writes.count[0] = 0;
  engine.u32[CONTEXT] = L.NO_CONTEXT;
}

function deal(space: KeySpace, context: number): number {
  const live = space.count[0]!;
  space.contexts[live] = context;
  space.keys[live] = space.next;
  space.count[0] = live + 1;
  return space.next++;
}

function clearReads({ engine, keys: { reads } }: Cpu): void {
  engine.bytes.fill(0, L.READ_TLB, L.READ_TLB + 16 * L.FAST_ENTRIES);
  engine.bytes.fill(0, L.FETCH_TLB, L.FETCH_TLB + 16 * L.FETCH_ENTRIES);
  engine.bytes.fill(0, L.OWN_READ_TLB, L.OWN_READ_TLB + 16 * OWN_ENTRIES);
  reads.count[0] = 0;
  reads.next = 1;
}

function clearWrites({ engine, keys: { writes } }: Cpu): void {
  engine.bytes.fill(0, L.WRITE_TLB, L.WRITE_TLB + 16 * L.FAST_ENTRIES);
  engine.bytes.fill(0, L.OWN_WRITE_TLB, L.OWN_WRITE_TLB + 16 * OWN_ENTRIES);
  writes.count[0] = 0;
  writes.next = 1;
}

/** No tag of the PCID is valid any more. */
export function forgetPcid(cpu: Cpu, pcid: number): void {
  const { keys, engine } = cpu;
  drop(keys.reads, pcid);
  drop(keys.writes, pcid);
  engine.u32[CONTEXT] = L.NO_CONTEXT;
  refreshKey(cpu);
}

function drop(space: KeySpace, pcid: number): void {
  const { contexts, keys, count } = space;
  for (let i = count[0]! - 1; i >= 0; i--) {
    if (contexts[i]! >> L.CONTEXT_MODE_BITS !== pcid) continue;
    const last = count[0]! - 1;
    contexts[i] = contexts[last]!;
    keys[i] = keys[last]!;
    count[0] = last;
  }
}

export function forgetAll(cpu: Cpu): void {
  dropAll(cpu);
  refreshKey(cpu);
}

/** The tags of one page, under every key. */
export function forgetPage(cpu: Cpu, linearLow: number): void {
  const { u32 } = cpu.engine;
  const page = linearLow >>> 12;
  u32[(L.READ_TLB >> 2) + (page & (L.FAST_ENTRIES - 1)) * 4] = 0;
  u32[(L.WRITE_TLB >> 2) + (page & (L.FAST_ENTRIES - 1)) * 4] = 0;
  u32[(L.FETCH_TLB >> 2) + (page & (L.FETCH_ENTRIES - 1)) * 4] = 0;
  for (let user = 0; user < 2; user++) {
    u32[ownAt(L.OWN_READ_TLB, linearLow, user)] = 0;
    u32[ownAt(L.OWN_WRITE_TLB, linearLow, user)] = 0;
  }
}

/** Every write has to come by `translate` again: a page became code, a checkpoint was taken, logging began. */
export function revokeWrites(cpu: Cpu): void {
  const { keys, engine } = cpu;
  if (!keys.writesGranted) return;
  keys.writesGranted = false;
  keys.writes.count[0] = 0;
  engine.u32[CONTEXT] = L.NO_CONTEXT;
  refreshKey(cpu);
}

/** Grants one page for reading; `frame` is its physical address. */
export function grantRead(cpu: Cpu, linearLow: number, linearHigh: number, frame: number): void {
  const at = (L.READ_TLB + ((linearLow >>> 12) & (L.FAST_ENTRIES - 1)) * 16) >> 2;
  grant(cpu, at, linearLow, linearHigh, frame, cpu.engine.u32[L.KEY >> 2]!);
}

/** Grants one page for writing; stores to one that holds code have to look at the line. */
export function grantWrite(cpu: Cpu, linearLow: number, linearHigh: number, frame: number, holdsCode: boolean): void {
  cpu.keys.writesGranted = true;
  const key = cpu.engine.u32[L.WRITE_KEY >> 2]! | (holdsCode ? L.TAG_CODE : 0);
  const at = (L.WRITE_TLB + ((linearLow >>> 12) & (L.FAST_ENTRIES - 1)) * 16) >> 2;
  grant(cpu, at, linearLow, linearHigh, frame, key);
}

const OWN_ENTRIES = 2 * L.OWN_PAGES;

const ownAt = (table: number, linearLow: number, user: number): number =>
  (table + (((linearLow >>> 12) & (L.OWN_PAGES - 1)) * 2 + user) * 16) >> 2;

/** Grants a supervisor's page to the CPU's own reads with a supervisor's rights, or to its own writes. */
export function grantOwn(cpu: Cpu, linearLow: number, linearHigh: number, frame: number, writes: boolean): void {
  const key = cpu.engine.u32[(writes ? L.WRITE_KEY : L.KEY) >> 2]!;
  cpu.keys.writesGranted ||= writes;
  const table = writes ? L.OWN_WRITE_TLB : L.OWN_READ_TLB;
  grant(cpu, ownAt(table, linearLow, cpl(cpu) === 3 ? 1 : 0), linearLow, linearHigh, frame, key);
}

/** `at`: index of the entry's first word. */
function grant(cpu: Cpu, at: number, linearLow: number, linearHigh: number, frame: number, key: number): void {
  const { u32 } = cpu.engine;
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
