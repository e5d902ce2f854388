/**
 * Events in the common case: delivery through a 64-bit gate to 64-bit code, and IRET out of it. `deliver` and `interruptReturn` do
 * all of it or nothing; false means that TypeScript has to (cpu/delivery.ts, cpu/iret.ts), which knows every check and its fault.
 *
 * Here each check (SDM vol. 3, 6.12 and 6.14; vol. 2, INT n and IRET) that doesn't pass gives up, and so does every access whose page the
 * fast TLB lacks, which crosses into another page, or that somebody watches. The subtle invariant: nothing is stored before the last check.
 */
import {
  ATTEND_EVENT,
  ATTEND_FETCH,
  ATTEND_RESUME,
  ATTENTION,
  EVENTS,
  FAST_EVENTS,
  FAULT_ERROR,
  FAULT_VECTOR,
  KEY,
  NMI_BLOCKED,
  NMI_PENDING,
  NO_FAULT,
  OWN_PAGES,
  OWN_READ_TLB,
  OWN_WRITE_TLB,
  S_COLD_COUNT,
  S_CPL,
  S_CR,
  S_GDTR,
  S_IDTR,
  S_INTERRUPT,
  S_MACHINE_CHECK,
  S_NMI,
  S_PENDING_DEBUG,
  S_REPEATING,
  S_RFLAGS,
  S_RIP,
  S_RSP,
  S_SEGMENTS,
  S_SHADOW,
  SEG_ATTRIBUTES,
  SEG_LIMIT,
  SEG_SELECTOR,
  SEGMENT_BYTES,
  STATE,
  WRITE_KEY,
} from "../layout";
import { rekey as dealKeys } from "./imports";
import { rekey } from "./keys";
import { readable } from "./memory";

const CPL: usize = STATE + S_CPL;
const RSP: usize = STATE + S_RSP;
const RFLAGS: usize = STATE + S_RFLAGS;
const ES: usize = STATE + S_SEGMENTS;
const CS: usize = ES + SEGMENT_BYTES;
const SS: usize = CS + SEGMENT_BYTES;
const DS: usize = SS + SEGMENT_BYTES;
const FS: usize = DS + SEGMENT_BYTES;
const GS: usize = FS + SEGMENT_BYTES;
const TR: usize = GS + 2 * SEGMENT_BYTES;

// Attributes, as the state block has them.
const TYPE: u32 = 0xf;
const INTERRUPT_GATE: u32 = 14;
const ACCESSED: u32 = 1;
const WRITABLE: u32 = 2;
const CONFORMING: u32 = 4;
const CODE: u32 = 8;
const SEGMENT: u32 = 0x10;
const DPL: u32 = 5;
const PRESENT: u32 = 0x80;
const UNUSABLE: u32 = 0x100;
const LONG: u32 = 1 << 13;
const WIDE: u32 = 1 << 14;
const PAGES: u32 = 1 << 15;

const TF: u32 = 1 << 8;
const IF: u32 = 1 << 9;
const IOPL: u32 = 3 << 12;
const NT: u32 = 1 << 14;
const RF: u32 = 1 << 16;
const VM: u32 = 1 << 17;
const VIF_VIP: u32 = 3 << 19;
/** CF, PF, AF, ZF, SF, TF, DF, OF, NT, RF, AC, ID: what an IRET may change at any privilege. */
const RETURNED: u32 = 0x254dd5;
const CR4_LA57: u32 = 1 << 12;
const PAGE_MASK: u64 = ~0xfff;

/** RSP0 and IST1 in a 64-bit TSS (SDM vol. 3, figure 8-11). */
const RSP0: u32 = 4;
const IST1: u32 = 36;

@inline
function own(table: usize, address: u64): usize {
  const isUser: usize = load<u32>(CPL) == 3 ? 1 : 0;
  return table + (((<usize>(address >> 12) & (OWN_PAGES - 1)) * 2 + isUser) << 4);
}

/** The engine address of `bytes` bytes that the CPU reads by itself, or 0. */
function ownRead(address: u64, bytes: u64): usize {
  const e = own(OWN_READ_TLB, address);
  if (load<u64>(e) != (((address + bytes - 1) & PAGE_MASK) | load<u64>(KEY))) return 0;
  return <usize>address + load<u32>(e, 8);
}

function ownWrite(address: u64, bytes: u64): usize {
  const e = own(OWN_WRITE_TLB, address);
  if (load<u64>(e) != (((address + bytes - 1) & PAGE_MASK) | load<u64>(WRITE_KEY))) return 0;
  return <usize>address + load<u32>(e, 8);
}

@inline
function isCanonical(address: u64): bool {
  const unused: u64 = load<u32>(STATE + S_CR + 32) & CR4_LA57 ? 7 : 16;
  return <i64>(address << unused) >> unused == <i64>address;
}

@inline
function attributesOf(descriptor: u64): u32 {
  return <u32>(descriptor >> 40) & 0xf0ff;
}

/** The descriptor of a selector of the GDT, or 0. */
function descriptorOf(selector: u32): u64 {
  if (selector & 4 || !(selector & 0xfff8)) return 0;
  const distance = selector & 0xfff8;
  if (distance + 7 > load<u32>(STATE + S_GDTR, 8)) return 0;
  const host = ownRead(load<u64>(STATE + S_GDTR) + distance, 8);
  return host ? load<u64>(host) : 0;
}

/** 64-bit code, present, marked as accessed, not conforming. */
function isPlainCode(attributes: u32): bool {
  const needed = SEGMENT | CODE | ACCESSED | PRESENT | LONG;
  return (attributes & (needed | CONFORMING | WIDE)) == needed;
}

function writeSegment(at: usize, selector: u32, descriptor: u64): void {
  const attributes = attributesOf(descriptor);
  const units = (<u32>(descriptor >> 32) & 0xf0000) | (<u32>descriptor & 0xffff);
  store<u64>(at, ((descriptor >> 16) & 0xffffff) | ((descriptor >> 32) & 0xff000000));
  store<u32>(at, attributes & PAGES ? (units << 12) | 0xfff : units, SEG_LIMIT);
  store<u16>(at, <u16>selector, SEG_SELECTOR);
  store<u16>(at, <u16>(attributes | ACCESSED), SEG_ATTRIBUTES);
}

function writeNullStack(selector: u32, level: u32): void {
  store<u64>(SS, 0);
  store<u32>(SS, 0, SEG_LIMIT);
  store<u16>(SS, <u16>selector, SEG_SELECTOR);
  store<u16>(SS, <u16>(UNUSABLE | (level << DPL)), SEG_ATTRIBUTES);
}

/** The stack pointer that an event finds, before it is aligned; 0: TypeScript has to look. */
function stackFor(ist: u32, level: u32): u64 {
  if (!ist && level == load<u32>(CPL)) return load<u64>(RSP);
  const distance = ist ? IST1 + 8 * (ist - 1) : RSP0 + 8 * level;
  if (distance + 7 > load<u32>(TR, SEG_LIMIT)) return 0;
  const host = ownRead(load<u64>(TR) + distance, 8);
  return host ? load<u64>(host) : 0;
}

/**
 * Delivers an exception, an interrupt or an NMI whose frame returns to RIP. `error`: its error code, or a negative number; `resumes`: RF is
 * set in the frame.
 */
export function deliver(vector: u32, error: i32, resumes: bool): bool {
  if (!load<u32>(FAST_EVENTS) || load<u32>(STATE + S_COLD_COUNT)) return false;
  const distance = vector << 4;
  if (distance + 15 > load<u32>(STATE + S_IDTR, 8)) return false;
  const gate = ownRead(load<u64>(STATE + S_IDTR) + distance, 16);
  if (!gate) return false;
  const lower = load<u64>(gate);
  const gateAttributes = attributesOf(lower);
  if ((gateAttributes & (PRESENT | SEGMENT | (TYPE & ~1))) != (PRESENT | INTERRUPT_GATE)) return false;
  const offset = (load<u64>(gate, 8) << 32) | ((lower >> 32) & 0xffff0000) | (lower & 0xffff);
  const selector = <u32>(lower >> 16) & 0xffff;
  const code = descriptorOf(selector);
  const attributes = attributesOf(code);
  const before = load<u32>(CPL);
  const level = (attributes >> DPL) & 3;
  if (!isPlainCode(attributes) || level > before || !isCanonical(offset)) return false;
  const top = stackFor(<u32>(lower >> 32) & 7, level) & ~15;
  const bytes: u64 = error < 0 ? 40 : 48;
  const bottom = top - bytes;
  const frame = top ? ownWrite(bottom, bytes) : 0;
  if (!frame) return false;
  // From here on nothing fails.
  const values = frame + <usize>bytes - 40;
  if (error >= 0) store<u64>(frame, error);
  const flags = load<u32>(RFLAGS);
  store<u64>(values, load<u64>(STATE + S_RIP));
  store<u64>(values, load<u16>(CS, SEG_SELECTOR), 8);
  store<u64>(values, resumes ? flags | RF : flags, 16);
  store<u64>(values, load<u64>(RSP), 24);
  store<u64>(values, load<u16>(SS, SEG_SELECTOR), 32);
  store<u64>(RSP, bottom);
  store<u64>(STATE + S_RIP, offset);
  if (level != before) writeNullStack(level, level);
  writeSegment(CS, (selector & ~3) | level, code);
  store<u64>(RFLAGS, flags & ~(TF | NT | RF | VM | (gateAttributes & 1 ? 0 : IF)));
  store<u32>(CPL, level);
  store<u32>(STATE + S_REPEATING, 0);
  if (!rekey()) dealKeys();
  return true;
}

/** Delivers the fault of the access that `translate` has refused. */
export function deliverFault(): bool {
  const vector = load<u32>(FAULT_VECTOR);
  if (vector == NO_FAULT) return false;
  store<u32>(FAULT_VECTOR, NO_FAULT);
  if (!deliver(vector, load<i32>(FAULT_ERROR), true)) return false;
  store<u32>(EVENTS, load<u32>(EVENTS) + 1);
  return true;
}

/** Whether a segment register may stay as it is when the CPL becomes `level`. */
function mayStay(at: usize, level: u32): bool {
  const attributes = <u32>load<u16>(at, SEG_ATTRIBUTES);
  if (attributes & UNUSABLE) return true;
  const conforming = SEGMENT | CODE | CONFORMING;
  return (attributes & conforming) == conforming || ((attributes >> DPL) & 3) >= level;
}

/** SS of the outer or the same level: writable data, or a null one for the kernel's. */
function isPlainStack(selector: u32, descriptor: u64, level: u32): bool {
  if (!(selector & 0xfffc)) return level != 3;
  const attributes = attributesOf(descriptor);
  const needed = SEGMENT | WRITABLE | ACCESSED | PRESENT;
  return (attributes & (needed | CODE)) == needed && ((attributes >> DPL) & 3) == level && (selector & 3) == level;
}

/** IRETQ from 64-bit code to 64-bit code. The new RIP is left in the slot `target`. */
export function interruptReturn(target: usize): bool {
  if (!load<u32>(FAST_EVENTS) || load<u32>(STATE + S_COLD_COUNT)) return false;
  const now = load<u32>(RFLAGS);
  if (now & NT || !(load<u16>(CS, SEG_ATTRIBUTES) & LONG)) return false;
  const rsp = load<u64>(RSP);
  const frame = readable<u64>(rsp);
  // The same page, and a read at its end goes by the same tag.
  if (!frame || (rsp & 7) || !readable<u64>(rsp + 32)) return false;
  const rip = load<u64>(frame);
  const selector = load<u64>(frame, 8) & 0xffff;
  const popped = load<u32>(frame, 16);
  const stackSelector = <u32>load<u64>(frame, 32) & 0xffff;
  const before = load<u32>(CPL);
  const level = <u32>selector & 3;
  const code = descriptorOf(<u32>selector);
  const attributes = attributesOf(code);
  if (level < before || !isPlainCode(attributes) || ((attributes >> DPL) & 3) != level || !isCanonical(rip)) return false;
  const isNull = !(stackSelector & 0xfffc);
  const stack = isNull ? 0 : descriptorOf(stackSelector);
  if (!isPlainStack(stackSelector, stack, level)) return false;
  if (level != before && !(mayStay(ES, level) && mayStay(DS, level) && mayStay(FS, level) && mayStay(GS, level))) return false;
  // From here on nothing fails.
  const nmi = load<u32>(STATE + S_NMI) & ~NMI_BLOCKED;
  store<u32>(STATE + S_NMI, nmi);
  const mask = RETURNED | (before ? 0 : IOPL | VIF_VIP) | (before <= ((now & IOPL) >> 12) ? IF : 0);
  const flags = (now & ~mask) | (popped & mask);
  store<u64>(RFLAGS, flags);
  store<u64>(RSP, load<u64>(frame, 24));
  if (isNull) writeNullStack(stackSelector, level);
  else writeSegment(SS, stackSelector, stack);
  writeSegment(CS, <u32>selector, code);
  store<u32>(CPL, level);
  if (!rekey()) dealKeys();
  store<u64>(target, rip);
  const waiting =
    flags & TF ||
    nmi == NMI_PENDING ||
    (load<u32>(STATE + S_INTERRUPT) != 0 && flags & IF) ||
    load<u32>(STATE + S_PENDING_DEBUG) != 0 ||
    load<u32>(STATE + S_SHADOW) != 0 ||
    load<u32>(STATE + S_MACHINE_CHECK) != 0;
  store<u32>(ATTENTION, load<u32>(ATTENTION) | (waiting ? ATTEND_FETCH | ATTEND_EVENT : ATTEND_FETCH | ATTEND_RESUME));
  return true;
}

/** The instruction that RF lets by is about to run, and no breakpoint could stop it. */
export function resume(): void {
  store<u64>(RFLAGS, load<u32>(RFLAGS) & ~RF);
}
