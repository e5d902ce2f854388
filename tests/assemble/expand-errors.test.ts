/** What expansion reports, line for line as GNU as reports it. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MAX_EXPANDED_LINES } from '../../src/assemble/frames.ts';
import { expandText } from './expansion.ts';
import { gas } from './gas.ts';

const test = suite('expand errors');

/** gas indents the calls by the depth of its input stack, repetitions counted; here by the depth of calls. */
const flush = (messages: readonly string[]): string[] => messages.map((line) => line.replace(/ +Info/, ' Info'));

/** The same messages at the same places, macro calls included. */
const check = (source: string): void => assert.equal(flush(expandText(source).messages), flush(gas(source).messages));

test('the place is the line in the definition, then the calls outwards', () => {
  check('.macro inner\n.error "x"\n.endm\nnop\n.macro outer\ninner\n.endm\nouter\n.rept 2\nouter\n.endr\n');
  check('.irp x,1,2\n.warning "\\x"\n.endr\n.macro m\n.rept 2\n.error "in"\n.endr\n.endm\nm\n');
});

test('bad calls', () => {
  const macro = '.macro m a:req b=2\nnop\n.endm\n.macro p a\n.endm\n';
  for (const call of ['m', 'm 1,2,3', 'm c=3', 'm a=1 2', 'm %a=2', 'm 1 a=2', 'p ) (', 'p "x"y z'])
    check(`${macro}${call}\n`);
});

test('bad definitions', () => {
  const headers = ['', '1', 'q x x', 'z a:foo', 'v a:vararg b', 'k a=x, b=y,', 'k(a, b)', 'w a:req=3', 'w a:'];
  for (const header of headers) check(`.macro ${header}\n.endm\n`);
  check('.macro a\n.endm\n.macro A\n.endm\n.purgem zork\n');
});

test('what is not closed, and what was never opened', () => {
  check('nop\n.macro r\nnop\n');
  check('nop\n.irp x,1\nnop\n');
  check('.endm\n.endr\n.endif\n.else\n.elseif 1\n.exitm\n');
  check('.if 1\n.else\n.else\n.elseif 1\n.endif\n');
  check('nop\n.rept 3\nnop\n');
  check('.if 1\nnop\n');
  check('.if 1\n.if 0\n.else\nnop\n');
  assert.equal(expandText('.macro c\n.if 1\n.endm\nc\n').messages, [
    'm.s:2: Error: end of macro inside conditional',
    'm.s:4:  Info: macro invoked from here',
    'm.s:2: Error: here is the start of the unterminated conditional',
    'm.s:4:  Info: macro invoked from here',
  ]);
});

test('directives', () => {
  const lines = [
    '.error "hello"',
    '.error',
    '.error foo',
    '.error "a" b',
    '.warning "w"',
    '.warning',
    '.err',
    '.if foo\n.endif',
    '.if\n.endif',
    '.if 1 x\n.endif y',
    '.if )\n.endif',
    '.ifc a\n.endif',
    '.if 0\n.elseif foo\n.endif',
    '.ifdef foo bar\n.endif',
    '.else x',
    '.irp\n.endr',
    '.irp 1\n.endr',
    '.rept foo\n.endr',
    '.rept -1\n.endr',
    '.include "nofile"',
    '.include nofile',
  ];
  for (const line of lines) check(`${line}\n`);
});

test('an undefined parameter is named', () => {
  assert.equal(expandText('.macro m\nmov \\foo, %eax\n\\bar\n.endm\nm\n').messages, [
    "m.s:2: Error: invalid character '\\' before operand 1 (no macro parameter is named `foo')",
    'm.s:5:  Info: macro invoked from here',
    "m.s:3: Error: junk at end of line, first unrecognized character is `\\' (no macro parameter is named `bar')",
    'm.s:5:  Info: macro invoked from here',
  ]);
});

test('expansion is bounded', () => {
  const began = performance.now();
  const limit = `more than ${MAX_EXPANDED_LINES} lines of expansion`;
  assert.equal(expandText('.rept 1000000000\nnop\n.endr\nnop\n').messages, [`m.s:1: Error: ${limit}`]);
  const deep = expandText('.macro r\nr\n.endm\nr\n').messages;
  assert.is(deep[0], 'm.s:2: Fatal error: macros nested too deeply');
  assert.match(
    expandText(
      '.macro r\nr\nr\n.endm\n.macro s\n.rept 1000\n.rept 1000\n.rept 1000\nnop\n.endr\n.endr\n.endr\n.endm\ns\n',
    ).messages[0]!,
    'nested repetitions of more than',
  );
  const text = expandText('.macro r a\nr "\\a\\a"\n.endm\nr xxxxxxxx\n').messages;
  assert.match(text[0]!, /more than \d+ characters of expansion/);
  assert.ok(performance.now() - began < 20_000);
});

test('what is left out says so', () => {
  assert.equal(expandText('\n.intel_syntax noprefix\nnop\n').messages, [
    "m.s:2: Error: `.intel_syntax' is not supported: AT&T syntax only",
  ]);
});

test.run();
