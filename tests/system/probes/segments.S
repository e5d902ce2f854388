// Loads of segment registers and their inspection, each check of the descriptor.
#include "../boot.inc"
#include "../probe.inc"

	.macro	DESCRIPTOR value, slot=0
	movabs	$\value, %rax
	mov	%rax, gdt_test + 8 * (\slot)
	.endm
	.macro	LOAD register, selector
	mov	$\selector, %eax
	BASE
	mov	%eax, %\register
	P " ok"
	mov	%\register, %eax
	P " "
	H %rax
	mov	gdt_test, %rax
	P " "
	H %rax
	DONE
	.endm
	.macro	INSPECT insn, selector
	mov	$\selector, %eax
	mov	$-1, %rdx
	BASE
	\insn	%eax, %edx
	setz	%cl
	movzbl	%cl, %ecx
	P " zf="
	H %rcx
	P " "
	H %rdx
	DONE
	.endm
	.macro	VERIFY insn, selector
	mov	$\selector, %eax
	\insn	%ax
	setz	%cl
	movzbl	%cl, %ecx
	P " zf="
	H %rcx
	DONE
	.endm

	.irp	register, ds, es, fs, gs, ss
PROBE "\register: null"
	LOAD	\register, 0
PROBE "\register: null with RPL 3"
	LOAD	\register, 3
PROBE "\register: data"
	DESCRIPTOR 0x00cf92000000ffff
	LOAD	\register, SEL_TEST
PROBE "\register: data, not present"
	DESCRIPTOR 0x00cf12000000ffff
	LOAD	\register, SEL_TEST
PROBE "\register: read-only data"
	DESCRIPTOR 0x00cf90000000ffff
	LOAD	\register, SEL_TEST
PROBE "\register: execute-only code"
	DESCRIPTOR 0x00af98000000ffff
	LOAD	\register, SEL_TEST
PROBE "\register: readable code"
	DESCRIPTOR 0x00af9a000000ffff
	LOAD	\register, SEL_TEST
PROBE "\register: a system descriptor"
	DESCRIPTOR 0x0000890000000067
	LOAD	\register, SEL_TEST
PROBE "\register: data of DPL 3"
	DESCRIPTOR 0x00cff2000000ffff
	LOAD	\register, SEL_TEST
PROBE "\register: data of DPL 0, RPL 3"
	DESCRIPTOR 0x00cf92000000ffff
	LOAD	\register, SEL_TEST + 3
PROBE "\register: beyond the limit"
	LOAD	\register, 0x1000
PROBE "\register: in the LDT, without one"
	LOAD	\register, 0x4
	.endr
PROBE "mov to cs"
	.byte	0x8e, 0xc8
	DONE
PROBE "base of fs from the descriptor"
	DESCRIPTOR 0x12cf9234567800ff
	mov	$SEL_TEST, %eax
	mov	%eax, %fs
	GETMSR	0xc0000100
	P " "
	H %rax
	DONE
PROBE "base of fs after a null load"
	SETMSR	0xc0000100, 0x1234
	xor	%eax, %eax
	mov	%eax, %fs
	GETMSR	0xc0000100
	P " "
	H %rax
	DONE
PROBE "CPL 3: data of DPL 0"
	DESCRIPTOR 0x00cf92000000ffff
	USER	1f
1:	mov	$SEL_TEST, %eax
	mov	%eax, %ds
PROBE "CPL 3: null ss"
	USER	1f
1:	xor	%eax, %eax
	mov	%eax, %ss
PROBE "CPL 3: ds = user data, then ud2"
	USER	1f
1:	mov	$SEL_USER_DATA, %eax
	mov	%eax, %ds
	ud2

	.irp	what, 0x00af9b000000ffff, 0x00cf92000000ffff, 0x00cf12000000ffff, 0x00cff2000000ffff, 0x00af9c000000ffff, 0x0000890000000067, 0x0000820000000067, 0x00008c0000000067, 0x00008e0000000067, 0x00008f0000000067, 0x0000800000000067
PROBE "lar \what"
	DESCRIPTOR \what
	INSPECT	lar, SEL_TEST
PROBE "lsl \what"
	DESCRIPTOR \what
	INSPECT	lsl, SEL_TEST
PROBE "verr \what"
	DESCRIPTOR \what
	VERIFY	verr, SEL_TEST
PROBE "verw \what"
	DESCRIPTOR \what
	VERIFY	verw, SEL_TEST
PROBE "lar \what with RPL 3"
	DESCRIPTOR \what
	INSPECT	lar, SEL_TEST + 3
	.endr
PROBE "lar null"
	INSPECT	lar, 0
PROBE "lsl beyond the limit"
	INSPECT	lsl, 0x1000
PROBE "verw null"
	VERIFY	verw, 0

	.macro	SYSLOAD insn, selector
	mov	$\selector, %eax
	BASE
	\insn	%ax
	P " ok "
	mov	gdt_test, %rax
	H %rax
	DONE
	.endm
	.irp	insn, lldt, ltr
PROBE "\insn: null"
	SYSLOAD	\insn, 0
PROBE "\insn: null with RPL 3"
	SYSLOAD	\insn, 3
PROBE "\insn: an LDT"
	DESCRIPTOR 0x0000820000000067
	SYSLOAD	\insn, SEL_TEST
PROBE "\insn: an available TSS"
	DESCRIPTOR 0x0000890000000067
	SYSLOAD	\insn, SEL_TEST
PROBE "\insn: a busy TSS"
	DESCRIPTOR 0x00008b0000000067
	SYSLOAD	\insn, SEL_TEST
PROBE "\insn: not present LDT"
	DESCRIPTOR 0x0000020000000067
	SYSLOAD	\insn, SEL_TEST
PROBE "\insn: not present TSS"
	DESCRIPTOR 0x0000090000000067
	SYSLOAD	\insn, SEL_TEST
PROBE "\insn: code"
	DESCRIPTOR 0x00af9b000000ffff
	SYSLOAD	\insn, SEL_TEST
PROBE "\insn: beyond the limit"
	SYSLOAD	\insn, 0x1000
PROBE "\insn: in the LDT"
	SYSLOAD	\insn, 4
PROBE "\insn: base not canonical"
	DESCRIPTOR 0x0000820000000067
	movq	$0x8000, gdt_test + 8
	SYSLOAD	\insn, SEL_TEST
	.endr
PROBE "a selector in an LDT"
	DESCRIPTOR 0x0000820000000067
	lea	gdt_test(%rip), %rax
	mov	%rax, %rbx
	shl	$16, %rax
	movabs	$0x0000820000000067, %rcx
	or	%rcx, %rax
	mov	%rax, gdt_ldt
	movq	$0, gdt_ldt + 8
	DESCRIPTOR 0x00cf92000000ffff
	mov	$SEL_LDT, %eax
	lldt	%ax
	sldt	%eax
	P " "
	H %rax
	LOAD	ds, 4
PROBE "lss"
	movl	$0x8dff0, TEST
	movw	$SEL_DATA, TEST + 4
	lss	TEST, %esp
	mov	%rsp, %rax
	P " "
	H %rax
	mov	%ss, %eax
	P " "
	H %rax
	DONE
PROBE "lfs: the register stays when the selector is bad"
	movl	$0x1234, TEST
	movw	$0x1000, TEST + 4
	mov	$0x55, %ebx
	THEN	1f
	lfs	TEST, %ebx
1:	P " "
	H %rbx
	DONE
PROBE "pop fs: RSP stays when the selector is bad"
	push	$0x1000
	BASE
	pop	%fs
	DONE
PROBE "sgdt limit, sidt"
	sgdt	TEST
	sidt	TEST + 16
	movzwl	TEST, %eax
	P " "
	H %rax
	movzwl	TEST + 16, %eax
	P " "
	H %rax
	DONE
PROBE "lgdt: base not canonical"
	movw	$0xff, TEST
	movabs	$0x8000000000000000, %rax
	mov	%rax, TEST + 2
	BASE
	lgdt	TEST
	DONE
PROBE "lidt: base not canonical"
	movw	$0xff, TEST
	movabs	$0x8000000000000000, %rax
	mov	%rax, TEST + 2
	BASE
	lidt	TEST
	DONE
PROBE "str, sldt of 16, 32 and 64 bits"
	mov	$-1, %rax
	mov	%rax, %rbx
	mov	%rax, %rcx
	str	%ax
	str	%ebx
	str	%rcx
	P " "
	H %rax
	P " "
	H %rbx
	P " "
	H %rcx
	DONE
PROBE "mov %ss of 16, 32 and 64 bits"
	mov	$-1, %rax
	mov	%rax, %rbx
	mov	%rax, %rcx
	mov	%ss, %ax
	mov	%ss, %ebx
	mov	%ss, %rcx
	P " "
	H %rax
	P " "
	H %rbx
	P " "
	H %rcx
	DONE
PROBE "push %fs of 16 and 64 bits"
	mov	%rsp, %rbx
	push	%fs
	pushw	%fs
	sub	%rsp, %rbx
	P " "
	H %rbx
	DONE

#include "../runtime.inc"
