/** `checkpoint`, `restart`: branches of history that are kept by number. */
import { address } from '../../base/hex.ts';
import * as cpuModel from '../../cpu/cpu.ts';
import { featureNames } from '../../isa/features.ts';
import type { Bench } from '../../lab/execute.ts';
import type { Command } from '../command.ts';
import { type Interpreter, say, showStop } from '../interpreter.ts';
import { Mistake } from '../mistake.ts';
import { machineOf, type Setup, toBoundary } from '../session.ts';
import type { Timeline } from '../timeline.ts';
import { nameAt } from '../views/guest.ts';
import { countOf } from './arguments.ts';

export interface Saved {
  readonly number: number;
  readonly setup: Setup;
  readonly bench: Bench;
  /** History up to here and beyond, and the state here. */
  readonly timeline: Timeline;
  readonly at: cpuModel.Checkpoint;
  readonly where: string;
}

const copyOf = (timeline: Timeline): Timeline => ({
  ...timeline,
  marks: [...timeline.marks],
  pins: [...timeline.pins],
});

function save(it: Interpreter): undefined {
  const { session } = it;
  toBoundary(session);
  const machine = machineOf(session);
  const rip = cpuModel.getRip(machine.cpu);
  const where = `0x${address(rip)} ${nameAt(machine, rip) ?? ''}`.trim();
  const { setup, bench, timeline } = session;
  const saved: Saved = {
    number: it.nextSaved++,
    setup,
    bench,
    timeline: copyOf(timeline),
    at: cpuModel.checkpoint(machine.cpu),
    where,
  };
  it.saved.push(saved);
  say(it, `Checkpoint ${saved.number}: tick ${timeline.tick}, ${where}`);
}

function restore(it: Interpreter, argument: string): undefined {
  if (argument === '')
    throw new Mistake("Argument required (numeric checkpoint number); `run' and `start' begin anew.");
  const number = countOf(it, argument);
  const saved = it.saved.find((one) => one.number === number);
  if (!saved) throw new Mistake(`Not found: checkpoint id ${number}.`);
  const { session } = it;
  const { setup, bench, timeline, at } = saved;
  Object.assign(session, { setup, bench, timeline: copyOf(timeline) });
  Object.assign(session, { uop: 0, ended: undefined, reported: undefined });
  cpuModel.restore(bench.machine.cpu, at);
  say(it, `Switching to checkpoint ${number}`);
  showStop(it, { reason: { kind: 'done' }, hits: [] }, undefined);
}

export function infoCheckpoints({ saved }: Interpreter): string[] {
  if (saved.length === 0) return ['No checkpoints.'];
  return saved.map(
    ({ number, timeline, where, setup }) =>
      `  ${number}  tick ${timeline.tick}  ${where}  features ${featureNames(setup.features).join(',') || 'none'}`,
  );
}

export const CHECKPOINT_COMMANDS: readonly Command[] = [
  {
    name: 'checkpoint',
    category: 'backwards',
    help: "Keep this state and its history by number.\n`restart N' comes back to it, as often as wanted; a change there begins another branch.",
    run: save,
  },
  {
    name: 'restart',
    category: 'backwards',
    usage: 'N',
    help: 'Come back to a checkpoint.',
    run: restore,
  },
];
