/** What is wrong with an expression: thrown between the files that read and evaluate them, and a value to all others. */
import type { Result } from '../lab/expression.ts';

/** Its message is what the debugger prints, in gdb's words where gdb has them. */
export class Mistake extends Error {}

export function attempt<T>(work: () => T): Result<T> {
  try {
    return { ok: true, value: work() };
  } catch (mistake) {
    if (mistake instanceof Mistake) return { ok: false, message: mistake.message };
    throw mistake;
  }
}

/** The value, or its message thrown. */
export function demand<T>(result: Result<T>): T {
  if (!result.ok) throw new Mistake(result.message);
  return result.value;
}
