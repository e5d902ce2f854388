/**
 * The directives that act on text rather than on sections: one row each in `DIRECTIVES`. In go the text behind the
 * directive's name and the expander; they push frames, define macros, open conditionals or report.
 */
import { CONDITIONALS } from './expand-conditionals.ts';
import { type Expander, fatal, pushExpansion, pushFile, read, substituteLine } from './expander.ts';
import { MAX_EXPANDED_LINES, MAX_INCLUDES, type Segment } from './frames.ts';
import {
  type Alternate,
  atEnd,
  cursor,
  readArgument,
  readHeader,
  readName,
  skipBlanks,
  skipComma,
} from './macro-arguments.ts';
import { parseExpressionAt } from './parse.ts';
import { decode, type SourceLine, splitLines } from './source.ts';
import {
  evaluate,
  junk,
  NO_ZERO,
  type Perform,
  readStrings,
  report,
  type TextDirective,
  warn,
} from './text-directive.ts';

// ---- Macros and repetitions -------------------------------------------------------------------------------------

const LABELS = String.raw`^(?:(?:[\w.$]+|"[^"]*"):\s*)*`;
const LABELS_ONLY = new RegExp(LABELS);
const MACRO_NESTING = {
  opens: new RegExp(`${LABELS}\\.macro(?![\\w.$])`, 'i'),
  closes: new RegExp(`${LABELS}\\.endm(?![\\w.$])`, 'i'),
};
const REPEAT_NESTING = {
  opens: new RegExp(`${LABELS}\\.(?:rept|irpc?|rep)(?![\\w.$])`, 'i'),
  closes: new RegExp(`${LABELS}\\.endr(?![\\w.$])`, 'i'),
};

/** Reads up to the line that closes the block; undefined when there is none. */
function readBody(expander: Expander, { opens, closes }: typeof MACRO_NESTING): SourceLine[] | undefined {
  const body: SourceLine[] = [];
  let depth = 1;
  let joins = false;
  for (let segment = read(expander); segment; segment = read(expander)) {
    if (opens.test(segment.text)) depth++;
    if (closes.test(segment.text) && --depth === 0) {
      // Labels before the end belong to the body.
      const labels = LABELS_ONLY.exec(segment.text)![0];
      if (labels !== '') body.push({ text: labels.trim(), span: segment.place.span });
      return body;
    }
    const last = body.at(-1);
    // What stood on one line stays on one line: a comment that a parameter brings ends at the line's end.
    if (joins && last) body[body.length - 1] = { text: `${last.text};${segment.text}`, span: last.span };
    else body.push({ text: segment.text, span: segment.place.span, statements: undefined });
    joins = segment.joined;
  }
  return undefined;
}

const defineMacro: Perform = (expander, rest, { place }) => {
  const { name, formals, errors, warnings } = readHeader(rest, expander.alternate);
  const body = readBody(expander, MACRO_NESTING);
  for (const message of errors) report(expander, message, place);
  if (name === '') return;
  if (!body) return report(expander, `unexpected end of file in macro \`${name}' definition`, place);
  for (const message of warnings) warn(expander, message, place);
  const key = name.toLowerCase();
  if (errors.length > 0) return;
  if (DIRECTIVES.has(key) || expander.host.isDirective?.(key))
    return warn(expander, `attempt to redefine pseudo-op \`${name}' ignored`, place);
  if (expander.macros.has(key)) return report(expander, `Macro \`${key}' was already defined`, place);
  expander.macros.set(key, { name, formals, body, span: place.span });
};

const purgeMacro: Perform = (expander, rest, { place }) => {
  const c = cursor(rest);
  if (atEnd(c)) return;
  do {
    skipBlanks(c);
    const name = readName(c);
    if (!expander.macros.delete(name.toLowerCase())) {
      warn(expander, `Attempt to purge non-existing macro \`${name}'`, place);
    }
    skipBlanks(c);
  } while (rest[c.at++] === ',');
  if (c.at <= rest.length) report(expander, junk(rest.slice(c.at - 1)), place);
};

const exitMacro: Perform = (expander, _, { place }) => {
  const top = expander.frames.at(-1);
  if (!top || top.kind === 'file') return warn(expander, 'ignoring macro exit outside a macro definition.', place);
  expander.frames.pop();
  expander.conditionals.length = Math.min(expander.conditionals.length, top.conditionals);
};

const stray =
  (message: string): Perform =>
  (expander, rest, { place }) => {
    warn(expander, message, place);
    if (rest !== '') report(expander, junk(rest), place);
  };

/** What nested repetitions may come to by their counts. */
const MAX_NESTED_LINES = 1 << 24;

function repeat(
  expander: Expander,
  rounds: number,
  body: readonly SourceLine[],
  linesOf: (round: number) => readonly SourceLine[],
  { place }: Segment,
): void {
  if (rounds <= 0 || body.length === 0) return;
  // Repetitions around this one are likely to repeat it as often.
  const around = expander.frames.reduce((product, frame) => product * Math.max(1, frame.rounds), 1);
  if (around > 1 && around * rounds * body.length > MAX_NESTED_LINES) {
    return fatal(expander, `nested repetitions of more than ${MAX_NESTED_LINES} lines`, place);
  }
  if (rounds * body.length > MAX_EXPANDED_LINES) {
    return report(expander, `more than ${MAX_EXPANDED_LINES} lines of expansion`, place);
  }
  pushExpansion(expander, 'repeat', rounds, linesOf, place.chain, place);
}

const repeatCount: Perform = (expander, rest, segment) => {
  const { place } = segment;
  const count = rest === '' ? 0n : evaluate(expander, rest, place, 'bad or irreducible absolute expression');
  const body = readBody(expander, REPEAT_NESTING);
  if (!body) return report(expander, 'REPT without ENDR', expander.end);
  if (count === undefined) return;
  if (count < 0n) return report(expander, 'negative count for REPT - ignored', place);
  repeat(expander, Number(count), body, () => body, segment);
};

const repeatFor =
  (readValues: (text: string, alternate: Alternate | undefined) => string[]): Perform =>
  (expander, rest, segment) => {
    const body = readBody(expander, REPEAT_NESTING);
    if (!body) return report(expander, 'unexpected end of file in irp or irpc', segment.place);
    const c = cursor(rest);
    const name = readName(c);
    if (name === '') return report(expander, 'missing model parameter', segment.place);
    skipComma(c);
    const values = atEnd(c) ? [''] : readValues(rest.slice(c.at), expander.alternate);
    const number = expander.calls;
    const linesOf = (round: number) => {
      const alternate = expander.alternate && ('names only' as const);
      const substitution = { actuals: new Map([[name, values[round]!]]), number, alternate };
      return body.map((line) => substituteLine(line, substitution));
    };
    repeat(expander, values.length, body, linesOf, segment);
  };

function readWords(text: string, alternate: Alternate | undefined): string[] {
  const values: string[] = [];
  for (const c = cursor(text, alternate); !atEnd(c); skipComma(c)) values.push(readArgument(c));
  return values;
}

/** Blanks count inside quotes only. */
function readCharacters(text: string): string[] {
  let quoted = false;
  const values: string[] = [];
  for (const char of text) {
    if (char === '"') quoted = !quoted;
    else if (quoted || !/\s/.test(char)) values.push(char);
  }
  return values;
}

// ---- Messages and files -----------------------------------------------------------------------------------------

const message =
  (severity: 'error' | 'warning'): Perform =>
  (expander, rest, { place }, name) => {
    const say = severity === 'error' ? report : warn;
    if (rest === '') return say(expander, `${name} directive invoked in source file`, place);
    const { strings, rest: left } = readStrings(rest);
    if (strings.length === 0) return report(expander, `${name} argument must be a string`, place);
    if (strings[0]!.includes('\0')) return report(expander, NO_ZERO, place);
    say(expander, strings[0]!, place);
    if (left !== '' || strings.length > 1) report(expander, junk(left || ','), place);
  };

const print: Perform = (expander, rest, { place }) => {
  const { strings } = readStrings(rest);
  if (strings.length === 0) report(expander, 'missing string', place);
  else if (strings[0]!.includes('\0')) report(expander, NO_ZERO, place);
  else expander.host.print?.(strings.join(''));
};

const include: Perform = (expander, rest, { place }) => {
  const { strings, rest: left } = readStrings(rest);
  const path = strings[0];
  if (path === undefined) return report(expander, 'missing string', place);
  if (left !== '') return report(expander, junk(left), place);
  const folder = place.span.file.replace(/[^/]*$/, '');
  const candidates = [path, ...expander.includeDirs.map((dir) => `${dir}/${path}`), `${folder}${path}`];
  for (const candidate of candidates) {
    const bytes = expander.files?.read(candidate);
    if (!bytes) continue;
    const depth = expander.frames.filter(({ kind }) => kind === 'file').length;
    if (depth > MAX_INCLUDES) return fatal(expander, `files nested too deeply: ${path}`, place);
    return pushFile(expander, splitLines(decode(bytes), candidate), place.chain);
  }
  report(expander, `can't open ${path} for reading: No such file or directory`, place);
};

const setAlternate =
  (isOn: boolean): Perform =>
  (expander, rest, { place }) => {
    const needed = '% operator needs absolute expression';
    const evaluateAt: Alternate['evaluate'] = (text, at) => {
      const { value, end } = parseExpressionAt(text, at);
      const number = value && expander.host.evaluate(value);
      if (number === undefined) report(expander, needed, place);
      return { value: number ?? 0n, end: Math.max(end, at) };
    };
    expander.alternate = isOn ? { evaluate: evaluateAt } : undefined;
    if (rest !== '') report(expander, junk(rest), place);
  };

export const DIRECTIVES: ReadonlyMap<string, TextDirective> = new Map<string, TextDirective>([
  ...CONDITIONALS,
  ['.macro', { perform: defineMacro }],
  ['.endm', { perform: stray('.endm encountered without preceding .macro') }],
  ['.exitm', { perform: exitMacro }],
  ['.purgem', { perform: purgeMacro }],
  ['.rept', { perform: repeatCount }],
  ['.rep', { perform: repeatCount }],
  ['.irp', { perform: repeatFor(readWords) }],
  ['.irpc', { perform: repeatFor(readCharacters) }],
  ['.endr', { perform: stray('.endr encountered without preceding .rept, .irp, or .irpc') }],
  ['.error', { perform: message('error') }],
  ['.warning', { perform: message('warning') }],
  ['.err', { perform: (expander, _, { place }) => report(expander, '.err encountered', place) }],
  ['.print', { perform: print }],
  ['.include', { perform: include }],
  [
    '.end',
    {
      perform: (expander) => {
        expander.ended = true;
      },
    },
  ],
  ['.abort', { perform: (expander, _, { place }) => fatal(expander, '.abort detected.  Abandoning ship.', place) }],
  ['.altmacro', { perform: setAlternate(true) }],
  ['.noaltmacro', { perform: setAlternate(false) }],
]);
