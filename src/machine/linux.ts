/**
 * A Linux-shaped address space: what is mapped where, in which half of whose page tables.
 *
 *   ffff888000000000  direct map; the per-CPU area lies in it        kernel half only
 *   ffffc90000000000  the thread's kernel stack                      kernel half only
 *   fffffe0000000000  cpu_entry_area: GDT, TSS, entry and IST stacks both halves
 *   ffffffff81000000  the image; .entry.text in both halves,         the rest in the kernel half only
 *   ffffffff81fff000  the exit page, where the entry returns to      both halves
 *
 * Each address space ("mm") has a pair of top-level tables in one 8 KiB block, the user half 4 KiB above the kernel
 * half, so bit 12 of CR3 tells them apart; the lower levels are shared between all mms. Without PTI there is only
 * the kernel half and its mappings are global.
 */
import type { Image } from '../image/image.ts';
import { FEATURE_NUMBERS, type Features } from '../isa/features.ts';
import { linuxGdt, TSS_LIMIT, taskState } from './descriptor-tables.ts';
import { allocate, type Frames, mapPage, PAGE_SIZE, PTE, shareTopLevel } from './page-tables.ts';
import { PERCPU_SIZE } from './percpu.ts';

export const LINUX = {
  directMap: 0xffff888000000000n,
  threadStack: 0xffffc90000000000n,
  gdt: 0xfffffe0000001000n,
  entryStack: 0xfffffe0000002000n,
  /** The pages of `cpu_tss_rw` in the per-CPU area, read-only. */
  tss: 0xfffffe0000003000n,
  /** The first IST stack; each has a guard page below it. */
  istStacks: 0xfffffe0000009000n,
  exit: 0xffffffff81fff000n,
} as const;

export const THREAD_STACK_SIZE = 0x4000;
const ENTRY_STACK_SIZE = 0x1000;
const IST_STACK_SIZE = 0x2000;

/** IST stacks in the kernel's order, upwards. */
export const IST_NAMES = ['DF', 'NMI', 'DB', 'MCE', 'VC'] as const;

/** Address spaces to choose from; the kernel has as many dynamic ASIDs. */
export const ASIDS = 6;

const CR3_USER_HALF = 0x1000n;
const CR3_USER_PCID = 0x800n;

export interface AddressSpace {
  /** Physical address of each mm's kernel-half table, by ASID. */
  readonly roots: readonly number[];
  readonly pti: boolean;
  readonly pcid: boolean;
  /** Linear address of the per-CPU area: the kernel's GS base. */
  readonly percpu: bigint;
  /** Linear address of the TSS as TR has it. */
  readonly tss: bigint;
  readonly stacks: readonly Stack[];
}

export interface Stack {
  readonly name: string;
  /** Lowest address, and the first above. */
  readonly bottom: bigint;
  readonly top: bigint;
}

/** CR3 of an mm's kernel half: the table, and with PCID the ASID plus one. */
export const kernelCr3 = ({ roots, pcid }: AddressSpace, asid: number): bigint =>
  BigInt(roots[asid]!) | (pcid ? BigInt(asid + 1) : 0n);

/** CR3 of an mm's user half; without PTI there is none, and it is the kernel's. */
export const userCr3 = (space: AddressSpace, asid: number): bigint =>
  space.pti ? kernelCr3(space, asid) | CR3_USER_HALF | (space.pcid ? CR3_USER_PCID : 0n) : kernelCr3(space, asid);

/** `kernel(1)`, `user(1)`; undefined when it is no mm's CR3. */
export function nameCr3(space: AddressSpace, cr3: bigint): string | undefined {
  for (let asid = 0; asid < ASIDS; asid++) {
    if (cr3 === kernelCr3(space, asid)) return `kernel(${asid})`;
    if (cr3 === userCr3(space, asid)) return `user(${asid})`;
  }
  return undefined;
}

/** The bit of user_pcid_flush_mask that belongs to an ASID: its index is the kernel-half PCID. */
export const flushBit = (asid: number): bigint => 1n << BigInt(asid + 1);

export interface AddressSpaceOptions {
  readonly image: Image;
  readonly features: Features;
  /** EFER.NXE is on. */
  readonly nx: boolean;
  /** Offset of the TSS in the per-CPU area. */
  readonly tss: number;
}

/** Lays out memory for an image: tables, stacks, per-CPU area, the image's bytes. Throws OutOfMemory. */
export function buildAddressSpace(frames: Frames, options: AddressSpaceOptions): AddressSpace {
  const { image, features, nx } = options;
  const pti = features.has(FEATURE_NUMBERS.PTI!);
  const pcid = features.has(FEATURE_NUMBERS.PCID!);
  const roots = Array.from({ length: ASIDS }, () => allocate(frames, 2, 2 * PAGE_SIZE));
  const builder = makeBuilder(frames, roots[0]!, pti, nx);
  const percpuPhysical = allocate(frames, PERCPU_SIZE / PAGE_SIZE);
  const percpu = LINUX.directMap + BigInt(percpuPhysical);
  for (let at = 0; at < PERCPU_SIZE; at += PAGE_SIZE) {
    builder.map(percpu + BigInt(at), percpuPhysical + at, PTE.RW | PTE.NX, 'kernel');
  }
  const stacks = builder.stacks();
  const tss = descriptorTables(frames, builder, percpuPhysical + options.tss, stacks);
  builder.code(LINUX.exit, Uint8Array.of(0xf4), 'both'); // HLT
  for (const segment of image.segments) {
    if (segment.bytes.length === 0) continue;
    const flags = (segment.write ? PTE.RW : 0n) | (segment.execute ? 0n : PTE.NX);
    builder.bytes(segment.address, segment.bytes, flags, segment.name.startsWith('.entry.text') ? 'both' : 'kernel');
  }
  shareWithOthers(frames, roots, builder.tops);
  return { roots, pti, pcid, percpu, tss, stacks };
}

/** The GDT, and the TSS at a physical address, which gets its second, read-only mapping: the linear address of that. */
function descriptorTables(frames: Frames, builder: Builder, physical: number, stacks: readonly Stack[]): bigint {
  const inPage = physical % PAGE_SIZE;
  const top = (name: string): bigint => stacks.find((s) => s.name === name)!.top;
  frames.ram.set(taskState({ rsp0: top('entry'), ist: IST_NAMES.map((name) => top(`${name} IST`)) }), physical);
  for (const page of inPage + TSS_LIMIT < PAGE_SIZE ? [0] : [0, PAGE_SIZE])
    builder.map(LINUX.tss + BigInt(page), physical - inPage + page, PTE.NX, 'both');
  const tss = LINUX.tss + BigInt(inPage);
  builder.bytes(LINUX.gdt, linuxGdt({ tss, cpu: 0 }), PTE.NX, 'both');
  return tss;
}

type Halves = 'kernel' | 'both';

interface Builder {
  /** One address in each 512 GiB that is mapped, per half. */
  readonly tops: { readonly kernel: Set<bigint>; readonly user: Set<bigint> };
  map(linear: bigint, physical: number, flags: bigint, halves: Halves): void;
  bytes(linear: bigint, bytes: Uint8Array, flags: bigint, halves: Halves): void;
  code(linear: bigint, bytes: Uint8Array, halves: Halves): void;
  stacks(): Stack[];
}

function makeBuilder(frames: Frames, root: number, pti: boolean, nx: boolean): Builder {
  // With PTI nothing is global, lest user mode find the kernel's translations.
  const common = pti ? 0n : PTE.G;
  // Without EFER.NXE the bit is reserved.
  const allowed = nx ? -1n : ~PTE.NX;
  const tops = { kernel: new Set<bigint>(), user: new Set<bigint>() };
  const topOf = (linear: bigint): bigint => linear & ~((1n << 39n) - 1n);
  const builder: Builder = {
    tops,
    map(linear, physical, flags, halves) {
      mapPage(frames, root, linear, physical, (flags & allowed) | common);
      tops.kernel.add(topOf(linear));
      if (halves !== 'both' || !pti) return;
      mapPage(frames, root + PAGE_SIZE, linear, physical, (flags & allowed) | common);
      tops.user.add(topOf(linear));
    },
    bytes(linear, bytes, flags, halves) {
      const first = linear & ~0xfffn;
      const inPage = Number(linear - first);
      const pages = Math.ceil((inPage + bytes.length) / PAGE_SIZE);
      const physical = allocate(frames, pages);
      frames.ram.set(bytes, physical + inPage);
      for (let i = 0; i < pages; i++)
        builder.map(first + BigInt(i * PAGE_SIZE), physical + i * PAGE_SIZE, flags, halves);
    },
    code: (linear, bytes, halves) => builder.bytes(linear, bytes, 0n, halves),
    stacks() {
      const stack = (name: string, bottom: bigint, size: number, halves: Halves): Stack => {
        builder.bytes(bottom, new Uint8Array(size), PTE.RW | PTE.NX, halves);
        return { name, bottom, top: bottom + BigInt(size) };
      };
      const ist = IST_NAMES.map((name, i) =>
        stack(`${name} IST`, LINUX.istStacks + BigInt(i * (IST_STACK_SIZE + PAGE_SIZE)), IST_STACK_SIZE, 'both'),
      );
      return [
        stack('thread', LINUX.threadStack, THREAD_STACK_SIZE, 'kernel'),
        stack('entry', LINUX.entryStack, ENTRY_STACK_SIZE, 'both'),
        ...ist,
      ];
    },
  };
  return builder;
}

function shareWithOthers(frames: Frames, roots: readonly number[], tops: Builder['tops']): void {
  const [first, ...others] = roots;
  for (const root of others) {
    for (const top of tops.kernel) shareTopLevel(frames, root, first!, top);
    for (const top of tops.user) shareTopLevel(frames, root + PAGE_SIZE, first! + PAGE_SIZE, top);
  }
}
