start:
	ret
