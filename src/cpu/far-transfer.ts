/**
 * Far JMP, CALL and RET in IA-32e mode (SDM vol. 2; vol. 3, 5.8): to code of the same privilege, through 64-bit call gates to the same
 * or an inner one, and back out; from and to compatibility mode, too. Each function makes the checks in the manual's order, plans
 * its stores, and commits last.
 */
import { truncate, u64 } from '../base/u64.ts';
import * as L from '../engine/layout.ts';
import { SEGMENT } from '../isa/insn.ts';
import {
  ATTRIBUTE,
  dplOf,
  type Gate,
  isCode,
  isConforming,
  isNull,
  isPresent,
  isSystem,
  parseDescriptor,
  parseGate,
  rplOf,
  SEGMENT_TYPE,
  SYSTEM_TYPE,
  selectorError,
  typeOf,
} from './descriptors.ts';
import { IMPLICIT, SUPERVISOR } from './paging.ts';
import {
  absent,
  attributesIn,
  cacheOf,
  deniedAsStack,
  type Found,
  find,
  findUpper,
  logicalAddress,
  nullStack,
  planMark,
  readSegment,
  refuse,
  type Segment,
  selectorIn,
  setNull,
  TR,
  writeCpl,
  writeSegment,
} from './segments.ts';
import { CODE_MODE, type Cpu, codeMode, cpl, isCanonicalAddress, isLongMode, read64, write64 } from './state.ts';
import { type Fault, gp, VECTOR } from './stop.ts';
import { commitWrites, isFault, type PlannedWrite, planWrite, readMemory, STACK_REFUSAL } from './system-access.ts';

export interface FarTransfer {
  readonly kind: 'jmp' | 'call' | 'ret';
  /** Operand size. */
  readonly width: 2 | 4 | 8;
  readonly selector: number;
  readonly offset: bigint;
  /** RET: bytes to release beyond what it pops. */
  readonly release: number;
  /** The address after the instruction, which CALL pushes. */
  readonly next: bigint;
}

/** The new RIP, once everything else is done. */
export type Transferred = bigint | Fault;

export function transferFar(cpu: Cpu, transfer: FarTransfer): Transferred {
  if (transfer.kind === 'ret') return farReturn(cpu, transfer);
  const { selector, kind } = transfer;
  if (isNull(selector)) return gp(`far ${kind} with a null selector (SDM vol. 2)`);
  const found = find(cpu, selector);
  if (isFault(found)) return found;
  if (isCode(found.attributes)) return toSegment(cpu, transfer, found);
  if (isSystem(found.attributes) && typeOf(found.attributes) === SYSTEM_TYPE.CALL_GATE)
    return throughGate(cpu, transfer, found);
  return refuse(selector, 'neither code nor a 64-bit call gate');
}

export const isLong = (attributes: number): boolean => (attributes & ATTRIBUTE.L) !== 0;
const isImpossible = (attributes: number): boolean => isLong(attributes) && (attributes & ATTRIBUTE.DB) !== 0;

const rsp = (cpu: Cpu): bigint => read64(cpu, L.S_RSP);

// JMP and CALL

function toSegment(cpu: Cpu, transfer: FarTransfer, found: Found): Transferred {
  const { selector, attributes } = found;
  if (isImpossible(attributes)) return refuse(selector, 'code with both L and D');
  const denied = isConforming(attributes)
    ? dplOf(attributes) > cpl(cpu)
    : rplOf(selector) > cpl(cpu) || dplOf(attributes) !== cpl(cpu);
  if (denied) return refuse(selector, 'the code has another privilege');
  if (!isPresent(attributes)) return absent(selector);
  return sameLevel(cpu, transfer, found, truncate(transfer.offset, transfer.width));
}

/** To code at the present CPL, with a return address of `width` for a CALL. */
function sameLevel(
  cpu: Cpu,
  { kind, width, next }: Pick<FarTransfer, 'kind' | 'width' | 'next'>,
  code: Found,
  target: bigint,
): Transferred {
  const pushed = kind === 'call' ? [BigInt(selectorIn(cpu, SEGMENT.CS)), next] : [];
  const plan: PlannedWrite[] = [];
  const top = rsp(cpu);
  const fault =
    stackFault(cpu, top, pushed.length * width) ??
    targetFault(cpu, target, code) ??
    planOwnPushes(cpu, plan, pushed, width) ??
    planMark(cpu, plan, code, SEGMENT_TYPE.ACCESSED);
  if (fault) return fault;
  commitWrites(cpu, plan);
  moveStack(cpu, -pushed.length * width);
  writeSegment(cpu, SEGMENT.CS, codeAt(code, cpl(cpu)));
  return target;
}

/** The RPL in CS is the CPL. */
export const codeAt = (code: Found, level: number): Segment => cacheOf(code, (code.selector & ~3) | level);

interface Pushes {
  /** RSP before. */
  readonly top: bigint;
  readonly width: 2 | 4 | 8;
  /** In the order of the pushes, downwards. */
  readonly values: readonly bigint[];
  readonly rights: number;
}

/** Plans pushes below `top`. */
export function planPushes(cpu: Cpu, plan: PlannedWrite[], { top, width, values, rights }: Pushes): Fault | undefined {
  let linear = top;
  for (const value of values) {
    linear = u64(linear - BigInt(width));
    const fault = planWrite(cpu, plan, { linear, width, value }, rights, STACK_REFUSAL);
    if (fault) return fault;
  }
  return undefined;
}

/** Plans pushes on the present stack: in compatibility mode through SS. */
function planOwnPushes(cpu: Cpu, plan: PlannedWrite[], values: readonly bigint[], width: 2 | 4 | 8): Fault | undefined {
  for (const [i, value] of values.entries()) {
    const linear = stackLinear(cpu, -(i + 1) * width, width, 'write');
    if (isFault(linear)) return linear;
    const fault = planWrite(cpu, plan, { linear, width, value }, 0, STACK_REFUSAL);
    if (fault) return fault;
  }
  return undefined;
}

const stackBits = (cpu: Cpu): number => (isLongMode(cpu) ? 64 : codeMode(cpu) & CODE_MODE.NARROW_STACK ? 16 : 32);

/** The linear address at a distance from the stack pointer. */
export function stackLinear(cpu: Cpu, distance: number, width: number, access: 'read' | 'write'): bigint | Fault {
  const offset = BigInt.asUintN(stackBits(cpu), rsp(cpu) + BigInt(distance));
  if (isLongMode(cpu)) return offset;
  const linear = logicalAddress(cpu, { segment: SEGMENT.SS, offset: Number(offset), width, access });
  return typeof linear === 'number' ? BigInt(linear) : linear;
}

/** A value on the stack, at a distance from the stack pointer. */
export function readStack(cpu: Cpu, distance: number, width: number): bigint | Fault {
  const linear = stackLinear(cpu, distance, width, 'read');
  return isFault(linear) ? linear : readMemory(cpu, linear, width, 0, STACK_REFUSAL);
}

/** Adds to the stack pointer: RSP, ESP or SP. */
export function moveStack(cpu: Cpu, distance: number): void {
  const bits = stackBits(cpu);
  const moved = BigInt.asUintN(bits, rsp(cpu) + BigInt(distance));
  write64(cpu, L.S_RSP, bits === 16 ? (rsp(cpu) & ~0xffffn) | moved : moved);
}

/** #SS(error) unless the `bytes` below `top` have canonical addresses. */
export function stackFault(cpu: Cpu, top: bigint, bytes: number, error = 0): Fault | undefined {
  if (bytes === 0 || (isCanonicalAddress(cpu, u64(top - 1n)) && isCanonicalAddress(cpu, u64(top - BigInt(bytes)))))
    return undefined;
  return { ...STACK_REFUSAL, error, detail: 'the stack is not canonical (SDM vol. 1, 3.3.7.1)' };
}

/** #GP(0) unless the target is canonical, or within the limit of a code segment of compatibility mode. */
export function targetFault(cpu: Cpu, target: bigint, { low, attributes }: Found): Fault | undefined {
  if (isLong(attributes))
    return isCanonicalAddress(cpu, target) ? undefined : gp('far transfer to a non-canonical address (SDM vol. 2)');
  const within = target <= BigInt(parseDescriptor(low).limit);
  return within ? undefined : gp('far transfer beyond the limit of the code segment (SDM vol. 2)');
}

// Gates

function throughGate(cpu: Cpu, transfer: FarTransfer, found: Found): Transferred {
  const { selector, attributes } = found;
  if (dplOf(attributes) < Math.max(cpl(cpu), rplOf(selector)))
    return refuse(selector, 'the DPL of the gate is below the CPL or the RPL');
  if (!isPresent(attributes)) return absent(selector);
  const high = findUpper(cpu, found);
  if (isFault(high)) return high;
  const gate = parseGate(found.low, high);
  const code = codeBehind(cpu, gate, transfer.kind);
  if (isFault(code)) return code;
  if (transfer.kind === 'call' && !isConforming(code.attributes) && dplOf(code.attributes) < cpl(cpu))
    return innerLevel(cpu, gate, code, transfer.next);
  // A 64-bit gate pushes eight bytes whatever the operand size.
  return sameLevel(cpu, { ...transfer, width: 8 }, code, gate.offset);
}

/** The code segment of a gate, which can't lead outwards; JMP can't lead inwards either. */
function codeBehind(cpu: Cpu, { selector }: Gate, kind: FarTransfer['kind']): Found | Fault {
  if (isNull(selector)) return gp('the selector in the call gate is null');
  const code = find(cpu, selector);
  if (isFault(code)) return code;
  const { attributes } = code;
  if (!isCode(attributes)) return refuse(selector, 'the selector in the call gate is not for code');
  const level = dplOf(attributes);
  if (level > cpl(cpu) || (kind === 'jmp' && !isConforming(attributes) && level !== cpl(cpu)))
    return refuse(selector, 'the code behind the call gate has another privilege');
  if (!isLong(attributes) || isImpossible(attributes)) return refuse(selector, 'the call gate leads to no 64-bit code');
  return isPresent(attributes) ? code : absent(selector);
}

/** RSP0 … RSP2 in a 64-bit TSS, SDM vol. 3, figure 8-11. */
const RSP0 = 4;

/** CALL to an inner level: its stack pointer from the TSS, a null SS, and the old stack and return address pushed. */
function innerLevel(cpu: Cpu, gate: Gate, code: Found, next: bigint): Transferred {
  const level = dplOf(code.attributes);
  const top = innerStack(cpu, level);
  if (isFault(top)) return top;
  const values = [BigInt(selectorIn(cpu, SEGMENT.SS)), rsp(cpu), BigInt(selectorIn(cpu, SEGMENT.CS)), next];
  const plan: PlannedWrite[] = [];
  const fault =
    stackFault(cpu, top, 32) ??
    targetFault(cpu, gate.offset, code) ??
    planPushes(cpu, plan, { top, width: 8, values, rights: SUPERVISOR }) ??
    planMark(cpu, plan, code, SEGMENT_TYPE.ACCESSED);
  if (fault) return fault;
  commitWrites(cpu, plan);
  write64(cpu, L.S_RSP, u64(top - 32n));
  writeSegment(cpu, SEGMENT.SS, nullStack(level, level));
  writeSegment(cpu, SEGMENT.CS, codeAt(code, level));
  writeCpl(cpu, level);
  return gate.offset;
}

/** The stack pointer for a more privileged level. */
export function innerStack(cpu: Cpu, level: number): bigint | Fault {
  const { selector, base, limit } = readSegment(cpu, TR);
  const refusal = { vector: VECTOR.TS, error: selectorError(selector) };
  const offset = RSP0 + 8 * level;
  if (offset + 7 > limit) return { ...refusal, detail: `the TSS ends before RSP${level} (SDM vol. 3, 8.7)` };
  return readMemory(cpu, base + BigInt(offset), 8, IMPLICIT, refusal);
}

// RET

/** The selector and the offset have been popped already, RSP is still where it was. */
function farReturn(cpu: Cpu, transfer: FarTransfer): Transferred {
  const { selector } = transfer;
  const level = rplOf(selector);
  // AMD's CPUs pop the outer stack before they look at the selector (APM vol. 3, RET far); Intel's afterwards.
  const early = cpu.model.vendor === 'amd' && level !== cpl(cpu) ? popOuterStack(cpu, transfer) : undefined;
  if (isFault(early)) return early;
  const code = returnCode(cpu, selector);
  if (isFault(code)) return code;
  if (level > cpl(cpu)) return toOuterLevel(cpu, transfer, code, early);
  const plan: PlannedWrite[] = [];
  const fault = targetFault(cpu, transfer.offset, code) ?? planMark(cpu, plan, code, SEGMENT_TYPE.ACCESSED);
  if (fault) return fault;
  commitWrites(cpu, plan);
  moveStack(cpu, poppedBytes(transfer));
  writeSegment(cpu, SEGMENT.CS, codeAt(code, level));
  return transfer.offset;
}

/** Return address and selector, and what the immediate releases. */
const poppedBytes = ({ width, release }: FarTransfer): number => 2 * width + release;

/** The code segment that a far RET may return to: at the privilege that the selector requests, not an inner one. */
export function returnCode(cpu: Cpu, selector: number): Found | Fault {
  if (isNull(selector)) return gp('far return with a null selector (SDM vol. 2)');
  const code = find(cpu, selector);
  if (isFault(code)) return code;
  const { attributes } = code;
  const level = rplOf(selector);
  if (!isCode(attributes)) return refuse(selector, 'the return selector is not for code');
  if (isImpossible(attributes)) return refuse(selector, 'code with both L and D');
  if (level < cpl(cpu)) return refuse(selector, 'a return to an inner privilege');
  if (isConforming(attributes) ? dplOf(attributes) > level : dplOf(attributes) !== level)
    return refuse(selector, 'the DPL of the code does not fit the RPL');
  return isPresent(attributes) ? code : absent(selector);
}

interface OuterStack {
  readonly selector: number;
  readonly pointer: bigint;
}

function popOuterStack(cpu: Cpu, transfer: FarTransfer): OuterStack | Fault {
  const { width } = transfer;
  const at = poppedBytes(transfer);
  const selector = readStack(cpu, at + width, width);
  if (isFault(selector)) return selector;
  const pointer = readStack(cpu, at, width);
  return isFault(pointer) ? pointer : { selector: Number(selector & 0xffffn), pointer };
}

function toOuterLevel(cpu: Cpu, transfer: FarTransfer, code: Found, early: OuterStack | undefined): Transferred {
  const level = rplOf(code.selector);
  const popped = early ?? popOuterStack(cpu, transfer);
  if (isFault(popped)) return popped;
  const stack = outerStack(cpu, popped.selector, level, isLong(code.attributes));
  if (isFault(stack)) return stack;
  const plan: PlannedWrite[] = [];
  const fault =
    targetFault(cpu, transfer.offset, code) ??
    planMark(cpu, plan, code, SEGMENT_TYPE.ACCESSED) ??
    (stack.found && planMark(cpu, plan, stack.found, SEGMENT_TYPE.ACCESSED));
  if (fault) return fault;
  commitWrites(cpu, plan);
  write64(cpu, L.S_RSP, u64(popped.pointer + BigInt(transfer.release)));
  writeSegment(cpu, SEGMENT.SS, stack.segment);
  writeSegment(cpu, SEGMENT.CS, codeAt(code, level));
  leaveInnerLevel(cpu, level);
  return transfer.offset;
}

/** SS on the way to an outer level; a null one serves 64-bit code below CPL 3. */
export function outerStack(
  cpu: Cpu,
  selector: number,
  level: number,
  long: boolean,
): { readonly segment: Segment; readonly found?: Found } | Fault {
  if (isNull(selector)) {
    if (level === 3 || !long) return gp(`return to CPL ${level} with a null SS (SDM vol. 2)`);
    return { segment: nullStack(selector, level) };
  }
  const found = find(cpu, selector);
  if (isFault(found)) return found;
  const denied = deniedAsStack(found, level);
  return denied ?? { segment: cacheOf(found, selector), found };
}

/** The new CPL; data segments that it may not use are taken away (SDM vol. 2, RET). */
export function leaveInnerLevel(cpu: Cpu, level: number): void {
  writeCpl(cpu, level);
  for (const n of [SEGMENT.ES, SEGMENT.DS, SEGMENT.FS, SEGMENT.GS]) {
    const attributes = attributesIn(cpu, n);
    if (attributes & ATTRIBUTE.UNUSABLE || isConforming(attributes) || dplOf(attributes) >= level) continue;
    setNull(cpu, n, 0);
  }
}
