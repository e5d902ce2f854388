# asm/cr3/restore_cr3.S --features PTI,PCID --state saved=user,flush=pending
# The btr line of RESTORE_CR3, in one of its expansions: a flush is pending.
info line restore_before
b calling.inc:106
info breakpoints
continue
p/t user_pcid_flush_mask
p flush_pending(1)
p/x $r15
# The bit is tested and cleared.
stepi
p/t user_pcid_flush_mask
p flush_pending(1)
set context registers
watch $cr3
continue
p $cr3.pcid
# Back to before the write, where the decision is not made yet.
reverse-continue
reverse-continue
info program
# Nobody has asked for a flush: the other outcome.
set context off
delete 1
set user_pcid_flush_mask = 0
reverse-stepi 2
x/2i $pc
p $rflags
continue
p/x $r14
info tlb
info program
# It returns either way.
delete
continue
continue
reverse-stepi
info cost
quit
