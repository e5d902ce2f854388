// 32-bit code at CPL 3: the ways in and out, segments.
#include "../boot.inc"
#include "../probe.inc"

PROBE "to 32-bit code at CPL 3"
	pushq	$SEL_USER_DATA
	pushq	$USER_STACK
	pushq	$2
	pushq	$SEL_USER32
	lea	1f + ALIAS(%rip), %rbx
	push	%rbx
	iretq
	.code32
1:	mov	$0x12345678, %eax
	inc	%eax
	push	%eax
	ud2
	.code64
PROBE "sysretl to 32-bit code"
	lea	1f + ALIAS(%rip), %rcx
	mov	$2, %r11d
	mov	$USER_STACK, %esp
	sysretl
	.code32
1:	mov	%cs, %eax
	ud2
	.code64

	# To 32-bit code at CPL 3, with data segments.
	.macro	USER32 label
	mov	$SEL_USER_DATA, %eax
	mov	%eax, %ds
	mov	%eax, %es
	pushq	$SEL_USER_DATA
	pushq	$USER_STACK
	pushq	$2
	pushq	$SEL_USER32
	lea	\label + ALIAS(%rip), %rax
	push	%rax
	iretq
	.endm
	.macro	DESCRIPTOR value, slot=0
	movabs	$\value, %rax
	mov	%rax, gdt_test + 8 * (\slot)
	.endm
	# Ends a probe with a value in the stack pointer that the exception prints.
	.macro	TELL register
	mov	\register, %esp
	ud2
	.endm

PROBE "int 0x80 and back"
	RESUME	1
	USER32	1f
	.code32
1:	mov	$0x1234, %eax
	int	$0x80
	inc	%eax
	TELL	%eax
	.code64
PROBE "int3"
	USER32	1f
	.code32
1:	int3
	.code64
PROBE "into"
	USER32	1f
	.code32
1:	mov	$0x7f, %al
	inc	%al
	into
	ud2
	.code64
PROBE "bound"
	USER32	1f
	.code32
1:	mov	$5, %eax
	push	$4
	push	$1
	bound	%eax, (%esp)
	ud2
	.code64
PROBE "syscall is undefined on Intel's"
	USER32	1f
	.code32
1:	syscall
	.code64
PROBE "sysenter"
	SETMSR	0x174, SEL_KERNEL
	SETMSR	0x175, KERNEL_STACK
	mov	$0x176, %ecx
	lea	2f(%rip), %rax
	xor	%edx, %edx
	wrmsr
	USER32	1f
	.code32
1:	mov	$7, %eax
	sysenter
	.code64
2:	mov	%cs, %ecx
	mov	%ss, %edx
	P " cs="
	H %rcx
	P " ss="
	H %rdx
	P " sp="
	H %rsp
	P " ax="
	H %rax
	DONE
PROBE "sysexitl"
	SETMSR	0x174, SEL_KERNEL
	lea	1f + ALIAS(%rip), %rdx
	mov	$USER_STACK, %ecx
	sysexitl
	.code32
1:	push	%cs
	ud2
	.code64
PROBE "far jump to 64-bit code and back"
	USER32	1f
	.code32
1:	ljmp	$SEL_USER, $2f + ALIAS
	.code64
2:	mov	$0x10000000, %eax
	shl	$4, %rax
	pushq	$SEL_USER32
	lea	3f(%rip), %rbx
	push	%rbx
	lretq
	.code32
3:	dec	%eax
	TELL	%eax
	.code64
PROBE "far call and return within"
	USER32	1f
	.code32
1:	lcall	$SEL_USER32, $2f + ALIAS
	TELL	%eax
2:	mov	4(%esp), %eax
	lret
	.code64
PROBE "far return to CPL 3 from 64-bit code"
	pushq	$SEL_USER_DATA
	pushq	$USER_STACK
	pushq	$SEL_USER32
	lea	1f + ALIAS(%rip), %rax
	push	%rax
	lretq
	.code32
1:	push	%ss
	ud2
	.code64
PROBE "iretl within"
	USER32	1f
	.code32
1:	pushfl
	push	%cs
	push	$2f + ALIAS
	iretl
2:	TELL	%esp
	.code64
PROBE "page fault"
	USER32	1f
	.code32
1:	mov	$TEST + 0x7000, %ebx
	mov	%eax, 4(%ebx)
	.code64
PROBE "null DS"
	USER32	1f
	.code32
1:	xor	%eax, %eax
	mov	%eax, %ds
	mov	(%ebx), %eax
	.code64
PROBE "limit of DS"
	DESCRIPTOR 0x0040f30000000fff
	USER32	1f
	.code32
1:	mov	$SEL_TEST + 3, %eax
	mov	%eax, %ds
	mov	$0xffd, %ebx
	mov	%es:(%esp), %eax
	mov	(%ebx), %eax
	.code64
PROBE "base and limit of ES"
	DESCRIPTOR 0x4040f30000000fff
	SETPTE	0, PAGE_A + 7
	movl	$0x11223344, PAGE_A + 0xffc
	USER32	1f
	.code32
1:	mov	$SEL_TEST + 3, %eax
	mov	%eax, %es
	mov	%es:0xffc, %eax
	TELL	%eax
	.code64
PROBE "expand-down"
	DESCRIPTOR 0x0040f70000000fff
	USER32	1f
	.code32
1:	mov	$SEL_TEST + 3, %eax
	mov	%eax, %ds
	mov	%ds:0xfff, %al
	.code64
PROBE "write to read-only data"
	DESCRIPTOR 0x00cff1000000ffff
	USER32	1f
	.code32
1:	mov	$SEL_TEST + 3, %eax
	mov	%eax, %ds
	mov	(%esp), %ecx
	mov	%eax, %ds:(%esi)
	.code64
PROBE "write through CS"
	USER32	1f
	.code32
1:	mov	%cs:2f + ALIAS, %eax
2:	mov	%eax, %cs:(%esp)
	.code64
PROBE "around 4 GiB"
	USER32	1f
	.code32
1:	mov	$-2, %ebx
	mov	(%ebx), %eax
	.code64
PROBE "stack around 4 GiB"
	USER32	1f
	.code32
1:	mov	$2, %esp
	push	%eax
	.code64
PROBE "iretq beyond the limit of CS"
	DESCRIPTOR 0x0040fb000000ffff
	pushq	$SEL_USER_DATA
	pushq	$USER_STACK
	pushq	$2
	pushq	$SEL_TEST + 3
	pushq	$0x12345
	iretq
PROBE "code with a base"
	DESCRIPTOR 0x4040fb200000ffff
	USER32	1f
	.code32
1:	ljmp	$SEL_TEST + 3, $2f
2:	mov	$0x20000, %eax
	jmp	*%eax
	.code64
PROBE "call gate to CPL 0"
	lea	2f(%rip), %rax
	mov	%rax, %rbx
	movzwl	%ax, %ecx
	shr	$16, %rbx
	shl	$48, %rbx
	movabs	$0x0000ec0000000000 + (SEL_KERNEL << 16), %rdx
	or	%rcx, %rdx
	or	%rbx, %rdx
	mov	%rdx, gdt_test + 16
	movq	$0, gdt_test + 24
	USER32	1f
	.code32
1:	lcall	$SEL_TEST + 16 + 3, $0
	.code64
2:	pop	%rax
	pop	%rbx
	pop	%rcx
	pop	%rdx
	P " cs="
	H %rbx
	P " sp="
	H %rcx
	P " ss="
	H %rdx
	DONE
PROBE "registers keep to 32 bits"
	movabs	$0x1111111122222222, %rsi
	USER32	1f
	.code32
1:	inc	%esi
	TELL	%esi
	.code64

#include "../runtime.inc"
