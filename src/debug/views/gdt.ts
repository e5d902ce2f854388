/**
 * `info gdt` and `info ldt` in the manner of Bochs: descriptors as they lie in memory, decoded (SDM vol. 3, 3.4.5 and 3.5), with what is
 * wrong with them. Entries that have nothing to tell are put together as a range.
 */
import { hex } from '../../base/hex.ts';
import { u64 } from '../../base/u64.ts';
import * as cpuModel from '../../cpu/cpu.ts';
import { LDTR } from '../../cpu/cpu.ts';
import {
  ATTRIBUTE,
  attributesOf,
  baseOf,
  dplOf,
  gateOffset,
  gateSelector,
  isCode,
  isConforming,
  isPresent,
  isReadable,
  isSystem,
  isWritable,
  limitOf,
  SEGMENT_TYPE,
  SYSTEM_TYPE,
  typeOf,
  upperTypeIsZero,
} from '../../cpu/descriptors.ts';
import type { Machine } from '../../machine/machine.ts';
import { paragraph, type Style, wrap } from '../style.ts';
import { hex64, nameSuffix, readBytes } from './guest.ts';

interface TableAt {
  readonly name: 'GDT' | 'LDT';
  readonly base: bigint;
  /** The last byte's offset. */
  readonly limit: number;
}

/** All descriptors, or the one with this index. */
export function infoGdt(machine: Machine, style: Style, index?: number): string[] {
  const { base, limit } = cpuModel.getTable(machine.cpu, 'gdt');
  return [
    ...paragraph(`Global Descriptor Table (base=${hex64(base)}, limit=${limit}):`, style),
    ...tableLines(machine, style, { name: 'GDT', base, limit }, index),
  ];
}

export function infoLdt(machine: Machine, style: Style, index?: number): string[] {
  const { selector, base, limit, attributes } = cpuModel.getSegment(machine.cpu, LDTR);
  if (attributes & ATTRIBUTE.UNUSABLE) return [`No LDT: LDTR is ${hex(selector)}.`];
  return [
    ...paragraph(`Local Descriptor Table (base=${hex64(base)}, limit=${limit}):`, style),
    ...tableLines(machine, style, { name: 'LDT', base, limit }, index),
  ];
}

/** Selectors have 13 bits for the index. */
const ENTRIES = 8192;

function tableLines(machine: Machine, style: Style, table: TableAt, only: number | undefined): string[] {
  const lines: string[] = [];
  let run: { readonly first: number; readonly last: number; readonly text: string } | undefined;
  const flush = (): void => {
    if (run) lines.push(...wrap([`${table.name}[${indexText(run.first, run.last)}]`, run.text], style));
    run = undefined;
  };
  const end = Math.min(ENTRIES, Math.ceil((table.limit + 1) / 8));
  const [first, last] = only === undefined ? [0, end - 1] : [only, only];
  for (let index = first; index <= last; ) {
    const found = descriptorAt(machine, table, index);
    if (typeof found === 'string') {
      if (run?.text !== found) flush();
      run = { text: found, first: run?.first ?? index, last: index };
      index++;
    } else {
      flush();
      lines.push(...descriptorLines(machine, style, table, found));
      index += found.upper === undefined ? 1 : 2;
    }
  }
  flush();
  return lines;
}

const indexText = (first: number, last: number): string => {
  const one = (index: number): string => `0x${index.toString(16).padStart(2, '0')}`;
  return first === last ? one(first) : `${one(first)}-${one(last)}`;
};

interface DescriptorAt {
  readonly index: number;
  readonly low: number;
  readonly high: number;
  readonly attributes: number;
  /** The second eight bytes of a system descriptor; `short`: they are not to be had. */
  readonly upper: { readonly low: number; readonly high: number } | 'short' | undefined;
}

/** The descriptor, or why there is nothing to show. */
function descriptorAt(machine: Machine, { base, limit }: TableAt, index: number): DescriptorAt | string {
  if (8 * index + 7 > limit) return 'beyond the limit';
  const bytes = readBytes(machine, u64(base + BigInt(8 * index)), 8);
  if (!bytes) return 'not mapped';
  if (bytes.every((byte) => byte === 0)) return 'empty';
  const { low, high } = halves(bytes);
  const attributes = attributesOf(high);
  const isLong = isSystem(attributes) && SYSTEM_NAMES[typeOf(attributes)] !== undefined;
  if (!isLong) return { index, low, high, attributes, upper: undefined };
  const more = 8 * index + 15 > limit ? undefined : readBytes(machine, u64(base + BigInt(8 * index + 8)), 8);
  return { index, low, high, attributes, upper: more ? halves(more) : 'short' };
}

function halves(bytes: Uint8Array): { readonly low: number; readonly high: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return { low: view.getInt32(0, true), high: view.getInt32(4, true) };
}

/** System descriptors of IA-32e mode, all of sixteen bytes. */
const SYSTEM_NAMES: Readonly<Record<number, string>> = {
  [SYSTEM_TYPE.LDT]: 'LDT',
  [SYSTEM_TYPE.TSS]: '64-Bit TSS (available)',
  [SYSTEM_TYPE.BUSY_TSS]: '64-Bit TSS (busy)',
  [SYSTEM_TYPE.CALL_GATE]: '64-Bit Call Gate',
};

function descriptorLines(machine: Machine, style: Style, { name }: TableAt, found: DescriptorAt): string[] {
  const { index, attributes } = found;
  const selector = `(0x${(8 * index + (name === 'LDT' ? 4 : 0)).toString(16).padStart(4, '0')})`;
  const text = isSystem(attributes) ? systemText(machine, found) : segmentText(found);
  const problems = [
    ...(isPresent(attributes) ? [] : ['not present']),
    ...(found.upper === 'short' ? ['its second half is beyond the table'] : []),
    ...(typeof found.upper === 'object' && !upperTypeIsZero(found.upper.high) ? ['its second half has a type'] : []),
  ];
  const marks = problems.map((problem) => style.keyword(`(${problem})`));
  const level = `DPL=${dplOf(attributes)}`;
  return wrap([`${name}[${indexText(index, index)}]`, style.dim(selector), ...text, level, ...marks], style);
}

function systemText(machine: Machine, { low, high, attributes, upper }: DescriptorAt): string[] {
  const type = typeOf(attributes);
  const name = SYSTEM_NAMES[type];
  if (name === undefined) return [`reserved type ${hex(type)}`];
  const top = typeof upper === 'object' ? BigInt(upper.low >>> 0) << 32n : 0n;
  if (type === SYSTEM_TYPE.CALL_GATE) {
    const offset = top | BigInt(gateOffset(low, high) >>> 0);
    const selector = gateSelector(low).toString(16).padStart(4, '0');
    return [`${name},`, `target=0x${selector}:${hex64(offset)}${nameSuffix(machine, offset)},`];
  }
  return [
    `${name},`,
    `base=${hex64(top | BigInt(baseOf(low, high) >>> 0))},`,
    `limit=${hex(limitOf(low, high) >>> 0)},`,
  ];
}

function segmentText({ low, high, attributes }: DescriptorAt): string[] {
  const code = isCode(attributes);
  const long = code && attributes & ATTRIBUTE.L;
  const size = long ? '64-bit' : attributes & ATTRIBUTE.DB ? '32-bit' : '16-bit';
  const rights = code
    ? [isReadable(attributes) ? 'Execute/Read' : 'Execute-Only', ...(isConforming(attributes) ? ['Conforming'] : [])]
    : [
        isWritable(attributes) ? 'Read/Write' : 'Read-Only',
        ...(attributes & SEGMENT_TYPE.EXPAND_DOWN ? ['Expand-down'] : []),
      ];
  const flags = [
    ...rights,
    ...(attributes & SEGMENT_TYPE.ACCESSED ? ['Accessed'] : []),
    ...(attributes & ATTRIBUTE.G ? ['G'] : []),
    ...(attributes & ATTRIBUTE.AVL ? ['AVL'] : []),
    size,
    ...(long && attributes & ATTRIBUTE.DB ? ['L and D'] : []),
  ];
  return [
    code ? 'Code segment,' : 'Data segment,',
    `base=${hex(baseOf(low, high) >>> 0)},`,
    `limit=${hex(limitOf(low, high) >>> 0)},`,
    ...flags.map((flag) => `${flag},`),
  ];
}

/** What keeps an event from entering 64-bit code by a selector of the GDT; undefined: nothing. */
export function codeProblem(machine: Machine, selector: number): string | undefined {
  // Linux has no code in an LDT.
  if (selector & 4) return `selector ${hex(selector)} is of the LDT`;
  const { base, limit } = cpuModel.getTable(machine.cpu, 'gdt');
  const found = descriptorAt(machine, { name: 'GDT', base, limit }, selector >> 3);
  if (typeof found === 'string') return `selector ${hex(selector)}: ${found}`;
  if (!isCode(found.attributes)) return `selector ${hex(selector)} is no code segment`;
  if (!isPresent(found.attributes)) return `selector ${hex(selector)}: segment not present`;
  const is64 = (found.attributes & (ATTRIBUTE.L | ATTRIBUTE.DB)) === ATTRIBUTE.L;
  return is64 ? undefined : `selector ${hex(selector)} is not 64-bit code`;
}
