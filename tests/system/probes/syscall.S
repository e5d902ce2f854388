// SYSCALL, SYSRET, SYSENTER, SYSEXIT.
#include "../boot.inc"
#include "../probe.inc"

	.macro	TARGET label
	lea	\label(%rip), %rax
	xor	%edx, %edx
	mov	$0xc0000082, %ecx
	wrmsr
	.endm
	.macro	SEE
	pushfq
	pop	%rbx
	cld
	mov	%r11, %rdx
	P " entry fl="
	H %rbx
	P " r11="
	H %rdx
	P " rcx="
	mov	%rcx, %rax
	call	print_address
	mov	%cs, %eax
	P " cs="
	H %rax
	mov	%ss, %eax
	P " ss="
	H %rax
	P " sp="
	H %rsp
	.endm

PROBE "syscall at CPL 0"
	TARGET	1f
	BASE
	syscall
	ud2
1:	SEE
	DONE
PROBE "syscall at CPL 3, everything masked"
	TARGET	1f
	SETMSR	0xc0000084, 0x47700
	USER	2f
2:	syscall
	ud2
1:	mov	$KERNEL_STACK, %esp
	SEE
	DONE
PROBE "syscall: mask of TF, DF, IF, AC, NT only"
	TARGET	1f
	SETMSR	0xc0000084, 0x44700
	pushq	$0x44cd7 & ~0x300
	popfq
	BASE
	syscall
1:	SEE
	DONE
PROBE "syscall without SCE"
	SETMSR	0xc0000080, 0xd00
	BASE
	syscall
PROBE "sysret without SCE"
	SETMSR	0xc0000080, 0xd00
	BASE
	sysretq
PROBE "sysret to CPL 3"
	lea	1f + ALIAS(%rip), %rcx
	mov	$0x8d7, %r11d
	mov	$USER_STACK, %esp
	sysretq
1:	ud2
PROBE "sysret: RF, VM, NT and reserved bits in r11"
	lea	1f + ALIAS(%rip), %rcx
	mov	$0xffff7fff & ~0x300, %r11d
	mov	$USER_STACK, %esp
	sysretq
1:	ud2
PROBE "sysret: RCX not canonical"
	movabs	$0x800000000000, %rcx
	mov	$2, %r11d
	BASE
	sysretq
PROBE "sysret: RPL comes out as 3 whatever STAR says"
	SETMSR	0xc0000081, 0, 0x00180008
	lea	1f + ALIAS(%rip), %rcx
	mov	$2, %r11d
	mov	$USER_STACK, %esp
	sysretq
1:	mov	%ss, %eax
	mov	%cs, %ebx
	ud2
PROBE "sysenter with CS 0"
	BASE
	sysenter
PROBE "sysenter at CPL 0"
	SETMSR	0x174, SEL_KERNEL
	SETMSR	0x175, KERNEL_STACK
	mov	$0x176, %ecx
	lea	1f(%rip), %rax
	xor	%edx, %edx
	wrmsr
	pushq	$0xcd7
	popfq
	xor	%ecx, %ecx
	sysenter
1:	SEE
	DONE
PROBE "sysenter at CPL 3"
	SETMSR	0x174, SEL_KERNEL
	SETMSR	0x175, KERNEL_STACK
	mov	$0x176, %ecx
	lea	1f(%rip), %rax
	xor	%edx, %edx
	wrmsr
	USER	2f
2:	xor	%ecx, %ecx
	sysenter
1:	SEE
	DONE
PROBE "sysexit with CS 0"
	BASE
	sysexitq
PROBE "sysexitq"
	SETMSR	0x174, SEL_KERNEL
	lea	1f + ALIAS(%rip), %rdx
	mov	$USER_STACK, %ecx
	sysexitq
1:	mov	%cs, %eax
	ud2
PROBE "sysexitq: RDX not canonical"
	SETMSR	0x174, SEL_KERNEL
	movabs	$0x800000000000, %rdx
	mov	$USER_STACK, %ecx
	BASE
	sysexitq
PROBE "sysexitq: RCX not canonical"
	SETMSR	0x174, SEL_KERNEL
	lea	1f + ALIAS(%rip), %rdx
	movabs	$0x800000000000, %rcx
	BASE
	sysexitq
1:	ud2
PROBE "CPL 3: sysexit"
	SETMSR	0x174, SEL_KERNEL
	USER	1f
1:	sysexitq
PROBE "swapgs and wrgsbase"
	CR4SET	0x10000
	SETMSR	0xc0000101, 0x1111
	SETMSR	0xc0000102, 0x2222, 0xffff8000
	swapgs
	rdgsbase %rbx
	GETMSR	0xc0000102
	P " "
	H %rbx
	P " "
	H %rax
	DONE
PROBE "wrgsbase: not canonical"
	CR4SET	0x10000
	movabs	$0x800000000000, %rbx
	BASE
	wrgsbase %rbx
PROBE "wrgsbase of 32 bits"
	CR4SET	0x10000
	mov	$-1, %rbx
	wrgsbase %ebx
	rdgsbase %rax
	P " "
	H %rax
	DONE
PROBE "CPL 3: wrfsbase and rdfsbase"
	CR4SET	0x10000
	USER	1f
1:	mov	$0x1234, %ebx
	wrfsbase %rbx
	rdfsbase %rsp
	ud2

#include "../runtime.inc"
