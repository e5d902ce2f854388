	.intel_syntax noprefix
	mov rax, cr3
	.att_syntax
	ret
