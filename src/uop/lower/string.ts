/**
 * String instructions, one iteration at a time (SDM vol. 1, 7.3.9). With REP an instruction is a loop to itself: it ends at
 * once when the count is zero, and otherwise does one element, counts down and jumps back, so that every iteration is a
 * boundary where an event may be taken, and obeys commit-last by itself.
 */
import type { Width } from '../../base/u64.ts';
import { GPR, type Insn, type MemOperand } from '../../isa/insn.ts';
import { type Address, FLAGS, type Tmp } from '../uop.ts';
import { EQUAL, NOT_EQUAL, whileCondition } from './control.ts';
import {
  address,
  type Draft,
  emit,
  imm,
  type Lowering,
  load,
  operandOf,
  probe,
  refuse,
  reg,
  temporary,
  widthOf,
} from './draft.ts';

const RCX = reg(GPR.RCX);
const RDX = reg(GPR.RDX);
/** What one iteration does, between the check of the count and the moving on. */
type Element = (insn: Insn, draft: Draft) => void;

interface Repetition {
  /** REPE and REPNE also look at ZF. */
  readonly compares?: boolean;
  /** What is checked even when the count is zero. */
  readonly first?: Element;
}

const repeated =
  (element: Element, pointers: readonly number[], { compares = false, first }: Repetition = {}): Lowering =>
  (insn, draft) => {
    const width = insn.addressSize;
    const looping = insn.rep !== 'none';
    first?.(insn, draft);
    if (looping) emit(draft, { op: 'exitz', width, src: RCX });
    element(insn, draft);
    const stride = temporary(draft);
    emit(draft, { op: 'step', width: elementWidth(insn), dst: stride });
    for (const pointer of pointers) {
      emit(draft, { op: 'add', width, dst: reg(pointer), a: reg(pointer), b: stride, flags: 0 });
    }
    if (!looping) return;
    emit(draft, { op: 'sub', width, dst: RCX, a: RCX, b: imm(1), flags: 0 });
    const src = compares ? whileCondition(draft, insn.rep === 'rep' ? EQUAL : NOT_EQUAL) : RCX;
    emit(draft, { op: 'branchz', width, src, nonzero: true, target: insn.ip });
  };

const elementWidth = (insn: Insn): Width =>
  widthOf(insn.operands.find((operand) => operand.kind === 'mem') ?? operandOf(insn, 0));

function memoryAt(insn: Insn, i: number): { operand: MemOperand; at: Address } {
  const operand = operandOf(insn, i);
  if (operand.kind !== 'mem') throw new Error(`${insn.form}: operand ${i} is not memory`);
  return { operand, at: address(insn, operand) };
}

const loadOperand = (insn: Insn, draft: Draft, i: number): Tmp => load(draft, elementWidth(insn), memoryAt(insn, i).at);

export const movs = repeated(
  (insn, draft) => {
    const width = elementWidth(insn);
    const src = loadOperand(insn, draft, 1);
    const handle = probe(draft, width, memoryAt(insn, 0).at);
    emit(draft, { op: 'store', width, handle, src });
  },
  [GPR.RSI, GPR.RDI],
);

export const stos = repeated(
  (insn, draft) => {
    const width = elementWidth(insn);
    const handle = probe(draft, width, memoryAt(insn, 0).at);
    emit(draft, { op: 'store', width, handle, src: reg(GPR.RAX) });
  },
  [GPR.RDI],
);

export const lods = repeated(
  (insn, draft) => {
    emit(draft, { op: 'load', width: elementWidth(insn), dst: reg(GPR.RAX), address: memoryAt(insn, 1).at });
  },
  [GPR.RSI],
);

/** CMPS subtracts [RDI] from [RSI]. A Zen 4 reads [RDI] first but in REPE CMPSB, as shows where both would fault. */
export const cmps = repeated(
  (insn, draft) => {
    const width = elementWidth(insn);
    const early = width === 1 && insn.rep === 'rep' ? loadOperand(insn, draft, 0) : undefined;
    const b = loadOperand(insn, draft, 1);
    const a = early ?? loadOperand(insn, draft, 0);
    emit(draft, { op: 'sub', width, a, b, flags: FLAGS.all });
  },
  [GPR.RSI, GPR.RDI],
  { compares: true },
);

export const scas = repeated(
  (insn, draft) => {
    const width = elementWidth(insn);
    const b = loadOperand(insn, draft, 1);
    emit(draft, { op: 'sub', width, a: reg(GPR.RAX), b, flags: FLAGS.all });
  },
  [GPR.RDI],
  { compares: true },
);

/** Bytes, words, doublewords; the operand size of 64 bits counts as 32. */
const portWidth = (insn: Insn): 1 | 2 | 4 => {
  const width = elementWidth(insn);
  return width === 8 ? 4 : width;
};

/** INS and OUTS ask for the right to the port before they look at the count, and at memory after it. */
const checkPort: Element = (insn, draft) => emit(draft, { op: 'ports', width: portWidth(insn), port: RDX });

export const ins = repeated(
  (insn, draft) => {
    const width = portWidth(insn);
    const handle = probe(draft, width, memoryAt(insn, 0).at);
    const src = temporary(draft);
    emit(draft, { op: 'in', width, port: RDX, dst: src }, { op: 'store', width, handle, src });
  },
  [GPR.RDI],
  { first: checkPort },
);

export const outs = repeated(
  (insn, draft) => {
    const src = loadOperand(insn, draft, 1);
    emit(draft, { op: 'out', width: portWidth(insn), port: RDX, src });
  },
  [GPR.RSI],
  { first: checkPort },
);

/** MOVSD, CMPSD are string instructions or SSE ones. */
export const ifString =
  (lowering: Lowering): Lowering =>
  (insn, draft) =>
    insn.operands.every((operand) => operand.kind === 'mem') ? lowering(insn, draft) : refuse(draft);
