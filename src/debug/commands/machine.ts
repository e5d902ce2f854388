/** Commands about the machine itself: events put in by hand, the walk of an address, traces. */
import * as cpuModel from '../../cpu/cpu.ts';
import { EXCEPTIONS } from '../../cpu/stop.ts';
import { RFLAGS } from '../../isa/insn.ts';
import type { Command } from '../command.ts';
import { type Interpreter, say } from '../interpreter.ts';
import { Mistake } from '../mistake.ts';
import { type Motion, stepInstructions } from '../motion.ts';
import { afterChange, beforeChange, machineOf, type Session } from '../session.ts';
import { infoCr, infoDr } from '../views/control.ts';
import { page } from '../views/page.ts';
import { infoSegments } from '../views/registers.ts';
import { addressArgument, countOf, words } from './arguments.ts';
import { vectorNamed } from './points.ts';

const INJECTS = [
  'nmi',
  'mc',
  'irq',
  'interrupt',
  'int',
  ...EXCEPTIONS.map(({ name }) => name.replace('#', '').toLowerCase()),
];

/**
 * An event at this boundary. What the CPU may hold off (NMI, interrupts, machine checks) is raised and taken as soon as it may be; faults and traps
 * are delivered at once, as if the instruction here had raised them.
 */
function inject(it: Interpreter, argument: string): Motion | undefined {
  const { session } = it;
  const [word = '', ...rest] = words(argument);
  if (word === '') throw new Mistake(`inject takes one of: ${[...new Set(INJECTS)].join(', ')}, or a vector.`);
  if (session.ended && session.ended.kind !== 'halt' && session.ended.kind !== 'shutdown')
    throw new Mistake('The program has ended.');
  const { cpu } = machineOf(session);
  switch (word) {
    case 'nmi':
      return raise(
        it,
        () => cpuModel.raiseNmi(cpu),
        cpuModel.areNmisBlocked(cpu) ? 'NMIs are blocked until the next IRET' : undefined,
      );
    case 'mc':
      return raise(it, () => cpuModel.raiseMachineCheck(cpu), undefined);
    case 'irq':
    case 'interrupt': {
      const vector = vectorNamed(rest.join('') || '0x20');
      const isMasked = (cpuModel.getFlags(cpu) & BigInt(RFLAGS.IF)) === 0n;
      return raise(it, () => cpuModel.raiseInterrupt(cpu, vector), isMasked ? 'RFLAGS.IF is 0' : undefined);
    }
    case 'int':
      return deliver(it, { vector: vectorNamed(rest.join('')), kind: 'software' });
    default:
      return deliver(it, exception(it, word, rest));
  }
}

/** `pf ADDRESS [ERROR]`, `gp [ERROR]`, `db`. */
function exception(it: Interpreter, word: string, rest: readonly string[]): cpuModel.Injection {
  const vector = vectorNamed(word);
  if (vector === 14) {
    const [address, error] = rest;
    if (address === undefined) throw new Mistake('inject pf takes the address, and an error code if it is not 0.');
    return { vector, kind: 'fault', cr2: addressArgument(it, address), error: countOf(it, error ?? '', 0) };
  }
  const takesCode = EXCEPTIONS.some((e) => e.vector === vector && e.errorCode);
  const kind = vector === 1 || vector === 3 || vector === 4 ? 'trap' : 'fault';
  if (rest.length > 0 && !takesCode) throw new Mistake(`${word} has no error code (SDM vol. 3, table 6-1).`);
  return { vector, kind, ...(takesCode && { error: countOf(it, rest[0] ?? '', 0) }) };
}

function raise(it: Interpreter, put: () => void, heldBy: string | undefined): Motion | undefined {
  const { session } = it;
  change(session, put);
  const shadows = cpuModel.eventShadows(machineOf(session).cpu);
  const held =
    heldBy ?? (shadows.length > 0 ? `the instruction before, ${shadows.join(' and ')}, holds events off` : undefined);
  if (held === undefined) return stepInstructions(session, 1);
  say(it, `It is pending: ${held}.`);
  return undefined;
}

function deliver(it: Interpreter, injection: cpuModel.Injection): Motion {
  const { session } = it;
  const { cpu } = machineOf(session);
  beforeChange(session);
  const stop = cpuModel.injectEvent(cpu, injection);
  afterChange(session);
  session.ended = stop;
  return arrived(session);
}

/** The program stands elsewhere without having run. */
function* arrived(session: Session): Motion {
  yield;
  const { ended } = session;
  return ended ? { reason: { kind: 'ended', stop: ended }, hits: [] } : { reason: { kind: 'done' }, hits: [] };
}

function change(session: Session, work: () => void): void {
  beforeChange(session);
  work();
  afterChange(session);
}

function trace(it: Interpreter, argument: string): undefined {
  const [word, path] = words(argument);
  if (word === 'off') {
    it.session.tracer = undefined;
    return;
  }
  if (word !== 'on' || path === undefined) throw new Mistake("trace takes `on FILE' or `off'.");
  const problem = it.host.write(path, '', false);
  if (problem !== undefined) throw new Mistake(problem);
  it.session.tracer = (line) => void it.host.write(path, `${line}\n`, true);
  say(it, `Instructions executed from here on go to ${path}.`);
}

export const MACHINE: readonly Command[] = [
  {
    name: 'inject',
    category: 'machine',
    usage: 'nmi | mc | irq [VECTOR] | int VECTOR | pf ADDRESS [ERROR] | EXCEPTION [ERROR]',
    help: 'Put an event in at this boundary.\nnmi, mc and irq are taken when the CPU allows it; exceptions are delivered as if the instruction here had raised them.',
    completes: INJECTS,
    run: inject,
  },
  {
    name: 'page',
    aliases: ['pagewalk'],
    category: 'machine',
    usage: 'ADDRESS [CR3]',
    help: 'The walk of the page tables for an address, level by level, and what the TLB has for it.',
    completes: 'expression',
    run: (it, argument) => {
      const [address, cr3] = words(argument);
      if (address === undefined) throw new Mistake('Argument required (a linear address).');
      const root = cr3 === undefined ? undefined : addressArgument(it, cr3);
      say(it, ...page(machineOf(it.session), it.host.style(), addressArgument(it, address), root));
      return undefined;
    },
  },
  {
    name: 'trace',
    category: 'machine',
    usage: 'on FILE | off',
    help: 'Write each instruction that is executed forwards to a file, with what it changed.',
    completes: ['on', 'off'],
    run: trace,
  },
  {
    name: 'creg',
    category: 'machine',
    help: 'Control registers, bit by bit (info cr).',
    run: (it) => say(it, ...infoCr(machineOf(it.session), it.host.style())),
  },
  {
    name: 'dreg',
    category: 'machine',
    help: 'Debug registers (info dr).',
    run: (it) => say(it, ...infoDr(machineOf(it.session), it.host.style())),
  },
  {
    name: 'sreg',
    category: 'machine',
    help: 'Segment registers with their hidden parts (info segments).',
    run: (it) => say(it, ...infoSegments(machineOf(it.session), it.host.style())),
  },
];
