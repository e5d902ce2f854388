/**
 * Which form an instruction takes.
 *
 * In: an AT&T mnemonic, its operands and its pseudo prefixes. Out: one form with the operands in its order, or the
 * message GNU as gives. The rule that makes GNU as's choices (from the order of its templates, opcodes/i386-opc.tbl)
 * out of the table: of all forms whose fields hold the operands, the shortest; of equally short ones the one with the
 * shorter immediate (`add $1, %ax`: imm8 before the accumulator form), then the first in opcode order (`r/m, r` before
 * `r, r/m`). An immediate that is not yet known takes a full-size field, whatever layout finds later.
 */
import { fitsSigned, s64 } from '../base/u64.ts';
import { type Form, formsOf, type OperandSpec } from '../isa/forms.ts';
import { type Actual, type ActualMemory, gprWidth, isAddress32, isBare, type Value } from './operands.ts';

export interface Selected {
  readonly form: Form;
  /** The form's operands that were written, in Intel order, each with what was written. */
  readonly pairs: readonly Pair[];
  readonly warnings: readonly string[];
}

export interface Pair {
  readonly spec: OperandSpec;
  readonly actual: Actual;
}

/** `{load}`, `{store}`, `{disp8}`, `{disp32}`: what the source asks of the encoder. */
export interface Wishes {
  readonly direction?: 'load' | 'store';
  readonly disp?: 8 | 32;
  readonly rex: boolean;
}

interface Candidate {
  readonly form: Form;
  /** Whether the mnemonic was written with the form's suffix. */
  readonly suffixed: boolean;
}

/** What is wrong with the mnemonic itself: unknown, or with a suffix it does not take. Undefined: nothing. */
export function mnemonicProblem(mnemonic: string): 'unknown' | 'suffix' | undefined {
  if (candidates(mnemonic).length > 0) return undefined;
  return /[bwlq]$/.test(mnemonic) && formsOf(mnemonic.slice(0, -1)).length > 0 ? 'suffix' : 'unknown';
}

const found = new Map<string, readonly Candidate[]>();

function candidates(mnemonic: string): readonly Candidate[] {
  let list = found.get(mnemonic);
  if (list === undefined) {
    list = findCandidates(mnemonic);
    // Any word may stand where a mnemonic is looked for; only those that are one are worth keeping.
    if (list.length > 0) found.set(mnemonic, list);
  }
  return list;
}

function findCandidates(mnemonic: string): Candidate[] {
  const plain = formsOf(mnemonic).map((form) => ({ form, suffixed: false }));
  const stem = mnemonic.slice(0, -1);
  const letter = mnemonic.slice(-1);
  const suffixed = formsOf(stem)
    .filter((form) => form.suffix === letter && form.suffix !== '')
    .map((form) => ({ form, suffixed: true }));
  return [...plain, ...suffixed];
}

const arranged = new Map<string, readonly Match[]>();

/** The candidates as `count` operands can be written for them; found once, since code repeats its instructions. */
function arrangedFor(mnemonic: string, count: number): readonly Match[] {
  const key = `${mnemonic} ${count}`;
  let list = arranged.get(key);
  if (list === undefined) {
    list = candidates(mnemonic).flatMap((c) => arrangements(c.form, count).map((specs) => ({ ...c, specs })));
    if (list.length > 0) arranged.set(key, list);
  }
  return list;
}

/** Chooses the form. `operands` stand in AT&T order. */
export function select(mnemonic: string, operands: readonly Actual[], wishes: Wishes): Selected | string {
  const all = candidates(mnemonic);
  const intel = intelOrder(operands);
  const fitting = arrangedFor(mnemonic, intel.length);
  const name = shownName(mnemonic, all);
  if (fitting.length === 0) return `number of operands mismatch for \`${name}'`;
  const size = plainSize(mnemonic, all, intel);
  const matching = fitting.filter(
    (c) => c.specs.every((spec, n) => matches(spec, intel[n]!, c.form, size)) && addressSizesAgree(c.specs, intel),
  );
  if (matching.length === 0) return mismatch(mnemonic, name, all, intel);
  const { chosen, warning } = bySize(matching, intel, name);
  const best = shortest(chosen, wishes);
  const pairs = best.specs.map((spec, n) => ({ spec, actual: intel[n]! }));
  return { form: best.form, pairs, warnings: [...warning, ...pairs.flatMap((p) => pairWarnings(p, best.form))] };
}

/** Destination first; only the two numbers of ENTER stand in the same order in both syntaxes. */
const intelOrder = (operands: readonly Actual[]): readonly Actual[] =>
  operands.every((o) => o.kind === 'immediate') ? operands : [...operands].reverse();

/** GNU as names the mnemonic without its suffix, once it has found the instruction by taking the suffix off. */
const shownName = (mnemonic: string, all: readonly Candidate[]): string =>
  all.length > 0 && all.every((c) => c.suffixed) ? mnemonic.slice(0, -1) : mnemonic;

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

function matches(spec: OperandSpec, actual: Actual, form: Form, size: number | undefined): boolean {
  switch (spec.kind) {
    case 'register':
      if (actual.kind === 'register') {
        return actual.register.class === spec.class && !(spec.notZero && actual.register.number === 0);
      }
      return spec.orMemory && actual.kind === 'memory' && (!form.branch || actual.indirect) && isReachable(actual);
    case 'memory':
      return actual.kind === 'memory' && (!form.branch || actual.indirect);
    case 'fixed':
      return actual.kind === 'register' && actual.register.name === spec.register;
    case 'literal':
      return actual.kind === 'immediate' && actual.value.known === spec.value;
    case 'immediate':
      return actual.kind === 'immediate' && immediateFits(spec, actual.value, size);
    case 'target':
      return actual.kind === 'memory' && !actual.indirect && isBare(actual) && actual.segment === undefined;
    case 'offset':
      return actual.kind === 'memory' && isBare(actual) && (!spec.only64 || needs64(actual));
    case 'implied':
      return actual.kind === 'memory' && isImplied(actual, spec.base);
    default:
      return spec satisfies never;
  }
}

const SUFFIX_BITS: Readonly<Record<string, number>> = { b: 8, w: 16, l: 32, q: 64 };

/** The operation's size in bits as far as it is plain before a form is chosen: from the suffix, else a register. */
function plainSize(mnemonic: string, all: readonly Candidate[], operands: readonly Actual[]): number | undefined {
  if (all.every((c) => c.suffixed)) return SUFFIX_BITS[mnemonic.slice(-1)];
  for (const operand of operands) {
    const width = operand.kind === 'register' ? gprWidth(operand.register) : undefined;
    if (width !== undefined) return 8 * width;
  }
  return undefined;
}

/**
 * Whether an immediate fits, by the rules of gas's optimize_imm: where the size is plain, a positive number that has the
 * size's top bit set means its negative twin, and a number that is too large is cut (with a warning).
 */
function immediateFits({ bits, width }: ImmediateSpec, value: Value, size: number | undefined): boolean {
  if (value.known === undefined) return bits === width || bits === 32;
  const known = wrapped(s64(value.known), size);
  if (bits < width) return fitsSigned(known, bits);
  if (bits === 64 || (size !== undefined && size <= bits)) return true;
  return known >= -(1n << BigInt(bits - 1)) && known < 1n << BigInt(bits);
}

type ImmediateSpec = Extract<OperandSpec, { kind: 'immediate' }>;

function wrapped(value: bigint, size: number | undefined): bigint {
  if (size === undefined || size > 32 || value < 0n) return value;
  if (size <= 16 && value <= 0xffffn) return BigInt.asIntN(16, value);
  return value <= 0xffffffffn ? BigInt.asIntN(32, value) : value;
}

/** A bare address beyond 32 bits has only the forms with an absolute address. */
const isReachable = (memory: ActualMemory): boolean => !isBare(memory) || !needs64(memory);

function needs64({ disp }: ActualMemory): boolean {
  return disp?.known !== undefined && !fitsSigned(s64(disp.known), 32);
}

function isImplied(memory: ActualMemory, base: 'si' | 'di' | 'bx'): boolean {
  const { base: register, index, disp } = memory;
  if (register === undefined || disp !== undefined) return false;
  if (base === 'bx') return register.name === 'rbx' || register.name === 'ebx';
  return index === undefined && (register.name === `r${base}` || register.name === `e${base}`);
}

type Match = Candidate & { readonly specs: readonly OperandSpec[] };

/** String instructions and MOVDIR64B have two addresses, and one address size. */
function addressSizesAgree(specs: readonly OperandSpec[], operands: readonly Actual[]): boolean {
  const bound = specs.some((s) => s.kind === 'implied' || (s.kind === 'register' && s.isAddress));
  if (!bound) return true;
  const sizes = new Set<boolean>();
  for (const [n, spec] of specs.entries()) {
    const operand = operands[n]!;
    if (operand.kind === 'memory' && !isBare(operand)) sizes.add(isAddress32(operand));
    else if (operand.kind === 'register' && spec.kind === 'register' && spec.isAddress) {
      sizes.add(operand.register.class === 'gpr32');
    }
  }
  return sizes.size < 2;
}

/** By preference: x87's single precision, 32 bits, 64 bits (CRC32 into a 64-bit register), the byte of MOVSX. */
const DEFAULT_SUFFIXES = ['s', 'l', 'q', 'b'];

/** Without a suffix and without a register to tell the size, GNU as takes the default: 64 bits on the stack, else 32. */
function bySize(
  matching: readonly Match[],
  operands: readonly Actual[],
  name: string,
): { chosen: readonly Match[]; warning: string[] } {
  const sizes = new Set(matching.map((m) => m.form.suffix));
  if (sizes.size < 2 || matching.some((m) => m.suffixed)) return { chosen: matching, warning: [] };
  const onStack = matching.filter((m) => m.form.default64);
  if (onStack.length > 0) return { chosen: onStack, warning: [] };
  const letter = DEFAULT_SUFFIXES.find((l) => sizes.has(l));
  const chosen = matching.filter((m) => m.form.suffix === letter);
  const farIndirect = matching[0]!.form.branch && operands[0]?.kind === 'memory';
  if (farIndirect || letter === 'b') return { chosen, warning: [] };
  return {
    chosen,
    warning: [`no instruction mnemonic suffix given and no register operands; using default for \`${name}'`],
  };
}

/** Bytes of everything but the ModRM operand's own, which all forms share. */
function length({ form: { encoding } }: Match): number {
  const prefixes = Number(encoding.operandSize) + Number(encoding.rexW) + Number(encoding.addressSize);
  const modrm = encoding.modrm === undefined ? 0 : 1;
  return prefixes + encoding.opcode.length + modrm + encoding.tail.reduce((sum, size) => sum + size, 0);
}

const tailLength = ({ form }: Match): number => form.encoding.tail.reduce((sum, size) => sum + size, 0);

function shortest(matching: readonly Match[], wishes: Wishes): Match {
  const rank = (m: Match): number[] => [directionCost(m, wishes), length(m), tailLength(m)];
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

function pairWarnings({ spec, actual }: Pair, form: Form): string[] {
  if (spec.kind === 'immediate' && actual.kind === 'immediate' && actual.value.known !== undefined) {
    const { bits } = spec;
    const known = actual.value.known;
    const shortened = BigInt.asUintN(bits, known);
    const lost =
      spec.bits === spec.width && bits < 64 && (known >= 1n << BigInt(bits) || known < -(1n << BigInt(bits)));
    return lost ? [`0x${BigInt.asUintN(64, known).toString(16)} shortened to 0x${shortened.toString(16)}`] : [];
  }
  if (spec.kind === 'register' && form.branch && actual.kind === 'register' && !actual.indirect) {
    return [`indirect ${form.mnemonics[0]} without \`*'`];
  }
  return [];
}

/** Why nothing matched, in gas's words. */
function mismatch(mnemonic: string, name: string, all: readonly Candidate[], operands: readonly Actual[]): string {
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
  return `operand type mismatch for \`${name}'`;
}
