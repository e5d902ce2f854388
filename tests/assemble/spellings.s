# Spellings that GNU as takes, or refuses in words of its own: prefixes, x87's short forms, system instructions, operand orders.
rep add %eax,%ebx
rep ret
repne ret
rep nop
rep rep movsb
rep repne movsb
lock lock addl $1,(%rax)
lock add $1,%eax
data16 data16 movsb
cs ds movsb
cs cs movsb
data16 addw $1,%ax
data32 addl $1,%eax
addr16 addl $1,(%rax)
addr32 addl $1,(%rax)
addr32 addl $1,foo
addr64 addl $1,foo
addr32 addl $1,(%eax)
rex.w rex.w nop
rex.w addl $1,%eax
rex.r addl $1,%r8d
rex addb $1,%ah
xacquire addl $1,(%rax)
xacquire lock addl $1,(%rax)
xrelease movl $1,(%rax)
xacquire movl $1,(%rax)
bnd jmp foo
bnd call foo
bnd ret
bnd add %eax,%eax
notrack jmp *%rax
notrack jmp foo
notrack call *%rax
notrack add %eax,%eax
lock cs addl $1,(%rax)
cs lock addl $1,(%rax)
{disp8} addl $1,(%rax)
{disp8} addl $1,0x1000(%rax)
{disp8} addl $1,foo(%rax)
{disp8} addl $1,foo
{disp8} jmp foo
{disp32} jmp foo
{disp32} jne foo
{disp32} addl $1,(%rax)
{disp16} addl $1,(%rax)
{disp32} addl $1,(%rip)
{disp32} {disp8} addl $1,(%rax)
{load} mov %eax,%ebx
{store} mov %eax,%ebx
{load} mov %eax,(%rbx)
{load} {store} mov %eax,%ebx
{rex} mov %eax,%ebx
{rex} mov %ah,%bl
{rex} mov %r8,%rbx
{vex} add %eax,%eax
{vex3} add %eax,%eax
{evex} add %eax,%eax
{vex3} vaddps %xmm0,%xmm1,%xmm2
{vex2} vaddps %xmm0,%xmm1,%xmm2
{rex2} add %eax,%eax
{nooptimize} add %eax,%eax
{foo} add %eax,%eax
jne,pt foo
jne,pn foo
jmp,pt foo
wait
fwait
fs
gs
fs movl (%rax),%eax
fs movl %gs:(%rax),%eax
fs movl %fs:(%rax),%eax
rex.wrxb
rex64
rex64 movl %eax,%ebx
rexwrxb
lock
lock; addl $1,(%rax)
rep; movsb
rep cmpsb
repne cmpsb
repne movsb
rep insb
repz lodsb
data16 call foo
data16 jmp foo
data16 push $1
data16 lea foo(%rip),%rdi
addr32 jmp foo
addr32 call foo
ds jmp foo
cs jne foo
rex.w call foo
rex.w jmp *%rax
repz
fadd
fmul
fcom
fcomp
fsub
fsubr
fdiv
fdivr
fld
fst
fstp
fxch
fucom
fucomp
fcomi
fcomip
fucomi
fucomip
faddp
fmulp
fsubp
fsubrp
fdivp
fdivrp
ffree
fcmovb
fild
fist
fcompp
ficom
fadd %st(3)
fadd %st,%st(3)
fadd %st(3),%st
fmul %st(3)
fmul %st,%st(3)
fmul %st(3),%st
fsub %st(3)
fsub %st,%st(3)
fsub %st(3),%st
fsubr %st(3)
fsubr %st,%st(3)
fsubr %st(3),%st
fdiv %st(3)
fdiv %st,%st(3)
fdiv %st(3),%st
fdivr %st(3)
fdivr %st,%st(3)
fdivr %st(3),%st
faddp %st(3)
faddp %st,%st(3)
fmulp %st(3)
fmulp %st,%st(3)
fsubp %st(3)
fsubp %st,%st(3)
fsubp %st(3),%st
fdivp %st(3)
fdivp %st,%st(3)
fdivp %st(3),%st
fsubrp %st(3)
fsubrp %st,%st(3)
fsubrp %st(3),%st
fdivrp %st(3)
fdivrp %st,%st(3)
fdivrp %st(3),%st
fcomi %st(3)
fcomi %st,%st(3)
fcomi %st(3),%st
fcomip %st(3)
fcomip %st,%st(3)
fcomip %st(3),%st
fucomi %st(3)
fucomi %st,%st(3)
fucomi %st(3),%st
fucomip %st(3)
fucomip %st,%st(3)
fucomip %st(3),%st
fcom %st(3)
fcom %st,%st(3)
fcom %st(3),%st
fcomp %st(3)
fcomp %st,%st(3)
fcomp %st(3),%st
fucom %st(3)
fucom %st,%st(3)
fucom %st(3),%st
fucomp %st(3)
fucomp %st,%st(3)
fucomp %st(3),%st
fxch %st(3)
fxch %st,%st(3)
fxch %st(3),%st
fcmovb %st(3)
fcmovb %st,%st(3)
fcmovb %st(3),%st
pvalidate %rax,%ecx,%edx
pvalidate %rax
rmpadjust %rax,%rcx,%rdx
rmpadjust %rax
rmpupdate %rax,%rcx
rmpupdate %rax
psmash %rax
invlpgb %rax,%ecx,%edx
invlpgb %rax
rmpquery
tlbsync
mwaitx %eax,%ecx,%ebx
mwaitx %eax,%ecx
mwait %rax,%rcx
monitor %rax,%rcx,%rdx
monitor %rax,%ecx,%edx
skinit %eax
skinit
enclv
wrmsrns
rdmsrlist
uiret
senduipi %rax
testui
tdcall
seamcall
seamret
seamops
hreset $0
serialize
incsspd %eax
incsspq %rax
rdsspq %rax
wrussq %rax,(%rbx)
setssbsy
clrssbsy (%rax)
saveprevssp
rstorssp (%rax)
endbr64
endbr32
fnstsw
fstsw
fnstsw %ax
ud0 %eax,%ebx
ud1 (%rax),%ebx
ud2
ud2a
ud2b %eax,%ebx
int1
icebp
int3
int $3
xlat
xlatb
xlat (%rbx)
sysretl
sysretq
sysret
sysexitq
iretw
iretl
iretq
retw
retq
lretq
lretw
pushfq
pushfw
popfq
movsx %al,%ebx
movsx %ax,%rbx
movsxd %eax,%rbx
movslq %eax,%rbx
movzbl (%rax),%ebx
movzwq %ax,%rbx
nopw (%rax)
nopl (%rax,%rax)
nopq %rax
inb $1
outb $1
in %dx
inl (%dx),%eax
outw %ax,(%dx)
shl %eax
shll (%rax)
sal $1,%eax
imul $3,%eax
imul %eax
imul %eax,%ebx
cmpxchg16b (%rax)
cmpxchg8b (%rax)
bswap %eax
bswapq %rax
lock bswap %eax
movq %ds,%rax
movq %rax,%ds
movw %ax,%ds
movw %ds,(%rax)
movq %cr8,%rax
movq %rax,%dr7
mov %rax,%cr3
sldt %eax
sldt %rax
sldt (%rax)
strl %eax
smsw %ax
smswq %rax
lar %ax,%rbx
lslq %rax,%rbx
lsl (%rax),%ebx
clwb (%rax)
clflushopt (%rax)
prefetchw (%rax)
prefetchwt1 (%rax)
rdpid %rax
rdtscp
xgetbv
xsetbv
clac
stac
invpcid (%rax),%rbx
rdpkru
wrpkru
vmcall
vmfunc
vmmcall
invept (%rax),%rbx
vmread %rax,%rbx
vmwrite (%rax),%rbx
umwait %eax
umwait %rax
tpause %eax,%edx,%eax
umonitor %rax
movdiri %eax,(%rbx)
movdir64b (%rax),%rbx
enqcmd (%rax),%rbx
ptwrite %rax
ptwriteq (%rax)
rdgsbasel %eax
lcall *(%rax)
lcallq *(%rax)
ljmp *(%rax)
ljmpq *(%rax)
ljmpl *(%rax)
callw *%ax
call *%ax
jmp %eax
jmp *%eax
jmpq *(%rax)
call (%rax)
jrcxz .
jecxz .
loopne .
loopq .
xbegin .
xabort $1
pushq $5
pushw $5
push %fs
pushq %gs
popw %fs
enter $8,$0
enterq $8,$0
leaveq
leavew
fs movsb
es lodsb
movsb %fs:(%rsi),%es:(%rdi)
rep stosq
cmpsb (%rdi),(%rsi)
scasb
lodsb (%rsi),%al
insb (%dx),%es:(%rdi)
insb %dx,(%rdi)
outsb (%rsi),%dx
outsl %fs:(%rsi),(%dx)
crc32b %al,%ebx
crc32 %eax,%ebx
crc32q (%rax),%rbx
getsec
rdrand %eax
rdseed %rax
wbnoinvd
cldemote (%rax)
pconfig
encls
enclu
mcommit
rdpru
sgdt (%rax)
lgdtq (%rax)
lidt (%rax)
lidtl (%rax)
lmsw %ax
lmsw %eax
verr %ax
verw (%rax)
clts
arpl %ax,%bx
