/**
 * From assembler state to ObjectFile: numbers for sections and symbols, and where each run of bytes came from.
 *
 * In: the state after layout. Out: the object, and diagnostics of fixups, sizes and labels that came to nothing. The
 * order of symbols is GNU as's: file names, sections that relocations name, locals, then globals as first mentioned.
 */
import { type Diagnostic, error } from '../base/diagnostics.ts';
import { type ObjectFile, type Symbol as ObjectSymbol, type Section, SHF, SHT } from '../object/object-file.ts';
import type { Assembly } from './assembly.ts';
import { type AsmRelocation, type Filled, fillSection } from './relocate.ts';
import { type AsmSection, addressOf, finalDistance } from './section.ts';
import { settleNames, unfitSymbols, unsettledSymbols } from './symbol-checks.ts';
import { type AsmSymbol, numberOf, reduce, type SymbolTable, shownName } from './symbols.ts';
import { applyVersions } from './symver.ts';

export function toObject(asm: Assembly): { object: ObjectFile; diagnostics: Diagnostic[] } {
  // GNU as settles the symbols, then the fields, then sizes and the labels that nobody defined.
  const nowhere = { span: { file: asm.place.span.file, line: 0 }, chain: [] };
  const diagnostics = unsettledSymbols(asm.symbols.all, nowhere);
  settleNames(asm.symbols.all);
  const filled = asm.sections.map((section) => fillSection(section, asm.mode.bits === 16, nowhere));
  diagnostics.push(...filled.flatMap((f) => f.senseless), ...filled.flatMap((f) => f.diagnostics));
  diagnostics.push(...unfitSymbols(asm.symbols.all, nowhere));
  // The groups stand before all other sections.
  const groups = groupsOf(asm);
  diagnostics.push(...applyVersions(asm.symbols, nowhere));
  const { symbols, numbers } = symbolTable(asm, filled, groups);
  const numberOfSection = new Map(asm.sections.map((section, n) => [section, n + groups.length]));
  const sections = [
    ...groups.map((group) => groupSection(group, symbols, numberOfSection)),
    ...asm.sections.map((section, n) => ({
      ...toSection(section, filled[n]!, numbers),
      ...linkOf(asm, section, numberOfSection, diagnostics),
    })),
  ];
  const isGnu = asm.isGnu ? { isGnu: true as const } : {};
  return { object: { sections, symbols, lines: lineRecords(asm, groups.length), ...isGnu }, diagnostics };
}

interface Group {
  readonly name: string;
  readonly isComdat: boolean;
  readonly members: readonly AsmSection[];
}

/** The groups in the order of their first members. */
function groupsOf(asm: Assembly): Group[] {
  const groups = new Map<string, AsmSection[]>();
  for (const section of asm.sections) {
    if (section.group === undefined) continue;
    const members = groups.get(section.group);
    if (members === undefined) groups.set(section.group, [section]);
    else members.push(section);
  }
  return [...groups].map(([name, members]) => ({ name, members, isComdat: members.some((m) => m.isComdat) }));
}

function groupSection(
  { name, isComdat, members }: Group,
  symbols: readonly ObjectSymbol[],
  numberOfSection: ReadonlyMap<AsmSection, number>,
): Section {
  const signature = symbols.findIndex((symbol) => symbol.name === name && symbol.type !== 'file');
  const group = { signature, isComdat, members: members.map((member) => numberOfSection.get(member)!) };
  const size = 4 + 4 * members.length;
  return {
    name: '.group',
    type: SHT.GROUP,
    flags: 0,
    align: 4,
    entsize: 4,
    data: new Uint8Array(size),
    size,
    relocations: [],
    group,
  };
}

/** What SHF_LINK_ORDER refers to: the section of that name, or the one that holds the symbol. */
function linkOf(
  asm: Assembly,
  { name, linkedTo }: AsmSection,
  numberOfSection: ReadonlyMap<AsmSection, number>,
  diagnostics: Diagnostic[],
): Pick<Section, 'linkedTo'> {
  if (linkedTo === undefined) return {};
  const home = asm.symbols.byName.get(linkedTo)?.home;
  const number = home?.kind === 'label' ? numberOfSection.get(home.at.section) : undefined;
  if (number !== undefined) return { linkedTo: number };
  const nowhere = { span: { file: asm.place.span.file, line: 0 }, chain: [] };
  diagnostics.push(error(`undefined linked-to symbol \`${linkedTo}' on section \`${name}'`, nowhere));
  return {};
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
  return { name, type, flags, align, entsize, data, size, relocations: numbered };
}

/** The symbol that stands in the table for another. */
const named = (symbol: AsmSymbol): AsmSymbol => symbol.replacedBy ?? symbol;

function numberOfTarget(target: AsmRelocation['target'], numbers: Numbers): number {
  switch (target.kind) {
    case 'symbol':
      return numbers.get(named(target.symbol)) ?? -1;
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
  groups: readonly Group[],
): { symbols: ObjectSymbol[]; numbers: Numbers } {
  const targets = filled.flatMap((f) => f.relocations.map((r) => r.target));
  const usedSections = new Set(targets.flatMap((t) => (t.kind === 'section' ? [t.section] : [])));
  for (const section of asm.sections) {
    // A `.reloc` at a number brings its section's symbol along.
    if (section.asked.some(({ where }) => where.kind === 'int')) usedSections.add(section);
  }
  const usedSymbols = new Set(targets.flatMap((t) => (t.kind === 'symbol' ? [named(t.symbol)] : [])));
  const locals: [AsmSymbol | undefined, ObjectSymbol][] = [];
  const globals: [AsmSymbol | undefined, ObjectSymbol][] = [];
  const sectionNumber = (section: AsmSection): number => section.index + groups.length;
  // Symbols that usually have no place in the table get theirs when a relocation asks for one: at the end.
  const temporaries = new Set([...usedSymbols].filter(({ temporary, binding }) => temporary && binding === 'local'));
  const signatures = new Set(groups.map(({ name }) => name));
  for (const symbol of inOrder(asm.symbols, temporaries, usedSections)) {
    const isUsed = usedSymbols.has(symbol) || signatures.has(symbol.name);
    const made =
      symbol.type === 'section' && symbol.home.kind === 'label'
        ? usedSections.has(symbol.home.at.section)
          ? sectionSymbol(symbol.name, sectionNumber(symbol.home.at.section))
          : undefined
        : toSymbol(symbol, isUsed, sectionNumber);
    if (made === undefined) continue;
    (made.binding === 'local' ? locals : globals).push([symbol, made]);
    if (made.type !== 'section') signatures.delete(made.name);
  }
  for (const [n, { name }] of groups.entries()) {
    if (signatures.has(name)) locals.push([undefined, signatureSymbol(name, n)]);
  }
  const ordered = [...locals, ...globals];
  const numbers = new Map<AsmSymbol | AsmSection, number>();
  for (const [n, [symbol]] of ordered.entries()) {
    if (symbol === undefined) continue;
    numbers.set(symbol, n);
    if (symbol.type === 'section' && symbol.home.kind === 'label') numbers.set(symbol.home.at.section, n);
  }
  return { symbols: ordered.map(([, made]) => made), numbers };
}

/** Temporaries come where they were placed, or at the end, behind the further sections of a name. */
function inOrder(
  table: SymbolTable,
  temporaries: ReadonlySet<AsmSymbol>,
  usedSections: ReadonlySet<AsmSection>,
): AsmSymbol[] {
  const { all, placed: everPlaced, byName } = table;
  const placed = everPlaced.filter((symbol) => temporaries.has(symbol));
  const ordered: AsmSymbol[] = [];
  let next = 0;
  for (let n = 0; n <= all.length; n++) {
    for (; placed[next]?.placed === n; next++) ordered.push(placed[next]!);
    const symbol = all[n];
    if (symbol !== undefined && !temporaries.has(symbol) && !isFurther(symbol, byName)) ordered.push(symbol);
  }
  return [
    ...ordered,
    ...furtherSections(table, usedSections),
    ...[...temporaries].filter((symbol) => symbol.placed === undefined),
  ];
}

/** A section that shares its name with an earlier one has no symbol before something needs it. */
const isFurther = (symbol: AsmSymbol, byName: SymbolTable['byName']): boolean =>
  symbol.type === 'section' && byName.get(symbol.name) !== symbol;

/** The symbols of those, in the order in which relocations name them. */
const furtherSections = ({ byName }: SymbolTable, used: ReadonlySet<AsmSection>): AsmSymbol[] =>
  [...used].flatMap(({ symbol }) => (symbol !== undefined && isFurther(symbol, byName) ? [symbol] : []));

/** The name of a group that is no symbol otherwise: a place in the group's own section. */
const signatureSymbol = (name: string, index: number): ObjectSymbol => ({
  name,
  home: { kind: 'section', index },
  value: 0n,
  size: 0n,
  binding: 'local',
  type: 'notype',
  visibility: 'default',
});

const sectionSymbol = (name: string, index: number): ObjectSymbol => ({
  name,
  home: { kind: 'section', index },
  value: 0n,
  size: 0n,
  binding: 'local',
  type: 'section',
  visibility: 'default',
});

/** Undefined when the symbol has no place in the table. */
function toSymbol(
  symbol: AsmSymbol,
  isUsed: boolean,
  sectionNumber: (section: AsmSection) => number,
): ObjectSymbol | undefined {
  const { visibility, binding, type, home } = symbol;
  const name = symbol.shownAs ?? shownName(symbol);
  if (symbol.isWeakReference === true || symbol.replacedBy !== undefined) return undefined;
  const isVersioned = symbol.versions !== undefined;
  if (symbol.temporary && !isUsed && !isVersioned && (binding === 'local' || binding === 'unique')) return undefined;
  const size = sizeOf(symbol);
  switch (home.kind) {
    case 'undefined': {
      // A weak name that nothing refers to leaves no trace, unless it looks like a label of the compiler's.
      if (!isUsed && (binding === 'weak' || symbol.versions !== undefined) && !symbol.temporary) return undefined;
      const wanted = binding === 'weak' ? binding : 'global';
      return { name, home, value: 0n, size, binding: wanted, type, visibility };
    }
    case 'label': {
      const { section } = home.at;
      const value = BigInt(addressOf(home.at));
      const place = { kind: 'section', index: sectionNumber(section) } as const;
      return { name, home: place, value, size, binding, type: typeIn(section, type), visibility };
    }
    case 'common': {
      const place = { kind: 'common', align: home.align, ...(home.isLarge && { isLarge: true as const }) } as const;
      return { name, home: place, value: 0n, size: home.size, binding, type, visibility };
    }
    case 'value':
      return valueSymbol(symbol, { name, size, visibility, type }, sectionNumber);
    default:
      return home satisfies never;
  }
}

function valueSymbol(
  symbol: AsmSymbol,
  common: Pick<ObjectSymbol, 'name' | 'size' | 'visibility' | 'type'>,
  sectionNumber: (section: AsmSection) => number,
): ObjectSymbol | undefined {
  // The name of a register is none of an address.
  if (symbol.home.kind !== 'value' || symbol.home.value.kind === 'register') return undefined;
  const linear = reduce(symbol.home.value, finalDistance);
  const { binding } = symbol;
  if (typeof linear === 'string' || linear.minus !== undefined) return undefined;
  const at = linear.symbol?.home;
  if (linear.symbol === undefined)
    return { ...common, home: { kind: 'absolute' }, value: BigInt.asUintN(64, linear.offset), binding };
  // Another name of a symbol that is defined elsewhere: uses name that symbol itself.
  if (at?.kind !== 'label') return undefined;
  const value = BigInt(addressOf(at.at)) + linear.offset;
  const { section } = at.at;
  const home = { kind: 'section', index: sectionNumber(section) } as const;
  return { ...common, home, value, binding, type: typeIn(section, symbol.type) };
}

const sizeOf = ({ size }: AsmSymbol): bigint =>
  size === undefined ? 0n : BigInt.asUintN(64, numberOf(size, finalDistance) ?? 0n);

/** What is in a thread's section is thread-local, whatever it was said to be. */
const typeIn = (section: AsmSection, type: ObjectSymbol['type']): ObjectSymbol['type'] =>
  (section.flags & SHF.TLS) !== 0 ? 'tls' : type;

function lineRecords(asm: Assembly, groups: number): ObjectFile['lines'] {
  return asm.sections.flatMap((section) =>
    section.marks
      .map(({ fragment, offset, place }) => ({
        section: section.index + groups,
        offset: fragment.address + offset,
        place,
      }))
      .sort((a, b) => a.offset - b.offset),
  );
}
