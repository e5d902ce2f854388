#= random 0
	.comm b, 2, 32
	.sleb128 255,65536,(h)
	n %rax, "a""b", x = 4
	.macro mm x
	.irp i,\y
	.byte \i
	.endr
	.irp i,\y
	.byte \i
	.endr
	.endm
a:
b:
#= random 1
	.double 0 , 5.
.Lc:
b:
	.nops (0+16)
	.dcb.d 2, 8
	.single nan,5.,5.
	.hfloat 0f1.5
	.bfloat16 1e400
s = 100
	.quad 16, 2, 1
#= random 4
	.macro n
x&y
	LOCAL q
q:	jmp q
	.exitm
	.endm
	.macro m x, y
a\x\y:
	.byte \z
	n \x
	.endm
.La:
	.macro .mac x, y
\x:
	n \x
	.ifb \y
	.byte 9
	.endif
.L\@:
	.endm
.La:
	.macro m x=1, y=2
	.irp i,\y
	.byte \i
	.endr
	.endm
	.macro .mac x=5 y:vararg
	.ifb \y
	.byte 9
	.endif
.L\@:
a\x\y:
	.endm
	.macro .mac x=5 y:vararg
	.ascii "\x"
	.macro inner z
	.byte \z
	.endm
	inner 3
	.purgem inner
	.endm
f:
.Lc:
	.macro mm x, y:vararg
	LOCAL q
q:	jmp q
	.irp i,\y
	.byte \i
	.endr
	.byte \z
	n \x, \y
	.endm
a:
#= random 5
.Lc:
f:
#= random 6
	.4byte (3-3), 2
g:
d:
	.noaltmacro
1:
#= random 7
	.cfi_sections .debug_frame
	.data
	.ldouble nan
	.cfi_sections .eh_frame
	.cfi_sections .debug_frame
	.int u+127 , s@TLSLD , 16-1
	.section .text.hot,"awx",@progbits
d:
.La:
	.cfi_window_save
	.cfi_sections .debug_frame
	.section .tdata
	.double 1e-10 , 1e400 , 3.14
.La:
	.cfi_rel_offset r12, 16
#= random 8
	m 'a
	.string32 "\t\8\f\n","\101\xff\r"
	.protected .La
f:
1a:
	.word 3
	.weakref g, ext
	.section foo,"e",@progbits
	.long (1
#= random 13
3:
.Lb:
#= random 14
	.fill 16, 0, 15
	.p2align 4,0,5
.Lb:
#= random 15
	ja f
	rep movsb
a:
1:
d:
#= random 16
	.equ u,(.La-f) ^ 15
	.pushsection foo,"e",@note,unique,2
	.macro mm x=1, y=2
	.byte x
	.endm
	.irp x 
	n \x
	m 
	.endr
	.long 16
.La:
	n "s" !
	.ifge 8
	.long (7==16)
	.endif
	.set s, 0xffffffffffffffff
	.string64 "\b\n\b\0", ""
	ja u
d:
	.p2align 1
b:
f:
#= random 17
.Lb:
	.org g+5, 0
	.local t
	.global .La
	.noaltmacro
g:
.La:
#= random 20
	.hword .Lb@GOTPCREL , 16<>(s) , 100<>1b-'x
	.long a b
	.comm a,-1
	.short ext,c-.Lb
	.word .Lb-.Lb , . , 128
	.8byte 0x123456789abcdef0, 3
	.else
	.hidden
g:
3:
	n 
.La:
	.mac 'a, -1, %rax
#= random 21
3:
u = .Lc
3:
	.section .bss,"awT",@0x7,unique,2
.Lc:
#= random 22
	.byte a@FOO
	.mac 
	.comm a,-1
	.byte 1,
#= random 24
	loop g
	.nop
	.sleb128 main-f, b+2>0xffffffffffffffff
	.org 8
#= random 25
	.size a, !3
b:
1:
	.globl v
	.popsection
	.p2align 5,,3
	.sleb128 (f-c) ^ 1000
1:
	.type s, @gnu_indirect_function
	.sleb128 ~(a-.La) , 4|2 , 5
	.size u, .-u
g:
g:
f:
a:
c:
.La:
#= random 26
	.skip 200
	.skip 200
3:
#= random 27
	.short 15
	.ascii ",#\r","\f/*x"
	.rept 2
	.octa 5
d:
	.endr
g:
	mov %rsp,%rbp
	.float 0e2
	.cfi_startproc
	ja w
	xbegin .-5
	.cfi_personality 3,ext
	.cfi_endproc
	.ifge (16+3)
	.short 5 , 2 , (31&5)
	.endif
f:
#= random 28
	.previous
	.cfi_sections .eh_frame
	.internal ext
a:
	.set u, 0x80000000 - 31
#= random 30
.La:
3:
.La:
	.weakref .Lb, .Lc
#= random 32
1:
	.2byte v+1000
1:
	.ifc "s",(1 + 2)
	.octa .Lc<.Lc,4
	.elseif 4
.Lb:
	.else
	.word 7-5 , 0xffffffffffffffff*256 , 0x123456789abcdef0-0x7fffffffffffffff
	.endif
	.string8 "\xffx","\f","\n\\"
	.string16 ""
	.globl main
f:
.Lc:
main:
#= random 36
	.string64 "\r," , "" , ";\8"
	.macro .mac x, y
	.long \x+1
x&y
	.endm
	.macro n x y
	LOCAL q
q:	jmp q
	.endm
	.string16 "#\a\101#"
	.ascii "\xffabc\8\\","\r\f\0",";\tx"
	.macro n x, y:vararg
	n \x, \y
	.byte x
	.endm
	.macro m
	.long \x+1
	.byte \z
	.ifc \x,\y
	.byte 7
	.endif
	.byte \x
	.endm
	.macro mm
x&y
	.exitm
	.endm
	.ascii "\\","\0\t\xff\n","\xff"
a:
f:
#= random 38
	.hword 16
1:
	.skip 100
	.ifnes "\xff\xff;",""
	n 
	.elseif 15
	mov .-g(%eax),%ebx
	.else
	add $c>=c,%ecx
	.endif
	.ifge 4
.Lc:
	.endif
1:
f:
2:
	.skip 127
f:
3:
	.int -129 - 3 , b+2
.Lb:
	.octa c@SIZE,main-.,c
.La:
b:
c:
g:
main:
#= random 41
	.equ u,5
d:
	.internal v
2:
.La:
c:
	.local v
#= random 44
main:
.Lb:
d:
2:
	.sleb128 15 , a>c
d:
	.skip 200
a:
c:
#= random 48
	.quad 1)
	.hword .Lb-.Lc
	.cfi_startproc
	.cfi_lsda 3,a
	.cfi_def_cfa_register %rip
	.cfi_def_cfa_register 6
	.cfi_restore_state
	.cfi_endproc
	.fill 1, 3
#= random 49
	nop
	.quad 4,(0*2),16
	.2byte 0x123456789abcdef0
	call .-5
	.section .rodata,"aG"
b:
# 12 "other.s"
	nop
#= random 50
	.noaltmacro
	.balign 3
a:
	.exitm
	.noaltmacro
	lea a-100(,%rcx,4),%rdx
#= random 52
d:
	.comm ext, (5/31), 4
3:
	.foo
	m 'a, x = 4, -1
2:
	.rept
	.8byte .Lc
	.hword 'x
a:
	.set a,
#= random 53
	.global .Lb
	.value (.La-b)*7, g-b, a-.
	.ifeq (b-d)||255
	jnz s
	.elseif (16&4)
	.word main>=d,0x80000000
	.else
t = b
	.endif
	.byte main@GOTPCREL+4,g-.
	.macro .mac
	.byte x
	.byte \y
	LOCAL q
q:	jmp q
	.ifnb \y
	.byte \y
	.else
	.byte 8
	.endif
	.endm
	call puts
	.p2align 4, (5==5)
	.equ t,100
	call f
	.value h@GOTOFF,(16>=1)
	.equ v,g
a:
b:
d:
f:
g:
.La:
.Lb:
main:
#= random 54
	int $puts
	.lcomm puts, 2, 32
	movb $0x80000000>=0b101,%al
	.macro mm x=5 y:vararg
	n \x
	.byte "\x"
	.byte \z
	.endm
	swapgs
.La:
	mov %rsp,%rbp
#= random 55
	jrcxz .+2
	.short (.Lb-main)>=-129
	jb u
	mov (a-.La)||'x(%eax),%ebx
	ret
	.p2align 4,,4
b:
	movabs $100 << -1,%rax
2:
	call s
	jmp .Lc
	pause
a:
.La:
.Lb:
.Lc:
main:
#= random 56
f:
	nop
d:
	.previous
	jnz a
a:
#= random 57
	.ifb 1
g:
	.elseif 8
a:
	.else
	.set t, .Lc+1000
	.endif
	.2byte .La@TLSLD , main>=f , !65535
b:
	.uleb128 v+-129
u = 65535&&0x80000000
f:
.La:
.Lc:
main:
#= random 58
t == .Lb-g
	.previous
	.balignl 1
	.long f-.Lb
	.if 100
	mm 1 -1,1 -1
	.else
	.long 15, 8
	.endif
#= random 60
	.8byte 2 , main-f
	.sleb128 d - .Lc , b - d , (d-main)&&5
2:
1:
	.4byte f@DTPOFF,.Lc-main,u-0b101
	.irpc x,1 2
	.ifnb \y
	.byte \y
	.else
	.byte 8
	.endif
	.endr
	.sleb128 +(d-a)
	mm 1 -1, a b, -1
a:
b:
d:
f:
.Lc:
main:
#= random 61
.Lc:
	.noaltmacro
2:
#= random 63
d:
2:
	.skip 130
1:
	.asciz "\0\0","\x41\0","\t#\b"
b:
#= random 64
	.type puts, %function
	.sleb128 w,65535,!010
	jmp v
	.nops 8
	.weakref ext, puts
	swapgs
a:
	xbegin c
	}
	.equiv .Lc, 0
	cmpw $.,(%rdi)
	.subsection
	.8byte 1000<>main+256,f-.La,w-0xffffffff
	.skip 129
	foo %rax
#= random 65
	.cfi_startproc
	.cfi_remember_state
	.skip 128
	.quad 5,15
	.cfi_restore_state
	.cfi_endproc
	.section .note.x,"awx",@unwind
	.section .init.text,"aR",@init_array
	.cfi_startproc
	jb h
	.cfi_lsda 0x1b,.La
	.cfi_endproc
	.cfi_startproc
	.cfi_endproc
2:
f:
f:
.La:
#= random 67
	.sleb128 f - .Lb
	.dcb.l 1, 100
	.pushsection .tdata,"ax",@unwind
	jmp 1f
	.balignw 4,,7
	.globl w
	.long 1, 1
	.macro n x, y:vararg
x&y
	.endm
f:
.Lb:
1:
#= random 68
	.macro m x:req y:req
	.byte \y
	.ascii "\x"
	.endm
	.irp x x = 4,"a,b",x=3
.L\@:
	.short 31, 4
	.endr
	.irpc x,123
	.ifc \x,\y
	.byte 7
	.endif
	.endr
3:
	.macro .mac x:req y:req
	LOCAL q
q:	jmp q
	.byte \x \y
	.ifc \x,\y
	.byte 7
	.endif
	.endm
	.section .bss,"aMS"
	jb 1f
a:
b:
1:
#= random 69
	.skip 200
	.quad .
	mov $1,$2
	.size a, .-a
a:
	.pushsection .data.rel
	.else
	n -1, 1 -1
	.byte @
	.fill
	.uleb128
d:
#= random 70
	.popsection
.Lc:
	.octa 5 , 16 , 4
d:
a:
	.section .rodata.str1.1,""
#= random 71
	.noaltmacro
	.asciz "\xff\xff\""
	.long 15
	.8byte 256-4 , f+1000
f:
#= random 72
	.ascii "\babc\t\xff"
	.word 7,main - f,(b-g) / 1000
	.text
	.set v, 0
	.text
	.byte 3/1,.-g,(t+3)
	.nop
	.octa 2
	.byte 256 , .La>g , t+-1
	.ifne 3
	.short 31,1
	.elseif 31
	mov -129/31(%eax),%ebx
	.else
	.octa 5, (16/16)
	.endif
	pause
b:
f:
g:
.La:
main:
#= random 76
	.equ v,(2)
	.quad 8,0
	pause
	mov $010,%rax
f:
2:
	.equ u,010
	.short (5*31)
	syscall
d:
	.long 1,5
main:
#= random 77
	.octa .Lc!=a
main:
c:
	.quad ext, b@GOTPCREL, (.Lb-.)
.La:
	.int -1 , d - .Lc
	.hword +(d-f) , !(c-b) , (.-.La)
	.octa 31 , 5
	.short .Lb-.La,!0,4
3:
a:
b:
d:
f:
.Lb:
.Lc:
#= random 78
	.p2align 0, 7
	jnz puts
	.type v, %function
	syscall
	.macro .mac x=1, y=2
	.long \x+1
a\x\y:
	.byte x
	.endm
b:
	.byte 0xffffffff,31
	.cfi_startproc
	.cfi_return_column 8
	.skip 124
	.cfi_endproc
	mm 1, "s", 1 -1
	mm 'a,x=3,-1
	.quad 0
	pause
a:
#= random 79
	m a
1:
d:
	mm 'a
	ret
	.symver a
#= random 80
	.pushsection foo
	.int 0x7fffffffffffffff
.La:
	m !
	.altmacro
	.string8 ";,\a" , "\a\nx"
	.set s, (c-b) - 0x7fffffff
	.skip 124
	.irp x 1+(2 3),a
	n \x
	.4byte g-.Lc,-(b-main)
	.endr
a:
b:
c:
g:
.Lc:
main:
#= random 81
	.skip 120
	lock incl (%rax)
	.sleb128 65536,.Lb-main,.Lc - f
	.data
v = main-.
	.byte ext, ~5
f:
.Lb:
.Lc:
main:
#= random 82
	.skip 100
	.long (a-g) + 010 , b@GOTPCREL
	.int g, v-0xffffffffffffffff, .-f
	mm 
2:
2:
	.skip 127
	.skip 126
a:
b:
f:
g:
#= random 83
	.weakref ext, v
	.octa 4,0
#= random 84
	.sleb128 c-c
1:
c:
#= random 86
	rep movsb
	.popsection
	.skip 126
	.sleb128 4 / 15, 128/0x100000000, .-c
	.weakref .La, h
	.sleb128 0xffffffff,31
	.2byte b@SIZE , 3 , (a-a)
	.byte ~(b-.La), (a-a)!=65536
	.comm s, (4==3), 2
	movb $a,%al
	.cfi_return_column 8
a:
b:
c:
.La:
#= random 87
	pause
.Lc:
	.sleb128 s , t+0xffffffff
#= random 88
c:
2:
	n 
.Lb:
d:
main:
g:
3:
	.byte 16 , 5 , 8
	.quad 0 , 2
.La:
c:
	m a, 1 + 2
a:
#= random 90
	mm x=3 a
	.ifdef b
	.byte s@TPOFF+4, !31
	.endif
	.2byte b<d,f>b,w@TLSGD+4
	.org .+5
	.previous
	.size ext, .-ext
	.internal main
t = (.La-5)
	.4byte d@GOTOFF
u = u-1
a:
b:
d:
f:
.La:
main:
#= random 91
	.ifnb "a,b"
	.byte (8/8),3
	.endif
	.sleb128 f!=main,(c-.La)+0,w
	call main
	.macro mm x y
	.error "\x"
a\x\y:
	.ifc \x,\y
	.byte 7
	.endif
a\x\y:
	.endm
	mov %gs:.Lb>=.Lb,%rax
	.nops 31, 10
	.skip 125
	.weakref .Lb, t
	.macro .mac x="a b" y=(1+2)
	.byte \x
	.macro inner z
	.byte \z
	.endm
	inner 3
	.purgem inner
	.endm
	.set u, ~0x7fffffff
	.uleb128 g-.,65535&0xffffffff
d:
	.cfi_startproc simple
	.skip 129
	.cfi_endproc
	ret
	mov 3(%rip),%eax
a:
b:
c:
f:
g:
.La:
.Lb:
main:
#= random 92
	.4byte 127,(--128),2
	.uleb128 s-3
	.set t, 7 > 15
2:
	call c
	.p2align 2,0,5
c:
#= random 94
	.balign 16
	.word ~
	.cfi_startproc
	.cfi_return_column 8
	.cfi_restore_state
	.cfi_remember_state
	.cfi_endproc
	.byte t@PLTOFF+4
	.equiv u, main-f
	.irp
	.org .Lb+4
	.byte 0x
	int $65535
	.set t, ~a
#= random 95
	.cfi_startproc
	.cfi_val_offset 6, -8
	je a@PLT
	nop
	.skip 130
	.cfi_endproc
	mm 1 1
	.macro n x="a b" y=(1+2)
	.ifb \y
	.byte 9
	.endif
	.endm
b:
	.previous
	mm 
	.quad 0x80000000 >= 16,3,0x7fffffff>=5
	.string32 "\"x#\0" , "#" , "x\x41\x41"
c:
	mm "a,b"
	.skip 100
a:
#= random 96
	mov $0xffffffff+'x,%eax
	.equ u,.-f
	jb .La
v = (3)
	nop
main:
.La:
d:
	.quad 7,(31+31),(5-16)
v = g
f:
g:
#= random 98
	.org 3
	.noaltmacro
	.value g-a
	.octa 16, 16
#= random 99
	je w
	.2byte ext,.Lc-.La>=main-d
	.pushsection .init_array
	.weakref main, v
	.float :3f80, nan, 1
	.byte 100 , 31
	.4byte 65536,u,8
	.ln 9
#= random 100
3:
	.float
#= random 101
1:
	.skip 130
3:
	.skip 128
g:
	.skip 300
	.string64 ""
main:
	.string16 "","\8\\"
	.uleb128 0
#= random 102
	.lcomm h, 2, 2
3:
	.internal a
	m a b,!,1 + 2
a:
b:
#= random 103
	.section .rodata,"wa",@preinit_array
2:
#= random 104
1:
	mov %rsp,%rbp
b:
b:
	call .+2
	push $+0
	mov %rsp,%rbp
c:
	movb $.Lc+5,%al
d:
	movb $(.-c),%al
	.global b
a:
	.section "q.q","ax",@0x7,unique,2
	push %rax
#= random 105
.Lc:
v == main-d*010
	mov s@GOTTPOFF,%eax
	ret
	.string16 "/*x\"" , ""
.La:
	.end
	movb $ext,%al
	.set a
	.size t, 100
	.bss
	.byte 1 2
#= random 106
	.cfi_val_offset %rbp, 100
3:
d:
	.text
	.nops (15&3), 9
	.cfi_sections .eh_frame
3:
	.cfi_sections .eh_frame, .debug_frame
2:
	.dcb.l 3, 8
#= random 107
	.mac ';'
	.equ v,4
	.section .bss,"awx",@preinit_array,unique,1
	mm ';'
	.skip 124
	.irpc x,
	.byte "\x"
	.endr
	.set v, .Lb-c
	nop
	.8byte a-g , (~16) , a@TLSLD
	.hidden g
	.p2align 0, 31
.La:
	.ifeqs "\b\xffabc", "\rabc"
	n ,!
	.else
	n "a""b", (1 + 2), 1+(2 3)
	.endif
a:
b:
c:
g:
.Lb:
#= random 108
c:
a:
3:
	.subsection 0
	.section .tdata
	.dcb.w 2, 4
3:
#= random 109
	.error "bad"
	.align 0, 8
	mov $1,$2
.La:
	.skip 128
	.set u, +.Lb-3
	.cfi_startproc simple
	.quad 1,7
	.skip 126
	.cfi_endproc
	.hidden t
	.ifdef h
	.set t, f-.La
	.elseif 3
	.eqv a, d-7|f
	.else
	mm $5,
	.endif
	.cfi_startproc
	.skip 125
	.cfi_val_offset 7, 100000
	.cfi_escape 0xb2,(8==3)
	.skip 128
	.cfi_endproc
#= random 110
	.octa a
	.byte (1f),.Lb-f >> +4,.Lb-f
f:
.Lb:
b:
	.long main+3, +16
	.hword 2b,w@DTPOFF
	.word 4, f@TPOFF+4, +.La/1
.Lb:
	mov %rax
	.endm
f:
#= random 111
	nop
	}
	.2byte 5 <> 1 <= b
#= random 112
	jnz b
a:
3:
	.size a
#= random 113
	.byte @
2:
	.octa ~2 , .Lb-c , 010
#= random 114
	.section foo,"?",@progbits,unique,0
	.section .data,"aMS"
d:
	.macro .mac x, y:vararg
	.if \x
	.exitm
	.endif
	.byte "\x"
	.ascii "\x"
	.endm
	je .Lc
	.subsection 2
	.pushsection .data.rel,"aG"
1:
	movb $0x7fffffffffffffff,%al
main:
	.pushsection .text,"o",@init_array,a
	.pushsection .rodata
main:
main:
g:
a:
.Lc:
#= random 116
2:
	.byte +4
#= random 117
b:
	.uleb128
	.hword main+128
	.quad d-d <> .La-.La
#= random 119
1:
.Lc:
.Lb:
	.endif
2:
2:
2:
2:
	nop
#= random 122
	lock incl (%rax)
	.cfi_startproc simple
	.skip 120
	.cfi_undefined %rbp
	.quad 4
	.cfi_signal_frame
	.cfi_endproc
	lea +0(%rdi),%rax
s = 8
	.int .Lb@GOTPCREL+4,128-128,.Lb-f
	nop
	xbegin 2b
	.uleb128 (0b101), main-.Lb, .-g
	.ifge 5
	.long 15 , 7
	.endif
	.irpc x,ab
	.byte \z
	.endr
f:
g:
.Lb:
main:
#= random 123
	.byte 15, 100
	jmp h
	.err
	.macro .mac x, y
	.if \x
	.exitm
	.endif
	.endm
#= random 124
g:
	.ifdef puts
	rep movsb
	.elseif 8
	.quad g , s-255 , (0xffffffffffffffff)
	.else
	.mac 2,x = 4,1+(2 3)
	.endif
f:
#= random 125
	.sleb128 c==main
	.macro .mac x:req y:req
	.byte 1\()2
	.error "\x"
	.endm
	lea 'x(,%rcx,4),%rdx
	jb 1b
	.sleb128 -129<128 , 'x
3:
3:
.Lb:
	.cfi_startproc
	.quad 0, 0
	.skip 126
	ja f
	.cfi_val_offset 16, 0
	.cfi_endproc
	.cfi_startproc
	.cfi_return_column 8
	.cfi_window_save
	call *--129(%rip)
	.skip 127
	.cfi_endproc
c:
f:
main:
#= random 128
	.tfloat -0,inf,1e10
	.dcb.w 2, (5<0)
	.nops 3
	.weakref h, a
	.cfi_startproc
	swapgs
	.if 0xffffffff
a:
	.endif
	.type .Lb, @notype
#= random 129
	.section .foo
	m 1 + 2
	.skip
	.quad 1)
	mm "s",x = 4
	.subsection 1
#= random 130
	.cfi_sections .eh_frame
	.macro .mac x=5 y:vararg
	.ifnb \y
	.byte \y
	.else
	.byte 8
	.endif
	.if \x
	.exitm
	.endif
	.byte \@
	.irp i,\y
	.byte \i
	.endr
	.endm
f:
	mm (1 + 2), ';', 2
#= random 132
2:
.Lc:
	}
	.cfi_sections .eh_frame, .debug_frame
	.purgem mm
	.long 1<<64
	.irpc x,"12"
	.ifc \x,\y
	.byte 7
	.endif
	.endr
main:
	.quad 1)
	.cfi_sections .debug_frame
#= random 133
	.ifeqs ";\\", "é\r"
	.value a-g, s
	.endif
	n 'a
	.macro n x, y
	.byte x
	.ifnb \y
	.byte \y
	.else
	.byte 8
	.endif
	.ifc \x,\y
	.byte 7
	.endif
	.ifnb \y
	.byte \y
	.else
	.byte 8
	.endif
	.endm
	.value (d-d)
a:
d:
g:
#= random 136
s = ('x)
2:
	.altmacro
	.cfi_startproc simple
	.cfi_endproc
	.set s, 0x123456789abcdef0
	.macro m
	.byte x
	.endm
#= random 137
	.uleb128 +100 , a-main , t
	.uleb128 a<d, ~(a-a), c-.
	.macro m x=5 y:vararg
	.byte \@
	.irp i,\y
	.byte \i
	.endr
x&y
	.byte \x \y
	.endm
	.sleb128 main - c,f-.
	.sleb128 15 , 1000 , .Lb-.
.Lc:
	.skip 129
	.skip 120
g:
	.byte 0xffffffff || 0x123456789abcdef0
	.sleb128 g, (a-g)||16, 0
	.macro mm x, y:vararg
a\x\y:
.L\@:
	.ifc \x,\y
	.byte 7
	.endif
	.byte "\x"
	.endm
a:
c:
d:
f:
.Lb:
main:
#= random 139
	.globl t
	ja .Lc+3
#= random 140
g:
3:
.Lb:
v = main-.
	.equ v,+(.Lc-a)
main = 0x100000000 - 3
d:
	.long .Lc@TLSGD
g:
a:
.Lc:
main:
#= random 142
	.fill (100&0)
	.fill (0/8)
	.ifnb a
	syscall
	.else
	.set v, g>a
	.endif
.Lb:
.Lb:
2:
c:
	.ifnc !, (1 + 2)
	.long 0
	.endif
g:
a:
3:
#= random 144
	loop 2b
	.octa (15%3) , 8
#= random 145
.La:
	.weak g
.Lc:
a:
g:
c:
.Lb:
2:
c:
	.comm .Lb, 5, 32
#= random 147
	.irpc x,
	.byte \x
	.endr
	.float
	nop
	loop 1b
	jrcxz d
	.skip 124
	rep movsb
#= random 149
	.size d, .-d
	.byte w@GOTTPOFF, 127 <> 65536
	.size main, .-main
	.sleb128 !(main-d), (d-.La)&&010
	.word ~1, 1000
	.weak .Lc
	add .-g(%rip),%rax
d:
g:
.La:
.Lc:
main:
#= random 151
	.irp x, 
\x:
t = b>=c
	.endr
f:
	.ldouble 1e10, 0f1.5
f:
	.hfloat 0, 0x3f800000, -1.5
	.rept 0
2:
	mov .Lc@GOTTPOFF+4,%eax
	.endr
	.hfloat 0x3f800000,-0
	.data 2
	.double -1.5
	.mac "a,b" $5 "a,b"
main:
	n 
g:
1:
main:
a:
b:
c:
.Lc:
#= random 152
	.sleb128 .Lb-.Lc
	.skip 127
	.skip 128
.La:
	.dcb.l 3, (7/100)
	.uleb128 (a-.Lc)%0b101 , 1000 , (h+-1)
	.fill 8
a:
.Lb:
.Lc:
#= random 153
	.long !65535 , (-(c-f)) , .-a
	.protected d
	.rept 0
	.set u, g<=f
	n 
	.endr
d:
	.cfi_startproc
	.skip 128
	.cfi_endproc
	.skip 127
	.mac 
	mov $--1,%eax
a:
c:
f:
g:
#= random 154
	.nops 0, 7
	.value .La==c , (127 < 0x7fffffff)
	.text
2:
	.long (b-b)--1 , 16+15
	add f-5(%rip),%rax
	.short 3, 4, 0
	.byte 1 , 0xffffffffffffffff==255 , .Lb-.
1:
	.cfi_sections .debug_frame
b:
c:
f:
.La:
.Lb:
#= random 155
	mm 2, a b
	.local b
.Lb:
	.size w, .-w
	.pushsection .debug_info,"a"
	.section .init.text,"wa",@fini_array
	.zero -1
	.ascii abc
1:
	.byte 1,
.Lc:
#= random 156
	loop f
f:
	.4byte (b-b)||0x7fffffff, s+-129, a-.Lc
2:
	.short s,g - g,.La-.
	.ifnes "","\t"
	lock incl (%rax)
	.endif
a:
b:
g:
.La:
.Lc:
#= random 158
1:
	.macro mm x, y
	LOCAL q
q:	jmp q
	.ifc \x,\y
	.byte 7
	.endif
	.byte "\x"
\x:
	.endm
	.macro n x:req y:req
	.byte \@
	.byte \y
	.ifc \x,\y
	.byte 7
	.endif
	n \x, \y
	.endm
d:
	.eqv s, 31
	.macro m x=5 y:vararg
x&y
	.endm
	.equiv u, ~-4 || f
s == 100
t = (main < 0xffffffffffffffff-(0x80000000))
	.macro n x, y
	.byte 1\()2
	.byte \y
	.ifb \y
	.byte 9
	.endif
	.error "\x"
	.endm
	.macro m x y
	.ifb \y
	.byte 9
	.endif
.L\@:
a\x\y:
	.ifb \y
	.byte 9
	.endif
	.endm
3:
	.p2align 1,0,4
3:
2:
#= random 159
	mm <1,2>, 1 + 2
	jb 2b
	je u
	ret
	.mac x = 4
	mm 1, 
	mm 
	je w
	lea ext(%rdi),%rax
1:
	pause
	ja ext@PLT
d:
	add $+127,%ecx
#= random 160
	.weak h
	.dcb.b 0, 2
f:
	.align 64
	.balignl 1
	.short 2,15
	.nops 100
	.balign 64
	lea c@GOT(%rdi),%rax
	xbegin c
.Lb:
main:
f:
.Lb:
c:
#= random 162
1:
3:
	.type g, @tls_object
	.popsection
	.p2align 1, 5
	.ifb $5
	.mac ~1
	.endif
	.popsection
	.ifb \x
b:
	.endif
	.weak b
	.org 0
	.subsection 2
	xbegin w+3
	.short 16
g:
#= random 163
	xbegin u@PLT
	.macro .mac x, y
	.ifnb \y
	.byte \y
	.else
	.byte 8
	.endif
	.byte "\x"
	.byte \z
	.error "\x"
	.endm
.La:
	.long a-.Lb , c-a , .Lb@GOTPCREL
d:
	.int .Lc@PLTOFF
d:
.La:
a:
	.macro n x
	.if \x
	.exitm
	.endif
	.endm
a:
.Lb:
main:
	.elseif 1
#= random 164
	.set t, u
	.size v, 7
	.uleb128 (255/-128) , .Lc , 0x100000000
	n 1 + 2, y=4, x=3
	.size w, (main-main) - 010
	.p2align 4, 3
	.popsection
	.string "\t,\b"
	.macro m
	n \x, \y
	.macro inner z
	.byte \z
	.endm
	inner 3
	.purgem inner
	.ifb \y
	.byte 9
	.endif
	.irp i,\y
	.byte \i
	.endr
	.endm
	.weak h
	.ifgt 100
	nop
	.elseif 16
	.byte w@TLSGD
	.endif
d:
	.section .bss,"aM"
1:
	.byte 100
b:
.Lc:
main:
#= random 166
	.type .Lc, "object"
	.sleb128 puts+4 , 100 , (main-f) ! 0x123456789abcdef0
f:
.Lc:
main:
#= random 167
	.octa 8
	nop
	jrcxz ext
	.section foo,"aM",@progbits,16
	m 
	.equ s,15>0x80000000
#= random 168
	.macro n
	.ifb \y
	.byte 9
	.endif
	.byte \z
	.if \x
	.exitm
	.endif
	n \x
	.endm
	.purgem n
	.weakref f, .Lc
	.local puts
#= random 169
d:
	.set a,
	.macro m x y
	.irp i,\y
	.byte \i
	.endr
x&y
	.ifb \y
	.byte 9
	.endif
	.endm
	.align 2
	.macro n x, y:vararg
	.byte 1\()2
.L\@:
	.error "\x"
	n \x, \y
	.endm
	.macro m x=5 y:vararg
	.irp i,\y
	.byte \i
	.endr
	.ifb \y
	.byte 9
	.endif
	.byte \@
	.endm
	.byte 100
	.byte 08
	.nops 3, 9
	.skip -((main-main) > 0) * (main-main)
#= random 170
1:
	.internal d
	.long 3
	.irp x 1
	.byte \x
	jrcxz b
	.endr
	.irpc x,ab
	.if \x
	.exitm
	.endif
	.endr
	.irp x, ';',x=3
\x:
a = 'x
	.endr
c:
1:
a:
b:
d:
#= random 171
	enter $g,$1
	.code64
	.reloc
3:
	.eqv s, 1
#= random 173
	.equ s,((.Lc-.La)>=0xffffffff)
	.balign 32
	.ifnb 1+(2 3)
.Lc = (7)
	.endif
	je .Lb
	.section .rodata.str1.1,"o",@progbits,a
	.dcb.w 4, 8
	.line 7
	syscall
	.set d, ((f-d)-1000)
	.set v, b-.Lc
	.mac 
	.nops 4, 5
s = (d-d)
a:
b:
d:
f:
.La:
.Lb:
.Lc:
#= random 175
	.sleb128 a-.,.-.Lc,0 * 0b101
a:
	.pushsection .rodata.str1.1,"ax"
	.string8 ""
	.purgem n
	jb puts
	.balignl 4,,7
	movabs $1000,%rax
	ret
	.value (v) , 5%0x123456789abcdef0
.Lc:
#= random 176
.Lb:
	.previous
	.local g
	.type h, STT_FUNC
	.section .data,"o"
g:
#= random 177
	.type s, @object
	.local g,d,h
	.type .Lb, @function
d:
g:
.Lb:
#= random 178
	.text
2:
b:
	.equ .Lc,c-.
g:
	.quad 3,(8+7),5
	.type puts, @tls_object
	.octa 2
	.set v, (.Lc - d)
	.type t, STT_FUNC
	.byte 8, 15
	.byte 4
	.text
	.subsection 2
c:
d:
.Lc:
#= random 180
a:
f:
	mm 
2:
#= random 181
	.internal v , main
	.skip 100
	.hidden ext
d:
	.skip 127
	.skip 100
c:
main:
#= random 182
.Lb:
	jnz .La
	.ifnes "\r\n","\b/*,"
	.2byte +(main-c) , b
	.endif
b:
.Lc:
c:
.La:
main:
#= random 183
	.macro n x:req y:req
x&y
	.byte \z
x&y
	.byte \x \y
	.endm
c:
	.mac 
	.section .data.rel
	.irpc x,
	.byte \z
	.endr
	.ifle (2+4)
	.quad 15, 0
	.elseif 2
	.octa 3
	.endif
	.set t, .Lb-d
	.rept 3
	.short (8%3),8,(8*16)
	.octa (31==5)
	.endr
	m 
d:
.Lb:
#= random 184
	.p2align 1,0,4
	.int c-.Lc
	.skip 126
	.rept 0
2:
	mov b>f,%eax
	.endr
	.value a+100,(c-'x),~(b-c)
	.long 4, 1, 3
	.text
a:
b:
c:
f:
.Lc:
#= random 185
	.string8 "\x41\\"
	.quad .Lb+127
#= random 186
	.skip 15
	.size b, .-b
	.cfi_startproc
	ja 1f
	rep movsb
	.cfi_remember_state
	.cfi_rel_offset 6, -16
	.cfi_endproc
	.long 3, 8, 31
	.quad 3 > 0,!16,(g!=d)
	.macro .mac x:req, y
	.ifc \x,\y
	.byte 7
	.endif
	.endm
b:
d:
g:
1:
#= random 187
	call *3(%rip)
g:
.Lc:
g:
.Lc:
#= random 188
.Lc:
	.protected g
3:
	.size s, .-s
c:
2:
	enter $.Lb-c,$1
.Lc:
g:
#= random 189
2:
	.type .Lb, @notype
	xbegin .+2
v = (0xffffffff)
d:
	.equ v,.Lc-main
	lock incl (%rax)
	.global t
.Lb:
.Lc:
main:
#= random 190
	cmpw $.-.Lc,(%rdi)
	mov $main+16,%rax
2:
3:
a:
c:
	.hidden .La
2:
d:
	syscall
.La:
.Lc:
#= random 191
	jb 1b+3
	.macro .mac x y
	.ifnb \y
	.byte \y
	.else
	.byte 8
	.endif
	.endm
	loop .+2+3
	.byte f+0 , .Lc@TPOFF , 1b
	.text
f:
#= random 192
1:
	.cfi_startproc
	.cfi_endproc
	.sleb128 +-129
.Lb:
	.uleb128 -16,(f-a)==65536,-(.La-.Lc)
	.uleb128 main-.
	.cfi_startproc
	movq $1,d-main(%rip)
	.cfi_endproc
a:
d:
f:
.La:
.Lc:
main:
#= random 193
	.section
g:
#= random 194
f:
b:
1:
	.balignl 8
g:
#= random 195
.Lb:
	.byte (16&2)
.Lc:
b:
g:
3:
	.string16 ";\xff\n\0"
main:
	.ascii "\101\0", "\xff#\0\t"
	n 
2:
	.short (5/3)
d:
1:
#= random 196
	.dcb.b 1, 2
	.macro m
	.irp i,\y
	.byte \i
	.endr
	n \x
	.endm
	mov $b-c,%rax
	.fill 15, 0
	.set u, (g-b) > 256
	lea +128(,%rcx,4),%rdx
	.int 1000,!255,(.Lb-.Lb)
	push $(c<f)
	.quad (1+100) , 8 , 15
	.p2align 0,0,0
	.protected .La
	.macro .mac x="a b" y=(1+2)
	.byte \x \y
	.endm
	.short .Lc@SIZE+4
	.weakref .Lb, main
	.byte (4/1)
a:
b:
c:
f:
g:
.La:
.Lb:
.Lc:
main:
#= random 197
	.protected g
	m !,~1,1
	.octa .-g,main-g
	.byte 16,0,(16*16)
	.protected v
# 12 "other.s"
	.int c-g
f = 0x100000000
	.irpc x,123
\x:
	.endr
	.section .debug_info,"ax",@progbits,unique,2
	.section foo,"awT",@progbits
.Lb:
v = 1|4
c:
f:
g:
main:
#= random 198
f:
.Lb:
#= random 199
	.int b+0x123456789abcdef0, f@PLTOFF, 8 % 0
	.short ~128
	.quad (main>.La) , d - main
	.2byte ~(.La-c),(b+2),d@PLTOFF
	.irp x a
	.byte x
	.word 5 ^ 16,0x7fffffffffffffff,2
	.endr
a:
b:
c:
d:
f:
.La:
main:
#= random 200
	m 
	.mac 1+(2 3) "a,b"
d:
	.hword .Lc@SIZE, 3==0x80000000
a:
b:
.Lc:
#= random 201
g:
	.skip 124
	.ifdef .Lb
	lock incl (%rax)
	.else
	m 
	.endif
	.ifle 4
	.set s, b
	.else
2:
	.endif
b:
.Lb:
#= random 202
b:
	.2byte d@GOT, (b-b)&&1f
	.ifle 2
	push %rax
	.endif
	.long .La-b,.-f
a:
	.set v, 0
	.skip 130
	.quad d<=b, (f-f) != 1f, w@TLSLD
	.type .La, @object
	.mac 1+(2 3)
d:
f:
.La:
1:
#= random 203
	.2byte 0x80000000, .Lb+8, 15-1
	movq $1,t-7(%rip)
g:
	.ifge 100
	.short 5 , 5 , 8
	.elseif 31
	.4byte b, d
	.endif
2:
.Lc:
	.if .Lc - .La
	.octa 1
	.elseif 15
b:
	.else
2:
	.endif
g:
d:
.La:
.Lb:
#= random 205
	.eqv v, main
	rep movsb
	.short 0 , 31
	.short (5+16), 7
	.popsection
	.mac x = 4, ';'
v == f-f
#= random 206
	.section .foo,"aG"
	.irp x, 1 -1,y=4
	.if \x
	.exitm
	.endif
	.long (16%1),(100|100)
	.endr
	mm a, \x
	.popsection
t = b<=c
	.p2align 2, 2
	.space b-a
	.set v, c-main
	.skip 3
	.string64 "\8\f","\t#é\t",""
a:
b:
c:
f:
main:
#= random 208
3:
main:
b:
b:
.Lb:
	.equ u,.La-g
3:
main:
2:
g:
.La:
#= random 209
	.string8 ",\"/*\x41"
c:
#= random 212
	.cfi_startproc
	.cfi_endproc
	.weakref .Lc, ext
	.cfi_startproc
	.cfi_restore r12
	.skip 128
	.cfi_endproc
	.octa f-b, -128
b:
f:
.Lc:
#= random 213
	.uleb128 128
	.ifnes ";;","#"
v = c
	.elseif 16
	jb s
	.endif
	.rept 0
	jnz .Lc
	n 
	.endr
	.quad puts@GOTOFF
	.cfi_startproc
	mov ~(a-b)(%eax),%ebx
	.skip 125
	.skip 130
	.cfi_endproc
	.octa puts@PLTOFF , .-d , (.Lb-g) <= 128
	.ifle (31|3)
	.equ u,16
	.elseif 1
	.octa 0
	.else
	.long (31<7)
	.endif
	.string8 ";\x41"
	call .-5
	loop s
a:
b:
c:
d:
g:
.Lb:
.Lc:
#= random 215
	.irp x, 1 -1,%1+2
	.exitm
	.short g
	.endr
	m 
	n 
	.4byte (.Lb-.Lb)&&31
.La:
	.cfi_startproc simple
	.cfi_endproc
	.quad 1
	.local puts
	.8byte (0xffffffff) , main@PLTOFF
	.equ v,15
1:
	.skip 200
	int $127 - 127
	.byte 5
	.sleb128 a-0x100000000,4
a:
g:
.Lb:
main:
#= random 219
	.internal w
	m 
g:
	.globl c
	.type t, @function
.Lb:
c:
#= random 221
	.fill 100
	.skip 120
1:
	.balign 8, 5
	.8byte 100, ext-65535, g<=a
	.align 64,,10
	.2byte c,.Lc-.
a:
c:
g:
.Lc:
#= random 222
	.asciz "x" "y",
	.string "\t", "\0\n\x41/*"
1:
	.org d+7
	.balign 3
	.skip 124
	.cfi_sections .eh_frame
	jb .-5
	.cfi_sections .eh_frame, .debug_frame
	.skip 126
u == 3
main:
	.protected f
	.long 1<<64
#= random 224
c:
	.iflt (.Lb - main)
	.8byte (a), .Lc, (.Lc-g)+0xffffffffffffffff
	.endif
.Lb:
	.short (5<15), 7
.Lb:
	.octa 16
	n %rax,,a b
g:
d:
1:
	m 1 + 2, ~1, 1+(2 3)
	.ifdef u
2:
	.elseif 15
	lock incl (%rax)
	.else
g:
	.endif
	n 
3:
a:
b:
.Lc:
main:
#= random 226
1:
2:
3:
a:
b:
	.altmacro
3:
1:
.Lb:
g:
b:
d:
g:
#= random 227
b:
	.string32 "" , ""
	enter $100,$1
	.ascii "","é"
	n 1 + 2
	.balignw 64
	.octa 100
b:
a:
d:
	.balignw 8
	.ifnes "","abc\r"
	.byte 8,(31<5),0
	.endif
#= random 228
	.space 15
	.sleb128 .-main, (d-d)+65536
d:
main:
#= random 229
b:
.Lc:
	.irpc x,123
	.byte \y
	.endr
g:
	.ifle 5
main = .Lb!=b
	.endif
1:
	.irp x,
	.ifb \y
	.byte 9
	.endif
s = .Lb>=f
	.endr
.Lb:
3:
	.if d-.
b = 0x123456789abcdef0+0x7fffffff
	.endif
	.rept 2
	.quad 3
	.equ s,main!=d
	.endr
	.if h == h
main:
	.else
	mm 
	.endif
d:
f:
#= random 230
.Lb:
b:
	.short b==d, (c-d) - 1
f:
	.int .Lc==b , u@SIZE+4 , 7+0x7fffffff
2:
	.string16 "\x41/*\n#","\f"
.La:
2:
c:
d:
.Lc:
#= random 231
	.octa w-65535,127,a-main
f:
	swapgs
	push $4
	.2byte -1 + 1000,(main-.Lb)!=1000,.Lc
	.quad f - g, g
	.skip 125
	jmp c
	ret
.Lc:
	.skip 128
a:
c:
g:
.Lb:
main:
#= random 234
	rep movsb
	.local w
#= random 235
	pause
	mov %gs:010^5,%rax
	call *(.Lc-b) % 5(%rip)
	ja w
	jrcxz b
f:
.Lc:
	int $t
b:
#= random 236
.La:
	.ascii "\fé","\0x"
	.string16 "\f"
	.p2align 2
.La:
2:
c:
2:
	.skip 130
f:
#= random 237
	.skip (15-0)
	.uleb128 s+127, w+010
c:
g:
c:
.La:
	.sleb128 127 , f==.Lb , b>=.La
	.dcb.w 3, (4/15)
	.p2align 1
b:
f:
.Lb:
#= random 239
	.size .Lc, 5
d:
	.macro .mac x=5 y:vararg
	n \x, \y
	n \x
	.endm
.Lc:
#= random 240
	.hidden .Lc, main, ext
	.float inf , nan , 0f1.5
	.cfi_startproc
	.cfi_signal_frame
	xbegin 2f
	.cfi_endproc
	.size u, .-u
	.skip 200
g:
	.byte 15 , 5
.Lb:
.Lc:
main:
2:
#= random 241
	nop
	enter $d-0xffffffffffffffff,$1
	jmp v
.Lb:
3:
.Lc:
	.bss
2:
2:
c:
.La:
#= random 242
	.dcb.d 0, (4+4)
	.macro .mac x y
	.if \x
	.exitm
	.endif
	.ifb \y
	.byte 9
	.endif
	.byte \y
a\x\y:
	.endm
	.sleb128 t
a:
#= random 243
g:
b:
.Lb:
1:
f:
	.cfi_sections .eh_frame
2:
.La:
b:
2:
.Lc:
#= random 244
3:
	.type h, @gnu_indirect_function
	.popsection
#= random 245
	.macro m x:req y:req
	.byte 1\()2
	.byte x
	.endm
c:
	.int f-a , 255
	.int (4%.),main@PLT
	.previous
a: b: 	.2byte .Lb
	.pushsection .foo,"aMS"
	jb .+2
	.sleb128 f-b , main , c <> 256%h
	.byte 1 # c
	.8byte (.), .Lb-main
	.section .rodata.str1.1,"aG"
	.p2align 0,,6
#= random 246
	.nops 15, 11
	.string16 "x", "", ";"
	mm ';'
	.ifb x=3
c:
	.else
	.equ b,0x80000000+1
	.endif
b:
#= random 247
g:
2:
	.balignl 8
	.byte 3 , 7
.La:
f:
	.previous
.Lb:
	.align 8,,18
a:
	.popsection
	.popsection
	.subsection 1
	.quad 1 , 100 , 2
	.align 8, 16
#= random 249
	.cfi_sections .debug_frame
	mm 
	mov %rsp,%rbp
	.skip 130
	.value .Lc-., .-.Lb
	.align 2
	.balign 16
	.text
	syscall
b:
	.word 3,7
	jnz main
f:
	.ifeq ~0b101
	.set a, 15
	.elseif 5
	.equ s,128
	.endif
a:
.Lb:
.Lc:
main:
#= random 250
	mov $g@GOTTPOFF,%rax
	.string64 ""
	ja c
c:
#= random 251
	.p2align 1,,12
	.set g, 256
	.cfi_startproc simple
	je 1f
	.cfi_personality 0xff
	je .-5+3
	.cfi_endproc
t = b--129
3:
	.type g, %function
	.ifeqs "abc\r\r", ""
	.octa 1,5,15
	.else
s = u+16
	.endif
2:
g:
	.if %rax == %rbx
	jrcxz .Lb
	.endif
	.mac "s",1+(2 3),~1
b:
.Lb:
1:
#= random 253
	.p2align 1
	n x=3
#= random 254
	pause
	.pushsection "q.q","awx"
g:
2:
	jmp w
	.set v, .-.La
u = c
	.subsection 1
.Lb = f-main
t = 31
a:
.Lb:
c:
f:
.La:
main:
#= random 255
	.macro .mac x y
	.byte \@
	.irp i,\y
	.byte \i
	.endr
	.endm
	.value c,u@SIZE+4,(b-.Lb)!0x80000000
	.section .init_array,"awx",0x70000001
main:
	.p2align 5, 8
.Lb:
	.bfloat16 -0
	.previous
a:
	.text
	mov $!5,%rax
	.size b, +(g-.Lc)
	.macro mm x, y
\x:
	.byte x
	.ifnb \y
	.byte \y
	.else
	.byte 8
	.endif
	.endm
b:
c:
g:
.Lc:
#= random 256
	.hword .Lc+1000 , 0x123456789abcdef0 , (main-a)/0
	.size main, (.Lc>=d)
	.subsection 0
a:
d:
.Lc:
main:
#= random 258
	.sleb128 h
2:
	.8byte -129<=255 , --1
	.uleb128 main>=main,(b-c)>0b101,(.Lb-b)<=1000
	.long 255,((.-main)),.-g
	.type main, @object
	.local puts , b
	.type ext, STT_FUNC
v = u
	.2byte ~0x7fffffffffffffff , (0x80000000+65535) , .Lc>=.La
	.weak d
	.word .-.La
	.value 0x7fffffff,(c-g),!4
	.lcomm u, 0, 4
	.hword !100,1000
b:
c:
d:
g:
.La:
.Lb:
.Lc:
main:
#= random 260
	.size f, (128)
	.int (.Lb-.)
f:
.Lb:
#= random 261
	.rept 3
	.value b-a, 100==-129
	.byte +31, u@GOTTPOFF+4, 1+0x7fffffff
	.endr
	.section .init_array,"awx"
	.section .init_array
	.comm g, 8
	lea .Lc - main(,%rcx,4),%rdx
	.cfi_startproc simple
	.cfi_register 6, %xmm0
	jnz ext
	.cfi_escape 0x7,4
	.byte 15, 8, 7
	.cfi_endproc
	n "s"
1:
	.macro m x:req y:req
	n \x
	.ifc \x,\y
	.byte 7
	.endif
	.irp i,\y
	.byte \i
	.endr
	.endm
	.skip 124
	.octa 5
	.mac 1 -1,x=3
a:
b:
g:
.Lc:
main:
#= random 262
	.string8 ",é","é,\f","\x41\x41\fx"
	lock incl (%rax)
	.lcomm a, 7
a:
f:
#= random 263
	.section .debug_info,"?",@progbits
2:
.Lc:
	.nop
f:
#= random 265
	.octa (.Lb-main)+3
	.popsection
	.fill 4
.Lc:
	.short f-main
v = .Lc-b
	n y=4
	.string32 "" , "\fé" , "\8"
	.macro n x, y:vararg
x&y
	.ifnb \y
	.byte \y
	.else
	.byte 8
	.endif
	.ifc \x,\y
	.byte 7
	.endif
	.endm
	je f
	.size s, 7
b:
f:
.Lb:
main:
#= random 266
	.p2align 4,0,5
	.hidden v,a,.La
	.align 8
	ja .Lb
	.protected main
	.skip 100
	.hidden s
	.comm ext, 15, 16
	.align 16,,4
	.global v
	.internal .La
a:
.La:
.Lb:
main:
#= random 267
	.value (.Lb-b) == 4, s@GOT
t = .Lc<d
u = 7
	.byte 7
	.string32 "\b;" , "\xff\0\t"
main:
	mm %rax
	ret
	.octa 16
	.irpc x,
	.ifnb \y
	.byte \y
	.else
	.byte 8
	.endif
	.endr
b:
d:
.Lb:
.Lc:
#= random 268
	.string64 "abc","x"
	.string32 "","/*","\f\0;"
	.2byte h@GOTOFF
	.nop
g:
	mm x=3 \x
f:
#= random 269
main:
	jnz s
	.popsection
	.data 2
d:
	.org .+(31+5), 3
#= random 270
.La:
.Lb:
	.nops 15, 5
#= random 271
	.byte 3 , 3
.Lb:
	.ifne 100
	.short 16
	.elseif 5
	.eqv v, (d-.Lc)
	.else
	m "a,b"
	.endif
a:
.Lb:
.La:
	mm ';' "a""b" a b
	.endif
	.short 4 , 1
c:
#= random 272
	.sleb128 (0x100000000), d-b
	.cfi_startproc
	.quad 1 , (7*100) , 3
	.mac "a,b"
	.data
	.sleb128 (7 < 31),.Lb-a,t-0xffffffff
g:
	.text 1
	.cfi_startproc
	.short 5 , (31-4)
	.quad 0, 0, 2
	.skip 126
	jb .Lb
	.cfi_endproc
u == 3
	.type s, @object
	.rept 2
	mov h,%eax
	.short (15+7),16,16
	.endr
f:
#= random 273
	.irpc x,123
	.byte \@
	.endr
	.cfi_sections .debug_frame
	.section .debug_info
	.text
	je .Lc@PLT
	.section .text,"?",0x70000001
	mm ';'
	.short .-a
	.int d>.Lb , .-.La , f
a:
d:
f:
.La:
.Lb:
.Lc:
#= random 275
	.dcb.d 2, 3
	ret
	.rept 2
	.2byte u, f
	m 
	.endr
f:
#= random 277
u = .-f
	.equ v,(0b101)
u = .Lc - d
3:
1:
	.long (31&100) , 1 , 7
	n a b <1,2> "a""b"
.La:
	.byte 2
3:
c = +(f-b)
a:
b:
c:
d:
f:
.Lc:
#= random 278
	.cfi_startproc simple
	.skip 300
	.skip 130
	.octa 15 , 2 , 5
	.cfi_endproc
	.ifge 16
	n 1+(2 3)
	.elseif (7<16)
	.int ((.Lc))
	.endif
f:
	.8byte b>=main,3,!0xffffffffffffffff
	lock incl (%rax)
	.skip 200
	.p2align 1, 5
	.irp x 1 + 2,2,1+(2 3)
	.ifc \x,\y
	.byte 7
	.endif
	mm y=4
	.endr
	.internal c
b:
c:
.Lc:
main:
#= random 279
.Lc:
	.if
	.string 5
2:
d:
	.uleb128 2 , b-a , 0x80000000/16&&(0xffffffff)
2:
#= random 280
	mm  a 1
c:
	.asciz "x" "y",
	n 'a, x=3
	.weak .Lc
.La:
	m 
	.endr
.La:
a:
	.incbin "none"
f:
#= random 281
	.int .Lb-2 + (128),b
	.skip 126
	.short (3|5), (100-1), 5
.Lb:
main:
	.string8 "\f\0"
	.sleb128 0xffffffff
	.ifnc \x, (1 + 2)
	mm 'a ';' %1+2
	.elseif 31
	.quad 5 , 2
	.endif
	.cfi_startproc
	.cfi_window_save
	.cfi_escape 0x2e,4
	.cfi_restore 6
	.cfi_offset 16, -24
	.cfi_endproc
	.8byte g@DTPOFF
	.long 31 , 5
	.type c, @gnu_unique_object
	.ifb ~1
c:
	.elseif (8*16)
	m 1 + 2, 1+(2 3), a b
	.endif
	.balign 3
#= random 282
main:
	.rept 3
	.quad 15 , 5 , 8
	.long b , s , (!2b)
	.endr
	jmp .-5
	.irp x, 
	.byte \z
	n $5 (1 + 2) x = 4
	.endr
	.comm a,-1
	jmp .Lc@PLT
	.rept 1
2:
	.octa (4&7)
	.endr
	jb s@PLT
1:
	.quad -
	swapgs
3:
#= random 283
	.macro mm x y
	.byte \x \y
	.byte \z
x&y
	.endm
	.octa (main-g)/100, v@TPOFF, 256
2:
3:
	.int c!=b
	je d
	.macro n x=1, y=2
	.ifc \x,\y
	.byte 7
	.endif
	.byte \x
	.endm
2:
a:
	.tfloat :3f80 , -0 , 0x3f800000
b:
c:
d:
g:
main:
#= random 284
	.text
	.type f, @object
t = .La+4
	.altmacro
	.4byte (main-d)-31, 5, (.Lc-.Lc)-128
	.lcomm .Lb, 16
	.section .init.text,"awx",@note
	mov main(%rip),%eax
	.octa c==.Lc , ~-129
c:
d:
f:
.La:
.Lb:
.Lc:
main:
#= random 285
	.long h@SIZE
	.cfi_startproc simple
	jnz .La
	.cfi_endproc
	.hidden f
	.pushsection .rodata,"wa"
f:
.La:
#= random 286
	.skip 300
	.pushsection .data,"a"
	.ifdef t
a:
	.endif
	ret
	.skip 127
.Lc:
f:
	.set u, ~(g-.Lb)
	.mac 
	.warning "careful"
	.string16 "\n\xff", "\0#\0\xff"
1:
g:
.Lb:
#= random 289
	.popsection
	.byte a-. , 16 , puts@SIZE
	.dcb.w 0, 4
	mov %gs:.Lc,%rax
g:
a:
.Lc:
#= random 290
3:
1:
#= random 291
2:
	.balignw 4, 8
d:
2:
#= random 293
	.equ .Lc,-128
	.previous
	.nops 8, 5
	.reloc
	jmp 9f
	.data 2
3:
	.previous
.La:
	.nops 15, 10
	.previous
1:
main:
s == u
#= random 295
	.byte a@FOO
	.byte
	.short (3&5),16
	.data
	mov %rsp,%rbp
	.skip 300
	.if
	.cfi_sections .eh_frame
	.long a b
	}
	.balignl 8,,15
	.p2align 0, 31
g:
g:
#= random 296
d:
	.cfi_sections .eh_frame, .debug_frame
	.skip 130
	movabs $(c-.La)+2,%rax
	.if %rax == %rbx
f = -129
	.elseif 31
	.byte 1, 2
	.else
	jb .-5
	.endif
g:
.Lc:
	je .La
c:
f:
.La:
#= random 297
	.skip 129
	.ascii "\f\r"
	.skip 300
c:
	.string "\b\\abc/*", "abc", "\""
	.asciz ""
	.skip 130
	.string64 "\b#" , ",;" , ""
	.string64 "\r\\\0","\bé\101"
d:
	.string "#"
	.popsection
.La:
b:
f:
#= random 298
	mov $1,$2
	.fill 7
#= random 299
	ja .La@PLT
	.4byte d@GOT
	.hword c@GOTPCREL,1f
c:
d:
.La:
1:
#= random 300
	.globl puts
	.value a-f, 65535 - 127
	.tfloat 1e400, nan
	mm <1,2>
	.ifdef v
.Lb:
	.endif
	.nop
	.set d, d - b
	ret
a:
b:
d:
f:
#= random 301
	.nops 31
b:
.La:
	.local c
	.p2align 5,0,1
	.weakref a
	.subsection
#= random 302
v == 3 + 0x123456789abcdef0
c:
	.comm d, (3+7)
1:
c == 4 + +.
	.8byte f@TLSGD
f == h+256<>~.Lc == (16)
	.octa a
3:
3:
	.value (128), t@GOTPLT
#= random 303
	.if %rax == %rbx
	movb $(g-.Lb) >> 0x123456789abcdef0,%al
	.endif
	.mac 1
	jrcxz .La+3
2:
	.pushsection .note.x
	.section .text,"ax",@progbits
	.cfi_startproc
	.skip 124
	.skip 128
	.skip 128
	.cfi_offset rbx, -24
	.cfi_endproc
3:
	.set v, 7
main:
	.incbin "data.bin",3,4
	.dcb.w 1, 8
	.long 8 , 3 , (2<0)
g:
.La:
.Lb:
#= random 304
	.size w, 3
c:
	.space .La-main
.La:
main:
#= random 306
v = v+-128
d:
	.octa g<d , f==d , d==.Lb
g:
	.octa (--129) , 16 - 256 , main@GOT+4
	.globl d
d:
	.byte 1
	.balignw 16
c:
	.type u, @gnu_unique_object
	.hfloat nan, inf
# 12 "other.s"
1:
f:
.Lb:
main:
#= random 307
d:
	.uleb128 +0x80000000, (b-.Lb) & 256
	.mac \x
	.bss
3:
main:
	.mac 
a:
b:
	m 
.Lb:
#= random 309
	.globl .Lb
	rep movsb
.Lb:
#= random 311
2:
	enter $!0b101,$1
c:
a:
	mov d - .Lb,%eax
	ja c
	.previous
2:
	.previous
c:
.Lc:
.Lb:
g:
d:
#= random 312
	.comm a
	.zero 1, 15
	.byte
	.nops 15, 3
	.short 31, 5, 100
	}
	.quad 0
	.macro m x="a b" y=(1+2)
	.long \x+1
	.byte \y
	.ifc \x,\y
	.byte 7
	.endif
	.ifb \y
	.byte 9
	.endif
	.endm
	.byte 7, (2*0)
main:
	.p2align 0, 15
main:
.La:
	.balignl 16
#= random 313
	.ifnes "\101","x"
	.equ g,.-d
	.elseif 16
	n <1,2>
	.endif
f:
	.macro m x="a b" y=(1+2)
	.ifc \x,\y
	.byte 7
	.endif
	.byte 1\()2
	.endm
	.2byte 16 , a-d
	.macro .mac x=1, y=2
	.error "\x"
	.ascii "\x"
	.if \x
	.exitm
	.endif
	.endm
	.word -3
	.quad b@TPOFF+4
a:
b:
d:
g:
#= random 314
	.long d!=f, -128 + 8, f-255
main:
	.octa .-b,puts@TLSLD+4
	lea 15(,%rcx,4),%rdx
	lock incl (%rax)
f:
	lea h+0x80000000(%rdi),%rax
	xbegin main@PLT
	.4byte ~(f-f) , 100&'x
	.sleb128 .La-31 , ~16 , ((.Lb))
c:
b:
d:
.La:
.Lb:
#= random 317
	.subsection 0
2:
	.ascii "\\","abc\r\b"
	.set t, 010
a:
	.string16 ""
	.int ~-129, 16
	.cfi_startproc simple
	.cfi_signal_frame
	mov (a-.La)(%eax),%ebx
	.cfi_val_offset %rbp, 3
	.cfi_endproc
	.p2align 4, 2
2:
u = c<=d
	.section .tdata,"ax",@nobits
	.irp x,1 + 2
	.error "\x"
a:
	.endr
b:
c:
d:
.La:
#= random 321
	.hword (0), .Lb
	.cfi_sections .eh_frame
	.cfi_startproc
	enter $d - b,$1
	.skip 120
	.cfi_same_value %rax
	.cfi_endproc
	.long 5, 7, 15
	.string16 "abc","\ré\x41"
1:
	.macro m x="a b" y=(1+2)
	.ascii "\x"
	.endm
	.int -0b101 , t
	loop .+2
	lea c==.La(,%rcx,4),%rdx
	.p2align 4, (0|2)
a = 255
a:
b:
c:
.La:
.Lb:
#= random 323
	.set v, c>=c
	.subsection 2
	.skip 300
c:
#= random 325
.Lb:
.Lc:
	.set v, (v)
	.set c, main==.Lb
c:
main:
#= random 326
	.fill
	lock incl (%rax)
	.text
2:
	.cfi_startproc
	.cfi_endproc
	.irp x,1 -1
	.error "\x"
	.short 7
	.endr
#= random 327
	.macro .mac x=5 y:vararg
	.ifnb \y
	.byte \y
	.else
	.byte 8
	.endif
	.endm
	.abort
g:
	.abort
	.dcb.s 1, (31+3)
#= random 328
	.equ main,16
	.equ v,g+65536 - (t)
d:
.Lb:
	.globl a
#= random 329
	.fill 4
	.hfloat :3f80
	.irpc x,ab
	.ifc \x,\y
	.byte 7
	.endif
	.endr
	.byte 100,4,16
	int $f-b
	.4byte d + v-255
	.float
	movq $1,(+0x7fffffff)(%rip)
	.type a, STT_FUNC
3:
u = b-255
#= random 332
c:
	jrcxz 1b
	.set t, h-100
g:
.Lc:
b:
.Lc:
	.previous
	.data
	.pushsection .debug_info
	.equ v,(g)
a:
	loop 2f
	.previous
2:
#= random 334
1:
	.space 7
	.section .init.text,"wa",0x70000001
	.fill
	.skip 120
	.skip -((f-.La) > 0) * (f-.La)
	.set a,
3:
	.string 5
	.data
	.ascii abc
	.pushsection .text
	.comm a,-1
	.balign 0
	.pushsection .rodata.str1.1,"ax",@progbits
#= random 335
2:
1:
d:
	.endm
	.4byte -1,ext@TPOFF
3:
	.elseif 1
#= random 336
	.macro m x
	.ifb \y
	.byte 9
	.endif
	.byte \z
	.byte \x
	.macro inner z
	.byte \z
	.endm
	inner 3
	.purgem inner
	.endm
s = 2
	add .-main(%rip),%rax
	.equ s,16>=65535
3:
s = a-0x123456789abcdef0
2:
c:
.Lc:
	je a
	nop
	loop v
a:
main:
#= random 338
2:
a:
g:
2:
c:
	.8byte c-a,((.La-f)-0x7fffffffffffffff)
3:
	.long v+0x123456789abcdef0 , h
3:
f:
.La:
#= random 339
	.octa 15,31,(2*5)
b:
	.error "bad"
	lea -128(%rdi),%rax
	.skip 124
	.data
#= random 340
.Lb:
.Lb:
#= random 341
b:
	.section foo,"aM",@progbits,2
#= random 342
	.short 2 , 7
	jmp s
9:
