/**
 * Relocation operators (`foo@PLT`): in goes the word and the size of the field, out comes the relocation's type. psABI
 * x86-64, table 4.9; gas's tc-i386.c (lex_got).
 */
interface Modifier {
  readonly 4?: number;
  readonly 8?: number;
  /** The symbol is thread-local. */
  readonly isTls?: true;
  /** The operands of 64-bit code that it may stand in. */
  readonly operands: readonly OperandField[];
  /** What the linker puts into four bytes is an address relative to the field, or a number that is none. */
  readonly isAbsolute?: true;
  /** The linker's number has a sign; without a word either will do. */
  readonly sign?: 'signed' | 'unsigned';
}

/** Immediates by how they become 64 bits, displacements and absolute addresses by their size. */
export type OperandField = 'zeroed32' | 'signed32' | 'imm64' | 'disp32' | 'disp64';

const IN_32: readonly OperandField[] = ['zeroed32', 'signed32', 'disp32'];
const IN_64: readonly OperandField[] = ['imm64', 'disp64'];
const IN_ANY: readonly OperandField[] = [...IN_32, ...IN_64];
const signed = 'signed';

const MODIFIERS: Readonly<Record<string, Modifier>> = {
  SIZE: { 4: 32, 8: 33, operands: ['zeroed32', 'imm64'], isAbsolute: true, sign: 'unsigned' },
  PLTOFF: { 8: 31, operands: ['imm64'] },
  PLT: { 4: 4, operands: IN_32, sign: signed },
  GOTPLT: { 8: 30, operands: IN_64 },
  GOTOFF: { 8: 25, operands: IN_64 },
  GOTPCREL: { 4: 9, 8: 28, operands: IN_32, sign: signed },
  GOT: { 4: 3, 8: 27, operands: [...IN_32, 'imm64'], isAbsolute: true, sign: signed },
  TLSGD: { 4: 19, isTls: true, operands: IN_32, sign: signed },
  TLSLD: { 4: 20, isTls: true, operands: IN_32, sign: signed },
  GOTTPOFF: { 4: 22, isTls: true, operands: IN_32, sign: signed },
  TPOFF: { 4: 23, 8: 18, isTls: true, operands: IN_ANY, isAbsolute: true, sign: signed },
  DTPOFF: { 4: 21, 8: 17, isTls: true, operands: IN_ANY, isAbsolute: true, sign: signed },
  TLSDESC: { 4: 34, isTls: true, operands: IN_32 },
  TLSCALL: { 4: 35, isTls: true, operands: ['zeroed32', 'signed32'] },
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

/** Whether an operand of 64-bit code may have the word in it; of unknown words something is said later. */
export const isOperandModifier = (name: string, field: OperandField): boolean =>
  modifierNamed(name)?.operands.includes(field) ?? true;

/** Marks a call and takes no room. */
export const TLSCALL = 'TLSCALL';

/** What is wrong with the word in an instruction's field; `isSigned` where the CPU extends it, undefined where nothing does. */
export function misplacedModifier(
  name: string,
  size: number,
  isRelative: boolean,
  isSigned: boolean | undefined,
): string | undefined {
  const modifier = modifierNamed(name);
  if (modifier === undefined) return undefined;
  if (name === TLSCALL) return `0-byte relocation cannot be applied to ${size}-byte field`;
  const type = modifierType(name, size);
  if (typeof type === 'string') return type;
  if (size !== 4) return undefined;
  if (isRelative) {
    if (name === 'SIZE') return 'there are no pc-relative size relocations';
    return modifier.isAbsolute ? 'non-pc-relative relocation for pc-relative field' : undefined;
  }
  if (modifier.sign === undefined || isSigned === undefined) return undefined;
  return isSigned === (modifier.sign === 'signed')
    ? undefined
    : 'relocated field and relocation type differ in signedness';
}
