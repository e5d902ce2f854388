/**
 * The kernel's CPU feature flags: names to bit numbers and back, and which of them can be set together.
 *
 * The numbers are those of Linux 6.1 (word·32 + bit, as `.altinstructions` stores them). They are what entry code
 * and the assembly library test; any other can be named by number, `9*32+20`.
 */

const bit = (word: number, offset: number): number => word * 32 + offset;

/** Feature numbers of Linux 6.1. */
export const FEATURE_NUMBERS: Readonly<Record<string, number>> = {
  XMM2: bit(0, 26), // SSE2: LFENCE, MFENCE
  RDTSCP: bit(1, 27),
  SYSCALL32: bit(3, 14), // SYSCALL from compatibility mode (AMD)
  SYSENTER32: bit(3, 15), // SYSENTER from compatibility mode (Intel)
  REP_GOOD: bit(3, 16), // REP MOVS/STOS run fast
  LFENCE_RDTSC: bit(3, 18), // LFENCE orders RDTSC
  NOPL: bit(3, 20),
  ALWAYS: bit(3, 21), // always set
  PCID: bit(4, 17), // CR4.PCIDE is on
  POPCNT: bit(4, 23),
  INVPCID_SINGLE: bit(7, 7),
  PTI: bit(7, 11), // user page tables are separate
  KERNEL_IBRS: bit(7, 12), // SPEC_CTRL.IBRS is set on kernel entry
  RSB_VMEXIT: bit(7, 13),
  MSR_SPEC_CTRL: bit(7, 16),
  XENPV: bit(8, 16), // guest of Xen, kernel in ring 3
  VMCALL: bit(8, 18), // hypercalls by VMCALL rather than VMMCALL
  TDX_GUEST: bit(8, 22),
  FSGSBASE: bit(9, 0),
  SMEP: bit(9, 7),
  ERMS: bit(9, 9), // fast REP MOVSB
  INVPCID: bit(9, 10),
  SMAP: bit(9, 20),
  CLFLUSHOPT: bit(9, 23),
  CLWB: bit(9, 24),
  XSAVES: bit(10, 3),
  FENCE_SWAPGS_USER: bit(11, 4), // LFENCE after the user-entry SWAPGS
  FENCE_SWAPGS_KERNEL: bit(11, 5), // LFENCE where the SWAPGS is skipped
  ENTRY_IBPB: bit(11, 10), // branch predictor barrier on kernel entry
  RETPOLINE: bit(11, 12),
  RETPOLINE_LFENCE: bit(11, 13),
  RETHUNK: bit(11, 14),
  UNRET: bit(11, 15),
  CLEAR_CPU_BUF: bit(11, 18), // VERW on the exits to user space
  SRSO: bit(11, 24),
  SRSO_ALIAS: bit(11, 25),
  NRIPS: bit(15, 3),
  UMIP: bit(16, 2),
  PKU: bit(16, 3),
  LA57: bit(16, 16), // 5-level page tables
  RDPID: bit(16, 22),
  FSRM: bit(18, 4), // fast short REP MOVSB
  SEV_ES: bit(19, 3),
  CLEAR_BHB_LOOP: bit(21, 1),
  CLEAR_BHB_HW: bit(21, 3),
};

const NAMES = new Map(Object.entries(FEATURE_NUMBERS).map(([name, number]) => [number, name]));

/** A set of feature numbers; ALWAYS is a member of every set that `featureSet` makes. */
export type Features = ReadonlySet<number>;

/** `PTI`, `X86_FEATURE_PTI`, `7*32+11` or `235`, in any case; undefined when there is no such feature. */
export function featureNumber(text: string): number | undefined {
  const name = text.trim().toUpperCase();
  const known = FEATURE_NUMBERS[name.replace(/^X86_(FEATURE|BUG)_/, '')];
  if (known !== undefined) return known;
  const [, word, offset] = /^\(?\s*(\d+)\s*\*\s*32\s*\+\s*(\d+)\s*\)?$/.exec(name) ?? [];
  if (word !== undefined) return Number(offset) < 32 ? bit(Number(word), Number(offset)) : undefined;
  return /^\d+$/.test(name) ? Number(name) : undefined;
}

/** The feature's name, or `word*32+bit` for one that the table lacks. */
export const featureName = (number: number): string => NAMES.get(number) ?? `${number >> 5}*32+${number & 31}`;

/** The names of a set, without ALWAYS, which is no choice. */
export const featureNames = (features: Features): string[] =>
  [...features].filter((n) => n !== FEATURE_NUMBERS.ALWAYS).map(featureName);

/** A set of features with ALWAYS in it. */
export const featureSet = (numbers: Iterable<number>): Set<number> => new Set([...numbers, FEATURE_NUMBERS.ALWAYS!]);

/** One rule of what the kernel can set together: when `feature` is set, `needs` must and `excludes` must not be. */
export interface Constraint {
  readonly feature: string;
  readonly needs?: readonly string[];
  readonly excludes?: readonly string[];
  readonly why: string;
}

/** As Linux 6.1's set-up code decides, so that a matrix runs the sets which a kernel can boot with. */
export const CONSTRAINTS: readonly Constraint[] = [
  {
    feature: 'XENPV',
    excludes: ['PTI', 'PCID'],
    why: 'Xen PV guests run without PTI (the hypervisor separates) and PCID',
  },
  { feature: 'INVPCID_SINGLE', needs: ['PCID', 'INVPCID'], why: 'it stands for INVPCID used with CR4.PCIDE on' },
  { feature: 'UNRET', needs: ['RETHUNK'], why: 'untrained returns go through the return thunk' },
  { feature: 'SRSO_ALIAS', needs: ['RETHUNK'], excludes: ['SRSO'], why: 'one of the two SRSO thunks is chosen' },
  { feature: 'SRSO', needs: ['RETHUNK'], why: 'it is a return thunk' },
  { feature: 'RETPOLINE_LFENCE', needs: ['RETPOLINE'], why: 'the LFENCE variant is a kind of retpoline' },
  { feature: 'KERNEL_IBRS', needs: ['MSR_SPEC_CTRL'], why: 'IBRS is a bit of that MSR' },
];

/** The first rule a set breaks, or undefined. `mentioned` limits the needs to features the program tests. */
export function brokenConstraint(features: Features, mentioned?: Features): Constraint | undefined {
  const has = (name: string): boolean => features.has(FEATURE_NUMBERS[name]!);
  const free = (name: string): boolean => mentioned !== undefined && !mentioned.has(FEATURE_NUMBERS[name]!);
  return CONSTRAINTS.find(
    ({ feature, needs = [], excludes = [] }) =>
      has(feature) && (needs.some((n) => !has(n) && !free(n)) || excludes.some((name) => has(name))),
  );
}
