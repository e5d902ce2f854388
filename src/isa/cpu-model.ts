/**
 * A model of CPU, as `-cpu` names one elsewhere: what it has, what CPUID says of it, and what it leaves where the manual leaves a
 * result undefined. Data only. The lowering reads it (an instruction of a missing feature is #UD, or the older instruction
 * its bytes were before), and so does the modelled CPU (the CR4 and EFER bits and the MSRs of a missing feature are reserved).
 *
 * These are features of the *CPU*; which alternatives are patched in is another choice (the kernel's flags, `features.ts`), and
 * the two may disagree: that is one of the questions.
 */
import type { Residue } from './undefined.ts';

/** Every feature that a model has or lacks, and what it gives. Where CPUID announces each stands in cpu/cpuid.ts. */
export const CPU_FEATURES = {
  // What a kernel turns on.
  pcid: 'process-context identifiers: CR4.PCIDE',
  invpcid: 'INVPCID',
  fsgsbase: 'RDFSBASE, RDGSBASE, WRFSBASE, WRGSBASE: CR4.FSGSBASE',
  smep: 'no supervisor fetches from user pages: CR4.SMEP',
  smap: 'no supervisor data accesses to user pages: CR4.SMAP, CLAC, STAC',
  pku: 'protection keys for user pages: CR4.PKE, RDPKRU, WRPKRU',
  la57: '5-level paging and linear addresses of 57 bits: CR4.LA57',
  umip: 'no SGDT, SIDT, SLDT, SMSW, STR at CPL 3: CR4.UMIP',
  nx: 'no-execute pages: EFER.NXE',
  gbpages: 'pages of 1 GiB',
  rdtscp: 'RDTSCP and IA32_TSC_AUX',
  specCtrl: 'IA32_SPEC_CTRL and IA32_PRED_CMD (IBRS, IBPB, STIBP, SSBD)',
  xsave: 'XGETBV, XSETBV, CR4.OSXSAVE',
  nullBase: 'a null selector loaded into FS or GS clears the base, as on all of Intel and on AMD from Zen 2 on',
  // Integer instructions.
  cmpxchg16b: 'CMPXCHG16B',
  lahf64: 'LAHF and SAHF in 64-bit mode',
  movbe: 'MOVBE',
  popcnt: 'POPCNT',
  lzcnt: 'LZCNT; its bytes are BSR without',
  bmi1: 'ANDN, BEXTR, BLSI, BLSMSK, BLSR, and TZCNT, whose bytes are BSF without',
  bmi2: 'BZHI, MULX, PDEP, PEXT, RORX, SARX, SHLX, SHRX',
  tbm: "AMD's BEXTR with an immediate, BLCFILL … TZMSK",
  adx: 'ADCX, ADOX',
  crc32: 'CRC32, of SSE4.2',
  rdrand: 'RDRAND',
  rdseed: 'RDSEED',
  rdpid: 'RDPID',
  movdiri: 'MOVDIRI',
  movdir64b: 'MOVDIR64B',
  cmpccxadd: 'CMPccXADD',
  raoint: 'AADD, AAND, AOR, AXOR',
  // Caches, ordering, waiting.
  clflushopt: 'CLFLUSHOPT',
  clwb: 'CLWB',
  cldemote: 'CLDEMOTE; a NOP without',
  prefetchw: "PREFETCHW, and 3DNow!'s PREFETCH",
  clzero: "AMD's CLZERO",
  wbnoinvd: 'WBNOINVD; its bytes are WBINVD without',
  serialize: 'SERIALIZE',
  monitor: 'MONITOR, MWAIT',
  monitorx: "AMD's MONITORX, MWAITX",
  waitpkg: 'TPAUSE, UMONITOR, UMWAIT',
  rdpru: "AMD's RDPRU, of MPERF and APERF",
  ptwrite: 'PTWRITE, with no trace to write to',
  wrmsrns: 'WRMSRNS',
} as const;

export type CpuFeature = keyof typeof CPU_FEATURES;
export type CpuFeatures = Readonly<Record<CpuFeature, boolean>>;

/** EAX, EBX, ECX, EDX of one leaf of CPUID. */
export type CpuidLeaf = readonly [eax: number, ebx: number, ecx: number, edx: number];

/** A cache as CPUID describes it. It is a description only: what the modelled caches cost stands in the cost table. */
export interface CpuCache {
  readonly level: 1 | 2 | 3;
  readonly holds: 'data' | 'code' | 'both';
  readonly kib: number;
  readonly ways: number;
  /** EDX: 1 WBINVD may leave lower levels alone, 2 inclusive, 4 a hash chooses the set. */
  readonly traits: number;
}

export interface CpuModel {
  /** As `--cpu` takes it. */
  readonly name: string;
  /** In a list of models. */
  readonly title: string;
  /** What CPUID says of itself, up to 47 characters. */
  readonly brand: string;
  /** Whose decoding and whose rules, where the two differ. */
  readonly vendor: 'intel' | 'amd';
  /** The twelve characters of leaf 0. */
  readonly vendorId: string;
  /** As displayed: extended and base parts joined (SDM vol. 2, CPUID, figure 3-6). */
  readonly family: number;
  readonly model: number;
  readonly stepping: number;
  /** Width of physical addresses; higher bits of CR3 and of paging entries are reserved. */
  readonly physicalBits: number;
  readonly features: CpuFeatures;
  /** What it leaves where the manual leaves a result undefined. */
  readonly residue: Residue;
  /** The highest basic and extended leaves of CPUID. */
  readonly lastLeaf: number;
  readonly lastExtendedLeaf: number;
  readonly caches: readonly CpuCache[];
  /** Leaves that follow from nothing else here, by number, as the CPU gives them. */
  readonly leaves: Readonly<Record<number, CpuidLeaf>>;
}

/** The model with some features taken or given. */
export const withFeatures = (model: CpuModel, changes: Partial<CpuFeatures>): CpuModel => ({
  ...model,
  features: { ...model.features, ...changes },
});

export const CPU_FEATURE_NAMES = Object.keys(CPU_FEATURES) as CpuFeature[];

/** A feature's name in any case as it is spelled here; undefined when there is no such feature. */
export const cpuFeatureName = (text: string): CpuFeature | undefined =>
  CPU_FEATURE_NAMES.find((name) => name.toLowerCase() === text.toLowerCase());

/** A CPU's features: those named, and no others. */
export const having = (...names: readonly CpuFeature[]): CpuFeatures =>
  Object.fromEntries(CPU_FEATURE_NAMES.map((name) => [name, names.includes(name)])) as CpuFeatures;

/** Everything that is modelled. */
export const ALL_FEATURES: CpuFeatures = having(...CPU_FEATURE_NAMES);
