/**
 * The words of one statement: in goes the text of a statement after scrubbing and expansion, out come Chevrotain
 * tokens for grammar.ts. Comments, character constants and line ends are gone by then (scrub.ts).
 *
 * The subtle invariant: a number is one token together with what makes it a local label (`1f`, `0b`), and `0b` followed
 * by a binary digit is a number. So LocalRef stands after Binary and before Decimal in the order of tokens below.
 *
 * Names follow gas's default `lex_type`: letters, digits, `_`, `.`, `$` and everything above ASCII (gas manual,
 * section 5.3); a name does not begin with `$` here, since that opens an immediate operand.
 */
import { createToken, Lexer, type TokenType } from 'chevrotain';

const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_.'];
const DIGITS = [...'0123456789'];
/** Characters above ASCII share Chevrotain's buckets of 256 codes: one of each bucket names them all. */
const ABOVE_ASCII = Array.from({ length: 128 }, (_, i) => String.fromCharCode(128 + i)).concat(
  Array.from({ length: 255 }, (_, i) => String.fromCharCode(256 * (i + 1))),
);

/** With the first characters given and no line ends to count, Chevrotain need not analyse the patterns at start-up. */
const token = (name: string, pattern: RegExp | string, first?: readonly string[]): TokenType =>
  createToken({ name, pattern, line_breaks: false, ...(first && { start_chars_hint: [...first] }) });

/** What stands between two operands of an expression; `%` and `!` stand elsewhere too. */
export const BinaryOperator = createToken({ name: 'BinaryOperator', pattern: Lexer.NA });
/** What stands before one. */
export const UnaryOperator = createToken({ name: 'UnaryOperator', pattern: Lexer.NA });
export const Integer = createToken({ name: 'Integer', pattern: Lexer.NA });

const operator = (name: string, pattern: string, categories = [BinaryOperator]): TokenType =>
  createToken({ name, pattern, categories, line_breaks: false });

const integer = (name: string, pattern: RegExp): TokenType =>
  createToken({ name, pattern, categories: [Integer], start_chars_hint: [...DIGITS], line_breaks: false });

export const WhiteSpace = createToken({
  name: 'WhiteSpace',
  pattern: /[ \t\r\f]+/,
  group: Lexer.SKIPPED,
  start_chars_hint: [' ', '\t', '\r', '\f'],
  line_breaks: false,
});

export const Name = token('Name', /[A-Za-z_.\u0080-\uffff][\w.$\u0080-\uffff]*/, [...LETTERS, ...ABOVE_ASCII]);
export const Hex = integer('Hex', /0[xX][0-9a-fA-F]+(?:[uU]?[lL]{0,2}(?![\w.$]))?/);
export const Binary = integer('Binary', /0[bB][01]+(?:[uU]?[lL]{0,2}(?![\w.$]))?/);
export const LocalRef = token('LocalRef', /\d+[fb](?![\w.$])/, DIGITS);
export const Decimal = integer('Decimal', /\d+(?:[uU]?[lL]{0,2}(?![\w.$]))?/);
export const Text = token('Text', /"(?:[^"\\]|\\[\s\S])*"/, ['"']);

export const Percent = operator('Percent', '%');
export const Dollar = token('Dollar', '$');
export const At = token('At', '@');
export const Comma = token('Comma', ',');
export const Colon = token('Colon', ':');
export const LParen = token('LParen', '(');
export const RParen = token('RParen', ')');
export const LBracket = token('LBracket', '[');
export const RBracket = token('RBracket', ']');
/** `{disp32}`, `{%k1}`, `{1to8}`; the reader of decorations finds fault with one that has no end. */
export const Braced = token('Braced', /\{[^,}]*\}?/, ['{']);
export const EqualEqual = operator('EqualEqual', '==');
export const Equal = token('Equal', '=');

export const Star = operator('Star', '*');
export const Slash = operator('Slash', '/');
export const ShiftLeft = operator('ShiftLeft', '<<');
export const ShiftRight = operator('ShiftRight', '>>');
export const AndAnd = operator('AndAnd', '&&');
export const OrOr = operator('OrOr', '||');
export const Or = operator('Or', '|');
export const And = operator('And', '&');
export const Xor = operator('Xor', '^');
export const NotEqual = operator('NotEqual', '!=');
export const Unequal = operator('Unequal', '<>');
export const Not = operator('Not', '!', [BinaryOperator, UnaryOperator]);
export const Tilde = operator('Tilde', '~', [UnaryOperator]);
export const Plus = operator('Plus', '+', [BinaryOperator, UnaryOperator]);
export const Minus = operator('Minus', '-', [BinaryOperator, UnaryOperator]);
export const LessEqual = operator('LessEqual', '<=');
export const GreaterEqual = operator('GreaterEqual', '>=');
export const Less = operator('Less', '<');
export const Greater = operator('Greater', '>');

/** Longer spellings before their own beginnings. */
export const ALL_TOKENS: TokenType[] = [
  BinaryOperator,
  UnaryOperator,
  Integer,
  WhiteSpace,
  Name,
  Hex,
  Binary,
  LocalRef,
  Decimal,
  Text,
  Percent,
  Dollar,
  At,
  Comma,
  Colon,
  LParen,
  RParen,
  LBracket,
  RBracket,
  Braced,
  EqualEqual,
  Equal,
  Star,
  Slash,
  ShiftLeft,
  ShiftRight,
  AndAnd,
  OrOr,
  Or,
  And,
  Xor,
  NotEqual,
  Not,
  Unequal,
  LessEqual,
  GreaterEqual,
  Less,
  Greater,
  Tilde,
  Plus,
  Minus,
];

/** Built on first use: an `entrylab` command that assembles nothing shall not pay for it. */
let lexer: Lexer | undefined;

export const tokenize = (text: string) => {
  lexer ??= new Lexer(ALL_TOKENS, { positionTracking: 'onlyOffset', skipValidations: true });
  return lexer.tokenize(text);
};
