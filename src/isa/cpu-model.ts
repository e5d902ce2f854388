/**
 * A model of CPU, as `-cpu` names one elsewhere: what it has, what CPUID says of it, and what it leaves where the manual leaves a
 * result undefined. Data only. The lowering reads it (an instruction of a missing feature is #UD, or the older instruction
 * its bytes were before), and so does the modelled CPU (the CR4 and EFER bits and the MSRs of a missing feature are reserved).
 *
 * These are features of the *CPU*; which alternatives are patched in is another choice (the kernel's flags, `features.ts`), and
 * the two may disagree: that is one of the questions.
 */

/** One row a feature: what it gives; cpu/cpuid.ts has where CPUID announces it. */
export interface CpuFeatures {
  // What the kernel turns on.
  readonly pcid: boolean;
  readonly invpcid: boolean;
  /** RDFSBASE and its family, CR4.FSGSBASE. */
  readonly fsgsbase: boolean;
  readonly smep: boolean;
  readonly smap: boolean;
  readonly umip: boolean;
  /** No-execute pages, EFER.NXE. */
  readonly nx: boolean;
  /** 1 GiB pages. */
  readonly gbpages: boolean;
  /** RDTSCP and IA32_TSC_AUX. */
  readonly rdtscp: boolean;
  /** IA32_SPEC_CTRL and IA32_PRED_CMD. */
  readonly specCtrl: boolean;
  /** XGETBV, XSETBV and CR4.OSXSAVE. */
  readonly xsave: boolean;
  // Integer instructions.
  /** CMPXCHG16B. */
  readonly cmpxchg16b: boolean;
  /** LAHF and SAHF in 64-bit mode. */
  readonly lahf64: boolean;
  readonly movbe: boolean;
  readonly popcnt: boolean;
  /** LZCNT; the same bytes are BSR where it is missing. */
  readonly lzcnt: boolean;
  /** ANDN, BEXTR, BLSI, BLSMSK, BLSR, TZCNT; the bytes of TZCNT are BSF where it is missing. */
  readonly bmi1: boolean;
  /** BZHI, MULX, PDEP, PEXT, RORX, SARX, SHLX, SHRX. */
  readonly bmi2: boolean;
  /** AMD's trailing bit manipulation: BEXTR with an immediate, BLCFILL … TZMSK. */
  readonly tbm: boolean;
  /** ADCX, ADOX. */
  readonly adx: boolean;
  /** CRC32, of SSE4.2. */
  readonly crc32: boolean;
  readonly rdrand: boolean;
  readonly rdseed: boolean;
  readonly rdpid: boolean;
  readonly movdiri: boolean;
  readonly movdir64b: boolean;
  /** CMPccXADD. */
  readonly cmpccxadd: boolean;
  /** AADD, AAND, AOR, AXOR. */
  readonly raoint: boolean;
  // Caches, ordering, waiting.
  readonly clflushopt: boolean;
  readonly clwb: boolean;
  readonly cldemote: boolean;
  /** PREFETCHW; 3DNow!'s PREFETCH with it. */
  readonly prefetchw: boolean;
  readonly clzero: boolean;
  readonly wbnoinvd: boolean;
  readonly mcommit: boolean;
  readonly serialize: boolean;
  /** MONITOR and MWAIT. */
  readonly monitor: boolean;
  /** AMD's MONITORX and MWAITX. */
  readonly monitorx: boolean;
  /** TPAUSE, UMONITOR, UMWAIT. */
  readonly waitpkg: boolean;
  /** RDPRU: MPERF and APERF. */
  readonly rdpru: boolean;
  /** PTWRITE; without a trace to write to it does nothing. */
  readonly ptwrite: boolean;
  /** WRMSRNS. */
  readonly wrmsrns: boolean;
}

export interface CpuModel {
  /** As `--cpu` takes it. */
  readonly name: string;
  /** Whose decoding and whose rules, where the two differ. */
  readonly vendor: 'intel' | 'amd';
  readonly features: CpuFeatures;
}

/** The model with some features taken or given. */
export const withFeatures = (model: CpuModel, changes: Partial<CpuFeatures>): CpuModel => ({
  ...model,
  features: { ...model.features, ...changes },
});

/** A feature's name in any case as it is spelled here; undefined when there is no such feature. */
export const cpuFeatureName = (text: string): keyof CpuFeatures | undefined =>
  (Object.keys(ALL_FEATURES) as (keyof CpuFeatures)[]).find((name) => name.toLowerCase() === text.toLowerCase());

/** Everything that is modelled. */
export const ALL_FEATURES: CpuFeatures = {
  pcid: true,
  invpcid: true,
  fsgsbase: true,
  smep: true,
  smap: true,
  umip: true,
  nx: true,
  gbpages: true,
  rdtscp: true,
  specCtrl: true,
  xsave: true,
  cmpxchg16b: true,
  lahf64: true,
  movbe: true,
  popcnt: true,
  lzcnt: true,
  bmi1: true,
  bmi2: true,
  tbm: true,
  adx: true,
  crc32: true,
  rdrand: true,
  rdseed: true,
  rdpid: true,
  movdiri: true,
  movdir64b: true,
  cmpccxadd: true,
  raoint: true,
  clflushopt: true,
  clwb: true,
  cldemote: true,
  prefetchw: true,
  clzero: true,
  wbnoinvd: true,
  mcommit: true,
  serialize: true,
  monitor: true,
  monitorx: true,
  waitpkg: true,
  rdpru: true,
  ptwrite: true,
  wrmsrns: true,
};
