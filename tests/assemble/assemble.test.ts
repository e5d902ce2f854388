/** The assembler as a whole: sections, symbols, relocations, line records, and errors in gas's words, all in one go. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SHF, SHT } from '../../src/object/object-file.ts';
import { hexOf, relocationsOf, sectionOf, snippet } from './snippet.ts';

const test = suite('assemble/assemble');

const bytes = (text: string, section = '.text'): string => {
  const { object, messages } = snippet(text);
  assert.equal(messages, []);
  return hexOf(object, section);
};
const errors = (text: string): string[] => snippet(text).messages;

test('a whole function', () => {
  const { object, messages } = snippet(`
    .globl f
    .type f, @function
f:  mov %cr3, %rax
    bts $63, %rax
    mov %rax, %cr3
    ret
    .size f, .-f`);
  assert.equal(messages, []);
  assert.is(hexOf(object), '0f20d8480fbae83f0f22d8c3');
  assert.equal(object.symbols, [
    {
      name: 'f',
      home: { kind: 'section', index: 0 },
      value: 0n,
      size: 12n,
      binding: 'global',
      type: 'func',
      visibility: 'default',
    },
  ]);
});

test('sections take flags and type from their first mention, names bring their own', () => {
  const { object } = snippet(`
    .section .altinstructions,"a"
    .section .discard.x
    .section .text.hot
    .section .bss..page_aligned,"aw",@nobits
    .section .str,"aMS",@progbits,1`);
  const seen = object.sections.map(({ name, type, flags, entsize }) => [name, type, flags, entsize]);
  assert.equal(seen, [
    ['.text', SHT.PROGBITS, SHF.ALLOC | SHF.EXECINSTR, 0],
    ['.data', SHT.PROGBITS, SHF.ALLOC | SHF.WRITE, 0],
    ['.bss', SHT.NOBITS, SHF.ALLOC | SHF.WRITE, 0],
    ['.altinstructions', SHT.PROGBITS, SHF.ALLOC, 0],
    ['.discard.x', SHT.PROGBITS, 0, 0],
    ['.text.hot', SHT.PROGBITS, SHF.ALLOC | SHF.EXECINSTR, 0],
    ['.bss..page_aligned', SHT.NOBITS, SHF.ALLOC | SHF.WRITE, 0],
    ['.str', SHT.PROGBITS, SHF.ALLOC | SHF.MERGE | SHF.STRINGS, 1],
  ]);
});

test('.pushsection, .popsection and .previous come back', () => {
  const text =
    '.byte 1\n.pushsection .data\n.byte 2\n.pushsection .x,"a"\n.byte 3\n.popsection\n.byte 4\n.popsection\n.byte 5';
  const { object } = snippet(text);
  assert.equal(
    ['.text', '.data', '.x'].map((name) => hexOf(object, name)),
    ['0105', '0204', '03'],
  );
  const back = snippet('.byte 1\n.data\n.byte 2\n.previous\n.byte 3\n.previous\n.byte 4').object;
  assert.equal([hexOf(back), hexOf(back, '.data')], ['0103', '0204']);
});

test('data directives', () => {
  assert.is(bytes('.byte 1,-1,0xff\n.word 0x1234\n.long 0x12345678\n.quad -2'), '01ffff341278563412feffffffffffffff');
  assert.is(bytes('.octa 0x0123456789abcdef0011223344556677'), '7766554433221100efcdab8967452301');
  assert.is(bytes('.ascii "a\\n"\n.asciz "b"\n.string "c","d"'), '610a6200' + '63006400');
  assert.is(bytes('.asciz "a" "b","c"'), '61620063' + '00');
  assert.is(bytes('.fill 2,3,0x11223344\n.zero 2\n.skip 1,0x55'), '443322443322000055');
  assert.is(bytes('.byte 1\n.org 4\n.byte 2'), '0100000002');
  assert.is(bytes('.uleb128 300,0\n.sleb128 -129,63,64'), 'ac0200ff7e3fc000');
  assert.is(hexOf(snippet('.incbin "data.bin",1,2', { 'data.bin': 'abcd' }).object), '6263');
});

test('symbols get new values mid-file, and each use keeps its own', () => {
  assert.is(bytes('v=0x20\npush $v\nv=v+1\npush $v\n.set v,v*2\n.byte v'), '6a206a2142');
});

test('local labels and the location counter', () => {
  assert.is(bytes('1: jmp 1f\n1: jmp 1b\njmp .'), 'eb00ebfeebfe');
  assert.is(bytes('.long .-4+4-., .'.replace(', .', '')), '00000000');
});

test('relocations name sections for locals and symbols for globals', () => {
  const { object } = snippet(
    `
    .globl g
g:  nop
l:  lea g(%rip), %rax
    mov l, %eax
    movl $l, 4(%rip)
    call u@PLT
    mov u@GOTPCREL(%rip), %rax
    .quad l, g, u-.
    .data
d:  .long l-., d-l2
    .text
l2:`.replace(', d-l2', ''),
  );
  assert.equal(relocationsOf(object), [
    '4 2 g+-4',
    '11 11 .text+1',
    '21 10 .text+1',
    '26 4 u+-4',
    '33 42 u+-4',
    '37 1 .text+1',
    '45 1 g+0',
    '53 24 u+0',
  ]);
  assert.equal(relocationsOf(object, '.data'), ['0 2 .text+1']);
});

test('references into mergeable sections keep their symbol', () => {
  const { object } = snippet(
    '.section .s,"aMS",@progbits,1\n.asciz "x"\na: .asciz "y"\n.text\nlea a(%rip),%rax\n.quad a, a+1',
  );
  assert.equal(relocationsOf(object), ['3 2 a+-4', '7 1 .s+2', '15 1 a+1']);
});

test('symbols: binding, visibility, common storage, aliases', () => {
  const { object } = snippet(`
    .weak w
    .hidden h
    .globl h
h:  nop
    .comm c, 24, 8
    .lcomm lc, 3
    .type f, @function
f:  ret
    .size f, 1
    .globl alias
    .set alias, f
    k = 0x1000
    .weak unused`);
  const seen = object.symbols.map(
    (s) => `${s.name} ${s.home.kind} ${s.value} ${s.size} ${s.binding} ${s.type} ${s.visibility}`,
  );
  assert.equal(seen, [
    'lc section 0 3 local object default',
    'f section 1 1 local func default',
    'k absolute 4096 0 local notype default',
    'h section 0 0 global notype hidden',
    'c common 0 24 global object default',
    'alias section 1 1 global func default',
  ]);
});

test('every statement that left bytes has a line record', () => {
  const { object } = snippet('.macro two\n nop\n nop\n.endm\n ret\n two\n.data\n .byte 1');
  assert.equal(
    object.lines.map(({ section, offset, place }) => [
      section,
      offset,
      place.span.line,
      place.chain.map((c) => c.at.line),
    ]),
    [
      [0, 0, 5, []],
      [0, 1, 2, [6]],
      [0, 2, 3, [6]],
      [1, 0, 8, []],
    ],
  );
});

test('all bad lines are reported, in order, and nothing is made', () => {
  const { object, messages } = snippet(`foo 3
mov %eax,%rbx
addq %eax,(%rax)
movb %eax,%ebx
addl $1
pushl %eax
mov %ah,%sil
lock mov %eax,(%rax)
mov %nope,%eax
.frobnicate 1
a: nop
a: nop
.balign 3
mov $1,(%rax)
mov (%ax),%eax`);
  assert.equal(object.sections, []);
  assert.equal(messages, [
    "t.s:1: Error: no such instruction: `foo 3'",
    "t.s:2: Error: operand type mismatch for `mov'",
    "t.s:3: Error: incorrect register `%eax' used with `q' suffix",
    "t.s:4: Error: `%ebx' not allowed with `movb'",
    "t.s:5: Error: number of operands mismatch for `add'",
    "t.s:6: Error: invalid instruction suffix for `push'",
    "t.s:7: Error: can't encode register '%ah' in an instruction requiring REX prefix.",
    "t.s:8: Error: expecting lockable instruction after `lock'",
    "t.s:9: Error: bad register name `%nope'",
    "t.s:10: Error: unknown pseudo-op: `.frobnicate'",
    "t.s:12: Error: symbol `a' is already defined",
    't.s:13: Error: alignment not a power of 2',
    "t.s:14: Warning: no instruction mnemonic suffix given and no register operands; using default for `mov'",
    "t.s:15: Error: `(%ax)' is not a valid base/index expression",
  ]);
});

test('what only the end of the file can tell', () => {
  assert.equal(errors('jmp 1f'), ['t.s: Error: local label `"1" (instance number 1 of a fb label)\' is not defined']);
  assert.equal(errors('.quad a-b'), ["t.s:1: Error: can't resolve a - b"]);
  assert.equal(errors('x: .size x, y'), ['t.s: Error: .size expression for x does not evaluate to a constant']);
  assert.equal(errors('.skip y'), ['t.s:1: Error: .space, .nops or .fill specifies non-absolute value']);
  assert.equal(errors('nop\n.org 0'), ['t.s:2: Error: attempt to move .org backwards']);
  assert.equal(errors('.bss\n.byte 1'), ["t.s:2: Error: attempt to store non-zero value in section `.bss'"]);
  assert.equal(errors('1: .skip 200\nloop 1b').length, 1);
});

test('sizes are bounded', () => {
  assert.match(errors('.skip 1<<40')[0]!, /no section may exceed/);
  assert.match(errors('.rept 3\n.skip 1<<27\n.endr')[0]!, /section \.text exceeds/);
  assert.match(errors('.fill 1<<60,8,1')[0]!, /no section may exceed/);
  assert.equal(errors('.bss\n.skip 1<<40'), []);
});

test('.skip that depends on itself is an error', () => {
  assert.match(errors('a: .skip b-a+1\nb:')[0]!, /Infinite loop|exceeds/);
});

test('a missing file', () => {
  assert.match(errors('.incbin "none"')[0]!, /file not found: none/);
});

test('.altinstructions is a section like any other', () => {
  const { object } = snippet(`
140: jmp 1f
141: .skip -(((144f-143f)-(141b-140b)) > 0) * ((144f-143f)-(141b-140b)),0x90
142:
.pushsection .altinstructions,"a"
 .long 140b - .
 .long 143f - .
 .word 7*32+11
 .byte 142b-140b
 .byte 144f-143f
.popsection
.pushsection .altinstr_replacement,"ax"
143: .fill 5,1,0x90
144:
.popsection
1:`);
  assert.is(hexOf(object), 'eb03909090');
  assert.is(hexOf(object, '.altinstructions'), '0000000000000000eb000505');
  assert.equal(relocationsOf(object, '.altinstructions'), ['0 2 .text+0', '4 2 .altinstr_replacement+0']);
});

test('sections exist from the start', () => {
  assert.equal(
    snippet('').object.sections.map((s) => s.name),
    ['.text', '.data', '.bss'],
  );
  assert.is(sectionOf(snippet('').object).size, 0);
});

test('a symbol may stand for a register, in an operand and in an address', () => {
  const written = snippet(
    'count = %rcx\n.set ptr, %rsi\nmov 8(ptr, count, 4), %eax\nmov (ptr), count\njmp *count\nmov (foo), %eax',
  );
  const meant = snippet('mov 8(%rsi, %rcx, 4), %eax\nmov (%rsi), %rcx\njmp *%rcx\nmov foo, %eax');
  assert.equal(written.messages, []);
  assert.is(hexOf(written.object), hexOf(meant.object));
  assert.equal(
    written.object.symbols.map(({ name }) => name),
    meant.object.symbols.map(({ name }) => name),
  );
});

test.run();
