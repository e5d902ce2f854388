/** The engine against silicon: every vector through fetch, decode, lower, pack and the loop, fused and unfused. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  checkVector,
  loadVectors,
  OWN_VECTOR_SAMPLE,
  OWN_VECTOR_SAMPLE_32,
  VECTOR_SAMPLE,
  type Vector,
  vectorsAtHand,
} from '../vectors.ts';
import { executor } from './execute-vector.ts';

const test = suite('engine vectors');

interface Tally {
  passed: number;
  readonly failures: string[];
  readonly notModelled: Set<string>;
}

function tally(vectors: readonly Vector[], fuse: boolean): Tally {
  const execute = executor({ fuse });
  const result: Tally = { passed: 0, failures: [], notModelled: new Set() };
  for (const vector of vectors) {
    const verdict = checkVector(vector, execute);
    if (verdict.kind === 'passed') result.passed++;
    if (verdict.kind === 'failed') result.failures.push(`${vector.n} ${vector.asm}: ${verdict.differences.join('; ')}`);
    if (verdict.kind === 'not-modelled') result.notModelled.add(verdict.form);
  }
  return result;
}

const SAMPLES = [
  { name: "the oracle's sample", file: VECTOR_SAMPLE, least: 500 },
  { name: 'our own sample', file: OWN_VECTOR_SAMPLE, least: 3000 },
  { name: 'our own sample of 32-bit code', file: OWN_VECTOR_SAMPLE_32, least: 1000 },
] as const;

for (const { name, file, least } of SAMPLES) {
  for (const fuse of [true, false]) {
    test(`${name} passes, every form of it, ${fuse ? 'fused' : 'unfused'}`, () => {
      const vectors = loadVectors(file);
      assert.ok(vectors.length >= least, `${vectors.length} vectors`);
      const { failures, notModelled } = tally(vectors, fuse);
      assert.equal(failures, []);
      assert.equal([...notModelled], []);
    });
  }
}

test('a byte changed where none should be is seen', () => {
  const execute = executor({ fuse: true });
  const vector = loadVectors(OWN_VECTOR_SAMPLE).find(
    ({ asm, after }) => /^movb .*\(/.test(asm) && after.memory.length > 0,
  )!;
  const forgotten = { ...vector, before: { ...vector.before, memory: [] }, after: { ...vector.after, memory: [] } };
  assert.is(checkVector(vector, execute).kind, 'passed');
  assert.is(checkVector(forgotten, execute).kind, 'failed');
});

const file = vectorsAtHand();
if (file === undefined) {
  console.log('# SKIP more vectors: ENTRYLAB_VECTORS names no file');
} else {
  for (const fuse of [true, false]) {
    test(`the vectors of the oracle pass, ${fuse ? 'fused' : 'unfused'}`, () => {
      const { passed, failures, notModelled } = tally(loadVectors(file), fuse);
      assert.equal(failures, []);
      assert.equal([...notModelled], []);
      assert.ok(passed > 0);
    });
  }
}

test.run();
