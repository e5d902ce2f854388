/**
 * IRET in IA-32e mode: in 64-bit mode RIP, CS, RFLAGS, RSP and SS come from the stack whatever the privilege (SDM vol. 2, IRET; vol. 3, 6.14.3). The checks
 * stand in the manual's order and change nothing; what an IRET does even when it faults is to let NMIs in again (vol. 3, 6.7.1).
 */
import { truncate } from '../base/u64.ts';
import * as L from '../engine/layout.ts';
import { RFLAGS, SEGMENT } from '../isa/insn.ts';
import { rplOf, SEGMENT_TYPE } from './descriptors.ts';
import {
  codeAt,
  isLong,
  leaveInnerLevel,
  moveStack,
  outerStack,
  readStack,
  returnCode,
  type Transferred,
  targetFault,
} from './far-transfer.ts';
import { refreshKey } from './fast-tlb.ts';
import { type Found, planMark, writeSegment } from './segments.ts';
import { type Cpu, cpl, isLongMode, low, word, write64 } from './state.ts';
import { type Fault, gp, VECTOR } from './stop.ts';
import { commitWrites, isFault, type PlannedWrite } from './system-access.ts';

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
  const inner = !isLongMode(cpu) && level === cpl(cpu);
  if (inner) return returnWithin(cpu, popped, code, width);
  const stack = outerStack(cpu, Number(stackSelector & 0xffffn), level, long);
  // Unlike RET's, an absent stack is #NP (SDM vol. 2, IRET, exceptions).
  if (isFault(stack)) return stack.vector === VECTOR.SS ? { ...stack, vector: VECTOR.NP } : stack;
  const fault = targetFault(cpu, target, code);
  if (fault) return fault;
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

/** In compatibility mode an IRET to the same privilege leaves the stack's segment (SDM vol. 2, IRET). */
function returnWithin(cpu: Cpu, [target, , flags]: readonly bigint[], code: Found, width: 2 | 4 | 8): Transferred {
  const plan: PlannedWrite[] = [];
  const fault = targetFault(cpu, target!, code) ?? planMark(cpu, plan, code, SEGMENT_TYPE.ACCESSED);
  if (fault) return fault;
  commitWrites(cpu, plan);
  writeFlags(cpu, Number(truncate(flags!, 4)), width);
  moveStack(cpu, 3 * width);
  writeSegment(cpu, SEGMENT.CS, codeAt(code, cpl(cpu)));
  return target!;
}

/** Five values of `width` bytes from the stack pointer upwards; three, where code of compatibility mode stays at its privilege. */
function popFrame(cpu: Cpu, width: number): bigint[] | Fault {
  const values: bigint[] = [];
  const count = (): number =>
    isLongMode(cpu) || values.length < 2 || rplOf(Number(values[1]! & 3n)) > cpl(cpu) ? 5 : 3;
  for (let i = 0; i < count(); i++) {
    const value = readStack(cpu, i * width, width);
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
  // AC takes part in permission checks.
  if ((now ^ popped) & written & AC) refreshKey(cpu);
}

/** NMIs are blocked from their delivery to the next IRET. */
export function unblockNmi(cpu: Cpu): void {
  const at = word(L.S_NMI);
  cpu.engine.u32[at] = cpu.engine.u32[at]! & ~L.NMI_BLOCKED;
}
