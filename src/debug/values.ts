/**
 * A debugger's values: bits with a type, and where they came from. Reading memory, and writing to where a value came from.
 *
 * Memory is what the loaded page tables show, rights ignored; only the per-CPU variables that are asked for by name are at hand
 * whatever is loaded, since in entry code one wants them most while the user's half is.
 */
import { fromBytes, signed, toBytes, truncate } from '../base/u64.ts';
import * as cpuModel from '../cpu/cpu.ts';
import type { Result } from '../lab/expression.ts';
import { type Machine, percpuBytes, writePercpu } from '../machine/machine.ts';
import { writeRegister } from './registers.ts';
import { type Type, VOID } from './types.ts';

/** What an assignment writes. `&` takes the address of memory only. */
export type Place =
  /** `percpu`: the offset of a per-CPU variable in its area, for one that was named. */
  | { readonly kind: 'memory'; readonly address: bigint; readonly percpu?: number }
  | { readonly kind: 'register'; readonly name: string }
  /** `$cr3.pcid` */
  | { readonly kind: 'field'; readonly register: string; readonly field: string }
  | { readonly kind: 'convenience'; readonly name: string };

export interface Value {
  /** Unsigned, truncated to the type's size; of an array the address of its first element, 0 where it has none. */
  readonly bits: bigint;
  /** Of an array the type of its elements. */
  readonly type: Type;
  readonly place?: Place;
  /** Of arrays, which `@` and string constants make. */
  readonly elements?: readonly Value[];
}

export const makeValue = (type: Type, bits: bigint, place?: Place): Value => ({
  bits: truncate(bits, type.size),
  type,
  ...(place && { place }),
});

export const VOID_VALUE: Value = { bits: 0n, type: VOID };

export const isVoid = ({ type, elements }: Value): boolean => type.kind === 'void' && elements === undefined;

/** The number that C sees: signed where the type is. */
export const numberOf = ({ bits, type }: Value): bigint => (type.signed ? signed(bits, type.size) : bits);

/** As gdb's `whatis` has it: `int`, `int [3]`. */
export const typeNameOf = ({ type, elements }: Value): string =>
  elements === undefined ? type.name : `${type.name}${type.name.endsWith('*') ? '' : ' '}[${elements.length}]`;

export const success = <T>(value: T): Result<T> => ({ ok: true, value });
export const failure = (message: string): { readonly ok: false; readonly message: string } => ({ ok: false, message });

export const addressHex = (address: bigint): string => `0x${truncate(address, 8).toString(16)}`;

export const cannotAccess = (address: bigint): string => `Cannot access memory at address ${addressHex(address)}`;

/** The first of the bytes that is not mapped: what gdb names in its message. */
export function firstUnmapped({ cpu }: Machine, address: bigint, length: number): bigint {
  for (let i = 0; i < length; i++) {
    const at = truncate(address + BigInt(i), 8);
    if (cpuModel.readLinear(cpu, at, 1) === undefined) return at;
  }
  return address;
}

/** Bytes at a place in memory; undefined where something is not mapped. */
export function readBytes(machine: Machine, place: Place & { kind: 'memory' }, length: number): Uint8Array | undefined {
  if (place.percpu !== undefined) return percpuBytes(machine, place.percpu, length).slice();
  return cpuModel.readLinear(machine.cpu, truncate(place.address, 8), length);
}

/** The value of a type at a place in memory. */
export function readMemory(machine: Machine, type: Type, place: Place & { kind: 'memory' }): Result<Value> {
  const bytes = readBytes(machine, place, type.size);
  return bytes ? success(makeValue(type, fromBytes(bytes), place)) : failure(cannotAccess(place.address));
}

/** Writes to a register or to memory: undefined when done, else why not. Convenience variables are the scope's. */
export function writePlace(
  machine: Machine,
  place: Exclude<Place, { kind: 'convenience' }>,
  { bits, type }: Value,
): string | undefined {
  if (place.kind === 'register') return writeRegister(machine, place.name, bits);
  if (place.kind === 'field') return writeRegister(machine, `${place.register}.${place.field}`, bits);
  const bytes = toBytes(bits, type.size);
  if (place.percpu !== undefined) {
    writePercpu(machine, place.percpu, bytes);
    return undefined;
  }
  const written = cpuModel.writeLinear(machine.cpu, truncate(place.address, 8), bytes);
  return written ? undefined : cannotAccess(place.address);
}
