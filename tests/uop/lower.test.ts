/**
 * The laws every lowered form obeys, over all samples: commit last, temporaries assigned once and before use, handles probed
 * before use, control last. And the golden of samples/forms.txt itself.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseHexBytes } from '../../src/base/hex.ts';
import * as L from '../../src/engine/layout.ts';
import { MAX } from '../../src/isa/cpu-models.ts';
import { decode } from '../../src/isa/decode.ts';
import { printInsn } from '../../src/isa/print.ts';
import { lower } from '../../src/uop/lower/lower.ts';
import { uopText } from '../../src/uop/print.ts';
import { canFault, commits, destinations, sources, type Uop } from '../../src/uop/uop.ts';
import { decodeSample, SAMPLE_IP, SAMPLES, SAMPLES_32, type Sample } from './samples.ts';

const test = suite('lower');

function lowered(bytes: Uint8Array, model = MAX): readonly Uop[] {
  const decoded = decode(bytes, SAMPLE_IP, model);
  assert.is(decoded.kind, 'insn');
  const result = decoded.kind === 'insn' ? lower(decoded.insn, model) : undefined;
  assert.is(result?.kind, 'uops');
  return result?.kind === 'uops' ? result.uops : [];
}

const uopsOf = (sample: Sample): readonly Uop[] => {
  const decoded = decodeSample(sample);
  const result = decoded.kind === 'insn' ? lower(decoded.insn, sample.model) : undefined;
  return result?.kind === 'uops' ? result.uops : [];
};

const ALL = [...SAMPLES, ...SAMPLES_32].map((sample) => ({ ...sample, lowered: uopsOf(sample) }));

/** Every sample for which the law does not hold, by its text. */
const violations = (law: (uops: readonly Uop[]) => boolean): string[] =>
  ALL.filter((sample) => !law(sample.lowered)).map((sample) => sample.text);

function commitsLast(uops: readonly Uop[]): boolean {
  const first = uops.findIndex(commits);
  return first < 0 || !uops.slice(first + 1).some(canFault);
}

function assignedOnceBeforeUse(uops: readonly Uop[]): boolean {
  const temporaries = new Set<number>();
  const handles = new Set<number>();
  for (const uop of uops) {
    for (const src of sources(uop)) if (src.space === 'tmp' && !temporaries.has(src.n)) return false;
    if ('handle' in uop) {
      if (handles.has(uop.handle.n) !== (uop.op !== 'probe')) return false;
      handles.add(uop.handle.n);
    }
    for (const dst of destinations(uop)) {
      if (dst.space !== 'tmp') continue;
      if (temporaries.has(dst.n)) return false;
      temporaries.add(dst.n);
    }
  }
  return true;
}

test('the samples cover registers and memory of some 900 forms', () => {
  assert.ok(new Set(SAMPLES.map(({ form }) => form)).size >= 900);
  assert.ok(SAMPLES.filter(({ text }) => text.includes('(')).length >= 700);
});

test('what can fault stands before what commits', () => {
  assert.equal(violations(commitsLast), []);
});

test('temporaries and handles are assigned once, before use', () => {
  assert.equal(violations(assignedOnceBeforeUse), []);
});

test('a jump is the last micro-op', () => {
  const jumps = ['jump', 'branch', 'branchz', 'interrupt', 'fault'];
  assert.equal(
    violations((uops) => uops.slice(0, -1).every(({ op }) => !jumps.includes(op))),
    [],
  );
});

test('there is room for the temporaries and handles of every form', () => {
  const numbers = (uops: readonly Uop[], space: 'tmp' | 'handle'): number[] =>
    uops
      .flatMap((uop) => [...destinations(uop), ...('handle' in uop ? [uop.handle] : [])])
      .flatMap((place) => (place.space === space ? [place.n] : []));
  const dense = (uops: readonly Uop[], space: 'tmp' | 'handle', limit: number): boolean => {
    const found = new Set(numbers(uops, space));
    return found.size <= limit && [...found].every((n) => n < found.size);
  };
  // Packing takes a temporary or two for itself.
  assert.equal(
    violations((uops) => dense(uops, 'tmp', L.TEMP_COUNT - 2) && dense(uops, 'handle', L.HANDLE_COUNT)),
    [],
  );
});

test('the laws see what breaks them', () => {
  const [load, add] = lowered(Uint8Array.of(0x48, 0x03, 0x00));
  assert.ok(load !== undefined && add !== undefined);
  assert.ok(commitsLast([load, add]));
  assert.not.ok(commitsLast([add, load]));
  assert.not.ok(assignedOnceBeforeUse([add, load]));
  assert.not.ok(assignedOnceBeforeUse([load, load, add]));
});

test('what only compatibility mode has is lowered', () => {
  const forms = new Set(SAMPLES_32.map(({ form }) => form));
  for (const form of [
    'Aaa',
    'Das',
    'Aam_imm8',
    'Pushad',
    'Popaw',
    'Bound_r32_m3232',
    'Into',
    'Les_r32_m1632',
    'Salc',
    'Inc_r32',
    'Arpl_rm16_r16',
    'Jmp_ptr1632',
    'Jcxz_rel8_32',
  ])
    assert.ok(forms.has(form), form);
  assert.ok(forms.size > 500, String(forms.size));
});

test('bytes, form, text and micro-ops are those of the files', () => {
  // After a change that is meant: npx tsx tools/uop-samples.ts, and read the diff.
  for (const sample of ALL) {
    const decoded = decodeSample(sample);
    if (decoded.kind !== 'insn') throw new Error(sample.text);
    assert.is(decoded.insn.form, sample.form);
    assert.is(decoded.insn.length, sample.bytes.length);
    assert.is(printInsn(decoded.insn), sample.text);
    assert.equal(sample.lowered.map(uopText), sample.uops, sample.text);
  }
});

test('what is not modelled says so', () => {
  for (const [hex, form] of [
    ['0f28c1', 'Movaps_xmm_xmmm128'],
    ['d8c1', 'Fadd_st0_sti'],
    ['0fae20', 'Xsave_mem'],
    ['c5f877', 'VEX_Vzeroupper'],
    ['62f17c4858c1', 'EVEX_Vaddps_zmm_k1z_zmm_zmmm512b32_er'],
    ['f20fc2c100', 'Cmpsd_xmm_xmmm64_imm8'],
  ] as const) {
    const decoded = decode(parseHexBytes(hex)!, SAMPLE_IP);
    assert.equal(decoded.kind === 'insn' && lower(decoded.insn, MAX), { kind: 'not-modelled', form }, hex);
  }
});

test.run();
