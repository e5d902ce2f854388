/**
 * The numbers of ELF64 relocatable files that the writer and the reader share: System V gABI chapter 4, psABI x86-64
 * chapter 4. Sizes and offsets are bytes; all fields are little-endian.
 */
import { type Symbol as ObjectSymbol, SHF, SHT } from './object-file.ts';

export const EHDR_SIZE = 64;
export const SHDR_SIZE = 64;
export const SYM_SIZE = 24;
export const RELA_SIZE = 24;

export const ET_REL = 1;
export const EM_X86_64 = 62;

/** Section header indices with a meaning of their own. */
export const SHN = {
  UNDEF: 0,
  LORESERVE: 0xff00,
  /** Common storage of the large code model (psABI x86-64, 4.2.3). */
  X86_64_LCOMMON: 0xff02,
  ABS: 0xfff1,
  COMMON: 0xfff2,
  XINDEX: 0xffff,
} as const;

export const STB = { local: 0, global: 1, weak: 2, unique: 10 } as const satisfies Record<
  ObjectSymbol['binding'],
  number
>;

export const STT = {
  notype: 0,
  object: 1,
  func: 2,
  section: 3,
  file: 4,
  tls: 6,
  gnu_ifunc: 10,
} as const satisfies Record<ObjectSymbol['type'], number>;

export const STV = {
  default: 0,
  internal: 1,
  hidden: 2,
  protected: 3,
} as const satisfies Record<ObjectSymbol['visibility'], number>;

/** e_ident: magic, 64-bit, little-endian, version 1, System V ABI. */
export const IDENT = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0] as const;

/** One section header, fields as in Elf64_Shdr. */
export interface SectionHeader {
  readonly name: number;
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly info: number;
  readonly align: number;
  readonly entsize: number;
}

export { SHF, SHT };
