/**
 * IRET in 64-bit mode: RIP, CS, RFLAGS, RSP and SS come from the stack whatever the privilege (SDM vol. 2, IRET; vol. 3, 6.14.3). The checks
 * stand in the manual's order and change nothing; what an IRET does even when it faults is to let NMIs in again (vol. 3, 6.7.1).
 */
import { truncate, u64 } from '../base/u64.ts';
import * as L from '../engine/layout.ts';
import { RFLAGS, SEGMENT } from '../isa/insn.ts';
import { rplOf, SEGMENT_TYPE } from './descriptors.ts';
import {
  COMPATIBILITY,
  codeAt,
  isLong,
  leaveInnerLevel,
  outerStack,
  returnCode,
  type Transferred,
  targetFault,
} from './far-transfer.ts';
import { planMark, writeSegment } from './segments.ts';
import { type Cpu, cpl, low, read64, word, write64 } from './state.ts';
import { type Fault, gp, VECTOR } from './stop.ts';
import { commitWrites, isFault, type PlannedWrite, readMemory, STACK_REFUSAL } from './system-access.ts';

export function interruptReturn(cpu: Cpu, width: 2 | 4 | 8): Transferred {
  unblockNmi(cpu);
  if (low(cpu, L.S_RFLAGS) & RFLAGS.NT) return gp('IRET with EFLAGS.NT = 1 in 64-bit mode (SDM vol. 2, IRET)');
  const popped = popFrame(cpu, width);
  if (isFault(popped)) return popped;
  const [target, codeSelector, flags, pointer, stackSelector] = popped as [bigint, bigint, bigint, bigint, bigint];
  const code = returnCode(cpu, Number(codeSelector & 0xffffn));
  if (isFault(code)) return code;
  const level = rplOf(code.selector);
  const long = isLong(code.attributes);
  const stack = outerStack(cpu, Number(stackSelector & 0xffffn), level, long);
  // Unlike RET's, an absent stack is #NP (SDM vol. 2, IRET, exceptions).
  if (isFault(stack)) return stack.vector === VECTOR.SS ? { ...stack, vector: VECTOR.NP } : stack;
  const fault = long ? targetFault(cpu, target) : undefined;
  if (fault) return fault;
  if (!long) return COMPATIBILITY;
  const plan: PlannedWrite[] = [];
  const mark =
    planMark(cpu, plan, code, SEGMENT_TYPE.ACCESSED) ??
    (stack.found && planMark(cpu, plan, stack.found, SEGMENT_TYPE.ACCESSED));
  if (mark) return mark;
  commitWrites(cpu, plan);
  writeFlags(cpu, Number(truncate(flags, 4)), width);
  write64(cpu, L.S_RSP, pointer);
  writeSegment(cpu, SEGMENT.SS, stack.segment);
  writeSegment(cpu, SEGMENT.CS, codeAt(code, level));
  if (level !== cpl(cpu)) leaveInnerLevel(cpu, level);
  return target;
}

/** Five values of `width` bytes from RSP upwards. */
function popFrame(cpu: Cpu, width: number): bigint[] | Fault {
  const values: bigint[] = [];
  for (let i = 0; i < 5; i++) {
    const linear = u64(read64(cpu, L.S_RSP) + BigInt(i * width));
    const value = readMemory(cpu, linear, width, 0, STACK_REFUSAL);
    if (isFault(value)) return value;
    values.push(value);
  }
  return values;
}

/** IOPL changes at CPL 0 only, IF up to IOPL; RF comes from the frame (SDM vol. 2, IRET). VM stays clear in IA-32e mode. */
function writeFlags(cpu: Cpu, popped: number, width: number): void {
  const { CF, PF, AF, ZF, SF, TF, DF, OF, NT, RF, AC, ID, IOPL, IF, VIF, VIP } = RFLAGS;
  const now = low(cpu, L.S_RFLAGS);
  const iopl = (now & IOPL) >> 12;
  const mask =
    CF |
    PF |
    AF |
    ZF |
    SF |
    TF |
    DF |
    OF |
    NT |
    RF |
    AC |
    ID |
    (cpl(cpu) === 0 ? IOPL | VIF | VIP : 0) |
    (cpl(cpu) <= iopl ? IF : 0);
  const written = width === 2 ? mask & 0xffff : mask;
  cpu.engine.i32[word(L.S_RFLAGS)] = (now & ~written) | (popped & written);
}

/** NMIs are blocked from their delivery to the next IRET. */
export function unblockNmi(cpu: Cpu): void {
  const at = word(L.S_NMI);
  cpu.engine.u32[at] = cpu.engine.u32[at]! & ~L.NMI_BLOCKED;
}
