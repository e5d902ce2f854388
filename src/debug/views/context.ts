/**
 * What is shown at each stop: the source line with the macros that it comes from, the code around RIP, the registers with those that
 * changed marked, and the top of the stack. In: the machine, and the state at the last stop for comparison. Out: lines.
 */
import type { Place, Span } from '../../base/diagnostics.ts';
import { address as digits, hex } from '../../base/hex.ts';
import { fromBytes, u64 } from '../../base/u64.ts';
import * as cpuModel from '../../cpu/cpu.ts';
import { ATTRIBUTE } from '../../cpu/descriptors.ts';
import { eventShadows } from '../../cpu/injection.ts';
import { lineAt, segmentAt } from '../../image/image.ts';
import { GPR64_NAMES, SEGMENT } from '../../isa/insn.ts';
import { ASIDS, flushBit, kernelCr3, nameCr3, userCr3 } from '../../machine/linux.ts';
import { type Machine, percpuBytes } from '../../machine/machine.ts';
import { percpuField } from '../../machine/percpu.ts';
import { flagNames, type Snapshot, snapshot } from '../../trace/snapshot.ts';
import { fit, padEnd, rule, type Style, visible, wrap } from '../style.ts';
import { branchNote } from './branch.ts';
import { alternativeMark, type CodeLine, codeLine, codeLines, type Sources } from './disassemble.ts';
import { cannotAccess, functionAt, hex64, is64Bit, nameAt, nameSuffix } from './guest.ts';
import { stackWords } from './stack.ts';

export type Section = 'source' | 'code' | 'registers' | 'stack';
export const SECTIONS: readonly Section[] = ['source', 'code', 'registers', 'stack'];

export interface ContextOptions {
  readonly sources: Sources;
  /** The state at the last stop. */
  readonly before?: Snapshot | undefined;
  /** In this order (default: all). */
  readonly sections?: readonly Section[] | undefined;
}

export function contextLines(
  machine: Machine,
  style: Style,
  { sources, before, sections = SECTIONS }: ContextOptions,
): string[] {
  const show: Readonly<Record<Section, () => string[]>> = {
    source: () => sourceSection(machine, style, sources),
    code: () => codeSection(machine, style),
    registers: () => registerSection(machine, style, before),
    stack: () => stackWords(machine, style, STACK_WORDS),
  };
  return sections.flatMap((section) => {
    const lines = show[section]();
    return lines.length === 0 ? [] : [rule(section, style), ...lines];
  });
}

const STACK_WORDS = 8;

// Source

/** Lines around the one that RIP is in. */
const AROUND = 2;

function sourceSection({ cpu, image }: Machine, style: Style, sources: Sources): string[] {
  const place = lineAt(image, cpuModel.getRip(cpu))?.place;
  return place ? placeLines(place, style, sources) : [];
}

/** The line of the definition with its neighbours, then each invocation outwards. */
export function placeLines({ span, chain }: Place, style: Style, sources: Sources): string[] {
  return [
    fit(`${style.bold(`${span.file}:${span.line}`)}${chain[0] ? ` in ${chain[0].macro}` : ''}`, style.width),
    ...neighbours(span, style, sources),
    ...chain.flatMap(({ at }, i) => {
      const inside = chain[i + 1] ? ` in ${chain[i + 1]!.macro}` : '';
      const text = textOf(at, sources)?.trim();
      return wrap([style.dim(`from ${at.file}:${at.line}${inside}`), text ?? ''], style, 6, '  ');
    }),
  ];
}

const textOf = ({ file, line }: Span, sources: Sources): string | undefined =>
  sources(file)?.[line - 1]?.replaceAll('\t', '    ');

function neighbours(span: Span, style: Style, sources: Sources): string[] {
  const lines: string[] = [];
  for (let line = Math.max(1, span.line - AROUND); line <= span.line + AROUND; line++) {
    const text = textOf({ file: span.file, line }, sources);
    if (text === undefined) continue;
    const here = line === span.line;
    const number = String(line).padStart(5);
    lines.push(fit(here ? `=>${number}  ${style.bold(text)}` : `  ${style.dim(number)}  ${text}`, style.width));
  }
  return lines;
}

// Code

const CODE_BEFORE = 4;
const CODE_BEHIND = 6;
/** How far back the start of a function may be for what is before RIP to be decoded. */
const DECODED_BYTES = 0x1000n;

function codeSection(machine: Machine, style: Style): string[] {
  const rip = cpuModel.getRip(machine.cpu);
  if (!codeLine(machine, rip)) return [`=> ${cannotAccess(rip)}`];
  const before = codeBefore(machine, rip);
  // Behind the program's code comes what nobody wrote.
  const segment = segmentAt(machine.image, rip);
  const end = segment?.execute ? segment.address + BigInt(segment.bytes.length) : u64(-1n);
  const { lines } = codeLines(machine, rip, end, CODE_BEHIND + 1);
  const names = [...before, ...lines].map(({ address }) => shortName(machine, address, style));
  const width = Math.min(24, Math.max(...names.map((name) => name.length)));
  return [...before, ...lines].flatMap((line, i) => contextCode(machine, style, line, names[i]!, width));
}

/** Names take room that a narrow style has not: there the distance has to do, RIP's name standing below. */
function shortName(machine: Machine, address: bigint, { width }: Style): string {
  const name = nameAt(machine, address);
  const distance = /\+\d+$/.exec(name ?? '')?.[0] ?? '+0';
  return name === undefined ? '' : width < FULL_NAMES ? distance : name;
}

const FULL_NAMES = 80;

/** The last instructions before RIP, where decoding from the function's start comes to RIP. */
function codeBefore(machine: Machine, rip: bigint): readonly CodeLine[] {
  const start = functionAt(machine, rip)?.from;
  if (start === undefined || rip - start > DECODED_BYTES) return [];
  const { lines } = codeLines(machine, start, rip, Number(DECODED_BYTES));
  const last = lines.at(-1);
  const meets = last !== undefined && last.address + BigInt(last.bytes.length) === rip;
  return meets ? lines.slice(-CODE_BEFORE) : [];
}

function contextCode(machine: Machine, style: Style, line: CodeLine, name: string, width: number): string[] {
  const here = line.address === cpuModel.getRip(machine.cpu);
  const place = `${style.address(hex64(line.address))} ${padEnd(style.dim(name === '' ? '' : `<${name}>`), width + 2)}`;
  const mark = alternativeMark(machine, line.address);
  const room = style.width - (mark === '' ? 0 : visible(mark) + 2);
  // Of a target that has a name the address says nothing more.
  const code = line.text.replace(/0x[0-9a-f]+ </, '<');
  const head = fit(`${here ? style.bold('=>') : '  '} ${place} ${here ? style.bold(code) : code}`, Math.max(20, room));
  const text = mark === '' ? head : `${head}  ${style.alternative(mark)}`;
  const note = here ? branchNote(machine) : undefined;
  if (!note) return [text];
  return [text, ...wrap([`     ${note.taken ? style.taken(note.text) : note.text}`], style, 7)];
}

// Registers

const CELL = 'rax 0000000000000000'.length + 1;

function registerSection(machine: Machine, style: Style, before: Snapshot | undefined): string[] {
  const now = snapshot(machine.cpu);
  const hasChanged = (name: string): boolean => before !== undefined && before.get(name) !== now.get(name);
  /** `*rax 0x…`: it changed since the last stop. */
  const mark = (name: string, text: string): string => (hasChanged(name) ? style.changed(`*${text}`) : ` ${text}`);
  const cells = GPR64_NAMES.map((name) => mark(name, `${name.padEnd(3)} ${digits(now.get(name)!)}`));
  const perLine = style.width >= 4 * (CELL + 1) ? 4 : style.width >= 2 * (CELL + 1) ? 2 : 1;
  const columns: string[] = [];
  for (let i = 0; i < cells.length; i += perLine) columns.push(cells.slice(i, i + perLine).join(' '));
  const rip = now.get('rip')!;
  const rflags = now.get('rflags')!;
  const changed = [...now.keys()].filter((name) => hasChanged(name) && name !== 'rip');
  return [
    ...columns.map((line) => fit(line, style.width)),
    ...wrap(
      [
        mark('rip', `rip ${digits(rip)}${nameSuffix(machine, rip)}`),
        mark('rflags', `rflags ${hex(rflags)} ${flagNames(rflags)}`),
      ],
      style,
    ),
    ...wrap([mark('cr3', cr3Text(machine, now.get('cr3')!)), mark('gs_base', gsText(machine))], style, 4, '  '),
    ...wrap([` cpl ${cpuModel.getCpl(machine.cpu)}`, modeText(machine), ...conditions(machine)], style, 4, '  '),
    ...(changed.length > 0
      ? wrap([style.dim(' was'), ...changed.map((name) => style.dim(`${name}=${hex(before!.get(name) ?? 0n)}`))], style)
      : []),
  ];
}

/** `cr3 0x3802 kernel(1), pending flush`: the address space by name, and whether its user half is to be flushed. */
function cr3Text(machine: Machine, cr3: bigint): string {
  const name = nameCr3(machine.space, cr3);
  const text = `cr3 ${hex(cr3)}${name === undefined ? '' : ` ${name}`}`;
  return isFlushPending(machine, cr3) ? `${text}, pending flush` : text;
}

/** The bit of user_pcid_flush_mask that belongs to the address space of a CR3. */
export function isFlushPending(machine: Machine, cr3: bigint): boolean {
  const { space, percpu } = machine;
  const field = percpuField(percpu, 'user_pcid_flush_mask');
  if (!field || !space.pti || !space.pcid) return false;
  const mask = fromBytes(percpuBytes(machine, field.offset, field.size));
  for (let asid = 0; asid < ASIDS; asid++)
    if (cr3 === kernelCr3(space, asid) || cr3 === userCr3(space, asid)) return (mask & flushBit(asid)) !== 0n;
  return false;
}

/** Whose GS base is loaded; the kernel's is the per-CPU area. */
function gsText({ cpu, space }: Machine): string {
  const loaded = cpuModel.getMsr(cpu, cpuModel.MSR.GS_BASE) ?? 0n;
  const other = cpuModel.getMsr(cpu, cpuModel.MSR.KERNEL_GS_BASE) ?? 0n;
  const whose = loaded === space.percpu ? "the kernel's" : other === space.percpu ? "the user's (swapped)" : 'unknown';
  return `gs ${whose}${whose === 'unknown' ? ` ${hex(loaded)}` : ''}`;
}

/** Nothing in 64-bit code; else what CS makes of it. */
function modeText(machine: Machine): string {
  if (is64Bit(machine)) return '';
  const { base, attributes, selector } = cpuModel.getSegment(machine.cpu, SEGMENT.CS);
  const bits = attributes & ATTRIBUTE.DB ? 32 : 16;
  return `${bits}-bit code, cs ${hex(selector)}${base === 0n ? '' : ` base ${hex(base)}`}`;
}

/** What holds off or awaits events. */
function conditions({ cpu }: Machine): string[] {
  const pending = cpuModel.pendingInterrupt(cpu);
  const state = cpuModel.activity(cpu);
  return [
    ...(state === 'running' ? [] : [state]),
    ...(cpuModel.areNmisBlocked(cpu) ? ['NMIs blocked'] : []),
    ...eventShadows(cpu).map((name) => `${name} shadow`),
    ...(pending === undefined ? [] : [`interrupt ${hex(pending)} pending`]),
  ];
}
