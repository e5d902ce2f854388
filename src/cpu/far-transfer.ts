/**
 * Far JMP, CALL and RET in IA-32e mode (SDM vol. 2; vol. 3, 5.8): to code of the same privilege, through 64-bit call gates to the same
 * or an inner one, and back out; from and to compatibility mode, too. Each function makes the checks in the manual's order, plans
 * its stores, and commits last.
 */
import * as L from '../engine/layout.ts';
import { SEGMENT } from '../isa/insn.ts';
import {
  ATTRIBUTE,
  dplOf,
  gateOffset,
  gateSelector,
  isCode,
  isConforming,
  isNull,
  isPresent,
  isSystem,
  limitOf,
  rplOf,
  SEGMENT_TYPE,
  SYSTEM_TYPE,
  typeOf,
} from './descriptors.ts';
import { refreshKey } from './fast-tlb.ts';
import { SUPERVISOR } from './paging.ts';
import {
  absent,
  attributesIn,
  deniedAsStack,
  type Found,
  find,
  findUpper,
  planMark,
  refuse,
  selectorIn,
  setNull,
  writeCpl,
  writeFound,
  writeNullStack,
} from './segments.ts';
import { moveStack, planOwnPush, readInnerStack, readStack, stackFault } from './stack.ts';
import { type Cpu, carried, cpl, isCanonicalHigh, type Quad, readQuad, writeHalves } from './state.ts';
import { type Fault, gp } from './stop.ts';
import { commitWrites, isFault, newPlan, type Plan, planRow } from './system-access.ts';

export interface FarTransfer {
  readonly kind: 'jmp' | 'call' | 'ret';
  /** Operand size. */
  readonly width: 2 | 4 | 8;
  readonly selector: number;
  readonly offset: Quad;
  /** RET: bytes to release beyond what it pops. */
  readonly release: number;
  /** The address after the instruction, which CALL pushes. */
  readonly next: Quad;
}

/** Once everything else is done, the new RIP is in `cpu.target`; or a fault, with nothing changed. */
export type Transferred = Fault | undefined;

/** The new RIP. */
export function arriveAt({ target }: Cpu, low: number, high: number): undefined {
  target.low = low;
  target.high = high;
}

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

// JMP and CALL

function toSegment(cpu: Cpu, transfer: FarTransfer, found: Found): Transferred {
  const { selector, attributes } = found;
  if (isImpossible(attributes)) return refuse(selector, 'code with both L and D');
  const denied = isConforming(attributes)
    ? dplOf(attributes) > cpl(cpu)
    : rplOf(selector) > cpl(cpu) || dplOf(attributes) !== cpl(cpu);
  if (denied) return refuse(selector, 'the code has another privilege');
  if (!isPresent(attributes)) return absent(selector);
  return sameLevel(cpu, transfer, found, narrowed(transfer.offset, transfer.width));
}

/** The value in `width` bytes. */
const narrowed = ({ low, high }: Quad, width: 2 | 4 | 8): Quad =>
  width === 8 ? { low, high } : { low: width === 4 ? low : low & 0xffff, high: 0 };

/** To code at the present CPL, with a return address of `width` for a CALL. */
function sameLevel(
  cpu: Cpu,
  { kind, width, next }: Pick<FarTransfer, 'kind' | 'width' | 'next'>,
  code: Found,
  target: Quad,
): Transferred {
  const pushed = kind === 'call' ? 2 : 0;
  const plan = newPlan(cpu);
  const fault =
    stackFault(cpu, readQuad(cpu, L.S_RSP), pushed * width) ??
    targetFault(cpu, target.low, target.high, code) ??
    (pushed ? planReturn(cpu, plan, width, next) : undefined) ??
    planMark(cpu, plan, code, SEGMENT_TYPE.ACCESSED);
  if (fault) return fault;
  commitWrites(cpu, plan);
  moveStack(cpu, -pushed * width);
  writeCode(cpu, code, cpl(cpu));
  refreshKey(cpu);
  return arriveAt(cpu, target.low, target.high);
}

/** What a CALL pushes: CS and the return address. */
const planReturn = (cpu: Cpu, plan: Plan, width: number, next: Quad): Fault | undefined =>
  planOwnPush(cpu, plan, 1, width, { low: selectorIn(cpu, SEGMENT.CS), high: 0 }) ??
  planOwnPush(cpu, plan, 2, width, next);

/** CS, with the CPL as its RPL; as `writeFound` leaves the key. */
export const writeCode = (cpu: Cpu, code: Found, level: number): void =>
  writeFound(cpu, SEGMENT.CS, code, (code.selector & ~3) | level);

/** #GP(0) unless the target is canonical, or within the limit of a code segment of compatibility mode. */
export function targetFault(
  cpu: Cpu,
  targetLow: number,
  targetHigh: number,
  { low, high, attributes }: Found,
): Fault | undefined {
  if (isLong(attributes))
    return isCanonicalHigh(cpu, targetHigh) ? undefined : gp('far transfer to a non-canonical address (SDM vol. 2)');
  const within = targetHigh === 0 && targetLow >>> 0 <= limitOf(low, high);
  return within ? undefined : gp('far transfer beyond the limit of the code segment (SDM vol. 2)');
}

// Gates

function throughGate(cpu: Cpu, transfer: FarTransfer, found: Found): Transferred {
  const { selector, attributes } = found;
  if (dplOf(attributes) < Math.max(cpl(cpu), rplOf(selector)))
    return refuse(selector, 'the DPL of the gate is below the CPL or the RPL');
  if (!isPresent(attributes)) return absent(selector);
  const upper = findUpper(cpu, found);
  if (upper) return upper;
  const offset = { low: gateOffset(found.low, found.high), high: cpu.system.loaded.low };
  const code = codeBehind(cpu, gateSelector(found.low), transfer.kind);
  if (isFault(code)) return code;
  if (transfer.kind === 'call' && !isConforming(code.attributes) && dplOf(code.attributes) < cpl(cpu))
    return innerLevel(cpu, offset, code, transfer.next);
  // A 64-bit gate pushes eight bytes whatever the operand size.
  return sameLevel(cpu, { ...transfer, width: 8 }, code, offset);
}

/** The code segment of a gate, which can't lead outwards; JMP can't lead inwards either. */
function codeBehind(cpu: Cpu, selector: number, kind: FarTransfer['kind']): Found | Fault {
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

/** CALL to an inner level: its stack pointer from the TSS, a null SS, and the old stack and return address pushed. */
function innerLevel(cpu: Cpu, target: Quad, code: Found, next: Quad): Transferred {
  const level = dplOf(code.attributes);
  const unread = readInnerStack(cpu, level);
  if (unread) return unread;
  const top = { ...cpu.system.loaded };
  const rsp = readQuad(cpu, L.S_RSP);
  cpu.system.row.set([
    selectorIn(cpu, SEGMENT.SS),
    0,
    rsp.low,
    rsp.high,
    selectorIn(cpu, SEGMENT.CS),
    0,
    next.low,
    next.high,
  ]);
  const plan = newPlan(cpu);
  const fault =
    stackFault(cpu, top, 32) ??
    targetFault(cpu, target.low, target.high, code) ??
    planRow(cpu, plan, top, 4, SUPERVISOR) ??
    planMark(cpu, plan, code, SEGMENT_TYPE.ACCESSED);
  if (fault) return fault;
  commitWrites(cpu, plan);
  writeHalves(cpu, L.S_RSP, top.low, top.high);
  writeNullStack(cpu, level, level);
  writeCode(cpu, code, level);
  writeCpl(cpu, level);
  return arriveAt(cpu, target.low, target.high);
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
  const { low, high } = transfer.offset;
  const plan = newPlan(cpu);
  const fault = targetFault(cpu, low, high, code) ?? planMark(cpu, plan, code, SEGMENT_TYPE.ACCESSED);
  if (fault) return fault;
  commitWrites(cpu, plan);
  moveStack(cpu, poppedBytes(transfer));
  writeCode(cpu, code, level);
  refreshKey(cpu);
  return arriveAt(cpu, low, high);
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
  readonly pointer: Quad;
}

function popOuterStack(cpu: Cpu, transfer: FarTransfer): OuterStack | Fault {
  const { width } = transfer;
  const at = poppedBytes(transfer);
  const { loaded } = cpu.system;
  const unread = readStack(cpu, at + width, width);
  if (unread) return unread;
  const selector = loaded.low & 0xffff;
  return readStack(cpu, at, width) ?? { selector, pointer: { ...loaded } };
}

function toOuterLevel(cpu: Cpu, transfer: FarTransfer, code: Found, early: OuterStack | undefined): Transferred {
  const level = rplOf(code.selector);
  const popped = early ?? popOuterStack(cpu, transfer);
  if (isFault(popped)) return popped;
  const { selector, pointer } = popped;
  const stack = outerStack(cpu, selector, level, isLong(code.attributes));
  if (isFault(stack)) return stack;
  const { low, high } = transfer.offset;
  const plan = newPlan(cpu);
  const fault =
    targetFault(cpu, low, high, code) ??
    planMark(cpu, plan, code, SEGMENT_TYPE.ACCESSED) ??
    (stack && planMark(cpu, plan, stack, SEGMENT_TYPE.ACCESSED));
  if (fault) return fault;
  commitWrites(cpu, plan);
  const { release } = transfer;
  writeHalves(cpu, L.S_RSP, (pointer.low + release) | 0, carried(pointer.low, pointer.high, release));
  writeOuterStack(cpu, stack, selector, level);
  writeCode(cpu, code, level);
  leaveInnerLevel(cpu, level);
  return arriveAt(cpu, low, high);
}

/** SS on the way to an outer level; undefined: a null one, which serves 64-bit code below CPL 3. */
export function outerStack(cpu: Cpu, selector: number, level: number, long: boolean): Found | Fault | undefined {
  if (isNull(selector))
    return level === 3 || !long ? gp(`return to CPL ${level} with a null SS (SDM vol. 2)`) : undefined;
  const found = find(cpu, selector);
  if (isFault(found)) return found;
  return deniedAsStack(found, level) ?? found;
}

/** As `writeFound` leaves the key. */
export function writeOuterStack(cpu: Cpu, stack: Found | undefined, selector: number, level: number): void {
  if (stack) writeFound(cpu, SEGMENT.SS, stack, selector);
  else writeNullStack(cpu, selector, level);
}

/** The new CPL; data segments that it may not use are taken away (SDM vol. 2, RET). */
export function leaveInnerLevel(cpu: Cpu, level: number): void {
  writeCpl(cpu, level);
  for (let n = 0; n < DATA_SEGMENTS.length; n++) {
    const segment = DATA_SEGMENTS[n]!;
    const attributes = attributesIn(cpu, segment);
    if (attributes & ATTRIBUTE.UNUSABLE || isConforming(attributes) || dplOf(attributes) >= level) continue;
    setNull(cpu, segment, 0);
  }
}

const DATA_SEGMENTS: readonly number[] = [SEGMENT.ES, SEGMENT.DS, SEGMENT.FS, SEGMENT.GS];
