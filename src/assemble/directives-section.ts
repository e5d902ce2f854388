/**
 * Directives that choose the section: `.text`, `.section`, `.pushsection` … gas manual, 7.83 (.section), ELF version, and
 * gas's obj-elf.c (obj_elf_section, obj_elf_change_section).
 *
 * The attributes of a section are those of its first mention; a later mention may repeat them or leave them out. One
 * section differs from another by name, group, linked section and unique number together.
 */
import { SHF, SHT } from '../object/object-file.ts';
import { type Assembly, abort, fail, type Here, warn } from './assembly.ts';
import {
  demandEnd,
  peek,
  type TextReader,
  takeChar,
  takeExpression,
  takeName,
  takeNumber,
  takeString,
} from './directive-text.ts';
import { atEnd, type Cursor, skipBlanks } from './macro-arguments.ts';
import type { AsmSection } from './section.ts';
import { flagsOf, isArray, knownSection, readNumber, typeNamed } from './section-kinds.ts';
import { keyOf, makeSection, type Wanted } from './section-table.ts';

/** A section's name: quoted, or up to a blank or comma; undefined (reported) when there is none. */
function takeSectionName(asm: Assembly, c: Cursor): string | undefined {
  skipBlanks(c);
  if (peek(c) === '"') return takeString(c)?.text;
  const from = c.at;
  while (!atEnd(c) && !' \t,;'.includes(peek(c))) c.at++;
  if (c.at > from) return c.text.slice(from, c.at);
  fail(asm, 'missing name');
  return undefined;
}

/** `, "flags", @type, entsize, linked, group, comdat, unique, n` behind the name; false when it is beyond reading. */
function readAttributes(asm: Assembly, c: Cursor, wanted: Wanted): boolean {
  if (peek(c) !== '"') {
    fail(asm, "character following name is not '#'");
    return false;
  }
  const letters = flagsOf(takeString(c)?.text ?? '');
  if (typeof letters === 'string') {
    abort(asm, letters);
    return false;
  }
  let { flags } = letters;
  skipBlanks(c);
  readType(asm, c, wanted);
  if ((flags & SHF.MERGE) !== 0) flags = readEntrySize(asm, c, flags, wanted);
  if ((flags & SHF.LINK_ORDER) !== 0 && takeChar(c, ',')) {
    const name = takeName(c);
    if (name !== '') wanted.linkedTo = name;
    else takeNumber(asm, c);
  }
  flags = readGroup(asm, c, flags, letters.joinsGroup, wanted);
  wanted.flags = flags >>> 0;
  return readUnique(asm, c, wanted);
}

/** `, @progbits`, `, "progbits"`, `, @8`: a comma before anything else is left for the next reader. */
function readType(asm: Assembly, c: Cursor, wanted: Wanted): void {
  const before = c.at;
  if (!takeChar(c, ',')) return;
  const first = peek(c);
  if (first !== '"' && first !== '@' && first !== '%') {
    c.at = before;
    return;
  }
  if (first !== '"') c.at++;
  const number = /^(?:0[xX][\da-fA-F]+|\d+)/.exec(c.text.slice(c.at))?.[0];
  if (first !== '"' && number !== undefined) {
    c.at += number.length;
    wanted.type = Number(BigInt.asUintN(32, readNumber(number)));
  } else {
    const name = takeName(c);
    // A quoted word behind the sign is none, quotes and all.
    const type = first === '"' || c.text[c.at - 1] !== '"' ? typeNamed(name) : undefined;
    if (type === undefined) warn(asm, 'unrecognized section type');
    else wanted.type = type;
  }
  skipBlanks(c);
}

function readEntrySize(asm: Assembly, c: Cursor, flags: number, wanted: Wanted): number {
  if (!takeChar(c, ',')) {
    warn(asm, 'entity size for SHF_MERGE not specified');
    return flags & ~SHF.MERGE;
  }
  const size = takeNumber(asm, c) ?? 0n;
  if (size < 0n) {
    warn(asm, 'invalid merge entity size');
    return flags & ~SHF.MERGE;
  }
  wanted.entsize = Number(size);
  return flags;
}

function readGroup(asm: Assembly, c: Cursor, given: number, joins: boolean, wanted: Wanted): number {
  const { section } = asm.here;
  if ((given & SHF.GROUP) === 0) {
    if (joins && section.group !== undefined) {
      wanted.group = section.group;
      wanted.isComdat = section.isComdat;
    }
    return given;
  }
  if (joins) warn(asm, '? section flag ignored with G present');
  if (!takeChar(c, ',')) {
    warn(asm, 'group name for SHF_GROUP not specified');
    return given & ~SHF.GROUP;
  }
  const name = takeSectionName(asm, c);
  if (name === undefined) return given & ~SHF.GROUP;
  wanted.group = name;
  wanted.isComdat = takeChar(c, ',') && c.text.startsWith('comdat', c.at);
  if (wanted.isComdat) c.at += 'comdat'.length;
  else if (wanted.name.startsWith('.gnu.linkonce')) wanted.isComdat = true;
  return given;
}

function readUnique(asm: Assembly, c: Cursor, wanted: Wanted): boolean {
  const before = c.at;
  if (!takeChar(c, ',')) return true;
  if (!c.text.startsWith('unique', c.at)) {
    c.at = before;
    return true;
  }
  c.at += 'unique'.length;
  if (!takeChar(c, ',')) return true;
  const digits = /^(?:0[xX][\da-fA-F]+|\d+)/.exec(c.text.slice(c.at))?.[0];
  if (digits === undefined) return true;
  c.at += digits.length;
  wanted.id = readNumber(digits);
  if (wanted.id < 0xffff_ffffn) return true;
  fail(asm, `unsupported section id: ${digits}`);
  return false;
}

/** The section of that name, made at its first mention; undefined (reported) when the name is taken. */
export function sectionNamed(asm: Assembly, wanted: Wanted): AsmSection | undefined {
  const old = asm.sectionsByKey.get(keyOf(wanted));
  if (old !== undefined) {
    checkAgain(asm, old, wanted);
    return old;
  }
  const known = knownSection(wanted.name);
  const symbol = asm.symbols.byName.get(wanted.name);
  if (symbol !== undefined && symbol.home.kind !== 'undefined' && symbol.type !== 'section') {
    fail(asm, `section name '${wanted.name}' already defined as another symbol`);
    return undefined;
  }
  let { type, flags = 0 } = wanted;
  if (known !== undefined) {
    if (type === undefined) type = known.type;
    else if (type !== known.type) type = firstType(asm, wanted.name, type, known.type, known.flags);
    if (type === SHT.NOTE && (flags & ~OWN_FLAGS) === 0) flags |= known.flags;
    else if (isForeign(wanted.name, flags, known.flags, type)) {
      if (wanted.group === undefined) warn(asm, `setting incorrect section attributes for ${wanted.name}`);
    } else flags |= known.flags;
  }
  return makeSection(asm, { ...wanted, type: type ?? SHT.PROGBITS, flags: flags >>> 0 });
}

const PROCESSOR_TYPES = 0x70000000;

/** The type of a well-known section that is asked for with another. */
function firstType(asm: Assembly, name: string, type: number, known: number, flags: number): number {
  if ((flags & SHF.X86_64_LARGE) !== 0 || isArray(known)) {
    warn(asm, `ignoring incorrect section type for ${name}`);
    return known;
  }
  if (known === SHT.NOTE || type >= PROCESSOR_TYPES) return type;
  warn(asm, `setting incorrect section type for ${name}`);
  return type;
}

const OWN_FLAGS = 0xfff00000;

/** Whether the flags go beyond those of the well-known section. */
function isForeign(name: string, flags: number, known: number, type: number): boolean {
  const asked = flags & ~OWN_FLAGS;
  const beyond = asked & ~known & ~SHF.LINK_ORDER;
  if (beyond === 0) return false;
  if (type === SHT.NOTE) return asked !== SHF.ALLOC && asked !== SHF.EXECINSTR;
  if (name === '.interp' || name === '.strtab' || name === '.symtab') return (beyond & ~SHF.ALLOC) !== 0;
  if (name === '.note.GNU-stack') return (beyond & ~SHF.EXECINSTR) !== 0;
  // `.rodata.str1.1` may hold what a linker merges, `.rodata` may not.
  return !/^\.[^.]+\./.test(name) || (beyond & ~(SHF.MERGE | SHF.STRINGS)) !== 0;
}

/** The flags that a section has in BFD's view, which are those that a later mention repeats. */
const COMPARED = SHF.ALLOC | SHF.WRITE | SHF.EXECINSTR | SHF.EXCLUDE | SHF.MERGE | SHF.STRINGS | SHF.TLS;

const isLoaded = (flags: number, type: number | undefined): boolean => (flags & SHF.ALLOC) !== 0 && type !== SHT.NOBITS;

/** A later mention has to agree with the first. */
function checkAgain(asm: Assembly, old: AsmSection, { name, flags = 0, entsize, ...wanted }: Wanted): void {
  const known = knownSection(name);
  let type = wanted.type ?? known?.type;
  const say = known === undefined ? fail : warn;
  const prefix = known === undefined ? '' : 'ignoring ';
  if (known !== undefined && type !== known.type) {
    warn(asm, `ignoring incorrect section type for ${name}`);
    type = known.type;
  }
  if (type !== undefined && type !== old.type) say(asm, `${prefix}changed section type for ${name}`);
  if (flags === 0) return;
  const differs =
    ((flags ^ old.flags) & COMPARED) !== 0 ||
    isLoaded(flags, type) !== isLoaded(old.flags, old.type) ||
    (wanted.isComdat ?? false) !== old.isComdat;
  if (differs) say(asm, `${prefix}changed section attributes for ${name}`);
  if ((flags & SHF.MERGE) !== 0 && entsize !== old.entsize) fail(asm, `changed section entity size for ${name}`);
}

function enter(asm: Assembly, next: Here): void {
  asm.previous = asm.here;
  asm.here = next;
}

const standard =
  (name: string): TextReader =>
  (asm, c) => {
    const subsection = takeNumber(asm, c) ?? 0n;
    const section = asm.sectionsByKey.get(name)!;
    enter(asm, { section, subsection: toSubsection(subsection) });
    demandEnd(asm, c);
  };

const toSubsection = (number: bigint): number => Number(BigInt.asIntN(32, number));

const section: TextReader = (asm, c) => {
  const wanted = readSection(asm, c, false);
  if (wanted !== undefined) enterNamed(asm, wanted.wanted, 0);
};

interface ReadSection {
  readonly wanted: Wanted;
  readonly subsection: number;
}

/** By text, what reads the same wherever it stands: macros push a few sections over and over. */
const known = { push: new Map<string, ReadSection>(), choose: new Map<string, ReadSection>() };
const KNOWN_LIMIT = 256;

function readSection(asm: Assembly, c: Cursor, isPush: boolean): ReadSection | undefined {
  const texts = isPush ? known.push : known.choose;
  const before = texts.get(c.text);
  if (before !== undefined) return before;
  const { length } = asm.diagnostics;
  const read = readAnew(asm, c, isPush);
  // `?` asks for the group of the section that is left.
  const isPlain = asm.diagnostics.length === length && !c.text.includes('?');
  if (read !== undefined && isPlain && texts.size < KNOWN_LIMIT) texts.set(c.text, read);
  return read;
}

function readAnew(asm: Assembly, c: Cursor, isPush: boolean): ReadSection | undefined {
  const name = takeSectionName(asm, c);
  if (name === undefined) return undefined;
  const wanted: Wanted = { name, entsize: 0 };
  let subsection = 0n;
  let more = takeChar(c, ',');
  if (more && isPush && /\d/.test(peek(c))) {
    const number = takeExpression(asm, c);
    subsection = number?.kind === 'int' ? number.value : 0n;
    more = takeChar(c, ',');
  }
  if (more && !readAttributes(asm, c, wanted)) return undefined;
  demandEnd(asm, c);
  return { wanted, subsection: toSubsection(subsection) };
}

function enterNamed(asm: Assembly, wanted: Wanted, subsection: number): void {
  const found = sectionNamed(asm, wanted);
  if (found !== undefined) enter(asm, { section: found, subsection });
}

const pushSection: TextReader = (asm, c) => {
  const read = readSection(asm, c, true);
  if (read === undefined) return;
  asm.stack.push({ here: asm.here, previous: asm.previous });
  enterNamed(asm, read.wanted, read.subsection);
};

const popSection: TextReader = (asm, c) => {
  const top = asm.stack.pop();
  if (top === undefined) return warn(asm, '.popsection without corresponding .pushsection; ignored');
  asm.here = top.here;
  asm.previous = top.previous;
  demandEnd(asm, c);
};

const previous: TextReader = (asm, c) => {
  if (asm.previous === undefined) return warn(asm, '.previous without corresponding .section; ignored');
  enter(asm, asm.previous);
  demandEnd(asm, c);
};

const subsection: TextReader = (asm, c) => {
  const number = takeNumber(asm, c) ?? 0n;
  enter(asm, { section: asm.here.section, subsection: toSubsection(number) });
  demandEnd(asm, c);
};

export const SECTION_DIRECTIVES: Readonly<Record<string, TextReader>> = {
  '.text': standard('.text'),
  '.data': standard('.data'),
  '.bss': standard('.bss'),
  '.section': section,
  '.pushsection': pushSection,
  '.popsection': popSection,
  '.previous': previous,
  '.subsection': subsection,
};
