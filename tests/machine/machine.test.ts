/** The Linux-shaped machine: what each half of the page tables maps, where per-CPU variables are, how a run begins and ends. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formatDiagnostic } from '../../src/base/diagnostics.ts';
import { fromBytes, toBytes } from '../../src/base/u64.ts';
import * as cpuModel from '../../src/cpu/cpu.ts';
import { applyAlternatives } from '../../src/image/alternatives.ts';
import { type Image, symbolNamed } from '../../src/image/image.ts';
import { link } from '../../src/image/link.ts';
import { type CpuFeatures, withFeatures } from '../../src/isa/cpu-model.ts';
import { MAX } from '../../src/isa/cpu-models.ts';
import { featureNumber, featureSet } from '../../src/isa/features.ts';
import { ASIDS, flushBit, IST_NAMES, kernelCr3, LINUX, nameCr3, userCr3 } from '../../src/machine/linux.ts';
import {
  createMachine,
  enter,
  type Machine,
  type MachineOptions,
  outcomeOf,
  percpuBytes,
  warmTlb,
  writePercpu,
} from '../../src/machine/machine.ts';
import { percpuField, percpuLayout } from '../../src/machine/percpu.ts';
import { objectOf } from '../image/patched.ts';

const test = suite('machine');

const percpu = percpuLayout([{ name: 'mine', size: 24 }])!;

const TEXT = `
	.section .entry.text, "ax"
	.globl start
start:	ret
	.skip 5000, 0x90
	.globl far_entry
far_entry: ret
	.text
	.globl other
other:	ret
	.data
	.globl datum
datum:	.quad 0x1122334455667788
	.section .rodata, "a"
	.globl constant
constant: .quad 1
`;

function imageFor(text: string, features: readonly string[]): Image {
  const bind = (name: string): bigint | undefined => {
    const variable = percpu.find((v) => v.name === name);
    return variable && BigInt(variable.offset);
  };
  const { value } = link(objectOf(text), 't.S', { bind });
  return applyAlternatives(value, featureSet(features.map((f) => featureNumber(f)!))).value.image;
}

type Options = Partial<Omit<MachineOptions, 'features' | 'image'>> & {
  readonly features?: readonly string[];
  readonly cpu?: Partial<CpuFeatures>;
};

const build = (text: string, { features = [], cpu = {}, ...options }: Options = {}): ReturnType<typeof createMachine> =>
  createMachine({
    image: imageFor(text, features),
    features: featureSet(features.map((f) => featureNumber(f)!)),
    percpu,
    model: withFeatures(MAX, cpu),
    ...options,
  });

function machineFor(text: string, options: Options = {}): Machine {
  const { value, diagnostics } = build(text, options);
  assert.equal(diagnostics.map(formatDiagnostic), []);
  return value!;
}

/** `rwx` of an address under a CR3, as CPL 0 without SMAP sees it. */
function rights({ cpu }: Machine, cr3: bigint, linear: bigint): string {
  const before = cpuModel.getCr(cpu, 3);
  cpuModel.setCr(cpu, 3, cr3);
  const can = (access: cpuModel.AccessKind): boolean => cpuModel.translate(cpu, linear, access) !== undefined;
  const text = `${can('read') ? 'r' : '-'}${can('write') ? 'w' : '-'}${can('execute') ? 'x' : '-'}`;
  cpuModel.setCr(cpu, 3, before);
  return text;
}

test('with PTI the user half maps entry text, entry stacks and the exit page, and nothing else', () => {
  for (const features of [['PTI'], ['PTI', 'PCID']]) {
    const machine = machineFor(TEXT, { features });
    const { space, image } = machine;
    const at = (name: string): bigint => symbolNamed(image, name)!.address;
    const stack = (name: string): bigint => space.stacks.find((s) => s.name === name)!.top - 8n;
    const expected: readonly (readonly [string, bigint, string, string])[] = [
      ['entry text', at('start'), 'r-x', 'r-x'],
      ['its second page', at('far_entry'), 'r-x', 'r-x'],
      ['other text', at('other'), 'r-x', '---'],
      ['data', at('datum'), 'rw-', '---'],
      ['constants', at('constant'), 'r--', '---'],
      ['per-CPU area', space.percpu, 'rw-', '---'],
      ['thread stack', stack('thread'), 'rw-', '---'],
      ['entry stack', stack('entry'), 'rw-', 'rw-'],
      ...IST_NAMES.map((name) => [`${name} stack`, stack(`${name} IST`), 'rw-', 'rw-'] as const),
      ['exit page', LINUX.exit, 'r-x', 'r-x'],
      ['what nobody mapped', 0x1000n, '---', '---'],
    ];
    for (const asid of [0, 1, ASIDS - 1]) {
      for (const [what, linear, kernel, user] of expected) {
        assert.is(rights(machine, kernelCr3(space, asid), linear), kernel, `${what}, kernel half of ${asid}`);
        assert.is(rights(machine, userCr3(space, asid), linear), user, `${what}, user half of ${asid}`);
      }
    }
  }
});

test('nothing can be written below a stack: guard pages, and the read-only GDT', () => {
  const machine = machineFor(TEXT);
  for (const { name, bottom } of machine.space.stacks) {
    assert.is(cpuModel.translate(machine.cpu, bottom - 1n, 'write'), undefined, name);
  }
});

test('GDTR and TR are Linux’s, readable in both halves and read-only', () => {
  const machine = machineFor(TEXT, { features: ['PTI'] });
  const { cpu, space } = machine;
  assert.equal(cpuModel.getTable(cpu, 'gdt'), { base: LINUX.gdt, limit: 0x7f });
  const task = cpuModel.getSegment(cpu, cpuModel.TR);
  assert.equal(task, { selector: 0x40, base: space.tss, limit: 0x67, attributes: 0x8b });
  cpuModel.setCr(cpu, 3, userCr3(space, 1));
  const physical = cpuModel.translate(cpu, task.base, 'read')!;
  assert.is(cpuModel.translate(cpu, task.base, 'write'), undefined);
  const rsp0 = new DataView(cpu.ram.buffer, cpu.ram.byteOffset + physical + 4).getBigUint64(0, true);
  assert.is(rsp0, space.stacks.find((s) => s.name === 'entry')!.top);
  const variable = percpu.find((v) => v.name === 'cpu_tss_rw')!;
  assert.equal([...percpuBytes(machine, variable.offset, 104)], [...cpu.ram.subarray(physical, physical + 104)]);
});

test('CR3 values are those of Linux: half in bit 12, PCID the ASID plus one, bit 11 for the user half', () => {
  const withPcid = machineFor(TEXT, { features: ['PTI', 'PCID'] }).space;
  const kernel = kernelCr3(withPcid, 3);
  assert.is(kernel & 0x1fffn, 4n);
  assert.is(userCr3(withPcid, 3), kernel + 0x1800n);
  assert.is(flushBit(3), 1n << 4n);
  assert.is(nameCr3(withPcid, kernel), 'kernel(3)');
  assert.is(nameCr3(withPcid, kernel + 0x1800n), 'user(3)');
  assert.is(nameCr3(withPcid, kernel + 0x1000n), undefined);
  const plain = machineFor(TEXT, { features: ['PTI'] }).space;
  assert.is(kernelCr3(plain, 3) & 0x1fffn, 0n);
  assert.is(userCr3(plain, 3), kernelCr3(plain, 3) + 0x1000n);
  const noPti = machineFor(TEXT).space;
  assert.is(userCr3(noPti, 3), kernelCr3(noPti, 3));
});

test('CR4.PCIDE and SMAP are on where the flags and the CPU agree', () => {
  const { PCIDE, SMAP } = { PCIDE: 1n << 17n, SMAP: 1n << 21n };
  const cr4 = (features: readonly string[], cpu: Options['cpu'] = {}): bigint =>
    cpuModel.getCr(machineFor(TEXT, { features, cpu }).cpu, 4) & (PCIDE | SMAP);
  assert.is(cr4([]), 0n);
  assert.is(cr4(['PCID', 'SMAP']), PCIDE | SMAP);
  assert.is(cr4(['PCID', 'SMAP'], { pcid: false }), SMAP);
  assert.is(cr4(['PCID', 'SMAP'], { smap: false }), PCIDE);
});

test('per-CPU variables lie behind the GS base, and the code finds them there', () => {
  const machine = machineFor('.section .entry.text,"ax"\nf: mov %gs:mine+8, %rax\nmov %gs:this_cpu_off, %rbx\nret');
  const mine = percpu.find((v) => v.name === 'mine')!;
  writePercpu(machine, mine.offset + 8, toBytes(0xdeadn, 8));
  assert.is(fromBytes(percpuBytes(machine, mine.offset + 8, 8)), 0xdeadn);
  assert.ok(enter(machine, 'f'));
  assert.is(outcomeOf(machine, cpuModel.run(machine.cpu, 10)).kind, 'returned');
  assert.is(cpuModel.getReg(machine.cpu, 0), 0xdeadn);
  assert.is(cpuModel.getReg(machine.cpu, 3), machine.space.percpu);
});

test('per-CPU variables do not overlap; fields have the offsets of Linux 6.1', () => {
  for (const [i, { name, offset, size }] of percpu.entries()) {
    const next = percpu[i + 1];
    assert.ok(offset % 64 === 0 && (!next || offset + size <= next.offset), name);
  }
  const tlb = percpu.find((v) => v.name === 'cpu_tlbstate')!;
  assert.equal(percpuField(percpu, 'user_pcid_flush_mask'), {
    name: 'user_pcid_flush_mask',
    offset: tlb.offset + 22,
    size: 2,
  });
  assert.equal(percpuField(percpu, 'loaded_mm_asid'), { name: 'loaded_mm_asid', offset: tlb.offset + 16, size: 2 });
  assert.is(percpuField(percpu, 'nobody'), undefined);
  assert.is(percpuLayout([{ name: 'large', size: 0x8000 }]), undefined);
});

test('too little memory is told', () => {
  for (const memory of [0x10000, 0x20000]) {
    const { value, diagnostics } = build(TEXT, { memory });
    assert.is(value, undefined);
    assert.is(
      diagnostics.map(formatDiagnostic).join(),
      `<machine>: Error: ${memory >> 10} KiB of memory are too few for this program (see --mem)`,
    );
  }
  assert.match(build('.bss\n.skip 0x900000').diagnostics[0]!.message, /too few/);
});

test('a run begins at a symbol with the exit page to return to, and ends there', () => {
  const machine = machineFor('.section .entry.text,"ax"\nf: ret\ng: hlt\nh: jmp h\ni: ud2');
  const { cpu } = machine;
  assert.not(enter(machine, 'nobody'));
  const outcome = (name: string): string => {
    assert.ok(enter(machine, name));
    const result = outcomeOf(machine, cpuModel.run(cpu, 50));
    return result.kind === 'returned' ? 'returned' : result.stop.kind;
  };
  assert.equal(['f', 'g', 'h', 'i', 'f'].map(outcome), ['returned', 'halt', 'budget', 'fault', 'returned']);
  const stack = machine.space.stacks.find((s) => s.name === 'NMI IST')!;
  assert.ok(enter(machine, 'f'));
  assert.is(cpuModel.getReg(cpu, 4), stack.top - 8n);
  assert.is(fromBytes(cpuModel.readLinear(cpu, stack.top - 8n, 8)!), LINUX.exit);
});

/** `pcid page` of each entry, pages by name. */
function tlbOf(machine: Machine): string[] {
  const { space, image } = machine;
  const names = new Map<bigint, string>([
    [LINUX.exit, 'exit'],
    [space.percpu, 'percpu'],
    [(space.stacks.find((s) => s.name === 'NMI IST')!.top - 8n) & ~0xfffn, 'stack'],
    ...image.segments.map((s): [bigint, string] => [s.address, s.name]),
    [image.segments.find((s) => s.name === '.entry.text')!.address + 0x1000n, '.entry.text+1'],
  ]);
  return cpuModel
    .tlbEntries(machine.cpu)
    .map((e) => `${e.pcid.toString(16)} ${names.get(e.linear) ?? e.linear.toString(16)}${e.global ? ' global' : ''}`)
    .sort();
}

test('the TLB begins with entry text, stack and exit page of both halves, and the per-CPU area of the kernel’s', () => {
  const text = '.section .entry.text,"ax"\nf: ret\n.skip 5000, 0x90';
  const pages = ['.entry.text', '.entry.text+1', 'exit', 'stack'];
  const tagged = machineFor(text, { features: ['PTI', 'PCID'] });
  warmTlb(tagged);
  const expected = ['2', '3'].flatMap((pcid) => [...pages, 'percpu'].map((p) => `${pcid} ${p}`));
  const user = ['802', '803'].flatMap((pcid) => pages.map((p) => `${pcid} ${p}`));
  assert.equal(tlbOf(tagged), [...expected, ...user].sort());
  const untagged = machineFor(text, { features: ['PTI', 'PCID'], cpu: { pcid: false } });
  warmTlb(untagged);
  assert.equal(tlbOf(untagged), [...pages, 'percpu'].map((p) => `0 ${p}`).sort());
  const noPti = machineFor(text);
  warmTlb(noPti);
  assert.equal(tlbOf(noPti), [...pages, 'percpu'].map((p) => `0 ${p} global`).sort());
  const none = machineFor(text, { features: ['PTI', 'PCID'], tlb: 'none' });
  warmTlb(none);
  assert.equal(tlbOf(none), []);
});

test('on a CPU without NX no page forbids fetching, and EFER.NXE is off', () => {
  const text = '.section .entry.text,"ax"\nf: mov %gs:mine, %rax\nret\n.data\nd: .byte 0';
  const execute = (machine: Machine): boolean =>
    cpuModel.translate(machine.cpu, symbolNamed(machine.image, 'd')!.address, 'execute') !== undefined;
  assert.not(execute(machineFor(text)));
  const machine = machineFor(text, { cpu: { nx: false } });
  assert.ok(execute(machine));
  assert.is(cpuModel.getMsr(machine.cpu, 0xc0000080), 0x501n);
  assert.ok(enter(machine, 'f'));
  assert.is(outcomeOf(machine, cpuModel.run(machine.cpu, 10)).kind, 'returned');
});

test.run();
