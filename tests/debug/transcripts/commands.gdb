# asm/cr3/restore_cr3.S --features PTI,PCID --state saved=user
set context code
# Micro-ops.
stepi 4
info uops
x/i $pc
stepi 2
stepu 2
info uops
p/x $r15
reverse-stepu
stepu 99
reverse-stepu
info program
# Lines and calls.
set context off
start
step
next 2
until
advance restore_before+50
jump restore_patch
reverse-continue
# Values.
p $rip
p/x $r14
output $rax
p $cr3
p $nosuch
set $count = 3
p $count * 2
x/2gx $rsp
x/3i restore_btr
display/i $pc
display $count
stepi
undisplay 1
stepi
info display
whatis $rsp
p kernel_cr3(2)
p/x {u64}$rsp
set $r13 = 0x1234
set var $r12 = $r13 + 1
p $r12 == 0x1235
printf "%d %s %05x|%-4d|%%\n", 5, "text", 255, 7
printf "%d\n"
echo one\ttwo\n
# Commands of one's own.
define twice
stepi $arg0
stepi $arg0
end
twice 1
if $r14 == user_cr3(1)
echo user\n
else
echo kernel\n
end
set $i = 0
while $i < 3
output $i
echo ,
set $i = $i + 1
end
help twice
# Branches of history.
checkpoint
stepi 2
checkpoint
set $r14 = kernel_cr3(1)
info checkpoints
restart 1
p $r14 == user_cr3(1)
restart 3
delete checkpoint 1
info checkpoints
# Other kernels.
set features none
info alternatives
set features +PTI
show features
set state saved=kernel
show state
set features PTI,NOSUCH
# What a user of gdb types.
layout asm
record
info locals
info threads
i r rip
b
info symbol $pc
info line
disas
p $cr3.pcid
info
info nosuch
r
nosuch
re
set
show nosuch
trace on /dev/null
start
stepi 3
trace off
set max-insns 2
continue
show max-insns
list restore_btr
list
list 1,3
list -
frame 5
tui enable
quit 3
