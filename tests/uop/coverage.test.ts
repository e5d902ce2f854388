/**
 * Every form of 64-bit mode that iced-x86 knows is lowered, or says by name that it isn't modelled; no integer form does. And
 * each that is lowered is among the samples, so that the laws (commit last, fused against unfused …) are held for all.
 */
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { lower } from '../../src/uop/lower/lower.ts';
import { coverage, GROUPS, total } from '../../tools/coverage.ts';
import { everyForm } from '../../tools/every-form.ts';
import { SAMPLES } from './samples.ts';

const test = suite('coverage');

const COVERAGE = coverage();

test('a form is lowered, or named as not modelled', () => {
  const forms = everyForm();
  assert.is(new Set(forms.map(({ name }) => name)).size, forms.length);
  for (const { name, model, samples } of forms) {
    assert.ok(samples.length > 0, name);
    for (const insn of samples) {
      const lowered = lower(insn, model);
      if (lowered.kind === 'not-modelled') assert.is(lowered.form, name);
    }
  }
});

test('every integer form is lowered', () => {
  const { lowered, ...rest } = COVERAGE.integer;
  assert.equal(rest, { undefined: [], 'not modelled': [] });
  for (const name of [
    'Add_rm64_r64',
    'Crc32_r64_rm64',
    'VEX_Pdep_r64_r64_rm64',
    'XOP_Blcfill_r32_rm32',
    'Enterq_imm16_imm8',
  ])
    assert.ok(lowered.includes(name), name);
  assert.is(lowered.length, 829);
});

test('every system form is lowered, or #UD where no model has its extension', () => {
  assert.equal(COVERAGE.system['not modelled'], []);
});

test('what works on other registers is not modelled, or #UD where no model has it', () => {
  for (const group of GROUPS.slice(2)) {
    assert.equal(COVERAGE[group].lowered, [], group);
    assert.ok(total(COVERAGE[group]) > 0, group);
  }
  assert.ok(COVERAGE['older AMD'].undefined.includes('D3NOW_Pfadd_mm_mmm64'));
});

test('the README states the counts', () => {
  const { integer, system } = COVERAGE;
  const all = GROUPS.reduce((sum, group) => sum + total(COVERAGE[group]), 0);
  const readme = readFileSync('README.md', 'utf8').replaceAll(/\s+/g, ' ');
  for (const words of [
    `all ${integer.lowered.length} integer forms of 64-bit mode (of iced-x86's ${all.toLocaleString('en')};`,
    `Of the ${total(system)} system forms ${system.lowered.length} do what the manual says`,
    `and ${system.undefined.length} are #UD`,
  ])
    assert.ok(readme.includes(words), words);
});

test('every lowered form is among the samples', () => {
  const sampled = new Set(SAMPLES.map(({ form }) => form));
  const forms = GROUPS.flatMap((group) => COVERAGE[group].lowered);
  assert.equal(
    forms.filter((name) => !sampled.has(name)),
    [],
  );
});

test.run();
