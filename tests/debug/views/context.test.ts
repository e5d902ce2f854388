import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { run } from '../../../src/cpu/cpu.ts';
import { fit, PLAIN, visible, wrap } from '../../../src/debug/style.ts';
import { contextLines, type Section } from '../../../src/debug/views/context.ts';
import { snapshot } from '../../../src/trace/snapshot.ts';
import { block, EVENTS_SOURCES, eventsAfter, LETTERS, RESTORE_SOURCES, restoreAfter, styleOf } from './machines.ts';

const test = suite('context');

const PENDING = { saved: 'user', flush: 'pending' };

test('a line of a macro shows its definition and who invoked it', () => {
  const lines = contextLines(restoreAfter(5, PENDING), PLAIN, { sources: RESTORE_SOURCES, sections: ['source'] });
  assert.equal(
    lines.slice(1),
    block(`
      inc/calling.inc:103 in RESTORE_CR3
          101      /* The user half does when one is pending. */
          102      movq    \\save_reg, \\scratch_reg
      =>  103      andq    $(CR3_ASID_MASK), \\scratch_reg
          104      bt    \\scratch_reg, THIS_CPU_user_pcid_flush_mask
          105      jnc    .Lnoflush_\\@
      from t.S:87  RESTORE_CR3 scratch_reg=%r15 save_reg=%r14
    `),
  );
});

test('invocations go outwards', () => {
  const lines = contextLines(restoreAfter(0), PLAIN, { sources: RESTORE_SOURCES, sections: ['source'] });
  assert.match(lines.at(-1)!, /^from t\.S:87 /);
  assert.ok(lines.some((line) => line.startsWith('from inc/calling.inc:94 in RESTORE_CR3')));
});

test('without its text a line is named all the same', () => {
  const lines = contextLines(restoreAfter(5, PENDING), PLAIN, { sources: () => undefined, sections: ['source'] });
  assert.equal(lines.slice(1), ['inc/calling.inc:103 in RESTORE_CR3', 'from t.S:87']);
});

test('code: what is before and behind RIP, alternatives, and the branch', () => {
  const lines = contextLines(restoreAfter(3, PENDING), PLAIN, { sources: RESTORE_SOURCES, sections: ['code'] });
  assert.equal(
    lines.slice(1),
    block(`
         0xffffffff81000000 <restore_before>    xchg   %ax,%ax  {PTI}
         0xffffffff81000002 <restore_before+2>  xchg   %ax,%ax  {PCID}
         0xffffffff81000004 <restore_before+4>  bt     $0xc,%r14
      => 0xffffffff81000009 <restore_before+9>  jae    <restore_before+45>
           CF=1: jae not taken
         0xffffffff8100000b <restore_before+11> mov    %r14,%r15
         0xffffffff8100000e <restore_before+14> and    $0x7ff,%r15
         0xffffffff81000015 <restore_before+21> bt     %r15,%gs:0x1056
         0xffffffff8100001f <restore_before+31> jae    <restore_before+45>
         0xffffffff81000021 <restore_before+33> btr    %r15,%gs:0x1056
         0xffffffff8100002b <restore_before+43> jmp    <restore_before+50>
    `),
  );
});

test('registers: what changed is marked and what it was is told', () => {
  const machine = restoreAfter(4, PENDING);
  const before = snapshot(machine.cpu);
  run(machine.cpu, 1);
  const lines = contextLines(machine, LETTERS, { sources: RESTORE_SOURCES, before, sections: ['registers'] });
  assert.equal(
    lines.slice(1),
    block(`
       rax 0000000000000000  rcx 0000000000000000  rdx 0000000000000000  rbx 0000000000000000
       rsp fffffe000000dff8  rbp 0000000000000000  rsi 0000000000000000  rdi 0000000000000000
       r8  0000000000000000  r9  0000000000000000  r10 0000000000000000  r11 0000000000000000
       r12 0000000000000000  r13 0000000000000000  r14 0000000000005802 [*r15 0000000000005802]
      [*rip ffffffff8100000e <restore_before+14>]  rflags 0x3 [ CF ]
       cr3 0x4002 kernel(1), pending flush   gs the kernel's
       cpl 0
       was r15=0x0
    `),
  );
});

test('the whole of it stays within the width', () => {
  for (const width of [60, 80, 120]) {
    const machine = restoreAfter(3, PENDING);
    const lines = contextLines(machine, styleOf(width), { sources: RESTORE_SOURCES, before: snapshot(machine.cpu) });
    assert.equal(
      lines.filter((line) => visible(line) > width),
      [],
    );
  }
});

test('the sections that are asked for, in their order', () => {
  const sections: readonly Section[] = ['stack', 'code'];
  const lines = contextLines(eventsAfter(3), PLAIN, { sources: EVENTS_SOURCES, sections });
  assert.equal(
    lines.filter((line) => line.startsWith('──')).map((line) => line.split(' ')[1]),
    ['stack', 'code'],
  );
});

test('texts are cut and wrapped by what is seen of them', () => {
  assert.is(fit('abcdef', 4), 'abc…');
  assert.is(fit('\x1b[1mabcdef\x1b[0m', 4), '\x1b[1mabc…\x1b[0m');
  assert.is(fit('\x1b[1mabcd\x1b[0m', 4), '\x1b[1mabcd\x1b[0m');
  assert.equal(wrap(['one', 'two', 'three'], styleOf(8), 2), ['one two', '  three']);
});

test.run();
