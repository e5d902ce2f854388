// IRETQ: each check of its frame, what it restores, what a fault leaves.
#include "../boot.inc"
#include "../probe.inc"

	.macro	DESCRIPTOR value, slot=0
	movabs	$\value, %rax
	mov	%rax, gdt_test + 8 * (\slot)
	.endm
	.macro	IRET cs, flags, ss, rip=9f, rsp=KERNEL_STACK
	mov	$\rsp, %rbx
	pushq	$\ss
	push	%rbx
	pushq	$\flags
	pushq	$\cs
	lea	\rip(%rip), %rbx
	push	%rbx
	BASE
	iretq
9:	pushfq
	pop	%rax
	P " ok fl="
	H %rax
	P " sp="
	H %rsp
	mov	%ss, %eax
	P " ss="
	H %rax
	mov	%cs, %eax
	P " cs="
	H %rax
	DONE
	.endm

PROBE "same privilege"
	IRET	SEL_KERNEL, 2, SEL_DATA
PROBE "same privilege, null SS"
	IRET	SEL_KERNEL, 2, 0
PROBE "null CS"
	IRET	0, 2, SEL_DATA
PROBE "null CS with RPL 3"
	IRET	3, 2, SEL_USER_DATA
PROBE "CS beyond the limit"
	IRET	0x1000, 2, SEL_DATA
PROBE "CS: data"
	IRET	SEL_DATA, 2, SEL_DATA
PROBE "CS: not present"
	DESCRIPTOR 0x00af1b000000ffff
	IRET	SEL_TEST, 2, SEL_DATA
PROBE "CS: conforming, DPL 0"
	DESCRIPTOR 0x00af9e000000ffff
	IRET	SEL_TEST, 2, SEL_DATA
PROBE "CS: DPL 3 with RPL 0"
	IRET	SEL_USER-3, 2, SEL_DATA
PROBE "CS: DPL 0 with RPL 3"
	IRET	SEL_KERNEL + 3, 2, SEL_USER_DATA
PROBE "CS: both L and D"
	DESCRIPTOR 0x00ef9b000000ffff
	IRET	SEL_TEST, 2, SEL_DATA
PROBE "CS: a TSS"
	IRET	SEL_TSS, 2, SEL_DATA
PROBE "CS: accessed bit is set"
	DESCRIPTOR 0x00af9a000000ffff
	pushq	$SEL_DATA
	pushq	$KERNEL_STACK
	pushq	$2
	pushq	$SEL_TEST
	lea	1f(%rip), %rbx
	push	%rbx
	iretq
1:	mov	gdt_test, %rax
	P " "
	H %rax
	DONE
PROBE "SS: code"
	IRET	SEL_USER, 2, SEL_USER
PROBE "SS: DPL 0 for CPL 3"
	IRET	SEL_USER, 2, SEL_DATA + 3
PROBE "SS: RPL 0 for CPL 3"
	IRET	SEL_USER, 2, SEL_USER_DATA-3
PROBE "SS: null for CPL 3"
	IRET	SEL_USER, 2, 0
PROBE "SS: null with RPL 3 for CPL 3"
	IRET	SEL_USER, 2, 3
PROBE "SS: not present for CPL 3"
	DESCRIPTOR 0x00cf72000000ffff
	IRET	SEL_USER, 2, SEL_TEST + 3
PROBE "SS: read-only for CPL 3"
	DESCRIPTOR 0x00cff0000000ffff
	IRET	SEL_USER, 2, SEL_TEST + 3
PROBE "SS: beyond the limit for CPL 3"
	IRET	SEL_USER, 2, 0x1003
PROBE "SS: data of DPL 0, same privilege, RPL 0"
	DESCRIPTOR 0x00cf92000000ffff
	IRET	SEL_KERNEL, 2, SEL_TEST
PROBE "RIP not canonical, same privilege"
	pushq	$SEL_DATA
	pushq	$KERNEL_STACK
	pushq	$2
	pushq	$SEL_KERNEL
	movabs	$0x8000000000000000, %rbx
	push	%rbx
	BASE
	iretq
PROBE "RIP not canonical, to CPL 3"
	pushq	$SEL_USER_DATA
	pushq	$USER_STACK
	pushq	$2
	pushq	$SEL_USER
	movabs	$0x8000000000000000, %rbx
	push	%rbx
	BASE
	iretq
PROBE "NT set"
	pushq	$SEL_DATA
	pushq	$KERNEL_STACK
	pushq	$2
	pushq	$SEL_KERNEL
	lea	1f(%rip), %rbx
	push	%rbx
	pushq	$0x4002
	popfq
	BASE
	iretq
1:	DONE
PROBE "flags: IOPL, IF, AC, ID, VIF, VIP, NT at CPL 0"
	IRET	SEL_KERNEL, 0x3c7000 | 0x8d7, SEL_DATA
PROBE "flags: RF"
	IRET	SEL_KERNEL, 0x10002, SEL_DATA
PROBE "flags: VM"
	IRET	SEL_KERNEL, 0x20002, SEL_DATA
PROBE "flags: reserved bits"
	IRET	SEL_KERNEL, 0x7fc0802a, SEL_DATA
PROBE "to CPL 3: RSP not canonical is taken"
	pushq	$SEL_USER_DATA
	movabs	$0x8000000000000000, %rbx
	push	%rbx
	pushq	$2
	pushq	$SEL_USER
	lea	1f + ALIAS(%rip), %rbx
	push	%rbx
	iretq
1:	ud2
PROBE "to CPL 3: ds, es, fs, gs of DPL 0 become null, DPL 3 stay"
	mov	$SEL_DATA, %eax
	mov	%eax, %ds
	mov	$SEL_USER_DATA, %eax
	mov	%eax, %es
	mov	%eax, %gs
	mov	$SEL_DATA, %eax
	mov	%eax, %fs
	USER	1f
1:	mov	%ds, %eax
	mov	%es, %ebx
	mov	%fs, %ecx
	mov	%gs, %edx
	shl	$48, %rax
	shl	$32, %rbx
	shl	$16, %rcx
	or	%rbx, %rax
	or	%rcx, %rax
	or	%rdx, %rax
	mov	%rax, %rsp
	ud2
PROBE "CPL 3: to CPL 0"
	USER	1f
1:	pushq	$SEL_DATA
	pushq	$KERNEL_STACK
	pushq	$2
	pushq	$SEL_KERNEL
	pushq	$0
	iretq
PROBE "CPL 3: same privilege, IOPL and IF stay"
	USER	1f
1:	pushq	$SEL_USER_DATA
	pushq	$USER_STACK
	pushq	$0x3202
	pushq	$SEL_USER
	lea	2f(%rip), %rbx
	push	%rbx
	iretq
2:	ud2
PROBE "CPL 3 with IOPL 3: IF changes, IOPL stays"
	pushq	$SEL_USER_DATA
	pushq	$USER_STACK
	pushq	$0x3002
	pushq	$SEL_USER
	lea	1f + ALIAS(%rip), %rbx
	push	%rbx
	iretq
1:	pushq	$SEL_USER_DATA
	pushq	$USER_STACK
	pushq	$0x0202
	pushq	$SEL_USER
	lea	2f(%rip), %rbx
	push	%rbx
	iretq
2:	ud2
PROBE "frame unmapped"
	mov	$TEST + 0x5000, %esp
	BASE
	iretq
PROBE "iretl"
	pushq	$0
	mov	$KERNEL_STACK - 20, %esp
	movl	$SEL_DATA, 16(%rsp)
	movl	$KERNEL_STACK, 12(%rsp)
	movl	$2, 8(%rsp)
	movl	$SEL_KERNEL, 4(%rsp)
	movl	$1f, (%rsp)
	BASE
	iretl
1:	P " ok sp="
	H %rsp
	DONE
PROBE "iretw"
	mov	$KERNEL_STACK - 10, %esp
	movw	$SEL_DATA, 8(%rsp)
	movw	$0xe000, 6(%rsp)
	movw	$2, 4(%rsp)
	movw	$SEL_KERNEL, 2(%rsp)
	movw	$1f, (%rsp)
	BASE
	iretw
1:	mov	%rsp, %rbx
	mov	$KERNEL_STACK, %esp
	P " ok sp="
	H %rbx
	DONE
#include "../runtime.inc"
