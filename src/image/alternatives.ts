/**
 * Patches an image's alternatives for a set of feature flags, as the kernel does at boot: it reads the real
 * `.altinstructions` table, copies replacements over their sites, fixes up branches, and tidies runs of NOPs.
 *
 * The invariant: entries apply in table order, each to the bytes that the ones before it left. Line records follow
 * the bytes: a patched range carries the replacement's lines, and remembers the entry that put it there.
 *
 * What differs between kernels (Linux's arch/x86/kernel/alternative.c is the authority for each):
 *   branches   up to 6.2 only a replacement of exactly five bytes that begins with e8 or e9 is fixed up, and e9 shrinks
 *              to eb where it fits; from 6.3 every relative branch and RIP-relative operand that leaves the replacement is
 *   NOPs       up to 5.12 the padding counted in the entry; from 5.13 every run of two or more 0x90 at the site,
 *              whether it was patched or not
 */
import type { Diagnostic, Parsed } from '../base/diagnostics.ts';
import { fromBytes, signed, toBytes } from '../base/u64.ts';
import { decode } from '../isa/decode.ts';
import type { Features } from '../isa/features.ts';
import { type AltEntry, atLeast, DEFAULT_KERNEL, type KernelVersion, readAltEntries } from './alt-entries.ts';
import { bytesAt, type Image, type ImageLine, lineAt, type PatchedRange } from './image.ts';

/** What happened to one entry, for the log that `debug-alternative` would print. */
export interface PatchRecord {
  readonly entry: AltEntry;
  readonly outcome: 'patched' | 'kept';
  /** Bytes of the site before and after. */
  readonly before: Uint8Array;
  readonly after: Uint8Array;
  /** Fix-ups made on the way, in words: `call displacement fixed`, `jmp shortened`, `7 nops merged`. */
  readonly notes: readonly string[];
}

export interface PatchedImage {
  readonly image: Image;
  readonly log: readonly PatchRecord[];
}

/** The image as `kernel` would patch it on a CPU with `features`; the input stays as it is. */
export function applyAlternatives(
  image: Image,
  features: Features,
  kernel: KernelVersion = DEFAULT_KERNEL,
): Parsed<PatchedImage> {
  const { value: entries, diagnostics } = readAltEntries(image, kernel);
  const patched: Image = { ...image, segments: image.segments.map((s) => ({ ...s, bytes: s.bytes.slice() })) };
  const log: PatchRecord[] = [];
  const problems: Diagnostic[] = [...diagnostics];
  const lines = [...image.lines];
  const patches = [...image.patches];
  for (const entry of entries) {
    const site = bytesAt(patched, entry.site, entry.siteLength)!;
    const before = site.slice();
    const notes: string[] = [];
    const wanted = features.has(entry.feature) !== entry.inverted;
    if (wanted) {
      site.set(replacementBytes(patched, entry, kernel, notes));
      const { site: from, siteLength, feature, inverted } = entry;
      const to = from + BigInt(siteLength);
      replaceRanges(patches, from, to, [
        { address: from, end: to, feature, inverted, sitePlace: lineAt(image, from)?.place },
      ]);
      replaceRanges(lines, from, to, movedLines(image, entry));
    }
    mergeNops(site, entry, wanted, kernel, notes);
    log.push({ entry, outcome: wanted ? 'patched' : 'kept', before, after: site.slice(), notes });
  }
  return { value: { image: { ...patched, lines, patches }, log }, diagnostics: problems };
}

/** The feature numbers that the image's alternatives test, ascending. */
export function featuresTested(image: Image, kernel: KernelVersion = DEFAULT_KERNEL): number[] {
  return [...new Set(readAltEntries(image, kernel).value.map((e) => e.feature))].sort((a, b) => a - b);
}

const NOP = 0x90;
const INT3 = 0xcc;
const CALL = 0xe8;
const JMP = 0xe9;
const JMP_SHORT = 0xeb;

function replacementBytes(image: Image, entry: AltEntry, kernel: KernelVersion, notes: string[]): Uint8Array {
  const bytes = new Uint8Array(entry.siteLength).fill(NOP);
  const source = bytesAt(image, entry.replacement, entry.replacementLength) ?? new Uint8Array(0);
  bytes.set(source);
  const moved = entry.replacement - entry.site;
  if (atLeast(kernel, 6, 3)) relocateAll(bytes, entry, moved, notes);
  else if (source.length === 5 && source[0] === CALL) {
    addTo(bytes, 1, 4, moved);
    notes.push('call displacement fixed');
  } else if (source.length === 5 && source[0] === JMP) recomputeJump(bytes, entry, notes);
  return bytes;
}

const addTo = (bytes: Uint8Array, offset: number, size: 1 | 4, delta: bigint): void =>
  bytes.set(toBytes(fromBytes(bytes, offset, size) + delta, size), offset);

/** Up to 6.2: `jmp rel32` of five bytes becomes `jmp rel8` and a NOP of three, if it jumps forwards and near enough. */
function recomputeJump(bytes: Uint8Array, entry: AltEntry, notes: string[]): void {
  const displacement = signed(fromBytes(bytes, 1, 4), 4);
  const distance = entry.replacement + 5n + displacement - entry.site;
  // Backward jumps are never shortened: the kernel's test compares an unsigned byte with a negative number.
  if (distance >= 0n && distance - 2n <= 127n) {
    bytes.set([JMP_SHORT, Number(BigInt.asUintN(8, distance - 2n)), ...nopBytes(3)]);
    notes.push('jmp fixed and shortened');
  } else {
    bytes.set([JMP, ...toBytes(distance - 5n, 4)]);
    notes.push('jmp displacement fixed');
  }
}

/** From 6.3: every branch and RIP-relative operand whose target lies outside the replacement. */
function relocateAll(bytes: Uint8Array, entry: AltEntry, moved: bigint, notes: string[]): void {
  const { replacement, replacementLength } = entry;
  const leaves = (target: bigint): boolean => target < replacement || target > replacement + BigInt(replacementLength);
  for (let at = 0; at < replacementLength; ) {
    const decoded = decode(bytes.subarray(at, replacementLength), replacement + BigInt(at));
    if (decoded.kind !== 'insn') return;
    const { insn } = decoded;
    const next = at + insn.length;
    for (const operand of insn.operands) {
      if (operand.kind === 'target' && leaves(operand.address))
        fixBranch(bytes, at, insn.length, moved, insn.mnemonic, notes);
      if (operand.kind === 'mem' && operand.base === 16 && leaves(operand.disp)) {
        addTo(bytes, displacementOffset(insn.bytes, insn.ip + BigInt(insn.length), operand.disp) + at, 4, moved);
        notes.push(`${insn.mnemonic} RIP-relative operand fixed`);
      }
    }
    at = next;
  }
}

/** Finds the 32-bit field that, added to `next`, gives `target`: the displacement follows the ModRM byte. */
function displacementOffset(bytes: Uint8Array, next: bigint, target: bigint): number {
  const field = BigInt.asUintN(32, target - next);
  for (let at = bytes.length - 4; at > 0; at--) if (fromBytes(bytes, at, 4) === field) return at;
  return bytes.length - 4;
}

function fixBranch(
  bytes: Uint8Array,
  at: number,
  length: number,
  moved: bigint,
  mnemonic: string,
  notes: string[],
): void {
  const short = bytes[at] === JMP_SHORT || (bytes[at]! & 0xf0) === 0x70 || (bytes[at]! & 0xfc) === 0xe0;
  addTo(bytes, at + length - (short ? 1 : 4), short ? 1 : 4, moved);
  notes.push(`${mnemonic} displacement fixed`);
  if (bytes[at] !== JMP) return;
  const displacement = signed(fromBytes(bytes, at + 1, 4), 4) + 3n;
  if (displacement < -128n || displacement > 127n) return;
  bytes.set([JMP_SHORT, Number(BigInt.asUintN(8, displacement)), INT3, INT3, INT3], at);
  notes.push('jmp shortened');
}

/** The multi-byte NOPs of 1 … 8 bytes that the SDM recommends (vol. 2, NOP, table 4-12), longest first for long runs. */
export function nopBytes(length: number): number[] {
  const nops: readonly (readonly number[])[] = [
    [0x90],
    [0x66, 0x90],
    [0x0f, 0x1f, 0x00],
    [0x0f, 0x1f, 0x40, 0x00],
    [0x0f, 0x1f, 0x44, 0x00, 0x00],
    [0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00],
    [0x0f, 0x1f, 0x80, 0, 0, 0, 0],
    [0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0],
  ];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; ) {
    const size = Math.min(rest, 8);
    bytes.push(...nops[size - 1]!);
    rest -= size;
  }
  return bytes;
}

function mergeNops(site: Uint8Array, entry: AltEntry, patched: boolean, kernel: KernelVersion, notes: string[]): void {
  const merge = (from: number, length: number): void => {
    site.set(nopBytes(length), from);
    notes.push(`${length} nops merged`);
  };
  if (!atLeast(kernel, 5, 13)) {
    const padding = patched ? site.length - entry.replacementLength : entry.padding;
    const from = site.length - padding;
    if (padding > 1 && site.subarray(from).every((b) => b === NOP)) merge(from, padding);
    return;
  }
  for (let at = 0; at < site.length; ) {
    let end = at;
    while (site[end] === NOP) end++;
    if (end - at > 1) merge(at, end - at);
    if (end > at) {
      at = end;
      continue;
    }
    const decoded = decode(site.subarray(at), entry.site + BigInt(at));
    if (decoded.kind !== 'insn') return;
    at += decoded.insn.length;
  }
}

interface Range {
  readonly address: bigint;
  readonly end: bigint;
}

/** Index of the first of `ranges` (ascending, not overlapping) that ends above `address`. */
function firstAbove(ranges: readonly Range[], address: bigint): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ranges[middle]!.end > address) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The ranges that touch [from, to), by index. */
function touching(ranges: readonly Range[], from: bigint, to: bigint): { first: number; last: number } {
  const first = firstAbove(ranges, from);
  let last = first;
  while (last < ranges.length && ranges[last]!.address < to) last++;
  return { first, last };
}

/** Puts `inner` in place of all that `ranges` say of [from, to); ranges that reach over an end are cut there. */
function replaceRanges<T extends Range>(ranges: T[], from: bigint, to: bigint, inner: readonly T[]): void {
  const { first, last } = touching(ranges, from, to);
  const affected = ranges.slice(first, last);
  const before = affected.filter((r) => r.address < from).map((r) => ({ ...r, end: from }));
  const after = affected.filter((r) => r.end > to).map((r) => ({ ...r, address: to }));
  ranges.splice(first, last - first, ...before, ...inner, ...after);
}

/** The replacement's line records, moved to the site; the padding keeps the site's line. */
function movedLines(image: Image, { site, siteLength, replacement, replacementLength }: AltEntry): ImageLine[] {
  const end = replacement + BigInt(replacementLength);
  const moved = site - replacement;
  const { first, last } = touching(image.lines, replacement, end);
  const lines = image.lines.slice(first, last).map(
    (line): ImageLine => ({
      address: (line.address > replacement ? line.address : replacement) + moved,
      end: (line.end < end ? line.end : end) + moved,
      place: line.place,
    }),
  );
  const sitePlace = lineAt(image, site)?.place;
  if (siteLength > replacementLength && sitePlace) {
    lines.push({ address: end + moved, end: site + BigInt(siteLength), place: sitePlace });
  }
  return lines;
}
