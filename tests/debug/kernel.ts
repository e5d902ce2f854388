/** A debugger's scope over a small piece of kernel text, at its entry. */
import type { Scope } from '../../src/debug/evaluate.ts';
import { examineCommand } from '../../src/debug/examine.ts';
import { newFormats } from '../../src/debug/formats.ts';
import { printCommand } from '../../src/debug/print.ts';
import { enter } from '../../src/machine/machine.ts';
import { benchOf, type Options, programOf } from '../lab/laboratory.ts';

export const TEXT = `
	.section .entry.text, "ax"
	.globl f
f:	mov %cr3, %rax
	jmp 1f
	nop
1:	mov datum(%rip), %rbx
	call other
	ret
	.globl other
other:	ret
	.data
	.globl datum
	.type datum, @object
	.size datum, 8
datum:	.quad 0xffffffff82000004
	.globl half
	.type half, @object
	.size half, 2
half:	.short 0xfffe
	.globl table
table:	.quad 1, 2, 3
	.globl constant
	constant = 0x1234
`;

export const scopeOf = (text = TEXT, options: Options = {}, extra: Partial<Scope> = {}): Scope => {
  const { machine } = benchOf(programOf(text), { features: ['PTI', 'PCID'], ...options });
  if (!enter(machine, 'f')) throw new Error('no f');
  return { machine, convenience: new Map(), history: [], formats: newFormats(), ...extra };
};

/** `print`'s line without its number, or the message. */
export function print(scope: Scope, text: string): string {
  const result = printCommand(text, scope);
  return result.ok ? result.value.replace(/^\$\d+ = /, '') : result.message;
}

export function examine(scope: Scope, text: string): string[] {
  const { lines, error } = examineCommand(text, scope);
  return lines.length === 0 && error !== undefined ? [error] : [...lines];
}
