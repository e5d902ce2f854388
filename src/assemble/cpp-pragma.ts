/**
 * `#pragma` and `_Pragma` (C11 6.10.6): those that are the preprocessor's own are carried out, all others are passed
 * over in silence. In assembler GCC passes none of them on.
 */
import { lexText } from './cpp-lex.ts';
import { type CppReader, complain, nameOf, warn } from './cpp-reader.ts';
import { type CppName, type CppToken, KIND } from './cpp-tokens.ts';

/** `tokens` is what stands behind `#pragma`. */
export function performPragma(reader: CppReader, tokens: readonly CppToken[], line: number): void {
  const [first, second, ...rest] = tokens;
  if (first?.text === 'once') return once(reader, line);
  if (first?.text === 'push_macro' || first?.text === 'pop_macro') {
    const name = readQuotedName(reader, tokens);
    if (!name) return warn(reader, `invalid #pragma ${first.text} directive`, line);
    return first.text === 'push_macro' ? pushMacro(reader, name) : popMacro(reader, name);
  }
  if (first?.text !== 'GCC') return;
  switch (second?.text) {
    case 'poison':
      for (const { name } of rest) {
        if (!name) return complain(reader, 'invalid #pragma GCC poison directive', line);
        if (name.macro) warn(reader, `poisoning existing macro "${name.text}"`, line);
        name.macro = undefined;
        name.poisoned = true;
      }
      return;
    case 'system_header':
      if (reader.buffers.length === 1) warn(reader, '#pragma system_header ignored outside include file', line);
      else if (reader.buffer) reader.buffer.system = true;
      return;
    case 'warning':
    case 'error': {
      const text = rest.map((one) => one.text.replace(/^"|"$/g, '').replace(/\\(["\\])/g, '$1')).join('');
      if (rest.length === 0 || rest.some(({ kind }) => kind !== KIND.string)) {
        return warn(reader, `invalid "#pragma GCC ${second.text}" directive`, line);
      }
      return second.text === 'error' ? complain(reader, text, line) : warn(reader, text, line);
    }
  }
}

function once(reader: CppReader, line: number): void {
  if (reader.buffers.length === 1) warn(reader, '#pragma once in main file', line);
  if (reader.buffer) reader.buffer.file.once = true;
}

/** `("NAME")` */
function readQuotedName(reader: CppReader, tokens: readonly CppToken[]): CppName | undefined {
  const [, opening, text, closing] = tokens;
  if (opening?.text !== '(' || text?.kind !== KIND.string || closing?.text !== ')') return undefined;
  const [inside, ...others] = lexText(reader, text.text.slice(1, -1), 0);
  return inside?.name && others.length === 0 ? nameOf(reader, inside.text) : undefined;
}

function pushMacro({ pushed }: CppReader, { text, macro }: CppName): void {
  const kept = pushed.get(text);
  if (kept) kept.push(macro);
  else pushed.set(text, [macro]);
}

function popMacro({ pushed }: CppReader, name: CppName): void {
  const kept = pushed.get(name.text);
  if (kept && kept.length > 0) name.macro = kept.pop();
}
