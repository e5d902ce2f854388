/** Registers by name: their types, fields, and what a write by hand does. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as cpuModel from '../../src/cpu/cpu.ts';
import {
  fieldsOf,
  flagText,
  REGISTER_TABLE,
  readRegister,
  registerNames,
  writeRegister,
} from '../../src/debug/registers.ts';
import { kernelCr3, userCr3 } from '../../src/machine/linux.ts';
import { print, scopeOf } from './kernel.ts';

const test = suite('debug: registers');

test('flags print as gdb with QEMU prints them', () => {
  assert.is(flagText('eflags', 0x46n), '[ ZF PF ]');
  assert.is(flagText('eflags', 0x2n), '[ ]');
  assert.is(flagText('rflags', 0x3202n), '[ IOPL=3 IF ]');
  assert.is(flagText('cr3', 0x3802n), '[ PDBR=3 PCID=2050 ]');
  assert.is(flagText('cr3', 0n), '[ PDBR=0 PCID=0 ]');
  assert.is(flagText('cr0', 0x80010033n), '[ PG WP NE ET MP PE ]');
  assert.is(flagText('cr4', 0x300a8n), '[ PCIDE FSGSBASE PGE PAE DE ]');
  assert.is(flagText('efer', 0xd01n), '[ NXE LMA LME SCE ]');
  assert.is(flagText('dr7', 0xd0202n), '[ LEN0=3 RW0=1 GE G0 ]');
  assert.is(flagText('dr6', 0x4001n), '[ BS B0 ]');
  assert.is(flagText('rax', 1n), '[ ]');
});

test('registers print by the types of QEMU’s description', () => {
  const scope = scopeOf();
  const { machine } = scope;
  assert.is(print(scope, '$cr3'), `[ PDBR=${kernelCr3(machine.space, 1) >> 12n} PCID=2 ]`);
  assert.is(print(scope, '/x $cr3'), `0x${kernelCr3(machine.space, 1).toString(16)}`);
  assert.is(print(scope, '$rip'), '(void (*)()) 0xffffffff81000000 <f>');
  assert.match(print(scope, '$rsp'), /^\(void \*\) 0xfffffe0000\w+$/);
  assert.is(print(scope, '$cs'), '16');
  assert.match(print(scope, '$gs_base'), /^-\d+$/);
  assert.is(print(scope, '$gs_base == $kernel_gs_base'), '0');
  assert.is(print(scope, '/x $k_gs_base'), '0x0');
  assert.is(print(scope, '$eflags'), '[ ]');
  assert.is(print(scope, '$cr0'), '[ PG AM WP NE ET MP PE ]');
  assert.is(print(scope, '/x $gdtr.base'), '0xfffffe0000001000');
  assert.is(print(scope, '$gdtr.limit'), '127');
  assert.is(print(scope, '$cpl'), '0');
  assert.is(print(scope, '$nosuch'), 'void');
  assert.is(print(scope, '$rcx = -1'), '-1');
  assert.is(print(scope, '$ecx'), '-1');
});

test('fields read and write their bits', () => {
  const scope = scopeOf();
  const { machine } = scope;
  assert.is(print(scope, '$cr3.pcid'), '2');
  assert.is(print(scope, '$cr3.PCID'), '2');
  assert.is(print(scope, '$cr3.pcid |= 0x800'), '2050');
  assert.is(print(scope, '$cr3.pdbr += 1'), String(userCr3(machine.space, 1) >> 12n));
  assert.is(cpuModel.getCr(machine.cpu, 3), userCr3(machine.space, 1));
  assert.is(print(scope, '$cr3.pcid = 4096'), '$cr3.pcid has only 12 bits.');
  assert.is(print(scope, '$cr3.pcid = -1'), '$cr3.pcid has only 12 bits.');
  assert.is(print(scope, '$rflags.cf = 1'), '1');
  assert.is(print(scope, '$eflags'), '[ CF ]');
  assert.is(print(scope, '$rflags.cf = 2'), '$rflags.cf has only 1 bit.');
  assert.is(print(scope, '$cr0.wp = 0'), '0');
  assert.is(print(scope, '$cr0'), '[ PG AM NE ET MP PE ]');
  assert.is(print(scope, '$dr7.l0 = 1'), '1');
  assert.is(print(scope, '$dr7.rw0 = 3'), '3');
  assert.is(print(scope, '$dr7.gd'), '0');
  assert.is(print(scope, '$cs.rpl'), '0');
  assert.is(print(scope, '$cs.index'), '2');
  assert.is(print(scope, '$cs.ti'), '0');
  assert.is(print(scope, '$efer.lme'), '1');
  assert.is(print(scope, '$cr3.nosuch'), 'There is no member named nosuch.');
  assert.is(print(scope, '$rax.x'), 'Attempt to extract a component of a value that is not a structure.');
  assert.is(readRegister(machine, 'cr4.pcide'), 1n);
});

test('what the CPU would refuse is refused, with its reason', () => {
  const { machine } = scopeOf();
  const refused = (name: string, value: bigint, reason: RegExp): void => {
    const before = readRegister(machine, name);
    assert.match(writeRegister(machine, name, value) ?? 'done', reason);
    assert.is(readRegister(machine, name), before, name);
  };
  refused('cr0', 0n, /CR0.PG cannot be cleared/);
  refused('cr4', 1n << 30n, /reserved bits of CR4/);
  refused('cr3', 1n << 60n, /CR3 bits 62:\d+ are reserved/);
  refused('rip', 1n << 50n, /canonical/);
  refused('efer', 0n, /LME/);
  refused('lstar', 1n << 60n, /no value for IA32_LSTAR/);
  refused('dr7', 1n << 32n, /reserved/);
  refused('cs', 0xfff8n, /No descriptor 0xfff8/);
  refused('cpl', 2n, /CPL/);
  refused('nosuch', 0n, /There is no register \$nosuch/);
});

test('a write by hand is no write of the program', () => {
  const { machine } = scopeOf();
  const before = cpuModel.counters(machine.cpu);
  const log: cpuModel.EventRecord[] = [];
  machine.cpu.eventLog = log;
  const cr3 = readRegister(machine, 'cr3')!;
  for (const [name, value] of [
    ['cr3', cr3 | (1n << 63n)],
    ['cr0', readRegister(machine, 'cr0')!],
    ['lstar', 0xffffffff81000000n],
    ['efer', readRegister(machine, 'efer')!],
  ] as const)
    assert.is(writeRegister(machine, name, value), undefined);
  assert.is(readRegister(machine, 'cr3'), cr3);
  assert.is(machine.cpu.eventLog, log);
  assert.equal(log, []);
  assert.equal(cpuModel.counters(machine.cpu).cr3Writes, before.cr3Writes);
});

test('a selector brings its descriptor along', () => {
  const { machine } = scopeOf();
  assert.is(writeRegister(machine, 'ds', 0x2bn), undefined);
  assert.is(cpuModel.getSegment(machine.cpu, 3).limit, 0xffffffff);
  assert.is(writeRegister(machine, 'ds', 0n), undefined);
  assert.is(cpuModel.getSegment(machine.cpu, 3).limit, 0);
  const tr = cpuModel.getSegment(machine.cpu, cpuModel.TR);
  assert.is(writeRegister(machine, 'tr', BigInt(tr.selector)), undefined);
  assert.is(cpuModel.getSegment(machine.cpu, cpuModel.TR).base, tr.base);
});

test('every name reads, and takes back what it reads', () => {
  const { machine } = scopeOf();
  for (const name of registerNames()) {
    const value = readRegister(machine, name);
    if (value === undefined) continue;
    assert.is(writeRegister(machine, name, value), undefined, name);
    if (name !== 'tsc') assert.is(readRegister(machine, name), value, name);
    for (const { name: field } of fieldsOf(name)) assert.ok(readRegister(machine, `${name}.${field}`) !== undefined);
  }
  assert.ok(REGISTER_TABLE.size > 100);
});

test('a CPU without a register has none of the name', () => {
  const scope = scopeOf(undefined, { cpu: { rdtscp: false, pku: false } });
  assert.is(readRegister(scope.machine, 'tsc_aux'), undefined);
  assert.is(print(scope, '$tsc_aux'), 'void');
  assert.is(print(scope, '$pkru'), 'void');
  assert.is(writeRegister(scope.machine, 'tsc_aux', 0n), 'The CPU has no register $tsc_aux.');
});

test.run();
