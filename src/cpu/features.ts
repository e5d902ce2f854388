/**
 * What the modelled CPU has, as CPUID would tell. The CR4 and EFER bits, the instructions and the MSRs of a missing
 * feature are reserved, #UD or #GP. These are features of the *CPU*; which alternatives are patched in is another
 * choice (the kernel's flags), and the two may disagree: that is one of the questions.
 */

export interface CpuFeatures {
  readonly pcid: boolean;
  readonly invpcid: boolean;
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
}

/** A server CPU of the years when page-table isolation was written: everything above. */
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
};

/** A feature's name in any case as it is spelled here; undefined when there is no such feature. */
export const cpuFeatureName = (text: string): keyof CpuFeatures | undefined =>
  (Object.keys(ALL_FEATURES) as (keyof CpuFeatures)[]).find((name) => name.toLowerCase() === text.toLowerCase());
