/**
 * The closed set of micro-ops. An instruction lowers to `Uop[]`: plain data that prints (addressed as `rip.n`),
 * hashes, and packs into the engine's fixed-size records.
 *
 * The one subtle invariant is *commit last*: within an instruction, every micro-op that can fault stands before
 * every micro-op that commits architectural state (a register, flags, memory, RIP, system state), so a fault is
 * precise without any rollback. `canFault` and `commits` below are the two predicates, and a test holds the order for
 * every lowered form. REP string instructions obey it per iteration.
 *
 * Values: an operation of width w reads the low w bytes of its sources, zero-extended, and writes its result
 * zero-extended into a temporary; into a general register it writes as the CPU does (8: all, 4: upper half zeroed,
 * 1 and 2: merged). Temporaries are assigned once.
 *
 * Flags: ALU operations compute all six arithmetic flags and commit those in `flags` (a mask of RFLAGS bits; 0: none).
 * Flags that the manual leaves undefined are what the CPUs at hand do, see lower/flags notes.
 */
import type { Width } from '../base/u64.ts';

/** A temporary; `t0`, `t1` … within one instruction. */
export interface Tmp {
  readonly space: 'tmp';
  readonly n: number;
}
/** A general register, by number 0 … 15, or with `high` bits 15:8 of registers 0 … 3 (width 1 only). */
export interface Reg {
  readonly space: 'reg';
  readonly n: number;
  readonly high?: true;
}
/** A constant, unsigned 64 bits. */
export interface Imm {
  readonly space: 'imm';
  readonly value: bigint;
}

export type Src = Tmp | Reg | Imm;
export type Dst = Tmp | Reg;

/** A translated address, one per probe: physical, two pieces when the access crosses a page. */
export interface Handle {
  readonly space: 'handle';
  readonly n: number;
}

/** Two sources. `flags`: RFLAGS bits to commit. `dst` left out: flags only (CMP, TEST, BT). */
export type BinaryKind =
  | 'add'
  | 'adc'
  | 'sub'
  | 'sbb'
  | 'and'
  | 'or'
  | 'xor'
  | 'shl'
  | 'shr'
  | 'sar'
  | 'rol'
  | 'ror'
  | 'rcl'
  | 'rcr'
  /** Low half of the signed product, flags as IMUL's two-operand form. */
  | 'imul'
  /** b is the bit number, taken modulo the width; CF is the old bit. */
  | 'bt'
  | 'bts'
  | 'btr'
  | 'btc';

/** One source. `bsf`/`bsr` keep `dst` when the source is zero, so `dst` is a register. */
export type UnaryKind = 'bswap' | 'not' | 'neg' | 'inc' | 'dec' | 'bsf' | 'bsr' | 'popcnt' | 'tzcnt' | 'lzcnt';

/** Segment whose base joins the linear address; only FS and GS have one in 64-bit mode. */
export type BaseSegment = 'none' | 'fs' | 'gs';

/** base + index·scale + disp, truncated to `addressWidth`, plus the segment base. Every part may be absent. */
export interface Address {
  readonly segment: BaseSegment;
  readonly base?: Src;
  readonly index?: Src;
  readonly scale: 1 | 2 | 4 | 8;
  /** Unsigned 64 bits. */
  readonly disp: bigint;
  readonly addressWidth: 4 | 8;
  /** A non-canonical address raises #SS instead of #GP (stack accesses and RBP/RSP-based operands, SDM vol. 1, 3.7.4). */
  readonly stack: boolean;
}

export type Uop =
  // Data and arithmetic
  | { readonly op: 'mov'; readonly width: Width; readonly dst: Dst; readonly src: Src }
  /** Sign extension from `from` to `width`; zero extension is a `mov` of the narrow width into a temporary or `zext`. */
  | { readonly op: 'sext' | 'zext'; readonly width: Width; readonly from: Width; readonly dst: Dst; readonly src: Src }
  | {
      readonly op: BinaryKind;
      readonly width: Width;
      readonly dst?: Dst;
      readonly a: Src;
      readonly b: Src;
      readonly flags: number;
    }
  | { readonly op: UnaryKind; readonly width: Width; readonly dst: Dst; readonly a: Src; readonly flags: number }
  /** SHLD/SHRD: a is shifted, filled from b, by count. */
  | {
      readonly op: 'shld' | 'shrd';
      readonly width: Width;
      readonly dst: Dst;
      readonly a: Src;
      readonly b: Src;
      readonly count: Src;
      readonly flags: number;
    }
  /** Double-width product of a and b; low half into lo, high half into hi. */
  | {
      readonly op: 'mulu' | 'muls';
      readonly width: Width;
      readonly lo: Dst;
      readonly hi: Dst;
      readonly a: Src;
      readonly b: Src;
      readonly flags: number;
    }
  /** (hi:lo) / divisor; #DE before anything is written. `quotient` and `remainder` are temporaries. */
  | {
      readonly op: 'divu' | 'divs';
      readonly width: Width;
      readonly quotient: Tmp;
      readonly remainder: Tmp;
      readonly hi: Src;
      readonly lo: Src;
      readonly divisor: Src;
    }
  /** The effective address without the segment base (LEA). */
  | { readonly op: 'lea'; readonly width: Width; readonly dst: Dst; readonly address: Address }
  /** dst = condition ? a : b. Commits `dst` in both cases (CMOV zero-extends even when not taken). */
  | {
      readonly op: 'select';
      readonly width: Width;
      readonly condition: number;
      readonly dst: Dst;
      readonly a: Src;
      readonly b: Src;
    }
  /** dst = condition ? 1 : 0, width 1. */
  | { readonly op: 'setcc'; readonly condition: number; readonly dst: Dst }
  | { readonly op: 'getflags'; readonly dst: Dst }
  /** Commits the bits in `mask` from src; no privilege rules (CLC, STD, SAHF …). */
  | { readonly op: 'setflags'; readonly src: Src; readonly mask: number }
  // Memory
  /** Translate, check, read: can fault. `dst` is a temporary or, as the last faulting op, a register. */
  | { readonly op: 'load'; readonly width: Width; readonly dst: Dst; readonly address: Address }
  /** Translate and check a write of `width` bytes: can fault, changes nothing but accessed/dirty bits. */
  | { readonly op: 'probe'; readonly width: Width; readonly handle: Handle; readonly address: Address }
  /** Read through a probed handle: cannot fault. */
  | { readonly op: 'loadh'; readonly width: Width; readonly dst: Dst; readonly handle: Handle }
  /** Write through a probed handle: cannot fault, commits. */
  | { readonly op: 'store'; readonly width: Width; readonly handle: Handle; readonly src: Src }
  // Control
  /** #GP(0) unless src is canonical; stands before an indirect jump. */
  | { readonly op: 'canonical'; readonly src: Src }
  /** RIP = target. The last micro-op of its instruction. */
  | { readonly op: 'jump'; readonly target: Src }
  /** RIP = target if the condition holds, else the next instruction. The last micro-op. */
  | { readonly op: 'branch'; readonly condition: number; readonly target: bigint }
  /** RIP = target if the low `width` bytes of src are zero (or, `nonzero`, are not). The last micro-op. JRCXZ, LOOP, REP. */
  | {
      readonly op: 'branchz';
      readonly width: Width;
      readonly src: Src;
      readonly nonzero: boolean;
      readonly target: bigint;
    }
  // System. `cpl0` raises #GP(0) unless CPL is 0, and stands first in privileged instructions.
  | { readonly op: 'cpl0' }
  /** Raise a fault unconditionally: UD2 (#UD), and what a form always raises. */
  | { readonly op: 'fault'; readonly vector: number; readonly error?: number }
  | { readonly op: 'rdcr'; readonly cr: number; readonly dst: Dst }
  /** Checks reserved bits (#GP) and commits at once, with all that the write flushes. */
  | { readonly op: 'wrcr'; readonly cr: number; readonly src: Src }
  /** #UD for DR4/5 with CR4.DE, #DB with DR7.GD. */
  | { readonly op: 'rddr'; readonly dr: number; readonly dst: Dst }
  | { readonly op: 'wrdr'; readonly dr: number; readonly src: Src }
  /** MSR number in ECX; value in `dst` as one 64-bit value. */
  | { readonly op: 'rdmsr'; readonly index: Src; readonly dst: Tmp }
  | { readonly op: 'wrmsr'; readonly index: Src; readonly src: Src }
  | { readonly op: 'rdtsc'; readonly dst: Tmp }
  /** The four result registers come back in one go, committed by the CPU model. */
  | { readonly op: 'cpuid' }
  | { readonly op: 'swapgs' }
  | { readonly op: 'rdbase'; readonly segment: 'fs' | 'gs'; readonly dst: Tmp }
  /** WRFSBASE, WRGSBASE: #GP if not canonical, #UD without CR4.FSGSBASE. */
  | { readonly op: 'wrbase'; readonly segment: 'fs' | 'gs'; readonly src: Src }
  | { readonly op: 'invlpg'; readonly address: Address }
  /** `type` register value, descriptor at `address` (16 bytes). */
  | { readonly op: 'invpcid'; readonly type: Src; readonly address: Address }
  /** Flushes the cache line of `address` (CLFLUSH, CLFLUSHOPT, CLWB): faults as a load does. */
  | { readonly op: 'clflush'; readonly address: Address }
  /** LFENCE, SFENCE, MFENCE, VERW-like barriers: no architectural effect here, a cost. */
  | { readonly op: 'fence'; readonly kind: 'lfence' | 'sfence' | 'mfence' }
  /** POPF: writes RFLAGS by the rules of CPL and IOPL (SDM vol. 2, POPF). */
  | { readonly op: 'popf'; readonly width: 2 | 8; readonly src: Src }
  | { readonly op: 'cli' | 'sti' | 'hlt' };

export type UopKind = Uop['op'];

/** A lowered instruction: straight-line micro-ops, or the plain report that the form is not modelled. */
export type Lowered =
  | { readonly kind: 'uops'; readonly uops: readonly Uop[] }
  | { readonly kind: 'not-modelled'; readonly form: string };
