#= integers
	.byte 1, -1, 255, -128, 'a', 'b'
	.2byte 1, -2
	.short 3
	.value 4
	.hword 5
	.word 6
	.4byte 7
	.long 8
	.int 9
	.8byte 10
	.quad 11, -1
	.octa 0x123456789abcdef0123456789abcdef0, -1, 5, -5
	.slong -3
	.dc.b 1, 2
	.dc.w 3
	.dc.l 4
	.dc.a 6
	.dc 7
#= truncation
	.byte 256
	.byte -129
	.byte 0xffffffffffffffff
	.short 65536
	.long 0x100000000
	.long -2147483649
	.quad 0x10000000000000000
	.long 0x123456789abcdef01234
	.byte 0x100000000000000000
	.octa 0x100000000000000000000000000000000
	.quad -0x10000000000000001
#= missing operands
	.byte
	.byte 1,
	.byte ,1
	.byte 1,,2
	.long
	.quad ,
#= junk
	.byte 1 2
	.byte a b
	.long 5)
	.quad 08
	.byte 1,2,
	.long 5 5, 6
	.byte "a"
	.long 1 +
#= strings
	.ascii "a", "b" "c"
	.asciz "a", "b" "c"
	.string "x\n\t\\\"\101\x41\x414\e\q"
	.string8 "ab"
	.string16 "ab", "c"
	.string32 "a"
	.string64 "b"
	.asciz ""
	.ascii "é"
	.string "\0\00\000\0000\400"
	.ascii "a" , "b"
	.ascii <5>, "a"<10>
#= strings wrong
	.ascii a
	.ascii "a" b
	.asciz 5
	.string "a",
	.ascii "a",,"b"
	.string16 x
#= fill
	.fill 3
	.fill 3, 2
	.fill 3, 2, 0x1234
	.fill 2, 4, 0x12345678
	.fill 2, 8, 0x1122334455667788
	.fill 2, 9, 1
	.fill 0, 1, 1
	.fill 2, 0, 1
	.fill -1, 1, 1
	.fill 1, -1, 1
	.fill 2, 3, -1
	.fill 5,,1
#= fill wrong
	.fill
	.fill foo
	.fill 1, foo
	.fill 1, 1, foo
	.fill 1,1,1,1
	.fill 1 2
#= skip
	.skip 3
	.skip 3, 5
	.space 2, -1
	.zero 3
	.zero 3, 4
	.skip 0
	.skip -1
	.ds 2
	.ds.b 3
	.ds.w 2
	.ds.l 2
	.ds.d 2
	.ds.s 1
	.ds.x 1
	.ds.p 1
#= skip wrong
	.skip
	.skip ,
	.skip foo
	.skip 1, foo
	.skip 1,2,3
	.skip 2 3
#= dcb
	.dcb 2, 3
	.dcb.b 2, 3
	.dcb.w 2, 0x1234
	.dcb.l 2, 5
	.dcb.a 1, 5
	.dcb.b 0, 1
	.dcb.b -1, 1
	.dcb.d 2, 1.5
	.dcb.s 2, 1.5
	.dcb.b 2
	.dcb.x 1, 1.5
#= floats
	.float 1.5, -2, 0, 1e10, .5, 5e-1
	.single 3.14159
	.double 1.5, 2.718281828, 1e300, -0.0
	.dc.d 1.25
	.dc.s 1.25
	.float 0f1.5
	.double 0d1.5, 0x10, 0r2
	.float 1e-40, 3.4028235e38
	.double 4.9e-324, 1.7976931348623157e308
	.float inf, nan, -inf
	.double infinity
	.tfloat 1.5
	.hfloat 1.5
	.bfloat16 1.5
#= floats wrong
	.float a
	.float 1.5 x
	.float
	.double 1e400
	.float 1e39
	.float "a"
#= leb
	.uleb128 0, 1, 127, 128, 300, 0xffffffffffffffff
	.sleb128 0, 1, -1, 63, 64, -64, -65, 0x7fffffffffffffff, -0x8000000000000000
	.uleb128 -1
	.uleb128 0x123456789abcdef01234
	.sleb128 -0x123456789abcdef01234
	.uleb128 b-a
	.sleb128 a-b
a:	.skip 200
b:
	.uleb128 b-a, a-b
#= leb wrong
	.uleb128
	.uleb128 foo
	.uleb128 a
a:	.uleb128 1,
	.uleb128 1 2
#= align
	.byte 1
	.balign 4
	.byte 1
	.balign 8, 0xcc
	.byte 1
	.balign 8, 0xcc, 3
	.byte 1
	.balign 8, , 7
	.byte 1
	.p2align 3
	.byte 1
	.p2align 3, 0x11
	.byte 1
	.p2align 3,,1
	.byte 1
	.align 4
	.byte 1
	.byte 1
	.balign 16
	.byte 1,2
	.balignw 4, 0x1234
	.byte 1,2,3,4
	.balignl 8, 0x12345678
	.byte 1,2,3,4
	.balignl 16, 0x12345678
	.byte 1,2
	.p2alignw 4, 0x1122
	.byte 1,2,3,4
	.p2alignl 4, 0x11223344
	.balign 0
	.balign 1
	.p2align 0
	.align
	.data
	.byte 1
	.balign 4
	.byte 1
	.balign 8, 0xcc
	.byte 1
	.p2align 4,,3
	.byte 1
	.balign 4, -1
	.byte 1
	.balign 8, 0x1ff
#= align wrong
	.balign 3
	.balign 4 5
	.balign 4,5,6,7
	.balign foo
	.balign 4,foo
	.balignw 1, 3
	.balignw 4
	.p2align foo
#= org
	.byte 1
	.org 8
	.byte 2
	.org 12, 5
	.byte 3
	.org . + 3, 7
x:	.byte 4
	.org x + 8
	.byte 5
	. = . + 4
	.byte 6
	. = 64
#= org wrong
	.skip 10
	.org 5
#= org wrong 2
	.org foo
#= org wrong 3
	.org
	.org 1,foo
	.org 2,3,4
#= org into another section
	.data
y:	.text
	.org y
#= incbin
	.incbin "data.bin"
	.incbin "data.bin", 4
	.incbin "data.bin", 4, 3
	.incbin "data.bin", 0, 0
	.incbin "data.bin",,2
#= incbin wrong
	.incbin "nowhere"
	.incbin "data.bin", 17
	.incbin "data.bin", -1
	.incbin "data.bin", 2, 17
	.incbin "data.bin" 5
	.incbin "data.bin", 1, -1
#= no file
	.incbin
#= include
	.include "part.inc"
	.include "nowhere.inc"
	.include
	.include part.inc
	.include "part.inc" junk
#= nobits
	.bss
	.ascii "a"
	.ascii ""
	.asciz ""
	.ascii "\0"
	.fill 3,1,5
	.skip 3,1
	.balign 8,1
	.balign 8,0x90
	.uleb128 5
	.sleb128 0
	.org 400, 4
	.float 0.0
	.float 1.0
	.octa 1
	.octa 0
	.incbin "data.bin"
	.byte 1
	.byte 0
x:
#= nobits code
	.bss
	nop
	jmp x
	call x
x:
	.quad foo
	.fill x-., 1, 0
#= nobits late
	.bss
	.uleb128 x-y
y: .skip 5
x: .fill x-y, 1, 0
	.fill x-y, 1, 1
#= struct
	.struct 0
a:	.byte 0
b:	.long 0
	.balign 8
c:	.quad 0
d:	.skip 5
e:	.space 3
f:	.org 100
g:	.fill 2,4
h:	.zero 4
i:	.p2align 4
j:	.struct 16
k:
	.text
	.long a, b, c, d, e, f, g, h, i, j, k
	.offset 8
l:	.quad 0
m:	.text
	.long l, m, m-l
#= struct wrong
	.struct 0
	.byte 1
	.ascii "a"
	.ascii ""
	.fill 3,1,5
	.skip 3,1
	.balign 16,1
	.uleb128 5
	nop
	.org 200,4
	.quad foo
	.struct foo
	.long
	.float 1.0
	.octa 0
	.octa 1
	.string "a"
	.incbin "data.bin"
#= nops
	.nops 1
	.nops 9
	.nops 20
	.nops 10, 3
	.nops 0
	.nop
	.nop
#= nops wrong
	.nops -1
	.nops foo
	.nops
#= d5 l1
	.uleb128 -1
#= d5 l2
	.sleb128 0x7fffffffffffffff
#= d5 l3
	.sleb128 -0x8000000000000000
#= d5 l4
	.sleb128 0xffffffffffffffff
#= d5 l5
	.uleb128 0x123456789abcdef01234
#= d5 l6
	.sleb128 -0x123456789abcdef01234
#= d5 l8
	.sleb128 0x123456789abcdef01234
#= d5 l9
	.uleb128 a
	nop
a:	.uleb128 a+2
#= d5 f1
	.float 1e-40
#= d5 f2
	.float 1e-50
#= d5 f3
	.float 3.4028235e38, 3.4028234e38
#= d5 f4
	.double 4.9e-324, 1.7976931348623157e308, 2.2250738585072014e-308,2.2250738585072011e-308
#= d5 f5
	.float inf, nan, -inf, -nan
	.double inf, nan, -inf, +inf, infinity
#= d5 f6
	.tfloat 1.5, -3, 1e-20, 0
	.hfloat 1.5, 65504, 1e-7
	.bfloat16 1.5, 3.1415
	.tfloat inf, nan
	.hfloat inf, nan
#= d5 f8
	.single 0.1, 0.2, 0.3, 1.17549435e-38, 16777217, 33554433, 1e-38, 5e-39
	.double 0.1, 0.2, 0.3, 9007199254740993, 1e23, 8.5e-10
#= d5 f9
	.float 123456789012345678901234567890
	.double 123456789012345678901234567890.123456789012345678901234567890
#= d5 n1
	.nops 10
	.nops 11
	.nops 12
	.nops 15
	.nops 30
#= d5 n2
	.nops 30, 1
	.nops 30, 5
	.nops 30, 11
	.nops 3,0
	.nops x-y
y: nop
x:
#= d5 ds1
	.ds.x 1
#= d5 ds2
	.ds.p 1
#= d5 ds3
	.ds 2,1
#= d5 dcbx
	.dcb.x 1, 1.5
	.dcb.b 2,-1
	.dcb.b 2,foo
	.dcb.w 2
#= digits in strings
	.ascii "\8\9\18\778\1234"
	.version "a\"b\8"
	.ident
#= bad expressions
	.byte \y, 1
	.byte @
	.quad -\y
	.long -, 1
	.long ~
	.long 5+-
	.long !
	.long 5*
	.long (1
#= long nops
	.nops 87
	.nops 88
	.nops 100, 6
	.nops 200
	.balign 128
	.nops -1
	.dcb.l 0, 3
	.dcb 0
	.dcb.b -1, 3
#= names with a dollar
	.byte $1, $a+2, 1+$, 3
	mov $$1, %eax
x = $4
	.long x
#= a hexadecimal number without digits is missing
	.byte 0x+1
	.byte 5+0x
	.byte -0x
	.byte 0x
#= floats by their bits
	.float 1, :3f80, :3f80_1234
	.double 1,:3f80,0f:5,2
	.tfloat 1,:1122334455667788
	.hfloat 1,:3f8
	.float 1,:3f80123456,2
#= blocks without a value
	.dcb.s 2
	.dcb.d 1,
	.dcb.l 2,
#= sixteen bytes in a section without data
	.bss
	.octa 15!=16
	.octa 1==2
#= strings that end before their end
	.warning "a\0b"
	.ifeqs "", "\0x"
	.endif
