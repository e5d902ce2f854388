# tests/debug/transcripts/nmi.S --features PTI,PCID
set context off
# Locations.
break nosuch
break 9999
break nosuch.c:3
break nmi.S:44
break *exit+4
break nmi.S:15
break SET_GATE
tbreak exit if $r14 != 0
hbreak *exit+9
info breakpoints
info dr
delete 3 4
# Conditions, counts, commands.
condition 2 $cr3.pcid == 1
condition 2
ignore 2 1
commands 5
silent
printf "exit with r14=%#lx, %s\n", $r14, "once"
end
run
info breakpoints
run
continue
run
info breakpoints
continue
p $dr7
p $rflags
stepi
reverse-stepi
reverse-continue
info dr
# Watchpoints.
delete
watch idt
watch *(u64 *) ((char *) &idt + 32)
watch -l *(u16 *) ($gdtr.base + 8)
watch $rax if $rax == 0xffff
rwatch *(u16 *) &idtr
awatch $rax
watch 5
start
continue
continue
continue
disable 6 8
continue
info breakpoints
delete
# Catchpoints.
catch nothing
catch cr3
catch alternative PTI
catch nmi
catch exception pf
catch privilege
catch tlb-flush
info breakpoints
tbreak exit
run
inject nmi
continue
finish
continue
continue
continue
delete
handle pf nostop
inject pf 0x1234 2
backtrace 1
p/x $cr2
delete 77
enable 77
clear exit
quit
