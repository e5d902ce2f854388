/**
 * The loop: records in, state out. One instruction is one or more records, the last of which has R_END = 1; only
 * there are the budget, the cost and ATTENTION looked at, so every mode of running is this loop with another budget.
 *
 * `pc` is the next record; 0 means that only `rip` is known and the fetch has to be translated. Records of a code
 * page reach each other through R_NEXT, which stays valid because everything that could change the translation of
 * the running page (CR3, CR4, EFER, CPL, INVLPG, a write to the code) sets ATTENTION, and the loop then drops `pc`.
 */

import * as L from "../layout";
import {
  OP_ADC, OP_ADC_LOAD, OP_ADC_RMW, OP_ADD, OP_ADD_LOAD, OP_ADD_RMW, OP_AND, OP_AND_LOAD, OP_AND_RMW, OP_BEXTR,
  OP_BRANCH_NONZERO, OP_BRANCH_ZERO, OP_BSF, OP_BSR, OP_BSWAP, OP_BT, OP_BTC, OP_BTR, OP_BTS, OP_CANONICAL, OP_CMP_MEM, OP_CODE_LIMIT, OP_LOGICAL, OP_CPL0, OP_CRC32, OP_DEC,
  OP_DIVS, OP_DIVU, OP_EXIT_ZERO, OP_GETFLAGS, OP_IMUL, OP_INC, OP_JCC, OP_JUMP, OP_JUMP_TO, OP_LEA, OP_LEA32, OP_LINEAR, OP_LINK,
  OP_LOAD, OP_LOAD_HANDLE, OP_LZCNT, OP_MERGE_FLAGS, OP_MINUS, OP_MOV, OP_MULS, OP_MULU, OP_NEG, OP_NOP, OP_NOT, OP_OR,
  OP_OR_LOAD, OP_OR_RMW, OP_PDEP, OP_PEXT, OP_PLUS, OP_POP, OP_POPCNT, OP_PROBE, OP_PUSH, OP_RCL, OP_RCR, OP_ROL, OP_ROR, OP_SAR,
  OP_SAVE_FLAGS, OP_SBB, OP_SBB_LOAD, OP_SBB_RMW, OP_SELECT, OP_SETCC, OP_SETFLAGS, OP_SEXT, OP_SHL, OP_SHLD, OP_SHR,
  OP_SHRD, OP_STEP, OP_STOP, OP_STORE, OP_STORE_HANDLE, OP_SUB, OP_SUB_LOAD, OP_SUB_RMW, OP_SYSTEM, OP_SYSTEM_AT, OP_TEST_MEM,
  OP_TZCNT, OP_XOR, OP_XOR_LOAD, OP_XOR_RMW,
  STATUS_ATTEND, STATUS_BUDGET, STATUS_CANONICAL, STATUS_CODE_LIMIT, STATUS_CPL0, STATUS_DIVIDE, STATUS_FAULT, STATUS_HALT, STATUS_OK,
  STATUS_STOP, STATUS_UNMODELLED,
} from "../layout";
import * as alu from "./alu";
import { deliverFault, interruptReturn, resume } from "./events";
import * as flags from "./flags";
import { fetch, system } from "./imports";
import {
  handleAt,
  linear,
  loadHandle,
  loadOwn,
  offset,
  probe,
  probeOwn,
  readable,
  readSlow,
  storeHandle,
  storeOwn,
  takeBeginAgain,
  writable,
} from "./memory";

/** Budget put aside while the loop is made to stop at the next boundary. */
let reserve: u32 = 0;
/** What `fetchOperand` found. */
let operand: u64 = 0;

const RSP: usize = L.STATE + L.S_RSP;

@inline
function a<T>(record: usize): T {
  return load<T>(load<u32>(record, L.R_A));
}

@inline
function b<T>(record: usize): T {
  return load<T>(load<u32>(record, L.R_B));
}

/** Wide results fill their slot; narrow ones are merged into a register, or extended into a temporary. */
@inline
function put<T>(record: usize, value: T): void {
  const slot = load<u32>(record, L.R_DST);
  if (sizeof<T>() >= 4 || load<u8>(record, L.R_EXTEND)) store<u64>(slot, <u64>value);
  else store<T>(slot, value);
}

/** The same, by the record's width. */
function putWide(record: usize, value: u64): void {
  const slot = load<u32>(record, L.R_DST);
  const width = load<u8>(record, L.R_WIDTH);
  const truncated = alu.truncate(value, width);
  if (width >= 4 || load<u8>(record, L.R_EXTEND)) store<u64>(slot, truncated);
  else if (width == 2) store<u16>(slot, <u16>truncated);
  else store<u8>(slot, <u8>truncated);
}

/** A source of the record's width. */
function source(record: usize, field: usize): u64 {
  return alu.truncate(load<u64>(load<u32>(record + field)), load<u8>(record, L.R_WIDTH));
}

@inline
function read<T>(record: usize): i32 {
  const address = linear(record);
  let host = readable<T>(address);
  if (!host) {
    host = readSlow(record, address, sizeof<T>());
    if (!host) return STATUS_FAULT;
  }
  put<T>(record, load<T>(host));
  return STATUS_OK;
}

@inline
function fetchOperand<T>(record: usize): i32 {
  const address = linear(record);
  let host = readable<T>(address);
  if (!host) {
    host = readSlow(record, address, sizeof<T>());
    if (!host) return STATUS_FAULT;
  }
  operand = <u64>load<T>(host);
  return STATUS_OK;
}

@inline
function write<T>(record: usize): i32 {
  const address = linear(record);
  const host = writable<T>(address);
  if (host) store<T>(host, a<T>(record));
  else {
    if (!probeOwn(record, address, sizeof<T>())) return STATUS_FAULT;
    return storeOwn(<u64>a<T>(record), sizeof<T>());
  }
  return STATUS_OK;
}

@inline
function compute<T>(kind: i32, x: T, y: T): T {
  if (kind == OP_ADD) return alu.add<T>(x, y);
  if (kind == OP_SUB) return alu.sub<T>(x, y);
  if (kind == OP_ADC) return alu.adc<T>(x, y);
  if (kind == OP_SBB) return alu.sbb<T>(x, y);
  if (kind == OP_AND) return alu.and<T>(x, y);
  if (kind == OP_OR) return alu.or<T>(x, y);
  return alu.xor<T>(x, y);
}

/** [memory] = [memory] op b. The write is checked before anything is read, so there is one fault at most. */
@inline
function modify<T>(record: usize, kind: i32): i32 {
  const address = linear(record);
  const host = writable<T>(address);
  if (host) store<T>(host, compute<T>(kind, load<T>(host), b<T>(record)));
  else {
    if (!probeOwn(record, address, sizeof<T>())) return STATUS_FAULT;
    return storeOwn(<u64>compute<T>(kind, <T>loadOwn(sizeof<T>()), b<T>(record)), sizeof<T>());
  }
  return STATUS_OK;
}

@inline
function push(record: usize): i32 {
  const address = load<u64>(RSP) - 8;
  const value = a<u64>(record);
  const host = writable<u64>(address);
  if (host) {
    store<u64>(host, value);
    store<u64>(RSP, address);
    return STATUS_OK;
  }
  if (!probeOwn(record, address, 8)) return STATUS_FAULT;
  store<u64>(RSP, address);
  return storeOwn(value, 8);
}

/** RSP is incremented before the destination is written, so that POP RSP keeps what it loaded. */
@inline
function pop(record: usize): i32 {
  const address = load<u64>(RSP);
  let host = readable<u64>(address);
  if (!host) {
    host = readSlow(record, address, 8);
    if (!host) return STATUS_FAULT;
  }
  const value = load<u64>(host);
  store<u64>(RSP, address + 8);
  store<u64>(load<u32>(record, L.R_DST), value);
  return STATUS_OK;
}

/** BT, BTS, BTR, BTC: the bit into CF; returns its mask. */
@inline
function testBit(record: usize): u64 {
  const bit = load<u64>(load<u32>(record, L.R_B)) & (<u64>load<u8>(record, L.R_WIDTH) * 8 - 1);
  flags.setCarry(<bool>((load<u64>(load<u32>(record, L.R_A)) >> bit) & 1));
  return <u64>1 << bit;
}

/** S, writable data, expand-up, usable: the attributes (as S_SEGMENTS has them) of a segment that forbids nothing but by its limit. */
const PLAIN_DATA: u32 = 0x12;
const PLAIN_MASK: u32 = 0x11e;

/** The linear address for R_DST, or false, where TypeScript has to look at the segment; the offset is in LINEAR then. */
function logical(record: usize): bool {
  const aux = load<u32>(record, L.R_AUX);
  const at = offset(record) & (aux & L.LOGICAL_NARROW ? 0xffff : 0xffffffff);
  const segment = <usize>(L.STATE + L.S_SEGMENTS) + load<u32>(record, L.R_SEGMENT) * L.SEGMENT_BYTES;
  // What would wrap around 4 GiB is beyond every limit.
  if (at + ((aux >> L.LOGICAL_WIDTH) & 0xff) > 0x100000000 || load<u32>(segment, L.SEG_LIMIT) != 0xffffffff || (load<u16>(segment, L.SEG_ATTRIBUTES) & PLAIN_MASK) != PLAIN_DATA) {
    store<u64>(L.LINEAR, at);
    return false;
  }
  store<u64>(load<u32>(record, L.R_DST), (load<u64>(segment) + at) & 0xffffffff);
  return true;
}

/** The record to go on with at `rip`: cached and already translated, or by way of TypeScript. 0: fault. */
function resolve(rip: u64): usize {
  const entry = <usize>L.FETCH_TLB + ((<usize>(rip >> 12) & (L.FETCH_ENTRIES - 1)) << 4);
  if (load<u64>(entry) == ((rip & ~0xfff) | load<u64>(L.KEY))) {
    const cached: usize = load<u32>(<usize>load<u32>(entry, 8) + ((<usize>rip & 0xfff) << 2));
    if (cached) return cached;
  }
  return fetch();
}

/** Where a jump goes, or 0 when its record is not known (yet): then it waits for `fetch`, if it may remember. */
@inline
function follow(record: usize): usize {
  const next = load<u32>(record, L.R_NEXT);
  if (!next && load<u8>(record, L.R_CHAIN)) store<u32>(L.PENDING, <u32>record);
  return next;
}

function multiply(record: usize, isSigned: bool): void {
  const width = load<u8>(record, L.R_WIDTH);
  const x = source(record, L.R_A);
  const y = source(record, L.R_B);
  let low: u64;
  let high: u64;
  let significant: bool;
  if (width == 8) {
    low = x * y;
    high = isSigned ? alu.highProductSigned(x, y) : alu.highProduct(x, y);
    significant = isSigned ? high != <u64>(<i64>low >> 63) : high != 0;
  } else {
    const product = isSigned ? <u64>(alu.signExtend(x, width) * alu.signExtend(y, width)) : x * y;
    low = alu.truncate(product, width);
    high = alu.truncate(product >> (8 * width), width);
    significant = isSigned ? <i64>product != alu.signExtend(low, width) : high != 0;
  }
  flags.setProduct(alu.signExtend(low, width), significant, load<u32>(record, L.R_AUX));
  putPair(record, low, high);
}

function divide(record: usize, isSigned: bool): bool {
  const width = load<u8>(record, L.R_WIDTH);
  const high = source(record, L.R_A);
  const low = source(record, L.R_B);
  const divisor = source(record, L.R_SEGMENT);
  if (!(isSigned ? alu.divideSigned(high, low, divisor, width) : alu.divide(high, low, divisor, width))) return false;
  putPair(record, alu.quotient, alu.remainder);
  return true;
}

/** Two results: the first into R_DST, the second into R_BASE; R_EXTEND and R_SCALE tell how narrow ones are put. */
function putPair(record: usize, first: u64, second: u64): void {
  putWide(record, first);
  const slot = load<u32>(record, L.R_BASE);
  const width = load<u8>(record, L.R_WIDTH);
  if (width >= 4 || load<u8>(record, L.R_SCALE)) store<u64>(slot, second);
  else if (width == 2) store<u16>(slot, <u16>second);
  else store<u8>(slot, <u8>second);
}

function negate(record: usize): void {
  switch (load<u8>(record, L.R_WIDTH)) {
    case 1: put<u8>(record, alu.sub<u8>(0, a<u8>(record))); break;
    case 2: put<u16>(record, alu.sub<u16>(0, a<u16>(record))); break;
    case 4: put<u32>(record, alu.sub<u32>(0, a<u32>(record))); break;
    default: put<u64>(record, alu.sub<u64>(0, a<u64>(record))); break;
  }
}

/** BSF, BSR: a source of zero leaves the destination alone. */
function scan(record: usize, reverse: bool): void {
  const value = source(record, L.R_A);
  const found = !value ? 0 : reverse ? 63 - clz<u64>(value) : ctz<u64>(value);
  flags.setScanned(found, !value, load<u32>(record, L.R_AUX));
  if (value) putWide(record, found);
}

function count(record: usize, kind: u32): void {
  const value = source(record, L.R_A);
  const bits = <u64>load<u8>(record, L.R_WIDTH) * 8;
  let result: u64;
  if (kind == OP_POPCNT) {
    result = popcnt<u64>(value);
    flags.write(value ? 0 : flags.ZF);
  } else {
    result = !value ? bits : kind == OP_TZCNT ? ctz<u64>(value) : clz<u64>(value) - (64 - bits);
    flags.setCounted(result, !value, load<u32>(record, L.R_AUX));
  }
  putWide(record, result);
}

const DF: u64 = 1 << 10;
const CR4_LA57: u64 = 1 << 12;

function setFlags(value: u64, mask: u64): void {
  const flagsNow = (flags.read() & ~mask) | (value & mask);
  store<u64>(L.STATE + L.S_RFLAGS, flagsNow);
  flags.write(flagsNow);
}

/** IRET, SYSCALL …; an IRETQ without surprises stays here. */
function switchLevel(record: usize): i32 {
  const isReturn = !load<u32>(record, L.R_DISP) && load<u8>(record, L.R_WIDTH) == 8;
  return isReturn && interruptReturn(load<u32>(record, L.R_DST)) ? STATUS_OK : system(record);
}

/** Leaves before the instruction of `record`, where RIP is. */
function leave(record: usize, why: i32, cycles: u64, left: u32): i32 {
  store<u32>(L.CULPRIT, <u32>record);
  return settle(why, cycles, left);
}

function settle(why: i32, cycles: u64, left: u32): i32 {
  flags.spill();
  charge(cycles);
  store<u32>(L.UNUSED, left + reserve);
  return why;
}

function charge(cycles: u64): void {
  store<u64>(L.STATE + L.S_CYCLES, load<u64>(L.STATE + L.S_CYCLES) + cycles);
}

/** Runs at most `budget` instructions from RIP; STATUS_*. */
export function run(budget: u32): i32 {
  flags.reload();
  reserve = 0;
  let left = budget;
  let cycles: u64 = 0;
  let rip = load<u64>(L.STATE + L.S_RIP);
  let record: usize = 0;
  store<u32>(L.ATTENTION, 0);
  store<u32>(L.PENDING, 0);
  store<u32>(L.EVENTS, 0);
  store<u32>(L.FAULT_VECTOR, L.NO_FAULT);
  while (true) {
    // A boundary where only RIP is known.
    store<u64>(L.STATE + L.S_RIP, rip);
    store<u32>(L.LAST, <u32>record);
    const attention = load<u32>(L.ATTENTION);
    if (attention) {
      left += reserve;
      reserve = 0;
      store<u32>(L.PENDING, 0);
      store<u32>(L.ATTENTION, 0);
      if (attention & L.ATTEND_HALT) return settle(STATUS_HALT, cycles, left);
      if (attention & L.ATTEND_EVENT) return settle(L.STATUS_EVENT, cycles, left);
      if (attention & L.ATTEND_RESUME && left) resume();
    }
    if (!left) return settle(STATUS_BUDGET, cycles, left);
    let pc = resolve(rip);
    if (!pc) {
      store<u32>(L.CULPRIT, 0);
      return settle(STATUS_FAULT, cycles, left);
    }
    const pending: usize = load<u32>(L.PENDING);
    if (pending) {
      store<u32>(pending, <u32>pc, L.R_NEXT);
      store<u32>(L.PENDING, 0);
    }
    do {
      record = pc;
      pc = record + L.RECORD_BYTES;
      let status = STATUS_OK;
      switch (<i32>load<u16>(record)) {
        case OP_MOV: put<u8>(record, a<u8>(record)); break;
        case OP_MOV + 1: put<u16>(record, a<u16>(record)); break;
        case OP_MOV + 2: put<u32>(record, a<u32>(record)); break;
        case OP_MOV + 3: put<u64>(record, a<u64>(record)); break;
        case OP_LOAD: status = read<u8>(record); break;
        case OP_LOAD + 1: status = read<u16>(record); break;
        case OP_LOAD + 2: status = read<u32>(record); break;
        case OP_LOAD + 3: status = read<u64>(record); break;
        case OP_STORE: status = write<u8>(record); break;
        case OP_STORE + 1: status = write<u16>(record); break;
        case OP_STORE + 2: status = write<u32>(record); break;
        case OP_STORE + 3: status = write<u64>(record); break;
        case OP_ADD: put<u8>(record, alu.add<u8>(a<u8>(record), b<u8>(record))); break;
        case OP_ADD + 1: put<u16>(record, alu.add<u16>(a<u16>(record), b<u16>(record))); break;
        case OP_ADD + 2: put<u32>(record, alu.add<u32>(a<u32>(record), b<u32>(record))); break;
        case OP_ADD + 3: put<u64>(record, alu.add<u64>(a<u64>(record), b<u64>(record))); break;
        case OP_SUB: put<u8>(record, alu.sub<u8>(a<u8>(record), b<u8>(record))); break;
        case OP_SUB + 1: put<u16>(record, alu.sub<u16>(a<u16>(record), b<u16>(record))); break;
        case OP_SUB + 2: put<u32>(record, alu.sub<u32>(a<u32>(record), b<u32>(record))); break;
        case OP_SUB + 3: put<u64>(record, alu.sub<u64>(a<u64>(record), b<u64>(record))); break;
        case OP_ADC: put<u8>(record, alu.adc<u8>(a<u8>(record), b<u8>(record))); break;
        case OP_ADC + 1: put<u16>(record, alu.adc<u16>(a<u16>(record), b<u16>(record))); break;
        case OP_ADC + 2: put<u32>(record, alu.adc<u32>(a<u32>(record), b<u32>(record))); break;
        case OP_ADC + 3: put<u64>(record, alu.adc<u64>(a<u64>(record), b<u64>(record))); break;
        case OP_SBB: put<u8>(record, alu.sbb<u8>(a<u8>(record), b<u8>(record))); break;
        case OP_SBB + 1: put<u16>(record, alu.sbb<u16>(a<u16>(record), b<u16>(record))); break;
        case OP_SBB + 2: put<u32>(record, alu.sbb<u32>(a<u32>(record), b<u32>(record))); break;
        case OP_SBB + 3: put<u64>(record, alu.sbb<u64>(a<u64>(record), b<u64>(record))); break;
        case OP_AND: put<u8>(record, alu.and<u8>(a<u8>(record), b<u8>(record))); break;
        case OP_AND + 1: put<u16>(record, alu.and<u16>(a<u16>(record), b<u16>(record))); break;
        case OP_AND + 2: put<u32>(record, alu.and<u32>(a<u32>(record), b<u32>(record))); break;
        case OP_AND + 3: put<u64>(record, alu.and<u64>(a<u64>(record), b<u64>(record))); break;
        case OP_OR: put<u8>(record, alu.or<u8>(a<u8>(record), b<u8>(record))); break;
        case OP_OR + 1: put<u16>(record, alu.or<u16>(a<u16>(record), b<u16>(record))); break;
        case OP_OR + 2: put<u32>(record, alu.or<u32>(a<u32>(record), b<u32>(record))); break;
        case OP_OR + 3: put<u64>(record, alu.or<u64>(a<u64>(record), b<u64>(record))); break;
        case OP_XOR: put<u8>(record, alu.xor<u8>(a<u8>(record), b<u8>(record))); break;
        case OP_XOR + 1: put<u16>(record, alu.xor<u16>(a<u16>(record), b<u16>(record))); break;
        case OP_XOR + 2: put<u32>(record, alu.xor<u32>(a<u32>(record), b<u32>(record))); break;
        case OP_XOR + 3: put<u64>(record, alu.xor<u64>(a<u64>(record), b<u64>(record))); break;
        case OP_ADD_LOAD: status = fetchOperand<u8>(record); if (!status) put<u8>(record, alu.add<u8>(a<u8>(record), <u8>operand)); break;
        case OP_ADD_LOAD + 1: status = fetchOperand<u16>(record); if (!status) put<u16>(record, alu.add<u16>(a<u16>(record), <u16>operand)); break;
        case OP_ADD_LOAD + 2: status = fetchOperand<u32>(record); if (!status) put<u32>(record, alu.add<u32>(a<u32>(record), <u32>operand)); break;
        case OP_ADD_LOAD + 3: status = fetchOperand<u64>(record); if (!status) put<u64>(record, alu.add<u64>(a<u64>(record), <u64>operand)); break;
        case OP_SUB_LOAD: status = fetchOperand<u8>(record); if (!status) put<u8>(record, alu.sub<u8>(a<u8>(record), <u8>operand)); break;
        case OP_SUB_LOAD + 1: status = fetchOperand<u16>(record); if (!status) put<u16>(record, alu.sub<u16>(a<u16>(record), <u16>operand)); break;
        case OP_SUB_LOAD + 2: status = fetchOperand<u32>(record); if (!status) put<u32>(record, alu.sub<u32>(a<u32>(record), <u32>operand)); break;
        case OP_SUB_LOAD + 3: status = fetchOperand<u64>(record); if (!status) put<u64>(record, alu.sub<u64>(a<u64>(record), <u64>operand)); break;
        case OP_ADC_LOAD: status = fetchOperand<u8>(record); if (!status) put<u8>(record, alu.adc<u8>(a<u8>(record), <u8>operand)); break;
        case OP_ADC_LOAD + 1: status = fetchOperand<u16>(record); if (!status) put<u16>(record, alu.adc<u16>(a<u16>(record), <u16>operand)); break;
        case OP_ADC_LOAD + 2: status = fetchOperand<u32>(record); if (!status) put<u32>(record, alu.adc<u32>(a<u32>(record), <u32>operand)); break;
        case OP_ADC_LOAD + 3: status = fetchOperand<u64>(record); if (!status) put<u64>(record, alu.adc<u64>(a<u64>(record), <u64>operand)); break;
        case OP_SBB_LOAD: status = fetchOperand<u8>(record); if (!status) put<u8>(record, alu.sbb<u8>(a<u8>(record), <u8>operand)); break;
        case OP_SBB_LOAD + 1: status = fetchOperand<u16>(record); if (!status) put<u16>(record, alu.sbb<u16>(a<u16>(record), <u16>operand)); break;
        case OP_SBB_LOAD + 2: status = fetchOperand<u32>(record); if (!status) put<u32>(record, alu.sbb<u32>(a<u32>(record), <u32>operand)); break;
        case OP_SBB_LOAD + 3: status = fetchOperand<u64>(record); if (!status) put<u64>(record, alu.sbb<u64>(a<u64>(record), <u64>operand)); break;
        case OP_AND_LOAD: status = fetchOperand<u8>(record); if (!status) put<u8>(record, alu.and<u8>(a<u8>(record), <u8>operand)); break;
        case OP_AND_LOAD + 1: status = fetchOperand<u16>(record); if (!status) put<u16>(record, alu.and<u16>(a<u16>(record), <u16>operand)); break;
        case OP_AND_LOAD + 2: status = fetchOperand<u32>(record); if (!status) put<u32>(record, alu.and<u32>(a<u32>(record), <u32>operand)); break;
        case OP_AND_LOAD + 3: status = fetchOperand<u64>(record); if (!status) put<u64>(record, alu.and<u64>(a<u64>(record), <u64>operand)); break;
        case OP_OR_LOAD: status = fetchOperand<u8>(record); if (!status) put<u8>(record, alu.or<u8>(a<u8>(record), <u8>operand)); break;
        case OP_OR_LOAD + 1: status = fetchOperand<u16>(record); if (!status) put<u16>(record, alu.or<u16>(a<u16>(record), <u16>operand)); break;
        case OP_OR_LOAD + 2: status = fetchOperand<u32>(record); if (!status) put<u32>(record, alu.or<u32>(a<u32>(record), <u32>operand)); break;
        case OP_OR_LOAD + 3: status = fetchOperand<u64>(record); if (!status) put<u64>(record, alu.or<u64>(a<u64>(record), <u64>operand)); break;
        case OP_XOR_LOAD: status = fetchOperand<u8>(record); if (!status) put<u8>(record, alu.xor<u8>(a<u8>(record), <u8>operand)); break;
        case OP_XOR_LOAD + 1: status = fetchOperand<u16>(record); if (!status) put<u16>(record, alu.xor<u16>(a<u16>(record), <u16>operand)); break;
        case OP_XOR_LOAD + 2: status = fetchOperand<u32>(record); if (!status) put<u32>(record, alu.xor<u32>(a<u32>(record), <u32>operand)); break;
        case OP_XOR_LOAD + 3: status = fetchOperand<u64>(record); if (!status) put<u64>(record, alu.xor<u64>(a<u64>(record), <u64>operand)); break;
        case OP_CMP_MEM: status = fetchOperand<u8>(record); if (!status) alu.sub<u8>(<u8>operand, b<u8>(record)); break;
        case OP_CMP_MEM + 1: status = fetchOperand<u16>(record); if (!status) alu.sub<u16>(<u16>operand, b<u16>(record)); break;
        case OP_CMP_MEM + 2: status = fetchOperand<u32>(record); if (!status) alu.sub<u32>(<u32>operand, b<u32>(record)); break;
        case OP_CMP_MEM + 3: status = fetchOperand<u64>(record); if (!status) alu.sub<u64>(<u64>operand, b<u64>(record)); break;
        case OP_TEST_MEM: status = fetchOperand<u8>(record); if (!status) alu.and<u8>(<u8>operand, b<u8>(record)); break;
        case OP_TEST_MEM + 1: status = fetchOperand<u16>(record); if (!status) alu.and<u16>(<u16>operand, b<u16>(record)); break;
        case OP_TEST_MEM + 2: status = fetchOperand<u32>(record); if (!status) alu.and<u32>(<u32>operand, b<u32>(record)); break;
        case OP_TEST_MEM + 3: status = fetchOperand<u64>(record); if (!status) alu.and<u64>(<u64>operand, b<u64>(record)); break;
        case OP_ADD_RMW: status = modify<u8>(record, OP_ADD); break;
        case OP_ADD_RMW + 1: status = modify<u16>(record, OP_ADD); break;
        case OP_ADD_RMW + 2: status = modify<u32>(record, OP_ADD); break;
        case OP_ADD_RMW + 3: status = modify<u64>(record, OP_ADD); break;
        case OP_SUB_RMW: status = modify<u8>(record, OP_SUB); break;
        case OP_SUB_RMW + 1: status = modify<u16>(record, OP_SUB); break;
        case OP_SUB_RMW + 2: status = modify<u32>(record, OP_SUB); break;
        case OP_SUB_RMW + 3: status = modify<u64>(record, OP_SUB); break;
        case OP_ADC_RMW: status = modify<u8>(record, OP_ADC); break;
        case OP_ADC_RMW + 1: status = modify<u16>(record, OP_ADC); break;
        case OP_ADC_RMW + 2: status = modify<u32>(record, OP_ADC); break;
        case OP_ADC_RMW + 3: status = modify<u64>(record, OP_ADC); break;
        case OP_SBB_RMW: status = modify<u8>(record, OP_SBB); break;
        case OP_SBB_RMW + 1: status = modify<u16>(record, OP_SBB); break;
        case OP_SBB_RMW + 2: status = modify<u32>(record, OP_SBB); break;
        case OP_SBB_RMW + 3: status = modify<u64>(record, OP_SBB); break;
        case OP_AND_RMW: status = modify<u8>(record, OP_AND); break;
        case OP_AND_RMW + 1: status = modify<u16>(record, OP_AND); break;
        case OP_AND_RMW + 2: status = modify<u32>(record, OP_AND); break;
        case OP_AND_RMW + 3: status = modify<u64>(record, OP_AND); break;
        case OP_OR_RMW: status = modify<u8>(record, OP_OR); break;
        case OP_OR_RMW + 1: status = modify<u16>(record, OP_OR); break;
        case OP_OR_RMW + 2: status = modify<u32>(record, OP_OR); break;
        case OP_OR_RMW + 3: status = modify<u64>(record, OP_OR); break;
        case OP_XOR_RMW: status = modify<u8>(record, OP_XOR); break;
        case OP_XOR_RMW + 1: status = modify<u16>(record, OP_XOR); break;
        case OP_XOR_RMW + 2: status = modify<u32>(record, OP_XOR); break;
        case OP_XOR_RMW + 3: status = modify<u64>(record, OP_XOR); break;
        case OP_INC: put<u8>(record, alu.inc<u8>(a<u8>(record))); break;
        case OP_INC + 1: put<u16>(record, alu.inc<u16>(a<u16>(record))); break;
        case OP_INC + 2: put<u32>(record, alu.inc<u32>(a<u32>(record))); break;
        case OP_INC + 3: put<u64>(record, alu.inc<u64>(a<u64>(record))); break;
        case OP_DEC: put<u8>(record, alu.dec<u8>(a<u8>(record))); break;
        case OP_DEC + 1: put<u16>(record, alu.dec<u16>(a<u16>(record))); break;
        case OP_DEC + 2: put<u32>(record, alu.dec<u32>(a<u32>(record))); break;
        case OP_DEC + 3: put<u64>(record, alu.dec<u64>(a<u64>(record))); break;
        case OP_SEXT: putWide(record, <u64>flags.widen<u8>(a<u8>(record))); break;
        case OP_SEXT + 1: putWide(record, <u64>flags.widen<u16>(a<u16>(record))); break;
        case OP_SEXT + 2: putWide(record, <u64>flags.widen<u32>(a<u32>(record))); break;
        case OP_SEXT + 3: putWide(record, <u64>flags.widen<u64>(a<u64>(record))); break;
        case OP_PLUS: put<u8>(record, <u8>(a<u8>(record) + b<u8>(record))); break;
        case OP_PLUS + 1: put<u16>(record, <u16>(a<u16>(record) + b<u16>(record))); break;
        case OP_PLUS + 2: put<u32>(record, <u32>(a<u32>(record) + b<u32>(record))); break;
        case OP_PLUS + 3: put<u64>(record, <u64>(a<u64>(record) + b<u64>(record))); break;
        case OP_MINUS: put<u8>(record, <u8>(a<u8>(record) - b<u8>(record))); break;
        case OP_MINUS + 1: put<u16>(record, <u16>(a<u16>(record) - b<u16>(record))); break;
        case OP_MINUS + 2: put<u32>(record, <u32>(a<u32>(record) - b<u32>(record))); break;
        case OP_MINUS + 3: put<u64>(record, <u64>(a<u64>(record) - b<u64>(record))); break;
        case OP_JCC: if (flags.overflow()) { pc = follow(record); if (!pc) rip = load<u64>(record, L.R_IMM); } break;
        case OP_JCC + 1: if (!(flags.overflow())) { pc = follow(record); if (!pc) rip = load<u64>(record, L.R_IMM); } break;
        case OP_JCC + 2: if (flags.carry()) { pc = follow(record); if (!pc) rip = load<u64>(record, L.R_IMM); } break;
        case OP_JCC + 3: if (!(flags.carry())) { pc = follow(record); if (!pc) rip = load<u64>(record, L.R_IMM); } break;
        case OP_JCC + 4: if (flags.zero == 0) { pc = follow(record); if (!pc) rip = load<u64>(record, L.R_IMM); } break;
        case OP_JCC + 5: if (!(flags.zero == 0)) { pc = follow(record); if (!pc) rip = load<u64>(record, L.R_IMM); } break;
        case OP_JCC + 6: if (flags.carry() || flags.zero == 0) { pc = follow(record); if (!pc) rip = load<u64>(record, L.R_IMM); } break;
        case OP_JCC + 7: if (!(flags.carry() || flags.zero == 0)) { pc = follow(record); if (!pc) rip = load<u64>(record, L.R_IMM); } break;
        case OP_JCC + 8: if (flags.sign < 0) { pc = follow(record); if (!pc) rip = load<u64>(record, L.R_IMM); } break;
        case OP_JCC + 9: if (!(flags.sign < 0)) { pc = follow(record); if (!pc) rip = load<u64>(record, L.R_IMM); } break;
        case OP_JCC + 10: if (flags.parity()) { pc = follow(record); if (!pc) rip = load<u64>(record, L.R_IMM); } break;
        case OP_JCC + 11: if (!(flags.parity())) { pc = follow(record); if (!pc) rip = load<u64>(record, L.R_IMM); } break;
        case OP_JCC + 12: if ((flags.sign < 0) != flags.overflow()) { pc = follow(record); if (!pc) rip = load<u64>(record, L.R_IMM); } break;
        case OP_JCC + 13: if (!((flags.sign < 0) != flags.overflow())) { pc = follow(record); if (!pc) rip = load<u64>(record, L.R_IMM); } break;
        case OP_JCC + 14: if (flags.zero == 0 || (flags.sign < 0) != flags.overflow()) { pc = follow(record); if (!pc) rip = load<u64>(record, L.R_IMM); } break;
        case OP_JCC + 15: if (!(flags.zero == 0 || (flags.sign < 0) != flags.overflow())) { pc = follow(record); if (!pc) rip = load<u64>(record, L.R_IMM); } break;
        case OP_NOP:  break;
        case OP_PUSH: status = push(record); break;
        case OP_POP: status = pop(record); break;
        case OP_JUMP: pc = follow(record); if (!pc) rip = load<u64>(record, L.R_IMM); break;
        case OP_JUMP_TO: pc = 0; rip = a<u64>(record); break;
        case OP_LINK: pc = follow(record); if (!pc) rip = load<u64>(record, L.R_IP); break;
        case OP_BRANCH_ZERO: if (!source(record, L.R_A)) { pc = follow(record); if (!pc) rip = load<u64>(record, L.R_IMM); } break;
        case OP_BRANCH_NONZERO: if (source(record, L.R_A)) { pc = follow(record); if (!pc) rip = load<u64>(record, L.R_IMM); } break;
        // REP with a count of zero: the instruction ends here. R_AUX records follow, R_B is the cost.
        case OP_EXIT_ZERO: if (!source(record, L.R_A)) { pc += <usize>load<u32>(record, L.R_AUX) * L.RECORD_BYTES; cycles += load<u32>(record, L.R_B); left -= 1; } break;
        case OP_LEA: putWide(record, offset(record)); break;
        case OP_LEA32: putWide(record, offset(record) & 0xffffffff); break;
        case OP_PROBE: if (!probe(record, linear(record), load<u8>(record, L.R_WIDTH), handleAt(load<u32>(record, L.R_AUX)))) status = STATUS_FAULT; break;
        case OP_LOAD_HANDLE: putWide(record, loadHandle(handleAt(load<u32>(record, L.R_AUX)), load<u8>(record, L.R_WIDTH))); break;
        case OP_STORE_HANDLE: status = storeHandle(handleAt(load<u32>(record, L.R_AUX)), a<u64>(record), load<u8>(record, L.R_WIDTH)); break;
        case OP_BT: testBit(record); break;
        case OP_BTS: { const bit = testBit(record); putWide(record, a<u64>(record) | bit); break; }
        case OP_BTR: { const bit = testBit(record); putWide(record, a<u64>(record) & ~bit); break; }
        case OP_BTC: { const bit = testBit(record); putWide(record, a<u64>(record) ^ bit); break; }
        case OP_SHL: putWide(record, alu.shl(source(record, L.R_A), load<u64>(load<u32>(record, L.R_B)), load<u8>(record, L.R_WIDTH), load<u32>(record, L.R_AUX))); break;
        case OP_SHR: putWide(record, alu.shr(source(record, L.R_A), load<u64>(load<u32>(record, L.R_B)), load<u8>(record, L.R_WIDTH), load<u32>(record, L.R_AUX))); break;
        case OP_SAR: putWide(record, alu.sar(source(record, L.R_A), load<u64>(load<u32>(record, L.R_B)), load<u8>(record, L.R_WIDTH), load<u32>(record, L.R_AUX))); break;
        case OP_ROL: putWide(record, alu.rol(source(record, L.R_A), load<u64>(load<u32>(record, L.R_B)), load<u8>(record, L.R_WIDTH), load<u32>(record, L.R_AUX))); break;
        case OP_ROR: putWide(record, alu.ror(source(record, L.R_A), load<u64>(load<u32>(record, L.R_B)), load<u8>(record, L.R_WIDTH), load<u32>(record, L.R_AUX))); break;
        case OP_RCL: putWide(record, alu.rcl(source(record, L.R_A), load<u64>(load<u32>(record, L.R_B)), load<u8>(record, L.R_WIDTH), load<u32>(record, L.R_AUX))); break;
        case OP_RCR: putWide(record, alu.rcr(source(record, L.R_A), load<u64>(load<u32>(record, L.R_B)), load<u8>(record, L.R_WIDTH), load<u32>(record, L.R_AUX))); break;
        case OP_SHLD: putWide(record, alu.shld(source(record, L.R_A), source(record, L.R_B), load<u64>(load<u32>(record, L.R_BASE)), load<u8>(record, L.R_WIDTH), load<u32>(record, L.R_AUX))); break;
        case OP_SHRD: putWide(record, alu.shrd(source(record, L.R_A), source(record, L.R_B), load<u64>(load<u32>(record, L.R_BASE)), load<u8>(record, L.R_WIDTH), load<u32>(record, L.R_AUX))); break;
        case OP_IMUL: putWide(record, alu.imul(source(record, L.R_A), source(record, L.R_B), load<u8>(record, L.R_WIDTH), load<u32>(record, L.R_AUX))); break;
        case OP_MULU: multiply(record, false); break;
        case OP_MULS: multiply(record, true); break;
        case OP_DIVU: if (!divide(record, false)) status = STATUS_DIVIDE; break;
        case OP_DIVS: if (!divide(record, true)) status = STATUS_DIVIDE; break;
        case OP_BSWAP: putWide(record, alu.swapBytes(a<u64>(record), load<u8>(record, L.R_WIDTH))); break;
        case OP_NOT: putWide(record, ~a<u64>(record)); break;
        case OP_NEG: negate(record); break;
        case OP_BSF: scan(record, false); break;
        case OP_BSR: scan(record, true); break;
        case OP_POPCNT: count(record, OP_POPCNT); break;
        case OP_TZCNT: count(record, OP_TZCNT); break;
        case OP_LZCNT: count(record, OP_LZCNT); break;
        case OP_SELECT: putWide(record, flags.condition(load<u32>(record, L.R_AUX)) ? a<u64>(record) : b<u64>(record)); break;
        case OP_SETCC: put<u8>(record, <u8>flags.condition(load<u32>(record, L.R_AUX))); break;
        case OP_GETFLAGS: putWide(record, flags.read()); break;
        case OP_SETFLAGS: setFlags(a<u64>(record), <u64>load<u32>(record, L.R_AUX)); break;
        case OP_STEP: { const width = <u64>load<u8>(record, L.R_WIDTH); store<u64>(load<u32>(record, L.R_DST), load<u64>(L.STATE + L.S_RFLAGS) & DF ? 0 - width : width); break; }
        case OP_SAVE_FLAGS: flags.save(); break;
        case OP_MERGE_FLAGS: flags.merge(load<u32>(record, L.R_AUX)); break;
        case OP_CANONICAL: { const address = a<u64>(record), unused: u64 = load<u64>(L.STATE + L.S_CR + 32) & CR4_LA57 ? 7 : 16; if (<i64>(address << unused) >> unused != <i64>address) status = STATUS_CANONICAL; break; }
        case OP_CPL0: if (load<u32>(L.STATE + L.S_CPL)) status = STATUS_CPL0; break;
        case OP_CODE_LIMIT: if (<u32>a<u64>(record) > load<u32>(L.STATE + L.S_SEGMENTS + L.SEGMENT_BYTES + L.SEG_LIMIT)) status = STATUS_CODE_LIMIT; break;
        case OP_LOGICAL: if (logical(record)) break;
        case OP_SYSTEM_AT:
        case OP_SYSTEM:
          if (load<u16>(record) == OP_SYSTEM_AT) store<u64>(L.LINEAR, linear(record));
          flags.spill();
          charge(cycles);
          store<u32>(L.UNUSED, left + reserve);
          cycles = 0;
          status = (load<u32>(record, L.R_AUX) & 0xff) == L.SYS_SWITCH ? switchLevel(record) : system(record);
          if (status == STATUS_OK && load<u32>(L.ATTENTION)) status = STATUS_ATTEND;
          flags.reload();
          break;
        case OP_BEXTR: putWide(record, alu.bextr(source(record, L.R_A), load<u64>(load<u32>(record, L.R_B)), load<u8>(record, L.R_WIDTH), load<u32>(record, L.R_AUX))); break;
        case OP_PDEP: putWide(record, alu.pdep(source(record, L.R_A), source(record, L.R_B))); break;
        case OP_PEXT: putWide(record, alu.pext(source(record, L.R_A), source(record, L.R_B))); break;
        case OP_CRC32: store<u64>(load<u32>(record, L.R_DST), alu.crc32(<u32>a<u64>(record), b<u64>(record), load<u8>(record, L.R_WIDTH))); break;
        case OP_LINEAR: putWide(record, linear(record)); break;
        case OP_STOP: if (!load<u32>(L.PASSING)) status = STATUS_STOP; break;
        default: status = STATUS_UNMODELLED; break;
      }
      if (status) {
        if (status != STATUS_ATTEND) {
          // Nothing has been committed.
          pc = 0;
          rip = load<u64>(record, L.R_IP);
          if (status == STATUS_FAULT && takeBeginAgain()) break;
          store<u64>(L.STATE + L.S_RIP, rip);
          flags.spill();
          if (status != STATUS_FAULT || !deliverFault()) return leave(record, status, cycles, left);
          rip = load<u64>(L.STATE + L.S_RIP);
          record = 0;
          left -= 1;
          break;
        }
        // Come to the next boundary with an empty budget; what is left of it waits aside.
        reserve += left - 1;
        left = 1;
      }
      cycles += load<u16>(record, L.R_COST);
      left -= load<u8>(record, L.R_END);
    } while (left != 0 && pc != 0);
    if (pc) rip = load<u64>(pc, L.R_IP);
  }
}
