/**
 * Where entrylab and GNU as may differ on a program, each with its reason; nothing else is let pass by tools/asfuzz.ts.
 * ARCHITECTURE.md lists them among the quirks.
 */
import type { Outcome } from './asdiff.ts';

interface Allowed {
  readonly reason: string;
  /** Only the messages may differ, not whether there is an object. */
  readonly messagesOnly?: true;
  readonly applies: (text: string, gas: Outcome) => boolean;
}

const says =
  (pattern: RegExp) =>
  (_: string, { messages }: Outcome): boolean =>
    messages.some((message) => pattern.test(message));

const ALLOWED: readonly Allowed[] = [
  {
    reason:
      'behind a directive that lacks its symbol GNU as takes the next line for the rest of this one, and loses count of the lines',
    applies: says(/expected symbol name|missing string|missing version name|invalid version name/),
  },
  {
    reason: 'the same behind `.ident` without a string',
    applies: (text) => /^\s*\.ident[ \t]*$/m.test(text),
  },
  {
    reason: 'a quotation mark that nothing closes makes one string of all that follows, in macros and operands too',
    applies: says(/end of file in string|missing closing/),
  },
  {
    reason: "a register as a number is its row in GNU as's own table",
    applies: says(/register value used as expression/),
  },
  {
    reason: 'GNU as runs out of memory or gives up: we say which bound was met, or make the object',
    applies: says(/out of memory|Infinite loop encountered|alignment too large/),
  },
  {
    reason:
      "of expressions that come to nothing GNU as names the operators one after the other, by its own tree's nodes, and we the first",
    applies: says(
      /invalid operands? \(|shift count out of range|can't resolve (?:L0|0|value)|operand is an undefined symbol: L0/,
    ),
  },
];

export const isAllowed = (text: string, gas: Outcome, hasSameObject: boolean): boolean =>
  ALLOWED.some(({ applies, messagesOnly }) => (!messagesOnly || hasSameObject) && applies(text, gas));
