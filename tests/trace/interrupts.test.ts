/** The log of events in QEMU's columns, and events in a trace. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Delivery, type EventRecord, raiseInterrupt, raiseNmi, run, setFlags } from '../../src/cpu/cpu.ts';
import { RFLAGS } from '../../src/isa/insn.ts';
import { entriesOf, selectionOf, setUp } from '../../src/lab/execute.ts';
import { interruptJson, interruptText } from '../../src/trace/interrupts.ts';
import { traceRun } from '../../src/trace/step.ts';
import { stepJson, stepText } from '../../src/trace/text.ts';
import { setGate, withHandlers } from '../cpu/handlers.ts';
import { benchOf, programOf } from '../lab/laboratory.ts';

const test = suite('interrupt log');

/** The deliveries of so many steps. */
function deliveries(code: string, steps: number, cpl = 0): readonly Delivery[] {
  const { cpu } = withHandlers(code, { cpl });
  setGate(cpu, 3, { dpl: 3 });
  setGate(cpu, 6, { present: false });
  const log: EventRecord[] = [];
  cpu.eventLog = log;
  setFlags(cpu, BigInt(RFLAGS.IF));
  raiseInterrupt(cpu, 0x20);
  raiseNmi(cpu);
  run(cpu, steps);
  return log.filter((record): record is Delivery => record.kind === 'event');
}

test('a line: number, vector, error code, software, CPL, IP, SP, CR2', () => {
  assert.equal(deliveries('90', 1).map(interruptText), [
    '     0: v=02 e=0000 i=0 cpl=0 IP=0010:0000000000010000 SP=0018:0000000000021000  NMI',
  ]);
  const { cpu } = withHandlers('8b042500000600', { cpl: 3 });
  const log: EventRecord[] = [];
  cpu.eventLog = log;
  run(cpu, 1);
  assert.equal(
    log.flatMap((record) => (record.kind === 'event' ? [interruptText(record, 7)] : [])),
    ['     7: v=0e e=0004 i=0 cpl=3 IP=0033:0000000000010000 SP=002b:0000000000021000 CR2=0000000000060000  #PF'],
  );
});

test('software interrupts say so, and what could not be delivered names what it became', () => {
  const { cpu } = withHandlers('cc0f0b', { cpl: 3 });
  setGate(cpu, 3, { dpl: 0 });
  const log: EventRecord[] = [];
  cpu.eventLog = log;
  run(cpu, 1);
  assert.equal(log.filter((record): record is Delivery => record.kind === 'event').map(interruptText), [
    '     0: v=03 e=0000 i=1 cpl=3 IP=0033:0000000000010001 SP=002b:0000000000021000  int 0x3, not delivered: #GP',
    '     1: v=0d e=001a i=0 cpl=3 IP=0033:0000000000010000 SP=002b:0000000000021000  #GP',
  ]);
  const [first] = log.filter((record): record is Delivery => record.kind === 'event');
  assert.equal(interruptJson(first!), {
    vector: 3,
    name: 'int 0x3',
    kind: 'software',
    cpl: 3,
    cs: 0x33,
    rip: '0x10001',
    ss: 0x2b,
    rsp: '0x21000',
    failure: '#GP',
  });
});

const PROGRAM = `	.section .entry.text, "ax"
	.globl	f
f:	lea	idt(%rip), %rdi
	lea	handler(%rip), %rax
	mov	%ax, 0x60(%rdi)
	movw	$0x10, 0x62(%rdi)
	movw	$0x8e00, 0x64(%rdi)
	shr	$16, %rax
	mov	%ax, 0x66(%rdi)
	shr	$16, %rax
	mov	%eax, 0x68(%rdi)
	sub	$16, %rsp
	movw	$0x1ff, 6(%rsp)
	mov	%rdi, 8(%rsp)
	lidt	6(%rsp)
	add	$16, %rsp
	ud2
	ret
handler:
	addq	$2, (%rsp)
	iretq
	.data
idt:	.fill	512, 1, 0
`;

test('a trace shows an event below its instruction, and the run goes on in the handler', () => {
  const bench = benchOf(programOf(PROGRAM), { events: 'deliver' });
  const entry = entriesOf(bench.program, bench.image)[0]!;
  setUp(bench, entry, selectionOf(bench.program.scenario, entry.name));
  const trace = traceRun(bench.machine, { maxInsns: 50 });
  const steps = [];
  let next = trace.next();
  for (; !next.done; next = trace.next()) steps.push(next.value);
  assert.is(next.value.kind, 'halt');
  const faulting = steps.findIndex(({ deliveries }) => deliveries.length > 0);
  assert.match(
    stepText(steps[faulting]!),
    /ud2 .*\n {5}0: v=06 e=0000 i=0 cpl=0 IP=0010:[0-9a-f]+ SP=0018:[0-9a-f]+ {2}#UD$/,
  );
  const { events } = stepJson(steps[faulting]!);
  assert.is(JSON.stringify(events).match(/#UD/g)?.length, 1);
  assert.is(steps[faulting + 1]?.symbol, 'handler');
  assert.is(steps[faulting + 3]?.text, 'ret');
});

test('an interrupt is a step of its own', () => {
  const bench = benchOf(programOf(PROGRAM), { events: 'deliver' });
  const entry = entriesOf(bench.program, bench.image)[0]!;
  setUp(bench, entry, selectionOf(bench.program.scenario, entry.name));
  run(bench.machine.cpu, 14);
  raiseNmi(bench.machine.cpu);
  const step = traceRun(bench.machine, { maxInsns: 1 }).next().value;
  assert.ok(step && 'text' in step);
  assert.is(step.text, '(NMI)');
});

test.run();
