// 32-bit code at CPL 3: the ways in.
#include "../boot.inc"
#include "../probe.inc"

PROBE "to 32-bit code at CPL 3"
	pushq	$SEL_USER_DATA
	pushq	$USER_STACK
	pushq	$2
	pushq	$SEL_USER32
	lea	1f + ALIAS(%rip), %rbx
	push	%rbx
	iretq
	.code32
1:	mov	$0x12345678, %eax
	inc	%eax
	push	%eax
	ud2
	.code64
PROBE "sysretl to 32-bit code"
	lea	1f + ALIAS(%rip), %rcx
	mov	$2, %r11d
	mov	$USER_STACK, %esp
	sysretl
	.code32
1:	mov	%cs, %eax
	ud2
	.code64

#include "../runtime.inc"
