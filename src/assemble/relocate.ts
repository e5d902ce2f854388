/**
 * Fixups become values or relocations, fragments become bytes.
 *
 * In: sections after layout. Out: for each its data and its relocations, still naming assembler symbols (output.ts numbers
 * them). What is resolved here and what is left to the linker follows GNU as: a reference within a section is settled
 * unless its target is global (it might be interposed) or weak; a jump that layout has sized is settled even to a global.
 * A relocation against a local symbol names its section and adds the offset, except into mergeable sections, whose
 * pieces the linker moves about (gas's adjust_reloc_syms and tc_i386_fix_adjustable).
 */
import { type Diagnostic, error, type Place } from '../base/diagnostics.ts';
import { fitsSigned, s64, toBytes } from '../base/u64.ts';
import { R_X86_64, SHF, SHT } from '../object/object-file.ts';
import { advanceBytes, isFixedTarget, lebOf } from './layout.ts';
import { lineBytes } from './line-advance.ts';
import { isTlsModifier, modifierType } from './modifiers.ts';
import { nops, nopsUpTo } from './nops.ts';
import {
  type AskedRelocation,
  type AsmSection,
  addressOf,
  type BranchFragment,
  copyBytes,
  type Fixup,
  type Fragment,
  finalDistance,
  orderedFragments,
} from './section.ts';
import { type AsmSymbol, constant, GOT_SYMBOL, isOwn, type Linear, numberOf, reduce } from './symbols.ts';

export interface AsmRelocation {
  readonly offset: number;
  readonly type: number;
  readonly target: RelocationTarget;
  readonly addend: bigint;
}

export type RelocationTarget =
  | { readonly kind: 'symbol'; readonly symbol: AsmSymbol }
  | { readonly kind: 'section'; readonly section: AsmSection }
  /** An absolute address: no symbol at all. */
  | { readonly kind: 'none' };

export interface Filled {
  readonly data: Uint8Array;
  readonly relocations: readonly AsmRelocation[];
  /** Of expressions that mean nothing; GNU as finds them out first, in all sections. */
  readonly senseless: readonly Diagnostic[];
  readonly diagnostics: readonly Diagnostic[];
}

/** `endsIn16`: whether the source ends in 16-bit code, which decides how gaps in code are filled. */
export function fillSection(section: AsmSection, endsIn16: boolean, nowhere: Place): Filled {
  // What was stored in a section without data has been judged by who stored it.
  const hasData = section.type !== SHT.NOBITS;
  const data = new Uint8Array(hasData ? section.size : 0);
  // GNU as makes the relocations of jumps when it sizes them, after all others, and writes them in that order.
  const relocations: AsmRelocation[] = [];
  const ofJumps: AsmRelocation[] = [];
  const senseless: Diagnostic[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const fragment of orderedFragments(section)) {
    if (hasData && fragment.size > 0) copyBytes(data, fragment.address, bytesOf(fragment, endsIn16));
    for (const fixup of fixupsOf(fragment)) {
      const at = fragment.address + fixup.offset;
      const result = resolve(section, at, fixup, fragment.kind === 'branch');
      const misused = result.kind === 'relocation' ? misusedAsThreadLocal(result.relocation) : undefined;
      if (result.kind === 'relocation' && misused === undefined) markThreadLocal(result.relocation);
      if (misused !== undefined) diagnostics.push(error(misused, nowhere));
      if (result.kind === 'senseless') senseless.push(error(result.message, fixup.place));
      else if (result.kind === 'error') diagnostics.push(error(result.message, fixup.place));
      else if (result.kind === 'value' && !hasData) continue;
      else if (result.kind === 'value') copyBytes(data, at, toBytes(result.value, fixup.size));
      else (fragment.kind === 'branch' ? ofJumps : relocations).push(result.relocation);
    }
  }
  for (const asked of section.asked) {
    const made = askedRelocation(section, asked);
    if (typeof made === 'string') diagnostics.push(error(made, asked.place));
    else insert(relocations, made);
  }
  return { data, relocations: [...relocations, ...ofJumps], senseless, diagnostics };
}

/** Relocations that say where in a thread's storage a symbol is. */
const THREAD_LOCAL: ReadonlySet<number> = new Set([17, 18, 19, 20, 21, 22, 23, 34, 35]);

function markThreadLocal({ type, target }: AsmRelocation): void {
  if (THREAD_LOCAL.has(type) && target.kind === 'symbol') target.symbol.type = 'tls';
}

function misusedAsThreadLocal({ type, target }: AsmRelocation): string | undefined {
  if (!THREAD_LOCAL.has(type) || target.kind !== 'symbol') return undefined;
  const { name, home, type: kind } = target.symbol;
  if (kind === 'func') return `Accessing function \`${name}' as thread-local object`;
  if (home.kind !== 'label' || (home.at.section.flags & SHF.TLS) !== 0) return undefined;
  return `Accessing \`${name}' as thread-local object`;
}

/** Before the first that lies behind it. */
function insert(relocations: AsmRelocation[], made: AsmRelocation): void {
  const at = relocations.findIndex(({ offset }) => offset > made.offset);
  relocations.splice(at < 0 ? relocations.length : at, 0, made);
}

/** A `.reloc`: the type is the source's affair, the symbol stays what it is. */
function askedRelocation(section: AsmSection, { where, type, value }: AskedRelocation): AsmRelocation | string {
  const at = reduce(where, finalDistance);
  const home = typeof at === 'string' ? undefined : at.symbol?.home;
  if (typeof at === 'string' || at.minus !== undefined) return 'invalid offset expression';
  if (home !== undefined && (home.kind !== 'label' || home.at.section !== section)) return 'invalid offset expression';
  const offset = Number(at.offset) + (home === undefined ? 0 : addressOf(home.at));
  if (offset < 0 || offset > section.size) return 'reloc not within (fixed part of) section';
  const linear = value === undefined ? constant(0n) : reduce(value, finalDistance);
  if (typeof linear === 'string') return linear;
  if (linear.minus !== undefined) return 'invalid reloc expression';
  const target =
    linear.symbol === undefined ? { kind: 'none' as const } : { kind: 'symbol' as const, symbol: linear.symbol };
  return { offset, type, target, addend: linear.offset };
}

function bytesOf(fragment: Fragment, endsIn16: boolean): ArrayLike<number> {
  switch (fragment.kind) {
    case 'bytes':
      return fragment.data.subarray(0, fragment.size);
    case 'space':
      if (fragment.nops !== undefined) return nopsUpTo(fragment.size, fragment.nops);
      return repeated(fragment.pattern, fragment.size);
    case 'fill':
    case 'org':
      return repeated(fragment.pattern, fragment.size);
    case 'branch': {
      const { prefixes, isNear, near, short, width } = fragment;
      return [...prefixes, ...(isNear ? [...near, ...new Array<number>(width).fill(0)] : [...short, 0])];
    }
    case 'align':
      return fragment.pattern === undefined ? nops(fragment.size, endsIn16) : repeated(fragment.pattern, fragment.size);
    case 'leb':
      return lebOf(fragment);
    case 'advance':
      return advanceBytes(fragment);
    case 'line':
      return lineBytes(fragment);
    default:
      return fragment satisfies never;
  }
}

const repeated = (pattern: Uint8Array, size: number): Uint8Array =>
  pattern.every((byte) => byte === 0)
    ? new Uint8Array(size)
    : Uint8Array.from({ length: size }, (_, n) => pattern[n % pattern.length] ?? 0);

function fixupsOf(fragment: Fragment): readonly Fixup[] {
  if (fragment.kind === 'bytes') return fragment.fixups;
  return fragment.kind === 'branch' ? [branchFixup(fragment)] : [];
}

function branchFixup(fragment: BranchFragment): Fixup {
  const { size, isNear, target, place, fixup } = fragment;
  const width = isNear ? fragment.width : 1;
  return { offset: size - width, size: width, value: target, kind: fixup, toEnd: width, got: 'plain', place };
}

type Resolved =
  | { readonly kind: 'value'; readonly value: bigint }
  | { readonly kind: 'relocation'; readonly relocation: AsmRelocation }
  | { readonly kind: 'error'; readonly message: string }
  | { readonly kind: 'senseless'; readonly message: string };

const wrong = (message: string): Resolved => ({ kind: 'error', message });

function resolve(section: AsmSection, at: number, fixup: Fixup, isSized: boolean): Resolved {
  const linear = reduce(fixup.value, finalDistance);
  if (typeof linear === 'string') return { kind: 'senseless', message: linear };
  let isRelative = fixup.kind === 'relative' || fixup.kind === 'branch';
  let offset = linear.offset - BigInt(isRelative ? fixup.toEnd : 0);
  if (linear.minus !== undefined) {
    // a - b with b in this section is relative to here: a - here + (here - b).
    const { home } = linear.minus;
    if (home.kind !== 'label' || home.at.section !== section) return wrong(unresolved(linear));
    // What is relative already loses no more than b's address.
    offset += BigInt((isRelative ? 0 : at) - addressOf(home.at));
    isRelative = true;
  }
  const { symbol } = linear;
  if (symbol === undefined) {
    return isRelative ? relocation(at, fixup, { kind: 'none' }, offset, true, linear) : fitted(offset, fixup, at);
  }
  const { home } = symbol;
  if (linear.modifier === 'SIZE' && symbol.binding === 'local' && home.kind === 'label') {
    const bytes = symbol.size === undefined ? 0n : numberOf(symbol.size, finalDistance);
    if (bytes !== undefined) return fitted(bytes + linear.offset, fixup, at);
  }
  const isHere = home.kind === 'label' && home.at.section === section;
  const isSettled = isHere && isFixedTarget(symbol) && (isSized || symbol.binding === 'local');
  if (isRelative && isSettled && (!isGot(linear) || isTlsModifier(linear.modifier!))) {
    return fitted(BigInt(addressOf(home.at)) + offset - BigInt(at), fixup, at);
  }
  if (home.kind === 'label' && isAdjustable(section, symbol, linear, isRelative, fixup.size)) {
    const target = { kind: 'section', section: home.at.section } as const;
    return relocation(at, fixup, target, offset + BigInt(addressOf(home.at)), isRelative, linear);
  }
  return relocation(at, fixup, { kind: 'symbol', symbol }, offset, isRelative, linear);
}

/** Whether the linker has to see the symbol itself: its entry in a table, its size. `@PLT` alone is settled like a plain one. */
const isGot = ({ modifier }: Linear): boolean => modifier !== undefined && modifier !== 'PLT';

function unresolved({ symbol, minus }: Linear): string {
  // A local label has been replaced by its section at this point.
  const isLocal = symbol?.home.kind === 'label' && symbol.binding === 'local';
  const left = isLocal && symbol.home.kind === 'label' ? symbol.home.at.section.name : (symbol?.name ?? 0);
  return `can't resolve ${left} - ${minus?.name ?? 0}`;
}

/** Operators of the large code model, in whose tables a place need have no name. */
const ANONYMOUS: ReadonlySet<string> = new Set(['PLTOFF', 'GOT', 'GOTPLT', 'GOTPCREL']);

/** Whether the section may stand for the symbol. */
function isAdjustable(
  section: AsmSection,
  symbol: AsmSymbol,
  linear: Linear,
  isRelative: boolean,
  size: number,
): boolean {
  const { home } = symbol;
  if (home.kind !== 'label' || symbol.binding !== 'local' || symbol.type === 'gnu_ifunc') return false;
  if (isGot(linear) && !(size === 8 && ANONYMOUS.has(linear.modifier!))) return false;
  const { flags, isComdat, name } = home.at.section;
  if ((flags & SHF.TLS) !== 0) return false;
  // Of a section that is kept once the linker may take another copy, in which the place has the name alone in common.
  const isKeptOnce = home.at.section !== section && (isComdat || name.startsWith('.gnu.linkonce'));
  if (isKeptOnce && !symbol.temporary && symbol.type !== 'section') return false;
  return (flags & SHF.MERGE) === 0 || (!isRelative && linear.offset === 0n);
}

/** A value in its field, if it fits: as signed or, where nothing extends it, as unsigned. */
function fitted(value: bigint, { size, kind }: Fixup, at: number): Resolved {
  const bits = 8 * size;
  const limit = 1n << BigInt(bits);
  // gas looks only whether the bits beyond the field are all equal, where the field's sign is nobody's.
  const fits = size >= 8 || fitsSigned(s64(value), bits) || (kind === 'absolute' && value > -limit && value < limit);
  if (fits) return { kind: 'value', value };
  const hex = (number: bigint): string => BigInt.asUintN(64, number).toString(16).padStart(16, '0');
  const shown = value >= 0n && value <= 1000n ? `${value}` : hex(value);
  return wrong(`value of ${shown} too large for field of ${size} byte${size === 1 ? '' : 's'} at ${hex(BigInt(at))}`);
}

function relocation(
  offset: number,
  fixup: Fixup,
  target: RelocationTarget,
  addend: bigint,
  isRelative: boolean,
  linear: Linear,
): Resolved {
  // What has no room in a relocation has been refused where it was read.
  if (fixup.size === 16) return { kind: 'value', value: 0n };
  const type = relocationType(fixup, target, isRelative, linear);
  if (typeof type === 'string') return wrong(type);
  return { kind: 'relocation', relocation: { offset, type, target, addend: s64(addend) } };
}

const RELATIVE: Readonly<Record<number, number>> = {
  1: R_X86_64.PC8,
  2: R_X86_64.PC16,
  4: R_X86_64.PC32,
  8: R_X86_64.PC64,
};
const ABSOLUTE: Readonly<Record<number, number>> = {
  1: R_X86_64[8],
  2: R_X86_64[16],
  4: R_X86_64[32],
  8: R_X86_64[64],
};
const GOT = {
  plain: R_X86_64.GOTPCREL,
  relaxable: R_X86_64.GOTPCRELX,
  'relaxable-rex': R_X86_64.REX_GOTPCRELX,
} as const;

function relocationType(fixup: Fixup, target: RelocationTarget, isRelative: boolean, linear: Linear): number | string {
  const { size, kind, got } = fixup;
  switch (linear.modifier) {
    case undefined: {
      const isCall = kind === 'branch' && size === 4 && (linear.offset === 0n || target.kind === 'none');
      const isOutward = target.kind === 'symbol' && !isOwn(target.symbol);
      if (isCall && target.kind !== 'section' && (fixup.isOutward ?? isOutward)) return R_X86_64.PLT32;
      if (target.kind === 'symbol' && target.symbol.name === GOT_SYMBOL && size >= 4) {
        return size === 8 ? R_X86_64.GOTPC64 : R_X86_64.GOTPC32;
      }
      if (isRelative) return RELATIVE[size] ?? 'cannot represent relocation';
      if (kind === 'signed' && size === 4) return R_X86_64['32S'];
      return ABSOLUTE[size] ?? `cannot represent relocation of ${size} bytes`;
    }
    case 'PLT':
      // What is local needs no such table.
      if (size === 4 && target.kind === 'section') return isRelative ? R_X86_64.PC32 : R_X86_64[32];
      return modifierType('PLT', size);
    case 'GOTPCREL':
      if (size === 4 && isRelative) return GOT[got];
      return modifierType('GOTPCREL', size);
    default:
      return modifierType(linear.modifier, size);
  }
}
