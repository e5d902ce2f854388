/**
 * What an expression comes to in a machine: the tree of `expression.ts` in, a value or a message out. Only assignments change anything.
 *
 * An operand of `&`, an assignment or `sizeof` is located, not read: `&*(int *) 0` is no access. The subtle invariant is `dry`: under
 * `sizeof` and for `whatis` nothing is read, written or divided, as gdb's EVAL_AVOID_SIDE_EFFECTS has it.
 */
import { truncate } from '../base/u64.ts';
import * as cpuModel from '../cpu/cpu.ts';
import { environment } from '../lab/environment.ts';
import type { Result } from '../lab/expression.ts';
import type { Machine } from '../machine/machine.ts';
import { dependencies } from './dependencies.ts';
import { childrenOf, type Node } from './expression.ts';
import type { Formats } from './formats.ts';
import { attempt, demand, Mistake } from './mistake.ts';
import { lookUp } from './names.ts';
import { addressOf, binaryValue, cast, decay, isTrue, moved, truth, unaryValue } from './operators.ts';
import { findField, REGISTER_TABLE, readRegister } from './registers.ts';
import { INT, isIntegral, LONG, pointeeOf, pointerTo, strideOf, type Type, ULONG } from './types.ts';
import {
  cannotAccess,
  firstUnmapped,
  makeValue,
  numberOf,
  type Place,
  readMemory,
  typeNameOf,
  type Value,
  VOID_VALUE,
  writePlace,
} from './values.ts';

export { type Dependencies, dependencies } from './dependencies.ts';

export interface Scope {
  readonly machine: Machine;
  /** By name, without the `$`. */
  readonly convenience: Map<string, Value>;
  /** `$1` first. */
  readonly history: Value[];
  /** Functions by name; undefined: there is none, or not of so many arguments. The default has those of scenario headers. */
  call?(name: string, args: readonly bigint[]): bigint | undefined;
  /** Called once before an expression's first write to the machine. */
  onWrite?(): void;
  /** gdb's warnings; without it nobody hears of them. */
  warn?(text: string): void;
  /** What `print` and `x` remember of their formats. */
  readonly formats?: Formats;
}

/** What is being evaluated for whom. */
interface Run {
  readonly scope: Scope;
  readonly dry: boolean;
  wrote: boolean;
}

type Memory = Place & { kind: 'memory' };

/** The place of an operand with its type, not read yet. */
interface Location {
  readonly type: Type;
  readonly place: Place;
}

export function evaluate(node: Node, scope: Scope): Result<Value> {
  return attempt(() => {
    checkNames(node, scope.machine);
    return compute(node, { scope, dry: false, wrote: false });
  });
}

/** `whatis`: the type's name; nothing is read or written. */
export function typeOfExpression(node: Node, scope: Scope): Result<string> {
  return attempt(() => {
    checkNames(node, scope.machine);
    return typeNameOf(compute(node, { scope, dry: true, wrote: false }));
  });
}

/** Where an lvalue in memory lies, for `&` and for watchpoints; undefined: it is none, or to find out would write something. */
export function lvalueRange(node: Node, scope: Scope): { readonly address: bigint; readonly size: number } | undefined {
  if (dependencies(node).writes) return undefined;
  const found = attempt(() => {
    const run = { scope, dry: false, wrote: false };
    if (node.kind === 'binary' && node.op === '@') {
      const location = locate(node.left, run);
      const count = Number(numberOf(compute(node.right, run)));
      return location && { location, size: count * Number(strideOf(location.type)) };
    }
    const location = locate(node, run);
    return location && { location, size: location.type.size };
  });
  if (!found.ok || !found.value || found.value.size <= 0) return undefined;
  const { location, size } = found.value;
  return location.place.kind === 'memory' ? { address: truncate(location.place.address, 8), size } : undefined;
}

// Names

const noSymbol = (name: string): Mistake => new Mistake(`No symbol "${name}" in current context.`);

/** gdb looks names up while it parses: an unknown one is an error even where it isn't evaluated. */
function checkNames(node: Node, machine: Machine): void {
  if (node.kind === 'name' && !lookUp(machine, node.name)) throw noSymbol(node.name);
  for (const child of childrenOf(node)) checkNames(child, machine);
}

const isRegister = ({ machine }: Scope, name: string): boolean => readRegister(machine, name) !== undefined;

// Values

function compute(node: Node, run: Run): Value {
  switch (node.kind) {
    case 'constant':
      return node.value;
    case 'dollar':
    case 'name':
    case 'typed':
    case 'index':
    case 'field':
      return read(node, run);
    case 'history':
      return fromHistory(node, run.scope);
    case 'call':
      return called(node, run);
    case 'unary':
      if (node.op === '&') return addressTaken(node.arg, run);
      return node.op === '*' ? read(node, run) : unaryValue(node.op, compute(node.arg, run));
    case 'binary':
      return binary(node, run);
    case 'conditional':
      return compute(isTrue(compute(node.test, run)) ? node.then : node.otherwise, run);
    case 'assign':
      return assigned(node, run);
    case 'step': {
      const location = writable(node.arg, run);
      const before = location ? readPlace(location, run) : compute(node.arg, run);
      assign(location, binaryValue(node.op, before, makeValue(INT, 1n)), run);
      return before;
    }
    case 'cast':
      return cast(node.type, compute(node.arg, run));
    case 'sizeof':
      return makeValue(
        ULONG,
        BigInt('size' in node.of ? node.of.size : sizeOf(compute(node.of, { ...run, dry: true }))),
      );
    default:
      return node satisfies never;
  }
}

/** Symbols are of one byte here, as code is. */
const sizeOf = ({ type, elements }: Value): number => Number(strideOf(type)) * (elements?.length ?? 1);

function binary(node: Node & { kind: 'binary' }, run: Run): Value {
  const left = compute(node.left, run);
  if (node.op === '&&') return truth(isTrue(left) && isTrue(compute(node.right, run)));
  if (node.op === '||') return truth(isTrue(left) || isTrue(compute(node.right, run)));
  const right = compute(node.right, run);
  if (node.op === '@') return repeated(left, right, run);
  if (run.dry && (node.op === '/' || node.op === '%') && right.bits === 0n)
    return binaryValue(node.op, left, makeValue(right.type, 1n));
  return binaryValue(node.op, left, right, warningsOf(run));
}

const warningsOf =
  ({ scope }: Run) =>
  (text: string): void =>
    scope.warn?.(text);

/** gdb's `max-value-size`. */
const LARGEST_ARRAY = 65536;

/** `a@n` */
function repeated(first: Value, count: Value, run: Run): Value {
  const { type, place, elements } = first;
  if (count.elements !== undefined || !isIntegral(count.type) || count.type.kind === 'flags')
    throw new Mistake('Non-integral right operand for "@" operator.');
  const length = numberOf(count);
  if (BigInt.asIntN(32, length) !== length) throw new Mistake('Value out of range.');
  if (place?.kind !== 'memory' || elements !== undefined)
    throw new Mistake("Only values in memory can be extended with '@'.");
  if (length <= 0n) throw new Mistake(`Invalid number ${length} of repetitions.`);
  const stride = strideOf(type);
  if (length * stride > LARGEST_ARRAY)
    throw new Mistake(`value requires ${length * stride} bytes, which is more than max-value-size`);
  const items = Array.from({ length: Number(length) }, (_, i) =>
    readPlace({ type, place: shifted(place, BigInt(i) * stride) }, run),
  );
  return { bits: truncate(place.address, 8), type, place, elements: items };
}

const shifted = (place: Memory, distance: bigint): Memory => ({
  kind: 'memory',
  address: truncate(place.address + distance, 8),
  ...(place.percpu !== undefined && { percpu: place.percpu + Number(distance) }),
});

function fromHistory({ index, relative }: Node & { kind: 'history' }, { history }: Scope): Value {
  if (relative && index > 0 && index >= history.length) throw new Mistake(`History does not go back to $$${index}.`);
  const found = history[relative || index === 0 ? history.length - 1 - (relative ? index : 0) : index - 1];
  if (found) return found;
  throw new Mistake(
    history.length === 0 && (relative || index === 0)
      ? 'The history is empty.'
      : `History has not yet reached $${index}.`,
  );
}

const READ_WIDTHS: Readonly<Record<string, number>> = { u8: 1, u16: 2, u32: 4, u64: 8 };

function called({ name, args }: Node & { kind: 'call' }, run: Run): Value {
  const { scope } = run;
  const values = args.map((arg) => addressOf(compute(arg, run)));
  const width = args.length === 1 ? READ_WIDTHS[name] : undefined;
  const [address] = values;
  // The laboratory's reads have 0 for what isn't mapped; a debugger says so.
  if (
    !run.dry &&
    width !== undefined &&
    address !== undefined &&
    !cpuModel.readLinear(scope.machine.cpu, address, width)
  )
    throw new Mistake(cannotAccess(firstUnmapped(scope.machine, address, width)));
  const call = scope.call ?? environment(scope.machine, { entry: '', states: new Map() }).call;
  const result = call(name, values);
  if (result === undefined) throw noSymbol(name);
  return makeValue(ULONG, result);
}

// Places

/** The operand's place; undefined where its value is in none. */
function locate(node: Node, run: Run): Location | undefined {
  const { machine, convenience } = run.scope;
  switch (node.kind) {
    case 'dollar': {
      const type = isRegister(run.scope, node.name) ? REGISTER_TABLE.get(node.name)?.type : undefined;
      if (type) return { type, place: { kind: 'register', name: node.name } };
      return { type: (convenience.get(node.name) ?? VOID_VALUE).type, place: { kind: 'convenience', name: node.name } };
    }
    case 'field':
      return fieldLocation(node, run);
    case 'name': {
      const named = lookUp(machine, node.name);
      if (!named) throw noSymbol(node.name);
      return named.kind === 'place' ? named : undefined;
    }
    case 'typed':
      return dereferenced(node.type, addressOf(compute(node.arg, run)));
    case 'index':
      return elementLocation(compute(node.arg, run), compute(node.index, run));
    case 'unary':
      return node.op === '*' ? pointed(compute(node.arg, run)) : undefined;
    default:
      return undefined;
  }
}

function fieldLocation({ arg, field }: Node & { kind: 'field' }, { scope }: Run): Location {
  if (arg.kind === 'dollar' && isRegister(scope, arg.name)) {
    const whole = REGISTER_TABLE.get(`${arg.name}.${field}`);
    if (whole) return { type: whole.type, place: { kind: 'register', name: whole.name } };
    if (findField(arg.name, field)) return { type: LONG, place: { kind: 'field', register: arg.name, field } };
    if (REGISTER_TABLE.get(arg.name)?.fields) throw new Mistake(`There is no member named ${field}.`);
  }
  throw new Mistake('Attempt to extract a component of a value that is not a structure.');
}

function dereferenced(type: Type, address: bigint): Location {
  if (type.kind === 'void') throw new Mistake('Attempt to dereference a generic pointer.');
  return { type, place: { kind: 'memory', address } };
}

/** `*value`: an integer is taken for the address of an int, as in gdb. */
function pointed(value: Value): Location {
  if (value.elements !== undefined && value.place?.kind === 'memory') return { type: value.type, place: value.place };
  const { type, place } = value;
  // A symbol that stands for its address is what it points to.
  if ((type.kind === 'text' || type.kind === 'data') && place) return { type, place };
  const pointee = pointeeOf(type) ?? (type.kind === 'int' || type.kind === 'char' ? INT : undefined);
  if (!pointee || value.elements !== undefined) throw new Mistake('Attempt to take contents of a non-pointer value.');
  return dereferenced(pointee, addressOf(value));
}

function elementLocation(base: Value, at: Value): Location {
  const pointer = base.elements === undefined && isIntegral(base.type) ? undefined : decay(base);
  if (!pointer || !pointeeOf(pointer.type) || pointer.type !== (base.elements ? pointer : base).type)
    throw new Mistake(`cannot subscript something of type \`${typeNameOf(base)}'`);
  const { type, place } = pointed(moved(pointer, addressOf(at)));
  if (place.kind !== 'memory' || base.place?.kind !== 'memory' || base.place.percpu === undefined)
    return { type, place };
  return { type, place: shifted(base.place, place.address - base.place.address) };
}

/** The value at the node's place, or an element of an array that is in none. */
function read(node: Node, run: Run): Value {
  if (node.kind === 'index') {
    const base = compute(node.arg, run);
    const at = compute(node.index, run);
    if (base.elements === undefined || base.place?.kind === 'memory') return readPlace(elementLocation(base, at), run);
    const element = base.elements[Number(numberOf(at))];
    if (!element) throw new Mistake('no such vector element');
    return element;
  }
  const location = locate(node, run);
  if (location) return readPlace(location, run);
  const named = node.kind === 'name' ? lookUp(run.scope.machine, node.name) : undefined;
  return named?.kind === 'number' ? named.value : VOID_VALUE;
}

function readPlace({ type, place }: Location, { scope, dry }: Run): Value {
  const { machine, convenience } = scope;
  switch (place.kind) {
    case 'convenience':
      return { ...(convenience.get(place.name) ?? VOID_VALUE), place };
    case 'register':
      return makeValue(type, dry ? 0n : (readRegister(machine, place.name) ?? 0n), place);
    case 'field':
      return makeValue(type, readRegister(machine, `${place.register}.${place.field}`) ?? 0n, place);
    default:
      break;
  }
  // Functions and symbols are their addresses; nothing is read.
  if (type.kind === 'function' || type.kind === 'text' || type.kind === 'data')
    return { bits: truncate(place.address, 8), type, place };
  if (dry) return makeValue(type, 0n, place);
  const value = readMemory(machine, type, place);
  if (value.ok) return value.value;
  throw new Mistake(cannotAccess(firstUnmapped(machine, place.address, type.size)));
}

function addressTaken(node: Node, run: Run): Value {
  const location = locate(node, run);
  const place = location?.place ?? (node.kind === 'binary' ? compute(node, run).place : undefined);
  if (place?.kind !== 'memory') throw new Mistake('Attempt to take address of value not located in memory.');
  const type = location?.type ?? compute(node, run).type;
  return makeValue(pointerTo(type), place.address);
}

// Assignment

/** The place that is written, evaluated once; undefined: it is none. */
function writable(node: Node, run: Run): Location | undefined {
  if (node.kind === 'history') throw new Mistake('Left operand of assignment is not a modifiable lvalue.');
  return locate(node, run);
}

function assigned({ op, left, right }: Node & { kind: 'assign' }, run: Run): Value {
  const location = writable(left, run);
  const before = location ? (op === undefined ? undefined : readPlace(location, run)) : compute(left, run);
  const value = compute(right, run);
  return assign(location, before && op !== undefined ? binaryValue(op, before, value, warningsOf(run)) : value, run);
}

function assign(location: Location | undefined, value: Value, run: Run): Value {
  if (!location) throw new Mistake('Left operand of assignment is not an lvalue.');
  const { type, place } = location;
  const { scope } = run;
  if (place.kind === 'convenience') {
    // An array in memory is kept as a pointer to it, a string as itself.
    const { place: _, ...kept } = value.elements && !value.place ? value : decay(value);
    if (!run.dry) scope.convenience.set(place.name, kept);
    return kept;
  }
  const stored = cast(type, value);
  if (run.dry) return stored;
  if (!run.wrote) scope.onWrite?.();
  run.wrote = true;
  const problem = writePlace(scope.machine, place, stored);
  if (problem !== undefined) throw new Mistake(problem);
  // Fixed bits may have stayed as they were.
  return demand(attempt(() => readPlace(location, run)));
}
