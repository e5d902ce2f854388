# What RESTORE_CR3 does with a pending flush, then what it would have done without.
set trace-commands on
set context off
break calling.inc:106
run
p flush_pending(1)
watch $cr3
continue
reverse-continue
reverse-stepi 2
set user_pcid_flush_mask = 0
reverse-stepi 3
set user_pcid_flush_mask = 0
delete 1
continue
info tlb
