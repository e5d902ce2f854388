/** What is read without the grammar is what the grammar makes of it, over random expressions, good and bad. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { statementParser } from '../../src/assemble/grammar.ts';
import { StatementError } from '../../src/assemble/literals.ts';
import { quickExpression } from '../../src/assemble/quick-expression.ts';
import { quickStatements } from '../../src/assemble/quick-statement.ts';
import { tokenize } from '../../src/assemble/tokens.ts';

const test = suite('assemble/quick-expression');

/** Undefined where it finds fault. */
function byGrammar(text: string, rule: 'expression' | 'line'): unknown {
  const { tokens, errors } = tokenize(text);
  const parser = statementParser();
  parser.input = tokens;
  try {
    const value = rule === 'line' ? parser.line() : parser.expression();
    return errors.length === 0 && parser.errors.length === 0 ? value : undefined;
  } catch (problem) {
    if (problem instanceof StatementError) return undefined;
    throw problem;
  }
}

const WORDS =
  '0 1 12 017 08 0x1f 0X2A 0b101 0b 1b 2f 33f 0f foo .Lx . a.b$c _x foo@PLT "q" %rax é 1x 0xg + - * / % | & ^ ! ~ == != <> < <= > >= << >> && || ( ) [ ] , = $';
const pieces = fc.constantFrom(...WORDS.split(' '));
const spaced = fc.tuple(pieces, fc.constantFrom('', '', ' ', '\t'));
/** Half of them make sense: operands and operators in turn. */
const operand = fc.constantFrom(
  '0',
  '1',
  '0x1f',
  '1b',
  '2f',
  'foo',
  '.',
  '.Lx',
  '-1',
  '~foo',
  '(a)',
  '-(b+2)',
  '(((c)))',
);
const operator = fc.constantFrom(
  '+',
  '-',
  '*',
  '/',
  '|',
  '&',
  '^',
  '!',
  '==',
  '!=',
  '<>',
  '<',
  '<=',
  '>',
  '>=',
  '<<',
  '>>',
  '&&',
  '||',
  '%',
);
const sensible = fc
  .tuple(operand, fc.array(fc.tuple(fc.constantFrom('', ' '), operator, operand), { maxLength: 6 }))
  .map(([first, rest]) => first + rest.map(([blank, op, next]) => blank + op + next).join(''));
const anything = fc.oneof(
  sensible,
  fc.array(spaced, { maxLength: 10 }).map((list) => list.flat().join('')),
);

test('agrees with the grammar on every expression that it takes', () => {
  let taken = 0;
  fc.assert(
    fc.property(anything, (text) => {
      const quick = quickExpression(text);
      if (quick === undefined) return;
      taken++;
      assert.equal(quick, byGrammar(text, 'expression'), text);
    }),
    { numRuns: 5000, seed: 1 },
  );
  assert.ok(taken > 1000, `${taken}`);
});

test('agrees with the grammar on every assignment that it takes', () => {
  let taken = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(
        'a =',
        'b.c=',
        '.set x,',
        '.set .Ly , ',
        '. =',
        'a ==',
        '.set ., ',
        '.setx a,',
        'a b =',
        '.equ a,',
      ),
      anything,
      (start, text) => {
        const quick = quickStatements(start + text);
        if (quick === undefined) return;
        taken++;
        assert.equal(quick, byGrammar(start + text, 'line'), start + text);
      },
    ),
    { numRuns: 3000, seed: 2 },
  );
  assert.ok(taken > 300, `${taken}`);
});

test.run();
