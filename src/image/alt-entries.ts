/**
 * The table of alternatives, `.altinstructions`: its bytes in, entries with absolute addresses out.
 *
 * `struct alt_instr` changed with the kernel: what follows the two self-relative 32-bit offsets is
 *
 *   up to 4.0      u16 feature, u8 length, u8 replacement length                      12 bytes
 *   4.1  to 5.12   … and u8 padding length                                            13 bytes
 *   5.13 to 6.2    u16 feature (bit 15: inverted), u8 length, u8 replacement length   12 bytes
 *   from 6.3       u32 feature and flags (bit 16: inverted, bit 17: direct call), …   14 bytes
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
    const entry = readEntry(view, at, size, table.address);
    const missing = !bytesAt(image, entry.site, entry.siteLength)
      ? 'site'
      : entry.replacementLength > 0 && !bytesAt(image, entry.replacement, entry.replacementLength)
        ? 'replacement'
        : undefined;
    if (missing)
      complain(
        `entry ${entry.index}: its ${missing} lies outside the image; is the table in the format of Linux ${version}?`,
      );
    else if (entry.replacementLength > entry.siteLength) {
      complain(
        `entry ${entry.index}: a replacement of ${entry.replacementLength} bytes for a site of ${entry.siteLength}`,
      );
    } else entries.push(entry);
  }
  return { value: atLeast(kernel, 6, 11) ? widenNested(entries) : entries, diagnostics };
}

function readEntry(view: DataView, at: number, size: 12 | 13 | 14, table: bigint): AltEntry {
  const here = table + BigInt(at);
  const lengths = at + (size === 14 ? 12 : 10);
  const word = size === 14 ? view.getUint32(at + 8, true) : view.getUint16(at + 8, true);
  return {
    index: at / size,
    site: here + BigInt(view.getInt32(at, true)),
    replacement: here + 4n + BigInt(view.getInt32(at + 4, true)),
    siteLength: view.getUint8(lengths),
    replacementLength: view.getUint8(lengths + 1),
    padding: size === 13 ? view.getUint8(lengths + 2) : 0,
    feature: size === 14 ? word & 0xffff : word & ~INVERTED_16,
    inverted: (word & (size === 14 ? FLAG_NOT : INVERTED_16)) !== 0,
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
