/**
 * `.symver name, alias@VERSION`: in go the directive and, at the end, the table of symbols; out come the versioned names
 * beside or in place of the symbols. gas manual, 7.99; gas's obj-elf.c (obj_elf_symver, elf_frob_symbol).
 *
 * The subtle invariant: what a version does depends on whether its symbol is defined in the end. A defined one gets a
 * second name (`@`, `@@`), unless `@@@` asks for another name instead; an undefined one is always renamed.
 */
import { type Diagnostic, error, type Place } from '../base/diagnostics.ts';
import { fail } from './assembly.ts';
import { demandEnd, type TextReader, takeChar, takeName } from './directive-text.ts';
import { type Cursor, readName, skipBlanks } from './macro-arguments.ts';
import { type AsmSymbol, newSymbol, type SymbolTable, symbolNamed } from './symbols.ts';

const VERSIONED = /[\w.$@\u0080-\uffff]*/y;

/** A name that may hold `@`. */
function takeVersioned(c: Cursor): string {
  skipBlanks(c);
  VERSIONED.lastIndex = c.at;
  const name = VERSIONED.exec(c.text)?.[0] ?? '';
  c.at += name.length;
  return name;
}

const isFate = (word: string): word is NonNullable<AsmSymbol['fate']> =>
  word === 'local' || word === 'hidden' || word === 'remove';

export const symver: TextReader = (asm, c) => {
  const name = takeName(c);
  if (name === '') fail(asm, 'Missing symbol name in directive');
  if (!takeChar(c, ',')) return fail(asm, 'expected comma after name in .symver');
  const versioned = takeVersioned(c);
  const ats = /@+/.exec(versioned)?.[0].length ?? 0;
  if (ats === 0) return fail(asm, `missing version name in \`${versioned}' for symbol \`${name}'`);
  if (ats > 3) return fail(asm, `invalid version name '${versioned}' for symbol \`${name}'`);
  const symbol = symbolNamed(asm.symbols, name, asm.place);
  symbol.mentioned = true;
  const before = c.at;
  if (takeChar(c, ',')) {
    const word = readName(c);
    if (isFate(word)) symbol.fate = word;
    else c.at = before;
  }
  // The latest comes first.
  if (demandEnd(asm, c)) symbol.versions = [versioned, ...(symbol.versions ?? [])];
};

const NONE: readonly Diagnostic[] = [];

/** Gives the symbols their versions; the new names come last in the table. */
export function applyVersions(table: SymbolTable, nowhere: Place): Diagnostic[] {
  return [...table.all].flatMap((symbol) => {
    const message = symbol.versions === undefined ? undefined : applyTo(symbol, symbol.versions, table);
    return message === undefined ? NONE : [error(message, nowhere)];
  });
}

function applyTo(symbol: AsmSymbol, versions: readonly string[], table: SymbolTable): string | undefined {
  const { name, home, fate } = symbol;
  const [first = '', second] = versions;
  const isDefined = home.kind === 'label' || home.kind === 'value';
  if (home.kind === 'common') return `\`${first}' can't be versioned to common symbol '${name}'`;
  if (first.includes('@@@')) {
    symbol.shownAs = first.replace('@@@', isDefined ? '@@' : '@');
    return undefined;
  }
  if (!isDefined) {
    if (second !== undefined) return `multiple versions [${`\`${first}'|\`${second}'`}] for symbol \`${name}'`;
    if (first.includes('@@')) {
      return `invalid attempt to declare external version name as default in symbol \`${first}'`;
    }
    symbol.shownAs = first;
    return undefined;
  }
  const aliases = versions.map((version) => aliasOf(symbol, version));
  table.all.push(...aliases);
  if (fate === 'hidden') symbol.visibility = 'hidden';
  if (fate === 'local') symbol.binding = 'local';
  if (fate === 'remove') symbol.replacedBy = aliases[0]!;
  return undefined;
}

function aliasOf({ place, home, binding, type, visibility, size }: AsmSymbol, version: string): AsmSymbol {
  const alias = newSymbol(version, place, false, home);
  return Object.assign(alias, { binding, type, visibility, mentioned: true, ...(size === undefined ? {} : { size }) });
}
