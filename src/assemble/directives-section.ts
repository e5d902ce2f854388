/**
 * Directives that choose the section: `.text`, `.section`, `.pushsection` … gas manual, 7.83 (.section), ELF version.
 *
 * The attributes of a section are those of its first mention. Well-known names bring their own (psABI, gABI chapter 4,
 * "Special Sections"); any other is PROGBITS without flags.
 */
import { SHF, SHT } from '../object/object-file.ts';
import { type Assembly, fail, type Here, warn } from './assembly.ts';
import { type Args, type Directive, nameOf, numberArg } from './directive-arguments.ts';
import { type AsmSection, newSection } from './section.ts';

const { ALLOC, WRITE, EXECINSTR } = SHF;

/** Name or, ending in a dot, stem: `.text.` stands for `.text` and `.text.hot`. Type, flags. */
const KNOWN: readonly (readonly [string, number, number])[] = [
  ['.text.', SHT.PROGBITS, ALLOC | EXECINSTR],
  ['.init', SHT.PROGBITS, ALLOC | EXECINSTR],
  ['.fini', SHT.PROGBITS, ALLOC | EXECINSTR],
  ['.data.', SHT.PROGBITS, ALLOC | WRITE],
  ['.data1', SHT.PROGBITS, ALLOC | WRITE],
  ['.rodata.', SHT.PROGBITS, ALLOC],
  ['.rodata1', SHT.PROGBITS, ALLOC],
  ['.bss.', SHT.NOBITS, ALLOC | WRITE],
  ['.tdata.', SHT.PROGBITS, ALLOC | WRITE | SHF.TLS],
  ['.tbss.', SHT.NOBITS, ALLOC | WRITE | SHF.TLS],
  ['.init_array.', SHT.INIT_ARRAY, ALLOC | WRITE],
  ['.fini_array.', SHT.FINI_ARRAY, ALLOC | WRITE],
  ['.eh_frame', SHT.X86_64_UNWIND, ALLOC],
  ['.note.', SHT.NOTE, 0],
];

function wellKnown(name: string): { type: number; flags: number } {
  if (name === '.note.GNU-stack') return { type: SHT.PROGBITS, flags: 0 };
  const found = KNOWN.find(([stem]) => name === stem || (stem.endsWith('.') && `${name}.`.startsWith(stem)));
  return { type: found?.[1] ?? SHT.PROGBITS, flags: found?.[2] ?? 0 };
}

const FLAG_LETTERS: Readonly<Record<string, number>> = {
  a: ALLOC,
  w: WRITE,
  x: EXECINSTR,
  M: SHF.MERGE,
  S: SHF.STRINGS,
  e: SHF.EXCLUDE,
  T: SHF.TLS,
  o: SHF.LINK_ORDER,
};

const TYPES: Readonly<Record<string, number>> = {
  progbits: SHT.PROGBITS,
  nobits: SHT.NOBITS,
  note: SHT.NOTE,
  init_array: SHT.INIT_ARRAY,
  fini_array: SHT.FINI_ARRAY,
  unwind: SHT.X86_64_UNWIND,
};

interface Wanted {
  readonly name: string;
  readonly flags?: number;
  readonly type?: number;
  readonly entsize: number;
  readonly subsection?: number;
}

/** `name, "flags", @type, entsize`; `.pushsection` may have a subsection number second. */
function readSection(asm: Assembly, args: Args): Wanted | undefined {
  const [first, ...rest] = args;
  const name = nameOf(first);
  if (name === undefined || name === '') {
    fail(asm, 'missing name');
    return undefined;
  }
  let subsection: number | undefined;
  if (rest[0]?.kind === 'expr') subsection = Number(numberArg(asm, rest.shift(), 0n) ?? 0n);
  const [letters, type, entsize] = rest;
  const flags = letters === undefined ? undefined : readFlags(asm, nameOf(letters) ?? '');
  if (letters !== undefined && flags === undefined) return undefined;
  const typeNumber = type === undefined ? undefined : readType(asm, type);
  if (type !== undefined && typeNumber === undefined) return undefined;
  const merges = flags !== undefined && (flags & SHF.MERGE) !== 0;
  if (merges && entsize === undefined) warn(asm, 'entity size for SHF_MERGE not specified');
  return {
    name,
    entsize: merges ? Number(numberArg(asm, entsize, 0n) ?? 0n) : 0,
    ...(flags === undefined ? {} : { flags }),
    ...(typeNumber === undefined ? {} : { type: typeNumber }),
    ...(subsection === undefined ? {} : { subsection }),
  };
}

function readFlags(asm: Assembly, letters: string): number | undefined {
  let flags = 0;
  for (const letter of letters) {
    const flag = FLAG_LETTERS[letter];
    if (flag === undefined) {
      fail(asm, `section flag "${letter}" is not supported: want a,e,o,w,x,M,S,T in string`);
      return undefined;
    }
    flags |= flag;
  }
  return flags >>> 0;
}

function readType(asm: Assembly, arg: Args[number]): number | undefined {
  if (arg.kind === 'expr') return Number(numberArg(asm, arg, 0n) ?? 0n);
  const name = (nameOf(arg) ?? '').replace(/^[@%]/, '');
  const type = TYPES[name];
  if (type === undefined) fail(asm, `unrecognized section type \`${name}'`);
  return type;
}

/** The section of that name, made at its first mention. */
export function sectionNamed(asm: Assembly, wanted: Wanted): AsmSection {
  const old = asm.sections.find((s) => s.name === wanted.name);
  const known = wellKnown(wanted.name);
  if (old !== undefined) {
    if (wanted.flags !== undefined && (wanted.flags | known.flags) !== old.flags) {
      warn(asm, `ignoring changed section attributes for ${wanted.name}`);
    }
    if (wanted.type !== undefined && wanted.type !== old.type) {
      warn(asm, `ignoring changed section type for ${wanted.name}`);
    }
    return old;
  }
  const type = wanted.type ?? known.type;
  const flags = wanted.flags === undefined ? known.flags : wanted.flags | known.flags;
  const section = newSection(asm.sections.length, wanted.name, type, flags, wanted.entsize);
  asm.sections.push(section);
  return section;
}

function enter(asm: Assembly, next: Here): void {
  asm.previous = asm.here;
  asm.here = next;
}

const standard =
  (name: string): Directive =>
  (asm, args) => {
    const subsection = numberArg(asm, args[0], 0n);
    if (subsection === undefined) return;
    enter(asm, { section: sectionNamed(asm, { name, entsize: 0 }), subsection: Number(subsection) });
  };

const section: Directive = (asm, args) => {
  const wanted = readSection(asm, args);
  if (wanted !== undefined) enter(asm, { section: sectionNamed(asm, wanted), subsection: wanted.subsection ?? 0 });
};

const pushSection: Directive = (asm, args) => {
  const wanted = readSection(asm, args);
  if (wanted === undefined) return;
  asm.stack.push({ here: asm.here, previous: asm.previous });
  enter(asm, { section: sectionNamed(asm, wanted), subsection: wanted.subsection ?? 0 });
};

const popSection: Directive = (asm) => {
  const top = asm.stack.pop();
  if (top === undefined) return warn(asm, '.popsection without corresponding .pushsection; ignored');
  asm.here = top.here;
  asm.previous = top.previous;
};

const previous: Directive = (asm) => {
  if (asm.previous === undefined) return warn(asm, '.previous without corresponding .section; ignored');
  enter(asm, asm.previous);
};

const subsection: Directive = (asm, args) => {
  const number = numberArg(asm, args[0], 0n);
  if (number !== undefined) enter(asm, { section: asm.here.section, subsection: Number(number) });
};

export const SECTION_DIRECTIVES: Readonly<Record<string, Directive>> = {
  '.text': standard('.text'),
  '.data': standard('.data'),
  '.bss': standard('.bss'),
  '.section': section,
  '.pushsection': pushSection,
  '.popsection': popSection,
  '.previous': previous,
  '.subsection': subsection,
};
