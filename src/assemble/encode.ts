/**
 * The bytes of one instruction whose form is chosen.
 *
 * In: the form with its operands, and the prefixes of the statement. Out: bytes and the fixups in them, or a message.
 * The order of bytes is that of GNU as (which the CPU does not care about except for REX, which comes last): FWAIT,
 * segment, 67, 66, F2/F3, F0, REX, opcode, ModRM, SIB, displacement, immediates. SDM vol. 2, chapter 2.1 and 2.2.1.
 */
import { fitsSigned, s64, toBytes } from '../base/u64.ts';
import type { Form, OperandSpec } from '../isa/forms.ts';
import type { Register } from '../isa/registers.ts';
import { type ActualMemory, isAddress32, isBare, type Value } from './operands.ts';
import type { Fixup } from './section.ts';
import type { Pair, Wishes } from './select.ts';
import type { Bound } from './symbols.ts';

export interface Encoded {
  readonly bytes: readonly number[];
  readonly fixups: readonly Omit<Fixup, 'place'>[];
  /** The target of a relative branch, not part of `bytes`: its field is the last `targetSize` bytes still to come. */
  readonly target?: Bound;
  readonly targetSize?: number;
}

/** Prefix bytes by their group; one of each can be present. */
export interface Prefixes {
  wait: boolean;
  segment: number;
  address: boolean;
  data: boolean;
  repeat: number;
  /** NOTRACK and branch hints share the segment's slot; LOCK its own. */
  lock: boolean;
  /** 0, or 0x40 … 0x4f. */
  rex: number;
}

const SEGMENT_PREFIX: Readonly<Record<string, number>> = { es: 0x26, cs: 0x2e, ss: 0x36, ds: 0x3e, fs: 0x64, gs: 0x65 };

const REX = { PRESENT: 0x40, W: 8, R: 4, X: 2, B: 1 } as const;

export const noPrefixes = (): Prefixes => ({
  wait: false,
  segment: 0,
  address: false,
  data: false,
  repeat: 0,
  lock: false,
  rex: 0,
});

/** Sets the prefix that a statement names; false when there is no such prefix. */
export function addPrefix(prefixes: Prefixes, name: string): boolean {
  const segment = SEGMENT_PREFIX[name];
  if (segment !== undefined) prefixes.segment = segment;
  else if (/^(rep|repe|repz|xrelease)$/.test(name)) prefixes.repeat = 0xf3;
  else if (/^(repne|repnz|xacquire|bnd)$/.test(name)) prefixes.repeat = 0xf2;
  else if (name === 'lock') prefixes.lock = true;
  else if (name === 'data16' || name === 'data32') prefixes.data = true;
  else if (name === 'addr32' || name === 'addr16') prefixes.address = true;
  else if (name === 'notrack') prefixes.segment = SEGMENT_PREFIX.ds ?? 0;
  else if (name === 'wait' || name === 'fwait') prefixes.wait = true;
  else if (/^rex(\.w?r?x?b?|64x?y?z?|x?y?z?)$/.test(name)) prefixes.rex |= REX.PRESENT | rexBits(name);
  else return false;
  return true;
}

/** `rex.wrxb`, and the older spelling `rex64xyz`. */
function rexBits(name: string): number {
  const [, dotted] = name.split('.');
  const letters = dotted ?? name.slice(3).replace('64', 'w').replace('x', 'r').replace('y', 'x').replace('z', 'b');
  const bits: Readonly<Record<string, number>> = { w: REX.W, r: REX.R, x: REX.X, b: REX.B };
  return [...letters].reduce((sum, letter) => sum | (bits[letter] ?? 0), 0);
}

/** What the operands put where. */
interface Fields {
  rex: number;
  rexForbiddenBy?: Register;
  modrm: number;
  opcodeRegister: number;
  /** SIB and displacement. */
  address: number[];
  disp?: { readonly at: number; readonly value: Value; readonly kind: Fixup['kind'] };
  segment: number;
  address32: boolean;
  tail: { readonly size: number; readonly value: Value; readonly signed: boolean }[];
  target?: Bound;
}

export function encode(form: Form, pairs: readonly Pair[], given: Prefixes, wishes: Wishes): Encoded | string {
  const fields = place(form, pairs, wishes);
  if (typeof fields === 'string') return fields;
  const { encoding } = form;
  const rex = fields.rex | given.rex | (encoding.rexW ? REX.PRESENT | REX.W : 0) | (wishes.rex ? REX.PRESENT : 0);
  if (rex !== 0 && fields.rexForbiddenBy !== undefined) {
    return `can't encode register '%${fields.rexForbiddenBy.name}' in an instruction requiring REX prefix.`;
  }
  if (encoding.repeat !== 0 && given.repeat !== 0 && form.mnemonics[0] !== 'pause') {
    return 'same type of prefix used twice';
  }
  const bytes: number[] = [];
  const push = (wanted: boolean | number, byte: number): void => {
    if (wanted) bytes.push(byte);
  };
  push(given.wait || encoding.wait, 0x9b);
  push(fields.segment || given.segment, fields.segment || given.segment);
  push(given.address || encoding.addressSize || fields.address32, 0x67);
  push(given.data || encoding.operandSize, 0x66);
  push(given.repeat || encoding.repeat, encoding.repeat || given.repeat);
  push(given.lock, 0xf0);
  push(rex, rex);
  bytes.push(...encoding.opcode);
  if (encoding.plusRegister) bytes[bytes.length - 1]! += fields.opcodeRegister;
  if (encoding.modrm !== undefined) bytes.push(fields.modrm);
  return withFields(bytes, fields, form, rex);
}

/** Appends address and immediates, and notes the fields that have no value yet. */
function withFields(bytes: number[], fields: Fields, form: Form, rex: number): Encoded {
  const addressAt = bytes.length;
  bytes.push(...fields.address);
  const fixups: Omit<Fixup, 'place'>[] = [];
  const tailSize = form.encoding.tail.reduce((sum, size) => sum + size, 0);
  if (fields.disp !== undefined) {
    const offset = addressAt + fields.disp.at;
    const size = (bytes.length - offset) as Fixup['size'];
    const got = gotShape(form, fields, rex);
    fixups.push({ offset, size, value: fields.disp.value.bound, kind: fields.disp.kind, toEnd: size + tailSize, got });
  }
  for (const { size, value, signed } of fields.tail) {
    if (value.known === undefined) {
      const kind = signed ? 'signed' : 'absolute';
      fixups.push({
        offset: bytes.length,
        size: size as Fixup['size'],
        value: value.bound,
        kind,
        toEnd: size,
        got: 'plain',
      });
    }
    bytes.push(...toBytes(value.known ?? 0n, size));
  }
  return fields.target === undefined
    ? { bytes, fixups }
    : { bytes, fixups, target: fields.target, targetSize: tailSize };
}

/** Whether a @GOTPCREL load may be relaxed by the linker (psABI x86-64, section B.2). */
function gotShape(form: Form, fields: Fields, rex: number): Fixup['got'] {
  const [opcode = 0, ...more] = form.encoding.opcode;
  if (more.length > 0) return 'plain';
  const digit = (fields.modrm >> 3) & 7;
  const arithmetic = (opcode & 0xc7) === 0x03;
  const jump = opcode === 0xff && (digit === 2 || digit === 4);
  if (opcode !== 0x8b && opcode !== 0x85 && !arithmetic && !jump) return 'plain';
  return rex === 0 ? 'relaxable' : 'relaxable-rex';
}

function place(form: Form, pairs: readonly Pair[], wishes: Wishes): Fields | string {
  const { modrm, tail } = form.encoding;
  const fields: Fields = {
    rex: 0,
    modrm: typeof modrm === 'number' ? 0xc0 | (modrm << 3) : 0xc0,
    opcodeRegister: 0,
    address: [],
    segment: 0,
    address32: false,
    tail: [],
  };
  let tails = 0;
  for (const { spec, actual } of pairs) {
    if (actual.kind === 'register' && spec.kind === 'register') placeRegister(fields, spec, actual.register);
    else if (actual.kind === 'immediate' && spec.kind === 'immediate') {
      const signed = spec.bits < spec.width;
      fields.tail.push({ size: tail[tails++] ?? 1, value: actual.value, signed });
    } else if (actual.kind === 'memory') {
      if (spec.kind === 'target') fields.target = actual.disp?.bound ?? { kind: 'int', value: 0n };
      else {
        const wrong = placeMemory(fields, spec, actual, wishes, isNarrowLea(form));
        if (wrong !== undefined) return wrong;
      }
    }
  }
  return fields;
}

function placeRegister(fields: Fields, spec: Extract<OperandSpec, { kind: 'register' }>, register: Register): void {
  const low = register.number & 7;
  const high = register.number >= 8;
  if (register.rex === 'required') fields.rex |= REX.PRESENT;
  if (register.rex === 'forbidden') fields.rexForbiddenBy = register;
  if (spec.place === 'reg' || spec.place === 'both') {
    fields.modrm |= low << 3;
    if (high) fields.rex |= REX.R;
  }
  if (spec.place === 'rm' || spec.place === 'both') {
    fields.modrm |= low;
    if (high) fields.rex |= REX.B;
  }
  if (spec.place === 'opcode') {
    fields.opcodeRegister = low;
    if (high) fields.rex |= REX.B;
  }
}

/** LEA into less than 64 bits, or 32-bit addressing: nothing depends on how the displacement is extended. */
const isNarrowLea = (form: Form): boolean =>
  form.encoding.addressSize || (form.mnemonics[0] === 'lea' && !form.encoding.rexW);

const NUMBER_SP = 4;
const NUMBER_BP = 5;

function placeMemory(
  fields: Fields,
  spec: OperandSpec,
  memory: ActualMemory,
  wishes: Wishes,
  isNarrow: boolean,
): string | undefined {
  if (isAddress32(memory)) fields.address32 = true;
  if (memory.segment !== undefined && memory.segment.name !== defaultSegment(spec, memory)) {
    if (spec.kind === 'implied' && !spec.override) return "`%es:(%rdi)' must be addressed through %es";
    fields.segment = SEGMENT_PREFIX[memory.segment.name] ?? 0;
  }
  if (spec.kind === 'implied') return undefined;
  if (spec.kind === 'offset') {
    fields.tail.push({ size: 8, value: memory.disp ?? ZERO, signed: false });
    return undefined;
  }
  fields.modrm &= 0x3f;
  if (memory.base?.class === 'ip') return placeRelative(fields, memory.disp ?? ZERO);
  const kind = isNarrow || isAddress32(memory) ? 'absolute' : 'signed';
  if (isBare(memory)) return placeAbsolute(fields, memory.disp ?? ZERO, kind);
  return placeBaseIndex(fields, memory, wishes, kind);
}

const ZERO: Value = { bound: { kind: 'int', value: 0n }, known: 0n };

function defaultSegment(spec: OperandSpec, { base }: ActualMemory): string {
  if (spec.kind === 'implied') return spec.base === 'di' && !spec.override ? 'es' : 'ds';
  return base !== undefined && (base.number === NUMBER_SP || base.number === NUMBER_BP) && base.class !== 'ip'
    ? 'ss'
    : 'ds';
}

/** disp32(%rip) */
function placeRelative(fields: Fields, disp: Value): string | undefined {
  fields.modrm |= 5;
  return placeDisplacement(fields, disp, 4, 'relative');
}

/** An absolute address: SIB with neither base nor index, since the short encoding means RIP-relative. */
function placeAbsolute(fields: Fields, disp: Value, kind: Fixup['kind']): string | undefined {
  fields.modrm |= 4;
  fields.address.push(0x25);
  return placeDisplacement(fields, disp, 4, kind);
}

const SCALE_BITS = { 1: 0, 2: 1, 4: 2, 8: 3 } as const;

function placeBaseIndex(fields: Fields, memory: ActualMemory, wishes: Wishes, kind: Fixup['kind']): string | undefined {
  const { base, index, scale } = memory;
  const size = displacementSize(memory, wishes);
  if (base !== undefined) fields.modrm |= size === 0 ? 0 : size === 1 ? 0x40 : 0x80;
  if (base !== undefined && base.number >= 8) fields.rex |= REX.PRESENT | REX.B;
  if (index !== undefined && index.number >= 8) fields.rex |= REX.PRESENT | REX.X;
  if (index === undefined && base !== undefined && (base.number & 7) !== NUMBER_SP) {
    fields.modrm |= base.number & 7;
  } else {
    fields.modrm |= NUMBER_SP;
    const indexBits = index === undefined ? NUMBER_SP : index.number & 7;
    const baseBits = base === undefined ? NUMBER_BP : base.number & 7;
    fields.address.push((SCALE_BITS[scale] << 6) | (indexBits << 3) | baseBits);
  }
  return placeDisplacement(fields, memory.disp ?? ZERO, size, kind);
}

function displacementSize(memory: ActualMemory, wishes: Wishes): 0 | 1 | 4 {
  const { base, disp } = memory;
  if (base === undefined) return 4;
  if (wishes.disp === 32) return 4;
  if (disp !== undefined && disp.known === undefined) return wishes.disp === 8 ? 1 : 4;
  const value = disp?.known ?? 0n;
  if (wishes.disp === 8) return 1;
  if (value === 0n && (base.number & 7) !== NUMBER_BP) return 0;
  const wrapped = isAddress32(memory) ? BigInt.asIntN(32, value) : s64(value);
  return fitsSigned(wrapped, 8) ? 1 : 4;
}

function placeDisplacement(fields: Fields, disp: Value, size: 0 | 1 | 4, kind: Fixup['kind']): string | undefined {
  if (size === 0) return undefined;
  if (disp.known === undefined) fields.disp = { at: fields.address.length, value: disp, kind };
  else if (kind !== 'absolute' && !fitsSigned(s64(disp.known), 32)) {
    return `0x${BigInt.asUintN(64, disp.known).toString(16)} out of range of signed 32bit displacement`;
  }
  fields.address.push(...toBytes(disp.known ?? 0n, size));
  return undefined;
}
