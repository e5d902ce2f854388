/**
 * Guest memory: effective addresses, the fast TLB, and the slow way round it.
 *
 * A fast tag grants what the modelled TLB and the current rights allow (TypeScript fills it in `translate`), so a
 * hit needs no further check. Adding size-1 before masking makes an access that crosses a page miss by itself.
 * The slow way leaves a handle: one or two engine addresses, translated before anything is written.
 */
import {
  ACCESS_READ,
  ACCESS_STACK,
  ACCESS_WRITE,
  ATTENTION,
  AUX_STACK,
  BOUNCE,
  CODE_LINES,
  FAST_ENTRIES,
  HANDLE_BYTES,
  HANDLE_COUNT,
  HANDLE_FIRST,
  HANDLE_LINEAR,
  HANDLE_SECOND,
  HANDLE_SPLIT,
  HANDLES,
  KEY,
  LINEAR,
  LOG_STORES,
  PAGE_CODE,
  PAGE_FLAGS,
  R_AUX,
  R_BASE,
  R_DISP,
  R_INDEX,
  R_SCALE,
  R_SEGMENT,
  RAM,
  READ_TLB,
  STATUS_ATTEND,
  STATUS_OK,
  TAG_CODE,
  VALUE,
  WRITE_KEY,
  WRITE_TLB,
} from "../layout";
import { codeWritten, stored, translate } from "./imports";

/** The handle of accesses that are fused into one record. */
const OWN: usize = HANDLES + HANDLE_COUNT * HANDLE_BYTES;
const PAGE_MASK: u64 = ~0xfff;

/** base + index·scale + disp, without the segment. */
@inline
export function offset(record: usize): u64 {
  return (
    load<u64>(load<u32>(record, R_BASE)) +
    (load<u64>(load<u32>(record, R_INDEX)) << load<u8>(record, R_SCALE)) +
    load<u64>(record, R_DISP)
  );
}

@inline
export function linear(record: usize): u64 {
  return offset(record) + load<u64>(load<u32>(record, R_SEGMENT));
}

@inline
function entry(table: usize, address: u64): usize {
  return table + ((<usize>(address >> 12) & (FAST_ENTRIES - 1)) << 4);
}

/** The engine address for a read, or 0 when the fast TLB doesn't know. */
@inline
export function readable<T>(address: u64): usize {
  const e = entry(READ_TLB, address);
  if (load<u64>(e) == (((address + (sizeof<T>() - 1)) & PAGE_MASK) | load<u64>(KEY))) return <usize>address + load<u32>(e, 8);
  return 0;
}

@inline
export function writable<T>(address: u64): usize {
  const e = entry(WRITE_TLB, address);
  if (load<u64>(e) == (((address + (sizeof<T>() - 1)) & PAGE_MASK) | load<u64>(WRITE_KEY))) return <usize>address + load<u32>(e, 8);
  return 0;
}

/** The last slow read changed cached code by the accessed bits of its walk: its instruction has to begin again. */
let beginAgain: bool = false;

/** Whether the instruction that could not go on begins again; asked once for each time. */
export function takeBeginAgain(): bool {
  const again = beginAgain;
  beginAgain = false;
  return again;
}

/** An engine address that holds the `width` bytes at `address`, or 0: the access faults, or `beginAgain`. */
export function readSlow(record: usize, address: u64, width: i32): usize {
  const before = load<u32>(ATTENTION);
  store<u64>(LINEAR, address);
  if (!translate(ACCESS_READ | stackBit(record), width, OWN)) return 0;
  beginAgain = load<u32>(ATTENTION) != before;
  return beginAgain ? 0 : gather(OWN, width);
}

/** Translates and checks a write; false when it faults. */
export function probe(record: usize, address: u64, width: i32, handle: usize): bool {
  const e = entry(WRITE_TLB, address);
  const tag = ((address + (width - 1)) & PAGE_MASK) | load<u64>(WRITE_KEY);
  const found = load<u64>(e);
  if (found == tag || found == (tag | TAG_CODE)) {
    store<u32>(handle, <u32>address + load<u32>(e, 8), HANDLE_FIRST);
    store<u32>(handle, width, HANDLE_SPLIT);
    store<u64>(handle, address, HANDLE_LINEAR);
    return true;
  }
  store<u64>(LINEAR, address);
  return translate(ACCESS_WRITE | stackBit(record), width, handle);
}

export function probeOwn(record: usize, address: u64, width: i32): bool {
  return probe(record, address, width, OWN);
}

@inline
function stackBit(record: usize): i32 {
  return load<u32>(record, R_AUX) & AUX_STACK ? ACCESS_STACK : 0;
}

@inline
export function handleAt(number: u32): usize {
  return HANDLES + (number & 0xff) * HANDLE_BYTES;
}

/** An engine address of the bytes behind a handle: in place, or put together from two pages. */
function gather(handle: usize, width: i32): usize {
  const split = load<u32>(handle, HANDLE_SPLIT);
  const first: usize = load<u32>(handle, HANDLE_FIRST);
  if (split >= <u32>width) return first;
  memory.copy(BOUNCE, first, split);
  memory.copy(BOUNCE + split, load<u32>(handle, HANDLE_SECOND), <u32>width - split);
  return BOUNCE;
}

export function loadHandle(handle: usize, width: i32): u64 {
  const address = gather(handle, width);
  switch (width) {
    case 1: return load<u8>(address);
    case 2: return load<u16>(address);
    case 4: return load<u32>(address);
    default: return load<u64>(address);
  }
}

/** STATUS_ATTEND when the running code may have been hit. */
export function storeHandle(handle: usize, value: u64, width: i32): i32 {
  store<u64>(VALUE, value);
  if (load<u32>(LOG_STORES)) stored(handle, width);
  const split = load<u32>(handle, HANDLE_SPLIT);
  const first: usize = load<u32>(handle, HANDLE_FIRST);
  if (split >= <u32>width) {
    memory.copy(first, VALUE, width);
    noticeCode(first, width);
    return load<u32>(ATTENTION) ? STATUS_ATTEND : STATUS_OK;
  }
  const second: usize = load<u32>(handle, HANDLE_SECOND);
  memory.copy(first, VALUE, split);
  memory.copy(second, VALUE + split, <u32>width - split);
  noticeCode(first, split);
  noticeCode(second, <u32>width - split);
  return load<u32>(ATTENTION) ? STATUS_ATTEND : STATUS_OK;
}

export function storeOwn(value: u64, width: i32): i32 {
  return storeHandle(OWN, value, width);
}

export function loadOwn(width: i32): u64 {
  return loadHandle(OWN, width);
}

/** Code is tracked at 64-byte lines, so that data beside it costs a look and no more. */
function noticeCode(address: usize, length: u32): void {
  if (address < <usize>RAM) return;
  const physical = <u32>(address - RAM);
  if (!(load<u8>(PAGE_FLAGS + (physical >> 12)) & PAGE_CODE)) return;
  const lines = load<u64>(CODE_LINES + ((physical >> 12) << 3));
  const first = (physical >> 6) & 63;
  const last = ((physical + length - 1) >> 6) & 63;
  if (((lines >> first) | (lines >> last)) & 1) codeWritten(physical);
}
