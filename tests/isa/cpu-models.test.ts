/** Models of CPU: how they are chosen, and that every feature is one that something is made of. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseHexBytes } from '../../src/base/hex.ts';
import { chosenCpu, chosenOver, cpuText, NO_CHOICE, parseCpuChoice } from '../../src/isa/cpu-choice.ts';
import { CPU_FEATURE_NAMES, type CpuFeature, type CpuModel, withFeatures } from '../../src/isa/cpu-model.ts';
import { CPU_MODELS, cpuModelNamed, MAX, SKYLAKE_SERVER, ZEN4 } from '../../src/isa/cpu-models.ts';
import { decode } from '../../src/isa/decode.ts';
import { lower } from '../../src/uop/lower/lower.ts';

const test = suite('models of CPU');

const choose = (text: string): CpuModel => {
  const { choice, problems } = parseCpuChoice(text);
  assert.equal(problems, []);
  return chosenCpu(choice);
};

test('differences come on top, a name starts anew', () => {
  assert.equal(choose(''), MAX);
  assert.equal(choose('skylake'), SKYLAKE_SERVER);
  assert.equal(choose('-pcid,+smap'), withFeatures(MAX, { pcid: false }));
  assert.equal(choose('Skylake, -PCID +umip'), withFeatures(SKYLAKE_SERVER, { pcid: false, umip: true }));
  assert.equal(choose('-pcid,zen4,-smap'), withFeatures(ZEN4, { smap: false }));
  assert.equal(choose('-pcid,+pcid'), MAX);
  const header = parseCpuChoice('skylake,-pcid').choice;
  assert.equal(chosenCpu(chosenOver(header, parseCpuChoice('+umip').choice)), choose('skylake,-pcid,+umip'));
  assert.equal(chosenCpu(chosenOver(header, parseCpuChoice('zen4').choice)), ZEN4);
  assert.equal(chosenCpu(chosenOver(header, NO_CHOICE)), choose('skylake,-pcid'));
});

test('what means nothing is named, with what may have been meant', () => {
  assert.equal(parseCpuChoice('zen5,-pdic,+,pcid,nonsense,+nonsense').problems, [
    "`zen5' is no CPU model; did you mean zen3 or zen4?",
    "`-pdic' is no CPU feature; did you mean -pcid?",
    "`+' is no CPU feature",
    "`pcid' is a CPU feature: take it with -pcid or give it with +pcid",
    `\`nonsense' is no CPU model; the models are ${CPU_MODELS.map((m) => m.name).join(', ')}`,
    "`+nonsense' is no CPU feature",
  ]);
});

test('the text of a model chooses it again', () => {
  assert.is(cpuText(MAX), undefined);
  assert.is(cpuText(ZEN4), 'zen4');
  for (const text of ['max,-pcid', 'skylake,-pcid,+umip', 'zen3']) assert.is(cpuText(choose(text)), text);
});

test('names, brands and vendors fit where they go', () => {
  assert.is(new Set(CPU_MODELS.map((m) => m.name)).size, CPU_MODELS.length);
  for (const model of CPU_MODELS) {
    assert.is(cpuModelNamed(model.name.toUpperCase()), model);
    assert.not.ok(
      CPU_FEATURE_NAMES.some((name) => name.toLowerCase() === model.name),
      'no feature of that name',
    );
    assert.ok(model.brand.length <= 47 && model.vendorId.length === 12, model.name);
    assert.ok(model.physicalBits >= 36 && model.physicalBits <= 52, model.name);
    for (const { kib, ways } of model.caches) assert.ok(Number.isInteger((kib * 16) / ways), `${model.name}: sets`);
  }
  assert.ok(CPU_MODELS.some((m) => m.vendor === 'amd') && CPU_MODELS.some((m) => m.vendor === 'intel'));
});

/** An instruction of each feature that consists of instructions; the others are rights, bits and sizes. */
const INSTRUCTIONS: Partial<Readonly<Record<CpuFeature, string>>> = {
  invpcid: '660f38820e',
  fsgsbase: 'f3480faec0',
  rdtscp: '0f01f9',
  xsave: '0f01d0',
  pku: '0f01ee',
  cmpxchg16b: '480fc70e',
  lahf64: '9f',
  movbe: '480f38f006',
  popcnt: 'f3480fb8c1',
  lzcnt: 'f3480fbdc1',
  bmi1: 'c4e2f8f3c9',
  bmi2: 'c4e2f8f5c1',
  tbm: '8fe9f801c9',
  adx: '66480f38f6c1',
  crc32: 'f2480f38f1c1',
  rdrand: '480fc7f0',
  rdseed: '480fc7f8',
  rdpid: 'f30fc7f8',
  movdiri: '480f38f906',
  movdir64b: '660f38f806',
  cmpccxadd: 'c4e2f1e006',
  raoint: '480f38fc06',
  clflushopt: '660fae3e',
  clwb: '660fae36',
  cldemote: '0f1c06',
  clzero: '0f01fc',
  wbnoinvd: 'f30f09',
  serialize: '0f01e8',
  monitor: '0f01c8',
  monitorx: '0f01fa',
  waitpkg: 'f30faef0',
  rdpru: '0f01fd',
  ptwrite: 'f3480faee0',
  wrmsrns: '0f01c6',
  prefetchw: '0f0d0e',
};
/** Named by CR4, EFER, MSRs, page tables and selectors alone; and what checks for itself when it runs. */
const NO_INSTRUCTION: readonly CpuFeature[] = [
  ...(['pcid', 'smep', 'smap', 'la57', 'umip', 'nx', 'gbpages', 'specCtrl', 'nullBase'] as const),
];
/** Hints do nothing here and are NOPs without the feature; WBNOINVD and WBINVD find no cache to write back. */
const SAME_WITHOUT: readonly CpuFeature[] = ['prefetchw', 'cldemote', 'wbnoinvd'];

test('an instruction of every feature lowers with it, and means something else without', () => {
  assert.equal([...Object.keys(INSTRUCTIONS), ...NO_INSTRUCTION].sort(), [...CPU_FEATURE_NAMES].sort());
  for (const [feature, hex] of Object.entries(INSTRUCTIONS)) {
    const lowered = (has: boolean): string => {
      const model = withFeatures(MAX, { [feature]: has });
      const decoded = decode(parseHexBytes(hex)!, 0x1000n, model);
      assert.is(decoded.kind, 'insn', feature);
      const result = decoded.kind === 'insn' ? lower(decoded.insn, model) : undefined;
      assert.is(result?.kind, 'uops', `${feature} is modelled`);
      return JSON.stringify(result, (_, v) => (typeof v === 'bigint' ? `${v}` : v));
    };
    const differs = lowered(true) !== lowered(false);
    assert.is(differs, !SAME_WITHOUT.includes(feature as CpuFeature), `${feature}: ${hex}`);
  }
});

test.run();
