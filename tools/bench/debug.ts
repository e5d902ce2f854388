/** The debugger's way back, beside its way forwards: ten million instructions with the same watchpoints. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import b from 'benny';
import { feedWhole } from '../../src/debug/interpreter.ts';
import { debugProgram } from '../../tests/debug/transcript.ts';

const TARGET = 3;

/** 10 million and a few: four instructions two and a half million times. */
const LOOP = `
	.section .entry.text, "ax"
	.globl start
start:	mov	$2500000, %ecx
1:	add	$1, %rax
	mov	%rax, counter(%rip)
	dec	%ecx
	jnz	1b
	ret
	.data
	.balign 4096
counter: .quad	0
other:	.quad	0
	.balign 4096
far:	.quad	0
`;

const WATCHES = {
  'no watchpoint': undefined,
  'watch $cr3': 'watch $cr3',
  'watch in a page of its own': 'watch *(u64 *) &far',
  'watch in a page that is written': 'watch *(u64 *) &other',
} as const;

export async function debugSuite(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'entrylab-bench-'));
  try {
    const path = join(dir, 'loop.S');
    writeFileSync(path, LOOP);
    for (const [name, command] of Object.entries(WATCHES)) {
      const { it } = debugProgram(path, { limit: 1e9 });
      for (const line of ['set context off', ...(command ? [command] : [])]) feedWhole(it, line);
      const { results } = await b.suite(
        `debugger, ${name}`,
        b.add('forwards', () => feedWhole(it, 'run')),
        b.add('forwards and back', () => {
          feedWhole(it, 'run');
          feedWhole(it, 'reverse-continue');
        }),
        b.cycle(),
      );
      const [forwards, both] = results.map(({ details }) => details.min);
      const ratio = (both! - forwards!) / forwards!;
      console.log(`reverse-continue, ${name}: ${ratio.toFixed(2)} x the way forwards (wanted: at most ${TARGET})`);
    }
  } finally {
    rmSync(dir, { recursive: true });
  }
}
