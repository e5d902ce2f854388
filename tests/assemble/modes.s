# 16-, 32- and 64-bit code in one section: addresses, displacements, far branches, jumps that grow, gaps.
	.text
	.code16
start:	cli
	mov	%cs, %ax
	mov	%ax, %ds
	movl	$0xa5a5a5a5, flag
	call	check
	lidtl	table
	lgdtl	table
	lgdt	table
	movw	$1, %dx
	lmsw	%dx
	ljmpl	$8, $protected
	ljmp	$8, $protected
	data32 jmp extern
	jmp	stop
stop:	hlt
	jmp	stop
	jne	stop
	jcxz	stop
	jecxz	stop
	addr32 movl flag, %ebx
	.skip	150
	jne	stop
	jmp	stop
	.code32
	.balign	4
protected:
	movl	%edx, %ss
	movl	flag, %eax
	lea	start(%esp), %ebp
	btl	$1, %eax
	jnc	1f
1:	ljmpl	*8(%esp)
	ljmp	*%gs:table
	pushl	$8
	lret
	call	extern
	jmp	extern
	callw	extern
	call	start
	jmp	start
	addw	4(%si), %ax
	.balign	16
	.code64
	jmp	start
	call	extern
flag:	.long	0
table:	.word	0
	.quad	0
check:	ret
	.code16gcc
	push	%ebp
	push	$1
	push	$0x1234
	push	flag
	push	%ds
	pop	%fs
	call	extern
	call	*%eax
	call	*flag
	lcall	*flag
	enter	$1, $2
	pushf
	pusha
	leave
	iret
	ret	$4
	movl	8(%ebp), %eax
	.balign	32
	.code16
	.byte	0xcc
	.balign	64
