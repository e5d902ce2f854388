# What RESTORE_CR3 does with a pending flush, and what it would have done without.
set context off
tbreak calling.inc:106
catch cr3
set trace-commands on
run
p flush_pending(1)
continue
reverse-continue
reverse-stepi 5
set user_pcid_flush_mask = 0
continue
