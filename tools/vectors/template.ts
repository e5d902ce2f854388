/** What a template is, and single instructions as patterns of operands. */
import { type Draft, set, value } from './draft.ts';
import { BYTES, immediate, memory, RAX, RCX, RDX, register, type Size } from './operands.ts';

export interface Template {
  /** Names it in reports of what was made. */
  readonly name: string;
  /** How many times it is taken in a round. */
  readonly weight: number;
  /** Puts the state into the draft; the text of the code. */
  readonly build: (draft: Draft) => string;
}

export const template = (name: string, build: (draft: Draft) => string, weight = 1): Template => ({
  name,
  weight,
  build,
});

/** Adjusts the state after the operands are chosen. */
export type Adjust = (draft: Draft, size: Size) => void;

export interface RowOptions {
  /** Registers that no operand may be, as the instruction uses them otherwise (by encoding). */
  readonly avoid?: readonly number[];
  readonly adjust?: Adjust;
  readonly weight?: number;
}

/**
 * One template for each size and pattern. A pattern lists operands in AT&T order:
 *
 *   R register   M memory   E either   I immediate   B immediate of 8 bits   anything else stands for itself
 *
 * R, M and E may be followed by a size of their own (`Rl`, `Mb`), M by a width in bytes (`M16`); `%` in the mnemonic is the size.
 */
export const rows = (
  sizes: string,
  mnemonics: string,
  patterns: string,
  { avoid = [], adjust, weight = 1 }: RowOptions = {},
): Template[] =>
  [...sizes].flatMap((size) =>
    mnemonics.split(' ').flatMap((mnemonic) =>
      patterns.split(' ').map((pattern) =>
        template(
          `${mnemonic.replace('_', ' ').replace('%', size)} ${pattern}`,
          (draft) => {
            draft.plain =
              pattern.split(',').some((p) => /^[RE]b?$/.test(p) && (p.endsWith('b') || size === 'b')) &&
              draft.random.chance(0.4);
            const operands =
              pattern === '-'
                ? ''
                : pattern
                    .split(',')
                    .map((p) => operand(draft, p, size as Size, avoid))
                    .join(',');
            adjust?.(draft, size as Size);
            return `${mnemonic.replaceAll('_', ' ').replace('%', size)} ${operands}`;
          },
          weight,
        ),
      ),
    ),
  );

function operand(draft: Draft, pattern: string, size: Size, avoid: readonly number[]): string {
  const [, kind, own = ''] = /^([RMEIB])(b|w|l|q|\d+)?$/.exec(pattern) ?? [];
  const of = (own in BYTES ? own : size) as Size;
  const width = /\d/.test(own) ? Number(own) : BYTES[of];
  switch (kind) {
    case 'R':
      return register(draft, of, avoid);
    case 'M':
      return memory(draft, { width, avoid });
    case 'E':
      return draft.random.chance(0.5) ? register(draft, of, avoid) : memory(draft, { width, avoid });
    case 'I':
      return immediate(draft, of);
    case 'B':
      return `$${draft.random.pick([0, 1, draft.random.below(64), draft.random.below(128)])}`;
    default:
      return pattern;
  }
}

/** Gives the registers that an instruction uses without naming them values that count. */
export const implicit =
  (...registers: readonly number[]): Adjust =>
  (draft) => {
    for (const n of registers) if (!draft.fixed.has(n)) set(draft, n, value(draft.random));
  };

export const ACCUMULATOR = implicit(RAX);
export const COUNT = implicit(RCX);
export const PAIR = implicit(RAX, RDX);
