//@ title   A program that sets up an IDT, calls, and is interrupted
//@ entry   start = start

	.section .entry.text, "ax"
	.globl start
	.type start, @function
start:
	lea	idt(%rip), %rdi
	lea	handler(%rip), %rax
	mov	%ax, 0x80(%rdi)			/* #DF, vector 8: IST 1 */
	movl	$0x8e010010, 0x82(%rdi)
	mov	%ax, 0xe0(%rdi)			/* #PF, vector 14 */
	movl	$0x8e000010, 0xe2(%rdi)
	movw	$0x8e00, 0xe4(%rdi)
	shr	$16, %rax
	mov	%ax, 0xe6(%rdi)
	shr	$16, %rax
	mov	%eax, 0xe8(%rdi)
	lidt	idtr(%rip)
	call	work
	ret
	.size start, . - start

	.type work, @function
work:
	push	%rbx
	mov	$0x1000, %ebx
	mov	(%rbx), %rcx
	pop	%rbx
	ret
	.size work, . - work

	.type handler, @function
handler:
	push	%rax
	nop
	pop	%rax
	add	$8, %rsp
	iretq
	.size handler, . - handler

	.data
	.balign 16
idtr:	.word	16 * 16 - 1
	.quad	idt
	.balign 16
idt:	.fill	256, 1, 0
