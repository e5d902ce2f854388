// Delivery: gates, stacks, error codes, contributory faults, NMIs.
#include "../boot.inc"
#include "../probe.inc"

	.macro	GATEBYTE vector, value
	movb	$\value, idt + (\vector) * 16 + 5
	.endm
	.macro	GATEIST vector, value
	movb	$\value, idt + (\vector) * 16 + 4
	.endm
	.macro	GATESEL vector, value
	movw	$\value, idt + (\vector) * 16 + 2
	.endm

PROBE "trap gate keeps IF"
	GATEBYTE 3, 0x8f
	pushq	$0x202
	popfq
	lea	show_if(%rip), %rax
	mov	%rax, on_exception
	int3
PROBE "interrupt gate clears IF"
	pushq	$0x202
	popfq
	lea	show_if(%rip), %rax
	mov	%rax, on_exception
	int3
PROBE "NT, AC, DF, RF on delivery"
	lea	show_if(%rip), %rax
	mov	%rax, on_exception
	pushq	$0x44cd7
	popfq
	int3
PROBE "stack is aligned to 16"
	mov	$KERNEL_STACK - 3, %esp
	int3
PROBE "IST for a kernel fault"
	GATEIST	13, 1
	mov	$1, %eax
	hlt_at_3 = 0
	mov	%rax, %cr8
	movabs	$0x8000000000000000, %rax
	mov	(%rax), %eax
PROBE "IST 7 of a TSS that holds 0: stack wraps"
	GATEIST	6, 0
	ud2
PROBE "gate not present: #NP"
	GATEBYTE 6, 0x0e
	ud2
PROBE "gate not present, int n: #NP"
	GATEBYTE 0x21, 0x0e
	int	$0x21
PROBE "gate of a wrong type"
	GATEBYTE 6, 0x85
	ud2
PROBE "gate with a null selector"
	GATESEL	6, 0
	ud2
PROBE "gate with a data selector"
	GATESEL	6, SEL_DATA
	ud2
PROBE "gate with a selector beyond the limit"
	GATESEL	6, 0x1000
	ud2
PROBE "gate to 32-bit code"
	GATESEL	6, SEL_BOOT
	ud2
PROBE "gate to code of DPL 3"
	GATESEL	6, SEL_USER
	ud2
PROBE "gate to code that is not present"
	movabs	$0x00af1a000000ffff, %rax
	mov	%rax, gdt_test
	GATESEL	6, SEL_TEST
	ud2
PROBE "gate beyond the IDT's limit: int n"
	movw	$0x20f, TEST
	lea	idt(%rip), %rax
	mov	%rax, TEST + 2
	lidt	TEST
	lea	full_idt(%rip), %rax
	mov	%rax, on_exception
	BASE
	int	$0x21
PROBE "handler address not canonical"
	movl	$0x8000, idt + 6 * 16 + 8
	ud2
PROBE "handler not mapped"
	movw	$0x5000, idt + 6 * 16
	movw	$0x4000, idt + 6 * 16 + 6
	ud2
PROBE "int n at CPL 3, gate of DPL 0"
	USER	1f
1:	int	$0x20
PROBE "int3 at CPL 3, gate of DPL 0"
	GATEBYTE 3, 0x8e
	USER	1f
1:	int3
PROBE "icebp at CPL 3, gate of DPL 0"
	USER	1f
1:	.byte	0xf1
PROBE "int 0x80 at CPL 3"
	USER	1f
1:	int	$0x80
PROBE "#UD at CPL 3"
	USER	1f
1:	ud2
PROBE "#DE at CPL 3"
	USER	1f
1:	xor	%ecx, %ecx
	div	%ecx
PROBE "#PF at CPL 3: read of the supervisor's"
	USER	1f
1:	mov	TEST, %eax
PROBE "#PF at CPL 3: write of the supervisor's"
	USER	1f
1:	mov	%eax, TEST
PROBE "#PF at CPL 3: not present"
	USER	1f
1:	mov	TEST + 0x5000, %eax
PROBE "#PF at CPL 3: fetch of the supervisor's"
	USER	1f
1:	mov	$TEST, %eax
	jmp	*%rax
PROBE "#GP at CPL 3: not canonical"
	USER	1f
1:	movabs	$0x8000000000000000, %rax
	mov	(%rax), %eax
PROBE "#SS at CPL 3: not canonical"
	USER	1f
1:	movabs	$0x8000000000000000, %rbp
	mov	(%rbp), %eax
PROBE "#AC at CPL 3"
	mov	$0x80050031, %eax
	mov	%rax, %cr0
	USER	1f
1:	pushq	$0x40002
	popfq
	mov	1(%rsp), %eax
PROBE "no #AC at CPL 0"
	mov	$0x80050031, %eax
	mov	%rax, %cr0
	pushq	$0x40002
	popfq
	mov	1(%rsp), %eax
	P " ok"
	DONE
PROBE "#NM: fwait with TS and MP"
	mov	$0x8001003b, %eax
	mov	%rax, %cr0
	BASE
	fwait
PROBE "into, bound: gone"
	.byte	0xce
PROBE "#DE while #DE cannot be delivered: #DF"
	GATESEL	0, SEL_DATA
	xor	%ecx, %ecx
	div	%ecx
PROBE "#GP while #PF is delivered: #DF"
	GATESEL	14, SEL_DATA
	mov	TEST + 0x5000, %eax
PROBE "#PF while #GP is delivered: #PF"
	GATEIST	13, 3
	movq	$TEST + 0x6000, tss + 52
	lea	restore_ist3(%rip), %rax
	mov	%rax, on_exception
	movabs	$0x8000000000000000, %rax
	mov	(%rax), %eax
PROBE "#PF while #PF is delivered: #DF"
	GATEIST	14, 3
	movq	$TEST + 0x6000, tss + 52
	lea	restore_ist3(%rip), %rax
	mov	%rax, on_exception
	mov	TEST + 0x5000, %eax
PROBE "#PF while #UD is delivered: #PF"
	GATEIST	6, 3
	movq	$TEST + 0x6000, tss + 52
	lea	restore_ist3(%rip), %rax
	mov	%rax, on_exception
	ud2
PROBE "#PF while int n is delivered: #PF"
	GATEIST	0x21, 3
	movq	$TEST + 0x6000, tss + 52
	lea	restore_ist3(%rip), %rax
	mov	%rax, on_exception
	int	$0x21
PROBE "IST not canonical: #SS"
	GATEIST	6, 3
	movabs	$0x8000000000000000, %rax
	mov	%rax, tss + 52
	lea	restore_ist3(%rip), %rax
	mov	%rax, on_exception
	ud2
PROBE "RSP0 not mapped: #PF on IST"
	GATEIST	14, 1
	movq	$TEST + 0x6000, tss + 4
	lea	restore_rsp0(%rip), %rax
	mov	%rax, on_exception
	USER	1f
1:	ud2
PROBE "stack pushes across pages, the second unmapped: nothing is lost"
	movq	$0, PT_TEST + 8 * 4
	movq	$PAGE_A + 3, PT_TEST + 8 * 5
	invlpg	TEST + 0x5000
	GATEIST	14, 1
	mov	$TEST + 0x5010, %esp
	ud2
PROBE "NMI"
	RESUME	1
	call	send_nmi
	nop
	nop
	P " back"
	DONE
PROBE "NMI in an NMI waits for IRET"
	lea	nmi_again(%rip), %rax
	mov	%rax, on_exception
	RESUME	2
	movl	$0, nmi_count
	call	send_nmi
	nop
	nop
	nop
	P " back"
	DONE
PROBE "NMI in an NMI: int3's iret lets it in"
	subq	$0x800, tss + 44
	lea	nmi_int3(%rip), %rax
	mov	%rax, on_exception
	RESUME	3
	movl	$0, nmi_count
	call	send_nmi
	nop
	nop
	nop
	P " back"
	addq	$0x800, tss + 44
	DONE
PROBE "NMI: a faulting iret lets it in"
	lea	nmi_bad_iret(%rip), %rax
	mov	%rax, on_exception
	RESUME	0
	movl	$0, nmi_count
	call	send_nmi
	nop
	nop
	DONE

show_if:
	pushfq
	pop	%rax
	P " in the handler fl="
	H %rax
	ret
full_idt:
	lidt	idt_pointer
	ret
restore_ist3:
	movq	$IST3, tss + 52
	ret
restore_rsp0:
	movq	$RSP0, tss + 4
	ret
nmi_again:
	cmpl	$0, nmi_count
	jne	1f
	incl	nmi_count
	call	send_nmi
	mov	$1000, %ecx
2:	loop	2b
	P " still inside\n"
1:	ret
nmi_int3:
	incl	nmi_count
	cmpl	$1, nmi_count
	jne	1f
	addq	$0x400, tss + 44
	call	send_nmi
	mov	$1000, %ecx
2:	loop	2b
	P " still inside\n"
	int3
	nop
	subq	$0x400, tss + 44
	P " after int3\n"
1:	ret
nmi_bad_iret:
	incl	nmi_count
	cmpl	$1, nmi_count
	jne	1f
	movq	$4, resume
	addq	$0x400, tss + 44
	call	send_nmi
	mov	$1000, %ecx
2:	loop	2b
	P " still inside\n"
	lea	3f(%rip), %rax
	mov	%rax, base
	pushq	$SEL_DATA
	pushq	$KERNEL_STACK
	pushq	$2
	pushq	$0
	pushq	$0
3:	iretq
1:	cmpl	$2, nmi_count
	ret

	.subsection 3
nmi_count:
	.long	0
	.subsection 0

#include "../runtime.inc"
