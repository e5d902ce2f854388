/**
 * SYSCALL, SYSRET, SYSENTER, SYSEXIT in IA-32e mode: segments and targets come from MSRs, no descriptor is read (SDM vol. 2; APM vol. 3
 * where AMD's differ; its long mode has no SYSENTER and SYSEXIT, which the lowering knows). Each leaves the new RIP in `cpu.target`, with everything else done, or gives a fault with nothing changed.
 */
import { truncate } from '../base/u64.ts';
import * as L from '../engine/layout.ts';
import { GPR, RFLAGS, SEGMENT } from '../isa/insn.ts';
import { ATTRIBUTE } from './descriptors.ts';
import { arriveAt, type Transferred } from './far-transfer.ts';
import { MSR, readMsr } from './msr.ts';
import { FLAT_CODE, FLAT_DATA, readSegment, writeCpl, writeSegment } from './segments.ts';
import {
  type Cpu,
  cpl,
  EFER,
  highHalf,
  isCanonicalAddress,
  isLongMode,
  low,
  lowHalf,
  read64,
  word,
  write64,
} from './state.ts';
import { gp, ud } from './stop.ts';

/** The new RIP. */
const arrive = (cpu: Cpu, target: bigint): undefined => arriveAt(cpu, lowHalf(target), highHalf(target));

const msr = (cpu: Cpu, index: number): bigint => readMsr(cpu, index) ?? 0n;
const register = (cpu: Cpu, n: number): bigint => read64(cpu, L.S_GPR + 8 * n);
const setFlags = (cpu: Cpu, flags: number): void => {
  cpu.engine.i32[word(L.S_RFLAGS)] = flags | RFLAGS.FIXED;
};

/** Flat segments of this level: code of 64 bits or of 32 bits, a stack. */
function enter(cpu: Cpu, code: number, stack: number, level: number, kind: number = FLAT_CODE): void {
  const dpl = level << 5;
  writeSegment(cpu, SEGMENT.CS, { selector: code, base: 0n, limit: 0xffffffff, attributes: kind | dpl });
  writeSegment(cpu, SEGMENT.SS, { selector: stack, base: 0n, limit: 0xffffffff, attributes: FLAT_DATA | dpl });
  writeCpl(cpu, level);
}

/** Of compatibility mode, 32 bits. */
const FLAT_CODE_32 = (FLAT_CODE & ~ATTRIBUTE.L) | ATTRIBUTE.DB;

const enabled = (cpu: Cpu): boolean => (low(cpu, L.S_EFER) & EFER.SCE) !== 0;

/** `next`: the address after the instruction. */
export function systemCall(cpu: Cpu, next: bigint): Transferred {
  if (!enabled(cpu)) return ud('SYSCALL with IA32_EFER.SCE = 0 (SDM vol. 2, SYSCALL)');
  const flags = low(cpu, L.S_RFLAGS);
  // From compatibility mode, on AMD's CPUs alone (APM vol. 3, SYSCALL).
  const target = msr(cpu, isLongMode(cpu) ? MSR.LSTAR : MSR.CSTAR);
  write64(cpu, L.S_GPR + 8 * GPR.RCX, next);
  write64(cpu, L.S_GPR + 8 * GPR.R11, BigInt(flags & ~RFLAGS.RF));
  setFlags(cpu, flags & ~(Number(truncate(msr(cpu, MSR.SFMASK), 4)) | RFLAGS.RF));
  const selector = Number((msr(cpu, MSR.STAR) >> 32n) & 0xfffcn);
  enter(cpu, selector, selector + 8, 0);
  return arrive(cpu, target);
}

/** What SYSRET takes from R11: RF, VM and the reserved bits come out clear (SDM vol. 2, SYSRET). */
const FROM_R11 = 0x3c7fd7;

export function systemReturn(cpu: Cpu, width: number): Transferred {
  if (!enabled(cpu)) return ud('SYSRET with IA32_EFER.SCE = 0 (SDM vol. 2, SYSRET)');
  if (cpl(cpu) !== 0) return gp('SYSRET at CPL > 0 (SDM vol. 2, SYSRET)');
  const target = register(cpu, GPR.RCX);
  // AMD's CPUs load it and fault at the fetch, in user mode (APM vol. 3, SYSRET).
  if (width === 8 && cpu.model.vendor === 'intel' && !isCanonicalAddress(cpu, target))
    return gp('SYSRET to a non-canonical RCX (SDM vol. 2, SYSRET)');
  const selector = Number((msr(cpu, MSR.STAR) >> 48n) & 0xffffn);
  setFlags(cpu, Number(truncate(register(cpu, GPR.R11), 4)) & FROM_R11);
  const stack = readSegment(cpu, SEGMENT.SS);
  if (width === 8) enter(cpu, (selector + 16) | 3, (selector + 8) | 3, 3);
  else enter(cpu, selector | 3, (selector + 8) | 3, 3, FLAT_CODE_32);
  // AMD's change the selector of SS alone (APM vol. 3, SYSRET); the DPL is the CPL all the same.
  if (cpu.model.vendor === 'amd')
    writeSegment(cpu, SEGMENT.SS, {
      ...stack,
      selector: (selector + 8) | 3,
      attributes: stack.attributes | ATTRIBUTE.DPL,
    });
  return arrive(cpu, width === 8 ? target : truncate(target, 4));
}

export function systemEnter(cpu: Cpu): Transferred {
  const selector = Number(msr(cpu, MSR.SYSENTER_CS) & 0xfffcn);
  if (selector === 0) return gp('SYSENTER with IA32_SYSENTER_CS = 0 (SDM vol. 2, SYSENTER)');
  const { VM, IF, RF } = RFLAGS;
  setFlags(cpu, low(cpu, L.S_RFLAGS) & ~(VM | IF | RF));
  write64(cpu, L.S_RSP, msr(cpu, MSR.SYSENTER_ESP));
  enter(cpu, selector, selector + 8, 0);
  return arrive(cpu, msr(cpu, MSR.SYSENTER_EIP));
}

export function systemExit(cpu: Cpu, width: number): Transferred {
  const selector = Number(msr(cpu, MSR.SYSENTER_CS) & 0xfffcn);
  if (selector === 0 || cpl(cpu) !== 0)
    return gp('SYSEXIT at CPL > 0, or with IA32_SYSENTER_CS = 0 (SDM vol. 2, SYSEXIT)');
  const [pointer, target] = [register(cpu, GPR.RCX), register(cpu, GPR.RDX)];
  if (width !== 8) {
    write64(cpu, L.S_RSP, truncate(pointer, 4));
    enter(cpu, (selector + 16) | 3, (selector + 24) | 3, 3, FLAT_CODE_32);
    return arrive(cpu, truncate(target, 4));
  }
  if (!isCanonicalAddress(cpu, pointer) || !isCanonicalAddress(cpu, target))
    return gp('SYSEXIT to a non-canonical RCX or RDX (SDM vol. 2, SYSEXIT)');
  write64(cpu, L.S_RSP, pointer);
  enter(cpu, (selector + 32) | 3, (selector + 40) | 3, 3);
  return arrive(cpu, target);
}
