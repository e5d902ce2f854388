/**
 * An ELF64 relocatable file (by gcc, as, ld -r) to ObjectFile.
 *
 * In: bytes from anywhere. Out: the object, or what is wrong with the file; never an exception, and no offset or count
 * is believed before it is checked against the file's length. Tables (symbols, strings, relocations) become part of the
 * structure; every other section keeps its order. Section groups are dropped, which only matters to a linker that
 * merges duplicates.
 */
import { type Diagnostic, error, type Parsed, place } from '../base/diagnostics.ts';
import {
  EHDR_SIZE,
  EM_X86_64,
  ET_REL,
  IDENT,
  RELA_SIZE,
  type SectionHeader,
  SHDR_SIZE,
  SHN,
  SHT,
  STB,
  STT,
  STV,
  SYM_SIZE,
} from './elf-format.ts';
import type { ObjectFile, Symbol as ObjectSymbol, Relocation, Section, SymbolHome } from './object-file.ts';

const EMPTY: ObjectFile = { sections: [], symbols: [], lines: [] };

/** What stops the reading; thrown and caught in this file only. */
class Malformed extends Error {}

const malformed = (what: string): never => {
  throw new Malformed(what);
};

/** Reads a relocatable object; `name` is for the message. With errors the value is an empty object. */
export function readElf(bytes: Uint8Array, name = 'object'): Parsed<ObjectFile> {
  try {
    return { value: read(bytes), diagnostics: [] };
  } catch (problem) {
    if (!(problem instanceof Malformed)) throw problem;
    const diagnostic: Diagnostic = error(`not a usable ELF object: ${problem.message}`, place(name, 1));
    return { value: EMPTY, diagnostics: [diagnostic] };
  }
}

interface File {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly headers: readonly SectionHeader[];
  readonly sectionNames: Uint8Array;
}

function read(bytes: Uint8Array): ObjectFile {
  const file = openFile(bytes);
  const kept = file.headers.flatMap((header, n) => (isContent(header) && n > 0 ? [n] : []));
  const indexOf = new Map(kept.map((n, index) => [n, index]));
  const symtab = file.headers.findIndex((h) => h.type === SHT.SYMTAB);
  const symbols = symtab < 0 ? [] : readSymbols(file, file.headers[symtab]!, indexOf);
  const relocations = readRelocations(file, symtab, symbols.length);
  const sections = kept.map((n) => toSection(file, file.headers[n]!, relocations.get(n) ?? []));
  return { sections, symbols, lines: [] };
}

const TABLES: ReadonlySet<number> = new Set([0, SHT.SYMTAB, SHT.STRTAB, SHT.RELA, SHT.GROUP]);
const isContent = ({ type }: SectionHeader): boolean => !TABLES.has(type);

function openFile(bytes: Uint8Array): File {
  if (bytes.length < EHDR_SIZE) malformed('shorter than an ELF header');
  if (!IDENT.slice(0, 7).every((byte, n) => bytes[n] === byte)) malformed('no ELF64 little-endian header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint16(16, true) !== ET_REL) malformed('not relocatable (link less, or use a .o)');
  if (view.getUint16(18, true) !== EM_X86_64) malformed('not for x86-64');
  const at = number64(view, 40);
  let count = view.getUint16(60, true);
  let names = view.getUint16(62, true);
  if (view.getUint16(58, true) !== SHDR_SIZE) malformed('section headers of unknown size');
  if (at === 0 || at + SHDR_SIZE > bytes.length) malformed('section headers outside the file');
  // More than 65,279 sections: the true numbers are in the null header (gABI, "ELF Header").
  const first = readHeader(view, at);
  if (count === 0) count = first.size;
  if (names === SHN.XINDEX) names = first.link;
  if (at + count * SHDR_SIZE > bytes.length) malformed('section headers outside the file');
  const headers = Array.from({ length: count }, (_, n) => readHeader(view, at + n * SHDR_SIZE));
  const table = headers[names];
  if (table === undefined) return malformed('no table of section names');
  return { bytes, view, headers, sectionNames: contents(bytes, table) };
}

function number64(view: DataView, at: number): number {
  const value = view.getBigUint64(at, true);
  return value > BigInt(Number.MAX_SAFE_INTEGER)
    ? malformed(`a value of 0x${value.toString(16)} at ${at}`)
    : Number(value);
}

const readHeader = (view: DataView, at: number): SectionHeader => ({
  name: view.getUint32(at, true),
  type: view.getUint32(at + 4, true),
  flags: number64(view, at + 8),
  offset: number64(view, at + 24),
  size: number64(view, at + 32),
  link: view.getUint32(at + 40, true),
  info: view.getUint32(at + 44, true),
  align: number64(view, at + 48),
  entsize: number64(view, at + 56),
});

function contents(bytes: Uint8Array, { type, offset, size }: SectionHeader): Uint8Array {
  if (type === SHT.NOBITS) return new Uint8Array(0);
  if (offset + size > bytes.length) malformed(`section at ${offset} of ${size} bytes reaches beyond the file`);
  return bytes.slice(offset, offset + size);
}

const decoder = new TextDecoder();

function text(strings: Uint8Array, at: number): string {
  if (at >= strings.length) return at === 0 ? '' : malformed(`string at ${at} outside its table`);
  const end = strings.indexOf(0, at);
  return decoder.decode(strings.subarray(at, end < 0 ? strings.length : end));
}

function toSection(file: File, header: SectionHeader, relocations: Relocation[]): Section {
  const { type, flags, entsize, size } = header;
  const align = Math.max(1, header.align);
  if ((BigInt(align) & (BigInt(align) - 1n)) !== 0n) malformed(`alignment of ${align}`);
  const data = contents(file.bytes, header);
  return { name: text(file.sectionNames, header.name), type, flags, align, entsize, data, size, relocations };
}

function nameOf<T extends string>(table: Readonly<Record<T, number>>, number: number, what: string): T {
  const found = (Object.keys(table) as T[]).find((key) => table[key] === number);
  return found ?? malformed(`${what} ${number}`);
}

function readSymbols(file: File, header: SectionHeader, indexOf: ReadonlyMap<number, number>): ObjectSymbol[] {
  const table = contents(file.bytes, header);
  const stringsHeader = file.headers[header.link];
  if (stringsHeader === undefined) return malformed('symbols without strings');
  const strings = contents(file.bytes, stringsHeader);
  if (table.length % SYM_SIZE !== 0) malformed('symbol table of odd size');
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
  const symbols: ObjectSymbol[] = [];
  for (let at = SYM_SIZE; at < table.length; at += SYM_SIZE) symbols.push(readSymbol(file, view, at, strings, indexOf));
  return symbols;
}

function readSymbol(
  file: File,
  view: DataView,
  at: number,
  strings: Uint8Array,
  indexOf: ReadonlyMap<number, number>,
): ObjectSymbol {
  const info = view.getUint8(at + 4);
  const section = view.getUint16(at + 6, true);
  const type = nameOf(STT, info & 15, 'symbol type');
  const value = view.getBigUint64(at + 8, true);
  const home = homeOf(section, value, indexOf);
  const own = text(strings, view.getUint32(at, true));
  const header = type === 'section' ? file.headers[section] : undefined;
  return {
    name: own === '' && header !== undefined ? text(file.sectionNames, header.name) : own,
    home,
    value: home.kind === 'common' ? 0n : value,
    size: view.getBigUint64(at + 16, true),
    binding: nameOf(STB, info >> 4, 'symbol binding'),
    type,
    visibility: nameOf(STV, view.getUint8(at + 5) & 3, 'visibility'),
  };
}

function homeOf(section: number, value: bigint, indexOf: ReadonlyMap<number, number>): SymbolHome {
  if (section === SHN.UNDEF) return { kind: 'undefined' };
  if (section === SHN.ABS) return { kind: 'absolute' };
  const align = Number(BigInt.asUintN(32, value));
  if (section === SHN.COMMON) return { kind: 'common', align };
  if (section === SHN.X86_64_LCOMMON) return { kind: 'common', align, isLarge: true };
  const index = indexOf.get(section);
  // Symbols of a dropped table (a group's signature section) have no home that matters.
  return index === undefined ? { kind: 'absolute' } : { kind: 'section', index };
}

/** Relocations by the section they apply to, in the file's order. */
function readRelocations(file: File, symtab: number, symbolCount: number): Map<number, Relocation[]> {
  const found = new Map<number, Relocation[]>();
  for (const header of file.headers) {
    if (header.type !== SHT.RELA || header.link !== symtab) continue;
    const target = file.headers[header.info];
    if (target === undefined) malformed('relocations for no section');
    const list = found.get(header.info) ?? [];
    list.push(...readRelocationTable(contents(file.bytes, header), symbolCount, target!));
    found.set(header.info, list);
  }
  return found;
}

function readRelocationTable(table: Uint8Array, symbolCount: number, target: SectionHeader): Relocation[] {
  if (table.length % RELA_SIZE !== 0) malformed('relocation table of odd size');
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
  const list: Relocation[] = [];
  for (let at = 0; at < table.length; at += RELA_SIZE) {
    const info = view.getBigUint64(at + 8, true);
    const symbol = Number(info >> 32n) - 1;
    if (symbol >= symbolCount) malformed(`relocation names symbol ${symbol + 1} of ${symbolCount}`);
    const offset = number64(view, at);
    if (offset >= target.size) malformed(`relocation at ${offset} in a section of ${target.size} bytes`);
    list.push({ offset, type: Number(info & 0xffffffffn), symbol, addend: view.getBigInt64(at + 16, true) });
  }
  return list;
}
