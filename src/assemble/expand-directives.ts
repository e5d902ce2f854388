/**
 * The directives that act on text rather than on sections: one row each in `DIRECTIVES`. In go the text behind the
 * directive's name and the expander; they push frames, define macros, open conditionals or report.
 */
import { error, type Place, warning } from '../base/diagnostics.ts';
import { alternative, close, open } from './conditional.ts';
import { type Expander, fatal, pushExpansion, pushFile, read, substituteLine } from './expander.ts';
import { MAX_EXPANDED_LINES, MAX_INCLUDES, type Segment } from './frames.ts';
import { parseString } from './literals.ts';
import { atEnd, cursor, readArgument, readHeader, readName, skipBlanks, skipComma } from './macro-arguments.ts';
import { parseExpression } from './parse.ts';
import { decode, type SourceLine, splitLines } from './source.ts';

export interface TextDirective {
  /** Conditionals are read inside skipped text too. */
  readonly evenWhenSkipping?: true;
  readonly perform: (expander: Expander, rest: string, segment: Segment, name: string) => void;
}

type Perform = TextDirective['perform'];

const report = (expander: Expander, message: string, at: Place): void => {
  expander.diagnostics.push(error(message, at));
};
const warn = (expander: Expander, message: string, at: Place): void => {
  expander.diagnostics.push(warning(message, at));
};
const junk = (text: string): string => `junk at end of line, first unrecognized character is \`${text[0]}'`;

/** Leading strings of a text and what is left behind them. */
function readStrings(text: string): { strings: string[]; rest: string } {
  const strings: string[] = [];
  let rest = text;
  for (;;) {
    const quoted = /^\s*"(?:[^"\\]|\\.)*"\s*/s.exec(rest)?.[0];
    if (quoted === undefined) return { strings, rest };
    strings.push(parseString(quoted.trim()).text);
    rest = rest.slice(quoted.length);
    if (!rest.startsWith(',')) return { strings, rest };
    rest = rest.slice(1);
  }
}

// ---- Conditionals -----------------------------------------------------------------------------------------------

function evaluate(expander: Expander, text: string, at: Place, message: string): bigint | undefined {
  if (text !== '') {
    const { value, diagnostics } = parseExpression(text, at);
    expander.diagnostics.push(...diagnostics);
    if (!value) return undefined;
    const result = expander.host.evaluate(value);
    if (result !== undefined) return result;
  }
  report(expander, message, at);
  return undefined;
}

const NOT_CONSTANT = 'non-constant expression in ".if" statement';

const compares =
  (holds: (value: bigint) => boolean): Perform =>
  (expander, rest, { place }) =>
    open(expander.conditionals, place, () => {
      const value = evaluate(expander, rest, place, NOT_CONSTANT);
      return value !== undefined && holds(value);
    });

const defines =
  (wanted: boolean): Perform =>
  (expander, rest, { place }, name) =>
    open(expander.conditionals, place, () => {
      const c = cursor(rest);
      const symbol = /^"/.test(rest) ? readArgument(c) : readName(c);
      if (symbol === '') {
        report(expander, `invalid identifier for "${name}"`, place);
        return false;
      }
      skipBlanks(c);
      if (!atEnd(c)) report(expander, junk(rest.slice(c.at)), place);
      return expander.host.isDefined(symbol) === wanted;
    });

const comparesText =
  (wanted: boolean): Perform =>
  (expander, rest, { place }) =>
    open(expander.conditionals, place, () => {
      const comma = rest.indexOf(',');
      if (comma < 0) report(expander, 'bad format for ifc or ifnc', place);
      return comma >= 0 && (rest.slice(0, comma).trim() === rest.slice(comma + 1).trim()) === wanted;
    });

const comparesStrings =
  (wanted: boolean): Perform =>
  (expander, rest, { place }) =>
    open(expander.conditionals, place, () => {
      const { strings, rest: left } = readStrings(rest);
      if (strings.length !== 2 || left !== '') report(expander, '.ifeqs syntax error', place);
      return strings.length === 2 && (strings[0] === strings[1]) === wanted;
    });

const isBlank =
  (wanted: boolean): Perform =>
  (expander, rest, { place }) =>
    open(expander.conditionals, place, () => (rest === '') === wanted);

const elseIf: Perform = (expander, rest, { place }, name) => {
  const test = () => (evaluate(expander, rest, place, 'non-constant expression in ".elseif" statement') ?? 0n) !== 0n;
  expander.diagnostics.push(...alternative(expander.conditionals, name, place, test));
};

const otherwise: Perform = (expander, rest, { place }, name) => {
  expander.diagnostics.push(...alternative(expander.conditionals, name, place));
  if (rest !== '') report(expander, junk(rest), place);
};

const endIf: Perform = (expander, rest, { place }) => {
  expander.diagnostics.push(...close(expander.conditionals, place));
  if (rest !== '') report(expander, junk(rest), place);
};

// ---- Macros and repetitions -------------------------------------------------------------------------------------

const LABELS = String.raw`^(?:(?:[\w.$]+|"[^"]*"):\s*)*`;
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
    if (closes.test(segment.text) && --depth === 0) return body;
    const last = body.at(-1);
    // What stood on one line stays on one line: a comment that a parameter brings ends at the line's end.
    if (joins && last) body[body.length - 1] = { text: `${last.text};${segment.text}`, span: last.span };
    else body.push({ text: segment.text, span: segment.place.span });
    joins = segment.joined;
  }
  return undefined;
}

const defineMacro: Perform = (expander, rest, { place }) => {
  const { name, formals, errors, warnings } = readHeader(rest);
  const body = readBody(expander, MACRO_NESTING);
  if (!body) return report(expander, `unexpected end of file in macro \`${name}' definition`, place);
  for (const message of errors) report(expander, message, place);
  for (const message of warnings) warn(expander, message, place);
  const key = name.toLowerCase();
  if (errors.length > 0) return;
  if (DIRECTIVES.has(key)) return warn(expander, `attempt to redefine pseudo-op \`${name}' ignored`, place);
  if (expander.macros.has(key)) return report(expander, `Macro \`${key}' was already defined`, place);
  expander.macros.set(key, { name, formals, body });
};

const purgeMacro: Perform = (expander, rest, { place }) => {
  for (const name of rest.split(',').map((word) => word.trim())) {
    if (!expander.macros.delete(name.toLowerCase())) {
      warn(expander, `Attempt to purge non-existing macro \`${name}'`, place);
    }
  }
};

const exitMacro: Perform = (expander, _, { place }) => {
  const top = expander.frames.at(-1);
  if (!top || top.kind === 'file') return warn(expander, 'ignoring macro exit outside a macro definition.', place);
  expander.frames.pop();
  expander.conditionals.length = Math.min(expander.conditionals.length, top.conditionals);
};

const stray =
  (message: string): Perform =>
  (expander, _, { place }) =>
    warn(expander, message, place);

function repeat(
  expander: Expander,
  rounds: number,
  body: readonly SourceLine[],
  linesOf: (round: number) => readonly SourceLine[],
  { place }: Segment,
): void {
  if (rounds <= 0 || body.length === 0) return;
  if (rounds * body.length > MAX_EXPANDED_LINES) {
    return report(expander, `more than ${MAX_EXPANDED_LINES} lines of macro expansion`, place);
  }
  pushExpansion(expander, 'repeat', rounds, linesOf, place.chain, place);
}

const repeatCount: Perform = (expander, rest, segment) => {
  const { place } = segment;
  const count = rest === '' ? 0n : evaluate(expander, rest, place, 'bad or irreducible absolute expression');
  const body = readBody(expander, REPEAT_NESTING);
  if (!body) return report(expander, 'REPT without ENDR', place);
  if (count === undefined) return;
  if (count < 0n) return report(expander, 'negative count for REPT - ignored', place);
  repeat(expander, Number(count), body, () => body, segment);
};

const repeatFor =
  (readValues: (text: string) => string[]): Perform =>
  (expander, rest, segment) => {
    const body = readBody(expander, REPEAT_NESTING);
    if (!body) return report(expander, 'unexpected end of file in irp or irpc', segment.place);
    const c = cursor(rest);
    const name = readName(c);
    if (name === '') return report(expander, 'missing model parameter', segment.place);
    skipComma(c);
    const values = atEnd(c) ? [''] : readValues(rest.slice(c.at));
    const number = expander.calls;
    const linesOf = (round: number) => {
      const actuals = new Map([[name, values[round]!]]);
      return body.map((line) => substituteLine(line, actuals, number));
    };
    repeat(expander, values.length, body, linesOf, segment);
  };

function readWords(text: string): string[] {
  const values: string[] = [];
  for (const c = cursor(text); !atEnd(c); skipComma(c)) values.push(readArgument(c));
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
    say(expander, strings[0]!, place);
    if (left !== '' || strings.length > 1) report(expander, junk(left || ','), place);
  };

const print: Perform = (expander, rest, { place }) => {
  const { strings } = readStrings(rest);
  if (strings.length === 0) report(expander, 'missing string', place);
  else warn(expander, strings.join(''), place);
};

const include: Perform = (expander, rest, { place }) => {
  const { strings } = readStrings(rest);
  const path = strings[0];
  if (path === undefined) return report(expander, 'missing string', place);
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

const refuse: Perform = (expander, _, { place }, name) => report(expander, `\`${name}' is not supported`, place);

const ALWAYS = { evenWhenSkipping: true } as const;

export const DIRECTIVES: ReadonlyMap<string, TextDirective> = new Map<string, TextDirective>([
  ['.if', { ...ALWAYS, perform: compares((value) => value !== 0n) }],
  ['.ifne', { ...ALWAYS, perform: compares((value) => value !== 0n) }],
  ['.ifeq', { ...ALWAYS, perform: compares((value) => value === 0n) }],
  ['.ifgt', { ...ALWAYS, perform: compares((value) => value > 0n) }],
  ['.ifge', { ...ALWAYS, perform: compares((value) => value >= 0n) }],
  ['.iflt', { ...ALWAYS, perform: compares((value) => value < 0n) }],
  ['.ifle', { ...ALWAYS, perform: compares((value) => value <= 0n) }],
  ['.ifdef', { ...ALWAYS, perform: defines(true) }],
  ['.ifndef', { ...ALWAYS, perform: defines(false) }],
  ['.ifnotdef', { ...ALWAYS, perform: defines(false) }],
  ['.ifc', { ...ALWAYS, perform: comparesText(true) }],
  ['.ifnc', { ...ALWAYS, perform: comparesText(false) }],
  ['.ifeqs', { ...ALWAYS, perform: comparesStrings(true) }],
  ['.ifnes', { ...ALWAYS, perform: comparesStrings(false) }],
  ['.ifb', { ...ALWAYS, perform: isBlank(true) }],
  ['.ifnb', { ...ALWAYS, perform: isBlank(false) }],
  ['.elseif', { ...ALWAYS, perform: elseIf }],
  ['.else', { ...ALWAYS, perform: otherwise }],
  ['.endif', { ...ALWAYS, perform: endIf }],
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
  ['.altmacro', { perform: refuse }],
  ['.noaltmacro', { perform: () => undefined }],
]);
