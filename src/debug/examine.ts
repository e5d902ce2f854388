/**
 * `x/NFU ADDRESS`, as gdb 13 has it (gdb/printcmd.c, x_command and do_examine): lines of memory, strings or instructions.
 *
 * The subtle thing is what a bare `x` remembers: letter, size and the next address, also when the command broke off at an address that
 * isn't mapped; `$_` and `$__` are set only when it came to its end.
 */
import { truncate } from '../base/u64.ts';
import * as cpuModel from '../cpu/cpu.ts';
import type { Insn } from '../isa/insn.ts';
import { RIP } from '../isa/insn.ts';
import { printInsn } from '../isa/print.ts';
import type { Machine } from '../machine/machine.ts';
import { evaluate, type Scope } from './evaluate.ts';
import { parseDebugExpression } from './expression.ts';
import { type Format, type Formats, newFormats, parseFormat, SIZES, type SizeLetter } from './formats.ts';
import { attempt, demand, Mistake } from './mistake.ts';
import { addressText, symbolText } from './names.ts';
import { addressOf } from './operators.ts';
import { render } from './print.ts';
import { stringAt } from './strings.ts';
import { pointerTo, REGISTER_INT } from './types.ts';
import { cannotAccess, firstUnmapped, makeValue, readMemory, type Value, VOID_VALUE } from './values.ts';

export interface Examined {
  /** Lines without their ends. With an error the last one broke off there, and ends with the message. */
  readonly lines: readonly string[];
  /** Why the command failed. Where there are lines the last one says it already; where there are none it is all there is to print. */
  readonly error?: string;
}

/** What one command does. */
interface Order {
  /** undefined: as the type has it, in decimal. */
  readonly letter: string | undefined;
  readonly size: SizeLetter;
  readonly count: number;
}

/** The text behind `x`. Uses and changes `scope.formats`, `$_` and `$__`. */
export function examineCommand(text: string, scope: Scope): Examined {
  const formats = scope.formats ?? newFormats();
  const ordered = attempt(() => {
    const trimmed = text.trim();
    const { format, rest } = parseFormat(trimmed.startsWith('/') ? trimmed.slice(1) : '');
    const order = trimmed.startsWith('/')
      ? completed(format, formats)
      : { letter: formats.letter ?? 'x', size: formats.size, count: trimmed === '' ? formats.count : 1 };
    const expression = trimmed.startsWith('/') ? rest : trimmed;
    if (expression !== '') {
      const value = demand(evaluate(demand(parseDebugExpression(expression)), scope));
      formats.next = addressOf(value);
    }
    if (formats.next === undefined) throw new Mistake('Argument required (starting display address).');
    return order;
  });
  if (!ordered.ok) return { lines: [], error: ordered.message };
  const order = ordered.value;
  formats.count = Math.max(order.count, 1);
  const examined = show(order, formats, scope);
  if (examined.error === undefined) {
    formats.letter = order.letter;
    formats.size = order.letter === 's' ? 'b' : order.size;
  }
  return examined;
}

/** The format with what the last command used; a new letter brings a size along where the old one makes no sense. */
function completed({ letter, size, count }: Format, last: Formats): Order {
  if (letter === undefined)
    return {
      letter: size !== undefined && last.letter === 'i' ? 'x' : last.letter,
      size: size ?? last.size,
      count,
    };
  if (size !== undefined) return { letter, size, count };
  if (letter === 'a') return { letter, size: 'g', count };
  if (letter === 'f') return { letter, size: last.size === 'w' ? 'w' : 'g', count };
  return { letter, size: letter === 'c' ? 'b' : last.size, count };
}

/** Items in a line. */
const PER_LINE: Readonly<Record<SizeLetter, number>> = { b: 8, h: 8, w: 4, g: 2 };

/** One item: its text, and how far the next one is. */
interface Item {
  readonly text: string;
  readonly length: bigint;
  readonly value?: Value;
}

function show(order: Order, formats: { next: bigint | undefined }, scope: Scope): Examined {
  const { machine } = scope;
  const lines: string[] = [];
  const isLine = order.letter === 'i' || order.letter === 's';
  const size: SizeLetter = isLine ? 'b' : order.size;
  const begin = formats.next ?? 0n;
  const backwards = order.count < 0;
  if (backwards) {
    const start = rewound(order, size, begin, scope);
    if (typeof start === 'string') return { lines, error: start };
    formats.next = start;
  }
  const rewind = formats.next ?? 0n;
  let last: { readonly address: bigint; readonly value: Value } | undefined;
  for (let left = Math.abs(order.count); left > 0; ) {
    let line = `${lineHead(order, formats.next ?? 0n, machine)}:`;
    for (let i = isLine ? 1 : PER_LINE[size]; i > 0 && left > 0; i--, left--) {
      const address = formats.next ?? 0n;
      line += '\t';
      const item = attempt(() => itemAt(order.letter, size, address, scope));
      if (!item.ok) {
        // gdb has gone on to the next item when it fails to print this one.
        formats.next = truncate(address + BigInt(isLine ? 0 : SIZES[size]), 8);
        return { lines: [...lines, line + item.message], error: item.message };
      }
      line += item.value.text;
      formats.next = truncate(address + item.value.length, 8);
      last = { address, value: item.value.value ?? VOID_VALUE };
    }
    lines.push(line);
  }
  if (backwards) formats.next = rewind;
  if (last) {
    const type = pointerTo(REGISTER_INT[SIZES[size]]);
    scope.convenience.set('_', makeValue(type, last.address));
    scope.convenience.set('__', last.value);
  }
  return { lines };
}

/** `=> 0x… <sym+4>` for instructions, else the address alone. */
function lineHead({ letter }: Order, address: bigint, machine: Machine): string {
  const mark = letter !== 'i' ? '' : address === cpuModel.getRip(machine.cpu) ? '=> ' : '   ';
  return mark + addressText(machine, address);
}

/** Where a command with a negative count begins, or why it can't. */
function rewound({ letter, count }: Order, size: SizeLetter, address: bigint, { machine }: Scope): bigint | string {
  if (letter === 'i') {
    const starts = instructionsBefore(machine, address);
    const start = starts[starts.length + count];
    return start ?? `No line number information available for address ${addressText(machine, address)}`;
  }
  if (letter === 's') return stringsBefore(machine, address, -count);
  return truncate(address + BigInt(count) * BigInt(SIZES[size]), 8);
}

/** Instructions from the symbol on that the address belongs to; none when they don't lead to it. */
function instructionsBefore(machine: Machine, address: bigint): bigint[] {
  const below = symbolText(machine, address - 1n);
  const distance = BigInt(/\+(\d+)$/.exec(below ?? '')?.[1] ?? 0);
  if (below === undefined) return [];
  const starts: bigint[] = [];
  let at = address - 1n - distance;
  while (at < address) {
    starts.push(at);
    const found = cpuModel.uopsAt(machine.cpu, at);
    at += BigInt(found.kind === 'invalid' ? 1 : found.insn.length);
  }
  return at === address ? starts : [];
}

/** The start of the string that lies `count` strings before an address. */
function stringsBefore({ cpu }: Machine, address: bigint, count: number): bigint {
  const isNull = (at: bigint): boolean => (cpuModel.readLinear(cpu, truncate(at, 8), 1)?.[0] ?? 0) === 0;
  let start = address;
  for (let i = 0; i < count; i++) {
    start--;
    for (let n = 0; n < 200 && !isNull(start - 1n); n++) start--;
  }
  return truncate(start, 8);
}

function itemAt(letter: string | undefined, size: SizeLetter, address: bigint, scope: Scope): Item {
  const { machine } = scope;
  if (letter === 's') {
    const { text, length } = stringAt(machine, address);
    return { text, length: BigInt(length) };
  }
  if (letter === 'i') return instructionAt(machine, address);
  const type = REGISTER_INT[SIZES[size]];
  const value = readMemory(machine, type, { kind: 'memory', address });
  if (!value.ok) throw new Mistake(cannotAccess(firstUnmapped(machine, address, type.size)));
  return {
    text: render(value.value, { ...(letter && { letter }), size }, scope),
    length: BigInt(type.size),
    value: value.value,
  };
}

/** One instruction; bytes that are none go by one. */
function instructionAt(machine: Machine, address: bigint): Item {
  const found = cpuModel.uopsAt(machine.cpu, address);
  if (found.kind !== 'invalid')
    return { text: instructionText(machine, found.insn), length: BigInt(found.insn.length) };
  if (found.why === 'not mapped' || found.why === 'truncated')
    throw new Mistake(cannotAccess(firstUnmapped(machine, address, 15)));
  return { text: '(bad)', length: 1n };
}

/** As gdb has it, unlike objdump: addresses with `0x`, offsets in decimal, the target of RIP-relative operands always. */
export function instructionText(machine: Machine, insn: Insn): string {
  const text = printInsn(insn);
  const target = insn.operands.find((operand) => operand.kind === 'target');
  if (target?.kind === 'target') {
    const name = symbolText(machine, target.address);
    return name === undefined ? text : `${text} <${name}>`;
  }
  const relative = insn.operands.find((operand) => operand.kind === 'mem' && operand.base === RIP);
  return relative?.kind === 'mem' ? `${text}        # ${addressText(machine, relative.disp)}` : text;
}
