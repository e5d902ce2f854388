/**
 * The stack as transfers of control use it: pushes that are planned, values read above the stack pointer, stack pointers out of the
 * TSS. 64-bit code reaches it by RSP, compatibility mode through SS, by ESP or SP (SDM vol. 3, 6.14.2; vol. 1, 6.2.3).
 */
import * as L from '../engine/layout.ts';
import { SEGMENT } from '../isa/insn.ts';
import { selectorError } from './descriptors.ts';
import { IMPLICIT } from './paging.ts';
import { baseHighIn, baseLowIn, limitIn, logicalAddress, selectorIn, TR } from './segments.ts';
import {
  CODE_MODE,
  type Cpu,
  carried,
  codeMode,
  high,
  isCanonicalHigh,
  isLongMode,
  low,
  type Quad,
  writeHalves,
} from './state.ts';
import { type Fault, VECTOR } from './stop.ts';
import { type Plan, planWrite, readMemory, STACK_REFUSAL } from './system-access.ts';

/** Plans the `n`th push on the present stack: in compatibility mode through SS. */
export function planOwnPush(cpu: Cpu, plan: Plan, n: number, width: number, value: Quad): Fault | undefined {
  const linear = stackLinear(cpu, -n * width, width, 'write');
  if ('vector' in linear) return linear;
  return planWrite(cpu, plan, linear.low, linear.high, width, value.low, value.high, 0, STACK_REFUSAL);
}

const stackBits = (cpu: Cpu): 64 | 32 | 16 => (isLongMode(cpu) ? 64 : codeMode(cpu) & CODE_MODE.NARROW_STACK ? 16 : 32);

/** The linear address at a distance from the stack pointer. */
function stackLinear(cpu: Cpu, distance: number, width: number, access: 'read' | 'write'): Quad | Fault {
  const [rspLow, rspHigh] = [low(cpu, L.S_RSP), high(cpu, L.S_RSP)];
  const bits = stackBits(cpu);
  if (bits === 64) return { low: (rspLow + distance) | 0, high: carried(rspLow, rspHigh, distance) };
  const offset = bits === 32 ? (rspLow + distance) >>> 0 : (rspLow + distance) & 0xffff;
  const linear = logicalAddress(cpu, { segment: SEGMENT.SS, offset, width, access });
  return typeof linear === 'number' ? { low: linear | 0, high: 0 } : linear;
}

/** A value on the stack, at a distance from the stack pointer, into `cpu.system.loaded`. */
export function readStack(cpu: Cpu, distance: number, width: number): Fault | undefined {
  const linear = stackLinear(cpu, distance, width, 'read');
  return 'vector' in linear ? linear : readMemory(cpu, linear.low, linear.high, width, 0, STACK_REFUSAL);
}

/** Adds to the stack pointer: RSP, ESP or SP. */
export function moveStack(cpu: Cpu, distance: number): void {
  const [rspLow, rspHigh] = [low(cpu, L.S_RSP), high(cpu, L.S_RSP)];
  const moved = (rspLow + distance) | 0;
  const bits = stackBits(cpu);
  if (bits === 64) writeHalves(cpu, L.S_RSP, moved, carried(rspLow, rspHigh, distance));
  else if (bits === 32) writeHalves(cpu, L.S_RSP, moved, 0);
  else writeHalves(cpu, L.S_RSP, (rspLow & ~0xffff) | (moved & 0xffff), rspHigh);
}

/** #SS(error) unless the `bytes` below `top` have canonical addresses. */
export function stackFault(cpu: Cpu, top: Quad, bytes: number, error = 0): Fault | undefined {
  const lastHigh = carried(top.low, top.high, -1);
  const firstHigh = carried(top.low, top.high, -bytes);
  if (bytes === 0 || (isCanonicalHigh(cpu, lastHigh) && isCanonicalHigh(cpu, firstHigh))) return undefined;
  return { ...STACK_REFUSAL, error, detail: 'the stack is not canonical (SDM vol. 1, 3.3.7.1)' };
}

/** RSP0 … RSP2 in a 64-bit TSS, SDM vol. 3, figure 8-11. */
const RSP0 = 4;

/** IST1 … IST7. */
const IST1 = 36;

/** The stack pointer for a more privileged level, into `cpu.system.loaded`. */
export const readInnerStack = (cpu: Cpu, level: number): Fault | undefined =>
  readTask(cpu, RSP0 + 8 * level, `RSP${level}`, 0);

/** The stack pointer of an interrupt stack, 1 … 7, into `cpu.system.loaded`; `ext` goes into the error code. */
export const readInterruptStack = (cpu: Cpu, ist: number, ext: number): Fault | undefined =>
  readTask(cpu, IST1 + 8 * (ist - 1), `IST${ist}`, ext);

function readTask(cpu: Cpu, offset: number, name: string, ext: number): Fault | undefined {
  const refusal = { vector: VECTOR.TS, error: selectorError(selectorIn(cpu, TR)) | ext };
  if (offset + 7 > limitIn(cpu, TR)) return { ...refusal, detail: `the TSS ends before ${name} (SDM vol. 3, 8.7)` };
  const [baseLow, baseHigh] = [baseLowIn(cpu, TR), baseHighIn(cpu, TR)];
  return readMemory(cpu, (baseLow + offset) | 0, carried(baseLow, baseHigh, offset), 8, IMPLICIT, refusal);
}
