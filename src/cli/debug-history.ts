/** What has been typed at the debugger's prompt, kept between sessions: a line each, the oldest first. */
import { mkdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { writeWhole } from './context.ts';

export const LONGEST_HISTORY = 1000;

/** undefined: ENTRYLAB_HISTORY is empty, so none is kept. */
export function historyPath(): string | undefined {
  const { ENTRYLAB_HISTORY, XDG_STATE_HOME } = process.env;
  if (ENTRYLAB_HISTORY !== undefined) return ENTRYLAB_HISTORY || undefined;
  return join(XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'entrylab', 'history');
}

/** None where there is no file, or none that can be read. */
export function readHistory(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').filter(Boolean).slice(-LONGEST_HISTORY);
  } catch {
    return [];
  }
}

/** Behind what other sessions have left there meanwhile. That it can't be written is nobody's concern on leaving. */
export function saveHistory(path: string, typed: readonly string[]): void {
  if (typed.length === 0) return;
  const lines = [...readHistory(path), ...typed];
  const kept = lines.filter((line, i) => line !== lines[i - 1]).slice(-LONGEST_HISTORY);
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch {
    return;
  }
  writeWhole(path, `${kept.join('\n')}\n`);
}
