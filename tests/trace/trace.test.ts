/** Traces as text and JSON, and the report of a stop. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as cpuModel from '../../src/cpu/cpu.ts';
import { type Bench, entriesOf, selectionOf, setUp } from '../../src/lab/execute.ts';
import { kernelCr3 } from '../../src/machine/linux.ts';
import { stopReport, stopText } from '../../src/trace/report.ts';
import { flagNames, REGISTER_NAMES, readRegister, snapshot, writeRegister } from '../../src/trace/snapshot.ts';
import { type StepRecord, traceRun } from '../../src/trace/step.ts';
import { stepJson, stepText } from '../../src/trace/text.ts';
import { benchOf, type Options, programOf } from '../lab/laboratory.ts';

const test = suite('trace');

interface Traced {
  readonly bench: Bench;
  readonly steps: readonly StepRecord[];
  readonly stop: cpuModel.Stop;
}

function traced(text: string, options: Options = {}, uops = false, maxInsns = 50): Traced {
  const bench = benchOf(programOf(`#include "alternative.inc"\n${text}`), options);
  const entry = entriesOf(bench.program, bench.image)[0]!;
  setUp(bench, entry, selectionOf(bench.program.scenario, entry.name));
  const steps: StepRecord[] = [];
  const trace = traceRun(bench.machine, { maxInsns, uops });
  let next = trace.next();
  for (; !next.done; next = trace.next()) steps.push(next.value);
  return { bench, steps, stop: next.value };
}

const HEAD = '.section .entry.text, "ax"\n.globl f\n';
const STORE = `${HEAD}f:	push $0x11
	pop %rbx
	ALTERNATIVE "", "mov %cr3, %rax; bts $63, %rax; mov %rax, %cr3", X86_FEATURE_PTI
	cmp %ebx, %ebx
	ret`;

test('a line has fixed columns: address, symbol, instruction, only what changed', () => {
  const { bench, steps, stop } = traced(STORE, { features: ['PTI', 'PCID'] });
  const lines = steps.map(stepText);
  const cr3 = kernelCr3(bench.machine.space, 1);
  assert.equal(
    lines.map((l) => [
      l.slice(0, 16),
      l.slice(18, 40).trimEnd(),
      l.slice(42, 86).trimEnd().replace(/ +/g, ' '),
      l.slice(88),
    ]),
    [
      ['ffffffff81000000', 'f', 'push $0x11', 'rsp=0xfffffe000000dff0 [fffffe000000dff0].8=0x11'],
      ['ffffffff81000002', 'f+0x2', 'pop %rbx', 'rbx=0x11 rsp=0xfffffe000000dff8'],
      ['ffffffff81000003', 'f+0x3', 'mov %cr3,%rax {PTI}', `rax=0x${cr3.toString(16)}`],
      ['ffffffff81000006', 'f+0x6', 'bts $0x3f,%rax {PTI}', `rax=0x${(cr3 | (1n << 63n)).toString(16)}`],
      ['ffffffff8100000b', 'f+0xb', 'mov %rax,%cr3 {PTI}', `cr3=0x${cr3.toString(16)} (kernel(1), no flush)`],
      ['ffffffff8100000e', 'f+0xe', 'cmp %ebx,%ebx', 'rflags=[ ZF PF ]'],
      ['ffffffff81000010', 'f+0x10', 'ret', 'rsp=0xfffffe000000e000'],
    ],
  );
  assert.is(stop.kind, 'halt');
});

test('JSON: valid, every field, 64-bit values as hexadecimal strings', () => {
  const { steps } = traced(STORE, { features: ['PTI', 'PCID'] }, true);
  const [push, , load] = steps.map((s) => JSON.parse(JSON.stringify(stepJson(s))));
  assert.equal(
    { ...push, uops: push.uops.length > 0 },
    {
      index: 0,
      rip: '0xffffffff81000000',
      symbol: 'f',
      bytes: '6a 11',
      text: steps[0]!.text,
      at: { file: 't.S', line: 4 },
      changes: [
        { what: 'rsp', from: '0xfffffe000000dff8', to: '0xfffffe000000dff0' },
        { what: 'mem', from: '0x0', to: '0x11', address: '0xfffffe000000dff0', width: 8 },
      ],
      cycles: Number(steps[0]!.cycles),
      uops: true,
    },
  );
  assert.equal(load.alternative, { feature: 'PTI', site: '0xffffffff81000003' });
  assert.equal(
    load.at.macros.map((m: { macro: string }) => m.macro),
    ['ALTERNATIVE'],
  );
  assert.is(load.at.macros[0].line, 6);
});

test('micro-ops stand below the line, addressed as rip.n', () => {
  const { steps } = traced(`${HEAD}f: push %rax\nret`, {}, true);
  const [line, ...uops] = stepText(steps[0]!).split('\n');
  assert.match(line!, /^ffffffff81000000 {2}f /);
  assert.ok(uops.length > 1);
  for (const [n, uop] of uops.entries()) assert.match(uop, new RegExp(`^ {4}ffffffff81000000\\.${n} {2}\\S`));
  assert.equal(traced(`${HEAD}f: push %rax\nret`).steps[0]!.uops, []);
});

test('tracing changes nothing of what runs', () => {
  const { bench } = traced(STORE, { features: ['PTI', 'PCID'] });
  const plain = benchOf(bench.program, { features: ['PTI', 'PCID'] });
  const entry = entriesOf(plain.program, plain.image)[0]!;
  setUp(plain, entry, selectionOf(plain.program.scenario, entry.name));
  cpuModel.run(plain.machine.cpu, 50);
  assert.equal([...snapshot(plain.machine.cpu)], [...snapshot(bench.machine.cpu)]);
  assert.equal(cpuModel.counters(plain.machine.cpu), cpuModel.counters(bench.machine.cpu));
  assert.equal(cpuModel.tlbEntries(plain.machine.cpu), cpuModel.tlbEntries(bench.machine.cpu));
});

test('a stop in one line', () => {
  const cases: readonly (readonly [body: string, text: RegExp])[] = [
    ['f: jmp f', /^stopped at f: the instruction budget is used up \(see --max-insns\)$/],
    ['f: nop\nhlt', /^halted at /],
    ['f: nop\nud2', /^#UD at f\+0x1: /],
    ['f: movl $1, 0x10', /^#PF\(0x2\) at f, CR2 0000000000000010: /],
    ['f: mov %rax, %cr8\nmov $-1, %rax\nmov %rax, %cr4', /^#GP\(0x0\) at f\+0x/],
  ];
  for (const [body, text] of cases) {
    const { bench, stop } = traced(HEAD + body);
    assert.match(stopText(bench.machine, stop), text);
  }
});

test('a report names the instruction, the source through its macros, the alternative and the state', () => {
  const text = `.macro WRITE reg
	mov \\reg, %cr3
.endm
${HEAD}f:	mov $1, %rax
	ror $1, %rax
	ALTERNATIVE "", "WRITE %rax", X86_FEATURE_PCID
	ret`;
  const { bench, stop, steps } = traced(text, { features: ['PCID'], cpu: { pcid: false } });
  const report = stopReport(bench.machine, stop, [steps.at(-1)!.patched!]);
  const lines = report.split('\n');
  assert.match(lines[0]!, /^#GP\(0x0\) at f\+0xa: /);
  assert.match(lines[1]!, /^ {2}instruction {2}ffffffff8100000a {2}mov\s+%rax,%cr3$/);
  assert.is(lines[2], '  source       t.S:3');
  assert.match(report, /alternative\.inc:\d+: +Info: macro invoked from here: WRITE/);
  assert.match(report, /t\.S:9: +Info: macro invoked from here: ALTERNATIVE/);
  assert.match(report, /alternative {2}put there for PCID at f\+0xa, from t\.S:9/);
  assert.match(report, /on the way {3}put there for PCID/);
  assert.match(report, / rax 8000000000000000 {2}/);
  assert.match(report, /cr3 is kernel\(1\)/);
  const kept = traced(`${HEAD}f: ALTERNATIVE "", "cld", X86_FEATURE_PTI\nud2`, { features: ['PTI'] });
  assert.match(stopReport(kept.bench.machine, kept.stop), /alternative {2}none at this address: it is as assembled/);
});

test('every register has a name, can be set, and is in the dump', () => {
  const { bench } = traced(`${HEAD}f: ret`);
  const { cpu } = bench.machine;
  assert.not(writeRegister(cpu, 'nosuch', 1n));
  assert.is(readRegister(cpu, 'nosuch'), undefined);
  for (const name of REGISTER_NAMES.filter((n) => /^r(?!flags)|_base$|^dr[0-3]$|^cr2$/.test(n))) {
    assert.ok(writeRegister(cpu, name, 0x1234n));
    assert.is(readRegister(cpu, name), 0x1234n, name);
    assert.is(snapshot(cpu).get(name), 0x1234n);
  }
});

test('flags by name, as gdb prints them', () => {
  assert.is(flagNames(2n), '[ ]');
  assert.is(flagNames(0x246n), '[ IF ZF PF ]');
  assert.is(flagNames(0xed7n | 0x10000n | 0x40000n), '[ AC RF OF DF IF SF ZF AF PF CF ]');
});

test.run();
