/**
 * Vectors: single instructions and everything a real CPU did with them (an AMD Zen 5 in user mode, CPL 3, IOPL 0).
 *
 * `readVectors` turns the lines into plain data; `checkVector` runs one through whatever executes instructions and lists what
 * differs: nothing, if all is well. The rules of comparison are the CPU's and Linux's:
 *   - flags count under the vector's mask, and RF not at all (in a fault's frame it is set);
 *   - Linux reports page faults above 2^47 with P set, to hide what the kernel has mapped, so P is not compared there;
 *   - a jump to an unmapped page completes before the fetch faults, so such a vector is compared as one without a fault.
 */

import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parseHexBytes } from '../src/base/hex.ts';
import { u64 } from '../src/base/u64.ts';
import { GPR64_NAMES, RFLAGS } from '../src/isa/insn.ts';

/** Where the code stands, and the two pages (every byte outside the windows is zero) that are mapped beside it. */
export const VECTOR_CODE = 0x1000_0800n;
export const VECTOR_PAGES = [0x1000_0000n, 0x2000_0000n, 0x2001_0000n] as const;
/** What fills the code page around the instruction. */
export const VECTOR_FILL = 0xcc;

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
  /** The data and the stack window. */
  readonly memory: readonly VectorMemory[];
  readonly fault?: VectorFault;
}

export interface Vector {
  readonly n: number;
  readonly asm: string;
  readonly bytes: Uint8Array;
  readonly before: VectorState;
  readonly after: VectorState;
  /** RFLAGS bits that count. */
  readonly flagMask: bigint;
  /** Registers whose value is undefined, by number. */
  readonly undefinedRegs: readonly number[];
}

/** Runs the vector's instruction to its end (a REP through all of its iterations) from `vector.before`. */
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

function readVector({ n, asm, b, r, f, fs = '0', gs = '0', mem, out }: Line): Vector {
  const bytes = hexBytes(b);
  const memory = mem.map(([address, content]) => ({ address: hex(address), bytes: hexBytes(content) }));
  const regs = r.map(hex);
  const after: VectorState = {
    regs: regs.map((value, i) => hex(out.r[GPR64_NAMES[i]!] ?? value.toString(16))),
    rip: hex(out.rip),
    flags: hex(out.f),
    fs: hex(out.fs ?? fs),
    gs: hex(out.gs ?? gs),
    memory: memory.map((window) => withChanges(window, out.mem)),
    ...(out.fault !== undefined && { fault: readFault(out.fault) }),
  };
  return {
    n,
    asm,
    bytes,
    before: { regs, rip: VECTOR_CODE, flags: hex(f), fs: hex(fs), gs: hex(gs), memory },
    after,
    flagMask: hex(out.fm),
    undefinedRegs: (out.undef ?? []).map((name) => (GPR64_NAMES as readonly string[]).indexOf(name)),
  };
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

function withChanges({ address, bytes }: VectorMemory, changes: Line['out']['mem']): VectorMemory {
  const changed = bytes.slice();
  for (const [at, content] of changes) {
    const offset = Number(hex(at) - address);
    if (offset >= 0 && offset < bytes.length) changed.set(hexBytes(content), offset);
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
const KERNEL_HALF = 1n << 47n;

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
  compare('flags', after.flags & mask, got.flags & mask);
  compare('fs', after.fs, got.fs);
  compare('gs', after.gs, got.gs);
  after.memory.forEach(({ address, bytes }, i) => {
    bytes.forEach((want, offset) => {
      compare(`[${show(u64(address + BigInt(offset)))}]`, want, got.memory[i]?.bytes[offset]);
    });
  });
  compare('fault', faultText(after), faultText(got));
  return found;
}

const show = (value: unknown): string =>
  typeof value === 'bigint' || typeof value === 'number' ? `0x${value.toString(16)}` : String(value);

function faultText({ fault, rip }: VectorState): string {
  if (fault === undefined) return 'none';
  const { vector, error, cr2 } = fault;
  if (cr2 === undefined) return `${vector} error ${show(error)}`;
  if ((error & INSTRUCTION_FETCH) !== 0 && cr2 === rip) return 'none';
  return `${vector} error ${show(cr2 >= KERNEL_HALF ? error & ~PRESENT : error)} at ${show(cr2)}`;
}

// The files

/**
 * The sample kept with the tests, made on the CPU by the oracle's generator: up to two of each instruction with seed 4711, and
 * with more templates (BMI, ADX, RSP as an operand, odd widths) one of each with seed 99.
 */
export const VECTOR_SAMPLE = new URL('./vectors/sample.jsonl.gz', import.meta.url);

/** A file of more vectors, where one is at hand: the environment variable ENTRYLAB_VECTORS names it. */
export function vectorsAtHand(): string | undefined {
  const path = process.env.ENTRYLAB_VECTORS;
  return path !== undefined && existsSync(path) ? path : undefined;
}

export const loadVectors = (file: URL | string): Vector[] => readVectors(gunzipSync(readFileSync(file)).toString());
