/**
 * The pages that every vector of ours finds, chosen so that each kind of neighbour occurs: writable | writable | read-only |
 * nothing, nothing | writable | nothing (the stack), code | code | nothing, and a second, writable mapping of the first code page.
 */
export interface Page {
  readonly linear: number;
  /** `r`, `rw`, `rwx`; what may be executed is filled with int3, everything else with zeros. */
  readonly rights: 'r' | 'rw' | 'rwx';
  /** The page that this one is another mapping of. */
  readonly alias?: number;
}

export const PAGE = 0x1000;

export const CODE = 0x1000_0000;
export const CODE_NEXT = CODE + PAGE;
export const CODE_ALIAS = 0x3000_0000;
export const DATA = 0x2000_0000;
export const DATA_NEXT = DATA + PAGE;
export const READ_ONLY = DATA + 2 * PAGE;
export const STACK = 0x2001_0000;

export const PAGES: readonly Page[] = [
  { linear: CODE, rights: 'rwx' },
  { linear: CODE_NEXT, rights: 'rwx' },
  { linear: DATA, rights: 'rw' },
  { linear: DATA_NEXT, rights: 'rw' },
  { linear: READ_ONLY, rights: 'r' },
  { linear: STACK, rights: 'rw' },
  { linear: CODE_ALIAS, rights: 'rw', alias: CODE },
];

/** Where code begins unless it has to lie across a page: the place of the shared oracle's. */
export const ENTRY = CODE + 0x800;

/** int3, around and behind all code. */
export const FILL = 0xcc;

const ownPages = PAGES.filter(({ alias }) => alias === undefined);

/** The pages with memory of their own, in the order that the runner numbers them. */
export const PHYSICAL: readonly Page[] = ownPages;

/** The runner's number of the page at a linear address; undefined where nothing is mapped. */
export function physicalPage(linear: number): number | undefined {
  const page = PAGES.find((p) => p.linear === linear - (linear % PAGE));
  return page && ownPages.findIndex((p) => p.linear === (page.alias ?? page.linear));
}
