/**
 * The C preprocessor for `.S` files: in go a path and where to look for headers, out come the lines that are left, each
 * with the file and line it came from, and what was wrong. C11 6.10, as GCC runs it on assembler (`gcc -E`, lang
 * CLK_ASM): names hold no `$`, a `#` that begins no directive is the assembler's comment.
 *
 * The subtle invariant: comments and continued lines are resolved before anything else, and a line keeps the number of
 * its first physical line.
 */
import { type Diagnostic, error, type Parsed, type Place, place, type Span, warning } from '../base/diagnostics.ts';
import { evaluateCondition } from './cpp-condition.ts';
import { type CppMacros, ExpansionTooLong, expandLine, parseDefine, parseOption } from './cpp-macros.ts';
import type { FilePort } from './logical-line.ts';
import { decode, parseLineMarker, type SourceLine, splitLines } from './source.ts';

export interface CppOptions {
  readonly files: FilePort;
  readonly includeDirs?: readonly string[];
  /** `NAME` or `NAME=VALUE`, as after `-D`. */
  readonly defines?: readonly string[];
  /** Files read before the main one, as after `-include`. */
  readonly includes?: readonly string[];
}

/** GCC's limit too: its default of -fmax-include-depth. */
export const MAX_INCLUDE_DEPTH = 200;
/** Files read in all; entry_64.S reads some two hundred. */
const MAX_INCLUDES = 10_000;

const PREDEFINED = [
  '__ASSEMBLY__',
  '__ASSEMBLER__',
  '__x86_64__',
  '__x86_64',
  '__amd64__',
  '__amd64',
  '__LP64__',
  '_LP64',
  '__ELF__',
];

interface Group {
  readonly at: Place;
  readonly dead: boolean;
  taken: boolean;
  active: boolean;
  sawElse: boolean;
}

interface Preprocessor {
  readonly options: CppOptions;
  readonly macros: CppMacros;
  readonly out: SourceLine[];
  readonly diagnostics: Diagnostic[];
  readonly groups: Group[];
  readonly once: Set<string>;
  depth: number;
  includes: number;
}

export function preprocess(path: string, options: CppOptions): Parsed<SourceLine[]> {
  const pp: Preprocessor = {
    options,
    macros: new Map(),
    out: [],
    diagnostics: [],
    groups: [],
    once: new Set(),
    depth: 0,
    includes: 0,
  };
  for (const define of [...PREDEFINED, ...(options.defines ?? [])]) {
    const macro = parseOption(define);
    if (macro) pp.macros.set(macro.name, macro);
    else pp.diagnostics.push(error(`macro names must be identifiers: ${define}`, place('<command-line>', 1)));
  }
  for (const file of [...(options.includes ?? []), path]) {
    const bytes = options.files.read(file);
    if (bytes) readFile(pp, file, decode(bytes));
    else pp.diagnostics.push(error(`can't open ${file} for reading: No such file or directory`, place(file, 1)));
  }
  return { value: pp.out, diagnostics: pp.diagnostics };
}

function readFile(pp: Preprocessor, path: string, text: string): void {
  const opened = pp.groups.length;
  const lines = logicalLines(splitLines(text, path));
  let shift: { from: number; to: Span } | undefined;
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    const span = shift ? { file: shift.to.file, line: shift.to.line + line.span.line - shift.from } : line.span;
    const directive = /^\s*#\s*(\w*)\s*(.*)$/s.exec(line.text);
    if (!directive) {
      i += expandText(pp, lines, i, span);
      continue;
    }
    const marker = isActive(pp) ? parseLineMarker(line.text.trim(), span.file) : undefined;
    if (marker) shift = { from: line.span.line + 1, to: marker };
    else perform(pp, directive[1]!, directive[2]!.trim(), { span, chain: [] }, path);
  }
  for (const { at } of pp.groups.splice(opened)) pp.diagnostics.push(error('unterminated conditional directive', at));
}

/** Expands one line; a macro call that goes on takes the following lines in. Returns how many it took. */
function expandText(pp: Preprocessor, lines: readonly SourceLine[], index: number, span: Span): number {
  const { text } = lines[index]!;
  if (!isActive(pp) || text.trim() === '') return 0;
  const alone = expand(pp, text, span);
  const call = alone === undefined ? wholeCall(lines, index) : undefined;
  const expanded = alone ?? (call && expand(pp, call.text, span));
  if (expanded === undefined) {
    pp.diagnostics.push(error('unterminated argument list invoking macro', { span, chain: [] }));
  }
  pp.out.push({ text: expanded ?? text, span });
  return expanded === undefined ? 0 : (call?.taken ?? 0);
}

/** Lines that the arguments of one call may go over. */
const MAX_CALL_LINES = 200;

/** The line and those after it, up to where its parentheses close; undefined when they do not. */
function wholeCall(lines: readonly SourceLine[], index: number): { text: string; taken: number } | undefined {
  let text = '';
  let depth = 0;
  for (let taken = 0; taken < MAX_CALL_LINES; taken++) {
    const line = lines[index + taken]?.text;
    if (line === undefined || (taken > 0 && /^\s*#/.test(line))) return undefined;
    text += taken === 0 ? line : ` ${line.trim()}`;
    for (const [paren] of line.replace(/"(?:[^"\\]|\\.)*"/g, '').matchAll(/[()]/g)) depth += paren === '(' ? 1 : -1;
    if (taken > 0 && depth <= 0) return { text, taken };
  }
  return undefined;
}

/** `undefined`: a call goes on in the next line. */
function expand(pp: Preprocessor, text: string, span: Span): string | undefined {
  try {
    return expandLine(text, pp.macros);
  } catch (problem) {
    if (!(problem instanceof ExpansionTooLong || problem instanceof RangeError)) throw problem;
    // A RangeError is a stack that calls within calls have used up.
    pp.diagnostics.push(error(problem.message, { span, chain: [] }));
    return '';
  }
}

const isActive = ({ groups }: Preprocessor): boolean => groups.at(-1)?.active ?? true;

function perform(pp: Preprocessor, name: string, rest: string, at: Place, path: string): void {
  if (performConditional(pp, name, rest, at) || !isActive(pp)) return;
  switch (name) {
    case 'define': {
      const macro = parseDefine(rest);
      if (macro) pp.macros.set(macro.name, macro);
      else pp.diagnostics.push(error('macro names must be identifiers', at));
      return;
    }
    case 'undef':
      pp.macros.delete(rest);
      return;
    case 'include':
      include(pp, rest, at, path);
      return;
    case 'error':
      pp.diagnostics.push(error(`#error ${rest}`, at));
      return;
    case 'warning':
      pp.diagnostics.push(warning(`#warning ${rest}`, at));
      return;
    case 'pragma':
      if (rest === 'once') pp.once.add(path);
      return;
    default:
      // The assembler's own comment.
      return;
  }
}

/** The directives that are read in skipped groups too; false when it is another one. */
function performConditional(pp: Preprocessor, name: string, rest: string, at: Place): boolean {
  const { groups, macros } = pp;
  const test = (): boolean => {
    const condition = evaluateCondition(rest, macros);
    if (condition.kind === 'bad') pp.diagnostics.push(error(condition.message, at));
    return condition.kind === 'value' && condition.value !== 0n;
  };
  const isDefined = (): boolean => {
    if (rest === '') pp.diagnostics.push(error(`no macro name given in #${name} directive`, at));
    return macros.has(rest.split(/\s/)[0]!);
  };
  const open = (holds: () => boolean): true => {
    const dead = !isActive(pp);
    const active = !dead && holds();
    groups.push({ at, dead, taken: active, active, sawElse: false });
    return true;
  };
  switch (name) {
    case 'if':
      return open(test);
    case 'ifdef':
      return open(isDefined);
    case 'ifndef':
      return open(() => !isDefined());
    case 'elif':
    case 'else': {
      const group = groups.at(-1);
      if (!group || group.sawElse) pp.diagnostics.push(error(`#${name} ${group ? 'after #else' : 'without #if'}`, at));
      else {
        group.active = !group.dead && !group.taken && (name === 'else' || test());
        group.taken ||= group.active;
        group.sawElse = name === 'else';
      }
      return true;
    }
    case 'endif':
      if (!groups.pop()) pp.diagnostics.push(error('#endif without #if', at));
      return true;
    default:
      return false;
  }
}

function include(pp: Preprocessor, rest: string, at: Place, path: string): void {
  const { files, includeDirs = [] } = pp.options;
  const [, quoted, angled] = /^(?:"([^"]+)"|<([^>]+)>)$/.exec(expandHeader(pp, rest, at)) ?? [];
  const name = quoted ?? angled;
  if (name === undefined) {
    pp.diagnostics.push(error('#include expects "FILENAME" or <FILENAME>', at));
    return;
  }
  if (pp.depth >= MAX_INCLUDE_DEPTH) {
    pp.diagnostics.push(error(`#include nested depth ${pp.depth} exceeds maximum of ${MAX_INCLUDE_DEPTH}`, at));
    return;
  }
  if (++pp.includes > MAX_INCLUDES) {
    if (pp.includes === MAX_INCLUDES + 1) pp.diagnostics.push(error(`more than ${MAX_INCLUDES} files included`, at));
    return;
  }
  const folder = path.replace(/[^/]*$/, '');
  const dirs = includeDirs.map((dir) => `${dir.replace(/\/$/, '')}/`);
  const candidates = name.startsWith('/') ? [''] : quoted !== undefined ? [folder, ...dirs] : dirs;
  for (const dir of candidates) {
    const bytes = files.read(dir + name);
    if (!bytes) continue;
    if (pp.once.has(dir + name)) return;
    pp.depth++;
    readFile(pp, dir + name, decode(bytes));
    pp.depth--;
    return;
  }
  pp.diagnostics.push(error(`${name}: No such file or directory`, at));
}

const expandHeader = (pp: Preprocessor, rest: string, { span }: Place): string =>
  /^["<]/.test(rest) ? rest : (expand(pp, rest, span) ?? rest).trim();

/** Joins continued lines and takes comments out, each for one blank; strings are left alone. */
function logicalLines(physical: readonly SourceLine[]): SourceLine[] {
  const lines: SourceLine[] = [];
  let pending: { text: string; span: Span } | undefined;
  let inComment = false;
  for (const { text, span } of physical) {
    const spliced = text.endsWith('\\');
    const stripped = stripComments(spliced ? text.slice(0, -1) : text, inComment);
    inComment = stripped.inComment;
    pending = pending ? { text: pending.text + stripped.text, span: pending.span } : { text: stripped.text, span };
    if (inComment || spliced) continue;
    lines.push(pending);
    pending = undefined;
  }
  if (pending) lines.push(pending);
  return lines;
}

/** A quote that nothing closes takes in the rest of its line, comments too. */
const COMMENT_OR_STRING = /"(?:[^"\\]|\\.)*(?:"|$)|'(?:[^'\\]|\\.)*(?:'|$)|\/\/.*$|\/\*.*?(\*\/|$)/gs;

function stripComments(line: string, inComment: boolean): { text: string; inComment: boolean } {
  let text = line;
  if (inComment) {
    const end = line.indexOf('*/');
    if (end < 0) return { text: '', inComment: true };
    text = ` ${line.slice(end + 2)}`;
  }
  let open = false;
  const stripped = text.replace(COMMENT_OR_STRING, (match, closer: string | undefined) => {
    if (!match.startsWith('/')) return match;
    if (match.startsWith('/*') && closer !== '*/') open = true;
    return ' ';
  });
  return { text: stripped, inComment: open };
}
