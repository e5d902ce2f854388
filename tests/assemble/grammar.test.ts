/** One statement at a time: text in, a compact rendering of the statements out. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseString } from '../../src/assemble/literals.ts';
import { parseStatements } from '../../src/assemble/parse.ts';
import type { DirectiveArg, Expr, Operand, Statement } from '../../src/assemble/statement.ts';
import { place } from '../../src/base/diagnostics.ts';
import { gas } from './gas.ts';
import { snippet } from './snippet.ts';

const test = suite('grammar');

function showExpr(expr: Expr): string {
  switch (expr.kind) {
    case 'int':
      return String(expr.value);
    case 'symbol':
      return expr.modifier === undefined ? `<${expr.name}>` : `<${expr.name}@${expr.modifier}>`;
    case 'local':
      return `${expr.number}${expr.direction}`;
    case 'here':
      return '.';
    case 'register':
      return `%${expr.name}`;
    case 'unary':
      return `${expr.op}${showExpr(expr.arg)}`;
    case 'binary':
      return `(${showExpr(expr.left)}${expr.op}${showExpr(expr.right)})`;
    default:
      return expr satisfies never;
  }
}

function showOperand(operand: Operand): string {
  switch (operand.kind) {
    case 'register':
      return `${operand.indirect ? '*' : ''}%${operand.name}`;
    case 'immediate':
      return `$${showExpr(operand.value)}`;
    case 'memory': {
      const { segment, disp, base, index, scale, indirect } = operand;
      const parts = [
        `seg=${segment}`,
        `disp=${disp && showExpr(disp)}`,
        `base=${base}`,
        `index=${index}`,
        `scale=${scale}`,
      ];
      return `${indirect ? '*' : ''}[${parts.filter((part) => !/undefined|scale=1/.test(part)).join(' ')}]`;
    }
    case 'rounding':
      return operand.text;
    default:
      return operand satisfies never;
  }
}

function showArg(arg: DirectiveArg): string {
  switch (arg.kind) {
    case 'expr':
      return showExpr(arg.value);
    case 'string':
      return JSON.stringify(arg.text);
    case 'word':
      return `'${arg.text}'`;
    case 'empty':
      return '-';
    default:
      return arg satisfies never;
  }
}

function show(statement: Statement): string {
  switch (statement.kind) {
    case 'label':
      return `${statement.name}:`;
    case 'localLabel':
      return `${statement.number}:`;
    case 'assign':
      return `${statement.name} ${statement.once ? '==' : '='} ${showExpr(statement.value)}`;
    case 'textDirective':
      return `${statement.name} ${statement.text}`;
    case 'directive':
      return [statement.name, ...statement.args.map(showArg)].join(' ');
    case 'instruction':
      return [...statement.prefixes, statement.mnemonic, ...statement.operands.map(showOperand)].join(' ').trimEnd();
    default:
      return statement satisfies never;
  }
}

const parse = (text: string) => parseStatements(text, place('m.s', 1));

function check(text: string, ...expected: string[]): void {
  const { value, diagnostics } = parse(text);
  assert.equal(diagnostics, [], text);
  assert.equal(value.map(show), expected, text);
}

test('labels', () => {
  check('foo: 1: .Lx$1: nop', 'foo:', '1:', '.Lx$1:', 'nop');
  check('"a b": nop; bar:', 'a b:', 'nop', 'bar:');
});

test('memory operands', () => {
  check('mov %gs:(sym + off)(%rip), %rax', 'mov [seg=gs disp=(<sym>+<off>) base=rip] %rax');
  check('mov symbol(,%rax,8), %cr3', 'mov [disp=<symbol> index=rax scale=8] %cr3');
  check('mov (%rax), %ebx', 'mov [base=rax] %ebx');
  check('mov -8(%rbp,%rcx), %al', 'mov [disp=-8 base=rbp index=rcx] %al');
  check('mov %fs:0, %rax', 'mov [seg=fs disp=0] %rax');
  check('mov 4+(2*8)(%rsp), %rax', 'mov [disp=(4+(2*8)) base=rsp] %rax');
  check('lea 1b-2f(%rip), %rdi', 'lea [disp=(1b-2f) base=rip] %rdi');
  check('mov "a b"(%rip), %eax', 'mov [disp=<a b> base=rip] %eax');
  check('mov %es:(%rdi,%rsi,2*2), %eax', 'mov [seg=es base=rdi index=rsi scale=4] %eax');
});

test('registers, immediates, branches', () => {
  check('mov $((1<<3)|4)+2*3, %db7', 'mov $(((1<<3)|4)+(2*3)) %dr7');
  check('fld %st(1)', 'fld %st(1)');
  check('MOVQ %RAX, %R15', 'movq %rax %r15');
  check('jmp *%rax', 'jmp *%rax');
  check('call *8(%rax,%rbx,4)', 'call *[disp=8 base=rax index=rbx scale=4]');
  check('jmp *%gs:foo', 'jmp *[seg=gs disp=<foo>]');
  check('call foo@PLT', 'call [disp=<foo@PLT>]');
  check('jmp 1f', 'jmp [disp=1f]');
  check('mov $.-foo, %eax', 'mov $(.-<foo>) %eax');
  check('add $-1, %eax', 'add $-1 %eax');
});

test('prefixes', () => {
  check('lock cmpxchg %rax, (%rdi)', 'lock cmpxchg %rax [base=rdi]');
  check('{disp32} rex.w nop', '{disp32} rex.w nop');
  check('rep; movsb', 'rep', 'movsb');
  check('data16 addr32 cs nop', 'data16 addr32 cs nop');
  const lone = parse('rep').value[0]!;
  assert.ok(lone.kind === 'instruction' && lone.mnemonic === '' && lone.prefixes[0] === 'rep');
});

test('assignments', () => {
  check('a = b + 1', 'a = (<b>+1)');
  check('a == 3', 'a == 3');
  check('.set a, %rax', 'a = %rax');
  check('.equ a, 3; .equiv b, 4', 'a = 3', 'b == 4');
  check('. = . + 4', '.org (.+4)');
});

test('directives', () => {
  // Most directives read their own text (directive-text.ts).
  check('x: .section .altinstructions,"a",@progbits', 'x:', '.section .altinstructions,"a",@progbits');
  check('.file 1 "foo.c"', '.file 1 "foo.c"');
  check('.loc 1 2 3 is_stmt 0', '.loc 1 2 3 is_stmt 0');
});

test('strings have gas’s escapes, byte for byte', () => {
  const strings = ['a\\n\\t\\b\\f\\r\\\\\\"', '\\101\\7\\0018', '\\x41\\x123', 'é\\377', 'a;b,c#d'];
  const { text } = gas(strings.map((s) => `.ascii "${s}"\n`).join(''));
  const ours = strings.flatMap((s) => [...parseString(`"${s}"`).bytes]);
  assert.equal(ours, [...text!]);
});

test('bad statements, in gas’s words', () => {
  const bad = [
    'movl %eax, (',
    'movl $(1, %eax',
    'mov )',
    'mov %rax,',
    'mov , %rax',
    'mov %rax %rbx',
    'mov 4 5, %ecx',
    'mov $4 5, %ecx',
    'mov (%rax,%rbx,3), %ecx',
    'mov {foo}, %ecx',
    'mov $, %eax',
    'mov \\, %eax',
    'mov 8(\\), %eax',
    'jmp * *foo',
    '.byte 1 2',
    '.quad )',
    '.byte 08',
    '! nop',
    '= 3',
    '%rax = 3',
    'a =',
    '.set 1,2',
    '.set a',
    '.globl foo bar',
    'a = 1 2',
  ];
  for (const text of bad) {
    const ours = snippet(text).messages.map((message) => message.replace('t.s:', 'm.s:'));
    assert.is(ours.length, 1, text);
    assert.is(
      ours[0],
      gas(`${text}\n`).messages.find((line) => line.includes('Error')),
      text,
    );
  }
});

test('a bad line hides no other', () => {
  const { value, diagnostics } = parse('nop; mov %rax %rbx; hlt; mov )');
  assert.equal(value.map(show), ['nop', 'hlt']);
  assert.is(diagnostics.length, 2);
  assert.equal(parse('foo: 1: mov %rax %rbx').value.map(show), ['foo:', '1:']);
});

test.run();
