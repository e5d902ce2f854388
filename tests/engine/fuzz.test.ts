/**
 * No guest program crashes or hangs the host, and none sees whether its micro-ops are fused or its translations kept: a short run
 * of tools/fuzz.ts, whose long one is for the command line.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MAX, ZEN4 } from '../../src/isa/cpu-models.ts';
import { MAKER_NAMES } from '../../tools/fuzz/pages.ts';
import { type FuzzReport, fuzz, material } from '../../tools/fuzz.ts';

const test = suite('random pages');
const MATERIAL = material();

function run(cpl: 0 | 3, pages: number, events = false): FuzzReport {
  const report = fuzz({ seed: 20_000, pages, cpl, events, material: MATERIAL, models: [MAX, ZEN4] });
  assert.equal(report.failures, [], 'repeat with npx tsx tools/fuzz.ts --pages 1 and these options');
  assert.is(report.pages, pages);
  return report;
}

test('at CPL 3 all end in a report or in the budget, the same fused, unfused and without a TLB', () => {
  const { firstEnds } = run(3, 1500);
  // Of everything that can happen, something did.
  for (const end of ['#UD', '#GP', '#PF', '#SS', '#AC', '#DE', 'budget']) assert.ok(firstEnds.has(end), end);
  assert.ok([...firstEnds.keys()].some((end) => end.startsWith('not modelled')));
  assert.ok(MAKER_NAMES.length >= 5);
});

test('at CPL 0, where they write page tables and control registers, they end too', () => {
  const { firstEnds } = run(0, 400);
  for (const end of ['#UD', '#GP', '#PF', 'budget']) assert.ok(firstEnds.has(end), end);
});

test('where events are delivered, into random code by random tables, they end in the budget, a shutdown or a report', () => {
  for (const cpl of [0, 3] as const) {
    const { runs } = run(cpl, 150, true);
    for (const end of ['budget', 'shutdown']) assert.ok(runs.has(end), end);
  }
});

test.run();
