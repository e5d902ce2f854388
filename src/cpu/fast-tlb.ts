/**
 * The engine's fast TLB seen from here: keys and revocation. It holds only what the modelled TLB holds and the present
 * rights allow. A key stands for a PCID and a set of rights; flushing a PCID forgets its keys, and tags that bear them
 * match nothing again until the whole table is cleared, when the 11 bits of keys run out.
 */
import * as L from '../engine/layout.ts';
import { RFLAGS } from '../isa/insn.ts';
import { type Cpu, CR0, CR4, cpl, cr, currentPcid, EFER, low } from './state.ts';

const MODE_BITS = 6;
const KEY_LIMIT = L.TAG_CODE;

/** Everything that a permission check reads, apart from the entry: one bit each. */
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
    (checksAlignment(cpu) ? 32 : 0)
  );
}

/** Misaligned data accesses raise #AC: CR0.AM, EFLAGS.AC and CPL 3, SDM vol. 3, 6.15. */
export const checksAlignment = (cpu: Cpu): boolean =>
  cpl(cpu) === 3 && (low(cpu, cr(0)) & CR0.AM) !== 0 && (low(cpu, L.S_RFLAGS) & RFLAGS.AC) !== 0;

/** Sets KEY to the one of the present PCID and rights. After every change of either, and before a run. */
export function refreshKey(cpu: Cpu): void {
  const { keys, engine } = cpu;
  const rights = mode(cpu);
  let key = keysOf(cpu, currentPcid(cpu))[rights]!;
  if (key === 0) {
    if (keys.next === KEY_LIMIT) clearFast(cpu);
    key = keys.next++;
    keysOf(cpu, currentPcid(cpu))[rights] = key;
  }
  engine.u32[L.KEY >> 2] = key;
}

function keysOf({ keys: { byPcid } }: Cpu, pcid: number): Uint16Array {
  let known = byPcid.get(pcid);
  if (known === undefined) {
    known = new Uint16Array(1 << MODE_BITS);
    byPcid.set(pcid, known);
  }
  return known;
}

/** No tag of the PCID is valid any more. */
export function forgetPcid(cpu: Cpu, pcid: number): void {
  cpu.keys.byPcid.get(pcid)?.fill(0);
  refreshKey(cpu);
}

export function forgetAll(cpu: Cpu): void {
  cpu.keys.byPcid.clear();
  refreshKey(cpu);
}

/** Clears the tables, so that the keys can be dealt anew. */
export function clearFast(cpu: Cpu): void {
  cpu.engine.bytes.fill(0, L.READ_TLB, L.FETCH_TLB + 16 * L.FETCH_ENTRIES);
  cpu.keys.byPcid.clear();
  cpu.keys.next = 1;
}

/** The tags of one page, under every key. */
export function forgetPage(cpu: Cpu, linearLow: number): void {
  const { u32 } = cpu.engine;
  for (const [table, entries] of [
    [L.READ_TLB, L.FAST_ENTRIES],
    [L.WRITE_TLB, L.FAST_ENTRIES],
    [L.FETCH_TLB, L.FETCH_ENTRIES],
  ] as const) {
    const at = (table + ((linearLow >>> 12) & (entries - 1)) * 16) >> 2;
    u32[at] = 0;
    u32[at + 1] = 0;
  }
}

/** Every write has to come by `translate` again: a page became code, a checkpoint was taken, logging began. */
export function revokeWrites(cpu: Cpu): void {
  cpu.engine.bytes.fill(0, L.WRITE_TLB, L.WRITE_TLB + 16 * L.FAST_ENTRIES);
}

export function revokeReads(cpu: Cpu): void {
  cpu.engine.bytes.fill(0, L.READ_TLB, L.READ_TLB + 16 * L.FAST_ENTRIES);
}

/** Grants one page: `table` is READ_TLB or WRITE_TLB, `frame` its physical address, `extra` TAG_CODE or 0. */
export function grant(
  cpu: Cpu,
  table: number,
  linearLow: number,
  linearHigh: number,
  frame: number,
  extra: number,
): void {
  const { u32 } = cpu.engine;
  const at = (table + ((linearLow >>> 12) & (L.FAST_ENTRIES - 1)) * 16) >> 2;
  const page = (linearLow & ~0xfff) >>> 0;
  u32[at] = page | u32[L.KEY >> 2]! | extra;
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
