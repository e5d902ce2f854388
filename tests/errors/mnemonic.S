.macro SAVE reg:req
	movq	%cr3, \reg
	frobnicate \reg
.endm
.macro ENTER_KERNEL reg:req
	SAVE reg=\reg
.endm
start:
	ENTER_KERNEL %r14
	ret
