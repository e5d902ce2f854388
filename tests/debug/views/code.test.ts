/** disassemble, backtrace, branch notes and registers against known states. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { toBytes } from '../../../src/base/u64.ts';
import { getReg, readLinear, setFlags, setReg, setRip, writeLinear } from '../../../src/cpu/cpu.ts';
import { PLAIN } from '../../../src/debug/style.ts';
import { backtrace, frames } from '../../../src/debug/views/backtrace.ts';
import { branchNote } from '../../../src/debug/views/branch.ts';
import { disassemble } from '../../../src/debug/views/disassemble.ts';
import { infoRegisters } from '../../../src/debug/views/registers.ts';
import { infoStack } from '../../../src/debug/views/stack.ts';
import { symbolNamed } from '../../../src/image/image.ts';
import { decode } from '../../../src/isa/decode.ts';
import { GPR } from '../../../src/isa/insn.ts';
import type { Machine } from '../../../src/machine/machine.ts';
import { block, EVENTS_SOURCES, eventsAfter, RESTORE_SOURCES, restoreAfter, restoreCr3 } from './machines.ts';

const test = suite('views of code');

/** Instructions of events.S up to `work`, to its load, and to the handler's NOP. */
const IN_WORK = 13;
const AT_LOAD = 15;
const IN_HANDLER = 17;

const addressOf = (machine: Machine, name: string): bigint => symbolNamed(machine.image, name)!.address;

test('disassemble: the function around RIP', () => {
  const machine = eventsAfter(IN_WORK);
  assert.equal(
    disassemble(machine, PLAIN),
    block(`
      Dump of assembler code for function work:
      => 0xffffffff8100005b <+0>:   push   %rbx
         0xffffffff8100005c <+1>:   mov    $0x1000,%ebx
         0xffffffff81000061 <+6>:   mov    (%rbx),%rcx
         0xffffffff81000064 <+9>:   pop    %rbx
         0xffffffff81000065 <+10>:  ret
      End of assembler dump.
    `),
  );
});

test('disassemble: bytes, source lines, ranges', () => {
  const machine = eventsAfter(IN_WORK);
  const from = addressOf(machine, 'work');
  assert.equal(disassemble(machine, PLAIN, { from, to: from + 6n, raw: true, source: 's', sources: EVENTS_SOURCES }), [
    'Dump of assembler code from 0xffffffff8100005b to 0xffffffff81000061:',
    't.S:',
    '26        push    %rbx',
    '=> 0xffffffff8100005b <work+0>:  53                       push   %rbx',
    '',
    '27        mov    $0x1000, %ebx',
    '   0xffffffff8100005c <work+1>:  bb 00 10 00 00           mov    $0x1000,%ebx',
    'End of assembler dump.',
  ]);
});

test('disassemble: what memory holds, not what was loaded', () => {
  const { machine } = restoreCr3();
  assert.ok(disassemble(machine, PLAIN)[1]!.endsWith('xchg   %ax,%ax  {PTI}'));
  writeLinear(machine.cpu, addressOf(machine, 'restore_before'), Uint8Array.of(0xeb, 0xfe));
  assert.ok(disassemble(machine, PLAIN)[1]!.includes('jmp    0xffffffff81000000 <restore_before>'));
});

test("disassemble: gdb's words where there is nothing", () => {
  const { machine } = restoreCr3();
  setRip(machine.cpu, 0x1234n);
  assert.equal(disassemble(machine, PLAIN), ['No function contains program counter for selected frame.']);
  assert.equal(disassemble(machine, PLAIN, { at: 1n }), ['No function contains specified address.']);
  assert.equal(
    disassemble(machine, PLAIN, { from: 0x1000n, to: 0x1010n }).at(-1),
    'Cannot access memory at address 0x1000',
  );
});

test('disassemble /m follows the source', () => {
  const lines = disassemble(restoreAfter(0), PLAIN, { source: 'm', sources: RESTORE_SOURCES });
  assert.ok(lines[1]!.startsWith('87 '));
  assert.ok(lines.some((line) => line.startsWith('88 ')));
});

test('backtrace: calls by scanning, up to the exit page', () => {
  assert.equal(
    backtrace(eventsAfter(AT_LOAD), PLAIN),
    block(`
      #0  0xffffffff81000061 in work+6 () at t.S:28
      #1  0xffffffff8100005a in start+90 () at t.S:20 [by scanning]
      #2  0xffffffff81fff000 in exit page ()
    `),
  );
});

test('backtrace: through the frame of an exception to what it interrupted', () => {
  const machine = eventsAfter(IN_HANDLER);
  assert.equal(
    frames(machine).map((f) => f.kind),
    ['rip', 'exception', 'interrupted', 'scanned', 'exit'],
  );
  assert.equal(
    backtrace(machine, PLAIN),
    block(`
      #0  0xffffffff81000067 in handler+1 () at t.S:36
      #1  <exception frame: at 0xfffffe000000dfb8 on the NMI IST stack, from CPL 0,
          error code 0x0?>
      #2  0xffffffff81000061 in work+6 () at t.S:28
      #3  0xffffffff8100005a in start+90 () at t.S:20 [by scanning]
      #4  0xffffffff81fff000 in exit page ()
    `),
  );
  assert.equal(backtrace(machine, PLAIN, { limit: 2 }).at(-1), '(More stack frames follow...)');
});

test('backtrace: an exception from user mode, and a caller that does not go on', () => {
  const machine = eventsAfter(IN_HANDLER);
  const { cpu } = machine;
  const frame = [0x401000n, 0x33n, 0x202n, 0x7fff_ffff_e000n, 0x2bn];
  const rsp = 0xfffffe0000002f00n;
  setReg(cpu, GPR.RSP, rsp);
  const words = [addressOf(machine, 'work'), 14n, ...frame];
  words.forEach((value, i) => {
    writeLinear(cpu, rsp + BigInt(8 * i), toBytes(value, 8));
  });
  // A NOP and a call that ends the function.
  writeLinear(cpu, addressOf(machine, 'work') - 6n, Uint8Array.of(0x90, 0xe8, 0, 0, 0, 0));
  assert.equal(
    backtrace(machine, PLAIN).slice(1),
    block(`
      #1  0xffffffff8100005b in start+91 () at t.S:21 [by scanning]
      #2  <exception frame: at 0xfffffe0000002f10 on the entry stack, from CPL 3,
          error code 0xe?>
      #3  0x0000000000401000 in ?? ()
    `),
  );
});

test('stack: names, return addresses, and the fields of an exception frame', () => {
  const lines = infoStack(eventsAfter(IN_HANDLER), PLAIN, 8);
  assert.match(lines[0]!, /on the NMI IST stack$/);
  assert.match(lines.join('\n'), / rip <work\+6>\n.* cs\n.* rflags\n.* rsp \(NMI IST stack\)\n.* ss\n/);
  assert.match(infoStack(eventsAfter(IN_WORK), PLAIN, 1)[1]!, /<start\+90> return address$/);
});

test('branches: the condition in words, and where it goes', () => {
  const machine = restoreAfter(3, { saved: 'user' });
  assert.equal(branchNote(machine), { taken: false, text: 'CF=1: jae not taken', target: undefined });
  setFlags(machine.cpu, 2n);
  assert.equal(branchNote(machine), {
    taken: true,
    text: 'CF=0: jae taken to 0xffffffff8100002d <restore_before+45>',
    target: 0xffffffff8100002dn,
  });
});

/** The note of an instruction as if it stood at RIP. */
function noteOf(machine: Machine, ...bytes: number[]): string | undefined {
  const decoded = decode(Uint8Array.from(bytes), 0xffffffff81000000n);
  if (decoded.kind !== 'insn') throw new Error('no instruction');
  return branchNote(machine, decoded.insn)?.text;
}

test('branches: every other kind', () => {
  const machine = restoreAfter(0);
  const { cpu } = machine;
  setReg(cpu, GPR.RCX, 1n);
  setReg(cpu, GPR.RAX, addressOf(machine, 'restore_patch'));
  setFlags(cpu, 0x42n);
  assert.is(noteOf(machine, 0xe3, 0x00), 'rcx=0x1: jrcxz not taken');
  assert.is(noteOf(machine, 0xe2, 0xfe), 'rcx-1=0x0: loop not taken');
  assert.is(noteOf(machine, 0x0f, 0x44, 0xc3), 'ZF=1: cmove moves');
  assert.is(noteOf(machine, 0x0f, 0x95, 0xc0), 'ZF=1: setne gives 0');
  assert.is(noteOf(machine, 0x7f, 0x00), 'ZF=1 SF=0 OF=0: jg not taken');
  assert.is(noteOf(machine, 0xf3, 0xa4), 'rcx=0x1: 1 iteration left');
  assert.is(noteOf(machine, 0xff, 0xe0), 'jumps to 0xffffffff81000037 <restore_patch>');
  assert.is(noteOf(machine, 0xff, 0xd0), 'calls 0xffffffff81000037 <restore_patch>');
  assert.is(noteOf(machine, 0xc3), 'returns to 0xffffffff81fff000 <exit page>');
  setReg(cpu, GPR.RSP, 0n);
  assert.is(noteOf(machine, 0xc3), 'returns to an address that cannot be read');
  assert.is(noteOf(machine, 0x90), undefined);
});

test('branches: what IRET goes back to', () => {
  const machine = eventsAfter(IN_HANDLER + 3);
  assert.match(
    branchNote(machine)!.text,
    /^returns to 0xffffffff81000061 <work\+6>, selector 0x10, rsp 0xfffffe000000df/,
  );
});

test('registers as gdb prints them', () => {
  const { machine } = restoreCr3({ saved: 'user' });
  assert.equal(
    infoRegisters(machine, PLAIN, ['r14', '$pc', 'eflags', 'cr3', 'nonsense']),
    block(`
      r14            0x5802              22530
      rip            0xffffffff81000000  0xffffffff81000000 <restore_before>
      eflags         0x2                 [ ]
      cr3            0x4002              [ PDBR=4 PCID=2 ] kernel(1)
      Invalid register \`nonsense'
    `),
  );
});

test('nothing is touched', () => {
  const machine = eventsAfter(IN_HANDLER);
  const rsp = getReg(machine.cpu, GPR.RSP);
  const before = machine.cpu.ram.slice();
  backtrace(machine, PLAIN);
  disassemble(machine, PLAIN);
  infoStack(machine, PLAIN);
  assert.equal(Buffer.compare(before, machine.cpu.ram), 0);
  assert.is(getReg(machine.cpu, GPR.RSP), rsp);
  assert.ok(readLinear(machine.cpu, rsp, 8));
});

test.run();
