/**
 * A model of CPU, as `-cpu` names one elsewhere: what it has, what CPUID says of it, and what it leaves where the manual leaves a
 * result undefined. Data only. The lowering reads it (an instruction of a missing feature is #UD, or the older instruction
 * its bytes were before), and so does the modelled CPU (the CR4 and EFER bits and the MSRs of a missing feature are reserved).
 *
 * These are features of the *CPU*; which alternatives are patched in is another choice (the kernel's flags, `features.ts`), and
 * the two may disagree: that is one of the questions.
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
};
