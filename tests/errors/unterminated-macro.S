start:
	ret
.macro RESTORE reg
	mov	\reg, %cr3
