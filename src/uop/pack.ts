/**
 * Packs the micro-ops of one instruction into engine records: micro-ops in, at least one record out, the last with
 * its end bit and the instruction's cost.
 *
 * The subtle invariant: fused and unfused records do the same, fault for fault and flag for flag (a test runs every
 * lowered form both ways). Fusing (pack-fuse.ts) only joins micro-ops whose link is a temporary or handle used once.
 */
import * as L from '../engine/layout.ts';
import { RFLAGS } from '../isa/insn.ts';
import { fuseAt } from './pack-fuse.ts';
import {
  append,
  appendLogical,
  appendMemory,
  type Packing,
  secondSlot,
  setDestination,
  sourceSlot,
  widthIndex,
} from './pack-parts.ts';
import { packSystem } from './pack-system.ts';
import { type EngineRecord, emptyRecord } from './record.ts';
import { controlRegisterSlot, segmentNumber, slotOf } from './slots.ts';
import {
  type Address,
  type BinaryKind,
  type Dst,
  destinations,
  FLAGS,
  type ShiftRules,
  type Src,
  type UnaryKind,
  type Uop,
} from './uop.ts';

export interface PackOptions {
  /** Address of the instruction: jumps within its page may be chained. */
  readonly ip: bigint;
  /** Cycles, for the end record. */
  readonly cost: number;
  /** Off: one record (or more) for each micro-op. */
  readonly fuse: boolean;
}

export function pack(uops: readonly Uop[], { ip, cost, fuse }: PackOptions): EngineRecord[] {
  const packing: Packing = { records: [], ip, nextTemporary: temporariesOf(uops) };
  const { records } = packing;
  for (let i = 0; i < uops.length; ) {
    const fused = fuse ? fuseAt(packing, uops, i) : 0;
    if (fused === 0) packOne(packing, uops[i]!);
    i += Math.max(fused, 1);
  }
  if (records.length === 0) records.push(emptyRecord(L.OP_NOP));
  const last = records[records.length - 1]!;
  last.end = 1;
  last.cost = cost;
  // Ending early, REP with a count of zero still costs what the instruction does.
  records.forEach((record, i) => {
    if (record.op !== L.OP_EXIT_ZERO) return;
    record.aux = records.length - 1 - i;
    record.b = cost;
  });
  return records;
}

/** The record for an instruction without micro-ops: the run stops before it. */
export function packUnmodelled(): EngineRecord[] {
  return [{ ...emptyRecord(L.OP_UNMODELLED), end: 1 }];
}

/** A record that continues at its own address: the end of a block. */
export function packLink(chain: boolean): EngineRecord {
  return { ...emptyRecord(L.OP_LINK), extend: chain ? 1 : 0 };
}

function temporariesOf(uops: readonly Uop[]): number {
  let count = 0;
  for (const uop of uops)
    for (const dst of destinations(uop)) if (dst.space === 'tmp') count = Math.max(count, dst.n + 1);
  return count;
}

/** Opcode, whether it heads a family of widths, and the flags that it sets by itself: always the same, or as R_AUX tells it. */
interface AluOp {
  readonly op: number;
  readonly family: boolean;
  readonly flags: number | 'told';
}

const ALU: Readonly<Record<BinaryKind, AluOp>> = {
  add: { op: L.OP_ADD, family: true, flags: FLAGS.all },
  adc: { op: L.OP_ADC, family: true, flags: FLAGS.all },
  sub: { op: L.OP_SUB, family: true, flags: FLAGS.all },
  sbb: { op: L.OP_SBB, family: true, flags: FLAGS.all },
  and: { op: L.OP_AND, family: true, flags: FLAGS.all },
  or: { op: L.OP_OR, family: true, flags: FLAGS.all },
  xor: { op: L.OP_XOR, family: true, flags: FLAGS.all },
  shl: { op: L.OP_SHL, family: false, flags: 'told' },
  shr: { op: L.OP_SHR, family: false, flags: 'told' },
  sar: { op: L.OP_SAR, family: false, flags: 'told' },
  rol: { op: L.OP_ROL, family: false, flags: 'told' },
  ror: { op: L.OP_ROR, family: false, flags: 'told' },
  rcl: { op: L.OP_RCL, family: false, flags: 'told' },
  rcr: { op: L.OP_RCR, family: false, flags: 'told' },
  imul: { op: L.OP_IMUL, family: false, flags: 'told' },
  bt: { op: L.OP_BT, family: false, flags: FLAGS.bit },
  bts: { op: L.OP_BTS, family: false, flags: FLAGS.bit },
  btr: { op: L.OP_BTR, family: false, flags: FLAGS.bit },
  btc: { op: L.OP_BTC, family: false, flags: FLAGS.bit },
  bextr: { op: L.OP_BEXTR, family: false, flags: 'told' },
  pdep: { op: L.OP_PDEP, family: false, flags: 0 },
  pext: { op: L.OP_PEXT, family: false, flags: 0 },
};

const UNARY: Readonly<Record<UnaryKind, AluOp>> = {
  bswap: { op: L.OP_BSWAP, family: false, flags: 0 },
  not: { op: L.OP_NOT, family: false, flags: 0 },
  neg: { op: L.OP_NEG, family: false, flags: FLAGS.all },
  inc: { op: L.OP_INC, family: true, flags: FLAGS.incdec },
  dec: { op: L.OP_DEC, family: true, flags: FLAGS.incdec },
  bsf: { op: L.OP_BSF, family: false, flags: 'told' },
  bsr: { op: L.OP_BSR, family: false, flags: 'told' },
  popcnt: { op: L.OP_POPCNT, family: false, flags: FLAGS.all },
  tzcnt: { op: L.OP_TZCNT, family: false, flags: 'told' },
  lzcnt: { op: L.OP_LZCNT, family: false, flags: 'told' },
};

/** Appends the operation; where it always sets other flags than it may commit, they are saved before and merged after. */
function packAlu(packing: Packing, { op, family, flags }: AluOp, uop: { width: number } & Rules): EngineRecord {
  const forced = uop.set !== undefined || uop.clear !== undefined;
  const wraps = flags !== 'told' && (uop.flags !== flags || forced);
  if (wraps) append(packing, L.OP_SAVE_FLAGS);
  const record = append(packing, family ? op + widthIndex(uop.width) : op, uop.width);
  if (flags === 'told') record.aux = rulesOf(uop);
  if (wraps) append(packing, L.OP_MERGE_FLAGS).aux = rulesOf(uop);
  return record;
}

type Rules = ShiftRules & { readonly wrap?: true };

/** What becomes of the flags, as R_AUX has it. */
const rulesOf = ({ flags, set = 0, clear = 0, overflow, wrap }: Rules): number =>
  (flags & ~clear) |
  ((set | clear) << L.AUX_FORCED) |
  (overflow === 'first' ? L.AUX_FIRST_STEP : 0) |
  (wrap ? L.AUX_WRAP : 0);

function packBinary(packing: Packing, uop: Extract<Uop, { op: BinaryKind }>): void {
  const plain =
    uop.flags === 0 ? (uop.op === 'add' ? L.OP_PLUS : uop.op === 'sub' ? L.OP_MINUS : undefined) : undefined;
  const record =
    plain !== undefined
      ? append(packing, plain + widthIndex(uop.width), uop.width)
      : packAlu(packing, ALU[uop.op], uop);
  setDestination(record, uop.dst);
  record.a = sourceSlot(record, uop.a);
  record.b = uop.a.space === 'imm' ? secondSlot(record, uop.b) : sourceSlot(record, uop.b);
}

export const aluOpcode = (kind: BinaryKind): number => ALU[kind].op;

const CONTROL_REGISTERS: readonly number[] = [0, 2, 3, 4, 8];
/** In the order of the numbers that the CPU model reads. */
const INSPECTIONS = ['lar', 'lsl', 'verr', 'verw'] as const;
const TRANSFERS = ['jmp', 'call', 'ret'] as const;
const SWITCHES = ['iret', 'syscall', 'sysret', 'sysenter', 'sysexit'] as const;
const tableNumber = (table: 'gdt' | 'idt', part: 'limit' | 'base'): number =>
  (table === 'idt' ? 2 : 0) + (part === 'limit' ? 1 : 0);
const VIA = { int3: 0, int: 1, int1: 2, into: 3 } as const;
const BCD = ['aaa', 'aas', 'daa', 'das'] as const;
const ENGINE_FLAGS = FLAGS.all | RFLAGS.DF;

function packOne(packing: Packing, uop: Uop): void {
  switch (uop.op) {
    case 'mov':
      return packMove(packing, L.OP_MOV + widthIndex(uop.width), uop.width, uop.dst, uop.src);
    case 'zext':
      return packExtension(packing, L.OP_MOV + widthIndex(uop.from), uop.from, uop);
    case 'sext':
      return packMove(packing, L.OP_SEXT + widthIndex(uop.from), uop.width, uop.dst, uop.src);
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
    case 'pext':
      return packBinary(packing, uop);
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
      const record = packAlu(packing, UNARY[uop.op], uop);
      setDestination(record, uop.dst);
      record.a = sourceSlot(record, uop.a);
      return;
    }
    case 'shld':
    case 'shrd': {
      const op = uop.op === 'shld' ? L.OP_SHLD : L.OP_SHRD;
      const record = packAlu(packing, { op, family: false, flags: 'told' }, uop);
      setDestination(record, uop.dst);
      record.a = slotOfValue(uop.a);
      record.b = slotOfValue(uop.b);
      record.base = sourceSlot(record, uop.count);
      return;
    }
    case 'mulu':
    case 'muls': {
      const op = uop.op === 'mulu' ? L.OP_MULU : L.OP_MULS;
      const record = packAlu(packing, { op, family: false, flags: 'told' }, uop);
      setPair(record, uop.lo, uop.hi);
      record.a = sourceSlot(record, uop.a);
      record.b = uop.a.space === 'imm' ? secondSlot(record, uop.b) : sourceSlot(record, uop.b);
      return;
    }
    case 'divu':
    case 'divs': {
      const record = append(packing, uop.op === 'divu' ? L.OP_DIVU : L.OP_DIVS, uop.width);
      setPair(record, uop.quotient, uop.remainder);
      record.a = sourceSlot(record, uop.hi);
      record.b = secondSlot(record, uop.lo);
      record.segment = slotOfValue(uop.divisor);
      return;
    }
    case 'crc32': {
      const record = append(packing, L.OP_CRC32, uop.width);
      setDestination(record, uop.dst);
      record.a = sourceSlot(record, uop.a);
      record.b = secondSlot(record, uop.b);
      return;
    }
    case 'lea': {
      const op = uop.address.addressWidth === 4 ? L.OP_LEA32 : L.OP_LEA;
      const address: Address = { ...uop.address, segment: 'none', addressWidth: 8 };
      return setDestination(appendMemory(packing, op, uop.width, address), uop.dst);
    }
    case 'logical':
      return setDestination(appendLogical(packing, uop), uop.dst);
    case 'bcd':
      return packSystem(packing, { code: L.SYS_BCD, parameter: BCD.indexOf(uop.kind) });
    case 'linear':
      return setDestination(appendMemory(packing, L.OP_LINEAR, 8, uop.address), uop.dst);
    case 'select': {
      const record = append(packing, L.OP_SELECT, uop.width);
      setDestination(record, uop.dst);
      record.a = sourceSlot(record, uop.a);
      record.b = secondSlot(record, uop.b);
      record.aux = uop.condition;
      return;
    }
    case 'setcc': {
      const record = append(packing, L.OP_SETCC, 1);
      setDestination(record, uop.dst);
      record.aux = uop.condition;
      return;
    }
    case 'getflags':
      return setDestination(append(packing, L.OP_GETFLAGS), uop.dst);
    case 'setflags': {
      if (uop.mask & ~ENGINE_FLAGS)
        return packSystem(packing, { code: L.SYS_SETFLAGS, parameter: uop.mask, a: uop.src });
      const record = append(packing, L.OP_SETFLAGS);
      record.a = sourceSlot(record, uop.src);
      record.aux = uop.mask;
      return;
    }
    case 'step':
      return setDestination(append(packing, L.OP_STEP, uop.width), uop.dst);
    case 'load': {
      const record = appendMemory(packing, L.OP_LOAD + widthIndex(uop.width), uop.width, uop.address);
      return setDestination(record, uop.dst);
    }
    case 'probe': {
      const record = appendMemory(packing, L.OP_PROBE, uop.width, uop.address);
      record.aux |= handleNumber(uop.handle.n);
      return;
    }
    case 'loadh': {
      const record = append(packing, L.OP_LOAD_HANDLE, uop.width);
      setDestination(record, uop.dst);
      record.aux = handleNumber(uop.handle.n);
      return;
    }
    case 'store': {
      const record = append(packing, L.OP_STORE_HANDLE, uop.width);
      record.a = sourceSlot(record, uop.src);
      record.aux = handleNumber(uop.handle.n);
      return;
    }
    case 'early': {
      const record = appendMemory(packing, L.OP_STORE + widthIndex(uop.width), uop.width, uop.address);
      record.a = sourceSlot(record, uop.src);
      return;
    }
    case 'aligned':
      return packSystem(packing, { code: L.SYS_ALIGNED, a: constant(uop.boundary), address: uop.address });
    case 'canonical': {
      const record = append(packing, L.OP_CANONICAL);
      record.a = sourceSlot(record, uop.src);
      return;
    }
    case 'codelimit': {
      const record = append(packing, L.OP_CODE_LIMIT);
      record.a = sourceSlot(record, uop.src);
      return;
    }
    case 'jump': {
      if (uop.target.space === 'imm') return packJump(packing, L.OP_JUMP, uop.target.value);
      append(packing, L.OP_JUMP_TO).a = slotOf(uop.target);
      return;
    }
    case 'branch':
      return packJump(packing, L.OP_JCC + uop.condition, uop.target);
    case 'branchz': {
      packJump(packing, uop.nonzero ? L.OP_BRANCH_NONZERO : L.OP_BRANCH_ZERO, uop.target);
      const record = packing.records[packing.records.length - 1]!;
      record.width = uop.width;
      record.a = secondSlot(record, uop.src);
      return;
    }
    case 'exitz': {
      const record = append(packing, L.OP_EXIT_ZERO, uop.width);
      record.a = sourceSlot(record, uop.src);
      return;
    }
    case 'cpl0':
      append(packing, L.OP_CPL0);
      return;
    case 'supervisor':
      return packSystem(packing, { code: L.SYS_SUPERVISOR });
    case 'wait':
      return packSystem(packing, { code: L.SYS_WAIT });
    case 'zero':
      return packSystem(packing, { code: L.SYS_ZERO, a: uop.src, width: uop.width });
    case 'bound':
      return packSystem(packing, {
        code: L.SYS_BOUND,
        width: uop.width,
        a: uop.index,
        b: uop.lower,
        third: uop.upper,
      });
    case 'fault':
      return packSystem(packing, {
        code: L.SYS_FAULT,
        parameter: uop.vector | (uop.error === undefined ? 0 : (uop.error + 1) << 8),
      });
    case 'interrupt':
      return packSystem(packing, {
        code: L.SYS_INTERRUPT,
        parameter: uop.vector | (VIA[uop.via] << 8),
        a: uop.next,
      });
    case 'rdcr': {
      // Reading has no side effect and needs no check beyond CPL 0, so it is a plain move from the state block.
      if (!CONTROL_REGISTERS.includes(uop.cr)) return packSystem(packing, { code: L.SYS_FAULT, parameter: 6 });
      const record = append(packing, L.OP_MOV + 3);
      setDestination(record, uop.dst);
      record.a = controlRegisterSlot(uop.cr);
      return;
    }
    case 'wrcr':
      return packSystem(packing, { code: L.SYS_WRCR, parameter: uop.cr, a: uop.src });
    case 'rddr':
      return packSystem(packing, { code: L.SYS_RDDR, parameter: uop.dr, dst: uop.dst });
    case 'wrdr':
      return packSystem(packing, { code: L.SYS_WRDR, parameter: uop.dr, a: uop.src });
    case 'rdmsr':
      return packSystem(packing, { code: L.SYS_RDMSR, a: uop.index, dst: uop.dst });
    case 'wrmsr':
      return packSystem(packing, { code: L.SYS_WRMSR, a: uop.index, b: uop.src });
    case 'rdtsc':
      return packSystem(packing, { code: L.SYS_RDTSC, dst: uop.dst });
    case 'cpuid':
      return packSystem(packing, { code: L.SYS_CPUID });
    case 'swapgs':
      return packSystem(packing, { code: L.SYS_SWAPGS });
    case 'rdbase':
      return packSystem(packing, { code: L.SYS_RDBASE, parameter: segmentNumber(uop.segment), dst: uop.dst });
    case 'wrbase':
      return packSystem(packing, { code: L.SYS_WRBASE, parameter: segmentNumber(uop.segment), a: uop.src });
    case 'invlpg':
      return packSystem(packing, { code: L.SYS_INVLPG, address: uop.address });
    case 'invpcid':
      return packSystem(packing, { code: L.SYS_INVPCID, a: uop.type, address: uop.address });
    case 'clflush':
      return packSystem(packing, { code: L.SYS_CLFLUSH, address: uop.address, width: 1 });
    case 'fence':
      append(packing, L.OP_NOP);
      return;
    case 'popf':
      return packSystem(packing, { code: L.SYS_POPF, a: uop.src, width: uop.width });
    case 'cli':
      return packSystem(packing, { code: L.SYS_CLI });
    case 'sti':
      return packSystem(packing, { code: L.SYS_STI });
    case 'clac':
      return packSystem(packing, { code: L.SYS_CLAC });
    case 'stac':
      return packSystem(packing, { code: L.SYS_STAC });
    case 'hlt':
      return packSystem(packing, { code: L.SYS_HLT });
    case 'ports':
      return packSystem(packing, { code: L.SYS_PORTS, a: uop.port, width: uop.width });
    case 'in':
      return packSystem(packing, { code: L.SYS_IN, a: uop.port, dst: uop.dst, width: uop.width });
    case 'out':
      return packSystem(packing, { code: L.SYS_OUT, a: uop.port, b: uop.src, width: uop.width });
    case 'umip':
      return packSystem(packing, { code: L.SYS_UMIP });
    case 'rdseg':
      return packSystem(packing, { code: L.SYS_RDSEG, parameter: uop.segment, dst: uop.dst });
    case 'wrseg':
      return packSystem(packing, {
        code: L.SYS_WRSEG,
        parameter: uop.segment | (uop.holds ? 0x100 : 0),
        a: uop.src,
      });
    case 'rdtable':
      return packSystem(packing, { code: L.SYS_RDTABLE, parameter: tableNumber(uop.table, uop.part), dst: uop.dst });
    case 'wrtable':
      return packSystem(packing, {
        code: L.SYS_WRTABLE,
        parameter: tableNumber(uop.table, 'base'),
        a: uop.limit,
        b: uop.base,
      });
    case 'inspect':
      return packSystem(packing, {
        code: L.SYS_INSPECT,
        parameter: INSPECTIONS.indexOf(uop.what),
        a: uop.selector,
        dst: uop.dst,
      });
    case 'transfer':
      return packSystem(packing, {
        code: L.SYS_TRANSFER,
        parameter: TRANSFERS.indexOf(uop.kind) | (uop.release << 8),
        width: uop.width,
        a: uop.selector,
        b: uop.offset,
        ...(uop.kind === 'call' && { third: uop.next }),
        dst: uop.dst,
      });
    case 'switch':
      return packSystem(packing, {
        code: L.SYS_SWITCH,
        parameter: SWITCHES.indexOf(uop.kind),
        width: uop.width,
        a: uop.next,
        dst: uop.dst,
      });
    case 'rdxcr':
      return packSystem(packing, { code: L.SYS_RDXCR, a: uop.index, dst: uop.dst });
    case 'wrxcr':
      return packSystem(packing, { code: L.SYS_WRXCR, a: uop.index, b: uop.src });
    case 'rdpkru':
      return packSystem(packing, { code: L.SYS_RDPKRU, a: uop.index, dst: uop.dst });
    case 'wrpkru':
      return packSystem(packing, { code: L.SYS_WRPKRU, a: uop.index, b: uop.src });
    case 'rdpmc':
      return packSystem(packing, { code: L.SYS_RDPMC, a: uop.index, dst: uop.dst });
    case 'rdpru':
      return packSystem(packing, { code: L.SYS_RDPRU, a: uop.index, dst: uop.dst });
    case 'random':
      return packSystem(packing, { code: L.SYS_RANDOM, width: uop.width, dst: uop.dst });
    default:
      return uop satisfies never;
  }
}

function packMove(packing: Packing, op: number, width: number, dst: Dst, src: Src): void {
  const record = append(packing, op, width);
  setDestination(record, dst);
  record.a = sourceSlot(record, src);
}

/** Zero extension: a narrow move that fills its slot; into a 16-bit register it takes a second move. */
function packExtension(packing: Packing, op: number, from: number, uop: { width: number; dst: Dst; src: Src }): void {
  if (uop.width === 2 && uop.dst.space === 'reg') {
    const wide: Dst = { space: 'tmp', n: packing.nextTemporary++ };
    packMove(packing, op, from, wide, uop.src);
    return packMove(packing, L.OP_MOV + 1, 2, uop.dst, wide);
  }
  packMove(packing, op, from, uop.dst, uop.src);
  packing.records[packing.records.length - 1]!.extend = 1;
}

function packJump(packing: Packing, op: number, target: bigint): void {
  const record = append(packing, op);
  record.imm = target;
  record.extend = samePage(target, packing.ip) ? 1 : 0;
}

const samePage = (a: bigint, b: bigint): boolean => a >> 12n === b >> 12n;

function slotOfValue(src: Src): number {
  if (src.space === 'imm') throw new Error('this operand is a register or temporary in every lowered form');
  return slotOf(src);
}

/** Two results: the second in the base field, whether it is extended in the scale field. */
function setPair(record: EngineRecord, first: Dst, second: Dst): void {
  setDestination(record, first);
  record.base = slotOf(second);
  record.scale = second.space === 'tmp' ? 1 : 0;
}

const constant = (value: number): Src => ({ space: 'imm', value: BigInt(value) });

function handleNumber(n: number): number {
  if (n >= L.HANDLE_COUNT) throw new Error(`more than ${L.HANDLE_COUNT} handles in one instruction`);
  return n;
}
