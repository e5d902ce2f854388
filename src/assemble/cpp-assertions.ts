/**
 * Assertions, an old extension of GCC's (the cpp manual's "Obsolete Features"): `#assert NAME(ANSWER)`, `#unassert`, and
 * `#NAME(ANSWER)` or `#NAME` in an `#if`. In goes the reader behind `#assert` or `#`, out comes whether it is so.
 */
import { getVisible, putBack } from './cpp-expand.ts';
import { type CppReader, complain, warn } from './cpp-reader.ts';
import { FLAG, KIND } from './cpp-tokens.ts';

/** What gcc for x86-64 Linux asserts by itself. */
export const predefinedAssertions = (): Map<string, Set<string>> =>
  new Map([
    ['system', new Set(['linux', 'unix', 'posix'])],
    ['cpu', new Set(['x86_64'])],
    ['machine', new Set(['x86_64'])],
  ]);

interface Assertion {
  readonly name: string;
  /** Its spelling with single blanks; undefined for any. */
  readonly answer: string | undefined;
}

/** Where an answer may, has to, or may but need not follow a name. */
type Wanted = 'assert' | 'unassert' | 'test';

function readAssertion(reader: CppReader, wanted: Wanted): Assertion | undefined {
  reader.preventExpansion++;
  const assertion = readParts(reader, wanted);
  reader.preventExpansion--;
  return assertion;
}

function readParts(reader: CppReader, wanted: Wanted): Assertion | undefined {
  const fail = (message: string): undefined => {
    complain(reader, message);
    return undefined;
  };
  const name = getVisible(reader);
  if (name.kind === KIND.eof) {
    putBack(reader, name);
    return fail('assertion without predicate');
  }
  if (name.kind !== KIND.name) return fail('predicate must be an identifier');
  const opening = getVisible(reader);
  if (opening.text !== '(' || opening.kind !== KIND.operator) {
    const mayEnd = wanted === 'test' || (wanted === 'unassert' && opening.kind === KIND.eof);
    putBack(reader, opening);
    return mayEnd ? { name: name.text, answer: undefined } : fail("missing '(' after predicate");
  }
  let answer = '';
  for (;;) {
    const found = getVisible(reader);
    if (found.kind === KIND.eof) {
      putBack(reader, found);
      return fail("missing ')' to complete answer");
    }
    if (found.text === ')' && found.kind === KIND.operator) break;
    answer += (found.flags & FLAG.white && answer !== '' ? ' ' : '') + found.text;
  }
  return answer === '' ? fail("predicate's answer is empty") : { name: name.text, answer };
}

export function assertDirective(reader: CppReader, line: number): void {
  warn(reader, '#assert is a deprecated GCC extension', line);
  const assertion = readAssertion(reader, 'assert');
  if (assertion?.answer === undefined) return;
  const answers = reader.assertions.get(assertion.name) ?? new Set();
  if (answers.has(assertion.answer)) warn(reader, `"${assertion.name}" re-asserted`, line);
  reader.assertions.set(assertion.name, answers.add(assertion.answer));
  expectNothing(reader, 'assert');
}

export function unassertDirective(reader: CppReader, line: number): void {
  warn(reader, '#unassert is a deprecated GCC extension', line);
  const assertion = readAssertion(reader, 'unassert');
  if (!assertion) return;
  if (assertion.answer === undefined) reader.assertions.delete(assertion.name);
  else reader.assertions.get(assertion.name)?.delete(assertion.answer);
  expectNothing(reader, 'unassert');
}

function expectNothing(reader: CppReader, directive: string): void {
  const rest = getVisible(reader);
  if (rest.kind !== KIND.eof) warn(reader, `extra tokens at end of #${directive} directive`);
}

/** `#NAME(ANSWER)` in an expression, behind its `#`. */
export function testAssertion(reader: CppReader): boolean {
  if (!reader.skipping) warn(reader, 'assertions are a deprecated extension');
  const assertion = readAssertion(reader, 'test');
  const answers = assertion && reader.assertions.get(assertion.name);
  if (!assertion || !answers) return false;
  return assertion.answer === undefined ? answers.size > 0 : answers.has(assertion.answer);
}
