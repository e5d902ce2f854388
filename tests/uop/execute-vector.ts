/** Runs a vector through decode, lower and the naive interpreter. */
import { ZEN4 } from '../../src/isa/cpu-models.ts';
import { decode } from '../../src/isa/decode.ts';
import { lower } from '../../src/uop/lower/lower.ts';
import type { UopKind } from '../../src/uop/uop.ts';
import type { Execute, Vector, VectorMemory } from '../vectors.ts';
import { VECTOR_CODE, VECTOR_FILL, VECTOR_PAGES } from '../vectors.ts';
import { execute, type Fault, type Machine, newMachine, readByte } from './interpreter.ts';

const DESCRIPTORS: ReadonlySet<UopKind> = new Set(['transfer', 'switch', 'wrseg', 'inspect']);

/** More iterations than any REP of the vectors has. */
const LIMIT = 1000;

export const interpret: Execute = (vector) => {
  const decoded = decode(vector.bytes, VECTOR_CODE, { vendor: 'amd', mode: vector.mode });
  if (decoded.kind !== 'insn') return { notModelled: decoded.kind };
  const lowered = lower(decoded.insn, ZEN4);
  if (lowered.kind !== 'uops') return { notModelled: lowered.form };
  // What looks descriptors up lives in the CPU model, of which the interpreter knows nothing.
  if (lowered.uops.some(({ op }) => DESCRIPTORS.has(op))) return { notModelled: decoded.insn.form };
  const machine = machineFor(vector);
  let fault: Fault | undefined;
  for (let i = 0; i < LIMIT && machine.rip === VECTOR_CODE && fault === undefined; i++) {
    fault = execute(machine, decoded.insn, lowered.uops);
  }
  return {
    regs: machine.regs,
    rip: machine.rip,
    flags: machine.flags,
    fs: machine.base.fs,
    gs: machine.base.gs,
    memory: vector.before.memory.map((window) => ({ ...window, bytes: readWindow(machine, window) })),
    ...(fault !== undefined && { fault }),
  };
};

function machineFor({ before, bytes }: Vector): Machine {
  const machine = newMachine();
  machine.regs.splice(0, 16, ...before.regs);
  machine.rip = before.rip;
  machine.flags = before.flags;
  machine.base = { fs: before.fs, gs: before.gs };
  for (const page of VECTOR_PAGES) machine.pages.set(page / 4096n, page === VECTOR_PAGES[0] ? VECTOR_FILL : 0);
  for (const { address, bytes: content } of [{ address: VECTOR_CODE, bytes }, ...before.memory]) {
    content.forEach((byte, i) => {
      machine.memory.set(address + BigInt(i), byte);
    });
  }
  return machine;
}

const readWindow = (machine: Machine, { address, bytes }: VectorMemory): Uint8Array =>
  bytes.map((_, i) => readByte(machine, address + BigInt(i)));
