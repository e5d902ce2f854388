/**
 * Bytes to `Insn`, read by iced-x86: a decoder that nobody here wrote, so it checks our encoder.
 *
 * In: the bytes at an address, as many as there are (15 suffice). Out: plain data; every iced object stays in this file,
 * and lives in WebAssembly memory until freed, so one `Instruction` is reused for all and each `Decoder` is freed at once.
 * What depends only on the form (its name, mnemonic, condition, operand size) is looked up once per form.
 *
 * The subtle part is the absence of an instruction. iced calls "more than 15 bytes" invalid, where the CPU raises #GP
 * instead of #UD (SDM vol. 2, 2.3.11), and an opcode undefined before its last byte is there; so what iced cannot decode is
 * measured by undefined-length.ts. LOCK where it isn't allowed is invalid: #UD (SDM vol. 2, LOCK).
 */
import {
  Code,
  ConditionCode,
  Decoder,
  DecoderOptions,
  Instruction,
  MemorySizeExt,
  Mnemonic,
  OpKind,
  Register,
} from 'iced-x86';
import { signExtend, truncate, u64, type Width } from '../base/u64.ts';
import { type Decoded, GPR, type Insn, type InsnOperand, type MemOperand, RIP, SEGMENT } from './insn.ts';
import operandSizes from './operand-sizes.json' with { type: 'json' };
import { undefinedLength } from './undefined-length.ts';

export interface DecodeOptions {
  /** AMD's CPUs: a 66 prefix on a near branch makes it 16 bits wide, LOCK MOV CR0 is CR8 … (default `intel`). */
  readonly vendor?: 'intel' | 'amd';
  /** As in `Insn` (default 64). */
  readonly mode?: Insn['mode'];
  /** As in `Insn` (default: the width of `mode`). */
  readonly stackSize?: Insn['stackSize'];
}

/** SDM vol. 2, 2.3.11. */
const MAX_LENGTH = 15;

const scratch = new Instruction();

/** The instruction at the start of `bytes`, which RIP `ip` points to. */
export function decode(bytes: Uint8Array, ip: bigint, options: DecodeOptions = {}): Decoded {
  const window = bytes.length > MAX_LENGTH ? bytes.subarray(0, MAX_LENGTH) : bytes;
  if (read(window, ip, options)) return { kind: 'insn', insn: convert(window, u64(ip), options) };
  const length = undefinedLength(window, options.mode ?? 64, options.vendor ?? 'intel');
  if (length !== undefined) return { kind: 'invalid', length };
  return window.length === MAX_LENGTH ? { kind: 'too-long' } : { kind: 'truncated' };
}

/** Instructions one after the other from the start of `bytes`, until `visit` answers false or the bytes do not go on. */
export function decodeRun(
  bytes: Uint8Array,
  ip: bigint,
  options: DecodeOptions,
  visit: (decoded: Decoded) => boolean,
): void {
  const decoder = open(bytes, ip, options);
  let at = 0;
  let decoded: Decoded;
  do {
    const here = bytes.subarray(at, at + MAX_LENGTH);
    const next = u64(ip + BigInt(at));
    decoder.decodeOut(scratch);
    // What iced cannot decode is looked at again by itself.
    decoded =
      scratch.code === Code.INVALID
        ? decode(here, next, options)
        : { kind: 'insn', insn: convert(here, next, options) };
    if (decoded.kind === 'insn') at += decoded.insn.length;
  } while (visit(decoded) && decoded.kind === 'insn');
  decoder.free();
}

/** Decodes into `scratch`; false where iced finds no instruction. */
function read(bytes: Uint8Array, ip: bigint, options: DecodeOptions): boolean {
  const decoder = open(bytes, ip, options);
  decoder.decodeOut(scratch);
  decoder.free();
  return scratch.code !== Code.INVALID;
}

function open(bytes: Uint8Array, ip: bigint, { vendor, mode = 64 }: DecodeOptions): Decoder {
  const decoder = new Decoder(mode, bytes, vendor === 'amd' ? DecoderOptions.AMD : DecoderOptions.None);
  decoder.ip = u64(ip);
  return decoder;
}

function convert(window: Uint8Array, ip: bigint, { mode = 64, stackSize }: DecodeOptions): Insn {
  const length = scratch.length;
  const bytes = window.slice(0, length);
  const form = formInfo(scratch.code);
  const prefixes = mode === 64 ? prefixesWithRex(bytes) : legacyPrefixes(bytes, mode);
  const operands: InsnOperand[] = [];
  for (let i = 0; i < form.operands; i++) operands.push(operand(i, prefixes.addressSize, form.masked));
  return {
    ip,
    mode,
    stackSize: stackSize ?? DEFAULT_STACK[mode],
    length,
    bytes,
    mnemonic: form.mnemonic,
    form: form.name,
    operands,
    operandSize: form.operandSize ?? prefixes.operandSize,
    addressSize: prefixes.addressSize,
    // Asking iced costs a call each, and most instructions have no prefix of the kind.
    lock: prefixes.any && scratch.hasLockPrefix,
    rep: !prefixes.any ? 'none' : scratch.hasRepePrefix ? 'rep' : scratch.hasRepnePrefix ? 'repne' : 'none',
    ...(form.condition !== undefined && { condition: form.condition }),
  };
}

// Forms

interface FormInfo {
  readonly name: string;
  readonly mnemonic: string;
  /** Undefined where the form leaves it to the prefixes. */
  readonly operandSize: 2 | 4 | 8 | undefined;
  readonly condition: number | undefined;
  /** How many. */
  readonly operands: number;
  /** May have an opmask. */
  readonly masked: boolean;
}

const forms: FormInfo[] = [];

/** Reads what the form in `scratch` says, once. */
function formInfo(code: Code): FormInfo {
  const known = forms[code];
  if (known !== undefined) return known;
  const info: FormInfo = {
    name: Code[code],
    mnemonic: Mnemonic[scratch.mnemonic].toLowerCase(),
    operandSize: operandSizeOf(code),
    // iced numbers conditions from 1 in the order of the opcodes, 0 being none; of loops and CMPccXADD we want none.
    condition:
      scratch.conditionCode !== ConditionCode.None && /^(J|Set|Cmov)/.test(Mnemonic[scratch.mnemonic])
        ? scratch.conditionCode - 1
        : undefined,
    operands: scratch.opCount,
    masked: Code[code].startsWith('EVEX'),
  };
  forms[code] = info;
  return info;
}

/** One digit a form, by Code number: see tools/operand-sizes.ts. */
const OPERAND_SIZES = operandSizes.join('');

function operandSizeOf(code: Code): 2 | 4 | 8 | undefined {
  const size = Number(OPERAND_SIZES[code]);
  return size === 2 || size === 4 || size === 8 ? size : undefined;
}

/** Operand and address size as the prefixes give them (SDM vol. 1, 3.6.1), for forms that don't settle it. */
function prefixesWithRex(bytes: Uint8Array): Prefixes {
  let operandSize: 2 | 4 = 4;
  let addressSize: 4 | 8 = 8;
  let any = false;
  let rex = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if ((byte & 0xf0) === 0x40) {
      rex = byte;
      continue;
    }
    if (byte === 0x66) operandSize = 2;
    else if (byte === 0x67) addressSize = 4;
    else if (LEGACY_PREFIXES.has(byte)) any = true;
    else break;
    // A REX prefix that is not the last one is ignored (SDM vol. 2, 2.2.1).
    rex = 0;
  }
  return { operandSize: rex & 8 ? 8 : operandSize, addressSize, any };
}

/** The same outside of 64-bit mode, where 40 … 4F are instructions. */
function legacyPrefixes(bytes: Uint8Array, mode: 32 | 16): Prefixes {
  let [operandSwitched, addressSwitched, any] = [false, false, false];
  for (const byte of bytes) {
    if (byte === 0x66) operandSwitched = true;
    else if (byte === 0x67) addressSwitched = true;
    else if (LEGACY_PREFIXES.has(byte)) any = true;
    else break;
  }
  const size = (switched: boolean): 2 | 4 => ((mode === 32) !== switched ? 4 : 2);
  return { operandSize: size(operandSwitched), addressSize: size(addressSwitched), any };
}

const DEFAULT_STACK = { 64: 8, 32: 4, 16: 2 } as const;

interface Prefixes {
  readonly operandSize: 2 | 4 | 8;
  readonly addressSize: 2 | 4 | 8;
  /** A segment, LOCK or repeat prefix among them. */
  readonly any: boolean;
}

const LEGACY_PREFIXES: ReadonlySet<number> = new Set([0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0xf0, 0xf2, 0xf3]);

// Operands

function operand(i: number, addressSize: 2 | 4 | 8, mayBeMasked: boolean): InsnOperand {
  const kind = scratch.opKind(i);
  switch (kind) {
    case OpKind.Register:
      return i === 0 && mayBeMasked && scratch.hasOpMask
        ? masked(scratch.opRegister(i))
        : register(scratch.opRegister(i));
    case OpKind.NearBranch16:
    case OpKind.NearBranch32:
    case OpKind.NearBranch64:
      return { kind: 'target', address: scratch.nearBranchTarget };
    case OpKind.FarBranch16:
      return { kind: 'far', selector: scratch.farBranchSelector, offset: BigInt(scratch.farBranch16) };
    case OpKind.FarBranch32:
      return { kind: 'far', selector: scratch.farBranchSelector, offset: BigInt(scratch.farBranch32) };
    case OpKind.Memory:
      return memory(addressSize);
    case OpKind.MemorySegSI:
    case OpKind.MemorySegESI:
    case OpKind.MemorySegRSI:
      return stringOperand(GPR.RSI, REGISTERS_SEGMENT[scratch.memorySegment] ?? SEGMENT.DS);
    case OpKind.MemorySegDI:
    case OpKind.MemorySegEDI:
    case OpKind.MemorySegRDI:
      return stringOperand(GPR.RDI, REGISTERS_SEGMENT[scratch.memorySegment] ?? SEGMENT.DS);
    case OpKind.MemoryESDI:
    case OpKind.MemoryESEDI:
    case OpKind.MemoryESRDI:
      return stringOperand(GPR.RDI, SEGMENT.ES);
    default: {
      const width = IMMEDIATE_WIDTH[kind];
      if (width === undefined) return { kind: 'other', name: OpKind[kind] };
      return { kind: 'imm', value: truncate(scratch.immediate(i), width), width };
    }
  }
}

/** By iced's OpKind: the operand's width after extension. */
const IMMEDIATE_WIDTH: Readonly<Partial<Record<OpKind, Width>>> = {
  [OpKind.Immediate8]: 1,
  [OpKind.Immediate8_2nd]: 1,
  [OpKind.Immediate16]: 2,
  [OpKind.Immediate32]: 4,
  [OpKind.Immediate64]: 8,
  [OpKind.Immediate8to16]: 2,
  [OpKind.Immediate8to32]: 4,
  [OpKind.Immediate8to64]: 8,
  [OpKind.Immediate32to64]: 8,
};

function memory(addressSize: 2 | 4 | 8): MemOperand {
  const base = scratch.memoryBase;
  const index = scratch.memoryIndex;
  const relative = base === Register.RIP || base === Register.EIP;
  const disp = scratch.memoryDisplacement;
  const vector = index >= Register.XMM0 && index <= Register.ZMM31;
  return {
    kind: 'mem',
    width: memoryWidth(),
    segment: REGISTERS_SEGMENT[scratch.memorySegment] ?? SEGMENT.DS,
    override: scratch.hasSegmentPrefix,
    base: relative ? RIP : generalNumber(base),
    // XLAT's index is AL, which the mnemonic says.
    index: vector || index === Register.AL ? -1 : generalNumber(index),
    ...(vector && { vectorIndex: Register[index].toLowerCase() }),
    scale: scale(scratch.memoryIndexScale),
    disp: addressSize !== 8 && !relative ? signExtend(disp, addressSize) : u64(disp),
    dispSize: scratch.memoryDisplSize,
  };
}

const stringOperand = (base: number, segment: number): MemOperand => ({
  kind: 'mem',
  width: memoryWidth(),
  segment,
  override: segment !== SEGMENT.ES && scratch.hasSegmentPrefix,
  base,
  index: -1,
  scale: 1,
  disp: 0n,
  dispSize: 0,
});

const memoryWidths: number[] = [];

function memoryWidth(): number {
  const size = scratch.memorySize;
  memoryWidths[size] ??= MemorySizeExt.size(size);
  return memoryWidths[size];
}

const scale = (factor: number): 1 | 2 | 4 | 8 => (factor === 2 || factor === 4 || factor === 8 ? factor : 1);

// Registers

/** Registers of iced in the order of the encoding, so a distance is a number. */
const GENERAL: readonly { first: Register; width: Width }[] = [
  { first: Register.AX, width: 2 },
  { first: Register.EAX, width: 4 },
  { first: Register.RAX, width: 8 },
];

const REGISTERS: InsnOperand[] = [];
const REGISTERS_SEGMENT: number[] = [];

/** The low bytes are AL … BL, AH … BH, SPL … R15L in iced's order. */
for (let i = 0; i < 20; i++) {
  const high = i >= 4 && i < 8;
  REGISTERS[Register.AL + i] = { kind: 'gpr', index: i < 4 ? i : i - 4, width: 1, high };
}
for (const { first, width } of GENERAL) {
  for (let i = 0; i < 16; i++) REGISTERS[first + i] = { kind: 'gpr', index: i, width, high: false };
}
for (let i = 0; i < 6; i++) {
  REGISTERS[Register.ES + i] = { kind: 'segment', index: i };
  REGISTERS_SEGMENT[Register.ES + i] = i;
}
for (let i = 0; i < 16; i++) {
  REGISTERS[Register.CR0 + i] = { kind: 'cr', index: i };
  REGISTERS[Register.DR0 + i] = { kind: 'dr', index: i };
}

const named = (number: Register): string => {
  const name = Register[number].toLowerCase();
  return /^st\d$/.test(name) ? `st(${name.slice(2)})` : name;
};

function register(number: Register): InsnOperand {
  REGISTERS[number] ??= { kind: 'other', name: named(number) };
  return REGISTERS[number];
}

/** A vector destination with its EVEX opmask, as AT&T writes it. */
const masked = (number: Register): InsnOperand => ({
  kind: 'other',
  name: `${named(number)}{%${named(scratch.opMask)}}${scratch.zeroingMasking ? '{z}' : ''}`,
});

function generalNumber(number: Register): number {
  if (number === Register.None) return -1;
  const found = register(number);
  return found.kind === 'gpr' ? found.index : -1;
}
