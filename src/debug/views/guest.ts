/**
 * What every view asks of the guest: memory, instructions and names at addresses that may be anything. Nothing here throws, and nothing
 * reads through an address that is not canonical (a page walk alone would ignore the bits above).
 */
import { fromBytes, u64 } from '../../base/u64.ts';
import * as cpuModel from '../../cpu/cpu.ts';
import { isCanonicalAddress, isLongMode } from '../../cpu/state.ts';
import { segmentAt } from '../../image/image.ts';
import { type Insn, SEGMENT } from '../../isa/insn.ts';
import { LINUX, type Stack } from '../../machine/linux.ts';
import type { Machine } from '../../machine/machine.ts';
import { symbolText } from '../names.ts';

/** `0xffffffff81000000` */
export const hex64 = (value: bigint): string => `0x${u64(value).toString(16).padStart(16, '0')}`;
/** `0x000000123000`: a physical address. */
export const hexPhysical = (value: bigint | number, digits = 12): string =>
  `0x${value.toString(16).padStart(digits, '0')}`;

/** The bytes, rights ignored; undefined where one of them is not mapped. */
export function readBytes({ cpu }: Machine, linear: bigint, length: number): Uint8Array | undefined {
  const from = u64(linear);
  const last = u64(linear + BigInt(length - 1));
  if (last < from || !isCanonicalAddress(cpu, from) || !isCanonicalAddress(cpu, last)) return undefined;
  return cpuModel.readLinear(cpu, from, length);
}

/** A little-endian value; undefined where it is not mapped. */
export function readValue(machine: Machine, linear: bigint, width = 8): bigint | undefined {
  const bytes = readBytes(machine, linear, width);
  return bytes && fromBytes(bytes);
}

/** As gdb says it. */
export const cannotAccess = (linear: bigint): string => `Cannot access memory at address 0x${u64(linear).toString(16)}`;

export const is64Bit = ({ cpu }: Machine): boolean => isLongMode(cpu);

/** The linear address of an instruction pointer: with CS's base where code is not of 64 bits. */
export function codeLinear(machine: Machine, ip: bigint): bigint {
  if (is64Bit(machine)) return u64(ip);
  return BigInt.asUintN(32, ip + cpuModel.getSegment(machine.cpu, SEGMENT.CS).base);
}

/** What is at an instruction pointer, by the mode of CS. */
export type InsnAt =
  | { readonly kind: 'insn'; readonly insn: Insn }
  | { readonly kind: 'bad'; readonly byte: number }
  | { readonly kind: 'unmapped' };

export function insnAt(machine: Machine, ip: bigint): InsnAt {
  const [byte] = readBytes(machine, codeLinear(machine, ip), 1) ?? [];
  if (byte === undefined) return { kind: 'unmapped' };
  const there = cpuModel.uopsAt(machine.cpu, u64(ip));
  return there.kind === 'invalid' ? { kind: 'bad', byte } : { kind: 'insn', insn: there.insn };
}

/** The stack whose bytes, or whose top, the address is. */
export const stackAt = ({ space }: Machine, linear: bigint): Stack | undefined =>
  space.stacks.find(({ bottom, top }) => linear >= bottom && linear <= top);

/** `NMI IST`, `NMI IST, empty`; undefined outside of the known stacks. */
export function stackName(machine: Machine, sp: bigint): string | undefined {
  const stack = stackAt(machine, sp);
  return stack && (sp === stack.top ? `${stack.name}, empty` : stack.name);
}

/** `restore_before+4` as expressions have it: code, data, stubs and per-CPU variables; and the exit page. */
export function nameAt(machine: Machine, linear: bigint): string | undefined {
  const inExit = linear - LINUX.exit;
  if (inExit < 0n || inExit >= 0x1000n) return symbolText(machine, linear);
  return inExit === 0n ? 'exit page' : `exit page+${inExit}`;
}

/** ` <restore_before+4>`, or nothing. */
export function nameSuffix(machine: Machine, linear: bigint): string {
  const name = nameAt(machine, linear);
  return name === undefined ? '' : ` <${name}>`;
}

/** The function that an address belongs to: from a code symbol to its end, or to the next one. */
export function functionAt(
  { image }: Machine,
  linear: bigint,
): { readonly name: string; readonly from: bigint; readonly to: bigint } | undefined {
  const segment = segmentAt(image, linear);
  if (!segment?.execute) return undefined;
  const end = segment.address + BigInt(segment.bytes.length);
  const code = image.symbols.filter((s) => (s.kind === 'code' || s.kind === 'stub') && s.address >= segment.address);
  const sized = code.findLast((s) => s.size > 0n && linear >= s.address && linear < s.address + s.size);
  if (sized) return { name: sized.name, from: sized.address, to: sized.address + sized.size };
  const start = code.findLast((s) => s.address <= linear && s.size === 0n);
  if (!start) return undefined;
  const next = code.find((s) => s.address > start.address)?.address ?? end;
  return linear < next ? { name: start.name, from: start.address, to: next < end ? next : end } : undefined;
}
