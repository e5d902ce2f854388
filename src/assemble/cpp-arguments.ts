/**
 * A macro's body with its arguments put in (C11 6.10.3.1), `__VA_OPT__` (C2x 6.10.4.1) and GNU's `, ## args` included:
 * in go a body and arguments, out comes the list that is scanned again. An argument is expanded by itself, all but
 * beside `#` and `##`.
 *
 * The subtle invariant: an empty argument is a placemarker. Its neighbour's `##` is taken away or left so that what
 * is pasted are always two tokens that stand side by side in the list.
 */
import { type Argument, getToken, pushTokens } from './cpp-expand.ts';
import type { SourceMacro } from './cpp-macro.ts';
import { paste, stringify } from './cpp-paste.ts';
import { type CppReader, charge, stop } from './cpp-reader.ts';
import { APART, ARGUMENT_END, type CppToken, FLAG, KIND, padding, withFlags } from './cpp-tokens.ts';

/** Calls within the arguments of calls. GCC has no limit and runs out of stack. */
const MAX_DEPTH = 400;

interface Substitution {
  readonly reader: CppReader;
  readonly macro: SourceMacro;
  readonly body: readonly CppToken[];
  readonly args: readonly Argument[];
  /** Where the call stands. */
  readonly line: number;
  readonly expanded: (readonly CppToken[] | undefined)[];
  readonly strings: (CppToken | undefined)[];
  readonly out: CppToken[];
  /** `__VA_OPT__`, if the list is inside one. */
  optional: Optional | undefined;
}

interface Optional {
  /** How many tokens there were before it. */
  readonly start: number;
  readonly kept: boolean;
  readonly opening: CppToken;
  depth: number;
}

export function replaceArguments(
  reader: CppReader,
  macro: SourceMacro,
  body: readonly CppToken[],
  args: readonly Argument[],
  line: number,
): CppToken[] {
  const work: Substitution = {
    reader,
    macro,
    body,
    args,
    line,
    expanded: [],
    strings: [],
    out: [],
    optional: undefined,
  };
  if (macro.variadic) expandAhead(work);
  for (let i = 0; i < body.length && !reader.stopped; i++) {
    const item = body[i]!;
    const afterPaste = i > 0 && (body[i - 1]!.flags & FLAG.pasteLeft) !== 0;
    if (macro.variadic && trackOptional(work, item, i, afterPaste)) continue;
    if (item.kind === KIND.parameter) putArgument(work, item, i, afterPaste);
    else work.out.push(item);
  }
  return work.out;
}

/** All arguments are expanded in the body's order, in a `__VA_OPT__` that is left out too: `__COUNTER__` counts them. */
function expandAhead(work: Substitution): void {
  const { body } = work;
  if (!body.some(({ kind, text }) => kind === KIND.name && text === '__VA_OPT__')) return;
  body.forEach(({ kind, flags, parameter }, i) => {
    const isRaw =
      (flags & (FLAG.stringify | FLAG.pasteLeft)) !== 0 || ((body[i - 1]?.flags ?? 0) & FLAG.pasteLeft) !== 0;
    if (kind === KIND.parameter && !isRaw) expandArgument(work, parameter);
  });
}

function putArgument(work: Substitution, item: CppToken, index: number, afterPaste: boolean): void {
  const { reader, macro, args, out, optional } = work;
  const beforePaste = (item.flags & FLAG.pasteLeft) !== 0;
  const arg = args[item.parameter];
  let tokens: readonly CppToken[];
  // The token whose `##` is to be set or taken away in the end.
  let marked = -1;
  if (item.flags & FLAG.stringify) tokens = [stringOf(work, item)];
  else if (beforePaste) tokens = atCall(arg);
  else if (afterPaste) {
    tokens = atCall(arg);
    const last = out.at(-1);
    if (last?.text === ',' && macro.variadic && item.parameter === macro.params!.length - 1) {
      if (arg === undefined) out.pop();
      else marked = out.length - 1;
    } else if (last && tokens.length === 0 && out.length !== optional?.start) marked = out.length - 1;
  } else {
    tokens = expandArgument(work, item.parameter);
    if (optional && out.length === optional.start) tokens = tokens.slice(leadingPadding(tokens));
  }
  const startsOptional = optional !== undefined && out.length === optional.start;
  if (!reader.inDirective && index > 0 && !afterPaste && !startsOptional) out.push(padding(item));
  if (tokens.length > 0) {
    if (!charge(reader, tokens.length)) return;
    for (const one of tokens) out.push(one);
    if (beforePaste) marked = out.length - 1;
  }
  if (!reader.inDirective && !beforePaste) out.push(APART);
  if (marked >= 0) setPaste(out, marked, beforePaste);
}

function stringOf({ reader, args, strings }: Substitution, item: CppToken): CppToken {
  const made = strings[item.parameter] ?? stringify(reader, args[item.parameter] ?? [], item);
  strings[item.parameter] = made;
  return made;
}

/** What is not expanded by itself stands where the call does. */
const atCall = (arg: Argument): readonly CppToken[] => (arg ?? []).map((one) => (one.name ? { ...one, line: 0 } : one));

function setPaste(out: CppToken[], at: number, pastes: boolean): void {
  const found = out[at];
  if (found) out[at] = withFlags(found, pastes ? found.flags | FLAG.pasteLeft : found.flags & ~FLAG.pasteLeft);
}

const leadingPadding = (tokens: readonly CppToken[]): number => {
  const at = tokens.findIndex(({ kind }) => kind !== KIND.padding);
  return at < 0 ? tokens.length : at;
};

function expandArgument({ reader, args, line, expanded }: Substitution, index: number): readonly CppToken[] {
  const done = expanded[index];
  if (done) return done;
  const arg = args[index] ?? [];
  const out: CppToken[] = [];
  expanded[index] = out;
  if (arg.length === 0) return out;
  if (reader.depth >= MAX_DEPTH) {
    stop(reader, 'macro calls nested too deeply');
    return out;
  }
  reader.depth++;
  const outer = reader.context;
  pushTokens(reader, [...arg, ARGUMENT_END], undefined, line);
  for (let found = getToken(reader); found.kind !== KIND.eof; found = getToken(reader)) out.push(found);
  if (!reader.stopped) reader.context = outer;
  reader.depth--;
  return out;
}

/** Follows `__VA_OPT__ ( … )` through the body; true: the token is none of the list's. */
function trackOptional(work: Substitution, item: CppToken, index: number, afterPaste: boolean): boolean {
  const { out, reader, macro } = work;
  if (!work.optional) {
    if (item.kind !== KIND.name || item.text !== '__VA_OPT__') return false;
    const kept = expandArgument(work, macro.params!.length - 1).some(({ kind }) => kind !== KIND.padding);
    if (index > 0 && !afterPaste) out.push(padding(item));
    work.optional = { start: out.length, kept, opening: item, depth: 0 };
    return true;
  }
  const { optional } = work;
  if (item.text === '(' && item.kind === KIND.operator && optional.depth++ === 0) return true;
  if (item.text !== ')' || item.kind !== KIND.operator || --optional.depth > 0) return !optional.kept;
  closeOptional(reader, out, optional, item);
  work.optional = undefined;
  return true;
}

function closeOptional(reader: CppReader, out: CppToken[], { start, opening }: Optional, closing: CppToken): void {
  const beforePaste = (closing.flags & FLAG.pasteLeft) !== 0;
  if (beforePaste) while (out.length > start && out.at(-1) === APART) out.pop();
  if (
    out.length === start &&
    start > 0 &&
    out[start - 1]!.flags & FLAG.pasteLeft &&
    !(opening.flags & FLAG.stringify)
  ) {
    setPaste(out, start - 1, false);
  }
  if (opening.flags & FLAG.stringify) {
    const inside = pasteInside(reader, out.splice(start));
    out.push(stringify(reader, inside, opening));
  }
  if (!beforePaste) out.push(APART);
  else if (out.length > 0 && out.at(-1)!.kind !== KIND.padding) setPaste(out, out.length - 1, true);
}

/** What `#__VA_OPT__` takes as its text has its own `##` done. */
function pasteInside(reader: CppReader, tokens: readonly CppToken[]): CppToken[] {
  const out: CppToken[] = [];
  let pastes = false;
  for (const one of tokens) {
    const left = pastes ? out.at(-1) : undefined;
    const pasted = left && one.kind !== KIND.padding ? paste(reader, left, one) : undefined;
    if (pasted) out[out.length - 1] = pasted;
    else out.push(one);
    pastes = (one.flags & FLAG.pasteLeft) !== 0;
  }
  return out;
}
