/**
 * The assembler: a source file in, a relocatable object and every diagnostic out.
 *
 *   preprocess   #include, #define …                 cpp.ts
 *   expand       macros, conditionals, repetition    expand.ts
 *   parse        one statement at a time             parse.ts, grammar.ts
 *   statement    instruction or directive            instruction.ts (select.ts, encode.ts), directives.ts
 *   layout       sizes of jumps and gaps, addresses  layout.ts
 *   output       fixups, relocations, symbols        relocate.ts, output.ts
 *
 * Expansion is lazy: each line is carried out before the next is read, so that `.if` sees every symbol defined above it.
 * The assembler knows nothing of alternatives; `.altinstructions` is a section like any other.
 */
import { error, hasErrors, type Parsed, place } from '../base/diagnostics.ts';
import type { ObjectFile } from '../object/object-file.ts';
import { type Assembly, dotNow, linearNow, newAssembly, numberNow } from './assembly.ts';
import { closeFrames } from './cfi.ts';
import { addLineTable, padEntries } from './closing.ts';
import { type CppOptions, preprocess } from './cpp.ts';
import { isDirective, runDirective, runTextDirective } from './directives.ts';
import { assign, defineLabel, defineLocalLabel } from './directives-symbol.ts';
import { writeFrames } from './eh-frame.ts';
import { expand } from './expand.ts';
import { assembleInstruction } from './instruction.ts';
import { layout, longNops } from './layout.ts';
import { addRow, markLabel } from './line-table.ts';
import { beginLine, type ListedLine, listedLines, type Recording } from './listing.ts';
import type { ExpandHost, FilePort, LogicalLine } from './logical-line.ts';
import { toObject } from './output.ts';
import { parseStatements } from './parse.ts';
import { lastFragment, openBytes } from './section.ts';
import { decode, type SourceLine, splitLines } from './source.ts';
import type { Statement } from './statement.ts';
import { bind } from './symbols.ts';

export interface AssembleOptions extends Pick<CppOptions, 'macros' | 'quoteDirs' | 'systemDirs' | 'machine'> {
  readonly files: FilePort;
  readonly includeDirs?: readonly string[];
  readonly defines?: readonly { readonly name: string; readonly value: string }[];
  /** Files read before the main one, as after `-include`. */
  readonly includes?: readonly string[];
  /** Whether to run the C preprocessor; by default files that end in `.S` are. */
  readonly preprocess?: boolean;
  /** Defined before the first line, as after `--defsym`. */
  readonly symbols?: readonly { readonly name: string; readonly value: bigint }[];
  /** Takes what `.print` says; without it that is lost. */
  readonly print?: (text: string) => void;
}

const EMPTY: ObjectFile = { sections: [], symbols: [], lines: [] };
const NOTHING: Listed = { object: EMPTY, lines: [] };

/** Assembles a file. With errors among the diagnostics the value is an empty object. */
export function assemble(path: string, options: AssembleOptions): Parsed<ObjectFile> {
  const { value, diagnostics } = assembleFile(path, options, undefined);
  return { value: value.object, diagnostics };
}

export interface Listed {
  readonly object: ObjectFile;
  /** Every line that was read, in that order. */
  readonly lines: readonly ListedLine[];
}

/** The same, and what a listing shows. */
export const assembleWithListing = (path: string, options: AssembleOptions): Parsed<Listed> =>
  assembleFile(path, options, []);

function assembleFile(path: string, options: AssembleOptions, recording: Recording | undefined): Parsed<Listed> {
  const source = readSource(path, options);
  const asm = newAssembly(options.files, options.includeDirs ?? [], place(path, 1));
  for (const { name, value } of options.symbols ?? []) assign(asm, name, { kind: 'int', value }, false);
  const { diagnostics } = asm;
  diagnostics.push(...source.diagnostics);
  const expansion = expand(source.value, hostOf(asm, recording, options.print), { ...options, diagnostics });
  for (const line of expansion.lines) {
    assembleLine(asm, line);
    if (asm.aborted) break;
  }
  if (diagnostics.some(({ fatal }) => fatal)) asm.aborted = true;
  if (!asm.aborted) {
    asm.place = place(path, 0);
    closeFrames(asm);
    addLineTable(asm);
    writeFrames(asm);
    padEntries(asm);
  }
  if (asm.aborted) return { value: NOTHING, diagnostics };
  const { isSettled, diagnostics: misfits } = layout(asm.sections);
  diagnostics.push(...misfits);
  if (!isSettled) return { value: NOTHING, diagnostics };
  // What the last stage finds is reported beside the bad lines, as GNU as does: a label that no line defines.
  const { object, diagnostics: late } = toObject(asm);
  diagnostics.push(...late);
  if (!hasErrors(diagnostics)) diagnostics.push(...longNops(asm.sections));
  if (hasErrors(diagnostics)) return { value: NOTHING, diagnostics };
  return { value: { object, lines: recording ? listedLines(asm, recording, object) : [] }, diagnostics };
}

function readSource(path: string, options: AssembleOptions): Parsed<readonly SourceLine[]> {
  if (options.preprocess ?? path.endsWith('.S')) {
    const defines = (options.defines ?? []).map(({ name, value }) => `${name}=${value}`);
    return preprocess(path, { ...options, defines });
  }
  const bytes = options.files.read(path);
  if (bytes !== undefined) return { value: splitLines(decode(bytes), path), diagnostics: [] };
  return {
    value: [],
    diagnostics: [error(`can't open ${path} for reading: No such file or directory`, place(path, 1))],
  };
}

const hostOf = (asm: Assembly, recording: Recording | undefined, print: AssembleOptions['print']): ExpandHost => ({
  evaluate: (expr, at) => {
    if (at !== undefined) asm.place = at;
    return numberNow(asm, expr);
  },
  addend: (expr, at = asm.place) => {
    const value = bind(expr, asm.symbols, () => dotNow(asm), at);
    const linear = typeof value === 'string' ? undefined : linearNow(value);
    return linear?.minus === undefined ? linear?.offset : undefined;
  },
  isDefined: (name) => (asm.symbols.byName.get(name)?.home.kind ?? 'undefined') !== 'undefined',
  isDirective,
  ...(print && { print }),
  ...(recording && { beginLine: (line) => beginLine(asm, recording, line) }),
});

function assembleLine(asm: Assembly, { text, place: at }: LogicalLine): void {
  asm.place = at;
  const { value, diagnostics } = parseStatements(text, at);
  if (diagnostics.length > 0) asm.diagnostics.push(...diagnostics);
  for (let n = 0; n < value.length; n++) {
    const { section, subsection } = asm.here;
    const fragment = openBytes(section, subsection, at);
    const { size } = fragment;
    perform(asm, value[n]!, text);
    if (asm.here.section !== section || asm.here.subsection !== subsection) continue;
    if (fragment.size !== size || lastFragment(section, subsection) !== fragment)
      section.marks.push({ fragment, offset: size, place: at });
  }
}

function perform(asm: Assembly, statement: Statement, text: string): void {
  switch (statement.kind) {
    case 'label':
      defineLabel(asm, statement.name);
      if (asm.lines.marksLabels) markLabel(asm);
      return;
    case 'localLabel':
      defineLocalLabel(asm, statement.number);
      if (asm.lines.marksLabels) markLabel(asm);
      return;
    case 'assign':
      return assign(asm, statement.name, statement.value, statement.once);
    case 'directive':
      return runDirective(asm, statement.name, statement.args, statement.problem);
    case 'textDirective':
      return runTextDirective(asm, statement.name, statement.text);
    case 'instruction':
      if (asm.lines.isPending) addRow(asm);
      return assembleInstruction(asm, statement, text);
    default:
      return statement satisfies never;
  }
}
