/**
 * Common storage: `.comm`, `.lcomm`, `.largecomm`, `.tls_common`. In goes a name with a size and perhaps an alignment, out
 * comes a symbol without a place, or with one in .bss where it is local. gas manual, 7.13 and 7.58; gas's read.c
 * (s_comm_internal), obj-elf.c (elf_common_parse) and tc-i386.c (handle_large_common).
 */
import { SHF, SHT } from '../object/object-file.ts';
import { type Assembly, fail, numberNow, renew, warn } from './assembly.ts';
import { demandEnd, type TextReader, takeChar, takeExpression, takeName, takeNumber } from './directive-text.ts';
import { isUnsigned } from './expression.ts';
import type { Cursor } from './macro-arguments.ts';
import { append, openBytes, pushFragment } from './section.ts';
import { makeSection } from './section-table.ts';
import { type AsmSymbol, symbolMentioned } from './symbols.ts';

interface Storage {
  readonly symbol: AsmSymbol;
  readonly size: bigint;
  readonly align: number;
}

/** Size and alignment of `.comm` and `.lcomm`; `natural` is the alignment where none is given. */
function storage(asm: Assembly, c: Cursor, natural: (size: bigint) => bigint, hasAlign: boolean): Storage | undefined {
  const name = takeName(c);
  if (name === '') {
    fail(asm, 'expected symbol name');
    return undefined;
  }
  takeChar(c, ',');
  const before = asm.diagnostics.length;
  const expr = takeExpression(asm, c);
  if (expr === undefined) {
    if (asm.diagnostics.length === before) fail(asm, 'missing size expression');
    return undefined;
  }
  const signed = numberNow(asm, expr);
  if (signed === undefined) {
    fail(asm, 'bad or irreducible absolute expression');
    return undefined;
  }
  if (!isUnsigned(expr)) {
    warn(asm, `size (${signed}) out of range, ignored`);
    return undefined;
  }
  const bytes = BigInt.asUintN(64, signed);
  const align = hasAlign && takeChar(c, ',') ? takeNumber(asm, c) : natural(bytes);
  if (align === undefined) return undefined;
  if (align <= 0n || (align & (align - 1n)) !== 0n || align > 1n << 28n) {
    fail(asm, 'alignment not a power of 2');
    return undefined;
  }
  const symbol = symbolMentioned(asm.symbols, name, asm.place);
  demandEnd(asm, c);
  return { symbol, size: bytes, align: Number(align) };
}

/** The power of two that holds the size, at most 16. */
const holding = (size: bigint): bigint => [1n, 2n, 4n, 8n].find((power) => power >= size) ?? 16n;
/** The largest integer that fits, at most 8 bytes. */
const fitting = (size: bigint): bigint => [8n, 4n, 2n].find((power) => power <= size) ?? 1n;

/** `.comm`; `.largecomm` for the large code model, `.tls_common` for storage of a thread's. */
const common: TextReader = (asm, c, directive) => {
  const asked = storage(asm, c, holding, true);
  if (asked === undefined) return;
  const { size: bytes, align } = asked;
  let { symbol } = asked;
  if (asm.assigned.has(symbol)) symbol = renew(asm, symbol);
  else if (symbol.home.kind === 'label' || symbol.home.kind === 'value') {
    return fail(asm, `symbol \`${symbol.name}' is already defined`);
  }
  if (symbol.home.kind === 'common' && symbol.home.size !== bytes) {
    return warn(asm, `size of "${symbol.name}" is already ${symbol.home.size}; not changing to ${bytes}`);
  }
  const isLarge = directive === '.largecomm';
  if (isLarge && !asm.sectionsByKey.has('.lbss')) {
    const flags = SHF.ALLOC | SHF.WRITE | SHF.X86_64_LARGE;
    makeSection(asm, { name: '.lbss', type: SHT.NOBITS, flags, entsize: 0 });
  }
  // What is common already stays of its kind.
  const large = symbol.home.kind === 'common' ? symbol.home.isLarge : isLarge || undefined;
  symbol.home = { kind: 'common', size: bytes, align, ...(large && { isLarge: large }) };
  symbol.type = 'object';
  symbol.mentioned = true;
  if (symbol.binding === 'local' && !asm.declaredLocal.has(symbol)) symbol.binding = 'global';
  else if (symbol.binding === 'local') allocate(asm, symbol, bytes, align, isLarge ? '.lbss' : '.bss');
  if (directive === '.tls_common') symbol.type = 'tls';
};

const localCommon: TextReader = (asm, c) => {
  const asked = storage(asm, c, fitting, false);
  if (asked === undefined) return;
  let { symbol } = asked;
  if (asm.assigned.has(symbol)) symbol = renew(asm, symbol);
  else if (symbol.home.kind !== 'undefined') return fail(asm, `symbol \`${symbol.name}' is already defined`);
  allocate(asm, symbol, asked.size, asked.align);
};

/** Where local common storage goes: behind what is written to the section itself. */
const STORAGE = 1;

/** Puts a local common symbol at the end of .bss, or of its like for the large code model. */
function allocate(asm: Assembly, symbol: AsmSymbol, bytes: bigint, align: number, section = '.bss'): void {
  const bss = asm.sectionsByKey.get(section)!;
  if (bytes > BigInt(Number.MAX_SAFE_INTEGER)) return fail(asm, `size (${bytes}) out of range`);
  bss.align = Math.max(bss.align, align);
  if (align > 1)
    pushFragment(bss, STORAGE, { kind: 'align', alignment: align, pattern: new Uint8Array(1), place: asm.place });
  const start = openBytes(bss, STORAGE, asm.place);
  symbol.home = { kind: 'label', at: { section: bss, fragment: start, offset: start.size } };
  symbol.type = 'object';
  symbol.size = { kind: 'int', value: bytes };
  symbol.mentioned = true;
  if (bytes > 64n)
    pushFragment(bss, STORAGE, { kind: 'fill', pattern: new Uint8Array(1), size: Number(bytes), place: asm.place });
  else append(start, new Uint8Array(Number(bytes)));
}

export const COMMON_DIRECTIVES: Readonly<Record<string, TextReader>> = {
  '.comm': common,
  '.common': common,
  '.largecomm': common,
  '.tls_common': common,
  '.lcomm': localCommon,
};
