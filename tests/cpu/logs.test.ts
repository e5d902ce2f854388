/** What observers see: committed stores with their old values, events in order, debugger's reads without side effects. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  CR4,
  counters,
  type EventRecord,
  readLinear,
  run,
  type StoreRecord,
  setReg,
  tlbEntries,
  translate,
  writeLinear,
} from '../../src/cpu/cpu.ts';
import { GPR } from '../../src/isa/insn.ts';
import { KERNEL_PAGE, map, PTE } from './bench-machine.ts';
import { AT, CODE, DATA, enable, I, STACK, snippet } from './snippet.ts';

const test = suite('logs');

for (const fuse of [true, false]) {
  test(`stores are logged while the log is there, ${fuse ? 'fused' : 'unfused'}`, () => {
    const { cpu } = snippet(I.pushRax + I.storeRbx + I.pushRax + I.hlt, { fuse });
    setReg(cpu, GPR.RAX, 0x11n);
    setReg(cpu, GPR.RBX, 0x22n);
    run(cpu, 1);
    const log: StoreRecord[] = [];
    cpu.storeLog = log;
    writeLinear(cpu, DATA, Uint8Array.of(9));
    run(cpu, 2);
    cpu.storeLog = undefined;
    run(cpu, 1);
    assert.equal(log, [
      { linear: DATA, physical: AT.data, width: 8, value: 0x22n, old: 9n },
      { linear: STACK - 16n, physical: AT.stack + 0xff0, width: 8, value: 0x11n, old: 0n },
    ]);
  });
}

test('a store that faults is not logged; one across pages is, once', () => {
  const machine = snippet(I.storeRbx + I.storeRbx);
  const { cpu } = machine;
  const log: StoreRecord[] = [];
  cpu.storeLog = log;
  setReg(cpu, GPR.RDI, DATA + 0xffcn);
  setReg(cpu, GPR.RBX, 0x1122334455667788n);
  assert.is(run(cpu, 1).kind, 'fault');
  assert.equal(log, []);
  map(machine, DATA + 0x1000n, 0x50000, KERNEL_PAGE);
  assert.is(run(cpu, 1).kind, 'budget');
  assert.equal(log, [
    { linear: DATA + 0xffcn, physical: AT.data + 0xffc, width: 8, value: 0x1122334455667788n, old: 0n },
  ]);
});

test('events come in order', () => {
  const { cpu, root } = snippet(I.movCr3Rax + I.swapgs + I.loadRbx + I.ud2);
  enable(cpu, 4, CR4.PCIDE);
  setReg(cpu, GPR.RAX, BigInt(root) | (1n << 63n));
  const log: EventRecord[] = [];
  cpu.eventLog = log;
  run(cpu, 10);
  assert.equal(
    log.map((event) => event.kind),
    ['tlb-fill', 'cr', 'swapgs', 'tlb-fill', 'fault'],
  );
  const cr = log[1]!;
  assert.equal(cr, { kind: 'cr', index: 3, value: BigInt(root), old: BigInt(root), noFlush: true });
});

test('the debugger reads and translates without a trace', () => {
  const machine = snippet(I.nop);
  const { cpu } = machine;
  map(machine, DATA + 0x1000n, 0x50000, PTE.P);
  const tables = cpu.ram.slice(0x100000, 0x110000);
  assert.is(translate(cpu, DATA + 5n, 'write'), AT.data + 5);
  assert.is(translate(cpu, DATA + 0x1000n, 'write'), undefined);
  assert.is(translate(cpu, DATA + 0x1000n, 'read'), 0x50000);
  assert.is(translate(cpu, 0x7000_0000n, 'read'), undefined);
  assert.equal(readLinear(cpu, CODE, 1), Uint8Array.of(0x90));
  assert.is(readLinear(cpu, DATA + 0x1fffn, 2), undefined);
  assert.is(writeLinear(cpu, DATA + 0xfffn, Uint8Array.of(1, 2)), true);
  assert.is(cpu.ram[0x50000], 2);
  assert.equal(cpu.ram.slice(0x100000, 0x110000), tables);
  assert.equal(tlbEntries(cpu), []);
  assert.is(counters(cpu).cycles, 0n);
});

test.run();
