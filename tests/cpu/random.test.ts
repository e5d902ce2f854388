/** RDRAND and RDSEED: the same numbers from the same seed, and again after a restore. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type CpuOptions, checkpoint, getFlags, getReg, restore, run, setFlags } from '../../src/cpu/cpu.ts';
import { withFeatures } from '../../src/isa/cpu-model.ts';
import { MAX } from '../../src/isa/cpu-models.ts';
import { GPR, RFLAGS } from '../../src/isa/insn.ts';
import { I, snippet } from './snippet.ts';

const test = suite('random numbers');
/** rdrand %rax; rdseed %rbx; rdrand %ecx; rdrand %dx; hlt */
const CODE = `480fc7f0480fc7fb0fc7f1660fc7f2${I.hlt}`;
const ALL = [GPR.RAX, GPR.RBX, GPR.RCX, GPR.RDX];

function draw(options: Partial<CpuOptions> = {}): bigint[] {
  const { cpu } = snippet(CODE, options);
  assert.is(run(cpu, 10).kind, 'halt');
  return ALL.map((n) => getReg(cpu, n));
}

test('follow from the seed: SplitMix64', () => {
  // The first outputs of the published generator for the seed 1234567.
  assert.equal(draw({ seed: 1234567n }), [
    6457827717110365317n,
    3203168211198807973n,
    9817491932198370423n & 0xffffffffn,
    4593380528125082431n & 0xffffn,
  ]);
  assert.equal(draw(), draw());
  assert.not.equal(draw(), draw({ seed: 2n }));
});

test('CF says that there was one, the other flags are 0', () => {
  const { cpu } = snippet(CODE);
  const { CF, PF, AF, ZF, SF, OF } = RFLAGS;
  const six = BigInt(CF | PF | AF | ZF | SF | OF);
  setFlags(cpu, six & ~BigInt(CF));
  run(cpu, 1);
  assert.is(getFlags(cpu) & six, BigInt(CF));
});

test('come again after a restore', () => {
  const { cpu } = snippet(CODE);
  run(cpu, 1);
  const middle = checkpoint(cpu);
  const rest = (): bigint[] => {
    assert.is(run(cpu, 10).kind, 'halt');
    return ALL.map((n) => getReg(cpu, n));
  };
  const once = rest();
  restore(cpu, middle);
  assert.equal(rest(), once);
});

test('a CPU without has none', () => {
  const { cpu } = snippet(CODE, { model: withFeatures(MAX, { rdrand: false }) });
  const stop = run(cpu, 1);
  assert.is(stop.kind === 'fault' && stop.vector, 6);
});

test.run();
