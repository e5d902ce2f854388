/** A fault changes nothing: every sample, run with one page mapped after another, so that each of its accesses faults in turn. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { GPR } from '../../src/isa/insn.ts';
import { lower } from '../../src/uop/lower/lower.ts';
import { execute, type Fault, type Machine, newMachine } from './interpreter.ts';
import { decodeSample, SAMPLE_IP, SAMPLES, SAMPLES_32, type Sample } from './samples.ts';

const test = suite('faults');

/** Every general register points into a page of its own, in the middle of it. */
const pageOf = (register: number): bigint => 0x1000n + BigInt(register) * 0x10n;

function machineWith(pages: readonly bigint[], cpl: number): Machine {
  const machine = newMachine();
  machine.cpl = cpl;
  machine.rip = SAMPLE_IP;
  machine.regs.forEach((_, n) => {
    machine.regs[n] = pageOf(n) * 4096n + 0x800n;
  });
  // Small enough to index and count with.
  machine.regs[GPR.RCX] = 2n;
  for (const page of pages) machine.pages.set(page, 0);
  return machine;
}

function run(machine: Machine, sample: Sample): Fault | undefined {
  const { text, model } = sample;
  const decoded = decodeSample(sample);
  const lowered = decoded.kind === 'insn' ? lower(decoded.insn, model) : undefined;
  if (decoded.kind !== 'insn' || lowered?.kind !== 'uops') throw new Error(text);
  return execute(machine, decoded.insn, lowered.uops);
}

/** What the sample may not change before it faults: all but the memory that early stores write. */
const snapshot = ({ regs, rip, flags, base, memory, cr, dr, msr, log }: Machine, { uops }: Sample) =>
  structuredClone({
    ...{ regs, rip, flags, base, cr, dr, msr, log },
    ...(!uops.some((text) => text.startsWith('early')) && { memory }),
  });

/** The pages that the instruction touches, found by mapping the one it faults on until it doesn't. */
function faultsInTurn(sample: Sample, cpl: number): { faults: Fault[]; changed: boolean } {
  const pages: bigint[] = [];
  const faults: Fault[] = [];
  for (let i = 0; i < 20; i++) {
    const machine = machineWith(pages, cpl);
    const before = snapshot(machine, sample);
    const fault = run(machine, sample);
    if (fault === undefined) break;
    faults.push(fault);
    try {
      assert.equal(snapshot(machine, sample), before);
    } catch {
      return { faults, changed: true };
    }
    if (fault.cr2 === undefined) break;
    pages.push(fault.cr2 / 4096n);
  }
  return { faults, changed: false };
}

test('no sample changes anything before it faults', () => {
  for (const cpl of [0, 3]) {
    const results = [...SAMPLES, ...SAMPLES_32].map((sample) => ({ sample, ...faultsInTurn(sample, cpl) }));
    assert.equal(
      results.filter(({ changed }) => changed).map(({ sample }) => sample.text),
      [],
    );
    assert.ok(results.filter(({ faults }) => faults.length > 0).length > 500);
    assert.ok(results.some(({ faults }) => faults.length > 1));
  }
});

const faultsOf = (text: string, cpl: number): Fault[] => {
  const sample = SAMPLES.find((candidate) => candidate.text === text);
  if (sample === undefined) throw new Error(`no sample ${text}`);
  return faultsInTurn(sample, cpl).faults;
};

const WRITE_BY_USER = 6;
const READ_BY_USER = 4;

test('a read-modify-write faults as a write, a comparison as a read', () => {
  assert.is(faultsOf('add    %rsi,0x40(%rbx,%rsi,4)', 3)[0]?.error, WRITE_BY_USER);
  assert.is(faultsOf('lock cmpxchg %rsi,0x40(%rbx,%rsi,4)', 3)[0]?.error, WRITE_BY_USER);
  assert.is(faultsOf('xchg   %rsi,0x40(%rbx,%rsi,4)', 3)[0]?.error, WRITE_BY_USER);
  assert.is(faultsOf('cmp    %rsi,0x40(%rbx,%rsi,4)', 3)[0]?.error, READ_BY_USER);
  assert.is(faultsOf('bt     %rcx,0x8(%rax)', 3)[0]?.error, READ_BY_USER);
});

test('two accesses fault in the order of the manual', () => {
  const stackPage = pageOf(GPR.RSP);
  const faults = faultsOf('push   0x40(%rbx,%rsi,4)', 3);
  assert.equal(
    faults.map(({ error, cr2 }) => [error, cr2 !== undefined && cr2 / 4096n === stackPage]),
    [
      [READ_BY_USER, false],
      [WRITE_BY_USER, true],
    ],
  );
  const pop = faultsOf('pop    0x40(%rbx,%rsi,4)', 3);
  assert.equal(
    pop.map(({ error }) => error),
    [READ_BY_USER, WRITE_BY_USER],
  );
});

test('privileged instructions are #GP outside CPL 0, UD2 is #UD everywhere', () => {
  for (const text of ['mov    %cr3,%rax', 'mov    %db7,%rax', 'swapgs', 'hlt', 'rdmsr', 'wrmsr', 'invlpg %gs:0x8']) {
    assert.equal(faultsOf(text, 3), [{ vector: 13, error: 0 }], text);
    assert.equal(faultsOf(text, 0), [], text);
  }
  for (const cpl of [0, 3]) assert.equal(faultsOf('ud2', cpl), [{ vector: 6, error: 0 }]);
});

test.run();
