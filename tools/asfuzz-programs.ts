/**
 * Random small assembler programs of directives, macros, expressions and jumps, for tools/asfuzz.ts: in goes a random
 * generator, out come chunks of lines. A chunk is a piece that makes sense by itself (a macro with its `.endm`), so that
 * a failing program can be cut down piece by piece.
 *
 * Names come from small pools, so that definitions, uses and redefinitions meet; one program in three is made to be wrong.
 */
import type { Random } from '../tests/cpu/random.ts';

export type Program = readonly string[];

export interface Source {
  readonly random: Random;
  /** Deliberate mistakes may be made. */
  readonly spoilt: boolean;
}

const pick = <T>({ random }: Source, list: readonly T[]): T => list[random.below(list.length)]!;
const one = (source: Source, n: number): boolean => source.random.below(n) === 0;
const words = (text: string): string[] => text.split(' ');

const LABELS = words('a b c d f g .La .Lb .Lc main');
const SETS = words('s t u v');
const EXTERNALS = words('ext puts w h');
const INTEGERS = words(
  '0 1 2 3 4 5 7 8 15 16 31 100 127 128 255 256 1000 65535 65536 0x7fffffff 0x80000000 0xffffffff',
);
const WIDE = words(
  "0x100000000 0x123456789abcdef0 0x7fffffffffffffff 0xffffffffffffffff -1 -128 -129 'x 010 0b101 1f 2b 1b 2f",
);
const OPERATORS = words('+ - + - + - * / % << >> | & ^ ! == != <> < <= > >= && ||');
const MODIFIERS = words('PLT GOTPCREL GOT GOTOFF TPOFF GOTTPOFF TLSGD DTPOFF SIZE GOTPLT PLTOFF TLSLD');

function name(source: Source): string {
  const kind = source.random.below(10);
  return pick(source, kind < 6 ? LABELS : kind < 8 ? SETS : EXTERNALS);
}

/** A number that is known at once. */
export function number(source: Source): string {
  const small = INTEGERS.slice(0, 12);
  if (one(source, 6))
    return `(${pick(source, small)}${pick(source, words('+ - * / % & | == <'))}${pick(source, small)})`;
  return pick(source, small);
}

export function expression(source: Source, depth = 0): string {
  if (!source.spoilt) return sound(source, depth);
  switch (source.random.below(depth > 2 ? 5 : 12)) {
    case 0:
    case 1:
      return pick(source, INTEGERS);
    case 2:
      return pick(source, source.spoilt || one(source, 2) ? WIDE : WIDE.slice(0, 6));
    case 3:
      return name(source);
    case 4:
      return one(source, 3) ? '.' : name(source);
    case 5:
    case 6:
      return `${pick(source, LABELS)}-${pick(source, LABELS)}`;
    case 7:
      return `${name(source)}${pick(source, ['+', '-'])}${pick(source, INTEGERS)}`;
    case 8:
      return `${pick(source, ['-', '~', '!', '+'])}${expression(source, depth + 1)}`;
    case 9:
      return `(${expression(source, depth + 1)})`;
    default: {
      const blank = pick(source, ['', ' ']);
      return `${expression(source, depth + 1)}${blank}${pick(source, OPERATORS)}${blank}${expression(source, depth + 1)}`;
    }
  }
}

/** An expression that is likely to mean something: numbers with any operators, places with few. */
function sound(source: Source, depth: number): string {
  const plain = (): string => pick(source, one(source, 4) ? WIDE.slice(0, 11) : INTEGERS);
  const label = (): string => pick(source, LABELS);
  const blank = pick(source, ['', '', ' ']);
  switch (source.random.below(depth > 2 ? 4 : 11)) {
    case 0:
    case 1:
      return plain();
    case 2:
      return name(source);
    case 3:
      return one(source, 2) ? `.-${label()}` : `${label()}-.`;
    case 4:
      return `${label()}${blank}-${blank}${label()}`;
    case 5:
      return `${name(source)}${pick(source, ['+', '-'])}${plain()}`;
    case 6:
      return `${pick(source, ['-', '~', '!', '+'])}${one(source, 3) ? `(${label()}-${label()})` : plain()}`;
    case 7:
      return `(${sound(source, depth + 1)})`;
    case 8:
      return `(${label()}-${label()})${blank}${pick(source, OPERATORS)}${blank}${plain()}`;
    case 9:
      return `${label()}${pick(source, words('== != < > <= >='))}${label()}`;
    default:
      return `${plain()}${blank}${pick(source, OPERATORS)}${blank}${plain()}`;
  }
}

const datum = (source: Source): string => {
  if (one(source, 8)) return `${name(source)}@${pick(source, MODIFIERS)}${one(source, 4) ? '+4' : ''}`;
  return expression(source, 1);
};

const list = (source: Source, item: (source: Source) => string): string =>
  Array.from({ length: 1 + source.random.below(3) }, () => item(source)).join(pick(source, [',', ', ', ' , ']));

function text(source: Source): string {
  const pieces = words('abc x \\n \\t \\\\ \\" \\101 \\0 \\x41 \\xff \\r \\b \\f \\8 # ; /* , \\a é');
  return `"${Array.from({ length: source.random.below(5) }, () => pick(source, pieces)).join('')}"`;
}

// ---- Chunks ---------------------------------------------------------------------------------------------------------

type Chunk = (source: Source) => string;

const data: Chunk = (source) =>
  `\t${pick(source, words('.byte .word .short .long .quad .int .value .hword .2byte .4byte .8byte .octa'))} ${list(source, datum)}`;

const numbers: Chunk = (source) => `\t${pick(source, words('.byte .long .quad .octa .short'))} ${list(source, number)}`;

const leb: Chunk = (source) => `\t${pick(source, words('.uleb128 .sleb128'))} ${list(source, (s) => expression(s, 1))}`;

const floats: Chunk = (source) =>
  `\t${pick(source, words('.float .single .double .tfloat .ldouble .hfloat .bfloat16'))} ${list(source, (s) =>
    pick(s, words('0 1 -1.5 3.14 1e10 1e-10 -0 0f1.5 0e2 inf nan 1e400 .5 5. 0x3f800000 :3f80')),
  )}`;

const strings: Chunk = (source) =>
  `\t${pick(source, words('.ascii .asciz .string .string8 .string16 .string32 .string64'))} ${list(source, text)}`;

const label: Chunk = (source) => `${pick(source, one(source, 3) ? ['1', '2', '3'] : LABELS)}:`;

const assignment: Chunk = (source) => {
  const target = pick(source, one(source, 8) ? LABELS : SETS);
  const value = expression(source);
  return pick(
    source,
    [`${target} = ${value}`, `\t.set ${target}, ${value}`, `\t.equ ${target},${value}`].concat(
      source.spoilt ? [`${target} == ${value}`, `\t.equiv ${target}, ${value}`, `\t.eqv ${target}, ${value}`] : [],
    ),
  );
};

const symbolOf: Chunk = (source) => {
  const directive = pick(
    source,
    words('.globl .global .weak .hidden .protected .internal .local .type .type .size .size .comm .lcomm .weakref'),
  );
  const symbol = name(source);
  switch (directive) {
    case '.type':
      return `\t.type ${symbol}, ${pick(source, words('@function @object %function @notype @tls_object "object" STT_FUNC @gnu_indirect_function @common @gnu_unique_object'))}`;
    case '.size':
      return `\t.size ${symbol}, ${pick(source, [`.-${symbol}`, expression(source), number(source)])}`;
    case '.comm':
    case '.lcomm':
      return `\t${directive} ${symbol}, ${number(source)}${one(source, 2) ? `, ${pick(source, words('1 2 4 8 16 32'))}` : ''}`;
    case '.weakref':
      return `\t.weakref ${symbol}, ${name(source)}`;
    default:
      return `\t${directive} ${one(source, 4) ? list(source, name) : symbol}`;
  }
};

const SECTION_NAMES = words(
  '.text .data .bss .rodata .init.text foo .foo .note.x .debug_info .text.hot .init_array .tdata .data.rel "q.q" .rodata.str1.1',
);
const SECTION_FLAGS = words(
  '"" "a" "aw" "ax" "awx" "wa" "e" "aG" "aMS" "aM" "awT" "o" "aR" "?" "ao" "axl" "0x2" "aMG" "d" "z"',
);
const SECTION_TYPES = words(
  '@progbits @nobits @note %progbits @init_array @0x7 "progbits" @unwind @fini_array 0x70000001 @preinit_array @7',
);

function sectionOperands(source: Source): string {
  const flags = pick(source, source.spoilt ? SECTION_FLAGS : SECTION_FLAGS.slice(0, 15));
  let out = `${pick(source, SECTION_NAMES)}`;
  if (one(source, 4)) return out;
  out += `,${flags}`;
  if (one(source, 3)) return out;
  out += `,${pick(source, one(source, 2) ? SECTION_TYPES.slice(0, 1) : SECTION_TYPES)}`;
  if (/M/.test(flags)) out += `,${pick(source, words('1 2 4 8 16'))}`;
  if (/o/.test(flags)) out += `,${pick(source, ['.text', '.foo', 'a', '.data'])}`;
  if (/G/.test(flags)) out += `,${pick(source, ['grp', 'a', 'sig'])}${pick(source, ['', ',comdat', ',comdat'])}`;
  if (one(source, 8)) out += `,unique,${source.random.below(3)}`;
  return out;
}

const section: Chunk = (source) => {
  switch (source.random.below(9)) {
    case 0:
    case 1:
    case 2:
      return `\t.section ${sectionOperands(source)}`;
    case 3:
      return `\t.pushsection ${sectionOperands(source)}`;
    case 4:
      return '\t.popsection';
    case 5:
      return '\t.previous';
    case 6:
      return `\t.subsection ${source.random.below(3)}`;
    default:
      return pick(source, ['\t.text', '\t.data', '\t.text 1', '\t.data 2', '\t.bss', '\t.text', '\t.data']);
  }
};

const space: Chunk = (source) => {
  const size = one(source, 3) ? `${pick(source, LABELS)}-${pick(source, LABELS)}` : number(source);
  const fill = one(source, 3) ? `, ${number(source)}` : '';
  switch (source.random.below(9)) {
    case 0:
      return `\t.fill ${size}${one(source, 2) ? `, ${pick(source, words('0 1 2 3 4 8 9'))}${fill}` : ''}`;
    case 1:
      return `\t.org ${pick(source, [`.+${number(source)}`, `${pick(source, LABELS)}+${number(source)}`, size])}${fill}`;
    case 2:
    case 3:
      return `\t.p2align ${source.random.below(6)}${pick(source, ['', '', `,,${source.random.below(20)}`, `, ${number(source)}`, `,0,${source.random.below(9)}`])}`;
    case 4:
    case 5:
      return `\t${pick(source, words('.balign .align .balignw .balignl'))} ${pick(source, words('1 2 4 8 16 32 0 64'))}${pick(source, ['', '', `,,${source.random.below(20)}`, `, ${number(source)}`])}`;
    case 6:
      return `\t.nops ${number(source)}${one(source, 3) ? `, ${source.random.below(12)}` : ''}`;
    case 7:
      return `\t.dcb.${pick(source, words('b w l d s'))} ${source.random.below(5)}, ${number(source)}`;
    default: {
      const [a, b] = [pick(source, LABELS), pick(source, LABELS)];
      const difference = pick(source, [`-((${a}-${b}) > 0) * (${a}-${b})`, `${a}-${b}`, size, size]);
      return `\t${pick(source, words('.skip .space .zero'))} ${difference}${fill}`;
    }
  }
};

const JUMPS = words('jmp je jnz ja jb call loop jrcxz xbegin');

const code: Chunk = (source) => {
  const target = one(source, 3) ? pick(source, words('1f 2f 1b 2b .+2 .-5')) : name(source);
  switch (source.random.below(7)) {
    case 0:
    case 1:
    case 2:
      return `\t${pick(source, JUMPS)} ${target}${one(source, 12) ? '+3' : ''}${one(source, 12) ? '@PLT' : ''}`;
    case 3:
      return `\t${pick(source, ['mov $%,%eax', 'mov $%,%rax', 'add $%,%ecx', 'push $%', 'movb $%,%al', 'cmpw $%,(%rdi)', 'movabs $%,%rax', 'ret $%', 'int $%', 'enter $%,$1']).replace('%', () => datum(source))}`;
    case 4:
      return `\t${pick(source, ['mov %(%rip),%eax', 'mov %,%eax', 'lea %(%rdi),%rax', 'mov %gs:%,%rax', 'call *%(%rip)', 'movq $1,%(%rip)', 'add %(%rip),%rax', 'lea %(,%rcx,4),%rdx', 'mov %(%eax),%ebx']).replace(/%(?=[(,])/, () => datum(source))}`;
    default:
      return `\t${pick(source, ['nop', 'ret', 'push %rax', 'mov %rsp,%rbp', 'lock incl (%rax)', 'swapgs', 'rep movsb', 'pause', 'syscall'])}`;
  }
};

const gap: Chunk = (source) => `\t.skip ${pick(source, words('100 120 124 125 126 127 128 129 130 200 300'))}`;

const CFI_REGISTERS = words('%rsp %rbp rbx 6 7 16 %rip %xmm0 r12 %rax');
const cfiLine: Chunk = (source) => {
  const r = (): string => pick(source, CFI_REGISTERS);
  const n = (): string => pick(source, words('8 16 -16 -8 0 24 100 1000 -24 3 100000'));
  return `\t${pick(source, [
    `.cfi_def_cfa ${r()}, ${n()}`,
    `.cfi_def_cfa_offset ${n()}`,
    `.cfi_adjust_cfa_offset ${n()}`,
    `.cfi_def_cfa_register ${r()}`,
    `.cfi_offset ${r()}, ${n()}`,
    `.cfi_rel_offset ${r()}, ${n()}`,
    `.cfi_restore ${r()}`,
    `.cfi_undefined ${r()}`,
    `.cfi_same_value ${r()}`,
    `.cfi_register ${r()}, ${r()}`,
    '.cfi_remember_state',
    '.cfi_restore_state',
    '.cfi_signal_frame',
    `.cfi_escape 0x${source.random.below(256).toString(16)},${number(source)}`,
    `.cfi_val_offset ${r()}, ${n()}`,
    '.cfi_window_save',
    `.cfi_personality ${pick(source, ['0xff', '0,p', '3,ext', '0x9b,ext', '0x1b,a'])}`,
    `.cfi_lsda ${pick(source, ['0xff', '3,a', '0x1b,.La', '0,b'])}`,
    '.cfi_return_column 8',
    `.cfi_val_encoded_addr ${r()}, 0x1b, a`,
  ])}`;
};

const cfi: Chunk = (source) => {
  const lines = [`\t.cfi_startproc${one(source, 4) ? ' simple' : ''}`];
  for (let n = source.random.below(6); n > 0; n--) {
    lines.push(pick(source, [code, cfiLine, cfiLine, gap, numbers])(source));
  }
  if (!source.spoilt || !one(source, 6)) lines.push('\t.cfi_endproc');
  return lines.join('\n');
};

const cfiOther: Chunk = (source) =>
  pick(source, [
    '\t.cfi_sections .eh_frame',
    '\t.cfi_sections .debug_frame',
    '\t.cfi_sections .eh_frame, .debug_frame',
    cfiLine(source),
  ]);

// ---- Macros, repetitions, conditionals --------------------------------------------------------------------------------

const MACROS = words('m n mm .mac');
const BODY = [
  '\t.byte \\x',
  '\t.long \\x+1',
  '\t.ascii "\\x"',
  '\\x:',
  '.L\\@:',
  '\t.byte \\@',
  '\t.byte 1\\()2',
  '\t.byte \\y',
  '\t.ifb \\y\n\t.byte 9\n\t.endif',
  '\t.ifnb \\y\n\t.byte \\y\n\t.else\n\t.byte 8\n\t.endif',
  '\t.ifc \\x,\\y\n\t.byte 7\n\t.endif',
  '\t.irp i,\\y\n\t.byte \\i\n\t.endr',
  '\tn \\x',
  '\tn \\x, \\y',
  '\t.exitm',
  'x&y',
  '\t.byte "\\x"',
  '\t.macro inner z\n\t.byte \\z\n\t.endm\n\tinner 3\n\t.purgem inner',
  '\tLOCAL q\nq:\tjmp q',
  '\t.byte x',
  '\t.if \\x\n\t.exitm\n\t.endif',
  '\t.error "\\x"',
  '\t.byte \\x \\y',
  'a\\x\\y:',
  '\t.byte \\z',
];

const macro: Chunk = (source) => {
  const formals = pick(source, [
    '',
    ' x',
    ' x, y',
    ' x y',
    ' x=1, y=2',
    ' x:req, y',
    ' x, y:vararg',
    ' x=5 y:vararg',
    ' x:req y:req',
    ' x="a b" y=(1+2)',
  ]);
  const lines = Array.from({ length: 1 + source.random.below(4) }, () => pick(source, BODY));
  return `\t.macro ${pick(source, MACROS)}${formals}\n${lines.join('\n')}\n\t.endm`;
};

const argument: Chunk = (source) =>
  pick(source, [
    '1',
    '2',
    'a',
    'x=3',
    'y=4',
    'a b',
    '"s"',
    '"a,b"',
    '(1 + 2)',
    '1 + 2',
    '<1,2>',
    '%1+2',
    '',
    '-1',
    '1 -1',
    '$5',
    '%rax',
    "'a",
    "';'",
    '"',
    'x = 4',
    '\\x',
    '!',
    '"a""b"',
    '1+(2 3)',
    '~1',
  ]);

const call: Chunk = (source) =>
  `\t${pick(source, MACROS)} ${Array.from({ length: source.random.below(4) }, () => argument(source)).join(pick(source, [',', ', ', ' ']))}`;

const mode: Chunk = (source) => pick(source, ['\t.altmacro', '\t.noaltmacro', `\t.purgem ${pick(source, MACROS)}`]);

const inner: Chunk = (source) => pick(source, [numbers, code, label, assignment, data, call])(source);

const repetition: Chunk = (source) => {
  switch (source.random.below(3)) {
    case 0:
      return `\t.rept ${source.random.below(4)}\n${inner(source)}\n${inner(source)}\n\t.endr`;
    case 1:
      return `\t.irp x${pick(source, [',', ' ', ', '])}${Array.from({ length: source.random.below(4) }, () => argument(source)).join(',')}\n${pick(source, BODY)}\n${inner(source)}\n\t.endr`;
    default:
      return `\t.irpc x,${pick(source, ['123', '', 'ab', '1 2', '"12"', '4,5', 'a"b'])}\n${pick(source, BODY)}\n\t.endr`;
  }
};

const conditional: Chunk = (source) => {
  const condition = pick(source, [
    `.if ${expression(source, 1)}`,
    `.ifdef ${name(source)}`,
    `.ifndef ${name(source)}`,
    `.ifeq ${expression(source, 1)}`,
    `.ifne ${number(source)}`,
    `.ifge ${number(source)}`,
    `.iflt ${expression(source, 1)}`,
    `.ifgt ${number(source)}`,
    `.ifle ${number(source)}`,
    `.ifc ${argument(source)},${argument(source)}`,
    `.ifnc ${argument(source)}, ${argument(source)}`,
    `.ifeqs ${text(source)}, ${text(source)}`,
    `.ifnes ${text(source)},${text(source)}`,
    `.ifb ${argument(source)}`,
    `.ifnb ${argument(source)}`,
    `.ifnotdef ${name(source)}`,
    `.if ${name(source)} == ${name(source)}`,
    '.if %rax == %rbx',
  ]);
  const alternative = pick(source, [
    '',
    '',
    `\t.else\n${inner(source)}\n`,
    `\t.elseif ${number(source)}\n${inner(source)}\n`,
    `\t.elseif ${number(source)}\n${inner(source)}\n\t.else\n${inner(source)}\n`,
  ]);
  return `\t${condition}\n${inner(source)}\n${alternative}\t.endif`;
};

const rare: Chunk = (source) =>
  pick(source, [
    `\t.reloc ${pick(source, ['.', '4', 'a', 'b+1'])}, ${pick(source, words('R_X86_64_NONE R_X86_64_64 R_X86_64_PC32 BFD_RELOC_32'))}, ${datum(source)}`,
    `\t.symver ${name(source)}, ${pick(source, words('z@V1 z@@V1 z@@@V1 ext@V2'))}${pick(source, ['', '', ', remove', ', hidden', ', local'])}`,
    `\t.ident ${text(source)}`,
    '\t.file "x.c"',
    '\t.print "hello"',
    '\t.warning "careful"',
    '\t.incbin "data.bin"',
    '\t.incbin "data.bin",3,4',
    '\t.include "part.inc"',
    '\t.code32',
    '\t.code64',
    `\t.struct ${number(source)}`,
    `\t.version ${text(source)}`,
    '\t.line 7',
    '# 12 "other.s"',
    '# 5',
    '/* a\n b */ .byte 1',
    '\t.vtable_entry a, 8',
    '\t.ln 9',
    `\t.largecomm ${name(source)},${number(source)},8`,
    `\t.tls_common ${name(source)},${number(source)},4`,
    '\t.gnu_attribute 4, 1',
    '\t.vtable_inherit a, b',
    '\t.bundle_align_mode 4',
    '\t.loc 1 2',
    '\t.file 1 "f.c"',
    '\t.end',
    `\t.byte 1; ${data(source)}; .byte 2`,
    `a: b: ${data(source)}`,
    '\t.nop',
  ]);

const WRONG = [
  '\t.byte',
  '\t.byte 1,',
  '\t.byte 1 2',
  '\t.long (1',
  '\t.quad 1)',
  '\t.foo',
  '\tfoo %rax',
  '\t.section',
  '\t.section "x',
  '\t.skip',
  '\t.balign 3',
  '\t.p2align 99',
  '\t.endif',
  '\t.else',
  '\t.endm',
  '\t.endr',
  '\t.if',
  '\t.ifdef',
  '\t.elseif 1',
  '\t.macro',
  '\t.err',
  '\t.error "bad"',
  '\t.popsection',
  '\t.comm a',
  '\t.comm a,-1',
  '\t.size a',
  '\t.type a,@foo',
  '\t.set',
  '\t.set a',
  '\t.set a,',
  'a = ',
  '\t.ascii abc',
  '\t.ascii "a',
  '\t.uleb128',
  '\t.fill',
  '\t.fill 1,9,1',
  '\t.org a-',
  '\t.globl',
  '\t.weak 5',
  '\t.irp',
  '\t.exitm',
  '\t.cfi_endproc',
  '\t.cfi_startproc',
  '\t.cfi_offset 6',
  '\t.cfi_def_cfa',
  '\t.byte $1',
  '\t.long %rax',
  '\tmov %rax',
  '\tmov $1,$2',
  '\t.byte 1 # c',
  '\t.incbin "none"',
  '\t.include "none"',
  '\t.subsection',
  '\t.subsection x',
  '\t.reloc',
  '\t.byte a@FOO',
  '\t.quad -',
  '\t.octa a',
  '\t.float x',
  '\t.float',
  '\t.purgem none',
  '9:',
  '\tjmp 9b',
  '\tjmp 9f',
  '\t.byte 08',
  '\t.byte 0x',
  '1a:',
  '\t.byte @',
  '\t.word ~',
  '\t.if 1',
  '\t.rept',
  '\t.abort',
  '\t.quad 1/0',
  '\t.long 1<<64',
  '\t.byte 300, -200',
  '\t.weakref a',
  '\t.symver a',
  '\t.hidden',
  '\t.dcb.b',
  '\t.nops 5, 99',
  '\t.previous',
  '\t}',
  '\t.long a b',
  '\t.string 5',
  '\t.asciz "x" "y",',
  '\t.ident',
  '\t.p2align',
  '\t.zero -1',
];

const wrong: Chunk = (source) => pick(source, WRONG);

/** Each with its weight. */
const CHUNKS: readonly (readonly [number, Chunk])[] = [
  [10, data],
  [4, numbers],
  [4, leb],
  [1, floats],
  [3, strings],
  [12, label],
  [8, assignment],
  [8, symbolOf],
  [8, section],
  [8, space],
  [12, code],
  [4, gap],
  [2, cfi],
  [1, cfiOther],
  [4, macro],
  [5, call],
  [1, mode],
  [3, repetition],
  [4, conditional],
  [2, rare],
];
const TABLE = CHUNKS.flatMap(([weight, chunk]) => new Array<Chunk>(weight).fill(chunk));

/** Definitions of the labels that a program uses and does not define. */
function missingLabels(text: string): string[] {
  const used = [...LABELS, '1', '2'].filter((label) => {
    const escaped = label.replace('.', '\\.');
    const isUsed = /\d/.test(label) ? new RegExp(`\\b${label}f`) : new RegExp(`(?<![\\w.$@])${escaped}(?![\\w.$])`);
    return isUsed.test(text) && !new RegExp(`^${escaped}:`, 'm').test(text);
  });
  return used.map((label) => `${label}:`);
}

export function program(random: Random): Program {
  const source: Source = { random, spoilt: random.below(3) === 0 };
  const chunks: string[] = [];
  // Half of the programs are about a few things only, so that these meet more often.
  const table =
    random.below(2) === 0 ? TABLE : Array.from({ length: 4 }, () => pick(source, TABLE)).concat(label, label);
  for (let n = 2 + random.below(14); n > 0; n--) {
    chunks.push(source.spoilt && one(source, 5) ? wrong(source) : pick(source, table)(source));
  }
  return source.spoilt ? chunks : [...chunks, ...missingLabels(chunks.join('\n'))];
}
