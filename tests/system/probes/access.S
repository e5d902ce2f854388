// Every combination of CR4.SMEP, CR4.SMAP, CR0.WP, EFLAGS.AC and CPL, against every page by R/W, U/S and NX: for a read, a write and a
// fetch the error code of the #PF, or a dot where there is none.
#include "../boot.inc"
#include "../probe.inc"

	.set	TARGET, TEST + 0x3000

PROBE "pages: -- w- u- uw n n+w n+u n+uw; of each a read, a write, a fetch"
	movq	$1, quiet
	xor	%r12d, %r12d
1:	# What this line is about.
	P "\n"
	test	$16, %r12b
	jz	2f
	P " cpl3"
2:	test	$1, %r12b
	jz	2f
	P " smep"
2:	test	$2, %r12b
	jz	2f
	P " smap"
2:	test	$4, %r12b
	jz	2f
	P " wp"
2:	test	$8, %r12b
	jz	2f
	P " ac"
2:	P ":"
	mov	%r12d, %eax
	and	$3, %eax
	shl	$20, %eax
	or	$0x20, %eax
	mov	%rax, %cr4
	mov	$0x80000031, %eax
	mov	%r12d, %ebx
	and	$4, %ebx
	shl	$14, %ebx
	or	%ebx, %eax
	mov	%rax, %cr0
	xor	%r13d, %r13d
3:	# The page: PAGE_C, where a fetch finds `int $0x80'.
	mov	%r13d, %eax
	and	$3, %eax
	lea	PAGE_C + 1(, %rax, 2), %rax
	test	$4, %r13b
	jz	4f
	bts	$63, %rax
4:	mov	%rax, PT_TEST + 8 * 3
	movw	$0x80cd, PAGE_C
	xor	%r14d, %r14d
5:	invlpg	TARGET
	THEN	7f
	# RFLAGS.AC, and at CPL 3 the stack and code of the user.
	mov	%r12d, %eax
	and	$8, %eax
	shl	$15, %eax
	or	$2, %eax
	test	$16, %r12b
	jnz	6f
	push	%rax
	popfq
	jmp	access
6:	pushq	$SEL_USER_DATA
	pushq	$USER_STACK
	push	%rax
	pushq	$SEL_USER
	lea	access + ALIAS(%rip), %rax
	push	%rax
	iretq
7:	inc	%r14d
	cmp	$3, %r14d
	jb	5b
	inc	%r13d
	cmp	$8, %r13d
	jb	3b
	inc	%r12d
	cmp	$32, %r12d
	jb	1b
	DONE

access:	mov	$TARGET, %eax
	cmp	$1, %r14d
	je	1f
	ja	2f
	mov	8(%rax), %ebx
	int	$0x80
1:	mov	%ebx, 8(%rax)
	int	$0x80
2:	jmp	*%rax

#include "../runtime.inc"
