/**
 * Where AT&T syntax, as GNU as 2.40 reads it, differs from Intel's names and encodings. Used by forms.ts only.
 * Everything not listed follows the rule: Intel's mnemonic in lower case, and a suffix after the operand size.
 */

/** Other spellings of a condition code (SDM vol. 2, appendix B, table B-10). */
const CONDITIONS: readonly (readonly string[])[] = [
  ['b', 'c', 'nae'],
  ['ae', 'nc', 'nb'],
  ['e', 'z'],
  ['ne', 'nz'],
  ['be', 'na'],
  ['a', 'nbe'],
  ['p', 'pe'],
  ['np', 'po'],
  ['l', 'nge'],
  ['ge', 'nl'],
  ['le', 'ng'],
  ['g', 'nle'],
];

/** Further names of a mnemonic. */
export const ALIASES: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    ['j', 'set', 'cmov'].flatMap((stem) =>
      CONDITIONS.map(([first, ...rest]) => [`${stem}${first}`, rest.map((c) => `${stem}${c}`)]),
    ),
  ),
  loope: ['loopz'],
  loopne: ['loopnz'],
  shl: ['sal'],
  movs: ['smov'],
  cmps: ['scmp'],
  stos: ['ssto'],
  lods: ['slod'],
  scas: ['ssca'],
  xlat: ['xlatb'],
  wait: ['fwait'],
  ud2: ['ud2a'],
  ud1: ['ud2b'],
};

/** Forms that GNU as never chooses: another row says the same, or the name is not one of its own. */
export const DECODE_ONLY =
  /^(VEX_KNC_|VEX_K(andnr|concat|extract|merge)|Sal_|Reservednop_|Prefetchreserved|Via_undoc|Nopw$|Nopq$|Test_.*r1$|[LMS]fence_|.*_(DCD0|DCD8|DDC8|DED0|DFC8|DFD0|DFD8)$|Fstpnce|F?n?(eni|disi|setpm)$|Getsecq|Vmgexit_F2|Pcommit|Ccs_|Xsha512|Xstore_alt|Rdudbg|Wrudbg|Ud0$|(Montmul|X\w+)_32$|Lkgs_|Eretu$|Erets$|Pbndkb$|L[sfg]s_r64_|Bswap_r16$|Movsxd_r16_|Jmp_m1664$|Call_m1664$|(Tpause|Umwait)_r64$|(Lldt|Ltr|Lmsw|Verr|Verw)_r(32|64)m16$|.*_imm8_82$|Popw_CS|Umov|Storeall|Loadall|Arpl_r32|Mov_(r32_tr|tr_r32)|Cl1invmb|Jmpe|Xbts|Ibts|Cmpxchg486|Rdshr|Wrshr|Smint|Dmint|Rdm$|Svdc|Rsdc|Svldt|Rsldt|Svts|Rsts|Bb[01]_|Cpu_|Altinst|Paveb|Paddsiw|Pmagw|Pdistib|Psubsiw|Pmvzb|Pmulhrw_mm|Pmvnzb|Pmvlzb|Pmvgezb|Pmulhriw|Pmachriw|Cyrix|Ftstp|Frint2|Frichop|Frinear|F?n?st(dw|sg)_AX|Frstpm|Salc|.*_16$(?<=(Montmul|X\w+)_16))/;

/** AT&T mnemonics (without suffix), by form. */
export const RENAMED: readonly (readonly [RegExp, string])[] = [
  [/^Pcmpestrm64/, 'pcmpestrm'],
  [/^Pcmpestri64/, 'pcmpestri'],
  [/^VEX_Vpcmpestrm64/, 'vpcmpestrm'],
  [/^VEX_Vpcmpestri64/, 'vpcmpestri'],
  [/^VEX_Vmovq_(xmm_rm64|rm64_xmm)$/, 'vmovq vmovd'],
  [/^Movsx_r\d+_rm8$/, 'movsb'],
  [/^Movsx_r16_rm16$/, ''],
  [/^Movsx_r\d+_rm16$/, 'movsw'],
  [/^Movzx_r\d+_rm8$/, 'movzb'],
  [/^Movzx_r16_rm16$/, ''],
  [/^Movzx_r\d+_rm16$/, 'movzw'],
  [/^Movsxd_r64_rm32$/, 'movsl'],
  [/^Movs[bwdq]_m/, 'movs'],
  [/^Cmps[bwdq]_m/, 'cmps'],
  [/^Stos[bwdq]_/, 'stos'],
  [/^Lods[bwdq]_/, 'lods'],
  [/^Scas[bwdq]_/, 'scas'],
  [/^Ins[bwd]_/, 'ins'],
  [/^Outs[bwd]_/, 'outs'],
  [/^Cbw$/, 'cbtw cbw'],
  [/^Cwde$/, 'cwtl cwde'],
  [/^Cdqe$/, 'cltq cdqe'],
  [/^Cwd$/, 'cwtd cwd'],
  [/^Cdq$/, 'cltd cdq'],
  [/^Cqo$/, 'cqto cqo'],
  [/^Retf/, 'lret'],
  [/^Iret/, 'iret'],
  [/^Pusha[wd]$/, 'pusha'],
  [/^Popa[wd]$/, 'popa'],
  [/^Call_ptr/, 'lcall'],
  [/^Jmp_ptr/, 'ljmp'],
  [/^Pushf/, 'pushf'],
  [/^Popf/, 'popf'],
  [/^Sysret/, 'sysret'],
  [/^Sysexit/, 'sysexit'],
  [/^Call_m16/, 'lcall'],
  [/^Jmp_m16/, 'ljmp'],
  [/^Mov_(moffs|.*_moffs)/, 'movabs'],
  [/^Mov_r64_imm64$/, 'mov movabs'],
  [/^Xlat/, 'xlat'],
  [/^Movq_(x?mm_rm64|rm64_x?mm)$/, 'movq movd'],
  [/^Nopd$/, 'nop'],
  [/^Fxsave64_/, 'fxsave64 fxsaveq'],
  [/^Fxrstor64_/, 'fxrstor64 fxrstorq'],
  [/^Xsave64_/, 'xsave64 xsaveq'],
  [/^Xrstor64_/, 'xrstor64 xrstorq'],
  [/^Xsaveopt64_/, 'xsaveopt64 xsaveoptq'],
  // AT&T assemblers took these for one another once, and keep to it.
  [/^Fsub_sti_st0$/, 'fsubr'],
  [/^Fsubr_sti_st0$/, 'fsub'],
  [/^Fdiv_sti_st0$/, 'fdivr'],
  [/^Fdivr_sti_st0$/, 'fdiv'],
  [/^Fsubp_sti_st0$/, 'fsubrp'],
  [/^Fsubrp_sti_st0$/, 'fsubp'],
  [/^Fdivp_sti_st0$/, 'fdivrp'],
  [/^Fdivrp_sti_st0$/, 'fdivp'],
];

/** Forms whose mnemonic takes no suffix; their registers say the size. */
export const NO_SUFFIX =
  /^(Rdrand|Rdseed|Rd[fg]sbase|Wr[fg]sbase|Rdssp|Incssp|Wruss|Wrss|Tpause|Umwait|A(add|and|or|xor)_m|.*(save|rstor)\w*64_|Xbegin|Jmp_rel|J(?!mp|r?cxz)[a-z]+_rel|Jr?e?cxz|Movsxd_r32|F(ld|n?st)env|Frstor|Fn?save|C?bw$|Cwde?$|Cdqe?$|Cqo$|Nopd$|Cmpxchg16b)/;

/** More suffixes that the rule does not find, by the form's name. */
export const SUFFIX_RULES: readonly (readonly [RegExp, string])[] = [
  [/^F(n?st|ld)env_m28|^Fn?save_m108|^Frstor_m108/, 'l'],
  [/^F(n?st|ld)cw_|^Fn?stsw_m/, 'w'],
  [/^(VEX_V)?(movmskp[sd]|pmovmskb|pextrw)_r32_|^Ad[co]x_r32|^Movdiri_m32/i, 'l'],
  [/^(VEX_V)?(movmskp[sd]|pmovmskb|pextrw)_r64_|^Ad[co]x_r64|^Movdiri_m64/i, 'q'],
];

/** Suffixes that the rule does not find. */
export const SUFFIX: Readonly<Record<string, string>> = {
  Mov_r64_cr: 'q',
  Mov_r64_dr: 'q',
  Mov_cr_r64: 'q',
  Mov_dr_r64: 'q',
  Sgdt_m1664: 'q',
  Sidt_m1664: 'q',
  Lgdt_m1664: 'q',
  Lidt_m1664: 'q',
  ...Object.fromEntries(
    ['ss', 'sd'].flatMap((type) =>
      [
        ['32', 'l'],
        ['64', 'q'],
      ].flatMap(([bits, letter]) => [
        [`Cvtsi2${type}_xmm_rm${bits}`, letter!],
        ...['t', ''].map((t) => [`Cvt${t}${type}2si_r${bits}_xmmm${type === 'ss' ? 32 : 64}`, letter!]),
      ]),
    ),
  ),
  Pcmpestrm_xmm_xmmm128_imm8: 'l',
  Pcmpestrm64_xmm_xmmm128_imm8: 'q',
  Pcmpestri_xmm_xmmm128_imm8: 'l',
  Pcmpestri64_xmm_xmmm128_imm8: 'q',
  VEX_Vpcmpestrm_xmm_xmmm128_imm8: 'l',
  VEX_Vpcmpestrm64_xmm_xmmm128_imm8: 'q',
  VEX_Vpcmpestri_xmm_xmmm128_imm8: 'l',
  VEX_Vpcmpestri64_xmm_xmmm128_imm8: 'q',
  Sgdt_m1632_16: 'w',
  Sidt_m1632_16: 'w',
  Lgdt_m1632_16: 'w',
  Lidt_m1632_16: 'w',
  Mov_r32_cr: 'l',
  Mov_r32_dr: 'l',
  Mov_cr_r32: 'l',
  Mov_dr_r32: 'l',
  Mov_r32_tr: 'l',
  Mov_tr_r32: 'l',
  Vmread_rm32_r32: 'l',
  Vmwrite_r32_rm32: 'l',
  Sysretd: 'l',
  Sysexitd: 'l',
  Vmread_rm64_r64: 'q',
  Vmwrite_r64_rm64: 'q',
  Movnti_m32_r32: 'l',
  Movnti_m64_r64: 'q',
  Crc32_r32_rm8: 'b',
  Crc32_r64_rm8: 'b',
  Movsx_r16_rm8: 'w',
  Movsx_r32_rm8: 'l',
  Movsx_r64_rm8: 'q',
  Movzx_r16_rm8: 'w',
  Movzx_r32_rm8: 'l',
  Movzx_r64_rm8: 'q',
  Cmpxchg8b_m64: 'q',
  Ptwrite_rm32: 'l',
  ...Object.fromEntries(
    ['Loop', 'Loope', 'Loopne'].flatMap((name) =>
      [
        ['CX', 'w'],
        ['ECX', 'l'],
      ].flatMap(([register, letter]) => [16, 32].map((bits) => [`${name}_rel8_${bits}_${register}`, letter!])),
    ),
  ),
  Loop_rel8_64_ECX: 'l',
  Loope_rel8_64_ECX: 'l',
  Loopne_rel8_64_ECX: 'l',
};

/** Implied registers that need not be written: form and operand token. */
export const OPTIONAL =
  /^(Fn?stsw_AX ax|F(add|mul|sub|subr|div|divr|u?comip?)_st0_sti st0|F(add|mul|subr?|divr?)p_sti_st0 st0|Sh[lr]d_.* cl|(In|Out|Stos[bwdq]|Lods[bwdq]|Scas[bwdq])_.* (al|ax|eax|rax))$/;

/** Operands that may be written though nothing encodes them; AT&T text has them in the opposite order. */
export const EXTRA_OPERANDS: Readonly<Record<string, readonly string[]>> = {
  Monitorw: ['(edx)', '(ecx)', '(ax)'],
  Monitord: ['(edx)', '(ecx)', '(eax)'],
  Monitorxw: ['(edx)', '(ecx)', '(ax)'],
  Monitorxd: ['(edx)', '(ecx)', '(eax)'],
  Monitorq: ['(edx)', '(ecx)', '(rax)'],
  Monitorxq: ['(edx)', '(ecx)', '(rax)'],
  Mwait: ['(ecx)', '(eax)'],
  Mwaitx: ['(ebx)', '(ecx)', '(eax)'],
  ...Object.fromEntries(
    [
      ['w', 'ax'],
      ['d', 'eax'],
      ['q', 'rax'],
    ].flatMap(([size, register]) => [
      [`Invlpga${size}`, ['(ecx)', `(${register})`]],
      ...['Vmrun', 'Vmload', 'Vmsave', 'Clzero'].map((name) => [`${name}${size}`, [`(${register})`]]),
    ]),
  ),
  Skinit: ['(eax)'],
};

export interface Variant {
  readonly mnemonics?: string;
  readonly suffix?: string;
  readonly encoding?: string;
  readonly operands?: string;
  /** Letters as in the column of attributes. */
  readonly modes?: string;
}

/** SLDT, STR, SMSW: a register takes the size given, memory always 16 bits. */
const storesWord = (mnemonic: string, opcode: string, wide: string): [string, readonly Variant[]][] => [
  [`${mnemonic}_rm16`, [{ operands: 'r16/m' }]],
  [`${mnemonic}_r32m16`, [{ operands: 'r32/m' }, { operands: 'm', suffix: 'w', encoding: opcode }]],
  [`${mnemonic}_r64m16`, [{ operands: 'r64/m', encoding: `${wide}${opcode}` }]],
];

/** LLDT, VERW …: a selector or status word, 16 bits without a prefix. */
const loadsWord = (mnemonic: string, opcode: string): [string, readonly Variant[]] => [
  `${mnemonic}_rm16`,
  [{ operands: 'r16|m', encoding: opcode }],
];

/** MOVSX and MOVZX: the letter that AT&T text may append says the size of the source. */
const extension = (form: string, own: string, suffix: string, operands: string): [string, readonly Variant[]] => [
  form,
  [{ mnemonics: own }, { mnemonics: form.startsWith('Movz') ? 'movzx' : 'movsx', suffix, operands }],
];

/**
 * MOV to or from an absolute address. In 64-bit code MOVABS for any, MOV for those that no 32-bit displacement reaches;
 * else MOV for all.
 */
const absolute = (form: string, operands: string): [string, readonly Variant[]] => [
  form,
  [
    { mnemonics: 'movabs', modes: 'q' },
    { mnemonics: 'mov', operands: operands.replace('moffs', 'moffs64'), modes: 'q' },
    ...(form.includes('64') ? [] : [{ mnemonics: 'mov', modes: 'wl' }]),
  ],
];

/** `test (%rax), %ebx` and `test %ebx, (%rax)` are the same, and so with XCHG. */
const commutative = (mnemonic: string): [string, readonly Variant[]][] =>
  [8, 16, 32, 64].map((w) => [
    `${mnemonic}_rm${w}_r${w}`,
    [{ operands: `r${w}|m r${w}` }, { operands: `r${w} r${w}|m` }],
  ]);

/** x87 instructions with the second register of the stack. */
const SECOND: Readonly<Record<string, string>> = {
  Fcom: 'D8 D1',
  Fcomp: 'D8 D9',
  Fxch: 'D9 C9',
  Fucom: 'DD E1',
  Fucomp: 'DD E9',
  Fcomi: 'DB F1',
  Fucomi: 'DB E9',
  Fcomip: 'DF F1',
  Fucomip: 'DF E9',
  Faddp: 'DE C1',
  Fmulp: 'DE C9',
  Fsubrp: 'DE E1',
  Fsubp: 'DE E9',
  Fdivrp: 'DE F1',
  Fdivp: 'DE F9',
};

/** Forms that GNU as encodes otherwise than the operand sizes suggest. */
export const SPLIT: Readonly<Record<string, readonly Variant[]>> = {
  // A selector has 16 bits whatever the register; GNU as leaves out each prefix that changes nothing.
  Mov_rm16_Sreg: [{ operands: 'r16/m seg' }],
  Mov_r32m16_Sreg: [{ operands: 'r32/m seg' }, { operands: 'm seg', suffix: 'w', encoding: '8C /r' }],
  Mov_r64m16_Sreg: [{ operands: 'r64/m seg', encoding: '8C /r' }],
  Mov_Sreg_rm16: [{ operands: 'seg r16|m', encoding: '8E /r' }],
  Mov_Sreg_r32m16: [{ operands: 'seg r32/m', encoding: '8E /r' }],
  Nopd: [{ encoding: '90' }],
  Arpl_rm16_r16: [{ encoding: '63 /r' }],
  // AT&T text has the operands of BOUND in Intel's order.
  Bound_r16_m1616: [{ operands: 'm r16' }],
  Bound_r32_m3232: [{ operands: 'm r32' }],
  Sysretd: [{ modes: 'q' }, { suffix: '', modes: 'wl' }, { encoding: 'o32 0F 07', modes: 'wl' }],
  ...Object.fromEntries(
    ['Pcmpestrm', 'Pcmpestri', 'VEX_Vpcmpestrm', 'VEX_Vpcmpestri'].map((name) => [
      `${name}_xmm_xmmm128_imm8`,
      [{ modes: 'q' }, { suffix: '', modes: 'wl' }],
    ]),
  ),
  Prefetchit0_m8: [{ modes: 'q' }],
  Prefetchit1_m8: [{ modes: 'q' }],
  Encodekey128_r32_r32: [{ encoding: 'o32 F3 0F 38 FA /r' }],
  Encodekey256_r32_r32: [{ encoding: 'o32 F3 0F 38 FB /r' }],
  Sysexitd: [{ modes: 'q' }, { suffix: '', modes: 'wl' }],
  Mov_Sreg_r64m16: [{ operands: 'seg r64/m', encoding: '8E /r' }],
  ...Object.fromEntries([
    ...commutative('Test'),
    ...commutative('Xchg'),
    ...storesWord('Sldt', '0F 00 /0', ''),
    ...storesWord('Str', '0F 00 /1', ''),
    ...storesWord('Smsw', '0F 01 /4', 'W '),
    loadsWord('Lldt', '0F 00 /2'),
    loadsWord('Ltr', '0F 00 /3'),
    loadsWord('Verr', '0F 00 /4'),
    loadsWord('Verw', '0F 00 /5'),
    loadsWord('Lmsw', '0F 01 /6'),
    ...['s', 'z'].flatMap((sign) => [
      ...[16, 32, 64].map((w) => extension(`Mov${sign}x_r${w}_rm8`, `mov${sign}b`, 'b', `r${w} r8|m`)),
      ...[32, 64].map((w) => extension(`Mov${sign}x_r${w}_rm16`, `mov${sign}w`, 'w', `r${w} r16|m`)),
    ]),
    ...[
      ['8', 'AL', 'al'],
      ['16', 'AX', 'ax'],
      ['32', 'EAX', 'eax'],
      ['64', 'RAX', 'rax'],
    ].flatMap(([bits, name, register]) => [
      absolute(`Mov_${name}_moffs${bits}`, `${register} moffs`),
      absolute(`Mov_moffs${bits}_${name}`, `moffs ${register}`),
    ]),
  ]),
  Movsxd_r64_rm32: [
    {},
    { mnemonics: 'movsxd', suffix: '' },
    { mnemonics: 'movsxl', suffix: '' },
    { mnemonics: 'movsx', suffix: '', operands: 'r64 r32/m' },
  ],
  // The selector may be named by its 16-bit register whatever the size of the result.
  ...Object.fromEntries(
    ['Lar', 'Lsl'].flatMap((name) =>
      [32, 64].map((w) => [`${name}_r${w}_r${w}m16`, [{}, { operands: `r${w} r16/m` }]]),
    ),
  ),
  // Without operands the second register of the stack is meant; of the arithmetic ones GNU as takes the popping form.
  ...Object.fromEntries(
    ['Fcom', 'Fcomp', 'Fucom', 'Fucomp', 'Fcomi', 'Fcomip', 'Fucomi', 'Fucomip', 'Fxch'].map((name) => [
      `${name}_st0_sti`,
      [{}, { operands: '', encoding: SECOND[name]! }],
    ]),
  ),
  ...Object.fromEntries(
    ['Fadd', 'Fmul', 'Fsub', 'Fsubr', 'Fdiv', 'Fdivr'].map((name) => {
      const encoding = SECOND[`${name}p`]!;
      // The names of subtraction and division are exchanged in AT&T text.
      const own = /r$/.test(name) ? name.slice(0, -1) : /[bv]$/.test(name) ? `${name}r` : name;
      return [
        `${name}p_sti_st0`,
        [{}, { operands: '', encoding }, { mnemonics: own.toLowerCase(), operands: '', encoding }],
      ];
    }),
  ),
  // Registers that are implied may be written: all of them, or of SNP's the address alone.
  ...Object.fromEntries(
    [
      ['w', 'ax'],
      ['d', 'eax'],
      ['q', 'rax'],
    ].flatMap(([size, register]): [string, readonly Variant[]][] => [
      [`Pvalidate${size}`, [{ operands: `(edx) (ecx) (${register})` }, { operands: register! }]],
      [`Invlpgb${size}`, [{ operands: `(edx) (ecx) (${register})` }]],
    ]),
  ),
  Rmpadjust: [{ operands: '(rdx) (rcx) (rax)' }, { operands: 'rax' }],
  Rmpupdate: [{ operands: '(rcx) (rax)' }, { operands: 'rax' }],
  Psmash: [{ operands: '(rax)' }],
  Mwait: [{}, { operands: 'rcx rax', modes: 'q' }],
  Monitorq: [{}, { operands: 'rdx rcx rax' }],
  Tpause_r32: [{}, { operands: 'eax edx r32/m' }],
  Umwait_r32: [{}, { operands: 'eax edx r32/m' }],
  Aam_imm8: [{}, { operands: '', encoding: 'D4 0A' }],
  Aad_imm8: [{}, { operands: '', encoding: 'D5 0A' }],
  Int3: [{}, { mnemonics: 'int', operands: '3' }],
  Maskmovq_rDI_mm_mm: [{ operands: 'mm mm/m' }],
  Maskmovdqu_rDI_xmm_xmm: [{ operands: 'xmm xmm/m' }],
  // 90 is NOP in 64-bit mode and clears no upper half, so exchanging EAX with itself takes the long form.
  Xchg_r16_AX: [{ operands: 'r16/o ax' }, { operands: 'ax r16/o' }],
  Xchg_r32_EAX: [{ operands: 'r32/n eax' }, { operands: 'eax r32/n' }, { operands: 'eax eax', modes: 'wl' }],
  Xchg_r64_RAX: [{ operands: 'r64/n rax' }, { operands: 'rax r64/n' }, { operands: 'rax rax', encoding: '90' }],
  ...Object.fromEntries(
    [16, 32, 64].flatMap((w) =>
      [8, Math.min(w, 32)].map((bits) => {
        const imm = bits === w ? `imm${w}` : `imm${bits}s${w}`;
        return [`Imul_r${w}_rm${w}_imm${bits}`, [{ operands: `r${w} r${w}|m ${imm}` }, { operands: `r${w}/b ${imm}` }]];
      }),
    ),
  ),
};
