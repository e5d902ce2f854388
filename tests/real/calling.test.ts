/**
 * The kernel's own arch/x86/entry/calling.h, unmodified, against our macros: the same bytes by our assembler as by
 * gcc -c, the same matrix, and from gcc's object the same trace.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assemble } from '../../src/assemble/assemble.ts';
import { formatDiagnostic } from '../../src/base/diagnostics.ts';
import { SKYLAKE } from '../../src/cost/skylake.ts';
import { featureNumber, featureSet } from '../../src/isa/features.ts';
import { createBench, entriesOf, type RunResult, selectionOf, setUp } from '../../src/lab/execute.ts';
import { runMatrix } from '../../src/lab/matrix.ts';
import { loadProgram, type Program } from '../../src/lab/program.ts';
import { readElf } from '../../src/object/elf-read.ts';
import { traceRun } from '../../src/trace/step.ts';
import { stepText } from '../../src/trace/text.ts';
import { compareObjects, diskFiles } from '../../tools/gasdiff.ts';
import { kernelTree } from '../kernel.ts';

const test = suite('calling.h of Linux 6.1');
const tree = kernelTree();

/** Each macro in a function of its own, in a file that includes the real header. */
const body = (include: string): string => `${include}
	.section .entry.text, "ax"
	.globl restore_before
restore_before:
	RESTORE_CR3 scratch_reg=%r15 save_reg=%r14
	ret
	.globl paranoid
paranoid:
	SAVE_AND_SWITCH_TO_KERNEL_CR3 scratch_reg=%r15 save_reg=%r14
	RESTORE_CR3 scratch_reg=%r15 save_reg=%r14
	ret
	.globl to_user
to_user:
	SWITCH_TO_USER_CR3_STACK scratch_reg=%rdi
	ret
	.globl registers
registers:
	PUSH_AND_CLEAR_REGS
	POP_REGS
	ret
	.globl registers_of_call
registers_of_call:
	call	1f
	POP_REGS
	ret
1:	PUSH_AND_CLEAR_REGS rdx=%rax, rcx=$-38 save_ret=1
	ret
`;

/** One header for both programs, so that both matrices have the same rows. */
const HEADER = `//@ entry   restore_before
//@ entry   paranoid
//@ entry   to_user
//@ entry   registers
//@ vary    PTI PCID
//@ state   saved=kernel:   r14 = kernel_cr3(1)
//@ state   saved=user:     r14 = user_cr3(1)
//@ state   loaded=kernel:  cr3 = kernel_cr3(1)
//@ state   loaded=other:   cr3 = kernel_cr3(2)
//@ state   loaded=user:    cr3 = user_cr3(1)
//@ state   flush=none:     user_pcid_flush_mask = flush_bit(2)
//@ state   flush=pending:  user_pcid_flush_mask = flush_bit(2) | flush_bit(1)
`;

if (typeof tree === 'string') {
  test(`# SKIP ${tree}`, () => {
    console.log(`# SKIP tests/real/calling.test.ts: ${tree}`);
    assert.type(tree, 'string');
  });
} else {
  const dir = mkdtempSync(join(tmpdir(), 'entrylab-real-'));
  process.on('exit', () => {
    rmSync(dir, { recursive: true, force: true });
    rmSync(join(tree.entryDir, '../../../..'), { recursive: true, force: true });
  });
  const write = (name: string, text: string): string => {
    const path = join(dir, name);
    writeFileSync(path, text);
    return path;
  };
  const source = write('real.S', body('#include "calling.h"'));
  const preprocessed = join(dir, 'real.s');
  execFileSync('gcc', [...tree.flags, '-E', source, '-o', preprocessed]);
  const gccObject = join(dir, 'real.o');
  execFileSync('gcc', [...tree.flags, '-c', source, '-o', gccObject]);
  const header = write('header.S', HEADER);
  const ours = write('ours.S', body(`#include "${join(process.cwd(), 'asm/include/calling.inc')}"`));

  const load = (path: string): Program => {
    const { value, diagnostics } = loadProgram(path, { files: diskFiles, scenarioPath: header });
    assert.ok(value, diagnostics.map(formatDiagnostic).join('\n'));
    return value;
  };

  test('preprocessed by gcc, it assembles to the bytes and relocations of gcc -c', () => {
    const theirs = readElf(execFileSync('cat', [gccObject]), gccObject);
    const mine = assemble(preprocessed, { files: diskFiles });
    assert.equal(mine.diagnostics.map(formatDiagnostic), []);
    assert.equal(compareObjects(mine.value, theirs.value!), []);
  });

  const figures = (runs: readonly RunResult[]): unknown[] =>
    runs.map(({ selection, features, fault, cr3Name, figures }) => {
      const { cr3: _, cr3AtEntry: __, ...counts } = figures;
      return { entry: selection.entry, states: [...selection.states], features: [...features], fault, cr3Name, counts };
    });

  test('its matrix equals that of our own macros', () => {
    const [real, own] = [preprocessed, ours].map(
      (path) => runMatrix(load(path), { maxInsns: 1000, cost: SKYLAKE }).value!,
    );
    assert.is(real!.runs.length, 4 * 4 * 12);
    assert.equal(figures(real!.runs), figures(own!.runs));
    assert.ok(
      real!.runs.some((run) => run.figures.cr3Writes === 1 && run.figures.cr3Flushes === 0),
      'some write is no-flush',
    );
  });

  test("gcc's object runs to the same trace", () => {
    const features = featureSet([featureNumber('PTI')!, featureNumber('PCID')!]);
    const trace = (path: string, name: string): string[] => {
      const program = load(path);
      const bench = createBench(program, { features, cost: SKYLAKE }).value!;
      const entry = entriesOf(program, bench.image).find((e) => e.name === name)!;
      setUp(
        bench,
        entry,
        selectionOf(
          program.scenario,
          name,
          new Map([
            ['saved', 'user'],
            ['flush', 'pending'],
          ]),
        ),
      );
      return [...traceRun(bench.machine, { maxInsns: 1000 })].map(stepText);
    };
    for (const [name, least] of [
      ['restore_before', 12],
      ['paranoid', 12],
      ['to_user', 14],
      ['registers', 44],
    ] as const) {
      const [fromText, fromObject] = [trace(preprocessed, name), trace(gccObject, name)];
      assert.ok(fromText.length >= least, `${name}: ${fromText.length} steps`);
      assert.equal(fromObject, fromText);
    }
  });
}

test.run();
