/** Commands that make breakpoints, watchpoints and catchpoints, and those that change or remove them. */
import * as cpuModel from '../../cpu/cpu.ts';
import { EXCEPTIONS } from '../../cpu/stop.ts';
import { featureNumber } from '../../isa/features.ts';
import type { Command } from '../command.ts';
import { dependencies } from '../dependencies.ts';
import { lvalueRange } from '../evaluate.ts';
import { parseDebugExpression } from '../expression.ts';
import { armRegister, freeRegister } from '../hardware.ts';
import { type Interpreter, say } from '../interpreter.ts';
import { locate, locationText } from '../locations.ts';
import { demand, Mistake } from '../mistake.ts';
import type { Breakpoint, Catchpoint, Caught, Point, Watchpoint } from '../points.ts';
import { addressOf, machineOf, scopeOf } from '../session.ts';
import { INT } from '../types.ts';
import { makeValue } from '../values.ts';
import { choose, words } from './arguments.ts';
import { fileHere } from './list.ts';

interface Fresh {
  readonly number: number;
  enabled: boolean;
  readonly temporary: boolean;
  condition: undefined;
  ignore: number;
  hits: number;
  commands: readonly string[];
}

function fresh(it: Interpreter, temporary: boolean): Fresh {
  const { session } = it;
  const number = session.nextNumber++;
  session.convenience.set('bpnum', makeValue(INT, BigInt(number)));
  return { number, enabled: true, temporary, condition: undefined, ignore: 0, hits: 0, commands: [] };
}

/** `LOCATION if CONDITION` */
function splitCondition(text: string): { readonly spec: string; readonly condition: string | undefined } {
  const [, spec, condition] = /^(|.*?\s)if\b\s*(.*)$/s.exec(text) ?? [];
  return spec === undefined
    ? { spec: text.trim(), condition: undefined }
    : { spec: spec.trim(), condition: condition! };
}

export function setCondition(it: Interpreter, point: Point, text: string): void {
  const node = demand(parseDebugExpression(text));
  const reads = dependencies(node, machineOf(it.session));
  if (reads.writes) throw new Mistake('A condition must not change anything.');
  point.condition = { text, node };
}

/** `break`, with all its relatives. */
function breakAt(
  it: Interpreter,
  argument: string,
  how: { readonly temporary: boolean; readonly hardware: boolean },
): undefined {
  const { session } = it;
  const { spec, condition } = splitCondition(argument);
  const machine = machineOf(session);
  const here = `*0x${cpuModel.getRip(machine.cpu).toString(16)}`;
  const file = fileHere(it);
  const locations = demand(locate(spec || here, machine, (text) => addressOf(session, text), file));
  if (how.hardware && locations.length > 1)
    throw new Mistake(`A debug register holds one address; ${spec} has ${locations.length}.`);
  const register = how.hardware ? freeRegister(session) : undefined;
  if (how.hardware && register === undefined)
    throw new Mistake(
      'Could not insert hardware breakpoints:\nYou may have requested too many hardware breakpoints/watchpoints.',
    );
  const common = fresh(it, how.temporary);
  const point: Breakpoint = { kind: 'breakpoint', ...common, spec: spec || here, file, locations, register };
  if (condition !== undefined) {
    try {
      setCondition(it, point, condition);
    } catch (problem) {
      session.nextNumber--;
      throw problem;
    }
  }
  session.points.push(point);
  if (register !== undefined) armRegister(session, register, locations[0]!.address);
  const name = `${how.temporary ? 'Temporary ' : ''}${how.hardware ? (how.temporary ? 'hardware assisted breakpoint' : 'Hardware assisted breakpoint') : how.temporary ? 'breakpoint' : 'Breakpoint'}`;
  if (locations.length === 1)
    say(
      it,
      `${name} ${point.number} at ${locationText(locations[0]!)}${register === undefined ? '' : `, in DR${register}`}`,
    );
  else
    say(
      it,
      `${name} ${point.number} at ${locations.length} locations:`,
      ...locations.map((l, i) => `  ${point.number}.${i + 1}  ${locationText(l)}`),
    );
}

// Watchpoints

/** Registers whose every change is a write that the CPU tells of. */
const TOLD = /^(cr[0348]|dr[0-3])(\.|$)/;

const MOST_WATCHED_BYTES = 4096;

function watch(it: Interpreter, argument: string, access: Watchpoint['access']): undefined {
  const { session } = it;
  const { spec, condition } = splitCondition(argument.replace(/^-l(ocation)?\s+/, ''));
  if (spec === '') throw new Mistake('Argument required (expression to compute).');
  const node = demand(parseDebugExpression(spec));
  const machine = machineOf(session);
  const reads = dependencies(node, machine);
  if (reads.writes) throw new Mistake('Cannot watch an expression that changes something.');
  if (!reads.memory && reads.registers.size === 0) throw new Mistake(`Cannot watch constant value \`${spec}'.`);
  const isLocation = argument.startsWith('-l') || reads.constantAddress;
  const range = isLocation ? lvalueRange(node, scopeOf(session)) : undefined;
  if (access !== 'write' && !range) throw new Mistake('Expression cannot be implemented with read/access watchpoint.');
  if (range && range.size > MOST_WATCHED_BYTES)
    throw new Mistake(`Cannot watch more than ${MOST_WATCHED_BYTES} bytes.`);
  const told = !reads.memory && reads.calls.size === 0 && [...reads.registers].every((name) => TOLD.test(name));
  const how: Watchpoint['how'] = range
    ? { kind: 'data', first: range.address, last: range.address + BigInt(range.size - 1) }
    : { kind: told ? 'registers' : 'step' };
  const point: Watchpoint = { kind: 'watchpoint', ...fresh(it, false), text: spec, node, access, how };
  if (condition !== undefined) setCondition(it, point, condition);
  session.points.push(point);
  const title = {
    write: how.kind === 'step' ? 'Watchpoint' : 'Hardware watchpoint',
    read: 'Hardware read watchpoint',
    access: 'Hardware access (read/write) watchpoint',
  }[access];
  say(it, `${title} ${point.number}: ${spec}`);
}

// Catchpoints

const CATCHES = [
  'exception',
  'interrupt',
  'nmi',
  'cr0',
  'cr3',
  'cr4',
  'cr8',
  'dr',
  'dr0',
  'dr1',
  'dr2',
  'dr3',
  'dr6',
  'dr7',
  'msr',
  'tlb-flush',
  'privilege',
  'swapgs',
  'alternative',
] as const;

function catchEvent(it: Interpreter, argument: string, temporary: boolean): undefined {
  const { spec, condition } = splitCondition(argument);
  const [word = '', ...rest] = words(spec);
  if (word === '') throw new Mistake(`catch takes one of: ${CATCHES.join(', ')}.`);
  const caught = caughtBy(word, rest.join(' '));
  const point: Catchpoint = { kind: 'catchpoint', ...fresh(it, temporary), caught };
  if (condition !== undefined) setCondition(it, point, condition);
  it.session.points.push(point);
  say(it, `Catchpoint ${point.number} (${caughtText(caught)})`);
}

function caughtBy(word: string, rest: string): Caught {
  const what = choose('catch', word, CATCHES);
  switch (what) {
    case 'exception':
      return { kind: 'exception', ...(rest !== '' && { vector: vectorNamed(rest) }) };
    case 'interrupt':
      return { kind: 'interrupt', ...(rest !== '' && { vector: vectorNamed(rest) }) };
    case 'nmi':
      return { kind: 'interrupt', vector: 2 };
    case 'msr':
      return rest === '' ? { kind: 'msr' } : { kind: 'msr', index: msrNamed(rest), name: rest };
    case 'alternative': {
      if (rest === '') return { kind: 'alternative' };
      const feature = featureNumber(rest.toUpperCase().replace(/^X86_FEATURE_/, ''));
      if (feature === undefined) throw new Mistake(`undefined feature \`${rest}'`);
      return { kind: 'alternative', feature, name: rest };
    }
    case 'tlb-flush':
      return { kind: 'tlb-flush' };
    case 'privilege':
      return { kind: 'cpl' };
    case 'swapgs':
      return { kind: 'swapgs' };
    case 'dr':
      return { kind: 'dr' };
    default:
      return { kind: what.startsWith('cr') ? 'cr' : 'dr', index: Number(what[2]) };
  }
}

/** `pf`, `#PF`, `14`, `0xe` */
export function vectorNamed(text: string): number {
  const name = text.replace(/^#/, '').toUpperCase();
  const known = EXCEPTIONS.find((e) => e.name.replace('#', '') === name);
  if (known) return known.vector;
  const number = /^(0X[0-9A-F]+|\d+)$/.test(name) ? Number(name) : Number.NaN;
  if (!(number <= 255))
    throw new Mistake(
      `"${text}" is no vector: 0 to 255, or ${EXCEPTIONS.map((e) => e.name.replace('#', '').toLowerCase()).join(' ')}.`,
    );
  return number;
}

function msrNamed(text: string): number {
  const index = (cpuModel.MSR as Readonly<Record<string, number>>)[text.toUpperCase().replace(/^(MSR_)?(IA32_)?/, '')];
  if (index !== undefined) return index;
  if (/^(0x[0-9a-f]+|\d+)$/i.test(text)) return Number(text);
  throw new Mistake(`"${text}" is no MSR: a number, or ${Object.keys(cpuModel.MSR).join(' ').toLowerCase()}.`);
}

export function caughtText(caught: Caught): string {
  const which = (name: string | number | undefined): string => (name === undefined ? '' : ` ${name}`);
  switch (caught.kind) {
    case 'exception':
    case 'interrupt':
      return `${caught.kind}${which(caught.vector)}`;
    case 'cr':
      return `write of CR${caught.index}`;
    case 'dr':
      return `write of ${caught.index === undefined ? 'a debug register' : `DR${caught.index}`}`;
    case 'msr':
      return `write of ${caught.name ? `MSR ${caught.name}` : 'an MSR'}`;
    case 'tlb-flush':
      return 'TLB flush';
    case 'cpl':
      return 'privilege change';
    case 'swapgs':
      return 'swapgs';
    case 'alternative':
      return `patched alternative${which(caught.name)}`;
    default:
      return caught satisfies never;
  }
}

export const STOPPING: readonly Command[] = [
  {
    name: 'break',
    aliases: ['b', 'br'],
    category: 'stopping',
    usage: '[LOCATION] [if CONDITION]',
    help: "Stop before an instruction.\nLOCATION: a symbol, symbol+N, *ADDRESS, LINE, FILE:LINE, or the name of a macro. A line of a macro's definition stops in every\nexpansion of it. Without a location: here.",
    completes: 'location',
    run: (it, argument) => breakAt(it, argument, { temporary: false, hardware: false }),
  },
  {
    name: 'tbreak',
    aliases: ['tb'],
    category: 'stopping',
    usage: '[LOCATION] [if CONDITION]',
    help: 'A breakpoint that goes with its first hit.',
    completes: 'location',
    run: (it, argument) => breakAt(it, argument, { temporary: true, hardware: false }),
  },
  {
    name: 'hbreak',
    aliases: ['hb'],
    category: 'stopping',
    usage: '[LOCATION] [if CONDITION]',
    help: 'A breakpoint in one of DR0 … DR3, which the program can see.\nIt is passed with RFLAGS.RF, as a debugger of the machine itself would do it.',
    completes: 'location',
    run: (it, argument) => breakAt(it, argument, { temporary: false, hardware: true }),
  },
  {
    name: 'watch',
    category: 'stopping',
    usage: '[-l] EXPRESSION [if CONDITION]',
    help: 'Stop when a value has changed: memory, $cr3, any expression.\nWritten memory and control registers are watched at full speed, other expressions by a look after every instruction.',
    completes: 'expression',
    run: (it, argument) => watch(it, argument, 'write'),
  },
  {
    name: 'rwatch',
    category: 'stopping',
    usage: '[-l] EXPRESSION [if CONDITION]',
    help: 'Stop when memory is read.',
    completes: 'expression',
    run: (it, argument) => watch(it, argument, 'read'),
  },
  {
    name: 'awatch',
    category: 'stopping',
    usage: '[-l] EXPRESSION [if CONDITION]',
    help: 'Stop when memory is read or written.',
    completes: 'expression',
    run: (it, argument) => watch(it, argument, 'access'),
  },
  {
    name: 'catch',
    category: 'stopping',
    usage: 'EVENT [if CONDITION]',
    help: 'Stop at an event.\nexception [pf|14|…]: before it is delivered. interrupt [VECTOR], nmi: at its handler. cr0 cr3 cr4 cr8, dr [N], msr [NAME], tlb-flush,\nprivilege, swapgs: behind the instruction. alternative [FEATURE]: before code that the patcher wrote.',
    completes: CATCHES,
    run: (it, argument) => catchEvent(it, argument, false),
  },
  {
    name: 'tcatch',
    category: 'stopping',
    usage: 'EVENT [if CONDITION]',
    help: 'A catchpoint that goes with its first hit.',
    completes: CATCHES,
    run: (it, argument) => catchEvent(it, argument, true),
  },
];
