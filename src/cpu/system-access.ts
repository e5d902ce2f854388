/**
 * Memory as the CPU itself accesses it while it loads segments, transfers control or delivers an event: descriptors, the TSS,
 * frames on a stack. Reads happen at once. Writes are planned first, which translates and checks them, and done when
 * nothing can fault any more: whoever plans in the order of the manual's steps and then commits has faulted as the CPU does, with
 * nothing written but accessed and dirty bits of page tables.
 */
import { u64 } from '../base/u64.ts';
import * as L from '../engine/layout.ts';
import { BEGINS_AGAIN, passData } from './breakpoints.ts';
import { checksAlignment } from './fast-tlb.ts';
import { noteWrite, touchLines } from './memory.ts';
import { type Access, KIND, READ, SUPERVISOR, translatePage, WRITE } from './paging.ts';
import { type Cpu, isCanonicalAddress } from './state.ts';
import { type Fault, faultName, VECTOR } from './stop.ts';

/** The fault of an access whose address isn't canonical. */
export interface Refusal {
  readonly vector: number;
  readonly error: number;
}

export const STACK_REFUSAL: Refusal = { vector: VECTOR.SS, error: 0 };

export const isFault = (result: object | bigint | undefined): result is Fault =>
  typeof result === 'object' && 'vector' in result;

/** The part of an access that lies in one page. */
interface Piece {
  readonly physical: number;
  readonly size: number;
}

export interface PlannedWrite {
  readonly linear: bigint;
  readonly width: number;
  readonly value: bigint;
  readonly pieces: readonly Piece[];
}

/** The little-endian value of `width` bytes. `rights`: 0 for those of the CPL, or SUPERVISOR, or IMPLICIT. */
export function readMemory(cpu: Cpu, linear: bigint, width: number, rights: Access, refusal: Refusal): bigint | Fault {
  const pieces = translatePieces(cpu, u64(linear), width, READ | rights, refusal);
  return isFault(pieces) ? pieces : gather(cpu, pieces);
}

/** Translates and checks a write, to be done by `commitWrites`. */
export function planWrite(
  cpu: Cpu,
  plan: PlannedWrite[],
  { linear, width, value }: { readonly linear: bigint; readonly width: number; readonly value: bigint },
  rights: Access,
  refusal: Refusal,
): Fault | undefined {
  const at = u64(linear);
  const pieces = translatePieces(cpu, at, width, WRITE | rights, refusal);
  if (isFault(pieces)) return pieces;
  plan.push({ linear: at, width, value: BigInt.asUintN(8 * width, value), pieces });
  return undefined;
}

export function commitWrites(cpu: Cpu, plan: readonly PlannedWrite[]): void {
  for (const { linear, width, value, pieces } of plan) {
    cpu.storeLog?.push({ linear, physical: pieces[0]!.physical, width, value, old: gather(cpu, pieces) });
    let rest = value;
    for (const { physical, size } of pieces) {
      noteWrite(cpu, physical, size);
      if (isQuadword(cpu, { physical, size })) {
        cpu.engine.view.setBigUint64(L.RAM + physical, rest, true);
        break;
      }
      for (let i = 0; i < size; i++, rest >>= 8n) {
        if (physical + i < cpu.ram.length) cpu.ram[physical + i] = Number(rest & 0xffn);
      }
    }
  }
}

/** Eight bytes of RAM in one piece, as most accesses are. */
const isQuadword = ({ ram }: Cpu, { physical, size }: Piece): boolean => size === 8 && physical + 8 <= ram.length;

/** Outside of RAM reads give ones. */
function gather(cpu: Cpu, pieces: readonly Piece[]): bigint {
  const [whole] = pieces;
  if (whole && isQuadword(cpu, whole)) return cpu.engine.view.getBigUint64(L.RAM + whole.physical, true);
  let value = 0n;
  let shift = 0n;
  for (const { physical, size } of pieces) {
    for (let i = 0; i < size; i++, shift += 8n) value |= BigInt(cpu.ram[physical + i] ?? 0xff) << shift;
  }
  return value;
}

function translatePieces(
  cpu: Cpu,
  linear: bigint,
  width: number,
  access: Access,
  refusal: Refusal,
): readonly Piece[] | Fault {
  const last = u64(linear + BigInt(width - 1));
  if (!isCanonicalAddress(cpu, linear) || !isCanonicalAddress(cpu, last)) return refused(linear, refusal);
  if (linear & BigInt(width - 1) && !(access & SUPERVISOR) && checksAlignment(cpu)) {
    return { vector: VECTOR.AC, error: 0, detail: 'misaligned access with CR0.AM and EFLAGS.AC (SDM vol. 3, 6.15)' };
  }
  const first = Math.min(width, 0x1000 - Number(linear & 0xfffn));
  const pieces: Piece[] = [];
  for (const [at, size] of [[linear, first] as const, [linear + BigInt(first), width - first] as const]) {
    if (size === 0) continue;
    const physical = translatePage(cpu, ...halves(at), access);
    if (physical < 0) return cpu.fault!;
    touchLines(cpu, physical, size);
    pieces.push({ physical, size });
  }
  if (cpu.breakpoints.data.length !== 0 && !passData(cpu, linear, width, (access & KIND) === WRITE))
    return BEGINS_AGAIN;
  return pieces;
}

const halves = (linear: bigint): [low: number, high: number] => [
  Number(BigInt.asIntN(32, linear)),
  Number(BigInt.asIntN(32, linear >> 32n)),
];

const refused = (linear: bigint, { vector, error }: Refusal): Fault => ({
  vector,
  error,
  detail: `${faultName(vector)}: 0x${linear.toString(16)} is not canonical (SDM vol. 1, 3.3.7.1)`,
});
