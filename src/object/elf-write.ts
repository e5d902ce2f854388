/**
 * ObjectFile to an ELF64 relocatable file.
 *
 * The sections keep their order; each with relocations is followed by its `.rela`, as GNU as lays them out; then come
 * .symtab, .strtab and .shstrtab. Section and symbol numbers grow by the null entries that ObjectFile leaves out. Local
 * symbols have to stand before the others (gABI, "Symbol Table"), so the writer sorts and renumbers.
 */
import {
  EHDR_SIZE,
  EM_X86_64,
  ET_REL,
  IDENT,
  RELA_SIZE,
  type SectionHeader,
  SHDR_SIZE,
  SHF,
  SHN,
  SHT,
  STB,
  STT,
  STV,
  SYM_SIZE,
} from './elf-format.ts';
import type { ObjectFile, Symbol as ObjectSymbol, Section } from './object-file.ts';

interface OutputSection {
  readonly name: string;
  readonly header: Omit<SectionHeader, 'name' | 'offset'>;
  readonly data: Uint8Array;
}

export function writeElf(object: ObjectFile): Uint8Array {
  const order = symbolOrder(object.symbols);
  const strings = newStrings();
  const numbers = sectionNumbers(object.sections);
  const symbols = writeSymbols(object, order, numbers, strings);
  const sections = outputSections(object, order, numbers, symbols, strings);
  return assembleFile(sections);
}

/** New number of each symbol, counting the null entry. */
interface SymbolOrder {
  readonly sorted: readonly ObjectSymbol[];
  readonly numberOf: readonly number[];
  readonly locals: number;
}

function symbolOrder(symbols: readonly ObjectSymbol[]): SymbolOrder {
  const indexed = symbols.map((symbol, n) => ({ symbol, n }));
  const locals = indexed.filter(({ symbol }) => symbol.binding === 'local');
  const others = indexed.filter(({ symbol }) => symbol.binding !== 'local');
  const sorted = [...locals, ...others];
  const numberOf: number[] = [];
  for (const [at, { n }] of sorted.entries()) numberOf[n] = at + 1;
  return { sorted: sorted.map(({ symbol }) => symbol), numberOf, locals: locals.length };
}

/** Header index of each section of the object; a section's relocations take the index after it. */
function sectionNumbers(sections: readonly Section[]): number[] {
  let next = 1;
  return sections.map((section) => {
    const number = next;
    next += section.relocations.length > 0 ? 2 : 1;
    return number;
  });
}

/** Strings that end in zero, each text once. */
interface Strings {
  readonly offsets: Map<string, number>;
  readonly chunks: Uint8Array[];
  length: number;
}

const newStrings = (): Strings => ({ offsets: new Map([['', 0]]), chunks: [new Uint8Array(1)], length: 1 });

const encoder = new TextEncoder();

/** The offset of the text, which is added when it is new. */
function addString(strings: Strings, text: string): number {
  const known = strings.offsets.get(text);
  if (known !== undefined) return known;
  const bytes = encoder.encode(`${text}\0`);
  const offset = strings.length;
  strings.offsets.set(text, offset);
  strings.chunks.push(bytes);
  strings.length += bytes.length;
  return offset;
}

function concatenate(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function writeSymbols(
  { symbols }: ObjectFile,
  { sorted }: SymbolOrder,
  numbers: readonly number[],
  strings: Strings,
): Uint8Array {
  const bytes = new Uint8Array((symbols.length + 1) * SYM_SIZE);
  const view = new DataView(bytes.buffer);
  for (const [n, symbol] of sorted.entries()) {
    const at = (n + 1) * SYM_SIZE;
    // A section's symbol has no name of its own.
    view.setUint32(at, symbol.type === 'section' ? 0 : addString(strings, symbol.name), true);
    view.setUint8(at + 4, (STB[symbol.binding] << 4) | STT[symbol.type]);
    view.setUint8(at + 5, STV[symbol.visibility]);
    view.setUint16(at + 6, homeNumber(symbol, numbers), true);
    view.setBigUint64(at + 8, symbol.home.kind === 'common' ? BigInt(symbol.home.align) : symbol.value, true);
    view.setBigUint64(at + 16, symbol.size, true);
  }
  return bytes;
}

function homeNumber({ home }: ObjectSymbol, numbers: readonly number[]): number {
  switch (home.kind) {
    case 'section':
      return numbers[home.index] ?? SHN.UNDEF;
    case 'undefined':
      return SHN.UNDEF;
    case 'absolute':
      return SHN.ABS;
    case 'common':
      return SHN.COMMON;
    default:
      return home satisfies never;
  }
}

function outputSections(
  object: ObjectFile,
  order: SymbolOrder,
  numbers: readonly number[],
  symbols: Uint8Array,
  strings: Strings,
): OutputSection[] {
  const own = object.sections.length + object.sections.filter((s) => s.relocations.length > 0).length;
  const symtab = own + 1;
  const sections = object.sections.flatMap((section, n): OutputSection[] => {
    const { name, type, flags, align, entsize, data, size } = section;
    const header = { type, flags, size, link: 0, info: 0, align, entsize };
    const written = { name, header, data: type === SHT.NOBITS ? new Uint8Array(0) : data };
    if (section.relocations.length === 0) return [written];
    return [written, relocationSection(section, numbers[n]!, symtab, order)];
  });
  const table = { type: SHT.SYMTAB, flags: 0, link: symtab + 1, info: order.locals + 1, align: 8, entsize: SYM_SIZE };
  sections.push({ name: '.symtab', header: { ...table, size: symbols.length }, data: symbols });
  sections.push(stringSection('.strtab', strings));
  return sections;
}

function stringSection(name: string, strings: Strings): OutputSection {
  const data = concatenate(strings.chunks, strings.length);
  return {
    name,
    header: { type: SHT.STRTAB, flags: 0, size: data.length, link: 0, info: 0, align: 1, entsize: 0 },
    data,
  };
}

function relocationSection(section: Section, info: number, link: number, order: SymbolOrder): OutputSection {
  const data = new Uint8Array(section.relocations.length * RELA_SIZE);
  const view = new DataView(data.buffer);
  for (const [n, { offset, type, symbol, addend }] of section.relocations.entries()) {
    const at = n * RELA_SIZE;
    const number = symbol < 0 ? 0 : (order.numberOf[symbol] ?? 0);
    view.setBigUint64(at, BigInt(offset), true);
    view.setBigUint64(at + 8, (BigInt(number) << 32n) | BigInt(type), true);
    view.setBigInt64(at + 16, BigInt.asIntN(64, addend), true);
  }
  const header = { type: SHT.RELA, flags: SHF.INFO_LINK, size: data.length, link, info, align: 8, entsize: RELA_SIZE };
  return { name: `.rela${section.name}`, header, data };
}

const alignUp = (at: number, align: number): number => Math.ceil(at / Math.max(1, align)) * Math.max(1, align);

function assembleFile(listed: readonly OutputSection[]): Uint8Array {
  const names = newStrings();
  for (const { name } of listed) addString(names, name);
  addString(names, '.shstrtab');
  const sections = [...listed, stringSection('.shstrtab', names)];
  let at = EHDR_SIZE;
  const offsets = sections.map(({ header, data }) => {
    at = alignUp(at, header.align);
    const offset = at;
    at += data.length;
    return offset;
  });
  const headersAt = alignUp(at, 8);
  const bytes = new Uint8Array(headersAt + (sections.length + 1) * SHDR_SIZE);
  const view = new DataView(bytes.buffer);
  writeFileHeader(view, headersAt, sections.length + 1);
  for (const [n, { name, header, data }] of sections.entries()) {
    bytes.set(data, offsets[n]!);
    const shdr = { ...header, name: addString(names, name), offset: offsets[n]! };
    writeSectionHeader(view, headersAt + (n + 1) * SHDR_SIZE, shdr);
  }
  return bytes;
}

function writeFileHeader(view: DataView, headersAt: number, count: number): void {
  for (const [n, byte] of IDENT.entries()) view.setUint8(n, byte);
  view.setUint16(16, ET_REL, true);
  view.setUint16(18, EM_X86_64, true);
  view.setUint32(20, 1, true);
  view.setBigUint64(40, BigInt(headersAt), true);
  view.setUint16(52, EHDR_SIZE, true);
  view.setUint16(58, SHDR_SIZE, true);
  view.setUint16(60, count, true);
  view.setUint16(62, count - 1, true);
}

function writeSectionHeader(view: DataView, at: number, header: SectionHeader): void {
  view.setUint32(at, header.name, true);
  view.setUint32(at + 4, header.type, true);
  view.setBigUint64(at + 8, BigInt(header.flags), true);
  view.setBigUint64(at + 24, BigInt(header.offset), true);
  view.setBigUint64(at + 32, BigInt(header.size), true);
  view.setUint32(at + 40, header.link, true);
  view.setUint32(at + 44, header.info, true);
  view.setBigUint64(at + 48, BigInt(header.align), true);
  view.setBigUint64(at + 56, BigInt(header.entsize), true);
}
