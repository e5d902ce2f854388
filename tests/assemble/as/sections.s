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
