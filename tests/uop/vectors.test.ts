/**
 * The lowering against silicon: every vector through decode, lower and the naive interpreter. The sample in tests/vectors must
 * lower and pass whole; the oracle's own 20,000, where they are at hand, may hold forms that look descriptors up.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkVector, loadVectors, VECTOR_SAMPLE, type Vector, vectorsAtHand } from '../vectors.ts';
import { interpret } from './execute-vector.ts';

const test = suite('vectors');

/** What fails, as text, and what isn't modelled. */
function run(vectors: readonly Vector[]): { failures: string[]; notModelled: Set<string> } {
  const failures: string[] = [];
  const notModelled = new Set<string>();
  for (const vector of vectors) {
    const verdict = checkVector(vector, interpret);
    if (verdict.kind === 'failed') failures.push(`${vector.n} ${vector.asm}: ${verdict.differences.join('; ')}`);
    if (verdict.kind === 'not-modelled') notModelled.add(verdict.form);
  }
  return { failures, notModelled };
}

test('the sample passes, every form of it', () => {
  const vectors = loadVectors(VECTOR_SAMPLE);
  assert.ok(vectors.length >= 500, `${vectors.length} vectors`);
  const { failures, notModelled } = run(vectors);
  assert.equal(failures, []);
  assert.equal([...notModelled], []);
});

const file = vectorsAtHand();
if (file === undefined) {
  console.log('# SKIP more vectors: ENTRYLAB_VECTORS names no file');
} else {
  test('the vectors of the oracle pass', () => {
    const { failures, notModelled } = run(loadVectors(file));
    assert.equal(failures, []);
    // Far transfers and what else looks descriptors up live in the CPU model.
    assert.equal(
      [...notModelled].filter((form) => !/^(Retf|Iret|Sys|Jmp_m16|Call_m16|Mov_Sreg|Pop|L[a-z]{2}_|Ver)/.test(form)),
      [],
    );
  });
}

test('a wrong result is seen', () => {
  const vector = loadVectors(VECTOR_SAMPLE).find(({ after }) => after.fault === undefined)!;
  const wrong = (change: Partial<Vector['after']>) => checkVector(vector, () => ({ ...vector.after, ...change })).kind;
  assert.is(checkVector(vector, () => vector.after).kind, 'passed');
  assert.is(wrong({ rip: vector.after.rip + 1n }), 'failed');
  assert.is(wrong({ flags: vector.after.flags ^ 1n }), 'failed');
  assert.is(wrong({ regs: vector.after.regs.map((value, i) => (i === 15 ? value ^ 1n : value)) }), 'failed');
  assert.is(wrong({ fault: { vector: 13, error: 0 } }), 'failed');
  const memory = vector.after.memory.map(({ address, bytes }) => ({ address, bytes: bytes.map((b) => b ^ 1) }));
  assert.is(wrong({ memory }), 'failed');
});

test.run();
