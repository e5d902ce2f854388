/**
 * Stores of a whole line of 64 bytes: CLZERO and MOVDIR64B. Eight stores of eight bytes do, since the line is aligned, so that
 * no page splits it and its first byte faults if any does.
 */
import { GPR } from '../../isa/insn.ts';
import type { Address, Src } from '../uop.ts';
import {
  address,
  compute,
  type Draft,
  emit,
  imm,
  impliedSegment,
  type Lowering,
  load,
  operandOf,
  probe,
  refuse,
  reg,
  register,
  registerAddress,
  temporary,
} from './draft.ts';

const LINE = 64;
const EIGHTHS = [0, 8, 16, 24, 32, 40, 48, 56] as const;

const at = (address: Address, offset: number): Address => ({
  ...address,
  disp: BigInt.asUintN(64, address.disp + BigInt(offset)),
});

/** Probes all of the line before anything is stored. */
function storeLine(draft: Draft, line: Address, values: readonly Src[]): void {
  const handles = EIGHTHS.map((offset) => probe(draft, 8, at(line, offset)));
  handles.forEach((handle, i) => {
    emit(draft, { op: 'store', width: 8, handle, src: values[i]! });
  });
}

/** CLZERO: the line around the linear address of (%rax), segment prefix included (APM vol. 3). */
export const clzero: Lowering = (insn, draft) => {
  const inLine = temporary(draft);
  emit(draft, { op: 'linear', dst: inLine, address: registerAddress(insn, reg(GPR.RAX), impliedSegment(insn)) });
  const base = compute(draft, 'and', 8, inLine, imm(-LINE));
  const line: Address = { segment: 'none', base, scale: 1, disp: 0n, addressWidth: 8, stack: false };
  storeLine(
    draft,
    line,
    EIGHTHS.map(() => imm(0)),
  );
};

/** MOVDIR64B: to the aligned line that a register points to, always in ES, from memory of any alignment (SDM vol. 2). */
export const movdir64b: Lowering = (insn, draft) => {
  const [to, from] = [operandOf(insn, 0), operandOf(insn, 1)];
  if (to.kind !== 'gpr' || from.kind !== 'mem') return refuse(draft);
  const line = registerAddress(insn, register(to), insn.mode === 64 ? 'none' : 'es');
  emit(draft, { op: 'aligned', boundary: LINE, address: line });
  const source = address(insn, from);
  const values = EIGHTHS.map((offset) => load(draft, 8, at(source, offset)));
  storeLine(draft, line, values);
};
