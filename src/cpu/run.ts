/**
 * Running: the engine's loop, in slices, and its answers as reports. There is no other way to execute an instruction;
 * a single step is a run with a budget of one.
 */
import * as L from '../engine/layout.ts';
import { lower } from '../uop/lower/lower.ts';
import {
  abandonInstruction,
  beginInstruction,
  endInstruction,
  eventOf,
  needsCare,
  noteRepetition,
  raise,
  takeEvent,
} from './boundary.ts';
import { allowFastEvents, refreshBreakpoints } from './breakpoints.ts';
import { uopsAt } from './code-cache.ts';
import { refreshKey, revokeWrites } from './fast-tlb.ts';
import { type Cpu, count, cr, read64, word } from './state.ts';
import { type Fault, gp, type Stop, VECTOR } from './stop.ts';

/** V8 exchanges baseline for optimised code between calls only, so long runs return now and then. */
const SLICE = 0x40000;

/** Runs at most `maxInsns` instructions (each iteration of a REP counts as one, and so does each event that is delivered). */
export function run(cpu: Cpu, maxInsns: number): Stop {
  beginRun(cpu);
  const stop = runOn(cpu, maxInsns);
  cpu.engine.u32[L.FAST_EVENTS >> 2] = 0;
  return stop;
}

function runOn(cpu: Cpu, maxInsns: number): Stop {
  for (let left = maxInsns; left > 0; ) {
    if (cpu.exitCode !== undefined) return { kind: 'exit', code: cpu.exitCode };
    const again = cpu.beginsAgain;
    cpu.beginsAgain = false;
    const event = cpu.delivers && !again ? takeEvent(cpu) : undefined;
    if (event === 'taken') {
      left--;
      continue;
    }
    if (event) return event;
    const alone = again || (cpu.delivers && needsCare(cpu)) ? beginInstruction(cpu) : undefined;
    const budget = alone ? 1 : Math.min(left, SLICE);
    cpu.alone = alone !== undefined;
    if (alone) cpu.engine.u32[L.FAST_EVENTS >> 2] = 0;
    const status = runSlice(cpu, budget);
    if (alone) allowFastEvents(cpu);
    cpu.alone = true;
    if (cpu.delivers) noteRepetition(cpu, status);
    left -= budget - cpu.engine.u32[L.UNUSED >> 2]!;
    if (cpu.beginsAgain) continue;
    if (status === L.STATUS_BUDGET || status === L.STATUS_EVENT) {
      if (alone) endInstruction(cpu, alone);
      continue;
    }
    if (!cpu.delivers || status === L.STATUS_UNMODELLED) return report(cpu, status);
    if (status === L.STATUS_HALT) {
      if (alone) endInstruction(cpu, alone);
      cpu.engine.u32[word(L.S_ACTIVITY)] = L.ACTIVITY_HALTED;
      continue;
    }
    abandonInstruction(cpu, alone);
    left--;
    const fatal = raise(cpu, eventOf(faultOf(cpu, status)));
    if (fatal) return fatal;
  }
  return { kind: 'budget' };
}

function runSlice(cpu: Cpu, budget: number): number {
  const { engine } = cpu;
  cpu.fault = undefined;
  cpu.unmodelled = undefined;
  cpu.slice = budget;
  const status = engine.run(budget);
  count(cpu, L.S_INSTRUCTIONS, budget - engine.u32[L.UNUSED >> 2]! - engine.u32[L.EVENTS >> 2]!);
  return status;
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
  allowFastEvents(cpu);
}

function report(cpu: Cpu, status: number): Stop {
  const rip = read64(cpu, L.S_RIP);
  if (status === L.STATUS_HALT) return { kind: 'halt' };
  if (status === L.STATUS_UNMODELLED) return { kind: 'not-modelled', form: cpu.unmodelled ?? formAt(cpu, rip), rip };
  const fault = faultOf(cpu, status);
  const { vector, error, detail } = fault;
  cpu.eventLog?.push({ kind: 'fault', vector, rip });
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
