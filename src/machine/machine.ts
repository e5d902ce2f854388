/**
 * A machine: the modelled CPU, its memory laid out as Linux does, and an image loaded into it, ready to run from an
 * entry. It is deterministic; going back is restoring a checkpoint and running again.
 *
 * What the kernel's flags say (which alternatives were patched, whether PTI and PCID are in use) and what the CPU has
 * are separate inputs. CR4.PCIDE is set only where both agree, as the kernel would do it; where the flags claim PCID
 * and the CPU has none, the code runs into the #GP that silicon raises.
 */
import { type Diagnostic, error, type Parsed, place } from '../base/diagnostics.ts';
import { toBytes } from '../base/u64.ts';
import type { CostTable } from '../cost/cost.ts';
import type { Cpu } from '../cpu/cpu.ts';
import * as cpuModel from '../cpu/cpu.ts';
import { ALL_FEATURES, type CpuFeatures } from '../cpu/features.ts';
import type { Stop } from '../cpu/stop.ts';
import { type Image, symbolNamed } from '../image/image.ts';
import { FEATURE_NUMBERS, type Features } from '../isa/features.ts';
import { GPR, RFLAGS } from '../isa/insn.ts';
import { type AddressSpace, buildAddressSpace, kernelCr3, LINUX, userCr3 } from './linux.ts';
import { OutOfMemory, PAGE_SIZE } from './page-tables.ts';
import type { PercpuVariable } from './percpu.ts';

export const DEFAULT_MEMORY = 8 << 20;
export const DEFAULT_MAX_INSNS = 1_000_000;

export interface MachineOptions {
  readonly image: Image;
  /** The kernel's feature flags: those that the alternatives were patched for. */
  readonly features: Features;
  /** What the modelled CPU lacks or has, against a CPU with everything. */
  readonly cpu?: Partial<CpuFeatures>;
  readonly tlb?: 'keep' | 'none';
  readonly cost?: CostTable;
  /** Bytes of physical memory. */
  readonly memory?: number;
  readonly percpu: readonly PercpuVariable[];
  readonly fuse?: boolean;
}

export interface Machine {
  readonly cpu: Cpu;
  readonly image: Image;
  readonly features: Features;
  readonly cpuFeatures: CpuFeatures;
  readonly space: AddressSpace;
  readonly percpu: readonly PercpuVariable[];
  readonly memory: number;
}

const CR0_PE_MP_ET_NE_WP_AM_PG = 0x8005_0033n;
const CR4 = {
  DE: 1n << 3n,
  PAE: 1n << 5n,
  MCE: 1n << 6n,
  PGE: 1n << 7n,
  FSGSBASE: 1n << 16n,
  PCIDE: 1n << 17n,
  SMEP: 1n << 20n,
  SMAP: 1n << 21n,
} as const;
const EFER_SCE_LME_LMA = 0x501n;
const EFER_NXE = 0x800n;
export const MSR_EFER = 0xc000_0080;
export const MSR_GS_BASE = 0xc000_0101;
export const MSR_KERNEL_GS_BASE = 0xc000_0102;
const DR6_RESET = 0xffff_0ff0n;
const DR7_RESET = 0x400n;

/** Builds the machine and loads the image; too little memory is a diagnostic, not an exception. */
export function createMachine(options: MachineOptions): Parsed<Machine | undefined> {
  const { image, features, percpu, memory = DEFAULT_MEMORY } = options;
  const cpuFeatures = { ...ALL_FEATURES, ...options.cpu };
  const cpu = cpuModel.createCpu({
    ramBytes: memory,
    features: cpuFeatures,
    ...(options.tlb && { tlb: options.tlb }),
    ...(options.cost && { cost: options.cost }),
    ...(options.fuse !== undefined && { fuse: options.fuse }),
  });
  try {
    // Frame 0 stays empty: a null CR3 or entry shows as a fault and not as somebody's data.
    const space = buildAddressSpace({ ram: cpu.ram, next: 4096 }, image, features, cpuFeatures.nx);
    const machine: Machine = { cpu, image, features, cpuFeatures, space, percpu, memory };
    reset(machine);
    const self = percpu.find((v) => v.name === 'this_cpu_off');
    if (self) writePercpu(machine, self.offset, toBytes(space.percpu, self.size));
    return { value: machine, diagnostics: [] };
  } catch (problem) {
    if (!(problem instanceof OutOfMemory)) throw problem;
    const diagnostic: Diagnostic = error(`${problem.message} for this program (see --mem)`, place('<machine>', 0));
    return { value: undefined, diagnostics: [diagnostic] };
  }
}

/** Kernel mode in the middle of a paranoid handler: kernel GS, the NMI's stack, interrupts off, kernel half of ASID 1. */
function reset({ cpu, space, features, cpuFeatures }: Machine): void {
  const on = (name: string, have: boolean, bit: bigint): bigint =>
    features.has(FEATURE_NUMBERS[name]!) && have ? bit : 0n;
  cpuModel.setCr(cpu, 0, CR0_PE_MP_ET_NE_WP_AM_PG);
  cpuModel.setCr(cpu, 3, kernelCr3(space, 1));
  const fsgsbase = cpuFeatures.fsgsbase ? CR4.FSGSBASE : 0n;
  const smep = cpuFeatures.smep ? CR4.SMEP : 0n;
  cpuModel.setCr(
    cpu,
    4,
    CR4.DE |
      CR4.PAE |
      CR4.MCE |
      CR4.PGE |
      fsgsbase |
      smep |
      on('PCID', cpuFeatures.pcid, CR4.PCIDE) |
      on('SMAP', cpuFeatures.smap, CR4.SMAP),
  );
  cpuModel.setMsr(cpu, MSR_EFER, EFER_SCE_LME_LMA | (cpuFeatures.nx ? EFER_NXE : 0n));
  cpuModel.setMsr(cpu, MSR_GS_BASE, space.percpu);
  cpuModel.setMsr(cpu, MSR_KERNEL_GS_BASE, 0n);
  cpuModel.setDr(cpu, 6, DR6_RESET);
  cpuModel.setDr(cpu, 7, DR7_RESET);
  cpuModel.setFlags(cpu, BigInt(RFLAGS.FIXED));
  cpuModel.setCpl(cpu, 0);
}

/** Puts RIP at a symbol, with a stack whose top holds the address of the exit page. False when there is no such symbol. */
export function enter({ cpu, space, image }: Machine, symbol: string): boolean {
  const target = symbolNamed(image, symbol);
  if (!target) return false;
  const rsp = space.stacks.find((s) => s.name === 'NMI IST')!.top - 8n;
  cpuModel.writeLinear(cpu, rsp, toBytes(LINUX.exit, 8));
  cpuModel.setReg(cpu, GPR.RSP, rsp);
  cpuModel.setRip(cpu, target.address);
  return true;
}

/** A view of the per-CPU area's bytes, whichever page tables are loaded. */
export const percpuBytes = ({ cpu, space }: Machine, offset: number, size: number): Uint8Array => {
  const physical = Number(space.percpu - LINUX.directMap) + offset;
  return cpu.ram.subarray(physical, physical + size);
};

export function writePercpu(machine: Machine, offset: number, bytes: Uint8Array): void {
  cpuModel.writePhysical(machine.cpu, Number(machine.space.percpu - LINUX.directMap) + offset, bytes);
}

/** How a run ended, seen from the program: it returned, or it stopped where it should not. */
export type Outcome = { readonly kind: 'returned' } | { readonly kind: 'stopped'; readonly stop: Stop };

/** Whether a stop is the return of the entry function to the exit page, whose HLT ends the run. */
export const outcomeOf = ({ cpu }: Machine, stop: Stop): Outcome =>
  stop.kind === 'halt' && cpuModel.getRip(cpu) === LINUX.exit + 1n ? { kind: 'returned' } : { kind: 'stopped', stop };

/**
 * Fills the TLB with what a busy kernel has in it before a paranoid exit: the entry text, the stack and, in the kernel
 * halves, the per-CPU area; with PCID, of both halves of two address spaces, else of the loaded one alone. Under
 * `none` nothing is kept.
 */
export function warmTlb({ cpu, space, image }: Machine): void {
  const shared = [LINUX.exit, space.stacks.find((s) => s.name === 'NMI IST')!.top - 8n];
  for (const { name, address, bytes } of image.segments) {
    if (!name.startsWith('.entry.text')) continue;
    for (let at = 0; at < bytes.length; at += PAGE_SIZE) shared.push(address + BigInt(at));
  }
  const tagged = (cpuModel.getCr(cpu, 4) & CR4.PCIDE) !== 0n;
  const spaces = [1, 2].flatMap((asid) => [kernelCr3(space, asid), userCr3(space, asid)]);
  for (const cr3 of tagged ? new Set(spaces) : [cpuModel.getCr(cpu, 3)]) {
    cpuModel.prefill(cpu, cr3, [...shared, space.percpu]);
  }
}
