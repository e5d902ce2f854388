/** Commands that change points or remove them. */
import * as cpuModel from '../../cpu/cpu.ts';
import type { Command } from '../command.ts';
import { armRegister, disarmRegister } from '../hardware.ts';
import { type Interpreter, say } from '../interpreter.ts';
import { locate, locationAt } from '../locations.ts';
import { demand, Mistake } from '../mistake.ts';
import type { Point } from '../points.ts';
import { addressOf, machineOf } from '../session.ts';
import { countOf, numbersOf, words } from './arguments.ts';
import { fileHere } from './list.ts';
import { setCondition } from './points.ts';

function pointNumbered({ session }: Interpreter, number: number): Point {
  const point = session.points.find((p) => p.number === number);
  if (!point) throw new Mistake(`No breakpoint number ${number}.`);
  return point;
}

function remove(it: Interpreter, doomed: readonly Point[]): void {
  const { session } = it;
  session.points = session.points.filter((point) => !doomed.includes(point));
  for (const point of doomed)
    if (point.kind === 'breakpoint' && point.register !== undefined) disarmRegister(session, point.register);
}

const chosen = (it: Interpreter, text: string): readonly Point[] =>
  text.trim() === '' ? it.session.points : numbersOf(it, text).map((number) => pointNumbered(it, number));

function deletePoints(it: Interpreter, argument: string): undefined {
  const [first, ...rest] = words(argument);
  if (first === 'display') return deleteDisplays(it, rest.join(' '));
  if (first === 'checkpoint') return deleteCheckpoints(it, rest.join(' '));
  remove(it, chosen(it, first !== undefined && 'breakpoints'.startsWith(first) ? rest.join(' ') : argument));
}

function deleteCheckpoints(it: Interpreter, text: string): undefined {
  const doomed = numbersOf(it, text);
  for (const number of doomed)
    if (!it.saved.some((saved) => saved.number === number)) throw new Mistake(`No checkpoint number ${number}.`);
  it.saved = it.saved.filter(({ number }) => !doomed.includes(number));
}

export function deleteDisplays(it: Interpreter, text: string): undefined {
  const doomed = numbersOf(it, text);
  for (const number of doomed)
    if (!it.displays.some((d) => d.number === number)) throw new Mistake(`Could not find display number ${number}.`);
  it.displays = text.trim() === '' ? [] : it.displays.filter(({ number }) => !doomed.includes(number));
}

function switchPoints(it: Interpreter, argument: string, enabled: boolean): undefined {
  const [first = '', ...rest] = words(argument);
  if (first === 'display') {
    for (const number of numbersOf(it, rest.join(' '))) {
      const display = it.displays.find((d) => d.number === number);
      if (!display) throw new Mistake(`Could not find display number ${number}.`);
      display.enabled = enabled;
    }
    return;
  }
  if (/^(once|count|delete)$/.test(first))
    throw new Mistake("`tbreak' makes a breakpoint that goes with its first hit; `ignore N COUNT' passes over hits.");
  for (const point of chosen(it, first !== '' && 'breakpoints'.startsWith(first) ? rest.join(' ') : argument)) {
    if (point.kind === 'breakpoint' && point.register !== undefined && point.enabled !== enabled) {
      if (enabled) armRegister(it.session, point.register, point.locations[0]!.address);
      else disarmRegister(it.session, point.register);
    }
    point.enabled = enabled;
  }
}

function clear(it: Interpreter, argument: string): undefined {
  const { session } = it;
  const machine = machineOf(session);
  const locations =
    argument === ''
      ? [locationAt(machine, cpuModel.getRip(machine.cpu))]
      : demand(locate(argument, machine, (text) => addressOf(session, text), fileHere(it)));
  const addresses = new Set(locations.map(({ address }) => address));
  const doomed = session.points.filter(
    (p) => p.kind === 'breakpoint' && p.locations.some((l) => addresses.has(l.address)),
  );
  if (doomed.length === 0) throw new Mistake(`No breakpoint at ${argument === '' ? 'this line' : argument}.`);
  remove(it, doomed);
  say(
    it,
    `Deleted breakpoint${doomed.length > 1 ? 's' : ''} ${doomed.map(({ number }) => number).join(' ')} `.trimEnd(),
  );
}

function condition(it: Interpreter, argument: string): undefined {
  const [number = '', ...rest] = words(argument);
  if (number === '') throw new Mistake('Argument required (breakpoint number).');
  const point = pointNumbered(it, countOf(it, number));
  if (rest.length === 0) {
    point.condition = undefined;
    say(it, `Breakpoint ${point.number} now unconditional.`);
  } else setCondition(it, point, rest.join(' '));
}

function ignore(it: Interpreter, argument: string): undefined {
  const [number = '', count] = words(argument);
  if (number === '') throw new Mistake('Argument required (a breakpoint number).');
  const point = pointNumbered(it, countOf(it, number));
  if (count === undefined) throw new Mistake('Second argument (specified ignore-count) is missing.');
  point.ignore = countOf(it, count);
  const n = point.ignore;
  say(
    it,
    n === 0
      ? `Will stop next time breakpoint ${point.number} is reached.`
      : `Will ignore next ${n === 1 ? 'crossing' : `${n} crossings`} of breakpoint ${point.number}.`,
  );
}

function commands(it: Interpreter, argument: string, body: readonly string[]): undefined {
  const { points } = it.session;
  const doing = argument === '' ? points.slice(-1) : chosen(it, argument);
  if (doing.length === 0) throw new Mistake('No breakpoints specified.');
  for (const point of doing) point.commands = body;
}

export const POINT_CHANGES: readonly Command[] = [
  {
    name: 'delete',
    aliases: ['d'],
    category: 'stopping',
    usage: '[breakpoints|display|checkpoint] [N…]',
    help: 'Delete breakpoints, watchpoints and catchpoints: those named, or all.',
    completes: ['breakpoints', 'display', 'checkpoint'],
    run: deletePoints,
  },
  {
    name: 'clear',
    category: 'stopping',
    usage: '[LOCATION]',
    help: 'Delete the breakpoints at a location.',
    completes: 'location',
    run: clear,
  },
  {
    name: 'enable',
    category: 'stopping',
    usage: '[breakpoints|display] [N…]',
    help: 'Let points stop the program again.',
    completes: ['breakpoints', 'display'],
    run: (it, argument) => switchPoints(it, argument, true),
  },
  {
    name: 'disable',
    aliases: ['dis'],
    category: 'stopping',
    usage: '[breakpoints|display] [N…]',
    help: 'Keep points from stopping the program.',
    completes: ['breakpoints', 'display'],
    run: (it, argument) => switchPoints(it, argument, false),
  },
  {
    name: 'condition',
    category: 'stopping',
    usage: 'N [CONDITION]',
    help: 'Give a point a condition, or take it away.',
    completes: 'expression',
    run: condition,
  },
  {
    name: 'ignore',
    category: 'stopping',
    usage: 'N COUNT',
    help: 'Pass over so many hits of a point.',
    run: ignore,
  },
  {
    name: 'commands',
    category: 'stopping',
    usage: '[N…]',
    help: "Commands for when a point stops the program, up to `end'.\nWith `silent' as the first nothing else is shown.",
    hasBody: true,
    run: commands,
  },
];
