/**
 * The draft of one instruction's micro-ops, and what every lowering does with operands: read them, compute their address,
 * open memory for a read-modify-write and close it again.
 *
 * The invariant all of it serves is commit-last (uop.ts): `open` probes memory as a write before it reads (a locked or plain
 * read-modify-write faults as a write, SDM vol. 3, 4.7), so `close` cannot fault.
 */
import type { Width } from '../../base/u64.ts';
import type { CpuModel } from '../../isa/cpu-model.ts';
import { GPR, type Insn, type InsnOperand, type MemOperand, RIP, SEGMENT, SEGMENT_NAMES } from '../../isa/insn.ts';
import type { Address, BinaryKind, Handle, Imm, Reg, Src, Tmp, Uop } from '../uop.ts';

export interface Draft {
  /** Whose features and undefined results. */
  readonly model: CpuModel;
  /** Bytes of the stack pointer: 8 in 64-bit mode. */
  readonly stackSize: 2 | 4 | 8;
  readonly uops: Uop[];
  temporaries: number;
  handles: number;
  modelled: boolean;
}

/** Appends the micro-ops of one instruction. */
export type Lowering = (insn: Insn, draft: Draft) => void;

export const newDraft = (model: CpuModel, { stackSize }: Insn): Draft => ({
  model,
  stackSize,
  uops: [],
  temporaries: 0,
  handles: 0,
  modelled: true,
});

/** Says that this form isn't modelled; whatever was drafted is dropped. */
export function refuse(draft: Draft): void {
  draft.modelled = false;
}

export const emit = (draft: Draft, ...uops: Uop[]): void => {
  draft.uops.push(...uops);
};

export const temporary = (draft: Draft): Tmp => ({ space: 'tmp', n: draft.temporaries++ });
const newHandle = (draft: Draft): Handle => ({ space: 'handle', n: draft.handles++ });

const GENERAL: readonly Reg[] = Array.from({ length: 16 }, (_, n) => ({ space: 'reg', n }));
const HIGH: readonly Reg[] = Array.from({ length: 4 }, (_, n) => ({ space: 'reg', n, high: true }));

export const reg = (n: number): Reg => GENERAL[n]!;
export const highReg = (n: number): Reg => HIGH[n]!;
export const imm = (value: bigint | number): Imm => ({ space: 'imm', value: BigInt.asUintN(64, BigInt(value)) });

/** The i-th operand; a form without it is a bug of the table in lower.ts. */
export function operandOf(insn: Insn, i: number): InsnOperand {
  const operand = insn.operands[i];
  if (operand === undefined) throw new Error(`${insn.form}: no operand ${i}`);
  return operand;
}

/** The address after the instruction. */
export const nextIp = (insn: Insn): bigint => BigInt.asUintN(insn.mode === 64 ? 64 : 32, insn.ip + BigInt(insn.length));

/** The width of an operand that is a general register, an immediate or memory of 1, 2, 4 or 8 bytes. */
export function widthOf(operand: InsnOperand): Width {
  if (operand.kind === 'gpr' || operand.kind === 'imm') return operand.width;
  if (operand.kind === 'mem' && isWidth(operand.width)) return operand.width;
  throw new Error(`operand ${operand.kind} has no integer width`);
}

const isWidth = (width: number): width is Width => width === 1 || width === 2 || width === 4 || width === 8;

/** The base that a segment prefix gives to memory which the instruction doesn't name (CLZERO, MONITOR). */
export function impliedSegment({ bytes, mode }: Insn): Address['segment'] {
  let segment: Address['segment'] = mode === 64 ? 'none' : 'ds';
  for (const byte of bytes) {
    if (byte === 0x64) segment = 'fs';
    else if (byte === 0x65) segment = 'gs';
    else if (byte === 0x0f) break;
    else if (mode !== 64) segment = OVERRIDES.get(byte) ?? segment;
  }
  return segment;
}

/** Prefixes that 64-bit mode ignores. */
const OVERRIDES: ReadonlyMap<number, Address['segment']> = new Map([
  [0x26, 'es'],
  [0x2e, 'cs'],
  [0x36, 'ss'],
  [0x3e, 'ds'],
]);

/** The address in a register alone, under the prefixes of the instruction. */
export const registerAddress = (insn: Insn, base: Src, segment: Address['segment'], disp = 0): Address => ({
  segment,
  base,
  scale: 1,
  disp: BigInt(disp),
  addressWidth: insn.addressSize,
  stack: false,
});

/** The micro-op address of a memory operand. */
export function address(insn: Insn, operand: MemOperand): Address {
  const segment = segmentOf(insn, operand);
  const at: { -readonly [Part in keyof Address]: Address[Part] } = {
    segment,
    scale: operand.scale,
    disp: operand.disp,
    addressWidth: insn.addressSize,
    stack: segment === 'none' && (operand.base === GPR.RSP || operand.base === GPR.RBP),
  };
  // A RIP-relative operand's displacement is the address already.
  if (operand.base >= 0 && operand.base !== RIP) at.base = reg(operand.base);
  if (operand.index >= 0) at.index = reg(operand.index);
  return at;
}

/** 64-bit mode ignores the other overrides, even where it tells #SS from #GP. */
function segmentOf({ mode }: Insn, { segment }: MemOperand): Address['segment'] {
  if (mode === 64) return segment === SEGMENT.FS ? 'fs' : segment === SEGMENT.GS ? 'gs' : 'none';
  return SEGMENT_NAMES[segment] ?? 'ds';
}

/** A place on the stack, at `base` + `disp`. Stack addresses are as wide as the stack pointer whatever the prefixes say. */
export const stackAddress = ({ stackSize }: Draft, base: Src, disp = 0n): Address => ({
  segment: stackSize === 8 ? 'none' : 'ss',
  base,
  scale: 1,
  disp: BigInt.asUintN(64, disp),
  addressWidth: stackSize,
  stack: stackSize === 8,
});

/** The value of an operand: the register or immediate itself, or a load into a temporary. */
export function read(insn: Insn, draft: Draft, operand: InsnOperand): Src {
  switch (operand.kind) {
    case 'gpr':
      return register(operand);
    case 'imm':
      return { space: 'imm', value: operand.value };
    case 'mem':
      return load(draft, widthOf(operand), address(insn, operand));
    default:
      throw new Error(`${insn.form}: cannot read operand ${operand.kind}`);
  }
}

export const register = (operand: { index: number; high: boolean }): Reg =>
  operand.high ? highReg(operand.index) : reg(operand.index);

export function load(draft: Draft, width: Width, at: Address): Tmp {
  const dst = temporary(draft);
  emit(draft, { op: 'load', width, dst, address: at });
  return dst;
}

export function probe(draft: Draft, width: Width, at: Address): Handle {
  const handle = newHandle(draft);
  emit(draft, { op: 'probe', width, handle, address: at });
  return handle;
}

/** A destination that is ready to be written: nothing after this can fault on its account. */
export type Place =
  | { readonly kind: 'register'; readonly width: Width; readonly reg: Reg }
  | { readonly kind: 'memory'; readonly width: Width; readonly handle: Handle };

export function open(insn: Insn, draft: Draft, operand: InsnOperand): Place {
  const width = widthOf(operand);
  if (operand.kind === 'gpr') return { kind: 'register', width, reg: register(operand) };
  if (operand.kind !== 'mem') throw new Error(`${insn.form}: cannot write operand ${operand.kind}`);
  return { kind: 'memory', width, handle: probe(draft, width, address(insn, operand)) };
}

/** The present value of an open place. */
export function current(draft: Draft, place: Place): Src {
  if (place.kind === 'register') return place.reg;
  const dst = temporary(draft);
  emit(draft, { op: 'loadh', width: place.width, dst, handle: place.handle });
  return dst;
}

/** Writes a value to an open place. */
export function close(draft: Draft, place: Place, src: Src): void {
  emit(
    draft,
    place.kind === 'register'
      ? { op: 'mov', width: place.width, dst: place.reg, src }
      : { op: 'store', width: place.width, handle: place.handle, src },
  );
}

/** Where an operation's result goes on its way to `place`: straight into the register, or through a temporary. */
export const resultFor = (draft: Draft, place: Place): Reg | Tmp =>
  place.kind === 'register' ? place.reg : temporary(draft);

/** Stores what `resultFor` holds; a register has it already. */
export function settle(draft: Draft, place: Place, result: Reg | Tmp): void {
  if (place.kind === 'memory') close(draft, place, result);
}

/** A binary operation into a fresh temporary, without flags. */
export function compute(draft: Draft, op: BinaryKind, width: Width, a: Src, b: Src): Tmp {
  const dst = temporary(draft);
  emit(draft, { op, width, dst, a, b, flags: 0 });
  return dst;
}
