/** Control, debug and model-specific registers: reserved bits, aliases, side effects. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type CpuOptions,
  CR4,
  getCr,
  getDr,
  getMsr,
  getReg,
  getSegmentBase,
  MSR,
  run,
  setDr,
  setMsr,
  setReg,
  setSegmentBase,
  tlbEntries,
} from '../../src/cpu/cpu.ts';
import { type CpuModel, withFeatures } from '../../src/isa/cpu-model.ts';
import { MAX, ZEN4 } from '../../src/isa/cpu-models.ts';
import { GPR, SEGMENT } from '../../src/isa/insn.ts';
import { enable, I, snippet } from './snippet.ts';

const test = suite('control registers');

/** Runs one instruction with RAX set; the fault's vector, or 'ok'. */
function write(code: string, rax: bigint, options: Partial<CpuOptions> = {}): number | 'ok' {
  const { cpu } = snippet(code, options);
  setReg(cpu, GPR.RAX, rax);
  const stop = run(cpu, 1);
  return stop.kind === 'fault' ? stop.vector : 'ok';
}

test('CR4: bits of missing features are reserved, PAE cannot go', () => {
  assert.is(write(I.movCr4Rax, BigInt(CR4.PAE | CR4.SMEP)), 'ok');
  assert.is(write(I.movCr4Rax, BigInt(CR4.PAE | CR4.SMEP), { model: withFeatures(MAX, { smep: false }) }), 13);
  assert.is(write(I.movCr4Rax, BigInt(CR4.PAE | CR4.PCIDE), { model: withFeatures(MAX, { pcid: false }) }), 13);
  assert.is(write(I.movCr4Rax, 0n), 13);
  assert.is(write(I.movCr4Rax, BigInt(CR4.PAE) | (1n << 40n)), 13);
});

test('CR0: paging stays on; NW without CD and the upper half are #GP', () => {
  assert.is(write(I.movCr0Rax, 0x80050033n), 'ok');
  assert.is(write(I.movCr0Rax, 0x50033n), 13);
  assert.is(write(I.movCr0Rax, 0x80050033n | (1n << 29n)), 13);
  assert.is(write(I.movCr0Rax, 0x180050033n), 13);
});

test('CR3: bits above the physical address width are reserved', () => {
  assert.is(write(I.movCr3Rax, 1n << 46n), 13);
});

test('EFER: reserved bits and LME are #GP; LMA is kept', () => {
  const efer = (low: bigint): [number | 'ok', bigint | undefined] => {
    const { cpu } = snippet(I.wrmsr);
    setReg(cpu, GPR.RCX, BigInt(MSR.EFER));
    setReg(cpu, GPR.RAX, low);
    const stop = run(cpu, 1);
    return [stop.kind === 'fault' ? stop.vector : 'ok', getMsr(cpu, MSR.EFER)];
  };
  assert.equal(efer(0x101n), ['ok', 0x501n]);
  assert.equal(efer(0x1n), [13, 0xd01n]);
  assert.equal(efer(0x2101n), [13, 0xd01n]);
});

test('MSRs: what is written is read; unknown numbers and bad values are #GP', () => {
  const { cpu } = snippet(I.wrmsr + I.rdmsr);
  setReg(cpu, GPR.RCX, BigInt(MSR.LSTAR));
  setReg(cpu, GPR.RAX, 0x81000000n);
  setReg(cpu, GPR.RDX, 0xffffffffn);
  assert.is(run(cpu, 2).kind, 'budget');
  assert.is(getMsr(cpu, MSR.LSTAR), 0xffffffff81000000n);
  assert.is(getReg(cpu, GPR.RDX), 0xffffffffn);
  const bad = snippet(I.wrmsr);
  setReg(bad.cpu, GPR.RCX, BigInt(MSR.LSTAR));
  setReg(bad.cpu, GPR.RDX, 0x100_0000n);
  const stop = run(bad.cpu, 1);
  assert.is(stop.kind === 'fault' && stop.vector, 13);
  const { cpu: reader } = snippet(I.rdmsr);
  setReg(reader, GPR.RCX, BigInt(MSR.PRED_CMD));
  assert.is(run(reader, 1).kind, 'fault');
});

test('MSRs: reserved bits are #GP, and a vendor has registers of its own', () => {
  const wrmsr = (index: number, value: bigint, options: Partial<CpuOptions> = {}): number | 'ok' => {
    const { cpu } = snippet(I.wrmsr, options);
    setReg(cpu, GPR.RCX, BigInt(index));
    setReg(cpu, GPR.RAX, value & 0xffffffffn);
    setReg(cpu, GPR.RDX, value >> 32n);
    const stop = run(cpu, 1);
    return stop.kind === 'fault' ? stop.vector : 'ok';
  };
  const reserved: readonly [index: number, good: bigint, bad: bigint][] = [
    [MSR.APIC_BASE, 0xfee00900n, 0xfee00d00n],
    [MSR.APIC_BASE, 0x3fff_fee0_0900n, 1n << 46n],
    [MSR.SPEC_CTRL, 7n, 8n],
    [MSR.PRED_CMD, 1n, 2n],
    [MSR.MISC_ENABLE, 0x850089n, 2n],
    [MSR.DEBUGCTL, 3n, 4n],
    [MSR.PAT, 0x0007040600070406n, 0x0007040600070403n],
    [MSR.SFMASK, 0xffffffffn, 1n << 32n],
    [MSR.TSC_AUX, 0xffffffffn, 1n << 32n],
    [MSR.LSTAR, 0xff00_0000_0000_0000n, 1n << 56n],
    [MSR.SYSENTER_ESP, 0x00ff_ffff_ffff_ffffn, 1n << 63n],
    [MSR.TSC, 1n << 63n, -1n],
    [MSR.STAR, 1n << 63n, -1n],
  ];
  for (const [index, good, bad] of reserved) {
    assert.is(wrmsr(index, good), 'ok', index.toString(16));
    if (bad >= 0n) assert.is(wrmsr(index, bad), 13, index.toString(16));
  }
  assert.is(wrmsr(MSR.MISC_ENABLE, 1n, { model: ZEN4 }), 13);
  assert.is(wrmsr(MSR.SPEC_CTRL, 1n, { model: withFeatures(MAX, { specCtrl: false }) }), 13);
  assert.is(wrmsr(MSR.TSC_AUX, 1n, { model: withFeatures(MAX, { rdtscp: false }) }), 13);
  for (const unknown of [0, 0x11, 0xc0000104, 0xffffffff]) assert.is(wrmsr(unknown, 0n), 13, unknown.toString(16));
});

test('CR4.PSE drops translations on AMD alone', () => {
  const kept = (model: CpuModel): boolean => {
    const { cpu } = snippet(I.loadRbx + I.movCr4Rax, { model });
    setReg(cpu, GPR.RAX, getCr(cpu, 4) ^ BigInt(CR4.PSE));
    assert.is(run(cpu, 2).kind, 'budget');
    return tlbEntries(cpu).length > 0;
  };
  assert.equal([kept(MAX), kept(ZEN4)], [true, false]);
});

test('SWAPGS exchanges the bases; RDGSBASE needs CR4.FSGSBASE', () => {
  const { cpu } = snippet(I.swapgs + I.rdgsbaseRax);
  setSegmentBase(cpu, SEGMENT.GS, 1n);
  setMsr(cpu, MSR.KERNEL_GS_BASE, 2n);
  run(cpu, 1);
  assert.is(getSegmentBase(cpu, SEGMENT.GS), 2n);
  assert.is(getMsr(cpu, MSR.KERNEL_GS_BASE), 1n);
  const stop = run(cpu, 1);
  assert.is(stop.kind === 'fault' && stop.vector, 6);
  enable(cpu, 4, CR4.FSGSBASE);
  run(cpu, 1);
  assert.is(getReg(cpu, GPR.RAX), 2n);
});

test('DR6 and DR7 keep their fixed bits; DR4 is DR6 until CR4.DE; GD raises #DB', () => {
  const { cpu } = snippet(I.movRaxDr4 + I.movDr7Rax + I.movRaxDr6);
  run(cpu, 1);
  assert.is(getReg(cpu, GPR.RAX), 0xffff0ff0n);
  setReg(cpu, GPR.RAX, 0x2000n);
  run(cpu, 1);
  assert.is(getDr(cpu, 7), 0x2400n);
  const stop = run(cpu, 1);
  assert.is(stop.kind === 'fault' && stop.vector, 1);
  assert.is(getDr(cpu, 6) & 0x2000n, 0x2000n);
  setDr(cpu, 7, 0n);
  assert.is(run(cpu, 1).kind, 'budget');

  const alias = snippet(I.movRaxDr4);
  enable(alias.cpu, 4, CR4.DE);
  const ud = run(alias.cpu, 1);
  assert.is(ud.kind === 'fault' && ud.vector, 6);
  assert.is(write(I.movDr7Rax, 1n << 32n), 13);
});

test('reads of CR3 do not show bit 63', () => {
  const { cpu, root } = snippet(I.movCr3Rax + I.movRaxCr3);
  enable(cpu, 4, CR4.PCIDE);
  setReg(cpu, GPR.RAX, BigInt(root) | 5n | (1n << 63n));
  run(cpu, 2);
  assert.is(getReg(cpu, GPR.RAX), BigInt(root) | 5n);
  assert.is(getCr(cpu, 3), BigInt(root) | 5n);
});

test.run();
