import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { u64 } from '../../src/base/u64.ts';
import { type Environment, evaluate, leaves, parseExpression } from '../../src/lab/expression.ts';

const test = suite('expression');

const env: Environment = {
  name: (name) => ({ pti: 1n, pcid: 0n, r14: 0xfffn, 'saved.user': 1n })[name],
  call: (name, args) => (name === 'twice' && args.length === 1 ? 2n * args[0]! : undefined),
};

function value(text: string): bigint | string {
  const parsed = parseExpression(text);
  if (!parsed.ok) return parsed.message;
  const result = evaluate(parsed.value, env);
  return result.ok ? result.value : result.message;
}

test('operators and precedences are those of C', () => {
  assert.is(value('1 + 2 * 3'), 7n);
  assert.is(value('(1 + 2) * 3'), 9n);
  assert.is(value('1 << 4 | 1'), 17n);
  assert.is(value('1 | 2 == 2'), 1n);
  assert.is(value('6 & 3 ^ 1'), 3n);
  assert.is(value('10 - 3 - 2'), 5n);
  assert.is(value('!pti || pcid ? 1 : 2'), 2n);
  assert.is(value('pti ? pcid ? 1 : 2 : 3'), 2n);
  assert.is(value('~0'), 0xffff_ffff_ffff_ffffn);
  assert.is(value('-1 > 1'), 1n, 'values are unsigned');
  assert.is(value('1 << 64'), 0n);
  assert.is(value('saved.user && r14 == 0xFFF'), 1n);
  assert.is(value('twice(r14) + 1'), 0x1fffn);
});

test('mistakes are named', () => {
  assert.is(value('1 +'), "`1 +' ends too early");
  assert.is(value('(1'), "`)' expected at the end of `(1'");
  assert.is(value('1 2'), "unexpected `2' in `1 2'");
  assert.is(value('r15'), "unknown name `r15'");
  assert.is(value('twice(1, 2)'), "unknown function `twice' of 2 argument(s)");
  assert.is(value('1 / pcid'), 'division by zero');
  assert.is(value('a @ b'), "unexpected `@' in `a @ b'");
  assert.is(value('('.repeat(5000)), 'expression is nested too deeply');
});

test('names are found whether evaluated or not', () => {
  const parsed = parseExpression('0 && (a ? b(c) : !d)');
  assert.ok(parsed.ok);
  assert.equal(
    [...leaves(parsed.value)].map((l) => l.name),
    ['a', 'b', 'c', 'd'],
  );
});

test('arithmetic is modulo 2^64, as bigint says', () => {
  const operand = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  const ops: readonly (readonly [string, (a: bigint, b: bigint) => bigint])[] = [
    ['+', (a, b) => a + b],
    ['-', (a, b) => a - b],
    ['*', (a, b) => a * b],
    ['&', (a, b) => a & b],
    ['|', (a, b) => a | b],
    ['^', (a, b) => a ^ b],
    ['<', (a, b) => (a < b ? 1n : 0n)],
    ['>=', (a, b) => (a >= b ? 1n : 0n)],
  ];
  fc.assert(
    fc.property(operand, operand, fc.constantFrom(...ops), (a, b, [op, expected]) => {
      assert.is(value(`${a} ${op} 0x${b.toString(16)}`), u64(expected(a, b)));
    }),
  );
});

test('no text crashes it', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'()!~-+*/%<>=&|^?:,.x01a ') }), (text) => {
      const parsed = parseExpression(text);
      assert.ok(parsed.ok || parsed.message.length > 0);
    }),
    { numRuns: 2000 },
  );
});

test.run();
