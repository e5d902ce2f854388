/** CPUID against what real CPUs answered: nothing more than they, and all of it that is modelled. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createCpu, getReg, run, setReg } from '../../src/cpu/cpu.ts';
import { cpuidLeaf } from '../../src/cpu/cpuid.ts';
import { CR4 } from '../../src/cpu/state.ts';
import { ALL_FEATURES, CPU_FEATURE_NAMES, type CpuModel, withFeatures } from '../../src/isa/cpu-model.ts';
import { BROADWELL, CPU_MODELS, HASWELL, MAX, SKYLAKE_SERVER, ZEN3, ZEN4 } from '../../src/isa/cpu-models.ts';
import { GPR } from '../../src/isa/insn.ts';
import { enable, snippet } from './snippet.ts';

const test = suite('CPUID');

type Registers = readonly [eax: number, ebx: number, ecx: number, edx: number];
/** `7.0`: leaf and subleaf in hexadecimal; EAX, EBX, ECX, EDX. */
type Dump = Readonly<Record<string, string>>;

/** The dumps that cpu-models.ts names: what says who it is, features, caches and sizes. */
const DUMPS: readonly (readonly [CpuModel, Dump])[] = [
  [
    HASWELL,
    {
      '0': '0000000d 756e6547 6c65746e 49656e69',
      '1': '000306c3 03100800 7fdafbbf bfebfbff',
      '2': '76036301 00f0b5ff 00000000 00c10000',
      '4.0': '1c004121 01c0003f 0000003f 00000000',
      '4.1': '1c004122 01c0003f 0000003f 00000000',
      '4.2': '1c004143 01c0003f 000001ff 00000000',
      '4.3': '1c03c163 02c0003f 00001fff 00000006',
      '7': '00000000 000027ab 00000000 00000000',
      '80000000': '80000008 00000000 00000000 00000000',
      '80000001': '00000000 00000000 00000021 2c100800',
      '80000002': '65746e49 2952286c 726f4320 4d542865',
      '80000003': '37692029 3137342d 20514d30 20555043',
      '80000004': '2e322040 48473035 0000007a 00000000',
      '80000006': '00000000 00000000 01006040 00000000',
      '80000007': '00000000 00000000 00000000 00000100',
      '80000008': '00003027 00000000 00000000 00000000',
    },
  ],
  [
    BROADWELL,
    {
      '0': '00000014 756e6547 6c65746e 49656e69',
      '1': '000406f1 04200800 7ffefbbf bfebfbff',
      '2': '76036301 00f0b5ff 00000000 00c30000',
      '4.0': '3c004121 01c0003f 0000003f 00000000',
      '4.1': '3c004122 01c0003f 0000003f 00000000',
      '4.2': '3c004143 01c0003f 000001ff 00000000',
      '4.3': '3c07c163 04c0003f 00004fff 00000006',
      '7': '00000000 021cbfbb 00000000 00000000',
      '80000001': '00000000 00000000 00000121 2c100800',
      '80000002': '65746e49 2952286c 726f4320 4d542865',
      '80000003': '37692029 3539362d 43205830 40205550',
      '80000004': '302e3320 7a484730 00000000 00000000',
      '80000008': '0000302e 00000000 00000000 00000000',
    },
  ],
  [
    SKYLAKE_SERVER,
    {
      '0': '00000016 756e6547 6c65746e 49656e69',
      '1': '00050654 00100800 7ffefbff bfebfbff',
      '2': '76036301 00f0b5ff 00000000 00c30000',
      '4.0': '1c004121 01c0003f 0000003f 00000000',
      '4.1': '1c004122 01c0003f 0000003f 00000000',
      '4.2': '1c004143 03c0003f 000003ff 00000000',
      '4.3': '1c03c163 0280003f 00003fff 00000004',
      '7': '00000000 d39ffffb 00000008 00000000',
      '80000000': '80000008 00000000 00000000 00000000',
      '80000001': '00000000 00000000 00000121 2c100800',
      '80000002': '65746e49 2952286c 6f655820 2952286e',
      '80000003': '6c695320 20726576 38303134 55504320',
      '80000004': '31204020 4730382e 00007a48 00000000',
      '80000006': '00000000 00000000 01006040 00000000',
      '80000008': '0000302e 00000000 00000000 00000000',
    },
  ],
  [
    ZEN3,
    {
      '0': '00000010 68747541 444d4163 69746e65',
      '1': '00a00f11 00800800 7eda320b 178bfbff',
      '7': '00000000 219c97a9 0040068c 00000010',
      '80000000': '80000023 68747541 444d4163 69746e65',
      '80000001': '00a00f11 40000000 75c237ff 2fd3fbff',
      '80000002': '20444d41 43595045 31373720 34362033',
      '80000003': '726f432d 72502065 7365636f 20726f73',
      '80000004': '20202020 20202020 20202020 00202020',
      '80000005': 'ff40ff40 ff40ff40 20080140 20080140',
      '80000006': '48002200 68004200 02006140 08009140',
      '80000008': '00003030 91bef75f 0000707f 00010007',
      '8000001d.0': '00004121 01c0003f 0000003f 00000000',
      '8000001d.2': '00004143 01c0003f 000003ff 00000002',
      '8000001d.3': '0003c163 03c0003f 00007fff 00000001',
      '80000021': '0000204d 00000000 00000000 00000000',
    },
  ],
  [
    ZEN4,
    {
      '0': '00000010 68747541 444d4163 69746e65',
      '1': '00a10f11 00200800 7efa320b 178bfbff',
      '7': '00000001 f1bf97a9 00415fce 10000010',
      '7.1': '00000020 00000000 00000000 00000000',
      '80000000': '80000028 68747541 444d4163 69746e65',
      '80000001': '00a10f11 40000000 75c237ff 2fd3fbff',
      '80000002': '20444d41 43595045 32313920 36312034',
      '80000003': '726f432d 72502065 7365636f 20726f73',
      '80000004': '20202020 20202020 20202020 00202020',
      '80000005': 'ff48ff40 ff48ff40 20080140 20080140',
      '80000006': '5c002200 6c004200 04006140 02009140',
      '80000008': '00003034 79bef25f 0000601f 00010007',
      '8000001d.0': '00004121 01c0003f 0000003f 00000000',
      '8000001d.2': '00004143 01c0003f 000007ff 00000002',
      '8000001d.3': '0001c163 03c0003f 00003fff 00000001',
      '80000021': '00062fcf 0000015c 00000000 00000000',
    },
  ],
];

const CPU = createCpu({ ramBytes: 0x10000 });
const ask = (model: CpuModel, leaf: number, subleaf = 0): Registers =>
  cpuidLeaf({ ...CPU, model }, leaf, subleaf).map((half) => half >>> 0) as unknown as Registers;

const parseKey = (key: string): [leaf: number, subleaf: number] => {
  const [leaf, subleaf = '0'] = key.split('.');
  return [Number.parseInt(leaf!, 16), Number.parseInt(subleaf, 16)];
};

const parse = (text: string): Registers =>
  text.split(' ').map((half) => Number.parseInt(half, 16)) as unknown as Registers;
const text = (registers: readonly number[]): string =>
  registers.map((half) => (half >>> 0).toString(16).padStart(8, '0')).join(' ');
const and = (a: Registers, b: Registers): Registers => a.map((half, i) => half & b[i]!) as unknown as Registers;

/** Leaves that are answered word for word; in the others the features' bits count. */
const WHOLE = [0, 2, 0x80000000, 0x80000002, 0x80000003, 0x80000004, 0x80000005, 0x80000006, 0x80000007];
/** Intel's dumps are older than the microcode of January 2018: IBRS, STIBP, SSBD in leaf 7's EDX are not in them. */
const LATER_MICROCODE: Registers = [0, 0, 0, ~0x8c000000];
/** EAX but for the numbers of processors that share a cache. */
const CACHE: Registers = [0x3fff, ~0, ~0, ~0];

for (const [model, dump] of DUMPS) {
  test(`${model.name} answers as the real one, in what is modelled`, () => {
    for (const [key, kept] of Object.entries(dump)) {
      const [leaf, subleaf] = parseKey(key);
      const [ours, real] = [ask(model, leaf, subleaf), parse(kept)];
      const where = `${model.name} leaf ${key}`;
      if (WHOLE.includes(leaf)) assert.is(text(ours), text(real), where);
      else if (leaf === 4 || leaf === 0x8000001d) assert.is(text(and(ours, CACHE)), text(and(real, CACHE)), where);
      else {
        const announced = leaf === 7 && model.vendor === 'intel' ? and(ours, LATER_MICROCODE) : ours;
        const bits = and(
          ask(withFeatures(model, ALL_FEATURES), leaf, subleaf),
          leaf === 1 ? [0, 0, ~0, ~0] : FLAGS(leaf),
        );
        const shown = leaf === 7 && model.vendor === 'intel' ? and(bits, LATER_MICROCODE) : bits;
        assert.is(text(and(announced, shown)), text(and(real, shown)), where);
      }
    }
    assert.is(ask(model, 1)[0], parse(dump['1']!)[0], 'the signature');
    assert.is(ask(model, 0x80000008)[0] & 0xff, parse(dump['80000008']!)[0] & 0xff, 'bits of physical addresses');
  });
}

/** The registers of a leaf that hold features; leaf 80000008 has sizes in the others. */
function FLAGS(leaf: number): Registers {
  return leaf === 0x80000008 ? [0, ~0, 0, 0] : leaf === 7 ? [0, ~0, ~0, ~0] : [0, 0, ~0, ~0];
}

test('every feature that is taken away takes its bits along, and only those', () => {
  const keys = ['1', '7', '7.1', '14', '80000001', '80000008', '80000021'];
  const long = { ...MAX, lastExtendedLeaf: 0x80000028 };
  const both: readonly CpuModel[] = [long, { ...long, vendor: 'amd' }];
  for (const feature of CPU_FEATURE_NAMES) {
    const places = both.map((model) => {
      const lost = keys.map((key): Registers => {
        const [leaf, subleaf] = parseKey(key);
        const [all, without] = [
          ask(model, leaf, subleaf),
          ask(withFeatures(model, { [feature]: false }), leaf, subleaf),
        ];
        assert.is(text(and(all, without)), text(without), `-${feature} announces something in leaf ${key}`);
        return all.map((half, i) => half ^ without[i]!) as unknown as Registers;
      });
      // The widths of addresses are no bits of features.
      const isWidth = (key: string, register: number): boolean => key === '80000008' && register === 0;
      return keys.filter((key, i) => lost[i]!.some((half, register) => half !== 0 && !isWidth(key, register)));
    });
    const shown = places.filter(({ length }) => length > 0);
    assert.ok(
      shown.length > 0 && shown.every(({ length }) => length === 1),
      `-${feature} shows in ${places.join(' and ')}`,
    );
  }
});

test('leaf 5 is about MONITOR: without, it is empty', () => {
  // All five dumps have 64, 64 and 3; their C-states, in EDX, are not modelled.
  for (const model of CPU_MODELS) assert.equal(ask(model, 5), [0x40, 0x40, 3, 0], model.name);
  assert.equal(ask(withFeatures(MAX, { monitor: false }), 5), [0, 0, 0, 0]);
});

test('past the last leaf Intel repeats the highest basic one, AMD gives zeros', () => {
  const last = ask(SKYLAKE_SERVER, 0x16);
  assert.is(text(last), '00000708 00000bb8 00000064 00000000');
  for (const leaf of [0x17, 0x40000000, 0x7fffffff, 0x80000009, 0xffffffff]) {
    assert.equal(ask(SKYLAKE_SERVER, leaf), last, leaf.toString(16));
    assert.equal(ask(ZEN4, leaf === 0x80000009 ? 0x80000029 : leaf), [0, 0, 0, 0], leaf.toString(16));
  }
  assert.equal(ask(HASWELL, 0xe), ask(HASWELL, 0xd), 'which is XSAVE’s here');
});

test('one thread of one core: the topology ends after its two levels', () => {
  for (const model of CPU_MODELS) {
    assert.equal(ask(model, 0xb, 0), [0, 1, 0x100, 0]);
    assert.equal(ask(model, 0xb, 1), [0, 1, 0x201, 0]);
    assert.equal(ask(model, 0xb, 5), [0, 0, 5, 0]);
    assert.is((ask(model, 1)[1] >>> 16) & 0xff, 1);
    assert.is(ask(model, 1)[3] & (1 << 28), 0, 'HTT');
  }
});

test('the instruction zeroes the upper halves; OSXSAVE follows CR4', () => {
  const { cpu } = snippet('0fa2f4');
  for (const n of [GPR.RBX, GPR.RDX]) setReg(cpu, n, (1n << 64n) - 1n);
  setReg(cpu, GPR.RAX, 0xabcd_0000_0000_0001n);
  setReg(cpu, GPR.RCX, 0xabcd_0000_0000_0000n);
  enable(cpu, 4, CR4.OSXSAVE);
  assert.is(run(cpu, 2).kind, 'halt');
  assert.is(getReg(cpu, GPR.RAX), 0x806f0n);
  assert.is(getReg(cpu, GPR.RCX) & (1n << 27n), 1n << 27n);
  for (const n of [GPR.RAX, GPR.RBX, GPR.RCX, GPR.RDX]) assert.is(getReg(cpu, n) >> 32n, 0n);
  assert.is(ask(MAX, 1)[2] & (1 << 27), 0);
});

const PROBE = `
#include <cpuid.h>
#include <stdio.h>
#include <stdlib.h>
int main(int argc, char **argv) {
  for (int i = 1; i + 1 < argc; i += 2) {
    unsigned a, b, c, d;
    __cpuid_count(strtoul(argv[i], 0, 16), strtoul(argv[i + 1], 0, 16), a, b, c, d);
    printf("%08x %08x %08x %08x\\n", a, b, c, d);
  }
}
`;

/** The CPU at hand, asked in user mode; undefined without a compiler. */
function atHand(keys: readonly string[]): Registers[] | undefined {
  if (process.arch !== 'x64' || !existsSync('/usr/bin/gcc')) return undefined;
  const dir = mkdtempSync(join(tmpdir(), 'entrylab-cpuid-'));
  try {
    writeFileSync(join(dir, 'probe.c'), PROBE);
    execFileSync('gcc', [join(dir, 'probe.c'), '-o', join(dir, 'probe')]);
    const args = keys.flatMap((key) => parseKey(key).map((n) => n.toString(16)));
    return execFileSync(join(dir, 'probe'), args, { encoding: 'utf8' }).trim().split('\n').map(parse);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Leaves that hypervisors pass on; what they hide of them is the CPU's all the same. */
const PASSED_ON = ['1', '7', '7.1', '80000001', '80000008', '8000001d.0', '8000001d.1', '8000001d.2', '80000021'];
const MASKS: Readonly<Record<string, Registers>> = {
  '1': [0, 0, ~0, ~0],
  '80000008': [0, ~0, 0, 0],
  '8000001d.0': CACHE,
  '8000001d.1': CACHE,
  '8000001d.2': CACHE,
};

const answers = atHand(PASSED_ON);
if (answers && answers[0]![0] === ask(ZEN4, 1)[0]) {
  test('zen4 has everything modelled that the CPU at hand shows', () => {
    for (const [i, key] of PASSED_ON.entries()) {
      const [leaf, subleaf] = parseKey(key);
      const mask = MASKS[key] ?? [0, ~0, ~0, ~0];
      const modelled = and(ask(withFeatures(ZEN4, ALL_FEATURES), leaf, subleaf), mask);
      const shown = and(answers[i]!, modelled);
      assert.is(text(and(shown, ask(ZEN4, leaf, subleaf))), text(shown), `leaf ${key}`);
    }
    for (const n of [5, 6, 7]) assert.equal(and(answers[n]!, CACHE), and(ask(ZEN4, ...parseKey(PASSED_ON[n]!)), CACHE));
  });
} else console.log('# SKIP the CPU at hand is no Zen 4, or there is no gcc to ask it');

test.run();
