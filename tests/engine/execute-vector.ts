/**
 * Runs vectors on the modelled CPU: CPL 3, the vector's pages mapped for the user, everything through the engine. One CPU is kept
 * for each layout of pages and model; the vectors share it, one after the other, with whatever its caches hold.
 */
import {
  type Cpu,
  CR4,
  VECTOR as EXCEPTION,
  getCr,
  getFlags,
  getReg,
  getRip,
  getSegmentBase,
  readLinear,
  run,
  type Stop,
  setCr,
  setFlags,
  setReg,
  setRip,
  setSegment,
  setSegmentBase,
  willWritePhysical,
} from '../../src/cpu/cpu.ts';
import type { CpuModel } from '../../src/isa/cpu-model.ts';
import { cpuModelNamed, ZEN4 } from '../../src/isa/cpu-models.ts';
import { SEGMENT } from '../../src/isa/insn.ts';
import { enterUser, installGdt, map, PTE, type TestMachine, testMachine } from '../cpu/bench-machine.ts';
import {
  type Execute,
  VECTOR_FILL,
  type Vector,
  type VectorMemory,
  type VectorPage,
  type VectorState,
} from '../vectors.ts';

export interface ExecuteOptions {
  readonly fuse: boolean;
  readonly tlb?: 'keep' | 'none';
  /** Instead of the model that the vector names; those that name none come from an AMD CPU (`zen4`). */
  readonly model?: CpuModel;
}

/** More iterations, or instructions, than any vector has. */
const LIMIT = 20_000;
const PAGE = 0x1000;
const MAX_PREFIXES = 14;
/** INTO is a trap, and stops before. */
const INTO_BYTES = 1n;
/** Physical page 0 is left out, so that a zero is no valid frame. */
const FIRST_FRAME = 1;

export function executor(options: ExecuteOptions): Execute {
  const benches = new Map<readonly VectorPage[], Map<CpuModel, Bench>>();
  return (vector) => {
    const model = options.model ?? modelOf(vector);
    const byModel = benches.get(vector.pages) ?? new Map<CpuModel, Bench>();
    benches.set(vector.pages, byModel);
    const bench = byModel.get(model) ?? newBench(vector.pages, model, options);
    byModel.set(model, bench);
    return execute(bench, vector);
  };
}

function modelOf({ cpu, n }: Vector): CpuModel {
  if (cpu === undefined) return ZEN4;
  const model = cpuModelNamed(cpu);
  if (!model) throw new Error(`vector ${n}: no model of CPU is named ${cpu}`);
  return model;
}

/** What Linux sets and user mode may notice. */
const LINUX_CR4 =
  CR4.DE |
  CR4.MCE |
  CR4.PGE |
  CR4.OSFXSR |
  CR4.OSXMMEXCPT |
  CR4.UMIP |
  CR4.FSGSBASE |
  CR4.OSXSAVE |
  CR4.SMEP |
  CR4.SMAP;

/** A CPU with the pages of a layout. */
interface Bench {
  readonly cpu: Cpu;
  readonly pages: readonly VectorPage[];
  /** The pages with memory of their own, in the order of their frames. */
  readonly own: readonly VectorPage[];
  /** What memory holds before a vector, all frames side by side. */
  readonly image: Uint8Array;
}

function newBench(pages: readonly VectorPage[], model: CpuModel, { fuse, tlb = 'keep' }: ExecuteOptions): Bench {
  const machine = testMachine({ fuse, model, tlb });
  const own = pages.filter(({ alias }) => alias === undefined);
  const bench = { cpu: machine.cpu, pages, own, image: new Uint8Array(own.length * PAGE) };
  for (const page of pages) mapPage(machine, page, frameOf(bench, page.linear));
  setCr(machine.cpu, 4, getCr(machine.cpu, 4) | BigInt(LINUX_CR4));
  installGdt(machine);
  return bench;
}

const mapPage = (machine: TestMachine, { linear, writable, executable }: VectorPage, frame: number): void =>
  map(machine, linear, frame * PAGE, PTE.P | PTE.US | (writable ? PTE.RW : 0n) | (executable ? 0n : PTE.NX));

function frameOf({ pages, own }: Pick<Bench, 'pages' | 'own'>, linear: bigint): number {
  const page = pages.find((p) => p.linear === linear);
  if (!page) throw new Error(`no page at 0x${linear.toString(16)}`);
  return own.findIndex((p) => p.linear === (page.alias ?? page.linear)) + FIRST_FRAME;
}

function execute(bench: Bench, vector: Vector): VectorState | { readonly notModelled: string } {
  const { cpu } = bench;
  const { before } = vector;
  fillMemory(bench, vector);
  before.regs.forEach((value, n) => {
    setReg(cpu, n, value);
  });
  setRip(cpu, before.rip);
  setFlags(cpu, before.flags);
  enterUser(cpu);
  enterMode(cpu, vector.mode);
  setSegmentBase(cpu, SEGMENT.FS, before.fs);
  setSegmentBase(cpu, SEGMENT.GS, before.gs);
  const stop = vector.sequence ? run(cpu, LIMIT) : runInstruction(cpu, before.rip);
  if (stop.kind === 'not-modelled') return { notModelled: stop.form };
  return stateAfter(bench, vector, stop);
}

/** What `enterUser` leaves of CS is of 64 bits; 32-bit code needs data segments, too. */
function enterMode(cpu: Cpu, mode: 64 | 32): void {
  if (mode === 64) return;
  const flat = { base: 0n, limit: 0xffffffff };
  setSegment(cpu, SEGMENT.CS, { ...flat, selector: 0x23, attributes: 0xc0fb });
  for (const n of [SEGMENT.DS, SEGMENT.ES, SEGMENT.SS])
    setSegment(cpu, n, { ...flat, selector: 0x2b, attributes: 0xc0f3 });
}

/** A REP is as many instructions as it has iterations; it is over when RIP is elsewhere. */
function runInstruction(cpu: Cpu, rip: bigint): Stop {
  let stop = run(cpu, 1);
  for (let i = 1; i < LIMIT && stop.kind === 'budget' && getRip(cpu) === rip; i++) stop = run(cpu, 1);
  return stop;
}

function fillMemory(bench: Bench, { before, bytes }: Vector): void {
  const { cpu, own, image } = bench;
  own.forEach(({ fill }, i) => {
    image.fill(fill, i * PAGE, (i + 1) * PAGE);
  });
  for (const window of [{ address: before.rip, bytes }, ...before.memory]) {
    eachPiece(bench, window, (at, piece) => image.set(piece, at));
  }
  willWritePhysical(cpu, FIRST_FRAME * PAGE, image.length);
  cpu.ram.set(image, FIRST_FRAME * PAGE);
}

/** The parts of a window, page by page, with where they lie in the image. */
function eachPiece(
  bench: Bench,
  { address, bytes }: VectorMemory,
  visit: (at: number, piece: Uint8Array) => void,
): void {
  for (let from = 0; from < bytes.length; ) {
    const linear = address + BigInt(from);
    const offset = Number(linear & 0xfffn);
    const end = Math.min(bytes.length, from + PAGE - offset);
    visit((frameOf(bench, linear - BigInt(offset)) - FIRST_FRAME) * PAGE + offset, bytes.subarray(from, end));
    from = end;
  }
}

function stateAfter(bench: Bench, { before, sequence }: Vector, stop: Stop): VectorState {
  const { cpu } = bench;
  const memory = before.memory.map((window) => readWindow(bench, window));
  const ended = stop.kind === 'fault' && !(sequence && stop.vector === EXCEPTION.BP) ? stop : undefined;
  return {
    regs: before.regs.map((_, n) => getReg(cpu, n)),
    rip:
      ended?.vector === EXCEPTION.OF
        ? getRip(cpu) + INTO_BYTES
        : ended || stop.kind !== 'fault'
          ? getRip(cpu)
          : int3At(cpu),
    flags: getFlags(cpu),
    fs: getSegmentBase(cpu, SEGMENT.FS),
    gs: getSegmentBase(cpu, SEGMENT.GS),
    memory,
    strays: strays(bench, memory),
    ...(ended && {
      fault: {
        vector: ended.vector,
        error: ended.error ?? 0,
        ...(ended.cr2 !== undefined && { cr2: ended.cr2 }),
      },
    }),
  };
}

/** The address of the int3 that stopped a sequence: behind its prefixes, if it has any. */
function int3At(cpu: Cpu): bigint {
  const rip = getRip(cpu);
  const prefixes = readLinear(cpu, rip, MAX_PREFIXES + 1)?.indexOf(VECTOR_FILL) ?? 0;
  return rip + BigInt(Math.max(prefixes, 0));
}

function readWindow(bench: Bench, { address, bytes }: VectorMemory): VectorMemory {
  const now = new Uint8Array(bytes.length);
  let from = 0;
  eachPiece(bench, { address, bytes }, (at, piece) => {
    const physical = FIRST_FRAME * PAGE + at;
    now.set(bench.cpu.ram.subarray(physical, physical + piece.length), from);
    from += piece.length;
  });
  return { address, bytes: now };
}

/** What changed outside of the windows: the image is brought up to date with these, and then has to equal memory. */
function strays(bench: Bench, windows: readonly VectorMemory[]): VectorMemory[] {
  const { cpu, own, image } = bench;
  for (const window of windows) eachPiece(bench, window, (at, piece) => image.set(piece, at));
  const ram = cpu.ram.subarray(FIRST_FRAME * PAGE, FIRST_FRAME * PAGE + image.length);
  if (Buffer.compare(ram, image) === 0) return [];
  const first = ram.findIndex((byte, at) => byte !== image[at]);
  const last = ram.findLastIndex((byte, at) => byte !== image[at]);
  const inPage = Math.min(last + 1, first - (first % PAGE) + PAGE);
  return [{ address: own[Math.floor(first / PAGE)]!.linear + BigInt(first % PAGE), bytes: ram.slice(first, inPage) }];
}
