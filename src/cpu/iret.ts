/**
 * IRET in IA-32e mode: in 64-bit mode RIP, CS, RFLAGS, RSP and SS come from the stack whatever the privilege (SDM vol. 2, IRET; vol. 3, 6.14.3). The checks
 * stand in the manual's order and change nothing; what an IRET does even when it faults is to let NMIs in again (vol. 3, 6.7.1).
 */
import * as L from '../engine/layout.ts';
import { RFLAGS } from '../isa/insn.ts';
import { rplOf, SEGMENT_TYPE } from './descriptors.ts';
import {
  arriveAt,
  isLong,
  leaveInnerLevel,
  outerStack,
  returnCode,
  type Transferred,
  targetFault,
  writeCode,
  writeOuterStack,
} from './far-transfer.ts';
import { refreshKey } from './fast-tlb.ts';
import { type Found, planMark } from './segments.ts';
import { moveStack, readStack } from './stack.ts';
import { type Cpu, cpl, high, isLongMode, low, word, writeHalves } from './state.ts';
import { type Fault, gp, VECTOR } from './stop.ts';
import { commitWrites, isFault, newPlan, readRow, STACK_REFUSAL } from './system-access.ts';

/** Where the popped values lie in `cpu.system.row`, each in two halves. */
const RIP = 0;
const CS = 2;
const FLAGS = 4;
const RSP = 6;
const SS = 8;

export function interruptReturn(cpu: Cpu, width: 2 | 4 | 8): Transferred {
  unblockNmi(cpu);
  if (low(cpu, L.S_RFLAGS) & RFLAGS.NT) return gp('IRET with EFLAGS.NT = 1 in 64-bit mode (SDM vol. 2, IRET)');
  const unread = popFrame(cpu, width);
  if (unread) return unread;
  const { row: frame } = cpu.system;
  const code = returnCode(cpu, frame[CS]! & 0xffff);
  if (isFault(code)) return code;
  const level = rplOf(code.selector);
  if (!isLongMode(cpu) && level === cpl(cpu)) return returnWithin(cpu, code, width);
  const selector = frame[SS]! & 0xffff;
  const stack = outerStack(cpu, selector, level, isLong(code.attributes));
  // Unlike RET's, an absent stack is #NP (SDM vol. 2, IRET, exceptions).
  if (isFault(stack)) return stack.vector === VECTOR.SS ? { ...stack, vector: VECTOR.NP } : stack;
  const plan = newPlan(cpu);
  const fault =
    targetFault(cpu, frame[RIP]!, frame[RIP + 1]!, code) ??
    planMark(cpu, plan, code, SEGMENT_TYPE.ACCESSED) ??
    (stack && planMark(cpu, plan, stack, SEGMENT_TYPE.ACCESSED));
  if (fault) return fault;
  commitWrites(cpu, plan);
  writeFlags(cpu, frame[FLAGS]!, width);
  writeHalves(cpu, L.S_RSP, frame[RSP]!, frame[RSP + 1]!);
  writeOuterStack(cpu, stack, selector, level);
  writeCode(cpu, code, level);
  if (level !== cpl(cpu)) leaveInnerLevel(cpu, level);
  else refreshKey(cpu);
  return arriveAt(cpu, frame[RIP]!, frame[RIP + 1]!);
}

/** In compatibility mode an IRET to the same privilege leaves the stack's segment (SDM vol. 2, IRET). */
function returnWithin(cpu: Cpu, code: Found, width: 2 | 4 | 8): Transferred {
  const { row: frame } = cpu.system;
  const plan = newPlan(cpu);
  const fault =
    targetFault(cpu, frame[RIP]!, frame[RIP + 1]!, code) ?? planMark(cpu, plan, code, SEGMENT_TYPE.ACCESSED);
  if (fault) return fault;
  commitWrites(cpu, plan);
  writeFlags(cpu, frame[FLAGS]!, width);
  moveStack(cpu, 3 * width);
  writeCode(cpu, code, cpl(cpu));
  refreshKey(cpu);
  return arriveAt(cpu, frame[RIP]!, frame[RIP + 1]!);
}

/**
 * Five values of `width` bytes from the stack pointer upwards; three, where code of compatibility mode stays at its
 * privilege.
 */
function popFrame(cpu: Cpu, width: number): Fault | undefined {
  const long = isLongMode(cpu);
  if (long && width === 8) return readRow(cpu, low(cpu, L.S_RSP), high(cpu, L.S_RSP), 5, 0, STACK_REFUSAL);
  const { loaded, row } = cpu.system;
  for (let i = 0; i < 5; i++) {
    if (i === 3 && !long && rplOf(row[CS]!) <= cpl(cpu)) break;
    const unread = readStack(cpu, i * width, width);
    if (unread) return unread;
    row[2 * i] = loaded.low;
    row[2 * i + 1] = loaded.high;
  }
  return undefined;
}

/** IOPL changes at CPL 0 only, IF up to IOPL; RF comes from the frame (SDM vol. 2, IRET). VM stays clear in IA-32e mode. */
function writeFlags(cpu: Cpu, popped: number, width: number): void {
  const { CF, PF, AF, ZF, SF, TF, DF, OF, NT, RF, AC, ID, IOPL, IF, VIF, VIP } = RFLAGS;
  const now = low(cpu, L.S_RFLAGS);
  const iopl = (now & IOPL) >> 12;
  const always = CF | PF | AF | ZF | SF | TF | DF | OF | NT | RF | AC | ID;
  const mask = always | (cpl(cpu) === 0 ? IOPL | VIF | VIP : 0) | (cpl(cpu) <= iopl ? IF : 0);
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
