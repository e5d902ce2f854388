/**
 * Which translations a CPU may use, said as plainly as possible and apart from src/: page tables as objects, a walk, the rights, and the
 * set of all translations that the tables gave for the CR3 of the time, since the last operation that had to drop them (SDM vol. 3,
 * 4.6, 4.7, 4.10.4). A CPU may use any of these, or walk again.
 *
 * Three pages of 4 KiB are looked at, the first of a region that one entry of each top-level table maps. What is not 4-level paging, and
 * caches of paging structures, are left out.
 */

export const PAGES = [0, 1, 2] as const;
const PAGE_TABLE_LEVEL = 3;

export const ERROR = { PRESENT: 1, WRITE: 2, USER: 4, RESERVED: 8, FETCH: 16, KEY: 32 } as const;

/** An entry of a paging structure. */
export interface Entry {
  readonly present: boolean;
  readonly writable: boolean;
  readonly user: boolean;
  readonly global: boolean;
  readonly noExecute: boolean;
  /** A bit that must be 0 is not. */
  readonly reserved: boolean;
  readonly key: number;
  /** Maps a page of its level; the entries of the last level always do. */
  readonly large: boolean;
  /** First frame of the page, or number of the table of the next level. */
  readonly points: number;
  accessed: boolean;
  dirty: boolean;
}

export interface Translation {
  /** Of 4 KiB, for the page that was asked for. */
  readonly frame: number;
  /** 0: 4 KiB, 1: 2 MiB, 2: 1 GiB. */
  readonly size: number;
  readonly writable: boolean;
  readonly user: boolean;
  readonly noExecute: boolean;
  readonly key: number;
}

/** What a CPU may have in its TLB. */
export interface Cached extends Translation {
  readonly page: number;
  readonly pcid: number;
  readonly global: boolean;
}

export interface Context {
  /** Which of the top-level tables CR3 points to. */
  root: number;
  /** CR3[11:0]. */
  pcidField: number;
  pcide: boolean;
  pge: boolean;
  smep: boolean;
  smap: boolean;
  pke: boolean;
  wp: boolean;
  nxe: boolean;
  pkru: number;
}

export interface Specification {
  readonly context: Context;
  /** By level from the top, by table, by index. */
  readonly tables: Entry[][][];
  allowed: Cached[];
}

export interface Access {
  readonly page: number;
  readonly kind: 'read' | 'write' | 'fetch';
  readonly user: boolean;
  /** RFLAGS.AC. */
  readonly ac: boolean;
}

export type Walk = { readonly error: number } | { readonly translation: Translation; readonly path: readonly Entry[] };

export const pcidOf = ({ pcide, pcidField }: Context): number => (pcide ? pcidField : 0);

/** From the top down. The error is that of a read by a supervisor. */
export function walk({ tables, context }: Specification, page: number): Walk {
  const path: Entry[] = [];
  let table = context.root;
  for (let level = 0; ; level++) {
    const last = level === PAGE_TABLE_LEVEL;
    const entry = tables[level]![table]![last ? page : 0]!;
    if (!entry.present) return { error: 0 };
    if (entry.reserved || (entry.noExecute && !context.nxe)) return { error: ERROR.PRESENT | ERROR.RESERVED };
    path.push(entry);
    if (!last && !entry.large) {
      table = entry.points;
      continue;
    }
    return {
      path,
      translation: {
        frame: last ? entry.points : entry.points + page,
        size: PAGE_TABLE_LEVEL - level,
        writable: path.every((e) => e.writable),
        user: path.every((e) => e.user),
        noExecute: path.some((e) => e.noExecute),
        key: entry.key,
      },
    };
  }
}

/** The error code that the rights give, or undefined where they allow the access (SDM vol. 3, 4.6). */
export function violation(
  context: Context,
  { writable, user, noExecute, key }: Translation,
  access: Access,
): number | undefined {
  const data = access.kind !== 'fetch';
  const writes = access.kind === 'write';
  const mustObeyWrites = access.user || context.wp;
  const rights = (context.pkru >>> (2 * key)) & 3;
  const byKey = data && user && context.pke && ((rights & 1) !== 0 || ((rights & 2) !== 0 && writes && mustObeyWrites));
  const byPage =
    (access.user && !user) ||
    (writes && !writable && mustObeyWrites) ||
    (!data && noExecute) ||
    (!data && !access.user && user && context.smep) ||
    (data && !access.user && user && context.smap && !access.ac);
  if (!byKey && !byPage) return undefined;
  return errorOf(context, access, ERROR.PRESENT | (byKey ? ERROR.KEY : 0));
}

export const errorOf = (context: Context, { kind, user }: Access, bits: number): number =>
  bits |
  (kind === 'write' ? ERROR.WRITE : 0) |
  (user ? ERROR.USER : 0) |
  (kind === 'fetch' && (context.nxe || context.smep) ? ERROR.FETCH : 0);

const same = (a: Cached, b: Cached): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The translation of a page as an entry of the TLB, as the tables and registers have it now. */
export function cachedNow(specification: Specification, page: number): Cached | undefined {
  const { context } = specification;
  const found = walk(specification, page);
  if ('error' in found) return undefined;
  const { frame, size, writable, user, noExecute, key } = found.translation;
  const global = context.pge && found.path.at(-1)!.global;
  return { page, pcid: pcidOf(context), global, frame, size, writable, user, noExecute, key };
}

/** After every change: what the tables give now, the CPU may keep from now on. */
export function observe(specification: Specification): void {
  for (const page of PAGES) {
    const now = cachedNow(specification, page);
    if (now && !specification.allowed.some((cached) => same(cached, now))) specification.allowed.push(now);
  }
}

export const usable = ({ context }: Specification, cached: Cached, page: number): boolean =>
  cached.page === page && (cached.global || cached.pcid === pcidOf(context));

/** The translations by which the access may go, or fault. */
export const usableFor = (specification: Specification, page: number): Cached[] =>
  specification.allowed.filter((cached) => usable(specification, cached, page));

export type Drops = (cached: Cached) => boolean;

/** A large translation covers all three pages. */
export const covers = (cached: Cached, page: number): boolean => cached.page === page || cached.size > 0;

/** Which entries each operation has to drop (SDM vol. 3, 4.10.4.1). */
export const DROPS = {
  everything: (): Drops => () => true,
  nonGlobal:
    (): Drops =>
    ({ global }) =>
      !global,
  pcid:
    (pcid: number): Drops =>
    (cached) =>
      !cached.global && cached.pcid === pcid,
  address:
    (pcid: number, page: number): Drops =>
    (cached) =>
      covers(cached, page) && !cached.global && cached.pcid === pcid,
  addressAndGlobal:
    (pcid: number, page: number): Drops =>
    (cached) =>
      covers(cached, page) && (cached.global || cached.pcid === pcid),
} as const;

export const hexOf = (value: number): string => `0x${value.toString(16)}`;
