/**
 * Preprocessing tokens (C11 6.4): in goes a line without comments, out come tokens with the blank before each kept as a
 * flag, so that the line can be put together again. Assembler lines are read leniently: a lone quote is a character.
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
  /([ \t\f\v]+)|([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)|(\.?\d(?:[eEpP][+-]|[\w.])*)|("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)+')|(##|<<|>>|<=|>=|==|!=|&&|\|\||.)/gsu;

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

/** Only where an expansion ended or began between them, as GCC's cpp_avoid_paste: elsewhere they were apart already. */
const wouldMerge = (left: CppToken, right: CppToken): boolean =>
  right.edge === true &&
  ((left.kind === 'name' && right.kind !== 'other') ||
    (left.kind === 'number' && (right.kind === 'name' || right.kind === 'number' || /^[-+.]/.test(right.text))));
