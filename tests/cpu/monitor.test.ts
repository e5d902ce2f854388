/** Monitored runs: they stop where a look at each instruction by itself says they should, and do what plain runs do. */
import { createHash } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type Cpu,
  checkpoint,
  type EventRecord,
  getRip,
  type MonitorStop,
  restore,
  run,
  runMonitored,
  runUops,
  type StoreRecord,
  setStops,
  stateBytes,
  temporary,
  uopsAt,
  type WatchedRange,
} from '../../src/cpu/cpu.ts';
import type { Stop } from '../../src/cpu/stop.ts';
import * as L from '../../src/engine/layout.ts';
import { MAX, ZEN4 } from '../../src/isa/cpu-models.ts';
import { createEventRig, enterSystem } from '../../tools/fuzz/events.ts';
import { makePage } from '../../tools/fuzz/pages.ts';
import { material } from '../../tools/fuzz.ts';
import { withHandlers } from './handlers.ts';
import { type Random, random } from './random.ts';
import { CODE, DATA, I } from './snippet.ts';

const test = suite('monitor');

const hash = (cpu: Cpu): string => createHash('sha1').update(stateBytes(cpu)).update(cpu.ram).digest('hex');
const isRepeating = (cpu: Cpu): boolean => cpu.engine.u32[(L.STATE + L.S_REPEATING) >> 2] !== 0;

/** A boundary, and what the tick before it did. */
interface Boundary {
  readonly rip: bigint;
  readonly goesOn: boolean;
  readonly stores: readonly StoreRecord[];
  readonly events: readonly EventRecord[];
}

/** By single steps; the last one may be the end of the run. */
function boundaries(cpu: Cpu, ticks: number): Boundary[] {
  const list: Boundary[] = [];
  for (let i = 0; i < ticks; i++) {
    const before = getRip(cpu);
    const stores: StoreRecord[] = [];
    const events: EventRecord[] = [];
    cpu.storeLog = stores;
    cpu.eventLog = events;
    const stop = run(cpu, 1);
    cpu.storeLog = undefined;
    cpu.eventLog = undefined;
    const rip = getRip(cpu);
    if (stop.kind !== 'budget') break;
    list.push({ rip, goesOn: isRepeating(cpu) && rip === before, stores, events });
  }
  return list;
}

interface Wanted {
  readonly addresses: ReadonlySet<bigint>;
  readonly range: WatchedRange;
  readonly kinds: ReadonlySet<EventRecord['kind']>;
}

const touches = ({ first, last }: WatchedRange, { linear, width }: StoreRecord): boolean =>
  linear <= last && first <= linear + BigInt(width - 1);

const isInterrupted = ({ events }: Boundary): boolean =>
  events.some(
    (record) =>
      record.kind === 'event' &&
      (record.event.kind === 'external' || (record.event.kind === 'trap' && !/^instruction/.test(record.event.detail))),
  );

function expected(list: readonly Boundary[], { addresses, range, kinds }: Wanted): string[] {
  return list.flatMap(({ rip, goesOn, stores, events }, i) => {
    if (events.some(({ kind }) => kinds.has(kind))) return [`caught ${i + 1}`];
    if (stores.some((record) => touches(range, record))) return [`watched ${i + 1}`];
    // At the end of the budget nobody looks at what comes next, and an interrupt or a trap comes before the instruction.
    return addresses.has(rip) && !goesOn && i + 1 < list.length && !isInterrupted(list[i + 1]!)
      ? [`breakpoint ${i + 1}`]
      : [];
  });
}

function monitored(cpu: Cpu, ticks: number, { addresses, range, kinds }: Wanted): string[] {
  const hits: string[] = [];
  setStops(cpu, { addresses });
  const monitor = { data: [range], event: ({ kind }: EventRecord) => kinds.has(kind) };
  for (let done = 0; done < ticks; ) {
    const stop: Stop | MonitorStop = runMonitored(cpu, ticks - done, monitor);
    done = ticks - cpu.left;
    if (stop.kind === 'budget') break;
    hits.push(`${stop.kind} ${done}`);
  }
  setStops(cpu, undefined);
  return hits;
}

function choose(list: readonly Boundary[], draw: Random): Wanted {
  const some = <T>(from: readonly T[]): T | undefined => from[draw.below(Math.max(1, from.length))];
  const store = some(list.flatMap(({ stores }) => stores));
  const first = (store?.linear ?? 0x1000n) + BigInt(draw.below(5)) - 2n;
  const addresses = new Set(Array.from({ length: draw.below(5) }, () => some(list)?.rip ?? 0n));
  const kinds = (['cr', 'cpl', 'msr', 'dr', 'swapgs', 'event'] as const).filter(() => draw.below(4) === 0);
  const range = { first, last: first + BigInt(draw.below(16)), reads: false, writes: true };
  return { addresses, range: { ...range, first: first < 0n ? 0n : first }, kinds: new Set(kinds) };
}

test('random systems: the stops are those that single steps find, and the state afterwards is the same', () => {
  const TICKS = 300;
  const kinds = new Map<string, number>();
  for (const model of [MAX, ZEN4]) {
    const [fused, , walking] = createEventRig(model);
    for (let seed = 1; seed <= 150; seed++) {
      const page = makePage(seed, material(), seed % 2 ? 0 : 3);
      const variant = seed % 5 === 0 ? walking : fused;
      const { cpu } = variant;
      enterSystem(variant, page);
      const start = checkpoint(cpu);
      const list = boundaries(cpu, TICKS);
      restore(cpu, start);
      run(cpu, list.length);
      const plain = hash(cpu);
      restore(cpu, start);
      const wanted = choose(list, random(seed));
      assert.equal(monitored(cpu, list.length, wanted), expected(list, wanted), `seed ${seed}`);
      assert.is(hash(cpu), plain, `state, seed ${seed}`);
      for (const hit of expected(list, wanted)) {
        const kind = hit.split(' ')[0]!;
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      }
    }
  }
  for (const kind of ['caught', 'watched', 'breakpoint']) assert.ok((kinds.get(kind) ?? 0) > 50, `${kind} are tried`);
});

test('an exception stops before its delivery, and is delivered when the run goes on', () => {
  const { cpu } = withHandlers(I.ud2);
  const stop = runMonitored(cpu, 10, { data: [], exception: ({ vector }) => vector === 6 });
  assert.is(stop.kind === 'exception' && stop.event.vector, 6);
  assert.is(getRip(cpu), CODE);
  assert.is(cpu.left, 10);
  assert.is(runMonitored(cpu, 1, { data: [] }).kind, 'budget');
  assert.is.not(getRip(cpu), CODE);
});

test('reads are watched, by themselves and along with writes', () => {
  for (const [reads, writes, hits] of [
    [true, false, [1]],
    [false, true, [2]],
    [true, true, [1, 2]],
  ] as const) {
    // mov (%rdi), %rbx; mov %rbx, (%rdi); nop
    const { cpu } = withHandlers(I.loadRbx + I.storeRbx + I.nop);
    const seen: number[] = [];
    const monitor = { data: [{ first: DATA + 6n, last: DATA + 6n, reads, writes }] };
    for (let left = 3; left > 0; left = cpu.left)
      if (runMonitored(cpu, left, monitor).kind === 'watched') seen.push(3 - cpu.left);
    assert.equal(seen, hits);
  }
});

test('a plain run passes over stops', () => {
  const { cpu } = withHandlers(I.nop + I.nop + I.hlt);
  setStops(cpu, { addresses: new Set([CODE + 1n]), before: ({ mnemonic }) => mnemonic === 'hlt' });
  const start = checkpoint(cpu);
  assert.is(run(cpu, 10).kind, 'halt');
  restore(cpu, start);
  assert.is(runMonitored(cpu, 10, { data: [] }).kind, 'breakpoint');
  assert.is(getRip(cpu), CODE + 1n);
  assert.is(runMonitored(cpu, 10, { data: [] }).kind, 'breakpoint');
  assert.is(getRip(cpu), CODE + 2n);
  assert.is(runMonitored(cpu, 10, { data: [] }).kind, 'halt');
});

test('a repeated string instruction is stopped at once, not at each iteration', () => {
  // mov $3, %ecx; rep stosb; nop
  const { cpu } = withHandlers(`b903000000f3aa${I.nop}`);
  setStops(cpu, { addresses: new Set([CODE + 5n, CODE + 7n]) });
  assert.is(runMonitored(cpu, 10, { data: [] }).kind, 'breakpoint');
  assert.is(getRip(cpu), CODE + 5n);
  assert.is(runMonitored(cpu, 10, { data: [] }).kind, 'breakpoint');
  assert.is(getRip(cpu), CODE + 7n);
});

test('micro-ops one by one: the last but one shows what the instruction will have done', () => {
  // add (%rdi), %rbx
  const { cpu } = withHandlers('48031f');
  const there = uopsAt(cpu, getRip(cpu));
  assert.ok(there.kind === 'uops' && there.uops.length > 1);
  const start = checkpoint(cpu);
  for (let n = 0; n < there.uops.length; n++) {
    assert.ok(runUops(cpu, n));
    assert.is(getRip(cpu), CODE);
    if (n > 0)
      assert.is(temporary(cpu, 0), new DataView(cpu.ram.buffer, cpu.ram.byteOffset).getBigUint64(0x30000, true));
    restore(cpu, start);
  }
});

test.run();
