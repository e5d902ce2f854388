/**
 * Relocation operators (`foo@PLT`): in goes the word and the size of the field, out comes the relocation's type. psABI
 * x86-64, table 4.9; gas's tc-i386.c (lex_got).
 */
interface Modifier {
  readonly 4?: number;
  readonly 8?: number;
  /** The symbol is thread-local. */
  readonly isTls?: true;
}

const MODIFIERS: Readonly<Record<string, Modifier>> = {
  SIZE: { 4: 32, 8: 33 },
  PLTOFF: { 8: 31 },
  PLT: { 4: 4 },
  GOTPLT: { 8: 30 },
  GOTOFF: { 8: 25 },
  GOTPCREL: { 4: 9, 8: 28 },
  GOT: { 4: 3, 8: 27 },
  TLSGD: { 4: 19, isTls: true },
  TLSLD: { 4: 20, isTls: true },
  GOTTPOFF: { 4: 22, isTls: true },
  TPOFF: { 4: 23, 8: 18, isTls: true },
  DTPOFF: { 4: 21, 8: 17, isTls: true },
  TLSDESC: { 4: 34, isTls: true },
  TLSCALL: { 4: 35, isTls: true },
};

const modifierNamed = (name: string): Modifier | undefined =>
  Object.hasOwn(MODIFIERS, name) ? MODIFIERS[name] : undefined;

export const isTlsModifier = (name: string): boolean => modifierNamed(name)?.isTls ?? false;

/** Whether the operator makes GNU as put _GLOBAL_OFFSET_TABLE_ into the table of symbols. */
export const needsGot = (name: string): boolean =>
  name !== 'SIZE' && name !== 'PLT' && modifierNamed(name) !== undefined;

/** The type; a string is the complaint. */
export function modifierType(name: string, size: number): number | string {
  const modifier = modifierNamed(name);
  if (modifier === undefined) return `relocation @${name} is not supported`;
  const type = size === 4 || size === 8 ? modifier[size] : undefined;
  if (type !== undefined) return type;
  return modifier[4] === undefined
    ? `8-byte relocation cannot be applied to ${size}-byte field`
    : `4-byte relocation cannot be applied to ${size}-byte field`;
}

/** Whether the word may stand behind a symbol in a field of that size; otherwise gas takes the `@` for junk. */
export const mayModify = (name: string, size: number): boolean =>
  (size === 4 || size === 8) && modifierNamed(name) !== undefined;
