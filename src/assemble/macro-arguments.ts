/**
 * Reading macro headers and calls, character by character as gas does (macro.c: get_token, get_any_string, do_formals,
 * macro_expand). In goes scrubbed text, out come formals, or the actual text for each formal.
 *
 * The subtle invariant: a comma ends an argument even inside parentheses, a blank only outside of them; quotes around a
 * whole argument are stripped, quotes inside one are kept.
 */

export interface Formal {
  readonly name: string;
  readonly kind: 'optional' | 'required' | 'vararg';
  readonly fallback: string;
}

const NAME = /[A-Za-z_.$\u0080-\uffff][\w.$\u0080-\uffff]*/y;

/** A position in a text; the readers below advance it. */
export interface Cursor {
  readonly text: string;
  at: number;
  /** After `.altmacro`: `<text>`, `!` before a character, `%expression`. */
  readonly alternate?: Alternate | undefined;
}

/** What `.altmacro` needs of the assembler: the value of the expression at `at`, and where it ends. */
export interface Alternate {
  evaluate(text: string, at: number): { readonly value: bigint; readonly end: number };
}

export const cursor = (text: string, alternate?: Alternate): Cursor => ({ text, at: 0, alternate });
export const atEnd = (c: Cursor): boolean => c.at >= c.text.length;
const peek = (c: Cursor): string => c.text[c.at] ?? '';

export function skipBlanks(c: Cursor): void {
  const { text } = c;
  for (let char = text[c.at]; char === ' ' || char === '\t'; char = text[c.at]) c.at++;
}

export function skipComma(c: Cursor): void {
  skipBlanks(c);
  if (peek(c) === ',') c.at++;
  skipBlanks(c);
}

/** A name, or '' when there is none here. */
export function readName(c: Cursor): string {
  NAME.lastIndex = c.at;
  const name = NAME.exec(c.text)?.[0] ?? '';
  c.at += name.length;
  return name;
}

/** An argument of no surprises: nothing in it that is quoted, bracketed or a comma, or that only `.altmacro` knows. */
const PLAIN_ARGUMENT = /[^\s,"'()[\]<%]*(?=[\s,]|$)/y;

/** One argument, unquoted. */
export function readArgument(c: Cursor): string {
  skipBlanks(c);
  const { alternate } = c;
  PLAIN_ARGUMENT.lastIndex = c.at;
  const plain = PLAIN_ARGUMENT.exec(c.text)?.[0];
  if (plain !== undefined) {
    c.at += plain.length;
    return plain;
  }
  if (alternate !== undefined) {
    const special = readAlternate(c, alternate);
    if (special !== undefined) return special;
  }
  if (peek(c) === '"') return readQuoted(c);
  const from = c.at;
  const closers: string[] = [];
  while (!atEnd(c)) {
    const char = peek(c);
    if (char === '<' && alternate !== undefined) break;
    if (char === ',' || (closers.length === 0 && (char === ' ' || char === '\t'))) break;
    if (char === '"' || char === "'") {
      const close = c.text.indexOf(char, c.at + 1);
      if (close < 0) {
        c.at = c.text.length;
        break;
      }
      c.at = close;
    } else if (char === '(') closers.push(')');
    else if (char === '[') closers.push(']');
    else if (char === closers.at(-1)) closers.pop();
    c.at++;
  }
  return c.text.slice(from, c.at);
}

/** `%expression` as a number, `<text>` as it is, `"text"` and `'text'` in double quotes; undefined for anything else. */
function readAlternate(c: Cursor, alternate: Alternate): string | undefined {
  const char = peek(c);
  if (char === '%') {
    const { value, end } = alternate.evaluate(c.text, c.at + 1);
    c.at = end;
    return `${value}`;
  }
  if (char !== '<' && char !== '"' && char !== "'") return undefined;
  let out = '';
  for (let next = char; next === '<' || next === '"' || next === "'"; next = peek(c)) {
    out += next === '<' ? readBracketed(c) : readQuoted(c, next);
  }
  return char === '<' ? out : `"${out}"`;
}

/** `<text>`, which may hold pairs of brackets, and any character behind `!`. */
function readBracketed(c: Cursor): string {
  let out = '';
  let depth = 0;
  for (c.at++; !atEnd(c) && (peek(c) !== '>' || depth > 0); c.at++) {
    if (peek(c) === '!') c.at++;
    else if (peek(c) === '<') depth++;
    else if (peek(c) === '>') depth--;
    out += peek(c);
  }
  c.at++;
  return out;
}

/** What stands between quotes; `""` inside stands for one quote, and `\"` does not close (its backslash stays). */
function readQuoted(c: Cursor, quote = '"'): string {
  let out = '';
  let escaped = false;
  for (c.at++; !atEnd(c); c.at++) {
    const char = peek(c);
    if (char === '!' && c.alternate !== undefined) {
      c.at++;
      out += peek(c);
      continue;
    }
    if (char === quote && !escaped) {
      c.at++;
      if (peek(c) !== quote) break;
    }
    out += char;
    escaped = char === '\\' && !escaped;
  }
  return out;
}

export interface Header {
  readonly name: string;
  readonly formals: readonly Formal[];
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

/** `name`, `name a, b=2, c:req, d:vararg` */
export function readHeader(text: string, alternate?: Alternate): Header {
  const c = cursor(text, alternate);
  skipBlanks(c);
  const name = readName(c);
  const formals: Formal[] = [];
  const errors: string[] = [];
  const warnings: string[] = [];
  if (name === '') return { name, formals, errors: ['Missing macro name'], warnings };
  skipComma(c);
  while (!atEnd(c)) {
    const formal = readFormal(c, name, errors, warnings);
    if (!formal) break;
    if (formals.some((other) => other.name === formal.name)) {
      errors.push(`A parameter named \`${formal.name}' already exists for macro \`${name}'`);
    }
    formals.push(formal);
    const before = c.at;
    skipComma(c);
    if (atEnd(c) && c.at !== before) c.at = before;
    if (formal.kind === 'vararg') break;
  }
  skipBlanks(c);
  if (!atEnd(c)) errors.push(`Bad parameter list for macro \`${name}'`);
  return { name, formals, errors, warnings };
}

function readFormal(c: Cursor, macro: string, errors: string[], warnings: string[]): Formal | undefined {
  const name = readName(c);
  if (name === '') return undefined;
  let kind: Formal['kind'] = 'optional';
  skipBlanks(c);
  if (peek(c) === ':') {
    c.at++;
    skipBlanks(c);
    const qualifier = readName(c);
    if (qualifier === 'req') kind = 'required';
    else if (qualifier === 'vararg') kind = 'vararg';
    else if (qualifier === '') errors.push(`Missing parameter qualifier for \`${name}' in macro \`${macro}'`);
    else errors.push(`\`${qualifier}' is not a valid parameter qualifier for \`${name}' in macro \`${macro}'`);
    skipBlanks(c);
  }
  let fallback = '';
  if (peek(c) === '=') {
    c.at++;
    fallback = readArgument(c);
    skipBlanks(c);
    if (kind === 'required') {
      warnings.push(`Pointless default value for required parameter \`${name}' in macro \`${macro}'`);
      fallback = '';
    }
  }
  return { name, kind, fallback };
}

export interface Call {
  /** The text for each formal, defaults put in. */
  readonly actuals: Map<string, string>;
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  /** The call is beyond repair: nothing is expanded. */
  readonly failed: boolean;
}

/** `name=value`: nothing that ends a name stands before the sign. */
const KEYWORD = /[^\s,";()=]*=/y;

function isKeyword(text: string, at: number): boolean {
  KEYWORD.lastIndex = at;
  return KEYWORD.test(text);
}

export function readCall(macro: string, formals: readonly Formal[], text: string, alternate?: Alternate): Call {
  const c = cursor(text, alternate);
  const given = new Map<string, string>();
  const errors: string[] = [];
  const warnings: string[] = [];
  let position = 0;
  let sawKeyword = false;
  let failure: string | undefined;
  for (skipBlanks(c); !atEnd(c) && failure === undefined; skipComma(c)) {
    if (alternate === undefined && isKeyword(text, c.at)) {
      sawKeyword = true;
      failure = readKeyword(c, macro, formals, given, errors, warnings);
      continue;
    }
    const formal = formals[position];
    if (sawKeyword) failure = "can't mix positional and keyword arguments";
    else if (!formal) failure = 'too many positional arguments';
    else if (formal.kind === 'vararg') {
      given.set(formal.name, text.slice(c.at));
      c.at = text.length;
    } else given.set(formal.name, readArgument(c));
    position++;
  }
  if (failure !== undefined) return { actuals: given, errors: [...errors, failure], warnings, failed: true };
  const actuals = new Map<string, string>();
  for (const { name, kind, fallback } of formals) {
    const actual = given.get(name) ?? '';
    if (kind === 'required' && actual === '') {
      errors.push(`Missing value for required parameter \`${name}' of macro \`${macro}'`);
    }
    actuals.set(name, actual === '' ? fallback : actual);
  }
  return { actuals, errors, warnings, failed: false };
}

function readKeyword(
  c: Cursor,
  macro: string,
  formals: readonly Formal[],
  given: Map<string, string>,
  errors: string[],
  warnings: string[],
): string | undefined {
  const name = readName(c);
  if (peek(c) !== '=') return 'confusion in formal parameters';
  c.at++;
  const value = readArgument(c);
  if (!formals.some((formal) => formal.name === name)) {
    errors.push(`Parameter named \`${name}' does not exist for macro \`${macro}'`);
    return undefined;
  }
  if (given.get(name)) {
    warnings.push(`Value for parameter \`${name}' of macro \`${macro}' was already specified`);
  }
  given.set(name, value);
  return undefined;
}
