# A kernel in a page and a program of CPL 3 above it: every entry saves and restores CR3 and GS whatever it interrupted, as a paranoid
# entry does. The test pokes `features`, the CR3 values and the tables, and injects interrupts and NMIs. Pages from `entry` on, in order:
# entry text, area (GDT, IDT, TSS, stacks; in both halves), the kernel's data (in its own half only), the program and its stack.
	.set	PTI, 1
	.set	PCID, 2
	.set	SMAP, 4
	.set	FSGSBASE, 8
	.set	LAZY, 0x200000			# pages that a fault brings in
	.set	WINDOW, 0x300000		# the page table of LAZY in the kernel's half, behind it that of the user's
	.set	ROUNDS, 24

	.text
	.globl	_start
_start:
	.org	0x400
entry:
	.macro	VECTOR number, error=0
	.balign	16
	.if	\error == 0
	push	$0
	.endif
	push	$\number
	jmp	common
	.endm
entry_nmi:	VECTOR	2
entry_gp:	VECTOR	13, 1
entry_pf:	VECTOR	14, 1
entry_timer:	VECTOR	0x20
entry_80:	VECTOR	0x80
entry_exit:
	hlt				# an NMI that was due wakes it once more
	jmp	entry_exit

	.macro	TO_KERNEL_CR3			# what was loaded stays in r14
	mov	%cr3, %r14
	testb	$PTI, features(%rip)
	jz	.Lsame\@
	mov	kernel_cr3(%rip), %rcx
	mov	%rcx, %cr3
.Lsame\@:
	.endm
	.macro	RESTORE_CR3
	testb	$PTI, features(%rip)
	jz	.Lsame\@
	testb	$PCID, features(%rip)
	jz	.Lflush\@
	bts	$63, %r14
.Lflush\@:
	mov	%r14, %cr3
.Lsame\@:
	.endm

common:	push	%rax
	push	%rcx
	push	%rdx
	push	%r13
	push	%r14
	cld
	testb	$SMAP, features(%rip)
	jz	1f
	clac
1:	mov	%rax, %rdx			# number and argument of a service
	TO_KERNEL_CR3
	testb	$FSGSBASE, features(%rip)
	jz	2f
	rdgsbase %r13
	lea	percpu(%rip), %rcx
	wrgsbase %rcx
	jmp	4f
2:	push	%rdx
	mov	$0xc0000101, %ecx
	rdmsr
	xor	%r13d, %r13d
	lea	percpu(%rip), %rcx
	cmp	%ecx, %eax
	je	3f
	swapgs
	inc	%r13d
3:	pop	%rdx
4:	incq	%gs:0				# faults where GS is the user's
	mov	40(%rsp), %rax
	cmp	$14, %eax
	je	page_fault
	cmp	$2, %eax
	je	nmi
	cmp	$0x20, %eax
	je	timer
	cmp	$0x80, %eax
	je	service_80
	ud2
leave:	testb	$FSGSBASE, features(%rip)
	jz	5f
	wrgsbase %r13
	jmp	6f
5:	test	%r13d, %r13d
	jz	6f
	swapgs
6:	RESTORE_CR3
	pop	%r14
	pop	%r13
	pop	%rdx
	pop	%rcx
	pop	%rax
	add	$16, %rsp
	iretq

page_fault:
	mov	%cr2, %rax
	sub	$LAZY, %rax
	shr	$12, %rax
	cmp	$512, %rax
	jae	bad
	orb	$1, WINDOW(, %rax, 8)
	orb	$1, WINDOW + 0x1000(, %rax, 8)
	incq	faults
	jmp	leave
bad:	ud2
nmi:	incq	nmis
	jmp	leave
timer:	incq	ticks
	jmp	leave
service_80:
	call	service
	mov	%rax, 32(%rsp)
	jmp	leave

# RDI, and what is at the user's address RSI, whose sum is the answer.
service:
	add	%rdi, total
	testb	$SMAP, features(%rip)
	jz	1f
	stac
1:	mov	(%rsi), %rax
	testb	$SMAP, features(%rip)
	jz	2f
	clac
2:	add	%rdi, %rax
	ret

syscall_entry:
	swapgs
	mov	%rsp, %gs:8
	lea	syscall_stack(%rip), %rsp
	push	%gs:8
	push	%rcx
	push	%r11
	push	%r14
	TO_KERNEL_CR3
	call	service
	RESTORE_CR3
	pop	%r14
	pop	%r11
	pop	%rcx
	pop	%rsp
	swapgs
	sysretq

	.org	0x1400
area:
gdt:	.quad	0, 0, 0x00af9b000000ffff, 0x00cf93000000ffff, 0, 0x00cff3000000ffff, 0x00affb000000ffff
gdt_end:
	.balign	16
percpu:	.quad	0, 0
features: .quad	0
kernel_cr3: .quad 0
	.balign	16
tss:	.fill	104, 1, 0
	.org	0x1c00
	.fill	0x180, 1, 0
nmi_stack:
	.fill	0x180, 1, 0
syscall_stack:
	.fill	0x100, 1, 0
entry_stack:
	.org	0x2400
idt:	.fill	4096, 1, 0
	.org	0x3400
kernel_data:
total:	.quad	0
faults:	.quad	0
nmis:	.quad	0
ticks:	.quad	0
	.org	0x4400
user:	mov	$ROUNDS, %ebx
	xor	%r8d, %r8d
	xor	%r9d, %r9d
	xor	%r10d, %r10d
	mov	$LAZY, %r12d
1:	mov	%rbx, %rdi			# a page that nobody has touched: the kernel's read faults
	mov	%r12, %rsi
	mov	$1, %eax
	syscall
	add	%rax, %r8
	movq	$3, (%r12)
	add	(%r12), %r10
	mov	%rbx, %rdi
	mov	$2, %eax
	int	$0x80
	add	%rax, %r9
	mov	%rbx, 0x1000(%r12)		# here the program's own write does
	add	0x1000(%r12), %r10
	add	$0x2000, %r12
	push	%rbx
	add	%gs:user_word - user_data, %r10
	pop	%rbx
	dec	%ebx
	jnz	1b
	int	$0x81
	.org	0x5400
user_data:
user_word: .quad 5
	.org	0x6400
user_stack:
