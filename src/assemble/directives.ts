/**
 * Directives by name. Those of the text (`.macro`, `.if`, `.include` …) never arrive here: expansion has dealt with them.
 *
 * Accepted without effect are those that only describe the source or choose what is chosen anyway. A directive that GNU
 * as knows and that would leave bytes, and that is missing here, is an error by its name; silence would be wrong code.
 */

import { SHF, SHT } from '../object/object-file.ts';
import { type Assembly, emit, fail } from './assembly.ts';
import { CFI_DIRECTIVES } from './cfi.ts';
import { CODE_MODES } from './code-mode.ts';
import type { Args, Directive } from './directive-arguments.ts';
import { demandEnd, type TextReader, takeString } from './directive-text.ts';
import { DATA_DIRECTIVES } from './directives-data.ts';
import { LINE_DIRECTIVES } from './directives-line.ts';
import { RELOCATION_DIRECTIVES } from './directives-relocation.ts';
import { SECTION_DIRECTIVES } from './directives-section.ts';
import { moveTo, SPACE_DIRECTIVES } from './directives-space.ts';
import { SYMBOL_DIRECTIVES } from './directives-symbol.ts';
import { cursor, skipBlanks } from './macro-arguments.ts';
import { makeSection } from './section-table.ts';

const nothing: Directive = () => undefined;

const unsupported: Directive = (asm, _args, name) => fail(asm, `\`${name}' is not supported`);

/** `.ident "text"` goes to .comment, whose first byte is zero. */
const ident: TextReader = (asm, c) => {
  const { here, previous } = asm;
  const known = asm.sectionsByKey.get('.comment');
  const section =
    known ?? makeSection(asm, { name: '.comment', type: SHT.PROGBITS, flags: SHF.MERGE | SHF.STRINGS, entsize: 1 });
  asm.here = { section, subsection: 0 };
  if (known === undefined) emit(asm, [0]);
  skipBlanks(c);
  const text = takeString(c);
  if (text !== undefined) emit(asm, [...text.bytes, 0]);
  Object.assign(asm, { here, previous });
  demandEnd(asm, c);
};

/** `.code16`, `.code16gcc`, `.code32`, `.code64` */
const code: Directive = (asm, _args, name) => {
  asm.mode = CODE_MODES[name] ?? asm.mode;
};

const DIRECTIVES: Readonly<Record<string, Directive>> = {
  '.org': (asm, args) => {
    const [target] = args;
    if (target?.kind === 'expr') moveTo(asm, target.value, 0n);
  },
  '.code16': code,
  '.code16gcc': code,
  '.code32': code,
  '.code64': code,
  '.att_syntax': nothing,
  '.att_mnemonic': nothing,
  '.arch': nothing,
  '.allow_index_reg': nothing,
  '.title': nothing,
  '.sbttl': nothing,
  '.list': nothing,
  '.nolist': nothing,
  '.psize': nothing,
  '.eject': nothing,
  '.disallow_index_reg': nothing,
  '.lflags': nothing,
  '.name': nothing,
  '.mri': nothing,
  '.noformat': nothing,
  '.spc': nothing,
  '.line': nothing,
};

/** Known to GNU as, and beyond this assembler. */
const BEYOND = /^\.(bundle_\w+|dtprel\w*|secrel32|stabs|stabn|stabd|vtable_\w+|gnu_attribute|insn)$/;

const TEXT_DIRECTIVES: ReadonlyMap<string, TextReader> = new Map(
  Object.entries({
    ...SECTION_DIRECTIVES,
    ...CFI_DIRECTIVES,
    ...DATA_DIRECTIVES,
    ...SPACE_DIRECTIVES,
    ...SYMBOL_DIRECTIVES,
    ...RELOCATION_DIRECTIVES,
    ...LINE_DIRECTIVES,
    '.ident': ident,
  }),
);

export const isDirective = (name: string): boolean =>
  TEXT_DIRECTIVES.has(name) || Object.hasOwn(DIRECTIVES, name) || BEYOND.test(name);

/** A directive that reads its own text. */
export function runTextDirective(asm: Assembly, name: string, text: string): void {
  const directive = TEXT_DIRECTIVES.get(name);
  if (directive !== undefined) directive(asm, cursor(text), name);
  else if (BEYOND.test(name)) fail(asm, `\`${name}' is not supported`);
  else fail(asm, `unknown pseudo-op: \`${name}'`);
}

export function runDirective(asm: Assembly, name: string, args: Args, problem?: string): void {
  const directive = Object.hasOwn(DIRECTIVES, name) ? DIRECTIVES[name] : undefined;
  if (directive !== undefined) problem === undefined ? directive(asm, args, name) : fail(asm, problem);
  else if (BEYOND.test(name)) unsupported(asm, args, name);
  else fail(asm, `unknown pseudo-op: \`${name}'`);
}
