/**
 * A table of strings that end in zero: in go the strings in order of first use, out come the bytes and the offset of each.
 *
 * The subtle invariant: a string that ends another one (`.text` in `.rela.text`) lies within it, as BFD's elf-strtab.c
 * arranges; the others keep the order of their first use. The empty string is the zero at the start.
 */
export interface StringTable {
  readonly data: Uint8Array;
  offsetOf(text: string): number;
}

const encoder = new TextEncoder();

/** Compares from the last byte backwards; of two with one ending the shorter comes first. */
function byEnding(a: Uint8Array, b: Uint8Array): number {
  for (let i = 1; i <= a.length && i <= b.length; i++) {
    const difference = a[a.length - i]! - b[b.length - i]!;
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

const endsWith = (long: Uint8Array, short: Uint8Array): boolean =>
  short.every((byte, n) => byte === long[long.length - short.length + n]);

export function stringTable(texts: readonly string[]): StringTable {
  const unique = [...new Set(texts)]
    .filter((text) => text !== '')
    .map((text) => ({ text, bytes: encoder.encode(text) }));
  const sorted = [...unique].sort((a, b) => byEnding(a.bytes, b.bytes));
  // Each string that ends its successor is kept in what its successor is kept in.
  const hosts = new Map<string, (typeof unique)[number]>();
  for (let n = sorted.length - 2; n >= 0; n--) {
    const next = sorted[n + 1]!;
    const host = hosts.get(next.text) ?? next;
    if (endsWith(host.bytes, sorted[n]!.bytes)) hosts.set(sorted[n]!.text, host);
  }
  const offsets = new Map<string, number>([['', 0]]);
  let size = 1;
  for (const { text, bytes } of unique) {
    if (hosts.has(text)) continue;
    offsets.set(text, size);
    size += bytes.length + 1;
  }
  const data = new Uint8Array(size);
  for (const { text, bytes } of unique) {
    const host = hosts.get(text);
    if (host === undefined) data.set(bytes, offsets.get(text)!);
    else offsets.set(text, offsets.get(host.text)! + host.bytes.length - bytes.length);
  }
  return { data, offsetOf: (text) => offsets.get(text) ?? 0 };
}
