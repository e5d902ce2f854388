/** Checkpoints: state and memory come back whole, in any order, and running on from one repeats what was. */
import { createHash } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseHexBytes } from '../../src/base/hex.ts';
import {
  type Checkpoint,
  type Cpu,
  type CpuOptions,
  CR4,
  checkpoint,
  createCpu,
  getReg,
  restore,
  run,
  setCpl,
  setFlags,
  setReg,
  setRip,
  stateBytes,
  writePhysical,
} from '../../src/cpu/cpu.ts';
import { GPR } from '../../src/isa/insn.ts';
import { KERNEL_PAGE, map, testMachine } from './bench-machine.ts';
import { type Random, random } from './random.ts';
import { AT, CODE, enable, I, snippet } from './snippet.ts';

const test = suite('checkpoints');

const hash = (cpu: Cpu): string => createHash('sha1').update(stateBytes(cpu)).update(cpu.ram).digest('hex');

/** A loop that pushes, writes to memory here and there, flushes lines and the TLB. */
const PROGRAM = `488b174803034889044f${I.clflushRdi}48ffc1${I.pushRax}${I.popRax}${I.invlpgRdi}4881e1ff0f0000ebe2`;

function program(): Cpu {
  const machine = snippet(PROGRAM);
  for (let i = 1n; i < 4n; i++) map(machine, 0x30000n + i * 0x1000n, AT.data + Number(i) * 0x1000, KERNEL_PAGE);
  setReg(machine.cpu, 3, 0x30000n);
  return machine.cpu;
}

test('random positions: restoring gives back the hash, and running on gives the same future', () => {
  const cpu = program();
  const r = random(1);
  const taken: { at: Checkpoint; hash: string; budget: number; future: string }[] = [];
  for (let i = 0; i < 12; i++) {
    run(cpu, r.below(300));
    const at = checkpoint(cpu);
    const before = hash(cpu);
    const budget = 1 + r.below(200);
    run(cpu, budget);
    taken.push({ at, hash: before, budget, future: hash(cpu) });
  }
  assert.ok(new Set(taken.map((t) => t.hash)).size > 6);
  for (let i = 0; i < 60; i++) {
    const chosen = taken[r.below(taken.length)]!;
    restore(cpu, chosen.at);
    assert.is(hash(cpu), chosen.hash);
    run(cpu, chosen.budget);
    assert.is(hash(cpu), chosen.future);
  }
});

test('a checkpoint before code is modified brings the old code back', () => {
  // movb %cl, (%rdi) hits the ModRM of inc %rax behind it.
  const { cpu } = snippet('48ffc0880febf9');
  setReg(cpu, 1, 0xc8n);
  setReg(cpu, 7, CODE + 2n);
  run(cpu, 1);
  const at = checkpoint(cpu);
  run(cpu, 3);
  assert.is(cpu.ram[AT.code + 2], 0xc8);
  restore(cpu, at);
  assert.is(cpu.ram[AT.code + 2], 0xc0);
  setRip(cpu, CODE);
  const before = getReg(cpu, GPR.RAX);
  run(cpu, 1);
  assert.is(getReg(cpu, GPR.RAX), before + 1n);
});

test('1000 pages of random bytes stop within their budget, at CPL 0 and 3, and restore', () => {
  const r = random(2026);
  for (const cpl of [0, 3]) {
    const machine = testMachine();
    const { cpu } = machine;
    for (let page = 0; page < 16; page++) {
      map(machine, BigInt(page * 0x1000), page * 0x1000, KERNEL_PAGE | 4n);
    }
    setCpl(cpu, cpl);
    const start = checkpoint(cpu);
    const kinds = new Set<string>();
    for (let i = 0; i < 500; i++) {
      restore(cpu, start);
      for (let n = 0; n < 16; n++) setReg(cpu, n, BigInt(r.below(0x10000)));
      setFlags(cpu, BigInt(r.below(0x1000)));
      const page = i & 15;
      writePhysical(cpu, page * 0x1000, r.bytes(0x1000));
      setRip(cpu, BigInt(page * 0x1000 + r.below(0x800)));
      kinds.add(run(cpu, 2000).kind);
    }
    assert.ok(kinds.has('fault'));
    assert.ok([...kinds].every((kind) => ['budget', 'halt', 'fault', 'not-modelled'].includes(kind)));
  }
});

// ── A random tree of checkpoints, against whole copies and a CPU that has nothing cached ─────────────────────────────

/** What the random programs are made of; RDX is a generator, RDI its address in five data pages. */
const PIECES = {
  step: '4869d26d4ec641 4881c239300000 4889d7 48c1ef07 81e7f83f0000 4881c700000300',
  store: '488917',
  /** Now and then across a page. */
  storeBelow: '488957fc',
  add: '480307',
  invlpg: I.invlpgRdi,
  clflush: I.clflushRdi,
  stack: '505b',
  /** mov %dl, 0x34f03: the immediate of HELPER, by another mapping of the page. */
  modify: '881425034f0300',
  flushingCr3: '0f20d90f22d9',
  noFlushCr3: '0f20d94c09e90f22d9',
  /** Turns CR0.WP over. */
  writeProtect: '0f20c14881f1000001000f22c1',
} as const;
/** add $0x11, %rbx; ret */
const HELPER = '4883c311c3';
const HELPER_AT = 0xf00;

/** A loop of pieces of a few kinds, with a call of the helper in between. */
function randomProgram(r: Random): string {
  // A few kinds each, since a program with every one would hardly ever have two checkpoints with the same TLB.
  const all = Object.keys(PIECES) as (keyof typeof PIECES)[];
  const kinds = Array.from({ length: 1 + r.below(5) }, () => all[r.below(all.length)]!);
  let code = '';
  const relative = (opcode: string, target: number): string => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(target - (code.length / 2 + 5));
    return opcode + bytes.toString('hex');
  };
  for (let i = 0; i < 24; i++) {
    code += `${PIECES.step}${PIECES[kinds[r.below(kinds.length)]!]}`.replaceAll(' ', '');
    if (i % 4 === 0) code += relative('e8', HELPER_AT);
  }
  return code + relative('e9', 0);
}

const RAM_BYTES = 0x140000;

function randomCpu(r: Random, options: Partial<CpuOptions>): Cpu {
  const machine = snippet(randomProgram(r), { ...options, ramBytes: RAM_BYTES });
  const { cpu } = machine;
  writePhysical(cpu, AT.code + HELPER_AT, parseHexBytes(HELPER)!);
  map(machine, 0x2f000n, 0x2f000, KERNEL_PAGE);
  for (let i = 1; i < 4; i++) map(machine, 0x30000n + BigInt(i) * 0x1000n, AT.data + i * 0x1000, KERNEL_PAGE);
  map(machine, 0x34000n, AT.code, KERNEL_PAGE);
  enable(cpu, 4, CR4.PCIDE);
  setReg(cpu, GPR.R13, 1n << 63n);
  return cpu;
}

interface Whole {
  readonly ram: Uint8Array;
  readonly state: Uint8Array;
}

const whole = (cpu: Cpu): Whole => ({ ram: cpu.ram.slice(), state: stateBytes(cpu) });

function same(cpu: Cpu, { ram, state }: Whole, where: string): void {
  assert.ok(Buffer.from(stateBytes(cpu)).equals(state), `${where}: the state`);
  assert.is(Buffer.compare(cpu.ram, ram), 0, `${where}: memory`);
}

/** The future of a state by a CPU that has run nothing before. */
function futureOf({ ram }: Whole, at: Checkpoint, budget: number, options: Partial<CpuOptions>): Whole {
  const fresh = createCpu({ ...options, ramBytes: RAM_BYTES });
  fresh.ram.set(ram);
  restore(fresh, { ...at, pages: [] });
  run(fresh, budget);
  return whole(fresh);
}

for (const tlb of ['keep', 'none'] as const) {
  test(`a random tree of checkpoints and runs, under ${tlb}`, () => {
    for (let seed = 1; seed <= 16; seed++) {
      const r = random(seed);
      const cpu = randomCpu(r, { tlb });
      const nodes: { readonly at: Checkpoint; readonly copy: Whole }[] = [{ at: checkpoint(cpu), copy: whole(cpu) }];
      for (let i = 0; i < 40; i++) {
        const node = nodes.length > 0 && r.below(3) > 0 ? nodes[r.below(nodes.length)] : undefined;
        if (node) {
          restore(cpu, node.at);
          same(cpu, node.copy, `seed ${seed}, step ${i}, restored`);
        }
        const budget = 1 + r.below(r.below(2) ? 30 : 400);
        const expected = node && i % 4 === 0 ? futureOf(node.copy, node.at, budget, { tlb }) : undefined;
        assert.equal(run(cpu, budget), { kind: 'budget' });
        if (expected) same(cpu, expected, `seed ${seed}, step ${i}, after ${budget} instructions`);
        if (r.below(2)) nodes.push({ at: checkpoint(cpu), copy: whole(cpu) });
      }
    }
  });
}

test('data beside code comes back without the code being decoded again', () => {
  const { cpu } = snippet(`${I.storeRbx}48ffc3ebf8`); // inc %rbx; jmp to the start
  setReg(cpu, GPR.RDI, CODE + 0x800n);
  run(cpu, 300);
  const records = cpu.code.next;
  for (let i = 0; i < 10; i++) {
    const at = checkpoint(cpu);
    run(cpu, 30);
    restore(cpu, at);
    assert.is(cpu.ram[AT.code + 0x800], 99);
  }
  assert.is(cpu.code.next, records);
});

test.run();
