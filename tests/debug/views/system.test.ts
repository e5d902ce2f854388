/** Descriptor tables, page tables, TLB and registers of the system against known states. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { toBytes } from '../../../src/base/u64.ts';
import {
  CR4,
  getCr,
  getTable,
  LDTR,
  run,
  setCr,
  setDr,
  setFlags,
  setSegment,
  setTable,
  TR,
  writePhysical,
} from '../../../src/cpu/cpu.ts';
import { PLAIN } from '../../../src/debug/style.ts';
import { infoCr, infoDr } from '../../../src/debug/views/control.ts';
import { infoGdt, infoLdt } from '../../../src/debug/views/gdt.ts';
import { infoIdt } from '../../../src/debug/views/idt.ts';
import { page } from '../../../src/debug/views/page.ts';
import { infoFlags, infoMsr, infoSegments } from '../../../src/debug/views/registers.ts';
import { infoTab } from '../../../src/debug/views/tab.ts';
import { infoTlb } from '../../../src/debug/views/tlb.ts';
import { infoTss } from '../../../src/debug/views/tss.ts';
import { userCr3 } from '../../../src/machine/linux.ts';
import { block, eventsAfter, restoreAfter, restoreCr3, styleOf } from './machines.ts';

const test = suite('views of the system');

const WIDE = styleOf(120);
/** Instructions of events.S up to the call behind LIDT. */
const WITH_IDT = 13;

test('idt: gates with their handlers, and what is wrong', () => {
  assert.equal(
    infoIdt(eventsAfter(WITH_IDT), WIDE),
    block(`
      Interrupt Descriptor Table (base=0xffffffff82000010, limit=255):
      IDT[0x00-0x07] empty
      IDT[0x08]=64-Bit Interrupt Gate #DF target=0x0010:0x0000000000000066, DPL=0, IST=1 (target not mapped)
      IDT[0x09-0x0d] empty
      IDT[0x0e]=64-Bit Interrupt Gate #PF target=0x0010:0xffffffff81000066 <handler>, DPL=0
      IDT[0x0f] empty
      IDT[0x10-0xff] beyond the limit
    `),
  );
  assert.is(infoIdt(eventsAfter(WITH_IDT), WIDE, 14, 14).length, 2);
});

test('idt: a table that is not mapped, and gates of other types', () => {
  const { machine } = restoreCr3();
  const { cpu } = machine;
  assert.equal(infoIdt(machine, WIDE).slice(1), ['IDT[0x00-0xff] not mapped']);
  setTable(cpu, 'idt', { base: machine.space.percpu, limit: 0x1f });
  const at = Number(machine.space.percpu - 0xffff_8880_0000_0000n);
  writePhysical(cpu, at, toBytes(0x8000_0000_0000n | (0x85n << 40n) | (0x18n << 16n), 8));
  writePhysical(cpu, at + 16, toBytes(0x0e00_0033_0000n, 8));
  writePhysical(cpu, at + 24, toBytes(0x8000n, 8));
  const lines = infoIdt(machine, WIDE, 0, 1).slice(1).join(' ');
  assert.match(lines, /reserved type 0x5 .*not a gate of the IDT.*selector 0x18 is no code segment/);
  assert.match(lines, /not present.*target not canonical/);
});

test('gdt: descriptors decoded', () => {
  const { machine } = restoreCr3();
  const lines = infoGdt(machine, WIDE);
  assert.is(lines[0], 'Global Descriptor Table (base=0xfffffe0000001000, limit=127):');
  assert.equal(infoGdt(machine, WIDE, 2).slice(1), [
    'GDT[0x02] (0x0010) Code segment, base=0x0, limit=0xffffffff, Execute/Read, Accessed, G, 64-bit, DPL=0',
  ]);
  assert.equal(infoGdt(machine, WIDE, 8).slice(1), [
    'GDT[0x08] (0x0040) 64-Bit TSS (busy), base=0xfffffe0000003040, limit=0x67, DPL=0',
  ]);
  assert.equal(infoGdt(machine, WIDE, 100).slice(1), ['GDT[0x64] beyond the limit']);
  assert.ok(lines.includes('GDT[0x0a-0x0e] empty'));
  assert.equal(infoLdt(machine, WIDE), ['No LDT: LDTR is 0x0.']);
  setSegment(machine.cpu, LDTR, { ...getTable(machine.cpu, 'gdt'), selector: 0x50, attributes: 0x82 });
  assert.match(infoLdt(machine, WIDE)[3]!, /^LDT\[0x02\] \(0x0014\) Code segment/);
});

test('tss: stacks by name, and a limit that is too small', () => {
  const { machine } = restoreCr3();
  const lines = infoTss(machine, PLAIN);
  assert.is(lines[1], 'rsp0: 0xfffffe0000003000 entry stack');
  assert.is(lines[5], 'ist2: 0xfffffe000000e000 NMI IST stack');
  assert.is(lines.at(-1), 'i/o map: offset 0x68, none: beyond the limit');
  setSegment(machine.cpu, TR, { selector: 0x40, base: machine.space.tss, limit: 0x20, attributes: 0x8b });
  assert.is(infoTss(machine, PLAIN)[5], 'ist2: beyond the limit');
  setSegment(machine.cpu, TR, { selector: 0x40, base: 0x1000n, limit: 0x67, attributes: 0x8b });
  assert.is(infoTss(machine, PLAIN)[1], 'rsp0: not mapped');
});

test('tss: the ports that the map allows', () => {
  const { machine } = restoreCr3();
  const { cpu, space } = machine;
  const at = Number(space.percpu - 0xffff_8880_0000_0000n) + 0x40;
  writePhysical(cpu, at + 0x68, Uint8Array.of(0xff, 0x0f, 0xff, 0xfe, 0xff));
  setSegment(cpu, TR, { selector: 0x40, base: space.tss, limit: 0x6c, attributes: 0x8b });
  assert.is(infoTss(machine, PLAIN).at(-1), 'i/o map: offset 0x68, allows ports 0xc-0xf 0x18');
});

test('tab: ranges of both halves', () => {
  const { machine } = restoreCr3();
  const lines = infoTab(machine, WIDE);
  assert.is(lines[0], 'cr3: 0x000000004000 kernel(1)');
  assert.is(lines[1], '0xffff88800000e000-0xffff888000015fff -> 0x00000000e000-0x000000015fff RW S NX 4K');
  const user = infoTab(machine, WIDE, 'user');
  assert.is(user[0], 'cr3: 0x000000005000 user(1)');
  assert.not(user.some((line) => line.startsWith('0xffff888')));
  assert.equal(infoTab(machine, WIDE, userCr3(machine.space, 1)), user);
  assert.equal(infoTab(machine, WIDE, 0n).slice(1), ['nothing is mapped']);
});

test('tab: tables that refer to themselves', () => {
  const { machine } = restoreCr3();
  for (let i = 0; i < 512; i++) writePhysical(machine.cpu, 0x700000 + 8 * i, toBytes(0x700007n, 8));
  assert.is(infoTab(machine, PLAIN, 0x700000n).at(-1), '(stopped here: more tables or ranges than are shown)');
});

test('page: the walk, the rights, and the TLB', () => {
  assert.equal(
    page(restoreAfter(0), PLAIN, 0xffffffff81000004n),
    block(`
      0xffffffff81000004 <restore_before+4> under cr3 0x4002 kernel(1)
      PML4 0x000000004000[511]: 0x0000000000033027 P RW US pwt pcd A ps nx
      PDPE 0x000000033000[510]: 0x0000000000034027 P RW US pwt pcd A ps nx
       PDE 0x000000034000[8]: 0x000000000003a027 P RW US pwt pcd A ps nx
       PTE 0x00000003a000[0]: 0x0000000000039061 P rw us pwt pcd A D pat g nx
      maps to 0x000000039004 4K page R S
      kernel  r-x
        write: #PF(0x3) supervisor write to a read-only page (SDM vol. 3, 4.6.1)
      user    ---
        read: #PF(0x5) user access to a supervisor page (SDM vol. 3, 4.6.1)
        write: #PF(0x7) user access to a supervisor page (SDM vol. 3, 4.6.1)
        execute: #PF(0x15) user access to a supervisor page (SDM vol. 3, 4.6.1)
      TLB: 0xffffffff81000000 -> 0x000000039000 R S D 4K PCID 0x2
    `),
  );
});

test('page: what is not mapped, reserved, or not canonical', () => {
  const { machine } = restoreCr3();
  assert.equal(page(machine, PLAIN, 0n).slice(2), [
    'not mapped: the PML4 entry is not present (SDM vol. 3, 4.7)',
    'kernel  ---  read #PF(0x0)  write #PF(0x2)  execute #PF(0x10)',
    'user    ---  read #PF(0x4)  write #PF(0x6)  execute #PF(0x14)',
    'TLB: nothing under PCID 0x2',
  ]);
  writePhysical(machine.cpu, 0x4000, toBytes(0x81n, 8));
  assert.match(
    page(machine, PLAIN, 0n).join('\n'),
    /\(reserved: bit 7\)\nnot mapped: .*reserved bit set.*\nkernel {2}--- {2}read #PF\(0x9\)/,
  );
  assert.match(page(machine, PLAIN, 1n << 47n)[1]!, /^not canonical/);
});

test('page: five levels, and no PCID', () => {
  const { machine } = restoreCr3();
  const { cpu } = machine;
  writePhysical(cpu, 0x700ff8, toBytes(0x4007n, 8));
  setCr(cpu, 4, (getCr(cpu, 4) & ~BigInt(CR4.PCIDE)) | BigInt(CR4.LA57));
  setCr(cpu, 3, 0x700000n);
  const lines = page(machine, PLAIN, 0xffffffff81000000n);
  assert.match(lines[1]!, /^PML5 0x000000700000\[511\]/);
  assert.match(lines.join('\n'), /maps to 0x000000039000[\s\S]*TLB: nothing under PCID 0x0$/);
  assert.is(
    infoTab(machine, WIDE).at(-1),
    '0xffffffff82000000-0xffffffff82000fff -> 0x00000003c000-0x00000003cfff R S NX 4K',
  );
});

test('tlb: by PCID, and an entry that the tables contradict', () => {
  const machine = restoreAfter(0);
  assert.equal(infoTlb(machine, WIDE).slice(0, 6), [
    'PCID 0x2, kernel(1), in use, 4 entries',
    '  0xffff88800000e000 -> 0x00000000e000 RW S NX D 4K <fixed_percpu_data>',
    '  0xfffffe000000d000 -> 0x000000022000 RW S NX D 4K',
    '  0xffffffff81000000 -> 0x000000039000 R S D 4K <restore_before>',
    '  0xffffffff81fff000 -> 0x000000032000 R S D 4K <exit page>',
    'PCID 0x3, kernel(2), 4 entries',
  ]);
  writePhysical(machine.cpu, 0x3a000, toBytes(0x39063n, 8));
  assert.match(infoTlb(machine, WIDE)[3]!, /stale: now RW S$/);
  writePhysical(machine.cpu, 0x3a000, toBytes(0x50061n, 8));
  assert.match(infoTlb(machine, WIDE)[3]!, /stale: now 0x000000050000$/);
  writePhysical(machine.cpu, 0x3a000, toBytes(0n, 8));
  assert.match(infoTlb(machine, WIDE)[3]!, /stale: not mapped any more$/);
  assert.match(page(machine, WIDE, 0xffffffff81000000n).at(-1)!, /stale: not mapped any more$/);
});

test('control registers: every bit, capitals where it is set', () => {
  const { machine } = restoreCr3();
  const lines = infoCr(machine, WIDE);
  assert.is(lines[0], 'CR0=0x80050033: PG cd nw AM WP NE ET ts em MP PE');
  assert.is(lines[2], 'CR3=0x4002: tables at 0x4000 PCID=0x2 is kernel(1)');
  assert.is(lines.at(-1), 'EFER=0xd01: tce ffxsr lmsle svme NXE LMA LME SCE');
});

test('debug registers: what each breakpoint waits for, and the causes', () => {
  const { machine } = restoreCr3();
  const { cpu } = machine;
  setDr(cpu, 0, 0xffffffff81000000n);
  setDr(cpu, 1, 0x1000n);
  setDr(cpu, 7, 0x1n | 0x8n | (0xdn << 20n));
  setDr(cpu, 6, 0x4002n);
  assert.equal(infoDr(machine, WIDE).slice(0, 5), [
    'DR0=0xffffffff81000000 <restore_before>: enabled local execute 1 byte',
    'DR1=0x0000000000001000: enabled global write 4 bytes',
    'DR2=0x0000000000000000: disabled execute 1 byte',
    'DR3=0x0000000000000000: disabled execute 1 byte',
    'DR6=0xffff4ff2: bt BS bd b3 b2 B1 b0 (breakpoint 1, single step)',
  ]);
});

test('flags, segments, MSRs', () => {
  const { machine } = restoreCr3();
  setFlags(machine.cpu, 0x3003n);
  const flags = infoFlags(machine, PLAIN);
  assert.is(flags[0], 'rflags 0x3003 [ CF ]');
  assert.ok(flags.includes('CF    1  carry'));
  assert.ok(flags.includes('IOPL  3  I/O privilege level'));
  assert.is(infoSegments(machine, PLAIN)[1], 'cs:   0x0010 base=0x0 limit=0xffffffff attributes=0xa09b CPL=0');
  assert.ok(
    infoMsr(machine, PLAIN).some((line) => /^0xc0000101 {2}GS_BASE +0xffff88800000e000 <fixed_percpu_data>/.test(line)),
  );
});

test('a view does not run or fill anything', () => {
  const { machine } = restoreCr3();
  const before = infoTlb(machine, WIDE);
  infoTab(machine, WIDE);
  page(machine, WIDE, 0xffffffff82000000n);
  infoIdt(machine, WIDE);
  assert.equal(infoTlb(machine, WIDE), before);
  assert.is(run(machine.cpu, 1).kind, 'budget');
});

test.run();
