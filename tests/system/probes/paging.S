// Paging beyond access.S and tlb.S: every bit of the entries of every level and page size, rights over several levels, accessed and dirty
// bits, protection keys, translations that live through PCIDs and INVLPG of large pages; and the I/O permission bitmap.
#include "../boot.inc"
#include "../probe.inc"

	.set	PDPT_NEW, 0x108000
	.set	PD_NEW, 0x109000
	.set	PT_NEW, 0x10a000
	.set	TSS_NEW, 0x10c000
	.set	NEW, 0x8000000000		# the first page of the second entry of PML4

// Where an access under test goes on; kinds of accesses in R14: 0 read, 1 write, 2 fetch, 3 to 5 the same at CPL 3.
	.macro	ACCESS
	THEN	.Lafter\@
	cmp	$3, %r14d
	jae	.Luser\@
	jmp	access
.Luser\@:
	USER	access
.Lafter\@:
	.endm

// R14 over kinds, each of which prints the error code or a dot.
	.macro	EACHKIND first, last
	mov	$\first, %r14d
.Lkind\@:
	mov	%cr3, %rax
	mov	%rax, %cr3
	ACCESS
	inc	%r14d
	cmp	$\last, %r14d
	jbe	.Lkind\@
	.endm

PROBE "bits of entries, by level from the top: 0 to 11, 46 to 63; of each a read, a write, a fetch, and a read at CPL 3"
	movq	$1, quiet
	xor	%r12d, %r12d
1:	xor	%r13d, %r13d
2:	P "\n"
	H %r12
	P " bit "
	H %r13
	P ":"
	call	map_new
	mov	table_entries(, %r12, 8), %rax
	btc	%r13, (%rax)
	EACHKIND 0, 3
	inc	%r13d
	cmp	$12, %r13d
	jne	3f
	mov	$46, %r13d
3:	cmp	$64, %r13d
	jb	2b
	inc	%r12d
	cmp	$4, %r12d
	jb	1b
	DONE
PROBE "the same of NX, without EFER.NXE"
	SETMSR	0xc0000080, 0x501
	movq	$1, quiet
	xor	%r12d, %r12d
1:	P " |"
	call	map_new
	mov	table_entries(, %r12, 8), %rax
	btcq	$63, (%rax)
	EACHKIND 0, 5
	inc	%r12d
	cmp	$4, %r12d
	jb	1b
	DONE
PROBE "2 MiB: bits 8 to 20 of the entry"
	movq	$1, quiet
	mov	$8, %r13d
1:	call	map_new
	movq	$0x200087, PD_NEW
	btcq	%r13, PD_NEW
	EACHKIND 0, 0
	inc	%r13d
	cmp	$21, %r13d
	jb	1b
	DONE
PROBE "1 GiB: bits 8 to 29 of the entry"
	movq	$1, quiet
	mov	$8, %r13d
1:	call	map_new
	movq	$0x87, PDPT_NEW
	btcq	%r13, PDPT_NEW
	EACHKIND 0, 0
	inc	%r13d
	cmp	$30, %r13d
	jb	1b
	DONE

// R13 over the sixteen sets of levels, where a bit of the entry is changed.
	.macro	EACHSET bit, first, last
	movq	$1, quiet
	xor	%r13d, %r13d
1:	P " |"
	call	map_new
	xor	%r12d, %r12d
2:	bt	%r12d, %r13d
	jnc	3f
	mov	table_entries(, %r12, 8), %rax
	btcq	$\bit, (%rax)
3:	inc	%r12d
	cmp	$4, %r12d
	jb	2b
	EACHKIND \first, \last
	inc	%r13d
	cmp	$16, %r13d
	jb	1b
	.endm

PROBE "read-only, by set of levels; write, and at CPL 3"
	mov	$0x80010031, %eax
	mov	%rax, %cr0
	EACHSET	1, 1, 4
	DONE
PROBE "the supervisor's, by set of levels"
	EACHSET	2, 2, 5
	DONE
PROBE "the supervisor's, by set of levels, with SMEP and SMAP"
	CR4SET	0x300000
	EACHSET	2, 0, 3
	DONE
PROBE "no-execute, by set of levels"
	EACHSET	63, 2, 5
	DONE
PROBE "fetches without NXE and without SMEP have no bit of their own"
	SETMSR	0xc0000080, 0x501
	call	map_new
	movq	$0, PT_NEW
	mov	$2, %r14d
	movq	$1, quiet
	ACCESS
	CR4SET	0x100000
	ACCESS
	DONE

// The low halves of the four entries.
	.macro	ENTRIES
	mov	PML4 + 8, %eax
	and	$0xfff, %eax
	P " "
	H %rax
	mov	PDPT_NEW, %eax
	and	$0xfff, %eax
	P " "
	H %rax
	mov	PD_NEW, %eax
	and	$0xfff, %eax
	P " "
	H %rax
	mov	PT_NEW, %eax
	and	$0xfff, %eax
	P " "
	H %rax
	.endm

	.irp	kind, 0, 1, 2, 3, 4, 5
PROBE "accessed and dirty bits: kind \kind"
	movq	$1, quiet
	call	map_new
	mov	$\kind, %r14d
	ACCESS
	ENTRIES
	DONE
PROBE "accessed and dirty bits of 2 MiB: kind \kind"
	movq	$1, quiet
	call	map_new
	movq	$0x200087, PD_NEW
	mov	$\kind, %r14d
	ACCESS
	ENTRIES
	DONE
PROBE "accessed and dirty bits of 1 GiB: kind \kind"
	movq	$1, quiet
	call	map_new
	movq	$0x87, PDPT_NEW
	mov	$\kind, %r14d
	ACCESS
	ENTRIES
	DONE
PROBE "no dirty bit without the right: kind \kind"
	movq	$1, quiet
	call	map_new
	movq	$PAGE_A + 1, PT_NEW
	mov	$\kind, %r14d
	ACCESS
	mov	PT_NEW, %eax
	and	$0x40, %eax
	P " "
	H %rax
	DONE
	.endr
PROBE "no dirty bit for a page that isn't there"
	movq	$1, quiet
	call	map_new
	movq	$0, PD_NEW
	mov	$1, %r14d
	ACCESS
	mov	PT_NEW, %eax
	P " "
	H %rax
	DONE
PROBE "a locked write that compares unequal sets the dirty bit"
	call	map_new
	movabs	$NEW, %rdi
	mov	$1, %eax
	lock cmpxchg %ebx, (%rdi)
	ENTRIES
	DONE

PROBE "an access that begins in one page and faults in the next"
	SETPTE	3, 0
	mov	TEST + 0x2ffd, %rax
	DONE
PROBE "a write that faults in its second page writes nothing in the first"
	SETPTE	3, 0
	movq	$0, PAGE_C + 0xff8
	THEN	1f
	mov	$-1, %rax
	mov	%rax, TEST + 0x2ffd
1:	mov	PAGE_C + 0xff8, %rax
	P " "
	H %rax
	DONE
PROBE "an instruction that faults in its second page"
	SETPTE	3, 0
	movw	$0xb848, PAGE_C + 0xffe
	mov	$TEST + 0x2ffe, %eax
	jmp	*%rax
PROBE "read below the hole"
	movabs	$0x7fffffffffff, %rax
	mov	(%rax), %eax
PROBE "read in the hole"
	movabs	$0x800000000000, %rax
	mov	(%rax), %eax
PROBE "push in the hole"
	movabs	$0x800000000000, %rsp
	push	%rax
PROBE "read above the hole"
	movabs	$0xffff800000000000, %rax
	mov	(%rax), %eax
PROBE "read at the end"
	mov	$-1, %rax
	mov	(%rax), %al

// Protection keys: R12 bits: 0 key 15 instead of 1, 1 and 2 its rights, 3 WP, 4 PKE
PROBE "rdpkru without PKE"
	rdpkru
PROBE "wrpkru without PKE"
	wrpkru
PROBE "rdpkru: ecx"
	CR4SET	0x400000
	mov	$1, %ecx
	rdpkru
PROBE "wrpkru: ecx"
	CR4SET	0x400000
	mov	$1, %ecx
	wrpkru
PROBE "wrpkru: edx"
	CR4SET	0x400000
	mov	$1, %edx
	wrpkru
PROBE "wrpkru and rdpkru, at CPL 3 too"
	CR4SET	0x400000
	mov	$0x12345678, %eax
	wrpkru
	mov	$-1, %rax
	mov	%rax, %rdx
	rdpkru
	P " "
	H %rax
	P " "
	H %rdx
	xor	%eax, %eax
	wrpkru
	USER	1f
1:	rdpkru
	int	$0x80
PROBE "keys: of each a read, a write, a fetch, and the same at CPL 3"
	movq	$1, quiet
	xor	%r12d, %r12d
1:	P "\nkeys "
	H %r12
	P ":"
	mov	$0x80000031, %eax
	mov	%r12d, %ebx
	and	$8, %ebx
	shl	$13, %ebx
	or	%ebx, %eax
	mov	%rax, %cr0
	CR4SET	0x400000
	mov	%r12d, %eax
	shr	$1, %eax
	and	$3, %eax
	bt	$0, %r12d
	mov	$2, %ecx
	jnc	2f
	mov	$30, %ecx
2:	shl	%cl, %eax
	xor	%ecx, %ecx
	xor	%edx, %edx
	wrpkru
	bt	$4, %r12d
	jc	3f
	CR4CLEAR 0x400000
3:	call	map_new
	movabs	$1 << 59, %rax
	bt	$0, %r12d
	jnc	4f
	movabs	$15 << 59, %rax
4:	or	%rax, PT_NEW
	EACHKIND 0, 5
	inc	%r12d
	cmp	$32, %r12d
	jb	1b
	CR4SET	0x400000
	xor	%eax, %eax
	wrpkru
	DONE
PROBE "a key with other reasons: read-only, then the supervisor's"
	movq	$1, quiet
	CR4SET	0x400000
	mov	$0xc, %eax
	wrpkru
	call	map_new
	movabs	$1 << 59 | PAGE_A + 5, %rax
	mov	%rax, PT_NEW
	EACHKIND 0, 5
	movabs	$1 << 59 | PAGE_A + 3, %rax
	mov	%rax, PT_NEW
	EACHKIND 0, 5
	xor	%ecx, %ecx
	xor	%edx, %edx
	xor	%eax, %eax
	wrpkru
	DONE
PROBE "wrpkru takes effect on what the TLB holds"
	CR4SET	0x400000
	xor	%eax, %eax
	wrpkru
	call	map_new
	movabs	$1 << 59 | PAGE_A + 7, %rax
	mov	%rax, PT_NEW
	movabs	$NEW, %rdi
	mov	(%rdi), %rbx
	P " "
	H %rbx
	mov	$4, %eax
	wrpkru
	THEN	1f
	mov	(%rdi), %rbx
1:	xor	%ecx, %ecx
	xor	%edx, %edx
	xor	%eax, %eax
	wrpkru
	DONE

// What lives through what, as in tlb.S
	.macro	SEE
	mov	(%rdi), %rbx
	P " "
	H %rbx
	.endm
	.macro	STALE flags=7
	call	map_new
	movq	$PAGE_A + \flags, PT_NEW
	movabs	$NEW, %rdi
	mov	(%rdi), %rbx
	movq	$PAGE_B + \flags, PT_NEW
	.endm
	.macro	STALE2M flags=0x87
	call	map_new
	movabs	$NEW, %rdi
	movq	$0x200000 + \flags, PD_NEW
	mov	(%rdi), %rbx
	movq	$0x400000 + \flags, PD_NEW
	movq	$0xdddd, 0x400000
	.endm
	.macro	LOADCR3 pcid, keep=0
	movabs	$\keep << 63 | PML4 | \pcid, %rax
	mov	%rax, %cr3
	.endm

PROBE "2 MiB: stale"
	STALE2M
	SEE
	DONE
PROBE "2 MiB: invlpg of its first page"
	STALE2M
	invlpg	(%rdi)
	SEE
	DONE
PROBE "2 MiB: invlpg of its last page"
	STALE2M
	invlpg	0x1fffff(%rdi)
	SEE
	DONE
PROBE "2 MiB: invlpg of the next page"
	STALE2M
	invlpg	0x200000(%rdi)
	SEE
	DONE
PROBE "2 MiB, global: mov to cr3, then invlpg"
	CR4SET	0x80
	STALE2M	0x187
	LOADCR3	0
	SEE
	invlpg	0x1000(%rdi)
	SEE
	DONE
PROBE "1 GiB: invlpg of its last page"
	call	map_new
	movabs	$NEW + 0x200000, %rdi
	movq	$0x87, PDPT_NEW
	mov	(%rdi), %rbx
	movq	$PD_NEW + 7, PDPT_NEW
	movq	$0x400087, PD_NEW + 8
	movq	$0xdddd, 0x400000
	SEE
	invlpg	0x3fdff000(%rdi)
	SEE
	movq	$0, PD_NEW + 8
	DONE
PROBE "2 MiB split into 4 KiB: stale, then invlpg"
	call	map_new
	movabs	$NEW, %rdi
	movq	$0x200087, PD_NEW
	mov	(%rdi), %rbx
	movq	$PAGE_B + 7, PT_NEW
	movq	$PT_NEW + 7, PD_NEW
	SEE
	invlpg	(%rdi)
	SEE
	DONE
PROBE "PCIDs: a global page is seen by all"
	CR4SET	0x20080
	LOADCR3	1
	STALE	0x107
	LOADCR3	2
	SEE
	LOADCR3	1
	SEE
	DONE
PROBE "PCIDs: another one has translations of its own"
	CR4SET	0x20000
	LOADCR3	1
	STALE
	LOADCR3	2
	SEE
	DONE
PROBE "PCIDE cleared: everything goes"
	CR4SET	0x20080
	STALE	0x107
	CR4CLEAR 0x20000
	SEE
	DONE
PROBE "PCIDE set: what is there stays"
	STALE
	CR4SET	0x20000
	SEE
	DONE
PROBE "PCIDE set with a PCID in CR3"
	LOADCR3	8
	CR4SET	0x20000
PROBE "SMEP set, and cleared"
	STALE
	CR4SET	0x100000
	SEE
	STALE
	CR4CLEAR 0x100000
	SEE
	DONE
PROBE "a page fault drops what it came from"
	movq	$1, quiet
	call	map_new
	movq	$PAGE_A + 5, PT_NEW
	movabs	$NEW, %rdi
	mov	(%rdi), %rbx
	movq	$PAGE_B + 7, PT_NEW
	THEN	1f
	mov	%rbx, (%rdi)
1:	movabs	$NEW, %rdi
	SEE
	DONE
PROBE "CR3: bits 3 to 11 without PCIDE, bit 62"
	LOADCR3	0xff8
	mov	%cr3, %rax
	P " "
	H %rax
	movabs	$1 << 62 | PML4, %rax
	mov	%rax, %cr3

// The I/O permission bitmap: a TSS at TSS_NEW whose bitmap begins at 0x68
	.macro	NEWTSS limit, map=0x68
	mov	$TSS_NEW, %edi
	mov	$0x400, %ecx
	xor	%eax, %eax
	rep stosl
	movq	$RSP0, TSS_NEW + 4
	movq	$IST3, TSS_NEW + 52
	movw	$\map, TSS_NEW + 0x66
	movabs	$0x0000890000000000 | (TSS_NEW & 0xffffff) << 16 | \limit, %rax
	mov	%rax, gdt_test
	movq	$0, gdt_test + 8
	mov	$SEL_TEST, %eax
	ltr	%ax
	.endm
	.macro	USERIO insn
	movq	$1, quiet
	THEN	.Lnext\@
	USER	.Ldo\@
.Ldo\@:	\insn
	int	$0x80
.Lnext\@:
	.endm

PROBE "I/O bitmap: ports 0x80 to 0x83 allowed"
	NEWTSS	0x167
	USERIO	"in $0x80, %al"
	USERIO	"in $0x80, %ax"
	USERIO	"in $0x80, %eax"
	USERIO	"out %al, $0x80"
	USERIO	"out %ax, $0x80"
	USERIO	"out %eax, $0x80"
	DONE
	.irp	bit, 0, 1, 2, 3, 4
PROBE "I/O bitmap: port 0x80 + \bit forbidden"
	NEWTSS	0x167
	btsl	$\bit, TSS_NEW + 0x78
	USERIO	"in $0x80, %al"
	USERIO	"in $0x80, %ax"
	USERIO	"in $0x80, %eax"
	DONE
	.endr
PROBE "I/O bitmap: over the end of a byte"
	NEWTSS	0x167
	btsl	$8, TSS_NEW + 0x78
	USERIO	"in $0x87, %al"
	USERIO	"in $0x87, %ax"
	USERIO	"in $0x86, %ax"
	USERIO	"in $0x85, %eax"
	DONE
	.irp	limit, 0x77, 0x78, 0x79
PROBE "I/O bitmap: the segment ends at \limit"
	NEWTSS	\limit
	USERIO	"in $0x80, %al"
	USERIO	"in $0x80, %eax"
	DONE
	.endr
PROBE "I/O bitmap: its offset is beyond the end"
	NEWTSS	0x167, 0x168
	USERIO	"in $0x80, %al"
	DONE
PROBE "I/O bitmap: strings"
	NEWTSS	0x167
	btsl	$1, TSS_NEW + 0x78
	USERIO	"mov $0x80, %edx; mov $ALIAS + 0x8b000, %edi; mov %edi, %esi; outsb"
	USERIO	"mov $0x81, %edx; mov $ALIAS + 0x8b000, %edi; mov %edi, %esi; outsb"
	USERIO	"mov $0x81, %edx; mov $ALIAS + 0x8b000, %edi; mov $2, %ecx; rep insb"
	USERIO	"mov $0x81, %edx; mov $ALIAS + 0x8b000, %edi; xor %ecx, %ecx; rep insb"
	DONE
PROBE "I/O bitmap: CLI obeys IOPL alone"
	NEWTSS	0x167
	USERIO	"cli"
	DONE

access:	movabs	$NEW, %rax
	cmp	$3, %r14d
	jb	1f
	lea	-3(%r14), %ecx
	jmp	2f
1:	mov	%r14d, %ecx
2:	cmp	$1, %ecx
	je	3f
	ja	4f
	mov	8(%rax), %ebx
	int	$0x80
3:	mov	%ebx, 8(%rax)
	int	$0x80
4:	add	$16, %rax
	jmp	*%rax

// NEW by 4 KiB through three tables, everything allowed; PAGE_A has `int $0x80' where a fetch goes.
map_new:
	movq	$PDPT_NEW + 7, PML4 + 8
	movq	$PD_NEW + 7, PDPT_NEW
	movq	$PT_NEW + 7, PD_NEW
	movq	$PAGE_A + 7, PT_NEW
	movw	$0x80cd, PAGE_A + 16
	movw	$0x80cd, 16
	mov	%cr3, %rax
	mov	%rax, %cr3
	ret

	.subsection	3
	.balign	8
table_entries:
	.quad	PML4 + 8, PDPT_NEW, PD_NEW, PT_NEW
	.subsection	0
#include "../runtime.inc"
