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
 * Flags: ALU operations compute all six arithmetic flags and commit those in `flags` (a mask of RFLAGS bits; 0: none). Of these,
 * the ones in `set` are 1 and the ones in `clear` 0 whatever the operation computes. `FLAGS` below has the bits that the manual
 * defines; the lowering adds what the model of CPU leaves in the others (isa/undefined.ts), so that nothing here depends on it.
 * The value of each flag, where it is not SDM vol. 1, 3.4.3.1 read literally:
 *   and or xor     AF = 0.
 *   shl … rcr      the count is b masked by 63 (width 8) or 31. A masked count of 0 commits no flag at all, and still
 *                  writes the (zero-extended) result. CF is the last bit shifted out; beyond the width shl's and shr's is 0.
 *                  AF = 0. OF says that the last step of one bit changed the sign; with `overflow: 'first'`, that the first
 *                  did (none, when the count is a multiple of rcl's or rcr's width plus 1: then OF stays). For ror and rcr
 *                  that is the two top bits after the step xored, for rol and rcl the top bit xor CF; sar: 0.
 *   shld shrd      the same masking. CF and shld's OF are those of a alone, shifted with zeros; AF = 0. Behind b comes b again,
 *                  for counts above the width (16-bit only). With `wrap`, a comes behind b, and CF is the last bit out of all.
 *   imul mulu muls CF = OF = the high half is significant; SF, ZF and PF of the low half; AF = 0.
 *   bt …           CF only.
 *   bsf bsr        ZF: the source is zero. PF of the result, 0 for a source of zero. The others 0.
 *   tzcnt lzcnt    CF: the source is zero. ZF and PF of the result. The others 0.   popcnt: ZF, the others 0.
 *   bextr          PF and ZF of the result, the others 0.
 *   div pdep pext  leave all flags alone.
 */

import type { Width } from '../base/u64.ts';
import { RFLAGS } from '../isa/insn.ts';

const { CF, PF, AF, ZF, SF, OF } = RFLAGS;

/** The flags that the manual defines after each group of instructions. */
export const FLAGS = {
  /** ADD, ADC, SUB, SBB, CMP, NEG, AND, OR, XOR, TEST, POPCNT, XADD, CMPXCHG: all six. */
  all: CF | PF | AF | ZF | SF | OF,
  /** INC, DEC leave CF. */
  incdec: PF | AF | ZF | SF | OF,
  /** SHL, SHR, SAR, SHLD, SHRD; OF for a count of 1, CF up to the width. */
  shift: CF | PF | ZF | SF | OF,
  rotate: CF | OF,
  multiply: CF | OF,
  bit: CF,
  scan: ZF,
  count: CF | ZF,
  /** BEXTR. */
  extract: CF | ZF | OF,
} as const;

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

/** What an operation commits of its flags, as masks of RFLAGS bits; `set` and `clear` are parts of `flags`. */
export interface FlagsCommitted {
  readonly flags: number;
  /** 1, whatever the operation computes. */
  readonly set?: number;
  /** 0, whatever the operation computes. */
  readonly clear?: number;
}

/** Shifts and rotates: OF after the first step of one bit, not after the last. */
export interface ShiftRules extends FlagsCommitted {
  readonly overflow?: 'first';
}

/** Two sources. `dst` left out: flags only (CMP, TEST, BT). */
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
  | 'btc'
  /** b's bytes 0 and 1 are the first bit and the number of bits that are taken from a. */
  | 'bextr'
  /** b is the mask whose set bits a's low bits are spread over, or a's bits are gathered from; `flags` is 0. */
  | 'pdep'
  | 'pext';

/** One source. `bsf`/`bsr` leave all of `dst` alone when the source is zero (ZF = 1), so `dst` is a register. `bswap` has width 4 or 8. */
export type UnaryKind = 'bswap' | 'not' | 'neg' | 'inc' | 'dec' | 'bsf' | 'bsr' | 'popcnt' | 'tzcnt' | 'lzcnt';

/**
 * Segment whose base joins the linear address; only FS and GS have one in 64-bit mode. The others are in use while an instruction of
 * compatibility mode is drafted; `logical` micro-ops stand in their stead in the end (lower/compatibility.ts).
 */
export type BaseSegment = 'none' | 'es' | 'cs' | 'ss' | 'ds' | 'fs' | 'gs';

/** base + index·scale + disp, truncated to `addressWidth`, plus the segment base. Every part may be absent. */
export interface Address {
  readonly segment: BaseSegment;
  readonly base?: Src;
  readonly index?: Src;
  readonly scale: 1 | 2 | 4 | 8;
  /** Unsigned 64 bits. */
  readonly disp: bigint;
  readonly addressWidth: 2 | 4 | 8;
  /** A non-canonical address raises #SS instead of #GP (stack accesses and RBP/RSP-based operands, SDM vol. 1, 3.7.4). */
  readonly stack: boolean;
}

export type Uop = DataUop | MemoryUop | ControlUop | SystemUop;

/** Values: moves, arithmetic, flags. */
export type DataUop =
  | { readonly op: 'mov'; readonly width: Width; readonly dst: Dst; readonly src: Src }
  /** Sign extension from `from` to `width`; zero extension is a `mov` of the narrow width into a temporary or `zext`. */
  | { readonly op: 'sext' | 'zext'; readonly width: Width; readonly from: Width; readonly dst: Dst; readonly src: Src }
  | ({
      readonly op: BinaryKind;
      readonly width: Width;
      readonly dst?: Dst;
      readonly a: Src;
      readonly b: Src;
    } & ShiftRules)
  | ({ readonly op: UnaryKind; readonly width: Width; readonly dst: Dst; readonly a: Src } & FlagsCommitted)
  /** SHLD/SHRD: a is shifted, filled from b, by count. */
  | ({
      readonly op: 'shld' | 'shrd';
      readonly width: Width;
      readonly dst: Dst;
      readonly a: Src;
      readonly b: Src;
      readonly count: Src;
      /** Behind b comes a, for counts above the width. */
      readonly wrap?: true;
    } & ShiftRules)
  /** Double-width product of a and b; low half into lo, high half into hi. */
  | ({
      readonly op: 'mulu' | 'muls';
      readonly width: Width;
      readonly lo: Dst;
      readonly hi: Dst;
      readonly a: Src;
      readonly b: Src;
    } & FlagsCommitted)
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
  /**
   * CRC32-C of the low `width` bytes of b, continuing from the low four bytes of a; the 32-bit result is zero-extended
   * into all of `dst` (SDM vol. 2, CRC32).
   */
  | { readonly op: 'crc32'; readonly width: Width; readonly dst: Dst; readonly a: Src; readonly b: Src }
  /** The effective address without the segment base (LEA). */
  | { readonly op: 'lea'; readonly width: Width; readonly dst: Dst; readonly address: Address }
  /**
   * Compatibility mode: the linear address, 32 bits, of `width` bytes that are about to be accessed, checked against limit and type
   * of the segment: #GP(0), of SS #SS(0) (SDM vol. 3, 5.3 to 5.5). `none`: the address alone, without a check.
   */
  | {
      readonly op: 'logical';
      readonly access: 'read' | 'write' | 'none';
      readonly width: number;
      readonly address: Address;
      readonly dst: Tmp;
    }
  /** AAA, AAS, DAA, DAS: AX and the flags, in one go (bcd.ts). */
  | { readonly op: 'bcd'; readonly kind: 'aaa' | 'aas' | 'daa' | 'das' }
  /** The linear address, with the segment base: no access, no check. */
  | { readonly op: 'linear'; readonly dst: Dst; readonly address: Address }
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
  /** The stride of a string instruction: dst = DF ? -width : width, 64 bits. */
  | { readonly op: 'step'; readonly width: Width; readonly dst: Tmp };

/** Data memory, by address or through a probed handle. */
export type MemoryUop =
  /** Translate, check, read: can fault. `dst` is a temporary or, as the last faulting op, a register. */
  | { readonly op: 'load'; readonly width: Width; readonly dst: Dst; readonly address: Address }
  /** Translate and check a write of `width` bytes: can fault, changes nothing but accessed and dirty bits. */
  | { readonly op: 'probe'; readonly width: Width; readonly handle: Handle; readonly address: Address }
  /** Read through a probed handle: cannot fault. */
  | { readonly op: 'loadh'; readonly width: Width; readonly dst: Dst; readonly handle: Handle }
  /** Write through a probed handle: cannot fault, commits. */
  | { readonly op: 'store'; readonly width: Width; readonly handle: Handle; readonly src: Src }
  /**
   * Translate, check, write at once: what silicon stores although the instruction may fault yet: the pushes of ENTER and
   * PUSHA, below RSP, are the only such effect.
   */
  | { readonly op: 'early'; readonly width: Width; readonly address: Address; readonly src: Src }
  /** #GP(0) unless the linear address is a multiple of `boundary` (CMPXCHG16B, MOVDIR64B …). */
  | { readonly op: 'aligned'; readonly boundary: 4 | 8 | 16 | 64; readonly address: Address };

/** Where RIP goes. */
export type ControlUop =
  /** #GP(0) unless src is canonical; stands before an indirect jump. */
  | { readonly op: 'canonical'; readonly src: Src }
  /** #GP(0) unless the low 32 bits of src are within the limit of CS; stands before a jump in compatibility mode. */
  | { readonly op: 'codelimit'; readonly src: Src }
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
  /**
   * Ends the instruction here, RIP = next, if the low `width` bytes of src are zero: REP with a zero count. Nothing of
   * the instruction has been committed before it, and more may fault after it.
   */
  | { readonly op: 'exitz'; readonly width: 2 | 4 | 8; readonly src: Src };

/** Everything privileged or beside the integer core. */
export type SystemUop =
  // `cpl0` raises #GP(0) unless CPL is 0, and stands first in privileged instructions; `supervisor` raises #UD (MONITOR).
  | { readonly op: 'cpl0' | 'supervisor' }
  /** #NM with CR0.MP and CR0.TS. */
  | { readonly op: 'wait' }
  /** #GP(0) unless the low `width` bytes of src are zero: a reserved operand. */
  | { readonly op: 'zero'; readonly width: Width; readonly src: Src }
  /** Raise a fault unconditionally: UD2 (#UD), and what a form always raises. */
  | { readonly op: 'fault'; readonly vector: number; readonly error?: number }
  /** #BR unless lower <= index <= upper, signed (BOUND). */
  | { readonly op: 'bound'; readonly width: 2 | 4; readonly index: Src; readonly lower: Src; readonly upper: Src }
  /** A software interrupt (INTO's only with OF = 1), delivered with the RIP of the next instruction; INT n checks the gate's DPL (SDM vol. 3, 6.12.1.2). */
  | {
      readonly op: 'interrupt';
      readonly vector: number;
      readonly via: 'int3' | 'int' | 'into' | 'int1';
      readonly next: Imm;
    }
  | { readonly op: 'rdcr'; readonly cr: number; readonly dst: Dst }
  /** Checks reserved bits (#GP) and commits at once, with all that the write flushes. */
  | { readonly op: 'wrcr'; readonly cr: number; readonly src: Src }
  /** #UD for DR4/5 with CR4.DE, #DB with DR7.GD. */
  | { readonly op: 'rddr'; readonly dr: number; readonly dst: Dst }
  | { readonly op: 'wrdr'; readonly dr: number; readonly src: Src }
  /** The MSR's number is the low 32 bits of `index`; value in `dst` as one 64-bit value. `cpl0` stands before, not inside. */
  | { readonly op: 'rdmsr'; readonly index: Src; readonly dst: Tmp }
  | { readonly op: 'wrmsr'; readonly index: Src; readonly src: Src }
  /** #GP(0) at CPL > 0 with CR4.TSD. */
  | { readonly op: 'rdtsc'; readonly dst: Tmp }
  /** The four result registers come back in one go, committed by the CPU model. */
  | { readonly op: 'cpuid' }
  | { readonly op: 'swapgs' }
  /** RDFSBASE, RDGSBASE: #UD without CR4.FSGSBASE. */
  | { readonly op: 'rdbase'; readonly segment: 'fs' | 'gs'; readonly dst: Tmp }
  /** WRFSBASE, WRGSBASE: #GP if not canonical, #UD without CR4.FSGSBASE. */
  | { readonly op: 'wrbase'; readonly segment: 'fs' | 'gs'; readonly src: Src }
  | { readonly op: 'invlpg'; readonly address: Address }
  /** `type` register value, descriptor at `address` (16 bytes). */
  | { readonly op: 'invpcid'; readonly type: Src; readonly address: Address }
  /** Flushes the cache line of `address` (CLFLUSH, CLFLUSHOPT, CLWB): faults as a load does. */
  | { readonly op: 'clflush'; readonly address: Address }
  /** LFENCE, SFENCE, MFENCE, SERIALIZE; WBINVD and INVD (behind `cpl0`): no architectural effect here, a cost. */
  | { readonly op: 'fence'; readonly kind: 'lfence' | 'sfence' | 'mfence' | 'serialize' | 'wbinvd' }
  /** POPF: writes RFLAGS by the rules of CPL and IOPL (SDM vol. 2, POPF). */
  | { readonly op: 'popf'; readonly width: 2 | 4 | 8; readonly src: Src }
  /** By CPL and IOPL: #GP(0). */
  | { readonly op: 'cli' | 'sti' }
  /** EFLAGS.AC := 0, 1. #UD unless CPL is 0 and the CPU has SMAP. */
  | { readonly op: 'clac' | 'stac' }
  | { readonly op: 'hlt' }
  /** The checks of `in` and `out` alone, for INS and OUTS: they stand before those of memory and of REP's count. */
  | { readonly op: 'ports'; readonly width: 1 | 2 | 4; readonly port: Src }
  /** Port I/O; #GP(0) by CPL, IOPL and the I/O bitmap. The port is the low 16 bits of `port`. */
  | { readonly op: 'in'; readonly width: 1 | 2 | 4; readonly port: Src; readonly dst: Tmp }
  | { readonly op: 'out'; readonly width: 1 | 2 | 4; readonly port: Src; readonly src: Src }
  /** #GP(0) at CPL > 0 with CR4.UMIP (SGDT, SIDT, SLDT, STR, SMSW; SDM vol. 3, 2.5). */
  | { readonly op: 'umip' }
  /** The selector in a segment register, zero-extended; 6 is LDTR, 7 TR. */
  | { readonly op: 'rdseg'; readonly segment: number; readonly dst: Dst }
  /**
   * Loads a segment register (6 LDTR, 7 TR) by the descriptor tables, with every check of SDM vol. 2, MOV, LLDT and LTR.
   * `holds`: events are held off for one instruction, as MOV SS does (vol. 3, 6.8.3).
   */
  | { readonly op: 'wrseg'; readonly segment: number; readonly src: Src; readonly holds: boolean }
  /** Limit or base of GDTR, IDTR. */
  | { readonly op: 'rdtable'; readonly table: 'gdt' | 'idt'; readonly part: 'limit' | 'base'; readonly dst: Dst }
  /** LGDT, LIDT: #GP(0) if the base is not canonical. */
  | { readonly op: 'wrtable'; readonly table: 'gdt' | 'idt'; readonly limit: Src; readonly base: Src }
  /** Looks a descriptor up: ZF says whether it may be used; `lar` and `lsl` give a value, meaningful with ZF = 1 only. */
  | {
      readonly op: 'inspect';
      readonly what: 'lar' | 'lsl' | 'verr' | 'verw';
      readonly selector: Src;
      readonly dst: Tmp;
    }
  /**
   * A far transfer, all of it but RIP, for which `dst` holds the checked target of the `jump` that follows. `width` is the
   * operand size. RET has loaded `selector` and `offset` from the stack, which the transfer pops, with `release` bytes beyond.
   * `next`: the address after the instruction, which CALL pushes.
   */
  | {
      readonly op: 'transfer';
      readonly kind: 'jmp' | 'call' | 'ret';
      readonly width: 2 | 4 | 8;
      readonly selector: Src;
      readonly offset: Src;
      readonly release: number;
      readonly next: Imm;
      readonly dst: Tmp;
    }
  /**
   * IRET, SYSCALL, SYSRET, SYSENTER, SYSEXIT: all of it but RIP, for which `dst` holds the checked target of the `jump` that follows.
   * `width` is the operand size; `next` the address after the instruction.
   */
  | {
      readonly op: 'switch';
      readonly kind: 'iret' | 'syscall' | 'sysret' | 'sysenter' | 'sysexit';
      readonly width: 2 | 4 | 8;
      readonly next: Imm;
      readonly dst: Tmp;
    }
  /** XGETBV, XSETBV: #UD without CR4.OSXSAVE, #GP for an index without a register or a value that it doesn't take. */
  | { readonly op: 'rdxcr'; readonly index: Src; readonly dst: Tmp }
  | { readonly op: 'wrxcr'; readonly index: Src; readonly src: Src }
  /** RDPKRU, WRPKRU: #UD without CR4.PKE, #GP for an index or a high half that isn't 0 (SDM vol. 2). */
  | { readonly op: 'rdpkru'; readonly index: Src; readonly dst: Tmp }
  | { readonly op: 'wrpkru'; readonly index: Src; readonly src: Src }
  /** RDPMC: #GP(0) at CPL > 0 without CR4.PCE, or without such a counter. */
  | { readonly op: 'rdpmc'; readonly index: Src; readonly dst: Tmp }
  /** RDPRU: MPERF for 0, APERF for 1, 0 for other numbers; #UD at CPL > 0 with CR4.TSD (APM vol. 3). */
  | { readonly op: 'rdpru'; readonly index: Src; readonly dst: Tmp }
  /** The next of the machine's pseudo-random numbers, which follow from the state block: the same in every run. */
  | { readonly op: 'random'; readonly width: 2 | 4 | 8; readonly dst: Tmp };

export type UopKind = Uop['op'];

/** A lowered instruction: straight-line micro-ops, or the plain report that the form is not modelled. */
export type Lowered =
  | { readonly kind: 'uops'; readonly uops: readonly Uop[] }
  | { readonly kind: 'not-modelled'; readonly form: string };

/** What a kind of micro-op may do: whether it can fault, and whether it commits always, only into a register, or never. */
interface Effect {
  readonly fault: boolean;
  readonly commit: 'always' | 'destination' | 'never';
}

const VALUE: Effect = { fault: false, commit: 'destination' };
const FAULTING_VALUE: Effect = { fault: true, commit: 'destination' };
const CHECK: Effect = { fault: true, commit: 'never' };
const COMMIT: Effect = { fault: false, commit: 'always' };
/** Checks and commits at once; a fault leaves everything as it was. */
const GUARDED_COMMIT: Effect = { fault: true, commit: 'always' };

const EFFECTS: Readonly<Record<UopKind, Effect>> = {
  ...{
    mov: VALUE,
    sext: VALUE,
    zext: VALUE,
    lea: VALUE,
    linear: VALUE,
    logical: FAULTING_VALUE,
    bcd: COMMIT,
    select: VALUE,
    setcc: VALUE,
    getflags: VALUE,
    step: VALUE,
  },
  ...{ add: VALUE, adc: VALUE, sub: VALUE, sbb: VALUE, and: VALUE, or: VALUE, xor: VALUE, imul: VALUE },
  ...{ shl: VALUE, shr: VALUE, sar: VALUE, rol: VALUE, ror: VALUE, rcl: VALUE, rcr: VALUE, shld: VALUE, shrd: VALUE },
  ...{ bt: VALUE, bts: VALUE, btr: VALUE, btc: VALUE, bsf: VALUE, bsr: VALUE },
  ...{ bextr: VALUE, pdep: VALUE, pext: VALUE, crc32: VALUE },
  ...{ popcnt: VALUE, tzcnt: VALUE, lzcnt: VALUE, bswap: VALUE, not: VALUE, neg: VALUE, inc: VALUE, dec: VALUE },
  ...{ mulu: VALUE, muls: VALUE, divu: FAULTING_VALUE, divs: FAULTING_VALUE, setflags: COMMIT },
  ...{ load: FAULTING_VALUE, probe: CHECK, loadh: VALUE, store: COMMIT, early: CHECK, aligned: CHECK },
  ...{
    canonical: CHECK,
    codelimit: CHECK,
    jump: COMMIT,
    branch: COMMIT,
    branchz: COMMIT,
    exitz: { fault: false, commit: 'never' },
  },
  ...{
    cpl0: CHECK,
    supervisor: CHECK,
    wait: CHECK,
    zero: CHECK,
    bound: CHECK,
    fault: CHECK,
    interrupt: GUARDED_COMMIT,
  },
  ...{ rdcr: VALUE, wrcr: GUARDED_COMMIT, rddr: FAULTING_VALUE, wrdr: GUARDED_COMMIT },
  ...{ rdmsr: FAULTING_VALUE, wrmsr: GUARDED_COMMIT, rdtsc: FAULTING_VALUE, cpuid: COMMIT, swapgs: COMMIT },
  ...{ rdbase: FAULTING_VALUE, wrbase: GUARDED_COMMIT, invlpg: COMMIT, invpcid: GUARDED_COMMIT },
  ...{ clflush: GUARDED_COMMIT, fence: COMMIT, popf: COMMIT, hlt: COMMIT },
  ...{ cli: GUARDED_COMMIT, sti: GUARDED_COMMIT, clac: GUARDED_COMMIT, stac: GUARDED_COMMIT },
  ...{ ports: CHECK, in: GUARDED_COMMIT, out: GUARDED_COMMIT, umip: CHECK, rdpru: FAULTING_VALUE },
  ...{ rdseg: VALUE, wrseg: GUARDED_COMMIT, rdtable: VALUE, wrtable: GUARDED_COMMIT, inspect: GUARDED_COMMIT },
  ...{
    switch: GUARDED_COMMIT,
    transfer: GUARDED_COMMIT,
    rdxcr: FAULTING_VALUE,
    wrxcr: GUARDED_COMMIT,
    rdpkru: FAULTING_VALUE,
    wrpkru: GUARDED_COMMIT,
    rdpmc: FAULTING_VALUE,
    random: COMMIT,
  },
};

/** Whether the micro-op can raise a fault. */
export const canFault = (uop: Uop): boolean => EFFECTS[uop.op].fault;

/** Whether the micro-op changes architectural state: a register, flags, memory, RIP or system state. */
export function commits(uop: Uop): boolean {
  const { commit } = EFFECTS[uop.op];
  if (commit !== 'destination') return commit === 'always';
  return ('flags' in uop && uop.flags !== 0) || destinations(uop).some((dst) => dst.space === 'reg');
}

/** The temporaries and registers that a micro-op assigns (CPUID names none: it commits its four by itself). */
export function destinations(uop: Uop): readonly Dst[] {
  switch (uop.op) {
    case 'mulu':
    case 'muls':
      return [uop.lo, uop.hi];
    case 'divu':
    case 'divs':
      return [uop.quotient, uop.remainder];
    default:
      return 'dst' in uop && uop.dst !== undefined ? [uop.dst] : [];
  }
}

/** The values that a micro-op reads, those of its address included. */
export function sources(uop: Uop): readonly Src[] {
  switch (uop.op) {
    case 'shld':
    case 'shrd':
      return [uop.a, uop.b, uop.count];
    case 'divu':
    case 'divs':
      return [uop.hi, uop.lo, uop.divisor];
    case 'jump':
      return [uop.target];
    case 'rdmsr':
      return [uop.index];
    case 'wrmsr':
      return [uop.index, uop.src];
    case 'invpcid':
      return [uop.type, ...addressSources(uop.address)];
    case 'in':
    case 'ports':
      return [uop.port];
    case 'out':
      return [uop.port, uop.src];
    case 'wrtable':
      return [uop.limit, uop.base];
    case 'inspect':
      return [uop.selector];
    case 'transfer':
      return [uop.selector, uop.offset];
    case 'bound':
      return [uop.index, uop.lower, uop.upper];
    case 'rdxcr':
    case 'rdpkru':
    case 'rdpmc':
    case 'rdpru':
      return [uop.index];
    case 'wrxcr':
    case 'wrpkru':
      return [uop.index, uop.src];
    case 'early':
      return [uop.src, ...addressSources(uop.address)];
    default:
      if ('address' in uop) return addressSources(uop.address);
      if ('src' in uop) return [uop.src];
      if ('a' in uop) return 'b' in uop ? [uop.a, uop.b] : [uop.a];
      return [];
  }
}

const addressSources = ({ base, index }: Address): readonly Src[] =>
  [base, index].filter((part): part is Src => part !== undefined);
