/**
 * Gives every fragment its address and size.
 *
 * In: the sections as read. Out: `address` and `size` of each fragment, sizes of the sections, and diagnostics. Jumps
 * start short and only ever grow; `.skip`, `.balign`, `.org` and LEB128 take the size that the addresses ask for. All
 * sections are gone over until nothing changes, because a `.skip` in one may measure labels in another (ALTERNATIVE
 * does). Within a pass a target that lies ahead still has the last pass's address, so it is taken to move as far as the
 * fragment itself has moved (`stretch`), as relax_segment of gas's write.c does; a fragment that can absorb the movement
 * (`.balign`, `.org`) in between ends that assumption.
 */
import { type Diagnostic, error, warning } from '../base/diagnostics.ts';
import { SHT } from '../object/object-file.ts';
import { MAX_SECTION_SIZE } from './assembly.ts';
import { lebBytes } from './leb128.ts';
import { lineBytes } from './line-advance.ts';
import { LONGEST as LONGEST_NOP } from './nops.ts';
import {
  type AdvanceFragment,
  type AlignFragment,
  type AsmSection,
  addressOf,
  type BranchFragment,
  type Fragment,
  finalDistance,
  type LebFragment,
  type Location,
  orderedFragments,
} from './section.ts';
import { smallNumber } from './small-number.ts';
import { type AsmSymbol, type Bound, cannotSubtract, isNumber, numberOf, reduce } from './symbols.ts';

interface Pass {
  readonly number: number;
  /** How far the current fragment has moved since the last pass. */
  stretch: number;
}

interface LaidOut {
  readonly section: AsmSection;
  readonly fragments: readonly Fragment[];
}

export interface Settled {
  /** Otherwise the addresses mean nothing, and there is no going on. */
  readonly isSettled: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

const unsettled = (problem: Diagnostic): Settled => ({ isSettled: false, diagnostics: [problem] });

export function layout(sections: readonly AsmSection[]): Settled {
  const lists = sections.map((section) => ({ section, fragments: orderedFragments(section) }));
  numberRegions(lists);
  const limit = 20 + lists.reduce((count, { fragments }) => count + fragments.length, 0);
  for (const { fragments } of lists) placeInitially(fragments);
  for (let number = 1; number <= limit; number++) {
    let changed = false;
    for (const list of lists) {
      if (placeSection(list, { number, stretch: 0 })) changed = true;
      const tooLarge = checkSize(list);
      if (tooLarge !== undefined) return unsettled(tooLarge);
    }
    if (changed) continue;
    // GNU as sizes all gaps before it looks at the values of the numbers.
    const fragments = lists.flatMap((list) => list.fragments);
    const [numbers, gaps] = [fragments.filter(isSettledLast), fragments.filter((f) => !isSettledLast(f))];
    return { isSettled: true, diagnostics: [...gaps, ...numbers].flatMap(complaints) };
  }
  const { section, fragments } = lists.find((list) => list.fragments.length > 0)!;
  const message = `Infinite loop encountered whilst attempting to compute the addresses of symbols in section ${section.name}`;
  return unsettled(error(message, fragments[0]!.place));
}

const isSettledLast = (fragment: Fragment): boolean =>
  fragment.kind === 'leb' ||
  (fragment.kind === 'space' && fragment.nops !== undefined && fragment.count.kind === 'int');

function numberRegions(lists: readonly LaidOut[]): void {
  let region = 0;
  for (const { fragments } of lists) {
    for (const fragment of fragments) {
      fragment.region = region;
      if (fragment.kind === 'align' || fragment.kind === 'org') region++;
    }
    region++;
  }
}

/**
 * First addresses: jumps short but for those that leave the section, `.skip` and `.org` empty. Decisions need addresses to
 * measure by, and what they measure in the first pass decides about jumps at the edge.
 */
function placeInitially(fragments: readonly Fragment[]): void {
  let address = 0;
  for (const fragment of fragments) {
    fragment.address = address;
    if (fragment.kind === 'align') fragment.size = gap(fragment);
    if (fragment.kind === 'branch') {
      fragment.isNear ||= targetInside(fragment) === undefined;
      fragment.size = branchSize(fragment);
    }
    address += fragment.size;
  }
}

/** One pass over a section; whether anything moved or changed size. */
function placeSection({ section, fragments }: LaidOut, pass: Pass): boolean {
  let address = 0;
  let changed = false;
  for (const fragment of fragments) {
    pass.stretch = address - fragment.address;
    fragment.address = address;
    fragment.pass = pass.number;
    const size = sizeOf(fragment, pass);
    if (pass.stretch !== 0 || size !== fragment.size) changed = true;
    fragment.size = size;
    address += size;
  }
  section.size = address;
  return changed;
}

function sizeOf(fragment: Fragment, pass: Pass): number {
  switch (fragment.kind) {
    case 'bytes':
    case 'fill':
      return fragment.size;
    case 'branch':
      fragment.isNear ||= !reachesShort(fragment, pass);
      return branchSize(fragment);
    case 'align':
      return gap(fragment);
    case 'space':
      return Math.max(0, Number(numberOf(fragment.count, finalDistance) ?? 0n)) * fragment.pattern.length;
    case 'org':
      return Math.max(0, (orgTarget(fragment) ?? 0) - fragment.address);
    case 'leb':
      return lebOf(fragment).length;
    case 'advance':
      return advanceBytes(fragment).length;
    case 'line':
      return lineBytes(fragment).length;
    default:
      return fragment satisfies never;
  }
}

/** DWARF 5, 6.4.2.1: the distance in the opcode, or in one, two or four bytes behind it. */
export function advanceBytes({ from, to }: AdvanceFragment): number[] {
  const distance = finalDistance(to, from) ?? 0;
  const bytes = (count: number): number[] => Array.from({ length: count }, (_, n) => (distance >> (8 * n)) & 0xff);
  if (distance === 0) return [];
  if (distance > 0 && distance < 0x40) return [0x40 | distance];
  if (distance > 0 && distance < 0x100) return [0x02, ...bytes(1)];
  if (distance > 0 && distance < 0x10000) return [0x03, ...bytes(2)];
  return [0x04, ...bytes(4)];
}

/** The number; of a place its address. A string is the complaint. */
function lebValue({ value }: LebFragment): bigint | string {
  const linear = reduce(value, finalDistance);
  if (typeof linear === 'string') return linear;
  if (linear.symbol === undefined && linear.minus === undefined) return linear.offset;
  const home = linear.symbol?.home;
  if (home?.kind === 'label' && linear.minus === undefined) return BigInt(addressOf(home.at)) + linear.offset;
  if (linear.minus !== undefined) return cannotSubtract(linear);
  // A sum is a symbol of gas's own.
  const name = linear.offset === 0n ? linear.symbol?.name : 'L0\u0001';
  if (home?.kind === 'undefined') return `leb128 operand is an undefined symbol: ${name}`;
  return '.uleb128/.sleb128 operand is not an absolute expression';
}

export function lebOf(fragment: LebFragment): number[] {
  const value = lebValue(fragment);
  return lebBytes(typeof value === 'string' ? 0n : value, fragment.signed);
}

const branchSize = ({ prefixes, short, near, isNear, width }: BranchFragment): number =>
  prefixes.length + (isNear ? near.length + width : short.length + 1);

function gap({ address, alignment, max }: AlignFragment): number {
  const size = (alignment - (address % alignment)) % alignment;
  return max !== undefined && size > max ? 0 : size;
}

/** Whether a jump to this symbol is settled here, when both are in one section: a weak one may be overridden. */
export const isFixedTarget = (symbol: AsmSymbol): boolean => symbol.binding !== 'weak' && symbol.type !== 'gnu_ifunc';

/** The symbol that a jump names, which need not be the place's own; of one that has got another value it is the place that counts. */
function namedTarget(target: Bound): AsmSymbol | undefined {
  const named = target.kind === 'binary' ? target.left : target;
  return named.kind === 'symbol' && named.symbol.replacedBy === undefined ? named.symbol : undefined;
}

/** Where a jump goes that may stay short: a place of its own section. */
function targetInside({ target, section }: BranchFragment): Location | undefined {
  const linear = reduce(target, finalDistance);
  if (typeof linear === 'string' || linear.symbol === undefined || linear.minus !== undefined) return undefined;
  const { home } = linear.symbol;
  if (home.kind !== 'label' || home.at.section !== section || !isFixedTarget(namedTarget(target) ?? linear.symbol)) {
    return undefined;
  }
  if (linear.offset === 0n) return home.at;
  return { section, fragment: home.at.fragment, offset: home.at.offset + Number(linear.offset) };
}

function reachesShort(fragment: BranchFragment, { number, stretch }: Pass): boolean {
  const place = targetInside(fragment);
  if (place === undefined) return false;
  let target = addressOf(place);
  const isAhead = place.fragment.pass !== number;
  if (isAhead && stretch !== 0) {
    const sameRegion = place.fragment.region === fragment.region;
    if (stretch < 0 || sameRegion) target += stretch;
    // The gap in between may swallow the movement: look again in the next pass.
    else if (target < fragment.address) return true;
  }
  const end = fragment.address + fragment.prefixes.length + fragment.short.length + 1;
  return target - end >= -0x80 && target - end < 0x80;
}

function orgTarget({ target }: Extract<Fragment, { kind: 'org' }>): number | undefined {
  const linear = reduce(target, finalDistance);
  if (typeof linear === 'string' || linear.minus !== undefined) return undefined;
  if (linear.symbol === undefined) return Number(linear.offset);
  const { home } = linear.symbol;
  if (home.kind === 'undefined') return 0;
  // A place that was unknown where it was named may be of any section: its address is what counts.
  return home.kind === 'label' ? addressOf(home.at) + Number(linear.offset) : undefined;
}

function checkSize({ section, fragments }: LaidOut): Diagnostic | undefined {
  const limit = section.type === SHT.NOBITS ? Number.MAX_SAFE_INTEGER : MAX_SECTION_SIZE;
  if (section.size <= limit) return undefined;
  const culprit = fragments.find((f) => f.address + f.size > limit) ?? fragments[0]!;
  return error(`section ${section.name} exceeds ${limit} bytes`, culprit.place);
}

const NONE: readonly Diagnostic[] = [];

/** Of NOPs longer than there are; GNU as finds that out when it writes the bytes, if nothing else is wrong. */
export function longNops(sections: readonly AsmSection[]): Diagnostic[] {
  return sections.flatMap(orderedFragments).flatMap((fragment) => {
    const longest = fragment.kind === 'space' ? (fragment.nops ?? 0) : 0;
    if (longest >= 0 && longest <= LONGEST_NOP) return [];
    return [error(`invalid single nop size: ${longest} (expect within [0, ${LONGEST_NOP}])`, fragment.place)];
  });
}

/** What can only be said of a fragment when all is settled. */
function complaints(fragment: Fragment): readonly Diagnostic[] {
  const { place } = fragment;
  switch (fragment.kind) {
    case 'space': {
      if ((smallNumber(fragment.count, finalDistance) ?? -1) >= 0) return NONE;
      const linear = reduce(fragment.count, finalDistance);
      if (typeof linear === 'string' || !isNumber(linear)) {
        return [error('.space, .nops or .fill specifies non-absolute value', place)];
      }
      return linear.offset < 0n ? [warning('.space, .nops or .fill with negative value, ignored', place)] : NONE;
    }
    case 'org': {
      const target = orgTarget(fragment);
      if (target === undefined) return [error('.org target is neither absolute nor in this section', place)];
      return target < fragment.address ? [error('attempt to move .org backwards', place)] : [];
    }
    case 'leb': {
      const value = lebValue(fragment);
      return typeof value === 'string' ? [error(value, place)] : [];
    }
    case 'align': {
      const width = fragment.pattern?.length ?? 1;
      return fragment.size % width === 0
        ? NONE
        : [
            error(
              `alignment padding (${fragment.size} byte${fragment.size === 1 ? '' : 's'}) not a multiple of ${width}`,
              place,
            ),
          ];
    }
    default:
      return NONE;
  }
}
