/**
 * Running: the engine's loop, in slices, and its answers as reports. There is no other way to execute an instruction;
 * a single step is a run with a budget of one.
 */
import * as L from '../engine/layout.ts';
import { lower } from '../uop/lower/lower.ts';
import { temporarySlot } from '../uop/slots.ts';
import {
  abandonInstruction,
  beginInstruction,
  endInstruction,
  eventOf,
  isShutDown,
  needsCare,
  noteRepetition,
  putBack,
  raise,
  takeEvent,
} from './boundary.ts';
import { allowFastEvents, refreshBreakpoints } from './breakpoints.ts';
import { STOPS_HERE, uopsAt } from './code-cache.ts';
import { forgetAll, refreshKey, revokeWrites } from './fast-tlb.ts';
import { isMonitorStop, isObserved, isStop, type Monitor, type MonitorStop, note, takeCaught } from './monitor.ts';
import { type Cpu, count, cpl, cr, read64, word } from './state.ts';
import { type Fault, gp, type Stop, VECTOR } from './stop.ts';

/** V8 exchanges baseline for optimised code between calls only, so long runs return now and then. */
const SLICE = 0x40000;

/** Runs at most `maxInsns` instructions (each iteration of a REP counts as one, and so does each event that is delivered). */
export function run(cpu: Cpu, maxInsns: number): Stop {
  beginRun(cpu);
  const stop = runOn(cpu, maxInsns);
  cpu.engine.u32[L.FAST_EVENTS >> 2] = 0;
  if (isMonitorStop(stop)) throw new Error(`a plain run stopped for ${stop.kind}`);
  return stop;
}

/**
 * The same, and stops for what the monitor and `setStops` ask for; not before the first instruction, whose stop has been seen. Only on a
 * CPU that delivers events. How much of the budget was used shows in `cpu.left`.
 */
export function runMonitored(cpu: Cpu, maxInsns: number, monitor: Monitor): Stop | MonitorStop {
  cpu.monitor = monitor;
  beginRun(cpu);
  const stop = passAndRun(cpu, maxInsns);
  cpu.engine.u32[L.FAST_EVENTS >> 2] = 0;
  cpu.monitor = undefined;
  return stop;
}

/** Of a repeated string instruction the first iteration alone is stopped at. */
function passAndRun(cpu: Cpu, maxInsns: number): Stop | MonitorStop {
  const { u32 } = cpu.engine;
  let left = maxInsns;
  do {
    const stop = runOn(cpu, Math.min(left, 1));
    left -= Math.min(left, 1) - cpu.left;
    if (stop.kind !== 'budget' || left === 0) {
      cpu.left = left;
      return stop;
    }
  } while (u32[word(L.S_REPEATING)] !== 0 && isStop(cpu, read64(cpu, L.S_RIP)));
  u32[L.PASSING >> 2] = 0;
  const stop = runOn(cpu, left);
  u32[L.PASSING >> 2] = 1;
  return stop;
}

/**
 * Executes the first `count` micro-ops of the instruction at RIP, where they are fewer than it has, and stops in its midst: what they have
 * done shows, but the state is none that a CPU could be in, so a checkpoint has to be restored before anything else runs. False: the
 * instruction faulted or was over before.
 */
export function runUops(cpu: Cpu, count: number): boolean {
  cpu.uopLimit = count;
  forgetAll(cpu);
  beginRun(cpu);
  cpu.engine.u32[L.FAST_EVENTS >> 2] = 0;
  cpu.engine.u32[L.PASSING >> 2] = 0;
  const status = runSlice(cpu, 1);
  cpu.engine.u32[L.PASSING >> 2] = 1;
  cpu.uopLimit = undefined;
  forgetAll(cpu);
  return status === L.STATUS_STOP;
}

/** What micro-ops have left in a temporary: after `runUops`. */
export const temporary = (cpu: Cpu, n: number): bigint => cpu.engine.u64[temporarySlot(n) >> 3]!;

function runOn(cpu: Cpu, maxInsns: number): Stop | MonitorStop {
  cpu.left = maxInsns;
  while (cpu.left > 0) {
    const caught = takeCaught(cpu);
    if (caught) return caught;
    if (cpu.exitCode !== undefined) return { kind: 'exit', code: cpu.exitCode };
    const again = cpu.beginsAgain;
    cpu.beginsAgain = false;
    const wasRunning = !isShutDown(cpu);
    const event = cpu.delivers && !again ? takeEvent(cpu) : undefined;
    // An event counts whether it came to its handler or ended in a shutdown.
    if (event === 'taken' || (event?.kind === 'shutdown' && wasRunning)) cpu.left--;
    if (event === 'taken') continue;
    if (event) return event;
    const alone = again || (cpu.delivers && needsCare(cpu)) ? beginInstruction(cpu) : undefined;
    const budget = alone ? 1 : Math.min(cpu.left, SLICE);
    cpu.alone = alone !== undefined;
    if (alone) cpu.engine.u32[L.FAST_EVENTS >> 2] = 0;
    const status = runSlice(cpu, budget);
    if (alone) allowFastEvents(cpu);
    cpu.alone = true;
    if (cpu.delivers) noteRepetition(cpu, status);
    cpu.left -= budget - cpu.engine.u32[L.UNUSED >> 2]!;
    if (cpu.beginsAgain) continue;
    if (status === L.STATUS_BUDGET || status === L.STATUS_EVENT) {
      if (alone) endInstruction(cpu, alone);
      continue;
    }
    if (status === L.STATUS_STOP) {
      if (alone) putBack(cpu, alone);
      return { kind: 'breakpoint' };
    }
    if (!cpu.delivers || status === L.STATUS_UNMODELLED) return report(cpu, status);
    if (status === L.STATUS_HALT) {
      if (alone) endInstruction(cpu, alone);
      cpu.engine.u32[word(L.S_ACTIVITY)] = L.ACTIVITY_HALTED;
      continue;
    }
    abandonInstruction(cpu, alone);
    const fault = eventOf(faultOf(cpu, status));
    if (cpu.monitor?.exception?.(fault)) return { kind: 'exception', event: fault, cr2: read64(cpu, cr(2)) };
    cpu.left--;
    const fatal = raise(cpu, fault);
    if (fatal) return fatal;
  }
  return takeCaught(cpu) ?? { kind: 'budget' };
}

function runSlice(cpu: Cpu, budget: number): number {
  const { engine } = cpu;
  cpu.fault = undefined;
  cpu.unmodelled = undefined;
  cpu.slice = budget;
  const status = engine.run(budget);
  count(cpu, L.S_INSTRUCTIONS, budget - engine.u32[L.UNUSED >> 2]! - engine.u32[L.EVENTS >> 2]!);
  return status === L.STATUS_FAULT && cpu.fault === STOPS_HERE ? L.STATUS_STOP : status;
}

/** Keys and grants follow from what may have been set by hand since the last run. */
function beginRun(cpu: Cpu): void {
  const { u32 } = cpu.engine;
  cpu.journal.touched = true;
  const logging = cpu.storeLog ? 1 : 0;
  if (u32[L.LOG_STORES >> 2] !== logging) revokeWrites(cpu);
  u32[L.LOG_STORES >> 2] = logging;
  refreshKey(cpu);
  refreshBreakpoints(cpu);
  cpu.beginsAgain = false;
  cpu.level = cpl(cpu);
  allowFastEvents(cpu);
}

function report(cpu: Cpu, status: number): Stop {
  const rip = read64(cpu, L.S_RIP);
  if (status === L.STATUS_HALT) return { kind: 'halt' };
  if (status === L.STATUS_UNMODELLED) return { kind: 'not-modelled', form: cpu.unmodelled ?? formAt(cpu, rip), rip };
  const fault = faultOf(cpu, status);
  const { vector, error, detail } = fault;
  if (isObserved(cpu)) note(cpu, { kind: 'fault', vector, rip });
  return {
    kind: 'fault',
    vector,
    ...(error !== undefined && { error }),
    ...(vector === VECTOR.PF && { cr2: read64(cpu, cr(2)) }),
    rip,
    detail,
  };
}

function faultOf(cpu: Cpu, status: number): Fault {
  switch (status) {
    case L.STATUS_DIVIDE:
      return { vector: VECTOR.DE, detail: 'division by zero, or a quotient too wide (SDM vol. 2, DIV)' };
    case L.STATUS_CANONICAL:
      return gp('jump to a non-canonical address (SDM vol. 1, 6.4.6)');
    case L.STATUS_CODE_LIMIT:
      return gp('jump beyond the limit of CS (SDM vol. 3, 5.3)');
    case L.STATUS_CPL0:
      return gp('privileged instruction at CPL > 0 (SDM vol. 3, 5.9)');
    default:
      if (!cpu.fault) throw new Error(`the engine stopped with status ${status} and no fault`);
      return cpu.fault;
  }
}

function formAt(cpu: Cpu, rip: bigint): string {
  const found = uopsAt(cpu, rip);
  if (found.kind === 'invalid') return found.why;
  const lowered = lower(found.insn, cpu.model);
  return lowered.kind === 'not-modelled' ? lowered.form : found.insn.form;
}
