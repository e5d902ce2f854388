/** `npm run bench`: every suite, in one process one after the other, so that ratios are of the same run. */
import { assembleSuite } from './assemble.ts';
import { debugSuite } from './debug.ts';
import { engineSuite } from './engine.ts';
import { gasSuite } from './gas.ts';
import { startSuite } from './start.ts';

for (const { name, perSecond, unit } of await assembleSuite()) {
  console.log(`${name.padEnd(40)} ${Math.round(perSecond).toLocaleString('en').padStart(14)} ${unit}`);
}
await gasSuite();
await engineSuite();
await debugSuite();
const start = await startSuite();
if (start !== undefined)
  console.log(`start of the built command                ${start.toFixed(1)} x node -e 0 (wanted: below 4)`);
