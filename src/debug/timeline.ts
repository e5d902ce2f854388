/**
 * Where a run is in its own history, and the way back. Time is counted in ticks: each takes one off the budget of a run, be it an
 * instruction, an iteration of REP, or the delivery of an event. The machine is deterministic, so any tick that has been reached is
 * reached again by restoring a checkpoint below it and running on.
 *
 * What a person changes by hand is no consequence of what was before. So it becomes a checkpoint of its own, *pinned* at its tick: runs that
 * pass the tick again take it up there. A change in the past discards the future that it is not part of.
 *
 * The subtle invariant: between two neighbouring marks the machine runs undisturbed.
 */

import { countBelow } from '../base/search.ts';
import type { Cpu, Monitor, MonitorStop } from '../cpu/cpu.ts';
import * as cpuModel from '../cpu/cpu.ts';
import type { Stop } from '../cpu/stop.ts';

interface Mark {
  readonly tick: number;
  readonly at: cpuModel.Checkpoint;
  /** Put there by hand: it does not follow from the mark before. */
  readonly pinned: boolean;
}

export interface Timeline {
  readonly cpu: Cpu;
  /** Now. */
  tick: number;
  /** The furthest tick that is part of this history. */
  end: number;
  /** Ascending; the first is at tick 0. */
  marks: Mark[];
  /** The ticks of the pinned marks but the first, ascending. */
  pins: number[];
  /** Ticks between two marks that follow from each other. */
  spacing: number;
}

/** Fewer marks make longer ways back, more of them cost memory: up to 4 KiB for each page that was written since the one before. */
const MOST_MARKS = 256;
const FIRST_SPACING = 20_000;

/** History begins with the machine as it is. */
export const beginTimeline = (cpu: Cpu): Timeline => ({
  cpu,
  tick: 0,
  end: 0,
  marks: [{ tick: 0, at: cpuModel.checkpoint(cpu), pinned: true }],
  pins: [],
  spacing: FIRST_SPACING,
});

/** The last mark at or below a tick. */
const markAt = ({ marks }: Timeline, tick: number): number => countBelow(marks, (mark) => mark.tick <= tick) - 1;

/** The first tick after now where something was done by hand; Infinity: nothing was. */
const nextPinned = ({ pins, tick }: Timeline): number =>
  pins[countBelow(pins, (pin) => pin <= tick)] ?? Number.POSITIVE_INFINITY;

/**
 * Runs forward, at most `ticks`; perhaps fewer, where a mark is due. The stop is `budget` where nothing else stopped it: `timeline.tick` tells how
 * far it got. Without a monitor nothing stops it but what stops any run.
 */
export function runTicks(timeline: Timeline, ticks: number, monitor?: Monitor): Stop | MonitorStop {
  const { cpu, marks, tick } = timeline;
  const pinned = nextPinned(timeline);
  const dueAt = marks[markAt(timeline, tick)]!.tick + timeline.spacing;
  const most = Math.min(ticks, pinned - tick, Math.max(1, dueAt - tick));
  const stop = monitor ? cpuModel.runMonitored(cpu, most, monitor) : cpuModel.run(cpu, most);
  timeline.tick += most - cpu.left;
  timeline.end = Math.max(timeline.end, timeline.tick);
  if (timeline.tick === pinned) cpuModel.restore(cpu, marks[markAt(timeline, pinned)]!.at);
  else if (stop.kind === 'exception' || stop.kind === 'not-modelled') undo(timeline);
  else if (timeline.tick >= dueAt) keepMark(timeline);
  return stop;
}

/** Takes back what is no part of history: an instruction that was tried and not executed leaves traces in CR2 and the TLB. */
export function undo(timeline: Timeline): void {
  const { tick } = timeline;
  restoreMark(timeline, tick);
  seek(timeline, tick);
}

function restoreMark(timeline: Timeline, tick: number): void {
  const mark = timeline.marks[markAt(timeline, tick)]!;
  cpuModel.restore(timeline.cpu, mark.at);
  timeline.tick = mark.tick;
}

function keepMark(timeline: Timeline): void {
  const { cpu, tick, marks } = timeline;
  const index = markAt(timeline, tick);
  if (marks[index]!.tick === tick) return;
  marks.splice(index + 1, 0, { tick, at: cpuModel.checkpoint(cpu), pinned: false });
  if (marks.length - timeline.pins.length > MOST_MARKS) thinOut(timeline);
}

/** Drops every other mark that can be run to. */
function thinOut(timeline: Timeline): void {
  let droppable = 0;
  timeline.marks = timeline.marks.filter(({ pinned }) => pinned || droppable++ % 2 === 1);
  timeline.spacing *= 2;
}

/** Goes to a tick of this history, 0 … end. What ran there before stops nobody now. */
export function seek(timeline: Timeline, tick: number): void {
  if (tick < 0 || tick > timeline.end) throw new RangeError(`tick ${tick} is not in the history: 0 to ${timeline.end}`);
  const mark = timeline.marks[markAt(timeline, tick)]!;
  // Running on is shorter than going back, if nothing lies between.
  if (timeline.tick > tick || timeline.tick < mark.tick) restoreMark(timeline, tick);
  while (timeline.tick < tick) {
    const from = timeline.tick;
    runTicks(timeline, tick - timeline.tick);
    if (timeline.tick === from) throw new Error(`the run stopped at tick ${from} on its way to ${tick}`);
  }
}

/** To be called after the machine was changed by hand: from here on history is another. */
export function pinChange(timeline: Timeline): void {
  const { tick, cpu } = timeline;
  timeline.end = tick;
  const { marks, pins } = timeline;
  while (marks.length > 0 && marks[marks.length - 1]!.tick >= tick) marks.pop();
  while (pins.length > 0 && pins[pins.length - 1]! >= tick) pins.pop();
  marks.push({ tick, at: cpuModel.checkpoint(cpu), pinned: true });
  if (tick > 0) pins.push(tick);
}

/** The stretches of history before now, the latest first: each runs undisturbed from `from` to `to`. */
export function stretchesBefore({ marks, tick }: Timeline): { readonly from: number; readonly to: number }[] {
  const before = marks.filter((mark) => mark.tick < tick);
  return before.map((mark, i) => ({ from: mark.tick, to: before[i + 1]?.tick ?? tick })).reverse();
}
