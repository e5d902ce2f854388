/**
 * What is wrong or strange about the operands of a chosen form, beyond what the choice itself sees to.
 *
 * In: the form with its operands. Out: gas's error, or its warnings. A few forms have rules of their own; `isPeculiar` finds
 * them once for each choice, so that the others cost nothing.
 */
import { s64 } from '../base/u64.ts';
import type { Bits, Form, OperandSpec } from '../isa/forms.ts';
import { type Actual, isBare } from './operands.ts';
import type { Prefixes } from './prefixes.ts';
import type { Selected } from './select.ts';
import { converted } from './select-match.ts';

export const isPeculiar = ({ name, operands }: Form): boolean =>
  /^(Bnd|Lea|F\w+p_sti_st0|Prefetchit|(Call|Jmp)_ptr1616)/.test(name) ||
  operands.some(
    (spec) =>
      (spec.kind === 'memory' && spec.sib) || (spec.kind === 'register' && (spec.class === 'tmm' || spec.group)),
  );

/** `textOf`: the operand of that number in AT&T order, as written. */
export function checkOperands(selected: Selected, bits: Bits, textOf: (n: number) => string): string | undefined {
  const { form, specs, operands } = selected;
  const { name } = form;
  for (let n = 0; n < specs.length; n++) {
    const spec = specs[n]!;
    // Where there is no SIB byte there is no such address.
    if (spec.kind === 'memory' && spec.sib && isRelative(operands[n])) {
      return `\`${textOf(operands.length - 1 - n)}' cannot be used here`;
    }
  }
  const tiles = registersOf(operands, 'tmm');
  if (tiles.length === 3 && new Set(tiles).size < 3) {
    return `all tmm registers must be distinct for \`${form.mnemonics[0]}'`;
  }
  if (name.startsWith('Bnd')) return checkBounds(operands, bits);
  if (!name.endsWith('_ptr1616')) return undefined;
  const target = operands[1]?.kind === 'immediate' ? operands[1].value.known : undefined;
  return target !== undefined && (target > 0xffffn || target < -0x8000n) ? '16-bit jump out of range' : undefined;
}

/** MPX has no 16-bit addresses, and only 64-bit ones in 64-bit code. */
function checkBounds(operands: readonly Actual[], bits: Bits): string | undefined {
  const memory = operands.find((operand) => operand.kind === 'memory');
  if (memory === undefined) return undefined;
  if (bits === 64 && memory.addressSize === 32) return "32-bit address isn't allowed in 64-bit MPX instructions.";
  return memory.addressSize === 16 ? "16-bit address isn't allowed in MPX instructions" : undefined;
}

const registersOf = (operands: readonly Actual[], cls: string): number[] =>
  operands.flatMap((operand) =>
    operand.kind === 'register' && operand.register.class === cls ? [operand.register.number] : [],
  );

const isRelative = (operand: Actual | undefined): boolean => operand?.kind === 'memory' && operand.base?.class === 'ip';

const NONE: readonly string[] = [];

/** What is said once all is well. */
export function operandWarnings(selected: Selected, prefixes: Prefixes): readonly string[] {
  const { form, specs, operands } = selected;
  let warnings = NONE;
  if (selected.isPeculiar) warnings = peculiarWarnings(selected, prefixes);
  for (let n = 0; n < specs.length; n++) {
    const warning = operandWarning(specs[n]!, operands[n]!, form, selected.size);
    if (warning !== undefined) warnings = [...warnings, warning];
  }
  return warnings;
}

/** Numbers that lose bits, jumps through a register without a star. */
function operandWarning(spec: OperandSpec, actual: Actual, form: Form, size: number): string | undefined {
  if (spec.kind === 'immediate' && actual.kind === 'immediate') {
    const isFar = form.branch && form.operands.length === 2;
    const { known } = actual.value;
    if (known === undefined || spec.bits >= 64 || isSmall(known) || isFar) return undefined;
    const value = converted(s64(known), size);
    const limit = 1n << BigInt(spec.bits);
    if (value < limit && value > -limit) return undefined;
    return `0x${BigInt.asUintN(64, value).toString(16)} shortened to 0x${BigInt.asUintN(spec.bits, value).toString(16)}`;
  }
  const isAddress = actual.kind === 'memory' && !isBare(actual);
  const isIndirect = spec.kind === 'register' && form.branch && (actual.kind === 'register' || isAddress);
  if (isIndirect && !actual.indirect) {
    return `indirect ${form.mnemonics[0]} without \`*'`;
  }
  return undefined;
}

/** In every field. */
const isSmall = (value: bigint): boolean => value >= -8n && value < 8n;

function peculiarWarnings({ form, specs, operands }: Selected, prefixes: Prefixes): string[] {
  const [name] = form.mnemonics;
  const hasSegment = operands.some((operand) => operand.kind === 'memory' && operand.segment !== undefined);
  if (name === 'lea' && (hasSegment || prefixes.segment !== 0)) return ["segment override on `lea' is ineffectual"];
  if (form.name.endsWith('p_sti_st0') && !name!.endsWith('p')) return [`translating to \`${name}p'`];
  if (form.name.startsWith('Prefetchit') && !isRelative(operands[0])) {
    return [`'${name}' only supports RIP-relative address`];
  }
  const group = specs.findIndex((spec) => spec.kind === 'register' && spec.group);
  if (group >= 0) return groupWarnings(operands[group]!, name!);
  return specs.some((spec) => spec.kind === 'memory' && spec.vector !== undefined)
    ? gatherWarnings(form, operands)
    : [];
}

/** Four registers that begin at a multiple of four. */
function groupWarnings(operand: Actual, name: string): string[] {
  if (operand.kind !== 'register' || (operand.register.number & 3) === 0) return [];
  const { class: cls, number } = operand.register;
  const first = number & ~3;
  const group = `\`%${cls}${first}' to \`%${cls}${first + 3}'`;
  return [`source register \`%${cls}${number}' implicitly denotes ${group} source group in \`${name}'`];
}

/** A gather's registers should be distinct, the mask of VEX forms with them; a scatter's need not be. */
function gatherWarnings({ encoding }: Form, operands: readonly Actual[]): string[] {
  const isEvex = encoding.evex !== undefined;
  if (isEvex && operands[0]?.kind !== 'register') return [];
  const numbers = operands.flatMap((operand) => {
    if (operand.kind === 'register') return [operand.register.number];
    return operand.kind === 'memory' ? [operand.index?.number] : [];
  });
  if (new Set(numbers).size === numbers.length) return [];
  return [`${isEvex ? 'index and' : 'mask, index, and'} destination registers should be distinct`];
}
