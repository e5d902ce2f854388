/**
 * The stack of open conditionals (gas: cond.c). In go `.if`, `.elseif`, `.else` and `.endif` with what their tests
 * came to; it answers whether the lines in between are skipped.
 *
 * The subtle invariant: a conditional opened while skipping is `dead`, and none of its branches is ever taken, so its
 * tests (which may not even parse) are never looked at.
 */
import { type Diagnostic, error, type Place } from '../base/diagnostics.ts';

export interface Conditional {
  readonly at: Place;
  readonly dead: boolean;
  /** A branch has been taken already. */
  taken: boolean;
  skipping: boolean;
  elseAt?: Place;
}

export const isSkipping = (stack: readonly Conditional[]): boolean =>
  stack.length > 0 && stack[stack.length - 1]!.skipping;

/** `test` is asked only when it matters; where it makes no sense (undefined) there is no conditional. */
export function open(stack: Conditional[], at: Place, test: () => boolean | undefined): void {
  const dead = isSkipping(stack);
  const taken = !dead && test();
  if (taken === undefined) return;
  stack.push({ at, dead, taken, skipping: !taken });
}

/** `.else` (no test) and `.elseif`. */
export function alternative(stack: Conditional[], name: string, at: Place, test?: () => boolean): Diagnostic[] {
  const top = stack.at(-1);
  if (!top) return [error(`"${name}" without matching ".if"`, at)];
  if (top.elseAt) {
    const problem = test ? '".elseif" after ".else"' : 'duplicate ".else"';
    return [
      error(problem, at),
      error('here is the previous ".else"', top.elseAt),
      error('here is the previous ".if"', top.at),
    ];
  }
  if (!test) top.elseAt = at;
  const taken = !top.dead && !top.taken && (test?.() ?? true);
  top.taken ||= taken;
  top.skipping = !taken;
  return [];
}

export function close(stack: Conditional[], at: Place): Diagnostic[] {
  return stack.pop() ? [] : [error('".endif" without ".if"', at)];
}

/** Closes what was opened above `depth` and left open: `what` ended at `at`. */
export function unwind(stack: Conditional[], depth: number, what: 'file' | 'macro', at: Place): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const innermost = stack.at(-1);
  if (innermost === undefined || stack.length <= depth) return [];
  stack.length = depth;
  // At the end of the file no line stands for the place.
  const end = what === 'file' ? { ...at, span: { ...at.span, line: 0 } } : at;
  diagnostics.push(error(`end of ${what} inside conditional`, end));
  diagnostics.push(error('here is the start of the unterminated conditional', innermost.at));
  if (innermost.elseAt) {
    diagnostics.push(error('here is the "else" of the unterminated conditional', innermost.elseAt));
  }
  return diagnostics;
}
