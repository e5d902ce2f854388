/** Time travel: forwards again from anywhere is what was there before, by state block and memory. */
import { createHash } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cpu, getReg, setReg, stateBytes } from '../../src/cpu/cpu.ts';
import { beginTimeline, pinChange, runTicks, seek, stretchesBefore, type Timeline } from '../../src/debug/timeline.ts';
import { MAX, ZEN4 } from '../../src/isa/cpu-models.ts';
import { createEventRig, enterSystem } from '../../tools/fuzz/events.ts';
import { makePage } from '../../tools/fuzz/pages.ts';
import { material } from '../../tools/fuzz.ts';
import { withHandlers } from '../cpu/handlers.ts';
import { random } from '../cpu/random.ts';

const test = suite('timeline');

const hash = (cpu: Cpu): string => createHash('sha1').update(stateBytes(cpu)).update(cpu.ram).digest('hex');

function runTo(timeline: Timeline, tick: number): void {
  while (timeline.tick < tick) if (runTicks(timeline, tick - timeline.tick).kind !== 'budget') return;
}

test('random programs and positions: N back, then N forwards, is the same state', () => {
  const CASES = Number(process.env.ENTRYLAB_TIMELINE_CASES ?? 600);
  let cases = 0;
  let moved = 0;
  const rigs = [createEventRig(MAX), createEventRig(ZEN4)];
  for (let seed = 1; cases < CASES; seed++) {
    const [fused, , walking] = rigs[seed % 2]!;
    const variant = seed % 5 === 0 ? walking : fused;
    const { cpu } = variant;
    enterSystem(variant, makePage(seed, material(), seed % 2 ? 0 : 3));
    const draw = random(seed);
    const timeline = beginTimeline(cpu);
    timeline.spacing = 1 + draw.below(200);
    runTo(timeline, 50 + draw.below(500));
    for (let i = 0; i < 10; i++, cases++) {
      const from = timeline.tick;
      const back = draw.below(from + 1);
      const here = hash(cpu);
      seek(timeline, from - back);
      assert.is(timeline.tick, from - back);
      const there = hash(cpu);
      const steps = draw.below(2) === 0;
      while (timeline.tick < from) runTicks(timeline, steps ? 1 : from - timeline.tick);
      assert.is(hash(cpu), here, `seed ${seed}: ${back} back from ${from}, then forwards`);
      seek(timeline, from - back);
      assert.is(hash(cpu), there, `seed ${seed}: ${back} back from ${from} again`);
      if (back > 0) moved++;
      seek(timeline, draw.below(timeline.end + 1));
    }
  }
  assert.ok(moved > cases / 2);
});

test('a change by hand stays in history at its tick, and one in the past discards what came after', () => {
  const rig = createEventRig(MAX);
  enterSystem(rig[0], makePage(2, material(), 3));
  const { cpu } = rig[0];
  const timeline = beginTimeline(cpu);
  runTo(timeline, 6);
  const before = getReg(cpu, 15);
  setReg(cpu, 15, before ^ 0x1234n);
  pinChange(timeline);
  const changed = hash(cpu);
  runTo(timeline, 9);
  const later = hash(cpu);
  seek(timeline, 3);
  runTo(timeline, 6);
  assert.is(hash(cpu), changed);
  runTo(timeline, 9);
  assert.is(hash(cpu), later);
  assert.equal(
    stretchesBefore(timeline).map(({ from, to }) => [from, to]),
    [
      [6, 9],
      [0, 6],
    ],
  );
  seek(timeline, 2);
  setReg(cpu, 14, 99n);
  pinChange(timeline);
  assert.is(timeline.end, 2);
  assert.throws(() => seek(timeline, 3));
});

test('marks thin out, and every tick stays in reach', () => {
  // push %rax; pop %rbx; inc %rax; jmp
  const { cpu } = withHandlers('505b48ffc0ebf9');
  const timeline = beginTimeline(cpu);
  timeline.spacing = 1;
  runTo(timeline, 700);
  assert.is(timeline.tick, 700);
  assert.ok(timeline.marks.length <= 256 && timeline.spacing > 1);
  const hashes = [0, 1, 350, 699].map((tick) => {
    seek(timeline, tick);
    return hash(cpu);
  });
  assert.is(new Set(hashes).size, 4);
});

test.run();
