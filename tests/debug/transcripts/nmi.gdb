# tests/debug/transcripts/nmi.S --features PTI,PCID
set context off
break exit
run
stepi 3
# An NMI between two instructions of RESTORE_CR3.
inject nmi
backtrace
info idt 2
p $rip
# One more waits until this one is done.
inject nmi
info program
set context code
next
finish
backtrace
finish
set context off
p nmis
# Where was the counter written before?
watch nmis
reverse-continue
backtrace
reverse-continue
x/i $pc
p nmis
# Forwards again: what was injected comes again.
continue
p nmis
quit
