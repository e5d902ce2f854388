#= arithmetic
	.quad 1+2*3, (1+2)*3, 7/2, -7/2, 7%3, -7%3, 1<<4, -1>>60, 0xf0|0x0f, 0xff&0x3c, 5^3, 5!3
	.quad ~5, !5, !0, -5, +5, - -5, -~5, !!7
	.quad 1==1, 1!=1, 1<>2, 1<2, 2<=1, 2>1, 1>=2, 1&&2, 1&&0, 0||2, 0||0
	.quad 1+2==3, 2*3+4<<1, 1|2+4, 8-4-2, 2*6/4, 100/7%4
	.quad 1<<63, 1<<64, 1<<-1, 1>>64, 0x7fffffffffffffff+1, 0xffffffffffffffff*2
	.quad 0x8000000000000000/2, -1/2, -1%2, 0xffffffffffffffff/2
	.quad 3&1==1, 1+1&&0, 1<2<3, 5-3>1
#= numbers
	.quad 10, 0x1F, 0X1f, 017, 0b101, 0B11, 0, 00, 'a', 'a', '\n', '\\, '\', 'ab
	.quad 10u, 10ul, 0x10L, 1_000
#= numbers 2
	.quad 12abc
	.quad 08
#= division by zero
	.quad 1/0
	.quad 1%0
x = 1/0
	.if 1/0
	.endif
#= negative shifts
	.quad -1<<4, -16>>2, -16>>63, 5>>0, 5<<0
#= bad operands
x:	.quad x*2
	.quad x+x
	.quad -x
	.quad ~x
	.quad x&1
	.quad x<<1
	.quad foo*2
	.quad foo+bar
	.quad foo-bar
	.quad x/2
	.quad x%2
#= simplified operands
x:	.quad x+0, x-0, x*1, 1*x, x|0, x^0, x<<0, x/1, 0+x
#= comparisons of places
a:	nop
b:	nop
	jmp c
c:	.quad a==b, a<b, b-a, a!=b, c>a, c==a, a==a, a<=a
#= undefined comparisons
	.quad foo==foo, foo==bar, foo!=bar
	.quad foo<bar
#= parentheses
	.quad ((((1))))
	.quad 1+2)
	.quad [1+2]*3
#= spaces
	.quad 1 + 2 , 3 * 4 , ( 5 + 6 ) , - 7 , ~ 8
	.quad 1 2
#= dot
	.quad ., .+1, .-., 1+.
x:	.quad .-x, x-., (.-x)*2
#= registers
r = %rax
	.if r == %rax
	.byte 1
	.endif
#= big numbers
	.quad 0x10000000000000000
	.octa 0x10000000000000000
	.long 0x1ffffffff, 0xffffffff, 0x80000000, -0x80000000
	.quad 0xffffffffffffffff, -0xffffffffffffffff, 18446744073709551615, 18446744073709551616
	.octa -0x10000000000000000, 0xffffffffffffffff, -1
#= values in fields
	.byte 255, -128, 256, -129
	.short 65535, -32768, 65536, -32769
	.byte x, x+1
x = 300
	.byte y
y = 255
	.byte z
z = -129
	.long w
w = 0x1ffffffff
#= differences too large
	.byte b-a
a:	.skip 300
b:	.byte a-b, b-a
	.short b-a
#= deep
	.quad ((((((((((((((((((((1+1))))))))))))))))))))
	.quad --------------------1
	.quad ~~~~~~~~1
#= equal signs
	.quad 1=1
x = = 1
#= an operator behind a sum is the whole sum's
	.quad f+4@GOTOFF, (f+4)@GOTOFF, f-8@GOTOFF+4
	jb 1f+3@PLT
1:	jmp .-5@PLT
	lea f+4@GOTPCREL(%rip), %rax
	mov $f+4@GOTOFF, %rax
	.long 1b@PLT, g-4@GOTPCREL
#= operators choose the operand's size
	mov $a@GOTOFF, %rax
	mov $a@SIZE, %rax
	mov $a@SIZE, %eax
	movabs $a@GOT, %rax
	movabs a@TPOFF, %rax
	add $a@TPOFF, %rcx
#= operators that fit nowhere
	add $a@PLT, %ecx
	add $a@SIZE, %rcx
	add a@GOT(%rip), %rcx
	add a@SIZE(%rip), %rcx
	add a@TPOFF(%ebx), %rcx
	add a@SIZE(%rbx), %rcx
	jmp a@GOTOFF
	loop a@PLT
	call a@TPOFF
	jnz a@TPOFF
	movabs $a@PLT, %rax
	add a@GOTOFF, %rcx
	add $a@TLSCALL, %ecx
#= TLSCALL takes no room
	leaq a@TLSDESC(%rip), %rax
	call *a@TLSCALL(%rax)
#= the table of offsets from an immediate
	mov $_GLOBAL_OFFSET_TABLE_, %eax
	add $_GLOBAL_OFFSET_TABLE_, %rbx
	movabs $_GLOBAL_OFFSET_TABLE_, %rax
.Lx:	movabs $_GLOBAL_OFFSET_TABLE_-.Lx, %r11
	lea _GLOBAL_OFFSET_TABLE_+4(%rip), %rax
	call _GLOBAL_OFFSET_TABLE_
	cmpl $_GLOBAL_OFFSET_TABLE_+8, (%rbx)
	.code32
	add $_GLOBAL_OFFSET_TABLE_+(.-.Ly), %ebx
.Ly:
#= a local place needs no table
	jmp .Lc@PLT
	call .Lc@PLT
	lea .Lc@PLT(%rip), %rax
	mov .Lc@PLT, %rax
	.data
.Lc:
#= relocations without symbols
	call 0x123456789
	jmp 5
#= a byte's distance to a number
	loop 5
	loop 200
	jrcxz 0x80000000
	jmp 0x80000000
#= places less others, from the instruction's end
	add d-.(%rip), %rax
	add d-4-.(%rip), %rax
	add d-a(%rip), %rax
a:
#= local labels among the symbols
	jmp 2f
	.section .rodata,"aM",@progbits,1
2:
#= signs beyond 64 bits
	.octa ~010, ~0, ~5+1, ~-5, -5, --5, (~0xffffffffffffffff), ~1|5
#= calls of what turns out to be a number
	call u
	call v
	jmp u
u = g-.
v = 5
g:
#= distances are no equals of numbers
	.ifeq (d-.Lc) != 5
	.endif
#= fields that a difference just misses
	.hword (c-.Lc)-65536
c:
.Lc:
