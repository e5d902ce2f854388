/**
 * Random programs of ALTERNATIVEs, patched for random sets of features and kernels: what must hold of every one of them.
 */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseKernelVersion } from '../../src/image/alt-entries.ts';
import { type Image, segmentAt } from '../../src/image/image.ts';
import { decode } from '../../src/isa/decode.ts';
import { imageOf, patched, textOf } from './patched.ts';

const test = suite('random alternatives');

const KERNELS = ['4.0', '4.4', '5.10', '6.1', '6.5', '6.12'] as const;
const FEATURES = ['PTI', 'PCID', 'XENPV'] as const;

/** Instructions of different lengths; branches lead to labels of the program's own. */
const instruction = fc.constantFrom(
  'nop',
  'cld',
  'lfence',
  'xchg %ax, %ax',
  'xor %eax, %eax',
  'mov $0x90909090, %eax',
  'movabs $0x9090909090909090, %rax',
  'mov 8(%rsp), %r14',
  'movl $0x90, 0x90(%rax)',
  'bts $63, %rax',
  'nopl 0x12345678(%rax)',
);
const branch = fc.constantFrom('call start', 'jmp end', 'jmp start', 'call end');
const block = fc.array(instruction, { maxLength: 5 });
const replacement = fc.oneof({ weight: 3, arbitrary: block }, { weight: 1, arbitrary: branch.map((b) => [b]) });

interface Alternative {
  readonly before: readonly string[];
  readonly old: readonly string[];
  readonly first: readonly string[];
  readonly second: readonly string[] | undefined;
  readonly features: readonly [string, string];
}

const alternative: fc.Arbitrary<Alternative> = fc.record({
  before: block,
  old: block,
  first: replacement,
  second: fc.option(replacement, { nil: undefined }),
  features: fc.tuple(fc.constantFrom(...FEATURES), fc.constantFrom(...FEATURES)),
});

const textOfAlternative = ({ before, old, first, second, features: [f, g] }: Alternative): string => {
  const quoted = (lines: readonly string[]): string => `"${lines.join('; ')}"`;
  const rows = [`${quoted(first)}, X86_FEATURE_${f}`, ...(second ? [`${quoted(second)}, X86_FEATURE_${g}`] : [])];
  return [...before, `${second ? 'ALTERNATIVE_2' : 'ALTERNATIVE'} ${quoted(old)}, ${rows.join(', ')}`].join('\n');
};

const program = fc
  .array(alternative, { minLength: 1, maxLength: 6 })
  .map((list) => `start:\n${list.map(textOfAlternative).join('\n')}\nend: ret`);

const scene = fc.record({ text: program, kernel: fc.constantFrom(...KERNELS), features: fc.subarray([...FEATURES]) });
const RUNS = { numRuns: 50 };

/** Offsets at which instructions begin in [from, to) of .text; undefined if they do not end at `to`. */
function starts(image: Image, from: bigint, to: bigint): string[] | undefined {
  const segment = segmentAt(image, from)!;
  const texts: string[] = [];
  let at = from;
  while (at < to) {
    const decoded = decode(segment.bytes.subarray(Number(at - segment.address)), at);
    if (decoded.kind !== 'insn') return undefined;
    texts.push(decoded.insn.mnemonic);
    at += BigInt(decoded.insn.length);
  }
  return at === to ? texts : undefined;
}

test('a patched site decodes to instructions that cover it exactly', () => {
  fc.assert(
    fc.property(scene, ({ text, kernel, features }) => {
      const { image, log, messages } = patched(text, kernel, features);
      assert.equal(messages, []);
      for (const { entry } of log) {
        if (entry.siteLength > 0) assert.ok(starts(image, entry.site, entry.site + BigInt(entry.siteLength)));
      }
    }),
    RUNS,
  );
});

/** The instructions of .text that do something, without the NOPs and what a jump over INT3s stands for. */
function meaning(image: Image): string[] {
  const segment = image.segments.find((s) => s.name === '.text')!;
  const end = segment.address + BigInt(segment.bytes.length);
  const texts: string[] = [];
  for (let at = segment.address; at < end; ) {
    const decoded = decode(segment.bytes.subarray(Number(at - segment.address)), at);
    assert.is(decoded.kind, 'insn');
    if (decoded.kind !== 'insn') break;
    const { insn } = decoded;
    const [operand] = insn.operands;
    at += BigInt(insn.length);
    const over = insn.mnemonic === 'jmp' && operand?.kind === 'target' ? operand.address : undefined;
    const skipped = over !== undefined && over >= at && over <= end ? bytesBetween(image, at, over) : undefined;
    if (skipped && skipped.length > 0 && skipped.every((b) => b === 0xcc)) at = over!;
    else if (insn.mnemonic !== 'nop') texts.push(Buffer.from(insn.bytes).toString('hex'));
  }
  return texts;
}

const bytesBetween = (image: Image, from: bigint, to: bigint): Uint8Array => {
  const segment = segmentAt(image, from);
  if (!segment) return new Uint8Array(0);
  return segment.bytes.subarray(Number(from - segment.address), Number(to - segment.address));
};

test('with no feature set only NOPs change', () => {
  fc.assert(
    fc.property(program, fc.constantFrom(...KERNELS), (text, kernel) => {
      const before = imageOf(text, parseKernelVersion(kernel)!);
      const after = patched(text, kernel, []);
      assert.equal(after.image.patches, []);
      assert.equal(meaning(after.image), meaning(before));
      assert.is(after.text.length, textOf(before).length);
    }),
    RUNS,
  );
});

test('sites of features that are not set, and what lies between sites, keep their meaning', () => {
  fc.assert(
    fc.property(scene, ({ text, kernel, features }) => {
      const { image, log } = patched(text, kernel, features);
      const before = imageOf(text, parseKernelVersion(kernel)!);
      const sites = new Set(log.map((r) => r.entry.site));
      for (const site of sites) {
        const rows = log.filter((r) => r.entry.site === site);
        const length = BigInt(rows[0]!.entry.siteLength);
        if (length === 0n || rows.some((r) => r.outcome === 'patched')) continue;
        const busy = (of: Image): string[] | undefined => starts(of, site, site + length)?.filter((m) => m !== 'nop');
        const jumpsOver = kernel === '6.5' || kernel === '6.12';
        assert.equal(
          busy(image)?.filter((m) => !jumpsOver || (m !== 'jmp' && m !== 'int3')),
          busy(before)?.filter((m) => !jumpsOver || m !== 'jmp'),
        );
      }
      const segment = image.segments.find((s) => s.name === '.text')!;
      const old = before.segments.find((s) => s.name === '.text')!;
      for (const [i, byte] of segment.bytes.entries()) {
        const address = segment.address + BigInt(i);
        const inSite = log.some(({ entry: e }) => address >= e.site && address < e.site + BigInt(e.siteLength));
        if (!inSite) assert.is(byte, old.bytes[i]);
      }
    }),
    RUNS,
  );
});

test('line records and patched ranges stay sorted, without gaps turned into overlaps', () => {
  fc.assert(
    fc.property(scene, ({ text, kernel, features }) => {
      const { image, log } = patched(text, kernel, features);
      for (const ranges of [image.lines, image.patches]) {
        for (const [i, { address, end }] of ranges.entries()) {
          assert.ok(address < end, 'no range is empty');
          assert.ok(i === 0 || ranges[i - 1]!.end <= address, 'no two overlap');
        }
      }
      const patchedSites = new Set(
        log.filter((r) => r.outcome === 'patched' && r.entry.siteLength > 0).map((r) => r.entry.site),
      );
      assert.equal(
        image.patches.map((p) => p.address),
        [...patchedSites].sort((a, b) => (a < b ? -1 : 1)),
      );
    }),
    RUNS,
  );
});

test.run();
