#= simple function
	.globl f
f:	.cfi_startproc
	push %rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	mov %rsp, %rbp
	.cfi_def_cfa_register %rbp
	pop %rbp
	.cfi_def_cfa %rsp, 8
	ret
	.cfi_endproc
#= two functions share a CIE
f:	.cfi_startproc
	push %rbx
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset rbx, 0
	call g
	pop %rbx
	.cfi_adjust_cfa_offset -8
	.cfi_restore rbx
	ret
	.cfi_endproc
	.section .init.text,"ax"
g:	.cfi_startproc
	ret
	.cfi_endproc
#= simple
	.cfi_startproc simple
	.cfi_def_cfa rsp, 40
	.cfi_offset 16, -8
	.cfi_undefined rax, rcx
	nop
	.cfi_same_value %r8
	.cfi_endproc
	.cfi_startproc
	nop
	.cfi_endproc
	.cfi_startproc simple
	nop
	.cfi_endproc
#= signal frame, return column
	.cfi_startproc
	.cfi_signal_frame
	nop
	.cfi_endproc
	.cfi_startproc
	.cfi_return_column 3
	nop
	.cfi_endproc
	.cfi_startproc
	nop
	.cfi_endproc
#= personality and lsda
	.cfi_startproc
	.cfi_personality 0x3, my_personality
	.cfi_lsda 0x3, .Lsda
	nop
	.cfi_endproc
	.cfi_startproc
	.cfi_personality 0x9b, DW.ref.my
	.cfi_lsda 0x1b, .Lsda
	nop
	.cfi_endproc
	.cfi_startproc
	.cfi_personality 0, abs_personality
	.cfi_lsda 0, .Lsda2
	nop
	.cfi_endproc
	.section .gcc_except_table,"a"
.Lsda:	.byte 1
.Lsda2:	.byte 2
#= every instruction
	.cfi_startproc
	.cfi_remember_state
	nop
	.cfi_register rax, rbx
	.cfi_val_offset rcx, -24
	.cfi_offset xmm16, -32
	.cfi_offset rdx, 16
	.cfi_val_offset rdx, 16
	.cfi_restore xmm20
	.cfi_window_save
	.cfi_escape 0x0f, 0x03, 0x77, 0x08, 0x06
	nop
	.cfi_restore_state
	.cfi_def_cfa_offset -16
	.cfi_def_cfa rbp, -8
	.cfi_val_encoded_addr rip, 0x1b, sym
	.cfi_val_encoded_addr rip, 0, sym
	.cfi_val_encoded_addr rip, 3, sym
	.cfi_label here
	.cfi_undefined rip
	.cfi_offset %st(1), -40
	.cfi_offset st, -40
	.cfi_offset %fs, -8
	.cfi_offset gs.base, -8
	.cfi_offset %mxcsr, -8
	.cfi_offset k1, -8
	.cfi_offset 5, -8
	.cfi_endproc
	.quad here
#= advances
	.cfi_startproc
	.skip 1
	.cfi_def_cfa_offset 1
	.skip 63
	.cfi_def_cfa_offset 2
	.skip 64
	.cfi_def_cfa_offset 3
	.skip 255
	.cfi_def_cfa_offset 4
	.skip 256
	.cfi_def_cfa_offset 5
	.skip 65535
	.cfi_def_cfa_offset 6
	.skip 65536
	.cfi_def_cfa_offset 7
	jmp 1f
	.cfi_def_cfa_offset 8
	.balign 64
	.cfi_def_cfa_offset 9
	.skip 130
1:	.cfi_def_cfa_offset 10
	.balign 2
	.cfi_def_cfa_offset 11
	.balign 128
	.cfi_def_cfa_offset 12
	.balign 128
	.cfi_def_cfa_offset 13
	.cfi_endproc
#= debug_frame
	.cfi_sections .debug_frame
f:	.cfi_startproc
	push %rbx
	.cfi_adjust_cfa_offset 8
	ret
	.cfi_endproc
g:	.cfi_startproc
	.cfi_signal_frame
	.cfi_personality 3, p
	nop
	.cfi_endproc
#= both sections
	.cfi_sections .eh_frame, .debug_frame
f:	.cfi_startproc
	push %rbx
	.cfi_adjust_cfa_offset 8
	ret
	.cfi_endproc
	.cfi_startproc
	.cfi_endproc
#= no section
	.cfi_sections
f:	.cfi_startproc
	nop
	.cfi_endproc
#= own eh_frame section before
	.section .eh_frame,"a",@progbits
	.long 0
	.text
	.cfi_startproc
	nop
	.cfi_endproc
#= own eh_frame of type unwind
	.section .eh_frame,"a",@unwind
	.text
	.cfi_startproc
	nop
	.cfi_endproc
#= nested sections
	.cfi_startproc
	nop
	.pushsection .text.b,"ax"
	.cfi_startproc
	nop
	.cfi_def_cfa_offset 24
	.popsection
	.cfi_def_cfa_offset 16
	nop
	.cfi_endproc
	.section .text.b,"ax"
	nop
	.cfi_endproc
#= in a group
	.section .text.f,"axG",@progbits,f,comdat
f:	.cfi_startproc
	nop
	.cfi_endproc
#= errors
	.cfi_endproc
	.cfi_def_cfa_offset 8
	.cfi_personality 0, foo
	.cfi_startproc
	.cfi_startproc
	.cfi_offset eax, -8
	.cfi_offset rax -8
	.cfi_offset rax, -7
	.cfi_offset rax, foo
	.cfi_offset bar, 8
	.cfi_restore_state
	.cfi_personality 0x55, foo
	.cfi_personality 0, %rax
	.cfi_personality 0x10, 5
	.cfi_personality 0xff
	.cfi_lsda 1, foo
	.cfi_undefined
	.cfi_undefined rax rbx
	.cfi_endproc
#= errors of values
	.cfi_startproc
	.cfi_escape 1,,2
	.cfi_sections .debug_frame
	.cfi_sections foo
	.cfi_fde_data
	.cfi_personality_id foo
	.cfi_inline_lsda
	.cfi_foo
	.cfi_endproc junk
	.cfi_startproc other
	.cfi_endproc
#= sections changed in between
	.cfi_startproc
	nop
	.cfi_endproc
	.cfi_sections .debug_frame
	.cfi_startproc
	nop
	.cfi_endproc
#= left open
	nop
	.cfi_startproc
	nop
#= cfi common part is a beginning
	.cfi_startproc simple
	nop
	.cfi_endproc
	.cfi_startproc
	nop
	.cfi_endproc
	.cfi_startproc simple
	.cfi_def_cfa 7, 8
	.cfi_window_save
	.cfi_offset 6, 8
	.cfi_endproc
	.cfi_startproc simple
	.cfi_def_cfa 7, 8
	.cfi_undefined 3
	nop
	.cfi_endproc
#= sections chosen late
	.cfi_startproc
	.cfi_endproc
	.cfi_sections .debug_frame
	.cfi_sections .debug_frame
	.cfi_sections .eh_frame, .debug_frame
#= places of threads
	.section .tdata
	.cfi_startproc
	.cfi_endproc
