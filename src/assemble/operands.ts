/**
 * Operands of a statement, made ready for the encoder: registers looked up, expressions bound, and what is a known
 * number told apart from what only layout or the linker will know.
 *
 * In: the grammar's operands. Out: `Actual` operands, or the message GNU as gives. The rules on base and index
 * registers follow SDM vol. 2, 2.1.5 and the messages gas's i386_index_check.
 */
import type { Bits } from '../isa/forms.ts';
import { findRegister, GPR_WIDTH, type Register } from '../isa/registers.ts';
import type { Expr, MemoryOperand, Operand, RoundingOperand } from './statement.ts';
import type { Bound } from './symbols.ts';

/** An expression in an operand; `known` when it is a number already. */
export interface Value {
  readonly bound: Bound;
  readonly known: bigint | undefined;
  /** In 64-bit code, where it says which operands it may stand in: the relocation operator (modifiers.ts). */
  readonly modifier?: string;
}

export type Actual = ActualRegister | ActualImmediate | ActualMemory;

export interface ActualRegister {
  readonly kind: 'register';
  readonly register: Register;
  readonly indirect: boolean;
}

export interface ActualImmediate {
  readonly kind: 'immediate';
  readonly value: Value;
}

export interface ActualMemory {
  readonly kind: 'memory';
  readonly segment: Register | undefined;
  readonly disp: Value | undefined;
  readonly base: Register | undefined;
  readonly index: Register | undefined;
  readonly scale: 1 | 2 | 4 | 8;
  readonly indirect: boolean;
  /** Of the address, in bits. */
  readonly addressSize: Bits;
}

/** Binds an expression of the operand. A string is an error message. */
export type BindValue = (expr: Expr) => Value | string;

/** The code around: its size, the size of addresses without registers, and the operand's own text for messages. */
export interface OperandContext {
  readonly bits: Bits;
  readonly addressSize: Bits;
  /** Any register will do in an address: string-operands.ts sees to it. */
  readonly isLenient: boolean;
  /** Other addresses are errors: a prefix, or a string instruction's first one, says the size. */
  readonly isForced: boolean;
  readonly bindValue: BindValue;
  /** The register that a symbol stands for (`counter = %rcx`). */
  readonly registerOf: (symbol: string) => string | undefined;
  readonly textOf: (operand: Operand) => string;
}

/** The operand as the encoder takes it, or a message. */
export function actualOperand(operand: Exclude<Operand, RoundingOperand>, context: OperandContext): Actual | string {
  switch (operand.kind) {
    case 'register': {
      const register = registerNamed(operand.name, context.bits);
      return register === undefined
        ? `bad register name \`%${operand.name}${operand.decorations?.join('') ?? ''}'`
        : { kind: 'register', register, indirect: operand.indirect };
    }
    case 'immediate': {
      const value = context.bindValue(operand.value);
      if (typeof value === 'string') return value;
      return { kind: 'immediate', value: context.bits === 64 ? value : truncated(value) };
    }
    case 'memory':
      return actualMemory(operand, context);
    default:
      return operand satisfies never;
  }
}

/** Outside of 64-bit code numbers have 32 bits (gas's extend_to_32bit_address). */
const truncated = ({ bound, known }: Value): Value => ({
  bound,
  known: known === undefined ? undefined : BigInt.asIntN(32, known),
});

/** `%st(0)` is `%st`. */
const registerNamed = (name: string, bits: Bits): Register | undefined =>
  findRegister(name === 'st(0)' ? 'st' : name, bits);

/** With symbols that stand for registers put in their place; `(name)` is an address in parentheses if it stands for none. */
function named(operand: MemoryOperand, { registerOf }: OperandContext): MemoryOperand {
  const { base, index, disp } = operand;
  const isSymbol = base?.startsWith('=') || index?.startsWith('=');
  if (!isSymbol) return operand;
  const meaning = (name: string | undefined): string | undefined =>
    name?.startsWith('=') ? (registerOf(name.slice(1)) ?? name.slice(1)) : name;
  const own = meaning(base);
  if (base?.startsWith('=') && index === undefined && disp === undefined && own === base.slice(1)) {
    const { base: _, ...rest } = operand;
    return { ...rest, disp: { kind: 'symbol', name: own } };
  }
  const other = meaning(index);
  return { ...operand, ...(own !== undefined && { base: own }), ...(other !== undefined && { index: other }) };
}

function actualMemory(written: MemoryOperand, context: OperandContext): Actual | string {
  const operand = named(written, context);
  const { bits } = context;
  const segment = operand.segment === undefined ? undefined : registerNamed(operand.segment, bits);
  if (segment === undefined && operand.segment !== undefined) {
    return badRegister(operand.segment, context.textOf(written));
  }
  if (segment !== undefined && segment.class !== 'segment') {
    return `junk \`${afterRegister(context.textOf(written))}' after register`;
  }
  const base = operand.base === undefined ? undefined : registerNamed(operand.base, bits);
  if (base === undefined && operand.base !== undefined) return badRegister(operand.base, context.textOf(written));
  const index = operand.index === undefined ? undefined : registerNamed(operand.index, bits);
  if (index === undefined && operand.index !== undefined) return badRegister(operand.index, context.textOf(written));
  // `in (%dx), %al`: gas takes the parentheses for the register itself.
  if (base?.name === 'dx' && index === undefined && operand.disp === undefined) {
    return { kind: 'register', register: base, indirect: false };
  }
  const ownSize = context.isLenient && context.isForced ? undefined : addressBits(base, index);
  const addressSize = ownSize ?? context.addressSize;
  // Of a string instruction's first address GNU as only looks at the size.
  if (!isAddress(base, index, operand.scale, addressSize, context) && !context.isLenient) {
    return `\`${context.textOf(written)}' is not a valid base/index expression`;
  }
  const disp = operand.disp === undefined ? undefined : context.bindValue(operand.disp);
  if (typeof disp === 'string') return disp;
  if (disp?.bound.kind === 'register' && base === undefined && index === undefined) {
    const register = registerNamed(disp.bound.name, context.bits);
    if (register !== undefined) return { kind: 'register', register, indirect: operand.indirect };
  }
  const { scale, indirect } = operand;
  return { kind: 'memory', segment, disp, base, index, scale, indirect, addressSize };
}

const afterRegister = (text: string): string => text.replace(/^\s*%\w+(?:\(\d\))?/, '');

/** Within parentheses GNU as quotes all up to the next comma. */
function badRegister(name: string, text: string): string {
  const at = text.toLowerCase().indexOf(`%${name}`);
  return `bad register name \`${at < 0 ? `%${name}` : text.slice(at).replace(/,.*/, '')}'`;
}

const CLASS_BITS: Readonly<Record<string, Bits>> = { gpr16: 16, gpr32: 32, gpr64: 64 };

/** The size of an address by its registers; the index of a gather says nothing. */
function addressBits(base: Register | undefined, index: Register | undefined): Bits | undefined {
  if (base?.class === 'ip') return base.name === 'eip' ? 32 : 64;
  return CLASS_BITS[(base ?? index)?.class ?? ''] ?? (base === undefined ? undefined : CLASS_BITS[index?.class ?? '']);
}

const NUMBER_SP = 4;

const isVector = (register: Register): boolean => /^[xyz]mm$/.test(register.class);

function isAddress(
  base: Register | undefined,
  index: Register | undefined,
  scale: number,
  size: Bits,
  { bits, addressSize, isForced }: OperandContext,
): boolean {
  // An ADDR prefix settles the size; without one the registers do, within what the code can say.
  if ((size === 64) !== (bits === 64) && size !== 32) return false;
  if (isForced && size !== addressSize) return false;
  if (size === 16) return isAddress16(base, index, scale);
  const cls = size === 32 ? 'gpr32' : 'gpr64';
  if (base !== undefined && base.class !== 'ip' && base.class !== cls) return false;
  if (base?.class === 'ip') return index === undefined;
  // Index number 4 without REX.X says "no index".
  return index === undefined || isVector(index) || (index.class === cls && index.number !== NUMBER_SP);
}

/** 16-bit addresses have BX or BP, SI or DI, or one of each. */
function isAddress16(base: Register | undefined, index: Register | undefined, scale: number): boolean {
  const isBase = base !== undefined && /^(bx|bp)$/.test(base.name);
  const isIndex = (register: Register | undefined): boolean =>
    register !== undefined && /^(si|di)$/.test(register.name);
  if (index === undefined) return base === undefined || isBase || isIndex(base);
  return isBase && isIndex(index) && scale === 1;
}

/** A bare expression: the target of a direct branch, or an absolute address. */
export const isBare = (memory: ActualMemory): boolean => memory.base === undefined && memory.index === undefined;

const WIDTHS: Readonly<Record<string, 1 | 2 | 4 | 8>> = GPR_WIDTH;

/** Width in bytes of a general register, undefined for others. */
export const gprWidth = (register: Register): 1 | 2 | 4 | 8 | undefined => WIDTHS[register.class];
