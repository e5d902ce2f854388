/**
 * Whether an operand, as written, fits what a form asks for.
 *
 * In: one operand of a form and one of the statement. Out: yes or no. The rules for immediates are those of gas's
 * optimize_imm: where the operation's size is plain, a positive number that has the size's top bit set means its negative
 * twin, and a number that is too large is cut (with a warning).
 */
import { fitsSigned, s64 } from '../base/u64.ts';
import { type Form, formsOf, type OperandSpec } from '../isa/forms.ts';
import { isOperandModifier, type OperandField } from './modifiers.ts';
import { type Actual, type ActualMemory, isBare, type Value } from './operands.ts';

/** `size`: the operation's in bits, as GNU as guesses it before a form is chosen. */
export function matches(spec: OperandSpec, actual: Actual, form: Form, size: number): boolean {
  switch (spec.kind) {
    case 'register':
      if (actual.kind === 'register') {
        if (actual.indirect && !form.branch) return false;
        return actual.register.class === spec.class && !(spec.notZero && actual.register.number === 0);
      }
      return spec.orMemory && actual.kind === 'memory' && isOrdinary(actual, form) && isReachable(actual);
    case 'memory':
      if (actual.kind !== 'memory' || form.branch !== actual.indirect) return false;
      // Of a gather's index select-vector.ts says whether it will do.
      return spec.vector !== undefined || isOrdinary(actual, form);
    case 'fixed':
      return actual.kind === 'register' && actual.register.name === spec.register && !actual.indirect;
    case 'literal':
      return actual.kind === 'immediate' && actual.value.known === spec.value;
    case 'immediate':
      return actual.kind === 'immediate' && immediateFits(spec, actual.value, size);
    case 'target':
      if (actual.kind !== 'memory' || actual.indirect || !isBare(actual) || actual.segment !== undefined) return false;
      return (
        mayHold(actual.disp, 'disp32') && (spec.bits !== 8 || isByteTarget(actual) || nearForm(form) !== undefined)
      );
    case 'offset':
      return actual.kind === 'memory' && isBare(actual) && isOffset(actual, spec.only64);
    case 'implied':
      return actual.kind === 'memory' && isImplied(actual, spec.base);
    default:
      return spec satisfies never;
  }
}

/** An indirect branch has its star, and only gathers have a vector for an index. */
const isOrdinary = (actual: ActualMemory, form: Form): boolean =>
  (form.branch ? actual.indirect || !isBare(actual) : !actual.indirect) &&
  !/^[xyz]mm$/.test(actual.index?.class ?? '') &&
  (!isBare(actual) || mayHold(actual.disp, 'disp32'));

/** An absolute address of 64 bits; an operator says whether it may be one. */
const isOffset = (actual: ActualMemory, only64: boolean): boolean =>
  (!only64 || needs64(actual)) && mayHold(actual.disp, 'disp64');

/** Whether one byte may do for the distance: of what is no number yet it does, of a number by its own size. */
export const isByteTarget = ({ disp }: ActualMemory): boolean =>
  disp?.modifier === undefined && (disp?.known === undefined || fitsSigned(s64(disp.known), 8));

const mayHold = (value: Value | undefined, field: OperandField): boolean =>
  value?.modifier === undefined || isOperandModifier(value.modifier, field);

/** Found once for each of the short forms. */
const nearForms = new Map<Form, Form | undefined>();

/** The form of a jump with a full displacement, for one that has a byte's. */
export function nearForm(form: Form): Form | undefined {
  if (!nearForms.has(form)) nearForms.set(form, findNearForm(form));
  return nearForms.get(form);
}

function findNearForm(form: Form): Form | undefined {
  const isNear = (f: Form): boolean =>
    f.modes === form.modes && f.operands[0]?.kind === 'target' && f.operands[0].bits !== 8;
  return formsOf(form.mnemonics[0]!).find(isNear);
}

type ImmediateSpec = Extract<OperandSpec, { kind: 'immediate' }>;

/**
 * Of an unknown number only fields of the operation's whole size are taken. A number fits where it is small enough, and in
 * any field as wide as the operation is held to be (gas's types Imm8 to Imm64, from smallest_imm_type and the guess).
 */
function immediateFits({ bits, width }: ImmediateSpec, value: Value, size: number): boolean {
  if (value.known === undefined) {
    if (value.modifier === undefined) return (bits === width && bits > 4) || bits === 32;
    if (bits !== 32) return bits === 64 && isOperandModifier(value.modifier, 'imm64');
    return isOperandModifier(value.modifier, width > 32 ? 'signed32' : 'zeroed32');
  }
  const known = converted(s64(value.known), size);
  switch (bits) {
    case 8:
      if (size === 8) return true;
      return width > 8 ? fitsSigned(known, 8) : known >= -0x80n && known < 0x100n;
    case 16:
      return size <= 16 || (known >= -0x8000n && known < 0x10000n);
    case 32:
      if (width > 32) return size <= 16 || fitsSigned(known, 32);
      return size <= 32 || (size !== 64 && known >= -0x80000000n && known < 0x100000000n);
    case 4:
      return known >= 0n && known < 16n;
    default:
      return true;
  }
}

/** The number as GNU as goes on with it: where the size is plain, one with the top bit set means its negative twin. */
export function converted(value: bigint, size: number): bigint {
  if (size > 32 || value < 0n) return value;
  if (size <= 16 && value <= 0xffffn) return BigInt.asIntN(16, value);
  return value <= 0xffffffffn ? BigInt.asIntN(32, value) : value;
}

/** A bare address beyond 32 bits has only the forms with an absolute address. */
const isReachable = (memory: ActualMemory): boolean => !isBare(memory) || !needs64(memory);

export const needs64 = ({ disp, addressSize }: ActualMemory): boolean =>
  addressSize === 64 && disp?.known !== undefined && !fitsSigned(s64(disp.known), 32);

/** `(%rsi)`, `(%edi)`, `(%bx)`: nothing but the register. */
function isImplied(memory: ActualMemory, base: 'si' | 'di' | 'bx'): boolean {
  const { base: register, index, disp } = memory;
  if (register === undefined || disp !== undefined || index !== undefined) return false;
  return register.name.endsWith(base) && register.class.startsWith('gpr');
}

/** String instructions and MOVDIR64B have two addresses, and one address size. */
export function addressSizesAgree(specs: readonly OperandSpec[], operands: readonly Actual[]): boolean {
  let size = 0;
  let isTied = false;
  let agree = true;
  for (let n = 0; n < specs.length; n++) {
    const spec = specs[n]!;
    const operand = operands[n]!;
    if (spec.kind === 'implied' || (spec.kind === 'register' && spec.isAddress)) isTied = true;
    const own = addressSizeOf(spec, operand);
    if (own !== 0 && size !== 0 && own !== size) agree = false;
    size ||= own;
  }
  return agree || !isTied;
}

const REGISTER_BITS: Readonly<Record<string, number>> = { gpr16: 16, gpr32: 32, gpr64: 64 };

function addressSizeOf(spec: OperandSpec, operand: Actual): number {
  if (operand.kind === 'memory') return isBare(operand) ? 0 : operand.addressSize;
  if (operand.kind !== 'register' || spec.kind !== 'register' || !spec.isAddress) return 0;
  return REGISTER_BITS[operand.register.class] ?? 0;
}
