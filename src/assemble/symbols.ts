/**
 * Symbols, and expressions bound to them.
 *
 * `bind` takes an expression of the grammar and fixes what its names mean here and now: `1b` and `.` become points in
 * a section, a name that has an absolute value becomes that value (so that `vector=vector+1` works), other names become
 * the symbol itself, defined or not. `reduce` brings a bound expression to the only shape a relocation can express:
 * symbol - symbol + offset. The same `reduce` serves while reading (with the distances known then, `knownDistance`) and
 * after layout (`finalDistance`); that there are two moments is what makes GNU as choose imm8 or imm32.
 */
import type { Place } from '../base/diagnostics.ts';
import { s64 } from '../base/u64.ts';
import { applyBinary, applyUnary, compareRegisters } from './expression.ts';
import { needsGot } from './modifiers.ts';
import { addressOf, finalDistance, knownDistance, type Location } from './section.ts';
import { type Distance, smallNumber } from './small-number.ts';
import type { BinaryOp, Expr, UnaryOp } from './statement.ts';

export interface AsmSymbol {
  readonly name: string;
  home: SymbolHome;
  binding: 'local' | 'global' | 'weak' | 'unique';
  type: 'notype' | 'object' | 'func' | 'tls' | 'gnu_ifunc' | 'section' | 'file';
  visibility: 'default' | 'internal' | 'hidden' | 'protected';
  size?: Bound;
  /** Of a local label: which of its number it is. */
  instance?: number;
  /** Known as the target of `.weakref` only: weak until something names it. */
  onlyWeakly?: boolean;
  /** Defined by `.weakref`: a name for the source only. */
  isWeakReference?: boolean;
  /** Versions that `.symver` gives it (symver.ts), the latest first, and what becomes of the symbol itself. */
  versions?: readonly string[];
  fate?: 'local' | 'hidden' | 'remove';
  /** Its name in the object, where that is another. */
  shownAs?: string;
  /** The symbol that relocations name in its place. */
  replacedBy?: AsmSymbol;
  /** Something has been bound to it. */
  isReferenced?: boolean;
  /** Goes into the symbol table although nothing refers to it (`.globl`, `.type`, `.hidden` …). */
  mentioned: boolean;
  /** How many symbols there were when it, a temporary, got a place among them all the same. */
  placed?: number;
  /** Named by `1:` or `.`, or beginning with `.L`: never in the symbol table. */
  readonly temporary: boolean;
  /** The first use, for "is not defined". */
  readonly place: Place;
}

export type SymbolHome =
  | { readonly kind: 'undefined' }
  | { readonly kind: 'label'; readonly at: Location }
  /** `x = expr`: a number, a difference to be settled in layout, or another name of a symbol. */
  | { readonly kind: 'value'; readonly value: Bound; readonly place?: Place }
  | { readonly kind: 'common'; readonly size: bigint; readonly align: number; readonly isLarge?: true };

export type Bound =
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'symbol'; readonly symbol: AsmSymbol; readonly modifier?: string | undefined }
  | { readonly kind: 'register'; readonly name: string }
  | { readonly kind: 'unary'; readonly op: UnaryOp; readonly arg: Bound }
  | { readonly kind: 'binary'; readonly op: BinaryOp; readonly left: Bound; readonly right: Bound };

/** symbol - minus + offset; all that a relocation can say. `offset` is signed. */
export interface Linear {
  readonly symbol: AsmSymbol | undefined;
  readonly minus: AsmSymbol | undefined;
  readonly offset: bigint;
  readonly modifier: string | undefined;
}

export const constant = (offset: bigint): Linear => ({
  symbol: undefined,
  minus: undefined,
  offset,
  modifier: undefined,
});

export interface SymbolTable {
  /** In order of first mention. */
  readonly all: AsmSymbol[];
  /** Temporaries with a place among them, in the order of those. */
  readonly placed: AsmSymbol[];
  readonly byName: Map<string, AsmSymbol>;
  /** The latest `n:` and the one that `nf` waits for. */
  readonly behind: Map<number, AsmSymbol>;
  readonly ahead: Map<number, AsmSymbol>;
  /** How many `n:` there have been. */
  readonly instances: Map<number, number>;
}

export const newSymbolTable = (): SymbolTable => ({
  all: [],
  placed: [],
  byName: new Map(),
  behind: new Map(),
  ahead: new Map(),
  instances: new Map(),
});

export function newSymbol(name: string, place: Place, temporary: boolean, home?: SymbolHome): AsmSymbol {
  return {
    name,
    home: home ?? { kind: 'undefined' },
    binding: 'local',
    type: 'notype',
    visibility: 'default',
    mentioned: false,
    temporary,
    place,
  };
}

/** The symbol of that name, made when it is new. */
export function symbolNamed(table: SymbolTable, name: string, place: Place): AsmSymbol {
  let symbol = table.byName.get(name);
  if (symbol === undefined) {
    symbol = newSymbol(name, place, name.startsWith('.L'));
    table.byName.set(name, symbol);
    table.all.push(symbol);
  }
  return symbol;
}

/** The same where it is named outright, and so more than the target of `.weakref`. */
export function symbolMentioned(table: SymbolTable, name: string, place: Place): AsmSymbol {
  const symbol = symbolNamed(table, name, place);
  if (symbol.onlyWeakly === true) Object.assign(symbol, { onlyWeakly: false, binding: 'local' });
  return symbol;
}

/**
 * What a name that has its value from `=` becomes before it gets another: whatever referred to it keeps the old symbol,
 * and size and visibility are lost, as with gas's symbol_clone.
 */
export function renewed(table: SymbolTable, old: AsmSymbol): AsmSymbol {
  if (old.isReferenced !== true) {
    old.visibility = 'default';
    delete old.size;
    return old;
  }
  const { size: _, ...rest } = old;
  const fresh: AsmSymbol = { ...rest, visibility: 'default', isReferenced: false };
  for (const list of [table.all, table.placed]) if (list.includes(old)) list[list.indexOf(old)] = fresh;
  table.byName.set(old.name, fresh);
  old.binding = 'local';
  old.replacedBy = fresh;
  return fresh;
}

/** A function that the program itself looks up stays that when it is said to be a function. */
export function setType(symbol: AsmSymbol, type: AsmSymbol['type']): void {
  if (symbol.type !== 'gnu_ifunc' || type !== 'func') symbol.type = type;
}

/** A local label as the table of symbols has it, control character and all. */
export const shownName = ({ name, instance }: AsmSymbol): string =>
  instance === undefined ? name : `.L${name}\u0002${instance}`;

/** The symbol that the next `n:` defines. */
export function aheadLabel(table: SymbolTable, n: number, place: Place): AsmSymbol {
  let symbol = table.ahead.get(n);
  if (symbol === undefined) {
    symbol = newSymbol(`${n}`, place, true);
    symbol.instance = 1 + (table.instances.get(n) ?? 0);
    table.ahead.set(n, symbol);
    table.all.push(symbol);
  }
  return symbol;
}

const int = (value: bigint): Bound => ({ kind: 'int', value: s64(value) });

/** What GNU as calls the places that only an expression names. */
export const EXPRESSION_SYMBOL = 'L0\u0001';

export const GOT_SYMBOL = '_GLOBAL_OFFSET_TABLE_';

/** What the names of an expression mean at this point; a message when one means nothing. */
export function bind(expr: Expr, table: SymbolTable, here: () => Location | bigint, place: Place): Bound | string {
  switch (expr.kind) {
    case 'int':
      return int(expr.value);
    case 'register':
      return expr;
    case 'here': {
      const at = here();
      if (typeof at === 'bigint') return int(at);
      return modifiedSymbol(newSymbol('.', place, true, { kind: 'label', at }), expr.modifier, table, place);
    }
    case 'local': {
      const symbol = expr.direction === 'f' ? aheadLabel(table, expr.number, place) : table.behind.get(expr.number);
      if (symbol === undefined) return `backward ref to unknown label "${expr.number}:"`;
      return modifiedSymbol(symbol, expr.modifier, table, place);
    }
    case 'symbol': {
      if (expr.modifier !== undefined && needsGot(expr.modifier)) symbolNamed(table, GOT_SYMBOL, place);
      const symbol = symbolMentioned(table, expr.name, place);
      if (symbol.home.kind === 'value' && settledNow(symbol.home.value)) return symbol.home.value;
      symbol.isReferenced = true;
      return { kind: 'symbol', symbol, modifier: expr.modifier };
    }
    case 'unary': {
      const arg = bind(expr.arg, table, here, place);
      return typeof arg === 'string' ? arg : { kind: 'unary', op: expr.op, arg };
    }
    case 'binary': {
      const left = bind(expr.left, table, here, place);
      if (typeof left === 'string') return left;
      const right = bind(expr.right, table, here, place);
      return typeof right === 'string' ? right : { kind: 'binary', op: expr.op, left, right };
    }
    default:
      return expr satisfies never;
  }
}

/** A place with its relocation operator, if it has one. */
function modifiedSymbol(symbol: AsmSymbol, modifier: string | undefined, table: SymbolTable, place: Place): Bound {
  if (modifier === undefined) return { kind: 'symbol', symbol, modifier };
  if (needsGot(modifier)) symbolNamed(table, GOT_SYMBOL, place);
  return { kind: 'symbol', symbol, modifier };
}

/** The relocation operator of an expression. */
export function modifierOf(expr: Bound): string | undefined {
  switch (expr.kind) {
    case 'symbol':
      return expr.modifier;
    case 'unary':
      return modifierOf(expr.arg);
    case 'binary':
      return modifierOf(expr.left) ?? modifierOf(expr.right);
    default:
      return undefined;
  }
}

/** A value that takes the name's place at once; whoever refers to a name for anything else keeps it (`renewed`). */
const settledNow = ({ kind }: Bound): boolean => kind === 'int' || kind === 'register';

const DEPTH_LIMIT = 200;

export const TOO_DEEP = 'expression too complex, or a symbol defined by itself';

/** The expression as symbol - symbol + offset; a message when it cannot be written so. */
export function reduce(expr: Bound, distance: Distance, depth = 0): Linear | string {
  if (depth > DEPTH_LIMIT) return TOO_DEEP;
  switch (expr.kind) {
    case 'int':
      return constant(expr.value);
    case 'register':
      return 'register value used as expression';
    case 'symbol':
      return reduceSymbol(expr.symbol, expr.modifier, distance, depth);
    case 'unary': {
      const arg = reduce(expr.arg, distance, depth + 1);
      if (typeof arg === 'string') return arg;
      if (expr.op === '!' && !isNumber(arg) && distance === finalDistance) return logicalNot(arg);
      if (!isNumber(arg)) return expr.op === '+' ? arg : negate(expr.op, arg);
      return constant(applyUnary(expr.op, arg.offset));
    }
    case 'binary':
      return reduceBinary(expr.op, expr.left, expr.right, distance, depth);
    default:
      return expr satisfies never;
  }
}

export const isNumber = (linear: Linear): boolean => linear.symbol === undefined && linear.minus === undefined;

/** The number an expression comes to, or undefined. */
export function numberOf(expr: Bound, distance: Distance): bigint | undefined {
  if (expr.kind === 'int') return expr.value;
  const number = smallNumber(expr, distance);
  if (number !== undefined) return BigInt(number);
  const linear = reduce(expr, distance);
  return typeof linear !== 'string' && isNumber(linear) ? linear.offset : undefined;
}

function reduceSymbol(
  symbol: AsmSymbol,
  modifier: string | undefined,
  distance: Distance,
  depth: number,
): Linear | string {
  if (symbol.home.kind === 'value') return reduce(symbol.home.value, distance, depth + 1);
  return { symbol, minus: undefined, offset: 0n, modifier };
}

function negate(op: UnaryOp, arg: Linear): Linear | string {
  if (op !== '-' && arg.minus !== undefined) return cannotSubtract(arg);
  if (op !== '-' || arg.modifier !== undefined) return `invalid operand (${sectionOf(arg)} section) for \`${op}'`;
  return swap(arg);
}

/** In the end a place is no more than its address to `!`, and one that is defined elsewhere nothing. */
function logicalNot(arg: Linear): Linear | string {
  if (arg.minus !== undefined) return cannotSubtract(arg);
  const address = arg.symbol?.home.kind === 'label' ? addressOf(arg.symbol.home.at) : 0;
  return constant(applyUnary('!', s64(BigInt(address) + arg.offset)));
}

const swap = ({ symbol, minus, offset }: Linear): Linear => ({
  symbol: minus,
  minus: symbol,
  offset: s64(-offset),
  modifier: undefined,
});

function reduceBinary(op: BinaryOp, left: Bound, right: Bound, distance: Distance, depth: number): Linear | string {
  if (left.kind === 'register' || right.kind === 'register') {
    const same = compareRegisters(op, registerOnly(left), registerOnly(right));
    if (same !== undefined) return constant(same);
  }
  const a = reduce(left, distance, depth + 1);
  if (typeof a === 'string') return a;
  const b = reduce(right, distance, depth + 1);
  if (typeof b === 'string') return b;
  if (op === '+') return add(a, b, '+', distance);
  if (op === '-') return add(a, swap(b), '-', distance);
  if (isNumber(a) && isNumber(b)) {
    const value = applyBinary(op, a.offset, b.offset);
    return value === undefined ? 'division by zero' : constant(value);
  }
  const result = relocatable(op, a, b, distance);
  if (result === undefined && a.minus !== undefined) return cannotSubtract(a);
  if (result === undefined && b.minus !== undefined) return cannotSubtract(b);
  return result ?? `invalid operands (${sectionOf(a)} and ${sectionOf(b)} sections) for \`${op}'`;
}

/** What operators other than `+` and `-` make of places: symbols.c's resolve_expression. */
function relocatable(op: BinaryOp, a: Linear, b: Linear, distance: Distance): Linear | undefined {
  if (COMPARISONS.has(op)) {
    // Two places in one section compare by their distance; others are unequal, once that has to be decided.
    const difference = add(a, swap(b), '-', distance);
    if (typeof difference !== 'string' && isNumber(difference)) {
      return constant(applyBinary(op, difference.offset, 0n) ?? 0n);
    }
    const isEquality = op === '==' || op === '!=' || op === '<>';
    const areDistances = a.minus !== undefined || b.minus !== undefined;
    return isEquality && !areDistances && distance !== knownDistance ? constant(op === '==' ? 0n : -1n) : undefined;
  }
  // What is left of an expression at the end has to be numbers (resolve_symbol_value).
  if (distance === finalDistance) return undefined;
  const isZero = (l: Linear): boolean => isNumber(l) && l.offset === 0n;
  const isOne = (l: Linear): boolean => isNumber(l) && l.offset === 1n;
  if ((op === '|' || op === '^') && isZero(b)) return a;
  if ((op === '|' || op === '^') && isZero(a)) return b;
  if ((op === '<<' || op === '>>') && isZero(b)) return a;
  if ((op === '*' || op === '/') && isOne(b)) return a;
  if (op === '*' && isOne(a)) return b;
  if ((op === '*' || op === '&') && (isZero(a) || isZero(b))) return constant(0n);
  return undefined;
}

const COMPARISONS: ReadonlySet<BinaryOp> = new Set(['==', '!=', '<>', '<', '<=', '>', '>=']);

const registerOnly = (expr: Bound): Expr => (expr.kind === 'register' ? expr : { kind: 'int', value: 0n });

function add(a: Linear, b: Linear, op: BinaryOp, distance: Distance): Linear | string {
  // Most often a number is added, or a place taken from another.
  if (b.symbol === undefined && b.minus === undefined && b.modifier === undefined) {
    const offset = s64(a.offset + b.offset);
    return { symbol: a.symbol, minus: a.minus, offset, modifier: a.modifier };
  }
  if (a.symbol !== undefined && b.minus !== undefined && a.minus === undefined && b.symbol === undefined) {
    const apart = (a.modifier ?? b.modifier) ? undefined : between(a.symbol, b.minus, distance);
    if (apart !== undefined) return constant(s64(a.offset + b.offset + apart));
  }
  const plus = [a.symbol, b.symbol].filter((s) => s !== undefined);
  const minus = [a.minus, b.minus].filter((s) => s !== undefined);
  let offset = a.offset + b.offset;
  for (let p = 0; p < plus.length; p++) {
    const m = minus.findIndex((s) => between(plus[p]!, s, distance) !== undefined);
    if (m < 0) continue;
    offset += between(plus[p]!, minus[m]!, distance) ?? 0n;
    plus.splice(p--, 1);
    minus.splice(m, 1);
  }
  if (plus.length > 1 || minus.length > 1) {
    return `invalid operands (${sectionOf(a)} and ${sectionOf(op === '-' ? swap(b) : b)} sections) for \`${op}'`;
  }
  const modifier = a.modifier ?? b.modifier;
  return { symbol: plus[0], minus: minus[0], offset: s64(offset), modifier };
}

function between(a: AsmSymbol, b: AsmSymbol, distance: Distance): bigint | undefined {
  if (a === b) return 0n;
  if (a.home.kind !== 'label' || b.home.kind !== 'label') return undefined;
  // Where such a function is only the program itself will know.
  if (distance === finalDistance && (a.type === 'gnu_ifunc' || b.type === 'gnu_ifunc')) return undefined;
  const apart = distance(a.home.at, b.home.at);
  return apart === undefined ? undefined : BigInt(apart);
}

/** Those behind it move up, and so do the places that temporaries have among them. */
export function moveToEnd({ all, placed }: SymbolTable, symbol: AsmSymbol): void {
  const at = all.indexOf(symbol);
  if (at === all.length - 1) return;
  all.splice(at, 1);
  all.push(symbol);
  for (const other of placed) if (other.placed !== undefined && other.placed > at) other.placed--;
}

/** Whether it is a part of the expression, not its outermost operator, that comes to nothing. */
export function failsInside(expr: Bound): boolean {
  if (expr.kind !== 'unary' && expr.kind !== 'binary') return false;
  const parts = expr.kind === 'unary' ? [expr.arg] : [expr.left, expr.right];
  const isSum = expr.kind === 'binary' && (expr.op === '+' || expr.op === '-');
  return parts.some((part) => {
    const linear = reduce(part, finalDistance);
    return typeof linear === 'string' || (!isSum && linear.minus !== undefined);
  });
}

/** Why a difference is none. */
export const cannotSubtract = (linear: Linear): string =>
  linear.symbol === undefined && linear.offset === 0n
    ? `invalid operand (${sectionOf(swap(linear))} section) for \`-'`
    : `invalid operands (${sectionOf(linear)} and ${sectionOf(swap(linear))} sections) for \`-'`;

/** The section's name as GNU as prints it in messages. */
export function sectionOf({ symbol }: Linear): string {
  if (symbol === undefined) return '*ABS*';
  return symbol.home.kind === 'label' ? symbol.home.at.section.name : '*UND*';
}

/** What is defined here, and nobody else's affair. */
export const isOwn = ({ home, binding }: AsmSymbol): boolean => home.kind === 'label' && binding === 'local';

/**
 * An instruction's relative field makes a symbol of a temporary that has been mentioned before (elsewhere than `at`): from then on it has its place among the
 * others, should a relocation name it. Elsewhere temporaries become symbols at the very end.
 */
export function placeTemporary({ all, placed }: SymbolTable, value: Bound, at?: Place): void {
  const named = value.kind === 'binary' ? value.left : value;
  if (named.kind !== 'symbol' || !named.symbol.temporary || named.symbol.place === at) return;
  if (named.symbol.placed !== undefined) return;
  named.symbol.placed = all.length;
  placed.push(named.symbol);
}
