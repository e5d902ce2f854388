/**
 * What the names of sections bring along: type and flags of the well-known ones (gABI chapter 4, "Special Sections"; psABI
 * x86-64, table 4.2), and the letters and words of `.section`. In go a name or a letter, out come ELF's numbers.
 */
import { SHF, SHT } from '../object/object-file.ts';

const { ALLOC, WRITE, EXECINSTR, TLS, X86_64_LARGE: LARGE } = SHF;

export interface KnownSection {
  readonly type: number;
  readonly flags: number;
}

/** `exact` for the name alone, `dotted` for `.text` and `.text.hot`, `prefix` for everything that begins so. */
type Match = 'exact' | 'dotted' | 'prefix';

const STRTAB = 3;

const KNOWN: readonly (readonly [string, Match, number, number])[] = [
  ['.bss', 'dotted', SHT.NOBITS, ALLOC | WRITE],
  ['.comment', 'exact', SHT.PROGBITS, 0],
  ['.data', 'dotted', SHT.PROGBITS, ALLOC | WRITE],
  ['.data1', 'exact', SHT.PROGBITS, ALLOC | WRITE],
  ['.debug', 'exact', SHT.PROGBITS, 0],
  ['.debug_line', 'exact', SHT.PROGBITS, 0],
  ['.debug_info', 'exact', SHT.PROGBITS, 0],
  ['.debug_abbrev', 'exact', SHT.PROGBITS, 0],
  ['.debug_aranges', 'exact', SHT.PROGBITS, 0],
  ['.dynamic', 'exact', SHT.DYNAMIC, ALLOC],
  ['.dynstr', 'exact', STRTAB, ALLOC],
  ['.dynsym', 'exact', SHT.DYNSYM, ALLOC],
  ['.fini', 'exact', SHT.PROGBITS, ALLOC | EXECINSTR],
  ['.fini_array', 'dotted', SHT.FINI_ARRAY, ALLOC | WRITE],
  ['.gnu.linkonce.lb', 'dotted', SHT.NOBITS, ALLOC | WRITE | LARGE],
  ['.gnu.linkonce.lr', 'dotted', SHT.PROGBITS, ALLOC | LARGE],
  ['.gnu.linkonce.lt', 'dotted', SHT.PROGBITS, ALLOC | EXECINSTR | LARGE],
  ['.gnu.linkonce.b', 'dotted', SHT.NOBITS, ALLOC | WRITE],
  ['.gnu.linkonce.n', 'dotted', SHT.NOBITS, ALLOC | WRITE],
  ['.gnu.linkonce.p', 'dotted', SHT.PROGBITS, ALLOC | WRITE],
  ['.gnu.lto_', 'prefix', SHT.PROGBITS, SHF.EXCLUDE],
  ['.got', 'exact', SHT.PROGBITS, ALLOC | WRITE],
  ['.hash', 'exact', SHT.HASH, ALLOC],
  ['.init', 'exact', SHT.PROGBITS, ALLOC | EXECINSTR],
  ['.init_array', 'dotted', SHT.INIT_ARRAY, ALLOC | WRITE],
  ['.interp', 'exact', SHT.PROGBITS, 0],
  ['.lbss', 'dotted', SHT.NOBITS, ALLOC | WRITE | LARGE],
  ['.ldata', 'dotted', SHT.PROGBITS, ALLOC | WRITE | LARGE],
  ['.lrodata', 'dotted', SHT.PROGBITS, ALLOC | LARGE],
  ['.line', 'exact', SHT.PROGBITS, 0],
  ['.noinit', 'dotted', SHT.NOBITS, ALLOC | WRITE],
  ['.note.GNU-stack', 'exact', SHT.PROGBITS, 0],
  ['.note', 'prefix', SHT.NOTE, 0],
  ['.persistent.bss', 'exact', SHT.NOBITS, ALLOC | WRITE],
  ['.persistent', 'dotted', SHT.PROGBITS, ALLOC | WRITE],
  ['.preinit_array', 'dotted', SHT.PREINIT_ARRAY, ALLOC | WRITE],
  ['.plt', 'exact', SHT.PROGBITS, ALLOC | EXECINSTR],
  ['.rodata', 'dotted', SHT.PROGBITS, ALLOC],
  ['.rodata1', 'exact', SHT.PROGBITS, ALLOC],
  ['.rela', 'prefix', SHT.RELA, 0],
  ['.rel', 'prefix', SHT.REL, 0],
  ['.tbss', 'dotted', SHT.NOBITS, ALLOC | WRITE | TLS],
  ['.tdata', 'dotted', SHT.PROGBITS, ALLOC | WRITE | TLS],
  ['.text', 'dotted', SHT.PROGBITS, ALLOC | EXECINSTR],
];

/** What has been looked for, since macros enter a few sections over and over. */
const looked = new Map<string, KnownSection | undefined>();
const LOOKED_LIMIT = 1024;

export function knownSection(name: string): KnownSection | undefined {
  const before = looked.get(name);
  if (before !== undefined || looked.has(name)) return before;
  const found = findKnown(name);
  if (looked.size < LOOKED_LIMIT) looked.set(name, found);
  return found;
}

function findKnown(name: string): KnownSection | undefined {
  for (const [stem, match, type, flags] of KNOWN) {
    if (!name.startsWith(stem)) continue;
    const rest = name.slice(stem.length);
    if (match === 'prefix' || rest === '' || (match === 'dotted' && rest.startsWith('.'))) return { type, flags };
  }
  return undefined;
}

/** Types whose name in a `.section` counts for nothing: what gcc writes there has long been wrong. */
export const isArray = (type: number): boolean =>
  type === SHT.INIT_ARRAY || type === SHT.FINI_ARRAY || type === SHT.PREINIT_ARRAY;

const ENTRY_SIZES: ReadonlyMap<number, number> = new Map([
  [SHT.INIT_ARRAY, 8],
  [SHT.FINI_ARRAY, 8],
  [SHT.PREINIT_ARRAY, 8],
  [SHT.HASH, 4],
  [SHT.DYNSYM, 24],
  [SHT.DYNAMIC, 16],
  [SHT.RELA, 24],
  [SHT.REL, 16],
]);

/** The size of an entry that a type has by itself. */
export const entrySizeOf = (type: number): number => ENTRY_SIZES.get(type) ?? 0;

const LETTERS: Readonly<Record<string, number>> = {
  a: ALLOC,
  w: WRITE,
  x: EXECINSTR,
  M: SHF.MERGE,
  S: SHF.STRINGS,
  G: SHF.GROUP,
  T: TLS,
  o: SHF.LINK_ORDER,
  R: SHF.GNU_RETAIN,
  e: SHF.EXCLUDE,
  l: LARGE,
};

export interface SectionFlags {
  readonly flags: number;
  /** `?`: in the group of the section before. */
  readonly joinsGroup: boolean;
}

/** `"axG"`, `"0x12"`; a string is the complaint. */
export function flagsOf(text: string): SectionFlags | string {
  let flags = 0;
  let joinsGroup = false;
  for (let n = 0; n < text.length; n++) {
    const letter = text[n]!;
    if (letter === '?') joinsGroup = true;
    else if (/\d/.test(letter)) {
      const digits = /^0[xX][\da-fA-F]*|^\d+/.exec(text.slice(n))![0];
      flags |= Number(BigInt.asUintN(32, readNumber(digits)));
      n += digits.length - 1;
    } else if (LETTERS[letter] !== undefined) flags |= LETTERS[letter];
    else return 'bad .section directive: want a,l,w,x,M,S,G,T in string';
  }
  return { flags: flags >>> 0, joinsGroup };
}

/** As C's strtoul reads it. */
export function readNumber(digits: string): bigint {
  if (/^0[xX]/.test(digits)) return digits.length > 2 ? BigInt(digits) : 0n;
  return /^0[0-7]/.test(digits) ? BigInt(`0o${/^0[0-7]+/.exec(digits)![0].slice(1)}`) : BigInt(digits);
}

const TYPES: Readonly<Record<string, number>> = {
  progbits: SHT.PROGBITS,
  nobits: SHT.NOBITS,
  note: SHT.NOTE,
  init_array: SHT.INIT_ARRAY,
  fini_array: SHT.FINI_ARRAY,
  preinit_array: SHT.PREINIT_ARRAY,
  unwind: SHT.X86_64_UNWIND,
};

export const typeNamed = (name: string): number | undefined => (Object.hasOwn(TYPES, name) ? TYPES[name] : undefined);
