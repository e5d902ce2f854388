/** The engine against silicon: every vector through fetch, decode, lower, pack and the loop, fused and unfused. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkVector, loadVectors, VECTOR_SAMPLE, type Vector, vectorsAtHand } from '../vectors.ts';
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

for (const fuse of [true, false]) {
  test(`the sample passes, every form of it, ${fuse ? 'fused' : 'unfused'}`, () => {
    const vectors = loadVectors(VECTOR_SAMPLE);
    assert.ok(vectors.length >= 500, `${vectors.length} vectors`);
    const { failures, notModelled } = tally(vectors, fuse);
    assert.equal(failures, []);
    assert.equal([...notModelled], []);
  });
}

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
