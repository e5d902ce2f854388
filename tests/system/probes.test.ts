/**
 * The system probes print on our machine what they print on Bochs (tests/system/expected, written by tools/bochs.ts), but for the
 * answers below, where Bochs does what the manual doesn't ask for.
 */
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildImage, runProbes } from './machine.ts';

const test = suite('system probes');

/** Probes of debug registers, and of what enters 32-bit code (compat), go on where the model does not yet. */
const NAMES = ['access', 'control', 'events', 'far', 'faults', 'iret', 'segments', 'syscall', 'tlb'] as const;

/** By probe: what the manual has us print instead, and where it says so. */
const INSTEAD: Readonly<Record<string, readonly [ours: string, why: string]>> = {
  'CR4: VMXE': ['#d(0) at +5 cs=8 fl=10046 sp=8e000 ss=10 on=8e000', 'the modelled CPU has no VMX'],
  'TSC_AUX: high half': [
    '#d(0) at +0 cs=8 fl=10046 sp=8e000 ss=10 on=8e000',
    'SDM vol. 4, table 2-2: IA32_TSC_AUX bits 63:32 are reserved',
  ],
  'invpcid 0: another address': ['aaaa', 'SDM vol. 2, INVPCID: type 0 is for one address; Bochs may flush more'],
  iretl: [
    'ok sp=8dff8',
    'SDM vol. 3, 6.14.3: in 64-bit mode IRET pops SS:RSP unconditionally; a Zen 4 does so as well',
  ],
  iretw: ['ok sp=e000', 'the same'],
  'CPL 3: call gate, RSP0 not canonical': [
    '#c(0) at u+a5 cs=2b fl=10002 sp=4028c000 ss=23 on=90000',
    'SDM vol. 2, CALL: the new SS, which the error code names, is null',
  ],
};

/** Bochs's lines, with ours where they differ. A probe that ends by an exception leaves an empty line. */
function expectedLines(name: string): string[] {
  const lines = readFileSync(`tests/system/expected/${name}.txt`, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => {
    const probe = Object.keys(INSTEAD).find((known) => line.startsWith(`${known}:`));
    return probe === undefined ? line : `${probe}: ${INSTEAD[probe]![0]}`;
  });
}

for (const name of NAMES) {
  test(`${name}, as on Bochs`, () => {
    const { output, stop } = runProbes(buildImage(`tests/system/probes/${name}.S`));
    assert.is(stop.kind, 'halt');
    assert.equal(output.split('\n').filter(Boolean), expectedLines(name));
  });
}

test('an answer of ours differs from that of Bochs', () => {
  const bochs = NAMES.flatMap((name) => readFileSync(`tests/system/expected/${name}.txt`, 'utf8').split('\n'));
  for (const [probe, [ours]] of Object.entries(INSTEAD)) {
    assert.ok(
      bochs.some((line) => line.startsWith(`${probe}:`) && line !== `${probe}: ${ours}`),
      probe,
    );
  }
});

test.run();
