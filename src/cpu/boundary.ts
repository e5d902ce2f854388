/**
 * What happens between two instructions: traps of the last one, NMIs and interrupts in the order of SDM vol. 3, table 6-2, held off by
 * the shadows of STI and MOV SS (6.8.3) and by blocked NMIs (6.7.1).
 *
 * The engine runs freely while nothing of this can matter. With TF, RF or a shadow an instruction runs by itself, between
 * `beginInstruction` and `endInstruction`; whatever may let an event in asks for ATTEND_EVENT.
 */
import * as L from '../engine/layout.ts';
import { RFLAGS } from '../isa/insn.ts';
import { NO_BREAKPOINTS, pendMet } from './breakpoints.ts';
import { uopsAt } from './code-cache.ts';
import { DR6, DR7, drOffset, noteDebug } from './debug-registers.ts';
import { deliver, type Event, type Outcome } from './delivery.ts';
import type { MonitorStop } from './monitor.ts';
import { MSR, readMsr, setMsrRaw } from './msr.ts';
import { type Cpu, CR4, cr, high, low, read64, word, write64 } from './state.ts';
import { type Fault, type Stop, VECTOR } from './stop.ts';

const get = (cpu: Cpu, offset: number): number => cpu.engine.u32[word(offset)]!;
const set = (cpu: Cpu, offset: number, value: number): void => {
  cpu.engine.u32[word(offset)] = value;
};

// From outside

/** A non-maskable interrupt; one more is kept while they are blocked (SDM vol. 3, 6.7.1). */
export const raiseNmi = (cpu: Cpu): void => set(cpu, L.S_NMI, get(cpu, L.S_NMI) | L.NMI_PENDING);

/** An external interrupt, taken when RFLAGS.IF allows it; undefined takes it back. */
export const raiseInterrupt = (cpu: Cpu, vector: number | undefined): void =>
  set(cpu, L.S_INTERRUPT, vector === undefined ? 0 : INTERRUPT_VALID | (vector & 0xff));

const INTERRUPT_VALID = 0x100;

/** A machine check, taken at the next boundary whatever else is due or held off. */
export const raiseMachineCheck = (cpu: Cpu): void => set(cpu, L.S_MACHINE_CHECK, 1);

// On a boundary

/** Takes the event that is due first; the stop that it led to. */
export function takeEvent(cpu: Cpu): Stop | MonitorStop | 'taken' | undefined {
  if (isShutDown(cpu)) return shutdown(cpu, 'shut down already');
  if (get(cpu, L.S_MACHINE_CHECK) !== 0) return takeMachineCheck(cpu) ?? 'taken';
  const event = nextEvent(cpu);
  if (event && cpu.monitor?.exception?.(event)) return { kind: 'exception', event, cr2: read64(cpu, cr(2)) };
  if (event) return raise(cpu, event) ?? 'taken';
  return get(cpu, L.S_ACTIVITY) === L.ACTIVITY_HALTED ? { kind: 'halt' } : undefined;
}

/** An NMI ends a shutdown as it ends a HLT (SDM vol. 3, 6.15, interrupt 8), unless one is being handled. */
export const isShutDown = (cpu: Cpu): boolean =>
  get(cpu, L.S_ACTIVITY) === L.ACTIVITY_SHUTDOWN && get(cpu, L.S_NMI) !== L.NMI_PENDING;

const MCG = { RIPV: 1n, MCIP: 4n } as const;

/** First of all in table 6-2; with one in progress, or CR4.MCE = 0, the CPU shuts down (SDM vol. 3, 15.3.1.2 and 2.5). */
function takeMachineCheck(cpu: Cpu): Stop | undefined {
  set(cpu, L.S_MACHINE_CHECK, 0);
  const status = readMsr(cpu, MSR.MCG_STATUS) ?? 0n;
  if (!(low(cpu, cr(4)) & CR4.MCE)) return shutDown(cpu, 'machine check with CR4.MCE = 0 (SDM vol. 3, 2.5)');
  if (status & MCG.MCIP) return shutDown(cpu, 'machine check while IA32_MCG_STATUS.MCIP = 1 (SDM vol. 3, 15.3.1.2)');
  setMsrRaw(cpu, MSR.MCG_STATUS, status | MCG.MCIP | MCG.RIPV);
  return raise(cpu, { vector: VECTOR.MC, kind: 'trap', detail: 'machine check' });
}

function nextEvent(cpu: Cpu): Event | undefined {
  const shadow = get(cpu, L.S_SHADOW);
  if (shadow & L.SHADOW_SS) return undefined;
  if (get(cpu, L.S_PENDING_DEBUG) !== 0) return takeDebugTrap(cpu);
  const nmi = get(cpu, L.S_NMI);
  if (nmi === L.NMI_PENDING) {
    set(cpu, L.S_NMI, L.NMI_BLOCKED);
    return { vector: VECTOR.NMI, kind: 'external', detail: 'non-maskable interrupt' };
  }
  const interrupt = get(cpu, L.S_INTERRUPT);
  if (interrupt !== 0 && shadow === 0 && low(cpu, L.S_RFLAGS) & RFLAGS.IF) {
    set(cpu, L.S_INTERRUPT, 0);
    return { vector: interrupt & 0xff, kind: 'external', detail: 'external interrupt' };
  }
  return undefined;
}

/** Breakpoints and the single step of the instruction before, together (SDM vol. 3, 17.2.3). */
function takeDebugTrap(cpu: Cpu): Event {
  noteDebug(cpu, BigInt(get(cpu, L.S_PENDING_DEBUG)));
  set(cpu, L.S_PENDING_DEBUG, 0);
  return { vector: VECTOR.DB, kind: 'trap', detail: 'debug trap (SDM vol. 3, 17.3.1)' };
}

/** Delivers, and tells the stop if it can't be. */
export function raise(cpu: Cpu, event: Event): Stop | undefined {
  set(cpu, L.S_ACTIVITY, L.ACTIVITY_RUNNING);
  set(cpu, L.S_SHADOW, 0);
  if (event.vector === VECTOR.DB && event.kind !== 'software') enterDebugHandler(cpu);
  const outcome: Outcome = deliver(cpu, event);
  // The frame may have met a data breakpoint: that trap is taken before the handler's first instruction.
  pendMet(cpu);
  set(cpu, L.S_REPEATING, 0);
  if (outcome.kind === 'delivered') return undefined;
  return shutDown(cpu, outcome.fault.detail);
}

function shutDown(cpu: Cpu, detail: string): Stop {
  set(cpu, L.S_ACTIVITY, L.ACTIVITY_SHUTDOWN);
  return shutdown(cpu, detail);
}

const shutdown = (cpu: Cpu, detail: string): Stop => ({ kind: 'shutdown', rip: read64(cpu, L.S_RIP), detail });

const BTF = 2n;

/** A #DB clears DR7.GD and IA32_DEBUGCTL.BTF (SDM vol. 3, 17.2.4 and 17.4.1). */
function enterDebugHandler(cpu: Cpu): void {
  const at = drOffset(7);
  write64(cpu, at, read64(cpu, at) & ~DR7.GD);
  setMsrRaw(cpu, MSR.DEBUGCTL, (readMsr(cpu, MSR.DEBUGCTL) ?? 0n) & ~BTF);
}

// Instructions by themselves

/** Whether the next instruction has to run by itself. RF alone has no effect but to go, where there are no breakpoints. */
export function needsCare(cpu: Cpu): boolean {
  const flags = low(cpu, L.S_RFLAGS);
  if (flags & RFLAGS.TF || get(cpu, L.S_SHADOW) !== 0) return true;
  if (!(flags & RFLAGS.RF)) return false;
  if (cpu.breakpoints !== NO_BREAKPOINTS) return true;
  cpu.engine.i32[word(L.S_RFLAGS)] = flags & ~RFLAGS.RF;
  return false;
}

/** What held before an instruction. */
export interface Before {
  readonly rip: bigint;
  readonly flags: number;
  readonly shadow: number;
  /** Traps that MOV SS holds back. */
  readonly pending: number;
  /** Where it is stepped over by branches alone. */
  readonly branch: Branch | undefined;
}

/** A shadow lasts one instruction, and RF too. Behind a load of SS instruction breakpoints don't count either (SDM vol. 3, 17.3.1.1). */
export function beginInstruction(cpu: Cpu): Before {
  const flags = low(cpu, L.S_RFLAGS);
  const rip = read64(cpu, L.S_RIP);
  const shadow = get(cpu, L.S_SHADOW);
  const before = {
    rip,
    flags,
    shadow,
    pending: get(cpu, L.S_PENDING_DEBUG),
    branch: flags & RFLAGS.TF ? branchAt(cpu, rip) : undefined,
  };
  set(cpu, L.S_SHADOW, 0);
  cpu.engine.i32[word(L.S_RFLAGS)] = flags & ~RFLAGS.RF;
  cpu.resuming = (flags & RFLAGS.RF) !== 0 || (shadow & L.SHADOW_SS) !== 0;
  cpu.met = 0;
  return before;
}

/** The instruction has run: its traps are due. */
export function endInstruction(cpu: Cpu, { rip, flags, shadow, branch }: Before): void {
  cpu.resuming = false;
  // An iteration of REP: the instruction goes on.
  if (flags & RFLAGS.RF && read64(cpu, L.S_RIP) === rip && repeatsAt(cpu, rip))
    cpu.engine.i32[word(L.S_RFLAGS)] = low(cpu, L.S_RFLAGS) | RFLAGS.RF;
  // Of two loads of SS in a row only the first holds events off.
  if (shadow & L.SHADOW_SS) set(cpu, L.S_SHADOW, get(cpu, L.S_SHADOW) & ~L.SHADOW_SS);
  const steps = flags & RFLAGS.TF && (branch === undefined || isTaken(cpu, branch));
  pendMet(cpu, steps ? Number(DR6.BS) : 0);
}

const STRINGS = /^(movs|stos|lods|cmps|scas|ins|outs)[bwdq]$/;

function repeatsAt(cpu: Cpu, rip: bigint): boolean {
  const found = uopsAt(cpu, rip);
  return found.kind === 'uops' && found.insn.rep !== 'none' && STRINGS.test(found.insn.mnemonic);
}

/** Of the instruction that is to be stepped over if it branches. */
interface Branch {
  readonly next: bigint;
  /** It does, be it to the next instruction. */
  readonly always: boolean;
  /** REP: RIP stays and no branch is taken. */
  readonly stays: bigint | undefined;
}

/** With IA32_DEBUGCTL.BTF only taken branches are stepped over (SDM vol. 3, 17.4.3). */
function branchAt(cpu: Cpu, rip: bigint): Branch | undefined {
  if (!((readMsr(cpu, MSR.DEBUGCTL) ?? 0n) & BTF)) return undefined;
  const found = uopsAt(cpu, rip);
  if (found.kind !== 'uops') return { next: rip, always: false, stays: undefined };
  return {
    next: BigInt.asUintN(64, rip + BigInt(found.insn.length)),
    always: found.uops[found.uops.length - 1]?.op === 'jump',
    stays: repeatsAt(cpu, rip) ? rip : undefined,
  };
}

function isTaken(cpu: Cpu, { next, always, stays }: Branch): boolean {
  const rip = read64(cpu, L.S_RIP);
  return always || (rip !== next && rip !== stays);
}

/** The instruction has not begun after all. */
export function putBack(cpu: Cpu, { flags, shadow }: Before): void {
  cpu.resuming = false;
  cpu.engine.i32[word(L.S_RFLAGS)] = flags;
  set(cpu, L.S_SHADOW, shadow);
}

/** The instruction faulted: nothing of it is pending, what was before it still is. */
export function abandonInstruction(cpu: Cpu, before: Before | undefined): void {
  cpu.resuming = false;
  cpu.met = 0;
  set(cpu, L.S_PENDING_DEBUG, before?.pending ?? 0);
}

/** After a slice that ended so: whether it was between two iterations, so that an interrupt's frame has RF now (SDM vol. 3, 17.3.1.1). */
export function noteRepetition(cpu: Cpu, status: number): void {
  const onBoundary = status === L.STATUS_BUDGET || status === L.STATUS_EVENT || status === L.STATUS_STOP;
  const record = cpu.engine.u32[L.LAST >> 2]!;
  if (onBoundary && record === 0) return;
  const again = onBoundary && isAtRip(cpu, record) && repeatsAt(cpu, read64(cpu, L.S_RIP));
  set(cpu, L.S_REPEATING, again ? 1 : 0);
}

function isAtRip(cpu: Cpu, record: number): boolean {
  const { i32 } = cpu.engine;
  const at = (record + L.R_IP) >> 2;
  return i32[at] === low(cpu, L.S_RIP) && i32[at + 1] === high(cpu, L.S_RIP);
}

/** The event of a fault that the engine came back with. */
export function eventOf({ vector, error, detail, next, privileged, withoutRf }: Fault): Event {
  if (next !== undefined) return { vector, kind: privileged ? 'privileged-software' : 'software', next, detail };
  const kind = withoutRf ? 'trap' : 'fault';
  return error === undefined ? { vector, kind, detail } : { vector, kind, error, detail };
}
