/**
 * How fast the front of the pipeline is: lines of macro-heavy source assembled, images patched. Figures in lines (or
 * images) a second; the caller prints them.
 */
import b from 'benny';
import { assemble } from '../../src/assemble/assemble.ts';
import type { FilePort } from '../../src/assemble/logical-line.ts';
import { hasErrors } from '../../src/base/diagnostics.ts';
import { applyAlternatives } from '../../src/image/alternatives.ts';
import { link } from '../../src/image/link.ts';
import { featureNumber, featureSet } from '../../src/isa/features.ts';
import { diskFiles } from '../gasdiff.ts';

/** Functions in the source; each is a paranoid entry and exit, as entry_64.S has them. */
const FUNCTIONS = 100;

const body = Array.from(
  { length: FUNCTIONS },
  (_, i) => `f${i}:
	PUSH_AND_CLEAR_REGS
	SAVE_AND_SWITCH_TO_KERNEL_CR3 scratch_reg=%rax save_reg=%r14
	call	handler${i}
	RESTORE_CR3 scratch_reg=%r15 save_reg=%r14
	POP_REGS
	ret
`,
).join('');
const SOURCE = `#include "asm/include/calling.inc"\n\t.section .entry.text, "ax"\n${body}`;

const files: FilePort = {
  read: (path) => (path === 'bench.S' ? new TextEncoder().encode(SOURCE) : diskFiles.read(path)),
};

function assembled() {
  const object = assemble('bench.S', { files });
  if (hasErrors(object.diagnostics)) throw new Error('the benchmark does not assemble');
  return object.value;
}

export interface Rate {
  readonly name: string;
  readonly perSecond: number;
  readonly unit: string;
}

export async function assembleSuite(): Promise<Rate[]> {
  const object = assembled();
  const lines = SOURCE.split('\n').length;
  const image = link(object, 'bench.S').value;
  const features = featureSet([featureNumber('PTI')!, featureNumber('PCID')!]);
  const patches = applyAlternatives(image, features).value.log.length;
  const statements = object.lines.length;
  const summary = await b.suite(
    'assemble and patch',
    b.add('assemble', () => void assembled()),
    b.add('link', () => void link(object, 'bench.S')),
    b.add('patch', () => void applyAlternatives(image, features)),
    b.cycle(),
  );
  // Not `ops`, which benny rounds.
  const ops = (name: string): number => 1 / summary.results.find((r) => r.name === name)!.details.mean;
  return [
    { name: 'assemble, source lines', perSecond: ops('assemble') * lines, unit: 'lines/s' },
    { name: 'assemble, statements after expansion', perSecond: ops('assemble') * statements, unit: 'statements/s' },
    { name: 'link', perSecond: ops('link') * statements, unit: 'statements/s' },
    { name: 'patch', perSecond: ops('patch') * patches, unit: 'alternatives/s' },
  ];
}
