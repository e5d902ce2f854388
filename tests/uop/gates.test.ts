/** What the bytes of an instruction are on a model of CPU that lacks it. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseHexBytes } from '../../src/base/hex.ts';
import { type CpuFeature, type CpuModel, withFeatures } from '../../src/isa/cpu-model.ts';
import { MAX, ZEN4 } from '../../src/isa/cpu-models.ts';
import { decode } from '../../src/isa/decode.ts';
import { lower } from '../../src/uop/lower/lower.ts';
import { uopText } from '../../src/uop/print.ts';

const test = suite('gates');

const UD = ['fault 6'];

function uops(hex: string, model: CpuModel): readonly string[] {
  const decoded = decode(parseHexBytes(hex)!, 0x1000n, model);
  const lowered = decoded.kind === 'insn' ? lower(decoded.insn, model) : undefined;
  if (lowered?.kind !== 'uops') throw new Error(hex);
  return lowered.uops.map(uopText);
}

const without = (feature: CpuFeature): CpuModel => withFeatures(MAX, { [feature]: false });

test('without its feature an instruction is #UD', () => {
  const instructions: readonly (readonly [CpuFeature, ...string[]])[] = [
    ['cmpxchg16b', '480fc70b'],
    ['lahf64', '9f', '9e'],
    ['movbe', '0f38f003', '0f38f103'],
    ['popcnt', 'f30fb8c3'],
    ['bmi1', 'c4e278f2c1', 'c4e260f7c1', 'c4e278f3c9'],
    ['bmi2', 'c4e2e3f5c1', 'c4e2e2f5c1', 'c4e37bf0c105'],
    ['tbm', '8fe97801c8', '8fea78100100000000'],
    ['adx', '660f38f6c3', 'f30f38f6c3'],
    ['crc32', 'f20f38f1c3'],
    ['rdrand', '0fc7f0'],
    ['rdseed', '0fc7f8'],
    ['rdpid', 'f30fc7f8'],
    ['rdtscp', '0f01f9'],
    ['invpcid', '660f388200'],
    ['fsgsbase', 'f30faec0', 'f30faed8'],
    ['movdiri', '0f38f908'],
    ['movdir64b', '660f38f808'],
    ['cmpccxadd', 'c4e279e008'],
    ['raoint', '0f38fc08'],
    ['clflushopt', '660fae3b'],
    ['clwb', '660fae33'],
    ['clzero', '0f01fc'],
    ['serialize', '0f01e8'],
    ['monitor', '0f01c8', '0f01c9'],
    ['monitorx', '0f01fa', '0f01fb'],
    ['waitpkg', '660faef0', 'f30faef0', 'f20faef0'],
    ['rdpru', '0f01fd'],
    ['ptwrite', 'f30faee3'],
    ['wrmsrns', '0f01c6'],
    ['xsave', '0f01d0', '0f01d1'],
  ];
  for (const [feature, ...encodings] of instructions) {
    for (const hex of encodings) {
      assert.equal(uops(hex, without(feature)), UD, `${feature} ${hex}`);
      assert.not.equal(uops(hex, MAX), UD, `${feature} ${hex}`);
    }
  }
});

test('or what its bytes were before', () => {
  assert.equal(uops('f30fbcc3', without('bmi1')), uops('0fbcc3', MAX));
  assert.equal(uops('f30fbdc3', without('lzcnt')), uops('0fbdc3', MAX));
  assert.equal(uops('f30f09', without('wbnoinvd')), uops('0f09', MAX));
  assert.equal(uops('0f1c03', without('cldemote')), []);
  assert.equal(uops('0f0d0b', without('prefetchw')), []);
  // RDSSPQ without CET, on every model.
  assert.equal(uops('f3480f1ec8', MAX), []);
});

test('of extensions that no model has, everything is #UD', () => {
  for (const hex of ['0f01c1', '0f01d8', '0f78c3', 'c6f800', '0f37', '0f01cf', 'f30faee8', '0f0e', '0fa7c0'])
    for (const model of [MAX, ZEN4]) assert.equal(uops(hex, model), UD, hex);
});

test("AMD's long mode has no SYSENTER, checks CPL before it says so of SYSEXIT, and has PREFETCH with memory alone", () => {
  assert.equal(uops('0f34', ZEN4), UD);
  assert.equal(uops('0f35', ZEN4), ['cpl0', 'fault 6']);
  assert.equal(uops('0f35', MAX), ['t0 = sysexit.4, next 0x1002', 'jump t0']);
  assert.equal(uops('0f0dc0', ZEN4), UD);
  assert.equal(uops('0f0dc0', MAX), []);
});

test.run();
