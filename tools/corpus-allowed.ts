/**
 * Where the assembler may differ from GNU as, and why: at most ten predicates, the same as in ARCHITECTURE's quirks.
 */
export interface Difference {
  readonly line: string;
  /** Bytes, or `-`, then the messages, with bars between. */
  readonly ours: string;
  readonly gas: string;
}

interface Allowed {
  readonly reason: string;
  readonly holds: (difference: Difference) => boolean;
}

export const ALLOWED: readonly Allowed[] = [
  {
    reason: 'MPX is gone from CPUs: what GNU as says of the addresses of BNDLDX and BNDSTX is left out',
    holds: ({ line }) => /\bbnd(ldx|stx)/.test(line),
  },
  {
    reason: 'of CMPSS, which GNU as takes for a string instruction first, it warns before it refuses',
    holds: ({ line, ours, gas }) => /\bcmps/.test(line) && ours.startsWith('-') && gas.startsWith('- | Warning'),
  },
  {
    reason: 'EVEX encodings are left out; GNU as prefers them for what came to AVX later, unless {vex} says otherwise',
    holds: ({ ours }) => /^- .*unsupported instruction `v(pdp(bus|wss)ds?|pmadd52|cvtneps2bf16)/.test(ours),
  },
];

export const isAllowed = (difference: Difference): boolean => ALLOWED.some(({ holds }) => holds(difference));
