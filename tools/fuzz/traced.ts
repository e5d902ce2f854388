/**
 * The same random code in the laboratory's machine, as `entrylab run page.bin --trace --uops` would run it: the trace and the report have to
 * come out whatever happens, and tracing must not change what happens.
 */
import * as cpuModel from '../../src/cpu/cpu.ts';
import type { Stop } from '../../src/cpu/stop.ts';
import { featureSet } from '../../src/isa/features.ts';
import { createBench } from '../../src/lab/execute.ts';
import { loadProgram } from '../../src/lab/program.ts';
import { enter, type Machine } from '../../src/machine/machine.ts';
import { stopReport } from '../../src/trace/report.ts';
import { traceRun } from '../../src/trace/step.ts';
import { stepText } from '../../src/trace/text.ts';
import { CODE_BYTES } from './layout.ts';
import type { Page } from './pages.ts';

const BUDGET = 300;

export interface Laboratory {
  readonly machine: Machine;
  readonly start: cpuModel.Checkpoint;
}

/** A machine with a program of NOPs to write the pages over. */
export function createLaboratory(): Laboratory {
  const nops = new Uint8Array(CODE_BYTES).fill(0x90);
  const program = loadProgram('page.bin', { files: { read: () => nops } }).value!;
  const bench = createBench(program, { features: featureSet([]) }).value!;
  return { machine: bench.machine, start: bench.start };
}

/** What went wrong, if anything did. */
export function runTraced(laboratory: Laboratory, page: Page): string | undefined {
  const { machine } = laboratory;
  try {
    load(laboratory, page);
    const plain = cpuModel.run(machine.cpu, BUDGET);
    const after = state(machine);
    load(laboratory, page);
    const traced = trace(machine);
    stopReport(machine, traced);
    if (show(plain) !== show(traced)) return `ends with ${show(plain)}, traced with ${show(traced)}`;
    const difference = after.findIndex((value, i) => value !== state(machine)[i]);
    return difference < 0 ? undefined : `tracing changes ${STATE[difference]}`;
  } catch (problem) {
    const text = problem instanceof Error ? problem.stack?.split('\n').slice(0, 5).join('\n') : String(problem);
    return `the laboratory threw: ${text}`;
  }
}

function load({ machine, start }: Laboratory, page: Page): void {
  const { cpu } = machine;
  cpuModel.restore(cpu, start);
  enter(machine, 'start');
  const stack = cpuModel.getReg(cpu, 4);
  cpuModel.writeLinear(cpu, cpuModel.getRip(cpu), page.code);
  for (const [n, value] of page.registers.entries()) cpuModel.setReg(cpu, n, value);
  cpuModel.setReg(cpu, 4, stack);
  cpuModel.setFlags(cpu, page.flags);
}

function trace(machine: Machine): Stop {
  const steps = traceRun(machine, { maxInsns: BUDGET, uops: true });
  let next = steps.next();
  for (; !next.done; next = steps.next()) stepText(next.value);
  return next.value;
}

const GPR_NAMES = Array.from({ length: 16 }, (_, n) => `register ${n}`);
const STATE = [
  ...GPR_NAMES,
  'RIP',
  'RFLAGS',
  'CR0',
  'CR2',
  'CR3',
  'CR4',
  'CR8',
  'the count of instructions',
  'the cycles',
];

const state = ({ cpu }: Machine): bigint[] => [
  ...GPR_NAMES.map((_, n) => cpuModel.getReg(cpu, n)),
  cpuModel.getRip(cpu),
  cpuModel.getFlags(cpu),
  ...[0, 2, 3, 4, 8].map((n) => cpuModel.getCr(cpu, n)),
  BigInt(cpuModel.counters(cpu).instructions),
  cpuModel.counters(cpu).cycles,
];

const show = (stop: Stop): string => JSON.stringify(stop, (_, v) => (typeof v === 'bigint' ? v.toString(16) : v));
