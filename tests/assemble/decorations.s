# What AVX-512 adds to operands, right and wrong; tools/fixtures.ts has GNU as assemble it for three sizes of code.
vaddps %zmm1,%zmm2,%zmm3{%k1}
vaddps %zmm1,%zmm2,%zmm3{%k1}{z}
vaddps %zmm1,%zmm2,%zmm3{z}{%k1}
vaddps %zmm1,%zmm2,%zmm3 {%k1} {z}
vaddps %zmm1,%zmm2,%zmm3{ %k1 }
vaddps %zmm1,%zmm2,%zmm3{% k1}
vaddps %zmm1,%zmm2,%zmm3{%k0}
vaddps %zmm1,%zmm2,%zmm3{z}
vaddps %zmm1,%zmm2,%zmm3{%k1}{%k2}
vaddps %zmm1,%zmm2,%zmm3{%k1}{z}{z}
vaddps %zmm1,%zmm2,%zmm3{%eax}
vaddps %zmm1,%zmm2,%zmm3{%xmm1}
vaddps %zmm1,%zmm2,%zmm3{%k9}
vaddps %zmm1,%zmm2,%zmm3{k1}
vaddps %zmm1,%zmm2,%zmm3{foo}
vaddps %zmm1,%zmm2,%zmm3{}
vaddps %zmm1,%zmm2,%zmm3{%k1
vaddps %zmm1,%zmm2,%zmm3{1to16}
vaddps %zmm1,%zmm2{%k1},%zmm3
vaddps %zmm1{%k1},%zmm2,%zmm3
vaddps (%rax){%k1},%zmm2,%zmm3
vaddps (%rax){1to16},%zmm2,%zmm3
vaddps (%rax){1to8},%zmm2,%zmm3
vaddps (%rax){1to8},%ymm2,%ymm3
vaddps (%rax){1to4},%xmm2,%xmm3
vaddps (%rax){1to16}{%k1},%zmm2,%zmm3
vaddps (%rax){1to16}{1to16},%zmm2,%zmm3
vaddps (%rax){1to3},%zmm2,%zmm3
vaddps (%rax){1to17},%zmm2,%zmm3
vaddps (%rax){1to64},%zmm2,%zmm3
vaddps (%rax){2to16},%zmm2,%zmm3
vaddps {rn-sae},%zmm1,%zmm2,%zmm3
vaddps {rd-sae},%zmm1,%zmm2,%zmm3
vaddps {ru-sae},%zmm1,%zmm2,%zmm3
vaddps {rz-sae},%zmm1,%zmm2,%zmm3
vaddps {sae},%zmm1,%zmm2,%zmm3
vaddps {rn-sae},(%rax),%zmm2,%zmm3
vaddps {rn-sae},%ymm1,%ymm2,%ymm3
vaddps %zmm1,{rn-sae},%zmm2,%zmm3
vaddps %zmm1,%zmm2,%zmm3{rn-sae}
vaddps {rn-sae},{rn-sae},%zmm1,%zmm2,%zmm3
vaddps {foo},%zmm1,%zmm2,%zmm3
vaddps {rn-sae,%zmm1,%zmm2,%zmm3
vaddps { rn-sae },%zmm1,%zmm2,%zmm3
vaddps {RN-SAE},%zmm1,%zmm2,%zmm3
vaddps %zmm1,%zmm2,%ZMM3{%K1}{Z}
vaddps (%rax){1TO16},%zmm2,%zmm3
vcmpps $1,{sae},%zmm1,%zmm2,%k1
vcmpps {sae},$1,%zmm1,%zmm2,%k1
vcmpps $1,%zmm1,{sae},%zmm2,%k1
vcmpps $1,%zmm1,%zmm2,%k1{%k2}
vcmpps $1,%zmm1,%zmm2,%k1{%k2}{z}
vmovaps %zmm1,(%rax){%k1}
vmovaps %zmm1,(%rax){%k1}{z}
vmovaps %zmm1,(%rax){z}
vmovaps %zmm1,(%rax){1to16}
vpand %xmm16,%xmm1,%xmm2
vpand %ymm1,%ymm1,%ymm2{%k1}
movaps %xmm16,%xmm1
movaps %xmm1,%xmm2{%k1}
addl %eax,%ebx{%k1}
addl (%rax){1to4},%ebx
addl {rn-sae},%eax,%ebx
{vex} vaddps %xmm16,%xmm1,%xmm2
{vex} vaddps %xmm1,%xmm1,%xmm2{%k1}
{evex} vaddps %xmm1,%xmm1,%xmm2
{vex} vaddps %zmm1,%zmm1,%zmm2
{vex} vpdpbusd %xmm1,%xmm2,%xmm3
vpdpbusd %xmm1,%xmm2,%xmm3
{evex} vpand %xmm1,%xmm2,%xmm3
{evex} movaps %xmm1,%xmm2
vgatherdps (%rax,%zmm1,4),%zmm2{%k1}
vgatherdps (%rax,%zmm1,4),%zmm2
vgatherdps (%rax,%zmm2,4),%zmm2{%k1}
vgatherdps (%rax,%xmm1,4),%zmm2{%k1}
vgatherdps (%rax,%xmm17,4),%xmm2{%k1}
vgatherdps (%rax,%zmm1,4),%zmm2{%k1}{z}
vgatherdps (%rax,%rbx,4),%zmm2{%k1}
vscatterdps %zmm2,(%rax,%zmm1,4){%k1}
vscatterdps %zmm2,(%rax,%zmm2,4){%k1}
vscatterdps %zmm2,(%rax,%zmm1,4)
vcvtsi2sd %eax,{rn-sae},%xmm1,%xmm2
vcvtsi2sdq %rax,{rn-sae},%xmm1,%xmm2
vcvtsi2sdq {rn-sae},%rax,%xmm1,%xmm2
vcvtsi2ss %eax,{rn-sae},%xmm1,%xmm2
vcvtsi2ss {rn-sae},%eax,%xmm1,%xmm2
vcvtusi2ss (%rax),%xmm1,%xmm2
vcvtusi2ss (%rax),{rn-sae},%xmm1,%xmm2
vcvtpd2ps (%rax),%xmm1
vcvtpd2ps (%rax),%ymm1
vcvtpd2psx (%rax),%xmm1
vcvtpd2psx (%rax),%xmm17
vcvtpd2psy (%rax),%xmm17
vcvtpd2psz (%rax),%ymm17
vcvtpd2ps (%rax){1to2},%xmm17
vcvtpd2ps (%rax){1to4},%xmm17
vcvtpd2ps (%rax){1to8},%ymm17
vcvtpd2ps (%rax){1to8},%xmm17
vcvtpd2psx (%rax){1to2},%xmm17
vcvtpd2psx (%rax){1to4},%xmm17
vfpclassps $1,(%rax),%k1
vfpclasspsz $1,(%rax),%k1
vfpclasspsz $1,(%rax){1to16},%k1
vfpclassps $1,(%rax){1to16},%k1
vaddss %xmm17,%xmm1,%xmm2{%k1}{z}
vaddss {rn-sae},%xmm17,%xmm1,%xmm2{%k1}{z}
kmovw %k1,%eax
kmovw %k1{%k2},%eax
kaddw %k1,%k2,%k3{%k4}
vaddps 64(%rax),%zmm1,%zmm2
vaddps 128(%rax),%xmm1,%xmm18
vaddps 4(%rax){1to4},%xmm1,%xmm18
{disp8} vaddps 65(%rax),%xmm1,%xmm18
{disp8} vaddps foo(%rax),%xmm1,%xmm18
{disp32} vaddps 16(%rax),%xmm1,%xmm18
vaddps foo(%rax),%xmm1,%xmm18
vaddps (%rbp),%xmm1,%xmm18
vaddps 0x1234,%xmm1,%xmm18
vaddps foo(%rip),%xmm1,%xmm18{%k1}
vcmpps $1,%zmm1,%zmm2,foo(%rip)
vp4dpwssd (%rax),%zmm4,%zmm1
vp4dpwssd (%rax),%zmm5,%zmm1
vp2intersectd %zmm1,%zmm2,%k2
vp2intersectd %zmm1,%zmm2,%k3
vpbroadcastb %eax,%zmm1
vpbroadcastb %al,%zmm1
vaddps %xmm1,%xmm2{%k1},%xmm3
vaddps %xmm1,%xmm2,%xmm3{1to4}
vaddps (%rax){1to8},%xmm2,%xmm3
{vex} vaddps (%rax){1to4},%xmm2,%xmm3
addl %eax,{rn-sae},%ebx
vmulps {rn-sae},%xmm1,%xmm2,%xmm3
vfmulcph %zmm1,%zmm2,%zmm1
vfmulcph %zmm1,%zmm2,%zmm2
vfmulcsh %xmm1,%xmm2,%xmm2
vfmulcph (%rax),%zmm2,%zmm2
vpermw %zmm1,%zmm2,%zmm2
vgetmantps $1,{sae},%zmm1,%zmm1
vcvtsi2sdl %rax,%xmm1,%xmm2
vcvtsi2sdq %eax,%xmm1,%xmm2
{evex} vcvtsi2sdq (%rax),%xmm1,%xmm2
{evex} vcvtsi2sdl (%rax),%xmm1,%xmm2
{evex} vcvtsi2sd (%rax),%xmm1,%xmm2
{evex} vcvtsi2ss (%rax),%xmm1,%xmm2
vcvtusi2sd (%rax),%xmm1,%xmm2
vcvtusi2sh (%rax),%xmm1,%xmm2
vcvtusi2ssl %rax,%xmm1,%xmm2
vcvtsd2usi %xmm1,%rax
vcvtsd2usi {rn-sae},%xmm1,%rax
vcvttsd2usi {sae},%xmm1,%eax
vcvtsi2sdl {rn-sae},%eax,%xmm1,%xmm2
vaddps %zmm1{foo},%zmm2,%zmm3
vaddps %zmm1{%k1}{foo},%zmm2,%zmm3
vaddps $1{%k1},%zmm2,%zmm3
vaddps foo{1to16},%zmm2,%zmm3
vaddps %zmm1{%k1},%zmm2,%zmm3{%k2}
vaddps %zmm1{z},%zmm2,%zmm3{%k2}
vaddps %zmm1{%k1},%zmm2,%zmm3{z}
vaddps {rz-sae},%zmm1,%zmm2,%zmm3{%k1}{z}
{disp8} vaddps 64(%rax),%xmm1,%xmm18
{disp8} vaddps (%rax),%xmm1,%xmm18
{disp32} vaddps (%rax),%xmm1,%xmm18
{store} vmovaps %xmm1,%xmm18
{load} vmovaps %xmm1,%xmm18
vmovq %xmm17,%xmm1
vmovq %xmm17,%rax
vmovq (%rax),%xmm17
vmovq %xmm17,(%rax)
vmovd %xmm17,(%rax)
vmovd %xmm17,%rax
vmovw %xmm17,%eax
vmovw %xmm17,(%rax)
vpextrw $1,%xmm17,%eax
vpextrw $1,%xmm17,%rax
vpextrw $1,%xmm17,(%rax)
vpextrb $1,%xmm17,%eax
vpextrb $1,%xmm17,%rax
vpextrb $1,%xmm17,(%rax)
vpinsrb $1,%eax,%xmm17,%xmm1
vpinsrb $1,%rax,%xmm17,%xmm1
vpcmpeqd %zmm1,%zmm2,%k1
vpcmpeqd %xmm1,%xmm2,%k1{%k2}
vpcmpd $0,%xmm1,%xmm2,%k1{%k2}
vpcmpequd %xmm1,%xmm2,%k1{%k2}
vrangepd $8,{sae},%zmm1,%zmm2,%zmm3
vsqrtsd {rn-sae},%xmm1,%xmm2,%xmm3{%k1}
vmovdqa %xmm16,%xmm1
vmovdqa32 %xmm16,%xmm1
vprold $300,%xmm16,%xmm1
kmovq %k1,%rax
{evex} kmovq %k1,%rax
vpsrld $1,%xmm16,%xmm1
vpsrld $1,(%rax),%xmm1
vpsrld $1,(%rax){1to4},%xmm1
vscatterpf0dps (%rax,%zmm1){%k1}
vscatterpf0dps (%rax,%zmm1)
vgatherpf0dps (%rax,%ymm1){%k1}
vgatherqps (%rax,%zmm1),%ymm1{%k1}
vgatherdps %xmm1,(%rax,%xmm16),%xmm2
vgatherdps %xmm1,(%rax,%zmm1),%xmm2
vgatherdps %xmm1,(%rax,%rbx),%xmm2
vaddps (%rax,%zmm1),%zmm2,%zmm3
vaddps (%rax,%xmm1),%xmm2,%xmm3
vp4dpwssd (%rax),%zmm4,%zmm1{%k1}
vp4dpwssd (%rax),%zmm4,%zmm1{%k1}{z}
v4fmaddss (%rax),%xmm6,%xmm1
vp2intersectd %zmm1,%zmm2,%k3{%k1}
vcompresspd %zmm1,(%rax){%k1}{z}
vpcompressb %zmm1,(%rax){%k1}
vcvtps2ph $1,%zmm1,(%rax){%k1}
vcvtps2ph $1,{sae},%zmm1,%ymm2{%k1}{z}
vcvtps2ph {sae},$1,%zmm1,%ymm2{%k1}{z}
vcvtps2ph $1,{sae},%zmm1,(%rax)
vextracti32x4 $1,%zmm1,(%rax){%k1}
vextracti32x4 $1,%zmm1,(%rax){%k1}{z}
vaddsd 8(%rax){1to2},%xmm1,%xmm2
vaddph (%rax){1to32},%zmm1,%zmm2
vaddph (%rax){1to8},%xmm1,%xmm2
addl (%eax),(%ebx)
addl foo,(%ebx)
addl foo,foo
vaddps (%rax),(%rbx),%xmm1
vaddps (%rax),foo,%xmm1
vaddps foo,(%rax),%xmm1
vaddps foo,foo,%xmm1
vaddps (%rax),%xmm1,(%rbx)
imul $1,(%rax),(%rbx)
cmovnsq (%rsp),{rn-sae},%rbp
cmovnsq {rn-sae},(%rsp),%rbp
vaddps %zmm1,%zmm2,{rn-sae},%zmm3
vaddps (%rax),%zmm2,{rn-sae},%zmm3
vaddps {rn-sae},%zmm2,%zmm3
vaddps {rn-sae},%zmm2,%zmm3,%eax
vaddps {rn-sae},%zmm2,%eax,%zmm3
vaddps %eax,{rn-sae},%zmm2,%zmm3
vaddps $1,{rn-sae},%zmm2,%zmm3
vgetexpps {sae},%zmm2,%zmm3
vgetexpps {sae},%xmm2,%xmm3
vgetexpps {rn-sae},%xmm2,%xmm3
vmulps {sae},%xmm17,%xmm2,%xmm3
vmulps {sae},%ymm17,%ymm2,%ymm3{z}{%k1}
vmulps {rn-sae},%ymm17,%ymm2,%ymm3{%k1}
{DISP32} vaddps 64(%eax),%zmm1,%zmm2
vaddps 64(%eax),%zmm1,%zmm2
vaddps -64(%ebp),%zmm1,%zmm2
vaddps 63(%eax),%zmm1,%zmm2
vaddps 0x1fc0(%eax),%zmm1,%zmm2
vaddps 0x2000(%eax),%zmm1,%zmm2
vaddps -0x2000(%eax),%zmm1,%zmm2
vaddps -0x2040(%eax),%zmm1,%zmm2
vaddps 0xffffffc0(%eax),%zmm1,%zmm2
vaddps 64(%bx,%si),%zmm1,%zmm2
vaddps 0xffc0(%bx),%zmm1,%zmm2
vmovdqu8 %zmm1,64(%eax){%k1}
vpternlogd $0xff,%zmm1,%zmm2,%zmm3
{evex} vpaddd %xmm1,%xmm2,%xmm3
vrcp14ss %xmm1,%xmm2,%xmm3{%k1}
{evex} vpsrldq $4,%ymm1,%ymm2
vpsrldq $4,%zmm1,%zmm2
{evex} vpsrldq $4,(%eax),%ymm2
vpsrldq $4,%ymm1,%ymm2{%k1}
vpaddd  %zmm1 , %zmm2 , %zmm3 {%k1} {z}
vfpclasspdzb $1,%zmm1,%k1
vpgatherdd (%eax,%zmm1,2),%zmm2{%k1}
vpscatterqq %zmm2,(,%zmm1,2){%k1}
vpscatterqq %zmm2,0x40(,%zmm1,2){%k1}
vpcmpltub (%eax),%zmm1,%k1{%k2}
vcmpfalse_ospd {sae},%zmm1,%zmm2,%k1
vcmpps $33,%zmm1,%zmm2,%k1
vcmpps $foo,%zmm1,%zmm2,%k1
{vex3} vaddps %xmm1,%xmm2,%xmm3{%k1}
data16 vaddps %zmm1,%zmm2,%zmm3
lock vaddps %zmm1,%zmm2,%zmm3
rep vaddps %zmm1,%zmm2,%zmm3
rex.w vaddps %zmm1,%zmm2,%zmm3
{rex} vaddps %zmm1,%zmm2,%zmm3
fs vaddps (%eax),%zmm2,%zmm3
vpaddd %zmm1,%zmm2,%zmm17{%k1}
vpaddd %zmm1,%zmm2,%zmm17{foo}
vpaddd %zmm1,%zmm2,%zmm3{%k9}
vpaddd %zmm1,%zmm2,%zmm3{%foo}
vpaddd (%eax,%esp){1to16},%zmm2,%zmm3
vpaddd (%eax,%esp){1to16},%zmm2,%zmm3
vpaddd (%foo){1to16},%zmm2,%zmm3
vpaddd (%foo){%k9},%zmm2,%zmm3
vpaddd %zmm1,%zmm2,%zmm3{%k1}{
vpaddd %zmm1,%zmm2,%zmm3{z
vpaddd {rn-sae}
vpaddd {},%zmm1
vpaddd },%zmm1
{rn-sae} vpaddd %zmm1,%zmm1,%zmm1
{evex}
vaddps *%zmm1,%zmm1,%zmm1
call *(%eax){%k1}
jmp foo{%k1}
jmp foo{1to4}
movl %fs:foo{1to4},%eax
movl foo{%k1},%eax
vpaddd %zmm1,%zmm2,%zmm3{%k1}{%k1}
vpaddd %zmm1,%zmm2,%zmm3{ z }
vpaddd (%eax) {1to16} ,%zmm2,%zmm3
vpaddd (%eax){1to16 },%zmm2,%zmm3
vpaddd (%eax){ 1to16},%zmm2,%zmm3
vpaddd %zmm1,%zmm2,%zmm3{%k1 }
vpaddd %zmm1,%zmm2,%zmm3{%k1}  {z}
vcvttph2uqq {sae},%xmm1,%xmm2
vcvtps2pd {sae},%xmm1,%xmm2
vminps 508(%eax){1to4},{ru-sae},%zmm1,{rn-sae},%zmm2
vcmptrueph -64(%eax),{rd-sae},%zmm0,%k7{%ax}{z}
vcvtsi2ss {rn-sae},{sae},%eax,%xmm1,%xmm2
vcvtsi2ss $1,%eax,{rn-sae},%xmm1,%xmm2
