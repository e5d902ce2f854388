/** `display`: expressions that are shown at every stop. */
import type { Command } from '../command.ts';
import { examineCommand } from '../examine.ts';
import { parseDebugExpression } from '../expression.ts';
import { newFormats, parseFormat } from '../formats.ts';
import { type Interpreter, say } from '../interpreter.ts';
import { attempt, demand } from '../mistake.ts';
import { outputCommand } from '../print.ts';
import { scopeOf } from '../session.ts';
import { deleteDisplays } from './point-changes.ts';

export interface Display {
  readonly number: number;
  readonly expression: string;
  /** With its slash; empty: none. */
  readonly format: string;
  /** Memory is examined, as `x` does it. */
  readonly examines: boolean;
  enabled: boolean;
}

function display(it: Interpreter, argument: string): undefined {
  if (argument === '') return showDisplays(it);
  const [, format = '', expression = ''] = /^(\/\S*)?\s*(.*)$/s.exec(argument) ?? [];
  if (expression === '') return showDisplays(it);
  const shape = format === '' ? undefined : demand(attempt(() => parseFormat(format.slice(1)))).format;
  demand(parseDebugExpression(expression));
  const examines = shape !== undefined && (shape.letter === 'i' || shape.letter === 's' || /[bhwg\d]/.test(format));
  const made: Display = { number: it.nextDisplay++, expression, format, examines, enabled: true };
  it.displays.push(made);
  showDisplay(it, made);
}

export function showDisplays(it: Interpreter): undefined {
  for (const one of it.displays) if (one.enabled) showDisplay(it, one);
}

function showDisplay(it: Interpreter, { number, expression, format, examines }: Display): void {
  const scope = { ...scopeOf(it.session), formats: newFormats() };
  if (examines) {
    const { lines, error } = examineCommand(`${format} ${expression}`, scope);
    say(it, `${number}: x${format} ${expression}`, ...lines, ...(error === undefined ? [] : [error]));
    return;
  }
  const text = outputCommand(`${format} ${expression}`.trim(), scope);
  say(
    it,
    `${number}: ${format === '' ? '' : `${format} `}${expression} = ${text.ok ? text.value : `<error: ${text.message}>`}`,
  );
}

export const DISPLAY_COMMANDS: readonly Command[] = [
  {
    name: 'display',
    category: 'data',
    usage: '[/FMT] [EXPRESSION]',
    help: 'Show an expression at every stop; without one: show all now.',
    completes: 'expression',
    run: display,
  },
  {
    name: 'undisplay',
    category: 'data',
    usage: '[N…]',
    help: 'Show those expressions no longer.',
    run: deleteDisplays,
  },
];
