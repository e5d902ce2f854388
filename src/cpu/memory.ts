/**
 * The slow way to guest memory, which the engine takes when its fast TLB doesn't know: alignment, canonical form,
 * translation of one or two pages, evicted cache lines; and the marks that physical pages carry (cached code, written
 * since the checkpoint, cold lines).
 *
 * The subtle invariant: a fast write tag is granted only to a page whose every mark allows plain stores, and whoever
 * sets such a mark revokes the tags.
 */
import * as L from '../engine/layout.ts';
import { isWatched, passData } from './breakpoints.ts';
import { checksAlignment, forgetAll, grantRead, grantWrite } from './fast-tlb.ts';
import { noteDirty } from './journal.ts';
import { type Access, forbidden, READ, translatePage, WRITE } from './paging.ts';
import { type Cpu, count, isCanonicalHigh, join, word } from './state.ts';
import { type Fault, gp, VECTOR } from './stop.ts';
import { TLB } from './tlb.ts';

/** The import: [LINEAR] for `width` bytes, into the handle. 1 done, 0 `cpu.fault` is set. */
export function translateAccess(cpu: Cpu, access: number, width: number, handle: number): 0 | 1 {
  const { i32, u32 } = cpu.engine;
  const linearLow = i32[L.LINEAR >> 2]!;
  const linearHigh = i32[(L.LINEAR >> 2) + 1]!;
  const kind: Access = access & L.ACCESS_WRITE ? WRITE : READ;
  const inPage = linearLow & 0xfff;
  const crosses = inPage + width > 0x1000;
  if (!checkForm(cpu, linearLow, linearHigh, width, access)) return 0;
  const first = translatePage(cpu, linearLow, linearHigh, kind);
  if (first < 0) return 0;
  u32[(handle + L.HANDLE_FIRST) >> 2] = hostAddress(cpu, first, kind);
  u32[(handle + L.HANDLE_SPLIT) >> 2] = crosses ? 0x1000 - inPage : width;
  i32[(handle + L.HANDLE_LINEAR) >> 2] = linearLow;
  i32[(handle + L.HANDLE_LINEAR + 4) >> 2] = linearHigh;
  touchLines(cpu, first, crosses ? 0x1000 - inPage : width);
  if (!crosses) {
    grantAccess(cpu, linearLow, linearHigh, first, kind);
    return watchAccess(cpu, linearLow, linearHigh, width, kind);
  }
  const nextLow = ((linearLow | 0xfff) + 1) | 0;
  const nextHigh = nextLow === 0 ? (linearHigh + 1) | 0 : linearHigh;
  const second = translatePage(cpu, nextLow, nextHigh, kind);
  if (second < 0) return 0;
  u32[(handle + L.HANDLE_SECOND) >> 2] = hostAddress(cpu, second, kind);
  touchLines(cpu, second, inPage + width - 0x1000);
  if (kind === WRITE) {
    noteDirty(cpu, first);
    noteDirty(cpu, second);
  }
  return watchAccess(cpu, linearLow, linearHigh, width, kind);
}

/** Tells the engine which fault it is that an access met, so that it may deliver it. 0, as the import answers. */
export function noteFault({ fault, beginsAgain, engine: { u32 } }: Cpu): 0 {
  u32[L.FAULT_VECTOR >> 2] = fault && !beginsAgain ? fault.vector : L.NO_FAULT;
  u32[L.FAULT_ERROR >> 2] = fault?.error ?? L.NO_FAULT;
  return 0;
}

/** As the import answers: 0 when the instruction has to begin again. */
function watchAccess(cpu: Cpu, linearLow: number, linearHigh: number, width: number, kind: Access): 0 | 1 {
  if (cpu.breakpoints.data.length === 0) return 1;
  return passData(cpu, join(linearLow, linearHigh), width, kind === WRITE) ? 1 : 0;
}

/** Canonical, for both ends of the access (SDM vol. 1, 3.3.7.1); alignment where it is checked. */
function checkForm(cpu: Cpu, linearLow: number, linearHigh: number, width: number, access: number): boolean {
  const lastHigh = (linearLow >>> 0) + width - 1 > 0xffffffff ? (linearHigh + 1) | 0 : linearHigh;
  if (!isCanonicalHigh(cpu, linearHigh) || !isCanonicalHigh(cpu, lastHigh)) {
    const stack = (access & L.ACCESS_STACK) !== 0;
    cpu.fault = nonCanonical(join(linearLow, linearHigh), stack);
    return false;
  }
  if (linearLow & (width - 1) && checksAlignment(cpu)) {
    cpu.fault = {
      vector: VECTOR.AC,
      error: 0,
      detail: 'misaligned access with CR0.AM and EFLAGS.AC (SDM vol. 3, 6.15)',
    };
    return false;
  }
  return true;
}

export function nonCanonical(linear: bigint, stack: boolean): Fault {
  const detail = `0x${linear.toString(16)} is not canonical (SDM vol. 1, 3.3.7.1)`;
  return stack ? { vector: VECTOR.SS, error: 0, detail } : gp(detail);
}

/** Engine address of a physical one; outside of RAM reads give ones and writes vanish. */
function hostAddress(cpu: Cpu, physical: number, kind: Access): number {
  if (physical < cpu.ram.length) return L.RAM + physical;
  return (kind === WRITE ? L.VOID_WRITE : L.VOID_READ) + (physical & 0xfff);
}

export function grantAccess(cpu: Cpu, linearLow: number, linearHigh: number, physical: number, kind: Access): void {
  if (kind === WRITE) noteDirty(cpu, physical);
  if (!cpu.keepsTlb || physical >= cpu.ram.length || checksAlignment(cpu)) return;
  if (isWatched(cpu.breakpoints.data, linearLow, linearHigh)) return;
  const marks = cpu.engine.bytes[L.PAGE_FLAGS + (physical >>> 12)]!;
  if (marks & L.PAGE_COLD) return;
  const frame = physical - (physical & 0xfff);
  // What may be written may be read (SDM vol. 3, 4.6.1), so a write serves both.
  grantRead(cpu, linearLow, linearHigh, frame);
  if (!cpu.storeLog && (kind === WRITE || mayWriteToo(cpu, marks)))
    grantWrite(cpu, linearLow, linearHigh, frame, (marks & L.PAGE_CODE) !== 0);
}

/** After a read: whether a write to the page would go through as well, with nothing to walk for or to keep a copy of. */
const mayWriteToo = (cpu: Cpu, marks: number): boolean =>
  (cpu.walk.flags & TLB.DIRTY) !== 0 &&
  !forbidden(cpu, cpu.walk.flags, WRITE) &&
  (!cpu.journal.active || (marks & L.PAGE_DIRTY) !== 0);

/** Bytes of RAM are written, not by the engine's own stores: cached code there goes. Before the write, for the journal. */
export function noteWrite(cpu: Cpu, physical: number, length: number): void {
  // Beyond RAM nothing is written, and such addresses don't fit 32 signed bits.
  if (physical >= cpu.ram.length) return;
  cpu.journal.touched = true;
  for (let at = physical; at < physical + length; at = (at | 0xfff) + 1) noteDirty(cpu, at);
  const { bytes } = cpu.engine;
  for (let line = physical & ~63; line < physical + length; line += 64) {
    if (line >= cpu.ram.length || !(bytes[L.PAGE_FLAGS + (line >>> 12)]! & L.PAGE_CODE)) continue;
    if (lineHoldsCode(cpu, line)) dropCode(cpu, line);
  }
}

const lineHoldsCode = (cpu: Cpu, physical: number): boolean =>
  ((cpu.engine.u32[((L.CODE_LINES + (physical >>> 12) * 8) >> 2) + ((physical >>> 11) & 1)]! >>>
    ((physical >>> 6) & 31)) &
    1) !==
  0;

/** Forgets the records made from this physical page; the loop looks the next instruction up anew. */
export function dropCode(cpu: Cpu, physical: number): void {
  const { bytes } = cpu.engine;
  const page = physical >>> 12;
  for (const { table } of cpu.code.pages.get(page) ?? []) bytes.fill(0, table, table + L.CODE_TABLE_BYTES);
  bytes.fill(0, L.CODE_LINES + 8 * page, L.CODE_LINES + 8 * page + 8);
  bytes[L.PAGE_FLAGS + page] = bytes[L.PAGE_FLAGS + page]! & ~L.PAGE_CODE;
  attend(cpu, L.ATTEND_FETCH);
}

/** What the loop has to look at on the next boundary. */
export function attend(cpu: Cpu, what: number): void {
  cpu.engine.u32[L.ATTENTION >> 2] = cpu.engine.u32[L.ATTENTION >> 2]! | what;
}

/** The import: [VALUE] goes through the handle next. */
export function logStore(cpu: Cpu, handle: number, width: number): void {
  if (!cpu.storeLog) return;
  const { bytes, u32, i32, view } = cpu.engine;
  const first = u32[(handle + L.HANDLE_FIRST) >> 2]!;
  const split = u32[(handle + L.HANDLE_SPLIT) >> 2]!;
  const old = new Uint8Array(8);
  old.set(bytes.subarray(first, first + Math.min(split, width)));
  if (split < width) {
    const second = u32[(handle + L.HANDLE_SECOND) >> 2]!;
    old.set(bytes.subarray(second, second + width - split), split);
  }
  cpu.storeLog.push({
    linear: join(i32[(handle + L.HANDLE_LINEAR) >> 2]!, i32[(handle + L.HANDLE_LINEAR + 4) >> 2]!),
    physical: first - L.RAM,
    width,
    value: BigInt.asUintN(8 * width, view.getBigUint64(L.VALUE, true)),
    old: new DataView(old.buffer).getBigUint64(0, true),
  });
}

/** CLFLUSH: the line's next access misses. */
export function evictLine(cpu: Cpu, physical: number): void {
  if (physical >= cpu.ram.length) return;
  const { u32 } = cpu.engine;
  const line = physical - (physical % 64);
  const lines = word(L.S_COLD);
  const total = u32[word(L.S_COLD_COUNT)]!;
  for (let i = 0; i < total; i++) if (u32[lines + i] === line) return;
  if (total === L.COLD_LINES) warmLine(cpu, 0);
  u32[lines + u32[word(L.S_COLD_COUNT)]!] = line;
  u32[word(L.S_COLD_COUNT)] = u32[word(L.S_COLD_COUNT)]! + 1;
  markColdPages(cpu, true);
  forgetAll(cpu);
}

function warmLine(cpu: Cpu, i: number): void {
  const { u32, bytes } = cpu.engine;
  const lines = word(L.S_COLD);
  const total = u32[word(L.S_COLD_COUNT)]! - 1;
  const page = u32[lines + i]! >>> 12;
  u32.copyWithin(lines + i, lines + i + 1, lines + total + 1);
  u32[lines + total] = 0;
  u32[word(L.S_COLD_COUNT)] = total;
  for (let k = 0; k < total; k++) if (u32[lines + k]! >>> 12 === page) return;
  bytes[L.PAGE_FLAGS + page] = bytes[L.PAGE_FLAGS + page]! & ~L.PAGE_COLD;
}

/** Charges for evicted lines among the bytes, and brings them in. */
export function touchLines(cpu: Cpu, physical: number, length: number): void {
  const { u32, bytes } = cpu.engine;
  if (u32[word(L.S_COLD_COUNT)] === 0 || physical >= cpu.ram.length) return;
  if (!(bytes[L.PAGE_FLAGS + (physical >>> 12)]! & L.PAGE_COLD)) return;
  for (let i = u32[word(L.S_COLD_COUNT)]! - 1; i >= 0; i--) {
    const line = u32[word(L.S_COLD) + i]!;
    if (line + 64 <= physical || line >= physical + length) continue;
    warmLine(cpu, i);
    count(cpu, L.S_CYCLES, cpu.cost?.cacheMiss ?? 0);
  }
}

/** Page marks follow from the list of lines: `set` false before a restore, true after it. */
export function markColdPages(cpu: Cpu, set: boolean): void {
  const { u32, bytes } = cpu.engine;
  for (let i = 0; i < u32[word(L.S_COLD_COUNT)]!; i++) {
    const at = L.PAGE_FLAGS + (u32[word(L.S_COLD) + i]! >>> 12);
    bytes[at] = set ? bytes[at]! | L.PAGE_COLD : bytes[at]! & ~L.PAGE_COLD;
  }
}
