/**
 * Vectors: short pieces of code and everything a real CPU did with them (in user mode under Linux: CPL 3, IOPL 0).
 *
 * A file has one vector a line, as JSON; numbers are hexadecimal text but for `n` and `vec`, bytes are hexadecimal digits.
 *
 *   n, asm       number and text, for people
 *   b            the bytes of the code
 *   r            16 general registers by encoding: rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8 … r15
 *   f            RFLAGS
 *   fs, gs       segment bases; 0 when left out
 *   mem          [[address, bytes] …]: memory that isn't as its page was filled
 *   out.r        registers that changed, by name
 *   out.f, fm    RFLAGS, and the bits of it that count
 *   out.rip      where it ended; at an int3, that one's address
 *   out.mem      [[address, bytes] …]: memory that changed
 *   out.undef    registers whose value is undefined
 *   out.fs, gs   segment bases that changed
 *   out.fault    {vec, err, cr2}: the exception that ended it, its error code, and CR2 for #PF
 *
 * That is the format of the oracle; ours (tools/make-vectors.ts) has more fields, whose absence means what the oracle's do:
 *
 *   cpu          model of CPU that made it (`zen4`)
 *   mode         32: code of compatibility mode, through Linux's flat segments; FS and GS are null
 *   ip           where the code begins (10000800)
 *   seq          true: it runs until an int3 or a fault; otherwise one instruction, a REP with all of its iterations
 *   pages        [[address, rights, alias of] …]: all pages that are mapped, `r`, `rw` or `rwx`. What is executable is filled with
 *                int3, the rest with zeros; an alias is another mapping of the page named. Left out: code at 10000000, data at
 *                20000000, the stack at 20010000, each `rwx`, and only the first filled with int3
 *
 * `readVectors` turns lines into plain data; `checkVector` runs one through whatever executes instructions and lists what
 * differs: nothing, if all is well. The rules of comparison are the CPU's and Linux's:
 *   - flags count under the vector's mask, and RF not at all (in a fault's frame it is set);
 *   - every byte of every page counts, not only those in `mem`;
 *   - Linux reports page faults from TASK_SIZE_MAX (2^47 - 4096) up with P set, to hide what the kernel has mapped, so P is not compared there;
 *   - a jump to an unmapped page completes before the fetch faults, so such a vector is compared as one without a fault.
 */

import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parseHexBytes } from '../src/base/hex.ts';
import { u64 } from '../src/base/u64.ts';
import { faultName } from '../src/cpu/stop.ts';
import { GPR64_NAMES, RFLAGS } from '../src/isa/insn.ts';

/** Where the oracle's code stands, and the pages that are mapped there. */
export const VECTOR_CODE = 0x1000_0800n;
export const VECTOR_PAGES = [0x1000_0000n, 0x2000_0000n, 0x2001_0000n] as const;
/** What fills the code page around the instruction: int3. */
export const VECTOR_FILL = 0xcc;

export interface VectorPage {
  readonly linear: bigint;
  readonly writable: boolean;
  readonly executable: boolean;
  readonly fill: number;
  /** The page that this is another mapping of. */
  readonly alias?: bigint;
}

export interface VectorMemory {
  readonly address: bigint;
  readonly bytes: Uint8Array;
}

export interface VectorFault {
  readonly vector: number;
  readonly error: number;
  readonly cr2?: bigint;
}

/** The state of the CPU before or after. */
export interface VectorState {
  /** By the registers' encoding: rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8 … r15. */
  readonly regs: readonly bigint[];
  readonly rip: bigint;
  readonly flags: bigint;
  readonly fs: bigint;
  readonly gs: bigint;
  /** Windows: the oracle's data and stack; what was filled in, and what else changed. */
  readonly memory: readonly VectorMemory[];
  /** Bytes outside of the windows that changed, though they should not have. */
  readonly strays?: readonly VectorMemory[];
  readonly fault?: VectorFault;
}

export interface Vector {
  readonly n: number;
  readonly asm: string;
  readonly bytes: Uint8Array;
  /** The model of CPU that made it, where the line says so. */
  readonly cpu?: string;
  /** 32: compatibility mode. */
  readonly mode: 64 | 32;
  /** Until an int3 or a fault, not just one instruction. */
  readonly sequence: boolean;
  /** Vectors of one layout share the array. */
  readonly pages: readonly VectorPage[];
  readonly before: VectorState;
  readonly after: VectorState;
  /** RFLAGS bits that count. */
  readonly flagMask: bigint;
  /** Registers whose value is undefined, by number. */
  readonly undefinedRegs: readonly number[];
}

/** Runs the vector's instruction (a REP through all of its iterations), or its sequence, from `vector.before`. */
export type Execute = (vector: Vector) => VectorState | { readonly notModelled: string };

export type Verdict =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly differences: readonly string[] }
  | { readonly kind: 'not-modelled'; readonly form: string };

// Reading

interface Line {
  readonly n: number;
  readonly asm: string;
  readonly b: string;
  readonly r: readonly string[];
  readonly f: string;
  readonly fs?: string;
  readonly gs?: string;
  readonly mem: readonly (readonly [string, string])[];
  readonly cpu?: string;
  readonly mode?: 64 | 32;
  readonly ip?: string;
  readonly seq?: boolean;
  readonly pages?: readonly (readonly [string, string, string?])[];
  readonly out: {
    readonly r: Readonly<Record<string, string>>;
    readonly f: string;
    readonly fm: string;
    readonly rip: string;
    readonly mem: readonly (readonly [string, string])[];
    readonly undef?: readonly string[];
    readonly fs?: string;
    readonly gs?: string;
    readonly fault?: { readonly vec: number; readonly err: string; readonly cr2?: string };
  };
}

/** One vector a line, JSON. */
export const readVectors = (text: string): Vector[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => readVector(JSON.parse(line) as Line));

const hex = (digits: string): bigint => BigInt(digits.startsWith('0x') ? digits : `0x${digits}`);

function readVector({
  n,
  asm,
  b,
  r,
  f,
  fs = '0',
  gs = '0',
  mem,
  cpu,
  mode = 64,
  ip,
  seq = false,
  pages,
  out,
}: Line): Vector {
  const regs = r.map(hex);
  const layout = pages === undefined ? ORACLE_PAGES : readPages(pages);
  const bytes = hexBytes(b);
  const rip = ip === undefined ? VECTOR_CODE : hex(ip);
  const windows = mem.map(readMemory);
  const changes = out.mem.map(readMemory);
  const memory = [...windows, ...changedBeside(windows, changes, { address: rip, bytes, layout })];
  const after: VectorState = {
    regs: regs.map((value, i) => hex(out.r[GPR64_NAMES[i]!] ?? value.toString(16))),
    rip: hex(out.rip),
    flags: hex(out.f),
    fs: hex(out.fs ?? fs),
    gs: hex(out.gs ?? gs),
    memory: memory.map((window) => withChanges(window, changes)),
    ...(out.fault !== undefined && { fault: readFault(out.fault) }),
  };
  return {
    n,
    asm,
    bytes,
    ...(cpu !== undefined && { cpu }),
    mode,
    sequence: seq,
    pages: layout,
    before: { regs, rip, flags: hex(f), fs: hex(fs), gs: hex(gs), memory },
    after,
    flagMask: hex(out.fm),
    undefinedRegs: (out.undef ?? []).map((name) => (GPR64_NAMES as readonly string[]).indexOf(name)),
  };
}

const ORACLE_PAGES: readonly VectorPage[] = VECTOR_PAGES.map((linear, i) => ({
  linear,
  writable: true,
  executable: true,
  fill: i === 0 ? VECTOR_FILL : 0,
}));

const layouts = new Map<string, readonly VectorPage[]>();

/** One array for each layout, whatever the number of its vectors. */
function readPages(pages: NonNullable<Line['pages']>): readonly VectorPage[] {
  const key = pages.join(' ');
  const known = layouts.get(key);
  if (known) return known;
  const read = pages.map(([linear, rights, alias]) => ({
    linear: hex(linear),
    writable: rights.includes('w'),
    executable: rights.includes('x'),
    fill: rights.includes('x') ? VECTOR_FILL : 0,
    ...(alias !== undefined && { alias: hex(alias) }),
  }));
  layouts.set(key, read);
  return read;
}

const readMemory = ([address, content]: readonly [string, string]): VectorMemory => ({
  address: hex(address),
  bytes: hexBytes(content),
});

/** Windows for what changed outside of the windows: what was there is the code's, or what the page is filled with. */
function changedBeside(windows: readonly VectorMemory[], changes: readonly VectorMemory[], code: Code): VectorMemory[] {
  const covered = ({ address, bytes }: VectorMemory): boolean =>
    windows.some((w) => address >= w.address && address + BigInt(bytes.length) <= w.address + BigInt(w.bytes.length));
  return changes
    .filter((change) => !covered(change))
    .map(({ address, bytes }) => ({
      address,
      bytes: bytes.map((_, i) => initialByte(address + BigInt(i), windows, code)),
    }));
}

interface Code extends VectorMemory {
  readonly layout: readonly VectorPage[];
}

function initialByte(at: bigint, windows: readonly VectorMemory[], code: Code): number {
  for (const { address, bytes } of [...windows, code]) {
    const byte = bytes[Number(at - address)];
    if (at >= address && byte !== undefined) return byte;
  }
  return code.layout.find(({ linear }) => linear === at - (at & 0xfffn))?.fill ?? 0;
}

const readFault = ({ vec, err, cr2 }: NonNullable<Line['out']['fault']>): VectorFault => ({
  vector: vec,
  error: Number(hex(err)),
  ...(cr2 !== undefined && { cr2: hex(cr2) }),
});

function hexBytes(text: string): Uint8Array {
  const bytes = parseHexBytes(text);
  if (bytes === undefined) throw new Error(`not bytes: ${text}`);
  return bytes;
}

function withChanges({ address, bytes }: VectorMemory, changes: readonly VectorMemory[]): VectorMemory {
  const changed = bytes.slice();
  for (const change of changes) {
    change.bytes.forEach((byte, i) => {
      const offset = change.address + BigInt(i) - address;
      if (offset >= 0n && offset < BigInt(bytes.length)) changed[Number(offset)] = byte;
    });
  }
  return { address, bytes: changed };
}

// Comparing

/** Compares what `execute` makes of a vector with what the CPU made of it. */
export function checkVector(vector: Vector, execute: Execute): Verdict {
  const got = execute(vector);
  if ('notModelled' in got) return { kind: 'not-modelled', form: got.notModelled };
  const differences = differencesOf(vector, got);
  return differences.length === 0 ? { kind: 'passed' } : { kind: 'failed', differences };
}

const INSTRUCTION_FETCH = 0x10;
const PRESENT = 1;
/** TASK_SIZE_MAX. */
const USER_END = 0x7fff_ffff_f000n;

/** `what: silicon …, ours …` for each difference. */
function differencesOf({ after, flagMask, undefinedRegs }: Vector, got: VectorState): string[] {
  const found: string[] = [];
  const compare = (what: string, want: unknown, have: unknown): void => {
    if (want !== have) found.push(`${what}: silicon ${show(want)}, ours ${show(have)}`);
  };
  after.regs.forEach((want, i) => {
    if (!undefinedRegs.includes(i)) compare(GPR64_NAMES[i]!, want, got.regs[i]);
  });
  const mask = flagMask & ~BigInt(RFLAGS.RF);
  compare('rip', after.rip, got.rip);
  compareFlags(after.flags, got.flags, mask, compare);
  compare('fs', after.fs, got.fs);
  compare('gs', after.gs, got.gs);
  after.memory.forEach((window, i) => {
    compareWindow(window, got.memory[i], compare);
  });
  for (const { address, bytes } of got.strays ?? [])
    compare(place(address), 'unchanged', Buffer.from(bytes).toString('hex'));
  compare('fault', faultText(after), faultText(got));
  return found;
}

type Compare = (what: string, want: unknown, have: unknown) => void;

/** All that differ, by name where they have one. */
function compareFlags(want: bigint, have: bigint, mask: bigint, compare: Compare): void {
  const differing = (want ^ have) & mask;
  if (differing === 0n) return;
  const names = Object.entries(RFLAGS).filter(([name, bit]) => name !== 'FIXED' && differing & BigInt(bit));
  compare(`flags ${names.map(([name]) => name).join(' ')}`, want & mask, have & mask);
}

/** From the first byte that differs to the last. */
function compareWindow({ address, bytes }: VectorMemory, got: VectorMemory | undefined, compare: Compare): void {
  const differs = (byte: number, i: number): boolean => byte !== got?.bytes[i];
  const first = bytes.findIndex(differs);
  if (first < 0) return;
  const end = bytes.findLastIndex(differs) + 1;
  const content = (of: Uint8Array | undefined): string => Buffer.from(of?.subarray(first, end) ?? []).toString('hex');
  compare(place(address + BigInt(first)), content(bytes), content(got?.bytes));
}

const place = (address: bigint): string => `[${show(u64(address))}]`;

const show = (value: unknown): string =>
  typeof value === 'bigint' || typeof value === 'number' ? `0x${value.toString(16)}` : String(value);

function faultText({ fault, rip }: VectorState): string {
  if (fault === undefined) return 'none';
  const { vector, error, cr2 } = fault;
  if (cr2 === undefined) return `${faultName(vector)} error ${show(error)}`;
  if ((error & INSTRUCTION_FETCH) !== 0 && cr2 === rip) return 'none';
  return `${faultName(vector)} error ${show(cr2 >= USER_END ? error & ~PRESENT : error)} at ${show(cr2)}`;
}

// The files

/**
 * The sample kept with the tests, made on the CPU by the oracle's generator: up to two of each instruction with seed 4711, and
 * with more templates (BMI, ADX, RSP as an operand, odd widths) one of each with seed 99.
 */
export const VECTOR_SAMPLE = new URL('./vectors/sample.jsonl.gz', import.meta.url);

/** One round of all templates of ours and more, made on a Zen 4: `tools/make-vectors.ts --seed 2026 --count 3400`. */
export const OWN_VECTOR_SAMPLE = new URL('./vectors/ours.jsonl.gz', import.meta.url);

/** One round of 32-bit code, made on a Zen 4: `tools/make-vectors.ts --mode 32 --seed 2026 --count 1100`. */
export const OWN_VECTOR_SAMPLE_32 = new URL('./vectors/ours-32.jsonl.gz', import.meta.url);

/** A file of more vectors, where one is at hand: the environment variable ENTRYLAB_VECTORS names it. */
export function vectorsAtHand(): string | undefined {
  const path = process.env.ENTRYLAB_VECTORS;
  return path !== undefined && existsSync(path) ? path : undefined;
}

export const loadVectors = (file: URL | string): Vector[] => readVectors(gunzipSync(readFileSync(file)).toString());
