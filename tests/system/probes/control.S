// CR0, CR3, CR4, CR8, EFER and the other MSRs: which values they take.
#include "../boot.inc"
#include "../probe.inc"

	.macro	CR0TRY low, high=0
	movabs	$(\high << 32 | \low), %rax
	mov	%rax, %cr0
	P " ok "
	mov	%cr0, %rax
	H %rax
	DONE
	.endm
	.macro	CR4TRY bits
	mov	$\bits | 0x20, %eax
	mov	%rax, %cr4
	P " ok "
	mov	%cr4, %rax
	H %rax
	DONE
	.endm

PROBE "CR0: CD alone"
	CR0TRY	0xc0010031
PROBE "CR0: NW without CD"
	CR0TRY	0xa0010031
PROBE "CR0: PG cleared in 64-bit mode"
	CR0TRY	0x00010031
PROBE "CR0: PE cleared with PG"
	CR0TRY	0x80010030
PROBE "CR0: bit 32"
	CR0TRY	0x80010031, 1
PROBE "CR0: ET is read-only"
	CR0TRY	0x80010021
PROBE "CR0: reserved low bits are dropped"
	CR0TRY	0x9ffaffff
PROBE "CR4: PAE cleared"
	mov	$0, %eax
	mov	%rax, %cr4
	DONE
PROBE "CR4: bit 31"
	CR4TRY	0x80000000
PROBE "CR4: VME PVI TSD DE PSE"
	CR4TRY	0x1f
PROBE "CR4: MCE PGE PCE"
	CR4TRY	0x1c0
PROBE "CR4: OSFXSR OSXMMEXCPT"
	CR4TRY	0x600
PROBE "CR4: UMIP"
	CR4TRY	0x800
PROBE "CR4: FSGSBASE"
	CR4TRY	0x10000
PROBE "CR4: PCIDE"
	CR4TRY	0x20000
PROBE "CR4: OSXSAVE"
	CR4TRY	0x40000
PROBE "CR4: SMEP SMAP"
	CR4TRY	0x300000
PROBE "CR4: bit 15"
	CR4TRY	0x8000
PROBE "CR4: VMXE"
	CR4TRY	0x2000
PROBE "CR4: LA57 in 64-bit mode"
	CR4TRY	0x1000
PROBE "CR4.PCIDE with a PCID in CR3"
	mov	$PML4 + 8, %eax
	mov	%rax, %cr3
	CR4TRY	0x20000
PROBE "CR0.PG cleared with PCIDE"
	CR4SET	0x20000
	BASE
	CR0TRY	0x00010031
PROBE "CR3: bit 63 without PCIDE"
	movabs	$1 << 63 | PML4, %rax
	mov	%rax, %cr3
	DONE
PROBE "CR3: bit 62"
	movabs	$1 << 62 | PML4, %rax
	mov	%rax, %cr3
	DONE
PROBE "CR3: bit 52"
	movabs	$1 << 52 | PML4, %rax
	mov	%rax, %cr3
	DONE
PROBE "CR3: PWT, PCD and ignored bits read back"
	mov	$PML4 | 0xfff, %eax
	mov	%rax, %cr3
	mov	%cr3, %rax
	P " "
	H %rax
	DONE
PROBE "CR3: bit 63 with PCIDE reads back as 0"
	CR4SET	0x20000
	movabs	$1 << 63 | PML4 | 5, %rax
	mov	%rax, %cr3
	mov	%cr3, %rax
	P " "
	H %rax
	DONE
PROBE "CR8: 15, read back"
	mov	$15, %eax
	mov	%rax, %cr8
	mov	%cr8, %rdx
	xor	%eax, %eax
	mov	%rax, %cr8
	P " "
	H %rdx
	DONE
PROBE "CR8: bit 4"
	mov	$16, %eax
	mov	%rax, %cr8
	DONE
PROBE "mov to CR1"
	.byte	0x0f, 0x22, 0xc8
	DONE
PROBE "mov from CR5"
	.byte	0x0f, 0x20, 0xe8
	DONE
PROBE "lmsw cannot clear PE"
	xor	%eax, %eax
	lmsw	%ax
	smsw	%rax
	P " "
	H %rax
	DONE
PROBE "lmsw sets TS, clts clears it"
	mov	$9, %eax
	lmsw	%ax
	smsw	%rbx
	clts
	smsw	%rcx
	P " "
	H %rbx
	P " "
	H %rcx
	DONE
PROBE "EFER: LMA cannot be written"
	SETMSR	0xc0000080, 0x901
	GETMSR	0xc0000080
	P " "
	H %rax
	DONE
PROBE "EFER: LME cleared with paging"
	SETMSR	0xc0000080, 0xc01
	DONE
PROBE "EFER: reserved bit 1"
	SETMSR	0xc0000080, 0xd03
	DONE
PROBE "EFER: reserved bit 32"
	SETMSR	0xc0000080, 0xd01, 1
	DONE
PROBE "EFER: NXE cleared makes bit 63 of a PTE reserved"
	SETPTE	0, 1 << 63 | PAGE_A + 3
	mov	TEST, %rbx
	SETMSR	0xc0000080, 0x501
	BASE
	mov	TEST, %rbx
	DONE

	.macro	MSRTRY number, low, high=0
	mov	$\number, %ecx
	mov	$\low, %eax
	mov	$\high, %edx
	BASE
	wrmsr
	rdmsr
	shl	$32, %rdx
	or	%rdx, %rax
	P " "
	H %rax
	DONE
	.endm
PROBE "LSTAR: canonical, high"
	MSRTRY	0xc0000082, 0x81000000, 0xffffffff
PROBE "LSTAR: not canonical"
	MSRTRY	0xc0000082, 0, 0x8000
PROBE "CSTAR: not canonical"
	MSRTRY	0xc0000083, 0, 0x8000
PROBE "STAR: anything"
	MSRTRY	0xc0000081, 0x12345678, 0x9abcdef0
PROBE "SFMASK: 32 bits"
	MSRTRY	0xc0000084, 0xffffffff
PROBE "FS base: not canonical"
	MSRTRY	0xc0000100, 0, 0xffff0000
PROBE "GS base: canonical"
	MSRTRY	0xc0000101, 0x1234, 0xffff8000
PROBE "kernel GS base: not canonical"
	MSRTRY	0xc0000102, 0, 0x00800000
PROBE "SYSENTER_CS"
	MSRTRY	0x174, 0x8
PROBE "SYSENTER_ESP: not canonical"
	MSRTRY	0x175, 0, 0x8000
PROBE "SYSENTER_EIP: not canonical"
	MSRTRY	0x176, 0, 0x8000
PROBE "PAT: a reserved type"
	MSRTRY	0x277, 0x00070602, 0x00070600
PROBE "PAT: good"
	MSRTRY	0x277, 0x00070406, 0x00070406
PROBE "TSC_AUX: high half"
	MSRTRY	0xc0000103, 1, 1
PROBE "rdmsr of a number without a register"
	mov	$0x12345678, %ecx
	rdmsr
	DONE
PROBE "wrmsr of a number without a register"
	mov	$0x12345678, %ecx
	wrmsr
	DONE
PROBE "xgetbv without OSXSAVE"
	xor	%ecx, %ecx
	xgetbv
	DONE
PROBE "xsetbv: x87 cleared"
	CR4SET	0x40000
	xor	%ecx, %ecx
	mov	$2, %eax
	xor	%edx, %edx
	BASE
	xsetbv
	DONE
PROBE "xsetbv: AVX without SSE"
	CR4SET	0x40000
	xor	%ecx, %ecx
	mov	$5, %eax
	xor	%edx, %edx
	BASE
	xsetbv
	DONE
PROBE "xsetbv: x87 and SSE"
	CR4SET	0x40000
	xor	%ecx, %ecx
	mov	$3, %eax
	xor	%edx, %edx
	xsetbv
	xgetbv
	P " "
	H %rax
	mov	$1, %eax
	xor	%edx, %edx
	xsetbv
	DONE
	.irp	insn, "mov %cr0, %rax", "mov %rax, %cr3", "mov %db7, %rax", "rdmsr", "wrmsr", "lgdt ALIAS", "lidt ALIAS", "lldt %ax", "ltr %ax", "lmsw %ax", "clts", "invlpg TEST", "wbinvd", "hlt", "swapgs", "sysretq", "in $0x80, %al", "cli", "sti", "clac", "xsetbv", "mov %rax, %cr8", "invpcid ALIAS, %rax", "rdpmc"
PROBE "CPL 3: \insn"
	CR4SET	0x40000
	USER	1f
1:	\insn
	.endr
	.irp	insn, "sgdt ALIAS + 0x8b000", "sidt ALIAS + 0x8b000", "sldt %rax", "str %rax", "smsw %rax"
PROBE "CPL 3 with UMIP: \insn"
	CR4SET	0x800
	USER	1f
1:	\insn
	ud2
PROBE "CPL 3 without UMIP: \insn"
	USER	1f
1:	\insn
	ud2
	.endr
PROBE "CPL 3 with TSD: rdtsc"
	CR4SET	4
	USER	1f
1:	rdtsc
PROBE "CPL 3 without FSGSBASE: rdfsbase"
	USER	1f
1:	rdfsbase %rax
PROBE "mov %db4 with DE"
	CR4SET	8
	BASE
	.byte	0x0f, 0x21, 0xe0
	DONE
PROBE "mov %db4 without DE is DR6"
	.byte	0x0f, 0x21, 0xe0
	P " "
	H %rax
	DONE
PROBE "DR6 and DR7: fixed bits"
	mov	$-1, %rax
	shr	$32, %rax
	mov	%rax, %db6
	mov	%db6, %rbx
	mov	$0x0000d7ff, %eax
	mov	%rax, %db7
	mov	%db7, %rcx
	P " "
	H %rbx
	P " "
	H %rcx
	DONE
PROBE "DR6: bit 32"
	movabs	$1 << 32, %rax
	mov	%rax, %db6
	DONE
PROBE "DR7: bit 32"
	movabs	$1 << 32, %rax
	mov	%rax, %db7
	DONE

#include "../runtime.inc"
