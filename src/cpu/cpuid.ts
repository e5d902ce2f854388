/** CPUID: what the modelled CPU says of itself, in step with `CpuFeatures` (SDM vol. 2, CPUID). */
import * as L from '../engine/layout.ts';
import { PHYSICAL_BITS } from './control.ts';
import { type Cpu, CR4, cr, low } from './state.ts';

type Leaf = readonly [eax: number, ebx: number, ecx: number, edx: number];

const bit = (n: number, on = true): number => (on ? 1 << n : 0);

/** "EntryLabCPU." in EBX, EDX, ECX, as vendors do it. */
const VENDOR: Leaf = [7, 0x72746e45, 0x2e555043, 0x62614c79];

function leaf(cpu: Cpu, number: number, subleaf: number): Leaf {
  const { features: f } = cpu.model;
  switch (number) {
    case 0:
      return VENDOR;
    case 1:
      // FPU, DE, PSE, TSC, MSR, PAE, CX8, PGE, CMOV, PAT, CLFSH, SSE2 (for LFENCE and MFENCE); CMPXCHG16B, PCID, MOVBE, POPCNT.
      return [
        0x000806f0,
        (64 / 8) << 8,
        bit(13) | bit(17, f.pcid) | bit(22) | bit(23) | bit(27, (low(cpu, cr(4)) & CR4.OSXSAVE) !== 0),
        [0, 2, 3, 4, 5, 6, 8, 13, 15, 16, 19, 26].reduce((bits, n) => bits | bit(n), 0),
      ];
    case 7:
      if (subleaf !== 0) return [0, 0, 0, 0];
      return [
        0,
        bit(0, f.fsgsbase) | bit(7, f.smep) | bit(10, f.invpcid) | bit(20, f.smap),
        bit(2, f.umip),
        bit(26, f.specCtrl),
      ];
    case 0x80000000:
      return [0x80000008 | 0, 0, 0, 0];
    case 0x80000001:
      return [0, 0, bit(0) | bit(5), bit(11) | bit(20, f.nx) | bit(26, f.gbpages) | bit(27, f.rdtscp) | bit(29)];
    case 0x80000008:
      return [PHYSICAL_BITS | (48 << 8), 0, 0, 0];
    default:
      return [0, 0, 0, 0];
  }
}

export function cpuid(cpu: Cpu): typeof L.STATUS_OK {
  const [eax, ebx, ecx, edx] = leaf(cpu, low(cpu, L.S_GPR) >>> 0, low(cpu, L.S_GPR + 8) >>> 0);
  // RAX, RCX, RDX, RBX stand in this order.
  [eax, ecx, edx, ebx].forEach((half, n) => {
    cpu.engine.u64[(L.STATE + L.S_GPR + 8 * n) >> 3] = BigInt(half >>> 0);
  });
  return L.STATUS_OK;
}
