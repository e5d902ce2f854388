/** The commands that gdb and entrylab both answer, in sessions that each begin anew at `_start` of program.s. */

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

const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

const UNARY = OPERANDS.flatMap((operand) => ['-', '+', '!', '~', 'sizeof', '*'].map((op) => `p ${op} ${operand}`));

const HISTORY = lines(`
  p $
  p $$
  p $0
  p $1
  p 1
  p $0
  p $$0
  p $$9
  p $$
  p $$1
  p $2
  p $-1
  p/x 255
  p
  p/d
  p $$2 + $3
  p $=5
  p $1=5
  p $999
  p $$999
  p $nosuch
  p
  p *(int*)&ar@3
  p $
  p $[1]
  p *$
  p/q 5
  p 7
  p $foo=5
  p $
  p (char*)&msg
  p *$
  p $$2
  p $1 ? $2 : $3
`);

const SYNTAX = lines(`
  p 1+
  p (1
  p )
  p 1 2
  p 1 2 #
  p @ 5
  p / 5
  p 1 + / 3
  p 1 + *
  p * / 3
  p 1 @
  p 1 + )
  p (1 + ) 2
  p 1 + (2
  p 5 5 5
  p ?
  p 1 ? 2
  p 1 ? 2 :
  p :
  p =
  p 5 =
  p sizeof
  p sizeof(
  p (int
  p (int)
  p (int 5
  p {int}
  p {int
  p {int} 5 6
  p ,
  p 1 = = 2
  p $foo = = 2
  p #
  p 1#
  p \`
  p 1 ; 2
  p \\
  p 09
  p 0x
  p 0b12
  p 12ab
  p 08
  p 0xg
  p 1u2
  p 1lul
  p 1lu
  p 0u
  p 1_000
  p 0d10
  p 00
  p 0777
  p 0b101
  p 0B1
  p 0X1f
  p 18446744073709551615
  p 18446744073709551616
  p 0xffffffffffffffffff
  p 'ab'
  p 'a
  p ''
  p '\\q'
  p '\\0'
  p '\\\\'
  p '\\''
  p '\\x41'
  p '\\101'
  p '"'
  p 'a'+1
  p '_start'
  p "abc"
  p "abc"[1]
  p "a" "b"
  p "a\\x41\\n\\0b"
  p ""
  p "abc
  p sizeof("abc")
  p/x "abc"
  p sizeof int
  p 1 == 2 == 0
  p 3 > 2 > 1
  p 1 | 2 ^ 3 & 4
  p 1 + 2 * 3 - 4 % 3
  p 1 << 2 + 1
  p -2 * -3
  p - - 5
  p --5
  p !!5
  p ~-1
  p 1 ? 0 ? 3 : 4 : 5
  p (1)
  p ((1))
  p (char) (5)
  p -(char)5
  p (char)-5
  p sizeof(int)*2
  p sizeof(void)
  p sizeof(void*)
  p sizeof((char)1)
  p sizeof 5
  p sizeof(1/0)
  p sizeof(*(int*)0)
  p sizeof(*(int*)&ar@2)
  p/i 5
  p/4x 5
  p/w 5
  p/9999999999999x 5
  p/xd 5
  p/x
  p/xx 5
  p/2 5
  p/-1x 5
  p/0x 5
  p/1x 5
  p/1 5
  p/b 5
  p/bq 5
  p/xb 5
  p/5i 5
  p /x 16
  p/x16
  p/x(16)
  p/x$pc
  p/x-1
  p/ 5
  p/d/x 5
  p /x/d 5
  output
  output/i 5
  output/b 5
`);

const TYPES = lines(`
  p (unsigned)-1
  p (unsigned int)-1
  p (unsigned short)-1
  p (long unsigned int)-1
  p (unsigned long)-1
  p (long long)5
  p (unsigned long long)-1
  p (long long unsigned int)-1
  p (signed char)-1
  p (signed)-1
  p (short int)-1
  p (short unsigned)-1
  p (char*)5
  p (char**)5
  p (void)5
  p (void*)5+1
  p *(void*)5
  p (void(*)())$rip
  p (void (*)())0x401005
  p (int)$sp
  p (char)$sp
  p (int*)$sp
  p (int*)$sp+1
  p (long)$sp & 15
  p (long)_start
  p (int)_start
  p (char)_start
  p (int*)_start
  p (long)&_start
  p/x (long)&q
  p (short)70000
  p (unsigned char)300
  p (char*)300
  p (int)(int*)8
  p (char)(int*)300
  p (int)$nosuch
  p (void*)$rip
  p (char*)&str2
  p (unsigned char*)&msg
  p (signed char*)&msg
  p (int**)8 + 2
  p (void**)8 + 2
  p (int*)8 + 2
  p 2 + (int*)8
  p (int*)8 - 2l
  p (int*)8 + (char)2
  p (int*)5 - (int*)1
  p (int*)5 - (char*)1
  p (int*)5 + (int*)1
  whatis (unsigned)1
  whatis (long unsigned int)1
  whatis (short unsigned int)1
  whatis (unsigned long long)1
  whatis (signed char)1
  whatis (char**)0
  whatis (void*)0
  whatis 0xffffffff
  whatis 2147483648
  whatis 2147483648u
  whatis 9223372036854775808
  whatis 1ul
  whatis 1l
  whatis (char)1+(char)1
  whatis (char)1<<20
  whatis 1l+1u
  whatis !1
  whatis 1==1
  whatis 1?1l:2
  whatis $rip
  whatis $rsp
  whatis $eax
  whatis $ah
  whatis $cs
  whatis _start
  whatis &_start
  whatis *(int*)&ar@2
  whatis "abc"
  whatis (int*)8+1
  whatis *$rip
  whatis &*(int*)0
  whatis $nosuch
`);

const MEMORY = lines(`
  p _start
  p &_start
  p *_start
  p **_start
  p *&_start
  p &*_start
  p _start+4
  p &_start+4
  p _start - 1
  p loop - _start
  p &loop - &_start
  p func
  p func+1
  p func+4
  p $rip+4
  p $rip+5
  p $rip - 4
  p *$rip
  p *$rip@2
  p &*$pc
  p &5
  p &$rax
  p &$foo
  p *0
  p *(int*)0
  p *(char*)0
  p {int}0
  p {void}&q
  p *5
  p *$rdx
  p *$sp
  p {int}&q
  p {int}&q@2
  p {char}&msg
  p {short}&q
  p {long}&q
  p {unsigned char}&q
  p {int*}&ptrs
  p {char*}&ptrs
  p *(char**)&ptrs
  p **(char**)&ptrs
  p *(int**)&ptrs
  p &*(int*)0
  p &{int}$rsp
  p &*(int*)$rsp
  p *&*&*(int*)&q
  p ((char*)&msg)[1]
  p ((int*)&q)[0]
  p ((int*)&q)[1]@1
  p &((int*)&q)[1]
  p 1[1]
  p $rax[1]
  p $nosuch[0]
  p *$nosuch
  p $nosuch@2
  p $sp@2
  p 1@2
  p *(int*)&q@0
  p *(int*)&q@-1
  p *(int*)&q@100000
  p *(int*)&q@2+1
  p *(long*)$sp@6
  p/x *(long*)$sp@6
  p *(char*)&last@16
  p *(char*)&last@17
  p (char*)&last
  p *(long*)0x402ffc
  p *(long*)0x402ffc@1
  p *(int*)&ar@22
  p *(int*)&lst@260
  p *(int*)&lst@200
  p *(int*)&lst@201
  p *(char*)&s@300
  p *(char*)&s@200
  p *(char*)&s@201
  p (char*)&s
  p (char*)&s3
  p *(char*)&s3@40
  p *(char*)&s3@49
  p *(char*)&s3@60
  p/x *(char*)&s3@60
  p *(unsigned char*)&s3@4
  p/s *(short*)&s3@4
  p *(char**)&ptrs@4
  p/a *(long*)&ptrs@4
  p/s *(char**)&ptrs
  p $_
  p $__
  p $rax.x
  p $nosuch.x
  p $rip == 0x401000
  p $rip == _start
  p _start == 0
  p $sp == 5
  p $sp && 1
  p $sp ? 1 : 2
  p !$sp
  p (int*)5 ? 1 : 2
  p $nosuch ? 1 : 2
  p !$nosuch
  p nosuch
  p 0 && nosuch
`);

const ASSIGNMENT = lines(`
  p $foo=5
  p $foo
  p $foo+=3
  p $foo++
  p ++$foo
  p $foo--
  p --$foo
  p $foo
  p $x=(char)5
  p $x++
  p ++$x
  p $x*=1000
  p $x=300000000000
  p $x>>=2
  p $x<<=70
  p $a = $b = 5
  p $a += $b *= 2
  p 5 ? $a = 1 : 2
  p $b=$nosuch
  p $nosuch += 1
  p $foo = _start
  p $foo
  p $foo=(int*)&ar
  p $foo+=1
  p $foo++
  p $foo
  p *$foo
  p $foo[10]
  p $foo-=2
  p $foo*=2
  p $foo=*(int*)&ar@2
  p $foo[1]
  p 5=6
  p _start = 5
  p *(int*)&q = 7
  p *(long*)&q
  p *(char*)&q = 300
  p {char}&q
  p {short}&q = -1
  p {long}&q
  p *(int*)0 = 5
  p *(int*)&ar += 10
  p (*(int*)&ar)++
  p *(int*)&ar
  p ((int*)&ar)[2] = 77
  p *(int*)&ar@3
  p $rax=-1
  p $rax
  p $eax
  p $ax
  p $al
  p $ah
  p $eax=5
  p/x $rax
  p $al=0x80
  p/x $rax
  p $ah=0x81
  p/x $rax
  p $ax=0x1234
  p/x $rax
  p $rip=0x401006
  p $rip=_start
  p $rip
  p $pc=&loop
  p $sp=$sp-8
  p $sp-=8
  p $rip+=1
  p $r8d = 1
  p/x $r8
  p $eflags & 1
  p $eflags + 1
  p !$eflags
  p/x $eflags
  p/t $eflags
  p/d $eflags
  p/c $eflags
  p/a $eflags
  p/z $eflags
  p/x $eflags = 0x202
  p/x $eflags |= 1
`);

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

const EXAMINE = lines(`
  x &q
  x
  x
  x/2i $pc
  x
  x/2i
  x/12i _start
  x/6i 0x401100
  x/3i 0
  x/2i func+1
  x/i
  x/x
  x/2
  x/3xb &q
  x/-3xb &neg
  x
  x/-2
  x/s &msg
  x
  x/2s &msg
  x
  x/2dw &neg
  x/2uh
  x/2c &msg
  x/10c &msg
  x/10cw &msg
  x/2a $sp
  x/t &q
  x/2ob &q
  x/zb &q
  x/zw &q
  x/f &q
  x/2f &neg
  x/fw &q
  x/5xg 0
  x
  x/3xg &ar
  x
  x/5xg 0
  x
  x/-3xg &ar
  x
  x/2xg 0x402ff8
  x
  x/8xb 0x402ffc
  x
  x/10xh 0x402ff8
  x/s 0
  x
  x/s &last
  x
  x/i 0
  x/3s 0x402ff8
  x/-2s &msg
  p $_
  p $__
  whatis $_
  x/2xw &q
  p $_
  p/x $__
  whatis $_
  whatis $__
  x/i $pc
  whatis $_
  x/0x &q
  x/3
  x/q
  x/xq &q
  x
  x/ &q
  x/3x5 &q
  x $nosuch
  x (char)3
  x/x $sp
  x/xw 5+
  x/xg _start
  x/xg &_start
  x/i _start+5
  x/16xb &ar
  x/2wx &q
  p/d 5
  x &q
  p/c 65
  x &q
  x/f
  x/d &fl
  x/3f &fl
  x/a &ptrs
  x/3a
  x/c
  x/2x
  x/4s &s
  x/2s &s3
  x/w &neg
  x/i $pc
  x/w &q
  x/g
  x/h *(int*)&ar@2
  x "abc"
  x/2xg *(char**)&ptrs
`);

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

/** By name. Answers are compared with their history numbers in `history` alone: elsewhere some differ by intention. */
export const SESSIONS: Readonly<Record<string, readonly string[]>> = {
  'first count': ['x/2 &q', 'x', 'p / 5', 'x/2'],
  'first size': ['x/g &q', 'x/b', 'x'],
  'first continuation': ['x', 'x/i'],
  'first print': ['p / 5', 'p', 'p/2 5', 'p/1 5', 'p/c 65', 'p / 66', 'x &q', 'x'],
  formats: cross(FORMATS, VALUES),
  history: HISTORY,
  syntax: SYNTAX,
  types: TYPES,
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
  memory: MEMORY,
  assignment: ASSIGNMENT,
  'examine by format': EXAMINED,
  examine: EXAMINE,
};
