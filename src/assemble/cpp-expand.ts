/**
 * Macro expansion (C11 6.10.3), by a stack of token lists as cpplib keeps it: in goes the reader, out comes the next
 * token with every macro before it expanded. A macro is disabled while its own list is on the stack, and enabled again
 * when reading has gone past its end; a name that was met in between is never expanded any more.
 *
 * The subtle invariant: looking for the parenthesis of a call may read past the end of lists, and so enables their
 * macros, before the call is expanded. `f(2)(9)` in C11 6.10.3.4's example comes out as GCC has it because of that.
 */
import { replaceArguments } from './cpp-arguments.ts';
import { expandBuiltin } from './cpp-builtin.ts';
import { bodyOf } from './cpp-define.ts';
import { lexToken } from './cpp-lex.ts';
import type { SourceMacro } from './cpp-macro.ts';
import { pasteAll } from './cpp-paste.ts';
import { type Context, type CppReader, charge, complain, originLine, TOKENS_OF_A_CALL } from './cpp-reader.ts';
import { APART, type CppName, type CppToken, FLAG, KIND, padding, withFlags } from './cpp-tokens.ts';

/** An argument of a call: as it was written, ended by an `eof`; undefined for one that a variadic call left out. */
export type Argument = readonly CppToken[] | undefined;

/** The next token, expanded; padding among them. */
export function getToken(reader: CppReader): CppToken {
  for (;;) {
    const { context } = reader;
    let found: CppToken;
    if (context === undefined) found = lexToken(reader);
    else if (context.at < context.tokens.length) {
      found = context.tokens[context.at++]!;
      if (found.flags & FLAG.pasteLeft) {
        const source = found;
        pushTokens(reader, [pasteAll(reader, context, found)]);
        if (reader.inDirective) continue;
        return padding(source);
      }
      if (!charge(reader, 1)) popAll(reader);
    } else {
      popContext(reader, context);
      if (reader.inDirective) continue;
      return APART;
    }
    const { name } = found;
    if (name === undefined || name.macro === undefined || found.flags & FLAG.noExpand) return found;
    if (name.disabled) return withFlags(found, found.flags | FLAG.noExpand);
    if (reader.preventExpansion > 0) return found;
    if (!enterMacro(reader, name, found)) return found;
    if (reader.inDirective) continue;
    return padding(found);
  }
}

/** The next token that is no padding. */
export function getVisible(reader: CppReader): CppToken {
  for (;;) {
    const found = getToken(reader);
    if (found.kind !== KIND.padding) return found;
  }
}

export function pushTokens(
  reader: CppReader,
  tokens: readonly CppToken[],
  macro: CppName | undefined = undefined,
  line = originLine(reader, 0),
): void {
  reader.context = { prev: reader.context, macro, tokens, line, at: 0 };
}

function popContext(reader: CppReader, context: Context): void {
  reader.context = context.prev;
  if (context.macro && context.prev?.macro !== context.macro) context.macro.disabled = false;
}

export function popAll(reader: CppReader): void {
  while (reader.context) popContext(reader, reader.context);
}

/** Puts back the token that was read last. */
export function putBack(reader: CppReader, last: CppToken): void {
  if (reader.context) reader.context.at--;
  else reader.ahead.push(last);
}

/** Begins an expansion; false: the name stands for itself. */
function enterMacro(reader: CppReader, name: CppName, at: CppToken): boolean {
  const macro = name.macro!;
  if (macro.kind === 'builtin') return expandBuiltin(reader, macro.name, at);
  if (reader.context === undefined) reader.callBudget = TOKENS_OF_A_CALL;
  const line = originLine(reader, at.line);
  reader.angledHeaders = false;
  let tokens = bodyOf(reader, macro);
  if (macro.params) {
    const args = readCall(reader, macro);
    if (args === undefined) return false;
    if (macro.params.length > 0) tokens = replaceArguments(reader, macro, tokens, args, line);
  }
  name.disabled = true;
  pushTokens(reader, tokens, name, line);
  return true;
}

/** The arguments, when a parenthesis follows: it may stand on a later line. */
function readCall(reader: CppReader, macro: SourceMacro): Argument[] | undefined {
  const outer = reader.parsingArgs;
  reader.preventExpansion++;
  reader.parsingArgs = 1;
  const args = openCall(reader) ? collectArguments(reader, macro) : undefined;
  reader.parsingArgs = outer;
  reader.preventExpansion--;
  return args;
}

function openCall(reader: CppReader): boolean {
  let skipped: CppToken | undefined;
  for (;;) {
    const found = getToken(reader);
    if (found.kind === KIND.padding) {
      const source = skipped?.source;
      if (source === undefined || (!(source.flags & FLAG.white) && found.source === undefined)) skipped = found;
      continue;
    }
    if (found.kind === KIND.operator && found.text === '(') return true;
    // The end of a file or a directive comes again by itself; an argument's end has to be put back.
    if (found.kind !== KIND.eof || reader.context) {
      putBack(reader, found);
      if (skipped) pushTokens(reader, [skipped]);
    }
    return false;
  }
}

function collectArguments(reader: CppReader, macro: SourceMacro): Argument[] | undefined {
  reader.parsingArgs = 2;
  const args: CppToken[][] = [];
  let ended: CppToken;
  do {
    const arg: CppToken[] = [];
    args.push(arg);
    ended = collectArgument(reader, arg, macro.variadic && args.length === macro.params!.length);
  } while (ended.kind !== KIND.eof && ended.text !== ')');
  if (ended.kind === KIND.eof) {
    if (reader.context || reader.inDirective) putBack(reader, ended);
    if (!reader.stopped)
      complain(reader, `unterminated argument list invoking macro "${macro.name}"`, originLine(reader, ended.line));
    return undefined;
  }
  return fitArguments(reader, macro, args);
}

/** Reads one argument; returns what ended it. */
function collectArgument(reader: CppReader, arg: CppToken[], takesRest: boolean): CppToken {
  let depth = 0;
  for (;;) {
    const found = getToken(reader);
    if (found.kind === KIND.padding) {
      if (arg.length === 0) continue;
    } else if (found.kind === KIND.operator) {
      const { text } = found;
      if (text === '(') depth++;
      const closes = text === ')' && depth-- === 0;
      // An assembler's comment in the arguments ends one, as it does in GCC.
      const isHash = text === '#' && (found.flags & FLAG.lineStart) !== 0;
      if (closes || isHash || (text === ',' && depth === 0 && !takesRest)) {
        trimPadding(arg);
        return found;
      }
    } else if (found.kind === KIND.eof) {
      trimPadding(arg);
      return found;
    }
    arg.push(found);
  }
}

function trimPadding(arg: CppToken[]): void {
  while (arg.at(-1)?.kind === KIND.padding) arg.pop();
}

/** As many arguments as there are parameters; undefined, with a complaint, where they do not fit. */
function fitArguments(reader: CppReader, macro: SourceMacro, args: CppToken[][]): Argument[] | undefined {
  const count = macro.params!.length;
  const given = args.length === 1 && count === 0 && args[0]!.length === 0 ? 0 : args.length;
  if (given < count && !(given + 1 === count && macro.variadic)) {
    complain(reader, `macro "${macro.name}" requires ${count} arguments, but only ${given} given`);
    return undefined;
  }
  if (given > count) {
    complain(reader, `macro "${macro.name}" passed ${given} arguments, but takes just ${count}`);
    return undefined;
  }
  // GNU: `, ## args` drops its comma when nothing at all was given for the variadic parameter.
  const leftOut = macro.variadic && (given < count || (given === 1 && args[0]!.length === 0));
  const fitted: Argument[] = args.slice(0, leftOut ? count - 1 : count);
  if (leftOut) fitted.push(undefined);
  return fitted;
}
