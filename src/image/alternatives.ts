/**
 * Patches an image's alternatives for a set of feature flags, as the kernel does at boot: it reads the real
 * `.altinstructions` table, copies replacements over their sites, fixes up branches, and tidies runs of NOPs.
 *
 * The invariant: entries apply in table order, each to the bytes that the ones before it left. Line records follow
 * the bytes: a patched range carries the replacement's lines, and remembers the entry that put it there.
 *
 * What differs between kernels stands in alt-entries.ts (the table), alt-relocate.ts (branches and operands) and
 * alt-nops.ts; Linux's arch/x86/kernel/alternative.c is the authority for each.
 */
import { type Diagnostic, error, type Parsed, place } from '../base/diagnostics.ts';
import type { Features } from '../isa/features.ts';
import { type AltEntry, atLeast, DEFAULT_KERNEL, type KernelVersion, readAltEntries } from './alt-entries.ts';
import { instructionAt } from './alt-instruction.ts';
import { foldRuns, joinRuns, lengthenPadding, mergeRuns, nopBytes } from './alt-nops.ts';
import { moveInstruction, moveSingleBranch, type PatchNotes, paddedReplacement } from './alt-relocate.ts';
import { bytesAt, type Image, type ImageLine, lineAt } from './image.ts';

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
    // A site of no bytes may stand at the very end of its section.
    const site = bytesAt(patched, entry.site, entry.siteLength) ?? new Uint8Array(0);
    const before = site.slice();
    const notes: string[] = [];
    const at = lineAt(image, entry.site)?.place ?? place('.altinstructions', 0);
    const told: PatchNotes = { notes, complain: (message) => void problems.push(error(message, at)) };
    const wanted = features.has(entry.feature) !== entry.inverted;
    if (wanted && site.length > 0) {
      site.set(patchedBytes(patched, entry, kernel, told));
      const { site: from, siteLength, feature, inverted } = entry;
      const to = from + BigInt(siteLength);
      replaceRanges(patches, from, to, [
        { address: from, end: to, feature, inverted, sitePlace: lineAt(image, from)?.place },
      ]);
      replaceRanges(lines, from, to, movedLines(image, entry));
    } else if (!wanted) tidyKept(site, entry, kernel, notes);
    log.push({ entry, outcome: wanted ? 'patched' : 'kept', before, after: site.slice(), notes });
  }
  return { value: { image: { ...patched, lines, patches }, log }, diagnostics: problems };
}

/** The feature numbers that the image's alternatives test, ascending. */
export function featuresTested(image: Image, kernel: KernelVersion = DEFAULT_KERNEL): number[] {
  return [...new Set(readAltEntries(image, kernel).value.map((e) => e.feature))].sort((a, b) => a - b);
}

/** What the kernel writes over a site whose entry applies. */
function patchedBytes(image: Image, entry: AltEntry, kernel: KernelVersion, told: PatchNotes): Uint8Array {
  const bytes = paddedReplacement(image, entry, kernel, told);
  if (atLeast(kernel, 6, 10)) {
    for (let at = 0; at < bytes.length; ) {
      const part = instructionAt(bytes, at);
      if (!part) break;
      moveInstruction(bytes, part, entry, told);
      at += part.length;
    }
    joinRuns(bytes, told.notes);
  } else if (atLeast(kernel, 6, 5)) {
    foldRuns(bytes, told.notes, (part) => moveInstruction(bytes, part, entry, told));
  } else {
    moveSingleBranch(bytes, entry, kernel, told.notes);
    if (atLeast(kernel, 5, 13)) mergeRuns(bytes, told.notes);
    else padWithNops(bytes, entry.replacementLength, told.notes);
  }
  return bytes;
}

/** Up to 5.12: what the replacement leaves over. */
function padWithNops(bytes: Uint8Array, from: number, notes: string[]): void {
  const length = bytes.length - from;
  bytes.set(nopBytes(length), from);
  if (length > 1) notes.push(`${length} nops merged`);
}

/** What the kernel does to a site whose entry does not apply. */
function tidyKept(site: Uint8Array, entry: AltEntry, kernel: KernelVersion, notes: string[]): void {
  if (atLeast(kernel, 6, 10)) joinRuns(site, notes);
  else if (atLeast(kernel, 6, 5)) foldRuns(site, notes);
  else if (atLeast(kernel, 5, 13)) mergeRuns(site, notes);
  else lengthenPadding(site, entry, kernel, notes);
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
  const source = replacementLength > 0 ? image.lines.slice(first, last) : [];
  const lines = source.map(
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
