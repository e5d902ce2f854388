/**
 * The commands that gdb and entrylab both answer, in sessions that each begin anew at `_start` of program.s: those of commands.txt, and
 * combinations of formats, operands and places.
 */
import { readFileSync } from 'node:fs';

const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** Registers as each session begins with them. */
export const REGISTERS: Readonly<Record<string, bigint>> = {
  rax: 0x8877665544332211n,
  rbx: 2n,
  rcx: 0xffffffffffffffffn,
  rdx: 0x402000n,
  rsi: 0x402008n,
  rdi: 0x7fffffffn,
  rsp: 0x402800n,
  rbp: 0x402808n,
  r8: 0x80000000n,
  r9: 0x8000000000000000n,
  r15: 65n,
  eflags: 0x247n,
};

/** The same in kernel mode; what isn't named is as `machine/` leaves it. */
export const KERNEL_REGISTERS: Readonly<Record<string, bigint>> = {
  rax: 0xffffffff82000008n,
  rbx: 0x8000000000001003n,
  rcx: 5n,
  rsp: 0xffffffff82000800n,
  rbp: 0xffffffff82000808n,
  eflags: 0x46n,
  cr2: 0xffff888000001234n,
  k_gs_base: 0x7fff00000000n,
};

const KERNEL_VALUES = lines(`
  $cr0 $cr2 $cr3 $cr4 $cr8 $efer $eflags $cs $ss $ds $fs_base $gs_base $k_gs_base $rip $rsp $rax $rbx $eax &_start &q $sp+8 $rip+5
  0xffffffff81000000 -1 (long)&q (char*)&msg (int*)$rax
`)
  .join(' ')
  .split(' ');

const KERNEL_FORMATS = ['p', 'p/x', 'p/d', 'p/u', 'p/t', 'p/z', 'p/c', 'p/a', 'p/s', 'output', 'whatis'];

const VALUES = [
  ...['0', '1', '-1', '65', '200', '-129', '2147483647', '2147483648', '-2147483648', '0xffffffff', '4294967296'],
  ...['1u', '-1u', '5ul', '0xffffffffffffffff', '9223372036854775807', "'a'", "'\\n'", "'\\377'", '1065353216'],
  ...[
    '(char)65',
    '(char)-3',
    '(unsigned char)200',
    '(short)-2',
    '(unsigned short)40000',
    '(long)-7',
    '(unsigned long)-7',
  ],
  ...[
    '$rax',
    '$eax',
    '$ax',
    '$al',
    '$ah',
    '$rcx',
    '$ecx',
    '$r8',
    '$r8d',
    '$r9',
    '$r15',
    '$r15l',
    '$rip',
    '$sp',
    '$rsp',
  ],
  ...[
    '(char*)&msg',
    '(int*)&q',
    '(char**)&ptrs',
    '&_start',
    '(void*)0',
    '*(long*)&q',
    '*(char*)&msg@6',
    '*(short*)&q@4',
  ],
  ...['*(int*)&ar@22', '*(long*)&neg@2', '*(char**)&ptrs@2', '*(char*)&s3@40', '$nosuch', '4607182418800017408'],
];

const cross = (a: readonly string[], b: readonly string[]): string[] => a.flatMap((x) => b.map((y) => `${x} ${y}`));

const FORMATS = [
  'p',
  'p/x',
  'p/d',
  'p/u',
  'p/o',
  'p/t',
  'p/z',
  'p/c',
  'p/a',
  'p/f',
  'p/s',
  'output',
  'output/x',
  'whatis',
];

const OPERANDS = [
  ...['5', '-3', '0', '7u', '0xffffffff', '2147483647', '-2147483648', '5l', '3ul', '(char)-1', '(unsigned char)255'],
  ...['(short)300', '$rax', '$ecx', '$al', '$sp', '(int*)&q', '(char*)8', '_start', '$rip', '$nosuch', '*(int*)&ar@3'],
];
const OPERATORS = ['+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>', '==', '!=', '<', '>', '<=', '>=', '&&', '||'];

const operators = (command: string, some: readonly string[]): string[] =>
  OPERATORS.flatMap((op) => some.flatMap((a) => some.map((b) => `${command} ${a} ${op} ${b}`)));

const UNARY = OPERANDS.flatMap((operand) => ['-', '+', '!', '~', 'sizeof', '*'].map((op) => `p ${op} ${operand}`));

const PLACES = [
  '&q',
  '&msg',
  '&neg',
  '&ar',
  '&fl',
  '&s3',
  '&last',
  '$sp',
  '$pc',
  'func',
  '0',
  '0x402ffc',
  '(char*)&fs',
];
const COUNTS = ['', '3', '9', '-2'];
const EXAMINED = ['x', 'd', 'u', 'o', 't', 'z', 'c', 'a', 'f'].flatMap((letter) =>
  ['b', 'h', 'w', 'g'].flatMap((size) => PLACES.map((place, i) => `x/${COUNTS[i % 4]}${letter}${size} ${place}`)),
);

const FIGURES = OPERANDS.filter((operand) => /^[-\d(]/.test(operand) && !operand.includes('*'));
const ADDRESSES = [
  '5',
  '0',
  '(char)-1',
  '7u',
  '$rax',
  '$sp',
  '(int*)&q',
  '(char*)8',
  '_start',
  '$rip',
  '$nosuch',
  '*(int*)&ar@3',
];

/** Sessions begin with `#= name`; a line is a command. */
const WRITTEN = Object.fromEntries(
  readFileSync(new URL('./commands.txt', import.meta.url), 'utf8')
    .split(/^#= /m)
    .slice(1)
    .map((part) => {
      const [name, ...commands] = part.trimEnd().split('\n') as [string, ...string[]];
      return [name, commands] as const;
    }),
);

/** By name. Answers are compared with their history numbers in `history` alone: elsewhere some differ by intention. */
export const SESSIONS: Readonly<Record<string, readonly string[]>> = {
  'first count': ['x/2 &q', 'x', 'p / 5', 'x/2'],
  'first size': ['x/g &q', 'x/b', 'x'],
  'first continuation': ['x', 'x/i'],
  'first print': ['p / 5', 'p', 'p/2 5', 'p/1 5', 'p/c 65', 'p / 66', 'x &q', 'x'],
  formats: cross(FORMATS, VALUES),
  numbers: operators('p', FIGURES),
  'result types': operators('whatis', [
    '5',
    '7u',
    '5l',
    '3ul',
    '(char)-1',
    '(unsigned char)255',
    '(unsigned short)3',
    '$ecx',
  ]),
  addresses: [...operators('p', ADDRESSES), ...UNARY],
  'examine by format': EXAMINED,
  ...WRITTEN,
  'kernel formats': cross(KERNEL_FORMATS, KERNEL_VALUES),
  'kernel flags': [
    ...operators('p', ['$cr3', '$eflags', '5', '-1', '$rbx', '$cs']),
    ...['-', '~', '!', '+', 'sizeof', '*', '&'].flatMap((op) => ['$cr3', '$eflags'].map((r) => `p ${op} ${r}`)),
  ],
};
