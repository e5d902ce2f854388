/** The debugger's walk against the engine's, over random tables. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isCanonical, toBytes, u64 } from '../../src/base/u64.ts';
import {
  type Cpu,
  CR4,
  createCpu,
  type MappedPage,
  MSR,
  mappings,
  rightsFault,
  setCpl,
  setCr,
  setMsr,
  translate,
  walkTables,
  writePhysical,
} from '../../src/cpu/cpu.ts';
import { withFeatures } from '../../src/isa/cpu-model.ts';
import { MAX } from '../../src/isa/cpu-models.ts';
import { KERNEL_PAGE, map, PTE, testMachine } from './bench-machine.ts';

const test = suite('walk');

const PAGES = 8;
const KINDS = ['read', 'write', 'execute'] as const;

/** Entries that often lead to one of the few pages, and now and then nowhere. */
const entry = fc
  .record({
    page: fc.oneof({ weight: 9, arbitrary: fc.nat(PAGES - 1) }, { weight: 1, arbitrary: fc.nat(0xfffffff) }),
    low: fc.nat(0x1ff).map((bits) => bits | 1),
    large: fc.constantFrom(0, 0, 0, 0x80),
    high: fc.oneof(
      { weight: 4, arbitrary: fc.constant(0n) },
      { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: 0xfffn }) },
    ),
  })
  .map(({ page, low, large, high }) => u64((high << 52n) | (BigInt(page) << 12n) | BigInt((low & ~0x80) | large)));

/** Four indices, of which few values occur, as the entries do. */
const indices = fc.array(fc.constantFrom(0, 1, 255, 256, 511), { minLength: 5, maxLength: 5 });

const addressOf = (levels: readonly number[], bits: number): bigint =>
  u64(
    BigInt.asIntN(
      bits,
      levels.reduce((sum, index, i) => sum | (BigInt(index) << BigInt(12 + 9 * i)), 0x123n),
    ),
  );

test('agrees with the engine on every address and right', () => {
  const cases = fc.record({
    entries: fc.array(fc.tuple(fc.nat(PAGES - 1), fc.constantFrom(0, 1, 255, 256, 511), entry), { maxLength: 40 }),
    levels: fc.constantFrom(4 as const, 5 as const),
    nx: fc.boolean(),
    gbpages: fc.boolean(),
    cr4: fc.constantFrom(0, CR4.SMAP, CR4.SMEP, CR4.SMAP | CR4.SMEP),
    cpl: fc.constantFrom(0, 3),
    addresses: fc.array(indices, { minLength: 1, maxLength: 8 }),
  });
  fc.assert(
    fc.property(cases, ({ entries, levels, nx, gbpages, cr4, cpl, addresses }) => {
      const cpu = createCpu({ ramBytes: PAGES * 4096, pagingLevels: levels, model: withFeatures(MAX, { gbpages }) });
      for (const [page, index, value] of entries) writePhysical(cpu, page * 4096 + 8 * index, toBytes(value, 8));
      setMsr(cpu, MSR.EFER, nx ? 0xd01n : 0x501n);
      setCr(cpu, 4, BigInt(CR4.PAE | (levels === 5 ? CR4.LA57 : 0) | cr4));
      setCpl(cpu, cpl);
      for (const address of addresses) compare(cpu, addressOf(address, levels === 5 ? 57 : 48), cpl);
    }),
    { numRuns: 400 },
  );
});

function compare(cpu: Cpu, linear: bigint, cpl: number): void {
  const { page } = walkTables(cpu, linear);
  for (const kind of KINDS) {
    const physical = translate(cpu, linear, kind);
    const allowed = page !== undefined && rightsFault(cpu, page, kind, cpl === 3) === undefined;
    assert.is(allowed, physical !== undefined, `${kind} at ${linear.toString(16)}`);
    // The engine has one frame for all that lies beyond 4 GiB.
    const inside = page && page.physical + (linear - page.linear);
    if (inside !== undefined && physical !== undefined && inside < 1n << 32n) assert.is(BigInt(physical), inside);
  }
}

test('every mapping is what a walk finds', () => {
  const machine = testMachine();
  map(machine, 0x1000n, 0x5000, KERNEL_PAGE);
  map(machine, 0x7fff_ffff_f000n, 0x6000, PTE.P | PTE.US);
  map(machine, 0xffff_8000_0000_0000n, 0x7000, PTE.P | PTE.NX);
  const found: MappedPage[] = [...mappings(machine.cpu, BigInt(machine.root), { tables: 100 })];
  assert.equal(
    found.map(({ linear, physical, writable, user, noExecute }) => [linear, physical, writable, user, noExecute]),
    [
      [0x1000n, 0x5000n, true, false, false],
      [0x7fff_ffff_f000n, 0x6000n, false, true, false],
      [0xffff_8000_0000_0000n, 0x7000n, false, false, true],
    ],
  );
  for (const page of found) {
    assert.equal(walkTables(machine.cpu, page.linear).page, page);
    assert.ok(isCanonical(page.linear));
  }
});

test('tables that refer to themselves end by the bound', () => {
  const { cpu, root } = testMachine();
  for (let i = 0; i < 512; i++) writePhysical(cpu, root + 8 * i, toBytes(BigInt(root) | 7n, 8));
  const pages = mappings(cpu, BigInt(root), { tables: 50 });
  let count = 0;
  let next = pages.next();
  for (; !next.done; next = pages.next()) count++;
  assert.is(next.value, false);
  assert.ok(count <= 50 * 512);
});

test('nothing is filled or marked', () => {
  const machine = testMachine();
  map(machine, 0x1000n, 0x5000, KERNEL_PAGE);
  const before = machine.cpu.ram.slice();
  walkTables(machine.cpu, 0x1000n);
  [...mappings(machine.cpu, BigInt(machine.root), { tables: 100 })].length;
  assert.is(Buffer.compare(before, machine.cpu.ram), 0);
});

test.run();
