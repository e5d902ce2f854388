/** Numbers and arithmetic against GNU as: what `.quad` of an expression holds. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { evaluateAbsolute } from '../../src/assemble/expression.ts';
import { parseExpression } from '../../src/assemble/parse.ts';
import { place } from '../../src/base/diagnostics.ts';
import { fromBytes, u64 } from '../../src/base/u64.ts';
import { gas } from './gas.ts';

const test = suite('expression');

const evaluate = (text: string): bigint | undefined => {
  const { value, diagnostics } = parseExpression(text, place('m.s', 1));
  assert.equal(diagnostics, [], text);
  return evaluateAbsolute(value!, () => undefined);
};

function check(expressions: readonly string[]): void {
  const { text, messages } = gas(expressions.map((expr) => `.quad ${expr}\n`).join(''));
  assert.equal(messages, []);
  for (const [i, expr] of expressions.entries()) {
    const value = evaluate(expr);
    assert.ok(value !== undefined, expr);
    assert.is(u64(value), fromBytes(text!, 8 * i, 8), expr);
  }
}

const OPERATORS = [
  '*',
  '/',
  '%',
  '<<',
  '>>',
  '|',
  '&',
  '^',
  '!',
  '+',
  '-',
  '==',
  '!=',
  '<>',
  '<',
  '<=',
  '>',
  '>=',
  '&&',
  '||',
];

test('number forms', () => {
  check([
    '0',
    '10',
    '0x1F',
    '0XaB',
    '0b101',
    '0B11',
    '017',
    '5U',
    '5UL',
    '0x10LL',
    '0xffffffffffffffff',
    '9223372036854775807',
  ]);
});

test('each operator on small, large and negative numbers', () => {
  const pairs = [
    [7, 3],
    [-7, 3],
    [7, -3],
    [0, 5],
    [5, 5],
    ['0x7fffffffffffffff', 2],
    ['0x8000000000000000', 1],
    [-1, 63],
  ] as const;
  check(
    OPERATORS.flatMap((op) =>
      pairs.filter(([, b]) => !((op === '<<' || op === '>>') && b < 0)).map(([a, b]) => `(${a}) ${op} (${b})`),
    ),
  );
});

test('each pair of operators groups as gas groups it', () => {
  const triples = OPERATORS.flatMap((first) => OPERATORS.map((second) => `6 ${first} 3 ${second} 2`));
  check(triples.filter((text) => evaluate(text) !== undefined));
  assert.ok(triples.length === 400);
});

test('unary operators and brackets', () => {
  check([
    '-5',
    '- -5',
    '~1',
    '!0',
    '!5',
    '-7/2',
    '-7%3',
    '1 + - 5',
    '[1+2]*2',
    '2*(3+4)',
    '~0x0f & 0xff',
    '- (1 == 1)',
    '5 | ~3',
  ]);
});

test('a division by zero has no value', () => {
  assert.is(evaluate('1 / 0'), undefined);
  assert.is(evaluate('1 % (2 - 2)'), undefined);
});

test('what is no expression says why', () => {
  const messages = (text: string) => parseExpression(text, place('m.s', 1)).diagnostics.map(({ message }) => message);
  assert.equal(messages('(1'), ["found '\n', expected: ')'"]);
  assert.equal(messages(')'), ['bad expression']);
  assert.equal(messages('1 2'), ["junk at end of line, first unrecognized character is `2'"]);
  assert.equal(messages('08'), ["junk at end of line, first unrecognized character is `8'"]);
  assert.equal(messages('1 +'), ['missing operand']);
  assert.equal(messages(`${'('.repeat(5000)}1${')'.repeat(5000)}`), ['expression too complex']);
});

test.run();
