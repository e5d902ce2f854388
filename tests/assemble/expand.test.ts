/** Macro expansion against GNU as: our expansion, assembled by `as`, makes the object that the source itself makes. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { expandText } from './expansion.ts';
import { gas } from './gas.ts';

const test = suite('expand');

/** Both assemble, without complaint, to the same sections, relocations and symbols. */
function check(source: string): void {
  const original = gas(source);
  assert.ok(original.dump, `as refuses the source: ${original.messages.join('\n')}`);
  const { text, messages } = expandText(source);
  assert.equal(messages, []);
  assert.ok(!/\.(macro|rept|irpc?|if)/.test(text), text);
  assert.fixture(gas(text).dump ?? 'no object', original.dump);
}

/** The expansion shows its arguments as strings, one of each kind of call. */
const SHOW = `
.macro rest a:vararg
.ascii "[\\a]\\n"
.endm
.macro five a b c d e
.ascii "[\\a|\\b|\\c|\\d|\\e]\\n"
.endm
`;

test('white space among operands follows the scrubber', () => {
  const gaps = ['+', '-', '*', '%', '!', '~', '/', ':', ',', '@', '<', '&', '?', '^', '|', '$', '(', '{', '[', ')'];
  const calls = gaps.flatMap((c) => [`rest a ${c} b`, `rest a ${c}b`, `rest a${c} b`, `rest (a) ${c}b`]);
  check(`${SHOW}${calls.join('\n')}\nrest a\t+\tb   \nrest %a % b\nrest ) b\nrest x y ; nop\n`);
});

test('comments and character constants', () => {
  check(`${SHOW}rest a /* c */ b\nrest a/* c */b # d\nrest 'a' b\nrest a 'b' c\nrest '\\n' '\\\\ x
/ a line
 / another
nop ; / a third
foo: / a fourth
five a /* over
two lines */ nop
five "# no /* comment */" b
five it's c\n`);
});

test('positional, keyword, blank-separated, quoted and empty arguments', () => {
  const calls = [
    'a, b c (d e) f(g h)',
    '8(%rax,%rbx) x',
    'a=1, b = 2, c=(3 + 4) d=5',
    'a b, c=d',
    'a,,b',
    ', , x',
    '(1 + 2)*3 4',
    '1 +2',
    '-1 -2',
    '[a b] c',
    'a=b=c',
    'a == b',
    'a(b c)d',
    'a,b,',
    'a= b=2',
    '1 (2)',
    '"x;y" z; five "a,b" ; nop',
    '"a b" "c d" e',
    '%rax , %rbx',
    'e="last one" a=first',
  ];
  check(SHOW + calls.map((call) => `five ${call}\n`).join(''));
});

test('defaults, required and variable parameters', () => {
  check(`.macro k a=1 b:req c=(2 + 3)
.ascii "\\a \\b \\c \\()x \\a\\()b \\(x\\a)\\n"
.endm
k b=3
k ,4
.macro v a b:vararg
.ascii "\\a+\\b\\n"
.endm
v 1, 2, 3
v 1 2 3
v 1
.macro comma, a, b
.ascii "\\a\\b"
.endm
Comma 1 2\n`);
});

test('names: case, purging, definitions inside definitions, names that are mnemonics', () => {
  check(`.macro UP A
.ascii "\\A"
.endm
up 1
Up 2
.macro outer
.macro inner a
.ascii "inner\\a"
.endm
.endm
outer
inner 5
.macro nop
.byte 1
.endm
nop
.purgem nop
nop
.MACRO one a; .byte \\a; .ENDM; one 9
label: one 8; one 7\n`);
});

test('\\@ counts macro calls, at the level of the body that holds it', () => {
  check(`.macro i
.ascii "i\\@ "
.endm
.macro o
.ascii "o\\@ "
i
.rept 2
.ascii "rept\\@ "
i
.endr
i
.Lend_\\@: jmp .Lend_\\@
.endm
o
o
.irp x,1,2
.ascii "irp\\x-\\@ "
.irp y,a,b
.ascii "n\\x\\y"
.endr
.endr\n`);
});

test('repetitions', () => {
  check(`n=0
.rept 3
n=n+1
.byte n
.endr
.irpc x,ab c
.ascii "\\x"
.endr
.irpc x,"a b"
.ascii "\\x"
.endr
.irp x
.ascii "empty\\x"
.endr
.irp reg rax "rbx" r15
push %\\reg
.endr
.rept 0
.err
.endr
.rept 2; .byte 4; .endr
.rept n-1
.rept 2
.byte 5
.endr
.endr\n`);
});

test('conditionals', () => {
  check(`n=2
.if n == 1
.ascii "one"
.elseif n == 2
.ascii "two"
.else
.ascii "more"
.endif
.if 0
.if )(
.else
.err
.endif
.macro never
.elseif 1
.ascii "elseif"
.endif
.IF %rsp == %rsp
.ascii "rsp"
.ENDIF
.if %rsp == %rbp
.err
.endif
.if %rsp == 1
.err
.endif
.ifdef n
.ascii "n"
.endif
.ifndef zork
.ascii "no zork"
.endif
.ifc "a b" , "a b"
.ascii "ifc"
.endif
.ifnc a b,a  b
.err
.endif
.ifc a,A
.err
.endif
.ifeqs "a" , "a"
.ascii "ifeqs"
.endif
.ifb
.ascii "ifb"
.endif
.ifb ""
.err
.endif
.ifgt n-1
.ascii "gt"
.endif
.iflt n-1
.err
.endif
.ifeq n-2
.ascii "eq"
.endif\n`);
});

test('.exitm leaves the innermost expansion and its conditionals', () => {
  check(`.macro e
.rept 2
.ascii "e1"
.exitm
.err
.endr
.ascii "e2"
.endm
e
.macro d n
.if \\n
.ascii "d\\n"
.exitm
.else
.ascii "else"
.endif
.ascii "after"
.endm
d 1
d 0\n`);
});

test('recursion, and macro calls inside quoted arguments', () => {
  check(`.macro sum from=0, to=5
 .long \\from
 .if \\to-\\from
 sum "(\\from+1)",\\to
 .endif
.endm
sum 0, 5
.macro SET_BIT reg:req
 bts $63, \\reg
.endm
.macro ALT old, new, ftr
140: \\old
141: .pushsection .alt,"a"
 .long 140b - ., \\ftr
 .popsection
 .pushsection .repl,"ax"
143: \\new
144: .popsection
 .byte 144b-143b
.endm
.macro FLUSH scratch:req other:req
 ALT "", "SET_BIT \\scratch", (3*32+10)
 ALT "jmp .Lend_\\@", "", 7
 mov \\other, \\scratch; nop
.Lend_\\@:
.endm
FLUSH scratch=%rax other=%rcx
FLUSH %rdx, %rbx
ALT "nop; nop", "mov $1, %eax; .byte 1,2", 3\n`);
});

test('line markers of a preprocessed file', () => {
  const { lines } = expandText(
    'nop\n# 77 "foo.S" 1\nbar\n#comment\n # 5 "x"\nbaz\n# 3 "m.s" 2\n.macro m\nzork\n.endm\nm\n',
  );
  assert.equal(
    lines.map(({ text, place }) => [text, place.span.file, place.span.line, place.chain.map(({ at }) => at.line)]),
    [
      ['nop', 'm.s', 1, []],
      ['bar', 'foo.S', 77, []],
      ['baz', 'foo.S', 80, []],
      ['zork', 'm.s', 4, [6]],
    ],
  );
});

test('.include reads through the port and keeps places', () => {
  const files = { read: (path: string) => (path === 'inc/a.inc' ? new TextEncoder().encode('foo: nop\n') : undefined) };
  const { lines, messages } = expandText('.include "a.inc"\n.include "b.inc"\n', { files, includeDirs: ['inc'] });
  assert.equal(
    lines.map(({ text, place }) => `${place.span.file}:${place.span.line}: ${text}`),
    ['inc/a.inc:1: foo:nop'],
  );
  assert.equal(messages, ["m.s:2: Error: can't open b.inc for reading: No such file or directory"]);
});

test('a file that includes itself ends in an error', () => {
  const files = { read: () => new TextEncoder().encode('.include "a.inc"\n') };
  const { messages } = expandText('.include "a.inc"\n', { files });
  assert.equal(messages.length, 1);
  assert.match(messages[0]!, /files nested too deeply: a.inc/);
  const twice = {
    read: () => new TextEncoder().encode('.if n<150\nn=n+1\n.include "a.inc"\n.include "a.inc"\nn=n-1\n.endif\n'),
  };
  assert.match(expandText('n=0\n.include "a.inc"\n', { files: twice }).messages[0]!, /more than \d+ \w+ of expansion/);
});

test.run();
