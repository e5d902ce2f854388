#include "no-such-file.inc"
start:
	ret
