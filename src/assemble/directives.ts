/**
 * Directives by name. Those of the text (`.macro`, `.if`, `.include` …) never arrive here: expansion has dealt with them.
 *
 * Accepted without effect are those that only describe the source or choose what is chosen anyway. A directive that GNU
 * as knows and that would leave bytes, and that is missing here, is an error by its name; silence would be wrong code.
 */

import { SHF, SHT } from '../object/object-file.ts';
import { type Assembly, emit, fail } from './assembly.ts';
import { CODE_MODES } from './code-mode.ts';
import { type Args, type Directive, nameOf } from './directive-arguments.ts';
import { DATA_DIRECTIVES } from './directives-data.ts';
import { SECTION_DIRECTIVES, sectionNamed } from './directives-section.ts';
import { SYMBOL_DIRECTIVES } from './directives-symbol.ts';

const nothing: Directive = () => undefined;

const unsupported: Directive = (asm, _args, name) => fail(asm, `\`${name}' is not supported`);

/** `.file "name"` is a symbol of type FILE; `.file 1 "name"` belongs to line numbers. */
const file: Directive = (asm, args) => {
  const [first] = args;
  if (first?.kind === 'string' || first?.kind === 'word') asm.fileNames.push(first.text);
};

/** `.ident "text"` goes to .comment, whose first byte is zero. */
const ident: Directive = (asm, args) => {
  const here = asm.here;
  const known = asm.sections.some((s) => s.name === '.comment');
  const section = sectionNamed(asm, {
    name: '.comment',
    type: SHT.PROGBITS,
    flags: SHF.MERGE | SHF.STRINGS,
    entsize: 1,
  });
  asm.here = { section, subsection: 0 };
  if (!known) emit(asm, [0]);
  emit(asm, [...new TextEncoder().encode(nameOf(args[0]) ?? ''), 0]);
  asm.here = here;
};

/** `.code16`, `.code16gcc`, `.code32`, `.code64` */
const code: Directive = (asm, _args, name) => {
  asm.mode = CODE_MODES[name] ?? asm.mode;
};

const DIRECTIVES: Readonly<Record<string, Directive>> = {
  ...DATA_DIRECTIVES,
  ...SECTION_DIRECTIVES,
  ...SYMBOL_DIRECTIVES,
  '.file': file,
  '.ident': ident,
  '.loc': nothing,
  '.extern': nothing,
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
  '.ln': nothing,
  '.line': nothing,
  '.cfi_sections': nothing,
};

/** Known to GNU as, and beyond this assembler. */
const BEYOND =
  /^\.(cfi_\w+|float|single|double|tfloat|bfloat16|nops|nop|weakref|symver|largecomm|tls_common|bundle_\w+|struct|offset|dc(\.\w)?|dcb(\.\w)?|ds(\.\w)?|reloc|dtprel\w*|secrel32|slong|stabs|stabn|stabd|loc_mark_labels|vtable_\w+|string(8|16|32|64)|version|gnu_attribute|attach_to_group|linkonce|insn)$/;

export function runDirective(asm: Assembly, name: string, args: Args): void {
  const directive = Object.hasOwn(DIRECTIVES, name) ? DIRECTIVES[name] : undefined;
  if (directive !== undefined) directive(asm, args, name);
  else if (BEYOND.test(name)) unsupported(asm, args, name);
  else fail(asm, `unknown pseudo-op: \`${name}'`);
}
