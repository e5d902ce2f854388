/**
 * Segment registers, descriptor tables and far transfers (SDM vol. 1, 7.3.14; vol. 3, 2.8). The operands are read here, the offset of a
 * far pointer before its selector; what the descriptors say is the CPU model's business (src/cpu/segments.ts).
 */
import type { Width } from '../../base/u64.ts';
import { GPR, type Insn, type InsnOperand, type MemOperand, RFLAGS, SEGMENT } from '../../isa/insn.ts';
import type { Address, Src, Tmp } from '../uop.ts';
import {
  address,
  close,
  compute,
  current,
  type Draft,
  emit,
  imm,
  type Lowering,
  load,
  nextIp,
  open,
  operandOf,
  probe,
  read,
  refuse,
  reg,
  register,
  stackAddress,
  temporary,
} from './draft.ts';

const LDTR = 6;
const TR = 7;
const RSP = reg(GPR.RSP);

/** The selector in a segment register. */
export function selectorOf(draft: Draft, segment: number): Tmp {
  const dst = temporary(draft);
  emit(draft, { op: 'rdseg', segment, dst });
  return dst;
}

/** MOV to and from segment registers; MOV to CS doesn't decode. Memory operands have 16 bits whatever the prefixes say. */
export function moveSegment(insn: Insn, draft: Draft): void {
  const [to, from] = [operandOf(insn, 0), operandOf(insn, 1)];
  if (to.kind === 'segment')
    emit(draft, { op: 'wrseg', segment: to.index, src: read(insn, draft, from), holds: to.index === SEGMENT.SS });
  else if (from.kind === 'segment') storeSelector(insn, draft, to, from.index);
  else refuse(draft);
}

/** A register of 32 or 64 bits gets the selector zero-extended. */
function storeSelector(insn: Insn, draft: Draft, to: InsnOperand, segment: number): void {
  const place = open(insn, draft, to);
  close(draft, place, selectorOf(draft, segment));
}

/** SLDT, STR. */
export const storeSystemSelector =
  (register: 'ldtr' | 'tr'): Lowering =>
  (insn, draft) => {
    emit(draft, { op: 'umip' });
    storeSelector(insn, draft, operandOf(insn, 0), register === 'ldtr' ? LDTR : TR);
  };

/** LLDT, LTR. */
export const loadSystemSelector =
  (register: 'ldtr' | 'tr'): Lowering =>
  (insn, draft) => {
    emit(draft, { op: 'cpl0' });
    const src = read(insn, draft, operandOf(insn, 0));
    emit(draft, { op: 'wrseg', segment: register === 'ldtr' ? LDTR : TR, src, holds: false });
  };

/** Addresses in the bytes of an operand: only the first is subject to the address size. */
function partsOf(insn: Insn, draft: Draft, operand: MemOperand): (offset: number) => Address {
  const whole = address(insn, operand);
  if (whole.addressWidth === 8 || insn.mode !== 64) {
    return (offset) => ({ ...whole, disp: BigInt.asUintN(64, whole.disp + BigInt(offset)) });
  }
  const base = temporary(draft);
  emit(draft, { op: 'lea', width: 8, dst: base, address: { ...whole, segment: 'none' } });
  const { segment, stack } = whole;
  return (offset) => ({ segment, base, scale: 1, disp: BigInt(offset), addressWidth: 8, stack });
}

/** Offset and selector of a far pointer in memory. */
function readFarPointer(insn: Insn, draft: Draft, operand: MemOperand): { offset: Tmp; selector: Tmp } {
  const part = partsOf(insn, draft, operand);
  const offset = load(draft, insn.operandSize, part(0));
  return { offset, selector: load(draft, 2, part(insn.operandSize)) };
}

/** LSS, LFS, LGS; LDS and LES outside of 64-bit mode. */
export const loadFarPointer =
  (segment: number): Lowering =>
  (insn, draft) => {
    const [to, from] = [operandOf(insn, 0), operandOf(insn, 1)];
    if (to.kind !== 'gpr' || from.kind !== 'mem') return refuse(draft);
    const { offset, selector } = readFarPointer(insn, draft, from);
    emit(draft, { op: 'wrseg', segment, src: selector, holds: false });
    emit(draft, { op: 'mov', width: to.width, dst: register(to), src: offset });
  };

export const lds = loadFarPointer(SEGMENT.DS);
export const les = loadFarPointer(SEGMENT.ES);
export const lss = loadFarPointer(SEGMENT.SS);
export const lfs = loadFarPointer(SEGMENT.FS);
export const lgs = loadFarPointer(SEGMENT.GS);

/** LGDT, LIDT: in 64-bit mode ten bytes, else six, of which an operand size of 16 bits ignores the last (SDM vol. 2). */
export const loadTable =
  (table: 'gdt' | 'idt'): Lowering =>
  (insn, draft) => {
    const from = operandOf(insn, 0);
    if (from.kind !== 'mem') return refuse(draft);
    emit(draft, { op: 'cpl0' });
    const part = partsOf(insn, draft, from);
    const limit = load(draft, 2, part(0));
    const base = load(draft, insn.mode === 64 ? 8 : 4, part(2));
    const kept = insn.operandSize === 2 && insn.mode !== 64 ? compute(draft, 'and', 8, base, imm(0xffffff)) : base;
    emit(draft, { op: 'wrtable', table, limit, base: kept });
  };

/** SGDT, SIDT. */
export const storeTable =
  (table: 'gdt' | 'idt'): Lowering =>
  (insn, draft) => {
    const to = operandOf(insn, 0);
    if (to.kind !== 'mem') return refuse(draft);
    emit(draft, { op: 'umip' });
    const part = partsOf(insn, draft, to);
    const baseWidth = insn.mode === 64 ? 8 : 4;
    const places = [
      { part: 'limit', width: 2, handle: probe(draft, 2, part(0)) },
      { part: 'base', width: baseWidth, handle: probe(draft, baseWidth, part(2)) },
    ] as const;
    for (const { part, width, handle } of places) {
      const src = temporary(draft);
      emit(draft, { op: 'rdtable', table, part, dst: src }, { op: 'store', width, handle, src });
    }
  };

/** The condition that ZF is set. */
const ZERO = 4;

/** LAR, LSL: where ZF says no, all of the destination stays. */
export const inspectInto =
  (what: 'lar' | 'lsl'): Lowering =>
  (insn, draft) => {
    const [to, from] = [operandOf(insn, 0), operandOf(insn, 1)];
    if (to.kind !== 'gpr') return refuse(draft);
    const selector = read(insn, draft, from);
    const found = temporary(draft);
    emit(draft, { op: 'inspect', what, selector, dst: found });
    const width: Width = to.width === 2 ? 2 : 8;
    const dst = register(to);
    emit(draft, { op: 'select', width, condition: ZERO, dst, a: found, b: dst });
  };

export const verify =
  (what: 'verr' | 'verw'): Lowering =>
  (insn, draft) => {
    const selector = read(insn, draft, operandOf(insn, 0));
    emit(draft, { op: 'inspect', what, selector, dst: temporary(draft) });
  };

/** JMP and CALL through a far pointer in memory, or outside of 64-bit mode in the instruction; `near` takes the others. */
export const farOr =
  (kind: 'jmp' | 'call', near: Lowering): Lowering =>
  (insn, draft) => {
    const to = operandOf(insn, 0);
    if (to.kind === 'far') {
      const [selector, offset] = [imm(to.selector), imm(to.offset)];
      return transfer(insn, draft, { kind, selector, offset, release: 0 });
    }
    if (to.kind !== 'mem' || to.width !== insn.operandSize + 2) return near(insn, draft);
    const { offset, selector } = readFarPointer(insn, draft, to);
    transfer(insn, draft, { kind, selector, offset, release: 0 });
  };

/** RET far: the selector is popped first, as Zen 4 does; the manual leaves it open which of two page faults comes first. */
export const retf: Lowering = (insn, draft) => {
  const released = insn.operands[0];
  const width = insn.operandSize;
  const selector = load(draft, width, stackAddress(draft, RSP, BigInt(width)));
  const offset = load(draft, width, stackAddress(draft, RSP));
  transfer(insn, draft, {
    kind: 'ret',
    selector,
    offset,
    release: released?.kind === 'imm' ? Number(released.value) : 0,
  });
};

/** SYSCALL: in compatibility mode AMD's only. */
export const syscall: Lowering = (insn, draft) => {
  if (insn.mode !== 64 && draft.model.vendor === 'intel') emit(draft, { op: 'fault', vector: 6 });
  else switchLevel('syscall')(insn, draft);
};

/** ARPL: the RPL of the destination becomes that of the source if it is lower, and ZF says so (SDM vol. 2). */
export const arpl: Lowering = (insn, draft) => {
  const place = open(insn, draft, operandOf(insn, 0));
  const old = current(draft, place);
  const mine = compute(draft, 'and', 8, old, imm(3));
  const other = compute(draft, 'and', 8, read(insn, draft, operandOf(insn, 1)), imm(3));
  const lower = compute(draft, 'shr', 8, compute(draft, 'sub', 8, mine, other), imm(63));
  const raise = compute(draft, 'imul', 8, compute(draft, 'sub', 8, other, mine), lower);
  close(draft, place, compute(draft, 'add', place.width, old, raise));
  emit(draft, { op: 'setflags', src: compute(draft, 'shl', 8, lower, imm(6)), mask: RFLAGS.ZF });
};

/** IRET, SYSCALL, SYSRET, SYSENTER, SYSEXIT. */
export const switchLevel =
  (kind: 'iret' | 'syscall' | 'sysret' | 'sysenter' | 'sysexit'): Lowering =>
  (insn, draft) => {
    const dst = temporary(draft);
    emit(draft, { op: 'switch', kind, width: insn.operandSize, next: imm(nextIp(insn)), dst });
    emit(draft, { op: 'jump', target: dst });
  };

/** AMD's long mode has none, but checks the CPL first. */
export const sysexit: Lowering = (insn, draft) => {
  if (draft.model.vendor === 'amd') emit(draft, { op: 'cpl0' }, { op: 'fault', vector: 6 });
  else switchLevel('sysexit')(insn, draft);
};

function transfer(
  insn: Insn,
  draft: Draft,
  what: { kind: 'jmp' | 'call' | 'ret'; selector: Src; offset: Src; release: number },
): void {
  const dst = temporary(draft);
  emit(draft, { op: 'transfer', width: insn.operandSize, ...what, next: imm(nextIp(insn)), dst });
  emit(draft, { op: 'jump', target: dst });
}
