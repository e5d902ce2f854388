/** Runs vectors on the CPU at hand: compiles run.c, packs what it reads, unpacks what it writes (the layouts stand there). */
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FILL, PAGE, PAGES, PHYSICAL, physicalPage } from './layout.ts';

/** Bytes at a linear address, all within one page. */
export interface Window {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** What a vector starts from; the code is one of the windows. */
export interface Input {
  readonly rip: bigint;
  /** 32: compatibility mode. */
  readonly mode: 64 | 32;
  readonly flags: bigint;
  readonly fs: bigint;
  readonly gs: bigint;
  readonly regs: readonly bigint[];
  readonly windows: readonly Window[];
}

/** What is there afterwards: the frame of the signal that ended it, and the bytes that differ. */
export interface Outcome {
  readonly rip: bigint;
  readonly flags: bigint;
  readonly fs: bigint;
  readonly gs: bigint;
  readonly regs: readonly bigint[];
  /** The vector of the exception; GAVE_UP when nothing ended it in time. */
  readonly trap: number;
  readonly error: bigint;
  readonly cr2: bigint;
  readonly changes: readonly Window[];
}

export const GAVE_UP = 255;

const FLAGS = ['-O1', '-mfsgsbase', '-mno-red-zone', '-fno-stack-protector', '-fcf-protection=none'];

/** Runs all vectors on each of the processors named; one list of outcomes for each. */
export function runNatively(inputs: readonly Input[], processors: readonly number[]): Outcome[][] {
  const dir = mkdtempSync(join(tmpdir(), 'vectors-'));
  try {
    const runner = join(dir, 'run');
    execFileSync('gcc', [...FLAGS, '-o', runner, fileURLToPath(new URL('./run.c', import.meta.url))]);
    writeFileSync(join(dir, 'in'), packInputs(inputs));
    return processors.map((processor) => unpackOutcomes(runOn(dir, runner, processor), inputs.length));
  } finally {
    rmSync(dir, { recursive: true });
  }
}

function runOn(dir: string, runner: string, processor: number): Buffer {
  const [stdin, stdout] = [openSync(join(dir, 'in'), 'r'), openSync(join(dir, 'out'), 'w')];
  const { status, signal, stderr } = spawnSync(runner, [String(processor)], { stdio: [stdin, stdout, 'pipe'] });
  closeSync(stdin);
  closeSync(stdout);
  if (status !== 0) throw new Error(`the runner ended with ${signal ?? `status ${status}`}: ${stderr}`);
  return readFileSync(join(dir, 'out'));
}

const RIGHTS = { r: 1, rw: 3, rwx: 7 } as const;

function packInputs(inputs: readonly Input[]): Buffer {
  const head = [
    ...[PHYSICAL.length, PAGES.length, inputs.length],
    ...PHYSICAL.map(({ rights }) => (rights === 'rwx' ? FILL : 0)),
    ...PAGES.flatMap(({ linear, rights }) => [linear, RIGHTS[rights], physicalPage(linear)!]),
  ];
  return Buffer.concat([words(head), ...inputs.map(packInput)]);
}

const words = (values: readonly (number | bigint)[]): Buffer =>
  Buffer.from(BigUint64Array.from(values, (value) => BigInt(value)).buffer);

const padded = (length: number): number => Math.ceil(length / 8) * 8;

/** __USER32_CS and __USER_CS. */
const CODE_SELECTORS = { 32: 0x23, 64: 0x33 } as const;

function packInput({ rip, mode, flags, fs, gs, regs, windows }: Input): Buffer {
  const parts = [words([rip, flags, fs, gs, CODE_SELECTORS[mode], ...regs, windows.length])];
  for (const { address, bytes } of windows) {
    const page = physicalPage(address);
    if (page === undefined || (address % PAGE) + bytes.length > PAGE)
      throw new Error(`no window of ${bytes.length} bytes fits at 0x${address.toString(16)}`);
    const content = Buffer.alloc(padded(bytes.length));
    content.set(bytes);
    parts.push(words([page, address % PAGE, bytes.length]), content);
  }
  return Buffer.concat(parts);
}

function unpackOutcomes(buffer: Buffer, count: number): Outcome[] {
  let at = 0;
  const next = (): bigint => {
    at += 8;
    return buffer.readBigUInt64LE(at - 8);
  };
  const change = (): Window => {
    const [page, offset, length] = [Number(next()), Number(next()), Number(next())];
    const bytes = Uint8Array.from(buffer.subarray(at, at + length));
    at += padded(length);
    return { address: PHYSICAL[page]!.linear + offset, bytes };
  };
  return Array.from({ length: count }, () => {
    const [rip, flags, fs, gs] = [next(), next(), next(), next()];
    const regs = Array.from({ length: 16 }, next);
    const [trap, error, cr2] = [Number(next()), next(), next()];
    const changes = Array.from({ length: Number(next()) }, change);
    return { rip, flags, fs, gs, regs, trap, error, cr2, changes };
  });
}
