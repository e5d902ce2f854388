/**
 * Why no form of a mnemonic takes the operands, in gas's words.
 *
 * In: the mnemonic as written and what was found for it. Out: one message. Which of gas's reasons it names is the one of the
 * template it came furthest with, so the order of the checks below is as measured.
 */
import type { Form } from '../isa/forms.ts';
import { type Actual, gprWidth } from './operands.ts';

export interface Candidate {
  readonly form: Form;
  /** Whether the mnemonic was written with the form's suffix. */
  readonly suffixed: boolean;
}

/** GNU as names the mnemonic without its suffix, once it has found the instruction by taking the suffix off. */
export const shownName = (mnemonic: string, all: readonly Candidate[]): string =>
  all.length > 0 && all.every((c) => c.suffixed) ? mnemonic.slice(0, -1) : mnemonic;

const SUFFIX_BITS: Readonly<Record<string, number>> = { b: 8, w: 16, l: 32, q: 64 };

export function mismatch(
  mnemonic: string,
  name: string,
  all: readonly Candidate[],
  operands: readonly Actual[],
): string {
  const suffixed = all.filter((c) => c.suffixed);
  if (suffixed.length > 0) {
    const letter = mnemonic.slice(-1);
    const bits = SUFFIX_BITS[letter] ?? 0;
    const wrong = operands.find(
      (o) => o.kind === 'register' && gprWidth(o.register) !== undefined && gprWidth(o.register)! * 8 !== bits,
    );
    if (wrong?.kind === 'register') {
      return letter === 'b'
        ? `\`%${wrong.register.name}' not allowed with \`${mnemonic}'`
        : `incorrect register \`%${wrong.register.name}' used with \`${letter}' suffix`;
    }
  }
  if (operands.length === 1 && operands[0]!.kind === 'immediate') {
    return suffixed.length > 0 ? `invalid instruction suffix for \`${name}'` : `operand size mismatch for \`${name}'`;
  }
  if (all.some(({ form }) => form.operands.some((spec) => spec.kind === 'register' && spec.isAddress))) {
    return `invalid register operand size for \`${name}'`;
  }
  const last = operands[4];
  if (last?.kind === 'immediate' && isByte(last.value.known)) {
    return `constant doesn't fit in 4 bits for \`${name}'`;
  }
  // VCVTPD2PS from memory: only a suffix could tell the size.
  if (operands.length === 2 && operands[1]?.kind === 'memory' && all.some((c) => c.form.suffix === 'x')) {
    return `operand size mismatch for \`${name}'`;
  }
  return `operand type mismatch for \`${name}'`;
}

/** An unknown number may be one. */
const isByte = (known: bigint | undefined): boolean => known === undefined || (known >= -0x80n && known < 0x100n);
