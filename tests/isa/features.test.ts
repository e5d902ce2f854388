/** Feature names and numbers; asm/include/features.inc has to say the same. */
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  brokenConstraint,
  FEATURE_NUMBERS,
  featureName,
  featureNames,
  featureNumber,
  featureSet,
} from '../../src/isa/features.ts';

const test = suite('features');

test('names in any spelling', () => {
  for (const text of ['PTI', 'pti', 'X86_FEATURE_PTI', '7*32+11', '( 7*32 + 11)', '235'])
    assert.is(featureNumber(text), 235, text);
  for (const text of ['', 'PTIX', '7*32+32', 'X86_FEATURE_', '-1', '1.5', 'constructor'])
    assert.is(featureNumber(text), undefined, text);
});

test('numbers print as names, or as word*32+bit', () => {
  assert.is(featureName(235), 'PTI');
  assert.is(featureName(30 * 32 + 7), '30*32+7');
  assert.equal(featureNames(featureSet([235])), ['PTI']);
});

test('no two features share a number', () => {
  assert.is(new Set(Object.values(FEATURE_NUMBERS)).size, Object.keys(FEATURE_NUMBERS).length);
});

test('features.inc agrees', () => {
  const text = readFileSync('asm/include/features.inc', 'utf8');
  const defined = [...text.matchAll(/#define X86_FEATURE_(\w+)\s+(\(.*\))/g)];
  assert.ok(defined.length >= 6);
  for (const [, name, number] of defined) assert.is(featureNumber(number!), FEATURE_NUMBERS[name!], name);
});

test('constraints', () => {
  const broken = (...names: string[]) => brokenConstraint(featureSet(names.map((n) => featureNumber(n)!)))?.feature;
  assert.is(broken('XENPV', 'PTI'), 'XENPV');
  assert.is(broken('XENPV'), undefined);
  assert.is(broken('PTI', 'PCID'), undefined);
  assert.is(broken('INVPCID_SINGLE'), 'INVPCID_SINGLE');
  assert.is(broken('INVPCID_SINGLE', 'PCID', 'INVPCID'), undefined);
});

test.run();
