/**
 * A relocatable object in memory: what the assembler makes, what the ELF reader reads and the ELF writer writes,
 * and what the linker takes. Plain data, indexed as in ELF (System V gABI; psABI for x86-64 relocations), but without
 * the null entries: `sections[0]` and `symbols[0]` are real.
 */
import type { Place } from '../base/diagnostics.ts';

export interface ObjectFile {
  readonly sections: Section[];
  readonly symbols: Symbol[];
  /** Where each run of bytes came from, ascending by (section, offset). Empty for objects read from ELF files. */
  readonly lines: LineRecord[];
  /** It uses GNU's additions to ELF, though none of its symbols or sections shows it. */
  readonly isGnu?: true;
}

export interface Section {
  readonly name: string;
  /** SHT_PROGBITS, SHT_NOBITS, SHT_NOTE … */
  readonly type: number;
  /** SHF_ALLOC | SHF_WRITE | SHF_EXECINSTR … */
  readonly flags: number;
  /** Bytes, a power of two. */
  readonly align: number;
  readonly entsize: number;
  /** Empty when `type` is SHT_NOBITS; `size` counts then. */
  readonly data: Uint8Array;
  readonly size: number;
  /** In the order of the file, which need not be that of the offsets. */
  readonly relocations: Relocation[];
  /** Index of the section that SHF_LINK_ORDER names. */
  readonly linkedTo?: number;
  /** Of a section of type SHT_GROUP, whose `data` the writer makes. */
  readonly group?: SectionGroup;
}

/** Sections that stay or go together; of a COMDAT group with one signature a linker keeps one. */
export interface SectionGroup {
  /** Index into ObjectFile.symbols. */
  readonly signature: number;
  readonly isComdat: boolean;
  /** Indices into ObjectFile.sections. */
  readonly members: readonly number[];
}

export interface Relocation {
  /** Offset in the section of the field to patch. */
  readonly offset: number;
  /** R_X86_64_* */
  readonly type: number;
  /** Index into ObjectFile.symbols; -1 for none (an absolute address). */
  readonly symbol: number;
  readonly addend: bigint;
}

export type SymbolHome =
  | { readonly kind: 'section'; readonly index: number }
  | { readonly kind: 'undefined' }
  | { readonly kind: 'absolute' }
  | { readonly kind: 'common'; readonly align: number; readonly isLarge?: true };

export interface Symbol {
  readonly name: string;
  readonly home: SymbolHome;
  /** Offset in the section, or the absolute value. */
  readonly value: bigint;
  readonly size: bigint;
  readonly binding: 'local' | 'global' | 'weak' | 'unique';
  readonly type: 'notype' | 'object' | 'func' | 'section' | 'file' | 'tls' | 'gnu_ifunc';
  readonly visibility: 'default' | 'internal' | 'hidden' | 'protected';
}

/** The bytes from `offset` up to the next record of the section come from `place`. */
export interface LineRecord {
  readonly section: number;
  readonly offset: number;
  readonly place: Place;
}

export const SHT = {
  PROGBITS: 1,
  SYMTAB: 2,
  STRTAB: 3,
  RELA: 4,
  NOTE: 7,
  NOBITS: 8,
  HASH: 5,
  DYNAMIC: 6,
  REL: 9,
  DYNSYM: 11,
  INIT_ARRAY: 14,
  FINI_ARRAY: 15,
  PREINIT_ARRAY: 16,
  GROUP: 17,
  X86_64_UNWIND: 0x70000001,
} as const;

export const SHF = {
  WRITE: 0x1,
  ALLOC: 0x2,
  EXECINSTR: 0x4,
  MERGE: 0x10,
  STRINGS: 0x20,
  INFO_LINK: 0x40,
  LINK_ORDER: 0x80,
  GROUP: 0x200,
  TLS: 0x400,
  GNU_RETAIN: 0x200000,
  X86_64_LARGE: 0x10000000,
  EXCLUDE: 0x80000000,
} as const;

/** Relocation types, psABI x86-64, table 4.9. */
export const R_X86_64 = {
  NONE: 0,
  64: 1,
  PC32: 2,
  GOT32: 3,
  PLT32: 4,
  GOTPCREL: 9,
  32: 10,
  '32S': 11,
  16: 12,
  PC16: 13,
  8: 14,
  PC8: 15,
  PC64: 24,
  GOTPC32: 26,
  GOTPC64: 29,
  GOTPCRELX: 41,
  REX_GOTPCRELX: 42,
} as const;
