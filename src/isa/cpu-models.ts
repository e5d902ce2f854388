/**
 * The models of CPU that `--cpu` knows, as data. Features, caches, addresses and leaves are those of CPUID dumps, named at each
 * model: InstLatx64 (github.com/InstLatx64/InstLatx64) and the test data of libcpuid (github.com/anrieff/libcpuid). What a dump
 * has and the model of a CPU here lacks (SSE, AVX, VMX, SVM, MPX, TSX, SGX, CET, MCOMMIT …) is left out.
 */
import {
  ALL_FEATURES,
  CPU_FEATURE_NAMES,
  type CpuCache,
  type CpuFeature,
  type CpuidLeaf,
  type CpuModel,
  having,
} from './cpu-model.ts';
import { INTEL_RESIDUE, ZEN4_RESIDUE } from './undefined.ts';

const cache = (level: 1 | 2 | 3, holds: CpuCache['holds'], kib: number, ways: number, traits = 0): CpuCache => ({
  level,
  holds,
  kib,
  ways,
  traits,
});

/** Two first-level caches of 32 KiB, the others as given. */
const withL1 = (...others: readonly CpuCache[]): readonly CpuCache[] => [
  cache(1, 'data', 32, 8),
  cache(1, 'code', 32, 8),
  ...others,
];

/** Everything that is modelled, at once: the default, like QEMU's of the same name. */
export const MAX: CpuModel = {
  name: 'max',
  title: 'everything that is modelled, at once (default)',
  brand: 'entrylab max',
  vendor: 'intel',
  vendorId: 'EntryLabCPU.',
  family: 6,
  model: 0x8f,
  stepping: 0,
  physicalBits: 46,
  features: ALL_FEATURES,
  residue: INTEL_RESIDUE,
  lastLeaf: 0x14,
  lastExtendedLeaf: 0x80000008,
  caches: [],
  leaves: {},
};

const INTEL = {
  vendor: 'intel',
  vendorId: 'GenuineIntel',
  family: 6,
  residue: INTEL_RESIDUE,
  lastExtendedLeaf: 0x80000008,
} as const;

/** Leaf 2 up to Skylake: TLB and prefetching descriptors (SDM vol. 2, CPUID, table 3-12), FFh for the caches. */
const DESCRIPTORS: CpuidLeaf = [0x76036301, 0x00f0b5ff, 0, 0x00c30000];
/** Leaf 80000006: 256 KiB of L2 in lines of 64 bytes, whatever leaf 4 says. */
const INTEL_L2: CpuidLeaf = [0, 0, 0x01006040, 0];

const HASWELL_FEATURES: readonly CpuFeature[] = [
  ...(['pcid', 'invpcid', 'fsgsbase', 'smep', 'nx', 'gbpages', 'rdtscp', 'xsave', 'nullBase'] as const),
  ...(['cmpxchg16b', 'lahf64', 'movbe', 'popcnt', 'lzcnt', 'bmi1', 'bmi2', 'crc32', 'rdrand', 'monitor'] as const),
  // By microcode, from January 2018 on.
  'specCtrl',
];

/** libcpuid, tests/intel/core_4th_gen/haswell-i7.test. */
export const HASWELL: CpuModel = {
  ...INTEL,
  name: 'haswell',
  title: 'Intel Core, 4th generation (2013)',
  brand: 'Intel(R) Core(TM) i7-4710MQ CPU @ 2.50GHz',
  model: 0x3c,
  stepping: 3,
  physicalBits: 39,
  features: having(...HASWELL_FEATURES),
  lastLeaf: 0xd,
  caches: withL1(cache(2, 'both', 256, 8), cache(3, 'both', 6144, 12, 6)),
  leaves: { 2: [0x76036301, 0x00f0b5ff, 0, 0x00c10000], 2147483654: INTEL_L2 },
};

const BROADWELL_FEATURES: readonly CpuFeature[] = [...HASWELL_FEATURES, 'smap', 'adx', 'rdseed', 'prefetchw'];

/** libcpuid, tests/intel/core_5th_gen/broadwell-e-i7.test. */
export const BROADWELL: CpuModel = {
  ...INTEL,
  name: 'broadwell',
  title: 'Intel Core, Broadwell-E (2016)',
  brand: 'Intel(R) Core(TM) i7-6950X CPU @ 3.00GHz',
  model: 0x4f,
  stepping: 1,
  physicalBits: 46,
  features: having(...BROADWELL_FEATURES),
  lastLeaf: 0x14,
  caches: withL1(cache(2, 'both', 256, 8), cache(3, 'both', 25600, 20, 6)),
  leaves: { 2: DESCRIPTORS, 2147483654: INTEL_L2 },
};

const SKYLAKE_FEATURES: readonly CpuFeature[] = [...BROADWELL_FEATURES, 'clflushopt', 'clwb', 'pku'];

/** InstLatx64, GenuineIntel0050654_SkylakeXeon_CPUID8.txt. The cost table is its family's. */
export const SKYLAKE_SERVER: CpuModel = {
  ...INTEL,
  name: 'skylake',
  title: 'Intel Xeon, Skylake-SP (2017)',
  brand: 'Intel(R) Xeon(R) Silver 4108 CPU @ 1.80GHz',
  model: 0x55,
  stepping: 4,
  physicalBits: 46,
  features: having(...SKYLAKE_FEATURES),
  lastLeaf: 0x16,
  caches: withL1(cache(2, 'both', 1024, 16), cache(3, 'both', 11264, 11, 4)),
  leaves: { 2: DESCRIPTORS, 22: [0x708, 0xbb8, 0x64, 0], 2147483654: INTEL_L2 },
};

/**
 * Bochs, cpu/cpudb/intel/sapphire_rapids.cc, for the signature and the caches; GCC's manual, -march=sapphirerapids, for the
 * instructions; 52 bits as lscpu tells of a Xeon Max 9470C.
 */
export const SAPPHIRE_RAPIDS: CpuModel = {
  ...INTEL,
  name: 'sapphirerapids',
  title: 'Intel Xeon, Sapphire Rapids (2023)',
  brand: 'Intel(R) Xeon(R) w9-3475X',
  model: 0x8f,
  stepping: 8,
  physicalBits: 52,
  features: having(
    ...SKYLAKE_FEATURES,
    ...(['umip', 'rdpid', 'movdiri', 'movdir64b', 'cldemote', 'wbnoinvd', 'serialize', 'waitpkg', 'ptwrite'] as const),
    'la57',
  ),
  lastLeaf: 0x20,
  caches: [
    cache(1, 'data', 48, 12),
    cache(1, 'code', 32, 8),
    cache(2, 'both', 2048, 16),
    cache(3, 'both', 84480, 15, 4),
  ],
  leaves: { 2: [0x00feff01, 0xf0, 0, 0], 22: [0x898, 0x12c0, 0x64, 0], 2147483654: [0, 0, 0x08007040, 0] },
};

/** Undefined results were measured on Zen 4 only; Zen 3 is presumed to leave the same. */
const AMD = { vendor: 'amd', vendorId: 'AuthenticAMD', family: 0x19, residue: ZEN4_RESIDUE } as const;

/** AMD has all but these: Intel's own, and AMD's that went with the Bulldozer family. */
const NOT_ZEN: readonly CpuFeature[] = [
  ...(['tbm', 'movdiri', 'movdir64b', 'cmpccxadd', 'raoint', 'cldemote', 'serialize', 'waitpkg'] as const),
  ...(['ptwrite', 'wrmsrns'] as const),
];

const ZEN_FEATURES = CPU_FEATURE_NAMES.filter((name) => !NOT_ZEN.includes(name));

/** Leaf 80000021: LFENCE always serializes (APM vol. 3, appendix E.4.18). */
const ZEN_EXTENSIONS: CpuidLeaf = [0b100, 0, 0, 0];

/** libcpuid, tests/amd/zen3/epyc-milan.test. */
export const ZEN3: CpuModel = {
  ...AMD,
  name: 'zen3',
  title: 'AMD EPYC 7003, Zen 3 (2021)',
  brand: 'AMD EPYC 7713 64-Core Processor',
  model: 1,
  stepping: 1,
  physicalBits: 48,
  // 5-level paging came with Zen 4.
  features: having(...ZEN_FEATURES.filter((name) => name !== 'la57')),
  lastLeaf: 0x10,
  lastExtendedLeaf: 0x80000023,
  caches: withL1(cache(2, 'both', 512, 8, 2), cache(3, 'both', 32768, 16, 1)),
  leaves: {
    2147483653: [0xff40ff40, 0xff40ff40, 0x20080140, 0x20080140],
    2147483654: [0x48002200, 0x68004200, 0x02006140, 0x08009140],
    2147483673: [0xf040f040, 0xf0400000, 0, 0],
    2147483681: ZEN_EXTENSIONS,
  },
};

/** InstLatx64, AuthenticAMD0A10F11_K19_Genoa_02_CPUID.txt. */
export const ZEN4: CpuModel = {
  ...AMD,
  name: 'zen4',
  title: 'AMD EPYC 9004, Zen 4 (2022)',
  brand: 'AMD EPYC 9124 16-Core Processor',
  model: 0x11,
  stepping: 1,
  physicalBits: 52,
  features: having(...ZEN_FEATURES),
  lastLeaf: 0x10,
  lastExtendedLeaf: 0x80000028,
  caches: withL1(cache(2, 'both', 1024, 8, 2), cache(3, 'both', 16384, 16, 1)),
  leaves: {
    2147483653: [0xff48ff40, 0xff48ff40, 0x20080140, 0x20080140],
    2147483654: [0x5c002200, 0x6c004200, 0x04006140, 0x02009140],
    2147483673: [0xf048f040, 0xf0400000, 0, 0],
    2147483681: ZEN_EXTENSIONS,
  },
};

export const CPU_MODELS: readonly CpuModel[] = [MAX, HASWELL, BROADWELL, SKYLAKE_SERVER, SAPPHIRE_RAPIDS, ZEN3, ZEN4];

/** A model by its name in any case. */
export const cpuModelNamed = (name: string): CpuModel | undefined =>
  CPU_MODELS.find((model) => model.name === name.toLowerCase());
