/**
 * The words that the grammar has to know before it can read on: prefixes, the ranks of operators, and the directives
 * whose arguments are read in their own way. Everything else about mnemonics and directives is their readers' affair.
 */
import type { BinaryOp } from './statement.ts';

/** Directives whose plain names are words: section and symbol names, symbol types, flags of a group. */
export const WORD_DIRECTIVES: ReadonlySet<string> = new Set(
  `.globl .global .weak .hidden .internal .protected .local .extern .type .size .comm .lcomm
   .symver .weakref .weak_definition .code .arch .cfi_sections .cfi_personality`.split(/\s+/),
);

/** Directives that read their own text, having no common grammar; every `.cfi_*` does besides. */
export const TEXT_DIRECTIVES: ReadonlySet<string> = new Set(
  `.section .pushsection .popsection .previous .text .data .bss .subsection .ident .version
   .byte .dc.b .2byte .short .value .hword .word .dc .dc.w .4byte .long .slong .int .dc.l .8byte .quad .dc.a .octa
   .ascii .asciz .string .string8 .string16 .string32 .string64 .float .single .dc.s .double .dc.d .tfloat .hfloat
   .bfloat16 .uleb128 .sleb128 .incbin .skip .space .zero .ds .ds.b .ds.w .ds.l .ds.s .ds.d .ds.p .ds.x .dcb .dcb.b
   .dcb.w .dcb.l .dcb.s .dcb.d .dcb.x .fill .align .balign .balignw .balignl .p2align .p2alignw .p2alignl .org
   .nops .nop .struct .offset
   .globl .global .weak .local .hidden .protected .internal .type .size .comm .common .lcomm .largecomm .tls_common .extern
   .file .loc .loc_mark_labels
   .reloc .symver .weakref .attach_to_group .linkonce .vtable_entry .vtable_inherit .gnu_attribute`.split(/\s+/),
);

/** Directives whose arguments may follow each other without commas. */
export const BLANK_SEPARATED: ReadonlySet<string> = new Set(['.type']);

/** The directives that define a symbol, and whether it must be new. */
export const SET_ONCE: ReadonlyMap<string, boolean> = new Map([
  ['.set', false],
  ['.equ', false],
  ['.equiv', true],
  ['.eqv', true],
]);

/** What may stand before a mnemonic (gas manual, 9.16.6); `rex` in all its combinations besides. */
const PREFIXES: ReadonlySet<string> = new Set(
  `lock rep repe repz repne repnz cs ds es fs gs ss data16 data32 addr16 addr32 addr64 notrack bnd xacquire xrelease
   rex64 rex64x rex64y rex64z rex64xy rex64xz rex64yz rex64xyz rexx rexy rexz rexxy rexxz rexyz rexxyz`.split(/\s+/),
);

export const isPrefix = (name: string): boolean => {
  const lower = name.toLowerCase();
  return PREFIXES.has(lower) || /^rex(\.w?r?x?b?)?$/.test(lower);
};

/** Binding strength of the binary operators, expr.c's `op_rank`: higher binds tighter, equal ranks from the left. */
export const RANK: Readonly<Record<BinaryOp, number>> = {
  '*': 8,
  '/': 8,
  '%': 8,
  '<<': 8,
  '>>': 8,
  '|': 7,
  '&': 7,
  '^': 7,
  '!': 7,
  '+': 5,
  '-': 5,
  '==': 4,
  '!=': 4,
  '<>': 4,
  '<': 4,
  '<=': 4,
  '>': 4,
  '>=': 4,
  '&&': 3,
  '||': 2,
};
