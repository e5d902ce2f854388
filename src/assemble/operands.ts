/**
 * Operands of a statement, made ready for the encoder: registers looked up, expressions bound, and what is a known
 * number told apart from what only layout or the linker will know.
 *
 * In: the grammar's operands. Out: `Actual` operands, or the message GNU as gives. The rules on base and index
 * registers follow SDM vol. 2, 2.1.5 and the messages gas's i386_index_check.
 */
import { findRegister, GPR_WIDTH, type Register } from '../isa/registers.ts';
import type { Expr, MemoryOperand, Operand } from './statement.ts';
import type { Bound } from './symbols.ts';

/** An expression in an operand; `known` when it is a number already. */
export interface Value {
  readonly bound: Bound;
  readonly known: bigint | undefined;
}

export type Actual =
  | { readonly kind: 'register'; readonly register: Register; readonly indirect: boolean }
  | { readonly kind: 'immediate'; readonly value: Value }
  | ActualMemory;

export interface ActualMemory {
  readonly kind: 'memory';
  readonly segment?: Register;
  readonly disp?: Value;
  readonly base?: Register;
  readonly index?: Register;
  readonly scale: 1 | 2 | 4 | 8;
  readonly indirect: boolean;
}

/** Binds an expression of the operand. A string is an error message. */
export type BindValue = (expr: Expr) => Value | string;

/** The operand as the encoder takes it, or a message. */
export function actualOperand(operand: Operand, bindValue: BindValue): Actual | string {
  switch (operand.kind) {
    case 'register': {
      const register = findRegister(operand.name);
      return register === undefined
        ? `bad register name \`%${operand.name}'`
        : { kind: 'register', register, indirect: operand.indirect };
    }
    case 'immediate': {
      const value = bindValue(operand.value);
      return typeof value === 'string' ? value : { kind: 'immediate', value };
    }
    case 'memory':
      return actualMemory(operand, bindValue);
    default:
      return operand satisfies never;
  }
}

function actualMemory(operand: MemoryOperand, bindValue: BindValue): Actual | string {
  const registers: { segment?: Register; base?: Register; index?: Register } = {};
  for (const role of ['segment', 'base', 'index'] as const) {
    const name = operand[role];
    if (name === undefined) continue;
    const register = findRegister(name);
    if (register === undefined) return `bad register name \`%${name}'`;
    registers[role] = register;
  }
  const { base, index } = registers;
  // `in (%dx), %al`: gas takes the parentheses for the register itself.
  if (base?.name === 'dx' && index === undefined && operand.disp === undefined) {
    return { kind: 'register', register: base, indirect: false };
  }
  if (!isAddress(base, index)) {
    const scale = operand.scale === 1 ? '' : `,${operand.scale}`;
    const text = `(${base === undefined ? '' : `%${base.name}`}${index === undefined ? '' : `,%${index.name}${scale}`})`;
    return `\`${text}' is not a valid base/index expression`;
  }
  const disp = operand.disp === undefined ? undefined : bindValue(operand.disp);
  if (typeof disp === 'string') return disp;
  return {
    kind: 'memory',
    ...registers,
    ...(disp === undefined ? {} : { disp }),
    scale: operand.scale,
    indirect: operand.indirect,
  };
}

const isAddressClass = (r: Register): boolean => r.class === 'gpr64' || r.class === 'gpr32' || r.class === 'ip';

function isAddress(base: Register | undefined, index: Register | undefined): boolean {
  if (base !== undefined && !isAddressClass(base)) return false;
  if (index === undefined) return true;
  if (index.class !== 'gpr64' && index.class !== 'gpr32') return false;
  // Index number 4 without REX.X says "no index".
  if (index.number === 4) return false;
  return base === undefined || base.class === index.class;
}

/** Whether the addressing is 32-bit, which costs the prefix 67. */
export const isAddress32 = ({ base, index }: ActualMemory): boolean =>
  base?.class === 'gpr32' || base?.name === 'eip' || index?.class === 'gpr32';

/** A bare expression: the target of a direct branch, or an absolute address. */
export const isBare = (memory: ActualMemory): boolean => memory.base === undefined && memory.index === undefined;

/** Width in bytes of a general register, undefined for others. */
export function gprWidth(register: Register): 1 | 2 | 4 | 8 | undefined {
  const widths: Readonly<Record<string, 1 | 2 | 4 | 8>> = GPR_WIDTH;
  return widths[register.class];
}
