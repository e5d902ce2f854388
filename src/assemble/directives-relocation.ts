/**
 * `.reloc` and the directives of groups and notes: what goes into the object beside the code. gas manual, 7.73
 * (.reloc), 7.106 (.version); gas's read.c (s_reloc) and obj-elf.c.
 */
import { R_X86_64, SHF, SHT } from '../object/object-file.ts';
import { bound, emit, fail, linearNow, warn } from './assembly.ts';
import { demandEnd, peek, type TextReader, takeChar, takeExpression, takeString } from './directive-text.ts';
import { readName, skipBlanks } from './macro-arguments.ts';
import { makeSection } from './section-table.ts';

/** Names that GNU as knows besides R_X86_64_*: of every target. */
const GENERIC: Readonly<Record<string, number>> = {
  BFD_RELOC_NONE: R_X86_64.NONE,
  BFD_RELOC_8: R_X86_64[8],
  BFD_RELOC_16: R_X86_64[16],
  BFD_RELOC_32: R_X86_64[32],
  BFD_RELOC_64: R_X86_64[64],
};

/** psABI x86-64, table 4.9. */
const NUMBERED =
  `NONE 64 PC32 GOT32 PLT32 COPY GLOB_DAT JUMP_SLOT RELATIVE GOTPCREL 32 32S 16 PC16 8 PC8 DTPMOD64 DTPOFF64 TPOFF64 TLSGD
   TLSLD DTPOFF32 GOTTPOFF TPOFF32 PC64 GOTOFF64 GOTPC32 GOT64 GOTPCREL64 GOTPC64 GOTPLT64 PLTOFF64 SIZE32 SIZE64
   GOTPC32_TLSDESC TLSDESC_CALL TLSDESC IRELATIVE RELATIVE64 PC32_BND PLT32_BND GOTPCRELX REX_GOTPCRELX`.split(/\s+/);

function typeNamed(name: string): number | undefined {
  if (Object.hasOwn(GENERIC, name)) return GENERIC[name];
  const upper = name.toUpperCase();
  const number = upper.startsWith('R_X86_64_') ? NUMBERED.indexOf(upper.slice('R_X86_64_'.length)) : -1;
  return number < 0 ? undefined : number;
}

/** `.reloc offset, type, expression` */
const reloc: TextReader = (asm, c) => {
  const offset = takeExpression(asm, c);
  if (offset === undefined) return fail(asm, 'missing or bad offset expression');
  const where = bound(asm, offset);
  const linear = where && linearNow(where);
  if (!takeChar(c, ',')) return fail(asm, 'missing reloc type');
  skipBlanks(c);
  const type = typeNamed(readName(c));
  if (type === undefined) return fail(asm, 'unrecognized reloc type');
  const expr = takeChar(c, ',') ? takeExpression(asm, c) : undefined;
  const value = expr && bound(asm, expr);
  const { section } = asm.here;
  const home = linear?.symbol?.home;
  const isHere =
    home === undefined || (home.kind === 'label' && home.at.section === section) || home.kind === 'undefined';
  if (where === undefined || linear === undefined || linear.minus !== undefined || !isHere) {
    return fail(asm, 'invalid offset expression');
  }
  if (!demandEnd(asm, c)) return;
  section.asked.push({ where, type, place: asm.place, ...(value === undefined ? {} : { value }) });
};

/** A note of type 1 whose name is the text, without a description. */
const version: TextReader = (asm, c) => {
  skipBlanks(c);
  const start = c.at + 1;
  if (takeString(c) === undefined) return fail(asm, 'expected quoted string');
  // The characters as they stand: escapes mean nothing here.
  const bytes = new TextEncoder().encode(c.text.slice(start, c.at - 1));
  const { here, previous } = asm;
  const known = asm.sectionsByKey.get('.note');
  const section = known ?? makeSection(asm, { name: '.note', type: SHT.NOTE, flags: 0, entsize: 0 });
  section.align = Math.max(section.align, 4);
  asm.here = { section, subsection: 0 };
  const size = bytes.length + 1;
  emit(asm, [size, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, ...bytes, ...new Uint8Array(1 + ((4 - (size % 4)) % 4))]);
  Object.assign(asm, { here, previous });
  demandEnd(asm, c);
};

/** The current section joins a group. */
const attachToGroup: TextReader = (asm, c) => {
  skipBlanks(c);
  const name = peek(c) === '"' ? (takeString(c)?.text ?? '') : readName(c);
  const { section } = asm.here;
  if (name === '') fail(asm, 'group name not parseable');
  else if (section.group !== undefined) warn(asm, `section ${section.name} already has a group (${section.group})`);
  else {
    section.group = name;
    section.flags |= SHF.GROUP;
    demandEnd(asm, c);
  }
};

const linkOnce: TextReader = (asm) => warn(asm, '.linkonce is not supported for this object file format');

export const RELOCATION_DIRECTIVES: Readonly<Record<string, TextReader>> = {
  '.reloc': reloc,
  '.version': version,
  '.attach_to_group': attachToGroup,
  '.linkonce': linkOnce,
  '.extern': () => undefined,
};
