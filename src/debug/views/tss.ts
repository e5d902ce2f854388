/** `info tss`: the 64-bit TSS that TR names, from memory (SDM vol. 3, 7.7): stacks by privilege and by IST number, and the I/O map. */
import { hex } from '../../base/hex.ts';
import { u64 } from '../../base/u64.ts';
import * as cpuModel from '../../cpu/cpu.ts';
import { TR } from '../../cpu/cpu.ts';
import { ATTRIBUTE, isSystem, SYSTEM_TYPE, typeOf } from '../../cpu/descriptors.ts';
import { isCanonicalAddress } from '../../cpu/state.ts';
import type { Machine } from '../../machine/machine.ts';
import { type Style, wrap } from '../style.ts';
import { hex64, nameSuffix, readBytes, readValue, stackAt } from './guest.ts';

/** Offsets of the eight-byte fields. */
const FIELDS: readonly (readonly [name: string, offset: number])[] = [
  ...[0, 1, 2].map((n) => [`rsp${n}`, 4 + 8 * n] as const),
  ...[1, 2, 3, 4, 5, 6, 7].map((n) => [`ist${n}`, 28 + 8 * n] as const),
];
const IO_MAP_BASE = 102;

export function infoTss(machine: Machine, style: Style): string[] {
  const { selector, base, limit, attributes } = cpuModel.getSegment(machine.cpu, TR);
  const type = typeOf(attributes);
  const isTss = isSystem(attributes) && (type === SYSTEM_TYPE.BUSY_TSS || type === SYSTEM_TYPE.TSS);
  const title = wrap(
    [
      `tr:s=${hex(selector)},`,
      `base=${hex64(base)}${nameSuffix(machine, base)},`,
      `limit=${hex(limit)}`,
      attributes & ATTRIBUTE.UNUSABLE ? style.keyword('(unusable)') : '',
      isTss ? '' : style.keyword(`(not a TSS: type ${hex(type)})`),
    ],
    style,
  );
  return [
    ...title,
    ...FIELDS.flatMap(([name, offset]) => wrap([`${name}:`, ...stackText(machine, style, offset)], style, 6)),
    ...wrap(['i/o map:', ...ioMapText(machine, style)], style, 6),
  ];
}

/** The value, the stack whose top it is, and what is wrong with it. */
function stackText(machine: Machine, style: Style, offset: number): string[] {
  const { base, limit } = cpuModel.getSegment(machine.cpu, TR);
  if (offset + 7 > limit) return [style.keyword('beyond the limit')];
  const value = readValue(machine, u64(base + BigInt(offset)));
  if (value === undefined) return [style.keyword('not mapped')];
  const stack = stackAt(machine, value);
  const where = stack ? `${stack.name} stack${value === stack.top ? '' : ` (its top is ${hex64(stack.top)})`}` : '';
  return [
    hex64(value),
    where || nameSuffix(machine, value).trim(),
    value === 0n ? '' : style.keyword(problem(machine, value)),
  ];
}

/** A push goes below. */
function problem(machine: Machine, top: bigint): string {
  if (!isCanonicalAddress(machine.cpu, top)) return '(not canonical)';
  return readValue(machine, u64(top - 8n)) === undefined ? '(not mapped below)' : '';
}

/** Ranges of ports shown at most. */
const SHOWN_RANGES = 16;

/** Which ports CPL > IOPL may access: those whose bit is clear (SDM vol. 1, 19.5.2). */
function ioMapText(machine: Machine, style: Style): string[] {
  const { base, limit } = cpuModel.getSegment(machine.cpu, TR);
  if (IO_MAP_BASE + 1 > limit) return [style.keyword('beyond the limit')];
  const offset = readValue(machine, u64(base + BigInt(IO_MAP_BASE)), 2);
  if (offset === undefined) return [style.keyword('not mapped')];
  const at = Number(offset);
  if (at > limit) return [`offset ${hex(at)},`, 'none: beyond the limit'];
  const length = Math.min(limit - at + 1, 0x2000);
  const bytes = readBytes(machine, u64(base + BigInt(at)), length);
  if (!bytes) return [`offset ${hex(at)},`, style.keyword('not mapped')];
  const ranges = allowedRanges(bytes);
  const shown = ranges
    .slice(0, SHOWN_RANGES)
    .map(([first, last]) => (first === last ? hex(first) : `${hex(first)}-${hex(last)}`));
  const more = ranges.length > SHOWN_RANGES ? ['…'] : [];
  return [`offset ${hex(at)},`, ranges.length === 0 ? 'no ports allowed' : 'allows ports', ...shown, ...more];
}

/** Runs of clear bits. */
function allowedRanges(map: Uint8Array): (readonly [first: number, last: number])[] {
  const ranges: [number, number][] = [];
  for (let port = 0; port < 8 * map.length; port++) {
    if (map[port >> 3]! & (1 << (port & 7))) continue;
    const last = ranges.at(-1);
    if (last && last[1] === port - 1) last[1] = port;
    else ranges.push([port, port]);
  }
  return ranges;
}
