/**
 * Privileged and system instructions (SDM vol. 3, 2.8). The privilege check stands first, as a micro-op of its own; the
 * micro-ops that follow check what is particular to them and commit at once.
 */
import { GPR, type Insn, type InsnOperand, RFLAGS } from '../../isa/insn.ts';
import { type Dst, FLAGS, type Src, type Tmp, type Uop } from '../uop.ts';
import {
  address,
  close,
  compute,
  type Draft,
  emit,
  imm,
  type Lowering,
  open,
  operandOf,
  read,
  refuse,
  reg,
  register,
  temporary,
} from './draft.ts';

const RAX = reg(GPR.RAX);
const RCX = reg(GPR.RCX);
const RDX = reg(GPR.RDX);

/** A privileged instruction of a single micro-op without operands. */
export const privileged =
  (uop: Uop): Lowering =>
  (_insn, draft) =>
    emit(draft, { op: 'cpl0' }, uop);

/** An instruction of a single micro-op without operands, which does its own checks. */
export const single =
  (uop: Uop): Lowering =>
  (_insn, draft) =>
    emit(draft, uop);

type General = Extract<InsnOperand, { kind: 'gpr' }>;

/** Outside of 64-bit mode the register has 32 bits, and the upper half of what it is moved to becomes zero. */
function whole(draft: Draft, from: General): Src {
  if (from.width === 8) return register(from);
  const dst = temporary(draft);
  emit(draft, { op: 'zext', width: 8, from: 4, dst, src: register(from) });
  return dst;
}

function intoRegister(draft: Draft, to: General, emitInto: (dst: Dst) => void): void {
  if (to.width === 8) return emitInto(register(to));
  const dst = temporary(draft);
  emitInto(dst);
  emit(draft, { op: 'mov', width: 4, dst: register(to), src: dst });
}

/** MOV to and from CR0, 2, 3, 4, 8, always 64 bits wide in 64-bit mode. Other numbers don't decode: #UD at every CPL. */
export function moveControl(insn: Insn, draft: Draft): void {
  const [to, from] = [operandOf(insn, 0), operandOf(insn, 1)];
  emit(draft, { op: 'cpl0' });
  if (to.kind === 'cr' && from.kind === 'gpr') emit(draft, { op: 'wrcr', cr: to.index, src: whole(draft, from) });
  else if (to.kind === 'gpr' && from.kind === 'cr')
    intoRegister(draft, to, (dst) => emit(draft, { op: 'rdcr', cr: from.index, dst }));
  else refuse(draft);
}

/** MOV to and from DR0 … DR7; numbers above don't decode. */
export function moveDebug(insn: Insn, draft: Draft): void {
  const [to, from] = [operandOf(insn, 0), operandOf(insn, 1)];
  emit(draft, { op: 'cpl0' });
  if (to.kind === 'dr' && from.kind === 'gpr') emit(draft, { op: 'wrdr', dr: to.index, src: whole(draft, from) });
  else if (to.kind === 'gpr' && from.kind === 'dr')
    intoRegister(draft, to, (dst) => emit(draft, { op: 'rddr', dr: from.index, dst }));
  else refuse(draft);
}

/** Leaves a 64-bit value in EDX:EAX, both registers' upper halves zeroed. */
function splitIntoEdxEax(draft: Draft, src: Tmp): void {
  emit(draft, { op: 'mov', width: 4, dst: RAX, src });
  emit(draft, { op: 'shr', width: 8, dst: RDX, a: src, b: imm(32), flags: 0 });
}

export const rdmsr: Lowering = (_insn, draft) => {
  const dst = temporary(draft);
  emit(draft, { op: 'cpl0' }, { op: 'rdmsr', index: RCX, dst });
  splitIntoEdxEax(draft, dst);
};

/** EDX:EAX as one value. */
function joinEdxEax(draft: Draft): Tmp {
  const low = temporary(draft);
  emit(draft, { op: 'zext', width: 8, from: 4, dst: low, src: RAX });
  return compute(draft, 'or', 8, compute(draft, 'shl', 8, RDX, imm(32)), low);
}

export const wrmsr: Lowering = (_insn, draft) => {
  emit(draft, { op: 'cpl0' });
  const src = joinEdxEax(draft);
  emit(draft, { op: 'wrmsr', index: RCX, src });
};

export const xgetbv: Lowering = (_insn, draft) => {
  const dst = temporary(draft);
  emit(draft, { op: 'rdxcr', index: RCX, dst });
  splitIntoEdxEax(draft, dst);
};

/** XSETBV: #UD without CR4.OSXSAVE at every CPL, so XCR0 is read for that check before the privileged part. */
export const xsetbv: Lowering = (_insn, draft) => {
  emit(draft, { op: 'rdxcr', index: imm(0), dst: temporary(draft) }, { op: 'cpl0' });
  const src = joinEdxEax(draft);
  emit(draft, { op: 'wrxcr', index: RCX, src });
};

export const rdpkru: Lowering = (_insn, draft) => {
  const dst = temporary(draft);
  emit(draft, { op: 'rdpkru', index: RCX, dst });
  splitIntoEdxEax(draft, dst);
};

export const wrpkru: Lowering = (_insn, draft) => {
  const src = joinEdxEax(draft);
  emit(draft, { op: 'wrpkru', index: RCX, src });
};

export const rdpmc: Lowering = (_insn, draft) => {
  const dst = temporary(draft);
  emit(draft, { op: 'rdpmc', index: RCX, dst });
  splitIntoEdxEax(draft, dst);
};

export const rdpru: Lowering = (_insn, draft) => {
  const dst = temporary(draft);
  emit(draft, { op: 'rdpru', index: RCX, dst });
  splitIntoEdxEax(draft, dst);
};

/** RDRAND, RDSEED: CF says that there was a number, as there always is here; the other five are 0. */
export const random: Lowering = (insn, draft) => {
  const to = operandOf(insn, 0);
  if (to.kind !== 'gpr' || to.width === 1) return refuse(draft);
  const { width } = to;
  const src = temporary(draft);
  emit(draft, { op: 'random', width, dst: src }, { op: 'mov', width, dst: register(to), src });
  emit(draft, { op: 'setflags', src: imm(RFLAGS.CF), mask: FLAGS.all });
};

export const rdtsc: Lowering = (_insn, draft) => {
  const dst = temporary(draft);
  emit(draft, { op: 'rdtsc', dst });
  splitIntoEdxEax(draft, dst);
};

/** IA32_TSC_AUX, SDM vol. 4, table 2-2. */
const TSC_AUX = imm(0xc000_0103);

/** RDTSCP: the counter, and IA32_TSC_AUX in ECX. */
export const rdtscp: Lowering = (_insn, draft) => {
  const [count, aux] = [temporary(draft), temporary(draft)];
  emit(draft, { op: 'rdtsc', dst: count }, { op: 'rdmsr', index: TSC_AUX, dst: aux });
  splitIntoEdxEax(draft, count);
  emit(draft, { op: 'mov', width: 4, dst: RCX, src: aux });
};

/** RDPID: IA32_TSC_AUX. */
export const rdpid: Lowering = (insn, draft) => {
  const to = operandOf(insn, 0);
  if (to.kind !== 'gpr') return refuse(draft);
  const aux = temporary(draft);
  emit(draft, { op: 'rdmsr', index: TSC_AUX, dst: aux });
  emit(draft, { op: 'zext', width: 8, from: 4, dst: register(to), src: aux });
};

/** RDFSBASE, RDGSBASE. */
export const readBase =
  (segment: 'fs' | 'gs'): Lowering =>
  (insn, draft) => {
    const to = operandOf(insn, 0);
    if (to.kind !== 'gpr') return refuse(draft);
    const dst = temporary(draft);
    emit(draft, { op: 'rdbase', segment, dst }, { op: 'mov', width: to.width, dst: register(to), src: dst });
  };

/** WRFSBASE, WRGSBASE; the 32-bit form zero-extends. */
export const writeBase =
  (segment: 'fs' | 'gs'): Lowering =>
  (insn, draft) => {
    const from = operandOf(insn, 0);
    if (from.kind !== 'gpr') return refuse(draft);
    const src = temporary(draft);
    emit(draft, { op: 'mov', width: from.width, dst: src, src: register(from) }, { op: 'wrbase', segment, src });
  };

/** INVLPG uses the segment base too; a non-canonical address is a no-op (SDM vol. 2). */
export const invlpg: Lowering = (insn, draft) => {
  const at = operandOf(insn, 0);
  if (at.kind !== 'mem') return refuse(draft);
  emit(draft, { op: 'cpl0' }, { op: 'invlpg', address: address(insn, at) });
};

export const invpcid: Lowering = (insn, draft) => {
  const [type, at] = [operandOf(insn, 0), operandOf(insn, 1)];
  if (type.kind !== 'gpr' || at.kind !== 'mem') return refuse(draft);
  emit(draft, { op: 'cpl0' }, { op: 'invpcid', type: register(type), address: address(insn, at) });
};

/** CLFLUSH, CLFLUSHOPT, CLWB. */
export const clflush: Lowering = (insn, draft) => {
  const at = operandOf(insn, 0);
  if (at.kind !== 'mem') return refuse(draft);
  emit(draft, { op: 'clflush', address: address(insn, at) });
};

/** CR0.TS, SDM vol. 3, 2.5. */
const TS = 1n << 3n;

export const clts: Lowering = (_insn, draft) => {
  const old = temporary(draft);
  emit(draft, { op: 'cpl0' }, { op: 'rdcr', cr: 0, dst: old });
  emit(draft, { op: 'wrcr', cr: 0, src: compute(draft, 'and', 8, old, imm(~TS)) });
};

/** SMSW: the low 16 bits of CR0 to memory, as much of it as fits to a register. */
export const smsw: Lowering = (insn, draft) => {
  emit(draft, { op: 'umip' });
  const place = open(insn, draft, operandOf(insn, 0));
  const dst = temporary(draft);
  emit(draft, { op: 'rdcr', cr: 0, dst });
  close(draft, place, dst);
};

/** PE, MP, EM and TS, the bits of CR0 that LMSW writes; it cannot clear PE (SDM vol. 2). */
const MACHINE_STATUS = 0xf;
const PE = 1;

export const lmsw: Lowering = (insn, draft) => {
  emit(draft, { op: 'cpl0' });
  const word = read(insn, draft, operandOf(insn, 0));
  const old = temporary(draft);
  emit(draft, { op: 'rdcr', cr: 0, dst: old });
  const kept = compute(draft, 'and', 8, old, imm(~(MACHINE_STATUS & ~PE)));
  const src = compute(draft, 'or', 8, kept, compute(draft, 'and', 8, word, imm(MACHINE_STATUS)));
  emit(draft, { op: 'wrcr', cr: 0, src });
};

/** PTWRITE: reads its operand, for a trace that there isn't. */
export const ptwrite: Lowering = (insn, draft) => {
  read(insn, draft, operandOf(insn, 0));
};

/** IN: from an immediate port or DX into AL, AX, EAX. */
export const input: Lowering = (insn, draft) => {
  const [to, port] = [operandOf(insn, 0), operandOf(insn, 1)];
  if (to.kind !== 'gpr' || to.width === 8) return refuse(draft);
  const dst = temporary(draft);
  emit(draft, { op: 'in', width: to.width, port: portOf(port), dst });
  emit(draft, { op: 'mov', width: to.width, dst: RAX, src: dst });
};

export const output: Lowering = (insn, draft) => {
  const [port, from] = [operandOf(insn, 0), operandOf(insn, 1)];
  if (from.kind !== 'gpr' || from.width === 8) return refuse(draft);
  emit(draft, { op: 'out', width: from.width, port: portOf(port), src: RAX });
};

const portOf = (operand: ReturnType<typeof operandOf>) => (operand.kind === 'imm' ? imm(operand.value) : RDX);
