/**
 * The TLB against the naive specification of what a CPU may use (tlb-specification.ts): random sequences of page-table edits, control
 * register writes, invalidations and accesses, each by its instruction. No access uses a translation that had to be gone, what the
 * manual lets live does live under `keep`, and under `none` every access walks.
 *
 * ENTRYLAB_TLB_RUNS=100000 for the long run.
 */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseHexBytes } from '../../src/base/hex.ts';
import {
  type Checkpoint,
  type Cpu,
  CR0,
  CR4,
  checkpoint,
  counters,
  EFER,
  getCr,
  getMsr,
  getReg,
  MSR,
  restore,
  run,
  type Stop,
  setCpl,
  setFlags,
  setReg,
  setRip,
  type TlbEntry,
  tlbEntries,
  writePhysical,
} from '../../src/cpu/cpu.ts';
import { GPR, RFLAGS } from '../../src/isa/insn.ts';
import { KERNEL_PAGE, map, testMachine, USER_PAGE } from './bench-machine.ts';
import {
  type Access,
  type Cached,
  type Context,
  cachedNow,
  covers,
  DROPS,
  type Drops,
  type Entry,
  errorOf,
  observe,
  PAGES,
  pcidOf,
  type Specification,
  usable,
  usableFor,
  violation,
  walk,
} from './tlb-specification.ts';

const test = suite('TLB against the specification');
const RUNS = Number(process.env.ENTRYLAB_TLB_RUNS ?? 3000);
const SEED = 1;

/** The pages under test: the first of what the eighth entry of a top-level table maps. */
const TOP_INDEX = 8;
const REGION = BigInt(TOP_INDEX) << 39n;
const linearOf = (page: number): bigint => REGION + BigInt(page * 0x1000);
/** Where the CPU's instructions are, mapped in both address spaces. */
const KERNEL_CODE = 0xffff_8000_0000_0000n;
const USER_CODE = 0x1_0000n;
const CODE_FRAME = 0x90;
const DESCRIPTOR_FRAME = 0x91;
const DESCRIPTOR = KERNEL_CODE + 0x1000n;

/** Two tables of each level, by physical address; the first of them are what CR3 points to. */
const TABLES = [
  [0x100000, 0x180000],
  [0x181000, 0x182000],
  [0x183000, 0x184000],
  [0x185000, 0x186000],
] as const;
/** Frames that a page of 4 KiB, 2 MiB or 1 GiB may begin with. */
const SMALL_FRAMES = [0, 1, 2, 0x20, 0x21, 0x200, 0x202] as const;
const FRAMES_OF_LEVEL = [[], [0], [0, 0x200], SMALL_FRAMES] as const;
const FRAMES = [0, 1, 2, 3, 4, 0x20, 0x21, 0x22, 0x23, 0x200, 0x201, 0x202, 0x203, 0x204] as const;
/** In each frame: its number, room to write, and code that says where it is. */
const NUMBER_AT = 0;
const ROOM_AT = 8;
const CODE_AT = 0x100;

const INSTRUCTIONS = {
  read: '488b1f', // mov (%rdi), %rbx
  write: '48891f', // mov %rbx, (%rdi)
  cr0: '0f22c0',
  cr3: '0f22d8',
  cr4: '0f22e0',
  efer: '0f30',
  invlpg: '0f013f',
  invpcid: '660f38820e',
  wrpkru: '0f01ef',
} as const;
type Instruction = keyof typeof INSTRUCTIONS;
const offsetOf = (name: Instruction): bigint => BigInt(16 * Object.keys(INSTRUCTIONS).indexOf(name));

const quad = (value: bigint): Uint8Array => {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return bytes;
};

interface Rig {
  readonly cpu: Cpu;
  readonly start: Checkpoint;
  readonly keeps: boolean;
}

function createRig(tlb: 'keep' | 'none'): Rig {
  const machine = testMachine({ ramBytes: 0x400000, tlb });
  const { cpu } = machine;
  for (const root of TABLES[0]) {
    map(machine, KERNEL_CODE, CODE_FRAME << 12, KERNEL_PAGE, root);
    map(machine, DESCRIPTOR, DESCRIPTOR_FRAME << 12, KERNEL_PAGE, root);
    map(machine, USER_CODE, CODE_FRAME << 12, USER_PAGE, root);
  }
  for (const [name, hex] of Object.entries(INSTRUCTIONS))
    writePhysical(cpu, (CODE_FRAME << 12) + Number(offsetOf(name as Instruction)), parseHexBytes(hex)!);
  for (const frame of FRAMES) {
    writePhysical(cpu, (frame << 12) + NUMBER_AT, quad(BigInt(frame)));
    // mov $frame, %eax; int3
    writePhysical(cpu, (frame << 12) + CODE_AT, Uint8Array.of(0xb8, frame & 0xff, frame >> 8, 0, 0, 0xcc));
  }
  return { cpu, start: checkpoint(cpu), keeps: tlb === 'keep' };
}

const ABSENT: Entry = {
  ...{ present: false, writable: false, user: false, global: false, noExecute: false, reserved: false },
  ...{ key: 0, large: false, points: 0, accessed: false, dirty: false },
};

function specification(): Specification {
  const flags = { pcide: false, pge: false, smep: false, smap: false, pke: false, wp: true, nxe: true };
  const entries = (level: number): Entry[] =>
    Array.from({ length: level === 3 ? PAGES.length : 1 }, () => ({ ...ABSENT }));
  return {
    context: { root: 0, pcidField: 0, pkru: 0, ...flags },
    tables: TABLES.map((tables, level) => tables.map(() => entries(level))),
    allowed: [],
  };
}

// What happens

type Step =
  | {
      readonly kind: 'edit';
      readonly level: number;
      readonly table: number;
      readonly index: number;
      readonly entry: Entry;
    }
  | { readonly kind: 'cr3'; readonly root: number; readonly pcid: number; readonly keeps: boolean }
  | { readonly kind: 'toggle'; readonly what: Toggle }
  | { readonly kind: 'pkru'; readonly value: number }
  | { readonly kind: 'invlpg'; readonly page: number }
  | { readonly kind: 'invpcid'; readonly type: number; readonly pcid: number; readonly page: number }
  | { readonly kind: 'access'; readonly access: Access };

type Toggle = 'pcide' | 'pge' | 'smep' | 'smap' | 'pke' | 'wp' | 'nxe';
const CR4_BITS = { pcide: CR4.PCIDE, pge: CR4.PGE, smep: CR4.SMEP, smap: CR4.SMAP, pke: CR4.PKE } as const;

const pages = fc.constantFrom(...PAGES);
const pcids = fc.constantFrom(0, 1, 2);
const often = (weight: number): fc.Arbitrary<boolean> => fc.integer({ min: 0, max: weight }).map((n) => n > 0);
const seldom = (weight: number): fc.Arbitrary<boolean> => often(weight).map((yes) => !yes);
const entryOf = (level: number): fc.Arbitrary<Entry> =>
  fc.record({
    present: often(6),
    writable: often(3),
    user: often(2),
    global: fc.boolean(),
    noExecute: seldom(4),
    reserved: seldom(15),
    key: fc.constantFrom(0, 0, 1, 15),
    large: level === 0 ? fc.constant(false) : level === 3 ? fc.constant(true) : seldom(3),
    points: fc.integer({ min: 0, max: 6 }),
    accessed: fc.constant(false),
    dirty: fc.boolean(),
  });
const edit = fc.constantFrom(0, 1, 2, 3, 3, 3).chain((level) =>
  fc.record({
    kind: fc.constant('edit' as const),
    level: fc.constant(level),
    table: fc.constantFrom(0, 1),
    index: level === 3 ? pages : fc.constant(0),
    entry: entryOf(level).map((entry) => ({ ...entry, points: targetOf(level, entry) })),
  }),
);

function targetOf(level: number, { large, points }: Entry): number {
  const frames = FRAMES_OF_LEVEL[level]!;
  return large ? frames[points % frames.length]! : points % 2;
}

const access = fc.record({
  kind: fc.constant('access' as const),
  access: fc.record({
    page: pages,
    kind: fc.constantFrom('read' as const, 'write' as const, 'fetch' as const),
    user: fc.boolean(),
    ac: seldom(3),
  }),
});
const toggles = fc.constantFrom<Toggle[]>('pcide', 'pge', 'smep', 'smap', 'pke', 'wp', 'nxe');
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: access },
  { weight: 4, arbitrary: edit },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('cr3' as const),
      root: fc.constantFrom(0, 1),
      pcid: pcids,
      keeps: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('toggle' as const), what: toggles }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('pkru' as const), value: fc.constantFrom(0, 1, 2, 4, 8, 0xc0000000) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('invlpg' as const), page: pages }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('invpcid' as const),
      type: fc.constantFrom(0, 1, 2, 3),
      pcid: pcids,
      page: pages,
    }),
  },
);

/** Tables that map all three pages, so that most sequences get somewhere. */
const opening: readonly Step[] = [0, 1, 2, 3].flatMap((level) =>
  [0, 1].flatMap((table) =>
    (level === 3 ? PAGES : [0]).map((index): Step => {
      const large = level === 3;
      const points = large ? 0x20 + table + (index === 2 ? 0x1e0 : 0) : table;
      const entry = { ...ABSENT, present: true, writable: true, user: true, dirty: table === 1, large, points };
      return { kind: 'edit', level, table, index, entry };
    }),
  ),
);

// How it happens on the CPU

const bit = (condition: boolean, at: number): bigint => (condition ? 1n << BigInt(at) : 0n);

function entryBits(level: number, entry: Entry): bigint {
  const { large, points, accessed, dirty } = entry;
  const address = large ? BigInt(points) << 12n : BigInt(TABLES[level + 1]![points]!);
  return (
    bit(entry.present, 0) |
    bit(entry.writable, 1) |
    bit(entry.user, 2) |
    bit(accessed, 5) |
    bit(dirty, 6) |
    bit(large && level < 3, 7) |
    bit(entry.global, 8) |
    address |
    bit(entry.reserved, 51) |
    (BigInt(entry.key) << 59n) |
    bit(entry.noExecute, 63)
  );
}

const entryAt = (level: number, table: number, index: number): number =>
  TABLES[level]![table]! + 8 * (level === 0 ? TOP_INDEX : index);

/** Runs one instruction at CPL 0; the vector of its fault, if it has one. */
function perform(cpu: Cpu, name: Instruction): number | undefined {
  setCpl(cpu, 0);
  setFlags(cpu, 0n);
  setRip(cpu, KERNEL_CODE + offsetOf(name));
  const stop = run(cpu, 1);
  assert.ok(stop.kind === 'budget' || stop.kind === 'fault', stop.kind);
  return stop.kind === 'fault' ? stop.vector : undefined;
}

const GP = 13;
const PF = 14;

/** The stop of the access, and the frame it went to. */
function accessOn(
  cpu: Cpu,
  { page, kind, user, ac }: Access,
): { readonly stop: Stop; readonly frame: number | undefined } {
  const stamp = 0x5a5a_0000_0000n + BigInt(counters(cpu).instructions);
  setCpl(cpu, user ? 3 : 0);
  setFlags(cpu, ac ? BigInt(RFLAGS.AC) : 0n);
  setReg(cpu, GPR.RDI, linearOf(page) + BigInt(kind === 'write' ? ROOM_AT : NUMBER_AT));
  setReg(cpu, GPR.RBX, stamp);
  setRip(cpu, kind === 'fetch' ? linearOf(page) + BigInt(CODE_AT) : (user ? USER_CODE : KERNEL_CODE) + offsetOf(kind));
  const stop = run(cpu, kind === 'fetch' ? 2 : 1);
  if (stop.kind === 'fault' && stop.vector === PF) return { stop, frame: undefined };
  if (kind === 'fetch') return { stop, frame: Number(getReg(cpu, GPR.RAX)) };
  if (kind === 'read') return { stop, frame: Number(getReg(cpu, GPR.RBX)) };
  const view = new DataView(cpu.ram.buffer, cpu.ram.byteOffset, cpu.ram.length);
  return { stop, frame: FRAMES.find((frame) => view.getBigUint64((frame << 12) + ROOM_AT, true) === stamp) };
}

// What has to hold

/** The entries that a CPU that keeps everything has, besides the specification of what it may have. */
interface Model extends Specification {
  kept: Cached[];
}

function drop(model: Model, drops: Drops): void {
  model.allowed = model.allowed.filter((cached) => !drops(cached));
  model.kept = model.kept.filter((cached) => !drops(cached));
}

function apply(rig: Rig, model: Model, step: Step): void {
  const { cpu } = rig;
  const { context } = model;
  switch (step.kind) {
    case 'edit': {
      const { level, table, index } = step;
      const entry = { ...step.entry };
      model.tables[level]![table]![index] = entry;
      writePhysical(cpu, entryAt(level, table, index), quad(entryBits(level, entry)));
      return;
    }
    case 'cr3': {
      setReg(cpu, GPR.RAX, BigInt(TABLES[0][step.root as 0 | 1] + step.pcid) | bit(step.keeps, 63));
      const fault = perform(cpu, 'cr3');
      assert.is(fault, step.keeps && !context.pcide ? GP : undefined);
      if (fault) return;
      context.root = step.root;
      context.pcidField = step.pcid;
      if (!step.keeps) drop(model, DROPS.pcid(pcidOf(context)));
      return;
    }
    case 'toggle':
      return toggle(rig, model, step.what);
    case 'pkru':
      setReg(cpu, GPR.RAX, BigInt(step.value));
      setReg(cpu, GPR.RCX, 0n);
      setReg(cpu, GPR.RDX, 0n);
      assert.is(perform(cpu, 'wrpkru'), context.pke ? undefined : 6);
      if (context.pke) context.pkru = step.value;
      return;
    case 'invlpg':
      setReg(cpu, GPR.RDI, linearOf(step.page));
      assert.is(perform(cpu, 'invlpg'), undefined);
      return drop(model, DROPS.addressAndGlobal(pcidOf(context), step.page));
    case 'invpcid':
      return invpcid(rig, model, step);
    case 'access':
      return check(rig, model, step.access);
    default:
      return step satisfies never;
  }
}

function toggle({ cpu }: Rig, model: Model, what: Toggle): void {
  const { context } = model;
  if (what === 'wp') {
    setReg(cpu, GPR.RAX, getCr(cpu, 0) ^ BigInt(CR0.WP));
    assert.is(perform(cpu, 'cr0'), undefined);
  } else if (what === 'nxe') {
    setReg(cpu, GPR.RAX, getMsr(cpu, MSR.EFER)! ^ BigInt(EFER.NXE));
    setReg(cpu, GPR.RCX, BigInt(MSR.EFER));
    setReg(cpu, GPR.RDX, 0n);
    assert.is(perform(cpu, 'efer'), undefined);
  } else {
    setReg(cpu, GPR.RAX, getCr(cpu, 4) ^ BigInt(CR4_BITS[what]));
    const refused = what === 'pcide' && !context.pcide && context.pcidField !== 0;
    assert.is(perform(cpu, 'cr4'), refused ? GP : undefined);
    if (refused) return;
  }
  const pcid = pcidOf(context);
  context[what] = !context[what];
  if (what === 'pge' || (what === 'pcide' && !context.pcide)) drop(model, DROPS.everything());
  if (what === 'smep' && context.smep) drop(model, DROPS.pcid(pcid));
}

function invpcid({ cpu }: Rig, model: Model, { type, pcid, page }: Step & { readonly kind: 'invpcid' }): void {
  writePhysical(cpu, DESCRIPTOR_FRAME << 12, quad(BigInt(pcid)));
  writePhysical(cpu, (DESCRIPTOR_FRAME << 12) + 8, quad(linearOf(page)));
  setReg(cpu, GPR.RSI, DESCRIPTOR);
  setReg(cpu, GPR.RCX, BigInt(type));
  const refused = type < 2 && pcid !== 0 && !model.context.pcide;
  assert.is(perform(cpu, 'invpcid'), refused ? GP : undefined);
  if (refused) return;
  const drops = [DROPS.address(pcid, page), DROPS.pcid(pcid), DROPS.everything(), DROPS.nonGlobal()];
  drop(model, drops[type]!);
}

/** By which of what is allowed the access may have gone as it did. */
function explains(context: Context, access: Access, cached: Cached, stop: Stop, frame: number | undefined): boolean {
  const refused = violation(context, cached, access);
  if (frame !== undefined) return refused === undefined && cached.frame === frame;
  return stop.kind === 'fault' && stop.error === refused;
}

function check({ cpu, keeps }: Rig, model: Model, access: Access): void {
  const { context } = model;
  const { page } = access;
  const hit = keeps ? model.kept.find((cached) => usable(model, cached, page)) : undefined;
  const now = walk(model, page);
  const before = regionEntries(cpu).length;
  const { stop, frame } = accessOn(cpu, access);
  const walkError = 'error' in now ? errorOf(context, access, now.error) : violation(context, now.translation, access);
  const byWalk =
    frame === undefined
      ? walkError !== undefined && stop.kind === 'fault' && stop.error === walkError
      : walkError === undefined && 'translation' in now && now.translation.frame === frame;
  const byTlb = usableFor(model, page).some((cached) => explains(context, access, cached, stop, frame));
  const what = `${JSON.stringify(access)} ended with ${frame ?? JSON.stringify(stop, (_, v) => (typeof v === 'bigint' ? `${v}` : v))}`;
  if (!keeps) assert.ok(byWalk, `${what}, not as the tables have it`);
  assert.ok(byWalk || byTlb, `${what}, by no translation that is allowed`);
  if (keeps && hit && frame !== undefined && access.kind !== 'write')
    assert.is(regionEntries(cpu).length, before, `${what}, not by the entry that lives`);
  if (frame === undefined) drop(model, DROPS.addressAndGlobal(pcidOf(context), page));
  else if (hit) rewalk(cpu, model, access);
  else settle(model, access, now);
  if (!keeps) checkBits(cpu, model);
}

/** The first write by an entry that isn't dirty walks again (4.8), and another one may be in its place: as it is listed. */
function rewalk(cpu: Cpu, model: Model, { page, kind }: Access): void {
  if (kind !== 'write') return;
  const entries = regionEntries(cpu);
  const concerned = DROPS.addressAndGlobal(pcidOf(model.context), page);
  const there = model.allowed.filter((cached) => concerned(cached) && isListed(entries, cached));
  model.kept = [...model.kept.filter((cached) => !concerned(cached)), ...there];
}

/** Accessed and dirty bits are in memory as the walks have set them. */
function checkBits(cpu: Cpu, { tables }: Model): void {
  const view = new DataView(cpu.ram.buffer, cpu.ram.byteOffset, cpu.ram.length);
  for (const [level, ofLevel] of tables.entries())
    for (const [table, entries] of ofLevel.entries())
      for (const [index, entry] of entries.entries())
        assert.is(view.getBigUint64(entryAt(level, table, index), true), entryBits(level, entry));
}

/** After an access that walked and went through: accessed and dirty bits, and the entry that stays. */
function settle(model: Model, { page, kind }: Access, now: ReturnType<typeof walk>): void {
  if (!('path' in now)) return;
  for (const entry of now.path) entry.accessed = true;
  if (kind === 'write') now.path.at(-1)!.dirty = true;
  const cached = cachedNow(model, page)!;
  for (const covered of PAGES) if (covers(cached, covered)) keep(model, cached, covered);
}

/** A page of the region that the new entry translates as well, if it is a large one. */
function keep(model: Model, cached: Cached, page: number): void {
  const base = cached.size === 0 ? cached.frame : cached.frame - cached.page + page;
  model.kept.push({ ...cached, page, frame: base });
  model.allowed.push({ ...cached, page, frame: base });
}

const regionEntries = (cpu: Cpu): TlbEntry[] =>
  tlbEntries(cpu).filter(({ linear }) => linear >> 39n === BigInt(TOP_INDEX));

const listed = (entry: TlbEntry, cached: Cached): boolean =>
  entry.linear === (cached.size === 0 ? linearOf(cached.page) : REGION) &&
  entry.physical === BigInt((cached.size === 0 ? cached.frame : cached.frame - cached.page) << 12) &&
  entry.size === 0x1000 * 512 ** cached.size &&
  entry.global === cached.global &&
  (entry.global || entry.pcid === cached.pcid) &&
  entry.user === cached.user &&
  entry.writable === cached.writable &&
  entry.noExecute === cached.noExecute &&
  entry.key === cached.key;

const isListed = (entries: readonly TlbEntry[], cached: Cached): boolean =>
  entries.some((entry) => listed(entry, cached));

/** What is listed may be there, and what must live is listed. */
function checkContents({ cpu, keeps }: Rig, model: Model): void {
  const entries = regionEntries(cpu);
  if (!keeps) return assert.is(tlbEntries(cpu).length, 0);
  for (const entry of entries)
    assert.ok(
      model.allowed.some((cached) => listed(entry, cached)),
      `an entry for 0x${entry.linear.toString(16)} that had to be gone`,
    );
  for (const cached of model.kept)
    assert.ok(isListed(entries, cached), `an entry for page ${cached.page} that could live is gone`);
}

function runSequence(rig: Rig, steps: readonly Step[]): void {
  restore(rig.cpu, rig.start);
  const model: Model = { ...specification(), kept: [] };
  for (const step of [...opening, ...steps]) {
    apply(rig, model, step);
    observe(model);
    checkContents(rig, model);
  }
}

for (const policy of ['keep', 'none'] as const) {
  test(`--tlb ${policy}: ${RUNS} random sequences`, () => {
    const rig = createRig(policy);
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 30 }), (steps) => runSequence(rig, steps)),
      { numRuns: RUNS, seed: SEED, includeErrorInReport: true },
    );
  });
}

test.run();
