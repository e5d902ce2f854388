/**
 * Links one relocatable object: ObjectFile in, Image out. Sections are placed at kernel-like addresses, external
 * symbols are bound, relocations applied, and line records become absolute.
 *
 * An external symbol is bound by the caller's `bind` (per-CPU variables and the like, which have addresses of their
 * own); whatever it does not know becomes a stub: real code at a real address, `ret` unless the caller gives other
 * bytes. Relocation arithmetic follows the psABI for x86-64, section 4.4.
 */
import { type Diagnostic, error, type Parsed, place } from '../base/diagnostics.ts';
import { fitsSigned, fitsUnsigned, s64, toBytes, u64 } from '../base/u64.ts';
import { type ObjectFile, R_X86_64, type Relocation, type Section, SHF, SHT } from '../object/object-file.ts';
import type { Image, ImageLine, ImageSymbol, Segment } from './image.ts';

/** Where things go; the text address is the one Linux is linked for. */
export const LAYOUT = {
  text: 0xffffffff81000000n,
  /** External functions, 16 bytes each. */
  stubs: 0xffffffff81e00000n,
  /** Slots for GOTPCREL relocations. */
  got: 0xffffffff81f00000n,
  /** Common symbols. */
  common: 0xffffffff81f80000n,
  /** What is above belongs to the machine: its exit page. */
  end: 0xffffffff81fff000n,
  data: 0xffffffff82000000n,
} as const;

/** Bytes of all allocated sections together, zeroes included. */
const LARGEST_IMAGE = 1 << 28;
/** Assemblers mention it in every object that has a GOT relocation. */
const GOT_SYMBOL = '_GLOBAL_OFFSET_TABLE_';
const STUB_SIZE = 16;
const PAGE = 0x1000n;
const RET = 0xc3;
const INT3 = 0xcc;

export interface LinkOptions {
  /** The value of an external symbol that is not a stub; undefined: make it a stub. */
  readonly bind?: (name: string) => bigint | undefined;
  /** The code of a stub, at most 16 bytes; undefined: `ret`. */
  readonly stub?: (name: string) => Uint8Array | undefined;
}

export function link(object: ObjectFile, file: string, options: LinkOptions = {}): Parsed<Image> {
  const diagnostics: Diagnostic[] = [];
  const complain = (message: string): void => void diagnostics.push(error(message, place(file, 0)));
  const size = bytesOf(object);
  if (size > LARGEST_IMAGE) {
    complain(`sections of ${size} bytes are more than an image may have (${LARGEST_IMAGE})`);
    return { value: { segments: [], symbols: [], lines: [], patches: [] }, diagnostics };
  }
  const segments = placeSections(object.sections);
  const externals = bindExternals(object, options);
  const addresses = object.symbols.map((symbol) => {
    if (symbol.home.kind === 'absolute') return symbol.value;
    if (symbol.home.kind === 'section') {
      const home = segments.get(symbol.home.index);
      return home && home.address + symbol.value;
    }
    return externals.addresses.get(symbol.name);
  });
  const got = new Map<bigint, bigint>();
  for (const [index, segment] of segments) {
    for (const relocation of object.sections[index]!.relocations) {
      // No symbol at all: the addend is absolute.
      const target = relocation.symbol < 0 ? 0n : addresses[relocation.symbol];
      const name = nameOf(object, relocation.symbol);
      if (target === undefined)
        complain(`relocation against \`${name}', which lies in a section that is not allocated`);
      else relocate(segment, relocation, target, name, got, complain);
    }
  }
  const extra = [...externals.segments, ...gotSegment(got)];
  const all = [...segments.values(), ...extra].sort((a, b) => compare(a.address, b.address));
  for (const message of collisions(all)) complain(message);
  const image: Image = {
    segments: all,
    symbols: imageSymbols(object, segments, addresses, externals.stubs),
    lines: absoluteLines(object, segments),
    patches: [],
  };
  return { value: image, diagnostics };
}

/** Bytes that sections and common symbols take. */
function bytesOf({ sections, symbols }: ObjectFile): number {
  const allocated = sections.filter((s) => (s.flags & SHF.ALLOC) !== 0).map((s) => s.size);
  const common = symbols.filter((s) => s.home.kind === 'common').map((s) => Number(s.size));
  return [...allocated, ...common].reduce((sum, n) => sum + n, 0);
}

/** What a person calls a symbol; those of sections have no name of their own. */
function nameOf({ symbols, sections }: ObjectFile, index: number): string {
  const symbol = symbols[index];
  if (!symbol) return index < 0 ? '*ABS*' : `symbol ${index}`;
  if (symbol.name !== '' || symbol.home.kind !== 'section') return symbol.name;
  return sections[symbol.home.index]?.name ?? '';
}

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

const alignUp = (value: bigint, align: bigint): bigint => ((value + align - 1n) / align) * align;

/** Code first, then what is only read, then what is written; each group begins on a page of its own. */
function placeSections(sections: readonly Section[]): Map<number, Segment> {
  const placed = new Map<number, Segment>();
  const allocated = [...sections.entries()].filter(([, s]) => (s.flags & SHF.ALLOC) !== 0);
  const group = (test: (flags: number) => boolean): [number, Section][] => allocated.filter(([, s]) => test(s.flags));
  const code = group((f) => (f & SHF.EXECINSTR) !== 0);
  const readOnly = group((f) => (f & (SHF.EXECINSTR | SHF.WRITE)) === 0);
  const writable = group((f) => (f & SHF.WRITE) !== 0 && (f & SHF.EXECINSTR) === 0);
  let next: bigint = LAYOUT.text;
  for (const [start, members] of [
    [LAYOUT.text, code],
    [LAYOUT.data, readOnly],
    [0n, writable],
  ] as const) {
    if (start !== 0n) next = start;
    for (const [index, section] of members) {
      // Each section on pages of its own: page tables map .entry.text for user space without its neighbours.
      const align = BigInt(Math.max(section.align, 1));
      next = alignUp(next, align > PAGE ? align : PAGE);
      const bytes = new Uint8Array(section.size);
      if (section.type !== SHT.NOBITS) bytes.set(section.data);
      const { flags } = section;
      placed.set(index, {
        name: section.name,
        address: next,
        bytes,
        write: (flags & SHF.WRITE) !== 0,
        execute: (flags & SHF.EXECINSTR) !== 0,
      });
      next += BigInt(section.size);
    }
  }
  return placed;
}

/** Regions that have outgrown their place in the layout. */
function collisions(segments: readonly Segment[]): string[] {
  const end = (s: Segment): bigint => s.address + BigInt(s.bytes.length);
  return segments.flatMap((segment, i) => {
    const next = segments[i + 1];
    if (next && end(segment) > next.address) return [`${segment.name} is so large that it runs into ${next.name}`];
    const reserved = segment.address < LAYOUT.end && end(segment) > LAYOUT.end;
    return reserved ? [`${segment.name} is so large that it runs into the machine's exit page`] : [];
  });
}

interface Externals {
  readonly addresses: ReadonlyMap<string, bigint>;
  readonly stubs: ReadonlyMap<string, bigint>;
  readonly segments: readonly Segment[];
}

/** Undefined and common symbols: bound, or given a stub or room of their own. */
function bindExternals(object: ObjectFile, { bind, stub }: LinkOptions): Externals {
  const addresses = new Map<string, bigint>();
  const stubs = new Map<string, bigint>();
  const code: Uint8Array[] = [];
  let common: bigint = LAYOUT.common;
  for (const symbol of object.symbols) {
    if ((symbol.home.kind !== 'undefined' && symbol.home.kind !== 'common') || symbol.name === '') continue;
    if (addresses.has(symbol.name)) continue;
    const bound = symbol.name === GOT_SYMBOL ? LAYOUT.got : bind?.(symbol.name);
    if (bound === undefined && symbol.home.kind === 'common') {
      common = alignUp(common, BigInt(Math.max(symbol.home.align, 1)));
      addresses.set(symbol.name, common);
      common += symbol.size;
      continue;
    }
    if (bound === undefined) {
      stubs.set(symbol.name, LAYOUT.stubs + BigInt(STUB_SIZE * code.length));
      const slot = new Uint8Array(STUB_SIZE).fill(INT3);
      slot.set(stub?.(symbol.name) ?? [RET]);
      code.push(slot);
    }
    addresses.set(symbol.name, bound ?? stubs.get(symbol.name)!);
  }
  const bytes = new Uint8Array(STUB_SIZE * code.length);
  for (const [i, slot] of code.entries()) bytes.set(slot, STUB_SIZE * i);
  const segments: Segment[] = [];
  if (code.length > 0) segments.push({ name: '.stubs', address: LAYOUT.stubs, bytes, write: false, execute: true });
  const commonBytes = new Uint8Array(Number(common - LAYOUT.common));
  if (commonBytes.length > 0)
    segments.push({ name: '.common', address: LAYOUT.common, bytes: commonBytes, write: true, execute: false });
  return { addresses, stubs, segments };
}

function gotSegment(got: ReadonlyMap<bigint, bigint>): Segment[] {
  if (got.size === 0) return [];
  const bytes = new Uint8Array(8 * got.size);
  for (const [target, slot] of got) bytes.set(toBytes(target, 8), Number(slot - LAYOUT.got));
  return [{ name: '.got', address: LAYOUT.got, bytes, write: false, execute: false }];
}

/** How a relocation type computes its field: from S + A, relative to P or not, and what the field can hold. */
const FIELDS: Readonly<
  Record<
    number,
    {
      readonly size: 1 | 2 | 4 | 8;
      readonly relative: boolean;
      /** Bitfield: one bit wider than signed, as GNU ld has it for 8 and 16 bits. */
      readonly range: 'signed' | 'unsigned' | 'bitfield';
    }
  >
> = {
  [R_X86_64[64]]: { size: 8, relative: false, range: 'bitfield' },
  [R_X86_64.PC64]: { size: 8, relative: true, range: 'bitfield' },
  [R_X86_64.PC32]: { size: 4, relative: true, range: 'signed' },
  [R_X86_64.PLT32]: { size: 4, relative: true, range: 'signed' },
  [R_X86_64.GOTPCREL]: { size: 4, relative: true, range: 'signed' },
  [R_X86_64.GOTPCRELX]: { size: 4, relative: true, range: 'signed' },
  [R_X86_64.REX_GOTPCRELX]: { size: 4, relative: true, range: 'signed' },
  [R_X86_64[32]]: { size: 4, relative: false, range: 'unsigned' },
  [R_X86_64['32S']]: { size: 4, relative: false, range: 'signed' },
  [R_X86_64[16]]: { size: 2, relative: false, range: 'bitfield' },
  [R_X86_64.PC16]: { size: 2, relative: true, range: 'bitfield' },
  [R_X86_64[8]]: { size: 1, relative: false, range: 'bitfield' },
  [R_X86_64.PC8]: { size: 1, relative: true, range: 'signed' },
};

const viaGot = (type: number): boolean =>
  type === R_X86_64.GOTPCREL || type === R_X86_64.GOTPCRELX || type === R_X86_64.REX_GOTPCRELX;

function relocate(
  segment: Segment,
  { offset, type, addend }: Relocation,
  target: bigint,
  name: string,
  got: Map<bigint, bigint>,
  complain: (message: string) => void,
): void {
  if (type === R_X86_64.NONE) return;
  const where = `${segment.name}+0x${offset.toString(16)}`;
  const field = FIELDS[type];
  if (!field) return complain(`${where}: relocation type ${type} against \`${name}' is not supported`);
  if (offset < 0 || offset + field.size > segment.bytes.length)
    return complain(`${where}: relocation lies outside its section`);
  if (viaGot(type) && !got.has(target)) got.set(target, LAYOUT.got + BigInt(8 * got.size));
  const base = viaGot(type) ? got.get(target)! : target;
  const full = base + addend - (field.relative ? segment.address + BigInt(offset) : 0n);
  const bits = 8 * field.size;
  const fits =
    field.range === 'unsigned'
      ? fitsUnsigned(u64(full), bits)
      : fitsSigned(s64(full), field.range === 'signed' ? bits : bits + 1);
  if (!fits) return complain(`${where}: relocation truncated to fit: type ${type} against symbol \`${name}'`);
  segment.bytes.set(toBytes(full, field.size), offset);
}

function imageSymbols(
  object: ObjectFile,
  segments: ReadonlyMap<number, Segment>,
  addresses: readonly (bigint | undefined)[],
  stubs: ReadonlyMap<string, bigint>,
): ImageSymbol[] {
  const symbols: ImageSymbol[] = [];
  for (const [i, symbol] of object.symbols.entries()) {
    const address = addresses[i];
    if (symbol.name === '' || symbol.type === 'section' || symbol.type === 'file' || address === undefined) continue;
    if (symbol.home.kind === 'absolute')
      symbols.push({ name: symbol.name, address, size: symbol.size, kind: 'absolute' });
    if (symbol.home.kind === 'common' && address >= LAYOUT.common && address < LAYOUT.end)
      symbols.push({ name: symbol.name, address, size: symbol.size, kind: 'data' });
    if (symbol.home.kind !== 'section') continue;
    const kind = segments.get(symbol.home.index)!.execute ? 'code' : 'data';
    symbols.push({ name: symbol.name, address: u64(address), size: symbol.size, kind });
  }
  for (const [name, address] of stubs) symbols.push({ name, address, size: BigInt(STUB_SIZE), kind: 'stub' });
  return symbols.sort((a, b) => compare(a.address, b.address));
}

function absoluteLines(object: ObjectFile, segments: ReadonlyMap<number, Segment>): ImageLine[] {
  const lines: ImageLine[] = [];
  for (const [i, record] of object.lines.entries()) {
    const segment = segments.get(record.section);
    if (!segment) continue;
    const next = object.lines[i + 1];
    const end = next?.section === record.section ? next.offset : segment.bytes.length;
    if (end > record.offset) {
      lines.push({
        address: segment.address + BigInt(record.offset),
        end: segment.address + BigInt(end),
        place: record.place,
      });
    }
  }
  return lines.sort((a, b) => compare(a.address, b.address));
}
