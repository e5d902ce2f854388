/**
 * `info idt` in the manner of Bochs: the gates as they lie in memory, each with what keeps an event from going through it (SDM vol. 3,
 * 6.14). Gates that have nothing to tell are put together as a range.
 */
import { hex } from '../../base/hex.ts';
import * as cpuModel from '../../cpu/cpu.ts';
import { EXCEPTIONS } from '../../cpu/cpu.ts';
import {
  attributesOf,
  dplOf,
  gateOffset,
  gateSelector,
  isNull,
  isPresent,
  isSystem,
  SYSTEM_TYPE,
  typeOf,
} from '../../cpu/descriptors.ts';
import { isCanonicalAddress } from '../../cpu/state.ts';
import type { Machine } from '../../machine/machine.ts';
import { paragraph, type Style, wrap } from '../style.ts';
import { codeProblem } from './gdt.ts';
import { hex64, nameSuffix, readBytes, readValue } from './guest.ts';

const VECTORS = 256;
const GATE_BYTES = 16;

/** Of the vectors from `first` to `last` (default: all). */
export function infoIdt(machine: Machine, style: Style, first = 0, last = VECTORS - 1): string[] {
  const { base, limit } = cpuModel.getTable(machine.cpu, 'idt');
  const title = `Interrupt Descriptor Table (base=${hex64(base)}, limit=${limit}):`;
  const lines: string[] = [];
  let run: Run | undefined;
  const flush = (): void => {
    if (run) lines.push(...wrap([`IDT[${rangeText(run)}]`, run.text], style));
    run = undefined;
  };
  for (let vector = Math.max(0, first); vector <= Math.min(last, VECTORS - 1); vector++) {
    const gate = gateAt(machine, vector);
    if (typeof gate === 'string') {
      if (run?.text !== gate) flush();
      run = { text: gate, first: run?.first ?? vector, last: vector };
      continue;
    }
    flush();
    lines.push(...gateLines(machine, style, gate));
  }
  flush();
  return [...paragraph(title, style), ...lines];
}

interface Run {
  readonly text: string;
  readonly first: number;
  readonly last: number;
}

const vectorText = (vector: number): string => `0x${vector.toString(16).padStart(2, '0')}`;
const rangeText = ({ first, last }: Run): string =>
  first === last ? vectorText(first) : `${vectorText(first)}-${vectorText(last)}`;

interface Gate {
  readonly vector: number;
  readonly selector: number;
  readonly offset: bigint;
  readonly attributes: number;
  readonly ist: number;
}

/** The gate, or why there is nothing to show. */
function gateAt(machine: Machine, vector: number): Gate | string {
  const { base, limit } = cpuModel.getTable(machine.cpu, 'idt');
  if (GATE_BYTES * vector + GATE_BYTES - 1 > limit) return 'beyond the limit';
  const bytes = readBytes(machine, base + BigInt(GATE_BYTES * vector), GATE_BYTES);
  if (!bytes) return 'not mapped';
  if (bytes.every((byte) => byte === 0)) return 'empty';
  const view = new DataView(bytes.buffer);
  const [low, high] = [view.getInt32(0, true), view.getInt32(4, true)];
  return {
    vector,
    selector: gateSelector(low),
    offset: (BigInt(view.getUint32(8, true)) << 32n) | BigInt(gateOffset(low, high) >>> 0),
    attributes: attributesOf(high),
    ist: high & 7,
  };
}

const TYPES: Readonly<Record<number, string>> = {
  [SYSTEM_TYPE.INTERRUPT_GATE]: '64-Bit Interrupt Gate',
  [SYSTEM_TYPE.TRAP_GATE]: '64-Bit Trap Gate',
};

/** `IDT[0x0e]=64-Bit Interrupt Gate target=0x0010:0xffffffff81000066 <handler>, DPL=0` */
function gateLines(machine: Machine, style: Style, gate: Gate): string[] {
  const { vector, selector, offset, attributes, ist } = gate;
  const name = EXCEPTIONS.find((e) => e.vector === vector)?.name ?? '';
  const type = isSystem(attributes) ? TYPES[typeOf(attributes)] : undefined;
  const target = `0x${selector.toString(16).padStart(4, '0')}:${hex64(offset)}${nameSuffix(machine, offset)},`;
  const problems = gateProblems(machine, gate);
  return wrap(
    [
      `IDT[${vectorText(vector)}]=${type ?? `reserved type ${hex(attributes & 0x1f)}`}`,
      name && style.bold(name),
      `target=${target}`,
      `DPL=${dplOf(attributes)}${ist > 0 ? `, IST=${ist}` : ''}`,
      ...problems.map((problem) => style.keyword(`(${problem})`)),
    ],
    style,
  );
}

function gateProblems(machine: Machine, { selector, offset, attributes }: Gate): string[] {
  const problems: string[] = [];
  if (!isPresent(attributes)) problems.push('not present');
  if (!isSystem(attributes) || TYPES[typeOf(attributes)] === undefined) problems.push('not a gate of the IDT');
  const code = isNull(selector) ? 'null selector' : codeProblem(machine, selector);
  if (code !== undefined) problems.push(code);
  if (!isCanonicalAddress(machine.cpu, offset)) problems.push('target not canonical');
  else if (readValue(machine, offset, 1) === undefined) problems.push('target not mapped');
  return problems;
}
