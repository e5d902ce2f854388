/** Moving about, held to single steps: where `continue` and `reverse-continue` stop is where a look at every boundary says they should. */
import { createHash } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as cpuModel from '../../src/cpu/cpu.ts';
import { backInstructions, backOver, goBack } from '../../src/debug/backwards.ts';
import { parseDebugExpression } from '../../src/debug/expression.ts';
import { finishMotion, goOn, stepInstructions, stepOver } from '../../src/debug/motion.ts';
import type { Point } from '../../src/debug/points.ts';
import { evaluateText, machineOf, restart, type Session } from '../../src/debug/session.ts';
import { seek } from '../../src/debug/timeline.ts';
import { backUops, stepUops } from '../../src/debug/uop-steps.ts';
import { random } from '../cpu/random.ts';
import { debugProgram } from './transcript.ts';

const test = suite('session');

const nmi = (): Session => debugProgram('tests/debug/transcripts/nmi.S', { features: ['PTI', 'PCID'] }).it.session;

const hash = ({ timeline: { cpu } }: Session): string =>
  createHash('sha1').update(cpuModel.stateBytes(cpu)).update(cpu.ram).digest('hex');

const ripOf = (session: Session): bigint => cpuModel.getRip(machineOf(session).cpu);

function value(session: Session, text: string): bigint {
  const found = evaluateText(session, text);
  assert.ok(found.ok, `${text} has a value`);
  return found.ok ? found.value.bits : 0n;
}

const COMMON = { enabled: true, temporary: false, condition: undefined, ignore: 0, hits: 0, commands: [] } as const;

function breakAt(session: Session, addresses: readonly bigint[]): void {
  const locations = addresses.map((address) => ({ address, symbol: undefined, place: undefined }));
  session.points.push({
    kind: 'breakpoint',
    number: 1,
    ...COMMON,
    spec: '',
    file: undefined,
    locations,
    register: undefined,
  });
}

function watchpoint(text: string, how: Extract<Point, { kind: 'watchpoint' }>['how']): Point {
  const node = parseDebugExpression(text);
  assert.ok(node.ok);
  if (!node.ok) throw new Error(text);
  return { kind: 'watchpoint', number: 2, ...COMMON, text, node: node.value, access: 'write', how };
}

interface Seen {
  readonly rip: bigint;
  readonly rax: bigint;
  readonly cr3: bigint;
  readonly gate: bigint;
}

const GATE = '*(u64 *) ((char *) &idt + 32)';

/** Every boundary of the program. The gate is looked for by its bytes, whatever the page tables say. */
function everyBoundary(session: Session): Seen[] {
  const gateAt = cpuModel.translate(machineOf(session).cpu, value(session, '(u64) &idt + 32'), 'read')!;
  const seen: Seen[] = [];
  for (;;) {
    const { cpu } = machineOf(session);
    const gate = new DataView(cpu.ram.buffer, cpu.ram.byteOffset + gateAt).getBigUint64(0, true);
    seen.push({ rip: ripOf(session), rax: cpuModel.getReg(cpu, 0), cr3: cpuModel.getCr(cpu, 3), gate });
    if (finishMotion(stepInstructions(session, 1)).reason.kind !== 'done') return seen;
  }
}

/** Ticks at which `continue` stops one after the other. */
function forwards(session: Session): number[] {
  const ticks: number[] = [];
  for (;;) {
    const { kind } = finishMotion(goOn(session)).reason;
    if (kind !== 'hit') return ticks;
    ticks.push(session.timeline.tick);
  }
}

function backwards(session: Session): number[] {
  const ticks: number[] = [];
  for (;;) {
    const { kind } = finishMotion(goBack(session)).reason;
    if (kind !== 'hit') return ticks;
    ticks.push(session.timeline.tick);
  }
}

test('breakpoints and watchpoints are hit where single steps find them, both ways', () => {
  const seen = everyBoundary(nmi());
  const last = seen.length - 1;
  const draw = random(9);
  const changes = (key: 'rax' | 'cr3' | 'gate'): number[] =>
    seen.flatMap((now, tick) => (tick > 0 && now[key] !== seen[tick - 1]![key] ? [tick] : []));
  for (let round = 0; round < 40; round++) {
    const session = nmi();
    session.timeline.spacing = 1 + draw.below(20);
    const addresses = new Set(Array.from({ length: draw.below(4) }, () => seen[1 + draw.below(last - 1)]!.rip));
    breakAt(session, [...addresses]);
    const watched = draw.below(4);
    const first = value(session, '(u64) &idt + 32');
    if (watched === 1) session.points.push(watchpoint('$rax', { kind: 'step' }));
    if (watched === 2) session.points.push(watchpoint('$cr3', { kind: 'registers' }));
    if (watched === 3) session.points.push(watchpoint(GATE, { kind: 'data', first, last: first + 7n }));
    const changed = watched === 0 ? [] : changes((['rax', 'cr3', 'gate'] as const)[watched - 1]!);
    const broken = seen.flatMap(({ rip }, tick) => (addresses.has(rip) ? [tick] : []));
    const ahead = [...new Set([...broken.filter((tick) => tick > 0), ...changed])].sort((a, b) => a - b);
    assert.equal(
      forwards(session),
      ahead.filter((tick) => tick <= last),
      `forwards, round ${round}`,
    );
    const end = session.timeline.tick;
    const behind = [...new Set([...broken, ...changed.map((tick) => tick - 1)])].sort((a, b) => b - a);
    assert.equal(
      backwards(session),
      behind.filter((tick) => tick < end),
      `backwards, round ${round}`,
    );
    assert.is(session.timeline.tick, 0);
  }
});

test('steps back and forth through micro-ops leave the boundaries as they were', () => {
  const session = nmi();
  finishMotion(stepInstructions(session, 20));
  const hashes: string[] = [];
  for (let tick = 20; tick < 35; tick++) {
    hashes.push(hash(session));
    finishMotion(stepUops(session, 1));
    while (session.uop > 0) finishMotion(stepUops(session, 1));
    assert.is(session.timeline.tick, tick + 1);
  }
  for (let tick = 34; tick >= 20; tick--) {
    finishMotion(backUops(session, 1));
    while (session.uop > 0) finishMotion(backUops(session, 1));
    assert.is(session.timeline.tick, tick);
    assert.is(hash(session), hashes[tick - 20]);
  }
});

test('a step from the midst of an instruction goes from its start', () => {
  const session = nmi();
  finishMotion(stepInstructions(session, 2));
  const before = hash(session);
  finishMotion(stepInstructions(session, 1));
  const after = hash(session);
  finishMotion(backInstructions(session, 1));
  finishMotion(stepUops(session, 1));
  assert.is(session.uop, 1);
  finishMotion(stepInstructions(session, 1));
  assert.is(hash(session), after);
  finishMotion(backInstructions(session, 1));
  finishMotion(stepUops(session, 1));
  finishMotion(backInstructions(session, 1));
  assert.is(hash(session), before);
});

test('over a call and back over it', () => {
  const session = nmi();
  const call = value(session, '(u64) &exit') - 6n;
  breakAt(session, [call]);
  finishMotion(goOn(session));
  session.points = [];
  const before = hash(session);
  const { tick } = session.timeline;
  finishMotion(stepOver(session, 1));
  assert.is(ripOf(session), call + 5n);
  finishMotion(backOver(session, 1));
  assert.is(session.timeline.tick, tick);
  assert.is(hash(session), before);
});

test('an interrupted way back leaves the session where it was', () => {
  const session = nmi();
  finishMotion(stepInstructions(session, 30));
  const here = hash(session);
  session.points.push(watchpoint('$rax', { kind: 'step' }));
  const motion = goBack(session);
  motion.next();
  session.interrupted = true;
  const next = motion.next();
  assert.is(next.done && next.value.reason.kind, 'interrupted');
  assert.is(session.timeline.tick, 30);
  assert.is(hash(session), here);
});

test('an entry that is none leaves everything as it is', () => {
  const session = nmi();
  finishMotion(stepInstructions(session, 12));
  const here = hash(session);
  assert.ok(restart(session, { entry: 'nosuch' }).some(({ severity }) => severity === 'error'));
  assert.is(session.timeline.tick, 12);
  assert.is(hash(session), here);
  finishMotion(backInstructions(session, 1));
  finishMotion(stepInstructions(session, 1));
  assert.is(hash(session), here);
});

test('history does not remember where a person has looked', () => {
  const session = nmi();
  finishMotion(stepInstructions(session, 25));
  const there = hash(session);
  for (const tick of [3, 24, 0, 25]) seek(session.timeline, tick);
  assert.is(hash(session), there);
});

test.run();
