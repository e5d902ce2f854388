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
import { type Actual, type ActualMemory, gprWidth, isBare, type Value } from './operands.ts';

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

/** Whether any form has this mnemonic, with or without a suffix. */
export const isMnemonic = (mnemonic: string): boolean => candidates(mnemonic).length > 0;

function candidates(mnemonic: string): Candidate[] {
  const plain = formsOf(mnemonic).map((form) => ({ form, suffixed: false }));
  const stem = mnemonic.slice(0, -1);
  const letter = mnemonic.slice(-1);
  const suffixed = formsOf(stem)
    .filter((form) => form.suffix === letter && form.suffix !== '')
    .map((form) => ({ form, suffixed: true }));
  return [...plain, ...suffixed];
}

/** Chooses the form. `operands` stand in AT&T order. */
export function select(mnemonic: string, operands: readonly Actual[], wishes: Wishes): Selected | string {
  const all = candidates(mnemonic);
  const intel = intelOrder(operands);
  const arranged = all.flatMap((c) => arrangements(c.form, intel.length).map((specs) => ({ ...c, specs })));
  const name = shownName(mnemonic, all);
  if (arranged.length === 0) return `number of operands mismatch for \`${name}'`;
  const matching = arranged.filter((c) => c.specs.every((spec, n) => matches(spec, intel[n]!, c.form)));
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
  (spec.kind === 'fixed' && spec.optional) || spec.kind === 'one' || spec.kind === 'implied';

/** The ways to write `count` operands of a form: all, without the implied registers, without anything implied. */
function arrangements(form: Form, count: number): (readonly OperandSpec[])[] {
  const written = form.operands;
  if (written.length === count) return [written];
  const withoutRegisters = written.filter((spec) => !(isOptional(spec) && spec.kind !== 'implied'));
  if (withoutRegisters.length === count) return [withoutRegisters];
  const explicit = written.filter((spec) => !isOptional(spec));
  return explicit.length === count ? [explicit] : [];
}

function matches(spec: OperandSpec, actual: Actual, form: Form): boolean {
  switch (spec.kind) {
    case 'register':
      if (actual.kind === 'register') {
        return actual.register.class === spec.class && !(spec.notZero && actual.register.number === 0);
      }
      return spec.orMemory && actual.kind === 'memory' && (!form.branch || actual.indirect);
    case 'memory':
      return actual.kind === 'memory' && (!form.branch || actual.indirect);
    case 'fixed':
      return actual.kind === 'register' && actual.register.name === spec.register;
    case 'one':
      return actual.kind === 'immediate' && actual.value.known === 1n;
    case 'immediate':
      return actual.kind === 'immediate' && immediateFits(spec, actual.value, form);
    case 'target':
      return actual.kind === 'memory' && !actual.indirect && isBare(actual) && actual.segment === undefined;
    case 'offset':
      return actual.kind === 'memory' && isBare(actual) && needsOffset(actual, form);
    case 'implied':
      return actual.kind === 'memory' && isImplied(actual, spec.base);
    default:
      return spec satisfies never;
  }
}

const SUFFIX_BITS: Readonly<Record<string, number>> = { b: 8, w: 16, l: 32, q: 64 };

function immediateFits(spec: Extract<OperandSpec, { kind: 'immediate' }>, value: Value, form: Form): boolean {
  const { bits, width } = spec;
  const known = value.known;
  if (known === undefined) return bits === width || bits === 32;
  if (bits < width) return fitsSigned(width === 64 ? s64(known) : BigInt.asIntN(width, known), bits);
  // An immediate as wide as the operation is cut to size (with a warning); others have to fit.
  if (SUFFIX_BITS[form.suffix] === bits) return true;
  return known >= -(1n << BigInt(bits - 1)) && known < 1n << BigInt(bits);
}

/** MOVABS takes any address; MOV takes this form for those that no 32-bit displacement reaches. */
function needsOffset(memory: ActualMemory, form: Form): boolean {
  if (form.mnemonics[0] !== 'movabs') return false;
  const known = memory.disp?.known;
  return known === undefined || !fitsSigned(s64(known), 32);
}

function isImplied(memory: ActualMemory, base: 'si' | 'di' | 'bx'): boolean {
  const { base: register, index, disp } = memory;
  if (register === undefined || disp !== undefined) return false;
  if (base === 'bx') return register.name === 'rbx' || register.name === 'ebx';
  return index === undefined && (register.name === `r${base}` || register.name === `e${base}`);
}

type Match = Candidate & { readonly specs: readonly OperandSpec[] };

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
  const long = matching.filter((m) => m.form.suffix === 'l');
  const chosen = long.length > 0 ? long : matching;
  const farIndirect = matching[0]!.form.branch && operands.length > 0 && operands[0]!.kind === 'memory';
  if (farIndirect) return { chosen, warning: [] };
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
