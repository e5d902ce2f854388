/**
 * A linked program: bytes at linear addresses, with the symbols, the source lines and the alternatives that go with
 * them. It is made from an ObjectFile by `link.ts`, rewritten by `alternatives.ts`, and loaded by `machine/`.
 *
 * Everything here speaks of absolute addresses. Nothing in it is executed: the machine copies `segments` into its
 * memory and fetches from there.
 */
import type { Place } from '../base/diagnostics.ts';
import { countBelow } from '../base/search.ts';

export interface Image {
  /** Ascending by address, not overlapping. */
  readonly segments: readonly Segment[];
  /** Ascending by address. */
  readonly symbols: readonly ImageSymbol[];
  /** Ascending by address, not overlapping; addresses of objects without line records are in none. */
  readonly lines: readonly ImageLine[];
  /** Ascending by address, not overlapping: what the patcher put where. Empty before patching. */
  readonly patches: readonly PatchedRange[];
}

/** One allocated section at its address. */
export interface Segment {
  readonly name: string;
  readonly address: bigint;
  readonly bytes: Uint8Array;
  readonly write: boolean;
  readonly execute: boolean;
}

export interface ImageSymbol {
  readonly name: string;
  readonly address: bigint;
  readonly size: bigint;
  /** `code` and `data` lie in segments; a `stub` stands in for an external function; `absolute` is a number. */
  readonly kind: 'code' | 'data' | 'stub' | 'absolute';
}

/** Bytes [address, end) come from this source line. */
export interface ImageLine {
  readonly address: bigint;
  readonly end: bigint;
  readonly place: Place;
}

/** Bytes [address, end) were put there by an entry of `.altinstructions`, the last one that patched them. */
export interface PatchedRange {
  readonly address: bigint;
  readonly end: bigint;
  readonly feature: number;
  /** The replacement is for a CPU *without* the feature. */
  readonly inverted: boolean;
  /** The line of the site before it was patched, if the object has lines. */
  readonly sitePlace: Place | undefined;
}

/** The segment that holds `address`. */
export const segmentAt = (image: Image, address: bigint): Segment | undefined =>
  image.segments.find((s) => address >= s.address && address < s.address + BigInt(s.bytes.length));

/** The `length` bytes at `address` as a view into the segment; undefined when they are not all in one. */
export function bytesAt(image: Image, address: bigint, length: number): Uint8Array | undefined {
  const segment = segmentAt(image, address);
  if (!segment) return undefined;
  const offset = Number(address - segment.address);
  return offset + length <= segment.bytes.length ? segment.bytes.subarray(offset, offset + length) : undefined;
}

/** The last element at or below `address` of an array ascending by `address`. */
function floor<T extends { readonly address: bigint }>(items: readonly T[], address: bigint): T | undefined {
  return items[countBelow(items, (item) => item.address <= address) - 1];
}

/** The source line of the byte at `address`. */
export function lineAt(image: Image, address: bigint): ImageLine | undefined {
  const line = floor(image.lines, address);
  return line && address < line.end ? line : undefined;
}

/** What patched the byte at `address`, if anything did. */
export function patchAt(image: Image, address: bigint): PatchedRange | undefined {
  const range = floor(image.patches, address);
  return range && address < range.end ? range : undefined;
}

export const symbolNamed = (image: Image, name: string): ImageSymbol | undefined =>
  image.symbols.find((s) => s.name === name);

/** `entry_64` or `entry_64+0x1f`; undefined when no code, data or stub symbol of the same segment is below. */
export function symbolize(image: Image, address: bigint): string | undefined {
  const symbol = floor(image.symbols, address);
  if (!symbol || symbol.kind === 'absolute') return undefined;
  if (symbol.address === address) return symbol.name;
  const home = segmentAt(image, symbol.address);
  if (!home || home !== segmentAt(image, address)) return undefined;
  return `${symbol.name}+0x${(address - symbol.address).toString(16)}`;
}
