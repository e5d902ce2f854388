/**
 * The privileged and rare micro-ops: the engine calls `systemOp` with the record, and gets STATUS_*. Operands come
 * from the record's slots. A faulting operation has changed nothing; one that changes what the fetch or the fast TLB
 * rest on asks for attention.
 */
import { truncate, type Width } from '../base/u64.ts';
import * as L from '../engine/layout.ts';
import { RFLAGS, SEGMENT } from '../isa/insn.ts';
import { ADJUSTED_FLAGS, adjust } from '../uop/bcd.ts';
import { BEGINS_AGAIN, passData, passPort } from './breakpoints.ts';
import { writeControl } from './control.ts';
import { readCounter } from './counters.ts';
import { cpuid } from './cpuid.ts';
import { readDebug, writeDebug } from './debug-registers.ts';
import { type FarTransfer, type Transferred, transferFar } from './far-transfer.ts';
import { systemCall, systemEnter, systemExit, systemReturn } from './fast-calls.ts';
import { refreshKey } from './fast-tlb.ts';
import { inspect } from './inspect.ts';
import { invpcid } from './invpcid.ts';
import { denyPort, iopl } from './io-permission.ts';
import { interruptReturn } from './iret.ts';
import { attend, evictLine, nonCanonical } from './memory.ts';
import { isObserved, note, noteLevel } from './monitor.ts';
import { readMsr, timeStamp, unknownMsr, writeMsr } from './msr.ts';
import { READ, translatePage } from './paging.ts';
import { readPkru, writePkru } from './pkru.ts';
import { nextRandom } from './random.ts';
import {
  LDTR,
  loadLdt,
  loadSegment,
  loadTask,
  logicalAddress,
  readTable,
  selectorIn,
  type TableName,
  TR,
  writeTable,
} from './segments.ts';
import {
  type Cpu,
  CR0,
  CR4,
  cpl,
  cr,
  currentPcid,
  isCanonicalAddress,
  isCanonicalBase,
  isCanonicalHigh,
  isLongMode,
  join,
  low,
  type Quad,
  read64,
  word,
  write64,
} from './state.ts';
import { type Fault, gp, ud, VECTOR } from './stop.ts';
import { isFault } from './system-access.ts';
import { flushAddress } from './tlb.ts';
import { readXcr, writeXcr } from './xcr0.ts';

export function systemOp(cpu: Cpu, record: number): number {
  const outcome = perform(cpu, record, cpu.engine.u32[(record + L.R_AUX) >> 2]! & 0xff);
  if (isObserved(cpu)) noteLevel(cpu);
  if (typeof outcome === 'number') return outcome;
  cpu.fault = outcome;
  return L.STATUS_FAULT;
}

type Outcome = Fault | typeof L.STATUS_OK | typeof L.STATUS_FAULT | typeof L.STATUS_ATTEND | typeof L.STATUS_UNMODELLED;

function perform(cpu: Cpu, record: number, code: number): Outcome {
  switch (code) {
    case L.SYS_WRCR: {
      const slot = slotOf(cpu, record, L.R_A) >> 2;
      const { i32 } = cpu.engine;
      return done(cpu, writeControl(cpu, parameter(cpu, record), i32[slot]!, i32[slot + 1]!));
    }
    case L.SYS_RDDR:
      return give(cpu, record, readDebug(cpu, parameter(cpu, record)));
    case L.SYS_WRDR:
      return done(cpu, writeDebug(cpu, parameter(cpu, record), value(cpu, record, L.R_A)));
    case L.SYS_RDMSR: {
      const index = Number(truncate(value(cpu, record, L.R_A), 4));
      return give(cpu, record, readMsr(cpu, index) ?? unknownMsr(index));
    }
    case L.SYS_WRMSR: {
      const index = Number(truncate(value(cpu, record, L.R_A), 4));
      return done(cpu, writeMsr(cpu, index, value(cpu, record, L.R_B)));
    }
    case L.SYS_RDTSC: {
      if (cpl(cpu) !== 0 && low(cpu, cr(4)) & CR4.TSD) return gp('RDTSC with CR4.TSD = 1 and CPL > 0');
      return give(cpu, record, timeStamp(cpu));
    }
    case L.SYS_CPUID:
      return cpuid(cpu);
    case L.SYS_RDXCR:
      return give(cpu, record, readXcr(cpu, index(cpu, record)));
    case L.SYS_WRXCR:
      return writeXcr(cpu, index(cpu, record), value(cpu, record, L.R_B)) ?? L.STATUS_OK;
    case L.SYS_RDPKRU:
      return give(cpu, record, readPkru(cpu, index(cpu, record)));
    case L.SYS_WRPKRU:
      return writePkru(cpu, index(cpu, record), value(cpu, record, L.R_B)) ?? L.STATUS_OK;
    case L.SYS_RDPMC:
      return give(cpu, record, readCounter(cpu, index(cpu, record)));
    case L.SYS_RANDOM:
      return give(cpu, record, truncate(nextRandom(cpu), widthOf(cpu, record) as Width));
    case L.SYS_SWAPGS:
      return swapgs(cpu);
    case L.SYS_RDBASE: {
      if (!(low(cpu, cr(4)) & CR4.FSGSBASE)) return noFsgsbase();
      return give(cpu, record, read64(cpu, baseOffset(cpu, record)));
    }
    case L.SYS_WRBASE:
      return writeBase(cpu, record);
    case L.SYS_INVLPG:
      return invlpg(cpu);
    case L.SYS_INVPCID:
      return done(cpu, invpcid(cpu, value(cpu, record, L.R_A)));
    case L.SYS_CLFLUSH:
      return clflush(cpu, record);
    case L.SYS_ALIGNED: {
      const boundary = Number(value(cpu, record, L.R_A));
      if (low64(cpu) % boundary) return gp(`the address is not a multiple of ${boundary}`);
      return L.STATUS_OK;
    }
    case L.SYS_LOGICAL:
      return applySegment(cpu, record);
    case L.SYS_BCD:
      return adjustDecimal(cpu, parameter(cpu, record));
    case L.SYS_BOUND:
      return checkBound(cpu, record);
    case L.SYS_FAULT:
      return declared(parameter(cpu, record));
    case L.SYS_INTERRUPT:
      return interrupt(cpu, parameter(cpu, record), quad(cpu, record, L.R_A));
    case L.SYS_SUPERVISOR:
      return cpl(cpu) === 0 ? L.STATUS_OK : ud('the instruction needs CPL 0 (SDM vol. 2, MONITOR)');
    case L.SYS_WAIT:
      return waitForX87(cpu);
    case L.SYS_ZERO:
      if (truncate(value(cpu, record, L.R_A), widthOf(cpu, record) as Width))
        return gp('a reserved operand is not zero');
      return L.STATUS_OK;
    case L.SYS_RDPRU:
      return readPerformance(cpu, record);
    case L.SYS_PORTS:
      return denyPort(cpu, portNumber(cpu, record), widthOf(cpu, record)) ?? L.STATUS_OK;
    case L.SYS_IN:
    case L.SYS_OUT:
      return port(cpu, record, code === L.SYS_IN);
    case L.SYS_UMIP:
      return umip(cpu);
    case L.SYS_RDSEG:
      return give(cpu, record, BigInt(selectorIn(cpu, parameter(cpu, record))));
    case L.SYS_WRSEG:
      return loadRegister(cpu, parameter(cpu, record), selector(cpu, record));
    case L.SYS_RDTABLE:
      return give(cpu, record, tablePart(cpu, parameter(cpu, record)));
    case L.SYS_WRTABLE:
      return loadTable(cpu, record);
    case L.SYS_INSPECT:
      return inspectSelector(cpu, record);
    case L.SYS_TRANSFER:
      return transfer(cpu, record);
    case L.SYS_SWITCH:
      return switchLevel(cpu, record);
    case L.SYS_HLT:
      attend(cpu, L.ATTEND_HALT);
      return L.STATUS_ATTEND;
    default:
      return writeFlags(cpu, record, code);
  }
}

/** WAIT: without an x87 unit no exception of its is ever pending; what is left is lazy switching's check (SDM vol. 3, 2.5, CR0.TS). */
function waitForX87(cpu: Cpu): Outcome {
  const both = CR0.MP | CR0.TS;
  if ((low(cpu, cr(0)) & both) !== both) return L.STATUS_OK;
  return { vector: VECTOR.NM, detail: 'WAIT with CR0.MP = CR0.TS = 1 (SDM vol. 2, WAIT)' };
}

/** RDPRU: MPERF and APERF count cycles alike here, since the clock never changes (APM vol. 3). */
function readPerformance(cpu: Cpu, record: number): Outcome {
  if (cpl(cpu) !== 0 && low(cpu, cr(4)) & CR4.TSD) return ud('RDPRU with CR4.TSD = 1 and CPL > 0 (APM vol. 3)');
  const known = truncate(value(cpu, record, L.R_A), 4) <= 1n;
  return give(cpu, record, known ? timeStamp(cpu) : 0n);
}

const slotOf = (cpu: Cpu, record: number, field: number): number => cpu.engine.u32[(record + field) >> 2]!;

const value = (cpu: Cpu, record: number, field: number): bigint =>
  cpu.engine.view.getBigUint64(slotOf(cpu, record, field), true);

function quad(cpu: Cpu, record: number, field: number): Quad {
  const at = slotOf(cpu, record, field) >> 2;
  return { low: cpu.engine.i32[at]!, high: cpu.engine.i32[at + 1]! };
}

/** What ECX selects. */
const index = (cpu: Cpu, record: number): number => Number(truncate(value(cpu, record, L.R_A), 4));

/** Register number, mask or vector: in the displacement field. */
const parameter = (cpu: Cpu, record: number): number => cpu.engine.u32[(record + L.R_DISP) >> 2]!;

const widthOf = (cpu: Cpu, record: number): number => cpu.engine.bytes[record + L.R_WIDTH]!;

const low64 = (cpu: Cpu): number => cpu.engine.u32[L.LINEAR >> 2]!;

/** The result into the destination's slot, unless it is a fault. */
function give(cpu: Cpu, record: number, result: bigint | Fault): Outcome {
  if (typeof result !== 'bigint') return result;
  cpu.engine.view.setBigUint64(slotOf(cpu, record, L.R_DST), result, true);
  return L.STATUS_OK;
}

/** After a change that the running code's translation may depend on. */
function done(cpu: Cpu, fault: Fault | undefined): Outcome {
  if (fault) return fault;
  attend(cpu, L.ATTEND_FETCH);
  return L.STATUS_ATTEND;
}

/** SWAPGS: the GS base and IA32_KERNEL_GS_BASE change places (SDM vol. 2). */
function swapgs(cpu: Cpu): Outcome {
  const gs = read64(cpu, L.S_GS_BASE);
  const kernelGs = read64(cpu, L.S_KERNEL_GS_BASE);
  write64(cpu, L.S_GS_BASE, kernelGs);
  write64(cpu, L.S_KERNEL_GS_BASE, gs);
  if (isObserved(cpu)) note(cpu, { kind: 'swapgs', gs: kernelGs, kernelGs: gs });
  return L.STATUS_OK;
}

const noFsgsbase = (): Fault => ud('FS/GS base instruction with CR4.FSGSBASE = 0 (SDM vol. 2, RDFSBASE)');

const baseOffset = (cpu: Cpu, record: number): number => (parameter(cpu, record) === 4 ? L.S_FS_BASE : L.S_GS_BASE);

function writeBase(cpu: Cpu, record: number): Outcome {
  if (!(low(cpu, cr(4)) & CR4.FSGSBASE)) return noFsgsbase();
  const base = value(cpu, record, L.R_A);
  // By the paging mode, unlike the MSRs: so a Zen 4 does it, which has 57 bits.
  if (!isCanonicalAddress(cpu, base)) return nonCanonical(base, false);
  write64(cpu, baseOffset(cpu, record), base);
  return L.STATUS_OK;
}

/** INVLPG: a non-canonical address invalidates nothing (SDM vol. 2). */
function invlpg(cpu: Cpu): Outcome {
  const { i32 } = cpu.engine;
  const linearHigh = i32[(L.LINEAR >> 2) + 1]!;
  if (isCanonicalHigh(cpu, linearHigh))
    flushAddress(cpu, i32[L.LINEAR >> 2]!, linearHigh, currentPcid(cpu), true, 'INVLPG');
  return done(cpu, undefined);
}

/** CLFLUSH: faults as a byte load does, and its line misses the next time. */
function clflush(cpu: Cpu, record: number): Outcome {
  const { i32, u32 } = cpu.engine;
  const [linearLow, linearHigh] = [i32[L.LINEAR >> 2]!, i32[(L.LINEAR >> 2) + 1]!];
  const linear = join(linearLow, linearHigh);
  if (!isCanonicalHigh(cpu, linearHigh))
    return nonCanonical(linear, (u32[(record + L.R_AUX) >> 2]! & L.AUX_STACK) !== 0);
  const physical = translatePage(cpu, linearLow, linearHigh, READ);
  if (physical < 0) return L.STATUS_FAULT;
  if (!passData(cpu, linear, 1, false)) return BEGINS_AGAIN;
  evictLine(cpu, physical);
  if (isObserved(cpu)) note(cpu, { kind: 'cache-flush', linear });
  return L.STATUS_OK;
}

function umip(cpu: Cpu): Outcome {
  if (cpl(cpu) === 0 || !(low(cpu, cr(4)) & CR4.UMIP)) return L.STATUS_OK;
  return gp('SGDT, SIDT, SLDT, SMSW, STR with CR4.UMIP = 1 and CPL > 0 (SDM vol. 3, 2.5)');
}

const selector = (cpu: Cpu, record: number): number => Number(truncate(value(cpu, record, L.R_A), 2));

function loadRegister(cpu: Cpu, packed: number, loaded: number): Outcome {
  const n = packed & 0xff;
  const fault = n === LDTR ? loadLdt(cpu, loaded) : n === TR ? loadTask(cpu, loaded) : loadSegment(cpu, n, loaded);
  if (fault) return fault;
  // SS.B takes part in how code of compatibility mode is read.
  if (n === SEGMENT.SS && !isLongMode(cpu)) attend(cpu, L.ATTEND_FETCH);
  return packed & HOLDS_EVENTS ? castShadow(cpu, L.SHADOW_SS) : L.STATUS_OK;
}

const HOLDS_EVENTS = 0x100;

/** Events wait for one more instruction (SDM vol. 3, 6.8.3). */
function castShadow(cpu: Cpu, shadow: number): Outcome {
  if (!cpu.delivers) return L.STATUS_OK;
  cpu.engine.u32[word(L.S_SHADOW)] = shadow;
  return lookForEvents(cpu);
}

function lookForEvents(cpu: Cpu): Outcome {
  if (!cpu.delivers) return L.STATUS_OK;
  attend(cpu, L.ATTEND_EVENT);
  return L.STATUS_ATTEND;
}

/** The parameter of RDTABLE and WRTABLE. */
const tableOf = (packed: number): TableName => (packed & 2 ? 'idt' : 'gdt');

function tablePart(cpu: Cpu, packed: number): bigint {
  const { base, limit } = readTable(cpu, tableOf(packed));
  return packed & 1 ? BigInt(limit) : base;
}

/** LGDT, LIDT. */
function loadTable(cpu: Cpu, record: number): Outcome {
  const limit = Number(truncate(value(cpu, record, L.R_A), 2));
  const base = value(cpu, record, L.R_B);
  if (!isCanonicalBase(cpu, base)) return nonCanonical(base, false);
  writeTable(cpu, tableOf(parameter(cpu, record)), { base, limit });
  return L.STATUS_OK;
}

const INSPECTIONS = ['lar', 'lsl', 'verr', 'verw'] as const;

function inspectSelector(cpu: Cpu, record: number): Outcome {
  const found = inspect(cpu, INSPECTIONS[parameter(cpu, record)]!, selector(cpu, record));
  if (isFault(found)) return found;
  const flags = low(cpu, L.S_RFLAGS);
  setFlags(cpu, found === undefined ? flags & ~RFLAGS.ZF : flags | RFLAGS.ZF);
  return give(cpu, record, found ?? 0n);
}

const NOWHERE: Quad = { low: 0, high: 0 };
const TRANSFERS = ['jmp', 'call', 'ret'] as const;

function transfer(cpu: Cpu, record: number): Outcome {
  const packed = parameter(cpu, record);
  const kind = TRANSFERS[packed & 0xff]!;
  const fault = transferFar(cpu, {
    kind,
    width: widthOf(cpu, record) as FarTransfer['width'],
    selector: selector(cpu, record),
    offset: quad(cpu, record, L.R_B),
    release: packed >>> 8,
    next: kind === 'call' ? quad(cpu, record, L.R_BASE) : NOWHERE,
  });
  return arrive(cpu, record, fault);
}

/** IRET, SYSCALL, SYSRET, SYSENTER, SYSEXIT. All of them may let an event in. */
function switchLevel(cpu: Cpu, record: number): Outcome {
  const fault = switchTarget(cpu, record, widthOf(cpu, record));
  if (cpu.delivers && !fault) attend(cpu, L.ATTEND_EVENT);
  return arrive(cpu, record, fault);
}

function switchTarget(cpu: Cpu, record: number, width: number): Transferred {
  switch (parameter(cpu, record)) {
    case 0:
      return interruptReturn(cpu, width as 2 | 4 | 8);
    case 1:
      return systemCall(cpu, value(cpu, record, L.R_A));
    case 2:
      return systemReturn(cpu, width);
    case 3:
      return systemEnter(cpu);
    default:
      return systemExit(cpu, width);
  }
}

const ACCESSES = ['none', 'read', 'write'] as const;

/** The offset is in LINEAR. */
function applySegment(cpu: Cpu, record: number): Outcome {
  const { u32 } = cpu.engine;
  const packed = u32[(record + L.R_AUX) >> 2]!;
  const linear = logicalAddress(cpu, {
    segment: u32[(record + L.R_SEGMENT) >> 2]!,
    offset: u32[L.LINEAR >> 2]!,
    width: (packed >> L.LOGICAL_WIDTH) & 0xff,
    access: ACCESSES[(packed & (L.LOGICAL_READ | L.LOGICAL_WRITE)) / L.LOGICAL_READ]!,
  });
  return typeof linear === 'number' ? give(cpu, record, BigInt(linear)) : linear;
}

function adjustDecimal(cpu: Cpu, kind: number): Outcome {
  const { i32, view } = cpu.engine;
  const flags = low(cpu, L.S_RFLAGS);
  const ax = view.getUint16(L.STATE + L.S_GPR, true);
  const adjusted = adjust((['aaa', 'aas', 'daa', 'das'] as const)[kind]!, { ax, flags });
  view.setUint16(L.STATE + L.S_GPR, adjusted.ax, true);
  i32[word(L.S_RFLAGS)] = (flags & ~ADJUSTED_FLAGS) | adjusted.flags;
  return L.STATUS_OK;
}

function checkBound(cpu: Cpu, record: number): Outcome {
  const bits = 8 * widthOf(cpu, record);
  const [index, lower, upper] = [L.R_A, L.R_B, L.R_BASE].map((field) => BigInt.asIntN(bits, value(cpu, record, field)));
  if (index! >= lower! && index! <= upper!) return L.STATUS_OK;
  return { vector: VECTOR.BR, detail: 'BOUND: the index is out of bounds (SDM vol. 2, BOUND)' };
}

/** The target, for the jump that follows. */
function arrive(cpu: Cpu, record: number, fault: Transferred): Outcome {
  if (fault) return fault;
  const { engine, target } = cpu;
  const at = slotOf(cpu, record, L.R_DST) >> 2;
  engine.i32[at] = target.low;
  engine.i32[at + 1] = target.high;
  return done(cpu, undefined);
}

/** UD2 and forms that always fault: vector, and the error code plus one above it. */
function declared(packed: number): Fault {
  const vector = packed & 0xff;
  const detail = vector === VECTOR.UD ? 'not an instruction (SDM vol. 3, 6.15)' : 'the instruction is not allowed here';
  return packed >> 8 ? { vector, error: (packed >> 8) - 1, detail } : { vector, detail };
}

/** The gates that CPL 3 may use, as Linux sets them up: #BP, #OF and the 32-bit system call. */
const USER_GATES: readonly number[] = [VECTOR.BP, VECTOR.OF, 0x80];
const VIA_INT_N = 1;
const VIA_INT1 = 2;
const VIA_INTO = 3;

/**
 * INT n, INT3, INT1. Where events stop the run it ends here, before the delivery; a gate of DPL 0 is #GP at CPL 3, its
 * error code the vector with the IDT bit (SDM vol. 3, 6.12.1.2 and 6.13).
 */
function interrupt(cpu: Cpu, packed: number, next: Quad): Outcome {
  const vector = packed & 0xff;
  const via = packed >> 8;
  if (via === VIA_INTO && !(low(cpu, L.S_RFLAGS) & RFLAGS.OF)) return L.STATUS_OK;
  if (!cpu.delivers && via === VIA_INT_N && cpl(cpu) === 3 && !USER_GATES.includes(vector))
    return gp(`INT ${vector} through a gate of DPL 0 (SDM vol. 3, 6.12.1.2)`, vector * 8 + 2);
  const detail = `software interrupt ${vector}, to be delivered through the IDT (SDM vol. 3, 6.4.4)`;
  return { vector, detail, next, privileged: via === VIA_INT1 };
}

/** IN and OUT. */
function port(cpu: Cpu, record: number, input: boolean): Outcome {
  const width = widthOf(cpu, record) as Width;
  const number = portNumber(cpu, record);
  const denied = denyPort(cpu, number, width);
  if (denied) return denied;
  if (!passPort(cpu, number, width)) return BEGINS_AGAIN;
  if (input) {
    const read = BigInt(cpu.ports?.in(number, width) ?? -1);
    return give(cpu, record, truncate(read, width));
  }
  cpu.ports?.out(number, width, Number(truncate(value(cpu, record, L.R_B), width)));
  if (cpu.exitCode !== undefined) attend(cpu, L.ATTEND_EVENT);
  // The device may have raised an interrupt.
  return cpu.exitCode === undefined ? lookForEvents(cpu) : L.STATUS_ATTEND;
}

const portNumber = (cpu: Cpu, record: number): number => Number(truncate(value(cpu, record, L.R_A), 2));

const privilegeOfIo = (cpu: Cpu): Fault | undefined =>
  cpl(cpu) > iopl(cpu) ? gp(`CPL ${cpl(cpu)} exceeds IOPL ${iopl(cpu)} (SDM vol. 1, 18.5.1)`) : undefined;

function writeFlags(cpu: Cpu, record: number, code: number): Outcome {
  const now = low(cpu, L.S_RFLAGS);
  switch (code) {
    case L.SYS_CLI:
    case L.SYS_STI: {
      const denied = privilegeOfIo(cpu);
      if (denied) return denied;
      if (code === L.SYS_CLI) return setFlags(cpu, now & ~RFLAGS.IF);
      setFlags(cpu, now | RFLAGS.IF);
      return now & RFLAGS.IF ? L.STATUS_OK : castShadow(cpu, L.SHADOW_STI);
    }
    case L.SYS_CLAC:
    case L.SYS_STAC:
      if (cpl(cpu) !== 0 || !cpu.model.features.smap)
        return ud('CLAC, STAC need CPL 0 and a CPU with SMAP (SDM vol. 2)');
      return setFlags(cpu, code === L.SYS_STAC ? now | RFLAGS.AC : now & ~RFLAGS.AC);
    case L.SYS_POPF: {
      const popped = Number(truncate(value(cpu, record, L.R_A), 4));
      const mask = popfMask(cpu) & (widthOf(cpu, record) === 2 ? 0xffff : -1);
      // POPF clears RF, and leaves VIP and VIF alone (SDM vol. 2, POPF).
      const cleared = widthOf(cpu, record) === 2 ? 0 : RFLAGS.RF;
      setFlags(cpu, (now & ~mask & ~cleared) | (popped & mask));
      return lookForEvents(cpu);
    }
    case L.SYS_SETFLAGS: {
      const mask = parameter(cpu, record);
      return setFlags(cpu, (now & ~mask) | (Number(truncate(value(cpu, record, L.R_A), 4)) & mask));
    }
    default:
      throw new Error(`no system operation ${code}`);
  }
}

/** The flags POPF may change: IOPL at CPL 0 only, IF up to IOPL. */
function popfMask(cpu: Cpu): number {
  const { CF, PF, AF, ZF, SF, TF, IF, DF, OF, IOPL, NT, AC, ID } = RFLAGS;
  const always = CF | PF | AF | ZF | SF | TF | DF | OF | NT | AC | ID;
  return always | (cpl(cpu) === 0 ? IOPL : 0) | (cpl(cpu) <= iopl(cpu) ? IF : 0);
}

/** AC takes part in permission checks, so the fast TLB's key follows. */
function setFlags(cpu: Cpu, flags: number): Outcome {
  const { i32 } = cpu.engine;
  const at = (L.STATE + L.S_RFLAGS) >> 2;
  const changed = i32[at]! ^ flags;
  i32[at] = flags;
  if (changed & RFLAGS.AC) refreshKey(cpu);
  return L.STATUS_OK;
}
