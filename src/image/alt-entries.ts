/**
 * The table of alternatives, `.altinstructions`: its bytes in, entries with absolute addresses out.
 *
 * `struct alt_instr` changed with the kernel: what follows the two self-relative 32-bit offsets is
 *
 *   up to 4.0      u16 feature, u8 length, u8 replacement length                      12 bytes
 *   4.1  to 5.12   … and u8 padding length                                            13 bytes
 *   5.13 to 6.2    u16 feature (bit 15: inverted), u8 length, u8 replacement length   12 bytes
 *   from 6.3       u32 feature and flags (bit 16: inverted; 6.8 bit 17: direct call)  14 bytes
 *
 * Where the kernel would stop with BUG(), here an error says why.
 */
import { type Diagnostic, error, type Parsed, place } from '../base/diagnostics.ts';
import { bytesAt, type Image } from './image.ts';

/** A kernel version as [major, minor]. */
export type KernelVersion = readonly [major: number, minor: number];

export const DEFAULT_KERNEL: KernelVersion = [6, 1];

/** `6.1`, `v5.15`, `6.1.0-56-amd64`; undefined when it is no version. */
export function parseKernelVersion(text: string): KernelVersion | undefined {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(text) ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor)];
}

export const atLeast = ([major, minor]: KernelVersion, wantMajor: number, wantMinor: number): boolean =>
  major > wantMajor || (major === wantMajor && minor >= wantMinor);

/** One row of the table. */
export interface AltEntry {
  /** Row number, from 0; entries apply in this order. */
  readonly index: number;
  readonly site: bigint;
  /** Bytes at the site, padding included. Raised where a later row of the same site is longer (6.11). */
  readonly siteLength: number;
  readonly replacement: bigint;
  readonly replacementLength: number;
  /** Padding NOPs at the end of the site; known to 4.1 … 5.12 only. */
  readonly padding: number;
  readonly feature: number;
  /** Patch when the feature is absent. */
  readonly inverted: boolean;
  /** The replacement calls through a pointer that is to become a direct call (ALT_FLAG_DIRECT_CALL). */
  readonly directCall: boolean;
}

/** The longest site that the kernel's buffer takes (MAX_PATCH_LEN). */
const LONGEST_SITE = 254;
/** No kernel has had as many words of features; what is above is no feature number. */
const FEATURES_END = 32 * 32;

const INVERTED_16 = 1 << 15;
const FLAG_NOT = 1 << 16;
const FLAG_DIRECT_CALL = 1 << 17;

const entrySize = (kernel: KernelVersion): 12 | 13 | 14 =>
  atLeast(kernel, 6, 3) ? 14 : atLeast(kernel, 5, 13) || !atLeast(kernel, 4, 1) ? 12 : 13;

/** The entries of the image's `.altinstructions`, in table order; rows that point outside the image are errors. */
export function readAltEntries(image: Image, kernel: KernelVersion): Parsed<AltEntry[]> {
  const table = image.segments.find((s) => s.name === '.altinstructions');
  if (!table || table.bytes.length === 0) return { value: [], diagnostics: [] };
  const diagnostics: Diagnostic[] = [];
  const complain = (message: string): void => void diagnostics.push(error(message, place('.altinstructions', 0)));
  const size = entrySize(kernel);
  const version = kernel.join('.');
  if (table.bytes.length % size !== 0) {
    complain(
      `${table.bytes.length} bytes are no whole number of ${size}-byte entries of Linux ${version}; which kernel is it for?`,
    );
    return { value: [], diagnostics };
  }
  const view = new DataView(table.bytes.buffer, table.bytes.byteOffset, table.bytes.byteLength);
  const entries: AltEntry[] = [];
  for (let at = 0; at < view.byteLength; at += size) {
    const entry = readEntry(view, at, kernel, table.address);
    const problem = problemOf(image, entry, kernel);
    if (problem) complain(`entry ${entry.index}: ${problem}`);
    else entries.push(entry);
  }
  return { value: atLeast(kernel, 6, 11) ? widenNested(entries) : entries, diagnostics };
}

/** Why the kernel could not work with an entry; undefined when it can. */
function problemOf(image: Image, entry: AltEntry, kernel: KernelVersion): string | undefined {
  const { site, siteLength, replacement, replacementLength, feature } = entry;
  const format = `is the table in the format of Linux ${kernel.join('.')}?`;
  if (siteLength > 0 && !bytesAt(image, site, siteLength)) return `its site lies outside the image; ${format}`;
  if (replacementLength > 0 && !bytesAt(image, replacement, replacementLength))
    return `its replacement lies outside the image; ${format}`;
  if (replacementLength > siteLength)
    return `a replacement of ${replacementLength} bytes for a site of ${siteLength}; ${format}`;
  if (siteLength > LONGEST_SITE) return `a site of ${siteLength} bytes, where the kernel takes ${LONGEST_SITE}`;
  if (feature >= FEATURES_END) return `${feature} is no feature number; ${format}`;
  return undefined;
}

function readEntry(view: DataView, at: number, kernel: KernelVersion, table: bigint): AltEntry {
  const size = entrySize(kernel);
  const here = table + BigInt(at);
  const lengths = at + (size === 14 ? 12 : 10);
  const word = size === 14 ? view.getUint32(at + 8, true) : view.getUint16(at + 8, true);
  // Before 5.13 there is no "not": the bit is a part of the number.
  const flag = size === 14 ? FLAG_NOT : atLeast(kernel, 5, 13) ? INVERTED_16 : 0;
  return {
    index: at / size,
    site: here + BigInt(view.getInt32(at, true)),
    replacement: here + 4n + BigInt(view.getInt32(at + 4, true)),
    siteLength: view.getUint8(lengths),
    replacementLength: view.getUint8(lengths + 1),
    padding: size === 13 ? view.getUint8(lengths + 2) : 0,
    feature: size === 14 ? word & 0xffff : word & ~flag,
    inverted: (word & flag) !== 0,
    directCall: size === 14 && (word & FLAG_DIRECT_CALL) !== 0,
  };
}

/** Nested ALTERNATIVEs give consecutive rows of one site; all of them get the longest length (Linux 6.11). */
function widenNested(entries: readonly AltEntry[]): AltEntry[] {
  return entries.map((entry, i) => {
    let siteLength = entry.siteLength;
    for (let j = i - 1; entries[j]?.site === entry.site; j--) siteLength = Math.max(siteLength, entries[j]!.siteLength);
    for (let j = i + 1; entries[j]?.site === entry.site; j++) siteLength = Math.max(siteLength, entries[j]!.siteLength);
    return { ...entry, siteLength };
  });
}
