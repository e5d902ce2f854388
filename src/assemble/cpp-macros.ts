/**
 * `#define` and the expansion of macros in a line (C11 6.10.3), by Dave Prosser's algorithm of hide sets: a token
 * remembers which macros it came from and is never expanded by one of those. `#` and `##` included.
 */
import { type CppToken, cppTokens, joinTokens } from './cpp-tokens.ts';

export interface CppMacro {
  readonly name: string;
  /** Undefined for an object-like macro. */
  readonly params: readonly string[] | undefined;
  /** The last parameter takes all that is left (`__VA_ARGS__`, or its own name). */
  readonly variadic: boolean;
  readonly body: readonly CppToken[];
}

export type CppMacros = Map<string, CppMacro>;

/** `NAME body` or `NAME(a, b) body`; undefined when it is no definition. */
export function parseDefine(text: string): CppMacro | undefined {
  const head = /^([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)(\(([^)]*)\))?/u.exec(text);
  if (!head) return undefined;
  const [whole, name = '', hasParams, list = ''] = head;
  const body = cppTokens(text.slice(whole.length));
  if (hasParams === undefined) return { name, params: undefined, variadic: false, body };
  const params = list.trim() === '' ? [] : list.split(',').map((param) => param.trim());
  const last = params.at(-1) ?? '';
  const variadic = last.endsWith('...');
  if (variadic) params[params.length - 1] = last === '...' ? '__VA_ARGS__' : last.slice(0, -3).trim();
  return params.every((param) => /^[\w\u0080-\uffff]+$/u.test(param)) ? { name, params, variadic, body } : undefined;
}

/** `-D NAME[=VALUE]` */
export const parseOption = (option: string): CppMacro | undefined =>
  parseDefine(option.includes('=') ? option.replace('=', ' ') : `${option} 1`);

/** Tokens that one line may pass through: a few definitions are enough to ask for more than any memory holds. */
const MAX_TOKENS = 1 << 18;

/** A line that would pass them; caught by those who report. */
export class ExpansionTooLong extends Error {
  override readonly message = `more than ${MAX_TOKENS} tokens in a macro's expansion`;
}

interface Budget {
  left: number;
}

/** The tokens after expansion; undefined when the arguments of a call go on in the next line. */
export function expandTokens(
  tokens: readonly CppToken[],
  macros: CppMacros,
  budget: Budget = { left: MAX_TOKENS },
): CppToken[] | undefined {
  const out: CppToken[] = [];
  let rest = [...tokens].reverse();
  while (rest.length > 0) {
    const token = rest.pop()!;
    if (--budget.left < 0) throw new ExpansionTooLong();
    const macro = token.kind === 'name' && !token.hidden?.has(token.text) ? macros.get(token.text) : undefined;
    if (!macro) {
      out.push(token);
      continue;
    }
    let args: CppToken[][] = [];
    let hidden = token.hidden ?? new Set<string>();
    if (macro.params) {
      if (rest.at(-1)?.text !== '(') {
        // The parenthesis may stand on the next line in C; in assembler text a bare name is a name.
        out.push(token);
        continue;
      }
      const call = readArguments(rest);
      if (!call) return undefined;
      args = gather(call.args, macro);
      const closing = call.hidden;
      hidden = new Set([...hidden].filter((name) => closing?.has(name)));
      rest = rest.slice(0, rest.length - call.length);
    }
    const body = substitute(macro, args, macros, budget);
    const hide = new Set([...hidden, macro.name]);
    const after = rest.pop();
    if (after) rest.push({ ...after, edge: true, spaced: after.spaced || (body.length === 0 && token.spaced) });
    const placed = body.map((t, i) => ({
      ...t,
      ...(i === 0 && { spaced: token.spaced, edge: true }),
      hidden: t.hidden ? new Set([...t.hidden, ...hide]) : hide,
    }));
    rest.push(...placed.reverse());
  }
  return out;
}

/** Arguments of a call from a reversed token list that begins with `(`. */
function readArguments(
  reversed: readonly CppToken[],
): { args: CppToken[][]; length: number; hidden: ReadonlySet<string> | undefined } | undefined {
  const args: CppToken[][] = [[]];
  let depth = 0;
  for (let i = reversed.length - 1; i >= 0; i--) {
    const token = reversed[i]!;
    if (token.text === '(' && depth++ === 0) continue;
    if (token.text === ')' && --depth === 0) return { args, length: reversed.length - i, hidden: token.hidden };
    if (token.text === ',' && depth === 1) args.push([]);
    else args.at(-1)!.push(token);
  }
  return undefined;
}

/** As many arguments as there are parameters: what a variadic one takes is put together again. */
function gather(args: CppToken[][], { params = [], variadic }: CppMacro): CppToken[][] {
  if (!variadic || args.length <= params.length) return args;
  const comma: CppToken = { kind: 'other', text: ',', spaced: false };
  const tail = args.slice(params.length - 1);
  return [...args.slice(0, params.length - 1), tail.flatMap((arg, i) => (i === 0 ? arg : [comma, ...arg]))];
}

function substitute(macro: CppMacro, args: readonly CppToken[][], macros: CppMacros, budget: Budget): CppToken[] {
  const { params, body } = macro;
  const argument = (token: CppToken | undefined): CppToken[] | undefined => {
    const index = token?.kind === 'name' ? (params?.indexOf(token.text) ?? -1) : -1;
    return index < 0 ? undefined : (args[index] ?? []);
  };
  const out: CppToken[] = [];
  for (let i = 0; i < body.length; i++) {
    const token = body[i]!;
    const next = body[i + 1];
    if (token.text === '#' && params && argument(next)) {
      out.push(stringify(argument(next)!, token.spaced));
      i++;
    } else if (token.text === '##' && out.length > 0 && next) {
      const right = argument(next) ?? [next];
      // GNU: `, ## args` drops the comma when nothing was given for the variadic parameter.
      if (out.at(-1)!.text === ',' && macro.variadic && next.text === params!.at(-1)) {
        if (right.length === 0) out.pop();
        else out.push(...right);
      } else paste(out, right);
      i++;
    } else {
      const arg = argument(token);
      // Next to `##` an argument is taken as it was written.
      const text = arg && body[i + 1]?.text !== '##' ? (expandTokens(arg, macros, budget) ?? arg) : arg;
      if (arg?.length === 0 && body[i + 1]?.text === '##') out.push({ kind: 'other', text: '', spaced: token.spaced });
      else if (text) out.push(...text.map((t, n) => (n === 0 ? { ...t, spaced: token.spaced, edge: true } : t)));
      else out.push(afterArgument(body, i, argument) ? { ...token, edge: true } : token);
    }
  }
  return out.filter(({ text }) => text !== '');
}

const afterArgument = (
  body: readonly CppToken[],
  index: number,
  argument: (token: CppToken | undefined) => CppToken[] | undefined,
): boolean => index > 0 && argument(body[index - 1]) !== undefined;

function stringify(arg: readonly CppToken[], spaced: boolean): CppToken {
  const text = arg
    .map((t, i) => (i > 0 && t.spaced ? ' ' : '') + (t.kind === 'string' ? t.text.replace(/["\\]/g, '\\$&') : t.text))
    .join('');
  return { kind: 'string', text: `"${text}"`, spaced };
}

/** `##`: the last token so far and the first on the right become one. */
function paste(out: CppToken[], right: readonly CppToken[]): void {
  const left = out.pop()!;
  const [first, ...others] = right;
  const pasted = cppTokens(left.text + (first?.text ?? ''));
  pasted.forEach((token, i) => {
    out.push(i === 0 ? { ...token, spaced: left.spaced } : token);
  });
  if (pasted.length === 0) out.push({ ...left, text: '' });
  out.push(...others);
}

/** One line's text with its macros expanded. */
export const expandLine = (text: string, macros: CppMacros): string | undefined => {
  const tokens = cppTokens(text);
  if (!tokens.some(({ kind, text: name }) => kind === 'name' && macros.has(name))) return text;
  const expanded = expandTokens(tokens, macros);
  return expanded && /^\s*/.exec(text)![0] + joinTokens(expanded);
};
