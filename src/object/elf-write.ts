/**
 * ObjectFile to an ELF64 relocatable file, byte for byte as BFD lays one out (elf.c).
 *
 * The headers keep the order of the sections; each with relocations is followed by its `.rela`; then come .symtab and
 * .strtab, unless there is no symbol, and .shstrtab. The contents stand in the file in another order: sections, symbols
 * and their names, then all relocations, then the sections' names. Section and symbol numbers grow by the null entries
 * that ObjectFile leaves out. Local symbols have to stand before the others (gABI, "Symbol Table"), so the writer sorts
 * and renumbers.
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
import type { ObjectFile, Symbol as ObjectSymbol, Section, SectionGroup } from './object-file.ts';
import { type StringTable, stringTable } from './string-table.ts';

interface OutputSection {
  readonly name: string;
  readonly header: Omit<SectionHeader, 'name' | 'offset'>;
  readonly data: Uint8Array;
}

export function writeElf(object: ObjectFile): Uint8Array {
  const order = symbolOrder(object.symbols);
  const numbers = sectionNumbers(object.sections);
  const strings = stringTable(order.sorted.map(nameInTable));
  const symbols = writeSymbols(object, order, numbers, strings);
  return assembleFile(outputSections(object, order, numbers, symbols, strings), usesGnuExtensions(object));
}

const EI_OSABI = 7;
const OSABI_GNU = 3;

/** What the generic ABI does not know: the file says so. */
const usesGnuExtensions = ({ symbols, sections, isGnu }: ObjectFile): boolean =>
  isGnu === true ||
  symbols.some(({ type, binding }) => type === 'gnu_ifunc' || binding === 'unique') ||
  sections.some(({ flags }) => (flags & SHF.GNU_RETAIN) !== 0);

/** A section's symbol has no name of its own. */
const nameInTable = ({ type, name }: ObjectSymbol): string => (type === 'section' ? '' : name);

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

function writeSymbols(
  { symbols }: ObjectFile,
  { sorted }: SymbolOrder,
  numbers: readonly number[],
  strings: StringTable,
): Uint8Array {
  const bytes = new Uint8Array((symbols.length + 1) * SYM_SIZE);
  const view = new DataView(bytes.buffer);
  for (const [n, symbol] of sorted.entries()) {
    const at = (n + 1) * SYM_SIZE;
    view.setUint32(at, strings.offsetOf(nameInTable(symbol)), true);
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
      return home.isLarge ? SHN.X86_64_LCOMMON : SHN.COMMON;
    default:
      return home satisfies never;
  }
}

function outputSections(
  object: ObjectFile,
  order: SymbolOrder,
  numbers: readonly number[],
  symbols: Uint8Array,
  strings: StringTable,
): OutputSection[] {
  const own = object.sections.length + object.sections.filter((s) => s.relocations.length > 0).length;
  const symtab = own + 1;
  const sections = object.sections.flatMap((section, n): OutputSection[] => {
    const { name, type, flags, align, entsize, size } = section;
    const link = section.linkedTo === undefined ? 0 : numbers[section.linkedTo]!;
    const plain = { type, flags, size, link, info: 0, align, entsize };
    if (section.group !== undefined) return [groupSection(name, plain, section.group, object, order, numbers, symtab)];
    const written = { name, header: plain, data: type === SHT.NOBITS ? new Uint8Array(0) : section.data };
    if (section.relocations.length === 0) return [written];
    return [written, relocationSection(section, numbers[n]!, symtab, order)];
  });
  // Relocations need a table of symbols even where they name none.
  if (object.symbols.length === 0 && own === object.sections.length) return sections;
  const table = { type: SHT.SYMTAB, flags: 0, link: symtab + 1, info: order.locals + 1, align: 8, entsize: SYM_SIZE };
  sections.push({ name: '.symtab', header: { ...table, size: symbols.length }, data: symbols });
  sections.push(stringSection('.strtab', strings));
  return sections;
}

const GRP_COMDAT = 1;

/** A word of flags, then the numbers of the members, each with those of its relocations (gABI, "Section Groups"). */
function groupSection(
  name: string,
  header: OutputSection['header'],
  group: SectionGroup,
  { sections }: ObjectFile,
  order: SymbolOrder,
  numbers: readonly number[],
  symtab: number,
): OutputSection {
  const members = group.members.flatMap((n) =>
    sections[n]!.relocations.length > 0 ? [numbers[n]!, numbers[n]! + 1] : [numbers[n]!],
  );
  const words = Uint32Array.of(group.isComdat ? GRP_COMDAT : 0, ...members);
  const data = new Uint8Array(4 * words.length);
  const view = new DataView(data.buffer);
  for (const [n, word] of words.entries()) view.setUint32(4 * n, word, true);
  const info = order.numberOf[group.signature] ?? 0;
  return { name, header: { ...header, size: data.length, link: symtab, info }, data };
}

function stringSection(name: string, { data }: StringTable): OutputSection {
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
  const flags = SHF.INFO_LINK | (section.flags & SHF.GROUP);
  const header = { type: SHT.RELA, flags, size: data.length, link, info, align: 8, entsize: RELA_SIZE };
  return { name: `.rela${section.name}`, header, data };
}

const alignUp = (at: number, align: number): number => Math.ceil(at / Math.max(1, align)) * Math.max(1, align);

/** The order of the contents in the file: BFD places relocations once all symbols have their numbers. */
const isLate = ({ header }: OutputSection): boolean => header.type === SHT.RELA && header.info !== 0;

function assembleFile(listed: readonly OutputSection[], isGnu: boolean): Uint8Array {
  // BFD names the tables before the sections, and those only that it writes,
  const tables = listed.map(({ name }) => name).filter((name) => name === '.symtab' || name === '.strtab');
  // and those of groups last, which it makes last.
  const own = [...listed.filter((s) => s.header.type !== SHT.GROUP), ...listed].map(({ name }) => name);
  const names = stringTable([...tables, '.shstrtab', ...own]);
  const sections = [...listed, stringSection('.shstrtab', names)];
  const last = sections.length - 1;
  let at = EHDR_SIZE;
  const offsets: number[] = [];
  const put = (n: number): void => {
    const { header, data } = sections[n]!;
    at = alignUp(at, header.align);
    offsets[n] = at;
    at += data.length;
  };
  for (let n = 0; n < last; n++) if (!isLate(sections[n]!)) put(n);
  for (let n = 0; n < last; n++) if (isLate(sections[n]!)) put(n);
  put(last);
  const headersAt = alignUp(at, 8);
  const bytes = new Uint8Array(headersAt + (sections.length + 1) * SHDR_SIZE);
  const view = new DataView(bytes.buffer);
  writeFileHeader(view, headersAt, sections.length + 1);
  if (isGnu) view.setUint8(EI_OSABI, OSABI_GNU);
  for (const [n, { name, header, data }] of sections.entries()) {
    bytes.set(data, offsets[n]!);
    const shdr = { ...header, name: names.offsetOf(name), offset: offsets[n]! };
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
