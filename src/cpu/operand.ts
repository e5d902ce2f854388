/** Reads of memory operands by instructions that live here, with the translation and faults of a guest's load. */
import * as L from '../engine/layout.ts';
import { translateAccess } from './memory.ts';
import type { Cpu } from './state.ts';

/** The `length` bytes at [LINEAR], or undefined with `cpu.fault` set. Alignment is not checked. */
export function readOperand(cpu: Cpu, length: number): Uint8Array<ArrayBuffer> | undefined {
  const { u32, bytes } = cpu.engine;
  const handle = L.HANDLES + L.HANDLE_COUNT * L.HANDLE_BYTES;
  if (!translateAccess(cpu, L.ACCESS_READ, length, handle)) return undefined;
  const first = u32[(handle + L.HANDLE_FIRST) >> 2]!;
  const split = Math.min(u32[(handle + L.HANDLE_SPLIT) >> 2]!, length);
  const result = new Uint8Array(length);
  result.set(bytes.subarray(first, first + split));
  if (split < length) {
    const second = u32[(handle + L.HANDLE_SECOND) >> 2]!;
    result.set(bytes.subarray(second, second + length - split), split);
  }
  return result;
}
