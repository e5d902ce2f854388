/**
 * Labels, assignments, and the directives that say something of a symbol: binding, type, visibility, size, common
 * storage. gas manual, chapter 5 (symbols) and 7.
 */
import type { Place } from '../base/diagnostics.ts';
import { s64 } from '../base/u64.ts';
import { type Assembly, bound, dot, fail, linearNow, renew, warn } from './assembly.ts';
import { demandEnd, peek, type TextReader, takeChar, takeExpression, takeName } from './directive-text.ts';
import { COMMON_DIRECTIVES } from './directives-common.ts';
import { atEnd, type Cursor } from './macro-arguments.ts';
import { knownDistance, type Location } from './section.ts';
import type { Expr } from './statement.ts';
import {
  type AsmSymbol,
  aheadLabel,
  type Bound,
  moveToEnd,
  numberOf,
  placeTemporary,
  setType,
  symbolMentioned,
  symbolNamed,
} from './symbols.ts';
import { symver } from './symver.ts';

/** `name:` */
export function defineLabel(asm: Assembly, name: string): void {
  let symbol = symbolMentioned(asm.symbols, name, asm.place);
  const { home } = symbol;
  // A name that `=` gave a value may become a label.
  const isRenewed = asm.assigned.has(symbol);
  if (isRenewed) symbol = renew(asm, symbol);
  if (asm.here.section === asm.absolute) {
    const isSame = home.kind === 'value' && numberOf(home.value, knownDistance) === BigInt(asm.absolute.size);
    if (home.kind !== 'undefined' && !isSame && !isRenewed) {
      return fail(asm, `symbol \`${name}' is already defined`);
    }
    symbol.home = { kind: 'value', value: { kind: 'int', value: BigInt(asm.absolute.size) } };
    return;
  }
  const at = dot(asm);
  if (home.kind === 'undefined' || isRenewed) {
    symbol.home = { kind: 'label', at };
    return;
  }
  if (home.kind === 'common') return defineCommon(asm, symbol, home, at);
  const again = home.kind === 'label' && home.at.fragment === at.fragment && home.at.offset === at.offset;
  if (!again) fail(asm, `symbol \`${name}' is already defined`);
}

/** In .data a label takes the place of common storage; in .bss it may enlarge it. */
function defineCommon(
  asm: Assembly,
  symbol: AsmSymbol,
  home: Extract<AsmSymbol['home'], { kind: 'common' }>,
  at: Location,
): void {
  const { name } = at.section;
  if (name === '.data' || home.size === 0n) symbol.home = { kind: 'label', at };
  else if (name !== '.bss')
    fail(
      asm,
      `symbol \`${symbol.name}' is already defined as "${home.isLarge ? 'LARGE_COMMON' : '*COM*'}"/${s64(home.size)}`,
    );
}

/** `1:` */
export function defineLocalLabel(asm: Assembly, number: number): void {
  const symbol = aheadLabel(asm.symbols, number, asm.place);
  symbol.home =
    asm.here.section === asm.absolute
      ? { kind: 'value', value: { kind: 'int', value: BigInt(asm.absolute.size) } }
      : { kind: 'label', at: dot(asm) };
  asm.symbols.instances.set(number, symbol.instance ?? 1);
  asm.symbols.ahead.delete(number);
  asm.symbols.behind.set(number, symbol);
}

/** `name = expr`; `once` for `==`, `.equiv`: the name must be new. */
export function assign(asm: Assembly, name: string, expr: Expr, once: boolean): void {
  // The name comes first in the table of symbols, before those in the expression.
  let symbol = symbolMentioned(asm.symbols, name, asm.place);
  const value = bound(asm, expr);
  if (value === undefined) return;
  const { home } = symbol;
  const isRenewed = asm.assigned.has(symbol);
  const taken = home.kind !== 'undefined' && !isRenewed;
  if (taken || (once && home.kind !== 'undefined')) return fail(asm, `symbol \`${name}' is already defined`);
  if (isRenewed) symbol = renew(asm, symbol);
  if (!once) asm.assigned.add(symbol);
  // Labels of the compiler's take their places among the symbols when one is set to the other.
  const named = value.kind === 'binary' ? value.left : value;
  placeTemporary(asm.symbols, { kind: 'symbol', symbol });
  placeTemporary(asm.symbols, value);
  if (named.kind === 'symbol' && named.symbol.home.kind === 'undefined') named.symbol.mentioned = true;
  // Most often it is a number.
  if (value.kind === 'int') {
    symbol.home = { kind: 'value', value, place: asm.place };
    return;
  }
  symbol.home = homeOf(value, asm.place);
  copyAttributes(symbol, value);
}

/** A name that is set to another takes its type and size along, as they are now. */
function copyAttributes(symbol: AsmSymbol, value: Bound): void {
  const source = linearNow(value)?.symbol;
  if (source === undefined || source.home.kind === 'undefined') return;
  if (source.type !== 'notype') setType(symbol, source.type);
  if (symbol.size === undefined && source.size !== undefined) symbol.size = source.size;
}

/** A name for a place is a label there; for a number or a difference, that value; else another name of a symbol. */
function homeOf(value: Bound, place: Place): AsmSymbol['home'] {
  const linear = linearNow(value);
  const target = linear?.symbol;
  if (linear === undefined || target === undefined || linear.minus !== undefined || linear.modifier !== undefined) {
    return { kind: 'value', value, place };
  }
  if (target.home.kind !== 'label') return { kind: 'value', value, place };
  const { section, fragment, offset } = target.home.at;
  return { kind: 'label', at: { section, fragment, offset: offset + Number(linear.offset) } };
}

/** A symbol's name, made a symbol; undefined (reported) when there is none. */
function takeSymbol(asm: Assembly, c: Cursor, missing: string): AsmSymbol | undefined {
  const name = takeName(c);
  if (name !== '') return symbolMentioned(asm.symbols, name, asm.place);
  fail(asm, missing);
  return undefined;
}

const MISSING = 'Missing symbol name in directive';

/** A label of the compiler's that becomes a symbol like others takes its place among them only then. */
function makeReal(asm: Assembly, symbol: AsmSymbol): void {
  if (!symbol.temporary || symbol.mentioned) return;
  moveToEnd(asm.symbols, symbol);
}

/** `.globl a, b`: a comma may end the list. */
const forEachSymbol =
  (missing: string, change: (symbol: AsmSymbol, asm: Assembly) => void): TextReader =>
  (asm, c) => {
    do {
      const symbol = takeSymbol(asm, c, missing);
      if (symbol === undefined) {
        if (missing === MISSING && peek(c) !== ',') demandEnd(asm, c);
        return;
      }
      makeReal(asm, symbol);
      change(symbol, asm);
    } while (takeChar(c, ',') && !atEnd(c));
    demandEnd(asm, c);
  };

const global = forEachSymbol('expected symbol name', (symbol) => {
  symbol.mentioned = true;
  if (symbol.binding === 'local') symbol.binding = 'global';
});

const weak = forEachSymbol(MISSING, (symbol) => {
  symbol.mentioned = true;
  symbol.binding = 'weak';
});

const local = forEachSymbol(MISSING, (symbol, asm) => {
  symbol.binding = 'local';
  asm.declaredLocal.add(symbol);
});

const visibility = (to: AsmSymbol['visibility']): TextReader =>
  forEachSymbol(MISSING, (symbol) => {
    symbol.mentioned = true;
    symbol.visibility = to;
  });

const TYPES: Readonly<Record<string, AsmSymbol['type']>> = {
  function: 'func',
  STT_FUNC: 'func',
  object: 'object',
  STT_OBJECT: 'object',
  notype: 'notype',
  STT_NOTYPE: 'notype',
  tls_object: 'tls',
  STT_TLS: 'tls',
  common: 'object',
  gnu_indirect_function: 'gnu_ifunc',
  STT_GNU_IFUNC: 'gnu_ifunc',
  gnu_unique_object: 'object',
};

/** Types by ELF's numbers. */
const TYPE_NUMBERS: Readonly<Record<string, AsmSymbol['type']>> = {
  0: 'notype',
  1: 'object',
  2: 'func',
  6: 'tls',
  10: 'gnu_ifunc',
};

/** `.type name, @function`; the comma may be missing, the sign be `%` or none, the word quoted. */
const type: TextReader = (asm, c) => {
  const symbol = takeSymbol(asm, c, MISSING);
  if (symbol === undefined) return;
  makeReal(asm, symbol);
  takeChar(c, ',');
  if (peek(c) === '@' || peek(c) === '%') c.at++;
  const digits = /^\d+/.exec(c.text.slice(c.at))?.[0];
  if (digits !== undefined) c.at += digits.length;
  const name = digits ?? takeName(c);
  const found = digits === undefined ? TYPES[name] : TYPE_NUMBERS[digits];
  if (found === undefined) return fail(asm, `unrecognized symbol type "${name}"`);
  if (symbol.home.kind === 'common' && found !== 'object') {
    return fail(asm, `cannot change type of common symbol '${symbol.name}'`);
  }
  const isSame = symbol.type === found || (symbol.type === 'gnu_ifunc' && found === 'func');
  if (symbol.type !== 'notype' && !isSame && symbol.type !== 'section') {
    warn(asm, `symbol '${symbol.name}' already has its type set`);
  }
  if (symbol.type !== 'section') setType(symbol, found);
  if (name === 'common' && symbol.home.kind === 'undefined') {
    symbol.home = { kind: 'common', size: 0n, align: 1 };
    if (symbol.binding === 'local' && !asm.declaredLocal.has(symbol)) symbol.binding = 'global';
  }
  if (name.endsWith('gnu_unique_object')) symbol.binding = 'unique';
  if (found === 'gnu_ifunc' || symbol.binding === 'unique') asm.isGnu = true;
  symbol.mentioned = true;
  demandEnd(asm, c);
};

const size: TextReader = (asm, c) => {
  const name = takeName(c);
  if (!takeChar(c, ',')) return fail(asm, `expected comma after name \`${name}' in .size directive`);
  const before = asm.diagnostics.length;
  const expr = takeExpression(asm, c);
  if (expr === undefined) {
    if (asm.diagnostics.length === before) fail(asm, 'missing expression in .size directive');
    return;
  }
  // Names in the expression come before this one in the table of symbols.
  const value = bound(asm, expr);
  const symbol = symbolMentioned(asm.symbols, name, asm.place);
  if (value !== undefined) symbol.size = value;
  demandEnd(asm, c);
};

/** `.weakref a, b`: `a` is another name of `b`, which is weak unless it is named otherwise, too. */
const weakReference: TextReader = (asm, c) => {
  const alias = takeSymbol(asm, c, 'expected symbol name');
  if (alias === undefined) return;
  if (!takeChar(c, ',')) return fail(asm, `expected comma after "${alias.name}"`);
  const name = takeName(c);
  if (name === '') return fail(asm, 'expected symbol name');
  const before = asm.symbols.byName.has(name);
  const target = symbolNamed(asm.symbols, name, asm.place);
  if (alias.home.kind !== 'undefined') return fail(asm, `symbol \`${alias.name}' is already defined`);
  if (!before && target.binding === 'local' && target.home.kind === 'undefined') {
    Object.assign(target, { binding: 'weak', onlyWeakly: true });
  }
  alias.home = { kind: 'value', value: { kind: 'symbol', symbol: target } };
  alias.isWeakReference = true;
  demandEnd(asm, c);
};

export const SYMBOL_DIRECTIVES: Readonly<Record<string, TextReader>> = {
  ...COMMON_DIRECTIVES,
  '.globl': global,
  '.global': global,
  '.weak': weak,
  '.local': local,
  '.hidden': visibility('hidden'),
  '.protected': visibility('protected'),
  '.internal': visibility('internal'),
  '.type': type,
  '.size': size,
  '.weakref': weakReference,
  '.symver': symver,
};
