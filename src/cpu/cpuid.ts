/**
 * CPUID: what the modelled CPU says of itself (SDM vol. 2, CPUID; AMD APM vol. 3, appendix E), from its model, and in step with
 * it: nothing is announced that isn't modelled. With the exceptions that 64-bit code takes for granted, and that a CPU
 * without cannot be in 64-bit mode of: the FPU, SSE and SSE2 are announced, and their fences and hints are all there is of them. SSE4.2
 * stands for CRC32 alone, and XSAVE for XGETBV and XSETBV.
 */
import * as L from '../engine/layout.ts';
import type { CpuCache, CpuFeature, CpuidLeaf, CpuModel } from '../isa/cpu-model.ts';
import { type Cpu, CR4, cr, low } from './state.ts';
import { XCR0_LEGAL, XSAVE_BYTES } from './xcr0.ts';

const EAX = 0;
const EBX = 1;
const ECX = 2;
const EDX = 3;

/** Where a bit stands: leaf, subleaf, register, number; and with whom, if it isn't everyone's. */
type Place = readonly [leaf: number, subleaf: number, register: number, bit: number, vendor?: CpuModel['vendor']];

/** Where each feature is announced. */
const PLACES: Readonly<Record<CpuFeature, readonly Place[]>> = {
  monitor: [[1, 0, ECX, 3]],
  cmpxchg16b: [[1, 0, ECX, 13]],
  pcid: [[1, 0, ECX, 17]],
  crc32: [[1, 0, ECX, 20]],
  movbe: [[1, 0, ECX, 22]],
  popcnt: [[1, 0, ECX, 23]],
  xsave: [[1, 0, ECX, 26]],
  rdrand: [[1, 0, ECX, 30]],
  fsgsbase: [[7, 0, EBX, 0]],
  bmi1: [[7, 0, EBX, 3]],
  smep: [[7, 0, EBX, 7]],
  bmi2: [[7, 0, EBX, 8]],
  invpcid: [[7, 0, EBX, 10]],
  rdseed: [[7, 0, EBX, 18]],
  adx: [[7, 0, EBX, 19]],
  smap: [[7, 0, EBX, 20]],
  clflushopt: [[7, 0, EBX, 23]],
  clwb: [[7, 0, EBX, 24]],
  umip: [[7, 0, ECX, 2]],
  pku: [[7, 0, ECX, 3]],
  waitpkg: [[7, 0, ECX, 5]],
  la57: [[7, 0, ECX, 16]],
  rdpid: [[7, 0, ECX, 22]],
  cldemote: [[7, 0, ECX, 25]],
  movdiri: [[7, 0, ECX, 27]],
  movdir64b: [[7, 0, ECX, 28]],
  serialize: [[7, 0, EDX, 14]],
  specCtrl: [
    // IBRS and IBPB, STIBP, SSBD; AMD's four.
    [7, 0, EDX, 26, 'intel'],
    [7, 0, EDX, 27, 'intel'],
    [7, 0, EDX, 31, 'intel'],
    [0x80000008, 0, EBX, 12, 'amd'],
    [0x80000008, 0, EBX, 14, 'amd'],
    [0x80000008, 0, EBX, 15, 'amd'],
    [0x80000008, 0, EBX, 24, 'amd'],
  ],
  raoint: [[7, 1, EAX, 3]],
  cmpccxadd: [[7, 1, EAX, 7]],
  wrmsrns: [[7, 1, EAX, 19]],
  ptwrite: [[0x14, 0, EBX, 4]],
  lahf64: [[0x80000001, 0, ECX, 0]],
  lzcnt: [[0x80000001, 0, ECX, 5]],
  prefetchw: [[0x80000001, 0, ECX, 8]],
  tbm: [[0x80000001, 0, ECX, 21]],
  monitorx: [[0x80000001, 0, ECX, 29]],
  nx: [[0x80000001, 0, EDX, 20]],
  gbpages: [[0x80000001, 0, EDX, 26]],
  rdtscp: [[0x80000001, 0, EDX, 27]],
  clzero: [[0x80000008, 0, EBX, 0]],
  rdpru: [[0x80000008, 0, EBX, 4]],
  wbnoinvd: [[0x80000008, 0, EBX, 9]],
  nullBase: [[0x80000021, 0, EAX, 6, 'amd']],
};

/** FPU, DE, PSE, TSC, MSR, PAE, MCE, CX8, PGE, CMOV, PAT, CLFSH, SSE, SSE2. */
const ALWAYS_EDX = [0, 2, 3, 4, 5, 6, 7, 8, 13, 15, 16, 19, 25, 26].reduce((bits, n) => bits | (1 << n), 0);
/** Bits of leaf 1's EDX that AMD repeats in that of 80000001. */
const REPEATED_EDX = 0x0183f3ff;
const SYSCALL = 1 << 11;
const LONG_MODE = 1 << 29;
/** AMD: leaves 8000001D and 8000001E are there. */
const TOPOLOGY = 1 << 22;
const OSXSAVE = 1 << 27;
/** Bytes of a line in eights, and one logical processor. */
const CLFLUSH_AND_COUNT = ((64 / 8) << 8) | (1 << 16);
const INVARIANT_TSC = 1 << 8;
const OSPKE = 1 << 4;

const NOTHING: CpuidLeaf = [0, 0, 0, 0];

/** The four registers after CPUID with these in EAX and ECX. */
export function cpuidLeaf(cpu: Cpu, number: number, subleaf: number): CpuidLeaf {
  const { model } = cpu;
  const extended = number >= 0x80000000;
  if (number <= (extended ? model.lastExtendedLeaf : model.lastLeaf)) return leaf(cpu, number, subleaf);
  // Past the end, Intel repeats the highest basic leaf (SDM vol. 2, CPUID); AMD gives zeros.
  return model.vendor === 'intel' ? leaf(cpu, model.lastLeaf, subleaf) : NOTHING;
}

function leaf(cpu: Cpu, number: number, subleaf: number): CpuidLeaf {
  const { model } = cpu;
  const [eax, ebx, ecx, edx] = model.leaves[number] ?? derived(cpu, number, subleaf);
  const bits = announced(model, number, subleaf);
  return [eax | bits[EAX], ebx | bits[EBX], ecx | bits[ECX], edx | bits[EDX]];
}

/** The features' bits of a leaf. */
function announced(model: CpuModel, number: number, subleaf: number): CpuidLeaf {
  const bits: [number, number, number, number] = [0, 0, 0, 0];
  for (const [feature, places] of Object.entries(PLACES)) {
    if (!model.features[feature as CpuFeature]) continue;
    for (const [leaf, sub, register, bit, vendor = model.vendor] of places) {
      if (leaf === number && sub === subleaf && vendor === model.vendor) bits[register]! |= 1 << bit;
    }
  }
  return bits;
}

/** What follows from the model besides the features. */
function derived(cpu: Cpu, number: number, subleaf: number): CpuidLeaf {
  const { model } = cpu;
  const { features, vendor } = model;
  const amd = vendor === 'amd';
  switch (number) {
    case 0:
      return vendorLeaf(model, model.lastLeaf);
    case 1:
      return [signature(model), CLFLUSH_AND_COUNT, low(cpu, cr(4)) & CR4.OSXSAVE ? OSXSAVE : 0, ALWAYS_EDX];
    case 4:
      return amd ? NOTHING : cacheLeaf(model.caches[subleaf]);
    case 5:
      // The smallest and the largest line that MONITOR watches; MWAIT takes a hint, that a masked interrupt ends the wait.
      return features.monitor ? [64, 64, 0b11, 0] : NOTHING;
    case 7:
      return subleaf === 0
        ? [announced(model, 7, 1)[EAX] ? 1 : 0, 0, low(cpu, cr(4)) & CR4.PKE ? OSPKE : 0, 0]
        : NOTHING;
    case 0xb:
      return topology(subleaf);
    case 0xd:
      return features.xsave && subleaf === 0 ? [XCR0_LEGAL, XSAVE_BYTES, XSAVE_BYTES, 0] : NOTHING;
    case 0x80000000:
      return amd ? vendorLeaf(model, model.lastExtendedLeaf) : [model.lastExtendedLeaf, 0, 0, 0];
    case 0x80000001:
      return amd
        ? [signature(model), 0, TOPOLOGY, (ALWAYS_EDX & REPEATED_EDX) | SYSCALL | LONG_MODE]
        : [0, 0, 0, SYSCALL | LONG_MODE];
    case 0x80000002:
    case 0x80000003:
    case 0x80000004:
      return brandLeaf(model, number - 0x80000002);
    case 0x80000007:
      return [0, 0, 0, INVARIANT_TSC];
    case 0x80000008:
      // RDPRU reads registers up to 1, APERF.
      return [model.physicalBits | ((features.la57 ? 57 : 48) << 8), 0, 0, features.rdpru ? 1 << 16 : 0];
    case 0x8000001d:
      return amd ? cacheLeaf(model.caches[subleaf]) : NOTHING;
    default:
      return NOTHING;
  }
}

/** Four characters, the first in the low byte. */
const word = (text: string, at: number): number =>
  [3, 2, 1, 0].reduce((value, n) => (value << 8) | (text.charCodeAt(at + n) || 0), 0);

/** The name in EBX, EDX, ECX. */
const vendorLeaf = ({ vendorId }: CpuModel, last: number): CpuidLeaf => [
  last,
  word(vendorId, 0),
  word(vendorId, 8),
  word(vendorId, 4),
];

/** Sixteen characters of the brand string; AMD fills with spaces up to the last NUL. */
function brandLeaf({ brand, vendor }: CpuModel, part: number): CpuidLeaf {
  const text = vendor === 'amd' ? brand.padEnd(47) : brand;
  return [word(text, 16 * part), word(text, 16 * part + 4), word(text, 16 * part + 8), word(text, 16 * part + 12)];
}

/** Family and model as leaf 1 takes them apart (SDM vol. 2, CPUID, figure 3-6). */
function signature({ family, model, stepping }: CpuModel): number {
  const base = Math.min(family, 0xf);
  return ((family - base) << 20) | ((model >> 4) << 16) | (base << 8) | ((model & 0xf) << 4) | stepping;
}

const CACHE_TYPE = { data: 1, code: 2, both: 3 } as const;
const SELF_INITIALIZING = 1 << 8;
const LINE = 64;

/** Deterministic cache parameters, of one processor that shares with nobody. */
function cacheLeaf(cache: CpuCache | undefined): CpuidLeaf {
  if (!cache) return NOTHING;
  const sets = (cache.kib * 1024) / LINE / cache.ways;
  return [
    CACHE_TYPE[cache.holds] | (cache.level << 5) | SELF_INITIALIZING,
    ((cache.ways - 1) << 22) | (LINE - 1),
    sets - 1,
    cache.traits,
  ];
}

/** One thread of one core; the further levels name themselves and are empty. */
function topology(subleaf: number): CpuidLeaf {
  const level = subleaf & 0xff;
  return subleaf < 2 ? [0, 1, level | ((subleaf + 1) << 8), 0] : [0, 0, level, 0];
}

export function cpuid(cpu: Cpu): typeof L.STATUS_OK {
  const [eax, ebx, ecx, edx] = cpuidLeaf(cpu, low(cpu, L.S_GPR) >>> 0, low(cpu, L.S_GPR + 8) >>> 0);
  // RAX, RCX, RDX, RBX stand in this order.
  [eax, ecx, edx, ebx].forEach((half, n) => {
    cpu.engine.u64[(L.STATE + L.S_GPR + 8 * n) >> 3] = BigInt(half >>> 0);
  });
  return L.STATUS_OK;
}
