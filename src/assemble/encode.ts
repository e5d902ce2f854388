/**
 * The bytes of one instruction whose form is chosen.
 *
 * In: the form with its operands, and the prefixes of the statement. Out: bytes and the fixups in them, or a message.
 * The order of bytes is that of GNU as (which the CPU does not care about except for REX, which comes last): FWAIT,
 * segment, 67, 66, F2/F3, F0, REX, VEX or EVEX, opcode, ModRM, SIB, displacement, immediates. SDM vol. 2, chapter 2.1 to 2.3.
 */
import { toBytes } from '../base/u64.ts';
import type { Bits, Form, OperandSpec } from '../isa/forms.ts';
import type { Register } from '../isa/registers.ts';
import type { Decorations } from './decorations.ts';
import { evexBytes, UPPER } from './encode-evex.ts';
import { placeMemory } from './encode-memory.ts';
import { vexBytes } from './encode-vex.ts';
import { type Actual, type ActualMemory, isBare, type Value } from './operands.ts';
import { type Prefixes, REX, SEGMENT_PREFIX, type Wishes } from './prefixes.ts';
import type { Fixup } from './section.ts';
import { type Bound, GOT_SYMBOL } from './symbols.ts';

export interface Encoded {
  readonly bytes: readonly number[];
  readonly fixups: readonly Omit<Fixup, 'place'>[];
  /** The target of a relative branch, not part of `bytes`: its field is the last `targetSize` bytes still to come. */
  readonly target?: Bound;
  readonly targetSize?: number;
}

/** What the operands put where. */
export interface Fields {
  rex: number;
  rexForbiddenBy?: Register;
  modrm: number;
  opcodeRegister: number;
  /** The register in VEX.vvvv, and the one in the immediate's high half. */
  vvvv: number;
  is4: number;
  /** UPPER bits. */
  upper: number;
  /** SIB and displacement. */
  address: number[];
  disp?: { readonly at: number; readonly value: Value; readonly kind: Fixup['kind'] };
  /** TLSCALL, which marks the instruction and takes no room. */
  mark?: Bound;
  segment: number;
  /** 0: no operand has an address. */
  addressSize: 0 | Bits;
  tail: { readonly size: number; readonly value: Value; readonly signed: boolean }[];
  target?: Bound;
}

/** The chosen form with the operands that were written, in Intel order. */
export interface Choice {
  readonly form: Form;
  readonly specs: readonly OperandSpec[];
  readonly operands: readonly Actual[];
}

export function encode(
  choice: Choice,
  given: Prefixes,
  wishes: Wishes,
  decorations: Decorations,
  bits: Bits,
): Encoded | string {
  const { form } = choice;
  const { encoding } = form;
  const { evex } = encoding;
  const shift = evex === undefined ? 0 : decorations.broadcast === undefined ? evex.shift : evex.element;
  const fields = place(choice, wishes, shift, bits);
  if (typeof fields === 'string') return fields;
  const bytes: number[] = [];
  const wrong = pushPrefixes(bytes, form, fields, given, bits);
  if (wrong !== undefined) return wrong;
  let rex = 0;
  if (encoding.vex?.kind === 'evex') evexBytes(bytes, encoding.vex, fields, decorations);
  else if (encoding.vex !== undefined) vexBytes(bytes, encoding.vex, fields, wishes);
  else {
    rex = fields.rex | given.rex | (encoding.rexW ? REX.PRESENT | REX.W : 0);
    if (rex !== 0 && fields.rexForbiddenBy !== undefined && given.rex === 0) {
      return `can't encode register '%${fields.rexForbiddenBy.name}' in an instruction requiring REX prefix.`;
    }
    if (wishes.rex === true && fields.rexForbiddenBy === undefined) rex |= REX.PRESENT;
    if (rex !== 0) bytes.push(rex);
  }
  for (const byte of encoding.opcode) bytes.push(byte);
  if (encoding.plusRegister) bytes[bytes.length - 1]! += fields.opcodeRegister;
  if (encoding.modrm !== undefined) bytes.push(fields.modrm);
  return withFields(bytes, fields, form, rex);
}

/** Everything in front of REX or VEX. */
function pushPrefixes(bytes: number[], form: Form, fields: Fields, given: Prefixes, bits: Bits): string | undefined {
  const { wait, addressSize, operandSize, mandatory66, repeat } = form.encoding;
  const isVex = form.encoding.vex !== undefined;
  if (given.wait || wait) bytes.push(0x9b);
  const segment = fields.segment || given.segment;
  if (segment !== 0) bytes.push(segment);
  const addressBits = fields.addressSize || addressSize || bits;
  if (given.address || addressBits !== bits) bytes.push(0x67);
  const resized = operandSize !== 0 && operandSize !== (bits === 64 ? 32 : bits);
  if (resized && given.data) return TWICE;
  if (!isVex && (given.data || resized || mandatory66)) bytes.push(0x66);
  if (repeat !== 0 && given.repeat !== 0 && form.mnemonics[0] !== 'pause') return TWICE;
  if (!isVex && (repeat || given.repeat) !== 0) bytes.push(repeat || given.repeat);
  if (given.lock) bytes.push(0xf0);
  return given.segment !== 0 && fields.segment !== 0 && given.segment !== fields.segment ? TWICE : undefined;
}

const TWICE = 'same type of prefix used twice';

/** Appends address and immediates, and notes the fields that have no value yet. */
function withFields(bytes: number[], fields: Fields, form: Form, rex: number): Encoded {
  const addressAt = bytes.length;
  for (const byte of fields.address) bytes.push(byte);
  let tailSize = 0;
  for (const { size } of fields.tail) tailSize += size;
  if (fields.is4 >= 0 && fields.tail.length === 0) tailSize++;
  if (form.encoding.implied !== undefined) tailSize++;
  const fixups: Omit<Fixup, 'place'>[] = [];
  if (fields.disp !== undefined) {
    const offset = addressAt + fields.disp.at;
    const size = (bytes.length - offset) as Fixup['size'];
    const got = gotShape(form, fields, rex);
    fixups.push({ offset, size, value: fields.disp.value.bound, kind: fields.disp.kind, toEnd: size + tailSize, got });
  }
  if (fields.mark !== undefined) {
    fixups.push({ offset: 0, size: 4, value: fields.mark, kind: 'absolute', toEnd: 0, got: 'plain' });
  }
  for (const { size, value, signed } of fields.tail) {
    if (value.known === undefined) {
      const kind = signed ? 'signed' : 'absolute';
      const field = size as Fixup['size'];
      const bound = fromStart(value.bound, bytes.length);
      fixups.push({ offset: bytes.length, size: field, value: bound, kind, toEnd: size, got: 'plain' });
    }
    pushNumber(bytes, value.known ?? 0n, size);
  }
  if (fields.is4 >= 0) {
    if (fields.tail.length === 0) bytes.push(fields.is4 << 4);
    else bytes[bytes.length - 1]! |= fields.is4 << 4;
  }
  if (form.encoding.implied !== undefined) bytes.push(form.encoding.implied);
  return fields.target === undefined
    ? { bytes, fixups }
    : { bytes, fixups, target: fields.target, targetSize: form.encoding.tailLength };
}

/** In an immediate the distance to _GLOBAL_OFFSET_TABLE_ counts from where the instruction begins. */
function fromStart(value: Bound, at: number): Bound {
  const named = value.kind === 'binary' && value.op === '+' ? value.left : value;
  if (named.kind !== 'symbol' || named.symbol.name !== GOT_SYMBOL || named.modifier !== undefined) return value;
  return { kind: 'binary', op: '+', left: value, right: { kind: 'int', value: BigInt(at) } };
}

/** Little-endian. */
export function pushNumber(bytes: number[], value: bigint, size: number): void {
  if (size > 4) {
    for (const byte of toBytes(value, size)) bytes.push(byte);
    return;
  }
  let rest = Number(BigInt.asIntN(32, value));
  for (let n = 0; n < size; n++) {
    bytes.push(rest & 0xff);
    rest >>= 8;
  }
}

/** Whether a @GOTPCREL load may be relaxed by the linker (psABI x86-64, section B.2). */
function gotShape(form: Form, fields: Fields, rex: number): Fixup['got'] {
  const [opcode = 0, ...more] = form.encoding.opcode;
  if (more.length > 0 || form.encoding.vex !== undefined) return 'plain';
  const digit = (fields.modrm >> 3) & 7;
  const arithmetic = (opcode & 0xc7) === 0x03;
  const jump = opcode === 0xff && (digit === 2 || digit === 4);
  if (opcode !== 0x8b && opcode !== 0x85 && !arithmetic && !jump) return 'plain';
  return rex === 0 ? 'relaxable' : 'relaxable-rex';
}

/** `shift`: the power of two that an 8-bit displacement is scaled by. */
function place({ form, specs, operands }: Choice, wishes: Wishes, shift: number, bits: Bits): Fields | string {
  const { modrm, tail } = form.encoding;
  const fields: Fields = {
    rex: 0,
    modrm: typeof modrm === 'number' ? 0xc0 | (modrm << 3) : 0xc0,
    opcodeRegister: 0,
    vvvv: 0,
    is4: -1,
    upper: 0,
    address: [],
    segment: 0,
    addressSize: 0,
    tail: [],
  };
  let tails = 0;
  let selector: Value | undefined;
  for (let n = 0; n < specs.length; n++) {
    const spec = specs[n]!;
    const actual = operands[n]!;
    if (actual.kind === 'register') {
      if (spec.kind === 'register') placeRegister(fields, spec, actual.register);
    } else if (actual.kind === 'immediate') {
      if (spec.kind !== 'immediate') continue;
      if (spec.isSelector) selector = actual.value;
      else fields.tail.push({ size: tail[tails++] ?? 1, value: actual.value, signed: spec.bits < spec.width });
    } else if (spec.kind === 'target') fields.target = actual.disp?.bound ?? { kind: 'int', value: 0n };
    else {
      const wrong = placeAddress(fields, spec, actual, wishes, form, shift, bits);
      if (wrong !== undefined) return wrong;
    }
  }
  if (selector !== undefined) fields.tail.push({ size: 2, value: selector, signed: false });
  return fields;
}

function placeRegister(fields: Fields, spec: Extract<OperandSpec, { kind: 'register' }>, register: Register): void {
  const { number } = register;
  const low = number & 7;
  const high = (number & 8) !== 0;
  const upper = number >= 16;
  if (spec.isAddress) fields.addressSize = register.class === 'gpr16' ? 16 : register.class === 'gpr32' ? 32 : 64;
  switch (spec.place) {
    case 'vvvv':
      fields.vvvv = number & 15;
      if (upper) fields.upper |= UPPER.VVVV;
      return;
    case 'is4':
      fields.is4 = number;
      return;
    case 'opcode':
      fields.opcodeRegister = low;
      if (high) fields.rex |= REX.B;
      break;
    case 'reg':
      fields.modrm |= low << 3;
      if (high) fields.rex |= REX.R;
      if (upper) fields.upper |= UPPER.REG;
      break;
    case 'rm':
      fields.modrm |= low;
      if (high) fields.rex |= REX.B;
      if (upper) fields.rex |= REX.X;
      break;
    case 'both':
      fields.modrm |= (low << 3) | low;
      if (high) fields.rex |= REX.R | REX.B;
      break;
    default:
      spec.place satisfies never;
  }
  if (register.rex === 'required') fields.rex |= REX.PRESENT;
  else if (register.rex === 'forbidden') fields.rexForbiddenBy = register;
}

/** A memory operand: in ModRM and SIB, as an absolute address, or implied by the opcode. */
function placeAddress(
  fields: Fields,
  spec: OperandSpec,
  written: ActualMemory,
  wishes: Wishes,
  form: Form,
  shift: number,
  bits: Bits,
): string | undefined {
  // MOVDIR64B's register says the size for both addresses.
  const isTied = fields.addressSize !== 0 && isBare(written);
  const memory = isTied ? { ...written, addressSize: fields.addressSize as Bits } : written;
  fields.addressSize = memory.addressSize;
  if (memory.segment !== undefined && memory.segment.name !== defaultSegment(spec, memory)) {
    if (spec.kind === 'implied' && !spec.override) {
      const register = { 16: 'di', 32: 'edi', 64: 'rdi' }[memory.addressSize];
      return `\`%es:(%${register})' must be addressed through %es`;
    }
    fields.segment = SEGMENT_PREFIX[memory.segment.name] ?? 0;
  }
  if (spec.kind === 'implied') return undefined;
  if (spec.kind === 'offset') {
    fields.tail.push({ size: memory.addressSize / 8, value: memory.disp ?? ZERO, signed: false });
    return undefined;
  }
  return placeMemory(fields, memory, {
    wishes,
    bits,
    isNarrow: isNarrowLea(form),
    shift,
    needsSib: spec.kind === 'memory' && spec.sib,
  });
}

export const ZERO: Value = { bound: { kind: 'int', value: 0n }, known: 0n };

/** LEA into less than 64 bits: nothing depends on how the displacement is extended. */
const isNarrowLea = (form: Form): boolean => form.mnemonics[0] === 'lea' && !form.encoding.rexW;

const NUMBER_SP = 4;
const NUMBER_BP = 5;

function defaultSegment(spec: OperandSpec, memory: ActualMemory): string {
  const { base } = memory;
  if (spec.kind === 'implied') return spec.base === 'di' && !spec.override ? 'es' : 'ds';
  if (isBare(memory) || base === undefined || base.class === 'ip') return 'ds';
  return base.number === NUMBER_SP || base.number === NUMBER_BP ? 'ss' : 'ds';
}
