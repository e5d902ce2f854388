// Debug registers, single-stepping, and the shadows of MOV SS, POP SS and STI.
#include "../boot.inc"
#include "../probe.inc"

	.macro	WATCH address, control
	mov	$\address, %eax
	mov	%rax, %db0
	mov	$\control, %eax
	mov	%rax, %db7
	.endm
	.macro	STEP
	pushfq
	orl	$0x100, (%rsp)
	popfq
	.endm

	.irp	control, 0x10001, 0x10002, 0x50001, 0xd0001, 0x90001, 0x30001, 0x00001
PROBE "write of 4 bytes, DR7 \control"
	WATCH	TEST, \control
	RESUME	1
	BASE
	movl	$1, TEST
	nop
	DONE
PROBE "read of 1 byte, DR7 \control"
	WATCH	TEST, \control
	RESUME	1
	BASE
	movb	TEST, %al
	nop
	DONE
PROBE "write of 8 bytes reaching into it, DR7 \control"
	WATCH	TEST+8, \control
	RESUME	1
	BASE
	movq	$1, TEST + 4
	nop
	DONE
PROBE "write just below, DR7 \control"
	WATCH	TEST+8, \control
	RESUME	1
	BASE
	movl	$1, TEST + 4
	nop
	DONE
PROBE "write just above, DR7 \control"
	WATCH	TEST+8, \control
	RESUME	1
	BASE
	movb	$1, TEST + 12
	nop
	DONE
	.endr
PROBE "two breakpoints at once"
	mov	$TEST, %eax
	mov	%rax, %db0
	add	$2, %eax
	mov	%rax, %db1
	mov	$0x110005, %eax
	mov	%rax, %db7
	RESUME	1
	BASE
	movl	$1, TEST
	nop
	DONE
PROBE "one enabled, another matches too"
	mov	$TEST, %eax
	mov	%rax, %db0
	mov	%rax, %db1
	mov	$0x110001, %eax
	mov	%rax, %db7
	RESUME	1
	BASE
	movl	$1, TEST
	nop
	DONE
PROBE "push"
	WATCH	KERNEL_STACK-8, 0x90001
	BASE
	push	%rax
	nop
	DONE
PROBE "exchange counts as read and write"
	WATCH	TEST, 0xf0001
	RESUME	1
	BASE
	xchg	%eax, TEST
	nop
	DONE
PROBE "a write that faults doesn't trap"
	WATCH	TEST+0x5000, 0xd0001
	BASE
	movl	$1, TEST + 0x5000
	nop
	DONE
PROBE "rep movsb, the third byte"
	WATCH	TEST+2, 0x10001
	mov	$PAGE_B, %esi
	mov	$TEST, %edi
	mov	$5, %ecx
	RESUME	1
	BASE
	rep movsb
	nop
	P " ecx="
	H %rcx
	DONE
PROBE "execution"
	lea	1f(%rip), %rax
	mov	%rax, %db2
	mov	$0x20, %eax
	mov	%rax, %db7
	RESUME	0
	BASE
	nop
1:	nop
	nop
	DONE
PROBE "execution, resumed with RF"
	lea	set_rf(%rip), %rax
	mov	%rax, on_exception
	lea	1f(%rip), %rax
	mov	%rax, %db2
	mov	$0x20, %eax
	mov	%rax, %db7
	RESUME	5
	BASE
	nop
1:	nop
	nop
	DONE
PROBE "execution at the second byte of an instruction"
	lea	1f + 1(%rip), %rax
	mov	%rax, %db2
	mov	$0x20, %eax
	mov	%rax, %db7
	BASE
1:	mov	$1, %eax
	nop
	DONE
PROBE "general detect"
	mov	$0x2000, %eax
	mov	%rax, %db7
	BASE
	mov	%db7, %rax
	DONE
PROBE "general detect is cleared in the handler"
	mov	$0x2000, %eax
	mov	%rax, %db7
	THEN	1f
	BASE
	mov	%rbx, %db3
1:	mov	%db7, %rax
	P " "
	H %rax
	DONE
PROBE "general detect at CPL 3: #GP first"
	mov	$0x2000, %eax
	mov	%rax, %db7
	USER	1f
1:	mov	%db7, %rax

	.irp	insn, nop, "mov %eax, %ebx", "add $1, %eax", "push %rax", "pop %rax", pushfq, popfq, "call 5f", "jmp 5f", "int3", "int $0x80", "cpuid", "mov %cr3, %rax", "mov %rax, %cr2", "rep movsb", "ud2", "div %r15", "mov TEST + 0x5000, %rax", "mov %edx, %ss", "pop %rdx; mov %edx, %ss; nop", "sti", "cli", "wrmsr", "swapgs", "iretq", "syscall", ".byte 0xf1", "xchg %eax, TEST", "lgdt TEST + 0x5000"
PROBE "single step over: \insn"
	lea	9f(%rip), %rax
	xor	%edx, %edx
	mov	$0xc0000082, %ecx
	wrmsr
	SETMSR	0xc0000084, 0x100
	mov	$0xc0000102, %ecx
	xor	%eax, %eax
	pushq	$SEL_DATA
	pushq	$KERNEL_STACK
	pushq	$2
	pushq	$SEL_KERNEL
	lea	9f(%rip), %rdx
	push	%rdx
	mov	$SEL_DATA, %edx
	mov	$PAGE_A, %esi
	mov	$PAGE_C, %edi
	RESUME	1
	BASE
	STEP
	\insn
	nop
5:	nop
	nop
9:	P " end"
	DONE
	.endr
PROBE "single step of rep movsb: each iteration"
	mov	$3, %ecx
	mov	$PAGE_A, %esi
	mov	$PAGE_C, %edi
	RESUME	4
	BASE
	STEP
	rep movsb
	nop
	nop
	DONE
PROBE "a watchpoint and a step at once"
	WATCH	TEST, 0xd0001
	RESUME	1
	BASE
	STEP
	movl	$1, TEST
	nop
	DONE
PROBE "mov ss with a watchpoint: one instruction later"
	movl	$SEL_DATA, TEST
	WATCH	TEST, 0xf0001
	RESUME	1
	BASE
	mov	TEST, %ss
	nop
	nop
	DONE
PROBE "pop ss does not exist; lss has no shadow"
	movl	$KERNEL_STACK, TEST
	movw	$SEL_DATA, TEST + 4
	WATCH	TEST, 0xf0001
	RESUME	1
	BASE
	lss	TEST, %esp
	nop
	nop
	DONE
PROBE "mov ss twice: the second has no shadow"
	movl	$SEL_DATA, TEST
	WATCH	TEST, 0xf0001
	RESUME	1
	mov	$SEL_DATA, %eax
	BASE
	mov	TEST, %ss
	mov	%eax, %ss
	nop
	nop
	DONE
PROBE "single step: mov ss"
	mov	$SEL_DATA, %eax
	RESUME	2
	BASE
	STEP
	mov	%eax, %ss
	nop
	nop
	nop
	DONE
PROBE "DR6 gathers, the handler has to clear it"
	mov	$0xffff0ff8, %eax
	mov	%rax, %db6
	WATCH	TEST, 0xd0001
	RESUME	1
	BASE
	movl	$1, TEST
	nop
	DONE
PROBE "DR6.BT, BS after icebp"
	.byte	0xf1
	DONE
PROBE "BTF: a step over a branch only"
	SETMSR	0x1d9, 2
	RESUME	1
	BASE
	STEP
	nop
	nop
	jmp	1f
	nop
1:	nop
	nop
	DONE
PROBE "io breakpoint with DE"
	CR4SET	8
	mov	$0x80, %eax
	mov	%rax, %db0
	mov	$0x20001, %eax
	mov	%rax, %db7
	RESUME	1
	BASE
	out	%al, $0x80
	nop
	DONE
PROBE "io breakpoint without DE"
	mov	$0x80, %eax
	mov	%rax, %db0
	mov	$0x20001, %eax
	mov	%rax, %db7
	RESUME	1
	BASE
	out	%al, $0x80
	nop
	DONE
PROBE "popf sets TF: the next instruction is stepped"
	RESUME	1
	pushq	$0x102
	BASE
	popfq
	nop
	nop
	DONE
PROBE "iret sets TF: the first instruction there is stepped"
	RESUME	1
	pushq	$SEL_DATA
	pushq	$KERNEL_STACK
	pushq	$0x102
	pushq	$SEL_KERNEL
	lea	1f(%rip), %rax
	push	%rax
	BASE
	iretq
1:	nop
	nop
	DONE
PROBE "iret sets RF: the exec breakpoint there is passed"
	lea	1f(%rip), %rax
	mov	%rax, %db0
	mov	$2, %ecx
	mov	%rcx, %db7
	pushq	$SEL_DATA
	pushq	$KERNEL_STACK
	pushq	$0x10002
	pushq	$SEL_KERNEL
	push	%rax
	BASE
	iretq
1:	nop
	P " passed"
	DONE

set_rf:	orl	$0x10000, 32(%rbx)
	ret

#include "../runtime.inc"
