/**
 * Which forms take the mask, the broadcast and the rounding that a statement has.
 *
 * In: forms whose operands match, the operands in Intel order, the decorations. Out: those forms that take them, or the reason
 * against the first one in gas's words (its check_VecOperands, whose order of checks the messages depend on). Forms without
 * EVEX take none of these.
 */
import type { Evex, Form, OperandSpec } from '../isa/forms.ts';
import type { Decorations } from './decorations.ts';
import type { Actual } from './operands.ts';
import type { Candidate } from './select-errors.ts';

/** Whether only EVEX can name the registers. */
export const needsEvex = (operands: readonly Actual[]): boolean =>
  operands.some((operand) => {
    if (operand.kind === 'register') return operand.register.number > LAST_OF_VEX;
    return operand.kind === 'memory' && (operand.index?.number ?? 0) > LAST_OF_VEX;
  });

const LAST_OF_VEX = 15;

const ROUNDING_REASON = 'unsupported static rounding/sae';

const NONE: Evex = {
  shift: 0,
  element: 0,
  copies: 1,
  mask: 'none',
  zeroing: false,
  rounding: 'none',
  distinct: false,
};

/** `all`: every form of the mnemonic. */
export function takeDecorations<T extends Candidate & { readonly specs: readonly OperandSpec[] }>(
  matching: readonly T[],
  all: readonly Candidate[],
  operands: readonly Actual[],
  decorations: Decorations,
): readonly T[] | string {
  const reasons = matching.map(({ form, specs }) => refusal(form, specs, operands, decorations));
  const taken = matching.filter((_, n) => reasons[n] === undefined);
  if (taken.length > 0) return taken;
  const [reason = ''] = reasons;
  const isBlamed = reason === ROUNDING_REASON && isTooShort(matching[0]!.form, all, operands, decorations);
  return isBlamed ? 'operand size mismatch' : reason;
}

/** Whether longer vectors would have the rounding: GNU as blames the operands then. */
function isTooShort(
  { encoding: { vex, evex } }: Form,
  all: readonly Candidate[],
  operands: readonly Actual[],
  { rounding }: Decorations,
): boolean {
  if (evex === undefined || vex?.length === 'any' || vex?.length === 2) return false;
  const wanted = rounding?.mode === 'sae' ? 'sae' : 'mode';
  // Vectors of two lengths are instructions of their own to GNU as.
  const isUniform = (form: Form): boolean =>
    form.operands.every((spec) => spec.kind !== 'register' || !/^[xy]mm$/.test(spec.class));
  const has = (form: Form): boolean => form.encoding.evex?.rounding === wanted && isUniform(form);
  return operands.every(({ kind }) => kind !== 'memory') && all.some(({ form }) => has(form));
}

function refusal(
  { encoding }: Form,
  specs: readonly OperandSpec[],
  operands: readonly Actual[],
  { mask, broadcast, rounding }: Decorations,
): string | undefined {
  const evex = encoding.evex ?? NONE;
  if (evex.mask === 'required' && mask === undefined) return "default mask isn't allowed";
  if (!hasVectorIndex(specs, operands)) return 'invalid VSIB address';
  if (evex.distinct && !isDistinct(operands)) return 'destination and source registers must be distinct';
  const memory = operands.findIndex(({ kind }) => kind === 'memory');
  if (broadcast !== undefined) {
    const isAddress = memory === operands.length - 1 - broadcast.operand;
    if (!isAddress || evex.copies !== broadcast.copies) return 'unsupported broadcast';
  }
  if (mask !== undefined) {
    const zeroes = evex.zeroing && memory !== 0;
    if (evex.mask === 'none' || (mask.zeroing && !zeroes)) return 'unsupported masking';
    if (mask.operand !== operands.length - 1) return 'mask not on destination operand';
  }
  // Without operands GNU as does not look.
  if (rounding === undefined || operands.length === 0) return undefined;
  const fits = evex.rounding === (rounding.mode === 'sae' ? 'sae' : 'mode') && memory < 0;
  return fits ? undefined : ROUNDING_REASON;
}

/** Gathers and scatters have a vector of their own size for an index. */
const hasVectorIndex = (specs: readonly OperandSpec[], operands: readonly Actual[]): boolean =>
  specs.every((spec, n) => {
    if (spec.kind !== 'memory' || spec.vector === undefined) return true;
    const operand = operands[n]!;
    return operand.kind === 'memory' && operand.index?.class === spec.vector;
  });

function isDistinct([destination, ...sources]: readonly Actual[]): boolean {
  if (destination?.kind !== 'register') return true;
  const { number } = destination.register;
  return sources.every((source) => source.kind !== 'register' || source.register.number !== number);
}
