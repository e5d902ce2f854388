/**
 * The sections of an assembly: in goes what is wanted of a new one, out comes the section, entered in the tables of
 * sections and of symbols. Whether a section may be so is for directives-section.ts to say.
 */
import { SHF } from '../object/object-file.ts';
import type { Assembly } from './assembly.ts';
import { type AsmSection, newSection } from './section.ts';
import { entrySizeOf } from './section-kinds.ts';
import { newSymbol } from './symbols.ts';

/** What a `.section` asks for. */
export interface Wanted {
  readonly name: string;
  flags?: number;
  type?: number;
  entsize: number;
  group?: string;
  isComdat?: boolean;
  linkedTo?: string;
  id?: bigint;
}

/** What tells one section from another. */
export function keyOf({ name, group, linkedTo, id, flags = 0 }: Wanted): string {
  const isRetained = (flags & SHF.GNU_RETAIN) !== 0;
  if (group === undefined && linkedTo === undefined && id === undefined && !isRetained) return name;
  return JSON.stringify([name, group ?? null, linkedTo ?? null, id === undefined ? null : `${id}`, isRetained]);
}

export function makeSection(asm: Assembly, wanted: Wanted & { type: number; flags: number }): AsmSection {
  const { name, type, flags } = wanted;
  const section: AsmSection = newSection(
    asm.sections.length,
    name,
    type,
    (flags | (wanted.group === undefined ? 0 : SHF.GROUP)) >>> 0,
    (flags & SHF.MERGE) !== 0 ? wanted.entsize : entrySizeOf(type),
  );
  if (wanted.group !== undefined) section.group = wanted.group;
  section.isComdat = wanted.isComdat ?? false;
  if (wanted.linkedTo !== undefined) section.linkedTo = wanted.linkedTo;
  asm.sections.push(section);
  asm.sectionsByKey.set(keyOf(wanted), section);
  addSectionSymbol(asm, section);
  return section;
}

/** A section's name is a symbol, too, in the order of the others. */
export function addSectionSymbol(asm: Assembly, section: AsmSection): void {
  const { byName, all } = asm.symbols;
  const known = byName.get(section.name);
  const symbol = known?.home.kind === 'undefined' ? known : newSymbol(section.name, asm.place, false);
  symbol.home = { kind: 'label', at: { section, fragment: section.start, offset: 0 } };
  symbol.type = 'section';
  symbol.binding = 'local';
  symbol.mentioned = false;
  if (symbol !== known) {
    // Of several sections of one name the first has it as a symbol's.
    if (known === undefined) byName.set(section.name, symbol);
    all.push(symbol);
  }
  section.symbol = symbol;
}
