/** Fused against unfused: every sample encoding, from random states, ends in the same state block and memory. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type Cpu,
  CR4,
  getCr,
  run,
  setCpl,
  setCr,
  setFlags,
  setReg,
  setRip,
  setSegmentBase,
  stateBytes,
  writePhysical,
} from '../../src/cpu/cpu.ts';
import type { CpuModel } from '../../src/isa/cpu-model.ts';
import { MAX, ZEN4 } from '../../src/isa/cpu-models.ts';
import { SEGMENT } from '../../src/isa/insn.ts';
import { KERNEL_PAGE, map, testMachine, USER_PAGE } from '../cpu/bench-machine.ts';
import { type Random, random } from '../cpu/random.ts';
import { SAMPLES } from '../uop/samples.ts';

const test = suite('fusing');

const CODE = 0x10000n;
const DATA = 0x40000n;
const DATA_BYTES = 0x4000;
const ROUNDS = 4;
/** Random bytes to fill the data with, from another place each time. */
const POOL = random(7).bytes(2 * DATA_BYTES);

/** Flags that a random state may have: the arithmetic ones and DF. */
const FLAGS = 0xcd5n;

function machineAt(cpl: number, fuse: boolean, model: CpuModel): Cpu {
  const machine = testMachine({ fuse, model, ramBytes: 0x108000 });
  const flags = cpl === 3 ? USER_PAGE : KERNEL_PAGE;
  map(machine, CODE, 0x10000, flags);
  for (let at = 0; at < DATA_BYTES; at += 0x1000) map(machine, DATA + BigInt(at), 0x40000 + at, flags);
  setCr(machine.cpu, 4, getCr(machine.cpu, 4) | BigInt(CR4.FSGSBASE));
  setCpl(machine.cpu, cpl);
  return machine.cpu;
}

/** Registers that point into the data now and then, so that accesses hit, cross pages and miss. */
function randomValue(r: Random): bigint {
  const kind = r.below(4);
  if (kind === 0) return r.u64();
  if (kind === 1) return BigInt(r.below(256));
  return DATA + BigInt(r.below(DATA_BYTES));
}

function prepare(cpu: Cpu, bytes: Uint8Array, seed: number): void {
  const r = random(seed);
  for (let n = 0; n < 16; n++) setReg(cpu, n, randomValue(r));
  setFlags(cpu, r.u64() & FLAGS);
  setSegmentBase(cpu, SEGMENT.FS, r.below(2) ? DATA : 0n);
  setSegmentBase(cpu, SEGMENT.GS, r.below(2) ? DATA : 0n);
  const from = r.below(DATA_BYTES);
  writePhysical(cpu, 0x40000, POOL.subarray(from, from + DATA_BYTES));
  writePhysical(cpu, 0x10000, bytes);
  setRip(cpu, CODE);
}

/** The code, the data and the page tables. */
const memory = ({ ram }: Cpu): Buffer =>
  Buffer.concat([ram.subarray(0x10000, 0x11000), ram.subarray(0x40000, 0x44000), ram.subarray(0x100000)]);

for (const cpl of [0, 3]) {
  test(`every sample at CPL ${cpl}`, () => {
    const machines = new Map(
      [MAX, ZEN4].map((model) => [
        model,
        { fused: machineAt(cpl, true, model), unfused: machineAt(cpl, false, model) },
      ]),
    );
    assert.ok(SAMPLES.length > 500, `${SAMPLES.length} samples`);
    SAMPLES.forEach(({ bytes, text, model }, i) => {
      const { fused, unfused } = machines.get(model)!;
      for (let round = 0; round < ROUNDS; round++) {
        const seed = i * ROUNDS + round;
        prepare(fused, bytes, seed);
        prepare(unfused, bytes, seed);
        const budget = 1 + (round & 3);
        assert.equal(run(fused, budget), run(unfused, budget), `${text} seed ${seed}: stops`);
        assert.ok(Buffer.from(stateBytes(fused)).equals(stateBytes(unfused)), `${text} seed ${seed}: state`);
        assert.ok(memory(fused).equals(memory(unfused)), `${text} seed ${seed}: memory`);
      }
    });
  });
}

test.run();
