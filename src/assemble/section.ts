/**
 * Sections while they grow: lists of fragments, each with a size that is known at once or settles in layout.
 *
 * In: bytes, fixups and fragments appended at the end of the current subsection. Out: what layout.ts and relocate.ts
 * read. The subtle invariant is the *run*: fragments of fixed size that follow each other share a run number, and only
 * within one run is the distance of two labels known while the source is still being read. GNU as fixes its choice of
 * imm8 or imm32 at that moment (frag_offset_fixed_p in its write.c), so the choice must not see further than it does.
 */
import type { Place } from '../base/diagnostics.ts';
import type { AsmSymbol, Bound } from './symbols.ts';

export interface AsmSection {
  readonly index: number;
  readonly name: string;
  type: number;
  flags: number;
  entsize: number;
  align: number;
  readonly subsections: Map<number, Fragment[]>;
  /** The one asked for last. */
  latest: number;
  latestFragments: Fragment[];
  /** Where statements left bytes. */
  readonly marks: { readonly fragment: Fragment; readonly offset: number; readonly place: Place }[];
  /** Of SHT_GROUP: the signature, and whether a linker keeps but one group of that name. */
  group?: string;
  isComdat: boolean;
  /** The section or symbol that `.section name,"ao",@progbits,other` names. */
  linkedTo?: string;
  /** Relocations that `.reloc` asks for. */
  readonly asked: AskedRelocation[];
  /** Stands for the section in relocations and expressions. */
  symbol: AsmSymbol | undefined;
  /** A point at address 0 that is a distance to nothing until layout. */
  readonly start: BytesFragment;
  /** Runs begun so far. */
  runs: number;
  /** Bytes, after layout. */
  size: number;
}

export interface AskedRelocation {
  readonly where: Bound;
  readonly type: number;
  readonly value?: Bound;
  readonly place: Place;
}

/** A point in a section: a label, or `.` */
export interface Location {
  readonly section: AsmSection;
  readonly fragment: Fragment;
  /** From the start of the fragment. */
  readonly offset: number;
}

/** A field whose value is known only after layout. */
export interface Fixup {
  readonly offset: number;
  readonly size: 1 | 2 | 4 | 8 | 16;
  readonly value: Bound;
  /** `absolute`: the value; `signed`: sign-extended to 64 bits by the CPU; the others relative to the field's address. */
  readonly kind: 'absolute' | 'signed' | 'relative' | 'branch';
  /** For relative ones: bytes from the field to the end of the instruction, which the CPU counts from. */
  readonly toEnd: number;
  /** How @GOTPCREL may be relaxed by the linker: the instruction's shape. */
  readonly got: 'plain' | 'relaxable' | 'relaxable-rex';
  /** A call of what was not yet, or not only, known here when it was written; absent in a jump, where the end decides. */
  readonly isOutward?: boolean;
  readonly place: Place;
}

interface FragmentBase {
  readonly section: AsmSection;
  readonly run: number;
  /** Offset from the start of the run. */
  readonly start: number;
  readonly place: Place;
  /** Address in the section and size in bytes; both settle in layout. */
  address: number;
  size: number;
  /** The pass of layout that last placed it, and the stretch between two gaps in which it lies. */
  pass: number;
  region: number;
}

export interface BytesFragment extends FragmentBase {
  readonly kind: 'bytes';
  data: Uint8Array;
  readonly fixups: Fixup[];
}
/** `count` times `pattern`, a size known at once. */
export interface FillFragment extends FragmentBase {
  readonly kind: 'fill';
  readonly pattern: Uint8Array;
}
/** JMP or Jcc: two bytes, or as many as a full displacement takes. */
export interface BranchFragment extends FragmentBase {
  readonly kind: 'branch';
  readonly prefixes: readonly number[];
  readonly short: readonly number[];
  readonly near: readonly number[];
  /** Bytes of the full displacement. */
  readonly width: 1 | 2 | 4;
  /** What becomes of the displacement when it is left to the linker. */
  readonly fixup: 'branch' | 'relative';
  readonly target: Bound;
  isNear: boolean;
}
export interface AlignFragment extends FragmentBase {
  readonly kind: 'align';
  readonly alignment: number;
  /** Repeated to fill the gap; undefined: multi-byte NOPs. */
  readonly pattern: Uint8Array | undefined;
  /** Skipped altogether when more bytes would be needed. */
  readonly max?: number | undefined;
}
/** `.skip` of a size that layout decides. */
export interface SpaceFragment extends FragmentBase {
  readonly kind: 'space';
  readonly count: Bound;
  readonly pattern: Uint8Array;
  /** Filled with NOPs of at most so many bytes, not with the pattern. */
  readonly nops?: number | undefined;
}
export interface OrgFragment extends FragmentBase {
  readonly kind: 'org';
  readonly target: Bound;
  readonly pattern: Uint8Array;
}
export interface LebFragment extends FragmentBase {
  readonly kind: 'leb';
  readonly value: Bound;
  readonly signed: boolean;
}
/** DW_CFA_advance_loc from one place to another (.eh_frame): none to five bytes. */
export interface AdvanceFragment extends FragmentBase {
  readonly kind: 'advance';
  readonly from: Location;
  readonly to: Location;
}

/** From one row of a line table to the next, or to the end of the sequence (line-program.ts). */
export interface LineFragment extends FragmentBase {
  readonly kind: 'line';
  readonly from: Location;
  readonly to: Location;
  /** How many lines further; undefined at the end. */
  readonly lines: number | undefined;
}

export type Fragment =
  | BytesFragment
  | FillFragment
  | BranchFragment
  | AlignFragment
  | SpaceFragment
  | OrgFragment
  | LebFragment
  | AdvanceFragment
  | LineFragment;

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
/** What a caller says of a new fragment; place in the run and the layout fields are filled in here. */
export type NewFragment = Without<Fragment, 'section' | 'run' | 'start' | 'address' | 'pass' | 'region' | 'size'> & {
  readonly size?: number;
};

export function newSection(index: number, name: string, type: number, flags: number, entsize: number): AsmSection {
  const start = {
    kind: 'bytes',
    run: -1,
    start: 0,
    place: { span: { file: '', line: 0 }, chain: [] },
    address: 0,
    size: 0,
    pass: 0,
    region: 0,
    data: new Uint8Array(0),
    fixups: [],
  };
  const section: Omit<AsmSection, 'start'> = {
    index,
    name,
    type,
    flags,
    entsize,
    align: 1,
    subsections: new Map(),
    latest: Number.NaN,
    latestFragments: [],
    marks: [],
    isComdat: false,
    asked: [],
    symbol: undefined,
    runs: 0,
    size: 0,
  };
  return Object.assign(section, { start: Object.assign(start, { section }) as unknown as BytesFragment });
}

export function fragmentsOf(section: AsmSection, subsection: number): Fragment[] {
  if (section.latest === subsection) return section.latestFragments;
  let list = section.subsections.get(subsection);
  if (list === undefined) {
    list = [];
    section.subsections.set(subsection, list);
  }
  section.latest = subsection;
  section.latestFragments = list;
  return list;
}

export function lastFragment(section: AsmSection, subsection: number): Fragment | undefined {
  const list = fragmentsOf(section, subsection);
  return list[list.length - 1];
}

/** All fragments in their final order. */
export function orderedFragments(section: AsmSection): Fragment[] {
  const numbers = [...section.subsections.keys()].sort((a, b) => a - b);
  return numbers.flatMap((n) => section.subsections.get(n) ?? []);
}

const isFixed = (fragment: Fragment): boolean => fragment.kind === 'bytes' || fragment.kind === 'fill';

const startBehind = (last: Fragment | undefined): number =>
  last !== undefined && isFixed(last) ? last.start + last.size : 0;

const runBehind = (section: AsmSection, last: Fragment | undefined): number =>
  last !== undefined && isFixed(last) ? last.run : ++section.runs;

/** Appends a fragment. */
export function pushFragment(section: AsmSection, subsection: number, fresh: NewFragment): Fragment {
  const list = fragmentsOf(section, subsection);
  const last = list[list.length - 1];
  const fragment = complete(fresh, section, runBehind(section, last), startBehind(last));
  list.push(fragment);
  return fragment;
}

/** Written out for those that most sources have by the hundred: a copy that more is added to takes ten times as long. */
function complete(fresh: NewFragment, section: AsmSection, run: number, start: number): Fragment {
  const size = fresh.size ?? 0;
  switch (fresh.kind) {
    case 'branch': {
      const { kind, place, prefixes, short, near, width, fixup, target, isNear } = fresh;
      return {
        kind,
        section,
        run,
        start,
        place,
        address: 0,
        size,
        pass: 0,
        region: 0,
        prefixes,
        short,
        near,
        width,
        fixup,
        target,
        isNear,
      };
    }
    case 'align': {
      const { kind, place, alignment, pattern, max } = fresh;
      return { kind, section, run, start, place, address: 0, size, pass: 0, region: 0, alignment, pattern, max };
    }
    case 'space': {
      const { kind, place, count, pattern, nops } = fresh;
      return { kind, section, run, start, place, address: 0, size, pass: 0, region: 0, count, pattern, nops };
    }
    default:
      return { ...fresh, section, run, start, address: 0, size, pass: 0, region: 0 };
  }
}

/** The bytes fragment that now takes bytes. */
export function openBytes(section: AsmSection, subsection: number, place: Place): BytesFragment {
  const list = fragmentsOf(section, subsection);
  const last = list[list.length - 1];
  if (last?.kind === 'bytes') return last;
  // Written out, as there are many: nothing is copied.
  const fragment: BytesFragment = {
    kind: 'bytes',
    section,
    run: runBehind(section, last),
    start: startBehind(last),
    place,
    address: 0,
    size: 0,
    pass: 0,
    region: 0,
    data: new Uint8Array(32),
    fixups: [],
  };
  list.push(fragment);
  return fragment;
}

/** Bytes that are sooner copied one by one. */
const FEW = 16;

export function copyBytes(to: Uint8Array, at: number, bytes: ArrayLike<number>): void {
  if (bytes.length > FEW) to.set(bytes, at);
  else for (let n = 0; n < bytes.length; n++) to[at + n] = bytes[n]!;
}

/** Appends bytes to a bytes fragment, which grows by doubling. */
export function append(fragment: BytesFragment, bytes: ArrayLike<number>): void {
  const end = fragment.size + bytes.length;
  if (end > fragment.data.length) {
    const grown = new Uint8Array(Math.max(end, 2 * fragment.data.length));
    grown.set(fragment.data.subarray(0, fragment.size));
    fragment.data = grown;
  }
  copyBytes(fragment.data, fragment.size, bytes);
  fragment.size = end;
}

/** `a - b` where it is known while reading; undefined when something of variable size may lie between. */
export function knownDistance(a: Location, b: Location): number | undefined {
  if (a.section !== b.section || a.fragment.run !== b.fragment.run) return undefined;
  return a.fragment.start + a.offset - b.fragment.start - b.offset;
}

/** Whether something that has a size in any case lies between two places of a subsection, of which `a` is the later. */
export function surelyBehind(a: Location, b: Location): boolean {
  if (a.fragment === b.fragment) return a.offset > b.offset;
  if (a.offset > 0 || b.offset < b.fragment.size) return true;
  const list = a.section.latestFragments;
  for (let n = list.lastIndexOf(a.fragment) - 1; n >= 0 && list[n] !== b.fragment; n--) {
    const { kind, size } = list[n]!;
    if (kind === 'branch' || kind === 'leb' || size > 0) return true;
  }
  return false;
}

/** The same where a number is needed at once, so that what cannot be known to be equal counts as unequal. */
export const snapshotDistance = (a: Location, b: Location): number | undefined => knownDistance(a, b);

/** `a - b` after layout. */
export function finalDistance(a: Location, b: Location): number | undefined {
  if (a.section !== b.section) return undefined;
  return a.fragment.address + a.offset - b.fragment.address - b.offset;
}

/** Where the location lies in its section, after layout. */
export const addressOf = (at: Location): number => at.fragment.address + at.offset;
