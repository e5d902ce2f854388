/**
 * Delivery of exceptions, software interrupts, external interrupts and NMIs through the IDT in 64-bit mode (SDM vol. 3, 6.12 to 6.15;
 * vol. 2, INT n). All checks and all translations come first, then the frame is written and the state changes: an event that can't be
 * delivered has changed nothing, and becomes another one, a double fault, or a shutdown (vol. 3, 6.15, table 6-5).
 */
import { u64 } from '../base/u64.ts';
import * as L from '../engine/layout.ts';
import { RFLAGS, SEGMENT } from '../isa/insn.ts';
import {
  ATTRIBUTE,
  dplOf,
  isCode,
  isConforming,
  isNull,
  isPresent,
  parseGate,
  SEGMENT_TYPE,
  SYSTEM_TYPE,
  typeOf,
} from './descriptors.ts';
import { innerStack, planPushes, stackFault } from './far-transfer.ts';
import type { EventRecord } from './observe.ts';
import { IMPLICIT, SUPERVISOR } from './paging.ts';
import {
  cacheOf,
  type Found,
  lookUp,
  nullStack,
  planMark,
  readSegment,
  readTable,
  selectorIn,
  TR,
  writeCpl,
  writeSegment,
} from './segments.ts';
import { type Cpu, cpl, cr, isCanonicalAddress, low, read64, word, write64 } from './state.ts';
import { EXCEPTIONS, type Fault, faultName, VECTOR } from './stop.ts';
import { commitWrites, isFault, type PlannedWrite, readMemory } from './system-access.ts';

export interface Event {
  readonly vector: number;
  /**
   * `fault`: an exception reported at the instruction, which sets RF in the frame; `trap`: after it, as single-step #DB is;
   * `software`: INT n, INT3 (the gate's DPL counts); `privileged-software`: INT1; `external`: interrupts and NMIs.
   */
  readonly kind: 'fault' | 'trap' | 'software' | 'privileged-software' | 'external';
  readonly error?: number;
  /** What the frame returns to: the instruction of a fault, the next one of a trap. */
  readonly rip: bigint;
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
  let current = event;
  for (;;) {
    // What an attempt that failed has met is no trap.
    cpu.met = 0;
    const fault = cpu.eventLog ? loggedAttempt(cpu, cpu.eventLog, current) : attempt(cpu, current);
    if (!fault) return { kind: 'delivered', vector: current.vector };
    if (current.vector === VECTOR.DF && classOf(fault.vector) !== 'benign') return { kind: 'shutdown', fault };
    const rip = read64(cpu, L.S_RIP);
    current = becomesDoubleFault(current, fault) ? doubleFault(current, fault, rip) : { ...fault, kind: 'fault', rip };
  }
}

function loggedAttempt(cpu: Cpu, log: EventRecord[], event: Event): Fault | undefined {
  const interrupted = {
    cpl: cpl(cpu),
    cs: selectorIn(cpu, SEGMENT.CS),
    rsp: read64(cpu, L.S_RSP),
    ss: selectorIn(cpu, SEGMENT.SS),
    cr2: read64(cpu, cr(2)),
  };
  const failure = attempt(cpu, event);
  log.push({ kind: 'event', event, ...interrupted, failure });
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

const doubleFault = (first: Event, second: Fault, rip: bigint): Event => ({
  vector: VECTOR.DF,
  kind: 'fault',
  error: 0,
  rip,
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
  const top = handlerStack(cpu, gate.ist, level, ext);
  if (isFault(top)) return top;
  const values = frame(cpu, event);
  const plan: PlannedWrite[] = [];
  const pushes = { top, width: 8, values, rights: SUPERVISOR } as const;
  const inner = level !== cpl(cpu);
  // The selector is that of the new SS (null on an inner level) where the stack is switched (SDM vol. 2, INT n).
  const selector = !inner && gate.ist !== 0 ? selectorIn(cpu, SEGMENT.SS) & 0xfffc : 0;
  const fault =
    stackFault(cpu, top, 8 * values.length, selector | ext) ??
    handlerFault(cpu, gate.offset, ext) ??
    planPushes(cpu, plan, pushes) ??
    planMark(cpu, plan, code, SEGMENT_TYPE.ACCESSED);
  if (fault) return fault;
  commitWrites(cpu, plan);
  write64(cpu, L.S_RSP, u64(top - BigInt(8 * values.length)));
  write64(cpu, L.S_RIP, gate.offset);
  if (inner) writeSegment(cpu, SEGMENT.SS, nullStack(level, level));
  writeSegment(cpu, SEGMENT.CS, cacheOf(code, (gate.selector & ~3) | level));
  enterHandler(cpu, typeOf(gate.attributes) === SYSTEM_TYPE.INTERRUPT_GATE);
  writeCpl(cpu, level);
  return undefined;
}

interface IdtGate {
  readonly selector: number;
  readonly offset: bigint;
  readonly attributes: number;
  /** 0: none. */
  readonly ist: number;
}

/** The gate of an event, with the checks of SDM vol. 3, 6.12.1.2 and vol. 2, INT n. */
function readGate(cpu: Cpu, event: Event): IdtGate | Fault {
  const { vector, kind } = event;
  const error = (vector << 3) | IDT | extOf(event);
  const { base, limit } = readTable(cpu, 'idt');
  const offset = vector * GATE_BYTES;
  if (offset + GATE_BYTES - 1 > limit) return gpAt(error, `the IDT ends before vector ${vector}`);
  const refusal = { vector: VECTOR.GP, error };
  const first = readMemory(cpu, base + BigInt(offset), 8, IMPLICIT, refusal);
  if (isFault(first)) return first;
  const second = readMemory(cpu, base + BigInt(offset + 8), 8, IMPLICIT, refusal);
  if (isFault(second)) return second;
  const gate = parseGate(first, second);
  const type = gate.attributes & (ATTRIBUTE.TYPE | ATTRIBUTE.S);
  if (type !== SYSTEM_TYPE.INTERRUPT_GATE && type !== SYSTEM_TYPE.TRAP_GATE)
    return gpAt(error, `vector ${vector} has neither an interrupt nor a trap gate`);
  if (kind === 'software' && dplOf(gate.attributes) < cpl(cpu))
    return gpAt(error, `the gate of vector ${vector} has a DPL below the CPL (SDM vol. 3, 6.12.1.2)`);
  if (!isPresent(gate.attributes))
    return { vector: VECTOR.NP, error, detail: `the gate of vector ${vector} is not present` };
  return { ...gate, ist: Number((first >> 32n) & 7n) };
}

const handlerFault = (cpu: Cpu, offset: bigint, ext: number): Fault | undefined =>
  isCanonicalAddress(cpu, offset) ? undefined : gpAt(ext, 'the handler is at a non-canonical address');

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

/** IST1 … IST7 in a 64-bit TSS, SDM vol. 3, figure 8-11. */
const IST1 = 36;

/** With EXT in the error code, but for that of a page fault. */
const external = (fault: Fault, ext: number): Fault =>
  fault.vector === VECTOR.PF ? fault : { ...fault, error: (fault.error ?? 0) | ext };

/** Where the frame ends, aligned to 16 bytes (SDM vol. 3, 6.14.2). */
function handlerStack(cpu: Cpu, ist: number, level: number, ext: number): bigint | Fault {
  const top = ist !== 0 ? istPointer(cpu, ist, ext) : level < cpl(cpu) ? innerStack(cpu, level) : read64(cpu, L.S_RSP);
  return isFault(top) ? external(top, ext) : top & ~0xfn;
}

function istPointer(cpu: Cpu, ist: number, ext: number): bigint | Fault {
  const { selector, base, limit } = readSegment(cpu, TR);
  const refusal = { vector: VECTOR.TS, error: (selector & 0xfffc) | ext };
  const offset = IST1 + 8 * (ist - 1);
  if (offset + 7 > limit) return { ...refusal, detail: `the TSS ends before IST${ist} (SDM vol. 3, 8.7)` };
  return readMemory(cpu, base + BigInt(offset), 8, IMPLICIT, refusal);
}

/**
 * An instruction that goes on afterwards has RF in its frame: one that faulted, or a REP that an interrupt found with iterations left
 * (SDM vol. 3, 17.3.1.1, which has it so for debug traps too; a Zen 4 leaves it clear there, and so does Bochs).
 */
const goesOn = (cpu: Cpu, kind: Event['kind']): boolean =>
  kind === 'fault' || (kind === 'external' && cpu.engine.u32[word(L.S_REPEATING)] !== 0);

/** SS, RSP, RFLAGS, CS, RIP, and the error code where the vector has one. */
function frame(cpu: Cpu, { kind, error, rip }: Event): bigint[] {
  const flags = BigInt(low(cpu, L.S_RFLAGS) >>> 0) | (goesOn(cpu, kind) ? BigInt(RFLAGS.RF) : 0n);
  const values = [
    BigInt(selectorIn(cpu, SEGMENT.SS)),
    read64(cpu, L.S_RSP),
    flags,
    BigInt(selectorIn(cpu, SEGMENT.CS)),
    rip,
  ];
  return error === undefined ? values : [...values, BigInt(error)];
}

/** SDM vol. 3, 6.12.1.3. */
function enterHandler(cpu: Cpu, masks: boolean): void {
  const { TF, NT, RF, VM, IF } = RFLAGS;
  cpu.engine.i32[word(L.S_RFLAGS)] = low(cpu, L.S_RFLAGS) & ~(TF | NT | RF | VM | (masks ? IF : 0));
}
