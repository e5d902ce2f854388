//@ entyr start
//@ vary PTI NO_SUCH_FEATURE
//@ expect cr3 == (
//@ expect cr3 == saved_cr3
start:
	ret
