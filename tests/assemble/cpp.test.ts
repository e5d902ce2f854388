/** The preprocessor against `gcc -E`: the same lines from the same places, blanks squeezed. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { preprocess } from '../../src/assemble/cpp.ts';
import { formatDiagnostic } from '../../src/base/diagnostics.ts';
import { preprocessByGcc, tidy } from './gcc.ts';

const test = suite('cpp');

type Files = Readonly<Record<string, string>>;

const ours = (files: Files, defines: readonly string[] = []) => {
  const read = (path: string) => (files[path] === undefined ? undefined : new TextEncoder().encode(files[path]));
  return preprocess('m.S', { files: { read }, includeDirs: ['inc'], defines });
};

/** What gcc makes of the files. */
function gcc(files: Files, defines: readonly string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'entrylab-cpp-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const flags = ['-Iinc', ...defines.map((define) => `-D${define}`)];
    return tidy(preprocessByGcc('m.S', flags, folder).lines);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function check(text: string, others: Files = {}, defines: readonly string[] = []): void {
  const files = { 'm.S': text, ...others };
  const { value, diagnostics } = ours(files, defines);
  assert.equal(diagnostics.map(formatDiagnostic), []);
  assert.equal(tidy(value), gcc(files, defines));
}

const errors = (text: string, others: Files = {}): string[] =>
  ours({ 'm.S': text, ...others }).diagnostics.map(formatDiagnostic);

test('comments, strings and continued lines', () => {
  check(`//@ run: header
nop // to the end
mov /* in
the middle */ %eax, /* and */ %ebx
.ascii "/* not */ // one"
.ascii "a" /* b */ "c" // d
#define LONG one \\
  two \\
  three
LONG
foo \\
  bar
# don't /* mind
it's N /* not a comment
'a' /* one */ '"' /* two */ last`);
});

test('object-like macros', () => {
  check(`#define A 1
#define B A+A
#define EMPTY
#define SELF SELF + 1
#define PING PONG
#define PONG PING
A B $A %A A.b A_ a$A "A" EMPTY
mov $A, EMPTY %eax
SELF PING
#undef A
A B
#define MINUS -1
1-MINUS -MINUS B-B
#define SYM foo
SYM.x .SYM SYM: SYM@PLT
#define PLUS +
#define LT <
1+PLUS PLUS+ PLUS PLUS LT<LT PLUS- -PLUS 1PLUS A.MINUS`);
});

test('function-like macros', () => {
  check(
    `#define F(x) x + x
#define G(x, y) x y F(y)
#define NONE() none
#define H F
F(1) F (2) F(x)F(y) (F(1))-F(-1) F( a , b )
G(1, F(2)) G((a, b), c) NONE() NONE
H(3) F
#define CAT(a, b) a##b
#define XCAT(a, b) CAT(a, b)
#define N 5
CAT(foo, N) XCAT(foo, N) XCAT(, N) CAT(x,)
#define STR(x) #x
#define XSTR(x) STR(x)
.ascii STR(N + "q\\n") XSTR(N)
#define VA(fmt, ...) fmt: __VA_ARGS__
#define GNU(a, rest...) a, ## rest
VA(1, 2, 3) VA(1) GNU(1) GNU(1, 2, 3)
F(1,
  2) tail
#define f(a) a*g
#define g(a) f(a)
f(2)(9)
#define REG(n) %r##n
mov REG(8), REG(N)`
      .replace('F( a , b )', 'F(( a , b ))')
      .replace('F(1,\n  2) tail', 'F(1 +\n  2) tail'),
  );
});

test('conditions', () => {
  check(
    `#ifdef X
x is X
#else
no
#endif
#ifndef X
no
#elif defined(Y) && Y > 2 && !defined Z
y
#else
no
#endif
#if 0
#if garbage )(
#else
#error never
#endif
#elif (1 ? 2 : 3) == 2 && -1 < 0 && (1 << 3 | 1) == 011 && 0x10UL / 3 % 4 == 1 && 'A' == 65
yes
#elif 1 / 0
no
#endif
#define __ARG_PLACEHOLDER_1 0,
#define second(ignored, val, ...) val
#define is(x) is_2(x)
#define is_2(val) is_3(__ARG_PLACEHOLDER_##val)
#define is_3(junk) second(junk 1, 0)
#define CONFIG_A 1
#if is(CONFIG_A) && !is(CONFIG_B)
config
#endif
#if __ASSEMBLY__ && __ASSEMBLER__ && __x86_64__ && undefined == 0
predefined
#endif`,
    {},
    ['X=7', 'Y=3', '__ASSEMBLY__'],
  );
});

test('includes, beside the including file first', () => {
  check('#include "sub/a.h"\n#include <b.h>\n#define NAME "sub/c.h"\n#include NAME\nafter A B C\n', {
    'sub/a.h': '#include "b.h"\n#define A a\nin a\n',
    'sub/b.h': 'beside\n#define B beside\n',
    'sub/c.h': '#pragma once\n#define C c\n#include "c.h"\nin c\n',
    'inc/b.h': '#undef B\n#define B searched\nin b\n',
  });
});

test('line markers set the place', () => {
  check('nop\n# 77 "foo.S"\nbar\n#line 5 "baz.S"\nbaz\n');
});

test('every error is reported, with its place', () => {
  assert.equal(
    errors(
      '#include "none.h"\nnop\n#error no good\n#endif\n#else\n#define 1\n#if 1 +\n#endif\n#if )\n#endif\n#ifdef X\n',
    ),
    [
      'm.S:1: Error: none.h: No such file or directory',
      'm.S:3: Error: #error no good',
      'm.S:4: Error: #endif without #if',
      'm.S:5: Error: #else without #if',
      'm.S:6: Error: macro names must be identifiers',
      "m.S:7: Error: operator '+' has no right operand",
      "m.S:9: Error: missing '(' in expression",
      'm.S:11: Error: unterminated #ifdef',
    ],
  );
  assert.equal(errors('#warning careful\n')[0], 'm.S:1: Warning: #warning careful');
  assert.equal(errors('#define F(x) x\nF(1\nnop\n'), ['m.S:3: Error: unterminated argument list invoking macro "F"']);
  assert.equal(errors('nop\n#include "a.h"\n', { 'a.h': '\n#error no\n' }), [
    'a.h:2: Error: #error no\nm.S:2:  Info: included from here',
  ]);
  const [deep = ''] = errors('nop\n#include "a.h"\n', { 'a.h': '#include "a.h"\n' });
  assert.match(
    deep,
    /^a\.h:1: Error: #include nested depth 200 exceeds maximum of 200 \(use -fmax-include-depth=DEPTH /,
  );
  assert.match(deep, /\nm\.S:2: +Info: included from here$/);
  assert.equal(preprocess('none.S', { files: { read: () => undefined } }).diagnostics.map(formatDiagnostic), [
    "none.S:1: Error: can't open none.S for reading: No such file or directory",
  ]);
});

test.run();
