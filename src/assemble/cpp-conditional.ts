/**
 * The groups of `#if`, `#elif`, `#else`, `#endif` (C11 6.10.1): which one is taken, and which are skipped.
 *
 * The subtle invariant: an include guard is a group that opens first in its file and ends last, with no `#else`; it is
 * noted here, group by group, and counts when the file has ended.
 */
import { type Conditional, type CppReader, complain } from './cpp-reader.ts';
import type { CppName } from './cpp-tokens.ts';

export function openConditional(
  reader: CppReader,
  directive: string,
  line: number,
  holds: boolean,
  guard: CppName | undefined,
): void {
  const buffer = reader.buffer!;
  const wasSkipping = reader.skipping;
  const isGuard = guard !== undefined && buffer.guardState === 'fresh' && !wasSkipping;
  if (isGuard) {
    buffer.guardState = 'inside';
    buffer.guard = guard;
  } else if (buffer.guardState !== 'inside') buffer.guardState = 'none';
  buffer.conditionals.push({
    line,
    wasSkipping,
    taken: wasSkipping || holds,
    last: directive,
    guard: isGuard ? guard : undefined,
  });
  reader.skipping = !holds;
}

/** `#elif` (with a condition) and `#else`; true where the rest of the line has to be empty. */
export function nextGroup(
  reader: CppReader,
  directive: string,
  line: number,
  condition: (() => boolean) | undefined,
): boolean {
  const group = reader.buffer!.conditionals.at(-1);
  if (!group) {
    complain(reader, `#${directive} without #if`, line);
    return false;
  }
  if (group.last === 'else') {
    complain(reader, `#${directive} after #else`, line);
    complain(reader, 'the conditional began here', group.line);
  }
  noGuard(reader, group);
  group.last = condition ? 'elif' : 'else';
  if (group.wasSkipping) return false;
  if (group.taken) reader.skipping = true;
  else {
    // The condition is still read as skipped text: GCC leaves some warnings out there.
    const holds = condition?.() ?? true;
    reader.skipping = !holds;
    group.taken = holds;
  }
  return true;
}

function noGuard(reader: CppReader, { guard }: Conditional): void {
  if (guard) reader.buffer!.guardState = 'none';
}

/** `#endif`; true where the rest of the line has to be empty. */
export function closeConditional(reader: CppReader, line: number): boolean {
  const buffer = reader.buffer!;
  const group = buffer.conditionals.pop();
  if (!group) {
    complain(reader, '#endif without #if', line);
    return false;
  }
  if (group.guard && buffer.guardState === 'inside') buffer.guardState = 'closed';
  reader.skipping = group.wasSkipping;
  return !group.wasSkipping;
}
