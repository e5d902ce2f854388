/**
 * Runs one random page on CPUs that have to agree: the engine as it is, without fused records, and, at CPL 3, where nobody changes
 * page tables, without a TLB, and step by step with all code decoded anew before each. Each run has a budget; after a
 * fault it goes on a few bytes further, so that one page tries many instructions. Whatever is thrown, takes long, or differs, is a
 * failure.
 */
import * as cpuModel from '../../src/cpu/cpu.ts';
import { faultName, type Stop } from '../../src/cpu/stop.ts';
import * as L from '../../src/engine/layout.ts';
import type { CpuModel } from '../../src/isa/cpu-model.ts';
import { CODE, forgetCode, fuzzMachine, KERNEL_CODE, loadCode, USED } from './layout.ts';
import { type Page, SEGMENTS_WITH_BASE } from './pages.ts';

export const BUDGET = 2000;
/** Runs of one page, the first and those after faults. */
const RUNS = 12;

export interface Variant {
  readonly name: string;
  readonly cpu: cpuModel.Cpu;
  readonly start: cpuModel.Checkpoint;
  readonly run: (cpu: cpuModel.Cpu) => Stop;
}

export type Rig = readonly [Variant, Variant, Variant, Variant];

export function createRig(model: CpuModel): Rig {
  const variant = (name: string, options: Partial<cpuModel.CpuOptions>, run = runWhole): Variant => {
    const { cpu } = fuzzMachine({ model, ...options });
    return { name, cpu, start: cpuModel.checkpoint(cpu), run };
  };
  return [
    variant('fused', {}),
    variant('unfused', { fuse: false }),
    variant('--tlb none', { tlb: 'none' }),
    variant('stepped', {}, runStepped),
  ];
}

const runWhole = (cpu: cpuModel.Cpu): Stop => cpuModel.run(cpu, BUDGET);

function runStepped(cpu: cpuModel.Cpu): Stop {
  for (let i = 0; i < BUDGET; i++) {
    forgetCode(cpu);
    const stop = cpuModel.run(cpu, 1);
    if (stop.kind !== 'budget') return stop;
  }
  return { kind: 'budget' };
}

type Runners = readonly [Variant, ...Variant[]];

/** The CPUs that run a page, and those that are compared: at CPL 0 the TLB decides which page tables hold. */
function runnersOf(rig: Rig, { cpl, maker, seed }: Page): { all: Runners; compared: Runners } {
  const [fused, unfused, walking] = rig;
  if (cpl === 0) return { all: [fused, unfused, walking], compared: [fused, unfused] };
  // Decoding all the time is slow, and worth it where code is written.
  const all: Runners = seed % (maker === 'rewriting' ? 2 : 16) === 0 ? rig : [fused, unfused, walking];
  return { all, compared: all };
}

export interface Outcome {
  /** Of each run: `#PF`, `budget`, `not modelled: FORM` … */
  readonly ends: readonly string[];
  readonly failure: string | undefined;
  /** The longest run, those step by step apart. */
  readonly slowest: number;
}

/** `clock` in milliseconds. */
export function runPage(rig: Rig, page: Page, clock: () => number): Outcome {
  const { all, compared } = runnersOf(rig, page);
  for (const variant of all) enter(variant, page);
  const ends: string[] = [];
  let slowest = 0;
  for (let run = 0; run < RUNS; run++) {
    const stops: Stop[] = [];
    for (const { name, cpu, run: go } of all) {
      try {
        const began = clock();
        stops.push(go(cpu));
        if (go === runWhole) slowest = Math.max(slowest, clock() - began);
      } catch (problem) {
        const text = problem instanceof Error ? problem.stack?.split('\n').slice(0, 5).join('\n') : String(problem);
        return { ends, failure: `${name} threw in run ${run}: ${text}`, slowest };
      }
    }
    ends.push(endOf(stops[0]!));
    const failure = difference(compared, stops);
    if (failure !== undefined) return { ends, failure: `run ${run}: ${failure}`, slowest };
    if (stops[0]!.kind === 'budget') break;
    for (const { cpu } of all) skip(cpu, run);
  }
  return { ends, failure: memoryDifference(compared), slowest };
}

export function enter({ cpu, start }: Variant, page: Page): void {
  cpuModel.restore(cpu, start);
  loadCode(cpu, page.code);
  for (const [n, value] of page.registers.entries()) cpuModel.setReg(cpu, n, value);
  cpuModel.setCr(cpu, 4, cpuModel.getCr(cpu, 4) | page.cr4);
  cpuModel.setCpl(cpu, page.cpl);
  cpuModel.setFlags(cpu, page.flags);
  cpuModel.setSegmentBase(cpu, SEGMENTS_WITH_BASE.fs, page.fsBase);
  cpuModel.setSegmentBase(cpu, SEGMENTS_WITH_BASE.gs, page.gsBase);
  cpuModel.setRip(cpu, (page.cpl === 0 ? KERNEL_CODE : CODE) + BigInt(page.start));
}

/** On with the code after a fault: a few bytes further, or from the start when it has left its pages. */
function skip(cpu: cpuModel.Cpu, run: number): void {
  const base = cpuModel.getCpl(cpu) === 0 ? KERNEL_CODE : CODE;
  const offset = cpuModel.getRip(cpu) - base;
  const inside = offset >= 0n && offset < 0x1ff0n;
  cpuModel.setRip(cpu, base + (inside ? offset + BigInt(1 + (run % 3)) : BigInt(16 * run)));
}

export function endOf(stop: Stop): string {
  switch (stop.kind) {
    case 'fault':
      return faultName(stop.vector);
    case 'not-modelled':
      return `not modelled: ${stop.form}`;
    default:
      return stop.kind;
  }
}

const show = (value: unknown): string =>
  JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? `0x${v.toString(16)}` : v));

/** Without the counters of the TLB, which are about what differs. */
const COMPARED_STATE = [
  [0, L.S_TLB_FILLED],
  [L.S_COLD_COUNT, L.S_TLB_COUNT],
] as const;

export function difference([first, ...others]: Runners, stops: readonly Stop[]): string | undefined {
  for (const [i, other] of others.entries()) {
    const [a, b] = [show(stops[0]), show(stops[i + 1])];
    if (a !== b) return `${first.name} ends with ${a}, ${other.name} with ${b}`;
    for (const [from, to] of COMPARED_STATE) {
      const [x, y] = [first.cpu, other.cpu].map((cpu) => bytesOf(cpu.engine.bytes, L.STATE + from, L.STATE + to));
      if (x!.equals(y!)) continue;
      const at = x!.findIndex((byte, n) => byte !== y![n]) & ~7;
      const [p, q] = [x!, y!].map((bytes) => bytes.readBigUInt64LE(at).toString(16));
      return `state block + 0x${(from + at).toString(16)}: ${first.name} has ${p}, ${other.name} ${q}, after ${a}`;
    }
  }
  return undefined;
}

const bytesOf = (bytes: Uint8Array, from: number, to: number): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from);

export function memoryDifference([first, ...others]: Runners): string | undefined {
  for (const other of others)
    for (const [from, to] of USED) {
      const [x, y] = [first.cpu, other.cpu].map(({ ram }) => bytesOf(ram, from, to));
      if (x!.equals(y!)) continue;
      const at = x!.findIndex((byte, n) => byte !== y![n]);
      return `memory at 0x${(from + at).toString(16)}: ${first.name} has ${x![at]}, ${other.name} ${y![at]}`;
    }
  return undefined;
}
