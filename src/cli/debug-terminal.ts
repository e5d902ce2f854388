/** The debugger's terminal: a line editor with history and completion over node:readline; Ctrl-C stops what runs, or gives a line up. */
import { readdirSync } from 'node:fs';
import { createInterface, type Interface } from 'node:readline';
import { complete } from '../debug/complete.ts';
import { type Interpreter, promptOf } from '../debug/interpreter.ts';
import { write } from './context.ts';
import type { Queue } from './debug.ts';
import { historyPath, LONGEST_HISTORY, readHistory, saveHistory } from './debug-history.ts';
import { inHome } from './debug-host.ts';

/** Does `first`, then what is typed, until somebody leaves. */
export async function talk(
  it: Interpreter,
  queue: Queue,
  first: readonly string[],
  keepsHistory: boolean,
): Promise<void> {
  const path = historyPath();
  const typed: string[] = [];
  const editor: Interface = createInterface({
    input: process.stdin,
    output: process.stdout,
    terminal: true,
    historySize: LONGEST_HISTORY,
    history: path === undefined ? [] : readHistory(path).reverse(),
    completer: (line: string) => completed(it, line, editor.line.slice(editor.cursor)),
  });
  const waiting: string[] = [...first];
  let busy = false;

  const interrupt = (): void => {
    if (busy) {
      it.session.interrupted = true;
      waiting.length = 0;
    } else giveUpLine(it, editor);
  };

  /** Runs what waits; what is typed meanwhile waits too. */
  const work = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    for (let line = waiting.shift(); line !== undefined && it.quit === undefined; line = waiting.shift())
      await queue.feed([line]);
    busy = false;
    if (it.quit !== undefined) editor.close();
    else ask(it, editor);
  };

  process.on('SIGINT', interrupt);
  editor.on('SIGINT', interrupt);
  // Completion leaves a blank behind.
  editor.on('history', (lines) => lines.length > 0 && lines.splice(0, 1, lines[0]!.trimEnd()));
  editor.on('line', (line) => {
    if (line.trim() !== '') typed.push(line.trim());
    waiting.push(line);
    void work();
  });
  const closed = new Promise<void>((done) => editor.once('close', done));
  await work();
  await closed;
  process.off('SIGINT', interrupt);
  // Ctrl-D, as gdb shows it.
  if (it.quit === undefined) write('quit\n');
  it.session.interrupted = true;
  if (keepsHistory && path !== undefined) saveHistory(path, typed);
}

/** What has been typed while a command ran stays. */
function ask(it: Interpreter, editor: Interface): void {
  editor.setPrompt(promptOf(it));
  editor.prompt(true);
}

function giveUpLine(it: Interpreter, editor: Interface): void {
  editor.write(null, { ctrl: true, name: 'e' });
  write('^C\n');
  it.open = [];
  // readline has no way to begin a line anew and leave the old one to be seen.
  Object.assign(editor, { line: '', cursor: 0, prevRows: 0 });
  ask(it, editor);
}

/** Candidates shown at most, as in gdb. */
const MOST = 200;

/** readline's answer: the candidates, and the text that they take the place of. */
function completed(it: Interpreter, line: string, behind: string): [string[], string] {
  const { matches, from } = complete(it, line, namesIn);
  const text = line.slice(from);
  const [only] = matches;
  if (matches.length === 1) return [[/[./=:]$/.test(only!) || behind.startsWith(' ') ? only! : `${only} `], text];
  return [matches.length > MOST ? someOf(matches) : matches, text];
}

/** So many of them that they have in common what all have, which the first and the last by their letters see to. */
function someOf(matches: readonly string[]): string[] {
  const byLetters = [...matches].sort();
  return [...new Set([...matches.slice(0, MOST - 2), byLetters[0]!, byLetters.at(-1)!])];
}

/** Names in a directory, directories with a slash. */
function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(inHome(directory === '' ? '.' : directory), { withFileTypes: true }).map((entry) =>
      entry.isDirectory() ? `${entry.name}/` : entry.name,
    );
  } catch {
    return [];
  }
}
