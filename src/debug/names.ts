/**
 * Names to places and addresses to names: per-CPU variables with their fields, and the image's symbols.
 *
 * A symbol's name goes as far as its size, where it has one. gdb names no data without a size; we do, since the laboratory's
 * programs seldom say it.
 */
import { countBelow } from '../base/search.ts';
import type { Image, ImageSymbol } from '../image/image.ts';
import { segmentAt } from '../image/image.ts';
import type { Machine } from '../machine/machine.ts';
import { PERCPU_SIZE, percpuField } from '../machine/percpu.ts';
import { DATA_SYMBOL, TEXT_SYMBOL, type Type, ULONG, UNSIGNED } from './types.ts';
import { makeValue, type Place, type Value } from './values.ts';

/** What a bare name means: a number, or a place in memory with the type of what is there. */
export type Named =
  | { readonly kind: 'number'; readonly value: Value }
  | { readonly kind: 'place'; readonly type: Type; readonly place: Place & { kind: 'memory' } };

interface Index {
  readonly byName: ReadonlyMap<string, ImageSymbol>;
  /** Code, data and stubs, ascending. */
  readonly placed: readonly ImageSymbol[];
}

const indices = new WeakMap<Image, Index>();

function indexOf(image: Image): Index {
  const known = indices.get(image);
  if (known) return known;
  const byName = new Map<string, ImageSymbol>();
  for (const symbol of image.symbols) if (!byName.has(symbol.name)) byName.set(symbol.name, symbol);
  const index = { byName, placed: image.symbols.filter(({ kind }) => kind !== 'absolute') };
  indices.set(image, index);
  return index;
}

/** Data of an integer's size is an unsigned integer; other symbols stand for their addresses. */
function typeOfSize(size: number, otherwise: Type): Type {
  return size === 1 || size === 2 || size === 4 || size === 8 ? UNSIGNED[size] : otherwise;
}

export function lookUp({ image, percpu, space }: Machine, name: string): Named | undefined {
  const variable = percpuField(percpu, name);
  if (variable) {
    const { offset, size } = variable;
    const place = { kind: 'memory', address: space.percpu + BigInt(offset), percpu: offset } as const;
    return { kind: 'place', type: typeOfSize(size, DATA_SYMBOL), place };
  }
  const symbol = indexOf(image).byName.get(name);
  if (!symbol) return undefined;
  const { kind, address, size } = symbol;
  if (kind === 'absolute') return { kind: 'number', value: makeValue(ULONG, address) };
  const type = kind === 'data' ? typeOfSize(Number(size), DATA_SYMBOL) : TEXT_SYMBOL;
  return { kind: 'place', type, place: { kind: 'memory', address } };
}

/** The names that `lookUp` knows but for the fields of per-CPU variables, for completion. */
export const symbolNames = ({ image, percpu }: Machine): string[] => [
  ...percpu.map(({ name }) => name),
  ...indexOf(image).byName.keys(),
];

const withOffset = (name: string, offset: bigint): string => (offset === 0n ? name : `${name}+${offset}`);

/** `entry_64`, `entry_64+4`, `cpu_tlbstate+22`; undefined where nothing has a name. */
export function symbolText(machine: Machine, address: bigint): string | undefined {
  const { image, percpu, space } = machine;
  const offset = address - space.percpu;
  if (offset >= 0n && offset < BigInt(PERCPU_SIZE)) {
    const variable = percpu.find((v) => offset >= BigInt(v.offset) && offset < BigInt(v.offset + v.size));
    return variable && withOffset(variable.name, offset - BigInt(variable.offset));
  }
  const symbol = symbolBelow(indexOf(image).placed, address);
  if (!symbol) return undefined;
  const distance = address - symbol.address;
  if (symbol.size !== 0n && distance >= symbol.size) return undefined;
  const home = segmentAt(image, symbol.address);
  return distance === 0n || (home && home === segmentAt(image, address))
    ? withOffset(symbol.name, distance)
    : undefined;
}

/** The nearest at or below an address; of several at one address the first that has a size. */
function symbolBelow(symbols: readonly ImageSymbol[], address: bigint): ImageSymbol | undefined {
  const low = countBelow(symbols, (symbol) => symbol.address <= address);
  let found = symbols[low - 1];
  for (let i = low - 2; found && found.size === 0n && symbols[i]?.address === found.address; i--) {
    if (symbols[i]!.size !== 0n) found = symbols[i];
  }
  return found;
}

/** `0xffffffff81000004 <entry+4>`, or the address alone. */
export function addressText(machine: Machine, address: bigint): string {
  const name = symbolText(machine, address);
  const digits = `0x${address.toString(16)}`;
  return name === undefined ? digits : `${digits} <${name}>`;
}
