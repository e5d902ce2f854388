/**
 * Why no form of a mnemonic takes the operands, in gas's words.
 *
 * In: the mnemonic as written and what was found for it. Out: one message. Which of gas's reasons it names is the one of the
 * template it came furthest with, so the order of the checks below is as measured.
 */
import { type Form, formsOf, type OperandSpec } from '../isa/forms.ts';
import { findRegister } from '../isa/registers.ts';
import { type Actual, gprWidth, isBare } from './operands.ts';
import { needsEvex } from './select-vector.ts';

export interface Candidate {
  readonly form: Form;
  /** Whether the mnemonic was written with the form's suffix. */
  readonly suffixed: boolean;
}

/**
 * GNU as names the mnemonic without its suffix, once it has found the instruction by taking the suffix off; those with a
 * vector's length are instructions of their own to it.
 */
export const shownName = (mnemonic: string, all: readonly Candidate[]): string =>
  all.length > 0 && all.every((c) => c.suffixed && !/[xyz]/.test(c.form.suffix)) ? mnemonic.slice(0, -1) : mnemonic;

const SUFFIX_BITS: Readonly<Record<string, number>> = { b: 8, w: 16, l: 32, q: 64 };

/** Whether an operand fits at its place, as far as the operation's size is known. */
export type Fits = (spec: OperandSpec, operand: Actual, form: Form) => boolean;

/** `operands` stand in Intel order. */
export function mismatch(
  mnemonic: string,
  name: string,
  all: readonly Candidate[],
  operands: readonly Actual[],
  fits: Fits,
): string {
  const isSuffixed = all.every((c) => c.suffixed);
  const bySuffix = all.some((c) => c.suffixed) ? wrongSuffix(mnemonic, operands, fits) : undefined;
  if (bySuffix !== undefined) return bySuffix;
  const forms = (isSuffixed ? formsOf(mnemonic.slice(0, -1)) : all.map(({ form }) => form)).filter(
    ({ operands: specs }) => specs.length === operands.length,
  );
  const vector = operands.find((o) => o.kind === 'memory' && /^[xyz]mm$/.test(o.index?.class ?? ''));
  const isGather = forms.some((form) =>
    form.operands.some((spec) => spec.kind === 'memory' && spec.vector !== undefined),
  );
  if (vector !== undefined && !isGather) {
    const isBeyond = needsEvex([vector]) && forms.every((form) => form.encoding.evex === undefined);
    return isBeyond ? `unsupported instruction \`${name}'` : `unsupported vector index register for \`${name}'`;
  }
  const fitsSomewhere = (operand: Actual, n: number): boolean =>
    forms.some((form) => fits(form.operands[n]!, operand, form));
  const isUniform = forms.every((form) => operands.every((operand, n) => isOfKind(form.operands[n]!, operand)));
  if (isUniform && operands.filter((o) => o.kind === 'register').length > 1 && operands.every(fitsSomewhere)) {
    return `register type mismatch for \`${name}'`;
  }
  if (operands.length === 1 && (isSuffixed || operands[0]!.kind === 'immediate' || isTarget(operands[0]!))) {
    return isSuffixed ? `invalid instruction suffix for \`${name}'` : `operand size mismatch for \`${name}'`;
  }
  if (forms.some((form) => form.operands.some((spec) => spec.kind === 'register' && spec.isAddress))) {
    return `invalid register operand size for \`${name}'`;
  }
  if (operands.slice(1).filter((o) => o.kind === 'memory').length > 1) {
    return `too many memory references for \`${name}'`;
  }
  const areTwo = operands.filter((o) => o.kind === 'memory').length > 1;
  if (areTwo || (forms.length > 0 && operands.some((operand, n) => isMisplaced(operand, forms, n))))
    return `operand size mismatch for \`${name}'`;
  const last = operands[4];
  if (last?.kind === 'immediate' && isByte(last.value.known)) {
    return `constant doesn't fit in 4 bits for \`${name}'`;
  }
  // VCVTPD2PS from memory: only a suffix could tell the size.
  if (operands[1]?.kind === 'memory' && all.some((c) => c.form.suffix === 'x')) {
    return `operand size mismatch for \`${name}'`;
  }
  return `operand type mismatch for \`${name}'`;
}

/** Registers that differ in their size alone. */
const kindOf = (cls: string): string => cls.replace(/^gpr\d+$/, 'gpr').replace(/^[xyz]mm$/, 'vector');

function isOfKind(spec: OperandSpec, operand: Actual): boolean {
  if (operand.kind !== 'register') return true;
  if (spec.kind === 'fixed') return kindOf(findRegister(spec.register)?.class ?? '') === kindOf(operand.register.class);
  return spec.kind === 'register' && kindOf(spec.class) === kindOf(operand.register.class);
}

const takesRegisterOnly = (spec: OperandSpec | undefined): boolean =>
  (spec?.kind === 'register' && !spec.orMemory) || spec?.kind === 'fixed';

/** An address where only registers may stand, or a general register of a size that none of the forms has there. */
function isMisplaced(operand: Actual, forms: readonly Form[], n: number): boolean {
  if (operand.kind === 'memory') return forms.every((form) => takesRegisterOnly(form.operands[n]));
  if (operand.kind !== 'register' || gprWidth(operand.register) === undefined) return false;
  const specs = forms.map((form) => form.operands[n]!);
  return (
    specs.some((spec) => spec.kind === 'register' && spec.class.startsWith('gpr')) &&
    specs.every((spec) => {
      if (spec.kind !== 'register') return true;
      return spec.class.startsWith('gpr') && spec.class !== operand.register.class;
    })
  );
}

/** The operands would do but for the suffix, which says another size. */
function wrongSuffix(mnemonic: string, operands: readonly Actual[], fits: Fits): string | undefined {
  const name = mnemonic.slice(0, -1);
  const letter = mnemonic.slice(-1);
  const isMatch = (form: Form): boolean =>
    form.operands.length === operands.length && form.operands.every((spec, n) => fits(spec, operands[n]!, form));
  if (!formsOf(name).some(isMatch)) return undefined;
  const bits = SUFFIX_BITS[letter] ?? 0;
  const wrong = operands.find((o) => o.kind === 'register' && ![undefined, bits / 8].includes(gprWidth(o.register)));
  if (wrong?.kind !== 'register') return undefined;
  return letter === 'b' || gprWidth(wrong.register) === 1
    ? `\`%${wrong.register.name}' not allowed with \`${mnemonic}'`
    : `incorrect register \`%${wrong.register.name}' used with \`${letter}' suffix`;
}

/** Of a bare place it is the size that does not fit. */
const isTarget = (operand: Actual): boolean =>
  operand.kind === 'memory' && isBare(operand) && (operand.disp?.modifier ?? operand.disp?.known) !== undefined;

/** An unknown number may be one. */
const isByte = (known: bigint | undefined): boolean => known === undefined || (known >= -0x80n && known < 0x100n);
