/**
 * The other templates in odd clothes: redundant and repeated prefixes, prefixes in any order, instructions of 15 bytes and more, and
 * instructions that lie across two pages of code, the second of which may not be there.
 */
import type { Draft } from './draft.ts';
import { CODE, CODE_NEXT, PAGE } from './layout.ts';
import type { Template } from './template.ts';

const IGNORED = [0x26, 0x2e, 0x36, 0x3e] as const;
const ANY = [...IGNORED, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3, 0x40, 0x48, 0x44, 0x4f] as const;

const prefixed =
  (name: string, choose: (draft: Draft) => readonly number[], weight: number) =>
  (of: readonly Template[]): Template => ({
    name,
    weight,
    build: (draft) => {
      const text = draft.random.pick(of).build(draft);
      // A prefix may make the instruction shorter, and what then is left of it runs too.
      draft.sequence = true;
      const bytes = choose(draft);
      return bytes.length === 0 ? text : `.byte ${bytes.join(',')}; ${text}`;
    },
  });

const some =
  (of: readonly number[], least: number, most: number) =>
  ({ random }: Draft): number[] =>
    Array.from({ length: random.between(least, most) }, () => random.pick(of));

/** Where code has to begin so that it lies across a boundary, or ends just before it. */
const across =
  (name: string, boundaries: readonly number[], weight: number) =>
  (of: readonly Template[]): Template => ({
    name,
    weight,
    build: (draft) => {
      const text = draft.random.pick(of).build(draft);
      draft.ip = draft.random.pick(boundaries) - draft.random.between(1, draft.random.pick([4, 8, 14]));
      return text;
    },
  });

const KINDS = [
  prefixed('ignored prefixes', some(IGNORED, 1, 4), 30),
  prefixed('any prefix', some(ANY, 1, 1), 60),
  prefixed('any prefixes', some(ANY, 2, 5), 60),
  prefixed('long instructions', some([...IGNORED, 0x66, 0x67], 6, 14), 40),
  across('across two pages of code', [CODE + PAGE], 80),
  across('across the end of code', [CODE_NEXT + PAGE], 60),
];

/** Templates that build others, which may be any of `of`. */
export const odd = (of: readonly Template[]): Template[] => KINDS.map((kind) => kind(of));
