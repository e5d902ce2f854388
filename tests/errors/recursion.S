.macro again n
	again \n
.endm
	again 1
