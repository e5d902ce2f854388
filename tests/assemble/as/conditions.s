#= if family
	.irp n, -1, 0, 1
	.if \n
	.ascii "if "
	.endif
	.ifeq \n
	.ascii "eq "
	.endif
	.ifne \n
	.ascii "ne "
	.endif
	.ifge \n
	.ascii "ge "
	.endif
	.ifgt \n
	.ascii "gt "
	.endif
	.ifle \n
	.ascii "le "
	.endif
	.iflt \n
	.ascii "lt "
	.endif
	.endr
#= else chains
	.irp n, 0, 1, 2, 3
	.if \n == 0
	.byte 10
	.elseif \n == 1
	.byte 11
	.elseif \n == 2
	.byte 12
	.else
	.byte 13
	.endif
	.endr
#= defined
a = 1
b:
	.globl c
	.long d
	.irp s, a, b, c, d, e, .text, .foo, .
	.ifdef \s
	.ascii "\s "
	.endif
	.ifndef \s
	.ascii "!\s "
	.endif
	.ifnotdef \s
	.ascii "!!\s "
	.endif
	.endr
	.ifdef "a"
	.byte 1
	.endif
	.ifdef a b
	.endif
#= no name to test
	.ifdef 5
	.endif
#= compare text
	.ifc a, a
	.byte 1
	.endif
	.ifc a b, a  b
	.byte 2
	.endif
	.ifc "a","a"
	.byte 3
	.endif
	.ifc 'a b', 'a b'
	.byte 4
	.endif
	.ifc a,b
	.byte 5
	.endif
	.ifc ,
	.byte 6
	.endif
	.ifnc a,b
	.byte 7
	.endif
	.ifc (a,b),(a,b)
	.byte 8
	.endif
	.ifc A,a
	.byte 9
	.endif
	.ifc "a,b","a,b"
	.byte 10
	.endif
#= compare strings
	.ifeqs "a","a"
	.byte 1
	.endif
	.ifeqs "a","b"
	.byte 2
	.endif
	.ifnes "a","b"
	.byte 3
	.endif
	.ifeqs "a" , "a"
	.byte 4
	.endif
	.ifeqs "\x41","A"
	.byte 5
	.endif
	.ifeqs "a","a" junk
	.byte 6
	.endif
#= blank
	.ifb
	.byte 1
	.endif
	.ifb x
	.byte 2
	.endif
	.ifnb x
	.byte 3
	.endif
	.ifnb
	.byte 4
	.endif
	.ifb ""
	.byte 5
	.endif
#= skipped text
	.if 0
	this is no
	.macro x
	.if 1
	.endm
	.endif
	.endif
	.endif
	.byte 1
#= skipped macro calls
	.macro m
	.else
	.endm
	.if 0
	m
	.byte 1
	.else
	.byte 2
	.endif
#= errors
	.if
	.endif
	.if foo
	.endif
	.if 1 2
	.endif
	.if 1
	.else
	.else
	.endif
	.if 1
	.else
	.elseif 1
	.endif
	.else junk
	.endif junk
	.if 1
	.else junk
	.endif junk
	.ifeq foo-bar
	.endif
	.if %rax == %rax
	.byte 1
	.endif
	.if %rax == %rbx
	.byte 2
	.endif
	.if %rax != %rbx
	.byte 3
	.endif
#= undefined in comparisons
	.if foo == bar
	.byte 1
	.endif
	.if foo != bar
	.byte 2
	.endif
	.if foo == foo
	.byte 3
	.endif
	.if foo - foo
	.byte 4
	.else
	.byte 5
	.endif
	.if foo == 0
	.byte 6
	.endif
#= distances
a:	.byte 1
b:	.balign 8
c:	.byte 1
d:
	.if b - a == 1
	.byte 2
	.endif
	.if d - c == 1
	.byte 3
	.endif
	.if b == c
	.byte 4
	.endif
	.if a < b
	.byte 5
	.endif
	.if c > b
	.byte 6
	.endif
	.if d - a > 0
	.byte 7
	.endif
	.if . == d
	.byte 8
	.endif
#= messages
	.error "an error"
	.warning "a warning"
	.err
	.error
	.warning
	.error foo
	.warning 5
	.error "a" "b"
	.error "x" junk
#= abort
	.byte 1
	.abort
	.error "never"
#= end
	.byte 1
	.end
	.error "never"
#= end with junk
	.byte 1
	.end junk
#= line markers
# 10 "foo.c"
	.error "a"
# 20 "bar.h" 1
	.error "b"
# 11 "foo.c" 2
	.error "c"
# 5
	.error "f"
#APP
	.error "g"
#NO_APP
	.appfile "x.c"
	.appline 7
	.error "h"
#= accepted
	.title "t"
	.sbttl "s"
	.eject
	.list
	.nolist
	.extern foo
	.att_syntax
	.att_syntax prefix
	.att_mnemonic
	.arch generic64
	.allow_index_reg
	.disallow_index_reg
	.loc_mark_labels 1
	.lflags
	.name
	.sbttl
	.mri 0
	.noformat
	.spc
#= what a refused expression adds decides
	.if b+1
	.foo1
	.else
	.foo2
	.endif
	.ifeq b
	.foo3
	.endif
	.ifle b-3
	.foo4
	.endif
	.ifgt 3-b
	.foo5
	.endif
	.if 0
	.elseif b+1
	.foo6
	.endif
#= nothing is said after the end
v = g-f
	.abort
