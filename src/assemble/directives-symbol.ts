/**
 * Labels, assignments, and the directives that say something of a symbol: binding, type, visibility, size, common
 * storage. gas manual, chapter 5 (symbols) and 7.
 */
import { type Assembly, bound, dot, fail, linearNow, warn } from './assembly.ts';
import { type Args, type Directive, exprArg, nameOf, numberArg, symbolArg } from './directive-arguments.ts';
import { append, openBytes, pushFragment } from './section.ts';
import type { Expr } from './statement.ts';
import { type AsmSymbol, aheadLabel, type Bound, symbolNamed } from './symbols.ts';

/** `name:` */
export function defineLabel(asm: Assembly, name: string): void {
  const symbol = symbolNamed(asm.symbols, name, asm.place);
  const { home } = symbol;
  if (asm.here.section === asm.absolute) {
    if (home.kind !== 'undefined') return fail(asm, `symbol \`${name}' is already defined`);
    symbol.home = { kind: 'value', value: { kind: 'int', value: BigInt(asm.absolute.size) } };
    return;
  }
  const at = dot(asm);
  if (home.kind === 'undefined') {
    symbol.home = { kind: 'label', at };
    return;
  }
  const again = home.kind === 'label' && home.at.fragment === at.fragment && home.at.offset === at.offset;
  if (!again) fail(asm, `symbol \`${name}' is already defined`);
}

/** `1:` */
export function defineLocalLabel(asm: Assembly, number: number): void {
  const symbol = aheadLabel(asm.symbols, number, asm.place);
  symbol.home =
    asm.here.section === asm.absolute
      ? { kind: 'value', value: { kind: 'int', value: BigInt(asm.absolute.size) } }
      : { kind: 'label', at: dot(asm) };
  asm.symbols.ahead.delete(number);
  asm.symbols.behind.set(number, symbol);
}

/** `name = expr`; `once` for `==`, `.equiv`: the name must be new. */
export function assign(asm: Assembly, name: string, expr: Expr, once: boolean): void {
  const value = bound(asm, expr);
  if (value === undefined) return;
  const symbol = symbolNamed(asm.symbols, name, asm.place);
  const { home } = symbol;
  const taken = home.kind === 'common' || (home.kind === 'label' && !asm.assigned.has(symbol));
  if (taken || (once && home.kind !== 'undefined')) return fail(asm, `symbol \`${name}' is already defined`);
  asm.assigned.add(symbol);
  symbol.home = homeOf(value);
  copyAttributes(symbol, value);
}

/** A name that is set to another takes its type and size along, as they are now. */
function copyAttributes(symbol: AsmSymbol, value: Bound): void {
  const source = linearNow(value)?.symbol;
  if (source === undefined || source.home.kind === 'undefined') return;
  if (source.type !== 'notype') symbol.type = source.type;
  if (symbol.size === undefined && source.size !== undefined) symbol.size = source.size;
}

/** A name for a place is a label there; for a number or a difference, that value; else another name of a symbol. */
function homeOf(value: Bound): AsmSymbol['home'] {
  const linear = linearNow(value);
  const target = linear?.symbol;
  if (linear === undefined || target === undefined || linear.minus !== undefined || linear.modifier !== undefined) {
    return { kind: 'value', value };
  }
  if (target.home.kind !== 'label') return { kind: 'value', value };
  const { section, fragment, offset } = target.home.at;
  return { kind: 'label', at: { section, fragment, offset: offset + Number(linear.offset) } };
}

const forEachSymbol =
  (change: (symbol: AsmSymbol) => void): Directive =>
  (asm, args) => {
    if (args.length === 0) return fail(asm, 'expected symbol name');
    for (const arg of args) {
      const symbol = symbolArg(asm, arg);
      if (symbol === undefined) return;
      symbol.mentioned = true;
      change(symbol);
    }
  };

const binding = (to: AsmSymbol['binding']): Directive =>
  forEachSymbol((symbol) => {
    symbol.binding = to;
  });

const visibility = (to: AsmSymbol['visibility']): Directive =>
  forEachSymbol((symbol) => {
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

const type: Directive = (asm, args) => {
  const symbol = symbolArg(asm, args[0]);
  if (symbol === undefined) return;
  const name = (nameOf(args[1]) ?? '').replace(/^[@%#]/, '');
  const found = TYPES[name];
  if (found === undefined) return fail(asm, `unrecognized symbol type "${name}"`);
  symbol.type = found;
  if (name.endsWith('gnu_unique_object')) symbol.binding = 'unique';
  symbol.mentioned = true;
};

const size: Directive = (asm, args) => {
  const symbol = symbolArg(asm, args[0]);
  if (symbol === undefined) return;
  if (args[1] === undefined) {
    return fail(asm, `expected comma after name \`${symbol.name}' in .size directive`);
  }
  const value = exprArg(asm, args[1]);
  if (value !== undefined) symbol.size = value;
};

/** Size and alignment of `.comm` and `.lcomm`; without an alignment, that of the largest integer that fits. */
function storage(asm: Assembly, args: Args): { symbol: AsmSymbol; size: bigint; align: number } | undefined {
  const symbol = symbolArg(asm, args[0]);
  if (symbol === undefined) return undefined;
  if (args[1] === undefined) {
    fail(asm, 'missing size expression');
    return undefined;
  }
  const bytes = numberArg(asm, args[1], 0n);
  if (bytes === undefined) return undefined;
  if (bytes < 0n) {
    fail(asm, `size (${bytes}) out of range`);
    return undefined;
  }
  const natural = bytes >= 16n ? 16n : bytes >= 8n ? 8n : bytes >= 4n ? 4n : bytes >= 2n ? 2n : 1n;
  const align = numberArg(asm, args[2], natural);
  if (align === undefined) return undefined;
  if (align <= 0n || (align & (align - 1n)) !== 0n || align > 1n << 28n) {
    fail(asm, 'alignment not a power of 2');
    return undefined;
  }
  return { symbol, size: bytes, align: Number(align) };
}

const common: Directive = (asm, args) => {
  const asked = storage(asm, args);
  if (asked === undefined) return;
  const { symbol, size: bytes, align } = asked;
  if (symbol.home.kind === 'label' || symbol.home.kind === 'value') {
    return fail(asm, `symbol \`${symbol.name}' is already defined`);
  }
  symbol.home = { kind: 'common', size: bytes, align };
  symbol.type = 'object';
  symbol.mentioned = true;
  if (symbol.binding === 'local' && !asm.declaredLocal.has(symbol)) symbol.binding = 'global';
  else if (symbol.binding === 'local') allocate(asm, symbol, bytes, align);
};

const localCommon: Directive = (asm, args) => {
  const asked = storage(asm, args);
  if (asked === undefined) return;
  if (asked.symbol.home.kind !== 'undefined') return fail(asm, `symbol \`${asked.symbol.name}' is already defined`);
  allocate(asm, asked.symbol, asked.size, asked.align);
};

/** Puts a local common symbol at the end of .bss. */
function allocate(asm: Assembly, symbol: AsmSymbol, bytes: bigint, align: number): void {
  const bss = asm.sectionsByKey.get('.bss')!;
  if (bytes > BigInt(Number.MAX_SAFE_INTEGER)) return fail(asm, `size (${bytes}) out of range`);
  bss.align = Math.max(bss.align, align);
  if (align > 1)
    pushFragment(bss, 0, { kind: 'align', alignment: align, pattern: new Uint8Array(1), place: asm.place });
  const start = openBytes(bss, 0, asm.place);
  symbol.home = { kind: 'label', at: { section: bss, fragment: start, offset: start.size } };
  symbol.type = 'object';
  symbol.size = { kind: 'int', value: bytes };
  symbol.mentioned = true;
  if (bytes > 64n)
    pushFragment(bss, 0, { kind: 'fill', pattern: new Uint8Array(1), size: Number(bytes), place: asm.place });
  else append(start, new Uint8Array(Number(bytes)));
}

const local: Directive = (asm, args, name) => {
  for (const arg of args) {
    const symbol = symbolArg(asm, arg);
    if (symbol === undefined) return;
    if (symbol.binding !== 'local') warn(asm, `${name} of \`${symbol.name}', which is ${symbol.binding}, ignored`);
    else asm.declaredLocal.add(symbol);
  }
};

export const SYMBOL_DIRECTIVES: Readonly<Record<string, Directive>> = {
  '.globl': binding('global'),
  '.global': binding('global'),
  '.weak': binding('weak'),
  '.local': local,
  '.hidden': visibility('hidden'),
  '.protected': visibility('protected'),
  '.internal': visibility('internal'),
  '.type': type,
  '.size': size,
  '.comm': common,
  '.common': common,
  '.lcomm': localCommon,
};
