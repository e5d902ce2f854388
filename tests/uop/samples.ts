/**
 * The sample encodings: at least one with registers and one with memory of every form that lowers, with its micro-ops.
 *
 * They stand in samples/forms.txt, made by `npx tsx tools/uop-samples.ts`: a line with the bytes, the form and the text of an
 * instruction (and `amd`, where only AMD's CPUs decode it so), then its micro-ops, indented. The file is a golden of decoder, printer and lowering at once, and the list
 * that whoever executes micro-ops can go through (engine: fused against unfused).
 */
import { readFileSync } from 'node:fs';
import { parseHexBytes } from '../../src/base/hex.ts';
import type { CpuModel } from '../../src/isa/cpu-model.ts';
import { MAX, ZEN4 } from '../../src/isa/cpu-models.ts';
import { decode } from '../../src/isa/decode.ts';
import type { Decoded } from '../../src/isa/insn.ts';

export interface Sample {
  readonly bytes: Uint8Array;
  readonly form: string;
  /** As objdump prints it. */
  readonly text: string;
  readonly mode: 64 | 32;
  /** Whose decoding and features: all of them, or AMD's where no other decodes it so. */
  readonly model: CpuModel;
  /** Its micro-ops as `uopText` prints them. */
  readonly uops: readonly string[];
}

/** Where the samples are decoded. */
export const SAMPLE_IP = 0xffff_ffff_8100_0000n;
export const SAMPLE_IP_32 = 0x0804_8000n;

export const SAMPLES_FILE = new URL('./samples/forms.txt', import.meta.url);
/** The same of 32-bit code in compatibility mode. */
export const SAMPLES_32_FILE = new URL('./samples/forms32.txt', import.meta.url);

export const readSamples = (file: URL = SAMPLES_FILE): Sample[] =>
  readFileSync(file, 'utf8')
    .split(/\n(?=\S)/)
    .filter((block) => !block.startsWith('#'))
    .map((block) => readSample(block, file === SAMPLES_32_FILE ? 32 : 64));

function readSample(block: string, mode: Sample['mode']): Sample {
  const [head = '', ...uops] = block.trimEnd().split('\n');
  const [bytes = '', form = '', text = '', vendor] = head.split('\t');
  return {
    bytes: parseHexBytes(bytes) ?? new Uint8Array(),
    form,
    text,
    mode,
    model: vendor === 'amd' ? ZEN4 : MAX,
    uops: uops.map((line) => line.trim()),
  };
}

export const SAMPLES: readonly Sample[] = readSamples();
export const SAMPLES_32: readonly Sample[] = readSamples(SAMPLES_32_FILE);

/** How the bytes of a sample are decoded. */
export const decodeSample = ({ bytes, mode, model: { vendor } }: Sample): Decoded =>
  decode(bytes, mode === 64 ? SAMPLE_IP : SAMPLE_IP_32, { vendor, mode });
