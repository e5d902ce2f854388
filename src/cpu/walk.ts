/**
 * Page tables as a debugger looks at them: every level of one walk, all mappings of a set of tables, and the fault that an access would
 * meet. Nothing is filled, marked or counted, and tables other than the loaded ones can be asked for by their CR3.
 *
 * The rules are those of engine/assembly/walk.ts (SDM vol. 3, 4.5), which tests hold these to. The subtle part is bounding the
 * work: tables may refer to each other, so a listing ends after so many tables, and says so.
 */
import { u64 } from '../base/u64.ts';
import * as L from '../engine/layout.ts';
import type { TlbEntry } from './observe.ts';
import { type Access, ENTRY, FETCH, forbidden, READ, violation, WRITE, why } from './paging.ts';
import { type Cpu, CR4, cr, currentPcid, EFER, highHalf, low, lowHalf, physicalHigh, read64, word } from './state.ts';
import { entryAt, lookup, PAGE_BYTES, TLB } from './tlb.ts';

/** One entry that a walk came to. */
export interface WalkStep {
  /** 5: PML5 … 1: page table. */
  readonly level: number;
  /** Physical address of the table, and the entry's number in it. */
  readonly table: bigint;
  readonly index: number;
  /** All ones where the table lies outside of RAM. */
  readonly entry: bigint;
  readonly inRam: boolean;
  /** It maps a page. */
  readonly leaf: boolean;
  /** Its reserved bits that are set: an access is #PF with RSVD. */
  readonly reserved: bigint;
}

/** What a leaf gives together with the entries above it. */
export interface PageRights {
  readonly writable: boolean;
  readonly user: boolean;
  readonly noExecute: boolean;
  readonly global: boolean;
  readonly dirty: boolean;
  /** Protection key. */
  readonly key: number;
}

export interface MappedPage extends PageRights {
  /** The page's first address. */
  readonly linear: bigint;
  readonly physical: bigint;
  /** Bytes: 4096, 2 MiB or 1 GiB. */
  readonly size: number;
}

export interface Walk {
  readonly linear: bigint;
  readonly steps: readonly WalkStep[];
  /** undefined: the last step is not present, or has a reserved bit set. */
  readonly page: MappedPage | undefined;
}

const ADDRESS = 0x000f_ffff_ffff_f000n;
const NX = 1n << 63n;
const KEY_SHIFT = 59n;
const BIT = { rw: BigInt(ENTRY.RW), us: BigInt(ENTRY.US), ps: BigInt(ENTRY.PS), g: BigInt(ENTRY.G) } as const;
/** Below the frame of a large page, but for PAT in bit 12. */
const LARGE_RESERVED = [0n, 0x1f_e000n, 0x3fff_e000n] as const;

/** 5 with CR4.LA57, else 4. */
export const pagingLevels = (cpu: Cpu): 4 | 5 => (low(cpu, cr(4)) & CR4.LA57 ? 5 : 4);

const rootOf = (cr3: bigint): bigint => cr3 & ADDRESS;

function readEntry(cpu: Cpu, at: bigint): bigint | undefined {
  if (at + 8n > BigInt(cpu.ram.length)) return undefined;
  return cpu.engine.u64[(L.RAM + Number(at)) >> 3]!;
}

/** Those of a present entry's bits that have to be zero; PS is one where the level has no pages. */
function reservedBits(cpu: Cpu, level: number, entry: bigint): bigint {
  const widths = (~(BigInt(physicalHigh(cpu)) << 32n) & (ADDRESS & ~0xffff_ffffn)) | (hasNx(cpu) ? 0n : NX);
  if (level === 1 || !(entry & BIT.ps)) return entry & widths;
  if (level > 3 || (level === 3 && !cpu.model.features.gbpages)) return entry & (widths | BIT.ps);
  return entry & (widths | LARGE_RESERVED[level - 1]!);
}

const hasNx = (cpu: Cpu): boolean => (low(cpu, L.S_EFER) & EFER.NXE) !== 0;

interface Above {
  readonly writable: boolean;
  readonly user: boolean;
  readonly noExecute: boolean;
}
const EVERYTHING: Above = { writable: true, user: true, noExecute: false };

const below = (above: Above, entry: bigint): Above => ({
  writable: above.writable && (entry & BIT.rw) !== 0n,
  user: above.user && (entry & BIT.us) !== 0n,
  noExecute: above.noExecute || (entry & NX) !== 0n,
});

function pageOf(cpu: Cpu, level: number, linear: bigint, entry: bigint, above: Above): MappedPage {
  const size = PAGE_BYTES[level - 1]!;
  const inside = BigInt(size - 1);
  return {
    ...below(above, entry),
    linear: linear & ~inside,
    physical: entry & ADDRESS & ~inside,
    size,
    global: (entry & BIT.g) !== 0n && (low(cpu, cr(4)) & CR4.PGE) !== 0,
    dirty: (entry & BigInt(ENTRY.D)) !== 0n,
    key: Number((entry >> KEY_SHIFT) & 15n),
  };
}

/** The walk for an address under a CR3 (default: the loaded one), whether it is canonical or not. */
export function walkTables(cpu: Cpu, linear: bigint, cr3: bigint = read64(cpu, cr(3))): Walk {
  const steps: WalkStep[] = [];
  let table = rootOf(cr3);
  let above = EVERYTHING;
  for (let level: number = pagingLevels(cpu); ; level--) {
    const index = Number((linear >> BigInt(3 + 9 * level)) & 0x1ffn);
    const found = readEntry(cpu, table + BigInt(8 * index));
    const entry = found ?? u64(-1n);
    const present = (entry & BigInt(ENTRY.P)) !== 0n;
    const leaf = present && (level === 1 || (entry & BIT.ps) !== 0n);
    const reserved = present ? reservedBits(cpu, level, entry) : 0n;
    steps.push({ level, table, index, entry, inRam: found !== undefined, leaf, reserved });
    if (!present || reserved !== 0n) return { linear, steps, page: undefined };
    if (leaf) return { linear, steps, page: pageOf(cpu, level, linear, entry, above) };
    above = below(above, entry);
    table = entry & ADDRESS;
  }
}

export interface MappingBounds {
  /** Tables to read at most. */
  readonly tables: number;
}

/**
 * Every page that the tables map, ascending by linear address from 0 to the highest, canonical. Entries with reserved bits and
 * tables outside of RAM are passed over. Returns whether it came to the end before `bounds`.
 */
export function* mappings(cpu: Cpu, cr3: bigint, bounds: MappingBounds): Generator<MappedPage, boolean> {
  const left = { tables: bounds.tables };
  const levels = pagingLevels(cpu);
  return yield* descendInto(cpu, rootOf(cr3), levels, 0n, EVERYTHING, left);
}

function* descendInto(
  cpu: Cpu,
  table: bigint,
  level: number,
  base: bigint,
  above: Above,
  left: { tables: number },
): Generator<MappedPage, boolean> {
  if (left.tables-- <= 0) return false;
  if (table + 0x1000n > BigInt(cpu.ram.length)) return true;
  const first = (L.RAM + Number(table)) >> 2;
  for (let index = 0; index < 512; index++) {
    if (!(cpu.engine.u32[first + 2 * index]! & ENTRY.P)) continue;
    const entry = cpu.engine.u64[(first >> 1) + index]!;
    if (reservedBits(cpu, level, entry) !== 0n) continue;
    const linear = signed(cpu, base | (BigInt(index) << BigInt(3 + 9 * level)), level);
    if (level === 1 || entry & BIT.ps) yield pageOf(cpu, level, linear, entry, above);
    else if (!(yield* descendInto(cpu, entry & ADDRESS, level - 1, linear, below(above, entry), left))) return false;
  }
  return true;
}

/** Of the top level, whose index has the sign. */
const signed = (cpu: Cpu, linear: bigint, level: number): bigint =>
  level === pagingLevels(cpu) ? u64(BigInt.asIntN(12 + 9 * level, linear)) : linear;

/** The TLB's entry that would translate the address now; undefined: the tables would be walked. */
export function tlbEntryFor(cpu: Cpu, linear: bigint): TlbEntry | undefined {
  const i = cpu.keepsTlb ? lookup(cpu, lowHalf(linear), highHalf(linear), currentPcid(cpu)) : -1;
  return i < 0 ? undefined : entryAt(cpu, i);
}

export interface AccessFault {
  /** The error code of the #PF. */
  readonly error: number;
  /** One sentence, with the section of the manual. */
  readonly detail: string;
}

const KINDS = { read: READ, write: WRITE, execute: FETCH } as const;

/** The #PF that an access to a page with these rights would be at CPL 3 (`user`) or 0, control registers and flags being what they are. */
export function rightsFault(
  cpu: Cpu,
  page: PageRights,
  kind: keyof typeof KINDS,
  user: boolean,
): AccessFault | undefined {
  const access: Access = KINDS[kind];
  const flags =
    (page.user ? TLB.USER : 0) |
    (page.writable ? TLB.WRITABLE : 0) |
    (page.noExecute ? TLB.NO_EXECUTE : 0) |
    (page.key * TLB.KEY);
  return atLevel(cpu, user ? 3 : 0, () =>
    forbidden(cpu, flags, access)
      ? { error: violation(cpu, flags, access) | accessBits(cpu, kind, user), detail: why(cpu, flags, access) }
      : undefined,
  );
}

/** The bits of a #PF's error code that say what the access was (SDM vol. 3, 4.7). */
export const accessBits = (cpu: Cpu, kind: keyof typeof KINDS, user: boolean): number =>
  (kind === 'write' ? 2 : 0) |
  (user ? 4 : 0) |
  (kind === 'execute' && (hasNx(cpu) || low(cpu, cr(4)) & CR4.SMEP) ? 16 : 0);

/** The rules read the CPL from the state; nothing else follows from it meanwhile. */
function atLevel<T>(cpu: Cpu, level: number, ask: () => T): T {
  const { u32 } = cpu.engine;
  const at = word(L.S_CPL);
  const loaded = u32[at]!;
  u32[at] = level;
  try {
    return ask();
  } finally {
    u32[at] = loaded;
  }
}
