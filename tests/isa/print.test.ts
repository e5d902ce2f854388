/** The printer against objdump itself where binutils is installed, over the samples of all lowered forms and the vectors. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseHexBytes } from '../../src/base/hex.ts';
import { MAX } from '../../src/isa/cpu-models.ts';
import { decode } from '../../src/isa/decode.ts';
import { type PrintOptions, printInsn } from '../../src/isa/print.ts';
import { SAMPLES } from '../uop/samples.ts';
import { loadVectors, VECTOR_SAMPLE, vectorsAtHand } from '../vectors.ts';

const test = suite('print');

function print(bytes: Uint8Array, ip: bigint, options: PrintOptions = {}, model = MAX): string {
  const decoded = decode(bytes, ip, model);
  return decoded.kind === 'insn' ? printInsn(decoded.insn, options) : `(${decoded.kind})`;
}

test('as in the kernel: listings', () => {
  for (const [hex, text] of [
    ['0f20d8', 'mov    %cr3,%rax'],
    ['490fbae60c', 'bt     $0xc,%r14'],
    ['65488b1506000000', 'mov    %gs:0x6(%rip),%rdx'],
    ['48c70001000000', 'movq   $0x1,(%rax)'],
    ['f0480fb10e', 'lock cmpxchg %rcx,(%rsi)'],
    ['f3aa', 'rep stos %al,%es:(%rdi)'],
    ['f2ae', 'repnz scas %es:(%rdi),%al'],
    ['0f21f8', 'mov    %db7,%rax'],
    ['ebfe', 'jmp    0xffffffff81000000'],
    ['ffe0', 'jmp    *%rax'],
    ['2eff12', 'cs call *(%rdx)'],
    ['48cf', 'iretq'],
    ['662e0f1f840000000000', 'cs nopw 0x0(%rax,%rax,1)'],
    ['0f28c1', 'movaps %xmm1,%xmm0'],
    ['c5f96fc1', 'vmovdqa %xmm1,%xmm0'],
    ['d8c1', 'fadd   %st(1),%st'],
    ['dd00', 'fldl   (%rax)'],
    ['8ed8', 'mov    %eax,%ds'],
    ['0f00d8', 'ltr    %ax'],
  ] as const) {
    assert.is(print(parseHexBytes(hex)!, 0xffff_ffff_8100_0000n), text);
  }
});

test('addresses get names', () => {
  const symbolize = (address: bigint) =>
    address >= 0x1000n && address < 0x1100n ? `sym+0x${(address - 0x1000n).toString(16)}` : undefined;
  assert.is(print(parseHexBytes('eb0e')!, 0x1000n, { symbolize }), 'jmp    1010 <sym+0x10>');
  assert.is(print(parseHexBytes('eb0e')!, 0x2000n, { symbolize }), 'jmp    0x2010');
  assert.is(
    print(parseHexBytes('488b0509000000')!, 0x1000n, { symbolize }),
    'mov    0x9(%rip),%rax        # 1010 <sym+0x10>',
  );
});

const SLOT = 32;
const NOP = 0x90;

/** What objdump says of each encoding, at multiples of SLOT; undefined without binutils. */
function objdump(encodings: readonly Uint8Array[]): string[] | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'print-'));
  try {
    const all = new Uint8Array(encodings.length * SLOT).fill(NOP);
    encodings.forEach((bytes, i) => {
      all.set(bytes, i * SLOT);
    });
    const file = join(folder, 'all.bin');
    writeFileSync(file, all);
    const options = ['-D', '-w', '-b', 'binary', '-m', 'i386:x86-64', file];
    const listing = execFileSync('objdump', options, { encoding: 'utf8', maxBuffer: 1 << 28 });
    const lines = listing.split('\n').map((line) => /^\s*([0-9a-f]+):\t[0-9a-f ]+\t(.*?)(\s+# 0x.*)?$/.exec(line));
    const texts = new Map(lines.map((line) => [Number.parseInt(line?.[1] ?? '', 16), line?.[2]?.trimEnd()]));
    return encodings.map((_, i) => texts.get(i * SLOT) ?? '');
  } catch (reason) {
    if (reason instanceof Error && 'code' in reason && reason.code === 'ENOENT') return undefined;
    throw reason;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const vectors = loadVectors(vectorsAtHand() ?? VECTOR_SAMPLE).map(({ bytes }) => bytes);
const unique = [...new Map([...vectors, ...SAMPLES.map(({ bytes }) => bytes)].map((b) => [b.join(), b])).values()];
/** Those that only AMD's CPUs decode as sampled, which is how objdump does. */
const models = new Map(SAMPLES.map(({ bytes, model }) => [bytes.join(), model]));
const expected = objdump(unique);

if (expected === undefined) {
  console.log('# SKIP binutils is not installed');
} else {
  // What nobody assembles: MOVSXD with a 16-bit destination, whose source objdump shows as 32 bits, and the hint space that
  // objdump 2.40 takes for MPX or doesn't know yet (PREFETCHIT), the encodings of MFENCE and SFENCE beside the usual, and
  // AMD's UD0 without a ModRM byte. And short branches of 16 bits, whose targets it doesn't cut to 16 as Zen 4 does.
  const disputed = /^(6663|66(67)?(7|e[0-3]|eb)|(48|66)?0f(0d5c|0df3|1874|187c|1[ab]|aef[1-79a-f]|ff$))/;
  test('everything in the vectors and samples prints as objdump prints it', () => {
    const different = unique.flatMap((bytes, i) => {
      const text = print(bytes, BigInt(i * SLOT), {}, models.get(bytes.join()));
      const hex = Buffer.from(bytes).toString('hex');
      if (text === expected[i] || disputed.test(hex)) return [];
      return [`${hex}: objdump "${expected[i]}", ours "${text}"`];
    });
    assert.ok(unique.length > 2000);
    assert.equal(different, []);
  });
}

test.run();
