/*
 * RESTORE_CR3, the end of a paranoid exit, in the three shapes of the thread "x86/entry: Don't write to CR3 when
 * restoring to kernel CR3" (August and September 2023):
 *
 *   before   as in Linux 6.1: CR3 is written whatever was saved
 *   patch    the posted patch: a saved kernel half is not written back
 *   btr      Gleixner's simplification of the patch: one BTR tests and clears the pending bit, under the name he proposed
 *
 * The questions are Lutomirski's ("How do you know that the actual loaded CR3 is correct?") and what it saves. So the
 * loaded CR3 varies apart from the saved one: the same process's kernel half (what the entry code left), another
 * process's kernel half (a handler that switched mm), and the user half.
 */
//@ title   RESTORE_CR3: before the patch, with it, and simplified to btr/jc
//@ entry   before = restore_before
//@ entry   patch = restore_patch
//@ entry   btr = restore_btr
//@ vary    PTI PCID
//@ state   saved=kernel:   r14 = kernel_cr3(1)
//@ state   saved=user:     r14 = user_cr3(1)
//@ state   loaded=kernel:  cr3 = kernel_cr3(1)
//@ state   loaded=other:   cr3 = kernel_cr3(2)
//@ state   loaded=user:    cr3 = user_cr3(1)
//@ state   flush=none:     user_pcid_flush_mask = flush_bit(2)
//@ state   flush=pending:  user_pcid_flush_mask = flush_bit(2) | flush_bit(1)
//
// Without PTI there is one half, and the macro has to leave CR3 alone.
//@ expect  restored: cr3 == (pti ? r14_at_entry : cr3_at_entry)
//@ expect  one_write: cr3_writes <= 1
//
// A pending flush of the address space that is entered is done, and only then struck off; no other bit is touched.
//@ expect  flush_done: !(pti && pcid && saved.user && flush.pending) || cr3_flushes == 1
//@ expect  flush_kept: flush_pending(1) == (flush.pending && !(pti && pcid && saved.user))
//@ expect  others_kept: flush_pending(2)
//
// Where the variants are known to fall short.
//@ xfail   restored: pti && saved.kernel && !loaded.kernel && !entry.before -- nothing is written: what is loaded stays
//@ fault   pti && pcid && saved.user && loaded.user: #PF -- the user half does not map the flush mask
//
//@ golden  kernel-before: entry=before features=PTI,PCID saved=kernel
//@ golden  kernel-patch: entry=patch features=PTI,PCID saved=kernel
//@ golden  user-pending: entry=before features=PTI,PCID saved=user flush=pending
//@ golden  user-btr: entry=btr features=PTI,PCID saved=user flush=pending
//@ golden  nopcid: entry=before features=PTI saved=user
//@ golden  nopti: entry=before saved=kernel

#include "../include/calling.inc"

.macro RESTORE_CR3_PATCH scratch_reg:req save_reg:req
	ALTERNATIVE "jmp .Lend_\@", "", X86_FEATURE_PTI
	bt	$CR3_USER_HALF_BIT, \save_reg
	jnc	.Lend_\@
	ALTERNATIVE "jmp .Lwrcr3_\@", "", X86_FEATURE_PCID
	movq	\save_reg, \scratch_reg
	andq	$(CR3_ASID_MASK), \scratch_reg
	bt	\scratch_reg, THIS_CPU_user_pcid_flush_mask
	jnc	.Lnoflush_\@
	btr	\scratch_reg, THIS_CPU_user_pcid_flush_mask
	jmp	.Lwrcr3_\@
.Lnoflush_\@:
	SET_NOFLUSH_BIT \save_reg
.Lwrcr3_\@:
	movq	\save_reg, %cr3
.Lend_\@:
.endm

.macro PARANOID_RESTORE_USER_CR3 scratch_reg:req save_reg:req
	ALTERNATIVE "jmp .Lend_\@", "", X86_FEATURE_PTI
	bt	$CR3_USER_HALF_BIT, \save_reg
	jnc	.Lend_\@
	ALTERNATIVE "jmp .Lwrcr3_\@", "", X86_FEATURE_PCID
	movq	\save_reg, \scratch_reg
	andq	$(CR3_ASID_MASK), \scratch_reg
	btr	\scratch_reg, THIS_CPU_user_pcid_flush_mask
	jc	.Lwrcr3_\@
	SET_NOFLUSH_BIT \save_reg
.Lwrcr3_\@:
	movq	\save_reg, %cr3
.Lend_\@:
.endm

/* Entry code is mapped in both halves, so it still runs when the user half is loaded. */
	.section .entry.text, "ax"

	.globl restore_before
	.type restore_before, @function
restore_before:
	RESTORE_CR3 scratch_reg=%r15 save_reg=%r14
	ret
	.size restore_before, . - restore_before

	.globl restore_patch
	.type restore_patch, @function
restore_patch:
	RESTORE_CR3_PATCH scratch_reg=%r15 save_reg=%r14
	ret
	.size restore_patch, . - restore_patch

	.globl restore_btr
	.type restore_btr, @function
restore_btr:
	PARANOID_RESTORE_USER_CR3 scratch_reg=%r15 save_reg=%r14
	ret
	.size restore_btr, . - restore_btr
