/**
 * Segment, system and gate descriptors: eight or sixteen bytes to fields and back (SDM vol. 3, 3.4.5, 3.5, 5.8.3.1, 7.2.3).
 * Pure functions on numbers; nobody here reads memory.
 *
 * Attributes are the 16 bits from bit 40 of a descriptor, with those of the limit left out, as the state block keeps them:
 *
 *   15  14   13  12   11      8  7   6   5   4  3      0
 *   G   D/B  L   AVL  0 0 0   U  P   DPL     S  type         U: unusable, ours; a descriptor has a bit of the limit there
 */

export const ATTRIBUTE = {
  TYPE: 0xf,
  /** Code or data; clear in system descriptors and gates. */
  S: 1 << 4,
  DPL: 3 << 5,
  P: 1 << 7,
  /** The register holds a null selector. */
  UNUSABLE: 1 << 8,
  AVL: 1 << 12,
  /** 64-bit code. */
  L: 1 << 13,
  /** 32-bit code or stack. */
  DB: 1 << 14,
  /** The limit counts pages. */
  G: 1 << 15,
} as const;

/** Bits of the type of code and data, SDM vol. 3, table 3-1. */
export const SEGMENT_TYPE = { ACCESSED: 1, WRITABLE: 2, READABLE: 2, EXPAND_DOWN: 4, CONFORMING: 4, CODE: 8 } as const;

/** Types of system descriptors in IA-32e mode, SDM vol. 3, table 3-2; the others are reserved. */
export const SYSTEM_TYPE = {
  LDT: 2,
  TSS: 9,
  BUSY_TSS: 11,
  CALL_GATE: 12,
  INTERRUPT_GATE: 14,
  TRAP_GATE: 15,
} as const;

export interface Descriptor {
  readonly base: bigint;
  /** The last byte's offset, the granularity applied: 0 … 0xffffffff. */
  readonly limit: number;
  readonly attributes: number;
}

export interface Gate {
  readonly selector: number;
  readonly offset: bigint;
  readonly attributes: number;
}

const ATTRIBUTE_BITS = 0xf0ff;

/** A descriptor's first eight bytes arrive as signed halves; of its attributes all are in the high one. */
export const attributesOf = (high: number): number => (high >>> 8) & ATTRIBUTE_BITS;

/** The base of code and data; a system descriptor's has 32 bits more, which are the low half of its second eight bytes. */
export const baseOf = (low: number, high: number): number =>
  (high & 0xff00_0000) | ((high & 0xff) << 16) | (low >>> 16);

/** The last byte's offset, unsigned. */
export function limitOf(low: number, high: number): number {
  const units = (high & 0xf_0000) | (low & 0xffff);
  return attributesOf(high) & ATTRIBUTE.G ? units * 0x1000 + 0xfff : units;
}

/** Of a 64-bit call, interrupt or trap gate. */
export const gateSelector = (low: number): number => low >>> 16;
/** The low half of its offset; the high one is the low half of the second eight bytes. */
export const gateOffset = (low: number, high: number): number => (high & 0xffff_0000) | (low & 0xffff);

/** The first eight bytes. Limits above 1 MiB need `ATTRIBUTE.G`, and lose their low 12 bits by it. */
export function formatDescriptor({ base, limit, attributes }: Descriptor): bigint {
  const units = BigInt(attributes & ATTRIBUTE.G ? Math.floor(limit / 0x1000) : limit);
  const flags = BigInt(attributes & ATTRIBUTE_BITS) << 40n;
  return (
    flags |
    ((base & 0xff00_0000n) << 32n) |
    ((base & 0xff_ffffn) << 16n) |
    ((units & 0xf_0000n) << 32n) |
    (units & 0xffffn)
  );
}

/** Both halves of a system descriptor. */
export const formatSystemDescriptor = (descriptor: Descriptor): readonly [low: bigint, high: bigint] => [
  formatDescriptor(descriptor),
  descriptor.base >> 32n,
];

export const formatGate = ({ selector, offset, attributes }: Gate): readonly [low: bigint, high: bigint] => [
  (BigInt(attributes & ATTRIBUTE_BITS) << 40n) |
    ((offset & 0xffff_0000n) << 32n) |
    (BigInt(selector) << 16n) |
    (offset & 0xffffn),
  offset >> 32n,
];

/** The type field that the second eight bytes of a system descriptor, `high` being their high half, have to leave zero (SDM vol. 3, 5.8.3.1). */
export const upperTypeIsZero = (high: number): boolean => (high & 0x1f00) === 0;

export const typeOf = (attributes: number): number => attributes & ATTRIBUTE.TYPE;
export const dplOf = (attributes: number): number => (attributes & ATTRIBUTE.DPL) >> 5;
export const isPresent = (attributes: number): boolean => (attributes & ATTRIBUTE.P) !== 0;
export const isSystem = (attributes: number): boolean => (attributes & ATTRIBUTE.S) === 0;

const has = (attributes: number, bits: number): boolean => (attributes & bits) === bits;

export const isCode = (attributes: number): boolean => has(attributes, ATTRIBUTE.S | SEGMENT_TYPE.CODE);
export const isConforming = (attributes: number): boolean =>
  isCode(attributes) && has(attributes, SEGMENT_TYPE.CONFORMING);
export const isWritable = (attributes: number): boolean =>
  has(attributes, ATTRIBUTE.S | SEGMENT_TYPE.WRITABLE) && !isCode(attributes);
/** Data always, code where it says so. */
export const isReadable = (attributes: number): boolean =>
  !isSystem(attributes) && (!isCode(attributes) || has(attributes, SEGMENT_TYPE.READABLE));

/** What a segment descriptor grants no matter who asks, or only to those as privileged: SDM vol. 3, 5.5. */
export const isPrivate = (attributes: number, cpl: number, rpl: number): boolean =>
  !isConforming(attributes) && Math.max(cpl, rpl) > dplOf(attributes);

/** The requester's privilege in a selector. */
export const rplOf = (selector: number): number => selector & 3;
export const isNull = (selector: number): boolean => (selector & 0xfffc) === 0;
/** A selector as the error code of a fault: index and table (SDM vol. 3, 6.13). */
export const selectorError = (selector: number): number => selector & 0xfffc;
