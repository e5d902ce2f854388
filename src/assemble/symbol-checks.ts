/**
 * What is wrong with symbols when everything is laid out, in GNU as's words and in its order: in goes the table, out come
 * diagnostics. Values that come to nothing are found before the fields are filled (gas's write.c, resolve_symbol_value),
 * the rest when the table is written (obj-elf.c, elf_frob_symbol).
 */
import { type Diagnostic, error, type Place } from '../base/diagnostics.ts';
import { finalDistance } from './section.ts';
import {
  type AsmSymbol,
  type Bound,
  cannotSubtract,
  failsInside,
  numberOf,
  reduce,
  setType,
  TOO_DEEP,
} from './symbols.ts';

type Symbols = readonly AsmSymbol[];

const NONE: readonly Diagnostic[] = [];

/** Names for what is neither a number nor a place. */
export function unsettledSymbols(symbols: Symbols, nowhere: Place): Diagnostic[] {
  const found = circles(symbols);
  const starts = new Set(found.map((circle) => circle[0]));
  const ends = new Set(found.map((circle) => circle.at(-1)));
  return symbols.flatMap((symbol) => {
    const { name, home } = symbol;
    if (home.kind !== 'value') return NONE;
    const loop = starts.has(symbol) ? [error(`symbol definition loop encountered at \`${name}'`, nowhere)] : [];
    if (ends.has(symbol)) return [...loop, error(`can't resolve value for symbol \`${name}'`, nowhere)];
    if (loop.length > 0) return loop;
    if (home.value.kind === 'register') return NONE;
    const linear = reduce(home.value, finalDistance);
    if (linear === TOO_DEEP || (typeof linear !== 'string' && linear.minus === undefined)) return NONE;
    if (typeof linear === 'string' && failsInside(home.value)) return [error(linear, home.place ?? nowhere)];
    const reason = typeof linear === 'string' ? linear : cannotSubtract(linear);
    return [error(`${reason} when setting \`${name}'`, nowhere)];
  });
}

/** Names for places that were defined behind them become places of their own, which relocations then name. */
export function settleNames(symbols: Symbols): void {
  for (const symbol of symbols) {
    if (symbol.home.kind !== 'value' || symbol.isWeakReference === true) continue;
    const linear = reduce(symbol.home.value, finalDistance);
    if (typeof linear === 'string' || linear.minus !== undefined || linear.symbol?.home.kind !== 'label') continue;
    const { symbol: place, offset } = linear;
    const { at } = linear.symbol.home;
    const isPlain = symbol.home.value.kind === 'symbol';
    if (!Number.isSafeInteger(Number(offset))) continue;
    symbol.home = { kind: 'label', at: { ...at, offset: at.offset + Number(offset) } };
    if (!isPlain || place === undefined) continue;
    if (place.type !== 'notype') setType(symbol, place.type);
    if (place.size !== undefined) symbol.size = place.size;
  }
}

/** What keeps a symbol out of the table, whether or not it has a place there. */
export function unfitSymbols(symbols: Symbols, nowhere: Place): Diagnostic[] {
  return symbols.flatMap((symbol) => {
    const reason = unfit(symbol);
    return reason === undefined ? NONE : [error(reason, nowhere)];
  });
}

function unfit({ name, home, size, binding, temporary, instance }: AsmSymbol): string | undefined {
  if (temporary && home.kind === 'undefined' && /^\d/.test(name)) {
    return `local label \`"${name}" (instance number ${instance ?? 1} of a fb label)' is not defined`;
  }
  if (size !== undefined && numberOf(size, finalDistance) === undefined) {
    return `.size expression for ${name} does not evaluate to a constant`;
  }
  return home.kind === 'common' && binding === 'weak' ? `symbol \`${name}' can not be both weak and common` : undefined;
}

/** Names that are set to each other in a circle, each circle from the first of them on. */
function circles(symbols: Symbols): AsmSymbol[][] {
  const known = new Set<AsmSymbol>();
  const found: AsmSymbol[][] = [];
  for (const symbol of symbols) {
    if (symbol.home.kind !== 'value' || known.has(symbol)) continue;
    const path: AsmSymbol[] = [];
    let next: AsmSymbol | undefined = symbol;
    while (next !== undefined && !known.has(next)) {
      known.add(next);
      path.push(next);
      next = next.home.kind === 'value' ? firstAssigned(next.home.value) : undefined;
    }
    const start = next === undefined ? -1 : path.indexOf(next);
    if (start >= 0) found.push(path.slice(start));
  }
  return found;
}

/** The first name in an expression that stands for an expression itself. */
function firstAssigned(value: Bound): AsmSymbol | undefined {
  switch (value.kind) {
    case 'symbol':
      return value.symbol.home.kind === 'value' ? value.symbol : undefined;
    case 'unary':
      return firstAssigned(value.arg);
    case 'binary':
      return firstAssigned(value.left) ?? firstAssigned(value.right);
    default:
      return undefined;
  }
}
