# A required parameter left out, a parameter that does not exist, too many arguments: through two macros each.
.macro inner reg:req
	mov	%cr3, \reg
.endm
.macro outer reg
	inner \reg
.endm
.macro wrong reg
	mov	\rge, %rax
.endm
	outer
	wrong %rbx
	inner %rax, %rbx
