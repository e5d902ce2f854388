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
    reason: 'MPX is gone from CPUs: what GNU as says of the addresses of BNDLDX, BNDSTX and BNDMK is left out',
    holds: ({ line }) => /\bbnd(ldx|stx|mk)/.test(line),
  },
  {
    reason: 'of CMPSS, which GNU as takes for a string instruction first, it warns before it refuses',
    holds: ({ line, ours, gas }) => /\bcmps/.test(line) && ours.startsWith('-') && gas.startsWith('- | Warning'),
  },
  {
    reason: 'of several reasons to refuse operands GNU as names the one of the template it came furthest with',
    holds: ({ ours, gas }) => REASON.test(ours) && REASON.test(gas),
  },
  {
    reason: 'after an error about a prefix GNU as goes on, and may find another',
    holds: ({ ours, gas }) => ours.startsWith('- | Error: ') && gas.startsWith(`${ours} | `) && /after `/.test(ours),
  },
];

/** Why an instruction's operands were refused. */
const REASON =
  /^- \| Error: (?:(?:operand (?:type|size)|register type|number of operands) mismatch|invalid (?:instruction suffix|register operand size)|incorrect register|`%\w+' not allowed|unsupported vector index|immediate operand illegal)/;

export const isAllowed = (difference: Difference): boolean => ALLOWED.some(({ holds }) => holds(difference));
