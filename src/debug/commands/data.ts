/** Commands about values and memory. */
import type { Command } from '../command.ts';
import { typeOfExpression } from '../evaluate.ts';
import { examineCommand } from '../examine.ts';
import { parseDebugExpression } from '../expression.ts';
import { type Interpreter, say } from '../interpreter.ts';
import { demand, Mistake } from '../mistake.ts';
import { outputCommand, printCommand } from '../print.ts';
import { formatText } from '../printf.ts';
import { changing, machineOf, scopeOf } from '../session.ts';
import { isVoid } from '../values.ts';
import { type DisassembleRequest, disassemble } from '../views/disassemble.ts';
import { addressArgument } from './arguments.ts';

const warning = (it: Interpreter) => (text: string) => say(it, text);

function print(it: Interpreter, argument: string): undefined {
  say(it, demand(changing(it.session, (scope) => printCommand(argument, scope), warning(it))));
}

/** Nothing is shown of what has no value. */
function call(it: Interpreter, argument: string): undefined {
  const { session } = it;
  const line = demand(changing(session, (scope) => printCommand(argument, scope), warning(it)));
  if (isVoid(session.history.at(-1)!)) session.history.pop();
  else say(it, line);
}

function examine(it: Interpreter, argument: string): undefined {
  const { lines, error } = changing(it.session, (scope) => examineCommand(argument, scope), warning(it));
  say(it, ...lines);
  if (error === undefined) return;
  // The last line ends with it already.
  if (lines.length > 0) it.failures++;
  else throw new Mistake(error);
}

function whatis(it: Interpreter, argument: string): undefined {
  const text = argument === '' ? '$' : argument;
  const node = parseDebugExpression(text);
  // `ptype unsigned long`: a type by itself is no expression.
  const ofType = node.ok ? node : parseDebugExpression(`(${text}) 0`);
  say(it, `type = ${demand(typeOfExpression(demand(ofType.ok ? ofType : node), scopeOf(it.session)))}`);
}

/** `disassemble /rs`, an address in a function, `START,END` or `START,+LENGTH`. */
function disassembleCommand(it: Interpreter, argument: string): undefined {
  const [, letters = '', rest = ''] = /^((?:\/\w+\s*)*)(.*)$/s.exec(argument) ?? [];
  const unknown = letters.replace(/[/\srsmb]/g, '');
  if (unknown !== '') throw new Mistake('Invalid disassembly modifier.');
  const request: DisassembleRequest = {
    ...rangeOf(it, rest.trim()),
    raw: /[rb]/.test(letters),
    source: letters.includes('s') ? 's' : letters.includes('m') ? 'm' : undefined,
    sources: it.host.sources,
  };
  const [first, ...others] = disassemble(machineOf(it.session), it.host.style(), request);
  if (others.length === 0) throw new Mistake(first!);
  say(it, first!, ...others);
}

function rangeOf(it: Interpreter, text: string): DisassembleRequest {
  if (text === '') return {};
  const comma = text.indexOf(',');
  const from = addressArgument(it, comma < 0 ? text : text.slice(0, comma));
  if (comma < 0) return { at: from };
  const end = text.slice(comma + 1).trim();
  const to = end.startsWith('+') ? from + addressArgument(it, end.slice(1)) : addressArgument(it, end);
  return { from, to };
}

export const DATA: readonly Command[] = [
  {
    name: 'print',
    aliases: ['p', 'inspect'],
    category: 'data',
    usage: '[/FMT] [EXPRESSION]',
    help: "Print a value.\nFMT: x d u o t z c a f s. $rax, $cr3.pcid, symbols, per-CPU variables, *(u64 *)addr, {u32}addr, a@n, $1; with `=' a value is\nset. kernel_cr3(N), user_cr3(N), flush_bit(N) and u64(ADDR) are as in scenario headers.",
    completes: 'expression',
    run: print,
  },
  {
    name: 'call',
    category: 'data',
    usage: 'EXPRESSION',
    help: 'As print, but nothing is shown of a void value.',
    completes: 'expression',
    run: call,
  },
  {
    name: 'output',
    category: 'data',
    usage: '[/FMT] EXPRESSION',
    help: 'A value alone, and not into the history.',
    completes: 'expression',
    run: (it, argument) => {
      it.host.print(demand(changing(it.session, (scope) => outputCommand(argument, scope))));
      return undefined;
    },
  },
  {
    name: 'x',
    category: 'data',
    usage: '[/NFU] [ADDRESS]',
    help: 'Examine memory.\nN: how many. F: x d u o t z c a f s i. U: b h w g, 1 to 8 bytes. Without an address: on from the last one.',
    completes: 'expression',
    repeats: 'bare',
    run: examine,
  },
  {
    name: 'whatis',
    aliases: ['ptype'],
    category: 'data',
    usage: '[EXPRESSION]',
    help: 'The type of a value.',
    completes: 'expression',
    run: whatis,
  },
  {
    name: 'printf',
    category: 'data',
    usage: '"FORMAT", EXPRESSION…',
    help: 'Print by a format as C has it.',
    completes: 'expression',
    run: (it, argument) => {
      it.host.print(demand(formatText(argument, it.session)));
      return undefined;
    },
  },
  {
    name: 'echo',
    category: 'support',
    usage: 'TEXT',
    help: 'Print a text; C escapes are understood.',
    run: (it, argument) => {
      it.host.print(unescaped(argument));
      return undefined;
    },
  },
  {
    name: 'disassemble',
    aliases: ['disas'],
    category: 'data',
    usage: '[/rs] [ADDRESS | START,END | START,+LENGTH]',
    help: 'Disassemble what is in memory: the function at RIP, or as asked.\n/r with the bytes, /s with the source. {FEATURE} marks what the patcher put there.',
    completes: 'expression',
    run: disassembleCommand,
  },
];

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  e: '\x1b',
  '\\': '\\',
  '"': '"',
  ' ': ' ',
};

/** `\n` and the like; a backslash at the end keeps blanks before it. */
export const unescaped = (text: string): string =>
  text.replace(/\\([0-7]{1,3}|.|$)/gs, (_, code: string) =>
    /^[0-7]/.test(code) ? String.fromCharCode(Number.parseInt(code, 8)) : (ESCAPES[code] ?? code),
  );
