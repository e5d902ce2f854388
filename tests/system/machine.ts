/** Runs a probe's image on our machine, from where boot.inc leaves off: 64-bit mode, the first GiB mapped to itself. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Cpu,
  createCpu,
  MSR,
  raiseNmi,
  run,
  type Stop,
  setCr,
  setMsr,
  setReg,
  setRip,
  setSegment,
  setTable,
  writePhysical,
} from '../../src/cpu/cpu.ts';
import { withFeatures } from '../../src/isa/cpu-model.ts';
import { MAX } from '../../src/isa/cpu-models.ts';
import { GPR, SEGMENT } from '../../src/isa/insn.ts';

const LOAD_ADDRESS = 0x7c00;
const RAM_BYTES = 0x1000000;
const BUDGET = 5_000_000;
/** `entrylab', by which the runtime knows where it runs. */
const OURS = 0x656e7472796c6162n;
const CONSOLE = 0xe9;
const SEND_NMI = 0xea;
const EXIT = 0x8900;

export interface Image {
  readonly bytes: Uint8Array;
  readonly symbols: ReadonlyMap<string, number>;
}

/** Assembles and links as for Bochs. */
export function buildImage(source: string): Image {
  const directory = mkdtempSync(join(tmpdir(), 'probe-'));
  const at = (name: string): string => join(directory, name);
  try {
    execFileSync('gcc', ['-c', source, '-o', at('o')]);
    execFileSync('ld', [`-Ttext=0x${LOAD_ADDRESS.toString(16)}`, '--oformat', 'binary', '-o', at('image'), at('o')]);
    execFileSync('ld', [`-Ttext=0x${LOAD_ADDRESS.toString(16)}`, '-o', at('elf'), at('o')]);
    const lines = execFileSync('nm', [at('elf')], { encoding: 'utf8' })
      .trim()
      .split('\n');
    const symbols = lines
      .map((line) => line.split(' '))
      .map(([value, , name]) => [name!, Number(`0x${value}`)] as const);
    return { bytes: readFileSync(at('image')), symbols: new Map(symbols) };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

export interface ProbeRun {
  /** Between BEGIN and END. */
  readonly output: string;
  readonly stop: Stop;
}

export function runProbes(image: Image, options: { readonly tlb?: 'keep' | 'none' } = {}): ProbeRun {
  let text = '';
  let done = false;
  const cpu = bootedCpu(image, options.tlb ?? 'keep');
  cpu.ports = {
    in: () => 0xff,
    out: (port, _width, value) => {
      if (port === CONSOLE) text += String.fromCharCode(value);
      if (port === SEND_NMI) raiseNmi(cpu);
      if (port === EXIT) done = true;
    },
  };
  let stop: Stop = { kind: 'budget' };
  for (let left = BUDGET; left > 0 && !done && stop.kind === 'budget'; left -= 1000) stop = run(cpu, 1000);
  const [, output = text] = /^BEGIN\n(.*?)^END$/ms.exec(text) ?? [];
  return { output, stop };
}

function bootedCpu({ bytes, symbols }: Image, tlb: 'keep' | 'none'): Cpu {
  const at = (name: string): number => symbols.get(name)!;
  // Bochs 2.7 has no 5-level paging.
  const cpu = createCpu({ ramBytes: RAM_BYTES, events: 'deliver', tlb, model: withFeatures(MAX, { la57: false }) });
  writePhysical(cpu, LOAD_ADDRESS, bytes);
  const entry = (address: number, value: number): void => {
    const half = new DataView(new ArrayBuffer(8));
    half.setBigUint64(0, BigInt(value), true);
    writePhysical(cpu, address, new Uint8Array(half.buffer));
  };
  entry(at('PML4'), at('PDPT') + 7);
  entry(at('PDPT'), at('PD_IDENTITY') + 3);
  for (let i = 0; i < 512; i++) entry(at('PD_IDENTITY') + 8 * i, i * 0x200000 + 0x83);
  setCr(cpu, 0, 0x80010031n);
  setCr(cpu, 4, 0x20n);
  setCr(cpu, 3, BigInt(at('PML4')));
  setMsr(cpu, MSR.EFER, 0xd01n);
  const flat = { base: 0n, limit: 0xffffffff };
  setSegment(cpu, SEGMENT.CS, { ...flat, selector: 0x08, attributes: 0xa09b });
  for (const n of [SEGMENT.DS, SEGMENT.ES, SEGMENT.SS])
    setSegment(cpu, n, { ...flat, selector: 0x10, attributes: 0xc093 });
  setTable(cpu, 'gdt', { base: BigInt(at('gdt')), limit: at('gdt_end') - at('gdt') - 1 });
  setReg(cpu, GPR.RSP, BigInt(at('KERNEL_STACK')));
  setReg(cpu, GPR.RDI, OURS);
  setRip(cpu, BigInt(at('start64')));
  return cpu;
}
