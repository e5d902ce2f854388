/**
 * What the bytes of an instruction mean on a model of CPU: the instruction itself, what they were before it came, or #UD. One
 * table, read before that of the lowerings (lower.ts).
 *
 * VEX-encoded integer instructions need neither CR4.OSXSAVE nor XCR0, the CPUID feature alone (SDM vol. 2, exceptions type
 * 13). RDFSBASE, CLAC and others that CR4 or CPL decide about check for themselves, in the CPU model.
 */
import type { CpuFeature, CpuModel } from '../../isa/cpu-model.ts';
import type { Insn } from '../../isa/insn.ts';

/** The mnemonic whose lowering stands for the instruction on this model; undefined: #UD. */
export function meaning(insn: Insn, model: CpuModel): string | undefined {
  const { mnemonic, form } = insn;
  if (isUndefined(insn, model)) return undefined;
  const feature = FEATURES.get(form) ?? FEATURES.get(mnemonic);
  return feature === undefined || model.features[feature] ? mnemonic : BEFORE.get(mnemonic);
}

function isUndefined({ mnemonic, form }: Insn, { vendor }: CpuModel): boolean {
  if (NEVER.has(mnemonic) || NEVER_ENCODED.test(form)) return true;
  return vendor === 'amd' && NOT_ON_AMD.test(form);
}

const named = (names: string): readonly string[] => names.trim().split(/\s+/);

const need = (feature: CpuFeature, names: string): [string, CpuFeature][] =>
  named(names).map((name) => [name, feature]);

/** By mnemonic, or by form where a mnemonic has forms of several features. */
const FEATURES: ReadonlyMap<string, CpuFeature> = new Map([
  ...need('cmpxchg16b', 'cmpxchg16b'),
  ...need('lahf64', 'lahf sahf'),
  ...need('movbe', 'movbe'),
  ...need('popcnt', 'popcnt'),
  ...need('lzcnt', 'lzcnt'),
  ...need('bmi1', 'andn bextr blsi blsmsk blsr tzcnt'),
  ...need('bmi2', 'bzhi mulx pdep pext rorx sarx shlx shrx'),
  ...need('tbm', 'XOP_Bextr_r32_rm32_imm32 XOP_Bextr_r64_rm64_imm32'),
  ...need('tbm', 'blcfill blci blcic blcmsk blcs blsfill blsic t1mskc tzmsk'),
  ...need('adx', 'adcx adox'),
  ...need('crc32', 'crc32'),
  ...need('rdrand', 'rdrand'),
  ...need('rdseed', 'rdseed'),
  ...need('rdpid', 'rdpid'),
  ...need('rdtscp', 'rdtscp'),
  ...need('invpcid', 'invpcid'),
  ...need('fsgsbase', 'rdfsbase rdgsbase wrfsbase wrgsbase'),
  ...need('movdiri', 'movdiri'),
  ...need('movdir64b', 'movdir64b'),
  ...need('cmpccxadd', 'cmpoxadd cmpnoxadd cmpbxadd cmpnbxadd cmpzxadd cmpnzxadd cmpbexadd cmpnbexadd'),
  ...need('cmpccxadd', 'cmpsxadd cmpnsxadd cmppxadd cmpnpxadd cmplxadd cmpnlxadd cmplexadd cmpnlexadd'),
  ...need('raoint', 'aadd aand aor axor'),
  ...need('clflushopt', 'clflushopt'),
  ...need('clwb', 'clwb'),
  ...need('wbnoinvd', 'wbnoinvd'),
  ...need('cldemote', 'cldemote'),
  ...need('clzero', 'clzero'),
  ...need('serialize', 'serialize'),
  ...need('monitor', 'monitor mwait'),
  ...need('monitorx', 'monitorx mwaitx'),
  ...need('waitpkg', 'tpause umonitor umwait'),
  ...need('rdpru', 'rdpru'),
  ...need('ptwrite', 'ptwrite'),
  ...need('wrmsrns', 'wrmsrns'),
  ...need('xsave', 'xgetbv xsetbv'),
  ...need('pku', 'rdpkru wrpkru'),
]);

/** What the bytes are without the feature, where that isn't #UD: F3 was ignored, or the opcode was a NOP. */
const BEFORE: ReadonlyMap<string, string> = new Map([
  ['tzcnt', 'bsf'],
  ['lzcnt', 'bsr'],
  ['wbnoinvd', 'wbinvd'],
  ['cldemote', 'nop'],
]);

/**
 * Instructions of extensions that no model has, or has turned on: all of them are #UD then, before privilege is looked at.
 * (RDSSP, of CET too, is a NOP.)
 */
const NEVER: ReadonlySet<string> = new Set(
  named(`
    incsspd incsspq rstorssp saveprevssp setssbsy clrssbsy wrssd wrssq wrussd wrussq
    enqcmd enqcmds hreset lkgs mcommit pbndkb pconfig rdmsrlist wrmsrlist eretu erets
    xabort xbegin xend xtest xsusldtrk xresldtrk
    clui stui testui uiret senduipi
    vmcall vmlaunch vmresume vmxoff vmxon vmfunc vmread vmwrite vmptrld vmptrst vmclear invept invvpid
    vmrun vmmcall vmload vmsave vmgexit stgi clgi skinit invlpga invlpgb tlbsync
    pvalidate psmash rmpadjust rmpupdate rmpquery
    encls enclu enclv getsec getsecq rsm tdcall seamcall seamops seamret
    llwpcb slwpcb lwpins lwpval
    xcryptecb xcryptcbc xcryptctr xcryptcfb xcryptofb ccs_hash ccs_encrypt montmul
    xsha1 xsha256 xsha512 xsha512_alt xstore xstore_alt undoc femms
  `),
);

/** 3DNow! and XOP, gone from AMD's CPUs since Bulldozer and Zen. TBM shares XOP's encoding. */
const NEVER_ENCODED = /^D3NOW_|^XOP_V/;

/** In long mode AMD has no SYSENTER, and no register form of PREFETCH (APM vol. 3). SYSEXIT checks CPL first, see system.ts. */
const NOT_ON_AMD = /^Sysenter$|^Reservednop_.*_0F0D$/;
