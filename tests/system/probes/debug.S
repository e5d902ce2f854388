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

	.irp	insn, nop, "mov %eax, %ebx", "add $1, %eax", "push %rax", "pop %rax", pushfq, popfq, "call 5f", "jmp 5f", "int3", "int $0x80", "cpuid", "mov %cr3, %rax", "mov %rax, %cr2", "rep movsb", "ud2", "div %r15", "mov TEST + 0x5000, %rax", "mov %edx, %ss", "pop %rdx; mov %edx, %ss; nop", "sti", "cli", "wrmsr", "swapgs", "iretq", "syscall", ".byte 0xf1", "xchg %eax, TEST", "verw TEST + 0x5000"
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

# Lengths and addresses: 4 bytes at TEST + 4, which a write of 1, 2, 4 or 8 bytes touches or just misses.
	.irp	access, "movb $1, TEST + 3", "movb $1, TEST + 4", "movb $1, TEST + 7", "movb $1, TEST + 8", "movw $1, TEST + 2", "movw $1, TEST + 3", "movw $1, TEST + 7", "movl $1, TEST", "movl $1, TEST + 1", "movq $1, TEST - 4", "movq $1, TEST", "movq $1, TEST + 8"
PROBE "4 bytes at 4: \access"
	WATCH	TEST+4, 0xd0001
	RESUME	1
	BASE
	\access
	nop
	DONE
	.endr
	.irp	control, 0x10001, 0x50001, 0x90001, 0xd0001
PROBE "an odd address, DR7 \control"
	WATCH	TEST+5, \control
	RESUME	8
	BASE
	movb	$1, TEST + 0
	movb	$1, TEST + 3
	movb	$1, TEST + 4
	movb	$1, TEST + 5
	movb	$1, TEST + 6
	movb	$1, TEST + 7
	movb	$1, TEST + 8
	nop
	DONE
	.endr
	.irp	at, 0xffc, 0xfff, 0x1000, 0x1003
PROBE "an access that crosses pages, \at watched"
	WATCH	TEST+\at, 0x30001
	RESUME	2
	BASE
	movq	$1, TEST + 0xffc
	mov	TEST + 0xffc, %rax
	nop
	DONE
	.endr
PROBE "an access that crosses into a page that isn't there"
	WATCH	TEST+0x2fff, 0x30001
	BASE
	movq	$1, TEST + 0x2ffc
	DONE
PROBE "both breakpoints of an instruction that reads and writes"
	mov	$TEST, %eax
	mov	%rax, %db0
	add	$0x1000, %eax
	mov	%rax, %db3
	mov	$0x30030041, %eax
	mov	%rax, %db7
	mov	$TEST, %esi
	mov	$TEST + 0x1000, %edi
	RESUME	1
	BASE
	movsb
	nop
	DONE
	.irp	control, 0x10001, 0x30001
PROBE "add to memory, DR7 \control"
	WATCH	TEST, \control
	RESUME	1
	BASE
	add	%al, TEST
	nop
	DONE
PROBE "a comparison that fails still writes, DR7 \control"
	WATCH	TEST, \control
	RESUME	1
	BASE
	lock cmpxchg %cl, TEST
	nop
	DONE
PROBE "bt far from its operand, DR7 \control"
	WATCH	TEST+16, \control
	mov	$128, %eax
	RESUME	2
	BASE
	bt	%rax, TEST
	bts	%rax, TEST
	nop
	DONE
	.endr
PROBE "prefetch and lea access nothing"
	WATCH	TEST, 0x30001
	BASE
	prefetcht0 TEST
	lea	TEST, %rax
	DONE
PROBE "execution isn't an access"
	lea	1f(%rip), %rax
	mov	%rax, %db0
	mov	$0x30001, %ecx
	mov	%rcx, %db7
	BASE
1:	nop
	nop
	DONE
PROBE "a local and a global breakpoint"
	mov	$TEST, %eax
	mov	%rax, %db1
	mov	%rax, %db2
	mov	$0x5500024, %eax
	mov	%rax, %db7
	RESUME	1
	BASE
	movb	$1, TEST
	movb	$1, TEST + 1
	nop
	DONE

# The stack.
	.irp	insn, "pop %rax", "pushfq", "call 1f", "ret", "enter $8, $0", "leave", "pushq TEST", "popq TEST", "iretq"
PROBE "the stack is watched: \insn"
	pushq	$SEL_DATA
	pushq	$KERNEL_STACK
	pushq	$2
	pushq	$SEL_KERNEL
	lea	1f(%rip), %rax
	push	%rax
	mov	%rsp, %rbp
	mov	%rsp, %db0
	lea	-8(%rsp), %rax
	mov	%rax, %db1
	mov	$0xbb0005, %eax
	RESUME	1
	BASE
	mov	%rax, %db7
	\insn
	nop
1:	nop
	DONE
	.endr
	.irp	slot, 8, 16, 24, 32, 40
PROBE "a frame is pushed over a breakpoint, ud2, -\slot"
	lea	ud_handler(%rip), %rax
	lea	idt + 6 * 16(%rip), %rdi
	mov	$0x8e00, %edx
	call	gate
	RESUME	1
	mov	%rax, base
	mov	$KERNEL_STACK - \slot, %eax
	mov	%rax, %db0
	mov	$0x90001, %eax
	mov	%rax, %db7
	ud2
	DONE
	.endr
PROBE "int n from CPL 3, the stack of CPL 0 is watched"
	RESUME	1
	lea	ud_handler(%rip), %rax
	lea	idt + 0x80 * 16(%rip), %rdi
	mov	$0xee00, %edx
	call	gate
	mov	%rax, base
	mov	$RSP0 - 16, %eax
	mov	%rax, %db0
	mov	$0x90001, %eax
	mov	%rax, %db7
	USER	1f
1:	int	$0x80

# Single step.
	.irp	insn, "enter $16, $3", leave, ret, "ret $8", "lretq", "jmp *%r12", "call *%r12", "jrcxz 5f", "loop 5f", "jne 5f", "je 5f", "bts %rax, TEST", "lock incl TEST", cmpsb, "repe cmpsb", "repne scasb", "rep stosq", "rep lodsb", "rdtsc", "sidt TEST", "str TEST", "lar %edx, %eax", "mov %db6, %rax", "mov %rax, %db3", "mov %rax, %cr3", "invlpg TEST", "clts", "mov %edx, %ds", "mov %edx, %fs", "rdmsr", "in $0x61, %al", "out %al, $0x80", "cld", "std", "pushfq; pushq $2; popfq; nop", xlatb, "int $0x81"
PROBE "single step: \insn"
	pushq	$SEL_KERNEL
	lea	5f(%rip), %r12
	push	%r12
	mov	%rsp, %rbp
	mov	$SEL_DATA, %edx
	mov	$PAGE_A, %esi
	mov	$PAGE_C, %edi
	mov	$PAGE_B, %ebx
	mov	$3, %ecx
	mov	$PML4, %eax
	RESUME	2
	BASE
	STEP
	\insn
	nop
5:	nop
	nop
	P " end"
	DONE
	.endr
PROBE "single step: rep with a count of 0"
	RESUME	2
	BASE
	STEP
	rep movsb
	nop
	nop
	DONE
PROBE "single step at CPL 3"
	RESUME	4
	USER	1f
1:	pushq	$0x102
	BASE
	popfq
	nop
	mov	%eax, %ebx
	int	$0x80
	nop
	nop
	ud2
PROBE "iretq to CPL 3 sets TF"
	RESUME	1
	pushq	$SEL_USER_DATA
	pushq	$USER_STACK
	pushq	$0x102
	pushq	$SEL_USER
	lea	1f + ALIAS(%rip), %rax
	push	%rax
	iretq
1:	nop
	nop
	ud2
PROBE "iretq with TF to CPL 3: the trap is there"
	RESUME	1
	lea	1f + ALIAS(%rip), %rax
	pushq	$SEL_USER_DATA
	pushq	$USER_STACK
	pushq	$2
	pushq	$SEL_USER
	push	%rax
	STEP
	iretq
1:	nop
	nop
	ud2
	.irp	mask, 0x100, 0
PROBE "syscall from CPL 3 with TF, masks \mask"
	lea	9f(%rip), %rax
	xor	%edx, %edx
	mov	$0xc0000082, %ecx
	wrmsr
	SETMSR	0xc0000084, \mask
	RESUME	2
	USER	1f
1:	STEP
	syscall
9:	nop
	nop
	DONE
	.endr
PROBE "sysretq sets TF"
	SETMSR	0xc0000081, 0, 0x001b0008
	lea	1f + ALIAS(%rip), %rcx
	mov	$0x102, %r11d
	RESUME	1
	sysretq
1:	nop
	nop
	ud2
PROBE "sysretq with TF: the trap is there"
	SETMSR	0xc0000081, 0, 0x001b0008
	lea	1f + ALIAS(%rip), %rcx
	mov	$0x2, %r11d
	RESUME	1
	STEP
	sysretq
1:	nop
	nop
	ud2

# RF and instruction breakpoints.
	.macro	BREAK label, index=0
	push	%rax
	lea	\label(%rip), %rax
	mov	%rax, %db\index
	mov	%db7, %rax
	or	$2 << (2 * \index), %eax
	mov	%rax, %db7
	pop	%rax
	.endm
	.irp	insn, nop, "jmp 2f", "call 2f", "rep movsb", "push %rax", "mov TEST, %rax", "cli", "cpuid", ud2, "int3", "int $0x80", "mov TEST + 0x5000, %rax", "mov %db7, %rax", "mov %rcx, %cr0"
PROBE "a breakpoint on: \insn"
	BREAK	1f
	mov	$3, %ecx
	mov	$PAGE_A, %esi
	mov	$PAGE_C, %edi
	BASE
	nop
1:	\insn
2:	nop
	DONE
PROBE "a breakpoint passed with RF: \insn"
	BREAK	1f
	mov	$3, %ecx
	mov	$PAGE_A, %esi
	mov	$PAGE_C, %edi
	lea	set_rf(%rip), %rax
	mov	%rax, on_exception
	mov	$0x80010033, %eax
	RESUME	1
	BASE
	nop
1:	\insn
	P " on"
2:	P " passed"
	DONE
	.endr
PROBE "the same breakpoint twice: RF lasts one instruction"
	BREAK	1f
	lea	set_rf(%rip), %rax
	mov	%rax, on_exception
	mov	$2, %ecx
	RESUME	3
	BASE
1:	loop	1b
	nop
	DONE
PROBE "a jump to itself is met each time"
	BREAK	1f
	lea	set_rf(%rip), %rax
	mov	%rax, on_exception
	RESUME	2
	BASE
1:	jmp	1b
PROBE "two breakpoints on an instruction, one of them enabled"
	BREAK	1f
	lea	1f(%rip), %rax
	mov	%rax, %db2
	BASE
	nop
1:	nop
	DONE
PROBE "popf clears RF"
	BREAK	1f
	RESUME	1
	pushq	$0x10002
	BASE
	popfq
1:	nop
	DONE
PROBE "a breakpoint, a watched word and a step at once"
	BREAK	1f, 1
	mov	$TEST, %eax
	mov	%rax, %db0
	mov	%db7, %rax
	or	$0x10001, %eax
	mov	%rax, %db7
	lea	set_rf(%rip), %rax
	RESUME	2
	BASE
	STEP
	movb	$1, TEST
1:	nop
	nop
	DONE
PROBE "a breakpoint before the fault of the fetch"
	mov	$TEST + 0x5000, %eax
	mov	%rax, %db0
	mov	$2, %ecx
	mov	%rcx, %db7
	BASE
	jmp	*%rax
PROBE "a breakpoint where the instruction crosses into another page"
	movb	$0xb8, PAGE_A + 0xfff
	movl	$0x11, PAGE_B
	movb	$0xc3, PAGE_B + 4
	mov	$TEST + 0xfff, %eax
	mov	%rax, %db0
	mov	$2, %ecx
	mov	%rcx, %db7
	lea	set_rf(%rip), %rcx
	mov	%rcx, on_exception
	RESUME	1
	BASE
	call	*%rax
	P " eax="
	H %rax
	DONE
PROBE "a breakpoint at CPL 3"
	lea	1f + ALIAS(%rip), %rax
	mov	%rax, %db0
	mov	$2, %ecx
	mov	%rcx, %db7
	USER	1f
1:	nop
	ud2

# I/O breakpoints.
	.macro	WATCH_PORT port, control
	CR4SET	8
	mov	$\port, %eax
	mov	%rax, %db0
	mov	$\control, %eax
	mov	%rax, %db7
	mov	$\port, %edx
	.endm
	.irp	insn, "in %dx, %al", "in %dx, %ax", "in %dx, %eax", "out %al, %dx", "out %ax, %dx", "out %eax, %dx", "dec %edx; out %ax, %dx", "dec %edx; out %al, %dx", "inc %edx; out %al, %dx", insb, outsb, "rep outsb", "rep insb"
PROBE "port 0x80, a byte: \insn"
	WATCH_PORT 0x80, 0x20001
	mov	$PAGE_A, %esi
	mov	$PAGE_C, %edi
	mov	$2, %ecx
	RESUME	2
	BASE
	\insn
	nop
	nop
	P " ecx="
	H %rcx
	DONE
	.endr
	.irp	insn, "out %al, $0x7f", "out %al, $0x80", "out %al, $0x83", "out %al, $0x84"
PROBE "ports 0x80 to 0x83: \insn"
	WATCH_PORT 0x81, 0xe0001
	RESUME	1
	BASE
	\insn
	nop
	DONE
	.endr
PROBE "an I/O breakpoint isn't one for memory"
	mov	$TEST, %eax
	CR4SET	8
	mov	$TEST, %eax
	mov	%rax, %db0
	mov	$0x20001, %eax
	mov	%rax, %db7
	BASE
	movb	$1, TEST
	nop
	DONE
PROBE "a port that is denied"
	WATCH_PORT 0x80, 0x20001
	USER	1f
1:	out	%al, $0x80

# MOV SS holds debug traps back (SDM vol. 3, 6.8.3), to the first instruction of a handler too.
	.macro	HOLD
	movl	$SEL_DATA, TEST
	WATCH	TEST, 0x30001
	.endm
	.irp	insn, nop, syscall, "div %r15", iretq, "cli", "pushfq", "mov TEST, %al", "mov TEST, %ss", "rep movsb", "mov %rax, %cr3", "mov %db7, %rcx"
PROBE "held by mov ss: \insn"
	HOLD
	pushq	$SEL_DATA
	pushq	$KERNEL_STACK
	pushq	$2
	pushq	$SEL_KERNEL
	lea	1f(%rip), %rax
	push	%rax
	mov	%rax, %r12
	xor	%edx, %edx
	mov	$0xc0000082, %ecx
	wrmsr
	mov	$PML4, %eax
	mov	$PAGE_A, %esi
	mov	$PAGE_C, %edi
	mov	$2, %ecx
	RESUME	2
	BASE
	mov	TEST, %ss
	\insn
	nop
1:	nop
	DONE
	.endr
	# Where the next exception but one is relative to; the next one is to its vector's stub.
	.macro	THEN_BASE label
	lea	\label(%rip), %rax
	mov	%rax, next_base
	lea	rebase(%rip), %rax
	mov	%rax, on_exception
	lea	stubs(%rip), %rax
	mov	%rax, base
	.endm
	.irp	insn, int3, "int $0x80", ud2, "mov TEST + 0x5000, %rax"
PROBE "held by mov ss into the handler: \insn"
	HOLD
	RESUME	1
	THEN_BASE 1f
1:	mov	TEST, %ss
	\insn
	.endr
	.irp	insn, int3, "int $0x80", ud2, "mov TEST, %rax"
PROBE "held by mov ss into the handler, at CPL 3: \insn"
	movl	$SEL_USER_DATA, PAGE_C
	WATCH	TEST+0x2000, 0x30001
	RESUME	1
	THEN_BASE 1f
	USER	1f
1:	mov	TEST + 0x2000, %ss
	\insn
	.endr
	.irp	insn, nop, syscall, "mov TEST + 0x2000, %rax"
PROBE "held by mov ss at CPL 3: \insn"
	movl	$SEL_USER_DATA, PAGE_C
	WATCH	TEST+0x2000, 0x30001
	lea	9f(%rip), %rax
	xor	%edx, %edx
	mov	$0xc0000082, %ecx
	wrmsr
	RESUME	2
	USER	1f
1:	mov	TEST + 0x2000, %ss
	\insn
	nop
	nop
	ud2
9:	DONE
	.endr
PROBE "mov ss holds back: a step, then an instruction breakpoint is passed"
	BREAK	1f
	mov	$SEL_DATA, %eax
	RESUME	3
	BASE
	STEP
	mov	%eax, %ss
1:	nop
	nop
	DONE
PROBE "an instruction breakpoint behind mov ss is passed"
	BREAK	1f
	mov	$SEL_DATA, %eax
	BASE
	mov	%eax, %ss
1:	nop
	nop
	DONE
PROBE "an instruction breakpoint two behind mov ss is not"
	BREAK	1f
	mov	$SEL_DATA, %eax
	BASE
	mov	%eax, %ss
	nop
1:	nop
	DONE
PROBE "an instruction breakpoint behind sti is not passed"
	BREAK	1f
	BASE
	sti
1:	cli
	DONE
PROBE "sti holds no watchpoint back"
	WATCH	KERNEL_STACK-8, 0xb0001
	RESUME	2
	BASE
	sti
	push	%rax
	cli
	DONE

# DR6 and DR7.
PROBE "DR7 reads with its fixed bits"
	mov	$0xffff23ff, %eax
	and	$~0x2000, %eax
	mov	%rax, %db7
	mov	%db7, %rbx
	xor	%eax, %eax
	mov	%rax, %db7
	P " "
	H %rbx
	DONE
PROBE "DR6 reads with its fixed bits"
	xor	%eax, %eax
	mov	%rax, %db6
	mov	%db6, %rbx
	mov	$0xffffffff, %eax
	mov	%rax, %db6
	mov	%db6, %rax
	P " "
	H %rbx
	P " "
	H %rax
	DONE
PROBE "DR6: BS and BD stay, B0 to B3 are new"
	mov	$0xffff6fff, %eax
	mov	%rax, %db6
	WATCH	TEST, 0x10001
	RESUME	1
	BASE
	movl	$1, TEST
	nop
	DONE
PROBE "DR6: a step clears B0 to B3"
	mov	$0xffff0fff, %eax
	mov	%rax, %db6
	RESUME	1
	BASE
	STEP
	nop
	nop
	DONE
PROBE "DR6: icebp leaves it alone"
	mov	$0xffff0ff5, %eax
	mov	%rax, %db6
	BASE
	.byte	0xf1
	DONE
PROBE "int $1 is no debug exception: GD stays"
	lea	int1(%rip), %rax
	lea	idt + 16(%rip), %rdi
	mov	$0x8e00, %edx
	call	gate
	mov	$0x2000, %eax
	mov	%rax, %db7
	BASE
	int	$1
	DONE
PROBE "general detect, DR6 and DR4 too"
	.irp	move, "mov %db6, %rax", "mov %rax, %db0", "mov %db4, %rax"
	mov	$0x2000, %eax
	mov	%rax, %db7
	THEN	1f
	BASE
	\move
1:	nop
	.endr
	DONE
set_rf:	orl	$0x10000, 32(%rbx)
	ret
rebase:	mov	next_base, %rax
	mov	%rax, base
	ret
	.subsection	3
next_base:	.quad	0
	.subsection	0
ud_handler:
	P " handler"
	DONE
	# GD is on as long as the register can't be read.
int1:	THEN	1f
	P " handler"
	BASE
	mov	%db7, %rax
1:	DONE

#include "../runtime.inc"
