/**
 * What AVX-512 adds to operands: a mask and zeroing behind the destination, a broadcast behind an address, and a rounding
 * mode that stands where an operand would.
 *
 * In: the braces as the grammar read them, operand by operand. Out: `Decorations`, or GNU as's message. Numbers of operands
 * count in AT&T order from 0, without the rounding, as in gas's check_VecOperations and RC_SAE_immediate.
 */
import type { Bits } from '../isa/forms.ts';
import { findRegister, type Register } from '../isa/registers.ts';
import type { Actual } from './operands.ts';

export interface Decorations {
  mask?: { register?: Register; zeroing: boolean; readonly operand: number };
  broadcast?: { readonly copies: number; readonly operand: number };
  /** `before`: the operands in front of it. */
  rounding?: { readonly text: string; readonly mode: number | 'sae'; readonly before: number };
}

/** Nothing in braces. */
export const PLAIN: Readonly<Decorations> = {};

/** EVEX.L'L by mode (SDM vol. 2, table 2-36). */
const ROUNDING: Readonly<Record<string, number | 'sae'>> = {
  '{rn-sae}': 0,
  '{rd-sae}': 1,
  '{ru-sae}': 2,
  '{rz-sae}': 3,
  '{sae}': 'sae',
};

/** Adds the rounding that stands behind `prior`; messages when it can't be. */
export function addRounding(
  found: Decorations,
  text: string,
  prior: readonly Actual[],
  name: string,
): readonly string[] {
  const mode = ROUNDING[text];
  if (mode !== undefined && found.rounding === undefined) {
    found.rounding = { text, mode, before: prior.length };
    const isMisplaced = prior.length > 1 || prior.some((one) => one.kind !== 'immediate' && !isGeneral(one));
    return isMisplaced ? [`\`${name}': misplaced \`${text}'`] : [];
  }
  const junk = ROUNDING[text.replace(/(?<=\}).*/, '')] === undefined ? undefined : `Junk after '}': '${text}'`;
  const unclosed = ROUNDING[`${text}}`] === undefined ? undefined : `Missing '}': '${text}'`;
  const twice = mode === undefined ? undefined : `duplicated \`${text}'`;
  const first = [twice ?? junk ?? unclosed ?? []].flat();
  return [...first, `invalid char '{' beginning operand ${prior.length + 1} \`${text}'`];
}

/** Adds what follows an operand; a message when it can't be. */
export function addDecorations(
  found: Decorations,
  texts: readonly string[],
  operand: number,
  bits: Bits,
): readonly string[] {
  for (const [n, text] of texts.entries()) {
    const wrong = addDecoration(found, text, operand, bits);
    // GNU as quotes all that is left of the operand.
    if (wrong !== undefined) return [wrong.replace('$', () => texts.slice(n).join(''))];
  }
  const { mask } = found;
  const isBare = mask?.zeroing === true && mask.register === undefined;
  return isBare ? ['zeroing-masking only allowed with write mask'] : [];
}

function addDecoration(found: Decorations, text: string, operand: number, bits: Bits): string | undefined {
  const [, name, closed] = /^\{%\s*(\w+(?:\(\d\))?)(\}$)?/.exec(text) ?? [];
  const register = name === undefined ? undefined : findRegister(name.toLowerCase(), bits);
  if (register !== undefined) {
    if (register.class !== 'k' || register.number === 0) return `\`%${register.name}' can't be used for write mask`;
    const { mask } = found;
    if (mask?.register !== undefined) return "duplicated `$'";
    if (mask !== undefined && mask.operand !== operand) return "invalid write mask `$'";
    found.mask = { register, zeroing: mask?.zeroing ?? false, operand };
    return closed === undefined ? "missing `}' in `$'" : undefined;
  }
  if (text.startsWith('{z')) {
    const { mask } = found;
    if (mask?.zeroing === true) return "duplicated `$'";
    if (mask !== undefined && mask.operand !== operand) return "invalid zeroing-masking `$'";
    found.mask = { ...mask, zeroing: true, operand };
    return text === '{z}' ? undefined : "missing `}' in `$'";
  }
  const copies = /^\{1to(\d*)/.exec(text)?.[1];
  if (copies === undefined) return "unknown vector operation: `$'";
  if (found.broadcast !== undefined) return "duplicated `$'";
  if (!/^(2|4|8|16|32)$/.test(copies)) return "Unsupported broadcast: `$'";
  found.broadcast = { copies: Number(copies), operand };
  return text === `{1to${copies}}` ? undefined : "missing `}' in `$'";
}

/** Immediates, and a register that is no vector, stand in front of the rounding: what is wrong about those behind it. */
export function misplaced({ rounding }: Decorations, operands: readonly Actual[], name: string): string | undefined {
  if (rounding === undefined) return undefined;
  const rest = operands.slice(rounding.before);
  if (rest.some(({ kind }) => kind === 'immediate')) return `\`${name}': RC/SAE operand must follow immediate operands`;
  const first = rest.find(({ kind }) => kind === 'register');
  const isWrong = first !== undefined && isGeneral(first) && !operands.slice(0, rounding.before).some(isGeneral);
  return isWrong ? `\`${name}': misplaced \`${rounding.text}'` : undefined;
}

const isGeneral = (operand: Actual): boolean => operand.kind === 'register' && /^(gpr|st)/.test(operand.register.class);
