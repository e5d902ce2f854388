/** `info stack`: the words from RSP upwards, with what each may be. */
import { u64 } from '../../base/u64.ts';
import * as cpuModel from '../../cpu/cpu.ts';
import { GPR, SEGMENT } from '../../isa/insn.ts';
import type { Machine } from '../../machine/machine.ts';
import { type Style, wrap } from '../style.ts';
import { type BehindCall, callFinder, exceptionFrameAt } from './frames.ts';
import { cannotAccess, hex64, is64Bit, nameAt, readValue, stackName } from './guest.ts';

const FRAME_WORDS = ['rip', 'cs', 'rflags', 'rsp', 'ss'] as const;

/** The stack's name and `count` words (1 … 4096). */
export function infoStack(machine: Machine, style: Style, count = 16): string[] {
  const sp = stackLinear(machine);
  const name = stackName(machine, sp);
  const title = `rsp ${style.address(hex64(sp))}${name === undefined ? ' on no known stack' : ` on the ${name} stack`}`;
  return [...wrap([title], style), ...stackWords(machine, style, count)];
}

/** Where the stack pointer points to: with SS's base and width outside of 64-bit code. */
export function stackLinear(machine: Machine): bigint {
  const { cpu } = machine;
  const rsp = cpuModel.getReg(cpu, GPR.RSP);
  if (is64Bit(machine)) return rsp;
  const { base, attributes } = cpuModel.getSegment(cpu, SEGMENT.SS);
  return BigInt.asUintN(32, base + BigInt.asUintN(attributes & STACK_IS_WIDE ? 32 : 16, rsp));
}

/** SS.B */
const STACK_IS_WIDE = 1 << 14;

/** `0xfffffe000000aff8 +0x00: 0xffffffff81fff000 <exit page>`, a word each; ends where nothing is mapped. */
export function stackWords(machine: Machine, style: Style, count: number): string[] {
  const sp = stackLinear(machine);
  const width = is64Bit(machine) ? 8 : 4;
  const lines: string[] = [];
  const isBehindCall = callFinder(machine);
  let frame: { readonly at: bigint } | undefined;
  for (let n = 0; n < Math.min(Math.max(count, 1), 4096); n++) {
    const at = u64(sp + BigInt(n * width));
    const value = readValue(machine, at, width);
    if (value === undefined) return [...lines, cannotAccess(at)];
    if (width === 8 && !isInside(frame, at)) frame = exceptionFrameAt(machine, at);
    const field = isInside(frame, at) ? FRAME_WORDS[Number(at - frame!.at) / 8]! : '';
    const offset = `+0x${(n * width).toString(16).padStart(2, '0')}:`;
    const parts = [
      style.address(hex64(at)),
      offset,
      hex64(value),
      field && style.keyword(field),
      meaning(machine, value, isBehindCall),
    ];
    lines.push(...wrap(parts, style, 19));
  }
  return lines;
}

const isInside = (frame: { readonly at: bigint } | undefined, at: bigint): boolean =>
  frame !== undefined && at >= frame.at && at < frame.at + BigInt(8 * FRAME_WORDS.length);

function meaning(machine: Machine, value: bigint, isBehindCall: BehindCall): string {
  const name = nameAt(machine, value);
  const text = name === undefined ? '' : `<${name}>`;
  if (is64Bit(machine) && isBehindCall(value)) return `${text} return address`;
  return text !== '' ? text : stackText(machine, value);
}

const stackText = (machine: Machine, value: bigint): string => {
  const name = stackName(machine, value);
  return name === undefined ? '' : `(${name} stack)`;
};
