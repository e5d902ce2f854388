/**
 * Events put in by the caller at the present boundary, as a hypervisor enters a guest with one (SDM vol. 3, 26.6), and what the CPU is
 * doing. What has to wait its turn comes by `raiseNmi`, `raiseInterrupt` and `raiseMachineCheck` (boundary.ts) instead.
 */
import * as L from '../engine/layout.ts';
import { raise } from './boundary.ts';
import type { Event } from './delivery.ts';
import { type Cpu, cr, read64, word, write64 } from './state.ts';
import { EXCEPTIONS, type FaultStop, type Stop, VECTOR } from './stop.ts';

export interface Injection {
  /** 0 … 255. */
  readonly vector: number;
  /**
   * `fault`: as if the instruction at RIP had raised it, RF in the frame; `trap`: after the one before; `software`: an INT n that
   * has just been executed; `interrupt`: external; `nmi`: blocks NMIs up to the next IRET.
   */
  readonly kind: 'fault' | 'trap' | 'software' | 'interrupt' | 'nmi';
  /** Of a fault whose vector has one (SDM vol. 3, table 6-1); 0 where it is left out. */
  readonly error?: number;
  /** Written to CR2 first. */
  readonly cr2?: bigint;
}

/**
 * Delivers the event now, whatever IF, shadows and blocked NMIs say; shadows and HLT end. Where events stop the run, the answer is the
 * stop that the event would have led to, and nothing else has changed. `undefined`: RIP is at a handler.
 */
export function injectEvent(cpu: Cpu, injection: Injection): Stop | undefined {
  const event = eventOf(injection);
  if (injection.cr2 !== undefined) write64(cpu, cr(2), injection.cr2);
  if (!cpu.delivers) return stopOf(event, injection, read64(cpu, L.S_RIP));
  if (injection.kind === 'nmi') cpu.engine.u32[word(L.S_NMI)] = cpu.engine.u32[word(L.S_NMI)]! | L.NMI_BLOCKED;
  return raise(cpu, event);
}

const detail = 'injected by the caller';

function eventOf({ vector, kind, error }: Injection): Event {
  if (kind === 'interrupt') return { vector, kind: 'external', detail };
  if (kind === 'nmi') return { vector: VECTOR.NMI, kind: 'external', detail };
  if (kind !== 'fault' || !hasErrorCode(vector)) return { vector, kind, detail };
  return { vector, kind, error: error ?? 0, detail };
}

const hasErrorCode = (vector: number): boolean => EXCEPTIONS.some((e) => e.vector === vector && e.errorCode);

function stopOf({ vector, error }: Event, { cr2 }: Injection, rip: bigint): FaultStop {
  return {
    kind: 'fault',
    vector,
    ...(error !== undefined && { error }),
    ...(cr2 !== undefined && { cr2 }),
    rip,
    detail,
  };
}

const ACTIVITIES = ['running', 'halted', 'shut down'] as const;
export type Activity = (typeof ACTIVITIES)[number];

/** Halted: until an event; shut down: until an NMI or a reset (SDM vol. 3, 6.15, interrupt 8). */
export const activity = (cpu: Cpu): Activity => ACTIVITIES[cpu.engine.u32[word(L.S_ACTIVITY)]!]!;

/** An NMI is being handled: the next waits for IRET (SDM vol. 3, 6.7.1). */
export const areNmisBlocked = (cpu: Cpu): boolean => (cpu.engine.u32[word(L.S_NMI)]! & L.NMI_BLOCKED) !== 0;

/** What holds events off until the next boundary: STI, and MOV or POP to SS (SDM vol. 3, 6.8.3). */
export function eventShadows(cpu: Cpu): readonly ('STI' | 'MOV SS')[] {
  const held = cpu.engine.u32[word(L.S_SHADOW)]!;
  return [...(held & L.SHADOW_STI ? (['STI'] as const) : []), ...(held & L.SHADOW_SS ? (['MOV SS'] as const) : [])];
}

/** The vector that `raiseInterrupt` left and nobody has taken yet. */
export function pendingInterrupt(cpu: Cpu): number | undefined {
  const held = cpu.engine.u32[word(L.S_INTERRUPT)]!;
  return held === 0 ? undefined : held & 0xff;
}

/** RIP is at a repeated string instruction that has done some of its iterations; on CPUs that deliver events. */
export const isRepeating = (cpu: Cpu): boolean => cpu.engine.u32[word(L.S_REPEATING)] !== 0;
