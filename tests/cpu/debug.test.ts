/**
 * Debug traps that Bochs can't judge (tests/system/probes/debug.S are those it can): BTF, checkpoints, breakpoints set from outside,
 * no TLB, and a step over every form that is lowered.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type Checkpoint,
  type Cpu,
  type CpuOptions,
  CR4,
  checkpoint,
  getDr,
  getFlags,
  getReg,
  getRip,
  MSR,
  raiseInterrupt,
  raiseNmi,
  readLinear,
  restore,
  run,
  setCpl,
  setDr,
  setFlags,
  setMsr,
  setReg,
  setRip,
  setSegment,
  setTable,
  stateBytes,
  VECTOR,
  writePhysical,
} from '../../src/cpu/cpu.ts';
import type { CpuModel } from '../../src/isa/cpu-model.ts';
import { HASWELL, MAX, ZEN4 } from '../../src/isa/cpu-models.ts';
import { GPR, RFLAGS, SEGMENT } from '../../src/isa/insn.ts';
import { SAMPLES, type Sample } from '../uop/samples.ts';
import { installGdt, KERNEL_PAGE, map, type TestMachine, USER_PAGE } from './bench-machine.ts';
import { random } from './random.ts';
import { AT, CODE, DATA, enable, snippet } from './snippet.ts';

const test = suite('debug');

const PAGES = { linear: 0xffff_fe00_0001_0000n, physical: 0xf0000, count: 4 } as const;
const IDT = PAGES.linear;
/** A handler every 16 bytes, each a jump to itself. */
const HANDLERS = PAGES.linear + 0x1000n;
const IST1 = PAGES.linear + 0x4000n;
/** In the page of the GDT. */
const TSS_IST1 = 0xff800 + 36;

/** Every vector to a handler of its own, on the first stack of the TSS. */
function debugMachine(code: string, options: Partial<CpuOptions> = {}): TestMachine {
  const machine = snippet(code, { events: 'deliver', ...options });
  const { cpu } = machine;
  installGdt(machine);
  for (let i = 0; i < PAGES.count; i++)
    map(machine, PAGES.linear + BigInt(i) * 0x1000n, PAGES.physical + i * 0x1000, KERNEL_PAGE);
  writePhysical(cpu, TSS_IST1, quads([IST1]));
  for (let vector = 0n; vector < 256n; vector++) {
    const handler = HANDLERS + 16n * vector;
    const low = (handler & 0xffffn) | (0x10n << 16n) | (0xee01n << 32n) | (((handler >> 16n) & 0xffffn) << 48n);
    writePhysical(cpu, PAGES.physical + 16 * Number(vector), quads([low, handler >> 32n]));
    writePhysical(cpu, PAGES.physical + 0x1000 + 16 * Number(vector), Uint8Array.of(0xeb, 0xfe));
  }
  setTable(cpu, 'idt', { base: IDT, limit: 0xfff });
  return machine;
}

const quads = (values: readonly bigint[]): Uint8Array => new Uint8Array(BigUint64Array.from(values).buffer);

interface Taken {
  readonly vector: number;
  /** What the frame returns to. */
  readonly rip: bigint;
  readonly flags: number;
  readonly rsp: bigint;
}

/** The event whose handler RIP is at. */
function taken(cpu: Cpu): Taken | undefined {
  const at = getRip(cpu) - HANDLERS;
  if (at < 0n || at >= 0x1000n) return undefined;
  const vector = Number(at) / 16;
  const frame = getReg(cpu, GPR.RSP) + (ERROR_CODES.includes(vector) ? 8n : 0n);
  const [rip, , flags, rsp] = new BigUint64Array(readLinear(cpu, frame, 32)!.slice().buffer);
  return { vector, rip: rip!, flags: Number(flags), rsp: rsp! };
}

function assertTrap(cpu: Cpu, rip: bigint): void {
  const event = taken(cpu);
  assert.equal([event?.vector, event?.rip, event?.flags], [VECTOR.DB, rip, 2]);
}

const ERROR_CODES: readonly number[] = [8, 10, 11, 12, 13, 14, 17, 21];

/** As the handler's IRET would, with these flags. */
function resume(cpu: Cpu, flags: bigint): void {
  setRip(cpu, taken(cpu)!.rip);
  setReg(cpu, GPR.RSP, 0x21000n);
  setFlags(cpu, flags);
}

/** RIPs of the traps of the first `count` instructions or events, all of them #DB. */
function trapsOf(cpu: Cpu, count: number, flags: bigint): bigint[] {
  const found: bigint[] = [];
  for (let i = 0; i < count; i++) {
    run(cpu, 1);
    const event = taken(cpu);
    if (!event) continue;
    assert.is(event.vector, VECTOR.DB);
    found.push(event.rip - CODE);
    resume(cpu, flags);
  }
  return found;
}

const TF = BigInt(RFLAGS.TF);
const RF = BigInt(RFLAGS.RF);
const BS = 0x4000n;
const FIXED = 0xffff0ff0n;
/** DR7: the first breakpoint enabled, for 8 bytes. */
const DR7 = { execute: 1n, write: 0x90001n, access: 0xb0001n } as const;

function watch(cpu: Cpu, address: bigint, control: bigint): void {
  setDr(cpu, 0, address);
  setDr(cpu, 7, control);
}

test('BTF: the branches alone are stepped over, those to the next instruction too', () => {
  // nop; jmp +0; nop; call +0; jne (not taken); je (taken); nop; mov $2,%ecx; rep lodsb; nop
  const { cpu } = debugMachine('90eb0090e80000000075077400' + '90b902000000f3ac90');
  setReg(cpu, GPR.RSI, DATA);
  const flags = TF | BigInt(RFLAGS.ZF);
  setFlags(cpu, flags);
  const traps: bigint[] = [];
  for (let i = 0; i < 30 && getRip(cpu) < CODE + 22n; i++) {
    setMsr(cpu, MSR.DEBUGCTL, 2n);
    traps.push(...trapsOf(cpu, 1, flags));
  }
  assert.equal(traps, [3n, 9n]);
  assert.is(getRip(cpu), CODE + 22n);
});

test('BTF is cleared by a debug exception, and kept by INT 1', () => {
  const { cpu } = debugMachine('eb00cd01');
  setFlags(cpu, TF);
  setMsr(cpu, MSR.DEBUGCTL, 2n);
  assert.equal(trapsOf(cpu, 2, 0n), [2n]);
  const { cpu: other } = debugMachine('cd01');
  setMsr(other, MSR.DEBUGCTL, 2n);
  setDr(other, 7, 0x2000n);
  run(other, 1);
  assertTrap(other, CODE + 2n);
  assert.is(getDr(other, 7), 0x2400n);
});

test('general detect is behind the privilege check', () => {
  const machine = debugMachine('0f21f8');
  map(machine, CODE, AT.code, USER_PAGE);
  setDr(machine.cpu, 7, 0x2000n);
  setCpl(machine.cpu, 3);
  run(machine.cpu, 1);
  assert.is(taken(machine.cpu)?.vector, VECTOR.GP);
  assert.is(getDr(machine.cpu, 6), FIXED);
});

test('general detect is behind #UD of DR4 with CR4.DE', () => {
  const { cpu } = debugMachine('0f21e0');
  enable(cpu, 4, CR4.DE);
  setDr(cpu, 7, 0x2000n);
  run(cpu, 1);
  assert.is(taken(cpu)?.vector, VECTOR.UD);
});

for (const tlb of ['keep', 'none'] as const) {
  // 1: mov %rax,(%rdi); mov (%rdi),%rax; jmp 1b
  const LOOP = '488907488b07ebf8';

  test(`a loop that has run freely stops at what is watched then, tlb ${tlb}`, () => {
    const { cpu } = debugMachine(LOOP, { tlb });
    run(cpu, 300);
    assert.is(getRip(cpu), CODE);
    watch(cpu, DATA, DR7.write);
    run(cpu, 2);
    assertTrap(cpu, CODE + 3n);
    assert.is(getDr(cpu, 6), FIXED | 1n);
    resume(cpu, 0n);
    run(cpu, 4);
    assert.is(taken(cpu)?.rip, CODE + 3n);
    resume(cpu, 0n);
    setDr(cpu, 7, 0n);
    run(cpu, 299);
    assert.is(getRip(cpu), CODE);
  });

  test(`a loop that has run freely stops at an instruction, tlb ${tlb}`, () => {
    const { cpu } = debugMachine(LOOP, { tlb });
    run(cpu, 300);
    watch(cpu, CODE + 3n, DR7.execute);
    run(cpu, 2);
    assertTrap(cpu, CODE + 3n);
    resume(cpu, RF);
    run(cpu, 4);
    assert.is(taken(cpu)?.rip, CODE + 3n);
    resume(cpu, RF);
    setDr(cpu, 7, 0n);
    run(cpu, 299);
    assert.is(getRip(cpu), CODE);
  });

  test(`MOV DR arms for the instruction behind it, tlb ${tlb}`, () => {
    // mov %rax,%db0; mov %rbx,%db7; nop; mov %rax,(%rdi)
    const code = '0f23c00f23fb90488907';
    for (const [address, control, rip] of [
      [CODE + 6n, DR7.execute, CODE + 6n],
      [CODE + 7n, DR7.execute, CODE + 7n],
      [DATA, DR7.write, CODE + 10n],
    ] as const) {
      const { cpu } = debugMachine(code, { tlb });
      setReg(cpu, GPR.RAX, address);
      setReg(cpu, GPR.RBX, control);
      run(cpu, 8);
      assertTrap(cpu, rip);
    }
  });

  test(`a checkpoint brings its breakpoints back, tlb ${tlb}`, () => {
    const { cpu } = debugMachine(LOOP, { tlb });
    watch(cpu, CODE + 6n, DR7.execute);
    const armed = checkpoint(cpu);
    setDr(cpu, 7, 0n);
    const disarmed = checkpoint(cpu);
    for (const [from, rip] of [
      [armed, CODE + 6n],
      [disarmed, undefined],
      [armed, CODE + 6n],
      [disarmed, undefined],
    ] as const) {
      restore(cpu, from);
      run(cpu, 30);
      assert.is(taken(cpu)?.rip, rip);
    }
  });
}

test('a checkpoint in the shadow of MOV SS keeps the trap', () => {
  // mov (%rdi),%ss; nop; nop
  const { cpu } = debugMachine('8e179090');
  writePhysical(cpu, AT.data, Uint8Array.of(0x18));
  watch(cpu, DATA, DR7.access);
  run(cpu, 1);
  const shadow = checkpoint(cpu);
  run(cpu, 2);
  assertTrap(cpu, CODE + 3n);
  restore(cpu, shadow);
  assert.is(getRip(cpu), CODE + 2n);
  run(cpu, 2);
  assertTrap(cpu, CODE + 3n);
});

test('where events stop the run no breakpoint does', () => {
  const { cpu } = debugMachine('48890790', { events: 'stop' });
  watch(cpu, DATA, DR7.write);
  setDr(cpu, 1, CODE);
  setDr(cpu, 7, DR7.write | 4n);
  assert.equal(run(cpu, 2), { kind: 'budget' });
  assert.is(getRip(cpu), CODE + 4n);
  assert.is(getDr(cpu, 6), FIXED);
});

test('AMD reports enabled breakpoints alone', () => {
  for (const [model, bits] of [
    [HASWELL, 3n],
    [ZEN4, 1n],
  ] as const) {
    const { cpu } = debugMachine('488907', { model });
    setDr(cpu, 1, DATA);
    watch(cpu, DATA, DR7.write | 0x900000n);
    run(cpu, 2);
    assert.is(getDr(cpu, 6), FIXED | bits);
  }
});

test('a trap comes before an NMI and an interrupt', () => {
  const { cpu } = debugMachine('90');
  setFlags(cpu, TF | BigInt(RFLAGS.IF));
  run(cpu, 1);
  const boundary = checkpoint(cpu);
  const vectors: (number | undefined)[] = [];
  raiseNmi(cpu);
  raiseInterrupt(cpu, 0x40);
  for (let i = 0; i < 2; i++) {
    run(cpu, 1);
    vectors.push(taken(cpu)?.vector);
  }
  assert.equal(vectors, [VECTOR.DB, VECTOR.NMI]);
  restore(cpu, boundary);
  run(cpu, 1);
  assert.is(taken(cpu)?.vector, VECTOR.DB);
});

test('HLT under TF traps instead of halting', () => {
  const { cpu } = debugMachine('f490');
  setFlags(cpu, TF);
  assert.equal(run(cpu, 2), { kind: 'budget' });
  assert.is(taken(cpu)?.rip, CODE + 1n);
});

test('a watched stack of the #DB itself makes traps without end, and the run ends by its budget', () => {
  const { cpu } = debugMachine('488907');
  setDr(cpu, 1, IST1 - 8n);
  watch(cpu, DATA, DR7.write | 0x900004n);
  assert.equal(run(cpu, 1000), { kind: 'budget' });
  assertTrap(cpu, HANDLERS + 16n);
});

/** Which accesses a Zen 4 reports to ptrace for a byte that is watched for writes (w), for reads and writes (rw). */
const ON_ZEN4 = [
  ['0fae3f', 'clflush (%rdi)', 'rw'],
  ['660fae3f', 'clflushopt (%rdi)', 'rw'],
  ['660fae37', 'clwb (%rdi)', 'rw'],
  ['0fae7f08', 'clflush 8(%rdi)', ''],
  ['0f180f', 'prefetcht0 (%rdi)', ''],
  ['0f0d0f', 'prefetchw (%rdi)', ''],
  ['488d07', 'lea (%rdi),%rax', ''],
  ['0f1f07', 'nopl (%rdi)', ''],
  ['0f002f', 'verw (%rdi)', 'rw'],
  ['0f0207', 'lar (%rdi),%eax', 'rw'],
  ['8a07', 'mov (%rdi),%al', 'rw'],
  ['8807', 'mov %al,(%rdi)', 'w rw'],
  ['f00fb00f', 'lock cmpxchg %cl,(%rdi)', 'w rw'],
  ['480fa317', 'bt %rdx,(%rdi)', 'rw'],
  ['480fab17', 'bts %rdx,(%rdi)', 'w rw'],
  ['f20f38f007', 'crc32b (%rdi),%eax', 'rw'],
  ['0f4507', 'cmovne (%rdi),%eax', 'rw'],
  ['0f4407', 'cmove (%rdi),%eax', 'rw'],
  ['c647ff00', 'movb $0,-1(%rdi)', ''],
  ['48c747f900000000', 'movq $0,-7(%rdi)', 'w rw'],
  ['480fc70f', 'cmpxchg16b (%rdi)', 'w rw'],
  ['0fc74ffc', 'cmpxchg8b -4(%rdi)', 'w rw'],
  ['8407', 'test %al,(%rdi)', 'rw'],
  ['800700', 'addb $0,(%rdi)', 'w rw'],
] as const;

for (const [code, text, expected] of ON_ZEN4) {
  test(`${text}: as a Zen 4 has it`, () => {
    const met = [0x10001n, 0x30001n].map((control) => {
      const { cpu } = debugMachine(`${code}9090`, { model: ZEN4 });
      setReg(cpu, GPR.RDI, DATA + 0x40n);
      setReg(cpu, GPR.RCX, 1n);
      watch(cpu, DATA + 0x40n, control);
      run(cpu, 2);
      return taken(cpu)?.vector === VECTOR.DB;
    });
    assert.is(['w', 'rw'].filter((_, i) => met[i]).join(' '), expected);
  });
}

test('in compatibility mode the base of CS is part of the address', () => {
  for (const [base, limit] of [
    [0n, 0xffffffff],
    [CODE - 0x1000n, 0xffff],
  ] as const) {
    const { cpu } = debugMachine('9090');
    setSegment(cpu, SEGMENT.CS, { selector: 0x08, base, limit, attributes: 0xc09b });
    setRip(cpu, CODE - base);
    watch(cpu, CODE + 1n, DR7.execute);
    run(cpu, 2);
    assertTrap(cpu, CODE + 1n - base);
  }
});

test('a delivery meets breakpoints, and one that fails does not', () => {
  for (const [present, vector] of [
    [true, VECTOR.DB],
    [false, VECTOR.PF],
  ] as const) {
    const machine = debugMachine('0f0b');
    const { cpu } = machine;
    const stack = 0x50000n;
    map(machine, stack, 0x50000, present ? KERNEL_PAGE : 0n);
    writePhysical(cpu, TSS_IST1 + 8, quads([stack + 0x1000n]));
    writePhysical(cpu, PAGES.physical + 16 * VECTOR.UD + 4, Uint8Array.of(2));
    watch(cpu, 0xffff_fe00_0000_1800n + 44n, 0xf0001n);
    run(cpu, 2);
    assert.is(taken(cpu)?.vector, vector);
    assert.is(taken(cpu)?.rip, present ? HANDLERS + 16n * BigInt(VECTOR.UD) : CODE);
  }
});

test('what begins again is counted once', () => {
  const [plain, watched] = ['488907488b07', '488907488b07'].map((code) => debugMachine(code).cpu) as [Cpu, Cpu];
  watch(watched, DATA, DR7.access);
  run(plain, 1);
  run(watched, 1);
  setDr(watched, 0, 0n);
  setDr(watched, 7, 0n);
  assert.is(getRip(watched), getRip(plain));
  const instructions = (cpu: Cpu): bigint => new DataView(stateBytes(cpu).buffer).getBigUint64(0x208, true);
  assert.is(instructions(watched), instructions(plain));
});

// Single steps

/** They take away what the delivery rests on, or the trap that follows isn't theirs: LIDT, MOV CR, LTR and the like are probed on Bochs, and INT n. */
const UNSTEPPED =
  /^(int +|lidt|ltr|lgdt|lldt|mov +%[er]?\w+,%cr|wrmsr|mov +%\w+,%db|mov +\S+,%ss|pop +%ss|lmsw|invlpg|invpcid|clts|wrpkru|xsetbv)/;

function prepare(cpu: Cpu, { bytes }: Sample, seed: number, flags: bigint): void {
  const r = random(seed);
  const code = new Uint8Array(32).fill(0x90);
  code.set(bytes);
  writePhysical(cpu, AT.code, code);
  writePhysical(cpu, AT.data, new Uint8Array(0x1000));
  for (let n = 0; n < 16; n++) setReg(cpu, n, DATA + 0x400n + BigInt(8 * r.below(128)));
  setReg(cpu, GPR.RCX, 2n);
  setFlags(cpu, flags | (r.u64() & 0xcd4n));
  setRip(cpu, CODE);
}

for (const fuse of [true, false]) {
  for (const cpl of [0, 3]) {
    test(`every sample is stepped over once, CPL ${cpl}, ${fuse ? 'fused' : 'unfused'}`, () => {
      const machineFor = steppedMachines({ fuse }, cpl);
      let stepped = 0;
      const tally: Record<string, number> = {};
      const samples = SAMPLES.filter(({ text }) => !UNSTEPPED.test(text));
      samples.forEach((sample, seed) => {
        const [free, under] = (['stop', 'deliver'] as const).map((events) => {
          const { cpu, fresh } = machineFor(sample.model, events);
          restore(cpu, fresh);
          prepare(cpu, sample, seed, events === 'deliver' ? TF : 0n);
          return cpu;
        }) as [Cpu, Cpu];
        const stop = run(free, 1);
        run(under, 2);
        const event = taken(under);
        if (stop.kind === 'fault') {
          tally[stop.vector] = (tally[stop.vector] ?? 0) + 1;
          assert.is(event?.vector, stop.vector, sample.text);
          assert.is(getDr(under, 6), FIXED, sample.text);
          return;
        }
        if (stop.kind !== 'budget') return;
        stepped++;
        assert.is(event?.vector, VECTOR.DB, sample.text);
        assert.is(event?.rip, getRip(free), sample.text);
        assert.is(getDr(under, 6), FIXED | BS, sample.text);
        if (!/popf|iret|sysret/.test(sample.text)) assert.ok(Number(TF) & event!.flags, sample.text);
        assert.not(getFlags(under) & TF, sample.text);
      });
      assert.ok(stepped > 0.9 * samples.length, `${stepped} of ${samples.length}`);
    });
  }
}

for (const tlb of ['keep', 'none'] as const) {
  test(`every sample does the same where it meets breakpoints, tlb ${tlb}`, () => {
    const machineFor = steppedMachines({ tlb }, 0);
    let met = 0;
    SAMPLES.filter(({ text }) => !UNSTEPPED.test(text)).forEach((sample, seed) => {
      const [plain, watched] = [false, true].map((watches) => {
        const { cpu, fresh } = machineFor(sample.model, watches ? 'deliver' : 'stop');
        restore(cpu, fresh);
        prepare(cpu, sample, seed, 0n);
        if (watches) watchOperands(cpu);
        return cpu;
      }) as [Cpu, Cpu];
      const stop = run(plain, 1);
      run(watched, 2);
      const event = taken(watched);
      if (stop.kind !== 'budget' || event?.vector !== VECTOR.DB) return;
      met++;
      assert.is(event.rip, getRip(plain), sample.text);
      for (let n = 0; n < 16; n++)
        assert.is(n === GPR.RSP ? event.rsp : getReg(watched, n), getReg(plain, n), `${sample.text}: register ${n}`);
      assert.ok(pageOfData(watched).equals(pageOfData(plain)), sample.text);
    });
    assert.ok(met > 500, `${met} met a breakpoint`);
  });
}

/** Where most samples have their operands, and the stack. */
function watchOperands(cpu: Cpu): void {
  const at = (n: number): bigint => getReg(cpu, n);
  const addresses = [at(GPR.RBX) + 4n * at(GPR.RSI) + 0x40n, at(GPR.RDI), at(GPR.RSP), at(GPR.RSP) - 8n];
  addresses.forEach((address, n) => {
    setDr(cpu, n, address);
  });
  setDr(cpu, 7, 0xbbbb0055n);
}

const pageOfData = ({ ram }: Cpu): Buffer => Buffer.from(ram.subarray(AT.data, AT.data + 0x1000));

/** Runs of samples one after another, with breakpoints, and a #DB handler that returns. */
test('a run is the same in one go, by single instructions, and unfused', () => {
  const ways = [
    { machineFor: steppedMachines({}, 0), slice: 60 },
    { machineFor: steppedMachines({}, 0), slice: 1 },
    { machineFor: steppedMachines({ fuse: false }, 0), slice: 7 },
  ];
  let met = 0;
  for (let seed = 0; seed < 1000; seed++) {
    const [first, ...others] = ways.map(({ machineFor, slice }) => {
      const { cpu, fresh } = machineFor(MAX, 'deliver');
      restore(cpu, fresh);
      prepareProgram(cpu, seed);
      for (let left = 120; left > 0; left -= slice) run(cpu, Math.min(left, slice));
      return cpu;
    }) as [Cpu, ...Cpu[]];
    if (getDr(first, 6) !== FIXED) met++;
    for (const other of others) {
      assert.ok(Buffer.from(stateBytes(other)).equals(stateBytes(first)), `seed ${seed}: state`);
      assert.ok(pageOfData(other).equals(pageOfData(first)), `seed ${seed}: memory`);
    }
  }
  assert.ok(met > 500, `${met} of 1000 met a breakpoint`);
});

const IRETQ = Uint8Array.of(0x48, 0xcf);

function prepareProgram(cpu: Cpu, seed: number): void {
  const r = random(seed);
  const samples = SAMPLES.filter(({ text, model }) => model === MAX && !UNSTEPPED.test(text));
  const program = Array.from({ length: 30 }, () => samples[r.below(samples.length)]!);
  prepare(cpu, program[0]!, seed, r.below(4) === 0 ? TF : 0n);
  writePhysical(cpu, AT.code, Uint8Array.from(program.flatMap(({ bytes }) => [...bytes])));
  writePhysical(cpu, PAGES.physical + 0x1000 + 16 * VECTOR.DB, IRETQ);
  watchOperands(cpu);
  if (r.below(2)) setDr(cpu, 3, CODE + BigInt(r.below(40)));
  if (r.below(2)) setDr(cpu, 7, getDr(cpu, 7) & 0x0fffffffn);
}

interface Stepped {
  readonly cpu: Cpu;
  readonly fresh: Checkpoint;
}

/** Machines of that kind, by model and by what becomes of events. */
function steppedMachines(
  options: Partial<CpuOptions>,
  cpl: number,
): (model: CpuModel, events: NonNullable<CpuOptions['events']>) => Stepped {
  const made = new Map<string, Stepped>();
  return (model, events) => {
    const key = `${model.name} ${events}`;
    const found = made.get(key) ?? steppedMachine(cpl, { ...options, model, events });
    made.set(key, found);
    return found;
  };
}

function steppedMachine(cpl: number, options: Partial<CpuOptions>): Stepped {
  const machine = debugMachine('', options);
  const { cpu } = machine;
  const rights = cpl === 3 ? USER_PAGE : KERNEL_PAGE;
  map(machine, CODE, AT.code, rights);
  // Where base + index · scale leads as well.
  for (const scale of [0n, 1n, 2n, 4n, 8n]) {
    const around = DATA * (1n + scale) + 0x400n * scale;
    for (const at of [-0x1000n, 0n, 0x1000n]) map(machine, around + at, AT.data, rights);
  }
  setCpl(cpu, cpl);
  enable(cpu, 4, CR4.FSGSBASE);
  return { cpu, fresh: checkpoint(cpu) };
}

test.run();
