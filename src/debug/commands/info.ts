/** `info`: a view for each thing that a debugger knows. */
import * as cpuModel from '../../cpu/cpu.ts';
import type { Machine } from '../../machine/machine.ts';
import { printUop } from '../../uop/print.ts';
import type { Uop } from '../../uop/uop.ts';
import { destinations } from '../../uop/uop.ts';
import { type Command, findCommand, splitCommand } from '../command.ts';
import { type Interpreter, say } from '../interpreter.ts';
import { type Location, locate, placeText } from '../locations.ts';
import { demand, Mistake } from '../mistake.ts';
import type { Point } from '../points.ts';
import { readRegister } from '../registers.ts';
import { addressOf, machineOf } from '../session.ts';
import { type Style, table } from '../style.ts';
import { infoAlternatives, infoFeatures } from '../views/alternatives.ts';
import { backtrace, frameLines, frames } from '../views/backtrace.ts';
import { infoCr, infoDr } from '../views/control.ts';
import { infoCost } from '../views/cost.ts';
import { infoGdt, infoLdt } from '../views/gdt.ts';
import { nameSuffix } from '../views/guest.ts';
import { infoIdt } from '../views/idt.ts';
import { infoAllRegisters, infoFlags, infoMsr, infoRegisters, infoSegments } from '../views/registers.ts';
import { infoLine, infoMacro, infoSource } from '../views/source.ts';
import { infoStack } from '../views/stack.ts';
import { infoFunctions, infoSymbols, infoVariables } from '../views/symbols.ts';
import { infoTab, type Tables } from '../views/tab.ts';
import { infoTlb } from '../views/tlb.ts';
import { infoTss } from '../views/tss.ts';
import { addressArgument, countOf, words } from './arguments.ts';
import { infoCheckpoints } from './checkpoints.ts';
import { fileHere } from './list.ts';
import { caughtText } from './points.ts';

type View = (machine: Machine, style: Style) => string[];

interface Topic {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly usage?: string;
  readonly help: string;
  readonly lines: (it: Interpreter, argument: string) => readonly string[];
}

const shown =
  (view: View) =>
  (it: Interpreter): readonly string[] =>
    view(machineOf(it.session), it.host.style());

/** `info registers rax $rip` */
function registers(it: Interpreter, argument: string): readonly string[] {
  const names = words(argument).map((word) => word.replace(/^\$/, ''));
  const machine = machineOf(it.session);
  for (const name of names)
    if (readRegister(machine, name) === undefined) throw new Mistake(`Invalid register \`${name}'`);
  return infoRegisters(machine, it.host.style(), names);
}

function breakpoints({ session, host }: Interpreter, argument: string): readonly string[] {
  const wanted = words(argument).map(Number);
  const points = session.points.filter(({ number }) => wanted.length === 0 || wanted.includes(number));
  if (points.length === 0)
    return [
      wanted.length === 0 ? 'No breakpoints or watchpoints.' : `No breakpoint or watchpoint matching '${argument}'.`,
    ];
  return table(points.flatMap(pointRows), host.style(), { head: ['Num', 'Type', 'Disp', 'Enb', 'What'] });
}

function pointRows(point: Point): string[][] {
  const disposition = point.temporary ? 'del' : 'keep';
  const row = (type: string, what: string): string[] => [
    String(point.number),
    type,
    disposition,
    point.enabled ? 'y' : 'n',
    what,
  ];
  const notes = [
    ...(point.condition ? [`stop only if ${point.condition.text}`] : []),
    ...(point.hits > 0 ? [`already hit ${point.hits} time${point.hits === 1 ? '' : 's'}`] : []),
    ...(point.ignore > 0 ? [`ignore next ${point.ignore} hits`] : []),
    ...point.commands.map((line) => `    ${line}`),
  ].map((note) => ['', '', '', '', note]);
  return [...headRows(point, row), ...notes];
}

const spotText = ({ address, symbol }: Location): string => `0x${address.toString(16)}${symbol ? ` <${symbol}>` : ''}`;

const placeRows = ({ place }: Location): string[][] =>
  place
    ? placeText(place)
        .split(/(?<=,) /)
        .map((part) => ['', '', '', '', part])
    : [];

function headRows(point: Point, row: (type: string, what: string) => string[]): string[][] {
  switch (point.kind) {
    case 'breakpoint': {
      const type = point.register === undefined ? 'breakpoint' : `hw breakpoint DR${point.register}`;
      const [only, ...others] = point.locations;
      if (only && others.length === 0) return [row(type, spotText(only)), ...placeRows(only)];
      if (!only) return [row(type, `<PENDING> ${point.spec}`)];
      const each = point.locations.flatMap((l, i) => [
        [`${point.number}.${i + 1}`, '', '', 'y', spotText(l)],
        ...placeRows(l),
      ]);
      return [row(type, `<MULTIPLE> ${point.spec}`), ...each];
    }
    case 'watchpoint': {
      const hardware = point.how.kind === 'step' ? '' : 'hw ';
      const type = { write: `${hardware}watchpoint`, read: 'read watchpoint', access: 'acc watchpoint' }[point.access];
      return [row(type, point.text)];
    }
    case 'catchpoint':
      return [row('catchpoint', caughtText(point.caught))];
    default:
      return point satisfies never;
  }
}

function displays({ displays }: Interpreter): readonly string[] {
  if (displays.length === 0) return ['There are no auto-display expressions now.'];
  return [
    'Auto-display expressions now in effect:',
    'Num Enb Expression',
    ...displays.map(
      ({ number, enabled, format, expression }) =>
        `${number}:   ${enabled ? 'y' : 'n'}  ${`${format} ${expression}`.trim()}`,
    ),
  ];
}

/** The micro-ops of the instruction at RIP; those that have been executed with what they left in temporaries. */
export function uops({ session, host }: Interpreter): readonly string[] {
  const { cpu } = machineOf(session);
  const rip = cpuModel.getRip(cpu);
  const there = cpuModel.uopsAt(cpu, rip);
  if (there.kind === 'invalid') return [`No instruction at 0x${rip.toString(16)}: ${there.why}.`];
  if (there.kind === 'not-modelled') return [`${there.insn.form} is not modelled.`];
  return there.uops.map((uop, n) => {
    const mark = n === session.uop ? '=> ' : '   ';
    const left = n < session.uop ? temporariesText(cpu, uop) : '';
    return `${mark}${printUop(uop, rip, n)}${left && host.style().changed(`  # ${left}`)}`;
  });
}

const temporariesText = (cpu: cpuModel.Cpu, uop: Uop): string =>
  destinations(uop)
    .flatMap((dst) => (dst.space === 'tmp' ? [`t${dst.n} = 0x${cpuModel.temporary(cpu, dst.n).toString(16)}`] : []))
    .join(', ');

function program(it: Interpreter): readonly string[] {
  const { session } = it;
  const { cpu } = machineOf(session);
  const { tick, end } = session.timeline;
  const rip = cpuModel.getRip(cpu);
  return [
    `${session.program.path}, at 0x${rip.toString(16)}${nameSuffix(machineOf(session), rip)}.`,
    `Tick ${tick} of ${end} that history has${session.uop > 0 ? `, ${session.uop} micro-op(s) into the instruction` : ''}.`,
  ];
}

/** The first address of a location, or RIP. */
function addressAt(it: Interpreter, text: string): bigint {
  const { session } = it;
  const machine = machineOf(session);
  if (text === '') return cpuModel.getRip(machine.cpu);
  const found = locate(text, machine, (t) => addressOf(session, t), fileHere(it));
  return found.ok ? found.value[0]!.address : addressArgument(it, text);
}

function idt(it: Interpreter, argument: string): readonly string[] {
  const [, first, last] = /^(\w+)(?:\s*-\s*(\w+))?$/.exec(argument) ?? [];
  if (argument !== '' && first === undefined) throw new Mistake('info idt takes N or N-M.');
  const from = first === undefined ? 0 : countOf(it, first);
  const to = last !== undefined ? countOf(it, last) : first !== undefined ? from : 255;
  return infoIdt(machineOf(it.session), it.host.style(), Math.min(from, 255), Math.min(to, 255));
}

function tables(it: Interpreter, argument: string): Tables {
  if (argument === '') return undefined;
  return argument === 'user' || argument === 'kernel' ? argument : addressArgument(it, argument);
}

const TOPICS: readonly Topic[] = [
  {
    name: 'registers',
    aliases: ['r', 'reg'],
    usage: '[NAME…]',
    help: 'general registers, or those named',
    lines: registers,
  },
  { name: 'all-registers', aliases: ['all'], help: 'all registers', lines: shown(infoAllRegisters) },
  { name: 'cr', aliases: ['creg'], help: 'control registers, bit by bit', lines: shown(infoCr) },
  { name: 'dr', aliases: ['dreg'], help: 'debug registers and what they are armed for', lines: shown(infoDr) },
  { name: 'msr', help: 'model-specific registers', lines: shown(infoMsr) },
  { name: 'flags', aliases: ['eflags'], help: 'RFLAGS by name', lines: shown(infoFlags) },
  {
    name: 'segments',
    aliases: ['sreg'],
    help: 'segment registers with their hidden parts',
    lines: shown(infoSegments),
  },
  { name: 'idt', usage: '[N[-M]]', help: 'gates of the IDT', lines: idt },
  {
    name: 'gdt',
    usage: '[N]',
    help: 'descriptors of the GDT',
    lines: (it, argument) =>
      infoGdt(machineOf(it.session), it.host.style(), argument === '' ? undefined : countOf(it, argument)),
  },
  {
    name: 'ldt',
    usage: '[N]',
    help: 'descriptors of the LDT',
    lines: (it, argument) =>
      infoLdt(machineOf(it.session), it.host.style(), argument === '' ? undefined : countOf(it, argument)),
  },
  { name: 'tss', help: 'the task state: stacks, I/O bitmap', lines: shown(infoTss) },
  {
    name: 'tab',
    usage: '[user|kernel|CR3]',
    help: 'what the page tables map',
    lines: (it, argument) => infoTab(machineOf(it.session), it.host.style(), tables(it, argument)),
  },
  { name: 'tlb', help: 'what the TLB holds, and what of it is stale', lines: shown(infoTlb) },
  {
    name: 'stack',
    usage: '[N]',
    help: 'words from RSP on, with symbols',
    lines: (it, argument) =>
      infoStack(machineOf(it.session), it.host.style(), argument === '' ? undefined : countOf(it, argument)),
  },
  {
    name: 'frame',
    aliases: ['f'],
    help: 'this frame',
    lines: (it) =>
      frameLines(machineOf(it.session), it.host.style(), frames(machineOf(it.session), { limit: 1 })[0]!, 0),
  },
  {
    name: 'breakpoints',
    aliases: ['b', 'watchpoints', 'catchpoints'],
    usage: '[N…]',
    help: 'breakpoints, watchpoints, catchpoints',
    lines: breakpoints,
  },
  { name: 'display', help: 'expressions shown at every stop', lines: displays },
  { name: 'checkpoints', help: 'states kept by number', lines: infoCheckpoints },
  {
    name: 'symbols',
    aliases: ['sym'],
    usage: '[PATTERN]',
    help: 'symbols with their addresses',
    lines: (it, argument) => infoSymbols(machineOf(it.session), it.host.style(), argument || undefined),
  },
  {
    name: 'symbol',
    usage: 'ADDRESS',
    help: 'the symbol at an address',
    lines: (it, argument) => {
      const address = addressArgument(it, argument);
      const name = nameSuffix(machineOf(it.session), address).replace(/^ <|>$/g, '');
      return [name === '' ? `No symbol matches ${argument}.` : name.replace('+', ' + ')];
    },
  },
  {
    name: 'functions',
    usage: '[PATTERN]',
    help: 'code symbols',
    lines: (it, argument) => infoFunctions(machineOf(it.session), it.host.style(), argument || undefined),
  },
  {
    name: 'variables',
    usage: '[PATTERN]',
    help: 'data symbols and per-CPU variables',
    lines: (it, argument) => infoVariables(machineOf(it.session), it.host.style(), argument || undefined),
  },
  {
    name: 'line',
    usage: '[LOCATION]',
    help: 'the source line of an address, with its macros',
    lines: (it, argument) => infoLine(machineOf(it.session), it.host.style(), addressAt(it, argument)),
  },
  {
    name: 'address',
    usage: 'SYMBOL',
    help: 'the address of a symbol',
    lines: (it, argument) => {
      if (argument === '') throw new Mistake('Argument required.');
      return [`Symbol "${argument}" is at 0x${addressArgument(it, `&${argument}`).toString(16)}.`];
    },
  },
  { name: 'source', aliases: ['sources'], help: 'the files that code comes from', lines: shown(infoSource) },
  {
    name: 'macro',
    usage: 'NAME',
    help: 'where a macro was expanded',
    lines: (it, argument) => {
      if (argument === '') throw new Mistake("You must follow the `info macro' command with the name of the macro.");
      return infoMacro(machineOf(it.session), it.host.style(), argument);
    },
  },
  {
    name: 'alternatives',
    aliases: ['alt'],
    usage: '[FEATURE|FUNCTION]',
    help: 'what was patched where, and why',
    lines: (it, argument) =>
      infoAlternatives(machineOf(it.session), it.host.style(), it.session.bench.log, argument || undefined),
  },
  {
    name: 'features',
    help: "the kernel's feature flags and the CPU's features",
    lines: (it) => infoFeatures(machineOf(it.session), it.host.style(), it.session.bench.log),
  },
  { name: 'cost', help: 'cycles so far, and those of this instruction', lines: shown(infoCost) },
  { name: 'uops', help: 'micro-ops of this instruction, and how far it is', lines: uops },
  {
    name: 'program',
    aliases: ['record', 'inferiors'],
    help: 'where the program stands in its history',
    lines: program,
  },
];

export const INFO_TOPICS: readonly string[] = TOPICS.map(({ name }) => name);

/** gdb's topics that have nothing to show here: in gdb's words where it has some for that, else what to look at instead. */
const GDB_TOPICS: Readonly<Record<string, string>> = {
  locals: 'No locals.',
  args: 'No arguments.',
  sharedlibrary: 'No shared libraries loaded at this time.',
  threads: "There is one CPU and no threads: `info program' says where it is.",
  proc: "There is no process: `info program' says where the program is, `info tab' what is mapped.",
  files: "`info source' has the files that code comes from, `info symbols' what is where, `info tab' what is mapped.",
  target: "The program runs on entrylab's own machine: `info program', `info tab'.",
  mem: "`info tab' has what is mapped, `page ADDR' the walk of one address.",
  signals: "There are no signals: `info idt' has the gates of exceptions, `handle' which of them stop the program.",
  handle: "There are no signals: `info idt' has the gates of exceptions, `handle' which of them stop the program.",
  vector: 'Vector registers are not modelled.',
  float: 'Floating-point registers are not modelled.',
  types: 'Programs have no types of their own.',
  scope: "Symbols are global: `info symbols' has them.",
  os: "There is no operating system under this: `info cr', `info tab'.",
  auxv: 'The program has no auxiliary vector.',
};

/** Whether it is one of them, and has been answered. */
function gdbTopic(it: Interpreter, word: string): boolean {
  const topic =
    Object.keys(GDB_TOPICS).find((name) => name === word) ??
    Object.keys(GDB_TOPICS).find((name) => name.startsWith(word));
  if (topic === undefined) return false;
  say(it, GDB_TOPICS[topic]!);
  return true;
}

function info(it: Interpreter, argument: string): undefined {
  if (argument === '') {
    say(it, ...topicLines(it.host.style()));
    return;
  }
  const { word, argument: rest } = splitCommand(argument);
  const commands = TOPICS.map(
    ({ name, aliases = [] }): Command => ({ name, aliases, category: 'status', help: '', run: () => undefined }),
  );
  const found = findCommand(commands, word, 'info');
  if (!found.ok && gdbTopic(it, word)) return;
  const { name } = demand(found);
  say(it, ...TOPICS.find((topic) => topic.name === name)!.lines(it, rest));
}

export const topicLines = (style: Style): readonly string[] => [
  'info shows:',
  ...table(
    TOPICS.map(({ name, usage = '', help }) => [`  ${name} ${usage}`.trimEnd(), help]),
    style,
  ),
];

export const STATUS: readonly Command[] = [
  {
    name: 'info',
    aliases: ['i'],
    category: 'status',
    usage: 'TOPIC [ARGUMENT]',
    help: "Show what the debugger knows; `info' alone lists the topics.",
    completes: 'info',
    run: info,
  },
  {
    name: 'backtrace',
    aliases: ['bt', 'where'],
    category: 'status',
    usage: '[N]',
    help: 'Frames, found by scanning the stack: entry code has no frame information.\nFrames that the CPU pushed lead on to the code that was interrupted.',
    run: (it, argument) => {
      // There are no locals that `full` could show.
      const limit = countOf(it, argument.replace(/^-?full\b\s*/, ''), 64);
      say(it, ...backtrace(machineOf(it.session), it.host.style(), { limit: Math.max(1, limit) }));
      return undefined;
    },
  },
  {
    name: 'frame',
    aliases: ['f'],
    category: 'status',
    usage: '[N]',
    help: 'Show a frame.\nRegisters of outer frames are not known, so there is nothing to select.',
    run: (it, argument) => {
      const machine = machineOf(it.session);
      const n = countOf(it, argument, 0);
      const frame = frames(machine, { limit: n + 1 })[n];
      if (!frame) throw new Mistake(`No frame at level ${argument}.`);
      say(it, ...frameLines(machine, it.host.style(), frame, n));
      return undefined;
    },
  },
];
