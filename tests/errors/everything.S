//@ titel all in one go
.macro bad reg:req
	frobnicate \reg
.endm
start:
	bad
	bad %rax
	movq	%eax, %rbx
	.frob 1
	jmp	1f
	.byte	undefined_thing * 2
	ret
.macro open
