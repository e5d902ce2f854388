/**
 * Directives (C11 6.10), as GCC carries them out in assembler: in goes a `#` that begins a line, out comes whether it
 * was a directive. What begins with `#` and is none is text, since it is the assembler's comment; `# 12 "file"` too.
 *
 * The subtle invariant: inside the arguments of a call a directive is carried out like anywhere else, and the call goes
 * on behind it.
 */
import { assertDirective, unassertDirective } from './cpp-assertions.ts';
import { evaluateCondition } from './cpp-condition.ts';
import { closeConditional, nextGroup, openConditional } from './cpp-conditional.ts';
import { define, readMacroName, undefine } from './cpp-define.ts';
import { getVisible, popAll } from './cpp-expand.ts';
import { type IncludeKind, include, readHeader } from './cpp-include.ts';
import { lexDirect, lexToken } from './cpp-lex.ts';
import { performPragma } from './cpp-pragma.ts';
import { type CppReader, complain, warn } from './cpp-reader.ts';
import { type CppName, type CppToken, FLAG, KIND } from './cpp-tokens.ts';

type Directive = (reader: CppReader, line: number, name: string) => void;

const CONDITIONALS: ReadonlyMap<string, Directive> = new Map<string, Directive>([
  ['if', ifDirective],
  ['ifdef', ifDefined],
  ['ifndef', ifDefined],
  ['elif', elifDirective],
  ['elifdef', elifDirective],
  ['elifndef', elifDirective],
  ['else', elseDirective],
  ['endif', endifDirective],
]);

const OTHERS: ReadonlyMap<string, Directive> = new Map<string, Directive>([
  ['define', (reader) => define(reader)],
  ['undef', undef],
  ['include', includeDirective],
  ['include_next', includeDirective],
  ['import', includeDirective],
  ['line', lineDirective],
  ['error', (reader, line, name) => complain(reader, `#${name}${restOfLine(reader)}`, line)],
  ['warning', (reader, line, name) => warn(reader, `#${name}${restOfLine(reader)}`, line)],
  ['pragma', pragmaDirective],
  ['ident', identDirective],
  ['sccs', identDirective],
  ['assert', assertDirective],
  ['unassert', unassertDirective],
]);

const OPENING = new Set(['if', 'ifdef', 'ifndef']);

/** Carries the line out; false: it is text. */
export function performDirective(reader: CppReader, hash: CppToken): boolean {
  const { parsingArgs, preventExpansion } = reader;
  const buffer = reader.buffer!;
  reader.parsingArgs = 0;
  reader.preventExpansion = 0;
  reader.inDirective = true;
  const first = lexToken(reader);
  const conditional = first.kind === KIND.name ? CONDITIONALS.get(first.text) : undefined;
  const directive = conditional ?? (first.kind === KIND.name ? OTHERS.get(first.text) : undefined);
  const isText = !directive && first.kind !== KIND.eof;
  if (isText) reader.ahead.push(first);
  else {
    if (!OPENING.has(first.text) && buffer.guardState !== 'inside') buffer.guardState = 'none';
    if (directive && (conditional || !reader.skipping)) directive(reader, hash.line, first.text);
    if (reader.inDirective) endDirective(reader);
  }
  reader.inDirective = false;
  reader.parsingArgs = parsingArgs;
  reader.preventExpansion = preventExpansion;
  return !isText;
}

/** Leaves the rest of the line behind, wherever a comment in it may end. */
function endDirective(reader: CppReader): void {
  popAll(reader);
  reader.ahead.length = 0;
  while (reader.buffer && !reader.buffer.needLine && !reader.stopped) lexDirect(reader);
  reader.inDirective = false;
}

function expectEnd(reader: CppReader, name: string): void {
  const rest = lexToken(reader);
  if (rest.kind !== KIND.eof) warn(reader, `extra tokens at end of #${name} directive`, rest.line);
}

function ifDirective(reader: CppReader, line: number, name: string): void {
  if (reader.skipping) return openConditional(reader, name, line, false, undefined);
  const guard = readGuard(reader);
  openConditional(reader, name, line, evaluateCondition(reader, `#${name}`), guard);
}

/** The name of `#if !defined NAME`, which may guard its file; nothing is read on. */
function readGuard({ buffer, names }: CppReader): CppName | undefined {
  if (buffer?.guardState !== 'fresh') return undefined;
  const text = buffer.line.slice(buffer.cur, buffer.end);
  const [, name] = /^\s*!\s*defined\s*(?:\(\s*)?([A-Za-z_]\w*)\s*\)?\s*$/.exec(text) ?? [];
  return name === undefined ? undefined : names.get(name);
}

function ifDefined(reader: CppReader, line: number, directive: string): void {
  if (reader.skipping) return openConditional(reader, directive, line, false, undefined);
  const name = readTestedName(reader, directive);
  const holds = name !== undefined && (name.macro !== undefined) === (directive === 'ifdef');
  openConditional(reader, directive, line, holds, directive === 'ifndef' ? name : undefined);
}

/** The name that `#ifdef` and its likes ask for. */
function readTestedName(reader: CppReader, directive: string): CppName | undefined {
  const name = readMacroName(reader, directive, false);
  if (name) expectEnd(reader, directive);
  return name;
}

function elifDirective(reader: CppReader, line: number, directive: string): void {
  nextGroup(reader, directive, line, () => {
    if (directive === 'elif') return evaluateCondition(reader, '#elif');
    const name = readTestedName(reader, directive);
    return name !== undefined && (name.macro !== undefined) === (directive === 'elifdef');
  });
}

function elseDirective(reader: CppReader, line: number, name: string): void {
  if (nextGroup(reader, name, line, undefined)) expectEnd(reader, name);
}

function endifDirective(reader: CppReader, line: number, name: string): void {
  if (closeConditional(reader, line)) expectEnd(reader, name);
}

function undef(reader: CppReader, _line: number, directive: string): void {
  const name = readMacroName(reader, directive, true);
  if (!name) return;
  undefine(reader, name);
  expectEnd(reader, directive);
}

function includeDirective(reader: CppReader, line: number, name: string): void {
  if (name === 'import') warn(reader, '#import is a deprecated GCC extension', line);
  const header = readHeader(reader, name);
  if (!header) return;
  expectEnd(reader, name);
  endDirective(reader);
  include(reader, header, name as IncludeKind, line);
}

const MAX_LINE = 2 ** 31 - 1;

function lineDirective(reader: CppReader, line: number, name: string): void {
  const number = getVisible(reader);
  if (!/^\d+$/.test(number.text)) {
    const what = number.kind === KIND.eof ? 'unexpected end of file after #line' : undefined;
    return complain(reader, what ?? `"${number.text}" after #line is not a positive integer`, line);
  }
  const wanted = Number(number.text);
  if (wanted > MAX_LINE) warn(reader, 'line number out of range', line);
  const file = getVisible(reader);
  if (file.kind !== KIND.eof && file.kind !== KIND.string) {
    return complain(reader, `"${file.text}" is not a valid filename`, line);
  }
  if (file.kind === KIND.string) expectEnd(reader, name);
  endDirective(reader);
  const buffer = reader.buffer!;
  buffer.nextLineNumber = wanted % (MAX_LINE + 1);
  if (file.kind === KIND.string) buffer.fileName = file.text.slice(1, -1).replace(/\\(["\\])/g, '$1');
  reader.fileChange(reader, 'rename', buffer.nextLineNumber);
}

/** The rest of the directive as it was written, blanks squeezed. */
function restOfLine(reader: CppReader): string {
  let text = '';
  for (let found = lexDirect(reader); found.kind !== KIND.eof; found = lexDirect(reader)) {
    text += (found.flags & FLAG.white ? ' ' : '') + found.text;
  }
  return text;
}

function pragmaDirective(reader: CppReader, line: number): void {
  const tokens: CppToken[] = [];
  for (let found = lexDirect(reader); found.kind !== KIND.eof; found = lexDirect(reader)) tokens.push(found);
  performPragma(reader, tokens, line);
}

function identDirective(reader: CppReader, line: number, name: string): void {
  const text = getVisible(reader);
  if (text.kind !== KIND.string || lexToken(reader).kind !== KIND.eof) {
    complain(reader, `invalid #${name} directive`, line);
  }
}
