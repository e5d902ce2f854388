/** Runs a vector on the modelled CPU: CPL 3, the three pages mapped for the user, everything through the engine. */
import {
  type Cpu,
  CR4,
  getCr,
  getFlags,
  getReg,
  getRip,
  getSegmentBase,
  run,
  setCpl,
  setCr,
  setFlags,
  setReg,
  setRip,
  setSegmentBase,
  willWritePhysical,
} from '../../src/cpu/cpu.ts';
import { ZEN4 } from '../../src/isa/cpu-models.ts';
import { SEGMENT } from '../../src/isa/insn.ts';
import { map, testMachine, USER_PAGE } from '../cpu/bench-machine.ts';
import type { Execute } from '../vectors.ts';
import { VECTOR_CODE, VECTOR_FILL, VECTOR_PAGES } from '../vectors.ts';

/** More iterations than any REP of the vectors has. */
const LIMIT = 1000;
const PAGE = 0x1000;

/** Page i of VECTOR_PAGES lies at physical (i + 1) · 4096. */
export function vectorCpu(fuse: boolean): Cpu {
  const machine = testMachine({ fuse, model: ZEN4 });
  VECTOR_PAGES.forEach((linear, i) => {
    map(machine, linear, (i + 1) * PAGE, USER_PAGE);
  });
  setCr(machine.cpu, 4, getCr(machine.cpu, 4) | BigInt(CR4.FSGSBASE));
  setCpl(machine.cpu, 3);
  return machine.cpu;
}

const physicalOf = (linear: bigint): number =>
  (VECTOR_PAGES.findIndex((page) => page === linear - (linear & 0xfffn)) + 1) * PAGE + Number(linear & 0xfffn);

export const executeOn =
  (cpu: Cpu): Execute =>
  ({ before, bytes }) => {
    willWritePhysical(cpu, PAGE, 3 * PAGE);
    cpu.ram.fill(VECTOR_FILL, PAGE, 2 * PAGE);
    cpu.ram.fill(0, 2 * PAGE, 4 * PAGE);
    for (const window of [{ address: VECTOR_CODE, bytes }, ...before.memory])
      cpu.ram.set(window.bytes, physicalOf(window.address));
    before.regs.forEach((value, n) => {
      setReg(cpu, n, value);
    });
    setRip(cpu, before.rip);
    setFlags(cpu, before.flags);
    setSegmentBase(cpu, SEGMENT.FS, before.fs);
    setSegmentBase(cpu, SEGMENT.GS, before.gs);
    let stop = run(cpu, 1);
    for (let i = 1; i < LIMIT && stop.kind === 'budget' && getRip(cpu) === VECTOR_CODE; i++) stop = run(cpu, 1);
    if (stop.kind === 'not-modelled') return { notModelled: stop.form };
    return {
      regs: before.regs.map((_, n) => getReg(cpu, n)),
      rip: getRip(cpu),
      flags: getFlags(cpu),
      fs: getSegmentBase(cpu, SEGMENT.FS),
      gs: getSegmentBase(cpu, SEGMENT.GS),
      memory: before.memory.map(({ address, bytes: window }) => ({
        address,
        bytes: cpu.ram.slice(physicalOf(address), physicalOf(address) + window.length),
      })),
      ...(stop.kind === 'fault' && {
        fault: {
          vector: stop.vector,
          error: stop.error ?? 0,
          ...(stop.cr2 !== undefined && { cr2: stop.cr2 }),
        },
      }),
    };
  };
