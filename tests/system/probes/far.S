// Far JMP, CALL and RET: code segments and call gates, each check.
#include "../boot.inc"
#include "../probe.inc"

	.macro	DESCRIPTOR value, slot=0
	movabs	$\value, %rax
	mov	%rax, gdt_test + 8 * (\slot)
	.endm
	.macro	CODE64
	DESCRIPTOR 0x00af9a000000ffff
	.endm
	# A call gate in slots 2 and 3: selector, target, attributes (type, DPL, P).
	.macro	GATE selector, target, attributes=0x8c
	lea	\target(%rip), %rax
	mov	%rax, %rcx
	and	$0xffff, %eax
	or	$\selector << 16, %eax
	mov	%rcx, %rdx
	and	$0xffff0000, %edx
	or	$\attributes << 8, %edx
	shl	$32, %rdx
	or	%rdx, %rax
	mov	%rax, gdt_test + 16
	shr	$32, %rcx
	mov	%rcx, gdt_test + 24
	.endm
	.set	SEL_GATE, SEL_TEST + 16
	.macro	FAR insn, selector, target=9f
	lea	\target(%rip), %rax
	mov	%eax, TEST
	movw	$\selector, TEST + 4
	BASE
	\insn	*TEST
	nop
9:	mov	%cs, %eax
	P " ok cs="
	H %rax
	P " sp="
	H %rsp
	mov	gdt_test, %rax
	P " "
	H %rax
	DONE
	.endm

	.irp	insn, ljmpl, lcall
PROBE "\insn: code"
	CODE64
	FAR	\insn, SEL_TEST
PROBE "\insn: null"
	FAR	\insn, 0
PROBE "\insn: beyond the limit"
	FAR	\insn, 0x1000
PROBE "\insn: data"
	FAR	\insn, SEL_DATA
PROBE "\insn: not present"
	DESCRIPTOR 0x00af1a000000ffff
	FAR	\insn, SEL_TEST
PROBE "\insn: DPL 3"
	DESCRIPTOR 0x00affa000000ffff
	FAR	\insn, SEL_TEST
PROBE "\insn: RPL 3"
	CODE64
	FAR	\insn, SEL_TEST+3
PROBE "\insn: conforming of DPL 0, RPL 3"
	DESCRIPTOR 0x00af9e000000ffff
	FAR	\insn, SEL_TEST+3
PROBE "\insn: both L and D"
	DESCRIPTOR 0x00ef9a000000ffff
	FAR	\insn, SEL_TEST
PROBE "\insn: a TSS"
	FAR	\insn, SEL_TSS
PROBE "\insn: a task gate"
	DESCRIPTOR 0x0000850000300000
	FAR	\insn, SEL_TEST
PROBE "\insn: call gate"
	CODE64
	GATE	SEL_TEST, 9f
	FAR	\insn, SEL_GATE
PROBE "\insn: call gate, not present"
	CODE64
	GATE	SEL_TEST, 9f, 0x0c
	FAR	\insn, SEL_GATE
PROBE "\insn: call gate to a null selector"
	GATE	0, 9f
	FAR	\insn, SEL_GATE
PROBE "\insn: call gate to data"
	GATE	SEL_DATA, 9f
	FAR	\insn, SEL_GATE
PROBE "\insn: call gate, code not present"
	DESCRIPTOR 0x00af1a000000ffff
	GATE	SEL_TEST, 9f
	FAR	\insn, SEL_GATE
PROBE "\insn: call gate to 32-bit code"
	DESCRIPTOR 0x00cf9a000000ffff
	GATE	SEL_TEST, 9f
	FAR	\insn, SEL_GATE
PROBE "\insn: call gate, upper type not 0"
	CODE64
	GATE	SEL_TEST, 9f
	orl	$0x100, gdt_test + 28
	FAR	\insn, SEL_GATE
PROBE "\insn: call gate, RPL 3"
	CODE64
	GATE	SEL_TEST, 9f
	FAR	\insn, SEL_GATE+3
PROBE "\insn: target not canonical"
	CODE64
	GATE	SEL_TEST, 9f
	movl	$0x8000, gdt_test + 24
	FAR	\insn, SEL_GATE
PROBE "\insn: call gate beyond the limit in its second half"
	FAR	\insn, gdt_end-gdt-8
	.endr
PROBE "CPL 3: call gate of DPL 3 to CPL 0"
	GATE	SEL_KERNEL, 1f, 0xec
	movl	$0, PAGE_C
	movw	$SEL_GATE, PAGE_C + 4
	USER	2f
2:	lcall	*TEST + 0x2000
1:	mov	%rsp, %rbx
	P " sp="
	H %rbx
	mov	(%rbx), %rax
	P " "
	call	print_address
	mov	8(%rbx), %rax
	P " "
	H %rax
	mov	16(%rbx), %rax
	P " "
	H %rax
	mov	24(%rbx), %rax
	P " "
	H %rax
	mov	%ss, %eax
	P " ss="
	H %rax
	mov	%cs, %eax
	P " cs="
	H %rax
	mov	%rbx, %rsp
	lretq
PROBE "CPL 3: and back with lretq"
	GATE	SEL_KERNEL, 1f, 0xec
	movl	$0, PAGE_C
	movw	$SEL_GATE, PAGE_C + 4
	USER	2f
2:	lcall	*TEST + 0x2000
	ud2
1:	lretq
PROBE "CPL 3: call gate of DPL 0"
	GATE	SEL_KERNEL, 1f
	movl	$0, PAGE_C
	movw	$SEL_GATE, PAGE_C + 4
	USER	1f
1:	lcall	*TEST + 0x2000
PROBE "CPL 3: ljmp by a call gate to CPL 0"
	GATE	SEL_KERNEL, 1f, 0xec
	movl	$0, PAGE_C
	movw	$SEL_GATE, PAGE_C + 4
	USER	1f
1:	ljmp	*TEST + 0x2000
PROBE "CPL 3: call gate, RSP0 not canonical"
	GATE	SEL_KERNEL, 1f, 0xec
	movl	$0, PAGE_C
	movw	$SEL_GATE, PAGE_C + 4
	movb	$1, idt + 12 * 16 + 4		# the stack fault on IST 1
	movb	$1, idt + 13 * 16 + 4
	movb	$1, idt + 10 * 16 + 4
	movabs	$0x8000000000000000, %rax
	mov	%rax, tss + 4
	lea	restore_rsp0(%rip), %rax
	mov	%rax, on_exception
	USER	1f
1:	lcall	*TEST + 0x2000
PROBE "CPL 3: ljmp to user code"
	movl	$1f + ALIAS, PAGE_C
	movw	$SEL_USER, PAGE_C + 4
	USER	2f
2:	ljmp	*TEST + 0x2000
1:	ud2

	.macro	RETF selector, target=9f, release=
	pushq	$\selector
	lea	\target(%rip), %rax
	push	%rax
	BASE
	lretq	\release
	nop
9:	mov	%cs, %eax
	P " ok cs="
	H %rax
	P " sp="
	H %rsp
	DONE
	.endm
PROBE "lretq: same privilege"
	CODE64
	RETF	SEL_TEST
PROBE "lretq $16"
	CODE64
	RETF	SEL_TEST, 9f, $16
PROBE "lretq: null"
	RETF	0
PROBE "lretq: data"
	RETF	SEL_DATA
PROBE "lretq: not present"
	DESCRIPTOR 0x00af1a000000ffff
	RETF	SEL_TEST
PROBE "lretq: beyond the limit"
	RETF	0x1000
PROBE "lretq: RPL 3 to DPL 0"
	RETF	SEL_KERNEL+3
PROBE "lretq: not canonical"
	pushq	$SEL_KERNEL
	movabs	$0x8000000000000000, %rax
	push	%rax
	BASE
	lretq
PROBE "lretq to CPL 3"
	pushq	$SEL_USER_DATA
	pushq	$USER_STACK
	pushq	$SEL_USER
	lea	1f + ALIAS(%rip), %rax
	push	%rax
	lretq
1:	ud2
PROBE "lretq to CPL 3, releasing 32 bytes"
	pushq	$SEL_USER_DATA
	pushq	$USER_STACK
	sub	$32, %rsp
	pushq	$SEL_USER
	lea	1f + ALIAS(%rip), %rax
	push	%rax
	lretq	$32
1:	ud2
PROBE "lretq to CPL 3, SS null"
	pushq	$0
	pushq	$USER_STACK
	pushq	$SEL_USER
	lea	1f + ALIAS(%rip), %rax
	push	%rax
	BASE
	lretq
1:	ud2
PROBE "lretq to CPL 3, SS of DPL 0"
	pushq	$SEL_DATA+3
	pushq	$USER_STACK
	pushq	$SEL_USER
	lea	1f + ALIAS(%rip), %rax
	push	%rax
	BASE
	lretq
1:	ud2
PROBE "lretq to CPL 3, SS not present"
	DESCRIPTOR 0x00cf72000000ffff
	pushq	$SEL_TEST+3
	pushq	$USER_STACK
	pushq	$SEL_USER
	lea	1f + ALIAS(%rip), %rax
	push	%rax
	BASE
	lretq
1:	ud2
PROBE "CPL 3: lretq to CPL 0"
	USER	1f
1:	pushq	$SEL_KERNEL
	pushq	$0
	lretq
PROBE "lretl"
	CODE64
	mov	$KERNEL_STACK - 8, %esp
	movl	$SEL_TEST, 4(%rsp)
	movl	$1f, (%rsp)
	BASE
	lretl
1:	P " ok sp="
	H %rsp
	DONE

restore_rsp0:
	movq	$RSP0, tss + 4
	ret

#include "../runtime.inc"
