/**
 * Fetch → decode → lower → pack, once for each code page: RIP in, the address of its first record out.
 *
 * Cached by physical page, linear page (records hold absolute targets) and mode, so the same bytes mapped twice are decoded
 * twice. The vendor takes part too, since each CPU has a cache of its own. Compatibility mode through a CS with a base or a limit,
 * which nobody uses any more, is decoded anew for each instruction. An instruction that crosses a page is packed anew each time, outside of the tables. The subtle invariant:
 * records are freed only here, on a boundary, all at once; nothing then points to one (PENDING is cleared).
 */
import * as L from '../engine/layout.ts';
import { type DecodeOptions, decode, decodeRun } from '../isa/decode.ts';
import { type Decoded, type Insn, SEGMENT } from '../isa/insn.ts';
import { lower } from '../uop/lower/lower.ts';
import { pack, packLink, packUnmodelled } from '../uop/pack.ts';
import { type EngineRecord, emptyRecord, writeRecord } from '../uop/record.ts';
import type { Uop } from '../uop/uop.ts';
import { isWatched, meetCode } from './breakpoints.ts';
import { noteDebug } from './debug-registers.ts';
import { grantFetch, revokeWrites } from './fast-tlb.ts';
import { nonCanonical } from './memory.ts';
import { isStop } from './monitor.ts';
import { FETCH, peek, translatePage } from './paging.ts';
import { readSegment } from './segments.ts';
import { CODE_MODE, type CodePage, type Cpu, codeMode, high, isCanonicalHigh, join, low } from './state.ts';
import { type Fault, gp, VECTOR } from './stop.ts';

/** Room for the one instruction that crosses a page, at the start of the record area. */
const CROSSING_RECORDS = 160;
const CACHED_RECORDS = L.RECORDS + CROSSING_RECORDS * L.RECORD_BYTES;
/** Bytes of a block: few, since what is decoded and never runs costs most. */
const BLOCK_BYTES = 64;
const INSN_RECORDS = 150;
const LONGEST = 15;

export const emptyCode = () => ({ pages: new Map<number, CodePage[]>(), tables: 0, next: CACHED_RECORDS });

/** Which bytes are what, by the mode that `codeMode` gives. */
function decodeOptions({ model: { vendor } }: Cpu, mode: number): DecodeOptions {
  if (mode & CODE_MODE.LONG) return { vendor };
  return {
    vendor,
    mode: mode & CODE_MODE.WIDE ? 32 : 16,
    stackSize: mode & CODE_MODE.NARROW_STACK ? 2 : 4,
  };
}

/** Instruction pointers of compatibility mode have 32 bits. */
const wrapped = (ip: bigint, mode: number): bigint => BigInt.asUintN(mode & CODE_MODE.LONG ? 64 : 32, ip);

/** The import: the record for RIP, or 0 with `cpu.fault` set. */
export function fetchRecord(cpu: Cpu): number {
  const { u32 } = cpu.engine;
  const ripLow = low(cpu, L.S_RIP);
  const ripHigh = high(cpu, L.S_RIP);
  if (isStopDue(cpu, join(ripLow, ripHigh))) return 0;
  if (codeMode(cpu) & CODE_MODE.BOUNDED) return fetchBounded(cpu, ripLow >>> 0);
  if (!isCanonicalHigh(cpu, ripHigh)) {
    cpu.fault = nonCanonical(join(ripLow, ripHigh), false);
    return 0;
  }
  const watched = isWatched(cpu.breakpoints.code, ripLow, ripHigh) || cpu.uopLimit !== undefined;
  // Before any fault of the fetch itself (SDM vol. 3, table 6-2).
  if (watched && stopsAt(cpu, join(ripLow, ripHigh))) return 0;
  const physical = translatePage(cpu, ripLow, ripHigh, FETCH);
  if (physical < 0) return 0;
  if (physical >= cpu.ram.length) return packOnce(cpu, new Uint8Array(LONGEST).fill(0xff), join(ripLow, ripHigh));
  if (watched) return fetchAlone(cpu, ripLow, ripHigh, physical);
  const page = codePage(cpu, physical >>> 12, ripLow, ripHigh);
  if (cpu.keepsTlb) grantFetch(cpu, ripLow, ripHigh, page.table);
  else u32[L.PENDING >> 2] = 0;
  const cached = u32[(page.table + (physical & 0xfff) * 4) >> 2]!;
  return cached || decodeBlock(cpu, page, physical, ripLow, ripHigh);
}

/** Given as a fault to stop before the instruction, in place of its fetch. */
export const STOPS_HERE: Fault = { vector: VECTOR.DB, detail: 'a debugger stops here' };

function isStopDue(cpu: Cpu, rip: bigint): boolean {
  if (!cpu.stops || cpu.engine.u32[L.PASSING >> 2] !== 0 || cpu.uopLimit !== undefined) return false;
  if (!isStop(cpu, rip)) return false;
  cpu.fault = STOPS_HERE;
  return true;
}

/** An instruction breakpoint is a fault of the instruction that hasn't begun (SDM vol. 3, 17.3.1.1). */
function stopsAt(cpu: Cpu, rip: bigint): boolean {
  const met = meetCode(cpu, rip);
  if (met === 0) return false;
  noteDebug(cpu, BigInt(met));
  cpu.fault = { vector: VECTOR.DB, withoutRf: true, detail: 'instruction breakpoint (SDM vol. 3, 17.3.1.1)' };
  return true;
}

/** In a page with a breakpoint nothing is cached: every instruction comes by here. */
function fetchAlone(cpu: Cpu, ripLow: number, ripHigh: number, physical: number): number {
  const rip = join(ripLow, ripHigh);
  const bytes = cpu.ram.subarray(physical, physical + Math.min(LONGEST, 0x1000 - (physical & 0xfff)));
  const crosses = decode(bytes, rip, decodeOptions(cpu, codeMode(cpu))).kind === 'truncated';
  return crosses ? fetchCrossing(cpu, ripLow, ripHigh, physical) : packOnce(cpu, bytes, rip);
}

/** Compatibility mode: at EIP in a code segment with a base or a limit. */
function fetchBounded(cpu: Cpu, eip: number): number {
  const { base, limit } = readSegment(cpu, SEGMENT.CS);
  if (stopsAt(cpu, BigInt.asUintN(32, base + BigInt(eip)))) return 0;
  const bytes: number[] = [];
  for (let i = 0; i < LONGEST; i++) {
    const offset = (eip + i) >>> 0;
    const byte =
      offset > limit
        ? gp('a fetch beyond the limit of CS (SDM vol. 3, 5.3)')
        : fetchByte(cpu, Number(base & 0xffffffffn) + offset);
    if (typeof byte === 'number') bytes.push(byte);
    else if (decode(Uint8Array.from(bytes), BigInt(eip), decodeOptions(cpu, codeMode(cpu))).kind === 'truncated') {
      cpu.fault = byte;
      return 0;
    } else break;
  }
  return packOnce(cpu, Uint8Array.from(bytes), BigInt(eip));
}

function fetchByte(cpu: Cpu, linear: number): number | Fault {
  const physical = translatePage(cpu, linear | 0, 0, FETCH);
  return physical < 0 ? cpu.fault! : (cpu.ram[physical] ?? 0xff);
}

function codePage(cpu: Cpu, number: number, linearLow: number, linearHigh: number): CodePage {
  const mode = codeMode(cpu);
  const linearPage = linearLow & ~0xfff;
  const decoded = cpu.code.pages.get(number);
  if (decoded) {
    for (const page of decoded)
      if (page.linearLow === linearPage && page.linearHigh === linearHigh && page.mode === mode) return page;
  }
  const full = cpu.code.tables === L.CODE_TABLE_COUNT;
  if (full) resetCode(cpu);
  const table = L.CODE_TABLES + cpu.code.tables++ * L.CODE_TABLE_BYTES;
  const page = { mode, linearLow: linearPage, linearHigh, table };
  const others = cpu.code.pages.get(number);
  if (others) others.push(page);
  else cpu.code.pages.set(number, [page]);
  return page;
}

/** Forgets everything decoded; only on a boundary. */
export function resetCode(cpu: Cpu): void {
  const { bytes, u32 } = cpu.engine;
  bytes.fill(0, L.CODE_TABLES, L.CODE_TABLES + cpu.code.tables * L.CODE_TABLE_BYTES);
  bytes.fill(0, L.FETCH_TLB, L.FETCH_TLB + 16 * L.FETCH_ENTRIES);
  for (const page of cpu.code.pages.keys()) {
    bytes.fill(0, L.CODE_LINES + 8 * page, L.CODE_LINES + 8 * page + 8);
    bytes[L.PAGE_FLAGS + page] = bytes[L.PAGE_FLAGS + page]! & ~L.PAGE_CODE;
  }
  cpu.code.pages.clear();
  cpu.code.tables = 0;
  cpu.code.next = CACHED_RECORDS;
  u32[L.PENDING >> 2] = 0;
}

/** Decodes from here to a jump, the page's end, code known already or the limit; the first record's address. */
function decodeBlock(cpu: Cpu, page: CodePage, physical: number, ripLow: number, ripHigh: number): number {
  if (!hasRoom(cpu)) {
    resetCode(cpu);
    return fetchRecord(cpu);
  }
  const { u32 } = cpu.engine;
  const pageLinear = join(ripLow & ~0xfff, ripHigh);
  let at = physical & 0xfff;
  let start = 0;
  let open = true;
  const bytes = cpu.ram.subarray(physical, physical - at + Math.min(at + BLOCK_BYTES, 0x1000));
  decodeRun(bytes, pageLinear + BigInt(at), decodeOptions(cpu, page.mode), (decoded) => {
    if (decoded.kind === 'truncated') return false;
    const { records, length, ends, jumps } = packDecoded(decoded, pageLinear + BigInt(at), cpu);
    if (start === 0) start = takeLink(cpu);
    u32[(page.table + at * 4) >> 2] = cpu.code.next;
    writeRecords(cpu, records, pageLinear + BigInt(at));
    markLines(cpu, physical - (physical & 0xfff) + at, Math.min(length, 0x1000 - at));
    at += length;
    open = !ends;
    return !ends && !jumps && cpu.keepsTlb && at < 0x1000 && u32[(page.table + at * 4) >> 2] === 0 && hasRoom(cpu);
  });
  if (start === 0) return fetchCrossing(cpu, ripLow, ripHigh, physical);
  if (!open) return start;
  // The rest lies elsewhere: within the page the link may remember it.
  const rest = wrapped(pageLinear + BigInt(at), page.mode);
  writeRecord(cpu.engine, cpu.code.next, packLink(cpu.keepsTlb && at < 0x1000), rest);
  cpu.code.next += L.RECORD_BYTES;
  return start;
}

/** For an instruction and the link behind it. */
const hasRoom = (cpu: Cpu): boolean => cpu.code.next + (INSN_RECORDS + 1) * L.RECORD_BYTES <= L.RECORDS_END;

/**
 * Where the first record goes: over the link that asks for it, if nothing lies behind, so that straight code costs no
 * links in the end; else behind everything.
 */
function takeLink(cpu: Cpu): number {
  const { u32 } = cpu.engine;
  const last = cpu.code.next - L.RECORD_BYTES;
  if (u32[L.PENDING >> 2] === last && (u32[last >> 2]! & 0xffff) === L.OP_LINK) {
    u32[L.PENDING >> 2] = 0;
    cpu.code.next = last;
  }
  return cpu.code.next;
}

function writeRecords(cpu: Cpu, records: readonly EngineRecord[], ip: bigint): void {
  for (const record of records) {
    if (!cpu.keepsTlb && isJump(record.op)) record.extend = 0;
    writeRecord(cpu.engine, cpu.code.next, record, ip);
    cpu.code.next += L.RECORD_BYTES;
  }
}

const isJump = (op: number): boolean =>
  (op >= L.OP_JCC && op < L.OP_JCC + 16) || op === L.OP_JUMP || op === L.OP_BRANCH_ZERO || op === L.OP_BRANCH_NONZERO;

/** From now on a write to these bytes is noticed. */
function markLines(cpu: Cpu, physical: number, length: number): void {
  const { u32, bytes } = cpu.engine;
  const page = physical >>> 12;
  for (let line = (physical & 0xfff) >> 6; line <= ((physical & 0xfff) + length - 1) >> 6; line++) {
    const at = ((L.CODE_LINES + page * 8) >> 2) + (line >> 5);
    u32[at] = u32[at]! | (1 << (line & 31));
  }
  if (bytes[L.PAGE_FLAGS + page]! & L.PAGE_CODE) return;
  bytes[L.PAGE_FLAGS + page] = bytes[L.PAGE_FLAGS + page]! | L.PAGE_CODE;
  revokeWrites(cpu);
}

/** The bytes of an instruction whose second part lies in another page. */
function fetchCrossing(cpu: Cpu, ripLow: number, ripHigh: number, physical: number): number {
  const nextLow = ((ripLow | 0xfff) + 1) | 0;
  const nextHigh = nextLow === 0 && codeMode(cpu) & CODE_MODE.LONG ? (ripHigh + 1) | 0 : ripHigh;
  if (!isCanonicalHigh(cpu, nextHigh)) {
    cpu.fault = nonCanonical(join(nextLow, nextHigh), false);
    return 0;
  }
  const second = translatePage(cpu, nextLow, nextHigh, FETCH);
  if (second < 0) return 0;
  const bytes = new Uint8Array(LONGEST).fill(0xff);
  const here = 0x1000 - (physical & 0xfff);
  bytes.set(cpu.ram.subarray(physical, physical + here));
  if (second < cpu.ram.length) bytes.set(cpu.ram.subarray(second, second + LONGEST - here), here);
  return packOnce(cpu, bytes, join(ripLow, ripHigh));
}

/** Records for one instruction that must not be found again. */
function packOnce(cpu: Cpu, bytes: Uint8Array, ip: bigint): number {
  const { u32 } = cpu.engine;
  const mode = codeMode(cpu);
  u32[L.PENDING >> 2] = 0;
  const { records, length } = packDecoded(decode(bytes, ip, decodeOptions(cpu, mode)), ip, cpu);
  let at = L.RECORDS;
  for (const record of records) {
    if (isJump(record.op)) record.extend = 0;
    writeRecord(cpu.engine, at, record, ip);
    at += L.RECORD_BYTES;
  }
  writeRecord(cpu.engine, at, packLink(false), wrapped(ip + BigInt(length), mode));
  return L.RECORDS;
}

interface PackedInsn {
  readonly records: EngineRecord[];
  readonly length: number;
  /** Nothing behind it runs without a jump. */
  readonly ends: boolean;
  /** What is behind it need not run next. */
  readonly jumps: boolean;
}

/** With the stop of a debugger in front, if there is one. */
function packDecoded(decoded: Decoded, ip: bigint, cpu: Cpu): PackedInsn {
  const packed = decoded.kind === 'insn' ? packInsn(decoded.insn, ip, cpu) : packInvalid(decoded, ip, cpu);
  if (cpu.uopLimit !== undefined) return packed;
  const { stops } = cpu;
  const isAsked = decoded.kind === 'insn' && stops?.before?.(decoded.insn);
  if (stops && (isAsked || stops.addresses.has(ip))) packed.records.unshift(stopRecord());
  return packed;
}

function packInvalid(decoded: Exclude<Decoded, { kind: 'insn' }>, ip: bigint, { fuse }: Cpu): PackedInsn {
  const vector = decoded.kind === 'too-long' ? VECTOR.GP : VECTOR.UD;
  const fault: Uop = vector === VECTOR.GP ? { op: 'fault', vector, error: 0 } : { op: 'fault', vector };
  const length = decoded.kind === 'invalid' ? Math.max(1, decoded.length) : 1;
  return { records: pack([fault], { ip, cost: 0, fuse }), length, ends: true, jumps: false };
}

function packInsn(insn: Insn, ip: bigint, { cost, fuse, model, uopLimit }: Cpu): PackedInsn {
  const lowered = lower(insn, model);
  if (lowered.kind === 'not-modelled')
    return { records: packUnmodelled(), length: insn.length, ends: true, jumps: false };
  const { uops } = lowered;
  const options = { ip, cost: cost?.cycles(insn) ?? 1, fuse: fuse && uopLimit === undefined };
  const records = pack(uops, options);
  if (records.length > INSN_RECORDS) throw new Error(`${insn.form} takes ${records.length} records`);
  const last = uops[uops.length - 1];
  const ends = last?.op === 'jump' || last?.op === 'fault';
  const jumps = isJump(records[records.length - 1]!.op) || last?.op === 'hlt';
  if (uopLimit !== undefined && uopLimit < uops.length)
    records[uopLimit === 0 ? 0 : pack(uops.slice(0, uopLimit), options).length] = stopRecord();
  return { records, length: insn.length, ends, jumps };
}

/** The run ends before it, unless it passes stops. */
const stopRecord = (): EngineRecord => emptyRecord(L.OP_STOP);

/** What would run at an address. */
export type UopsAt =
  | { readonly kind: 'uops'; readonly insn: Insn; readonly uops: readonly Uop[] }
  | { readonly kind: 'not-modelled'; readonly insn: Insn }
  | { readonly kind: 'invalid'; readonly why: string };

/** Fetches, decodes and lowers without running or marking anything. */
export function uopsAt(cpu: Cpu, rip: bigint): UopsAt {
  const bytes = peekCode(cpu, rip);
  if (bytes.length === 0) return { kind: 'invalid', why: 'not mapped' };
  const decoded = decode(bytes, rip, decodeOptions(cpu, codeMode(cpu)));
  if (decoded.kind !== 'insn') return { kind: 'invalid', why: decoded.kind };
  const lowered = lower(decoded.insn, cpu.model);
  if (lowered.kind === 'not-modelled') return { kind: 'not-modelled', insn: decoded.insn };
  return { kind: 'uops', insn: decoded.insn, uops: lowered.uops };
}

function linearCode(cpu: Cpu, ip: bigint): bigint {
  const mode = codeMode(cpu);
  return wrapped(mode & CODE_MODE.BOUNDED ? ip + readSegment(cpu, SEGMENT.CS).base : ip, mode);
}

/** As many of the 15 bytes as are mapped. */
function peekCode(cpu: Cpu, rip: bigint): Uint8Array {
  const bytes: number[] = [];
  for (let i = 0; i < LONGEST; i++) {
    const linear = linearCode(cpu, rip + BigInt(i));
    const physical = peek(cpu, Number(linear & 0xffffffffn) | 0, Number(linear >> 32n) | 0);
    if (physical < 0 || physical >= cpu.ram.length) break;
    bytes.push(cpu.ram[physical]!);
  }
  return Uint8Array.from(bytes);
}
