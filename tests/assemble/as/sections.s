#= empty
#= order of symbols and relocations
	.globl main
main:	call puts
	lea msg(%rip), %rdi
	jmp .Lx
	mov foo, %eax
.Lx:	ret
local1: .quad local1, main, ext+4, .Lx
	.section .rodata.str1.1,"aMS",@progbits,1
msg:	.asciz "hello"
.Lm:	.asciz "x"
	.data
	.quad msg, .Lm, msg+2, .Lm+1, foo
	.section .foo,"aw"
bar:	.long 5
	.quad bar, bar2
bar2:	.weak w
	.quad w
	.section ".bar baz","ax",@progbits
	.quad bar-.
	.comm c1, 8, 4
	.lcomm l1, 3
	.quad c1, l1
#= groups
	.section .text.f,"axG",@progbits,f,comdat
	.weak f
f:	ret
	.quad f, g
	.section .data.f,"awG",@progbits,f,comdat
	.quad f
	.section .text.g,"axG",@progbits,g
g:	nop
	.section .text.h,"axG",@progbits,sig,comdat
h:	nop
	.section .text.f,"axG",@progbits,f,comdat
	nop
#= group joined by ?
	.section .text.f,"axG",@progbits,f,comdat
	nop
	.section .rodata.f,"a?",@progbits
	.byte 1
	.text
	.section .rodata.g,"a?",@progbits
	.byte 2
#= link order
	.section .one,"a"
	.byte 1
	.section .two,"ao",@progbits,.one
	.byte 2
	.section .three,"ao",@progbits,nowhere
	.byte 3
#= unique
	.section .u,"a",@progbits,unique,1
	.byte 1
	.section .u,"a",@progbits,unique,2
	.byte 2
	.section .u,"a",@progbits
	.byte 3
	.section .u,"a",@progbits,unique,1
	.byte 4
#= types
	.section .a,"a",@note
	.section .b,"aw",@init_array
	.section .c,"aw",@fini_array
	.section .d,"aw",@preinit_array
	.section .e,"a",@nobits
	.section .f,"a",@0x6fff4700
	.section .g,"a",@unwind
	.section .h,"e"
	.section .i,"awT",@nobits
	.section .j,"aR"
	.section .k,"0x12"
	.section .l,"aM",@progbits,4
	.section .m,"al"
#= known sections
	.section .init
	.section .fini
	.section .init_array
	.section .fini_array.5
	.section .preinit_array
	.section .rodata
	.section .rodata.x
	.section .data.rel.ro
	.section .tbss
	.section .tdata.q
	.section .note.foo
	.section .note.GNU-stack,"",@progbits
	.section .comment
	.section .debug_info
	.section .line
	.section .bss.x
	.section .lbss
	.section .ldata.x
	.section .lrodata
	.section .gnu.linkonce.t.foo
	.section .gnu.linkonce.d.foo
	.section .gnu.linkonce.b.foo
	.section .gnu.linkonce.r.foo
	.section .eh_frame
	.section .eh_frame_hdr
	.section .ctors
	.section .init_array_x
	.section .gnu.lto_x
	.section .ident
	.section .text_x
	.section .text.hot
	.section .gnu.attributes
	.section .got
#= subsections
	.text 1
	.byte 1
	.text 0
	.byte 0
	.subsection 2
	.byte 2
	.previous
	.byte 3
	.pushsection .data, 3
	.byte 4
	.popsection
	.byte 5
	.popsection
	.data 1
	.byte 1
	.data
	.byte 2
	.subsection -1
#= pushsection with flags
	.pushsection .foo,"aw",@progbits
	.long 1
	.pushsection .bar,4,"a"
	.long 2
	.previous
	.long 3
	.popsection
	.long 4
	.popsection
	.long 5
	.pushsection .bar,1
	.long 0
	.popsection
#= changed attributes
	.section .x,"aw"
	.byte 1
	.section .x,"ax"
	.byte 2
	.section .x,"aw",@nobits
	.section .y,"aM",@progbits,4
	.section .y,"aM",@progbits,8
	.section .text,"aw"
	.section .z,"a",@foo
#= bad flags
	.section .z,"q"
#= files and idents
	.file "a.c"
	.text
foo:	nop
	.file "b.c"
	.ident "GCC: 1"
	.ident "two"
bar:	.quad foo
#= section symbol
	.quad .text, .data, foo
	.section foo
	.byte 1
	.quad foo
#= section symbol 2
foo:
	.section foo
	.byte 1
	.quad foo
#= section symbol 3
	.section foo
foo:	.byte 1
	.quad foo
#= sym 4
	.globl foo
	.quad foo
	.section foo
	.byte 1
#= well-known sections
	.section .init
	.section .fini
	.section .init_array
	.section .fini_array.5
	.section .preinit_array
	.section .rodata
	.section .rodata.x
	.section .data.rel.ro
	.section .tbss
	.section .tdata.q
	.section .note.foo
	.section .note.GNU-stack,"",@progbits
	.section .comment
	.section .debug_info
	.section .line
	.section .bss.x
	.section .lbss
	.section .ldata.x
	.section .lrodata
	.section .ltext
	.section .gnu.linkonce.t.foo
	.section .gnu.linkonce.d.foo
	.section .gnu.linkonce.b.foo
	.section .gnu.linkonce.r.foo
	.section .eh_frame
	.section .eh_frame_hdr
	.section .ctors
	.section .dtors
	.section .init_array_x
	.section .gnu.lto_x
	.section .ident
	.section .text_x
	.section .text.hot
	.section .gnu.attributes
	.section .got
	.section .plt
	.section .plt.x
	.section .dynamic
	.section .note
	.section .notefoo
	.section .rodata1
	.section .data1
	.section .debug
	.section .debug_str
	.section .zdebug_x
	.section .persistent
	.section .persistent.bss
	.section .noinit.x
	.section .relafoo
	.section .interp
	.section .sdata
	.section .symtab_shndx
	.section .gnu.warning.x
	.section .gnu.build.attributes
#= known changed
	.section .rodata,"aw"
	.section .init_array,"a"
	.section .init_array.1,"aw",@progbits
	.section .bss,"aw",@progbits
	.section .note.x,"aw"
	.section .data.x,"a"
	.section .text.x,"aw"
	.section .foo,"a"
	.section .foo,"aw"
	.section .foo,"a",@note
	.section .foo,"aM",@progbits,4
	.section .foo,""
	.section .foo
	.section .eh_frame,"a",@progbits
	.section .eh_frame,"a",@unwind
	.section .debug_foo,"a"
	.section .tbss,"awT",@progbits
	.section .fini_array,"aw",@0x6
	.section .bss.y,"aw",@note
	.section .rodata.str,"aMS",@progbits
#= err
	.section
#= err3
	.section .a,a
#= err4
	.section .a,"a",
#= f1
	.section .a,"a",@foo
	.section .c,"a",@1
	.section .d,"a","nobits"
	.section .e,"a",%note
	.section .f,"a",@"note"
	.section .g,"a",@0x12junk
	.section .h,"a",@progbits,unique,5
	.byte 1
#= f2
	.section .a3,"a","progbits"
	.section .a5,"aG",@progbits
	.section .a6,"ao",@progbits
#= f3
	.section .a7,"a",@progbits,1
	.section .a8,"a",@progbits junk
	.section .a9 "a"
	.section .b6,"aMG",@progbits,1,foo
	.section .b7,"a",@progbits,unique
	.section .b8,"a",@progbits,unique,x
#= f4
	.section .b9,"aM",@progbits,-1
	.section .c1,"aM",@progbits,0
	.section .c3,"aG",@progbits,foo,comdat,unique,3
#= f5
	.section .c4,"aG",@progbits,foo,junk
#= f6
	.section .c5,"aM"
	.section .c6,"aMS",@progbits,2,unique,4
	.section .c7,"aGo",@progbits,.text,gg
	.section .c8,"aG?",@progbits,gg
#= f7
	.section .b7,"a",@progbits,unique,0x5
	.byte 1
	.section .b7,"aM",@progbits,4,unique,4294967296
	.byte 1
	.section "a b","aw"
	.byte 1
	.section a-b+c*d
	.byte 1
	.section a%b, "a"
	.byte 1
	.section x"y"z, "a"
	.byte 1
#= f8
	.section .s,"aS",@progbits,1
	.section .s,"aMS",@progbits,x
#= f11
	.data
	.previous
	.byte 1
	.previous
	.byte 2
	.pushsection .data
	.pushsection .bss
	.popsection
	.popsection
	.previous
	.byte 3
#= f12
	.pushsection .data,
	.pushsection .foo,1,2
	.pushsection
	.popsection
	.pushsection .foo,5,"a",@note
	.byte 1
	.popsection
	.pushsection .foo,-1
	.pushsection .foo,x
	.struct 4
a:	.long 0
b:	.text
	.long a,b
#= f13 nobits flags
	.section .q,"aw",@nobits
x:	.zero 4
	.quad 0
	.section .w,"aw",@nobits
	nop
#= order of relocations
	jmp ext
	call ext2
	jne ext3
	.long ext4
	.reloc 0, R_X86_64_NONE, foo
	.text 1
	jmp ext5
	.long ext6
	.text 0
	.byte ext7
	.reloc ., R_X86_64_NONE, foo2
	jmp .data
	jmp w
	.weak w
w:
#= attributes of .data.rel ax
	.section .data.rel,"ax"
#= attributes of .data.rel awx
	.section .data.rel,"awx"
#= attributes of .data.rel aG
	.section .data.rel,"aG",@progbits,g
#= attributes of .data.rel ao
	.section .data.rel,"ao",@progbits,.text
#= attributes of .data.rel aM
	.section .data.rel,"aM",@progbits,4
#= attributes of .data.rel aR
	.section .data.rel,"aR"
#= attributes of .init_array ax
	.section .init_array,"ax"
#= attributes of .init_array awx
	.section .init_array,"awx"
#= attributes of .init_array aG
	.section .init_array,"aG",@progbits,g
#= attributes of .init_array ao
	.section .init_array,"ao",@progbits,.text
#= attributes of .init_array aM
	.section .init_array,"aM",@progbits,4
#= attributes of .init_array aR
	.section .init_array,"aR"
#= attributes of .rodata ax
	.section .rodata,"ax"
#= attributes of .rodata awx
	.section .rodata,"awx"
#= attributes of .rodata aG
	.section .rodata,"aG",@progbits,g
#= attributes of .rodata ao
	.section .rodata,"ao",@progbits,.text
#= attributes of .rodata aM
	.section .rodata,"aM",@progbits,4
#= attributes of .rodata aR
	.section .rodata,"aR"
#= attributes of .rodata.x ax
	.section .rodata.x,"ax"
#= attributes of .rodata.x awx
	.section .rodata.x,"awx"
#= attributes of .rodata.x aG
	.section .rodata.x,"aG",@progbits,g
#= attributes of .rodata.x ao
	.section .rodata.x,"ao",@progbits,.text
#= attributes of .rodata.x aM
	.section .rodata.x,"aM",@progbits,4
#= attributes of .rodata.x aR
	.section .rodata.x,"aR"
#= attributes of .note.x ax
	.section .note.x,"ax"
#= attributes of .note.x awx
	.section .note.x,"awx"
#= attributes of .note.x aG
	.section .note.x,"aG",@progbits,g
#= attributes of .note.x ao
	.section .note.x,"ao",@progbits,.text
#= attributes of .note.x aM
	.section .note.x,"aM",@progbits,4
#= attributes of .note.x aR
	.section .note.x,"aR"
#= attributes of .note ax
	.section .note,"ax"
#= attributes of .note awx
	.section .note,"awx"
#= attributes of .note aG
	.section .note,"aG",@progbits,g
#= attributes of .note ao
	.section .note,"ao",@progbits,.text
#= attributes of .note aM
	.section .note,"aM",@progbits,4
#= attributes of .note aR
	.section .note,"aR"
#= attributes of .bss ax
	.section .bss,"ax"
#= attributes of .bss awx
	.section .bss,"awx"
#= attributes of .bss aG
	.section .bss,"aG",@progbits,g
#= attributes of .bss ao
	.section .bss,"ao",@progbits,.text
#= attributes of .bss aM
	.section .bss,"aM",@progbits,4
#= attributes of .bss aR
	.section .bss,"aR"
#= attributes of .text.hot ax
	.section .text.hot,"ax"
#= attributes of .text.hot awx
	.section .text.hot,"awx"
#= attributes of .text.hot aG
	.section .text.hot,"aG",@progbits,g
#= attributes of .text.hot ao
	.section .text.hot,"ao",@progbits,.text
#= attributes of .text.hot aM
	.section .text.hot,"aM",@progbits,4
#= attributes of .text.hot aR
	.section .text.hot,"aR"
#= attributes of .note.GNU-stack ax
	.section .note.GNU-stack,"ax"
#= attributes of .note.GNU-stack awx
	.section .note.GNU-stack,"awx"
#= attributes of .note.GNU-stack aG
	.section .note.GNU-stack,"aG",@progbits,g
#= attributes of .note.GNU-stack ao
	.section .note.GNU-stack,"ao",@progbits,.text
#= attributes of .note.GNU-stack aM
	.section .note.GNU-stack,"aM",@progbits,4
#= attributes of .note.GNU-stack aR
	.section .note.GNU-stack,"aR"
#= attributes of .tdata ax
	.section .tdata,"ax"
#= attributes of .tdata awx
	.section .tdata,"awx"
#= attributes of .tdata aG
	.section .tdata,"aG",@progbits,g
#= attributes of .tdata ao
	.section .tdata,"ao",@progbits,.text
#= attributes of .tdata aM
	.section .tdata,"aM",@progbits,4
#= attributes of .tdata aR
	.section .tdata,"aR"
#= attributes of .fini ax
	.section .fini,"ax"
#= attributes of .fini awx
	.section .fini,"awx"
#= attributes of .fini aG
	.section .fini,"aG",@progbits,g
#= attributes of .fini ao
	.section .fini,"ao",@progbits,.text
#= attributes of .fini aM
	.section .fini,"aM",@progbits,4
#= attributes of .fini aR
	.section .fini,"aR"
#= attributes of .fini_array.5 ax
	.section .fini_array.5,"ax"
#= attributes of .fini_array.5 awx
	.section .fini_array.5,"awx"
#= attributes of .fini_array.5 aG
	.section .fini_array.5,"aG",@progbits,g
#= attributes of .fini_array.5 ao
	.section .fini_array.5,"ao",@progbits,.text
#= attributes of .fini_array.5 aM
	.section .fini_array.5,"aM",@progbits,4
#= attributes of .fini_array.5 aR
	.section .fini_array.5,"aR"
#= attributes of .comment ax
	.section .comment,"ax"
#= attributes of .comment awx
	.section .comment,"awx"
#= attributes of .comment aG
	.section .comment,"aG",@progbits,g
#= attributes of .comment ao
	.section .comment,"ao",@progbits,.text
#= attributes of .comment aM
	.section .comment,"aM",@progbits,4
#= attributes of .comment aR
	.section .comment,"aR"
#= entries are padded
	.section foo, "aM", @progbits, 8
	.byte 5
	.subsection 2
	.byte 6
	.section bar, "axM", @progbits, 12
	.byte 7
#= debugging information brings a line table
	.section .debug_info
	.long 5
	.text
	.cfi_startproc
	.cfi_endproc
#= jumps in .bss
	.bss
	je ext
#= negative space in the end
a:	.skip a-b, 3
	.fill a-b
	nop
b:
#= jumps at the edge of short: those that leave the section are near before any other is looked at
	.section	.text.0,"ax"
	.skip	26, 0x90
	jmp	.L0_5
.L0_0:
	je	ext
	je	.L0_5
	.skip	25, 0x90
	.skip	21, 0x90
	.p2align	4,,10
	.p2align	3
.L0_1:
	.p2align	4
	jmp	.L0_0
	jmp	.L0_3
	je	ext
.L0_2:
	.skip	25, 0x90
	je	.L0_2
	je	ext
	.skip	23, 0x90
.L0_3:
	jmp	ext
	.p2align	4
	je	.L0_3
.L0_4:
	jmp	.L0_1
	jmp	.L0_2
.L0_5:
	.p2align	4,,10
	.p2align	3
	.skip	21, 0x90
	jmp	ext
	je	.L0_1
	.section	.text.1,"ax"
	.skip	27, 0x90
.L1_0:
	.p2align	4,,10
	je	.L1_4
	je	.L1_0
	jmp	.L1_5
.L1_1:
	.p2align	4,,10
	je	ext
	je	ext
	je	.L1_5
	je	.L1_5
.L1_2:
	.skip	12, 0x90
	je	.L1_5
	.skip	19, 0x90
	.skip	17, 0x90
	.skip	26, 0x90
	.skip	19, 0x90
	.skip	10, 0x90
.L1_3:
	je	.L1_1
.L1_4:
	jmp	.L1_2
.L1_5:
	jmp	ext
	jmp	ext
	je	ext
	je	.L1_3
	.p2align	4,,10
	.p2align	3
	.section	.text.2,"ax"
.L2_0:
	.p2align	4
.L2_1:
	.skip	28, 0x90
	.skip	26, 0x90
	.p2align	4,,10
	.skip	1, 0x90
	.skip	9, 0x90
	.p2align	4,,10
	.skip	24, 0x90
.L2_2:
	jmp	.L2_5
.L2_3:
	jmp	ext
	.skip	25, 0x90
	jmp	.L2_2
	.p2align	4
	jmp	ext
	.p2align	4,,10
	.p2align	3
	.skip	14, 0x90
	jmp	ext
	.skip	16, 0x90
	.skip	28, 0x90
	.skip	15, 0x90
	je	.L2_4
.L2_4:
	.skip	2, 0x90
	jmp	.L2_3
.L2_5:
	.skip	11, 0x90
	.section	.text.3,"ax"
	jmp	.L3_3
	.skip	22, 0x90
	.skip	2, 0x90
	je	.L3_2
	je	ext
	.skip	11, 0x90
	.skip	2, 0x90
	jmp	ext
.L3_0:
	jmp	ext
.L3_1:
	.p2align	5,,7
.L3_2:
	jmp	.L3_2
	.p2align	4
	.skip	17, 0x90
	.skip	21, 0x90
	jmp	.L3_1
	.skip	13, 0x90
	je	.L3_3
	jmp	ext
.L3_3:
	.skip	20, 0x90
.L3_4:
	je	ext
	je	.L3_2
.L3_5:
	.p2align	4,,10
	jmp	ext
	je	.L3_0
#= origins that nobody has defined yet
	nop
	.org f+8
f:
	.data
	.org c, 7
c = 5
#= origins that nobody ever defines
	nop
	.org c-a
	.org .Lb+2
#= jumps in the absolute section
	.struct 1
	call v
	jmp v+3
	jnz 5
#= a structure's name twice in one place
	.struct 1
b:
b:
	.byte 0
b:
#= the gap that a missing pattern leaves
	.section .foo,"wa",@progbits
	jb a
	.balignl 4
	.byte 1
#= blocks in a section without data
	.bss
	.dcb.w 3, 1
	.dcb.l 3, 0
#= a line table beside other debugging information
	.section .debug_info,"o",@progbits,.data
	.long 1
	.section .debug_line
#= no line table for gaps
	.section .debug_info
	.balign 4
#= files in the absolute section
	.struct 4
	.incbin "data.bin"
a:	.text
	.long a
#= NOPs longer than there are
	.nops 5, 99
	.long 1f
#= NOPs longer than there are, beside another error
	.nops 5, 99
	.foo
#= an origin less what is nowhere
a:	.byte 1
	.org a-d
#= operators where nothing may be stored
	.struct 7
	.short c@TPOFF
#= an origin that is elsewhere in the end
	.org g+2
	.data
g:
#= an origin that is elsewhere in the end, and too low
	.byte 1, 2
	.org g+1
	.data
g:
