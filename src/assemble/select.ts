/**
 * Which form an instruction takes.
 *
 * In: an AT&T mnemonic, its operands and its pseudo prefixes. Out: one form with the operands in its order, or the
 * message GNU as gives. The rule that makes GNU as's choices (from the order of its templates, opcodes/i386-opc.tbl)
 * out of the table: of all forms whose fields hold the operands, the shortest; of equally short ones the one with the
 * shorter immediate (`add $1, %ax`: imm8 before the accumulator form), then the first in opcode order (`r/m, r` before
 * `r, r/m`). An immediate that is not yet known takes a full-size field, whatever layout finds later.
 *
 * Choices are kept by what they depend on: the mnemonic and the *signature* of the operands (select-signature.ts).
 */
import { type Form, formsOf, MODE, type OperandSpec } from '../isa/forms.ts';
import type { CodeMode } from './code-mode.ts';
import type { Decorations } from './decorations.ts';
import type { Choice } from './encode.ts';
import { isShortVex } from './encode-vex.ts';
import { isPeculiar } from './operand-rules.ts';
import { type Actual, gprWidth } from './operands.ts';
import { type Prefixes, REX, type Wishes } from './prefixes.ts';
import { type Candidate, type Fits, mismatch, shownName } from './select-errors.ts';
import { addressSizesAgree, matches } from './select-match.ts';
import { signature } from './select-signature.ts';
import { needsEvex, takeDecorations } from './select-vector.ts';

export interface Selected extends Choice {
  /** The guessed size of the operation in bits. */
  readonly size: number;
  /** Whether there are rules of its own for it (operand-rules.ts). */
  readonly isPeculiar: boolean;
  readonly warnings: readonly string[];
}

/** What the choice depends on besides the operands. */
export interface SelectContext {
  readonly mode: CodeMode;
  readonly wishes: Wishes;
  readonly prefixes: Prefixes;
  readonly decorations: Decorations;
}

const found = new Map<string, readonly Candidate[]>();

/** The forms that a mnemonic may mean in code of that size; empty when it is none. */
export function candidates(mnemonic: string, { bits }: CodeMode): readonly Candidate[] {
  const key = `${bits}${mnemonic}`;
  let list = found.get(key);
  if (list === undefined) {
    list = findCandidates(mnemonic).filter(({ form }) => (form.modes & MODE[bits]) !== 0);
    // Any word may stand where a mnemonic is looked for; only those that are one are worth keeping.
    if (list.length > 0) found.set(key, list);
  }
  return list;
}

/** The same for code of any size. */
export function findCandidates(mnemonic: string): Candidate[] {
  const plain = formsOf(mnemonic).map((form) => ({ form, suffixed: false }));
  const stem = mnemonic.slice(0, -1);
  const letter = mnemonic.slice(-1);
  const suffixed = formsOf(stem)
    .filter((form) => form.suffix === letter && form.suffix !== '')
    .map((form) => ({ form, suffixed: true }));
  return [...plain, ...suffixed];
}

type Match = Candidate & { readonly specs: readonly OperandSpec[] };

interface Kept {
  readonly form: Form;
  readonly specs: readonly OperandSpec[];
  readonly size: number;
  readonly isPeculiar: boolean;
  readonly warnings: readonly string[];
}

const kept = new Map<string, Kept>();
const MOST_KEPT = 50_000;

/** Chooses the form. `operands` stand in AT&T order. */
export function select(mnemonic: string, operands: readonly Actual[], context: SelectContext): Selected | string {
  const intel = intelOrder(operands);
  const key = signature(mnemonic, intel, context);
  let choice = kept.get(key);
  if (choice === undefined) {
    const fresh = choose(mnemonic, intel, context);
    if (typeof fresh === 'string') return fresh;
    if (kept.size >= MOST_KEPT) kept.clear();
    kept.set(key, fresh);
    choice = fresh;
  }
  const { form, specs, size, isPeculiar, warnings } = choice;
  return { form, specs, size, isPeculiar, warnings, operands: intel };
}

function choose(mnemonic: string, intel: readonly Actual[], context: SelectContext): Kept | string {
  const all = candidates(mnemonic, context.mode);
  const name = shownName(mnemonic, all);
  const fitting = all.flatMap((c) => arrangements(c.form, intel.length).map((specs) => ({ ...c, specs })));
  if (fitting.length === 0) {
    const isBare = intel.length === 0 && all.every((c) => c.suffixed);
    return `${isBare ? 'invalid instruction suffix' : 'number of operands mismatch'} for \`${name}'`;
  }
  const size = guessSize(mnemonic, all, intel, context);
  const fits: Fits = (spec, operand, form) => matches(spec, operand, form, size);
  const roughly = fitting.filter((c) => isRoughly(c, intel));
  const exactly = roughly.filter((c) => c.specs.every((spec, n) => matches(spec, intel[n]!, c.form, size)));
  if (exactly.length === 0) return mismatch(mnemonic, name, all, intel, fits);
  const { chosen, warnings } = bySize(roughly, intel, name, context);
  const wanted = exactly.filter((c) => chosen === undefined || chosen(c.form));
  if (wanted.length === 0) return mismatch(mnemonic, name, all, intel, fits);
  const isBeyondVex = needsEvex(intel);
  const encoded = wanted.filter((c) => isWanted(c.form, context.wishes, isBeyondVex));
  if (encoded.length === 0) return `unsupported instruction \`${name}'`;
  const { decorations } = context;
  const taken = takeDecorations(encoded, all, intel, decorations);
  const isTaken = typeof taken !== 'string';
  const unsure = decorations.broadcast === undefined ? encoded : isTaken ? taken : [];
  if (isVague(unsure, intel)) return mismatch(mnemonic, name, all, intel, fits);
  if (!isTaken) return `${taken} for \`${name}'`;
  const { form, specs } = shortest(taken, intel, context);
  return { form, specs, size, isPeculiar: isPeculiar(form), warnings };
}

/** VCVTPD2PS from memory needs its suffix, or a broadcast. */
const isVague = (matching: readonly Match[], operands: readonly Actual[]): boolean =>
  operands[1]?.kind === 'memory' &&
  matching.every((m) => /^[xyz]$/.test(m.form.suffix)) &&
  new Set(matching.map((m) => m.form.suffix)).size > 1;

/** Whether the operands are of the right kind, whatever the numbers among them. */
const isRoughly = ({ form, specs }: Match, operands: readonly Actual[]): boolean =>
  specs.every((spec, n) => {
    const operand = operands[n]!;
    if (spec.kind === 'immediate' && operand.kind === 'immediate') return true;
    return matches(spec, operand, form, UNKNOWN_SIZE);
  }) && addressSizesAgree(specs, operands);

/** `{vex}` and `{evex}` ask for forms of that kind, and so may the registers. */
function isWanted({ encoding: { vex }, onRequest }: Form, { encoding }: Wishes, isBeyondVex: boolean): boolean {
  if (isBeyondVex && vex?.kind !== 'evex') return false;
  return encoding === undefined ? !onRequest : vex?.kind === (encoding === 'evex' ? 'evex' : 'vex');
}

/** Destination first; only the two numbers of ENTER and of a far branch stand in the same order in both syntaxes. */
const intelOrder = (operands: readonly Actual[]): readonly Actual[] =>
  operands.length < 2 || operands.every((o) => o.kind === 'immediate') ? operands : [...operands].reverse();

const isOptional = (spec: OperandSpec): boolean =>
  (spec.kind === 'fixed' && spec.optional) || (spec.kind === 'literal' && spec.value === 1n);

/** The ways to write `count` operands: all, without those that need not be written, or none of a string instruction's. */
function arrangements(form: Form, count: number): (readonly OperandSpec[])[] {
  const all = form.operands;
  if (all.length === count) return [all];
  const needed = all.filter((spec) => !isOptional(spec));
  if (needed.length === count) return [needed];
  return count === 0 && all.some((spec) => spec.kind === 'implied') ? [[]] : [];
}

const SUFFIX_BITS: Readonly<Record<string, number>> = { b: 8, w: 16, l: 32, q: 64 };

/** Nothing tells the size: numbers stay as they are, and fit where they fit. */
const UNKNOWN_SIZE = 128;

/** The operation's size in bits before a form is chosen: from the suffix, else a register, else the code (optimize_imm). */
function guessSize(
  mnemonic: string,
  all: readonly Candidate[],
  operands: readonly Actual[],
  { mode, prefixes }: SelectContext,
): number {
  if (all.every((c) => c.suffixed && !/[xyz]/.test(c.form.suffix))) return SUFFIX_BITS[mnemonic.slice(-1)] ?? 0;
  for (const operand of operands) {
    const width = operand.kind === 'register' ? gprWidth(operand.register) : undefined;
    if (width !== undefined) return 8 * width;
  }
  if (operands.some((operand) => operand.kind === 'register')) return UNKNOWN_SIZE;
  return (mode.bits === 16) !== prefixes.data ? 16 : UNKNOWN_SIZE;
}

/** What .code16gcc makes 32 bits wide. */
const ON_STACK = /^(push|pop|call|lcall|ret|lret|enter|leave|pushf|popf|pusha|popa)$/;

const isTable = ({ name }: Form): boolean => /^[LS][gi]dt_/.test(name);

interface Sized {
  /** Which forms are left; undefined: all. */
  readonly chosen?: (form: Form) => boolean;
  readonly warnings: readonly string[];
}

/** Without a suffix and without a register to tell the size, GNU as takes a default, and says so where it is a guess. */
function bySize(
  matching: readonly Match[],
  operands: readonly Actual[],
  name: string,
  { mode, prefixes }: SelectContext,
): Sized {
  const sizes = new Set(matching.map((m) => m.form.suffix));
  // A vector's length is told by a broadcast, or by nothing (isVague).
  const isVector = matching.some((m) => /^[xyz]$/.test(m.form.suffix));
  if (sizes.size < 2 || sizes.has('') || isVector || matching.some((m) => m.suffixed)) return { warnings: [] };
  const onStack = matching.some((m) => m.form.default64);
  if (mode.bits === 64 && onStack) return { chosen: (form) => form.default64, warnings: [] };
  const isStack = ON_STACK.test(name);
  const native = mode.bits === 16 && !(mode.gcc && isStack) ? 'w' : 'l';
  // By preference: x87's single precision, the code's own size, 64 bits (CRC32 into a 64-bit register), MOVSX's byte.
  const isExtension = /^mov[sz]x$/.test(name);
  const letter = [isExtension ? 'b' : 's', native, 'l', 'q', 'b'].find((l) => sizes.has(l));
  const form = matching[0]!.form;
  const isFar = form.branch && (mode.bits !== 64 || operands[0]?.kind === 'memory');
  const isWide = (prefixes.rex & REX.W) !== 0;
  const isSilent =
    isFar ||
    isWide ||
    isTable(form) ||
    letter === 'b' ||
    /^v?(cvtu?si2|pcmpestr)/.test(name) ||
    (mode.bits !== 64 && (isStack || name === 'iret'));
  const warning = `no instruction mnemonic suffix given and no register operands; using default for \`${name}'`;
  const warnings = [...(isSilent ? [] : [warning]), ...(mode.gcc ? gccWarnings(name, form) : [])];
  return { chosen: ({ suffix }) => suffix === letter, warnings };
}

/** What .code16gcc does otherwise than one may expect. */
function gccWarnings(name: string, { operands }: Form): string[] {
  if (name === 'iret') return ["generating 16-bit `iret' for .code16gcc directive"];
  const isSegment = operands[0]?.kind === 'fixed' && operands[0].register.endsWith('s');
  return isSegment ? [`generating 32-bit \`${name}', unlike earlier gas versions`] : [];
}

/** Bytes of everything but the ModRM operand's own, which all forms share. */
function length({ form: { encoding }, specs }: Match, operands: readonly Actual[], { mode }: SelectContext): number {
  const { operandSize, addressSize, mandatory66, rexW, modrm, opcode, vex } = encoding;
  const native = mode.bits === 64 ? 32 : mode.bits;
  const prefixes =
    Number(operandSize !== 0 && operandSize !== native) +
    Number(addressSize !== 0 && addressSize !== mode.bits) +
    Number(mandatory66) +
    Number(rexW);
  const vexLength = vex === undefined ? 0 : vex.kind === 'evex' ? 4 : isShortVex(vex, rexOfRm(specs, operands)) ? 2 : 3;
  return prefixes + vexLength + opcode.length + Number(modrm !== undefined) + tailLength(encoding.tail);
}

/** An absolute address is as long as the displacement that it stands for. */
const tailLength = (tail: readonly number[]): number => tail.reduce((sum, size) => sum + size, 0);

/** REX.B and REX.X as the operands will have them, which VEX of two bytes can't say. */
function rexOfRm(specs: readonly OperandSpec[], operands: readonly Actual[]): number {
  let rex = 0;
  for (const [n, spec] of specs.entries()) {
    const actual = operands[n]!;
    if (actual.kind === 'memory') {
      if ((actual.base?.number ?? 0) >= 8 && actual.base?.class !== 'ip') rex |= REX.B;
      if (((actual.index?.number ?? 0) & 8) !== 0) rex |= REX.X;
    } else if (actual.kind === 'register' && spec.kind === 'register' && spec.place === 'rm') {
      if (actual.register.number >= 8) rex |= REX.B;
    }
  }
  return rex;
}

function shortest(matching: readonly Match[], operands: readonly Actual[], context: SelectContext): Match {
  const rank = (m: Match): number[] => [
    m.form.encoding.vex?.kind === 'evex' ? 1 : 0,
    directionCost(m, context.wishes),
    length(m, operands, context),
    tailLength(m.form.encoding.tail),
  ];
  return matching.reduce((best, next) => (compare(rank(next), rank(best)) < 0 ? next : best));
}

function directionCost({ form }: Match, { direction }: Wishes): number {
  if (direction === undefined) return 0;
  const first = form.operands[0];
  const loads = first?.kind === 'register' && first.place === 'reg';
  return loads === (direction === 'load') ? 0 : 1;
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [n, left] of a.entries()) {
    const difference = left - (b[n] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
