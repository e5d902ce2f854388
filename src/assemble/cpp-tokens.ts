/**
 * Preprocessing tokens (C11 6.4): in goes a line without comments, out come tokens with the blank before each kept as a
 * flag, so that the line can be put together again. Assembler lines are read leniently: a quote
 * that nothing closes takes the rest of its line in, and that rest is left as it is.
 */

export interface CppToken {
  readonly kind: 'name' | 'number' | 'string' | 'other';
  readonly text: string;
  /** White space stands before it. */
  readonly spaced: boolean;
  /** An expansion or an argument begins here or has ended just before. */
  readonly edge?: boolean;
  /** The macros whose expansion it came from: it is not expanded by them again (C11 6.10.3.4). */
  readonly hidden?: ReadonlySet<string>;
}

/** Longer operators first; `$` is no part of a name in assembler (GCC's cpplib, lang CLK_ASM). */
const TOKEN =
  /([ \t\f\v]+)|([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)|(\.?\d(?:[eEpP][+-]|[\w.])*)|("(?:[^"\\]|\\.)*(?:"|$)|'(?:[^'\\]|\\.)*(?:'|$))|(##|<<|>>|<=|>=|==|!=|&&|\|\||.)/gsu;

export function cppTokens(line: string): CppToken[] {
  const tokens: CppToken[] = [];
  let spaced = false;
  for (const [text, blank, name, number, string] of line.matchAll(TOKEN)) {
    if (blank !== undefined) {
      spaced = true;
      continue;
    }
    const kind =
      name !== undefined ? 'name' : number !== undefined ? 'number' : string !== undefined ? 'string' : 'other';
    tokens.push({ kind, text, spaced });
    spaced = false;
  }
  return tokens;
}

/** Tokens as text again; blanks are single. Two tokens that would read as one are kept apart. */
export function joinTokens(tokens: readonly CppToken[]): string {
  let out = '';
  let before: CppToken | undefined;
  for (const token of tokens) {
    if (before && (token.spaced || wouldMerge(before, token))) out += ' ';
    out += token.text;
    before = token;
  }
  return out;
}

/** What an operator would read as one with: its own text, then the characters to keep away from it. */
const AWAY_FROM: Readonly<Record<string, string>> = {
  '>': '>=',
  '<': '<%:=',
  '+': '+=',
  '-': '->=',
  '/': '/*=',
  '%': ':%=',
  '&': '&=',
  '|': '|=',
  ':': ':>',
  '.': '.%',
  '#': '#%',
  '=': '=',
  '*': '=',
  '^': '=',
  '!': '=',
};

/** Only where an expansion ended or began between them, as GCC's cpp_avoid_paste: elsewhere they were apart already. */
function wouldMerge(left: CppToken, right: CppToken): boolean {
  if (right.edge !== true) return false;
  if (left.kind === 'name') return right.kind !== 'other';
  if (left.kind === 'number') return right.kind === 'name' || right.kind === 'number' || /^[-+.]/.test(right.text);
  if (left.text === '.' && right.kind === 'number') return true;
  return AWAY_FROM[left.text]?.includes(right.text[0]!) ?? false;
}
