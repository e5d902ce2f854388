/**
 * The memory operands of string instructions and XLAT, which can be nothing but (%rsi), (%rdi) or (%rbx).
 *
 * In: an operand as read, and what the instruction has at its place. Out: the operand it means; GNU as takes any other
 * register for the right one and warns (i386_index_check, "string address"). Two addresses have to be of one size.
 */
import type { Bits, OperandSpec } from '../isa/forms.ts';
import { findRegister } from '../isa/registers.ts';
import type { ActualMemory } from './operands.ts';
import type { Candidate } from './select-errors.ts';

type Implied = Extract<OperandSpec, { kind: 'implied' }>;

/** What stands at each place, in AT&T order, of an instruction that is a string instruction in all its forms. */
export function impliedPlaces(all: readonly Candidate[], count: number): readonly (Implied | undefined)[] {
  if (!all.every(({ form }) => form.operands.some((spec) => spec.kind === 'implied'))) return [];
  const [first] = all;
  const whole = first!.form.operands;
  const specs = whole.length === count ? whole : whole.filter((spec) => spec.kind === 'implied');
  return [...specs].reverse().map((spec) => (spec.kind === 'implied' ? spec : undefined));
}

const NAMES: Readonly<Record<Bits, (base: Implied['base']) => string>> = {
  16: (base) => base,
  32: (base) => `e${base}`,
  64: (base) => `r${base}`,
};

/** The operand meant, with a warning if it is not the one written. */
export function impliedOperand(
  actual: ActualMemory,
  { base }: Implied,
  text: string,
): { readonly operand: ActualMemory; readonly warning?: string } {
  const { addressSize, segment, indirect } = actual;
  const name = NAMES[addressSize](base);
  const isRight = actual.base?.name === name && actual.index === undefined && actual.disp === undefined;
  if (isRight) return { operand: actual };
  const register = findRegister(name)!;
  const operand: ActualMemory = {
    kind: 'memory',
    segment,
    disp: undefined,
    base: register,
    index: undefined,
    scale: 1,
    indirect,
    addressSize,
  };
  return { operand, warning: `\`${text}' is not valid here (expected \`(%${name})')` };
}
