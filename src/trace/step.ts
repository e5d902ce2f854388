/**
 * One executed instruction as a record: where it was, what it was, what it changed. The tracer runs the machine one
 * instruction at a time with the same engine loop that `run` uses, and compares snapshots; nothing here influences
 * what runs.
 */
import type { Place } from '../base/diagnostics.ts';
import { hex } from '../base/hex.ts';
import * as cpuModel from '../cpu/cpu.ts';
import { isMonitorStop, type MonitorStop } from '../cpu/monitor.ts';
import type { Delivery, EventRecord, StoreRecord } from '../cpu/observe.ts';
import type { Stop } from '../cpu/stop.ts';
import { type Image, lineAt, type PatchedRange, patchAt, symbolize } from '../image/image.ts';
import { printInsn } from '../isa/print.ts';
import { LINUX, nameCr3 } from '../machine/linux.ts';
import type { Machine } from '../machine/machine.ts';
import { printUop } from '../uop/print.ts';
import { eventName } from './interrupts.ts';
import { flagNames, type Snapshot, snapshot } from './snapshot.ts';

export interface StepRecord {
  /** From 0. */
  readonly index: number;
  readonly rip: bigint;
  /** `restore_before+0x4` */
  readonly symbol: string | undefined;
  readonly bytes: Uint8Array;
  /** AT&T text as objdump prints it. */
  readonly text: string;
  readonly place: Place | undefined;
  readonly patched: PatchedRange | undefined;
  /** RIP and RFLAGS' fixed parts left out; in the order of the snapshot, then memory. */
  readonly changes: readonly Change[];
  /** Cycles that this instruction took. */
  readonly cycles: bigint;
  /** Its micro-ops, printed, when they were asked for. */
  readonly uops: readonly string[];
  /** Events that went through the IDT: of this instruction, or before any, and then `text` names them. */
  readonly deliveries: readonly Delivery[];
  /** How many there were before. */
  readonly deliveredBefore: number;
  /** Set on the last record when the run stopped here for another reason than the budget. */
  readonly stop: Stop | undefined;
}

export interface Change {
  /** A register's name or `mem`. */
  readonly what: string;
  readonly from: bigint;
  readonly to: bigint;
  /** For memory: the linear address and the width in bytes. */
  readonly address?: bigint;
  readonly width?: number;
  /** What a person would call the new value: `user(1), no-flush`, `[ CF ]`. */
  readonly note?: string;
}

export interface TraceOptions {
  readonly maxInsns: number;
  readonly uops?: boolean;
}

/** Runs up to `maxInsns` instructions, yielding a record each; returns why it ended. */
export function* traceRun(machine: Machine, { maxInsns, uops = false }: TraceOptions): Generator<StepRecord, Stop> {
  let before = snapshot(machine.cpu);
  let delivered = 0;
  for (let index = 0; index < maxInsns; index++) {
    // The HLT of the exit page ends the run; it is not the program's. Where events are delivered it takes a second look to see that none is due.
    if (cpuModel.getRip(machine.cpu) === LINUX.exit) return cpuModel.run(machine.cpu, 2);
    const run = (): Stop => cpuModel.run(machine.cpu, 1);
    const { record, stop, after } = step(machine, { index, before, delivered, uops }, run);
    yield record;
    delivered += record.deliveries.length;
    if (stop.kind !== 'budget') return stop;
    before = after;
  }
  return { kind: 'budget' };
}

export interface StepOptions {
  readonly index: number;
  readonly before: Snapshot;
  readonly delivered: number;
  readonly uops: boolean;
}

/** Records what `run`, which executes one instruction, does. */
export function step<S extends Stop | MonitorStop>(
  machine: Machine,
  { index, before, delivered, uops: withUops }: StepOptions,
  run: () => S,
): { record: StepRecord; stop: S; after: Snapshot } {
  const { cpu, image } = machine;
  const rip = cpuModel.getRip(cpu);
  const there = cpuModel.uopsAt(cpu, rip);
  const cyclesBefore = cpuModel.counters(cpu).cycles;
  const stores: StoreRecord[] = [];
  cpu.storeLog = stores;
  cpu.eventLog = [];
  const stop = run();
  const events = cpu.eventLog;
  cpu.storeLog = undefined;
  cpu.eventLog = undefined;
  const after = snapshot(cpu);
  const line = lineAt(image, rip);
  const cr3Write = events.find((e) => e.kind === 'cr' && e.index === 3);
  const deliveries = events.filter((e): e is Delivery => e.kind === 'event');
  const record: StepRecord = {
    index,
    rip,
    symbol: symbolize(image, rip),
    bytes: there.kind === 'invalid' ? new Uint8Array(0) : there.insn.bytes,
    text: boundaryText(deliveries) ?? insnText(image, there),
    place: line?.place,
    patched: patchAt(image, rip),
    changes: [...registerChanges(machine, before, after, cr3Write), ...stores.map(memoryChange)],
    cycles: cpuModel.counters(cpu).cycles - cyclesBefore,
    uops: withUops && there.kind === 'uops' ? there.uops.map((uop, n) => printUop(uop, rip, n)) : [],
    deliveries,
    deliveredBefore: delivered,
    stop: stop.kind === 'budget' || isMonitorStop(stop) ? undefined : stop,
  };
  return { record, stop, after };
}

/** An interrupt or a trap comes between two instructions: none runs in its step. */
function boundaryText([first]: readonly Delivery[]): string | undefined {
  return first?.event.kind === 'external' || first?.event.kind === 'trap' ? `(${eventName(first.event)})` : undefined;
}

const insnText = (image: Image, there: cpuModel.UopsAt): string =>
  there.kind === 'invalid' ? `(${there.why})` : printInsn(there.insn, { symbolize: (a) => symbolize(image, a) });

function registerChanges(
  { space }: Machine,
  before: Snapshot,
  after: Snapshot,
  cr3Write: EventRecord | undefined,
): Change[] {
  const changes: Change[] = [];
  for (const [what, to] of after) {
    const from = before.get(what)!;
    // A write of CR3 is worth a line even when the value stays: it may flush.
    if (what === 'cr3' && cr3Write?.kind === 'cr') {
      const note = [nameCr3(space, to), cr3Write.noFlush ? 'no flush' : 'flush'].filter(Boolean).join(', ');
      changes.push({ what, from, to, note });
    } else if (from !== to && what !== 'rip') {
      changes.push({ what, from, to, ...(what === 'rflags' && { note: flagNames(to) }) });
    }
  }
  return changes;
}

const memoryChange = ({ linear, width, value, old }: StoreRecord): Change => ({
  what: 'mem',
  from: old,
  to: value,
  address: linear,
  width,
});

/** `r14=0x3802`, `cr3=0x3802 (kernel(1), no flush)`, `[fffffe000000aff0].8=0x1`. */
export function changeText({ what, to, address, width, note }: Change): string {
  const name = address === undefined ? what : `[${address.toString(16)}].${width}`;
  if (what === 'rflags') return `rflags=${note}`;
  return `${name}=${hex(to)}${note ? ` (${note})` : ''}`;
}
