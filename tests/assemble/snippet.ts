/** Assembles a snippet from memory, for tests. */
import { assemble } from '../../src/assemble/assemble.ts';
import { formatDiagnostic } from '../../src/base/diagnostics.ts';
import type { ObjectFile, Section } from '../../src/object/object-file.ts';

const encoder = new TextEncoder();

/** The object, and the diagnostics as printed. Further files (for `.incbin`) by name. */
export function snippet(
  text: string,
  files: Readonly<Record<string, string>> = {},
): { object: ObjectFile; messages: string[] } {
  const all: Readonly<Record<string, string>> = { ...files, 't.s': `${text}\n` };
  const read = (path: string): Uint8Array | undefined => (path in all ? encoder.encode(all[path]) : undefined);
  const { value, diagnostics } = assemble('t.s', { files: { read } });
  return { object: value, messages: diagnostics.map(formatDiagnostic) };
}

export function sectionOf(object: ObjectFile, name = '.text'): Section {
  const section = object.sections.find((s) => s.name === name);
  if (section === undefined) throw new Error(`no section ${name}`);
  return section;
}

export const hexOf = (object: ObjectFile, name = '.text'): string =>
  Buffer.from(sectionOf(object, name).data).toString('hex');

/** `offset type symbol+addend` of each relocation. */
export const relocationsOf = (object: ObjectFile, name = '.text'): string[] =>
  sectionOf(object, name).relocations.map(
    ({ offset, type, symbol, addend }) => `${offset} ${type} ${object.symbols[symbol]?.name ?? '*ABS*'}+${addend}`,
  );
