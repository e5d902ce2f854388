/**
 * Macros that the preprocessor computes (C11 6.10.8, GCC's "Common Predefined Macros") and the `_Pragma` operator: in
 * goes the name, out comes a token list to be read next. There is no clock here: `__DATE__` and its like say so, in the
 * form that GCC has for a time it cannot find out.
 */
import { getVisible, pushTokens, putBack } from './cpp-expand.ts';
import { hasInclude } from './cpp-include.ts';
import { lexText } from './cpp-lex.ts';
import type { BuiltinMacro } from './cpp-macro.ts';
import { performPragma } from './cpp-pragma.ts';
import { type CppReader, complain, originLine } from './cpp-reader.ts';
import { type CppToken, KIND, token } from './cpp-tokens.ts';

/** Pushes what the macro stands for; false: it stands for itself here. */
export function expandBuiltin(reader: CppReader, name: BuiltinMacro, at: CppToken): boolean {
  if (name === '_Pragma') return !reader.inDirective && runPragma(reader, at);
  const text = textOf(reader, name, at);
  pushTokens(
    reader,
    lexText(reader, text, at.line).map((one) => ({ ...one, flags: 0 })),
  );
  return true;
}

function textOf(reader: CppReader, name: BuiltinMacro, at: CppToken): string {
  switch (name) {
    case '__LINE__':
      return String(originLine(reader, at.line));
    case '__FILE__':
      return quoted(reader.buffer?.fileName ?? '');
    case '__FILE_NAME__':
      return quoted((reader.buffer?.fileName ?? '').replace(/^.*\//, ''));
    case '__BASE_FILE__':
      return quoted(reader.baseFile);
    case '__INCLUDE_LEVEL__':
      return String(reader.buffers.length - 1);
    case '__COUNTER__':
      return String(reader.counter++);
    case '__DATE__':
      return '"??? ?? ????"';
    case '__TIME__':
      return '"??:??:??"';
    case '__TIMESTAMP__':
      return '"??? ??? ?? ??:??:?? ????"';
    case '__has_include':
    case '__has_include_next':
      return hasInclude(reader, name) ? '1' : '0';
    case '_Pragma':
      return '';
    default:
      return name satisfies never;
  }
}

export const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;

/** `_Pragma ( "…" )`: carried out, and the output goes on in a new line. */
function runPragma(reader: CppReader, at: CppToken): boolean {
  const opening = getVisible(reader);
  const text = opening.text === '(' ? getVisible(reader) : opening;
  const closing = text.kind === KIND.string ? getVisible(reader) : text;
  if (closing.kind === KIND.eof) putBack(reader, closing);
  if (closing.text !== ')' || text.kind !== KIND.string) {
    complain(reader, '_Pragma takes a parenthesized string literal', originLine(reader, at.line));
    return false;
  }
  const inside = text.text.replace(/^L?"|"$/g, '').replace(/\\(["\\])/g, '$1');
  const tokens = lexText(reader, inside, originLine(reader, at.line));
  performPragma(reader, tokens, originLine(reader, at.line));
  pushTokens(reader, [token(KIND.pragma, 0, '', at.line, at.column, undefined)]);
  return true;
}
