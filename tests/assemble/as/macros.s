#= altmacro LOCAL
	.altmacro
	.macro m a
	LOCAL x, y
x:	.long a, y
y:	.long x
	.endm
	m 1
	m 2
#= altmacro brackets and bang
	.altmacro
	.macro m a, b
	.ascii "&a"
	.ascii "b"
	.endm
	m <a b,c>, <x!>y>
	m !<, d
	m 'q r', "s"
#= altmacro per cent
	.altmacro
	.macro m a
	.ascii "&a&"
	.endm
	m %1+2
	m %(3*4)
n = 5
	m %n
	m %n+1
#= altmacro names without backslash
	.altmacro
	.macro m a, b=7
	.long a, b, a+b
foo&a:	.long foo&a
	.long \a
	.endm
	m 1, 2
	m 3
	m b=5, a=4
#= noaltmacro
	.altmacro
	.macro m a
	.long a
	.endm
	m 1
	.noaltmacro
	.macro n a
	.long \a
	.endm
	n 2
	.macro LOCAL a
	.long \a
	.endm
	LOCAL 5
#= LOCAL misplaced
	.altmacro
	.macro m
	.long 1
	LOCAL a
a:	.long a
	.endm
	m
#= altmacro irp
	.altmacro
	.irp x, 1, <2>, 3
	.long x
	.endr
	.irpc c, abc
	.ascii "&c"
	.endr
#= nested definitions
	.macro outer name, value
	.macro \name arg
	.long \value, \arg
	.endm
	.endm
	outer in1, 5
	in1 6
	in1 7
	outer in2, 8
	in2 9
#= nested repetitions
	.irp x, 1, 2
	.irpc y, ab
	.ascii "\x\y"
	.rept 2
	.byte 0
	.endr
	.endr
	.endr
#= exitm
	.macro m n
	.long \n
	.if \n == 0
	.exitm
	.endif
	.long 99
	m "(\n-1)"
	.endm
	m 3
#= exitm outside
	.exitm
	.if 1
	.exitm
	.endif
	.rept 3
	.byte 1
	.exitm
	.byte 2
	.endr
	.byte 3
#= purgem
	.macro a
	.byte 1
	.endm
	a
	.purgem a
	.macro a
	.byte 2
	.endm
	a
	.purgem a, b
	a
#= purgem wrong
	.purgem
	.purgem foo bar
	.purgem 5
#= arguments
	.macro m a:req, b=2, c:vararg
	.ascii "\a|\b|\c"
	.endm
	m 1
	m 1, 3
	m 1, 3, 4, 5, 6
	m
	m b=4
	m a=1, b=2
	m "x y", "z,w"
	m (1, 2), [3, 4]
	m a b c
	m c=5 6, a=1
	m 1,,3
	m ,1
#= keyword after positional
	.macro m a, b
	.ascii "\a|\b"
	.endm
	m 1, b=2
	m a=1, 2
	m c=1
	m 1, 2, 3
	m a=1, a=2
	m a==1, 2
	m b=, a=3
#= definitions
	.macro m1 a b c
	.ascii "\a\b\c"
	.endm
	m1 1 2 3
	m1 1,2,3
	.macro m2, a, b
	.ascii "\a\b"
	.endm
	m2 1 2
	.macro m3 a=1, b = 2 c=3
	.ascii "\a\b\c"
	.endm
	m3
	m3 ,,4
	.macro m4 (a, b)
	.ascii "\a\b"
	.endm
	m4 1, 2
#= definitions wrong
	.macro
	.endm
	.macro 5
	.endm
	.macro m a, a
	.endm
	.macro n a:foo
	.endm
	.macro o a:
	.endm
	.macro p a:req=5
	.endm
	.macro q a b:vararg c
	.endm
	.macro r a+b
	.endm
	.macro mov a
	.endm
	.macro .byte a
	.endm
	.macro s
	.endm
	.macro s
	.endm
	.macro S
	.endm
#= counters and empties
	.macro m a
l\@:	.ascii "\a\()x\()\@"
	.endm
	m 1
	m 2
	.macro n
	m \@
	m 5
	m \@
	.endm
	n
	n
#= call forms
	.macro m a, b
	.ascii "<\a|\b>"
	.endm
	M 1,2
lab:	m 3,4
	m 1 , 2
	m  "a"  "b"
	m 'a', 'b'
	m a+b, c-d
	m a + b, c - d
	m %rax, (%rbx)
	m $1, -8(%rsp)
	m \a, \b
	m a;b
#= end of macro on another line
	.macro m
	.byte 1
	.endm junk
	m
	.macro n
	.byte 2
lab: .endm
	n
#= stray ends
	.endm
	.endr
	.endif
	.else
	.elseif 1
	.endm junk
#= unterminated macro
	.byte 1
	.macro m
	.byte 2
#= unterminated rept
	.byte 1
	.rept 3
	.byte 2
#= unterminated irp
	.irp x,1,2
	.byte 2
#= unterminated if
	.if 1
	.byte 2
	.if 0
	.else
#= rept counts
	.rept 0
	.byte 1
	.endr
	.rept 2
	.byte 2
	.endr
	.rept -1
	.byte 3
	.endr
	.rept foo
	.byte 4
	.endr
	.rept
	.byte 5
	.endr
	.rept 2 3
	.byte 6
	.endr
n = 3
	.rept n
	.byte 7
n = n - 1
	.endr
	.rep 2
	.byte 8
	.endr
#= irp forms
	.irp x
	.ascii "<\x>"
	.endr
	.irp x,
	.ascii "<\x>"
	.endr
	.irp x 1 2,3
	.ascii "<\x>"
	.endr
	.irp x, "a b", c d, e
	.ascii "<\x>"
	.endr
	.irp x,1,
	.ascii "<\x>"
	.endr
	.irpc x
	.ascii "<\x>"
	.endr
	.irpc x,a b c d
	.ascii "<\x>"
	.endr
	.irpc x 123
	.ascii "<\x\@>"
	.endr
	.irp
	.endr
	.irp 5
	.endr
	.irp x,\x,y\@
	.ascii "<\x>"
	.endr
#= redefinition of a parameter inside
	.macro m a
	.irp a, 1, 2
	.byte \a
	.endr
	.byte \a
	.endm
	m 7
#= recursion
	.macro m n
	.if \n
	.byte \n
	m \n-1
	.endif
	.endm
	m 5
#= errors inside
	.macro inner x
	.byte \x
	foo \x
	.endm
	.macro outer y
	inner \y
	.error "bad"
	.endm
	outer 1
	.rept 2
	outer 2
	.endr
	.irp z,3
	.warning "w\z"
	.err
	.endr
#= a macro named like an instruction
	.macro nop
	.byte 1
	.endm
	nop
	.purgem nop
	nop
#= semicolons
	.macro m a; .byte \a; .endm; m 1; m 2
	.rept 2; .byte 3; .endr; .byte 4
	.irp x,5,6; .byte \x; .endr
	.if 1; .byte 7; .else; .byte 8; .endif
#= comments in bodies
	.macro m a	# comment, with "quotes
	.byte \a	/* and this */
	# .endm
	.endm
	m 1	# x
	m 2 /* y */
#= strings with backslashes
	.macro m a
	.ascii "\\a \"\a\" \\\a \n"
	.ascii "\a\a"
	.endm
	m xy
#= unknown mnemonics
	m
	n "a,b" $5 a
	mm %rax, 1+(2 3)
	LOCAL q
x&y
	xx <1,2>
	zz \x
	push $f>=b
	mov 5==6(%rax), %eax
