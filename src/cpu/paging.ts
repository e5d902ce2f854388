/**
 * 4-level and 5-level paging, SDM vol. 3, chapter 4: linear address and access in, physical address out or a #PF. The TLB is asked
 * first; a stale entry is really used, so a missing flush shows as a wrong access or as a fault that the page tables
 * do not explain (its report says so).
 *
 * The subtle invariant: a walk sets accessed and dirty bits only when the access is allowed, and a fault removes the
 * entry it came from (4.10.4.1), nothing else.
 */
import * as L from '../engine/layout.ts';
import { RFLAGS } from '../isa/insn.ts';
import { noteWrite } from './memory.ts';
import { keyForbids } from './pkru.ts';
import {
  type Cpu,
  CR0,
  CR4,
  count,
  cpl,
  cr,
  currentPcid,
  EFER,
  high,
  join,
  low,
  write64,
  writeHalves,
} from './state.ts';
import { VECTOR } from './stop.ts';
import { insert, keyOf, lookup, readEntry, removeAddress, replaceEntry, TLB } from './tlb.ts';

export const READ = 0;
export const WRITE = 1;
export const FETCH = 2;
/** Added to READ or WRITE: with a supervisor's rights, whatever the CPL is. */
export const SUPERVISOR = 4;
/** The same for the CPU's own accesses to descriptor tables and the TSS, for which EFLAGS.AC doesn't count (SDM vol. 3, 4.6.1). */
export const IMPLICIT = 8 | SUPERVISOR;
/** READ, WRITE or FETCH, and whose. */
export type Access = number;

/** READ, WRITE or FETCH alone. */
export const KIND = 3;
const byUser = (cpu: Cpu, access: Access): boolean => cpl(cpu) === 3 && !(access & SUPERVISOR);
/** EFLAGS.AC lets supervisors access user pages in spite of SMAP. */
const overridesSmap = (cpu: Cpu, access: Access): boolean =>
  (low(cpu, L.S_RFLAGS) & RFLAGS.AC) !== 0 && (access & IMPLICIT) !== IMPLICIT;

/** Bits of a paging-structure entry, SDM vol. 3, tables 4-15 to 4-20. */
export const ENTRY = {
  P: 1,
  /** Writable. */
  RW: 2,
  /** User. */
  US: 4,
  A: 1 << 5,
  D: 1 << 6,
  /** Maps a page (in a PDPTE or PDE). */
  PS: 1 << 7,
  G: 1 << 8,
} as const;

/** Bits of a page fault's error code, SDM vol. 3, 4.7. */
export const PF = { PRESENT: 1, WRITE: 2, USER: 4, RESERVED: 8, FETCH: 16, KEY: 32 } as const;

/** The physical address (of 32 bits; beyond RAM: nothing there), or -1 with `cpu.fault` set. */
export function translatePage(cpu: Cpu, linearLow: number, linearHigh: number, access: Access): number {
  const { walk } = cpu;
  if (cpu.keepsTlb) {
    const i = lookup(cpu, linearLow, linearHigh, currentPcid(cpu));
    if (i >= 0) {
      readEntry(cpu, i, linearLow, walk);
      if (forbidden(cpu, walk.flags, access)) return staleFault(cpu, linearLow, linearHigh, access);
      if ((access & KIND) !== WRITE || walk.flags & TLB.DIRTY) return address(walk.frame, linearLow);
      // The first write through this entry: the CPU walks again to set D.
      if (!walkTables(cpu, linearLow, linearHigh, access)) {
        removeAddress(cpu, linearLow, linearHigh, currentPcid(cpu), true);
        return -1;
      }
      replaceEntry(cpu, i, linearLow, linearHigh, walk);
      return address(walk.frame, linearLow);
    }
  }
  if (!walkTables(cpu, linearLow, linearHigh, access)) return -1;
  if (cpu.keepsTlb) insert(cpu, linearLow, linearHigh, currentPcid(cpu), walk);
  return address(walk.frame, linearLow);
}

const address = (frame: number, linearLow: number): number => frame + (linearLow & 0xfff);

/**
 * Whether the rights forbid the access (SDM vol. 3, 4.6.1):
 *
 *   supervisor read    user page: SMAP and AC = 0
 *   supervisor write   as read; read-only page: CR0.WP
 *   supervisor fetch   user page: SMEP; NX
 *   user               supervisor page; write: read-only page; fetch: NX
 *   data, user page    by its key, see `forbiddenByKey`
 */
export function forbidden(cpu: Cpu, flags: number, access: Access): boolean {
  const userPage = (flags & TLB.USER) !== 0;
  const writes = (access & KIND) === WRITE;
  if (access === FETCH && flags & TLB.NO_EXECUTE) return true;
  if (forbiddenByKey(cpu, flags, access)) return true;
  if (byUser(cpu, access)) return !userPage || (writes && !(flags & TLB.WRITABLE));
  const cr4 = low(cpu, cr(4));
  if (access === FETCH) return userPage && (cr4 & CR4.SMEP) !== 0;
  if (userPage && cr4 & CR4.SMAP && !overridesSmap(cpu, access)) return true;
  return writes && !(flags & TLB.WRITABLE) && (low(cpu, cr(0)) & CR0.WP) !== 0;
}

/** By the page's protection key; supervisors' writes obey it only with CR0.WP (SDM vol. 3, 4.6.2). */
function forbiddenByKey(cpu: Cpu, flags: number, access: Access): boolean {
  if (access === FETCH || !(flags & TLB.USER)) return false;
  const obeys = byUser(cpu, access) || (low(cpu, cr(0)) & CR0.WP) !== 0;
  return keyForbids(cpu, keyOf(flags), (access & KIND) === WRITE && obeys);
}

/** The bits of the error code that the rights of a translation give; the key's is set whatever else forbids the access. */
export const violation = (cpu: Cpu, flags: number, access: Access): number =>
  PF.PRESENT | (forbiddenByKey(cpu, flags, access) ? PF.KEY : 0);

/** Walks the tables into `cpu.walk`, checks, and sets A and D; false with the fault set. */
function walkTables(cpu: Cpu, linearLow: number, linearHigh: number, access: Access): boolean {
  if (cpu.cost) count(cpu, L.S_CYCLES, cpu.cost.tlbMiss);
  const failure = descend(cpu, linearLow, linearHigh);
  if (failure !== undefined) return pageFault(cpu, linearLow, linearHigh, access, failure.bits, failure.why);
  const { walk } = cpu;
  const { flags } = walk;
  if (forbidden(cpu, flags, access))
    return pageFault(cpu, linearLow, linearHigh, access, violation(cpu, flags, access), why(cpu, flags, access));
  const writes = (access & KIND) === WRITE;
  markAccessed(cpu, writes);
  if (writes) walk.flags |= TLB.DIRTY;
  return true;
}

interface WalkFailure {
  readonly bits: number;
  readonly why: string;
}

/** By size: what an entry there maps is 2^(12 + 9·size) bytes. */
const LEVELS = ['page-table', 'page-directory', 'page-directory-pointer-table', 'PML4', 'PML5'] as const;
const NOT_PRESENT: readonly WalkFailure[] = LEVELS.map((level) => ({
  bits: 0,
  why: `the ${level} entry is not present (SDM vol. 3, 4.7)`,
}));
const RESERVED: readonly WalkFailure[] = LEVELS.map((level) => ({
  bits: PF.PRESENT | PF.RESERVED,
  why: `the ${level} entry has a reserved bit set (SDM vol. 3, 4.7)`,
}));

/** From CR3 down to the page, into `cpu.walk`. */
function descend(cpu: Cpu, linearLow: number, linearHigh: number): WalkFailure | undefined {
  const { engine, walk } = cpu;
  const answer = engine.walk(linearLow, linearHigh);
  if (answer !== L.WALK_OK) {
    const size = answer & (L.WALK_RESERVED - 1);
    return answer & L.WALK_RESERVED ? RESERVED[size] : NOT_PRESENT[size];
  }
  walk.frame = engine.u32[L.WALK_FRAME >> 2]!;
  walk.flags = engine.u32[L.WALK_FLAGS >> 2]!;
  return undefined;
}

/** Accessed bits along the last walk, the dirty bit at its end. */
function markAccessed(cpu: Cpu, dirty: boolean): void {
  const { u32 } = cpu.engine;
  if (u32[L.WALK_MARKED >> 2] !== 0 && (!dirty || cpu.walk.flags & TLB.DIRTY)) return;
  const depth = u32[L.WALK_DEPTH >> 2]!;
  for (let i = 0; i < depth; i++) {
    const physical = u32[(L.WALK_PATH >> 2) + i]!;
    const at = (L.RAM + physical) >> 2;
    const bits = ENTRY.A | (dirty && i === depth - 1 ? ENTRY.D : 0);
    const entry = u32[at]!;
    if ((entry & bits) === bits) continue;
    noteWrite(cpu, physical, 4);
    u32[at] = entry | bits;
  }
}

/** Always false, with `cpu.fault` and CR2 set. */
function pageFault(
  cpu: Cpu,
  linearLow: number,
  linearHigh: number,
  access: Access,
  bits: number,
  detail: string,
): false {
  const fetchBit = access === FETCH && (low(cpu, L.S_EFER) & EFER.NXE || low(cpu, cr(4)) & CR4.SMEP);
  const error =
    bits | ((access & KIND) === WRITE ? PF.WRITE : 0) | (byUser(cpu, access) ? PF.USER : 0) | (fetchBit ? PF.FETCH : 0);
  writeHalves(cpu, cr(2), linearLow, linearHigh);
  cpu.fault = { vector: VECTOR.PF, error, detail };
  return false;
}

/** A fault by a TLB entry; whether the page tables agree is worth telling. */
function staleFault(cpu: Cpu, linearLow: number, linearHigh: number, access: Access): -1 {
  const cached = why(cpu, cpu.walk.flags, access);
  const bits = violation(cpu, cpu.walk.flags, access);
  const failure = descend(cpu, linearLow, linearHigh);
  const stale = failure !== undefined || !forbidden(cpu, cpu.walk.flags, access);
  const detail = stale ? `${cached}; by a stale TLB entry: the page tables say otherwise by now` : cached;
  pageFault(cpu, linearLow, linearHigh, access, bits, detail);
  removeAddress(cpu, linearLow, linearHigh, currentPcid(cpu), true);
  return -1;
}

/** The reason in words, where `forbidden` says so. */
export function why(cpu: Cpu, flags: number, access: Access): string {
  const by = byUser(cpu, access) ? 'user' : 'supervisor';
  const rule = 'SDM vol. 3, 4.6.1';
  if (access === FETCH && flags & TLB.NO_EXECUTE) return `${by} fetch from a no-execute page (${rule})`;
  if (by === 'user' && !(flags & TLB.USER)) return `user access to a supervisor page (${rule})`;
  if (by === 'supervisor' && flags & TLB.USER) {
    if (access === FETCH) return `supervisor fetch from a user page with CR4.SMEP = 1 (${rule})`;
    if (low(cpu, cr(4)) & CR4.SMAP && !overridesSmap(cpu, access)) {
      const unless = (access & IMPLICIT) === IMPLICIT ? '' : ' and EFLAGS.AC = 0';
      return `supervisor access to a user page with CR4.SMAP = 1${unless} (${rule})`;
    }
  }
  if (forbiddenByKey(cpu, flags, access))
    return `${by} access to a page of key ${keyOf(flags)}, which PKRU forbids (SDM vol. 3, 4.6.2)`;
  return `${by} write to a read-only page (${rule})`;
}

/**
 * Fills the TLB with the translation of an address under another CR3, as a CPU may do at any time (SDM vol. 3,
 * 4.10.2.3); nothing happens where there is none, where it is cached already, or where nothing is kept.
 */
export function prefetch(cpu: Cpu, linearLow: number, linearHigh: number, cr3: bigint): void {
  const loaded = join(low(cpu, cr(3)), high(cpu, cr(3)));
  write64(cpu, cr(3), cr3);
  const pcid = currentPcid(cpu);
  const cached = !cpu.keepsTlb || lookup(cpu, linearLow, linearHigh, pcid) >= 0;
  if (!cached && descend(cpu, linearLow, linearHigh) === undefined) {
    // Only what has been marked accessed is cached (4.8).
    markAccessed(cpu, false);
    insert(cpu, linearLow, linearHigh, pcid, cpu.walk);
  }
  write64(cpu, cr(3), loaded);
}

/** The physical address by TLB and tables with supervisor rights, touching nothing; -1 where unmapped. For debuggers. */
export function peek(cpu: Cpu, linearLow: number, linearHigh: number, access?: Access): number {
  const { frame, flags } = cpu.walk;
  try {
    const i = cpu.keepsTlb ? lookup(cpu, linearLow, linearHigh, currentPcid(cpu)) : -1;
    if (i >= 0) readEntry(cpu, i, linearLow, cpu.walk);
    else if (descend(cpu, linearLow, linearHigh) !== undefined) return -1;
    if (access !== undefined && forbidden(cpu, cpu.walk.flags, access)) return -1;
    return address(cpu.walk.frame, linearLow);
  } finally {
    cpu.walk.frame = frame;
    cpu.walk.flags = flags;
  }
}
