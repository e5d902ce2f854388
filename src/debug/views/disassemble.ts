/**
 * `disassemble`, as gdb prints it, of what lies in the guest's memory now; at the end of a line `{PTI}` says that the patcher put the
 * instruction there.
 *
 * With `/s` source lines stand above their instructions in the order of the addresses, with `/m` the instructions below their
 * lines in the order of the source. The subtle part is where decoding begins: at the start that was asked for, so a range that starts within
 * an instruction shows other ones, as in gdb.
 */
import { hex, hexBytes } from '../../base/hex.ts';
import { u64 } from '../../base/u64.ts';
import * as cpuModel from '../../cpu/cpu.ts';
import { lineAt, patchAt } from '../../image/image.ts';
import type { Machine } from '../../machine/machine.ts';
import { patchName } from '../../trace/text.ts';
import { instructionText } from '../examine.ts';
import { fit, paragraph, type Style, visible } from '../style.ts';
import { cannotAccess, functionAt, hex64, insnAt, nameAt } from './guest.ts';

/** Source text by the path that the program's lines name; undefined where there is none. */
export type Sources = (path: string) => readonly string[] | undefined;

export interface DisassembleRequest {
  /** An address in the function that is wanted (default: RIP). */
  readonly at?: bigint | undefined;
  /** Instead: from here, to `to` (not included). */
  readonly from?: bigint | undefined;
  readonly to?: bigint | undefined;
  /** `/r`: the bytes too. */
  readonly raw?: boolean;
  /** `/s`: source lines, by address; `/m`: by line. */
  readonly source?: 's' | 'm' | undefined;
  readonly sources?: Sources | undefined;
}

/** One instruction as it lies in memory. */
export interface CodeLine {
  readonly address: bigint;
  readonly bytes: Uint8Array;
  /** `(bad)` where there is none. */
  readonly text: string;
}

/** Instructions shown at most. */
const LONGEST = 4096;

export function disassemble(machine: Machine, style: Style, request: DisassembleRequest = {}): string[] {
  const range = rangeOf(machine, request);
  if (typeof range === 'string') return paragraph(range, style);
  const { lines, stopped } = codeLines(machine, range.from, range.to, LONGEST);
  const shown = { ...request, named: range.name === undefined };
  const body =
    request.source === 's'
      ? bySource(machine, style, lines, shown)
      : request.source === 'm'
        ? byLine(machine, style, lines, shown)
        : plainLines(machine, style, lines, shown);
  const title = range.name ?? `${hex(range.from)} to ${hex(range.to)}`;
  const end = stopped === undefined ? ['End of assembler dump.'] : [stopped];
  const head = paragraph(`Dump of assembler code ${range.name ? 'for function' : 'from'} ${title}:`, style);
  return [...head, ...body, ...end];
}

interface Range {
  readonly from: bigint;
  readonly to: bigint;
  readonly name?: string;
}

/** The range, or what is wrong with the request in gdb's words. */
function rangeOf(machine: Machine, { at, from, to }: DisassembleRequest): Range | string {
  if (from !== undefined && to !== undefined) return { from: u64(from), to: u64(to) };
  const address = at ?? from ?? cpuModel.getRip(machine.cpu);
  const found = functionAt(machine, u64(address));
  if (found) return found;
  return at === undefined && from === undefined
    ? 'No function contains program counter for selected frame.'
    : 'No function contains specified address.';
}

/** Instructions from one address up to another; `stopped`: why not all of them. */
export function codeLines(
  machine: Machine,
  from: bigint,
  to: bigint,
  most: number,
): { readonly lines: CodeLine[]; readonly stopped: string | undefined } {
  const lines: CodeLine[] = [];
  for (let address = from; address < to; ) {
    if (lines.length === most) return { lines, stopped: `Stopped after ${most} instructions.` };
    const line = codeLine(machine, address);
    if (!line) return { lines, stopped: cannotAccess(address) };
    lines.push(line);
    address += BigInt(line.bytes.length);
  }
  return { lines, stopped: undefined };
}

/** What is at an address; undefined where nothing is mapped. */
export function codeLine(machine: Machine, address: bigint): CodeLine | undefined {
  const there = insnAt(machine, address);
  if (there.kind === 'unmapped') return undefined;
  if (there.kind === 'bad') return { address, bytes: Uint8Array.of(there.byte), text: '(bad)' };
  return { address, bytes: there.insn.bytes, text: instructionText(machine, there.insn) };
}

/** `{PTI}` of an instruction that the patcher put there, or nothing. */
export function alternativeMark({ image }: Machine, address: bigint): string {
  const patch = patchAt(image, address);
  return patch ? `{${patchName(patch)}}` : '';
}

interface Shown {
  readonly raw?: boolean;
  /** `<main+4>` instead of `<+4>`. */
  readonly named: boolean;
}

function label(machine: Machine, address: bigint, { named }: Shown): string {
  const name = nameAt(machine, address);
  if (name === undefined) return '';
  if (named) return `<${name.includes('+') ? name : `${name}+0`}>`;
  const found = functionAt(machine, address);
  return `<+${found ? address - found.from : 0n}>`;
}

const labelWidth = (machine: Machine, lines: readonly CodeLine[], shown: Shown): number =>
  Math.max(0, ...lines.map((line) => label(machine, line.address, shown).length));

const BYTES_COLUMN = 24;

/** `=> 0xffffffff81000000 <+0>:  bt     $0xc,%r14  {PTI}` */
function codeText(machine: Machine, style: Style, line: CodeLine, shown: Shown, width: number): string {
  const { address, bytes, text } = line;
  const here = address === cpuModel.getRip(machine.cpu);
  const name = label(machine, address, shown);
  const place = `${style.address(hex64(address))}${name === '' ? '' : ` ${name}`}:`.concat(
    ' '.repeat(Math.max(0, width - name.length)),
  );
  const raw = shown.raw ? `${hexBytes(bytes).padEnd(BYTES_COLUMN)} ` : '';
  const head = `${here ? style.bold('=>') : '  '} ${place}  ${raw}${here ? style.bold(text) : text}`;
  const mark = alternativeMark(machine, address);
  if (mark === '') return fit(head, style.width);
  // The mark is worth more than the end of a long operand.
  return `${fit(head, Math.max(20, style.width - visible(mark) - 2))}  ${style.alternative(mark)}`;
}

/** The line that a reader would look for: of the program's own text, where the outermost macro is invoked. */
function outerLine({ image }: Machine, address: bigint): { readonly file: string; readonly line: number } | undefined {
  const place = lineAt(image, address)?.place;
  return place && (place.chain.at(-1)?.at ?? place.span);
}

const sourceText = (style: Style, file: string, line: number, sources: Sources | undefined): string =>
  fit(`${line}\t${sources?.(file)?.[line - 1] ?? `in ${file}`}`.replaceAll('\t', '    '), style.width);

function plainLines(machine: Machine, style: Style, lines: readonly CodeLine[], shown: Shown): string[] {
  const width = labelWidth(machine, lines, shown);
  return lines.map((line) => codeText(machine, style, line, shown, width));
}

function bySource(
  machine: Machine,
  style: Style,
  lines: readonly CodeLine[],
  shown: DisassembleRequest & Shown,
): string[] {
  const out: string[] = [];
  const width = labelWidth(machine, lines, shown);
  let file = '';
  let last = '';
  for (const line of lines) {
    const at = outerLine(machine, line.address);
    const key = at ? `${at.file}:${at.line}` : '';
    if (at && key !== last) {
      if (out.length > 0) out.push('');
      if (at.file !== file) out.push(fit(`${at.file}:`, style.width));
      out.push(sourceText(style, at.file, at.line, shown.sources));
      file = at.file;
    }
    last = key;
    out.push(codeText(machine, style, line, shown, width));
  }
  return out;
}

function byLine(
  machine: Machine,
  style: Style,
  lines: readonly CodeLine[],
  shown: DisassembleRequest & Shown,
): string[] {
  const width = labelWidth(machine, lines, shown);
  const groups = new Map<string, { readonly file: string; readonly line: number; readonly code: string[] }>();
  const nowhere: string[] = [];
  for (const line of lines) {
    const text = codeText(machine, style, line, shown, width);
    const at = outerLine(machine, line.address);
    if (!at) {
      nowhere.push(text);
      continue;
    }
    const key = `${at.file}:${at.line}`;
    if (!groups.has(key)) groups.set(key, { ...at, code: [] });
    groups.get(key)!.code.push(text);
  }
  const sorted = [...groups.values()].sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
  return [
    ...nowhere,
    ...sorted.flatMap(({ file, line, code }) => [sourceText(style, file, line, shown.sources), ...code, '']),
  ];
}
