/**
 * Text to statements: the door to the grammar, with a cache. In go the text of a logical line and its place, out come
 * statements and diagnostics; of a line that does not parse come its labels.
 *
 * The subtle invariant: results are cached by the text of a statement, since expanded kernel code repeats itself, and
 * so `Statement`s are shared and must never be changed by those who read them.
 */
import type { IToken } from 'chevrotain';
import { type Diagnostic, error, type Parsed, type Place } from '../base/diagnostics.ts';
import { statementParser } from './grammar.ts';
import { StatementError } from './literals.ts';
import { explain, type Failure, strayOperandCharacter } from './parse-errors.ts';
import { quickExpression } from './quick-expression.ts';
import { quickLabels, quickStatements } from './quick-statement.ts';
import { splitSegments } from './scrub.ts';
import type { Expr, Statement } from './statement.ts';
import { Comma, LBracket, LParen, Minus, Not, Plus, RBracket, RParen, Tilde, tokenize } from './tokens.ts';
import { SET_ONCE, TEXT_DIRECTIVES } from './vocabulary.ts';

interface Result<T> {
  readonly value: T;
  /** A message without a place: the same text fails alike everywhere. */
  readonly message?: string;
}

const CACHE_LIMIT = 8192;
const statementCache = new Map<string, Result<readonly Statement[]>>();
const expressionCache = new Map<string, Result<Expr | undefined>>();

function cached<T>(cache: Map<string, Result<T>>, text: string, parse: (text: string) => Result<T>): Result<T> {
  const known = cache.get(text);
  if (known) return known;
  const result = parse(text);
  if (cache.size >= CACHE_LIMIT) cache.clear();
  cache.set(text, result);
  return result;
}

const NONE: readonly Diagnostic[] = [];

/** The statements of one logical line; those separated by `;` are parsed one by one. */
export function parseStatements(text: string, place: Place): Parsed<readonly Statement[]> {
  const known = statementCache.get(text);
  if (known !== undefined && known.message === undefined) return { value: known.value, diagnostics: NONE };
  if (!text.includes(';')) {
    const { value, message } = parsedSegment(text);
    return { value, diagnostics: message === undefined ? NONE : [error(message, place)] };
  }
  const parts = splitSegments(text).map(parsedSegment);
  const diagnostics = parts.flatMap(({ message }) => (message === undefined ? [] : [error(message, place)]));
  return { value: parts.flatMap(({ value }) => value), diagnostics };
}

function parsedSegment(text: string): Result<readonly Statement[]> {
  const known = statementCache.get(text);
  if (known !== undefined) return known;
  const parsed = textDirective(text) ?? parseSegment(text);
  if (statementCache.size >= CACHE_LIMIT) statementCache.clear();
  statementCache.set(text, parsed);
  return parsed;
}

function readExpression(text: string): Result<Expr | undefined> {
  const quick = quickExpression(text);
  return quick === undefined ? run(text, 'expression', (parser) => parser.expression()) : { value: quick };
}

/** A whole text as one expression: what follows `.if`. Undefined when it is none. */
export function parseExpression(text: string, place: Place): Parsed<Expr | undefined> {
  const { value, message } = cached(expressionCache, text, readExpression);
  return { value, diagnostics: message === undefined ? NONE : [error(message, place)] };
}

const PLAIN_OPERAND = /[^,"]*/y;

/** What ends an operand of a directive: a comma outside quotes. */
function operandEnd(text: string, at: number): number {
  PLAIN_OPERAND.lastIndex = at;
  PLAIN_OPERAND.test(text);
  for (let n = PLAIN_OPERAND.lastIndex; n < text.length; n++) {
    const char = text[n];
    if (char === ',') return n;
    if (char !== '"') continue;
    for (n++; n < text.length && text[n] !== '"'; n++) if (text[n] === '\\') n++;
  }
  return text.length;
}

/** Where an expression ended, and what it is; with warnings where gas only warns. */
interface ExpressionAt {
  readonly value: Expr | undefined;
  readonly length: number;
  readonly message?: string;
  readonly warnings?: readonly string[];
  /** In spite of the message the reader goes on behind it. */
  readonly goesOn?: true;
}

const operandCache = new Map<string, ExpressionAt>();
const PLAIN_NUMBER = /^(?:0|[1-9]\d{0,17})$/;

/** An expression that begins at `at` and ends where it no longer reads as one. */
export function parseExpressionAt(text: string, at: number): Omit<ExpressionAt, 'length'> & { readonly end: number } {
  const operand = text.slice(at, operandEnd(text, at));
  const trimmed = operand.trim();
  if (PLAIN_NUMBER.test(trimmed)) return { value: { kind: 'int', value: BigInt(trimmed) }, end: at + operand.length };
  let known = operandCache.get(operand);
  if (known === undefined) {
    known = parseOperand(operand);
    if (operandCache.size >= CACHE_LIMIT) operandCache.clear();
    operandCache.set(operand, known);
  }
  if (known.message === undefined && known.warnings === undefined)
    return { value: known.value, end: at + known.length };
  const { length, ...rest } = known;
  return { ...rest, end: at + length };
}

/** `0x` without a digit is no operand at all. */
const NO_DIGITS = /(?<![\w.$"])0[xX](?![\da-fA-F"]|\s*[\w(])/g;

function parseOperand(text: string): ExpressionAt {
  const quick = quickExpression(text);
  if (quick !== undefined) return { value: quick, length: text.length };
  const blanked = text.replace(NO_DIGITS, '  ');
  if (blanked !== text) {
    const rest = blanked.trim() === '' ? undefined : parseOperand(blanked);
    return rest ?? { value: undefined, length: text.length, warnings: [] };
  }
  const { tokens, errors: lexical } = tokenize(text);
  if (isTooDeep(tokens)) return { value: undefined, length: 0, message: 'expression too complex' };
  const parser = statementParser();
  parser.input = tokens;
  try {
    const value = parser.expression();
    const first = parser.errors[0];
    const stray = lexical[0]?.offset ?? text.length;
    if (beginsNothing(text, stray)) return badExpression(stray);
    if (first === undefined) return { value, length: stray };
    const offset = Number.isFinite(first.token.startOffset) ? first.token.startOffset : text.length;
    // What follows the expression is its reader's affair.
    if (first.name === 'NotAllInputParsedException') return { value, length: Math.min(offset, stray) };
    const at = Math.min(stray, offset);
    if (beginsNothing(text, at)) return badExpression(at);
    const message = explain({ what: 'expression', text, offset: at, exception: first });
    const isCut = message === 'missing operand' && /[-+*/%|&^<>=!~]\s*$/.test(text);
    const sign = isCut ? /(^|[-+*/%|&^<>=!~(])\s*([-~!])\s*$/.exec(text) : null;
    if (sign !== null) return withoutSign(text, sign[2]!, sign[1] === '');
    const completed = isCut ? parseOperand(`${text}0`) : undefined;
    if (completed?.value !== undefined) {
      return { ...completed, length: text.length, warnings: ['missing operand; zero assumed'] };
    }
    return { value: undefined, length: 0, message };
  } catch (problem) {
    if (problem instanceof StatementError) return { value: undefined, length: 0, message: problem.message };
    throw problem;
  }
}

/** A sign with nothing behind it is left out, and what is left is read as if it were not there. */
function withoutSign(text: string, sign: string, isAlone: boolean): ExpressionAt {
  const warning = `Unary operator ${sign} ignored because bad operand follows`;
  if (isAlone) return { value: undefined, length: text.length, warnings: [warning] };
  const rest = parseOperand(text.slice(0, text.lastIndexOf(sign)));
  return { ...rest, length: text.length, warnings: [warning, ...(rest.warnings ?? [])] };
}

const badExpression = (at: number): ExpressionAt => ({
  value: undefined,
  length: at + 1,
  message: 'bad expression',
  goesOn: true,
});

/** Whether an operand is due at `at` and something stands there that none begins with. */
function beginsNothing(text: string, at: number): boolean {
  return /[\\@`?]/.test(text[at] ?? '') && /(?:^|[-+*/%|&^!~<>=(])\s*$/.test(text.slice(0, at));
}

const DIRECTIVE =
  /^((?:\s*(?:[\w.$\u0080-\uffff]+|"(?:[^"\\]|\\.)*")\s*:)*)\s*(\.[\w.$]+)(?![\w.$\u0080-\uffff:=]|\s*=|\s*:)\s*(.*)$/s;

/** A directive that reads its own text, with the labels in front of it. */
function textDirective(segment: string): Result<readonly Statement[]> | undefined {
  if ((!segment.startsWith('.') && !segment.includes(':')) || segment.endsWith(':')) return undefined;
  const [, labels = '', word = '', text = ''] = DIRECTIVE.exec(segment) ?? [];
  const name = word.toLowerCase();
  if (!TEXT_DIRECTIVES.has(name) && !name.startsWith('.cfi_')) return undefined;
  const before = labelsOf(labels);
  return { value: [...before, { kind: 'textDirective', name, text }] };
}

function parseSegment(text: string): Result<readonly Statement[]> {
  const quick = quickStatements(text);
  if (quick !== undefined) return { value: quick };
  const special = textDirective(text);
  if (special !== undefined) return special;
  const { value, message } = run(text, 'statement', (parser) => parser.line());
  const refused =
    message ?? value?.map((s) => refusal(s) ?? strayEquals(s, text)).find((reason) => reason !== undefined);
  if (refused === undefined) return { value: value ?? [] };
  // The labels in front stand: those who refer to them shall not complain as well.
  const labels = LABELS.exec(text)?.[0] ?? '';
  const name = /^\s*(\.[A-Za-z_][\w.$]*)(?![\w.$]|\s*=|\s*:)/.exec(text.slice(labels.length))?.[1]?.toLowerCase();
  if (name !== undefined && !SET_ONCE.has(name) && value?.some((s) => refusal(s) !== undefined) !== true) {
    const before = labelsOf(labels);
    return { value: [...before, { kind: 'directive', name, args: [], problem: refused }] };
  }
  return { value: labelsOf(labels), message: refused };
}

/** What stands in front of a statement, each with its colon. */
const labelsOf = (text: string): readonly Statement[] =>
  quickLabels(text) ?? run(text, 'statement', (parser) => parser.line()).value ?? [];

/** Tokens in one operand: those who evaluate may go down a level for each of them. */
const MAX_TOKENS = 2000;
/** Tokens in a row that are no operands, so that the parser may go down several levels for each. */
const MAX_NESTING = 300;

function isTooDeep(tokens: readonly IToken[]): boolean {
  if (tokens.length <= MAX_NESTING) return false;
  let count = 0;
  let depth = 0;
  let row = 0;
  for (const { tokenType } of tokens) {
    if (tokenType === Comma) count = row = 0;
    else if (++count > MAX_TOKENS) return true;
    if (tokenType === LParen || tokenType === LBracket) depth++;
    else if (tokenType === RParen || tokenType === RBracket) depth--;
    row = tokenType === Minus || tokenType === Plus || tokenType === Tilde || tokenType === Not ? row + 1 : 0;
    if (depth + row > MAX_NESTING) return true;
  }
  return false;
}

type Rule<T> = (parser: ReturnType<typeof statementParser>) => T;

function run<T>(text: string, what: Failure['what'], rule: Rule<T>): Result<T | undefined> {
  const { tokens, errors: lexical } = tokenize(text);
  if (isTooDeep(tokens)) return { value: undefined, message: 'expression too complex' };
  const parser = statementParser();
  parser.input = tokens;
  try {
    const value = rule(parser);
    const first = parser.errors[0];
    const stray = lexical[0]?.offset ?? Number.POSITIVE_INFINITY;
    if (!first && stray === Number.POSITIVE_INFINITY) return { value };
    const offset = Number.isFinite(first?.token.startOffset) ? first!.token.startOffset : text.length;
    const failure = { what, text, offset: Math.min(stray, first ? offset : stray) };
    return { value: undefined, message: explain(first ? { ...failure, exception: first } : failure) };
  } catch (problem) {
    if (problem instanceof StatementError) return { value: undefined, message: problem.message };
    throw problem;
  }
}

const LABELS = /^(?:\s*(?:[\w.$\u0080-\uffff]+|"(?:[^"\\]|\\.)*")\s*:)+/;

/** Expressions of an instruction may not compare, as no operand has that character. */
function strayEquals(statement: Statement, text: string): string | undefined {
  return statement.kind === 'instruction' && text.includes('=') ? strayOperandCharacter(text) : undefined;
}

/** Statements that read well and that this assembler leaves out. */
function refusal(statement: Statement): string | undefined {
  if (statement.kind !== 'directive') return undefined;
  switch (statement.name) {
    case '.intel_syntax':
    case '.intel_mnemonic':
      return `\`${statement.name}' is not supported: AT&T syntax only`;
    default:
      return undefined;
  }
}
