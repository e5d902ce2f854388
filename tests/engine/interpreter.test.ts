/**
 * The engine against the naive interpreter, which shares no arithmetic with it: every sample that needs nothing of the CPU model, an
 * instruction at a time from random states. Where the two agree on a form that the CPU at hand lacks, two readings of the manual do.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type Cpu,
  getFlags,
  getReg,
  getRip,
  run,
  type Stop,
  setFlags,
  setReg,
  setRip,
  setSegmentBase,
  writePhysical,
} from '../../src/cpu/cpu.ts';
import type { CpuModel } from '../../src/isa/cpu-model.ts';
import { MAX, ZEN4 } from '../../src/isa/cpu-models.ts';
import { decode } from '../../src/isa/decode.ts';
import { type Insn, SEGMENT } from '../../src/isa/insn.ts';
import { lower } from '../../src/uop/lower/lower.ts';
import type { Uop } from '../../src/uop/uop.ts';
import { enterUser, map, testMachine, USER_PAGE } from '../cpu/bench-machine.ts';
import { type Random, random } from '../cpu/random.ts';
import { execute, type Fault, type Machine, newMachine } from '../uop/interpreter.ts';
import { SAMPLES, type Sample } from '../uop/samples.ts';

const test = suite('interpreter');

const CODE = 0x10000n;
const DATA = 0x40000n;
const DATA_BYTES = 0x4000;
const ROUNDS = 4;
const PAGE = 4096n;
/** The arithmetic flags and DF. */
const FLAGS = 0xcd5n;

/** What the interpreter does whole: values, memory, control, and the checks of the system's. */
const WHOLE: ReadonlySet<string> = new Set(
  `
    mov sext zext add adc sub sbb and or xor shl shr sar rol ror rcl rcr shld shrd imul mulu muls divu divs
    bt bts btr btc bsf bsr popcnt tzcnt lzcnt bextr pdep pext crc32 bswap not neg inc dec
    lea linear select setcc getflags setflags step load probe loadh store aligned
    canonical jump branch branchz exitz cpl0 supervisor zero ports fence
  `
    .trim()
    .split(/\s+/),
);

const isWhole = ({ op }: Uop): boolean => WHOLE.has(op);

interface Case extends Sample {
  readonly insn: Insn;
  readonly lowered: readonly Uop[];
}

const CASES: readonly Case[] = SAMPLES.flatMap((sample) => {
  const decoded = decode(sample.bytes, CODE, sample.model);
  const lowered = decoded.kind === 'insn' ? lower(decoded.insn, sample.model) : undefined;
  if (decoded.kind !== 'insn' || lowered?.kind !== 'uops' || !lowered.uops.every(isWhole)) return [];
  return [{ ...sample, insn: decoded.insn, lowered: lowered.uops }];
});

/** What both start from. */
interface State {
  readonly regs: readonly bigint[];
  readonly flags: bigint;
  readonly fs: bigint;
  readonly gs: bigint;
  /** Each page of the data is full of one byte, but for these places, which registers point to. */
  readonly fill: readonly number[];
  readonly places: ReadonlyMap<bigint, number>;
}

/** Pointers into the data, small numbers, some of them with all upper bits set, and anything. */
function randomValue(r: Random): bigint {
  const kind = r.below(5);
  if (kind === 0) return r.u64();
  if (kind === 1) return BigInt(r.below(256));
  if (kind === 2) return BigInt.asUintN(64, -BigInt(r.below(256)));
  return (DATA + BigInt(r.below(DATA_BYTES))) & (r.below(2) ? ~0n : ~63n);
}

const isData = (address: bigint): boolean => address >= DATA && address < DATA + BigInt(DATA_BYTES);

function randomState(seed: number): State {
  const r = random(seed);
  const regs = Array.from({ length: 16 }, () => randomValue(r));
  const places = new Map<bigint, number>();
  for (const value of regs) {
    for (const [i, byte] of r.bytes(16).entries()) {
      const address = value + BigInt(i);
      if (isData(address)) places.set(address, byte);
    }
  }
  return {
    regs,
    flags: (r.u64() & FLAGS) | 2n,
    fs: r.below(2) ? DATA : 0n,
    gs: r.below(2) ? DATA : 0n,
    fill: Array.from({ length: DATA_BYTES / 4096 }, () => r.below(256)),
    places,
  };
}

/** The state after it, as text for comparison. */
interface Outcome {
  readonly regs: readonly string[];
  readonly rip: string;
  readonly flags: string;
  readonly fault: string;
  readonly data: Buffer;
}

const faultText = ({ vector, error, cr2 }: Pick<Fault, 'vector' | 'cr2'> & { error?: number }): string =>
  `${vector} ${error ?? 0} ${cr2?.toString(16)}`;

function onEngine(cpu: Cpu, { bytes }: Case, { regs, flags, fs, gs, fill, places }: State): Outcome {
  const data = dataOf(fill, places);
  regs.forEach((value, n) => {
    setReg(cpu, n, value);
  });
  setFlags(cpu, flags);
  setSegmentBase(cpu, SEGMENT.FS, fs);
  setSegmentBase(cpu, SEGMENT.GS, gs);
  writePhysical(cpu, Number(DATA), data);
  // Zeros behind it, which RIP-relative operands reach.
  writePhysical(cpu, Number(CODE), Buffer.concat([bytes, Buffer.alloc(64)]));
  setRip(cpu, CODE);
  const stop: Stop = run(cpu, 1);
  assert.ok(stop.kind === 'budget' || stop.kind === 'fault', stop.kind);
  return {
    regs: regs.map((_, n) => getReg(cpu, n).toString(16)),
    rip: getRip(cpu).toString(16),
    flags: getFlags(cpu).toString(16),
    fault: stop.kind === 'fault' ? faultText(stop) : '',
    data: Buffer.from(cpu.ram.subarray(Number(DATA), Number(DATA) + DATA_BYTES)),
  };
}

function interpreted({ insn, lowered }: Case, { regs, flags, fs, gs, fill, places }: State): Outcome {
  const machine: Machine = newMachine();
  machine.regs.splice(0, 16, ...regs);
  machine.flags = flags;
  machine.base = { fs, gs };
  machine.rip = CODE;
  machine.pages.set(CODE / PAGE, 0);
  for (const [i, byte] of insn.bytes.entries()) machine.memory.set(CODE + BigInt(i), byte);
  for (const [page, byte] of fill.entries()) machine.pages.set(DATA / PAGE + BigInt(page), byte);
  for (const [address, byte] of places) machine.memory.set(address, byte);
  const fault = execute(machine, insn, lowered);
  return {
    regs: machine.regs.map((value) => value.toString(16)),
    rip: machine.rip.toString(16),
    flags: machine.flags.toString(16),
    fault: fault === undefined ? '' : faultText(fault),
    data: dataOf(fill, machine.memory),
  };
}

/** The data's bytes: the pages' own, and those that differ. */
function dataOf(fill: readonly number[], bytes: ReadonlyMap<bigint, number>): Buffer {
  const data = Buffer.concat(fill.map((byte) => Buffer.alloc(4096, byte)));
  for (const [address, byte] of bytes) if (isData(address)) data[Number(address - DATA)] = byte;
  return data;
}

function userCpu(model: CpuModel): Cpu {
  const machine = testMachine({ model, ramBytes: 0x108000 });
  map(machine, CODE, Number(CODE), USER_PAGE);
  for (let at = 0; at < DATA_BYTES; at += 0x1000) map(machine, DATA + BigInt(at), Number(DATA) + at, USER_PAGE);
  enterUser(machine.cpu);
  return machine.cpu;
}

test('every sample, fused', () => {
  assert.ok(CASES.length > 1400, `${CASES.length} samples`);
  const cpus = new Map([MAX, ZEN4].map((model) => [model, userCpu(model)]));
  let ran = 0;
  CASES.forEach((sample, i) => {
    for (let round = 0; round < ROUNDS; round++) {
      const seed = i * ROUNDS + round;
      const state = randomState(seed);
      const [ours, theirs] = [onEngine(cpus.get(sample.model)!, sample, state), interpreted(sample, state)];
      if (ours.fault === '') ran++;
      assert.ok(ours.data.equals(theirs.data), `${sample.text} seed ${seed}: memory`);
      assert.equal({ ...ours, data: 0 }, { ...theirs, data: 0 }, `${sample.text} seed ${seed}`);
    }
  });
  assert.ok(ran > CASES.length * (ROUNDS / 4), `${ran} of ${CASES.length * ROUNDS} did not fault`);
});

test.run();
