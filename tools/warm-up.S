/* What the build assembles so that V8's code cache holds the assembler: a little of everything that entry code uses. */
#include "../asm/include/calling.inc"

#ifdef __x86_64__
#define TWICE(x) ((x) + (x))
#define PASTE_(a, b) a##b
#define PASTE(a, b) PASTE_(a, b)
#define NAME(args...) .ascii #args
#endif

#if defined(TWICE) && TWICE(2) == 4 && !(1 ? 0 : 1 / 0)
#define HANDLERS 4
#elif 1
#error never
#else
#undef HANDLERS
#endif

.equ	FIRST, 0x20
vector = FIRST
first = FIRST * 2 - (1 << 3)

.macro idtentry vector:req name:req handler has_error=0 rest:vararg
	.ifb \handler
	.error "no handler"
	.elseif \vector == 3
	nop
	.else
	.ifc \name, "other"
	nop
	.endif
	.endif
	.globl	\name
	.type	\name, @function
	.balign	16, 0xcc
\name:
	.cfi_startproc
	.cfi_def_cfa rsp, 8 + \has_error * 8
	.if \has_error == 0
	pushq	$-1
	.cfi_adjust_cfa_offset 8
	.endif
	testb	$3, 8 + 8(%rsp)
	jnz	.Lfrom_user_\@
	call	\handler
	.cfi_remember_state
	jmp	1f
.Lfrom_user_\@:
	swapgs
	.cfi_restore_state
1:	addq	$8, %rsp
	iretq
	.cfi_endproc
	.size	\name, . - \name
.endm

	.code64
	.section .noinstr.text, "ax", @progbits
	idtentry 0x20, asm_first, first_handler, has_error=1
	idtentry vector=4 name=asm_second handler=PASTE(second_, handler)
	PUSH_AND_CLEAR_REGS rdx=(%rdi)
	SAVE_AND_SWITCH_TO_KERNEL_CR3 scratch_reg=%rax save_reg=%r14
	RESTORE_CR3 scratch_reg=%r15 save_reg=%r14
	POP_REGS pop_rdi=0
	movq	%rsp, %rdi; leaq 8(%rdi, %rcx, 8), %rsi
	movl	%gs:first(%rip), %eax
	lock cmpxchgq %rcx, (%rdi)
	rep movsb
	jmp	*%rax

	.rept	HANDLERS
0:	.byte	0x6a, vector - 0x80
	jmp	asm_first
	.fill	0b + 16 - ., 1, 0xcc
vector = vector + 1
	.endr
	.irp	reg, rax, rbx
	mov	%cr3, %\reg
	.endr

	.pushsection .data..table, "aw"
	.p2align 3
table:	.quad	asm_first, table + 8, 0x123456789
	.long	asm_second - ., 1, first
	.short	1
	NAME(some text\0)
	.skip	8 - (. - table) % 8, 0
	.org	table + 64
	.popsection
	.weak	later
	.set	alias, asm_first
	.hidden	alias
