	movq	%eax, %rbx
	movl	$1, %al
	bts	$63, %r14b
	mov	%cr3, %eax
	push	%eax
	add	%rax
	mov	(%rax), (%rbx)
	addq	$0x123456789, %rax
