/** Where AT&T syntax and GNU as 2.40 differ from iced's metadata, for vector instructions. Used by forms-vector.ts only. */

/** Forms that GNU as 2.40 does not know. */
export const ABSENT =
  /^(VEX_(KNC_|V?Sm[34]|Vsm[34]|Vsha512|Vpdpw(su|us|uu)d|Tcmm|V?p?prefetch|Vpprefetch|.*Spflt|Delay|Clevict|K(andnr|concat|extract|merge)|Undoc)|EVEX_Vmovw_.*r64)/i;

/** Forms that never round, though hardware lets a rounding mode be. */
export const EXACT = /^EVEX_Vcvtu?(si2sd_xmm_xmm_rm32|dq2pd)/;

/** AVX forms that came later than their AVX-512 twins. */
export const ONLY_ON_REQUEST = /^VEX_(Vpdp(bus|wss)ds?_|Vpmadd52|Vcvtneps2bf16_)/;

/** Letters that AT&T text may append. */
export const VECTOR_SUFFIX: readonly (readonly [RegExp, string])[] = [
  [/^E?VEX_Vcvt(t?pd2u?dq|pd2ps|neps2bf16|u?qq2ps|u?dq2ph|ps2phx)_xmm_(k1z_)?xmmm128/, 'x'],
  [/^E?VEX_Vcvt(t?pd2u?dq|pd2ps|neps2bf16|u?qq2ps|u?dq2ph|ps2phx)_xmm_(k1z_)?ymmm256/, 'y'],
  [/^EVEX_(Vfpclassp[hsd]_kr_k1|Vcvt(pd|u?qq)2ph_xmm_k1z)_xmmm128/, 'x'],
  [/^EVEX_(Vfpclassp[hsd]_kr_k1|Vcvt(pd|u?qq)2ph_xmm_k1z)_ymmm256/, 'y'],
  [/^EVEX_(Vfpclassp[hsd]_kr_k1|Vcvt(pd|u?qq)2ph_xmm_k1z)_zmmm512/, 'z'],
  [/^E?VEX_Vcvtt?s[sd]2si_r32|^E?VEX_Vcvtu?si2s[sdh]_xmm_xmm_rm32/, 'l'],
  [/^E?VEX_Vcvtt?s[sd]2si_r64|^E?VEX_Vcvtu?si2s[sdh]_xmm_xmm_rm64/, 'q'],
  [/^VEX_(Andn|Bextr|Bls\w+|Bzhi|Mulx|Pdep|Pext|Rorx|Sarx|Shlx|Shrx)_r32/, 'l'],
  [/^VEX_(Andn|Bextr|Bls\w+|Bzhi|Mulx|Pdep|Pext|Rorx|Sarx|Shlx|Shrx)_r64/, 'q'],
];

interface Predicate {
  readonly name: string;
  readonly value: number;
}

const numbered = (names: string, template: string): Predicate[] =>
  names
    .split(' ')
    .map((word, value) => ({ name: template.replace('*', word), value }))
    .filter(({ name }) => !name.includes('-'));

/** The comparisons of CMPPS by number, SDM vol. 2, table 3-1; those from 8 up are AVX's. */
const SSE = 'eq lt le unord neq nlt nle ord';
const AVX = `${SSE} eq_uq nge ngt false neq_oq ge gt true eq_os lt_oq le_oq unord_s neq_us nlt_uq nle_uq ord_s eq_us nge_uq ngt_uq false_os neq_os ge_oq gt_oq true_us`;
/** Long names of the first ones. */
const LONG = 'eq_oq lt_os le_os unord_q neq_uq nlt_us nle_us ord_q - nge_us ngt_us false_oq - ge_os gt_os true_uq';

/** Those of VPCMPD; equality of signed numbers has an opcode of its own. */
const INTEGER = 'eq lt le - neq nlt nle -';

const SIZES = ['ps', 'pd', 'ss', 'sd'];

const CLMUL: Readonly<Record<string, number>> = { lql: 0, hql: 1, lqh: 16, hqh: 17 };

/** Instructions whose immediate other mnemonics fix: its name, the part of it that changes, and what it becomes for which number. */
export const PREDICATES: readonly (readonly [string, RegExp, readonly Predicate[]])[] = [
  ...SIZES.map((size): [string, RegExp, Predicate[]] => [`cmp${size}`, /^cmp\w+$/, numbered(SSE, `cmp*${size}`)]),
  ...[...SIZES, 'ph', 'sh'].map((size): [string, RegExp, Predicate[]] => [
    `vcmp${size}`,
    /^vcmp\w+$/,
    [...numbered(AVX, `vcmp*${size}`), ...numbered(LONG, `vcmp*${size}`)],
  ]),
  ...['b', 'w', 'd', 'q'].flatMap((size): [string, RegExp, Predicate[]][] => [
    [`vpcmp${size}`, /^vpcmp\w+$/, numbered(INTEGER.replace('eq', '-'), `vpcmp*${size}`)],
    [`vpcmpu${size}`, /^vpcmp\w+$/, numbered(INTEGER, `vpcmp*u${size}`)],
  ]),
  ...['pclmulqdq', 'vpclmulqdq'].map((name): [string, RegExp, Predicate[]] => [
    name,
    /qdq$/,
    Object.entries(CLMUL).map(([word, value]) => ({ name: `${word}qdq`, value })),
  ]),
];

/** Operands that AT&T text writes otherwise: none for MASKMOV's address; VMOVQ has better forms for memory. */
export const OPERANDS: Readonly<Record<string, string>> = {
  VEX_Vmaskmovdqu_rDI_xmm_xmm: 'xmm xmm/m',
  VEX_Vmovq_xmm_rm64: 'xmm r64/m',
  VEX_Vmovq_rm64_xmm: 'r64/m xmm',
};
