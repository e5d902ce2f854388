/**
 * One instruction statement: select its form, encode it, put it into the section.
 *
 * In: prefixes, mnemonic and operands as the grammar read them, and the text for "no such instruction". Out: bytes and
 * fixups at the end of the section, or a branch fragment (branch.ts); or diagnostics.
 */
import { type Assembly, bound, emit, fail, warn } from './assembly.ts';
import { emitBranch } from './branch.ts';
import { type CodeMode, otherAddressSize } from './code-mode.ts';
import { encode } from './encode.ts';
import { type Actual, actualOperand, type OperandContext } from './operands.ts';
import { splitOperands } from './parse-errors.ts';
import { checkPrefixes, type Prefixes, prefixBytes, readPrefixes } from './prefixes.ts';
import { candidates, findCandidates, operandWarning, type Selected, select } from './select.ts';
import { type Candidate, shownName } from './select-errors.ts';
import type { Statement } from './statement.ts';
import { impliedOperand, impliedPlaces } from './string-operands.ts';

type Instruction = Extract<Statement, { kind: 'instruction' }>;

export function assembleInstruction(asm: Assembly, statement: Instruction, text: string): void {
  const { mnemonic } = statement;
  const { mode } = asm;
  const read = readPrefixes(statement.prefixes, mode.bits);
  if (read === undefined) return fail(asm, `no such instruction: \`${text}'`);
  if (typeof read === 'string') return fail(asm, read);
  const { prefixes, wishes } = read;
  if (mnemonic === '') return emit(asm, prefixBytes(prefixes));
  const all = candidates(mnemonic, mode);
  if (all.length === 0) return fail(asm, unknown(mnemonic, text, mode));
  const operands = readOperands(asm, statement, prefixes, all, text);
  if (operands === undefined) return;
  const selected = select(mnemonic, operands, { mode, wishes, prefixes });
  if (typeof selected === 'string') return fail(asm, selected);
  const { form } = selected;
  if (prefixes.any) {
    const hasMemory = selected.operands.some(
      ({ kind }, n) => kind === 'memory' && selected.specs[n]!.kind !== 'target',
    );
    const wrong = checkPrefixes(prefixes, form, shownName(mnemonic, all), hasMemory);
    if (wrong !== undefined) return fail(asm, wrong);
  }
  for (const message of selected.warnings) warn(asm, message);
  if (mnemonic.startsWith('lea') && prefixes.segment + segmentsIn(operands) > 0) {
    warn(asm, "segment override on `lea' is ineffectual");
  }
  const wrongAddress = checkAddresses(form.name, operands, mode.bits);
  if (wrongAddress !== undefined) return fail(asm, wrongAddress);
  const encoded = encode(selected, prefixes, wishes, mode.bits);
  if (typeof encoded === 'string') return fail(asm, encoded);
  warnOfOperands(asm, selected);
  if (form.name.startsWith('Prefetchit') && !isRelative(operands[0])) {
    warn(asm, `'${mnemonic}' only supports RIP-relative address`);
  }
  if (encoded.target === undefined) return emit(asm, encoded.bytes, encoded.fixups);
  emitBranch(asm, form, encoded, { prefixes, wishes });
}

/** Bounds checks have no 16-bit addresses, and only 64-bit ones in 64-bit code; a far target has to fit its size. */
function checkAddresses(name: string, operands: readonly Actual[], bits: number): string | undefined {
  if (name.startsWith('Bnd')) {
    const memory = operands.find((operand) => operand.kind === 'memory');
    if (memory === undefined) return undefined;
    if (bits === 64 && memory.addressSize === 32) return "32-bit address isn't allowed in 64-bit MPX instructions.";
    return memory.addressSize === 16 ? "16-bit address isn't allowed in MPX instructions" : undefined;
  }
  if (!name.endsWith('_ptr1616')) return undefined;
  const target = operands[1]?.kind === 'immediate' ? operands[1].value.known : undefined;
  return target !== undefined && (target > 0xffffn || target < -0x8000n) ? '16-bit jump out of range' : undefined;
}

const isRelative = (operand: Actual | undefined): boolean => operand?.kind === 'memory' && operand.base?.class === 'ip';

const segmentsIn = (operands: readonly Actual[]): number =>
  operands.filter((operand) => operand.kind === 'memory' && operand.segment !== undefined).length;

function warnOfOperands(asm: Assembly, selected: Selected): void {
  const { specs, operands } = selected;
  for (let n = 0; n < specs.length; n++) {
    const warning = operandWarning(specs[n]!, operands[n]!, selected);
    if (warning !== undefined) warn(asm, warning);
  }
}

const SUFFIX = /[bwlqst]$/;

/** Why a mnemonic has no form in this code. */
function unknown(mnemonic: string, text: string, mode: CodeMode): string {
  const stem = mnemonic.slice(0, -1);
  if (SUFFIX.test(mnemonic) && candidates(stem, mode).length > 0) return `invalid instruction suffix for \`${stem}'`;
  if (findCandidates(mnemonic).length > 0) {
    return `\`${mnemonic}' is ${mode.bits === 64 ? 'not' : 'only'} supported in 64-bit mode`;
  }
  return `no such instruction: \`${text}'`;
}

function readOperands(
  asm: Assembly,
  statement: Instruction,
  prefixes: Prefixes,
  all: readonly Candidate[],
  text: string,
): Actual[] | undefined {
  const { operands } = statement;
  const { bits } = asm.mode;
  const places = operands.length === 0 ? [] : impliedPlaces(all, operands.length);
  const isBound = bits === 16 && all.some(({ form }) => form.name.startsWith('Bnd'));
  let context: OperandContext = {
    bits,
    addressSize: prefixes.address || isBound ? otherAddressSize(bits) : bits,
    isForced: prefixes.address,
    bindValue: (expr) => {
      const value = bound(asm, expr);
      if (value === undefined) return '';
      return { bound: value, known: value.kind === 'int' ? value.value : undefined };
    },
    textOf: (operand) => operandText(text, operands.indexOf(operand)),
  };
  const actuals: Actual[] = [];
  for (const operand of operands) {
    let actual = actualOperand(operand, context);
    if (typeof actual === 'string') {
      // An expression that means nothing has been reported where it was bound.
      const isString = places.length > 0;
      if (actual !== '') fail(asm, isString ? actual.replace('base/index', 'string address') : actual);
      return undefined;
    }
    const place = places[actuals.length];
    if (actual.kind === 'memory' && place !== undefined) {
      const { operand: meant, warning } = impliedOperand(actual, place, context.textOf(operand));
      if (warning !== undefined) warn(asm, warning);
      actual = meant;
    }
    // The second address of a string instruction has to be as wide as the first.
    if (actual.kind === 'memory' && operands.length > 1) {
      context = { ...context, addressSize: actual.addressSize, isForced: true };
    }
    actuals.push(actual);
  }
  return actuals;
}

/** An operand as it was written, without its star, as gas quotes it. */
function operandText(text: string, number: number): string {
  const operands = splitOperands(text.replace(/^(?:\{\w+\}\s*|[\w.,]+\s+)+(?=[$%*(\w-])/, ''));
  return (operands[number] ?? text).trim().replace(/^\*\s*/, '');
}
