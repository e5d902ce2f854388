#= loc .loc
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc
nop
.loc 1 1
nop
#= loc .loc x
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc x
nop
.loc 1 1
nop
#= loc .loc 1
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1
nop
.loc 1 1
nop
#= loc .loc 2 1
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 2 1
nop
.loc 1 1
nop
#= loc .loc 1 -1
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1 -1
nop
.loc 1 1
nop
#= loc .loc 1 1 -1
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1 1 -1
nop
.loc 1 1
nop
#= loc .loc 0 1
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 0 1
nop
.loc 1 1
nop
#= loc .loc 1 0
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1 0
nop
.loc 1 1
nop
#= loc .loc 1 1 1 foo
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1 1 1 foo
nop
.loc 1 1
nop
#= loc .loc 1 1 is_stmt 2
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1 1 is_stmt 2
nop
.loc 1 1
nop
#= loc .loc 1 1 is_stmt
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1 1 is_stmt
nop
.loc 1 1
nop
#= loc .loc 1 1 isa -1
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1 1 isa -1
nop
.loc 1 1
nop
#= loc .loc 1 1 discriminator -1
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1 1 discriminator -1
nop
.loc 1 1
nop
#= loc .loc 1 1 view
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1 1 view
nop
.loc 1 1
nop
#= loc .loc 1 1 view 0
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1 1 view 0
nop
.loc 1 1
nop
#= loc .loc 1 1 view -1
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1 1 view -1
nop
.loc 1 1
nop
#= loc .loc 1 1 view 1
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1 1 view 1
nop
.loc 1 1
nop
#= loc .loc 1 1 view a+1
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1 1 view a+1
nop
.loc 1 1
nop
#= loc .loc 1 1 1 1
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1 1 1 1
nop
.loc 1 1
nop
#= loc .loc 1 1,2
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1 1,2
nop
.loc 1 1
nop
#= loc .loc 1 1 basic_block basic_block
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1 1 basic_block basic_block
nop
.loc 1 1
nop
#= loc .loc 1,1
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1,1
nop
.loc 1 1
nop
#= loc .loc 1 1 "x"
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1 1 "x"
nop
.loc 1 1
nop
#= loc .loc -1 1
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc -1 1
nop
.loc 1 1
nop
#= loc .loc 1 1 0
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1 1 0
nop
.loc 1 1
nop
#= loc .loc 1 x
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1 x
nop
.loc 1 1
nop
#= loc .loc 1 1 BASIC_BLOCK
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1 1 BASIC_BLOCK
nop
.loc 1 1
nop
#= loc .loc 1 4294967296
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1 4294967296
nop
.loc 1 1
nop
#= loc .loc 1 4294967297
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1 4294967297
nop
.loc 1 1
nop
#= loc .loc 1 3000000000
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1 3000000000
nop
.loc 1 1
nop
#= loc .loc 1 1 5000000000
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1 1 5000000000
nop
.loc 1 1
nop
#= loc .loc 1 1 isa x
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1 1 isa x
nop
.loc 1 1
nop
#= loc .loc 1 1 view .LA view .LB
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1 1 view .LA view .LB
nop
.loc 1 1
nop
#= loc .loc 1 1 view a
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1 1 view a
nop
.loc 1 1
nop
#= loc .loc 1 70000 70000
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1 70000 70000
nop
.loc 1 1
nop
#= loc .loc 1 1+1
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1 1+1
nop
.loc 1 1
nop
#= loc .loc (1) 2
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc (1) 2
nop
.loc 1 1
nop
#= loc .loc 1 2 3 prologue_end x
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1 2 3 prologue_end x
nop
.loc 1 1
nop
#= loc .loc 1 1 ;nop
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1 1 ;nop
nop
.loc 1 1
nop
#= loc .loc 1 5 3 epilogue_begin
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1 5 3 epilogue_begin
nop
.loc 1 1
nop
#= loc .LOC 1 2
.section .debug_info
.long 1
.text
.file 1 "a.c"
.LOC 1 2
nop
.loc 1 1
nop
#= loc .loc 1 2 0x10
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1 2 0x10
nop
.loc 1 1
nop
#= loc .loc 1 0x20 isa 3 is_stmt 0 prologue_end basic_block epilogue_begin discriminator 1
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1 0x20 isa 3 is_stmt 0 prologue_end basic_block epilogue_begin discriminator 1
nop
.loc 1 1
nop
#= loc .loc 1 1 is_stmt x
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1 1 is_stmt x
nop
.loc 1 1
nop
#= loc .loc 1 2 3 is_stmt 0 view .LVU3
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1 2 3 is_stmt 0 view .LVU3
nop
.loc 1 1
nop
#= loc .loc 1 2 view 1-1
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1 2 view 1-1
nop
.loc 1 1
nop
#= loc .loc "1" 2
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc "1" 2
nop
.loc 1 1
nop
#= loc .loc 1 1 discriminator 4294967296
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1 1 discriminator 4294967296
nop
.loc 1 1
nop
#= loc .loc 1 1 view "q z"
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1 1 view "q z"
nop
.loc 1 1
nop
#= loc .loc 4294967297 1
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 4294967297 1
nop
.loc 1 1
nop
#= loc .loc 1 2 3 4 view .L
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1 2 3 4 view .L
nop
.loc 1 1
nop
#= loc .loc 1 2 (3)
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1 2 (3)
nop
.loc 1 1
nop
#= loc .loc 1 1 -
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1 1 -
nop
.loc 1 1
nop
#= loc .loc 1 1;.loc 1 2;.loc 1 3
.section .debug_info
.long 1
.text
.file 1 "a.c"
.loc 1 1;.loc 1 2;.loc 1 3
nop
.loc 1 1
nop
#= file .file 0
.section .debug_info
.long 1
.text
.file 0
nop
#= file0 .file 0
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file 0
nop
#= file0 .file 0 "x"
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file 0 "x"
nop
#= loc after file .file 0 "x"
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file 1 "/cwd" "a.c"
.file 0 "x"
.loc 1 1
nop
#= file .file -1 "x"
.section .debug_info
.long 1
.text
.file -1 "x"
nop
#= file0 .file -1 "x"
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file -1 "x"
nop
#= file .file -1
.section .debug_info
.long 1
.text
.file -1
nop
#= file0 .file -1
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file -1
nop
#= file .file 1
.section .debug_info
.long 1
.text
.file 1
nop
#= file0 .file 1
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file 1
nop
#= file .file 1 x
.section .debug_info
.long 1
.text
.file 1 x
nop
#= file0 .file 1 x
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file 1 x
nop
#= file .file 1 "x" "y" "z"
.section .debug_info
.long 1
.text
.file 1 "x" "y" "z"
nop
#= file0 .file 1 "x" "y" "z"
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file 1 "x" "y" "z"
nop
#= loc after file .file 1 "x" "y" "z"
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file 1 "/cwd" "a.c"
.file 1 "x" "y" "z"
.loc 1 1
nop
#= file .file 1 "x" md5
.section .debug_info
.long 1
.text
.file 1 "x" md5
nop
#= file0 .file 1 "x" md5
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file 1 "x" md5
nop
#= file .file 1 "x" md5 1
.section .debug_info
.long 1
.text
.file 1 "x" md5 1
nop
#= file0 .file 1 "x" md5 1
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file 1 "x" md5 1
nop
#= file .file 1 "x" md5 0x1
.section .debug_info
.long 1
.text
.file 1 "x" md5 0x1
nop
#= file0 .file 1 "x" md5 0x1
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file 1 "x" md5 0x1
nop
#= file .file 1 "x" foo
.section .debug_info
.long 1
.text
.file 1 "x" foo
nop
#= file0 .file 1 "x" foo
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file 1 "x" foo
nop
#= file .file 1 ""
.section .debug_info
.long 1
.text
.file 1 ""
nop
#= file0 .file 1 ""
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file 1 ""
nop
#= file .file
.section .debug_info
.long 1
.text
.file
nop
#= file0 .file
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file
nop
#= file .file x
.section .debug_info
.long 1
.text
.file x
nop
#= file0 .file x
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file x
nop
#= file .file "a" "b"
.section .debug_info
.long 1
.text
.file "a" "b"
nop
#= file0 .file "a" "b"
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file "a" "b"
nop
#= file .file "a" 3
.section .debug_info
.long 1
.text
.file "a" 3
nop
#= file0 .file "a" 3
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file "a" 3
nop
#= file .file a
.section .debug_info
.long 1
.text
.file a
nop
#= file0 .file a
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file a
nop
#= file .file 1,"x"
.section .debug_info
.long 1
.text
.file 1,"x"
nop
#= file0 .file 1,"x"
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file 1,"x"
nop
#= file .file 1 "x",
.section .debug_info
.long 1
.text
.file 1 "x",
nop
#= file0 .file 1 "x",
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file 1 "x",
nop
#= file .file 1 "a/"
.section .debug_info
.long 1
.text
.file 1 "a/"
nop
#= file0 .file 1 "a/"
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file 1 "a/"
nop
#= loc after file .file 1 "a/"
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file 1 "/cwd" "a.c"
.file 1 "a/"
.loc 1 1
nop
#= file .file 1 "/"
.section .debug_info
.long 1
.text
.file 1 "/"
nop
#= file0 .file 1 "/"
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file 1 "/"
nop
#= file .file 1 "d" ""
.section .debug_info
.long 1
.text
.file 1 "d" ""
nop
#= file0 .file 1 "d" ""
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file 1 "d" ""
nop
#= file .file 10000000000 "x"
.section .debug_info
.long 1
.text
.file 10000000000 "x"
nop
#= file0 .file 10000000000 "x"
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file 10000000000 "x"
nop
#= loc after file .file 10000000000 "x"
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file 1 "/cwd" "a.c"
.file 10000000000 "x"
.loc 1 1
nop
#= file .file 1 "x" md5 "a"
.section .debug_info
.long 1
.text
.file 1 "x" md5 "a"
nop
#= file0 .file 1 "x" md5 "a"
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file 1 "x" md5 "a"
nop
#= file .file 1 "x" md5 0x112233445566778899aabbccddeeff0011
.section .debug_info
.long 1
.text
.file 1 "x" md5 0x112233445566778899aabbccddeeff0011
nop
#= file0 .file 1 "x" md5 0x112233445566778899aabbccddeeff0011
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file 1 "x" md5 0x112233445566778899aabbccddeeff0011
nop
#= file .file 1 "x" md5 0x00112233445566778899aabbccddeeff
.section .debug_info
.long 1
.text
.file 1 "x" md5 0x00112233445566778899aabbccddeeff
nop
#= file0 .file 1 "x" md5 0x00112233445566778899aabbccddeeff
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file 1 "x" md5 0x00112233445566778899aabbccddeeff
nop
#= file .file 1 "x" md5 0x0000000000000001aabbccddeeff0011
.section .debug_info
.long 1
.text
.file 1 "x" md5 0x0000000000000001aabbccddeeff0011
nop
#= file0 .file 1 "x" md5 0x0000000000000001aabbccddeeff0011
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file 1 "x" md5 0x0000000000000001aabbccddeeff0011
nop
#= file .file 1 "x" md5 0x000000000000000000bbccddeeff0011
.section .debug_info
.long 1
.text
.file 1 "x" md5 0x000000000000000000bbccddeeff0011
nop
#= file0 .file 1 "x" md5 0x000000000000000000bbccddeeff0011
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file 1 "x" md5 0x000000000000000000bbccddeeff0011
nop
#= file .file 1 "x" md5 0x12345678901234567890123456789012
.section .debug_info
.long 1
.text
.file 1 "x" md5 0x12345678901234567890123456789012
nop
#= file0 .file 1 "x" md5 0x12345678901234567890123456789012
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file 1 "x" md5 0x12345678901234567890123456789012
nop
#= file .file 1 "d" "x"
.section .debug_info
.long 1
.text
.file 1 "d" "x"
nop
#= file0 .file 1 "d" "x"
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file 1 "d" "x"
nop
#= loc after file .file 1 "d" "x"
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file 1 "/cwd" "a.c"
.file 1 "d" "x"
.loc 1 1
nop
#= file .file 1 "d" "" md5 0x12345678901234567890123456789012
.section .debug_info
.long 1
.text
.file 1 "d" "" md5 0x12345678901234567890123456789012
nop
#= file0 .file 1 "d" "" md5 0x12345678901234567890123456789012
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file 1 "d" "" md5 0x12345678901234567890123456789012
nop
#= file .file 1+1 "q"
.section .debug_info
.long 1
.text
.file 1+1 "q"
nop
#= file0 .file 1+1 "q"
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file 1+1 "q"
nop
#= file .file 1 "x\"y"
.section .debug_info
.long 1
.text
.file 1 "x\"y"
nop
#= file0 .file 1 "x\"y"
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file 1 "x\"y"
nop
#= file .file 1 "x" junk
.section .debug_info
.long 1
.text
.file 1 "x" junk
nop
#= file0 .file 1 "x" junk
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file 1 "x" junk
nop
#= file .file 0 "/c" "d.c" "e.c"
.section .debug_info
.long 1
.text
.file 0 "/c" "d.c" "e.c"
nop
#= file0 .file 0 "/c" "d.c" "e.c"
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file 0 "/c" "d.c" "e.c"
nop
#= file .file 1 "x" "y" md5
.section .debug_info
.long 1
.text
.file 1 "x" "y" md5
nop
#= file0 .file 1 "x" "y" md5
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file 1 "x" "y" md5
nop
#= file .file 1 "x" md5 foo
.section .debug_info
.long 1
.text
.file 1 "x" md5 foo
nop
#= file0 .file 1 "x" md5 foo
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file 1 "x" md5 foo
nop
#= file .file 2 "z"
.section .debug_info
.long 1
.text
.file 2 "z"
nop
#= file0 .file 2 "z"
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file 2 "z"
nop
#= loc after file .file 2 "z"
.section .debug_info
.long 1
.text
.file 0 "/cwd" "x.c"
.file 1 "/cwd" "a.c"
.file 2 "z"
.loc 1 1
nop
#= the same file twice
.section .debug_info
.long 1
.text
.file 1 "a"
.file 1 "a"
#= another file in its place
.section .debug_info
.long 1
.text
.file 1 "a"
.file 1 "b"
#= another directory without version 5
.section .debug_info
.long 1
.text
.file 1 "a"
.file 1 "d" "a"
#= another file after a line
.section .debug_info
.long 1
.text
.file 1 "a"
.loc 1 1
.file 1 "b"
nop
#= a line without files
.section .debug_info
.long 1
.text
.loc 1 1
nop
#= a line of file 0 without it
.section .debug_info
.long 1
.text
.loc 0 1
nop
#= the file after its line
.section .debug_info
.long 1
.text
.loc 1 1
.file 1 "a"
nop
#= a line of a file that is left out
.section .debug_info
.long 1
.text
.file 2 "a"
.loc 1 1
nop
#= a line of file 0
.section .debug_info
.long 1
.text
.file 0 "/x" "a"
.loc 0 1
nop
#= other directories in its place
.section .debug_info
.long 1
.text
.file 1 "q/a"
.file 1 "q/b"
.file 1 "q/a"
.file 1 "z/a"
.file 1 "/a"
#= files with directories twice
.section .debug_info
.long 1
.text
.file 0 "/c" "a"
.file 1 "q" "a"
.file 1 "q" "b"
.file 1 "/c" "a"
.file 1 "q/a"
.file 0 "/d" "a"
.file 0 "/c" "b"
#= another directory for file 0
.section .debug_info
.long 1
.text
.file 0 "/c" "a"
.file 1 "q" "a"
.file 0 "/d" "a"
.file 2 "/c" "r"
.loc 1 1
nop
#= mark labels 2
.section .debug_info
.long 1
.text
.file 1 "a"
.loc_mark_labels 2
nop
#= mark labels without a number
.section .debug_info
.long 1
.text
.file 1 "a"
.loc_mark_labels
nop
#= mark labels of a name
.section .debug_info
.long 1
.text
.file 1 "a"
.loc_mark_labels x
nop
#= mark labels and more
.section .debug_info
.long 1
.text
.file 1 "a"
.loc_mark_labels 1 2
nop
#= a .debug_line of its own
.section .debug_info
.long 1
.text
.file 1 "a"
.loc 1 1
.section .debug_line
.byte 1
.text
nop
#= an instruction in .bss
.section .debug_info
.long 1
.text
.file 1 "a"
.loc 1 1
.bss
.zero 1
x:
nop
#= a view named twice
.section .debug_info
.long 1
.text
.file 1 "a"
.loc 1 1 view .L1
nop
.loc 1 1 view .L1
nop
#= a view that is a label
.section .debug_info
.long 1
.text
.file 1 "a"
.L1:
.loc 1 1 view .L1
nop
#= a view that is not zero
.section .debug_info
.long 1
.text
.file 1 "a"
.loc 1 1 view 0
.loc 1 2 view 0
nop
#= views reset at one address
.section .debug_info
.long 1
.text
.file 1 "a"
.loc 1 1 view -0
.loc 1 2 view -0
nop
#= labels that have lines
.section .debug_info
.long 1
.text
.loc_mark_labels 1
a: nop
.file 1 "a.c"
b: nop
1: nop
c=.
.loc 1 3
d: e: nop
nop
.loc 1 7
.data
f: .long 1
.struct 8
g: 
.text
nop
.loc_mark_labels 0
h: nop
#= lines of data
.section .debug_info
.long 1
.text
.file 1 "a"
.data
.loc 1 3
nop
.loc 1 4 view .La
.long .La
.struct 0
.loc 1 5 view .Lb
.text
.long .Lb
#= lines of prefixes, a line without code
.section .debug_info
.long 1
.text
.file 1 "a"
.loc 1 3
rep
nop
.loc 1 4
{evex} vaddps %xmm0,%xmm1,%xmm2
lock
incl (%rax)
.loc 1 5
.loc 1 6
.byte 1
.loc 1 7
#= a label after the view
.section .debug_info
.long 1
.text
.file 1 "a"
.loc 1 1 view a
b: nop
.loc 1 2 view a
a: nop
#= views behind padding
.section .debug_info
.long 1
.text
.file 1 "a"
.loc 1 1
nop
.p2align 4
.loc 1 2 view .La
.p2align 3
.loc 1 3 view .Lb
.p2align 2
.loc 1 4 view .Lc
.skip .Lz-.Ly
.loc 1 5 view .Ld
.Ly: nop
.Lz:
.loc 1 6 view -0
.p2align 1
.loc 1 7 view -0
.loc 1 8 view .Le
.data
.byte .La,.Lb,.Lc,.Ld,.Le
.uleb128 .Lc
#= sequences, subsections, large steps
.section .debug_info
.long 1
.text
.file 1 "a"
.section .t.b,"ax"
.loc 1 9
nop
.text 1
.loc 1 20
nop
.loc 1 20
jmp 1f
.text 0
.loc 1 10
nop
1:
.section .t.b,"ax"
.loc 1 1
jmp x
.loc 1 40
.skip 300
1: jmp 1b
.loc 1 41
.p2align 4
.org 0x400
.loc 1 42
.skip 272
.loc 1 43
jz u
.loc 1 1000000
nop
#= sequences of sections of one name
.section .debug_info
.long 1
.text
.file 1 "a"
.section .tc,"axG",@progbits,g,comdat
.loc 1 9
nop
.section .tc,"axG",@progbits,g2,comdat
.loc 1 9
nop
#= lines in macros, and errors
.section .debug_info
.long 1
.text
.file 1 "a"
.loc 1 1
.macro m
.loc 1 \@
nop
.endm
m
m
m
bogus
.loc 1 5
movl %rax,%eax
#= sections of one name in several groups
	.section	.m,"",@progbits
.Lm:
	.long .Lz
	.long .Lx
	.section	.m,"G",@progbits,wm4.a,comdat
.Lx:
	.long .Lstr
	.long .Ly
aloc:
	.section	.m,"G",@progbits,wm4.b,comdat
.Ly:
	.long .Lx
bloc:
	.section	.m,"G",@progbits,wm4.c,comdat
.Lz:
	.long .Lx
	.section	.n,"G",@progbits,wm4.a,comdat
.Lstr:	.string "a"
	.long .Lm
cloc:
	.section .q
	.long .Lc
	.Lc: 
	.globl gl
gl: 
dloc:
#= gcc -g -O2
	.file	"q.c"
	.text
.Ltext0:
	.file 0 "/src" "q.c"
	.p2align 4
	.globl	foo
	.type	foo, @function
foo:
.LVL0:
.LFB1:
	.file 1 "q.c"
	.loc 1 3 16 view -0
	.cfi_startproc
	.loc 1 4 3 view .LVU1
	.loc 1 5 3 view .LVU2
.LBB12:
	.loc 1 5 8 view .LVU3
	.loc 1 5 21 view .LVU4
	testl	%edi, %edi
	jle	.L4
	.loc 1 5 42 is_stmt 0 view .LVU5
	movl	g(%rip), %esi
	.loc 1 5 12 view .LVU6
	xorl	%edx, %edx
.LBE12:
	.loc 1 4 7 view .LVU7
	xorl	%ecx, %ecx
.LVL1:
	.p2align 4,,10
	.p2align 3
.L3:
.LBB17:
	.loc 1 5 31 is_stmt 1 view .LVU8
.LBB13:
.LBI13:
	.file 2 "q.h"
	.loc 2 1 19 view .LVU9
.LBB14:
	.loc 2 1 31 view .LVU10
	.loc 2 1 46 view .LVU11
	.loc 2 1 35 is_stmt 0 view .LVU12
	movl	%edx, %eax
	imull	%edx, %eax
.LBE14:
.LBE13:
	.loc 1 5 27 view .LVU13
	addl	$1, %edx
.LVL2:
.LBB16:
.LBB15:
	.loc 2 1 55 view .LVU14
	addl	$1, %eax
.LBE15:
.LBE16:
	.loc 1 5 42 view .LVU15
	xorl	%esi, %eax
	.loc 1 5 33 view .LVU16
	addl	%eax, %ecx
.LVL3:
	.loc 1 5 27 is_stmt 1 view .LVU17
	.loc 1 5 21 view .LVU18
	cmpl	%edx, %edi
	jne	.L3
.LBE17:
	.loc 1 7 1 is_stmt 0 view .LVU19
	movl	%ecx, %eax
	ret
.LVL4:
	.p2align 4,,10
	.p2align 3
.L4:
	.loc 1 4 7 view .LVU20
	xorl	%ecx, %ecx
	.loc 1 6 3 is_stmt 1 view .LVU21
	.loc 1 7 1 is_stmt 0 view .LVU22
	movl	%ecx, %eax
	ret
	.cfi_endproc
.LFE1:
	.size	foo, .-foo
	.p2align 4
	.globl	bar
	.type	bar, @function
bar:
.LVL5:
.LFB2:
	.loc 1 8 16 is_stmt 1 view -0
	.cfi_startproc
	.loc 1 8 18 view .LVU24
	.loc 1 8 40 is_stmt 0 view .LVU25
	cmpl	$9, %edi
	jle	.L8
.LBB18:
.LBB19:
.LBB20:
	.loc 1 5 42 view .LVU26
	movl	g(%rip), %esi
.LBE20:
	.loc 1 4 7 view .LVU27
	xorl	%ecx, %ecx
.LBB25:
	.loc 1 5 12 view .LVU28
	xorl	%edx, %edx
	.p2align 4,,10
	.p2align 3
.L9:
.LVL6:
	.loc 1 5 31 is_stmt 1 view .LVU29
.LBB21:
.LBI21:
	.loc 2 1 19 view .LVU30
.LBB22:
	.loc 2 1 31 view .LVU31
	.loc 2 1 46 view .LVU32
	.loc 2 1 35 is_stmt 0 view .LVU33
	movl	%edx, %eax
	imull	%edx, %eax
.LBE22:
.LBE21:
	.loc 1 5 27 view .LVU34
	addl	$1, %edx
.LVL7:
.LBB24:
.LBB23:
	.loc 2 1 55 view .LVU35
	addl	$1, %eax
.LBE23:
.LBE24:
	.loc 1 5 42 view .LVU36
	xorl	%esi, %eax
	.loc 1 5 33 view .LVU37
	addl	%eax, %ecx
.LVL8:
	.loc 1 5 27 is_stmt 1 view .LVU38
	.loc 1 5 21 view .LVU39
	cmpl	%edx, %edi
	jne	.L9
.LBE25:
.LBE19:
.LBE18:
	.loc 1 8 49 is_stmt 0 view .LVU40
	movl	%ecx, %eax
	ret
.LVL9:
	.p2align 4,,10
	.p2align 3
.L8:
.LBB26:
.LBI26:
	.loc 2 1 19 is_stmt 1 view .LVU41
.LBB27:
	.loc 2 1 31 view .LVU42
	.loc 2 1 46 view .LVU43
	.loc 2 1 35 is_stmt 0 view .LVU44
	imull	%edi, %edi
.LVL10:
	.loc 2 1 55 view .LVU45
	leal	1(%rdi), %ecx
.LVL11:
	.loc 2 1 55 view .LVU46
.LBE27:
.LBE26:
	.loc 1 8 49 view .LVU47
	movl	%ecx, %eax
	ret
	.cfi_endproc
.LFE2:
	.size	bar, .-bar
	.globl	g
	.bss
	.align 4
	.type	g, @object
	.size	g, 4
g:
	.zero	4
	.text
.Letext0:
	.section	.debug_info,"",@progbits
.Ldebug_info0:
	.long	0x1fd
	.value	0x5
	.byte	0x1
	.byte	0x8
	.long	.Ldebug_abbrev0
	.uleb128 0x8
	.long	.LASF2
	.byte	0x1d
	.long	.LASF0
	.long	.LASF1
	.quad	.Ltext0
	.quad	.Letext0-.Ltext0
	.long	.Ldebug_line0
	.uleb128 0x9
	.string	"g"
	.byte	0x1
	.byte	0x2
	.byte	0x5
	.long	0x42
	.uleb128 0x9
	.byte	0x3
	.quad	g
	.uleb128 0xa
	.byte	0x4
	.byte	0x5
	.string	"int"
	.uleb128 0xb
	.string	"bar"
	.byte	0x1
	.byte	0x8
	.byte	0x5
	.long	0x42
	.quad	.LFB2
	.quad	.LFE2-.LFB2
	.uleb128 0x1
	.byte	0x9c
	.long	0x133
	.uleb128 0xc
	.string	"a"
	.byte	0x1
	.byte	0x8
	.byte	0xd
	.long	0x42
	.long	.LLST6
	.long	.LVUS6
	.uleb128 0xd
	.long	0x133
	.quad	.LBB18
	.quad	.LBE18-.LBB18
	.byte	0x1
	.byte	0x8
	.byte	0x21
	.long	0xf6
	.uleb128 0xe
	.long	0x144
	.uleb128 0x1
	.long	0x14e
	.long	.LLST7
	.long	.LVUS7
	.uleb128 0x4
	.long	0x158
	.long	.LLRL8
	.uleb128 0x1
	.long	0x159
	.long	.LLST9
	.long	.LVUS9
	.uleb128 0x5
	.long	0x165
	.quad	.LBI21
	.byte	.LVU30
	.long	.LLRL10
	.uleb128 0x2
	.long	0x175
	.long	.LLST11
	.long	.LVUS11
	.uleb128 0x6
	.long	.LLRL10
	.uleb128 0x1
	.long	0x17f
	.long	.LLST12
	.long	.LVUS12
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.uleb128 0xf
	.long	0x165
	.quad	.LBI26
	.byte	.LVU41
	.quad	.LBB26
	.quad	.LBE26-.LBB26
	.byte	0x1
	.byte	0x8
	.byte	0x2a
	.uleb128 0x2
	.long	0x175
	.long	.LLST13
	.long	.LVUS13
	.uleb128 0x1
	.long	0x17f
	.long	.LLST14
	.long	.LVUS14
	.byte	0
	.byte	0
	.uleb128 0x10
	.string	"foo"
	.byte	0x1
	.byte	0x3
	.byte	0x5
	.long	0x42
	.byte	0x1
	.long	0x165
	.uleb128 0x7
	.string	"n"
	.byte	0x1
	.byte	0x3
	.byte	0xd
	.long	0x42
	.uleb128 0x3
	.string	"s"
	.byte	0x1
	.byte	0x4
	.byte	0x7
	.long	0x42
	.uleb128 0x11
	.uleb128 0x3
	.string	"i"
	.byte	0x1
	.byte	0x5
	.byte	0xc
	.long	0x42
	.byte	0
	.byte	0
	.uleb128 0x12
	.string	"sq"
	.byte	0x2
	.byte	0x1
	.byte	0x13
	.long	0x42
	.byte	0x3
	.long	0x18a
	.uleb128 0x7
	.string	"x"
	.byte	0x2
	.byte	0x1
	.byte	0x1a
	.long	0x42
	.uleb128 0x3
	.string	"y"
	.byte	0x2
	.byte	0x1
	.byte	0x23
	.long	0x42
	.byte	0
	.uleb128 0x13
	.long	0x133
	.quad	.LFB1
	.quad	.LFE1-.LFB1
	.uleb128 0x1
	.byte	0x9c
	.uleb128 0x14
	.long	0x144
	.uleb128 0x1
	.byte	0x55
	.uleb128 0x1
	.long	0x14e
	.long	.LLST0
	.long	.LVUS0
	.uleb128 0x4
	.long	0x158
	.long	.LLRL1
	.uleb128 0x1
	.long	0x159
	.long	.LLST2
	.long	.LVUS2
	.uleb128 0x5
	.long	0x165
	.quad	.LBI13
	.byte	.LVU9
	.long	.LLRL3
	.uleb128 0x2
	.long	0x175
	.long	.LLST4
	.long	.LVUS4
	.uleb128 0x6
	.long	.LLRL3
	.uleb128 0x1
	.long	0x17f
	.long	.LLST5
	.long	.LVUS5
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.section	.debug_abbrev,"",@progbits
.Ldebug_abbrev0:
	.uleb128 0x1
	.uleb128 0x34
	.byte	0
	.uleb128 0x31
	.uleb128 0x13
	.uleb128 0x2
	.uleb128 0x17
	.uleb128 0x2137
	.uleb128 0x17
	.byte	0
	.byte	0
	.uleb128 0x2
	.uleb128 0x5
	.byte	0
	.uleb128 0x31
	.uleb128 0x13
	.uleb128 0x2
	.uleb128 0x17
	.uleb128 0x2137
	.uleb128 0x17
	.byte	0
	.byte	0
	.uleb128 0x3
	.uleb128 0x34
	.byte	0
	.uleb128 0x3
	.uleb128 0x8
	.uleb128 0x3a
	.uleb128 0xb
	.uleb128 0x3b
	.uleb128 0xb
	.uleb128 0x39
	.uleb128 0xb
	.uleb128 0x49
	.uleb128 0x13
	.byte	0
	.byte	0
	.uleb128 0x4
	.uleb128 0xb
	.byte	0x1
	.uleb128 0x31
	.uleb128 0x13
	.uleb128 0x55
	.uleb128 0x17
	.byte	0
	.byte	0
	.uleb128 0x5
	.uleb128 0x1d
	.byte	0x1
	.uleb128 0x31
	.uleb128 0x13
	.uleb128 0x52
	.uleb128 0x1
	.uleb128 0x2138
	.uleb128 0xb
	.uleb128 0x55
	.uleb128 0x17
	.uleb128 0x58
	.uleb128 0x21
	.sleb128 1
	.uleb128 0x59
	.uleb128 0x21
	.sleb128 5
	.uleb128 0x57
	.uleb128 0x21
	.sleb128 36
	.byte	0
	.byte	0
	.uleb128 0x6
	.uleb128 0xb
	.byte	0x1
	.uleb128 0x55
	.uleb128 0x17
	.byte	0
	.byte	0
	.uleb128 0x7
	.uleb128 0x5
	.byte	0
	.uleb128 0x3
	.uleb128 0x8
	.uleb128 0x3a
	.uleb128 0xb
	.uleb128 0x3b
	.uleb128 0xb
	.uleb128 0x39
	.uleb128 0xb
	.uleb128 0x49
	.uleb128 0x13
	.byte	0
	.byte	0
	.uleb128 0x8
	.uleb128 0x11
	.byte	0x1
	.uleb128 0x25
	.uleb128 0xe
	.uleb128 0x13
	.uleb128 0xb
	.uleb128 0x3
	.uleb128 0x1f
	.uleb128 0x1b
	.uleb128 0x1f
	.uleb128 0x11
	.uleb128 0x1
	.uleb128 0x12
	.uleb128 0x7
	.uleb128 0x10
	.uleb128 0x17
	.byte	0
	.byte	0
	.uleb128 0x9
	.uleb128 0x34
	.byte	0
	.uleb128 0x3
	.uleb128 0x8
	.uleb128 0x3a
	.uleb128 0xb
	.uleb128 0x3b
	.uleb128 0xb
	.uleb128 0x39
	.uleb128 0xb
	.uleb128 0x49
	.uleb128 0x13
	.uleb128 0x3f
	.uleb128 0x19
	.uleb128 0x2
	.uleb128 0x18
	.byte	0
	.byte	0
	.uleb128 0xa
	.uleb128 0x24
	.byte	0
	.uleb128 0xb
	.uleb128 0xb
	.uleb128 0x3e
	.uleb128 0xb
	.uleb128 0x3
	.uleb128 0x8
	.byte	0
	.byte	0
	.uleb128 0xb
	.uleb128 0x2e
	.byte	0x1
	.uleb128 0x3f
	.uleb128 0x19
	.uleb128 0x3
	.uleb128 0x8
	.uleb128 0x3a
	.uleb128 0xb
	.uleb128 0x3b
	.uleb128 0xb
	.uleb128 0x39
	.uleb128 0xb
	.uleb128 0x27
	.uleb128 0x19
	.uleb128 0x49
	.uleb128 0x13
	.uleb128 0x11
	.uleb128 0x1
	.uleb128 0x12
	.uleb128 0x7
	.uleb128 0x40
	.uleb128 0x18
	.uleb128 0x7a
	.uleb128 0x19
	.uleb128 0x1
	.uleb128 0x13
	.byte	0
	.byte	0
	.uleb128 0xc
	.uleb128 0x5
	.byte	0
	.uleb128 0x3
	.uleb128 0x8
	.uleb128 0x3a
	.uleb128 0xb
	.uleb128 0x3b
	.uleb128 0xb
	.uleb128 0x39
	.uleb128 0xb
	.uleb128 0x49
	.uleb128 0x13
	.uleb128 0x2
	.uleb128 0x17
	.uleb128 0x2137
	.uleb128 0x17
	.byte	0
	.byte	0
	.uleb128 0xd
	.uleb128 0x1d
	.byte	0x1
	.uleb128 0x31
	.uleb128 0x13
	.uleb128 0x11
	.uleb128 0x1
	.uleb128 0x12
	.uleb128 0x7
	.uleb128 0x58
	.uleb128 0xb
	.uleb128 0x59
	.uleb128 0xb
	.uleb128 0x57
	.uleb128 0xb
	.uleb128 0x1
	.uleb128 0x13
	.byte	0
	.byte	0
	.uleb128 0xe
	.uleb128 0x5
	.byte	0
	.uleb128 0x31
	.uleb128 0x13
	.byte	0
	.byte	0
	.uleb128 0xf
	.uleb128 0x1d
	.byte	0x1
	.uleb128 0x31
	.uleb128 0x13
	.uleb128 0x52
	.uleb128 0x1
	.uleb128 0x2138
	.uleb128 0xb
	.uleb128 0x11
	.uleb128 0x1
	.uleb128 0x12
	.uleb128 0x7
	.uleb128 0x58
	.uleb128 0xb
	.uleb128 0x59
	.uleb128 0xb
	.uleb128 0x57
	.uleb128 0xb
	.byte	0
	.byte	0
	.uleb128 0x10
	.uleb128 0x2e
	.byte	0x1
	.uleb128 0x3f
	.uleb128 0x19
	.uleb128 0x3
	.uleb128 0x8
	.uleb128 0x3a
	.uleb128 0xb
	.uleb128 0x3b
	.uleb128 0xb
	.uleb128 0x39
	.uleb128 0xb
	.uleb128 0x27
	.uleb128 0x19
	.uleb128 0x49
	.uleb128 0x13
	.uleb128 0x20
	.uleb128 0xb
	.uleb128 0x1
	.uleb128 0x13
	.byte	0
	.byte	0
	.uleb128 0x11
	.uleb128 0xb
	.byte	0x1
	.byte	0
	.byte	0
	.uleb128 0x12
	.uleb128 0x2e
	.byte	0x1
	.uleb128 0x3
	.uleb128 0x8
	.uleb128 0x3a
	.uleb128 0xb
	.uleb128 0x3b
	.uleb128 0xb
	.uleb128 0x39
	.uleb128 0xb
	.uleb128 0x27
	.uleb128 0x19
	.uleb128 0x49
	.uleb128 0x13
	.uleb128 0x20
	.uleb128 0xb
	.uleb128 0x1
	.uleb128 0x13
	.byte	0
	.byte	0
	.uleb128 0x13
	.uleb128 0x2e
	.byte	0x1
	.uleb128 0x31
	.uleb128 0x13
	.uleb128 0x11
	.uleb128 0x1
	.uleb128 0x12
	.uleb128 0x7
	.uleb128 0x40
	.uleb128 0x18
	.uleb128 0x7a
	.uleb128 0x19
	.byte	0
	.byte	0
	.uleb128 0x14
	.uleb128 0x5
	.byte	0
	.uleb128 0x31
	.uleb128 0x13
	.uleb128 0x2
	.uleb128 0x18
	.byte	0
	.byte	0
	.byte	0
	.section	.debug_loclists,"",@progbits
	.long	.Ldebug_loc3-.Ldebug_loc2
.Ldebug_loc2:
	.value	0x5
	.byte	0x8
	.byte	0
	.long	0
.Ldebug_loc0:
.LVUS6:
	.uleb128 0
	.uleb128 .LVU45
	.uleb128 .LVU45
	.uleb128 0
.LLST6:
	.byte	0x4
	.uleb128 .LVL5-.Ltext0
	.uleb128 .LVL10-.Ltext0
	.uleb128 0x1
	.byte	0x55
	.byte	0x4
	.uleb128 .LVL10-.Ltext0
	.uleb128 .LFE2-.Ltext0
	.uleb128 0x4
	.byte	0xa3
	.uleb128 0x1
	.byte	0x55
	.byte	0x9f
	.byte	0
.LVUS7:
	.uleb128 .LVU29
	.uleb128 .LVU41
.LLST7:
	.byte	0x4
	.uleb128 .LVL6-.Ltext0
	.uleb128 .LVL9-.Ltext0
	.uleb128 0x1
	.byte	0x52
	.byte	0
.LVUS9:
	.uleb128 .LVU29
	.uleb128 .LVU35
	.uleb128 .LVU35
	.uleb128 .LVU39
	.uleb128 .LVU39
	.uleb128 .LVU41
.LLST9:
	.byte	0x4
	.uleb128 .LVL6-.Ltext0
	.uleb128 .LVL7-.Ltext0
	.uleb128 0x1
	.byte	0x51
	.byte	0x4
	.uleb128 .LVL7-.Ltext0
	.uleb128 .LVL8-.Ltext0
	.uleb128 0x3
	.byte	0x71
	.sleb128 -1
	.byte	0x9f
	.byte	0x4
	.uleb128 .LVL8-.Ltext0
	.uleb128 .LVL9-.Ltext0
	.uleb128 0x1
	.byte	0x51
	.byte	0
.LVUS11:
	.uleb128 .LVU30
	.uleb128 .LVU33
.LLST11:
	.byte	0x4
	.uleb128 .LVL6-.Ltext0
	.uleb128 .LVL6-.Ltext0
	.uleb128 0x1
	.byte	0x51
	.byte	0
.LVUS12:
	.uleb128 .LVU32
	.uleb128 .LVU33
.LLST12:
	.byte	0x4
	.uleb128 .LVL6-.Ltext0
	.uleb128 .LVL6-.Ltext0
	.uleb128 0x5
	.byte	0x71
	.sleb128 0
	.byte	0x12
	.byte	0x1e
	.byte	0x9f
	.byte	0
.LVUS13:
	.uleb128 .LVU41
	.uleb128 .LVU45
	.uleb128 .LVU45
	.uleb128 .LVU46
.LLST13:
	.byte	0x4
	.uleb128 .LVL9-.Ltext0
	.uleb128 .LVL10-.Ltext0
	.uleb128 0x1
	.byte	0x55
	.byte	0x4
	.uleb128 .LVL10-.Ltext0
	.uleb128 .LVL11-.Ltext0
	.uleb128 0x4
	.byte	0xa3
	.uleb128 0x1
	.byte	0x55
	.byte	0x9f
	.byte	0
.LVUS14:
	.uleb128 .LVU43
	.uleb128 .LVU45
	.uleb128 .LVU45
	.uleb128 .LVU46
.LLST14:
	.byte	0x4
	.uleb128 .LVL9-.Ltext0
	.uleb128 .LVL10-.Ltext0
	.uleb128 0x5
	.byte	0x75
	.sleb128 0
	.byte	0x12
	.byte	0x1e
	.byte	0x9f
	.byte	0x4
	.uleb128 .LVL10-.Ltext0
	.uleb128 .LVL11-.Ltext0
	.uleb128 0x1
	.byte	0x55
	.byte	0
.LVUS0:
	.uleb128 .LVU2
	.uleb128 .LVU8
	.uleb128 .LVU8
	.uleb128 .LVU20
	.uleb128 .LVU20
	.uleb128 0
.LLST0:
	.byte	0x4
	.uleb128 .LVL0-.Ltext0
	.uleb128 .LVL1-.Ltext0
	.uleb128 0x2
	.byte	0x30
	.byte	0x9f
	.byte	0x4
	.uleb128 .LVL1-.Ltext0
	.uleb128 .LVL4-.Ltext0
	.uleb128 0x1
	.byte	0x52
	.byte	0x4
	.uleb128 .LVL4-.Ltext0
	.uleb128 .LFE1-.Ltext0
	.uleb128 0x2
	.byte	0x30
	.byte	0x9f
	.byte	0
.LVUS2:
	.uleb128 .LVU4
	.uleb128 .LVU8
	.uleb128 .LVU8
	.uleb128 .LVU14
	.uleb128 .LVU14
	.uleb128 .LVU18
	.uleb128 .LVU18
	.uleb128 .LVU20
	.uleb128 .LVU20
	.uleb128 0
.LLST2:
	.byte	0x4
	.uleb128 .LVL0-.Ltext0
	.uleb128 .LVL1-.Ltext0
	.uleb128 0x2
	.byte	0x30
	.byte	0x9f
	.byte	0x4
	.uleb128 .LVL1-.Ltext0
	.uleb128 .LVL2-.Ltext0
	.uleb128 0x1
	.byte	0x51
	.byte	0x4
	.uleb128 .LVL2-.Ltext0
	.uleb128 .LVL3-.Ltext0
	.uleb128 0x3
	.byte	0x71
	.sleb128 -1
	.byte	0x9f
	.byte	0x4
	.uleb128 .LVL3-.Ltext0
	.uleb128 .LVL4-.Ltext0
	.uleb128 0x1
	.byte	0x51
	.byte	0x4
	.uleb128 .LVL4-.Ltext0
	.uleb128 .LFE1-.Ltext0
	.uleb128 0x2
	.byte	0x30
	.byte	0x9f
	.byte	0
.LVUS4:
	.uleb128 .LVU9
	.uleb128 .LVU12
.LLST4:
	.byte	0x4
	.uleb128 .LVL1-.Ltext0
	.uleb128 .LVL1-.Ltext0
	.uleb128 0x1
	.byte	0x51
	.byte	0
.LVUS5:
	.uleb128 .LVU11
	.uleb128 .LVU12
.LLST5:
	.byte	0x4
	.uleb128 .LVL1-.Ltext0
	.uleb128 .LVL1-.Ltext0
	.uleb128 0x5
	.byte	0x71
	.sleb128 0
	.byte	0x12
	.byte	0x1e
	.byte	0x9f
	.byte	0
.Ldebug_loc3:
	.section	.debug_aranges,"",@progbits
	.long	0x2c
	.value	0x2
	.long	.Ldebug_info0
	.byte	0x8
	.byte	0
	.value	0
	.value	0
	.quad	.Ltext0
	.quad	.Letext0-.Ltext0
	.quad	0
	.quad	0
	.section	.debug_rnglists,"",@progbits
.Ldebug_ranges0:
	.long	.Ldebug_ranges3-.Ldebug_ranges2
.Ldebug_ranges2:
	.value	0x5
	.byte	0x8
	.byte	0
	.long	0
.LLRL1:
	.byte	0x4
	.uleb128 .LBB12-.Ltext0
	.uleb128 .LBE12-.Ltext0
	.byte	0x4
	.uleb128 .LBB17-.Ltext0
	.uleb128 .LBE17-.Ltext0
	.byte	0
.LLRL3:
	.byte	0x4
	.uleb128 .LBB13-.Ltext0
	.uleb128 .LBE13-.Ltext0
	.byte	0x4
	.uleb128 .LBB16-.Ltext0
	.uleb128 .LBE16-.Ltext0
	.byte	0
.LLRL8:
	.byte	0x4
	.uleb128 .LBB20-.Ltext0
	.uleb128 .LBE20-.Ltext0
	.byte	0x4
	.uleb128 .LBB25-.Ltext0
	.uleb128 .LBE25-.Ltext0
	.byte	0
.LLRL10:
	.byte	0x4
	.uleb128 .LBB21-.Ltext0
	.uleb128 .LBE21-.Ltext0
	.byte	0x4
	.uleb128 .LBB24-.Ltext0
	.uleb128 .LBE24-.Ltext0
	.byte	0
.Ldebug_ranges3:
	.section	.debug_line,"",@progbits
.Ldebug_line0:
	.section	.debug_str,"MS",@progbits,1
.LASF2:
	.string	"GNU C17 12.2.0 -mtune=generic -march=x86-64 -g -O2 -fasynchronous-unwind-tables"
	.section	.debug_line_str,"MS",@progbits,1
.LASF0:
	.string	"q.c"
.LASF1:
	.string	"/src"
	.ident	"GCC: (Debian 12.2.0-14+deb12u1) 12.2.0"
	.section	.note.GNU-stack,"",@progbits
#= gcc -g -gdwarf-4 -O1 -ffunction-sections
	.file	"q.c"
	.text
.Ltext0:
	.file 1 "q.c"
	.section	.text.foo,"ax",@progbits
	.globl	foo
	.type	foo, @function
foo:
.LVL0:
.LFB1:
	.loc 1 3 16 view -0
	.cfi_startproc
	.loc 1 4 3 view .LVU1
	.loc 1 5 3 view .LVU2
.LBB7:
	.loc 1 5 8 view .LVU3
	.loc 1 5 21 view .LVU4
	testl	%edi, %edi
	jle	.L4
	.loc 1 5 42 is_stmt 0 view .LVU5
	movl	g(%rip), %esi
	.loc 1 5 12 view .LVU6
	movl	$0, %edx
.LBE7:
	.loc 1 4 7 view .LVU7
	movl	$0, %ecx
.LVL1:
.L3:
.LBB10:
	.loc 1 5 31 is_stmt 1 view .LVU8
.LBB8:
.LBI8:
	.file 2 "q.h"
	.loc 2 1 19 view .LVU9
.LBB9:
	.loc 2 1 31 view .LVU10
	.loc 2 1 46 view .LVU11
	.loc 2 1 35 is_stmt 0 view .LVU12
	movl	%edx, %eax
	imull	%edx, %eax
	.loc 2 1 55 view .LVU13
	addl	$1, %eax
.LBE9:
.LBE8:
	.loc 1 5 42 view .LVU14
	xorl	%esi, %eax
	.loc 1 5 33 view .LVU15
	addl	%eax, %ecx
.LVL2:
	.loc 1 5 27 is_stmt 1 view .LVU16
	addl	$1, %edx
.LVL3:
	.loc 1 5 21 view .LVU17
	cmpl	%edx, %edi
	jne	.L3
.LVL4:
.L1:
	.loc 1 5 21 is_stmt 0 view .LVU18
.LBE10:
	.loc 1 7 1 view .LVU19
	movl	%ecx, %eax
	ret
.LVL5:
.L4:
	.loc 1 4 7 view .LVU20
	movl	$0, %ecx
	.loc 1 6 3 is_stmt 1 view .LVU21
	.loc 1 6 10 is_stmt 0 view .LVU22
	jmp	.L1
	.cfi_endproc
.LFE1:
	.size	foo, .-foo
	.section	.text.bar,"ax",@progbits
	.globl	bar
	.type	bar, @function
bar:
.LVL6:
.LFB2:
	.loc 1 8 16 is_stmt 1 view -0
	.cfi_startproc
	.loc 1 8 18 view .LVU24
	.loc 1 8 40 is_stmt 0 view .LVU25
	cmpl	$9, %edi
	jle	.L7
	.loc 1 8 33 discriminator 1 view .LVU26
	call	foo
.LVL7:
	.loc 1 8 33 discriminator 1 view .LVU27
	ret
.LVL8:
.L7:
.LBB11:
.LBI11:
	.loc 2 1 19 is_stmt 1 view .LVU28
.LBB12:
	.loc 2 1 31 view .LVU29
	.loc 2 1 46 view .LVU30
	.loc 2 1 35 is_stmt 0 view .LVU31
	imull	%edi, %edi
.LVL9:
	.loc 2 1 55 view .LVU32
	leal	1(%rdi), %eax
.LVL10:
	.loc 2 1 55 view .LVU33
.LBE12:
.LBE11:
	.loc 1 8 49 view .LVU34
	ret
	.cfi_endproc
.LFE2:
	.size	bar, .-bar
	.globl	g
	.bss
	.align 4
	.type	g, @object
	.size	g, 4
g:
	.zero	4
	.text
.Letext0:
	.section	.debug_info,"",@progbits
.Ldebug_info0:
	.long	0x181
	.value	0x4
	.long	.Ldebug_abbrev0
	.byte	0x8
	.uleb128 0x1
	.long	.LASF0
	.byte	0xc
	.string	"q.c"
	.long	.LASF1
	.long	.Ldebug_ranges0+0x30
	.quad	0
	.long	.Ldebug_line0
	.uleb128 0x2
	.string	"g"
	.byte	0x1
	.byte	0x2
	.byte	0x5
	.long	0x3d
	.uleb128 0x9
	.byte	0x3
	.quad	g
	.uleb128 0x3
	.byte	0x4
	.byte	0x5
	.string	"int"
	.uleb128 0x4
	.string	"bar"
	.byte	0x1
	.byte	0x8
	.byte	0x5
	.long	0x3d
	.quad	.LFB2
	.quad	.LFE2-.LFB2
	.uleb128 0x1
	.byte	0x9c
	.long	0xce
	.uleb128 0x5
	.string	"a"
	.byte	0x1
	.byte	0x8
	.byte	0xd
	.long	0x3d
	.long	.LLST4
	.long	.LVUS4
	.uleb128 0x6
	.long	0x163
	.quad	.LBI11
	.byte	.LVU28
	.quad	.LBB11
	.quad	.LBE11-.LBB11
	.byte	0x1
	.byte	0x8
	.byte	0x2a
	.long	0xb8
	.uleb128 0x7
	.long	0x16f
	.long	.LLST5
	.long	.LVUS5
	.uleb128 0x8
	.long	0x179
	.long	.LLST6
	.long	.LVUS6
	.byte	0
	.uleb128 0x9
	.quad	.LVL7
	.long	0xce
	.uleb128 0xa
	.uleb128 0x1
	.byte	0x55
	.uleb128 0x3
	.byte	0xf3
	.uleb128 0x1
	.byte	0x55
	.byte	0
	.byte	0
	.uleb128 0x4
	.string	"foo"
	.byte	0x1
	.byte	0x3
	.byte	0x5
	.long	0x3d
	.quad	.LFB1
	.quad	.LFE1-.LFB1
	.uleb128 0x1
	.byte	0x9c
	.long	0x163
	.uleb128 0xb
	.string	"n"
	.byte	0x1
	.byte	0x3
	.byte	0xd
	.long	0x3d
	.uleb128 0x1
	.byte	0x55
	.uleb128 0xc
	.string	"s"
	.byte	0x1
	.byte	0x4
	.byte	0x7
	.long	0x3d
	.long	.LLST0
	.long	.LVUS0
	.uleb128 0xd
	.long	.Ldebug_ranges0+0
	.uleb128 0xc
	.string	"i"
	.byte	0x1
	.byte	0x5
	.byte	0xc
	.long	0x3d
	.long	.LLST1
	.long	.LVUS1
	.uleb128 0xe
	.long	0x163
	.quad	.LBI8
	.byte	.LVU9
	.quad	.LBB8
	.quad	.LBE8-.LBB8
	.byte	0x1
	.byte	0x5
	.byte	0x24
	.uleb128 0x7
	.long	0x16f
	.long	.LLST2
	.long	.LVUS2
	.uleb128 0x8
	.long	0x179
	.long	.LLST3
	.long	.LVUS3
	.byte	0
	.byte	0
	.byte	0
	.uleb128 0xf
	.string	"sq"
	.byte	0x2
	.byte	0x1
	.byte	0x13
	.long	0x3d
	.byte	0x3
	.uleb128 0x10
	.string	"x"
	.byte	0x2
	.byte	0x1
	.byte	0x1a
	.long	0x3d
	.uleb128 0x11
	.string	"y"
	.byte	0x2
	.byte	0x1
	.byte	0x23
	.long	0x3d
	.byte	0
	.byte	0
	.section	.debug_abbrev,"",@progbits
.Ldebug_abbrev0:
	.uleb128 0x1
	.uleb128 0x11
	.byte	0x1
	.uleb128 0x25
	.uleb128 0xe
	.uleb128 0x13
	.uleb128 0xb
	.uleb128 0x3
	.uleb128 0x8
	.uleb128 0x1b
	.uleb128 0xe
	.uleb128 0x55
	.uleb128 0x17
	.uleb128 0x11
	.uleb128 0x1
	.uleb128 0x10
	.uleb128 0x17
	.byte	0
	.byte	0
	.uleb128 0x2
	.uleb128 0x34
	.byte	0
	.uleb128 0x3
	.uleb128 0x8
	.uleb128 0x3a
	.uleb128 0xb
	.uleb128 0x3b
	.uleb128 0xb
	.uleb128 0x39
	.uleb128 0xb
	.uleb128 0x49
	.uleb128 0x13
	.uleb128 0x3f
	.uleb128 0x19
	.uleb128 0x2
	.uleb128 0x18
	.byte	0
	.byte	0
	.uleb128 0x3
	.uleb128 0x24
	.byte	0
	.uleb128 0xb
	.uleb128 0xb
	.uleb128 0x3e
	.uleb128 0xb
	.uleb128 0x3
	.uleb128 0x8
	.byte	0
	.byte	0
	.uleb128 0x4
	.uleb128 0x2e
	.byte	0x1
	.uleb128 0x3f
	.uleb128 0x19
	.uleb128 0x3
	.uleb128 0x8
	.uleb128 0x3a
	.uleb128 0xb
	.uleb128 0x3b
	.uleb128 0xb
	.uleb128 0x39
	.uleb128 0xb
	.uleb128 0x27
	.uleb128 0x19
	.uleb128 0x49
	.uleb128 0x13
	.uleb128 0x11
	.uleb128 0x1
	.uleb128 0x12
	.uleb128 0x7
	.uleb128 0x40
	.uleb128 0x18
	.uleb128 0x2117
	.uleb128 0x19
	.uleb128 0x1
	.uleb128 0x13
	.byte	0
	.byte	0
	.uleb128 0x5
	.uleb128 0x5
	.byte	0
	.uleb128 0x3
	.uleb128 0x8
	.uleb128 0x3a
	.uleb128 0xb
	.uleb128 0x3b
	.uleb128 0xb
	.uleb128 0x39
	.uleb128 0xb
	.uleb128 0x49
	.uleb128 0x13
	.uleb128 0x2
	.uleb128 0x17
	.uleb128 0x2137
	.uleb128 0x17
	.byte	0
	.byte	0
	.uleb128 0x6
	.uleb128 0x1d
	.byte	0x1
	.uleb128 0x31
	.uleb128 0x13
	.uleb128 0x52
	.uleb128 0x1
	.uleb128 0x2138
	.uleb128 0xb
	.uleb128 0x11
	.uleb128 0x1
	.uleb128 0x12
	.uleb128 0x7
	.uleb128 0x58
	.uleb128 0xb
	.uleb128 0x59
	.uleb128 0xb
	.uleb128 0x57
	.uleb128 0xb
	.uleb128 0x1
	.uleb128 0x13
	.byte	0
	.byte	0
	.uleb128 0x7
	.uleb128 0x5
	.byte	0
	.uleb128 0x31
	.uleb128 0x13
	.uleb128 0x2
	.uleb128 0x17
	.uleb128 0x2137
	.uleb128 0x17
	.byte	0
	.byte	0
	.uleb128 0x8
	.uleb128 0x34
	.byte	0
	.uleb128 0x31
	.uleb128 0x13
	.uleb128 0x2
	.uleb128 0x17
	.uleb128 0x2137
	.uleb128 0x17
	.byte	0
	.byte	0
	.uleb128 0x9
	.uleb128 0x4109
	.byte	0x1
	.uleb128 0x11
	.uleb128 0x1
	.uleb128 0x31
	.uleb128 0x13
	.byte	0
	.byte	0
	.uleb128 0xa
	.uleb128 0x410a
	.byte	0
	.uleb128 0x2
	.uleb128 0x18
	.uleb128 0x2111
	.uleb128 0x18
	.byte	0
	.byte	0
	.uleb128 0xb
	.uleb128 0x5
	.byte	0
	.uleb128 0x3
	.uleb128 0x8
	.uleb128 0x3a
	.uleb128 0xb
	.uleb128 0x3b
	.uleb128 0xb
	.uleb128 0x39
	.uleb128 0xb
	.uleb128 0x49
	.uleb128 0x13
	.uleb128 0x2
	.uleb128 0x18
	.byte	0
	.byte	0
	.uleb128 0xc
	.uleb128 0x34
	.byte	0
	.uleb128 0x3
	.uleb128 0x8
	.uleb128 0x3a
	.uleb128 0xb
	.uleb128 0x3b
	.uleb128 0xb
	.uleb128 0x39
	.uleb128 0xb
	.uleb128 0x49
	.uleb128 0x13
	.uleb128 0x2
	.uleb128 0x17
	.uleb128 0x2137
	.uleb128 0x17
	.byte	0
	.byte	0
	.uleb128 0xd
	.uleb128 0xb
	.byte	0x1
	.uleb128 0x55
	.uleb128 0x17
	.byte	0
	.byte	0
	.uleb128 0xe
	.uleb128 0x1d
	.byte	0x1
	.uleb128 0x31
	.uleb128 0x13
	.uleb128 0x52
	.uleb128 0x1
	.uleb128 0x2138
	.uleb128 0xb
	.uleb128 0x11
	.uleb128 0x1
	.uleb128 0x12
	.uleb128 0x7
	.uleb128 0x58
	.uleb128 0xb
	.uleb128 0x59
	.uleb128 0xb
	.uleb128 0x57
	.uleb128 0xb
	.byte	0
	.byte	0
	.uleb128 0xf
	.uleb128 0x2e
	.byte	0x1
	.uleb128 0x3
	.uleb128 0x8
	.uleb128 0x3a
	.uleb128 0xb
	.uleb128 0x3b
	.uleb128 0xb
	.uleb128 0x39
	.uleb128 0xb
	.uleb128 0x27
	.uleb128 0x19
	.uleb128 0x49
	.uleb128 0x13
	.uleb128 0x20
	.uleb128 0xb
	.byte	0
	.byte	0
	.uleb128 0x10
	.uleb128 0x5
	.byte	0
	.uleb128 0x3
	.uleb128 0x8
	.uleb128 0x3a
	.uleb128 0xb
	.uleb128 0x3b
	.uleb128 0xb
	.uleb128 0x39
	.uleb128 0xb
	.uleb128 0x49
	.uleb128 0x13
	.byte	0
	.byte	0
	.uleb128 0x11
	.uleb128 0x34
	.byte	0
	.uleb128 0x3
	.uleb128 0x8
	.uleb128 0x3a
	.uleb128 0xb
	.uleb128 0x3b
	.uleb128 0xb
	.uleb128 0x39
	.uleb128 0xb
	.uleb128 0x49
	.uleb128 0x13
	.byte	0
	.byte	0
	.byte	0
	.section	.debug_loc,"",@progbits
.Ldebug_loc0:
.LVUS4:
	.uleb128 0
	.uleb128 .LVU27
	.uleb128 .LVU27
	.uleb128 .LVU28
	.uleb128 .LVU28
	.uleb128 .LVU32
	.uleb128 .LVU32
	.uleb128 0
.LLST4:
	.quad	.LVL6
	.quad	.LVL7-1
	.value	0x1
	.byte	0x55
	.quad	.LVL7-1
	.quad	.LVL8
	.value	0x4
	.byte	0xf3
	.uleb128 0x1
	.byte	0x55
	.byte	0x9f
	.quad	.LVL8
	.quad	.LVL9
	.value	0x1
	.byte	0x55
	.quad	.LVL9
	.quad	.LFE2
	.value	0x4
	.byte	0xf3
	.uleb128 0x1
	.byte	0x55
	.byte	0x9f
	.quad	0
	.quad	0
.LVUS5:
	.uleb128 .LVU28
	.uleb128 .LVU32
	.uleb128 .LVU32
	.uleb128 .LVU33
.LLST5:
	.quad	.LVL8
	.quad	.LVL9
	.value	0x1
	.byte	0x55
	.quad	.LVL9
	.quad	.LVL10
	.value	0x4
	.byte	0xf3
	.uleb128 0x1
	.byte	0x55
	.byte	0x9f
	.quad	0
	.quad	0
.LVUS6:
	.uleb128 .LVU30
	.uleb128 .LVU32
	.uleb128 .LVU32
	.uleb128 .LVU33
.LLST6:
	.quad	.LVL8
	.quad	.LVL9
	.value	0x5
	.byte	0x75
	.sleb128 0
	.byte	0x12
	.byte	0x1e
	.byte	0x9f
	.quad	.LVL9
	.quad	.LVL10
	.value	0x1
	.byte	0x55
	.quad	0
	.quad	0
.LVUS0:
	.uleb128 .LVU2
	.uleb128 .LVU8
	.uleb128 .LVU8
	.uleb128 .LVU18
	.uleb128 .LVU20
	.uleb128 0
.LLST0:
	.quad	.LVL0
	.quad	.LVL1
	.value	0x2
	.byte	0x30
	.byte	0x9f
	.quad	.LVL1
	.quad	.LVL4
	.value	0x1
	.byte	0x52
	.quad	.LVL5
	.quad	.LFE1
	.value	0x2
	.byte	0x30
	.byte	0x9f
	.quad	0
	.quad	0
.LVUS1:
	.uleb128 .LVU4
	.uleb128 .LVU8
	.uleb128 .LVU8
	.uleb128 .LVU18
	.uleb128 .LVU20
	.uleb128 0
.LLST1:
	.quad	.LVL0
	.quad	.LVL1
	.value	0x2
	.byte	0x30
	.byte	0x9f
	.quad	.LVL1
	.quad	.LVL4
	.value	0x1
	.byte	0x51
	.quad	.LVL5
	.quad	.LFE1
	.value	0x2
	.byte	0x30
	.byte	0x9f
	.quad	0
	.quad	0
.LVUS2:
	.uleb128 .LVU9
	.uleb128 .LVU12
.LLST2:
	.quad	.LVL1
	.quad	.LVL1
	.value	0x1
	.byte	0x51
	.quad	0
	.quad	0
.LVUS3:
	.uleb128 .LVU11
	.uleb128 .LVU12
.LLST3:
	.quad	.LVL1
	.quad	.LVL1
	.value	0x5
	.byte	0x71
	.sleb128 0
	.byte	0x12
	.byte	0x1e
	.byte	0x9f
	.quad	0
	.quad	0
	.section	.debug_aranges,"",@progbits
	.long	0x3c
	.value	0x2
	.long	.Ldebug_info0
	.byte	0x8
	.byte	0
	.value	0
	.value	0
	.quad	.LFB1
	.quad	.LFE1-.LFB1
	.quad	.LFB2
	.quad	.LFE2-.LFB2
	.quad	0
	.quad	0
	.section	.debug_ranges,"",@progbits
.Ldebug_ranges0:
	.quad	.LBB7
	.quad	.LBE7
	.quad	.LBB10
	.quad	.LBE10
	.quad	0
	.quad	0
	.quad	.LFB1
	.quad	.LFE1
	.quad	.LFB2
	.quad	.LFE2
	.quad	0
	.quad	0
	.section	.debug_line,"",@progbits
.Ldebug_line0:
	.section	.debug_str,"MS",@progbits,1
.LASF0:
	.string	"GNU C17 12.2.0 -mtune=generic -march=x86-64 -g -gdwarf-4 -O1 -ffunction-sections -fasynchronous-unwind-tables"
.LASF1:
	.string	"/src"
	.ident	"GCC: (Debian 12.2.0-14+deb12u1) 12.2.0"
	.section	.note.GNU-stack,"",@progbits
#= gcc -g1 -O0
	.file	"q.c"
	.text
.Ltext0:
	.file 0 "/src" "q.c"
	.type	sq, @function
sq:
.LFB0:
	.file 1 "q.h"
	.loc 1 1 29
	.cfi_startproc
	pushq	%rbp
	.cfi_def_cfa_offset 16
	.cfi_offset 6, -16
	movq	%rsp, %rbp
	.cfi_def_cfa_register 6
	movl	%edi, -20(%rbp)
	.loc 1 1 35
	movl	-20(%rbp), %eax
	imull	%eax, %eax
	movl	%eax, -4(%rbp)
	.loc 1 1 55
	movl	-4(%rbp), %eax
	addl	$1, %eax
	.loc 1 1 60
	popq	%rbp
	.cfi_def_cfa 7, 8
	ret
	.cfi_endproc
.LFE0:
	.size	sq, .-sq
	.globl	g
	.bss
	.align 4
	.type	g, @object
	.size	g, 4
g:
	.zero	4
	.text
	.globl	foo
	.type	foo, @function
foo:
.LFB1:
	.file 2 "q.c"
	.loc 2 3 16
	.cfi_startproc
	pushq	%rbp
	.cfi_def_cfa_offset 16
	.cfi_offset 6, -16
	movq	%rsp, %rbp
	.cfi_def_cfa_register 6
	subq	$24, %rsp
	movl	%edi, -20(%rbp)
	.loc 2 4 7
	movl	$0, -4(%rbp)
.LBB2:
	.loc 2 5 12
	movl	$0, -8(%rbp)
	.loc 2 5 3
	jmp	.L4
.L5:
	.loc 2 5 36 discriminator 3
	movl	-8(%rbp), %eax
	movl	%eax, %edi
	call	sq
	.loc 2 5 42 discriminator 3
	movl	g(%rip), %edx
	xorl	%edx, %eax
	.loc 2 5 33 discriminator 3
	addl	%eax, -4(%rbp)
	.loc 2 5 27 discriminator 3
	addl	$1, -8(%rbp)
.L4:
	.loc 2 5 21 discriminator 1
	movl	-8(%rbp), %eax
	cmpl	-20(%rbp), %eax
	jl	.L5
.LBE2:
	.loc 2 6 10
	movl	-4(%rbp), %eax
	.loc 2 7 1
	leave
	.cfi_def_cfa 7, 8
	ret
	.cfi_endproc
.LFE1:
	.size	foo, .-foo
	.globl	bar
	.type	bar, @function
bar:
.LFB2:
	.loc 2 8 16
	.cfi_startproc
	pushq	%rbp
	.cfi_def_cfa_offset 16
	.cfi_offset 6, -16
	movq	%rsp, %rbp
	.cfi_def_cfa_register 6
	subq	$8, %rsp
	movl	%edi, -4(%rbp)
	.loc 2 8 40
	cmpl	$9, -4(%rbp)
	jle	.L8
	.loc 2 8 33 discriminator 1
	movl	-4(%rbp), %eax
	movl	%eax, %edi
	call	foo
	.loc 2 8 40 discriminator 1
	jmp	.L10
.L8:
	.loc 2 8 42 discriminator 2
	movl	-4(%rbp), %eax
	movl	%eax, %edi
	call	sq
.L10:
	.loc 2 8 49 discriminator 5
	leave
	.cfi_def_cfa 7, 8
	ret
	.cfi_endproc
.LFE2:
	.size	bar, .-bar
.Letext0:
	.section	.debug_info,"",@progbits
.Ldebug_info0:
	.long	0x84
	.value	0x5
	.byte	0x1
	.byte	0x8
	.long	.Ldebug_abbrev0
	.uleb128 0x2
	.long	.LASF2
	.byte	0x1d
	.long	.LASF0
	.long	.LASF1
	.quad	.Ltext0
	.quad	.Letext0-.Ltext0
	.long	.Ldebug_line0
	.uleb128 0x3
	.string	"g"
	.byte	0x2
	.byte	0x2
	.byte	0x5
	.uleb128 0x9
	.byte	0x3
	.quad	g
	.uleb128 0x1
	.string	"bar"
	.byte	0x8
	.quad	.LFB2
	.quad	.LFE2-.LFB2
	.uleb128 0x1
	.byte	0x9c
	.uleb128 0x1
	.string	"foo"
	.byte	0x3
	.quad	.LFB1
	.quad	.LFE1-.LFB1
	.uleb128 0x1
	.byte	0x9c
	.uleb128 0x4
	.string	"sq"
	.byte	0x1
	.byte	0x1
	.byte	0x13
	.quad	.LFB0
	.quad	.LFE0-.LFB0
	.uleb128 0x1
	.byte	0x9c
	.byte	0
	.section	.debug_abbrev,"",@progbits
.Ldebug_abbrev0:
	.uleb128 0x1
	.uleb128 0x2e
	.byte	0
	.uleb128 0x3f
	.uleb128 0x19
	.uleb128 0x3
	.uleb128 0x8
	.uleb128 0x3a
	.uleb128 0x21
	.sleb128 2
	.uleb128 0x3b
	.uleb128 0xb
	.uleb128 0x39
	.uleb128 0x21
	.sleb128 5
	.uleb128 0x11
	.uleb128 0x1
	.uleb128 0x12
	.uleb128 0x7
	.uleb128 0x40
	.uleb128 0x18
	.uleb128 0x7c
	.uleb128 0x19
	.byte	0
	.byte	0
	.uleb128 0x2
	.uleb128 0x11
	.byte	0x1
	.uleb128 0x25
	.uleb128 0xe
	.uleb128 0x13
	.uleb128 0xb
	.uleb128 0x3
	.uleb128 0x1f
	.uleb128 0x1b
	.uleb128 0x1f
	.uleb128 0x11
	.uleb128 0x1
	.uleb128 0x12
	.uleb128 0x7
	.uleb128 0x10
	.uleb128 0x17
	.byte	0
	.byte	0
	.uleb128 0x3
	.uleb128 0x34
	.byte	0
	.uleb128 0x3
	.uleb128 0x8
	.uleb128 0x3a
	.uleb128 0xb
	.uleb128 0x3b
	.uleb128 0xb
	.uleb128 0x39
	.uleb128 0xb
	.uleb128 0x3f
	.uleb128 0x19
	.uleb128 0x2
	.uleb128 0x18
	.byte	0
	.byte	0
	.uleb128 0x4
	.uleb128 0x2e
	.byte	0
	.uleb128 0x3
	.uleb128 0x8
	.uleb128 0x3a
	.uleb128 0xb
	.uleb128 0x3b
	.uleb128 0xb
	.uleb128 0x39
	.uleb128 0xb
	.uleb128 0x11
	.uleb128 0x1
	.uleb128 0x12
	.uleb128 0x7
	.uleb128 0x40
	.uleb128 0x18
	.uleb128 0x7a
	.uleb128 0x19
	.byte	0
	.byte	0
	.byte	0
	.section	.debug_aranges,"",@progbits
	.long	0x2c
	.value	0x2
	.long	.Ldebug_info0
	.byte	0x8
	.byte	0
	.value	0
	.value	0
	.quad	.Ltext0
	.quad	.Letext0-.Ltext0
	.quad	0
	.quad	0
	.section	.debug_line,"",@progbits
.Ldebug_line0:
	.section	.debug_str,"MS",@progbits,1
.LASF2:
	.string	"GNU C17 12.2.0 -mtune=generic -march=x86-64 -g1 -O0 -fasynchronous-unwind-tables"
	.section	.debug_line_str,"MS",@progbits,1
.LASF0:
	.string	"q.c"
.LASF1:
	.string	"/src"
	.ident	"GCC: (Debian 12.2.0-14+deb12u1) 12.2.0"
	.section	.note.GNU-stack,"",@progbits
#= files without lines or .debug_info
.file 1 "a.c"
.loc_mark_labels 1
nop
#= views behind rows without one
.section .debug_info
.long 1
.text
.file 1 "x.c"
.loc 1 1 view .LA
.loc 1 2
.loc 1 3
.loc 1 4 view .LB
.loc 1 5
.loc 1 5 view .LC
nop
.loc 1 8
.loc 1 9 view .LD
.loc 1 10 view .LE
.loc 1 10
.p2align 1
.loc 1 10
.loc 1 11 view .LF
.data
.uleb128 .LA
.uleb128 .LB
.uleb128 .LC
.uleb128 .LD
.uleb128 .LE
.uleb128 .LF
#= line 0, with labels
.section .debug_info
.long 1
.text
.file 1 "m.c"
.file 2 "e/h.h"
.file 3 "/c/z.h"
.loc 2 1
.loc 1 5 1 view .LV0
.LB0:
.loc 3 2 5 basic_block epilogue_begin
.loc_mark_labels 1
call f
jne .LB0
.LB1:
.loc 2 0 prologue_end view -0
.loc 1 200 300 basic_block
lock
.LB2:
.loc 3 1 128 isa 2 view -0
.loc 2 0 127 discriminator 0
.LB3:
.LB4:
.data
.loc 1 0 view .LV1
.uleb128 .LV0
