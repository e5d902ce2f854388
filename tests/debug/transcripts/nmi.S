/*
 * A paranoid exit that can be interrupted: an IDT with gates for #DB, NMI and #PF, then RESTORE_CR3. The NMI's handler counts itself; it has no IST
 * stack, since an entry begins on the NMI's already.
 */
//@ title   RESTORE_CR3 with an IDT
//@ entry   start = start
//@ features PTI PCID
//@ state   saved=user:   r14 = user_cr3(1)

#include "../../../asm/include/calling.inc"

	.macro	SET_GATE vector:req handler:req
	lea	\handler(%rip), %rax
	mov	%ax, idt + 16 * \vector(%rip)
	movl	$0x00000010, idt + 16 * \vector + 2(%rip)
	movw	$0x8e00, idt + 16 * \vector + 4(%rip)
	shr	$16, %rax
	mov	%ax, idt + 16 * \vector + 6(%rip)
	shr	$16, %rax
	mov	%eax, idt + 16 * \vector + 8(%rip)
	.endm

	.section .entry.text, "ax"
	.globl start
	.type start, @function
start:
	SET_GATE 1, asm_exc_debug
	SET_GATE 2, asm_exc_nmi
	SET_GATE 14, asm_exc_page_fault
	lidt	idtr(%rip)
	call	exit
	ret
	.size start, . - start

	.type exit, @function
exit:
	RESTORE_CR3 scratch_reg=%r15 save_reg=%r14
	ret
	.size exit, . - exit

	.type asm_exc_nmi, @function
asm_exc_nmi:
	push	%rax
	incq	nmis(%rip)
	pop	%rax
	iretq
	.size asm_exc_nmi, . - asm_exc_nmi

	.type asm_exc_page_fault, @function
asm_exc_page_fault:
	add	$8, %rsp
	iretq
	.size asm_exc_page_fault, . - asm_exc_page_fault

	.type asm_exc_debug, @function
asm_exc_debug:
	iretq
	.size asm_exc_debug, . - asm_exc_debug

	.data
	.globl nmis
	.type nmis, @object
	.size nmis, 8
	.balign 16
nmis:	.quad	0
	.balign 16
idtr:	.word	16 * 16 - 1
	.quad	idt
	.balign 16
idt:	.fill	256, 1, 0
