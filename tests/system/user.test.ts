/**
 * A ring-3 program (user.S) through SYSCALL, INT 0x80, page faults of its own and of the kernel's, timer interrupts and NMIs: it has to come
 * back with the right sums, whether CR3 is switched or not, with PCIDs, SMAP, FSGSBASE or without, wherever the events come.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  areNmisBlocked,
  type Cpu,
  CR4,
  type EventRecord,
  getReg,
  MSR,
  pendingInterrupt,
  raiseInterrupt,
  raiseNmi,
  run,
  setCr,
  setFlags,
  setMsr,
  setReg,
  setRip,
  setSegment,
  setSegmentBase,
  setTable,
  TR,
  writePhysical,
} from '../../src/cpu/cpu.ts';
import { GPR, RFLAGS, SEGMENT } from '../../src/isa/insn.ts';
import {
  enterUser,
  entryAddress,
  KERNEL_PAGE,
  map,
  newRoot,
  type TestMachine,
  testMachine,
  USER_PAGE,
} from '../cpu/bench-machine.ts';
import { get64, put64 } from '../cpu/tables.ts';
import { buildImage } from './machine.ts';

const test = suite('a ring-3 program');

const IMAGE = buildImage('tests/system/user.S');
const at = (name: string): number => IMAGE.symbols.get(name)!;
const FEATURE = { PTI: 1, PCID: 2, SMAP: 4, FSGSBASE: 8 } as const;
const LAZY = 0x200000n;
const WINDOW = 0x300000n;
const LAZY_PHYSICAL = 0x200000;
const ROUNDS = 24;
const PAGES = 2 * ROUNDS;

function boot(features: number): TestMachine {
  const has = (bit: number): boolean => (features & bit) !== 0;
  const machine = testMachine({ events: 'deliver' });
  const { cpu } = machine;
  writePhysical(cpu, 0x7c00, IMAGE.bytes);
  const user = has(FEATURE.PTI) ? newRoot(machine) : machine.root;
  for (const root of new Set([machine.root, user])) mapHalf(machine, root, root === machine.root);
  [machine.root, user].forEach((root, i) => {
    const table = entryAddress(machine, LAZY, root) & ~0xfff;
    map(machine, WINDOW + BigInt(i) * 0x1000n, table, KERNEL_PAGE);
  });
  const cr4 = CR4.PAE | (has(FEATURE.PCID) ? CR4.PCIDE : 0) | (has(FEATURE.SMAP) ? CR4.SMAP : 0);
  setCr(cpu, 4, BigInt(cr4 | (has(FEATURE.FSGSBASE) ? CR4.FSGSBASE : 0)));
  const pcid = has(FEATURE.PCID) ? 1n : 0n;
  put64(cpu, at('features'), BigInt(features));
  put64(cpu, at('kernel_cr3'), BigInt(machine.root) | pcid | (pcid << 63n));
  setCr(cpu, 3, BigInt(user) | (has(FEATURE.PTI) ? 2n * pcid : pcid));
  setSystem(cpu);
  return machine;
}

/** The kernel's data and the windows on page tables are in its own half only. */
function mapHalf(machine: TestMachine, root: number, kernel: boolean): void {
  const page = (name: string, rights: bigint): void => map(machine, BigInt(at(name)), at(name), rights, root);
  page('entry', KERNEL_PAGE);
  page('area', KERNEL_PAGE);
  page('idt', KERNEL_PAGE);
  if (kernel) page('kernel_data', KERNEL_PAGE);
  page('user', USER_PAGE);
  page('user_data', USER_PAGE);
  for (let i = 0; i < PAGES; i++)
    map(machine, LAZY + BigInt(i) * 0x1000n, LAZY_PHYSICAL + i * 0x1000, USER_PAGE & ~1n, root);
}

function setSystem(cpu: Cpu): void {
  const gate = (vector: number, name: string, dpl: number, ist: number): void => {
    put64(
      cpu,
      at('idt') + 16 * vector,
      BigInt(at(name)) | (0x10n << 16n) | (BigInt(ist) << 32n) | (BigInt(0x8e | (dpl << 5)) << 40n),
    );
  };
  gate(2, 'entry_nmi', 0, 1);
  gate(13, 'entry_gp', 0, 0);
  gate(14, 'entry_pf', 0, 0);
  gate(0x20, 'entry_timer', 0, 0);
  gate(0x80, 'entry_80', 3, 0);
  gate(0x81, 'entry_exit', 3, 0);
  put64(cpu, at('tss') + 4, BigInt(at('entry_stack')));
  put64(cpu, at('tss') + 36, BigInt(at('nmi_stack')));
  setTable(cpu, 'idt', { base: BigInt(at('idt')), limit: 0xfff });
  setTable(cpu, 'gdt', { base: BigInt(at('gdt')), limit: at('gdt_end') - at('gdt') - 1 });
  setSegment(cpu, TR, { selector: 0x40, base: BigInt(at('tss')), limit: 0x67, attributes: 0x8b });
  setMsr(cpu, MSR.STAR, (0x23n << 48n) | (0x10n << 32n));
  setMsr(cpu, MSR.LSTAR, BigInt(at('syscall_entry')));
  setMsr(cpu, MSR.SFMASK, BigInt(RFLAGS.IF | RFLAGS.DF | RFLAGS.TF | RFLAGS.AC));
  enterUser(cpu);
  setMsr(cpu, MSR.KERNEL_GS_BASE, BigInt(at('percpu')));
  setSegmentBase(cpu, SEGMENT.GS, BigInt(at('user_data')));
  setReg(cpu, GPR.RSP, BigInt(at('user_stack')));
  setFlags(cpu, BigInt(RFLAGS.IF));
  setRip(cpu, BigInt(at('user')));
}

/** Runs to the program's end with an interrupt and an NMI every `period` instructions; how many of each were taken. */
function runWith(cpu: Cpu, period: number): { readonly ticks: number; readonly nmis: number; readonly stop: string } {
  const log: EventRecord[] = [];
  cpu.eventLog = log;
  let stop = 'budget';
  for (let i = 0; stop === 'budget' && i < 20_000; i++) {
    stop = run(cpu, period).kind;
    if (stop !== 'budget') break;
    if (i % 2 === 0 && pendingInterrupt(cpu) === undefined) raiseInterrupt(cpu, 0x20);
    else if (!areNmisBlocked(cpu)) raiseNmi(cpu);
  }
  cpu.eventLog = undefined;
  const taken = (vector: number): number => log.filter((e) => e.kind === 'event' && e.event.vector === vector).length;
  return { ticks: taken(0x20), nmis: taken(2), stop };
}

/** Above what an interrupt and an NMI take, so that the program gets on; each meets other instructions. */
const PERIODS = [61, 67, 71, 83, 97, 1_000_000] as const;

/** The sum of 1 … ROUNDS. */
const ALL = BigInt((ROUNDS * (ROUNDS + 1)) / 2);

for (let features = 0; features < 16; features++) {
  const names = Object.entries(FEATURE).flatMap(([name, bit]) => (features & bit ? [name] : []));
  test(`right sums with ${names.join(', ') || 'nothing'}`, () => {
    for (const period of PERIODS) {
      const { cpu } = boot(features);
      const { ticks, nmis, stop } = runWith(cpu, period);
      const name = `every ${period}`;
      assert.is(stop, 'halt', name);
      assert.is(getReg(cpu, GPR.R8), ALL, name);
      assert.is(getReg(cpu, GPR.R9), ALL + BigInt(3 * ROUNDS), name);
      assert.is(getReg(cpu, GPR.R10), ALL + BigInt(8 * ROUNDS), name);
      assert.is(get64(cpu, at('total')), 2n * ALL, name);
      assert.is(get64(cpu, at('faults')), BigInt(PAGES), name);
      assert.is(get64(cpu, at('ticks')), BigInt(ticks), name);
      assert.is(get64(cpu, at('nmis')), BigInt(nmis), name);
      if (period < 1000) assert.ok(ticks > 0 && nmis > 0, name);
    }
  });
}

test.run();
