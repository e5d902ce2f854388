/**
 * From assembler state to ObjectFile: numbers for sections and symbols, and where each run of bytes came from.
 *
 * In: the state after layout. Out: the object, and diagnostics of fixups, sizes and labels that came to nothing. The
 * order of symbols is GNU as's: file names, sections that relocations name, locals, then globals as first mentioned.
 */
import { type Diagnostic, error } from '../base/diagnostics.ts';
import type { ObjectFile, Symbol as ObjectSymbol, Section } from '../object/object-file.ts';
import type { Assembly } from './assembly.ts';
import { type AsmRelocation, type Filled, fillSection } from './relocate.ts';
import { type AsmSection, addressOf, finalDistance } from './section.ts';
import { type AsmSymbol, newSymbol, numberOf, reduce } from './symbols.ts';

export function toObject(asm: Assembly): { object: ObjectFile; diagnostics: Diagnostic[] } {
  const filled = asm.sections.map((section) => fillSection(section, asm.mode.bits === 16));
  const diagnostics = filled.flatMap((f) => f.diagnostics);
  const { symbols, numbers } = symbolTable(asm, filled, diagnostics);
  const sections = asm.sections.map((section, n) => toSection(section, filled[n]!, numbers));
  return { object: { sections, symbols, lines: lineRecords(asm) }, diagnostics };
}

/** Symbol numbers by assembler symbol or section. */
type Numbers = ReadonlyMap<AsmSymbol | AsmSection, number>;

function toSection(section: AsmSection, { data, relocations }: Filled, numbers: Numbers): Section {
  const { name, type, flags, align, entsize, size } = section;
  const numbered = relocations.map(({ offset, type: kind, target, addend }) => ({
    offset,
    type: kind,
    symbol: numberOfTarget(target, numbers),
    addend,
  }));
  numbered.sort((a, b) => a.offset - b.offset);
  return { name, type, flags, align, entsize, data, size, relocations: numbered };
}

function numberOfTarget(target: AsmRelocation['target'], numbers: Numbers): number {
  switch (target.kind) {
    case 'symbol':
      return numbers.get(target.symbol) ?? -1;
    case 'section':
      return numbers.get(target.section) ?? -1;
    case 'none':
      return -1;
    default:
      return target satisfies never;
  }
}

function symbolTable(
  asm: Assembly,
  filled: readonly Filled[],
  diagnostics: Diagnostic[],
): { symbols: ObjectSymbol[]; numbers: Numbers } {
  const targets = filled.flatMap((f) => f.relocations.map((r) => r.target));
  const usedSections = new Set(targets.flatMap((t) => (t.kind === 'section' ? [t.section] : [])));
  const usedSymbols = new Set(targets.flatMap((t) => (t.kind === 'symbol' ? [t.symbol] : [])));
  const symbols: ObjectSymbol[] = asm.fileNames.map(fileSymbol);
  const numbers = new Map<AsmSymbol | AsmSection, number>();
  for (const section of asm.sections) {
    if (usedSections.has(section)) numbers.set(section, symbols.push(sectionSymbol(section)) - 1);
  }
  const globals: [AsmSymbol, ObjectSymbol][] = [];
  for (const symbol of withGotSymbol(asm, filled)) {
    const made = toSymbol(symbol, usedSymbols.has(symbol), diagnostics);
    if (made === undefined) continue;
    if (made.binding === 'local') numbers.set(symbol, symbols.push(made) - 1);
    else globals.push([symbol, made]);
  }
  for (const [symbol, made] of globals) numbers.set(symbol, symbols.push(made) - 1);
  return { symbols, numbers };
}

const GOT_RELOCATIONS: ReadonlySet<number> = new Set([9, 41, 42]);

/** A GOT reference makes GNU as mention the table itself. */
function withGotSymbol(asm: Assembly, filled: readonly Filled[]): AsmSymbol[] {
  const all = asm.symbols.all;
  const usesGot = filled.some((f) => f.relocations.some((r) => GOT_RELOCATIONS.has(r.type)));
  if (!usesGot || asm.symbols.byName.has('_GLOBAL_OFFSET_TABLE_')) return all;
  return [...all, { ...newSymbol('_GLOBAL_OFFSET_TABLE_', asm.place, false), mentioned: true }];
}

const fileSymbol = (name: string): ObjectSymbol => ({
  name,
  home: { kind: 'absolute' },
  value: 0n,
  size: 0n,
  binding: 'local',
  type: 'file',
  visibility: 'default',
});

const sectionSymbol = ({ index, name }: AsmSection): ObjectSymbol => ({
  name,
  home: { kind: 'section', index },
  value: 0n,
  size: 0n,
  binding: 'local',
  type: 'section',
  visibility: 'default',
});

/** Undefined when the symbol has no place in the table. */
function toSymbol(symbol: AsmSymbol, isUsed: boolean, diagnostics: Diagnostic[]): ObjectSymbol | undefined {
  const { name, visibility, binding, type, home } = symbol;
  if (symbol.temporary && home.kind === 'undefined' && /^\d/.test(name)) {
    diagnostics.push(error(`local label \`"${name}" (instance number 1 of a fb label)' is not defined`, symbol.place));
    return undefined;
  }
  if (symbol.temporary && !isUsed) return undefined;
  const size = sizeOf(symbol, diagnostics);
  const common = { name, size, visibility, type } as const;
  switch (home.kind) {
    case 'undefined': {
      // A weak name that nothing refers to leaves no trace.
      if (!isUsed && (!symbol.mentioned || binding === 'weak')) return undefined;
      return { ...common, home, value: 0n, binding: binding === 'local' ? 'global' : binding };
    }
    case 'label': {
      const at = home.at;
      return { ...common, home: { kind: 'section', index: at.section.index }, value: BigInt(addressOf(at)), binding };
    }
    case 'common':
      return { ...common, home: { kind: 'common', align: home.align }, value: 0n, size: home.size, binding };
    case 'value':
      return valueSymbol(symbol, common, diagnostics);
    default:
      return home satisfies never;
  }
}

function valueSymbol(
  symbol: AsmSymbol,
  common: Pick<ObjectSymbol, 'name' | 'size' | 'visibility' | 'type'>,
  diagnostics: Diagnostic[],
): ObjectSymbol | undefined {
  // The name of a register is none of an address.
  if (symbol.home.kind !== 'value' || symbol.home.value.kind === 'register') return undefined;
  const linear = reduce(symbol.home.value, finalDistance);
  const { binding } = symbol;
  if (typeof linear === 'string' || linear.minus !== undefined) {
    const message = typeof linear === 'string' ? linear : `can't resolve value for symbol \`${symbol.name}'`;
    diagnostics.push(error(message, symbol.place));
    return undefined;
  }
  const at = linear.symbol?.home;
  if (linear.symbol === undefined)
    return { ...common, home: { kind: 'absolute' }, value: BigInt.asUintN(64, linear.offset), binding };
  // Another name of a symbol that is defined elsewhere: uses name that symbol itself.
  if (at?.kind !== 'label') return undefined;
  const value = BigInt(addressOf(at.at)) + linear.offset;
  return { ...common, home: { kind: 'section', index: at.at.section.index }, value, binding };
}

function sizeOf({ name, size, place }: AsmSymbol, diagnostics: Diagnostic[]): bigint {
  if (size === undefined) return 0n;
  const value = numberOf(size, finalDistance);
  if (value === undefined) {
    diagnostics.push(error(`.size expression for ${name} does not evaluate to a constant`, place));
  }
  return BigInt.asUintN(64, value ?? 0n);
}

function lineRecords(asm: Assembly): ObjectFile['lines'] {
  return asm.sections.flatMap((section) =>
    section.marks
      .map(({ at, place }) => ({ section: section.index, offset: addressOf(at), place }))
      .sort((a, b) => a.offset - b.offset),
  );
}
