/**
 * Code that writes code: into the next instruction, a later one, one that has run and will run again, through another mapping of
 * the page, with stores of every kind. The CPU takes the new bytes at the next instruction (SDM vol. 3, 8.1.3: on the processor that
 * writes, no more than the jump or the serialising instruction that every x86 since the Pentium does without).
 */
import { type Draft, put, set } from './draft.ts';
import { CODE, CODE_ALIAS, CODE_NEXT, ENTRY, PAGE } from './layout.ts';
import { RAX } from './operands.ts';
import { setUp } from './sequences.ts';
import { type Template, template } from './template.ts';

/** incl %eax, decl %eax, notl … by their second byte; all have ff or f7 before it. */
const MODRM = { incEax: 0xc0, decEax: 0xc8, incEdx: 0xc2, decEdx: 0xca } as const;

/** The address of a local label, through one of the two mappings. */
const at = ({ random, ip }: Draft, label: string, plus = 0): string =>
  `${random.chance(0.5) ? ip : ip - CODE + CODE_ALIAS}+(${label}-0b)+${plus}`;

/** What lies between the store and what it changes. */
const between = ({ random }: Draft): string =>
  random.pick([
    '',
    '',
    '',
    'nop; ',
    'nop; nop; ',
    'addl %eax,%edx; ',
    'jmp 8f; 8: ',
    'testl %eax,%eax; jz 8f; nop; 8: ',
    'mfence; ',
    'movl (%rsi),%r8d; ',
  ]);

const modrm = ({ random }: Draft): number => random.pick(Object.values(MODRM));

const SHAPES: Readonly<Record<string, (draft: Draft) => string>> = {
  'store byte': (d) => `movb $${modrm(d)},${at(d, '1f', 1)}; ${between(d)}1: incl %eax; addl %eax,%edx`,
  'store word': (d) => `movw $${(modrm(d) << 8) | 0xff},${at(d, '1f')}; ${between(d)}1: incl %eax; addl %eax,%edx`,
  'store long': (d) =>
    `movl $${d.random.pick([0x90909090, 0xc0ffc8ff, 0xcaffc2ff, 0xccc2ffc0].map((v) => v | 0))},${at(d, '1f')}; ${between(d)}1: incl %eax; decl %edx; incl %edx`,
  'store quad': (d) => {
    set(d, RAX, d.random.pick([0x9090_9090_9090_9090n, 0xc0ff_c0ff_c2ff_c2ffn, 0xcccc_cccc_cccc_c0ffn]));
    return `movq %rax,${at(d, '1f')}; ${between(d)}1: ${'incl %eax; '.repeat(6)}nop`;
  },
  'read-modify-write': (d) =>
    `${d.random.pick(['xorb', 'lock xorb', 'orb', 'lock orb'])} $8,${at(d, '1f', 1)}; ${between(d)}1: incl %eax; addl %eax,%edx`,
  'immediate of the next': (d) =>
    `addl $${d.random.below(1 << 24)},${at(d, '1f', 1)}; ${between(d)}1: movl $0x01020304,%ebx`,
  exchange: (d) =>
    `movb $${modrm(d)},%al; ${d.random.pick(['xchgb %al', 'lock xaddb %al'])},${at(d, '1f', 1)}; ${between(d)}1: incl %eax; incl %edx`,
  several: (d) =>
    `movb $0xca,${at(d, '1f', 1)}; movb $0xca,${at(d, '2f', 1)}; ${between(d)}1: incl %eax; 2: incl %eax; incl %eax`,
  'set on condition': (d) => `cmpl %eax,%eax; setz ${at(d, '1f', 1)}; ${between(d)}1: movb $0x7f,%dl; addl %eax,%edx`,
  'loop changes itself': (d) =>
    `movl $3,%ecx; 1: movb $${modrm(d)},${at(d, '2f', 1)}; 2: incl %eax; ${between(d)}loop 1b`,
  'loop changes what ran': (d) =>
    `movl $3,%ecx; 1: incl %eax; addl %eax,%edx; xorb $8,${at(d, '1b', 1)}; ${between(d)}loop 1b`,
  'own immediate': (d) => `movl $3,%ecx; 1: addl $0x100,${at(d, '1b', d.random.between(7, 9))}; loop 1b`,
  'stack over code': (d) => {
    d.ip = ENTRY;
    return `leaq 1f+8(%rip),%rsp; movabsq $0xc2ffc2ffc0ffc0ff,%rax; pushq %rax; ${between(d)}1: ${'incl %ebp; '.repeat(4)}nop`;
  },
  'string store': (d) => {
    set(d, RAX, 0x90n);
    const count = d.random.between(1, 8);
    return `cld; leaq ${d.random.chance(0.5) ? '1f(%rip)' : at(d, '1f')},%rdi; movl $${count},%ecx; rep stosb; ${between(d)}1: ${'incl %eax; '.repeat(4)}nop`;
  },
  'string move': (d) => {
    const wide = d.random.chance(0.5);
    return `cld; leaq 2f(%rip),%rsi; leaq ${d.random.chance(0.5) ? '1f(%rip)' : at(d, '1f')},%rdi; movl $${wide ? 1 : 8},%ecx; rep movs${wide ? 'q' : 'b'}; ${between(d)}1: ${'incl %eax; '.repeat(4)}nop; jmp 3f; 2: ${'decl %edx; '.repeat(4)}3: nop`;
  },
  'string element': (d) => {
    set(d, RAX, d.random.pick([0x9090_9090n, 0xc2ff_c2ffn]));
    return `cld; leaq ${at(d, '1f')},%rdi; stosl; ${between(d)}1: ${'incl %ebx; '.repeat(3)}nop`;
  },
  'compare and exchange': (d) =>
    `movb $0xc3,%al; movb $0xcb,%dl; lock cmpxchgb %dl,${at(d, '1f', 1)}; ${between(d)}1: incl %ebx; incl %ebx`,
  'other page': (d) => {
    put(d, CODE_NEXT + 0x40, [0xff, 0xc0, 0xff, 0xc0]);
    return `call 2f; 2: popq %rbx; movb $${modrm(d)},${CODE_NEXT + 0x41}; movl $${CODE_NEXT + 0x40},%ebp; ${between(d)}jmp *%rbp`;
  },
  'call what was written': (d) => {
    put(d, CODE_NEXT + 0x80, [0xff, 0xc0, 0xc3]);
    return `movl $${CODE_NEXT + 0x80},%ebp; call *%rbp; movb $${modrm(d)},${CODE_NEXT + 0x81}; ${between(d)}call *%rbp; call *%rbp`;
  },
  'across the page': (d) => {
    d.ip = CODE + PAGE - d.random.between(8, 24);
    return `movb $${modrm(d)},0x${d.ip.toString(16)}+(1f-0b)+1; ${between(d)}1: incl %eax; incl %eax; incl %eax; incl %eax; incl %eax; incl %eax; incl %eax; incl %eax; nop`;
  },
  'across the page, later bytes': (d) => {
    d.ip = CODE + PAGE - d.random.between(9, 26);
    return `movl $${d.random.below(1 << 30)},${d.ip}+(1f-0b)+1; ${between(d)}1: movl $0x01020304,%ebx; movabsq $0x1122334455667788,%rdx; nop`;
  },
};

export const SELF_MODIFYING: readonly Template[] = Object.entries(SHAPES).map(([name, shape]) =>
  template(
    `self-modifying: ${name}`,
    (draft) => {
      setUp(draft);
      return shape(draft);
    },
    12,
  ),
);
