/** Integer arithmetic and logic: two operands, one operand, multiply, divide, and the compare-and-exchange family. */
import { GPR, type Insn, type MemOperand, RFLAGS } from '../../isa/insn.ts';
import { type BinaryKind, FLAGS, type ShiftRules, type Src, type Tmp, type UnaryKind } from '../uop.ts';
import {
  address,
  close,
  compute,
  current,
  type Draft,
  emit,
  highReg,
  imm,
  type Lowering,
  open,
  operandOf,
  probe,
  read,
  refuse,
  reg,
  register,
  resultFor,
  settle,
  temporary,
  widthOf,
} from './draft.ts';
import { divisionFlags, multiplyFlags } from './residue.ts';

/** dst = dst op src; the flags may be the model's. */
export const binary =
  (op: BinaryKind, flags: number | ((draft: Draft) => ShiftRules)): Lowering =>
  (insn, draft) => {
    const place = open(insn, draft, operandOf(insn, 0));
    const b = read(insn, draft, operandOf(insn, 1));
    const a = current(draft, place);
    const dst = resultFor(draft, place);
    const rules = typeof flags === 'number' ? { flags } : flags(draft);
    emit(draft, { op, width: place.width, dst, a, b, ...rules });
    settle(draft, place, dst);
  };

/** CMP, TEST: the flags of an operation, without its result. */
export const compare =
  (op: 'sub' | 'and'): Lowering =>
  (insn, draft) => {
    const a = read(insn, draft, operandOf(insn, 0));
    const b = read(insn, draft, operandOf(insn, 1));
    emit(draft, { op, width: widthOf(operandOf(insn, 0)), a, b, flags: FLAGS.all });
  };

/** NOT, NEG, INC, DEC. */
export const unary =
  (op: UnaryKind, flags: number): Lowering =>
  (insn, draft) => {
    const place = open(insn, draft, operandOf(insn, 0));
    const a = current(draft, place);
    const dst = resultFor(draft, place);
    emit(draft, { op, width: place.width, dst, a, flags });
    settle(draft, place, dst);
  };

/** IMUL with two or three operands; with one it is `multiply`. */
export const imul: Lowering = (insn, draft) => {
  if (insn.operands.length === 1) return multiply('muls')(insn, draft);
  const to = operandOf(insn, 0);
  if (to.kind !== 'gpr') return refuse(draft);
  const three = insn.operands.length === 3;
  const a = read(insn, draft, operandOf(insn, three ? 1 : 0));
  const b = read(insn, draft, operandOf(insn, three ? 2 : 1));
  emit(draft, { op: 'imul', width: to.width, dst: register(to), a, b, ...multiplyFlags(draft) });
};

/** The double-width accumulator: RDX:RAX, or AH:AL for bytes. */
const accumulator = (width: number) =>
  width === 1 ? { lo: reg(GPR.RAX), hi: highReg(GPR.RAX) } : { lo: reg(GPR.RAX), hi: reg(GPR.RDX) };

/** MUL, IMUL with one operand. */
export const multiply =
  (op: 'mulu' | 'muls'): Lowering =>
  (insn, draft) => {
    const width = widthOf(operandOf(insn, 0));
    const b = read(insn, draft, operandOf(insn, 0));
    emit(draft, { op, width, ...accumulator(width), a: reg(GPR.RAX), b, ...multiplyFlags(draft) });
  };

/** DIV, IDIV: #DE on a zero divisor or a quotient that doesn't fit. The flags are undefined, all six. */
export const divide =
  (op: 'divu' | 'divs'): Lowering =>
  (insn, draft) => {
    const width = widthOf(operandOf(insn, 0));
    const divisor = read(insn, draft, operandOf(insn, 0));
    const { lo, hi } = accumulator(width);
    const [quotient, remainder] = [temporary(draft), temporary(draft)];
    emit(draft, { op, width, quotient, remainder, hi, lo, divisor });
    emit(draft, { op: 'mov', width, dst: lo, src: quotient }, { op: 'mov', width, dst: hi, src: remainder });
    const { mask, value } = divisionFlags(draft);
    if (mask !== 0) emit(draft, { op: 'setflags', src: imm(value), mask });
  };

/** XADD: the sum goes to the destination last, so `xadd %eax,%eax` leaves the sum. */
export const xadd: Lowering = (insn, draft) => {
  const place = open(insn, draft, operandOf(insn, 0));
  const source = operandOf(insn, 1);
  if (source.kind !== 'gpr') return refuse(draft);
  const { width } = place;
  const old = temporary(draft);
  if (place.kind === 'register') emit(draft, { op: 'mov', width, dst: old, src: place.reg });
  else emit(draft, { op: 'loadh', width, dst: old, handle: place.handle });
  const sum = temporary(draft);
  emit(draft, { op: 'add', width, dst: sum, a: old, b: register(source), flags: FLAGS.all });
  emit(draft, { op: 'mov', width, dst: register(source), src: old });
  close(draft, place, sum);
};

/** AADD, AAND, AOR, AXOR: on naturally aligned memory, without flags (SDM vol. 2). */
export const remote =
  (op: 'add' | 'and' | 'or' | 'xor'): Lowering =>
  (insn, draft) => {
    const [operand, source] = [operandOf(insn, 0), operandOf(insn, 1)];
    if (operand.kind !== 'mem' || source.kind !== 'gpr') return refuse(draft);
    checkAligned(insn, draft, operand);
    const place = open(insn, draft, operand);
    const old = current(draft, place);
    close(draft, place, compute(draft, op, place.width, old, register(source)));
  };

/** #GP(0) unless memory of 4 or 8 bytes is naturally aligned. */
function checkAligned(insn: Insn, draft: Draft, operand: MemOperand): void {
  emit(draft, { op: 'aligned', boundary: operand.width === 8 ? 8 : 4, address: address(insn, operand) });
}

/**
 * CMPccXADD: memory against the second operand; if the condition holds, the third is added to memory. The second operand
 * takes the old value, the flags are the comparison's (SDM vol. 2).
 */
export const cmpccxadd =
  (condition: number): Lowering =>
  (insn, draft) => {
    const [operand, compared, added] = [operandOf(insn, 0), operandOf(insn, 1), operandOf(insn, 2)];
    if (operand.kind !== 'mem' || compared.kind !== 'gpr' || added.kind !== 'gpr') return refuse(draft);
    checkAligned(insn, draft, operand);
    const place = open(insn, draft, operand);
    const { width } = place;
    const old = current(draft, place);
    const sum = compute(draft, 'add', width, old, register(added));
    emit(draft, { op: 'sub', width, a: old, b: register(compared), flags: FLAGS.all });
    const written = temporary(draft);
    emit(draft, { op: 'select', width, condition, dst: written, a: sum, b: old });
    close(draft, place, written);
    emit(draft, { op: 'mov', width, dst: register(compared), src: old });
  };

const EQUAL = 4;

/**
 * CMPXCHG writes its destination always, with the old value if the comparison fails; memory therefore faults as a write.
 * A 32-bit register that isn't replaced keeps its upper half, accumulator and destination alike (measured on Zen 4; of Intel
 * QEMU's issue 508 says so), hence the selections over 64 bits.
 */
export const cmpxchg: Lowering = (insn, draft) => {
  const place = open(insn, draft, operandOf(insn, 0));
  const source = operandOf(insn, 1);
  if (source.kind !== 'gpr') return refuse(draft);
  const { width } = place;
  const rax = reg(GPR.RAX);
  const old = temporary(draft);
  if (place.kind === 'register') emit(draft, { op: 'mov', width, dst: old, src: place.reg });
  else emit(draft, { op: 'loadh', width, dst: old, handle: place.handle });
  const replacement = temporary(draft);
  emit(draft, { op: 'mov', width, dst: replacement, src: register(source) });
  emit(draft, { op: 'sub', width, a: rax, b: old, flags: FLAGS.all });
  const wide = width === 4 ? 8 : width;
  emit(draft, { op: 'select', width: wide, condition: EQUAL, dst: rax, a: rax, b: old });
  if (place.kind === 'register') {
    emit(draft, { op: 'select', width: wide, condition: EQUAL, dst: place.reg, a: replacement, b: place.reg });
  } else {
    const written = temporary(draft);
    emit(draft, { op: 'select', width, condition: EQUAL, dst: written, a: replacement, b: old });
    close(draft, place, written);
  }
};

/** CMPXCHG8B: EDX:EAX against eight bytes, replaced by ECX:EBX; only ZF changes. */
export const cmpxchg8b: Lowering = (insn, draft) => {
  const operand = operandOf(insn, 0);
  if (operand.kind !== 'mem') return refuse(draft);
  const handle = probe(draft, 8, address(insn, operand));
  const old = temporary(draft);
  emit(draft, { op: 'loadh', width: 8, dst: old, handle });
  const expected = joinHalves(draft, reg(GPR.RDX), reg(GPR.RAX));
  const replacement = joinHalves(draft, reg(GPR.RCX), reg(GPR.RBX));
  emit(draft, { op: 'sub', width: 8, a: expected, b: old, flags: RFLAGS.ZF });
  const written = select(draft, replacement, old);
  emit(draft, { op: 'store', width: 8, handle, src: written });
  const [low, high] = [temporary(draft), temporary(draft)];
  emit(draft, { op: 'zext', width: 8, from: 4, dst: low, src: old });
  emit(draft, { op: 'shr', width: 8, dst: high, a: old, b: imm(32), flags: 0 });
  keepIfEqual(draft, low, high);
};

/** CMPXCHG16B: the same over RDX:RAX and RCX:RBX, on memory aligned to 16 bytes. */
export const cmpxchg16b: Lowering = (insn, draft) => {
  const operand = operandOf(insn, 0);
  if (operand.kind !== 'mem') return refuse(draft);
  const at = address(insn, operand);
  emit(draft, { op: 'aligned', boundary: 16, address: at });
  const handles = [0n, 8n].map((offset) => probe(draft, 8, { ...at, disp: BigInt.asUintN(64, at.disp + offset) }));
  const [low, high] = handles.map((handle) => {
    const dst = temporary(draft);
    emit(draft, { op: 'loadh', width: 8, dst, handle });
    return dst;
  }) as [Tmp, Tmp];
  const difference = compute(
    draft,
    'or',
    8,
    compute(draft, 'xor', 8, reg(GPR.RAX), low),
    compute(draft, 'xor', 8, reg(GPR.RDX), high),
  );
  emit(draft, { op: 'sub', width: 8, a: difference, b: imm(0), flags: RFLAGS.ZF });
  const written = [select(draft, reg(GPR.RBX), low), select(draft, reg(GPR.RCX), high)];
  handles.forEach((handle, i) => {
    emit(draft, { op: 'store', width: 8, handle, src: written[i]! });
  });
  keepIfEqual(draft, low, high);
};

function joinHalves(draft: Draft, high: Src, low: Src): Tmp {
  const zero = temporary(draft);
  emit(draft, { op: 'zext', width: 8, from: 4, dst: zero, src: low });
  return compute(draft, 'or', 8, compute(draft, 'shl', 8, high, imm(32)), zero);
}

function select(draft: Draft, a: Src, b: Src): Tmp {
  const dst = temporary(draft);
  emit(draft, { op: 'select', width: 8, condition: EQUAL, dst, a, b });
  return dst;
}

/** RAX and RDX stay whole when the comparison held, else take what memory had. */
function keepIfEqual(draft: Draft, low: Tmp, high: Tmp): void {
  const [rax, rdx] = [reg(GPR.RAX), reg(GPR.RDX)];
  emit(draft, { op: 'select', width: 8, condition: EQUAL, dst: rax, a: rax, b: low });
  emit(draft, { op: 'select', width: 8, condition: EQUAL, dst: rdx, a: rdx, b: high });
}
