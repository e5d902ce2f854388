/**
 * Makes an engine: memory for the map in layout.ts with the guest's RAM at its end, and the compiled loop on it. The
 * memory never grows, so the views stay valid for good.
 */
import * as L from './layout.ts';
import { MODULE } from './module.ts';

/** What the loop calls; addresses are engine addresses, 64-bit arguments lie in scratch memory. */
export interface EngineImports {
  system(record: number): number;
  translate(access: number, width: number, handle: number): number;
  fetch(): number;
  stored(handle: number, width: number): void;
  codeWritten(physical: number): void;
  rekey(): void;
}

export interface Engine {
  /** Runs at most so many instructions from the state's RIP; STATUS_*. */
  run(budget: number): number;
  /** Delivers an event whose frame returns to RIP, in the common case; 0: nothing has been done. See assembly/events.ts. */
  deliver(vector: number, error: number, resumes: boolean): number;
  /** Sets the fast TLB's keys to those of the present PCID and rights; 0: one of them has to be dealt. */
  rekey(): number;
  /** Walks the page tables into WALK_*: WALK_OK, or which entry is unfit and how. */
  walk(linearLow: number, linearHigh: number): number;
  readonly bytes: Uint8Array;
  readonly u32: Uint32Array;
  readonly i32: Int32Array;
  readonly u64: BigUint64Array;
  readonly view: DataView;
  /** The state block without the entries of the TLB. */
  readonly state: Uint8Array;
  /** Guest physical memory. */
  readonly ram: Uint8Array;
}

/** The part of the host's WebAssembly used here; its types come with the DOM's library, which this project leaves out. */
interface Wasm {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (size: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
  readonly Instance: new (
    module: object,
    imports: Readonly<Record<string, object>>,
  ) => { readonly exports: Pick<Engine, 'run' | 'deliver' | 'rekey' | 'walk'> };
}
const { Module, Memory, Instance } = (globalThis as unknown as { readonly WebAssembly: Wasm }).WebAssembly;

const WASM_PAGE = 0x10000;
let compiled: object | undefined;

export function instantiateEngine(ramBytes: number, imports: EngineImports): Engine {
  if (ramBytes % 4096 !== 0 || ramBytes <= 0 || ramBytes > L.MAX_RAM_BYTES)
    throw new RangeError(`RAM has to be a multiple of 4096 bytes, at most 2 GiB: ${ramBytes}`);
  compiled ??= new Module(decodeBase64(MODULE));
  const pages = Math.ceil((L.RAM + ramBytes) / WASM_PAGE);
  const memory = new Memory({ initial: pages, maximum: pages });
  const { exports } = new Instance(compiled, { env: { memory }, cpu: { ...imports } });
  const bytes = new Uint8Array(memory.buffer);
  bytes.fill(0xff, L.VOID_READ, L.VOID_READ + 0x1000);
  bytes.fill(0xff, L.CONTEXT, L.CONTEXT + 4);
  return {
    run: exports.run,
    deliver: exports.deliver,
    rekey: exports.rekey,
    walk: exports.walk,
    bytes,
    u32: new Uint32Array(memory.buffer),
    i32: new Int32Array(memory.buffer),
    u64: new BigUint64Array(memory.buffer),
    view: new DataView(memory.buffer),
    state: bytes.subarray(L.STATE, L.STATE + L.S_TLB),
    ram: bytes.subarray(L.RAM, L.RAM + ramBytes),
  };
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** By hand, since a bare context has neither Buffer nor atob. */
function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const values = new Uint8Array(128);
  for (let i = 0; i < 64; i++) values[DIGITS.charCodeAt(i)] = i;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  for (let i = 0, at = 0; i < text.length; i += 4) {
    const [a, b, c, d] = [0, 1, 2, 3].map((k) => values[text.charCodeAt(i + k)]!) as [number, number, number, number];
    const group = (a << 18) | (b << 12) | (c << 6) | d;
    bytes[at++] = group >> 16;
    if (at < bytes.length) bytes[at++] = (group >> 8) & 0xff;
    if (at < bytes.length) bytes[at++] = group & 0xff;
  }
  return bytes;
}
