/**
 * The state of one assembly: where bytes go now, the symbols, what is wrong so far.
 *
 * Plain data that the statement handlers (instruction.ts, directives.ts) change; nothing of the text is kept.
 */
import { type Diagnostic, error, type Place, warning } from '../base/diagnostics.ts';
import { s64 } from '../base/u64.ts';
import { SHF, SHT } from '../object/object-file.ts';
import { type CfiState, newCfiState } from './cfi.ts';
import { CODE_MODES, type CodeMode } from './code-mode.ts';
import { type LineState, newLineState } from './line-table.ts';
import type { FilePort } from './logical-line.ts';
import {
  type AsmSection,
  append,
  type BytesFragment,
  type Fixup,
  knownDistance,
  type Location,
  type NewFragment,
  newSection,
  openBytes,
  pushFragment,
  snapshotDistance,
} from './section.ts';
import { makeSection } from './section-table.ts';
import type { Expr } from './statement.ts';
import {
  type AsmSymbol,
  type Bound,
  bind,
  isOwn,
  type Linear,
  newSymbolTable,
  numberOf,
  placeTemporary,
  reduce,
  renewed,
  type SymbolTable,
} from './symbols.ts';

/** Where bytes go: a section and its numbered part. */
export interface Here {
  readonly section: AsmSection;
  readonly subsection: number;
}

export interface Assembly {
  readonly sections: AsmSection[];
  /** By name, group, linked section and unique number (section-table.ts). */
  readonly sectionsByKey: Map<string, AsmSection>;
  /** Where `.struct` counts: labels here are numbers, and nothing may be stored. */
  readonly absolute: AsmSection;
  here: Here;
  previous: Here | undefined;
  /** `.pushsection` saves both. */
  readonly stack: { readonly here: Here; readonly previous: Here | undefined }[];
  readonly symbols: SymbolTable;
  /** Symbols that have their value from `=`, and so may get another. */
  readonly assigned: Set<AsmSymbol>;
  readonly cfi: CfiState;
  readonly lines: LineState;
  /** Named in `.local`. */
  readonly declaredLocal: Set<AsmSymbol>;
  readonly diagnostics: Diagnostic[];
  /** `.code16`, `.code32`, `.code64`. */
  mode: CodeMode;
  /** A symbol was said to be of a kind that GNU added to ELF. */
  isGnu: boolean;
  /** After a fatal error nothing more is read. */
  aborted: boolean;
  /** The statement being read. */
  place: Place;
  readonly files: FilePort;
  readonly includeDirs: readonly string[];
}

/** Sections no assembly may exceed, in bytes of data. */
export const MAX_SECTION_SIZE = 1 << 28;

/** The three sections that exist from the start stand first, in this order, as in every object GNU as writes. */
export function newAssembly(files: FilePort, includeDirs: readonly string[], start: Place): Assembly {
  const absolute = newSection(-1, '*ABS*', SHT.NOBITS, 0, 0);
  const asm: Assembly = {
    sections: [],
    sectionsByKey: new Map(),
    absolute,
    here: { section: absolute, subsection: 0 },
    previous: undefined,
    stack: [],
    symbols: newSymbolTable(),
    assigned: new Set(),
    cfi: newCfiState(),
    lines: newLineState(),
    declaredLocal: new Set(),
    diagnostics: [],
    mode: CODE_MODES['.code64']!,
    isGnu: false,
    aborted: false,
    place: start,
    files,
    includeDirs,
  };
  const text = makeSection(asm, {
    name: '.text',
    type: SHT.PROGBITS,
    flags: SHF.ALLOC | SHF.EXECINSTR,
    entsize: 0,
  });
  makeSection(asm, { name: '.data', type: SHT.PROGBITS, flags: SHF.ALLOC | SHF.WRITE, entsize: 0 });
  makeSection(asm, { name: '.bss', type: SHT.NOBITS, flags: SHF.ALLOC | SHF.WRITE, entsize: 0 });
  asm.here = { section: text, subsection: 0 };
  return asm;
}

export function fail(asm: Assembly, message: string, at: Place = asm.place): void {
  asm.diagnostics.push(error(message, at));
}

/** An error after which GNU as reads nothing more. */
export function abort(asm: Assembly, message: string): void {
  asm.diagnostics.push({ ...error(message, asm.place), fatal: true });
  asm.aborted = true;
}

export function warn(asm: Assembly, message: string): void {
  asm.diagnostics.push(warning(message, asm.place));
}

/** The location counter as an expression has it: a number in the absolute section, which counts in `size`. */
export const dotNow = (asm: Assembly): Location | bigint =>
  asm.here.section === asm.absolute ? BigInt(asm.absolute.size) : dot(asm);

/** The location counter. */
export function dot(asm: Assembly): Location {
  const { section, subsection } = asm.here;
  const fragment = openBytes(section, subsection, asm.place);
  return { section, fragment, offset: fragment.size };
}

const NO_FIXUPS: readonly Omit<Fixup, 'place'>[] = [];

/** Appends bytes, with fixups whose offsets count from the first of them. */
export function emit(
  asm: Assembly,
  bytes: ArrayLike<number>,
  fixups: readonly Omit<Fixup, 'place'>[] = NO_FIXUPS,
): void {
  if (asm.here.section === asm.absolute) {
    asm.absolute.size += bytes.length;
    return;
  }
  const fragment: BytesFragment = openBytes(asm.here.section, asm.here.subsection, asm.place);
  for (let n = 0; n < fixups.length; n++) {
    const fixup = fixups[n]!;
    if (fixup.kind === 'relative' || fixup.kind === 'branch') placeTemporary(asm.symbols, fixup.value, asm.place);
    const isOutward = fixup.kind === 'branch' && !isKnownHere(fixup.value);
    const { size, value, kind, toEnd, got } = fixup;
    const offset = fragment.size + fixup.offset;
    fragment.fixups.push({ offset, size, value, kind, toEnd, got, isOutward, place: asm.place });
  }
  append(fragment, bytes);
}

/** A number, or what is defined here already. */
const isKnownHere = (value: Bound): boolean => value.kind === 'int' || (value.kind === 'symbol' && isOwn(value.symbol));

export function emitFragment(asm: Assembly, fragment: NewFragment): void {
  if (asm.here.section === asm.absolute) {
    asm.absolute.size += fragment.size ?? 0;
    return;
  }
  if (fragment.kind === 'branch') placeTemporary(asm.symbols, fragment.target, asm.place);
  pushFragment(asm.here.section, asm.here.subsection, fragment);
}

/** Binds an expression here and now; reports and returns undefined when it means nothing. */
export function bound(asm: Assembly, expr: Expr): Bound | undefined {
  if (expr.kind === 'int') return { kind: 'int', value: s64(expr.value) };
  const result = bind(expr, asm.symbols, () => dotNow(asm), asm.place);
  if (typeof result === 'string') {
    fail(asm, result);
    return undefined;
  }
  return folded(result.kind === 'binary' || result.kind === 'unary' ? checked(asm, result) : result);
}

/** Numbers that are divided by zero or shifted too far are what GNU as makes of them, with its warning. */
function checked(asm: Assembly, expr: Bound): Bound {
  if (expr.kind === 'unary') {
    const arg = checked(asm, expr.arg);
    return arg === expr.arg ? expr : { ...expr, arg };
  }
  if (expr.kind !== 'binary') return expr;
  const left = checked(asm, expr.left);
  const right = checked(asm, expr.right);
  const { op } = expr;
  if (op === '/' || op === '%') {
    const isNow = numberOf(left, knownDistance) !== undefined;
    if (!isNow || numberOf(right, knownDistance) !== 0n) return { kind: 'binary', op, left, right };
    warn(asm, 'division by zero');
    return { kind: 'binary', op, left, right: { kind: 'int', value: 1n } };
  }
  if (op === '<<' || op === '>>') {
    const count = numberOf(right, knownDistance);
    const isNow = numberOf(left, knownDistance) !== undefined;
    const isFar = isNow && count !== undefined && (count < 0n || count > 63n);
    if (isFar) warn(asm, `shift count out of range (${count} is not between 0 and 63)`);
  }
  return left === expr.left && right === expr.right ? expr : { kind: 'binary', op, left, right };
}

/** An expression that is a number now stays that number, whatever becomes of its symbols. */
export function folded(expr: Bound): Bound {
  if (expr.kind === 'int' || (expr.kind === 'symbol' && expr.symbol.home.kind !== 'value')) return expr;
  const value = numberOf(expr, knownDistance);
  return value === undefined ? expr : { kind: 'int', value };
}

/** The number an expression is now; undefined when it is none (nothing is reported). */
export function numberNow(asm: Assembly, expr: Expr): bigint | undefined {
  const result = bind(expr, asm.symbols, () => dotNow(asm), asm.place);
  return typeof result === 'string' ? undefined : numberOf(checked(asm, result), snapshotDistance);
}

/** The expression as symbol + offset as far as it is known now. */
export function linearNow(expr: Bound): Linear | undefined {
  const linear = reduce(expr, knownDistance);
  return typeof linear === 'string' ? undefined : linear;
}

/** The symbol that takes a new value or place, after one that it has from `=`. */
export function renew(asm: Assembly, old: AsmSymbol): AsmSymbol {
  const symbol = renewed(asm.symbols, old);
  asm.assigned.delete(old);
  if (asm.declaredLocal.has(old)) asm.declaredLocal.add(symbol);
  return symbol;
}
