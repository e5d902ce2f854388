# What gdb and entrylab both look at. Text lies at 0x401000, data at 0x402000, without relocations; the data ends with its page.
	.globl _start
	.text
_start:	mov $1,%eax
	nop
loop:	jmp loop
	call func
	lea func(%rip),%rdx
	mov %fs:0x10(%rax,%rbx,4),%rcx
	lock cmpxchg %rcx,(%rdi)
	rep stosb
	.byte 0x06
	jne _start
	.type func,@function
	.size func,4
func:	push %rbp
	mov -8(%rbp),%eax
	ret
	.byte 0x0f,0xff
	.org 0x100
	int3
	swapgs
	iretq
	syscall
	mov %cr3,%rax
	wrmsr
	.macro object name size
	.globl \name
	.type \name,@object
	.size \name,\size
\name:
	.endm
	.data
	object q 8
	.quad 0x1122334455667788
	object msg 16
	.asciz "hello\n\001x"
	.fill 7,1,0
	object neg 16
	.quad -1,-2
	object ar 88
	.long 1,1,1,1,1,1,1,1,1,1,2,3,3,3,3,3,3,3,3,3,3,3
	object lst 1040
	.set i,0
	.rept 260
	.long i
	.set i,i+1
	.endr
	object s 301
	.fill 250,1,65
	.fill 50,1,66
	.byte 0
	object s3 60
	.ascii "ab"
	.fill 20,1,'x'
	.ascii "cd"
	.fill 12,1,'y'
	.fill 13,1,'z'
	.ascii "\0011\0339\377a"
	.fill 5,1,0
	object str2 64
	.asciz "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaabcde\"'\\\t\377\200 12"
	.org 0x700
	object fl 80
	.double 1.5, -0.1, 1e300, 0.0, -0.0, 123456789012345678, 1e-5, 100, 1e17, 1e16
	object fs 20
	.float 1.5, 0.1, 1e30, 16777216, 1e-5
	object special 40
	.quad 0x7ff0000000000000, 0xfff0000000000000,0x7ff8000000000000,0x3ff0000000000000, 1
	object ptrs 32
	.quad 0x402008, 0x401000, 0x401005, 0x5
	.org 0x800
	object stack 0x100
	.quad 0x11, 0x402000, 0x401006, -5, 0x402008, 0, 7
	.org 0xff0
	object last 16
	.ascii "no end in sight!"
