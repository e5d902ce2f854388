/** What code is for, a bit each: `.code16`, `.code32`, `.code64`. */
export const MODE = { 16: 1, 32: 2, 64: 4 } as const;
export type Bits = keyof typeof MODE;
