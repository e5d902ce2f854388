/**
 * Delivery of exceptions, software interrupts, external interrupts and NMIs through the IDT in 64-bit mode (SDM vol. 3, 6.12 to 6.15;
 * vol. 2, INT n). All checks and all translations come first, then the frame is written and the state changes: an event that can't be
 * delivered has changed nothing, and becomes another one, a double fault, or a shutdown (vol. 3, 6.15, table 6-5).
 */
import * as L from '../engine/layout.ts';
import { RFLAGS, SEGMENT } from '../isa/insn.ts';
import {
  ATTRIBUTE,
  attributesOf,
  dplOf,
  gateOffset,
  gateSelector,
  isCode,
  isConforming,
  isNull,
  isPresent,
  SEGMENT_TYPE,
  SYSTEM_TYPE,
  typeOf,
} from './descriptors.ts';
import { writeCode } from './far-transfer.ts';
import { isObserved, note, noteLevel } from './monitor.ts';
import { IMPLICIT, SUPERVISOR } from './paging.ts';
import { type Found, lookUp, planMark, selectorIn, writeCpl, writeNullStack } from './segments.ts';
import { readInnerStack, readInterruptStack, stackFault } from './stack.ts';
import {
  type Cpu,
  carried,
  cpl,
  cr,
  high,
  isCanonicalHigh,
  join,
  low,
  type Quad,
  read64,
  word,
  writeHalves,
} from './state.ts';
import { EXCEPTIONS, type Fault, faultName, VECTOR } from './stop.ts';
import { commitWrites, isFault, newPlan, type Plan, planRow, type Refusal, readMemory } from './system-access.ts';

export interface Event {
  readonly vector: number;
  /**
   * `fault`: an exception reported at the instruction, which sets RF in the frame; `trap`: after it, as single-step #DB is;
   * `software`: INT n, INT3 (the gate's DPL counts); `privileged-software`: INT1; `external`: interrupts and NMIs.
   */
  readonly kind: 'fault' | 'trap' | 'software' | 'privileged-software' | 'external';
  readonly error?: number;
  /** What the frame returns to where that is not where RIP is: behind a software interrupt. */
  readonly next?: Quad;
  /** Why, for reports. */
  readonly detail: string;
}

export type Outcome =
  /** RIP is at the handler of `vector`, which is another one when the event itself couldn't be delivered. */
  | { readonly kind: 'delivered'; readonly vector: number }
  /** No double fault could be delivered either: the CPU stops until it is reset (SDM vol. 3, 6.15). */
  | { readonly kind: 'shutdown'; readonly fault: Fault };

/** RIP in the state block is at the instruction that faults when the event can't be delivered. */
export function deliver(cpu: Cpu, event: Event): Outcome {
  const { vector, error, next } = event;
  if (
    next === undefined &&
    event.kind !== 'software' &&
    cpu.engine.deliver(vector, error ?? -1, goesOn(cpu, event.kind))
  )
    return { kind: 'delivered', vector };
  let current = event;
  for (;;) {
    // What an attempt that failed has met is no trap.
    cpu.met = 0;
    const fault = isObserved(cpu) ? notedAttempt(cpu, current) : attempt(cpu, current);
    if (!fault) return { kind: 'delivered', vector: current.vector };
    if (current.vector === VECTOR.DF && classOf(fault.vector) !== 'benign') return { kind: 'shutdown', fault };
    current = becomesDoubleFault(current, fault) ? doubleFault(current, fault) : { ...fault, kind: 'fault' };
  }
}

function notedAttempt(cpu: Cpu, event: Event): Fault | undefined {
  const interrupted = {
    cpl: cpl(cpu),
    cs: selectorIn(cpu, SEGMENT.CS),
    rsp: read64(cpu, L.S_RSP),
    ss: selectorIn(cpu, SEGMENT.SS),
    rip: event.next ? join(event.next.low, event.next.high) : read64(cpu, L.S_RIP),
    cr2: read64(cpu, cr(2)),
  };
  const failure = attempt(cpu, event);
  note(cpu, { kind: 'event', event, ...interrupted, failure });
  noteLevel(cpu);
  return failure;
}

/** SDM vol. 3, table 6-4. Interrupts are benign whatever their vector. */
const classOf = (vector: number) => EXCEPTIONS.find((e) => e.vector === vector)?.class ?? 'benign';

const isException = ({ kind }: Event): boolean => kind === 'fault' || kind === 'trap';

function becomesDoubleFault(first: Event, { vector }: Fault): boolean {
  const before = isException(first) ? classOf(first.vector) : 'benign';
  const after = classOf(vector);
  if (before === 'contributory') return after === 'contributory';
  return before === 'page-fault' && (after === 'contributory' || after === 'page-fault');
}

const doubleFault = (first: Event, second: Fault): Event => ({
  vector: VECTOR.DF,
  kind: 'fault',
  error: 0,
  detail: `${faultName(second.vector)} (${second.detail}) while delivering ${faultName(first.vector)} (${first.detail})`,
});

/** EXT: the program did not ask for the event that couldn't be delivered (SDM vol. 3, 6.13). */
const extOf = ({ kind }: Event): number => (kind === 'software' ? 0 : 1);

const GATE_BYTES = 16;
/** In the error code: the index is one of the IDT. */
const IDT = 2;

function attempt(cpu: Cpu, event: Event): Fault | undefined {
  const gate = readGate(cpu, event);
  if (isFault(gate)) return gate;
  const ext = extOf(event);
  const code = handlerCode(cpu, gate.selector, ext);
  if (isFault(code)) return code;
  const level = isConforming(code.attributes) ? cpl(cpu) : dplOf(code.attributes);
  const inner = level !== cpl(cpu);
  const top = handlerStack(cpu, gate.ist, level, ext);
  if (isFault(top)) return top;
  const bytes = 8 * (event.error === undefined ? 5 : 6);
  // The selector is that of the new SS (null on an inner level) where the stack is switched (SDM vol. 2, INT n).
  const selector = !inner && gate.ist !== 0 ? selectorIn(cpu, SEGMENT.SS) & 0xfffc : 0;
  const plan = newPlan(cpu);
  const fault =
    stackFault(cpu, top, bytes, selector | ext) ??
    handlerFault(cpu, gate, ext) ??
    planFrame(cpu, plan, top, event) ??
    planMark(cpu, plan, code, SEGMENT_TYPE.ACCESSED);
  if (fault) return fault;
  commitWrites(cpu, plan);
  writeHalves(cpu, L.S_RSP, top.low, top.high);
  writeHalves(cpu, L.S_RIP, gate.offsetLow, gate.offsetHigh);
  if (inner) writeNullStack(cpu, level, level);
  writeCode(cpu, code, level);
  enterHandler(cpu, typeOf(gate.attributes) === SYSTEM_TYPE.INTERRUPT_GATE);
  writeCpl(cpu, level);
  return undefined;
}

interface IdtGate {
  readonly selector: number;
  readonly offsetLow: number;
  readonly offsetHigh: number;
  readonly attributes: number;
  /** 0: none. */
  readonly ist: number;
}

/** The gate of an event, with the checks of SDM vol. 3, 6.12.1.2 and vol. 2, INT n. */
function readGate(cpu: Cpu, event: Event): IdtGate | Fault {
  const { vector, kind } = event;
  const error = (vector << 3) | IDT | extOf(event);
  const offset = vector * GATE_BYTES;
  if (offset + GATE_BYTES - 1 > cpu.engine.u32[word(L.S_IDTR + 8)]!)
    return gpAt(error, `the IDT ends before vector ${vector}`);
  const refusal = { vector: VECTOR.GP, error };
  const { loaded } = cpu.system;
  const first = readIdt(cpu, offset, refusal);
  if (first) return first;
  const [firstLow, firstHigh] = [loaded.low, loaded.high];
  const second = readIdt(cpu, offset + 8, refusal);
  if (second) return second;
  const attributes = attributesOf(firstHigh);
  const type = attributes & (ATTRIBUTE.TYPE | ATTRIBUTE.S);
  if (type !== SYSTEM_TYPE.INTERRUPT_GATE && type !== SYSTEM_TYPE.TRAP_GATE)
    return gpAt(error, `vector ${vector} has neither an interrupt nor a trap gate`);
  if (kind === 'software' && dplOf(attributes) < cpl(cpu))
    return gpAt(error, `the gate of vector ${vector} has a DPL below the CPL (SDM vol. 3, 6.12.1.2)`);
  if (!isPresent(attributes))
    return { vector: VECTOR.NP, error, detail: `the gate of vector ${vector} is not present` };
  return {
    selector: gateSelector(firstLow),
    offsetLow: gateOffset(firstLow, firstHigh),
    offsetHigh: loaded.low,
    attributes,
    ist: firstHigh & 7,
  };
}

/** Eight bytes of the IDT, into `cpu.system.loaded`. */
function readIdt(cpu: Cpu, offset: number, refusal: Refusal): Fault | undefined {
  const [baseLow, baseHigh] = [low(cpu, L.S_IDTR), high(cpu, L.S_IDTR)];
  return readMemory(cpu, (baseLow + offset) | 0, carried(baseLow, baseHigh, offset), 8, IMPLICIT, refusal);
}

const handlerFault = (cpu: Cpu, { offsetHigh }: IdtGate, ext: number): Fault | undefined =>
  isCanonicalHigh(cpu, offsetHigh) ? undefined : gpAt(ext, 'the handler is at a non-canonical address');

const gpAt = (error: number, detail: string): Fault => ({ vector: VECTOR.GP, error, detail });

/** The handler's code segment: 64-bit code, at the CPL or further in. */
function handlerCode(cpu: Cpu, selector: number, ext: number): Found | Fault {
  const error = (selector & 0xfffc) | ext;
  if (isNull(selector)) return gpAt(ext, 'the selector in the gate is null');
  const code = lookUp(cpu, selector);
  if (code === undefined) return gpAt(error, 'the selector in the gate is beyond its descriptor table');
  if (isFault(code)) return external(code, ext);
  const { attributes } = code;
  if (!isCode(attributes) || dplOf(attributes) > cpl(cpu))
    return gpAt(error, 'the selector in the gate is not for code of this privilege');
  if (!isPresent(attributes)) return { vector: VECTOR.NP, error, detail: 'the handler’s code segment is not present' };
  if (!(attributes & ATTRIBUTE.L) || attributes & ATTRIBUTE.DB)
    return gpAt(error, 'the selector in the gate is not for 64-bit code');
  return code;
}

/** With EXT in the error code, but for that of a page fault. */
const external = (fault: Fault, ext: number): Fault =>
  fault.vector === VECTOR.PF ? fault : { ...fault, error: (fault.error ?? 0) | ext };

/** Where the frame ends, aligned to 16 bytes (SDM vol. 3, 6.14.2). */
function handlerStack(cpu: Cpu, ist: number, level: number, ext: number): Quad | Fault {
  if (ist === 0 && level === cpl(cpu)) return { low: low(cpu, L.S_RSP) & ~15, high: high(cpu, L.S_RSP) };
  const unread = ist !== 0 ? readInterruptStack(cpu, ist, ext) : readInnerStack(cpu, level);
  if (unread) return external(unread, ext);
  const { loaded } = cpu.system;
  return { low: loaded.low & ~15, high: loaded.high };
}

/**
 * An instruction that goes on afterwards has RF in its frame: one that faulted, or a REP that an interrupt found with iterations left
 * (SDM vol. 3, 17.3.1.1, which has it so for debug traps too; a Zen 4 leaves it clear there, and so does Bochs).
 */
const goesOn = (cpu: Cpu, kind: Event['kind']): boolean =>
  kind === 'fault' || (kind === 'external' && cpu.engine.u32[word(L.S_REPEATING)] !== 0);

/** SS, RSP, RFLAGS, CS, RIP, and the error code where the vector has one, below `top`, which becomes the handler's RSP. */
function planFrame(cpu: Cpu, plan: Plan, top: Quad, { kind, error, next }: Event): Fault | undefined {
  const { row } = cpu.system;
  row[0] = selectorIn(cpu, SEGMENT.SS);
  row[1] = 0;
  row[2] = low(cpu, L.S_RSP);
  row[3] = high(cpu, L.S_RSP);
  row[4] = low(cpu, L.S_RFLAGS) | (goesOn(cpu, kind) ? RFLAGS.RF : 0);
  row[5] = 0;
  row[6] = selectorIn(cpu, SEGMENT.CS);
  row[7] = 0;
  row[8] = next ? next.low : low(cpu, L.S_RIP);
  row[9] = next ? next.high : high(cpu, L.S_RIP);
  row[10] = error ?? 0;
  row[11] = 0;
  return planRow(cpu, plan, top, error === undefined ? 5 : 6, SUPERVISOR);
}

/** SDM vol. 3, 6.12.1.3. */
function enterHandler(cpu: Cpu, masks: boolean): void {
  const { TF, NT, RF, VM, IF } = RFLAGS;
  cpu.engine.i32[word(L.S_RFLAGS)] = low(cpu, L.S_RFLAGS) & ~(TF | NT | RF | VM | (masks ? IF : 0));
}
