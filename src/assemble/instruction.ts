/**
 * One instruction statement: select its form, encode it, put it into the section.
 *
 * In: prefixes, mnemonic and operands as the grammar read them, and the line's text for messages. Out: bytes and
 * fixups at the end of the section, or a branch fragment (branch.ts); or diagnostics.
 */
import { type Assembly, bound, emit, fail, warn } from './assembly.ts';
import { emitBranch, strayModifier } from './branch.ts';
import { type CodeMode, otherAddressSize } from './code-mode.ts';
import { addDecorations, addRounding, type Decorations, misplaced, PLAIN } from './decorations.ts';
import { encode } from './encode.ts';
import { checkOperands, operandWarnings } from './operand-rules.ts';
import { type Actual, actualOperand, type OperandContext } from './operands.ts';
import { inLowerCase, splitOperands } from './parse-errors.ts';
import { checkPrefixes, type Prefixes, prefixBytes, readPrefixes } from './prefixes.ts';
import { candidates, findCandidates, select } from './select.ts';
import { type Candidate, shownName } from './select-errors.ts';
import type { Operand, Statement } from './statement.ts';
import { impliedOperand, impliedPlaces } from './string-operands.ts';
import { modifierOf, placeTemporary } from './symbols.ts';

type Instruction = Extract<Statement, { kind: 'instruction' }>;

export function assembleInstruction(asm: Assembly, statement: Instruction, text: string): void {
  const { mnemonic } = statement;
  const { mode } = asm;
  const read = readPrefixes(statement.prefixes, mode.bits);
  if (read === undefined) return fail(asm, `no such instruction: \`${withoutLabels(text)}'`);
  if (typeof read === 'string') return fail(asm, read);
  const { prefixes, wishes } = read;
  if (mnemonic === '') {
    if (!prefixes.any) return fail(asm, 'pseudo prefix without instruction');
    return emit(asm, prefixBytes(prefixes));
  }
  const all = candidates(mnemonic, mode);
  if (all.length === 0) return fail(asm, unknown(mnemonic, withoutLabels(text), mode));
  const actual = readOperands(asm, statement, prefixes, all, text);
  if (actual === undefined) return;
  const { operands, decorations } = actual;
  if (decorations.rounding !== undefined) {
    const wrong = misplaced(decorations, operands, shownName(mnemonic, all));
    if (wrong !== undefined) return fail(asm, wrong);
  }
  const selected = select(mnemonic, operands, { mode, wishes, prefixes, decorations });
  if (typeof selected === 'string') return fail(asm, selected);
  const { form } = selected;
  if (prefixes.any) {
    const hasMemory = selected.operands.some(
      ({ kind }, n) => kind === 'memory' && selected.specs[n]!.kind !== 'target',
    );
    const wrong = checkPrefixes(prefixes, selected, shownName(mnemonic, all), hasMemory);
    if (wrong !== undefined) return fail(asm, wrong);
  }
  if (wishes.rex === true && form.encoding.vex !== undefined) {
    return fail(asm, `REX prefix invalid with \`${shownName(mnemonic, all)}'`);
  }
  for (const message of selected.warnings) warn(asm, message);
  if (selected.isPeculiar) {
    const rule = checkOperands(selected, mode.bits, (n) => operandText(text, n));
    if (typeof rule === 'string') return fail(asm, rule);
  }
  const encoded = encode(selected, prefixes, wishes, decorations, mode.bits);
  if (typeof encoded === 'string') return fail(asm, encoded);
  for (const message of operandWarnings(selected, prefixes)) warn(asm, message);
  // GNU as takes a MOVQ for that of MMX and SSE first, and reads it once more: its operands are mentioned twice.
  const isReadTwice = mnemonic === 'movq' && selected.form.mnemonics.includes('mov');
  if (isReadTwice)
    for (const { kind, value } of encoded.fixups) if (kind === 'relative') placeTemporary(asm.symbols, value);
  for (const { value, kind, size, toEnd } of encoded.fixups) {
    const stray = toEnd === 0 ? undefined : strayModifier(value, kind, size, mode.bits);
    if (stray !== undefined) fail(asm, stray);
  }
  if (encoded.target === undefined) return emit(asm, encoded.bytes, encoded.fixups);
  emitBranch(asm, form, encoded, { name: shownName(mnemonic, all), prefixes, wishes });
}

const MOST_OPERANDS = 5;

/** The statement as GNU as quotes it. */
const withoutLabels = (text: string): string => text.replace(/^\s*(?:(?:[\w.$]+|"[^"]*")\s*:\s*)*/, '');

const SUFFIX = /[bwlqs]$/;

/** Why a mnemonic has no form in this code. */
function unknown(mnemonic: string, text: string, mode: CodeMode): string {
  const stem = mnemonic.slice(0, -1);
  const isWide = mode.bits !== 64 && mnemonic.endsWith('q') && candidates(stem, mode).some((c) => !c.suffixed);
  if (isWide) return `\`${mnemonic}' is only supported in 64-bit mode`;
  const isKnown = findCandidates(mnemonic).length > 0;
  const hasStem = (isKnown ? candidates(stem, mode) : findCandidates(stem)).some(
    (c) => !c.suffixed || /[xyz]/.test(c.form.suffix),
  );
  if (SUFFIX.test(mnemonic) && hasStem) return `invalid instruction suffix for \`${stem}'`;
  if (isKnown) {
    return `\`${mnemonic}' is ${mode.bits === 64 ? 'not' : 'only'} supported in 64-bit mode`;
  }
  // GNU as quotes from the mnemonic on.
  const at = text.toLowerCase().lastIndexOf(mnemonic, text.search(/[%$(]|$/));
  return `no such instruction: \`${inLowerCase(text.slice(Math.max(0, at)))}'`;
}

function readOperands(
  asm: Assembly,
  statement: Instruction,
  prefixes: Prefixes,
  all: readonly Candidate[],
  text: string,
): { readonly operands: readonly Actual[]; readonly decorations: Decorations } | undefined {
  const { operands } = statement;
  const { bits } = asm.mode;
  let decorations: Decorations = PLAIN;
  if (operands.length > MOST_OPERANDS && operands.filter(({ kind }) => kind !== 'rounding').length > MOST_OPERANDS) {
    fail(asm, `spurious operands; (${MOST_OPERANDS} operands/instruction max)`);
    return undefined;
  }
  const places = operands.length === 0 ? [] : impliedPlaces(all, operands.length);
  const isBound = bits === 16 && all.some(({ form }) => form.name.startsWith('Bnd'));
  let context: OperandContext = {
    bits,
    addressSize: prefixes.address || isBound ? otherAddressSize(bits) : bits,
    isForced: prefixes.address,
    isLenient: places.length > 0,
    bindValue: (expr) => {
      const value = bound(asm, expr);
      if (value === undefined) return '';
      if (value.kind === 'int') return { bound: value, known: value.value };
      const modifier = bits === 64 ? modifierOf(value) : undefined;
      return { bound: value, known: undefined, ...(modifier !== undefined && { modifier }) };
    },
    registerOf: (name) => {
      const value = bound(asm, { kind: 'symbol', name });
      return value?.kind === 'register' ? value.name : undefined;
    },
    textOf: (operand) => operandText(text, operands.indexOf(operand)),
  };
  const actuals: Actual[] = [];
  for (const operand of operands) {
    const hasBraces = operand.kind === 'rounding' || operand.decorations !== undefined;
    if (hasBraces && decorations === PLAIN) decorations = {};
    // Of a register the name comes first, of an address what stands in braces.
    const isFirst = hasBraces && operand.kind !== 'register';
    if (isFirst && !readBraces(asm, operand, actuals, decorations, shownName(statement.mnemonic, all)))
      return undefined;
    if (operand.kind === 'rounding') continue;
    let actual = actualOperand(operand, context);
    if (typeof actual === 'string') {
      // An expression that means nothing has been reported where it was bound.
      const isString = places.length > 0;
      if (actual !== '') fail(asm, isString ? actual.replace('base/index', 'string address') : actual);
      return undefined;
    }
    if (hasBraces && !isFirst && !readBraces(asm, operand, actuals, decorations, shownName(statement.mnemonic, all)))
      return undefined;
    const place = places[actuals.length];
    if (actual.kind === 'memory' && place !== undefined) {
      const { operand: meant, warning } = impliedOperand(actual, place, context.textOf(operand));
      if (warning !== undefined) warn(asm, warning);
      actual = meant;
    }
    // The second address of a string instruction has to be as wide as the first.
    if (actual.kind === 'memory' && operands.length > 1) {
      context = { ...context, addressSize: actual.addressSize, isForced: true, isLenient: false };
    }
    actuals.push(actual);
  }
  return { operands: actuals, decorations };
}

/** Adds what an operand behind `prior` has in braces; false, and the reason reported, when that ends the statement. */
function readBraces(
  asm: Assembly,
  operand: Operand,
  prior: readonly Actual[],
  found: Decorations,
  name: string,
): boolean {
  if (operand.kind === 'immediate') {
    fail(asm, `junk \`${operand.decorations?.join('')}' after expression`);
    return true;
  }
  const wrong =
    operand.kind === 'rounding'
      ? addRounding(found, operand.text, prior, name)
      : addDecorations(found, operand.decorations ?? [], prior.length, asm.mode.bits);
  for (const message of wrong) fail(asm, message);
  return wrong.length === 0;
}

/** An operand as it was written, as gas quotes it. */
function operandText(text: string, number: number): string {
  const operands = splitOperands(withoutLabels(text).replace(/^(?:\{\w+\}\s*|[\w.,]+\s+)+(?=[$%*(\w-])/, ''));
  return (operands[number] ?? text).trim();
}
