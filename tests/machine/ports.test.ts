/** The console and the exit port of a bare machine. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkpoint, getReg, getRip, restore, run, setReg } from '../../src/cpu/cpu.ts';
import { GPR } from '../../src/isa/insn.ts';
import { connectPorts } from '../../src/machine/ports.ts';
import { CODE, snippet } from '../cpu/snippet.ts';

const test = suite('ports');

const OUT_CONSOLE = 'e6e9'; // out %al, $0xe9
const IN_CONSOLE = 'e4e9';
const OUT_EXIT = 'e7f4'; // out %eax, $0xf4
const ADD = '0401'; // add $1, %al

for (const events of ['stop', 'deliver'] as const) {
  test(`what is written to the console is kept, and the exit port ends the run (events: ${events})`, () => {
    const { cpu } = snippet(OUT_CONSOLE + ADD + OUT_CONSOLE + IN_CONSOLE + OUT_EXIT + ADD, { events });
    const console = connectPorts(cpu);
    setReg(cpu, GPR.RAX, 0x41n);
    const start = checkpoint(cpu);
    assert.equal(run(cpu, 100), { kind: 'exit', code: 0xe9 });
    assert.is(console.text, 'AB');
    assert.is(getRip(cpu), CODE + 10n);
    assert.equal(run(cpu, 100), { kind: 'exit', code: 0xe9 }, 'it has ended until one goes back');
    restore(cpu, start);
    assert.equal(run(cpu, 1), { kind: 'budget' });
  });
}

test('other ports are somebody else’s, or nobody’s', () => {
  const { cpu } = snippet('e480e680');
  connectPorts(cpu);
  run(cpu, 1);
  assert.is(getReg(cpu, GPR.RAX), 0xffn);
  const written: number[][] = [];
  connectPorts(cpu, { in: () => 0, out: (...access) => void written.push(access) });
  run(cpu, 1);
  assert.equal(written, [[0x80, 1, 0xff]]);
});

test.run();
