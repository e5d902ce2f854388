#= assignments
a = 1
b == 2
	.set c, 3
	.equ d, 4
	.equiv e, 5
	.eqv f, 6
	.long a, b, c, d, e, f
a = a + 1
	.set c, c + 1
	.long a, c
g = . + 4
	.long g - .
h = x
x:	.long h, x
#= assignments wrong
a == 1
a == 2
	.equiv a, 3
	.eqv a, 4
a = 5
x:
x = 5
	.set x, 6
y = 1
y:
	.set z, 1, 2
	.set 5, 2
	.equ %rax, 3
#= aliases of undefined symbols
	.set a, ext
	.set b, ext + 4
	.set c, a
	.globl c
	.long a, b, c
	call a
	.quad b + 8
	.weak w
	.set v, w
	.quad v
#= forward sets
	.long a, b
	.set a, 5
	.set b, x + 2
x:	.long 0
	.set c, d
	.set d, e
	.set e, 7
	.long c
y = z - x
z:	.long y
#= sets of differences
p = q - r
r:	.skip 5
	.balign 16
q:	.long p
#= equated functions and objects
	.type f, @function
	.size f, .-f
f:	nop
	.set g, f
	.globl g
	.type h, @object
h = f
	.size h, 8
	.set i, f
	.type i, @object
	.weak j
	j = f
#= binding
	.globl a, b
	.global c
	.weak d, e
	.local f
	.hidden g
	.internal h
	.protected i
a: b: c: d: e: f: g: h: i:
	.globl d
	.weak a
	.local c
	.hidden a
	.protected b
	.globl j
	.long k
	.weak k
	.extern l
	.globl .Lx
.Lx:
	.local .Ly
.Ly:
#= binding wrong
	.globl a b
	.globl a,
	.local a,,b
	.hidden "q r"
	.globl %rax
#= types
	.type a, @function
	.type b, %object
	.type c, "notype"
	.type d, STT_FUNC
	.type e, #function
	.type f, @tls_object
	.type g, @common
	.type h, @gnu_indirect_function
	.type i @function
	.type j, function
	.type k, @0
	.type l, @foo
	.type m
	.type n, @function junk
	.type o, 2
a: b: c: d: f: g: h: i: j:
	call h
	jmp h
	.quad h
#= sizes
	.type a, @function
a:	nop
	nop
	.size a, .-a
	.size b, 5
	.globl b
	.size c, d-a
c:
d:
	.size e, 1+2*3
e:
#= sizes wrong
	.size
	.size a
	.size a 5
	.size a, 5, 6
	.size a,
a:
#= common
	.comm a, 8
	.comm b, 8, 4
	.comm c, 100
	.comm d, 3
	.comm e, 16, 32
	.local f
	.comm f, 8, 8
	.lcomm g, 5
	.lcomm h, 32
	.comm i, 0
	.comm a, 8
	.weak j
	.hidden b
	.type a, @object
	.quad a, b, f, g
	.common k, 4, 4
	.comm "l m", 4
#= common wrong
	.comm a, foo
	.comm a, -1
	.comm b, 4
	.comm b, 8
x:	.comm x, 4
	.comm d, 4, 4, 4
	.lcomm e, -1
	.lcomm x, 4
	.comm f 5
#= local labels
1:	nop
	jmp 1b
	jmp 1f
	.long 1b-., 1f-.
1:	nop
	jmp 1b
10:	jmp 10b
	jmp 0f
0:	.long 0b-1b
	.byte 0b101
	.long 1b
	.byte 0b
#= local labels wrong
	jmp 3b
	.long 5b
1: 1: nop
#= dollar labels
1$:	nop
	jmp 1$
x:
1$:	nop
#= labels
a: b: c:	nop
"x y":	nop
	.long "x y"
.La:	nop
	.long .La
a$b:	.long a$b
_x.y:	.long _x.y
	.globl "z w"
"z w":
a:
#= weakref
	.weakref a, b
	.long a
	call a
	.weakref c, d
	.weakref e, f
	.long f
	.weakref g, h
#= visibility of undefined
	.hidden a
	.long a
	.protected b
	call b
	.internal c
#= relocation operators
	call f@PLT
	jmp f@plt
	mov f@GOTPCREL(%rip), %rax
	mov f@GOT(%rax), %eax
	movq f@GOT(%rax), %rax
	movabs $f@GOT, %rax
	movabs $f@GOTOFF, %rax
	movabs $f@GOTPLT, %rax
	mov %fs:f@TPOFF, %rax
	mov f@GOTTPOFF(%rip), %rax
	lea f@TLSGD(%rip), %rdi
	lea f@TLSLD(%rip), %rdi
	lea f@DTPOFF(%rax), %rdi
	lea f@TLSDESC(%rip), %rax
	movabs $f@TPOFF, %rax
	movabs $f@DTPOFF, %rax
	movabs $f@PLTOFF, %rax
	mov $f@SIZE, %eax
	movabs $f@SIZE, %rax
	.long f@PLT, f@GOTPCREL, f@GOT, f@TPOFF, f@DTPOFF, f@SIZE, f@GOTTPOFF, f@TLSGD
	.quad f@GOTOFF, f@TPOFF, f@DTPOFF, f@SIZE, f@GOT, f@PLTOFF, f@GOTPCREL, f@GOTPLT
	.long f@PLT+4, f@GOTPCREL+1
	call *f@GOTPCREL(%rip)
	jmp *f@GOTPCREL(%rip)
	add f@GOTPCREL(%rip), %rax
	add f@GOTPCREL(%rip), %eax
	test %rax, f@GOTPCREL(%rip)
	push f@GOTPCREL(%rip)
	mov f@GOTPCREL+4(%rip), %rax
#= relocation operators on local symbols
	.data
v:	.quad v@GOTOFF, v@SIZE
	.long v@PLT, v@GOTPCREL
	.size v, 8
	.section .tdata,"awT"
t:	.long 5
	.text
	mov v@GOTPCREL(%rip), %rax
	mov %fs:t@TPOFF, %rax
	call x@PLT
x:	lea t@TLSGD(%rip), %rdi
#= relocation operators wrong
	.long f@FOO
	.byte f@PLT
	call f@GOTPCREL
	.quad f@PLT
	.short f@GOT
	.quad f@TLSGD
#= global offset table
	lea _GLOBAL_OFFSET_TABLE_(%rip), %rbx
	.long _GLOBAL_OFFSET_TABLE_
	.long _GLOBAL_OFFSET_TABLE_-.
	.quad _GLOBAL_OFFSET_TABLE_
#= data relocations
	.byte ext
	.short ext
	.long ext
	.quad ext
	.byte ext-.
	.short ext-.
	.long ext-.
	.quad ext-.
	.long ext+5-.
x:	.long ext-x, x-ext2
#= pc relative to another section
	.data
d:	.long 5
	.text
	.long d-.
	.quad d-.
x:	.long d-x
	.long x-d
#= differences
	.data
a:	.long 1
	.balign 16
b:	.long b-a
	.quad a-b
	.byte b-a
	.text
c:	.long b-a
	jmp d
	.skip 130
d:	.byte d-c
	.short d-c
#= reloc directive
	.reloc 0, R_X86_64_NONE, foo
	.reloc ., R_X86_64_64, bar+4
	.quad 0
	.long 0
	.reloc 4, R_X86_64_32
	.reloc 4, BFD_RELOC_NONE
	.reloc 8, BFD_RELOC_32, foo
#= reloc directive wrong
	.reloc
	.reloc 0
	.reloc 0, FOO
	.reloc 0, R_X86_64_FOO, x
	.reloc foo, R_X86_64_64, x
#= odds
	.version "1.0"
	.linkonce
	.ident "x"
	.ident foo
#= version
	.version "01.01"
#= attach_to_group
	.section .a,"a"
	.attach_to_group g
	.byte 1
#= symver
	.symver a, z@V1
	.symver b, z@@V1
b:
	.symver c, y@@@V
c:
	.symver d, w@@@V
	.symver e, k@V, remove
e:
	.symver f, k@@V, hidden
f:
	.symver g, k@V3, local
g:	.globl g, f, e, c, b
	.long a, b, c, d, e, f, g
	.type b, @function
	.size b, 5
#= symver of locals and several
	.symver b, z@V1
	.symver b, z@V2
	.symver b, z@@V3
b:	.long b
	.weak c
c:	.symver c, cc@V1
	.hidden c
	.symver u, zz@V1
u = 5
	.symver v, x@V1, remove
	.long v
#= symver wrong
	.symver a, z@@V1
	.symver b
	.symver b, x@V foo
	.symver b, x@V, foo
	.symver d, z@V1
	.comm d, 5
#= octa and leb128 of operators
	.octa !0, !5, -5, -(-5), 5-6, ~-129, +(-3), (-3), -(3-4), -0, -1+0, 0==0
s = -1
	.octa s, -s, s+0
	.sleb128 3>2, -5, 5-6, 5*-1, -1*5, ~5, !0, (3>2)-1, 0xffffffffffffffff, s, s-4
	.uleb128 s, -5, 3>2
#= octa of places
	.octa a, a-b, b-c
	.octa f@PLT
b:	.byte 0
c:
#= common and labels
	.comm a, 16
	.data
	.byte 1
a:	.long a
	.comm b, 2<3
x = 5
	.comm x, 4
	.comm big, -1
	.comm e, 4
	.bss
e:
#= common wrong again
	.comm a, 16
a:
	.weak w
	.comm w, 4
	.lcomm l, 4, 8
#= labels that look temporary
	.globl .La
	.weak .Lb
	.hidden .Lc
	.type .Ld, @function
	.weakref u, .Le
	.weakref v, xx
	.weakref q, r
r:	.long q
	.local .Lf, loc
	.weak ww
	.hidden hh
.La:
.Lw:
	.weak .Lw
#= thread-local symbols
	.section foo, "awT"
b:	.byte 1
	.section .tbss, "awT", @nobits
c:
	.set q, c + 1
	.text
	.set r, c
	.long b@TPOFF, c@GOTTPOFF, u@TLSGD
#= accessing what is no thread's
	.size q, w
c:	.long c@TPOFF
	.type v, @function
v:	.long v@TPOFF
	.size r, w
	.long a - b
	jmp 1f
#= order of messages
	.org .+5
	.org 3
	.foo
	.long a-b
	.size x, y
u = a-b
	.uleb128 a
	.comm x, 5
	.set v, 7 < a-b
	.set t, t
#= not of places
	.quad !b, !!c, !(a+1), !d
d:
#= section symbols of large operators
	nop
.Lc:	.quad .Lc@GOTPCREL, .Lc@PLTOFF, .Lc@GOT, .Lc@GOTPLT, .Lc@GOTOFF
	.long .Lc@GOTPCREL, .Lc@GOT, .Lc@PLT
#= symver of one symbol twice
	.symver c, z@V1
	.symver c, z@V2
	.long c
	.symver b, x@@@@z
#= sizes of what has none
f:	.quad f@SIZE, b@SIZE, x@SIZE
b:
	.size b, 3
#= labels that become real
.La:
	.globl a, u, .La
b:
#= large and thread-local common storage
	.largecomm x, 5
	.largecomm y, 100
	.largecomm z, 5, 2
	.tls_common t, 4
	.tls_common u, 100, 64
	.data
	.largecomm d, 4
d:
#= large common wrong
	.largecomm x, 5
	.comm x, 5
	.largecomm x, 7
x:
	.comm d, (0<5)
d:
#= local labels that nobody defines
1:	jmp 1f
2:
2:	jmp 2f
	.byte ~255, -255, -256
	.2byte ~65535
#= temporaries get their places
	.section .rodata.str1.1,"aMS",@progbits,1
.LC0:	.string "before"
	.text
a:	leaq .LC0(%rip), %rdi
b:	leaq .LC1(%rip), %rdi
c:	leaq .LC1(%rip), %rdi
d:	movq .LC2(%rip), %rax
e:	movl .LC3(%rip), %eax
f:	movq .LC4(%rip), %xmm0
g:	call .LC5
	.section .rodata.str1.1,"aMS",@progbits,1
.LC1:	.string "later"
.LC2:	.string "moved"
.LC3:	.string "once"
.LC4:	.string "vector"
.LC5:	.string "called"
h:
#= places in sections that are kept once
	.section .text.f, "axG", @progbits, sig, comdat
	nop
	.type f, @function
f:	ret
.Lf:	.quad f, .Lf
	call f
	.section .gnu.linkonce.d.z, "aw", @progbits
z:	.quad z
	.section .text.g, "axG", @progbits, sig, comdat
	call f
	call .Lf
	.text
	call f
	jmp f
	leaq f+4(%rip), %rax
	.quad f, z, .Lf, .text.f
	.long f - ., .Lf - .
#= calls of what is made global, weak or indirect afterwards
	call	f
f:	ret
	call	f
	jmp	f
	.globl	f
	.weak	w
w:	call	w
	call	i
i:	ret
	call	i
	.type	i, @gnu_indirect_function
	call	i
	jmp	i
	jz	i
	jmp	w
	.set	again, f
	call	again
	.set	also, i
	call	also
	jmp	also
#= the type of common storage
	.comm ext, 4
	.type ext, @object
	.type ext, @function
#= who refers to a name keeps what it was
	.long x
x = 1
	.long x
x = 2
	.long x
	.size a, x
x = 3
a:
#= names for places keep them too
	.globl x
	.long x, z
z = f
z:
y = x + 1
x = f
x = g
	.long x, y
f:	nop
g:
#= what a new value leaves of a symbol
	.set s, f
	.hidden s
	.weak t
	.protected t
	.type s, @function
	.size s, 7
	.size t, 3
	.set s, 5
	.set t, f
	.set t, 6
f:
#= a weak reference's target is named outright
	.weakref a1, s
	.weakref a2, t
	.weakref a3, u
	.weakref a4, v
	.weakref a5, w
	.globl s
	.hidden t
	.set u, 4
	.comm v, 4
	.size w, 4
	.weakref a6, x
	.weak x
	.long a1, a6
#= distances from what the program itself looks up
	.value f-d
	.quad f-d
	.type f, @gnu_indirect_function
d:
f:
#= temporaries that become symbols
	.byte (.La-c)
	.type .Lc, @common
	.type .Lu, @gnu_unique_object
	.long .Lb
	.globl b
	.weak .La, .Lb
	.set x, .Ld
	.globl d, .Ld
c:
.La:
.Ld:
#= relocations at numbers and at places
	.reloc 0, BFD_RELOC_32, 5
	.data
	.reloc ., BFD_RELOC_32, ext
#= another name of a place is the place once all are defined
	.globl x
	.weak w
x = g
w = h
y = x + 1
	.globl g
	.long x, y, w
	jmp x
	jmp w
	.type g, @function
	.size g, 4
g:
	.weak h
h:
z = h
	call z
	.data
	call z
#= undefined names with versions
	.symver u, ext@V2
	.symver v, ext2@V2
	.symver .Lb, z@@@V1, local
	.long v
#= local storage of a name that had a value
t = d - f
	.lcomm t, 5
#= what is thread-local in the end
	lea a@TLSGD(%rip), %rdi
	mov a@GOTTPOFF(%rip), %rdi
	.long t@TPOFF
t = 65536
a:
#= local storage goes behind what is written to the section
	.local st
	.comm st, 40, 32
	.lcomm u, 3
	.bss
q:	.byte 0
	.subsection 2
	.byte 0
	.local big, t
	.largecomm big, 40, 32
	.tls_common t, 40, 32
#= functions that the program looks up stay such
	.type c, @gnu_indirect_function
	.type c, @function
c:
	.type ifu, @gnu_indirect_function
	.set ifu, r
	.type r, @function
r:
	.type d, @gnu_indirect_function
	.type d, @object
d:
#= temporaries keep their places when others move
	.section .rodata.str1.1,"aMS",@progbits,1
.La:	.string "a"
	.text
.Lx:	.long .Lx
	leaq .La(%rip), %rax
	.type .Lx, @function
	.globl .Lx
b:
#= storage with something behind it
	.lcomm main, 16, 32
main:
	.comm a, 4, 4 junk
a:
#= numbers where names belong
	.weak 5
	.hidden a, 7
	.local
#= temporaries that names are set to
	.text
	lea .LC1(%rip), %rax
	lea .LC2(%rip), %rax
	.section .rodata.str1.1,"aMS",@progbits,1
	.set .LC0, .LC2+1
	.set .LC3, .LC1
.LC1:	.string "a"
.LC2:	.string "abc"
#= labels that names are set to behind them
	lea .LC1(%rip), %rax
	lea .LC2(%rip), %rax
	.section .rodata.str1.1,"aMS",@progbits,1
.LC1:	.string "a"
.LC2:	.string "abc"
	.set .LC0, .LC2+1
	.set .LC3, .LC1
b:
#= labels that are set to others
	lea .LC1(%rip), %rax
	lea .LC3(%rip), %rax
	.section .rodata.str1.1,"aMS",@progbits,1
.LC1:	.string "a"
.LC2:	.string "abc"
	.set .LC3, .LC2+1
	.text
	lea .LC2(%rip), %rax
b:
