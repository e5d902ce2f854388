#include "../boot.inc"
#include "../probe.inc"

PROBE "ud2"
	ud2
PROBE "int3"
	int3
PROBE "int 0x80"
	int	$0x80
PROBE "int 0x21"
	int	$0x21
PROBE "icebp"
	.byte	0xf1
PROBE "div by zero"
	xor	%ecx, %ecx
	div	%ecx
PROBE "read of an unmapped page"
	mov	TEST + 0x5000, %rax
PROBE "write to an unmapped page"
	mov	%rax, TEST + 0x5008
PROBE "jump to an unmapped page"
	mov	$TEST + 0x5000, %eax
	jmp	*%rax
PROBE "non-canonical read"
	movabs	$0x8000000000000000, %rax
	mov	(%rax), %rax
PROBE "non-canonical stack"
	movabs	$0x8000000000000000, %rbp
	mov	(%rbp), %rax
PROBE "int3 from the user, resumed"
	RESUME	1
	USER	1f
1:	int3
	ud2
PROBE "int 0x21 from the user: #GP"
	USER	1f
1:	int	$0x21
PROBE "hlt at CPL 3"
	USER	1f
1:	hlt
PROBE "double fault: #PF with a #PF gate that is not present"
	movb	$0, idt + 14 * 16 + 5
	mov	TEST + 0x5000, %rax
PROBE "nmi"
	RESUME	1
	call	send_nmi
	nop
	nop
	P " back"
	DONE

#include "../runtime.inc"
