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
import { CR4, MSR } from '../cpu/cpu.ts';
import type { Stop } from '../cpu/stop.ts';
import { type Image, symbolNamed } from '../image/image.ts';
import type { CpuFeatures, CpuModel } from '../isa/cpu-model.ts';
import { MAX } from '../isa/cpu-models.ts';
import { FEATURE_NUMBERS, type Features } from '../isa/features.ts';
import { GPR, RFLAGS } from '../isa/insn.ts';
import { GDT_LIMIT, TSS_SELECTOR, taskDescriptor } from './descriptor-tables.ts';
import { type AddressSpace, buildAddressSpace, kernelCr3, LINUX, userCr3 } from './linux.ts';
import { OutOfMemory, PAGE_SIZE } from './page-tables.ts';
import type { PercpuVariable } from './percpu.ts';

export const DEFAULT_MEMORY = 8 << 20;
export const DEFAULT_MAX_INSNS = 1_000_000;

export interface MachineOptions {
  readonly image: Image;
  /** The kernel's feature flags: those that the alternatives were patched for. */
  readonly features: Features;
  /** The modelled CPU (default: one with everything). */
  readonly model?: CpuModel;
  readonly tlb?: 'keep' | 'none';
  readonly cost?: CostTable;
  /** Bytes of physical memory. */
  readonly memory?: number;
  readonly percpu: readonly PercpuVariable[];
  /** `deliver`: through the IDT that the program has loaded; `stop` (default): the run ends. */
  readonly events?: 'deliver' | 'stop';
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

/** Builds the machine and loads the image; too little memory is a diagnostic, not an exception. */
export function createMachine(options: MachineOptions): Parsed<Machine | undefined> {
  const { image, features, percpu, memory = DEFAULT_MEMORY, model = MAX } = options;
  const cpu = cpuModel.createCpu({
    ramBytes: memory,
    model,
    ...(options.tlb && { tlb: options.tlb }),
    ...(options.cost && { cost: options.cost }),
    ...(options.events && { events: options.events }),
    ...(options.fuse !== undefined && { fuse: options.fuse }),
  });
  try {
    // Frame 0 stays empty: a null CR3 or entry shows as a fault and not as somebody's data.
    const tss = percpu.find((v) => v.name === 'cpu_tss_rw')!.offset;
    const frames = { ram: cpu.ram, next: 4096 };
    const space = buildAddressSpace(frames, { image, features, nx: model.features.nx, tss });
    const machine: Machine = { cpu, image, features, cpuFeatures: model.features, space, percpu, memory };
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

/**
 * Kernel mode in the middle of a paranoid handler: the kernel's GDT, TSS and GS, interrupts off, kernel half of ASID 1. Paging is on and
 * EFER set as the CPU comes; CR4 gets what the kernel turns on where the CPU has it.
 */
function reset({ cpu, space, features, cpuFeatures }: Machine): void {
  const flag = (name: string): boolean => features.has(FEATURE_NUMBERS[name]!);
  const cr4 =
    CR4.DE |
    CR4.PAE |
    CR4.MCE |
    CR4.PGE |
    (cpuFeatures.fsgsbase ? CR4.FSGSBASE : 0) |
    (cpuFeatures.smep ? CR4.SMEP : 0) |
    (cpuFeatures.pcid && flag('PCID') ? CR4.PCIDE : 0) |
    (cpuFeatures.smap && flag('SMAP') ? CR4.SMAP : 0);
  cpuModel.setCr(cpu, 3, kernelCr3(space, 1));
  cpuModel.setCr(cpu, 4, BigInt(cr4));
  cpuModel.setTable(cpu, 'gdt', { base: LINUX.gdt, limit: GDT_LIMIT });
  cpuModel.setSegment(cpu, cpuModel.TR, { ...taskDescriptor(space.tss), selector: TSS_SELECTOR });
  cpuModel.setMsr(cpu, MSR.GS_BASE, space.percpu);
  cpuModel.setFlags(cpu, BigInt(RFLAGS.FIXED));
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
  const tagged = (cpuModel.getCr(cpu, 4) & BigInt(CR4.PCIDE)) !== 0n;
  const spaces = [1, 2].flatMap((asid) => [kernelCr3(space, asid), userCr3(space, asid)]);
  for (const cr3 of tagged ? new Set(spaces) : [cpuModel.getCr(cpu, 3)]) {
    cpuModel.prefill(cpu, cr3, [...shared, space.percpu]);
  }
}
