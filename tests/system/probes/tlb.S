// Which translations live through what: PCIDs, the no-flush bit, global pages, INVLPG, INVPCID, CR0 and CR4.
//
// Each probe reads page 0 (PAGE_A), changes the entry to PAGE_B without telling the TLB, does something, and reads again: aaaa says
// that the old translation was used.
#include "../boot.inc"
#include "../probe.inc"

	.macro	STALE flags=3
	movq	$PAGE_A + \flags, PT_TEST
	invlpg	TEST
	mov	TEST, %rbx
	movq	$PAGE_B + \flags, PT_TEST
	.endm
	.macro	SEE
	mov	TEST, %rbx
	P " "
	H %rbx
	.endm
	.macro	LOADCR3 pcid, keep=0
	movabs	$\keep << 63 | PML4 | \pcid, %rax
	mov	%rax, %cr3
	.endm
	.macro	PCIDON
	CR4SET	0x20000
	LOADCR3	1
	.endm
	.macro	FLUSH type, pcid, address
	movq	$\pcid, invpcid_descriptor
	movabs	$\address, %rax
	mov	%rax, invpcid_descriptor + 8
	mov	$\type, %eax
	invpcid	invpcid_descriptor, %rax
	.endm

PROBE "nothing in between"
	STALE
	SEE
	DONE
PROBE "mov to cr3"
	STALE
	LOADCR3	0
	SEE
	DONE
PROBE "mov to cr3, global page without PGE"
	STALE	0x103
	LOADCR3	0
	SEE
	DONE
PROBE "mov to cr3, global page with PGE"
	CR4SET	0x80
	STALE	0x103
	LOADCR3	0
	SEE
	DONE
PROBE "invlpg of a global page"
	CR4SET	0x80
	STALE	0x103
	invlpg	TEST
	SEE
	DONE
PROBE "invlpg of the next page"
	STALE
	invlpg	TEST + 0x1000
	SEE
	DONE
PROBE "invlpg in the middle of the page"
	STALE
	invlpg	TEST + 0x888
	SEE
	DONE
PROBE "CR4.PGE toggled"
	STALE
	CR4SET	0x80
	SEE
	DONE
PROBE "CR4.PGE cleared, global page"
	CR4SET	0x80
	STALE	0x103
	CR4CLEAR 0x80
	SEE
	DONE
PROBE "CR4.PCIDE cleared"
	PCIDON
	STALE
	LOADCR3	0, 1
	CR4CLEAR 0x20000
	SEE
	DONE
PROBE "CR4.SMEP set"
	STALE
	CR4SET	0x100000
	SEE
	DONE
PROBE "another PCID, and back with a flush"
	PCIDON
	STALE
	LOADCR3	2
	SEE
	LOADCR3	1
	SEE
	DONE
PROBE "invpcid 0: the address in this PCID"
	PCIDON
	STALE
	FLUSH	0, 1, TEST
	SEE
	DONE
PROBE "invpcid 0: another address"
	PCIDON
	STALE
	FLUSH	0, 1, TEST + 0x1000
	SEE
	DONE
PROBE "invpcid 1: this PCID"
	PCIDON
	STALE
	FLUSH	1, 1, 0
	SEE
	DONE
PROBE "invpcid 2: all"
	PCIDON
	CR4SET	0x80
	STALE	0x103
	FLUSH	2, 0, 0
	SEE
	DONE
PROBE "invpcid 3: a global page stays"
	PCIDON
	CR4SET	0x80
	STALE	0x103
	FLUSH	3, 0, 0
	SEE
	DONE
PROBE "invpcid 3: others go"
	PCIDON
	STALE
	FLUSH	3, 0, 0
	SEE
	DONE
PROBE "invpcid 4"
	PCIDON
	FLUSH	4, 0, 0
	DONE
PROBE "invpcid 0: a PCID of 13 bits"
	PCIDON
	FLUSH	0, 0x1001, TEST
	DONE
PROBE "invpcid 0: not canonical"
	PCIDON
	FLUSH	0, 1, 0x8000000000000000
	DONE
PROBE "invpcid 1: not canonical, ignored"
	PCIDON
	FLUSH	1, 1, 0x8000000000000000
	P " ok"
	DONE
PROBE "invpcid 0 without PCIDE: PCID 1"
	FLUSH	0, 1, TEST
	DONE
PROBE "invpcid 1 without PCIDE: PCID 0"
	STALE
	FLUSH	1, 0, 0
	SEE
	DONE
PROBE "invpcid of an unmapped descriptor"
	xor	%eax, %eax
	invpcid	TEST + 0x7000, %rax
	DONE
PROBE "accessed and dirty bits"
	movq	$PAGE_A + 3, PT_TEST
	invlpg	TEST
	mov	PT_TEST, %rax
	P " "
	H %rax
	mov	TEST, %rbx
	mov	PT_TEST, %rax
	P " "
	H %rax
	mov	%rbx, TEST
	mov	PT_TEST, %rax
	P " "
	H %rax
	DONE
PROBE "a probe that faults sets no dirty bit"
	movq	$PAGE_A + 1, PT_TEST
	invlpg	TEST
	THEN	1f
	mov	%rbx, TEST
1:	mov	PT_TEST, %rax
	P " "
	H %rax
	DONE
PROBE "reserved bits of a PTE"
	movabs	$1 << 51 | PAGE_A + 3, %rax
	mov	%rax, PT_TEST
	invlpg	TEST
	mov	TEST, %rbx
	DONE
PROBE "reserved bits of a PDE of 2 MiB"
	movq	$0x2083, PD_TEST + 16
	mov	TEST + 0x400000, %rbx
	DONE
PROBE "2 MiB page"
	movq	$0x200083, PD_TEST + 16
	mov	TEST + 0x400000, %rbx
	P " "
	H %rbx
	DONE
PROBE "1 GiB page"
	movq	$0x83, PDPT + 16
	mov	$0x80200000, %eax
	mov	(%rax), %rbx
	DONE
PROBE "a fault drops the translation: not present, then mapped without invlpg"
	movq	$0, PT_TEST
	invlpg	TEST
	THEN	1f
	mov	TEST, %rbx
1:	movq	$PAGE_B + 3, PT_TEST
	SEE
	DONE

	.subsection	3
	.balign	16
invpcid_descriptor:
	.quad	0, 0
	.subsection	0
#include "../runtime.inc"
