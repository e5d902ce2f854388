/**
 * `#define`, `#undef` and `-D` (C11 6.10.3): in goes the rest of the directive, out comes the macro under its name. The
 * body is left as text where nothing in it can be wrong, and read on first use.
 *
 * The subtle invariant: what a body says of its white space counts, both for `#` and for whether another definition
 * is the same; the white space before its first token does not.
 */
import { warning } from '../base/diagnostics.ts';
import { lexDirect, lexToken, scan } from './cpp-lex.ts';
import { bufferOfText, isBlank } from './cpp-lines.ts';
import type { SourceMacro } from './cpp-macro.ts';
import { type CppBuffer, type CppReader, complain, nameOf, placeAt, warn } from './cpp-reader.ts';
import { type CppName, type CppToken, FLAG, KIND } from './cpp-tokens.ts';

/** The name that `#define`, `#undef`, `#ifdef` and their like are about; complains where there is none. */
export function readMacroName(reader: CppReader, directive: string, changes: boolean): CppName | undefined {
  const found = lexToken(reader);
  const { name } = found;
  if (name) {
    if (!changes || name.text !== 'defined') return name;
    complain(reader, '"defined" cannot be used as a macro name', found.line);
  } else if (found.kind === KIND.eof) complain(reader, `no macro name given in #${directive} directive`);
  else complain(reader, 'macro names must be identifiers', found.line);
  return undefined;
}

export function define(reader: CppReader): void {
  const name = readMacroName(reader, 'define', true);
  const { buffer } = reader;
  if (!name || !buffer) return;
  const line = buffer.lineNumber;
  const head = readParameters(reader, buffer);
  if (!head) return;
  const macro: SourceMacro = {
    kind: 'source',
    name: name.text,
    ...head,
    file: buffer.fileName,
    line,
    text: buffer.line,
    start: buffer.cur,
    end: buffer.end,
    body: undefined,
  };
  const isPlain = canWait(buffer.line, buffer.cur, buffer.end);
  if (isPlain) buffer.cur = buffer.end;
  else {
    const body = readBody(reader, macro, () => lexDirect(reader));
    if (!body) return;
    macro.body = body;
  }
  setMacro(reader, name, macro);
}

const HASH = 35;
const DEFINE_LENGTH = '#define '.length;

/** All of a body in which nothing goes on in the next line (a comment), and nothing can be wrong (`##`, `__VA_ARGS__`). */
const PLAIN_BODY = /(?:[^/#_\n]+|\/(?!\*)|#(?!#)|_(?!V))*/y;

function canWait(line: string, start: number, end: number): boolean {
  PLAIN_BODY.lastIndex = start;
  PLAIN_BODY.test(line);
  return PLAIN_BODY.lastIndex >= end;
}

/** A whole line with such a body, which goes on in no other one. */
const PLAIN_DEFINE = /#define ([A-Za-z_]\w*)(?![^ \t\n])(?:[^/#_\n\r\\]|\/(?!\*)|#(?!#)|_(?!V))*\n/y;

/**
 * Most lines of most headers: a line that is `#define NAME`, to be read on demand, is carried out before anybody looks at
 * it. False: the next one is another one, and nothing has been done.
 */
export function defineAtOnce(reader: CppReader, buffer: CppBuffer): boolean {
  const { text: file, next } = buffer;
  if (file.charCodeAt(next) !== HASH) return false;
  PLAIN_DEFINE.lastIndex = next;
  const text = PLAIN_DEFINE.exec(file)?.[1];
  if (text === undefined) return false;
  const name = nameOf(reader, text);
  if (name.macro || name.poisoned || text === 'defined' || text.startsWith('__VA_')) return false;
  name.macro = {
    kind: 'source',
    name: text,
    params: undefined,
    variadic: false,
    file: buffer.fileName,
    line: buffer.nextLineNumber,
    text: file,
    start: next + DEFINE_LENGTH + text.length,
    end: PLAIN_DEFINE.lastIndex - 1,
    body: undefined,
  };
  buffer.next = PLAIN_DEFINE.lastIndex;
  buffer.lineNumber = buffer.nextLineNumber++;
  if (buffer.guardState !== 'inside') buffer.guardState = 'none';
  return true;
}

function setMacro(reader: CppReader, name: CppName, macro: SourceMacro): void {
  const old = name.macro;
  const isChanged = old && (old.kind === 'builtin' || !isSame(reader, old, macro));
  if (isChanged) {
    warn(reader, `"${name.text}" redefined`, macro.line);
    if (old.kind === 'source') {
      const at = { ...placeAt(reader), span: { file: old.file, line: old.line } };
      reader.diagnostics.push(warning('this is the location of the previous definition', at));
    }
  }
  name.macro = macro;
}

function isSame(reader: CppReader, a: SourceMacro, b: SourceMacro): boolean {
  if (a.variadic !== b.variadic || a.params?.join() !== b.params?.join()) return false;
  const [left, right] = [bodyOf(reader, a), bodyOf(reader, b)];
  return (
    left.length === right.length &&
    left.every((one, i) => {
      const other = right[i]!;
      return one.kind === other.kind && one.flags === other.flags && one.text === other.text;
    })
  );
}

/** The body's tokens. */
export function bodyOf(reader: CppReader, macro: SourceMacro): readonly CppToken[] {
  if (macro.body) return macro.body;
  const buffer: CppBuffer = bufferOfText('', 0, macro.file);
  buffer.line = macro.text;
  buffer.cur = macro.start;
  buffer.end = macro.end;
  macro.body = readBody(reader, macro, () => scan(reader, buffer, 0)) ?? [];
  return macro.body;
}

type Parameters = Pick<SourceMacro, 'params' | 'variadic'>;

/** `(a, b, ...)` when it follows the name at once; undefined, with a complaint, for a bad one. */
function readParameters(reader: CppReader, buffer: CppBuffer): Parameters | undefined {
  const { line, cur, end } = buffer;
  if (cur < end && line[cur] === '(') {
    buffer.cur++;
    return readParameterList(reader);
  }
  const follows = line.charCodeAt(cur);
  const isApart = cur >= end || isBlank(follows) || line.startsWith('/*', cur) || line.startsWith('//', cur);
  if (!isApart) warn(reader, 'missing whitespace after the macro name', buffer.lineNumber);
  return { params: undefined, variadic: false };
}

function readParameterList(reader: CppReader): Parameters | undefined {
  const params: string[] = [];
  let named = false;
  const fail = (message: string): undefined => {
    complain(reader, message);
    return undefined;
  };
  for (;;) {
    const found = lexDirect(reader);
    if (found.kind === KIND.name) {
      if (named) return fail(`expected ',' or ')', found "${found.text}"`);
      if (params.includes(found.text)) return fail(`duplicate macro parameter "${found.text}"`);
      params.push(found.text);
      named = true;
    } else if (found.kind === KIND.eof) {
      return fail(named ? "expected ')' before end of line" : 'expected parameter name before end of line');
    } else if (found.text === ')' && (named || params.length === 0)) return { params, variadic: false };
    else if (found.text === ',' && named) named = false;
    else if (found.text === '...') {
      if (!named) params.push('__VA_ARGS__');
      if (lexDirect(reader).text !== ')') return fail(`expected ')' after "..."`);
      return { params, variadic: true };
    } else {
      return fail(
        named ? `expected ',' or ')', found "${found.text}"` : `expected parameter name, found "${found.text}"`,
      );
    }
  }
}

const PASTE_AT_END = "'##' cannot appear at either end of a macro expansion";

/** Reads a body; undefined, with a complaint, for a bad one. */
function readBody(
  reader: CppReader,
  { params, variadic }: SourceMacro,
  next: () => CppToken | undefined,
): CppToken[] | undefined {
  const outer = reader.variadicAllowed;
  reader.variadicAllowed = variadic && params?.at(-1) === '__VA_ARGS__';
  const tokens: CppToken[] = [];
  let pastes = false;
  for (let found = next(); found && found.kind !== KIND.eof; found = next()) {
    const last = tokens.at(-1);
    if (found.kind === KIND.operator && found.text === '##') {
      if (!last) {
        complain(reader, PASTE_AT_END);
        tokens.push(found);
        pastes = false;
        reader.variadicAllowed = outer;
        return undefined;
      }
      const white = found.flags & FLAG.white ? FLAG.innerWhite : 0;
      if (!pastes) tokens[tokens.length - 1] = own(last, last.flags | FLAG.pasteLeft | white, last.parameter);
      pastes = true;
      continue;
    }
    pastes = false;
    addToBody(tokens, found, params, variadic);
  }
  reader.variadicAllowed = outer;
  if (pastes) complain(reader, PASTE_AT_END);
  const isGood = !pastes && (!variadic || checkOptional(reader, tokens));
  return isGood ? tokens : undefined;
}

function addToBody(
  tokens: CppToken[],
  found: CppToken,
  params: readonly string[] | undefined,
  variadic: boolean,
): void {
  const last = tokens.at(-1);
  const index = found.kind === KIND.name && params ? params.indexOf(found.text) : -1;
  const flags = last ? found.flags & FLAG.white : 0;
  const isOptional = variadic && found.text === '__VA_OPT__';
  // In assembler a `#` that no parameter follows is a `#`.
  if (
    (index >= 0 || isOptional) &&
    last?.text === '#' &&
    last.kind === KIND.operator &&
    !(last.flags & FLAG.pasteLeft)
  ) {
    const inner = found.flags & FLAG.white ? FLAG.innerWhite : 0;
    tokens.pop();
    tokens.push(own(found, (last.flags & FLAG.white) | FLAG.stringify | inner, index));
  } else tokens.push(own(found, flags, index));
}

/** A body's token has no line of its own: it stands where its macro is called. */
const own = (of: CppToken, flags: number, parameter: number): CppToken => ({
  kind: parameter >= 0 && of.kind !== KIND.parameter && of.kind === KIND.name ? KIND.parameter : of.kind,
  flags,
  text: of.text,
  line: 0,
  column: of.column,
  name: parameter >= 0 ? undefined : of.name,
  parameter,
  source: undefined,
});

/** `__VA_OPT__ ( … )`: not within another one, and no `##` at its ends. */
function checkOptional(reader: CppReader, tokens: readonly CppToken[]): boolean {
  const fail = (message: string): false => {
    complain(reader, message);
    return false;
  };
  for (let i = 0; i < tokens.length; i++) {
    if (tokens[i]!.kind !== KIND.name || tokens[i]!.text !== '__VA_OPT__') continue;
    if (tokens[i + 1]?.text !== '(') return fail('__VA_OPT__ must be followed by an open parenthesis');
    const ends = "'##' cannot appear at either end of __VA_OPT__";
    if (tokens[i + 1]!.flags & FLAG.pasteLeft) return fail(ends);
    let depth = 1;
    for (i += 2; depth > 0; i++) {
      const inside = tokens[i];
      if (!inside) return fail('unterminated __VA_OPT__');
      if (inside.kind === KIND.name && inside.text === '__VA_OPT__') {
        return fail('__VA_OPT__ may not appear in a __VA_OPT__');
      }
      if (inside.kind !== KIND.operator) continue;
      if (inside.text === '(') depth++;
      if (inside.text === ')') depth--;
    }
    i--;
    if (tokens[i - 1]!.flags & FLAG.pasteLeft) return fail(ends);
  }
  return true;
}

export function undefine(reader: CppReader, name: CppName): void {
  if (name.macro?.kind === 'builtin') warn(reader, `undefining "${name.text}"`);
  name.macro = undefined;
}

/** Defines a macro that needs no reading: what the compiler has built in. */
export function predefine(reader: CppReader, text: string, value: string): void {
  const open = text.indexOf('(');
  const name = open < 0 ? text : text.slice(0, open);
  nameOf(reader, name).macro = {
    kind: 'source',
    name,
    params: open < 0 ? undefined : text.slice(open + 1, -1).split(','),
    variadic: false,
    file: '<built-in>',
    line: 0,
    text: `${value}\n`,
    start: 0,
    end: value.length,
    body: undefined,
  };
}
