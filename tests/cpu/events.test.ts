/** When events are taken: their priorities, what holds them off, what they wake, and how they are reported. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  activity,
  areNmisBlocked,
  type Cpu,
  CR4,
  type Delivery,
  type EventRecord,
  getFlags,
  getMsr,
  getReg,
  getRip,
  injectEvent,
  MSR,
  pendingInterrupt,
  raiseInterrupt,
  raiseMachineCheck,
  raiseNmi,
  run,
  setFlags,
  setMsr,
  setReg,
  writePhysical,
} from '../../src/cpu/cpu.ts';
import { GPR, RFLAGS } from '../../src/isa/insn.ts';
import type { TestMachine } from './bench-machine.ts';
import { chain, handlerOf, setGate, stacked, withHandlers } from './handlers.ts';
import { CODE, DATA, enable, snippet } from './snippet.ts';
import { outcome, snapshot } from './tables.ts';

const test = suite('events');

const NOPS = '9090909090';
const { IF, TF, RF, FIXED } = RFLAGS;
const VECTOR = 0x50;

function machine(code: string, flags = 0): TestMachine {
  const built = withHandlers(code);
  setFlags(built.cpu, BigInt(flags));
  return built;
}

/** What is taken, in order, while so many instructions or events go by. */
function taken(cpu: Cpu, budget: number): string {
  const log: EventRecord[] = [];
  cpu.eventLog = log;
  run(cpu, budget);
  cpu.eventLog = undefined;
  return chain(log);
}

test('table 6-2: machine check, trap of the last instruction, NMI, interrupt, fault', () => {
  const { cpu } = machine(NOPS, IF | TF);
  enable(cpu, 4, CR4.MCE);
  for (const vector of [1, 2, 18]) setGate(cpu, vector, { type: 15 });
  run(cpu, 1);
  raiseInterrupt(cpu, VECTOR);
  raiseNmi(cpu);
  raiseMachineCheck(cpu);
  assert.is(taken(cpu, 4), '#MC > #DB > NMI > vector 80');
});

test('each event counts against the budget, and a stop between two of them loses none', () => {
  const { cpu } = machine(NOPS, IF);
  setGate(cpu, 2, { type: 15 });
  raiseInterrupt(cpu, VECTOR);
  raiseNmi(cpu);
  assert.is(taken(cpu, 1), 'NMI');
  assert.is(pendingInterrupt(cpu), VECTOR);
  assert.is(taken(cpu, 1), 'vector 80');
  assert.is(pendingInterrupt(cpu), undefined);
});

test('IF holds interrupts off, and raiseInterrupt takes one back', () => {
  const { cpu } = machine(NOPS);
  raiseInterrupt(cpu, VECTOR);
  assert.is(taken(cpu, 3), '');
  setFlags(cpu, BigInt(IF));
  raiseInterrupt(cpu, undefined);
  assert.is(taken(cpu, 1), '');
});

test('STI holds interrupts off for an instruction, MOV SS everything', () => {
  const sti = machine(`fb${NOPS}`);
  raiseInterrupt(sti.cpu, VECTOR);
  assert.is(taken(sti.cpu, 2), '');
  assert.is(taken(sti.cpu, 1), 'vector 80');
  assert.is(stacked(sti.cpu, 1)[0], CODE + 2n);
  // mov %eax, %ss
  const movSs = machine(`8ed0${NOPS}`, IF);
  setReg(movSs.cpu, GPR.RAX, 0x18n);
  run(movSs.cpu, 1);
  raiseNmi(movSs.cpu);
  raiseInterrupt(movSs.cpu, VECTOR);
  assert.is(taken(movSs.cpu, 1), '');
  assert.is(taken(movSs.cpu, 1), 'NMI');
  assert.is(stacked(movSs.cpu, 1)[0], CODE + 3n);
});

test('a second NMI waits for IRET, a third is lost', () => {
  const { cpu } = machine(NOPS);
  writePhysical(cpu, Number(handlerOf(2)), Uint8Array.of(0x90, 0x90, 0x48, 0xcf));
  raiseNmi(cpu);
  run(cpu, 1);
  assert.ok(areNmisBlocked(cpu));
  raiseNmi(cpu);
  raiseNmi(cpu);
  assert.is(taken(cpu, 3), '');
  assert.is(taken(cpu, 4), 'NMI');
  assert.not(areNmisBlocked(cpu));
  assert.is(taken(cpu, 2), '');
});

test('an IRET that faults lets NMIs in: after its own fault', () => {
  const { cpu } = machine(NOPS);
  writePhysical(cpu, Number(handlerOf(2)), Uint8Array.of(0x48, 0xcf));
  raiseNmi(cpu);
  run(cpu, 1);
  raiseNmi(cpu);
  writePhysical(cpu, Number(getReg(cpu, GPR.RSP)) + 8, Uint8Array.of(0, 0));
  assert.is(taken(cpu, 2), '#GP(0) > NMI');
  assert.is(stacked(cpu, 1)[0], handlerOf(13));
});

test('HLT waits for an event, and its frame is behind it', () => {
  const { cpu } = machine('fbf490', 0);
  assert.is(run(cpu, 10).kind, 'halt');
  assert.is(activity(cpu), 'halted');
  assert.is(run(cpu, 10).kind, 'halt');
  raiseInterrupt(cpu, VECTOR);
  assert.is(taken(cpu, 1), 'vector 80');
  assert.is(activity(cpu), 'running');
  assert.is(stacked(cpu, 1)[0], CODE + 2n);
});

test('a shutdown is left by an NMI alone', () => {
  const { cpu } = machine('f4', IF);
  for (const vector of [6, 8, 11]) setGate(cpu, vector, { present: false });
  assert.is(injectEvent(cpu, { vector: 6, kind: 'fault' })?.kind, 'shutdown');
  assert.is(activity(cpu), 'shut down');
  raiseInterrupt(cpu, VECTOR);
  assert.is(run(cpu, 10).kind, 'shutdown');
  raiseNmi(cpu);
  assert.is(taken(cpu, 1), 'NMI');
  assert.is(activity(cpu), 'running');
});

// Machine checks

test('a machine check sets MCIP; a second one is a shutdown, and so is one without CR4.MCE', () => {
  const { cpu } = machine(NOPS);
  enable(cpu, 4, CR4.MCE);
  raiseMachineCheck(cpu);
  assert.is(taken(cpu, 1), '#MC');
  assert.is(getMsr(cpu, MSR.MCG_STATUS), 0b101n);
  assert.equal(stacked(cpu, 3), [CODE, 0x10n, BigInt(FIXED)]);
  raiseMachineCheck(cpu);
  assert.is(run(cpu, 1).kind, 'shutdown');
  const deaf = machine(NOPS);
  raiseMachineCheck(deaf.cpu);
  assert.is(run(deaf.cpu, 1).kind, 'shutdown');
});

test('WRMSR to IA32_MCG_STATUS lets the next one in; its reserved bits are #GP', () => {
  const { cpu } = machine(`0f30${NOPS}`);
  enable(cpu, 4, CR4.MCE);
  setMsr(cpu, MSR.MCG_STATUS, 4n);
  setReg(cpu, GPR.RCX, BigInt(MSR.MCG_STATUS));
  run(cpu, 1);
  raiseMachineCheck(cpu);
  assert.is(taken(cpu, 1), '#MC');
  for (const bit of [3, 31]) {
    const refused = machine('0f30');
    setReg(refused.cpu, GPR.RCX, BigInt(MSR.MCG_STATUS));
    setReg(refused.cpu, GPR.RAX, 1n << BigInt(bit));
    assert.is(taken(refused.cpu, 1), '#GP(0)');
  }
});

test('MOV SS does not hold a machine check off', () => {
  const { cpu } = machine(`8ed0${NOPS}`);
  enable(cpu, 4, CR4.MCE);
  setReg(cpu, GPR.RAX, 0x18n);
  run(cpu, 1);
  raiseMachineCheck(cpu);
  assert.is(taken(cpu, 1), '#MC');
});

// RF

test('an interrupt between the iterations of a REP has RF in its frame, before and behind it not', () => {
  for (const [steps, rip, flags] of [
    [0, CODE, FIXED | IF],
    [1, CODE, FIXED | IF | RF],
    [3, CODE, FIXED | IF | RF],
    [4, CODE + 2n, FIXED | IF],
  ] as const) {
    const { cpu } = machine(`f3a4${NOPS}`, IF);
    for (const [register, value] of [
      [GPR.RCX, 4n],
      [GPR.RSI, DATA],
      [GPR.RDI, DATA + 8n],
    ] as const)
      setReg(cpu, register, value);
    run(cpu, steps);
    raiseInterrupt(cpu, VECTOR);
    assert.is(taken(cpu, 1), 'vector 80');
    const [at, , pushed] = stacked(cpu, 3);
    assert.is(at, rip, `after ${steps}`);
    assert.is(pushed, BigInt(flags), `after ${steps}`);
  }
});

test('a branch to itself is no REP', () => {
  const { cpu } = machine('ebfe', IF);
  run(cpu, 3);
  raiseInterrupt(cpu, VECTOR);
  run(cpu, 1);
  assert.is(stacked(cpu, 3)[2], BigInt(FIXED | IF));
});

// By hand

test('injected events: the frame of each kind', () => {
  const frame = (injection: Parameters<typeof injectEvent>[1], count: number): readonly bigint[] => {
    const { cpu } = machine(NOPS);
    assert.is(injectEvent(cpu, injection), undefined);
    assert.is(getRip(cpu), handlerOf(injection.vector));
    return stacked(cpu, count);
  };
  assert.equal(frame({ vector: 13, kind: 'fault', error: 0x18 }, 4), [0x18n, CODE, 0x10n, BigInt(FIXED | RF)]);
  assert.equal(frame({ vector: 6, kind: 'fault' }, 3), [CODE, 0x10n, BigInt(FIXED | RF)]);
  assert.equal(frame({ vector: 3, kind: 'software' }, 3), [CODE, 0x10n, BigInt(FIXED)]);
  assert.equal(frame({ vector: VECTOR, kind: 'interrupt' }, 3), [CODE, 0x10n, BigInt(FIXED)]);
});

test('an injected page fault brings its CR2, an injected NMI blocks the next', () => {
  const { cpu } = machine(NOPS);
  injectEvent(cpu, { vector: 14, kind: 'fault', error: 2, cr2: 0x1234n });
  const log: EventRecord[] = [];
  cpu.eventLog = log;
  injectEvent(cpu, { vector: 2, kind: 'nmi' });
  assert.ok(areNmisBlocked(cpu));
  assert.is(log.find((record) => record.kind === 'event')?.cr2, 0x1234n);
});

test('where events stop the run an injected one is the stop', () => {
  const { cpu } = snippet(NOPS);
  const before = snapshot(cpu);
  const stop = injectEvent(cpu, { vector: 13, kind: 'fault', error: 8 });
  assert.is(outcome(stop!), '#GP(8)');
  assert.equal(snapshot(cpu), before);
});

test('a delivery is a record: what it interrupted, and what it ran into', () => {
  const { cpu } = machine('0f0b');
  setGate(cpu, 6, { present: false });
  const rsp = getReg(cpu, GPR.RSP);
  const log: EventRecord[] = [];
  cpu.eventLog = log;
  run(cpu, 1);
  const [first, second] = log.filter((record): record is Delivery => record.kind === 'event');
  assert.ok(first && second);
  assert.is(first.failure?.vector, 11);
  assert.is(second.failure, undefined);
  for (const { cpl, cs, ss, rsp: at } of [first, second]) assert.equal([cpl, cs, ss, at], [0, 0x10, 0x18, rsp]);
  assert.is(getFlags(cpu) & BigInt(RF), 0n);
});

test.run();
