/** Where AT&T syntax and GNU as 2.40 differ from iced's metadata, for vector instructions. Used by forms-vector.ts only. */

/** Forms that GNU as 2.40 does not know. */
export const ABSENT =
  /^VEX_(KNC_|V?Sm[34]|Vsm[34]|Vsha512|Vpdpw(su|us|uu)d|Tcmm|V?p?prefetch|Vpprefetch|.*Spflt|Delay|Clevict|K(andnr|concat|extract|merge)|Undoc)/i;

/** AVX forms that came later than their AVX-512 twins. */
export const ONLY_ON_REQUEST = /^VEX_(Vpdp(bus|wss)ds?_|Vpmadd52|Vcvtneps2bf16_)/;

/** Letters that AT&T text may append. */
export const VECTOR_SUFFIX: readonly (readonly [RegExp, string])[] = [
  [/^VEX_Vcvt(t?pd2dq|pd2ps|neps2bf16)_xmm_xmmm128/, 'x'],
  [/^VEX_Vcvt(t?pd2dq|pd2ps|neps2bf16)_xmm_ymmm256/, 'y'],
  [/^VEX_Vcvtt?s[sd]2si_r32|^VEX_Vcvtsi2s[sd]_xmm_xmm_rm32/, 'l'],
  [/^VEX_Vcvtt?s[sd]2si_r64|^VEX_Vcvtsi2s[sd]_xmm_xmm_rm64/, 'q'],
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

const SIZES = ['ps', 'pd', 'ss', 'sd'];

const CLMUL: Readonly<Record<string, number>> = { lql: 0, hql: 1, lqh: 16, hqh: 17 };

/** Forms, the part of the mnemonic that changes, and what it becomes for which number. */
export const PREDICATES: readonly (readonly [RegExp, RegExp, readonly Predicate[]])[] = [
  ...SIZES.flatMap((size): [RegExp, RegExp, Predicate[]][] => [
    [new RegExp(`^Cmp${size}_xmm`), /^cmp\w+$/, numbered(SSE, `cmp*${size}`)],
    [
      new RegExp(`^VEX_Vcmp${size}_`),
      /^vcmp\w+$/,
      [...numbered(AVX, `vcmp*${size}`), ...numbered(LONG, `vcmp*${size}`)],
    ],
  ]),
  ...['Pclmulqdq', 'VEX_Vpclmulqdq'].map((form): [RegExp, RegExp, Predicate[]] => [
    new RegExp(`^${form}_`),
    /qdq$/,
    Object.entries(CLMUL).map(([name, value]) => ({ name: `${name}qdq`, value })),
  ]),
];

/** Operands that AT&T text writes otherwise: none for MASKMOV's address; VMOVQ has better forms for memory. */
export const OPERANDS: Readonly<Record<string, string>> = {
  VEX_Vmaskmovdqu_rDI_xmm_xmm: 'xmm xmm/m',
  VEX_Vmovq_xmm_rm64: 'xmm r64/m',
  VEX_Vmovq_rm64_xmm: 'r64/m xmm',
};
