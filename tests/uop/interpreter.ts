/**
 * A naive interpreter of micro-ops: a switch over plain data, bigints, and memory as a map of bytes. It exists to be obviously
 * right: the vectors hold the lowering against silicon through it, and the engine is held against it.
 *
 * In: a machine and one instruction's micro-ops. Out: the machine changed, or a fault; a fault leaves everything as it was, which
 * commit-last promises and nothing here enforces. Privilege and paging are as small as that allows: a set of mapped
 * pages, CPL, and a few rules.
 */
import { isCanonical, signExtend, truncate, u64, type Width } from '../../src/base/u64.ts';
import { type Insn, RFLAGS } from '../../src/isa/insn.ts';
import { ADJUSTED_FLAGS, adjust } from '../../src/uop/bcd.ts';
import { uopText } from '../../src/uop/print.ts';
import type { Address, ControlUop, Dst, FlagsCommitted, MemoryUop, Src, SystemUop, Uop } from '../../src/uop/uop.ts';
import * as alu from './alu.ts';

export interface Machine {
  readonly regs: bigint[];
  rip: bigint;
  flags: bigint;
  base: { fs: bigint; gs: bigint };
  cpl: number;
  /** Bytes by address, those that differ from what fills their page. */
  readonly memory: Map<bigint, number>;
  /** Mapped pages by number, all of them readable and writable, and the byte that fills each. */
  readonly pages: Map<bigint, number>;
  readonly cr: Map<number, bigint>;
  readonly dr: Map<number, bigint>;
  readonly msr: Map<bigint, bigint>;
  tsc: bigint;
  /** What else happened, in order: `invlpg 0x1000`, `lfence`, `hlt` … */
  readonly log: string[];
}

export interface Fault {
  readonly vector: number;
  readonly error: number;
  readonly cr2?: bigint;
}

export const newMachine = (): Machine => ({
  regs: Array.from({ length: 16 }, () => 0n),
  rip: 0n,
  flags: BigInt(RFLAGS.FIXED),
  base: { fs: 0n, gs: 0n },
  cpl: 3,
  memory: new Map(),
  pages: new Map(),
  cr: new Map(),
  dr: new Map(),
  msr: new Map(),
  tsc: 0n,
  log: [],
});

const DE = 0;
const BR = 5;
const UD = 6;
const SS = 12;
const GP = 13;
const PF = 14;
const PAGE = 4096n;
/** IA32_KERNEL_GS_BASE, SDM vol. 4, table 2-2. */
const KERNEL_GS_BASE = 0xc000_0102n;

/** What an instruction is in the middle of. */
interface Frame {
  readonly temporaries: bigint[];
  readonly handles: bigint[];
  /** Where RIP goes unless a micro-op says otherwise. */
  next: bigint;
  done: boolean;
}

/** Runs one instruction (of a REP: one iteration). */
export function execute(machine: Machine, insn: Insn, uops: readonly Uop[]): Fault | undefined {
  const next = u64(insn.ip + BigInt(insn.length));
  const frame: Frame = { temporaries: [], handles: [], next, done: false };
  for (const uop of uops) {
    const fault = step(machine, frame, uop);
    if (fault !== undefined) return fault;
    if (frame.done) break;
  }
  machine.rip = frame.next;
  return undefined;
}

function step(m: Machine, frame: Frame, uop: Uop): Fault | undefined {
  const value = (src: Src, width: Width = 8): bigint => readSource(m, frame, src, width);
  const assign = (dst: Dst, width: Width, v: bigint): void => writeDestination(m, frame, dst, width, v);
  const commitFlags = (computed: number | undefined, { flags, set = 0, clear = 0 }: FlagsCommitted): void => {
    if (computed !== undefined) setFlags(m, BigInt((computed | set) & ~clear), BigInt(flags));
  };
  switch (uop.op) {
    case 'mov':
      return void assign(uop.dst, uop.width, value(uop.src, uop.width));
    case 'sext':
      return void assign(uop.dst, uop.width, signExtend(value(uop.src, uop.from), uop.from));
    case 'zext':
      return void assign(uop.dst, uop.width, value(uop.src, uop.from));
    case 'add':
    case 'adc':
    case 'sub':
    case 'sbb':
    case 'and':
    case 'or':
    case 'xor':
    case 'shl':
    case 'shr':
    case 'sar':
    case 'rol':
    case 'ror':
    case 'rcl':
    case 'rcr':
    case 'imul':
    case 'bt':
    case 'bts':
    case 'btr':
    case 'btc':
    case 'bextr':
    case 'pdep':
    case 'pext': {
      const cf = (m.flags & BigInt(RFLAGS.CF)) !== 0n;
      const [a, b] = [value(uop.a, uop.width), value(uop.b, uop.width)];
      const result = alu.binary(uop.op, uop.width, a, b, cf, uop.overflow);
      if (uop.dst !== undefined) assign(uop.dst, uop.width, result.value);
      return void commitFlags(result.flags, uop);
    }
    case 'bswap':
    case 'not':
    case 'neg':
    case 'inc':
    case 'dec':
    case 'bsf':
    case 'bsr':
    case 'popcnt':
    case 'tzcnt':
    case 'lzcnt': {
      const result = alu.unary(uop.op, uop.width, value(uop.a, uop.width));
      if (result.value !== undefined) assign(uop.dst, uop.width, result.value);
      return void commitFlags(result.flags, uop);
    }
    case 'shld':
    case 'shrd': {
      const [a, b] = [value(uop.a, uop.width), value(uop.b, uop.width)];
      const result = alu.doubleShift(uop.op, uop.width, [a, b, value(uop.count, 1)], uop);
      assign(uop.dst, uop.width, result.value);
      return void commitFlags(result.flags, uop);
    }
    case 'mulu':
    case 'muls': {
      const { lo, hi, flags } = alu.multiply(uop.op, uop.width, value(uop.a, uop.width), value(uop.b, uop.width));
      assign(uop.lo, uop.width, lo);
      assign(uop.hi, uop.width, hi);
      return void commitFlags(flags, uop);
    }
    case 'divu':
    case 'divs': {
      const { width } = uop;
      const result = alu.divide(uop.op, width, value(uop.hi, width), value(uop.lo, width), value(uop.divisor, width));
      if (result === undefined) return { vector: DE, error: 0 };
      assign(uop.quotient, width, result.quotient);
      return void assign(uop.remainder, width, result.remainder);
    }
    case 'crc32':
      return void assign(uop.dst, 8, alu.crc32(uop.width, value(uop.a, 4), value(uop.b, uop.width)));
    case 'lea':
      return void assign(uop.dst, uop.width, effective(m, frame, uop.address));
    case 'logical': {
      // Segments have no limit here but the end of 4 GiB.
      if (uop.access !== 'none' && effective(m, frame, uop.address) + BigInt(uop.width) > 1n << 32n)
        return { vector: uop.address.segment === 'ss' ? SS : GP, error: 0 };
      const at = truncate(effective(m, frame, uop.address) + baseOf(m, uop.address.segment), 4);
      return void assign(uop.dst, 8, at);
    }
    case 'bcd': {
      const { ax, flags } = adjust(uop.kind, { ax: Number(truncate(m.regs[0]!, 2)), flags: Number(m.flags) });
      m.regs[0] = (m.regs[0]! & ~0xffffn) | BigInt(ax);
      return void setFlags(m, BigInt(flags), BigInt(ADJUSTED_FLAGS));
    }
    case 'linear':
      return void assign(uop.dst, 8, linear(m, frame, uop.address));
    case 'select':
      return void assign(uop.dst, uop.width, value(alu.holds(uop.condition, m.flags) ? uop.a : uop.b, uop.width));
    case 'setcc':
      return void assign(uop.dst, 1, alu.holds(uop.condition, m.flags) ? 1n : 0n);
    case 'getflags':
      return void assign(uop.dst, 8, m.flags);
    case 'setflags':
      return void setFlags(m, value(uop.src), BigInt(uop.mask));
    case 'step':
      return void assign(uop.dst, 8, u64(BigInt((m.flags & BigInt(RFLAGS.DF)) !== 0n ? -uop.width : uop.width)));
    default:
      return memoryOrControl(m, frame, uop);
  }
}

function memoryOrControl(m: Machine, frame: Frame, uop: MemoryUop | ControlUop | SystemUop): Fault | undefined {
  const value = (src: Src, width: Width = 8): bigint => readSource(m, frame, src, width);
  const assign = (dst: Dst, width: Width, v: bigint): void => writeDestination(m, frame, dst, width, v);
  switch (uop.op) {
    case 'load': {
      const at = linear(m, frame, uop.address);
      const fault = check(m, at, uop.width, uop.address.stack, false);
      if (fault === undefined) assign(uop.dst, uop.width, readMemory(m, at, uop.width));
      return fault;
    }
    case 'probe': {
      const at = linear(m, frame, uop.address);
      frame.handles[uop.handle.n] = at;
      return check(m, at, uop.width, uop.address.stack, true);
    }
    case 'loadh':
      return void assign(uop.dst, uop.width, readMemory(m, handleOf(frame, uop.handle.n), uop.width));
    case 'store':
      return void writeMemory(m, handleOf(frame, uop.handle.n), uop.width, value(uop.src, uop.width));
    case 'early': {
      const at = linear(m, frame, uop.address);
      const fault = check(m, at, uop.width, uop.address.stack, true);
      if (fault) return fault;
      return void writeMemory(m, at, uop.width, value(uop.src, uop.width));
    }
    case 'aligned':
      return linear(m, frame, uop.address) % BigInt(uop.boundary) === 0n ? undefined : { vector: GP, error: 0 };
    case 'canonical':
      return isCanonical(value(uop.src)) ? undefined : { vector: GP, error: 0 };
    // CS has no limit here.
    case 'codelimit':
      return undefined;
    case 'jump':
      frame.next = value(uop.target);
      return undefined;
    case 'branch':
      if (alu.holds(uop.condition, m.flags)) frame.next = uop.target;
      return undefined;
    case 'branchz':
      if ((value(uop.src, uop.width) !== 0n) === uop.nonzero) frame.next = uop.target;
      return undefined;
    case 'exitz':
      frame.done = value(uop.src, uop.width) === 0n;
      return undefined;
    default:
      return system(m, frame, uop);
  }
}

function system(m: Machine, frame: Frame, uop: SystemUop): Fault | undefined {
  const value = (src: Src, width: Width = 8): bigint => readSource(m, frame, src, width);
  const assign = (dst: Dst, width: Width, v: bigint): void => writeDestination(m, frame, dst, width, v);
  const privileged = m.cpl === 0;
  const ioAllowed = m.cpl <= Number((m.flags & BigInt(RFLAGS.IOPL)) >> 12n);
  switch (uop.op) {
    case 'cpl0':
      return privileged ? undefined : { vector: GP, error: 0 };
    case 'supervisor':
      return privileged ? undefined : { vector: UD, error: 0 };
    case 'wait':
      return ((m.cr.get(0) ?? 0n) & 0xan) === 0xan ? { vector: 7, error: 0 } : undefined;
    case 'zero':
      return value(uop.src, uop.width) === 0n ? undefined : { vector: GP, error: 0 };
    case 'bound': {
      const [index, lower, upper] = [uop.index, uop.lower, uop.upper].map((src) =>
        BigInt.asIntN(8 * uop.width, value(src)),
      );
      return index! < lower! || index! > upper! ? { vector: BR, error: 0 } : undefined;
    }
    case 'fault':
      return { vector: uop.vector, error: uop.error ?? 0 };
    case 'interrupt':
      // The gates a Linux process may use: #BP, #OF and the 32-bit system call.
      if (uop.via === 'into' && (m.flags & BigInt(RFLAGS.OF)) === 0n) return undefined;
      if (uop.via === 'int' && ![3, 4, 0x80].includes(uop.vector)) return { vector: GP, error: uop.vector * 8 + 2 };
      m.log.push(`interrupt ${uop.vector}`);
      return undefined;
    case 'rdcr':
      return void assign(uop.dst, 8, m.cr.get(uop.cr) ?? 0n);
    case 'wrcr':
      return void m.cr.set(uop.cr, value(uop.src));
    case 'rddr':
      return void assign(uop.dst, 8, m.dr.get(uop.dr) ?? 0n);
    case 'wrdr':
      return void m.dr.set(uop.dr, value(uop.src));
    case 'rdmsr':
      return void assign(uop.dst, 8, m.msr.get(value(uop.index, 4)) ?? 0n);
    case 'wrmsr':
      return void m.msr.set(value(uop.index, 4), value(uop.src));
    case 'rdtsc':
      return void assign(uop.dst, 8, m.tsc);
    case 'cpuid':
      for (const n of [0, 1, 2, 3]) m.regs[n] = 0n;
      return undefined;
    case 'swapgs': {
      const old = m.base.gs;
      m.base.gs = m.msr.get(KERNEL_GS_BASE) ?? 0n;
      return void m.msr.set(KERNEL_GS_BASE, old);
    }
    case 'rdbase':
      return void assign(uop.dst, 8, m.base[uop.segment]);
    case 'wrbase': {
      const base = value(uop.src);
      if (!isCanonical(base)) return { vector: GP, error: 0 };
      m.base[uop.segment] = base;
      return undefined;
    }
    case 'invlpg':
      return void m.log.push(`invlpg ${linear(m, frame, uop.address)}`);
    case 'invpcid':
      return void m.log.push(`invpcid ${value(uop.type)} ${linear(m, frame, uop.address)}`);
    case 'clflush':
      return check(m, linear(m, frame, uop.address), 1, uop.address.stack, false);
    case 'fence':
      return void m.log.push(uop.kind);
    case 'popf':
      return void popFlags(m, value(uop.src, uop.width), uop.width);
    case 'cli':
    case 'sti':
      if (!ioAllowed) return { vector: GP, error: 0 };
      return void setFlags(m, uop.op === 'sti' ? BigInt(RFLAGS.IF) : 0n, BigInt(RFLAGS.IF));
    case 'clac':
    case 'stac':
      if (!privileged) return { vector: UD, error: 0 };
      return void setFlags(m, uop.op === 'stac' ? BigInt(RFLAGS.AC) : 0n, BigInt(RFLAGS.AC));
    case 'hlt':
      return void m.log.push('hlt');
    case 'ports':
      return ioAllowed ? undefined : { vector: GP, error: 0 };
    case 'in':
      if (!ioAllowed) return { vector: GP, error: 0 };
      return void assign(uop.dst, uop.width, 0n);
    case 'out':
      if (!ioAllowed) return { vector: GP, error: 0 };
      return void m.log.push(`out ${value(uop.port, 2)} ${value(uop.src, uop.width)}`);
    case 'umip': {
      const UMIP = 1n << 11n;
      return privileged || ((m.cr.get(4) ?? 0n) & UMIP) === 0n ? undefined : { vector: GP, error: 0 };
    }
    // What follows belongs to the CPU model; here it gives zeros, and what commits shows in the log.
    case 'wrseg':
    case 'wrtable':
    case 'wrxcr':
    case 'wrpkru':
      return void m.log.push(uopText(uop));
    case 'rdseg':
    case 'rdtable':
    case 'rdxcr':
    case 'rdpkru':
    case 'rdpmc':
    case 'rdpru':
      return void assign(uop.dst, 8, 0n);
    case 'inspect':
    case 'transfer':
    case 'switch':
    case 'random':
      m.log.push(uopText(uop));
      return void assign(uop.dst, 8, 0n);
    default:
      return uop satisfies never;
  }
}

// Values

function readSource(m: Machine, frame: Frame, src: Src, width: Width): bigint {
  switch (src.space) {
    case 'imm':
      return truncate(src.value, width);
    case 'tmp': {
      const found = frame.temporaries[src.n];
      if (found === undefined) throw new Error(`t${src.n} is read before it is assigned`);
      return truncate(found, width);
    }
    case 'reg':
      return truncate(src.high ? m.regs[src.n]! >> 8n : m.regs[src.n]!, width);
    default:
      return src satisfies never;
  }
}

function writeDestination(m: Machine, frame: Frame, dst: Dst, width: Width, value: bigint): void {
  const low = truncate(value, width);
  if (dst.space === 'tmp') {
    frame.temporaries[dst.n] = low;
    return;
  }
  const old = m.regs[dst.n]!;
  if (dst.high) m.regs[dst.n] = (old & ~0xff00n) | (low << 8n);
  else m.regs[dst.n] = width >= 4 ? low : (old & ~((1n << BigInt(8 * width)) - 1n)) | low;
}

function setFlags(m: Machine, flags: bigint, mask: bigint): void {
  m.flags = (m.flags & ~mask) | (flags & mask);
}

/** SDM vol. 2, POPF: IOPL changes at CPL 0 only, IF where CPL <= IOPL. RF is cleared. */
function popFlags(m: Machine, image: bigint, width: 2 | 4 | 8): void {
  const { CF, PF: parity, AF, ZF, SF, TF, IF, DF, OF, IOPL, NT, RF, AC, ID } = RFLAGS;
  let mask = CF | parity | AF | ZF | SF | TF | DF | OF | NT;
  if (width !== 2) mask |= AC | ID;
  if (m.cpl === 0) mask |= IOPL;
  if (m.cpl <= Number((m.flags & BigInt(IOPL)) >> 12n)) mask |= IF;
  setFlags(m, image, BigInt(mask));
  if (width !== 2) setFlags(m, 0n, BigInt(RF));
}

// Memory

function effective(m: Machine, frame: Frame, at: Address): bigint {
  const base = at.base === undefined ? 0n : readSource(m, frame, at.base, 8);
  const index = at.index === undefined ? 0n : readSource(m, frame, at.index, 8);
  return truncate(base + index * BigInt(at.scale) + at.disp, at.addressWidth);
}

const linear = (m: Machine, frame: Frame, at: Address): bigint => u64(effective(m, frame, at) + baseOf(m, at.segment));

/** Segments are flat but for FS and GS. */
const baseOf = (m: Machine, segment: Address['segment']): bigint =>
  segment === 'fs' || segment === 'gs' ? m.base[segment] : 0n;

function check(m: Machine, at: bigint, width: Width, stack: boolean, write: boolean): Fault | undefined {
  const last = u64(at + BigInt(width) - 1n);
  if (!isCanonical(at) || !isCanonical(last)) return { vector: stack ? SS : GP, error: 0 };
  for (const address of [at, last]) {
    if (m.pages.has(address / PAGE)) continue;
    const error = (write ? 2 : 0) | (m.cpl === 3 ? 4 : 0);
    return { vector: PF, error, cr2: address === at ? at : last - (last % PAGE) };
  }
  return undefined;
}

function handleOf(frame: Frame, n: number): bigint {
  const at = frame.handles[n];
  if (at === undefined) throw new Error(`h${n} is used before it is probed`);
  return at;
}

export const readByte = (m: Machine, at: bigint): number => m.memory.get(at) ?? m.pages.get(at / PAGE) ?? 0;

function readMemory(m: Machine, at: bigint, width: Width): bigint {
  let value = 0n;
  for (let i = width - 1; i >= 0; i--) value = (value << 8n) | BigInt(readByte(m, u64(at + BigInt(i))));
  return value;
}

function writeMemory(m: Machine, at: bigint, width: Width, value: bigint): void {
  for (let i = 0; i < width; i++) m.memory.set(u64(at + BigInt(i)), Number((value >> BigInt(8 * i)) & 0xffn));
}
