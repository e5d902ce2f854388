/**
 * `##` and `#` (C11 6.10.3.2 and 6.10.3.3): tokens become one token, an argument becomes a string.
 *
 * The subtle invariant: where two tokens make no token, assembler is not told (C would be); they stay two, and the rest
 * of the chain is left alone.
 */
import { lexOne } from './cpp-lex.ts';
import { type Context, type CppReader, charge, originLine, warn } from './cpp-reader.ts';
import { type CppToken, FLAG, KIND, token, withFlags } from './cpp-tokens.ts';

/** Pastes what follows in a list to a token as long as `##` stands between; the list stands behind it then. */
export function pasteAll(reader: CppReader, context: Context, first: CppToken): CppToken {
  let left = first;
  for (;;) {
    const right = context.tokens[context.at++];
    if (right === undefined || right.kind === KIND.padding) return withFlags(left, left.flags & ~FLAG.pasteLeft);
    const pasted = paste(reader, left, right);
    if (!pasted) {
      context.at--;
      return withFlags(left, left.flags & ~FLAG.pasteLeft);
    }
    left = pasted;
    if (!(right.flags & FLAG.pasteLeft)) return left;
  }
}

/** Four characters cost as much as a token. */
const CHARACTER_SHIFT = 2;

/** The one token that both make; undefined: none. */
export function paste(reader: CppReader, left: CppToken, right: CppToken): CppToken | undefined {
  const length = left.text.length + right.text.length;
  if (!charge(reader, length >> CHARACTER_SHIFT)) return undefined;
  // A comment is nothing that pasting could begin.
  const apart = left.text === '/' && right.text !== '=' ? ' ' : '';
  const found = lexOne(reader, left.text + apart + right.text, left.line);
  return found && withFlags(found, left.flags & FLAG.white);
}

/** An argument as a string literal. Padding before it says whether a blank does. */
export function stringify(reader: CppReader, tokens: readonly CppToken[], at: CppToken): CppToken {
  let text = '';
  let source: CppToken | undefined;
  let backslashes = 0;
  for (const found of tokens) {
    if (found.kind === KIND.padding) {
      if (source === undefined || (!(source.flags & FLAG.white) && found.source === undefined)) source = found.source;
      continue;
    }
    if (text !== '' && (source ?? found).flags & FLAG.white) text += ' ';
    source = undefined;
    const isLiteral = found.kind === KIND.string || found.kind === KIND.char;
    text += isLiteral ? found.text.replace(/["\\]/g, '\\$&') : found.text;
    backslashes = found.kind === KIND.other && found.text === '\\' ? backslashes + 1 : 0;
    if (!charge(reader, found.text.length >> CHARACTER_SHIFT)) break;
  }
  if (backslashes % 2 === 1) {
    warn(reader, "invalid string literal, ignoring final '\\'", originLine(reader, at.line));
    text = text.slice(0, -1);
  }
  return token(KIND.string, 0, `"${text}"`, at.line, at.column, undefined);
}
